//! Computes the new lock of a work from its present editions and its former lock.
//!
//! This is pure. A work without a lock gets one by [`first`], from the source alone. Translations
//! then find their ids by their places in it, not by position alone, which one additional paragraph
//! would shift. [`renewed`] is idempotent: given the lock that it made, it makes the same lock
//! again (`tests/sync.rs`).

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::base::fold;
use crate::model::lock::{Gone, LockEntry, Source, State, Translation};
use crate::model::{LangId, Lock, SegmentIndex, TextDigest, Unit};
use crate::parse::Document;

use super::status::{TranslatedLines, lock_line, own_digest};
use crate::site::{Site, WorkId};

/// A new lock, and its changes from the former one.
#[derive(Debug)]
pub struct Renewed {
    pub lock: Lock,
    pub changes: Vec<Change>,
}

/// A difference between the new lock and the former one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// The edition in this language is the source now; formerly it was the one in the other
    /// language.
    Source(LangId, Box<str>),
    /// A sentence of the source got its address, or was restored.
    New(Unit),
    /// The source changed the wording of a sentence.
    Reworded(Unit),
    /// The source no longer has a sentence.
    Gone(Unit),
    /// An anchor disappeared with its heading.
    VanishedAnchor(Box<str>),
    /// A translation became pending, since its source has changed.
    Pending(LangId, Unit),
    /// A sentence was translated, or its translation was updated.
    Translated(LangId, Unit),
    /// Somebody confirmed that a translation is still right.
    Accepted(LangId, Unit),
    /// The translation no longer has a sentence.
    Dropped(LangId, Unit),
    /// Only other parts of the lock changed, mostly the order of its sentences.
    Moved,
}

/// Reason why a lock cannot be renewed.
#[derive(Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The source edition of the lock, in this language, does not exist.
    NoSource(String),
}

/// Units of a work to accept: the translation is still right although the source has changed.
#[derive(Debug, Default, Clone)]
pub struct Accept {
    pub units: BTreeSet<Unit>,
    /// Language to which the acceptance is limited.
    pub lang: Option<LangId>,
}

/// Returns a lock from the source alone, for a work that has none. `text` returns the text of a
/// file.
pub fn first<'t>(site: &Site, work: WorkId, text: impl Fn(&str) -> Option<&'t str>) -> Lock {
    let (lang, edition) = site.source_edition(work);
    let source = &*edition.document;
    let (empty, accept) = (Lock::default(), Accept::default());
    let code = site.config.code(lang);
    let mut builder =
        LockBuilder { before: &empty, code, translations: &[], accept: &accept, entries: Vec::new(), changes: Vec::new() };
    builder.add_front(source);
    builder.add_sentences(source, text(&source.file).unwrap_or_default());
    Lock::new(builder.entries)
}

/// Returns the new lock of a work. `text` returns the text of a file.
pub fn renewed<'t>(
    site: &Site,
    work: WorkId,
    accept: &Accept,
    text: impl Fn(&str) -> Option<&'t str>,
) -> Result<Renewed, Refusal> {
    let (source_lang, edition) = site.source_edition(work);
    let source = &*edition.document;
    let code = site.config.code(source_lang);
    let empty = Lock::default();
    let before = source.lock.as_deref().unwrap_or(&empty);
    if let Some(known) = before.source_lang().filter(|&known| known != code)
        && site.config.language(known).is_none_or(|lang| site.edition(work, lang).is_none())
    {
        return Err(Refusal::NoSource(known.to_owned()));
    }
    let translations: Vec<Translated<'_>> = site
        .config
        .lang_ids()
        .filter(|&lang| lang != source_lang)
        .filter_map(|lang| {
            let document = &*site.edition(work, lang)?.document;
            // A generated home page has no lock and is not a translation.
            document.lock.as_ref()?;
            Some(Translated { lang, code: site.config.code(lang), document })
        })
        .collect();
    let mut builder = LockBuilder { before, code, translations: &translations, accept, entries: Vec::new(), changes: Vec::new() };
    let file_text = text(&source.file).unwrap_or_default();
    let other = before.source_lang().filter(|&known| known != code);
    builder.changes.extend(other.map(|known| Change::Source(source_lang, known.into())));
    builder.add_front(source);
    builder.add_sentences(source, file_text);
    builder.add_own_sentences(source);
    builder.keep_deleted_ids(source);
    builder.keep_absent_editions();
    builder.report_vanished_anchors(source);
    let LockBuilder { entries, mut changes, .. } = builder;
    let lock = Lock::new(in_order(before, entries, source, &translations));
    if changes.is_empty() && lock != *before {
        changes.push(Change::Moved);
    }
    Ok(Renewed { lock, changes })
}

