//! After a restore: what the gateway has moved since the backup is booked before anything new is charged (CRD-7).
//!
//! Keys of the lost history carry the old store's name, so none of them can be taken for a key of the present one. A movement that the
//! ledger does not hold becomes a cash lot of the account that the key names; what cannot be placed waits for a person.

use crate::accounts;
use crate::call::{Call, Record};
use crate::charges;
use crate::events::{EventDraft, emit};
use crate::ids::AuthId;
use crate::invoices::receipts::{self, Outcome, Receipt};
use crate::jobs::{JobKey, MovementsRequest, Next, Task, Work};
use crate::judge::{Occasion, judge};
use crate::ledger::{self, LedgerAccount, Posting};
use crate::lots::{LotKind, Place};
use crate::money::Money;
use crate::numbers::Numbers;
use crate::outside::{Movement, MovementPage, Paid, PaymentOutcome};
use crate::port::Lane;
use crate::queue::{self, Payment, QueueEntry};
use crate::recharge;
use crate::refunds::{self, Cause, NewRefund};
use crate::vocabulary::{DAY_MS, Fact, Fault, HOUR_MS, Instant, MINUTE_MS};
use crate::wallet::{self, NewCredit};
use serde::{Deserialize, Serialize};

/// Where the reconciliation stands, at `store/reconcile`; gone when it is done.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
struct Reconciliation {
    v: u32,
    since: Instant,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cursor: Option<String>,
    attempt: u32,
    booked: u32,
    /// When it was opened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    opened: Option<Instant>,
    /// Whether it waits in the operator's queue.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    stuck: bool,
}

impl Record for Reconciliation {
    const KIND: &'static str = "reconciliation";
}

/// That a movement of another history has been booked, at `moved/<key>`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
struct Moved {
    v: u32,
    at: Instant,
    /// The account and the lot that it became.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    lot: Option<(AuthId, u32, Place)>,
}

impl Moved {
    fn new(at: Instant) -> Moved {
        Moved { v: 1, at, lot: None }
    }
}

impl Record for Moved {
    const KIND: &'static str = "reconciled movement";
}

const KEY: &str = "store/reconcile";
/// Longest key of a payment.
const KEY_BYTES_MAX: usize = 200;
/// The only currency of accounts (R4).
const CURRENCY: &str = "USD";
/// The backup's moment and the gateway's clock may differ by this much: movements from before are looked at too.
const OVERLAP_MS: Instant = DAY_MS;
const LEASE_MS: Instant = 2 * MINUTE_MS;
/// After this long without a list of movements it is the operator's business.
const STUCK_MS: Instant = HOUR_MS;

/// Whether no new charge may start yet.
pub(crate) fn is_open(call: &Call<'_>) -> Result<bool, Fault> {
    Ok(call.text(KEY).is_some())
}

/// Begins the reconciliation of a store that was restored from a backup of this moment.
pub(crate) fn open(call: &mut Call<'_>, backup: Instant) {
    let reconciliation = Reconciliation {
        v: 1,
        since: backup.saturating_sub(OVERLAP_MS),
        cursor: None,
        attempt: 0,
        booked: 0,
        opened: Some(call.now()),
        stuck: false,
    };
    call.put(KEY, &reconciliation);
    call.timer(&JobKey::Reconcile.to_string(), Lane::Urgent, call.now());
    emit(
        call,
        EventDraft {
            account: None,
            kind: "reconciliation-started",
            rule: "CRD-7",
            facts: vec![Fact::new("backup-moment", backup)],
            transactions: Vec::new(),
        },
    );
}

/// Starts asking for the next page of movements.
pub(crate) fn begin(call: &mut Call<'_>) -> Result<Option<Next>, Fault> {
    let Some(mut reconciliation) = call.get::<Reconciliation>(KEY)? else { return Ok(None) };
    reconciliation.attempt += 1;
    call.put(KEY, &reconciliation);
    let job = JobKey::Reconcile.to_string();
    call.timer(&job, Lane::Urgent, call.now() + LEASE_MS);
    let request = MovementsRequest { since: reconciliation.since, cursor: reconciliation.cursor };
    Ok(Some(Next::Perform(Task { job, attempt: reconciliation.attempt, work: Work::Reconcile(request) })))
}

