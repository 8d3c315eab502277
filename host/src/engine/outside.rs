//! Imports that act on the outside: payment, email, telephony, the stock of numbers. Lent to effects only.
//!
//! Each import is bounded in time. When the bound is reached, the answer is the contract's own word for "not known". So the call goes on and
//! can tell `jobs.finish`. A trap would leave no trace of money that may have moved.

use super::error::Misuse;
use super::state::CallState;
use crate::capability::Capabilities;
use crate::contract::types::Fact;
use crate::contract::{
    email, email_types, inventory, inventory_types, payment, payment_types, telephony, telephony_types, types,
};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::mpsc::{RecvTimeoutError, sync_channel};

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
/// Most values of one request's metadata, and their lengths.
const METADATA_MAX: usize = 20;
const METADATA_NAME_MAX: usize = 40;
const METADATA_VALUE_MAX: usize = 200;

impl CallState {
    /// Acts on a thread of its own, so that a gateway that never answers cannot hold the caller. The thread ends when the gateway does.
    fn act<T: Send + 'static>(&mut self, act: impl FnOnce(&Capabilities) -> T + Send + 'static) -> Result<T, String> {
        self.timed(|state| {
            let capabilities = state.capabilities();
            let limit = state.limits().outside_time;
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
            match answered.recv_timeout(limit) {
                Ok(Ok(answer)) => Ok(answer),
                Ok(Err(panic)) => resume_unwind(panic),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                    Err(format!("no answer within {} ms", limit.as_millis()))
                }
            }
        })
    }

    fn ask_again(&mut self) -> i64 {
        self.now().saturating_add(ASK_AGAIN_MS)
    }

    fn not_asked(&mut self, cause: String) -> types::NotSent {
        types::NotSent { ask_again: self.ask_again(), cause }
    }

    fn refuse(&mut self, problem: String) -> wasmtime::Error {
        self.fail(Misuse::Argument(problem))
    }

    /// Keys that leave the system have the form of storage keys.
    fn outside_key(&mut self, field: &str, key: &str) -> wasmtime::Result<()> {
        self.at_most(field, key.len(), KEY_BYTES_MAX)?;
        if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(
                self.refuse(format!("{field} must be 1 to {KEY_BYTES_MAX} bytes of printable ASCII without space"))
            );
        }
        Ok(())
    }

    /// What a gateway or a stock keeps for the rules has to fit into what most of them can keep.
    fn metadata(&mut self, field: &str, metadata: &[Fact]) -> wasmtime::Result<()> {
        if metadata.len() > METADATA_MAX {
            let found = metadata.len();
            return Err(self.refuse(format!("{field} has {found} values, at most {METADATA_MAX} are allowed")));
        }
        for fact in metadata {
            if fact.name.is_empty() || fact.name.chars().count() > METADATA_NAME_MAX {
                return Err(self.refuse(format!("{field} has a name that is not 1 to {METADATA_NAME_MAX} characters")));
            }
            if fact.value.chars().count() > METADATA_VALUE_MAX {
                let name = &fact.name;
                return Err(self.refuse(format!("{field}.{name} must be at most {METADATA_VALUE_MAX} characters")));
            }
        }
        Ok(())
    }

    fn money(&mut self, field: &str, amount: i64, currency: &str) -> wasmtime::Result<()> {
        if amount <= 0 {
            return Err(self.refuse(format!("{field}.amount is {amount}, it must be above 0")));
        }
        if currency.len() != 3 || !currency.bytes().all(|byte| byte.is_ascii_uppercase()) {
            return Err(self.refuse(format!("{field}.currency must be three upper-case letters")));
        }
        Ok(())
    }
}

impl payment::Host for CallState {
    fn charge(&mut self, request: payment_types::ChargeRequest) -> wasmtime::Result<payment_types::PaymentOutcome> {
        self.may_act("payment.charge")?;
        self.outside_key("charge.key", &request.key)?;
        self.money("charge", request.amount, &request.currency)?;
        self.at_most("charge.statement", request.statement.len(), STATEMENT_BYTES_MAX)?;
        self.metadata("charge.metadata", &request.metadata)?;
        Ok(self.act(move |lent| lent.payment.charge(request)).unwrap_or_else(payment_types::PaymentOutcome::Unknown))
    }

    fn refund(&mut self, request: payment_types::RefundRequest) -> wasmtime::Result<payment_types::PaymentOutcome> {
        self.may_act("payment.refund")?;
        self.outside_key("refund.key", &request.key)?;
        self.outside_key("refund.charge-key", &request.charge_key)?;
        self.money("refund", request.amount, &request.currency)?;
        self.metadata("refund.metadata", &request.metadata)?;
        Ok(self.act(move |lent| lent.payment.refund(request)).unwrap_or_else(payment_types::PaymentOutcome::Unknown))
    }

    fn find(&mut self, key: String) -> wasmtime::Result<payment_types::Finding> {
        self.may_act("payment.find")?;
        self.outside_key("key", &key)?;
        let finding = self.act(move |lent| lent.payment.find(&key));
        Ok(finding.unwrap_or_else(|cause| payment_types::Finding::NotAsked(self.not_asked(cause))))
    }

