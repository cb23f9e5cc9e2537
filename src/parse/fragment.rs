//! HTML with holes for the values that depend on the rest of the site or on the page around it.
//!
//! A document's text is kept in this form only. Parsing escapes and tags the text once; rendering
//! copies it and fills the holes. Nothing reads the HTML again: the text without markup, the
//! elements around a sentence and the references to footnotes are ranges and holes too. A hole
//! costs twelve bytes, and a fragment a few allocations.
//!
//! Example, for a paragraph `See [[china]].`:
//! ```text
//! html:  <p>See <a class="wiki" href=""></a>.</p>
//! holes: SegmentStart(0) after `<p>`, Url(0) inside the quotes, Title(0) before `</a>`,
//!        SegmentEnd(0) before `</p>`
//! texts: `See ` and `.`
//! page:  <p><span class="seg" id="1.1">See <a class="wiki" href="../china/index.html">China</a>.</span>…</p>
//! ```

use std::ops::Range;

use crate::model::SegmentIndex;
use crate::parse::NoteIndex;

/// Position in a document's HTML. Positions in the document's file are plain numbers, so the two
/// cannot be mixed up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct HtmlPos(pub u32);

/// Range of a document's HTML.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct HtmlRange {
    pub start: HtmlPos,
    pub end: HtmlPos,
}

impl HtmlRange {
    /// Makes a range.
    pub fn new(start: HtmlPos, end: HtmlPos) -> Self {
        Self { start, end }
    }

    /// Returns the range as byte indices, to slice the HTML.
    pub fn bytes(self) -> Range<usize> {
        self.start.0 as usize..self.end.0 as usize
    }
}

/// HTML text and its holes, in the order of their positions. Each document has one fragment: first
/// the text, then the notes.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Fragment {
    pub html: Box<str>,
    pub holes: Box<[Hole]>,
    /// The parts of the HTML that are text, without markup, in their order. A line break between
    /// two blocks is text too.
    pub texts: Box<[HtmlRange]>,
    /// The elements of blocks, in the order of their starts.
    pub elements: Box<[Element]>,
    /// The elements inside running text, in the order of their starts.
    pub inlines: Box<[Inline]>,
    /// The cells of tables with their tags, in their order.
    pub cells: Box<[HtmlRange]>,
    /// The references to footnotes, in the order of the HTML.
    pub note_refs: Box<[NoteRef]>,
    /// True if the text, without the notes, has words in bold type or headings of the third level.
    pub is_bold: bool,
}

/// A position in the HTML at which rendering inserts a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hole {
    pub at: HtmlPos,
    pub kind: HoleKind,
}

/// The kind of value that fills a hole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HoleKind {
    /// The URL of the resolved link for a ref of the document's outline.
    Url(u32),
    /// The title of the work to which a ref leads, in the reader's language.
    Title(u32),
    /// The sentences to which a ref leads, as a quotation.
    Quotation(u32, QuotationForm),
    /// A prefix that keeps the ids of two editions on one page apart; empty on all other pages.
    Scope,
    /// The start tag of a segment's element, with the segment's id and scope. For a row of a table
    /// only the attributes, since the row is an element of the HTML.
    SegmentStart(SegmentIndex),
    /// The end tag of a segment's element, and the content after it: its permalink, its source
    /// mark, links to the chapters it touches. For a row only the content, in the last cell.
    SegmentEnd(SegmentIndex),
    /// A reference to a footnote, by its position in [`Fragment::note_refs`].
    NoteRef(u32),
    /// The anchor of a heading of the outline.
    Anchor(u32),
    /// The former anchors of a heading, as empty elements with ids.
    Aliases(u32),
    /// The content of a code block of the document, highlighted.
    Code(u32),
    /// A word of the interface.
    Word(Word),
}

/// The form in which a page shows quoted sentences.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QuotationForm {
    /// In an element of its own, with a link to the sentence.
    Block,
    /// In quotation marks, with a link to the sentence.
    Inline,
    /// In quotation marks and without markup: inside a heading or a link, which cannot hold links.
    Plain,
}

/// A reference to a footnote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoteRef {
    pub note: NoteIndex,
    /// Number of the reference among those to the same footnote, counted from one.
    pub nth: u32,
}

/// An element that holds blocks, or the text of one block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Element {
    pub kind: ElementKind,
    /// Range of the HTML from its start tag to its end tag, both included.
    pub html: HtmlRange,
}

