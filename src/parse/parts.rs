//! What of a document's text no segment tells: the values of its front matter, where its tables have cells, empty ones too, and
//! where raw HTML stands, which nobody can take apart.
//!
//! Pages do not need this; it is asked for only when translators exchange texts, or go to where one stands.

use std::ops::Range;
use std::sync::Arc;

use pulldown_cmark::{Event, Parser, Tag};

use crate::base::yaml::{self, Value};

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

/// A value of the front matter that is translated.
#[derive(Debug, PartialEq, Eq)]
pub struct FrontValue {
    /// `title` or `description`.
    pub key: &'static str,
    /// Where it stands; all behind the colon, if it takes up lines of its own.
    pub range: Range<usize>,
    pub text: String,
}

/// The title and the description that the front matter of a file gives.
pub fn front(file: &Arc<str>, text: &str) -> Vec<FrontValue> {
    let mut values = Vec::new();
    let Ok((Some(range), _)) = super::front_matter(text) else { return values };
    // What is wrong with it was said when the document was parsed.
    let Ok(node) = yaml::read(file, text, range) else { return values };
    let Value::Map(entries) = &node.value else { return values };
    for key in ["title", "description"] {
        let Some(entry) = entries.iter().find(|entry| entry.key == key) else { continue };
        let Some(value) = yaml::text(&entry.node, &mut Vec::new()) else { continue };
        let colon = entry.key_place.end + text[entry.key_place.end..].find(':').map_or(0, |colon| colon + 1);
        let range = entry.node.place.range();
        // A value that takes up lines of its own is replaced with all that leads to it.
        let range = if text[colon..range.end.max(colon)].contains('\n') { colon..range.end } else { range };
        values.push(FrontValue { key, range, text: value });
    }
    values
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
