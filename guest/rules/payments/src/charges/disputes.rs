//! Disputes that are won (R84, CRD-19): everything goes back to where the chargeback took it.
//!
//! What it took from lots goes back to them, of the kind that it was; what it left owed and is still owed is paid; what has paid that
//! meanwhile goes back to the lots that paid it. A write-off of it is recovered: nobody paid it, so nothing of it becomes credit (R24). What
//! goes back to a lot pays first what is owed (R2, R81), in the order in which the lots would have been spent; a lot whose time is over
//! takes nothing (R17).

use super::chargebacks::{Step, document, note_charged_back};
use crate::dunning;
use crate::refunds::making;
use coinbox_access::{self as access, functions};
use coinbox_credit::movements::claims::take_paid;
use coinbox_credit::movements::expiry;
use coinbox_credit::movements::putting::{Back, Putting};
use coinbox_credit::movements::refilling::charge_of;
use coinbox_credit::records::refunds::{self, Cause, NewRefund};
use coinbox_credit::watch::judge::judge;
use coinbox_credit::watch::occasion::Occasion;
use coinbox_ground::calendar::Month;
use coinbox_ground::ids::AuthId;
use coinbox_ground::interfaces::credits::{Adjusted, Error};
use coinbox_ground::money::Money;
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{Caller, Checks, Fact, Fault};
use coinbox_invoices as invoices;
use coinbox_invoices::receipts::Outcome;
use coinbox_ledger::charges::{Charge, Dispute, load, save};
use coinbox_ledger::lots::{self, FromLot, LotKind, OfMonth};
use coinbox_ledger::wallet::{self, EndedClaim, Payer, Wallet};
use coinbox_ledger::{self as ledger, LedgerAccount, Posting};
use coinbox_profiles::profile::{self, Standing};

/// Books that a dispute was won: the money is back, and what the chargeback had reopened is paid again (R84).
pub fn record_dispute_won(
    turn: &mut Turn<'_>,
    caller: &Caller,
    auth_id: String,
    number: u32,
    reference: String,
) -> Result<Adjusted, Error> {
    let command = access::command_on(turn, caller, functions::CREDITS_RECORD_DISPUTE_WON, &auth_id)?;
    let args = (&auth_id, number, &reference);
    command.once(turn, &args, |turn, who, account| {
        let mut checks = Checks::new();
        checks.text(&reference, "reference", 1, 200);
        checks.done()?;
        let mut charge = load(turn, account, number)?.ok_or_else(|| Fault::not_found("charge"))?;
        let dispute = charge.dispute(&reference).ok_or_else(|| Fault::not_found("chargeback"))?;
        if dispute.is_won() {
            let facts = vec![Fact::new("charge", number), Fact::new("reference", &reference)];
            return Err(Fault::problem("dispute-won-already", facts).into());
        }
        // From here on the payment stands again: what goes back to its lot has room there.
        let (amount, nth) = (dispute.amount(), charge.win(&dispute, turn.now())?);
        save(turn, account, &charge);
        let transaction = match (profile::is_closed(turn, account)?, dispute.is_lost()) {
            (false, _) => put_back(turn, account, &charge, nth, &dispute)?,
            (true, true) => recover(turn, account, &charge, amount)?,
            (true, false) => give_back(turn, account, &charge, &dispute)?,
        };
        let about_step = (reference.as_str(), transaction.as_str());
        let receipt = document(turn, account, &charge, amount, Outcome::Successful, about_step)?;
        note_charged_back(turn, account, &charge, amount.negated()?)?;
        invoices::note_reversed(turn, account, dispute.receipt())?;
        let balance = wallet::need(turn, account)?.balance;
        let (kind, rule, reference) = ("dispute-won", "CRD-19", reference.as_str());
        let step = Step { kind, rule, amount, balance, reference, receipt: &receipt };
        step.tell(turn, account, &charge, who, &transaction);
        if profile::profile(turn, account)?.standing() != Standing::Closed {
            step.mail(turn, account, &charge)?;
            dunning::dispute_won(turn, account, number)?;
            judge(turn, account, Occasion::Credit)?;
        }
        Ok(Adjusted { transaction, balance: balance.micros() })
    })
}

/// What was written off comes in after all.
fn recover(turn: &mut Turn<'_>, account: AuthId, charge: &Charge, amount: Money) -> Result<String, Fault> {
    let back = Posting(LedgerAccount::PaymentClearing, None, amount);
    let postings = vec![Posting(LedgerAccount::WriteOffs, None, amount.negated()?), back];
    let transaction = ledger::next_id(turn)?;
    ledger::post(turn, (&transaction, account), "dispute-won", charge.key(), postings, Vec::new())?;
    Ok(transaction)
}

