//! Typed calls over the real component: what they answer, and that the JSON door answers the same.

use coinbox_host::admission::Buckets;
use coinbox_host::coinbox::{Coinbox, Drive, EffectDoor, HostError, Options, StoreChoice};
use coinbox_host::contract::types::Problem;
use coinbox_host::engine::{InstancePolicy, Limits};
use coinbox_host::inventory::MemoryInventory;
use coinbox_host::json;
use coinbox_host::payment::sandbox::{Sandbox, SandboxSettings};
use coinbox_host::random::SystemRandom;
use coinbox_host::sequencer::SequencerOptions;
use coinbox_host::telephony::RecordingTelephony;
use coinbox_host::typed::accounts::{self, AccountType, NewAccount};
use coinbox_host::typed::credits::{self, Adjustment, Goodwill, LotKind};
use coinbox_host::typed::jobs;
use coinbox_host::typed::numbers::OfferFilter;
use coinbox_host::typed::pricing::PriceRow;
use coinbox_host::typed::types::{Caller, FieldRule, Refusal};
use coinbox_host::typed::usage::{self, EventAnswer, Rejection, UsageEvent};
use coinbox_host::vault::{KeyRing, KeyVault};
use coinbox_tests::components;
use serde::Serialize;
use serde_json::{Value, json};
use std::sync::Arc;

/// 2026-03-02T12:00:00Z.
const NOW: i64 = 1_772_452_800_000;

/// A host over memory with a clock that stands still.
fn open() -> Coinbox {
    let clock = Arc::new(coinbox_host::clock::SimulatedClock::new(NOW));
    let random = Arc::new(SystemRandom);
    let engine = components::engine(components::rules(), Limits::default(), InstancePolicy::default());
    Coinbox::open(Options {
        runtime: Arc::new(engine),
        store: StoreChoice::Memory,
        capabilities: coinbox_host::capability::Capabilities {
            vault: Arc::new(KeyVault::new(KeyRing::draw(&*random).expect("keys"), random.clone())),
            admission: Arc::new(Buckets::default()),
            payment: Arc::new(Sandbox::in_memory(clock.clone(), SandboxSettings::default()).expect("a gateway")),
            email: Arc::new(super::NoMail),
            telephony: Arc::new(RecordingTelephony::new()),
            inventory: Arc::new(MemoryInventory::new(clock.clone())),
            random,
            clock: clock.clone(),
        },
        simulated_clock: Some(clock),
        drive: Drive::ByHand,
        effects: EffectDoor::default(),
        claims: None,
        sequencer: SequencerOptions::default(),
    })
    .expect("a host")
}

fn message(id: &str, auth_id: &str) -> UsageEvent {
    UsageEvent {
        id: id.to_owned(),
        auth_id: auth_id.to_owned(),
        product: "sms".to_owned(),
        heading: "outbound".to_owned(),
        number: "14155550100".to_owned(),
        quantity: 1,
        at: NOW,
    }
}

fn account(name: &str) -> NewAccount {
    NewAccount {
        account_type: AccountType::Standard,
        name: name.to_owned(),
        email: "owner@acme.example".to_owned(),
        address: String::new(),
        city: String::new(),
        state: String::new(),
        timezone: "UTC".to_owned(),
        currency: None,
    }
}

/// A price of 0.0075 and an account with a cent.
fn prepare(host: &Coinbox, caller: &Caller) -> anyhow::Result<String> {
    let version = host.pricing().create_version(caller, None)??.number;
    let price = PriceRow {
        product: "sms".to_owned(),
        heading: "outbound".to_owned(),
        country: "US".to_owned(),
        prefix: "1".to_owned(),
        rate: "0.0075".to_owned(),
        first_increment: 0,
        next_increment: 0,
        group: None,
    };
    host.pricing().add_rows(caller, version, vec![price])??;
    host.pricing().publish_version(caller, version, 0)??;
    let auth_id = host.accounts().create(caller, account("Acme"))??.auth_id;
    let gift = Adjustment::Goodwill(Goodwill { amount: 10_000, expires: None });
    host.credits().adjust(caller, &auth_id, gift, "welcome")??;
    Ok(auth_id)
}

