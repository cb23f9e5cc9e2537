//! Problems as values: what is wrong, where, and what to do about it.
//!
//! Stages return diagnostics beside what they could make. How they are shown to people and to
//! machines is the business of `cli::report`.

use std::cmp::Ordering;

use super::visible::one_line;
use super::{Code, Place};

/// How bad a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing; fails nothing.
    Note,
    /// The result is usable but likely not what was meant.
    Warning,
    /// The result is wrong; the build does not publish.
    Error,
}

impl Severity {
    /// The word for it in messages and in `site.yaml`.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

/// One problem in someone's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    pub code: &'static Code,
    /// The code's own severity, unless `site.yaml` says otherwise.
    pub severity: Severity,
    /// One line, lower case, no full stop; makes sense alone. Messages quote files, so
    /// control characters are escaped and the length is limited. The same holds for the words of
    /// further places and for hints.
    pub message: String,
    /// Where it is; `None` only for what has no file (a missing file, a command-line value).
    pub place: Option<Place>,
    /// Further places that explain it, each with a few words.
    pub others: Vec<(Place, String)>,
    /// What to do.
    pub hints: Vec<String>,
}

impl Diagnostic {
    /// A problem at a place.
    pub fn at(code: &'static Code, place: Place, message: impl Into<String>) -> Self {
        Self { place: Some(place), ..Self::nowhere(code, message) }
    }

    /// A problem that has no place in a file.
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

    /// Adds a hint to a problem that is reported already.
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

/// Puts diagnostics in the order in which they are shown: by file, place, code; equal ones once.
pub fn sort(diagnostics: &mut Vec<Diagnostic>) {
    diagnostics.sort_by(order);
    diagnostics.dedup();
}

/// The order in which diagnostics are shown.
pub fn order(a: &Diagnostic, b: &Diagnostic) -> Ordering {
    (&a.place, a.code.name, &a.message, &a.others, &a.hints).cmp(&(&b.place, b.code.name, &b.message, &b.others, &b.hints))
}

/// Whether any of them is an error.
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
