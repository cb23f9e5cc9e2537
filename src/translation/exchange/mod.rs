//! Exchange formats: sentences and their translations to and from translators' tools.
//!
//! [`collect`] makes a [`Batch`] of units of a site: each sentence with its address, its source,
//! its translation and the state of both. [`write()`] and [`read()`] convert a batch to a file of a
//! format and back. For a batch that comes back, [`plan`](plan::plan) computes the changes.
//! [`apply`](apply::apply) makes the new text of an edition's file, and changes nothing else in it.
//! All of it is pure: texts in, texts out.
//!
//! The address of a unit is `KEY#ID`, such as `vectors/russia#3.2`. The id is that of the segment,
//! in the text, in a footnote or in a table. Two more ids are `title` and `description`.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use crate::base::{Diagnostic, Digest, Place, code, fold, path};
use crate::model::segment::not_an_address;
use crate::model::{Key, limits};

pub mod apply;
pub mod collect;

pub mod jsonl;
pub mod markup;
pub mod pieces;
pub mod plan;
pub mod po;
pub mod table;
pub mod text;
pub mod tmx;
pub mod xliff;
mod xml;

/// Units of one language pair.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Batch {
    /// The title of the site. Formats call it the project.
    pub project: String,
    /// The date of the site's configuration, such as `2026-11-22`. Formats that need a date use it,
    /// so that exports are reproducible.
    pub date: Option<String>,
    /// The language of the sources, if it is known.
    pub source: Option<String>,
    /// The language of the translations, if it is known.
    pub target: Option<String>,
    pub units: Vec<Unit>,
}

/// Prefix of a comment that holds [`Unit::base`], in formats without a field for it.
const BASE: &str = "base: ";

/// A sentence and its translation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    pub key: Key,
    pub id: String,
    /// True for a row of a table: the bars between its cells are placeholders in XLIFF and TMX. Not
    /// read from files.
    pub is_row: bool,
    /// Markdown, on one line.
    pub source: String,
    /// Markdown, on one line; empty if there is none.
    pub target: String,
    pub state: UnitState,
    /// The source from which the translation was made, if the source has changed since.
    pub previous: Option<String>,
    /// The digest of the translation at the time of the export. An import compares it to find
    /// changes since.
    pub base: Option<String>,
    /// Notes to translators.
    pub notes: Vec<String>,
    /// The heading above the sentence.
    pub heading: Option<String>,
    /// The file and line of the source.
    pub file: Arc<str>,
    pub line: usize,
}

/// State of a translation in an exchange file; the worst state comes first.
///
/// It is not [`Status`](crate::translation::status::Status), which results from a comparison of two
/// editions. A state is said by the file, and a tool may call a finished text unfinished. A unit is
/// never extra or left out on purpose, since such sentences are not exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum UnitState {
    #[default]
    Missing,
    /// The source has changed since the translation was made, or the translator's tool calls the
    /// translation unfinished.
    Changed,
    /// Somebody confirmed that the translation still fits its changed source.
    Accepted,
    Current,
}

impl UnitState {
    /// Returns the name of the state in CSV, TMX and JSON Lines.
    pub fn name(self) -> &'static str {
        match self {
            UnitState::Missing => "missing",
            UnitState::Changed => "changed",
            UnitState::Accepted => "accepted",
            UnitState::Current => "current",
        }
    }

    /// Returns the state of a translation that is not empty, from its name in a file. An unknown
    /// name means unfinished.
    fn of_translated(name: &str) -> Self {
        match Self::named(name) {
            // The translator has filled in the missing translation.
            Some(Self::Missing) => Self::Current,
            Some(state) => state,
            None => Self::Changed,
        }
    }

    /// Returns the state with this name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Missing, Self::Changed, Self::Accepted, Self::Current].into_iter().find(|it| it.name() == name)
    }
}

impl Unit {
    /// Returns the address of the unit: `vectors/russia#3.2`.
    pub fn address(&self) -> String {
        format!("{}#{}", self.key, self.id)
    }

    /// Splits the source or the translation into text and markup.
    fn tokens<'t>(&self, text: &'t str) -> Vec<markup::Token<'t>> {
        if self.is_row { markup::protect_row(text) } else { markup::protect(text) }
    }

    /// Makes a unit that has an address and no content. Returns `None` if the address is malformed.
    pub fn at(address: &str) -> Option<Self> {
        let (key, id) = address.rsplit_once('#')?;
        (!key.is_empty() && !id.is_empty()).then(|| Self {
            key: Key::new(key),
            id: id.to_owned(),
            is_row: false,
            source: String::new(),
            target: String::new(),
            state: UnitState::Missing,
            previous: None,
            base: None,
            notes: Vec::new(),
            heading: None,
            file: "".into(),
            line: 0,
        })
    }
}

