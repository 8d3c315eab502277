//! A file for beancount: every account is opened on the day of its first posting.

use super::transactions::{Posting, Transaction, day, one_line, six_decimals};
use coinbox_host::text;
use std::collections::BTreeSet;
use std::io::Write;

pub(super) const HEAD: &str = "; Ledger of Coinbox. Debits are positive.\noption \"title\" \"Coinbox\"\noption \"operating_currency\" \"USD\"\n\n";

/// `Liabilities:Credits:Cash:MA…`: each part begins with a capital and has letters, digits and hyphens only. An account is opened for one currency, so
/// each of the operator's own is one a currency.
fn account(transaction: &Transaction, posting: &Posting) -> String {
    let part = |part: &str| {
        let mut letters = part.chars();
        let first = letters.next().map(|letter| letter.to_ascii_uppercase()).into_iter();
        first.chain(letters).map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' }).collect::<String>()
    };
    // A customer's own account has one currency anyway.
    let name = match posting.owner {
        Some(_) => posting.ledger_account.clone(),
        None => transaction.in_currency(posting),
    };
    let parts = name.split(':').chain(posting.owner.as_deref());
    parts.map(part).collect::<Vec<_>>().join(":")
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", one_line(text).replace('\\', "\\\\").replace('"', "\\\""))
}

pub(super) fn write(
    transaction: &Transaction,
    known: &mut BTreeSet<String>,
    out: &mut dyn Write,
) -> std::io::Result<()> {
    let (day, currency) = (day(transaction), &transaction.currency);
    let accounts: Vec<String> = transaction.postings.iter().map(|posting| account(transaction, posting)).collect();
    for account in &accounts {
        if known.insert(account.clone()) {
            writeln!(out, "{day} open {account} {currency}")?;
        }
    }
    writeln!(out, "{day} * {} {}", quoted(&transaction.kind), quoted(&transaction.cause))?;
    writeln!(out, "  id: {}", quoted(&transaction.id))?;
    writeln!(out, "  at: {}", quoted(&text::moment(transaction.at)))?;
    writeln!(out, "  events: {}", transaction.events)?;
    for (account, posting) in accounts.iter().zip(&transaction.postings) {
        writeln!(out, "  {account}  {} {currency}", six_decimals(posting.amount))?;
    }
    writeln!(out)
}
