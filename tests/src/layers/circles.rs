//! Circles of files: those that reach each other through imports.

use std::collections::{BTreeMap, BTreeSet};

type Arrows<'a> = BTreeMap<&'a str, BTreeSet<&'a str>>;

/// The circles of some imports, each in order of name.
pub(super) fn circles<'a>(imports: impl Iterator<Item = (&'a str, &'a str)>) -> Vec<BTreeSet<&'a str>> {
    let mut arrows = Arrows::new();
    imports.for_each(|(from, to)| {
        arrows.entry(from).or_default().insert(to);
    });
    let reached: BTreeMap<&str, BTreeSet<&str>> = arrows.keys().map(|file| (*file, reach(&arrows, file))).collect();
    let mut found: Vec<BTreeSet<&str>> = Vec::new();
    for (file, reaches) in &reached {
        if reaches.contains(file) && !found.iter().any(|circle| circle.contains(file)) {
            let back = |other: &&&str| reached.get(**other).is_some_and(|reaches| reaches.contains(file));
            found.push(reaches.iter().filter(back).copied().collect());
        }
    }
    found
}

/// What a file imports, and what that imports, and so on; itself only where it stands in a circle.
fn reach<'a>(arrows: &Arrows<'a>, file: &str) -> BTreeSet<&'a str> {
    let mut reached = BTreeSet::new();
    let mut open = vec![file];
    while let Some(next) = open.pop() {
        for to in arrows.get(next).into_iter().flatten() {
            if reached.insert(*to) {
                open.push(to);
            }
        }
    }
    reached
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_reach_each_other_are_a_circle() {
        let imports = [("a", "b"), ("b", "c"), ("c", "a"), ("c", "d"), ("d", "e"), ("e", "d"), ("x", "a"), ("e", "y")];
        assert_eq!(circles(imports.into_iter()), [BTreeSet::from(["a", "b", "c"]), BTreeSet::from(["d", "e"])]);
        assert!(circles([("a", "b"), ("a", "c"), ("b", "c")].into_iter()).is_empty());
    }
}
