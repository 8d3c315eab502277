//! The jobs of this area: accounts that close.

use crate::closing;
use coinbox_credit::records::closing::JOB;
use coinbox_ground::job_row::{Job, Row};

/// What is done for each kind.
pub const JOBS: &[&dyn Job] = &[&Row::inside(JOB, closing::run)];
