//! Invoices that were made, and credit notes (INV-5, R27).

/// An invoice that was made.
#[derive(Clone, Debug)]
pub(crate) struct Made {
    /// The moment after its cycle.
    pub(crate) end: i64,
    /// Once it is issued.
    pub(crate) number: Option<String>,
    /// What is left of the net amount and of each tax.
    pub(crate) left: Vec<i64>,
    /// What was given back.
    pub(crate) credited: i64,
}

/// One credit note.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CreditNote {
    /// Of which invoice.
    pub invoice: String,
    /// In all.
    pub amount: i64,
    /// Of the net amount and of each tax.
    pub parts: Vec<i64>,
}
