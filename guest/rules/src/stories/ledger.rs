//! Stories of `ledger`. Money that has moved: statements, totals, receivables.

mod receivables;
mod statement;
pub(crate) mod totals;
mod totals_proofs;
