//! Before rules write to a store: do they know the format of its records, and is the store kept as it was if theirs is newer?

use crate::storage::{Beginning, Durable};
use std::path::PathBuf;

/// A store that was brought to a newer format.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Upgrade {
    /// The format that it had.
    pub from: u32,
    /// The format that the rules write.
    pub to: u32,
    /// Where the store is kept as it was. `None`: it is in memory.
    pub kept: Option<PathBuf>,
}

impl Upgrade {
    /// Tells whoever runs the host.
    pub(crate) fn tell(&self) {
        let Upgrade { from, to, kept } = self;
        match kept {
            Some(kept) => {
                let backup = kept.display();
                tracing::warn!(%backup, from, to, "the store is brought to a newer format, and a backup of it as it was is kept");
            }
            None => tracing::warn!(
                from,
                to,
                "the store is brought to a newer format; it is in memory, so no backup is kept"
            ),
        }
    }
}

/// Refuses a store of a newer format than the rules know. Keeps one of an older format as it is, and then notes the format that is written from
/// now on. A start that dies before the note keeps the store once more.
pub(crate) fn prepare(store: &dyn Durable, known: u32) -> anyhow::Result<Option<Upgrade>> {
    let from = store.record_version()?;
    anyhow::ensure!(
        from <= known,
        "the store's records are of format {from}, and these rules know formats up to {known}: run it with the component that wrote it, or a newer one"
    );
    if from == known {
        return Ok(None);
    }
    // What the rules have never been told of holds nothing.
    if store.beginning()? == Some(Beginning::Created) {
        store.note_record_version(known)?;
        return Ok(None);
    }
    let kept = store.keep_before_upgrade().map_err(|error| {
        anyhow::anyhow!(
            "the store's records are of format {from}, and these rules write format {known}: the store is opened only after a backup of it is written, and that failed: {error}"
        )
    })?;
    store.note_record_version(known)?;
    Ok(Some(Upgrade { from, to: known, kept }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SeededRandom;
    use crate::storage::memory::Memory;
    use crate::storage::sqlite::{Sqlite, SqliteOptions};
    use crate::storage::{GroupChanges, StoreError};
    use std::path::Path;
    use std::sync::Arc;

    /// The rules have been told of the store: it holds something.
    fn settle(store: &dyn Durable) -> Result<(), StoreError> {
        store.commit(&Arc::new(GroupChanges::settled()))
    }

    fn old(directory: &Path) -> Sqlite {
        let store = Sqlite::create(directory, &SeededRandom::new(1), SqliteOptions::default()).expect("a new store");
        settle(&store).expect("committed");
        store
    }

    #[test]
    fn a_new_store_is_noted_and_an_older_one_kept_once() -> anyhow::Result<()> {
        let memory = Memory::create(&SeededRandom::new(1));
        assert_eq!((prepare(&memory, 2)?, memory.record_version()?), (None, 2));
        let memory = Memory::create(&SeededRandom::new(1));
        settle(&memory)?;
        assert_eq!(prepare(&memory, 2)?, Some(Upgrade { from: 1, to: 2, kept: None }));
        assert_eq!((prepare(&memory, 2)?, memory.record_version()?), (None, 2));
        let refused = prepare(&memory, 1).expect_err("newer than known").to_string();
        assert!(refused.contains("format 2") && refused.contains("up to 1"), "{refused}");

        let directory = tempfile::tempdir()?;
        let store = old(directory.path());
        let kept = directory.path().join("store-format-1.sqlite");
        assert_eq!(prepare(&store, 2)?, Some(Upgrade { from: 1, to: 2, kept: Some(kept.clone()) }));
        assert_eq!((store.record_version()?, prepare(&store, 2)?), (2, None));
        let bytes = std::fs::read(&kept)?;
        // Noted by nobody, the store is kept once more, under a name that is free.
        store.note_record_version(1)?;
        let second = directory.path().join("store-format-1-2.sqlite");
        assert_eq!(prepare(&store, 2)?, Some(Upgrade { from: 1, to: 2, kept: Some(second) }));
        assert_eq!(std::fs::read(&kept)?, bytes);
        // What was noted is read again after the store was closed.
        drop(store);
        assert_eq!(Sqlite::open(directory.path(), SqliteOptions::default())?.record_version()?, 2);
        Ok(())
    }

    /// Where the backup cannot be written, such as on a full disk, nothing is noted and nothing begins.
    #[test]
    fn a_store_that_cannot_be_kept_is_refused() -> anyhow::Result<()> {
        let directory = tempfile::tempdir()?;
        let store = old(directory.path());
        // Something that is no file stands where the backup is built.
        std::fs::create_dir_all(directory.path().join("store-format-1.sqlite.unfinished/full"))?;
        let refused = prepare(&store, 2).expect_err("no backup").to_string();
        for part in ["format 1", "format 2", "only after a backup", "store-format-1.sqlite.unfinished"] {
            assert!(refused.contains(part), "{refused}");
        }
        assert_eq!(store.record_version()?, 1);
        Ok(())
    }
}
