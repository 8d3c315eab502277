//! Whose book it is: the family of stores that a sandbox takes and gives back money for.

use super::book::Page;
use super::desk::Sandbox;
use super::records::SandboxError;
use crate::storage::{Mark, Progress};
use rusqlite::OptionalExtension;
use std::sync::atomic::AtomicI64;
use std::sync::{Arc, PoisonError};

/// Beside the other tables: a book without it is of nobody yet.
const OWNER: &str = "CREATE TABLE IF NOT EXISTS owner (id INTEGER PRIMARY KEY CHECK (id = 1), family TEXT NOT NULL)";

/// How far each store had come when it last asked for something.
const SEEN: &str =
    "CREATE TABLE IF NOT EXISTS seen (store TEXT PRIMARY KEY, commits INTEGER NOT NULL) STRICT, WITHOUT ROWID";

impl Sandbox {
    /// The family that the book was told of; `None` where nobody has told it.
    pub fn family(&self) -> Result<Option<String>, SandboxError> {
        let book = self.book.lock().unwrap_or_else(PoisonError::into_inner);
        let connection = book.connection();
        let known = "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'owner'";
        if connection.query_row(known, [], |row| row.get::<_, i64>(0))? == 0 {
            return Ok(None);
        }
        Ok(connection.query_row("SELECT family FROM owner WHERE id = 1", [], |row| row.get(0)).optional()?)
    }

    /// Tells the book whose it is.
    pub fn set_family(&self, family: &str) -> Result<(), SandboxError> {
        let book = self.book.lock().unwrap_or_else(PoisonError::into_inner);
        let connection = book.connection();
        connection.execute_batch(OWNER)?;
        connection.execute("INSERT OR REPLACE INTO owner (id, family) VALUES (1, ?1)", [family])?;
        Ok(())
    }

    /// How many commits of a store the book has seen at most; `None` of a store that it has moved nothing for.
    pub fn seen(&self, store: &str) -> Result<Option<i64>, SandboxError> {
        let book = self.book.lock().unwrap_or_else(PoisonError::into_inner);
        let connection = book.connection();
        connection.execute_batch(SEEN)?;
        let known = "SELECT commits FROM seen WHERE store = ?1";
        Ok(connection.query_row(known, [store], |row| row.get(0)).optional()?)
    }

    /// How many charges and refunds the book has, as they come.
    pub fn entries(&self) -> Arc<AtomicI64> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner).entries.clone()
    }

    /// From now on the book notes with each charge and refund how far this store has come.
    pub fn follow(&self, progress: Progress) -> Result<(), SandboxError> {
        let mut book = self.book.lock().unwrap_or_else(PoisonError::into_inner);
        book.connection().execute_batch(SEEN)?;
        book.followed = Some(progress);
        Ok(())
    }
}

impl Page<'_> {
    /// Notes how far a store has come that asks for something.
    pub(super) fn see(&self, mark: &Mark) -> Result<(), SandboxError> {
        self.transaction
            .prepare_cached(
                "INSERT INTO seen (store, commits) VALUES (?1, ?2)
                 ON CONFLICT (store) DO UPDATE SET commits = max(commits, excluded.commits)",
            )?
            .execute((&mark.store, mark.commits))?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::SandboxSettings;
    use super::*;
    use crate::clock::SimulatedClock;

    #[test]
    fn sec_04_a_book_remembers_whose_it_is() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("book.sqlite");
        let open =
            || Sandbox::open(&path, Arc::new(SimulatedClock::new(0)), SandboxSettings::default()).expect("opens");
        let sandbox = open();
        assert_eq!(sandbox.family().expect("reads"), None);
        sandbox.set_family("one").expect("writes");
        sandbox.set_family("two").expect("writes");
        drop(sandbox);
        assert_eq!(open().family().expect("reads").as_deref(), Some("two"));
        assert_eq!(crate::private::open_to_others(&path), None, "sec-06");
    }

    #[test]
    fn sec_02_a_book_remembers_how_far_a_store_had_come_that_moved_money() {
        use crate::capability::PaymentGateway;
        use crate::contract::payment_types::ChargeRequest;
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("book.sqlite");
        let open =
            || Sandbox::open(&path, Arc::new(SimulatedClock::new(0)), SandboxSettings::default()).expect("opens");
        let sandbox = open();
        let progress = Progress::new("one", 4);
        let charge = |sandbox: &Sandbox, key: &str| {
            sandbox.charge(ChargeRequest {
                key: key.to_owned(),
                auth_id: "MA1".to_owned(),
                amount: 1_000_000,
                currency: "USD".to_owned(),
                method: "tok_approve".to_owned(),
                customer_present: true,
                statement: "x".to_owned(),
                metadata: Vec::new(),
            })
        };
        charge(&sandbox, "a");
        assert_eq!(sandbox.seen("one").expect("reads"), None, "it follows nobody");
        sandbox.follow(progress.clone()).expect("writes");
        charge(&sandbox, "b");
        assert_eq!(sandbox.seen("one").expect("reads"), Some(4));
        progress.reached(9);
        assert_eq!(sandbox.seen("one").expect("reads"), Some(4), "only what asks is noted");
        charge(&sandbox, "b");
        drop(sandbox);
        let sandbox = open();
        assert_eq!((sandbox.seen("one").expect("reads"), sandbox.seen("two").expect("reads")), (Some(9), None));
        // An older state that is used all the same does not make the book forget.
        sandbox.follow(Progress::new("one", 2)).expect("writes");
        charge(&sandbox, "c");
        assert_eq!(sandbox.seen("one").expect("reads"), Some(9));
    }

    /// sec-09: one book is written by one program, on whatever way it is reached.
    #[test]
    fn sec_09_a_book_has_one_writer() {
        use crate::capability::PaymentGateway;
        let folder = tempfile::tempdir().expect("folder");
        let (path, link) = (folder.path().join("book.sqlite"), folder.path().join("link.sqlite"));
        let open =
            |path: &std::path::Path| Sandbox::open(path, Arc::new(SimulatedClock::new(0)), SandboxSettings::default());
        let first = open(&path).expect("opens");
        std::os::unix::fs::symlink(&path, &link).expect("linked");
        for way in [&path, &link] {
            let text = open(way).err().expect("refused").to_string();
            assert!(text.contains("is in use by another process") && text.contains("Stop that one"), "{text}");
        }
        // Others may look.
        let reader = rusqlite::Connection::open_with_flags(&path, rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY);
        let found = reader.expect("opens").query_row("SELECT count(*) FROM intentions", [], |row| row.get::<_, i64>(0));
        assert_eq!(found, Ok(0));
        assert_eq!(first.requests().expect("goes on").len(), 0);
        // On a file system without locks between machines, the mark in the book tells.
        let other = rusqlite::Connection::open(&path).expect("opens");
        other.execute("UPDATE holder SET mark = 'another'", []).expect("written");
        drop(other);
        let text = first.requests().expect_err("taken over").to_string();
        assert!(text.contains("another program has opened the book"), "{text}");
        assert!(matches!(first.find("a"), crate::contract::payment::Finding::NotAsked(_)));
        drop(first);
        let second = open(&link).expect("free again");
        assert_eq!(second.requests().expect("reads").len(), 0, "nothing was written by the one that had lost it");
        std::fs::rename(&path, folder.path().join("away.sqlite")).expect("moved");
        let text = second.requests().expect_err("moved away").to_string();
        assert!(text.contains("moved or replaced"), "{text}");
    }
}
