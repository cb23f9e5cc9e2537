//! What other documents may see of a document.

use crate::base::Place;
use crate::model::{Cell, Key, SegmentId};

/// A heading of a document's own text; the title is not among them.
#[derive(Debug, Clone, PartialEq)]
pub struct Heading {
    /// 1 to 6.
    pub level: u8,
    /// The anchor this heading has by itself: the one the author gave, or one made from its text.
    pub anchor: String,
    /// Whether the author gave it.
    pub explicit: bool,
    /// Its text without markup.
    pub text: String,
    /// Its position among the segments, if it has an address.
    pub segment: Option<u32>,
    /// Anchors that it had before and that nothing else on the page has; of the edition whose anchors the lock keeps.
    pub aliases: Vec<Box<str>>,
}

/// A sentence, heading, list item or cell with an address; first those of the text, then those of the notes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Segment {
    /// Given by the lock, or by position; a hole of the body, so that the body does not depend on it.
    pub id: SegmentId,
    /// Its HTML in the body, without the element around it.
    pub html: (u32, u32),
    /// Its bytes in the file, without the marks behind it. See [`super::Document::segment_text`].
    pub bytes: (u32, u32),
    /// The block of text that it is in, counted from one: a heading, a paragraph, a list item, a row of a table.
    pub block: u32,
    /// Where in a table it stands, if it does.
    pub cell: Option<Cell>,
    /// The note that it is in, as a position among those of the outline.
    pub note: Option<u32>,
    /// Which cut of the chapter it is, if the split made it.
    pub cut: Option<u32>,
}

/// What a block at the top level of a document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BlockKind {
    Heading(u8),
    Paragraph,
    /// A list, a table, a quotation, code: shown whole.
    Other,
}

/// A block at the top level of a document, or of one of its notes; first those of the text.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    pub kind: BlockKind,
    /// Its HTML in the body.
    pub html: (u32, u32),
    /// Its segments, as positions in the outline's list.
    pub segments: (u32, u32),
    /// Its bytes in the file.
    pub bytes: (u32, u32),
}

/// What a link or an image asks of the rest of the site.
#[derive(Debug, Clone, PartialEq)]
pub struct Ref {
    pub target: Target,
    pub place: Place,
    pub kind: RefKind,
}

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefKind {
    Link,
    Wiki,
    Image,
}

/// Where a ref points, as far as the document alone can tell.
#[derive(Debug, Clone, PartialEq)]
pub enum Target {
    /// A file below the project's root, such as `content/vectors/russia.en.md`, and an anchor in it.
    File { path: String, anchor: Option<String> },
    /// A work, by its key.
    Work { key: Key, anchor: Option<String> },
    /// An anchor of the same page.
    Anchor(String),
    /// A relative path that leaves the content.
    Outside(String),
}

/// A code block that is to be highlighted.
#[derive(Debug, Clone, PartialEq)]
pub struct CodeBlock {
    pub language: String,
    pub text: Box<str>,
    pub place: Place,
}

/// A footnote's definition.
#[derive(Debug, Clone, PartialEq)]
pub struct Note {
    /// Its label as labels are compared ([`note_label`](super::note_label)): by this the notes of editions are the same.
    pub label: String,
    /// What ids on the page are made of, `fn-…` and `fnref-…`: the label as it was written, cleaned.
    pub id: String,
    /// From one, in the order of first use: in the text, then in the notes as they come.
    pub number: u32,
    /// How often it is referred to.
    pub uses: u32,
    /// Its HTML in the body, behind the text.
    pub html: (u32, u32),
    /// Its blocks and segments, as positions in the outline's lists.
    pub blocks: (u32, u32),
    pub segments: (u32, u32),
}
