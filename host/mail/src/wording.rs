//! What mails say: templates filled with facts.
//!
//! Each mail is two files, `NAME.txt` and `NAME.html`. The text begins with a line `Subject: …`. Facts are written with
//! underscores (`{{ account_name }}`) and are always text. Mails of an account share `layout.txt` and `layout.html`, those to one person
//! `person.txt`, `person.html` and `link.html`, and all of them `words.txt`; `words.txt` has the sentences for the words that the rules use (`insufficient-funds`). HTML escapes every fact.
//!
//! An operator's folder replaces any of these files by one of the same name. A folder inside it that is named by a language tag
//! (`de`, `pt-br`) adds a language; what it lacks comes from the default language.
//!
//! Everything is checked when the program starts: each mail is filled with exactly its facts, with every word that the
//! rules may use, and must leave nothing open (R46).

use super::catalog::{BUILT_IN, LINK, SHARED, TEMPLATES, WORDS};
use super::facts::{clean, shown};
use coinbox_host::contract::types::Fact;
use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, UndefinedBehavior, Value};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Language of the built-in templates, and of every mail that has no better one.
pub const DEFAULT_LANGUAGE: &str = "en";
/// Longest subject in characters; what is longer is cut.
pub const SUBJECT_CHARS_MAX: usize = 200;
/// Longest value of a fact in bytes.
pub const FACT_BYTES_MAX: usize = 8 * 1024;
const TEMPLATE_BYTES_MAX: u64 = 256 * 1024;
const LANGUAGES_MAX: usize = 100;

/// Why the templates cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum WordingError {
    /// A file or the folder cannot be read.
    #[error("mail templates: {path}: {cause}")]
    File {
        /// Which.
        path: PathBuf,
        /// What the operating system said.
        cause: std::io::Error,
    },
    /// A template breaks a rule.
    #[error("mail template {template} ({language}): {problem}")]
    Template {
        /// File name.
        template: String,
        /// Language.
        language: String,
        /// What is wrong and what is possible.
        problem: String,
    },
}

/// A mail with everything filled in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Filled {
    /// One line.
    pub subject: String,
    /// Plain text part.
    pub text: String,
    /// HTML part.
    pub html: String,
}

/// Checked templates in one or more languages.
pub struct Wording {
    environment: Environment<'static>,
    /// Language and mail.
    mails: BTreeSet<(String, String)>,
}

/// Source text by language and file name.
type Sources = BTreeMap<(String, String), String>;

impl Wording {
    /// The built-in templates.
    pub fn built_in() -> Result<Wording, WordingError> {
        Wording::from_sources(built_in_sources())
    }

    /// The built-in templates with the files of the operator's folder in their place.
    pub fn with_folder(folder: &Path) -> Result<Wording, WordingError> {
        let mut sources = built_in_sources();
        read_folder(folder, DEFAULT_LANGUAGE, &mut sources)?;
        for language in language_folders(folder)? {
            read_folder(&folder.join(&language), &language.to_ascii_lowercase(), &mut sources)?;
        }
        Wording::from_sources(sources)
    }

    fn from_sources(sources: Sources) -> Result<Wording, WordingError> {
        let mut parts: BTreeMap<String, String> = BTreeMap::new();
        let mut mails = BTreeSet::new();
        for ((language, file), source) in &sources {
            let problem = |problem: String| template_error(language, file, problem);
            let mail = file.strip_suffix(".txt").filter(|_| !SHARED.contains(&file.as_str()));
            let Some(mail) = mail else {
                parts.insert(format!("{language}/{file}"), source.clone());
                continue;
            };
            let (first, rest) = source.split_once('\n').unwrap_or((source, ""));
            let subject =
                first.trim_end().strip_prefix("Subject:").map(str::trim).filter(|subject| !subject.is_empty());
            let subject =
                subject.ok_or_else(|| problem("the first line must be \"Subject: \" and the subject".to_owned()))?;
            parts.insert(format!("{language}/{mail}.subject"), subject.to_owned());
            parts.insert(format!("{language}/{file}"), rest.to_owned());
            mails.insert((language.clone(), mail.to_owned()));
        }
        for (language, file) in sources.keys() {
            if SHARED.contains(&file.as_str()) {
                continue;
            }
            let pair = match file.strip_suffix(".html") {
                Some(mail) => format!("{mail}.txt"),
                None => format!("{}.html", file.trim_end_matches(".txt")),
            };
            if !sources.contains_key(&(language.clone(), pair.clone())) {
                return Err(template_error(
                    language,
                    file,
                    format!("a mail has two parts, {pair} is missing beside it"),
                ));
            }
        }
        let wording = Wording { environment: environment(parts)?, mails };
        wording.check(&sources)?;
        Ok(wording)
    }

