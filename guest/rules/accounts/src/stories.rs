//! Sign-ups from the first form to an account that may be used, in unit tests.

use crate::review::{self, Act, Blob, Decision, Evidence, File, Flag, Outstanding, State, StepKind};
use crate::signup::{self, Confirmation, Confirmed, Domain, Error, NetworkKind, NewSignUp, PendingSignUp};
use coinbox_access::functions;
use coinbox_access::people::attempts::{self, WeighFault};
use coinbox_access::people::{MemberId, members, since};
use coinbox_ground::ids::AuthId;
use coinbox_ground::testing::{Fake, START, caller, operator_with};
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{Caller, DAY_MS, Fact, Fault, HOUR_MS, Instant, Principal, Refusal};
use coinbox_ledger::wallet;
use coinbox_lists::{self as lists, Entry, KnownList, Own, OwnChoice, Source};
use coinbox_profiles::policy::{self, Policy};
use coinbox_profiles::profile::{self, Standing};

const PASSWORD: &str = "Correct horse 1 battery";
const HOME: &str = "203.0.113.7";
const VPN: &str = "198.51.100.9";
const VPN6: &str = "2001:db8::9";
const PHONE: &str = "14155550100";

fn operator() -> Caller {
    let every: Vec<&str> = functions::functions().iter().filter_map(|function| function.permission).collect();
    operator_with(&every)
}

fn from(address: &str) -> Caller {
    Caller { address: Some(address.to_owned()), ..caller(Principal::Nobody) }
}

fn sign_up(email: &str, company: &str) -> NewSignUp {
    NewSignUp {
        email: email.to_owned(),
        name: "Ada Lovelace".to_owned(),
        company: company.to_owned(),
        language: "en".to_owned(),
        country: Some("US".to_owned()),
        timezone: None,
    }
}

fn list(fake: &Fake, name: KnownList, entries: &[(&str, &str)]) {
    let about = Source { source: "test".to_owned(), edition: String::new(), dated: START, licence: String::new() };
    let entries =
        entries.iter().map(|(entry, note)| Entry { entry: (*entry).to_owned(), note: (*note).to_owned() }).collect();
    fake.command(START, |turn| {
        let version = lists::begin(turn, &operator(), name, about)?.version;
        lists::add(turn, &operator(), name, version, entries)?;
        lists::publish(turn, &operator(), name, version)
    })
    .expect("published");
}

/// A store with lists.
fn store() -> Fake {
    let fake = Fake::new();
    list(&fake, KnownList::PersonalMail, &[("gmail.com", "")]);
    list(&fake, KnownList::DisposableMail, &[("mailinator.com", "")]);
    list(&fake, KnownList::Networks, &[("198.51.100.0/24", "vpn"), ("2001:db8::/32", "hosting")]);
    list(&fake, KnownList::CallingCodes, &[("1", "US"), ("1204", "CA"), ("49", "DE")]);
    list(&fake, KnownList::WatchNames, &[("Evil Corp", "")]);
    fake
}

fn started(fake: &Fake, at: Instant, address: &str, sign_up: NewSignUp) -> Result<String, Error> {
    fake.command(at, |turn| signup::start(turn, &from(address), sign_up))
}

fn weighed(fake: &Fake, at: Instant, ticket: &str, old: Option<&str>, new: Option<&str>) -> String {
    let weighed = fake.query(at, |turn| attempts::weigh(turn, ticket, old, new, |_| Ok(None::<()>)));
    weighed.unwrap_or_else(|fault: WeighFault<()>| panic!("{fault:?}"))
}

/// Signs up from home. Answers what the browser keeps.
fn signed_up(fake: &Fake, at: Instant, sign_up: NewSignUp) -> PendingSignUp {
    let ticket = started(fake, at, HOME, sign_up).expect("started");
    let ticket = weighed(fake, at, &ticket, None, Some(PASSWORD));
    fake.command(at, |turn| signup::finish(turn, &from(HOME), ticket)).expect("signed up")
}

/// Template and link of the newest mail to an address.
fn newest_mail(fake: &Fake, address: &str) -> (String, String) {
    let entries = fake.dump();
    let mails = entries.iter().filter(|(key, _)| key.starts_with("pm/"));
    let mut mails = mails.map(|(_, text)| serde_json::from_str::<serde_json::Value>(text).expect("JSON"));
    let mail = mails.rfind(|mail| mail["address"] == address).expect("a mail");
    let sealed = mail["secrets"][0]["value"].as_str().expect("a secret");
    let link = coinbox_ground::port::Vault::unseal(&coinbox_ground::testing::OpenVault, "mail-secret-fact", sealed);
    (mail["template"].as_str().expect("a template").to_owned(), link.expect("sealed for mails"))
}

