//! The program's configuration: one TOML file, the environment (`COINBOX_…`) and flags, checked as a whole before anything starts.
//!
//! [`Config::print`] (`coinbox config`) prints the table of all settings. An unknown key, a value out of its limits
//! and a value without its partner are errors. The error names the key and the source that set it.

mod error;
mod settings;
mod sources;
#[cfg(test)]
mod tests;

pub(crate) use error::ConfigError;

use coinbox_forms::network::Network;
use coinbox_host::clock::GuardSettings;
use coinbox_host::console::ConsoleUrl;
use coinbox_host::text;
use coinbox_mail::SmtpSecurity;
use coinbox_operations::printing::{DocumentSettings, Paper};
use coinbox_server::{RestLimits, TrustedProxies};
use settings::{SETTINGS, find};
use sources::{Source, Values};
use std::fmt::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// Form of log lines.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// What a person has said to mean, for one start (`--accept`): none of it is a setting, which would go on saying it.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) struct Accept {
    /// An empty store in a directory that has had another one.
    pub(crate) new_store: bool,
    /// Another kind of clock than the store has run with.
    pub(crate) clock_mode: bool,
    /// A gateway's book that is empty although the store has had one, or another store's.
    pub(crate) gateway: bool,
    /// The same for the journal of number orders.
    pub(crate) number_orders: bool,
    /// A backup that was put in place as a file, or another older state of the store: it is treated as a restored one.
    pub(crate) older_store: bool,
}

/// Which clock the rules are shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum ClockMode {
    /// The one that the store has run with; a new store: the machine's.
    Remembered,
    /// The machine's.
    Real,
    /// Moved by hand; starts at this moment, or now.
    Simulated(Option<i64>),
}

/// Where mails go.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Email {
    /// To a folder.
    Maildir(PathBuf),
    /// To a mail server.
    Smtp {
        /// Name or address.
        host: String,
        /// Port.
        port: u16,
        /// Protection of the connection.
        security: SmtpSecurity,
        /// User and password.
        login: Option<(String, String)>,
    },
}

/// The effective configuration.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    /// Data directory.
    pub(crate) data: PathBuf,
    /// Address of the REST interface.
    pub(crate) listen: SocketAddr,
    /// Path of the component, where it was given.
    pub(crate) component: Option<PathBuf>,
    /// Directory of compiled code.
    pub(crate) cache: PathBuf,
    /// Token of the operator's routes, where it was given.
    pub(crate) operator_token: Option<String>,
    /// File of the operators.
    pub(crate) operators: PathBuf,
    /// File of the payment sandbox.
    pub(crate) payment_sandbox: PathBuf,
    /// File of the telephony log.
    pub(crate) telephony_log: PathBuf,
    /// File with the vault's keys.
    pub(crate) vault_keys: PathBuf,
    /// Threads that drive jobs.
    pub(crate) workers: usize,
    /// Whose forwarding headers are believed.
    pub(crate) trusted_proxies: TrustedProxies,
    /// Where the pages of customers are.
    pub(crate) console_url: Option<ConsoleUrl>,
    /// Form of log lines.
    pub(crate) log_format: LogFormat,
    /// What is logged.
    pub(crate) log_level: String,
    /// Clock.
    pub(crate) clock: ClockMode,
    /// How far a real clock is believed.
    pub(crate) clock_guard: GuardSettings,
    /// What was said to be meant, for this start.
    pub(crate) accept: Accept,
    /// Mails.
    pub(crate) email: Email,
    /// Sender of mails.
    pub(crate) email_from: String,
    /// Whether mails about invoices and credit notes have the PDF with them.
    pub(crate) email_documents: bool,
    /// Folder of own templates.
    pub(crate) templates: Option<PathBuf>,
    /// Printed documents.
    pub(crate) documents: DocumentSettings,
    /// The stock file of numbers, and whether it was named, so that it must be there.
    pub(crate) inventory_stock: (PathBuf, bool),
    /// The journal of number orders.
    pub(crate) inventory_orders: PathBuf,
    /// Bounds of the REST interface.
    pub(crate) limits: RestLimits,
    /// Names under `COINBOX_` in the environment that mean nothing.
    pub(crate) unknown_environment: Vec<String>,
    values: Values,
}

