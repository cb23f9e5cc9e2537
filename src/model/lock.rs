//! The lock of a work: the ids of its sentences, and the source wording that each translation was
//! made from.
//!
//! A lock is a text file beside the work, `russia.lock` beside `russia.kk.md`. Only `tilmash sync`
//! writes it. Each sentence has an entry with a line for each language, so a change of one sentence
//! changes a few lines. Version control merges changes of different sentences, even of neighbours,
//! without a conflict:
//!
//! ```text
//! # Addresses of sentences, kept by `tilmash sync`. Do not edit; merge like any text. Format 1.
//!
//! title
//! kk 9f86d0818899 Ресей
//! en 9f86d0818899 0a1b2c3d4e5f
//!
//! 1.1
//! kk 11aa22bb33cc Екінші сөйлем.
//! en 0000aaaa1111 0a1b2c3d4e5f was Екінші ескі сөйлем.
//! de 11aa22bb33cc 77aa00112233 accepted
//!
//! 2.1
//! kk 77aa00112233 #relations #old-anchor Қатынастар
//!
//! 4.2
//! kk 00112233aa77 | Үндістан | 1945
//! en 00112233aa77 a1b2c3d4e5f6
//!
//! 9.1
//! kk aa7700112233 ^ed-5 Редактордың ескертпесі.
//!
//! 2.1a-en
//! en - 5f5e5d5c5b5a
//!
//! 3.4
//! gone 1b2c3d4e5f60 into 3.3
//! ```
//!
//! * The line of the source edition comes first. It has the digest, then up to three optional
//!   parts: `#` and an anchor of a heading (the present one first, then its former ones), `^` and
//!   the label of the footnote (`\s` is a space, `\\` a backslash), and `|` for a row of a table.
//!   The whole Markdown text follows, with white space folded. The lock keeps the text to find an
//!   edited sentence by its similarity, and to show translators the diff, without asking version
//!   control.
//! * The line of a translation has the digest of the source text it was made from, or `-` if it
//!   corresponds to nothing in the source. The digest of its own text follows. The line ends with
//!   `accepted` if somebody confirmed the translation without changing it. It ends with `was` and
//!   the source text it was made from, if that differs from the present source text.
//! * `gone` keeps the id of a removed sentence, so that it is never given to another one.
//!
//! A lock of a later format is not read, and so never overwritten. In older locks each cell of a
//! table has an entry of its own, with a bar and its column: `kk 00112233aa77 |3 иә`. Reading joins
//! them to rows (`lock/cells.rs`).
//!
//! Reading and writing are pure. Reading a written lock gives the same lock.

use std::borrow::Cow;
use std::collections::{HashMap, hash_map};
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use crate::base::{Diagnostic, Digest, Place, code, fold_all};

use super::segment::not_an_address;
use super::{SegmentId, row};

mod cells;

use cells::Columns;

/// Ending of a lock's file name.
pub const ENDING: &str = ".lock";

/// Format that this program writes, and the latest that it reads.
pub const FORMAT: u32 = 1;

const HEADER: &str = "# Addresses of sentences, kept by `tilmash sync`. Do not edit; merge like any text. Format ";

/// Digest of a text with white space folded: 48 bits, enough to distinguish the texts of one work.
/// White space of every kind counts as a space, so a change of spaces alone makes no translation
/// stale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TextDigest(u64);

impl TextDigest {
    /// Digests a text after folding its white space.
    pub fn of(text: &str) -> Self {
        Self((Digest::of(fold_all(text).as_bytes()).0 >> 80) as u64)
    }

    /// Digests the text of a segment.
    pub fn of_segment(text: &str, is_row: bool) -> Self {
        if !is_row {
            return Self::of(text);
        }
        Self::of_cells(row::cells(text).map(|cell| (!cell.is_empty()).then(|| Self::of(&text[cell]))))
    }

    /// Digests a table row from the digests of its cells; an empty cell has none. So the digests of
    /// cells in older locks suffice to find the rows of translations again.
    fn of_cells(cells: impl Iterator<Item = Option<Self>>) -> Self {
        let mut cells: Vec<Option<Self>> = cells.collect();
        while cells.last().is_some_and(Option::is_none) {
            cells.pop();
        }
        match cells[..] {
            [Some(cell)] => cell,
            _ => {
                let digests = cells.iter().map(|cell| cell.map_or_else(|| "-".to_owned(), |digest| digest.to_string()));
                Self::of(&digests.collect::<Vec<_>>().join(" "))
            }
        }
    }

