//! A row of a price file.

use serde_json::Value;

/// One row with the line (CSV) or place in the list (JSON) that it came from.
#[derive(Clone, PartialEq, Debug)]
pub struct PriceRow {
    /// Counted from 1.
    pub line: u64,
    /// In the JSON form of the contract.
    pub row: Value,
}

/// Products of calls and messages.
pub(super) const BUILT_IN: [&str; 3] = ["voice", "sms", "mms"];
