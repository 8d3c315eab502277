//! Mails to a mail server (SMTP).

use super::compose::{Composed, Composer, sent, shorten};
use coinbox_host::capability::Mailer;
use coinbox_host::contract::email_types::{MailMessage, MailOutcome, OpenRecipient, Partly, RefusedRecipient};
use lettre::Address;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{SmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};
use std::time::{Duration, Instant};

/// A mail server that is away is asked again after this.
const ASK_AGAIN_MS: i64 = 5 * 60_000;
const TIMEOUT_MAX: Duration = Duration::from_secs(120);
/// After this no other recipient of a mail is begun: the rest have their turn with the next attempt.
const MAIL_MAX: Duration = Duration::from_secs(60);
/// Codes that speak of our login, not of the mail or its recipient.
const LOGIN_CODES: &[u16] = &[530, 534, 535, 538];
/// The server closes the connection, whatever it was asked.
const CLOSING_CODE: u16 = 421;

/// How the connection is protected.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SmtpSecurity {
    /// TLS from the first byte, port 465.
    Tls,
    /// Begins in clear and must switch to TLS, port 587.
    StartTls,
    /// In clear. Only to this machine.
    Plain,
}

/// Where and how mails are handed over.
#[derive(Clone)]
pub struct SmtpSettings {
    /// Name or address of the server.
    pub host: String,
    /// Port.
    pub port: u16,
    /// Protection.
    pub security: SmtpSecurity,
    /// User and password.
    pub login: Option<(String, String)>,
    /// Longest wait for any one answer of the server, at most two minutes.
    pub timeout: Duration,
}

impl std::fmt::Debug for SmtpSettings {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("SmtpSettings")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("security", &self.security)
            .field("user", &self.login.as_ref().map(|(user, _)| user))
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

/// Why the settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SmtpError {
    /// Mails, and a password, would cross a network in clear.
    #[error(
        "mail server {0}: without TLS only a server on this machine (localhost, 127.0.0.1, ::1) is possible; use tls or starttls"
    )]
    PlainOverNetwork(String),
    /// The waiting time.
    #[error("mail server: the time-out must be 1 ms to {} s", TIMEOUT_MAX.as_secs())]
    Timeout,
    /// The host's name cannot be used for TLS.
    #[error("mail server {host}: {cause}")]
    Tls {
        /// As given.
        host: String,
        /// What the library said.
        cause: Error,
    },
}

/// Hands mails to a mail server, each recipient apart, so that one bad address does not keep the mail from the others.
pub struct SmtpMailer {
    host: String,
    port: u16,
    timeout: Duration,
    tls: Protection,
    login: Option<Credentials>,
    composer: Composer,
}

/// How a connection is protected, with what is needed for it.
enum Protection {
    Plain,
    Wrapped(TlsParameters),
    Switched(TlsParameters),
}

/// Why a mail has not got to a recipient.
enum Stopped {
    /// The address is refused for good.
    Refused(String),
    /// Not now. It says nothing about the other recipients.
    Open(String),
    /// The server is away, or does not take mails from us: there is no use in asking for the others.
    Everybody(String),
}

impl SmtpMailer {
    /// A mailer to this server. Nothing is sent or asked yet.
    pub fn new(settings: SmtpSettings, composer: Composer) -> Result<SmtpMailer, SmtpError> {
        let SmtpSettings { host, port, security, login, timeout } = settings;
        if timeout < Duration::from_millis(1) || timeout > TIMEOUT_MAX {
            return Err(SmtpError::Timeout);
        }
        let parameters =
            || TlsParameters::new(host.clone()).map_err(|cause| SmtpError::Tls { host: host.clone(), cause });
        let tls = match security {
            SmtpSecurity::Tls => Protection::Wrapped(parameters()?),
            SmtpSecurity::StartTls => Protection::Switched(parameters()?),
            SmtpSecurity::Plain if ["localhost", "127.0.0.1", "::1"].contains(&host.as_str()) => Protection::Plain,
            SmtpSecurity::Plain => return Err(SmtpError::PlainOverNetwork(host)),
        };
        let login = login.map(|(user, password)| Credentials::new(user, password));
        Ok(SmtpMailer { host, port, timeout, tls, login, composer })
    }

    /// A connection that is ready for mails.
    fn connect(&self) -> Result<SmtpConnection, Error> {
        let name = ClientId::default();
        let wrapped = match &self.tls {
            Protection::Wrapped(parameters) => Some(parameters),
            Protection::Plain | Protection::Switched(_) => None,
        };
        let server = (self.host.as_str(), self.port);
        let mut connection = SmtpConnection::connect(server, Some(self.timeout), &name, wrapped, None)?;
        if let Protection::Switched(parameters) = &self.tls {
            connection.starttls(parameters, &name)?;
        }
        if let Some(login) = &self.login {
            connection.auth(DEFAULT_MECHANISMS, login)?;
        }
        Ok(connection)
    }

    /// Hands a mail over for one recipient.
    fn hand_over(&self, mail: &Composed, to: &Address) -> Result<(), Stopped> {
        let mut connection = self.connect().map_err(|error| Stopped::Everybody(describe(&error)))?;
        let handed_over = transfer(&mut connection, mail, to);
        // A server that has just said something is told that we go; one that is silent is not waited for once more.
        if handed_over.as_ref().err().is_none_or(|(_, answered)| *answered) {
            connection.abort();
        }
        handed_over.map_err(|(stopped, _)| stopped)
    }
}

