//! Limits on templates: the size of a page, the count of numbers for loops, the depth of nesting.
//!
//! Tera limits the depth of components itself, but its error does not name the component. It does
//! not limit the depth of templates that include each other, which could overflow the stack of a
//! thread.

use std::cell::Cell;
use std::collections::HashMap;
use std::io::{self, Write};
use std::ops::Range;

use tera::{Error, Kwargs, State, TeraResult};

use crate::model::{Limit, Limits, limits};

thread_local! {
    /// Count of numbers that `range` has given to the page that this thread renders.
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
        let wrong = format!("a page made by this template is larger than {most}");
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
            return Err(Error::message("`range` cannot have a `step_by` of 0"));
        }
        if start > end && step > 0 {
            return Err(Error::message("`range` cannot have a `start` greater than its `end`"));
        }
        let distance = if (step > 0) == (start < end) { start.abs_diff(end) } else { 0 };
        let count = distance.div_ceil(step.unsigned_abs());
        let wanted = NUMBERS.get().saturating_add(count);
        if wanted > limit {
            let hint = Limits::hint(Limit::Loops, wanted.max(limit.saturating_mul(2)));
            return Err(Error::message(format!("the loops of one page get more than {limit} numbers from `range`\n{hint}")));
        }
        NUMBERS.set(wanted);
        // All numbers are between `start` and `end`, so nothing overflows.
        Ok((0..count).map(|index| start.wrapping_add((index as i64).wrapping_mul(step))).collect())
    }
}

/// Stack of a rendering thread, in bytes.
///
/// Components are nested 20 deep, with up to 40 templates and blocks between two of them. A level
/// takes 10 KB, and 70 KB in a build that is not optimised.
pub const STACK: usize = 64 << 20;

/// The deepest nesting of templates and blocks.
pub(super) const DEEPEST: usize = 40;

/// Maximum number of templates that lead to each other in a circle: Tera's search for the circle
/// takes stack too.
const LONGEST_CIRCLE: usize = 1000;

/// A tag in a template that renders another part.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Tag {
    /// Index of the template in the list.
    pub(super) template: usize,
    /// Byte range of the name in the tag.
    pub(super) name: Range<usize>,
}

/// A component that calls itself, directly or through others.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Recursion {
    pub(super) component: String,
    pub(super) call: Tag,
}

/// A part of the templates that can render other parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part<'t> {
    Component(&'t str),
    /// The text outside of components of a template, by the template's index in the list.
    Template(usize),
}

/// A part that renders another one.
struct Call<'t> {
    caller: Part<'t>,
    called: Part<'t>,
    tag: Tag,
}

/// Returns true if Tera's message says that components are nested too deep.
pub(super) fn is_too_deep(message: &str) -> bool {
    message.contains("recursion depth for components")
}

/// Finds a component that calls itself. Templates of the site come last in the list and are
/// searched first.
///
/// Each template is a name and a text.
pub(super) fn recursion(templates: &[(&str, &str)]) -> Option<Recursion> {
    let calls = calls(templates);
    let leads_back = |from: Part<'_>, to: Part<'_>| {
        let mut known = vec![from];
        let mut next = 0;
        while let Some(&part) = known.get(next) {
            if part == to {
                return true;
            }
            for call in calls.iter().filter(|call| call.caller == part) {
                if !known.contains(&call.called) {
                    known.push(call.called);
                }
            }
            next += 1;
        }
        false
    };
    calls.iter().rev().find_map(|Call { caller, called, tag }| match caller {
        Part::Component(name) if leads_back(*called, *caller) => {
            let call = Tag { template: tag.template, name: tag.name.clone() };
            Some(Recursion { component: (*name).to_owned(), call })
        }
        _ => None,
    })
}

/// Finds a tag at which templates that include or extend each other, and their blocks, are nested
/// too deep.
///
/// Templates that lead back to themselves are left to Tera, which names the templates on the way,
/// unless there are more than [`LONGEST_CIRCLE`] of them.
pub(super) fn too_deep(templates: &[(&str, &str)]) -> Option<Tag> {
    let mut tags: Vec<Vec<(usize, Tag)>> = templates.iter().map(|_| Vec::new()).collect();
    let mut waits_for = vec![0; templates.len()];
    for Call { called, tag, .. } in calls(templates) {
        if let Part::Template(called) = called {
            waits_for[called] += 1;
            tags[tag.template].push((called, tag));
        }
    }
    let own: Vec<usize> = templates.iter().map(|(_, text)| 1 + blocks(text)).collect();
    let mut depth = own.clone();
    let mut found = None;
    let mut ready: Vec<usize> = (0..templates.len()).filter(|&template| waits_for[template] == 0).collect();
    let mut done = 0;
    while let Some(template) = ready.pop() {
        done += 1;
        for (called, tag) in tags[template].drain(..) {
            depth[called] = depth[called].max(depth[template] + own[called]);
            if depth[template] <= DEEPEST && depth[called] > DEEPEST {
                found = Some(tag);
            }
            waits_for[called] -= 1;
            if waits_for[called] == 0 {
                ready.push(called);
            }
        }
    }
    found.or_else(|| {
        let in_circles = templates.len() - done;
        let (_, tag) = tags.into_iter().flatten().next().filter(|_| in_circles > LONGEST_CIRCLE)?;
        Some(tag)
    })
}

