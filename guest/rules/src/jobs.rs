//! Work that the clock or an earlier decision has made due: begin, perform, finish.

use crate::accounts::closing;
use crate::credit::movements::expiry;
use crate::credit::settings::auto_recharge;
use crate::credit::watch::zero_stop::Stop;
use crate::ground::call::Call;
use crate::ground::job::JobKey;
pub use crate::ground::job::{Done, JobState, MovementsRequest, Next, Task, Work};
use crate::ground::outside::{Effects, Finding, PaymentOutcome, StockOutcome};
use crate::ground::vocabulary::{Fault, Instant, int_text};
use crate::housekeeping;
use crate::indexes;
use crate::invoices;
use crate::ledger::lots::Place;
use crate::ledger::totals;
use crate::month_end;
use crate::numbers;
use crate::payments::cards;
use crate::payments::charges;
use crate::payments::dunning;
use crate::payments::reconcile;
use crate::payments::reconcile::Outside;
use crate::payments::refunds;
use crate::profiles::mail;
use crate::profiles::policy;
use crate::usage::daily;
use crate::usage::hang_ups;
use crate::usage::reservations;
use crate::usage::unusual;
use serde::{Deserialize, Serialize};

/// Why a job cannot go on.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Error {
    /// It was done or taken back.
    NoSuchJob,
    /// This attempt is not the current one; the payload is.
    StaleAttempt(u32),
    /// A stored record cannot be used: the host reports it and tries again later.
    Other(crate::ground::vocabulary::Problem),
}

/// How a store came to be.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Beginning {
    /// Empty.
    Created,
    /// From a backup of this moment.
    Restored(#[serde(with = "int_text")] Instant),
    /// A copy for trying things out.
    Copied,
    /// It has been opened before.
    Again,
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Error {
        match fault {
            Fault::Other(problem) => Error::Other(problem),
            Fault::Refused(refusal) => Error::Other(crate::ground::vocabulary::Problem {
                code: "job-refused".to_owned(),
                facts: vec![crate::ground::vocabulary::Fact::new("refusal", format!("{refusal:?}"))],
            }),
        }
    }
}

/// Decides what a due job does now, and writes down that an attempt starts.
pub fn begin(call: &mut Call<'_>, job: String) -> Result<Next, Error> {
    let key = JobKey::parse(&job).ok_or(Error::NoSuchJob)?;
    let next = match key {
        JobKey::Charge(account, number) => charges::begin(call, account, number)?,
        JobKey::Refund(account, number) => refunds::begin(call, account, number)?,
        JobKey::Mail(account, number) => mail::begin(call, account, number)?,
        JobKey::Card(account, number) => cards::begin_describe(call, account, number)?,
        JobKey::Forget(account, number) => cards::begin_forget(call, account, number)?,
        JobKey::Expiring(account, number) => cards::mail_expiring(call, account, number)?,
        JobKey::HangUp(account) => hang_ups::begin(call, account, Stop::All)?,
        JobKey::EndCalls(account) => hang_ups::begin(call, account, Stop::Refused)?,
        JobKey::Dun(account) => dunning::run(call, account)?,
        JobKey::Uncap(account) => {
            auto_recharge::uncap(call, account)?;
            Some(Next::Rest)
        }
        JobKey::Close(account) => closing::run(call, account)?,
        JobKey::Daily(account) => daily::run(call, account)?,
        JobKey::Unusual(account) => unusual::run(call, account)?,
        JobKey::Expire(account, number, place) => {
            let place = Place::parse(&place).ok_or(Error::NoSuchJob)?;
            expiry::expire_lot(call, account, number, &place)?;
            Some(Next::Rest)
        }
        JobKey::Order(account, count) => numbers::begin_order(call, account, count)?,
        JobKey::Release(account, count) => numbers::begin_release(call, account, count)?,
        JobKey::RentOwed(account) => numbers::watch_debts(call, account)?,
        JobKey::Disband(holder) => numbers::disband_all(call, holder)?,
        JobKey::Reservations => reservations::run(call)?,
        JobKey::Reconcile => reconcile::begin(call, Outside::Payments)?,
        JobKey::ReconcileStock => reconcile::begin(call, Outside::Stock)?,
        JobKey::Rejudge => housekeeping::rejudge(call)?,
        JobKey::Housekeeping => housekeeping::clean(call)?,
        JobKey::Totals => totals::run(call)?,
        JobKey::MonthEnd => month_end::run(call)?,
        JobKey::Number => invoices::run(call)?,
        JobKey::Indexes => indexes::run(call)?,
    };
    // A job that neither goes on nor waits is over: its timer must not fire again.
    if !call.has_set_timer(&job) {
        call.cancel(&job);
    }
    Ok(next.unwrap_or(Next::Rest))
}