/// An element inside running text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Inline {
    pub kind: InlineKind,
    /// Range of the HTML from its start tag to its end tag, both included.
    pub html: HtmlRange,
}

/// The kind of an element inside running text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InlineKind {
    Link,
    /// Text that nobody reads as words: code, and the address that is the text of its own link.
    Code,
    /// Emphasis, superscripts, repairs and the like.
    Other,
}

/// The kind of an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ElementKind {
    Paragraph,
    Heading(u8),
    Quote,
    Alert,
    List,
    /// A numbered list, with its first number.
    Ordered(u64),
    Item,
    Definitions,
    Term,
    Definition,
    /// The element around a table, which scrolls.
    TableRegion,
    Table,
    TableHead,
    TableBody,
    Row,
}

impl ElementKind {
    /// Returns the name of the HTML element.
    pub fn name(self) -> &'static str {
        match self {
            Self::Paragraph => "p",
            Self::Heading(level) => ["h1", "h2", "h3", "h4", "h5", "h6"][usize::from(level.clamp(1, 6)) - 1],
            Self::Quote => "blockquote",
            Self::Alert | Self::TableRegion => "div",
            Self::List => "ul",
            Self::Ordered(_) => "ol",
            Self::Item => "li",
            Self::Definitions => "dl",
            Self::Term => "dt",
            Self::Definition => "dd",
            Self::Table => "table",
            Self::TableHead => "thead",
            Self::TableBody => "tbody",
            Self::Row => "tr",
        }
    }
}

/// The words of the interface that can occur inside a document's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    AlertNote,
    AlertTip,
    AlertImportant,
    AlertWarning,
    AlertCaution,
    TableRegion,
    Task,
}

impl Word {
    /// Returns the key of the word among the strings of a language file.
    pub fn key(self) -> &'static str {
        match self {
            Word::AlertNote => "alert_note",
            Word::AlertTip => "alert_tip",
            Word::AlertImportant => "alert_important",
            Word::AlertWarning => "alert_warning",
            Word::AlertCaution => "alert_caution",
            Word::TableRegion => "table_region",
            Word::Task => "task",
        }
    }
}

impl Fragment {
    /// Returns the HTML of a range, without the values of its holes.
    pub fn slice(&self, range: HtmlRange) -> &str {
        &self.html[range.bytes()]
    }

    /// Returns the position at which the HTML ends.
    pub fn end(&self) -> HtmlPos {
        HtmlPos(self.html.len() as u32)
    }

    /// Returns the holes within a range of the HTML, including those at both ends.
    pub fn holes_in(&self, range: HtmlRange) -> &[Hole] {
        let first = self.holes.partition_point(|hole| hole.at < range.start);
        let end = self.holes.partition_point(|hole| hole.at <= range.end);
        &self.holes[first..end.max(first)]
    }

    /// Returns the holes inside a segment with this range. The holes of its start and end are left
    /// out, as are the holes of neighbours at the same positions.
    pub fn holes_of_segment(&self, segment: SegmentIndex, range: HtmlRange) -> &[Hole] {
        let holes = self.holes_in(range);
        let start = holes.iter().position(|hole| hole.kind == HoleKind::SegmentStart(segment)).map_or(0, |at| at + 1);
        let end = holes.iter().rposition(|hole| hole.kind == HoleKind::SegmentEnd(segment)).unwrap_or(holes.len());
        &holes[start..end]
    }

    /// Returns the text in a range, without markup: pieces of escaped HTML.
    pub fn text_in(&self, range: HtmlRange) -> impl Iterator<Item = &str> {
        self.texts_in(range).map(|text| self.slice(text))
    }

    /// Returns the cells of a row of a table.
    pub fn cells_in(&self, row: HtmlRange) -> &[HtmlRange] {
        let first = self.cells.partition_point(|cell| cell.start < row.start);
        let end = self.cells.partition_point(|cell| cell.end <= row.end);
        &self.cells[first..end.max(first)]
    }

    /// Returns the elements inside running text that begin in a range.
    pub fn inlines_in(&self, range: HtmlRange) -> &[Inline] {
        let first = self.inlines.partition_point(|inline| inline.html.start < range.start);
        let end = self.inlines.partition_point(|inline| inline.html.start < range.end);
        &self.inlines[first..end.max(first)]
    }

    /// Returns the texts in a range, as ranges.
    pub fn texts_in(&self, range: HtmlRange) -> impl Iterator<Item = HtmlRange> {
        let first = self.texts.partition_point(|text| text.end <= range.start);
        let texts = self.texts[first..].iter().take_while(move |text| text.start < range.end);
        texts.map(move |text| HtmlRange::new(text.start.max(range.start), text.end.min(range.end)))
    }

