//! Commands about money of one account.

use clap::{Subcommand, ValueEnum};

/// `credit`.
#[derive(Subcommand, Debug)]
pub(crate) enum Credit {
    /// Balance
    Show {
        /// Main account
        account: String,
    },
    /// Lots in spending order
    Lots {
        /// Main account
        account: String,
    },
    /// Give promotional credit
    Goodwill {
        /// Main account
        account: String,
        /// Such as 25.00
        amount: String,
        /// For the audit
        #[arg(long)]
        reason: String,
        /// Moment
        #[arg(long)]
        expires: Option<String>,
    },
    /// Take credit; the balance may go below zero
    Debit {
        /// Main account
        account: String,
        /// Such as 25.00
        amount: String,
        /// For the audit
        #[arg(long)]
        reason: String,
    },
    /// Charge a card with exactly what is owed
    Settle {
        /// Main account
        account: String,
        /// Name of the card [default: the default card]
        #[arg(long)]
        card: Option<String>,
    },
    /// Book that a card holder has taken a payment back
    Chargeback {
        /// Main account
        account: String,
        /// Number of the paid charge
        #[arg(required_unless_present = "payment", conflicts_with = "payment")]
        charge: Option<u32>,
        /// Key of a payment that was credited without a charge
        #[arg(long, value_name = "KEY")]
        payment: Option<String>,
        /// Part of it, such as 25.00; otherwise all
        #[arg(long)]
        amount: Option<String>,
        /// The bank's name for the case
        #[arg(long)]
        reference: String,
    },
    /// Book that the dispute about a chargeback was won
    DisputeWon {
        /// Main account
        account: String,
        /// Number of the charge that was taken back
        charge: u32,
        /// The bank's name for the case, as the chargeback has it
        #[arg(long)]
        reference: String,
    },
    /// Give up what is owed
    WriteOff {
        /// Main account
        account: String,
        /// For the audit
        #[arg(long)]
        reason: String,
    },
    /// Give back to a paid recharge what was spent of it
    Correct {
        /// Main account
        account: String,
        /// Such as 25.00
        amount: String,
        /// Number of the recharge
        #[arg(long, required_unless_present = "payment", conflicts_with = "payment")]
        charge: Option<u32>,
        /// Key of a payment that was credited without a charge
        #[arg(long, value_name = "KEY")]
        payment: Option<String>,
        /// For the audit
        #[arg(long)]
        reason: String,
    },
}

/// On or off.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Switch {
    /// On
    On,
    /// Off
    Off,
}

/// `recharge`.
#[derive(Subcommand, Debug)]
pub(crate) enum Recharge {
    /// Charge a card now
    Now {
        /// Main account
        account: String,
        /// Such as 25.00
        amount: String,
        /// Name of the card [default: the default card]
        #[arg(long)]
        card: Option<String>,
    },
    /// Change automatic recharge. What is not given stays; without any change the command shows it
    Auto {
        /// Main account
        account: String,
        /// On or off
        #[arg(value_enum)]
        switch: Option<Switch>,
        /// Recharge when available credit falls below this. Needed the first time
        #[arg(long, value_name = "AMOUNT")]
        below: Option<String>,
        /// What one charge takes; needed the first time
        #[arg(long, value_name = "AMOUNT")]
        amount: Option<String>,
        /// Cap a day; none takes it away
        #[arg(long, value_name = "AMOUNT|none")]
        day_cap: Option<String>,
        /// Cap a week; none takes it away
        #[arg(long, value_name = "AMOUNT|none")]
        week_cap: Option<String>,
        /// Cap a month; none takes it away
        #[arg(long, value_name = "AMOUNT|none")]
        month_cap: Option<String>,
    },
    /// Settings and standing of automatic recharge
    Status {
        /// Main account
        account: String,
    },
    /// Charges, newest first
    List {
        /// Main account
        account: String,
        /// At most so many
        #[arg(long, default_value_t = 50)]
        limit: usize,
    },
    /// Make an open charge final at the gateway
    GiveUp {
        /// Main account
        account: String,
        /// Number of the charge
        charge: u32,
    },
}

/// `card`.
#[derive(Subcommand, Debug)]
pub(crate) enum Card {
    /// Add a card by the gateway's token
    Add {
        /// Main account
        account: String,
        /// The gateway's token, such as tok_approve of the sandbox
        card_token: String,
        /// Make it the default
        #[arg(long)]
        default: bool,
    },
    /// List them
    List {
        /// Main account
        account: String,
    },
    /// Make one the default
    Default {
        /// Main account
        account: String,
        /// Its name, such as card-1
        card: String,
    },
    /// Remove one
    Remove {
        /// Main account
        account: String,
        /// Its name
        card: String,
    },
}

/// `alerts`.
#[derive(Subcommand, Debug)]
pub(crate) enum Alerts {
    /// Replace the customer's own thresholds, or the recipients. What is not given stays
    Set {
        /// Main account
        account: String,
        /// Up to three; none takes all away
        #[arg(long = "below", value_name = "AMOUNT|none")]
        thresholds: Vec<String>,
        /// Besides the registered address; none takes all away
        #[arg(long = "to", value_name = "EMAIL|none")]
        recipients: Vec<String>,
    },
    /// Thresholds and recipients
    Show {
        /// Main account
        account: String,
    },
}
