//! Making, reading, changing and suspending accounts.

use crate::accounts::{
    Account, AccountType, BillingMode, Change, Created, Error, NewAccount, RateLimits, Standing, authenticate, create,
    get, list, reveal_token, set_standing, update,
};
use crate::ground::ids::AuthId;
use crate::ground::testing::{self, Fake, START, holder, keyed};
use crate::ground::vocabulary::{Checks, DAY_MS, FieldRule, Instant, Refusal, Suspension};
use crate::policy::{self, SettingChange};
use crate::stories::scenario::{changes, operator};

fn new_account(account_type: AccountType) -> NewAccount {
    NewAccount {
        currency: None,
        account_type,
        name: "Lucius Fox".to_owned(),
        email: "lucius@example.com".to_owned(),
        address: "Times Square".to_owned(),
        city: "New York".to_owned(),
        state: "NY".to_owned(),
        timezone: "America/New_York".to_owned(),
    }
}

fn made(fake: &Fake, account_type: AccountType) -> Created {
    fake.command(START, |turn| create(turn, &operator(), new_account(account_type))).expect("a new account")
}

fn shown(fake: &Fake, auth_id: &str) -> Account {
    fake.query(START, |turn| get(turn, &operator(), auth_id.to_owned())).expect("an account")
}

fn kinds(fake: &Fake) -> Vec<String> {
    let kind =
        |body: &str| serde_json::from_str::<serde_json::Value>(body).expect("JSON")["kind"].as_str().map(str::to_owned);
    fake.lines().iter().filter_map(|line| kind(&line.body)).collect()
}

#[test]
fn a_trial_starts_with_the_policys_credits_and_a_standard_account_with_none() {
    let fake = Fake::new();
    let trial = made(&fake, AccountType::Developer);
    assert_eq!(
        shown(&fake, &trial.auth_id),
        Account {
            currency: "USD".to_owned(),
            auth_id: trial.auth_id.clone(),
            account_type: AccountType::Developer,
            name: "Lucius Fox".to_owned(),
            email: "lucius@example.com".to_owned(),
            address: "Times Square".to_owned(),
            city: "New York".to_owned(),
            state: "NY".to_owned(),
            timezone: "America/New_York".to_owned(),
            billing_mode: BillingMode::Prepaid,
            auto_recharge: false,
            cash_credits: 10_000_000,
            available: 10_000_000,
            standing: Standing::Active,
            created: START,
        }
    );
    let standard = made(&fake, AccountType::Standard);
    assert_eq!(shown(&fake, &standard.auth_id).cash_credits, 0);
    assert_ne!(trial.auth_id, standard.auth_id);
    let mails: Vec<String> = fake.dump().into_keys().filter(|key| key.starts_with("mail/")).collect();
    assert_eq!(mails.len(), 2);
}

#[test]
fn making_again_under_the_same_key_leaves_the_secret_out() {
    let fake = Fake::new();
    let caller = keyed(operator(), "order-17");
    let make = || fake.command(START, |turn| create(turn, &caller, new_account(AccountType::Standard)));
    let (first, second) = (make().expect("made"), make().expect("answered again"));
    assert_eq!(first.auth_id, second.auth_id);
    assert_eq!((first.auth_token.len(), second.auth_token.as_str()), (40, ""));
    let other = fake.command(START, |turn| create(turn, &caller, new_account(AccountType::Developer)));
    assert_eq!(other, Err(Error::Refused(Refusal::KeyReused)));
}

#[test]
fn every_broken_field_of_a_new_account_is_named() {
    let fake = Fake::new();
    let account = NewAccount {
        currency: None,
        account_type: AccountType::Standard,
        name: String::new(),
        email: "a@b@c".to_owned(),
        address: "a".repeat(201),
        city: "c".repeat(101),
        state: "two\nlines".to_owned(),
        timezone: "Mars/Olympus".to_owned(),
    };
    let error = fake.command(START, |turn| create(turn, &operator(), account)).expect_err("broken");
    let Error::Refused(Refusal::Invalid(problems)) = error else { panic!("{error:?}") };
    let found: Vec<(&str, FieldRule)> = problems.iter().map(|problem| (problem.field.as_str(), problem.rule)).collect();
    assert_eq!(
        found,
        [
            ("account.name", FieldRule::TooShort),
            ("account.email", FieldRule::WrongForm),
            ("account.address", FieldRule::TooLong),
            ("account.city", FieldRule::TooLong),
            ("account.state", FieldRule::WrongForm),
            ("account.timezone", FieldRule::UnknownValue),
        ]
    );
    assert!(fake.dump().is_empty());
}

#[test]
fn email_addresses_have_a_form() {
    let holds = |email: &str| {
        let mut checks = Checks::new();
        checks.email(email, "email");
        checks.done().is_ok()
    };
    for good in ["a@b", "first.last+tag@mail.example.com"] {
        assert!(holds(good), "{good}");
    }
    for bad in
        ["", "@", "ab", "a@", "@b", "a b@c", "a@b\r\nBcc:x@y", "<a@b>", "a@b,c@d", &format!("a@{}", "b".repeat(253))]
    {
        assert!(!holds(bad), "{bad}");
    }
}

