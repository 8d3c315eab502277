//! Mails in a list.

use crate::capability::Mailer;
use crate::contract::email_types::{MailMessage, MailOutcome};
use std::sync::{Mutex, PoisonError};

/// Keeps what it is sent, as the rules gave it, and sends nothing. It knows no templates: what makes mails of them is a mailer of its own.
#[derive(Default)]
pub struct MailList(Mutex<Vec<MailMessage>>);

impl MailList {
    /// What was sent, in order, repeats included.
    pub fn messages(&self) -> Vec<MailMessage> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Mailer for MailList {
    fn send(&self, message: &MailMessage) -> MailOutcome {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(message.clone());
        MailOutcome::Sent
    }
}
