//! What the rules ask the outside world to do, and what it answers: payment, email, telephony, the stock of numbers, coupons of another store.
//!
//! Only effects see [`Effects`]; commands write down what is to be done and book what came of it (see `jobs`).

use crate::port::Vault;
use crate::product::NumberKind;
use crate::vocabulary::{Fact, Instant, MINUTE_MS, Micros, int_text};
use coinbox_forms::letters;
use serde::{Deserialize, Serialize};

/// How long one attempt outside may take before the next one asks what became of it.
pub const LEASE_MS: Instant = 2 * MINUTE_MS;
/// Longest key of a claim on a coupon. With the beginning of the key that it is stored under it stays below the longest key of a store.
pub const CLAIM_KEY_BYTES_MAX: usize = 200;

/// What an effect is lent.
pub trait Effects {
    /// The host's keys.
    fn vault(&self) -> &dyn Vault;
    /// Takes money from a stored method.
    fn charge(&self, request: &ChargeRequest) -> PaymentOutcome;
    /// Gives back all or part of a charge.
    fn refund(&self, request: &RefundRequest) -> PaymentOutcome;
    /// How an intention stands.
    fn find(&self, key: &str) -> Finding;
    /// Makes an intention final.
    fn close(&self, key: &str) -> Finding;
    /// What was moved since a moment.
    fn movements_since(&self, since: Instant, cursor: Option<&str>) -> Option<MovementPage>;
    /// What a token stands for.
    fn describe_method(&self, token: &str) -> MethodAnswer;
    /// Removes a stored method.
    fn forget_method(&self, token: &str) -> bool;
    /// Hands one message to the mail system.
    fn send_mail(&self, message: &Message) -> MailOutcome;
    /// Sends a one-time code.
    fn send_code(&self, message: &CodeMessage) -> TelephonyOutcome;
    /// Ends calls; answers those that go on.
    fn hang_up(&self, request: &HangUpRequest) -> Vec<String>;
    /// Numbers that could be ordered now. None: the stock could not be asked.
    fn offer(&self, filter: &OfferFilter) -> Option<OfferPage>;
    /// Takes a number out of stock.
    fn order(&self, request: &OrderRequest) -> StockOutcome;
    /// Puts a number back.
    fn release(&self, request: &ReleaseRequest) -> StockOutcome;
    /// How an order or release stands. None: not known.
    fn find_order(&self, key: &str) -> Option<StockOutcome>;
    /// Tells whoever runs the host what should be looked at; has no influence on any result.
    fn warn(&self, text: &str);

    /// What was ordered and released since a moment.
    fn orders_since(&self, since: Instant, cursor: Option<&str>) -> Option<StockPage>;
}

