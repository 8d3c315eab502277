//! Arguments of `lists`.

use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

/// A list.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum ListName {
    /// Domains of mailboxes that people have for themselves
    PersonalMail,
    /// Domains of mailboxes that live for minutes
    DisposableMail,
    /// Networks of VPNs, hosting and proxies
    Networks,
    /// Passwords that many people use
    CommonPasswords,
    /// Passwords that are known to have been stolen: SHA-1
    BreachedPasswords,
    /// First digits of numbers that no code is sent to
    Prefixes,
    /// Calling codes with their countries
    CallingCodes,
    /// Names of companies that a person looks at first
    WatchNames,
}

/// What is said of an own entry.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum EntryChoice {
    /// It is in the list
    Listed,
    /// It is not in the list
    Excepted,
    /// What is published holds
    AsPublished,
}

/// `lists`.
#[derive(Subcommand, Debug)]
pub(crate) enum KnownLists {
    /// What is in force, from where, and how old it is
    Status,
    /// Publish a new version from files: entries a line, JSON of packages and clouds, tables of ranges. It takes the place of the one before
    Update(ListUpdate),
    /// What a list says of a value
    LookUp {
        /// The list
        #[arg(value_enum)]
        list: ListName,
        /// A domain or address, a network address, a password, a number, a name
        value: String,
    },
    /// Add an entry of your own, except one, or leave it to what is published
    SetOwn {
        /// The list
        #[arg(value_enum)]
        list: ListName,
        /// In the form of the list
        entry: String,
        /// What holds
        #[arg(value_enum)]
        choice: EntryChoice,
        /// Kind of a network or prefix, countries of a calling code
        #[arg(long, default_value = "")]
        note: String,
    },
    /// Entries of your own
    ListOwn {
        /// The list
        #[arg(value_enum)]
        list: ListName,
    },
}

/// `lists update`.
#[derive(Args, Debug)]
pub(crate) struct ListUpdate {
    /// The list
    #[arg(value_enum)]
    pub(crate) list: ListName,
    /// Files, all of them together
    #[arg(required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// Where they come from
    #[arg(long)]
    pub(crate) source: String,
    /// As the source names it
    #[arg(long, default_value = "")]
    pub(crate) edition: String,
    /// When the source had it so: a moment, or a day (UTC)
    #[arg(long)]
    pub(crate) dated: String,
    /// Licence, with the attribution that it asks for
    #[arg(long, default_value = "")]
    pub(crate) licence: String,
    /// Kind of networks whose line names none: vpn, hosting or proxy
    #[arg(long, default_value = "")]
    pub(crate) kind: String,
    /// A file of autonomous systems with their kinds: of tables of ranges only these are taken
    #[arg(long, value_name = "FILE")]
    pub(crate) systems: Option<PathBuf>,
}
