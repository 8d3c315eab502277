//! Signing up: from a mail address to an account whose phone number is to be verified (ACC-1, ACC-2, ACC-3, R54).
//!
//! | key | what |
//! |---|---|
//! | `su/<ms>/<random>` | a sign-up that waits for its mailbox |
//! | `suc/<UTC day>/<domain or network>/<digest>` | accounts that were made of one mail domain or from one network on that day |

pub(crate) mod asking;
pub(crate) mod confirming;
pub(crate) mod counting;
pub mod forms;
pub mod network;
pub(crate) mod records;
pub mod upkeep;

pub use asking::{finish, password_about, resend, start};
pub use confirming::{confirm, finish_confirm, link_address, start_confirm};
pub use forms::{Confirmation, Confirmed, Domain, Error, NewSignUp, PendingSignUp, address_refused};
pub use network::NetworkKind;
