//! Up to which moment counted events have been forgotten: no event from before it is priced any more.

use crate::ground::call::{Call, Record};
use crate::ground::vocabulary::{Fault, Instant};
use serde::{Deserialize, Serialize};

/// Up to which moment counted events have been forgotten, at [`FLOOR_KEY`].
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct Floor {
    pub(crate) v: u32,
    pub(crate) at: Instant,
}

impl Record for Floor {
    const KIND: &'static str = "oldest remembered event";
}

/// Read with every batch.
pub(crate) const FLOOR_KEY: &str = "usage/floor";

/// Events from before this moment could have been counted already without being remembered: they are too old, whatever window
/// the policy has now.
pub(crate) fn floor(call: &Call<'_>) -> Result<Instant, Fault> {
    Ok(call.get::<Floor>(FLOOR_KEY)?.map_or(Instant::MIN, |floor| floor.at))
}
