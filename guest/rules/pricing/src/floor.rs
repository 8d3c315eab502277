//! Up to which moment counted events have been forgotten: no event from before it is priced any more.

use coinbox_ground::turn::{Record, Turn};
use coinbox_ground::vocabulary::{Fault, Instant};
use serde::{Deserialize, Serialize};

/// Up to which moment counted events have been forgotten, at [`FLOOR_KEY`].
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Floor {
    /// Version of the record.
    pub v: u32,
    /// Events from before this moment are too old.
    pub at: Instant,
}

impl Record for Floor {
    const KIND: &'static str = "oldest remembered event";
}

/// Read with every batch.
pub const FLOOR_KEY: &str = "usage/floor";

/// Events from before this moment could have been counted already without being remembered: they are too old, whatever window
/// the policy has now.
pub fn floor(turn: &Turn<'_>) -> Result<Instant, Fault> {
    Ok(turn.get::<Floor>(FLOOR_KEY)?.map_or(Instant::MIN, |floor| floor.at))
}
