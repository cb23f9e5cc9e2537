//! Computes the status of each sentence of a translation, by comparing digests with the lock.
//!
//! The lock is the only memory. The status that is shown before `tilmash sync` is the one that sync
//! writes, since `lock_line` computes both.

use std::collections::{HashMap, HashSet};

use crate::base::{Idx, IndexVec};
use crate::model::lock::{self, Lock, LockEntry};
use crate::model::{SegmentId, SegmentIndex, TextDigest, Unit};
use crate::parse::{Document, Marks, NoteIndex};

use super::rows::note_pairs;

/// Relation of a translated sentence to its source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// The translation was made from the present source text. Without a lock this is assumed.
    Current,
    /// The source has changed, and somebody confirmed that the translation is still right.
    Accepted,
    /// The source has changed since the translation was made.
    Changed {
        /// Source text from which the translation was made, white space folded; `None` if the lock
        /// has lost it.
        was: Option<Box<str>>,
    },
    /// The translation lacks the sentence.
    Missing,
    /// The translation has a sentence that translates nothing in the source.
    Extra {
        /// True if the translator's marks say so, or name a sentence that only another translation
        /// has.
        meant: bool,
    },
    /// The sentence was left out on purpose.
    Omitted,
}

impl Status {
    /// Returns the name of the status, for people and machines.
    pub fn name(&self) -> &'static str {
        match self {
            Status::Current => "current",
            Status::Accepted => "accepted",
            Status::Changed { .. } => "changed",
            Status::Missing => "missing",
            Status::Omitted => "omitted",
            Status::Extra { .. } => "extra",
        }
    }
}

/// A sentence of the source with its translation, or a sentence that only the translation has.
#[derive(Debug, Clone, PartialEq)]
pub struct Pair {
    pub unit: Unit,
    pub status: Status,
    /// The sentence of the source.
    pub source: Option<SegmentIndex>,
    /// The lines that translate the sentence, or the line that only the translation has.
    pub lines: Vec<SegmentIndex>,
}

/// Numbers of sentences of a translation by status; the title and the description count as one
/// each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Summary {
    pub current: usize,
    pub accepted: usize,
    pub changed: usize,
    pub missing: usize,
    pub omitted: usize,
    /// Sentences that only the translation has, and no mark explains; not counted by
    /// [`Summary::all`].
    pub extra: usize,
}

impl Summary {
    /// Returns the number of sentences of the source, with title and description.
    pub fn all(&self) -> usize {
        self.current + self.accepted + self.changed + self.missing + self.omitted
    }

    /// Returns the number of sentences that need no work.
    pub fn done(&self) -> usize {
        self.current + self.accepted + self.omitted
    }

    /// Returns the share that is done, in percent; 100 only if all sentences are done.
    pub fn percent(&self) -> usize {
        (self.done() * 100).checked_div(self.all()).unwrap_or(100)
    }

    /// Returns true if no sentence is missing and none has changed since it was translated.
    pub fn is_complete(&self) -> bool {
        self.done() == self.all()
    }

    /// Returns the sum of two summaries.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            current: self.current + other.current,
            accepted: self.accepted + other.accepted,
            changed: self.changed + other.changed,
            missing: self.missing + other.missing,
            omitted: self.omitted + other.omitted,
            extra: self.extra + other.extra,
        }
    }

    /// Counts a sentence with a status. A sentence that only the translation has on purpose is not
    /// counted.
    pub fn add(&mut self, status: &Status) {
        *match status {
            Status::Current => &mut self.current,
            Status::Accepted => &mut self.accepted,
            Status::Changed { .. } => &mut self.changed,
            Status::Missing => &mut self.missing,
            Status::Omitted => &mut self.omitted,
            Status::Extra { meant: false } => &mut self.extra,
            Status::Extra { meant: true } => return,
        } += 1;
    }
}

/// Statuses of all sentences of a translation.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct EditionStatus {
    /// Pairs in the order of the source: title, description, sentences; then the sentences of the
    /// translation alone.
    pub pairs: Vec<Pair>,
    pub summary: Summary,
    /// The lines of the translation with the pairs that have them, in the order of the lines.
    pairs_of_lines: Vec<(SegmentIndex, u32)>,
}

