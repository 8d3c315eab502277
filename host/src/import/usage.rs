//! Rates a usage file: batches of a thousand, several under way at once, settled in the order of the file.

use super::file::{self, Checked, ImportError, wrong};
use super::progress::{self, Progress};
use super::rows::{COLUMNS, Row, Rows};
use crate::cli::link::{Fate, Link, LinkError};
use crate::contract::exported::usage::{Answer, Event};
use crate::export::table::{Cell, Table};
use crate::rest::events::rejection_word;
use std::collections::BTreeMap;
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError, mpsc};
use std::time::Duration;

/// Rows of one batch.
const BATCH_ROWS: usize = 1000;
/// Waits before a batch is sent again to a system that is busy or away.
const AGAIN_MS: [u64; 8] = [50, 100, 200, 500, 1_000, 2_000, 4_000, 8_000];

/// How an import goes on.
pub struct Options<'a> {
    /// Batches under way at once.
    pub parallel: usize,
    /// Called after each settled batch: what is settled, and how many lines there are in all.
    pub on_progress: &'a mut dyn FnMut(&Progress, u64),
}

/// What came of an import.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Summary {
    /// Counts and reasons.
    pub progress: Progress,
    /// Lines that an earlier, interrupted run had settled.
    pub resumed_after: u64,
    /// File of the rejected and unreadable rows, if there are any.
    pub rejected: Option<PathBuf>,
}

/// `FILE.rejected.csv`.
pub fn rejected_path(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".rejected.csv");
    PathBuf::from(name)
}

struct Batch {
    number: u64,
    rows: Vec<Row>,
}

struct Settled {
    number: u64,
    rows: Vec<Row>,
    fates: Result<Vec<Fate>, LinkError>,
}

/// Imports a file. An error leaves what was settled; the next call goes on after it.
pub fn import(link: &dyn Link, path: &Path, options: Options<'_>) -> Result<Summary, ImportError> {
    let checked = file::check(path)?;
    let mut rows = Rows::open(path)?;
    let mut progress = progress::load(path, &checked).unwrap_or_default();
    let resumed_after = progress.line;
    let mut rejects = Rejects::open(path, progress.rejected_bytes)?;

    let parallel = options.parallel.max(1);
    let (batches, taken) = mpsc::sync_channel::<Batch>(0);
    let taken = Mutex::new(taken);
    let (done, settled) = mpsc::channel::<Settled>();
    let outcome = std::thread::scope(|scope| {
        for _ in 0..parallel {
            let done = done.clone();
            let taken = &taken;
            scope.spawn(move || {
                loop {
                    let batch = taken.lock().unwrap_or_else(PoisonError::into_inner).recv();
                    let Ok(Batch { number, rows }) = batch else { return };
                    let fates = rate(link, &rows);
                    if done.send(Settled { number, rows, fates }).is_err() {
                        return;
                    }
                }
            });
        }
        drop(done);
        let mut collector = Collector {
            path,
            checked: &checked,
            progress: &mut progress,
            rejects: &mut rejects,
            waiting: BTreeMap::new(),
            next: 0,
            on_progress: options.on_progress,
        };
        let result = feed(&mut rows, resumed_after, parallel, batches, &settled, &mut collector);
        // The workers end when nobody sends any more; what they still hand over is settled as far as the order allows.
        let rest = settled.iter().try_for_each(|settled| collector.take(settled));
        result.and(rest)
    });
    outcome?;
    let rejected = rejects.finish(path)?;
    progress::remove(path).map_err(|error| wrong(&progress::path_of(path), error))?;
    Ok(Summary { progress, resumed_after, rejected })
}

/// Reads rows and hands batches out, never more than are being worked on, until the file or something else ends.
fn feed(
    rows: &mut Rows,
    after: u64,
    parallel: usize,
    batches: mpsc::SyncSender<Batch>,
    settled: &mpsc::Receiver<Settled>,
    collector: &mut Collector<'_>,
) -> Result<(), ImportError> {
    let (mut number, mut under_way) = (0, 0);
    loop {
        let mut batch = Vec::with_capacity(BATCH_ROWS);
        while batch.len() < BATCH_ROWS {
            match rows.next_row()? {
                Some(row) if row.line <= after => {}
                Some(row) => batch.push(row),
                None => break,
            }
        }
        if batch.is_empty() {
            return Ok(());
        }
        if under_way == parallel {
            let Ok(one) = settled.recv() else { return Ok(()) };
            under_way -= 1;
            collector.take(one)?;
        }
        if batches.send(Batch { number, rows: batch }).is_err() {
            return Ok(());
        }
        number += 1;
        under_way += 1;
    }
}

