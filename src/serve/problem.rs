//! Diagnostics for the browser: each with its frame in pieces, so that the mark stands on the very
//! characters however wide they are.

use serde::Serialize;

use crate::base::place::{floor_char_boundary, line_and_column};
use crate::base::{self, Diagnostic, Place, Severity};
use crate::load::{Inputs, builtin};

/// More would help nobody; the terminal has them all.
const SHOWN: usize = 50;
/// How much of a long line is shown on each side of the mark, in characters.
const AROUND: usize = 90;

/// Problems, the worst first, as the page shows them.
#[derive(Debug, Serialize)]
pub(super) struct Problems {
    pub(super) errors: usize,
    pub(super) warnings: usize,
    pub(super) list: Vec<Problem>,
}

/// A problem as the page shows it.
#[derive(Debug, Serialize)]
pub(super) struct Problem {
    pub(super) severity: &'static str,
    pub(super) code: &'static str,
    pub(super) message: String,
    pub(super) frames: Vec<Frame>,
    pub(super) hints: Vec<String>,
}

/// A place with the lines around it.
#[derive(Debug, Serialize, PartialEq)]
pub(super) struct Frame {
    pub(super) file: String,
    /// Both from one; zero where the file cannot be shown.
    pub(super) line: usize,
    pub(super) column: usize,
    /// What this place has to do with the problem; empty for the problem's own place.
    pub(super) words: String,
    pub(super) lines: Vec<Line>,
}

/// A line of a frame: what stands before the mark, under it, and after it.
#[derive(Debug, Serialize, PartialEq)]
pub(super) struct Line {
    pub(super) number: usize,
    pub(super) before: String,
    /// `None` if this line only stands near; empty to point between two characters.
    pub(super) mark: Option<String>,
    pub(super) after: String,
}

impl Problems {
    /// Brings problems into the form that the page shows: first those of the page itself. Notes are left to `check`.
    pub(super) fn new(own: &[Diagnostic], all: &base::Problems, inputs: &Inputs) -> Self {
        // A page's own problems show when it is rendered, and no stage before could have found them.
        let count = |severity| own.iter().filter(|problem| problem.severity == severity).count() + all.count(severity);
        let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
        // Of many problems only the first are looked at: after each save all open pages ask.
        let of = |severity: Severity, most: usize| {
            let is_one = move |problem: &&Diagnostic| problem.severity == severity;
            own.iter().chain(all.iter()).filter(is_one).take(most)
        };
        let shown_errors = errors.min(SHOWN);
        let shown = of(Severity::Error, shown_errors).chain(of(Severity::Warning, warnings.min(SHOWN - shown_errors)));
        let list = shown.map(|problem| Problem::new(problem, inputs)).collect();
        Self { errors, warnings, list }
    }
}

impl Problem {
    fn new(problem: &Diagnostic, inputs: &Inputs) -> Self {
        let own = problem.place.iter().map(|place| frame(place, "", inputs));
        let others = problem.others.iter().map(|(place, words)| frame(place, words, inputs));
        Self {
            severity: problem.severity.name(),
            code: problem.code.name,
            message: problem.message.clone(),
            frames: own.chain(others).collect(),
            hints: problem.hints.clone(),
        }
    }
}

fn frame(place: &Place, words: &str, inputs: &Inputs) -> Frame {
    let text = inputs.text(&place.file).map(|text| &**text);
    let text = text.or_else(|| std::str::from_utf8(builtin::file(&place.file)?).ok());
    let (file, words) = (place.file.to_string(), words.to_owned());
    match text {
        Some(text) => {
            let (line, column) = line_and_column(text, place.start);
            Frame { file, line, column, words, lines: lines(text, place) }
        }
        None => Frame { file, line: 0, column: 0, words, lines: Vec::new() },
    }
}

/// The line where a place begins, with its neighbours. A place of the whole file has no lines to show.
fn lines(text: &str, place: &Place) -> Vec<Line> {
    if place.range() == (0..0) {
        return Vec::new();
    }
    let start = floor_char_boundary(text, place.start);
    let line_start = text[..start].rfind('\n').map_or(0, |newline| newline + 1);
    let line_end = text[start..].find('\n').map_or(text.len(), |newline| start + newline);
    let end = floor_char_boundary(text, place.end.max(start)).min(line_end);
    let number = line_and_column(text, start).0;
    let mut lines = Vec::new();
    if let Some(above) = text[..line_start].lines().next_back() {
        lines.push(near(number - 1, above));
    }
    lines.push(Line {
        number,
        before: last(&text[line_start..start]),
        mark: Some(first(&text[start..end], 2 * AROUND)),
        after: first(text[end..line_end].trim_end_matches('\r'), AROUND),
    });
    if let Some(below) = text[line_end..].lines().nth(1) {
        lines.push(near(number + 1, below));
    }
    lines
}

fn near(number: usize, line: &str) -> Line {
    Line { number, before: first(line, 2 * AROUND), mark: None, after: String::new() }
}

fn first(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((cut, _)) => format!("{}…", &text[..cut]),
        None => text.to_owned(),
    }
}

fn last(text: &str) -> String {
    match text.char_indices().rev().nth(AROUND) {
        Some((cut, c)) => format!("…{}", &text[cut + c.len_utf8()..]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::code;

    fn frame_of(text: &str, range: std::ops::Range<usize>) -> Frame {
        let inputs = Inputs::from_texts([("a.md", text)]);
        frame(&Place::new(&"a.md".into(), range), "", &inputs)
    }

    #[test]
    fn a_frame_has_the_mark_and_its_neighbours() {
        let text = "әлем\nбір екі үш\nсоңы\n";
        let at = text.find("екі").unwrap();
        let frame = frame_of(text, at..at + "екі".len());
        assert_eq!((frame.line, frame.column), (2, 5));
        let shown: Vec<_> = frame
            .lines
            .iter()
            .map(|line| (line.number, line.before.as_str(), line.mark.as_deref(), line.after.as_str()))
            .collect();
        assert_eq!(shown, [(1, "әлем", None, ""), (2, "бір ", Some("екі"), " үш"), (3, "соңы", None, "")]);
    }

    #[test]
    fn no_place_is_too_odd_for_a_frame() {
        for text in ["", "\n", "a", "ә\r\nб", "\n\n\n"] {
            for start in 0..6 {
                for end in 0..8 {
                    frame_of(text, start..end.max(start));
                }
            }
        }
        let long = "ә".repeat(1000);
        let line = &frame_of(&long, 1000..1002).lines[0];
        assert_eq!(line.before.chars().count(), AROUND + 1);
        assert_eq!(line.after.chars().count(), AROUND + 1);
        assert_eq!(line.mark.as_deref(), Some("ә"));
    }

    #[test]
    fn errors_come_first_and_the_page_s_own_before_others() {
        let file = "a.md".into();
        let warning = Diagnostic::at(&code::NO_TITLE, Place::whole(&file), "w");
        let error = Diagnostic::at(&code::BROKEN_LINK, Place::whole(&file), "other");
        let own = Diagnostic::at(&code::TEMPLATE, Place::whole(&file), "own");
        let problems = Problems::new(std::slice::from_ref(&own), &[warning, error].into_iter().collect(), &Inputs::default());
        assert_eq!((problems.errors, problems.warnings), (2, 1));
        assert_eq!(problems.list.iter().map(|problem| problem.message.as_str()).collect::<Vec<_>>(), ["own", "other", "w"]);
    }
}
