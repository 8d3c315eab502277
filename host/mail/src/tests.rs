//! Mails in a folder and to a mail server that speaks SMTP over a real socket.

use super::*;
use coinbox_host::capability::Mailer;
use coinbox_host::clock::SimulatedClock;
use coinbox_host::contract::email_types::{AttachedDocument, Attachment, MailMessage, MailOutcome, Mailbox};
use coinbox_host::contract::types::{Blob, Fact};
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

/// 2026-03-01T00:00:00Z.
const START: i64 = 1_772_323_200_000;

fn composer() -> Composer {
    let clock = Arc::new(SimulatedClock::new(START));
    Composer::new(Wording::built_in().expect("templates"), "Coinbox <billing@example.com>", clock).expect("sender")
}

fn message(key: &str, to: &[(&str, Option<&str>)]) -> MailMessage {
    let fact = |name: &str, value: &str| Fact { name: name.to_owned(), value: value.to_owned() };
    MailMessage {
        key: key.to_owned(),
        to: to
            .iter()
            .map(|(address, name)| Mailbox { address: (*address).to_owned(), name: name.map(str::to_owned) })
            .collect(),
        template: "balance-low".to_owned(),
        language: "en".to_owned(),
        facts: vec![
            fact("account-name", "Łukasz & Co"),
            fact("auth-id", "MA0"),
            fact("balance", "99.50"),
            fact("threshold", "100.00"),
            fact("currency", "USD"),
        ],
        secret_facts: vec![fact("brand", "Coinbox")],
        attachments: Vec::new(),
    }
}

fn files(folder: &Path, part: &str) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder.join(part))
        .expect("folder")
        .map(|entry| entry.expect("entry").file_name().into_string().expect("text"))
        .collect();
    names.sort();
    names
}

#[test]
fn maildir_holds_a_repeated_mail_once() {
    let folder = tempfile::tempdir().expect("folder");
    let mailer = MaildirMailer::open(folder.path(), composer()).expect("maildir");
    let mail = message("cb-store-mail-1", &[("a@example.org", Some("Łukasz"))]);
    assert_eq!(mailer.send(&mail), MailOutcome::Sent);
    assert_eq!(mailer.send(&mail), MailOutcome::Sent);
    let names = files(folder.path(), "new");
    assert_eq!(names.len(), 1);
    assert_eq!(files(folder.path(), "tmp"), Vec::<String>::new());
    let text = fs::read_to_string(folder.path().join("new").join(&names[0])).expect("mail");
    for expected in [
        "From: Coinbox <billing@example.com>\r\n",
        "To: =?utf-8?b?xYF1a2Fzeg==?= <a@example.org>\r\n",
        "Subject: Your Coinbox balance is below 100.00 USD\r\n",
        "Date: Sun, 01 Mar 2026 00:00:00 +0000\r\n",
        "Auto-Submitted: auto-generated\r\n",
        "Content-Type: multipart/alternative;",
        "Content-Type: text/plain; charset=utf-8\r\n",
        "Content-Type: text/html; charset=utf-8\r\n",
        "It is now 99.50 USD.",
    ] {
        assert!(text.contains(expected), "{expected:?} in\n{text}");
    }
    let digest = names[0].strip_suffix(".coinbox").expect("our name");
    assert!(text.contains(&format!("Message-ID: <{digest}@example.com>\r\n")), "{text}");
    // Read in a mail program, it is still the same mail.
    let read = folder.path().join("cur").join(format!("{}:2,S", names[0]));
    fs::rename(folder.path().join("new").join(&names[0]), read).expect("moved");
    assert_eq!(mailer.send(&mail), MailOutcome::Sent);
    assert_eq!(files(folder.path(), "new"), Vec::<String>::new());
    assert_eq!(mailer.send(&message("cb-store-mail-2", &[("a@example.org", None)])), MailOutcome::Sent);
    assert_eq!(files(folder.path(), "new").len(), 1);
}

#[test]
fn a_delivery_that_was_cut_off_is_done_anew() {
    let folder = tempfile::tempdir().expect("folder");
    let mailer = MaildirMailer::open(folder.path(), composer()).expect("maildir");
    let mail = message("k", &[("a@example.org", None)]);
    mailer.send(&mail);
    let name = files(folder.path(), "new").remove(0);
    let whole = fs::read(folder.path().join("new").join(&name)).expect("mail");
    fs::remove_file(folder.path().join("new").join(&name)).expect("gone");
    fs::write(folder.path().join("tmp").join(&name), vec![b'x'; 100_000]).expect("half a mail");
    assert_eq!(mailer.send(&mail), MailOutcome::Sent);
    assert_eq!(fs::read(folder.path().join("new").join(&name)).expect("mail"), whole);
    assert_eq!(files(folder.path(), "tmp"), Vec::<String>::new());
}

