//! Whether the sources keep to `docs/architecture.md`: an area of the rules and a part of the host is a crate that uses only the crates that its row
//! names ([`parts`]), and inside a crate no file imports one that leads back to it.
//!
//! Not every file does so yet. The imports that do not stand in `tests/layers/*.txt`, which only gets shorter: a new one is refused, and the
//! line of one that is gone must go too. Calls of methods are not seen: only paths are.

mod circles;
mod imports;
pub mod parts;
mod source;

use crate::components::repository;
use imports::{Import, Imports};
use source::Crate;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::Path;

/// A crate whose files are looked at.
pub struct House {
    /// Folder of its `lib.rs` or `main.rs`, in the repository.
    pub sources: &'static str,
    /// The list of imports that are still against the rule; there is none where there are no such imports.
    pub list: &'static str,
}

/// The areas of the rules.
pub const RULES: [House; 12] = [
    House { sources: "guest/rules/ground/src", list: "tests/layers/ground.txt" },
    House { sources: "guest/rules/profiles/src", list: "tests/layers/profiles.txt" },
    House { sources: "guest/rules/access/src", list: "tests/layers/access.txt" },
    House { sources: "guest/rules/ledger/src", list: "tests/layers/ledger.txt" },
    House { sources: "guest/rules/pricing/src", list: "tests/layers/pricing.txt" },
    House { sources: "guest/rules/credit/src", list: "tests/layers/credit.txt" },
    House { sources: "guest/rules/invoices/src", list: "tests/layers/invoices.txt" },
    House { sources: "guest/rules/payments/src", list: "tests/layers/payments.txt" },
    House { sources: "guest/rules/numbers/src", list: "tests/layers/numbers.txt" },
    House { sources: "guest/rules/usage/src", list: "tests/layers/usage.txt" },
    House { sources: "guest/rules/accounts/src", list: "tests/layers/accounts.txt" },
    House { sources: "guest/rules/src", list: "tests/layers/rules.txt" },
];

/// The parts of the host.
pub const HOST: [House; 8] = [
    House { sources: "host/src", list: "tests/layers/library.txt" },
    House { sources: "host/mail/src", list: "tests/layers/mail.txt" },
    House { sources: "host/documents/src", list: "tests/layers/documents.txt" },
    House { sources: "host/operations/src", list: "tests/layers/operations.txt" },
    House { sources: "host/simulation/src", list: "tests/layers/simulation.txt" },
    House { sources: "host/server/src", list: "tests/layers/server.txt" },
    House { sources: "host/sample/src", list: "tests/layers/sample.txt" },
    House { sources: "host/program/src", list: "tests/layers/program.txt" },
];

/// The page with the tables.
const PAGE: &str = "docs/architecture.md";

/// First words of a list.
const HEAD: &str = "\
# Imports of a file that leads back to the importing one, a line each; this list only gets shorter (tests/tests/layers.rs).
# After files were moved: COINBOX_LAYERS=write cargo test --release -p coinbox-tests --test layers
";

/// What was found in a crate.
pub struct Found {
    sources: String,
    imports: Imports,
    /// Importing and imported file of every import in a circle.
    against: BTreeSet<(String, String)>,
}

