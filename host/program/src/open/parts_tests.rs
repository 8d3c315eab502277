//! Directories of which a part is missing, or is another store's (cases sec-04 and sec-11), and clocks of another kind.

use super::*;
use coinbox_host::random::{SeededRandom, SystemRandom};
use coinbox_host::storage::sqlite::{Origin, SqliteOptions, install};
use coinbox_host::storage::{Changes, GroupChanges};
use coinbox_host::vault::KeyRing;
use std::os::unix::fs::symlink;
use std::sync::Arc;
use tempfile::TempDir;

const OLD: &str = "k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
const NEW: &str = "k2:ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8";
/// 2026-11-10T12:00:00Z.
const NOON: i64 = 1_794_312_000_000;

struct Bench {
    folder: TempDir,
    config: Config,
}

impl Bench {
    fn new(flags: &[(&str, &str)]) -> Bench {
        let folder = tempfile::tempdir().expect("folder");
        let config = config_of(folder.path(), flags);
        Bench { folder, config }
    }

    fn put(&self, name: &str) {
        let path = self.config.data.join(name);
        private::directory(path.parent().expect("a parent")).expect("made");
        private::write(&path, b"").expect("written");
    }

    fn before(&self) -> Result<(), String> {
        check_before(&self.config).map_err(|error| error.to_string())
    }

    fn store_alone(&self) -> Sqlite {
        Sqlite::open_or_create(&self.config.data, &SeededRandom::new(1), SqliteOptions::default()).expect("opens")
    }

    /// A store with the files that a start makes beside it.
    fn store(&self) -> Sqlite {
        let store = self.store_alone();
        for part in Part::ALL {
            private::write(part.path(&self.config), b"x").expect("made");
        }
        store
    }

    /// What a start does with these keys. Answers the clock.
    fn start(&self, store: &Sqlite, keys: &str) -> Result<ClockMode, String> {
        let mut checked = check(&self.config, store, &vault(keys)).map_err(|error| error.to_string())?;
        for part in Part::ALL {
            let found = Found { family: Some(checked.family().to_owned()), entries: 0 };
            checked.check_part(&self.config, part, &found).map_err(|error| error.to_string())?;
        }
        checked.remember(store).map_err(|error| error.to_string())?;
        Ok(checked.clock)
    }
}

fn config_of(folder: &Path, flags: &[(&str, &str)]) -> Config {
    let mut all = vec![("data".to_owned(), folder.join("data").display().to_string())];
    all.extend(flags.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())));
    Config::load(None, [], &all).expect("valid")
}

fn vault(keys: &str) -> KeyVault {
    KeyVault::new(KeyRing::from_text(keys).expect("keys"), Arc::new(SystemRandom))
}

fn commit(store: &Sqlite, moment: i64, key: &str, value: &str) {
    let mut group = GroupChanges::default();
    group.add(Changes { puts: vec![(key.to_owned(), value.into())], ..Changes::default() }, moment, &mut 1);
    group.settles_beginning = true;
    store.commit(&Arc::new(group)).expect("commits");
}

#[test]
fn sec_04_a_directory_that_had_a_store_must_have_one() {
    let left = [
        "gateway.sqlite",
        "number-orders.jsonl",
        "telephony.jsonl",
        "simulated-clock",
        "mail/new/a",
        "clock-mark.json",
        "store-mark.json",
    ];
    for name in left {
        let bench = Bench::new(&[]);
        assert_eq!(bench.before(), Ok(()), "nothing at all");
        // A first start that was cut off leaves these; the token and the stock may have been put there before it.
        for first in
            ["vault-keys.json", "lock", "store.sqlite.unfinished", "cache/x.cwasm", "operator-token", "numbers.csv"]
        {
            bench.put(first);
        }
        assert_eq!(bench.before(), Ok(()), "a first start goes on");
        bench.put(name);
        let text = bench.before().expect_err(name);
        let shown = name.split("/a").next().unwrap_or_default();
        assert!(text.contains(shown) && text.contains("but no store") && text.contains("--accept new-store"), "{text}");
        let mut meant = bench.config.clone();
        meant.accept.new_store = true;
        assert!(check_before(&meant).is_ok());
        let start = for_this_start(&meant, true).accept;
        assert!(start.gateway && start.number_orders, "with what the other one has left");
        let start = for_this_start(&meant, false).accept;
        assert!(
            !start.gateway && !start.number_orders,
            "a flag that was forgotten says nothing of a store that is there"
        );
        bench.put("store.sqlite");
        assert_eq!(bench.before(), Ok(()));
    }
    // Files in other places say nothing about this directory.
    let elsewhere = tempfile::tempdir().expect("folder");
    let book = elsewhere.path().join("book.sqlite");
    private::write(&book, b"").expect("written");
    let bench = Bench::new(&[("payment-sandbox", &book.display().to_string())]);
    assert_eq!(bench.before(), Ok(()));
}

