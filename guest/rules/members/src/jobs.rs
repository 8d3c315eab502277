//! The jobs of this area: codes to phones, what was asked for without proof, links that wait.

use crate::asks;
use crate::codes;
use crate::members::lost;
use coinbox_ground::job_row::{Effect, Job, Row};

/// What is done for each kind.
pub const JOBS: &[&dyn Job] = &[
    &Row {
        kind: codes::JOB,
        begin: codes::begin,
        effect: Some(Effect { attempt: codes::attempt, finish: codes::finish }),
        look: Some(codes::look),
    },
    &Row::inside(asks::JOB, |turn, _| asks::run(turn)),
    &Row::inside(lost::JOB, lost::run),
];
