//! Lists that sign-ups, passwords and codes are judged by (ACC-1, ACC-2, ACC-3, SEC-8).
//!
//! A version of a list is written in parts and never changes once it is published; the operator's own entries stand beside the versions and win.
//!
//! | key | what |
//! |---|---|
//! | `lst/<list>/now` | which version is in force, which one is written, how many own entries there are |
//! | `lst/<list>/<version>/<shard>` | entries of a version whose SHA-256 begins with these two digits |
//! | `lst/networks/<version>/<first address>` | up to 256 ranges of addresses, from this one on |
//! | `lst/<list>/own/<entry>` | what the operator says of an entry |
//! | `store/list-old/<list>` | of which version this store has told that it is old |

#![forbid(unsafe_code)]
#![deny(clippy::float_arithmetic)]

mod addresses;
mod building;
mod entries;
mod error;
mod known;
mod looking;
mod old;
mod own;
pub mod passwords;
mod records;
mod sha1;
mod shown;
#[cfg(test)]
mod stories;

pub use building::{add, begin, publish};
pub use error::Error;
pub use known::KnownList;
pub use looking::{
    Found, breached, calling_code, common_words, disposable_mail, is_in_force, look_up, network, personal_mail, prefix,
    status, watched_name,
};
pub use old::tell_old;
pub use own::{list_own, set_own};
pub use records::{PREFIX, Source};
pub use shown::{Answer, Entry, Own, OwnChoice, OwnPage, Status, Version};

/// Most entries of one `lists.add`.
pub const ENTRIES_MAX: usize = 5_000;
/// Most own entries of one `lists.set-own`, and of one page of `lists.list-own`.
pub const OWN_MAX: usize = 500;
