//! The run of the month: rent for every number that is held at 00:00 UTC on its first day (NUM-3).

use crate::debts;
use crate::owing::RELEASES_PER_CALL;
use crate::records::{self, Rented};
use crate::rent::post;
use coinbox_credit::watch::judge::judge;
use coinbox_credit::watch::occasion::Occasion;
use coinbox_ground::calendar::Month;
use coinbox_ground::ids::AuthId;
use coinbox_ground::job::Progress;
use coinbox_ground::turn::{Turn, end_of_prefix, successor};
use coinbox_ground::vocabulary::Fault;
use coinbox_ledger::wallet;
use std::collections::BTreeMap;

/// Numbers looked at in one call of the run.
const NUMBERS_PER_CALL: usize = 1_000;

/// Accounts charged in one call of the run.
const ACCOUNTS_PER_CALL: usize = 200;

/// One page of the run: rent of this month for the numbers after a key. Accounts in order, of each the oldest rental first.
pub fn run(turn: &mut Turn<'_>, month: Month, after: Option<&str>) -> Result<Progress, Fault> {
    let first = after.map_or_else(|| records::PREFIX.to_owned(), successor);
    let end = end_of_prefix(records::PREFIX);
    let (page, mut more) = turn.span::<Rented>(&first, &end, NUMBERS_PER_CALL)?;
    let mut accounts: BTreeMap<AuthId, Vec<(String, Rented)>> = BTreeMap::new();
    let mut last = None;
    for (key, rented) in page {
        let Some(account) = records::account_of(&key) else { continue };
        if accounts.len() == ACCOUNTS_PER_CALL && !accounts.contains_key(&account) {
            more = true;
            break;
        }
        last = Some(key.clone());
        let numbers = accounts.entry(account).or_default();
        if rented.through < month {
            numbers.push((key, rented));
        }
    }
    turn.prefetch(accounts.keys().map(|account| wallet::key(*account)));
    let mut released = 0;
    for (account, numbers) in &accounts {
        if debts::has_due(turn, *account, numbers, month.first())? && released < RELEASES_PER_CALL {
            released += debts::release_due(turn, *account, month.first(), RELEASES_PER_CALL - released)?;
        }
    }
    if released > 0 {
        // What is left on this page is looked at anew.
        return Ok(Progress::After(after.unwrap_or(records::PREFIX).to_owned()));
    }
    for (account, mut numbers) in accounts {
        if post(turn, account, &mut numbers, month)? {
            judge(turn, account, Occasion::Debit)?;
        }
    }
    Ok(match last.filter(|_| more) {
        Some(after) => Progress::After(after),
        None => Progress::Done,
    })
}