/// An exchange format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Po,
    Xliff,
    Tmx,
    Csv,
    Jsonl,
}

impl Format {
    pub const ALL: [Self; 5] = [Self::Po, Self::Xliff, Self::Tmx, Self::Csv, Self::Jsonl];

    /// Returns the file extension of the format.
    pub fn extension(self) -> &'static str {
        match self {
            Format::Po => "po",
            Format::Xliff => "xlf",
            Format::Tmx => "tmx",
            Format::Csv => "csv",
            Format::Jsonl => "jsonl",
        }
    }

    /// Detects the format of a file by its extension, or else by its first bytes.
    pub fn of(file: &str, text: &str) -> Option<Self> {
        match path::extension(file).to_ascii_lowercase().as_str() {
            "po" | "pot" => return Some(Self::Po),
            "xlf" | "xliff" | "sdlxliff" | "mxliff" => return Some(Self::Xliff),
            "tmx" => return Some(Self::Tmx),
            "csv" | "tsv" => return Some(Self::Csv),
            "jsonl" | "ndjson" => return Some(Self::Jsonl),
            _ => {}
        }
        let start = text.trim_start();
        let head = &start[..crate::base::place::floor_char_boundary(start, 1000)];
        if start.starts_with('<') {
            return [("<xliff", Self::Xliff), ("<tmx", Self::Tmx)].iter().find(|(tag, _)| head.contains(tag)).map(|it| it.1);
        }
        if start.starts_with('{') {
            return Some(Self::Jsonl);
        }
        if start.starts_with("msgid") || start.starts_with("msgctxt") || (start.starts_with('#') && text.contains("\nmsgid ")) {
            return Some(Self::Po);
        }
        let columns = head.lines().next().unwrap_or("");
        (columns.contains("source") && columns.contains("target")).then_some(Self::Csv)
    }
}

/// Writes a batch as a file of a format.
pub fn write(format: Format, batch: &Batch) -> String {
    match format {
        Format::Po => po::write(batch),
        Format::Xliff => xliff::write(batch),
        Format::Tmx => tmx::write(batch),
        Format::Csv => table::write(batch),
        Format::Jsonl => jsonl::write(batch),
    }
}

/// Units and problems of a file that was read.
#[derive(Debug, Default)]
pub struct ParsedFile {
    pub batch: Batch,
    /// Byte range of each unit in the file, or of the unit's first line or opening tag.
    pub places: Vec<Range<usize>>,
    /// The first problems of the file, and one that counts the others.
    pub problems: Vec<Diagnostic>,
    /// The number of problems that were not kept.
    dropped: usize,
}

/// The greatest number of problems that are kept for a file. A large file in another format has one
/// problem on each line.
const KEPT: usize = 1000;

/// The hint for content that no translation tool writes.
const DAMAGED: &str = "get the file again: it may be damaged, or in another format than its name says";

/// The hint for content that ends too early.
const CUT_OFF: &str = "get the file again: it may be cut off";

/// The hint for codes that a tool did not copy.
const COPY_CODES: &str = "copy the codes (placeholders) from the source into the translation";

/// The greatest number of units in a file. A unit takes more memory than its line in the file.
const MOST_UNITS: usize = 500_000;

/// The greatest length in bytes of a line of PO, CSV and JSON Lines, and of a sentence of XLIFF and
/// TMX.
///
/// A reader may need many times that much memory.
const LONGEST: usize = 4 << 20;

impl ParsedFile {
    /// Adds a unit, unless there are too many.
    fn push(&mut self, file: &Arc<str>, unit: Unit, place: Range<usize>) {
        if self.batch.units.len() == MOST_UNITS {
            let message = format!(
                "the file has more than {MOST_UNITS} sentences; `{}` and all others after it are not read",
                unit.address()
            );
            self.problem(file, place, message).push_hint("split the file into several files");
            return;
        }
        self.batch.units.push(unit);
        self.places.push(place);
    }

    fn problem(&mut self, file: &Arc<str>, range: Range<usize>, message: impl Into<String>) -> &mut Diagnostic {
        self.push_problem(Diagnostic::at(&code::EXCHANGE_SYNTAX, Place::new(file, range), message))
    }

    /// Adds a problem. After [`KEPT`] problems it replaces the last one, so that the file's last
    /// problem is known too.
    fn push_problem(&mut self, problem: Diagnostic) -> &mut Diagnostic {
        if self.problems.len() > KEPT {
            self.problems.pop();
            self.dropped += 1;
        }
        self.problems.push(problem);
        self.problems.last_mut().expect("it was pushed")
    }

