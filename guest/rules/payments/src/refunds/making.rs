//! Writing a refund down: what is given back of which payment, and why.

use coinbox_credit::records::refunds::{NewRefund, Refund, gateway_key, save};
use coinbox_ground::counters::Numbers;
use coinbox_ground::feed;
use coinbox_ground::ids::AuthId;
use coinbox_ground::port::Lane;
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::Fault;
use coinbox_ledger::{self as ledger, LedgerAccount, Posting};
use coinbox_profiles::policy::Policy;

/// Writes a refund down and makes it due now.
pub fn create(turn: &mut Turn<'_>, account: AuthId, new: &NewRefund<'_>) -> Result<Refund, Fault> {
    let policy = Policy::load(turn)?;
    let number = Numbers::next_refund(turn, account)?;
    let key = gateway_key(&turn.store_name(), account, number, 1);
    let refund = Refund::open(new, number, key, turn.now(), &policy);
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