impl EditionStatus {
    /// Compares a translation with its source. `is_shared` returns true if another translation has
    /// a sentence that the source lacks.
    pub fn of(source: (&str, &Document), translation: (&str, &Document), is_shared: impl Fn(SegmentId) -> bool) -> Self {
        let (source_lang, source) = source;
        let (lang, translation) = translation;
        let lock = source.lock.as_deref();
        let mut statuses = Self::default();
        for unit in [Unit::Title, Unit::Description] {
            let Some(theirs) = source.front_text(unit) else { continue };
            let status = match (translation.front_text(unit), lock) {
                (None, _) => Status::Missing,
                (Some(_), None) => Status::Current,
                (Some(own), Some(lock)) => status_of(lock, unit, source_lang, lang, TextDigest::of(own), TextDigest::of(theirs)),
            };
            statuses.push(Pair { unit, status, source: None, lines: Vec::new() });
        }
        let lines = TranslatedLines::of(translation);
        let omitted: HashSet<SegmentId> = translation.marks.iter().flat_map(|marks| marks.omitted.iter().copied()).collect();
        // Without locks, ids are positions, so one missing line shifts all later ones; notes are
        // paired by label.
        let by_label =
            (lock.is_none() && translation.lock.is_none() && (!source.notes.is_empty() || !translation.notes.is_empty()))
                .then(|| note_pairs(source, translation));
        for (index, segment) in source.segments.enumerated() {
            let unit = Unit::Segment(segment.id);
            let lines = match &by_label {
                None => lines.of_sentence(segment.id),
                Some(notes) => by_position(source, index, translation, &lines, notes),
            };
            let left_out = || omitted.contains(&segment.id) || source.marks_of(index).is_some_and(|marks| marks.alone);
            let status = match (lines.is_empty(), lock) {
                (true, _) if left_out() => Status::Omitted,
                (true, _) => Status::Missing,
                (false, None) => Status::Current,
                // A generated home page has no lock.
                (false, Some(_)) if translation.digests.is_empty() => Status::Current,
                (false, Some(lock)) => {
                    let own = own_digest(&translation.digests, &lines);
                    status_of(lock, unit, source_lang, lang, own, source.digests[index])
                }
            };
            statuses.push(Pair { unit, status, source: Some(index), lines });
        }
        let mut is_paired = IndexVec::filled(false, translation.segments.len());
        statuses.pairs.iter().flat_map(|pair| &pair.lines).for_each(|&line| is_paired[line] = true);
        for (line, is_paired) in is_paired.enumerated() {
            if !is_paired {
                let id = translation.segments[line].id;
                let says_so = |marks: &Marks| marks.alone || marks.translates.iter().any(|&id| is_shared(id));
                let meant = translation.marks_of(line).is_some_and(says_so);
                let unit = Unit::Segment(id);
                statuses.push(Pair { unit, status: Status::Extra { meant }, source: None, lines: vec![line] });
            }
        }
        let lines = (0..).zip(&statuses.pairs).flat_map(|(at, pair)| pair.lines.iter().map(move |&line| (line, at)));
        statuses.pairs_of_lines = lines.collect();
        statuses.pairs_of_lines.sort_unstable();
        statuses
    }

    /// Returns the pair of a sentence of the source.
    pub fn pair_of_source(&self, sentence: SegmentIndex) -> Option<&Pair> {
        // Only the title and the description stand before the sentences.
        let front = self.pairs.iter().take_while(|pair| matches!(pair.unit, Unit::Title | Unit::Description)).count();
        self.pairs.get(front + sentence.number()).filter(|pair| pair.source == Some(sentence))
    }

    /// Returns the pairs of a line of the translation, in the order of the source.
    pub fn pairs_of_line(&self, line: SegmentIndex) -> impl Iterator<Item = &Pair> {
        let first = self.pairs_of_lines.partition_point(|&(other, _)| other < line);
        let own = self.pairs_of_lines[first..].iter().take_while(move |&&(other, _)| other == line);
        own.map(|&(_, pair)| &self.pairs[pair as usize])
    }

    fn push(&mut self, pair: Pair) {
        self.summary.add(&pair.status);
        self.pairs.push(pair);
    }

    /// Returns the sentences that need work: changed or missing.
    pub fn pending(&self) -> impl Iterator<Item = &Pair> {
        self.pairs.iter().filter(|pair| matches!(pair.status, Status::Changed { .. } | Status::Missing))
    }
}

/// Index of the lines of a translation by the sentences of the source that they translate.
pub(crate) struct TranslatedLines<'a> {
    document: &'a Document,
    /// Lines whose marks name a sentence, by that sentence.
    marked: HashMap<SegmentId, Vec<SegmentIndex>>,
}

impl<'a> TranslatedLines<'a> {
    pub(crate) fn of(document: &'a Document) -> Self {
        let mut marked: HashMap<SegmentId, Vec<SegmentIndex>> = HashMap::new();
        for marks in &document.marks {
            for &id in &marks.translates {
                marked.entry(id).or_default().push(marks.segment);
            }
        }
        Self { document, marked }
    }

