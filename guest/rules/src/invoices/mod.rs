//! Invoices, credit notes, receipts and seats (INV-1, INV-3 to INV-8).
//!
//! An invoice is made in two steps. **Close** drafts it from the totals of the cycle, computes tax, and posts tax and rounding as closing
//! postings of that cycle (R26, R28). **Number** gives drafts their numbers in the order in which they were made, one job for all, so that
//! numbers are gapless per year of issue whatever is repeated (R49). A draft and everything that it posts are one change, and so are a number,
//! the issued document and the end of its draft: a crash between two calls leaves neither a gap nor a double.
//!
//! Credit notes and receipts get their number in the command that makes them: what it changes is committed as one. While the policy's seller lacks what
//! every document needs, invoices and receipts wait as drafts, and credit notes are refused (`seller`).
//!
//! | key | what |
//! |---|---|
//! | `bill/<account>` | up to which month invoices were made, with which balance, and how long a cycle is |
//! | `draft/<moment>/<account>/<name>` | an invoice, or a receipt that waits for the seller, without number |
//! | `doc/<account>/<kind>/<count>` | an issued document; `kind` is `i`, `c` or `r` |
//! | `body/<account>/<name>/<part>` | lines and movements of an invoice, 150 a record |
//! | `docno/<kind>/<number>` | where the document of a number lies |
//! | `docn/<account>` | how many documents of each kind an account has |
//! | `series/<kind>/<year>`, `series/<kind>/<year>-<range>` | the last number that was given |
//! | `series/range` | the range of numbers that a restored store has begun |
//! | `seat/<account>` | how many seats are paid for, and for which month last |
//! | `iss/<kind>/<moment>/<number>` | where a document lies, by the moment of issue, for lists over all accounts |
//! | `docst/<account>/<number>` | what changes about an issued document: credited, a charge for it failed, a payment taken back |
//!
//! What an invoice is short of at issue stays a receivable of the days that it covers, whatever pays them, and what is taken back of a payment becomes
//! one again: how it stands is computed from what is owed of these days now (R84).

mod billing;
mod by_issue;
mod close;
mod credit_notes;
mod entries;
mod gather;
mod issued;
mod last;
mod lines;
mod lists;
mod number;
pub(crate) mod receipts;
mod records;
mod seats;
pub(crate) mod seller;
mod standing;
mod tax;

pub(crate) use billing::end_of_cycle;
pub use billing::{Billing, BillingChange, get_billing, set_billing, set_cycle};
pub use credit_notes::issue_credit_note;
pub use issued::{IssuedDocument, IssuedFilter, IssuedPage, ReceiptKind, list_issued};
pub use lists::{
    DocumentFilter, DocumentPage, DocumentSummary, Overview, get_overview, list_documents, read_document, read_standing,
};
pub use seats::{Seats, get_seats, set_seats};
pub use tax::TaxRate;

pub(crate) use billing::{changed_from, keep_state, lacks, missing_for_charges};
pub(crate) use by_issue::PREFIX as BY_ISSUE;
pub(crate) use close::close_page;
pub(crate) use entries::{DOCUMENTS, compare_by_issue, compare_by_number, compare_documents, put_entries};
pub(crate) use last::{FinalStep, Fixed, begin_final, end_final};
pub(crate) use lists::is_invoice_of;
pub(crate) use number::{became_postpaid, begin_range, mark_failed, number_page, run};
pub(crate) use records::BY_NUMBER;
pub(crate) use seats::charge_page as charge_seats;
pub(crate) use standing::{
    Covering, PaymentReceipt, can_reopen, note_charged_back, note_reversed, of_month, receipt_of,
};
pub(crate) use tax::check_rates;

use crate::ground::vocabulary::{Instant, Micros, int_text, interface_error, optional_int_text, uint_text};
use serde::{Deserialize, Serialize};

interface_error! {
    /// Errors of `invoices`.
    Error {
        /// What can still be credited of the invoice.
        MoreThanInvoice(#[serde(with = "int_text")] Micros),
        /// What the policy's seller lacks before a document can be issued.
        SellerIncomplete(Vec<String>),
    }
}

/// Money is in US dollars.
pub(crate) const CURRENCY: &str = "USD";

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
    pub(crate) fn reference(&self) -> DocumentReference {
        DocumentReference { kind: self.kind, number: self.number.clone(), issued: self.issued }
    }
}

#[cfg(test)]
mod proofs;
#[cfg(test)]
mod seller_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod world;
#[cfg(test)]
pub(crate) use world::WorldOfDocuments;
