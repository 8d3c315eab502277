//! Mails to a mail server (SMTP).

use super::compose::{Composer, sent, shorten};
use crate::capability::Mailer;
use crate::contract::email::{Message, Outcome, RefusedRecipient};
use lettre::address::Envelope;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{SmtpTransport, Transport};
use std::time::Duration;

/// A mail server that is away is asked again after this.
const ASK_AGAIN_MS: i64 = 5 * 60_000;
const TIMEOUT_MAX: Duration = Duration::from_secs(120);
/// Codes that speak of our login, not of the mail or its recipient.
const LOGIN_CODES: &[u16] = &[530, 534, 535, 538];

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
        cause: lettre::transport::smtp::Error,
    },
}

/// Hands mails to a mail server, each recipient apart, so that one bad address does not keep the mail from the others.
pub struct SmtpMailer {
    transport: SmtpTransport,
    composer: Composer,
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
            SmtpSecurity::Tls => Tls::Wrapper(parameters()?),
            SmtpSecurity::StartTls => Tls::Required(parameters()?),
            SmtpSecurity::Plain if ["localhost", "127.0.0.1", "::1"].contains(&host.as_str()) => Tls::None,
            SmtpSecurity::Plain => return Err(SmtpError::PlainOverNetwork(host)),
        };
        let mut builder = SmtpTransport::builder_dangerous(&host).port(port).tls(tls).timeout(Some(timeout));
        if let Some((user, password)) = login {
            builder = builder.credentials(Credentials::new(user, password));
        }
        Ok(SmtpMailer { transport: builder.build(), composer })
    }
}

impl Mailer for SmtpMailer {
    fn send(&self, message: &Message) -> Outcome {
        let mail = match self.composer.compose(message) {
            Ok(mail) => mail,
            Err(uncomposed) => return self.composer.refuse(uncomposed),
        };
        let (mut refused, mut failed) = (mail.refused, None);
        for (place, address) in mail.to.iter().enumerate() {
            let sent = Envelope::new(Some(mail.from.clone()), vec![address.clone()])
                .map_err(|error| (true, shorten(&error)))
                .and_then(|envelope| {
                    self.transport.send_raw(&envelope, &mail.bytes).map_err(|error| {
                        let code = error.status().map(u16::from);
                        let about_login = code.is_some_and(|code| LOGIN_CODES.contains(&code));
                        (error.is_permanent() && !about_login, describe(&error))
                    })
                });
            match sent {
                Ok(_) => {}
                Err((true, cause)) => {
                    tracing::warn!(key = message.key, recipient = place + 1, cause, "mail server refused a recipient");
                    refused.push(RefusedRecipient { address: address.to_string(), cause });
                }
                Err((false, cause)) => {
                    failed = Some(cause);
                    break;
                }
            }
        }
        match failed {
            // Some may get the mail twice then, with the same Message-ID; better than not at all.
            Some(cause) => self.composer.not_sent(ASK_AGAIN_MS, &cause),
            None => sent(refused),
        }
    }
}

/// The library's words with what lies behind them.
fn describe(error: &lettre::transport::smtp::Error) -> String {
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
