//! Books what the gateway answered (CRD-7, R11).

use super::settling::{drop_charge, settle};
use crate::dunning;
use crate::reconcile::kept::keep;
use crate::refunds::making::give_back;
use coinbox_credit::charging::count_in_caps;
use coinbox_credit::movements::posting;
use coinbox_credit::records::refunds::{Cause, NewRefund};
use coinbox_credit::watch::judge::judge;
use coinbox_credit::watch::occasion::Occasion;
use coinbox_credit::watch::recharge;
use coinbox_forms::letters;
use coinbox_ground::feed;
use coinbox_ground::ids::AuthId;
use coinbox_ground::job::Next;
use coinbox_ground::money::Money;
use coinbox_ground::outside::{DeclineReason, Finding, Paid, PaymentOutcome};
use coinbox_ground::port::Lane;
use coinbox_ground::queue::{self, QueueEntry};
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{DAY_MS, Fact, Fault, Instant};
use coinbox_invoices::receipts::{self, Outcome, Receipt};
use coinbox_ledger::charges::{Charge, ChargeKind, ChargeState, load, save};
use coinbox_ledger::lots::LotKind;
use coinbox_ledger::wallet::{self, NewCredit};
use coinbox_ledger::{self as ledger, LedgerAccount, Posting};
use coinbox_profiles::mail;
use coinbox_profiles::policy::Policy;
use coinbox_profiles::profile::{self, AccountType};

/// After this long, an open charge is the operator's and the customer's business (R11).
const OVERDUE_MS: Instant = DAY_MS;

/// Books what the gateway answered. An outcome that is already booked changes nothing.
pub fn book(turn: &mut Turn<'_>, account: AuthId, number: u32, outcome: PaymentOutcome) -> Result<Next, Fault> {
    let mut charge = load(turn, account, number)?.ok_or_else(|| Fault::not_found("charge"))?;
    if charge.is_settled() {
        if let (PaymentOutcome::Paid(paid), false) = (&outcome, charge.is_paid()) {
            let amount = (Some(charge.amount()), wallet::currency(turn, account)?);
            keep(turn, account, charge.key(), amount, paid, "paid-after-final-answer")?;
        }
        return Ok(Next::Rest);
    }
    match outcome {
        PaymentOutcome::Paid(paid) => book_paid(turn, account, charge, &paid, Told::Now)?,
        PaymentOutcome::Declined(declined) => {
            charge.decline(turn.now(), declined.reason);
            book_declined(turn, account, charge, declined.reason, &declined.code)?;
        }
        PaymentOutcome::Pending(pending) => ask_again(turn, account, charge, Some(pending.ask_again), "pending")?,
        PaymentOutcome::Unknown(cause) => ask_again(turn, account, charge, None, &cause)?,
        PaymentOutcome::NotSent(not_sent) => {
            ask_again(turn, account, charge, Some(not_sent.ask_again), &not_sent.cause)?;
        }
    }
    Ok(Next::Rest)
}

/// Books what the gateway answered when it was asked to make a key final.
pub fn book_closed(turn: &mut Turn<'_>, account: AuthId, number: u32, finding: Finding) -> Result<Next, Fault> {
    let Some(charge) = load(turn, account, number)? else { return Ok(Next::Rest) };
    match finding {
        Finding::Found(outcome) => book(turn, account, number, outcome),
        _ if charge.is_settled() => Ok(Next::Rest),
        Finding::Closed => {
            drop_charge(turn, account, charge, "closed-by-gateway")?;
            Ok(Next::Rest)
        }
        Finding::NotFound => {
            ask_again(turn, account, charge, None, "not-found")?;
            Ok(Next::Rest)
        }
        Finding::NotAsked(not_sent) => {
            ask_again(turn, account, charge, Some(not_sent.ask_again), &not_sent.cause)?;
            Ok(Next::Rest)
        }
    }
}

/// Tells that a payment came after its account was closed, and is given back in full (R24).
pub(crate) fn tell_paid_after_closing(
    turn: &mut Turn<'_>,
    account: AuthId,
    key: &str,
    amount: Money,
    reference: &str,
    transaction: String,
) {
    feed::event(account, "paid-after-closing", "ACC-12")
        .fact("amount", amount)
        .fact("key", key)
        .fact("reference", reference)
        .transaction(transaction)
        .tell(turn);
}

