//! Rates a usage file: batches of a thousand, several under way at once, settled in the order of the file.

use super::error::{ImportError, wrong};
use super::progress::{self, Progress};
use super::rows::{COLUMNS, Row, Rows};
use crate::export::table::{Cell, Table};
use crate::keys::digest_of;
use crate::link::{Fate, Link, LinkError};
use crate::usage_words::rejection_word;
use coinbox_host::contract::exported::usage::{EventAnswer, UsageEvent};
use coinbox_host::lines::{self, Checked, Reading};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
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
    /// Where rows go that are rejected or unreadable. None: to [`rejected_path`].
    pub rejected: Option<&'a Path>,
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
    /// Why those rows, or some of them, could not be written there.
    pub unwritten: Option<String>,
    /// Why it could not be kept how far the import had come: had it been interrupted, it would have begun anew.
    pub unkept: Option<String>,
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
    let checked = lines::check(path, Reading::Lines)?;
    let mut rows = Rows::open(path)?;
    // One file, one key: another file under it is another request.
    link.whole(&digest_of(&[b"usage file", checked.digest.as_bytes()]));
    let place = options.rejected.map_or_else(|| rejected_path(path), Path::to_owned);
    check_place(path, &place)?;
    let mut progress = progress::load(path, &checked).unwrap_or_default();
    let mut rejects = match Rejects::go_on(&place, progress.rejected_bytes) {
        Some(rejects) => rejects,
        None => {
            // The rows that were written down are not there: all are looked at again, which counts nothing twice.
            progress = Progress::default();
            Rejects::new(&place)
        }
    };
    let resumed_after = progress.line;

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
            unkept: None,
            on_progress: options.on_progress,
        };
        let result = feed(&mut rows, resumed_after, parallel, batches, &settled, &mut collector);
        // The workers end when nobody sends any more; what they still hand over is settled as far as the order allows.
        let rest = settled.iter().try_for_each(|settled| collector.take(settled));
        result.and(rest).map(|()| collector.unkept)
    });
    let unkept = outcome?;
    let (rejected, unwritten) = rejects.finish();
    if progress::path_of(path).exists() {
        progress::remove(path).map_err(|error| wrong(&progress::path_of(path), error))?;
    }
    Ok(Summary { progress, resumed_after, rejected, unwritten, unkept })
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
    let events: Vec<UsageEvent> = rows.iter().filter_map(|row| row.event.as_ref().ok().cloned()).collect();
    let mut answers = Vec::new();
    // A batch is named by its first line: the batches of a file are the same whenever, and in whatever order, they are sent.
    let number = rows.first().map_or(0, |row| u32::try_from(row.line).unwrap_or(u32::MAX));
    if !events.is_empty() || link.has_key() {
        let mut waits = AGAIN_MS.iter();
        answers = loop {
            match (link.record(number, &events), waits.clone().next()) {
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
    /// Why progress could not be kept.
    unkept: Option<String>,
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
                    self.rejects.add(row, reason, &detail);
                }
            }
            if let Some(last) = settled.rows.last() {
                self.progress.line = last.line;
            }
            self.progress.rejected_bytes = self.rejects.bytes();
            // An import that cannot be gone on with is better than none: what was counted is known when it begins anew.
            // Nor is one that could not write down what was rejected gone on with.
            if self.rejects.failed.is_none()
                && let Err(error) = progress::save(self.path, self.checked, self.progress)
            {
                self.unkept.get_or_insert_with(|| format!("{}: {error}", progress::path_of(self.path).display()));
            }
            (self.on_progress)(self.progress, self.checked.lines);
            self.next += 1;
        }
        Ok(())
    }
}

/// Why an event was not rated; none for those that count.
fn reason(fate: &Fate) -> Option<(&'static str, String)> {
    match fate {
        Ok(EventAnswer::Rated(_) | EventAnswer::Duplicate) => None,
        Ok(EventAnswer::Conflicting) => {
            Some(("conflict", "counted before with other content; kept on the list of rejected events".to_owned()))
        }
        Ok(EventAnswer::Rejected(rejection)) => {
            Some((rejection_word(*rejection), "kept on the list of rejected events".to_owned()))
        }
        Err(unreadable) => Some(("unreadable", format!("{} {}", unreadable.field, unreadable.limit).trim().to_owned())),
    }
}

