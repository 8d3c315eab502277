//! Conformance cases: what every host and every build of the rules must do, as data.
//!
//! `tests/conformance/README.md` is the published form of a case; this is one runner of it. A case runs on native rules and on
//! the component, in fresh and warm instances, over memory and SQLite, and with one seed all of these must leave the same [`Transcript`].

mod case;
mod claims;
mod effects;
mod matching;
mod requirements;
mod run;
mod totp;
mod values;
mod world;

pub use case::{Case, CaseError};
pub use requirements::Requirements;
pub use run::{Transcript, run};
pub use world::Setup;

use crate::components::repository;
use std::path::{Path, PathBuf};

/// Seeds of the random bytes that every case runs with. Nothing drawn is expected, so a case holds under each.
pub const SEEDS: std::ops::RangeInclusive<u64> = 1..=5;

/// Moment of cases that name none: 2026-03-02T12:00:00Z, a Monday.
pub const START: i64 = 1_772_452_800_000;

/// The folder of all cases.
pub fn folder() -> PathBuf {
    repository("tests/conformance")
}

/// Every case file as `<area>/<case>` with its path, in order of name. Those of attacks are an area of their own.
pub fn files() -> Vec<(String, PathBuf)> {
    let mut found = Vec::new();
    let areas = entries(&folder()).into_iter().filter(|path| path.is_dir());
    for area in areas.chain([repository("tests/security")]) {
        for file in entries(&area).into_iter().filter(|path| is_case(path)) {
            found.push((format!("{}/{}", stem(&area), stem(&file)), file));
        }
    }
    found.sort();
    found
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let listed = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    listed.map(|entry| entry.expect("a readable folder").path()).collect()
}

fn is_case(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == "json")
        && path.file_name().is_none_or(|name| name != "attacks.json")
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}
