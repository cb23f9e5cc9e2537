//! Diagnostics for the browser. Each has its frame in pieces, so that the mark covers the exact
//! characters, however wide they are.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Serialize;

use super::desk::Viewer;
use super::editor::{self, Editor};
use crate::base::place::{LineIndex, floor_char_boundary};
use crate::base::problems::OF_CODE;
use crate::base::{self, Diagnostic, Digest, Place, Position, Severity};
use crate::load::Inputs;

/// Maximum number of problems on a page. `tilmash check --all` lists every problem.
const SHOWN: usize = 50;
/// Number of characters of a long line that are shown on each side of the mark.
const AROUND: usize = 90;

/// Problems as the page shows them, the worst first.
#[derive(Debug, Serialize)]
pub(super) struct Problems {
    pub(super) errors: usize,
    pub(super) warnings: usize,
    pub(super) list: Vec<Problem>,
}

/// Problem as the page shows it.
#[derive(Debug, Serialize)]
pub(super) struct Problem {
    /// The name of the problem in requests.
    pub(super) id: String,
    pub(super) severity: &'static str,
    pub(super) code: &'static str,
    pub(super) message: String,
    pub(super) frames: Vec<Frame>,
    pub(super) hints: Vec<String>,
}

/// Place with the lines around it.
#[derive(Debug, Serialize, PartialEq)]
pub(super) struct Frame {
    pub(super) file: String,
    /// Line and column count from one. Both are zero if the file cannot be shown.
    pub(super) line: usize,
    pub(super) column: usize,
    /// The relation of this place to the problem; empty for the problem's own place.
    pub(super) words: String,
    pub(super) lines: Vec<Line>,
    /// The way to open the place. `None` if it is not in a text of the project, there is no editor,
    /// or the request comes from another machine.
    pub(super) way: Option<Way>,
}

/// Way to open a place in the editor.
#[derive(Debug, Serialize, PartialEq)]
#[serde(rename_all = "lowercase")]
pub(super) enum Way {
    /// The preview starts this program.
    Program(String),
    /// The browser opens this address.
    Link(String),
}

/// Line of a frame: the text before the mark, under it, and after it.
#[derive(Debug, Serialize, PartialEq)]
pub(super) struct Line {
    pub(super) number: usize,
    pub(super) before: String,
    /// `None` if this line is only a neighbour; empty for a mark between two characters.
    pub(super) mark: Option<String>,
    pub(super) after: String,
}

impl Problems {
    /// Converts problems into the form that the page shows, the page's own before others of their
    /// severity. Notes are omitted; `check` shows them.
    pub(super) fn new(own: &[Diagnostic], all: &base::Problems, inputs: &Inputs, viewer: Viewer<'_>) -> Self {
        let list = shown(own, all).map(|problem| Problem::new(problem, inputs, viewer)).collect();
        Self { errors: count(own, all, Severity::Error), warnings: count(own, all, Severity::Warning), list }
    }
}

/// Counts the problems of a severity. Rendering a page finds problems of its own, which are not in
/// `all`.
fn count(own: &[Diagnostic], all: &base::Problems, severity: Severity) -> usize {
    own.iter().filter(|problem| problem.severity == severity).count() + all.count(severity)
}

/// Returns the problems that a page shows: the first [`OF_CODE`] of each code, errors before
/// warnings, and [`SHOWN`] in all. So many problems of one code hide no problem of another.
fn shown<'a>(own: &'a [Diagnostic], all: &'a base::Problems) -> impl Iterator<Item = &'a Diagnostic> {
    let mut of_codes: BTreeMap<&str, usize> = BTreeMap::new();
    let of = move |severity| own.iter().chain(all.iter()).filter(move |problem| problem.severity == severity);
    let is_among_first = move |problem: &&Diagnostic| {
        let of_code = of_codes.entry(problem.code.name).or_default();
        *of_code += 1;
        *of_code <= OF_CODE
    };
    of(Severity::Error).chain(of(Severity::Warning)).filter(is_among_first).take(SHOWN)
}

