//! Who may do what: the functions with their permissions, credentials, sub-accounts as callers, and how a query and a command begin.
//!
//! | question | where |
//! |---|---|
//! | Which permission does a function need, and who else may call it? | [`functions`] has a row for each |
//! | Who is asking? | `gate`: token of an account ([`credentials`]), session of a member, operator |
//! | How does a function of the contract begin? | [`requests`]: [`command`], [`query`] and their kin |
//! | What happens once under an idempotency key? | [`once`] |
//! | What is a member, a session, a link of a mail, a weighed password, a count of tries? | [`people`], a file each; what people do with them is the area `members` |

#![forbid(unsafe_code)]
#![deny(clippy::float_arithmetic)]

mod admission;
pub mod columns;
pub mod credentials;
pub mod functions;
mod gate;
pub mod once;
pub mod people;
pub mod requests;
pub mod testing;

pub use requests::{
    Permitted, command, command_on, command_on_any, command_own, no_key, public, query, query_on, query_on_all,
    query_own,
};