impl House {
    /// Everything that is wrong, in words. With `COINBOX_LAYERS=write` the list is written anew, if it is no longer than before.
    pub fn check(&self) -> Result<Found, String> {
        let found = Found::in_sources(&repository(self.sources), self.sources)?;
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
        let written = if now > 0 {
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
    fn in_sources(folder: &Path, sources: &str) -> Result<Found, String> {
        let imports = Imports::of(&Crate::read(folder)?);
        let rings = circles::circles(imports.arrows.keys().map(|(from, to)| (from.as_str(), to.as_str())));
        let in_a_ring = |(from, to): &&(String, String)| {
            rings.iter().any(|ring| ring.contains(from.as_str()) && ring.contains(to.as_str()))
        };
        let against = imports.arrows.keys().filter(in_a_ring).cloned().collect();
        Ok(Found { sources: sources.to_owned(), imports, against })
    }

    /// In figures: files, imports, those in circles, and the largest circle.
    pub fn summary(&self) -> String {
        let all = self.imports.arrows.keys().map(|(from, to)| (from.as_str(), to.as_str()));
        let largest = circles::circles(all).iter().map(BTreeSet::len).max().unwrap_or_default();
        format!(
            "{}: {} files, {} imports, {} of them in circles; the largest circle has {largest} files",
            self.sources,
            self.imports.files.len(),
            self.imports.arrows.len(),
            self.against.len(),
        )
    }

    /// The list that tells what is against the rule now.
    fn list(&self) -> String {
        let lines: Vec<String> = self.against.iter().map(|arrow| format!("{}\n", line_of(arrow))).collect();
        format!("{HEAD}{}", lines.concat())
    }

    /// What is new against the list, and what of it is gone.
    fn problems(&self, known: &str, list: &str) -> Vec<String> {
        let known = lines(known);
        let now: BTreeMap<String, &(String, String)> =
            self.against.iter().map(|arrow| (line_of(arrow), arrow)).collect();
        let fresh = now.iter().filter(|(line, _)| !known.contains(line.as_str()));
        let mut problems: Vec<String> = fresh.map(|(_, arrow)| self.words(arrow)).collect();
        let gone = known.iter().filter(|line| !now.contains_key(**line));
        problems.extend(gone.map(|line| format!("{list}: `{line}` is no longer so: delete the line")));
        problems
    }

    fn words(&self, arrow: &(String, String)) -> String {
        let (from, to) = arrow;
        let Import { line, path } = &self.imports.arrows[arrow];
        format!(
            "{}/{from}:{line} imports `{path}` of {to}, which leads back: {}.\n  What both need goes to a file of its own that imports neither.",
            self.sources,
            self.way_back(from, to).join(" -> "),
        )
    }

    /// The shortest way from a file through another one back to it.
    fn way_back(&self, file: &str, through: &str) -> Vec<String> {
        let mut came_from: BTreeMap<&str, &str> = BTreeMap::new();
        let mut open = VecDeque::from([through]);
        while let Some(next) = open.pop_front() {
            for (from, to) in self.imports.arrows.keys() {
                if from == next && !came_from.contains_key(to.as_str()) {
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

fn line_of((from, to): &(String, String)) -> String {
    format!("{from} -> {to}")
}

fn lines(list: &str) -> BTreeSet<&str> {
    list.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    /// A crate of a few files in a folder.
    fn found(files: &[(&str, &str)]) -> Found {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, text) in files {
            let path: PathBuf = folder.path().join(name);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            std::fs::write(path, text).expect("a file");
        }
        Found::in_sources(folder.path(), "src").expect("sources that can be read")
    }

    const LIB: (&str, &str) = ("lib.rs", "mod money; mod ledger; mod lots; mod credit;");
    const CREDIT: (&str, &str) = ("credit/mod.rs", "mod records;\npub use records::Charge;\n");
    /// It imports the ledger: whatever of the ledger imports it is in a circle.
    const RECORDS: (&str, &str) =
        ("credit/records.rs", "use crate::ledger::Transaction;\npub struct Charge(Transaction);\n");
    const MONEY: (&str, &str) = ("money.rs", "pub struct Money;\n");
    const LOTS: (&str, &str) = ("lots.rs", "use super::money::Money;\npub struct Lot(Money);\n");
    const BACK: &str = "credit/records.rs -> ledger.rs";

    fn with_ledger(text: &str) -> Found {
        found(&[LIB, CREDIT, RECORDS, MONEY, LOTS, ("ledger.rs", &format!("pub struct Transaction;\n{text}"))])
    }

    fn list_of(found: &Found) -> Vec<String> {
        lines(&found.list()).into_iter().map(str::to_owned).collect()
    }

    #[test]
    fn an_import_that_leads_back_is_found_however_it_is_written() {
        for text in [
            "use crate::credit::Charge;",
            "use crate::{money::Money, credit::{self, records::Charge as Paid}};",
            "use crate::credit;\nfn f(charge: &credit::Charge) {}",
            "fn f() { let charge = crate::credit::Charge::new(); }",
            "fn f() { told!(\"{}\", super::credit::Charge::NAME); }",
            "#[serde(with = \"crate::credit::Charge\")]\nstruct Posting;",
            "mod inner { use crate::credit::records::*; }",
            "use crate::credit as paid;\nconst X: u8 = paid::records::Charge::X;",
        ] {
            assert_eq!(list_of(&with_ledger(text)), [BACK, "ledger.rs -> credit/records.rs"], "{text}");
        }
    }

    #[test]
    fn tests_comments_text_and_other_crates_are_no_imports() {
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
        let only_tests =
            found(&[("lib.rs", "mod money; #[cfg(test)] mod story;"), MONEY, ("story.rs", "use crate::money::Money;")]);
        assert_eq!(only_tests.imports.files.len(), 2, "files of tests are not counted");
    }

    #[test]
    fn the_way_back_is_told() {
        let found = found(&[
            LIB,
            CREDIT,
            ("credit/records.rs", ""),
            MONEY,
            ("ledger.rs", "use crate::lots::Lot;\npub struct Transaction;"),
            ("lots.rs", "pub struct Lot;\n\nfn post(transaction: crate::ledger::Transaction) {}"),
        ]);
        assert_eq!(list_of(&found), ["ledger.rs -> lots.rs", "lots.rs -> ledger.rs"]);
        let told = found.problems("ledger.rs -> lots.rs", "list.txt");
        let words = "src/lots.rs:3 imports `crate::ledger::Transaction` of ledger.rs, which leads back: lots.rs -> ledger.rs -> lots.rs";
        assert!(told.len() == 1 && told[0].starts_with(words), "{told:?}");
    }

    #[test]
    fn the_list_only_gets_shorter() {
        let found = with_ledger("use crate::credit::Charge;");
        assert_eq!(found.problems(&found.list(), "list.txt"), [""; 0]);
        let fresh = found.problems(BACK, "list.txt");
        assert!(
            fresh.len() == 1
                && fresh[0].starts_with("src/ledger.rs:2 imports `crate::credit::Charge` of credit/records.rs"),
            "{fresh:?}"
        );
        let gone = with_ledger("").problems("# why\nledger.rs -> credit/records.rs\n", "list.txt");
        assert_eq!(gone, ["list.txt: `ledger.rs -> credit/records.rs` is no longer so: delete the line"]);
    }
}