/// Builder of a lock: collects its entries, in no order yet, and the changes.
struct LockBuilder<'a> {
    before: &'a Lock,
    code: &'a str,
    translations: &'a [Translated<'a>],
    accept: &'a Accept,
    entries: Vec<LockEntry>,
    changes: Vec<Change>,
}

impl LockBuilder<'_> {
    /// Adds the entries of title and description.
    fn add_front(&mut self, source: &Document) {
        for unit in [Unit::Title, Unit::Description] {
            let Some(text) = source.front_text(unit) else { continue };
            let own = |document: &Document| document.front_text(unit).map(TextDigest::of);
            let own: Vec<Option<TextDigest>> = self.translations.iter().map(|it| own(it.document)).collect();
            self.add_unit(unit, SourcePlace::default(), fold(text).as_ref(), &own);
        }
    }

    /// Adds the entries of the sentences of the source.
    fn add_sentences(&mut self, source: &Document, file_text: &str) {
        let lines: Vec<TranslatedLines<'_>> = self.translations.iter().map(|it| TranslatedLines::of(it.document)).collect();
        let heading_of: HashMap<SegmentIndex, usize> =
            source.headings.iter().enumerate().filter_map(|(at, heading)| Some((heading.segment?, at))).collect();
        for (at, segment) in source.segments.enumerated() {
            let anchors = heading_of.get(&at).map_or_else(Vec::new, |&heading| {
                let heading = &source.headings[heading];
                [heading.anchor.as_str().into()].into_iter().chain(heading.aliases.iter().cloned()).collect()
            });
            let own = self.translations.iter().zip(&lines).map(|(it, lines)| match &*lines.of_sentence(segment.id) {
                [] => None,
                lines => Some(own_digest(&it.document.digests, lines)),
            });
            let own: Vec<Option<TextDigest>> = own.collect();
            let note = segment.note.map(|note| source.notes[note].label.as_str().into());
            let place = SourcePlace { anchors, note, is_row: segment.table.is_some() };
            self.add_unit(Unit::Segment(segment.id), place, &source.segment_text(file_text, at), &own);
        }
    }

    /// Adds the entry of a unit of the source; `own` holds the digest of each translation.
    fn add_unit(
        &mut self,
        unit: Unit,
        SourcePlace { anchors, note, is_row }: SourcePlace,
        text: &str,
        own: &[Option<TextDigest>],
    ) {
        let digest = TextDigest::of_segment(text, is_row);
        let known = self.before.entry(unit);
        match known.and_then(|entry| entry.source.as_ref()) {
            None => self.changes.push(Change::New(unit)),
            Some(source) if source.digest != digest => self.changes.push(Change::Reworded(unit)),
            Some(_) => {}
        }
        let mut translations = Vec::new();
        for (&Translated { lang, code, .. }, own) in self.translations.iter().zip(own) {
            let before = known.and_then(|entry| entry.translation(code));
            let Some(own) = *own else {
                if before.is_some() {
                    self.changes.push(Change::Dropped(lang, unit));
                }
                continue;
            };
            let mut line = lock_line(self.before, unit, self.code, code, own, digest);
            let is_pending = line.made_from != Some(digest);
            let wanted = self.accept.units.contains(&unit) && self.accept.lang.is_none_or(|wanted| wanted == lang);
            if is_pending && wanted {
                line = Translation { made_from: Some(digest), state: State::Accepted, ..line };
                self.changes.push(Change::Accepted(lang, unit));
            } else if before != Some(&line) {
                let was_pending = before.is_some_and(|before| matches!(before.state, State::Was(_)));
                match is_pending {
                    true if !was_pending => self.changes.push(Change::Pending(lang, unit)),
                    true => {}
                    false => self.changes.push(Change::Translated(lang, unit)),
                }
            }
            translations.push(line);
        }
        let source = Source { lang: self.code.into(), digest, anchors, note, is_row, text: text.into() };
        self.entries.push(LockEntry { unit, source: Some(source), gone: None, translations });
    }

    /// Adds the entries of sentences that only translations have. A new one was made from no source
    /// text.
    fn add_own_sentences(&mut self, source: &Document) {
        let mut at: HashMap<Unit, usize> = HashMap::new();
        for &Translated { lang, code, document } in self.translations {
            for (line, segment) in document.segments.enumerated() {
                if source.segment_with_id(segment.id).is_some() {
                    continue;
                }
                let unit = Unit::Segment(segment.id);
                let known = self.before.entry(unit);
                let before = known.and_then(|entry| entry.translation(code));
                // A mark may name a sentence that no edition has. But a line that the lock already
                // has is kept when the other language drops the sentence.
                let others_have = || self.translations.iter().any(|it| it.document.has_of_itself(segment.id));
                let is_there = document.has_of_itself(segment.id) || segment.id.only.is_some() && others_have();
                if !is_there && before.is_none() {
                    continue;
                }
                let own = document.digests[line];
                let made_from = before.and_then(|before| before.made_from);
                let index = *at.entry(unit).or_insert_with(|| {
                    self.entries.push(LockEntry { unit, source: None, gone: None, translations: Vec::new() });
                    self.entries.len() - 1
                });
                if before.is_none() {
                    self.changes.push(Change::Translated(lang, unit));
                }
                let line = Translation { lang: code.into(), made_from, own, state: State::Plain };
                self.entries[index].translations.push(line);
            }
        }
    }

    /// Keeps an entry for each sentence that the source has lost, so that its id is not given
    /// again.
    fn keep_deleted_ids(&mut self, source: &Document) {
        let at: HashMap<Unit, usize> = self.entries.iter().enumerate().map(|(at, entry)| (entry.unit, at)).collect();
        let newly: HashMap<Unit, &Gone> = source.gone.iter().map(|(id, gone)| (Unit::Segment(*id), gone)).collect();
        for entry in self.before.entries() {
            let Unit::Segment(_) = entry.unit else { continue };
            let new = at.get(&entry.unit).copied();
            if new.is_some_and(|new| self.entries[new].source.is_some()) {
                continue;
            }
            let gone = match (&entry.gone, &entry.source) {
                (Some(gone), _) => Some(gone.clone()),
                (None, Some(known)) => {
                    self.changes.push(Change::Gone(entry.unit));
                    let gone = newly.get(&entry.unit).map(|gone| (*gone).clone());
                    Some(gone.unwrap_or_else(|| Gone { digest: known.digest, anchors: known.anchors.clone(), into: None }))
                }
                // A sentence of a translation alone, which the translation has dropped too.
                (None, None) if new.is_none() && !self.is_kept(entry) => {
                    let own = entry.translations.first().map(|translation| translation.own);
                    self.changes.push(Change::Gone(entry.unit));
                    own.map(|digest| Gone { digest, anchors: Vec::new(), into: None })
                }
                (None, None) => None,
            };
            match new {
                Some(new) => self.entries[new].gone = gone,
                None => self.entries.push(LockEntry { unit: entry.unit, source: None, gone, translations: Vec::new() }),
            }
        }
    }

    /// Returns true if an entry has a line of an edition that does not exist at present.
    fn is_kept(&self, entry: &LockEntry) -> bool {
        entry.translations.iter().any(|line| self.is_absent(&line.lang))
    }

    /// Returns true if a language has no edition at present.
    fn is_absent(&self, lang: &str) -> bool {
        lang != self.code && !self.translations.iter().any(|it| it.code == lang)
    }

    /// Keeps the lock's lines of editions that do not exist at present, since they may be restored.
    fn keep_absent_editions(&mut self) {
        for at in 0..self.entries.len() {
            let Some(known) = self.before.entry(self.entries[at].unit) else { continue };
            let mut kept: Vec<Translation> =
                known.translations.iter().filter(|line| self.is_absent(&line.lang)).cloned().collect();
            for line in &mut kept {
                // Keep the text from which the line was made while the lock still has it.
                if let (Some(before), Some(now)) = (&known.source, &self.entries[at].source)
                    && before.digest != now.digest
                    && line.made_from == Some(before.digest)
                {
                    line.state = State::Was(before.text.clone());
                }
            }
            self.entries[at].translations.append(&mut kept);
        }
        let rank = |lang: &str| self.translations.iter().position(|it| it.code == lang).unwrap_or(usize::MAX);
        for entry in &mut self.entries {
            if entry.source.is_none() && entry.gone.is_none() {
                // No source text is left from which the line could have been made.
                entry.translations.iter_mut().for_each(|line| line.made_from = None);
            }
            entry.translations.sort_by(|a, b| (rank(&a.lang), &a.lang).cmp(&(rank(&b.lang), &b.lang)));
        }
        self.entries.retain(|entry| entry.source.is_some() || entry.gone.is_some() || !entry.translations.is_empty());
    }

    /// Reports anchors that no heading has any more.
    fn report_vanished_anchors(&mut self, source: &Document) {
        for anchor in vanished_anchors(source) {
            self.changes.push(Change::VanishedAnchor(anchor.into()));
        }
    }
}

