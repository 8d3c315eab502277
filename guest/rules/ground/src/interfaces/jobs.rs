//! Errors of `jobs`.

use crate::vocabulary::{Fact, Fault, Problem};
use serde::{Deserialize, Serialize};

/// Why a job cannot go on.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Error {
    /// It was done or taken back.
    NoSuchJob,
    /// This attempt is not the current one; the payload is.
    StaleAttempt(#[serde(with = "crate::one_field::attempt")] u32),
    /// A stored record cannot be used: the host reports it and tries again later.
    Other(Problem),
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Error {
        match fault {
            Fault::Other(problem) => Error::Other(problem),
            Fault::Refused(refusal) => Error::Other(Problem {
                code: "job-refused".to_owned(),
                facts: vec![Fact::new("refusal", format!("{refusal:?}"))],
            }),
        }
    }
}
