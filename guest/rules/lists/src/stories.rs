//! Whole lists in unit tests: written, published, corrected, looked up.

use crate::*;
use coinbox_access::functions;
use coinbox_ground::testing::{Fake, START, operator_with};
use coinbox_ground::vocabulary::{Caller, DAY_MS, Fault, FieldRule, Instant, Refusal};

fn operator() -> Caller {
    let every: Vec<&str> = functions::functions().iter().filter_map(|function| function.permission).collect();
    operator_with(&every)
}

fn source(dated: Instant) -> Source {
    Source { source: "test".to_owned(), edition: "1".to_owned(), dated, licence: String::new() }
}

fn entries(of: &[(&str, &str)]) -> Vec<Entry> {
    of.iter().map(|(entry, note)| Entry { entry: (*entry).to_owned(), note: (*note).to_owned() }).collect()
}

fn own(entry: &str, note: &str, choice: OwnChoice) -> Own {
    Own { entry: entry.to_owned(), note: note.to_owned(), choice }
}

fn begun(fake: &Fake, name: KnownList) -> u32 {
    fake.command(START, |turn| begin(turn, &operator(), name, source(START))).expect("begun").version
}

fn added(fake: &Fake, name: KnownList, version: u32, of: &[(&str, &str)]) -> Result<u32, Error> {
    fake.command(START, |turn| add(turn, &operator(), name, version, entries(of))).map(|shown| shown.entries)
}

fn published(fake: &Fake, name: KnownList, of: &[(&str, &str)]) -> u32 {
    let version = begun(fake, name);
    added(fake, name, version, of).expect("added");
    fake.command(START, |turn| publish(turn, &operator(), name, version)).expect("published").version
}

fn set(fake: &Fake, name: KnownList, of: Vec<Own>) -> Result<Status, Error> {
    fake.command(START, |turn| set_own(turn, &operator(), name, of))
}

fn keys(fake: &Fake, prefix: &str) -> usize {
    fake.dump().keys().filter(|key| key.starts_with(prefix)).count()
}

#[test]
fn a_version_is_in_force_as_a_whole_and_takes_the_place_of_the_one_before() {
    let fake = Fake::new();
    let name = KnownList::PersonalMail;
    let found = |domain: &str| fake.query(START, |turn| personal_mail(turn, domain)).expect("looked up");
    let first = published(&fake, name, &[("gmail.com", ""), ("Mail.Example", "")]);
    assert_eq!(found("gmail.com").as_deref(), Some("gmail.com"));
    assert_eq!(found("a.b.MAIL.example").as_deref(), Some("mail.example"));
    assert_eq!(found("notgmail.com"), None);
    assert_eq!(found("com"), None);
    let second = begun(&fake, name);
    assert_eq!(added(&fake, name, second, &[("web.de", "")]), Ok(1));
    assert_eq!(added(&fake, name, second, &[("web.de", ""), ("gmx.de", "")]), Ok(2), "an entry counts once");
    assert_eq!(found("web.de"), None, "not yet published");
    assert_eq!(fake.command(START, |turn| publish(turn, &operator(), name, second)).expect("published").entries, 2);
    assert_eq!((found("web.de").is_some(), found("gmail.com").is_some()), (true, false));
    assert_eq!(keys(&fake, &format!("lst/personal-mail/{first:06}/")), 0, "the old version is cleared");
    for version in [first, second, 9] {
        assert_eq!(added(&fake, name, version, &[("a.example", "")]), Err(Error::NoSuchDraft));
    }
}

#[test]
fn a_draft_that_is_begun_anew_is_given_up() {
    let fake = Fake::new();
    let name = KnownList::WatchNames;
    let first = begun(&fake, name);
    added(&fake, name, first, &[("Evil Corp", "")]).expect("added");
    let second = begun(&fake, name);
    assert_eq!((first, second), (1, 2));
    assert_eq!(keys(&fake, "lst/watch-names/000001/"), 0);
    assert_eq!(added(&fake, name, first, &[("x", "")]), Err(Error::NoSuchDraft));
}

