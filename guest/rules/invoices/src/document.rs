//! A document as the contract shows it: see `wit/invoices.wit`.

use coinbox_ground::vocabulary::{Instant, Micros, int_text, optional_int_text, uint_text};
use coinbox_profiles::document_kind::DocumentKind;
use serde::{Deserialize, Serialize};

/// Who sells or buys.
#[derive(Clone, PartialEq, Default, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Party {
    pub legal_name: String,
    pub address_lines: Vec<String>,
    pub country: String,
    pub tax_id: String,
    pub email: String,
    pub auth_id: String,
    #[serde(default)]
    pub registration_number: String,
    #[serde(default)]
    pub phone: String,
}

/// What was billed of a line, and at which price.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[allow(missing_docs)]
pub struct LinePrice {
    pub billed: String,
    pub unit: String,
    pub unit_price: String,
}

/// What one source pays for one product at one price.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[allow(missing_docs)]
pub struct DocumentLine {
    pub section: String,
    pub section_name: String,
    pub product: String,
    pub description: String,
    #[serde(with = "uint_text")]
    pub quantity: u64,
    pub unit: String,
    #[serde(default, with = "uint_text")]
    pub count: u64,
    #[serde(default)]
    pub price: Option<LinePrice>,
    #[serde(default, with = "optional_int_text")]
    pub used_from: Option<Instant>,
    #[serde(default, with = "optional_int_text")]
    pub used_to: Option<Instant>,
    #[serde(with = "int_text")]
    pub amount: Micros,
}

/// One rate on the net amount.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[allow(missing_docs)]
pub struct TaxLine {
    pub name: String,
    pub percent: String,
    #[serde(with = "int_text")]
    pub base: Micros,
    #[serde(with = "int_text")]
    pub amount: Micros,
    pub reverse_charge: bool,
    #[serde(default)]
    pub legal_basis: String,
}

/// What moved the balance and is no charge.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[allow(missing_docs)]
pub struct DocumentMovement {
    pub label: String,
    #[serde(with = "int_text")]
    pub at: Instant,
    #[serde(with = "int_text")]
    pub amount: Micros,
    #[serde(default)]
    pub earlier: bool,
}

/// The document that another one is about.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[allow(missing_docs)]
pub struct DocumentReference {
    pub kind: DocumentKind,
    pub number: String,
    #[serde(with = "int_text")]
    pub issued: Instant,
}

/// Which fields and words documents of now have; those of version 0.1 have edition 1.
pub(crate) const EDITION: u32 = 2;

fn first_edition() -> u32 {
    1
}

/// A frozen document: see `wit/invoices.wit`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Document {
    pub kind: DocumentKind,
    pub number: String,
    #[serde(with = "int_text")]
    pub issued: Instant,
    #[serde(with = "optional_int_text", default)]
    pub period_start: Option<Instant>,
    #[serde(with = "optional_int_text", default)]
    pub period_end: Option<Instant>,
    pub seller: Party,
    pub customer: Party,
    pub currency: String,
    pub lines: Vec<DocumentLine>,
    #[serde(with = "int_text")]
    pub discount: Micros,
    #[serde(default, with = "int_text")]
    pub rounding: Micros,
    #[serde(with = "int_text")]
    pub net: Micros,
    pub taxes: Vec<TaxLine>,
    #[serde(with = "int_text")]
    pub total: Micros,
    #[serde(with = "int_text")]
    pub opening_balance: Micros,
    #[serde(with = "int_text")]
    pub closing_balance: Micros,
    pub movements: Vec<DocumentMovement>,
    #[serde(with = "int_text")]
    pub amount_due: Micros,
    pub status: String,
    pub method: String,
    #[serde(default)]
    pub refers_to: Option<String>,
    pub note: String,
    #[serde(default)]
    pub about: Option<DocumentReference>,
    #[serde(with = "optional_int_text", default)]
    pub due: Option<Instant>,
    #[serde(default)]
    pub payment_terms: String,
    #[serde(default)]
    pub ways_to_pay: Vec<String>,
    #[serde(default)]
    pub card: String,
    #[serde(default)]
    pub payment_reference: String,
    #[serde(with = "optional_int_text", default)]
    pub payment_at: Option<Instant>,
    #[serde(default = "first_edition")]
    pub edition: u32,
}

impl Document {
    /// As the document that another one is about.
    pub fn reference(&self) -> DocumentReference {
        DocumentReference { kind: self.kind, number: self.number.clone(), issued: self.issued }
    }
}
