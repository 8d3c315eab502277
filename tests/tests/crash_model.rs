//! Random histories against a small independent model (CRD-1, CRD-2, CRD-5, CRD-7, CRD-8, USE-1, USE-6, R85), and the same history in fresh
//! and in warm instances.
//!
//! The seed of a failing history is printed: `COINBOX_SEED=17 cargo test --release -p coinbox-tests --test crash_model` runs it again.

use coinbox_host::coinbox::{Drive, StoreChoice};
use coinbox_host::engine::RulesRuntime;
use coinbox_host::payment::sandbox::Fault;
use coinbox_host::storage::Durable;
use coinbox_host::storage::memory::Memory;
use coinbox_tests::components;
use coinbox_tests::crash_model::{Kind, Model, price};
use coinbox_tests::crash_world::{self as world, DAY, Host, MINUTE, START, USD, World, event, list, number, text};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

const SEEDS: u64 = 60;
const STEPS: usize = 120;
const WINDOW: i64 = 35 * DAY;

/// Every way in which a card can behave, but those that only take real time.
const TOKENS: [&str; 21] = [
    "tok_approve",
    "tok_approve-2",
    "tok_decline_insufficient",
    "tok_decline_limit",
    "tok_decline_expired",
    "tok_decline_lost",
    "tok_decline_fraud",
    "tok_decline_unspecified",
    "tok_decline_confirm",
    "tok_timeout_before",
    "tok_timeout_after",
    "tok_late:90000",
    "tok_late_decline:90000",
    "tok_late_finds:3",
    "tok_debit:172800000",
    "tok_unknown_then_paid",
    "tok_unknown_then_never",
    "tok_not_sent:2",
    "tok_decline_after:2",
    "tok_limit:200.00",
    "tok_script:approve,decline_limit,late:5000,timeout_after",
];

/// SplitMix64.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: i64) -> i64 {
        (self.next() % end.unsigned_abs()) as i64
    }

    fn chance(&mut self, percent: i64) -> bool {
        self.below(100) < percent
    }

    fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len() as i64) as usize]
    }
}

/// A host, its world, and what the model makes of it.
struct History {
    dice: Dice,
    world: World,
    host: Host,
    store: Arc<dyn Durable>,
    accounts: Vec<String>,
    /// Main account or sub-account, and the place of the account that pays.
    sources: Vec<(String, usize)>,
    models: Vec<Model>,
    /// Events that were rated.
    sent: Vec<(Value, usize)>,
    counted: BTreeSet<String>,
    log: Vec<String>,
}

impl History {
    fn new(seed: u64, runtime: Arc<dyn RulesRuntime>) -> History {
        let world = World::new(seed);
        let store: Arc<dyn Durable> = Arc::new(Memory::create(world.random()));
        let host = world.host(runtime, StoreChoice::Own(store.clone()), Drive::ByHand);
        host.prices();
        let mut history = History {
            dice: Dice(seed),
            world,
            host,
            store,
            accounts: Vec::new(),
            sources: Vec::new(),
            models: Vec::new(),
            sent: Vec::new(),
            counted: BTreeSet::new(),
            log: Vec::new(),
        };
        for place in 0..3 {
            history.add_account(place == 2);
        }
        history
    }

    fn add_account(&mut self, trial: bool) {
        let account = json!({
            "account-type": if trial { "developer" } else { "standard" }, "name": "Model", "email": "model@example.com",
            "address": "", "city": "", "state": "", "timezone": "UTC",
        });
        self.host.seller();
        let auth_id = text(&self.host.ok("accounts.create", json!({"account": account}))["auth-id"]);
        self.host.billing(&auth_id);
        let place = self.accounts.len();
        let mut model = Model::default();
        if trial {
            model.credit(Kind::Trial, 10 * USD, START);
        }
        let sub = self.host.ok("subaccounts.create", json!({"parent": auth_id, "name": "sub", "enabled": true}));
        self.sources.push((auth_id.clone(), place));
        self.sources.push((text(&sub["auth-id"]), place));
        self.accounts.push(auth_id);
        self.models.push(model);
    }

