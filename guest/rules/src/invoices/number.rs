//! Numbers: given in order, gapless per kind and year of issue, by one job for all invoices (INV-1, R49).

use super::records::{DRAFTS, Place, State, Stored, draft_key, keep};
use super::{Document, DocumentKind, billing, receipts, records, seller, standing};
use crate::accounts::{self, BillingMode};
use crate::calendar;
use crate::call::{Call, Record, end_of_prefix};
use crate::events::{EventDraft, emit};
use crate::ids::AuthId;
use crate::jobs::{JobKey, Next};
use crate::mail;
use crate::money::Money;
use crate::month_end::Progress;
use crate::policy::Policy;
use crate::port::Lane;
use crate::vocabulary::{DAY_MS, Fact, Fault, Instant};
use serde::{Deserialize, Serialize};

/// Drafts that get their number in one call.
const DRAFTS_PER_CALL: usize = 100;

/// The last number of a series, at `series/<kind>/<year>`.
#[derive(Serialize, Deserialize)]
struct Series {
    v: u32,
    last: u32,
}

impl Record for Series {
    const KIND: &'static str = "series of numbers";
}

/// An invoice that has just been issued.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Issued {
    pub(crate) account: AuthId,
    pub(crate) number: String,
    /// What of this invoice is owed now; what earlier invoices are short of is not in it.
    pub(crate) amount_due: Money,
    /// First and last day that it covers.
    pub(crate) days: (i64, i64),
}

/// The next number of a kind in the year of issue: `2026-000001` after the policy's prefix.
pub(super) fn next_number(call: &mut Call<'_>, kind: DocumentKind) -> Result<String, Fault> {
    let policy = Policy::load(call)?;
    let prefix = match kind {
        DocumentKind::Invoice => &policy.invoice_prefix,
        DocumentKind::CreditNote => &policy.credit_note_prefix,
        DocumentKind::Receipt => &policy.receipt_prefix,
    };
    let year = calendar::date(call.now()).year();
    let key = format!("series/{}/{year:04}", kind.letter());
    let last = call.get::<Series>(&key)?.map_or(0, |series| series.last);
    let last =
        last.checked_add(1).ok_or_else(|| Fault::problem("series-exhausted", vec![Fact::new("series", &key)]))?;
    call.put(&key, &Series { v: 1, last });
    let number = format!("{prefix}{year:04}-{last:06}");
    assert!(!Place::is_taken(call, kind, &number), "a number is given once");
    Ok(number)
}

/// Keeps a document that cannot be issued yet among the drafts, in the order in which they were made.
pub(super) fn wait(call: &mut Call<'_>, account: AuthId, stored: &Stored) -> Result<(), Fault> {
    let key = |count: u32| draft_key(call.now(), account, &format!("receipt-{count:06}"));
    let free = (1..).map(key).find(|key| call.text(key).is_none());
    let key = free.ok_or_else(|| Fault::problem("counter-exhausted", vec![Fact::new("account", account)]))?;
    call.put(&key, stored);
    seller::tell(call)
}

/// The job that numbers drafts outside the month's end: final invoices of closing accounts.
pub(crate) fn run(call: &mut Call<'_>) -> Result<Option<Next>, Fault> {
    if let Progress::After(_) = number_page(call)? {
        call.timer(&JobKey::Number.to_string(), Lane::Normal, call.now());
        return Ok(Some(Next::Again));
    }
    Ok(Some(Next::Rest))
}

/// Gives the oldest drafts their numbers and issues them.
pub(crate) fn number_page(call: &mut Call<'_>) -> Result<Progress, Fault> {
    if !seller::is_complete(call)? {
        if !call.span_text(DRAFTS, &end_of_prefix(DRAFTS), 1).0.is_empty() {
            seller::tell(call)?;
        }
        // They wait, and nothing waits for them.
        return Ok(Progress::Done);
    }
    let (drafts, more) = call.list::<Stored>(DRAFTS, DRAFTS_PER_CALL)?;
    let mut last = DRAFTS.to_owned();
    for (key, stored) in drafts {
        let account = key
            .get(DRAFTS.len() + 14..DRAFTS.len() + 34)
            .and_then(AuthId::parse)
            .ok_or_else(|| Fault::problem("stored-record-unreadable", vec![Fact::new("key", &key)]))?;
        call.remove(&key);
        match stored.document.kind {
            DocumentKind::Invoice => issue(call, account, stored)?,
            DocumentKind::CreditNote | DocumentKind::Receipt => {
                receipts::issue_draft(call, account, stored)?;
            }
        }
        last = key;
    }
    if more {
        return Ok(Progress::After(last));
    }
    seller::nothing_waits(call)?;
    Ok(Progress::Done)
}

