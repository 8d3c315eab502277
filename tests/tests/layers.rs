//! The table of areas in `docs/architecture.md` against the sources: see `coinbox_tests::layers`.
//!
//! `cargo test --release -p coinbox-tests --test layers -- --nocapture` also shows the figures.

use coinbox_tests::layers::{HOUSES, House};

fn check(house: &House) {
    match house.check() {
        Ok(found) => println!("{}", found.summary()),
        Err(problems) => panic!("{problems}"),
    }
}

#[test]
fn the_rules_keep_to_their_areas() {
    check(&HOUSES[0]);
}

#[test]
fn the_host_keeps_to_its_parts() {
    check(&HOUSES[1]);
}
