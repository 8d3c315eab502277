//! A mailer for tests: fills and keeps.

use super::wording::{Filled, Wording, WordingError};
use crate::capability::Mailer;
use crate::contract::email::{Message, Outcome};
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Keeps what it is sent, and refuses what real mailers refuse about templates and facts.
pub struct RecordingMailer {
    wording: Wording,
    kept: Mutex<Vec<(Message, Filled)>>,
    answers: Mutex<VecDeque<Outcome>>,
}

impl RecordingMailer {
    /// With the built-in templates.
    pub fn new() -> Result<RecordingMailer, WordingError> {
        Ok(RecordingMailer { wording: Wording::built_in()?, kept: Mutex::default(), answers: Mutex::default() })
    }

    /// Queues the answer to the next message that has none queued before it. Only messages answered with `sent` are kept.
    pub fn answer_next(&self, outcome: Outcome) {
        lock(&self.answers).push_back(outcome);
    }

    /// What was sent, in order, repeats included, as the rules gave it.
    pub fn messages(&self) -> Vec<Message> {
        lock(&self.kept).iter().map(|(message, _)| message.clone()).collect()
    }

    /// What was sent, in order, as people read it.
    pub fn filled(&self) -> Vec<Filled> {
        lock(&self.kept).iter().map(|(_, filled)| filled.clone()).collect()
    }
}

impl Mailer for RecordingMailer {
    fn send(&self, message: &Message) -> Outcome {
        let mut facts = message.facts.clone();
        facts.extend(message.secret_facts.iter().cloned());
        facts.push(super::attachments::fact(None));
        let filled = match self.wording.fill(&message.template, &message.language, &facts) {
            Ok(filled) => filled,
            Err(problem) => return Outcome::Refused(problem),
        };
        let answer = lock(&self.answers).pop_front().unwrap_or(Outcome::Sent);
        if answer == Outcome::Sent {
            lock(&self.kept).push((message.clone(), filled));
        }
        answer
    }
}

fn lock<Held>(mutex: &Mutex<Held>) -> MutexGuard<'_, Held> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
