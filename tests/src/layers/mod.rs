//! Whether the sources keep to `docs/architecture.md`: an area of the rules and a part of the host is a crate that uses only the crates that its row
//! names ([`parts`]), and inside a crate no file imports one that leads back to it.
//!
//! Calls of methods are not seen: only paths are.

mod circles;
mod imports;
pub mod parts;
mod source;

use crate::components::repository;
use imports::{Import, Imports};
use source::Crate;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::Path;

/// The areas of the rules: the folder of each `lib.rs`.
pub const RULES: [&str; 12] = [
    "guest/rules/ground/src",
    "guest/rules/profiles/src",
    "guest/rules/access/src",
    "guest/rules/ledger/src",
    "guest/rules/pricing/src",
    "guest/rules/credit/src",
    "guest/rules/invoices/src",
    "guest/rules/payments/src",
    "guest/rules/numbers/src",
    "guest/rules/usage/src",
    "guest/rules/accounts/src",
    "guest/rules/src",
];

/// The parts of the host: the folder of each `lib.rs` or `main.rs`.
pub const HOST: [&str; 8] = [
    "host/src",
    "host/mail/src",
    "host/documents/src",
    "host/operations/src",
    "host/simulation/src",
    "host/server/src",
    "host/sample/src",
    "host/program/src",
];

/// The page with the tables.
const PAGE: &str = "docs/architecture.md";

/// What was found in a crate.
pub struct Found {
    sources: String,
    imports: Imports,
    /// Importing and imported file of every import in a circle.
    against: BTreeSet<(String, String)>,
}

/// What a crate imports, or every import that leads back, in words. The folder is one of the repository.
pub fn check(sources: &str) -> Result<Found, String> {
    let found = Found::in_sources(&repository(sources), sources)?;
    let problems = found.problems();
    if problems.is_empty() { Ok(found) } else { Err(problems.join("\n")) }
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

    /// In figures: files and imports.
    pub fn summary(&self) -> String {
        format!("{}: {} files, {} imports", self.sources, self.imports.files.len(), self.imports.arrows.len())
    }

    fn problems(&self) -> Vec<String> {
        self.against.iter().map(|arrow| self.words(arrow)).collect()
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

    fn with_ledger(text: &str) -> Found {
        found(&[LIB, CREDIT, RECORDS, MONEY, LOTS, ("ledger.rs", &format!("pub struct Transaction;\n{text}"))])
    }

    /// Imports in circles.
    fn against(found: &Found) -> Vec<(&str, &str)> {
        found.against.iter().map(|(from, to)| (from.as_str(), to.as_str())).collect()
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
            let both = [("credit/records.rs", "ledger.rs"), ("ledger.rs", "credit/records.rs")];
            assert_eq!(against(&with_ledger(text)), both, "{text}");
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
            assert!(against(&with_ledger(text)).is_empty(), "{text}");
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
        assert_eq!(against(&found), [("ledger.rs", "lots.rs"), ("lots.rs", "ledger.rs")]);
        let words = "src/lots.rs:3 imports `crate::ledger::Transaction` of ledger.rs, which leads back: lots.rs -> ledger.rs -> lots.rs";
        let told = found.problems();
        assert!(told.len() == 2 && told[1].starts_with(words), "{told:?}");
    }
}
