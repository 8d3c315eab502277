//! What belongs together: a store, its keys, the gateway's book, the journal of number orders, and the clock that it runs with.
//!
//! A part that is missing, or that belongs to another store, is found at start, before anything is made or written. Otherwise customers
//! would be the first to notice an empty store in the place of theirs, or keys that open nothing.

use crate::config::{Accept, ClockMode, Config, Email};
use coinbox_host::capability::Vault;
use coinbox_host::contract::vault::UnsealError;
use coinbox_host::private;
use coinbox_host::storage::sqlite::{Home, Sqlite};
use coinbox_host::storage::{Beginning, Durable, Mark};
use coinbox_host::vault::KeyVault;
use std::fs;
use std::path::{Path, PathBuf};

/// File of the operator token in the data directory.
pub(super) const TOKEN_FILE: &str = "operator-token";
/// File of a simulated clock's moment in the data directory.
pub(super) const CLOCK_FILE: &str = "simulated-clock";
/// File of what a real clock was last believed to be, in the data directory.
pub(super) const MARK_FILE: &str = "clock-mark.json";
/// File of how far the store has come, in the data directory.
pub(super) const AGE_FILE: &str = "store-mark.json";
/// File of the store in the data directory.
const STORE_FILE: &str = "store.sqlite";

/// What the store's proof is sealed for, and of.
const PROOF: (&str, &str) = ("store-proof", "coinbox");

/// A part that is made by itself, and that a store is used with from its first start on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Part {
    /// The payment sandbox.
    Gateway,
    /// The journal of number orders.
    NumberOrders,
}

impl Part {
    const ALL: [Part; 2] = [Part::Gateway, Part::NumberOrders];

    /// As it is written in the store, and as `--accept` calls it.
    fn name(self) -> &'static str {
        match self {
            Part::Gateway => "gateway",
            Part::NumberOrders => "number-orders",
        }
    }

    fn words(self) -> &'static str {
        match self {
            Part::Gateway => "the book of the payment gateway (setting `payment-sandbox`)",
            Part::NumberOrders => "the journal of number orders (setting `inventory.orders`)",
        }
    }

    fn path(self, config: &Config) -> &Path {
        match self {
            Part::Gateway => &config.payment_sandbox,
            Part::NumberOrders => &config.inventory_orders,
        }
    }

    fn accepted(self, accept: Accept) -> bool {
        match self {
            Part::Gateway => accept.gateway,
            Part::NumberOrders => accept.number_orders,
        }
    }
}

/// Before anything is made: no part may be a link that leads nowhere, and a directory that has had a store must have one.
pub(super) fn check_before(config: &Config) -> anyhow::Result<()> {
    let data = &config.data;
    let mut paths: Vec<PathBuf> = [STORE_FILE, TOKEN_FILE, CLOCK_FILE].iter().map(|name| data.join(name)).collect();
    paths.extend([data, &config.vault_keys, &config.payment_sandbox, &config.inventory_orders].map(Clone::clone));
    paths.extend([&config.telephony_log, &config.inventory_stock.0, &config.operators].map(Clone::clone));
    for path in paths {
        let is_link = fs::symlink_metadata(&path).is_ok_and(|found| found.file_type().is_symlink());
        if is_link && !path.exists() {
            let target = fs::read_link(&path).unwrap_or_default();
            anyhow::bail!(
                "{} is a symbolic link to {}, which is not there: is a volume not mounted? Put it there, or remove the link",
                path.display(),
                target.display()
            );
        }
    }
    let left = left_of_a_store(config);
    if !Sqlite::exists(data) && !left.is_empty() && !config.accept.new_store {
        let names: Vec<String> = left.iter().map(|path| path.display().to_string()).collect();
        anyhow::bail!(
            "the data directory {} has what a store leaves ({}) but no store. Put {} back with its log (store.sqlite-wal), restore a backup into a new directory with `coinbox restore`, or name an empty directory. To begin with an empty store all the same, start with --accept new-store",
            data.display(),
            names.join(", "),
            data.join(STORE_FILE).display()
        );
    }
    Ok(())
}

/// Whoever means an empty store means it with what another one has left: but only where the store is new, should the flag be forgotten.
pub(super) fn for_this_start(config: &Config, new: bool) -> Config {
    let mut config = config.clone();
    if new && config.accept.new_store {
        config.accept.gateway = true;
        config.accept.number_orders = true;
    }
    config
}

