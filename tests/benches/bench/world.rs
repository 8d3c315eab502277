//! What is measured on: accounts, prices, a million old events, and new events at random.

use anyhow::{Context, Result};
use coinbox_host::admission::Buckets;
use coinbox_host::capability::Capabilities;
use coinbox_host::clock::RealClock;
use coinbox_host::coinbox::{Coinbox, Drive, EffectDoor, Options, StoreChoice};
use coinbox_host::contract::exported::usage::UsageEvent;
use coinbox_host::contract::types::{Caller, Operator, Principal};
use coinbox_host::engine::RulesRuntime;
use coinbox_host::inventory::MemoryInventory;
use coinbox_host::payment::sandbox::{Sandbox, SandboxSettings};
use coinbox_host::random::SystemRandom;
use coinbox_host::sequencer::SequencerOptions;
use coinbox_host::storage::memory::Memory;
use coinbox_host::storage::sqlite::{Sqlite, SqliteOptions};
use coinbox_host::storage::{Changes, Direction, Durable, GroupChanges, View};
use coinbox_host::telephony::RecordingTelephony;
use coinbox_host::vault::{KeyRing, KeyVault};
use coinbox_mail::RecordingMailer;
use coinbox_sample::write_price_book;
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

/// Accounts that events are spread over.
pub(crate) const ACCOUNTS: usize = 10_000;
/// Sub-accounts of the one hot parent.
pub(crate) const HOT_SUBACCOUNTS: usize = 100;
/// Events that were counted before anything is measured.
pub(crate) const OLD_EVENTS: u64 = 1_000_000;

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;

/// Who events are recorded for.
#[derive(Clone, Default)]
pub(crate) struct Sources {
    /// Main accounts.
    pub(crate) spread: Vec<String>,
    /// Their API tokens.
    pub(crate) tokens: Vec<String>,
    /// Sub-accounts of one parent.
    pub(crate) hot: Vec<String>,
}

/// Milliseconds since 1970 by the machine's clock.
pub(crate) fn now_ms() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(0))
}

/// SplitMix64: the same for the same seed.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Dice {
        Dice(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }
}

/// Calling codes that the sample price book knows, with room for a subscriber's digits.
const PREFIXES: [&str; 24] = [
    "1212", "1415", "44", "4477", "49", "49151", "33", "336", "34", "39", "31", "46", "47", "48", "90", "91", "9198",
    "61", "614", "81", "86", "55", "52", "27",
];

/// One event that has never been counted: unique ID, account at random, up to 30 seconds old.
pub(crate) fn event(dice: &mut Dice, sources: &[String], now: i64) -> UsageEvent {
    let voice = !dice.next().is_multiple_of(3);
    UsageEvent {
        id: format!("{:016x}{:08x}", dice.next(), dice.next() >> 32),
        auth_id: sources[dice.below(sources.len())].clone(),
        product: (if voice { "voice" } else { "sms" }).to_owned(),
        heading: "outbound".to_owned(),
        number: format!("{}{:07}", PREFIXES[dice.below(PREFIXES.len())], dice.below(10_000_000)),
        quantity: 1 + dice.below(if voice { 600 } else { 3 }) as u32,
        at: now - dice.below(30_000) as i64,
    }
}

/// An operator who may do everything that the benchmark does.
pub(crate) fn operator() -> Caller {
    let permissions = [
        "usage.record-events",
        "usage.quote-event",
        "accounts.create",
        "accounts.get",
        "accounts.list",
        "credits.adjust",
        "subaccounts.create",
        "operator.change-settings",
        "pricing.create-version",
        "pricing.add-rows",
        "pricing.set-number-prices",
        "numbers.buy",
        "pricing.publish-version",
        "members.invite-owner",
        "operator.change-account-settings",
    ];
    Caller {
        who: Principal::Operator(Operator {
            name: "bench".to_owned(),
            permissions: permissions.map(str::to_owned).to_vec(),
        }),
        address: None,
        device: None,
        request: "bench".to_owned(),
        idempotency_key: None,
        part: None,
    }
}

/// The same with the one permission that a function asks for, as the host hands an operator over.
pub(crate) fn operator_for(permission: &str) -> Caller {
    let mut caller = operator();
    if let Principal::Operator(operator) = &mut caller.who {
        operator.permissions.retain(|held| held == permission);
    }
    caller
}

