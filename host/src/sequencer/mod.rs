//! The lane: commands run one after another, and are answered when what they wrote and read is safe on disk.
//!
//! One thread runs commands in the order of their arrival. Each command sees the newest *sequenced* state: what is durable, and above it what
//! earlier commands have changed. A second thread makes changes durable, a group at a time. A group is everything that was sequenced while the
//! previous group was written. The answer of a command is held back until the newest group that the command could have seen, or is part of, is
//! durable. So a hot key costs nothing extra, nothing needs to be validated, and no answer tells what a loss of power could take back.
//!
//! ```
//! # use coinbox_host::capability::Random;
//! # use coinbox_host::sequencer::{Decision, Sequencer, SequencerOptions};
//! # use coinbox_host::storage::{Changes, memory::Memory};
//! # struct Zeros;
//! # impl Random for Zeros { fn fill(&self, _: &mut [u8]) {} }
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let store = std::sync::Arc::new(Memory::create(&Zeros));
//! let sequencer = Sequencer::start(store, SequencerOptions::default())?;
//! let answer = sequencer.submit(|view, _| {
//!     let before = view.get_many(&["wallet"]);
//!     let changes = Changes { puts: vec![("wallet".to_owned(), "5".into())], ..Changes::default() };
//!     (before.map(|values| values[0].is_none()), Decision::keep(changes, 1_700_000_000_000))
//! });
//! assert!(answer.wait()??);
//! sequencer.stop()?;
//! # Ok(())
//! # }
//! ```
//!
//! When making a group durable fails, nothing goes on: every answer that is held back, and every later one, is
//! [`SequenceError::StoreFailed`]. What is on disk is then known only after the store was opened anew.

mod answer;
mod caller;
mod commands;
mod decision;
mod flush;
mod groups;
mod hot;
mod lane;
mod overlay;
mod shared;
#[cfg(test)]
mod tests;
mod timers;

pub use answer::Answer;
pub use caller::Sequencer;
pub use decision::{Decision, LaneLocals, OnFailure, SequenceError, SequencerOptions};
pub use timers::{TakenTimer, TimerQueue};
