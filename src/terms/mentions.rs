//! The mentions in a document: which sentence names which term, and which mentions become links.

use std::collections::HashSet;
use std::ops::Range;

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

/// Stands for a value of the page inside a text, such as a reference to a footnote, and for the
/// border between two cells. No name goes across it.
const BREAK: char = '\u{fffc}';

/// Finds the mentions in a document, in the order of its text.
///
/// A mention is no link inside a heading or another link, or if an element of the text begins or
/// ends in the middle of it. Of the others, the first one in each section becomes a link; a note is
/// a section of its own. [`LinkRule`] can say otherwise for a term.
pub fn mentions(document: &Document, glossary: &Glossary, matcher: &Matcher) -> Vec<Mention> {
    let mut mentions = Vec::new();
    let mut text = String::new();
    let mut pieces: Vec<Piece> = Vec::new();
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
            let html = html_range(&pieces, hit.range);
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

/// A piece of a segment's text. Both ranges have the same bytes, unless the piece is a character that
/// HTML writes as an entity.
struct Piece {
    text: Range<usize>,
    html: HtmlRange,
}

/// The entities that the text of a document's HTML may have.
const ENTITIES: [(&str, char); 3] = [("&amp;", '&'), ("&lt;", '<'), ("&gt;", '>')];

/// Collects the words of a segment, and the position in the HTML of each piece of them. Code has no
/// words.
fn gather(document: &Document, segment: SegmentIndex, text: &mut String, pieces: &mut Vec<Piece>) {
    text.clear();
    pieces.clear();
    let body = &document.body;
    let range = document.segments[segment].html;
    let codes = || body.inlines_in(range).iter().filter(|inline| inline.kind == InlineKind::Code);
    let holes = body.holes_of_segment(segment, range);
    let breaks = holes.iter().filter(|hole| matches!(hole.kind, HoleKind::NoteRef(_) | HoleKind::Title(_)));
    let mut breaks = breaks.map(|hole| hole.at).peekable();
    let mut cells = body.cells_in(range).iter().peekable();
    for piece in body.texts_in(range) {
        if cells.next_if(|cell| cell.start <= piece.start).is_some() {
            while cells.next_if(|cell| cell.start <= piece.start).is_some() {}
            text.push(BREAK);
        }
        if codes().any(|code| code.html.start <= piece.start && piece.end <= code.html.end) {
            text.push(BREAK);
            continue;
        }
        let mut start = piece.start;
        while let Some(at) = breaks.next_if(|at| *at < piece.end) {
            if at > start {
                push(body.slice(HtmlRange::new(start, at)), start, text, pieces);
                start = at;
            }
            text.push(BREAK);
        }
        push(body.slice(HtmlRange::new(start, piece.end)), start, text, pieces);
    }
}

/// Appends HTML without tags, which begins at a position, as pieces.
fn push(html: &str, at: HtmlPos, text: &mut String, pieces: &mut Vec<Piece>) {
    let mut done = 0;
    let mut push = |own: &str, html: Range<usize>| {
        let start = text.len();
        text.push_str(own);
        let position = |byte: usize| HtmlPos(at.0 + byte as u32);
        pieces.push(Piece { text: start..text.len(), html: HtmlRange::new(position(html.start), position(html.end)) });
    };
    for (start, _) in html.match_indices('&') {
        let Some((entity, c)) = ENTITIES.iter().find(|(entity, _)| html[start..].starts_with(entity)) else { continue };
        push(&html[done..start], done..start);
        done = start + entity.len();
        push(c.encode_utf8(&mut [0; 4]), start..done);
    }
    push(&html[done..], done..html.len());
}

/// Returns the range of the HTML of a range of the collected text.
fn html_range(pieces: &[Piece], range: Range<usize>) -> HtmlRange {
    let piece = |at: usize| &pieces[pieces.partition_point(|piece| piece.text.end <= at)];
    let (first, last) = (piece(range.start), piece(range.end - 1));
    let start = first.html.start.0 + (range.start - first.text.start) as u32;
    let end = match range.end {
        end if end == last.text.end => last.html.end,
        end => HtmlPos(last.html.start.0 + (end - last.text.start) as u32),
    };
    HtmlRange::new(HtmlPos(start), end)
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
