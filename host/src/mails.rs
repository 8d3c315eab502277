//! Mails in a list.

use crate::capability::Mailer;
use crate::contract::email::{Message, Outcome};
use std::sync::{Mutex, PoisonError};

/// Keeps what it is sent, as the rules gave it, and sends nothing. It knows no templates: what makes mails of them is a mailer of its own.
#[derive(Default)]
pub struct MailList(Mutex<Vec<Message>>);

impl MailList {
    /// What was sent, in order, repeats included.
    pub fn messages(&self) -> Vec<Message> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Mailer for MailList {
    fn send(&self, message: &Message) -> Outcome {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(message.clone());
        Outcome::Sent
    }
}