impl Config {
    /// Joins defaults, file, environment and flags, and checks everything.
    pub(crate) fn load(
        file: Option<&Path>,
        environment: impl IntoIterator<Item = (String, String)>,
        flags: &[(String, String)],
    ) -> Result<Config, ConfigError> {
        let mut values = Values::defaults();
        if let Some(file) = file {
            values.add_file(file)?;
        }
        let unknown = values.add_environment(environment)?;
        values.add_flags(flags)?;
        Config::check(values, unknown)
    }

    fn check(values: Values, unknown_environment: Vec<String>) -> Result<Config, ConfigError> {
        let read = Reader { values: &values };
        let data = PathBuf::from(read.needed("data")?);
        let beside = |key, name: &str| read.path(key).unwrap_or_else(|| data.join(name));
        let from: String = read.needed("email.from")?;
        let level: String = read.needed("log.level")?;
        if let Err(error) = level.parse::<tracing_subscriber::EnvFilter>() {
            return Err(read.wrong("log.level", error.to_string()));
        }
        Ok(Config {
            listen: read.parsed("listen", "an address and port such as 127.0.0.1:8844 or [::1]:8844")?,
            component: read.path("component"),
            cache: beside("cache", "cache"),
            operator_token: read.operator_token()?,
            operators: beside("operators", "operators"),
            payment_sandbox: beside("payment-sandbox", "gateway.sqlite"),
            telephony_log: beside("telephony-log", "telephony.jsonl"),
            vault_keys: beside("vault-keys", "vault-keys.json"),
            workers: read.number("workers", 1, 64)?,
            trusted_proxies: read.proxies()?,
            console_url: read.console_url()?,
            log_format: read.one_of("log.format", &[("text", LogFormat::Text), ("json", LogFormat::Json)])?,
            log_level: level,
            clock: read.clock()?,
            clock_guard: read.clock_guard()?,
            accept: Accept::default(),
            email: read.email(&data)?,
            email_from: from,
            email_documents: read.one_of("email.attach-documents", &[("yes", true), ("no", false)])?,
            templates: read.path("email.templates"),
            documents: read.documents(&data)?,
            inventory_stock: (beside("inventory.stock", "numbers.csv"), read.path("inventory.stock").is_some()),
            inventory_orders: beside("inventory.orders", "number-orders.jsonl"),
            limits: RestLimits {
                body_bytes: read.number("limits.body-bytes", 1024, 64 << 20)?,
                concurrent_requests: read.number("limits.concurrent-requests", 1, 10_000)?,
                operator_requests: read.number("limits.operator-requests", 1, 10_000)?,
                account_requests: read.number("limits.account-requests", 1, 10_000)?,
                address_requests: read.number("limits.address-requests", 1, 10_000)?,
                connections: read.number("limits.connections", 1, 100_000)?,
                request_seconds: read.number("limits.request-seconds", 1, 600)?,
                stop_seconds: read.number("limits.stop-seconds", 0, 600)?,
            },
            unknown_environment,
            data,
            values,
        })
    }

    /// The configuration as a TOML file, each line with its origin and help, secrets masked.
    pub(crate) fn print(&self) -> String {
        let mut printed = String::new();
        let mut table = String::new();
        for setting in SETTINGS {
            let (inside, name) = setting.key.rsplit_once('.').unwrap_or(("", setting.key));
            if inside != table {
                table = inside.to_owned();
                let _ = writeln!(printed, "\n[{table}]");
            }
            let given = &self.values.0[setting.key];
            let _ = writeln!(printed, "# {} ({}; {})", setting.help, given.source, setting.environment());
            let value = toml::Value::String(if setting.secret { "********".to_owned() } else { given.text.clone() });
            let none = if given.text.is_empty() { "# " } else { "" };
            let _ = writeln!(printed, "{none}{name} = {value}");
        }
        printed
    }