/// The current attempt.
pub(crate) fn attempt(call: &Call<'_>) -> Result<Option<u32>, Fault> {
    Ok(call.get::<Reconciliation>(KEY)?.map(|reconciliation| reconciliation.attempt))
}

/// Books a page; none: the gateway could not be asked.
pub(crate) fn finish(call: &mut Call<'_>, page: Option<MovementPage>) -> Result<Next, Fault> {
    let Some(mut reconciliation) = call.get::<Reconciliation>(KEY)? else { return Ok(Next::Rest) };
    let job = JobKey::Reconcile.to_string();
    // A page that leads back to itself would be asked for again and again.
    let page = page.filter(|page| page.next.is_none() || page.next != reconciliation.cursor);
    let Some(page) = page else {
        note_stuck(call, reconciliation);
        call.timer(&job, Lane::Urgent, call.now() + MINUTE_MS);
        return Ok(Next::Rest);
    };
    let mut touched = Vec::new();
    for movement in &page.movements {
        if let Some(account) = book(call, movement)? {
            reconciliation.booked += 1;
            touched.push(account);
        }
    }
    if page.next.is_some() {
        reconciliation.cursor = page.next;
        call.put(KEY, &reconciliation);
        call.timer(&job, Lane::Urgent, call.now());
        judge_all(call, touched)?;
        return Ok(Next::Again);
    }
    call.remove(KEY);
    call.cancel(&job);
    if let Some(opened) = reconciliation.opened.filter(|_| reconciliation.stuck) {
        call.remove(&queue::single_key(opened, "reconcile"));
    }
    emit(
        call,
        EventDraft {
            account: None,
            kind: "reconciliation-finished",
            rule: "CRD-7",
            facts: vec![Fact::new("booked", reconciliation.booked)],
            transactions: Vec::new(),
        },
    );
    judge_all(call, touched)?;
    // Accounts that stood below their balance amount meanwhile may be charged again.
    call.timer(&JobKey::Rejudge.to_string(), Lane::Bulk, call.now());
    Ok(Next::Rest)
}

/// A gateway that does not list its movements holds all charges back: after a while a person has to know.
fn note_stuck(call: &mut Call<'_>, mut reconciliation: Reconciliation) {
    let opened = *reconciliation.opened.get_or_insert(call.now());
    if !reconciliation.stuck && call.now() >= opened + STUCK_MS {
        reconciliation.stuck = true;
        let note = "the gateway does not list what it has moved since the backup; no charge starts before it does";
        let entry = QueueEntry::new(None, "reconciliation-stuck", opened, note.to_owned());
        call.put(&queue::single_key(opened, "reconcile"), &entry);
        let facts = vec![Fact::new("since", opened), Fact::new("attempts", reconciliation.attempt)];
        let draft =
            EventDraft { account: None, kind: "reconciliation-stuck", rule: "CRD-7", facts, transactions: Vec::new() };
        emit(call, draft);
    }
    call.put(KEY, &reconciliation);
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
        return book_refund(call, movement).map(|()| None);
    }
    let Some((account, number)) = charges::parse_gateway_key(&movement.key) else { return Ok(None) };
    if let Some(charge) = charges::load(call, account, number)?.filter(|charge| charge.key == movement.key) {
        if charge.is_paid() {
            return Ok(None);
        }
        if movement.currency != CURRENCY || Money::from_micros(movement.amount) != charge.amount() {
            keep_movement(call, account, movement, "other-amount-than-charged")?;
            return Ok(None);
        }
        // The backup knows the charge; if it was open then, this is its outcome. If it was final, a person looks at it.
        charges::book(call, account, number, PaymentOutcome::Paid(movement.paid.clone()))?;
        return Ok(charges::load(call, account, number)?.filter(charges::Charge::is_paid).map(|_| account));
    }
    let marker = marker(&movement.key);
    if call.text(&marker).is_some() {
        return Ok(None);
    }
    let amount = Money::from_micros(movement.amount);
    if movement.currency != CURRENCY || amount <= Money::ZERO {
        keep_movement(call, account, movement, "not-an-amount-in-usd")?;
        return Ok(None);
    }
    unkeep(call, &movement.key)?;
    if wallet::load(call, account)?.is_none() {
        call.put(&marker, &Moved::new(call.now()));
        let paid = &movement.paid;
        keep(call, account, &movement.key, Some(amount), paid, "payment-for-unknown-account")?;
        return Ok(None);
    }
    if accounts::is_closed(call, account)? {
        call.put(&marker, &Moved::new(call.now()));
        let new =
            NewRefund { cause: Cause::PaidAfterClosing, amount, charge_key: &movement.key, charge: None, card: "" };
        let (_, transaction) = refunds::give_back(call, account, &new)?;
        charges::tell_paid_after_closing(call, account, &movement.key, amount, &movement.paid.reference, transaction);
        return Ok(None);
    }
    let recovered = credit_payment(call, account, &movement.key, amount, movement.paid.at)?;
    let receipt = Receipt {
        amount,
        outcome: Outcome::Successful,
        method: "card",
        product: "recharge",
        description: "Recharge, recovered after a restore",
        card: "",
        reference: &movement.paid.reference,
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
                Fact::new("reference", &movement.paid.reference),
                Fact::new("balance", recovered.balance),
                Fact::new("receipt", receipt),
            ],
            transactions: vec![recovered.transaction],
        },
    );
    // What a paid charge sets off, as far as the history that was lost did not (R10, R31).
    accounts::upgrade(call, account)?;
    recharge::reset(call, account)?;
    Ok(Some(account))
}

