//! Which requirements have a conformance case. `cargo test --test requirements -- --nocapture` prints those without.

use coinbox_tests::conformance::Requirements;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

#[test]
fn every_requirement_that_is_built_has_a_case() {
    let list = Requirements::read().expect("tests/conformance/requirements.txt");
    let cases = Requirements::cases().expect("readable cases");
    let counts = list.counts(&cases);
    let without: Vec<&String> = counts.iter().filter(|(_, count)| **count == 0).map(|(id, _)| id).collect();
    println!("{} cases; {} of {} IDs have one", cases.len(), counts.len() - without.len(), counts.len());
    for id in &without {
        println!("no case: {id}");
    }
    assert_eq!(list.unknown(&cases), [] as [String; 0], "IDs that no list has");
    assert_eq!(list.missing(&counts), [] as [String; 0], "built and without a case");
    assert_eq!(list.without_test(), [] as [String; 0], "built in the host, and the test does not name the ID");
}

/// The IDs that docs/rules.md has a sentence for.
fn explained(page: &str) -> BTreeSet<&str> {
    let anchored = |line| {
        let (anchor, rest) = str::strip_prefix(line, "| <a id=\"")?.split_once("\"></a>")?;
        let (id, text) = rest.split_once(" | ")?;
        assert_eq!(anchor, id.to_lowercase(), "the anchor of {id}");
        assert!(text.trim_end_matches(" |").ends_with('.'), "{id} has no sentence");
        Some(id)
    };
    page.lines().filter_map(anchored).collect()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

#[test]
fn every_id_says_what_it_demands() {
    let page = std::fs::read_to_string(root().join("docs/rules.md")).expect("docs/rules.md");
    let list = Requirements::read().expect("tests/conformance/requirements.txt");
    assert_eq!(explained(&page), list.ids(), "IDs of docs/rules.md, and of tests/conformance/requirements.txt");
}

/// Files of a folder whose text may cite IDs.
fn texts(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder of the repository") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            texts(&path, found);
        } else if path.extension().is_some_and(|kind| ["rs", "wit", "md", "sh", "py"].iter().any(|text| kind == *text))
        {
            found.push(path);
        }
    }
}

#[test]
fn every_id_that_is_cited_is_explained() {
    let page = std::fs::read_to_string(root().join("docs/rules.md")).expect("docs/rules.md");
    let (list, explained) = (Requirements::read().expect("tests/conformance/requirements.txt"), explained(&page));
    let mut files = vec![root().join("README.md"), root().join("CHANGELOG.md")];
    for folder in ["guest", "host", "wit", "docs", "scripts", "tests/e2e", "tests/tests"] {
        texts(&root().join(folder), &mut files);
    }
    let mut unexplained = Vec::new();
    let mut cited = 0;
    for file in &files {
        let text = std::fs::read_to_string(file).expect("a text");
        let ids = list.cited(&text);
        cited += ids.len();
        let missing = ids.iter().filter(|id| !explained.contains(*id));
        unexplained.extend(missing.map(|id| format!("{}: {id}", file.display())));
    }
    println!("{} files cite IDs {cited} times", files.len());
    assert_eq!(unexplained, [] as [String; 0], "cited, and not in docs/rules.md");
}
