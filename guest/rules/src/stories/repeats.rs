//! A repeat across an upgrade: version 0.1.0 has digested the text of the arguments, and what came later does not change that text where a request says
//! nothing of it (R42, decision 40).

use crate::accounts;
use crate::credits;
use crate::ground::idempotency::digest;
use crate::ground::testing::{START, keyed};
use crate::ground::turn::Turn;
use crate::ground::vocabulary::{Caller, DAY_MS};
use crate::payments::coupons;
use crate::pricing;
use crate::stories::scenario::{Story, operator};
use crate::usage::{self, reservations, running_calls};
use serde::de::DeserializeOwned;

/// Payloads that were bare in version 0.1.0 and are records of one field today.
const RECORDS: [(&str, &str); 2] = [
    (r#""price":{"amount":"0"}"#, r#""price":{"fixed":{"amount":"0"}}"#),
    (r#"{"debit":"10000"}"#, r#"{"debit":{"amount":"10000"}}"#),
];

/// Arguments in the form of version 0.1.0, as a host of today hands them over.
fn read<T: DeserializeOwned>(text: &str) -> T {
    let today = RECORDS.iter().fold(text.to_owned(), |text, (bare, record)| text.replace(bare, record));
    serde_json::from_str(&today).expect("arguments of version 0.1.0 are arguments of today")
}

/// What the record of a command's key says of its arguments.
fn digested<T, E: std::fmt::Debug>(
    story: &Story,
    function: &str,
    run: impl FnOnce(&mut Turn<'_>, &Caller) -> Result<T, E>,
) -> String {
    let caller = keyed(operator(), "first");
    story.fake.command(START, |turn| run(turn, &caller)).expect("a good command");
    let of_function = format!("/{function}/");
    let found = story.fake.dump().into_iter().find(|(key, _)| key.starts_with("idem/") && key.contains(&of_function));
    let record: serde_json::Value = serde_json::from_str(&found.expect("the key is kept").1).expect("JSON");
    record["args"].as_str().expect("a digest").to_owned()
}

#[test]
fn r42_arguments_are_digested_as_version_0_1_has_digested_them() {
    let story = Story::new();
    let account = story.account.clone();
    let calls = format!(r#"[{{"call":"call-7","auth-id":"{account}","started":"{START}"}}]"#);
    let holds = format!(
        r#"[{{"auth-id":"{account}","name":"c-1","kind":"call","price":{{"amount":"0"}},"lasts-ms":"60000"}}]"#
    );
    let extensions = format!(r#"[{{"auth-id":"{account}","name":"c-2","price":{{"amount":"0"}},"lasts-ms":"60000"}}]"#);
    let events = format!(
        r#"[{{"id":"e-1","auth-id":"{account}","product":"voice","heading":"outbound","number":"14155550100","quantity":61,"at":"{START}"}}]"#
    );
    let customer = r#"{"account-type":"standard","name":"Gwen","email":"gwen@acme.example","address":"","city":"","state":"","timezone":"UTC"}"#;
    let debit = r#"{"debit":"10000"}"#;
    let redeem_by = START + DAY_MS;
    let coupon = format!(
        r#"{{"code":null,"amount":"10000","redeem-by":"{redeem_by}","validity":"unlimited","uses":10,"uses-per-account":1,"note":""}}"#
    );
    let found = [
        (
            &calls,
            digested(&story, "usage.calls-started", |turn, by| running_calls::calls_started(turn, by, read(&calls))),
        ),
        (&holds, digested(&story, "reservations.reserve", |turn, by| reservations::reserve(turn, by, read(&holds)))),
        (
            &extensions,
            digested(&story, "reservations.extend", |turn, by| reservations::extend(turn, by, read(&extensions))),
        ),
        (&events, digested(&story, "usage.record-events", |turn, by| usage::record_events(turn, by, read(&events)))),
        (
            &customer.to_owned(),
            digested(&story, "accounts.create", |turn, by| accounts::create(turn, by, read(customer))),
        ),
        (
            &format!(r#"["{account}",{debit},"fee"]"#),
            digested(&story, "credits.adjust", |turn, by| {
                credits::adjust(turn, by, account.clone(), read(debit), "fee".to_owned())
            }),
        ),
        // Beside the digest of its code, which it has not.
        (
            &format!("[{coupon},null]"),
            digested(&story, "coupons.create", |turn, by| coupons::create(turn, by, read(&coupon))),
        ),
    ];
    for (text, digested) in found {
        assert_eq!(digested, digest(text.as_bytes()), "{text}");
    }
}

/// Commands of the price book, which have got arguments since.
#[test]
fn r42_arguments_of_prices_are_digested_as_version_0_1_has_digested_them() {
    let story = Story::new();
    let row = r#"{"product":"voice","heading":"outbound","country":"US","prefix":"1","rate":"0.5","first-increment":60,"next-increment":60,"group":null}"#;
    let numbers = r#"{"rows":[],"seat":"15"}"#;
    let set = |turn: &mut Turn<'_>, by: &Caller| {
        pricing::set_overrides(turn, by, story.account.clone(), START, vec![read(row)], Some(read(numbers)), None, None)
    };
    let found = [
        (format!("[{START},[{row}],{numbers}]"), digested(&story, "pricing.set-overrides", set)),
        (
            "null".to_owned(),
            digested(&story, "pricing.create-version", |turn, by| pricing::create_version(turn, by, None)),
        ),
        ("null".to_owned(), digested(&story, "pricing.begin-import", |turn, by| pricing::begin_import(turn, by, None))),
    ];
    for (text, digested) in found {
        assert_eq!(digested, digest(text.as_bytes()), "{text}");
    }
}

/// What a request of today says beyond that makes it another one.
#[test]
fn what_came_later_is_digested_where_it_is_named() {
    let story = Story::new();
    let account = story.account.clone();
    let plain = format!(r#"[{{"call":"call-7","auth-id":"{account}","started":"{START}"}}]"#);
    let named = format!(r#"[{{"call":"call-7","auth-id":"{account}","started":"{START}","source":"switch-1"}}]"#);
    let of = |text: &str| {
        digested(&story, "usage.calls-started", |turn, by| running_calls::calls_started(turn, by, read(text)))
    };
    assert_eq!(of(&named), digest(named.as_bytes()));
    let again =
        story.fake.command(START, |turn| running_calls::calls_started(turn, &keyed(operator(), "first"), read(&plain)));
    assert!(format!("{again:?}").contains("KeyReused"), "{again:?}");
}
