//! The floor: SQLite alone, given the bytes that the rules would write, looking up what they would look up, with no rules between.

use crate::native::Native;
use crate::world::{self, Dice, Sources};
use anyhow::{Context, Result};
use coinbox_host::capability::Capabilities;
use coinbox_host::storage::Durable;
use rusqlite::{Connection, OpenFlags};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

/// SQLite with the settings of the host's writer.
pub(crate) struct Floor {
    connection: Connection,
    sources: Sources,
    block_bytes: BTreeMap<usize, Vec<usize>>,
    lines: BTreeMap<usize, Vec<(String, String)>>,
    position: u64,
    wallet: String,
    dice: Dice,
    calls: u64,
}

impl Floor {
    /// Over a copy of the store that the host begins with. The sizes of blocks are taken from what the rules write there.
    pub(crate) fn open(
        directory: &Path,
        base: &dyn Durable,
        capabilities: &Capabilities,
        sources: &Sources,
    ) -> Result<Floor> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(directory.join("store.sqlite"), flags)?;
        connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
        for (name, value) in [
            ("synchronous", 2),
            ("cache_size", -65_536),
            ("wal_autocheckpoint", 4000),
            ("journal_size_limit", 64 << 20),
        ] {
            connection.pragma_update(None, name, value)?;
        }
        let view = base.snapshot()?;
        let (native, mut dice) = (Native::default(), Dice::new(3));
        let (mut block_bytes, mut lines) = (BTreeMap::new(), BTreeMap::new());
        let mut wallet = None;
        for events in [1, 100, 1000] {
            let now = world::now_ms();
            let batch: Vec<_> = (0..events).map(|_| world::event(&mut dice, &sources.spread, now)).collect();
            let (_, changes) = native.record_events(&*view, capabilities, &world::operator(), &batch);
            let blocks = changes.puts.iter().filter(|(key, _)| key.starts_with("t/")).map(|(_, value)| value.len());
            block_bytes.insert(events, blocks.collect());
            lines.insert(events, changes.lines.clone());
            wallet = changes.puts.iter().find(|(key, _)| key.starts_with("w/")).map(|(_, value)| value.to_string());
        }
        Ok(Floor {
            connection,
            sources: sources.clone(),
            block_bytes,
            lines,
            position: base.last_position()?,
            wallet: wallet.context("a batch writes wallets")?,
            dice,
            calls: 0,
        })
    }

    /// What one call of so many events writes, and the dedupe keys that it asks for.
    fn call(&mut self, events: usize, puts: &mut BTreeMap<String, String>, asked: &mut Vec<String>) {
        let now = world::now_ms();
        self.calls += 1;
        for _ in 0..events {
            let at = now - self.dice.below(30_000) as i64;
            let (key, value) = world::dedupe_entry(&mut self.dice, at);
            asked.push(key.clone());
            puts.insert(key, value.to_string());
            let account = &self.sources.spread[self.dice.below(self.sources.spread.len())];
            // Digits that change: SQLite skips the write of a page whose bytes stay the same.
            let digits = format!("{:012}", self.dice.next() % 1_000_000_000_000);
            let mut value = self.wallet.clone();
            let from = value.find(|letter: char| letter.is_ascii_digit()).map_or(0, |first| first + 8);
            value.replace_range(from..from + 12, &digits);
            puts.insert(format!("w/{account}"), value);
        }
        for (number, bytes) in self.block_bytes[&events].iter().enumerate() {
            let key = format!("t/{now:013}/{:016x}-{number:04}", self.dice.next());
            let unique = format!("{:016x}", self.dice.next());
            let mut block = unique.repeat(bytes / 16 + 1);
            block.truncate(*bytes);
            puts.insert(key, block);
        }
    }

    /// Events a second: transactions of `calls` calls with `events` events each.
    pub(crate) fn run(&mut self, calls: usize, events: usize, transactions: usize) -> Result<f64> {
        let mut seconds = 0.0;
        for _ in 0..transactions {
            let (mut puts, mut asked) = (BTreeMap::new(), Vec::new());
            for _ in 0..calls {
                self.call(events, &mut puts, &mut asked);
            }
            asked.sort_unstable();
            let lines: Vec<(u64, &(String, String))> =
                (self.position + 1..).zip((0..calls).flat_map(|_| &self.lines[&events])).collect();
            self.position += lines.len() as u64;
            let begun = Instant::now();
            write(&self.connection, &puts, &asked, &lines)?;
            seconds += begun.elapsed().as_secs_f64();
        }
        Ok((calls * events * transactions) as f64 / seconds)
    }
}

fn write(
    connection: &Connection,
    puts: &BTreeMap<String, String>,
    asked: &[String],
    lines: &[(u64, &(String, String))],
) -> Result<()> {
    connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
    {
        let mut look_up = connection.prepare_cached("SELECT value FROM entries WHERE key = ?1")?;
        for key in asked {
            anyhow::ensure!(!look_up.exists([key])?, "every event is new");
        }
        let mut put = connection.prepare_cached("INSERT OR REPLACE INTO entries (key, value) VALUES (?1, ?2)")?;
        for (key, value) in puts {
            put.execute([key, value])?;
        }
        let mut append = connection.prepare_cached("INSERT INTO feed (position, topic, body) VALUES (?1, ?2, ?3)")?;
        for (position, (topic, body)) in lines {
            append.execute((i64::try_from(*position)?, topic, body))?;
        }
    }
    connection.prepare_cached("COMMIT")?.execute([])?;
    Ok(())
}
