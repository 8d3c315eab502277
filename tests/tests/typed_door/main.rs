//! The typed door of the host over the real component, and that it says the same as the JSON door.
//!
//! That its files are what `wit/` says is a test of the crate that writes them, `scripts/typed`.

mod doors;
mod on_disk;
mod samples;
mod session;

use coinbox_host::capability::Mailer;
use coinbox_host::contract::email_types::{MailMessage, MailOutcome};

/// Takes every mail and forgets it.
struct NoMail;

impl Mailer for NoMail {
    fn send(&self, _: &MailMessage) -> MailOutcome {
        MailOutcome::Sent
    }
}
