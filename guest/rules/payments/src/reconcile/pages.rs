//! Asking the gateway and the stock, page by page, for what they have done since a backup.

use coinbox_credit::records::reconciliation::{
    NOT_LISTED_ORDERS, NOT_LISTED_PAYMENTS, NotListed, OVERLAP_MS, Outside, Reconciliation, not_listed_key,
};
use coinbox_credit::watch::judge::{REJUDGE, judge};
use coinbox_credit::watch::occasion::Occasion;
use coinbox_ground::feed;
use coinbox_ground::ids::AuthId;
use coinbox_ground::job::{Attempt, MovementsRequest, Next, Task, Work};
use coinbox_ground::outside::LEASE_MS;
use coinbox_ground::port::Lane;
use coinbox_ground::queue::{self, QueueEntry};
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{Fault, HOUR_MS, Instant, MINUTE_MS};

/// After this long without a list of movements it is the operator's business.
const STUCK_MS: Instant = HOUR_MS;

/// A person has looked at what the gateway or the stock did not list. Answers whether this is the kind of such an entry.
pub(crate) fn note_looked(turn: &mut Turn<'_>, kind: &str) -> bool {
    let ours = kind == NOT_LISTED_PAYMENTS || kind == NOT_LISTED_ORDERS;
    if ours {
        turn.remove(&not_listed_key(kind));
    }
    ours
}

/// Begins the reconciliation of a store that was restored from a backup of this moment. If the backup was made while another one was
/// open, it goes back as far as that one.
pub fn open(turn: &mut Turn<'_>, backup: Instant) -> Result<(), Fault> {
    for outside in [Outside::Payments, Outside::Stock] {
        let since = backup.saturating_sub(OVERLAP_MS);
        let before = turn.get::<Reconciliation>(outside.key())?;
        if let Some(opened) = before.as_ref().filter(|before| before.stuck).and_then(|before| before.opened) {
            turn.remove(&queue::single_key(opened, stuck_name(outside)));
        }
        let reconciliation = Reconciliation {
            v: 1,
            since: before.map_or(since, |before| before.since.min(since)),
            cursor: None,
            attempt: 0,
            booked: 0,
            opened: Some(turn.now()),
            stuck: false,
            complete_since: None,
        };
        turn.put(outside.key(), &reconciliation);
        turn.timer(&outside.job(), Lane::Urgent, turn.now());
    }
    let range = coinbox_invoices::begin_range(turn)?;
    feed::operator_event("reconciliation-started", "CRD-7")
        .fact("backup-moment", backup)
        .fact("numbers", range)
        .tell(turn);
    Ok(())
}

fn stuck_name(outside: Outside) -> &'static str {
    match outside {
        Outside::Payments => "reconcile",
        Outside::Stock => "reconcile-stock",
    }
}

/// Starts asking for the next page of movements.
pub fn begin(turn: &mut Turn<'_>, outside: Outside) -> Result<Option<Next>, Fault> {
    let Some(mut reconciliation) = turn.get::<Reconciliation>(outside.key())? else { return Ok(None) };
    reconciliation.attempt += 1;
    turn.put(outside.key(), &reconciliation);
    let job = outside.job();
    turn.timer(&job, Lane::Urgent, turn.now() + LEASE_MS);
    let request = MovementsRequest { since: reconciliation.since, cursor: reconciliation.cursor };
    let work = match outside {
        Outside::Payments => Work::Reconcile(request),
        Outside::Stock => Work::ReconcileStock(request),
    };
    Ok(Some(Next::Perform(Task { job, attempt: reconciliation.attempt, work })))
}

/// The current attempt.
pub fn attempt(turn: &Turn<'_>, outside: Outside) -> Result<Option<Attempt>, Fault> {
    Ok(turn.get::<Reconciliation>(outside.key())?.map(|reconciliation| Attempt::open(reconciliation.attempt)))
}

/// A page of what the outside has moved.
pub struct Page<Movement> {
    /// In the order of its moments.
    pub movements: Vec<Movement>,
    /// Where the next page begins; none: this was the last.
    pub next: Option<String>,
    /// From when on the outside lists everything.
    pub complete_since: Instant,
}