fn operator(host: &Coinbox) -> Caller {
    Caller::operator("test", host.permissions(), "request-1")
}

/// What the JSON door answers to arguments beside the caller.
fn through_json(host: &Coinbox, caller: &Caller, function: &str, mut arguments: Value) -> Value {
    arguments["caller"] = json::to_value(caller).expect("a caller has a form");
    host.call(function, &arguments).unwrap_or_else(|error| panic!("{function}: {error}"))
}

fn form<T: Serialize>(answer: &T) -> Value {
    json::to_value(answer).expect("an answer has a form")
}

#[test]
fn usage_is_charged_and_what_is_not_covered_is_refused_with_its_reason() {
    let host = open();
    let caller = operator(&host);
    let auth_id = prepare(&host, &caller).expect("prepared");

    let price = host.usage().admit(&caller, message("m-1", &auth_id)).expect("an answer").expect("admitted");
    assert_eq!((price.rate.as_str(), price.prefix.as_str(), price.amount), ("0.0075", "1", 7_500));
    let events = vec![message("m-1", &auth_id), message("m-1", &auth_id), message("m-2", "MA000000000000000000")];
    let charged = host.usage().record_events(&caller, events).expect("an answer").expect("taken");
    let fates = [EventAnswer::Rated(7_500), EventAnswer::Duplicate, EventAnswer::Rejected(Rejection::UnknownAccount)];
    assert_eq!(charged.answers, fates);

    let refused = host.usage().admit(&caller, message("m-3", &auth_id)).expect("an answer");
    assert_eq!(refused, Err(usage::UsageError::Refused(Refusal::OutOfCredit(5_000))));
    let balance = host.credits().get_balance(&caller, &auth_id).expect("an answer").expect("a balance");
    assert_eq!((balance.balance, balance.promotional, balance.cash, balance.out_of_credit), (2_500, 2_500, 0, false));
    let lots = host.credits().list_lots(&caller, &auth_id).expect("an answer").expect("lots");
    assert_eq!(
        lots.iter().map(|lot| (lot.kind, lot.amount, lot.rest)).collect::<Vec<_>>(),
        [(LotKind::Promotional, 10_000, 2_500)]
    );
    let rejected = host.usage().list_rejected(&caller, None, Some(Rejection::UnknownAccount), None, 10);
    let rejected = rejected.expect("an answer").expect("a page");
    assert_eq!(rejected.rejected.iter().map(|one| one.event.id.as_str()).collect::<Vec<_>>(), ["m-2"]);

    // The JSON door says the same, word for word.
    let id = json!({ "auth-id": auth_id });
    assert_eq!(
        form(&Ok::<_, credits::CreditError>(balance)),
        through_json(&host, &caller, "credits.get-balance", id.clone())
    );
    assert_eq!(form(&Ok::<_, credits::CreditError>(lots)), through_json(&host, &caller, "credits.list-lots", id));
    let event = json!({ "event": form(&message("m-3", &auth_id)) });
    assert_eq!(form(&refused), through_json(&host, &caller, "usage.admit", event));
    let page = json!({"reason": "unknown-account", "limit": 10});
    assert_eq!(form(&Ok::<_, usage::UsageError>(rejected)), through_json(&host, &caller, "usage.list-rejected", page));
}

#[test]
fn every_kind_of_answer_has_its_type() {
    let host = open();
    let caller = operator(&host);
    // No result at all, an option of nothing, an effect, a result without a payload.
    assert_eq!(&host.about().describe().expect("facts"), host.facts());
    assert_eq!(host.jobs().look("no-such-job").expect("an answer"), None);
    assert_eq!(host.jobs().begin("no-such-job").expect("an answer"), Err(jobs::JobError::NoSuchJob));
    let without_limit = OfferFilter { limit: 0, ..offer_filter() };
    assert_eq!(host.numbers().offers(without_limit).expect("an answer"), None);
    assert_eq!(host.numbers().offers(offer_filter()).expect("asked").map(|page| page.numbers), Some(Vec::new()));
    assert_eq!(host.usage().calls_ended(&caller, "MA0", vec!["c".to_owned()]).expect("an answer").err(), {
        let json = through_json(&host, &caller, "usage.calls-ended", json!({"auth-id": "MA0", "calls": ["c"]}));
        Some(json::from_value(&json["err"]).expect("an error"))
    });
}

