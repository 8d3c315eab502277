//! A host whose store stays: SQLite in one directory, with its keys beside it, and the machine's clock believed within bounds.
//!
//! ```no_run
//! # fn outside() -> coinbox_host::on_disk::Outside { unimplemented!() }
//! # fn main() -> anyhow::Result<()> {
//! use coinbox_host::on_disk::{self, Opened};
//!
//! let Opened { host, clock } = on_disk::open("data", &std::fs::read("coinbox.wasm")?, outside())?;
//! println!("{} functions, the clock's doubt: {:?}", host.facts().functions.len(), host.clock_doubt());
//! # Ok(())
//! # }
//! ```

use crate::admission::Buckets;
use crate::capability::{Capabilities, Inventory, Mailer, PaymentGateway, Telephony};
use crate::clock::{ClockMark, GuardSettings, GuardedClock, Machine};
use crate::coinbox::{Coinbox, Drive, EffectDoor, Options, StoreChoice};
use crate::engine::{self, Engine};
use crate::private;
use crate::random::SystemRandom;
use crate::sequencer::SequencerOptions;
use crate::storage::Durable;
use crate::storage::sqlite::{Home, Sqlite, SqliteOptions};
use crate::vault::{KeyRing, KeyVault};
use std::path::Path;
use std::sync::Arc;

/// The keys of the vault. Part of every backup: what is sealed with them can be read with nothing else.
const KEYS_FILE: &str = "vault-keys.json";
/// Compiled code, so that a start does not compile again. It may be removed.
const CACHE: &str = "cache";
/// Threads that drive jobs.
const WORKERS: usize = 4;
/// What a store remembers of a clock that nobody moves.
const REAL: &str = "real";

/// What a program must bring: nothing here can be made up for money that is real.
pub struct Outside {
    /// Takes and gives back money.
    pub payment: Arc<dyn PaymentGateway>,
    /// Sends mail.
    pub email: Arc<dyn Mailer>,
    /// Ends calls and sends codes.
    pub telephony: Arc<dyn Telephony>,
    /// The stock of phone numbers.
    pub inventory: Arc<dyn Inventory>,
}

/// A host that is open.
pub struct Opened {
    /// The host.
    pub host: Coinbox,
    /// Its clock. When the machine's clock has jumped ahead, jobs wait until it is set right or [confirmed](GuardedClock::confirm).
    pub clock: Arc<GuardedClock>,
}

/// Opens the store of a directory, or makes directory, store and keys where there are none. Four threads drive jobs.
///
/// Refused: a store that another program holds, one whose keys are gone, and one that was run with a simulated clock. Whoever wants other
/// keys, threads or clocks puts [`Options`] together instead.
pub fn open(directory: impl AsRef<Path>, component: &[u8], outside: Outside) -> anyhow::Result<Opened> {
    let directory = directory.as_ref();
    let shown = directory.display();
    private::directory(directory).map_err(|error| anyhow::anyhow!("directory {shown} cannot be made: {error}"))?;
    let random = Arc::new(SystemRandom);
    let keys = directory.join(KEYS_FILE);
    if Sqlite::exists(directory) && !keys.exists() {
        anyhow::bail!("the store in {shown} exists, but its keys do not: put back {}", keys.display());
    }
    // The keys before the store: a store without keys is refused.
    let vault = KeyVault::new(KeyRing::open_or_create(&keys, &*random)?, random.clone());
    let options = engine::Options { cache: Some(directory.join(CACHE)), ..engine::Options::default() };
    let engine = Engine::load(component, &options)?;
    let store = Arc::new(Sqlite::open_or_create(directory, &*random, SqliteOptions::default())?);
    let clock = clock(&store)?;
    let host = Coinbox::open(Options {
        runtime: Arc::new(engine),
        store: StoreChoice::Own(store.clone()),
        capabilities: Capabilities {
            clock: clock.clone(),
            random,
            vault: Arc::new(vault),
            admission: Arc::new(Buckets::default()),
            payment: outside.payment,
            email: outside.email,
            telephony: outside.telephony,
            inventory: outside.inventory,
        },
        simulated_clock: None,
        drive: Drive::Workers(WORKERS),
        effects: EffectDoor::default(),
        claims: None,
        sequencer: SequencerOptions::default(),
    })?;
    remember(&store, &clock)?;
    Ok(Opened { host, clock })
}

/// The machine's clock, from where this store has left it.
fn clock(store: &Sqlite) -> anyhow::Result<Arc<GuardedClock>> {
    let home = store.home()?;
    anyhow::ensure!(
        home.clock.is_empty() || home.clock == REAL,
        "this store runs with a {} clock, and here it would run with the machine's",
        home.clock
    );
    let (last, machine, settings) = (store.moment()?, Arc::new(Machine), GuardSettings::default());
    // Where the rules have not been told yet how the store came to be, a person has made it just now.
    if store.beginning()?.is_some() {
        return Ok(Arc::new(GuardedClock::fresh(last, machine, settings)));
    }
    let mark: Option<ClockMark> = serde_json::from_str(&home.clock_mark).ok();
    Ok(Arc::new(GuardedClock::after(last, mark.as_ref(), machine, settings)))
}

/// Keeps what the machine's clocks show now: on this machine the next start knows by it how long the stop was.
fn remember(store: &Sqlite, clock: &GuardedClock) -> anyhow::Result<()> {
    let mut home = Home { clock: REAL.to_owned(), ..store.home()? };
    if let Some(mark) = clock.mark() {
        home.clock_mark = serde_json::to_string(&mark)?;
    }
    Ok(store.set_home(&home)?)
}
