//! Renderer of problems for people, each with the lines around its place. No other file uses
//! annotate-snippets.
//!
//! A frame shows at most [`WIDTH`] columns of a line, around its place. So neither the size of a
//! frame nor the time to make it depends on the length of the line. annotate-snippets receives only
//! the visible part of the text and would count lines and columns in that part. So it receives a
//! stand-in for each place, and the rendered text gets the real place there.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use unicode_width::UnicodeWidthChar as _;

use crate::base::place::{LineIndex, Position, floor_char_boundary};
use crate::base::visible::{shorten, visible_line};
use crate::base::{Diagnostic, Failure, Place, Severity};
use crate::load::Inputs;

/// The most columns of a line that are shown.
const WIDTH: usize = 160;
/// Columns that are shown before a place in a long line.
const BEFORE: usize = 60;
/// Bytes between two places that are shown in one frame.
const NEAR: usize = 4096;
/// The most characters of the words beside a place.
const WORDS: usize = 160;
/// The stand-in for `file:line:column`: a noncharacter, which [`visible_line`] escapes in texts.
const STAND_IN: char = '\u{fdd0}';

/// Texts of the files in which problems are.
pub(super) struct Texts<'a>(BTreeMap<&'a str, LineIndex<'a>>);

impl<'a> Texts<'a> {
    /// Looks up the text of each file that a problem names.
    pub(super) fn of(problems: &[&'a Diagnostic], inputs: &'a Inputs) -> Self {
        let mut texts = BTreeMap::new();
        for problem in problems {
            for place in problem.place.iter().chain(problem.others.iter().map(|(place, _)| place)) {
                if !texts.contains_key(&*place.file)
                    && let Some(text) = inputs.framed_text(&place.file)
                {
                    texts.insert(&*place.file, LineIndex::new(text));
                }
            }
        }
        Self(texts)
    }

    fn get(&self, place: &Place) -> Option<&LineIndex<'a>> {
        self.0.get(&*place.file)
    }

    /// Returns the line and the column where a place begins; `None` if the file has changed since
    /// it was read.
    pub(super) fn start(&self, place: &Place) -> Option<Position> {
        match self.get(place) {
            Some(lines) => Some(lines.position(place.start)),
            // In a file without a known text, only the beginning has a line.
            None => (place.start == 0).then_some(Position { line: 1, column: 1 }),
        }
    }
}

/// Renders a problem with its frames, with at most `most` of its further places.
pub(super) fn problem(problem: &Diagnostic, texts: &Texts<'_>, most: usize) -> String {
    let level = match problem.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let mut frames: Vec<Frame<'_>> = Vec::new();
    // Notes on places in files whose text is not known.
    let mut elsewhere = Vec::new();
    let own = problem.place.iter().map(|place| (place, None));
    for (place, words) in own.chain(problem.others.iter().take(most).map(|(place, words)| (place, Some(words.as_str())))) {
        match (texts.get(place), words) {
            (Some(lines), words) => {
                let mark = Mark::of(place, words, lines);
                if !frames.first_mut().is_some_and(|first| first.takes(place, &mark)) {
                    frames.push(Frame::new(place, lines, mark));
                }
            }
            (None, None) => {}
            (None, Some(words)) => elsewhere.push(format!("{words}: {}", visible_line(&place.file))),
        }
    }
    let shown: Vec<Shown> = frames.iter().map(Frame::show).collect();
    let mut group = Group::with_title(level.primary_title(visible_line(&problem.message)).id(problem.code.name));
    if let Some(place) = problem.place.as_ref().filter(|place| texts.get(place).is_none()) {
        group = group.element(Origin::path(visible_line(&place.file)));
    }
    for shown in &shown {
        group = group.element(shown.snippet());
    }
    if problem.others.len() > most {
        elsewhere.push(format!("{} more places", problem.others.len() - most));
    }
    for note in elsewhere {
        group = group.element(Level::NOTE.message(note));
    }
    for hint in &problem.hints {
        group = group.element(Level::HELP.with_name("hint").message(visible_line(hint)));
    }
    with_places(&renderer().render(&[group]), &frames)
}

/// Renders the failure that stopped a run.
pub(super) fn failure(failure: &Failure) -> String {
    let mut group = Group::with_title(Level::ERROR.primary_title(failure.message.as_str()));
    if let Some(hint) = &failure.hint {
        group = group.element(Level::HELP.with_name("hint").message(hint.as_str()));
    }
    renderer().render(&[group])
}

fn renderer() -> Renderer {
    // Lines and words have been shortened already.
    Renderer::styled().decor_style(DecorStyle::Ascii).term_width(4 * WIDTH)
}

