//! After a restore: what the outside has done since the backup is booked before anything new is done (CRD-7).
//!
//! Keys of the lost history carry the old store's name, so none of them can be taken for a key of the present one. A payment that the
//! ledger does not hold becomes a cash lot of the account that its key names, a refund is taken off the lot that it came from, a number is
//! rented or given back; what cannot be placed waits for a person. With each comes back for which client's key it was, so that a repeat
//! gets its answer and nothing happens twice.
//!
//! The gateway and the stock are asked apart: what waits for one of them does not wait for the other.

mod kept;
pub use coinbox_credit::records::held::{held_amount, is_held};
pub use coinbox_credit::records::reconciliation::{
    Outside, booked_at, is_open, is_stock_open, lot_of, note_resolved, once_outside,
};
pub use kept::{keep, keep_notice, keep_number, keep_refund, let_go};

use crate::charges;
use crate::refunds::{self, Cause, Found, NewRefund};
use coinbox_credit::records::reconciliation::{
    Moved, NOT_LISTED_ORDERS, NOT_LISTED_PAYMENTS, NotListed, OVERLAP_MS, Reconciliation, marker, not_listed_key,
};
use coinbox_credit::watch::judge::{REJUDGE, judge};
use coinbox_credit::watch::occasion::Occasion;
use coinbox_credit::watch::recharge;
use coinbox_ground::call::Call;
use coinbox_ground::counters::Numbers;
use coinbox_ground::feed::{EventDraft, emit};
use coinbox_ground::ids::AuthId;
use coinbox_ground::job::{Attempt, MovementsRequest, Next, Task, Work};
use coinbox_ground::metadata::Metadata;
use coinbox_ground::money::{CURRENCY, Money};
use coinbox_ground::outside::{Movement, MovementPage, Paid, PaymentOutcome};
use coinbox_ground::port::Lane;
use coinbox_ground::queue::{self, QueueEntry};
use coinbox_ground::vocabulary::{Fact, Fault, HOUR_MS, Instant, MINUTE_MS};
use coinbox_invoices::receipts::{self, Outcome, Receipt};
use coinbox_ledger::lots::LotKind;
use coinbox_ledger::wallet::{self, NewCredit};
use coinbox_ledger::{self as ledger, LedgerAccount, Posting};
use coinbox_profiles::profile;

const LEASE_MS: Instant = 2 * MINUTE_MS;

/// After this long without a list of movements it is the operator's business.
const STUCK_MS: Instant = HOUR_MS;

/// A person has looked at what the gateway or the stock did not list. Answers whether this is the kind of such an entry.
pub(crate) fn note_looked(call: &mut Call<'_>, kind: &str) -> bool {
    let ours = kind == NOT_LISTED_PAYMENTS || kind == NOT_LISTED_ORDERS;
    if ours {
        call.remove(&not_listed_key(kind));
    }
    ours
}

/// Begins the reconciliation of a store that was restored from a backup of this moment. If the backup was made while another one was
/// open, it goes back as far as that one.
pub fn open(call: &mut Call<'_>, backup: Instant) -> Result<(), Fault> {
    for outside in [Outside::Payments, Outside::Stock] {
        let since = backup.saturating_sub(OVERLAP_MS);
        let before = call.get::<Reconciliation>(outside.key())?;
        if let Some(opened) = before.as_ref().filter(|before| before.stuck).and_then(|before| before.opened) {
            call.remove(&queue::single_key(opened, stuck_name(outside)));
        }
        let reconciliation = Reconciliation {
            v: 1,
            since: before.map_or(since, |before| before.since.min(since)),
            cursor: None,
            attempt: 0,
            booked: 0,
            opened: Some(call.now()),
            stuck: false,
            complete_since: None,
        };
        call.put(outside.key(), &reconciliation);
        call.timer(&outside.job(), Lane::Urgent, call.now());
    }
    let range = coinbox_invoices::begin_range(call)?;
    emit(
        call,
        EventDraft {
            account: None,
            kind: "reconciliation-started",
            rule: "CRD-7",
            facts: vec![Fact::new("backup-moment", backup), Fact::new("numbers", range)],
            transactions: Vec::new(),
        },
    );
    Ok(())
}

fn stuck_name(outside: Outside) -> &'static str {
    match outside {
        Outside::Payments => "reconcile",
        Outside::Stock => "reconcile-stock",
    }
}

