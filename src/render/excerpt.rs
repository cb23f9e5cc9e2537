//! Parts of a document as text without markup, and references to its footnotes.

use pulldown_cmark_escape::escape_html_body_text;

use crate::base::IndexRange;
use crate::link::ResolvedLink;
use crate::model::SegmentIndex;
use crate::parse::{Document, Hole, HoleKind, HtmlRange, NoteIndex, RefKind, Target};
use crate::site::WorkId;

use super::Renderer;

/// The length of an excerpt, in bytes, after which it shows no more quotations. A short text can
/// quote a long sentence many times.
const LONGEST: usize = 1 << 20;

/// A part of an edition, to be shown without markup.
#[derive(Clone, Copy)]
pub(super) struct Excerpt<'a> {
    pub(super) renderer: &'a Renderer,
    pub(super) work: WorkId,
    pub(super) document: &'a Document,
}

impl Excerpt<'_> {
    /// Returns a block's text as HTML.
    pub(super) fn block(self, block: HtmlRange) -> String {
        self.text(block, self.document.body.holes_in(block), |_| String::new())
    }

    /// Returns a segment's text as HTML.
    pub(super) fn segment(self, segment: SegmentIndex) -> String {
        self.segment_with_notes(segment, |_| String::new())
    }

    /// Returns a segment's text as HTML; `reference` makes the reference to the footnote at a
    /// position.
    pub(super) fn segment_with_notes(self, segment: SegmentIndex, reference: impl FnMut(NoteIndex) -> String) -> String {
        let range = self.document.segments[segment].html;
        self.text(range, self.document.body.holes_of_segment(segment, range), reference)
    }

    /// Returns a cell's text as HTML; see [`Self::segment_with_notes`].
    pub(super) fn cell_with_notes(self, cell: HtmlRange, reference: impl FnMut(NoteIndex) -> String) -> String {
        self.text(cell, self.document.body.holes_in(cell), reference)
    }

    /// Returns the text of a table row as HTML, with a sign between two cells.
    pub(super) fn row(self, row: SegmentIndex) -> String {
        let cells = self.document.body.cells_in(self.document.segments[row].html).iter();
        let cells: Vec<String> = cells.map(|cell| self.cell_with_notes(*cell, |_| String::new())).collect();
        cells.join(" · ")
    }

    /// Returns the text of the sentences that a ref quotes, in quotation marks. Of a quotation in
    /// these, it has the title of the page and the address.
    pub(super) fn quotation(self, item: usize) -> String {
        let Self { renderer, work, document } = self;
        let mut html = String::new();
        let [open, close, ..] = &renderer.site.languages[document.lang.0].pack.quotes;
        let ResolvedLink::Quotation { work, lang, lines } = renderer.links.resolved(work, document.lang)[item] else {
            escape_html_body_text(&mut html, &link_title(renderer, work, document, item)).expect("writing to a string");
            return html;
        };
        let quoted = &renderer.site.edition(work, lang).expect("resolved links name editions that exist").document;
        let quoted = Excerpt { renderer, work, document: quoted };
        html.push_str(open);
        for line in lines.iter() {
            html.push_str(if line == lines.start { "" } else { " " });
            let range = quoted.document.segments[line].html;
            // A title instead of a quotation.
            let kind = |kind| if let HoleKind::Quotation(item, _) = kind { HoleKind::Title(item) } else { kind };
            let holes = quoted.document.body.holes_of_segment(line, range).iter();
            let holes: Vec<Hole> = holes.map(|hole| Hole { kind: kind(hole.kind), ..*hole }).collect();
            html.push_str(&quoted.text(range, &holes, |_| String::new()));
        }
        html.push_str(close);
        html
    }

    /// Returns a segment's text as HTML, with the element `mark` around ranges of the HTML.
    pub(super) fn segment_marked(self, segment: SegmentIndex, marks: &[HtmlRange]) -> String {
        let body = &self.document.body;
        let range = self.document.segments[segment].html;
        let mut html = String::new();
        // Most sentences are plain. Their texts and holes are not looked up, since each look at
        // another part of a document costs as much as copying the sentence.
        if !body.slice(range).contains('<') && self.document.refs.iter().all(|item| item.kind != RefKind::Quotation) {
            self.push_marked(range, marks, &mut html);
            return html;
        }
        // The text of a link without one of its own is a title.
        let holes = body.holes_of_segment(segment, range).iter();
        let mut titles = holes.filter(|hole| matches!(hole.kind, HoleKind::Title(_) | HoleKind::Quotation(..)));
        let mut next_title = titles.next();
        let title = |hole: &Hole, html: &mut String| {
            let is_marked = marks.iter().any(|mark| mark.start <= hole.at && hole.at < mark.end);
            html.push_str(if is_marked { "<mark>" } else { "" });
            self.title_or_quotation(hole.kind, html);
            html.push_str(if is_marked { "</mark>" } else { "" });
        };
        for text in body.texts_in(range) {
            // No text goes across the tags of a link.
            while let Some(found) = next_title.take_if(|hole| hole.at <= text.start) {
                title(found, &mut html);
                next_title = titles.next();
            }
            self.push_marked(text, marks, &mut html);
        }
        next_title.into_iter().chain(titles).for_each(|found| title(found, &mut html));
        html
    }

    /// Appends a text, with the element `mark` around the parts in `marks`.
    fn push_marked(self, text: HtmlRange, marks: &[HtmlRange], html: &mut String) {
        let body = &self.document.body;
        html.reserve(text.bytes().len() + marks.len() * "<mark></mark>".len());
        let mut at = text.start;
        for mark in marks {
            let (start, end) = (mark.start.max(at), mark.end.min(text.end));
            if start < end {
                let [before, mark] = [HtmlRange::new(at, start), HtmlRange::new(start, end)].map(|range| body.slice(range));
                for part in [before, "<mark>", mark, "</mark>"] {
                    html.push_str(part);
                }
                at = end;
            }
        }
        html.push_str(body.slice(HtmlRange::new(at, text.end)));
    }

    fn text(self, range: HtmlRange, holes: &[Hole], mut reference: impl FnMut(NoteIndex) -> String) -> String {
        let body = &self.document.body;
        let mut html = String::new();
        let mut at = range.start;
        for hole in holes {
            html.extend(body.text_in(HtmlRange::new(at, hole.at)));
            at = hole.at;
            match hole.kind {
                HoleKind::Title(_) | HoleKind::Quotation(..) => self.title_or_quotation(hole.kind, &mut html),
                HoleKind::NoteRef(index) => html.push_str(&reference(body.note_refs[index as usize].note)),
                _ => {}
            }
        }
        html.extend(body.text_in(HtmlRange::new(at, range.end)));
        html
    }

    /// Writes the title of a link without a text of its own, or a quotation.
    fn title_or_quotation(self, hole: HoleKind, html: &mut String) {
        match hole {
            HoleKind::Title(index) => {
                let title = link_title(self.renderer, self.work, self.document, index as usize);
                escape_html_body_text(html, &title).expect("writing to a string");
            }
            HoleKind::Quotation(..) if html.len() > LONGEST => {}
            HoleKind::Quotation(index, _) => html.push_str(&self.quotation(index as usize)),
            _ => {}
        }
    }
}