fn confirmed(fake: &Fake, at: Instant, link: &str, holder: &str) -> Result<Confirmed, Error> {
    fake.command(at, |turn| signup::confirm(turn, &from(HOME), link.to_owned(), holder.to_owned()))
}

/// Signs up and confirms.
fn account(fake: &Fake, at: Instant, sign_up: NewSignUp) -> AuthId {
    let address = sign_up.email.to_ascii_lowercase();
    let pending = signed_up(fake, at, sign_up);
    let confirmed = confirmed(fake, at, &newest_mail(fake, &address).1, &pending.holder).expect("confirmed");
    AuthId::parse(&confirmed.account).expect("an auth ID")
}

fn verify(fake: &Fake, at: Instant, account: AuthId, phone: &str) {
    let owner = MemberId { account, number: 1 };
    fake.command(at, |turn| review::phone_confirmed(turn, owner, phone)).expect("verified");
}

fn standing(fake: &Fake, account: AuthId) -> Standing {
    fake.query(START, |turn| profile::profile(turn, account)).expect("an account").standing()
}

fn balance(fake: &Fake, account: AuthId) -> i64 {
    fake.query(START, |turn| wallet::need(turn, account)).expect("a wallet").balance.micros()
}

fn file(fake: &Fake, at: Instant, account: AuthId) -> File {
    fake.query(at, |turn| review::get(turn, &operator(), account.to_string())).expect("a review")
}

fn flags(fake: &Fake, account: AuthId) -> Vec<Flag> {
    file(fake, START, account).flags.into_iter().map(|raised| raised.flag).collect()
}

fn change(fake: &Fake, change: impl FnOnce(&mut Policy)) {
    fake.command(START, |turn: &mut Turn<'_>| {
        let mut after = Policy::load(turn)?.as_ref().clone();
        change(&mut after);
        policy::save(turn, &after);
        Ok::<_, Fault>(())
    })
    .expect("changed");
}

fn keys(fake: &Fake, prefix: &str) -> usize {
    fake.dump().keys().filter(|key| key.starts_with(prefix)).count()
}

fn events(fake: &Fake, kind: &str) -> usize {
    fake.lines().iter().filter(|line| line.body.contains(&format!("\"kind\":\"{kind}\""))).count()
}

#[test]
fn a_sign_up_becomes_a_trial_with_credits_once() {
    let fake = store();
    let account = account(&fake, START, sign_up("Ada@Example.com", "Acme"));
    assert_eq!((standing(&fake, account), balance(&fake, account)), (Standing::Unverified, 0));
    let profile = fake.query(START, |turn| profile::profile(turn, account)).expect("an account");
    assert_eq!(
        (profile.name.as_str(), profile.email.as_str(), profile.timezone.as_str()),
        ("Acme", "ada@example.com", "UTC")
    );
    verify(&fake, START, account, PHONE);
    assert_eq!((standing(&fake, account), balance(&fake, account)), (Standing::Active, 10_000_000));
    verify(&fake, START, account, PHONE);
    assert_eq!(balance(&fake, account), 10_000_000, "a second confirmation gives nothing");
    assert_eq!((keys(&fake, "su/"), keys(&fake, "lnk/")), (0, 0), "both are used up");
    assert_eq!(events(&fake, "account-approved"), 1);
}

/// ACC-1.
#[test]
fn personal_and_disposable_mailboxes_are_refused_with_their_domain() {
    let fake = store();
    let domain = |domain: &str| Domain { domain: domain.to_owned() };
    let asked = |email: &str| started(&fake, START, HOME, sign_up(email, "Acme")).unwrap_err();
    assert_eq!(asked("ada@gmail.com"), Error::PersonalMail(domain("gmail.com")));
    assert_eq!(asked("ada@mail.GMAIL.com"), Error::PersonalMail(domain("gmail.com")));
    assert_eq!(asked("ada@x.mailinator.com"), Error::DisposableMail(domain("mailinator.com")));
    let own = Own { entry: "gmail.com".to_owned(), note: String::new(), choice: OwnChoice::Excepted };
    fake.command(START, |turn| lists::set_own(turn, &operator(), KnownList::PersonalMail, vec![own])).expect("set");
    assert!(started(&fake, START, HOME, sign_up("ada@gmail.com", "Acme")).is_ok());
}

