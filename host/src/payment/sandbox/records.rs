//! What a sandbox is set up with, what goes wrong with it, and what is seen of its requests.

use crate::capability::Instant;
use crate::contract::payment_types::PaymentOutcome;
use crate::contract::types::Fact;
use crate::hold::HoldError;

/// Most movements of one page.
pub const PAGE_MOVEMENTS_MAX: u32 = 100;
/// When to ask again where nothing says better.
pub(super) const ASK_AGAIN_MS: i64 = 60_000;

/// Why the sandbox cannot work.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// SQLite's own words.
    #[error("payment sandbox: {0}")]
    Storage(#[from] rusqlite::Error),
    /// The file cannot be opened or made.
    #[error("payment sandbox: unable to open its file: {0}")]
    File(std::io::Error),
    /// The file is damaged.
    #[error(
        "the file of the payment sandbox is damaged ({0}): put back a copy, or remove it to begin with an empty one"
    )]
    Damaged(String),
    /// Another process has the file, or it is not where it was.
    #[error(transparent)]
    Held(#[from] HoldError),
    /// Another program has opened the file to write since this one did.
    #[error(
        "another program has opened the book since this one did, so nothing more is written here. Stop one of them, then start the other again"
    )]
    TakenOver,
    /// A file of something else.
    #[error("the file is not a payment sandbox: name another one, or one that does not exist yet")]
    NotASandbox,
    /// Written by another version.
    #[error("the file of the payment sandbox has layout {0}, this program knows layout 2")]
    OtherLayout(i64),
}

/// How the sandbox behaves where a token does not say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SandboxSettings {
    /// How long a key protects against a second charge. 24 h.
    pub idempotency_memory_ms: i64,
    /// When a late charge is paid. 90 s.
    pub late_ms: i64,
    /// When an intention that never arrived is given up for good. 1 h.
    pub give_up_ms: i64,
    /// How long a slow answer takes, in real time. 2 s.
    pub slow_ms: u64,
}

impl Default for SandboxSettings {
    fn default() -> SandboxSettings {
        SandboxSettings {
            idempotency_memory_ms: 24 * 3_600_000,
            late_ms: 90_000,
            give_up_ms: 3_600_000,
            slow_ms: 2_000,
        }
    }
}

/// What goes wrong with the next charge or refund, or the next look-up, whatever the card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The request is lost on the way: nothing happens, the answer is unknown.
    LostBefore,
    /// The request is carried out, the answer is lost.
    LostAfter,
    /// The gateway takes nothing on.
    NotSent,
    /// The answer takes so many real milliseconds.
    Slow(u64),
}

/// One request that reached the sandbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestLine {
    /// When, by the clock.
    pub at: Instant,
    /// `charge`, `refund`, `find`, `close`, `movements-since`, `describe-method` or `forget-method`.
    pub call: String,
    /// The key, the token, or nothing.
    pub subject: String,
    /// Micros of a charge or refund.
    pub amount: Option<i64>,
    /// First word of the answer, as the contract calls it.
    pub answer: String,
}

/// An outcome, and the real milliseconds to hold it back.
pub(super) type Carried = Result<(PaymentOutcome, u64), SandboxError>;

/// How the book keeps metadata: a JSON object's worth of pairs, in the order in which they came.
pub(super) fn metadata_text(metadata: &[Fact]) -> String {
    let pairs: Vec<(&str, &str)> = metadata.iter().map(|fact| (fact.name.as_str(), fact.value.as_str())).collect();
    serde_json::to_string(&pairs).unwrap_or_default()
}

pub(super) fn read_metadata(text: &str) -> Vec<Fact> {
    let pairs: Vec<(String, String)> = serde_json::from_str(text).unwrap_or_default();
    pairs.into_iter().map(|(name, value)| Fact { name, value }).collect()
}
