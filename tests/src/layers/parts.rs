//! Areas of the rules and parts of the host, a crate each, against their tables in `docs/architecture.md`: a part uses exactly the parts that its row
//! names, and these stand above it. An arrow that nobody has written down is one that nobody has looked at.

use super::PAGE;
use crate::components::repository;
use std::collections::{BTreeMap, BTreeSet};

/// A table of parts.
pub struct Table {
    /// Heading above it.
    heading: &'static str,
    /// The folder whose crates, and those below it, must stand in the table.
    root: &'static str,
}

/// The areas of the rules.
pub const RULES: Table = Table { heading: "Areas of the rules", root: "guest/rules" };
/// The parts of the host.
pub const HOST: Table = Table { heading: "Parts of the host", root: "host" };

/// One row.
#[derive(Debug)]
struct Part {
    name: String,
    /// The parts that it uses.
    uses: BTreeSet<String>,
    /// Where its manifest is.
    folder: String,
}

/// What a manifest says.
struct Manifest {
    package: String,
    /// Every package that is named under dependencies of any kind, and whether only tests use it.
    dependencies: BTreeMap<String, bool>,
}

/// Everything that is wrong with the parts, in words; otherwise how many parts and arrows there are.
pub fn check(table: &Table) -> Result<String, String> {
    let Table { heading, root } = table;
    let read = |path: &str| std::fs::read_to_string(repository(path)).map_err(|error| format!("{path}: {error}"));
    let parts = read_table(&read(PAGE)?, heading).map_err(|problem| format!("{PAGE}, {heading}: {problem}"))?;
    let workspace: toml::Table = read("Cargo.toml")?.parse().map_err(|error| format!("Cargo.toml: {error}"))?;
    let mut manifests = BTreeMap::new();
    for member in workspace["workspace"]["members"].as_array().into_iter().flatten().filter_map(toml::Value::as_str) {
        if member.strip_prefix(root).is_some_and(|below| below.is_empty() || below.starts_with('/')) {
            let path = format!("{member}/Cargo.toml");
            let manifest = read_manifest(&read(&path)?).map_err(|problem| format!("{path}: {problem}"))?;
            manifests.insert(member.to_owned(), manifest);
        }
    }
    let problems = problems(heading, &parts, &manifests);
    let arrows: usize = parts.iter().map(|part| part.uses.len()).sum();
    if problems.is_empty() {
        Ok(format!("{heading}: {} crates, {arrows} arrows between them", parts.len()))
    } else {
        Err(problems.join("\n"))
    }
}

/// The first table under the heading: the part first, then what it is, the parts that it uses, what it never knows, and its folder last.
fn read_table(page: &str, heading: &str) -> Result<Vec<Part>, String> {
    let lines =
        page.lines().skip_while(|line| line.trim_start_matches('#').trim() != heading || !line.starts_with('#'));
    let table = lines.skip(1).skip_while(|line| !line.starts_with('|') && !line.starts_with('#'));
    let mut parts: Vec<Part> = Vec::new();
    for row in table.take_while(|line| line.starts_with('|')).skip(2) {
        let cells: Vec<&str> = row.trim().trim_matches('|').split('|').collect();
        let [name, _, uses, _, folder] = cells.as_slice() else { return Err(format!("not five columns: {row}")) };
        let ([name], [folder]) = (&quoted(name)[..], &quoted(folder)[..]) else {
            return Err(format!("not one part and one folder in backticks: {row}"));
        };
        if parts.iter().any(|part| part.name == *name || part.folder == *folder) {
            return Err(format!("`{name}` or `{folder}` stands twice"));
        }
        let uses = quoted(uses).into_iter().map(str::to_owned).collect();
        parts.push(Part { name: (*name).to_owned(), uses, folder: (*folder).to_owned() });
    }
    if parts.is_empty() { Err("no table".to_owned()) } else { Ok(parts) }
}

fn read_manifest(text: &str) -> Result<Manifest, String> {
    let manifest: toml::Table = text.parse().map_err(|error| format!("{error}"))?;
    let package = manifest["package"]["name"].as_str().ok_or("no name")?.to_owned();
    let mut dependencies = BTreeMap::new();
    let platforms = manifest.get("target").and_then(toml::Value::as_table).into_iter().flat_map(toml::Table::values);
    for table in platforms.filter_map(toml::Value::as_table).chain([&manifest]) {
        for (kind, for_tests) in [("dev-dependencies", true), ("dependencies", false), ("build-dependencies", false)] {
            for (name, value) in table.get(kind).and_then(toml::Value::as_table).into_iter().flatten() {
                // It may go by another name here.
                let package = value.get("package").and_then(toml::Value::as_str).unwrap_or(name).to_owned();
                let known = dependencies.entry(package).or_insert(for_tests);
                *known &= for_tests;
            }
        }
    }
    Ok(Manifest { package, dependencies })
}

