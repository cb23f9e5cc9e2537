//! The picture of how pages touch one another: for each pair of pages, the sentences of one that
//! are also about the other (the key `touches` of a plan) or that link to it.
//!
//! The picture has a line for each page, and a curve for each pair. The curve begins at the page of
//! the sentences, as broad as they are many, and ends in a point at the page that they touch. Names
//! are text of the page, which wraps, and all lines are as high as the highest one. So the drawing
//! only has to be stretched to the height of the list, and no width of a text has to be known.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use tera::Value;

use crate::base::path;
use crate::link::ResolvedLink;
use crate::model::{LangId, SegmentId};
use crate::parse::HoleKind;
use crate::site::WorkId;

use super::Renderer;
use super::body::cut_of;
use super::shared::other_lang;
use super::template::map;

/// The greatest number of pages in a picture.
const PAGES: usize = 30;

/// Height of a line of the drawing; its width is 100.
const LINE: f64 = 10.0;

/// Half of the breadth of a curve at its beginning: of one sentence, and of the most sentences.
const BREADTH: (f64, f64) = (0.8, 3.4);

/// The sentences of a page that touch another page, by that page.
type Touches = BTreeMap<WorkId, BTreeSet<SegmentId>>;

/// Returns the picture for a work, if its page is to have one and there is anything to show.
///
/// It has the pages of the section, also those of inner sections, and all other pages that touch
/// one of them or are touched by one. If the section has only chapters, the other pages are
/// chapters too, and not pages about the text. A page without pages below it stands for itself. If
/// there are more than [`PAGES`], those with the most sentences are shown.
pub(super) fn connections(renderer: &Renderer, work: WorkId, lang: LangId) -> Value {
    let site = &renderer.site;
    let mut own = BTreeSet::new();
    let mut open = site.work(work).children.to_vec();
    while let Some(next) = open.pop() {
        open.extend(site.work(next).children.iter());
        own.insert(next);
    }
    let around = site.trail(work);
    if own.is_empty() {
        own.insert(work);
    }
    let is_chapter = |page: &WorkId| site.work(*page).chapter.is_some();
    let has_chapters_only = own.iter().all(is_chapter);
    let is_apart = |other: &WorkId| !own.contains(other) && !around.contains(other) && (is_chapter(other) || !has_chapters_only);
    let from_outside: BTreeSet<WorkId> = own
        .iter()
        .flat_map(|&page| {
            let touching = renderer.links.touched_by[page.0 as usize].iter().map(|(other, _)| *other);
            touching.chain(renderer.links.backlinks(page).iter().copied())
        })
        .filter(is_apart)
        .collect();
    let pairs: Vec<(WorkId, WorkId, BTreeSet<SegmentId>)> = own
        .iter()
        .chain(&from_outside)
        .flat_map(|&from| touches(renderer, from).into_iter().map(move |(to, sentences)| (from, to, sentences)))
        .filter(|(from, to, _)| own.contains(to) || own.contains(from) && is_apart(to))
        .collect();
    if pairs.is_empty() {
        return Value::none();
    }
    let mut sums: BTreeMap<WorkId, usize> = own.iter().map(|&page| (page, 0)).collect();
    for (from, to, sentences) in &pairs {
        *sums.entry(*from).or_default() += sentences.len();
        *sums.entry(*to).or_default() += sentences.len();
    }
    let mut pages: Vec<WorkId> = sums.keys().copied().collect();
    pages.sort_by_key(|page| (Reverse(own.contains(page)), Reverse(sums[page]), site.work(*page).position));
    let left_out = pages.len().saturating_sub(PAGES);
    pages.truncate(PAGES);
    pages.sort_by_key(|page| site.work(*page).position);
    let lines: BTreeMap<WorkId, usize> = pages.iter().enumerate().map(|(line, page)| (*page, line)).collect();
    let mut pairs: Vec<(usize, usize, BTreeSet<SegmentId>)> =
        pairs.into_iter().filter_map(|(from, to, sentences)| Some((*lines.get(&from)?, *lines.get(&to)?, sentences))).collect();
    pairs.sort();
    let most = pairs.iter().map(|(_, _, sentences)| sentences.len()).max().unwrap_or(1);
    let farthest = pairs.iter().map(|(from, to, _)| from.abs_diff(*to)).max().unwrap_or(1);
    let mut curves: Vec<(usize, Value)> = pairs
        .iter()
        .enumerate()
        .map(|(index, (from, to, sentences))| {
            let part = |of: usize, all: usize| of as f64 / all as f64;
            let d = curve(*from, *to, part(from.abs_diff(*to), farthest), part(sentences.len(), most));
            (from.abs_diff(*to), map([("d", d.into()), ("pair", index.into()), ("is_down", (from < to).into())]))
        })
        .collect();
    // Short curves are drawn last, so that long ones do not cover them.
    curves.sort_by_key(|(distance, _)| Reverse(*distance));
    let curves: Vec<Value> = curves.into_iter().map(|(_, curve)| curve).collect();
    let page = |work: WorkId| {
        let page = site.nearest_page(work, lang);
        map([
            ("title", page.edition.document.title.as_str().into()),
            ("url", path::to_url(page.path).into()),
            ("lang", other_lang(site, page.lang, lang).into()),
            ("is_own", own.contains(&work).into()),
        ])
    };
    let rows: Vec<Value> = pairs
        .iter()
        .map(|(from, to, sentences)| {
            let url = path::to_url(site.nearest_page(pages[*from], lang).path);
            let sentence = |id: &SegmentId| map([("id", id.to_string().into()), ("url", format!("{url}#{id}").into())]);
            map([
                ("from", page(pages[*from])),
                ("to", page(pages[*to])),
                ("count", sentences.len().into()),
                ("sentences", sentences.iter().map(sentence).collect::<Vec<_>>().into()),
            ])
        })
        .collect();
    map([
        ("pages", pages.iter().map(|&work| page(work)).collect::<Vec<_>>().into()),
        ("curves", curves.into()),
        ("height", (pages.len() as f64 * LINE).into()),
        ("pairs", rows.into()),
        ("left_out", left_out.into()),
    ])
}