#[test]
fn a_folder_that_is_gone_is_asked_again_later() {
    let folder = tempfile::tempdir().expect("folder");
    let mailer = MaildirMailer::open(folder.path(), composer()).expect("maildir");
    fs::remove_dir(folder.path().join("tmp")).expect("gone");
    let MailOutcome::NotSent(not_sent) = mailer.send(&message("k", &[("a@example.org", None)])) else {
        panic!("not sent")
    };
    assert_eq!(not_sent.ask_again, START + 60_000);
    assert!(not_sent.cause.starts_with("mail folder: "), "{}", not_sent.cause);
}

#[test]
fn what_can_never_be_sent_is_refused() {
    let folder = tempfile::tempdir().expect("folder");
    let mailer = MaildirMailer::open(folder.path(), composer()).expect("maildir");
    let good = message("k", &[("a@example.org", None)]);
    let crowd = vec![("a@example.org", None); 51];
    let blob = Blob { digest: "0".repeat(64), size: 1, media_type: "text/plain".to_owned(), name: "a.txt".to_owned() };
    for (bad, expected) in [
        (message("k", &[]), "1 to 50 recipients"),
        (message("k", &crowd), "1 to 50 recipients"),
        (message("", &[("a@example.org", None)]), "1 to 255 bytes"),
        (MailMessage { template: "nothing".to_owned(), ..good.clone() }, "no mail template is called"),
        (MailMessage { secret_facts: Vec::new(), ..good.clone() }, "the fact brand is missing"),
        (MailMessage { attachments: vec![Attachment::Kept(blob)], ..good.clone() }, "keeps no files"),
    ] {
        let MailOutcome::Refused(problem) = mailer.send(&bad) else { panic!("refused: {expected}") };
        assert!(problem.cause.contains(expected), "{problem:?}");
    }
    assert_eq!(files(folder.path(), "new"), Vec::<String>::new());
}

/// Case 01-one-bad-recipient-stops-all-mail: the others get theirs, and whoever asked is told which address it was.
#[test]
fn one_bad_address_does_not_keep_the_mail_from_the_others() {
    let folder = tempfile::tempdir().expect("folder");
    let mailer = MaildirMailer::open(folder.path(), composer()).expect("maildir");
    let recording = RecordingMailer::new().expect("templates");
    let mixed = message("k", &[("bad..one@recip.example", Some("Bad")), ("good@recip.example", None)]);
    let refused = |outcome| {
        let MailOutcome::SentExcept(refused) = outcome else { panic!("all but one") };
        refused.into_iter().map(|refused| (refused.address, refused.cause)).collect::<Vec<_>>()
    };
    let expected = [("bad..one@recip.example".to_owned(), "not a mail address: Invalid email user".to_owned())];
    assert_eq!(refused(mailer.send(&mixed)), expected);
    assert_eq!(refused(recording.send(&mixed)), expected);
    let text = fs::read_to_string(folder.path().join("new").join(files(folder.path(), "new").remove(0))).expect("mail");
    assert!(text.contains("To: good@recip.example") && !text.contains("bad..one"), "{text}");
    assert_eq!(recording.messages()[0].to, [Mailbox { address: "good@recip.example".to_owned(), name: None }]);

    let smuggled = "a@example.org\r\nBcc: b@example.org";
    let nobody = message("n", &[("nobody", None), (smuggled, None)]);
    let all: Vec<String> = refused(mailer.send(&nobody)).into_iter().map(|(address, _)| address).collect();
    assert_eq!(all, ["nobody", smuggled]);
    assert_eq!(files(folder.path(), "new").len(), 1, "nothing is delivered to nobody");
}

