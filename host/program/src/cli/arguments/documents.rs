//! Commands about documents and what is printed on them.

use clap::Subcommand;

/// Which documents.
#[derive(clap::Args, Debug)]
pub(crate) struct Listed {
    /// Main account
    pub(crate) account: String,
    /// Only those of this status
    #[arg(long)]
    pub(crate) status: Option<String>,
    /// Only those whose number begins with this
    #[arg(long)]
    pub(crate) number: Option<String>,
    /// Issued at this moment or later
    #[arg(long)]
    pub(crate) from: Option<String>,
    /// Issued before this moment
    #[arg(long)]
    pub(crate) before: Option<String>,
    /// Oldest first
    #[arg(long)]
    pub(crate) oldest_first: bool,
    /// Most documents
    #[arg(long, default_value_t = 100)]
    pub(crate) limit: usize,
}

/// `invoices`.
#[derive(Subcommand, Debug)]
pub(crate) enum Invoices {
    /// Invoices with how they stand now, newest first
    List(Listed),
    /// Credit notes, newest first
    CreditNotes(Listed),
    /// One invoice or credit note as it was issued
    Show {
        /// Main account
        account: String,
        /// Such as 2026-000001
        number: String,
    },
    /// Write an invoice or credit note as PDF
    Pdf(super::Pdf),
    /// Give back an invoice or a part of it
    CreditNote {
        /// Main account
        account: String,
        /// Number of the invoice
        invoice: String,
        /// Tax included, such as 25.00 [default: all that is left]
        #[arg(long)]
        amount: Option<String>,
        /// Printed on the credit note
        #[arg(long)]
        reason: String,
    },
    /// Set how many months an invoice covers
    Cycle {
        /// Main account
        account: String,
        /// 1 or 3
        months: u32,
    },
}

/// `receipts`.
#[derive(Subcommand, Debug)]
pub(crate) enum Receipts {
    /// Receipts, newest first
    List(Listed),
    /// One receipt
    Show {
        /// Main account
        account: String,
        /// Such as R-2026-000001
        number: String,
    },
    /// Write a receipt as PDF
    Pdf(super::Pdf),
}

/// `billing`.
#[derive(Subcommand, Debug)]
pub(crate) enum Billing {
    /// What is printed on documents
    Show {
        /// Main account
        account: String,
    },
    /// Balance, last invoice, cards, recent receipts
    Overview {
        /// Main account
        account: String,
    },
    /// Change what is given; `none` takes a text away
    Set {
        /// Main account
        account: String,
        /// Legal name
        #[arg(long)]
        legal_name: Option<String>,
        /// Street and number
        #[arg(long)]
        address: Option<String>,
        /// City
        #[arg(long)]
        city: Option<String>,
        /// State
        #[arg(long)]
        state: Option<String>,
        /// Two letters, such as DE
        #[arg(long)]
        country: Option<String>,
        /// Tax ID
        #[arg(long)]
        tax_id: Option<String>,
        /// Extra address for mails about money. The addresses given replace all others; `none` removes all
        #[arg(long = "notify", value_name = "EMAIL|none")]
        notify: Vec<String>,
    },
}

/// `seats`.
#[derive(Subcommand, Debug)]
pub(crate) enum Seats {
    /// Paid seats and seats in use
    Show {
        /// Main account
        account: String,
    },
    /// Set the number of paid seats
    Set {
        /// Main account
        account: String,
        /// From the members in use up
        seats: u32,
    },
}
