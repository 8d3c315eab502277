//! The run of the month: every recurring charge that is held at 00:00 UTC on its first day.

use super::charging::take;
use super::records::{Entry, PREFIX, Recurring, parse_key};
use coinbox_ground::calendar::Month;
use coinbox_ground::ids::AuthId;
use coinbox_ground::job::Progress;
use coinbox_ground::turn::{Turn, end_of_prefix, successor};
use coinbox_ground::vocabulary::{Fact, Fault};
use coinbox_ledger::wallet;
use coinbox_pricing::rating::Book;
use std::collections::BTreeMap;

/// Charges looked at in one call of the run.
const CHARGES_PER_CALL: usize = 500;
/// Accounts charged in one call of the run.
const ACCOUNTS_PER_CALL: usize = 100;

/// One page of the run: this month of the charges after a key. Accounts in order, of each in order of reference. What ended before the month is
/// forgotten.
pub fn charge_page(turn: &mut Turn<'_>, month: Month, after: Option<&str>) -> Result<Progress, Fault> {
    let first = after.map_or_else(|| PREFIX.to_owned(), successor);
    let (page, mut more) = turn.span::<Recurring>(&first, &end_of_prefix(PREFIX), CHARGES_PER_CALL)?;
    let mut accounts: BTreeMap<AuthId, Vec<Entry>> = BTreeMap::new();
    let (mut last, mut over) = (None, Vec::new());
    for (key, charge) in page {
        let (account, _) = parse_key(&key).ok_or_else(|| Fault::unreadable(vec![Fact::new("key", &key)]))?;
        if accounts.len() == ACCOUNTS_PER_CALL && !accounts.contains_key(&account) {
            more = true;
            break;
        }
        last = Some(key.clone());
        let charges = accounts.entry(account).or_default();
        if charge.ended.is_some_and(|ended| Month::of(ended) < month) {
            over.push(key);
        } else {
            charges.push((key, charge));
        }
    }
    for key in over {
        turn.remove(&key);
    }
    turn.prefetch(accounts.keys().map(|account| wallet::key(*account)));
    let mut book = Book::open(turn)?;
    for (account, mut charges) in accounts {
        take(turn, &mut book, account, &mut charges, month)?;
    }
    Ok(match last.filter(|_| more) {
        Some(after) => Progress::After(after),
        None => Progress::Done,
    })
}
