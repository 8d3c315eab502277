//! The world around a host under test: what survives when the host dies, and the checks that money has to pass.

use crate::components;
use crate::crash::{Fuse, FusedRules, FusedStore, fused};
use crate::native::NativeRules;
use coinbox_host::admission::Buckets;
use coinbox_host::capability::Capabilities;
use coinbox_host::clock::SimulatedClock;
use coinbox_host::coinbox::{Coinbox, Drive, EffectDoor, Options, StoreChoice};
use coinbox_host::engine::{Engine, RulesRuntime};
use coinbox_host::inventory::MemoryInventory;
use coinbox_host::payment::sandbox::{Sandbox, SandboxSettings};
use coinbox_host::random::SeededRandom;
use coinbox_host::sequencer::SequencerOptions;
use coinbox_host::storage::sqlite::{Sqlite, SqliteOptions};
use coinbox_host::storage::{Direction, Durable, View};
use coinbox_host::telephony::RecordingTelephony;
use coinbox_host::vault::{KeyRing, KeyVault};
use coinbox_mail::RecordingMailer;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

/// The moment that worlds begin at: 2026-03-02T00:00:00Z, a Monday.
pub const START: i64 = 1_772_409_600_000;
/// One minute in milliseconds.
pub const MINUTE: i64 = 60_000;
/// One day in milliseconds.
pub const DAY: i64 = 86_400_000;
/// One dollar in micro-units.
pub const USD: i64 = 1_000_000;

/// Everything that outlives a host: clock, gateway, mail system, switch, disk.
pub struct World {
    /// Moved by hand.
    pub clock: Arc<SimulatedClock>,
    /// Keeps its book over every crash.
    pub gateway: Arc<Sandbox>,
    /// Keeps every mail.
    pub mailer: Arc<RecordingMailer>,
    /// Keeps every hang-up.
    pub telephony: Arc<RecordingTelephony>,
    /// Keeps the numbers that are rented.
    pub stock: Arc<MemoryInventory>,
    /// Who carries out what the jobs of the next host ask of the outside.
    pub effects: EffectDoor,
    random: Arc<SeededRandom>,
    vault: Arc<KeyVault>,
    disk: tempfile::TempDir,
}

/// A directory in memory where the machine has one: what is tested here is order, not the disk.
pub fn scratch() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    let made = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    made.expect("a temporary directory")
}

impl World {
    /// A new world. The seed is that of the host's random bytes.
    pub fn new(seed: u64) -> World {
        World::with(seed, SandboxSettings::default())
    }

    /// A new world whose gateway behaves like this.
    pub fn with(seed: u64, settings: SandboxSettings) -> World {
        let clock = Arc::new(SimulatedClock::new(START));
        let random = Arc::new(SeededRandom::new(seed));
        let ring = KeyRing::from_text(&format!("test:{}", "A".repeat(43))).expect("a key ring");
        World {
            gateway: Arc::new(Sandbox::in_memory(clock.clone(), settings).expect("a sandbox")),
            mailer: Arc::new(RecordingMailer::new().expect("built-in templates")),
            telephony: Arc::new(RecordingTelephony::new()),
            stock: Arc::new(MemoryInventory::new(clock.clone())),
            vault: Arc::new(KeyVault::new(ring, random.clone())),
            effects: EffectDoor::default(),
            clock,
            random,
            disk: scratch(),
        }
    }

    /// A path on the world's disk.
    pub fn path(&self, name: &str) -> PathBuf {
        self.disk.path().join(name)
    }

    /// The random bytes of its hosts.
    pub fn random(&self) -> &SeededRandom {
        &self.random
    }

    /// What a host is lent.
    pub fn capabilities(&self) -> Capabilities {
        Capabilities {
            clock: self.clock.clone(),
            random: self.random.clone(),
            vault: self.vault.clone(),
            admission: Arc::new(Buckets::default()),
            payment: self.gateway.clone(),
            email: self.mailer.clone(),
            telephony: self.telephony.clone(),
            inventory: self.stock.clone(),
        }
    }

    /// A host over any store.
    pub fn host(&self, runtime: Arc<dyn RulesRuntime>, store: StoreChoice, drive: Drive) -> Host {
        self.host_with(runtime, store, drive, self.capabilities())
    }

    fn host_with(
        &self,
        runtime: Arc<dyn RulesRuntime>,
        store: StoreChoice,
        drive: Drive,
        capabilities: Capabilities,
    ) -> Host {
        let options = Options {
            runtime,
            store,
            capabilities,
            simulated_clock: Some(self.clock.clone()),
            drive,
            effects: self.effects,
            claims: None,
            sequencer: SequencerOptions::default(),
        };
        Host::of(Coinbox::open(options).expect("the host opens"))
    }

