//! The ways on which documents of all accounts are found, each with a cursor of its own form.

use crate::by_issue;
use crate::issued::filter::Wanted;
use crate::issued::rows::{Bounds, Candidate};
use crate::lists;
use crate::records::{Place, Stored, documents_prefix};
use coinbox_ground::calendar;
use coinbox_ground::ids::{AuthId, time_key};
use coinbox_ground::text::is_name;
use coinbox_ground::turn::{Turn, end_of_prefix, successor};
use coinbox_ground::vocabulary::{Fault, Instant};
use coinbox_ledger::wallet;
use coinbox_profiles::document_kind::DocumentKind;

/// Invoices of an account that are read at a time.
const INVOICES_AT_ONCE: u32 = 50;

/// Where a way goes on.
#[derive(Clone, PartialEq, Debug)]
pub enum Cursor {
    /// Of the documents with one number, behind that of this kind.
    Number(DocumentKind),
    /// Of an account: behind its `n`th invoice, credit note and receipt; zero: at the beginning.
    Account([u32; 3]),
    /// Of invoices that are owed: behind this account, or behind its `n`th.
    Owed(AuthId, Option<u32>),
    /// By the moment of issue: behind this document.
    Issue(DocumentKind, Instant, String),
}

/// Documents of a way in order, and where it goes on, if it does.
pub struct Part {
    pub(crate) candidates: Vec<Candidate>,
    /// The key up to which the way was walked.
    pub reached: Option<String>,
}

impl Cursor {
    fn text(&self) -> String {
        match self {
            Cursor::Number(kind) => format!("n{}", kind.letter()),
            Cursor::Account([invoices, notes, receipts]) => format!("a{invoices}.{notes}.{receipts}"),
            Cursor::Owed(account, None) => format!("o{account}"),
            Cursor::Owed(account, Some(n)) => format!("o{account}.{n}"),
            Cursor::Issue(kind, issued, number) => format!("t{}{}{number}", kind.letter(), time_key(*issued)),
        }
    }
}

/// Reads the cursor of the way that a filter takes. `None`: it is none of these.
pub fn parse(wanted: &Wanted, text: &str) -> Option<Cursor> {
    if !is_name(text, 80) {
        return None;
    }
    let count = |text: &str| text.parse::<u32>().ok().filter(|n| n.to_string() == text);
    let (form, rest) = text.split_at(1);
    match (form, way(wanted)) {
        ("n", Way::Number) => Some(Cursor::Number(DocumentKind::of_letter(rest)?)),
        ("a", Way::Account) => {
            let counts: Vec<u32> = rest.split('.').map(count).collect::<Option<_>>()?;
            Some(Cursor::Account(counts.try_into().ok()?))
        }
        ("o", Way::Owed) => {
            let (account, n) = match rest.split_once('.') {
                Some((account, n)) => (account, Some(count(n)?)),
                None => (rest, None),
            };
            Some(Cursor::Owed(AuthId::parse(account).filter(AuthId::is_main)?, n))
        }
        ("t", Way::Issue) => {
            let kind = DocumentKind::of_letter(rest.get(..1)?)?;
            let (moment, number) = (rest.get(1..14)?, rest.get(14..)?);
            let digits = moment.bytes().all(|byte| byte.is_ascii_digit());
            let good = digits && is_name(number, 40) && wanted.kinds.contains(&kind);
            good.then_some(Cursor::Issue(kind, moment.parse().ok()?, number.to_owned()))
        }
        _ => None,
    }
}

enum Way {
    Number,
    Account,
    Owed,
    Issue,
}

/// The shortest way that holds all that fits.
fn way(wanted: &Wanted) -> Way {
    if wanted.number.is_some() {
        Way::Number
    } else if wanted.account.is_some() {
        Way::Account
    } else if wanted.is_owed() {
        Way::Owed
    } else {
        Way::Issue
    }
}

/// The next documents of the way.
pub fn part(turn: &Turn<'_>, wanted: &Wanted, cursor: Option<Cursor>, bounds: Bounds) -> Result<Part, Fault> {
    let room = bounds.documents;
    if wanted.kinds.is_empty() || wanted.window.0 >= wanted.window.1 {
        return Ok(Part { candidates: Vec::new(), reached: None });
    }
    match (way(wanted), cursor) {
        (Way::Number, Some(Cursor::Number(after))) => with_number(turn, wanted, Some(after)),
        (Way::Number, _) => with_number(turn, wanted, None),
        (Way::Account, Some(Cursor::Account(after))) => of_account(turn, wanted, after, room),
        (Way::Account, _) => of_account(turn, wanted, [0; 3], room),
        (Way::Owed, Some(Cursor::Owed(account, n))) => owed(turn, wanted, Some((account, n)), bounds),
        (Way::Owed, _) => owed(turn, wanted, None, bounds),
        (Way::Issue, Some(Cursor::Issue(kind, issued, number))) => {
            by_moment(turn, wanted, Some((kind, issued, number)), room)
        }
        (Way::Issue, _) => by_moment(turn, wanted, None, room),
    }
}

