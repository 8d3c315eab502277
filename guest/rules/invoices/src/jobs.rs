//! The jobs of this area: numbers for drafts.

use crate::number;
use crate::records::NUMBER;
use coinbox_ground::job_row::{Job, Row};

/// What is done for each kind.
pub const JOBS: &[&dyn Job] = &[&Row::inside(NUMBER, |call, _| number::run(call))];
