//! What a store that was restored or copied no longer believes (R80): sessions, links, attempts and devices of before that moment. What has ended
//! them since the backup is lost, so all of them end.

use coinbox_ground::turn::{Record, Turn};
use coinbox_ground::vocabulary::{Fault, Instant};
use serde::{Deserialize, Serialize};

/// Where the moment stands.
pub const KEY: &str = "store/since";

#[derive(Serialize, Deserialize)]
struct Since {
    v: u32,
    at: Instant,
}

impl Record for Since {
    const KIND: &'static str = "moment of the last restore";
}

/// From now on nothing of before is believed.
pub fn begin(turn: &mut Turn<'_>) {
    let at = turn.now();
    turn.put(KEY, &Since { v: 1, at });
}

/// Whether what was handed out at this moment may be believed.
pub fn is_believed(turn: &Turn<'_>, handed_out: Instant) -> Result<bool, Fault> {
    Ok(turn.get::<Since>(KEY)?.is_none_or(|since| handed_out >= since.at))
}