    fn ask(&mut self, function: &str, arguments: Value) -> Value {
        self.log.push(format!("{function} {arguments}"));
        let answer = self.host.ask(function, None, arguments).unwrap_or_else(|error| panic!("{function}: {error}"));
        self.log.push(format!("    {answer}"));
        answer
    }

    fn step(&mut self) {
        let place = self.dice.below(self.accounts.len() as i64) as usize;
        let account = self.accounts[place].clone();
        match self.dice.below(100) {
            0..30 => self.usage(),
            30..38 => self.goodwill(place, &account),
            38..42 => {
                let amount = (1 + self.dice.below(4_000_000)) * 10;
                let debit = json!({"auth-id": account, "adjustment": {"debit": {"amount": amount.to_string()}}, "reason": "model"});
                if self.ask("credits.adjust", debit).get("ok").is_some() {
                    self.models[place].debit(amount);
                    self.models[place].look();
                }
            }
            42..46 => self.correction(place, &account),
            46..54 => {
                // Half of them good, or accounts would seldom get far.
                let token = if self.dice.chance(50) { "tok_approve" } else { *self.dice.of(&TOKENS) };
                let default = self.dice.chance(70);
                self.ask("credits.add-card", json!({"auth-id": account, "token": token, "make-default": default}));
            }
            54..62 => {
                let amount = (25 + self.dice.below(100)) * USD;
                let card =
                    if self.dice.chance(70) { Value::Null } else { json!(format!("card-{}", 1 + self.dice.below(4))) };
                self.ask("credits.recharge", json!({"auth-id": account, "amount": amount.to_string(), "card": card}));
            }
            62..72 => self.auto_recharge(&account),
            72..76 => {
                let thresholds: Vec<i64> = (0..self.dice.below(4)).map(|_| self.dice.below(300) * USD / 2).collect();
                let texts: Vec<String> = thresholds.iter().map(i64::to_string).collect();
                let arguments = json!({"auth-id": account, "thresholds": texts, "recipients": ["billing@example.com"]});
                if self.ask("credits.set-alerts", arguments).get("ok").is_some() {
                    self.models[place].set_custom(&thresholds);
                }
            }
            76..80 => {
                let card = format!("card-{}", 1 + self.dice.below(4));
                let function = *self.dice.of(&["credits.set-default-card", "credits.remove-card"]);
                self.ask(function, json!({"auth-id": account, "card": card}));
            }
            80..84 => {
                let standing =
                    if self.dice.chance(50) { json!("active") } else { json!({"suspended": "suspicious-activity"}) };
                self.ask("accounts.set-standing", json!({"auth-id": account, "standing": standing, "details": ""}));
            }
            84..88 => {
                let fault = *self.dice.of(&[Fault::LostBefore, Fault::LostAfter, Fault::NotSent]);
                self.log.push(format!("disturb {fault:?}"));
                if self.dice.chance(70) {
                    self.world.gateway.disturb_money(fault);
                } else {
                    self.world.gateway.disturb_look_up(fault);
                }
            }
            _ => {
                let by = *self.dice.of(&[1, MINUTE, 10 * MINUTE, 60 * MINUTE, 7 * 60 * MINUTE, DAY, 4 * DAY, 16 * DAY]);
                self.log.push(format!("advance {by}"));
                self.host.advance(by);
            }
        }
        self.host.quiet();
        self.follow();
    }

