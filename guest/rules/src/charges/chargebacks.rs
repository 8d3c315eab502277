//! Disputes: a card holder has taken a payment back through the bank, and whether that was won (R33, R84, CRD-19).
//!
//! A chargeback takes first what is left of the payment's own lot, so that it is never refunded as well, then debts that the payment had paid at
//! once, the newest first: their invoices are open again. The rest is owed since today. Other credit covers what it can, as it would have
//! done if the payment had never come.

use super::records::{Charge, ChargeKind, ChargeState, Dispute, load, parse_gateway_key, save};
use crate::accounts::{self, Standing};
use crate::call::{Call, end_of_prefix, successor};
use crate::credentials::{self, Who};
use crate::credits::{self, Adjusted, Error};
use crate::dunning;
use crate::events::{EventDraft, emit};
use crate::ids::AuthId;
use crate::invoices::receipts::{self, Outcome, Receipt};
use crate::invoices::{self, Covering};
use crate::judge::{Occasion, judge};
use crate::ledger::{self, LedgerAccount, Posting};
use crate::lots::{self, LotKind, OfMonth};
use crate::mail;
use crate::money::Money;
use crate::numbers::Numbers;
use crate::reconcile;
use crate::refunds::{self, Cause, NewRefund};
use crate::vocabulary::{Caller, Checks, Fact, Fault, FieldRule, Micros};
use crate::wallet::{self, NewCredit, Split};

/// Chargebacks of one charge.
const CHARGEBACKS_MAX: usize = 20;
/// Charges that are read at a time.
const PAGE: usize = 1_000;
/// What stands for the card of a payment that no charge explains.
const NO_CARD: &str = "recovered payment";

/// Books a chargeback: the payment is taken off the account again, below zero if it is spent, invoices that it had paid are open again, and the
/// account is suspended for payment failure.
pub fn record_chargeback(
    call: &mut Call<'_>,
    caller: &Caller,
    auth_id: String,
    number: u32,
    amount: Option<Micros>,
    reference: String,
) -> Result<Adjusted, Error> {
    let (who, account) = credentials::permit_on(call, caller, "credits.record-chargeback", &auth_id)?;
    let args = (&auth_id, number, amount, &reference);
    crate::idempotency::once(call, caller, &auth_id, "credits.record-chargeback", &args, |call| {
        let charge = load(call, account, number)?.ok_or_else(|| Fault::not_found("charge"))?;
        take_back(call, account, charge, amount, &reference, &who)
    })
}

/// [`record_chargeback`] of a payment that was credited without a charge: after a restore, or from the operator's queue. From then on it has a
/// charge.
pub fn record_payment_chargeback(
    call: &mut Call<'_>,
    caller: &Caller,
    auth_id: String,
    payment: String,
    amount: Option<Micros>,
    reference: String,
) -> Result<Adjusted, Error> {
    let (who, account) = credentials::permit_on(call, caller, "credits.record-payment-chargeback", &auth_id)?;
    let args = (&auth_id, &payment, amount, &reference);
    crate::idempotency::once(call, caller, &auth_id, "credits.record-payment-chargeback", &args, |call| {
        let charge = match of_payment(call, account, &payment)? {
            Some(charge) => charge,
            None => adopt(call, account, &payment)?,
        };
        take_back(call, account, charge, amount, &reference, &who)
    })
}

/// The charge that explains a payment.
pub(crate) fn of_payment(call: &Call<'_>, account: AuthId, key: &str) -> Result<Option<Charge>, Fault> {
    let prefix = format!("ch/{account}/");
    let mut from = prefix.clone();
    loop {
        let (page, more) = call.span::<Charge>(&from, &end_of_prefix(&prefix), PAGE)?;
        if let Some((last, _)) = page.last() {
            from = successor(last);
        }
        let found = page.into_iter().map(|(_, charge)| charge).find(|charge| charge.key == key);
        if found.is_some() || !more {
            return Ok(found);
        }
    }
}

