//! One build: what `make run`, `make bench`, `make docs` and the commands that documents name compile of other people's crates is what
//! `make test` compiles. A crate with other features, another profile, or one such crate below it is compiled a second time: of Typst
//! that is four minutes.
//!
//! The commands are read where they stand and handed to cargo, which answers with its graph of units (`--unit-graph`) and builds nothing.

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The scripts whose commands build everything there is. What others build must be in here.
const EVERYTHING: &str = "scripts/test.sh";

/// Where other commands stand: every file with one of these ends in one of these folders.
const OTHERS: [(&str, &str); 6] = [
    ("", "Makefile"),
    ("", ".md"),
    ("scripts", ".sh"),
    ("docs", ".md"),
    ("tests/e2e", ".sh"),
    ("tests/conformance", ".md"),
];

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// One crate as it is compiled, without what lies below it: its name and version, what of it, how, and its features.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Unit {
    package: String,
    part: String,
    profile: String,
    features: BTreeSet<String>,
}

/// The crates of a graph that are not ours, by a digest of the crate and of all below it: what decides whether cargo takes what is there.
type Graph = BTreeMap<u64, Unit>;

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn graph(answer: &Value) -> Result<Graph> {
    ensure!(answer["version"] == 1, "cargo has another form of its graph of units: {}", answer["version"]);
    let units = answer["units"].as_array().context("a list of units")?;
    let mut digests = vec![None; units.len()];
    let mut found = Graph::new();
    for index in 0..units.len() {
        let digest = digest(units, index, &mut digests)?;
        if text(&units[index]["pkg_id"]).starts_with("registry+") {
            found.insert(digest, unit(&units[index])?);
        }
    }
    Ok(found)
}

fn unit(value: &Value) -> Result<Unit> {
    let mut profile = value["profile"].as_object().context("a profile")?.clone();
    // `release` and `bench` are the same to cargo as long as they ask for the same.
    profile.remove("name");
    Ok(Unit {
        package: text(&value["pkg_id"]).rsplit(['#', '/']).next().unwrap_or_default().to_owned(),
        part: format!("{} {} {}", value["target"]["kind"], value["mode"], value["platform"]),
        profile: Value::Object(profile).to_string(),
        features: value["features"].as_array().context("features")?.iter().map(text).collect(),
    })
}

fn digest(units: &[Value], index: usize, digests: &mut Vec<Option<u64>>) -> Result<u64> {
    if let Some(known) = digests[index] {
        return Ok(known);
    }
    let mut below = Vec::new();
    for dependency in units[index]["dependencies"].as_array().context("dependencies")? {
        let at = dependency["index"].as_u64().and_then(|at| usize::try_from(at).ok()).filter(|at| *at < units.len());
        below.push((text(&dependency["extern_crate_name"]), digest(units, at.context("an index")?, digests)?));
    }
    below.sort();
    let mut hasher = DefaultHasher::new();
    (unit(&units[index])?, below).hash(&mut hasher);
    digests[index] = Some(hasher.finish());
    Ok(hasher.finish())
}

/// What `narrow` compiles although `wide` has it in another way: first the crates that differ themselves, then how many only lie above those.
fn compiled_again(narrow: &Graph, wide: &Graph) -> Vec<String> {
    let again: Vec<&Unit> =
        narrow.iter().filter(|(digest, _)| !wide.contains_key(digest)).map(|(_, unit)| unit).collect();
    let known: BTreeSet<&Unit> = wide.values().collect();
    let mut lines = BTreeSet::new();
    let mut above = 0;
    for unit in again {
        if known.contains(unit) {
            above += 1;
            continue;
        }
        let others = || wide.values().filter(|other| other.package == unit.package && other.part == unit.part);
        // Features first: with the same ones it is the profile.
        let how = |of: &Unit| match others().any(|other| other.features == unit.features) {
            true => of.profile.clone(),
            false => format!("{:?}", of.features),
        };
        let there: BTreeSet<String> = others().map(how).collect();
        let there = there.into_iter().collect::<Vec<_>>().join(" or ");
        lines.insert(format!("{} {}: {}, in `make test` {there}", unit.package, unit.part, how(unit)));
    }
    lines.into_iter().chain((above > 0).then(|| format!("{above} crates that use those"))).collect()
}

/// The commands of cargo in a file that build something. A word of prose, which no argument follows, is none.
fn commands(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for line in text.lines() {
        let Some((_, after)) = line.split_once("cargo ") else { continue };
        let command = after.split(['`', '#', '|', '<', ';', '&']).next().unwrap_or_default().replace("$$", "$");
        // What a program is started with is not cargo's.
        let command = command.split(" -- ").next().unwrap_or_default().trim().trim_end_matches('\\');
        let Some((subcommand, arguments)) = command.split_once(' ') else { continue };
        // Another list of packages than `native` is that of the components, which no program is made of.
        let others = arguments.matches('$').count() > arguments.matches("${native[@]}").count();
        if arguments.starts_with(['-', '"', '$']) && !others {
            match subcommand {
                // Cargo shows no graph for what it is to start.
                "run" => found.insert(format!("build {arguments}")),
                "build" | "test" | "bench" => found.insert(command.to_owned()),
                _ => false,
            };
        }
    }
    found
}