    /// Returns the elements of a block around a position in it, the outermost first.
    pub fn elements_around(&self, block: HtmlRange, at: HtmlPos) -> Vec<&Element> {
        let first = self.elements.partition_point(|element| element.html.start < block.start);
        let before = self.elements[first..].iter().take_while(|element| element.html.start <= at);
        before.filter(|element| at < element.html.end).collect()
    }
}

/// A fragment under construction.
#[derive(Debug, Default)]
pub(super) struct Builder {
    pub(super) html: String,
    pub(super) is_bold: bool,
    pub(super) cells: Vec<HtmlRange>,
    holes: Vec<Hole>,
    texts: Vec<HtmlRange>,
    elements: Vec<Element>,
    /// Positions of the elements that have no end yet.
    open: Vec<usize>,
    inlines: Vec<Inline>,
    /// Positions of the elements inside running text that have no end yet.
    open_inlines: Vec<usize>,
    note_refs: Vec<NoteRef>,
}

impl Builder {
    /// Makes a builder with room for this many bytes of HTML.
    pub(super) fn with_capacity(bytes: usize) -> Self {
        Self { html: String::with_capacity(bytes), ..Self::default() }
    }

    pub(super) fn hole(&mut self, kind: HoleKind) {
        self.holes.push(Hole { at: self.position(), kind });
    }

    pub(super) fn note_ref(&mut self, reference: NoteRef) {
        self.hole(HoleKind::NoteRef(self.note_refs.len() as u32));
        self.note_refs.push(reference);
    }

    pub(super) fn position(&self) -> HtmlPos {
        HtmlPos(u32::try_from(self.html.len()).expect("the limit on text files keeps a page's HTML below 4 GiB"))
    }

    /// Marks the HTML from `start` to the present end as text.
    pub(super) fn text_since(&mut self, start: HtmlPos) {
        let end = self.position();
        match self.texts.last_mut() {
            Some(last) if last.end == start => last.end = end,
            _ if start < end => self.texts.push(HtmlRange::new(start, end)),
            _ => {}
        }
    }

    /// Begins an element, whose start tag follows.
    pub(super) fn open_element(&mut self, kind: ElementKind) {
        let at = self.position();
        self.open.push(self.elements.len());
        self.elements.push(Element { kind, html: HtmlRange::new(at, at) });
    }

    /// Ends the innermost open element; its end tag has been written.
    pub(super) fn close_element(&mut self) {
        if let Some(element) = self.open.pop() {
            self.elements[element].html.end = self.position();
        }
    }

    /// Begins an element inside running text, whose start tag follows.
    pub(super) fn open_inline(&mut self, kind: InlineKind) {
        let at = self.position();
        self.open_inlines.push(self.inlines.len());
        self.inlines.push(Inline { kind, html: HtmlRange::new(at, at) });
    }

    /// Ends the innermost open element inside running text; its end tag has been written.
    pub(super) fn close_inline(&mut self) {
        if let Some(inline) = self.open_inlines.pop() {
            self.inlines[inline].html.end = self.position();
        }
    }

    /// Removes spaces at the end of the HTML, but none before `least` or before a hole.
    pub(super) fn trim_end(&mut self, least: HtmlPos) {
        let least = self.holes.last().map_or(least, |hole| hole.at.max(least));
        let kept = self.html.trim_end_matches(' ').len().max(least.0 as usize);
        self.html.truncate(kept);
        let end = self.position();
        while let Some(last) = self.texts.last_mut().filter(|text| text.end > end) {
            last.end = end;
            if last.start < end {
                break;
            }
            self.texts.pop();
        }
    }

    pub(super) fn finish(self) -> Fragment {
        Fragment {
            html: self.html.as_str().into(),
            holes: exact(self.holes),
            texts: exact(self.texts),
            elements: exact(self.elements),
            inlines: exact(self.inlines),
            cells: exact(self.cells),
            note_refs: exact(self.note_refs),
            is_bold: self.is_bold,
        }
    }
}

/// Converts a vector to a boxed slice that was allocated at its exact size. An allocator need not
/// take back the unused rest of a larger allocation that shrinks.
pub(super) fn exact<T>(of: Vec<T>) -> Box<[T]> {
    if of.len() == of.capacity() {
        return of.into();
    }
    let mut exact = Vec::with_capacity(of.len());
    exact.extend(of);
    exact.into()
}
