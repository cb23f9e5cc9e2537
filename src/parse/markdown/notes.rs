//! Footnotes: references, definitions, and what becomes of those that lack the other.
//!
//! A note is written apart, wherever it is defined, and put behind the text in the end, in the order of the numbers: so its
//! sentences come after those of the text, as readers find them, and a definition that is moved in the file moves no address.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::base::{Place, code, suggest};

use super::{Event, Part, Tag, Writer};
use crate::parse::names::{Names, note_id, note_label};
use crate::parse::{HoleKind, Note};

/// How many undefined footnotes of a page get a hint at a similar one: it costs a look at all of them.
const HINTS: usize = 20;

/// Labels are kept as they are compared.
#[derive(Default)]
pub(super) struct Notes {
    /// By label: number and uses.
    used: BTreeMap<String, (u32, u32)>,
    defined: BTreeMap<String, Definition>,
    ids: BTreeMap<String, String>,
    taken_ids: Names,
    /// The labels that are defined, once they are asked for.
    labels: Option<Vec<String>>,
    /// How many references had no definition.
    undefined: usize,
    /// What was being written when a definition began, the text first: definitions may stand in one another.
    pub(super) aside: Vec<(String, Range<usize>, Part)>,
}

struct Definition {
    /// Its label as it was written.
    written: String,
    range: Range<usize>,
    part: Part,
}

impl<'a> Writer<'a, '_> {
    fn id_of_note(&mut self, label: &str, written: &str) -> String {
        if let Some(id) = self.notes.ids.get(label) {
            return id.clone();
        }
        let id = self.notes.taken_ids.take(note_id(written), |_| false);
        self.notes.ids.insert(label.to_owned(), id.clone());
        id
    }

    pub(super) fn note_reference(&mut self, written: &str) {
        // A title is shown without markup, so nothing could lead back from the note.
        if self.heading.as_ref().is_some_and(|heading| heading.title.is_some()) {
            return;
        }
        let label = note_label(written);
        let id = self.id_of_note(&label, written);
        let next = self.notes.used.len() as u32 + 1;
        let (number, uses) = self.notes.used.entry(label).or_insert((next, 0));
        *uses += 1;
        let (number, uses) = (*number, *uses);
        self.push("<sup class=\"note-ref\" id=\"");
        self.hole(HoleKind::Scope);
        self.push(&format!("fnref-{id}"));
        if uses > 1 {
            // An id has no full stop.
            self.push(&format!(".{uses}"));
        }
        self.push("\"><a href=\"#");
        self.hole(HoleKind::Scope);
        self.push(&format!("fn-{id}\" role=\"doc-noteref\">{number}</a></sup>"));
    }

    pub(super) fn undefined_note(&mut self, start: usize) {
        let rest = &self.text[start..];
        // No label is longer than CommonMark lets one be.
        let mut letters = rest.char_indices().take(1000);
        let Some((end, ']')) = letters.find(|&(_, c)| c == ']' || c == '\n') else { return };
        let label = &rest[2..end];
        if label.is_empty() {
            return;
        }
        let events = &self.events;
        let known = self.notes.labels.get_or_insert_with(|| {
            let label = |(event, _): &(Event<'a>, _)| match event {
                Event::Start(Tag::FootnoteDefinition(label)) => Some(label.to_string()),
                _ => None,
            };
            events.iter().filter_map(label).collect()
        });
        let hint = (self.notes.undefined < HINTS).then(|| suggest::did_you_mean(label, known.iter().map(String::as_str)));
        self.notes.undefined += 1;
        let hint = hint.flatten().unwrap_or_else(|| format!("define it on a line of its own: `[^{label}]: …`"));
        let message = format!("the footnote `{label}` is not defined");
        if let Some(problem) = self.problem(&code::FOOTNOTE, start..start + end + 1, message) {
            problem.push_hint(hint);
        }
    }

    /// Keeps a definition; a second one of the same label is put after the first, so that nothing is lost.
    pub(super) fn define_note(&mut self, written: String, range: Range<usize>, part: Part) {
        let label = note_label(&written);
        let Some(known) = self.notes.defined.get_mut(&label) else {
            self.notes.defined.insert(label, Definition { written, range, part });
            return;
        };
        let first = known.range.clone();
        known.part.append(part, &mut self.headings);
        let line = self.first_line(range);
        let place = self.page.map(|page| Place::new(&page.file, self.first_line(first)));
        if let (Some(problem), Some(place)) =
            (self.problem(&code::FOOTNOTE, line, format!("the footnote `{written}` is defined twice")), place)
        {
            problem.others.push((place, "first defined here".to_owned()));
            problem.push_hint("give one of them another label, or make them one".to_owned());
        }
    }

    pub(super) fn first_line(&self, range: Range<usize>) -> Range<usize> {
        range.start..range.start + self.text[range.clone()].find('\n').unwrap_or(range.len())
    }

    /// Puts the notes behind the text, in the order of their numbers.
    pub(super) fn finish_notes(&mut self) -> Vec<Note> {
        let defined = std::mem::take(&mut self.notes.defined);
        let mut numbered = Vec::with_capacity(defined.len());
        for (label, Definition { written, range, part }) in defined {
            let (number, uses) = match self.notes.used.get(&label) {
                Some(&found) => found,
                None => {
                    let line = self.first_line(range.clone());
                    if let Some(problem) = self.problem(&code::FOOTNOTE, line, format!("the footnote `{written}` is never used"))
                    {
                        problem.push_hint(format!("refer to it with `[^{written}]`"));
                    }
                    // It is printed all the same, after the others: nothing that was written is lost.
                    let number = self.notes.used.len() as u32 + 1;
                    self.notes.used.insert(label.clone(), (number, 0));
                    (number, 0)
                }
            };
            let id = self.id_of_note(&label, &written);
            numbered.push((number, uses, label, id, part));
        }
        numbered.sort_by_key(|(number, ..)| *number);
        let mut notes = Vec::with_capacity(numbered.len());
        for (number, uses, label, id, part) in numbered {
            let (html, blocks, segments) = (self.part.out.position(), self.part.blocks.len(), self.part.segments.len());
            self.part.append(part, &mut self.headings);
            self.part.segments[segments..].iter_mut().for_each(|segment| segment.note = Some(notes.len() as u32));
            notes.push(Note {
                label,
                id,
                number,
                uses,
                html: (html, self.part.out.position()),
                blocks: (blocks as u32, self.part.blocks.len() as u32),
                segments: (segments as u32, self.part.segments.len() as u32),
            });
        }
        notes
    }
}
