//! Writing a refund down: what is given back of which payment, and why.

use coinbox_credit::records::refunds::{Cause, Refund, RefundState, gateway_key, save};
use coinbox_ground::business_days;
use coinbox_ground::counters::Numbers;
use coinbox_ground::feed;
use coinbox_ground::idempotency::Asked;
use coinbox_ground::ids::AuthId;
use coinbox_ground::money::Money;
use coinbox_ground::port::Lane;
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::Fault;
use coinbox_ledger::{self as ledger, LedgerAccount, Posting};
use coinbox_profiles::policy::Policy;

/// What is to be given back of which payment.
pub struct NewRefund<'a> {
    /// Why it is given back.
    pub cause: Cause,
    /// Whole cents above zero, and posted to `liabilities:refunds` already.
    pub amount: Money,
    /// The key that the gateway knows the payment by.
    pub charge_key: &'a str,
    /// Number of the charge, if the payment has one.
    pub charge: Option<u32>,
    /// Brand and last digits of the card, for people; empty where it is not known.
    pub card: &'a str,
    /// For which client's key.
    pub asked: Option<Asked>,
}

/// Writes a refund down and makes it due now.
pub fn create(turn: &mut Turn<'_>, account: AuthId, new: &NewRefund<'_>) -> Result<Refund, Fault> {
    let policy = Policy::load(turn)?;
    let due = business_days::after(turn.now(), policy.refund_business_days, &policy.holidays);
    let number = Numbers::next_refund(turn, account)?;
    let refund = Refund {
        v: 1,
        number,
        cause: new.cause,
        amount: new.amount,
        charge_key: new.charge_key.to_owned(),
        charge: new.charge,
        card: new.card.to_owned(),
        state: RefundState::Due,
        tries: 1,
        key: gateway_key(&turn.store_name(), account, number, 1),
        attempt: 0,
        answered: 0,
        asked: 0,
        created: turn.now(),
        due: due.to_string(),
        overdue_at: business_days::end_of(due),
        overdue: false,
        queued: None,
        sent: None,
        settled: None,
        reference: None,
        asked_for: new.asked.clone(),
        recovered: false,
        uncovered: Money::ZERO,
    };
    save(turn, account, &refund);
    turn.timer(&refund.job(account), Lane::Normal, turn.now());
    feed::event(account, "refund-due", "CRD-12").facts(refund.facts()).tell(turn);
    Ok(refund)
}

/// Gives back in full what was paid for an account that is closed: it becomes no credit (R24). Answers the ledger transaction.
pub(crate) fn give_back(turn: &mut Turn<'_>, account: AuthId, new: &NewRefund<'_>) -> Result<(Refund, String), Fault> {
    let id = ledger::next_id(turn)?;
    ledger::post(
        turn,
        (&id, account),
        new.cause.word(),
        new.charge_key,
        vec![
            Posting(LedgerAccount::PaymentClearing, None, new.amount),
            Posting(LedgerAccount::Refunds, None, new.amount.negated()?),
        ],
        Vec::new(),
    )?;
    Ok((create(turn, account, new)?, id))
}
