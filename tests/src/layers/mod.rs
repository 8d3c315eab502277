//! Whether the sources keep to `docs/architecture.md`: an area uses only areas that come before it, a part of the host only parts that its row names
//! ([`parts`]), and no file imports one that leads back to it.
//!
//! Not every file does so yet. The imports that do not stand in `tests/layers/*.txt`, which only gets shorter: a new one is refused, and the
//! line of one that is gone must go too. Calls of methods are not seen: only paths are.

mod areas;
mod circles;
mod imports;
pub mod parts;
mod source;

use crate::components::repository;
use areas::Areas;
use imports::{Import, Imports};
use source::Crate;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::Path;

/// A crate whose files are looked at.
pub struct House {
    /// Folder of its `lib.rs` or `main.rs`, in the repository.
    pub sources: &'static str,
    /// Heading above its table of areas; `None`: it is one area.
    pub heading: Option<&'static str>,
    /// The list of imports that are still against the rule; there is none where there are no such imports.
    pub list: &'static str,
}

/// The rules, in areas.
pub const RULES: House =
    House { sources: "guest/rules/src", heading: Some("Areas of the rules"), list: "tests/layers/rules.txt" };

/// The parts of the host, each of which is one area.
pub const HOST: [House; 8] = [
    House { sources: "host/src", heading: None, list: "tests/layers/library.txt" },
    House { sources: "host/mail/src", heading: None, list: "tests/layers/mail.txt" },
    House { sources: "host/documents/src", heading: None, list: "tests/layers/documents.txt" },
    House { sources: "host/operations/src", heading: None, list: "tests/layers/operations.txt" },
    House { sources: "host/simulation/src", heading: None, list: "tests/layers/simulation.txt" },
    House { sources: "host/server/src", heading: None, list: "tests/layers/server.txt" },
    House { sources: "host/sample/src", heading: None, list: "tests/layers/sample.txt" },
    House { sources: "host/program/src", heading: None, list: "tests/layers/program.txt" },
];

/// The page with the tables.
const PAGE: &str = "docs/architecture.md";

/// First words of a list.
const HEAD: &str = "\
# Imports that are against the table of areas, a line each; this list only gets shorter (tests/tests/layers.rs).
# `up`: of a file in a later area. `circle`: of a file in the same area that leads back.
# After files were moved: COINBOX_LAYERS=write cargo test --release -p coinbox-tests --test layers
";

/// How an import is against the rule.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Against {
    /// It goes to a later area.
    Up,
    /// It goes to a file of the same area that leads back to it.
    Circle,
}

impl Against {
    fn word(self) -> &'static str {
        match self {
            Against::Up => "up",
            Against::Circle => "circle",
        }
    }
}

/// What was found in a crate.
pub struct Found {
    sources: String,
    areas: Areas,
    imports: Imports,
    against: BTreeMap<(String, String), Against>,
}

impl House {
    /// Reads the sources and the table.
    fn look(&self) -> Result<Found, String> {
        let page = repository(PAGE);
        let page = std::fs::read_to_string(&page).map_err(|error| format!("{}: {error}", page.display()))?;
        let areas = match self.heading {
            Some(heading) => Areas::read(&page, heading).map_err(|problem| format!("{PAGE}, {heading}: {problem}"))?,
            None => Areas::whole(),
        };
        Found::in_sources(&repository(self.sources), self.sources, areas, self.heading.unwrap_or_default())
    }

    /// Everything that is wrong, in words. With `COINBOX_LAYERS=write` the list is written anew, if it is no longer than before.
    pub fn check(&self) -> Result<Found, String> {
        let found = self.look()?;
        let path = repository(self.list);
        let known = std::fs::read_to_string(&path).unwrap_or_default();
        if std::env::var("COINBOX_LAYERS").is_ok_and(|wanted| wanted == "write") {
            return self.write(&path, &known, found);
        }
        let problems = found.problems(&known, self.list);
        if problems.is_empty() { Ok(found) } else { Err(problems.join("\n")) }
    }

