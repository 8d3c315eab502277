//! The ledger: double entry, append-only, every transaction sums to zero (CRD-1).
//!
//! A transaction is one record under `t/<moment>/<random>`; rated usage of one call is one transaction with a line an event.
//! Balances are folds of postings: nothing else moves money.

use crate::call::{Call, Record};
use crate::ids::{AuthId, time_key};
use crate::lots::LotKind;
use crate::money::Money;
use crate::product::Product;
use crate::vocabulary::{Fact, Fault, Instant};
use serde::{Deserialize, Serialize};

/// Named ledger accounts. Debits are positive: assets and expenses grow by debits, liabilities and income by credits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub enum LedgerAccount {
    /// What we owe customers in paid credit.
    #[serde(rename = "cc")]
    CreditsCash,
    /// What we owe customers in goodwill and coupons.
    #[serde(rename = "cp")]
    CreditsPromotional,
    /// What we owe customers in trial credit.
    #[serde(rename = "ct")]
    CreditsTrial,
    /// What customers owe us.
    #[serde(rename = "ar")]
    Receivables,
    /// Money that the gateway has taken and will pay out.
    #[serde(rename = "pc")]
    PaymentClearing,
    /// Usage revenue.
    #[serde(rename = "uv")]
    UsageVoice,
    /// Usage revenue.
    #[serde(rename = "us")]
    UsageSms,
    /// Usage revenue.
    #[serde(rename = "um")]
    UsageMms,
    /// Debits by the operator (CRD-14).
    #[serde(rename = "ad")]
    Adjustments,
    /// Credit that nobody used in time (R17).
    #[serde(rename = "ex")]
    ExpiredCredits,
    /// Trial credit given away (ACC-4).
    #[serde(rename = "et")]
    TrialGrants,
    /// Goodwill given away (CRD-14).
    #[serde(rename = "eg")]
    Goodwill,
    /// Cash corrections (CRD-14, R18).
    #[serde(rename = "ec")]
    Corrections,
}

impl LedgerAccount {
    /// The name in exports.
    pub fn name(self) -> &'static str {
        match self {
            LedgerAccount::CreditsCash => "liabilities:credits:cash",
            LedgerAccount::CreditsPromotional => "liabilities:credits:promotional",
            LedgerAccount::CreditsTrial => "liabilities:credits:trial",
            LedgerAccount::Receivables => "assets:receivables",
            LedgerAccount::PaymentClearing => "assets:payment-clearing",
            LedgerAccount::UsageVoice => "income:usage:voice",
            LedgerAccount::UsageSms => "income:usage:sms",
            LedgerAccount::UsageMms => "income:usage:mms",
            LedgerAccount::Adjustments => "income:adjustments",
            LedgerAccount::ExpiredCredits => "income:expired-credits",
            LedgerAccount::TrialGrants => "expenses:trial-credits",
            LedgerAccount::Goodwill => "expenses:goodwill",
            LedgerAccount::Corrections => "expenses:corrections",
        }
    }

    /// Where lots of a kind are owed.
    pub fn of_lot(kind: LotKind) -> LedgerAccount {
        match kind {
            LotKind::Trial => LedgerAccount::CreditsTrial,
            LotKind::Promotional => LedgerAccount::CreditsPromotional,
            LotKind::Cash => LedgerAccount::CreditsCash,
        }
    }

    /// Where a product's revenue goes.
    pub fn of_product(product: Product) -> LedgerAccount {
        match product {
            Product::Voice => LedgerAccount::UsageVoice,
            Product::Sms => LedgerAccount::UsageSms,
            Product::Mms => LedgerAccount::UsageMms,
        }
    }
}

/// One side of a transaction: ledger account, customer account (or none for the operator's own), amount.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Posting(pub LedgerAccount, pub Option<AuthId>, pub Money);

/// One rated event: account or sub-account, ID, product and heading, number, quantity, moment, matched prefix, rate, amount.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Line {
    /// Main account or sub-account.
    pub a: AuthId,
    /// Event ID.
    pub i: String,
    /// Product and heading letters: `vo`, `si`, …
    pub p: String,
    /// Number of the other side.
    pub n: String,
    /// Quantity.
    pub q: u32,
    /// Moment of the event.
    pub t: Instant,
    /// Matched prefix.
    pub x: String,
    /// Rate as the price row has it.
    pub r: String,
    /// Posted amount.
    pub m: Money,
}

/// A ledger transaction.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Transaction {
    v: u32,
    /// What it is.
    pub kind: String,
    /// When it was posted.
    pub at: Instant,
    /// What is behind it.
    pub cause: String,
    /// Postings; they sum to zero.
    pub postings: Vec<Posting>,
    /// Rated events, of usage only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<Line>,
}

impl Record for Transaction {
    const KIND: &'static str = "ledger transaction";
}

impl Transaction {
    /// Whether its postings sum to zero.
    pub fn is_balanced(&self) -> bool {
        self.postings.iter().map(|posting| i128::from(posting.2.micros())).sum::<i128>() == 0
    }
}

/// Names the transactions of one call: the moment, one random number, and a count.
pub struct Poster {
    base: String,
    count: u32,
}

impl Poster {
    /// For one call.
    pub fn new(call: &Call<'_>) -> Poster {
        Poster { base: format!("{}/{:016x}", time_key(call.now()), call.random()), count: 0 }
    }

    /// The ID of the next transaction, before it is posted.
    pub fn next_id(&mut self) -> String {
        self.count += 1;
        if self.count == 1 { self.base.clone() } else { format!("{}-{:04}", self.base, self.count) }
    }
}

/// Prefix of all transaction records.
pub const PREFIX: &str = "t/";

/// Posts a transaction under an ID of [`Poster::next_id`]. Postings of zero are left out.
pub fn post(
    call: &mut Call<'_>,
    id: &str,
    kind: &str,
    cause: &str,
    mut postings: Vec<Posting>,
    lines: Vec<Line>,
) -> Result<(), Fault> {
    postings.retain(|posting| posting.2 != Money::ZERO);
    let transaction =
        Transaction { v: 1, kind: kind.to_owned(), at: call.now(), cause: cause.to_owned(), postings, lines };
    if !transaction.is_balanced() {
        return Err(Fault::problem("ledger-unbalanced", vec![Fact::new("transaction", id), Fact::new("kind", kind)]));
    }
    call.put(&format!("{PREFIX}{id}"), &transaction);
    Ok(())
}
