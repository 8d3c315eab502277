//! What mails say: templates filled with facts.
//!
//! Each mail is two files, `NAME.txt` and `NAME.html`. The text begins with a line `Subject: …`. Facts are written with
//! underscores (`{{ account_name }}`) and are always text. `layout.txt`, `layout.html` and `words.txt` are shared; the
//! last holds the sentences for the words that the rules use (`insufficient-funds`). HTML escapes every fact.
//!
//! An operator's folder replaces any of these files by one of the same name. A folder inside it that is named by a language tag
//! (`de`, `pt-br`) adds a language; what it lacks comes from the default language.
//!
//! Everything is checked when the program starts: each mail is filled with exactly its facts, with every word that the
//! rules may use, and must leave nothing open (R46).

use crate::contract::types::Fact;
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

/// Every mail with its facts.
pub const TEMPLATES: &[(&str, &[&str])] = &[
    ("account-reinstated", &["account-name", "auth-id", "brand"]),
    ("account-suspended", &["account-name", "auth-id", "reason", "details", "brand"]),
    ("account-welcome", &["account-name", "auth-id", "brand"]),
    ("balance-low", &["account-name", "auth-id", "balance", "threshold", "brand"]),
    ("card-expiring", &["account-name", "auth-id", "card", "expires", "brand"]),
    ("out-of-credit", &["account-name", "auth-id", "balance", "brand"]),
    ("recharge-capped", &["account-name", "auth-id", "amount", "cap", "period", "resumes", "brand"]),
    ("recharge-failed", &["account-name", "auth-id", "amount", "reason", "card", "kind", "next-step", "brand"]),
    ("recharge-paid", &["account-name", "auth-id", "amount", "balance", "card", "kind", "number", "brand"]),
    ("recharge-unknown", &["account-name", "auth-id", "amount", "card", "brand"]),
];

/// Words that a fact of a mail may be: mail, fact, words. Facts that are not here are free text.
pub const WORDS: &[(&str, &str, &[&str])] = &[
    (
        "account-suspended",
        "reason",
        &["content-violation", "payment-failure", "compliance-issue", "suspicious-activity"],
    ),
    ("account-suspended", "details", &["", "Some text."]),
    ("recharge-capped", "period", &["day", "week", "month"]),
    (
        "recharge-failed",
        "reason",
        &[
            "insufficient-funds",
            "limit-exceeded",
            "expired",
            "method-removed",
            "lost-or-stolen",
            "suspected-fraud",
            "confirmation-required",
            "not-accepted",
            "unspecified",
            "none",
            "checking",
            "unknown-to-gateway",
            "series-limit",
            "recharge-limits",
            "a-word-of-a-later-version",
        ],
    ),
    ("recharge-failed", "card", &["none", "visa 4242"]),
    ("recharge-failed", "kind", &["automatic", "manual"]),
    ("recharge-failed", "next-step", &["none", "manual", "75.00"]),
    ("recharge-paid", "kind", &["automatic", "manual"]),
];

/// Facts that may have several lines.
const LINES: &[&str] = &["details"];
const SHARED: &[&str] = &["layout.txt", "layout.html", "words.txt"];

macro_rules! built_in {
    ($($name:literal),* $(,)?) => { &[$(($name, include_str!(concat!("templates/", $name)))),*] };
}

/// The files of the default language.
const BUILT_IN: &[(&str, &str)] = built_in![
    "account-reinstated.html",
    "account-reinstated.txt",
    "account-suspended.html",
    "account-suspended.txt",
    "account-welcome.html",
    "account-welcome.txt",
    "balance-low.html",
    "balance-low.txt",
    "card-expiring.html",
    "card-expiring.txt",
    "layout.html",
    "layout.txt",
    "out-of-credit.html",
    "out-of-credit.txt",
    "recharge-capped.html",
    "recharge-capped.txt",
    "recharge-failed.html",
    "recharge-failed.txt",
    "recharge-paid.html",
    "recharge-paid.txt",
    "recharge-unknown.html",
    "recharge-unknown.txt",
    "words.txt",
];

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
            values.insert(name.replace('-', "_"), Value::from(clean(value, LINES.contains(name))));
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
            let common = if file == "words.txt" { &[][..] } else { &["account-name", "auth-id", "brand"][..] };
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