fn issue(call: &mut Call<'_>, account: AuthId, mut stored: Stored) -> Result<(), Fault> {
    complete_seller(call, &mut stored.document)?;
    stored.document.number = next_number(call, DocumentKind::Invoice)?;
    stored.document.issued = call.now();
    stored.document.due = due(call, &stored.document)?;
    let n = keep(call, account, &stored)?;
    let document = &stored.document;
    let money = Money::from_micros;
    let month = |moment: Option<i64>| moment.map(calendar::day_name).unwrap_or_default();
    let period_end = month(document.period_end.map(|end| end - 1));
    let facts = vec![
        Fact::new("number", &document.number),
        Fact::new("period-start", month(document.period_start)),
        Fact::new("period-end", period_end),
        Fact::new("total", money(document.total)),
        Fact::new("amount-due", money(document.amount_due)),
        Fact::new("status", &document.status),
    ];
    mail::send_with(call, account, "invoice-issued", facts.clone(), (document.kind, &document.number))?;
    let mut facts = facts;
    facts.push(Fact::new("net", money(document.net)));
    facts.push(Fact::new("discount", money(document.discount)));
    facts.push(Fact::new("opening-balance", money(document.opening_balance)));
    facts.push(Fact::new("closing-balance", money(document.closing_balance)));
    facts.push(Fact::new("owed", stored.owed));
    emit(
        call,
        EventDraft {
            account: Some(account),
            kind: "invoice-issued",
            rule: "INV-1",
            facts,
            transactions: stored.transactions.clone(),
        },
    );
    let issued = Issued {
        account,
        number: document.number.clone(),
        amount_due: stored.owed,
        days: standing::days(call, account, n, &stored)?,
    };
    if issued.amount_due > Money::ZERO && accounts::profile(call, account)?.billing_mode == BillingMode::Postpaid {
        collect(call, &issued)?;
    }
    Ok(())
}

/// By when an invoice of which something is owed is due (INV-2).
fn due(call: &Call<'_>, document: &Document) -> Result<Option<Instant>, Fault> {
    let days = Policy::load(call)?.payment_days;
    Ok((document.amount_due > 0).then(|| document.issued + Instant::from(days) * DAY_MS))
}

/// Begins to collect a postpaid invoice of which something is owed, in the change that issues it (CRD-15, R29).
fn collect(call: &mut Call<'_>, issued: &Issued) -> Result<(), Fault> {
    emit(
        call,
        EventDraft {
            account: Some(issued.account),
            kind: "invoice-due",
            rule: "CRD-15",
            facts: vec![Fact::new("number", &issued.number), Fact::new("amount-due", issued.amount_due)],
            transactions: Vec::new(),
        },
    );
    crate::dunning::start(call, issued.account, &issued.number, issued.days)
}

/// Notes that the last charge for an invoice failed, or that one has not. An invoice of which nothing is owed any more shows as paid whatever is
/// noted here.
pub(crate) fn mark_failed(call: &mut Call<'_>, account: AuthId, number: &str, failed: bool) -> Result<(), Fault> {
    let mut state = State::load(call, account, number)?;
    state.failed = failed;
    state.save(call, account, number);
    Ok(())
}

/// A draft that was made while the seller was not complete names the seller of now.
fn complete_seller(call: &Call<'_>, document: &mut Document) -> Result<(), Fault> {
    let seller = &document.seller;
    if seller.legal_name.is_empty() || seller.address_lines.is_empty() || seller.country.is_empty() {
        let policy = Policy::load(call)?;
        document.seller = billing::seller(&policy);
    }
    Ok(())
}

/// The number of a document that is issued by the command at hand, and the document kept under it.
pub(super) fn issue_now(call: &mut Call<'_>, account: AuthId, mut stored: Stored) -> Result<records::Stored, Fault> {
    complete_seller(call, &mut stored.document)?;
    stored.document.number = next_number(call, stored.document.kind)?;
    stored.document.issued = call.now();
    keep(call, account, &stored)?;
    Ok(stored)
}
