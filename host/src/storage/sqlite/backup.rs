//! Backup of a store in use, and new stores from backups.

use super::connection::{Owner, broken, connect, pragma};
use super::files;
use super::hold::{self, StoreHold};
use super::lock::DirectoryLock;
use super::meta::{self, Home, Meta};
use super::write;
use crate::blobs;
use crate::capability::Random;
use crate::private;
use crate::storage::{Beginning, GroupChanges, StoreError, draw_store_name};
use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Pages between two looks at the desk: about 1 MB, so that a commit waits for a few milliseconds.
const STEP_PAGES: i32 = 256;

/// How often a backup waits one millisecond for a file that somebody else has locked.
const WAITS_MAX: u32 = 10_000;

/// Lines of the feed that no history writes between a backup and its loss.
const FEED_JUMP: i64 = 1_000_000_000;

struct Order {
    group: Arc<GroupChanges>,
    done: Sender<Result<(), StoreError>>,
}

/// Where commits go while a backup holds the writer's connection.
///
/// SQLite keeps a running copy up to date without a read transaction if all writing goes through the connection that is copied from. So
/// the backup holds that connection, and commits for others between its steps.
#[derive(Default)]
pub(super) struct Desk(Mutex<Option<Sender<Order>>>);

impl Desk {
    fn slot(&self) -> MutexGuard<'_, Option<Sender<Order>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has the running backup commit the group. `None`: there is no backup, or it ended before it saw the order.
    pub(super) fn commit(&self, group: &Arc<GroupChanges>) -> Option<Result<(), StoreError>> {
        let orders = self.slot().clone()?;
        let (done, outcome) = channel();
        orders.send(Order { group: group.clone(), done }).ok()?;
        drop(orders);
        outcome.recv().ok()
    }
}

/// Closes the desk however the backup ends; orders that are still on it go back to their senders.
struct OpenDesk<'a>(&'a Desk);

impl Drop for OpenDesk<'_> {
    fn drop(&mut self) {
        *self.0.slot() = None;
    }
}

/// Copies the store to a new file, step by step between commits.
pub(super) fn run(writer: &Mutex<Connection>, desk: &Desk, owner: &Owner, to: &Path) -> Result<(), StoreError> {
    if to.exists() {
        return Err(StoreError(format!(
            "backup {} exists already. Name a new file; a backup is never overwritten",
            to.display()
        )));
    }
    if blobs_of(to).exists() {
        return Err(StoreError(format!("{} exists already. Name a new file for the backup", blobs_of(to).display())));
    }
    let unfinished = unfinished_backup(to);
    files::discard(&unfinished)?;
    let result = copy(writer, desk, owner, &unfinished)
        .and_then(|()| settle(&unfinished, |connection| mark_backup(&unfinished, connection)))
        .and_then(|()| files::rename_durably(&unfinished, to));
    if result.is_err() {
        // The first error is the one to tell.
        let _ = files::discard(&unfinished);
    }
    result
}

/// Copies the files beside the store to a folder beside the backup. After the store: then all are there that its records name.
pub(super) fn run_blobs(store: &Path, to: &Path) -> Result<(), StoreError> {
    let from = store.parent().unwrap_or(Path::new(".")).join(blobs::FOLDER);
    copy_blobs(&from, &blobs_of(to))
}

fn copy_blobs(from: &Path, to: &Path) -> Result<(), StoreError> {
    let failed =
        |error| StoreError(format!("files of {} cannot be copied to {}: {error}", from.display(), to.display()));
    blobs::copy_all(from, to).map(drop).map_err(failed)
}

/// The files that belong to a backup: `FILE.blobs`.
fn blobs_of(backup: &Path) -> PathBuf {
    let mut name = backup.as_os_str().to_owned();
    name.push(".blobs");
    PathBuf::from(name)
}

/// A backup says that it is one: put in place as a file, it would be taken for the store itself, and nobody would ask the gateway what has happened
/// since.
fn mark_backup(path: &Path, connection: &Connection) -> Result<(), StoreError> {
    let meta = Meta { backup: true, ..meta::read(path, connection)? };
    meta.write(connection).map_err(|error| broken(path, &error))
}

fn unfinished_backup(to: &Path) -> PathBuf {
    let mut name = to.as_os_str().to_owned();
    name.push(".unfinished");
    PathBuf::from(name)
}

