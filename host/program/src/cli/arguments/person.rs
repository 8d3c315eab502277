//! `signup`, `login` and `me`: what a person does with an account of his own, over HTTP and without the operator token.

use super::people::Evidence;
use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

/// What a person's own commands take.
#[derive(Args, Clone, Debug)]
pub(crate) struct Own {
    /// File that the session is kept in, for its owner only [default: coinbox/session.json below XDG_STATE_HOME, or below ~/.local/state]
    #[arg(long, global = true, value_name = "FILE", env = "COINBOX_SESSION")]
    pub(crate) session: Option<PathBuf>,
}

/// How a code comes to a phone.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum Channel {
    /// As a message
    #[default]
    Sms,
    /// As a call
    Voice,
}

/// A second factor.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Factor {
    /// A code that is sent to the phone
    Phone,
    /// A code that an app shows
    Authenticator,
    /// One of the recovery codes
    Recovery,
}

/// `signup`.
#[derive(Args, Debug)]
pub(crate) struct SignUp {
    /// What a person's own commands take.
    #[command(flatten)]
    pub(crate) own: Own,
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: SignUpStep,
}

/// A step of signing up.
#[derive(Subcommand, Debug)]
pub(crate) enum SignUpStep {
    /// Ask for an account; a link is mailed. Asks for the new password without showing it
    Start {
        /// Work address
        #[arg(long)]
        email: String,
        /// Your name
        #[arg(long)]
        name: String,
        /// The company; the account is called so
        #[arg(long)]
        company: String,
        /// Language of mails, such as de
        #[arg(long, default_value = "en")]
        language: String,
        /// Two letters, such as DE
        #[arg(long)]
        country: Option<String>,
        /// IANA time zone [default: UTC]
        #[arg(long)]
        timezone: Option<String>,
    },
    /// Have a new link mailed; the one before is void
    Resend,
    /// Follow the link of the mail. Asks for the password where this is not the machine that signed up
    Confirm {
        /// The link, or the part of it that begins with lk_
        link: String,
    },
    /// Have a code sent to your phone
    Phone {
        /// With country code, such as +4930901820
        number: String,
        /// How it comes
        #[arg(long, value_enum, default_value = "sms")]
        channel: Channel,
    },
    /// Hand the code of the phone in
    Code {
        /// 6 digits
        code: String,
    },
    /// What is left to do until the account may be used
    Status,
    /// Hand a document in that was asked for: png, jpeg, gif, webp, pdf or plain text, at most 10 MiB
    HandIn {
        /// What it is
        #[arg(value_enum)]
        kind: Evidence,
        /// The file
        file: PathBuf,
    },
}

/// `login`.
#[derive(Args, Debug)]
pub(crate) struct Login {
    /// What a person's own commands take.
    #[command(flatten)]
    pub(crate) own: Own,
    /// Your address [default: that of the login before]
    pub(crate) email: Option<String>,
    /// The second factor [default: the first that you have]
    #[arg(long, value_enum)]
    pub(crate) factor: Option<Factor>,
    /// How a code comes to the phone
    #[arg(long, value_enum, default_value = "sms")]
    pub(crate) channel: Channel,
}

/// `me`.
#[derive(Args, Debug)]
pub(crate) struct Me {
    /// What a person's own commands take.
    #[command(flatten)]
    pub(crate) own: Own,
    /// What to do [default: show]
    #[command(subcommand)]
    pub(crate) command: Option<MyOwn>,
}

/// What a person does with what is his own.
#[derive(Subcommand, Debug)]
pub(crate) enum MyOwn {
    /// Your profile
    Show,
    /// Change name or language
    Change {
        /// 1 to 100 characters
        #[arg(long)]
        name: Option<String>,
        /// Language of mails and codes, such as de
        #[arg(long)]
        language: Option<String>,
    },
    /// Your second factors
    Factors,
    /// Your sessions, newest first
    Sessions,
    /// Tries to log in as you, newest first
    Logins,
    /// End a session
    EndSession {
        /// Its name, which `me sessions` shows
        name: String,
    },
    /// End all sessions but this one
    EndOthers,
    /// Add an authenticator app, or replace the one that you have: shows a QR code and asks for the first code
    Authenticator,
    /// Change your phone
    Phone {
        /// With country code, such as +4930901820
        number: String,
        /// How the code comes
        #[arg(long, value_enum, default_value = "sms")]
        channel: Channel,
    },
    /// Ten new recovery codes; the old ones are void
    RecoveryCodes,
    /// Take a second factor away; never the last phone or authenticator
    RemoveFactor {
        /// Which
        #[arg(value_enum)]
        factor: Factor,
    },
    /// Change your password; all other sessions end
    Password,
    /// Change your address: a link is mailed to the new one
    Email {
        /// The new address
        email: String,
    },
    /// The numbers that your trial calls and writes to
    Destinations,
    /// Verify a number that your trial is to call or write to: a code is sent to it, and asked for
    AddDestination {
        /// With country code, such as +4930901820
        number: String,
        /// How the code comes
        #[arg(long, value_enum, default_value = "sms")]
        channel: Channel,
    },
    /// Take one of these numbers away
    RemoveDestination {
        /// With country code, such as +4930901820
        number: String,
    },
    /// End this session
    Logout,
}

#[cfg(test)]
mod tests {
    use super::super::Arguments;
    use clap::Parser;

    #[test]
    fn what_a_person_may_leave_out_and_what_not() {
        let good = |line: &str| Arguments::try_parse_from(line.split(' ')).is_ok();
        assert!(good("coinbox signup start --email a@b.example --name A --company B"));
        assert!(!good("coinbox signup start --email a@b.example --name A"));
        assert!(good("coinbox signup confirm lk_1_2") && !good("coinbox signup confirm"));
        assert!(
            good("coinbox signup phone +4930901820 --channel voice") && !good("coinbox signup phone +49 --channel fax")
        );
        assert!(good("coinbox signup hand-in identity f.pdf") && !good("coinbox signup hand-in passport f.pdf"));
        assert!(good("coinbox login") && good("coinbox login a@b.example --factor recovery"));
        assert!(
            good("coinbox me")
                && good("coinbox me sessions --session s.json")
                && good("coinbox me --session s.json logout")
        );
        assert!(good("coinbox me destinations") && good("coinbox me add-destination +4930901820 --channel voice"));
        assert!(good("coinbox me remove-destination +4930901820") && !good("coinbox me add-destination"));
        // A password on the command line would stand in the list of processes.
        assert!(!good("coinbox login a@b.example --password x") && !good("coinbox me password x"));
    }
}