/// ACC-2, attack 79: at each step, of both families, and without an address.
#[test]
fn a_listed_network_is_refused_at_each_step() {
    let fake = store();
    let nowhere = caller(Principal::Nobody);
    let vpn = Error::Network(NetworkKind::Vpn);
    assert_eq!(started(&fake, START, VPN, sign_up("ada@example.com", "Acme")), Err(vpn.clone()));
    assert_eq!(
        started(&fake, START, VPN6, sign_up("ada@example.com", "Acme")),
        Err(Error::Network(NetworkKind::Hosting))
    );
    let unknown = fake.command(START, |turn| signup::start(turn, &nowhere, sign_up("ada@example.com", "Acme")));
    assert_eq!(unknown, Err(Error::Network(NetworkKind::Unknown)));
    let ticket = started(&fake, START, HOME, sign_up("ada@example.com", "Acme")).expect("started");
    let ticket = weighed(&fake, START, &ticket, None, Some(PASSWORD));
    let finish = |address: &str| fake.command(START, |turn| signup::finish(turn, &from(address), ticket.clone()));
    assert_eq!(finish(VPN), Err(vpn.clone()));
    let pending = finish(HOME).expect("the ticket is still good");
    let (_, link) = newest_mail(&fake, "ada@example.com");
    let again = fake.command(START, |turn| signup::resend(turn, &from(VPN), pending.holder.clone()));
    assert_eq!(again, Err(vpn.clone()));
    let confirm = fake.command(START, |turn| signup::confirm(turn, &from(VPN), link.clone(), pending.holder.clone()));
    assert_eq!(confirm, Err(vpn.clone()));
    let elsewhere =
        fake.command(START, |turn| signup::start_confirm(turn, &from(VPN), link.clone(), PASSWORD.to_owned()));
    assert_eq!(elsewhere, Err(vpn.clone()));
    let ticket = fake
        .command(START, |turn| signup::start_confirm(turn, &from(HOME), link.clone(), PASSWORD.to_owned()))
        .expect("counted");
    let ticket = weighed(&fake, START, &ticket, Some(PASSWORD), None);
    let settled = fake.command(START, |turn| signup::finish_confirm(turn, &from(VPN), ticket.clone()));
    assert_eq!(settled, Err(vpn));
    assert!(fake.command(START, |turn| signup::finish_confirm(turn, &from(HOME), ticket)).is_ok());
}

/// Attack 4: the same writes and answers, and another mail.
#[test]
fn a_members_address_is_answered_like_a_new_one() {
    let fake = store();
    account(&fake, START, sign_up("ada@example.com", "Acme"));
    let shape = |fake: &Fake| -> Vec<String> {
        fake.dump().into_keys().map(|key| key.split('/').next().unwrap_or_default().to_owned()).collect()
    };
    let before = shape(&fake).len();
    let known = signed_up(&fake, START + 1, sign_up("ADA@example.com", "Other"));
    let (template, link) = newest_mail(&fake, "ada@example.com");
    assert_eq!((template.as_str(), link.as_str()), ("sign-up-known", "none"));
    let after_known = shape(&fake).len() - before;
    let new = signed_up(&fake, START + 1, sign_up("new@example.com", "Other"));
    assert_eq!(newest_mail(&fake, "new@example.com").0, "sign-up-confirm");
    // One throttle more: that of the other address is there already.
    assert_eq!(shape(&fake).len() - before - after_known, after_known + 1);
    assert_eq!((known.holder.len(), known.until), (new.holder.len(), new.until));
}

/// R54, attack 32.
#[test]
fn a_link_opens_nothing_without_browser_or_password() {
    let fake = store();
    let stranger = signed_up(&fake, START, sign_up("ada@example.com", "Stranger"));
    let (_, link) = newest_mail(&fake, "ada@example.com");
    let other = signed_up(&fake, START, sign_up("bob@example.com", "Other"));
    for holder in ["", "su_x_y", other.holder.as_str(), &stranger.holder[..stranger.holder.len() - 1]] {
        assert_eq!(confirmed(&fake, START, &link, holder), Err(Error::Gone), "{holder}");
    }
    let elsewhere = |password: &str| {
        let ticket = fake
            .command(START, |turn| signup::start_confirm(turn, &from(HOME), link.clone(), password.to_owned()))
            .expect("counted");
        let ticket = weighed(&fake, START, &ticket, Some(password), None);
        fake.command(START, |turn| signup::finish_confirm(turn, &from(HOME), ticket))
    };
    assert_eq!(elsewhere("my own password"), Ok(Confirmation::Wrong));
    assert!(matches!(elsewhere(PASSWORD), Ok(Confirmation::Confirmed(_))));
    assert_eq!(confirmed(&fake, START, &link, &stranger.holder), Err(Error::Gone), "used up");
}

