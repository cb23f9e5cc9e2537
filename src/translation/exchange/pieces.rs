//! The pieces of an edition: all translatable texts of its file, each with its address and its
//! bytes.

use std::collections::HashMap;
use std::ops::Range;

use crate::base::{Idx, fold};
use crate::markdown::parts::{self, Parts};
use crate::model::SegmentIndex;
use crate::parse::{self, Document};

/// A translatable text in an edition's file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    pub id: String,
    pub kind: PieceKind,
    pub block: Block,
    /// Byte range in the file, without marks.
    pub range: Range<usize>,
    /// The text as Markdown on one line.
    pub text: String,
    /// Notes to translators from the marks of the piece.
    pub notes: Vec<String>,
    /// The segment of the document; `None` in the front matter and for the title.
    pub segment: Option<SegmentIndex>,
    /// The level of the heading, if the piece is one.
    pub level: Option<u8>,
}

/// The block of the file that a piece is in, such as a paragraph, a table or a footnote.
pub type Block = (PieceKind, u32);

/// Kind of a piece, which decides the form in which its translation is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PieceKind {
    /// A value of the front matter.
    Front,
    /// The heading that is the title of the page, if the front matter has none.
    Title,
    /// A sentence, a heading, a list item of the text.
    Segment,
    /// A sentence of a footnote.
    Note,
    /// A row of a table.
    Row,
}

/// Returns the pieces of an edition in the order of its file, with its tables, its HTML and the
/// start of its text.
pub fn pieces(document: &Document, text: &str) -> (Vec<Piece>, Parts) {
    let parts = parts::parts(text);
    let mut pieces = front(document, text);
    if let (None, Some(place)) = (&document.front.title, &document.title_at) {
        let title = piece("title".to_owned(), PieceKind::Title, 0, place.range(), text);
        pieces.push(Piece { level: Some(1), ..title });
    }
    let levels: HashMap<SegmentIndex, u8> = document.headings.iter().filter_map(|it| Some((it.segment?, it.level))).collect();
    for (at, segment) in document.segments.enumerated() {
        let range = segment.bytes.0 as usize..segment.bytes.1 as usize;
        // All rows of a table share a block, and so do all sentences of a footnote.
        let (kind, block) = match (segment.table, segment.note) {
            (Some(table), _) => (PieceKind::Row, table),
            (None, Some(note)) => (PieceKind::Note, note.number() as u32),
            (None, None) => (PieceKind::Segment, segment.block),
        };
        let mut piece = piece(segment.id.to_string(), kind, block, range, text);
        piece.segment = Some(at);
        piece.level = levels.get(&at).copied();
        let mut has_marks_inside = false;
        if let Some(marks) = document.marks_of(at) {
            piece.notes.clone_from(&marks.notes);
            // Marks usually follow their sentence, but one of several lines may have marks inside.
            has_marks_inside = marks.places.iter().any(|place| place.start < piece.range.end);
        }
        if kind == PieceKind::Row || has_marks_inside {
            piece.text = document.segment_text(text, at).into_owned();
        }
        pieces.push(piece);
    }
    pieces.retain(|piece| !piece.text.is_empty());
    pieces.sort_by_key(|piece| piece.range.start);
    (pieces, parts)
}

/// Makes a piece from a range of the file. The backslash of an escape at its start is added; marks
/// at its end are taken off.
///
/// ```text
/// file "\* a <!-- + -->", range from `*` on      piece "\* a"
/// ```
fn piece(id: String, kind: PieceKind, block: u32, mut range: Range<usize>, text: &str) -> Piece {
    // The parser begins the range of an escaped character behind its backslash.
    let backslashes = text[..range.start].len() - text[..range.start].trim_end_matches('\\').len();
    range.start -= backslashes % 2;
    range.end = range.start + without_marks(&text[range.clone()]);
    let written = &text[range.clone()];
    let said = match written.contains('\n') {
        false => fold(written).into_owned(),
        // Emphasis or a link may continue on the next line, which may begin with a quotation's or
        // list's prefix.
        true => {
            let lines: Vec<&str> = written.lines().map(|line| line.trim_start_matches([' ', '\t', '>'])).collect();
            fold(&lines.join(" ")).into_owned()
        }
    };
    Piece { id, kind, block: (kind, block), range, text: said, notes: Vec::new(), segment: None, level: None }
}

/// Returns the length of a line without the marks at its end: 2 for `A. <!-- + -->`.
pub(super) fn without_marks(line: &str) -> usize {
    let mut text = line.trim_end();
    while let Some(inside) = text.strip_suffix("-->")
        && let Some(start) = inside.rfind("<!--")
        && parse::is_mark(&text[start..])
    {
        text = inside[..start].trim_end();
    }
    text.len()
}

/// Returns the title and the description in the front matter.
fn front(document: &Document, text: &str) -> Vec<Piece> {
    let values = parts::front(&document.file, text).into_iter();
    let piece = |value: parts::FrontValue| Piece {
        id: value.key.to_owned(),
        kind: PieceKind::Front,
        block: (PieceKind::Front, u32::from(value.key != "title")),
        range: value.range,
        text: fold(&value.text).into_owned(),
        notes: Vec::new(),
        segment: None,
        level: None,
    };
    values.map(piece).collect()
}