/// Case 01-one-bad-recipient-stops-all-mail: whatever may be set is taken by the mailer.
mod forms {
    use coinbox_forms::email;
    use lettre::Address;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_address_that_may_be_set_is_one_for_the_mailer(
            text in "[a-z.!#'+\"@ -]{0,12}@[a-z0-9.-]{1,12}|\\PC{0,20}|[a-zA-Z0-9.]{60,70}@[a-z]{60,66}(\\.[a-z]{1,5}){0,3}"
        ) {
            if email::is_address(&text) {
                prop_assert!(text.parse::<Address>().is_ok(), "{text:?}");
                prop_assert!(email::is_sendable(&text), "{text:?}");
            }
            // What an older version has stored is only held back where the mailer refuses it too.
            if !email::is_sendable(&text) {
                prop_assert!(text.parse::<Address>().is_err(), "{text:?}");
            }
        }
    }
}

/// A document that is there, one that is printed later, and one that cannot be.
struct Shelf;

impl Attachments for Shelf {
    fn find(&self, document: &AttachedDocument) -> Result<Option<AttachedFile>, String> {
        match document.number.as_str() {
            "2026-000001" => Ok(Some(AttachedFile {
                name: format!("{}-{}.pdf", document.kind, document.number),
                media_type: "application/pdf",
                bytes: b"%PDF-of-the-invoice".to_vec(),
            })),
            "2026-000002" => Err("being printed".to_owned()),
            _ => Ok(None),
        }
    }
}

/// money-13: the mail about an invoice has the invoice with it, and says so.
#[test]
fn an_invoice_goes_with_its_mail() {
    let folder = tempfile::tempdir().expect("folder");
    let composer = composer().with_attachments(Arc::new(Shelf));
    let mailer = MaildirMailer::open(folder.path(), composer).expect("maildir");
    let mail = |number: &str| {
        let (auth_id, kind, number) = ("MA0".to_owned(), "invoice".to_owned(), number.to_owned());
        let fact = |name: &str, value: &str| Fact { name: name.to_owned(), value: value.to_owned() };
        let mut mail = message(&format!("key-{number}"), &[("a@example.org", None)]);
        mail.template = "invoice-issued".to_owned();
        mail.facts.extend([
            fact("number", &number),
            fact("period-start", "2026-02-01"),
            fact("period-end", "2026-02-28"),
            fact("total", "12.50"),
            fact("amount-due", "0.00"),
            fact("status", "paid"),
        ]);
        mail.attachments = vec![Attachment::Document(AttachedDocument { auth_id, kind, number })];
        mail
    };
    let MailOutcome::NotSent(not_sent) = mailer.send(&mail("2026-000002")) else { panic!("is not ready") };
    assert_eq!((not_sent.ask_again, not_sent.cause.as_str()), (START + 60_000, "being printed"));
    assert_eq!(files(folder.path(), "new"), Vec::<String>::new());
    let text_of = |number: &str| {
        assert_eq!(mailer.send(&mail(number)), MailOutcome::Sent);
        let name = files(folder.path(), "new").remove(0);
        let path = folder.path().join("new").join(name);
        let text = fs::read_to_string(&path).expect("mail");
        fs::remove_file(path).expect("removed");
        text
    };
    let with = text_of("2026-000001");
    for part in [
        "Content-Type: multipart/mixed",
        "multipart/alternative",
        "The invoice is attached as PDF.",
        "Total: 12.50 USD",
        "Content-Disposition: attachment; filename=\"invoice-2026-000001.pdf\"",
        "Content-Type: application/pdf",
    ] {
        assert!(with.contains(part), "{part}: {with}");
    }
    let without = text_of("2026-000003");
    assert!(!without.contains("attached") && !without.contains("multipart/mixed"), "{without}");
}

#[test]
fn no_header_can_be_smuggled_in() {
    let folder = tempfile::tempdir().expect("folder");
    let mailer = MaildirMailer::open(folder.path(), composer()).expect("maildir");
    // sec-07-formulas-in-exported-tables: text of others in a mail, also letters that turn the line round.
    let mut mail = message("k", &[("a@example.org", Some("A\r\nBcc: b@example.org\r\n\r\nbody\u{202e}"))]);
    mail.facts[3].value = "1\r\nX-Evil: 1\u{2028}\u{202e}".to_owned();
    assert_eq!(mailer.send(&mail), MailOutcome::Sent);
    let name = files(folder.path(), "new").remove(0);
    let text = fs::read_to_string(folder.path().join("new").join(name)).expect("mail");
    let (head, _) = text.split_once("\r\n\r\n").expect("a head");
    assert!(!head.contains("\r\nBcc:") && !head.contains("\r\nX-Evil"), "{head}");
    assert!(head.contains("\r\nAuto-Submitted:"), "{head}");
    let turned = ["\u{202e}", "=E2=80=AE", "=E2=80=A8"];
    assert!(turned.iter().all(|letters| !text.contains(letters)), "{text}");
}