/// What is in a data directory only after a store was there. Keys and the operator's token are not among it: they may have been put there for a
/// new store, and a first start that was cut off leaves keys.
fn left_of_a_store(config: &Config) -> Vec<PathBuf> {
    let data = &config.data;
    let files = [&config.payment_sandbox, &config.inventory_orders, &config.telephony_log];
    let mut left: Vec<PathBuf> = files.into_iter().filter(|path| path.starts_with(data)).cloned().collect();
    left.extend([CLOCK_FILE, MARK_FILE, AGE_FILE, "mail/new", "blobs"].map(|name| data.join(name)));
    left.retain(|path| path.exists());
    // Documents are printed of what a store holds.
    let documents = &config.documents.directory;
    let printed = || fs::read_dir(documents).is_ok_and(|mut files| files.next().is_some());
    if documents.starts_with(data) && printed() {
        left.push(documents.clone());
    }
    left
}

/// After the store was opened and before anything else is: keys, clock and parts are its own. What the store is to remember of it is
/// written down by [`Checked::remember`].
pub(super) fn check(config: &Config, store: &Sqlite, vault: &KeyVault) -> anyhow::Result<Checked> {
    let before = store.home()?;
    let mut home = before.clone();
    home.proof = check_keys(config, store, &home.proof, vault)?;
    let clock = check_clock(config, store, &home.clock)?;
    home.clock = clock_word(&clock).to_owned();
    let restored = matches!(store.beginning()?, Some(Beginning::Restored(_)));
    for part in Part::ALL {
        check_there(config, part, &home, restored)?;
    }
    Ok(Checked { clock, before, home, restored })
}

/// What a store was found to belong with.
pub(super) struct Checked {
    /// The clock that it runs with.
    pub(crate) clock: ClockMode,
    before: Home,
    home: Home,
    restored: bool,
}

impl Checked {
    /// Writes down in the store what is new.
    pub(super) fn remember(&self, store: &Sqlite) -> anyhow::Result<()> {
        if self.home != self.before {
            store.set_home(&self.home)?;
        }
        Ok(())
    }

    /// Common to the store and all that is restored from its backups.
    pub(super) fn family(&self) -> &str {
        &self.home.family
    }

    /// A part that was opened must be of this store's family and have what it had, or be new to the store. Answers whether it must be told
    /// its family.
    pub(super) fn check_part(&mut self, config: &Config, part: Part, found: &Found) -> anyhow::Result<bool> {
        let meant = self.restored || part.accepted(config.accept);
        let place = place(config, part);
        let refuse = |what: &str| {
            if meant {
                tracing::warn!("{place} {what}: nothing more is known of what was in it");
                return Ok(());
            }
            anyhow::bail!(
                "{place} {what}: it was emptied, cut off or replaced. Put this store's own back, or name where it is now. To go on with it all the same, start with --accept {}",
                part.name()
            )
        };
        if let Some(had) = used_with(&self.home.parts, part) {
            if found.family.is_none() {
                refuse("does not say whose it is, and this store has been used with it")?;
            } else if found.entries < had {
                refuse(&format!("has {} entries and had {had} when this store was last used with it", found.entries))?;
            }
        }
        set_entries(&mut self.home.parts, part, found.entries);
        check_family(config, part, found.family.as_deref(), &self.home.family)
    }
}

/// What a part was found to hold.
pub(super) struct Found {
    /// The family that it was told of.
    pub(crate) family: Option<String>,
    /// What it has been asked for so far.
    pub(crate) entries: i64,
}

/// How many entries a part had when the store was last used with it; `None`: it has not been. As it stands in the store: `gateway=7,number-orders=2`.
fn used_with(parts: &str, part: Part) -> Option<i64> {
    parts.split(',').find_map(|written| {
        let (name, entries) = written.split_once('=').unwrap_or((written, "0"));
        (name == part.name()).then(|| entries.parse().unwrap_or_default())
    })
}

/// Writes down how many entries a part has.
pub(super) fn set_entries(parts: &mut String, part: Part, entries: i64) {
    let now = |one: Part| if one == part { Some(entries) } else { used_with(parts, one) };
    let written = Part::ALL.map(|one| now(one).map(|entries| format!("{}={entries}", one.name())));
    *parts = written.into_iter().flatten().collect::<Vec<_>>().join(",");
}

/// A part that a store was used with must be there, and not be empty. A restored store may begin without: it says what is then not known.
fn check_there(config: &Config, part: Part, home: &Home, restored: bool) -> anyhow::Result<()> {
    let path = part.path(config);
    // Nothing is as long as what was made and never written: a part of this host has a first line or page.
    let length = fs::metadata(path).map(|file| file.len()).ok();
    if used_with(&home.parts, part).is_none() || length.is_some_and(|length| length > 0) {
        return Ok(());
    }
    let state = if length.is_some() { "empty" } else { "missing" };
    if restored || part.accepted(config.accept) {
        tracing::warn!(
            path = %path.display(),
            "{} is {state}: a new one is made, and nothing is known of what was in it",
            part.words()
        );
        return Ok(());
    }
    anyhow::bail!(
        "{} {} is {state}, and this store has been used with it. Put it back, or name where it is now. To begin with an empty one all the same, start with --accept {}",
        part.words(),
        path.display(),
        part.name()
    )
}

