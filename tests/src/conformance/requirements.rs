//! Which requirement IDs there are, and which of them have a case.

use super::{Case, CaseError, files, folder};
use std::collections::{BTreeMap, BTreeSet};

/// The list in `tests/conformance/requirements.txt`: one ID a line, a `*` before those that are built; a `+` before those that a host
/// does without the rules, with the test that shows it behind them.
#[derive(Debug)]
pub struct Requirements {
    built: BTreeSet<String>,
    later: BTreeSet<String>,
    elsewhere: BTreeMap<String, String>,
}

impl Requirements {
    /// Reads the list.
    pub fn read() -> Result<Requirements, CaseError> {
        let path = folder().join("requirements.txt");
        let text = std::fs::read_to_string(&path).map_err(|error| CaseError(format!("{}: {error}", path.display())))?;
        Requirements::parse(&text)
    }

    fn parse(text: &str) -> Result<Requirements, CaseError> {
        let mut list = Requirements { built: BTreeSet::new(), later: BTreeSet::new(), elsewhere: BTreeMap::new() };
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let mut words = line.strip_prefix(['*', '+']).unwrap_or(line).split_whitespace();
            let (id, test) = (words.next().unwrap_or_default().to_owned(), words.next());
            let twice = list.knows(&id);
            let added = match (line.chars().next(), test) {
                (Some('*'), None) => list.built.insert(id.clone()),
                (Some('+'), Some(test)) => list.elsewhere.insert(id.clone(), test.to_owned()).is_none(),
                (Some('*' | '+'), _) | (_, Some(_)) => false,
                (_, None) => list.later.insert(id.clone()),
            };
            if !is_id(&id) || twice || !added || words.next().is_some() {
                return Err(CaseError(format!("`{line}` is no ID, or it is there twice")));
            }
        }
        Ok(list)
    }

    fn knows(&self, id: &str) -> bool {
        self.built.contains(id) || self.later.contains(id) || self.elsewhere.contains_key(id)
    }

    /// All IDs, in order of their text.
    pub fn ids(&self) -> BTreeSet<&str> {
        self.built.iter().chain(&self.later).chain(self.elsewhere.keys()).map(String::as_str).collect()
    }

    /// IDs that a text of the repository cites: words of the form of one whose area the list has, and rulings.
    pub fn cited<'a>(&self, text: &'a str) -> BTreeSet<&'a str> {
        let areas: BTreeSet<&str> = self.ids().iter().filter_map(|id| Some(id.split_once('-')?.0)).collect();
        let words = text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-');
        let is_cited = |word: &&str| {
            is_id(word) && word.split_once('-').is_none_or(|(area, number)| areas.contains(area) && number.len() <= 2)
        };
        words.filter(is_cited).collect()
    }

    /// IDs whose test, a file of the repository, is not there or does not name them.
    pub fn without_test(&self) -> Vec<String> {
        let root = folder().join("../..");
        let names = |path: &str, id: &str| {
            let text = std::fs::read_to_string(root.join(path)).unwrap_or_default();
            text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-').any(|word| word == id)
        };
        let missing = self.elsewhere.iter().filter(|(id, path)| !names(path, id));
        missing.map(|(id, path)| format!("{id}: {path}")).collect()
    }

    /// How many cases name each ID of the list, apart from those that a test of the host shows; rulings and unknown IDs are told apart by [`Requirements::unknown`].
    pub fn counts(&self, cases: &[(String, Case)]) -> BTreeMap<String, usize> {
        let mut counts: BTreeMap<String, usize> =
            self.built.iter().chain(&self.later).map(|id| (id.clone(), 0)).collect();
        for id in cases.iter().flat_map(|(_, case)| &case.requirements) {
            if let Some(count) = counts.get_mut(id) {
                *count += 1;
            }
        }
        counts
    }

    /// IDs that must have a case and have none.
    pub fn missing(&self, counts: &BTreeMap<String, usize>) -> Vec<String> {
        self.built.iter().filter(|id| counts.get(*id) == Some(&0)).cloned().collect()
    }

    /// What a case names that is in no list.
    pub fn unknown(&self, cases: &[(String, Case)]) -> Vec<String> {
        let named = cases.iter().flat_map(|(name, case)| case.requirements.iter().map(move |id| (name, id)));
        let unknown = named.filter(|(_, id)| !self.knows(id));
        unknown.map(|(name, id)| format!("{name}: {id}")).collect()
    }

    /// Every case of the repository.
    pub fn cases() -> Result<Vec<(String, Case)>, CaseError> {
        let read = |(name, path): (String, std::path::PathBuf)| {
            let case = Case::read(&path).map_err(|error| CaseError(format!("{name}: {error}")))?;
            Ok((name, case))
        };
        files().into_iter().map(read).collect()
    }
}

/// `CRD-5` or a ruling such as `R7`.
fn is_id(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match text.split_once('-') {
        Some((area, number)) => {
            area.bytes().all(|byte| byte.is_ascii_uppercase()) && !area.is_empty() && digits(number)
        }
        None => text.strip_prefix('R').is_some_and(digits),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_tells_what_is_built_from_what_comes_later() {
        let list = Requirements::parse("# comment\n* CRD-1\nCRD-9\n* R7\n").expect("a list");
        let case = Case::parse(r#"{"title":"t","requirements":["CRD-9","R7","R99"],"steps":[]}"#).expect("a case");
        let cases = [("area/case".to_owned(), case)];
        let counts = list.counts(&cases);
        assert_eq!(list.missing(&counts), ["CRD-1"]);
        assert_eq!(list.unknown(&cases), ["area/case: R99"]);
        assert_eq!(counts["CRD-9"], 1);
        let elsewhere =
            Requirements::parse("+ INV-2 tests/e2e/45-documents.sh\n+ INV-3 tests/none.sh\n").expect("a list");
        assert_eq!(elsewhere.without_test(), ["INV-3: tests/none.sh"]);
        assert_eq!(elsewhere.missing(&elsewhere.counts(&[])), [] as [String; 0]);
        let more = ["* CRD-1\nCRD-1", "+ CRD-1 a\n* CRD-1", "+ CRD-1", "* CRD-1 a", "CRD-1 a", "+ CRD-1 a b"];
        for bad in ["crd-1", "CRD", "CRD-", "R", "* * CRD-1", "CRD-1\nCRD-1"].into_iter().chain(more) {
            assert!(Requirements::parse(bad).is_err(), "{bad}");
        }
    }
}
