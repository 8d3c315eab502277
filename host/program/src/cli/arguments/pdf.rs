//! `document`, and what `invoices pdf` and `receipts pdf` take.

use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

/// One issued document as PDF.
#[derive(Args, Debug)]
pub(crate) struct Pdf {
    /// Main account
    pub(crate) account: String,
    /// Its number, such as 2026-000123
    pub(crate) number: String,
    /// File [default: standard output]
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

/// Kind of a made-up document.
#[derive(ValueEnum, Clone, Copy, Debug)]
pub(crate) enum SampleKind {
    /// An invoice
    Invoice,
    /// A credit note
    CreditNote,
    /// A receipt
    Receipt,
    /// An invoice whose tax the customer owes
    ReverseCharge,
    /// A receipt of a refund
    Refund,
    /// A receipt of a payment that failed
    FailedPayment,
    /// A receipt of what a card holder's bank took back
    Chargeback,
    /// A receipt of what the bank gave again
    ChargebackReversal,
}

/// `document`.
#[derive(Subcommand, Debug)]
pub(crate) enum Document {
    /// Write a made-up document
    Sample {
        /// Which kind
        #[arg(value_enum)]
        kind: SampleKind,
        /// File [default: standard output]
        #[arg(long, short, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Print a document from a JSON file, in the form that `invoices.read-document` answers
    Preview {
        /// The file
        file: PathBuf,
        /// File [default: standard output]
        #[arg(long, short, value_name = "FILE")]
        output: Option<PathBuf>,
    },
}
