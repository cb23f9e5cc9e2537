//! Reading of Markdown: no other code of the program knows its syntax.
//!
//! pulldown-cmark decides what a text means. [`read`] parses a whole text into events, from which
//! `parse` writes pages, and into [`Span`]s: the places of all inline markup, in 12 bytes each.
//! Documents keep the spans, so that checks need not parse again. [`spans`] makes the same spans of
//! a text that has no document: a translation that comes from outside, or a title.
//!
//! [`destinations`] finds the places of links that a command changes. [`parts`] finds tables, raw
//! HTML and the values of the front matter, [`blocks`] the blocks of a text that is to be split,
//! and [`plain`] the words that a reader sees.

use std::ops::Range;

use pulldown_cmark::{Options, Parser};
use unicase::UniCase;

pub use pulldown_cmark::{Alignment, BlockQuoteKind, CodeBlockKind, CowStr, Event, LinkType, Tag, TagEnd};

mod block;
pub mod comment;
mod destination;
pub mod parts;
mod plain;
mod span;

pub use block::{Block, BlockKind, blocks, text_lines, without_marker};
pub use destination::{Destination, DestinationForm, destinations};
pub use plain::plain;
pub use span::{Form, Kind, Role, Span, SpanKind, code, destination_at, spans};

/// The events of a text with their byte ranges in it.
pub type Events<'t> = Vec<(Event<'t>, Range<usize>)>;

/// The dialect of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// CommonMark as its specification defines it.
    CommonMark,
    /// CommonMark with the extensions of pages.
    Page { smart_punctuation: bool },
}

impl Dialect {
    fn options(self) -> Options {
        let Dialect::Page { smart_punctuation } = self else { return Options::empty() };
        let options = Options::ENABLE_TABLES
            | Options::ENABLE_FOOTNOTES
            | Options::ENABLE_STRIKETHROUGH
            | Options::ENABLE_TASKLISTS
            | Options::ENABLE_HEADING_ATTRIBUTES
            | Options::ENABLE_GFM
            | Options::ENABLE_DEFINITION_LIST
            | Options::ENABLE_WIKILINKS;
        if smart_punctuation { options | Options::ENABLE_SMART_PUNCTUATION } else { options }
    }
}

/// The dialect of a page whose punctuation stays as it is typed.
const PLAIN_PAGE: Dialect = Dialect::Page { smart_punctuation: false };

/// Parses the Markdown that begins at byte `start` of a file. Returns its events and, for a page,
/// the spans of its inline markup. All ranges count from the beginning of the file.
pub fn read(text: &str, start: usize, dialect: Dialect) -> (Events<'_>, Vec<Span>) {
    // Prose has fewer events than this capacity. Its unused part is never touched.
    let mut events = Vec::with_capacity((text.len() - start) / 16 + 8);
    events.extend(parse(text, start, dialect));
    let spans = match dialect {
        Dialect::Page { .. } => span::of_events(text, start..text.len(), &events),
        Dialect::CommonMark => Vec::new(),
    };
    (events, spans)
}

/// Parses the Markdown that begins at byte `start` of a file. Ranges count from the beginning of
/// the file.
fn parse(text: &str, start: usize, dialect: Dialect) -> impl Iterator<Item = (Event<'_>, Range<usize>)> {
    let parser = Parser::new_ext(&text[start..], dialect.options()).into_offset_iter();
    parser.map(move |(event, range)| (event, range.start + start..range.end + start))
}

/// Returns the length of the byte order mark at the beginning of a text, in bytes; 0 if there is
/// none.
pub fn byte_order_mark(text: &str) -> usize {
    if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 }
}

/// Finds the front matter. Returns the range of its YAML, and the byte at which the text begins
/// after it.
///
/// The error is the range of the opening line of front matter that never ends.
pub fn front_matter(text: &str) -> Result<(Option<Range<usize>>, usize), Range<usize>> {
    let bom = byte_order_mark(text);
    let mut lines = text[bom..].split_inclusive('\n');
    let Some(first) = lines.next().filter(|line| line.trim_end() == "---") else { return Ok((None, bom)) };
    let start = bom + first.len();
    let mut end = start;
    for line in lines {
        if matches!(line.trim_end(), "---" | "...") {
            return Ok((Some(start..end), end + line.len()));
        }
        end += line.len();
    }
    Err(bom..bom + first.trim_end().len())
}

/// Returns true if an element is a block, not a part of running text.
pub fn is_block(tag: &Tag<'_>) -> bool {
    is_block_end(tag.to_end())
}

/// Returns true if the end tag is that of a block; see [`is_block`].
pub fn is_block_end(tag: TagEnd) -> bool {
    !matches!(
        tag,
        TagEnd::Emphasis
            | TagEnd::Strong
            | TagEnd::Strikethrough
            | TagEnd::Superscript
            | TagEnd::Subscript
            | TagEnd::Link
            | TagEnd::Image
    )
}

/// Returns a footnote's label in the form in which labels are compared: with its case folded as
/// pulldown-cmark folds it. The parser has already folded the white space.
pub fn note_label(written: &str) -> String {
    UniCase::new(written).to_folded_case()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn front_matter_ends_at_its_line() {
        assert_eq!(front_matter("---\na: 1\n---\ntext"), Ok((Some(4..9), 13)));
        assert_eq!(front_matter("---\n---\n"), Ok((Some(4..4), 8)));
        assert_eq!(front_matter("text\n---\n"), Ok((None, 0)));
        assert_eq!(front_matter("---\na: 1\n"), Err(0..3));
        assert_eq!(front_matter("\u{feff}---\r\na: 1\r\n---\r\n"), Ok((Some(8..14), 19)));
        assert_eq!(front_matter(""), Ok((None, 0)));
    }
}
