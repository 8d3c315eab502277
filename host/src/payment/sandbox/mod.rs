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
mod owner;
#[cfg(test)]
mod tests;

use crate::capability::{Clock, Instant, PaymentGateway};
use crate::contract::payment::{
    ChargeRequest, Finding, MethodAnswer, Movement, MovementPage, NotSent, Outcome, RefundRequest,
};
use crate::contract::types::Fact;
use crate::hold::HoldError;
use crate::storage::Progress;
use book::{Book, Intention, Page, State};
use card::{Card, SLOW_MS_MAX};
use decide::{come_nearer, declined};
use std::collections::VecDeque;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Most movements of one page.
pub const PAGE_MOVEMENTS_MAX: u32 = 100;
const STATEMENT_BYTES_MAX: usize = 22;
/// When to ask again where nothing says better.
const ASK_AGAIN_MS: i64 = 60_000;

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

/// The sandbox gateway.
pub struct Sandbox {
    book: Mutex<Book>,
    clock: Arc<dyn Clock>,
    settings: SandboxSettings,
    money_faults: Mutex<VecDeque<Fault>>,
    look_up_faults: Mutex<VecDeque<Fault>>,
    down: AtomicBool,
}

impl Sandbox {
    /// A sandbox in a file, which is made where there is none.
    pub fn open(path: &Path, clock: Arc<dyn Clock>, settings: SandboxSettings) -> Result<Sandbox, SandboxError> {
        Ok(Sandbox::over(Book::open(path)?, clock, settings))
    }

    /// A sandbox that ends with the program.
    pub fn in_memory(clock: Arc<dyn Clock>, settings: SandboxSettings) -> Result<Sandbox, SandboxError> {
        Ok(Sandbox::over(Book::in_memory()?, clock, settings))
    }

    fn over(book: Book, clock: Arc<dyn Clock>, settings: SandboxSettings) -> Sandbox {
        Sandbox {
            book: Mutex::new(book),
            clock,
            settings,
            money_faults: Mutex::default(),
            look_up_faults: Mutex::default(),
            down: AtomicBool::new(false),
        }
    }

    /// Queues a fault for the next charge or refund that has none queued before it.
    pub fn disturb_money(&self, fault: Fault) {
        lock(&self.money_faults).push_back(fault);
    }

    /// Queues a fault for the next `find` or `close`. A lost answer is `not-asked` there.
    pub fn disturb_look_up(&self, fault: Fault) {
        lock(&self.look_up_faults).push_back(fault);
    }

    /// Takes the whole gateway down or up: while down, it answers that nothing was sent or asked.
    pub fn set_down(&self, down: bool) {
        self.down.store(down, Ordering::SeqCst);
    }

    /// Everything that was moved, oldest first.
    pub fn movements(&self) -> Result<Vec<Movement>, SandboxError> {
        let found = self.transact(|page, _| page.movements(i64::MIN, (i64::MIN, 0), u32::MAX))?;
        Ok(found.into_iter().map(|(movement, _)| movement).filter(|movement| movement.paid.is_some()).collect())
    }

    /// Every request, oldest first; of more than 100 000 the latest.
    pub fn requests(&self) -> Result<Vec<RequestLine>, SandboxError> {
        self.transact(|page, _| page.requests())
    }

