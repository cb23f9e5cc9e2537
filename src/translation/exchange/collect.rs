//! Alignment of a work's source with a translation, for export and import.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::pieces::{Block, Piece, PieceKind, pieces};
use super::{Batch, Unit, UnitState, digest};
use crate::base::{Idx, LineIndex};
use crate::load::Inputs;
use crate::markdown::parts::Parts;
use crate::model::{LangId, SegmentIndex};
use crate::parse::Document;
use crate::site::{Site, WorkId};
use crate::translation::status::{self, EditionStatus, Status};

/// A work's source edition beside its translation into one language.
#[derive(Debug)]
pub struct EditionPair {
    pub work: WorkId,
    pub source_lang: LangId,
    pub source: Side,
    /// `None` if the language has no edition yet.
    pub target: Option<Side>,
    /// The pairs in the order of the source.
    pub pairs: Vec<Pair>,
    /// Table or footnote of each pair, if the edition has no part of it yet. Such a block is
    /// translated whole or not at all, since half a table or half a footnote looks complete.
    pub wholes: Vec<Option<Block>>,
}

/// One edition with its text and pieces.
#[derive(Debug)]
pub struct Side {
    pub document: Arc<Document>,
    pub text: Arc<str>,
    pub pieces: Vec<Piece>,
    pub parts: Parts,
}

/// Pieces of the source and the pieces of the translation that translate them, by index. Mostly one
/// and one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// Pieces of the source, at least one.
    pub source: Vec<usize>,
    /// Pieces of the translation; empty if there is none.
    pub target: Vec<usize>,
    pub state: UnitState,
    /// The source from which the translation was made, if the source has changed since.
    pub previous: Option<String>,
}

impl Side {
    fn new(inputs: &Inputs, document: &Arc<Document>) -> Option<Self> {
        let text = Arc::clone(inputs.text(&document.file)?);
        let (pieces, parts) = pieces(document, &text);
        Some(Self { document: Arc::clone(document), text, pieces, parts })
    }

    /// Returns the texts of some pieces, one line each.
    pub fn text_of(&self, pieces: &[usize]) -> String {
        let lines: Vec<&str> = pieces.iter().map(|&piece| self.pieces[piece].text.as_str()).collect();
        lines.join("\n")
    }
}

impl EditionPair {
    /// Aligns the editions of a work. Returns `None` if the work is written in the language itself,
    /// so there is nothing to translate.
    pub fn of(site: &Site, inputs: &Inputs, work: WorkId, lang: LangId) -> Option<Self> {
        let (source_lang, source) = site.source_edition(work);
        if source_lang == lang {
            return None;
        }
        let source = Side::new(inputs, &source.document)?;
        // A home page that nobody wrote has no text, and counts as not translated.
        let target = site.edition(work, lang).and_then(|edition| Side::new(inputs, &edition.document));
        let pairs = pairs(&source, target.as_ref(), site.statuses(work, lang).map(|statuses| &**statuses));
        let wholes = wholes(&source, &pairs);
        Some(Self { work, source_lang, source, target, pairs, wholes })
    }

    /// Returns the id of a pair within the work.
    pub fn id(&self, pair: usize) -> &str {
        &self.source.pieces[self.pairs[pair].source[0]].id
    }

    /// Collects the notes to translators of a pair from both editions.
    fn notes(&self, pair: &Pair) -> Vec<String> {
        let theirs = self.target.iter().flat_map(|target| pair.target.iter().map(|&piece| &target.pieces[piece]));
        let pieces = pair.source.iter().map(|&piece| &self.source.pieces[piece]).chain(theirs);
        pieces.flat_map(|piece| piece.notes.iter().cloned()).collect()
    }

    /// Returns true if a pair is a row of a table in the source, and in the translation if it has
    /// one. The new translation is then written as a row.
    pub fn is_row(&self, pair: usize) -> bool {
        let Pair { source, target, .. } = &self.pairs[pair];
        let is_row = |side: &Side, pieces: &[usize]| pieces.iter().all(|&piece| side.pieces[piece].kind == PieceKind::Row);
        is_row(&self.source, source) && self.target.as_ref().is_none_or(|side| is_row(side, target))
    }

    /// Returns the source text of a pair.
    pub fn source_of(&self, pair: usize) -> String {
        self.source.text_of(&self.pairs[pair].source)
    }

    /// Returns the translation of a pair; empty if there is none.
    pub fn target_of(&self, pair: usize) -> String {
        self.target.as_ref().map_or_else(String::new, |target| target.text_of(&self.pairs[pair].target))
    }
}