#[test]
fn own_entries_win() {
    let fake = Fake::new();
    let name = KnownList::DisposableMail;
    published(&fake, name, &[("mailinator.com", "")]);
    let found = |domain: &str| fake.query(START, |turn| disposable_mail(turn, domain)).expect("looked up");
    let given = vec![own("good.mailinator.com", "", OwnChoice::Excepted), own("temp.example", "", OwnChoice::Listed)];
    assert_eq!(set(&fake, name, given).expect("set").own, 2);
    assert_eq!(found("good.mailinator.com"), None);
    assert_eq!(found("x.good.mailinator.com"), None);
    assert_eq!(found("bad.mailinator.com").as_deref(), Some("mailinator.com"));
    assert_eq!(found("temp.example").as_deref(), Some("temp.example"));
    let again = vec![own("good.mailinator.com", "", OwnChoice::AsPublished)];
    assert_eq!(set(&fake, name, again).expect("set").own, 1);
    assert_eq!(found("good.mailinator.com").as_deref(), Some("mailinator.com"));
    published(&fake, name, &[("other.example", "")]);
    assert_eq!(found("temp.example").as_deref(), Some("temp.example"), "a new version leaves own entries");
    let page = fake.query(START, |turn| list_own(turn, &operator(), name, None, 1)).expect("listed");
    assert_eq!((page.entries, page.next), (vec![own("temp.example", "", OwnChoice::Listed)], None));
}

#[test]
fn addresses_are_found_in_ranges_of_both_families() {
    let fake = Fake::new();
    let name = KnownList::Networks;
    let ranges: Vec<(String, &str)> =
        (0..600).map(|number| (format!("10.{}.{}.0/25", number / 256, number % 256), "hosting")).collect();
    let mut all: Vec<(&str, &str)> = ranges.iter().map(|(range, kind)| (range.as_str(), *kind)).collect();
    all.extend([("192.0.2.3-192.0.2.9", "vpn"), ("2001:db8::/32", "proxy")]);
    published(&fake, name, &all);
    assert_eq!(keys(&fake, "lst/networks/000001/"), 3, "256 ranges a record");
    let found = |address: &str| fake.query(START, |turn| network(turn, address)).expect("looked up");
    for (address, kind) in [
        ("10.0.0.0", Some("hosting")),
        ("10.0.0.127", Some("hosting")),
        ("10.0.0.128", None),
        ("10.1.0.5", Some("hosting")),
        ("10.2.87.127", Some("hosting")),
        ("10.2.88.0", None),
        ("192.0.2.2", None),
        ("192.0.2.3", Some("vpn")),
        ("192.0.2.9", Some("vpn")),
        ("192.0.2.10", None),
        ("::ffff:192.0.2.5", Some("vpn")),
        ("2001:db8:ffff::1", Some("proxy")),
        ("2001:db9::", None),
        ("9.255.255.255", None),
        ("rubbish", None),
    ] {
        assert_eq!(found(address).as_deref(), kind, "{address}");
    }
    let given = vec![
        own("192.0.2.4/31", "", OwnChoice::Excepted),
        own("192.0.2.5", "proxy", OwnChoice::Listed),
        own("2001:db8:1::/48", "", OwnChoice::Excepted),
    ];
    set(&fake, name, given).expect("set");
    assert_eq!(found("192.0.2.4"), None);
    assert_eq!(found("192.0.2.5").as_deref(), Some("proxy"), "the smallest own network decides");
    assert_eq!(found("2001:db8:1::7"), None);
    assert_eq!(found("2001:db8:2::7").as_deref(), Some("proxy"));
    let answer = fake.query(START, |turn| look_up(turn, &operator(), name, "192.0.2.7".to_owned())).expect("looked up");
    let entry = Some(Entry { entry: "192.0.2.3-192.0.2.9".to_owned(), note: "vpn".to_owned() });
    assert_eq!(answer, Answer { entry, listed: true, own: false });
}

#[test]
fn ranges_come_in_order_over_all_parts() {
    let fake = Fake::new();
    let name = KnownList::Networks;
    let version = begun(&fake, name);
    assert_eq!(added(&fake, name, version, &[("192.0.2.0/24", "vpn")]), Ok(1));
    let problem = |of: &[(&str, &str)]| match added(&fake, name, version, of) {
        Err(Error::Refused(Refusal::Invalid(problems))) => {
            problems.into_iter().map(|problem| (problem.field, problem.rule)).collect::<Vec<_>>()
        }
        other => panic!("{other:?}"),
    };
    let wrong = |field: &str| vec![(field.to_owned(), FieldRule::WrongForm)];
    assert_eq!(problem(&[("192.0.2.255-192.0.3.9", "vpn")]), wrong("entries[0].entry"));
    assert_eq!(problem(&[("198.51.100.0/24", "vpn"), ("10.0.0.0/8", "vpn")]), wrong("entries[1].entry"));
    assert_eq!(problem(&[("2001:db8::/32", "vpn"), ("198.51.100.0/24", "vpn")]), wrong("entries[1].entry"));
    assert_eq!(problem(&[("198.51.100.1/24", "vpn")]), wrong("entries[0].entry"));
    assert_eq!(problem(&[("198.51.100.0/24", "dsl")]), [("entries[0].note".to_owned(), FieldRule::UnknownValue)]);
    assert_eq!(added(&fake, name, version, &[("192.0.3.0/24", "vpn")]), Ok(2), "what was refused left nothing");
}

