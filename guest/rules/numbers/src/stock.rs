//! Asking the platform's stock: orders and releases are jobs, written down before they are sent, asked about until they are final (NUM-5).

use coinbox_forms::letters;
use coinbox_ground::feed;
use coinbox_ground::ids::AuthId;
use coinbox_ground::port::Lane;
use coinbox_ground::queue::{self, QueueEntry};
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{DAY_MS, Fault, Instant};
use coinbox_profiles::policy::Policy;
use serde::{Deserialize, Serialize};

/// After this long an open order or release is the operator's business.
const OVERDUE_MS: Instant = DAY_MS;

/// How far an order or release has come.
#[derive(Clone, PartialEq, Default, Debug, Serialize, Deserialize)]
pub(super) struct Progress {
    pub(super) attempt: u32,
    /// The last attempt whose outcome was booked: a second finish of it changes nothing.
    answered: u32,
    /// How often it was asked about.
    asked: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sent: Option<Instant>,
    /// Whether it stands in the operator's queue.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    overdue: bool,
}

/// What is asked about, for events and the operator's queue.
pub(super) struct Subject<'a> {
    pub(super) account: AuthId,
    /// `order` or `release`.
    pub(super) what: &'static str,
    pub(super) count: u32,
    pub(super) number: &'a str,
}

impl Subject<'_> {
    fn queue_key(&self, since: Instant) -> String {
        queue::single_key(since, &format!("{}/{}-{:08}", self.account, self.what, self.count))
    }
}

impl Progress {
    /// Starts the next attempt. `elsewhere`: the key is of a history that was lost, where it may have been sent.
    pub(super) fn start(&mut self, now: Instant, elsewhere: bool) -> u32 {
        self.attempt = self.attempt.max(u32::from(elsewhere)) + 1;
        self.sent.get_or_insert(now);
        self.attempt
    }

    /// Notes that the outcome of the current attempt is booked.
    pub(super) fn answered(&mut self) {
        self.answered = self.attempt;
    }

    /// Whether it is booked.
    pub(super) fn is_answered(&self) -> bool {
        self.answered == self.attempt
    }

    /// It is final: nobody has to look any more.
    pub(super) fn settle(&self, turn: &mut Turn<'_>, job: &str, subject: &Subject<'_>) {
        turn.cancel(job);
        if let Some(sent) = self.sent.filter(|_| self.overdue) {
            turn.remove(&subject.queue_key(sent));
        }
    }

    /// Keeps it open: asks again at the platform's moment or by the policy's schedule (R11).
    pub(super) fn ask_again(
        &mut self,
        turn: &mut Turn<'_>,
        job: &str,
        subject: &Subject<'_>,
        asked_for: Option<Instant>,
        cause: &str,
    ) -> Result<(), Fault> {
        let now = turn.now();
        let sent = self.sent.unwrap_or(now);
        let overdue_at = (!self.overdue).then_some(sent + OVERDUE_MS);
        let due = Policy::load(turn)?.ask_again(now, self.asked, asked_for, overdue_at);
        let cause: String = letters::cleaned(cause, 200);
        if self.asked == 0 {
            feed::event(subject.account, "number-open", "NUM-5")
                .fact("number", subject.number)
                .fact("what", subject.what)
                .fact("cause", &cause)
                .fact("ask-again", due)
                .tell(turn);
        }
        self.asked = self.asked.saturating_add(1);
        if !self.overdue && now - sent >= OVERDUE_MS {
            self.overdue = true;
            let kind = format!("number-{}-open-too-long", subject.what);
            let entry = QueueEntry::new(Some(subject.account), &kind, sent, format!("{}: {cause}", subject.number));
            turn.put(&subject.queue_key(sent), &entry);
        }
        turn.timer(job, Lane::Normal, due);
        Ok(())
    }
}

/// What became of an order or release that the stock lists.
#[derive(Clone, PartialEq, Debug)]
pub enum Recovered {
    /// It is of no store of ours.
    Foreign,
    /// The records have it.
    Known,
    /// It was written down for this account.
    Booked(AuthId),
    /// It cannot be, and why: a person decides.
    Unplaced(AuthId, &'static str),
}
