//! Disputes that are won (R84, CRD-19): everything goes back to where the chargeback took it.
//!
//! What it took from lots goes back to them, of the kind that it was; what it left owed and is still owed is paid; what has paid that
//! meanwhile goes back to the lots that paid it. A write-off of it is recovered: nobody paid it, so nothing of it becomes credit (R24). What
//! goes back to a lot pays first what is owed (R2, R81), in the order in which the lots would have been spent; a lot whose time is over
//! takes nothing (R17).

use super::chargebacks::{Step, about, document};
use super::records::{Charge, Dispute, load, save};
use super::refilling::{charge_of, refill_last_spent, room_of};
use crate::accounts::{self, Standing};
use crate::calendar::Month;
use crate::call::Call;
use crate::credentials;
use crate::credits::{self, Adjusted, Error};
use crate::dunning;
use crate::ids::AuthId;
use crate::invoices;
use crate::invoices::receipts::Outcome;
use crate::jobs::JobKey;
use crate::judge::{Occasion, judge};
use crate::ledger::{self, LedgerAccount, Posting};
use crate::lots::{self, FromLot, LotKind, OfMonth, Place};
use crate::money::{MICROS_PER_CENT, Money};
use crate::port::Lane;
use crate::refunds::{self, Cause, NewRefund};
use crate::vocabulary::{Caller, Checks, Fact, Fault, Instant};
use crate::wallet::{self, Claim, NewCredit, Payer, Refill, Wallet};