#[test]
fn what_is_not_given_stays() {
    let fake = Fake::new();
    let created = made(&fake, AccountType::Standard);
    let owner = holder(&created.auth_id, &created.auth_token);
    let change = |change: Change| fake.command(START, |turn| update(turn, &owner, created.auth_id.clone(), change));
    let before = shown(&fake, &created.auth_id);
    assert_eq!(change(Change::default()), Ok(before.clone()));
    assert_eq!(kinds(&fake), ["account-created"]);
    let after = change(Change { name: Some("Bruce".to_owned()), city: Some(String::new()), ..Change::default() });
    assert_eq!(after, Ok(Account { name: "Bruce".to_owned(), city: String::new(), ..before }));
    assert_eq!(kinds(&fake), ["account-created", "account-changed"]);
    let bad = Change { name: Some(String::new()), timezone: Some("Moon".to_owned()), ..Change::default() };
    match change(bad) {
        Err(Error::Refused(Refusal::Invalid(problems))) => {
            let fields: Vec<&str> = problems.iter().map(|problem| problem.field.as_str()).collect();
            assert_eq!(fields, ["change.name", "change.timezone"]);
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn lists_are_paged_in_order_of_auth_id() {
    let fake = Fake::new();
    let mut ids: Vec<String> = (0..5).map(|_| made(&fake, AccountType::Developer).auth_id).collect();
    ids.sort();
    let page = |after: Option<&str>, limit| {
        fake.query(START, |turn| list(turn, &operator(), None, after.map(str::to_owned), limit)).expect("a page")
    };
    let mut seen = Vec::new();
    let mut after: Option<String> = None;
    loop {
        let page = page(after.as_deref(), 2);
        assert!(page.accounts.iter().all(|listed| listed.balance == 10_000_000));
        seen.extend(page.accounts.into_iter().map(|listed| listed.auth_id));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(seen, ids);
    assert_eq!(page(None, 5).next, None);
    for (after, limit, field) in [(None, 0, "limit"), (None, 501, "limit"), (Some("x"), 1, "after")] {
        match fake.query(START, |turn| list(turn, &operator(), None, after.map(str::to_owned), limit)) {
            Err(Error::Refused(Refusal::Invalid(problems))) => assert_eq!(problems[0].field, field),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn suspension_and_reinstatement_are_told_once() {
    let fake = Fake::new();
    let created = made(&fake, AccountType::Standard);
    let stand = |standing: Standing| {
        let auth_id = created.auth_id.clone();
        fake.command(START, |turn| set_standing(turn, &operator(), auth_id, standing, "chargeback".to_owned()))
            .map(|account| account.standing)
    };
    let suspended = Standing::Suspended(Suspension::PaymentFailure);
    assert_eq!(stand(suspended), Ok(suspended));
    assert_eq!(stand(suspended), Ok(suspended));
    assert_eq!(stand(Standing::Active), Ok(Standing::Active));
    assert_eq!(stand(Standing::Closed), Ok(Standing::Closed));
    assert_eq!(stand(Standing::Active), Err(Error::Refused(Refusal::Closed)));
    let told: Vec<String> = kinds(&fake).into_iter().filter(|kind| kind.starts_with("account-")).collect();
    let mails = fake.dump().into_values().filter(|value| value.contains(r#""template":"account-"#)).count();
    assert_eq!(mails, 4, "welcome, suspended, reinstated, closed");
    assert_eq!(told, ["account-created", "account-suspended", "account-reinstated", "account-closed"]);
    assert!(fake.lines()[1].body.contains(r#"["reason","payment-failure"],["details","chargeback"],["by","olga"]"#));
}

#[test]
fn limits_of_requests_are_the_main_accounts() {
    let fake = Fake::new();
    let created = made(&fake, AccountType::Developer);
    let sub = fake
        .command(START, |turn| {
            crate::accounts::subaccounts::create(turn, &operator(), created.auth_id.clone(), "one".to_owned(), false)
        })
        .expect("a sub-account");
    let set = |value: Option<&str>| {
        let change = SettingChange { name: "message-rate".to_owned(), value: value.map(str::to_owned) };
        let auth_id = created.auth_id.clone();
        let set =
            fake.command(START, |turn| policy::change_account_settings(turn, &operator(), auth_id, None, vec![change]));
        set.expect("a setting")
    };
    set(Some("50"));
    let expected = RateLimits { main_auth_id: created.auth_id.clone(), standard: 20, lookup: 20, message: 50 };
    for caller in [holder(&created.auth_id, &created.auth_token), holder(&sub.auth_id, &sub.auth_token)] {
        assert_eq!(fake.query(START, |turn| authenticate(turn, &caller)), Ok(expected.clone()));
    }
    let answer = fake.query(START, |turn| authenticate(turn, &operator()));
    assert_eq!(answer, Err(Error::Refused(Refusal::Unauthenticated)));
    assert_eq!(set(None).version, 2);
    let seen = fake.query(START, |turn| authenticate(turn, &holder(&created.auth_id, &created.auth_token)));
    assert_eq!(seen.map(|rates| rates.message), Ok(20));
}

#[test]
fn an_accounts_maximum_stands_above_the_policys() {
    let fake = Fake::new();
    let created = made(&fake, AccountType::Standard);
    let auth = AuthId::parse(&created.auth_id).expect("an auth ID");
    let maximum = || fake.query(START, |turn| policy::maximum_recharge(turn, auth)).map(|amount| amount.micros());
    assert_eq!(maximum(), Ok(10_000_000_000));
    let set = |maximum: &str| {
        let limits = changes(&[("maximum-recharge", maximum)]);
        let auth_id = created.auth_id.clone();
        fake.command(START, |turn| policy::change_account_settings(turn, &operator(), auth_id, None, limits))
    };
    assert_eq!(set("50000").map(|set| set.settings[0].value.clone()), Ok("50000.00".to_owned()));
    assert_eq!(maximum(), Ok(50_000_000_000));
    for bad in ["24.99", "25.000001", "10000000.01"] {
        assert!(set(bad).is_err(), "{bad}");
    }
    assert_eq!(maximum(), Ok(50_000_000_000));
}

#[test]
fn sub_accounts_come_newest_first_and_are_limited() {
    let fake = Fake::new();
    let (trial, standard) = (made(&fake, AccountType::Developer), made(&fake, AccountType::Standard));
    let make = |at: Instant, parent: &Created, name: &str| {
        let owner = holder(&parent.auth_id, &parent.auth_token);
        fake.command(at, |turn| {
            crate::accounts::subaccounts::create(turn, &owner, parent.auth_id.clone(), name.to_owned(), true)
        })
    };
    assert!(make(START, &trial, "first").is_ok());
    assert_eq!(make(START, &trial, "second"), Err(crate::accounts::subaccounts::Error::TooManySubaccounts(1)));
    for day in 0..5 {
        make(START + day * DAY_MS, &standard, &format!("sub {day}")).expect("a sub-account");
    }
    let names = |offset: u32, limit: u32| {
        let parent = standard.auth_id.clone();
        let page =
            fake.query(START, |turn| crate::accounts::subaccounts::list(turn, &operator(), parent, offset, limit));
        let page = page.expect("a page");
        assert_eq!(page.total, 5);
        page.subaccounts.into_iter().map(|sub| sub.name).collect::<Vec<_>>()
    };
    assert_eq!(names(0, 2), ["sub 4", "sub 3"]);
    assert_eq!(names(3, 100), ["sub 1", "sub 0"]);
    assert_eq!(names(5, 1), Vec::<String>::new());
    assert_eq!(names(u32::MAX, 100), Vec::<String>::new());
}

#[test]
fn a_sub_account_is_renamed_and_disabled() {
    let fake = Fake::new();
    let parent = made(&fake, AccountType::Standard);
    let owner = holder(&parent.auth_id, &parent.auth_token);
    let created = fake
        .command(START, |turn| {
            crate::accounts::subaccounts::create(turn, &owner, parent.auth_id.clone(), "sales".to_owned(), true)
        })
        .expect("a sub-account");
    let update = |at: Instant, name: Option<&str>, enabled: Option<bool>| {
        let change = crate::accounts::subaccounts::Change { name: name.map(str::to_owned), enabled };
        fake.command(at, |turn| crate::accounts::subaccounts::update(turn, &owner, created.auth_id.clone(), change))
    };
    let first = update(START + 1, None, None).expect("nothing changed");
    assert_eq!((first.modified, first.created, first.parent.as_str()), (None, START, parent.auth_id.as_str()));
    let second = update(START + 2, Some("sales-2"), Some(false)).expect("changed");
    assert_eq!((second.name.as_str(), second.enabled, second.modified), ("sales-2", false, Some(START + 2)));
    let third = update(START + 3, Some("sales-2"), Some(false)).expect("the same again");
    assert_eq!(third.modified, Some(START + 2));
    assert!(update(START + 4, Some(""), None).is_err());
    let token = fake.query(START, |turn| reveal_token(turn, &operator(), created.auth_id.clone()));
    assert_eq!(token, Ok(created.auth_token.clone()));
    let forbidden = fake.query(START, |turn| reveal_token(turn, &owner, created.auth_id.clone()));
    assert_eq!(forbidden, Err(Error::Refused(Refusal::Forbidden("accounts.reveal-token".to_owned()))));
    assert!(testing::sub_id("1") != AuthId::parse(&created.auth_id).expect("an auth ID"));
}
