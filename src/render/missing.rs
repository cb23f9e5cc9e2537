//! Fills the gaps of a translation: sentences that it lacks are shown in the source language.
//!
//! A missing sentence gets an element of the same kind as in the source, marked with the
//! language of the source: a list item in its own `li`, a row of a table in its own `tr`.
//! Missing sentences of one paragraph share an element. Footnotes to which only missing sentences
//! refer come after the footnotes of the translation.

use std::collections::{BTreeMap, HashMap};

use tera::{Context, Value};

use crate::base::{Diagnostic, IndexRange, IndexVec};
use crate::model::SegmentIndex;
use crate::parse::{Block, BlockKind, Document, Element, ElementKind, HtmlPos, HtmlRange, NoteIndex};
use crate::site::WorkId;
use crate::translation::rows::note_pairs;
use crate::translation::status::Status;

use super::Renderer;
use super::excerpt::{Excerpt, reference, reference_id};
use super::status::Drift;

/// HTML for the sentences that a translation lacks, by its place on the page.
#[derive(Debug, Default)]
pub(super) struct Additions {
    /// HTML before a line of the translation.
    pub(super) before: HashMap<SegmentIndex, String>,
    /// HTML after a line of the translation.
    pub(super) after: HashMap<SegmentIndex, String>,
    /// HTML at a position of the body's HTML, between two elements.
    pub(super) between: BTreeMap<HtmlPos, String>,
    /// Footnotes to which only missing sentences refer.
    pub(super) notes: Vec<MissingNote>,
    /// True if a missing heading is of the third level, which is in bold type.
    pub(super) is_bold: bool,
}

/// A footnote that the translation lacks.
#[derive(Debug)]
pub(super) struct MissingNote {
    /// The footnote of the source.
    source: NoteIndex,
    pub(super) id: String,
    pub(super) number: u32,
    pub(super) html: String,
    /// The ids of the references to it.
    pub(super) backs: Vec<String>,
}

impl Additions {
    /// Makes the additions to a page of a translation.
    pub(super) fn of(
        renderer: &Renderer,
        work: WorkId,
        translation: &Document,
        drift: &Drift<'_>,
        problems: &mut Vec<Diagnostic>,
    ) -> Self {
        let source = &*drift.source.document;
        let mut lines: IndexVec<SegmentIndex, &[SegmentIndex]> = IndexVec::filled(&[], source.segments.len());
        let mut is_missing = IndexVec::filled(false, source.segments.len());
        for pair in &drift.statuses.pairs {
            let Some(at) = pair.source else { continue };
            lines[at] = &pair.lines;
            is_missing[at] = pair.status == Status::Missing;
        }
        let language = &renderer.site.languages[drift.source_lang.0];
        let attributes = format!("lang=\"{}\" dir=\"{}\"", language.code, language.pack.direction);
        let pairs = note_pairs(source, translation);
        let additions = Self::default();
        let mut builder =
            Builder { renderer, work, drift, source, translation, lines, is_missing, attributes, pairs, additions, problems };
        builder.blocks();
        builder.additions
    }
}

/// Builder of [`Additions`].
struct Builder<'a> {
    renderer: &'a Renderer,
    work: WorkId,
    drift: &'a Drift<'a>,
    source: &'a Document,
    translation: &'a Document,
    /// The lines of the translation for each sentence of the source.
    lines: IndexVec<SegmentIndex, &'a [SegmentIndex]>,
    is_missing: IndexVec<SegmentIndex, bool>,
    /// The attributes that name the language of the source and its direction.
    attributes: String,
    /// The footnote of the translation for each footnote of the source.
    pairs: IndexVec<NoteIndex, Option<NoteIndex>>,
    additions: Additions,
    problems: &'a mut Vec<Diagnostic>,
}

/// A place for missing sentences: beside a sentence that the translation has.
///
/// Example: `Two.` is missing from `<ul><li>One.</li><li>Two.</li></ul>`. Its spot is behind
/// `One.`; they share the `ul`, so `Two.` gets only an `li` of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Spot {
    /// The neighbouring sentence of the source.
    beside: SegmentIndex,
    is_behind: bool,
    /// The number of elements that the missing sentence shares with it, from the outermost one
    /// inwards.
    shared: usize,
}