macro_rules! contract_types {
    ($($(#[$meta:meta])* $kind:ident $name:ident { $($body:tt)* })*) => {
        $(
            $(#[$meta])*
            #[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
            #[serde(rename_all = "kebab-case")]
            #[allow(missing_docs)]
            pub $kind $name { $($body)* }
        )*
    };
}

contract_types! {
    /// A charge that was written down before it is sent.
    struct ChargeRequest {
        pub key: String,
        pub auth_id: String,
        #[serde(with = "int_text")]
        pub amount: Micros,
        pub currency: String,
        pub method: String,
        pub customer_present: bool,
        pub statement: String,
        pub metadata: Vec<Fact>,
    }
    /// A refund that was written down before it is sent.
    struct RefundRequest {
        pub key: String,
        pub auth_id: String,
        pub charge_key: String,
        #[serde(with = "int_text")]
        pub amount: Micros,
        pub currency: String,
        pub metadata: Vec<Fact>,
    }
    /// How an intention stands.
    enum PaymentOutcome {
        Paid(Paid),
        Declined(Declined),
        Pending(Pending),
        Unknown(#[serde(with = "crate::one_field::cause")] String),
        NotSent(NotSent),
    }
    /// Final: moved.
    struct Paid {
        pub reference: String,
        #[serde(with = "int_text")]
        pub at: Instant,
    }
    /// Final: nothing was moved.
    struct Declined {
        pub reason: DeclineReason,
        pub code: String,
    }
    /// The gateway will know later.
    struct Pending {
        #[serde(with = "int_text")]
        pub ask_again: Instant,
    }
    /// Surely nothing left this host.
    struct NotSent {
        #[serde(with = "int_text")]
        pub ask_again: Instant,
        pub cause: String,
    }
    /// Answer of the gateway about a key.
    enum Finding {
        Found(PaymentOutcome),
        NotFound,
        Closed,
        NotAsked(NotSent),
    }
    /// Something that the gateway has moved or has under way.
    struct Movement {
        pub key: String,
        pub refund: bool,
        #[serde(default)]
        pub charge_key: Option<String>,
        #[serde(with = "int_text")]
        pub amount: Micros,
        pub currency: String,
        #[serde(with = "int_text")]
        pub received: Instant,
        #[serde(default)]
        pub paid: Option<Paid>,
        pub metadata: Vec<Fact>,
    }
    /// A page of movements.
    struct MovementPage {
        pub movements: Vec<Movement>,
        #[serde(default)]
        pub next: Option<String>,
        #[serde(with = "int_text")]
        pub complete_since: Instant,
    }
    /// What a token stands for.
    struct MethodDescription {
        pub kind: MethodKind,
        pub brand: String,
        pub last_four: String,
        #[serde(default)]
        pub expires_year: Option<u16>,
        #[serde(default)]
        pub expires_month: Option<u8>,
    }
    /// Answer to a description.
    enum MethodAnswer {
        Described(MethodDescription),
        NoSuchMethod,
        NotAsked(NotSent),
    }
    /// One mail.
    struct Message {
        pub key: String,
        pub to: Vec<Mailbox>,
        pub template: String,
        pub language: String,
        pub facts: Vec<Fact>,
        pub secret_facts: Vec<Fact>,
        pub attachments: Vec<Attachment>,
    }
    /// A recipient.
    struct Mailbox {
        pub address: String,
        #[serde(default)]
        pub name: Option<String>,
    }
    /// Something sent along.
    enum Attachment {
        Kept(Blob),
        Document(AttachedDocument),
    }
    /// Which issued document.
    struct AttachedDocument {
        pub auth_id: String,
        pub kind: String,
        pub number: String,
    }
    /// Bytes that the host keeps.
    struct Blob {
        pub digest: String,
        #[serde(with = "crate::vocabulary::uint_text")]
        pub size: u64,
        pub media_type: String,
        pub name: String,
    }
    /// What became of a mail.
    enum MailOutcome {
        Sent,
        SentExcept(Vec<RefusedRecipient>),
        SentPartly(Partly),
        Refused(#[serde(with = "crate::one_field::cause")] String),
        NotSent(NotSent),
    }
    /// A recipient that no mail can go to.
    struct RefusedRecipient {
        pub address: String,
        pub cause: String,
    }
    /// A recipient for whom a mail was not taken now.
    struct OpenRecipient {
        pub address: String,
        pub cause: String,
    }
    /// Recipients that a mail was not handed over for.
    struct Partly {
        pub refused: Vec<RefusedRecipient>,
        pub open: Vec<OpenRecipient>,
        #[serde(with = "int_text")]
        pub ask_again: Instant,
    }
    /// A one-time code.
    struct CodeMessage {
        pub key: String,
        pub to: String,
        pub channel: Channel,
        pub code: String,
        pub language: String,
        pub brand: String,
    }
    /// What became of a code.
    enum TelephonyOutcome {
        Accepted,
        Refused(#[serde(with = "crate::one_field::cause")] String),
        NotSent(NotSent),
    }
    /// Calls to end.
    struct HangUpRequest {
        pub key: String,
        pub auth_id: String,
        pub calls: Vec<String>,
        pub cause: HangUpCause,
    }
    /// Which numbers to look for.
    struct OfferFilter {
        #[serde(default)]
        pub number: Option<String>,
        #[serde(default)]
        pub country: Option<String>,
        #[serde(default)]
        pub kind: Option<NumberKind>,
        #[serde(default)]
        pub pattern: Option<String>,
        #[serde(default)]
        pub region: Option<String>,
        #[serde(default)]
        pub city: Option<String>,
        pub voice: bool,
        pub sms: bool,
        pub mms: bool,
        pub offset: u32,
        pub limit: u32,
    }
    /// A number of the stock.
    struct OfferedNumber {
        pub number: String,
        pub country: String,
        pub calling_code: String,
        pub kind: NumberKind,
        pub region: String,
        pub city: String,
        pub voice: bool,
        pub sms: bool,
        pub mms: bool,
    }
    /// Numbers in ascending order.
    struct OfferPage {
        pub numbers: Vec<OfferedNumber>,
        pub total: u32,
    }
    /// What became of an order or release.
    enum StockOutcome {
        Done,
        NotAvailable,
        Pending(Pending),
        Unknown(#[serde(with = "crate::one_field::cause")] String),
        NotSent(NotSent),
    }
    /// An order that was written down before it is sent.
    struct OrderRequest {
        pub key: String,
        pub number: String,
        pub country: String,
        pub kind: NumberKind,
        pub auth_id: String,
        pub metadata: Vec<Fact>,
    }
    /// A release that was written down before it is sent.
    struct ReleaseRequest {
        pub key: String,
        pub number: String,
        pub auth_id: String,
        pub metadata: Vec<Fact>,
    }
    /// An order or release that the stock has carried out or has under way.
    struct StockMovement {
        pub key: String,
        pub release: bool,
        pub number: String,
        pub auth_id: String,
        #[serde(with = "int_text")]
        pub at: Instant,
        pub done: bool,
        pub metadata: Vec<Fact>,
    }
    /// A page of them.
    struct StockPage {
        pub movements: Vec<StockMovement>,
        #[serde(default)]
        pub next: Option<String>,
        #[serde(with = "int_text")]
        pub complete_since: Instant,
    }
    /// A claim on one use of a coupon of another store, written down before it is sent.
    struct CouponClaim {
        pub key: String,
        pub code: String,
        pub auth_id: String,
        pub currency: String,
        #[serde(with = "int_text")]
        pub asked: Instant,
    }
    /// A use that was taken.
    struct ClaimedCoupon {
        pub coupon: u32,
        pub label: String,
        #[serde(with = "int_text")]
        pub amount: Micros,
        pub currency: String,
        pub validity: CouponValidity,
    }
    /// How long the credit of a redemption lasts (R30).
    enum CouponValidity {
        Unlimited,
        Lasting(#[serde(with = "int_text")] Instant),
        Until(#[serde(with = "int_text")] Instant),
    }
    /// What became of a claim.
    enum ClaimOutcome {
        Claimed(ClaimedCoupon),
        Declined(CouponDecline),
        Refused(#[serde(with = "crate::one_field::cause")] String),
        Unknown(#[serde(with = "crate::one_field::cause")] String),
        NotSent(NotSent),
    }
}

macro_rules! contract_enums {
    ($($(#[$meta:meta])* $name:ident { $($case:ident),* $(,)? })*) => {
        $(
            $(#[$meta])*
            #[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
            #[serde(rename_all = "kebab-case")]
            #[allow(missing_docs)]
            pub enum $name { $($case),* }
        )*
    };
}

contract_enums! {
    /// Why the gateway declined.
    DeclineReason {
        InsufficientFunds, LimitExceeded, Expired, MethodRemoved, LostOrStolen, SuspectedFraud, ConfirmationRequired,
        NotAccepted, Unspecified,
    }
    /// Card or bank debit.
    MethodKind { Card, BankDebit }
    /// SMS or voice.
    Channel { Sms, Voice }
    /// Why calls end.
    HangUpCause { OutOfCredit, ReservationRefused, Suspended, AccountClosed }
    /// Why the code of a coupon gives nothing.
    CouponDecline { Unknown, Expired, Withdrawn, UsedUp, AlreadyRedeemed, OtherCurrency }
}

impl CouponDecline {
    /// Its word in events.
    pub fn word(self) -> &'static str {
        match self {
            CouponDecline::Unknown => "unknown",
            CouponDecline::Expired => "expired",
            CouponDecline::Withdrawn => "withdrawn",
            CouponDecline::UsedUp => "used-up",
            CouponDecline::AlreadyRedeemed => "already-redeemed",
            CouponDecline::OtherCurrency => "other-currency",
        }
    }
}

impl DeclineReason {
    /// Its word in events and mails.
    pub fn word(self) -> &'static str {
        match self {
            DeclineReason::InsufficientFunds => "insufficient-funds",
            DeclineReason::LimitExceeded => "limit-exceeded",
            DeclineReason::Expired => "expired",
            DeclineReason::MethodRemoved => "method-removed",
            DeclineReason::LostOrStolen => "lost-or-stolen",
            DeclineReason::SuspectedFraud => "suspected-fraud",
            DeclineReason::ConfirmationRequired => "confirmation-required",
            DeclineReason::NotAccepted => "not-accepted",
            DeclineReason::Unspecified => "unspecified",
        }
    }
}

/// How much of the gateway's own name of a payment is kept.
const REFERENCE_CHARS_MAX: usize = 200;

impl Paid {
    /// The gateway's own name of the payment, as it is kept and shown.
    pub fn kept_reference(&self) -> String {
        letters::cleaned(&self.reference, REFERENCE_CHARS_MAX)
    }
}