/// Returns the file and the position of a place, by the problem's name and the place's index;
/// `None` if the page no longer shows it, or if it is not in a text of the project.
pub(super) fn place(
    own: &[Diagnostic],
    all: &base::Problems,
    inputs: &Inputs,
    (id, index): (&str, usize),
) -> Option<(PathBuf, Position)> {
    let problem = shown(own, all).find(|problem| self::id(problem) == id)?;
    let place = places(problem).nth(index)?.0;
    Some((inputs.disk_path(&place.file), position(place, inputs)?))
}

/// Returns the places of a problem, its own one first, each with its words.
fn places(problem: &Diagnostic) -> impl Iterator<Item = (&Place, &str)> {
    let others = problem.others.iter().map(|(place, words)| (place, words.as_str()));
    problem.place.iter().map(|place| (place, "")).chain(others)
}

/// Returns the name of a problem for requests; it does not contain paths of the disk.
fn id(problem: &Diagnostic) -> String {
    let place = problem.place.as_ref();
    let (file, range) = (place.map_or("", |place| &*place.file), place.map(Place::range).unwrap_or_default());
    let range = format!("{range:?}");
    let parts = [problem.code.name, problem.message.as_str(), file, &range].map(str::as_bytes);
    Digest::of_parts(parts).to_string()
}

/// Returns the position at which a place begins; `None` if the project has no such text.
fn position(place: &Place, inputs: &Inputs) -> Option<Position> {
    Some(LineIndex::new(inputs.text(&place.file)?).position(place.start))
}

impl Problem {
    fn new(problem: &Diagnostic, inputs: &Inputs, viewer: Viewer<'_>) -> Self {
        Self {
            id: id(problem),
            severity: problem.severity.name(),
            code: problem.code.name,
            message: problem.message.clone(),
            frames: places(problem).map(|(place, words)| frame(place, words, inputs, viewer)).collect(),
            hints: problem.hints.clone(),
        }
    }
}

fn frame(place: &Place, words: &str, inputs: &Inputs, viewer: Viewer<'_>) -> Frame {
    let (file, words) = (place.file.to_string(), words.to_owned());
    match inputs.framed_text(&place.file) {
        Some(text) => {
            let index = LineIndex::new(text);
            let position = index.position(place.start);
            let way = inputs.text(&place.file).and_then(|_| way(&place.file, position, inputs, viewer));
            let Position { line, column } = position;
            Frame { file, line, column, words, lines: lines(&index, place), way }
        }
        None => Frame { file, line: 0, column: 0, words, lines: Vec::new(), way: None },
    }
}

fn way(file: &str, position: Position, inputs: &Inputs, viewer: Viewer<'_>) -> Option<Way> {
    match viewer.editor {
        Editor::Program(words) if viewer.is_here => Some(Way::Program(editor::program_name(words).to_owned())),
        Editor::Link(form) if viewer.is_here => {
            Some(Way::Link(editor::link(form, &viewer.root.join(inputs.disk_name(file)), position)))
        }
        _ => None,
    }
}