fn rank(kind: DocumentKind) -> usize {
    DocumentKind::ALL.iter().position(|one| *one == kind).unwrap_or_default()
}

/// Documents that have this number: one of a kind.
fn with_number(turn: &Turn<'_>, wanted: &Wanted, after: Option<DocumentKind>) -> Result<Part, Fault> {
    let number = wanted.number.as_deref().unwrap_or_default();
    let mut candidates = Vec::new();
    for kind in wanted.kinds.iter().copied().filter(|kind| after.is_none_or(|after| rank(*kind) > rank(after))) {
        if let Some(place) = Place::of(turn, kind, number)? {
            let cursor = Cursor::Number(kind).text();
            let (account, number) = (place.account, number.to_owned());
            candidates.push(Candidate { account, kind, n: place.n, number, cursor, stored: None });
        }
    }
    Ok(Part { candidates, reached: None })
}

/// Documents of one kind that come next, and whether there are more behind them.
struct Stream<T> {
    /// The next one last.
    next: Vec<T>,
    more: bool,
}

impl<T> Stream<T> {
    fn new(mut page: Vec<T>, more: bool) -> Stream<T> {
        page.reverse();
        Stream { next: page, more }
    }
}

/// Takes from several streams in order until there is no room, or one of them would have to be read on. Answers what was taken, each with its
/// stream, and whether there is more.
fn merge<T, K: Ord>(
    mut streams: Vec<Stream<T>>,
    room: usize,
    backwards: bool,
    key: impl Fn(&T) -> K,
) -> (Vec<(usize, T)>, bool) {
    let mut taken = Vec::new();
    while taken.len() < room && !streams.iter().any(|stream| stream.next.is_empty() && stream.more) {
        let heads = streams.iter().enumerate().filter_map(|(place, stream)| Some((key(stream.next.last()?), place)));
        let first = if backwards { heads.max() } else { heads.min() };
        let Some((_, place)) = first else { return (taken, false) };
        taken.extend(streams[place].next.pop().map(|one| (place, one)));
    }
    let more = streams.iter().any(|stream| !stream.next.is_empty() || stream.more);
    (taken, more)
}

/// Documents of one account by the moment of issue.
fn of_account(turn: &Turn<'_>, wanted: &Wanted, after: [u32; 3], room: usize) -> Result<Part, Fault> {
    let Some(account) = wanted.account else { return Ok(Part { candidates: Vec::new(), reached: None }) };
    let limit = u32::try_from(room).unwrap_or(u32::MAX);
    let mut streams = Vec::new();
    for kind in &wanted.kinds {
        let after = Some(after[rank(*kind)]).filter(|after| *after > 0);
        let (page, more) = lists::page(turn, account, *kind, wanted.oldest_first, after, limit)?;
        streams.push(Stream::new(page, more));
    }
    let (taken, more) = merge(streams, room, !wanted.oldest_first, |(n, stored)| {
        (stored.document.issued, rank(stored.document.kind), *n)
    });
    let mut reached = after;
    let mut candidates = Vec::with_capacity(taken.len());
    for (place, (n, stored)) in taken {
        let kind = wanted.kinds[place];
        reached[rank(kind)] = n;
        let (number, cursor) = (stored.document.number.clone(), Cursor::Account(reached).text());
        candidates.push(Candidate { account, kind, n, number, cursor, stored: Some(stored) });
    }
    Ok(Part { candidates, reached: more.then(|| Cursor::Account(reached).text()) })
}

/// All documents by the moment of issue.
fn by_moment(
    turn: &Turn<'_>,
    wanted: &Wanted,
    after: Option<(DocumentKind, Instant, String)>,
    room: usize,
) -> Result<Part, Fault> {
    coinbox_ground::indexes::need_ready(turn)?;
    let limit = u32::try_from(room).unwrap_or(u32::MAX);
    let mut streams = Vec::new();
    for kind in &wanted.kinds {
        let (first, end) = span(wanted, *kind, after.as_ref());
        let (page, more) = if first >= end {
            (Vec::new(), false)
        } else if wanted.oldest_first {
            turn.span_page::<by_issue::Entry>(&first, &end, limit)?
        } else {
            turn.span_page_back::<by_issue::Entry>(&first, &end, limit)?
        };
        streams.push(Stream::new(page, more));
    }
    let (taken, more) = merge(streams, room, !wanted.oldest_first, |(key, _)| {
        by_issue::parse(key).map(|(kind, issued, number)| (issued, rank(kind), number.to_owned()))
    });
    let mut candidates = Vec::with_capacity(taken.len());
    for (_, (key, entry)) in taken {
        let (kind, issued, number) = by_issue::parse(&key).ok_or_else(|| coinbox_ground::indexes::unreadable(&key))?;
        let cursor = Cursor::Issue(kind, issued, number.to_owned()).text();
        let (account, number) = (entry.account, number.to_owned());
        candidates.push(Candidate { account, kind, n: entry.n, number, cursor, stored: None });
    }
    let reached = candidates.last().filter(|_| more).map(|last| last.cursor.clone());
    Ok(Part { candidates, reached })
}