/// Books a payment that came after the account was closed: it becomes no credit, it is given back in full (R24).
fn book_paid_after_closing(turn: &mut Turn<'_>, account: AuthId, mut charge: Charge, paid: &Paid) -> Result<(), Fault> {
    let reference = paid.kept_reference();
    charge.pay(turn.now(), &reference);
    settle(turn, account, &charge)?;
    let new = NewRefund {
        cause: Cause::PaidAfterClosing,
        amount: charge.amount(),
        charge_key: charge.key(),
        charge: Some(charge.number()),
        card: charge.card_label(),
        asked: None,
    };
    let (_, transaction) = give_back(turn, account, &new)?;
    receipt(turn, account, &charge, Outcome::Successful, vec![transaction.clone()])?;
    tell_paid_after_closing(turn, account, charge.key(), charge.amount(), &reference, transaction);
    Ok(())
}

/// Whether the customer is told of a payment by mail.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Told {
    /// Now.
    Now,
    /// By the history that was lost, as far as anybody knows: what is recovered is only on the receipt.
    Before,
}

pub(super) fn book_paid(
    turn: &mut Turn<'_>,
    account: AuthId,
    mut charge: Charge,
    paid: &Paid,
    told: Told,
) -> Result<(), Fault> {
    if profile::is_closed(turn, account)? {
        return book_paid_after_closing(turn, account, charge, paid);
    }
    let mut wallet = wallet::need(turn, account)?;
    let id = ledger::next_id(turn)?;
    let since = paid.at.clamp(0, turn.now());
    let new = NewCredit { kind: LotKind::Cash, amount: charge.amount(), since, expires: None, origin: charge.key() };
    let credited = wallet::credit(turn, account, &mut wallet, &new)?;
    wallet::save(turn, account, &wallet);
    ledger::post(
        turn,
        (&id, account),
        if charge.kind() == ChargeKind::Invoice { "invoice-payment" } else { "recharge" },
        charge.key(),
        vec![
            Posting(LedgerAccount::PaymentClearing, None, charge.amount()),
            Posting(LedgerAccount::CreditsCash, Some(account), credited.kept.negated()?),
            Posting(LedgerAccount::Receivables, Some(account), credited.paid.negated()?),
        ],
        Vec::new(),
    )?;
    let reference = paid.kept_reference();
    charge.pay(turn.now(), &reference);
    charge.credit(credited.lot.number, credited.lot.place());
    settle(turn, account, &charge)?;
    round_off(turn, account, &charge)?;
    let wallet = wallet::need(turn, account)?;
    let receipt = receipt(turn, account, &charge, Outcome::Successful, vec![id.clone()])?;
    let (kind, rule) =
        if told == Told::Now { ("recharge-paid", charge.kind().rule()) } else { ("recharge-recovered", "CRD-7") };
    feed::event(account, kind, rule)
        .facts(charge.facts())
        .fact("balance", wallet.balance)
        .fact("paid-owed", credited.paid)
        .fact("reference", &reference)
        .fact("receipt", &receipt)
        .transaction(id)
        .tell(turn);
    if told == Told::Now {
        mail::send(
            turn,
            account,
            "recharge-paid",
            vec![
                Fact::new("amount", charge.amount()),
                Fact::new("balance", wallet.balance),
                Fact::new("card", charge.card_label()),
                Fact::new("kind", charge.kind().word()),
                Fact::new("number", charge.number()),
                Fact::new("invoice", charge.invoice().unwrap_or("none")),
                Fact::new("receipt", &receipt),
            ],
        )?;
    }
    match charge.kind() {
        // One of the history that was lost, which nothing here waits for, is credit as any other (R10).
        ChargeKind::Automatic if charge.is_recovered() && !recharge::waits_for(turn, account, charge.number())? => {
            recharge::reset(turn, account)?;
        }
        ChargeKind::Automatic => recharge::paid(turn, account)?,
        ChargeKind::Manual => recharge::reset(turn, account)?,
        ChargeKind::Invoice => {
            dunning::paid(turn, account, &charge)?;
            return judge(turn, account, Occasion::Credit);
        }
        // It pays a debt and is no recharge: neither an upgrade nor a reset of the ladder.
        ChargeKind::Settlement => return judge(turn, account, Occasion::Credit),
    }
    if profile::profile(turn, account)?.account_type == AccountType::Developer {
        profile::upgrade(turn, account)?;
    }
    judge(turn, account, Occasion::Credit)
}