/// Replaces the stand-ins in rendered text by the file, line and column of each frame.
fn with_places(rendered: &str, frames: &[Frame<'_>]) -> String {
    let mut pieces = rendered.split(STAND_IN);
    let mut out = pieces.next().unwrap_or_default().to_owned();
    for (piece, frame) in pieces.zip(frames) {
        let Position { line, column } = frame.lines.position(frame.place.start);
        out.push_str(&format!("{}:{line}:{column}", visible_line(&frame.place.file)));
        out.push_str(piece.trim_start_matches(|c: char| c == ':' || c.is_ascii_digit()));
    }
    out
}

/// Place in a line, with its words if it is a further place.
struct Mark<'a> {
    /// Counted from one.
    line: usize,
    /// Bytes of the text, within one line. A problem of a long paragraph therefore does not print
    /// all of it.
    range: Range<usize>,
    words: Option<&'a str>,
}

impl<'a> Mark<'a> {
    fn of(place: &Place, words: Option<&'a str>, lines: &LineIndex<'_>) -> Self {
        let start = floor_char_boundary(lines.text(), place.start);
        let line = lines.line(start);
        let line_end = lines.range(line).end;
        let start = start.min(line_end);
        let end = floor_char_boundary(lines.text(), place.end).clamp(start, line_end);
        Self { line, range: start..end, words }
    }
}

/// Lines of a file around one place or around several places near each other.
struct Frame<'a> {
    place: &'a Place,
    lines: &'a LineIndex<'a>,
    /// The visible part of each line that has a mark.
    windows: BTreeMap<usize, Range<usize>>,
    marks: Vec<Mark<'a>>,
}

impl<'a> Frame<'a> {
    fn new(place: &'a Place, lines: &'a LineIndex<'a>, mark: Mark<'a>) -> Self {
        let window = window(lines, mark.line, mark.range.start);
        Self { place, lines, windows: BTreeMap::from([(mark.line, window)]), marks: vec![mark] }
    }

    /// Adds a mark and returns true if the frame can show it.
    fn takes(&mut self, place: &Place, mark: &Mark<'a>) -> bool {
        if self.place.file != place.file || self.place.start.abs_diff(mark.range.start) > NEAR {
            return false;
        }
        let window = self.windows.entry(mark.line).or_insert_with(|| window(self.lines, mark.line, mark.range.start));
        let fits = window.start <= mark.range.start && mark.range.start <= window.end;
        if fits {
            self.marks.push(Mark { range: mark.range.clone(), ..*mark });
        }
        fits
    }

    /// Returns the text and the marks for annotate-snippets.
    fn show(&self) -> Shown {
        let (first, last) =
            self.windows.first_key_value().zip(self.windows.last_key_value()).map_or((1, 0), |(a, b)| (*a.0, *b.0));
        let mut shown = Shown { text: String::new(), line: first, marks: Vec::new() };
        for line in first..=last {
            let whole = self.lines.range(line);
            let window = self.windows.get(&line).cloned().unwrap_or_else(|| window(self.lines, line, whole.start));
            if window.start > whole.start {
                shown.text.push('…');
            }
            let base = shown.text.len();
            let visible = |range: Range<usize>| shown_line(&self.lines.text()[range]);
            shown.text.push_str(&visible(window.clone()));
            if window.end < whole.end {
                shown.text.push('…');
            }
            shown.text.push('\n');
            let position = |at: usize| base + visible(window.start..at.clamp(window.start, window.end)).len();
            for mark in self.marks.iter().filter(|mark| mark.line == line) {
                let words = mark.words.map(|words| visible_line(&shorten(words, WORDS)).into_owned());
                shown.marks.push((position(mark.range.start)..position(mark.range.end), words));
            }
        }
        shown.text.pop();
        shown
    }
}

/// Input of annotate-snippets for one frame.
struct Shown {
    text: String,
    /// The number of the first line.
    line: usize,
    /// Bytes of `text`, each with words unless it is the problem's own place.
    marks: Vec<(Range<usize>, Option<String>)>,
}

impl Shown {
    fn snippet(&self) -> Snippet<'_, annotate_snippets::Annotation<'_>> {
        let marks = self.marks.iter().map(|(range, words)| match words {
            None => AnnotationKind::Primary.span(range.clone()),
            Some(words) => AnnotationKind::Context.span(range.clone()).label(words.as_str()),
        });
        Snippet::source(self.text.as_str()).line_start(self.line).path(STAND_IN.to_string()).annotations(marks)
    }
}

/// Escapes the control characters of a line; annotate-snippets itself replaces tabs.
fn shown_line(text: &str) -> String {
    text.split('\t').map(visible_line).collect::<Vec<_>>().join("\t")
}

/// Returns the part of a line that is shown: all of it, or [`WIDTH`] columns around a byte.
fn window(lines: &LineIndex<'_>, line: usize, at: usize) -> Range<usize> {
    let Range { start, end } = lines.range(line);
    let text = lines.text();
    // Leaves room for an ellipsis at each end.
    let width = WIDTH - 2;
    let forward = |from: usize| from + fitting(text[from..end].char_indices().map(|(at, c)| (at + c.len_utf8(), c)), width);
    let back = |from: usize, width: usize| {
        let characters = text[start..from].char_indices().rev();
        from - fitting(characters.map(|(at, c)| (from - start - at, c)), width)
    };
    let first = back(at, BEFORE);
    let last = forward(first);
    if last == end { back(end, width).min(first)..end } else { first..last }
}