    /// Reads twelve hexadecimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        (text.len() == 12 && text.bytes().all(is_digit)).then(|| u64::from_str_radix(text, 16).ok().map(Self)).flatten()
    }
}

impl fmt::Display for TextDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:012x}", self.0)
    }
}

/// Part of a work that has an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Unit {
    Title,
    Description,
    Segment(SegmentId),
}

impl Unit {
    /// Reads `title`, `description` or a segment id such as `3.2`.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "title" => Some(Unit::Title),
            "description" => Some(Unit::Description),
            _ => SegmentId::parse(text).map(Unit::Segment),
        }
    }
}

impl Unit {
    /// Returns the name of the unit in messages: "the title", "the sentence `3.2`".
    pub fn named(&self) -> String {
        match self {
            Unit::Title | Unit::Description => format!("the {self}"),
            Unit::Segment(id) => format!("the sentence `{id}`"),
        }
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unit::Title => f.write_str("title"),
            Unit::Description => f.write_str("description"),
            Unit::Segment(id) => id.fmt(f),
        }
    }
}

/// Contents of a lock.
///
/// 1. No two entries have the same unit.
/// 2. Each entry has a source, or is gone, or has a translation.
#[derive(Debug, Clone, Default)]
pub struct Lock {
    entries: Vec<LockEntry>,
    by_unit: HashMap<Unit, usize>,
}

impl PartialEq for Lock {
    fn eq(&self, other: &Self) -> bool {
        // The index follows from the entries.
        self.entries == other.entries
    }
}

/// The part of the lock about one unit.
#[derive(Debug, Clone, PartialEq)]
pub struct LockEntry {
    pub unit: Unit,
    /// Line of the source edition. `None` if the unit is gone, or exists only in translations.
    pub source: Option<Source>,
    pub gone: Option<Gone>,
    pub translations: Vec<Translation>,
}

/// Line of the source edition in an entry.
#[derive(Debug, Clone, PartialEq)]
pub struct Source {
    pub lang: Box<str>,
    pub digest: TextDigest,
    /// Anchor of a heading, followed by its former anchors.
    pub anchors: Vec<Box<str>>,
    /// Label of the footnote that contains the sentence. Translations match their notes by it,
    /// wherever they define them.
    pub note: Option<Box<str>>,
    /// True for a row of a table.
    pub is_row: bool,
    /// Markdown text, with white space folded; of a row, the canonical one.
    pub text: Box<str>,
}

/// Remains of a unit that the source no longer has.
#[derive(Debug, Clone, PartialEq)]
pub struct Gone {
    /// Digest of its last source text.
    pub digest: TextDigest,
    /// Anchors that disappeared with it.
    pub anchors: Vec<Box<str>>,
    /// Sentence into which it was merged.
    pub into: Option<SegmentId>,
}

/// Line of a translation in an entry.
#[derive(Debug, Clone, PartialEq)]
pub struct Translation {
    pub lang: Box<str>,
    /// Digest of the source text it was made from. `None` if it corresponds to nothing in the
    /// source.
    pub made_from: Option<TextDigest>,
    /// Digest of its own text.
    pub own: TextDigest,
    pub state: State,
}

/// State of a translation beyond its digests.
#[derive(Debug, Clone, PartialEq)]
pub enum State {
    /// The digests alone decide if it is current.
    Plain,
    /// Somebody confirmed the translation without changing it.
    Accepted,
    /// It was made from this text, which differs from the present source text.
    Was(Box<str>),
}

impl LockEntry {
    /// Returns the line of the translation in a language.
    pub fn translation(&self, lang: &str) -> Option<&Translation> {
        self.translations.iter().find(|translation| *translation.lang == *lang)
    }

    fn is_empty(&self) -> bool {
        self.source.is_none() && self.gone.is_none() && self.translations.is_empty()
    }
}