impl<'a> Builder<'a> {
    /// Adds the missing sentences of all blocks.
    fn blocks(&mut self) {
        let mut part = None;
        // The end of the block with the last sentence that is there; `None` in a footnote that the
        // translation lacks.
        let mut end = Some(HtmlPos(0));
        for block in &self.source.blocks {
            let note = block.segments.iter().next().and_then(|first| self.source.segments[first].note);
            if let Some(note) = note.filter(|_| note != part) {
                end = self.pairs[note].map(|own| self.translation.notes[own].html.end);
            }
            part = note;
            let own_end = block.segments.iter().rev().find_map(|at| end_of_block(self.translation, self.lines[at]));
            let is_whole = block.segments.iter().all(|at| !self.is_missing[at]);
            let Some(before) = end.filter(|_| !is_whole) else {
                if let Some(at) = note.and_then(|note| self.additions.notes.iter().position(|it| it.source == note)) {
                    let html = self.block(block);
                    self.additions.notes[at].html.push_str(&html);
                }
                end = end.and(own_end.or(end));
                continue;
            };
            let behind = self.block(block);
            let own_end = own_end.unwrap_or(before);
            if !behind.is_empty() {
                self.additions.between.entry(own_end).or_default().push_str(&behind);
            }
            end = Some(own_end);
        }
    }

    /// Adds the missing sentences of a block to the translation; returns the HTML that belongs
    /// behind the block.
    fn block(&mut self, block: &Block) -> String {
        let missing: Vec<SegmentIndex> = block.segments.iter().filter(|&at| self.is_missing[at]).collect();
        let is_there = block.segments.iter().any(|at| self.is_there(at));
        let mut behind = String::new();
        if let (false, BlockKind::Heading(_) | BlockKind::Paragraph) = (is_there, block.kind) {
            let text: Vec<String> = missing.iter().map(|&at| self.sentence(at, Some(block.kind))).collect();
            self.additions.is_bold |= block.kind == BlockKind::Heading(3);
            let name = if let BlockKind::Heading(level) = block.kind { format!("h{level}") } else { "p".to_owned() };
            return format!("<{name} class=\"other\" {}>{}</{name}>\n", self.attributes, text.join(" "));
        }
        let mut apart: Vec<(Option<Spot>, SegmentIndex)> = Vec::new();
        for at in missing {
            if !self.add_beside(block, at) {
                apart.push((self.spot(block, at), at));
            }
        }
        for group in apart.chunk_by(|(a, _), (b, _)| a == b) {
            let sentences: Vec<SegmentIndex> = group.iter().map(|(_, at)| *at).collect();
            behind.push_str(&self.add_elements(block, group[0].0, &sentences));
        }
        behind
    }

    fn is_there(&self, at: SegmentIndex) -> bool {
        !self.lines[at].is_empty()
    }

    /// Adds a missing sentence beside another one of its paragraph. Returns false, and adds
    /// nothing, if the translation has no sentence of the paragraph.
    fn add_beside(&mut self, block: &Block, at: SegmentIndex) -> bool {
        let own = self.source.segments[at].block;
        let is_near = |near: &SegmentIndex| self.is_there(*near) && self.source.segments[*near].block == own;
        let behind = IndexRange { end: at, ..block.segments }.iter().rev().find(is_near);
        let before = IndexRange { start: at, ..block.segments }.iter().find(is_near);
        match (behind, before) {
            (Some(near), _) => {
                let line = *self.lines[near].last().expect("it is there");
                let html = self.sentence(at, None);
                self.additions.after.entry(line).or_default().push_str(&format!(" {html}"));
            }
            (None, Some(near)) => {
                let line = self.lines[near][0];
                let html = self.sentence(at, None);
                self.additions.before.entry(line).or_default().push_str(&format!("{html} "));
            }
            (None, None) => return false,
        }
        true
    }

    /// Returns the elements of the source around a sentence, the outermost first.
    fn elements_around(&self, block: &Block, at: SegmentIndex) -> Vec<&Element> {
        self.source.body.elements_around(block.html, self.source.segments[at].html.start)
    }

    /// Returns the first row below a missing head of a table that the translation has.
    ///
    /// The translation's table then has a head already, and a table has only one. So the missing
    /// head is shown as a row before this one.
    fn row_below_head(&self, block: &Block, at: SegmentIndex) -> Option<SegmentIndex> {
        let around = self.elements_around(block, at);
        let head = around.iter().position(|element| element.kind == ElementKind::TableHead)?;
        let is_in_table = |row: &SegmentIndex| self.elements_around(block, *row).starts_with(&around[..head]);
        let mut below = IndexRange { start: at, ..block.segments }.iter().skip(1).take_while(is_in_table);
        below.find(|&row| self.is_there(row))
    }

    /// Returns the elements that a missing sentence gets, the outermost first: those of the source,
    /// without that of the row itself.
    fn elements_of(&self, block: &Block, at: SegmentIndex) -> Vec<&Element> {
        let of_row = self.row_below_head(block, at).unwrap_or(at);
        let mut elements = self.elements_around(block, of_row);
        elements.retain(|element| element.kind != ElementKind::Row);
        elements
    }

