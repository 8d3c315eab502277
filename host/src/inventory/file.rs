//! A stock in files: the numbers that the operator lists, and a journal of who has ordered them (NUM-5).
//!
//! The operator writes the stock file. It may be changed while a server runs, and is read again when it has changed. Coinbox writes the
//! journal: one JSON line for each order and release that was decided, on disk before it is answered. So the same key gets the same answer
//! after a crash too. The first line of the journal says since when it is kept. A journal that is younger than a backup does not know what was
//! ordered before, and says so when a restored store asks. Who holds a number follows from the journal alone. A number that is removed from the
//! stock file stays with its holder and is not offered again.

use super::memory::listing;
use super::shelf::{Key, Shelf};
use super::stock::{self, LeftOut, Stock};
use crate::capability::{Clock, Instant, Inventory};
use crate::contract::inventory_types::{
    OfferFilter, OfferPage, OrderRequest, ReleaseRequest, StockMovement, StockOutcome, StockPage,
};
use crate::contract::types::Fact;
use crate::contract::types::NotSent;
use crate::hold::FileHold;
use crate::storage::{Mark, Progress};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::io::{BufRead, BufReader, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::SystemTime;

/// When an order that could not be written down is tried again, at the earliest.
const ASK_AGAIN_MS: Instant = 60_000;
/// Longest line of the journal.
const LINE_BYTES_MAX: usize = 4096;

/// What a key has asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    Order,
    Release,
}

/// A final answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Decided {
    Done,
    NotAvailable,
}

impl From<Decided> for StockOutcome {
    fn from(decided: Decided) -> StockOutcome {
        match decided {
            Decided::Done => StockOutcome::Done,
            Decided::NotAvailable => StockOutcome::NotAvailable,
        }
    }
}

/// One line of the journal.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    at: Instant,
    key: String,
    what: Kind,
    number: String,
    account: String,
    answer: Decided,
    /// Names and values, as the request brought them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    metadata: Vec<(String, String)>,
    /// The store that asked for it, and how far it had come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    seen: Option<Mark>,
}

/// The journal's first line.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Opening {
    /// Since when it is kept.
    opened: Instant,
}

/// A line that says whose journal it is. The last one counts.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Owner {
    /// Family of the stores that it has orders of.
    family: String,
}

/// A stock in files.
pub struct FileInventory {
    clock: Arc<dyn Clock>,
    stock_file: PathBuf,
    /// Held by whoever reads the stock file.
    reading: Mutex<()>,
    state: Mutex<State>,
}

struct State {
    /// What can be bought. Whoever searches takes it along and holds nothing up.
    shelf: Arc<Shelf>,
    /// Rows of the stock file that cannot be used.
    left_out: u64,
    /// The stock file when it was last looked at.
    seen: Option<Seen>,
    /// Account by number.
    holders: BTreeMap<String, String>,
    /// Numbers that somebody holds.
    held: HashSet<Key>,
    known: BTreeMap<String, Decided>,
    /// What was carried out, in order.
    carried_out: Vec<StockMovement>,
    /// Nothing that was carried out since is missing.
    complete_since: Instant,
    family: Option<String>,
    /// Most commits of each store that the journal has seen.
    marks: BTreeMap<String, i64>,
    /// The store that asks, and how far it has come.
    followed: Option<Progress>,
    /// How many orders and releases were decided.
    entries: Arc<AtomicI64>,
    journal: File,
    hold: FileHold,
    /// Length of the journal up to its last whole line.
    written: u64,
}

/// What tells one state of a file from another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Seen {
    changed: Option<SystemTime>,
    bytes: u64,
}

