//! Stories of `profiles`. Policy, limits, mail.

mod limits;
mod mail;
mod policy;
