//! Lists over all accounts.

use clap::{Args, Subcommand, ValueEnum};

/// Kind of a new account.
#[derive(ValueEnum, Clone, Copy, Debug)]
pub(crate) enum AccountKind {
    /// A paying account
    Standard,
    /// A trial
    Developer,
}

/// Whether accounts may be used.
#[derive(ValueEnum, Clone, Copy, Debug)]
pub(crate) enum StandingKind {
    /// They may
    Active,
    /// They may not, for whatever reason
    Suspended,
    /// Being closed
    Closing,
    /// For good
    Closed,
}

/// How accounts pay.
#[derive(ValueEnum, Clone, Copy, Debug)]
pub(crate) enum BillingMode {
    /// From credit
    Prepaid,
    /// By invoice
    Postpaid,
}

/// `account list`.
#[derive(Args, Debug)]
pub(crate) struct Accounts {
    /// Only those with this in their name
    #[arg(long, value_name = "PART")]
    pub(crate) name: Option<String>,
    /// Only those with this registered address, whole
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) email: Option<String>,
    /// Only accounts with this in their registered address, such as @example.com
    #[arg(long, value_name = "PART")]
    pub(crate) email_part: Option<String>,
    /// Only those of this type
    #[arg(long = "type", value_enum)]
    pub(crate) kind: Option<AccountKind>,
    /// Only those that pay so
    #[arg(long, value_enum)]
    pub(crate) billing_mode: Option<BillingMode>,
    /// Only those that stand so
    #[arg(long, value_enum)]
    pub(crate) standing: Option<StandingKind>,
    /// Only those that owe: balance below zero
    #[arg(long, conflicts_with = "balance_below")]
    pub(crate) owing: bool,
    /// Only those with a balance below this
    #[arg(long, value_name = "AMOUNT", allow_hyphen_values = true)]
    pub(crate) balance_below: Option<String>,
    /// Only those with a balance of this or more
    #[arg(long, value_name = "AMOUNT", allow_hyphen_values = true)]
    pub(crate) balance_from: Option<String>,
    /// Of this currency, such as EUR
    #[arg(long)]
    pub(crate) currency: Option<String>,
    /// Only those after this auth ID
    #[arg(long)]
    pub(crate) after: Option<String>,
    /// At most so many
    #[arg(long, default_value_t = 500)]
    pub(crate) limit: usize,
    /// Print CSV
    #[arg(long)]
    pub(crate) csv: bool,
}

/// What a document is.
#[derive(ValueEnum, Clone, Copy, Debug)]
pub(crate) enum IssuedKind {
    /// Invoices
    Invoice,
    /// Credit notes
    CreditNote,
    /// Receipts
    Receipt,
}

/// What a receipt is about.
#[derive(ValueEnum, Clone, Copy, Debug)]
pub(crate) enum ReceiptKind {
    /// Charges that were paid or failed
    Payment,
    /// Coupons
    Coupon,
    /// What went back
    Refund,
    /// What the bank has taken back
    Chargeback,
    /// What came back with a dispute that was won
    DisputeWon,
}

/// `documents`.
#[derive(Subcommand, Debug)]
pub(crate) enum Documents {
    /// Documents of all accounts with their present status, newest first; documents that are owed, by account
    List(Issued),
}

/// `documents list`.
#[derive(Args, Debug)]
pub(crate) struct Issued {
    /// Only those of this kind
    #[arg(long, value_enum)]
    pub(crate) kind: Option<IssuedKind>,
    /// Only receipts about this
    #[arg(long, value_enum)]
    pub(crate) receipt: Option<ReceiptKind>,
    /// Only those that stand so now, such as open or paid
    #[arg(long)]
    pub(crate) status: Option<String>,
    /// Only that with this number
    #[arg(long)]
    pub(crate) number: Option<String>,
    /// Only those issued in this month (UTC), such as 2026-11
    #[arg(long)]
    pub(crate) month: Option<String>,
    /// Issued at this moment or later, or from this day (UTC) on, such as 2026-11-01
    #[arg(long, value_name = "MOMENT|DAY")]
    pub(crate) from: Option<String>,
    /// Issued before this moment, or before this day (UTC)
    #[arg(long, value_name = "MOMENT|DAY")]
    pub(crate) before: Option<String>,
    /// Only invoices of which anything is owed now
    #[arg(long, conflicts_with = "open_from")]
    pub(crate) open: bool,
    /// Only invoices of which this much is owed now
    #[arg(long, value_name = "AMOUNT")]
    pub(crate) open_from: Option<String>,
    /// In this currency, such as EUR
    #[arg(long)]
    pub(crate) currency: Option<String>,
    /// Only those of this main account
    #[arg(long)]
    pub(crate) account: Option<String>,
    /// Oldest first
    #[arg(long)]
    pub(crate) oldest_first: bool,
    /// Where a list before has ended
    #[arg(long)]
    pub(crate) after: Option<String>,
    /// At most so many
    #[arg(long, default_value_t = 100)]
    pub(crate) limit: usize,
    /// Print CSV
    #[arg(long)]
    pub(crate) csv: bool,
}

/// The word of the contract for a choice.
pub(crate) fn word<T: ValueEnum>(chosen: Option<T>) -> Option<String> {
    Some(chosen?.to_possible_value()?.get_name().to_owned())
}