/// Notes what has made an end of claims that chargebacks had left, so that it goes back there when they are won.
pub(crate) fn note_payer(
    call: &mut Call<'_>,
    account: AuthId,
    payer: &Payer,
    claims: Vec<(Claim, Instant)>,
) -> Result<(), Fault> {
    for (claim, since) in claims {
        let Some(mut charge) = load(call, account, claim.charge)? else { continue };
        let Some(reference) = charge.chargebacks.get(claim.nth as usize).cloned() else { continue };
        if let Some(dispute) = charge.disputes.iter_mut().find(|dispute| dispute.reference == reference) {
            dispute.settle(payer, since, claim.amount)?;
            save(call, account, &charge);
        }
    }
    Ok(())
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
        let nth = charge.chargebacks.iter().position(|known| *known == reference).unwrap_or_default();
        // From here on the payment stands again: what goes back to its lot has room there.
        let (amount, won) = (dispute.amount, Some(call.now()));
        charge.charged_back = charge.charged_back.minus(amount)?;
        charge.disputes.retain(|known| known.reference != reference);
        let (unpaid, taken, settled) = (Vec::new(), Vec::new(), Vec::new());
        charge.disputes.push(Dispute { unpaid, taken, settled, won, ..dispute.clone() });
        save(call, account, &charge);
        let transaction = match (accounts::is_closed(call, account)?, dispute.lost) {
            (false, _) => put_back(call, account, &charge, nth, &dispute)?,
            (true, true) => recover(call, &charge, amount)?,
            (true, false) => give_back(call, account, &charge, &dispute)?,
        };
        let about_step = (reference.as_str(), transaction.as_str());
        let receipt = document(call, account, &charge, amount, Outcome::Successful, about_step)?;
        invoices::note_charged_back(call, account, &about(&charge), amount.negated()?)?;
        invoices::note_reversed(call, account, &dispute.receipt)?;
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
        let mut parts = Parts { unknown: dispute.amount.minus(still_owed)?, ..Parts::default() };
        for part in &dispute.taken {
            parts.lots.push(part.clone());
            parts.unknown = parts.unknown.minus(part.amount)?;
        }
        for settled in &dispute.settled {
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

/// What has come back, by where it is posted.
#[derive(Default)]
struct Back {
    owed: Money,
    trial: Money,
    promotional: Money,
    cash: Money,
    /// Lots whose time is over, by their numbers.
    expired: Vec<(u32, Money)>,
    /// Charges that trial and promotional credit has paid of what was owed (R86).
    pays: Vec<(Month, Money)>,
}

impl Back {
    fn add(&mut self, kind: LotKind, amount: Money, refill: &Refill) -> Result<(), Fault> {
        let kept = match kind {
            LotKind::Trial => &mut self.trial,
            LotKind::Promotional => &mut self.promotional,
            LotKind::Cash => &mut self.cash,
        };
        *kept = kept.plus(amount)?.minus(refill.paid)?;
        self.owed = self.owed.plus(refill.paid)?;
        if kind != LotKind::Cash {
            self.pays.extend(&refill.charges);
        }
        Ok(())
    }
}

/// Puts everything back to where the chargeback took it, while the account is not closed.
fn put_back(
    call: &mut Call<'_>,
    account: AuthId,
    charge: &Charge,
    nth: usize,
    dispute: &Dispute,
) -> Result<String, Fault> {
    credits::expire_due(call, account)?;
    let transaction = ledger::next_id(call)?;
    let mut wallet = wallet::need(call, account)?;
    let claim = (charge.number, u32::try_from(nth).unwrap_or(u32::MAX));
    let mut back = Back { owed: wallet::pay_claim(call, account, &mut wallet, claim)?, ..Back::default() };
    let mut parts = Parts::of(dispute, back.owed)?;
    let mut own = parts.corrected()?;
    if parts.unknown > Money::ZERO {
        let (owed, rest) = pay_reopened(call, account, &mut wallet, charge, dispute, parts.unknown)?;
        back.owed = back.owed.plus(owed)?;
        own = own.plus(rest)?;
    } else {
        pays_again(call, account, charge, dispute, &parts.corrected)?;
    }
    for settled in &dispute.settled {
        if let Payer::Lot(place) = &settled.payer
            && let Some((mut lot, used)) = lots::find(call, account, place.number(), place)?
        {
            lot.take_paid(Month::of(settled.since), settled.amount)?;
            lots::keep(call, account, &lot, used);
        }
    }
    let mut putting = Putting { account, charge, origin: &transaction, wallet: &mut wallet, back: &mut back };
    if own > Money::ZERO {
        match charge.lot() {
            Some((_, place)) => parts.lots.push(FromLot { place: place.clone(), amount: own }),
            None => putting.new_lot(call, LotKind::Cash, None, own)?,
        }
        parts.lots.sort_by(|one, other| one.place.cmp(&other.place));
    }
    for part in &parts.lots {
        putting.put(call, &part.place, part.amount)?;
    }
    wallet::save(call, account, &wallet);
    let mut expired = Money::ZERO;
    for (number, amount) in &back.expired {
        expired = expired.plus(*amount)?;
        credits::tell_expired(call, account, *number, *amount, wallet.balance, &transaction);
    }
    let postings = vec![
        Posting(LedgerAccount::PaymentClearing, None, dispute.amount),
        Posting(LedgerAccount::WriteOffs, None, parts.written_off.negated()?),
        Posting(LedgerAccount::Rounding, None, parts.rounded.negated()?),
        Posting(LedgerAccount::ExpiredCredits, None, expired.negated()?),
        Posting(LedgerAccount::CreditsTrial, Some(account), back.trial.negated()?),
        Posting(LedgerAccount::CreditsPromotional, Some(account), back.promotional.negated()?),
        Posting(LedgerAccount::CreditsCash, Some(account), back.cash.negated()?),
        Posting(LedgerAccount::Receivables, Some(account), back.owed.negated()?),
    ];
    ledger::post_gift(call, &transaction, ("dispute-won", &charge.key), postings, back.pays)?;
    Ok(transaction)
}

/// The payment has paid again what the chargeback had reopened, whatever has paid that meanwhile, but for what a credit note has given back.
fn pays_again(
    call: &mut Call<'_>,
    account: AuthId,
    charge: &Charge,
    dispute: &Dispute,
    corrected: &[OfMonth],
) -> Result<(), Fault> {
    let Some((number, place)) = charge.lot() else { return Ok(()) };
    let Some((mut lot, used)) = lots::find(call, account, *number, place)? else { return Ok(()) };
    for part in &dispute.unpaid {
        lot.add_paid(*part)?;
    }
    for part in corrected {
        lot.take_paid(part.month, part.amount)?;
    }
    lots::keep(call, account, &lot, used);
    Ok(())
}

/// Of a chargeback that an older version has booked: pays what it had reopened, as far as that is owed. Answers how much that was, and what is left of the
/// amount.
fn pay_reopened(
    call: &mut Call<'_>,
    account: AuthId,
    wallet: &mut Wallet,
    charge: &Charge,
    dispute: &Dispute,
    amount: Money,
) -> Result<(Money, Money), Fault> {
    let payer = charge.lot().map_or(Payer::Corrected, |(_, place)| Payer::Lot(place.clone()));
    let (mut owed, mut left) = (Money::ZERO, amount);
    for part in dispute.unpaid.iter().rev() {
        let days = (part.month.first(), part.month.end() - 1);
        let paid = wallet::pay_between(call, account, wallet, days, part.amount.min(left), &payer)?;
        owed = owed.plus(paid)?;
        left = left.minus(paid)?;
        if let Some((number, place)) = charge.lot()
            && let Some((mut lot, used)) = lots::find(call, account, *number, place)?
        {
            lot.add_paid(OfMonth { month: part.month, amount: paid })?;
            lots::keep(call, account, &lot, used);
        }
    }
    Ok((owed, left))
}

/// What goes back to lots of an account.
struct Putting<'a> {
    account: AuthId,
    /// The charge whose dispute was won.
    charge: &'a Charge,
    /// The transaction.
    origin: &'a str,
    wallet: &'a mut Wallet,
    back: &'a mut Back,
}

impl Putting<'_> {
    /// Gives an amount back to a lot. What it does not lack any more, because it was given back already or the lot's own payment was taken back or
    /// refunded, stays of its kind: cash goes to the lot of the won payment or of another one that lacks it, else it is a new lot.
    fn put(&mut self, call: &mut Call<'_>, place: &Place, amount: Money) -> Result<(), Fault> {
        if place.expires().is_some_and(|expires| expires <= call.now()) {
            self.back.expired.push((place.number(), amount));
            return Ok(());
        }
        let mut left = amount.minus(self.refill(call, place, amount)?)?;
        if place.kind() == LotKind::Cash {
            if let Some((_, own)) = self.charge.lot().filter(|(_, own)| own != place) {
                left = left.minus(self.refill(call, own, left)?)?;
            }
            let done = refill_last_spent(call, self.account, self.wallet, left)?;
            let paid = Refill { paid: done.paid, ..Refill::default() };
            self.back.add(LotKind::Cash, left.minus(done.left)?, &paid)?;
            left = done.left;
        }
        if left > Money::ZERO {
            self.new_lot(call, place.kind(), place.expires(), left)?;
        }
        Ok(())
    }

    /// Gives as much back to a lot as it lacks. Answers how much that was.
    fn refill(&mut self, call: &mut Call<'_>, place: &Place, amount: Money) -> Result<Money, Fault> {
        let part = room_of(call, self.account, self.wallet, place)?.min(amount);
        if part == Money::ZERO {
            return Ok(Money::ZERO);
        }
        let Some(refill) = wallet::refill(call, self.account, self.wallet, place.number(), place, part)? else {
            return Ok(Money::ZERO);
        };
        if let Some(expires) = place.expires() {
            let job = JobKey::Expire(self.account, place.number(), place.clone());
            call.timer(&job.to_string(), Lane::Normal, expires);
        }
        if place.kind() == LotKind::Cash
            && let Some((mut lot, used)) = lots::find(call, self.account, place.number(), place)?
        {
            for month in &refill.months {
                lot.add_paid(*month)?;
            }
            lots::keep(call, self.account, &lot, used);
        }
        self.back.add(place.kind(), part, &refill)?;
        Ok(part)
    }

    fn new_lot(
        &mut self,
        call: &mut Call<'_>,
        kind: LotKind,
        expires: Option<Instant>,
        amount: Money,
    ) -> Result<(), Fault> {
        let (since, origin) = match kind {
            LotKind::Cash => (self.charge.settled().unwrap_or(call.now()), self.charge.key.as_str()),
            _ => (call.now(), self.origin),
        };
        let new = NewCredit { kind, amount, since, expires, origin };
        let credited = wallet::credit(call, self.account, self.wallet, &new)?;
        if let Some(expires) = expires {
            let job = JobKey::Expire(self.account, credited.lot.number, credited.lot.place());
            call.timer(&job.to_string(), Lane::Normal, expires);
        }
        let refill = Refill { paid: credited.paid, months: Vec::new(), charges: credited.charges };
        self.back.add(kind, amount, &refill)
    }
}