impl Lock {
    /// Makes a lock from entries. Of two entries with the same unit, the first is kept.
    pub fn new(entries: Vec<LockEntry>) -> Self {
        let mut lock = Self { entries: Vec::with_capacity(entries.len()), by_unit: HashMap::with_capacity(entries.len()) };
        for entry in entries {
            if let hash_map::Entry::Vacant(free) = lock.by_unit.entry(entry.unit) {
                free.insert(lock.entries.len());
                lock.entries.push(entry);
            }
        }
        lock
    }

    /// Returns all entries, in the order of the source edition.
    pub fn entries(&self) -> &[LockEntry] {
        &self.entries
    }

    /// Returns the entry of a unit.
    pub fn entry(&self, unit: Unit) -> Option<&LockEntry> {
        self.by_unit.get(&unit).map(|&index| &self.entries[index])
    }

    /// Returns the entry of a sentence.
    pub fn segment(&self, id: SegmentId) -> Option<&LockEntry> {
        self.entry(Unit::Segment(id))
    }

    /// Returns the language of the source edition when the lock was written. The lock keeps the
    /// texts of that edition.
    pub fn source_lang(&self) -> Option<&str> {
        self.entries.iter().find_map(|entry| entry.source.as_ref()).map(|source| &*source.lang)
    }

    /// Reads a lock. Returns the entries that could be read, and the problems. A lock of a newer
    /// format is read as an empty lock.
    pub fn read(file: &Arc<str>, text: &str) -> (Self, Vec<Diagnostic>) {
        let (lock, _, problems) = Self::read_with_offsets(file, text);
        (lock, problems)
    }

    /// Reads a lock as [`Lock::read`] does. Also returns the place of each entry in the text, in
    /// the order of [`Lock::entries`].
    pub fn read_with_offsets(file: &Arc<str>, text: &str) -> (Self, Vec<Offsets>, Vec<Diagnostic>) {
        let mut reader = Reader { file, entries: Vec::new(), by_unit: HashMap::new(), problems: Vec::new() };
        // Some editors put a byte order mark at the beginning.
        let mut at = text.len() - text.trim_start_matches('\u{feff}').len();
        let mut open = None;
        for line in text[at..].split_inclusive('\n') {
            let range = at..at + line.trim_end().len();
            at += line.len();
            let line = line.trim_end_matches(['\n', '\r']);
            if is_conflict_marker(line) {
                // Both sides of the conflict follow, and neither can be trusted. An entry that has
                // no lines yet is dropped.
                reader.entries.retain(|found| !found.entry.is_empty());
                reader.conflict(range);
                break;
            }
            if line.trim().is_empty() {
                open = None;
            } else if let Some(comment) = line.strip_prefix('#') {
                if let Some(newer) = format_of(comment).filter(|&format| format > FORMAT) {
                    let message =
                        format!("the lock file has format {newer}, but this version of Tilmash reads formats up to {FORMAT}");
                    let problem = Diagnostic::at(&code::BAD_LOCK, Place::new(file, range), message);
                    return (Self::default(), Vec::new(), vec![problem.hint("update Tilmash: a newer version wrote this file")]);
                }
            } else if let Some(entry) = open {
                reader.line(entry, line, range);
            } else {
                open = Some(reader.begin(line, range));
            }
        }
        reader.finish()
    }

    /// Returns the text of the lock.
    pub fn write(&self) -> String {
        let mut out = format!("{HEADER}{FORMAT}.\n");
        for entry in &self.entries {
            entry.write(&mut out);
        }
        out
    }
}

/// Byte offsets of an entry's lines in the text of a lock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offsets {
    /// The line that names the unit.
    pub unit: usize,
    /// The line of each translation, in the order of [`LockEntry::translations`].
    pub translations: Vec<usize>,
}