/// Aligns the pieces of two editions. A piece that one edition omits on purpose is in no pair.
fn pairs(source: &Side, target: Option<&Side>, statuses: Option<&EditionStatus>) -> Vec<Pair> {
    let target_by_id: HashMap<&str, usize> = match target {
        Some(target) => target.pieces.iter().enumerate().map(|(at, piece)| (piece.id.as_str(), at)).collect(),
        None => HashMap::new(),
    };
    let by_segment = |side: Option<&Side>| -> HashMap<SegmentIndex, usize> {
        let pieces = side.map_or(&[][..], |side| &side.pieces).iter().enumerate();
        pieces.filter_map(|(at, piece)| Some((piece.segment?, at))).collect()
    };
    let target_pieces = by_segment(target);
    let known: HashMap<String, &status::Pair> =
        statuses.into_iter().flat_map(|it| &it.pairs).map(|pair| (pair.unit.to_string(), pair)).collect();
    let mut pairs: Vec<Pair> = Vec::with_capacity(source.pieces.len());
    // The pair of each line of the translation, since one line may translate several sentences.
    let mut pair_with: HashMap<usize, usize> = HashMap::new();
    for (at, piece) in source.pieces.iter().enumerate() {
        let alone = |segment| source.document.marks_of(segment).is_some_and(|marks| marks.alone);
        if piece.segment.is_some_and(alone) {
            continue;
        }
        let known = known.get(&piece.id);
        if known.is_some_and(|known| known.status == Status::Omitted) {
            continue;
        }
        let target: Vec<usize> = match (piece.segment, known) {
            (Some(_), Some(known)) => known.lines.iter().filter_map(|line| target_pieces.get(line).copied()).collect(),
            (Some(_), None) => Vec::new(),
            (None, _) => target_by_id.get(piece.id.as_str()).copied().into_iter().collect(),
        };
        let (state, previous) = match known.map(|known| &known.status) {
            _ if target.is_empty() => (UnitState::Missing, None),
            Some(Status::Changed { was }) => (UnitState::Changed, was.as_deref().map(str::to_owned)),
            Some(Status::Accepted) => (UnitState::Accepted, None),
            _ => (UnitState::Current, None),
        };
        match target.iter().find_map(|line| pair_with.get(line).copied()) {
            None => {
                pair_with.extend(target.iter().map(|&line| (line, pairs.len())));
                pairs.push(Pair { source: vec![at], target, state, previous });
            }
            Some(number) => {
                let pair = &mut pairs[number];
                if state == UnitState::Changed || pair.state == UnitState::Changed {
                    // A sentence that has not changed is in the old source as it is now.
                    let before = pair.previous.take().unwrap_or_else(|| source.text_of(&pair.source));
                    let own = previous.unwrap_or_else(|| piece.text.clone());
                    pair.previous = Some(format!("{before}\n{own}"));
                }
                pair.state = pair.state.min(state);
                pair.source.push(at);
                for line in target {
                    if !pair.target.contains(&line) {
                        pair.target.push(line);
                        pair_with.insert(line, number);
                    }
                }
                pair.target.sort_unstable();
            }
        }
    }
    pairs
}

/// Returns the table or footnote of each pair, if no part of it is translated
/// ([`EditionPair::wholes`]).
fn wholes(source: &Side, pairs: &[Pair]) -> Vec<Option<Block>> {
    // The footnote of a piece, then its table: a table in a footnote belongs to the footnote.
    let around = |piece: usize| {
        let Piece { segment, kind, block, .. } = source.pieces[piece];
        let note = segment.and_then(|segment| source.document.segments[segment].note);
        [note.map(|note| (PieceKind::Note, note.number() as u32)), (kind == PieceKind::Row).then_some(block)]
            .into_iter()
            .flatten()
    };
    let translated = pairs.iter().filter(|pair| !pair.target.is_empty());
    let has_part: BTreeSet<Block> = translated.flat_map(|pair| &pair.source).flat_map(|&piece| around(piece)).collect();
    pairs.iter().map(|pair| around(pair.source[0]).find(|block| !has_part.contains(block))).collect()
}

/// Collects the units of the wanted works written in `from`, in reading order. A file has one
/// source language.
pub fn collect(site: &Site, inputs: &Inputs, from: LangId, lang: LangId, wanted: &dyn Fn(&str) -> bool) -> Batch {
    let source = site.config.code(from);
    let mut batch = Batch {
        project: site.config.title.get(source).unwrap_or("").to_owned(),
        date: site.config.date.map(|date| date.to_string()),
        source: Some(source.to_owned()),
        target: Some(site.config.code(lang).to_owned()),
        units: Vec::new(),
    };
    for &work in site.order.iter().filter(|&&work| wanted(site.work(work).key.as_str())) {
        if let Some(sides) = EditionPair::of(site, inputs, work, lang).filter(|sides| sides.source_lang == from) {
            units(site, &sides, &mut batch.units);
        }
    }
    batch
}

/// Appends the units of a work in the order of the source.
fn units(site: &Site, sides: &EditionPair, units: &mut Vec<Unit>) {
    let source = &sides.source;
    let headings = source.document.headings.iter().filter_map(|heading| Some((heading.segment?, heading.text.as_str())));
    let headings: HashMap<SegmentIndex, &str> = headings.collect();
    let mut heading: Option<&str> = None;
    let lines = LineIndex::new(&source.text);
    for (at, pair) in sides.pairs.iter().enumerate() {
        let piece = &source.pieces[pair.source[0]];
        let target = sides.target_of(at);
        let own = piece.segment.and_then(|segment| headings.get(&segment).copied());
        units.push(Unit {
            key: site.work(sides.work).key.clone(),
            id: piece.id.clone(),
            is_row: sides.is_row(at),
            source: sides.source_of(at),
            // A missing translation has a base too, since somebody may add it to the site before
            // the import.
            base: Some(digest(&target)),
            target,
            state: pair.state,
            previous: pair.previous.clone(),
            notes: sides.notes(pair),
            heading: if own.is_some() { None } else { heading.map(str::to_owned) },
            file: Arc::clone(&source.document.file),
            line: lines.line(piece.range.start),
        });
        heading = own.or(heading);
    }
}