    /// Fills a mail. The text of an error is for people, and holds no value of a fact.
    pub fn fill(&self, template: &str, language: &str, facts: &[Fact]) -> Result<Filled, String> {
        let (_, names) = TEMPLATES
            .iter()
            .find(|(name, _)| *name == template)
            .ok_or_else(|| format!("no mail template is called {:?}", template.chars().take(60).collect::<String>()))?;
        let mut values = BTreeMap::new();
        for name in *names {
            // Facts beyond the documented ones are left alone: a later version of the rules may send more.
            let fact = facts.iter().find(|fact| fact.name == *name);
            let value = &fact.ok_or_else(|| format!("mail template {template}: the fact {name} is missing"))?.value;
            if value.len() > FACT_BYTES_MAX {
                return Err(format!("mail template {template}: the fact {name} is longer than {FACT_BYTES_MAX} bytes"));
            }
            values.insert(name.replace('-', "_"), Value::from(shown(template, name, value)));
        }
        self.render(template, &self.language_for(template, language), values)
            .map_err(|error| format!("mail template {template}: {}", describe(&error)))
    }

    fn render(
        &self,
        template: &str,
        language: &str,
        values: BTreeMap<String, Value>,
    ) -> Result<Filled, minijinja::Error> {
        let values = Value::from(values);
        let part = |suffix: &str| {
            self.environment.get_template(&format!("{language}/{template}.{suffix}"))?.render(values.clone())
        };
        let subject: String = clean(part("subject")?.trim(), false).chars().take(SUBJECT_CHARS_MAX).collect();
        Ok(Filled { subject, text: part("txt")?, html: part("html")? })
    }

    /// The wanted language, else its first part, else the default.
    fn language_for(&self, template: &str, wanted: &str) -> String {
        let wanted = wanted.to_ascii_lowercase();
        let main = wanted.split('-').next().unwrap_or_default().to_owned();
        let has = |language: &String| self.mails.contains(&(language.clone(), template.to_owned()));
        [wanted, main].into_iter().find(has).unwrap_or_else(|| DEFAULT_LANGUAGE.to_owned())
    }

    fn check(&self, sources: &Sources) -> Result<(), WordingError> {
        for (language, file) in sources.keys().filter(|(_, file)| SHARED.contains(&file.as_str())) {
            let common = match file.split('.').next() {
                Some("words") => &[][..],
                Some("link") => &[LINK],
                Some("person") => &["name", "brand"],
                _ => &["account-name", "auth-id", "brand"],
            };
            self.check_names(language, file, common)?;
        }
        for (language, template) in &self.mails {
            let problem = |problem: String| template_error(language, template, problem);
            let (_, names) = TEMPLATES
                .iter()
                .find(|(name, _)| name == template)
                .ok_or_else(|| problem(format!("no mail has this name; possible are {}", names_of_all())))?;
            for suffix in ["subject", "txt", "html"] {
                self.check_names(language, &format!("{template}.{suffix}"), names)?;
            }
            for values in samples(template, names) {
                let filled = self.render(template, language, values).map_err(|error| problem(describe(&error)))?;
                for part in [&filled.subject, &filled.text, &filled.html] {
                    if part.trim().is_empty() {
                        return Err(problem("a part of the mail is empty".to_owned()));
                    }
                    if let Some(open) = ["{{", "}}", "{%", "%}", "{#", "#}"].iter().find(|open| part.contains(**open)) {
                        return Err(problem(format!(
                            "{open} is left in the filled mail: a placeholder is not closed or nested"
                        )));
                    }
                }
            }
        }
        Ok(())
    }

    /// Every name in a template, in branches that no sample reaches too, must be one of its facts.
    fn check_names(&self, language: &str, file: &str, facts: &[&str]) -> Result<(), WordingError> {
        let problem = |problem: String| template_error(language, file, problem);
        let template =
            self.environment.get_template(&format!("{language}/{file}")).map_err(|error| problem(describe(&error)))?;
        let mut unknown: Vec<String> = template.undeclared_variables(false).into_iter().collect();
        unknown.retain(|name| !facts.iter().any(|fact| fact.replace('-', "_") == *name));
        unknown.sort();
        match unknown.first() {
            None => Ok(()),
            Some(name) => Err(problem(format!("there is no fact {name}; possible are {}", facts.join(", ")))),
        }
    }
}