    fn usage(&mut self) {
        let now = self.host.coinbox.now();
        let mut events = Vec::new();
        let mut expected = Vec::new();
        let mut touched = BTreeSet::new();
        for _ in 0..=self.dice.below(8) {
            if !self.sent.is_empty() && self.dice.chance(25) {
                let (mut again, _) = self.dice.of(&self.sent).clone();
                let conflict = self.dice.chance(30);
                if conflict {
                    again["quantity"] = json!(again["quantity"].as_u64().unwrap_or(0) + 1);
                }
                expected.push(if number(&again["at"]) < now - WINDOW {
                    json!({"rejected": "too-old"})
                } else if conflict {
                    json!("conflicting")
                } else {
                    json!("duplicate")
                });
                events.push(again);
                continue;
            }
            let (source, place) = self.dice.of(&self.sources).clone();
            let product = *self.dice.of(&["voice", "sms", "sms", "voice", "mms"]);
            let to = *self.dice.of(&["1212555", "1900555", "1415", "4477", "12"]);
            let quantity = if product == "voice" { 1 + self.dice.below(1_800) } else { 1 + self.dice.below(40) };
            let at = now - self.dice.below(40) * DAY + self.dice.below(20 * MINUTE);
            let id = format!("{}-{}", self.counted.len(), self.dice.next());
            let usage = event(&source, &id, product, to, quantity as u32, at);
            expected.push(if to.len() < 3 {
                json!({"rejected": "malformed"})
            } else if at < now - WINDOW {
                json!({"rejected": "too-old"})
            } else if at > now + 10 * MINUTE {
                json!({"rejected": "in-future"})
            } else if let Some(amount) = price(product, to, quantity) {
                self.models[place].debit(amount);
                touched.insert(place);
                self.counted.insert(format!("{source} {id} {at}"));
                self.sent.push((usage.clone(), place));
                json!({"rated": amount.to_string()})
            } else {
                json!({"rejected": "no-price"})
            });
            events.push(usage);
        }
        // A batch is judged once, at its end.
        touched.into_iter().for_each(|place| self.models[place].look());
        let answer = self.ask("usage.record-events", json!({"events": events}));
        assert_eq!(answer["ok"]["answers"], json!(expected));
    }

    fn goodwill(&mut self, place: usize, account: &str) {
        let now = self.host.coinbox.now();
        let amount = (1 + self.dice.below(30_000_000)) * 10;
        let expires = self.dice.chance(50).then(|| now + 1 + self.dice.below(9 * DAY));
        let goodwill = json!({"goodwill": {"amount": amount.to_string(), "expires": expires.map(|at| at.to_string())}});
        let arguments = json!({"auth-id": account, "adjustment": goodwill, "reason": "model"});
        if self.ask("credits.adjust", arguments).get("ok").is_some() {
            self.models[place].credit(Kind::Promotional, amount, expires.unwrap_or(i64::MAX));
        }
    }

    fn correction(&mut self, place: usize, account: &str) {
        let charges = self.host.ok("credits.list-charges", json!({"auth-id": account, "after": null, "limit": 100}));
        let charges: Vec<&Value> =
            list(&charges["charges"]).iter().filter(|charge| charge["state"] == "paid").collect();
        if charges.is_empty() {
            return;
        }
        let charge = *self.dice.of(&charges);
        let amount = (1 + self.dice.below(4_000_000)) * 10;
        let correction = json!({"correction": {"amount": amount.to_string(), "charge": charge["number"]}});
        let arguments = json!({"auth-id": account, "adjustment": correction, "reason": "model"});
        let accepted = self.ask("credits.adjust", arguments).get("ok").is_some();
        assert_eq!(
            accepted,
            self.models[place].correct(&text(&charge["key"]), amount),
            "at most what was spent is given back"
        );
    }

    fn auto_recharge(&mut self, account: &str) {
        let cap =
            |dice: &mut Dice| if dice.chance(20) { json!((dice.below(400) * USD).to_string()) } else { Value::Null };
        let settings = json!({
            "enabled": self.dice.chance(80),
            "balance-amount": ((1 + self.dice.below(200)) * USD).to_string(),
            "recharge-amount": ((25 + self.dice.below(50)) * USD).to_string(),
            "caps": {"day": cap(&mut self.dice), "week": cap(&mut self.dice), "month": cap(&mut self.dice)},
        });
        self.ask("credits.set-auto-recharge", json!({"auth-id": account, "settings": settings}));
    }

    /// Lets the models follow what happened by itself, and compares.
    fn follow(&mut self) {
        let now = self.host.coinbox.now();
        let movements = self.world.gateway.movements().expect("the gateway's book");
        let paid_at: BTreeMap<String, i64> =
            movements.iter().filter_map(|moved| moved.paid.as_ref().map(|paid| (moved.key.clone(), paid.at))).collect();
        for (account, model) in self.accounts.iter().zip(&mut self.models) {
            let events = self.host.feed(account, model.position());
            model.follow(&events, &paid_at, now);
            assert_eq!(self.host.balance(account), model.balance(), "balance of {account}");
        }
    }