/// Acts on the outside. From the second attempt on it asks what became of the earlier one before it moves money.
pub fn perform(effects: &dyn Effects, task: Task) -> Done {
    match task.work {
        Work::Charge(request) => {
            if task.attempt > 1 {
                match effects.find(&request.key) {
                    Finding::Found(outcome) => return Done::Payment(outcome),
                    Finding::Closed => return Done::PaymentClosed(Finding::Closed),
                    Finding::NotAsked(not_sent) => return Done::Payment(PaymentOutcome::NotSent(not_sent)),
                    // It never arrived: the same key is sent again (R11).
                    Finding::NotFound => {}
                }
            }
            Done::Payment(effects.charge(&request))
        }
        Work::Refund(request) => {
            if task.attempt > 1 {
                match effects.find(&request.key) {
                    Finding::Found(outcome) => return Done::Payment(outcome),
                    Finding::Closed => return Done::PaymentClosed(Finding::Closed),
                    Finding::NotAsked(not_sent) => return Done::Payment(PaymentOutcome::NotSent(not_sent)),
                    Finding::NotFound => {}
                }
            }
            Done::Payment(effects.refund(&request))
        }
        Work::ClosePayment(key) => Done::PaymentClosed(effects.close(&key)),
        Work::FindPayment(key) => Done::PaymentClosed(effects.find(&key)),
        Work::DescribeMethod(token) => Done::Method(effects.describe_method(&token)),
        Work::ForgetMethod(token) => Done::MethodForgotten(effects.forget_method(&token)),
        Work::SendMail(message) => Done::Mail(effects.send_mail(&message)),
        Work::SendCode(message) => Done::Code(effects.send_code(&message)),
        Work::HangUp(request) => Done::HangUp(effects.hang_up(&request)),
        Work::OrderNumber(request) => {
            Done::Number(numbers::send(effects, task.attempt, &request.key, |effects| effects.order(&request)))
        }
        Work::ReleaseNumber(request) => {
            Done::Number(numbers::send(effects, task.attempt, &request.key, |effects| effects.release(&request)))
        }
        Work::Reconcile(request) => Done::Movements(effects.movements_since(request.since, request.cursor.as_deref())),
        Work::ReconcileStock(request) => {
            Done::StockMovements(effects.orders_since(request.since, request.cursor.as_deref()))
        }
    }
}

/// Books what came of an attempt.
pub fn finish(call: &mut Call<'_>, job: String, attempt: u32, done: Done) -> Result<Next, Error> {
    let key = JobKey::parse(&job).ok_or(Error::NoSuchJob)?;
    let (current, booked) = match key {
        JobKey::Charge(account, number) => charges::attempt(call, account, number)?,
        JobKey::Refund(account, number) => refunds::attempt(call, account, number)?,
        JobKey::Mail(account, number) => mail::attempt(call, account, number)?.map(|attempt| (attempt, false)),
        JobKey::Card(account, number) => {
            cards::describe_attempt(call, account, number)?.map(|attempt| (attempt, false))
        }
        JobKey::Forget(account, number) => {
            cards::forget_attempt(call, account, number)?.map(|attempt| (attempt, false))
        }
        JobKey::HangUp(account) => hang_ups::attempt(call, account, Stop::All)?,
        JobKey::EndCalls(account) => hang_ups::attempt(call, account, Stop::Refused)?,
        JobKey::Order(account, count) => numbers::order_attempt(call, account, count)?,
        JobKey::Release(account, count) => numbers::release_attempt(call, account, count)?,
        JobKey::Reconcile => reconcile::attempt(call, Outside::Payments)?.map(|attempt| (attempt, false)),
        JobKey::ReconcileStock => reconcile::attempt(call, Outside::Stock)?.map(|attempt| (attempt, false)),
        JobKey::Expiring(..)
        | JobKey::Uncap(_)
        | JobKey::Dun(_)
        | JobKey::Close(_)
        | JobKey::Daily(_)
        | JobKey::Unusual(_)
        | JobKey::Expire(..)
        | JobKey::RentOwed(_)
        | JobKey::Disband(_)
        | JobKey::Reservations
        | JobKey::Rejudge
        | JobKey::Housekeeping
        | JobKey::Totals
        | JobKey::MonthEnd
        | JobKey::Number
        | JobKey::Indexes => None,
    }
    .ok_or(Error::NoSuchJob)?;
    if attempt != current {
        return Err(Error::StaleAttempt(current));
    }
    if booked {
        return Ok(Next::Rest);
    }
    match key {
        JobKey::Charge(account, number) => charges::answered(call, account, number)?,
        JobKey::Refund(account, number) => refunds::answered(call, account, number)?,
        _ => {}
    }
    let next = match (key, done) {
        (JobKey::Charge(account, number), Done::Payment(outcome)) => charges::book(call, account, number, outcome)?,
        (JobKey::Charge(account, number), Done::PaymentClosed(finding)) => {
            charges::book_closed(call, account, number, finding)?
        }
        (JobKey::Charge(account, number), other) => {
            charges::book(call, account, number, PaymentOutcome::Unknown(lost(other)))?
        }
        (JobKey::Refund(account, number), Done::Payment(outcome)) => refunds::book(call, account, number, outcome)?,
        (JobKey::Refund(account, number), Done::PaymentClosed(finding)) => {
            refunds::book_closed(call, account, number, finding)?
        }
        (JobKey::Refund(account, number), other) => {
            refunds::book(call, account, number, PaymentOutcome::Unknown(lost(other)))?
        }
        (JobKey::Mail(account, number), Done::Mail(outcome)) => mail::finish(call, account, number, Ok(outcome))?,
        (JobKey::Mail(account, number), other) => mail::finish(call, account, number, Err(lost(other)))?,
        (JobKey::Card(account, number), Done::Method(answer)) => {
            cards::finish_describe(call, account, number, Ok(answer))?
        }
        (JobKey::Card(account, number), other) => cards::finish_describe(call, account, number, Err(lost(other)))?,
        (JobKey::Forget(account, number), Done::MethodForgotten(forgotten)) => {
            cards::finish_forget(call, account, number, forgotten)?
        }
        (JobKey::Forget(account, number), _) => cards::finish_forget(call, account, number, false)?,
        (JobKey::HangUp(account), done) => hang_ups::finish(call, account, Stop::All, ended(done))?,
        (JobKey::EndCalls(account), done) => hang_ups::finish(call, account, Stop::Refused, ended(done))?,
        (JobKey::Order(account, count), done) => numbers::book_order(call, account, count, stock(done))?,
        (JobKey::Release(account, count), done) => numbers::book_release(call, account, count, stock(done))?,
        (JobKey::Reconcile, Done::Movements(page)) => reconcile::finish(call, page)?,
        (JobKey::Reconcile, _) => reconcile::finish(call, None)?,
        (JobKey::ReconcileStock, Done::StockMovements(page)) => numbers::finish_stock(call, page)?,
        (JobKey::ReconcileStock, _) => numbers::finish_stock(call, None)?,
        (_, _) => return Err(Error::NoSuchJob),
    };
    Ok(next)
}