fn copy(writer: &Mutex<Connection>, desk: &Desk, owner: &Owner, to: &Path) -> Result<(), StoreError> {
    let explain = |error: rusqlite::Error| broken(to, &error);
    private::provide(to).map_err(|error| StoreError(format!("{} cannot be made: {error}", to.display())))?;
    let mut target = connect(to)?;
    // Until it is complete the copy is worth nothing: it is made safe once, at the end.
    pragma(&target, "synchronous", "OFF").map_err(explain)?;
    let writer = writer.lock().unwrap_or_else(PoisonError::into_inner);
    let (sender, orders) = channel();
    *desk.slot() = Some(sender);
    let open = OpenDesk(desk);
    let backup = Backup::new(&writer, &mut target).map_err(explain)?;
    let mut waits = 0;
    let result = loop {
        serve(owner, &writer, &orders);
        match backup.step(STEP_PAGES) {
            Ok(StepResult::Done) => break Ok(()),
            Ok(StepResult::More) => {}
            Ok(_) if waits < WAITS_MAX => {
                waits += 1;
                std::thread::sleep(Duration::from_millis(1));
            }
            Ok(_) => break Err(StoreError(format!("backup {} is locked by another program", to.display()))),
            Err(error) => break Err(explain(error)),
        }
    };
    drop(backup);
    drop(open);
    // Between the last look and closing the desk somebody may have come.
    serve(owner, &writer, &orders);
    result
}

fn serve(owner: &Owner, writer: &Connection, orders: &Receiver<Order>) {
    while let Ok(order) = orders.try_recv() {
        let outcome = write::group(owner, writer, &order.group);
        // A caller that has gone does not want to know.
        let _ = order.done.send(outcome);
    }
}

/// Makes one sound file of a copy, without a log beside it, after `edit` has had its turn.
fn settle(path: &Path, edit: impl FnOnce(&Connection) -> Result<(), StoreError>) -> Result<(), StoreError> {
    let explain = |error: rusqlite::Error| broken(path, &error);
    // Closed after SQLite has closed its own.
    let hold = StoreHold::take(path)?;
    let connection = connect(path)?;
    connection.pragma_update_and_check(None, "journal_mode", "DELETE", |_| Ok(())).map_err(explain)?;
    pragma(&connection, "synchronous", "FULL").map_err(explain)?;
    files::check_length(path, hold.file(), &connection)?;
    files::check_pages(path, &connection)?;
    meta::add_columns(&connection).map_err(explain)?;
    meta::read(path, &connection)?;
    edit(&connection)?;
    connection.close().map_err(|(_, error)| explain(error))?;
    drop(hold);
    Ok(())
}

/// Why a new store is made of a backup.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Origin {
    /// It goes on where the old store ended: the rules first book what the gateway has moved since.
    Restored,
    /// It is for trying things out.
    Copied,
}

/// [`install_at`] without a clock: a second restore of the same backup may give out positions of the feed that the first one has given out.
pub fn install(backup: &Path, directory: &Path, origin: Origin, random: &dyn Random) -> Result<i64, StoreError> {
    install_at(backup, directory, origin, random, 0)
}

