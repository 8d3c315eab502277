//! Disputes: a card holder has taken a payment back through the bank (R33, R84, CRD-19). What becomes of one that is won: [`super::disputes`].
//!
//! A chargeback takes first what is left of the payment's own lot, so that it is never refunded as well, then debts that the payment had paid at
//! once, the newest first: their invoices are open again. The rest is owed since today. Other credit covers what it can, as it would have
//! done if the payment had never come. What it took from which lot, and what pays what it left owed, is written down: a dispute that is won puts
//! it back there.

use crate::dunning;
use coinbox_access::{self as access, credentials::Who, functions};
use coinbox_credit::movements::expiry;
use coinbox_credit::records::reconciliation::{booked_at, lot_of};
use coinbox_credit::records::refunds;
use coinbox_credit::watch::judge::judge;
use coinbox_credit::watch::occasion::Occasion;
use coinbox_ground::counters::Numbers;
use coinbox_ground::feed;
use coinbox_ground::ids::AuthId;
use coinbox_ground::interfaces::credits::{Adjusted, Error};
use coinbox_ground::money::Money;
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{Caller, Checks, Fact, Fault, FieldRule, Micros};
use coinbox_invoices::receipts::{self, Outcome, Receipt};
use coinbox_invoices::receipts::{receipt_of, referred};
use coinbox_invoices::{self as invoices, Covering};
use coinbox_ledger::charges::of_payment;
use coinbox_ledger::charges::{Charge, ChargeKind, NewCharge, NewDispute, load, save};
use coinbox_ledger::lots::{self, FromLot, OfMonth};
use coinbox_ledger::wallet::{self, Claim, Split};
use coinbox_ledger::{self as ledger, LedgerAccount, Posting};
use coinbox_profiles::mail;
use coinbox_profiles::profile::{self, Standing};

/// Chargebacks of one charge.
const CHARGEBACKS_MAX: usize = 20;

/// What stands for the card of a payment that no charge explains.
const NO_CARD: &str = "recovered payment";

/// Books a chargeback: the payment is taken off the account again, below zero if it is spent, invoices that it had paid are open again, and the
/// account is suspended for payment failure.
pub fn record_chargeback(
    turn: &mut Turn<'_>,
    caller: &Caller,
    auth_id: String,
    number: u32,
    amount: Option<Micros>,
    reference: String,
) -> Result<Adjusted, Error> {
    let command = access::command_on(turn, caller, functions::CREDITS_RECORD_CHARGEBACK, &auth_id)?;
    let args = (&auth_id, number, amount, &reference);
    command.once(turn, &args, |turn, who, account| {
        let charge = load(turn, account, number)?.ok_or_else(|| Fault::not_found("charge"))?;
        take_back(turn, account, charge, amount, &reference, who)
    })
}

/// [`record_chargeback`] of a payment that was credited without a charge: after a restore, or from the operator's queue. From then on it has a
/// charge.
pub fn record_payment_chargeback(
    turn: &mut Turn<'_>,
    caller: &Caller,
    auth_id: String,
    payment: String,
    amount: Option<Micros>,
    reference: String,
) -> Result<Adjusted, Error> {
    let command = access::command_on(turn, caller, functions::CREDITS_RECORD_PAYMENT_CHARGEBACK, &auth_id)?;
    let args = (&auth_id, &payment, amount, &reference);
    command.once(turn, &args, |turn, who, account| {
        let charge = match of_payment(turn, account, &payment)? {
            Some(charge) => charge,
            None => adopt(turn, account, &payment)?,
        };
        take_back(turn, account, charge, amount, &reference, who)
    })
}

/// Makes a paid charge of a payment that was credited without one.
fn adopt(turn: &mut Turn<'_>, account: AuthId, key: &str) -> Result<Charge, Fault> {
    let unknown = || Fault::not_found("credited payment");
    let (number, place) = lot_of(turn, account, key)?.ok_or_else(unknown)?;
    let booked = booked_at(turn, key)?.ok_or_else(unknown)?;
    let (lot, _) = lots::find(turn, account, number, &place)?.ok_or_else(unknown)?;
    let new = NewCharge {
        number: Numbers::next_charge(turn, account)?,
        kind: ChargeKind::Manual,
        amount: lot.amount,
        card: 0,
        card_label: NO_CARD.to_owned(),
        key: key.to_owned(),
        invoice: None,
        asked_for: None,
    };
    Ok(Charge::adopted(new, lot.since, booked, (number, place)))
}

