//! Failures of the machine: of a disk, a port or a process. A failure stops the run. A problem in
//! someone's text is a [`Diagnostic`](super::Diagnostic) instead.

use std::fmt;
use std::path::Path;

use super::visible::{one_line, shown_path};

/// A failed operation on the disk, the network or a process.
#[derive(Debug)]
pub struct Failure {
    /// One line that names the operation that failed and its object. Control characters are escaped
    /// and the length is limited.
    pub message: String,
    /// The action that solves the problem, if it is known.
    pub hint: Option<String>,
}

impl Failure {
    /// Makes a failure with a one-line message.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: one_line(message.into()), hint: None }
    }

    /// Makes the failure "cannot `verb` the file or folder at `path`".
    pub fn io(verb: &str, path: &Path, error: &std::io::Error) -> Self {
        Self::new(format!("cannot {verb} `{}`: {error}", shown_path(path)))
    }

    /// Adds a hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(one_line(hint.into()));
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}
