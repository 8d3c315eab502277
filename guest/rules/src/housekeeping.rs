//! Bulk work over the whole store, a bounded page at a time.

use crate::credit::watch::judge::{self, judge};
use crate::credit::watch::occasion::Occasion;
use crate::ground::call::{Call, Record, end_of_prefix, successor};
use crate::ground::ids::AuthId;
use crate::ground::job::{JobKind, Next, Store};
use crate::ground::port::Lane;
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
pub(crate) fn schedule(call: &mut Call<'_>) {
    crate::ledger::months::schedule(call);
    call.timer(&JOB.key(), Lane::Bulk, call.now() + DAY_MS);
}

/// Looks at the next page of accounts after a change of policy; goes on until all have been looked at.
pub(crate) fn rejudge(call: &mut Call<'_>) -> Result<Option<Next>, Fault> {
    let first = call.get::<Walk>(REJUDGE)?.map_or_else(|| wallet::PREFIX.to_owned(), |walk| successor(&walk.after));
    let (page, more) = call.span::<Wallet>(&first, &end_of_prefix(wallet::PREFIX), ACCOUNTS_PER_CALL)?;
    let last = page.last().map(|(key, _)| key.clone());
    for (key, _) in page {
        if let Some(account) = key.strip_prefix(wallet::PREFIX).and_then(AuthId::parse) {
            judge(call, account, Occasion::Settings)?;
            crate::numbers::look_again(call, account)?;
        }
    }
    let job = judge::REJUDGE.key();
    match last.filter(|_| more) {
        Some(after) => {
            call.put(REJUDGE, &Walk { v: 1, after });
            call.timer(&job, Lane::Bulk, call.now());
            Ok(Some(Next::Again))
        }
        None => {
            call.remove(REJUDGE);
            call.cancel(&job);
            Ok(Some(Next::Rest))
        }
    }
}

/// Starts the walk over all accounts: after a change of policy.
pub(crate) fn start_rejudge(call: &mut Call<'_>) {
    call.remove(REJUDGE);
    call.timer(&judge::REJUDGE.key(), Lane::Bulk, call.now());
}

/// Removes dedupe keys of events that are too old to be accepted again, rejected events that nobody has mended for that long, and
/// prices that can price nothing any more.
pub(crate) fn clean(call: &mut Call<'_>) -> Result<Option<Next>, Fault> {
    crate::ledger::months::schedule(call);
    // A host that does not say that it opens a store again.
    crate::indexes::prepare(call)?;
    // One day more than the window: a batch under way may still name an event at its edge.
    let oldest = call.now() - Policy::load(call)?.usage_window_ms - DAY_MS;
    crate::usage::forget_counted(call, oldest)?;
    crate::pricing::clean(call)?;
    let emptied = crate::usage::expire_rejected(call, oldest)?;
    let wait = if emptied { DAY_MS } else { 0 };
    call.timer(&JOB.key(), Lane::Bulk, call.now() + wait);
    Ok(Some(if emptied { Next::Rest } else { Next::Again }))
}
