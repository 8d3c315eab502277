//! Capabilities for `about.describe`, which must not use any. They are constants, so a component always describes itself in the same way.

use crate::capability::{Capabilities, Clock, Instant, Inventory, Mailer, PaymentGateway, Random, Telephony, Vault};
use crate::contract::{email, inventory, payment, telephony, vault};
use std::sync::Arc;

pub(super) fn capabilities() -> Capabilities {
    let nothing = Arc::new(Nothing);
    Capabilities {
        clock: nothing.clone(),
        random: nothing.clone(),
        vault: nothing.clone(),
        payment: nothing.clone(),
        email: nothing.clone(),
        telephony: nothing.clone(),
        inventory: nothing,
    }
}

struct Nothing;

/// Never reached: describing is a query, and queries trap at these.
fn not_sent() -> payment::NotSent {
    payment::NotSent { ask_again: 0, cause: "not lent".to_owned() }
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
    fn hash_password(&self, _: &str) -> String {
        String::new()
    }
    fn verify_password(&self, _: &str, _: &str) -> vault::PasswordVerdict {
        vault::PasswordVerdict::Differs
    }
}

impl PaymentGateway for Nothing {
    fn charge(&self, _: payment::ChargeRequest) -> payment::Outcome {
        payment::Outcome::NotSent(not_sent())
    }
    fn refund(&self, _: payment::RefundRequest) -> payment::Outcome {
        payment::Outcome::NotSent(not_sent())
    }
    fn find(&self, _: &str) -> payment::Finding {
        payment::Finding::NotAsked(not_sent())
    }
    fn close(&self, _: &str) -> payment::Finding {
        payment::Finding::NotAsked(not_sent())
    }
    fn movements_since(&self, _: Instant, _: Option<&str>) -> Option<payment::MovementPage> {
        None
    }
    fn describe_method(&self, _: &str) -> payment::MethodAnswer {
        payment::MethodAnswer::NotAsked(not_sent())
    }
    fn forget_method(&self, _: &str) -> bool {
        false
    }
}

impl Mailer for Nothing {
    fn send(&self, _: &email::Message) -> email::Outcome {
        email::Outcome::NotSent(email::NotSent { ask_again: 0, cause: "not lent".to_owned() })
    }
}

impl Telephony for Nothing {
    fn send_code(&self, _: &telephony::CodeMessage) -> telephony::Outcome {
        telephony::Outcome::NotSent(telephony::NotSent { ask_again: 0, cause: "not lent".to_owned() })
    }
    fn hang_up(&self, request: &telephony::HangUpRequest) -> Vec<String> {
        request.calls.clone()
    }
}

impl Inventory for Nothing {
    fn offer(&self, _: &inventory::OfferFilter) -> Option<inventory::OfferPage> {
        None
    }
    fn order(&self, _: &inventory::OrderRequest) -> inventory::Outcome {
        inventory::Outcome::NotSent(inventory::NotSent { ask_again: 0, cause: "not lent".to_owned() })
    }
    fn release(&self, _: &inventory::ReleaseRequest) -> inventory::Outcome {
        inventory::Outcome::NotSent(inventory::NotSent { ask_again: 0, cause: "not lent".to_owned() })
    }
    fn find(&self, _: &str) -> Option<inventory::Outcome> {
        None
    }
    fn orders_since(&self, _: Instant, _: Option<&str>) -> Option<inventory::StockPage> {
        None
    }
}