/// One transaction of SMTP. An error says too whether it was the server's answer.
fn transfer(connection: &mut SmtpConnection, mail: &Composed, to: &Address) -> Result<(), (Stopped, bool)> {
    let answered = |error: &Error| error.status().is_some();
    let about_us = |error: Error| {
        let cause = format!("does not take mails from {}: {}", mail.from, describe(&error));
        (Stopped::Everybody(shorten(&cause)), answered(&error))
    };
    let mut parameters = Vec::new();
    let international = !AsRef::<str>::as_ref(&mail.from).is_ascii() || !AsRef::<str>::as_ref(to).is_ascii();
    if international {
        parameters.push(MailParameter::SmtpUtfEight);
    }
    if !mail.bytes.is_ascii() {
        parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
    }
    for (needs, extension) in
        [(international, Extension::SmtpUtfEight), (!mail.bytes.is_ascii(), Extension::EightBitMime)]
    {
        if needs && !connection.server_info().supports_feature(extension) {
            let cause = format!("mail server: it cannot take this mail: it has no {extension}");
            return Err((Stopped::Open(cause), true));
        }
    }
    connection.command(Mail::new(Some(mail.from.clone()), parameters)).map_err(about_us)?;
    connection.command(Rcpt::new(to.clone(), Vec::new())).map_err(|error| judge(&error, true))?;
    connection.command(Data).map_err(|error| judge(&error, false))?;
    connection.message(&mail.bytes).map_err(|error| judge(&error, false))?;
    Ok(())
}

/// What an answer to a recipient, or to the mail for it, means. Only what speaks of the recipient's address is a refusal for good: many servers
/// tell only here that they do not take mails from us, or not such mails.
fn judge(error: &Error, to_recipient: bool) -> (Stopped, bool) {
    let cause = describe(error);
    let Some(code) = error.status().map(u16::from) else { return (Stopped::Open(cause), false) };
    let stopped = if code == CLOSING_CODE || LOGIN_CODES.contains(&code) {
        Stopped::Everybody(cause)
    } else if error.is_permanent() && of_recipient(error).unwrap_or(to_recipient) {
        Stopped::Refused(cause)
    } else {
        Stopped::Open(cause)
    };
    (stopped, true)
}

/// Whether the enhanced status code of an answer (RFC 3463) speaks of the recipient: its address (`x.1.x`, but not of that of the sender), its mailbox
/// (`x.2.x`), and no policy, size or content. `None`: it has no such code.
fn of_recipient(error: &Error) -> Option<bool> {
    let text = std::error::Error::source(error)?.to_string();
    let code: Vec<u16> =
        text.split_whitespace().next()?.split('.').map(|part| part.parse().ok()).collect::<Option<_>>()?;
    let &[class, subject, detail] = code.as_slice() else { return None };
    [2, 4, 5].contains(&class).then_some(subject == 2 || subject == 1 && detail != 7 && detail != 8)
}

impl Mailer for SmtpMailer {
    fn send(&self, message: &MailMessage) -> MailOutcome {
        let mail = match self.composer.compose(message) {
            Ok(mail) => mail,
            Err(uncomposed) => return self.composer.refuse(uncomposed),
        };
        let begun = Instant::now();
        let (mut taken, mut refused, mut open, mut not_reached) = (false, Vec::new(), Vec::new(), Vec::new());
        let mut stopped = None;
        for (place, address) in mail.to.iter().enumerate() {
            let late = begun.elapsed() > MAIL_MAX;
            if let Some(cause) =
                stopped.clone().or_else(|| late.then(|| "the recipients before took too long".to_owned()))
            {
                not_reached.push(OpenRecipient { address: address.to_string(), cause });
                continue;
            }
            match self.hand_over(&mail, address) {
                Ok(()) => taken = true,
                Err(Stopped::Refused(cause)) => {
                    tracing::warn!(key = message.key, recipient = place + 1, cause, "mail server refused a recipient");
                    refused.push(RefusedRecipient { address: address.to_string(), cause });
                }
                Err(Stopped::Open(cause)) => {
                    tracing::warn!(
                        key = message.key,
                        recipient = place + 1,
                        cause,
                        "a mail was not taken for a recipient"
                    );
                    open.push(OpenRecipient { address: address.to_string(), cause });
                }
                Err(Stopped::Everybody(cause)) => {
                    not_reached.push(OpenRecipient { address: address.to_string(), cause: cause.clone() });
                    stopped = Some(cause);
                }
            }
        }
        let nobody_settled = !taken && refused.is_empty();
        match (open.as_slice(), stopped) {
            ([], Some(cause)) if nobody_settled => return self.composer.not_sent(ASK_AGAIN_MS, &cause),
            ([only], _) if nobody_settled && mail.to.len() == 1 && mail.refused.is_empty() => {
                return self.composer.not_sent(ASK_AGAIN_MS, &only.cause);
            }
            _ => {}
        }
        let refused = [mail.refused, refused].concat();
        // Whoever had no turn comes first the next time.
        not_reached.append(&mut open);
        if not_reached.is_empty() {
            return sent(refused);
        }
        let ask_again = self.composer.after(ASK_AGAIN_MS);
        MailOutcome::SentPartly(Partly { refused, open: not_reached, ask_again })
    }
}

/// The library's words with what lies behind them.
fn describe(error: &Error) -> String {
    let mut text = format!("mail server: {error}");
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        source = cause.source();
    }
    shorten(&text)
}