/// Returns the line of a place's start, with its neighbours. A place that is the whole file has no
/// lines.
fn lines(index: &LineIndex<'_>, place: &Place) -> Vec<Line> {
    if place.range() == (0..0) {
        return Vec::new();
    }
    let text = index.text();
    let number = index.line(place.start.min(text.len()));
    let line = index.range(number);
    let start = floor_char_boundary(text, place.start).min(line.end);
    let end = floor_char_boundary(text, place.end).clamp(start, line.end);
    let own = Line {
        number,
        before: last(&text[line.start..start]),
        mark: Some(first(&text[start..end], 2 * AROUND)),
        after: first(&text[end..line.end], AROUND),
    };
    let near = |number: usize| {
        let before = first(&text[index.range(number)], 2 * AROUND);
        Line { number, before, mark: None, after: String::new() }
    };
    let above = (number > 1).then(|| near(number - 1));
    let below = (number < index.count()).then(|| near(number + 1));
    above.into_iter().chain([own]).chain(below).collect()
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

    const NO_EDITOR: Editor = Editor::None(String::new());

    fn viewer(editor: &Editor) -> Viewer<'_> {
        Viewer { root: std::path::Path::new("/site"), editor, is_here: true }
    }

    fn frame_of(text: &str, range: std::ops::Range<usize>) -> Frame {
        let inputs = Inputs::from_texts([("a.md", text)]);
        frame(&Place::new(&"a.md".into(), range), "", &inputs, viewer(&NO_EDITOR))
    }

    #[test]
    fn a_place_in_the_project_can_be_opened_in_the_editor() {
        let inputs = Inputs::from_texts([("a.md", "x\ny z\n")]);
        let problem = |file: &str| Diagnostic::at(&code::TEMPLATE, Place::new(&file.into(), 4..5), "m");
        let all = [problem("a.md"), problem("themes/default/templates/page.html")].into_iter().collect();
        let (program, link) =
            (Editor::Program(vec!["/bin/edit".to_owned()]), Editor::Link("x://{file}:{line}:{column}".to_owned()));
        let ways = |viewer: Viewer<'_>| {
            let list = Problems::new(&[], &all, &inputs, viewer).list;
            list.into_iter().map(|mut problem| problem.frames.remove(0).way).collect::<Vec<_>>()
        };
        assert_eq!(ways(viewer(&program)), [Some(Way::Program("edit".to_owned())), None]);
        assert_eq!(ways(viewer(&link)), [Some(Way::Link("x:///site/a.md:2:3".to_owned())), None]);
        assert_eq!(ways(viewer(&NO_EDITOR)), [None, None]);
        assert_eq!(ways(Viewer { is_here: false, ..viewer(&program) }), [None, None]);
        let id = id(&problem("a.md"));
        assert_eq!(place(&[], &all, &inputs, (&id, 0)), Some(("a.md".into(), Position { line: 2, column: 3 })));
        assert_eq!(place(&[], &all, &inputs, (&id, 1)), None, "no such place");
        assert_eq!(place(&[], &all, &inputs, ("a.md", 0)), None, "a path is no name");
        assert_eq!(place(&[], &all, &inputs, (&self::id(&problem("themes/default/templates/page.html")), 0)), None, "built in");
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
    fn every_place_has_a_frame() {
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
    fn many_problems_of_one_code_hide_no_other() {
        let warning = |code, at: usize| Diagnostic::at(code, Place::new(&"a.md".into(), at..at), format!("{at}"));
        let many = (0..60).map(|at| warning(&code::NO_TITLE, at)).chain([warning(&code::DRIFT, 99)]).collect();
        let problems = Problems::new(&[], &many, &Inputs::default(), viewer(&NO_EDITOR));
        assert_eq!((problems.warnings, problems.list.len()), (61, OF_CODE + 1));
        assert_eq!(problems.list.last().map(|problem| problem.message.as_str()), Some("99"));
    }

    #[test]
    fn errors_come_first_and_those_of_the_page_before_others() {
        let file = "a.md".into();
        let warning = Diagnostic::at(&code::NO_TITLE, Place::whole(&file), "w");
        let error = Diagnostic::at(&code::BROKEN_LINK, Place::whole(&file), "other");
        let own = Diagnostic::at(&code::TEMPLATE, Place::whole(&file), "own");
        let problems = Problems::new(
            std::slice::from_ref(&own),
            &[warning, error].into_iter().collect(),
            &Inputs::default(),
            viewer(&NO_EDITOR),
        );
        assert_eq!((problems.errors, problems.warnings), (2, 1));
        assert_eq!(problems.list.iter().map(|problem| problem.message.as_str()).collect::<Vec<_>>(), ["own", "other", "w"]);
    }
}