/// Starts asking for the next page of movements.
pub fn begin(call: &mut Call<'_>, outside: Outside) -> Result<Option<Next>, Fault> {
    let Some(mut reconciliation) = call.get::<Reconciliation>(outside.key())? else { return Ok(None) };
    reconciliation.attempt += 1;
    call.put(outside.key(), &reconciliation);
    let job = outside.job();
    call.timer(&job, Lane::Urgent, call.now() + LEASE_MS);
    let request = MovementsRequest { since: reconciliation.since, cursor: reconciliation.cursor };
    let work = match outside {
        Outside::Payments => Work::Reconcile(request),
        Outside::Stock => Work::ReconcileStock(request),
    };
    Ok(Some(Next::Perform(Task { job, attempt: reconciliation.attempt, work })))
}

/// The current attempt.
pub fn attempt(call: &Call<'_>, outside: Outside) -> Result<Option<Attempt>, Fault> {
    Ok(call.get::<Reconciliation>(outside.key())?.map(|reconciliation| Attempt::open(reconciliation.attempt)))
}

/// Books a page of payments and refunds; none: the gateway could not be asked.
pub(crate) fn finish(call: &mut Call<'_>, page: Option<MovementPage>) -> Result<Next, Fault> {
    let page =
        page.map(|page| Page { next: page.next, complete_since: page.complete_since, movements: page.movements });
    finish_page(call, Outside::Payments, page, book)
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
    call: &mut Call<'_>,
    outside: Outside,
    page: Option<Page<Movement>>,
    book: impl Fn(&mut Call<'_>, &Movement) -> Result<Option<AuthId>, Fault>,
) -> Result<Next, Fault> {
    let Some(mut reconciliation) = call.get::<Reconciliation>(outside.key())? else { return Ok(Next::Rest) };
    let job = outside.job();
    // A page that leads back to itself would be asked for again and again.
    let page = page.filter(|page| page.next.is_none() || page.next != reconciliation.cursor);
    let Some(page) = page else {
        note_stuck(call, outside, reconciliation);
        call.timer(&job, Lane::Urgent, call.now() + MINUTE_MS);
        return Ok(Next::Rest);
    };
    if page.complete_since > reconciliation.backup() {
        reconciliation.complete_since = reconciliation.complete_since.max(Some(page.complete_since));
    }
    let mut touched = Vec::new();
    for movement in &page.movements {
        if let Some(account) = book(call, movement)? {
            reconciliation.booked += 1;
            touched.push(account);
        }
    }
    if page.next.is_some() {
        reconciliation.cursor = page.next;
        call.put(outside.key(), &reconciliation);
        call.timer(&job, Lane::Urgent, call.now());
        judge_all(call, touched)?;
        return Ok(Next::Again);
    }
    call.remove(outside.key());
    call.cancel(&job);
    if let Some(opened) = reconciliation.opened.filter(|_| reconciliation.stuck) {
        call.remove(&queue::single_key(opened, stuck_name(outside)));
    }
    if let Some(complete_since) = reconciliation.complete_since {
        note_not_listed(call, outside, reconciliation.backup(), complete_since);
    }
    let kind = match outside {
        Outside::Payments => "reconciliation-finished",
        Outside::Stock => "stock-reconciled",
    };
    let facts = vec![Fact::new("booked", reconciliation.booked)];
    emit(call, EventDraft { account: None, kind, rule: "CRD-7", facts, transactions: Vec::new() });
    judge_all(call, touched)?;
    // Accounts that stood below their balance amount meanwhile may be charged again.
    call.timer(&REJUDGE.key(), Lane::Bulk, call.now());
    Ok(Next::Rest)
}

/// A gateway that does not list its movements holds all charges back, a stock all orders: after a while a person has to know.
fn note_stuck(call: &mut Call<'_>, outside: Outside, mut reconciliation: Reconciliation) {
    let opened = *reconciliation.opened.get_or_insert(call.now());
    if !reconciliation.stuck && call.now() >= opened + STUCK_MS {
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
        call.put(&queue::single_key(opened, stuck_name(outside)), &entry);
        let facts = vec![Fact::new("since", opened), Fact::new("attempts", reconciliation.attempt)];
        emit(call, EventDraft { account: None, kind, rule: "CRD-7", facts, transactions: Vec::new() });
    }
    call.put(outside.key(), &reconciliation);
}

/// What happened between the backup and the beginning of the list is not known: a person has to look, and until then no client's key that the
/// store does not know is taken as new.
fn note_not_listed(call: &mut Call<'_>, outside: Outside, backup: Instant, complete_since: Instant) {
    let (_, kind) = outside.entries();
    let place = not_listed_key(kind);
    if call.text(&place).is_some() {
        return;
    }
    call.put(&place, &NotListed { v: 1, since: call.now() });
    let (from, to) =
        (coinbox_ground::calendar::moment_name(backup), coinbox_ground::calendar::moment_name(complete_since));
    let note = format!("the {} does not list what it has done from {from} to {to}", outside.name());
    let entry = QueueEntry::new(None, kind, call.now(), note);
    call.put(&queue::single_key(call.now(), kind), &entry);
    let facts = vec![Fact::new("from", backup), Fact::new("to", complete_since)];
    emit(call, EventDraft { account: None, kind, rule: "CRD-7", facts, transactions: Vec::new() });
}

fn judge_all(call: &mut Call<'_>, mut touched: Vec<AuthId>) -> Result<(), Fault> {
    touched.sort_unstable();
    touched.dedup();
    for account in touched {
        judge(call, account, Occasion::Credit)?;
    }
    Ok(())
}

/// Books one movement that the ledger may lack. Answers the account if something was booked.
fn book(call: &mut Call<'_>, movement: &Movement) -> Result<Option<AuthId>, Fault> {
    if movement.refund {
        return book_refund(call, movement);
    }
    let Some((account, number)) = charges::parse_gateway_key(&movement.key) else { return Ok(None) };
    if let Some((account, charge)) = charges::by_key(call, &movement.key)? {
        return book_known(call, account, &charge, movement);
    }
    let marker = marker(&movement.key);
    if call.text(&marker).is_some() {
        return Ok(None);
    }
    let amount = Money::from_micros(movement.amount);
    if movement.currency != CURRENCY || amount <= Money::ZERO {
        if let Some(paid) = &movement.paid {
            kept::keep_movement(call, account, movement, paid, "not-an-amount-in-usd")?;
        }
        return Ok(None);
    }
    if wallet::load(call, account)?.is_none() {
        kept::unkeep(call, &movement.key)?;
        call.put(&marker, &Moved::new(call.now()));
        let under_way = Paid { reference: "under way".to_owned(), at: movement.received };
        let paid = movement.paid.as_ref().unwrap_or(&under_way);
        keep(call, account, &movement.key, Some(amount), paid, "payment-for-unknown-account")?;
        return Ok(None);
    }
    let metadata = Metadata::read(&movement.metadata);
    if let Some(metadata) = &metadata {
        kept::unkeep(call, &movement.key)?;
        if charges::recover(call, account, number, movement, metadata)? {
            return Ok(Some(account));
        }
    }
    // The gateway has kept no metadata: all that is known is the key.
    let Some(paid) = &movement.paid else {
        kept::keep_reference(call, account, &movement.key)?;
        return Ok(None);
    };
    kept::unkeep(call, &movement.key)?;
    kept::keep_reference(call, account, &movement.key)?;
    book_unreferenced(call, account, number, movement, paid)
}

/// Books a payment whose charge is on record. Answers the account if it was booked.
fn book_known(
    call: &mut Call<'_>,
    account: AuthId,
    charge: &charges::Charge,
    movement: &Movement,
) -> Result<Option<AuthId>, Fault> {
    // What is under way is asked about by the charge's own job.
    let (false, Some(paid)) = (charge.is_paid(), &movement.paid) else { return Ok(None) };
    if movement.currency != CURRENCY || Money::from_micros(movement.amount) != charge.amount() {
        kept::keep_movement(call, account, movement, paid, "other-amount-than-charged")?;
        return Ok(None);
    }
    // The backup knows the charge; if it was open then, this is its outcome. If it was final, a person looks at it.
    charges::book(call, account, charge.number, PaymentOutcome::Paid(paid.clone()))?;
    Ok(charges::load(call, account, charge.number)?.filter(charges::Charge::is_paid).map(|_| account))
}

/// Books a payment of which only the key is known as a recharge.
fn book_unreferenced(
    call: &mut Call<'_>,
    account: AuthId,
    number: u32,
    movement: &Movement,
    paid: &Paid,
) -> Result<Option<AuthId>, Fault> {
    let amount = Money::from_micros(movement.amount);
    if profile::is_closed(call, account)? {
        call.put(&marker(&movement.key), &Moved::new(call.now()));
        let cause = Cause::PaidAfterClosing;
        let new = NewRefund { cause, amount, charge_key: &movement.key, charge: None, card: "", asked: None };
        let (_, transaction) = refunds::give_back(call, account, &new)?;
        charges::tell_paid_after_closing(call, account, &movement.key, amount, &paid.reference, transaction);
        return Ok(None);
    }
    let recovered = credit_payment(call, account, &movement.key, amount, paid.at)?;
    let receipt = Receipt {
        amount,
        outcome: Outcome::Successful,
        method: "card",
        product: "recharge",
        description: "Recharge, recovered after a restore",
        card: "",
        reference: &paid.reference,
        charge: None,
        refers_to: Some(receipts::charge_name(number)),
        note: "",
        transactions: vec![recovered.transaction.clone()],
    };
    let receipt = receipts::issue(call, account, receipt)?;
    emit(
        call,
        EventDraft {
            account: Some(account),
            kind: "recharge-recovered",
            rule: "CRD-7",
            facts: vec![
                Fact::new("amount", amount),
                Fact::new("key", &movement.key),
                Fact::new("reference", &paid.reference),
                Fact::new("balance", recovered.balance),
                Fact::new("receipt", receipt),
            ],
            transactions: vec![recovered.transaction],
        },
    );
    // What a paid charge sets off, as far as the history that was lost did not (R10, R31).
    profile::upgrade(call, account)?;
    recharge::reset(call, account)?;
    Ok(Some(account))
}

/// A payment that became credit.
pub struct Recovered {
    /// The ledger transaction that books it.
    pub transaction: String,
    balance: Money,
}

/// Credits a payment that no charge explains as a cash lot, under its own key at the gateway, and notes that this was done. What is
/// set off by it, and what is told, is the caller's.
pub(crate) fn credit_payment(
    call: &mut Call<'_>,
    account: AuthId,
    key: &str,
    amount: Money,
    paid_at: Instant,
) -> Result<Recovered, Fault> {
    let id = ledger::next_id(call)?;
    let since = paid_at.clamp(0, call.now());
    let mut wallet = wallet::need(call, account)?;
    let new = NewCredit { kind: LotKind::Cash, amount, since, expires: None, origin: key };
    let credited = wallet::credit(call, account, &mut wallet, &new)?;
    wallet::save(call, account, &wallet);
    let lot = Some((account, credited.lot.number, credited.lot.place()));
    call.put(&marker(key), &Moved { v: 1, at: call.now(), lot });
    Numbers::add_charged(call, account, since, amount)?;
    ledger::post(
        call,
        &id,
        "recharge",
        key,
        vec![
            Posting(LedgerAccount::PaymentClearing, None, amount),
            Posting(LedgerAccount::CreditsCash, Some(account), credited.kept.negated()?),
            Posting(LedgerAccount::Receivables, Some(account), credited.paid.negated()?),
        ],
        Vec::new(),
    )?;
    Ok(Recovered { transaction: id, balance: wallet.balance })
}

/// Books a refund that the gateway has made or has under way: it is taken off the lot that it came from. What cannot be assigned holds the
/// account until a person has decided. Answers the account if something was taken off it.
fn book_refund(call: &mut Call<'_>, movement: &Movement) -> Result<Option<AuthId>, Fault> {
    let Some((account, _)) = refunds::parse_gateway_key(&movement.key) else { return Ok(None) };
    let marker = marker(&movement.key);
    if call.text(&marker).is_some() {
        return Ok(None);
    }
    let amount = Money::from_micros(movement.amount);
    let metadata = Metadata::read(&movement.metadata);
    let unkeyed = metadata.as_ref().is_none_or(|metadata| metadata.asked().is_some());
    // Nothing has gone back yet, but it may.
    let under_way = Paid { reference: "under way".to_owned(), at: movement.received };
    let paid = movement.paid.as_ref().unwrap_or(&under_way);
    let known = wallet::load(call, account)?.is_some();
    kept::unkeep_notice(call, account, &movement.key)?;
    if movement.currency != CURRENCY || amount <= Money::ZERO || !known {
        let why = if known { "not-an-amount-in-usd" } else { "of-an-unknown-account" };
        let amount = (movement.currency == CURRENCY && amount > Money::ZERO).then_some(amount);
        keep_refund(call, account, &movement.key, amount, paid, (why, unkeyed))?;
        return Ok(None);
    }
    // A payment that waited for a person was given back by one.
    if let (Some(charge_key), Some(paid)) = (&movement.charge_key, &movement.paid)
        && let Some((_, payment)) = kept::waiting_payment(call, charge_key)?
        && payment.amount.is_none_or(|known| known == amount)
    {
        note_resolved(call, charge_key)?;
        kept::unkeep(call, charge_key)?;
        call.put(&marker, &Moved::new(call.now()));
        refunds::recover_payment(call, account, movement, paid, metadata.as_ref())?;
        return Ok(None);
    }
    match refunds::recover(call, account, movement, metadata.as_ref())? {
        Found::Explained => Ok(None),
        Found::TakenOff => Ok(Some(account)),
        Found::Uncovered(amount, why) => {
            keep_refund(call, account, &movement.key, Some(amount), paid, (why, unkeyed))?;
            Ok(Some(account))
        }
    }
}