    fn write(&self, path: &Path, known: &str, found: Found) -> Result<Found, String> {
        let (before, now) = (lines(known).len(), found.against.len());
        if path.is_file() && now > before {
            let problems = found.problems(known, self.list).join("\n");
            return Err(format!("{} would get longer, from {before} lines to {now}:\n{problems}", self.list));
        }
        let written = if now > 0 || self.heading.is_some() {
            std::fs::write(path, found.list())
        } else if path.is_file() {
            std::fs::remove_file(path)
        } else {
            Ok(())
        };
        written.map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(found)
    }
}

impl Found {
    fn in_sources(folder: &Path, sources: &str, areas: Areas, heading: &str) -> Result<Found, String> {
        let imports = Imports::of(&Crate::read(folder)?);
        let homeless: Vec<&String> = imports.files.iter().filter(|file| areas.of(file).is_none()).collect();
        if !homeless.is_empty() {
            return Err(format!("{PAGE}, {heading}: no area has {homeless:?} of {sources}"));
        }
        if let Some(gone) = areas.places().find(|place| !folder.join(place).exists()) {
            return Err(format!("{PAGE}, {heading}: there is no `{gone}` in {sources}"));
        }
        let area = |file: &str| areas.of(file).unwrap_or_default();
        let inside = imports.arrows.keys().filter(|(from, to)| area(from) == area(to));
        let rings = circles::circles(inside.map(|(from, to)| (from.as_str(), to.as_str())));
        let mut against = BTreeMap::new();
        for (from, to) in imports.arrows.keys() {
            let ring = || rings.iter().any(|ring| ring.contains(from.as_str()) && ring.contains(to.as_str()));
            let kind = match area(from).cmp(&area(to)) {
                std::cmp::Ordering::Less => Some(Against::Up),
                std::cmp::Ordering::Equal if ring() => Some(Against::Circle),
                _ => None,
            };
            against.extend(kind.map(|kind| ((from.clone(), to.clone()), kind)));
        }
        Ok(Found { sources: sources.to_owned(), areas, imports, against })
    }

    /// In figures: files, imports, those against the rule, and the largest circle over all areas.
    pub fn summary(&self) -> String {
        let count = |kind| self.against.values().filter(|against| **against == kind).count();
        let all = self.imports.arrows.keys().map(|(from, to)| (from.as_str(), to.as_str()));
        let largest = circles::circles(all).iter().map(BTreeSet::len).max().unwrap_or_default();
        format!(
            "{}: {} files, {} imports, {} of them to a later area, {} in circles within an area; the largest circle over all areas has {largest} files",
            self.sources,
            self.imports.files.len(),
            self.imports.arrows.len(),
            count(Against::Up),
            count(Against::Circle),
        )
    }

    /// The list that tells what is against the rule now.
    fn list(&self) -> String {
        let mut lines: Vec<String> =
            self.against.iter().map(|((from, to), kind)| format!("{} {from} -> {to}\n", kind.word())).collect();
        lines.sort_unstable_by_key(|line| (!line.starts_with("up "), line.clone()));
        format!("{HEAD}{}", lines.concat())
    }

    /// What is new against the list, and what of it is gone.
    fn problems(&self, known: &str, list: &str) -> Vec<String> {
        let known = lines(known);
        let now: BTreeMap<String, (&(String, String), Against)> = self
            .against
            .iter()
            .map(|(arrow, kind)| (format!("{} {} -> {}", kind.word(), arrow.0, arrow.1), (arrow, *kind)))
            .collect();
        let fresh = now.iter().filter(|(line, _)| !known.contains(line.as_str()));
        let mut problems: Vec<String> = fresh.map(|(_, ((from, to), kind))| self.words(from, to, *kind)).collect();
        let gone = known.iter().filter(|line| !now.contains_key(**line));
        problems.extend(gone.map(|line| format!("{list}: `{line}` is no longer so: delete the line")));
        problems
    }