/// Where the amount of a chargeback has to go, apart from what is still owed of it.
#[derive(Default)]
struct Parts {
    /// Back to lots that gave or paid it, by their places.
    lots: Vec<FromLot>,
    written_off: Money,
    rounded: Money,
    /// A credit note has paid it, by the months of the debts: it is credit of the payment.
    corrected: Vec<OfMonth>,
    /// An older version has not written down what it was taken from.
    unknown: Money,
}

impl Parts {
    fn of(dispute: &Dispute, still_owed: Money) -> Result<Parts, Fault> {
        let mut parts = Parts { unknown: dispute.amount().minus(still_owed)?, ..Parts::default() };
        for part in dispute.taken() {
            parts.lots.push(part.clone());
            parts.unknown = parts.unknown.minus(part.amount)?;
        }
        for settled in dispute.settled() {
            let amount = settled.amount;
            parts.unknown = parts.unknown.minus(amount)?;
            match &settled.payer {
                Payer::Lot(place) => parts.lots.push(FromLot { place: place.clone(), amount }),
                Payer::WrittenOff => parts.written_off = parts.written_off.plus(amount)?,
                Payer::Rounded => parts.rounded = parts.rounded.plus(amount)?,
                Payer::Corrected => parts.corrected.push(OfMonth { month: Month::of(settled.since), amount }),
            }
        }
        parts.lots.sort_by(|one, other| one.place.cmp(&other.place));
        Ok(parts)
    }

    fn corrected(&self) -> Result<Money, Fault> {
        let mut sum = Money::ZERO;
        for part in &self.corrected {
            sum = sum.plus(part.amount)?;
        }
        Ok(sum)
    }
}

/// Puts everything back to where the chargeback took it, while the account is not closed.
fn put_back(
    turn: &mut Turn<'_>,
    account: AuthId,
    charge: &Charge,
    nth: u32,
    dispute: &Dispute,
) -> Result<String, Fault> {
    expiry::expire_due(turn, account)?;
    let transaction = ledger::next_id(turn)?;
    let mut wallet = wallet::need(turn, account)?;
    let claim = (charge.number(), nth);
    let ended = wallet::end_claim(turn, account, &mut wallet, claim)?;
    let mut back = Back { owed: ended.amount, ..Back::default() };
    let mut parts = Parts::of(dispute, back.owed)?;
    let mut own = parts.corrected()?;
    if parts.unknown > Money::ZERO {
        let (owed, rest) = pay_reopened(turn, account, &mut wallet, charge, dispute, parts.unknown)?;
        back.owed = back.owed.plus(owed)?;
        own = own.plus(rest)?;
    } else {
        pays_again(turn, account, charge, dispute, &parts.corrected, &ended)?;
    }
    for settled in dispute.settled() {
        wallet::take_ended(turn, account, settled.since, claim, &settled.payer, settled.amount)?;
        take_paid(turn, account, &settled.payer, settled.since, settled.amount)?;
    }
    let mut putting =
        Putting { account, charge: Some(charge), origin: &transaction, wallet: &mut wallet, back: &mut back };
    if own > Money::ZERO {
        match charge.lot() {
            Some((_, place)) => parts.lots.push(FromLot { place: place.clone(), amount: own }),
            None => putting.new_lot(turn, LotKind::Cash, None, own)?,
        }
        parts.lots.sort_by(|one, other| one.place.cmp(&other.place));
    }
    for part in &parts.lots {
        putting.put(turn, &part.place, part.amount)?;
    }
    wallet::save(turn, account, &wallet);
    back.written_off = back.written_off.plus(parts.written_off)?;
    back.rounded = back.rounded.plus(parts.rounded)?;
    let mut postings = back.postings(account)?.to_vec();
    postings.push(Posting(LedgerAccount::PaymentClearing, None, dispute.amount()));
    back.tell_expired(turn, account, wallet.balance, &transaction);
    ledger::post_gift(turn, (&transaction, account), ("dispute-won", charge.key()), postings, back.pays)?;
    Ok(transaction)
}

/// The payment has paid again what the chargeback had reopened, whatever has paid that meanwhile, but for what a credit note has given back and for what it paid
/// unpaid rent instead of.
fn pays_again(
    turn: &mut Turn<'_>,
    account: AuthId,
    charge: &Charge,
    dispute: &Dispute,
    corrected: &[OfMonth],
    ended: &EndedClaim,
) -> Result<(), Fault> {
    let Some((number, place)) = charge.lot() else { return Ok(()) };
    let Some((mut lot, used)) = lots::find(turn, account, *number, place)? else { return Ok(()) };
    for part in dispute.unpaid().iter().chain(&ended.rent) {
        lot.add_paid(*part)?;
    }
    for part in corrected.iter().chain(&ended.still_owed) {
        lot.take_paid(part.month, part.amount)?;
    }
    lots::keep(turn, account, &lot, used);
    Ok(())
}

