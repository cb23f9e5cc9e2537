//! The mentions in a document: which sentence names which term, and which mentions become links.

use std::collections::HashSet;

use super::Matcher;
use crate::model::{Glossary, SegmentIndex, TermId, term::LinkRule};
use crate::parse::{Document, HoleKind, HtmlPos, HtmlRange, InlineKind};

/// A mention of a term in a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mention {
    pub term: TermId,
    /// Position of the segment in the document.
    pub segment: SegmentIndex,
    /// Range of the document's HTML. It may hold markup, such as emphasis of a part of the name.
    pub html: HtmlRange,
    /// True if the mention is shown as a link to the term.
    pub is_link: bool,
}

/// Stands for a value of the page inside a text, such as a reference to a footnote. No name goes
/// across it.
const BREAK: char = '\u{fffc}';

/// Finds the mentions in a document, in the order of its text.
///
/// A mention is no link inside a heading or another link, or if an element of the text begins or
/// ends in the middle of it. Of the others, the first one in each section becomes a link; a note is
/// a section of its own. [`LinkRule`] can say otherwise for a term.
pub fn mentions(document: &Document, glossary: &Glossary, matcher: &Matcher) -> Vec<Mention> {
    let mut mentions = Vec::new();
    let mut text = String::new();
    let mut pieces: Vec<(usize, HtmlPos)> = Vec::new();
    let mut linked: HashSet<TermId> = HashSet::new();
    let mut section = None;
    for (index, segment) in document.segments.enumerated() {
        let is_heading = document.is_heading(index);
        if is_heading || segment.note != section {
            section = segment.note;
            linked.clear();
        }
        gather(document, index, &mut text, &mut pieces);
        for hit in matcher.find(&text) {
            let start = html_position(&pieces, hit.range.start);
            let end = HtmlPos(html_position(&pieces, hit.range.end - 1).0 + 1);
            let html = HtmlRange::new(start, end);
            let may_link = !is_heading && is_whole(document, segment.html, html);
            let is_link = may_link
                && match glossary.term(hit.term).link {
                    LinkRule::First => linked.insert(hit.term),
                    LinkRule::Every => true,
                    LinkRule::Never => false,
                };
            mentions.push(Mention { term: hit.term, segment: index, html, is_link });
        }
    }
    mentions
}

/// Collects the words of a segment, and the position in the HTML of each piece of them. Code has no
/// words.
fn gather(document: &Document, segment: SegmentIndex, text: &mut String, pieces: &mut Vec<(usize, HtmlPos)>) {
    text.clear();
    pieces.clear();
    let body = &document.body;
    let range = document.segments[segment].html;
    let codes = || body.inlines_in(range).iter().filter(|inline| inline.kind == InlineKind::Code);
    let holes = body.holes_of_segment(segment, range);
    let breaks = holes.iter().filter(|hole| matches!(hole.kind, HoleKind::NoteRef(_) | HoleKind::Title(_)));
    let mut breaks = breaks.map(|hole| hole.at).peekable();
    for piece in body.texts_in(range) {
        if codes().any(|code| code.html.start <= piece.start && piece.end <= code.html.end) {
            text.push(BREAK);
            continue;
        }
        let mut start = piece.start;
        while let Some(at) = breaks.next_if(|at| *at < piece.end) {
            if at > start {
                pieces.push((text.len(), start));
                text.push_str(body.slice(HtmlRange::new(start, at)));
                start = at;
            }
            text.push(BREAK);
        }
        pieces.push((text.len(), start));
        text.push_str(body.slice(HtmlRange::new(start, piece.end)));
    }
}

/// Returns the position in the HTML of a position in the collected text.
fn html_position(pieces: &[(usize, HtmlPos)], at: usize) -> HtmlPos {
    let piece = pieces.partition_point(|(start, _)| *start <= at) - 1;
    let (start, html) = pieces[piece];
    HtmlPos(html.0 + (at - start) as u32)
}

/// Returns true if a range of a segment is outside of links, and no element begins or ends inside it
/// without the other end.
fn is_whole(document: &Document, segment: HtmlRange, html: HtmlRange) -> bool {
    document.body.inlines_in(segment).iter().all(|inline| {
        let is_apart = inline.html.end <= html.start || html.end <= inline.html.start;
        let is_inside = html.start <= inline.html.start && inline.html.end <= html.end;
        let is_around = inline.html.start <= html.start && html.end <= inline.html.end;
        is_apart || inline.kind == InlineKind::Other && (is_inside || is_around)
    })
}
