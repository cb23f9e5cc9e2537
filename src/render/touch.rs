//! Links between chapters that touch one another, by the key `touches` of a plan: where the link
//! after a sentence leads, and the list of sentences of other chapters under a text.
//!
//! [`super::body`] writes the links, [`super::connections`] counts them for a picture.

use std::collections::{BTreeMap, BTreeSet};

use tera::Value;

use crate::base::path;
use crate::model::{LangId, SegmentId, SegmentIndex, TermId};
use crate::parse::Document;
use crate::site::WorkId;
use crate::split::Cut;

use super::Renderer;
use super::chapter::shown_cut;
use super::excerpt::Excerpt;
use super::shared::other_lang;
use super::template::map;

/// Weight of a term that one sentence of a chapter mentions. Integers keep sums exact.
const ONE: u64 = 1 << 32;

/// Letters in a line of the text, and in a line of the narrower list under it.
const LETTERS: (usize, usize) = (60, 54);

/// Heights in tenths of a line of the text: the space between two paragraphs, a line of the list,
/// the space between two of its sentences, the name of a chapter, and the heading of the list.
const PARAGRAPH: usize = 5;
const LIST_LINE: usize = 9;
const SENTENCE: usize = 4;
const CHAPTER: usize = 15;
const HEADING: usize = 30;

/// Length of the beginning of a sentence in the name of a link, in characters.
const BEGINNING: usize = 60;

/// Returns the sentence of a touched chapter that a sentence of another chapter means: the one that
/// shares most terms with it.
///
/// A term that `n` sentences of the touched chapter mention counts `1/n`, so a rare term counts
/// more than a frequent one. Of sentences with equal counts the first is returned. Returns `None`
/// if no sentence shares a term. The answer is the same for readers of all languages, since the
/// editions in the source language decide.
///
/// ```text
/// here     The cosmodrome that Russia leases is in Kazakhstan.
/// there    1.1 Kazakhstan and Russia are neighbours.     1/3 + 1/2
///          1.2 Russia leases the cosmodrome.             1/2 + 1      <- returned
///          1.3 Kazakhstan is large.                      1/3
///          1.4 It was Kazakhstan that agreed.            1/3
/// ```
pub(super) fn meant_sentence(renderer: &Renderer, work: WorkId, cut: usize, touched: WorkId) -> Option<SegmentId> {
    let site = &renderer.site;
    let (split, _) = site.chapter(work)?;
    let lang = site.config.language(&split.language)?;
    let own = &site.edition(work, lang)?.document;
    let segments = renderer.links.segments_of_cut(work, cut).iter().filter_map(|&id| own.segment_with_id(id));
    let mentions = renderer.mentions.of_edition(work, lang);
    let wanted: BTreeSet<TermId> =
        segments.flat_map(|segment| mentions.in_segment(segment)).map(|mention| mention.term).collect();
    if wanted.is_empty() {
        return None;
    }
    let (lang, edition) = site.source_edition(touched);
    let document = &edition.document;
    let mut sentences: Vec<(SegmentIndex, BTreeSet<TermId>)> = Vec::new();
    for mention in renderer.mentions.of(touched, lang).iter().filter(|mention| wanted.contains(&mention.term)) {
        if document.segments[mention.segment].note.is_some() || document.is_heading(mention.segment) {
            continue;
        }
        match sentences.last_mut() {
            Some((segment, terms)) if *segment == mention.segment => _ = terms.insert(mention.term),
            _ => sentences.push((mention.segment, BTreeSet::from([mention.term]))),
        }
    }
    let mut frequencies: BTreeMap<TermId, u64> = BTreeMap::new();
    for term in sentences.iter().flat_map(|(_, terms)| terms) {
        *frequencies.entry(*term).or_default() += 1;
    }
    let weight = |terms: &BTreeSet<TermId>| terms.iter().map(|term| ONE / frequencies[term]).sum::<u64>();
    // `max_by_key` returns the last of several equal ones.
    let (segment, _) = sentences.iter().rev().max_by_key(|(_, terms)| weight(terms))?;
    Some(document.segments[*segment].id)
}

