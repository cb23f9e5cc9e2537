//! Conversion of Markdown to a [`Fragment`] and an outline.
//!
//! [`crate::markdown`] reads the text; this module and its submodules write what it reads.
//!
//! One writer serves two modes. For pages, it gives addresses to headings, list items, rows of
//! tables and each line of a paragraph. It leaves holes for values that it cannot know, and
//! supports extensions that authors of books expect, such as tables, footnotes and alerts. In bare
//! mode it writes exactly the HTML of the CommonMark specification. The specification's own
//! examples are run through it (`tests/commonmark.rs`).

use std::ops::Range;

use pulldown_cmark_escape::{escape_href, escape_html, escape_html_body_text};

use crate::base::{Diagnostic, IndexRange, IndexVec, Place, code};
use crate::markdown::{
    Alignment, BlockQuoteKind, CodeBlockKind, CowStr, Dialect, Event, Events, LinkType, Span, SpanKind, Tag, TagEnd, is_block,
    is_block_end, read,
};
use crate::model::{SegmentId, SegmentIndex};
use crate::parse::NoteIndex;

use super::fragment::{Builder, ElementKind, HtmlPos, HtmlRange, InlineKind};
use super::marks::Marks;
use super::names::Names;
use super::provenance::Provenance;
use super::{Block, BlockKind, CodeBlock, Fragment, Heading, HoleKind, Note, ParseInput, Ref, Segment, WebLink, Word};

mod comments;
mod headings;
mod links;
mod notes;
mod quotes;
mod table;
mod whole;

use headings::OpenHeading;
use notes::Notes;
use quotes::Quotes;
use table::Table;

/// The start tag of the element around quoted sentences.
const QUOTATION: &str = "<blockquote class=\"quotation\">\n";

/// The result of writing a document's text.
pub(super) struct Written {
    /// The text of the first heading and its byte range in the file, if it is the document's title.
    pub(super) title: Option<(String, Option<Range<usize>>)>,
    pub(super) body: Fragment,
    pub(super) spans: Vec<Span>,
    pub(super) blocks: Vec<Block>,
    pub(super) segments: IndexVec<SegmentIndex, Segment>,
    pub(super) headings: Vec<Heading>,
    pub(super) refs: Vec<Ref>,
    pub(super) web_links: Vec<WebLink>,
    pub(super) codes: Vec<CodeBlock>,
    pub(super) notes: IndexVec<NoteIndex, Note>,
    /// Marks of translators, in the order of the segments.
    pub(super) marks: Vec<Marks>,
}

/// Converts Markdown to HTML as the CommonMark specification defines it: without extensions, with
/// raw HTML passed through.
pub fn commonmark(markdown: &str) -> String {
    let mut problems = Vec::new();
    let writer = Writer::new(markdown, 0, None, Dialect::CommonMark, &mut problems);
    writer.run(false).body.html.into_string()
}

/// Writes the Markdown of an edition that begins at byte `start` of its file.
pub(super) fn write(input: &ParseInput, start: usize, take_title: bool, problems: &mut Vec<Diagnostic>) -> Written {
    let dialect = Dialect::Page { smart_punctuation: input.settings.smart_punctuation };
    Writer::new(&input.text, start, Some(input), dialect, problems).run(take_title)
}

struct Writer<'a, 'p> {
    /// The whole file. The ranges of events are shifted to count from its beginning.
    text: &'a str,
    /// The edition to parse; `None` in bare mode.
    page: Option<&'a ParseInput>,
    problems: &'p mut Vec<Diagnostic>,
    events: Events<'a>,
    spans: Vec<Span>,
    /// The bare URLs among the spans.
    urls: Vec<Range<usize>>,
    at: usize,
    out: Builder,
    segments: IndexVec<SegmentIndex, Segment>,
    blocks: Vec<Block>,
    marks: Vec<Marks>,
    block_number: u32,
    /// The open block at the top level: its kind, its start in the HTML, the position of its first
    /// segment, and its first byte in the file.
    top: Option<(BlockKind, HtmlPos, SegmentIndex, usize)>,
    /// True if the HTML ends with a line break. Blocks begin on lines of their own.
    at_line_start: bool,