#[test]
fn a_sender_without_address_is_refused() {
    let clock = Arc::new(SimulatedClock::new(START));
    let error = Composer::new(Wording::built_in().expect("templates"), "Coinbox", clock).err().expect("refused");
    assert!(error.to_string().contains("\"Coinbox\" is not an address"), "{error}");
}

#[test]
fn recording_keeps_what_was_sent() {
    let mailer = RecordingMailer::new().expect("templates");
    let mail = message("k", &[("a@example.org", None)]);
    mailer.answer_next(MailOutcome::Refused("no".into()));
    assert_eq!(mailer.send(&mail), MailOutcome::Refused("no".into()));
    assert_eq!(mailer.send(&mail), MailOutcome::Sent);
    assert_eq!(mailer.messages(), std::slice::from_ref(&mail));
    assert_eq!(mailer.filled()[0].subject, "Your Coinbox balance is below 100.00 USD");
    let MailOutcome::Refused(problem) = mailer.send(&MailMessage { facts: Vec::new(), ..mail }) else {
        panic!("refused")
    };
    assert!(problem.cause.contains("account-name is missing"), "{problem:?}");
}

/// Serves conversations one after another, each until QUIT or the end, and gives back what the client said.
fn server(answers: Vec<Vec<(&'static str, &'static str)>>) -> (u16, JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("port");
    let port = listener.local_addr().expect("address").port();
    let served = std::thread::spawn(move || {
        answers.into_iter().map(|answers| converse(listener.accept().expect("client").0, &answers)).collect()
    });
    (port, served)
}

fn converse(mut stream: TcpStream, answers: &[(&str, &str)]) -> String {
    let mut said = String::new();
    let mut lines = BufReader::new(stream.try_clone().expect("stream"));
    let answer = |word: &str| answers.iter().find(|(prefix, _)| *prefix == word).map(|(_, answer)| *answer);
    stream.write_all(format!("{}\r\n", answer("CONNECT").unwrap_or("220 test")).as_bytes()).expect("greeting");
    let mut in_data = false;
    loop {
        let mut line = String::new();
        // A client that gives up closes, or resets, the connection.
        if lines.read_line(&mut line).unwrap_or(0) == 0 {
            return said;
        }
        said.push_str(&line);
        let word = line.split([' ', '\r', ':']).next().unwrap_or_default();
        let reply = if in_data {
            if line != ".\r\n" {
                continue;
            }
            in_data = false;
            answer(".").unwrap_or("250 kept")
        } else if let Some(reply) = answer(word) {
            reply
        } else if word == "DATA" {
            in_data = true;
            "354 go on"
        } else {
            "250 fine"
        };
        if stream.write_all(format!("{reply}\r\n").as_bytes()).is_err() || word == "QUIT" {
            return said;
        }
    }
}

fn smtp(port: u16) -> SmtpMailer {
    let settings = SmtpSettings {
        host: "127.0.0.1".to_owned(),
        port,
        security: SmtpSecurity::Plain,
        login: None,
        timeout: Duration::from_secs(10),
    };
    SmtpMailer::new(settings, composer()).expect("mailer")
}

#[test]
fn smtp_hands_the_mail_to_each_recipient() {
    let (port, served) = server(vec![vec![], vec![]]);
    let mail = message("k", &[("a@example.org", None), ("b@example.org", Some("B"))]);
    assert_eq!(smtp(port).send(&mail), MailOutcome::Sent);
    let said = served.join().expect("served");
    for (said, address) in said.iter().zip(["a@example.org", "b@example.org"]) {
        assert!(said.contains("MAIL FROM:<billing@example.com>"), "{said}");
        assert!(said.contains(&format!("RCPT TO:<{address}>\r\n")), "{said}");
        assert_eq!(said.matches("RCPT TO").count(), 1);
        assert!(said.contains("Subject: Your Coinbox balance is below 100.00 USD\r\n"), "{said}");
        assert!(said.contains("multipart/alternative"), "{said}");
    }
    let id = |said: &String| said.lines().find(|line| line.starts_with("Message-ID:")).map(str::to_owned);
    assert_eq!(id(&said[0]), id(&said[1]));
    assert!(id(&said[0]).is_some());
}

