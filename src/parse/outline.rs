//! The parts of a document that other documents can refer to or show.

use crate::base::{IndexRange, Place, position};
use crate::model::{Key, SegmentId, SegmentIndex};

use super::fragment::HtmlRange;

/// A heading of a document's text; the title is not among them.
#[derive(Debug, Clone, PartialEq)]
pub struct Heading {
    /// 1 to 6.
    pub level: u8,
    /// The heading's own anchor: set by the author, or made from the heading's text.
    pub anchor: String,
    /// True if the author set the anchor.
    pub explicit: bool,
    /// The text without markup.
    pub text: String,
    /// The heading's segment, if the heading has an address.
    pub segment: Option<SegmentIndex>,
    /// Former anchors of this heading, from the lock, that no other heading of the page has.
    pub aliases: Vec<Box<str>>,
}

/// A sentence, heading, list item or table row with an address. The list has the segments of the
/// text first, then those of the notes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Segment {
    /// Given by the lock, or by position. The body has a hole for it, so the body does not depend
    /// on it.
    pub id: SegmentId,
    /// Range of the HTML in the body, from the hole of its start to the hole of its end. The range
    /// of a row goes on to the end of the last cell, since its end hole is inside that cell.
    pub html: HtmlRange,
    /// Byte range in the file, without the marks after it; of a row, also without the bars at its
    /// ends. See [`super::Document::segment_text`].
    pub bytes: (u32, u32),
    /// Number of the block of text that contains it, counted from one. A block is a heading, a
    /// paragraph, a list item or a row of a table.
    pub block: u32,
    /// Number of the table in the document, counted from one, if the segment is a row.
    pub table: Option<u32>,
    /// The note that contains it.
    pub note: Option<NoteIndex>,
    /// Index of its cut in the chapter, if the split made the sentence.
    pub cut: Option<u32>,
}

/// The kind of a block at the top level of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BlockKind {
    Heading(u8),
    Paragraph,
    /// A list, a table, a quotation or code; shown whole.
    Other,
}

/// A block at the top level of a document, or of one of its notes. The list has the blocks of the
/// text first.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    pub kind: BlockKind,
    /// Range of the HTML in the body.
    pub html: HtmlRange,
    pub segments: IndexRange<SegmentIndex>,
    /// Byte range in the file.
    pub bytes: (u32, u32),
}

/// A link or an image whose URL depends on other documents or files.
#[derive(Debug, Clone, PartialEq)]
pub struct Ref {
    pub target: Target,
    pub place: Place,
    pub kind: RefKind,
}

/// A link to another site.
#[derive(Debug, Clone, PartialEq)]
pub struct WebLink {
    /// The URL, beginning with `http://` or `https://`.
    pub url: Box<str>,
    pub place: Place,
}

/// The element that a ref belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefKind {
    Link,
    Wiki,
    Image,
    /// `![[key#3.2]]`: the page shows the sentence.
    Quotation,
}

/// The target of a ref, before it is looked up in the site: `[a](b.md#c)` in `content/x/a.md` gives
/// the path `content/x/b.md` and the anchor `c`, whether or not they exist.
#[derive(Debug, Clone, PartialEq)]
pub enum Target {
    /// A path below the project's root, such as `content/vectors/russia.en.md`, and an anchor in
    /// it.
    File { path: String, anchor: Option<String> },
    /// A work, named by its key.
    Work { key: Key, anchor: Option<String> },
    /// An anchor of the same page.
    Anchor(String),
    /// A relative path that leads out of the content folder.
    Outside(String),
    /// The rest of a URL after the site's own URL. The page shows the URL as it is written.
    Own(String),
}

/// A code block that is to be highlighted.
#[derive(Debug, Clone, PartialEq)]
pub struct CodeBlock {
    pub language: String,
    pub text: Box<str>,
    pub place: Place,
}

position! {
    /// Position of a footnote in its document. It is one less than the number of the note.
    pub struct NoteIndex;
}

/// The definition of a footnote.
#[derive(Debug, Clone, PartialEq)]
pub struct Note {
    /// The label in the form in which labels are compared
    /// ([`note_label`](crate::markdown::note_label)). Notes of two editions correspond if their
    /// labels are equal.
    pub label: String,
    /// Base of the ids on the page, `fn-…` and `fnref-…`: the label as written, with unsuitable
    /// characters replaced.
    pub id: String,
    /// Number from one, in the order of first use: in the text, then in the notes as they are
    /// written.
    pub number: u32,
    /// Number of references to the note.
    pub uses: u32,
    /// Range of the HTML in the body, after the text.
    pub html: HtmlRange,
    /// Range of its blocks, as positions in the outline's list.
    pub blocks: (u32, u32),
    pub segments: IndexRange<SegmentIndex>,
}