/// Makes a paid charge of a payment that was credited without one.
fn adopt(call: &mut Call<'_>, account: AuthId, key: &str) -> Result<Charge, Fault> {
    let unknown = || Fault::not_found("credited payment");
    let (number, place) = reconcile::lot_of(call, account, key)?.ok_or_else(unknown)?;
    let booked = reconcile::booked_at(call, key)?.ok_or_else(unknown)?;
    let (lot, _) = lots::find(call, account, number, &place)?.ok_or_else(unknown)?;
    Ok(Charge {
        v: 1,
        number: Numbers::next_charge(call, account)?,
        kind: ChargeKind::Manual,
        amount: lot.amount,
        card: 0,
        card_label: NO_CARD.to_owned(),
        key: key.to_owned(),
        state: ChargeState::Paid,
        attempt: 0,
        answered: 0,
        created: lot.since,
        sent: None,
        settled: Some(booked),
        reference: None,
        receipt: None,
        lot: Some((number, place)),
        asked: 0,
        overdue: false,
        given_up: false,
        invoice: None,
        charged_back: Money::ZERO,
        chargebacks: Vec::new(),
        asked_for: None,
        recovered: false,
        disputes: Vec::new(),
    })
}

fn take_back(
    call: &mut Call<'_>,
    account: AuthId,
    mut charge: Charge,
    amount: Option<Micros>,
    reference: &str,
    who: &Who,
) -> Result<Adjusted, Error> {
    let number = charge.number;
    if !charge.is_paid() {
        return Err(Fault::problem("charge-not-paid", vec![Fact::new("charge", number)]).into());
    }
    if charge.chargebacks.iter().any(|known| known == reference) {
        let facts = vec![Fact::new("charge", number), Fact::new("reference", reference)];
        return Err(Fault::problem("chargeback-recorded", facts).into());
    }
    let left = charge.amount().minus(charge.charged_back)?.minus(refunds::of_charge(call, account, &charge.key)?)?;
    let amount = amount.map_or(left, Money::from_micros);
    let mut checks = Checks::new();
    checks.text(reference, "reference", 1, 200);
    checks.require(amount > Money::ZERO, "amount", FieldRule::TooSmall, "0.01");
    checks.require(amount <= left, "amount", FieldRule::TooLarge, left);
    checks.require(amount.is_whole_cents(), "amount", FieldRule::WrongForm, "whole cents");
    checks.done()?;
    if charge.chargebacks.len() >= CHARGEBACKS_MAX {
        let facts = vec![Fact::new("charge", number), Fact::new("limit", CHARGEBACKS_MAX)];
        return Err(Fault::problem("too-many-chargebacks", facts).into());
    }
    // A payment without a charge has one from now on, which its receipt names.
    save(call, account, &charge);
    let lost = accounts::is_closed(call, account)?;
    let taken = if lost { write_off(call, &charge, amount)? } else { take(call, account, &charge, amount)? };
    let receipt = document(call, account, &charge, amount, Outcome::ChargedBack, (reference, &taken.transaction))?;
    note_charged_back(call, account, &charge, amount)?;
    charge.chargebacks.push(reference.to_owned());
    charge.charged_back = charge.charged_back.plus(amount)?;
    charge.disputes.push(Dispute {
        reference: reference.to_owned(),
        amount,
        at: call.now(),
        unpaid: taken.unpaid,
        receipt: receipts::numbered(&receipt).unwrap_or_default().to_owned(),
        lost,
        won: None,
    });
    save(call, account, &charge);
    let balance = wallet::need(call, account)?.balance;
    let standing = Step { kind: "chargeback", rule: "ACC-8", amount, balance, reference, receipt: &receipt };
    standing.tell(call, account, &charge, who, &taken.transaction);
    if accounts::profile(call, account)?.standing != Standing::Closed {
        for (invoice, amount) in &taken.reopened {
            dunning::reopened(call, account, invoice, *amount, number)?;
        }
        dunning::charged_back(call, account, &charge)?;
        standing.mail(call, account, &charge)?;
        judge(call, account, Occasion::Debit)?;
    }
    Ok(Adjusted { transaction: taken.transaction, balance: balance.micros() })
}

/// A step in the life of a dispute, as it is told.
struct Step<'a> {
    kind: &'a str,
    rule: &'a str,
    amount: Money,
    balance: Money,
    reference: &'a str,
    receipt: &'a str,
}