/// Returns the sentences of a work that touch other works or link to them. The edition in the
/// source language counts, so that the numbers are the same in all languages.
fn touches(renderer: &Renderer, work: WorkId) -> Touches {
    let site = &renderer.site;
    let (lang, edition) = site.source_edition(work);
    let document = &edition.document;
    let links = renderer.links.resolved(work, lang);
    let mut touches = Touches::new();
    for (index, segment) in document.segments.enumerated() {
        let keys = cut_of(renderer, work, document, index).into_iter().flat_map(|(_, cut)| &cut.touches);
        let touched = keys.filter_map(|key| site.work_named(key.as_str()));
        let holes = document.body.holes_of_segment(index, segment.html).iter();
        let linked = holes.filter_map(|hole| match hole.kind {
            HoleKind::Url(link) => match &links[link as usize] {
                ResolvedLink::Work { work, .. } => Some(*work),
                _ => None,
            },
            _ => None,
        });
        for other in touched.chain(linked).filter(|&other| other != work) {
            touches.entry(other).or_default().insert(segment.id);
        }
    }
    touches
}

/// Returns the path of a curve from a line of the drawing to another: a horn that is broad at its
/// beginning and pointed at its end. `distance` and `weight` are parts of the greatest ones.
fn curve(from: usize, to: usize, distance: f64, weight: f64) -> String {
    let middle = |line: usize| (line as f64 + 0.5) * LINE;
    let (start, end) = (middle(from), middle(to));
    let half = BREADTH.0 + (BREADTH.1 - BREADTH.0) * weight;
    let (outer, inner, sweep) = if start < end { (start - half, start + half, 1) } else { (start + half, start - half, 0) };
    let reach = 12.0 + 80.0 * distance;
    let (wide, narrow) = (reach + half, reach - half);
    let radius = |from: f64| (end - from).abs() / 2.0;
    format!(
        "M0 {outer:.1}A{wide:.1} {:.1} 0 0 {sweep} 0 {end:.1}A{narrow:.1} {:.1} 0 0 {} 0 {inner:.1}Z",
        radius(outer),
        radius(inner),
        1 - sweep,
    )
}

#[cfg(test)]
mod tests {
    use super::curve;

    #[test]
    fn a_curve_is_broad_where_it_begins_and_ends_in_a_point() {
        assert_eq!(curve(0, 2, 1.0, 1.0), "M0 1.6A95.4 11.7 0 0 1 0 25.0A88.6 8.3 0 0 0 0 8.4Z");
        assert_eq!(curve(2, 0, 1.0, 1.0), "M0 28.4A95.4 11.7 0 0 0 0 5.0A88.6 8.3 0 0 1 0 21.6Z");
    }
}
