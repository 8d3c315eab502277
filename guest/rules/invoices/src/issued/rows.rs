//! What a list of documents of all accounts is made of.

use crate::document::Document;
use crate::lists::DocumentSummary;
use crate::records::Stored;
use coinbox_ground::ids::AuthId;
use coinbox_profiles::document_kind::DocumentKind;
use serde::{Deserialize, Serialize};

/// What one call looks at.
#[derive(Clone, Copy)]
pub struct Bounds {
    /// Documents, where a filter may still leave some out.
    pub documents: usize,
    /// Accounts that owe.
    pub debtors: usize,
    /// Days of receivables that are read to find these.
    pub days: u32,
}

/// What one call of the contract looks at.
pub(crate) const BOUNDS: Bounds = Bounds { documents: 1_000, debtors: 200, days: 2_000 };

/// A document in a list over all accounts.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct IssuedDocument {
    /// Whose it is.
    pub auth_id: String,
    /// The account's name now.
    pub name: String,
    /// What it is about, of receipts.
    #[serde(default)]
    pub receipt: Option<ReceiptKind>,
    /// How it stands now.
    pub document: DocumentSummary,
}

/// A document on the way, not yet looked at.
pub(crate) struct Candidate {
    pub account: AuthId,
    pub kind: DocumentKind,
    pub n: u32,
    pub number: String,
    /// Where the way goes on behind it.
    pub cursor: String,
    /// Itself, where the way has read it.
    pub stored: Option<Stored>,
}

/// What a receipt is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReceiptKind {
    /// A charge of a card that was paid or failed: a recharge, or for an invoice.
    Payment,
    /// A coupon.
    Coupon,
    /// What went back.
    Refund,
    /// What the bank has taken back.
    Chargeback,
    /// A chargeback that was won.
    DisputeWon,
}

impl ReceiptKind {
    /// What a document is about, if it is a receipt.
    pub fn of(document: &Document) -> Option<ReceiptKind> {
        if document.kind != DocumentKind::Receipt {
            return None;
        }
        match document.lines.first()?.product.as_str() {
            "recharge" | "invoice-payment" => Some(ReceiptKind::Payment),
            "coupon" => Some(ReceiptKind::Coupon),
            "refund" => Some(ReceiptKind::Refund),
            "chargeback" => Some(ReceiptKind::Chargeback),
            "dispute-won" => Some(ReceiptKind::DisputeWon),
            _ => None,
        }
    }
}