impl Step<'_> {
    fn tell(&self, call: &mut Call<'_>, account: AuthId, charge: &Charge, who: &Who, transaction: &str) {
        let mut facts = charge.facts();
        facts.retain(|fact| fact.name != "amount");
        facts.push(Fact::new("amount", self.amount));
        facts.push(Fact::new("balance", self.balance));
        facts.push(Fact::new("reference", self.reference));
        facts.push(Fact::new("receipt", self.receipt));
        facts.push(Fact::new("by", who.name()));
        let (kind, rule, transactions) = (self.kind, self.rule, vec![transaction.to_owned()]);
        emit(call, EventDraft { account: Some(account), kind, rule, facts, transactions });
    }

    fn mail(&self, call: &mut Call<'_>, account: AuthId, charge: &Charge) -> Result<(), Fault> {
        let facts = vec![
            Fact::new("amount", self.amount),
            Fact::new("balance", self.balance),
            Fact::new("card", &charge.card_label),
            Fact::new("number", charge.number),
            Fact::new("receipt", self.receipt),
        ];
        mail::send(call, account, self.kind, facts)
    }
}

/// The document of a step (R84).
fn document(
    call: &mut Call<'_>,
    account: AuthId,
    charge: &Charge,
    amount: Money,
    outcome: Outcome,
    (reference, transaction): (&str, &str),
) -> Result<String, Fault> {
    let (product, what) = match outcome {
        Outcome::ChargedBack => ("chargeback", "Chargeback"),
        _ => ("dispute-won", "Dispute won"),
    };
    let description = match charge.invoice() {
        Some(invoice) => format!("{what}, payment of invoice {invoice}"),
        None => format!("{what}, recharge"),
    };
    let refers_to = referred(charge);
    let receipt = Receipt {
        amount,
        outcome,
        method: "card",
        product,
        description: &description,
        card: if charge.card_label == NO_CARD { "" } else { &charge.card_label },
        reference,
        charge: Some(charge.number),
        refers_to: Some(refers_to),
        note: "",
        transactions: vec![transaction.to_owned()],
    };
    receipts::issue(call, account, receipt)
}

/// What the documents of a charge refer to.
fn referred(charge: &Charge) -> String {
    charge.invoice().map_or_else(|| receipts::charge_name(charge.number), str::to_owned)
}

/// The number of a charge's receipt. None: a person has credited the payment.
pub(crate) fn receipt_of(call: &Call<'_>, account: AuthId, charge: &Charge) -> Result<Option<String>, Fault> {
    if charge.receipt.is_some() {
        return Ok(charge.receipt.clone());
    }
    // A version that noted none has issued it, or it was issued before there was a charge, with the number of its key.
    let in_key = parse_gateway_key(&charge.key).map(|(_, number)| receipts::charge_name(number));
    let payment = invoices::PaymentReceipt {
        at: charge.settled.unwrap_or(charge.created),
        amount: charge.amount,
        refers_to: in_key.into_iter().chain([referred(charge)]).collect(),
    };
    invoices::receipt_of(call, account, &payment)
}

/// Notes on the receipt of a payment that the bank has taken so much of it back; below zero: that it came back.
fn note_charged_back(call: &mut Call<'_>, account: AuthId, charge: &Charge, amount: Money) -> Result<(), Fault> {
    match receipt_of(call, account, charge)? {
        Some(receipt) => invoices::note_charged_back(call, account, &receipt, amount),
        None => Ok(()),
    }
}

/// What a chargeback has taken.
struct Taken {
    transaction: String,
    /// Debts that the payment had paid and that are open again or were paid by other credit at once, by their months, newest first.
    unpaid: Vec<OfMonth>,
    /// Invoices of which something is owed again, and how much.
    reopened: Vec<(Covering, Money)>,
}

/// A closed account has nothing to take it from: it is a loss.
fn write_off(call: &mut Call<'_>, charge: &Charge, amount: Money) -> Result<Taken, Fault> {
    let gone = Posting(LedgerAccount::PaymentClearing, None, amount.negated()?);
    let postings = vec![Posting(LedgerAccount::WriteOffs, None, amount), gone];
    let transaction = ledger::next_id(call)?;
    ledger::post(call, &transaction, "chargeback", &charge.key, postings, Vec::new())?;
    Ok(Taken { transaction, unpaid: Vec::new(), reopened: Vec::new() })
}

