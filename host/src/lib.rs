//! Coinbox in a Rust program: prepaid accounts and billing. Every rule is in one WebAssembly component, which this host runs.
//!
//! [`in_memory::open`] makes a host that keeps nothing, [`on_disk::open`] one whose store stays; [`coinbox::Options`] puts any other
//! together. A call is a method with Rust types ([`typed`]), or names its function and speaks JSON ([`coinbox::Coinbox::call`]).
//! Both say the same. This is the whole wiring; `examples/embed.rs` is the same program:
//!
//! ```no_run
#![doc = include_str!("../examples/embed.rs")]
//! ```

pub mod admission;
pub mod blobs;
pub mod callable;
pub mod capability;
mod claims;
pub mod clock;
pub mod coinbox;
pub mod columns;
pub mod console;
pub mod contract;
pub mod countries;
mod driven;
mod driver;
pub mod effects;
pub mod engine;
pub mod hold;
pub mod in_memory;
mod inner;
pub mod inventory;
pub mod json;
pub mod lines;
pub mod mails;
pub mod marks;
pub mod months;
mod narrowed;
pub mod on_disk;
mod outside;
pub mod payment;
pub mod private;
pub mod random;
pub mod sequencer;
pub mod storage;
pub mod telephony;
pub mod text;
pub mod typed;
mod upgrade;
pub mod vault;