impl LockEntry {
    fn write(&self, out: &mut String) {
        let mut line = |parts: &[&str]| {
            for (index, part) in parts.iter().filter(|part| !part.is_empty()).enumerate() {
                if index > 0 {
                    out.push(' ');
                }
                out.push_str(part);
            }
            out.push('\n');
        };
        let anchors = |anchors: &[Box<str>]| anchors.iter().map(|anchor| format!("#{anchor}")).collect::<Vec<_>>().join(" ");
        line(&[]);
        line(&[&self.unit.to_string()]);
        if let Some(source) = &self.source {
            let note = source.note.as_ref().map_or(String::new(), |label| format!("^{}", escape_label(label)));
            let row = if source.is_row { "|" } else { "" };
            let (digest, anchors) = (source.digest.to_string(), anchors(&source.anchors));
            line(&[&source.lang, &digest, &anchors, &note, row, &escape(&source.text)]);
        }
        if let Some(gone) = &self.gone {
            let into = gone.into.map_or(String::new(), |id| format!("into {id}"));
            line(&["gone", &gone.digest.to_string(), &anchors(&gone.anchors), &into]);
        }
        for translation in &self.translations {
            let made_from = translation.made_from.map_or_else(|| "-".to_owned(), |digest| digest.to_string());
            let own = translation.own.to_string();
            let mut parts = vec![&*translation.lang, &made_from, &own];
            match &translation.state {
                State::Plain => {}
                State::Accepted => parts.push("accepted"),
                State::Was(text) => parts.extend(["was", &**text]),
            }
            line(&parts);
        }
    }
}

/// Puts a backslash before a source text that begins like an anchor, a note, a row or an escape.
fn escape(text: &str) -> Cow<'_, str> {
    if text.starts_with(['#', '^', '|', '\\']) { Cow::Owned(format!("\\{text}")) } else { Cow::Borrowed(text) }
}

/// Escapes a footnote label so that it has no spaces, since a space ends it: `a b` as `a\sb`.
fn escape_label(label: &str) -> Cow<'_, str> {
    if !label.contains(['\\', ' ']) {
        return Cow::Borrowed(label);
    }
    Cow::Owned(label.replace('\\', r"\\").replace(' ', r"\s"))
}

/// Reads an escaped footnote label: see [`escape_label`]. A backslash before any other character
/// is a plain backslash; only a lock that was edited by hand has one.
fn unescape_label(word: &str) -> String {
    let mut label = String::with_capacity(word.len());
    let mut rest = word;
    while let Some(at) = rest.find('\\') {
        label.push_str(&rest[..at]);
        let (c, length) = match rest.as_bytes().get(at + 1) {
            Some(b's') => (' ', 2),
            Some(b'\\') => ('\\', 2),
            _ => ('\\', 1),
        };
        label.push(c);
        rest = &rest[at + length..];
    }
    label.push_str(rest);
    label
}

fn is_conflict_marker(line: &str) -> bool {
    ["<<<<<<<", "=======", ">>>>>>>", "|||||||"]
        .iter()
        .any(|marker| line.strip_prefix(marker).is_some_and(|rest| rest.is_empty() || rest.starts_with(' ')))
}

/// Returns the format number in the header: `… Format 1.`
fn format_of(comment: &str) -> Option<u32> {
    comment.trim_end().trim_end_matches('.').rsplit_once("Format ")?.1.parse().ok()
}

struct Reader<'a> {
    file: &'a Arc<str>,
    /// All entries. [`Reader::finish`] drops the unusable ones.
    entries: Vec<ReadEntry>,
    by_unit: HashMap<Unit, usize>,
    problems: Vec<Diagnostic>,
}

/// An entry as it was read.
struct ReadEntry {
    entry: LockEntry,
    /// Place of the unit.
    range: Range<usize>,
    /// Offsets of the translations' lines.
    translations: Vec<usize>,
    /// Columns of a cell in an older lock.
    columns: Columns,
    kept: Kept,
}

/// Marks an entry as used or dropped.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kept {
    Yes,
    No,
}