/// Takes the amount off the account.
fn take(call: &mut Call<'_>, account: AuthId, charge: &Charge, amount: Money) -> Result<Taken, Fault> {
    credits::expire_due(call, account)?;
    let mut wallet = wallet::need(call, account)?;
    let mut split = Split::default();
    if let Some((lot, place)) = charge.lot() {
        split.cash = wallet::take_from(call, account, &mut wallet, *lot, place, amount)?;
    }
    let rest = amount.minus(split.cash)?;
    wallet::debit(call, account, &mut wallet, rest, &mut split)?;
    wallet::save(call, account, &wallet);
    let unpaid = unpay(call, account, charge, rest)?;
    let reopened = reopen(call, account, &unpaid, rest, split.owed)?;
    let mut of_today = split.owed;
    for (_, again) in &reopened {
        of_today = of_today.minus(*again)?;
    }
    wallet::owe_as_other(call, account, of_today)?;
    let mut postings = split.postings(account).to_vec();
    postings.push(Posting(LedgerAccount::PaymentClearing, None, amount.negated()?));
    let transaction = ledger::next_id(call)?;
    ledger::post(call, &transaction, "chargeback", &charge.key, postings, Vec::new())?;
    Ok(Taken { transaction, unpaid, reopened })
}

/// Takes an amount off what the payment has paid of debts, the newest first: as if it had been smaller.
fn unpay(call: &mut Call<'_>, account: AuthId, charge: &Charge, amount: Money) -> Result<Vec<OfMonth>, Fault> {
    let Some((number, place)) = charge.lot() else { return Ok(Vec::new()) };
    let Some((mut lot, used)) = lots::find(call, account, *number, place)? else { return Ok(Vec::new()) };
    let mut left = amount;
    let mut unpaid = Vec::new();
    for paid in lot.paid.iter_mut().rev() {
        let part = left.min(paid.amount);
        if part > Money::ZERO {
            paid.amount = paid.amount.minus(part)?;
            left = left.minus(part)?;
            unpaid.push(OfMonth { month: paid.month, amount: part });
        }
    }
    lot.paid.retain(|paid| paid.amount > Money::ZERO);
    lots::keep(call, account, &lot, used);
    Ok(unpaid)
}

/// Gives what is owed again the age of the debts that it was, where their invoices are issued. What other credit has paid is the oldest of it.
fn reopen(
    call: &mut Call<'_>,
    account: AuthId,
    unpaid: &[OfMonth],
    taken: Money,
    owed: Money,
) -> Result<Vec<(Covering, Money)>, Fault> {
    let mut of_today = taken;
    for part in unpaid {
        of_today = of_today.minus(part.amount)?;
    }
    let mut left = owed.minus(owed.min(of_today))?;
    let mut reopened: Vec<(Covering, Money)> = Vec::new();
    for part in unpaid {
        let again = left.min(part.amount);
        left = left.minus(again)?;
        let Some(invoice) = invoices::of_month(call, account, part.month)?.filter(|_| again > Money::ZERO) else {
            continue;
        };
        wallet::owe_since(call, account, again, (part.month.end() - 1).min(invoice.days.1))?;
        match reopened.iter_mut().find(|(known, _)| known.number == invoice.number) {
            Some((_, amount)) => *amount = amount.plus(again)?,
            None => reopened.push((invoice, again)),
        }
    }
    Ok(reopened)
}

