//! Series of numbers: gapless per kind and year of issue (INV-1, R49).
//!
//! A restored store cannot know which numbers the lost history has given out and mailed. So it begins a range of its own, named after itself: `2026-K3F9-000001`
//! where it would have been `2026-000042`. Each range is gapless in itself, and no number stands on two documents.

use crate::billing;
use crate::document::Document;
use crate::records::{Place, Stored, draft_key, keep};
use crate::seller;
use coinbox_ground::calendar;
use coinbox_ground::ids::AuthId;
use coinbox_ground::turn::{Record, Turn};
use coinbox_ground::vocabulary::{Fact, Fault, Instant};
use coinbox_profiles::document_kind::DocumentKind;
use coinbox_profiles::policy::Policy;
use serde::{Deserialize, Serialize};

/// The last number of a series, at `series/<kind>/<year>`, in a restored store `series/<kind>/<year>-<range>`.
#[derive(Serialize, Deserialize)]
pub(crate) struct Series {
    v: u32,
    last: u32,
}

impl Record for Series {
    const KIND: &'static str = "series of numbers";
}

/// The range that numbers are given in since the last restore, at [`RANGE`]. Without it there was none.
#[derive(Serialize, Deserialize)]
pub(crate) struct Range {
    v: u32,
    name: String,
    /// When it began.
    at: Instant,
}

impl Record for Range {
    const KIND: &'static str = "range of numbers";
}

/// Where the range lies.
pub(crate) const RANGE: &str = "series/range";

/// Letters of a store's name that name its range, unless they name one already.
pub(crate) const RANGE_LETTERS: usize = 4;

/// Where the last number of a series lies.
fn series_key(kind: DocumentKind, range: &str) -> String {
    format!("series/{}/{range}", kind.letter())
}

/// Begins a range of numbers for a store that has just been restored and got its name. Answers what it is called.
pub fn begin_range(turn: &mut Turn<'_>) -> Result<String, Fault> {
    let name = turn.store_name().to_ascii_uppercase();
    let year = calendar::date(turn.now()).year();
    let kinds = [DocumentKind::Invoice, DocumentKind::CreditNote, DocumentKind::Receipt];
    let before = turn.get::<Range>(RANGE)?.map(|range| range.name);
    let is_used = |turn: &Turn<'_>, name: &str| {
        before.as_deref() == Some(name)
            || kinds.iter().any(|kind| turn.text(&series_key(*kind, &format!("{year:04}-{name}"))).is_some())
    };
    let letters = (RANGE_LETTERS..name.len()).find(|letters| !is_used(turn, &name[..*letters])).unwrap_or(name.len());
    let name = name[..letters].to_owned();
    turn.put(RANGE, &Range { v: 1, name: name.clone(), at: turn.now() });
    Ok(name)
}

/// The next number of a kind in the year of issue: `2026-000001` after the policy's prefix, `2026-K3F9-000001` in a restored store,
/// `B2-2026-000001` in the store `B2` of an installation of several.
pub(crate) fn next_number(turn: &mut Turn<'_>, kind: DocumentKind) -> Result<String, Fault> {
    let policy = Policy::load(turn)?;
    let prefix = match kind {
        DocumentKind::Invoice => &policy.invoice_prefix,
        DocumentKind::CreditNote => &policy.credit_note_prefix,
        DocumentKind::Receipt => &policy.receipt_prefix,
    };
    let year = calendar::date(turn.now()).year();
    let range = match turn.get::<Range>(RANGE)? {
        None => format!("{year:04}"),
        Some(range) => format!("{year:04}-{}", range.name),
    };
    let key = series_key(kind, &range);
    let last = turn.get::<Series>(&key)?.map_or(0, |series| series.last);
    let last =
        last.checked_add(1).ok_or_else(|| Fault::problem("series-exhausted", vec![Fact::new("series", &key)]))?;
    turn.put(&key, &Series { v: 1, last });
    let mark = match turn.mark() {
        mark if mark.is_empty() => mark,
        mark => mark + "-",
    };
    let number = format!("{prefix}{mark}{range}-{last:06}");
    assert!(!Place::is_taken(turn, kind, &number), "a number is given once");
    Ok(number)
}

/// Keeps a document that cannot be issued yet among the drafts, in the order in which they were made.
pub(crate) fn wait(turn: &mut Turn<'_>, account: AuthId, stored: &Stored) -> Result<(), Fault> {
    let key = |count: u32| draft_key(turn.now(), account, &format!("receipt-{count:06}"));
    let free = (1..).map(key).find(|key| turn.text(key).is_none());
    let key = free.ok_or_else(|| Fault::problem("counter-exhausted", vec![Fact::new("account", account)]))?;
    turn.put(&key, stored);
    seller::tell(turn)
}

/// A draft that was made while the seller was not complete names the seller of now.
pub(crate) fn complete_seller(turn: &Turn<'_>, document: &mut Document) -> Result<(), Fault> {
    let seller = &document.seller;
    if seller.legal_name.is_empty() || seller.address_lines.is_empty() || seller.country.is_empty() {
        let policy = Policy::load(turn)?;
        document.seller = billing::seller(&policy);
    }
    Ok(())
}

/// The number of a document that is issued by the command at hand, and the document kept under it.
pub(crate) fn issue_now(turn: &mut Turn<'_>, account: AuthId, mut stored: Stored) -> Result<Stored, Fault> {
    complete_seller(turn, &mut stored.document)?;
    stored.document.number = next_number(turn, stored.document.kind)?;
    stored.document.issued = turn.now();
    keep(turn, account, &stored)?;
    Ok(stored)
}