impl Seen {
    fn of(path: &Path) -> std::io::Result<Option<Seen>> {
        match std::fs::metadata(path) {
            Ok(metadata) => Ok(Some(Seen { changed: metadata.modified().ok(), bytes: metadata.len() })),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

impl FileInventory {
    /// Opens both files. A stock file that is not there is an empty stock; its broken rows are left out and logged.
    pub fn open(stock_file: &Path, journal: &Path, clock: Arc<dyn Clock>) -> anyhow::Result<FileInventory> {
        let seen = Seen::of(stock_file).map_err(|error| anyhow::anyhow!("{}: {error}", stock_file.display()))?;
        let read = if seen.is_some() { stock::read(stock_file)? } else { Default::default() };
        let opened = crate::private::options().create(true).read(true).append(true).open(journal);
        let file = opened.map_err(|error| anyhow::anyhow!("{}: {error}", journal.display()))?;
        // Before it is read: what another program is writing is no line that was cut off.
        let hold = file.try_clone().map_err(|error| anyhow::anyhow!("{}: {error}", journal.display()))?;
        let hold = FileHold::of(hold, journal)?;
        let mut state = State {
            shelf: Arc::new(Shelf::new(Stock::new())),
            left_out: 0,
            seen,
            holders: BTreeMap::new(),
            held: HashSet::new(),
            known: BTreeMap::new(),
            carried_out: Vec::new(),
            // A journal without its first line is of an older version, which has written none.
            complete_since: Instant::MIN,
            family: None,
            marks: BTreeMap::new(),
            followed: None,
            entries: Arc::default(),
            journal: file,
            hold,
            written: 0,
        };
        state.replay(journal)?;
        if state.written == 0 {
            state.begin(clock.now())?;
        }
        state.put_up(read, stock_file);
        Ok(FileInventory {
            clock,
            stock_file: stock_file.to_owned(),
            reading: Mutex::new(()),
            state: Mutex::new(state),
        })
    }

    /// The family of stores that the journal was told of; `None` where nobody has told it.
    pub fn family(&self) -> Option<String> {
        self.state().family.clone()
    }

    /// Tells the journal whose it is.
    pub fn set_family(&self, family: &str) -> std::io::Result<()> {
        let owner = Owner { family: family.to_owned() };
        let mut state = self.state();
        state.append(&owner)?;
        state.family = Some(owner.family);
        Ok(())
    }

    /// How many commits of a store the journal has seen at most; `None` of a store that has ordered nothing.
    pub fn seen(&self, store: &str) -> Option<i64> {
        self.state().marks.get(store).copied()
    }

    /// How many orders and releases the journal has, as they come.
    pub fn entries(&self) -> Arc<AtomicI64> {
        self.state().entries.clone()
    }

    /// From now on the journal notes with each order and release how far this store has come.
    pub fn follow(&self, progress: Progress) {
        self.state().followed = Some(progress);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads the stock file again if it has changed. One that cannot be read changes nothing: the stock stays as it was, and the log says
    /// why. While somebody reads it, everybody else goes on with the stock as it was.
    fn refresh(&self) {
        let _reading = match self.reading.try_lock() {
            Ok(reading) => reading,
            Err(TryLockError::Poisoned(reading)) => reading.into_inner(),
            Err(TryLockError::WouldBlock) => return,
        };
        let seen = match Seen::of(&self.stock_file) {
            Ok(seen) => seen,
            Err(error) => {
                tracing::error!(file = %self.stock_file.display(), %error, "the stock of numbers cannot be looked at");
                return;
            }
        };
        if seen == self.state().seen {
            return;
        }
        let read = if seen.is_some() { stock::read(&self.stock_file) } else { Ok(Default::default()) };
        let mut state = self.state();
        state.seen = seen;
        match read {
            Ok(read) => {
                tracing::info!(numbers = read.0.len(), "the stock of numbers has changed");
                state.put_up(read, &self.stock_file);
            }
            Err(error) => {
                tracing::error!(%error, "the stock of numbers is broken: the one before stays in use");
            }
        }
    }

    /// Decides what a key stands for, once.
    fn decide(
        &self,
        key: &str,
        (what, number, account): (Kind, &str, &str),
        metadata: &[Fact],
        decide: impl FnOnce(&State) -> Decided,
    ) -> StockOutcome {
        if let Some(known) = self.find(key) {
            return known;
        }
        self.refresh();
        let mut state = self.state();
        if let Some(known) = state.known.get(key) {
            return (*known).into();
        }
        let answer = decide(&state);
        let (number, account) = (number.to_owned(), account.to_owned());
        let metadata = metadata.iter().map(|fact| (fact.name.clone(), fact.value.clone())).collect();
        let seen = state.followed.as_ref().map(Progress::mark);
        let entry = Entry { at: self.clock.now(), key: key.to_owned(), what, number, account, answer, metadata, seen };
        match state.append(&entry) {
            Ok(()) => {
                state.apply(entry);
                answer.into()
            }
            Err(error) => {
                tracing::error!(%error, "the journal of number orders cannot be written");
                let cause = format!("the journal cannot be written: {error}");
                StockOutcome::NotSent(NotSent { ask_again: self.clock.now() + ASK_AGAIN_MS, cause })
            }
        }
    }
}

impl State {
    /// A stock as it was read, without what somebody holds.
    fn put_up(&mut self, (stock, left_out): (Stock, LeftOut), file: &Path) {
        if left_out.rows > 0 {
            let (file, rows) = (file.display(), left_out.rows);
            tracing::error!(%file, rows, wrong = %left_out, "rows of the stock of numbers cannot be used and are left out");
        }
        self.left_out = left_out.rows;
        self.shelf = Arc::new(Shelf::new(stock).without(&self.held));
    }

    /// Reads the journal. A last line without its end was never answered: it is taken away.
    fn replay(&mut self, path: &Path) -> anyhow::Result<()> {
        let mut reader = BufReader::new(&self.journal);
        let mut entries = Vec::new();
        let (mut line, mut written) = (0_u64, 0_u64);
        loop {
            let mut text = Vec::new();
            let read = reader.read_until(b'\n', &mut text)?;
            line += 1;
            if text.last() != Some(&b'\n') {
                if read > 0 {
                    tracing::warn!(file = %path.display(), line, "the journal ends within a line, which is dropped");
                }
                break;
            }
            if line == 1
                && let Ok(opening) = serde_json::from_slice::<Opening>(&text)
            {
                self.complete_since = opening.opened;
                written += read as u64;
                continue;
            }
            if let Ok(owner) = serde_json::from_slice::<Owner>(&text) {
                self.family = Some(owner.family);
                written += read as u64;
                continue;
            }
            let entry: Entry = serde_json::from_slice(&text)
                .map_err(|error| anyhow::anyhow!("{}, line {line}: no journal entry: {error}", path.display()))?;
            written += read as u64;
            entries.push(entry);
        }
        drop(reader);
        self.journal.set_len(written)?;
        self.written = written;
        for entry in entries {
            self.apply(entry);
        }
        Ok(())
    }

    /// Writes the first line of a journal that begins now.
    fn begin(&mut self, now: Instant) -> std::io::Result<()> {
        self.append(&Opening { opened: now })?;
        self.complete_since = now;
        Ok(())
    }

    fn apply(&mut self, entry: Entry) {
        if let Some(mark) = &entry.seen {
            let most = self.marks.entry(mark.store.clone()).or_insert(mark.commits);
            *most = mark.commits.max(*most);
        }
        if entry.answer == Decided::Done {
            self.carried_out.push(StockMovement {
                key: entry.key.clone(),
                release: entry.what == Kind::Release,
                number: entry.number.clone(),
                auth_id: entry.account.clone(),
                at: entry.at,
                done: true,
                metadata: entry.metadata.iter().cloned().map(|(name, value)| Fact { name, value }).collect(),
            });
        }
        match (entry.what, entry.answer) {
            (Kind::Order, Decided::Done) => {
                if let Some(key) = Key::of(&entry.number) {
                    self.held.insert(key);
                    Arc::make_mut(&mut self.shelf).take(key);
                }
                self.holders.insert(entry.number, entry.account);
            }
            (Kind::Release, Decided::Done) if self.holders.get(&entry.number) == Some(&entry.account) => {
                self.holders.remove(&entry.number);
                if let Some(key) = Key::of(&entry.number) {
                    self.held.remove(&key);
                    Arc::make_mut(&mut self.shelf).put_back(key);
                }
            }
            _ => {}
        }
        self.known.insert(entry.key, entry.answer);
        self.entries.store(i64::try_from(self.known.len()).unwrap_or(i64::MAX), Ordering::SeqCst);
    }

    /// What was written here last is the end of the file that the name leads to. Otherwise somebody else writes too, and what is known here of
    /// who holds a number is not all.
    fn check_alone(&self) -> std::io::Result<()> {
        self.hold.check_in_place().map_err(std::io::Error::other)?;
        let length = self.journal.metadata()?.len();
        if length != self.written {
            return Err(std::io::Error::other(format!(
                "it has {length} bytes and this program has left {}: another program writes to it. Stop that one, then start this one again",
                self.written
            )));
        }
        Ok(())
    }

    /// Appends a line and waits until it is on disk. A line that fails half-way is taken away again.
    fn append(&mut self, entry: &impl Serialize) -> std::io::Result<()> {
        let mut line = serde_json::to_vec(entry)?;
        line.push(b'\n');
        if line.len() > LINE_BYTES_MAX {
            return Err(std::io::Error::other(format!("an entry has at most {LINE_BYTES_MAX} bytes")));
        }
        self.check_alone()?;
        let done = self.journal.write_all(&line).and_then(|()| self.journal.sync_data());
        match done {
            Ok(()) => {
                self.written += line.len() as u64;
                Ok(())
            }
            Err(error) => {
                self.journal.set_len(self.written)?;
                Err(error)
            }
        }
    }
}

impl Inventory for FileInventory {
    fn offer(&self, filter: &OfferFilter) -> Option<OfferPage> {
        self.refresh();
        let shelf = self.state().shelf.clone();
        Some(shelf.page(filter))
    }

    fn order(&self, request: &OrderRequest) -> StockOutcome {
        let asked = (Kind::Order, request.number.as_str(), request.auth_id.as_str());
        self.decide(&request.key, asked, &request.metadata, |state| {
            let offered = state.shelf.get(&request.number);
            let fits = offered.is_some_and(|offer| offer.country == request.country && offer.kind == request.kind);
            if fits && !state.holders.contains_key(&request.number) { Decided::Done } else { Decided::NotAvailable }
        })
    }

    fn release(&self, request: &ReleaseRequest) -> StockOutcome {
        let asked = (Kind::Release, request.number.as_str(), request.auth_id.as_str());
        self.decide(&request.key, asked, &request.metadata, |_| Decided::Done)
    }

    fn find(&self, key: &str) -> Option<StockOutcome> {
        self.state().known.get(key).map(|known| (*known).into())
    }

    fn left_out(&self) -> u64 {
        self.state().left_out
    }

    fn orders_since(&self, since: Instant, cursor: Option<&str>) -> Option<StockPage> {
        let state = self.state();
        Some(listing(&state.carried_out, since, cursor, state.complete_since.max(since)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SimulatedClock;
    use crate::contract::inventory_types::NumberKind;
    use std::fs;

    const STOCK: &str =
        "number,country,calling_code,type,voice,sms\n14155550100,US,1,local,1,1\n18005550100,US,1,toll-free,1,0\n";

    struct Folder(tempfile::TempDir);

    impl Folder {
        fn new() -> Folder {
            let folder = Folder(tempfile::tempdir().expect("folder"));
            fs::write(folder.stock(), STOCK).expect("file");
            folder
        }

        fn stock(&self) -> PathBuf {
            self.0.path().join("numbers.csv")
        }

        fn journal(&self) -> PathBuf {
            self.0.path().join("orders.jsonl")
        }

        fn open(&self) -> FileInventory {
            let clock = Arc::new(SimulatedClock::new(1_000));
            FileInventory::open(&self.stock(), &self.journal(), clock).expect("good files")
        }
    }

    fn order(key: &str, number: &str, account: &str) -> OrderRequest {
        let kind = if number.starts_with("1800") { NumberKind::TollFree } else { NumberKind::Local };
        let text = str::to_owned;
        let (number, auth_id) = (text(number), text(account));
        OrderRequest { key: text(key), number, country: text("US"), kind, auth_id, metadata: Vec::new() }
    }

    fn release(key: &str, number: &str, account: &str) -> ReleaseRequest {
        let (number, auth_id) = (number.to_owned(), account.to_owned());
        ReleaseRequest { key: key.to_owned(), number, auth_id, metadata: Vec::new() }
    }

    fn nothing_wanted() -> OfferFilter {
        OfferFilter {
            number: None,
            country: None,
            kind: None,
            pattern: None,
            region: None,
            city: None,
            voice: false,
            sms: false,
            mms: false,
            offset: 0,
            limit: 100,
        }
    }

    fn offered(inventory: &FileInventory) -> Vec<String> {
        let filter = OfferFilter { country: Some("US".to_owned()), ..nothing_wanted() };
        let page = inventory.offer(&filter).expect("a stock");
        page.numbers.into_iter().map(|offer| offer.number).collect()
    }

    #[test]
    fn the_same_key_gets_the_same_answer_after_a_restart_too() {
        let folder = Folder::new();
        let first = folder.open();
        assert_eq!(offered(&first), ["14155550100", "18005550100"]);
        assert_eq!(first.find("a"), None);
        assert_eq!(first.order(&order("a", "14155550100", "MA1")), StockOutcome::Done);
        assert_eq!(first.order(&order("b", "14155550100", "MA2")), StockOutcome::NotAvailable);
        assert_eq!(offered(&first), ["18005550100"]);
        drop(first);
        let second = folder.open();
        assert_eq!((second.find("a"), second.find("b")), (Some(StockOutcome::Done), Some(StockOutcome::NotAvailable)));
        assert_eq!(
            second.release(&release("c", "14155550100", "MA2")),
            StockOutcome::Done,
            "not theirs: nothing happens"
        );
        assert_eq!(offered(&second), ["18005550100"]);
        assert_eq!(second.release(&release("d", "14155550100", "MA1")), StockOutcome::Done);
        assert_eq!(second.order(&order("b", "14155550100", "MA2")), StockOutcome::NotAvailable);
        assert_eq!(
            second.order(&order("a", "14155550100", "MA1")),
            StockOutcome::Done,
            "an old answer, not a new order"
        );
        assert_eq!(offered(&second), ["14155550100", "18005550100"]);
        assert_eq!(second.order(&order("e", "14155550100", "MA2")), StockOutcome::Done);
        drop(second);
        let third = folder.open();
        assert_eq!(third.release(&release("d", "14155550100", "MA1")), StockOutcome::Done);
        assert_eq!(offered(&third), ["18005550100"]);
        assert_eq!(fs::read_to_string(folder.journal()).expect("text").lines().count(), 6);
    }

    #[test]
    fn what_was_priced_is_what_is_delivered() {
        let folder = Folder::new();
        let inventory = folder.open();
        let other = OrderRequest { kind: NumberKind::Mobile, ..order("a", "14155550100", "MA1") };
        assert_eq!(inventory.order(&other), StockOutcome::NotAvailable);
        let other = OrderRequest { country: "CA".to_owned(), ..order("b", "14155550100", "MA1") };
        assert_eq!(inventory.order(&other), StockOutcome::NotAvailable);
        assert_eq!(inventory.order(&order("c", "14155559999", "MA1")), StockOutcome::NotAvailable);
    }

    #[test]
    fn the_stock_file_may_change_while_it_is_in_use() {
        let folder = Folder::new();
        let inventory = folder.open();
        assert_eq!(inventory.order(&order("a", "14155550100", "MA1")), StockOutcome::Done);
        fs::write(folder.stock(), format!("{STOCK}14155550101,US,1,local,1,1\n")).expect("file");
        assert_eq!(offered(&inventory), ["14155550101", "18005550100"]);
        // A broken file changes nothing.
        fs::write(folder.stock(), "number\n").expect("file");
        assert_eq!(offered(&inventory), ["14155550101", "18005550100"]);
        // What is taken out is not offered again, and stays with who has it.
        fs::write(folder.stock(), STOCK.replace("14155550100,US,1,local,1,1\n", "")).expect("file");
        assert_eq!(offered(&inventory), ["18005550100"]);
        assert_eq!(inventory.release(&release("b", "14155550100", "MA1")), StockOutcome::Done);
        assert_eq!(offered(&inventory), ["18005550100"]);
        fs::remove_file(folder.stock()).expect("file");
        assert_eq!(offered(&inventory), Vec::<String>::new());
    }

    #[test]
    fn a_journal_that_ends_within_a_line_goes_on_after_the_last_whole_one() {
        let folder = Folder::new();
        assert_eq!(folder.open().order(&order("a", "14155550100", "MA1")), StockOutcome::Done);
        let whole = fs::read(folder.journal()).expect("file");
        // Behind the line that says when the journal began.
        let first = whole.iter().position(|byte| *byte == b'\n').expect("a line") + 1;
        let entry = &whole[first..];
        for kept in 0..entry.len() {
            fs::write(folder.journal(), [&whole[..], &entry[..kept]].concat()).expect("file");
            let inventory = folder.open();
            assert_eq!(inventory.find("a"), Some(StockOutcome::Done), "{kept}");
            assert_eq!(inventory.order(&order("b", "18005550100", "MA1")), StockOutcome::Done, "{kept}");
            drop(inventory);
            assert_eq!(folder.open().find("b"), Some(StockOutcome::Done), "{kept}");
        }
        fs::write(folder.journal(), [b"{}\n", &whole[..]].concat()).expect("file");
        let clock = Arc::new(SimulatedClock::new(1_000));
        let error = FileInventory::open(&folder.stock(), &folder.journal(), clock).err().expect("broken").to_string();
        assert!(error.contains("orders.jsonl, line 1: no journal entry"), "{error}");
    }

    #[test]
    fn sec_04_a_journal_remembers_whose_it_is() {
        let folder = Folder::new();
        let inventory = folder.open();
        assert_eq!(inventory.family(), None);
        assert_eq!(inventory.order(&order("a", "14155550100", "MA1")), StockOutcome::Done);
        inventory.set_family("one").expect("written");
        assert_eq!(inventory.order(&order("b", "18005550100", "MA1")), StockOutcome::Done);
        inventory.set_family("two").expect("written");
        drop(inventory);
        let inventory = folder.open();
        assert_eq!(inventory.family().as_deref(), Some("two"));
        assert_eq!((inventory.find("a"), inventory.find("b")), (Some(StockOutcome::Done), Some(StockOutcome::Done)));
        assert_eq!(crate::private::open_to_others(&folder.journal()), None, "sec-06");
    }

    #[test]
    fn sec_02_a_journal_remembers_how_far_a_store_had_come_that_ordered() {
        let folder = Folder::new();
        let inventory = folder.open();
        inventory.order(&order("a", "14155550100", "MA1"));
        assert_eq!(inventory.seen("one"), None, "it follows nobody");
        let progress = Progress::new("one", 4);
        inventory.follow(progress.clone());
        inventory.order(&order("b", "18005550100", "MA1"));
        progress.reached(9);
        assert_eq!(inventory.seen("one"), Some(4));
        inventory.release(&release("c", "18005550100", "MA1"));
        drop(inventory);
        let inventory = folder.open();
        assert_eq!((inventory.seen("one"), inventory.seen("two")), (Some(9), None));
        assert_eq!(inventory.order(&order("b", "18005550100", "MA1")), StockOutcome::Done, "answers are as ever");
    }

    /// sec-09: who holds a number stands in one journal, which one program writes.
    #[test]
    fn sec_09_a_journal_has_one_writer() {
        let folder = Folder::new();
        let open = |journal: &Path| {
            FileInventory::open(&folder.stock(), journal, Arc::new(SimulatedClock::new(1_000)))
                .map_err(|error| error.to_string())
        };
        let first = folder.open();
        first.order(&order("a", "14155550100", "MA1"));
        let link = folder.0.path().join("link.jsonl");
        std::os::unix::fs::symlink(folder.journal(), &link).expect("linked");
        for way in [&folder.journal(), &link] {
            let text = open(way).err().expect("refused");
            assert!(text.contains("is in use by another process") && text.contains("Stop that one"), "{text}");
        }
        assert_eq!(fs::read_to_string(&link).expect("others may read").lines().count(), 2);
        assert_eq!(first.order(&order("b", "18005550100", "MA1")), StockOutcome::Done, "the first one goes on");
        // Where locks are not seen: what another program has written is found before this one writes.
        let mut other = fs::OpenOptions::new().append(true).open(folder.journal()).expect("opens");
        let line = r#"{"at":1,"key":"x","what":"order","number":"1","account":"MA2","answer":"done"}"#;
        writeln!(other, "{line}").expect("written");
        let refused = first.release(&release("c", "18005550100", "MA1"));
        assert!(
            matches!(&refused, StockOutcome::NotSent(why) if why.cause.contains("another program writes to it")),
            "{refused:?}"
        );
        drop(first);
        let second = folder.open();
        assert_eq!(
            (second.find("b"), second.find("c"), second.find("x")),
            (Some(StockOutcome::Done), None, Some(StockOutcome::Done))
        );
        fs::rename(folder.journal(), folder.0.path().join("away")).expect("moved");
        let refused = second.release(&release("d", "18005550100", "MA1"));
        assert!(
            matches!(&refused, StockOutcome::NotSent(why) if why.cause.contains("moved or replaced")),
            "{refused:?}"
        );
        assert!(!folder.journal().exists());
    }

    /// Case 09-one-number-spoils-the-search, when a server starts and while it runs: a row that cannot be used is left out, and counted.
    #[test]
    fn case_09_one_number_spoils_neither_a_start_nor_a_change_of_the_stock() {
        let folder = Folder::new();
        fs::write(folder.stock(), format!("{STOCK}447700900001,UK,44,mobile,1,1\n")).expect("file");
        let inventory = folder.open();
        assert_eq!(
            (offered(&inventory), inventory.left_out()),
            (vec!["14155550100".to_owned(), "18005550100".to_owned()], 1)
        );
        assert_eq!(inventory.order(&order("a", "447700900001", "MA1")), StockOutcome::NotAvailable);
        let more = "0014155550101,US,00,local,1,1\n14155550102,US,1,local,1,1\n14155550103,US,1\n";
        fs::write(folder.stock(), format!("{STOCK}{more}")).expect("file");
        assert_eq!(offered(&inventory), ["14155550100", "14155550102", "18005550100"]);
        assert_eq!(inventory.left_out(), 2);
        fs::write(folder.stock(), STOCK).expect("file");
        assert_eq!((offered(&inventory).len(), inventory.left_out()), (2, 0));
        // What is no stock at all is an error at the start, as nothing in it can be used.
        fs::write(folder.stock(), "number,price\n14155550100,1\n").expect("file");
        let clock = Arc::new(SimulatedClock::new(1_000));
        let error = FileInventory::open(&folder.stock(), &folder.journal(), clock).err().expect("broken").to_string();
        assert!(error.contains("line 1: "), "{error}");
    }

    /// sec-01-slow-bodies-block-everybody: whoever searches, or reads a changed stock, holds up nobody who buys.
    #[test]
    fn sec_01_a_search_and_a_change_of_the_stock_hold_up_no_purchase() {
        let folder = Folder::new();
        let inventory = folder.open();
        let searching = inventory.state().shelf.clone();
        let reading = inventory.reading.lock().expect("free");
        fs::write(folder.stock(), format!("{STOCK}14155550101,US,1,local,1,1\n")).expect("file");
        assert_eq!(inventory.order(&order("a", "14155550100", "MA1")), StockOutcome::Done);
        assert_eq!(offered(&inventory), ["18005550100"], "the stock as it was, without what was sold");
        let filter = OfferFilter { country: Some("US".to_owned()), ..nothing_wanted() };
        assert_eq!(searching.page(&filter).total, 2, "a search sees the stock as it began");
        drop(reading);
        assert_eq!(offered(&inventory), ["14155550101", "18005550100"]);
    }

    /// sec-02: the journal tells a restored store what was ordered, and a journal that was lost says that it knows nothing of before.
    #[test]
    fn sec_02_the_journal_lists_what_was_carried_out_and_since_when_it_is_kept() {
        let folder = Folder::new();
        let first = folder.open();
        let metadata = vec![Fact { name: "v".to_owned(), value: "1".to_owned() }];
        first.order(&OrderRequest { metadata: metadata.clone(), ..order("a", "14155550100", "MA1") });
        first.order(&order("b", "14155550100", "MA2"));
        first.release(&release("c", "14155550100", "MA1"));
        drop(first);
        let again = folder.open();
        let page = again.orders_since(0, None).expect("a page");
        let of = |movement: &StockMovement| (movement.key.clone(), movement.release, movement.done);
        let listed: Vec<_> = page.movements.iter().map(of).collect();
        assert_eq!(listed, [("a".to_owned(), false, true), ("c".to_owned(), true, true)], "not what found nothing");
        assert_eq!((&page.movements[0].metadata, page.next, page.complete_since), (&metadata, None, 1_000));
        assert_eq!(again.orders_since(1_001, None).expect("a page").movements, []);
        drop(again);
        // A journal of an older version has no first line: it was never lost.
        let text = fs::read_to_string(folder.journal()).expect("text");
        fs::write(folder.journal(), text.split_once('\n').expect("lines").1).expect("file");
        assert_eq!(folder.open().orders_since(7, None).expect("a page").complete_since, 7);
        fs::remove_file(folder.journal()).expect("file");
        assert_eq!(folder.open().orders_since(7, None).expect("a page").complete_since, 1_000);
    }
}
