//! Types of payment, email, telephony and the stock of numbers, and of the words that they share.

use crate::contract::{email, inventory, payment, telephony, types};
use crate::mapping::{records, variants};
use coinbox_rules::{outside, product, vocabulary};

records! {
    types::Fact = vocabulary::Fact { name, value }
    types::Blob = outside::Blob { digest, size, media_type, name }
    payment::ChargeRequest = outside::ChargeRequest {
        key, auth_id, amount, currency, method, customer_present, statement, metadata,
    }
    payment::RefundRequest = outside::RefundRequest { key, auth_id, charge_key, amount, currency, metadata }
    payment::Paid = outside::Paid { reference, at }
    payment::Declined = outside::Declined { reason, code }
    payment::Pending = outside::Pending { ask_again }
    payment::NotSent = outside::NotSent { ask_again, cause }
    payment::Movement = outside::Movement {
        key, refund, charge_key, amount, currency, received, paid, metadata,
    }
    payment::MovementPage = outside::MovementPage { movements, next, complete_since }
    payment::MethodDescription = outside::MethodDescription { kind, brand, last_four, expires_year, expires_month }
    email::AttachedDocument = outside::AttachedDocument { auth_id, kind, number }
    email::Message = outside::Message { key, to, template, language, facts, secret_facts, attachments }
    email::Mailbox = outside::Mailbox { address, name }
    email::RefusedRecipient = outside::RefusedRecipient { address, cause }
    telephony::CodeMessage = outside::CodeMessage { key, to, channel, code, language, brand }
    telephony::HangUpRequest = outside::HangUpRequest { key, auth_id, calls, cause }
    inventory::OfferFilter = outside::OfferFilter {
        number, country, kind, pattern, region, city, voice, sms, mms, offset, limit,
    }
    inventory::OfferedNumber = outside::OfferedNumber {
        number, country, calling_code, kind, region, city, voice, sms, mms,
    }
    inventory::OfferPage = outside::OfferPage { numbers, total }
    inventory::OrderRequest = outside::OrderRequest { key, number, country, kind, auth_id, metadata }
    inventory::ReleaseRequest = outside::ReleaseRequest { key, number, auth_id, metadata }
    inventory::StockMovement = outside::StockMovement { key, release, number, auth_id, at, done, metadata }
    inventory::StockPage = outside::StockPage { movements, next, complete_since }
}

// All capabilities say `not-sent` in the same words; the rules have one type for it.
impl crate::mapping::Translate<outside::NotSent> for email::NotSent {
    fn translate(self) -> outside::NotSent {
        outside::NotSent { ask_again: self.ask_again, cause: self.cause }
    }
}

impl crate::mapping::Translate<email::NotSent> for outside::NotSent {
    fn translate(self) -> email::NotSent {
        email::NotSent { ask_again: self.ask_again, cause: self.cause }
    }
}

impl crate::mapping::Translate<outside::NotSent> for telephony::NotSent {
    fn translate(self) -> outside::NotSent {
        outside::NotSent { ask_again: self.ask_again, cause: self.cause }
    }
}

impl crate::mapping::Translate<telephony::NotSent> for outside::NotSent {
    fn translate(self) -> telephony::NotSent {
        telephony::NotSent { ask_again: self.ask_again, cause: self.cause }
    }
}

impl crate::mapping::Translate<outside::NotSent> for inventory::NotSent {
    fn translate(self) -> outside::NotSent {
        outside::NotSent { ask_again: self.ask_again, cause: self.cause }
    }
}

impl crate::mapping::Translate<inventory::NotSent> for outside::NotSent {
    fn translate(self) -> inventory::NotSent {
        inventory::NotSent { ask_again: self.ask_again, cause: self.cause }
    }
}

variants! {
    payment::Outcome = outside::PaymentOutcome { | Paid, Declined, Pending, Unknown, NotSent }
    payment::Finding = outside::Finding { NotFound, Closed | Found, NotAsked }
    payment::MethodAnswer = outside::MethodAnswer { NoSuchMethod | Described, NotAsked }
    payment::DeclineReason = outside::DeclineReason {
        InsufficientFunds, LimitExceeded, Expired, MethodRemoved, LostOrStolen, SuspectedFraud, ConfirmationRequired,
        NotAccepted, Unspecified |
    }
    payment::MethodKind = outside::MethodKind { Card, BankDebit | }
    email::Outcome = outside::MailOutcome { Sent | SentExcept, Refused, NotSent }
    email::Attachment = outside::Attachment { | Kept, Document }
    telephony::Outcome = outside::TelephonyOutcome { Accepted | Refused, NotSent }
    telephony::Channel = outside::Channel { Sms, Voice | }
    inventory::NumberKind = product::NumberKind { Local, National, Mobile, TollFree | }
    inventory::Outcome = outside::StockOutcome { Done, NotAvailable | Pending, Unknown, NotSent }
    telephony::HangUpCause = outside::HangUpCause { OutOfCredit, ReservationRefused, Suspended, AccountClosed | }
}
