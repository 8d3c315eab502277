//! PDFs on demand: from the shelf, or set now, with bounds.
//!
//! A document is set on a thread of its own. On Linux this thread gives way to the other threads of a busy server. A request waits for a configured
//! time and no longer. A thread that takes longer keeps its place until it ends, so no more than the configured number ever run. Its PDF is kept for
//! the next request. A panic of the engine ends that one document.

use crate::document::{Document, DocumentError};
use crate::shelf::{Fingerprint, Shelf, ShelfError};
use crate::typesetter::{Settings, TypesetError, Typesetter};
use serde_json::Value;
use std::path::Path;
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Stack of a typesetting thread: layouts nest.
const STACK_BYTES: usize = 16 << 20;
/// So many may wait for each place; whoever comes then is told to come again.
const WAITING_MAX: usize = 16;

/// Bounds of a printer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PrinterLimits {
    /// Documents that are set at once.
    pub at_once: usize,
    /// Longest wait for one, its place included.
    pub wait: Duration,
    /// Bytes that the shelf keeps.
    pub keep_bytes: u64,
}

impl Default for PrinterLimits {
    fn default() -> PrinterLimits {
        PrinterLimits { at_once: 2, wait: Duration::from_secs(30), keep_bytes: 4 << 30 }
    }
}

/// Why there is no PDF now.
#[derive(Debug, thiserror::Error)]
pub enum PrintError {
    /// The document, the templates or the fonts.
    #[error(transparent)]
    Typeset(#[from] TypesetError),
    /// The shelf.
    #[error(transparent)]
    Shelf(#[from] ShelfError),
    /// Too many wait already.
    #[error("too many documents are waiting to be set in type; ask again")]
    Busy,
    /// All places were taken, or it took too long.
    #[error("the document was not ready within {} s; ask again", .0.as_secs())]
    TooSlow(Duration),
    /// The engine failed, or there was no thread.
    #[error("the document could not be set in type: {0}")]
    Broken(String),
}

impl From<DocumentError> for PrintError {
    fn from(error: DocumentError) -> PrintError {
        PrintError::Typeset(error.into())
    }
}

/// Sets documents in type and keeps them. Clones are the same printer.
#[derive(Clone)]
pub struct Printer {
    inner: Arc<Inner>,
}

struct Inner {
    typesetter: Typesetter,
    shelf: Shelf,
    limits: PrinterLimits,
    places: Mutex<Places>,
    freed: Condvar,
}

/// How many documents are being set, and how many wait for that.
#[derive(Default)]
struct Places {
    busy: usize,
    waiting: usize,
}

/// On Linux each thread has a niceness of its own: when both want to run, the others get three quarters of the processor.
fn give_way() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::nice(5) {
        tracing::debug!(%error, "typesetting does not give way to other threads");
    }
}

/// One of the places; free again when it is dropped.
struct Seat(Arc<Inner>);

impl Drop for Seat {
    fn drop(&mut self) {
        self.0.places.lock().unwrap_or_else(PoisonError::into_inner).busy -= 1;
        self.0.freed.notify_one();
    }
}

impl Printer {
    /// Tries the templates and opens the shelf.
    pub fn open(settings: &Settings, shelf: &Path, limits: PrinterLimits) -> Result<Printer, PrintError> {
        let typesetter = Typesetter::open(settings)?;
        let shelf = Shelf::open(shelf, limits.keep_bytes)?;
        let inner = Inner { typesetter, shelf, limits, places: Mutex::default(), freed: Condvar::new() };
        Ok(Printer { inner: Arc::new(inner) })
    }

    /// Of an issued document in the contract's JSON form: the kept PDF, or a new one, which is kept.
    pub fn issued(&self, document: &Value) -> Result<Vec<u8>, PrintError> {
        let read = Document::read(document)?;
        // Fields in their order, so the same document has the same fingerprint however it was written.
        let canonical = serde_json::to_vec(&read).map_err(|error| PrintError::Broken(error.to_string()))?;
        let fingerprint = Fingerprint::of(&canonical);
        if let Some(pdf) = self.inner.shelf.find(fingerprint) {
            return Ok(pdf);
        }
        self.set(read, Some(fingerprint))
    }

    /// Of a document that nobody issued: set, not kept.
    pub fn preview(&self, document: Document) -> Result<Vec<u8>, PrintError> {
        document.check()?;
        self.set(document, None)
    }

    /// Sets a document; its PDF is kept if it has a fingerprint.
    fn set(&self, document: Document, kept_as: Option<Fingerprint>) -> Result<Vec<u8>, PrintError> {
        let until = Instant::now() + self.inner.limits.wait;
        let too_slow = || PrintError::TooSlow(self.inner.limits.wait);
        let seat = self.seat(until)?;
        let (answer, answered) = sync_channel(1);
        let run = move || {
            give_way();
            let started = Instant::now();
            let pdf = seat.0.typesetter.typeset(&document);
            let took_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
            tracing::debug!(
                kind = document.kind.name(),
                number = document.number,
                took_ms,
                "a document was set in type"
            );
            if let (Some(fingerprint), Ok(pdf)) = (kept_as, &pdf) {
                seat.0.shelf.keep(fingerprint, pdf);
            }
            drop(seat);
            // Perhaps nobody waits any more.
            let _ = answer.send(pdf);
        };
        std::thread::Builder::new()
            .name("typesetter".to_owned())
            .stack_size(STACK_BYTES)
            .spawn(run)
            .map_err(|error| PrintError::Broken(error.to_string()))?;
        match answered.recv_timeout(until.saturating_duration_since(Instant::now())) {
            Ok(pdf) => Ok(pdf?),
            Err(RecvTimeoutError::Timeout) => Err(too_slow()),
            Err(RecvTimeoutError::Disconnected) => {
                tracing::error!("the typesetting engine panicked");
                Err(PrintError::Broken("the engine failed on it".to_owned()))
            }
        }
    }