/// A part must be of this store's family, or of none yet. Answers whether it must be told its family.
fn check_family(config: &Config, part: Part, found: Option<&str>, family: &str) -> anyhow::Result<bool> {
    match found {
        None => Ok(true),
        Some(found) if found == family => Ok(false),
        Some(_) if part.accepted(config.accept) => Ok(true),
        Some(found) => anyhow::bail!(
            "{} {} belongs to another store (family {found}, this one is of family {family}). Put this store's own there, or name another file. To use it all the same, start with --accept {}",
            part.words(),
            part.path(config).display(),
            part.name()
        ),
    }
}

/// A part, as it is called to a person.
pub(super) fn place(config: &Config, part: Part) -> String {
    format!("{} {}", part.words(), part.path(config).display())
}

/// What was seen of a store, and by whom.
pub(super) struct Seen {
    /// As it is called to a person.
    pub(crate) by: String,
    /// Its commits then; `None`: it has seen nothing of this store.
    pub(crate) commits: Option<i64>,
}

/// Somebody outside has seen more commits of this store than it has: it is an older state of itself, and what it has done since is known only
/// outside.
#[derive(Debug, thiserror::Error)]
#[error(
    "the store in {data} is an older state of itself: it has {commits} commits, and {by} has seen {seen}. What has happened since is not in it, and repeating it would charge or order again. Put the newest store back; if it is lost, make a store of this one with `coinbox --data NEW restore FILE`, FILE being a backup or a copy of {store} without its log, which asks the gateway and the stock what has happened since. To do that where it stands, start with --accept older-store"
)]
pub(super) struct Older {
    data: String,
    store: String,
    commits: i64,
    by: String,
    seen: i64,
}

/// Nobody may have seen more of the store than there is.
pub(super) fn check_age(config: &Config, own: &Mark, seen: impl IntoIterator<Item = Seen>) -> Result<(), Older> {
    for Seen { by, commits } in seen {
        if let Some(seen) = commits.filter(|seen| *seen > own.commits) {
            let (data, store) = (config.data.display().to_string(), config.data.join(STORE_FILE).display().to_string());
            return Err(Older { data, store, commits: own.commits, by, seen });
        }
    }
    Ok(())
}

/// What the data directory itself has seen of a store; a file that cannot be read says nothing.
pub(super) fn seen_here(config: &Config, store: &str) -> Seen {
    let path = config.data.join(AGE_FILE);
    let mark = fs::read_to_string(&path).ok().and_then(|text| {
        serde_json::from_str::<Mark>(&text)
            .map_err(
                |error| tracing::warn!(file = %path.display(), %error, "how far the store had come cannot be read"),
            )
            .ok()
    });
    Seen { by: path.display().to_string(), commits: mark.filter(|mark| mark.store == store).map(|mark| mark.commits) }
}

/// The keys must open what the store has sealed and answer what it has digested. Answers the proof for the next time.
fn check_keys(config: &Config, store: &Sqlite, proof: &str, vault: &KeyVault) -> anyhow::Result<String> {
    let (purpose, text) = PROOF;
    let ring = vault.ring();
    let digest = vault.digest(purpose, text);
    let path = config.vault_keys.display();
    let foreign = |key: &str| {
        anyhow::anyhow!(
            "the key file {path} has no key `{key}`, with which secrets of the store in {} are sealed: it is of another store, or an older one of this store. Put back the key file that belongs to this store (after a restore: that of the old one)",
            config.data.display()
        )
    };
    let sealed = match proof.split_once(' ') {
        Some((_, sealed)) => Some(sealed.to_owned()),
        // A store of an older version: whatever it has sealed names its key.
        None => store.find_text("\"v1.")?.as_deref().and_then(sealed_inside),
    };
    if let Some(key) = sealed.as_deref().and_then(key_of)
        && !ring.knows(key)
    {
        return Err(foreign(key));
    }
    let Some((known_digest, sealed)) = proof.split_once(' ') else {
        return Ok(format!("{digest} {}", vault.seal(purpose, text)));
    };
    match vault.unseal(purpose, sealed) {
        Ok(_) | Err(UnsealError::KeyDestroyed) => {}
        Err(UnsealError::NotOurs) => return Err(foreign(key_of(sealed).unwrap_or_default())),
    }
    if known_digest != digest {
        anyhow::bail!(
            "the first key of the key file {path} is not the one that the store in {} was made with: nobody's credentials would be recognised. Put back the key file that belongs to this store; keys are added at its end and never taken away from its beginning",
            config.data.display()
        );
    }
    // With the newest key, so that a key file from before a rotation is found out too.
    let newest = key_of(sealed) == Some(ring.newest_id());
    Ok(if newest { proof.to_owned() } else { format!("{digest} {}", vault.seal(purpose, text)) })
}

