//! Which lists there are.

use serde::{Deserialize, Serialize};

/// What a list holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KnownList {
    /// Domains of mailboxes that people have for themselves (ACC-1).
    PersonalMail,
    /// Domains of mailboxes that live for minutes (ACC-1).
    DisposableMail,
    /// Networks of VPNs, hosting and proxies (ACC-2).
    Networks,
    /// Passwords that many people use (SEC-8).
    CommonPasswords,
    /// Passwords that are known to have been stolen (SEC-8).
    BreachedPasswords,
    /// First digits of numbers that no code is sent to (ACC-3).
    Prefixes,
    /// Calling codes with their countries (ACC-5).
    CallingCodes,
    /// Names of companies that a person looks at first (ACC-5).
    WatchNames,
}

impl KnownList {
    /// All of them, in the order in which they are shown.
    pub const ALL: [KnownList; 8] = [
        KnownList::PersonalMail,
        KnownList::DisposableMail,
        KnownList::Networks,
        KnownList::CommonPasswords,
        KnownList::BreachedPasswords,
        KnownList::Prefixes,
        KnownList::CallingCodes,
        KnownList::WatchNames,
    ];

    /// Its word, in keys and events.
    pub fn word(self) -> &'static str {
        match self {
            KnownList::PersonalMail => "personal-mail",
            KnownList::DisposableMail => "disposable-mail",
            KnownList::Networks => "networks",
            KnownList::CommonPasswords => "common-passwords",
            KnownList::BreachedPasswords => "breached-passwords",
            KnownList::Prefixes => "prefixes",
            KnownList::CallingCodes => "calling-codes",
            KnownList::WatchNames => "watch-names",
        }
    }
}
