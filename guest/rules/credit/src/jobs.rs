//! The jobs of this area: lots that expire, and caps whose period ends.

use crate::movements::expiry;
use crate::settings::auto_recharge;
use crate::watch::recharge;
use coinbox_ground::job_row::{Job, Row};
use coinbox_ledger::lots;

/// What is done for each kind.
pub const JOBS: &[&dyn Job] = &[
    &Row::inside(lots::EXPIRY, |turn, lot| {
        expiry::expire_lot(turn, lot.account, lot.number, &lot.place)?;
        Ok(None)
    }),
    &Row::inside(recharge::UNCAP, |turn, account| {
        auto_recharge::uncap(turn, account)?;
        Ok(None)
    }),
];