/// What a payment of exactly what is owed has left of it is less than the gateway can move: it is a rounding line (R4).
fn round_off(turn: &mut Turn<'_>, account: AuthId, charge: &Charge) -> Result<(), Fault> {
    let until = match charge.kind() {
        ChargeKind::Automatic | ChargeKind::Manual => return Ok(()),
        ChargeKind::Settlement => turn.now(),
        ChargeKind::Invoice => match dunning::end_of_days(turn, account, charge)? {
            Some(end) => end,
            None => return Ok(()),
        },
    };
    posting::round_off(turn, account, until, charge.key())
}

fn book_declined(
    turn: &mut Turn<'_>,
    account: AuthId,
    charge: Charge,
    reason: DeclineReason,
    code: &str,
) -> Result<(), Fault> {
    settle(turn, account, &charge)?;
    count_in_caps(turn, account, &charge, charge.amount().negated()?)?;
    let wallet = wallet::need(turn, account)?;
    let receipt = receipt(turn, account, &charge, Outcome::Failed, Vec::new())?;
    match charge.kind() {
        ChargeKind::Invoice => dunning::declined(turn, account, &charge, reason.word(), &receipt)?,
        ChargeKind::Automatic => recharge::declined(turn, account, &wallet, &charge, reason.word(), &receipt)?,
        ChargeKind::Manual | ChargeKind::Settlement => {
            mail::send(
                turn,
                account,
                "recharge-failed",
                vec![
                    Fact::new("amount", charge.amount()),
                    Fact::new("reason", reason.word()),
                    Fact::new("card", charge.card_label()),
                    Fact::new("kind", charge.kind().word()),
                    Fact::new("next-step", "manual"),
                    Fact::new("receipt", &receipt),
                ],
            )?;
            feed::event(account, "recharge-failed", charge.kind().rule())
                .facts(charge.facts())
                .fact("reason", reason.word())
                .fact("code", letters::cleaned(code, 100))
                .fact("receipt", &receipt)
                .tell(turn);
        }
    }
    judge(turn, account, Occasion::Debit)
}

/// The receipt of a charge that is final (INV-3, R27).
fn receipt(
    turn: &mut Turn<'_>,
    account: AuthId,
    charge: &Charge,
    outcome: Outcome,
    transactions: Vec<String>,
) -> Result<String, Fault> {
    let note = match charge.state() {
        ChargeState::Declined(reason) => reason.word(),
        _ => "",
    };
    // It names the invoice or the recharge that it is about (R27).
    let (product, description, refers_to) = match charge.invoice() {
        Some(number) => {
            let after = if charge.is_recovered() { ", recovered after a restore" } else { "" };
            ("invoice-payment", format!("Payment of invoice {number}{after}"), number.to_owned())
        }
        None => {
            let how = if charge.is_recovered() { "recovered after a restore" } else { charge.kind().word() };
            let description = format!("Recharge, {how}");
            ("recharge", description, receipts::charge_name(charge.number()))
        }
    };
    let receipt = Receipt {
        amount: charge.amount(),
        outcome,
        method: "card",
        product,
        description: &description,
        card: charge.card_label(),
        reference: charge.reference().unwrap_or_default(),
        charge: Some(charge.number()),
        refers_to: Some(refers_to),
        note,
        transactions,
    };
    receipts::issue(turn, account, receipt)
}

/// Keeps a charge open: asks again at the gateway's moment or by the policy's schedule (R11).
fn ask_again(
    turn: &mut Turn<'_>,
    account: AuthId,
    mut charge: Charge,
    asked_for: Option<Instant>,
    cause: &str,
) -> Result<(), Fault> {
    let sent = charge.sent();
    let overdue_at = (!charge.is_overdue()).then_some(sent + OVERDUE_MS);
    let due = Policy::load(turn)?.ask_again(turn.now(), charge.asked(), asked_for, overdue_at);
    if charge.asked() == 0 {
        feed::event(account, "recharge-open", "CRD-7")
            .facts(charge.facts())
            .fact("cause", letters::cleaned(cause, 200))
            .fact("ask-again", due)
            .tell(turn);
    }
    charge.ask();
    if !charge.is_overdue() && turn.now() - sent >= OVERDUE_MS {
        charge.become_overdue();
        let note = letters::cleaned(cause, 200);
        let entry = QueueEntry::of_charge(account, "charge-open-too-long", sent, charge.number(), note);
        turn.put(&queue::charge_key(sent, account, charge.number()), &entry);
        mail::send(
            turn,
            account,
            "recharge-unknown",
            vec![Fact::new("amount", charge.amount()), Fact::new("card", charge.card_label())],
        )?;
    }
    save(turn, account, &charge);
    turn.timer(&charge.job(account), Lane::Urgent, due);
    Ok(())
}
