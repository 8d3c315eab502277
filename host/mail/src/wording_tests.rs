//! Filling, replacing and checking templates.

use super::catalog::{BUILT_IN, LINK_PATHS, SHARED, TEMPLATES, WORDS};
use super::wording::{FACT_BYTES_MAX, Filled, Wording};
use coinbox_host::contract::types::Fact;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

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
        ("receipt", if card == "none" { "none" } else { "R-2026-000007" }),
        ("currency", "USD"),
        ("brand", "Coinbox"),
    ]);
    Wording::built_in().expect("templates").fill("recharge-failed", "en-GB", &facts).expect("filled")
}

#[test]
fn a_mail_is_filled() {
    let filled = failed("insufficient-funds", "automatic", "75.00", "visa 4242");
    assert_eq!(filled.subject, "Coinbox could not recharge your account with 25.00 USD");
    assert_eq!(
        filled.text,
        "Hello Zoë & Söhne <b>,\n\
         \n\
         The automatic recharge of 25.00 USD did not work.\n\
         \n\
         Why: The bank says there is not enough money behind the card.\n\
         Card: visa 4242\n\
         Receipt: R-2026-000007\n\
         What you can do: Put money behind the card, or make another card the default.\n\
         What happens next: We will try again when your available credit is down to 75.00 USD.\n\
         \n\
         --\n\
         Coinbox billing, account MA0\n"
    );
    assert!(filled.html.contains("<p>Hello Zoë &amp; Söhne &lt;b&gt;,</p>"), "{}", filled.html);
    assert!(filled.html.contains("<strong>Card:</strong> visa 4242<br>"), "{}", filled.html);
    let manual = failed("expired", "manual", "manual", "none");
    assert!(manual.text.contains("\n\nWhy: The card has expired.\nWhat you can do: Add a card that is still valid"));
    assert!(manual.text.contains("What happens next: Nothing was charged. You can try again at any time.\n"));
    assert!(!manual.text.contains("Card:") && !manual.html.contains("Card:"));
}

/// money-01: a mail says that nothing must be done only of an account that owes nothing.
#[test]
fn money_01_nothing_is_to_be_done_only_where_nothing_is_owed() {
    let wording = Wording::built_in().expect("templates");
    let base =
        [("account-name", "A"), ("auth-id", "MA0"), ("brand", "B"), ("number", "2026-000002"), ("total", "1.00")];
    let period =
        [("period-start", "2026-09-01"), ("period-end", "2026-09-30"), ("currency", "USD"), ("attachment", "none")];
    for (name, open, paid) in [
        ("invoice-issued", [("amount-due", "47.21"), ("status", "open")], [("amount-due", "0.00"), ("status", "paid")]),
        ("account-reinstated", [("owed", "47.21"), ("details", "")], [("owed", "0.00"), ("details", "")]),
    ] {
        let fill = |more: &[(&str, &str)]| {
            let all: Vec<(&str, &str)> = base.iter().chain(&period).chain(more).copied().collect();
            wording.fill(name, "en", &facts(&all)).expect("filled")
        };
        let (open, paid) = (fill(&open), fill(&paid));
        for part in [&open.text, &open.html] {
            assert!(!part.contains("need not do anything") && part.contains("47.21"), "{part}");
        }
        for part in [&paid.text, &paid.html] {
            assert!(part.contains("need not do anything") && !part.contains("owes 0.00"), "{part}");
        }
    }
}

/// 11-paid-stays-paid-after-a-chargeback: a mail names the day of an attempt only where there is one.
#[test]
fn case_11_no_attempt_is_promised_that_is_not_made() {
    let wording = Wording::built_in().expect("templates");
    let fill = |name: &str, next: &str| {
        let all = facts(&[
            ("account-name", "A"),
            ("auth-id", "MA0"),
            ("brand", "B"),
            ("number", "2026-000001"),
            ("amount", "30.00"),
            ("due", "50.00"),
            ("charge", "1"),
            ("card", "visa 4242"),
            ("reason", "expired"),
            ("attempt", "1"),
            ("receipt", "none"),
            ("attachment", "none"),
            ("currency", "USD"),
            ("next-attempt", next),
        ]);
        let filled = wording.fill(name, "en", &all).expect("filled");
        assert!(!filled.text.contains(&format!(" on {next}")) || next == "2026-12-03", "{}", filled.text);
        assert!(!filled.html.contains(&format!(" on {next}")) || next == "2026-12-03", "{}", filled.html);
        filled.text
    };
    assert!(fill("invoice-reopened", "2026-12-03").contains("your default card is charged on 2026-12-03"));
    assert!(fill("invoice-reopened", "reinstated").contains("once the suspension of your account ends"));
    assert!(fill("invoice-reopened", "under-way").contains("a charge for this invoice is under way"));
    assert!(fill("invoice-unpaid", "2026-12-03").contains("it is tried again on 2026-12-03"));
    assert!(fill("invoice-unpaid", "reinstated").contains("not tried again before that ends"));
    assert!(fill("invoice-unpaid", "closing").contains("your account is being closed"));
}