/// Returns the id of the entry about a cut in the list under the text of a chapter that it touches.
pub(super) fn entry_id(renderer: &Renderer, work: WorkId, cut: &Cut) -> String {
    let (split, _) = renderer.site.chapter(work).expect("cuts come from chapters");
    // The full stop keeps the id apart from anchors that headings get from their words.
    format!("touch.{}", split.segments[cut.segment].address)
}

/// Returns the first words of a sentence, as HTML for an attribute.
pub(super) fn beginning(renderer: &Renderer, work: WorkId, document: &Document, segment: SegmentIndex) -> String {
    let html = Excerpt { renderer, work, document }.segment(segment).replace('"', "&quot;");
    let mut beginning = String::new();
    let mut length = 0;
    for word in html.split_whitespace() {
        let own = word.chars().count();
        if length > 0 && length + own > BEGINNING {
            return format!("{}…", beginning.trim_end_matches([',', ':', ' ']));
        }
        beginning.push_str(if length > 0 { " " } else { "" });
        beginning.push_str(word);
        length += own + 1;
    }
    beginning
}

/// The list of the sentences of other chapters that touch a chapter, by chapter: the part that the
/// page shows, the rest, which is folded, and the number of all sentences.
pub(super) struct TouchedBy {
    pub(super) shown: Value,
    pub(super) rest: Value,
    pub(super) count: usize,
}

/// Makes the list of the sentences that touch a chapter for the page that shows `document`.
///
/// By an estimate of heights, the visible part of the list is not longer than the text of the
/// chapter: chapters whose sentences do not fit are folded, and chapters whose names do not fit are
/// in the rest.
pub(super) fn touched_by(renderer: &Renderer, work: WorkId, document: &Document, lang: LangId) -> TouchedBy {
    let site = &renderer.site;
    let touches = &renderer.links.touched_by[work.0 as usize];
    let groups: Vec<&[(WorkId, usize)]> = touches.chunk_by(|(a, _), (b, _)| a == b).collect();
    let room = if groups.is_empty() { 0 } else { height(document).saturating_sub(HEADING) };
    let shown = groups.len().min((room / CHAPTER).max(1));
    let mut left = room.saturating_sub(shown * CHAPTER);
    let mut values: Vec<Value> = Vec::new();
    for (index, group) in groups.into_iter().enumerate() {
        let (other, _) = group[0];
        let sentences: Vec<_> = group.iter().map(|&(other, cut)| (cut, shown_cut(renderer, other, cut, lang))).collect();
        let lines = |html: &str| html.chars().count().div_ceil(LETTERS.1);
        let own: usize = sentences.iter().map(|(_, sentence)| lines(&sentence.html) * LIST_LINE + SENTENCE).sum();
        let is_open = index < shown && own <= left;
        left -= if is_open { own } else { 0 };
        let (split, chapter) = site.chapter(other).expect("cuts come from chapters");
        let sentences = sentences.into_iter().map(|(index, sentence)| {
            let cut = &chapter.cuts[index];
            let id = renderer.links.segments_of_cut(other, index).first();
            let id = id.map_or_else(|| split.segments[cut.segment].address.to_string(), SegmentId::to_string);
            map([
                ("anchor", entry_id(renderer, other, cut).into()),
                ("id", id.into()),
                ("url", sentence.url.into()),
                ("html", Value::safe_string(&sentence.html)),
                ("lang", other_lang(site, sentence.lang, lang).into()),
            ])
        });
        let sentences: Vec<Value> = sentences.collect();
        let page = site.nearest_page(other, lang);
        values.push(map([
            ("title", page.edition.document.title.as_str().into()),
            ("url", path::to_url(page.path).into()),
            ("lang", other_lang(site, page.lang, lang).into()),
            ("count", sentences.len().into()),
            ("is_open", is_open.into()),
            ("sentences", sentences.into()),
        ]));
    }
    let rest = values.split_off(shown.min(values.len()));
    TouchedBy { shown: values.into(), rest: rest.into(), count: touches.len() }
}

/// Returns the estimated height of a document's text without its notes, in tenths of a line.
fn height(document: &Document) -> usize {
    let blocks = document.text_blocks();
    let letters = |html| document.body.text_in(html).map(|text| text.chars().count()).sum::<usize>();
    let blocks = document.blocks[blocks.start as usize..blocks.end as usize].iter();
    blocks.map(|block| letters(block.html).div_ceil(LETTERS.0) * 10 + PARAGRAPH).sum()
}