    fn seat(&self, until: Instant) -> Result<Seat, PrintError> {
        let at_once = self.inner.limits.at_once.max(1);
        let mut places = self.inner.places.lock().unwrap_or_else(PoisonError::into_inner);
        if places.busy >= at_once && places.waiting >= at_once * WAITING_MAX {
            return Err(PrintError::Busy);
        }
        places.waiting += 1;
        let mut free = true;
        while places.busy >= at_once {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                free = false;
                break;
            }
            places = self.inner.freed.wait_timeout(places, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        places.waiting -= 1;
        if !free {
            return Err(PrintError::TooSlow(self.inner.limits.wait));
        }
        places.busy += 1;
        Ok(Seat(self.inner.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn an_issued_document_is_set_once() {
        let home = crate::tests::Folder::new();
        let printer = Printer::open(&Settings::default(), home.path(), PrinterLimits::default()).expect("opens");
        let document = serde_json::to_value(sample::receipt()).expect("JSON");
        let first = printer.issued(&document).expect("set");
        let kept = printer.inner.shelf.bytes();
        assert_eq!(kept, first.len() as u64 + 64);
        assert_eq!(printer.issued(&document).expect("found"), first);
        // Another order of fields is the same document.
        let object = document.as_object().expect("object").clone();
        let turned: serde_json::Map<String, Value> = object.into_iter().rev().collect();
        assert_eq!(printer.issued(&Value::Object(turned)).expect("found"), first);
        assert_eq!(printer.inner.shelf.bytes(), kept);
        // What is gone comes back the same.
        std::fs::remove_dir_all(home.path().join("pdf")).expect("removed");
        assert_eq!(printer.issued(&document).expect("set again"), first);
    }

    #[test]
    fn waiting_has_an_end_and_places_are_counted() {
        let home = crate::tests::Folder::new();
        let limits = PrinterLimits { at_once: 1, wait: Duration::from_millis(50), ..PrinterLimits::default() };
        let printer = Printer::open(&Settings::default(), home.path(), limits).expect("opens");
        let taken = printer.seat(Instant::now()).expect("free");
        let refused = printer.preview(sample::receipt()).expect_err("all places are taken");
        assert!(matches!(refused, PrintError::TooSlow(_)), "{refused}");
        drop(taken);
        assert!(printer.seat(Instant::now()).is_ok());
        let places = printer.inner.places.lock().expect("lock");
        assert_eq!((places.busy, places.waiting), (0, 0));
    }

    #[test]
    fn what_took_too_long_is_there_for_whoever_asks_again() {
        let home = crate::tests::Folder::new();
        let limits = PrinterLimits { wait: Duration::from_micros(1), ..PrinterLimits::default() };
        let printer = Printer::open(&Settings::default(), home.path(), limits).expect("opens");
        let document = serde_json::to_value(sample::receipt()).expect("JSON");
        let first = printer.issued(&document);
        assert!(matches!(first, Err(PrintError::TooSlow(_))), "{first:?}");
        let until = Instant::now() + Duration::from_secs(60);
        while printer.issued(&document).is_err() {
            assert!(Instant::now() < until, "it is never there");
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn only_the_thread_that_sets_documents_gives_way() {
        let own = || rustix::process::getpriority_process(None).expect("read");
        let before = own();
        let after = std::thread::spawn(move || {
            give_way();
            own()
        });
        assert_eq!((after.join().expect("no panic"), own()), ((before + 5).min(19), before));
    }

    #[test]
    fn whoever_comes_when_many_wait_is_told_at_once() {
        let home = crate::tests::Folder::new();
        let limits = PrinterLimits { at_once: 1, wait: Duration::from_secs(60), ..PrinterLimits::default() };
        let printer = Printer::open(&Settings::default(), home.path(), limits).expect("opens");
        let until = Instant::now() + limits.wait;
        let taken = printer.seat(until).expect("free");
        let wait = || {
            let printer = printer.clone();
            std::thread::spawn(move || printer.seat(until).is_ok())
        };
        let waiting: Vec<_> = (0..WAITING_MAX).map(|_| wait()).collect();
        while printer.inner.places.lock().expect("lock").waiting < WAITING_MAX {
            std::thread::yield_now();
        }
        assert!(matches!(printer.preview(sample::receipt()), Err(PrintError::Busy)));
        drop(taken);
        assert!(waiting.into_iter().all(|thread| thread.join().expect("no panic")), "each gets its turn");
        assert!(printer.preview(sample::receipt()).is_ok());
    }
}
