//! The host whose store stays, opened in one line.

use super::NoMail;
use coinbox_host::clock::RealClock;
use coinbox_host::inventory::MemoryInventory;
use coinbox_host::on_disk::{self, Opened, Outside};
use coinbox_host::payment::sandbox::{Sandbox, SandboxSettings};
use coinbox_host::telephony::RecordingTelephony;
use coinbox_host::typed::accounts::{AccountType, NewAccount};
use coinbox_host::typed::credits::{Adjustment, Goodwill};
use coinbox_host::typed::types::Caller;
use coinbox_tests::components::{repository, rules};
use std::path::Path;
use std::sync::Arc;

fn open(directory: &Path) -> anyhow::Result<Opened> {
    let clock = Arc::new(RealClock::new());
    let outside = Outside {
        payment: Arc::new(Sandbox::in_memory(clock.clone(), SandboxSettings::default())?),
        email: Arc::new(NoMail),
        telephony: Arc::new(RecordingTelephony::new()),
        inventory: Arc::new(MemoryInventory::new(clock)),
    };
    on_disk::open(directory, rules(), outside)
}

/// An empty directory, with the compiled component of the other tests where the host looks for it.
fn directory() -> tempfile::TempDir {
    let directory = tempfile::tempdir().expect("a directory");
    let kept = repository("target/component/cache");
    std::fs::create_dir_all(&kept).expect("a place for compiled code");
    std::os::unix::fs::symlink(kept, directory.path().join("cache")).expect("a link");
    directory
}

fn problem(directory: &Path) -> String {
    open(directory).err().map(|error| format!("{error:#}")).expect("refused")
}

#[test]
fn what_was_answered_is_there_after_the_next_start() -> anyhow::Result<()> {
    let directory = directory();
    let Opened { host, clock } = open(directory.path())?;
    assert_eq!((clock.mark().is_some(), host.readiness()), (true, Ok(())));
    let caller = Caller::operator("test", host.permissions(), "request-1");
    let account = NewAccount {
        account_type: AccountType::Standard,
        name: "Acme".to_owned(),
        email: "owner@acme.example".to_owned(),
        address: String::new(),
        city: String::new(),
        state: String::new(),
        timezone: "UTC".to_owned(),
        currency: None,
    };
    let created = host.accounts().create(&caller, account)??;
    let gift = Adjustment::Goodwill(Goodwill { amount: 10_000, expires: None });
    host.credits().adjust(&caller, &created.auth_id, gift, "welcome")??;
    // Whoever is second is refused and disturbs nothing.
    assert!(problem(directory.path()).contains("in use by process"), "{}", problem(directory.path()));
    host.stop()?;
    drop(host);

    let Opened { host, .. } = open(directory.path())?;
    // The customer's own credential still opens the account: the keys are the same.
    let customer = Caller::token(&created.auth_id, &created.auth_token, "request-2");
    assert_eq!(host.credits().get_balance(&customer, &created.auth_id)??.balance, 10_000);
    assert_eq!(host.readiness(), Ok(()));
    host.stop()?;
    Ok(())
}

#[test]
fn a_store_without_its_keys_is_refused() -> anyhow::Result<()> {
    let directory = directory();
    open(directory.path())?.host.stop()?;
    std::fs::remove_file(directory.path().join("vault-keys.json"))?;
    let problem = problem(directory.path());
    assert!(problem.contains("its keys do not: put back"), "{problem}");
    assert!(!directory.path().join("vault-keys.json").exists(), "no new keys are made for it");
    Ok(())
}