    headings: Vec<Heading>,
    refs: Vec<Ref>,
    web_links: Vec<WebLink>,
    codes: Vec<CodeBlock>,
    anchors: Names,
    provenance: Provenance,

    /// Number of blocks around the current event.
    block_depth: usize,
    /// The open block of text, whose sentences are counted.
    leaf: Option<Leaf>,
    containers: Vec<Container>,
    links: Vec<bool>,
    quotes: Quotes,
    /// Position of the `=======` line in the last conflict that git left; no conflict begins after
    /// it. Computed once, at the first line that looks like the beginning of a conflict.
    last_conflict: Option<usize>,
    table: Option<Table>,
    /// Number of tables begun so far.
    tables: u32,
    heading: Option<OpenHeading>,
    notes: Notes,
    /// The open block of text, if it has nothing but quotations.
    alone: Option<Alone>,
}

/// A block of text that has nothing but quotations.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Alone {
    /// The author wrote it as a quotation: `> ![[key#3.2]]`.
    Plain,
    /// A paragraph, which gets an element of a quotation around it.
    Wrapped,
    /// The text of a tight list item, which gets that element and a paragraph.
    InItem,
}

/// A block of text in which each line is a segment.
struct Leaf {
    sentence: u32,
    /// Number of inline elements around the current event. A line break inside such an element does
    /// not end a segment.
    depth: usize,
    html_start: HtmlPos,
    byte_start: usize,
    byte_end: usize,
    cut: Option<u32>,
}

/// A block that contains blocks or, in a tight list, text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Container {
    /// A list item or a part of a definition list. Text directly inside is a leaf.
    Item,
    /// A quotation, a list or a table; its text is in blocks inside it.
    Other,
    Alert,
}

impl<'a, 'p> Writer<'a, 'p> {
    fn new(
        text: &'a str,
        start: usize,
        page: Option<&'a ParseInput>,
        dialect: Dialect,
        problems: &'p mut Vec<Diagnostic>,
    ) -> Self {
        let (events, spans) = read(text, start, dialect);
        let urls = spans.iter().filter(|span| span.kind == SpanKind::Url).map(Span::range).collect();
        let notes = Notes::defined_in(&events);
        Self {
            text,
            page,
            problems,
            events,
            spans,
            urls,
            at: 0,
            out: Builder::with_capacity((text.len() - start) * 5 / 4),
            segments: IndexVec::default(),
            blocks: Vec::new(),
            marks: Vec::new(),
            block_number: 0,
            top: None,
            at_line_start: true,
            headings: Vec::new(),
            refs: Vec::new(),
            web_links: Vec::new(),
            codes: Vec::new(),
            anchors: Names::default(),
            provenance: Provenance::of(page, start),
            block_depth: 0,
            leaf: None,
            containers: Vec::new(),
            links: Vec::new(),
            quotes: Quotes::default(),
            last_conflict: None,
            table: None,
            tables: 0,
            heading: None,
            notes,
            alone: None,
        }
    }

    fn run(mut self, take_title: bool) -> Written {
        let title = self.write_events(self.events.len(), take_title);
        let notes = self.write_notes();
        Written {
            title,
            body: self.out.finish(),
            spans: self.spans,
            blocks: self.blocks,
            segments: self.segments,
            headings: self.headings,
            refs: self.refs,
            web_links: self.web_links,
            codes: self.codes,
            notes: notes.into(),
            marks: self.marks,
        }
    }

