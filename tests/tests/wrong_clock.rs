//! A machine whose clock is wrong for a while must not do what cannot be undone: no invoice, no rent, no rejected usage.

use coinbox_host::capability::{Capabilities, Clock};
use coinbox_host::clock::{GuardSettings, GuardedClock, TimeSource};
use coinbox_host::coinbox::{Coinbox, Drive, EffectDoor, Options, StoreChoice};
use coinbox_host::sequencer::SequencerOptions;
use coinbox_host::storage::Durable;
use coinbox_host::storage::sqlite::{Sqlite, SqliteOptions};
use coinbox_tests::crash_world::{DAY, Host, MINUTE, START, USD, World, list, rules};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// A machine whose two clocks are moved by hand.
struct Machine {
    calendar: AtomicI64,
    passed: AtomicI64,
}

impl TimeSource for Machine {
    fn calendar(&self) -> i64 {
        self.calendar.load(Ordering::SeqCst)
    }

    fn passed(&self) -> Duration {
        Duration::from_millis(self.passed.load(Ordering::SeqCst).unsigned_abs())
    }

    fn start(&self) -> Option<String> {
        None
    }
}

impl Machine {
    fn new() -> Arc<Machine> {
        Arc::new(Machine { calendar: AtomicI64::new(START), passed: AtomicI64::new(0) })
    }

    /// Time passes, hour by hour, and what becomes due is driven.
    fn pass(&self, host: &Host, ms: i64) {
        let mut left = ms;
        while left > 0 {
            let step = left.min(MINUTE * 60);
            self.calendar.fetch_add(step, Ordering::SeqCst);
            self.passed.fetch_add(step, Ordering::SeqCst);
            host.quiet();
            left -= step;
        }
    }

    fn set(&self, by: i64) {
        self.calendar.fetch_add(by, Ordering::SeqCst);
    }
}

/// A host over the world's store, with the machine's clock as `coinbox serve` takes it.
fn open(world: &World, machine: &Arc<Machine>) -> (Host, Arc<GuardedClock>) {
    let store = Sqlite::open_or_create(&world.path("store"), world.random(), SqliteOptions::default()).expect("opens");
    let (last, settings) = (store.moment().expect("reads"), GuardSettings::default());
    let clock = Arc::new(match store.beginning().expect("reads") {
        Some(_) => GuardedClock::fresh(last, machine.clone(), settings),
        None => GuardedClock::after(last, None, machine.clone(), settings),
    });
    let options = Options {
        runtime: rules(),
        store: StoreChoice::Own(Arc::new(store)),
        capabilities: Capabilities { clock: clock.clone(), ..world.capabilities() },
        simulated_clock: None,
        drive: Drive::ByHand,
        effects: EffectDoor::default(),
        claims: None,
        sequencer: SequencerOptions::default(),
    };
    (Host::of(Coinbox::open(options).expect("the host opens")), clock)
}

fn event(account: &str, id: &str, at: i64) -> Value {
    json!({
        "id": id, "auth-id": account, "product": "sms", "heading": "outbound", "number": "14155550100", "quantity": 1,
        "at": at.to_string(),
    })
}

fn documents(host: &Host, account: &str) -> Vec<Value> {
    let arguments = json!({"auth-id": account, "kind": "invoice", "filter": {"oldest-first": true}, "limit": 10});
    list(&host.ok("invoices.list-documents", arguments)["documents"]).to_vec()
}

const CENTS: i64 = USD / 100;

