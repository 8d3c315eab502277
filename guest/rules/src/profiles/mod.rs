//! What is known of an account without its money: who it is, how it is reached, what the policy lets it do.

pub(crate) mod billing;
pub(crate) mod by_mail;
pub(crate) mod document_kind;
pub(crate) mod mail;
pub(crate) mod notices;
pub mod policy;
pub(crate) mod profile;
pub(crate) mod seller;
pub mod subaccount;
pub(crate) mod tax_rates;
