//! Writes a document's HTML into pages and fills its holes.

use std::ops::Range;

use pulldown_cmark_escape::{escape_html, escape_html_body_text};
use tera::{Context, Value};

use crate::base::{Diagnostic, code, path};
use crate::link::{ResolvedLink, resolve_note};
use crate::model::{LangId, SegmentId, SegmentIndex};
use crate::parse::{Document, Hole, HoleKind, HtmlRange, NoteRef};
use crate::site::{Site, WorkId, route};
use crate::split::{self, Cut, RepairKind, Segment};

use super::Renderer;
use super::excerpt::{link_title, reference, reference_id};
use super::highlight::Highlighted;
use super::inline::inline;
use super::languages::side_by_side_path;
use super::missing::Additions;
use super::shared::{Pin, other_lang};
use super::status::Drift;
use super::template::map;
use super::touch::{beginning, entry_id, meant_sentence};

mod quotation;

pub(super) use quotation::{Quoting, room};

/// Kind of page into which a document is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Page {
    /// The page of the edition itself.
    Own,
    /// One half of a side-by-side page.
    Half { pair: (LangId, LangId) },
}

/// Writer of one document into one page.
#[derive(Clone, Copy)]
pub(super) struct Writer<'a> {
    pub(super) renderer: &'a Renderer,
    pub(super) work: WorkId,
    pub(super) document: &'a Document,
    /// The language of the page's reader.
    pub(super) reader: LangId,
    pub(super) page: Page,
    /// Relative path from the page to the site's root, such as `../../`.
    pub(super) root: &'a str,
    /// Status of the document relative to its source, if it is a translation.
    pub(super) drift: Option<&'a Drift<'a>>,
    /// HTML for the sentences that the document lacks, if the page shows them.
    pub(super) additions: Option<&'a Additions>,
    /// The quotations around the text.
    pub(super) quoting: Quoting<'a>,
}