    /// Writes the events before position `end`. Definitions of notes are skipped:
    /// [`Self::write_notes`] writes them after the text. Returns the title if it is taken from the
    /// text.
    fn write_events(&mut self, end: usize, take_title: bool) -> Option<(String, Option<Range<usize>>)> {
        let mut title = None;
        let mut may_be_title = take_title;
        while self.at < end {
            if matches!(self.events[self.at].0, Event::Start(Tag::FootnoteDefinition(_))) {
                // A definition, like any block, ends the text of a tight list item.
                self.close_leaf();
                self.at = self.notes.event_after(self.at);
                continue;
            }
            // An event can be moved out, because each is written once and none is read again.
            let (event, range) = std::mem::replace(&mut self.events[self.at], (Event::Rule, 0..0));
            self.at += 1;
            let opens_block = matches!(&event, Event::Start(tag) if is_block(tag)) || event == Event::Rule;
            if opens_block && self.block_depth == 0 {
                let kind = match &event {
                    Event::Start(Tag::Paragraph) => BlockKind::Paragraph,
                    Event::Start(Tag::Heading { level, .. }) => BlockKind::Heading(*level as u8),
                    _ => BlockKind::Other,
                };
                self.top = Some((kind, self.out.position(), self.segments.end(), range.start));
            }
            let is_title = std::mem::take(&mut may_be_title)
                && matches!(&event, Event::Start(Tag::Heading { level, .. }) if *level as u8 == 1);
            let byte_end = range.end;
            match event {
                Event::Start(tag) => self.start(tag, range, is_title),
                Event::End(tag) => {
                    let ended = self.end(tag);
                    if ended.is_some() {
                        title = ended;
                        self.top = None;
                    }
                }
                event => self.leaf_event(event, range),
            }
            if self.block_depth == 0
                && let Some((kind, html, first, byte_start)) = self.top.take_if(|_| self.leaf.is_none())
                && self.out.position() > html
            {
                self.blocks.push(Block {
                    kind,
                    html: HtmlRange::new(html, self.out.position()),
                    segments: IndexRange { start: first, end: self.segments.end() },
                    bytes: (byte_start as u32, byte_end as u32),
                });
            }
        }
        title
    }

    // Output.

    /// Writes markup. A line break at its end separates texts, so it counts as text.
    fn push(&mut self, html: &str) {
        let markup = html.strip_suffix('\n');
        self.out.html.push_str(markup.unwrap_or(html));
        if markup.is_some() {
            let start = self.out.position();
            self.out.html.push('\n');
            self.out.text_since(start);
        }
        if !html.is_empty() {
            self.at_line_start = markup.is_some();
        }
    }

    /// Begins an element on a line of its own: `tag` is its start tag.
    fn open(&mut self, kind: ElementKind, tag: &str) {
        self.fresh_line();
        self.out.open_element(kind);
        self.push(tag);
    }

    /// Ends the innermost element.
    fn close(&mut self, tag: &str) {
        self.push(tag);
        self.out.close_element();
        self.push("\n");
    }

    /// Begins an element inside running text: `tag` is its start tag.
    fn open_inline(&mut self, tag: &str) {
        self.out.open_inline(InlineKind::Other);
        self.push(tag);
    }

    /// Ends the innermost element inside running text.
    fn close_inline(&mut self, tag: &str) {
        self.push(tag);
        self.out.close_inline();
    }

    fn fresh_line(&mut self) {
        if !self.at_line_start {
            self.push("\n");
        }
    }

    fn escaped(&mut self, text: &str) {
        if !text.is_empty() {
            let start = self.out.position();
            escape_html_body_text(&mut self.out.html, text).expect("writing to a string");
            self.out.text_since(start);
            self.at_line_start = text.ends_with('\n');
        }
    }

    fn attribute(&mut self, text: &str) {
        escape_html(&mut self.out.html, text).expect("writing to a string");
        self.at_line_start = false;
    }

    fn href(&mut self, url: &str) {
        escape_href(&mut self.out.html, url).expect("writing to a string");
        self.at_line_start = false;
    }

    fn hole(&mut self, kind: HoleKind) {
        self.out.hole(kind);
        self.at_line_start = false;
    }

    fn problem(&mut self, code: &'static crate::base::Code, range: Range<usize>, message: String) -> Option<&mut Diagnostic> {
        let page = self.page?;
        self.problems.push(Diagnostic::at(code, Place::new(&page.file, range), message));
        self.problems.last_mut()
    }

