//! Diagnostics for people and for machines: the only file that knows annotate-snippets.

use std::io::Write as _;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use rayon::prelude::*;
use serde_json::json;

use crate::base::place::line_and_column;
use crate::base::{Diagnostic, Failure, Place, Severity};
use crate::load::{Inputs, builtin};

use super::{Code, Format, Global};

/// How many problems are put into words before they are printed.
const AT_ONCE: usize = 1000;

/// Prints problems and says what they come to.
pub(super) fn report<'p>(global: &Global, problems: impl IntoIterator<Item = &'p Diagnostic>, inputs: &Inputs) -> Code {
    let mut out = anstream::AutoStream::auto(std::io::stderr());
    // JSON is what a machine reads, so it is the output proper.
    let mut json = std::io::stdout().lock();
    let renderer = Renderer::styled().decor_style(DecorStyle::Ascii);
    let problems: Vec<&Diagnostic> = problems.into_iter().collect();
    let count = |severity| problems.iter().filter(|problem| problem.severity == severity).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    // There may be tens of thousands, each with its frame; so they are written a few at a time, on all threads.
    for some in problems.chunks(AT_ONCE) {
        let told = some.par_iter().filter(|problem| !global.quiet || problem.severity != Severity::Note);
        let told: Vec<String> = told
            .map(|problem| match global.format {
                Format::Full => format!("{}\n\n", full(problem, inputs, &renderer)),
                Format::Short => format!("{}\n", short(problem, inputs)),
                Format::Json => format!("{}\n", as_json(problem, inputs)),
            })
            .collect();
        // A reader that went away (a closed pipe) is no failure of the run.
        let _ = match global.format {
            Format::Full | Format::Short => out.write_all(told.concat().as_bytes()),
            Format::Json => json.write_all(told.concat().as_bytes()),
        };
    }
    if errors + warnings > 0 && global.format != Format::Json {
        let _ = writeln!(out, "{}, {}", plural(errors, "error"), plural(warnings, "warning"));
    }
    if errors > 0 { Code::Problems } else { Code::Fine }
}

/// Prints why a run could not be done.
pub(super) fn failure(failure: &Failure, format: Format) {
    if format == Format::Json {
        let _ =
            writeln!(std::io::stdout(), "{}", json!({ "severity": "failure", "message": failure.message, "hint": failure.hint }));
        return;
    }
    let mut out = anstream::AutoStream::auto(std::io::stderr());
    let title = Level::ERROR.primary_title(failure.message.as_str());
    let mut group = Group::with_title(title);
    if let Some(hint) = &failure.hint {
        group = group.element(Level::HELP.with_name("hint").message(hint.as_str()));
    }
    let _ = writeln!(out, "{}", Renderer::styled().decor_style(DecorStyle::Ascii).render(&[group]));
}

fn full(problem: &Diagnostic, inputs: &Inputs, renderer: &Renderer) -> String {
    let level = match problem.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let mut group = Group::with_title(level.primary_title(problem.message.as_str()).id(problem.code.name));
    let mut others = problem.others.iter().collect::<Vec<_>>();
    if let Some(place) = &problem.place {
        match text(place, inputs) {
            Some(source) => {
                let frame = Frame::of(source, visible(place, source));
                let mut snippet = frame.snippet(&place.file);
                snippet = snippet.annotation(AnnotationKind::Primary.span(frame.span.clone()));
                // Further places in the same file share the frame.
                if frame.text.len() == source.len() {
                    for (other, words) in others.extract_if(.., |(other, _)| other.file == place.file) {
                        snippet = snippet.annotation(AnnotationKind::Context.span(visible(other, source)).label(words.as_str()));
                    }
                }
                group = group.element(snippet);
            }
            None => group = group.element(annotate_snippets::Origin::path(&*place.file)),
        }
    }
    for (other, words) in others {
        match text(other, inputs) {
            Some(source) => {
                let frame = Frame::of(source, visible(other, source));
                let annotation = AnnotationKind::Context.span(frame.span.clone()).label(words.as_str());
                group = group.element(frame.snippet(&other.file).annotation(annotation));
            }
            None => group = group.element(Level::NOTE.message(format!("{words}: {}", other.file))),
        }
    }
    for hint in &problem.hints {
        group = group.element(Level::HELP.with_name("hint").message(hint.as_str()));
    }
    renderer.render(&[group])
}