/// Everything that is lent, with the machine's clock.
pub(crate) fn capabilities() -> Result<Capabilities> {
    let clock = Arc::new(RealClock::new());
    let random = Arc::new(SystemRandom);
    let keys = KeyRing::from_text(&format!("bench:{}", "A".repeat(43)))?;
    Ok(Capabilities {
        clock: clock.clone(),
        random: random.clone(),
        vault: Arc::new(KeyVault::new(keys, random)),
        admission: Arc::new(Buckets::default()),
        payment: Arc::new(Sandbox::in_memory(clock.clone(), SandboxSettings::default())?),
        email: Arc::new(RecordingMailer::new()?),
        telephony: Arc::new(RecordingTelephony::new()),
        inventory: Arc::new(MemoryInventory::new(clock.clone())),
    })
}

/// A host over a store; jobs are not driven, there are none that matter.
pub(crate) fn open(runtime: Arc<dyn RulesRuntime>, store: StoreChoice) -> Result<Coinbox> {
    open_with(runtime, store, capabilities()?)
}

/// The same with what is lent.
pub(crate) fn open_with(
    runtime: Arc<dyn RulesRuntime>,
    store: StoreChoice,
    capabilities: Capabilities,
) -> Result<Coinbox> {
    Coinbox::open(Options {
        runtime,
        store,
        capabilities,
        simulated_clock: None,
        drive: Drive::ByHand,
        effects: EffectDoor::default(),
        claims: None,
        sequencer: SequencerOptions::default(),
    })
}

/// What is inside `ok`.
pub(crate) fn ok(answer: Value) -> Result<Value> {
    answer.get("ok").cloned().with_context(|| format!("the rules refuse: {answer}"))
}

/// Builds the store that every round begins with: prices, rich accounts, old events.
pub(crate) fn build(runtime: Arc<dyn RulesRuntime>, directory: &Path) -> Result<Sources> {
    let host = open(runtime, StoreChoice::Sqlite(directory.to_owned()))?;
    let caller = coinbox_host::json::to_value(&operator())?;
    write_prices(&host, &caller)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build()?;
    let sources = runtime.block_on(make_accounts(&host, &caller))?;
    drop(runtime);
    host.stop()?;
    drop(host);
    plant_old_events(&Sqlite::open(directory, SqliteOptions::default())?)?;
    Ok(sources)
}

/// The sample price book, with prices of numbers.
pub(crate) fn write_prices(host: &Coinbox, caller: &Value) -> Result<()> {
    let mut book = Vec::new();
    write_price_book(&mut book)?;
    let book = String::from_utf8(book)?;
    let rows: Vec<Value> = book
        .lines()
        .skip(1)
        // Numbers and seats have prices of another form.
        .filter(|line| ["voice,", "sms,", "mms,"].iter().any(|product| line.starts_with(product)))
        .map(|line| {
            let column: Vec<&str> = line.split(',').collect();
            let number = |text: &str| text.parse::<u32>().unwrap_or(0);
            json!({
                "product": column[0], "heading": column[1], "country": column[2], "prefix": column[3], "rate": column[4],
                "first-increment": number(column[5]), "next-increment": number(column[6]),
            })
        })
        .collect();
    // Without a seller no invoice would be issued (R89).
    let seller = json!([
        {"name": "seller.legal-name", "value": "Bench Telecom Ltd"},
        {"name": "seller.address-lines", "value": "1 Example Road"},
        {"name": "seller.country", "value": "NZ"},
    ]);
    ok(host.call("operator.change-settings", &json!({"caller": caller, "version": null, "settings": seller}))?)?;
    ok(host.call("pricing.create-version", &json!({"caller": caller}))?)?;
    for part in rows.chunks(1000) {
        ok(host.call("pricing.add-rows", &json!({"caller": caller, "version": 1, "rows": part}))?)?;
    }
    let numbers = json!({"rows": [{"country": "US", "kind": "local", "setup": "0", "monthly": "0.8"}], "seat": null});
    ok(host.call("pricing.set-number-prices", &json!({"caller": caller, "version": 1, "prices": numbers}))?)?;
    ok(host.call("pricing.publish-version", &json!({"caller": caller, "version": 1, "starts-at": "0"}))?)?;
    Ok(())
}

