//! The table of settings. One row defines a setting for the file, the environment, the flags and `coinbox config`.

/// One setting.
pub(super) struct Setting {
    /// Path in the file, such as `email.smtp.host`.
    pub(crate) key: &'static str,
    /// Value where nothing is said; empty: none, or derived from other settings.
    pub(crate) default: &'static str,
    /// Never printed.
    pub(crate) secret: bool,
    /// One line of help.
    pub(crate) help: &'static str,
}

const fn setting(key: &'static str, default: &'static str, help: &'static str) -> Setting {
    Setting { key, default, secret: false, help }
}

const fn secret(key: &'static str, help: &'static str) -> Setting {
    Setting { key, default: "", secret: true, help }
}

/// Every setting, in the order of the print-out: those of a table after those of the top level.
pub(super) const SETTINGS: &[Setting] = &[
    setting("data", "data", "data directory: store, keys, operator token, mails"),
    setting("listen", "127.0.0.1:8844", "address and port of the REST interface"),
    setting("component", "", "the rules; default: coinbox.wasm beside the program, else target/component/coinbox.wasm"),
    setting("cache", "", "directory for the compiled component; default: DATA/cache"),
    secret(
        "operator-token",
        "token of the operator's routes until an operator has a name, 16 to 200 characters; default: made and kept in DATA/operator-token",
    ),
    setting(
        "operators",
        "",
        "file of operators with their permissions, see `coinbox operator`; default: DATA/operators",
    ),
    setting("payment-sandbox", "", "file of the fake payment gateway; default: DATA/gateway.sqlite"),
    setting("telephony-log", "", "file that says which calls were ended; default: DATA/telephony.jsonl"),
    setting("vault-keys", "", "file with the keys that seal secrets; default: DATA/vault-keys.json"),
    setting("workers", "4", "threads that drive jobs, 1 to 64"),
    setting(
        "trusted-proxies",
        "",
        "addresses and networks (10.0.0.0/8) whose X-Forwarded-For is believed, with commas; default: nobody's",
    ),
    setting(
        "console-url",
        "",
        "address of the customers' pages, such as https://console.example.com: links in mails begin with it, and requests with a cookie must come \
         from it; default: mails carry bare tokens, and no cookie is taken",
    ),
    setting("log.format", "text", "text or json"),
    setting("log.level", "info", "error, warn, info, debug, trace, or a filter such as info,coinbox_server=debug"),
    setting("clock.mode", "", "real or simulated; default: that of the store, real for a new one"),
    setting("clock.start", "", "first moment of a simulated clock; default: now, at the first start"),
    setting(
        "clock.jump-max",
        "5m",
        "furthest jump ahead of the machine's clock that is believed while the program runs, 10s to 1d",
    ),
    setting(
        "clock.stop-max",
        "7d",
        "longest time since the last command that is believed to have been a stop, 1m to 36500d; beyond, a person confirms the clock",
    ),
    setting("email.transport", "maildir", "maildir or smtp"),
    setting("email.maildir", "", "folder of the mails; default: DATA/mail"),
    setting("email.from", "Coinbox <billing@localhost>", "sender of all mails"),
    setting(
        "email.attach-documents",
        "yes",
        "yes or no: whether mails about invoices and credit notes have the PDF with them",
    ),
    setting("email.templates", "", "folder whose files replace built-in mail templates; default: none"),
    setting("email.smtp.host", "", "mail server"),
    setting("email.smtp.port", "", "its port; default: 465 for tls, 587 for start-tls, 25 for plain"),
    setting("email.smtp.security", "start-tls", "tls, start-tls, or plain (only to this machine)"),
    setting("email.smtp.user", "", "login name; default: no login"),
    secret("email.smtp.password", "password of the login"),
    setting("documents.directory", "", "folder of printed documents; default: DATA/documents"),
    setting(
        "documents.templates",
        "",
        "folder whose files replace built-in templates and words of documents; default: none",
    ),
    setting("documents.language", "en", "language of labels on documents, as in words-LANGUAGE.json; built in: en, de"),
    setting("documents.paper", "a4", "a4 or us-letter"),
    setting(
        "documents.fonts",
        "/usr/share/fonts,/usr/local/share/fonts",
        "folders with fonts for letters that the built-in one lacks, with commas",
    ),
    setting("documents.keep-mib", "4096", "most MiB of printed documents that are kept, 1 to 1048576"),
    setting("documents.at-once", "2", "documents that are set in type at once, 1 to 32"),
    setting("documents.seconds", "30", "longest wait for a document to be set, 1 to 600"),
    setting("inventory.stock", "", "file of the numbers that can be rented, CSV or JSON; default: DATA/numbers.csv"),
    setting("inventory.orders", "", "journal of number orders; default: DATA/number-orders.jsonl"),
    setting("limits.body-bytes", "8388608", "longest request of the operator's routes, 1024 to 67108864"),
    setting("limits.concurrent-requests", "256", "requests worked on at once, 1 to 10000"),
    setting(
        "limits.operator-requests",
        "64",
        "requests of operators beyond these, which no customer can take, 1 to 10000",
    ),
    setting("limits.account-requests", "32", "requests of one account under way at once, 1 to 10000"),
    setting(
        "limits.address-requests",
        "128",
        "requests of one address (of IPv6: of one network of 64 bits) under way before its account is known, 1 to 10000",
    ),
    setting("limits.connections", "4096", "open connections, 1 to 100000"),
    setting(
        "limits.request-seconds",
        "30",
        "longest wait for a slow client's headers, its body, or for it to read, 1 to 600",
    ),
    setting("limits.stop-seconds", "10", "how long a stopping server waits for requests under way, 0 to 600"),
];

impl Setting {
    /// `email.smtp.host` → `COINBOX_EMAIL_SMTP_HOST`.
    pub(crate) fn environment(&self) -> String {
        environment_of(self.key)
    }
}

fn environment_of(key: &str) -> String {
    format!("COINBOX_{}", key.replace(['.', '-'], "_").to_ascii_uppercase())
}

/// Names under `COINBOX_` that are not settings of the server: the command line's and the build's own.
pub(super) const OTHER_ENVIRONMENT: &[&str] = &[
    "COINBOX_CONFIG",
    "COINBOX_SERVER",
    "COINBOX_TOKEN",
    "COINBOX_OPERATOR_NAME",
    "COINBOX_SESSION",
    "COINBOX_WASM_TARGET_DIR",
    "COINBOX_COMPONENT_OUT",
];

/// The row of a key.
pub(super) fn find(key: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.key == key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn environment_names_are_derived_and_distinct() {
        assert_eq!(find("email.smtp.host").map(Setting::environment).as_deref(), Some("COINBOX_EMAIL_SMTP_HOST"));
        assert_eq!(find("operator-token").map(Setting::environment).as_deref(), Some("COINBOX_OPERATOR_TOKEN"));
        let mut names: Vec<String> = SETTINGS.iter().map(Setting::environment).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), SETTINGS.len());
        assert!(OTHER_ENVIRONMENT.iter().all(|other| !names.iter().any(|name| name == other)));
    }
}
