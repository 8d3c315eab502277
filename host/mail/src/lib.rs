//! Mail: templates, and where filled mails go.
//!
//! [`Wording`] holds the checked templates, [`Composer`] makes mails of them, and a mailer hands them over:
//! [`MaildirMailer`] to a folder, [`SmtpMailer`] to a mail server, [`RecordingMailer`] to a test. The Message-ID is made
//! from the message's key, so a repeat is recognisable wherever it arrives.

mod attachments;
mod catalog;
mod compose;
mod facts;
mod maildir;
mod recording;
mod smtp;
#[cfg(test)]
mod tests;
mod wording;
#[cfg(test)]
mod wording_tests;

pub use attachments::{AttachedFile, Attachments};
pub use catalog::{LINK_PATHS, TEMPLATES, WORDS};
pub use compose::{Composer, RECIPIENTS_MAX, SenderError};
pub use maildir::MaildirMailer;
pub use recording::RecordingMailer;
pub use smtp::{SmtpError, SmtpMailer, SmtpSecurity, SmtpSettings};
pub use wording::{DEFAULT_LANGUAGE, FACT_BYTES_MAX, Filled, SUBJECT_CHARS_MAX, Wording, WordingError};