/// Sends the readable events of a batch, again and again while the system is only busy.
fn rate(link: &dyn Link, rows: &[Row]) -> Result<Vec<Fate>, LinkError> {
    let events: Vec<Event> = rows.iter().filter_map(|row| row.event.as_ref().ok().cloned()).collect();
    let mut answers = Vec::new();
    if !events.is_empty() {
        let mut waits = AGAIN_MS.iter();
        answers = loop {
            match (link.record(&events), waits.clone().next()) {
                (Err(LinkError::Away(_)), Some(wait)) => {
                    waits.next();
                    std::thread::sleep(Duration::from_millis(*wait));
                }
                (answer, _) => break answer?,
            }
        };
    }
    let mut answers = answers.into_iter();
    let lost = || LinkError::Failed("fewer answers than events".to_owned());
    rows.iter()
        .map(|row| match &row.event {
            Ok(_) => answers.next().ok_or_else(lost),
            Err(unreadable) => Ok(Err(unreadable.clone())),
        })
        .collect()
}

/// Settles batches in the order of the file.
struct Collector<'a> {
    path: &'a Path,
    checked: &'a Checked,
    progress: &'a mut Progress,
    rejects: &'a mut Rejects,
    waiting: BTreeMap<u64, Settled>,
    next: u64,
    on_progress: &'a mut dyn FnMut(&Progress, u64),
}

impl Collector<'_> {
    fn take(&mut self, settled: Settled) -> Result<(), ImportError> {
        self.waiting.insert(settled.number, settled);
        while let Some(settled) = self.waiting.remove(&self.next) {
            let fates = settled.fates?;
            for (row, fate) in settled.rows.iter().zip(&fates) {
                self.progress.counts.add(fate);
                if let Some((reason, detail)) = reason(fate) {
                    *self.progress.reasons.entry(reason.to_owned()).or_default() += 1;
                    self.rejects.add(self.path, row, reason, &detail)?;
                }
            }
            if let Some(last) = settled.rows.last() {
                self.progress.line = last.line;
            }
            self.progress.rejected_bytes = self.rejects.bytes(self.path)?;
            let saved = progress::save(self.path, self.checked, self.progress);
            saved.map_err(|error| wrong(&progress::path_of(self.path), error))?;
            (self.on_progress)(self.progress, self.checked.lines);
            self.next += 1;
        }
        Ok(())
    }
}

/// Why an event was not rated; none for those that count.
fn reason(fate: &Fate) -> Option<(&'static str, String)> {
    match fate {
        Ok(Answer::Rated(_) | Answer::Duplicate) => None,
        Ok(Answer::Conflicting) => {
            Some(("conflict", "counted before with other content; kept on the list of rejected events".to_owned()))
        }
        Ok(Answer::Rejected(rejection)) => {
            Some((rejection_word(*rejection), "kept on the list of rejected events".to_owned()))
        }
        Err(unreadable) => Some(("unreadable", format!("{} {}", unreadable.field, unreadable.limit).trim().to_owned())),
    }
}

/// The file of rejected rows. It is made with its first row.
struct Rejects {
    table: Option<Table<std::fs::File>>,
}

impl Rejects {
    /// Goes on after so many bytes; what an interrupted run wrote beyond them is written again.
    fn open(path: &Path, bytes: u64) -> Result<Rejects, ImportError> {
        let rejected = rejected_path(path);
        if bytes == 0 {
            // Of an earlier import of another file of this name.
            match std::fs::remove_file(&rejected) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(wrong(&rejected, error)),
                _ => return Ok(Rejects { table: None }),
            }
        }
        let go_on = || {
            let mut file = crate::private::options().write(true).open(&rejected)?;
            file.set_len(bytes)?;
            file.seek(SeekFrom::End(0))?;
            Ok::<_, std::io::Error>(file)
        };
        let file = go_on().map_err(|error| wrong(&rejected, error))?;
        Ok(Rejects { table: Some(Table::go_on(file)) })
    }

    fn add(&mut self, path: &Path, row: &Row, reason: &str, detail: &str) -> Result<(), ImportError> {
        let rejected = rejected_path(path);
        let table = match &mut self.table {
            Some(table) => table,
            none => {
                let file = crate::private::create(&rejected).map_err(|error| wrong(&rejected, error))?;
                let header: Vec<&str> = ["line", "reason", "detail"].into_iter().chain(COLUMNS).collect();
                none.insert(Table::begin(file, &header).map_err(|error| wrong(&rejected, error))?)
            }
        };
        let line = Cell::Number(row.line.to_string());
        let texts = [reason, detail].into_iter().chain(row.texts.iter().map(String::as_str));
        // A row that was no row fills what columns there are.
        let blanks = std::iter::repeat_n("", COLUMNS.len().saturating_sub(row.texts.len()));
        let cells = std::iter::once(line).chain(texts.chain(blanks).map(Cell::from));
        table.row(cells).map_err(|error| wrong(&rejected, error))
    }

    /// Writes out and answers the length.
    fn bytes(&mut self, path: &Path) -> Result<u64, ImportError> {
        let Some(table) = &mut self.table else { return Ok(0) };
        let length = table.flush().and_then(|()| {
            let mut file = table.out();
            file.flush()?;
            Ok(file.metadata()?.len())
        });
        length.map_err(|error| wrong(&rejected_path(path), error))
    }

    fn finish(mut self, path: &Path) -> Result<Option<PathBuf>, ImportError> {
        self.bytes(path)?;
        Ok(self.table.map(|_| rejected_path(path)))
    }
}