/// A payment that became credit.
pub(crate) struct Recovered {
    pub(crate) transaction: String,
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

/// The lot that a payment became which no charge explains, by the payment's key.
pub(crate) fn lot_of(call: &Call<'_>, account: AuthId, key: &str) -> Result<Option<(u32, Place)>, Fault> {
    if !crate::text::is_name(key, KEY_BYTES_MAX) {
        return Ok(None);
    }
    let lot = call.get::<Moved>(&marker(key))?.and_then(|moved| moved.lot);
    Ok(lot.filter(|(owner, ..)| *owner == account).map(|(_, number, place)| (number, place)))
}

/// Notes that a person has decided about a payment: it is booked no more, whatever the gateway lists later.
pub(crate) fn note_resolved(call: &mut Call<'_>, key: &str) -> Result<(), Fault> {
    let moved = call.get::<Moved>(&marker(key))?.unwrap_or_else(|| Moved::new(call.now()));
    call.put(&marker(key), &moved);
    Ok(())
}

/// Books a refund that the gateway has made. One that no refund of this history explains waits for a person: the account still has
/// credit that was given back.
fn book_refund(call: &mut Call<'_>, movement: &Movement) -> Result<(), Fault> {
    let Some((account, number)) = refunds::parse_gateway_key(&movement.key) else { return Ok(()) };
    let known = refunds::load(call, account, number)?.filter(|refund| refund.key == movement.key);
    let amount = Money::from_micros(movement.amount);
    if let Some(refund) = known.filter(|refund| movement.currency == CURRENCY && refund.amount == amount) {
        if !refund.is_settled() {
            refunds::book(call, account, number, PaymentOutcome::Paid(movement.paid.clone()))?;
        }
        return Ok(());
    }
    let account = wallet::load(call, account)?.map(|_| account);
    keep_refund(call, account, &movement.key, amount, &movement.paid, "refund-without-record")
}

fn marker(key: &str) -> String {
    format!("moved/{key}")
}

/// Where it is noted that a payment waits for a person.
fn kept_marker(key: &str) -> String {
    format!("moved/kept/{key}")
}

/// Takes a payment that has been booked after all out of the operator's queue.
fn unkeep(call: &mut Call<'_>, key: &str) -> Result<(), Fault> {
    if let Some(kept) = call.get::<Moved>(&kept_marker(key))? {
        call.remove(&queue::payment_key(kept.at, key));
        call.remove(&kept_marker(key));
    }
    Ok(())
}

fn keep_movement(call: &mut Call<'_>, account: AuthId, movement: &Movement, why: &str) -> Result<(), Fault> {
    let currency: String = movement.currency.chars().take(3).collect();
    let cause = format!("{why}: {} {currency}", Money::from_micros(movement.amount));
    let account = wallet::load(call, account)?.map(|_| account);
    let amount = Money::from_micros(movement.amount);
    let kept = Kept {
        account,
        kind: "payment-without-charge",
        key: &movement.key,
        payment: (movement.currency == CURRENCY && amount > Money::ZERO).then_some(Some(amount)),
        paid: &movement.paid,
    };
    keep_for_person(call, &kept, &cause, vec![Fact::new("key", &movement.key)])
}

/// Keeps a payment that no charge explains for a person (operator queue).
pub(crate) fn keep(
    call: &mut Call<'_>,
    account: AuthId,
    key: &str,
    amount: Option<Money>,
    paid: &Paid,
    why: &str,
) -> Result<(), Fault> {
    let shown = amount.unwrap_or_default();
    let facts = vec![Fact::new("amount", shown), Fact::new("key", key)];
    let kept = Kept { account: Some(account), kind: "payment-without-charge", key, payment: Some(amount), paid };
    keep_for_person(call, &kept, &format!("{why}: {shown} USD"), facts)
}

/// Keeps a refund that no record explains for a person (operator queue).
pub(crate) fn keep_refund(
    call: &mut Call<'_>,
    account: Option<AuthId>,
    key: &str,
    amount: Money,
    paid: &Paid,
    why: &str,
) -> Result<(), Fault> {
    let facts = vec![Fact::new("amount", amount), Fact::new("key", key)];
    let kept = Kept { account, kind: "refund-without-record", key, payment: None, paid };
    keep_for_person(call, &kept, &format!("{why}: {amount} USD"), facts)
}

/// A movement that waits for a person.
struct Kept<'a> {
    account: Option<AuthId>,
    kind: &'a str,
    key: &'a str,
    /// None: nothing can be credited or given back. Some of none: a payment of an amount that is not known.
    payment: Option<Option<Money>>,
    paid: &'a Paid,
}