    /// Finds the spot for a missing sentence: behind the nearest sentence before it that the
    /// translation has, or else before the nearest one after it.
    fn spot(&self, block: &Block, at: SegmentIndex) -> Option<Spot> {
        let below = self.row_below_head(block, at);
        let mut before = IndexRange { end: at, ..block.segments }.iter().rev();
        let behind = before.find(|&near| below.is_none() && self.is_there(near));
        let mut after = IndexRange { start: at, ..block.segments }.iter();
        let beside = behind.or(below).or_else(|| after.find(|&near| self.is_there(near)))?;
        let (own, theirs) = (self.elements_of(block, at), self.elements_around(block, beside));
        let shared = own.iter().zip(&theirs).take_while(|(a, b)| a == b).count();
        Some(Spot { beside, is_behind: behind.is_some(), shared })
    }

    /// Adds sentences in elements of their own at a spot, and returns an empty text. If the
    /// translation has no such spot, adds nothing and returns the elements.
    fn add_elements(&mut self, block: &Block, spot: Option<Spot>, sentences: &[SegmentIndex]) -> String {
        let Some((spot, place)) = spot.and_then(|spot| Some((spot, self.place(block, spot)?))) else {
            return format!("{}\n", self.wrapped(block, 0, sentences).trim());
        };
        let html = self.wrapped(block, spot.shared, sentences);
        let line = self.lines[spot.beside];
        let there = match (place, spot.is_behind) {
            (Some(place), _) => self.additions.between.entry(place).or_default(),
            // The place is in the same element as the neighbouring sentence.
            (None, true) => self.additions.after.entry(*line.last().expect("it is there")).or_default(),
            (None, false) => self.additions.before.entry(line[0]).or_default(),
        };
        there.push_str(&if spot.is_behind { format!("\n{html}") } else { format!("{html}\n") });
        String::new()
    }

    /// Finds the position of a spot in the translation's HTML; the inner `None` means inside the
    /// element of the neighbouring sentence, not between elements.
    fn place(&self, block: &Block, spot: Spot) -> Option<Option<HtmlPos>> {
        let theirs = self.elements_around(block, spot.beside);
        let Some(element) = theirs.get(spot.shared) else { return Some(None) };
        let lines = self.lines[spot.beside];
        let line = *if spot.is_behind { lines.last()? } else { lines.first()? };
        let body = &self.translation.body;
        let own = &self.translation.blocks[self.translation.block_with(line)?];
        let around = body.elements_around(own.html, self.translation.segments[line].html.start);
        // The element at the same depth as in the source; or, if the depths differ, at the same
        // distance from the sentence.
        let from_inside = around.len().checked_sub(theirs.len() - spot.shared);
        let candidates = [Some(spot.shared), from_inside].into_iter().flatten().filter_map(|at| around.get(at));
        let own = candidates.into_iter().find(|own| own.kind.name() == element.kind.name())?;
        let place = if spot.is_behind { own.html.end } else { own.html.start };
        // A position at a hole is ambiguous: before or after its value.
        body.holes_in(HtmlRange::new(place, place)).is_empty().then_some(Some(place))
    }

    /// Wraps sentences in the elements that they have in the source, without the `without`
    /// outermost ones.
    fn wrapped(&mut self, block: &Block, without: usize, sentences: &[SegmentIndex]) -> String {
        // In a block without elements of its own, each sentence is a paragraph.
        let paragraph = |at: SegmentIndex| {
            let html = self.source.segments[at].html;
            [Element { kind: ElementKind::Paragraph, html }]
        };
        let of_sentence = |at: SegmentIndex| {
            let own: Vec<Element> = self.elements_of(block, at).into_iter().skip(without).copied().collect();
            if own.is_empty() && without == 0 { paragraph(at).to_vec() } else { own }
        };
        let elements: Vec<Vec<Element>> = sentences.iter().map(|&at| of_sentence(at)).collect();
        let mut html = String::new();
        let mut open: &[Element] = &[];
        for (&at, own) in sentences.iter().zip(&elements) {
            let is_row = self.source.segments[at].table.is_some();
            let common = open.iter().zip(own).take_while(|(a, b)| a == b).count();
            html.extend(open[common..].iter().rev().map(end_tag));
            if common == own.len() && !html.is_empty() {
                html.push(if is_row { '\n' } else { ' ' });
            }
            for (depth, element) in own.iter().enumerate().skip(common) {
                html.push_str(&start_tag(element, (depth == 0).then_some(&*self.attributes)));
            }
            let alone = (!own.is_empty()).then_some(block.kind);
            html.push_str(&if is_row { self.row(block, at, alone.is_some()) } else { self.sentence(at, alone) });
            open = own;
        }
        html.extend(open.iter().rev().map(end_tag));
        html
    }