    // Segments.

    /// Returns true if text at the current event gets an address.
    fn addresses(&self) -> bool {
        self.page.is_some_and(|page| page.settings.segments)
            && self.heading.as_ref().is_none_or(|heading| heading.title.is_none())
    }

    fn open_leaf(&mut self, start: usize) {
        if self.leaf.is_none() && self.addresses() {
            self.block_number += 1;
            let html_start = self.out.position();
            self.leaf = Some(Leaf { sentence: 0, depth: 0, html_start, byte_start: start, byte_end: start, cut: None });
            self.open_segment(start);
        }
    }

    fn open_segment(&mut self, start: usize) {
        self.leaf.as_mut().expect("a segment is opened in a leaf").sentence += 1;
        self.push(if self.table.is_some() { "<tr" } else { "" });
        self.hole(HoleKind::SegmentStart(self.segments.end()));
        self.push(if self.table.is_some() { ">" } else { "" });
        let html_start = self.out.position();
        // Notes and tables have no cut: a note is the editor's, and a table comes from its source
        // as a whole.
        let is_text = self.table.is_none() && self.notes.open.is_none();
        let cut = if is_text { self.provenance.cut_at(start) } else { None };
        let leaf = self.leaf.as_mut().expect("still open");
        leaf.html_start = html_start;
        leaf.byte_start = start;
        leaf.byte_end = start;
        leaf.cut = cut;
    }

    fn close_segment(&mut self) {
        let Some(leaf) = &self.leaf else { return };
        let segment = Segment {
            id: SegmentId::plain(self.block_number, leaf.sentence),
            html: HtmlRange::new(leaf.html_start, self.out.position()),
            bytes: (leaf.byte_start as u32, leaf.byte_end as u32),
            block: self.block_number,
            table: self.table.as_ref().map(|table| table.number),
            note: self.notes.open,
            cut: leaf.cut,
        };
        let index = self.segments.end();
        self.segments.push(segment);
        self.hole(HoleKind::SegmentEnd(index));
    }

    fn close_leaf(&mut self) {
        if self.leaf.is_some() {
            self.close_segment();
            self.leaf = None;
            if self.alone.take_if(|alone| *alone == Alone::InItem).is_some() {
                self.close("</p>");
                self.close("</blockquote>");
            }
        }
    }

    /// Writes a line break in running text. It ends the segment, unless it is inside emphasis or a
    /// link.
    fn line_break(&mut self, hard: bool, range: &Range<usize>) {
        let splits = self.heading.is_none() && self.leaf.as_ref().is_some_and(|leaf| leaf.depth == 0);
        if splits {
            self.close_segment();
        }
        self.push(if hard { "<br />\n" } else { "\n" });
        if splits {
            let start =
                range.end + (self.text[range.end..].len() - self.text[range.end..].trim_start_matches([' ', '\t', '>']).len());
            self.open_segment(start);
        }
    }

    /// Prepares for inline content at the bytes `range`: opens a leaf if the content is directly in
    /// an item of a tight list, which has no paragraphs. Then extends the open leaf or title to
    /// `range`.
    fn inline(&mut self, range: &Range<usize>) {
        if self.leaf.is_none() && self.heading.is_none() && self.containers.last() == Some(&Container::Item) {
            self.open_leaf(range.start);
        }
        if let Some(leaf) = &mut self.leaf {
            leaf.byte_end = leaf.byte_end.max(range.end);
        } else if let Some(OpenHeading { title: Some(_), bytes, .. }) = &mut self.heading {
            let bytes = bytes.get_or_insert_with(|| range.clone());
            bytes.end = bytes.end.max(range.end);
        }
    }

    // Blocks and inline elements.

