//! Settings about sign-ups, and their review and trials (ACC-3, ACC-5, ACC-6).

use coinbox_ground::vocabulary::{Checks, DAY_MS, FieldRule, Instant, int_text};
use serde::{Deserialize, Serialize};

/// Most destinations of a trial that the policy can allow.
pub const DESTINATIONS_MAX: u32 = 100;

/// Kinds of documents that everybody can be asked for.
pub const DOCUMENTS: [&str; 6] =
    ["identity", "registration", "proof-of-address", "tax-registration", "use-case", "other"];

/// Settings about sign-ups. A store that never set one has none of them in its record.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct SignUps {
    /// ACC-5. Whether a person decides about every new account.
    pub review_everybody: bool,
    /// ACC-5. Within what time a person decides, 1 hour to 30 days.
    #[serde(with = "int_text")]
    pub review_due_ms: Instant,
    /// ACC-5. Documents that everybody has to hand in: some of [`DOCUMENTS`].
    pub documents: Vec<String>,
    /// ACC-5. Accounts of one mail domain, or from one network, on a day, 1 to 10 000: beyond them a person looks.
    pub same_a_day: u32,
    /// ACC-3. After what time an account is closed whose phone was not verified, 1 to 365 days.
    #[serde(with = "int_text")]
    pub unverified_ms: Instant,
    /// ACC-6. Whether trials reach verified numbers only.
    pub verified_destinations: bool,
    /// ACC-6. Most numbers that a trial has verified, 0 to 100.
    pub destinations: u32,
}

impl Default for SignUps {
    fn default() -> SignUps {
        SignUps {
            review_everybody: false,
            review_due_ms: DAY_MS,
            documents: Vec::new(),
            same_a_day: 5,
            unverified_ms: 30 * DAY_MS,
            verified_destinations: true,
            destinations: 5,
        }
    }
}

impl SignUps {
    pub(super) fn is_default(&self) -> bool {
        *self == SignUps::default()
    }
}

impl SignUps {
    /// Notes kinds of documents that nobody knows.
    pub(super) fn check_documents(&self, checks: &mut Checks) {
        let known = self.documents.iter().all(|kind| DOCUMENTS.contains(&kind.as_str()));
        checks.require(known, "settings.review.documents", FieldRule::UnknownValue, DOCUMENTS.join(", "));
    }
}
