//! The typed door is what `wit/` says, file by file.

use coinbox_typed::{Contract, files};
use std::fs;
use std::path::{Path, PathBuf};

fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

fn contract() -> Contract {
    Contract::read(&repository("wit")).unwrap_or_else(|error| panic!("wit/: {error:#}"))
}

/// The first line in which two texts differ.
fn difference(there: &str, wanted: &str) -> Option<String> {
    let (there, wanted): (Vec<_>, Vec<_>) = (there.lines().collect(), wanted.lines().collect());
    let place = (0..there.len().max(wanted.len())).find(|place| there.get(*place) != wanted.get(*place))?;
    let line = |lines: &[&str]| lines.get(place).copied().unwrap_or("(the end)").to_owned();
    Some(format!("line {}:\n    there:  {}\n    wanted: {}", place + 1, line(&there), line(&wanted)))
}

#[test]
fn the_typed_door_is_what_the_contract_says() {
    let problem = |(path, wanted): (String, String)| {
        let there = fs::read_to_string(repository(&path)).unwrap_or_default();
        Some(format!("{path}, {}", difference(&there, &wanted)?))
    };
    let problems: Vec<String> = files(&contract()).into_iter().filter_map(problem).collect();
    assert!(
        problems.is_empty(),
        "the typed door is not what wit/ says. `scripts/typed.sh` writes it anew.\n{}",
        problems.join("\n")
    );
}

#[test]
fn every_exported_interface_has_its_module_and_nothing_else_has_one() {
    let text = fs::read_to_string(repository("host/src/typed/mod.rs")).expect("host/src/typed/mod.rs");
    let mut there: Vec<&str> =
        text.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    let contract = contract();
    let mut wanted: Vec<&str> = contract.exported.iter().map(String::as_str).collect();
    there.sort_unstable();
    wanted.sort_unstable();
    assert_eq!(there, wanted, "the modules of host/src/typed/mod.rs and the exports of wit/world.wit");
}