    /// A host over the SQLite store of this name on the world's disk, driven by hand.
    pub fn open(&self, name: &str) -> Host {
        self.host(rules(), StoreChoice::Sqlite(self.path(name)), Drive::ByHand)
    }

    /// [`World::open`] with other capabilities.
    pub fn open_with(&self, name: &str, change: impl FnOnce(&mut Capabilities)) -> Host {
        let mut capabilities = self.capabilities();
        change(&mut capabilities);
        self.host_with(rules(), StoreChoice::Sqlite(self.path(name)), Drive::ByHand, capabilities)
    }

    /// [`World::open`] with a fuse in everything. `None`: it died while it opened.
    pub fn open_fused(&self, name: &str, fuse: &Arc<Fuse>) -> Option<Host> {
        let store =
            Sqlite::open_or_create(&self.path(name), &*self.random, SqliteOptions::default()).expect("the store opens");
        let options = Options {
            runtime: Arc::new(FusedRules::new(chosen_rules(), fuse)),
            store: StoreChoice::Own(Arc::new(FusedStore::new(Arc::new(store), fuse))),
            capabilities: fused(self.capabilities(), fuse),
            simulated_clock: Some(self.clock.clone()),
            drive: Drive::ByHand,
            effects: self.effects,
            claims: None,
            sequencer: SequencerOptions::default(),
        };
        match Coinbox::open(options) {
            Ok(coinbox) => Some(Host::of(coinbox)),
            Err(error) if fuse.is_blown() => {
                drop(error);
                None
            }
            Err(error) => panic!("the host opens: {error:#}"),
        }
    }

    /// Paid charges by key, with what was taken. A key that was charged twice fails.
    pub fn taken(&self) -> BTreeMap<String, i64> {
        self.moved(false)
    }

    /// Paid refunds by key, with what was given back. A key that was refunded twice fails.
    pub fn given_back(&self) -> BTreeMap<String, i64> {
        self.moved(true)
    }

    fn moved(&self, refunds: bool) -> BTreeMap<String, i64> {
        let mut moved = BTreeMap::new();
        for movement in self.gateway.movements().expect("the gateway's book") {
            if movement.refund == refunds {
                let before = moved.insert(movement.key.clone(), movement.amount);
                let what = if refunds { "refunded" } else { "charged" };
                assert_eq!(before, None, "{} was {what} twice", movement.key);
            }
        }
        moved
    }
}

/// The rules as a host takes them: in warm instances of the component, or with `COINBOX_RULES=native` as native code, which a
/// deliberately broken rule can be tried in without building the component.
pub fn rules() -> Arc<dyn RulesRuntime> {
    Arc::new(FusedRules::new(chosen_rules(), &Fuse::never()))
}

fn chosen_rules() -> &'static dyn RulesRuntime {
    static NATIVE: OnceLock<NativeRules> = OnceLock::new();
    if std::env::var_os("COINBOX_RULES").is_some_and(|chosen| chosen == "native") {
        return NATIVE.get_or_init(NativeRules::new);
    }
    components::warm_rules()
}

/// An engine that lives as long as the test process, as a host takes it.
pub fn lend(engine: &'static Engine) -> Arc<dyn RulesRuntime> {
    Arc::new(FusedRules::new(engine, &Fuse::never()))
}

/// A host with an operator at its desk who may do everything.
pub struct Host {
    /// The host.
    pub coinbox: Coinbox,
    caller: Value,
}

impl Host {
    /// Around a host that is open.
    pub fn of(coinbox: Coinbox) -> Host {
        let permissions: Vec<&str> =
            coinbox.facts().functions.iter().filter_map(|function| function.permission.as_deref()).collect();
        let caller = json!({"who": {"operator": {"name": "tester", "permissions": permissions}}, "request": "test"});
        Host { coinbox, caller }
    }

    /// The operator, with an idempotency key if one is given.
    pub fn caller(&self, key: Option<&str>) -> Value {
        let mut caller = self.caller.clone();
        caller["idempotency-key"] = json!(key);
        caller
    }

    /// One call; the caller is added. `Err`: the host gave no answer.
    pub fn ask(&self, function: &str, key: Option<&str>, mut arguments: Value) -> Result<Value, String> {
        arguments["caller"] = self.caller(key);
        self.coinbox.call(function, &arguments).map_err(|error| error.to_string())
    }

    /// One call that the rules accept.
    pub fn ok(&self, function: &str, arguments: Value) -> Value {
        let answer = self.ask(function, None, arguments).unwrap_or_else(|error| panic!("{function}: {error}"));
        answer.get("ok").unwrap_or_else(|| panic!("{function} answers {answer}")).clone()
    }