impl std::fmt::Debug for Wording {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Wording").field("mails", &self.mails).finish_non_exhaustive()
    }
}

fn built_in_sources() -> Sources {
    BUILT_IN
        .iter()
        .map(|(file, source)| ((DEFAULT_LANGUAGE.to_owned(), (*file).to_owned()), (*source).to_owned()))
        .collect()
}

fn environment(parts: BTreeMap<String, String>) -> Result<Environment<'static>, WordingError> {
    let mut environment = Environment::new();
    let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true).build();
    environment.set_syntax(syntax.map_err(|error| template_error("", "", describe(&error)))?);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    // A template of one language takes the shared files of that language, or of the default where it has none.
    environment.set_path_join_callback(|name, parent| match parent.split_once('/') {
        Some((language, _)) => Cow::Owned(format!("{language}/{name}")),
        None => Cow::Borrowed(name),
    });
    environment.set_loader(move |name| {
        let shared = || {
            let (_, file) = name.split_once('/')?;
            SHARED.contains(&file).then(|| parts.get(&format!("{DEFAULT_LANGUAGE}/{file}")))?
        };
        Ok(parts.get(name).or_else(shared).cloned())
    });
    Ok(environment)
}

fn template_error(language: &str, template: &str, problem: String) -> WordingError {
    WordingError::Template { template: template.to_owned(), language: language.to_owned(), problem }
}

/// The reason and place of a template error, without the values that were filled in.
fn describe(error: &minijinja::Error) -> String {
    let what = error.detail().map_or_else(|| error.kind().to_string(), |detail| format!("{}: {detail}", error.kind()));
    match (error.name(), error.line()) {
        (Some(name), Some(line)) => format!("{what} ({name}, line {line})"),
        _ => what,
    }
}

fn names_of_all() -> String {
    TEMPLATES.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
}

/// The facts of a mail with every combination of the words that they may be.
fn samples(template: &str, names: &[&str]) -> Vec<BTreeMap<String, Value>> {
    let mut samples = vec![BTreeMap::new()];
    for name in names {
        let words = WORDS.iter().find(|(mail, fact, _)| *mail == template && fact == name);
        let sample = [format!("[{name}]")];
        let words: Vec<&str> = match words {
            Some((_, _, words)) => words.to_vec(),
            None => vec![&sample[0]],
        };
        samples = samples
            .into_iter()
            .flat_map(|before| {
                words.iter().map(move |word| {
                    let mut values = before.clone();
                    values.insert(name.replace('-', "_"), Value::from(*word));
                    values
                })
            })
            .collect();
    }
    samples
}

fn read_folder(folder: &Path, language: &str, sources: &mut Sources) -> Result<(), WordingError> {
    for name in names_in(folder)? {
        let path = folder.join(&name);
        // Editors leave other files behind; only these two kinds are templates.
        if path.is_dir() || !(name.ends_with(".txt") || name.ends_with(".html")) {
            continue;
        }
        let known = BUILT_IN.iter().any(|(file, _)| *file == name);
        if !known {
            return Err(template_error(
                language,
                &name,
                format!("no mail has this name; possible are {}", names_of_all()),
            ));
        }
        let failed = |cause| WordingError::File { path: path.clone(), cause };
        let size = std::fs::metadata(&path).map_err(failed)?.len();
        if size > TEMPLATE_BYTES_MAX {
            let problem = format!("it has {size} bytes, at most {TEMPLATE_BYTES_MAX} are possible");
            return Err(template_error(language, &name, problem));
        }
        let source = std::fs::read_to_string(&path).map_err(failed)?;
        sources.insert((language.to_owned(), name), source);
    }
    Ok(())
}

fn language_folders(folder: &Path) -> Result<Vec<String>, WordingError> {
    let mut languages = Vec::new();
    for name in names_in(folder)?.into_iter().filter(|name| folder.join(name).is_dir() && !name.starts_with('.')) {
        let tag = name.len() <= 35
            && name
                .split('-')
                .all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric()));
        if !tag || languages.len() == LANGUAGES_MAX {
            let problem =
                format!("a folder of templates is named by a language tag such as pt-br, at most {LANGUAGES_MAX}");
            return Err(template_error("", &name, problem));
        }
        languages.push(name);
    }
    Ok(languages)
}

/// Names in a folder, sorted; those that are not text are left out.
fn names_in(folder: &Path) -> Result<Vec<String>, WordingError> {
    let failed = |cause| WordingError::File { path: folder.to_owned(), cause };
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        names.extend(entry.map_err(failed)?.file_name().into_string());
    }
    names.sort();
    Ok(names)
}
