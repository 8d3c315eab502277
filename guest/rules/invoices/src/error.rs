//! Errors of the interface `invoices`.

use coinbox_ground::vocabulary::{Micros, int_text, interface_error};

interface_error! {
    /// Errors of `invoices`.
    Error {
        /// What can still be credited of the invoice.
        MoreThanInvoice(#[serde(with = "int_text")] Micros),
        /// What the policy's seller lacks before a document can be issued.
        SellerIncomplete(Vec<String>),
    }
}
