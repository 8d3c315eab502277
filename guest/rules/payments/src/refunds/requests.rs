//! What people ask about refunds: lists, another try, settling one in another way (CRD-12, R23).

use super::booking;
use coinbox_access::{self as access, functions};
use coinbox_credit::records::reconciliation::{Outside, once_outside};
use coinbox_credit::records::refunds::{Refund, RefundPage, RefundState, ShownRefund, load, refunds, save};
use coinbox_ground::feed;
use coinbox_ground::ids::AuthId;
use coinbox_ground::interfaces::credits::Started;
use coinbox_ground::port::Lane;
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{Caller, Checks, Fault, interface_error};
use coinbox_ledger::wallet;

interface_error! {
    /// Errors of `refunds`.
    Error {
        /// It has not failed: there is nothing to try again or to settle in another way.
        NotFailed,
    }
}

const PAGE_MAX: u32 = 100;

/// Refunds of an account, newest first.
pub fn list(
    turn: &Turn<'_>,
    caller: &Caller,
    auth_id: String,
    after: Option<u32>,
    limit: u32,
) -> Result<RefundPage, Error> {
    let (_, account) = access::query_on(turn, caller, functions::REFUNDS_LIST, &auth_id)?;
    let mut checks = Checks::new();
    checks.page_limit(limit, PAGE_MAX);
    checks.done()?;
    wallet::need(turn, account)?;
    let (page, more) = refunds(turn, account, after, limit as usize)?;
    let next = page.last().filter(|_| more).map(Refund::number);
    Ok(RefundPage { refunds: page.iter().map(|refund| refund.shown(account)).collect(), next })
}

/// A refund that has failed, or why there is none.
fn failed(turn: &Turn<'_>, account: AuthId, number: u32) -> Result<Refund, Error> {
    let refund = load(turn, account, number)?.ok_or_else(|| Fault::not_found("refund"))?;
    if matches!(refund.state(), RefundState::Failed(_)) { Ok(refund) } else { Err(Error::NotFailed) }
}

/// Tries a failed refund again, under a new key.
pub fn retry(turn: &mut Turn<'_>, caller: &Caller, auth_id: String, number: u32) -> Result<Started, Error> {
    let command = access::command_on(turn, caller, functions::REFUNDS_RETRY, &auth_id)?;
    let args = (&auth_id, number);
    once_outside(command, turn, Outside::Payments, &args, |turn, who, account, asked| {
        let mut refund = failed(turn, account, number)?;
        refund.retry(&turn.store_name(), account, asked);
        let job = refund.job(account);
        save(turn, account, &refund);
        turn.timer(&job, Lane::Urgent, turn.now());
        feed::event(account, "refund-retried", "CRD-12")
            .facts(refund.facts())
            .fact("try", refund.tries())
            .fact("by", who.name())
            .tell(turn);
        Ok(Started { job, name: number.to_string() })
    })
}

/// Notes that a failed refund was paid in another way, such as a bank transfer.
pub fn settle(
    turn: &mut Turn<'_>,
    caller: &Caller,
    auth_id: String,
    number: u32,
    reference: String,
) -> Result<ShownRefund, Error> {
    let command = access::command_on(turn, caller, functions::REFUNDS_SETTLE, &auth_id)?;
    command.once(turn, &(&auth_id, number, &reference), |turn, who, account| {
        let mut checks = Checks::new();
        checks.text(&reference, "reference", 1, 200);
        checks.done()?;
        let mut refund = failed(turn, account, number)?;
        let receipt = booking::pay(turn, account, &mut refund, &reference, Some(who.name()))?;
        booking::mail_paid(turn, account, &refund, receipt)?;
        Ok(refund.shown(account))
    })
}
