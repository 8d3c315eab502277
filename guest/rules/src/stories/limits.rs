//! What `about.describe` says of batches and pages is what the functions refuse.

use crate::about::describe;
use crate::ground::product::{Event, Heading, Product};
use crate::ground::testing::Fake;
use crate::ground::texts::Texts;
use crate::ground::turn::Turn;
use crate::ground::vocabulary::{Caller, Instant};
use crate::stories::scenario::{Story, operator};
use crate::usage::reservations::{self, Extension, Hold, Kind, Named, Price, Settlement};
use crate::usage::running_calls::{self, RunningCall};
use crate::{accounts, alerts, charges, coupons, derived, events, indexes, invoices, lists, operator as proof};
use crate::{phone_numbers, policy, pricing, queue, recurring, refunds, review, subaccounts, totals, usage};
use serde::Serialize;
use std::collections::BTreeMap;

/// The error in JSON, empty if there is none.
fn told<T, E: Serialize>(answer: Result<T, E>) -> String {
    answer.err().map_or_else(String::new, |error| serde_json::to_string(&error).expect("text and numbers"))
}

/// Asks for a page of so many.
type Page = fn(&Turn<'_>, &Caller, String, u32) -> String;

const PAGES: [(&str, Page); 18] = [
    ("accounts.list", |turn, by, _, limit| told(accounts::list(turn, by, None, None, limit))),
    ("coupons.list", |turn, by, _, limit| told(coupons::list(turn, by, None, limit))),
    ("coupons.list-redemptions", |turn, by, of, limit| told(coupons::list_redemptions(turn, by, of, None, limit))),
    ("credits.list-charges", |turn, by, of, limit| told(charges::list_charges(turn, by, of, None, limit))),
    ("events.read", |turn, by, of, limit| told(events::read(turn, by, Some(of), 0, limit))),
    ("invoices.list-documents", |turn, by, of, limit| {
        let filter = serde_json::from_str(r#"{"oldest-first":false}"#).expect("no filter");
        told(invoices::list_documents(turn, by, of, invoices::DocumentKind::Invoice, filter, None, limit))
    }),
    ("invoices.list-issued", |turn, by, _, limit| told(invoices::list_issued(turn, by, None, None, limit))),
    ("numbers.list", |turn, by, of, limit| {
        let filter = serde_json::from_str(r#"{"voice":false,"sms":false,"mms":false}"#).expect("no filter");
        told(phone_numbers::list(turn, by, of, filter, 0, limit))
    }),
    ("operator.compare-events", |turn, by, _, limit| told(derived::compare_events(turn, by, None, limit))),
    ("operator.compare-indexes", |turn, by, _, limit| told(indexes::compare_indexes(turn, by, None, limit))),
    ("operator.list-queue", |turn, by, _, limit| told(queue::list_queue(turn, by, None, limit))),
    ("operator.read-charges", |turn, by, _, limit| told(totals::check::read_charges(turn, by, None, limit))),
    ("operator.read-ledger", |turn, by, _, limit| told(proof::read_ledger(turn, by, None, limit))),
    ("recurring.list", |turn, by, of, limit| told(recurring::list(turn, by, of, None, limit))),
    ("refunds.list", |turn, by, of, limit| told(refunds::list(turn, by, of, None, limit))),
    ("reservations.list", |turn, by, of, limit| told(reservations::list(turn, by, of, None, limit))),
    ("reservations.list-open", |turn, by, _, limit| told(reservations::list_open(turn, by, None, None, limit))),
    ("subaccounts.list", |turn, by, of, limit| told(subaccounts::list(turn, by, of, 0, limit))),
];

const MORE_PAGES: [(&str, Page); 6] = [
    ("lists.list-own", |turn, by, _, limit| {
        told(lists::list_own(turn, by, lists::KnownList::PersonalMail, None, limit))
    }),
    ("review.queue", |turn, by, _, limit| told(review::queue(turn, by, None, limit))),
    ("operator.list-account-setting-changes", |turn, by, of, limit| {
        told(policy::list_account_setting_changes(turn, by, of, None, limit))
    }),
    ("operator.list-setting-changes", |turn, by, _, limit| told(policy::list_setting_changes(turn, by, None, limit))),
    ("usage.list-rejected", |turn, by, _, limit| told(usage::list_rejected(turn, by, None, None, None, limit))),
    ("usage.list-running", |turn, by, _, limit| told(running_calls::list_running(turn, by, None, None, limit))),
];

/// Hands over so many items, all of them about nobody.
type Batch = fn(&mut Turn<'_>, &Caller, usize) -> String;

const NOBODY: &str = "MA000000000000000000";

fn event(at: Instant) -> Event {
    Event {
        id: "e".to_owned(),
        auth_id: NOBODY.to_owned(),
        product: Product::SMS,
        heading: Heading::OUTBOUND,
        number: "15551234567".to_owned(),
        quantity: 1,
        at,
    }
}

fn each<T>(count: usize, make: impl Fn(String) -> T) -> Vec<T> {
    (0..count).map(|number| make(format!("c-{number}"))).collect()
}

/// What is said in JSON.
fn said<T: serde::de::DeserializeOwned>(text: &str) -> T {
    serde_json::from_str(text).expect("of this type")
}

const OFFER: &str = r#"{"number":"14155550100","country":"US","calling-code":"1","kind":"local","region":"","city":"","voice":true,"sms":true,"mms":true}"#;
const SURCHARGE: &str = r#"{"code":"carrier-fee","words":"Carrier fee","product":"sms","basis":"event","rate":"1"}"#;

fn numbered<T: serde::de::DeserializeOwned>(count: usize, text: &str) -> Vec<T> {
    (0..count).map(|_| said(text)).collect()
}

/// Lists of settings, prices and comparisons.
const LISTS: [(&str, Batch); 12] = [
    ("credits.set-alerts.recipients", |turn, by, count| {
        let account = credit_account(turn);
        told(alerts::set_alerts(turn, by, account, None, Some(each(count, |name| format!("{name}@example.com")))))
    }),
    ("credits.set-alerts.thresholds", |turn, by, count| {
        let account = credit_account(turn);
        let amounts = (1..=count).map(|amount| i64::try_from(amount).expect("small") * 1_000_000).collect();
        told(alerts::set_alerts(turn, by, account, Some(amounts), None))
    }),
    ("numbers.price-offers.offers", |turn, by, count| {
        let account = credit_account(turn);
        told(phone_numbers::price_offers(turn, by, account, numbered(count, OFFER)))
    }),
    ("operator.compare.accounts", |turn, by, count| {
        let folded = format!(r#"{{"auth-id":"{NOBODY}","trial":"0","promotional":"0","cash":"0","receivable":"0"}}"#);
        told(proof::compare(turn, by, numbered(count, &folded)))
    }),
    ("operator.compare-derived.accounts", |turn, by, count| {
        told(derived::compare_derived(turn, by, vec![NOBODY.to_owned(); count]))
    }),
    ("operator.compare-totals.months", |turn, by, count| {
        let folded = format!(r#"{{"auth-id":"{NOBODY}","month":"2026-03","flows":[],"charges":[]}}"#);
        told(totals::check::compare_totals(turn, by, "x".to_owned(), numbered(count, &folded)))
    }),
    ("pricing.set-overrides.rows", |turn, by, count| {
        let row = r#"{"product":"sms","heading":"outbound","country":"US","prefix":"1","rate":"1","first-increment":0,"next-increment":0}"#;
        let (account, now) = (credit_account(turn), turn.now());
        told(pricing::set_overrides(turn, by, account, now, numbered(count, row), None, None, None))
    }),
    ("pricing.set-overrides.surcharges", |turn, by, count| {
        let (account, now) = (credit_account(turn), turn.now());
        told(pricing::set_overrides(turn, by, account, now, Vec::new(), None, Some(numbered(count, SURCHARGE)), None))
    }),
    ("pricing.set-overrides.tiers", |turn, by, count| {
        let (account, now) = (credit_account(turn), turn.now());
        told(pricing::set_overrides(turn, by, account, now, Vec::new(), None, None, Some(numbered(count, TIERS))))
    }),
    ("pricing.set-surcharges.surcharges", |turn, by, count| {
        told(pricing::set_surcharges(turn, by, 1, numbered(count, SURCHARGE)))
    }),
    ("pricing.set-tiers.tiers", |turn, by, count| told(pricing::set_tiers(turn, by, 1, numbered(count, TIERS)))),
    ("usage.summary.group", |turn, by, count| {
        let (account, day) = (credit_account(turn), || "2026-03-02".to_owned());
        let group = vec![usage::summary::Grouping::Day; count];
        told(usage::summary::summary(turn, by, account, day(), day(), group, None, None))
    }),
];

/// A table of a row that is not there.
const TIERS: &str = r#"{"product":"sms","heading":"outbound","prefix":"1","mode":"graduated","steps":[]}"#;

const BATCHES: [(&str, Batch); 13] = [
    ("lists.add.entries", |turn, by, count| {
        let entry = |name| lists::Entry { entry: format!("{name}.example"), note: String::new() };
        told(lists::add(turn, by, lists::KnownList::PersonalMail, 1, each(count, entry)))
    }),
    ("lists.set-own.entries", |turn, by, count| {
        let choice = lists::OwnChoice::Listed;
        let own = |name| lists::Own { entry: format!("{name}.example"), note: String::new(), choice };
        told(lists::set_own(turn, by, lists::KnownList::PersonalMail, each(count, own)))
    }),
    ("pricing.add-rows.rows", |turn, by, count| {
        let row = pricing::PriceRow {
            product: Product::VOICE,
            heading: Heading::OUTBOUND,
            country: "US".to_owned(),
            prefix: "1".to_owned(),
            rate: "1".to_owned(),
            first_increment: 1,
            next_increment: 1,
            group: None,
        };
        told(pricing::add_rows(turn, by, 1, vec![row; count]))
    }),
    ("reservations.reserve.holds", |turn, by, count| {
        let hold = |name| Hold {
            auth_id: NOBODY.to_owned(),
            name,
            kind: Kind::Call,
            price: Price::Fixed(1),
            lasts_ms: 0,
            at_least: None,
            source: None,
        };
        told(reservations::reserve(turn, by, each(count, hold)))
    }),
    ("reservations.extend.extensions", |turn, by, count| {
        let more =
            |name| Extension { auth_id: NOBODY.to_owned(), name, price: Price::Fixed(1), lasts_ms: 0, at_least: None };
        told(reservations::extend(turn, by, each(count, more)))
    }),
    ("reservations.settle.settlements", |turn, by, count| {
        let at = turn.now();
        told(reservations::settle(turn, by, each(count, |name| Settlement { name, event: event(at) })))
    }),
    ("reservations.release.reservations", |turn, by, count| {
        told(reservations::release(turn, by, each(count, |name| Named { auth_id: NOBODY.to_owned(), name })))
    }),
    ("usage.calls-ended.calls", |turn, by, count| {
        let account = credit_account(turn);
        told(running_calls::calls_ended(turn, by, account, each(count, |name| name)))
    }),
    ("usage.calls-started.calls", |turn, by, count| {
        let auth_id = credit_account(turn);
        let running = |call| RunningCall { call, auth_id: auth_id.clone(), started: 0, source: None };
        told(running_calls::calls_started(turn, by, each(count, running)))
    }),
    ("usage.record-columns.columns", |turn, by, count| {
        let event = event(turn.now());
        let columns = usage::EventColumns {
            names: (0..count)
                .flat_map(|name| [name.to_string(), NOBODY.to_owned(), event.number.clone()])
                .collect::<Texts>()
                .given(),
            uses: vec![usage::ProductUse { product: event.product, heading: event.heading }],
            used: vec![0; count],
            quantities: vec![event.quantity; count],
            moments: vec![event.at; count],
        };
        told(usage::record_columns(turn, by, columns))
    }),
    ("usage.record-events.events", |turn, by, count| {
        let at = turn.now();
        told(usage::record_events(turn, by, each(count, |_| event(at))))
    }),
    ("usage.resubmit.events", |turn, by, count| {
        let mended = |key| usage::Resubmission { key, event: event(0) };
        told(usage::resubmit(turn, by, each(count, mended)))
    }),
    ("usage.discard.keys", |turn, by, count| told(usage::discard(turn, by, each(count, |key| key)))),
];

/// The only account of the store.
fn credit_account(turn: &Turn<'_>) -> String {
    let page = accounts::list(turn, &operator(), None, None, 1).expect("accounts");
    page.accounts[0].auth_id.clone()
}

fn stated() -> BTreeMap<String, u64> {
    describe().limits.into_iter().map(|limit| (limit.name, limit.value)).collect()
}

fn ask(fake: &Fake, now: Instant, page: Page, account: &str, limit: u32) -> String {
    fake.query(now, |turn| page(turn, &operator(), account.to_owned(), limit))
}

#[test]
fn pages_are_as_long_as_it_is_said() {
    let story = Story::new();
    let stated = stated();
    let mut checked = Vec::new();
    for (name, page) in PAGES.into_iter().chain(MORE_PAGES) {
        let name = format!("{name}.limit");
        let most = u32::try_from(stated[&name]).expect("a length of a page");
        let taken = ask(&story.fake, story.now, page, &story.account, most);
        assert!(!taken.contains(r#""field":"limit""#), "{name}: {most} is refused: {taken}");
        let refused = ask(&story.fake, story.now, page, &story.account, most + 1);
        assert!(refused.contains(r#""field":"limit""#), "{name}: {} is taken: {refused}", most + 1);
        checked.push(name);
    }
    let unchecked: Vec<&String> = stated
        .keys()
        .filter(|name| name.ends_with(".limit") && !name.starts_with("storage.") && !checked.contains(name))
        .collect();
    assert!(unchecked.is_empty(), "{unchecked:?}");
}

#[test]
fn batches_are_as_large_as_it_is_said() {
    let mut story = Story::new();
    story.command(|turn, _| pricing::create_version(turn, &operator(), None));
    let stated = stated();
    for (name, batch) in BATCHES.into_iter().chain(LISTS) {
        let most = usize::try_from(stated[name]).expect("a size of a batch");
        let hand_over = |count| {
            let mut found = String::new();
            let answer: Result<(), String> = story.fake.command(story.now, |turn| {
                found = batch(turn, &operator(), count);
                Err(String::new())
            });
            assert_eq!(answer, Err(String::new()));
            found
        };
        let is_too_many = |told: &str| told.contains("too-many");
        let taken = hand_over(most);
        assert!(!is_too_many(&taken), "{name}: {most} are refused: {taken}");
        let refused = hand_over(most + 1);
        assert!(is_too_many(&refused), "{name}: {} are taken: {refused}", most + 1);
    }
}

#[test]
fn every_limit_has_a_name_of_its_own() {
    let limits = describe().limits;
    assert_eq!(limits.len(), stated().len());
    assert!(limits.iter().all(|limit| limit.value > 0));
    assert!(limits.windows(2).all(|pair| pair[0].name < pair[1].name), "in order of name");
}
