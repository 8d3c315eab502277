//! From a message of the rules to the bytes of a mail.

use super::attachments::{self, AttachedFile, Attachments};
use super::facts::with_links;
use super::wording::Wording;
use coinbox_host::capability::{Clock, Instant};
use coinbox_host::console::ConsoleUrl;
use coinbox_host::contract::email_types::{Attachment, MailMessage, MailOutcome, Mailbox, RefusedRecipient};
use coinbox_host::contract::types::NotSent;
use lettre::Address;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment as AttachmentPart, Mailbox as MailboxHeader, MultiPart, SinglePart};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

/// Most recipients of one message.
pub const RECIPIENTS_MAX: usize = 50;
const KEY_BYTES_MAX: usize = 255;
const NAME_CHARS_MAX: usize = 200;
/// Longest cause that is handed back.
const CAUSE_CHARS_MAX: usize = 300;
/// When a file that was not ready is asked for again, at the earliest.
const FILE_AGAIN_MS: i64 = 60_000;

/// Why the sender's own address cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("the sender of mails {given:?} is not an address such as \"Coinbox <billing@example.com>\": {cause}")]
pub struct SenderError {
    given: String,
    cause: lettre::address::AddressError,
}

/// Fills, addresses and dates mails.
pub struct Composer {
    wording: Wording,
    from: MailboxHeader,
    clock: Arc<dyn Clock>,
    attachments: Option<Arc<dyn Attachments>>,
    console: Option<ConsoleUrl>,
}

/// Why there is no mail.
#[derive(Debug)]
pub(super) enum Uncomposed {
    /// There will never be one.
    Never(String),
    /// A file that goes with it is not ready.
    NotYet(String),
}

impl From<String> for Uncomposed {
    fn from(problem: String) -> Uncomposed {
        Uncomposed::Never(problem)
    }
}

/// A mail that is ready to go.
#[derive(Debug)]
pub(super) struct Composed {
    /// Where failures are reported to.
    pub from: Address,
    /// Whom it goes to; none: every recipient is refused, and there is nothing to hand over.
    pub to: Vec<Address>,
    /// Recipients that are no address for a mailer.
    pub refused: Vec<RefusedRecipient>,
    pub bytes: Vec<u8>,
    /// The same for the same key, and fit for a file name.
    pub name: String,
}

impl Composer {
    /// Mails from `from`, such as `Coinbox <billing@example.com>`, with these templates.
    pub fn new(wording: Wording, from: &str, clock: Arc<dyn Clock>) -> Result<Composer, SenderError> {
        let from = from.parse().map_err(|cause| SenderError { given: from.chars().take(200).collect(), cause })?;
        Ok(Composer { wording, from, clock, attachments: None, console: None })
    }

    /// The same, whose mails take issued documents along.
    pub fn with_attachments(self, attachments: Arc<dyn Attachments>) -> Composer {
        Composer { attachments: Some(attachments), ..self }
    }

    /// The same, whose links lead to these pages. Otherwise mails carry bare tokens.
    pub fn with_console(self, console: Option<ConsoleUrl>) -> Composer {
        Composer { console, ..self }
    }

    /// The templates.
    pub fn wording(&self) -> &Wording {
        &self.wording
    }

    pub(super) fn not_sent(&self, wait_ms: i64, cause: &dyn std::fmt::Display) -> MailOutcome {
        MailOutcome::NotSent(NotSent { ask_again: self.after(wait_ms), cause: shorten(cause) })
    }

    /// The moment in so much time.
    pub(super) fn after(&self, wait_ms: i64) -> Instant {
        self.clock.now().saturating_add(wait_ms)
    }

    /// What to answer where there is no mail.
    pub(super) fn refuse(&self, uncomposed: Uncomposed) -> MailOutcome {
        match uncomposed {
            Uncomposed::Never(problem) => MailOutcome::Refused(problem.into()),
            Uncomposed::NotYet(cause) => self.not_sent(FILE_AGAIN_MS, &cause),
        }
    }

    /// The files that go with a mail.
    fn files(&self, message: &MailMessage) -> Result<Vec<AttachedFile>, Uncomposed> {
        let mut files = Vec::new();
        for attachment in &message.attachments {
            match (attachment, &self.attachments) {
                (Attachment::Kept(_), _) => return Err("this host keeps no files for mails".to_owned().into()),
                (Attachment::Document(_), None) => {}
                (Attachment::Document(document), Some(attachments)) => {
                    files.extend(attachments.find(document).map_err(Uncomposed::NotYet)?);
                }
            }
        }
        Ok(files)
    }