#[test]
fn smtp_tells_refused_from_not_now() {
    let one = message("k", &[("a@example.org", None)]);
    let send = |answers: Vec<(&'static str, &'static str)>| {
        let (port, served) = server(vec![answers]);
        let outcome = smtp(port).send(&one);
        served.join().expect("served");
        outcome
    };
    let MailOutcome::SentExcept(refused) = send(vec![("RCPT", "550 no such user")]) else { panic!("refused") };
    assert_eq!((refused.len(), refused[0].address.as_str()), (1, "a@example.org"));
    let cause = &refused[0].cause;
    assert!(cause.contains("550") && cause.contains("no such user"), "{cause}");
    for answers in [
        vec![("RCPT", "451 grey listed")],
        vec![("CONNECT", "421 busy")],
        vec![(".", "452 full")],
        vec![("MAIL", "530 login first")],
        // No refusal of the recipient: our sender, our host, the mail itself.
        vec![("MAIL", "550 5.7.1 sender not allowed")],
        vec![("MAIL", "552 5.3.4 too large")],
        vec![("CONNECT", "554 no service for you")],
        vec![("EHLO", "550 who are you")],
        vec![("RCPT", "554 5.7.1 <billing@example.com>: Sender address rejected")],
        vec![("RCPT", "550 5.1.8 sender's domain not found")],
        vec![("RCPT", "550-5.7.1 spam\r\n550 5.7.1 go away")],
        vec![("DATA", "554 no")],
        vec![(".", "554 5.7.1 spam")],
        vec![(".", "550 not this mail")],
    ] {
        let MailOutcome::NotSent(not_sent) = send(answers.clone()) else { panic!("not sent: {answers:?}") };
        assert_eq!(not_sent.ask_again, START + 300_000);
        assert!(not_sent.cause.contains(&answers[0].1[..3]), "{}", not_sent.cause);
    }
    for answers in [
        vec![("RCPT", "550 5.1.1 no such user")],
        vec![("RCPT", "553 5.1.3 bad address")],
        vec![("RCPT", "550 5.2.1 disabled")],
        vec![(".", "550 5.1.1 no such user")],
    ] {
        let MailOutcome::SentExcept(refused) = send(answers.clone()) else { panic!("refused: {answers:?}") };
        assert!(refused[0].cause.contains(&answers[0].1[4..9]), "{}", refused[0].cause);
    }
}

/// Case 01-one-bad-recipient-stops-all-mail: each recipient is settled alone, and whoever is not, is named.
#[test]
fn case_01_a_full_mailbox_keeps_the_mail_from_nobody_else() {
    let everybody = message(
        "k",
        &[
            ("owner@example.org", None),
            ("full@example.org", None),
            ("gone@example.org", None),
            ("good@example.org", None),
        ],
    );
    let full = vec![("RCPT", "452 4.2.2 mailbox full")];
    let (port, served) = server(vec![vec![], full, vec![("RCPT", "550 5.1.1 no such user")], vec![]]);
    let MailOutcome::SentPartly(partly) = smtp(port).send(&everybody) else { panic!("some have it") };
    let said = served.join().expect("served");
    assert_eq!(said.iter().map(|said| said.contains("\r\nDATA\r\n")).collect::<Vec<_>>(), [true, false, false, true]);
    assert_eq!(partly.refused.iter().map(|one| one.address.as_str()).collect::<Vec<_>>(), ["gone@example.org"]);
    assert_eq!(partly.open.iter().map(|one| one.address.as_str()).collect::<Vec<_>>(), ["full@example.org"]);
    assert!(partly.open[0].cause.contains("mailbox full"), "{}", partly.open[0].cause);
    assert_eq!(partly.ask_again, START + 300_000);
}

