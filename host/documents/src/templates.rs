//! Templates, words and names of countries: built in, each file replaceable by one of the same name in the operator's folder.
//!
//! Each edition of documents has templates of its own, so a document that was issued earlier is printed as it was then. The editions share their words,
//! so a word whose meaning changes gets a new name. An operator's file replaces the built-in file of every edition, as it did when there was only one.

use crate::document::{Edition, Kind};
use crate::marks::Marks;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Largest file of the operator's folder, pictures included.
const FILE_BYTES_MAX: u64 = 4 << 20;
/// Most files of the folder.
const FILES_MAX: usize = 200;
/// The built-in language, which has every word.
const COMPLETE: &str = "en";

/// Built-in files by name.
const BUILT_IN: [(&str, &str); 8] = [
    ("document.typ", include_str!("../templates/document.typ")),
    ("invoice.typ", include_str!("../templates/invoice.typ")),
    ("credit-note.typ", include_str!("../templates/credit-note.typ")),
    ("receipt.typ", include_str!("../templates/receipt.typ")),
    ("words-en.json", include_str!("../templates/words-en.json")),
    ("words-de.json", include_str!("../templates/words-de.json")),
    // Territory names of the CLDR, version 48.
    ("countries-en.json", include_str!("../templates/countries-en.json")),
    ("countries-de.json", include_str!("../templates/countries-de.json")),
];

/// Templates of the first edition, in place of those of now. They never change.
const FIRST_EDITION: [(&str, &str); 4] = [
    ("document.typ", include_str!("../templates/edition-1/document.typ")),
    ("invoice.typ", include_str!("../templates/edition-1/invoice.typ")),
    ("credit-note.typ", include_str!("../templates/edition-1/credit-note.typ")),
    ("receipt.typ", include_str!("../templates/edition-1/receipt.typ")),
];

/// A template folder that cannot be used.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{file}: {problem}")]
pub struct TemplateError {
    /// Which file or folder.
    pub file: String,
    /// What is wrong.
    pub problem: String,
}

fn wrong(file: impl Into<String>, problem: impl ToString) -> TemplateError {
    TemplateError { file: file.into(), problem: problem.to_string() }
}

/// Files that templates may read, and the words of one language.
#[derive(Clone, Debug)]
pub(crate) struct Templates {
    /// By name, as in the folder; no sub-folders.
    pub files: BTreeMap<String, Vec<u8>>,
    /// The same for documents of the first edition.
    pub first_edition: BTreeMap<String, Vec<u8>>,
    /// Words of the chosen language.
    pub words: Words,
    /// Names of countries in it.
    pub countries: Countries,
    /// Whether the operator has put files in the place of built-in ones.
    pub are_changed: bool,
}

impl Templates {
    /// Built-in files, those of the folder in their place and beside them, and the words of a language.
    pub(crate) fn open(folder: Option<&Path>, language: &str) -> Result<Templates, TemplateError> {
        let named = |list: &[(&str, &str)]| -> BTreeMap<String, Vec<u8>> {
            list.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect()
        };
        let (mut files, mut first_edition) = (named(&BUILT_IN), named(&BUILT_IN));
        first_edition.extend(named(&FIRST_EDITION));
        let mut own = BTreeMap::new();
        if let Some(folder) = folder {
            read_folder(folder, &mut own)?;
        }
        let are_changed = !own.is_empty();
        first_edition.extend(own.clone());
        files.extend(own);
        let words = Words::read(language, &files)?;
        let countries = Countries::read(language, &files)?;
        Ok(Templates { files, first_edition, words, countries, are_changed })
    }

    /// Files of an edition.
    pub(crate) fn of(&self, edition: Edition) -> &BTreeMap<String, Vec<u8>> {
        if edition == Edition::FIRST { &self.first_edition } else { &self.files }
    }

    /// File name of a kind's template.
    pub(crate) fn main(kind: Kind) -> &'static str {
        match kind {
            Kind::Invoice => "invoice.typ",
            Kind::CreditNote => "credit-note.typ",
            Kind::Receipt => "receipt.typ",
        }
    }
}