    /// The mail, or why there is none.
    pub(super) fn compose(&self, message: &MailMessage) -> Result<Composed, Uncomposed> {
        if message.key.is_empty() || message.key.len() > KEY_BYTES_MAX {
            return Err(format!("the key of a mail has 1 to {KEY_BYTES_MAX} bytes").into());
        }
        if message.to.is_empty() || message.to.len() > RECIPIENTS_MAX {
            return Err(format!("a mail has 1 to {RECIPIENTS_MAX} recipients, not {}", message.to.len()).into());
        }
        let (mut recipients, mut refused) = (Vec::new(), Vec::new());
        for mailbox in &message.to {
            match recipient(mailbox) {
                Ok(recipient) => recipients.push(recipient),
                Err(cause) => refused.push(RefusedRecipient { address: mailbox.address.clone(), cause }),
            }
        }
        let mut facts = message.facts.clone();
        facts.extend(with_links(&message.template, &message.secret_facts, self.console.as_ref()));
        let files = self.files(message)?;
        facts.push(attachments::fact(files.first().map(|file| file.name.as_str())));
        let filled = self.wording.fill(&message.template, &message.language, &facts)?;
        if recipients.is_empty() {
            let (from, name) = (self.from.email.clone(), name_of(&message.key));
            return Ok(Composed { from, to: Vec::new(), refused, bytes: Vec::new(), name });
        }
        // The key holds the store's name, so no other store makes the same name or Message-ID.
        let name = name_of(&message.key);
        let now = UNIX_EPOCH + Duration::from_millis(self.clock.now().unsigned_abs());
        let mut builder = lettre::Message::builder()
            .from(self.from.clone())
            .date(now)
            .message_id(Some(format!("<{name}@{}>", self.from.email.domain())))
            .raw_header(HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".to_owned()))
            .subject(filled.subject);
        for mailbox in &recipients {
            builder = builder.to(mailbox.clone());
        }
        // A fixed boundary: the same key and moment make the same bytes.
        let parts = MultiPart::alternative()
            .boundary(format!("part-{name}"))
            .singlepart(SinglePart::plain(filled.text))
            .singlepart(SinglePart::html(filled.html));
        let parts = if files.is_empty() {
            parts
        } else {
            let mixed = MultiPart::mixed().boundary(format!("files-{name}")).multipart(parts);
            files.into_iter().try_fold(mixed, |mixed, file| {
                let media_type = ContentType::parse(file.media_type).map_err(|error| shorten(&error))?;
                Ok::<_, String>(mixed.singlepart(AttachmentPart::new(file.name).body(file.bytes, media_type)))
            })?
        };
        let mail =
            builder.multipart(parts).map_err(|error| format!("the mail cannot be built: {}", shorten(&error)))?;
        let to = recipients.into_iter().map(|mailbox| mailbox.email).collect();
        Ok(Composed { from: self.from.email.clone(), to, refused, bytes: mail.formatted(), name })
    }
}

/// The address as the mailer has it, or why it cannot have it.
pub(super) fn check_address(text: &str) -> Result<Address, String> {
    text.parse().map_err(|error| format!("not a mail address: {}", shorten(&error)))
}

/// How a mail stands that was handed over to all but these.
pub(super) fn sent(refused: Vec<RefusedRecipient>) -> MailOutcome {
    if refused.is_empty() { MailOutcome::Sent } else { MailOutcome::SentExcept(refused) }
}

fn recipient(mailbox: &Mailbox) -> Result<MailboxHeader, String> {
    let address = check_address(&mailbox.address)?;
    // Control characters would end the header; the library encodes the rest.
    let name = mailbox.name.as_deref().map(|name| {
        let letters = name.chars().map(|letter| if coinbox_host::text::is_acting(letter) { ' ' } else { letter });
        letters.take(NAME_CHARS_MAX).collect::<String>().trim().to_owned()
    });
    Ok(MailboxHeader::new(name.filter(|name| !name.is_empty()), address))
}

/// First half of a digest of the key, in hexadecimal.
pub(super) fn name_of(key: &str) -> String {
    Sha256::digest(format!("coinbox mail\n{key}"))[..16].iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(super) fn shorten(cause: &dyn std::fmt::Display) -> String {
    let clean =
        cause.to_string().chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect::<String>();
    clean.chars().take(CAUSE_CHARS_MAX).collect()
}
