//! Refunds: each gives back a part of one payment, is written down before the gateway is called, and stays due until the money
//! has gone back (CRD-12, R23, R24).
//!
//! A refund is fixed by posting what is owed to `liabilities:refunds`, and paid by posting it from there to the gateway. Its job
//! is that of a charge: begin, perform, finish; pending and unknown are asked about until answered. A declined refund is final
//! for its key only: it waits in the operator's queue and is tried again under a new key, or settled in another way.

mod booking;
mod recovered;
pub(crate) use booking::{attempt, begin, finish, look};
pub use booking::{book, book_closed};
pub use coinbox_credit::records::refunds::{Cause, Refund, RefundPage, RefundState, ShownRefund, refunds};
pub use coinbox_credit::records::refunds::{by_key, load, of_charge, parse_gateway_key};
pub use recovered::{Found, recover, recover_payment};

use crate::reconcile::{self, Outside};
use coinbox_access::{self as access, functions};
use coinbox_credit::records::refunds::{gateway_key, save};
use coinbox_ground::business_days;
use coinbox_ground::call::Call;
use coinbox_ground::counters::Numbers;
use coinbox_ground::feed::{EventDraft, emit};
use coinbox_ground::idempotency::Asked;
use coinbox_ground::ids::AuthId;
use coinbox_ground::interfaces::credits::Started;
use coinbox_ground::money::Money;
use coinbox_ground::port::Lane;
use coinbox_ground::vocabulary::{Caller, Checks, Fact, Fault, FieldRule, interface_error};
use coinbox_ledger::wallet;
use coinbox_ledger::{self as ledger, LedgerAccount, Posting};
use coinbox_profiles::policy::Policy;

interface_error! {
    /// Errors of `refunds`.
    Error {
        /// It has not failed: there is nothing to try again or to settle in another way.
        NotFailed,
    }
}

const PAGE_MAX: u32 = 100;

fn tell(call: &mut Call<'_>, account: AuthId, kind: &str, facts: Vec<Fact>, transactions: Vec<String>) {
    emit(call, EventDraft { account: Some(account), kind, rule: "CRD-12", facts, transactions });
}

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
pub fn create(call: &mut Call<'_>, account: AuthId, new: &NewRefund<'_>) -> Result<Refund, Fault> {
    let policy = Policy::load(call)?;
    let due = business_days::after(call.now(), policy.refund_business_days, &policy.holidays);
    let number = Numbers::next_refund(call, account)?;
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
        key: gateway_key(&call.store_name(), account, number, 1),
        attempt: 0,
        answered: 0,
        asked: 0,
        created: call.now(),
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
    save(call, account, &refund);
    call.timer(&refund.job(account), Lane::Normal, call.now());
    tell(call, account, "refund-due", refund.facts(), Vec::new());
    Ok(refund)
}

/// Gives back in full what was paid for an account that is closed: it becomes no credit (R24). Answers the ledger transaction.
pub fn give_back(call: &mut Call<'_>, account: AuthId, new: &NewRefund<'_>) -> Result<(Refund, String), Fault> {
    let id = ledger::next_id(call)?;
    ledger::post(
        call,
        &id,
        new.cause.word(),
        new.charge_key,
        vec![
            Posting(LedgerAccount::PaymentClearing, None, new.amount),
            Posting(LedgerAccount::Refunds, None, new.amount.negated()?),
        ],
        Vec::new(),
    )?;
    Ok((create(call, account, new)?, id))
}

/// Refunds of an account, newest first.
pub fn list(
    call: &Call<'_>,
    caller: &Caller,
    auth_id: String,
    after: Option<u32>,
    limit: u32,
) -> Result<RefundPage, Error> {
    let (_, account) = access::query_on(call, caller, functions::REFUNDS_LIST, &auth_id)?;
    let mut checks = Checks::new();
    checks.require((1..=PAGE_MAX).contains(&limit), "limit", FieldRule::WrongForm, "1 to 100");
    checks.done()?;
    wallet::need(call, account)?;
    let (page, more) = refunds(call, account, after, limit as usize)?;
    let next = page.last().filter(|_| more).map(|last| last.number);
    Ok(RefundPage { refunds: page.iter().map(|refund| refund.shown(account)).collect(), next })
}

/// A refund that has failed, or why there is none.
fn failed(call: &Call<'_>, account: AuthId, number: u32) -> Result<Refund, Error> {
    let refund = load(call, account, number)?.ok_or_else(|| Fault::not_found("refund"))?;
    if matches!(refund.state, RefundState::Failed(_)) { Ok(refund) } else { Err(Error::NotFailed) }
}

/// Tries a failed refund again, under a new key.
pub fn retry(call: &mut Call<'_>, caller: &Caller, auth_id: String, number: u32) -> Result<Started, Error> {
    let command = access::command_on(call, caller, functions::REFUNDS_RETRY, &auth_id)?;
    let args = (&auth_id, number);
    reconcile::once_outside(command, call, Outside::Payments, &args, |call, who, account, asked| {
        let mut refund = failed(call, account, number)?;
        refund.tries += 1;
        refund.key = gateway_key(&call.store_name(), account, number, refund.tries);
        refund.state = RefundState::Due;
        (refund.asked_for, refund.recovered) = (asked, false);
        (refund.attempt, refund.answered, refund.asked, refund.sent) = (0, 0, 0, None);
        let job = refund.job(account);
        save(call, account, &refund);
        call.timer(&job, Lane::Urgent, call.now());
        let mut facts = refund.facts();
        facts.push(Fact::new("try", refund.tries));
        facts.push(Fact::new("by", who.name()));
        tell(call, account, "refund-retried", facts, Vec::new());
        Ok(Started { job, name: number.to_string() })
    })
}

/// Notes that a failed refund was paid in another way, such as a bank transfer.
pub fn settle(
    call: &mut Call<'_>,
    caller: &Caller,
    auth_id: String,
    number: u32,
    reference: String,
) -> Result<ShownRefund, Error> {
    let command = access::command_on(call, caller, functions::REFUNDS_SETTLE, &auth_id)?;
    command.once(call, &(&auth_id, number, &reference), |call, who, account| {
        let mut checks = Checks::new();
        checks.text(&reference, "reference", 1, 200);
        checks.done()?;
        let mut refund = failed(call, account, number)?;
        refund.reference = Some(reference.clone());
        let receipt = booking::pay(call, account, &mut refund, RefundState::SettledOtherwise, Some(who.name()))?;
        booking::mail_paid(call, account, &refund, receipt)?;
        Ok(refund.shown(account))
    })
}