    /// Lets time go on until everything is settled, and compares everything.
    fn end(&mut self) {
        for _ in 0..10 {
            self.host.advance(DAY);
            self.follow();
        }
        self.host.verify();
        assert_eq!(self.world.taken(), self.host.recharges(), "the gateway and the ledger");
        assert_eq!(self.host.counted(), self.counted, "each rated event, once");
        for (account, model) in self.accounts.iter().zip(&self.models) {
            let shown: Vec<(i64, String, i64)> = list(&self.host.ok("credits.list-lots", json!({"auth-id": account})))
                .iter()
                .map(|lot| (lot["number"].as_i64().unwrap_or(0), text(&lot["kind"]), number(&lot["rest"])))
                .collect();
            assert_eq!(shown, model.lots(), "lots of {account}");
            let booked: BTreeSet<String> = model.paid().into_iter().collect();
            let taken = self.world.taken();
            let taken: BTreeSet<String> = taken.keys().filter(|key| key.contains(account.as_str())).cloned().collect();
            assert_eq!(booked, taken, "paid charges of {account}");
            let status = self.host.ok("credits.get-auto-recharge", json!({"auth-id": account}));
            if status["settings"]["enabled"] == true && status["standing"] == "idle" {
                let below = number(&status["settings"]["balance-amount"]);
                assert!(model.balance() >= below, "{account} rests below {below}: {status}");
            }
        }
    }

    fn bytes(&self) -> Vec<String> {
        let mut bytes = self.host.dump();
        bytes.extend(world::timers(&*self.store));
        bytes
    }
}

/// Seeds to run: all, or the one that is asked for.
fn seeds(count: u64) -> Vec<u64> {
    match std::env::var("COINBOX_SEED") {
        Ok(seed) => vec![seed.parse().expect("COINBOX_SEED is a number")],
        Err(_) => (1..=count).collect(),
    }
}

/// Runs a history; when it fails, its seed and its steps are told.
fn run(seed: u64, runtime: Arc<dyn RulesRuntime>) -> History {
    let mut history = History::new(seed, runtime);
    let ran = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        (0..STEPS).for_each(|_| history.step());
        history.end();
    }));
    if let Err(panic) = ran {
        for line in &history.log {
            eprintln!("{line}");
        }
        eprintln!("seed {seed}: run it again with COINBOX_SEED={seed}");
        std::panic::resume_unwind(panic);
    }
    history
}

#[test]
fn random_histories_keep_to_the_model() {
    let (mut paid, mut declined, mut alerts, mut rounded) = (0, 0, 0, [0, 0]);
    for seed in seeds(SEEDS) {
        let history = run(seed, world::rules());
        paid += history.world.taken().len();
        let mails = history.world.mailer.messages();
        declined += mails.iter().filter(|mail| mail.template == "recharge-failed").count();
        alerts += mails.iter().filter(|mail| mail.template == "balance-low").count();
        for (way, sum) in rounded.iter_mut().enumerate() {
            *sum += history.models.iter().map(|model| model.rounded[way]).sum::<usize>();
        }
    }
    println!("{paid} charges paid, {declined} failed, {alerts} alerts, {rounded:?} months rounded down and up");
    // Histories in which nothing happens would prove nothing.
    assert!(
        std::env::var("COINBOX_SEED").is_ok()
            || (paid > 100 && declined > 30 && alerts > 100 && rounded.iter().all(|months| *months > 15))
    );
}

#[test]
fn fresh_and_warm_instances_leave_the_same_bytes() {
    for seed in seeds(3) {
        let warm = run(seed, world::lend(components::warm_rules()));
        let fresh = run(seed, world::lend(components::fresh_rules()));
        let (warm, fresh) = (warm.bytes(), fresh.bytes());
        assert_eq!(warm.len(), fresh.len(), "seed {seed}");
        for (one, other) in warm.iter().zip(&fresh) {
            assert_eq!(one, other, "seed {seed}");
        }
    }
}