    /// Returns the lines that translate a sentence: those whose marks name it, or else the line
    /// with its id.
    pub(crate) fn of_sentence(&self, id: SegmentId) -> Vec<SegmentIndex> {
        if let Some(lines) = self.marked.get(&id) {
            return lines.clone();
        }
        let own = self.document.segment_with_id(id);
        let translates_others =
            |&line: &SegmentIndex| self.document.marks_of(line).is_some_and(|marks| !marks.translates.is_empty());
        own.filter(|line| !translates_others(line)).into_iter().collect()
    }
}

/// Returns the lines of a translation without a lock that translate a sentence of the source.
///
/// Lines with a mark for the sentence go first, else the line with its id. Inside a footnote, it is
/// the line at the same place in the note with the same label.
fn by_position(
    source: &Document,
    index: SegmentIndex,
    translation: &Document,
    lines: &TranslatedLines<'_>,
    notes: &IndexVec<NoteIndex, Option<NoteIndex>>,
) -> Vec<SegmentIndex> {
    let segment = &source.segments[index];
    if let Some(marked) = lines.marked.get(&segment.id) {
        return marked.clone();
    }
    let Some(note) = segment.note else {
        let mut found = lines.of_sentence(segment.id);
        found.retain(|&line| translation.segments[line].note.is_none());
        return found;
    };
    let Some(own) = notes[note].map(|own| &translation.notes[own]) else { return Vec::new() };
    let offset = index.number() - source.notes[note].segments.start.number();
    let line = SegmentIndex::new(own.segments.start.number() + offset);
    let is_free =
        |line: &SegmentIndex| translation.marks_of(*line).is_none_or(|marks| marks.translates.is_empty() && !marks.alone);
    (line < own.segments.end).then_some(line).filter(is_free).into_iter().collect()
}

/// Returns the digest of the translation of a sentence; `digests` are those of all lines of the
/// translation.
pub(crate) fn own_digest(digests: &IndexVec<SegmentIndex, TextDigest>, lines: &[SegmentIndex]) -> TextDigest {
    match lines {
        [line] => digests[*line],
        lines => {
            let digests: Vec<String> = lines.iter().map(|&line| digests[line].to_string()).collect();
            TextDigest::of(&digests.join(" "))
        }
    }
}

/// Returns the status of a unit that is translated; `own` and `source` are the digests of both
/// texts.
fn status_of(lock: &Lock, unit: Unit, source_lang: &str, lang: &str, own: TextDigest, source: TextDigest) -> Status {
    let line = lock_line(lock, unit, source_lang, lang, own, source);
    match line.state {
        lock::State::Plain if line.made_from == Some(source) => Status::Current,
        lock::State::Accepted => Status::Accepted,
        lock::State::Was(was) => Status::Changed { was: Some(was) },
        lock::State::Plain => Status::Changed { was: None },
    }
}

/// Returns the line that the new lock has for a translation of a unit.
///
/// The line says that the translation was made from the present source, unless the translation is
/// unchanged since before the source changed. An edited translation counts as updated:
/// * source changed, translation unchanged: still made from the old source
/// * source changed, translation edited: made from the new source
pub(super) fn lock_line(
    lock: &Lock,
    unit: Unit,
    source_lang: &str,
    lang: &str,
    own: TextDigest,
    source: TextDigest,
) -> lock::Translation {
    let plain = |made_from| lock::Translation { lang: lang.into(), made_from: Some(made_from), own, state: lock::State::Plain };
    let entry = lock.entry(unit);
    let Some(known) = entry.and_then(|entry| entry.translation(lang)).filter(|known| known.own == own) else {
        return plain(source);
    };
    if lock.source_lang().is_some_and(|known| known != source_lang) {
        // Another edition is the source now. Translations that were pending before stay pending.
        let before = entry.and_then(|entry| Some(entry.source.as_ref()?.digest));
        return plain(known.made_from.filter(|made_from| before.is_some_and(|before| before != *made_from)).unwrap_or(source));
    }
    match known.made_from {
        Some(made_from) if made_from != source => {
            let was = match &known.state {
                lock::State::Was(was) => Some(was.clone()),
                lock::State::Plain | lock::State::Accepted => entry.and_then(|entry| locked_text(entry, made_from)),
            };
            lock::Translation { state: was.map_or(lock::State::Plain, lock::State::Was), ..plain(made_from) }
        }
        Some(_) if known.state == lock::State::Accepted => lock::Translation { state: lock::State::Accepted, ..plain(source) },
        _ => plain(source),
    }
}

/// Returns the source text of a lock entry, if it has this digest.
fn locked_text(entry: &LockEntry, digest: TextDigest) -> Option<Box<str>> {
    entry.source.as_ref().filter(|source| source.digest == digest).map(|source| source.text.clone())
}
