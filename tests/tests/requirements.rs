//! Which requirements have a conformance case. `cargo test --test requirements -- --nocapture` prints those without.

use coinbox_tests::conformance::Requirements;

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

#[test]
fn every_id_says_what_it_demands() {
    let page =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/rules.md")).expect("docs/rules.md");
    let anchored = |line: &str| {
        let (anchor, rest) = line.strip_prefix("| <a id=\"")?.split_once("\"></a>")?;
        let (id, text) = rest.split_once(" | ")?;
        assert_eq!(anchor, id.to_lowercase(), "the anchor of {id}");
        assert!(text.trim_end_matches(" |").ends_with('.'), "{id} has no sentence");
        Some(id.to_owned())
    };
    let mut explained: Vec<String> = page.lines().filter_map(anchored).collect();
    explained.sort();
    let list = concat!(env!("CARGO_MANIFEST_DIR"), "/conformance/requirements.txt");
    let list = std::fs::read_to_string(list).expect("tests/conformance/requirements.txt");
    let ids = list.lines().filter(|line| !line.starts_with('#'));
    let mut listed: Vec<String> =
        ids.filter_map(|line| line.trim_start_matches(['*', '+', ' ']).split(' ').next().map(str::to_owned)).collect();
    listed.sort();
    assert_eq!(explained, listed, "IDs of docs/rules.md, and of tests/conformance/requirements.txt");
}
