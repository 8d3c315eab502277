//! `docs/architecture.md` against the sources and the manifests: see `coinbox_tests::layers`.
//!
//! `cargo test --release -p coinbox-tests --test layers -- --nocapture` also shows the figures.

use coinbox_tests::layers::{HOST, House, RULES, parts};

fn check(house: &House) -> Result<(), String> {
    println!("{}", house.check()?.summary());
    Ok(())
}

#[test]
fn the_rules_keep_to_their_areas() {
    check(&RULES).unwrap_or_else(|problems| panic!("{problems}"));
}

#[test]
fn the_parts_of_the_host_use_what_the_table_says() {
    println!("{}", parts::check().unwrap_or_else(|problems| panic!("{problems}")));
}

#[test]
fn no_file_of_the_host_leads_back_to_itself() {
    let problems: Vec<String> = HOST.iter().filter_map(|house| check(house).err()).collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}