    /// Renders a row of a table with the template `missing_row`.
    fn row(&mut self, block: &Block, at: SegmentIndex, in_block: bool) -> String {
        let (source, excerpt) = (self.source, self.excerpt());
        let row = source.segments[at].html;
        let cells = source.body.cells_in(row).iter();
        let cells: Vec<Value> =
            cells.map(|cell| Value::safe_string(&excerpt.cell_with_notes(*cell, |note| self.reference(note)))).collect();
        let is_head = self.elements_around(block, at).iter().any(|it| it.kind == ElementKind::TableHead);
        let mut arguments = self.arguments(at, in_block);
        arguments.insert_value("cells", cells.into());
        arguments.insert_value("is_head", is_head.into());
        self.component("missing_row", &arguments)
    }

    /// Renders a sentence with the template `missing_sentence`; `alone_in` is the kind of its block
    /// if the sentence has an element of its own.
    fn sentence(&mut self, at: SegmentIndex, alone_in: Option<BlockKind>) -> String {
        let html = self.excerpt().segment_with_notes(at, |note| self.reference(note));
        let mut arguments = self.arguments(at, alone_in.is_some());
        arguments.insert_value("html", Value::safe_string(&html));
        arguments.insert_value("in_heading", matches!(alone_in, Some(BlockKind::Heading(_))).into());
        self.component("missing_sentence", &arguments)
    }

    /// Returns the source, for texts without markup.
    fn excerpt(&self) -> Excerpt<'a> {
        Excerpt { renderer: self.renderer, work: self.work, document: self.source }
    }

    /// Returns the arguments that the templates of all missing sentences have.
    fn arguments(&self, at: SegmentIndex, in_block: bool) -> Context {
        let segment = &self.source.segments[at];
        let shared = &self.renderer.shared;
        let words = shared.language(self.translation.lang);
        let mut arguments = Context::new();
        // No id if the translation has a line of that id, which translates another sentence.
        let id = self.translation.segment_with_id(segment.id).is_none().then(|| segment.id.to_string());
        arguments.insert_value("id", id.into());
        arguments.insert_value("source", shared.language(self.drift.source_lang).lang.clone());
        arguments.insert_value("lang", words.lang.clone());
        arguments.insert_value("t", words.strings.clone());
        arguments.insert_value("in_block", in_block.into());
        arguments
    }

    /// Renders a component; returns no text, and reports the error, if its template fails.
    fn component(&mut self, name: &str, arguments: &Context) -> String {
        let html = self.renderer.templates.component(name, arguments);
        html.unwrap_or_else(|problem| {
            self.problems.push(*problem);
            String::new()
        })
    }

    /// Makes the reference of a missing sentence to a footnote: the translation's one, or else an
    /// added one.
    fn reference(&mut self, note: NoteIndex) -> String {
        if let Some(own) = self.pairs[note].map(|own| &self.translation.notes[own]) {
            return reference(None, &format!("fn-{}", own.id), own.number);
        }
        let scope = format!("{}-", self.renderer.site.config.code(self.drift.source_lang));
        let id = &self.source.notes[note].id;
        let notes = &mut self.additions.notes;
        let at = notes.iter().position(|it| it.source == note).unwrap_or_else(|| {
            let number = (self.translation.notes.len() + notes.len() + 1) as u32;
            notes.push(MissingNote {
                source: note,
                id: format!("{scope}fn-{id}"),
                number,
                html: String::new(),
                backs: Vec::new(),
            });
            notes.len() - 1
        });
        let note = &mut notes[at];
        let back = reference_id(&scope, id, note.backs.len() as u32 + 1);
        let html = reference(Some(&back), &note.id, note.number);
        note.backs.push(back);
        html
    }
}

/// Returns the start tag of an element. The outermost one has the attributes of the source.
fn start_tag(element: &Element, attributes: Option<&str>) -> String {
    let own = match element.kind {
        ElementKind::Ordered(start) if start != 1 => format!(" start=\"{start}\""),
        ElementKind::TableRegion => " class=\"table\"".to_owned(),
        _ => String::new(),
    };
    let class = if attributes.is_some() && element.kind != ElementKind::TableRegion { " class=\"other\"" } else { "" };
    let others = attributes.map_or_else(String::new, |attributes| format!(" {attributes}"));
    format!("<{}{own}{class}{others}>", element.kind.name())
}

/// Returns the end tag of an element.
fn end_tag(element: &Element) -> String {
    format!("</{}>", element.kind.name())
}

/// Returns the position in the body's HTML at which the block of the last line ends.
fn end_of_block(document: &Document, lines: &[SegmentIndex]) -> Option<HtmlPos> {
    Some(document.blocks[document.block_with(*lines.last()?)?].html.end)
}
