//! The jobs of this area: numbers for drafts.

use crate::number;
use crate::records::NUMBER;
use coinbox_ground::job_row::{Job, Row};

/// What is done for each kind.
pub const JOBS: &[&dyn Job] = &[&Row::inside(NUMBER, |turn, _| number::run(turn))];
