//! A mailer for tests: fills and keeps.

use super::compose::{check_address, sent};
use super::wording::{Filled, Wording, WordingError};
use coinbox_host::capability::Mailer;
use coinbox_host::contract::email_types::{MailMessage, MailOutcome, RefusedRecipient};
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Keeps what it is sent, and refuses what real mailers refuse about templates, facts and addresses.
pub struct RecordingMailer {
    wording: Wording,
    kept: Mutex<Vec<(MailMessage, Filled)>>,
    answers: Mutex<VecDeque<MailOutcome>>,
}

impl RecordingMailer {
    /// With the built-in templates.
    pub fn new() -> Result<RecordingMailer, WordingError> {
        Ok(RecordingMailer { wording: Wording::built_in()?, kept: Mutex::default(), answers: Mutex::default() })
    }

    /// Queues the answer to the next message that has none queued before it. Messages are kept with the recipients that they were handed over to.
    pub fn answer_next(&self, outcome: MailOutcome) {
        lock(&self.answers).push_back(outcome);
    }

    /// What was sent, in order, repeats included, as the rules gave it.
    pub fn messages(&self) -> Vec<MailMessage> {
        lock(&self.kept).iter().map(|(message, _)| message.clone()).collect()
    }

    /// What was sent, in order, as people read it.
    pub fn filled(&self) -> Vec<Filled> {
        lock(&self.kept).iter().map(|(_, filled)| filled.clone()).collect()
    }
}

impl Mailer for RecordingMailer {
    fn send(&self, message: &MailMessage) -> MailOutcome {
        let mut facts = message.facts.clone();
        facts.extend(message.secret_facts.iter().cloned());
        facts.push(super::attachments::fact(None));
        let filled = match self.wording.fill(&message.template, &message.language, &facts) {
            Ok(filled) => filled,
            Err(problem) => return MailOutcome::Refused(problem.into()),
        };
        let mut kept = MailMessage { to: Vec::new(), ..message.clone() };
        let mut refused = Vec::new();
        for mailbox in &message.to {
            match check_address(&mailbox.address) {
                Ok(_) => kept.to.push(mailbox.clone()),
                Err(cause) => refused.push(RefusedRecipient { address: mailbox.address.clone(), cause }),
            }
        }
        let answer = lock(&self.answers).pop_front().unwrap_or_else(|| sent(refused));
        if let MailOutcome::SentExcept(refused) = &answer {
            kept.to.retain(|mailbox| !refused.iter().any(|refused| refused.address == mailbox.address));
        }
        if let MailOutcome::SentPartly(partly) = &answer {
            let without = |address: &str| {
                partly.refused.iter().any(|one| one.address == address)
                    || partly.open.iter().any(|one| one.address == address)
            };
            kept.to.retain(|mailbox| !without(&mailbox.address));
        }
        if matches!(answer, MailOutcome::Sent | MailOutcome::SentExcept(_) | MailOutcome::SentPartly(_))
            && !kept.to.is_empty()
        {
            lock(&self.kept).push((kept, filled));
        }
        answer
    }
}

fn lock<Held>(mutex: &Mutex<Held>) -> MutexGuard<'_, Held> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
