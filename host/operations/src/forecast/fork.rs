//! A copy of a store in use, for asking what would happen.
//!
//! Nothing in a fork reaches the outside. A fork is made of a running host; it takes none of that host's capabilities and brings its own. Its
//! store has a name of its own, so the original could never use one of its keys. Its gateway is a throw-away sandbox in memory, its mails and
//! hang-ups end in lists, its stock of numbers is empty, and its vault has a new random key. When the fork is dropped, all of this is gone.

use anyhow::{Context, Result};
use coinbox_host::admission::Buckets;
use coinbox_host::capability::{Capabilities, Instant, PaymentGateway};
use coinbox_host::clock::SimulatedClock;
use coinbox_host::coinbox::{Coinbox, Drive, EffectDoor, Options, StoreChoice};
use coinbox_host::contract::payment_types::{
    ChargeRequest, Finding, MethodAnswer, MovementPage, PaymentOutcome, RefundRequest,
};
use coinbox_host::inventory::MemoryInventory;
use coinbox_host::mails::MailList;
use coinbox_host::payment::sandbox::{Sandbox, SandboxSettings};
use coinbox_host::random::SystemRandom;
use coinbox_host::sequencer::SequencerOptions;
use coinbox_host::storage::sqlite::{Origin, install};
use coinbox_host::telephony::RecordingTelephony;
use coinbox_host::vault::{KeyRing, KeyVault};
use std::sync::Arc;

/// The card that stands for all cards: it is always paid.
const PAYS: &str = "tok_approve";

/// A throw-away gateway where every card pays.
struct Paying(Sandbox);

impl PaymentGateway for Paying {
    fn charge(&self, request: ChargeRequest) -> PaymentOutcome {
        self.0.charge(ChargeRequest { method: PAYS.to_owned(), ..request })
    }

    fn refund(&self, request: RefundRequest) -> PaymentOutcome {
        self.0.refund(request)
    }

    fn find(&self, key: &str) -> Finding {
        self.0.find(key)
    }

    fn close(&self, key: &str) -> Finding {
        self.0.close(key)
    }

    fn movements_since(&self, since: Instant, cursor: Option<&str>) -> Option<MovementPage> {
        self.0.movements_since(since, cursor)
    }

    fn describe_method(&self, _: &str) -> MethodAnswer {
        self.0.describe_method(PAYS)
    }

    fn forget_method(&self, _: &str) -> bool {
        true
    }
}

/// A fork and its host, which is driven by hand from the moment of the original.
pub struct Fork {
    // Ends before its directory does.
    coinbox: Coinbox,
    _directory: tempfile::TempDir,
}

impl Fork {
    /// Copies the store of a host while it is in use. Needs as much room for temporary files as the store takes twice.
    pub fn of(original: &Coinbox) -> Result<Fork> {
        let directory = tempfile::Builder::new().prefix("coinbox-fork-").tempdir().context("no temporary directory")?;
        let (copy, data) = (directory.path().join("copy"), directory.path().join("store"));
        original.backup(&copy).context("the store could not be copied")?;
        let random = Arc::new(SystemRandom);
        install(&copy, &data, Origin::Copied, &*random)?;
        std::fs::remove_file(&copy)?;
        let clock = Arc::new(SimulatedClock::new(original.now()));
        let moved = clock.clone();
        let sandbox = Sandbox::in_memory(clock.clone(), SandboxSettings::default())?;
        let coinbox = Coinbox::open(Options {
            runtime: original.runtime(),
            store: StoreChoice::Sqlite(data),
            capabilities: Capabilities {
                clock: clock.clone(),
                vault: Arc::new(KeyVault::new(KeyRing::draw(&*random)?, random.clone())),
                admission: Arc::new(Buckets::default()),
                random,
                payment: Arc::new(Paying(sandbox)),
                email: Arc::new(MailList::default()),
                telephony: Arc::new(RecordingTelephony::new()),
                inventory: Arc::new(MemoryInventory::new(clock)),
            },
            simulated_clock: Some(moved),
            drive: Drive::ByHand,
            effects: EffectDoor::default(),
            claims: None,
            sequencer: SequencerOptions::default(),
        })?;
        Ok(Fork { coinbox, _directory: directory })
    }

    /// Its host.
    pub fn coinbox(&self) -> &Coinbox {
        &self.coinbox
    }
}
