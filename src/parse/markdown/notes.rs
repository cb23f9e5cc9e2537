//! Footnotes: references, definitions, and references or definitions without the other.
//!
//! Notes are written after the text, in the order of their numbers, wherever the file defines them.
//! So the sentences of notes come after those of the text, where readers find them, and a
//! definition can move within the file without a change of addresses.
//!
//! A note gets its number when the first reference to it is written: first the references in the
//! text, then those in the first note, in the second, and so on. Notes to which no such chain of
//! references leads come last, sorted by label.
//!
//! ```text
//! A.[^b]  B.[^a]      text: A.¹ B.²
//! [^a]: Note a.       notes: 1. Note b.[^c]  2. Note a.  3. Note c.
//! [^b]: Note b.[^c]
//! [^c]: Note c.
//! ```

use std::collections::BTreeMap;
use std::ops::Range;

use crate::base::{Idx, IndexRange, Place, code, suggest};
use crate::model::SegmentIndex;

use super::{Event, Tag, TagEnd, Writer};
use crate::markdown::note_label;
use crate::parse::fragment::{HtmlRange, NoteRef};
use crate::parse::names::{Names, note_id};
use crate::parse::{Note, NoteIndex};

/// Number of undefined footnotes of a page that get a hint with a similar label. Each hint compares
/// all labels.
const HINTS: usize = 20;

#[derive(Default)]
pub(super) struct Notes {
    /// In the order in which they begin in the file.
    definitions: Vec<Definition>,
    /// Keyed by folded label ([`note_label`]).
    by_label: BTreeMap<String, LabelledNote>,
    /// Labels in the order of their numbers.
    numbered: Vec<String>,
    ids: Names,
    /// The position of the note that is being written.
    pub(super) open: Option<NoteIndex>,
    /// Number of references without a definition.
    undefined: usize,
}

struct Definition {
    /// The label as the author typed it.
    written: String,
    /// Byte range in the file.
    bytes: Range<usize>,
    /// The events inside the definition, which may include other definitions.
    events: Range<usize>,
}

/// All definitions of one label, which are written as one note.
#[derive(Default)]
struct LabelledNote {
    /// Positions in the list of definitions. A second definition of the same label is written after
    /// the first, so that nothing is lost.
    definitions: Vec<usize>,
    /// The number and the base of the note's ids, once the note has a number.
    numbered: Option<(u32, String)>,
    uses: u32,
}

/// The extent of a written note: its HTML, blocks and segments, as in [`Note`].
struct Extent {
    html: HtmlRange,
    blocks: (u32, u32),
    segments: IndexRange<SegmentIndex>,
}