/// Attack 28: of two that come at once, one finds the link.
#[test]
fn an_activation_link_is_good_once_whichever_way_it_is_used() {
    let fake = store();
    let pending = signed_up(&fake, START, sign_up("ada@example.com", "Acme"));
    let (_, link) = newest_mail(&fake, "ada@example.com");
    let tickets: Vec<String> = (0..2)
        .map(|_| {
            let begun =
                |turn: &mut Turn<'_>| signup::start_confirm(turn, &from(HOME), link.clone(), PASSWORD.to_owned());
            weighed(&fake, START, &fake.command(START, begun).expect("counted"), Some(PASSWORD), None)
        })
        .collect();
    let settled =
        |ticket: &str| fake.command(START, |turn| signup::finish_confirm(turn, &from(HOME), ticket.to_owned()));
    assert!(matches!(settled(&tickets[0]), Ok(Confirmation::Confirmed(_))));
    assert_eq!(settled(&tickets[1]), Err(Error::Gone));
    assert_eq!(settled(&tickets[0]), Err(Error::Refused(Refusal::Unauthenticated)), "a ticket is good once too");
    assert_eq!(confirmed(&fake, START, &link, &pending.holder), Err(Error::Gone));
    assert_eq!(keys(&fake, "acct/"), 1);
}

#[test]
fn a_password_of_a_sign_up_is_tried_five_times_and_a_dead_link_tells_nothing() {
    let fake = store();
    signed_up(&fake, START, sign_up("ada@example.com", "Acme"));
    let (_, link) = newest_mail(&fake, "ada@example.com");
    let tried = |link: &str| {
        fake.command(START, |turn| signup::start_confirm(turn, &from(HOME), link.to_owned(), "guess".to_owned()))
    };
    for _ in 0..5 {
        tried(&link).expect("counted");
    }
    assert_eq!(tried(&link), Err(Error::Refused(Refusal::TooOften(START + HOUR_MS))));
    let ticket = tried("lk_nothing").expect("a ticket all the same");
    let ticket = weighed(&fake, START, &ticket, Some("guess"), None);
    let settled = fake.command(START, |turn| signup::finish_confirm(turn, &from(HOME), ticket));
    assert_eq!(settled, Ok(Confirmation::Wrong));
}

#[test]
fn the_newest_link_is_the_only_one_and_three_more_can_be_had_a_day() {
    let fake = store();
    let pending = signed_up(&fake, START, sign_up("ada@example.com", "Acme"));
    let (_, first) = newest_mail(&fake, "ada@example.com");
    let again = |at: Instant| fake.command(at, |turn| signup::resend(turn, &from(HOME), pending.holder.clone()));
    for minute in 1..=3 {
        again(START + minute * 60_000).expect("mailed");
    }
    let later = START + 4 * 60_000;
    assert!(matches!(again(later), Err(Error::Refused(Refusal::TooOften(_)))));
    assert_eq!(confirmed(&fake, later, &first, &pending.holder), Err(Error::Gone));
    let (_, last) = newest_mail(&fake, "ada@example.com");
    let end = START + 3 * 60_000 + DAY_MS;
    assert_eq!(confirmed(&fake, end, &last, &pending.holder), Err(Error::Gone), "one millisecond late");
    assert!(confirmed(&fake, end - 1, &last, &pending.holder).is_ok());
    assert_eq!(again(end), Err(Error::Gone));
}

/// R80.
#[test]
fn a_sign_up_of_before_a_restore_is_void() {
    let fake = store();
    let pending = signed_up(&fake, START, sign_up("ada@example.com", "Acme"));
    fake.command(START + 1, |turn| {
        since::begin(turn);
        Ok::<_, Fault>(())
    })
    .expect("restored");
    let again = fake.command(START + 2, |turn| signup::resend(turn, &from(HOME), pending.holder.clone()));
    assert_eq!(again, Err(Error::Gone));
}

