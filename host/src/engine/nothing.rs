//! Capabilities for `about.describe`, which must not use any. They are constants, so a component always describes itself in the same way.

use crate::capability::{
    Admission, Capabilities, Clock, Instant, Inventory, Mailer, PaymentGateway, Random, Telephony, Vault,
};
use crate::contract::{admission_types, email_types, inventory_types, payment_types, telephony_types, types, vault};
use std::sync::Arc;

pub(super) fn capabilities() -> Capabilities {
    let nothing = Arc::new(Nothing);
    Capabilities {
        clock: nothing.clone(),
        random: nothing.clone(),
        vault: nothing.clone(),
        admission: nothing.clone(),
        payment: nothing.clone(),
        email: nothing.clone(),
        telephony: nothing.clone(),
        inventory: nothing,
    }
}

struct Nothing;

/// Never reached: describing is a query, and queries trap at these.
fn not_sent() -> types::NotSent {
    types::NotSent { ask_again: 0, cause: "not lent".to_owned() }
}

impl Clock for Nothing {
    fn now(&self) -> Instant {
        0
    }
}

impl Random for Nothing {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(0);
    }
}

impl Vault for Nothing {
    fn seal(&self, _: &str, _: &str) -> String {
        String::new()
    }
    fn unseal(&self, _: &str, _: &str) -> Result<String, vault::UnsealError> {
        Err(vault::UnsealError::NotOurs)
    }
    fn digest(&self, _: &str, _: &str) -> String {
        String::new()
    }
    fn mark(&self, _: &str, _: &str) -> String {
        String::new()
    }
    fn check(&self, _: &str, _: &str, _: &str) -> vault::MarkVerdict {
        vault::MarkVerdict::Differs
    }
    fn hash_password(&self, _: &str) -> String {
        String::new()
    }
    fn verify_password(&self, _: &str, _: &str) -> vault::PasswordVerdict {
        vault::PasswordVerdict::Differs
    }
}

impl Admission for Nothing {
    fn admit(&self, _: Instant, _: &admission_types::AdmissionRequest) -> Option<Instant> {
        None
    }
}

impl PaymentGateway for Nothing {
    fn charge(&self, _: payment_types::ChargeRequest) -> payment_types::PaymentOutcome {
        payment_types::PaymentOutcome::NotSent(not_sent())
    }
    fn refund(&self, _: payment_types::RefundRequest) -> payment_types::PaymentOutcome {
        payment_types::PaymentOutcome::NotSent(not_sent())
    }
    fn find(&self, _: &str) -> payment_types::Finding {
        payment_types::Finding::NotAsked(not_sent())
    }
    fn close(&self, _: &str) -> payment_types::Finding {
        payment_types::Finding::NotAsked(not_sent())
    }
    fn movements_since(&self, _: Instant, _: Option<&str>) -> Option<payment_types::MovementPage> {
        None
    }
    fn describe_method(&self, _: &str) -> payment_types::MethodAnswer {
        payment_types::MethodAnswer::NotAsked(not_sent())
    }
    fn forget_method(&self, _: &str) -> bool {
        false
    }
}

impl Mailer for Nothing {
    fn send(&self, _: &email_types::MailMessage) -> email_types::MailOutcome {
        email_types::MailOutcome::NotSent(types::NotSent { ask_again: 0, cause: "not lent".to_owned() })
    }
}

impl Telephony for Nothing {
    fn send_code(&self, _: &telephony_types::CodeMessage) -> telephony_types::CodeOutcome {
        telephony_types::CodeOutcome::NotSent(types::NotSent { ask_again: 0, cause: "not lent".to_owned() })
    }
    fn hang_up(&self, request: &telephony_types::HangUpRequest) -> Vec<String> {
        request.calls.clone()
    }
}

impl Inventory for Nothing {
    fn offer(&self, _: &inventory_types::OfferFilter) -> Option<inventory_types::OfferPage> {
        None
    }
    fn order(&self, _: &inventory_types::OrderRequest) -> inventory_types::StockOutcome {
        inventory_types::StockOutcome::NotSent(types::NotSent { ask_again: 0, cause: "not lent".to_owned() })
    }
    fn release(&self, _: &inventory_types::ReleaseRequest) -> inventory_types::StockOutcome {
        inventory_types::StockOutcome::NotSent(types::NotSent { ask_again: 0, cause: "not lent".to_owned() })
    }
    fn find(&self, _: &str) -> Option<inventory_types::StockOutcome> {
        None
    }
    fn orders_since(&self, _: Instant, _: Option<&str>) -> Option<inventory_types::StockPage> {
        None
    }
}