#[test]
fn sec_03_two_seconds_of_a_wrong_clock_issue_no_invoice_and_lose_no_usage() {
    for wrong in [40 * DAY, 270 * 365 * DAY] {
        let world = World::new(3);
        let machine = Machine::new();
        let (host, clock) = open(&world, &machine);
        host.prices();
        let account = host.account();
        host.goodwill(&account, 100 * USD);
        host.ok("usage.record-events", json!({"events": [event(&account, "a", START)]}));
        machine.pass(&host, DAY);
        assert_eq!(host.coinbox.readiness(), Ok(()));
        let now = host.coinbox.now();
        assert_eq!(now, START + DAY);

        machine.set(wrong);
        assert_eq!(host.coinbox.drain().map_err(|error| error.to_string()), Ok(0), "nothing is driven");
        let why = host.coinbox.readiness().expect_err("in doubt");
        assert!(why.contains("has jumped ahead by") && why.contains("coinbox clock confirm"), "{why}");
        machine.pass(&host, 2_000);
        assert_eq!(host.coinbox.now(), now + 2_000, "the rules' time goes on as time does");
        // Usage with its true time is counted, in both forms; with another it is not rejected for good, nor is anything of its batch counted.
        let rated = host.ok("usage.record-events", json!({"events": [event(&account, "b", now + 1_000)]}));
        assert_eq!(rated["answers"][0], json!({"rated": (5 * CENTS).to_string()}));
        let batch = json!({"events": [event(&account, "c", now + 1_500), event(&account, "d", now + wrong)]});
        let refused = host.ask("usage.record-events", None, batch).expect_err("nobody knows the time");
        assert!(refused.contains("the time is in doubt, so nothing was done"), "{refused}");
        assert_eq!(host.balance(&account), 100 * USD - 10 * CENTS);

        machine.set(-wrong);
        machine.pass(&host, DAY);
        assert_eq!((host.coinbox.readiness(), clock.doubt()), (Ok(()), None));
        let late = json!({"events": [event(&account, "c", now + 1_500), event(&account, "d", now + 1_600)]});
        assert_eq!(list(&host.ok("usage.record-events", late)["answers"]).len(), 2);
        assert_eq!(host.balance(&account), 100 * USD - 20 * CENTS);
        assert!(documents(&host, &account).is_empty(), "no month has ended");
        drop(host);

        // A restart finds no trace of it.
        let (host, clock) = open(&world, &machine);
        assert_eq!((host.coinbox.now(), clock.doubt()), (now + 2_000 + DAY, None));
        let rated = host.ok("usage.record-events", json!({"events": [event(&account, "e", now + DAY)]}));
        assert_eq!(rated["answers"][0], json!({"rated": (5 * CENTS).to_string()}));
        host.verify();
    }
}

#[test]
fn sec_03_the_same_wrong_second_at_a_start_changes_nothing_and_a_true_stop_is_confirmed() {
    let world = World::new(3);
    let machine = Machine::new();
    let (host, _) = open(&world, &machine);
    host.prices();
    let account = host.account();
    host.goodwill(&account, 100 * USD);
    host.ok("usage.record-events", json!({"events": [event(&account, "a", START)]}));
    drop(host);

    // Forty days: longer than a stop is believed. It may be a wrong clock or a long stop, and only a person knows.
    machine.set(40 * DAY);
    let (host, clock) = open(&world, &machine);
    assert_eq!((host.coinbox.now(), host.coinbox.drain().unwrap_or(9)), (START, 0));
    assert!(host.coinbox.readiness().is_err());
    assert!(documents(&host, &account).is_empty());
    let true_event = json!({"events": [event(&account, "b", START + 40 * DAY)]});
    assert!(host.ask("usage.record-events", None, true_event.clone()).is_err(), "held back, not rejected");

    let seen = clock.doubt().expect("in doubt").machine;
    assert!(clock.confirm(seen - DAY).is_err());
    assert_eq!(clock.confirm(seen), Ok(START + 40 * DAY));
    host.quiet();
    assert_eq!(host.coinbox.readiness(), Ok(()));
    let rated = host.ok("usage.record-events", true_event);
    assert_eq!(rated["answers"][0], json!({"rated": (5 * CENTS).to_string()}));
    let issued = documents(&host, &account);
    assert_eq!(issued.len(), 1, "the month end has run once it was due: {issued:?}");
    host.verify();
    drop(host);

    // A store that is ahead of the machine says how far; what it has is served, and usage is held back instead of being rejected.
    machine.set(-38 * DAY);
    let (host, clock) = open(&world, &machine);
    let doubt = clock.doubt().expect("the store is ahead");
    assert!(!doubt.is_ahead() && doubt.to_string().contains("38 days ahead of the machine's clock"), "{doubt}");
    assert_eq!(host.coinbox.readiness(), Ok(()));
    assert_eq!(host.balance(&account), 100 * USD - 10 * CENTS);
    let old = json!({"events": [event(&account, "c", START + DAY)]});
    assert!(host.ask("usage.record-events", None, old).is_err(), "35 days are the window");
}