/// Books that a dispute was won: the money is back, and what the chargeback had reopened is paid again (R84).
pub fn record_dispute_won(
    call: &mut Call<'_>,
    caller: &Caller,
    auth_id: String,
    number: u32,
    reference: String,
) -> Result<Adjusted, Error> {
    let (who, account) = credentials::permit_on(call, caller, "credits.record-dispute-won", &auth_id)?;
    let args = (&auth_id, number, &reference);
    crate::idempotency::once(call, caller, &auth_id, "credits.record-dispute-won", &args, |call| {
        let mut checks = Checks::new();
        checks.text(&reference, "reference", 1, 200);
        checks.done()?;
        let mut charge = load(call, account, number)?.ok_or_else(|| Fault::not_found("charge"))?;
        let dispute = charge.dispute(&reference).ok_or_else(|| Fault::not_found("chargeback"))?;
        if dispute.won.is_some() {
            let facts = vec![Fact::new("charge", number), Fact::new("reference", &reference)];
            return Err(Fault::problem("dispute-won-already", facts).into());
        }
        let transaction = match (accounts::is_closed(call, account)?, dispute.lost) {
            (false, _) => put_back(call, account, &charge, &dispute)?,
            (true, true) => recover(call, &charge, dispute.amount)?,
            // It had been taken off an account that had to pay it before its closing: it is the customer's (R24).
            (true, false) => {
                let (cause, charge_key, card) = (Cause::PaidAfterClosing, &charge.key, &charge.card_label);
                let (amount, charge) = (dispute.amount, Some(number));
                let new = NewRefund { cause, amount, charge_key, charge, card, asked: None };
                refunds::give_back(call, account, &new)?.1
            }
        };
        let about_step = (reference.as_str(), transaction.as_str());
        let receipt = document(call, account, &charge, dispute.amount, Outcome::Successful, about_step)?;
        note_charged_back(call, account, &charge, dispute.amount.negated()?)?;
        invoices::note_reversed(call, account, &dispute.receipt)?;
        charge.charged_back = charge.charged_back.minus(dispute.amount)?;
        charge.disputes.retain(|known| known.reference != reference);
        let (amount, won) = (dispute.amount, Some(call.now()));
        charge.disputes.push(Dispute { unpaid: Vec::new(), won, ..dispute });
        save(call, account, &charge);
        let balance = wallet::need(call, account)?.balance;
        let (kind, rule, reference) = ("dispute-won", "CRD-19", reference.as_str());
        let step = Step { kind, rule, amount, balance, reference, receipt: &receipt };
        step.tell(call, account, &charge, &who, &transaction);
        if accounts::profile(call, account)?.standing != Standing::Closed {
            step.mail(call, account, &charge)?;
            dunning::dispute_won(call, account, number)?;
            judge(call, account, Occasion::Credit)?;
        }
        Ok(Adjusted { transaction, balance: balance.micros() })
    })
}

/// What was written off comes in after all.
fn recover(call: &mut Call<'_>, charge: &Charge, amount: Money) -> Result<String, Fault> {
    let back = Posting(LedgerAccount::PaymentClearing, None, amount);
    let postings = vec![Posting(LedgerAccount::WriteOffs, None, amount.negated()?), back];
    let transaction = ledger::next_id(call)?;
    ledger::post(call, &transaction, "dispute-won", &charge.key, postings, Vec::new())?;
    Ok(transaction)
}

/// Pays what the chargeback had reopened, then whatever else is owed; the rest is credit of the payment again.
fn put_back(call: &mut Call<'_>, account: AuthId, charge: &Charge, dispute: &Dispute) -> Result<String, Fault> {
    credits::expire_due(call, account)?;
    let mut wallet = wallet::need(call, account)?;
    let mut paid = Vec::new();
    let mut owed = Money::ZERO;
    for part in dispute.unpaid.iter().rev() {
        let days = (part.month.first(), part.month.end() - 1);
        let amount = wallet::pay_between(call, account, &mut wallet, days, part.amount)?;
        owed = owed.plus(amount)?;
        paid.push(OfMonth { month: part.month, amount });
    }
    let rest = dispute.amount.minus(owed)?;
    if rest > Money::ZERO {
        let refilled = match charge.lot() {
            Some((lot, place)) => wallet::refill(call, account, &mut wallet, *lot, place, rest)?,
            None => None,
        };
        owed = owed.plus(match refilled {
            Some(paid) => paid,
            // Corrections have filled its lot meanwhile.
            None => {
                let (kind, since, origin) = (LotKind::Cash, call.now(), charge.key.as_str());
                let new = NewCredit { kind, amount: rest, since, expires: None, origin };
                wallet::credit(call, account, &mut wallet, &new)?.paid
            }
        })?;
    }
    wallet::save(call, account, &wallet);
    if let Some((number, place)) = charge.lot()
        && let Some((mut lot, used)) = lots::find(call, account, *number, place)?
    {
        for part in paid.into_iter().filter(|part| part.amount > Money::ZERO) {
            match lot.paid.iter_mut().find(|known| known.month == part.month) {
                Some(known) => known.amount = known.amount.plus(part.amount)?,
                None => lot.paid.push(part),
            }
        }
        lot.paid.sort_by_key(|part| part.month);
        lots::keep(call, account, &lot, used);
    }
    let kept = dispute.amount.minus(owed)?;
    let postings = vec![
        Posting(LedgerAccount::PaymentClearing, None, dispute.amount),
        Posting(LedgerAccount::CreditsCash, Some(account), kept.negated()?),
        Posting(LedgerAccount::Receivables, Some(account), owed.negated()?),
    ];
    let transaction = ledger::next_id(call)?;
    ledger::post(call, &transaction, "dispute-won", &charge.key, postings, Vec::new())?;
    Ok(transaction)
}
