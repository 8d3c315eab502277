//! Invoices that are unpaid, and which attempt on each comes next (CRD-15, R84).

use std::collections::BTreeSet;

/// An invoice of which something was owed when it was issued.
#[derive(Clone, Debug)]
pub(crate) struct Unpaid {
    pub(crate) number: String,
    /// First moment of its cycle, and the moment after it.
    pub(crate) cycle: (i64, i64),
    pub(crate) issued: i64,
    pub(crate) failed: usize,
    pub(crate) charge: Option<u32>,
    /// When it is charged next; none: under way, or no attempt is left.
    pub(crate) next: Option<i64>,
}

/// An invoice of which a payment was taken back.
#[derive(Clone, Debug)]
pub(crate) struct Reopened {
    pub(crate) cycle: (i64, i64),
    pub(crate) amount: i64,
    pub(crate) due: i64,
    pub(crate) charge: u32,
    /// Whether it is charged, and when.
    pub(crate) collected: bool,
    pub(crate) next: Option<i64>,
    /// A suspension for something else holds the charge back.
    pub(crate) held: bool,
}

/// What is collected of an account.
#[derive(Clone, Debug, Default)]
pub struct Dunning {
    /// Cycles whose invoices the feed must tell to be due, with what is owed of them.
    pub(in crate::model) due: Vec<((i64, i64), i64)>,
    /// Invoices that the feed must tell to be open again.
    pub(in crate::model) reopened: Vec<Reopened>,
    /// Oldest first.
    pub(in crate::model) unpaid: Vec<Unpaid>,
    /// When a payment was taken back: what was owed by the end of that day is due.
    pub(in crate::model) charged_back: Option<i64>,
    /// Until then a person's payment of the debt may hold attempts back.
    pub(in crate::model) held_until: i64,
    /// Numbers of invoices of which the last attempt failed.
    pub failed: BTreeSet<String>,
    /// Attempts made.
    pub attempts: u64,
}