    fn words(&self, from: &str, to: &str, kind: Against) -> String {
        let Import { line, path } = &self.imports.arrows[&(from.to_owned(), to.to_owned())];
        let name = |file: &str| self.areas.of(file).map_or("", |area| self.areas.name(area));
        let (here, there) = (name(from), name(to));
        let told = format!("{}/{from}:{line} imports `{path}` of {to}", self.sources);
        match kind {
            Against::Up => format!(
                "{told}.\n  `{here}` comes before `{there}` ({PAGE}) and must not know it. What both need goes to `{here}` or an earlier area, as the \
                 smallest piece that serves; what decides by both goes to `{there}` or a later one.",
            ),
            Against::Circle => format!(
                "{told}, which leads back: {}.\n  What both need goes to a file of its own in `{here}` that imports neither.",
                self.way_back(from, to).join(" -> "),
            ),
        }
    }

    /// The shortest way from a file through another one back to it, within its area.
    fn way_back(&self, file: &str, through: &str) -> Vec<String> {
        let area = self.areas.of(file);
        let mut came_from: BTreeMap<&str, &str> = BTreeMap::new();
        let mut open = VecDeque::from([through]);
        while let Some(next) = open.pop_front() {
            for (from, to) in self.imports.arrows.keys() {
                if from == next && self.areas.of(to) == area && !came_from.contains_key(to.as_str()) {
                    came_from.insert(to, from);
                    open.push_back(to);
                }
            }
        }
        let mut way = vec![file.to_owned()];
        let mut at = file;
        while let Some(before) = came_from.get(at) {
            way.push((*before).to_owned());
            at = before;
            if at == through || way.len() > came_from.len() {
                break;
            }
        }
        way.push(file.to_owned());
        way.reverse();
        way
    }
}