#[test]
fn sec_02_nobody_may_have_seen_more_of_a_store_than_there_is() {
    let bench = Bench::new(&[]);
    let store = bench.store();
    let own = store.progress();
    assert_eq!(own.mark().commits, 0);
    commit(&store, NOON, "a", "1");
    commit(&store, NOON, "a", "2");
    assert_eq!(own.mark(), Mark { store: store.store_name(), commits: 2 });
    let by = |commits| Seen { by: "the book".to_owned(), commits };
    for fine in [None, Some(0), Some(2)] {
        assert!(check_age(&bench.config, &own.mark(), [by(fine)]).is_ok(), "{fine:?}");
    }
    let older = check_age(&bench.config, &own.mark(), [by(Some(1)), by(Some(3))]).expect_err("older");
    let text = older.to_string();
    assert!(text.contains("it has 2 commits, and the book has seen 3"), "{text}");
    assert!(text.contains("restore") && text.contains("--accept older-store"), "{text}");

    let here = |store: &str| seen_here(&bench.config, store).commits;
    assert_eq!(here("x"), None, "no file");
    let file = bench.config.data.join(AGE_FILE);
    private::write(&file, br#"{"store":"x","commits":7}"#).expect("written");
    assert_eq!((here("x"), here("y")), (Some(7), None));
    private::write(&file, b"{").expect("written");
    assert_eq!(here("x"), None, "what cannot be read says nothing");
    drop(store);
    assert_eq!(bench.store().progress().mark(), own.mark(), "it is in the store");
}

#[test]
fn sec_04_links_that_lead_nowhere_are_refused() {
    let parts = [
        "store.sqlite",
        "vault-keys.json",
        "gateway.sqlite",
        "number-orders.jsonl",
        "operator-token",
        "operators",
        "numbers.csv",
        "telephony.jsonl",
    ];
    for name in parts {
        let bench = Bench::new(&[]);
        private::directory(&bench.config.data).expect("made");
        symlink(bench.folder.path().join("volume/part"), bench.config.data.join(name)).expect("linked");
        let text = bench.before().expect_err(name);
        assert!(
            text.contains(name) && text.contains("volume/part") && text.contains("is a volume not mounted"),
            "{text}"
        );
        private::directory(&bench.folder.path().join("volume")).expect("made");
        private::write(&bench.folder.path().join("volume/part"), b"").expect("written");
        let mut bench = bench;
        bench.config.accept.new_store = true;
        assert_eq!(bench.before(), Ok(()), "{name}: the volume is back");
    }
    let bench = Bench::new(&[]);
    symlink(bench.folder.path().join("volume"), &bench.config.data).expect("linked");
    assert!(bench.before().expect_err("the directory itself").contains("is a volume not mounted"));
}

#[test]
fn sec_11_the_keys_of_another_store_are_refused_by_name() {
    let bench = Bench::new(&[]);
    let store = bench.store();
    assert!(bench.start(&store, OLD).is_ok());
    assert!(bench.start(&store, OLD).is_ok(), "again");
    let text = bench.start(&store, NEW).expect_err("another store's");
    assert!(text.contains("has no key `k1`") && text.contains("after a restore: that of the old one"), "{text}");
    // The same name with another secret.
    let text = bench.start(&store, &NEW.replace("k2", "k1")).expect_err("another store's");
    assert!(text.contains("has no key `k1`"), "{text}");
    // The old key is there and makes no digests: nobody would be recognised.
    let text = bench.start(&store, &format!("{NEW} {OLD}")).expect_err("the wrong order");
    assert!(text.contains("the first key of the key file"), "{text}");
    // After a rotation the file from before it is found out too, and a destroyed key is no missing one.
    assert!(bench.start(&store, &format!("{OLD} {NEW}")).is_ok());
    let text = bench.start(&store, OLD).expect_err("from before the rotation");
    assert!(text.contains("has no key `k2`"), "{text}");
    let third = "k3:MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI";
    assert!(bench.start(&store, &format!("{OLD} k2:destroyed {third}")).is_ok());

    // The keys go with a backup.
    let backup = bench.folder.path().join("backup");
    store.backup(&backup).expect("a backup");
    for origin in [Origin::Restored, Origin::Copied] {
        let restored = Bench::new(&[]);
        install(&backup, &restored.config.data, origin, &SeededRandom::new(2)).expect("installs");
        let store = restored.store();
        assert!(restored.start(&store, OLD).expect_err("an older file").contains("has no key `k3`"));
        assert!(restored.start(&store, &format!("{OLD} k2:destroyed {third}")).is_ok());
    }
}

#[test]
fn sec_11_a_store_of_an_older_version_is_held_against_what_it_has_sealed() {
    let bench = Bench::new(&[]);
    let sealed = vault(OLD).seal("credential", "token");
    let store = bench.store();
    commit(&store, NOON, "cr/1", &format!(r#"{{"v":1,"digest":"x","sealed":"{sealed}"}}"#));
    // As it comes from a version that proves nothing.
    assert_eq!(store.home().expect("reads").proof, "");
    let text = bench.start(&store, NEW).expect_err("another store's");
    assert!(text.contains("has no key `k1`"), "{text}");
    assert_eq!(store.home().expect("reads").proof, "", "nothing was written");
    assert!(bench.start(&store, &format!("{OLD} {NEW}")).is_ok());
    assert!(bench.start(&store, OLD).expect_err("sealed with the newest by now").contains("has no key `k2`"));
}

#[test]
fn a_store_goes_on_with_its_kind_of_clock() {
    let real = ClockMode::Real;
    for (first, other, remembered) in [("real", "simulated", real), ("simulated", "real", ClockMode::Simulated(None))] {
        let bench = Bench::new(&[("clock.mode", first)]);
        let store = bench.store();
        assert!(bench.start(&store, OLD).is_ok());
        commit(&store, NOON, "a", "1");
        let with = |flags: &[(&str, &str)], meant: bool| {
            let mut config = config_of(bench.folder.path(), flags);
            config.accept.clock_mode = meant;
            check(&config, &store, &vault(OLD)).map(|checked| checked.clock).map_err(|error| error.to_string())
        };
        assert_eq!(with(&[], false), Ok(remembered));
        assert!(with(&[("clock.mode", first)], false).is_ok());
        let text = with(&[("clock.mode", other)], false).expect_err("the other kind");
        let words =
            [format!("runs with a {first} clock"), "2026-11-10T12:00:00Z".to_owned(), "--accept clock-mode".to_owned()];
        assert!(words.iter().all(|word| text.contains(word)), "{text}");
        assert!(with(&[("clock.mode", other)], true).is_ok());

        // A restored store goes on like the old one; a copy is for trying things out.
        let backup = bench.folder.path().join("backup");
        store.backup(&backup).expect("a backup");
        for (origin, free) in [(Origin::Restored, false), (Origin::Copied, true)] {
            let restored = Bench::new(&[("clock.mode", other)]);
            install(&backup, &restored.config.data, origin, &SeededRandom::new(2)).expect("installs");
            let store = restored.store();
            assert_eq!(restored.start(&store, OLD).is_ok(), free, "{origin:?}");
        }
    }
    // Of an older version, that did not write it down: the clock's file tells.
    for (file, expected) in [(true, ClockMode::Simulated(None)), (false, real)] {
        let bench = Bench::new(&[]);
        let store = bench.store();
        commit(&store, NOON, "a", "1");
        if file {
            bench.put("simulated-clock");
        }
        assert_eq!(bench.start(&store, OLD), Ok(expected));
    }
}

#[test]
fn sec_04_parts_that_a_store_was_used_with_must_be_there_and_its_own() {
    let bench = Bench::new(&[]);
    let store = bench.store_alone();
    commit(&store, NOON, "a", "1");
    assert!(bench.start(&store, OLD).is_ok(), "none was there before");
    for part in Part::ALL {
        private::write(part.path(&bench.config), b"x").expect("written");
    }
    assert!(bench.start(&store, OLD).is_ok());
    for part in Part::ALL {
        let path = part.path(&bench.config).to_owned();
        fs::rename(&path, path.with_extension("away")).expect("moved");
        let text = bench.start(&store, OLD).expect_err("gone");
        assert!(text.contains(&path.display().to_string()) && text.contains("is missing"), "{text}");
        assert!(text.contains(&format!("--accept {}", part.name())), "{text}");
        let mut meant = bench.config.clone();
        meant.accept.gateway = part == Part::Gateway;
        meant.accept.number_orders = part == Part::NumberOrders;
        assert!(check(&meant, &store, &vault(OLD)).is_ok(), "who means it");
        fs::rename(path.with_extension("away"), &path).expect("back");

        let family = store.home().expect("reads").family;
        let of = |config: &Config, found| check_family(config, part, found, &family).map_err(|error| error.to_string());
        assert_eq!((of(&bench.config, None), of(&bench.config, Some(&family))), (Ok(true), Ok(false)));
        let text = of(&bench.config, Some("other")).expect_err("another store's");
        assert!(text.contains("belongs to another store (family other"), "{text}");
        assert_eq!(of(&meant, Some("other")), Ok(true));
    }
    // A restored store may begin without them: what is outside may be lost for good.
    let backup = bench.folder.path().join("backup");
    store.backup(&backup).expect("a backup");
    let restored = Bench::new(&[]);
    install(&backup, &restored.config.data, Origin::Restored, &SeededRandom::new(2)).expect("installs");
    assert!(restored.start(&restored.store_alone(), OLD).is_ok());
}

#[test]
fn sec_06_what_was_left_open_is_closed_but_for_directories() {
    use std::os::unix::fs::PermissionsExt;
    let bench = Bench::new(&[]);
    let files = [
        "store.sqlite",
        "store.sqlite-wal",
        "lock",
        "operator-token",
        "gateway.sqlite",
        "number-orders.jsonl",
        "telephony.jsonl",
        "cache/x.cwasm",
    ];
    let open = |path: &Path, mode: u32| fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("opened");
    for name in files {
        bench.put(name);
        open(&bench.config.data.join(name), 0o664);
    }
    open(&bench.config.data, 0o755);
    bench.put("notes.txt");
    open(&bench.config.data.join("notes.txt"), 0o644);
    close_to_others(&bench.config);
    for name in files {
        assert_eq!(private::open_to_others(&bench.config.data.join(name)), None, "{name}");
    }
    assert_eq!(private::open_to_others(&bench.config.data), Some(0o755), "the operator's to close");
    assert_eq!(private::open_to_others(&bench.config.data.join("notes.txt")), Some(0o644), "not Coinbox's own");
}

/// Whatever a part has lost: what stands in it, whose it is, or its end.
#[test]
fn sec_04_parts_that_were_emptied_or_cut_off_are_not_adopted() {
    for part in Part::ALL {
        let bench = Bench::new(&[]);
        let store = bench.store();
        let family = || Some(store.home().expect("reads").family);
        let with = |config: &Config, found: Found| -> Result<bool, String> {
            let mut checked = check(config, &store, &vault(OLD)).map_err(|error| error.to_string())?;
            let told = checked.check_part(config, part, &found).map_err(|error| error.to_string())?;
            checked.remember(&store).map_err(|error| error.to_string())?;
            Ok(told)
        };
        let mut meant = bench.config.clone();
        meant.accept.gateway = part == Part::Gateway;
        meant.accept.number_orders = part == Part::NumberOrders;
        let path = part.path(&bench.config);
        private::write(path, b"").expect("written");
        let new = || Found { family: None, entries: 0 };
        assert_eq!(with(&bench.config, new()), Ok(true), "a new one is told whose it is");
        let text = with(&bench.config, new()).expect_err("empty");
        assert!(text.contains("is empty, and this store has been used with it"), "{text}");
        private::write(path, b"x").expect("written");
        let text = with(&bench.config, new()).expect_err("of nobody");
        assert!(text.contains("does not say whose it is") && text.contains(&path.display().to_string()), "{text}");
        assert!(text.contains(&format!("--accept {}", part.name())), "{text}");
        assert_eq!(with(&meant, new()), Ok(true), "who means it");

        let of = |entries| Found { family: family(), entries };
        assert_eq!(with(&bench.config, of(7)), Ok(false));
        assert_eq!(with(&bench.config, of(7)), Ok(false));
        let text = with(&bench.config, of(6)).expect_err("cut off");
        assert!(text.contains("has 6 entries and had 7") && text.contains("cut off"), "{text}");
        assert_eq!(with(&meant, of(6)), Ok(false), "who means it");
        assert_eq!(with(&bench.config, of(6)), Ok(false), "from then on");
        let mut parts = store.home().expect("reads").parts;
        assert_eq!(parts, format!("{}=6", part.name()));
        set_entries(&mut parts, part, 9);
        assert_eq!(used_with(&parts, part), Some(9));
        assert_eq!(used_with("gateway,number-orders", part), Some(0), "as an older version wrote it");
    }
}

#[test]
fn sec_04_printed_documents_are_what_a_store_leaves() {
    let bench = Bench::new(&[]);
    private::directory(&bench.config.documents.directory).expect("made");
    bench.put("vault-keys.json");
    bench.put("operator-token");
    assert_eq!(bench.before(), Ok(()), "an empty directory is none");
    private::write(&bench.config.documents.directory.join("R-2026-000001.pdf"), b"x").expect("written");
    let text = bench.before().expect_err("a document of a store that is not there");
    assert!(text.contains("documents") && text.contains("--accept new-store"), "{text}");
}