fn take_back(
    turn: &mut Turn<'_>,
    account: AuthId,
    mut charge: Charge,
    amount: Option<Micros>,
    reference: &str,
    who: &Who,
) -> Result<Adjusted, Error> {
    let number = charge.number();
    if !charge.is_paid() {
        return Err(Fault::problem("charge-not-paid", vec![Fact::new("charge", number)]).into());
    }
    if charge.chargebacks().iter().any(|known| known == reference) {
        let facts = vec![Fact::new("charge", number), Fact::new("reference", reference)];
        return Err(Fault::problem("chargeback-recorded", facts).into());
    }
    let left = charge.amount().minus(charge.charged_back())?.minus(refunds::of_charge(turn, account, charge.key())?)?;
    let amount = amount.map_or(left, Money::from_micros);
    let currency = wallet::currency(turn, account)?;
    let mut checks = Checks::new();
    checks.text(reference, "reference", 1, 200);
    checks.require(amount > Money::ZERO, "amount", FieldRule::TooSmall, currency.smallest());
    checks.require(amount <= left, "amount", FieldRule::TooLarge, left.in_currency(currency));
    checks.require(amount.is_whole(currency), "amount", FieldRule::WrongForm, currency.whole());
    checks.done()?;
    if charge.chargebacks().len() >= CHARGEBACKS_MAX {
        let facts = vec![Fact::new("charge", number), Fact::new("limit", CHARGEBACKS_MAX)];
        return Err(Fault::problem("too-many-chargebacks", facts).into());
    }
    // A payment without a charge has one from now on, which its receipt names.
    save(turn, account, &charge);
    let lost = profile::is_closed(turn, account)?;
    let taken = if lost { write_off(turn, account, &charge, amount)? } else { take(turn, account, &charge, amount)? };
    let receipt = document(turn, account, &charge, amount, Outcome::ChargedBack, (reference, &taken.transaction))?;
    note_charged_back(turn, account, &charge, amount)?;
    let new = NewDispute {
        reference: reference.to_owned(),
        amount,
        unpaid: taken.unpaid,
        taken: taken.lots,
        receipt: receipts::numbered(&receipt).unwrap_or_default().to_owned(),
        lost,
    };
    charge.charge_back(new, turn.now())?;
    save(turn, account, &charge);
    let balance = wallet::need(turn, account)?.balance;
    let standing = Step { kind: "chargeback", rule: "ACC-8", amount, balance, reference, receipt: &receipt };
    standing.tell(turn, account, &charge, who, &taken.transaction);
    if profile::profile(turn, account)?.standing() != Standing::Closed {
        for (invoice, amount) in &taken.reopened {
            dunning::reopened(turn, account, invoice, *amount, number)?;
        }
        dunning::charged_back(turn, account, &charge)?;
        standing.mail(turn, account, &charge)?;
        judge(turn, account, Occasion::Debit)?;
    }
    Ok(Adjusted { transaction: taken.transaction, balance: balance.micros() })
}

/// A step in the life of a dispute, as it is told.
pub(super) struct Step<'a> {
    pub(super) kind: &'a str,
    pub(super) rule: &'a str,
    pub(super) amount: Money,
    pub(super) balance: Money,
    pub(super) reference: &'a str,
    pub(super) receipt: &'a str,
}

impl Step<'_> {
    pub(super) fn tell(&self, turn: &mut Turn<'_>, account: AuthId, charge: &Charge, who: &Who, transaction: &str) {
        feed::event(account, self.kind, self.rule)
            .facts(charge.facts().into_iter().filter(|fact| fact.name != "amount"))
            .fact("amount", self.amount)
            .fact("balance", self.balance)
            .fact("reference", self.reference)
            .fact("receipt", self.receipt)
            .fact("by", who.name())
            .transaction(transaction)
            .tell(turn);
    }

    pub(super) fn mail(&self, turn: &mut Turn<'_>, account: AuthId, charge: &Charge) -> Result<(), Fault> {
        let facts = vec![
            Fact::new("amount", self.amount),
            Fact::new("balance", self.balance),
            Fact::new("card", charge.card_label()),
            Fact::new("number", charge.number()),
            Fact::new("receipt", self.receipt),
        ];
        mail::send(turn, account, self.kind, facts)
    }
}

/// The document of a step (R84).
pub(super) fn document(
    turn: &mut Turn<'_>,
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
        card: if charge.card_label() == NO_CARD { "" } else { charge.card_label() },
        reference,
        charge: Some(charge.number()),
        refers_to: Some(refers_to),
        note: "",
        transactions: vec![transaction.to_owned()],
    };
    receipts::issue(turn, account, receipt)
}

/// Notes on the receipt of a payment that the bank has taken so much of it back; below zero: that it came back.
pub(super) fn note_charged_back(
    turn: &mut Turn<'_>,
    account: AuthId,
    charge: &Charge,
    amount: Money,
) -> Result<(), Fault> {
    match receipt_of(turn, account, charge)? {
        Some(receipt) => invoices::note_charged_back(turn, account, &receipt, amount),
        None => Ok(()),
    }
}

