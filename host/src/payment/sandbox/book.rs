//! What the sandbox knows: every intention it was asked for, in SQLite, durable before anyone is answered.

use super::records::{RequestLine, SandboxError, read_metadata};
use crate::capability::Instant;
use crate::contract::payment_types::{Paid, PaymentMovement};
use crate::hold::FileHold;
use crate::private;
use crate::storage::Progress;
use rusqlite::{Connection, OpenFlags, OptionalExtension, Row, Transaction, TransactionBehavior, params};
use std::cell::Cell;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// "CBsx": marks the file as ours.
const APPLICATION_ID: i64 = 0x4342_7378;
/// Layout 2 keeps metadata.
const LAYOUT: i64 = 2;
const LAYOUT_WITHOUT_METADATA: i64 = 1;
/// Older lines of the request log are dropped.
const REQUESTS_MAX: i64 = 100_000;

/// Who writes to the book. Beside the other tables: made by the first program that knows it.
const HOLDER: &str = "CREATE TABLE IF NOT EXISTS holder (id INTEGER PRIMARY KEY CHECK (id = 1), mark TEXT NOT NULL)";

const TABLES: &str = "
    CREATE TABLE intentions (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        key TEXT NOT NULL,
        charge_key TEXT,          -- of a refund
        auth_id TEXT NOT NULL,
        amount INTEGER NOT NULL,  -- micros
        currency TEXT NOT NULL,
        method TEXT NOT NULL,
        state TEXT NOT NULL,
        remaining INTEGER NOT NULL,    -- tries or finds before the state changes
        settles_at INTEGER,       -- when the state changes by itself
        code TEXT NOT NULL,       -- of a decline
        paid_at INTEGER,
        received_at INTEGER NOT NULL,
        metadata TEXT NOT NULL DEFAULT '[]'
    );
    CREATE INDEX intention_keys ON intentions (key, number);
    CREATE INDEX intention_methods ON intentions (method) WHERE method <> '';
    CREATE INDEX intention_refunds ON intentions (charge_key) WHERE charge_key IS NOT NULL;
    CREATE INDEX intention_movements ON intentions (paid_at, number) WHERE state = 'paid';
    CREATE INDEX intention_dues ON intentions (settles_at) WHERE settles_at IS NOT NULL;
    CREATE TABLE cards (token TEXT PRIMARY KEY, charges INTEGER NOT NULL, forgotten INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE requests (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        at INTEGER NOT NULL,
        call TEXT NOT NULL,
        subject TEXT NOT NULL,
        amount INTEGER,
        answer TEXT NOT NULL
    );
";

/// How an intention stands inside the gateway.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum State {
    /// Never arrived; the answer was lost.
    LostBefore,
    /// Not taken on; the host was told so.
    NotTaken,
    /// On its way, visible to nobody.
    InTransit,
    /// On its way for good.
    Never,
    Pending,
    /// Pending, and will be declined.
    PendingDecline,
    Paid,
    Declined,
    Closed,
}

const STATES: &[(State, &str)] = &[
    (State::LostBefore, "lost-before"),
    (State::NotTaken, "not-taken"),
    (State::InTransit, "in-transit"),
    (State::Never, "never"),
    (State::Pending, "pending"),
    (State::PendingDecline, "pending-decline"),
    (State::Paid, "paid"),
    (State::Declined, "declined"),
    (State::Closed, "closed"),
];

impl State {
    fn text(self) -> &'static str {
        STATES.iter().find(|(state, _)| *state == self).expect("every state has its word").1
    }
}

/// One intention. What is asked for must not change under its key; how it stands does.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Intention {
    /// Given by the book.
    pub number: i64,
    pub key: String,
    pub charge_key: Option<String>,
    pub auth_id: String,
    pub amount: i64,
    pub currency: String,
    pub method: String,
    pub state: State,
    pub remaining: u32,
    pub settles_at: Option<Instant>,
    pub code: String,
    pub paid_at: Option<Instant>,
    pub received_at: Instant,
    /// As the request brought it, in JSON.
    pub metadata: String,
}

impl Intention {
    /// Whether another request asks for the same thing.
    pub(super) fn same_request(&self, other: &Intention) -> bool {
        (&self.charge_key, &self.auth_id, self.amount, &self.currency, &self.method, &self.metadata)
            == (&other.charge_key, &other.auth_id, other.amount, &other.currency, &other.method, &other.metadata)
    }

    /// The gateway's name for it, once it is paid.
    pub(super) fn paid(&self) -> Paid {
        Paid { reference: format!("sbx-{:08}", self.number), at: self.paid_at.unwrap_or(self.received_at) }
    }
}