/// First columns of the file of rejected rows; those of the row itself follow.
const REJECTED_COLUMNS: [&str; 3] = ["line", "reason", "detail"];

/// Refuses a place for rejected rows that holds something else.
fn check_place(path: &Path, place: &Path) -> Result<(), ImportError> {
    if std::fs::metadata(place).is_ok_and(|metadata| !metadata.is_file()) {
        return Err(wrong(place, "is no regular file; name another one for rejected rows"));
    }
    let Ok(mut present) = File::open(place) else { return Ok(()) };
    let same = |one: &Path| one.canonicalize().ok();
    if same(path).is_some() && same(path) == same(place) {
        return Err(wrong(place, "is the file that is imported; name another one for rejected rows"));
    }
    let mut start = Vec::new();
    let header = REJECTED_COLUMNS.join(",");
    let length = header.len() as u64;
    if (&mut present).take(length).read_to_end(&mut start).is_ok() && (start.is_empty() || start == header.as_bytes()) {
        return Ok(());
    }
    Err(wrong(place, "exists and is no list of rejected rows; name another file for them"))
}

/// The file of rejected rows. It is made with its first row. An import goes on where it cannot be written: what is rejected is on the list of
/// rejected events, and what is lost is told.
struct Rejects {
    place: PathBuf,
    table: Option<Table<File>>,
    failed: Option<String>,
}

impl Rejects {
    fn new(place: &Path) -> Rejects {
        // Of an earlier import of another file of this name. One that cannot be removed cannot be written either, which is told then.
        if place.exists() {
            let _ = std::fs::remove_file(place);
        }
        Rejects { place: place.to_owned(), table: None, failed: None }
    }

    /// Goes on after so many bytes; what an interrupted run wrote beyond them is written again. None: they are not there.
    fn go_on(place: &Path, bytes: u64) -> Option<Rejects> {
        if bytes == 0 {
            return Some(Rejects::new(place));
        }
        let mut file = coinbox_host::private::options().write(true).open(place).ok()?;
        if file.metadata().ok()?.len() < bytes {
            return None;
        }
        file.set_len(bytes).ok()?;
        file.seek(SeekFrom::End(0)).ok()?;
        Some(Rejects { place: place.to_owned(), table: Some(Table::go_on(file)), failed: None })
    }

    fn add(&mut self, row: &Row, reason: &str, detail: &str) {
        if self.failed.is_none()
            && let Err(error) = self.write(row, reason, detail)
        {
            self.failed = Some(error);
        }
    }

    fn write(&mut self, row: &Row, reason: &str, detail: &str) -> Result<(), String> {
        let table = match &mut self.table {
            Some(table) => table,
            none => {
                let file = coinbox_host::private::create(&self.place).map_err(|error| error.to_string())?;
                let header: Vec<&str> = REJECTED_COLUMNS.into_iter().chain(COLUMNS).collect();
                none.insert(Table::begin(file, &header).map_err(|error| error.to_string())?)
            }
        };
        let line = Cell::Number(row.line.to_string());
        let texts = [reason, detail].into_iter().chain(row.texts.iter().map(String::as_str));
        // A row that was no row fills what columns there are.
        let blanks = std::iter::repeat_n("", COLUMNS.len().saturating_sub(row.texts.len()));
        let cells = std::iter::once(line).chain(texts.chain(blanks).map(Cell::from));
        table.row(cells).map_err(|error| error.to_string())
    }

    /// Writes out and answers the length; 0: there is no file that could be gone on with.
    fn bytes(&mut self) -> u64 {
        let Some(table) = self.table.as_mut().filter(|_| self.failed.is_none()) else { return 0 };
        let length = table.flush().and_then(|()| {
            let mut file = table.out();
            file.flush()?;
            Ok(file.metadata()?.len())
        });
        length.unwrap_or_else(|error| {
            self.failed = Some(error.to_string());
            0
        })
    }

    /// The file, if there is one, and why it is not whole.
    fn finish(mut self) -> (Option<PathBuf>, Option<String>) {
        self.bytes();
        let failed = self.failed.map(|error| format!("{}: {error}", self.place.display()));
        (self.table.filter(|_| failed.is_none()).map(|_| self.place), failed)
    }
}
