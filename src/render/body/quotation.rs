//! Quoted sentences on a page: the text of the sentences, and a link to the first of them.
//!
//! The text follows the page that contains the quotation: links in it start from that page, and it
//! has no footnotes, ids and links to terms. A quotation in a quoted sentence is shown too, but one
//! in that is only a link. So a circle of quotations, which `link` reports, ends.

use std::cell::Cell;

use pulldown_cmark_escape::escape_html_body_text;
use tera::{Context, Value};

use crate::base::{Diagnostic, IndexRange};
use crate::link::ResolvedLink;
use crate::model::{LangId, Limit, SegmentIndex};
use crate::parse::{Document, QuotationForm};
use crate::site::WorkId;

use super::{Page, Writer};
use crate::render::Renderer;
use crate::render::excerpt::{Excerpt, ids, link_title};
use crate::render::template::map;

/// The number of quotations inside each other that are shown.
const DEPTH: usize = 2;

/// The number of bytes of room that each quotation takes besides its text. It limits the time: a
/// sentence with many quotations can be quoted many times.
const COST: usize = 1000;

/// Position of a writer relative to the page: in the page's own text, or in quotations.
#[derive(Debug, Clone, Copy)]
pub(in crate::render) struct Quoting<'a> {
    /// The number of quotations around the text.
    pub(super) depth: usize,
    /// The number of bytes that quotations may still add to the page. A short text can quote a long
    /// sentence many times.
    room: &'a Cell<u64>,
}

impl<'a> Quoting<'a> {
    /// Makes the position of a page's own text.
    pub(in crate::render) fn nothing(room: &'a Cell<u64>) -> Self {
        Self { depth: 0, room }
    }
}

/// Returns the number of bytes that quotations may add to a page: as many as the page may have.
pub(in crate::render) fn room(renderer: &Renderer) -> Cell<u64> {
    Cell::new(renderer.site.config.limits.of(Limit::Output))
}

/// The quoted sentences and their places.
#[derive(Clone, Copy)]
struct Quoted<'a> {
    work: WorkId,
    lang: LangId,
    document: &'a Document,
    lines: IndexRange<SegmentIndex>,
}

impl Writer<'_> {
    /// Writes the quotation of a ref.
    pub(super) fn quotation(&self, item: usize, form: QuotationForm, html: &mut String, problems: &mut Vec<Diagnostic>) {
        let is_full = self.quoting.room.get() == 0;
        if is_full && self.quoting.depth > 0 {
            return;
        }
        let quoted = quoted(self.renderer, &self.links()[item]).filter(|_| !is_full || form != QuotationForm::Plain);
        let Some(quoted) = quoted else {
            let name = link_title(self.renderer, self.work, self.document, item);
            return escape_html_body_text(html, &name).expect("writing to a string");
        };
        if form == QuotationForm::Plain {
            let text = Excerpt { renderer: self.renderer, work: self.work, document: self.document }.quotation(item);
            return html.push_str(self.within_room(&text));
        }
        let text = self.quoted_text(quoted, problems);
        let text = self.within_room(&text);
        let shared = &self.renderer.shared;
        let own = shared.language(self.document.lang);
        let (title, title_lang) = self.title_of(quoted.work);
        let link = map([
            ("url", Value::safe_string(&self.url_of(quoted))),
            ("title", title.into()),
            ("lang", title_lang.into()),
            ("id", ids(quoted.document, quoted.lines).into()),
        ]);
        // Side-by-side pages have no element around a quotation, so it needs marks.
        let is_block = form == QuotationForm::Block && self.page == Page::Own && self.quoting.depth == 0;
        let [open, close, inner_open, inner_close] = &self.renderer.site.languages[self.document.lang.0].pack.quotes;
        let (open, close) = if self.quoting.depth == 0 { (open, close) } else { (inner_open, inner_close) };
        let source = if quoted.lang == self.document.lang { Value::none() } else { shared.language(quoted.lang).lang.clone() };
        let mut arguments = Context::new();
        arguments.insert_value("html", Value::safe_string(text));
        arguments.insert_value("open", open.as_str().into());
        arguments.insert_value("close", close.as_str().into());
        arguments.insert_value("is_block", is_block.into());
        arguments.insert_value("link", link);
        arguments.insert_value("source", source);
        arguments.insert_value("lang", own.lang.clone());
        arguments.insert_value("t", own.strings.clone());
        self.component("quotation", &arguments, html, problems);
    }

    /// Returns a text if the page has room for it, and takes the room. After the first text without
    /// room, the page has none.
    fn within_room<'t>(&self, text: &'t str) -> &'t str {
        let rest = self.quoting.room.get().checked_sub((text.len() + COST) as u64);
        self.quoting.room.set(rest.unwrap_or(0));
        if rest.is_some() { text } else { "" }
    }

    /// Returns the HTML of quoted sentences. It is empty if they are too deep in other quotations,
    /// or if the page has no room for them.
    fn quoted_text(&self, quoted: Quoted<'_>, problems: &mut Vec<Diagnostic>) -> String {
        let Quoted { work, document, lines, .. } = quoted;
        let quoting = Quoting { depth: self.quoting.depth + 1, ..self.quoting };
        let least: usize = lines.iter().map(|line| document.segments[line].html.bytes().len()).sum();
        if quoting.depth > DEPTH || least as u64 > self.quoting.room.get() {
            return String::new();
        }
        let writer = Writer { work, document, quoting, drift: None, additions: None, ..*self };
        let mut html = String::new();
        for line in lines.iter() {
            html.push_str(if html.is_empty() { "" } else { " " });
            html.push_str(&match document.segments[line].table {
                // Cells without their row are no HTML.
                Some(_) => Excerpt { renderer: self.renderer, work, document }.row(line),
                None => writer.segment(line, problems),
            });
        }
        html
    }

    /// Returns the URL of the first quoted sentence.
    fn url_of(&self, quoted: Quoted<'_>) -> String {
        let id = quoted.document.segments[quoted.lines.start].id.to_string();
        let is_here = quoted.work == self.work && quoted.lang == self.document.lang && self.quoting.depth == 0;
        let link = match is_here {
            true => ResolvedLink::Anchor(id),
            false => ResolvedLink::Work { work: quoted.work, lang: quoted.lang, anchor: Some(id) },
        };
        let mut url = String::new();
        self.url(&link, &mut url);
        url
    }

    /// Returns the title of a work in the language of the text, and the language of the title if it
    /// is another one.
    fn title_of(&self, work: WorkId) -> (String, Option<&str>) {
        let site = &self.renderer.site;
        let (lang, edition) = site.nearest_edition(work, self.document.lang);
        (edition.document.title.clone(), (lang != self.document.lang).then(|| site.config.code(lang)))
    }
}

/// Returns the sentences that a quotation shows; `None` if its ref is broken.
fn quoted<'a>(renderer: &'a Renderer, link: &ResolvedLink) -> Option<Quoted<'a>> {
    let ResolvedLink::Quotation { work, lang, lines } = *link else { return None };
    let document = &renderer.site.edition(work, lang).expect("resolved links name editions that exist").document;
    Some(Quoted { work, lang, document, lines })
}
