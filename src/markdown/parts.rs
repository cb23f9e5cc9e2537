//! Parts of a file outside of segments: values of the front matter, whole tables, and blocks of raw
//! HTML.
//!
//! Pages do not need these parts. They are computed only when texts are exchanged with translators,
//! or when an editor opens at one.

use std::ops::Range;
use std::sync::Arc;

use super::{Event, PLAIN_PAGE, Tag, front_matter, parse};
use crate::base::yaml::{self, Value};

/// The result of [`parts`]. All ranges are byte ranges of the file.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Parts {
    /// The byte at which the text begins, after the front matter.
    pub start: usize,
    pub tables: Vec<Table>,
    /// Blocks of raw HTML.
    pub html: Vec<Range<usize>>,
}

/// A table.
#[derive(Debug, PartialEq, Eq)]
pub struct Table {
    pub range: Range<usize>,
    /// Number of columns.
    pub columns: usize,
}

/// A translatable value of the front matter.
#[derive(Debug, PartialEq, Eq)]
pub struct FrontValue {
    /// `title` or `description`.
    pub key: &'static str,
    /// Byte range of the value. If the value extends over lines, the range begins after the colon.
    pub range: Range<usize>,
    pub text: String,
}

/// Returns the title and the description in the front matter of a file.
pub fn front(file: &Arc<str>, text: &str) -> Vec<FrontValue> {
    let mut values = Vec::new();
    let Ok((Some(range), _)) = front_matter(text) else { return values };
    // Parsing the document has already reported problems of the front matter.
    let Ok(node) = yaml::read(file, text, range) else { return values };
    let Value::Map(entries) = &node.value else { return values };
    for key in ["title", "description"] {
        let Some(entry) = entries.iter().find(|entry| entry.key == key) else { continue };
        let Some(value) = yaml::text(&entry.node, &mut Vec::new()) else { continue };
        let colon = entry.key_place.end + text[entry.key_place.end..].find(':').map_or(0, |colon| colon + 1);
        let range = entry.node.place.range();
        // If the value is on further lines, the range includes the text before it, such as `|`.
        let range = if text[colon..range.end.max(colon)].contains('\n') { colon..range.end } else { range };
        values.push(FrontValue { key, range, text: value });
    }
    values
}

/// Finds the parts of an edition in its file's text.
pub fn parts(text: &str) -> Parts {
    let Ok((_, start)) = front_matter(text) else { return Parts { start: text.len(), ..Parts::default() } };
    let mut parts = Parts { start, ..Parts::default() };
    for (event, range) in parse(text, start, PLAIN_PAGE) {
        let Event::Start(tag) = event else { continue };
        match tag {
            Tag::Table(alignments) => parts.tables.push(Table { range, columns: alignments.len() }),
            Tag::HtmlBlock => parts.html.push(range),
            _ => {}
        }
    }
    parts
}