fn problems(heading: &str, parts: &[Part], manifests: &BTreeMap<String, Manifest>) -> Vec<String> {
    let mut problems = Vec::new();
    let by_package: BTreeMap<&str, &Part> =
        parts.iter().filter_map(|part| Some((manifests.get(&part.folder)?.package.as_str(), part))).collect();
    for folder in manifests.keys().filter(|folder| parts.iter().all(|part| part.folder != **folder)) {
        problems.push(format!("{PAGE}, {heading}: no part has the folder `{folder}`"));
    }
    for (place, part) in parts.iter().enumerate() {
        let Part { name, uses, folder } = part;
        let Some(manifest) = manifests.get(folder) else {
            problems.push(format!("{PAGE}, {heading}: `{name}` has no crate in `{folder}`"));
            continue;
        };
        for used in uses.iter().filter(|used| parts[..place].iter().all(|before| before.name != **used)) {
            problems.push(format!("{PAGE}, {heading}: `{name}` uses `{used}`, which does not stand above it"));
        }
        let mut found = BTreeSet::new();
        for (package, for_tests) in &manifest.dependencies {
            let Some(used) = by_package.get(package.as_str()) else { continue };
            if !uses.contains(&used.name) {
                problems.push(format!(
                    "{folder}/Cargo.toml names {package}: `{name}` must not use `{}`. What both need goes to an earlier part, as the smallest piece \
                     that serves. If the arrow is meant, write it into {PAGE}, {heading}",
                    used.name
                ));
            }
            if !for_tests {
                found.insert(&used.name);
            }
        }
        for used in uses.iter().filter(|used| !found.contains(used)) {
            problems
                .push(format!("{PAGE}, {heading}: `{name}` does not use `{used}` any more: take it out of its row"));
        }
    }
    problems
}

/// What stands in backticks.
fn quoted(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "### Parts of the host\n\n| part | what | uses | never knows | crate |\n|---|---|---|---|---|\n\
        | `library` | all | – | HTTP | `host` |\n| `mail` | mails | `library` | – | `host/mail` |\n| `server` | REST | `library`, `mail` | – | `host/server` |\n";

    fn found(table: &str, change: impl Fn(&str) -> String) -> Vec<String> {
        let manifest = |name: &str, rest: &str| {
            let text = change(&format!("[package]\nname = \"coinbox-{name}\"\n{rest}"));
            read_manifest(&text).expect("a manifest")
        };
        let manifests = BTreeMap::from([
            ("host".to_owned(), manifest("host", "[dependencies]\nserde = \"1\"\n")),
            ("host/mail".to_owned(), manifest("mail", "[dependencies]\ncoinbox-host.workspace = true\n")),
            (
                "host/server".to_owned(),
                manifest(
                    "server",
                    "[dependencies]\nhost = { package = \"coinbox-host\", path = \"..\" }\n[target.'cfg(unix)'.dependencies]\ncoinbox-mail.workspace = true\n",
                ),
            ),
        ]);
        problems(HOST.heading, &read_table(table, HOST.heading).expect("a table"), &manifests)
    }

    #[test]
    fn the_table_says_what_the_manifests_say() {
        assert_eq!(found(TABLE, str::to_owned), [""; 0]);
    }

    #[test]
    fn an_arrow_that_is_not_in_the_table_is_refused_also_for_tests() {
        for kind in ["dependencies", "dev-dependencies", "build-dependencies", "target.'cfg(unix)'.dependencies"] {
            let told = found(TABLE, |text| match text.contains("serde") {
                true => {
                    text.replace("serde = \"1\"", &format!("serde = \"1\"\n[{kind}.coinbox-mail]\nworkspace = true"))
                }
                false => text.to_owned(),
            });
            let words = "host/Cargo.toml names coinbox-mail: `library` must not use `mail`.";
            assert!(told.len() == 1 && told[0].starts_with(words), "{kind}: {told:?}");
        }
    }

    #[test]
    fn what_is_only_in_the_table_is_told() {
        let told = found(TABLE, |text| {
            text.replace("[target.'cfg(unix)'.dependencies]\ncoinbox-mail", "[dev-dependencies]\ncoinbox-mail")
        });
        assert_eq!(
            told,
            ["docs/architecture.md, Parts of the host: `server` does not use `mail` any more: take it out of its row"]
        );
        let told = found(
            &TABLE.replace("| `mail` | mails | `library`", "| `mail` | mails | `library`, `server`"),
            str::to_owned,
        );
        assert_eq!(
            told[0],
            "docs/architecture.md, Parts of the host: `mail` uses `server`, which does not stand above it"
        );
        let told = found(&TABLE.replace("`host/server`", "`host/rest`"), str::to_owned);
        assert!(
            told[0].ends_with("no part has the folder `host/server`")
                && told[1].ends_with("`server` has no crate in `host/rest`"),
            "{told:?}"
        );
    }
}
