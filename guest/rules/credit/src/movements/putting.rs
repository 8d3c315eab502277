//! Credit that goes back to where it came from: what a won dispute or a credit note gives back.

use crate::movements::claims;
use crate::movements::expiry;
use crate::movements::refilling::{refill_last_spent, room_of};
use coinbox_ground::calendar::Month;
use coinbox_ground::ids::AuthId;
use coinbox_ground::money::Money;
use coinbox_ground::port::Lane;
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{Fault, Instant};
use coinbox_ledger::charges::Charge;
use coinbox_ledger::lots::{self, EXPIRY, Expiring, LotKind, Place};
use coinbox_ledger::wallet::{self, NewCredit, Refill, Wallet};
use coinbox_ledger::{LedgerAccount, Posting};

/// What has come back, by where it is posted.
#[derive(Default)]
pub struct Back {
    /// Of debts that had been paid.
    pub owed: Money,
    /// Of trial lots.
    pub trial: Money,
    /// Of promotional lots.
    pub promotional: Money,
    /// Of cash lots.
    pub cash: Money,
    /// Lots whose time is over, by their numbers.
    pub expired: Vec<(u32, Money)>,
    /// Write-offs that are recovered.
    pub written_off: Money,
    /// What was too little to be paid, and is paid now.
    pub rounded: Money,
    /// Charges that trial and promotional credit has paid of what was owed (R86).
    pub pays: Vec<(Month, Money)>,
}

impl Back {
    /// Adds what came back to a lot of this kind.
    pub fn add(&mut self, kind: LotKind, amount: Money, refill: &Refill) -> Result<(), Fault> {
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

    /// Its side of the transaction: what the customer has again, and what nobody has.
    pub fn postings(&self, account: AuthId) -> Result<[Posting; 7], Fault> {
        let mut expired = Money::ZERO;
        for (_, amount) in &self.expired {
            expired = expired.plus(*amount)?;
        }
        Ok([
            Posting(LedgerAccount::WriteOffs, None, self.written_off.negated()?),
            Posting(LedgerAccount::Rounding, None, self.rounded.negated()?),
            Posting(LedgerAccount::ExpiredCredits, None, expired.negated()?),
            Posting(LedgerAccount::CreditsTrial, Some(account), self.trial.negated()?),
            Posting(LedgerAccount::CreditsPromotional, Some(account), self.promotional.negated()?),
            Posting(LedgerAccount::CreditsCash, Some(account), self.cash.negated()?),
            Posting(LedgerAccount::Receivables, Some(account), self.owed.negated()?),
        ])
    }

    /// Tells of credit whose time was over.
    pub fn tell_expired(&self, turn: &mut Turn<'_>, account: AuthId, balance: Money, id: &str) {
        for (number, amount) in &self.expired {
            expiry::tell_expired(turn, account, *number, *amount, balance, id);
        }
    }
}

/// What goes back to lots of an account.
pub struct Putting<'a> {
    /// The account.
    pub account: AuthId,
    /// The charge whose dispute was won, if it is that.
    pub charge: Option<&'a Charge>,
    /// The transaction.
    pub origin: &'a str,
    /// The wallet that it goes to.
    pub wallet: &'a mut Wallet,
    /// What has been put back so far.
    pub back: &'a mut Back,
}

impl Putting<'_> {
    /// Gives an amount back to a lot. What it does not lack any more, because it was given back already or the lot's own payment was taken back or
    /// refunded, stays of its kind: cash goes to where its own chargeback took it, to the lot of the won payment or of another one that lacks it, else it is a new lot.
    pub fn put(&mut self, turn: &mut Turn<'_>, place: &Place, amount: Money) -> Result<(), Fault> {
        if place.expires().is_some_and(|expires| expires <= turn.now()) {
            self.back.expired.push((place.number(), amount));
            return Ok(());
        }
        let mut left = amount.minus(self.refill(turn, place, amount)?)?;
        if place.kind() == LotKind::Cash && left > Money::ZERO {
            left = self.release(turn, place, left)?;
            if let Some((_, own)) = self.charge.and_then(Charge::lot).filter(|(_, own)| own != place) {
                left = left.minus(self.refill(turn, own, left)?)?;
            }
            let done = refill_last_spent(turn, self.account, self.wallet, left)?;
            let paid = Refill { paid: done.paid, ..Refill::default() };
            self.back.add(LotKind::Cash, left.minus(done.left)?, &paid)?;
            left = done.left;
        }
        if left > Money::ZERO {
            self.new_lot(turn, place.kind(), place.expires(), left)?;
        }
        Ok(())
    }

    /// What a lot has no room for because its own payment was taken back goes to where that chargeback took it. Answers what is left.
    fn release(&mut self, turn: &mut Turn<'_>, place: &Place, amount: Money) -> Result<Money, Fault> {
        // Rent that is unpaid goes first, as with any credit (R81).
        let (of_rent, _) = wallet::pay_unpaid_rent(turn, self.account, self.wallet, amount)?;
        self.back.owed = self.back.owed.plus(of_rent)?;
        let amount = amount.minus(of_rent)?;
        let released = claims::release(turn, self.account, self.wallet, place, amount)?;
        self.back.owed = self.back.owed.plus(released.owed)?;
        self.back.written_off = self.back.written_off.plus(released.written_off)?;
        self.back.rounded = self.back.rounded.plus(released.rounded)?;
        for part in released.lots {
            self.put(turn, &part.place, part.amount)?;
        }
        Ok(amount.minus(released.amount)?)
    }

    /// Gives as much back to a lot as it lacks. Answers how much that was.
    pub fn refill(&mut self, turn: &mut Turn<'_>, place: &Place, amount: Money) -> Result<Money, Fault> {
        let part = room_of(turn, self.account, self.wallet, place)?.min(amount);
        if part == Money::ZERO {
            return Ok(Money::ZERO);
        }
        let Some(refill) = wallet::refill(turn, self.account, self.wallet, place.number(), place, part)? else {
            return Ok(Money::ZERO);
        };
        if let Some(expires) = place.expires() {
            let job = EXPIRY.of(Expiring { account: self.account, number: place.number(), place: place.clone() });
            turn.timer(&job, Lane::Normal, expires);
        }
        if place.kind() == LotKind::Cash
            && let Some((mut lot, used)) = lots::find(turn, self.account, place.number(), place)?
        {
            for month in &refill.months {
                lot.add_paid(*month)?;
            }
            lots::keep(turn, self.account, &lot, used);
        }
        self.back.add(place.kind(), part, &refill)?;
        Ok(part)
    }

    /// What no lot lacks becomes a new one.
    pub fn new_lot(
        &mut self,
        turn: &mut Turn<'_>,
        kind: LotKind,
        expires: Option<Instant>,
        amount: Money,
    ) -> Result<(), Fault> {
        let (since, origin) = match self.charge.filter(|_| kind == LotKind::Cash) {
            Some(charge) => (charge.settled().unwrap_or(turn.now()), charge.key()),
            None => (turn.now(), self.origin),
        };
        let new = NewCredit { kind, amount, since, expires, origin };
        let credited = wallet::credit(turn, self.account, self.wallet, &new)?;
        if let Some(expires) = expires {
            turn.timer(&credited.lot.expiry(self.account), Lane::Normal, expires);
        }
        let refill = Refill { paid: credited.paid, months: Vec::new(), charges: credited.charges };
        self.back.add(kind, amount, &refill)
    }
}
