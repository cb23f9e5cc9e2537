//! The parts of a document's text that have no address on its pages, and yet are to be translated: a title that is
//! a heading, the values of the front matter, the lines of footnotes, the cells of tables. And where raw HTML stands,
//! which nobody can take apart.
//!
//! Pages do not need this; it is asked for only when translators exchange texts, or go to where one stands.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use pulldown_cmark::{Event, HeadingLevel, Parser, Tag, TagEnd};

use super::Document;
use super::markdown::{is_block, is_block_end};
use crate::base::yaml::{self, Value};

/// What [`parts`] finds. All ranges are bytes of the file.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Parts {
    /// Where the text begins, after the front matter.
    pub start: usize,
    /// The text of the heading that is the document's title, if one is.
    pub title: Option<Range<usize>>,
    /// Lines of footnotes, in order.
    pub notes: Vec<NoteLine>,
    pub tables: Vec<Table>,
    /// Blocks of raw HTML.
    pub html: Vec<Range<usize>>,
}

/// A line of a footnote.
#[derive(Debug, PartialEq, Eq)]
pub struct NoteLine {
    pub label: String,
    /// Which line of the footnotes of that label, from one.
    pub line: u32,
    pub range: Range<usize>,
}

/// A table.
#[derive(Debug, PartialEq, Eq)]
pub struct Table {
    pub range: Range<usize>,
    /// By row, the head first, and column, both from one.
    pub cells: Vec<(u32, u32, Range<usize>)>,
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

/// Finds the parts of a document in its file's text.
pub fn parts(document: &Document, text: &str) -> Parts {
    let Ok((_, start)) = super::front_matter(text) else { return Parts { start: text.len(), ..Parts::default() } };
    let mut walk = Walk { parts: Parts { start, ..Parts::default() }, ..Walk::default() };
    let mut may_be_title = document.front.title.is_none();
    let options = super::markdown::options(false);
    for (event, range) in Parser::new_ext(&text[start..], options).into_offset_iter() {
        let range = range.start + start..range.end + start;
        let first = std::mem::take(&mut may_be_title);
        walk.is_title |= first && matches!(event, Event::Start(Tag::Heading { level: HeadingLevel::H1, .. }));
        walk.event(event, range);
    }
    walk.parts
}

#[derive(Default)]
struct Walk {
    parts: Parts,
    /// The labels of the footnotes around the present event.
    notes: Vec<String>,
    /// By label: how many lines there were.
    lines: BTreeMap<String, u32>,
    is_title: bool,
    row: u32,
    column: u32,
    /// Depth of inline elements.
    depth: usize,
    /// What inline text was met since the last cut.
    piece: Option<Range<usize>>,
    in_cell: bool,
    in_code: bool,
}

impl Walk {
    fn event(&mut self, event: Event<'_>, range: Range<usize>) {
        match event {
            Event::Start(tag) if !is_block(&tag) => {
                self.extend(range);
                self.depth += 1;
            }
            Event::End(tag) if !is_block_end(tag) => self.depth = self.depth.saturating_sub(1),
            Event::Start(tag) => {
                self.cut();
                match tag {
                    Tag::FootnoteDefinition(label) => self.notes.push(label.into_string()),
                    Tag::Table(_) => {
                        self.row = 0;
                        self.parts.tables.push(Table { range, cells: Vec::new() });
                    }
                    Tag::TableHead | Tag::TableRow => {
                        self.row += 1;
                        self.column = 0;
                    }
                    Tag::TableCell => {
                        self.column += 1;
                        self.in_cell = true;
                    }
                    Tag::HtmlBlock => {
                        self.parts.html.push(range);
                        self.in_code = true;
                    }
                    Tag::CodeBlock(_) => self.in_code = true,
                    _ => {}
                }
            }
            Event::End(tag) => {
                self.cut();
                match tag {
                    TagEnd::FootnoteDefinition => _ = self.notes.pop(),
                    TagEnd::TableCell => self.in_cell = false,
                    TagEnd::Heading(_) => self.is_title = false,
                    TagEnd::HtmlBlock | TagEnd::CodeBlock => self.in_code = false,
                    _ => {}
                }
            }
            Event::SoftBreak | Event::HardBreak if self.depth == 0 && !self.is_title => self.cut(),
            Event::TaskListMarker(_) => {}
            _ => self.extend(range),
        }
    }

    fn extend(&mut self, range: Range<usize>) {
        if self.in_code {
            return;
        }
        match &mut self.piece {
            Some(piece) => piece.end = piece.end.max(range.end),
            None => self.piece = Some(range),
        }
    }

    /// Ends a line, a cell or a heading; what has an address already is nobody's here.
    fn cut(&mut self) {
        let Some(range) = self.piece.take() else { return };
        self.depth = 0;
        if self.is_title {
            self.parts.title = Some(range);
        } else if self.in_cell {
            let cell = (self.row, self.column, range);
            self.parts.tables.last_mut().expect("a cell is in a table").cells.push(cell);
        } else if let Some(label) = self.notes.last() {
            let line = self.lines.entry(label.clone()).or_default();
            *line += 1;
            self.parts.notes.push(NoteLine { label: label.clone(), line: *line, range });
        }
    }
}
