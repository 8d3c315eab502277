//! Types of payment, email, telephony, the stock of numbers and claims on coupons, and of the words that they share.

use crate::contract::{coupon_types, email_types, inventory_types, payment_types, telephony_types, types};
use crate::mapping::{one_field, records, variants};
use coinbox_rules::{outside, product, vocabulary};

records! {
    types::Fact = vocabulary::Fact { name, value }
    types::Blob = outside::Blob { digest, size, media_type, name }
    payment_types::ChargeRequest = outside::ChargeRequest {
        key, auth_id, amount, currency, method, customer_present, statement, metadata,
    }
    payment_types::RefundRequest = outside::RefundRequest { key, auth_id, charge_key, amount, currency, metadata }
    payment_types::Paid = outside::Paid { reference, at }
    payment_types::Declined = outside::Declined { reason, code }
    types::Pending = outside::Pending { ask_again }
    types::NotSent = outside::NotSent { ask_again, cause }
    payment_types::PaymentMovement = outside::Movement {
        key, refund, charge_key, amount, currency, received, paid, metadata,
    }
    payment_types::MovementPage = outside::MovementPage { movements, next, complete_since }
    payment_types::MethodDescription = outside::MethodDescription { kind, brand, last_four, expires_year, expires_month }
    email_types::AttachedDocument = outside::AttachedDocument { auth_id, kind, number }
    email_types::MailMessage = outside::Message { key, to, template, language, facts, secret_facts, attachments }
    email_types::Mailbox = outside::Mailbox { address, name }
    email_types::RefusedRecipient = outside::RefusedRecipient { address, cause }
    email_types::OpenRecipient = outside::OpenRecipient { address, cause }
    email_types::Partly = outside::Partly { refused, open, ask_again }
    telephony_types::CodeMessage = outside::CodeMessage { key, to, channel, code, language, brand }
    telephony_types::HangUpRequest = outside::HangUpRequest { key, auth_id, calls, cause }
    inventory_types::OfferFilter = outside::OfferFilter {
        number, country, kind, pattern, region, city, voice, sms, mms, offset, limit,
    }
    inventory_types::OfferedNumber = outside::OfferedNumber {
        number, country, calling_code, kind, region, city, voice, sms, mms,
    }
    inventory_types::OfferPage = outside::OfferPage { numbers, total }
    inventory_types::OrderRequest = outside::OrderRequest { key, number, country, kind, auth_id, metadata }
    inventory_types::ReleaseRequest = outside::ReleaseRequest { key, number, auth_id, metadata }
    inventory_types::StockMovement = outside::StockMovement { key, release, number, auth_id, at, done, metadata }
    inventory_types::StockPage = outside::StockPage { movements, next, complete_since }
    coupon_types::CouponClaim = outside::CouponClaim { key, code, auth_id, currency, asked }
    coupon_types::ClaimedCoupon = outside::ClaimedCoupon { coupon, label, amount, currency, validity }
}

one_field! {
    types::UnknownOutcome { cause: String }
    email_types::RefusedMail { cause: String }
    telephony_types::RefusedCode { cause: String }
    coupon_types::RefusedClaim { cause: String }
}

variants! {
    payment_types::PaymentOutcome = outside::PaymentOutcome { | Paid, Declined, Pending, Unknown, NotSent }
    payment_types::Finding = outside::Finding { NotFound, Closed | Found, NotAsked }
    payment_types::MethodAnswer = outside::MethodAnswer { NoSuchMethod | Described, NotAsked }
    payment_types::DeclineReason = outside::DeclineReason {
        InsufficientFunds, LimitExceeded, Expired, MethodRemoved, LostOrStolen, SuspectedFraud, ConfirmationRequired,
        NotAccepted, Unspecified |
    }
    payment_types::MethodKind = outside::MethodKind { Card, BankDebit | }
    email_types::MailOutcome = outside::MailOutcome { Sent | SentExcept, SentPartly, Refused, NotSent }
    email_types::Attachment = outside::Attachment { | Kept, Document }
    telephony_types::CodeOutcome = outside::TelephonyOutcome { Accepted | Refused, NotSent }
    telephony_types::CodeChannel = outside::Channel { Sms, Voice | }
    inventory_types::NumberKind = product::NumberKind { Local, National, Mobile, TollFree | }
    inventory_types::StockOutcome = outside::StockOutcome { Done, NotAvailable | Pending, Unknown, NotSent }
    coupon_types::CouponValidity = outside::CouponValidity { Unlimited | Lasting, Until }
    coupon_types::CouponDecline = outside::CouponDecline {
        Unknown, Expired, Withdrawn, UsedUp, AlreadyRedeemed, OtherCurrency |
    }
    coupon_types::ClaimOutcome = outside::ClaimOutcome { | Claimed, Declined, Refused, Unknown, NotSent }
    telephony_types::HangUpCause = outside::HangUpCause { OutOfCredit, ReservationRefused, Suspended, AccountClosed | }
}
