//! `refunds` and `queue`.

use clap::Subcommand;

/// `refunds`.
#[derive(Subcommand, Debug)]
pub(crate) enum Refunds {
    /// List an account's, newest first
    List {
        /// Main account
        account: String,
        /// At most so many
        #[arg(long, default_value_t = 100)]
        limit: usize,
    },
    /// Send a failed one again
    Retry {
        /// Main account
        account: String,
        /// Its number
        number: u32,
    },
    /// Note that a failed one was paid in another way
    Settle {
        /// Main account
        account: String,
        /// Its number
        number: u32,
        /// How, such as the bank's name for the transfer
        #[arg(long)]
        reference: String,
    },
}

/// `queue`.
#[derive(Subcommand, Debug)]
pub(crate) enum Queue {
    /// List it, oldest first
    List,
    /// A payment that no charge explains is this account's: credit it
    Credit {
        /// The item
        item: String,
        /// Main account
        account: String,
        /// What the gateway has taken, where the item does not say
        #[arg(long)]
        amount: Option<String>,
        /// For the audit
        #[arg(long)]
        reason: String,
    },
    /// Give such a payment back
    Refund {
        /// The item
        item: String,
        /// Main account that it is noted with
        account: String,
        /// What the gateway has taken, where the item does not say
        #[arg(long)]
        amount: Option<String>,
        /// For the audit
        #[arg(long)]
        reason: String,
    },
    /// A refund that no record explains came from this account's credit: take it off the credit
    Debit {
        /// The item
        item: String,
        /// Main account
        account: String,
        /// What the gateway has given back, where the item does not say
        #[arg(long)]
        amount: Option<String>,
        /// For the audit
        #[arg(long)]
        reason: String,
    },
    /// Take an item off: it was dealt with elsewhere
    Dismiss {
        /// The item
        item: String,
        /// For the audit
        #[arg(long)]
        reason: String,
    },
}
