//! Bulk work over the whole store, a bounded page at a time.

use crate::access::people::{attempts, links, throttles};
use crate::credit::watch::judge::{self, judge};
use crate::credit::watch::occasion::Occasion;
use crate::ground::calendar::day_name;
use crate::ground::ids::{AuthId, time_key};
use crate::ground::job::{JobKind, Next, Store};
use crate::ground::port::Lane;
use crate::ground::turn::{Record, Turn, end_of_prefix, successor};
use crate::ground::vocabulary::{DAY_MS, Fault};
use crate::ledger::wallet::{self, Wallet};
use crate::profiles::policy::Policy;
use serde::{Deserialize, Serialize};

/// The job that cleans up once a day.
pub(crate) const JOB: JobKind<Store> = JobKind::new("housekeeping");

/// Accounts looked at in one transaction.
const ACCOUNTS_PER_CALL: usize = 200;

/// Where a walk over all accounts stands, at `store/walk/rejudge`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
struct Walk {
    v: u32,
    after: String,
}

impl Record for Walk {
    const KIND: &'static str = "walk over accounts";
}

const REJUDGE: &str = "store/walk/rejudge";

/// Sets the daily clean-up and the next month's end.
pub(crate) fn schedule(turn: &mut Turn<'_>) {
    crate::ledger::months::schedule(turn);
    turn.timer(&JOB.key(), Lane::Bulk, turn.now() + DAY_MS);
}

/// Looks at the next page of accounts after a change of policy; goes on until all have been looked at.
pub(crate) fn rejudge(turn: &mut Turn<'_>) -> Result<Option<Next>, Fault> {
    let first = turn.get::<Walk>(REJUDGE)?.map_or_else(|| wallet::PREFIX.to_owned(), |walk| successor(&walk.after));
    let (page, more) = turn.span::<Wallet>(&first, &end_of_prefix(wallet::PREFIX), ACCOUNTS_PER_CALL)?;
    let last = page.last().map(|(key, _)| key.clone());
    for (key, _) in page {
        if let Some(account) = key.strip_prefix(wallet::PREFIX).and_then(AuthId::parse) {
            judge(turn, account, Occasion::Settings)?;
            crate::numbers::look_again(turn, account)?;
        }
    }
    let job = judge::REJUDGE.key();
    match last.filter(|_| more) {
        Some(after) => {
            turn.put(REJUDGE, &Walk { v: 1, after });
            turn.timer(&job, Lane::Bulk, turn.now());
            Ok(Some(Next::Again))
        }
        None => {
            turn.remove(REJUDGE);
            turn.cancel(&job);
            Ok(Some(Next::Rest))
        }
    }
}

/// Starts the walk over all accounts: after a change of policy.
pub(crate) fn start_rejudge(turn: &mut Turn<'_>) {
    turn.remove(REJUDGE);
    turn.timer(&judge::REJUDGE.key(), Lane::Bulk, turn.now());
}

/// Removes what was handed out to people and is over: attempts, links, counts of tries. Each stands under its moment.
fn forget_people(turn: &mut Turn<'_>) {
    let now = turn.now();
    for (prefix, lives) in [(attempts::PREFIX, attempts::LIVES_MS), (links::PREFIX, links::LIVES_MAX)] {
        turn.clear(prefix.to_owned(), format!("{prefix}{}", time_key(now - lives)));
    }
    // Today's and yesterday's are still looked at.
    turn.clear(throttles::PREFIX.to_owned(), format!("{}{}", throttles::PREFIX, day_name(now - DAY_MS)));
}

/// Removes dedupe keys of events that are too old to be accepted again, rejected events that nobody has mended for that long, and
/// prices that can price nothing any more.
pub(crate) fn clean(turn: &mut Turn<'_>) -> Result<Option<Next>, Fault> {
    crate::ledger::months::schedule(turn);
    // A host that does not say that it opens a store again.
    crate::formats::prepare(turn, false)?;
    crate::indexes::prepare(turn)?;
    // One day more than the window: a batch under way may still name an event at its edge.
    let oldest = turn.now() - Policy::load(turn)?.usage_window_ms - DAY_MS;
    crate::usage::forget_counted(turn, oldest)?;
    crate::pricing::clean(turn)?;
    crate::lists::tell_old(turn)?;
    crate::signup::upkeep::clean(turn);
    forget_people(turn);
    let emptied = crate::usage::expire_rejected(turn, oldest)?;
    let wait = if emptied { DAY_MS } else { 0 };
    turn.timer(&JOB.key(), Lane::Bulk, turn.now() + wait);
    Ok(Some(if emptied { Next::Rest } else { Next::Again }))
}
