//! A site's sentences beside their translations: what is exported, and what an import is compared with.

use std::collections::HashMap;
use std::sync::Arc;

use super::pieces::{Piece, pieces};
use super::{Batch, Standing, Unit, digest};
use crate::load::Inputs;
use crate::model::LangId;
use crate::parse::Document;
use crate::parse::parts::Parts;
use crate::site::{Site, WorkId};

/// A work's source edition beside its translation into one language.
#[derive(Debug)]
pub struct Sides {
    pub work: WorkId,
    pub source_lang: LangId,
    pub source: Side,
    /// `None` if there is no edition in the language yet.
    pub target: Option<Side>,
    /// In the order of the source.
    pub pairs: Vec<Pair>,
}

/// One edition.
#[derive(Debug)]
pub struct Side {
    pub document: Arc<Document>,
    pub text: Arc<str>,
    pub pieces: Vec<Piece>,
    pub parts: Parts,
}

/// Pieces that say the same, by their positions; one beside one as a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    pub source: Vec<usize>,
    /// Empty if it is not translated.
    pub target: Vec<usize>,
    pub standing: Standing,
    /// The source that the translation was made from, if it is another now.
    pub previous: Option<String>,
}

impl Side {
    fn new(inputs: &Inputs, document: &Arc<Document>) -> Option<Self> {
        let text = Arc::clone(inputs.text(&document.file)?);
        let (pieces, parts) = pieces(document, &text);
        Some(Self { document: Arc::clone(document), text, pieces, parts })
    }

    /// What some pieces say: a line each.
    pub fn says(&self, pieces: &[usize]) -> String {
        let lines: Vec<&str> = pieces.iter().map(|&piece| self.pieces[piece].text.as_str()).collect();
        lines.join("\n")
    }
}

impl Sides {
    /// A work's editions; `None` if it is not a translation that the language would have: the work is written in it.
    pub fn of(site: &Site, inputs: &Inputs, work: WorkId, lang: LangId) -> Option<Self> {
        let (source_lang, source) = site.nearest_edition(work, site.source());
        if source_lang == lang {
            return None;
        }
        let source = Side::new(inputs, &source.document)?;
        let target = match site.edition(work, lang) {
            Some(edition) => Some(Side::new(inputs, &edition.document)?),
            None => None,
        };
        let pairs = pairs(&source, target.as_ref());
        Some(Self { work, source_lang, source, target, pairs })
    }

    /// The address of a pair within the work.
    pub fn id(&self, pair: usize) -> &str {
        &self.source.pieces[self.pairs[pair].source[0]].id
    }

    /// The source of a pair.
    pub fn source_of(&self, pair: usize) -> String {
        self.source.says(&self.pairs[pair].source)
    }

    /// The translation of a pair; empty if there is none.
    pub fn target_of(&self, pair: usize) -> String {
        self.target.as_ref().map_or_else(String::new, |target| target.says(&self.pairs[pair].target))
    }
}

/// Which pieces of two editions say the same.
fn pairs(source: &Side, target: Option<&Side>) -> Vec<Pair> {
    let target_by_id: HashMap<&str, usize> = match target {
        Some(target) => target.pieces.iter().enumerate().map(|(at, piece)| (piece.id.as_str(), at)).collect(),
        None => HashMap::new(),
    };
    let pair = |(at, piece): (usize, &Piece)| {
        let target: Vec<usize> = target_by_id.get(piece.id.as_str()).copied().into_iter().collect();
        let standing = if target.is_empty() { Standing::Missing } else { Standing::Current };
        Pair { source: vec![at], target, standing, previous: None }
    };
    source.pieces.iter().enumerate().map(pair).collect()
}

/// The units of those works that are wanted, in reading order.
pub fn collect(site: &Site, inputs: &Inputs, lang: LangId, wanted: &dyn Fn(&str) -> bool) -> Batch {
    let source = site.config.code(site.source());
    let mut batch = Batch {
        project: site.config.title.get(source).unwrap_or("").to_owned(),
        date: site.config.date.map(|date| date.to_string()),
        source: Some(source.to_owned()),
        target: Some(site.config.code(lang).to_owned()),
        units: Vec::new(),
    };
    for &work in site.order.iter().filter(|&&work| wanted(site.work(work).key.as_str())) {
        let Some(sides) = Sides::of(site, inputs, work, lang) else { continue };
        // A file has one source language; a work that is written in a third has no place in it.
        if sides.source_lang == site.source() {
            units(site, &sides, &mut batch.units);
        }
    }
    batch
}

fn units(site: &Site, sides: &Sides, units: &mut Vec<Unit>) {
    let source = &sides.source;
    let headings: HashMap<String, &str> =
        source.document.headings.iter().map(|heading| (heading.id.to_string(), heading.text.as_str())).collect();
    let mut heading: Option<&str> = None;
    let (mut line, mut counted) = (1, 0);
    for (at, pair) in sides.pairs.iter().enumerate() {
        let piece = &source.pieces[pair.source[0]];
        let start = piece.range.start.max(counted);
        line += source.text[counted..start].bytes().filter(|&byte| byte == b'\n').count();
        counted = start;
        let target = sides.target_of(at);
        let own = headings.get(&piece.id).copied();
        units.push(Unit {
            key: site.work(sides.work).key.clone(),
            id: piece.id.clone(),
            source: sides.source_of(at),
            base: (!target.is_empty()).then(|| digest(&target)),
            target,
            standing: pair.standing,
            previous: pair.previous.clone(),
            notes: pair.source.iter().flat_map(|&piece| source.pieces[piece].notes.iter().cloned()).collect(),
            heading: if own.is_some() { None } else { heading.map(str::to_owned) },
            file: Arc::clone(&source.document.file),
            line,
        });
        heading = own.or(heading);
    }
}