/// Returns the title that a link without a text of its own shows.
pub(super) fn link_title(renderer: &Renderer, work: WorkId, document: &Document, index: usize) -> String {
    let site = &renderer.site;
    match &renderer.links.resolved(work, document.lang)[index] {
        ResolvedLink::Work { work, lang, .. } => {
            site.edition(*work, *lang).expect("resolved links name editions that exist").document.title.clone()
        }
        ResolvedLink::Path { title: Some(title), .. } => title.clone(),
        ResolvedLink::Path { path, .. } => path.to_string(),
        ResolvedLink::Anchor(anchor) => match site.heading_with_anchor(work, document.lang, anchor) {
            Some(heading) => document.headings[heading].text.clone(),
            None => anchor.clone(),
        },
        ResolvedLink::Quotation { work, lang, lines } => {
            let quoted = &site.edition(*work, *lang).expect("resolved links name editions that exist").document;
            format!("{}, {}", quoted.title, ids(quoted, *lines))
        }
        ResolvedLink::Broken => match &document.refs[index].target {
            Target::Work { key, anchor: Some(anchor) } if document.refs[index].kind == RefKind::Quotation => {
                format!("{key}#{anchor}")
            }
            Target::Work { key, .. } => key.to_string(),
            Target::File { path, .. } => path.clone(),
            Target::Anchor(name) | Target::Outside(name) | Target::Own(name) => name.clone(),
        },
    }
}

/// Returns the addresses of quoted sentences: `2.3`, or `2.3–2.5`.
pub(super) fn ids(document: &Document, lines: IndexRange<SegmentIndex>) -> String {
    let id = |line: SegmentIndex| document.segments[line].id;
    match lines.iter().next_back() {
        Some(last) if last != lines.start => format!("{}–{}", id(lines.start), id(last)),
        _ => id(lines.start).to_string(),
    }
}

/// Returns the id of the nth reference to a note. A note's id contains no full stop, so the ids of
/// two references differ.
pub(super) fn reference_id(scope: &str, note: &str, nth: u32) -> String {
    if nth == 1 { format!("{scope}fnref-{note}") } else { format!("{scope}fnref-{note}.{nth}") }
}

/// Returns a reference to a note, whose own id is `note`.
pub(super) fn reference(id: Option<&str>, note: &str, number: u32) -> String {
    let id = id.map_or_else(String::new, |id| format!(" id=\"{id}\""));
    format!("<sup class=\"note-ref\"{id}><a href=\"#{note}\" role=\"doc-noteref\">{number}</a></sup>")
}