/// Of a chargeback that an older version has booked: pays what it had reopened, as far as that is owed. Answers how much that was, and what is left of the
/// amount.
fn pay_reopened(
    turn: &mut Turn<'_>,
    account: AuthId,
    wallet: &mut Wallet,
    charge: &Charge,
    dispute: &Dispute,
    amount: Money,
) -> Result<(Money, Money), Fault> {
    let payer = charge.lot().map_or(Payer::Corrected, |(_, place)| Payer::Lot(place.clone()));
    let (mut owed, mut left) = (Money::ZERO, amount);
    for part in dispute.unpaid().iter().rev() {
        let days = (part.month.first(), part.month.end() - 1);
        let paid = wallet::pay_between(turn, account, wallet, days, part.amount.min(left), &payer)?;
        owed = owed.plus(paid)?;
        left = left.minus(paid)?;
        if let Some((number, place)) = charge.lot()
            && let Some((mut lot, used)) = lots::find(turn, account, *number, place)?
        {
            lot.add_paid(OfMonth { month: part.month, amount: paid })?;
            lots::keep(turn, account, &lot, used);
        }
    }
    Ok((owed, left))
}

/// Of a closed account: what was paid for, at once or for what the chargeback had left owed, is given back to the card that paid it (R24, CRD-12). Trial and
/// promotional credit would have been forfeited, and a write-off is recovered.
fn give_back(turn: &mut Turn<'_>, account: AuthId, charge: &Charge, dispute: &Dispute) -> Result<String, Fault> {
    let (parts, currency) = (Parts::of(dispute, Money::ZERO)?, wallet::currency(turn, account)?);
    let mut own = parts.corrected()?.plus(parts.unknown)?;
    let (mut refunds, mut forfeited): (Vec<(String, Money)>, _) = (Vec::new(), Money::ZERO);
    for part in &parts.lots {
        if part.place.kind() != LotKind::Cash {
            forfeited = forfeited.plus(part.amount)?;
            continue;
        }
        let found = lots::find(turn, account, part.place.number(), &part.place)?;
        let Some((lot, _)) = found.filter(|(lot, _)| lot.origin != charge.key()) else {
            own = own.plus(part.amount)?;
            continue;
        };
        let payment = charge_of(turn, account, &lot.origin)?;
        let gone = payment.as_ref().map_or(Money::ZERO, Charge::charged_back);
        let mut left = lot.amount.minus(gone)?.minus(refunds::of_charge(turn, account, &lot.origin)?)?;
        for (_, amount) in refunds.iter().filter(|(key, _)| *key == lot.origin) {
            left = left.minus(*amount)?;
        }
        // Not to a card that has had it back.
        let refund = part.amount.min(left.max(Money::ZERO)).to_whole_down(currency);
        own = own.plus(part.amount.minus(refund)?)?;
        match refunds.iter_mut().find(|(key, _)| *key == lot.origin) {
            Some((_, amount)) => *amount = amount.plus(refund)?,
            None => refunds.push((lot.origin, refund)),
        }
    }
    let rest = own.to_whole_down(currency);
    let rounded = parts.rounded.plus(own.minus(rest)?)?;
    refunds.push((charge.key().to_owned(), rest));
    refunds.retain(|(_, amount)| *amount > Money::ZERO);
    let mut refunded = Money::ZERO;
    for (_, amount) in &refunds {
        refunded = refunded.plus(*amount)?;
    }
    let transaction = ledger::next_id(turn)?;
    let postings = vec![
        Posting(LedgerAccount::PaymentClearing, None, dispute.amount()),
        Posting(LedgerAccount::WriteOffs, None, parts.written_off.negated()?),
        Posting(LedgerAccount::Rounding, None, rounded.negated()?),
        Posting(LedgerAccount::ExpiredCredits, None, forfeited.negated()?),
        Posting(LedgerAccount::Refunds, None, refunded.negated()?),
    ];
    ledger::post(turn, (&transaction, account), "dispute-won", charge.key(), postings, Vec::new())?;
    for (key, amount) in refunds {
        let payment = charge_of(turn, account, &key)?;
        let new = NewRefund {
            cause: Cause::PaidAfterClosing,
            amount,
            charge_key: &key,
            charge: payment.as_ref().map(Charge::number),
            card: payment.as_ref().map_or("", Charge::card_label),
            asked: None,
        };
        making::create(turn, account, &new)?;
    }
    Ok(transaction)
}
