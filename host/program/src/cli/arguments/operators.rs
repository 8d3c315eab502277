//! Arguments of `operator`.

use clap::{Args, Subcommand, ValueEnum};

/// `operator`.
#[derive(Subcommand, Debug)]
pub(crate) enum Operators {
    /// Name an operator and make the token, which is shown once. From the first one on the shared token is good for nothing
    Add(NewOperator),
    /// Everybody who acts for the operating company
    List,
    /// A new token in place of the present one, which is good for nothing from then on
    Rotate {
        /// Operator
        name: String,
    },
    /// Take an operator's token away
    Remove {
        /// Operator
        name: String,
    },
}

/// Permissions by kind, as they are on the day when they are given.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum PermissionSet {
    /// Every function that reads
    Read,
    /// Every function, and what only the host does
    All,
}

/// Arguments of `operator add`.
#[derive(Args, Debug)]
pub(crate) struct NewOperator {
    /// As the audit log names it: 1 to 64 printable ASCII characters without space
    pub(crate) name: String,
    /// A permission such as accounts.get. May be given several times
    #[arg(long, value_name = "PERMISSION", required_unless_present = "may")]
    pub(crate) permission: Vec<String>,
    /// Permissions of a kind
    #[arg(long, value_name = "SET")]
    pub(crate) may: Option<PermissionSet>,
    /// An address or network, such as 10.0.0.0/8, from which alone the token is good. May be given several times
    #[arg(long, value_name = "NETWORK")]
    pub(crate) network: Vec<String>,
}
