//! Drafts get their numbers in the order in which they were made, by one job for all invoices, and what is owed of an invoice begins to be
//! collected (INV-1, R29, R49).

use crate::document::Document;
use crate::receipts;
use crate::records::{DRAFTS, NUMBER, State, Stored, keep};
use crate::seller;
use crate::series::{complete_seller, next_number};
use crate::standing::{self, Covering};
use coinbox_credit::records::dunning;
use coinbox_ground::calendar::{self, Month};
use coinbox_ground::feed;
use coinbox_ground::ids::AuthId;
use coinbox_ground::job::{Next, Progress};
use coinbox_ground::money::Money;
use coinbox_ground::port::Lane;
use coinbox_ground::turn::{Turn, end_of_prefix};
use coinbox_ground::vocabulary::{DAY_MS, Fact, Fault, Instant};
use coinbox_ledger::totals;
use coinbox_ledger::wallet;
use coinbox_profiles::document_kind::DocumentKind;
use coinbox_profiles::mail;
use coinbox_profiles::policy::Policy;
use coinbox_profiles::profile::{self, BillingMode};

/// Drafts that get their number in one call.
const DRAFTS_PER_CALL: usize = 100;

/// An invoice that has just been issued.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Issued {
    pub account: AuthId,
    pub number: String,
    /// What of this invoice is owed now; what earlier invoices are short of is not in it.
    pub amount_due: Money,
    /// First and last day that it covers.
    pub days: (i64, i64),
}

/// The job that numbers drafts outside the month's end: final invoices of closing accounts.
pub(crate) fn run(turn: &mut Turn<'_>) -> Result<Option<Next>, Fault> {
    if let Progress::After(_) = number_page(turn)? {
        turn.timer(&NUMBER.key(), Lane::Normal, turn.now());
        return Ok(Some(Next::Again));
    }
    Ok(Some(Next::Rest))
}

/// Gives the oldest drafts their numbers and issues them.
pub fn number_page(turn: &mut Turn<'_>) -> Result<Progress, Fault> {
    if !seller::is_complete(turn)? {
        if !turn.span_text(DRAFTS, &end_of_prefix(DRAFTS), 1).0.is_empty() {
            seller::tell(turn)?;
        }
        // They wait, and nothing waits for them.
        return Ok(Progress::Done);
    }
    let (drafts, more) = turn.list::<Stored>(DRAFTS, DRAFTS_PER_CALL)?;
    let mut last = DRAFTS.to_owned();
    for (key, stored) in drafts {
        let account = key
            .get(DRAFTS.len() + 14..DRAFTS.len() + 34)
            .and_then(AuthId::parse)
            .ok_or_else(|| Fault::unreadable(vec![Fact::new("key", &key)]))?;
        turn.remove(&key);
        match stored.document.kind {
            DocumentKind::Invoice => issue(turn, account, stored)?,
            DocumentKind::CreditNote | DocumentKind::Receipt => {
                receipts::issue_draft(turn, account, stored)?;
            }
        }
        last = key;
    }
    if more {
        return Ok(Progress::After(last));
    }
    seller::nothing_waits(turn)?;
    Ok(Progress::Done)
}

fn issue(turn: &mut Turn<'_>, account: AuthId, mut stored: Stored) -> Result<(), Fault> {
    complete_seller(turn, &mut stored.document)?;
    stored.document.number = next_number(turn, DocumentKind::Invoice)?;
    stored.document.issued = turn.now();
    stored.document.due = due(turn, &stored.document)?;
    let n = keep(turn, account, &stored)?;
    let document = &stored.document;
    let money = Money::from_micros;
    let month = |moment: Option<i64>| moment.map(calendar::day_name).unwrap_or_default();
    let period_end = month(document.period_end.map(|end| end - 1));
    let facts = vec![
        Fact::new("number", &document.number),
        Fact::new("period-start", month(document.period_start)),
        Fact::new("period-end", period_end),
        Fact::new("total", money(document.total)),
    ];
    // Whether something must be done follows from what is owed now altogether.
    let owes = wallet::need(turn, account)?.owed_whole()?;
    let mut mailed = facts.clone();
    mailed.push(Fact::new("amount-due", owes));
    mailed.push(Fact::new("status", if owes > Money::ZERO { "open" } else { "paid" }));
    mail::send_with(turn, account, "invoice-issued", mailed, (document.kind, &document.number))?;
    feed::event(account, "invoice-issued", "INV-1")
        .facts(facts)
        .fact("amount-due", money(document.amount_due))
        .fact("status", &document.status)
        .fact("net", money(document.net))
        .fact("discount", money(document.discount))
        .fact("opening-balance", money(document.opening_balance))
        .fact("closing-balance", money(document.closing_balance))
        .fact("owed", stored.owed)
        .transactions(stored.transactions.clone())
        .tell(turn);
    let issued = Issued {
        account,
        number: document.number.clone(),
        amount_due: stored.owed,
        days: standing::days(turn, account, n, &stored)?,
    };
    if issued.amount_due > Money::ZERO && profile::profile(turn, account)?.billing_mode == BillingMode::Postpaid {
        collect(turn, &issued)?;
    }
    Ok(())
}

/// By when an invoice of which something is owed is due (INV-2).
fn due(turn: &Turn<'_>, document: &Document) -> Result<Option<Instant>, Fault> {
    let days = Policy::load(turn)?.payment_days;
    Ok((document.amount_due > 0).then(|| document.issued + Instant::from(days) * DAY_MS))
}

/// Begins to collect a postpaid invoice of which something is owed, in the change that issues it (CRD-15, R29).
fn collect(turn: &mut Turn<'_>, issued: &Issued) -> Result<(), Fault> {
    feed::event(issued.account, "invoice-due", "CRD-15")
        .fact("number", &issued.number)
        .fact("amount-due", issued.amount_due)
        .tell(turn);
    dunning::start(turn, issued.account, &issued.number, issued.days)
}

/// The account pays by invoice from now on: what its invoices have left owed is collected as if they had just been issued, and for what none has the cycle
/// that runs has one, whether or not anything is charged in it.
pub fn became_postpaid(turn: &mut Turn<'_>, account: AuthId) -> Result<(), Fault> {
    let wallet = wallet::need(turn, account)?;
    if wallet.balance >= Money::ZERO {
        return Ok(());
    }
    for (Covering { number, days }, owed) in standing::open_ones(turn, account)? {
        // Less than half a cent cannot be charged (R4).
        if owed.to_whole_half_up(wallet.currency())? > Money::ZERO {
            collect(turn, &Issued { account, number, amount_due: owed, days })?;
        }
    }
    totals::keep_open(turn, Month::of(turn.now()), account)
}

/// Notes that the last charge for an invoice failed, or that one has not. An invoice of which nothing is owed any more shows as paid whatever is
/// noted here.
pub fn mark_failed(turn: &mut Turn<'_>, account: AuthId, number: &str, failed: bool) -> Result<(), Fault> {
    let mut state = State::load(turn, account, number)?;
    state.failed = failed;
    state.save(turn, account, number);
    Ok(())
}