fn keep_for_person(call: &mut Call<'_>, kept: &Kept<'_>, cause: &str, mut facts: Vec<Fact>) -> Result<(), Fault> {
    let key = kept.key;
    // However often the gateway says it, it waits for a person once (R42).
    if call.text(&kept_marker(key)).is_some() {
        return Ok(());
    }
    call.put(&kept_marker(key), &Moved::new(call.now()));
    let reference: String = kept.paid.reference.chars().take(100).collect();
    let note = format!("{cause}, key {key}, reference {reference}");
    let mut entry = QueueEntry::new(kept.account, kept.kind, call.now(), note);
    entry.payment = kept.payment.map(|amount| Payment { key: key.to_owned(), amount, at: kept.paid.at });
    call.put(&queue::payment_key(call.now(), key), &entry);
    facts.push(Fact::new("reference", reference));
    facts.push(Fact::new("cause", cause));
    let kind = if kept.kind == "payment-without-charge" { "payment-unexplained" } else { "refund-unexplained" };
    emit(call, EventDraft { account: kept.account, kind, rule: "CRD-7", facts, transactions: Vec::new() });
    Ok(())
}

/// Keeps a gateway notice whose key no charge has (CRD-7): a payment waits for a person, anything else is only told.
pub(crate) fn keep_notice(call: &mut Call<'_>, key: &str, outcome: &PaymentOutcome) -> Result<(), Fault> {
    let shown: String = key.chars().filter(char::is_ascii_graphic).take(200).collect();
    let word = match outcome {
        // A payment of the history before a restore that the reconciliation has booked.
        PaymentOutcome::Paid(_) if call.text(&marker(&shown)).is_some() => return Ok(()),
        PaymentOutcome::Paid(paid) => {
            let account = charges::parse_gateway_key(key).map(|(account, _)| account);
            let account = match account {
                Some(account) => wallet::load(call, account)?.map(|_| account),
                None => None,
            };
            let facts = vec![Fact::new("key", &shown)];
            let kept = Kept { account, kind: "payment-without-charge", key: &shown, payment: Some(None), paid };
            return keep_for_person(call, &kept, "a notice of a payment that no charge has asked for", facts);
        }
        PaymentOutcome::Declined(_) => "declined",
        PaymentOutcome::Pending(_) => "pending",
        PaymentOutcome::Unknown(_) => "unknown",
        PaymentOutcome::NotSent(_) => "not-sent",
    };
    emit(
        call,
        EventDraft {
            account: None,
            kind: "payment-notice-unknown",
            rule: "CRD-7",
            facts: vec![Fact::new("key", shown), Fact::new("outcome", word)],
            transactions: Vec::new(),
        },
    );
    Ok(())
}
