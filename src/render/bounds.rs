//! Limits on templates: the size of a page, the numbers for loops, the depth of components.
//!
//! Tera limits the depth of components itself, but its error does not name the component.

use std::cell::Cell;
use std::io::{self, Write};
use std::ops::Range;

use tera::{Error, Kwargs, State, TeraResult};

use crate::model::{Limit, Limits, limits};

thread_local! {
    /// The count of numbers that `range` has given to the page that this thread renders.
    static NUMBERS: Cell<u64> = const { Cell::new(0) };
}

/// A writer that fails when a page is larger than its limit.
#[derive(Debug)]
pub(super) struct Bounded {
    pub(super) bytes: Vec<u8>,
    limit: usize,
    is_full: bool,
}

impl Bounded {
    /// Makes the writer for one page, and sets the count of numbers for its loops to zero.
    pub(super) fn new(limits: &Limits, capacity: usize) -> Self {
        NUMBERS.set(0);
        let limit = usize::try_from(limits.of(Limit::Output)).unwrap_or(usize::MAX);
        Self { bytes: Vec::with_capacity(capacity), limit, is_full: false }
    }

    /// Returns the message and the hint if the page is larger than its limit.
    pub(super) fn overflow(&self) -> Option<(String, String)> {
        let most = limits::shown(self.limit as u64);
        let wrong = format!("the page that this template makes is larger than {most}");
        self.is_full.then(|| (wrong, Limits::hint(Limit::Output, self.limit as u64 * 2)))
    }
}

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if bytes.len() > self.limit.saturating_sub(self.bytes.len()) {
            self.is_full = true;
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Returns Tera's function `range` with a limit on the numbers that all loops of one page get.
pub(super) fn range(limits: &Limits) -> impl Fn(Kwargs, &State<'_>) -> TeraResult<Vec<i64>> + Sync + Send + 'static {
    let limit = limits.of(Limit::Loops);
    move |kwargs, _| {
        let (start, end) = (kwargs.get::<i64>("start")?.unwrap_or(0), kwargs.must_get::<i64>("end")?);
        let step = kwargs.get::<i64>("step_by")?.unwrap_or(1);
        if step == 0 {
            return Err(Error::message("`range` has a `step_by` of 0"));
        }
        if start > end && step > 0 {
            return Err(Error::message("`range` has a `start` that is greater than its `end`"));
        }
        let distance = if (step > 0) == (start < end) { start.abs_diff(end) } else { 0 };
        let count = distance.div_ceil(step.unsigned_abs());
        let wanted = NUMBERS.get().saturating_add(count);
        if wanted > limit {
            let hint = Limits::hint(Limit::Loops, wanted.max(limit.saturating_mul(2)));
            return Err(Error::message(format!("`range` gives more than {limit} numbers to the loops of one page\n{hint}")));
        }
        NUMBERS.set(wanted);
        // All numbers are between `start` and `end`, so nothing overflows.
        Ok((0..count).map(|index| start.wrapping_add((index as i64).wrapping_mul(step))).collect())
    }
}

/// A component that calls itself, directly or through others.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Recursion {
    pub(super) component: String,
    /// The index of the template with the call.
    pub(super) template: usize,
    /// The bytes of the component's name in the call.
    pub(super) call: Range<usize>,
}

/// Returns true if Tera's message says that components are nested too deep.
pub(super) fn is_too_deep(message: &str) -> bool {
    message.contains("recursion depth for components")
}

/// Finds a component that calls itself. Later templates go first, since those of the site come
/// last.
pub(super) fn recursion(templates: &[&str]) -> Option<Recursion> {
    let mut calls: Vec<(&str, &str, usize, Range<usize>)> = Vec::new();
    for (index, text) in templates.iter().enumerate() {
        let mut inside = None;
        for (at, tag) in tags(text) {
            if let Some(name) = tag.strip_prefix("component ").map(|rest| name_of(rest.trim_start())) {
                inside = Some(name);
            } else if tag.starts_with("endcomponent") {
                inside = None;
            } else if let Some(caller) = inside {
                for (open, _) in tag.match_indices('<') {
                    let name = name_of(&tag[open + 1..]);
                    if !name.is_empty() {
                        calls.push((caller, name, index, at + open + 1..at + open + 1 + name.len()));
                    }
                }
            }
        }
    }
    let leads_back = |from: &str, to: &str| {
        let mut known = vec![from];
        let mut next = 0;
        while let Some(&name) = known.get(next) {
            if name == to {
                return true;
            }
            for (_, called, ..) in calls.iter().filter(|(caller, ..)| *caller == name) {
                if !known.contains(called) {
                    known.push(called);
                }
            }
            next += 1;
        }
        false
    };
    let (caller, _, template, call) = calls.iter().rev().find(|(caller, called, ..)| leads_back(called, caller))?;
    Some(Recursion { component: (*caller).to_owned(), template: *template, call: call.clone() })
}

/// Returns the content of each `{{ … }}` and `{% … %}` and the byte at which it begins, without
/// leading `-` and white space.
fn tags(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            at += text[at..].find('{')? + 1;
            let close = match text.as_bytes().get(at) {
                Some(b'{') => "}}",
                Some(b'%') => "%}",
                _ => continue,
            };
            let end = at + text[at..].find(close)?;
            let inside = text[at + 1..end].trim_start_matches('-').trim_start();
            let start = end - inside.len();
            at = end;
            return Some((start, inside));
        }
    })
}

/// Returns the component's name at the beginning of a text.
fn name_of(text: &str) -> &str {
    &text[..text.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '.').unwrap_or(text.len())]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_component_that_calls_itself_is_found() {
        let fine = "{% component a() %}<a>{{ <b /> }}{% endcomponent a %}{%- component b(x) -%}{{ x < a }}{%- endcomponent b -%}{{ <a/> }}";
        assert_eq!(recursion(&[fine]), None);
        let round =
            "{% component a() %}{{- <b/> }}{% endcomponent a %}{% component b() %}{% <a> %}x{% </a> %}{% endcomponent b %}";
        let found = recursion(&[fine, round]).unwrap();
        assert_eq!((found.component.as_str(), found.template, &round[found.call]), ("b", 1, "a"));
    }
}
