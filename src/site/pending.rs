//! What a translation waits for, in the words of its files: what the source says now and said before, what the translation
//! says, and where in its file that is, or belongs.
//!
//! Pure. How sentences stand to each other is [`super::standing`]'s; `status` prints what this tells, and the preview shows it.

use crate::align::{Piece, change};
use crate::model::{LangId, Unit};
use crate::parse::{self, Document, parts};

use super::standing::{Pair, Standings};
use super::{Site, Standing, WorkId};

/// A translation beside its source, with the texts of their files.
#[derive(Debug)]
pub struct Pending<'s> {
    pub source: Written<'s>,
    pub translation: Written<'s>,
    pub standings: &'s Standings,
}

/// A sentence of the source and its translation.
#[derive(Debug)]
pub struct Sentence<'s> {
    pub pair: &'s Pair,
    /// Nothing of what the translation alone has.
    pub source: Option<Said>,
    /// The translation, line by line; nothing if there is none.
    pub own: Vec<Said>,
    /// Where it is edited in the translation's file: its first line, or the end of the line that it belongs after.
    pub place: Position,
}

/// A line of an edition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    pub text: String,
    pub place: Position,
}

/// Line and column in a file, both from one; columns count characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    pub line: usize,
    pub column: usize,
}

impl<'s> Pending<'s> {
    /// How the edition of a work stands to the source. `text` gives the text of a file; `None` of the source, and of what is not there.
    pub fn of(site: &'s Site, work: WorkId, lang: LangId, text: impl Fn(&str) -> Option<&'s str>) -> Option<Self> {
        let standings = site.standings(work, lang)?;
        let written = |document: &'s Document| Written::new(document, text(&document.file).unwrap_or_default());
        let source = written(&site.source_edition(work).1.document);
        Some(Self { source, translation: written(&site.edition(work, lang)?.document), standings })
    }

    /// What is to be done, in the order of the source: also what stands for nothing, since it may stand for what is missing.
    pub fn sentences(&self) -> impl Iterator<Item = Sentence<'s>> {
        self.all(|pair| matches!(pair.standing, Standing::Changed { .. } | Standing::Missing | Standing::Extra { meant: false }))
    }

    /// A sentence, pending or not.
    pub fn sentence(&self, unit: Unit) -> Option<Sentence<'s>> {
        self.all(move |pair| pair.unit == unit).next()
    }

    fn all(&self, wanted: impl Fn(&Pair) -> bool) -> impl Iterator<Item = Sentence<'s>> {
        // The last line of the translations of the sentences before.
        let mut before = None;
        self.standings.pairs.iter().filter_map(move |pair| {
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
    /// How the source has changed since the translation was made; `None` if it has not, or the lock has lost how it was.
    pub fn change(&self) -> Option<Vec<Piece>> {
        match (&self.pair.standing, &self.source) {
            (Standing::Changed { was: Some(was) }, Some(now)) => Some(change(was, &now.text)),
            _ => None,
        }
    }
}

/// An edition with the text of its file.
#[derive(Debug)]
pub struct Written<'s> {
    pub document: &'s Document,
    text: &'s str,
    /// Where its lines end: a file may have many, and each pending sentence says its own.
    line_ends: Vec<usize>,
}

impl<'s> Written<'s> {
    /// An edition and the text of its file.
    pub fn new(document: &'s Document, text: &'s str) -> Self {
        Self { document, text, line_ends: text.match_indices('\n').map(|(at, _)| at).collect() }
    }

    /// Where a byte of the file is.
    pub fn position(&self, byte: usize) -> Position {
        let line = self.line_ends.partition_point(|&end| end < byte);
        let start = if line == 0 { 0 } else { self.line_ends[line - 1] + 1 };
        Position { line: line + 1, column: self.text.get(start..byte).map_or(1, |before| before.chars().count() + 1) }
    }

    /// The end of the line that a byte is in.
    fn end_of_line(&self, byte: usize) -> Position {
        let end = self.line_ends.get(self.line_ends.partition_point(|&end| end < byte)).copied().unwrap_or(self.text.len());
        self.position(end - usize::from(self.text[..end].ends_with('\r')))
    }

    fn segment(&self, index: u32) -> Said {
        let start = self.document.segments[index as usize].bytes.0 as usize;
        let text = self.document.segment_text(self.text, index as usize);
        Said { text: text.into_owned(), place: self.position(start) }
    }

    /// The title, or the description.
    fn front(&self, unit: Unit) -> Option<Said> {
        let text = self.document.front_text(unit)?;
        let values = parts::front(&self.document.file, self.text);
        let key = unit.to_string();
        let value = values.into_iter().find(|value| value.key == key).map(|value| value.range.start);
        // A title that is no value is a heading.
        let start = value.or_else(|| self.document.title_at.as_ref().map(|place| place.start)).unwrap_or(0);
        Some(Said { text: text.to_owned(), place: self.position(start) })
    }

    /// Where something belongs that is not there: behind the line before it, else where the text, or the front matter, begins.
    fn place_behind(&self, unit: Unit, line: Option<u32>) -> Position {
        let start = match parse::front_matter(self.text) {
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
