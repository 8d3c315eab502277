//! The whole ledger in one of the forms, page by page.

use super::transactions::Transaction;
use super::{beancount, csv, hledger};
use crate::link::Link;
use serde_json::json;
use std::collections::BTreeSet;
use std::io::Write;

/// Transactions of one page of the contract.
const PAGE: usize = 500;

/// Form of an export.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// A journal that `hledger check` accepts, strict checks included.
    Hledger,
    /// A file that `bean-check` accepts.
    Beancount,
    /// A line a posting.
    Csv,
}

/// Calls `each` for every transaction, in posting order.
pub fn for_each(link: &dyn Link, mut each: impl FnMut(Transaction) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let mut after = None::<String>;
    loop {
        let page = link.call("operator.read-ledger", json!({"after": after, "limit": PAGE}))?;
        for value in page["transactions"].as_array().into_iter().flatten() {
            let transaction = Transaction::read(value)
                .ok_or_else(|| anyhow::anyhow!("a transaction of the ledger cannot be read: {value}"))?;
            each(transaction)?;
        }
        after = page["next"].as_str().map(str::to_owned);
        if after.is_none() {
            return Ok(());
        }
    }
}

/// Writes the whole ledger. Answers how many transactions there are.
pub fn export(link: &dyn Link, format: Format, out: &mut dyn Write) -> anyhow::Result<u64> {
    // Names that were declared already.
    let mut known = BTreeSet::new();
    let mut written = 0;
    out.write_all(
        match format {
            Format::Hledger => hledger::HEAD,
            Format::Beancount => beancount::HEAD,
            Format::Csv => csv::HEAD,
        }
        .as_bytes(),
    )?;
    for_each(link, |transaction| {
        written += 1;
        match format {
            Format::Hledger => hledger::write(&transaction, &mut known, out)?,
            Format::Beancount => beancount::write(&transaction, &mut known, out)?,
            Format::Csv => csv::write(&transaction, out)?,
        }
        Ok(())
    })?;
    out.flush()?;
    Ok(written)
}
