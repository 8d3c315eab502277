//! Acting on the outside: payment, email, telephony, the stock of numbers, for the imports of an effect and for requests that the host carries out
//! itself, between two calls.
//!
//! A request that the contract forbids is refused before anything acts; the error names field and limit. Each request is bounded in time. When
//! the bound is reached, the answer is the contract's own word for "not known": an error would leave no trace of money that may have moved.

use crate::capability::{Capabilities, CouponClaims, Instant};
use crate::contract::outside_types::{OutsideAnswer, OutsideRequest};
use crate::contract::types::{self, Fact};
use crate::contract::{coupon_types, email_types, inventory_types, payment_types, telephony_types};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::time::Duration;

/// Time that a request may take unless a host says otherwise.
pub(crate) const OUTSIDE_TIME: Duration = Duration::from_secs(60);

/// When something that gave no answer is asked for again, at the earliest.
const ASK_AGAIN_MS: i64 = 60_000;
/// Most calls of one hang-up.
const CALLS_MAX: usize = 1000;
/// Most offers of one page.
const OFFERS_MAX: u32 = 100;
/// Longest text on a statement.
const STATEMENT_BYTES_MAX: usize = 22;
/// Longest key that leaves the system.
const KEY_BYTES_MAX: usize = 512;
/// Longest key of a claim on a coupon, which the home cell stores it under: `coupon-claim.key-bytes` of `about.limits`.
const CLAIM_KEY_BYTES_MAX: usize = 200;
/// Most values of one request's metadata, and their lengths.
const METADATA_MAX: usize = 20;
const METADATA_NAME_MAX: usize = 40;
const METADATA_VALUE_MAX: usize = 200;

/// What came of a request. The error says which rule of the contract the request breaks: then nothing has acted.
pub(crate) type Acted<T> = Result<T, String>;

/// The outside, for one effect.
pub(crate) struct Outside<'a> {
    /// What is lent.
    pub(crate) capabilities: &'a Capabilities,
    /// Time that one request may take.
    pub(crate) time: Duration,
    /// The moment of the effect.
    pub(crate) now: Instant,
}

