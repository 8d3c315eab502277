//! What is stored of a refund, and how the contract shows it.

use crate::ground::call::Record;
use crate::ground::idempotency::Asked;
use crate::ground::ids::AuthId;
use crate::ground::metadata;
use crate::ground::money::Money;
use crate::ground::outside::DeclineReason;
use crate::ground::vocabulary::{Fact, Instant, Micros, int_text, optional_int_text};
use serde::{Deserialize, Serialize};

/// Why something is given back.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// What was left when the account was closed (CRD-12).
    Closing,
    /// It was paid after the account had been closed (R24).
    PaidAfterClosing,
    /// The operator gave back a payment that no charge explains.
    UnexplainedPayment,
}

impl Cause {
    /// The cause with this word.
    pub(crate) fn of_word(word: &str) -> Option<Cause> {
        [Cause::Closing, Cause::PaidAfterClosing, Cause::UnexplainedPayment]
            .into_iter()
            .find(|cause| cause.word() == word)
    }

    /// Its word in events, and the kind of the ledger transaction that recognises the payment.
    pub fn word(self) -> &'static str {
        match self {
            Cause::Closing => "closing",
            Cause::PaidAfterClosing => "paid-after-closing",
            Cause::UnexplainedPayment => "unexplained-payment",
        }
    }
}

/// How a refund stands.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RefundState {
    /// Written down, not sent.
    Due,
    /// With the gateway.
    Open,
    /// Final: given back.
    Paid,
    /// Declined: still due, the operator decides.
    Failed(DeclineReason),
    /// Final: the operator paid it in another way.
    SettledOtherwise,
}

/// A refund, at `rfd/<account>/<number, newest first>`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Refund {
    pub(crate) v: u32,
    /// Counted per account from 1.
    pub number: u32,
    /// Why.
    pub cause: Cause,
    /// Whole cents.
    pub amount: Money,
    /// The key that the gateway knows the payment by.
    pub charge_key: String,
    /// Number of the charge, if the payment has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub charge: Option<u32>,
    /// Brand and last digits, for people; empty where it is not known.
    pub card: String,
    /// How it stands.
    pub state: RefundState,
    /// Keys used so far: a declined one is never used again.
    pub(crate) tries: u32,
    /// The key of the present try.
    pub key: String,
    pub(crate) attempt: u32,
    /// The last attempt whose outcome was booked: a second finish of it changes nothing.
    pub(crate) answered: u32,
    /// How often the present try was asked about.
    pub(crate) asked: u32,
    /// When it was fixed.
    pub created: Instant,
    /// The business day on which it is due, UTC.
    pub due: String,
    /// The moment after that day.
    pub(crate) overdue_at: Instant,
    /// Whether that has been told.
    pub(crate) overdue: bool,
    /// Since when it is in the operator's queue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) queued: Option<Instant>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) sent: Option<Instant>,
    /// When it was over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settled: Option<Instant>,
    /// The gateway's own name for it, or what the operator noted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// For which client's key, in digests: the gateway keeps it too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) asked_for: Option<Asked>,
    /// Whether a reconciliation has found it at the gateway: a history that was lost has sent it, this one only asks about it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) recovered: bool,
    /// What no lot covered when it was found: no posting has it until a person has decided.
    #[serde(default, skip_serializing_if = "no_money")]
    pub(crate) uncovered: Money,
}

fn no_money(amount: &Money) -> bool {
    *amount == Money::ZERO
}

impl Record for Refund {
    const KIND: &'static str = "refund";
}

impl Refund {
    /// What the gateway keeps with it.
    pub(crate) fn metadata(&self) -> Vec<Fact> {
        metadata::of(self.cause.word(), self.asked_for.as_ref())
    }

    pub(crate) fn facts(&self) -> Vec<Fact> {
        let mut facts = vec![
            Fact::new("refund", self.number),
            Fact::new("amount", self.amount),
            Fact::new("cause", self.cause.word()),
            Fact::new("payment", &self.charge_key),
            Fact::new("due", &self.due),
        ];
        if let Some(charge) = self.charge {
            facts.push(Fact::new("charge", charge));
        }
        facts
    }

    /// The form of the contract.
    pub(crate) fn shown(&self, account: AuthId) -> ShownRefund {
        ShownRefund {
            auth_id: account.to_string(),
            number: self.number,
            cause: self.cause,
            amount: self.amount.micros(),
            payment: self.charge_key.clone(),
            charge: self.charge,
            card: self.card.clone(),
            state: self.state.clone(),
            due: self.due.clone(),
            key: self.key.clone(),
            created: self.created,
            settled: self.settled,
            reference: self.reference.clone(),
            job: self.job(account).to_string(),
            attempts: self.attempt,
        }
    }
}

/// A refund as the contract shows it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[allow(missing_docs)]
pub struct ShownRefund {
    pub auth_id: String,
    pub number: u32,
    pub cause: Cause,
    #[serde(with = "int_text")]
    pub amount: Micros,
    pub payment: String,
    #[serde(default)]
    pub charge: Option<u32>,
    pub card: String,
    pub state: RefundState,
    pub due: String,
    pub key: String,
    #[serde(with = "int_text")]
    pub created: Instant,
    #[serde(default, with = "optional_int_text")]
    pub settled: Option<Instant>,
    #[serde(default)]
    pub reference: Option<String>,
    pub job: String,
    pub attempts: u32,
}

/// A page of refunds, newest first.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RefundPage {
    /// At most as many as asked for.
    pub refunds: Vec<ShownRefund>,
    /// For the next page.
    #[serde(default)]
    pub next: Option<u32>,
}