/// The keys of a kind in the window that are behind a document.
fn span(wanted: &Wanted, kind: DocumentKind, after: Option<&(DocumentKind, Instant, String)>) -> (String, String) {
    let prefix = by_issue::prefix(kind);
    let at = |moment: Instant| format!("{prefix}{}", time_key(moment));
    let (from, before) = wanted.window;
    let mut first = if from == Instant::MIN { prefix.clone() } else { at(from) };
    let mut end = if before == Instant::MAX { end_of_prefix(&prefix) } else { at(before) };
    if let Some((reached, issued, number)) = after {
        let key = by_issue::key(kind, *issued, number);
        // Of the same moment, kinds follow one another in their order.
        if wanted.oldest_first {
            first = first.max(match rank(kind).cmp(&rank(*reached)) {
                std::cmp::Ordering::Less => at(issued + 1),
                std::cmp::Ordering::Equal => successor(&key),
                std::cmp::Ordering::Greater => at(*issued),
            });
        } else {
            end = end.min(match rank(kind).cmp(&rank(*reached)) {
                std::cmp::Ordering::Less => at(issued + 1),
                std::cmp::Ordering::Equal => key,
                std::cmp::Ordering::Greater => at(*issued),
            });
        }
    }
    (first, end)
}

/// Invoices of which something is owed now, account by account: what is owed of a day is asked for by the invoice that covers it.
fn owed(turn: &Turn<'_>, wanted: &Wanted, after: Option<(AuthId, Option<u32>)>, bounds: Bounds) -> Result<Part, Fault> {
    let mut candidates = Vec::new();
    let (mut begun, behind) = match after {
        Some((account, Some(n))) => (Some((account, n)), Some(account)),
        Some((account, None)) => (None, Some(account)),
        None => (None, None),
    };
    let (mut accounts, mut more) = wallet::debtors(turn, behind, bounds.days)?;
    if let Some((account, _)) = begun {
        accounts.insert(0, account);
    }
    if accounts.len() > bounds.debtors {
        accounts.truncate(bounds.debtors);
        more = true;
    }
    let count = accounts.len();
    for (place, account) in accounts.iter().enumerate() {
        let after = begun.take().map(|(_, n)| n);
        for (n, stored) in owed_invoices(turn, *account, wanted.oldest_first)? {
            let is_before = after.is_some_and(|after| if wanted.oldest_first { n <= after } else { n >= after });
            if is_before {
                continue;
            }
            let (number, cursor) = (stored.document.number.clone(), Cursor::Owed(*account, Some(n)).text());
            let kind = DocumentKind::Invoice;
            candidates.push(Candidate { account: *account, kind, n, number, cursor, stored: Some(stored) });
            if candidates.len() == bounds.documents {
                let reached = candidates.last().map(|last| last.cursor.clone());
                return Ok(Part { candidates, reached });
            }
        }
        if place + 1 == count && more {
            return Ok(Part { candidates, reached: Some(Cursor::Owed(*account, None).text()) });
        }
    }
    Ok(Part { candidates, reached: None })
}

/// The invoices of an account that cover days of which anything is owed.
fn owed_invoices(turn: &Turn<'_>, account: AuthId, oldest_first: bool) -> Result<Vec<(u32, Stored)>, Fault> {
    let owed = wallet::owed_by_day(turn, account)?;
    let Some(oldest) = owed.keys().next() else { return Ok(Vec::new()) };
    // Newest first, back to one that ends before the oldest of these days.
    let prefix = documents_prefix(account, DocumentKind::Invoice);
    let (mut invoices, mut end): (Vec<(u32, Stored)>, String) = (Vec::new(), end_of_prefix(&prefix));
    'pages: loop {
        let (page, more) = turn.span_page_back::<Stored>(&prefix, &end, INVOICES_AT_ONCE)?;
        for (key, stored) in page {
            let last = calendar::day_name(end_of(&stored) - 1);
            invoices.push((key[prefix.len()..].parse().unwrap_or(0), stored));
            if last < *oldest {
                break 'pages;
            }
            end = key;
        }
        if !more {
            break;
        }
    }
    let mut found = Vec::new();
    for (place, (n, stored)) in invoices.iter().enumerate() {
        let before = invoices.get(place + 1).and_then(|(_, before)| before.document.period_end);
        let days = calendar::day_name(before.unwrap_or(0))..=calendar::day_name(end_of(stored) - 1);
        if owed.range(days).next().is_some() {
            found.push((*n, stored.clone()));
        }
    }
    if oldest_first {
        found.reverse();
    }
    Ok(found)
}

fn end_of(stored: &Stored) -> Instant {
    stored.document.period_end.unwrap_or(stored.document.issued)
}
