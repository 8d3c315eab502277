//! A line a posting.

use super::table::{Cell, Table};
use super::transactions::{Transaction, one_line, six_decimals};
use coinbox_host::text;
use std::io::Write;

pub(super) const HEAD: &str = "transaction,at,kind,cause,events,ledger_account,owner,amount,currency\n";

pub(super) fn write(transaction: &Transaction, out: &mut dyn Write) -> anyhow::Result<()> {
    let mut table = Table::go_on(Vec::new());
    for posting in &transaction.postings {
        table.row([
            transaction.id.as_str().into(),
            text::moment(transaction.at).into(),
            transaction.kind.as_str().into(),
            one_line(&transaction.cause).into(),
            Cell::Number(transaction.events.to_string()),
            posting.ledger_account.as_str().into(),
            posting.owner.as_deref().unwrap_or_default().into(),
            Cell::Number(six_decimals(posting.amount)),
            transaction.currency.as_str().into(),
        ])?;
    }
    out.write_all(&table.bytes()?)?;
    Ok(())
}
