//! Simulation: the real rules in the real host, with random operations and faults, against an independent model.
//!
//! A seed is one history: which customers come, what they use and pay, what operators change, how cards and gateway behave, when the host
//! dies and in the middle of what. Time is simulated, so a history of months takes a fraction of a second, and the history is the same on
//! every machine. After every operation the model (`model`) must have foretold what happened. At month ends and at the end the whole ledger is
//! folded and compared with balances, lots and the gateway's own book.
//!
//! A history that fails is shortened: operations are left out as long as it still fails. The report lists the operations that are left.

mod act;
mod backup;
mod cast;
mod check;
mod conflict;
mod dice;
mod digests;
mod documents;
pub mod fuse;
mod history;
mod leave;
mod machine;
mod model;
pub mod operation;
mod plan;
mod prices;
mod report;
mod restore;
mod rows;
mod run;
mod shrink;
mod supply;
pub mod three_years;
mod values;
pub mod world;

pub use digests::{DigestBook, Digests, Left};
pub use history::{Outcome, replay, run};
pub use operation::OPERATIONS;
pub use run::{START, Seen, Simulation};
pub use shrink::Failure;
pub use world::{Keeping, World, stored};