/// Makes a new store, with a new name, of a backup. The directory must hold no store yet. `now`: what the machine's clock shows, in milliseconds.
/// Answers the moment of the backup's last command.
pub fn install_at(
    backup: &Path,
    directory: &Path,
    origin: Origin,
    random: &dyn Random,
    now: i64,
) -> Result<i64, StoreError> {
    if files::has_log(backup) {
        return Err(StoreError(format!(
            "{} has a log beside it: it is a store, not a backup of one. Make a backup with `coinbox backup` and name that",
            backup.display()
        )));
    }
    // Nobody may write to it while it is copied.
    let source = hold::share(backup)?;
    files::check_head(backup, &source)?;
    let _lock = DirectoryLock::take(directory, true)?;
    files::refuse_existing(directory)?;
    let unfinished = files::unfinished(directory)?;
    let mut last = 0;
    let mut build = || {
        private::copy(backup, &unfinished).map_err(|error| {
            StoreError(format!("{} cannot be copied to {}: {error}", backup.display(), unfinished.display()))
        })?;
        settle(&unfinished, |connection| {
            let before = meta::read(&unfinished, connection)?;
            last = before.moment;
            let explain = |error: rusqlite::Error| broken(&unfinished, &error);
            let meta = renewed(&before, origin, connection, random, now).map_err(explain)?;
            let old_name = before.name;
            let before = meta::read_home(connection).map_err(explain)?;
            let before = before.unwrap_or_else(|| Home { family: old_name, ..Home::default() });
            // A copy is for trying things out: nothing outside belongs to it, and it may run with another clock.
            let home = match origin {
                Origin::Restored => before,
                Origin::Copied => Home { family: meta.name.clone(), proof: before.proof, ..Home::default() },
            };
            // A mark that no program has: whoever opens the store draws its own.
            meta::write_home(connection, "", &home).map_err(explain)?;
            meta.write(connection).map_err(explain)
        })?;
        // Before the store, which exists from the next line on.
        copy_blobs(&blobs_of(backup), &directory.join(blobs::FOLDER))?;
        files::finish(directory, &unfinished)
    };
    let result = build();
    if result.is_err() {
        // The first error is the one to tell.
        let _ = files::discard(&unfinished);
    }
    result.map(|()| last)
}

/// What a store says about itself that is made of another one's state: a new name, how it came to be, and positions of the feed that the other
/// one has not given out.
fn renewed(
    before: &Meta,
    origin: Origin,
    connection: &Connection,
    random: &dyn Random,
    now: i64,
) -> rusqlite::Result<Meta> {
    let last: i64 = connection.query_row("SELECT coalesce(max(position), 0) FROM feed", [], |row| row.get(0))?;
    Ok(Meta {
        name: draw_store_name(random),
        beginning: Some(next_beginning(before.beginning, origin, before.moment)),
        feed_from: match origin {
            Origin::Restored => next_feed(last.max(before.feed_from), now),
            Origin::Copied => before.feed_from,
        },
        backup: false,
        ..before.clone()
    })
}

/// Beyond every position that the lost history can have given out, and what an earlier restore of the same backup has: the microsecond of the
/// restore is that, unless the machine's clock is wrong by years; then so many lines are.
fn next_feed(last: i64, now: i64) -> i64 {
    now.saturating_mul(1000).max(last.saturating_add(FEED_JUMP))
}

/// Whether a directory holds a backup that was put there as a file.
pub fn holds_backup(directory: &Path) -> Result<bool, StoreError> {
    let _lock = DirectoryLock::take(directory, false)?;
    let path = directory.join(files::STORE_FILE);
    let hold = StoreHold::take(&path)?;
    files::check_head(&path, hold.file())?;
    let connection = connect(&path)?;
    meta::add_columns(&connection).map_err(|error| broken(&path, &error))?;
    let found = meta::read(&path, &connection)?.backup;
    drop(connection);
    drop(hold);
    Ok(found)
}

/// Makes a store that is an older state of itself a restored one, where it stands: with a new name, and told to find out what has happened since.
pub fn reinstate(directory: &Path, random: &dyn Random, now: i64) -> Result<(), StoreError> {
    let _lock = DirectoryLock::take(directory, false)?;
    let path = directory.join(files::STORE_FILE);
    settle(&path, |connection| {
        let explain = |error: rusqlite::Error| broken(&path, &error);
        let before = meta::read(&path, connection)?;
        if meta::read_home(connection).map_err(explain)?.is_none() {
            meta::write_home(connection, "", &Home { family: before.name.clone(), ..Home::default() })
                .map_err(explain)?;
        }
        let meta = renewed(&before, Origin::Restored, connection, random, now).map_err(explain)?;
        meta.write(connection).map_err(explain)
    })
}

/// What the rules were not told before the backup still counts.
fn next_beginning(unsettled: Option<Beginning>, origin: Origin, moment: i64) -> Beginning {
    match (unsettled, origin) {
        // Nothing has ever happened in it.
        (Some(Beginning::Created), _) => Beginning::Created,
        (_, Origin::Copied) | (Some(Beginning::Copied), _) => Beginning::Copied,
        // Restored twice: what the gateway has moved since the older backup is still missing.
        (Some(Beginning::Restored(earlier)), Origin::Restored) => Beginning::Restored(earlier.min(moment)),
        (None, Origin::Restored) => Beginning::Restored(moment),
    }
}