fn lines(list: &str) -> BTreeSet<&str> {
    list.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    const PAGE_OF_TEST: &str = "## Areas\n\n| area | where |\n|---|---|\n| `ground` | `money.rs` |\n| `ledger` | `ledger.rs`, `lots.rs` |\n\
        | `credit` | `credit/` |\n| `top` | `lib.rs` |\n";

    /// A crate of a few files in a folder.
    fn found(files: &[(&str, &str)]) -> Result<Found, String> {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, text) in files {
            let path: PathBuf = folder.path().join(name);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            std::fs::write(path, text).expect("a file");
        }
        Found::in_sources(folder.path(), "src", Areas::read(PAGE_OF_TEST, "Areas").expect("a table"), "Areas")
    }

    const LIB: (&str, &str) = ("lib.rs", "mod money; mod ledger; mod lots; mod credit;");
    const CREDIT: (&str, &str) = ("credit/mod.rs", "mod records;\npub use records::Charge;\n");
    const RECORDS: (&str, &str) = ("credit/records.rs", "use crate::money::Money;\npub struct Charge(Money);\n");
    const MONEY: (&str, &str) = ("money.rs", "pub struct Money;\n");
    const LOTS: (&str, &str) = ("lots.rs", "use super::money::Money;\npub struct Lot(Money);\n");

    fn with_ledger(text: &str) -> Found {
        found(&[LIB, CREDIT, RECORDS, MONEY, LOTS, ("ledger.rs", text)]).expect("areas")
    }

    fn list_of(found: &Found) -> Vec<String> {
        lines(&found.list()).into_iter().map(str::to_owned).collect()
    }

    #[test]
    fn an_import_of_a_later_area_is_found_however_it_is_written() {
        for text in [
            "use crate::credit::Charge;",
            "use crate::{money::Money, credit::{self, records::Charge as Paid}};",
            "use crate::credit;\nfn f(charge: &credit::Charge) {}",
            "fn f() { let charge = crate::credit::Charge::new(); }",
            "fn f() { told!(\"{}\", super::credit::Charge::NAME); }",
            "#[serde(with = \"crate::credit::Charge\")]\nstruct Transaction;",
            "mod inner { use crate::credit::records::*; }",
            "use crate::credit as paid;\nconst X: u8 = paid::records::Charge::X;",
        ] {
            assert_eq!(list_of(&with_ledger(text)), ["up ledger.rs -> credit/records.rs"], "{text}");
        }
    }

    #[test]
    fn tests_comments_text_and_earlier_areas_are_no_imports_of_a_later_one() {
        for text in [
            "use crate::lots::Lot;\nuse crate::money::Money;",
            "// crate::credit::Charge\n/// [`crate::credit::Charge`]\nconst X: &str = \"crate::credit::Charge\";",
            "#[cfg(test)]\nmod tests { use crate::credit::Charge; }",
            "#[cfg(test)]\nuse crate::credit::Charge;\nfn f() {}",
            "#[cfg(test)]\nimpl Transaction { fn f() -> crate::credit::Charge { todo } }",
            "use crate::credit;",
            "use serde::credit::Charge;\nfn f(given: credit::Charge) {}",
        ] {
            assert_eq!(list_of(&with_ledger(text)), [""; 0], "{text}");
        }
        let only_tests = found(&[
            ("lib.rs", "mod money; #[cfg(test)] mod story;"),
            MONEY,
            ("story.rs", "use crate::money::Money;"),
            ("ledger.rs", ""),
            LOTS,
            CREDIT,
        ]);
        assert_eq!(only_tests.expect("no area is wanted for tests").imports.files.len(), 2);
    }

    #[test]
    fn a_circle_within_an_area_is_found() {
        let found = found(&[
            LIB,
            CREDIT,
            RECORDS,
            MONEY,
            ("ledger.rs", "use crate::lots::Lot;\npub struct Transaction;"),
            ("lots.rs", "pub struct Lot;\n\nfn post(transaction: crate::ledger::Transaction) {}"),
        ])
        .expect("areas");
        assert_eq!(list_of(&found), ["circle ledger.rs -> lots.rs", "circle lots.rs -> ledger.rs"]);
        let told = found.problems("circle ledger.rs -> lots.rs", "list.txt");
        let words = "src/lots.rs:3 imports `crate::ledger::Transaction` of ledger.rs, which leads back: lots.rs -> ledger.rs -> lots.rs";
        assert!(told.len() == 1 && told[0].starts_with(words), "{told:?}");
    }

    #[test]
    fn the_list_only_gets_shorter() {
        let found = with_ledger("use crate::credit::Charge;");
        assert_eq!(found.problems(&found.list(), "list.txt"), [""; 0]);
        let fresh = found.problems("", "list.txt");
        assert!(
            fresh.len() == 1
                && fresh[0].starts_with("src/ledger.rs:1 imports `crate::credit::Charge` of credit/records.rs")
        );
        assert!(fresh[0].contains("`ledger` comes before `credit`"), "{fresh:?}");
        let gone = with_ledger("").problems("# why\nup ledger.rs -> credit/records.rs\n", "list.txt");
        assert_eq!(gone, ["list.txt: `up ledger.rs -> credit/records.rs` is no longer so: delete the line"]);
    }

    #[test]
    fn every_file_has_an_area_and_every_place_is_there() {
        let lib = ("lib.rs", "mod money; mod ledger; mod lots; mod credit; mod alerts;");
        let homeless = found(&[lib, CREDIT, RECORDS, MONEY, LOTS, ("ledger.rs", ""), ("alerts.rs", "")]).err();
        assert_eq!(homeless.as_deref(), Some("docs/architecture.md, Areas: no area has [\"alerts.rs\"] of src"));
        let gone = found(&[("lib.rs", "mod money; mod ledger;"), MONEY, ("ledger.rs", ""), CREDIT]).err();
        assert_eq!(gone.as_deref(), Some("docs/architecture.md, Areas: there is no `lots.rs` in src"));
    }
}