    /// The same as a JSON object: value and origin by key.
    pub(crate) fn print_json(&self) -> serde_json::Value {
        let one = |setting: &settings::Setting| {
            let given = &self.values.0[setting.key];
            let masked = setting.secret && !given.text.is_empty();
            let text = if masked { "********" } else { given.text.as_str() };
            (setting.key.to_owned(), serde_json::json!({"value": text, "source": given.source.to_string()}))
        };
        serde_json::Value::Object(SETTINGS.iter().map(one).collect())
    }
}

/// Reads values of the right form, or says whose value is wrong.
struct Reader<'a> {
    values: &'a Values,
}

impl Reader<'_> {
    fn text(&self, key: &str) -> &str {
        &self.values.0[find(key).expect("keys in the code are in the table").key].text
    }

    fn wrong(&self, key: &str, problem: impl Into<String>) -> ConfigError {
        let setting = find(key).expect("keys in the code are in the table");
        let source = &self.values.0[setting.key].source;
        let source_name = match source {
            Source::Default => format!("not set; in the environment {}", setting.environment()),
            other => other.to_string(),
        };
        ConfigError::Value { key: key.to_owned(), source_name, problem: problem.into() }
    }

    fn needed(&self, key: &str) -> Result<String, ConfigError> {
        match self.text(key) {
            "" => Err(self.wrong(key, "must not be empty")),
            text => Ok(text.to_owned()),
        }
    }

    fn path(&self, key: &str) -> Option<PathBuf> {
        Some(self.text(key)).filter(|text| !text.is_empty()).map(PathBuf::from)
    }

    fn parsed<T: FromStr>(&self, key: &str, what: &str) -> Result<T, ConfigError> {
        let text = self.text(key);
        text.parse().map_err(|_| self.wrong(key, format!("`{}` is not {what}", text::shortened(text))))
    }

    fn number<T: FromStr + PartialOrd + std::fmt::Display>(
        &self,
        key: &str,
        least: T,
        most: T,
    ) -> Result<T, ConfigError> {
        let what = format!("a whole number from {least} to {most}");
        let number: T = self.parsed(key, &what)?;
        if number < least || number > most {
            return Err(self.wrong(key, format!("{number} is not {what}")));
        }
        Ok(number)
    }

    fn one_of<T: Copy>(&self, key: &str, words: &[(&str, T)]) -> Result<T, ConfigError> {
        let text = self.text(key);
        words.iter().find(|(word, _)| *word == text).map(|(_, value)| *value).ok_or_else(|| {
            let known: Vec<&str> = words.iter().map(|(word, _)| *word).filter(|word| !word.is_empty()).collect();
            self.wrong(key, format!("`{}` is none of {}", text::shortened(text), known.join(", ")))
        })
    }

    fn operator_token(&self) -> Result<Option<String>, ConfigError> {
        match self.text("operator-token") {
            "" => Ok(None),
            token if (16..=200).contains(&token.len()) && token.bytes().all(|byte| byte.is_ascii_graphic()) => {
                Ok(Some(token.to_owned()))
            }
            // Never the token itself.
            _ => Err(self.wrong("operator-token", "must be 16 to 200 printable ASCII characters without space")),
        }
    }

    fn proxies(&self) -> Result<TrustedProxies, ConfigError> {
        let key = "trusted-proxies";
        let parts = self.text(key).split(',').map(str::trim).filter(|part| !part.is_empty());
        let parse = |part: &str| {
            let network = Network::parse(part);
            network.map_err(|problem| self.wrong(key, format!("`{}` must be {problem}", text::shortened(part))))
        };
        let networks = parts.map(parse).collect::<Result<Vec<_>, _>>()?;
        if networks.len() > 100 {
            return Err(self.wrong(key, format!("{} networks are too many, at most 100", networks.len())));
        }
        Ok(TrustedProxies::new(networks))
    }

    fn console_url(&self) -> Result<Option<ConsoleUrl>, ConfigError> {
        match self.text("console-url") {
            "" => Ok(None),
            text => text
                .parse()
                .map(Some)
                .map_err(|error: coinbox_host::console::ConsoleUrlError| self.wrong("console-url", error.to_string())),
        }
    }

    fn clock(&self) -> Result<ClockMode, ConfigError> {
        let modes = [("", None), ("real", Some(false)), ("simulated", Some(true))];
        let simulated = self.one_of("clock.mode", &modes)?;
        let start = match self.text("clock.start") {
            "" => None,
            moment => Some(text::moment_ms(moment).map_err(|error| self.wrong("clock.start", error.to_string()))?),
        };
        match (simulated, start) {
            (None | Some(false), Some(_)) => {
                Err(self.wrong("clock.start", "only a simulated clock has a start; set `clock.mode`"))
            }
            (Some(true), Some(start)) if !(0..=coinbox_host::clock::LATEST).contains(&start) => {
                Err(self.wrong("clock.start", "must be in the years 1970 to 9999"))
            }
            (Some(true), start) => Ok(ClockMode::Simulated(start)),
            (Some(false), None) => Ok(ClockMode::Real),
            (None, None) => Ok(ClockMode::Remembered),
        }
    }

    fn duration(&self, key: &str, least: &str, most: &str) -> Result<i64, ConfigError> {
        let read = |text: &str| text::duration_ms(text).map_err(|error| self.wrong(key, error.to_string()));
        let (duration, bounds) = (read(self.text(key))?, (read(least)?, read(most)?));
        if duration < bounds.0 || duration > bounds.1 {
            return Err(self.wrong(key, format!("must be from {least} to {most}")));
        }
        Ok(duration)
    }

    fn clock_guard(&self) -> Result<GuardSettings, ConfigError> {
        let guard = GuardSettings {
            jump_ms: self.duration("clock.jump-max", "10s", "1d")?,
            stop_ms: self.duration("clock.stop-max", "1m", "36500d")?,
        };
        if guard.stop_ms < guard.jump_ms {
            return Err(self.wrong("clock.stop-max", "must not be less than `clock.jump-max`"));
        }
        Ok(guard)
    }

    fn documents(&self, data: &Path) -> Result<DocumentSettings, ConfigError> {
        let language: String = self.needed("documents.language")?;
        if language.len() > 20 || !language.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
            return Err(self.wrong("documents.language", "must be letters such as en or pt-BR, at most 20"));
        }
        let fonts = self.text("documents.fonts").split(',').map(str::trim).filter(|folder| !folder.is_empty());
        let mib: u64 = self.number("documents.keep-mib", 1, 1 << 20)?;
        Ok(DocumentSettings {
            directory: self.path("documents.directory").unwrap_or_else(|| data.join("documents")),
            templates: self.path("documents.templates"),
            language,
            paper: self.one_of("documents.paper", &[("a4", Paper::A4), ("us-letter", Paper::UsLetter)])?,
            fonts: fonts.map(PathBuf::from).collect(),
            keep_bytes: mib << 20,
            at_once: self.number("documents.at-once", 1, 32)?,
            seconds: self.number("documents.seconds", 1, 600)?,
        })
    }

    fn email(&self, data: &Path) -> Result<Email, ConfigError> {
        if !self.one_of("email.transport", &[("maildir", false), ("smtp", true)])? {
            return Ok(Email::Maildir(self.path("email.maildir").unwrap_or_else(|| data.join("mail"))));
        }
        let words = [("tls", SmtpSecurity::Tls), ("start-tls", SmtpSecurity::StartTls), ("plain", SmtpSecurity::Plain)];
        let security = self.one_of("email.smtp.security", &words)?;
        let port = match (self.text("email.smtp.port"), security) {
            ("", SmtpSecurity::Tls) => 465,
            ("", SmtpSecurity::StartTls) => 587,
            ("", SmtpSecurity::Plain) => 25,
            _ => self.number("email.smtp.port", 1, u16::MAX)?,
        };
        let login = match (self.text("email.smtp.user"), self.text("email.smtp.password")) {
            ("", "") => None,
            ("", _) => return Err(self.wrong("email.smtp.user", "needed with `email.smtp.password`")),
            (_, "") => return Err(self.wrong("email.smtp.password", "needed with `email.smtp.user`")),
            (user, password) => Some((user.to_owned(), password.to_owned())),
        };
        Ok(Email::Smtp { host: self.needed("email.smtp.host")?, port, security, login })
    }
}
