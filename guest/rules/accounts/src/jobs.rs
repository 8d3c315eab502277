//! The jobs of this area: accounts that close, sign-ups that come to nothing, reviews that are late.

use crate::closing;
use crate::review::judging::tell_overdue;
use crate::review::leaving::OVERDUE;
use crate::signup::upkeep::{self, UNVERIFIED};
use coinbox_credit::records::closing::JOB;
use coinbox_ground::job_row::{Job, Row};

/// What is done for each kind.
pub const JOBS: &[&dyn Job] =
    &[&Row::inside(JOB, closing::run), &Row::inside(UNVERIFIED, upkeep::run), &Row::inside(OVERDUE, tell_overdue)];