    /// Names the seller: without one a new store charges nothing and issues nothing (R89).
    pub fn seller(&self) {
        let settings = json!([
            {"name": "seller.legal-name", "value": "Test Telecom Ltd"},
            {"name": "seller.address-lines", "value": "1 Example Road"},
            {"name": "seller.country", "value": "NZ"},
        ]);
        self.ok("operator.change-settings", json!({"version": null, "settings": settings}));
    }

    /// What an account must have before its first charge (R89).
    pub fn billing(&self, account: &str) {
        let change = json!({"legal-name": "Test Ltd", "address": "1 Main Street", "country": "NZ"});
        self.ok("invoices.set-billing", json!({"auth-id": account, "change": change}));
    }

    /// A standard account that can be charged.
    pub fn account(&self) -> String {
        self.seller();
        let account = json!({
            "account-type": "standard", "name": "Test", "email": "owner@example.com", "address": "", "city": "", "state": "",
            "timezone": "UTC",
        });
        let auth_id = text(&self.ok("accounts.create", json!({"account": account}))["auth-id"]);
        self.billing(&auth_id);
        auth_id
    }

    /// A card of this token, the default one.
    pub fn card(&self, account: &str, token: &str) -> String {
        let started = self.ok("credits.add-card", json!({"auth-id": account, "token": token, "make-default": true}));
        self.quiet();
        text(&started["name"])
    }

    /// Goodwill without expiry.
    pub fn goodwill(&self, account: &str, micros: i64) {
        let adjustment = json!({"goodwill": {"amount": micros.to_string()}});
        self.ok("credits.adjust", json!({"auth-id": account, "adjustment": adjustment, "reason": "test"}));
    }

    /// B and R without caps.
    pub fn auto_recharge(&self, account: &str, below: i64, amount: i64) {
        let settings = json!({
            "enabled": true, "balance-amount": below.to_string(), "recharge-amount": amount.to_string(),
            "caps": {"day": null, "week": null, "month": null},
        });
        self.ok("credits.set-auto-recharge", json!({"auth-id": account, "settings": settings}));
    }

    /// Voice at 0.60 a minute (60/60) and SMS at 0.05 to every number that begins with 1; SMS at 0.07 to 1900.
    pub fn prices(&self) {
        let row = |product: &str, prefix: &str, rate: &str, seconds: u32| {
            json!({
                "product": product, "heading": "outbound", "country": "US", "prefix": prefix, "rate": rate,
                "first-increment": seconds, "next-increment": seconds,
            })
        };
        let rows = [row("voice", "1", "0.6", 60), row("sms", "1", "0.05", 0), row("sms", "1900", "0.07", 0)];
        self.ok("pricing.create-version", json!({}));
        self.ok("pricing.add-rows", json!({"version": 1, "rows": rows}));
        self.ok("pricing.publish-version", json!({"version": 1, "starts-at": "0"}));
    }

    /// Balance in micro-units.
    pub fn balance(&self, account: &str) -> i64 {
        number(&self.ok("credits.get-balance", json!({"auth-id": account}))["balance"])
    }

    /// Drives what is due now.
    pub fn quiet(&self) {
        self.coinbox.drain().expect("jobs are driven");
    }

    /// Moves the clock on from due moment to due moment.
    pub fn advance(&self, by: i64) {
        self.coinbox.advance_to(self.coinbox.now() + by).expect("jobs are driven");
    }

    /// All main accounts.
    pub fn accounts(&self) -> Vec<String> {
        let mut all = Vec::new();
        let mut after = Value::Null;
        loop {
            let page = self.ok("accounts.list", json!({"after": after, "limit": 500}));
            all.extend(list(&page["accounts"]).iter().map(|account| text(&account["auth-id"])));
            after = page["next"].clone();
            if after.is_null() {
                return all;
            }
        }
    }

    /// The whole ledger.
    pub fn ledger(&self) -> Vec<Value> {
        let mut all = Vec::new();
        let mut after = Value::Null;
        loop {
            let page = self.ok("operator.read-ledger", json!({"after": after, "limit": 500}));
            all.extend(list(&page["transactions"]).iter().cloned());
            after = page["next"].clone();
            if after.is_null() {
                return all;
            }
        }
    }

    /// Recharges in the ledger by gateway key. One that is posted twice fails.
    pub fn recharges(&self) -> BTreeMap<String, i64> {
        let mut recharges = BTreeMap::new();
        for transaction in self
            .ledger()
            .iter()
            .filter(|transaction| transaction["kind"] == "recharge" || transaction["kind"] == "invoice-payment")
        {
            let clearing = |posting: &&Value| posting["ledger-account"] == "assets:payment-clearing";
            let amount =
                list(&transaction["postings"]).iter().filter(clearing).map(|posting| number(&posting["amount"])).sum();
            let key = text(&transaction["cause"]);
            assert_eq!(recharges.insert(key.clone(), amount), None, "{key} was posted twice");
        }
        recharges
    }