/// R54: the first confirmed wins.
#[test]
fn of_two_sign_ups_of_one_address_the_first_confirmed_wins() {
    let fake = store();
    let one = signed_up(&fake, START, sign_up("ada@example.com", "One"));
    let (_, of_one) = newest_mail(&fake, "ada@example.com");
    let other = signed_up(&fake, START + 1, sign_up("ada@example.com", "Other"));
    let (_, of_other) = newest_mail(&fake, "ada@example.com");
    assert!(confirmed(&fake, START + 2, &of_other, &other.holder).is_ok());
    assert_eq!(confirmed(&fake, START + 2, &of_one, &one.holder), Err(Error::Gone));
}

/// Attack 20, as far as sign-ups go.
#[test]
fn sign_ups_are_limited_by_address_and_by_network() {
    let fake = store();
    let asked = |address: &str, email: &str| {
        let ticket = started(&fake, START, address, sign_up(email, "Acme"))?;
        let ticket = weighed(&fake, START, &ticket, None, Some(PASSWORD));
        fake.command(START, |turn| signup::finish(turn, &from(address), ticket)).map(drop)
    };
    // Tickets that end at a weak password use up nothing of the address.
    for address in ["203.0.113.21", "203.0.113.22", "203.0.113.23"] {
        started(&fake, START, address, sign_up("ada@example.com", "Acme")).expect("begun");
    }
    for _ in 0..3 {
        asked(HOME, "ada@example.com").expect("counted");
    }
    assert_eq!(asked("203.0.113.8", "ADA@example.com"), Err(Error::Refused(Refusal::TooOften(START + 8 * HOUR_MS))));
    asked(HOME, "b@example.com").expect("counted");
    asked(HOME, "c@example.com").expect("counted");
    assert!(matches!(asked(HOME, "d@example.com"), Err(Error::Refused(Refusal::TooOften(_)))));
    assert!(asked("203.0.113.8", "d@example.com").is_ok());
}

/// Attacks 36 and 70 of this flow: an idempotency key belongs to somebody.
#[test]
fn nobody_has_no_idempotency_key() {
    let fake = store();
    let keyed = Caller { idempotency_key: Some("k".to_owned()), ..from(HOME) };
    let refused = fake.command(START, |turn| signup::start(turn, &keyed, sign_up("ada@example.com", "Acme")));
    assert!(matches!(refused, Err(Error::Refused(Refusal::Invalid(_)))), "{refused:?}");
}

/// ACC-5: each rule, with its facts.
#[test]
fn flagged_accounts_are_held_without_credits() {
    let fake = store();
    change(&fake, |policy| policy.sign_ups.same_a_day = 3);
    let first = account(&fake, START, sign_up("ada@one.example", "Acme"));
    verify(&fake, START, first, PHONE);
    assert_eq!(standing(&fake, first), Standing::Active);
    let shared = account(&fake, START, sign_up("ada@two.example", "Acme 2"));
    verify(&fake, START, shared, PHONE);
    let raised = file(&fake, START, shared).flags;
    assert_eq!(raised[0].facts, [Fact::new("account", first)]);
    assert_eq!(flags(&fake, shared), [Flag::SharedPhone]);
    assert_eq!((standing(&fake, shared), balance(&fake, shared)), (Standing::Held, 0));
    let foreign = account(&fake, START, sign_up("ada@three.example", "EVIL-corp"));
    verify(&fake, START, foreign, "4930123456");
    assert_eq!(flags(&fake, foreign), [Flag::CallingCode, Flag::WatchedName]);
    let fourth = account(&fake, START, sign_up("ada@four.example", "Acme 4"));
    verify(&fake, START, fourth, "14155550104");
    assert_eq!(flags(&fake, fourth), [Flag::ManyOfNetwork]);
    list(&fake, KnownList::Networks, &[("203.0.113.0/24", "proxy")]);
    assert_eq!(events(&fake, "account-held"), 3);
}