    fn close(&mut self, key: String) -> wasmtime::Result<payment_types::Finding> {
        self.may_act("payment.close")?;
        self.outside_key("key", &key)?;
        let finding = self.act(move |lent| lent.payment.close(&key));
        Ok(finding.unwrap_or_else(|cause| payment_types::Finding::NotAsked(self.not_asked(cause))))
    }

    fn movements_since(
        &mut self,
        since: i64,
        cursor: Option<String>,
    ) -> wasmtime::Result<Option<payment_types::MovementPage>> {
        self.may_act("payment.movements-since")?;
        Ok(self.act(move |lent| lent.payment.movements_since(since, cursor.as_deref())).unwrap_or(None))
    }

    fn describe_method(&mut self, token: String) -> wasmtime::Result<payment_types::MethodAnswer> {
        self.may_act("payment.describe-method")?;
        self.outside_key("token", &token)?;
        let answer = self.act(move |lent| lent.payment.describe_method(&token));
        Ok(answer.unwrap_or_else(|cause| payment_types::MethodAnswer::NotAsked(self.not_asked(cause))))
    }

    fn forget_method(&mut self, token: String) -> wasmtime::Result<bool> {
        self.may_act("payment.forget-method")?;
        self.outside_key("token", &token)?;
        Ok(self.act(move |lent| lent.payment.forget_method(&token)).unwrap_or(false))
    }
}

impl email::Host for CallState {
    fn send(&mut self, message: email_types::MailMessage) -> wasmtime::Result<email_types::MailOutcome> {
        self.may_act("email.send")?;
        self.outside_key("message.key", &message.key)?;
        let outcome = self.act(move |lent| lent.email.send(&message));
        Ok(outcome.unwrap_or_else(|cause| {
            email_types::MailOutcome::NotSent(types::NotSent { ask_again: self.ask_again(), cause })
        }))
    }
}

impl telephony::Host for CallState {
    fn send_code(&mut self, message: telephony_types::CodeMessage) -> wasmtime::Result<telephony_types::CodeOutcome> {
        self.may_act("telephony.send-code")?;
        self.outside_key("message.key", &message.key)?;
        let outcome = self.act(move |lent| lent.telephony.send_code(&message));
        let not_sent =
            |cause| telephony_types::CodeOutcome::NotSent(types::NotSent { ask_again: self.ask_again(), cause });
        Ok(outcome.unwrap_or_else(not_sent))
    }

    fn hang_up(&mut self, request: telephony_types::HangUpRequest) -> wasmtime::Result<Vec<String>> {
        self.may_act("telephony.hang-up")?;
        self.outside_key("request.key", &request.key)?;
        if request.calls.len() > CALLS_MAX {
            let found = request.calls.len();
            return Err(self.refuse(format!("request.calls has {found} elements, at most {CALLS_MAX} are allowed")));
        }
        let calls = request.calls.clone();
        // No answer: all of them may still be going on.
        Ok(self.act(move |lent| lent.telephony.hang_up(&request)).unwrap_or(calls))
    }
}

impl inventory::Host for CallState {
    fn offer(&mut self, filter: inventory_types::OfferFilter) -> wasmtime::Result<Option<inventory_types::OfferPage>> {
        self.may_act("inventory.offer")?;
        if !(1..=OFFERS_MAX).contains(&filter.limit) {
            return Err(self.refuse(format!("filter.limit is {}, it must be 1 to {OFFERS_MAX}", filter.limit)));
        }
        Ok(self.act(move |lent| lent.inventory.offer(&filter)).unwrap_or(None))
    }

    fn order(&mut self, request: inventory_types::OrderRequest) -> wasmtime::Result<inventory_types::StockOutcome> {
        self.may_act("inventory.order")?;
        self.outside_key("request.key", &request.key)?;
        self.metadata("request.metadata", &request.metadata)?;
        Ok(self.act(move |lent| lent.inventory.order(&request)).unwrap_or_else(inventory_types::StockOutcome::Unknown))
    }

    fn release(&mut self, request: inventory_types::ReleaseRequest) -> wasmtime::Result<inventory_types::StockOutcome> {
        self.may_act("inventory.release")?;
        self.outside_key("request.key", &request.key)?;
        self.metadata("request.metadata", &request.metadata)?;
        Ok(self
            .act(move |lent| lent.inventory.release(&request))
            .unwrap_or_else(inventory_types::StockOutcome::Unknown))
    }

    fn find(&mut self, key: String) -> wasmtime::Result<Option<inventory_types::StockOutcome>> {
        self.may_act("inventory.find")?;
        self.outside_key("key", &key)?;
        let found = self.act(move |lent| lent.inventory.find(&key));
        Ok(found.unwrap_or_else(|cause| {
            let ask_again = self.ask_again();
            Some(inventory_types::StockOutcome::NotSent(types::NotSent { ask_again, cause }))
        }))
    }

    fn orders_since(
        &mut self,
        since: i64,
        cursor: Option<String>,
    ) -> wasmtime::Result<Option<inventory_types::StockPage>> {
        self.may_act("inventory.orders-since")?;
        Ok(self.act(move |lent| lent.inventory.orders_since(since, cursor.as_deref())).unwrap_or(None))
    }
}