/// Returns the distance to the end of the last character that fits into a number of columns.
fn fitting(characters: impl Iterator<Item = (usize, char)>, width: usize) -> usize {
    let (mut columns, mut distance) = (0, 0);
    // Characters without a width take no column, so their number is limited too.
    for (at, c) in characters.take(4 * width) {
        columns += columns_of(c);
        if columns > width {
            break;
        }
        distance = at;
    }
    distance
}

/// Returns the columns that a character takes: four for a tab, the length of the escape if it is
/// escaped.
fn columns_of(c: char) -> usize {
    match visible_line(c.encode_utf8(&mut [0; 4])) {
        _ if c == '\t' => 4,
        Cow::Borrowed(_) => c.width().unwrap_or(1),
        Cow::Owned(escape) => escape.len(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::code;

    fn frame(text: &str, place: Range<usize>, others: &[(Range<usize>, &str)]) -> String {
        let inputs = Inputs::from_texts([("a.md", text)]);
        let file = inputs.name("a.md").expect("it is there").clone();
        let mut diagnostic = Diagnostic::at(&code::BROKEN_LINK, Place::new(&file, place), "gone");
        for (range, words) in others {
            diagnostic = diagnostic.also(Place::new(&file, range.clone()), *words);
        }
        let texts = Texts::of(&[&diagnostic], &inputs);
        anstream::adapter::strip_str(&problem(&diagnostic, &texts, 5)).to_string()
    }

    #[test]
    fn a_long_line_is_cut_around_the_place() {
        let text = format!("one\n{}X{}\n", "ә ".repeat(10_000), " б".repeat(10_000));
        let at = text.find('X').expect("it is there");
        let shown = frame(&text, at..at + 1, &[]);
        let lines: Vec<&str> = shown.lines().collect();
        assert_eq!(lines[1], " --> a.md:2:20001");
        let (code, marker) = (lines[3], lines[4]);
        assert!(code.starts_with("2 | …") && code.ends_with('…'), "{shown}");
        assert_eq!(code.chars().count(), "2 | ".len() + WIDTH, "{shown}");
        assert_eq!(code.chars().position(|c| c == 'X'), marker.chars().position(|c| c == '^'), "{shown}");
    }

    #[test]
    fn a_mark_that_is_longer_than_a_frame_ends_with_it() {
        let shown = frame(&"x".repeat(5000), 0..5000, &[]);
        assert!(shown.lines().all(|line| line.len() < 200), "{shown}");
        assert!(shown.contains(&"^".repeat(150)), "{shown}");
    }

    #[test]
    fn columns_are_those_of_the_display() {
        let text = format!("{}X{}", "漢".repeat(500), "字".repeat(500));
        let at = text.find('X').expect("it is there");
        let shown = frame(&text, at..at + 1, &[]);
        let lines: Vec<&str> = shown.lines().collect();
        let columns = |text: &str| text.chars().map(columns_of).sum::<usize>();
        assert!(columns(lines[3]) <= WIDTH + 4, "{shown}");
        let before = &lines[3][..lines[3].find('X').expect("it is shown")];
        assert_eq!(columns(before), lines[4].find('^').expect("it points"), "{shown}");
        // Marks that take no column do not make a frame of any length.
        let shown = frame(&"a\u{301}".repeat(100_000), 0..1, &[]);
        assert!(shown.len() < 4000, "{}", shown.len());
    }

    #[test]
    fn further_places_share_the_frame_if_they_are_near() {
        let shown = frame("title: a\nb: 1\nc: 1\nd: 1\ne: 1\nf: 1\ntitle: b\n", 34..39, &[(0..5, "first given here")]);
        let wanted = "error[broken-link]: gone\n --> a.md:7:1\n  |\n1 | title: a\n  | ----- first given here\n...\n7 | title: b\n  | ^^^^^";
        assert_eq!(shown, wanted);
        // Two places far apart on one line get two frames, each with its own place.
        let shown = frame(&"x".repeat(3000), 2000..2001, &[(5..6, "first given here")]);
        assert!(shown.contains(" --> a.md:1:2001\n") && shown.contains(" ::: a.md:1:6\n"), "{shown}");
    }

    #[test]
    fn hundreds_of_further_places_are_counted() {
        let many: Vec<_> = (0..300).map(|at| (at * 10..at * 10 + 1, "here")).collect();
        let shown = frame(&"x".repeat(3000), 0..1, &many);
        assert!(shown.contains("= note: 295 more places") && shown.len() < 3000, "{shown}");
    }

    #[test]
    fn no_control_character_reaches_a_terminal() {
        let shown = frame("a\u{1b}]0;x\u{7}\u{9b}1m\u{202e}\u{fdd0}b\tc\n", 1..2, &[(3..4, "\u{1b}[2J")]);
        assert!(!shown.contains(|c: char| c != '\n' && c.is_control()), "{shown:?}");
        assert!(shown.contains("a\\u{1b}]0;x\\u{7}\\u{9b}1m\\u{202e}\\u{fdd0}b    c"), "{shown}");
    }
}