    fn transact<Answer>(
        &self,
        work: impl FnOnce(&Page<'_>, Instant) -> Result<Answer, SandboxError>,
    ) -> Result<Answer, SandboxError> {
        let mut book = lock(&self.book);
        // Read under the lock, so that movements are in the order of their moments.
        let now = self.clock.now();
        book.transact(now, |page| work(page, now))
    }

    fn not_sent(&self, cause: &str) -> NotSent {
        NotSent { ask_again: self.clock.now().saturating_add(ASK_AGAIN_MS), cause: cause.to_owned() }
    }

    /// A charge or refund, disturbed as tests want it.
    fn move_money(&self, call: &str, wanted: &Intention, work: impl FnOnce(&Page<'_>, Instant) -> Carried) -> Outcome {
        let fault =
            if self.down.load(Ordering::SeqCst) { Some(Fault::NotSent) } else { lock(&self.money_faults).pop_front() };
        let mut hold_back_ms = 0;
        // Read before the book: what asks for this was committed long ago.
        let mark = lock(&self.book).followed.as_ref().map(Progress::mark);
        let carried = self.transact(|page, now| {
            if let Some(mark) = &mark {
                page.see(mark)?;
            }
            let outcome = match fault {
                Some(Fault::NotSent) => Outcome::NotSent(self.not_sent("the gateway is down")),
                Some(Fault::LostBefore) => Outcome::Unknown("no answer".to_owned()),
                _ => {
                    let (outcome, slow_ms) = work(page, now)?;
                    hold_back_ms = slow_ms;
                    if fault == Some(Fault::LostAfter) { Outcome::Unknown("no answer".to_owned()) } else { outcome }
                }
            };
            page.note(&RequestLine {
                at: now,
                call: call.to_owned(),
                subject: wanted.key.clone(),
                amount: Some(wanted.amount),
                answer: outcome_word(&outcome).to_owned(),
            })?;
            Ok(outcome)
        });
        if let Some(Fault::Slow(ms)) = fault {
            hold_back_ms = ms;
        }
        if hold_back_ms > 0 {
            std::thread::sleep(Duration::from_millis(hold_back_ms.min(SLOW_MS_MAX)));
        }
        carried.unwrap_or_else(|error| match error {
            // Found out before anything was written.
            SandboxError::Held(_) | SandboxError::TakenOver => Outcome::NotSent(self.not_sent(&error.to_string())),
            // A commit that failed may still have reached the disk.
            _ => Outcome::Unknown(error.to_string()),
        })
    }

    /// `find` or `close`.
    fn look_up(&self, call: &str, key: &str, work: impl FnOnce(&Page<'_>, Instant) -> Found) -> Finding {
        let fault = if self.down.load(Ordering::SeqCst) {
            Some(Fault::NotSent)
        } else {
            lock(&self.look_up_faults).pop_front()
        };
        let found = self.transact(|page, now| {
            let lost = || Finding::NotAsked(self.not_sent("the gateway is down"));
            let finding = match fault {
                Some(Fault::NotSent | Fault::LostBefore) => lost(),
                Some(Fault::LostAfter) => {
                    work(page, now)?;
                    lost()
                }
                _ => work(page, now)?,
            };
            let answer = match &finding {
                Finding::Found(outcome) => outcome_word(outcome),
                Finding::NotFound => "not-found",
                Finding::Closed => "closed",
                Finding::NotAsked(_) => "not-asked",
            };
            page.note(&line(now, call, key, answer))?;
            Ok(finding)
        });
        if let Some(Fault::Slow(ms)) = fault {
            std::thread::sleep(Duration::from_millis(ms.min(SLOW_MS_MAX)));
        }
        found.unwrap_or_else(|error| Finding::NotAsked(self.not_sent(&error.to_string())))
    }
}

/// An outcome, and the real milliseconds to hold it back.
type Carried = Result<(Outcome, u64), SandboxError>;
type Found = Result<Finding, SandboxError>;

fn outcome_word(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Paid(_) => "paid",
        Outcome::Declined(_) => "declined",
        Outcome::Pending(_) => "pending",
        Outcome::Unknown(_) => "unknown",
        Outcome::NotSent(_) => "not-sent",
    }
}

fn line(at: Instant, call: &str, subject: &str, answer: &str) -> RequestLine {
    RequestLine { at, call: call.to_owned(), subject: subject.to_owned(), amount: None, answer: answer.to_owned() }
}

fn lock<Held>(mutex: &Mutex<Held>) -> MutexGuard<'_, Held> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How the book keeps metadata: a JSON object's worth of pairs, in the order in which they came.
fn metadata_text(metadata: &[Fact]) -> String {
    let pairs: Vec<(&str, &str)> = metadata.iter().map(|fact| (fact.name.as_str(), fact.value.as_str())).collect();
    serde_json::to_string(&pairs).unwrap_or_default()
}

fn read_metadata(text: &str) -> Vec<Fact> {
    let pairs: Vec<(String, String)> = serde_json::from_str(text).unwrap_or_default();
    pairs.into_iter().map(|(name, value)| Fact { name, value }).collect()
}

fn read_cursor(cursor: &str) -> Option<(Instant, i64)> {
    let (moment, number) = cursor.split_once('.')?;
    Some((moment.parse().ok()?, number.parse().ok()?))
}

impl PaymentGateway for Sandbox {
    fn charge(&self, request: ChargeRequest) -> Outcome {
        let mut wanted = Intention::wanted(&request.key, request.amount, &request.currency, 0);
        wanted.auth_id = request.auth_id;
        wanted.method = request.method;
        wanted.metadata = metadata_text(&request.metadata);
        let statement_good = request.statement.len() <= STATEMENT_BYTES_MAX
            && request.statement.bytes().all(|byte| (b' '..=b'~').contains(&byte));
        self.move_money("charge", &wanted, |page, now| {
            match wanted.problem().or((!statement_good).then_some("bad_statement")) {
                Some(code) => Ok((declined(code), 0)),
                None => {
                    let wanted = Intention { received_at: now, ..wanted.clone() };
                    self.charge_once(page, wanted, request.customer_present)
                }
            }
        })
    }

    fn refund(&self, request: RefundRequest) -> Outcome {
        let mut wanted = Intention::wanted(&request.key, request.amount, &request.currency, 0);
        wanted.charge_key = Some(request.charge_key.clone());
        wanted.auth_id = request.auth_id;
        wanted.metadata = metadata_text(&request.metadata);
        self.move_money("refund", &wanted, |page, now| match wanted.problem() {
            Some(code) => Ok((declined(code), 0)),
            None => self.refund_once(page, Intention { received_at: now, ..wanted.clone() }, &request.charge_key),
        })
    }

    fn find(&self, key: &str) -> Finding {
        self.look_up("find", key, |page, now| {
            let Some(mut known) = page.standing(key)? else { return Ok(Finding::NotFound) };
            let by_finds =
                known.state == State::InTransit || (known.state == State::Pending && known.settles_at.is_none());
            if by_finds {
                come_nearer(&mut known, now);
                page.update(&known)?;
            }
            Ok(match known.state {
                State::LostBefore | State::NotTaken | State::InTransit | State::Never => Finding::NotFound,
                State::Closed => Finding::Closed,
                _ => Finding::Found(self.outcome(&known, now)),
            })
        })
    }

    fn close(&self, key: &str) -> Finding {
        self.look_up("close", key, |page, now| {
            let Some(mut known) = page.standing(key)? else {
                page.add(Intention::wanted(key, 0, "", now))?;
                return Ok(Finding::Closed);
            };
            match known.state {
                State::Paid | State::Declined | State::Pending | State::PendingDecline => {
                    if known.state == State::Pending && known.settles_at.is_none() {
                        come_nearer(&mut known, now);
                        page.update(&known)?;
                    }
                    Ok(Finding::Found(self.outcome(&known, now)))
                }
                State::LostBefore | State::NotTaken | State::InTransit | State::Never | State::Closed => {
                    known.state = State::Closed;
                    known.settles_at = None;
                    page.update(&known)?;
                    Ok(Finding::Closed)
                }
            }
        })
    }

    fn movements_since(&self, since: Instant, cursor: Option<&str>) -> Option<MovementPage> {
        if self.down.load(Ordering::SeqCst) {
            return None;
        }
        // A cursor that is none of ours begins again: whoever asks books nothing twice.
        let behind = cursor.and_then(read_cursor).unwrap_or((i64::MIN, 0));
        let page = self.transact(|page, now| {
            let mut found = page.movements(since, behind, PAGE_MOVEMENTS_MAX + 1)?;
            let more = found.len() > PAGE_MOVEMENTS_MAX as usize;
            found.truncate(PAGE_MOVEMENTS_MAX as usize);
            let next = found.last().filter(|_| more).map(|(_, (moment, number))| format!("{moment}.{number}"));
            page.note(&line(now, "movements-since", cursor.unwrap_or(""), "page"))?;
            let movements = found.into_iter().map(|(movement, _)| movement).collect();
            // This book forgets nothing.
            Ok(MovementPage { movements, next, complete_since: since })
        });
        page.ok()
    }

    fn describe_method(&self, token: &str) -> MethodAnswer {
        if self.down.load(Ordering::SeqCst) {
            return MethodAnswer::NotAsked(self.not_sent("the gateway is down"));
        }
        let known = Card::parse(token);
        let forgotten = self.transact(|page, now| {
            let forgotten = known.is_some() && page.is_forgotten(token)?;
            let answer = if known.is_some() && !forgotten { "described" } else { "no-such-method" };
            page.note(&line(now, "describe-method", if known.is_some() { token } else { "" }, answer))?;
            Ok(forgotten)
        });
        match (forgotten, known) {
            (Ok(false), Some(card)) => MethodAnswer::Described(card.describe(token)),
            (Ok(_), _) => MethodAnswer::NoSuchMethod,
            (Err(error), _) => MethodAnswer::NotAsked(self.not_sent(&error.to_string())),
        }
    }

    fn forget_method(&self, token: &str) -> bool {
        if self.down.load(Ordering::SeqCst) {
            return false;
        }
        let forgotten = self.transact(|page, now| {
            let known = Card::parse(token).is_some();
            if known {
                page.forget(token)?;
            }
            page.note(&line(now, "forget-method", if known { token } else { "" }, "true"))
        });
        forgotten.is_ok()
    }
}
