//! The gateway itself: its book, its faults, and how a request goes through it.

use super::book::{Book, Intention, Page};
use super::card::SLOW_MS_MAX;
use super::records::{ASK_AGAIN_MS, Carried, Fault, RequestLine, SandboxError, SandboxSettings};
use crate::capability::{Clock, Instant};
use crate::contract::payment_types::{Finding, PaymentMovement, PaymentOutcome};
use crate::contract::types::NotSent;
use crate::storage::Progress;
use std::collections::VecDeque;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The sandbox gateway.
pub struct Sandbox {
    pub(super) book: Mutex<Book>,
    clock: Arc<dyn Clock>,
    pub(super) settings: SandboxSettings,
    money_faults: Mutex<VecDeque<Fault>>,
    look_up_faults: Mutex<VecDeque<Fault>>,
    pub(super) down: AtomicBool,
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
    pub fn movements(&self) -> Result<Vec<PaymentMovement>, SandboxError> {
        let found = self.transact(|page, _| page.movements(i64::MIN, (i64::MIN, 0), u32::MAX))?;
        Ok(found.into_iter().map(|(movement, _)| movement).filter(|movement| movement.paid.is_some()).collect())
    }

    /// Every request, oldest first; of more than 100 000 the latest.
    pub fn requests(&self) -> Result<Vec<RequestLine>, SandboxError> {
        self.transact(|page, _| page.requests())
    }

    pub(super) fn transact<Answer>(
        &self,
        work: impl FnOnce(&Page<'_>, Instant) -> Result<Answer, SandboxError>,
    ) -> Result<Answer, SandboxError> {
        let mut book = lock(&self.book);
        // Read under the lock, so that movements are in the order of their moments.
        let now = self.clock.now();
        book.transact(now, |page| work(page, now))
    }

    pub(super) fn not_sent(&self, cause: &str) -> NotSent {
        NotSent { ask_again: self.clock.now().saturating_add(ASK_AGAIN_MS), cause: cause.to_owned() }
    }

    /// A charge or refund, disturbed as tests want it.
    pub(super) fn move_money(
        &self,
        call: &str,
        wanted: &Intention,
        work: impl FnOnce(&Page<'_>, Instant) -> Carried,
    ) -> PaymentOutcome {
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
                Some(Fault::NotSent) => PaymentOutcome::NotSent(self.not_sent("the gateway is down")),
                Some(Fault::LostBefore) => PaymentOutcome::Unknown("no answer".into()),
                _ => {
                    let (outcome, slow_ms) = work(page, now)?;
                    hold_back_ms = slow_ms;
                    if fault == Some(Fault::LostAfter) { PaymentOutcome::Unknown("no answer".into()) } else { outcome }
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
            SandboxError::Held(_) | SandboxError::TakenOver => {
                PaymentOutcome::NotSent(self.not_sent(&error.to_string()))
            }
            // A commit that failed may still have reached the disk.
            _ => PaymentOutcome::Unknown(error.to_string().into()),
        })
    }

    /// `find` or `close`.
    pub(super) fn look_up(&self, call: &str, key: &str, work: impl FnOnce(&Page<'_>, Instant) -> Found) -> Finding {
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

type Found = Result<Finding, SandboxError>;

fn outcome_word(outcome: &PaymentOutcome) -> &'static str {
    match outcome {
        PaymentOutcome::Paid(_) => "paid",
        PaymentOutcome::Declined(_) => "declined",
        PaymentOutcome::Pending(_) => "pending",
        PaymentOutcome::Unknown(_) => "unknown",
        PaymentOutcome::NotSent(_) => "not-sent",
    }
}

pub(super) fn line(at: Instant, call: &str, subject: &str, answer: &str) -> RequestLine {
    RequestLine { at, call: call.to_owned(), subject: subject.to_owned(), amount: None, answer: answer.to_owned() }
}

fn lock<Held>(mutex: &Mutex<Held>) -> MutexGuard<'_, Held> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
