//! An effect as a machine without I/O: from a task, and the answers so far, it says which request to the outside world comes next, until it says what
//! came of the task.
//!
//! The machine keeps nothing between two steps: the task and all answers so far are handed in each time. So it is driven by [`perform`] through
//! lent capabilities, or over the boundary by a host that carries out the requests itself, between calls ([`next_request`]). Which request comes
//! when is decided here only, and the same for both. Above all, no attempt but the first moves money or numbers before it has asked what became
//! of the one before.

use crate::ground::job::{CODE, COUPON_CLAIM, Done, MovementsRequest, SECRET_FACT, Task, Work};
use crate::ground::outside::{
    ChargeRequest, ClaimOutcome, CodeMessage, CouponClaim, Effects, Finding, HangUpRequest, MailOutcome, Message,
    MethodAnswer, MovementPage, OrderRequest, PaymentOutcome, RefundRequest, ReleaseRequest, StockOutcome, StockPage,
    TelephonyOutcome,
};
use crate::ground::port::{UnsealError, Vault};
use crate::ground::vocabulary::{Fact, FieldProblem, FieldRule};
use serde::{Deserialize, Serialize};

/// One request to the outside world.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum Request {
    Charge(ChargeRequest),
    Refund(RefundRequest),
    FindPayment(OutsideKey),
    ClosePayment(OutsideKey),
    ListMovements(MovementsRequest),
    DescribeMethod(StoredMethod),
    ForgetMethod(StoredMethod),
    SendMail(Message),
    SendCode(CodeMessage),
    HangUp(HangUpRequest),
    OrderNumber(OrderRequest),
    ReleaseNumber(ReleaseRequest),
    FindOrder(OutsideKey),
    ListOrders(MovementsRequest),
    ClaimCoupon(CouponClaim),
}

/// Which charge, refund, order or release is meant.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct OutsideKey {
    /// The key that it was sent under.
    pub key: String,
}

/// Which stored method is meant.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct StoredMethod {
    /// The gateway's token.
    pub token: String,
}

/// What the outside world has answered to a request.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum Answer {
    Payment(PaymentOutcome),
    Finding(Finding),
    Movements(Option<MovementPage>),
    Method(MethodAnswer),
    MethodForgotten(bool),
    Mail(MailOutcome),
    Code(TelephonyOutcome),
    StillRunning(Vec<String>),
    Number(StockOutcome),
    FoundOrder(Option<StockOutcome>),
    StockMovements(Option<StockPage>),
    CouponClaim(ClaimOutcome),
}

/// Where an effect stands.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// This is asked next.
    Ask(Request),
    /// Nothing more is asked: this came of the task.
    Done(Done),
}

/// Does the work of a task through lent capabilities.
pub(crate) fn perform(effects: &dyn Effects, task: Task) -> Done {
    let mut answers = Vec::new();
    loop {
        match next_request(effects.vault(), &task, &answers) {
            Ok(Step::Ask(request)) => match carry_out(effects, request) {
                Ok(answer) => answers.push(answer),
                Err(cause) => return Done::Lost(cause.to_owned()),
            },
            Ok(Step::Done(done)) => return done,
            Err(FieldProblem { field, limit, .. }) => {
                return Done::Lost(format!("{field} does not fit: {}", limit.unwrap_or_default()));
            }
        }
    }
}

/// The next step of a task after these answers, which are in the order of their requests. An error names what does not fit.
pub(crate) fn next_request(vault: &dyn Vault, task: &Task, answers: &[Answer]) -> Result<Step, FieldProblem> {
    if task.attempt == 0 {
        return Err(problem("task.attempt".to_owned(), FieldRule::TooSmall, "1"));
    }
    let wrong_kind =
        |place: usize| move |kind: &'static str| problem(format!("answers[{place}]"), FieldRule::WrongForm, kind);
    let mut asked = 0;
    if let Some(look_up) = look_up(&task.work).filter(|_| task.attempt > 1) {
        let Some(answer) = answers.first() else { return Ok(Step::Ask(look_up)) };
        asked = 1;
        if let Some(done) = known(&task.work, answer).map_err(wrong_kind(0))? {
            return last(done, asked, answers);
        }
        // It never arrived: the same request is sent under the same key (R11).
    }
    let Some(answer) = answers.get(asked) else {
        return Ok(request(vault, &task.work).map_or_else(Step::Done, Step::Ask));
    };
    last(outcome(&task.work, answer).map_err(wrong_kind(asked))?, asked + 1, answers)
}