fn read_folder(folder: &Path, files: &mut BTreeMap<String, Vec<u8>>) -> Result<(), TemplateError> {
    let shown = folder.display().to_string();
    let entries = fs::read_dir(folder).map_err(|error| wrong(&shown, error))?;
    for (count, entry) in entries.enumerate() {
        if count >= FILES_MAX {
            return Err(wrong(&shown, format!("more than {FILES_MAX} files")));
        }
        let entry = entry.map_err(|error| wrong(&shown, error))?;
        let path = entry.path();
        let file = path.display().to_string();
        let size = fs::metadata(&path).map_err(|error| wrong(&file, error))?;
        if !size.is_file() {
            continue;
        }
        if size.len() > FILE_BYTES_MAX {
            return Err(wrong(file, format!("{} bytes are too many, at most {FILE_BYTES_MAX}", size.len())));
        }
        let name = entry.file_name().into_string().map_err(|_| wrong(&file, "its name is not UTF-8"))?;
        if RESERVED.contains(&name.as_str()) {
            return Err(wrong(file, "this name is taken: templates read the document and its words under it"));
        }
        files.insert(name, fs::read(&path).map_err(|error| wrong(&file, error))?);
    }
    Ok(())
}

/// What templates read besides files.
pub(crate) const RESERVED: [&str; 3] = ["document.json", "words.json", "settings.json"];

/// The words of one language.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Words {
    words: Map<String, Value>,
}

impl Words {
    /// `words-LANGUAGE.json`. It must have every word that the built-in English has, and may have more.
    fn read(language: &str, files: &BTreeMap<String, Vec<u8>>) -> Result<Words, TemplateError> {
        let name = format!("words-{language}.json");
        let bytes = files.get(&name).ok_or_else(|| {
            let there: Vec<&str> =
                files.keys().filter_map(|name| name.strip_prefix("words-")?.strip_suffix(".json")).collect();
            wrong(&name, format!("there is no such file; there are words for {}", there.join(", ")))
        })?;
        let words = object(&name, bytes)?;
        let complete = object(COMPLETE, built_in(COMPLETE).as_bytes())?;
        for (key, value) in &complete {
            match (value, words.get(key)) {
                (Value::Object(needed), Some(Value::Object(given))) => {
                    if let Some(missing) = needed.keys().find(|word| !given.contains_key(*word)) {
                        return Err(wrong(&name, format!("`{key}.{missing}` is missing")));
                    }
                    if let Some((word, _)) = given.iter().find(|(_, value)| !value.is_string()) {
                        return Err(wrong(&name, format!("`{key}.{word}` must be text")));
                    }
                }
                (Value::String(_), Some(Value::String(_))) => {}
                (_, None) => return Err(wrong(&name, format!("`{key}` is missing"))),
                (Value::Object(_), _) => return Err(wrong(&name, format!("`{key}` must be an object of texts"))),
                _ => return Err(wrong(&name, format!("`{key}` must be text"))),
            }
        }
        Ok(Words { words })
    }

    /// A code of the contract in words, or as it is.
    pub(crate) fn word(&self, group: &str, code: &str) -> String {
        let found = self.words.get(group).and_then(|group| group.get(code)).and_then(Value::as_str);
        found.unwrap_or(code).to_owned()
    }

    /// The same of a narrower group, or of the wider one where that lacks it.
    pub(crate) fn word_of(&self, narrow: &str, wide: &str, code: &str) -> String {
        let found = self.words.get(narrow).and_then(|group| group.get(code)).and_then(Value::as_str);
        found.map_or_else(|| self.word(wide, code), str::to_owned)
    }

    /// A text of its own, or what stands for it where a words file of an operator does not have it.
    pub(crate) fn text_or(&self, key: &str, otherwise: &str) -> String {
        self.words.get(key).and_then(Value::as_str).unwrap_or(otherwise).to_owned()
    }

    /// How numbers are written.
    pub(crate) fn marks(&self) -> Marks {
        let text = |key: &str| self.words.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        Marks { decimal: text("decimal-mark"), group: text("group-mark") }
    }

