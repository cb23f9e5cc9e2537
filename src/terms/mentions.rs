//! The mentions in a document: which sentence names which term or date, and which mentions become
//! links.

use std::collections::HashSet;
use std::hash::Hash;
use std::ops::Range;

use super::{Hit, Matcher};
use crate::model::config::TermLinks;
use crate::model::term::{DateRange, LinkRule};
use crate::model::{SegmentIndex, TermId};
use crate::parse::{Document, HoleKind, HtmlPos, HtmlRange, InlineKind, Marks, RefKind};
use crate::prose::{DateRules, Dated, dates};
use crate::site::Names;

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
    /// True if the author linked to the term: the range is that of the link.
    pub is_by_hand: bool,
}

/// A date in the text of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DateMention {
    pub date: DateRange,
    /// Position of the segment in the document.
    pub segment: SegmentIndex,
    /// Range of the document's HTML.
    pub html: HtmlRange,
    /// True if the date is shown as a link to the timeline.
    pub is_link: bool,
}

/// The mentions in an edition.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EditionMentions {
    /// In the order of the text.
    pub mentions: Box<[Mention]>,
    /// The names that do not count, because a mark or the front matter says so: the segment and the
    /// term.
    pub suppressed: Box<[(SegmentIndex, TermId)]>,
    /// The dates, in the order of the text. Empty if the site has no timeline.
    pub dates: Box<[DateMention]>,
    /// The dates that do not count.
    pub suppressed_dates: Box<[(SegmentIndex, DateRange)]>,
}

impl EditionMentions {
    /// Returns the dates in a segment.
    pub fn dates_in_segment(&self, segment: SegmentIndex) -> &[DateMention] {
        let first = self.dates.partition_point(|date| date.segment < segment);
        let end = self.dates.partition_point(|date| date.segment <= segment);
        &self.dates[first..end]
    }

    /// Returns the mentions in a segment.
    pub fn in_segment(&self, segment: SegmentIndex) -> &[Mention] {
        let first = self.mentions.partition_point(|mention| mention.segment < segment);
        let end = self.mentions.partition_point(|mention| mention.segment <= segment);
        &self.mentions[first..end]
    }
}

/// Stands for a value of the page inside a text, such as a reference to a footnote, and for the
/// border between two cells. No name goes across it.
const BREAK: char = '\u{fffc}';

/// Finds the mentions in a document.
///
/// A link to a term counts as a mention. Another mention is no link inside a heading or a link, or
/// if an element of the text begins or ends in the middle of it. Of the others, the first one in
/// each section becomes a link; a note is a section of its own. [`TermLinks`] can say otherwise for
/// the site, and [`LinkRule`] for a term.
///
/// The same holds for dates, if there are rules for them. A date inside a name is no link: the name
/// leads to its term.
pub fn mentions(document: &Document, names: &Names, matcher: &Matcher, rules: Option<&DateRules>) -> EditionMentions {
    let mut mentions = Vec::new();
    let mut suppressed = Vec::new();
    let mut dated: Vec<DateMention> = Vec::new();
    let mut suppressed_dates = Vec::new();
    let rule_of_site = names.config.term_links;
    let mut text = String::new();
    let mut pieces: Vec<Piece> = Vec::new();
    let mut linked: HashSet<TermId> = HashSet::new();
    let mut linked_dates: HashSet<DateRange> = HashSet::new();
    let mut section = None;
    for (index, segment) in document.segments.enumerated() {
        let is_heading = document.is_heading(index);
        if is_heading || segment.note != section {
            section = segment.note;
            if rule_of_site != TermLinks::Page {
                linked.clear();
                linked_dates.clear();
            }
        }
        gather(document, index, &mut text, &mut pieces);
        let by_hand = links_by_hand(document, segment.html, names);
        let first = mentions.len();
        mentions.extend(by_hand.iter().map(|&(html, term)| Mention {
            term,
            segment: index,
            html,
            is_link: false,
            is_by_hand: true,
        }));
        for Hit { term, range } in matcher.find(&text) {
            let html = html_range(&pieces, range);
            let is_inside = |link: HtmlRange| link.start <= html.start && html.end <= link.end;
            if by_hand.iter().any(|&(link, linked)| linked == term && is_inside(link)) {
                continue;
            }
            if is_suppressed(document, index, &names.terms.term(term).key) {
                suppressed.push((index, term));
                continue;
            }
            mentions.push(Mention { term, segment: index, html, is_link: false, is_by_hand: false });
        }
        // A link stands before the names in it.
        mentions[first..].sort_by_key(|mention| (mention.html.start, !mention.is_by_hand));
        for mention in &mut mentions[first..] {
            if mention.is_by_hand {
                linked.insert(mention.term);
                continue;
            }
            mention.is_link = !is_heading
                && is_whole(document, segment.html, mention.html)
                && becomes_link(names.terms.term(mention.term).link, rule_of_site, &mut linked, mention.term);
        }
        for Dated { range, date } in rules.map(|rules| dates(&text, rules)).unwrap_or_default() {
            if is_suppressed(document, index, &date.iso()) {
                suppressed_dates.push((index, date));
                continue;
            }
            let html = with_elements(document, segment.html, html_range(&pieces, range));
            let is_in_name = mentions[first..].iter().any(|it| it.html.start < html.end && html.start < it.html.end);
            let is_link = !is_heading
                && !is_in_name
                && is_whole(document, segment.html, html)
                && becomes_link(None, rule_of_site, &mut linked_dates, date);
            dated.push(DateMention { date, segment: index, html, is_link });
        }
    }
    EditionMentions {
        mentions: mentions.into(),
        suppressed: suppressed.into(),
        dates: dated.into(),
        suppressed_dates: suppressed_dates.into(),
    }
}