/// Books a page by `book`, which answers the account if something was booked; none: the outside could not be asked.
pub fn finish_page<Movement>(
    turn: &mut Turn<'_>,
    outside: Outside,
    page: Option<Page<Movement>>,
    book: impl Fn(&mut Turn<'_>, &Movement) -> Result<Option<AuthId>, Fault>,
) -> Result<Next, Fault> {
    let Some(mut reconciliation) = turn.get::<Reconciliation>(outside.key())? else { return Ok(Next::Rest) };
    let job = outside.job();
    // A page that leads back to itself would be asked for again and again.
    let page = page.filter(|page| page.next.is_none() || page.next != reconciliation.cursor);
    let Some(page) = page else {
        note_stuck(turn, outside, reconciliation);
        turn.timer(&job, Lane::Urgent, turn.now() + MINUTE_MS);
        return Ok(Next::Rest);
    };
    if page.complete_since > reconciliation.backup() {
        reconciliation.complete_since = reconciliation.complete_since.max(Some(page.complete_since));
    }
    let mut touched = Vec::new();
    for movement in &page.movements {
        if let Some(account) = book(turn, movement)? {
            reconciliation.booked += 1;
            touched.push(account);
        }
    }
    if page.next.is_some() {
        reconciliation.cursor = page.next;
        turn.put(outside.key(), &reconciliation);
        turn.timer(&job, Lane::Urgent, turn.now());
        judge_all(turn, touched)?;
        return Ok(Next::Again);
    }
    turn.remove(outside.key());
    turn.cancel(&job);
    if let Some(opened) = reconciliation.opened.filter(|_| reconciliation.stuck) {
        turn.remove(&queue::single_key(opened, stuck_name(outside)));
    }
    if let Some(complete_since) = reconciliation.complete_since {
        note_not_listed(turn, outside, reconciliation.backup(), complete_since);
    }
    let kind = match outside {
        Outside::Payments => "reconciliation-finished",
        Outside::Stock => "stock-reconciled",
    };
    feed::operator_event(kind, "CRD-7").fact("booked", reconciliation.booked).tell(turn);
    judge_all(turn, touched)?;
    // Accounts that stood below their balance amount meanwhile may be charged again.
    turn.timer(&REJUDGE.key(), Lane::Bulk, turn.now());
    Ok(Next::Rest)
}

/// A gateway that does not list its movements holds all charges back, a stock all orders: after a while a person has to know.
fn note_stuck(turn: &mut Turn<'_>, outside: Outside, mut reconciliation: Reconciliation) {
    let opened = *reconciliation.opened.get_or_insert(turn.now());
    if !reconciliation.stuck && turn.now() >= opened + STUCK_MS {
        reconciliation.stuck = true;
        let (kind, _) = outside.entries();
        let note = match outside {
            Outside::Payments => {
                "the gateway does not list what it has moved since the backup; no charge starts before it does"
            }
            Outside::Stock => {
                "the stock does not list what was ordered since the backup; no number is ordered or released before it does"
            }
        };
        let entry = QueueEntry::new(None, kind, opened, note.to_owned());
        turn.put(&queue::single_key(opened, stuck_name(outside)), &entry);
        feed::operator_event(kind, "CRD-7").fact("since", opened).fact("attempts", reconciliation.attempt).tell(turn);
    }
    turn.put(outside.key(), &reconciliation);
}

/// What happened between the backup and the beginning of the list is not known: a person has to look, and until then no client's key that the
/// store does not know is taken as new.
fn note_not_listed(turn: &mut Turn<'_>, outside: Outside, backup: Instant, complete_since: Instant) {
    let (_, kind) = outside.entries();
    let place = not_listed_key(kind);
    if turn.text(&place).is_some() {
        return;
    }
    turn.put(&place, &NotListed { v: 1, since: turn.now() });
    let (from, to) =
        (coinbox_ground::calendar::moment_name(backup), coinbox_ground::calendar::moment_name(complete_since));
    let note = format!("the {} does not list what it has done from {from} to {to}", outside.name());
    let entry = QueueEntry::new(None, kind, turn.now(), note);
    turn.put(&queue::single_key(turn.now(), kind), &entry);
    feed::operator_event(kind, "CRD-7").fact("from", backup).fact("to", complete_since).tell(turn);
}

fn judge_all(turn: &mut Turn<'_>, mut touched: Vec<AuthId>) -> Result<(), Fault> {
    touched.sort_unstable();
    touched.dedup();
    for account in touched {
        judge(turn, account, Occasion::Credit)?;
    }
    Ok(())
}