    /// What templates read as `words.json`.
    pub(crate) fn json(&self) -> Value {
        Value::Object(self.words.clone())
    }
}

/// Names of countries by their ISO 3166-1 alpha-2 code.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Countries {
    names: BTreeMap<String, String>,
}

impl Countries {
    /// English names, and over them those of `countries-LANGUAGE.json`, if there is one.
    fn read(language: &str, files: &BTreeMap<String, Vec<u8>>) -> Result<Countries, TemplateError> {
        let mut names = BTreeMap::new();
        for language in [COMPLETE, language] {
            let file = format!("countries-{language}.json");
            for (code, name) in files.get(&file).map(|bytes| object(&file, bytes)).transpose()?.unwrap_or_default() {
                let Value::String(name) = name else { return Err(wrong(&file, format!("`{code}` must be text"))) };
                names.insert(code, name);
            }
        }
        Ok(Countries { names })
    }

    /// The name of a code; what is no code of the list stays as it is.
    pub(crate) fn name<'a>(&'a self, code: &'a str) -> &'a str {
        self.names.get(code).map_or(code, String::as_str)
    }
}

fn built_in(language: &str) -> &'static str {
    let name = format!("words-{language}.json");
    BUILT_IN.iter().find(|(file, _)| *file == name).map_or("{}", |(_, text)| text)
}

fn object(name: &str, bytes: &[u8]) -> Result<Map<String, Value>, TemplateError> {
    serde_json::from_slice(bytes).map_err(|error| wrong(name, format!("not a JSON object of texts: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_has_every_word() {
        for language in ["en", "de"] {
            assert!(Templates::open(None, language).is_ok(), "{language}");
        }
        let error = Templates::open(None, "xx").expect_err("no such language").to_string();
        assert_eq!(error, "words-xx.json: there is no such file; there are words for de, en");
    }

    /// money-13: countries are printed by name, in each built-in language.
    #[test]
    fn every_country_has_a_name_in_every_language() {
        let countries = |language| Templates::open(None, language).expect("built in").countries;
        let (english, german) = (countries("en"), countries("de"));
        assert_eq!((english.name("DE"), german.name("DE")), ("Germany", "Deutschland"));
        assert_eq!((english.name("US"), german.name("US")), ("United States", "Vereinigte Staaten"));
        assert_eq!((english.name("ZZ"), english.name("")), ("ZZ", ""));
        // All of ISO 3166-1, and Kosovo.
        assert_eq!((english.names.len(), german.names.len()), (250, 250));
        let folder = crate::tests::Folder::new();
        let words = built_in("de").replacen("\"de\"", "\"gsw\"", 1);
        fs::write(folder.path().join("words-gsw.json"), words).expect("written");
        fs::write(folder.path().join("countries-gsw.json"), r#"{"CH": "Schwiiz"}"#).expect("written");
        let own = Templates::open(Some(folder.path()), "gsw").expect("opens").countries;
        assert_eq!((own.name("CH"), own.name("DE")), ("Schwiiz", "Germany"), "what it lacks is English");
    }

    #[test]
    fn a_folder_replaces_files_and_is_held_to_its_limits() {
        let folder = crate::tests::Folder::new();
        let write = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes).expect("written");
        write("words-fr.json", br#"{"decimal-mark": ","}"#);
        let error = Templates::open(Some(folder.path()), "fr").expect_err("incomplete").to_string();
        assert!(error.starts_with("words-fr.json: `") && error.ends_with("` is missing"), "{error}");
        write("invoice.typ", b"replaced");
        let templates = Templates::open(Some(folder.path()), "en").expect("opens");
        assert_eq!(templates.files["invoice.typ"], b"replaced");
        assert!(templates.files.contains_key("receipt.typ"));
        write("document.json", b"{}");
        let error = Templates::open(Some(folder.path()), "en").expect_err("reserved").to_string();
        assert!(error.contains("this name is taken"), "{error}");
        assert!(Templates::open(Some(Path::new("/nowhere/at/all")), "en").is_err());
    }
}