/// Returns true if a mention that may be a link becomes one, and adds it to those that are linked.
fn becomes_link<T: Eq + Hash>(rule: Option<LinkRule>, rule_of_site: TermLinks, linked: &mut HashSet<T>, item: T) -> bool {
    match (rule, rule_of_site) {
        (Some(LinkRule::Never), _) | (None, TermLinks::None) => false,
        (Some(LinkRule::Every), _) | (None, TermLinks::Every) => true,
        (Some(LinkRule::First), _) | (None, TermLinks::Section | TermLinks::Page) => linked.insert(item),
    }
}

/// Returns true if a mark of the sentence or the page's front matter says that it does not mention
/// a term or a date.
fn is_suppressed(document: &Document, segment: SegmentIndex, key: &str) -> bool {
    let in_sentence = |marks: &Marks| marks.unmentioned.iter().any(|it| it.key == key);
    document.front.no_terms.as_ref().is_some_and(|terms| terms.has(key)) || document.marks_of(segment).is_some_and(in_sentence)
}

/// Returns the links in a segment that lead to terms, as ranges of the HTML with their tags.
fn links_by_hand(document: &Document, segment: HtmlRange, names: &Names) -> Vec<(HtmlRange, TermId)> {
    let body = &document.body;
    let links = body.inlines_in(segment).iter().filter(|inline| inline.kind == InlineKind::Link);
    let term = |link: HtmlRange| {
        let item = &document.refs[ref_of(document, link)?];
        names.linked_term(&document.file, &item.target).filter(|_| item.kind != RefKind::Image)
    };
    links.filter_map(|link| Some((link.html, term(link.html)?))).collect()
}

/// Returns the position of the ref whose URL is the first one in a range.
pub(super) fn ref_of(document: &Document, html: HtmlRange) -> Option<usize> {
    document.body.holes_in(html).iter().find_map(|hole| match hole.kind {
        HoleKind::Url(item) => Some(item as usize),
        _ => None,
    })
}

/// A piece of a segment's text. Both ranges have the same bytes, unless the piece is a character
/// that HTML writes as an entity.
pub(super) struct Piece {
    text: Range<usize>,
    html: HtmlRange,
}

/// The entities that the text of a document's HTML may have.
const ENTITIES: [(&str, char); 3] = [("&amp;", '&'), ("&lt;", '<'), ("&gt;", '>')];

/// Collects the words of a segment, and the position in the HTML of each piece of them. Code has no
/// words.
pub(super) fn gather(document: &Document, segment: SegmentIndex, text: &mut String, pieces: &mut Vec<Piece>) {
    text.clear();
    pieces.clear();
    let body = &document.body;
    let range = document.segments[segment].html;
    let codes = body.inlines_in(range).iter().filter(|inline| inline.kind == InlineKind::Code);
    let mut codes = codes.map(|code| code.html).peekable();
    let holes = body.holes_of_segment(segment, range);
    let breaks =
        holes.iter().filter(|hole| matches!(hole.kind, HoleKind::NoteRef(_) | HoleKind::Title(_) | HoleKind::Quotation(..)));
    let mut breaks = breaks.map(|hole| hole.at).peekable();
    let mut cells = body.cells_in(range).iter().peekable();
    for piece in body.texts_in(range) {
        if cells.next_if(|cell| cell.start <= piece.start).is_some() {
            while cells.next_if(|cell| cell.start <= piece.start).is_some() {}
            text.push(BREAK);
        }
        while codes.next_if(|code| code.end <= piece.start).is_some() {}
        if codes.peek().is_some_and(|code| code.start <= piece.start && piece.end <= code.end) {
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
pub(super) fn html_range(pieces: &[Piece], range: Range<usize>) -> HtmlRange {
    let piece = |at: usize| &pieces[pieces.partition_point(|piece| piece.text.end <= at)];
    let (first, last) = (piece(range.start), piece(range.end - 1));
    let start = first.html.start.0 + (range.start - first.text.start) as u32;
    let end = match range.end {
        end if end == last.text.end => last.html.end,
        end => HtmlPos(last.html.start.0 + (end - last.text.start) as u32),
    };
    HtmlRange::new(HtmlPos(start), end)
}

/// Returns a range with the whole elements at its ends, if only a part of each is inside:
/// `<ins>3</ins> May` for the text `3 May`.
fn with_elements(document: &Document, segment: HtmlRange, html: HtmlRange) -> HtmlRange {
    let body = &document.body;
    let is_empty = |start: HtmlPos, end: HtmlPos| body.texts_in(HtmlRange::new(start, end)).next().is_none();
    let (mut start, mut end) = (html.start, html.end);
    for element in body.inlines_in(segment).iter().filter(|inline| inline.kind == InlineKind::Other).map(|inline| inline.html) {
        let (is_at_start, is_at_end) = (element.end <= end && start < element.end, start <= element.start && element.start < end);
        if is_at_start && element.start < start && is_empty(element.start, start) {
            start = element.start;
        }
        if is_at_end && end < element.end && is_empty(end, element.end) {
            end = element.end;
        }
    }
    HtmlRange::new(start, end)
}

/// Returns true if a range of a segment is outside of links, and no element begins or ends inside
/// it without the other end.
fn is_whole(document: &Document, segment: HtmlRange, html: HtmlRange) -> bool {
    document.body.inlines_in(segment).iter().all(|inline| {
        let is_apart = inline.html.end <= html.start || html.end <= inline.html.start;
        let is_inside = html.start <= inline.html.start && inline.html.end <= html.end;
        let is_around = inline.html.start <= html.start && html.end <= inline.html.end;
        is_apart || inline.kind == InlineKind::Other && (is_inside || is_around)
    })
}
