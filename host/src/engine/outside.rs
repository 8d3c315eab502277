//! Imports that act on the outside: payment, email, telephony, the stock of numbers. Lent to effects only.

use super::error::Misuse;
use super::state::CallState;
use crate::contract::{
    email, email_types, inventory, inventory_types, payment, payment_types, telephony, telephony_types,
};
use crate::outside::{Acted, Outside};

impl CallState {
    /// Acts for an effect. What the contract forbids ends the call; the time that it takes is not the guest's.
    fn act<T>(&mut self, import: &'static str, act: impl FnOnce(&Outside<'_>) -> Acted<T>) -> wasmtime::Result<T> {
        self.may_act(import)?;
        let acted = self.timed(|state| {
            let (time, now) = (state.limits().outside_time, state.now());
            act(&Outside { capabilities: &state.capabilities(), time, now })
        });
        acted.map_err(|problem| self.fail(Misuse::Argument(problem)))
    }
}

impl payment::Host for CallState {
    fn charge(&mut self, request: payment_types::ChargeRequest) -> wasmtime::Result<payment_types::PaymentOutcome> {
        self.act("payment.charge", |outside| outside.charge(request))
    }

    fn refund(&mut self, request: payment_types::RefundRequest) -> wasmtime::Result<payment_types::PaymentOutcome> {
        self.act("payment.refund", |outside| outside.refund(request))
    }

    fn find(&mut self, key: String) -> wasmtime::Result<payment_types::Finding> {
        self.act("payment.find", |outside| outside.find_payment(key))
    }

    fn close(&mut self, key: String) -> wasmtime::Result<payment_types::Finding> {
        self.act("payment.close", |outside| outside.close_payment(key))
    }

    fn movements_since(
        &mut self,
        since: i64,
        cursor: Option<String>,
    ) -> wasmtime::Result<Option<payment_types::MovementPage>> {
        self.act("payment.movements-since", |outside| outside.list_movements(since, cursor))
    }

    fn describe_method(&mut self, token: String) -> wasmtime::Result<payment_types::MethodAnswer> {
        self.act("payment.describe-method", |outside| outside.describe_method(token))
    }

    fn forget_method(&mut self, token: String) -> wasmtime::Result<bool> {
        self.act("payment.forget-method", |outside| outside.forget_method(token))
    }
}

impl email::Host for CallState {
    fn send(&mut self, message: email_types::MailMessage) -> wasmtime::Result<email_types::MailOutcome> {
        self.act("email.send", |outside| outside.send_mail(message))
    }
}

impl telephony::Host for CallState {
    fn send_code(&mut self, message: telephony_types::CodeMessage) -> wasmtime::Result<telephony_types::CodeOutcome> {
        self.act("telephony.send-code", |outside| outside.send_code(message))
    }

    fn hang_up(&mut self, request: telephony_types::HangUpRequest) -> wasmtime::Result<Vec<String>> {
        self.act("telephony.hang-up", |outside| outside.hang_up(request))
    }
}

impl inventory::Host for CallState {
    fn offer(&mut self, filter: inventory_types::OfferFilter) -> wasmtime::Result<Option<inventory_types::OfferPage>> {
        self.act("inventory.offer", |outside| outside.offer(filter))
    }

    fn order(&mut self, request: inventory_types::OrderRequest) -> wasmtime::Result<inventory_types::StockOutcome> {
        self.act("inventory.order", |outside| outside.order_number(request))
    }

    fn release(&mut self, request: inventory_types::ReleaseRequest) -> wasmtime::Result<inventory_types::StockOutcome> {
        self.act("inventory.release", |outside| outside.release_number(request))
    }

    fn find(&mut self, key: String) -> wasmtime::Result<Option<inventory_types::StockOutcome>> {
        self.act("inventory.find", |outside| outside.find_order(key))
    }

    fn orders_since(
        &mut self,
        since: i64,
        cursor: Option<String>,
    ) -> wasmtime::Result<Option<inventory_types::StockPage>> {
        self.act("inventory.orders-since", |outside| outside.list_orders(since, cursor))
    }
}