/// Control characters become spaces: no value can begin a line of its own, in a header least of all.
fn clean(value: &str, keep_lines: bool) -> String {
    let keep = |letter: char| !letter.is_control() || (keep_lines && letter == '\n');
    value.chars().map(|letter| if keep(letter) { letter } else { ' ' }).collect()
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn facts(pairs: &[(&str, &str)]) -> Vec<Fact> {
        pairs.iter().map(|(name, value)| Fact { name: (*name).to_owned(), value: (*value).to_owned() }).collect()
    }

    fn failed(reason: &str, kind: &str, next_step: &str, card: &str) -> Filled {
        let facts = facts(&[
            ("account-name", "Zoë & Söhne <b>"),
            ("auth-id", "MA0"),
            ("amount", "25.00"),
            ("reason", reason),
            ("card", card),
            ("kind", kind),
            ("next-step", next_step),
            ("brand", "Coinbox"),
        ]);
        Wording::built_in().expect("templates").fill("recharge-failed", "en-GB", &facts).expect("filled")
    }

    #[test]
    fn a_mail_is_filled() {
        let filled = failed("insufficient-funds", "automatic", "75.00", "visa 4242");
        assert_eq!(filled.subject, "Coinbox could not recharge your account with 25.00");
        assert_eq!(
            filled.text,
            "Hello Zoë & Söhne <b>,\n\
             \n\
             The automatic recharge of 25.00 did not work.\n\
             \n\
             Why: The bank says there is not enough money behind the card.\n\
             Card: visa 4242\n\
             What you can do: Put money behind the card, or make another card the default.\n\
             What happens next: We will try again when your available credit is down to 75.00.\n\
             \n\
             --\n\
             Coinbox billing, account MA0\n"
        );
        assert!(filled.html.contains("<p>Hello Zoë &amp; Söhne &lt;b&gt;,</p>"), "{}", filled.html);
        assert!(filled.html.contains("<strong>Card:</strong> visa 4242</p>"), "{}", filled.html);
        let manual = failed("expired", "manual", "manual", "none");
        assert!(
            manual.text.contains("\n\nWhy: The card has expired.\nWhat you can do: Add a card that is still valid")
        );
        assert!(manual.text.contains("What happens next: Nothing was charged. You can try again at any time.\n"));
        assert!(!manual.text.contains("Card:") && !manual.html.contains("Card:"));
    }

    #[test]
    fn words_of_a_later_version_are_shown_escaped_once() {
        let filled = failed("<x>&", "automatic", "<y>", "none");
        assert!(filled.text.contains("The payment could not be made (<x>&).\n"), "{}", filled.text);
        assert!(filled.html.contains("could not be made (&lt;x&gt;&amp;)."), "{}", filled.html);
        assert!(filled.html.contains("is down to &lt;y&gt;."), "{}", filled.html);
    }

    #[test]
    fn every_word_has_a_sentence_of_its_own() {
        let mut sentences = BTreeSet::new();
        let reasons = WORDS.iter().find(|(_, fact, words)| *fact == "reason" && words.len() > 10).expect("reasons").2;
        for reason in reasons.iter().filter(|reason| !reason.starts_with("a-word")) {
            let text = failed(reason, "automatic", "none", "none").text;
            assert!(!text.contains("could not be made ("), "{reason}");
            sentences.insert(text);
        }
        assert_eq!(sentences.len(), 14);
    }

    #[test]
    fn all_templates_have_both_parts_built_in() {
        let files: BTreeSet<&str> = BUILT_IN.iter().map(|(file, _)| *file).collect();
        for (name, _) in TEMPLATES {
            for suffix in ["txt", "html"] {
                assert!(files.contains(format!("{name}.{suffix}").as_str()), "{name}.{suffix}");
            }
        }
        assert_eq!(files.len(), 2 * TEMPLATES.len() + SHARED.len());
        for (mail, fact, _) in WORDS {
            let (_, facts) = TEMPLATES.iter().find(|(name, _)| name == mail).expect("a mail");
            assert!(facts.contains(fact), "{mail} {fact}");
        }
    }

    #[test]
    fn missing_facts_unknown_templates_and_long_values_are_refused() {
        let wording = Wording::built_in().expect("templates");
        let base = [("account-name", "A"), ("auth-id", "MA0")];
        let fill = |template: &str, facts: &[Fact]| wording.fill(template, "en", facts).expect_err("refused");
        assert_eq!(fill("out-of-credit", &facts(&base)), "mail template out-of-credit: the fact balance is missing");
        assert_eq!(fill("no-such", &[]), "no mail template is called \"no-such\"");
        assert_eq!(fill("words", &[]), "no mail template is called \"words\"");
        let long = "x".repeat(FACT_BYTES_MAX + 1);
        let error = fill("out-of-credit", &facts(&[("account-name", &long)]));
        assert_eq!(error, "mail template out-of-credit: the fact account-name is longer than 8192 bytes");
        let more = facts(&[("account-name", "A"), ("auth-id", "MA0"), ("brand", "B"), ("new-fact", "x")]);
        assert_eq!(wording.fill("account-welcome", "", &more).expect("filled").subject, "Welcome to B");
    }

    #[test]
    fn no_value_begins_a_line_or_a_placeholder() {
        let wording = Wording::built_in().expect("templates");
        let sly = "A\r\nBcc: all@example.com\n\n{{ auth_id }}{% if x %}\0";
        let filled = wording
            .fill("account-welcome", "en", &facts(&[("account-name", sly), ("auth-id", "MA0"), ("brand", "B\nX: y")]))
            .expect("filled");
        assert_eq!(filled.subject, "Welcome to B X: y");
        assert!(
            filled.text.starts_with("Hello A  Bcc: all@example.com  {{ auth_id }}{% if x %} ,\n"),
            "{}",
            filled.text
        );
        let details = [("account-name", "A"), ("auth-id", "MA0"), ("brand", "B"), ("reason", "payment-failure")];
        let mut details = facts(&details);
        details.extend(facts(&[("details", "one\ntwo\r")]));
        let filled = wording.fill("account-suspended", "en", &details).expect("filled");
        assert!(filled.text.contains("Details: one\ntwo \n"), "{}", filled.text);
    }

    fn with(files: &[(&str, &str)]) -> Result<Wording, String> {
        let folder = tempfile::tempdir().expect("folder");
        for (name, source) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().expect("parent")).expect("folder");
            fs::write(path, source).expect("write");
        }
        Wording::with_folder(folder.path()).map_err(|error| error.to_string())
    }

    #[test]
    fn an_operators_folder_replaces_and_adds_languages() {
        let wording = with(&[
            ("account-welcome.txt", "Subject: Hi {{ account_name }}\nYours, {{ brand }}\n"),
            ("de/account-welcome.txt", "Subject: Willkommen bei {{ brand }}\n{% extends \"layout.txt\" %}{% block content %}Schön.{% endblock %}"),
            ("de/account-welcome.html", "<p>Schön, {{ account_name }}.</p>"),
            ("de/layout.txt", "Hallo {{ account_name }}\n{% block content %}{% endblock %}"),
            ("pt-BR/account-welcome.txt", "Subject: Bem-vindo\n{% extends \"layout.txt\" %}"),
            ("pt-BR/account-welcome.html", "<p>Bem-vindo</p>"),
            ("notes.md", "not a template {{"),
        ])
        .expect("good templates");
        let all = facts(&[("account-name", "A&B"), ("auth-id", "MA0"), ("brand", "C"), ("balance", "1.00")]);
        let subject = |language: &str| wording.fill("account-welcome", language, &all).expect("filled").subject;
        assert_eq!(subject("en"), "Hi A&B");
        assert_eq!(subject("fr"), "Hi A&B");
        assert_eq!(subject("de-AT"), "Willkommen bei C");
        assert_eq!(subject("pt-br"), "Bem-vindo");
        assert_eq!(subject("pt"), "Hi A&B");
        let german = wording.fill("account-welcome", "de", &all).expect("filled");
        assert_eq!((german.text.as_str(), german.html.as_str()), ("Hallo A&B\nSchön.", "<p>Schön, A&amp;B.</p>"));
        let brazil = wording.fill("account-welcome", "pt-BR", &all).expect("filled");
        assert!(brazil.text.starts_with("Hello A&B,"), "layout of the default language: {}", brazil.text);
        assert_eq!(wording.fill("out-of-credit", "de", &all).expect("filled").subject, "Your C credit is used up");
    }

    #[test]
    fn a_bad_template_is_an_error_at_start() {
        let html = "<p>{{ brand }}</p>";
        let welcome = |text: &str| {
            with(&[("account-welcome.txt", text), ("account-welcome.html", html)]).err().unwrap_or_default()
        };
        assert_eq!(welcome("Subject: Hi\nAll is well."), "");
        for (text, expected) in [
            ("Hi\nthere", "the first line must be \"Subject: \""),
            ("", "the first line must be"),
            ("Subject: \nthere", "the first line must be"),
            ("Subject: {{ balance }}\nthere", "there is no fact balance"),
            (
                "Subject: Hi\n{{ acount_name }}",
                "there is no fact acount_name; possible are account-name, auth-id, brand",
            ),
            ("Subject: Hi\n{% if brand == 'x' %}{{ balance }}{% endif %}x", "there is no fact balance"),
            ("Subject: Hi\n{{ brand", "syntax error"),
            ("Subject: Hi\n{% if brand %}x", "syntax error"),
            ("Subject: Hi\n{{ brand | shout }}", "unknown filter"),
            ("Subject: Hi\n{{ brand.name }}", "undefined"),
            ("Subject: Hi\n{ {brand}}", "}} is left"),
            ("Subject: Hi\n{% extends \"other.txt\" %}", "not found"),
            ("Subject: Hi\n   \n", "empty"),
        ] {
            let error = welcome(text);
            assert!(error.contains("account-welcome") && error.contains(expected), "{text:?}: {error}");
        }
        for (file, source, expected) in [
            ("acount-welcome.txt", "Subject: x\nx", "no mail has this name"),
            ("words.txt", "{% macro why_failed(reason) %}{{ brand }}{% endmacro %}", "there is no fact brand"),
            ("layout.html", "{{ balance }}{% block content %}{% endblock %}", "there is no fact balance"),
            ("de/account-welcome.txt", "Subject: x\nx", "account-welcome.html is missing beside it"),
            ("de/account-welcome.html", "x", "account-welcome.txt is missing beside it"),
            ("no_tag/x.md", "x", "language tag"),
        ] {
            let error = with(&[(file, source)]).err().unwrap_or_default();
            assert!(error.contains(expected), "{file}: {error}");
        }
        let error = with(&[("words.txt", "")]).err().unwrap_or_default();
        assert!(error.contains("(en)"), "a macro that is gone is noticed: {error}");
        assert!(Wording::with_folder(Path::new("/no/such/folder")).is_err());
    }

    #[test]
    fn unreadable_templates_are_an_error_at_start() {
        let folder = tempfile::tempdir().expect("folder");
        fs::write(folder.path().join("words.txt"), [0xff, 0xfe, 0x00]).expect("write");
        assert!(Wording::with_folder(folder.path()).expect_err("not UTF-8").to_string().contains("words.txt"));
        fs::write(folder.path().join("words.txt"), vec![b' '; 300_000]).expect("write");
        assert!(Wording::with_folder(folder.path()).expect_err("long").to_string().contains("262144"));
    }
}