impl Outside<'_> {
    /// Acts on a thread of its own, so that a gateway that never answers cannot hold the caller. The thread ends when the gateway does.
    fn act<T: Send + 'static>(&self, act: impl FnOnce(&Capabilities) -> T + Send + 'static) -> Result<T, String> {
        let capabilities = self.capabilities.clone();
        let (answer, answered) = sync_channel(1);
        let span = tracing::Span::current();
        let work = move || {
            let outcome = catch_unwind(AssertUnwindSafe(|| span.in_scope(|| act(&capabilities))));
            // Before the answer: whoever has it may stop the host, and open again what was lent to it.
            drop(capabilities);
            // Nobody waits any more once the time is over.
            let _ = answer.send(outcome);
        };
        if let Err(error) = std::thread::Builder::new().name("coinbox-outside".to_owned()).spawn(work) {
            return Err(format!("no thread to act on: {error}"));
        }
        match answered.recv_timeout(self.time) {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(panic)) => resume_unwind(panic),
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                Err(format!("no answer within {} ms", self.time.as_millis()))
            }
        }
    }

    fn ask_again(&self) -> Instant {
        self.now.saturating_add(ASK_AGAIN_MS)
    }

    fn not_asked(&self, cause: String) -> types::NotSent {
        types::NotSent { ask_again: self.ask_again(), cause }
    }

    pub(crate) fn charge(&self, request: payment_types::ChargeRequest) -> Acted<payment_types::PaymentOutcome> {
        check_key("charge.key", &request.key)?;
        check_money("charge", request.amount, &request.currency)?;
        check_length("charge.statement", request.statement.len(), STATEMENT_BYTES_MAX)?;
        check_metadata("charge.metadata", &request.metadata)?;
        Ok(self
            .act(move |lent| lent.payment.charge(request))
            .unwrap_or_else(|cause| payment_types::PaymentOutcome::Unknown(cause.into())))
    }

    pub(crate) fn refund(&self, request: payment_types::RefundRequest) -> Acted<payment_types::PaymentOutcome> {
        check_key("refund.key", &request.key)?;
        check_key("refund.charge-key", &request.charge_key)?;
        check_money("refund", request.amount, &request.currency)?;
        check_metadata("refund.metadata", &request.metadata)?;
        Ok(self
            .act(move |lent| lent.payment.refund(request))
            .unwrap_or_else(|cause| payment_types::PaymentOutcome::Unknown(cause.into())))
    }

    pub(crate) fn find_payment(&self, key: String) -> Acted<payment_types::Finding> {
        check_key("key", &key)?;
        let finding = self.act(move |lent| lent.payment.find(&key));
        Ok(finding.unwrap_or_else(|cause| payment_types::Finding::NotAsked(self.not_asked(cause))))
    }

    pub(crate) fn close_payment(&self, key: String) -> Acted<payment_types::Finding> {
        check_key("key", &key)?;
        let finding = self.act(move |lent| lent.payment.close(&key));
        Ok(finding.unwrap_or_else(|cause| payment_types::Finding::NotAsked(self.not_asked(cause))))
    }

    pub(crate) fn list_movements(
        &self,
        since: Instant,
        cursor: Option<String>,
    ) -> Acted<Option<payment_types::MovementPage>> {
        Ok(self.act(move |lent| lent.payment.movements_since(since, cursor.as_deref())).unwrap_or(None))
    }

    pub(crate) fn describe_method(&self, token: String) -> Acted<payment_types::MethodAnswer> {
        check_key("token", &token)?;
        let answer = self.act(move |lent| lent.payment.describe_method(&token));
        Ok(answer.unwrap_or_else(|cause| payment_types::MethodAnswer::NotAsked(self.not_asked(cause))))
    }

    pub(crate) fn forget_method(&self, token: String) -> Acted<bool> {
        check_key("token", &token)?;
        Ok(self.act(move |lent| lent.payment.forget_method(&token)).unwrap_or(false))
    }

    pub(crate) fn send_mail(&self, message: email_types::MailMessage) -> Acted<email_types::MailOutcome> {
        check_key("message.key", &message.key)?;
        let outcome = self.act(move |lent| lent.email.send(&message));
        let not_sent = |cause| email_types::MailOutcome::NotSent(types::NotSent { ask_again: self.ask_again(), cause });
        Ok(outcome.unwrap_or_else(not_sent))
    }

    pub(crate) fn send_code(&self, message: telephony_types::CodeMessage) -> Acted<telephony_types::CodeOutcome> {
        check_key("message.key", &message.key)?;
        let outcome = self.act(move |lent| lent.telephony.send_code(&message));
        let not_sent =
            |cause| telephony_types::CodeOutcome::NotSent(types::NotSent { ask_again: self.ask_again(), cause });
        Ok(outcome.unwrap_or_else(not_sent))
    }

    pub(crate) fn hang_up(&self, request: telephony_types::HangUpRequest) -> Acted<Vec<String>> {
        check_key("request.key", &request.key)?;
        if request.calls.len() > CALLS_MAX {
            let found = request.calls.len();
            return Err(format!("request.calls has {found} elements, at most {CALLS_MAX} are allowed"));
        }
        let calls = request.calls.clone();
        // No answer: all of them may still be going on.
        Ok(self.act(move |lent| lent.telephony.hang_up(&request)).unwrap_or(calls))
    }

    pub(crate) fn offer(&self, filter: inventory_types::OfferFilter) -> Acted<Option<inventory_types::OfferPage>> {
        if !(1..=OFFERS_MAX).contains(&filter.limit) {
            return Err(format!("filter.limit is {}, it must be 1 to {OFFERS_MAX}", filter.limit));
        }
        Ok(self.act(move |lent| lent.inventory.offer(&filter)).unwrap_or(None))
    }

    pub(crate) fn order_number(&self, request: inventory_types::OrderRequest) -> Acted<inventory_types::StockOutcome> {
        check_key("request.key", &request.key)?;
        check_metadata("request.metadata", &request.metadata)?;
        Ok(self
            .act(move |lent| lent.inventory.order(&request))
            .unwrap_or_else(|cause| inventory_types::StockOutcome::Unknown(cause.into())))
    }

    pub(crate) fn release_number(
        &self,
        request: inventory_types::ReleaseRequest,
    ) -> Acted<inventory_types::StockOutcome> {
        check_key("request.key", &request.key)?;
        check_metadata("request.metadata", &request.metadata)?;
        Ok(self
            .act(move |lent| lent.inventory.release(&request))
            .unwrap_or_else(|cause| inventory_types::StockOutcome::Unknown(cause.into())))
    }

    pub(crate) fn find_order(&self, key: String) -> Acted<Option<inventory_types::StockOutcome>> {
        check_key("key", &key)?;
        let found = self.act(move |lent| lent.inventory.find(&key));
        let not_sent =
            |cause| inventory_types::StockOutcome::NotSent(types::NotSent { ask_again: self.ask_again(), cause });
        Ok(found.unwrap_or_else(|cause| Some(not_sent(cause))))
    }

    pub(crate) fn list_orders(
        &self,
        since: Instant,
        cursor: Option<String>,
    ) -> Acted<Option<inventory_types::StockPage>> {
        Ok(self.act(move |lent| lent.inventory.orders_since(since, cursor.as_deref())).unwrap_or(None))
    }

    /// A claim on a coupon. No import asks for it.
    fn claim_coupon(
        &self,
        claims: &Arc<dyn CouponClaims>,
        claim: coupon_types::CouponClaim,
    ) -> Acted<coupon_types::ClaimOutcome> {
        check_key_within("claim.key", &claim.key, CLAIM_KEY_BYTES_MAX)?;
        let claims = claims.clone();
        let ask = move |_: &Capabilities| {
            let outcome = claims.claim(&claim);
            // Before the answer, as with what is lent: whoever has it may stop the host.
            drop(claims);
            outcome
        };
        let outcome = self.act(ask);
        Ok(outcome.unwrap_or_else(|cause| coupon_types::ClaimOutcome::Unknown(cause.into())))
    }

    /// A request that `jobs.next-request` has answered.
    pub(crate) fn carry_out(&self, claims: &Arc<dyn CouponClaims>, request: OutsideRequest) -> Acted<OutsideAnswer> {
        use OutsideAnswer as Answer;
        use OutsideRequest as Request;
        Ok(match request {
            Request::Charge(request) => Answer::Payment(self.charge(request)?),
            Request::Refund(request) => Answer::Payment(self.refund(request)?),
            Request::FindPayment(payment) => Answer::Finding(self.find_payment(payment.key)?),
            Request::ClosePayment(payment) => Answer::Finding(self.close_payment(payment.key)?),
            Request::ListMovements(asked) => Answer::Movements(self.list_movements(asked.since, asked.cursor)?),
            Request::DescribeMethod(method) => Answer::Method(self.describe_method(method.token)?),
            Request::ForgetMethod(method) => Answer::MethodForgotten(self.forget_method(method.token)?),
            Request::SendMail(message) => Answer::Mail(self.send_mail(message)?),
            Request::SendCode(message) => Answer::Code(self.send_code(message)?),
            Request::HangUp(request) => Answer::StillRunning(self.hang_up(request)?),
            Request::OrderNumber(request) => Answer::Number(self.order_number(request)?),
            Request::ReleaseNumber(request) => Answer::Number(self.release_number(request)?),
            Request::FindOrder(order) => Answer::FoundOrder(self.find_order(order.key)?),
            Request::ListOrders(asked) => Answer::StockMovements(self.list_orders(asked.since, asked.cursor)?),
            Request::ClaimCoupon(claim) => Answer::CouponClaim(self.claim_coupon(claims, claim)?),
        })
    }
}

