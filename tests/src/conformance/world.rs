//! What a case runs in: one choice of rules and storage, with a world around it that repeats exactly.

use super::claims::ToldClaims;
use crate::components;
use crate::native::NativeRules;
use coinbox_host::admission::Buckets;
use coinbox_host::capability::Capabilities;
use coinbox_host::clock::SimulatedClock;
use coinbox_host::coinbox::{Coinbox, Drive, EffectDoor, Options, StoreChoice};
use coinbox_host::engine::{InstancePolicy, Limits, RulesRuntime};
use coinbox_host::inventory::MemoryInventory;
use coinbox_host::payment::sandbox::{Sandbox, SandboxSettings};
use coinbox_host::random::SeededRandom;
use coinbox_host::sequencer::SequencerOptions;
use coinbox_host::storage::Durable;
use coinbox_host::storage::memory::Memory;
use coinbox_host::storage::sqlite::{Sqlite, SqliteOptions};
use coinbox_host::telephony::RecordingTelephony;
use coinbox_host::vault::{KeyRing, KeyVault};
use coinbox_mail::RecordingMailer;
use std::sync::{Arc, OnceLock};

/// Keys of the vault: no case depends on them, but stored bytes do.
const KEYS: &str = "k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

/// One combination of rules, storage and doors.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Setup {
    /// As shown in messages.
    pub name: &'static str,
    rules: Rules,
    on_disk: bool,
    /// Whether calls go through the typed door of the host; otherwise through the JSON door.
    pub(super) typed: bool,
    /// Whether the host carries out what jobs ask of the outside, between calls; otherwise the rules do, inside a call.
    between_calls: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Rules {
    Native,
    Fresh,
    Warm,
}

impl Setup {
    /// The one that the others are compared with.
    pub const REFERENCE: Setup =
        Setup { name: "native, memory", rules: Rules::Native, on_disk: false, typed: false, between_calls: false };

    /// For work on the rules alone: the other door of effects, without the component.
    pub const NATIVE: [Setup; 1] =
        [Setup { name: "native, memory, effects between calls", between_calls: true, ..Setup::REFERENCE }];

    /// All others. Each kind of rules goes through both doors of effects.
    pub const OTHERS: [Setup; 5] = [
        Setup {
            name: "native, SQLite, typed calls, effects between calls",
            rules: Rules::Native,
            on_disk: true,
            typed: true,
            between_calls: true,
        },
        Setup {
            name: "component fresh, memory",
            rules: Rules::Fresh,
            on_disk: false,
            typed: false,
            between_calls: false,
        },
        Setup {
            name: "component fresh, SQLite, typed calls, effects between calls",
            rules: Rules::Fresh,
            on_disk: true,
            typed: true,
            between_calls: true,
        },
        Setup {
            name: "component warm, memory, typed calls, effects between calls",
            rules: Rules::Warm,
            on_disk: false,
            typed: true,
            between_calls: true,
        },
        Setup { name: "component warm, SQLite", rules: Rules::Warm, on_disk: true, typed: false, between_calls: false },
    ];

    /// The same with the door of effects at which coupons of another store are claimed.
    pub(super) fn between_calls(self) -> Setup {
        Setup { between_calls: true, ..self }
    }

    /// Who carries out what jobs ask of the outside.
    pub(super) fn effects(self) -> EffectDoor {
        if self.between_calls { EffectDoor::default() } else { EffectDoor::InsideCall }
    }

    /// Each kind of rules is made once a process.
    fn runtime(self) -> Arc<dyn RulesRuntime> {
        static NATIVE: OnceLock<Arc<dyn RulesRuntime>> = OnceLock::new();
        static FRESH: OnceLock<Arc<dyn RulesRuntime>> = OnceLock::new();
        static WARM: OnceLock<Arc<dyn RulesRuntime>> = OnceLock::new();
        let engine = |instances| Arc::new(components::engine(components::rules(), Limits::default(), instances));
        match self.rules {
            Rules::Native => NATIVE.get_or_init(|| Arc::new(NativeRules::new())),
            Rules::Fresh => FRESH.get_or_init(|| engine(InstancePolicy::Fresh)),
            Rules::Warm => WARM.get_or_init(|| engine(InstancePolicy::default())),
        }
        .clone()
    }
}

/// A host and everything around it.
pub(super) struct World {
    pub coinbox: Coinbox,
    pub runtime: Arc<dyn RulesRuntime>,
    pub capabilities: Capabilities,
    pub gateway: Arc<Sandbox>,
    pub mailer: Arc<RecordingMailer>,
    pub telephony: Arc<RecordingTelephony>,
    pub stock: Arc<MemoryInventory>,
    pub claims: Arc<ToldClaims>,
    pub store: Arc<dyn Durable>,
    // Last: the store is closed before its folder goes.
    _disk: Option<tempfile::TempDir>,
}

impl World {
    pub(super) fn open(setup: Setup, clock: i64, seed: u64, mark: &str) -> anyhow::Result<World> {
        let clock = Arc::new(SimulatedClock::new(clock));
        let random = Arc::new(SeededRandom::new(seed));
        let gateway = Arc::new(Sandbox::in_memory(clock.clone(), SandboxSettings::default())?);
        let mailer = Arc::new(RecordingMailer::new()?);
        let telephony = Arc::new(RecordingTelephony::new());
        let stock = Arc::new(MemoryInventory::new(clock.clone()));
        let capabilities = Capabilities {
            clock: clock.clone(),
            random: random.clone(),
            vault: Arc::new(KeyVault::new(KeyRing::from_text(KEYS)?, random.clone()).hashing_little()),
            admission: Arc::new(Buckets::default()),
            payment: gateway.clone(),
            email: mailer.clone(),
            telephony: telephony.clone(),
            inventory: stock.clone(),
        };
        let claims = Arc::new(ToldClaims::default());
        let disk = setup.on_disk.then(crate::crash_world::scratch);
        let store: Arc<dyn Durable> = match &disk {
            None => Arc::new(Memory::marked(&*random, mark)),
            Some(disk) => {
                let options = SqliteOptions { mark: mark.to_owned(), ..SqliteOptions::default() };
                Arc::new(Sqlite::open_or_create(&disk.path().join("store"), &*random, options)?)
            }
        };
        let runtime = setup.runtime();
        let coinbox = Coinbox::open(Options {
            runtime: runtime.clone(),
            store: StoreChoice::Own(store.clone()),
            capabilities: capabilities.clone(),
            simulated_clock: Some(clock),
            drive: Drive::ByHand,
            effects: setup.effects(),
            claims: Some(claims.clone()),
            sequencer: SequencerOptions::default(),
        })?;
        Ok(World { coinbox, runtime, capabilities, gateway, mailer, telephony, stock, claims, store, _disk: disk })
    }
}