impl Reader<'_> {
    fn problem(&mut self, range: Range<usize>, message: impl Into<String>) -> &mut Diagnostic {
        self.problems.push(Diagnostic::at(&code::BAD_LOCK, Place::new(self.file, range), message));
        self.problems.last_mut().expect("it was just pushed")
    }

    fn conflict(&mut self, range: Range<usize>) {
        self.problem(range, "the lock file contains git's conflict markers").push_hint(
            "resolve the conflicts in the pages first; then take the lock file whole from one side (`git checkout --ours` or `--theirs`) and run `tilmash sync`",
        );
    }

    /// Begins the entry of a unit. Returns its index.
    fn begin(&mut self, line: &str, range: Range<usize>) -> usize {
        let index = self.entries.len();
        let unit = Unit::parse(line.trim());
        let mut kept = Kept::Yes;
        match unit {
            None => {
                kept = Kept::No;
                self.problem(range.clone(), not_an_address(line.trim()))
                    .push_hint("an entry of a lock file begins with `title`, `description` or an address such as `3.2`; undo the edit, or delete the entry and run `tilmash sync`");
            }
            Some(unit) => match self.by_unit.get(&unit) {
                Some(&first) => {
                    kept = Kept::No;
                    let first = Place::new(self.file, self.entries[first].range.clone());
                    let problem = self.problem(range.clone(), format!("the lock file has two entries with the address `{unit}`"));
                    problem.others.push((first, "the first entry".to_owned()));
                    problem.push_hint("delete the newer entry and run `tilmash sync`: its sentence gets a new address");
                }
                None => drop(self.by_unit.insert(unit, index)),
            },
        }
        let unit = unit.unwrap_or(Unit::Title);
        let entry = LockEntry { unit, source: None, gone: None, translations: Vec::new() };
        self.entries.push(ReadEntry { entry, range, translations: Vec::new(), columns: Columns::default(), kept });
        index
    }

    fn line(&mut self, entry: usize, line: &str, range: Range<usize>) {
        let found = &mut self.entries[entry];
        let first = found.entry.is_empty();
        let (word, rest) = word(line);
        let (digest, rest) = self::word(rest);
        if word == "gone" && first {
            match TextDigest::parse(digest).and_then(|digest| gone(digest, rest)) {
                Some(gone) => found.entry.gone = Some(gone),
                None => self.bad_line(range),
            }
            return;
        }
        if word.is_empty() {
            return self.bad_line(range);
        }
        let digest = match digest {
            "-" => None,
            digest => match TextDigest::parse(digest) {
                Some(digest) => Some(digest),
                None => return self.bad_line(range),
            },
        };
        if let (true, Some(digest)) = (first, digest) {
            let (source, column) = source(word, digest, rest);
            found.entry.source = Some(source);
            found.columns.source = column;
            return;
        }
        match translation(word, digest, rest) {
            Some((translation, column)) if found.entry.translation(word).is_none() => {
                found.entry.translations.push(translation);
                found.columns.translations.push(column);
                found.translations.push(range.start);
            }
            _ => self.bad_line(range),
        }
    }

    fn bad_line(&mut self, range: Range<usize>) {
        self.problem(range, "this line of the lock file cannot be read")
            .push_hint("undo the edit, or delete the line and run `tilmash sync`, which writes lock files");
    }

    fn finish(mut self) -> (Lock, Vec<Offsets>, Vec<Diagnostic>) {
        let (mut entries, mut columns, mut offsets) = (Vec::new(), Vec::new(), Vec::new());
        for found in std::mem::take(&mut self.entries) {
            if found.kept == Kept::No {
                continue;
            }
            if found.entry.is_empty() {
                self.problem(found.range, format!("the entry `{}` of the lock file is empty", found.entry.unit))
                    .push_hint("delete the line and run `tilmash sync`");
                continue;
            }
            entries.push(found.entry);
            columns.push(found.columns);
            offsets.push(Offsets { unit: found.range.start, translations: found.translations });
        }
        cells::join(&mut entries, &columns, &mut offsets);
        (Lock::new(entries), offsets, self.problems)
    }
}

/// Splits a line into its first word and the text after the space.
fn word(line: &str) -> (&str, &str) {
    line.split_once(' ').unwrap_or((line, ""))
}

/// Reads a line of the source, and the column of a cell in an older lock.
fn source(lang: &str, digest: TextDigest, rest: &str) -> (Source, Option<u32>) {
    let (anchors, mut rest) = anchors(rest);
    let mut note = None;
    if let Some(after) = rest.strip_prefix('^') {
        let (label, after) = word(after);
        (note, rest) = (Some(unescape_label(label).into()), after);
    }
    let (mut is_row, mut column) = (false, None);
    if let Some((bar, after)) = rest.strip_prefix('|').map(word) {
        (is_row, column) = (bar.is_empty(), bar.parse().ok());
        rest = if is_row || column.is_some() { after } else { rest };
    }
    let text = rest.strip_prefix('\\').unwrap_or(rest);
    (Source { lang: lang.into(), digest, anchors, note, is_row, text: text.into() }, column)
}

