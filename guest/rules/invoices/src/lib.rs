//! Invoices, credit notes, receipts, seats and recurring charges (INV-1, INV-3 to INV-8, USE-7).
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
//! | `recur/<account>/<reference>` | a recurring charge, and which month was taken last |
//! | `iss/<kind>/<moment>/<number>` | where a document lies, by the moment of issue, for lists over all accounts |
//! | `docst/<account>/<number>` | what changes about an issued document: credited, a charge for it failed, a payment taken back |
//!
//! What an invoice is short of at issue stays a receivable of the days that it covers, whatever pays them, and what is taken back of a payment becomes
//! one again: how it stands is computed from what is owed of these days now (R84).

#![forbid(unsafe_code)]
#![deny(clippy::float_arithmetic)]

mod billing;
mod by_issue;
mod close;
mod credit_notes;
mod document;
mod entries;
mod error;
mod gather;
pub mod issued;
mod jobs;
mod last;
mod lines;
mod lists;
mod number;
pub mod receipts;
pub mod records;
pub mod recurring;
mod seats;
pub mod seller;
mod series;
pub mod standing;
mod tax;

pub use billing::{Billing, BillingChange, get_billing, set_billing, set_cycle};
pub use billing::{changed_from, end_of_cycle};
pub use by_issue::PREFIX as BY_ISSUE;
pub use close::close_page;
pub use credit_notes::issue_credit_note;
pub use document::{Document, DocumentLine, DocumentMovement, DocumentReference, LinePrice, Party, TaxLine};
pub use entries::{compare_by_issue, compare_by_number, compare_documents, put_entries};
pub use error::Error;
pub use issued::{IssuedDocument, IssuedFilter, IssuedPage, ReceiptKind, list_issued};
pub use jobs::JOBS;
pub use last::{FinalStep, Fixed, begin_final, end_final};
pub use lists::is_invoice_of;
pub use lists::{
    DocumentFilter, DocumentPage, DocumentSummary, Overview, get_overview, list_documents, read_document, read_standing,
};
pub use number::{became_postpaid, mark_failed, number_page};
pub use records::{BY_NUMBER, DOCUMENTS};
pub use seats::charge_page as charge_seats;
pub use seats::{Seats, get_seats, set_seats};
pub use series::begin_range;
pub use standing::{Covering, can_reopen, note_charged_back, note_reversed, of_month};

pub use coinbox_profiles::document_kind::DocumentKind;
pub use coinbox_profiles::tax_rates::TaxRate;
