//! Problems as values: the message, the place and the hints.
//!
//! Stages return diagnostics beside their results. `cli::report` shows them to people and machines.

use std::cmp::Ordering;

use super::visible::one_line;
use super::{Code, Place};

/// Severity of a problem, in rising order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing; fails nothing.
    Note,
    /// The result is usable, but probably not as the author meant it.
    Warning,
    /// The result is wrong; the build does not publish.
    Error,
}

impl Severity {
    /// Returns the word for the severity in messages and in `site.yaml`.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

/// Hint for a text file in another encoding.
pub const SAVE_AS_UTF8: &str = "save the file as UTF-8";

/// One problem in someone's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    pub code: &'static Code,
    /// Severity of the code, unless `site.yaml` sets another one.
    pub severity: Severity,
    /// Message: one line, lower case, no full stop, clear without its context. Messages quote
    /// files, so control characters are escaped and the length is limited. The same holds for hints
    /// and for the words in `others`.
    pub message: String,
    /// Place of the problem. `None` if there is no file to point at, as for a missing file or a
    /// command-line value.
    pub place: Option<Place>,
    /// Further places that explain the problem, each with a few words.
    pub others: Vec<(Place, String)>,
    /// Hints: actions that solve the problem.
    pub hints: Vec<String>,
}

impl Diagnostic {
    /// Makes a diagnostic with a place.
    pub fn at(code: &'static Code, place: Place, message: impl Into<String>) -> Self {
        Self { place: Some(place), ..Self::nowhere(code, message) }
    }

    /// Makes a diagnostic without a place.
    pub fn nowhere(code: &'static Code, message: impl Into<String>) -> Self {
        let message = one_line(message.into());
        Self { code, severity: code.severity, message, place: None, others: Vec::new(), hints: Vec::new() }
    }

    /// Adds a hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.push_hint(hint);
        self
    }

    /// Adds a hint to an existing diagnostic.
    pub fn push_hint(&mut self, hint: impl Into<String>) {
        self.hints.push(one_line(hint.into()));
    }

    /// Adds a hint if there is one.
    #[must_use]
    pub fn maybe_hint(mut self, hint: Option<String>) -> Self {
        self.hints.extend(hint.map(one_line));
        self
    }

    /// Adds a further place.
    #[must_use]
    pub fn also(mut self, place: Place, words: impl Into<String>) -> Self {
        self.others.push((place, one_line(words.into())));
        self
    }
}

/// Anything that collects problems: `problems.report(&code::NO_TITLE, place, "…").hint("…")`.
pub trait Report {
    /// Adds a problem. Hints and further places are added to the result.
    fn report(&mut self, code: &'static Code, place: impl Into<Place>, message: impl Into<String>) -> Reported<'_>;
}

impl Report for Vec<Diagnostic> {
    fn report(&mut self, code: &'static Code, place: impl Into<Place>, message: impl Into<String>) -> Reported<'_> {
        self.push(Diagnostic::at(code, place.into(), message));
        Reported(self.last_mut().expect("it was just pushed"))
    }
}

/// Problem that was just added to a list.
#[derive(Debug)]
pub struct Reported<'a>(&'a mut Diagnostic);

impl Reported<'_> {
    /// Adds a hint.
    pub fn hint(self, hint: impl Into<String>) -> Self {
        self.0.push_hint(hint);
        self
    }

    /// Adds a hint if there is one.
    pub fn maybe_hint(self, hint: Option<String>) -> Self {
        self.0.hints.extend(hint.map(one_line));
        self
    }

    /// Adds a further place.
    pub fn also(self, place: impl Into<Place>, words: impl Into<String>) -> Self {
        self.0.others.push((place.into(), one_line(words.into())));
        self
    }
}

/// Sorts diagnostics in display order (file, place, code) and drops repetitions.
pub fn sort(diagnostics: &mut Vec<Diagnostic>) {
    diagnostics.sort_by(order);
    diagnostics.dedup();
}

/// Compares two diagnostics in display order.
pub fn order(a: &Diagnostic, b: &Diagnostic) -> Ordering {
    (&a.place, a.code.name, &a.message, &a.others, &a.hints).cmp(&(&b.place, b.code.name, &b.message, &b.others, &b.hints))
}

/// Returns true if any of the diagnostics is an error.
pub fn has_errors(diagnostics: &[Diagnostic]) -> bool {
    diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_one_line_without_control_characters() {
        let problem = Diagnostic::nowhere(&super::super::code::BROKEN_LINK, "no `a\nb\u{1b}[31m`").hint("x\ty");
        assert_eq!((problem.message.as_str(), problem.hints[0].as_str()), ("no `a b\\u{1b}[31m`", "x y"));
    }
}
