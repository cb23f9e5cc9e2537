//! Anchors of headings: translations share those of the source edition. Also the former ids of
//! sentences, as anchors for links from outside.
//!
//! `parse` gives each heading an anchor of its own. This file decides if the heading keeps it or
//! takes the anchor of the source.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::{Edition, Site, Work, WorkId};
use crate::model::{LangId, SegmentId};
use crate::parse::{Document, Heading};
use crate::translation::rows::{all_gone, merged_into};

/// Rule by which the headings of an edition take over the anchors of the source edition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shares {
    /// The headings keep their own anchors; this is also the rule of the source edition.
    Nothing,
    /// Heading n takes the anchor of heading n. This holds without locks, for editions whose
    /// headings have the same levels.
    ByPosition,
    /// A heading takes the anchor of the heading with the same id.
    ById,
}

impl Site {
    /// Returns the anchor of heading `index` of an edition.
    ///
    /// Translations take over the anchors of the source edition, so that a link to a section
    /// survives a change of language. With locks, headings correspond by their ids; else by
    /// position, in translations with the same levels of headings.
    ///
    /// An explicit anchor of a translation is kept:
    /// * source `## History` has `history`, translation `## Тарих` takes `history`
    /// * translation `## Тарих {#tarih}` keeps `tarih`
    pub fn anchor<'a>(&'a self, id: WorkId, document: &'a Document, index: usize) -> &'a str {
        let own = &document.headings[index];
        match self.edition(id, document.lang).map(|edition| (edition, edition.shares)) {
            Some((_, Shares::ByPosition)) if !own.explicit => &self.source_edition(id).1.document.headings[index].anchor,
            Some((edition, Shares::ById)) => &self.anchors_by_id(id, edition)[index].0,
            _ => &own.anchor,
        }
    }

    /// Returns the aliases of a heading: other anchors that lead to it, such as its former ones.
    pub fn aliases<'a>(&'a self, id: WorkId, document: &'a Document, index: usize) -> impl Iterator<Item = &'a str> {
        // A translation with ids has no aliases except those of the source.
        let (own, shared) = match self.edition(id, document.lang) {
            Some(edition) if edition.shares == Shares::ById => (&[][..], self.anchors_by_id(id, edition)[index].1.as_slice()),
            _ => (&*document.headings[index].aliases, &[][..]),
        };
        own.iter().map(|alias| &**alias).chain(shared.iter().map(String::as_str))
    }

    fn anchors_by_id<'a>(&self, id: WorkId, edition: &'a Edition) -> &'a [(String, Vec<String>)] {
        edition.derived().anchors.get_or_init(|| by_id(&self.source_edition(id).1.document, &edition.document))
    }

    /// Returns the former sentences that were merged into a sentence, such as the cells of a row in
    /// an older lock. Links from outside may still name them.
    pub fn merged_into(&self, id: WorkId, segment: SegmentId) -> &[SegmentId] {
        let source = self.source_edition(id).1;
        source.derived().merged.get_or_init(|| merged(&source.document)).get(&segment).map_or(&[], Vec::as_slice)
    }

    /// Returns the heading of an edition with this anchor or alias.
    pub fn heading_with_anchor(&self, id: WorkId, lang: LangId, anchor: &str) -> Option<usize> {
        let edition = self.edition(id, lang)?;
        let by_anchor = edition.derived().by_anchor.get_or_init(|| {
            let document = &edition.document;
            let mut by_anchor = HashMap::with_capacity(document.headings.len());
            for (index, anchor) in self.anchors(id, document).enumerate() {
                by_anchor.entry(anchor.to_owned()).or_insert(index);
            }
            for index in 0..document.headings.len() {
                for alias in self.aliases(id, document, index) {
                    by_anchor.entry(alias.to_owned()).or_insert(index);
                }
            }
            by_anchor
        });
        by_anchor.get(anchor).copied()
    }

    /// Returns true if the page of an edition has an anchor.
    pub fn has_anchor(&self, id: WorkId, lang: LangId, anchor: &str) -> bool {
        let Some(edition) = self.edition(id, lang) else { return false };
        let document = &edition.document;
        if anchor.is_empty() || anchor == "top" {
            return true;
        }
        if let Some(segment) = SegmentId::parse(anchor) {
            return document.segment_with_id(segment).is_some();
        }
        if self.heading_with_anchor(id, lang, anchor).is_some() {
            return true;
        }
        let note = anchor.strip_prefix("fn-").or_else(|| anchor.strip_prefix("fnref-"));
        note.is_some_and(|id| document.notes.iter().any(|note| note.id == id))
    }

    /// Returns the anchor of each heading of an edition.
    pub fn anchors<'a>(&'a self, id: WorkId, document: &'a Document) -> impl Iterator<Item = &'a str> {
        (0..document.headings.len()).map(move |index| self.anchor(id, document, index))
    }
}