fn anchors(mut rest: &str) -> (Vec<Box<str>>, &str) {
    let mut anchors = Vec::new();
    while let Some(after) = rest.strip_prefix('#') {
        let (anchor, after) = word(after);
        anchors.push(anchor.into());
        rest = after;
    }
    (anchors, rest)
}

fn gone(digest: TextDigest, rest: &str) -> Option<Gone> {
    let (anchors, rest) = anchors(rest);
    let into = match word(rest) {
        ("", "") => None,
        ("into", id) => Some(SegmentId::parse(id)?),
        _ => return None,
    };
    Some(Gone { digest, anchors, into })
}

/// Reads a line of a translation, and the column of a cell in an older lock.
fn translation(lang: &str, made_from: Option<TextDigest>, rest: &str) -> Option<(Translation, Option<u32>)> {
    let (own, rest) = word(rest);
    let (column, rest) = match rest.strip_prefix('|').map(word) {
        Some((number, rest)) => (Some(number.parse().ok()?), rest),
        None => (None, rest),
    };
    let state = match word(rest) {
        ("", "") => State::Plain,
        ("accepted", "") => State::Accepted,
        ("was", text) => State::Was(text.into()),
        _ => return None,
    };
    Some((Translation { lang: lang.into(), made_from, own: TextDigest::parse(own)?, state }, column))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> (Lock, Vec<String>) {
        let (lock, problems) = Lock::read(&"content/a.lock".into(), text);
        (lock, problems.into_iter().map(|problem| problem.message).collect())
    }

    fn digest() -> impl Strategy<Value = TextDigest> {
        (0..1u64 << 48).prop_map(TextDigest)
    }

    fn anchor_list() -> impl Strategy<Value = Vec<Box<str>>> {
        prop::collection::vec("[a-zә-ө0-9-]{1,8}".prop_map(|anchor| anchor.into_boxed_str()), 0..3)
    }

    fn text() -> impl Strategy<Value = Box<str>> {
        prop_oneof![
            "[ -~әіңғүұқөһ]{0,30}",
            Just("#tag is here".to_owned()),
            Just("\\#not".to_owned()),
            Just("^not |2 x".to_owned()),
            Just("|2 x".to_owned()),
            Just("| x | y".to_owned()),
            Just("0a1b2c3d4e5f accepted".to_owned()),
            Just("======= x".to_owned()),
        ]
        .prop_map(|text| crate::base::fold(&text).into())
    }

    fn id() -> impl Strategy<Value = SegmentId> {
        let label = || (0..9u32, 0..30u32).prop_map(|(number, suffix)| super::super::segment::Label { number, suffix });
        let only = prop::option::weighted(0.2, prop_oneof![Just("en"), Just("pt-BR")]);
        (label(), label(), only).prop_map(|(block, sentence, only)| {
            let id = SegmentId { block, sentence, only: None };
            let with = only.and_then(|only| SegmentId::parse(&format!("{id}-{only}")));
            with.unwrap_or(id)
        })
    }

    fn translation() -> impl Strategy<Value = Translation> {
        let state = prop_oneof![Just(State::Plain), Just(State::Accepted), text().prop_map(State::Was)];
        (prop::option::of(digest()), digest(), state).prop_map(|(made_from, own, state)| Translation {
            lang: "en".into(),
            made_from,
            own,
            state,
        })
    }

    fn entry() -> impl Strategy<Value = LockEntry> {
        let unit = prop_oneof![Just(Unit::Title), Just(Unit::Description), id().prop_map(Unit::Segment)];
        let place = (prop::option::of("[a-zә-ө0-9 \\\\*†#^|-]{1,8}"), any::<bool>());
        let source = (digest(), anchor_list(), place, text()).prop_map(|(digest, anchors, (note, is_row), text)| Source {
            lang: "kk".into(),
            digest,
            anchors,
            note: note.map(String::into_boxed_str),
            is_row,
            text,
        });
        let gone =
            (digest(), anchor_list(), prop::option::of(id())).prop_map(|(digest, anchors, into)| Gone { digest, anchors, into });
        let head = prop_oneof![
            4 => source.prop_map(|source| (Some(source), None)),
            1 => gone.prop_map(|gone| (None, Some(gone))),
            1 => Just((None, None)),
        ];
        (unit, head, prop::option::of(translation())).prop_filter_map("empty", |(unit, (source, gone), translation)| {
            let mut entry = LockEntry { unit, source, gone, translations: translation.into_iter().collect() };
            if entry.source.is_none() && entry.gone.is_none() {
                // A unit that exists only in translations was made from nothing.
                entry.translations.iter_mut().for_each(|translation| translation.made_from = None);
            }
            (!entry.is_empty()).then_some(entry)
        })
    }

    proptest! {
        #[test]
        fn a_lock_is_read_as_it_was_written(entries in prop::collection::vec(entry(), 0..12)) {
            let lock = Lock::new(entries);
            let text = lock.write();
            let (again, problems) = read(&text);
            prop_assert_eq!(problems, Vec::<String>::new());
            prop_assert_eq!(&again, &lock);
            prop_assert_eq!(again.write(), text);
        }

        #[test]
        fn no_text_makes_reading_panic(text in "[a-z0-9.#^|<=> \n\\\\é-]{0,80}") {
            let (lock, _) = read(&text);
            let (again, problems) = read(&lock.write());
            prop_assert_eq!((again, problems), (lock, Vec::new()));
        }
    }

    #[test]
    fn every_problem_is_reported() {
        let (lock, problems) = read("1.1\nkk 9f86d0818899 Бір.\n\n1.1\nkk 9f86d0818899 Екі.\n\nfoo\nkk x\n\n1.2\nkk zz x\n");
        assert_eq!(lock.entries().len(), 1);
        assert_eq!(
            problems,
            [
                "the lock file has two entries with the address `1.1`",
                "`foo` is not the address of a sentence",
                "this line of the lock file cannot be read",
                "this line of the lock file cannot be read",
                "the entry `1.2` of the lock file is empty"
            ]
        );
        let (lock, problems) = read("1.1\nkk 9f86d0818899 Бір.\n<<<<<<< HEAD\n");
        assert_eq!((lock.entries().len(), problems.len()), (1, 1));
        for later in [2, 99] {
            let (lock, problems) = read(&format!("{HEADER}{later}.\n\n1.1\nkk 9f86d0818899 Бір.\n"));
            assert_eq!(
                (lock.entries().len(), problems),
                (0, vec![format!("the lock file has format {later}, but this version of Tilmash reads formats up to {FORMAT}")])
            );
        }
    }

    #[test]
    fn each_line_of_an_entry_has_its_offset() {
        // In the second lock, two cells of an older program are one row.
        for (text, wanted) in [
            (
                "1.1\nkk 9f86d0818899 Бір.\nen 9f86d0818899 0a1b2c3d4e5f\n\nfoo\nkk x\n\n1.2\nru - 0a1b2c3d4e5f\n",
                [vec!["en 9f86d0818899 0a1b2c3d4e5f"], vec!["ru - 0a1b2c3d4e5f"]],
            ),
            (
                "3.1\nkk 739ce2143e57 |1 Бір\n\n3.2\nkk 4e5cf7d371fc |2 11\nen cc662761ad24 cc662761ad24 was 10\n",
                [vec!["en cc662761ad24 cc662761ad24 was 10"], vec![]],
            ),
        ] {
            let (lock, offsets, _) = Lock::read_with_offsets(&"a.lock".into(), text);
            let line = |offset: usize| text[offset..].lines().next().unwrap();
            let found = lock.entries().iter().zip(&offsets).map(|(entry, at)| {
                assert_eq!((line(at.unit), at.translations.len()), (&*entry.unit.to_string(), entry.translations.len()));
                at.translations.iter().map(|&at| line(at)).collect::<Vec<_>>()
            });
            assert_eq!(found.collect::<Vec<_>>(), wanted);
        }
    }

    #[test]
    fn white_space_does_not_count() {
        assert_eq!(TextDigest::of(" a\n b\t c "), TextDigest::of("a b c"));
        assert_eq!(TextDigest::of("a\u{a0}b"), TextDigest::of("a b"));
        assert_ne!(TextDigest::of("ab c"), TextDigest::of("a b c"));
    }
}
