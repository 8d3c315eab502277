//! A journal for hledger: accounts and commodities are declared, so that `hledger check --strict` passes.

use super::transactions::{Posting, Transaction, day, one_line, six_decimals};
use coinbox_host::text;
use std::collections::BTreeSet;
use std::io::Write;

pub(super) const HEAD: &str = "; Ledger of Coinbox. Debits are positive.\ncommodity 1000.000000 USD\n\n";

/// Declared in [`HEAD`].
const DECLARED: &str = "USD";

/// `liabilities:credits:cash:MA…`.
fn account(posting: &Posting) -> String {
    match &posting.owner {
        Some(owner) => format!("{}:{owner}", posting.ledger_account),
        None => posting.ledger_account.clone(),
    }
}

/// Without what would end a description or begin a comment or a tag.
fn described(text: &str) -> String {
    one_line(text).replace([';', '|'], " ")
}

pub(super) fn write(
    transaction: &Transaction,
    known: &mut BTreeSet<String>,
    out: &mut dyn Write,
) -> std::io::Result<()> {
    let currency = &transaction.currency;
    if currency != DECLARED && known.insert(format!("commodity {currency}")) {
        writeln!(out, "commodity 1000.000000 {currency}")?;
    }
    let accounts: Vec<String> = transaction.postings.iter().map(account).collect();
    for account in &accounts {
        if known.insert(account.clone()) {
            writeln!(out, "account {account}")?;
        }
    }
    writeln!(out, "{} {} {}", day(transaction), described(&transaction.kind), described(&transaction.cause))?;
    writeln!(
        out,
        "    ; id:{}, at:{}, events:{}",
        described(&transaction.id),
        text::moment(transaction.at),
        transaction.events
    )?;
    for (account, posting) in accounts.iter().zip(&transaction.postings) {
        writeln!(out, "    {account}  {} {currency}", six_decimals(posting.amount))?;
    }
    writeln!(out)
}
