//! After a restore: what the gateway has moved since the backup is booked before anything new is charged (CRD-7).
//!
//! Keys of the lost history carry the old store's name, so none of them can be taken for a key of the present one. A movement that the
//! ledger does not hold becomes a cash lot of the account that the key names; what cannot be placed waits for a person.

use crate::accounts;
use crate::call::{Call, Record};
use crate::charges::{self, QueueEntry};
use crate::events::{EventDraft, emit};
use crate::ids::{AuthId, time_key};
use crate::invoices::receipts::{self, Outcome, Receipt};
use crate::jobs::{JobKey, MovementsRequest, Next, Task, Work};
use crate::judge::{Occasion, judge};
use crate::ledger::{self, LedgerAccount, Posting};
use crate::lots::LotKind;
use crate::money::Money;
use crate::numbers::Numbers;
use crate::outside::{Movement, MovementPage, Paid, PaymentOutcome};
use crate::port::Lane;
use crate::recharge;
use crate::vocabulary::{DAY_MS, Fact, Fault, Instant, MINUTE_MS};
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
}

impl Record for Reconciliation {
    const KIND: &'static str = "reconciliation";
}

/// That a movement of another history has been booked, at `moved/<key>`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
struct Moved {
    v: u32,
    at: Instant,
}

impl Record for Moved {
    const KIND: &'static str = "reconciled movement";
}

const KEY: &str = "store/reconcile";
/// The only currency of accounts (R4).
const CURRENCY: &str = "USD";
/// The backup's moment and the gateway's clock may differ by this much: movements from before are looked at too.
const OVERLAP_MS: Instant = DAY_MS;
const LEASE_MS: Instant = 2 * MINUTE_MS;

/// Whether no new charge may start yet.
pub(crate) fn is_open(call: &Call<'_>) -> Result<bool, Fault> {
    Ok(call.text(KEY).is_some())
}

/// Begins the reconciliation of a store that was restored from a backup of this moment.
pub(crate) fn open(call: &mut Call<'_>, backup: Instant) {
    let reconciliation =
        Reconciliation { v: 1, since: backup.saturating_sub(OVERLAP_MS), cursor: None, attempt: 0, booked: 0 };
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
        return Ok(None);
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
    call.put(&marker, &Moved { v: 1, at: call.now() });
    unkeep(call, &movement.key)?;
    let Some(mut wallet) = wallet::load(call, account)? else {
        keep(call, account, &movement.key, amount, &movement.paid, "payment-for-unknown-account")?;
        return Ok(None);
    };
    let id = ledger::next_id(call)?;
    let since = movement.paid.at.clamp(0, call.now());
    let credited = wallet::credit(
        call,
        account,
        &mut wallet,
        &NewCredit { kind: LotKind::Cash, amount, since, expires: None, origin: &movement.key },
    )?;
    wallet::save(call, account, &wallet);
    Numbers::add_charged(call, account, since, amount)?;
    ledger::post(
        call,
        &id,
        "recharge",
        &movement.key,
        vec![
            Posting(LedgerAccount::PaymentClearing, None, amount),
            Posting(LedgerAccount::CreditsCash, Some(account), credited.kept.negated()?),
            Posting(LedgerAccount::Receivables, Some(account), credited.paid.negated()?),
        ],
        Vec::new(),
    )?;
    let receipt = Receipt {
        amount,
        outcome: Outcome::Successful,
        method: "card",
        product: "recharge",
        description: "Recharge, recovered after a restore",
        refers_to: Some(receipts::charge_name(number)),
        note: "",
        transactions: vec![id.clone()],
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
                Fact::new("balance", wallet.balance),
                Fact::new("receipt", receipt),
            ],
            transactions: vec![id],
        },
    );
    if wallet.is_closed() {
        keep(call, account, &movement.key, amount, &movement.paid, "paid-after-closing")?;
    }
    // What a paid charge sets off, as far as the history that was lost did not (R10, R31).
    accounts::upgrade(call, account)?;
    recharge::reset(call, account)?;
    Ok(Some(account))
}

fn marker(key: &str) -> String {
    format!("moved/{key}")
}

/// Where it is noted that a payment waits for a person.
fn kept_marker(key: &str) -> String {
    format!("moved/kept/{key}")
}

fn queue_key(since: Instant, key: &str) -> String {
    format!("q/{}/payment/{key}", time_key(since))
}

/// Takes a payment that has been booked after all out of the operator's queue.
fn unkeep(call: &mut Call<'_>, key: &str) -> Result<(), Fault> {
    if let Some(kept) = call.get::<Moved>(&kept_marker(key))? {
        call.remove(&queue_key(kept.at, key));
        call.remove(&kept_marker(key));
    }
    Ok(())
}

fn keep_movement(call: &mut Call<'_>, account: AuthId, movement: &Movement, why: &str) -> Result<(), Fault> {
    let currency: String = movement.currency.chars().take(3).collect();
    let cause = format!("{why}: {} {currency}", Money::from_micros(movement.amount));
    let account = wallet::load(call, account)?.map(|_| account);
    keep_for_person(call, account, &movement.key, &cause, &movement.paid, vec![Fact::new("key", &movement.key)])
}

/// Keeps a payment that no charge explains for a person (operator queue).
pub(crate) fn keep(
    call: &mut Call<'_>,
    account: AuthId,
    key: &str,
    amount: Money,
    paid: &Paid,
    why: &str,
) -> Result<(), Fault> {
    let facts = vec![Fact::new("amount", amount), Fact::new("key", key)];
    keep_for_person(call, Some(account), key, &format!("{why}: {amount} USD"), paid, facts)
}

fn keep_for_person(
    call: &mut Call<'_>,
    account: Option<AuthId>,
    key: &str,
    cause: &str,
    paid: &Paid,
    mut facts: Vec<Fact>,
) -> Result<(), Fault> {
    // However often the gateway says it, it waits for a person once (R42).
    if call.text(&kept_marker(key)).is_some() {
        return Ok(());
    }
    call.put(&kept_marker(key), &Moved { v: 1, at: call.now() });
    let reference: String = paid.reference.chars().take(100).collect();
    call.put(
        &queue_key(call.now(), key),
        &QueueEntry {
            v: 1,
            account,
            kind: "payment-without-charge".to_owned(),
            since: call.now(),
            charge: None,
            note: format!("{cause}, key {key}, reference {reference}"),
        },
    );
    facts.push(Fact::new("reference", reference));
    facts.push(Fact::new("cause", cause));
    emit(call, EventDraft { account, kind: "payment-unexplained", rule: "CRD-7", facts, transactions: Vec::new() });
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
            return keep_for_person(
                call,
                account,
                &shown,
                "a notice of a payment that no charge has asked for",
                paid,
                facts,
            );
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
