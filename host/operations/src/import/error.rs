//! Why a file cannot be imported.

use crate::link::LinkError;
use coinbox_host::lines::{self, LinesError};
use std::path::Path;

/// Why a file cannot be imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file, or one of its lines.
    #[error(transparent)]
    Lines(#[from] LinesError),
    /// The system that it is read into.
    #[error(transparent)]
    Link(#[from] LinkError),
    /// The system refused some rows, in words that name lines.
    #[error("{0}")]
    Refused(String),
}

impl ImportError {
    /// For whoever words it: an answer of the system as itself, so that the arguments in it are called what they were typed as.
    pub fn into_any(self) -> anyhow::Error {
        match self {
            ImportError::Link(error) => error.into(),
            other => other.into(),
        }
    }
}

/// Error about a file.
pub(super) fn wrong(path: &Path, cause: impl ToString) -> ImportError {
    lines::wrong(path, cause).into()
}

/// Error about a line.
pub(super) fn wrong_line(path: &Path, line: u64, problem: impl ToString) -> ImportError {
    lines::wrong_line(path, line, problem).into()
}
