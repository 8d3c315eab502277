//! Stories of `invoices`. What invoices, credit notes and receipts say, and how they are found.

mod cases;
mod documents;
mod issued;
mod prices;
mod proofs;
pub(crate) mod recurring;
mod seller;
pub(crate) mod world;
