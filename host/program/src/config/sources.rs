//! Where settings come from: defaults, one TOML file, the environment, flags; the later one wins.

use super::error::ConfigError;
use super::settings::{OTHER_ENVIRONMENT, SETTINGS, find};
use std::collections::BTreeMap;
use std::path::Path;

/// Largest configuration file.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// Who said something.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Source {
    Default,
    File(String),
    Environment(String),
    Flag,
}

impl std::fmt::Display for Source {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Source::Default => formatter.write_str("default"),
            Source::File(path) => formatter.write_str(path),
            Source::Environment(name) => formatter.write_str(name),
            Source::Flag => formatter.write_str("flag"),
        }
    }
}

/// One value as text, and who said it.
#[derive(Clone, Debug)]
pub(super) struct Given {
    pub(crate) text: String,
    pub(crate) source: Source,
}

/// Values by key, as text.
#[derive(Clone, Debug, Default)]
pub(super) struct Values(pub(crate) BTreeMap<&'static str, Given>);

impl Values {
    pub(crate) fn defaults() -> Values {
        let given = |text: &str| Given { text: text.to_owned(), source: Source::Default };
        Values(SETTINGS.iter().map(|setting| (setting.key, given(setting.default))).collect())
    }

    fn set(&mut self, key: &str, text: String, source: Source) -> Result<(), ConfigError> {
        let Some(setting) = find(key) else { return Err(unknown(key, &source)) };
        self.0.insert(setting.key, Given { text, source });
        Ok(())
    }

    /// Everything that the file says.
    pub(crate) fn add_file(&mut self, path: &Path) -> Result<(), ConfigError> {
        let shown = path.display().to_string();
        let broken = |cause: String| ConfigError::File { path: shown.clone(), cause };
        let size = std::fs::metadata(path).map_err(|error| broken(error.to_string()))?;
        if size.is_dir() {
            return Err(broken("it is a directory".to_owned()));
        }
        if size.len() > FILE_BYTES_MAX {
            return Err(broken(format!("{} bytes are too many, at most {FILE_BYTES_MAX}", size.len())));
        }
        let bytes = std::fs::read(path).map_err(|error| broken(error.to_string()))?;
        let text = String::from_utf8(bytes).map_err(|_| broken("it is not UTF-8 text".to_owned()))?;
        let table: toml::Table = text.parse().map_err(|error: toml::de::Error| broken(error.to_string()))?;
        self.add_table("", &table, &shown)
    }

    fn add_table(&mut self, prefix: &str, table: &toml::Table, path: &str) -> Result<(), ConfigError> {
        for (name, value) in table {
            let key = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
            if let toml::Value::Table(inner) = value {
                let known = SETTINGS.iter().any(|setting| setting.key.starts_with(&format!("{key}.")));
                if !known {
                    return Err(unknown(&key, &Source::File(path.to_owned())));
                }
                self.add_table(&key, inner, path)?;
                continue;
            }
            if find(&key).is_none() {
                return Err(unknown(&key, &Source::File(path.to_owned())));
            }
            let text = match value {
                toml::Value::String(text) => text.clone(),
                toml::Value::Integer(number) => number.to_string(),
                toml::Value::Datetime(moment) => moment.to_string(),
                toml::Value::Array(items) => {
                    let texts: Option<Vec<&str>> = items.iter().map(toml::Value::as_str).collect();
                    texts.map(|texts| texts.join(",")).ok_or_else(|| wrong_type(&key, path))?
                }
                toml::Value::Boolean(_) | toml::Value::Float(_) | toml::Value::Table(_) => {
                    return Err(wrong_type(&key, path));
                }
            };
            self.set(&key, text, Source::File(path.to_owned()))?;
        }
        Ok(())
    }

    /// Settings of the environment. Answers names under `COINBOX_` that are none, for a warning.
    pub(crate) fn add_environment(
        &mut self,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Vec<String>, ConfigError> {
        let mut unknown = Vec::new();
        for (name, text) in environment.into_iter().filter(|(name, _)| name.starts_with("COINBOX_")) {
            match SETTINGS.iter().find(|setting| setting.environment() == name) {
                Some(setting) => self.set(setting.key, text, Source::Environment(name))?,
                None if OTHER_ENVIRONMENT.contains(&name.as_str()) || name.starts_with("COINBOX_TEST_") => {}
                None => unknown.push(name),
            }
        }
        Ok(unknown)
    }

    /// Settings of the command line: key and text. Each one at most once: which of two is meant is anybody's guess.
    pub(crate) fn add_flags(&mut self, flags: &[(String, String)]) -> Result<(), ConfigError> {
        for (place, (key, text)) in flags.iter().enumerate() {
            if flags[..place].iter().any(|(before, _)| before == key) {
                return Err(ConfigError::Value {
                    key: key.clone(),
                    source_name: Source::Flag.to_string(),
                    problem: "is given twice".to_owned(),
                });
            }
            self.set(key, text.clone(), Source::Flag)?;
        }
        Ok(())
    }
}

fn unknown(key: &str, source: &Source) -> ConfigError {
    let close = SETTINGS.iter().map(|setting| setting.key).find(|known| {
        let last = |text: &str| text.rsplit('.').next().unwrap_or_default().replace('_', "-");
        last(known) == last(key)
    });
    ConfigError::UnknownKey {
        key: key.to_owned(),
        source_name: source.to_string(),
        hint: close.map(|known| format!("; did you mean `{known}`?")).unwrap_or_default(),
    }
}

fn wrong_type(key: &str, path: &str) -> ConfigError {
    ConfigError::Value {
        key: key.to_owned(),
        source_name: path.to_owned(),
        problem: "expected text, a whole number, or a list of text".to_owned(),
    }
}
