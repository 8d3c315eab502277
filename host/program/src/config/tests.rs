use super::*;

fn load(file: &str, environment: &[(&str, &str)], flags: &[(&str, &str)]) -> Result<Config, String> {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("coinbox.toml");
    std::fs::write(&path, file).expect("file");
    let environment = environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let flags: Vec<(String, String)> =
        flags.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    Config::load(Some(&path), environment, &flags)
        .map_err(|error| error.to_string().replace(&path.display().to_string(), "FILE"))
}

#[test]
fn defaults_are_complete() {
    let config = Config::load(None, [], &[]).expect("defaults");
    assert_eq!(config.data, PathBuf::from("data"));
    assert_eq!(config.listen, "127.0.0.1:8844".parse().expect("address"));
    assert_eq!(config.payment_sandbox, PathBuf::from("data/gateway.sqlite"));
    assert_eq!(config.email, Email::Maildir(PathBuf::from("data/mail")));
    assert_eq!(config.clock, ClockMode::Remembered);
    assert_eq!(config.clock_guard, coinbox_host::clock::GuardSettings::default());
    assert_eq!(config.accept, Accept::default());
    assert_eq!(config.limits, RestLimits::default());
    assert_eq!(config.trusted_proxies, TrustedProxies::default());
}

/// 08-the-same-column-twice
#[test]
fn a_setting_that_is_given_twice_is_refused_by_name() {
    for second in ["127.0.0.1:1", "127.0.0.1:2"] {
        let flags = [("listen", "127.0.0.1:1"), ("workers", "2"), ("listen", second)];
        let error = load("", &[], &flags).expect_err("twice");
        assert!(error.contains("setting `listen`") && error.ends_with("is given twice"), "{error}");
    }
}

#[test]
fn flags_win_over_environment_over_file() {
    let file = "data = \"/a\"\nworkers = 2\nlisten = \"127.0.0.1:1\"\n";
    let config = load(file, &[("COINBOX_DATA", "/b"), ("COINBOX_WORKERS", "3"), ("OTHER", "x")], &[("data", "/c")])
        .expect("valid");
    assert_eq!(config.data, PathBuf::from("/c"));
    assert_eq!(config.workers, 3);
    assert_eq!(config.listen.port(), 1);
}

#[test]
fn unknown_keys_are_errors_that_name_them() {
    assert_eq!(
        load("dta = \"/a\"", &[], &[]).expect_err("unknown"),
        "unknown setting `dta` (FILE); `coinbox config` lists all settings"
    );
    assert_eq!(
        load("[email]\nhost = \"x\"", &[], &[]).expect_err("unknown"),
        "unknown setting `email.host` (FILE); did you mean `email.smtp.host`?; `coinbox config` lists all settings"
    );
    assert_eq!(
        load("[mail]\nfrom = \"x\"", &[], &[]).expect_err("unknown"),
        "unknown setting `mail` (FILE); `coinbox config` lists all settings"
    );
    assert_eq!(
        load("", &[], &[("body-bytes", "5")]).expect_err("unknown"),
        "unknown setting `body-bytes` (flag); did you mean `limits.body-bytes`?; `coinbox config` lists all settings"
    );
    let config = load("", &[("COINBOX_LISTN", "x"), ("COINBOX_CONFIG", "y")], &[]).expect("only a warning");
    assert_eq!(config.unknown_environment, ["COINBOX_LISTN"]);
}

