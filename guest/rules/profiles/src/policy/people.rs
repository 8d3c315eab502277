//! Settings about people: how long sessions last, how often one may try (SEC-3, SEC-9).

use coinbox_ground::vocabulary::{HOUR_MS, Instant, MINUTE_MS, int_text};
use serde::{Deserialize, Serialize};

/// Settings about people. A store that never set one has none of them in its record.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct People {
    /// How long a session lives without being used, 1 minute to 12 hours.
    #[serde(with = "int_text")]
    pub session_idle_ms: Instant,
    /// How long a session lives at all, 5 minutes to 7 days.
    #[serde(with = "int_text")]
    pub session_ms: Instant,
    /// How long a login waits for its second factor, 1 minute to 1 hour.
    #[serde(with = "int_text")]
    pub half_session_ms: Instant,
    /// How long a proof counts as fresh, 1 minute to 1 hour.
    #[serde(with = "int_text")]
    pub fresh_proof_ms: Instant,
}

impl Default for People {
    fn default() -> People {
        People {
            session_idle_ms: 30 * MINUTE_MS,
            session_ms: 12 * HOUR_MS,
            half_session_ms: 10 * MINUTE_MS,
            fresh_proof_ms: 5 * MINUTE_MS,
        }
    }
}

impl People {
    pub(super) fn is_default(&self) -> bool {
        *self == People::default()
    }
}