/// The open book.
pub(super) struct Book {
    connection: Connection,
    /// The store that asks, and how far it has come.
    pub(super) followed: Option<Progress>,
    /// Drawn for this program: the book has it as long as no other program has opened the book.
    mark: String,
    /// The number of the last intention on disk.
    pub(super) entries: Arc<AtomicI64>,
    // Last: free only when SQLite has closed the file. `None`: a book in memory.
    hold: Option<FileHold>,
}

impl Book {
    pub(super) fn open(path: &Path) -> Result<Book, SandboxError> {
        private::provide(path).map_err(SandboxError::File)?;
        let hold = FileHold::take(path)?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(Duration::from_secs(10))?;
        let book = Book::prepare(connection)?;
        Ok(Book { hold: Some(hold), ..book })
    }

    pub(super) fn connection(&self) -> &Connection {
        &self.connection
    }

    pub(super) fn in_memory() -> Result<Book, SandboxError> {
        Book::prepare(Connection::open_in_memory()?)
    }

    fn prepare(mut connection: Connection) -> Result<Book, SandboxError> {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let pragma = |name: &str| transaction.query_row(&format!("PRAGMA {name}"), [], |row| row.get::<_, i64>(0));
        let tables: i64 = transaction.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
        match (tables, pragma("application_id")?, pragma("user_version")?) {
            (0, 0, 0) => {
                transaction.execute_batch(TABLES)?;
                transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
                transaction.pragma_update(None, "user_version", LAYOUT)?;
            }
            (_, APPLICATION_ID, LAYOUT_WITHOUT_METADATA) => {
                transaction.execute_batch("ALTER TABLE intentions ADD COLUMN metadata TEXT NOT NULL DEFAULT '[]'")?;
                transaction.pragma_update(None, "user_version", LAYOUT)?;
            }
            (_, APPLICATION_ID, LAYOUT) => {
                let state: String = transaction.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
                if state != "ok" {
                    return Err(SandboxError::Damaged(state));
                }
            }
            (_, APPLICATION_ID, layout) => return Err(SandboxError::OtherLayout(layout)),
            _ => return Err(SandboxError::NotASandbox),
        }
        transaction.commit()?;
        connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
        // An answer must not outlive its reason in a power cut.
        connection.pragma_update(None, "synchronous", "FULL")?;
        let mark = uuid::Uuid::new_v4().simple().to_string();
        connection.execute_batch(HOLDER)?;
        connection.execute("INSERT OR REPLACE INTO holder (id, mark) VALUES (1, ?1)", [&mark])?;
        let last: i64 =
            connection.query_row("SELECT coalesce(max(number), 0) FROM intentions", [], |row| row.get(0))?;
        Ok(Book { connection, followed: None, mark, entries: Arc::new(AtomicI64::new(last)), hold: None })
    }

    /// Runs one request in one transaction, which is durable when this returns. What has come due by `now` is settled first.
    pub(super) fn transact<Answer>(
        &mut self,
        now: Instant,
        work: impl FnOnce(&Page<'_>) -> Result<Answer, SandboxError>,
    ) -> Result<Answer, SandboxError> {
        if let Some(hold) = &self.hold {
            hold.check_in_place()?;
        }
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // Inside the transaction: nobody can come between this look and the commit.
        let held: Option<bool> = transaction
            .prepare_cached("SELECT mark = ?1 FROM holder WHERE id = 1")?
            .query_row([&self.mark], |row| row.get(0))
            .optional()?;
        if held != Some(true) {
            return Err(SandboxError::TakenOver);
        }
        let page = Page { transaction: &transaction, added: Cell::new(0) };
        page.settle(now)?;
        let answer = work(&page)?;
        let added = page.added.get();
        transaction.commit()?;
        self.entries.fetch_max(added, Ordering::SeqCst);
        Ok(answer)
    }
}

/// A movement with its place in the list: its moment, then its number.
pub(super) type Placed = (PaymentMovement, (Instant, i64));

/// The book inside one transaction.
pub(super) struct Page<'a> {
    pub(super) transaction: &'a Transaction<'a>,
    /// The number of the last intention that was added in it.
    added: Cell<i64>,
}

const COLUMNS: &str = "number, key, charge_key, auth_id, amount, currency, method, state, remaining, settles_at, code, paid_at, received_at, metadata";