    fn start(&mut self, tag: Tag<'a>, range: Range<usize>, is_title: bool) {
        if is_block(&tag) {
            // A nested block ends the text of a tight list item. A cell is a part of its row.
            if tag != Tag::TableCell {
                self.close_leaf();
            }
            self.block_depth += 1;
            self.quotes = Quotes::default();
        } else {
            self.inline(&range);
            if let Some(leaf) = &mut self.leaf {
                leaf.depth += 1;
            }
        }
        match tag {
            Tag::Paragraph => {
                // A paragraph directly in a container without text of its own is in a quotation.
                self.alone = match self.containers.last() {
                    _ if !self.addresses() || !self.only_quotations_ahead() => None,
                    Some(Container::Other) => Some(Alone::Plain),
                    _ => Some(Alone::Wrapped),
                };
                if self.alone == Some(Alone::Wrapped) {
                    self.open(ElementKind::Quote, QUOTATION);
                }
                self.open(ElementKind::Paragraph, "<p>");
                self.open_leaf(range.start);
            }
            Tag::Heading { level, id, classes, .. } => self.start_heading(level as u8, id, &classes, range, is_title),
            Tag::BlockQuote(kind) => self.start_quote(kind),
            Tag::CodeBlock(kind) => self.code_block(&kind, range),
            Tag::HtmlBlock => self.html_block(range),
            Tag::List(start) => {
                match start {
                    None => self.open(ElementKind::List, "<ul>\n"),
                    Some(1) => self.open(ElementKind::Ordered(1), "<ol>\n"),
                    Some(start) => self.open(ElementKind::Ordered(start), &format!("<ol start=\"{start}\">\n")),
                }
                self.containers.push(Container::Other);
            }
            Tag::Item => {
                self.open(ElementKind::Item, if self.task_ahead() { "<li class=\"task\">" } else { "<li>" });
                self.containers.push(Container::Item);
                if let Some((_, text)) = self.events.get(self.at)
                    && self.addresses()
                    && self.only_quotations_ahead()
                {
                    let start = text.start;
                    self.alone = Some(Alone::InItem);
                    self.open(ElementKind::Quote, QUOTATION);
                    self.open(ElementKind::Paragraph, "<p>");
                    self.open_leaf(start);
                }
            }
            Tag::DefinitionList => {
                self.open(ElementKind::Definitions, "<dl>\n");
                self.containers.push(Container::Other);
            }
            Tag::DefinitionListTitle => {
                self.open(ElementKind::Term, "<dt>");
                self.containers.push(Container::Item);
            }
            Tag::DefinitionListDefinition => {
                self.open(ElementKind::Definition, "<dd>");
                self.containers.push(Container::Item);
            }
            Tag::Table(alignments) => {
                self.open(ElementKind::TableRegion, "<div class=\"table\" role=\"group\" tabindex=\"0\" aria-label=\"");
                self.hole(HoleKind::Word(Word::TableRegion));
                self.push("\">");
                self.out.open_element(ElementKind::Table);
                self.push("<table>");
                self.tables += 1;
                self.table = Some(Table::new(self.tables, alignments));
                self.containers.push(Container::Other);
            }
            Tag::TableHead => {
                self.out.open_element(ElementKind::TableHead);
                self.push("<thead>");
                self.start_row(&range);
            }
            Tag::TableRow => self.start_row(&range),
            Tag::TableCell => self.start_cell(&range),
            Tag::Emphasis => self.open_inline("<em>"),
            Tag::Strong => {
                self.out.is_bold |= self.notes.open.is_none();
                self.open_inline("<strong>");
            }
            Tag::Strikethrough => self.open_inline("<del>"),
            Tag::Superscript => self.open_inline("<sup>"),
            Tag::Subscript => self.open_inline("<sub>"),
            Tag::Link { link_type, dest_url, title, .. } => self.start_link(link_type, &dest_url, &title, range),
            Tag::Image { link_type, dest_url, title, .. } => self.image((link_type, &dest_url), &title, &range),
            // `write_events` skips definitions of footnotes, and metadata blocks are not enabled.
            Tag::FootnoteDefinition(_) | Tag::MetadataBlock(_) => {}
        }
    }

