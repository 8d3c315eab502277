//! Whose book it is: the family of stores that a sandbox takes and gives back money for.

use super::{Sandbox, SandboxError};
use rusqlite::OptionalExtension;
use std::sync::PoisonError;

/// Beside the other tables: a book without it is of nobody yet.
const OWNER: &str = "CREATE TABLE IF NOT EXISTS owner (id INTEGER PRIMARY KEY CHECK (id = 1), family TEXT NOT NULL)";

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
}

#[cfg(test)]
mod tests {
    use super::super::SandboxSettings;
    use super::*;
    use crate::clock::SimulatedClock;
    use std::sync::Arc;

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
}
