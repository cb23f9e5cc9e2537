//! What the machine could not do: a disk, a port, a process. It stops the run; it is not a problem in someone's text.

use std::fmt;
use std::path::Path;

use super::visible::one_line;

/// An operation on the world that failed.
#[derive(Debug)]
pub struct Failure {
    /// One line that says what could not be done, and to what. Its control characters are escaped
    /// and its length is limited.
    pub message: String,
    /// What to do, if that is known.
    pub hint: Option<String>,
}

impl Failure {
    /// A failure described in one line.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: one_line(message.into()), hint: None }
    }

    /// Could not `verb` the file or folder at `path`.
    pub fn io(verb: &str, path: &Path, error: &std::io::Error) -> Self {
        Self::new(format!("cannot {verb} `{}`: {error}", path.display()))
    }

    /// Adds what to do.
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