fn stock(done: Done) -> StockOutcome {
    match done {
        Done::Number(outcome) => outcome,
        other => StockOutcome::Unknown(lost(other)),
    }
}

/// The calls that go on; `Err`: the answer was lost.
fn ended(done: Done) -> Result<Vec<String>, String> {
    match done {
        Done::HangUp(going_on) => Ok(going_on),
        other => Err(lost(other)),
    }
}

fn lost(done: Done) -> String {
    match done {
        Done::Lost(cause) => cause,
        other => format!("an answer of the wrong kind: {other:?}").chars().take(200).collect(),
    }
}

/// Books a payment that the gateway reports by itself (R42: each notice acts once).
pub fn payment_notice(call: &mut Call<'_>, key: String, outcome: PaymentOutcome) -> Result<Next, Error> {
    if let Some((account, charge)) = charges::by_key(call, &key)? {
        return Ok(charges::book(call, account, charge.number, outcome)?);
    }
    if let Some((account, refund)) = refunds::by_key(call, &key)? {
        return Ok(refunds::book(call, account, refund.number, outcome)?);
    }
    reconcile::keep_notice(call, &key, &outcome)?;
    Ok(Next::Rest)
}

/// How a job stands that a customer waits for.
pub fn look(call: &Call<'_>, job: String) -> Option<JobState> {
    match JobKey::parse(&job)? {
        JobKey::Charge(account, number) => charges::look(call, account, number).ok()?,
        JobKey::Refund(account, number) => refunds::look(call, account, number).ok()?,
        JobKey::Card(account, number) => cards::look(call, account, number).ok()?,
        JobKey::Order(account, count) => numbers::look_order(call, account, count).ok()?,
        JobKey::Release(account, count) => numbers::look_release(call, account, count).ok()?,
        _ => None,
    }
}

/// Prepares a store: one whose name has just been drawn, and one of before these rules.
pub fn store_opened(call: &mut Call<'_>, beginning: Beginning) -> Result<(), Error> {
    indexes::prepare(call)?;
    match beginning {
        Beginning::Again => return Ok(()),
        Beginning::Created => {
            policy::begin(call);
            crate::invoices::seller::tell(call)?;
        }
        Beginning::Copied => {}
        Beginning::Restored(backup) => reconcile::open(call, backup)?,
    }
    housekeeping::schedule(call);
    Ok(())
}
