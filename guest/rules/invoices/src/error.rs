//! Errors of the interface `invoices`.

use coinbox_ground::vocabulary::{Micros, interface_error};

interface_error! {
    /// Errors of `invoices`.
    Error {
        /// What can still be credited of the invoice.
        MoreThanInvoice(#[serde(with = "coinbox_ground::one_field::amount")] Micros),
        /// What the policy's seller lacks before a document can be issued.
        SellerIncomplete(Vec<String>),
    }
}