impl Writer<'_> {
    /// Returns the HTML of the document's text or of a note, with the missing sentences filled in.
    pub(super) fn part(&self, part: HtmlRange, problems: &mut Vec<Diagnostic>) -> String {
        let mut html = buffer_for(part);
        let mut at = part.start;
        // An addition at the border of two parts belongs to the first part.
        let is_text = part == self.document.text();
        let between = self.additions.iter().flat_map(|additions| &additions.between);
        for (&position, addition) in between {
            if (is_text || part.start < position) && position <= part.end {
                let range = HtmlRange::new(at, position);
                self.write(range, self.document.body.holes_in(range), &mut html, problems);
                html.push_str(addition);
                at = position;
            }
        }
        let rest = HtmlRange::new(at, part.end);
        self.write(rest, self.document.body.holes_in(rest), &mut html, problems);
        html
    }

    /// Returns the HTML of a block, with its holes filled.
    pub(super) fn block(&self, block: HtmlRange, problems: &mut Vec<Diagnostic>) -> String {
        let mut html = buffer_for(block);
        self.write(block, self.document.body.holes_in(block), &mut html, problems);
        html
    }

    /// Returns the HTML inside a segment's element, with its holes filled.
    pub(super) fn segment(&self, segment: SegmentIndex, problems: &mut Vec<Diagnostic>) -> String {
        let range = self.document.segments[segment].html;
        let mut html = buffer_for(range);
        self.write(range, self.document.body.holes_of_segment(segment, range), &mut html, problems);
        html
    }

    /// Writes a range of the document's HTML, and fills these holes in it.
    fn write(&self, range: HtmlRange, holes: &[Hole], html: &mut String, problems: &mut Vec<Diagnostic>) {
        let mut at = range.start;
        for hole in holes {
            self.text(HtmlRange::new(at, hole.at), html);
            at = hole.at;
            self.fill(hole.kind, html, problems);
        }
        self.text(HtmlRange::new(at, range.end), html);
    }

    /// Writes a range of the document's HTML without holes. Mentions of terms become links.
    fn text(&self, range: HtmlRange, html: &mut String) {
        let body = &self.document.body;
        let lang = self.document.lang;
        if self.quoting.depth > 0 {
            return html.push_str(body.slice(range));
        }
        let mentions = self.renderer.mentions.of(self.work, lang);
        let first = mentions.partition_point(|mention| mention.html.start < range.start);
        let inside = mentions[first..].iter().take_while(|mention| mention.html.end <= range.end);
        let terms = inside.filter(|mention| mention.is_link);
        let dates = &self.renderer.mentions.of_edition(self.work, lang).dates;
        let first = dates.partition_point(|date| date.html.start < range.start);
        let inside = dates[first..].iter().take_while(|date| date.html.end <= range.end);
        let mut dates = inside.filter(|date| date.is_link).peekable();
        let mut at = range.start;
        let mut link = |place: HtmlRange, class: &str, url: &str| {
            html.push_str(body.slice(HtmlRange::new(at, place.start)));
            html.push_str(&format!("<a class=\"{class}\" href=\"{}", self.root));
            attribute(html, url);
            html.push_str("\">");
            html.push_str(body.slice(place));
            html.push_str("</a>");
            at = place.end;
        };
        let site = &self.renderer.site;
        for mention in terms.map(Some).chain([None]) {
            while let Some(date) = dates.next_if(|date| mention.is_none_or(|mention| date.html.start < mention.html.start)) {
                link(date.html, "when", &format!("{}#{}", site.timeline_url(lang), date.date.id()));
            }
            if let Some(mention) = mention {
                link(mention.html, "term", &site.term_url(lang, mention.term));
            }
        }
        html.push_str(body.slice(HtmlRange::new(at, range.end)));
    }

    /// Writes the content of a hole.
    fn fill(&self, hole: HoleKind, html: &mut String, problems: &mut Vec<Diagnostic>) {
        match hole {
            HoleKind::Url(index) => self.url(&self.links()[index as usize], html),
            HoleKind::Title(index) => {
                let title = link_title(self.renderer, self.work, self.document, index as usize);
                let lang = match &self.links()[index as usize] {
                    ResolvedLink::Work { lang, .. } if *lang != self.document.lang => Some(*lang),
                    _ => None,
                };
                if let Some(lang) = lang {
                    html.push_str(&format!("<span lang=\"{}\">", self.renderer.site.config.code(lang)));
                }
                escape_html_body_text(&mut *html, &title).expect("writing to a string");
                html.push_str(if lang.is_some() { "</span>" } else { "" });
            }
            HoleKind::Quotation(index, form) => self.quotation(index as usize, form, html, problems),
            HoleKind::Scope => html.push_str(&self.scope()),
            HoleKind::Anchor(index) => {
                attribute(html, self.renderer.site.anchor(self.work, self.document, index as usize));
            }
            HoleKind::SegmentStart(index) => {
                if let Some(addition) = self.additions.and_then(|additions| additions.before.get(&index)) {
                    html.push_str(addition);
                }
                let segment = &self.document.segments[index];
                html.push_str(if segment.table.is_some() { "" } else { "<span" });
                html.push_str(" class=\"seg\" id=\"");
                html.push_str(&self.scope());
                segment.id.push_to(html);
                html.push_str(if segment.table.is_some() { "\"" } else { "\">" });
            }
            // The footnotes of another page are not on this one.
            HoleKind::NoteRef(_) if self.quoting.depth > 0 => {}
            HoleKind::NoteRef(index) => {
                let NoteRef { note, nth } = self.document.body.note_refs[index as usize];
                let (note, scope) = (&self.document.notes[note], self.scope());
                let id = reference_id(&scope, &note.id, nth);
                html.push_str(&reference(Some(&id), &format!("{scope}fn-{}", note.id), note.number));
            }
            HoleKind::Aliases(index) => {
                for alias in self.renderer.site.aliases(self.work, self.document, index as usize) {
                    html.push_str("<span id=\"");
                    html.push_str(&self.scope());
                    attribute(html, alias);
                    html.push_str("\"></span>");
                }
            }
            HoleKind::SegmentEnd(index) => {
                let segment = &self.document.segments[index];
                html.push_str(if segment.table.is_some() { "" } else { "</span>" });
                let merged = self.renderer.site.merged_into(self.work, segment.id).iter();
                for former in merged.filter(|&&former| self.document.segment_with_id(former).is_none()) {
                    html.push_str(&format!("<span id=\"{}{former}\"></span>", self.scope()));
                }
                let pin = Pin { id: segment.id, is_scoped: self.page != Page::Own, in_heading: self.document.is_heading(index) };
                self.renderer.shared.language(self.document.lang).pin(&self.renderer.templates, pin, html, problems);
                if !matches!(self.page, Page::Half { .. }) {
                    self.source_marks(index, html, problems);
                }
                self.drift_mark(index, html, problems);
                if let Some(addition) = self.additions.and_then(|additions| additions.after.get(&index)) {
                    html.push_str(addition);
                }
            }
            HoleKind::Code(index) => self.code(index as usize, html, problems),
            HoleKind::Word(word) => {
                let pack = &self.renderer.site.languages[self.document.lang.0].pack;
                // Some words are in attributes.
                attribute(html, pack.strings.get(word.key()).map_or(word.key(), String::as_str));
            }
        }
    }

    fn links(&self) -> &[ResolvedLink] {
        self.renderer.links.resolved(self.work, self.document.lang)
    }

    /// Returns the prefix of ids in this half of a page; empty on an edition's own page.
    pub(super) fn scope(&self) -> String {
        match self.page {
            Page::Own => String::new(),
            Page::Half { .. } => format!("{}-", self.renderer.site.config.code(self.document.lang)),
        }
    }

    fn url(&self, link: &ResolvedLink, html: &mut String) {
        let site = &self.renderer.site;
        let (target, anchor) = match link {
            // The form of quotations is not that of a URL.
            ResolvedLink::Broken | ResolvedLink::Quotation { .. } => return html.push('#'),
            ResolvedLink::Anchor(anchor) if self.quoting.depth > 0 => {
                let (work, lang) = (self.work, self.document.lang);
                return self.url(&ResolvedLink::Work { work, lang, anchor: Some(anchor.clone()) }, html);
            }
            ResolvedLink::Anchor(anchor) => {
                html.push('#');
                return attribute(html, &path::to_url(&self.own_anchor(anchor)));
            }
            ResolvedLink::Path { path, anchor, .. } => (path.to_string(), anchor.clone()),
            ResolvedLink::Work { work, lang, anchor } => {
                let edition = site.edition(*work, *lang).expect("resolved links name editions that exist");
                // Link to the page in the reader's language, whichever edition it shows, unless it
                // lacks the anchor.
                let here = site.page(*work, self.reader).filter(|page| {
                    page.lang == *lang || anchor.as_ref().is_none_or(|anchor| site.has_anchor(*work, page.lang, anchor))
                });
                let own_path = here.map_or(&edition.path, |page| page.path);
                match self.page {
                    // Readers of two editions stay on side-by-side pages.
                    Page::Half { pair } if let Some(path) = side_by_side_path(site, *work, pair) => {
                        let anchor = anchor.as_ref().map(|anchor| half_anchor(site, *work, pair, &edition.document, anchor));
                        (path, anchor)
                    }
                    _ => (own_path.to_string(), anchor.clone()),
                }
            }
        };
        html.push_str(self.root);
        attribute(html, &path::to_url(&target));
        if let Some(anchor) = anchor {
            html.push('#');
            attribute(html, &path::to_url(&anchor));
        }
    }

    fn own_anchor(&self, anchor: &str) -> String {
        match self.page {
            Page::Own => anchor.to_owned(),
            Page::Half { pair } => half_anchor(&self.renderer.site, self.work, pair, self.document, anchor),
        }
    }

    fn code(&self, index: usize, html: &mut String, problems: &mut Vec<Diagnostic>) {
        let block = &self.document.codes[index];
        match self.renderer.highlighter.highlight(&block.language, &block.text) {
            Highlighted::Html(highlighted) => html.push_str(&highlighted),
            Highlighted::Unknown => {
                escape_html_body_text(html, &block.text).expect("writing to a string");
                let message = format!("there is no syntax highlighting for the language `{}`", block.language);
                let hint = self.renderer.highlighter.suggestion(&block.language);
                problems.push(Diagnostic::at(&code::UNKNOWN_CODE_LANGUAGE, block.place.clone(), message).hint(
                    hint.unwrap_or_else(|| {
                        "write `text` after the opening fence if the code block needs no highlighting".to_owned()
                    }),
                ));
            }
            Highlighted::Refused(why) => {
                escape_html_body_text(html, &block.text).expect("writing to a string");
                problems.push(
                    Diagnostic::at(
                        &code::HIGHLIGHT_LIMIT,
                        block.place.clone(),
                        format!("the code block is not highlighted: {why}"),
                    )
                    .hint("write `text` after the opening fence to accept this"),
                );
            }
        }
    }

    /// Writes what follows a segment of a chapter: the mark with its place in the source text, and
    /// links to the other chapters that it is also about, by the key `touches` of the plan. Writes
    /// nothing behind a segment that was not cut from a source text.
    pub(super) fn source_marks(&self, index: SegmentIndex, html: &mut String, problems: &mut Vec<Diagnostic>) {
        let Some((cut_index, cut)) = cut_of(self.renderer, self.work, self.document, index) else { return };
        let id = self.document.segments[index].id;
        // The marks are in the language of the text around them, not of the reader.
        let shared = self.renderer.shared.language(self.document.lang);
        let mut arguments = Context::new();
        arguments.insert_value("id", Value::from(id.to_string()));
        arguments.insert_value("source", self.source_value(cut));
        let links: Vec<Value> = cut
            .touches
            .iter()
            .filter_map(|key| self.renderer.site.work_named(key.as_str()))
            .filter(|&touched| touched != self.work)
            .map(|touched| self.touch_link(cut_index, cut, touched))
            .collect();
        arguments.insert_value("links", Value::from(links));
        arguments.insert_value("t", shared.strings.clone());
        arguments.insert_value("root", Value::from(self.root));
        self.component("source_mark", &arguments, html, problems);
    }

    /// Writes the mark of a sentence whose source has changed since it was translated, with a link
    /// to the source.
    pub(super) fn drift_mark(&self, line: SegmentIndex, html: &mut String, problems: &mut Vec<Diagnostic>) {
        let Some((drift, source)) = self.drift.and_then(|drift| Some((drift, drift.changed(line)?))) else { return };
        let shared = self.renderer.shared.language(self.document.lang);
        let id = drift.source.document.segments[source].id;
        // On a side-by-side page the source is visible already, so no link is needed.
        let url = (self.page == Page::Own).then(|| format!("{}#{id}", path::to_url(&drift.source.path)));
        let mut arguments = Context::new();
        arguments.insert_value("url", url.into());
        arguments.insert_value("source", self.renderer.shared.language(drift.source_lang).lang.clone());
        arguments.insert_value("t", shared.strings.clone());
        arguments.insert_value("root", Value::from(self.root));
        self.component("behind_mark", &arguments, html, problems);
    }

    /// Writes a component, or reports the error of its template.
    fn component(&self, name: &str, arguments: &Context, html: &mut String, problems: &mut Vec<Diagnostic>) {
        match self.renderer.templates.component(name, arguments) {
            Ok(component) => html.push_str(&component),
            Err(problem) => problems.push(*problem),
        }
    }

    /// Returns the link to a chapter that a sentence touches. It leads to the sentence that is
    /// meant or, if no sentence shares a term, to the entry about this sentence under the chapter.
    fn touch_link(&self, cut_index: usize, cut: &Cut, touched: WorkId) -> Value {
        let site = &self.renderer.site;
        let crate::site::Page { lang, edition, path } = site.nearest_page(touched, self.reader);
        let document = &edition.document;
        let meant = meant_sentence(self.renderer, self.work, cut_index, touched);
        let meant = meant.and_then(|id| Some((id, document.segment_with_id(id)?)));
        let (path, anchor) = match (self.page, meant) {
            (Page::Half { pair }, Some((id, _))) if let Some(path) = side_by_side_path(site, touched, pair) => {
                (path, half_anchor(site, touched, pair, document, &id.to_string()))
            }
            (_, Some((id, _))) => (path.to_string(), id.to_string()),
            (_, None) => (path.to_string(), entry_id(self.renderer, self.work, cut)),
        };
        let beginning = meant.map(|(_, segment)| beginning(self.renderer, touched, document, segment));
        map([
            ("title", document.title.as_str().into()),
            ("url", format!("{}#{}", path::to_url(&path), path::to_url(&anchor)).into()),
            ("lang", other_lang(site, lang, self.document.lang).into()),
            ("beginning", beginning.map(|html| Value::safe_string(&html)).into()),
        ])
    }

    fn source_value(&self, cut: &Cut) -> Value {
        let site = &self.renderer.site;
        let (split_index, _) = site.work(self.work).chapter.expect("a cut belongs to a chapter");
        let source = &site.splits[split_index as usize];
        let segment = &source.segments[cut.segment];
        let language = &site.languages[self.document.lang.0];
        let word = |key: &str| language.pack.strings.get(key).cloned().unwrap_or_else(|| key.to_owned());
        let repairs: Vec<Value> = segment
            .repairs
            .iter()
            .filter(|repair| repair.kind != RepairKind::Stop)
            .map(|repair| {
                let kind = repair.kind.name();
                let note = repair.note.get(&language.code).map(|text| Value::safe_string(&self.note_html(split_index, text)));
                map([
                    ("original", repair.original.as_str().into()),
                    ("reading", segment.text[repair.range.clone()].into()),
                    ("kind", kind.into()),
                    ("kind_label", word(&format!("repair_{kind}")).into()),
                    ("note", note.into()),
                ])
            })
            .collect();
        let flags: Vec<Value> = flags(segment).iter().map(|flag| word(&format!("flag_{flag}")).into()).collect();
        let reader = site.config.code(self.reader);
        let url = format!("{}#{}", route::source_order_path(reader, split_index), segment.address);
        map([
            ("address", segment.address.to_string().into()),
            ("lines", lines_text(segment).into()),
            ("bytes", bytes_text(&segment.ranges).into()),
            ("file", path::file_name(&source.source_file).into()),
            ("lang", source.language.as_str().into()),
            (
                "original",
                split::normal(&self.source_text(&source.source_file), &segment.ranges, segment.kind.is_verbatim(source.format))
                    .into(),
            ),
            ("url", url.into()),
            ("repairs", repairs.into()),
            ("flags", flags.into()),
        ])
    }

    /// Returns the HTML of the note on a repair. `check` reports links without a target.
    fn note_html(&self, split: u32, text: &str) -> String {
        inline(text, |target| {
            let link = resolve_note(&self.renderer.site, split as usize, self.document.lang, target).ok()?;
            let mut url = String::new();
            self.url(&link, &mut url);
            Some(url)
        })
    }

    fn source_text(&self, file: &str) -> std::sync::Arc<str> {
        self.renderer.inputs.text(file).cloned().unwrap_or_else(|| "".into())
    }
}

