//! Template values about chapters: their place in the source text, and their sentences on other
//! pages.
//!
//! [`super::body`] writes the marks behind the sentences on a chapter's own page, and
//! [`super::touch`] makes the list of sentences of other chapters under a text.

use tera::Value;

use crate::base::path;
use crate::markdown::{plain, without_marker};
use crate::model::LangId;
use crate::site::{WorkId, route};
use crate::split::{Format, SegmentKind};

use super::Renderer;
use super::excerpt::Excerpt;
use super::template::map;

/// A sentence of a chapter as another page shows it to readers of a language.
pub(super) struct Shown {
    pub(super) html: String,
    pub(super) lang: LangId,
    pub(super) url: String,
}

/// Returns a cut of a chapter in the reader's language, or in the source's if it is not translated.
pub(super) fn shown_cut(renderer: &Renderer, work: WorkId, cut: usize, lang: LangId) -> Shown {
    let site = &renderer.site;
    let reader = lang;
    let in_edition = |lang: LangId| {
        let edition = site.edition(work, lang)?;
        let ids = renderer.links.segments_of_cut(work, cut);
        let texts: Option<Vec<String>> = ids
            .iter()
            .map(|&id| {
                let segment = edition.document.segment_with_id(id)?;
                Some(Excerpt { renderer, work, document: &edition.document }.segment(segment))
            })
            .collect();
        // Link to the reader's page if it shows this edition, which may be a fallback page.
        let path = site.page(work, reader).filter(|page| page.lang == lang).map_or(&edition.path, |page| page.path);
        Some(Shown { html: texts?.join(" "), lang, url: format!("{}#{}", path::to_url(path), ids.first()?) })
    };
    let source = site.source();
    in_edition(lang).or_else(|| in_edition(source)).unwrap_or_else(|| {
        // No edition has the sentence as text: the chapter lost it (`check` reports that), it
        // became the title, or it is a table or code. The source text still has it.
        let (source_text, chapter) = site.chapter(work).expect("cuts come from chapters");
        let mut html = String::new();
        let segment = &source_text.segments[chapter.cuts[cut].segment];
        let text = match (source_text.format, segment.kind) {
            (Format::Text, _) => segment.text.clone(),
            (Format::Markdown, SegmentKind::Heading(_)) => plain(without_marker(&segment.text)),
            (Format::Markdown, SegmentKind::Sentence | SegmentKind::Verbatim) => plain(&segment.text),
        };
        pulldown_cmark_escape::escape_html_body_text(&mut html, &text).expect("writing to a string");
        let page = site.nearest_page(work, lang);
        Shown { html, lang: site.config.language(&source_text.language).unwrap_or(source), url: path::to_url(page.path) }
    })
}

/// Returns the summary of a chapter's place in the source text.
pub(super) fn chapter(renderer: &Renderer, work: WorkId, lang: LangId) -> Value {
    let site = &renderer.site;
    let Some((split, chapter)) = site.chapter(work) else { return Value::none() };
    let (split_index, _) = site.work(work).chapter.expect("it has one");
    let segments = || chapter.cuts.iter().map(|cut| &split.segments[cut.segment]);
    let address = match (segments().next(), segments().next_back()) {
        (Some(first), Some(last)) => format!("{}–{}", first.address, last.address),
        _ => String::new(),
    };
    let sentences = chapter.cuts.len();
    let lines: Vec<usize> = segments().flat_map(|segment| segment.address.line..=segment.last_line).collect();
    map([
        ("address", address.into()),
        ("source_lines", ranges_text(lines).into()),
        ("sentences", sentences.into()),
        ("source_file", path::file_name(&split.source_file).into()),
        ("source_url", route::source_order_path(site.config.code(lang), split_index).into()),
    ])
}

/// Joins numbers to ranges: `1, 2, 3, 5` become `1–3, 5`.
fn ranges_text(mut numbers: Vec<usize>) -> String {
    numbers.sort_unstable();
    numbers.dedup();
    let mut text = String::new();
    let mut at = 0;
    while at < numbers.len() {
        let mut end = at;
        while numbers.get(end + 1) == Some(&(numbers[end] + 1)) {
            end += 1;
        }
        if !text.is_empty() {
            text.push_str(", ");
        }
        text.push_str(&numbers[at].to_string());
        if end > at {
            text.push('–');
            text.push_str(&numbers[end].to_string());
        }
        at = end + 1;
    }
    text
}
