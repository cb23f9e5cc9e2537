//! An edition as pieces: every text in its file that a translator translates, with its address and its bytes.

use std::collections::HashMap;
use std::ops::Range;

use super::folded;
use crate::parse::parts::{self, Parts};
use crate::parse::{self, Document};

/// A text in an edition's file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    pub id: String,
    pub kind: PieceKind,
    pub block: Block,
    /// Its bytes.
    pub range: Range<usize>,
    /// What it says, as Markdown on one line.
    pub text: String,
    /// Notes to translators beside it.
    pub notes: Vec<String>,
    /// Which segment of the document it is.
    pub segment: Option<u32>,
    /// The level of the heading, if it is one.
    pub level: Option<u8>,
}

/// Which block of the file a piece is in: pieces of one block stand on lines that follow each other.
pub type Block = (PieceKind, u32);

/// Where a piece stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PieceKind {
    /// A value of the front matter.
    Front,
    /// The heading that is the title.
    Title,
    /// A sentence, a heading, a list item of the text.
    Segment,
    /// A sentence of a footnote.
    Note,
    /// A cell of a table.
    Cell,
}

/// An edition's pieces in the order of its file, and what else [`parts`](parts::parts) found.
pub fn pieces(document: &Document, text: &str) -> (Vec<Piece>, Parts) {
    let parts = parts::parts(text);
    let mut pieces = front(document, text);
    if let (None, Some(place)) = (&document.front.title, &document.title_at) {
        let title = piece("title".to_owned(), PieceKind::Title, 0, place.range(), text);
        pieces.push(Piece { level: Some(1), ..title });
    }
    let levels: HashMap<u32, u8> = document.headings.iter().filter_map(|it| Some((it.segment?, it.level))).collect();
    for (at, segment) in document.segments.iter().enumerate() {
        let range = segment.bytes.0 as usize..segment.bytes.1 as usize;
        // A table is a block, and so is a note: what is not in them all is not like lines of a paragraph.
        let (kind, block) = match (segment.cell, segment.note) {
            (Some(cell), _) => (PieceKind::Cell, cell.table),
            (None, Some(note)) => (PieceKind::Note, note),
            (None, None) => (PieceKind::Segment, segment.block),
        };
        let mut piece = piece(segment.id.to_string(), kind, block, range, text);
        piece.segment = Some(at as u32);
        piece.level = levels.get(&(at as u32)).copied();
        if let Some(marks) = document.marks_of(at) {
            piece.notes.clone_from(&marks.notes);
            // Marks stand behind a sentence, but for one that runs over lines.
            if marks.places.iter().any(|place| place.start < piece.range.end) {
                piece.text = document.segment_text(text, at).into_owned();
            }
        }
        pieces.push(piece);
    }
    pieces.retain(|piece| !piece.text.is_empty());
    pieces.sort_by_key(|piece| piece.range.start);
    (pieces, parts)
}

fn piece(id: String, kind: PieceKind, block: u32, mut range: Range<usize>, text: &str) -> Piece {
    // The parser has what is escaped begin behind the backslash.
    let backslashes = text[..range.start].len() - text[..range.start].trim_end_matches('\\').len();
    range.start -= backslashes % 2;
    range.end = range.start + without_marks(&text[range.clone()]);
    let written = &text[range.clone()];
    let said = match written.contains('\n') {
        false => folded(written),
        // Emphasis or a link may run over a line; what begins the next one is the quotation's or the list's.
        true => {
            let lines: Vec<&str> = written.lines().map(|line| line.trim_start_matches([' ', '\t', '>'])).collect();
            folded(&lines.join(" "))
        }
    };
    Piece { id, kind, block: (kind, block), range, text: said, notes: Vec::new(), segment: None, level: None }
}

/// How much of a line is text before its marks.
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

/// The title and the description that the front matter gives.
fn front(document: &Document, text: &str) -> Vec<Piece> {
    let values = parts::front(&document.file, text).into_iter();
    let piece = |value: parts::FrontValue| Piece {
        id: value.key.to_owned(),
        kind: PieceKind::Front,
        block: (PieceKind::Front, u32::from(value.key != "title")),
        range: value.range,
        text: folded(&value.text),
        notes: Vec::new(),
        segment: None,
        level: None,
    };
    values.map(piece).collect()
}
