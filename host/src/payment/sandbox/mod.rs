//! A gateway that moves no money and behaves like one that does.
//!
//! It keeps its own book, in a file that outlives the billing server or in memory, and what it answers is durable before it
//! is answered. Time is that of the clock it is given. What a charge meets depends on the token of the card:
//!
//! | token | what a charge with it meets |
//! |---|---|
//! | `tok_approve` | paid |
//! | `tok_decline_insufficient`, `tok_decline_limit`, `tok_decline_expired`, `tok_decline_lost`, `tok_decline_fraud`, `tok_decline_unspecified` | declined for this reason |
//! | `tok_decline_confirm` | declined (confirmation-required) unless the customer is present |
//! | `tok_timeout_before` | nothing charged, answer lost: unknown; find: not-found; sent again with its key: paid |
//! | `tok_timeout_after` | charged, answer lost: unknown; find: found(paid) |
//! | `tok_late`, `tok_late:MS` | pending, paid after MS milliseconds of the clock (setting `late_ms`) |
//! | `tok_late_decline`, `tok_late_decline:MS` | pending, declined after MS milliseconds |
//! | `tok_late_finds:K` | pending, paid at the K-th find or close |
//! | `tok_debit`, `tok_debit:MS` | as `tok_late`, and described as a bank debit |
//! | `tok_unknown_then_paid` | unknown; the first two finds or repeats learn nothing; then paid |
//! | `tok_unknown_then_never` | unknown; find: not-found; closed by `close` or after `give_up_ms` |
//! | `tok_slow`, `tok_slow:MS` | paid, the answer held back MS real milliseconds (setting `slow_ms`, at most 60 000) |
//! | `tok_not_sent`, `tok_not_sent:N` | not-sent at the first N tries (2) of each key, then paid |
//! | `tok_decline_after:N` | paid N times, then declined (insufficient-funds) |
//! | `tok_limit:500.00` | declined (limit-exceeded) once the sum of this card's charges would pass the amount |
//! | `tok_script:approve,decline_limit,late:5000` | the steps in turn, one for each charge, over and over; the words are those above without `tok_` down to `tok_not_sent` |
//! | `tok_expired_card` | described as expired in January 2020; declined (expired) |
//! | `tok_expiring:2027-01` | described as good until this month; paid, and after it declined (expired) |
//!
//! Any of them may end in a hyphen and 1 to 16 letters or digits (`tok_approve-2`): another card that behaves alike. Every
//! other token is a method the gateway does not know.
//!
//! **Keys.** The same request under the same key gets the same answer as long as the gateway remembers it
//! (`idempotency_memory_ms`, 24 h). After that a repeated charge is a *new* charge, as with real gateways; `find` and
//! `movements_since` look in the permanent list and never forget; what is under way is listed too, and metadata is kept with it. Another request under a known key is declined
//! (not-accepted, `key_reused`), one under a closed key too (`key_closed`), for ever.

mod book;
mod card;
mod decide;
mod desk;
mod gateway;
mod owner;
mod records;
#[cfg(test)]
mod tests;

pub use desk::Sandbox;
pub use records::{Fault, PAGE_MOVEMENTS_MAX, RequestLine, SandboxError, SandboxSettings};
