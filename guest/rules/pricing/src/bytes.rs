//! Whether what is stored as one value fits into it: words, groups and steps are bounded by their number, and all of them together in bytes.

use coinbox_ground::vocabulary::{Fault, FieldRule};
use serde::Serialize;

/// Refuses what has more bytes than this. `words` say what is counted together.
pub(super) fn check_bytes(stored: &impl Serialize, field: &str, most: usize, words: &str) -> Result<(), Fault> {
    let bytes = serde_json::to_string(stored).map_or(usize::MAX, |text| text.len());
    if bytes > most {
        return Err(Fault::invalid(field, FieldRule::TooMany, Some(&format!("{most} bytes {words}"))));
    }
    Ok(())
}
