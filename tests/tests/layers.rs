//! `docs/architecture.md` against the sources and the manifests: see `coinbox_tests::layers`.
//!
//! `cargo test --release -p coinbox-tests --test layers -- --nocapture` also shows the figures.

use coinbox_tests::layers::{self, HOST, RULES, parts};

/// Every crate, so that all that is wrong is told at once.
fn check(crates: &[&str]) {
    let check = |sources: &&str| layers::check(sources).map(|found| println!("{}", found.summary())).err();
    let problems: Vec<String> = crates.iter().filter_map(check).collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

fn check_table(table: &parts::Table) {
    println!("{}", parts::check(table).unwrap_or_else(|problems| panic!("{problems}")));
}

#[test]
fn the_areas_of_the_rules_use_what_the_table_says() {
    check_table(&parts::RULES);
}

#[test]
fn the_parts_of_the_host_use_what_the_table_says() {
    check_table(&parts::HOST);
}

#[test]
fn no_file_of_the_rules_leads_back_to_itself() {
    check(&RULES);
}

#[test]
fn no_file_of_the_host_leads_back_to_itself() {
    check(&HOST);
}