/// The part of a text that a frame is made of.
struct Frame<'a> {
    text: &'a str,
    /// The number of its first line.
    line: usize,
    /// What is pointed at, in this part.
    span: std::ops::Range<usize>,
}

impl<'a> Frame<'a> {
    /// All of a text, as a rule; of one that is large only the line, since making a frame takes a look at all there is.
    fn of(source: &'a str, span: std::ops::Range<usize>) -> Self {
        const LARGE: usize = 1 << 18;
        if source.len() < LARGE {
            return Self { text: source, line: 1, span };
        }
        let start = source[..span.start].rfind('\n').map_or(0, |newline| newline + 1);
        let end = source[span.end..].find('\n').map_or(source.len(), |newline| span.end + newline);
        let line = source[..start].bytes().filter(|&byte| byte == b'\n').count() + 1;
        Self { text: &source[start..end], line, span: span.start - start..span.end - start }
    }

    fn snippet<T: Clone>(&self, file: &'a str) -> Snippet<'a, T> {
        Snippet::source(self.text).line_start(self.line).path(file).fold(true)
    }
}

/// What a frame points at: not more than a line, so that a paragraph's problem does not print a page.
fn visible(place: &Place, source: &str) -> std::ops::Range<usize> {
    let start = crate::base::place::floor_char_boundary(source, place.start);
    let end = crate::base::place::floor_char_boundary(source, place.end.max(start));
    let line = source[start..].find('\n').map_or(source.len(), |newline| start + newline);
    start..end.min(line)
}

fn text<'a>(place: &Place, inputs: &'a Inputs) -> Option<&'a str> {
    inputs.text(&place.file).map(|text| &**text).or_else(|| std::str::from_utf8(builtin::file(&place.file)?).ok())
}

/// The line and the column where a place begins; `None` if the file is another now.
fn start(place: &Place, inputs: &Inputs) -> Option<(usize, usize)> {
    match text(place, inputs) {
        Some(source) => Some(line_and_column(source, place.start)),
        // A file that is no text has its beginning only.
        None => (place.start == 0).then_some((1, 1)),
    }
}

fn short(problem: &Diagnostic, inputs: &Inputs) -> String {
    let place = match &problem.place {
        Some(place) => {
            let place_in = start(place, inputs).map_or_else(String::new, |(line, column)| format!("{line}:{column}:"));
            format!("{}:{place_in} ", place.file)
        }
        None => String::new(),
    };
    let hints: String = problem.hints.iter().map(|hint| format!(" ({hint})")).collect();
    format!("{place}{}[{}]: {}{hints}", problem.severity.name(), problem.code.name, problem.message)
}

fn as_json(problem: &Diagnostic, inputs: &Inputs) -> serde_json::Value {
    let place = |place: &Place| {
        let (line, column) = start(place, inputs).unzip();
        let end = Place::new(&place.file, place.end..place.end);
        let (end_line, end_column) = start(&end, inputs).unzip();
        json!({
            "file": &*place.file, "line": line, "column": column, "end_line": end_line, "end_column": end_column,
            "start": place.start, "end": place.end,
        })
    };
    json!({
        "severity": problem.severity.name(),
        "code": problem.code.name,
        "message": problem.message,
        "place": problem.place.as_ref().map(place),
        "others": problem.others.iter().map(|(other, words)| json!({ "place": place(other), "message": words })).collect::<Vec<_>>(),
        "hints": problem.hints,
    })
}

/// `1 error`, `2 errors`.
pub(super) fn plural(count: usize, word: &str) -> String {
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::code;

    #[test]
    fn of_a_file_that_is_another_now_no_line_is_told() {
        let mut inputs = Inputs::from_texts([("a.md", "one\ntwo\n")]);
        let file = inputs.name("a.md").expect("it is there").clone();
        let problem = Diagnostic::at(&code::BROKEN_LINK, Place::new(&file, 4..7), "gone");
        let lines = |inputs: &Inputs| {
            let json = as_json(&problem, inputs);
            let (line, end) = (json["place"]["line"].clone(), json["place"]["end_line"].clone());
            (short(&problem, inputs), line, end)
        };
        assert_eq!(lines(&inputs), ("a.md:2:1: error[broken-link]: gone".to_owned(), json!(2), json!(2)));
        inputs.forget("a.md");
        assert_eq!(lines(&inputs), ("a.md: error[broken-link]: gone".to_owned(), json!(null), json!(null)));
    }
}