#[test]
fn wrong_values_name_key_source_and_limit() {
    for (file, environment, expected) in [
        ("workers = 0", ("X", ""), "setting `workers` (FILE): 0 is not a whole number from 1 to 64"),
        ("workers = true", ("X", ""), "setting `workers` (FILE): expected text, a whole number, or a list of text"),
        (
            "",
            ("COINBOX_WORKERS", "many"),
            "setting `workers` (COINBOX_WORKERS): `many` is not a whole number from 1 to 64",
        ),
        (
            "listen = \"8844\"",
            ("X", ""),
            "setting `listen` (FILE): `8844` is not an address and port such as 127.0.0.1:8844 or [::1]:8844",
        ),
        ("[log]\nformat = \"xml\"", ("X", ""), "setting `log.format` (FILE): `xml` is none of text, json"),
        (
            "[email]\ntransport = \"smtp\"",
            ("X", ""),
            "setting `email.smtp.host` (not set; in the environment COINBOX_EMAIL_SMTP_HOST): must not be empty",
        ),
        (
            "[email]\ntransport = \"smtp\"\n[email.smtp]\nhost = \"h\"\nuser = \"u\"",
            ("X", ""),
            "setting `email.smtp.password` (not set; in the environment COINBOX_EMAIL_SMTP_PASSWORD): needed with `email.smtp.user`",
        ),
        (
            "[clock]\nstart = \"2026-01-01T00:00:00Z\"",
            ("X", ""),
            "setting `clock.start` (FILE): only a simulated clock has a start; set `clock.mode`",
        ),
        (
            "trusted-proxies = [\"10.0.0.1\", \"proxy\"]",
            ("X", ""),
            "setting `trusted-proxies` (FILE): `proxy` must be an address such as 192.0.2.7, or a network such as 192.0.2.0/24 or 2001:db8::/32",
        ),
        ("data = \"\"", ("X", ""), "setting `data` (FILE): must not be empty"),
        ("[clock]\njump-max = \"9s\"", ("X", ""), "setting `clock.jump-max` (FILE): must be from 10s to 1d"),
        (
            "[clock]\njump-max = \"1d\"\nstop-max = \"23h\"",
            ("X", ""),
            "setting `clock.stop-max` (FILE): must not be less than `clock.jump-max`",
        ),
        ("[clock]\nmode = \"fast\"", ("X", ""), "setting `clock.mode` (FILE): `fast` is none of real, simulated"),
        (
            "operator-token = \"short\"",
            ("X", ""),
            "setting `operator-token` (FILE): must be 16 to 200 printable ASCII characters without space",
        ),
    ] {
        assert_eq!(load(file, &[environment], &[]).expect_err(file), expected);
    }
}

#[test]
fn files_that_cannot_be_read_say_why() {
    let folder = tempfile::tempdir().expect("folder");
    let missing = folder.path().join("none.toml");
    let of = |path: &Path| Config::load(Some(path), [], &[]).expect_err("refused").to_string();
    assert_eq!(
        of(&missing),
        format!("configuration file {}: No such file or directory (os error 2)", missing.display())
    );
    assert!(of(folder.path()).ends_with(": it is a directory"));
    let binary = folder.path().join("binary.toml");
    std::fs::write(&binary, b"data = \"\xff\"").expect("file");
    assert!(of(&binary).ends_with(": it is not UTF-8 text"));
    let broken = folder.path().join("broken.toml");
    std::fs::write(&broken, "data = ").expect("file");
    assert!(of(&broken).contains("broken.toml: TOML parse error at line 1"), "{}", of(&broken));
}

#[test]
fn what_is_printed_is_a_valid_file_without_secrets() {
    let config = load(
        "operator-token = \"0123456789abcdef-secret\"\n[email]\ntransport = \"smtp\"\n[email.smtp]\nhost = \"h\"\nuser = \"u\"",
        &[("COINBOX_EMAIL_SMTP_PASSWORD", "very-secret")],
        &[],
    )
    .expect("valid");
    let printed = config.print();
    assert!(!printed.contains("secret\""), "{printed}");
    assert!(printed.contains("operator-token = \"********\""), "{printed}");
    assert!(printed.contains("[email.smtp]\n"), "{printed}");
    let flags = [("operator-token", "0123456789abcdef"), ("email.smtp.password", "p")];
    let again = load(&printed, &[], &flags).expect("what is printed can be read");
    assert_eq!((again.data, again.email_from), (config.data.clone(), config.email_from.clone()));
    let json = config.print_json().to_string();
    assert!(!json.contains("very-secret") && json.contains("COINBOX_EMAIL_SMTP_PASSWORD"), "{json}");
}

#[test]
fn the_address_of_the_pages_is_checked() {
    assert_eq!(load("", &[], &[]).expect("default").console_url, None);
    let config = load("console-url = \"https://Console.example.com/app/\"", &[], &[]).expect("valid");
    assert_eq!(
        config.console_url.map(|console| console.to_string()).as_deref(),
        Some("https://console.example.com/app")
    );
    let error = load("", &[("COINBOX_CONSOLE_URL", "http://example.com")], &[]).expect_err("not https");
    assert!(
        error.starts_with("setting `console-url` (COINBOX_CONSOLE_URL): `http://example.com` is not an address"),
        "{error}"
    );
}