/// Case 01: a server that goes away, or takes nothing more from us, leaves the rest for later; those without a turn come first.
#[test]
fn case_01_a_server_that_stops_half_way_leaves_the_rest_for_later() {
    let everybody = message(
        "k",
        &[("a@example.org", None), ("b@example.org", None), ("c@example.org", None), ("d@example.org", None)],
    );
    for stop in [
        ("MAIL", "451 4.7.1 too many mails"),
        ("MAIL", "550 5.7.1 not from you"),
        ("CONNECT", "421 busy"),
        ("RCPT", "421 going down"),
    ] {
        let (port, served) = server(vec![vec![("RCPT", "451 grey listed")], vec![], vec![stop]]);
        let MailOutcome::SentPartly(partly) = smtp(port).send(&everybody) else { panic!("b has it: {stop:?}") };
        assert_eq!(served.join().expect("served").len(), 3, "the server is not asked a fourth time");
        let open: Vec<&str> = partly.open.iter().map(|one| one.address.as_str()).collect();
        assert_eq!(open, ["c@example.org", "d@example.org", "a@example.org"], "{stop:?}");
        assert!(partly.refused.is_empty());
    }
    // Nobody has it and nobody is refused: then it is about the whole mail.
    let (port, served) = server(vec![vec![("MAIL", "550 5.7.1 sender not allowed")]]);
    let MailOutcome::NotSent(not_sent) = smtp(port).send(&everybody) else { panic!("nobody has it") };
    served.join().expect("served");
    assert!(
        not_sent.cause.starts_with("does not take mails from billing@example.com: mail server: "),
        "{}",
        not_sent.cause
    );
}

#[test]
fn one_refused_recipient_does_not_stop_the_others() {
    let (port, served) = server(vec![vec![("RCPT", "550 gone")], vec![]]);
    let mail = message("k", &[("a@example.org", None), ("b@example.org", None)]);
    let MailOutcome::SentExcept(refused) = smtp(port).send(&mail) else { panic!("all but one") };
    assert_eq!((refused.len(), refused[0].address.as_str()), (1, "a@example.org"));
    assert!(refused[0].cause.contains("550"), "{}", refused[0].cause);
    assert!(served.join().expect("served")[1].contains("RCPT TO:<b@example.org>"));
}

#[test]
fn a_mail_server_that_is_away_or_silent_is_not_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("port");
    let port = listener.local_addr().expect("address").port();
    let silent = SmtpSettings {
        host: "127.0.0.1".to_owned(),
        port,
        security: SmtpSecurity::Plain,
        login: None,
        timeout: Duration::from_millis(100),
    };
    let mail = message("k", &[("a@example.org", None)]);
    let mailer = SmtpMailer::new(silent, composer()).expect("mailer");
    assert!(matches!(mailer.send(&mail), MailOutcome::NotSent(_)), "bounded even if nobody answers");
    drop(listener);
    let MailOutcome::NotSent(away) = smtp(port).send(&mail) else { panic!("not sent") };
    assert!(away.cause.starts_with("mail server: "), "{}", away.cause);
}

#[test]
fn smtp_settings_are_checked_and_hide_the_password() {
    let settings = SmtpSettings {
        host: "mail.example.com".to_owned(),
        port: 25,
        security: SmtpSecurity::Plain,
        login: Some(("user".to_owned(), "hunter2".to_owned())),
        timeout: Duration::from_secs(10),
    };
    assert!(!format!("{settings:?}").contains("hunter2"));
    let error = SmtpMailer::new(settings.clone(), composer()).err().expect("refused").to_string();
    assert!(error.contains("mail.example.com") && error.contains("starttls"), "{error}");
    let tls = SmtpSettings { security: SmtpSecurity::StartTls, ..settings.clone() };
    assert!(SmtpMailer::new(tls, composer()).is_ok());
    let endless = SmtpSettings { timeout: Duration::from_secs(121), security: SmtpSecurity::Tls, ..settings };
    assert!(SmtpMailer::new(endless, composer()).is_err());
}

/// Attack 83: a link is the configured address and the token, and nothing else.
#[test]
fn links_lead_to_the_configured_pages() {
    let fact = |name: &str, value: &str| Fact { name: name.to_owned(), value: value.to_owned() };
    let mut mail = message("cb-store-person-mail-1", &[("a@example.org", None)]);
    mail.template = "email-changed".to_owned();
    mail.facts = ["name", "new-email", "until", "brand"].map(|name| fact(name, "x")).to_vec();
    mail.secret_facts = vec![fact("link", "lk_1796058000123ab_SECRET")];
    for (console, expected) in [
        (
            Some("https://console.example.com/app"),
            "\r\nhttps://console.example.com/app/email/undo#lk_1796058000123ab_SECRET\r\n",
        ),
        (None, "\r\nlk_1796058000123ab_SECRET\r\n"),
    ] {
        let console = console.map(|console| console.parse().expect("address"));
        let composed = composer().with_console(console).compose(&mail).expect("a mail");
        let text = String::from_utf8(composed.bytes).expect("text");
        assert!(text.contains(expected), "{text}");
    }
}
