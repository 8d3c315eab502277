//! What a host answers about itself, the same through REST and on a stopped store.

use coinbox_host::storage::Checked;
use serde::{Deserialize, Serialize};

/// 64-bit numbers as text, as the JSON form of the contract has them.
pub mod wide {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    /// As text.
    pub fn serialize<S: Serializer>(number: &i64, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(number)
    }

    /// From text.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

/// What the clock of a host shows. Moments in milliseconds since 1970.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ShownClock {
    /// The moment that the rules are told.
    #[serde(with = "wide")]
    pub now: i64,
    /// The same as RFC 3339.
    pub shown: String,
    /// Whether it is moved by hand.
    pub simulated: bool,
    /// Where the machine's clock is in doubt: what it shows, as RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub machine: Option<String>,
    /// Why it is not believed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doubt: Option<String>,
    /// After it was moved: how many jobs were driven on the way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jobs: Option<u64>,
}

/// How far a simulated clock is moved: to a moment (RFC 3339, or milliseconds since 1970), or by a duration such as `30d`.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize)]
pub struct Advance {
    /// By how much.
    pub by: Option<String>,
    /// To when.
    pub to: Option<String>,
}

/// What came of reading a whole store.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct StoreCheck {
    /// Rows that were read.
    pub rows: u64,
    /// Those among them that have no check value.
    pub without_digest: u64,
    /// How many are not what was written.
    pub damaged: u64,
    /// The first of these, by name.
    pub damage: Vec<String>,
    /// Records that are missing, or were not written by anybody.
    pub missing: Vec<String>,
    /// Rows that were there when the store began to count them.
    pub uncounted: u64,
}

impl From<Checked> for StoreCheck {
    fn from(checked: Checked) -> StoreCheck {
        let Checked { rows, without_digest, damage, damaged, missing, uncounted } = checked;
        StoreCheck { rows, without_digest, damaged, damage, missing, uncounted }
    }
}