/// What came of a task, if no answer is left over.
fn last(done: Done, asked: usize, answers: &[Answer]) -> Result<Step, FieldProblem> {
    if answers.len() > asked {
        return Err(problem("answers".to_owned(), FieldRule::TooMany, &asked.to_string()));
    }
    Ok(Step::Done(done))
}

fn problem(field: String, rule: FieldRule, limit: &str) -> FieldProblem {
    FieldProblem { field, rule, limit: Some(limit.to_owned()) }
}

/// What an attempt asks that is not the first: what became of the one before. None: to do the work twice does no harm.
fn look_up(work: &Work) -> Option<Request> {
    match work {
        Work::Charge(ChargeRequest { key, .. }) | Work::Refund(RefundRequest { key, .. }) => {
            Some(Request::FindPayment(OutsideKey { key: key.clone() }))
        }
        Work::OrderNumber(OrderRequest { key, .. }) | Work::ReleaseNumber(ReleaseRequest { key, .. }) => {
            Some(Request::FindOrder(OutsideKey { key: key.clone() }))
        }
        _ => None,
    }
}

/// What the answer to a look-up says of the work. None: it never arrived. An error names the kind of answer that fits.
fn known(work: &Work, answer: &Answer) -> Result<Option<Done>, &'static str> {
    match (work, answer) {
        (Work::OrderNumber(_) | Work::ReleaseNumber(_), Answer::FoundOrder(found)) => {
            Ok(found.clone().map(Done::Number))
        }
        (Work::OrderNumber(_) | Work::ReleaseNumber(_), _) => Err("found-order"),
        (_, Answer::Finding(finding)) => Ok(match finding {
            Finding::Found(outcome) => Some(Done::Payment(outcome.clone())),
            Finding::Closed => Some(Done::PaymentClosed(Finding::Closed)),
            Finding::NotAsked(not_sent) => Some(Done::Payment(PaymentOutcome::NotSent(not_sent.clone()))),
            Finding::NotFound => None,
        }),
        _ => Err("finding"),
    }
}

/// The request that does the work. Secrets are opened here and nowhere else. The error is what came of a task whose secret cannot be opened:
/// no later attempt can open it.
fn request(vault: &dyn Vault, work: &Work) -> Result<Request, Done> {
    let key = |key: &String| OutsideKey { key: key.clone() };
    let token = |token: &String| StoredMethod { token: token.clone() };
    Ok(match work {
        Work::Charge(request) => Request::Charge(request.clone()),
        Work::Refund(request) => Request::Refund(request.clone()),
        Work::ClosePayment(payment) => Request::ClosePayment(key(payment)),
        Work::FindPayment(payment) => Request::FindPayment(key(payment)),
        Work::DescribeMethod(method) => Request::DescribeMethod(token(method)),
        Work::ForgetMethod(method) => Request::ForgetMethod(token(method)),
        Work::SendMail(message) => {
            let opened = |fact: &Fact| -> Result<Fact, String> {
                Ok(Fact::new(&fact.name, open(vault, SECRET_FACT, &fact.value)?))
            };
            let secret_facts: Result<Vec<Fact>, String> = message.secret_facts.iter().map(opened).collect();
            let secret_facts = secret_facts.map_err(|cause| Done::Mail(MailOutcome::Refused(cause)))?;
            Request::SendMail(Message { secret_facts, ..message.clone() })
        }
        Work::SendCode(message) => {
            let code =
                open(vault, CODE, &message.code).map_err(|cause| Done::Code(TelephonyOutcome::Refused(cause)))?;
            Request::SendCode(CodeMessage { code, ..message.clone() })
        }
        Work::ClaimCoupon(claim) => {
            let code = open(vault, COUPON_CLAIM, &claim.code)
                .map_err(|cause| Done::CouponClaim(ClaimOutcome::Refused(cause)))?;
            Request::ClaimCoupon(CouponClaim { code, ..claim.clone() })
        }
        Work::HangUp(request) => Request::HangUp(request.clone()),
        Work::OrderNumber(request) => Request::OrderNumber(request.clone()),
        Work::ReleaseNumber(request) => Request::ReleaseNumber(request.clone()),
        Work::Reconcile(request) => Request::ListMovements(request.clone()),
        Work::ReconcileStock(request) => Request::ListOrders(request.clone()),
    })
}

