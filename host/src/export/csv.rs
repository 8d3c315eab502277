//! A line a posting.

use super::{Transaction, one_line, six_decimals};
use crate::text;
use std::io::Write;

pub(super) const HEAD: &str = "transaction,at,kind,cause,events,ledger_account,owner,amount\n";

pub(super) fn write(transaction: &Transaction, out: &mut dyn Write) -> anyhow::Result<()> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for posting in &transaction.postings {
        writer.write_record([
            transaction.id.as_str(),
            &text::moment(transaction.at),
            &transaction.kind,
            &one_line(&transaction.cause),
            &transaction.events.to_string(),
            &posting.ledger_account,
            posting.owner.as_deref().unwrap_or_default(),
            &six_decimals(posting.amount),
        ])?;
    }
    out.write_all(&writer.into_inner()?)?;
    Ok(())
}
