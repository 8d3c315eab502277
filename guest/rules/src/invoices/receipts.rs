//! Receipts: one for every charge that was paid or failed, for every refund, every coupon, every chargeback and every dispute that was won, frozen
//! at the moment it became final (INV-3, R84).
//!
//! A receipt has its own number, not the charge's: what failed, was refunded or came from a coupon is in the same gapless series.

use super::number::issue_now;
use super::records::Stored;
use super::{CURRENCY, Document, DocumentKind, DocumentLine, billing};
use crate::accounts;
use crate::call::Call;
use crate::ids::AuthId;
use crate::money::Money;
use crate::policy::Policy;
use crate::vocabulary::Fault;
use crate::wallet;

/// What became of the money.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Outcome {
    /// It was taken, or the coupon redeemed.
    Successful,
    /// Nothing was taken.
    Failed,
    /// It was given back.
    Refunded,
    /// The bank has taken it back (R84).
    ChargedBack,
}

impl Outcome {
    fn word(self) -> &'static str {
        match self {
            Outcome::Successful => "successful",
            Outcome::Failed => "failed",
            Outcome::Refunded => "refunded",
            Outcome::ChargedBack => "charged-back",
        }
    }
}

/// What a receipt says.
pub(crate) struct Receipt<'a> {
    /// Taken, not taken, or given back: zero or more.
    pub(crate) amount: Money,
    pub(crate) outcome: Outcome,
    /// `card`, `coupon`, or `other` for a refund that the operator has paid in another way.
    pub(crate) method: &'a str,
    /// `recharge`, `refund`, `invoice-payment`, `coupon`, `chargeback`, `dispute-won`.
    pub(crate) product: &'a str,
    /// For people: the card, the coupon's code.
    pub(crate) description: &'a str,
    /// The recharge (`charge-7`) or the number of the invoice that it is about.
    pub(crate) refers_to: Option<String>,
    /// Why it failed, or empty.
    pub(crate) note: &'a str,
    /// The ledger transactions behind it.
    pub(crate) transactions: Vec<String>,
}

/// How receipts name a charge.
pub(crate) fn charge_name(number: u32) -> String {
    format!("charge-{number}")
}

/// Issues a receipt in the change that makes its payment final. Answers its number, for mails and events.
pub(crate) fn issue(call: &mut Call<'_>, account: AuthId, receipt: Receipt<'_>) -> Result<String, Fault> {
    let profile = accounts::profile(call, account)?;
    let policy = Policy::load(call)?;
    let balance = wallet::need(call, account)?.balance;
    let amount = receipt.amount.micros();
    let line = DocumentLine {
        section: account.to_string(),
        section_name: profile.name.clone(),
        product: receipt.product.to_owned(),
        description: receipt.description.to_owned(),
        quantity: 1,
        unit: String::new(),
        count: 1,
        price: None,
        used_from: None,
        used_to: None,
        amount,
    };
    let document = Document {
        kind: DocumentKind::Receipt,
        number: String::new(),
        issued: call.now(),
        period_start: None,
        period_end: None,
        seller: billing::seller(&policy),
        customer: billing::customer(call, account, &profile)?,
        currency: CURRENCY.to_owned(),
        lines: vec![line],
        discount: 0,
        rounding: 0,
        net: amount,
        taxes: Vec::new(),
        total: amount,
        opening_balance: balance.micros(),
        closing_balance: balance.micros(),
        movements: Vec::new(),
        amount_due: 0,
        status: receipt.outcome.word().to_owned(),
        method: receipt.method.to_owned(),
        refers_to: receipt.refers_to,
        note: receipt.note.to_owned(),
    };
    Ok(issue_now(call, account, Stored::whole(document, receipt.transactions))?.document.number)
}
