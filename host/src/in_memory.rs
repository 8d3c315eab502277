//! A host that keeps nothing: memory storage, a sandbox gateway, mails and hang-ups in lists. For trying out and for tests.

use crate::admission::Buckets;
use crate::capability::Capabilities;
use crate::clock::RealClock;
use crate::coinbox::{Coinbox, Drive, EffectDoor, Options, StoreChoice};
use crate::engine::{self, Engine};
use crate::inventory::MemoryInventory;
use crate::mails::MailList;
use crate::payment::sandbox::{Sandbox, SandboxSettings};
use crate::random::SystemRandom;
use crate::sequencer::SequencerOptions;
use crate::telephony::RecordingTelephony;
use crate::vault::{KeyRing, KeyVault};
use std::sync::Arc;

/// Opens a host around this component, with real time and one worker.
pub fn open(component: &[u8]) -> anyhow::Result<Coinbox> {
    let clock = Arc::new(RealClock::new());
    let random = Arc::new(SystemRandom);
    Coinbox::open(Options {
        runtime: Arc::new(Engine::load(component, &engine::Options::default())?),
        store: StoreChoice::Memory,
        capabilities: Capabilities {
            vault: Arc::new(KeyVault::new(KeyRing::draw(&*random)?, random.clone())),
            admission: Arc::new(Buckets::default()),
            payment: Arc::new(Sandbox::in_memory(clock.clone(), SandboxSettings::default())?),
            email: Arc::new(MailList::default()),
            telephony: Arc::new(RecordingTelephony::new()),
            inventory: Arc::new(MemoryInventory::new(clock.clone())),
            random,
            clock,
        },
        simulated_clock: None,
        drive: Drive::Workers(1),
        effects: EffectDoor::default(),
        claims: None,
        sequencer: SequencerOptions::default(),
    })
}
