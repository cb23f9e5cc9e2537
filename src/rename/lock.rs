//! Locks after a rename: a sentence whose links were changed has another text, but is the same
//! sentence.
//!
//! The lines of an edition are the same before and after, in the same order. So each digest of the
//! old lines has a new one. A digest that no present line has, since somebody edited the sentence
//! after the last `sync`, stays as it is.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Renaming;
use super::links::Links;
use crate::base::fold;
use crate::load::Inputs;
use crate::model::lock::{LockEntry, State};
use crate::model::{LangId, Lock, SegmentIndex, TextDigest, Unit};
use crate::parse::Document;
use crate::site::{Site, Work};
use crate::translation::status::{TranslatedLines, own_digest};

/// Returns the new texts of the locks that change, by their new names.
pub(super) fn changed(
    renaming: &Renaming,
    (site, after): (&Site, &Site),
    (inputs, new_inputs): (&Inputs, &Inputs),
) -> Vec<(String, String)> {
    let mut locks = Vec::new();
    for work in &site.works {
        let key = renaming.key(work.key.as_str()).unwrap_or_else(|| work.key.to_string());
        let Some(new_work) = after.work_named(&key) else { continue };
        let editions: Vec<Edition<'_>> = (0..work.editions.len())
            .map(LangId)
            .filter_map(|lang| {
                let (old, new) = (&work.editions[lang.0].as_ref()?.document, &after.edition(new_work, lang)?.document);
                let is_alike = old.segments.len() == new.segments.len() && old.digests.len() == new.digests.len();
                is_alike.then(|| Edition { code: site.config.code(lang), old, new, lines: TranslatedLines::of(old) })
            })
            .collect();
        if !editions.iter().any(Edition::has_changed) {
            continue;
        }
        let Some(lock) = editions.iter().find_map(|edition| edition.old.lock.as_deref()) else { continue };
        let Some(file) = lock_of(work, site, inputs) else { continue };
        let renewal = Renewal { renaming, sites: (site, after), editions: &editions, new_inputs };
        let new = Lock::new(lock.entries().iter().map(|entry| renewal.entry(entry)).collect());
        if new != *lock {
            locks.push((renaming.file(&file).to_owned(), new.write()));
        }
    }
    locks
}

/// Returns the file of a work's lock.
fn lock_of(work: &Work, site: &Site, inputs: &Inputs) -> Option<Arc<str>> {
    let beside = work.editions.iter().flatten().map(|edition| {
        let document = &edition.document;
        crate::model::key::lock_beside(&document.file, site.config.code(document.lang))
    });
    beside.into_iter().find_map(|file| inputs.name(&file).cloned())
}

/// An edition before and after.
struct Edition<'a> {
    code: &'a str,
    old: &'a Document,
    new: &'a Document,
    /// The lines of the old document by the sentences that they translate.
    lines: TranslatedLines<'a>,
}

impl Edition<'_> {
    fn has_changed(&self) -> bool {
        self.old.digests != self.new.digests
    }
}

struct Renewal<'a> {
    renaming: &'a Renaming,
    sites: (&'a Site, &'a Site),
    editions: &'a [Edition<'a>],
    new_inputs: &'a Inputs,
}

impl Renewal<'_> {
    fn entry(&self, entry: &LockEntry) -> LockEntry {
        let mut entry = entry.clone();
        let Unit::Segment(id) = entry.unit else { return entry };
        let mut source_digests: BTreeMap<TextDigest, TextDigest> = BTreeMap::new();
        let (mut source_lang, mut is_row) = (None, false);
        if let Some(source) = &mut entry.source {
            let old = source.digest;
            let edition = self.edition(&source.lang);
            let line = edition.and_then(|edition| edition.old.segment_with_id(id).filter(|&at| edition.old.digests[at] == old));
            match edition.zip(line) {
                Some((edition, line)) => {
                    if edition.new.digests[line] != old {
                        source.text = self.new_text(edition, line).into();
                        source.digest = edition.new.digests[line];
                    }
                }
                None => {
                    source.text = self.relinked(&source.lang, &source.text).into();
                    source.digest = TextDigest::of_segment(&source.text, source.is_row);
                }
            }
            source_digests.insert(old, source.digest);
            (source_lang, is_row) = (Some(source.lang.clone()), source.is_row);
        }
        for translation in &mut entry.translations {
            if let (State::Was(text), Some(lang)) = (&translation.state, &source_lang) {
                let new = self.relinked(lang, text);
                if translation.made_from == Some(TextDigest::of_segment(text, is_row)) {
                    translation.made_from = Some(TextDigest::of_segment(&new, is_row));
                }
                translation.state = State::Was(new.into());
            } else if let Some(new) = translation.made_from.and_then(|old| source_digests.get(&old)) {
                translation.made_from = Some(*new);
            }
            let Some(edition) = self.edition(&translation.lang) else { continue };
            let mut own: Vec<SegmentIndex> = edition.lines.of_sentence(id);
            if own.is_empty() {
                own.extend(edition.old.segment_with_id(id));
            }
            if !own.is_empty() && own_digest(&edition.old.digests, &own) == translation.own {
                translation.own = own_digest(&edition.new.digests, &own);
            }
        }
        entry
    }

    fn edition(&self, code: &str) -> Option<&Edition<'_>> {
        self.editions.iter().find(|edition| edition.code == code)
    }

    fn new_text(&self, edition: &Edition<'_>, line: SegmentIndex) -> String {
        let text = self.new_inputs.text(&edition.new.file).map_or("", |text| &**text);
        edition.new.segment_text(text, line).into_owned()
    }

    /// Changes the links of a former text of the source.
    fn relinked(&self, code: &str, text: &str) -> String {
        let Some(edition) = self.edition(code) else { return text.to_owned() };
        let links = Links::of_edition(self.renaming, self.sites, &edition.old.file, edition.old.lang);
        let parts = links.changed(text, 0);
        if parts.is_empty() {
            return text.to_owned();
        }
        fold(&super::edit::applied(text, &parts)).into_owned()
    }
}