fn check_length(field: &str, found: usize, most: usize) -> Acted<()> {
    if found <= most { Ok(()) } else { Err(format!("{field} has {found} bytes, at most {most} are allowed")) }
}

/// Keys that leave the system have the form of storage keys.
fn check_key(field: &str, key: &str) -> Acted<()> {
    check_key_within(field, key, KEY_BYTES_MAX)
}

fn check_key_within(field: &str, key: &str, most: usize) -> Acted<()> {
    check_length(field, key.len(), most)?;
    if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(format!("{field} must be 1 to {most} bytes of printable ASCII without space"));
    }
    Ok(())
}

/// What a gateway or a stock keeps for the rules has to fit into what most of them can keep.
fn check_metadata(field: &str, metadata: &[Fact]) -> Acted<()> {
    if metadata.len() > METADATA_MAX {
        let found = metadata.len();
        return Err(format!("{field} has {found} values, at most {METADATA_MAX} are allowed"));
    }
    for fact in metadata {
        if fact.name.is_empty() || fact.name.chars().count() > METADATA_NAME_MAX {
            return Err(format!("{field} has a name that is not 1 to {METADATA_NAME_MAX} characters"));
        }
        if fact.value.chars().count() > METADATA_VALUE_MAX {
            return Err(format!("{field}.{} must be at most {METADATA_VALUE_MAX} characters", fact.name));
        }
    }
    Ok(())
}

fn check_money(field: &str, amount: i64, currency: &str) -> Acted<()> {
    if amount <= 0 {
        return Err(format!("{field}.amount is {amount}, it must be above 0"));
    }
    if currency.len() != 3 || !currency.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return Err(format!("{field}.currency must be three upper-case letters"));
    }
    Ok(())
}