/// A secret of a task. The error says why not, and nothing of the secret.
fn open(vault: &dyn Vault, purpose: &str, sealed: &str) -> Result<String, String> {
    vault.unseal(purpose, sealed).map_err(|error| {
        match error {
            UnsealError::NotOurs => "a secret of this task was not sealed by this store",
            UnsealError::KeyDestroyed => "the key of a secret of this task has been destroyed",
        }
        .to_owned()
    })
}

/// What came of the work by the answer to the request that does it. An error names the kind of answer that fits.
fn outcome(work: &Work, answer: &Answer) -> Result<Done, &'static str> {
    match (work, answer) {
        (Work::Charge(_) | Work::Refund(_), Answer::Payment(outcome)) => Ok(Done::Payment(outcome.clone())),
        (Work::Charge(_) | Work::Refund(_), _) => Err("payment"),
        (Work::ClosePayment(_) | Work::FindPayment(_), Answer::Finding(finding)) => {
            Ok(Done::PaymentClosed(finding.clone()))
        }
        (Work::ClosePayment(_) | Work::FindPayment(_), _) => Err("finding"),
        (Work::DescribeMethod(_), Answer::Method(answer)) => Ok(Done::Method(answer.clone())),
        (Work::DescribeMethod(_), _) => Err("method"),
        (Work::ForgetMethod(_), Answer::MethodForgotten(forgotten)) => Ok(Done::MethodForgotten(*forgotten)),
        (Work::ForgetMethod(_), _) => Err("method-forgotten"),
        (Work::SendMail(_), Answer::Mail(outcome)) => Ok(Done::Mail(outcome.clone())),
        (Work::SendMail(_), _) => Err("mail"),
        (Work::SendCode(_), Answer::Code(outcome)) => Ok(Done::Code(outcome.clone())),
        (Work::SendCode(_), _) => Err("code"),
        (Work::HangUp(_), Answer::StillRunning(calls)) => Ok(Done::HangUp(calls.clone())),
        (Work::HangUp(_), _) => Err("still-running"),
        (Work::OrderNumber(_) | Work::ReleaseNumber(_), Answer::Number(outcome)) => Ok(Done::Number(outcome.clone())),
        (Work::OrderNumber(_) | Work::ReleaseNumber(_), _) => Err("number"),
        (Work::Reconcile(_), Answer::Movements(page)) => Ok(Done::Movements(page.clone())),
        (Work::Reconcile(_), _) => Err("movements"),
        (Work::ReconcileStock(_), Answer::StockMovements(page)) => Ok(Done::StockMovements(page.clone())),
        (Work::ReconcileStock(_), _) => Err("stock-movements"),
        (Work::ClaimCoupon(_), Answer::CouponClaim(outcome)) => Ok(Done::CouponClaim(outcome.clone())),
        (Work::ClaimCoupon(_), _) => Err("coupon-claim"),
    }
}

/// What becomes of a request that no import carries out.
const NO_IMPORT: &str = "a coupon of another store is claimed by the host, between calls of jobs.next-request, and never inside jobs.perform";

/// Asks the outside world, and gives each request its own kind of answer. The error says why nothing was asked.
fn carry_out(effects: &dyn Effects, request: Request) -> Result<Answer, &'static str> {
    Ok(match request {
        Request::Charge(request) => Answer::Payment(effects.charge(&request)),
        Request::Refund(request) => Answer::Payment(effects.refund(&request)),
        Request::FindPayment(payment) => Answer::Finding(effects.find(&payment.key)),
        Request::ClosePayment(payment) => Answer::Finding(effects.close(&payment.key)),
        Request::ListMovements(MovementsRequest { since, cursor }) => {
            Answer::Movements(effects.movements_since(since, cursor.as_deref()))
        }
        Request::DescribeMethod(method) => Answer::Method(effects.describe_method(&method.token)),
        Request::ForgetMethod(method) => Answer::MethodForgotten(effects.forget_method(&method.token)),
        Request::SendMail(message) => Answer::Mail(effects.send_mail(&message)),
        Request::SendCode(message) => Answer::Code(effects.send_code(&message)),
        Request::HangUp(request) => Answer::StillRunning(effects.hang_up(&request)),
        Request::OrderNumber(request) => Answer::Number(effects.order(&request)),
        Request::ReleaseNumber(request) => Answer::Number(effects.release(&request)),
        Request::FindOrder(order) => Answer::FoundOrder(effects.find_order(&order.key)),
        Request::ListOrders(MovementsRequest { since, cursor }) => {
            Answer::StockMovements(effects.orders_since(since, cursor.as_deref()))
        }
        Request::ClaimCoupon(_) => return Err(NO_IMPORT),
    })
}

#[cfg(test)]
mod tests;