#[test]
fn a_person_decides_about_everybody_if_the_policy_says_so() {
    let fake = store();
    change(&fake, |policy| policy.sign_ups.review_everybody = true);
    let account = account(&fake, START, sign_up("ada@example.com", "Acme"));
    verify(&fake, START, account, PHONE);
    let held = file(&fake, START, account);
    assert_eq!((held.state, held.flags.len(), held.due), (State::Open, 0, START + DAY_MS));
    let decided = |decision| {
        fake.command(START, |turn| review::decide(turn, &operator(), account.to_string(), decision, String::new()))
    };
    let approved = decided(Decision::Approve).expect("approved");
    assert_eq!(
        (approved.state, standing(&fake, account), balance(&fake, account)),
        (State::Approved, Standing::Active, 10_000_000)
    );
    assert_eq!(decided(Decision::Reject), Err(review::Error::NotOpen));
    assert_eq!(keys(&fake, "revq/"), 0);
}

/// ACC-5: documents that are asked for, handed in, and what the customer sees.
#[test]
fn documents_are_asked_for_and_handed_in() {
    let fake = store();
    change(&fake, |policy| policy.sign_ups.documents = vec!["identity".to_owned()]);
    let account = account(&fake, START, sign_up("ada@example.com", "Acme"));
    verify(&fake, START, account, PHONE);
    assert_eq!(flags(&fake, account), [Flag::DocumentsMissing]);
    let id = account.to_string();
    let asked = fake
        .command(START, |turn| {
            let kinds = vec![Evidence::UseCase];
            review::ask(turn, &operator(), id.clone(), kinds, "What will you send?".to_owned())
        })
        .expect("asked");
    assert_eq!(asked.asked, [Evidence::Identity, Evidence::UseCase]);
    let outstanding = || fake.query(START, |turn| review::outstanding(turn, &operator(), id.clone())).expect("shown");
    let documents = |steps: Vec<Outstanding>| {
        let step = steps.into_iter().find(|step| step.step == StepKind::Documents).expect("a step");
        (step.done, step.asked, step.documents)
    };
    let text = Some("What will you send?".to_owned());
    assert_eq!(documents(outstanding()), (false, text.clone(), vec![Evidence::Identity, Evidence::UseCase]));
    let hand_in =
        |kind, blob: Blob| fake.command(START, |turn| review::hand_in(turn, &operator(), id.clone(), kind, blob));
    let blob = Blob {
        digest: "a".repeat(64),
        size: 10,
        media_type: "application/pdf".to_owned(),
        name: "passport.pdf".to_owned(),
    };
    for bad in [
        Blob { digest: "A".repeat(64), ..blob.clone() },
        Blob { size: 0, ..blob.clone() },
        Blob { size: 10 * 1024 * 1024 + 1, ..blob.clone() },
        Blob { media_type: "image/svg+xml".to_owned(), ..blob.clone() },
        Blob { name: "../x.pdf".to_owned(), ..blob.clone() },
    ] {
        let refused = hand_in(Evidence::Identity, bad);
        assert!(matches!(refused, Err(review::Error::Refused(Refusal::Invalid(_)))), "{refused:?}");
    }
    assert_eq!(hand_in(Evidence::Identity, blob.clone()).expect("taken").number, 1);
    assert_eq!(hand_in(Evidence::UseCase, blob.clone()).expect("taken").number, 2);
    assert_eq!(documents(outstanding()), (true, text, Vec::new()));
    for _ in 3..=50 {
        hand_in(Evidence::Other, blob.clone()).expect("taken");
    }
    assert_eq!(hand_in(Evidence::Other, blob), Err(review::Error::TooManyDocuments));
    let acts: Vec<Act> = file(&fake, START, account).history.into_iter().take(4).map(|entry| entry.act).collect();
    assert_eq!(acts, [Act::Held, Act::Asked, Act::HandedIn, Act::HandedIn]);
}

/// R67.
#[test]
fn a_rejected_account_is_closed_and_its_owner_is_known_when_coming_back() {
    let fake = store();
    change(&fake, |policy| policy.sign_ups.review_everybody = true);
    let first = account(&fake, START, sign_up("ada@example.com", "Acme"));
    verify(&fake, START, first, PHONE);
    let text = "No such company".to_owned();
    let rejected = fake
        .command(START, |turn| review::decide(turn, &operator(), first.to_string(), Decision::Reject, text))
        .expect("rejected");
    assert_eq!((rejected.state, standing(&fake, first)), (State::Rejected, Standing::Closed));
    for _ in 0..3 {
        fake.command(START, |turn| crate::closing::run(turn, first)).expect("released");
    }
    assert_eq!(fake.query(START, |turn| members::by_email(turn, "ada@example.com")), Ok(None));
    change(&fake, |policy| policy.sign_ups.review_everybody = false);
    let second = account(&fake, START + 1, sign_up("ada@example.com", "Acme again"));
    verify(&fake, START + 1, second, PHONE);
    assert_eq!(flags(&fake, second), [Flag::SeenBefore, Flag::SeenBefore]);
    assert_eq!((standing(&fake, second), balance(&fake, second)), (Standing::Held, 0));
}

