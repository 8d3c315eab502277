//! Commands about usage: rating files, what was rejected, summaries and exports.

use clap::{Args, Subcommand, ValueEnum};
use serde::Serialize;
use std::path::PathBuf;

/// `usage`.
#[derive(Subcommand, Debug)]
pub(crate) enum Usage {
    /// Rate a CSV or JSON lines file. An import that was interrupted goes on where it stopped. Exit code 3: some rows were not counted
    Import {
        /// The file
        file: PathBuf,
        /// Batches under way at once, 1 to 16
        #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u8).range(1..=16))]
        parallel: u8,
        /// Where rows go that are rejected or unreadable [default: FILE.rejected.csv]
        #[arg(long, value_name = "FILE")]
        rejected: Option<PathBuf>,
    },
    /// What was charged on some days, by day, product or sub-account
    Summary(Summary),
    /// Every charge, a line each, as CSV, or JSON lines with --json
    Export(Export),
    /// The daily summary mail of an account: show it, or switch it
    Daily(Daily),
    /// Rejected events that wait to be mended
    Rejected(Rejected),
    /// Rate rejected events again. Exit code 3: some were not counted
    Resubmit(Resubmit),
    /// Take rejected events off the list for good
    Discard(Discard),
    /// Hold an amount before a call or message (USE-3)
    Reserve {
        /// What for
        #[command(flatten)]
        price: Reserved,
        /// A message, which is over at once
        #[arg(long)]
        message: bool,
        /// The switch or gateway that asks: its reservations are found by it
        #[arg(long)]
        source: Option<String>,
    },
    /// Hold more, for longer, in all from its beginning
    Extend {
        /// What for
        #[command(flatten)]
        price: Reserved,
    },
    /// Post the true cost of a reserved call or message, and free what was held
    Settle {
        /// Main account or sub-account
        account: String,
        /// The platform's name of it
        name: String,
        /// What was used
        #[command(flatten)]
        used: Used,
        /// When it began [default: when it was reserved, or now if it is not]
        #[arg(long)]
        at: Option<String>,
        /// ID of the usage event [default: the name]
        #[arg(long)]
        id: Option<String>,
    },
    /// Give back what was reserved and not used
    Release {
        /// Main account or sub-account
        account: String,
        /// Names
        #[arg(required = true)]
        names: Vec<String>,
    },
    /// Open reservations of an account and its sub-accounts, or of all accounts
    Reservations {
        /// Main account [default: all accounts]
        account: Option<String>,
        /// Of all accounts: only those that this switch or gateway has made
        #[arg(long, conflicts_with = "account")]
        source: Option<String>,
        /// At most so many
        #[arg(long, default_value_t = 500)]
        limit: usize,
    },
    /// Running calls of all accounts
    Calls {
        /// Only those that this switch or gateway carries
        #[arg(long)]
        source: Option<String>,
        /// At most so many
        #[arg(long, default_value_t = 500)]
        limit: usize,
    },
}

/// What a summary is divided by.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Group {
    /// Day of the account's time zone
    Day,
    /// Product and heading; numbers by country and type
    Product,
    /// The main account itself and each sub-account
    Subaccount,
}

impl Group {
    /// The word of the contract.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Group::Day => "day",
            Group::Product => "product",
            Group::Subaccount => "subaccount",
        }
    }
}

/// Which charges.
#[derive(Args, Clone, Debug)]
pub(crate) struct ChargeFilter {
    /// Only charges for this: a product such as voice, number-rent, number-setup, seats, volume-tiers, adjustment or correction
    #[arg(long, value_name = "PRODUCT")]
    pub(crate) product: Option<String>,
    /// Only charges of this sub-account. The main account's own ID: only its own charges, without sub-accounts
    #[arg(long, value_name = "ACCOUNT")]
    pub(crate) subaccount: Option<String>,
}

impl ChargeFilter {
    /// As the contract has it.
    pub(crate) fn filter(&self) -> serde_json::Value {
        serde_json::json!({"product": self.product, "source": self.subaccount})
    }
}

/// `usage summary`.
#[derive(Args, Debug)]
pub(crate) struct Summary {
    /// Main account or sub-account
    pub(crate) account: String,
    /// First day, such as 2026-10-01
    #[arg(long, value_name = "DAY")]
    pub(crate) from: String,
    /// Last day
    #[arg(long, value_name = "DAY")]
    pub(crate) to: String,
    /// Which charges
    #[command(flatten)]
    pub(crate) filter: ChargeFilter,
    /// Rows by; several with commas
    #[arg(long, value_enum, value_delimiter = ',', default_value = "product")]
    pub(crate) by: Vec<Group>,
    /// Print CSV
    #[arg(long)]
    pub(crate) csv: bool,
    /// File for the CSV [default: standard output]
    #[arg(long, value_name = "FILE", requires = "csv")]
    pub(crate) output: Option<PathBuf>,
}

