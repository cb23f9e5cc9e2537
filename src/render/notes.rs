//! Template values of footnotes: those of an edition's page, and those of a side-by-side page.

use tera::Value;

use crate::base::Diagnostic;
use crate::parse::{Note, NoteIndex};
use crate::translation::rows::note_rows;

use super::body::Writer;
use super::excerpt::reference_id;
use super::rows::rows;
use super::template::map;

/// Returns the footnotes of an edition's page, then the added footnotes to which only missing
/// sentences refer.
pub(super) fn notes(writer: &Writer<'_>, problems: &mut Vec<Diagnostic>) -> Value {
    let notes = writer.document.notes.iter().map(|note| {
        map([
            ("id", format!("fn-{}", note.id).into()),
            ("number", u64::from(note.number).into()),
            ("html", Value::safe_string(&writer.part(note.html, problems))),
            ("back", backs(note, "")),
        ])
    });
    let missing = writer.additions.into_iter().flat_map(|additions| &additions.notes).map(|note| {
        map([
            ("id", note.id.clone().into()),
            ("number", u64::from(note.number).into()),
            ("html", Value::safe_string(&note.html)),
            ("back", note.backs.clone().into()),
        ])
    });
    notes.chain(missing).collect::<Vec<_>>().into()
}

/// Returns the aligned footnotes of a side-by-side page; `count` counts the rows of the page.
pub(super) fn paired_notes(left: &Writer<'_>, right: &Writer<'_>, count: &mut usize, problems: &mut Vec<Diagnostic>) -> Value {
    let half = |writer: &Writer<'_>, note: Option<NoteIndex>| {
        let Some(note) = note.map(|note| &writer.document.notes[note]) else { return Value::none() };
        let scope = writer.scope();
        map([
            ("id", format!("{scope}fn-{}", note.id).into()),
            ("number", u64::from(note.number).into()),
            ("back", backs(note, &scope)),
        ])
    };
    let notes = note_rows(left.document, right.document).into_iter().map(|note| {
        map([
            ("left", half(left, note.left)),
            ("right", half(right, note.right)),
            ("rows", rows(note.rows, left, right, count, problems)),
        ])
    });
    notes.collect::<Vec<_>>().into()
}

/// Returns the ids of the references to a note.
fn backs(note: &Note, scope: &str) -> Value {
    (1..=note.uses).map(|nth| reference_id(scope, &note.id, nth)).collect::<Vec<String>>().into()
}
