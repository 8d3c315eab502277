//! The embedder's tree: what a program compiles that embeds the host, with the features that it gets by default.
//!
//! `cargo test --release -p coinbox-tests --test embedder -- --nocapture` prints how many crates that are, and which of its dependencies bring
//! how many that nothing else brings.

use anyhow::{Context, Result, ensure};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

/// Most crates, the host counted.
const CRATES_MAX: usize = 170;
/// What belongs to parts that an embedder does not ask for: HTTP, the terminal, templates, mail servers, typesetting.
const NEVER: [&str; 11] = [
    "axum",
    "hyper",
    "ureq",
    "clap",
    "comfy-table",
    "indicatif",
    "minijinja",
    "lettre",
    "typst",
    "krilla",
    "tracing-subscriber",
];

/// Which crate uses which, by name and version.
type Tree = BTreeMap<String, BTreeSet<String>>;

/// What `cargo tree` says. It builds nothing.
fn tree() -> Result<(String, Tree)> {
    let output = Command::new(env!("CARGO"))
        .args([
            "tree",
            "--offline",
            "--locked",
            "--edges",
            "normal",
            "--package",
            "coinbox-host",
            "--prefix",
            "depth",
            "--charset",
            "ascii",
        ])
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."))
        .output()?;
    ensure!(output.status.success(), "cargo tree: {}", String::from_utf8_lossy(&output.stderr));
    read(&String::from_utf8(output.stdout)?)
}

/// Reads lines such as `2serde v1.0.0 (proc-macro) (*)`: depth, name, version.
fn read(text: &str) -> Result<(String, Tree)> {
    let mut tree = Tree::new();
    let mut above: Vec<String> = Vec::new();
    for line in text.lines().filter(|line| !line.is_empty()) {
        let begin = line.find(|letter: char| !letter.is_ascii_digit()).context(line.to_owned())?;
        let depth: usize = line[..begin].parse().with_context(|| line.to_owned())?;
        let name: String = line[begin..].split(' ').take(2).collect::<Vec<_>>().join(" ");
        above.truncate(depth);
        ensure!(above.len() == depth, "a line is deeper than the one above it: {line}");
        if let Some(user) = above.last() {
            tree.entry(user.clone()).or_default().insert(name.clone());
        }
        tree.entry(name.clone()).or_default();
        above.push(name);
    }
    Ok((above.into_iter().next().context("no crate")?, tree))
}

/// All that is compiled for a crate, itself counted, as if it did not use `without`.
fn reached<'a>(tree: &'a Tree, root: &'a str, without: &str) -> BTreeSet<&'a str> {
    let mut reached = BTreeSet::from([root]);
    let mut open = vec![root];
    while let Some(next) = open.pop() {
        for used in &tree[next] {
            if !(next == root && used == without) && reached.insert(used) {
                open.push(used);
            }
        }
    }
    reached
}

/// The direct dependencies with the number of crates that only they bring, most first.
fn heavy<'a>(tree: &'a Tree, root: &str) -> Vec<(usize, &'a str)> {
    let all = reached(tree, root, "").len();
    let mut heavy: Vec<(usize, &str)> =
        tree[root].iter().map(|used| (all - reached(tree, root, used).len(), used.as_str())).collect();
    heavy.sort_by_key(|(count, name)| (std::cmp::Reverse(*count), *name));
    heavy
}

fn name(package: &str) -> &str {
    package.split(' ').next().unwrap_or_default()
}

#[test]
fn a_program_that_embeds_the_host_compiles_few_crates() -> Result<()> {
    let (root, tree) = tree()?;
    assert_eq!(name(&root), "coinbox-host");
    let all = reached(&tree, &root, "");
    let table: String = heavy(&tree, &root).iter().map(|(count, name)| format!("{count:5}  {name}\n")).collect();
    println!("{} crates; of these, only for\n{table}", all.len());
    let unasked: Vec<&&str> = all.iter().filter(|package| NEVER.contains(&name(package))).collect();
    assert!(unasked.is_empty(), "coinbox-host brings what an embedder does not ask for: {unasked:?}");
    assert!(
        all.len() <= CRATES_MAX,
        "a program that embeds coinbox-host compiles {} crates, at most {CRATES_MAX} are meant. So many crates come only with\n{table}\
         What only one part of the host needs belongs in that part; see Parts of the host in docs/architecture.md",
        all.len()
    );
    Ok(())
}

#[test]
fn what_is_heavy_is_told() -> Result<()> {
    let (root, tree) = read(
        "0host v0.1.0 (/x)\n1light v1.0.0\n2shared v1.0.0\n1heavy v2.0.0 (proc-macro)\n2below v1.0.0\n3deep v1.0.0\n2shared v1.0.0\n",
    )?;
    assert_eq!((root.as_str(), reached(&tree, &root, "").len()), ("host v0.1.0", 6));
    assert_eq!(heavy(&tree, &root), [(3, "heavy v2.0.0"), (1, "light v1.0.0")]);
    Ok(())
}