/// What a chargeback has taken.
struct Taken {
    transaction: String,
    /// From which lots, in order.
    lots: Vec<FromLot>,
    /// Debts that the payment had paid and that are open again or were paid by other credit at once, by their months, newest first.
    unpaid: Vec<OfMonth>,
    /// Invoices of which something is owed again, and how much.
    reopened: Vec<(Covering, Money)>,
}

/// A closed account has nothing to take it from: it is a loss.
fn write_off(turn: &mut Turn<'_>, account: AuthId, charge: &Charge, amount: Money) -> Result<Taken, Fault> {
    let gone = Posting(LedgerAccount::PaymentClearing, None, amount.negated()?);
    let postings = vec![Posting(LedgerAccount::WriteOffs, None, amount), gone];
    let transaction = ledger::next_id(turn)?;
    ledger::post(turn, (&transaction, account), "chargeback", charge.key(), postings, Vec::new())?;
    Ok(Taken { transaction, lots: Vec::new(), unpaid: Vec::new(), reopened: Vec::new() })
}

/// Takes the amount off the account.
fn take(turn: &mut Turn<'_>, account: AuthId, charge: &Charge, amount: Money) -> Result<Taken, Fault> {
    expiry::expire_due(turn, account)?;
    let mut wallet = wallet::need(turn, account)?;
    let mut split = Split::default();
    let mut lots = Vec::new();
    if let Some((lot, place)) = charge.lot() {
        split.cash = wallet::take_from(turn, account, &mut wallet, *lot, place, amount)?;
        if split.cash > Money::ZERO {
            lots.push(FromLot { place: place.clone(), amount: split.cash });
        }
    }
    let rest = amount.minus(split.cash)?;
    wallet::debit_noting(turn, account, &mut wallet, rest, &mut split, &mut |place, amount| {
        if amount > Money::ZERO {
            lots.push(FromLot { place: place.clone(), amount });
        }
    })?;
    wallet::save(turn, account, &wallet);
    let unpaid = unpay(turn, account, charge, rest)?;
    let nth = u32::try_from(charge.chargebacks().len()).unwrap_or(u32::MAX);
    let claim = |amount, of_invoice| Claim { charge: charge.number(), nth, amount, of_invoice };
    let reopened = reopen(turn, account, &unpaid, rest, split.owed, &claim)?;
    let mut of_today = split.owed;
    for (_, again) in &reopened {
        of_today = of_today.minus(*again)?;
    }
    wallet::owe_as_other(turn, account, of_today)?;
    wallet::claim(turn, account, turn.now(), claim(of_today, false))?;
    let mut postings = split.postings(account).to_vec();
    postings.push(Posting(LedgerAccount::PaymentClearing, None, amount.negated()?));
    let transaction = ledger::next_id(turn)?;
    ledger::post(turn, (&transaction, account), "chargeback", charge.key(), postings, Vec::new())?;
    Ok(Taken { transaction, lots, unpaid, reopened })
}

/// Takes an amount off what the payment has paid of debts, the newest first: as if it had been smaller.
fn unpay(turn: &mut Turn<'_>, account: AuthId, charge: &Charge, amount: Money) -> Result<Vec<OfMonth>, Fault> {
    let Some((number, place)) = charge.lot() else { return Ok(Vec::new()) };
    let Some((mut lot, used)) = lots::find(turn, account, *number, place)? else { return Ok(Vec::new()) };
    let unpaid = lot.unpay(amount)?;
    lots::keep(turn, account, &lot, used);
    Ok(unpaid)
}

/// Gives what is owed again the age of the debts that it was, where their invoices are issued. What other credit has paid is the oldest of it.
fn reopen(
    turn: &mut Turn<'_>,
    account: AuthId,
    unpaid: &[OfMonth],
    taken: Money,
    owed: Money,
    claim: &dyn Fn(Money, bool) -> Claim,
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
        let Some(invoice) = invoices::of_month(turn, account, part.month)?.filter(|_| again > Money::ZERO) else {
            continue;
        };
        // What a credit note has given back of it is not asked for again: it was spent since, and is owed since today.
        let again = invoices::can_reopen(turn, account, &invoice)?.map_or(again, |most| again.min(most));
        if again == Money::ZERO {
            continue;
        }
        let since = (part.month.end() - 1).min(invoice.days.1);
        wallet::owe_since(turn, account, again, since)?;
        wallet::claim(turn, account, since, claim(again, true))?;
        match reopened.iter_mut().find(|(known, _)| known.number == invoice.number) {
            Some((_, amount)) => *amount = amount.plus(again)?,
            None => reopened.push((invoice, again)),
        }
    }
    Ok(reopened)
}