/// Accounts so rich that no threshold comes near.
async fn make_accounts(host: &Coinbox, caller: &Value) -> Result<Sources> {
    let create = async |number: usize| -> Result<(String, String)> {
        let account = json!({
            "account-type": "standard", "name": "Bench", "email": format!("owner{number}@bench.example"), "address": "",
            "city": "", "state": "", "timezone": "UTC",
        });
        let made = ok(host.call_async("accounts.create", json!({"caller": caller, "account": account})).await?)?;
        let auth_id = made["auth-id"].as_str().context("an auth ID")?.to_owned();
        let token = made["auth-token"].as_str().context("a token")?.to_owned();
        let goodwill = json!({"goodwill": {"amount": "1000000000000", "expires": null}});
        let adjust = json!({"caller": caller, "auth-id": auth_id, "adjustment": goodwill, "reason": "bench"});
        ok(host.call_async("credits.adjust", adjust).await?)?;
        Ok((auth_id, token))
    };
    let mut sources = Sources::default();
    while sources.spread.len() < ACCOUNTS {
        let first = sources.spread.len();
        for made in join_all((first..first + 100).map(&create).collect()).await {
            let (auth_id, token) = made?;
            sources.spread.push(auth_id);
            sources.tokens.push(token);
        }
    }
    let (parent, _) = create(ACCOUNTS).await?;
    for number in 0..HOT_SUBACCOUNTS {
        let create = json!({"caller": caller, "parent": parent, "name": format!("hot {number}"), "enabled": true});
        let made = ok(host.call_async("subaccounts.create", create).await?)?;
        sources.hot.push(made["auth-id"].as_str().context("an auth ID")?.to_owned());
    }
    Ok(sources)
}

/// Waits for all of them, at the same time.
pub(crate) async fn join_all<F: Future>(futures: Vec<F>) -> Vec<F::Output> {
    let mut futures: Vec<_> = futures.into_iter().map(Box::pin).collect();
    let mut done: Vec<Option<F::Output>> = futures.iter().map(|_| None).collect();
    std::future::poll_fn(|context| {
        let mut waiting = false;
        for (future, slot) in futures.iter_mut().zip(&mut done) {
            if slot.is_none() {
                match future.as_mut().poll(context) {
                    std::task::Poll::Ready(value) => *slot = Some(value),
                    std::task::Poll::Pending => waiting = true,
                }
            }
        }
        if waiting { std::task::Poll::Pending } else { std::task::Poll::Ready(()) }
    })
    .await;
    done.into_iter().flatten().collect()
}

/// Dedupe keys of the last 34 days, as the rules write them.
fn plant_old_events(store: &dyn Durable) -> Result<()> {
    let mut dice = Dice::new(1);
    let (first, last) = (now_ms() - 34 * DAY_MS, now_ms() - HOUR_MS);
    let step = (last - first) as f64 / OLD_EVENTS as f64;
    let mut position = store.last_position()? + 1;
    for part in 0..OLD_EVENTS / 50_000 {
        let mut puts: Vec<(String, Arc<str>)> = (0..50_000)
            .map(|number| {
                let at = first + ((part * 50_000 + number) as f64 * step) as i64;
                dedupe_entry(&mut dice, at)
            })
            .collect();
        puts.sort();
        let mut group = GroupChanges::default();
        group.add(Changes { puts, ..Changes::default() }, 0, &mut position);
        store.commit(&Arc::new(group))?;
    }
    Ok(())
}

/// One dedupe entry with the bytes that the rules would write.
pub(crate) fn dedupe_entry(dice: &mut Dice, at: i64) -> (String, Arc<str>) {
    let value = format!(r#"{{"v":1,"d":"{:016x}","t":"{at:013}/{:016x}"}}"#, dice.next(), dice.next());
    (format!("d/{at:013}/{:016x}", dice.next()), value.into())
}

/// A memory store with everything of another store but its old events.
pub(crate) fn memory_copy(view: &dyn View) -> Result<Memory> {
    let store = Memory::create(&SystemRandom);
    let mut position = 1;
    let mut first = "!".to_owned();
    loop {
        let page = view.scan(&first, "~", Direction::Ascending, 10_000)?;
        let Some((last, _)) = page.entries.last() else { break };
        first = if last.starts_with("d/") { "d0".to_owned() } else { format!("{last}!") };
        let puts = page.entries.into_iter().filter(|(key, _)| !key.starts_with("d/")).collect();
        let mut group = GroupChanges::default();
        group.add(Changes { puts, ..Changes::default() }, 0, &mut position);
        group.settles_beginning = true;
        store.commit(&Arc::new(group))?;
        if !page.more && first != "d0" {
            break;
        }
    }
    Ok(store)
}

/// Copies the files of a store that is not in use.
pub(crate) fn copy_store(from: &Path, to: &Path) -> Result<()> {
    std::fs::create_dir_all(to)?;
    std::fs::copy(from.join("store.sqlite"), to.join("store.sqlite"))?;
    Ok(())
}
