//! What of a document's text no segment tells: where its tables have cells, empty ones too, and where raw HTML stands, which
//! nobody can take apart.
//!
//! Pages do not need this; it is asked for only when texts are exchanged with translators.

use std::ops::Range;

use pulldown_cmark::{Event, Parser, Tag};

/// What [`parts`] finds. All ranges are bytes of the file.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Parts {
    /// Where the text begins, after the front matter.
    pub start: usize,
    pub tables: Vec<Table>,
    /// Blocks of raw HTML.
    pub html: Vec<Range<usize>>,
}

/// A table.
#[derive(Debug, PartialEq, Eq)]
pub struct Table {
    pub range: Range<usize>,
    /// By row, the head first: the bytes between the bars.
    pub rows: Vec<Vec<Range<usize>>>,
}

/// Finds the parts of an edition in its file's text.
pub fn parts(text: &str) -> Parts {
    let Ok((_, start)) = super::front_matter(text) else { return Parts { start: text.len(), ..Parts::default() } };
    let mut parts = Parts { start, ..Parts::default() };
    let options = super::markdown::options(false);
    for (event, range) in Parser::new_ext(&text[start..], options).into_offset_iter() {
        let Event::Start(tag) = event else { continue };
        let range = range.start + start..range.end + start;
        match tag {
            Tag::Table(_) => parts.tables.push(Table { range, rows: Vec::new() }),
            Tag::TableHead | Tag::TableRow => {
                parts.tables.last_mut().expect("a row is in a table").rows.push(Vec::new());
            }
            Tag::TableCell => {
                let row = parts.tables.last_mut().and_then(|table| table.rows.last_mut());
                row.expect("a cell is in a row").push(range);
            }
            Tag::HtmlBlock => parts.html.push(range),
            _ => {}
        }
    }
    parts
}