/// Returns the ids that the source no longer has, by the sentence into which each was merged.
fn merged(source: &Document) -> HashMap<SegmentId, Vec<SegmentId>> {
    let ids: BTreeSet<SegmentId> = all_gone(source).filter(|(_, gone)| gone.into.is_some()).map(|(id, _)| id).collect();
    let mut merged: HashMap<SegmentId, Vec<SegmentId>> = HashMap::new();
    for id in ids.into_iter().filter(|&id| source.segment_with_id(id).is_none()) {
        if let Some(into) = merged_into(source, id) {
            merged.entry(into).or_default().push(id);
        }
    }
    merged
}

/// Decides for each edition of a work by which rule it shares the anchors of the source edition.
pub(super) fn share(work: &mut Work, source_lang: LangId) {
    let mut order = [source_lang.0].into_iter().chain(0..work.editions.len());
    let Some(source) = order.find_map(|lang| work.editions[lang].as_ref()).map(|edition| Arc::clone(&edition.document)) else {
        return;
    };
    for edition in work.editions.iter_mut().flatten() {
        let own = &edition.document;
        let same_levels =
            || own.headings.iter().map(|heading| heading.level).eq(source.headings.iter().map(|heading| heading.level));
        edition.shares = if own.lang == source.lang {
            Shares::Nothing
        } else if own.lock.is_some() && source.lock.is_some() {
            Shares::ById
        } else if source.lang == source_lang && same_levels() {
            Shares::ByPosition
        } else {
            Shares::Nothing
        };
    }
}

/// Returns the anchor and the aliases of each heading of a translation, taken from the source's
/// heading with the same id.
fn by_id(source: &Document, translation: &Document) -> Vec<(String, Vec<String>)> {
    let theirs: Vec<Option<&Heading>> = translation
        .headings
        .iter()
        .map(|heading| {
            let segment = heading.segment?;
            let id = *translation.sentences(segment).first()?;
            let segment = source.segment_with_id(id)?;
            let at = source.headings.binary_search_by_key(&Some(segment), |heading| heading.segment).ok()?;
            Some(&source.headings[at])
        })
        .collect();
    let mut taken: BTreeSet<String> = BTreeSet::new();
    let mut anchors: Vec<Option<String>> = vec![None; theirs.len()];
    for (own, anchor) in translation.headings.iter().zip(&mut anchors).filter(|(own, _)| own.explicit) {
        taken.insert(own.anchor.clone());
        *anchor = Some(own.anchor.clone());
    }
    for (their, anchor) in theirs.iter().zip(&mut anchors) {
        if let (Some(their), None) = (their, &anchor)
            && taken.insert(their.anchor.clone())
        {
            *anchor = Some(their.anchor.clone());
        }
    }
    // A heading that the source lacks must not take the anchor of another section.
    taken.extend(source.headings.iter().map(|heading| heading.anchor.clone()));
    for (own, anchor) in translation.headings.iter().zip(&mut anchors).filter(|(_, anchor)| anchor.is_none()) {
        let mut free = own.anchor.clone();
        let mut number = 2;
        while !taken.insert(free.clone()) {
            free = format!("{}-{number}", own.anchor);
            number += 1;
        }
        *anchor = Some(free);
    }
    let anchors: Vec<String> = anchors.into_iter().flatten().collect();
    let mut taken: BTreeSet<String> = anchors.iter().cloned().collect();
    let aliases: Vec<Vec<String>> = theirs
        .iter()
        .map(|their| {
            let all = their
                .iter()
                .flat_map(|their| [their.anchor.as_str()].into_iter().chain(their.aliases.iter().map(|alias| &**alias)));
            all.filter(|alias| taken.insert((*alias).to_owned())).map(str::to_owned).collect()
        })
        .collect();
    anchors.into_iter().zip(aliases).collect()
}
