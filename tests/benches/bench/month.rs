//! The first of a month: totals, invoices, numbers, rent and mails of many accounts, by a host with its workers, as a server does it.
//!
//! Each measurement is a process of its own over a copy of the same store, so that its memory is its own too. The store was last open two
//! days before the first of the present month; opened by the machine's clock, the month's end is due at once.

use crate::figures::{Rounds, resident_mb};
use crate::world::{self, Dice, join_all};
use anyhow::{Context, Result, ensure};
use coinbox_host::capability::{Capabilities, Mailer};
use coinbox_host::clock::SimulatedClock;
use coinbox_host::coinbox::{Coinbox, Drive, EffectDoor, Options, StoreChoice};
use coinbox_host::contract::email_types;
use coinbox_host::contract::exported::usage::UsageEvent;
use coinbox_host::contract::inventory_types::{NumberKind, OfferedNumber};
use coinbox_host::engine::{self, Engine, RulesRuntime};
use coinbox_host::inventory::MemoryInventory;
use coinbox_host::sequencer::SequencerOptions;
use coinbox_rules::calendar::Month;
use coinbox_tests::native::NativeRules;
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Accounts; each rents a number and has used it.
pub(crate) const ACCOUNTS: usize = 100_000;
/// Events of each account in the month that ends.
const EVENTS_PER_ACCOUNT: usize = 10;
/// Threads that drive jobs: what the program uses unless told otherwise.
const WORKERS: usize = 4;
/// Calls that are made at the same time while the store is built.
const AT_ONCE: usize = 200;
const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 86_400_000;
const PHASES: [&str; 6] = ["totals", "close", "number", "rent", "seats", "recurring"];

/// Takes every mail and keeps none.
#[derive(Default)]
struct Discard(AtomicU64);

impl Mailer for Discard {
    fn send(&self, _: &email_types::MailMessage) -> email_types::MailOutcome {
        self.0.fetch_add(1, Ordering::Relaxed);
        email_types::MailOutcome::Sent
    }
}

fn first_of_month() -> i64 {
    Month::of(world::now_ms()).first()
}

fn offer(number: usize) -> OfferedNumber {
    OfferedNumber {
        number: format!("1212{number:07}"),
        country: "US".to_owned(),
        calling_code: "1".to_owned(),
        kind: NumberKind::Local,
        region: String::new(),
        city: String::new(),
        voice: true,
        sms: true,
        mms: false,
    }
}

fn ok(answer: &Value) -> Result<&Value> {
    answer.get("ok").with_context(|| format!("the rules refuse: {answer}"))
}

/// Whether no job is due and none is under way.
fn is_quiet(host: &Coinbox) -> bool {
    let timers = host.sequencer().timers();
    timers.earliest_until(host.now()).is_none() && timers.taken() == 0
}

