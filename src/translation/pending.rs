//! Pending sentences of a translation with their texts: the source now and before, the translation,
//! and the position in its file.
//!
//! This is pure. [`super::status`] computes the statuses; `status` prints the pending sentences,
//! and the preview shows them.

use crate::markdown::{self, parts};
use crate::model::{LangId, Unit};
use crate::parse::Document;
use crate::translation::ids::{Piece, change};

use super::status::Status;
use super::status::{EditionStatus, Pair};
use crate::site::{Site, WorkId};

/// A translation and its source, with the texts of their files.
#[derive(Debug)]
pub struct Pending<'s> {
    pub source: Written<'s>,
    pub translation: Written<'s>,
    pub statuses: &'s EditionStatus,
}

/// A sentence of the source and its translation.
#[derive(Debug)]
pub struct Sentence<'s> {
    pub pair: &'s Pair,
    /// Text of the source; `None` if only the translation has the sentence.
    pub source: Option<Said>,
    /// Lines of the translation; empty if it lacks the sentence.
    pub own: Vec<Said>,
    /// Position in the translation's file at which to edit the sentence: its first line, or the end
    /// of the line after which it belongs.
    pub place: Position,
}

/// A line of an edition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    pub text: String,
    pub place: Position,
}

/// Line and column in a file. Both count from one; columns count characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    pub line: usize,
    pub column: usize,
}

impl<'s> Pending<'s> {
    /// Compares the edition in a language with the source; `text` returns the text of a file.
    ///
    /// Returns `None` for the source edition and for an edition that does not exist.
    pub fn of(site: &'s Site, work: WorkId, lang: LangId, text: impl Fn(&str) -> Option<&'s str>) -> Option<Self> {
        let statuses = site.statuses(work, lang)?;
        let written = |document: &'s Document| Written::new(document, text(&document.file).unwrap_or_default());
        let source = written(&site.source_edition(work).1.document);
        Some(Self { source, translation: written(&site.edition(work, lang)?.document), statuses })
    }

    /// Returns the pending sentences in the order of the source. They include extra sentences that
    /// no mark explains, since one may be the translation of a missing sentence.
    pub fn sentences(&self) -> impl Iterator<Item = Sentence<'s>> {
        self.all(|pair| matches!(pair.status, Status::Changed { .. } | Status::Missing | Status::Extra { meant: false }))
    }

    /// Returns the sentence of a unit, pending or not.
    pub fn sentence(&self, unit: Unit) -> Option<Sentence<'s>> {
        self.all(move |pair| pair.unit == unit).next()
    }

    fn all(&self, wanted: impl Fn(&Pair) -> bool) -> impl Iterator<Item = Sentence<'s>> {
        // The last line of the translation before this sentence.
        let mut before = None;
        self.statuses.pairs.iter().filter_map(move |pair| {
            let sentence = wanted(pair).then(|| self.told(pair, before));
            before = pair.lines.last().copied().or(before);
            sentence
        })
    }

    fn told(&self, pair: &'s Pair, before: Option<u32>) -> Sentence<'s> {
        let Self { source, translation, .. } = self;
        let own: Vec<Said> = match pair.unit {
            Unit::Title | Unit::Description => translation.front(pair.unit).into_iter().collect(),
            Unit::Segment(_) => pair.lines.iter().map(|&line| translation.segment(line)).collect(),
        };
        let source = source.front(pair.unit).or_else(|| Some(source.segment(pair.source?)));
        let place = own.first().map_or_else(|| translation.place_behind(pair.unit, before), |said| said.place);
        Sentence { pair, source, own, place }
    }
}

impl Sentence<'_> {
    /// Returns the diff of the source since the translation was made. Returns `None` if the source
    /// has not changed, or if the lock has lost the former text.
    pub fn change(&self) -> Option<Vec<Piece>> {
        match (&self.pair.status, &self.source) {
            (Status::Changed { was: Some(was) }, Some(now)) => Some(change(was, &now.text)),
            _ => None,
        }
    }
}

/// An edition with the text of its file.
#[derive(Debug)]
pub struct Written<'s> {
    pub document: &'s Document,
    text: &'s str,
    /// Bytes at which the lines end, computed once because each pending sentence needs its
    /// position.
    line_ends: Vec<usize>,
}

impl<'s> Written<'s> {
    /// Makes the pair of an edition and the text of its file.
    pub fn new(document: &'s Document, text: &'s str) -> Self {
        Self { document, text, line_ends: text.match_indices('\n').map(|(at, _)| at).collect() }
    }

    /// Returns the line and column of a byte of the file.
    pub fn position(&self, byte: usize) -> Position {
        let line = self.line_ends.partition_point(|&end| end < byte);
        let start = if line == 0 { 0 } else { self.line_ends[line - 1] + 1 };
        Position { line: line + 1, column: self.text.get(start..byte).map_or(1, |before| before.chars().count() + 1) }
    }

    /// Returns the position of the end of the line that contains a byte.
    fn end_of_line(&self, byte: usize) -> Position {
        let end = self.line_ends.get(self.line_ends.partition_point(|&end| end < byte)).copied().unwrap_or(self.text.len());
        self.position(end - usize::from(self.text[..end].ends_with('\r')))
    }

    fn segment(&self, index: u32) -> Said {
        let start = self.document.segments[index as usize].bytes.0 as usize;
        let text = self.document.segment_text(self.text, index as usize);
        Said { text: text.into_owned(), place: self.position(start) }
    }

    /// Returns the title or the description.
    fn front(&self, unit: Unit) -> Option<Said> {
        let text = self.document.front_text(unit)?;
        let values = parts::front(&self.document.file, self.text);
        let key = unit.to_string();
        let value = values.into_iter().find(|value| value.key == key).map(|value| value.range.start);
        // A title that is not in the front matter is a heading.
        let start = value.or_else(|| self.document.title_at.as_ref().map(|place| place.start)).unwrap_or(0);
        Some(Said { text: text.to_owned(), place: self.position(start) })
    }

    /// Returns the position at which to insert a missing unit.
    ///
    /// A sentence goes after `line`, or else at the beginning of the text. A title or description
    /// goes after the title in the front matter, or else at its beginning.
    fn place_behind(&self, unit: Unit, line: Option<u32>) -> Position {
        let start = match markdown::front_matter(self.text) {
            Ok((front, start)) => (front.map_or(0, |range| range.start), start),
            Err(_) => (0, 0),
        };
        match (unit, line) {
            (Unit::Segment(_), Some(line)) => self.end_of_line(self.document.segments[line as usize].bytes.1 as usize),
            (Unit::Segment(_), None) => self.position(start.1),
            (Unit::Title | Unit::Description, _) => {
                let title = parts::front(&self.document.file, self.text).into_iter().find(|value| value.key == "title");
                title.map_or_else(|| self.position(start.0), |title| self.end_of_line(title.range.end))
            }
        }
    }
}
