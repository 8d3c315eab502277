//! Every attack of what is built is shown by a test: see tests/security/README.md.

use coinbox_tests::conformance;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Attacks on what is built, by number. Whoever builds a flow adds those on it.
const BUILT: [u32; 61] = [
    1, 3, 4, 5, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 24, 25, 26, 27, 28, 30, 31, 32, 33, 34, 35,
    36, 37, 38, 39, 40, 41, 43, 45, 46, 49, 50, 51, 52, 53, 54, 55, 56, 66, 73, 74, 75, 76, 77, 79, 80, 82, 83, 84, 85,
    88, 89,
];

/// An entry of the list.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Attack {
    attack: u32,
    shown: Vec<String>,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn listed() -> BTreeMap<u32, Vec<String>> {
    let path = root().join("tests/security/attacks.json");
    let text = std::fs::read_to_string(&path).expect("tests/security/attacks.json");
    let attacks: Vec<Attack> = serde_json::from_str(&text).expect("a list of attacks");
    let count = attacks.len();
    let listed: BTreeMap<u32, Vec<String>> = attacks.into_iter().map(|one| (one.attack, one.shown)).collect();
    assert_eq!(listed.len(), count, "a number stands twice");
    listed
}

#[test]
fn every_attack_on_what_is_built_is_shown() {
    let listed = listed();
    let missing: Vec<u32> = BUILT.into_iter().filter(|number| listed.get(number).is_none_or(Vec::is_empty)).collect();
    assert_eq!(missing, [] as [u32; 0], "attacks that no test shows");
    let unknown: Vec<&u32> = listed.keys().filter(|number| !BUILT.contains(number)).collect();
    assert_eq!(unknown, [] as [&u32; 0], "attacks that the list of this test does not have");
}

#[test]
fn what_shows_an_attack_is_there() {
    let cases: BTreeSet<String> = conformance::files().into_iter().map(|(name, _)| name).collect();
    let mut named = BTreeSet::new();
    for (attack, shown) in listed() {
        for one in shown {
            match one.split_once(' ') {
                Some(("case", name)) => {
                    assert!(name.starts_with(&format!("{attack:03}-")), "{name} is not of attack {attack}");
                    assert!(cases.contains(&format!("security/{name}")), "attack {attack}: no case {name}");
                    named.insert(format!("security/{name}"));
                }
                Some((file, function)) => {
                    let text = std::fs::read_to_string(root().join(file)).expect(file);
                    assert!(text.contains(&format!("fn {function}()")), "attack {attack}: {file} has no {function}");
                }
                None => panic!("attack {attack}: `{one}` is neither a case nor a test"),
            }
        }
    }
    let own: BTreeSet<String> = cases.into_iter().filter(|name| name.starts_with("security/")).collect();
    assert_eq!(own, named, "cases of this folder, and those that the list names");
}