/// Returns the nesting depth of a template's blocks.
fn blocks(text: &str) -> usize {
    let (mut open, mut most) = (0_usize, 0);
    for (_, tag) in tags(text) {
        if tag.starts_with("block ") {
            open += 1;
            most = most.max(open);
        } else if tag.starts_with("endblock") {
            open = open.saturating_sub(1);
        }
    }
    most
}

/// Returns all calls in templates: of components, and of templates that are included or extended.
fn calls<'t>(templates: &[(&'t str, &'t str)]) -> Vec<Call<'t>> {
    let named: HashMap<&str, usize> = templates.iter().enumerate().map(|(index, (name, _))| (*name, index)).collect();
    let position = |name: &str| {
        let prefixes = ["", "theme/", "default/"];
        prefixes.iter().find_map(|prefix| named.get(format!("{prefix}{name}").as_str()).copied())
    };
    let mut calls = Vec::new();
    for (template, (_, text)) in templates.iter().enumerate() {
        let mut caller = Part::Template(template);
        for (at, tag) in tags(text) {
            let mut call = |called, start: usize, name: &str| {
                let name = at + start..at + start + name.len();
                calls.push(Call { caller, called, tag: Tag { template, name } });
            };
            if let Some(name) = tag.strip_prefix("component ").map(|rest| name_of(rest.trim_start())) {
                caller = Part::Component(name);
            } else if tag.starts_with("endcomponent") {
                caller = Part::Template(template);
            } else if let Some(name) = quoted(tag, "include").or_else(|| quoted(tag, "extends")) {
                if let Some(called) = position(&tag[name.clone()]) {
                    call(Part::Template(called), name.start, &tag[name]);
                }
            } else {
                for (open, _) in tag.match_indices('<') {
                    let name = name_of(&tag[open + 1..]);
                    if !name.is_empty() {
                        call(Part::Component(name), open + 1, name);
                    }
                }
            }
        }
    }
    calls
}

/// Returns the range of the quoted name after `word` at the beginning of a tag.
///
/// ```text
/// include "a.html"    9..15 for the word `include`, None for `extends`
/// ```
pub(super) fn quoted(tag: &str, word: &str) -> Option<Range<usize>> {
    let rest = tag.strip_prefix(word)?.trim_start();
    let quote = rest.chars().next().filter(|quote| matches!(quote, '"' | '\'' | '`'))?;
    let start = tag.len() - rest.len() + 1;
    Some(start..start + tag[start..].find(quote)?)
}

/// Returns the content of each `{{ … }}` and `{% … %}`, and the byte at which it begins. The
/// content has no leading `-` and white space.
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
        assert_eq!(recursion(&[("fine", fine)]), None);
        let round =
            "{% component a() %}{{- <b/> }}{% endcomponent a %}{% component b() %}{% <a> %}x{% </a> %}{% endcomponent b %}";
        let found = recursion(&[("fine", fine), ("round", round)]).unwrap();
        assert_eq!((found.component.as_str(), found.call.template, &round[found.call.name]), ("b", 1, "a"));
    }

    #[test]
    fn a_component_that_calls_itself_through_a_template_is_found() {
        let own = "{% component c() %}{% if x %}{{ <c/> }}{% endif %}{% endcomponent c %}";
        let component = "{% component a() %}{%- include 'inner' -%}{% endcomponent a %}";
        let found = recursion(&[("own", own), ("default/inner", "{{ <a/> }}"), ("outer", component)]).unwrap();
        assert_eq!((found.component.as_str(), found.call.template, &component[found.call.name]), ("a", 2, "inner"));
    }

    #[test]
    fn nesting_beyond_the_limit_is_found() {
        let chain = |word: &str, count: usize| -> Vec<(String, String)> {
            (1..count)
                .map(|n| (format!("t{n}"), format!("{{% {word} \"t{}\" %}}", n + 1)))
                .chain([(format!("t{count}"), String::new())])
                .collect()
        };
        let found = |chain: &[(String, String)]| {
            let templates: Vec<(&str, &str)> = chain.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
            too_deep(&templates).map(|tag| chain[tag.template].1[tag.name].to_owned())
        };
        for word in ["include", "extends"] {
            assert_eq!(found(&chain(word, DEEPEST)), None);
            assert_eq!(found(&chain(word, DEEPEST + 1)).as_deref(), Some("t41"));
            // Each template is visited once.
            assert_eq!(found(&chain(word, 10_000)).as_deref(), Some("t41"));
        }
        let mut blocks = chain("include", DEEPEST - 1);
        blocks[3].1.push_str("{% block a %}{% block b %}{% endblock b %}{% endblock a %}{% block c %}{% endblock %}");
        assert_eq!(found(&blocks).as_deref(), Some("t39"));
        let mut round = chain("include", 50);
        round[49].1.push_str("{% include \"t7\" %}");
        assert_eq!(found(&round), None);
        let mut round = chain("extends", LONGEST_CIRCLE * 2);
        round.last_mut().unwrap().1.push_str("{% include \"t1\" %}");
        assert!(found(&round).is_some());
    }
}