fn offer_filter() -> OfferFilter {
    OfferFilter {
        number: None,
        country: Some("US".to_owned()),
        kind: None,
        pattern: None,
        region: None,
        city: None,
        voice: false,
        sms: false,
        mms: false,
        offset: 0,
        limit: 1,
    }
}

#[test]
fn a_refusal_names_the_field_and_changes_nothing() {
    let host = open();
    let caller = operator(&host);
    let position = || host.events().read(&caller, None, 0, 500).expect("an answer").expect("a page");
    let before = position();
    let refused = host.accounts().create(&caller, account("")).expect("an answer").expect_err("no name");
    let accounts::AccountError::Refused(Refusal::Invalid(problems)) = refused else { panic!("{refused}") };
    assert_eq!(
        problems.iter().map(|one| (one.field.as_str(), one.rule)).collect::<Vec<_>>(),
        [("account.name", FieldRule::TooShort)]
    );
    assert_eq!(position(), before);
}

#[test]
fn a_key_makes_a_command_happen_once_through_both_doors() {
    let host = open();
    let caller = operator(&host);
    let auth_id = prepare(&host, &caller).expect("prepared");
    let caller = caller.once("gift-1");
    let gift = || Adjustment::Goodwill(Goodwill { amount: 1_000, expires: None });
    let first = host.credits().adjust(&caller, &auth_id, gift(), "again").expect("an answer").expect("given");
    let again = host.credits().adjust(&caller, &auth_id, gift(), "again").expect("an answer").expect("told again");
    assert_eq!(first, again);
    let json = json!({"auth-id": auth_id, "adjustment": form(&gift()), "reason": "again"});
    assert_eq!(through_json(&host, &caller, "credits.adjust", json), json!({"ok": form(&first)}));
    assert_eq!(host.credits().get_balance(&caller, &auth_id).expect("an answer").expect("a balance").balance, 11_000);
}

#[test]
fn asynchronous_calls_answer_alike_and_can_be_spawned() {
    let host = open();
    let caller = operator(&host);
    let auth_id = prepare(&host, &caller).expect("prepared");
    let runtime = tokio::runtime::Builder::new_multi_thread().build().expect("a runtime");
    let task = runtime.spawn({
        let (host, caller, auth_id) = (host.clone(), caller.clone(), auth_id.clone());
        async move {
            let charged = host.usage().record_events_async(&caller, vec![message("m-1", &auth_id)]).await??;
            let gift = Adjustment::Debit(credits::Debit { amount: 500 });
            host.credits().adjust_async(&caller, &auth_id, gift, "fee").await??;
            let balance = host.credits().get_balance_async(&caller, &auth_id).await??;
            let offers = host.numbers().offers_async(offer_filter()).await?;
            anyhow::Ok((charged.answers, balance, offers.is_some()))
        }
    });
    let (answers, balance, offered) = runtime.block_on(task).expect("no panic").expect("answers");
    assert_eq!((answers, balance.balance, offered), (vec![EventAnswer::Rated(7_500)], 2_000, true));
    assert_eq!(host.credits().get_balance(&caller, &auth_id).expect("an answer"), Ok(balance));
}

#[test]
fn the_hosts_own_failures_are_not_the_rules_answers() {
    let host = open();
    let caller = operator(&host);
    host.stop().expect("stopped");
    let asked = host.pricing().create_version(&caller, None);
    assert!(matches!(asked, Err(HostError::Sequence(_))), "{asked:?}");
    // Both layers are errors to `?`.
    let both = || -> anyhow::Result<u32> { Ok(host.pricing().create_version(&caller, None)??.number) };
    assert!(both().is_err());
    let problem = Problem { code: "c".to_owned(), facts: Vec::new() };
    let error: anyhow::Error = credits::CreditError::Other(problem).into();
    assert!(error.to_string().contains("Other"), "{error}");
}