    /// Ends an element. Returns the title if the element was the title's heading.
    fn end(&mut self, tag: TagEnd) -> Option<(String, Option<Range<usize>>)> {
        let block = is_block_end(tag);
        if block {
            if tag != TagEnd::TableCell {
                self.close_leaf();
            }
            self.block_depth -= 1;
        } else if let Some(leaf) = &mut self.leaf {
            leaf.depth = leaf.depth.saturating_sub(1);
        }
        match tag {
            TagEnd::Paragraph => {
                self.close("</p>");
                if self.alone.take() == Some(Alone::Wrapped) {
                    self.close("</blockquote>");
                }
            }
            TagEnd::Heading(_) => return self.end_heading(),
            TagEnd::BlockQuote(_) => {
                let alert = self.containers.pop() == Some(Container::Alert);
                self.close(if alert { "</div>" } else { "</blockquote>" });
            }
            TagEnd::List(ordered) => {
                self.containers.pop();
                self.close(if ordered { "</ol>" } else { "</ul>" });
            }
            TagEnd::Item => {
                self.containers.pop();
                self.close("</li>");
            }
            TagEnd::DefinitionList => {
                self.containers.pop();
                self.close("</dl>");
            }
            TagEnd::DefinitionListTitle => {
                self.containers.pop();
                self.close("</dt>");
            }
            TagEnd::DefinitionListDefinition => {
                self.containers.pop();
                self.close("</dd>");
            }
            TagEnd::Table => {
                self.table = None;
                self.containers.pop();
                self.push("</tbody>");
                self.out.close_element();
                self.push("</table>");
                self.out.close_element();
                self.close("</div>");
            }
            TagEnd::TableHead => {
                if let Some(table) = &mut self.table {
                    table.is_head = false;
                }
                self.push("</tr>");
                self.out.close_element();
                self.push("</thead>");
                self.out.close_element();
                self.out.open_element(ElementKind::TableBody);
                self.push("<tbody>\n");
            }
            TagEnd::TableRow => self.close("</tr>"),
            TagEnd::TableCell => self.end_cell(),
            TagEnd::Emphasis => self.close_inline("</em>"),
            TagEnd::Strong => self.close_inline("</strong>"),
            TagEnd::Strikethrough => self.close_inline("</del>"),
            TagEnd::Superscript => self.close_inline("</sup>"),
            TagEnd::Subscript => self.close_inline("</sub>"),
            TagEnd::Link => {
                if self.links.pop() == Some(true) {
                    self.close_inline("</a>");
                }
            }
            // Code blocks, HTML blocks and images are consumed whole when they begin. For the other
            // two, see `start`.
            TagEnd::CodeBlock | TagEnd::HtmlBlock | TagEnd::Image => {}
            TagEnd::FootnoteDefinition | TagEnd::MetadataBlock(_) => {}
        }
        None
    }

    fn leaf_event(&mut self, event: Event<'a>, range: Range<usize>) {
        match event {
            Event::Text(text) => {
                self.conflict(&range);
                self.text(&text, range);
            }
            Event::Code(text) => {
                self.inline(&range);
                self.heading_text(&text);
                self.out.open_inline(InlineKind::Code);
                self.push("<code>");
                self.escaped(&text);
                self.close_inline("</code>");
            }
            Event::InlineHtml(html) | Event::Html(html) => self.inline_html(&html, range),
            Event::SoftBreak => {
                self.heading_text(" ");
                self.line_break(false, &range);
            }
            Event::HardBreak => {
                self.heading_text(" ");
                self.line_break(true, &range);
            }
            Event::Rule => {
                self.close_leaf();
                self.fresh_line();
                self.push("<hr />\n");
            }
            Event::FootnoteReference(label) => {
                self.inline(&range);
                self.note_reference(&label);
            }
            Event::TaskListMarker(done) => {
                self.push("<input type=\"checkbox\" disabled");
                self.push(if done { " checked" } else { "" });
                self.push(" aria-label=\"");
                self.hole(HoleKind::Word(Word::Task));
                self.push("\">");
                self.escaped(" ");
            }
            // Math is not enabled.
            Event::InlineMath(text) | Event::DisplayMath(text) => self.escaped(&text),
            Event::Start(_) | Event::End(_) => unreachable!("handled by the loop"),
        }
    }

