//! The jobs of this area: lots that expire, and caps whose period ends.

use crate::movements::expiry;
use crate::settings::auto_recharge;
use crate::watch::recharge;
use coinbox_ground::job_row::{Job, Row};
use coinbox_ledger::lots;

/// What is done for each kind.
pub const JOBS: &[&dyn Job] = &[
    &Row::inside(lots::EXPIRY, |call, lot| {
        expiry::expire_lot(call, lot.account, lot.number, &lot.place)?;
        Ok(None)
    }),
    &Row::inside(recharge::UNCAP, |call, account| {
        auto_recharge::uncap(call, account)?;
        Ok(None)
    }),
];