#[test]
fn words_of_a_later_version_are_shown_escaped_once() {
    let filled = failed("<x>&", "automatic", "<y>", "none");
    assert!(filled.text.contains("The payment could not be made (<x>&).\n"), "{}", filled.text);
    assert!(filled.html.contains("could not be made (&lt;x&gt;&amp;)."), "{}", filled.html);
    assert!(filled.html.contains("is down to &lt;y&gt; USD."), "{}", filled.html);
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
    assert_eq!(sentences.len(), 15);
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
    assert!(filled.text.starts_with("Hello A  Bcc: all@example.com  {{ auth_id }}{% if x %} ,\n"), "{}", filled.text);
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
        (
            "de/account-welcome.txt",
            "Subject: Willkommen bei {{ brand }}\n{% extends \"layout.txt\" %}{% block content %}Schön.{% endblock %}",
        ),
        ("de/account-welcome.html", "<p>Schön, {{ account_name }}.</p>"),
        ("de/layout.txt", "Hallo {{ account_name }}\n{% block content %}{% endblock %}"),
        ("pt-BR/account-welcome.txt", "Subject: Bem-vindo\n{% extends \"layout.txt\" %}"),
        ("pt-BR/account-welcome.html", "<p>Bem-vindo</p>"),
        ("notes.md", "not a template {{"),
    ])
    .expect("good templates");
    let all =
        facts(&[("account-name", "A&B"), ("auth-id", "MA0"), ("brand", "C"), ("balance", "1.00"), ("currency", "USD")]);
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
    let welcome =
        |text: &str| with(&[("account-welcome.txt", text), ("account-welcome.html", html)]).err().unwrap_or_default();
    assert_eq!(welcome("Subject: Hi\nAll is well."), "");
    for (text, expected) in [
        ("Hi\nthere", "the first line must be \"Subject: \""),
        ("", "the first line must be"),
        ("Subject: \nthere", "the first line must be"),
        ("Subject: {{ balance }}\nthere", "there is no fact balance"),
        ("Subject: Hi\n{{ acount_name }}", "there is no fact acount_name; possible are account-name, auth-id, brand"),
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

/// money-13: whatever a mail says of money, it says in which currency.
#[test]
fn every_amount_has_its_currency() {
    const AMOUNTS: [&str; 13] = [
        "amount",
        "owed",
        "balance",
        "threshold",
        "refunded",
        "forfeited",
        "total",
        "amount-due",
        "tax",
        "left",
        "credit-limit",
        "cap",
        "next-step",
    ];
    let wording = Wording::built_in().expect("templates");
    let mut seen = 0;
    // Mails to one person are not about money.
    for (template, names) in TEMPLATES.iter().filter(|(_, names)| names.contains(&"auth-id")) {
        let fact = |name: &&str| {
            let value = if AMOUNTS.contains(name) { "71.25".to_owned() } else { format!("[{name}]") };
            Fact { name: (*name).to_owned(), value: if *name == "currency" { "USD".to_owned() } else { value } }
        };
        let facts: Vec<Fact> = names.iter().map(fact).collect();
        let filled = wording.fill(template, "en", &facts).expect("filled");
        for part in [&filled.subject, &filled.text, &filled.html] {
            let (all, with) = (part.matches("71.25").count(), part.matches("71.25 USD").count());
            assert_eq!(all, with, "{template}: {part}");
            seen += all;
        }
        let has_amount = names.iter().any(|name| AMOUNTS.contains(name));
        assert_eq!(names.contains(&"currency"), has_amount, "{template}");
    }
    assert!(seen > 60, "{seen}");
}

/// Facts of a mail, each its own name in brackets but for those that are given.
fn all_facts(template: &str, given: &[(&str, &str)]) -> Vec<Fact> {
    let (_, names) = TEMPLATES.iter().find(|(name, _)| *name == template).expect("a mail");
    let value = |name: &str| {
        let known = given.iter().find(|(given, _)| *given == name);
        known.map_or_else(|| format!("[{name}]"), |(_, value)| (*value).to_owned())
    };
    names.iter().map(|name| Fact { name: (*name).to_owned(), value: value(name) }).collect()
}

#[test]
fn a_mail_to_a_person_is_filled() {
    let link = "https://console.example.com/password/reset#lk_1_2";
    let facts = all_facts(
        "password-reset",
        &[
            ("name", "Zoë <b>"),
            ("at", "1796058000123"),
            ("until", "1796059800123"),
            ("address", "192.0.2.7"),
            ("device", "curl/8\nBcc: x"),
            ("link", link),
            ("brand", "Coinbox"),
        ],
    );
    let filled = Wording::built_in().expect("templates").fill("password-reset", "de", &facts).expect("filled");
    assert_eq!(filled.subject, "Choose a new Coinbox password");
    assert_eq!(
        filled.text,
        "Hello Zoë <b>,\n\
         \n\
         You, or somebody who has typed your address, has asked for a new password.\n\
         Choose it here:\n\
         \n\
         https://console.example.com/password/reset#lk_1_2\n\
         \n\
         The link is good until 2026-11-30 17:30 UTC, and once. Your second factor stays as it\n\
         is.\n\
         \n\
         When: 2026-11-30 17:00 UTC\n\
         Network address: 192.0.2.7\n\
         Device: curl/8 Bcc: x\n\
         \n\
         If it was not you, do nothing: your password stays as it is.\n\
         \n\
         --\n\
         Coinbox\n"
    );
    assert!(filled.html.contains("<p>Hello Zoë &lt;b&gt;,</p>"), "{}", filled.html);
    assert!(
        filled.html.contains("<a href=\"https:&#x2f;&#x2f;console.example.com&#x2f;password&#x2f;reset#lk_1_2\">"),
        "{}",
        filled.html
    );
}

#[test]
fn a_person_without_a_name_is_greeted_and_a_bare_token_is_no_link() {
    let facts = all_facts("sign-up-confirm", &[("name", ""), ("link", "lk_1_2"), ("brand", "Coinbox")]);
    let filled = Wording::built_in().expect("templates").fill("sign-up-confirm", "en", &facts).expect("filled");
    assert!(filled.text.starts_with("Hello,\n\nYou, or somebody"), "{}", filled.text);
    assert!(filled.text.contains("\n\nlk_1_2\n\n"), "{}", filled.text);
    assert!(filled.html.contains("<p>Hello,</p>") && filled.html.contains("monospace\">lk_1_2</p>"), "{}", filled.html);
    assert!(!filled.html.contains("href"), "{}", filled.html);
}

/// Attack 85: neither in the subject nor in the parts is there a dot that makes a link of a name.
#[test]
fn names_in_an_invitation_are_not_clickable() {
    let wording = Wording::built_in().expect("templates");
    for template in ["invitation", "invited-elsewhere"] {
        let given = [("name", "Visit evil.example"), ("account-name", "www.evil.example <a href=//evil.example>")];
        let filled = wording.fill(template, "en", &all_facts(template, &given)).expect("filled");
        for part in [&filled.subject, &filled.text, &filled.html] {
            assert!(!part.contains("evil.example") && part.contains("evil.\u{2060}example"), "{template}: {part}");
        }
        assert!(!filled.html.contains("<a href=//"), "{}", filled.html);
    }
}

#[test]
fn every_mail_with_a_link_has_a_page_and_shows_it() {
    let with_link: BTreeSet<&str> =
        TEMPLATES.iter().filter(|(_, facts)| facts.contains(&"link")).map(|(name, _)| *name).collect();
    assert_eq!(LINK_PATHS.iter().map(|(name, _)| *name).collect::<BTreeSet<_>>(), with_link);
    assert_eq!(LINK_PATHS.iter().map(|(_, path)| *path).collect::<BTreeSet<_>>().len(), LINK_PATHS.len());
    let wording = Wording::built_in().expect("templates");
    for template in with_link {
        let filled = wording.fill(template, "en", &all_facts(template, &[("link", "lk_7")])).expect("filled");
        assert!(filled.text.contains("\n\nlk_7\n\n") && filled.html.contains(">lk_7<"), "{template}");
        assert!(!filled.subject.contains("lk_7"), "{template}");
    }
}

#[test]
fn every_fact_of_a_mail_to_a_person_is_in_both_parts() {
    let wording = Wording::built_in().expect("templates");
    for (template, names) in TEMPLATES.iter().filter(|(_, names)| !names.contains(&"auth-id")) {
        let filled = wording.fill(template, "en", &all_facts(template, &[])).expect("filled");
        for name in *names {
            let shown = format!("[{name}]");
            assert!(filled.text.contains(&shown) && filled.html.contains(&shown), "{template}: {name}");
        }
    }
}

#[test]
fn a_language_may_lack_mails_and_shared_files_of_persons() {
    let wording = with(&[
        (
            "de/password-changed.txt",
            "Subject: Ihr Passwort\n{% extends \"person.txt\" %}{% block content %}Neu.{% endblock %}",
        ),
        ("de/password-changed.html", "{% extends \"person.html\" %}{% block content %}<p>Neu.</p>{% endblock %}"),
        ("fr/person.txt", "Bonjour {{ name }}\n{% block content %}{% endblock %}"),
    ])
    .expect("good templates");
    let fill = |template: &str, language: &str| {
        wording.fill(template, language, &all_facts(template, &[("name", "Ada")])).expect("filled")
    };
    assert_eq!(fill("password-changed", "de-AT").subject, "Ihr Passwort");
    assert!(fill("password-changed", "de").text.starts_with("Hello Ada,\n\nNeu."));
    assert!(fill("login-notice", "de").text.starts_with("Hello Ada,"), "the mail of the default language");
    assert!(fill("login-notice", "fr").text.starts_with("Hello Ada,"), "a shared file alone adds no language");
    let error = with(&[("person.txt", "{{ auth_id }}{% block content %}{% endblock %}")]).err().unwrap_or_default();
    assert!(error.contains("there is no fact auth-id") || error.contains("there is no fact auth_id"), "{error}");
}
