//! The seller on documents (R89, money-08).

use crate::credit::movements::adjustments::{self, Adjustment, Goodwill};
use crate::ground::testing::{Fake, START};
use crate::ground::vocabulary::{DAY_MS, FieldRule, Refusal};
use crate::invoices::{DocumentFilter, DocumentKind, list_documents};
use crate::jobs::{self, Beginning};
use crate::operator::Error;
use crate::payments::queue;
use crate::policy::{self, Policy, Seller, Settings};
use crate::stories::scenario::{Story, change_policy, operator};

fn seller() -> Seller {
    Seller {
        legal_name: "Example Telecom Ltd".to_owned(),
        address_lines: vec!["1 Example Road".to_owned()],
        country: "NZ".to_owned(),
        ..Seller::default()
    }
}

fn change(fake: &Fake, change: impl FnOnce(&mut Policy)) -> Result<Settings, Error> {
    fake.command(START, |turn| change_policy(turn, change))
}

/// The fields that a change of the policy lacks.
fn missing(changed: Result<Settings, Error>) -> Vec<String> {
    match changed {
        Err(Error::Refused(Refusal::Invalid(problems))) => {
            assert!(problems.iter().all(|problem| problem.rule == FieldRule::Missing), "{problems:?}");
            problems.into_iter().map(|problem| problem.field).collect()
        }
        other => panic!("{other:?}"),
    }
}

fn queued(fake: &Fake) -> Vec<String> {
    let page = fake.query(START, |turn| queue::list_queue(turn, &operator(), None, 100)).expect("a page");
    page.items.into_iter().map(|item| item.kind).collect()
}

#[test]
fn new_stores_ask_for_billing_information_and_older_ones_keep_what_they_have() {
    let opened = |beginning| {
        let fake = Fake::new();
        fake.command(START, |turn| jobs::store_opened(turn, beginning)).expect("opened");
        let policy = fake.query(START, Policy::load).expect("readable");
        (policy.require_billing_address, policy.version, queued(&fake))
    };
    assert_eq!(opened(Beginning::Created), (true, 0, vec!["seller-incomplete".to_owned()]));
    assert_eq!(opened(Beginning::Copied), (false, 0, vec![]), "a store that was there before");
    let fake = Fake::new();
    fake.plant(policy::KEY, r#"{"v":1,"policy":{"version":7}}"#);
    assert!(!fake.query(START, Policy::load).expect("readable").require_billing_address);
}

#[test]
fn a_complete_seller_stays_complete_and_is_needed_to_ask_customers() {
    let fake = Fake::new();
    let all = ["legal-name", "address-lines", "country"].map(|name| format!("settings.seller.{name}"));
    assert_eq!(missing(change(&fake, |policy| policy.require_billing_address = true)), all);
    assert!(change(&fake, |policy| policy.seller.country = "NZ".to_owned()).is_ok(), "a part may come first");
    assert!(change(&fake, |policy| policy.seller.country.clear()).is_ok(), "and go again");
    assert!(change(&fake, |policy| policy.seller = seller()).is_ok());
    assert_eq!(missing(change(&fake, |policy| policy.seller = Seller::default())), all);
    assert_eq!(missing(change(&fake, |policy| policy.seller.country.clear())), all[2..]);
    assert!(change(&fake, |policy| policy.seller.legal_name = "Another Ltd".to_owned()).is_ok());
    assert!(change(&fake, |policy| policy.require_billing_address = true).is_ok());
}

#[test]
fn months_without_a_seller_are_invoiced_in_order_once_there_is_one() {
    let mut story = Story::without_seller();
    story.command(|turn, auth| {
        jobs::store_opened(turn, Beginning::Copied).expect("opened");
        let goodwill = Goodwill { amount: 1_000_000_000, expires: None };
        adjustments::adjust(turn, &operator(), auth, Adjustment::Goodwill(goodwill), "gift".to_owned())
    });
    for _ in 0..3 {
        story.debit(10);
        story.advance(31 * DAY_MS);
    }
    let page = |story: &Story| {
        let filter = DocumentFilter { oldest_first: true, ..DocumentFilter::default() };
        let account = story.account.clone();
        story
            .fake
            .query(story.now, |turn| {
                list_documents(turn, &operator(), account, DocumentKind::Invoice, filter, None, 100)
            })
            .expect("a page")
            .documents
    };
    assert_eq!(page(&story), []);
    assert_eq!(queued(&story.fake), ["seller-incomplete"], "once, whatever waits");
    story.command(|turn, _| change_policy(turn, |policy| policy.seller = seller()));
    let issued = page(&story);
    let numbers: Vec<&str> = issued.iter().map(|document| document.number.as_str()).collect();
    assert_eq!(numbers, ["2026-000001", "2026-000002", "2026-000003"]);
    assert!(issued.windows(2).all(|pair| pair[0].period_end == pair[1].period_start), "{issued:?}");
    assert_eq!(queued(&story.fake), [] as [&str; 0]);
}