    /// Every event that the ledger holds, as `account id moment`. One that is there twice fails.
    pub fn counted(&self) -> BTreeSet<String> {
        let mut counted = BTreeSet::new();
        for transaction in self.ledger().iter().filter(|transaction| transaction["kind"] == "usage") {
            for event in list(&self.ok("operator.read-transaction", json!({"id": transaction["id"]}))) {
                let name = format!("{} {} {}", text(&event["auth-id"]), text(&event["id"]), text(&event["at"]));
                assert!(counted.insert(name.clone()), "{name} was counted twice");
            }
        }
        counted
    }

    /// Feed lines of one account after a position.
    pub fn feed(&self, account: &str, after: u64) -> Vec<Value> {
        let arguments = json!({"account": account, "after": after.to_string(), "limit": 1000});
        list(&self.ok("events.read", arguments)).to_vec()
    }

    /// Every stored byte: entries, feed, timers are told apart by their first word.
    pub fn dump(&self) -> Vec<String> {
        dump(&*self.coinbox.snapshot().expect("a snapshot"))
    }

    /// What `verify` proves, by reading the whole ledger: transactions sum to zero, wallets and lots follow from postings,
    /// and balances from wallets.
    pub fn verify(&self) {
        let mut folds: BTreeMap<String, BTreeMap<String, i64>> = BTreeMap::new();
        for transaction in self.ledger() {
            let mut sum = 0;
            for posting in list(&transaction["postings"]) {
                let amount = number(&posting["amount"]);
                sum += amount;
                if let Some(owner) = posting["owner"].as_str() {
                    *folds.entry(owner.to_owned()).or_default().entry(text(&posting["ledger-account"])).or_default() +=
                        amount;
                }
            }
            assert_eq!(sum, 0, "{transaction} sums to zero");
        }
        let accounts = self.accounts();
        for owner in folds.keys() {
            assert!(accounts.contains(owner), "{owner} is in the ledger and no account");
        }
        let empty = BTreeMap::new();
        for part in accounts.chunks(500) {
            let folded: Vec<Value> = part
                .iter()
                .map(|account| {
                    let fold = folds.get(account).unwrap_or(&empty);
                    let sum = |name: &str| fold.get(name).copied().unwrap_or(0).to_string();
                    let balance: i64 = -fold.values().sum::<i64>();
                    assert_eq!(self.balance(account), balance, "balance of {account} against its postings");
                    json!({
                        "auth-id": account, "trial": sum("liabilities:credits:trial"),
                        "promotional": sum("liabilities:credits:promotional"), "cash": sum("liabilities:credits:cash"),
                        "receivable": sum("assets:receivables"),
                    })
                })
                .collect();
            assert_eq!(
                self.ok("operator.compare", json!({"accounts": folded})),
                json!([]),
                "stored is what the ledger says"
            );
        }
    }
}

/// Every stored byte of a state.
pub fn dump(view: &dyn View) -> Vec<String> {
    let mut lines = Vec::new();
    let mut first = "!".to_owned();
    loop {
        let page = view.scan(&first, "\u{7f}", Direction::Ascending, 10_000).expect("entries");
        lines.extend(page.entries.iter().map(|(key, value)| format!("entry {key} {value}")));
        match page.entries.last() {
            Some((last, _)) if page.more => first = format!("{last}!"),
            _ => break,
        }
    }
    let mut after = 0;
    loop {
        let page = view.read_feed(None, after, 10_000).expect("the feed");
        lines.extend(page.iter().map(|line| format!("feed {} {} {}", line.position, line.topic, line.body)));
        match page.last() {
            Some(last) => after = last.position,
            None => return lines,
        }
    }
}

/// The timers of a store, sorted.
pub fn timers(store: &dyn Durable) -> Vec<String> {
    let mut timers: Vec<String> = store
        .timers()
        .expect("timers")
        .iter()
        .map(|timer| format!("timer {} {:?} {}", timer.key, timer.lane, timer.due))
        .collect();
    timers.sort();
    timers
}

/// The text of a JSON value.
pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is text")).to_owned()
}

/// The number in a JSON text.
pub fn number(value: &Value) -> i64 {
    text(value).parse().unwrap_or_else(|_| panic!("{value} is a number"))
}

/// The items of a JSON list.
pub fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap_or_else(|| panic!("{value} is a list"))
}

/// An outbound event of one minute or one part.
pub fn event(account: &str, id: &str, product: &str, number: &str, quantity: u32, at: i64) -> Value {
    json!({
        "id": id, "auth-id": account, "product": product, "heading": "outbound", "number": number, "quantity": quantity,
        "at": at.to_string(),
    })
}