/// The name of the key that a text is sealed with: `v1.<key>.<text>`.
fn key_of(sealed: &str) -> Option<&str> {
    Some(sealed.strip_prefix("v1.")?.split_once('.')?.0)
}

/// The sealed text inside a stored record.
fn sealed_inside(record: &str) -> Option<String> {
    let (_, from) = record.split_once("\"v1.")?;
    let (sealed, _) = from.split_once('"')?;
    Some(format!("v1.{sealed}"))
}

fn clock_word(clock: &ClockMode) -> &'static str {
    match clock {
        ClockMode::Simulated(_) => "simulated",
        ClockMode::Real | ClockMode::Remembered => "real",
    }
}

/// The clock that the store has run with, where it has; a setting that says otherwise is refused.
fn check_clock(config: &Config, store: &Sqlite, remembered: &str) -> anyhow::Result<ClockMode> {
    let last = store.moment()?;
    let remembered = match remembered {
        // A store of an older version: where a simulated clock has stood is kept beside it.
        "" if last > 0 && config.data.join(CLOCK_FILE).exists() => "simulated",
        "" if last > 0 && !matches!(store.beginning()?, Some(Beginning::Copied)) => "real",
        word => word,
    };
    let asked = match (&config.clock, remembered) {
        (ClockMode::Remembered, "simulated") => return Ok(ClockMode::Simulated(None)),
        (ClockMode::Remembered, _) => return Ok(ClockMode::Real),
        (asked, _) => clock_word(asked),
    };
    if !remembered.is_empty() && asked != remembered && !config.accept.clock_mode {
        anyhow::bail!(
            "the store in {} runs with a {remembered} clock, its last moment is {}, and the setting `clock.mode` says {asked}. Leave the setting out, or say {remembered}. To go on with a {asked} clock for good, start with --accept clock-mode; to try something out, restore a backup with `coinbox restore --copy`",
            config.data.display(),
            coinbox_host::text::moment(last)
        );
    }
    Ok(config.clock)
}

/// Takes Coinbox's own files away from everybody but their owner, and tells of directories that others may enter, which are the
/// operator's to change.
pub(super) fn close_to_others(config: &Config) {
    let data = &config.data;
    let with_logs = |path: &Path| {
        ["", "-wal", "-shm"].map(|suffix| {
            let mut name = path.as_os_str().to_owned();
            name.push(suffix);
            PathBuf::from(name)
        })
    };
    let mut files: Vec<PathBuf> =
        ["lock", CLOCK_FILE, MARK_FILE, AGE_FILE, TOKEN_FILE].map(|name| data.join(name)).to_vec();
    files.extend(with_logs(&data.join(STORE_FILE)));
    files.extend(with_logs(&config.payment_sandbox));
    files.extend([config.inventory_orders.clone(), config.telephony_log.clone(), config.operators.clone()]);
    let compiled = fs::read_dir(&config.cache).into_iter().flatten().flatten().map(|entry| entry.path());
    files.extend(compiled.filter(|path| path.extension().is_some_and(|extension| extension == "cwasm")));
    for path in files {
        let shown = path.display();
        match private::close(&path) {
            Ok(None) => {}
            Ok(Some(mode)) => tracing::warn!(
                path = %shown,
                "this file could be used by others (mode {mode:04o}) and is its owner's alone now. If somebody else had access, replace the operator token"
            ),
            Err(error) => {
                tracing::warn!(path = %shown, %error, "this file can be used by others, and its mode cannot be changed")
            }
        }
    }
    let mut directories = vec![data.clone()];
    directories.extend([config.cache.clone(), config.documents.directory.clone()]);
    if let Email::Maildir(folder) = &config.email {
        directories.push(folder.clone());
    }
    // What is inside a closed directory is closed.
    let closed = private::open_to_others(data).is_none();
    directories.retain(|path| path == data || !(closed && path.starts_with(data)));
    for path in directories {
        if let Some(mode) = private::open_to_others(&path) {
            tracing::warn!(
                path = %path.display(),
                "others may enter this directory (mode {mode:04o}), which holds customers' data: chmod 700 {}",
                path.display()
            );
        }
    }
}

#[cfg(test)]
#[path = "parts_tests.rs"]
mod tests;