/// Facts about the place of a unit in the source that the lock stores.
#[derive(Default)]
struct SourcePlace {
    anchors: Vec<Box<str>>,
    note: Option<Box<str>>,
    is_row: bool,
}

/// An edition that is not the source.
struct Translated<'a> {
    lang: LangId,
    code: &'a str,
    document: &'a Document,
}

/// Returns the anchors that the lock has and no heading has any more.
pub fn vanished_anchors(source: &Document) -> impl Iterator<Item = &str> {
    let known: HashSet<&str> = source
        .headings
        .iter()
        .flat_map(|heading| [heading.anchor.as_str()].into_iter().chain(heading.aliases.iter().map(|alias| &**alias)))
        .collect();
    let entries = source.lock.iter().flat_map(|lock| lock.entries());
    let anchors = entries.filter_map(|entry| entry.source.as_ref()).flat_map(|source| &source.anchors);
    anchors.map(|anchor| &**anchor).filter(move |anchor| !known.contains(anchor))
}

/// Returns the entries in the order of the source.
///
/// An entry that the source lacks stays behind the one that it followed in the former lock. A new
/// entry of a translation goes behind the one that it follows in the translation.
fn in_order(before: &Lock, entries: Vec<LockEntry>, source: &Document, translations: &[Translated<'_>]) -> Vec<LockEntry> {
    let in_source: HashSet<Unit> = entries.iter().filter(|entry| entry.source.is_some()).map(|entry| entry.unit).collect();
    let all: HashSet<Unit> = entries.iter().map(|entry| entry.unit).collect();
    let mut behind: HashMap<Option<Unit>, Vec<Unit>> = HashMap::new();
    let mut placed: HashSet<Unit> = HashSet::new();
    for &Translated { document, .. } in translations {
        let mut follows = None;
        for (line, segment) in document.segments.enumerated() {
            let own = Unit::Segment(segment.id);
            let of_source = document.sentences(line).iter().map(|&id| Unit::Segment(id)).find(|unit| in_source.contains(unit));
            let is_new = all.contains(&own) && !in_source.contains(&own) && before.entry(own).is_none();
            if is_new && placed.insert(own) {
                behind.entry(follows).or_default().push(own);
            }
            if is_new || of_source.is_some() || all.contains(&own) {
                follows = Some(if in_source.contains(&own) || all.contains(&own) { own } else { of_source.unwrap_or(own) });
            }
        }
    }
    let mut last = None;
    for entry in before.entries() {
        let unit = entry.unit;
        if all.contains(&unit) && !in_source.contains(&unit) && placed.insert(unit) {
            behind.entry(last).or_default().push(unit);
        }
        if all.contains(&unit) {
            last = Some(unit);
        }
    }
    let mut by_unit: HashMap<Unit, LockEntry> = entries.into_iter().map(|entry| (entry.unit, entry)).collect();
    let fronts = [Unit::Title, Unit::Description].into_iter().filter(|unit| in_source.contains(unit));
    let sentences = source.segments.iter().map(|segment| Unit::Segment(segment.id));
    let mut ordered = Vec::with_capacity(by_unit.len());
    for unit in fronts.map(Some).chain([None]).chain(sentences.map(Some)) {
        // Depth first, since an entry that follows another one may itself be followed.
        let mut stack = vec![unit];
        while let Some(unit) = stack.pop() {
            if let Some(unit) = unit {
                ordered.extend(by_unit.remove(&unit));
            }
            if let Some(units) = behind.remove(&unit) {
                stack.extend(units.into_iter().rev().map(Some));
            }
        }
    }
    // Nothing is left, unless entries follow each other in a circle.
    let mut rest: Vec<LockEntry> = by_unit.into_values().collect();
    rest.sort_by_key(|entry| entry.unit);
    ordered.extend(rest);
    ordered
}