#[test]
fn late_decisions_are_told_once_and_stand_first_in_the_queue() {
    let fake = store();
    change(&fake, |policy| policy.sign_ups.review_everybody = true);
    let accounts: Vec<AuthId> = (0..3_i64)
        .map(|number| {
            let at = START + number;
            let account = account(&fake, at, sign_up(&format!("ada@d{number}.example"), &format!("Acme {number}")));
            verify(&fake, at, account, &format!("1415555010{number}"));
            account
        })
        .collect();
    let queue = |at: Instant, after: Option<String>| {
        fake.query(at, |turn| review::queue(turn, &operator(), after, 2)).expect("shown")
    };
    let first = queue(START + DAY_MS + 1, None);
    let names: Vec<String> = first.reviews.iter().map(|file| file.account.clone()).collect();
    assert_eq!(names, [accounts[0].to_string(), accounts[1].to_string()]);
    assert_eq!(first.reviews.iter().map(|file| file.overdue).collect::<Vec<_>>(), [true, false]);
    let rest = queue(START, first.next);
    assert_eq!((rest.reviews[0].account.as_str(), rest.next), (accounts[2].as_str(), None));
    let job = |at| fake.command(at, |turn| crate::review::judging::tell_overdue(turn, accounts[0])).expect("looked");
    job(START + DAY_MS);
    assert_eq!(events(&fake, "review-overdue"), 0);
    job(START + DAY_MS + 1);
    job(START + DAY_MS + 2);
    assert_eq!(events(&fake, "review-overdue"), 1);
}

/// ACC-3.
#[test]
fn what_is_never_finished_is_cleared() {
    let fake = store();
    signed_up(&fake, START, sign_up("ada@example.com", "Acme"));
    let account = account(&fake, START, sign_up("bob@example.com", "Bond"));
    fake.command(START + 7 * DAY_MS + 1, |turn| {
        signup::upkeep::clean(turn);
        Ok::<_, Fault>(())
    })
    .expect("cleaned");
    // Counts stay as long as an account may wait for its phone.
    assert_eq!((keys(&fake, "su/"), keys(&fake, "suc/")), (0, 2));
    fake.command(START + 33 * DAY_MS, |turn| {
        signup::upkeep::clean(turn);
        Ok::<_, Fault>(())
    })
    .expect("cleaned");
    assert_eq!(keys(&fake, "suc/"), 0);
    let job = |at| fake.command(at, |turn| signup::upkeep::run(turn, account)).expect("looked");
    assert!(fake.timers().contains_key(&format!("{account}/unverified")));
    job(START + 30 * DAY_MS);
    assert_eq!(standing(&fake, account), Standing::Closed);
}

/// ACC-9.
#[test]
fn a_reinstatement_records_what_was_supplied() {
    let fake = store();
    let account = account(&fake, START, sign_up("ada@example.com", "Acme"));
    verify(&fake, START, account, PHONE);
    let id = account.to_string();
    let reinstate = |documents: Vec<String>| {
        fake.command(START, |turn| review::reinstate(turn, &operator(), id.clone(), documents, "seen".to_owned()))
    };
    let supplied = vec!["passport of the owner".to_owned(), "2".to_owned()];
    assert_eq!(reinstate(supplied.clone()), Err(review::Error::NotOpen));
    let suspended = Standing::Suspended(coinbox_ground::vocabulary::Suspension::ComplianceIssue);
    fake.command(START, |turn| crate::set_standing(turn, &operator(), id.clone(), suspended, String::new()))
        .expect("suspended");
    let refused = reinstate(vec![String::new()]);
    assert!(matches!(refused, Err(review::Error::Refused(Refusal::Invalid(_)))), "{refused:?}");
    let lifted = reinstate(supplied.clone()).expect("lifted");
    let last = lifted.history.last().expect("an entry");
    assert_eq!((last.act, &last.documents, standing(&fake, account)), (Act::Reinstated, &supplied, Standing::Active));
    assert_eq!((events(&fake, "documents-supplied"), events(&fake, "account-reinstated")), (1, 1));
}
