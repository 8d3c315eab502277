//! Kinds of documents: a mail may bring one.

use serde::{Deserialize, Serialize};

/// What a document is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DocumentKind {
    /// Of a billing cycle.
    Invoice,
    /// Corrects an invoice.
    CreditNote,
    /// Of one charge, refund or coupon.
    Receipt,
}

impl DocumentKind {
    /// Every kind, in the order in which documents stand that were issued in the same moment.
    pub const ALL: [DocumentKind; 3] = [DocumentKind::Invoice, DocumentKind::CreditNote, DocumentKind::Receipt];

    /// Its word in the contract.
    pub fn word(self) -> &'static str {
        match self {
            DocumentKind::Invoice => "invoice",
            DocumentKind::CreditNote => "credit-note",
            DocumentKind::Receipt => "receipt",
        }
    }

    /// Its letter in keys.
    pub fn letter(self) -> char {
        match self {
            DocumentKind::Invoice => 'i',
            DocumentKind::CreditNote => 'c',
            DocumentKind::Receipt => 'r',
        }
    }

    /// The kind with this letter.
    pub fn of_letter(letter: &str) -> Option<DocumentKind> {
        match letter {
            "i" => Some(DocumentKind::Invoice),
            "c" => Some(DocumentKind::CreditNote),
            "r" => Some(DocumentKind::Receipt),
            _ => None,
        }
    }
}
