//! Pending sentences of a translation with their texts: the source now and before, the translation,
//! and the position in its file.
//!
//! This is pure. [`super::status`] computes the statuses; `status` prints the pending sentences,
//! and the preview shows them.

use crate::base::diff::{self, Run};
use crate::base::{LineIndex, Position};
use crate::markdown::{self, parts};
use crate::model::{LangId, SegmentIndex, Unit};
use crate::parse::Document;

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

impl<'s> Pending<'s> {
    /// Takes the edition in a language, its source and its statuses from the site. `text` returns
    /// the text of a file.
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

    /// Returns the wanted sentences with their texts.
    fn all(&self, wanted: impl Fn(&Pair) -> bool) -> impl Iterator<Item = Sentence<'s>> {
        // The last line of the translation before this sentence.
        let mut before = None;
        self.statuses.pairs.iter().filter_map(move |pair| {
            let sentence = wanted(pair).then(|| self.with_texts(pair, before));
            before = pair.lines.last().copied().or(before);
            sentence
        })
    }

    fn with_texts(&self, pair: &'s Pair, before: Option<SegmentIndex>) -> Sentence<'s> {
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
    pub fn change(&self) -> Option<Vec<Run>> {
        match (&self.pair.status, &self.source) {
            (Status::Changed { was: Some(was) }, Some(now)) => Some(diff::words(was, &now.text)),
            _ => None,
        }
    }
}

/// An edition with the text of its file, indexed once because each pending sentence needs its
/// position.
#[derive(Debug)]
pub struct Written<'s> {
    pub document: &'s Document,
    lines: LineIndex<'s>,
}

impl<'s> Written<'s> {
    /// Makes the pair of an edition and the text of its file.
    pub fn new(document: &'s Document, text: &'s str) -> Self {
        Self { document, lines: LineIndex::new(text) }
    }

    /// Returns the line and column of a byte of the file.
    pub fn position(&self, byte: usize) -> Position {
        self.lines.position(byte)
    }

    /// Returns the position of the end of the line that contains a byte.
    fn end_of_line(&self, byte: usize) -> Position {
        self.position(self.lines.range(self.lines.line(byte)).end)
    }

    fn segment(&self, index: SegmentIndex) -> Said {
        let start = self.document.segments[index].bytes.0 as usize;
        let text = self.document.segment_text(self.lines.text(), index);
        Said { text: text.into_owned(), place: self.position(start) }
    }

    /// Returns the title or the description.
    fn front(&self, unit: Unit) -> Option<Said> {
        let text = self.document.front_text(unit)?;
        let values = parts::front(&self.document.file, self.lines.text());
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
    fn place_behind(&self, unit: Unit, line: Option<SegmentIndex>) -> Position {
        let start = match markdown::front_matter(self.lines.text()) {
            Ok((front, start)) => (front.map_or(0, |range| range.start), start),
            Err(_) => (0, 0),
        };
        match (unit, line) {
            (Unit::Segment(_), Some(line)) => self.end_of_line(self.document.segments[line].bytes.1 as usize),
            (Unit::Segment(_), None) => self.position(start.1),
            (Unit::Title | Unit::Description, _) => {
                let title = parts::front(&self.document.file, self.lines.text()).into_iter().find(|value| value.key == "title");
                title.map_or_else(|| self.position(start.0), |title| self.end_of_line(title.range.end))
            }
        }
    }
}
