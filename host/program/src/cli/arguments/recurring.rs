//! Arguments of `recurring`.

use clap::{Args, Subcommand, ValueEnum};

/// `recurring`.
#[derive(Subcommand, Debug)]
pub(crate) enum Recurring {
    /// Start a charge. The month that has begun is charged now, every further one on its first day
    Add(NewRecurring),
    /// The charges of an account and its sub-accounts, or of one sub-account
    List {
        /// Main account or sub-account
        account: String,
        /// At most so many
        #[arg(long, default_value_t = 500)]
        limit: usize,
    },
    /// One charge
    Show {
        /// Main account or sub-account
        account: String,
        /// Your name for it
        reference: String,
    },
    /// Change the quantity. It counts from the next first of a month on
    Change {
        /// Main account or sub-account
        account: String,
        /// Your name for it
        reference: String,
        /// 1 to 10 000
        quantity: u32,
    },
    /// End a charge now, or with the end of a month. Nothing is given back
    End {
        /// Main account or sub-account
        account: String,
        /// Your name for it
        reference: String,
        /// The last month that is charged, such as 2026-12 [default: it ends now]
        #[arg(long, value_name = "MONTH")]
        last_month: Option<String>,
    },
}

/// What is paid for the month in which a charge begins.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum FirstMonth {
    /// Nothing
    None,
    /// A whole month
    Full,
    /// The rest of the month by days
    Prorated,
}

/// `recurring add`.
#[derive(Args, Debug)]
pub(crate) struct NewRecurring {
    /// Main account or sub-account
    pub(crate) account: String,
    /// Your name for it, such as the ID of a campaign: 1 to 60 letters, digits and .-_:
    pub(crate) reference: String,
    /// A product that is counted in items
    #[arg(long)]
    pub(crate) product: String,
    /// A heading of the product with the other side none
    #[arg(long)]
    pub(crate) heading: String,
    /// 1 to 10 000
    #[arg(long, default_value_t = 1)]
    pub(crate) quantity: u32,
    /// What is paid for the month that has begun [default: as the setting first-month says]
    #[arg(long, value_enum)]
    pub(crate) first_month: Option<FirstMonth>,
}
