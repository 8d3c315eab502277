//! The jobs of this area: the totals.

use crate::totals;
use coinbox_ground::job_row::{Job, Row};

/// What is done for each kind.
pub const JOBS: &[&dyn Job] = &[&Row::inside(totals::JOB, |turn, _| totals::run(turn))];