fn intention(row: &Row<'_>) -> rusqlite::Result<Intention> {
    let word: String = row.get(7)?;
    let state = STATES.iter().find(|(_, text)| *text == word).map(|(state, _)| *state);
    Ok(Intention {
        number: row.get(0)?,
        key: row.get(1)?,
        charge_key: row.get(2)?,
        auth_id: row.get(3)?,
        amount: row.get(4)?,
        currency: row.get(5)?,
        method: row.get(6)?,
        state: state.ok_or_else(|| {
            rusqlite::Error::InvalidColumnType(7, format!("state {word}"), rusqlite::types::Type::Text)
        })?,
        remaining: row.get(8)?,
        settles_at: row.get(9)?,
        code: row.get(10)?,
        paid_at: row.get(11)?,
        received_at: row.get(12)?,
        metadata: row.get(13)?,
    })
}

impl Page<'_> {
    fn settle(&self, now: Instant) -> Result<(), SandboxError> {
        let mut due = self.transaction.prepare_cached(
            "UPDATE intentions SET
                 paid_at = CASE state WHEN 'pending' THEN settles_at END,
                 state = CASE state WHEN 'pending' THEN 'paid' WHEN 'pending-decline' THEN 'declined' ELSE 'closed' END,
                 settles_at = NULL
             WHERE settles_at IS NOT NULL AND settles_at <= ?1",
        )?;
        due.execute([now])?;
        Ok(())
    }

    fn one(&self, condition: &str, value: &str) -> Result<Option<Intention>, SandboxError> {
        let mut statement =
            self.transaction.prepare_cached(&format!("SELECT {COLUMNS} FROM intentions WHERE {condition} LIMIT 1"))?;
        Ok(statement.query_row([value], intention).optional()?)
    }

    /// The latest intention under a key.
    pub(super) fn latest(&self, key: &str) -> Result<Option<Intention>, SandboxError> {
        self.one("key = ?1 ORDER BY number DESC", key)
    }

    /// How a key stands: what was paid under it counts before anything else.
    pub(super) fn standing(&self, key: &str) -> Result<Option<Intention>, SandboxError> {
        self.one("key = ?1 ORDER BY state = 'paid' DESC, number DESC", key)
    }

    /// Writes a new intention and gives it its number.
    pub(super) fn add(&self, new: Intention) -> Result<Intention, SandboxError> {
        let mut statement = self.transaction.prepare_cached(
            "INSERT INTO intentions (key, charge_key, auth_id, amount, currency, method, state, remaining, settles_at, code,
                 paid_at, received_at, metadata) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
        )?;
        let number = statement.insert(params![
            new.key,
            new.charge_key,
            new.auth_id,
            new.amount,
            new.currency,
            new.method,
            new.state.text(),
            new.remaining,
            new.settles_at,
            new.code,
            new.paid_at,
            new.received_at,
            new.metadata
        ])?;
        self.added.set(number);
        Ok(Intention { number, ..new })
    }

    /// Writes how an intention stands now.
    pub(super) fn update(&self, changed: &Intention) -> Result<(), SandboxError> {
        let mut statement = self.transaction.prepare_cached(
            "UPDATE intentions SET state = ?2, remaining = ?3, settles_at = ?4, code = ?5, paid_at = ?6 WHERE number = ?1",
        )?;
        statement.execute(params![
            changed.number,
            changed.state.text(),
            changed.remaining,
            changed.settles_at,
            changed.code,
            changed.paid_at
        ])?;
        Ok(())
    }

    /// How many charges of a card began before this one, which is counted.
    pub(super) fn count_charge(&self, token: &str) -> Result<u64, SandboxError> {
        let mut statement = self.transaction.prepare_cached(
            "INSERT INTO cards VALUES (?1, 1, 0) ON CONFLICT (token) DO UPDATE SET charges = charges + 1 RETURNING charges",
        )?;
        let charges: i64 = statement.query_row([token], |row| row.get(0))?;
        Ok(charges.saturating_sub(1).unsigned_abs())
    }

    /// Micros taken from a card, or still to be taken.
    pub(super) fn taken(&self, token: &str) -> Result<i64, SandboxError> {
        let mut statement = self.transaction.prepare_cached(
            "SELECT coalesce(sum(amount), 0) FROM intentions
             WHERE method = ?1 AND method <> '' AND state IN ('paid', 'pending', 'in-transit')",
        )?;
        Ok(statement.query_row([token], |row| row.get(0))?)
    }

    /// Micros given back of a charge.
    pub(super) fn refunded(&self, charge_key: &str) -> Result<i64, SandboxError> {
        let mut statement = self.transaction.prepare_cached(
            "SELECT coalesce(sum(amount), 0) FROM intentions
             WHERE charge_key = ?1 AND charge_key IS NOT NULL AND state = 'paid'",
        )?;
        Ok(statement.query_row([charge_key], |row| row.get(0))?)
    }

    /// Micros and currency paid under a charge's key. More than one charge only where a key was used again after the
    /// gateway had forgotten it.
    pub(super) fn charged(&self, key: &str) -> Result<Option<(i64, String)>, SandboxError> {
        let mut statement = self.transaction.prepare_cached(
            "SELECT sum(amount), max(currency) FROM intentions
             WHERE key = ?1 AND charge_key IS NULL AND state = 'paid' HAVING count(*) > 0",
        )?;
        Ok(statement.query_row([key], |row| Ok((row.get(0)?, row.get(1)?))).optional()?)
    }

    /// The method that a paid charge was taken from.
    pub(super) fn method_of(&self, key: &str) -> Result<Option<String>, SandboxError> {
        let mut statement = self.transaction.prepare_cached(
            "SELECT method FROM intentions WHERE key = ?1 AND charge_key IS NULL AND state = 'paid' LIMIT 1",
        )?;
        Ok(statement.query_row([key], |row| row.get(0)).optional()?)
    }

    /// Refunds of a charge that were declined.
    pub(super) fn declined_refunds(&self, charge_key: &str) -> Result<u32, SandboxError> {
        let mut statement = self.transaction.prepare_cached(
            "SELECT count(*) FROM intentions WHERE charge_key = ?1 AND charge_key IS NOT NULL AND state = 'declined'",
        )?;
        Ok(statement.query_row([charge_key], |row| row.get(0))?)
    }

    pub(super) fn forget(&self, token: &str) -> Result<(), SandboxError> {
        self.transaction
            .execute("INSERT INTO cards VALUES (?1, 0, 1) ON CONFLICT (token) DO UPDATE SET forgotten = 1", [token])?;
        Ok(())
    }

    pub(super) fn is_forgotten(&self, token: &str) -> Result<bool, SandboxError> {
        let mut statement = self.transaction.prepare_cached("SELECT forgotten FROM cards WHERE token = ?1")?;
        Ok(statement.query_row([token], |row| row.get(0)).optional()?.unwrap_or(false))
    }

    /// Movements at or after a moment, and what was received since and is under way, behind a place (moment, number), oldest first, each
    /// with its place.
    pub(super) fn movements(
        &self,
        since: Instant,
        behind: (Instant, i64),
        limit: u32,
    ) -> Result<Vec<Placed>, SandboxError> {
        let mut statement = self.transaction.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM (
                 SELECT * FROM intentions WHERE state = 'paid' AND paid_at >= ?1 AND (paid_at, number) > (?2, ?3)
                 UNION ALL
                 SELECT * FROM intentions WHERE state IN ('pending', 'pending-decline') AND received_at >= ?1
                     AND (received_at, number) > (?2, ?3)
             ) ORDER BY coalesce(paid_at, received_at), number LIMIT ?4"
        ))?;
        let rows = statement.query_map(params![since, behind.0, behind.1, limit], intention)?;
        rows.map(|row| {
            let row = row?;
            let paid = (row.state == State::Paid).then(|| row.paid());
            let place = (row.paid_at.unwrap_or(row.received_at), row.number);
            let movement = PaymentMovement {
                key: row.key,
                refund: row.charge_key.is_some(),
                charge_key: row.charge_key,
                amount: row.amount,
                currency: row.currency,
                received: row.received_at,
                paid,
                metadata: read_metadata(&row.metadata),
            };
            Ok((movement, place))
        })
        .collect()
    }

    /// Adds a line to the request log.
    pub(super) fn note(&self, line: &RequestLine) -> Result<(), SandboxError> {
        let mut statement = self
            .transaction
            .prepare_cached("INSERT INTO requests (at, call, subject, amount, answer) VALUES (?1, ?2, ?3, ?4, ?5)")?;
        let number = statement.insert(params![line.at, line.call, line.subject, line.amount, line.answer])?;
        let mut trim = self.transaction.prepare_cached("DELETE FROM requests WHERE number <= ?1")?;
        trim.execute([number - REQUESTS_MAX])?;
        Ok(())
    }

    /// The request log, oldest first.
    pub(super) fn requests(&self) -> Result<Vec<RequestLine>, SandboxError> {
        let mut statement = self
            .transaction
            .prepare_cached("SELECT at, call, subject, amount, answer FROM requests ORDER BY number")?;
        let rows = statement.query_map([], |row| {
            Ok(RequestLine {
                at: row.get(0)?,
                call: row.get(1)?,
                subject: row.get(2)?,
                amount: row.get(3)?,
                answer: row.get(4)?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}
