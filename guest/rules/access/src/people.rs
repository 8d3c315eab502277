//! People: members of accounts, their sessions, and what is handed out to them once (ACC-11, SEC-3, TEAM-1).
//!
//! Three things hold everywhere here. What may be guessed is counted by a command before it is weighed. What may be used once is removed by the
//! command that uses it. What does not exist is read under a key that never exists and weighed all the same, so that nobody learns from the time or
//! the work of an answer.

pub mod attempts;
pub mod links;
pub mod members;
pub mod passwords;
pub mod secrets;
mod session_keys;
pub mod sessions;
pub mod since;
pub mod throttles;
pub mod words;

pub use words::{Half, MemberId, Role};