/// What cargo would build for this command, in a shell that has sourced what the scripts source.
fn planned(command: &str) -> Result<Graph> {
    let (subcommand, arguments) = command.split_once(' ').context(command.to_owned())?;
    let script = format!(
        ". scripts/toolchain.sh\nRUSTC_BOOTSTRAP=1 \"$COMMAND_CARGO\" {subcommand} -Z unstable-options --unit-graph --offline {arguments}"
    );
    let output = Command::new("bash")
        .args(["-euo", "pipefail", "-c", &script])
        .current_dir(repository())
        .env("COMMAND_CARGO", env!("CARGO"))
        .output()?;
    ensure!(output.status.success(), "cargo {command}: {}", String::from_utf8_lossy(&output.stderr));
    graph(&serde_json::from_slice(&output.stdout).with_context(|| format!("cargo {command}"))?)
}

fn others() -> Result<BTreeSet<String>> {
    let mut found = BTreeSet::new();
    for (folder, end) in OTHERS {
        for entry in std::fs::read_dir(repository().join(folder))? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            if name.ends_with(end) && name != "CHANGELOG.md" {
                found.insert(Path::new(folder).join(name).to_string_lossy().into_owned());
            }
        }
    }
    found.remove(EVERYTHING);
    Ok(found)
}

fn read(file: &str) -> Result<BTreeSet<String>> {
    Ok(commands(&std::fs::read_to_string(repository().join(file)).with_context(|| file.to_owned())?))
}

#[test]
fn no_dependency_is_compiled_a_second_time() -> Result<()> {
    let everything = read(EVERYTHING)?;
    assert_eq!(everything.len(), 2, "{EVERYTHING} builds and then tests: {everything:?}");
    let mut wide = Graph::new();
    let mut tested = None;
    for command in &everything {
        let planned = planned(command)?;
        wide.extend(planned.clone());
        let crates: BTreeSet<u64> = planned.into_keys().collect();
        assert_eq!(
            *tested.get_or_insert_with(|| crates.clone()),
            crates,
            "{EVERYTHING} builds other crates than it tests with"
        );
    }
    assert!(wide.len() > 400, "cargo names hardly any crates of others: {}", wide.len());

    let mut again = Vec::new();
    let mut compared = 0;
    for file in others()? {
        for command in read(&file)? {
            compared += 1;
            again.extend(
                compiled_again(&planned(&command)?, &wide)
                    .iter()
                    .map(|line| format!("{file}: cargo {command}\n  {line}")),
            );
        }
    }
    assert!(compared >= 8, "of the commands of scripts and pages only {compared} were found");
    assert!(
        again.is_empty(),
        "compiled a second time. Let all commands name the same packages (`native` in scripts/toolchain.sh), and put features that only \
         tests need into [workspace.dependencies]:\n{}",
        again.join("\n")
    );
    Ok(())
}

#[test]
fn a_difference_in_features_or_profile_or_below_is_found() -> Result<()> {
    // A crate of others above another one, with a feature of the lower one and the level that the upper one is optimised to.
    let answer = |feature: &str, level: &str| {
        let unit = |name: &str, features: &[&str], level: &str, below: &[usize]| {
            let below: Vec<Value> =
                below.iter().map(|index| serde_json::json!({"index": index, "extern_crate_name": "lower"})).collect();
            serde_json::json!({
                "pkg_id": format!("registry+https://example.org/index#{name}@1.0.0"), "target": {"kind": ["lib"], "name": name},
                "profile": {"name": format!("called {feature}{level}"), "opt_level": level}, "platform": null, "mode": "build",
                "features": features, "dependencies": below,
            })
        };
        serde_json::json!({"version": 1, "units": [unit("upper", &[], level, &[1]), unit("lower", &["std", feature], "3", &[])]})
    };
    let one = graph(&answer("maths", "3"))?;
    assert_eq!(one.len(), 2);
    assert_eq!(compiled_again(&one, &one), [] as [String; 0]);
    // The name of a profile compiles nothing.
    assert_eq!(
        compiled_again(&one, &graph(&answer("maths", "3").to_string().replace("called", "also called").parse()?)?),
        [] as [String; 0]
    );

    let lower = compiled_again(&one, &graph(&answer("rand", "3"))?);
    assert_eq!(lower.len(), 2, "{lower:?}");
    assert_eq!(lower[0], r#"lower@1.0.0 ["lib"] "build" null: {"maths", "std"}, in `make test` {"rand", "std"}"#);
    assert_eq!(lower[1], "1 crates that use those");

    let upper = compiled_again(&one, &graph(&answer("maths", "1"))?);
    assert_eq!(upper.len(), 1, "{upper:?}");
    assert!(upper[0].ends_with(r#"{"opt_level":"3"}, in `make test` {"opt_level":"1"}"#), "{}", upper[0]);
    Ok(())
}

#[test]
fn commands_are_told_from_prose() {
    let text = "# Every test: the component, `cargo test`, then the others\n\
                \t@$(toolchain); cargo build \"$${native[@]}\" --bins\n\
                build \"2/4 the host\" cargo build --release --tests\n\
                `cargo run --release --example embed -- loud`, after `make component`\n\
                cargo test \"${native[@]}\" --no-fail-fast </dev/null 2>&1 | tee log\n\
                cargo build \"${components[@]}\" --all-targets\n\
                cargo fmt --all --check\n";
    let expected = [
        "build \"${native[@]}\" --bins",
        "build --release --tests",
        "build --release --example embed",
        "test \"${native[@]}\" --no-fail-fast",
    ];
    assert_eq!(commands(text), expected.map(String::from).into());
}