impl Notes {
    pub(super) fn defined_in(events: &[(Event<'_>, Range<usize>)]) -> Self {
        let mut notes = Self::default();
        let mut open = Vec::new();
        for (at, (event, bytes)) in events.iter().enumerate() {
            match event {
                Event::Start(Tag::FootnoteDefinition(written)) => {
                    let position = notes.definitions.len();
                    open.push(position);
                    notes.by_label.entry(note_label(written)).or_default().definitions.push(position);
                    let (written, bytes) = (written.to_string(), bytes.clone());
                    notes.definitions.push(Definition { written, bytes, events: at + 1..events.len() });
                }
                Event::End(TagEnd::FootnoteDefinition) => {
                    let position = open.pop().expect("a definition was begun");
                    notes.definitions[position].events.end = at;
                }
                _ => {}
            }
        }
        notes
    }

    /// Returns the position of the event after the definition that begins at event `start`.
    pub(super) fn event_after(&self, start: usize) -> usize {
        let definition = self.definitions.partition_point(|definition| definition.events.start <= start);
        self.definitions[definition].events.end + 1
    }

    /// Returns the note with a label, and gives it a number if it has none. Returns `None` if the
    /// label is not defined.
    fn number(&mut self, label: &str) -> Option<&mut LabelledNote> {
        let note = self.by_label.get_mut(label)?;
        if note.numbered.is_none() {
            let id = self.ids.take(note_id(&self.definitions[note.definitions[0]].written), |_| false);
            self.numbered.push(label.to_owned());
            note.numbered = Some((self.numbered.len() as u32, id));
        }
        Some(note)
    }
}

impl Writer<'_, '_> {
    pub(super) fn note_reference(&mut self, written: &str) {
        // A title is shown without markup, so the note could not link back to it.
        if self.heading.as_ref().is_some_and(|heading| heading.title.is_some()) {
            return;
        }
        let Some(LabelledNote { numbered: Some((number, _)), uses, .. }) = self.notes.number(&note_label(written)) else {
            // A fallback only: the parser emits no reference to an undefined note.
            return self.escaped(&format!("[^{written}]"));
        };
        *uses += 1;
        let reference = NoteRef { note: NoteIndex::new(*number as usize - 1), nth: *uses };
        self.out.note_ref(reference);
        self.at_line_start = false;
    }

    pub(super) fn undefined_note(&mut self, start: usize) {
        let rest = &self.text[start..];
        // CommonMark allows no longer label.
        let mut letters = rest.char_indices().take(1000);
        let Some((end, ']')) = letters.find(|&(_, c)| c == ']' || c == '\n') else { return };
        let label = &rest[2..end];
        if label.is_empty() {
            return;
        }
        let known = self.notes.definitions.iter().map(|definition| definition.written.as_str());
        let hint = (self.notes.undefined < HINTS).then(|| suggest::did_you_mean(label, known));
        self.notes.undefined += 1;
        let hint = hint.flatten().unwrap_or_else(|| format!("define the footnote on a line of its own: `[^{label}]: …`"));
        let message = format!("the footnote `{label}` is not defined");
        if let Some(problem) = self.problem(&code::FOOTNOTE, start..start + end + 1, message) {
            problem.push_hint(hint);
        }
    }

    /// Writes the notes after the text, in the order of their numbers.
    pub(super) fn write_notes(&mut self) -> Vec<Note> {
        let mut written = Vec::with_capacity(self.notes.by_label.len());
        self.write_numbered(&mut written);
        // Notes without references are published too, so that no text of the author is lost.
        for label in self.notes.by_label.keys().cloned().collect::<Vec<_>>() {
            self.notes.number(&label);
            self.write_numbered(&mut written);
        }
        let notes = std::mem::take(&mut self.notes);
        self.report_problems(&notes);
        let note = |(label, place): (String, Extent)| {
            let LabelledNote { numbered, uses, .. } = &notes.by_label[&label];
            let (number, id) = numbered.clone().expect("all have a number by now");
            Note { label, id, number, uses: *uses, html: place.html, blocks: place.blocks, segments: place.segments }
        };
        notes.numbered.iter().cloned().zip(written).map(note).collect()
    }

    /// Writes the numbered notes that are not written yet. References in them may give numbers to
    /// more.
    fn write_numbered(&mut self, written: &mut Vec<Extent>) {
        while let Some(label) = self.notes.numbered.get(written.len()) {
            let definitions = self.notes.by_label[label].definitions.clone();
            let start = (self.out.position(), self.blocks.len() as u32, self.segments.end());
            self.notes.open = Some(NoteIndex::new(written.len()));
            for definition in definitions {
                let events = self.notes.definitions[definition].events.clone();
                self.at = events.start;
                self.at_line_start = true;
                self.write_events(events.end, false);
            }
            self.notes.open = None;
            written.push(Extent {
                html: HtmlRange::new(start.0, self.out.position()),
                blocks: (start.1, self.blocks.len() as u32),
                segments: IndexRange { start: start.2, end: self.segments.end() },
            });
        }
    }

    /// Reports notes that are never used, and labels that are defined twice.
    fn report_problems(&mut self, notes: &Notes) {
        for note in notes.by_label.values() {
            let definition = |at: usize| (&notes.definitions[at].written, notes.definitions[at].bytes.clone());
            let (written, bytes) = definition(note.definitions[0]);
            let first = self.first_line(bytes);
            let place = self.page.map(|page| Place::new(&page.file, first.clone()));
            for (written, bytes) in note.definitions[1..].iter().map(|&at| definition(at)) {
                let line = self.first_line(bytes);
                if let (Some(problem), Some(place)) =
                    (self.problem(&code::FOOTNOTE, line, format!("the footnote `{written}` is defined twice")), &place)
                {
                    problem.others.push((place.clone(), "first defined here".to_owned()));
                    problem.push_hint("give one of the two footnotes another label, or delete it".to_owned());
                }
            }
            if note.uses == 0
                && let Some(problem) = self.problem(&code::FOOTNOTE, first, format!("the footnote `{written}` is never used"))
            {
                problem.push_hint(format!(
                    "write `[^{written}]` after the words that the footnote explains, or delete the footnote"
                ));
            }
        }
    }

    fn first_line(&self, range: Range<usize>) -> Range<usize> {
        range.start..range.start + self.text[range.clone()].find('\n').unwrap_or(range.len())
    }
}
