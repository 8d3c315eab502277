//! A store in one SQLite file: the embedded default.
//!
//! `DIR/store.sqlite` in WAL mode with full sync: what was committed survives a loss of power. One connection writes, the lane
//! reads through one of its own, queries share a small pool. The store's own file is held against a second writer; `DIR/lock` says who has it.
//!
//! Nothing is ever repaired here. A file that is too short, damaged, or of another format is refused with what to do.

mod backup;
mod connection;
mod digest;
mod files;
mod hold;
mod lock;
mod meta;
mod read;
mod store;
mod tally;
mod whole;
mod write;

pub use backup::{Origin, holds_backup, install, install_at, reinstate};
pub use connection::SqliteOptions;
pub use meta::Home;
pub use store::Sqlite;