/// Waits until no job is due.
fn quiet(host: &Coinbox) {
    while !is_quiet(host) {
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Builds the store: accounts with credit, a number and usage, two days before the month ends.
pub(crate) fn build(runtime: Arc<dyn RulesRuntime>, directory: &Path, accounts: usize) -> Result<()> {
    let clock = Arc::new(SimulatedClock::new(first_of_month() - 2 * DAY_MS));
    let stock = Arc::new(MemoryInventory::new(clock.clone()));
    (0..accounts).for_each(|number| stock.add(offer(number)));
    let capabilities = Capabilities {
        clock: clock.clone(),
        inventory: stock,
        email: Arc::new(Discard::default()),
        ..world::capabilities()?
    };
    let host = Coinbox::open(Options {
        runtime,
        store: StoreChoice::Sqlite(directory.to_owned()),
        capabilities,
        simulated_clock: Some(clock.clone()),
        drive: Drive::Workers(WORKERS),
        effects: EffectDoor::default(),
        claims: None,
        sequencer: SequencerOptions::default(),
    })?;
    let caller = coinbox_host::json::to_value(&world::operator())?;
    world::write_prices(&host, &caller)?;
    let tokio = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build()?;
    tokio.block_on(async {
        let mut sources = Vec::with_capacity(accounts);
        for first in (0..accounts).step_by(AT_ONCE) {
            let making = (first..accounts.min(first + AT_ONCE)).map(|number| renter(&host, &caller, number)).collect();
            for made in join_all(making).await {
                sources.push(made?);
            }
        }
        let mut dice = Dice::new(1);
        for round in 0..EVENTS_PER_ACCOUNT {
            for part in sources.chunks(1000) {
                let events = part.iter().map(|source| used(&mut dice, source, round, host.now())).collect();
                let answer = host.record_events_async(world::operator(), events).await?;
                answer.map_err(|error| anyhow::anyhow!("{error:?}"))?;
            }
        }
        anyhow::Ok(())
    })?;
    quiet(&host);
    // Totals follow the ledger while a month runs: only its last minutes are left for its end.
    clock.set(host.now() + 2 * MINUTE_MS)?;
    std::thread::sleep(Duration::from_millis(50));
    quiet(&host);
    host.stop()?;
    Ok(())
}

/// An account with credit that rents one number.
async fn renter(host: &Coinbox, caller: &Value, number: usize) -> Result<String> {
    let account = json!({
        "account-type": "standard", "name": "Bench", "email": "bench@example.com", "address": "", "city": "", "state": "",
        "timezone": "UTC",
    });
    let made = host.call_async("accounts.create", json!({"caller": caller, "account": account})).await?;
    let auth_id = ok(&made)?["auth-id"].as_str().context("an auth ID")?.to_owned();
    let goodwill = json!({"goodwill": {"amount": "1000000000", "expires": null}});
    let adjust = json!({"caller": caller, "auth-id": auth_id, "adjustment": goodwill, "reason": "bench"});
    ok(&host.call_async("credits.adjust", adjust).await?)?;
    let purchase = json!({"offer": coinbox_host::json::to_value(&offer(number))?, "alias": null, "app-id": null});
    let buy = json!({"caller": caller, "auth-id": auth_id, "purchase": purchase});
    ok(&host.call_async("numbers.buy", buy).await?)?;
    Ok(auth_id)
}

fn used(dice: &mut Dice, source: &str, round: usize, now: i64) -> UsageEvent {
    UsageEvent {
        id: format!("{source}-{round}"),
        auth_id: source.to_owned(),
        product: (if round.is_multiple_of(3) { "sms" } else { "voice" }).to_owned(),
        heading: "outbound".to_owned(),
        number: format!("1415{:07}", dice.below(10_000_000)),
        quantity: 1 + u32::try_from(dice.below(60)).unwrap_or(0),
        at: now,
    }
}

/// What one process has measured: seconds of each phase, then of what was left of the mails, and its most resident memory in MB.
type Figures = [f64; PHASES.len() + 2];

/// What the measuring process does: opens the store, and looks at where the month's end stands until nothing is due.
pub(crate) fn serve(directory: &Path, native: bool, wasm: &[u8]) -> Result<()> {
    let runtime: Arc<dyn RulesRuntime> = if native {
        Arc::new(NativeRules::new())
    } else {
        let cache = Some(coinbox_tests::components::repository("target/component/cache"));
        Arc::new(Engine::load(wasm, &engine::Options { cache, ..engine::Options::default() })?)
    };
    let capabilities = Capabilities { email: Arc::new(Discard::default()), ..world::capabilities()? };
    let begun = Instant::now();
    let host = Coinbox::open(Options {
        runtime,
        store: StoreChoice::Sqlite(directory.to_owned()),
        capabilities,
        simulated_clock: None,
        drive: Drive::Workers(WORKERS),
        effects: EffectDoor::default(),
        claims: None,
        sequencer: SequencerOptions::default(),
    })?;
    let mut figures: Figures = [0.0; PHASES.len() + 2];
    let first = month_of(&host)?.0;
    let mut last = begun.elapsed();
    loop {
        let (month, phase) = month_of(&host)?;
        let now = begun.elapsed();
        let place = if month == first {
            PHASES.iter().position(|name| *name == phase).context("a phase")?
        } else {
            PHASES.len()
        };
        figures[place] += (now - last).as_secs_f64();
        last = now;
        if month != first && is_quiet(&host) {
            break;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    figures[PHASES.len() + 1] = resident_mb("self");
    let series = format!("series/i/{}", &month_of(&host)?.0[..4]);
    let issued = record(&host, &series)?["last"].as_u64().unwrap_or(0);
    println!("{issued} {}", figures.map(|figure| figure.to_string()).join(" "));
    host.stop()?;
    Ok(())
}

fn record(host: &Coinbox, key: &str) -> Result<Value> {
    let found = host.snapshot()?.get_many(&[key])?.pop().flatten().with_context(|| format!("no {key}"))?;
    Ok(serde_json::from_str(&found)?)
}

/// Month and phase of the month's end.
fn month_of(host: &Coinbox) -> Result<(String, String)> {
    let state = record(host, "store/month-end")?;
    let text = |name: &str| state[name].as_str().map(str::to_owned).with_context(|| format!("no {name} in {state}"));
    Ok((text("month")?, text("phase")?))
}

fn measure(directory: &Path, native: bool, accounts: usize) -> Result<Figures> {
    let word = if native { "--month-native" } else { "--month-component" };
    let output = Command::new(std::env::current_exe()?).arg(word).arg(directory).output()?;
    ensure!(output.status.success(), "the month's end failed: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout)?;
    let mut words = text.split_whitespace();
    let issued: usize = words.next().context("a count")?.parse()?;
    ensure!(issued == accounts, "{issued} invoices were issued for {accounts} accounts");
    let mut figures: Figures = [0.0; PHASES.len() + 2];
    for figure in &mut figures {
        *figure = words.next().context("a figure")?.parse()?;
    }
    Ok(figures)
}

/// Measures the component beside native rules, over the same store.
pub(crate) fn run(wasm: &'static [u8], scratch: &Path, accounts: usize, rounds: u32) -> Result<()> {
    let base = scratch.join("month");
    build(Arc::new(Engine::load(wasm, &engine::Options::default())?), &base, accounts)?;
    let names = ["totals", "invoices drafted", "invoices issued", "rent", "seats", "recurring charges", "mails, rest"];
    let mut seconds: [[Rounds; 8]; 2] = Default::default();
    let mut rates: [[Rounds; 2]; 2] = Default::default();
    for _ in 0..rounds {
        for (side, native) in [(0, true), (1, false)] {
            let directory = scratch.join("month-now");
            world::copy_store(&base, &directory)?;
            let figures = measure(&directory, native, accounts)?;
            std::fs::remove_dir_all(&directory)?;
            figures.iter().zip(&mut seconds[side]).for_each(|(figure, rounds)| rounds.add(*figure));
            let invoices = figures[1] + figures[2];
            rates[side][0].add(accounts as f64 / invoices);
            rates[side][1].add(accounts as f64 / figures[3]);
        }
    }
    println!(
        "\nmonth's end of {accounts} accounts, each with {EVENTS_PER_ACCOUNT} events and one number, durable on SQLite, {WORKERS} workers"
    );
    println!("  {:<22}{:>24}{:>24}{:>20}", "", "native rules", "component", "native / component");
    let [native, component] = &seconds;
    for (place, name) in names.iter().enumerate() {
        let (native, component) = (&native[place], &component[place]);
        // Of what takes no time there is no ratio.
        let both = native.median().min(component.median()) > 0.05;
        let ratio = if both { native.over(component).to_string() } else { "–".to_owned() };
        println!("  {:<22}{native:>24}{component:>24}{ratio:>20}", format!("{name}, s"));
    }
    for (place, name) in ["invoices a second", "rents a second"].iter().enumerate() {
        let (native, component) = (&rates[0][place], &rates[1][place]);
        println!("  {name:<22}{native:>24}{component:>24}{:>20}", component.over(native));
    }
    println!("  {:<22}{:>24}{:>24}", "most memory, MB", &native[6], &component[6]);
    Ok(())
}