/// Returns the defects of a segment in the source text, as names of interface strings.
fn flags(segment: &Segment) -> Vec<&'static str> {
    let mut flags = Vec::new();
    if segment.rejoined {
        flags.push("rejoined");
    }
    for repair in segment.repairs.iter().filter(|repair| repair.kind == RepairKind::Lost) {
        flags.push(if segment.text.starts_with('⟨') {
            "head_lost"
        } else if segment.text[repair.range.clone()].trim_end_matches(['.', '⟩']).ends_with('…')
            && repair.range.end + 2 >= segment.text.len()
        {
            "tail_lost"
        } else {
            "middle_lost"
        });
    }
    flags
}

/// Returns the lines of the source text that contain a segment, such as `26–27`.
fn lines_text(segment: &Segment) -> String {
    let (first, last) = (segment.address.line, segment.last_line);
    if first == last { first.to_string() } else { format!("{first}–{last}") }
}

/// Returns byte ranges as text, such as `5120–5230, 5260–5300`.
fn bytes_text(ranges: &[Range<usize>]) -> String {
    let ranges: Vec<String> = ranges.iter().map(|range| format!("{}–{}", range.start, range.end)).collect();
    ranges.join(", ")
}

/// Returns the anchor on a side-by-side page for an anchor of one edition.
///
/// It is the id of the row that shows the anchored segment, such as `3.2`. Without such a row it is
/// the anchor with the code of the language before it, such as `kk-tarih`.
fn half_anchor(site: &Site, work: WorkId, pair: (LangId, LangId), document: &Document, anchor: &str) -> String {
    if anchor.is_empty() || anchor == "top" {
        return anchor.to_owned();
    }
    let heading = site.heading_with_anchor(work, document.lang, anchor);
    let id = match heading {
        Some(heading) => document.headings[heading].segment.map(|segment| document.segments[segment].id),
        None => SegmentId::parse(anchor),
    };
    let row = id.and_then(|id| site.row_of(work, pair, document.lang, id));
    row.map_or_else(|| format!("{}-{anchor}", site.config.code(document.lang)), |id| id.to_string())
}

/// Returns an empty string with capacity for a range of HTML and the values of its holes.
fn buffer_for(range: HtmlRange) -> String {
    String::with_capacity(range.bytes().len() * 5 / 4)
}

fn attribute(html: &mut String, text: &str) {
    escape_html(html, text).expect("writing to a string");
}

/// Returns the cut from which a segment of a chapter was made, with its position in the chapter.
/// For a translation, it is the cut of the segment with the same id in the edition in the language
/// of the source text.
pub(super) fn cut_of<'a>(
    renderer: &'a Renderer,
    work: WorkId,
    document: &Document,
    index: SegmentIndex,
) -> Option<(usize, &'a Cut)> {
    let (split, chapter) = renderer.site.chapter(work)?;
    let lang = renderer.site.config.language(&split.language)?;
    let segment = &document.segments[index];
    let cut = if document.lang == lang {
        segment.cut?
    } else {
        let source = renderer.site.edition(work, lang)?;
        source.document.segments[source.document.segment_with_id(segment.id)?].cut?
    };
    Some((cut as usize, chapter.cuts.get(cut as usize)?))
}