/// Of a closed account: what was paid for, at once or for what the chargeback had left owed, is given back to the card that paid it (R24, CRD-12). Trial and
/// promotional credit would have been forfeited, and a write-off is recovered.
fn give_back(call: &mut Call<'_>, account: AuthId, charge: &Charge, dispute: &Dispute) -> Result<String, Fault> {
    let parts = Parts::of(dispute, Money::ZERO)?;
    let mut own = parts.corrected()?.plus(parts.unknown)?;
    let (mut refunds, mut forfeited): (Vec<(String, Money)>, _) = (Vec::new(), Money::ZERO);
    for part in &parts.lots {
        if part.place.kind() != LotKind::Cash {
            forfeited = forfeited.plus(part.amount)?;
            continue;
        }
        let found = lots::find(call, account, part.place.number(), &part.place)?;
        let Some((lot, _)) = found.filter(|(lot, _)| lot.origin != charge.key) else {
            own = own.plus(part.amount)?;
            continue;
        };
        let payment = charge_of(call, account, &lot.origin)?;
        let gone = payment.as_ref().map_or(Money::ZERO, |payment| payment.charged_back);
        let mut left = lot.amount.minus(gone)?.minus(refunds::of_charge(call, account, &lot.origin)?)?;
        for (_, amount) in refunds.iter().filter(|(key, _)| *key == lot.origin) {
            left = left.minus(*amount)?;
        }
        // Not to a card that has had it back.
        let refund = whole_cents(part.amount.min(left.max(Money::ZERO)))?;
        own = own.plus(part.amount.minus(refund)?)?;
        match refunds.iter_mut().find(|(key, _)| *key == lot.origin) {
            Some((_, amount)) => *amount = amount.plus(refund)?,
            None => refunds.push((lot.origin, refund)),
        }
    }
    let rest = whole_cents(own)?;
    let rounded = parts.rounded.plus(own.minus(rest)?)?;
    refunds.push((charge.key.clone(), rest));
    refunds.retain(|(_, amount)| *amount > Money::ZERO);
    let mut refunded = Money::ZERO;
    for (_, amount) in &refunds {
        refunded = refunded.plus(*amount)?;
    }
    let transaction = ledger::next_id(call)?;
    let postings = vec![
        Posting(LedgerAccount::PaymentClearing, None, dispute.amount),
        Posting(LedgerAccount::WriteOffs, None, parts.written_off.negated()?),
        Posting(LedgerAccount::Rounding, None, rounded.negated()?),
        Posting(LedgerAccount::ExpiredCredits, None, forfeited.negated()?),
        Posting(LedgerAccount::Refunds, None, refunded.negated()?),
    ];
    ledger::post(call, &transaction, "dispute-won", &charge.key, postings, Vec::new())?;
    for (key, amount) in refunds {
        let payment = charge_of(call, account, &key)?;
        let new = NewRefund {
            cause: Cause::PaidAfterClosing,
            amount,
            charge_key: &key,
            charge: payment.as_ref().map(|payment| payment.number),
            card: payment.as_ref().map_or("", |payment| &payment.card_label),
            asked: None,
        };
        refunds::create(call, account, &new)?;
    }
    Ok(transaction)
}

fn whole_cents(amount: Money) -> Result<Money, Fault> {
    Ok(amount.minus(Money::from_micros(amount.micros() % MICROS_PER_CENT))?)
}