    // Text.

    /// Reports a conflict that git left, if one begins at this text. Code blocks are not searched,
    /// because they may show a conflict on purpose.
    fn conflict(&mut self, range: &Range<usize>) {
        let (before, line) = self.text.split_at(range.start);
        if !line.starts_with("<<<<<<< ") || !(before.is_empty() || before.ends_with('\n')) {
            return;
        }
        let text = self.text;
        if range.start < *self.last_conflict.get_or_insert_with(|| last_conflict(text)) {
            let end = line.find(['\r', '\n']).unwrap_or(line.len());
            let message = "the page contains git's conflict markers".to_owned();
            if let Some(problem) = self.problem(&code::CONFLICT, range.start..range.start + end, message) {
                problem.push_hint("decide which of the two versions to keep, and delete the lines that begin with `<<<<<<<`, `=======` and `>>>>>>>`");
            }
        }
    }

    fn text(&mut self, text: &str, range: Range<usize>) {
        self.inline(&range);
        if self.page.is_none() {
            self.escaped(text);
            return;
        }
        let written = &self.text[range.clone()];
        if written.len() == 1 && (written == "\"" || written == "'") && text != written {
            let mark = self.quotation_mark(text, range.start);
            self.heading_text(&mark);
            self.escaped(&mark);
            return;
        }
        if written == "[" && self.text[range.start..].starts_with("[^") {
            self.undefined_note(range.start);
        }
        self.heading_text(text);
        if !self.urls.is_empty() && self.links.is_empty() && self.heading.is_none() && written == text {
            return self.text_with_urls(range);
        }
        self.write_text(text, range);
    }

    /// Writes text, and marks the words that repairs corrected.
    fn write_text(&mut self, text: &str, range: Range<usize>) {
        if text.len() != range.len() {
            // The text has entities or escapes, so its bytes are not those of the file.
            self.escaped(text);
            return;
        }
        let mut at = range.start;
        for reading in self.provenance.readings_in(&range) {
            self.escaped(&text[at - range.start..reading.start - range.start]);
            self.open_inline("<ins class=\"repair\">");
            self.escaped(&text[reading.start - range.start..reading.end - range.start]);
            self.close_inline("</ins>");
            at = reading.end;
        }
        self.escaped(&text[at - range.start..]);
    }

    // Quotations and tasks.

    fn start_quote(&mut self, kind: Option<BlockQuoteKind>) {
        let Some(kind) = kind else {
            self.open(ElementKind::Quote, "<blockquote>\n");
            self.containers.push(Container::Other);
            return;
        };
        let (class, word) = match kind {
            BlockQuoteKind::Note => ("note", Word::AlertNote),
            BlockQuoteKind::Tip => ("tip", Word::AlertTip),
            BlockQuoteKind::Important => ("important", Word::AlertImportant),
            BlockQuoteKind::Warning => ("warning", Word::AlertWarning),
            BlockQuoteKind::Caution => ("caution", Word::AlertCaution),
        };
        self.open(ElementKind::Alert, &format!("<div class=\"alert alert-{class}\" role=\"note\">\n"));
        self.push("<p class=\"alert-title\">");
        self.hole(HoleKind::Word(word));
        self.push("</p>\n");
        self.containers.push(Container::Alert);
    }

    /// Returns true if the list item that begins here is a task.
    fn task_ahead(&self) -> bool {
        let mut ahead = self.events[self.at..].iter().map(|(event, _)| event);
        match ahead.next() {
            Some(Event::TaskListMarker(_)) => true,
            Some(Event::Start(Tag::Paragraph)) => matches!(ahead.next(), Some(Event::TaskListMarker(_))),
            _ => false,
        }
    }
}

/// Returns the position of the `=======` line in the last conflict that git left, or 0 if there is
/// no conflict.
fn last_conflict(text: &str) -> usize {
    text.rfind("\n>>>>>>> ").and_then(|end| text[..end].rfind("\n=======")).unwrap_or(0)
}