/// `usage export`.
#[derive(Args, Debug)]
pub(crate) struct Export {
    /// Main account or sub-account
    pub(crate) account: String,
    /// Only what was posted in this UTC month, such as 2026-10
    #[arg(long, conflicts_with_all = ["from", "to"])]
    pub(crate) month: Option<String>,
    /// Only what was posted at this moment or later, or from this day (UTC) on, such as 2026-11-01
    #[arg(long, value_name = "MOMENT|DAY")]
    pub(crate) from: Option<String>,
    /// Only what was posted before this moment, or to the end of this day (UTC)
    #[arg(long, value_name = "MOMENT|DAY")]
    pub(crate) to: Option<String>,
    /// Which charges
    #[command(flatten)]
    pub(crate) filter: ChargeFilter,
    /// As CSV (the default)
    #[arg(long)]
    pub(crate) csv: bool,
    /// File [default: standard output]
    #[arg(long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

/// What an account chooses.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Choice {
    /// Send it
    On,
    /// Do not
    Off,
    /// As the policy says
    Policy,
}

impl Choice {
    /// As the contract has it.
    pub(crate) fn choice(self) -> &'static str {
        match self {
            Choice::On => "on",
            Choice::Off => "off",
            Choice::Policy => "as-policy",
        }
    }
}

/// `usage daily`.
#[derive(Args, Debug)]
pub(crate) struct Daily {
    /// Main account
    pub(crate) account: String,
    /// New setting [default: only show it]
    #[arg(value_enum)]
    pub(crate) switch: Option<Choice>,
}

/// `account statement`.
#[derive(Args, Debug)]
pub(crate) struct Statement {
    /// Main account
    pub(crate) account: String,
    /// UTC month, such as 2026-10
    #[arg(long)]
    pub(crate) month: String,
}

/// Why an event was rejected.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum RejectedFor {
    /// A field breaks its form or bound
    Malformed,
    /// No account has this auth ID
    UnknownAccount,
    /// The account is closed
    AccountClosed,
    /// Older than the window
    TooOld,
    /// Ahead of the clock
    InFuture,
    /// The catalogue has no such product or heading
    UnknownProduct,
    /// No price matches
    NoPrice,
    /// Counted before with other content
    Conflict,
}

/// Which rejected events.
#[derive(Args, Clone, Debug)]
pub(crate) struct RejectedFilter {
    /// Only events of this account; of a main account, with its sub-accounts
    #[arg(long)]
    pub(crate) account: Option<String>,
    /// Only those with this reason
    #[arg(long, value_enum)]
    pub(crate) reason: Option<RejectedFor>,
}

impl RejectedFilter {
    /// Whether it leaves everything.
    pub(crate) fn is_empty(&self) -> bool {
        self.account.is_none() && self.reason.is_none()
    }
}

/// `usage rejected`.
#[derive(Args, Debug)]
pub(crate) struct Rejected {
    /// Which
    #[command(flatten)]
    pub(crate) filter: RejectedFilter,
    /// At most so many
    #[arg(long, default_value_t = 100)]
    pub(crate) limit: usize,
    /// Print CSV that `usage resubmit` reads when it is mended
    #[arg(long)]
    pub(crate) csv: bool,
}

/// `usage resubmit`.
#[derive(Args, Debug)]
pub(crate) struct Resubmit {
    /// Mended events: a CSV or JSON lines file that also has a column `key`
    #[arg(required_unless_present_any = ["account", "reason"], conflicts_with_all = ["account", "reason"])]
    pub(crate) file: Option<PathBuf>,
    /// Which of the list as they are, if no file is given
    #[command(flatten)]
    pub(crate) filter: RejectedFilter,
}

/// `usage discard`.
#[derive(Args, Debug)]
pub(crate) struct Discard {
    /// Their keys
    #[arg(conflicts_with_all = ["account", "reason"])]
    pub(crate) keys: Vec<String>,
    /// Which of the list, if no keys are given
    #[command(flatten)]
    pub(crate) filter: RejectedFilter,
    /// It cannot be undone
    #[arg(long)]
    pub(crate) yes: bool,
}

/// What a reservation is about.
#[derive(Args, Debug)]
pub(crate) struct Reserved {
    /// Main account or sub-account
    pub(crate) account: String,
    /// The platform's name of the call or message
    pub(crate) name: String,
    /// Such as 0.60 [default: what NUMBER and QUANTITY cost]
    #[arg(long, conflicts_with_all = ["number", "quantity"])]
    pub(crate) amount: Option<String>,
    /// Number of the other side
    #[arg(long, requires = "quantity")]
    pub(crate) number: Option<String>,
    /// In the unit of the product: seconds of calls, parts of messages
    #[arg(long, requires = "number")]
    pub(crate) quantity: Option<u32>,
    /// Code of the product
    #[arg(long, default_value = "voice")]
    pub(crate) product: String,
    /// Code of its heading
    #[arg(long, default_value = "outbound")]
    pub(crate) heading: String,
    /// Reserved time, such as 60s or 5m [default: the seconds of QUANTITY, otherwise 0]
    #[arg(long)]
    pub(crate) lasts: Option<String>,
    /// Less will do, down to this: in the unit of the product, or an amount with --amount. As much is granted as the credit covers
    #[arg(long, value_name = "LEAST")]
    pub(crate) at_least: Option<String>,
}

/// What was used.
#[derive(Args, Debug)]
pub(crate) struct Used {
    /// Number of the other side
    #[arg(long)]
    pub(crate) number: String,
    /// In the unit of the product: seconds of calls, parts of messages
    #[arg(long)]
    pub(crate) quantity: u32,
    /// Code of the product
    #[arg(long, default_value = "voice")]
    pub(crate) product: String,
    /// Code of its heading
    #[arg(long, default_value = "outbound")]
    pub(crate) heading: String,
}
