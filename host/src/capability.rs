//! What the host lends to the rules besides storage: clock, random bytes, keys, payment, email, telephony, the stock of numbers.
//!
//! Each capability is a small trait. The program `coinbox` picks an implementation from its configuration. A program that embeds
//! the host may bring its own.

use crate::contract::{
    admission_types, coupon_types, email_types, inventory_types, payment_types, telephony_types, vault,
};
use std::sync::Arc;

/// Milliseconds since 1970-01-01T00:00:00Z.
pub type Instant = i64;

/// The clock of the rules. Real, or simulated and moved by hand.
pub trait Clock: Send + Sync {
    /// The moment now. The engine never hands out a moment before that of an earlier committed command.
    fn now(&self) -> Instant;

    /// Why the source of this clock is not believed at present. While it says that time has jumped ahead, no job is driven; the moment
    /// that `now` answers is one to rely on all the same.
    fn doubt(&self) -> Option<Doubt> {
        None
    }
}

/// A machine's clock that is too far from the time that the rules are told.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Doubt {
    /// What the machine shows.
    pub machine: Instant,
    /// What the rules are told.
    pub now: Instant,
}

impl Doubt {
    /// Whether the machine has jumped ahead, so that acting on its word could not be undone.
    pub fn is_ahead(&self) -> bool {
        self.machine > self.now
    }
}

impl std::fmt::Display for Doubt {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (now, machine) = (crate::text::moment(self.now), crate::text::moment(self.machine));
        let apart = crate::text::rough_duration(self.machine.abs_diff(self.now));
        if self.is_ahead() {
            write!(
                formatter,
                "the machine's clock has jumped ahead by {apart}, from {now} to {machine}, and is not believed: no job is driven. If it is right, say so with `coinbox clock confirm`; otherwise set it right"
            )
        } else {
            write!(
                formatter,
                "the store's time is {now}, {apart} ahead of the machine's clock, which shows {machine}: time stands until the machine has caught up"
            )
        }
    }
}

/// Random bytes for the rules: the operating system's, or seeded where runs must repeat.
pub trait Random: Send + Sync {
    /// Fills the bytes.
    fn fill(&self, bytes: &mut [u8]);
}

/// Keys that never leave the host. Sealing must not need a clock; the nonce is taken from `Random`.
pub trait Vault: Send + Sync {
    /// Encrypts for one purpose.
    fn seal(&self, purpose: &str, secret: &str) -> String;
    /// The secret that `seal` was given.
    fn unseal(&self, purpose: &str, sealed: &str) -> Result<String, vault::UnsealError>;
    /// HMAC-SHA-256, base64url without padding.
    fn digest(&self, purpose: &str, input: &str) -> String;
    /// The same with the newest key, which the mark names.
    fn mark(&self, purpose: &str, input: &str) -> String;
    /// Compares an input with a mark, in constant time.
    fn check(&self, purpose: &str, input: &str, mark: &str) -> vault::MarkVerdict;
    /// Argon2id, PHC string.
    fn hash_password(&self, password: &str) -> String;
    /// Constant time.
    fn verify_password(&self, password: &str, hash: &str) -> vault::PasswordVerdict;
}

/// Counting the calls of accounts. See `wit/admission.wit`.
pub trait Admission: Send + Sync {
    /// Takes one call from the limit of an account, at the moment of the call. None: it may go on. A moment: the limit is used up until then.
    fn admit(&self, now: Instant, request: &admission_types::AdmissionRequest) -> Option<Instant>;
}

/// Moving money. See `wit/payment-types.wit` for what each answer means.
pub trait PaymentGateway: Send + Sync {
    /// Takes money from a stored method.
    fn charge(&self, request: payment_types::ChargeRequest) -> payment_types::PaymentOutcome;
    /// Gives back all or part of a charge.
    fn refund(&self, request: payment_types::RefundRequest) -> payment_types::PaymentOutcome;
    /// How an intention stands.
    fn find(&self, key: &str) -> payment_types::Finding;
    /// Makes an intention final.
    fn close(&self, key: &str) -> payment_types::Finding;
    /// What was moved since a moment, and what was taken on since and is under way.
    fn movements_since(&self, since: Instant, cursor: Option<&str>) -> Option<payment_types::MovementPage>;
    /// What a token stands for.
    fn describe_method(&self, token: &str) -> payment_types::MethodAnswer;
    /// Removes a stored method.
    fn forget_method(&self, token: &str) -> bool;
}

/// Sending mail.
pub trait Mailer: Send + Sync {
    /// Hands one message to the mail system.
    fn send(&self, message: &email_types::MailMessage) -> email_types::MailOutcome;
}

/// Reaching phones and ending calls.
pub trait Telephony: Send + Sync {
    /// Sends a one-time code.
    fn send_code(&self, message: &telephony_types::CodeMessage) -> telephony_types::CodeOutcome;
    /// Ends calls; answers those that go on.
    fn hang_up(&self, request: &telephony_types::HangUpRequest) -> Vec<String>;
}

/// The platform's stock of phone numbers. See `wit/inventory-types.wit` for what each answer means.
pub trait Inventory: Send + Sync {
    /// Numbers that could be ordered now; `None`: the stock could not be asked.
    fn offer(&self, filter: &inventory_types::OfferFilter) -> Option<inventory_types::OfferPage>;
    /// Takes a number out of stock. Same key: same answer.
    fn order(&self, request: &inventory_types::OrderRequest) -> inventory_types::StockOutcome;
    /// Puts a number back. Same key: same answer.
    fn release(&self, request: &inventory_types::ReleaseRequest) -> inventory_types::StockOutcome;
    /// How an order or release stands; `None`: not known.
    fn find(&self, key: &str) -> Option<inventory_types::StockOutcome>;
    /// How many numbers of the stock cannot be used as they are listed and are left out. Whoever watches the host is told.
    fn left_out(&self) -> u64 {
        0
    }
    /// Orders and releases since a moment; `None`: the stock could not be asked.
    fn orders_since(&self, since: Instant, cursor: Option<&str>) -> Option<inventory_types::StockPage>;
}

/// Coupons of another store: the home cell of an installation of several. See `wit/coupon-types.wit` for what each answer means. The rules are
/// lent none of it: a host carries such a request out between calls.
pub trait CouponClaims: Send + Sync {
    /// Takes one use of a coupon. Same key: same answer. `coupons.claim` of the home cell does it.
    fn claim(&self, claim: &coupon_types::CouponClaim) -> coupon_types::ClaimOutcome;
}

/// Everything that is lent, together.
#[derive(Clone)]
pub struct Capabilities {
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Random bytes.
    pub random: Arc<dyn Random>,
    /// Keys.
    pub vault: Arc<dyn Vault>,
    /// How often accounts have asked.
    pub admission: Arc<dyn Admission>,
    /// Payment.
    pub payment: Arc<dyn PaymentGateway>,
    /// Mail.
    pub email: Arc<dyn Mailer>,
    /// Phones.
    pub telephony: Arc<dyn Telephony>,
    /// Numbers.
    pub inventory: Arc<dyn Inventory>,
}