#[test]
fn passwords_are_known_by_what_is_left_of_them() {
    let fake = Fake::new();
    published(&fake, KnownList::CommonPasswords, &[("P4ssw0rd", ""), ("sunshine1", ""), ("123456", "")]);
    let common = |password: &str| {
        let words = passwords::base_forms(password);
        !fake.query(START, |turn| common_words(turn, &words)).expect("looked up").is_empty()
    };
    assert!(common("Sunshine2026!") && common("$UNSHINE") && !common("moonshine"));
    let stolen = "5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8";
    let breached_now = |password: &str| fake.query(START, |turn| breached(turn, password)).expect("looked up");
    assert!(!breached_now("password"), "without a list none is");
    published(&fake, KnownList::BreachedPasswords, &[(stolen, "")]);
    assert!(breached_now("password") && !breached_now("Password"));
}

#[test]
fn numbers_are_known_by_their_longest_beginning() {
    let fake = Fake::new();
    published(&fake, KnownList::CallingCodes, &[("1", "US"), ("1204", "CA"), ("49", "DE")]);
    published(&fake, KnownList::Prefixes, &[("881", "satellite"), ("1900", "premium")]);
    let code = |number: &str| fake.query(START, |turn| calling_code(turn, number)).expect("looked up");
    assert_eq!(code("+12045550100"), Some(("1204".to_owned(), "CA".to_owned())));
    assert_eq!(code("12125550100"), Some(("1".to_owned(), "US".to_owned())));
    assert_eq!(code("3"), None);
    let kind = |number: &str| fake.query(START, |turn| prefix(turn, number)).expect("looked up");
    assert_eq!(kind("88161234").as_deref(), Some("satellite"));
    assert_eq!(kind("14155550100"), None);
}

#[test]
fn what_is_given_is_bounded() {
    let fake = Fake::new();
    let name = KnownList::PersonalMail;
    let version = begun(&fake, name);
    let many: Vec<String> = (0..=ENTRIES_MAX).map(|number| format!("d{number}.example")).collect();
    let all: Vec<(&str, &str)> = many.iter().map(|domain| (domain.as_str(), "")).collect();
    assert!(matches!(added(&fake, name, version, &all), Err(Error::Refused(Refusal::Invalid(_)))));
    assert!(matches!(added(&fake, name, version, &[]), Err(Error::Refused(Refusal::Invalid(_)))));
    assert_eq!(added(&fake, name, version, &all[1..]), Ok(5000));
    assert!(fake.dump().values().all(|value| value.len() < 256 * 1024));
    let many: Vec<Own> =
        (0..=OWN_MAX).map(|number| own(&format!("d{number}.example"), "", OwnChoice::Listed)).collect();
    assert!(matches!(set(&fake, name, many), Err(Error::Refused(Refusal::Invalid(_)))));
    let later = source(START + 1);
    let refused = fake.command(START, |turn| begin(turn, &operator(), name, later));
    assert!(matches!(refused, Err(Error::Refused(Refusal::Invalid(_)))));
}

#[test]
fn an_old_list_is_told_once() {
    let fake = Fake::new();
    published(&fake, KnownList::PersonalMail, &[("gmail.com", "")]);
    let told = |at: Instant| {
        let before = fake.lines().len();
        fake.command(at, tell_old).expect("told");
        fake.lines().len() - before
    };
    assert_eq!(told(START + 90 * DAY_MS), 0);
    assert_eq!(told(START + 90 * DAY_MS + 1), 1);
    assert_eq!(told(START + 91 * DAY_MS), 0);
    let status = fake.query(START + 91 * DAY_MS, |turn| status(turn, &operator())).expect("shown");
    let old: Vec<KnownList> = status.into_iter().filter(|one| one.old).map(|one| one.name).collect();
    assert_eq!(old, [KnownList::PersonalMail]);
    published(&fake, KnownList::PersonalMail, &[("web.de", "")]);
    assert_eq!(told(START + 91 * DAY_MS), 1, "a new version that is old is told too");
}

#[test]
fn nobody_but_an_operator_reaches_lists() {
    let fake = Fake::new();
    let refused = fake.query(START, |turn| status(turn, &operator_with(&[])));
    assert_eq!(refused, Err(Error::from(Fault::from(Refusal::Forbidden("lists.status".to_owned())))));
}