    /// Returns true if there are more problems than units, so that reading the rest is useless.
    fn is_garbage(&self) -> bool {
        let problems = self.problems.len() + self.dropped;
        problems >= KEPT && problems > self.batch.units.len()
    }

    /// Adds a summary of the problems that were not kept, or the problem that the rest of the file
    /// was skipped.
    fn finish(&mut self, file: &Arc<str>) {
        if self.is_garbage() {
            self.problems.truncate(KEPT);
            let message = format!("most of `{file}` cannot be read, so the rest of the file was skipped");
            self.problems.push(Diagnostic::at(&code::EXCHANGE_SYNTAX, Place::whole(file), message).hint(DAMAGED));
        } else if self.dropped > 0 {
            self.problems.truncate(KEPT);
            self.problems.push(further_problems(file, self.dropped + 1));
        }
    }

    /// Takes the languages of the file from its first entry, and reports an entry that names
    /// others: a file has one pair of languages. `said` returns the value of a field of the entry.
    fn languages<'a>(
        &mut self,
        file: &Arc<str>,
        range: &Range<usize>,
        entries: &str,
        said: impl Fn(&str) -> Option<Cow<'a, str>>,
    ) {
        let pair = [(&mut self.batch.source, "source_language"), (&mut self.batch.target, "target_language")];
        let differs = pair.into_iter().find_map(|(language, name)| {
            let said = said(name)?;
            let known = language.get_or_insert_with(|| said.clone().into_owned());
            (*known != said).then(|| format!("the `{name}` is `{said}`, but earlier {entries} have another one"))
        });
        if let Some(message) = differs {
            self.push_problem(languages_differ(file, range.clone(), message));
        }
    }

    /// Makes a unit from its address, or reports a malformed address.
    fn unit_at(&mut self, file: &Arc<str>, address: &str, range: &Range<usize>) -> Option<Unit> {
        let unit = Unit::at(address);
        if unit.is_none() {
            let message = not_an_address(&address.escape_debug().to_string());
            self.problem(file, range.clone(), message)
                .push_hint("write the key of the page and the number of the sentence, such as `vectors/russia#3.2`");
        }
        unit
    }
}

/// Reads a file of a format.
pub fn read(format: Format, file: &Arc<str>, text: &str) -> ParsedFile {
    let mut found = match format {
        Format::Xliff => xliff::read(file, text),
        Format::Tmx => tmx::read(file, text),
        Format::Po | Format::Csv | Format::Jsonl => match text::lines(text).find(|(range, _)| range.len() > LONGEST) {
            Some((range, _)) => with_long_line(file, range),
            None if format == Format::Po => po::read(file, text),
            None if format == Format::Csv => table::read(file, text),
            None => jsonl::read(file, text),
        },
    };
    found.finish(file);
    found
}

/// Returns the result for a file with a line that is too long.
fn with_long_line(file: &Arc<str>, line: Range<usize>) -> ParsedFile {
    let mut found = ParsedFile::default();
    let [length, most] = [line.len(), LONGEST].map(|bytes| limits::shown(bytes as u64));
    let message = format!("the line is {length} long; the limit is {most}");
    found.problem(file, line.start..line.start, message).push_hint(DAMAGED);
    found
}

/// Returns the problem that counts the problems of a file that are not shown.
fn further_problems(file: &Arc<str>, count: usize) -> Diagnostic {
    Diagnostic::at(&code::EXCHANGE_SYNTAX, Place::whole(file), format!("`{file}` has {count} more problems, which are not shown"))
        .hint(DAMAGED)
}

/// Returns a digest of a text that ignores differences in white space: 12 characters.
pub fn digest(text: &str) -> String {
    let mut digest = Digest::of(fold(text).as_bytes()).to_string();
    digest.truncate(12);
    digest
}

/// Returns the message that a code of a sentence has no Markdown to stand for.
fn code_without_markdown(number: &str, address: &str) -> String {
    format!("the sentence `{address}` has a code `{number}` for which neither the translation nor the source has Markdown")
}

/// Returns the message that a file names another encoding than UTF-8.
fn other_encoding(name: &str) -> String {
    format!("the file names the encoding `{name}`, but was read as UTF-8")
}

/// Returns the problem of a file that holds more than one pair of languages.
fn languages_differ(file: &Arc<str>, range: Range<usize>, message: String) -> Diagnostic {
    Diagnostic::at(&code::EXCHANGE_SYNTAX, Place::new(file, range), message)
        .hint("split the file into two: a file can contain translations into one language only")
}
