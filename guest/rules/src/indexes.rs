//! What lists over all accounts are found by: accounts by address, documents by the moment of issue (INV-9).
//!
//! Both follow from the records that they name and are written in the same change. A store from before these lists existed gets its entries from one
//! job, a bounded page a call; until it has come to its end, questions that need them say so. `operator.compare-derived` and
//! `operator.compare-indexes` hold them against what they follow from.

#[cfg(test)]
mod tests;

use crate::access::{self, functions};
use crate::ground::indexes::{Compared, KEY, State, Step, are_ready, unreadable};
use crate::ground::interfaces::operator::{Difference, Error};
use crate::ground::job::{JobKind, Next, Store};
use crate::ground::port::Lane;
use crate::ground::text::is_name;
use crate::ground::turn::{Turn, end_of_prefix, successor};
use crate::ground::vocabulary::{Caller, Checks, Fault};
use crate::invoices;
use crate::profiles::by_mail;
use crate::profiles::profile::{self, Profile};
use serde::{Deserialize, Serialize};

/// The job that gives records of before the entries by which lists find them.
pub(crate) const JOB: JobKind<Store> = JobKind::new("indexes");

/// Records that one call of the job looks at.
const RECORDS_PER_CALL: u32 = 500;
/// Entries that one comparison looks at.
const COMPARED_MAX: u32 = 500;

/// Sees to it that every record has its entries: once in the life of a store.
pub(crate) fn prepare(turn: &mut Turn<'_>) -> Result<(), Fault> {
    if turn.text(KEY).is_some() {
        return Ok(());
    }
    let prefix = profile::PREFIX.to_owned();
    let is_empty = turn.span_text(&prefix, &end_of_prefix(&prefix), 1).0.is_empty();
    let step = if is_empty { Step::Done } else { Step::Accounts(prefix) };
    turn.put(KEY, &State { v: 1, step });
    if !is_empty {
        turn.timer(&JOB.key(), Lane::Bulk, turn.now());
    }
    Ok(())
}

/// Writes the entries of the next records.
pub(crate) fn run(turn: &mut Turn<'_>) -> Result<Option<Next>, Fault> {
    let Some(state) = turn.get::<State>(KEY)? else { return Ok(None) };
    let step = match state.step {
        Step::Done => return Ok(Some(Next::Rest)),
        Step::Accounts(after) => {
            let end = end_of_prefix(profile::PREFIX);
            let (page, more) = turn.span_page::<Profile>(&after, &end, RECORDS_PER_CALL)?;
            let last = page.last().map(|(key, _)| successor(key));
            for (key, profile) in page {
                let account = by_mail::account_of(&key).ok_or_else(|| unreadable(&key))?;
                by_mail::put(turn, &profile.email, account);
            }
            match last.filter(|_| more) {
                Some(after) => Step::Accounts(after),
                None => Step::Documents(invoices::DOCUMENTS.to_owned()),
            }
        }
        Step::Documents(after) => match invoices::put_entries(turn, &after, RECORDS_PER_CALL)? {
            Some(after) => Step::Documents(after),
            None => Step::Done,
        },
    };
    let done = step == Step::Done;
    turn.put(KEY, &State { v: 1, step });
    if done {
        return Ok(Some(Next::Rest));
    }
    turn.timer(&JOB.key(), Lane::Bulk, turn.now());
    Ok(Some(Next::Again))
}

/// What a comparison of entries found.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct IndexesComparison {
    /// Entries that were compared.
    pub compared: u32,
    /// Whether every record has its entries.
    pub complete: bool,
    /// Entries that do not follow from any record.
    pub differences: Vec<Difference>,
    /// `after` of the next page.
    #[serde(default)]
    pub next: Option<String>,
}

/// Compares entries with the records that they name: those of accounts by address, of documents by number, and by the moment of issue.
pub fn compare_indexes(
    turn: &Turn<'_>,
    caller: &Caller,
    after: Option<String>,
    limit: u32,
) -> Result<IndexesComparison, Error> {
    access::query(turn, caller, functions::OPERATOR_COMPARE_INDEXES)?;
    let prefixes = [by_mail::PREFIX, invoices::BY_NUMBER, invoices::BY_ISSUE];
    let mut checks = Checks::new();
    checks.page_limit(limit, COMPARED_MAX);
    let first = match &after {
        None => Some((0, prefixes[0].to_owned())),
        Some(after) if is_name(after, 512) => {
            prefixes.iter().position(|prefix| after.starts_with(prefix)).map(|place| (place, successor(after)))
        }
        Some(_) => None,
    };
    checks.page_after(first.is_some());
    checks.done()?;
    let (mut place, mut first) = first.unwrap_or_default();
    let mut answer = IndexesComparison { compared: 0, complete: are_ready(turn)?, differences: Vec::new(), next: None };
    let mut room = limit;
    loop {
        let prefix = prefixes[place];
        let end = end_of_prefix(prefix);
        let (compared, more) = match place {
            0 => accounts_by_mail(turn, &first, &end, room)?,
            1 => invoices::compare_by_number(turn, &first, &end, room)?,
            _ => invoices::compare_by_issue(turn, &first, &end, room)?,
        };
        let last = compared.last().map(|one| one.key.clone());
        for one in compared {
            answer.compared += 1;
            room -= 1;
            if one.stored != one.rebuilt {
                let (what, auth_id) = (format!("index:{}", one.key), one.account);
                answer.differences.push(Difference { auth_id, what, stored: one.stored, rebuilt: one.rebuilt });
            }
        }
        if more {
            answer.next = last;
            return Ok(answer);
        }
        place += 1;
        if place == prefixes.len() {
            return Ok(answer);
        }
        if room == 0 {
            // The next index begins behind its own beginning, which is no key.
            answer.next = Some(prefixes[place].to_owned());
            return Ok(answer);
        }
        first = prefixes[place].to_owned();
    }
}

fn accounts_by_mail(turn: &Turn<'_>, first: &str, end: &str, limit: u32) -> Result<(Vec<Compared>, bool), Fault> {
    let (entries, more) = turn.span_page::<by_mail::Entry>(first, end, limit)?;
    turn.prefetch(entries.iter().filter_map(|(key, _)| by_mail::account_of(key)).map(profile::key));
    let compared: Result<Vec<Compared>, Fault> = entries
        .into_iter()
        .map(|(key, _)| {
            let account = by_mail::account_of(&key).ok_or_else(|| unreadable(&key))?;
            let rebuilt = match turn.get::<Profile>(&profile::key(account))? {
                Some(profile) => by_mail::key(&profile.email, account),
                None => "no account".to_owned(),
            };
            Ok(Compared { account: account.to_string(), stored: key.clone(), key, rebuilt })
        })
        .collect();
    Ok((compared?, more))
}
