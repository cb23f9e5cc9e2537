//! Ids of lines, and the alignment of two editions.
//!
//! [`address`] gives each line of an edition its id, if the work has a lock. It is a pure function
//! of the lines and the lock. A sentence that the lock lacks gets the id that `tilmash sync` will
//! write, so pages show the same ids before and after it is run. Without a lock, ids are positions
//! ([`by_position`]). [`beads`] aligns two editions by their ids alone.
//!
//! # Worked example
//!
//! A work is written in English and translated into German. Its lock has the text of each English
//! sentence. Of each German sentence it has only a digest; the table shows the text instead. A
//! sentence of the id `2.2` was deleted earlier.
//!
//! ```text
//! id    English                                         German
//! 1.1 | Russia has fourteen neighbours on land.       | Russland hat vierzehn Nachbarn.
//! 1.2 | The border with Kazakhstan is the longest.    | Die Grenze zu Kasachstan ist die längste.
//! 1.3 | It was agreed in 2005.                        | Sie wurde 2005 vereinbart.
//! 1.4 | Rivers mark a third of it.                    | Ein Drittel davon sind Flüsse.
//! 2.1 | Roads cross it in many places.                | Straßen queren sie an vielen Stellen.
//! 2.2 | (gone) Pipelines cross it too.                |
//! ```
//!
//! Then the author edits the English file. Its lines get these ids, each by one of the steps that
//! the next section lists:
//!
//! ```text
//! id     English now                                     step
//! 1.1  | Russia has fourteen land neighbours.          | 4: most words are those of 1.1
//! 1.3  | It was agreed in 2005.                        | 1: same text, same order
//! 1.4  | Rivers mark a third of it.                    | 1
//! 1.2  | The border with Kazakhstan is the longest.    | 2: same text, moved
//! 1.2a | Another third runs through steppe.            | 6: new, behind 1.2
//!
//! 2.1  | Trains stop there for hours.                  | 5: the one other line of its block
//! 2.2  | Pipelines cross it too.                       | 3: the deleted text is back
//! ```
//!
//! The German translator works on the German file at the same time:
//!
//! ```text
//! id        German now                                   step
//! 1.1     | Russland grenzt an vierzehn Länder.        | 5: the one line before 1.2
//! 1.2     | Die Grenze zu Kasachstan ist die längste.  | 1: same digest, same order
//! 1.2a    | Ein weiteres Drittel ist Steppe.           | 5: between 1.2 and 1.3, like the new
//!                                                           English sentence
//! 1.3     | Sie wurde 2005 vereinbart.                 | 1
//! 1.3a-de | Das war ein langer Weg.                    | 6: no English line between 1.3 and 1.4
//! 1.4     | Ein Drittel davon sind Flüsse.             | 1
//!
//! 2.1     | Straßen queren sie an vielen Stellen.      | 1: its English text has changed, so its
//!                                                           status will be `changed`
//! ```
//!
//! # Steps
//!
//! Lines are paired with lock entries, from the strongest evidence to the weakest. No step undoes
//! an earlier one, except the last. An *anchor pair* is a pair of a longest run of pairs that stand
//! in the same order on both sides; a *gap* is a stretch between two anchor pairs.
//!
//! 1. **Equal text, same order:** by patience diff of the digests (`ids/order.rs`).
//! 2. **Equal text elsewhere:** the line was moved. Equal texts are paired in order.
//! 3. **Equal text of a deleted sentence:** it was restored, and gets its id back.
//! 4. **Similar text,** only in the source edition, since the lock has no text of a translation.
//!    Similarity is the Dice coefficient of the words (L. R. Dice, 1945,
//!    <https://doi.org/10.2307/1932409>). First, in each gap, the alignment with the greatest sum
//!    of similarities is taken; a pair needs [`MIN_SIMILARITY_IN_GAP`] percent. Then the most
//!    similar pairs anywhere are taken, from [`MIN_SIMILARITY_ANYWHERE`] percent on. So if a
//!    sentence was split, its most similar part keeps the id.
//! 5. **Same place** (`ids/gap.rs`). Lines of a footnote are compared with the footnote of the same
//!    label, other lines within their gap.
//!    * In the source edition, the remaining lines of a block take the ids of the remaining
//!      sentences of the corresponding block, if there are as many. Two blocks correspond if they
//!      have a pair. Blocks without a pair correspond in order, if the gap has as many on both
//!      sides.
//!    * In a translation, blocks are aligned by their numbers of lines, the words that both
//!      languages have (numbers, names, code, links), and their lengths. Then lines are aligned
//!      within the blocks.
//! 6. **New id,** which no sentence of the work ever had (`ids/new.rs`).
//! 7. **Canonical ids,** only in a translation: lines with equal texts exchange their ids, so that
//!    reading the new lock gives the same ids (`ids/canonicalize.rs`). If the lines of a
//!    translation have the same texts as the lock, this step alone gives the ids.
//!
//! # Translations
//!
//! A translation is addressed after its source, and gets the source's changes since the lock
//! ([`SourceDelta`]). So a sentence that is added to both on one day has one id, as `1.2a` above.
//!
//! In step 5, places where the translation had a line are preferred. But if the source has lost
//! such a sentence, and the line has a new text, the translation has followed its source: then
//! sentences that are new in the source are preferred to the lost one.
//!
//! A line that translates no sentence of the source has its language in its id, as `1.3a-de`. No
//! edition sees the additions of another translation at the same place, and their ids must differ.
//!
//! A line that its translator marked with `= 3.2` has the id `3.2` before all steps.
//!
//! # Cost
//!
//! The time is linear in the number of lines, except in gaps. If a gap is too large for a table of
//! all pairs, only lines at about the same relative position are compared.

use std::collections::{HashMap, HashSet};

use crate::base::IndexVec;
use crate::model::lock::{Gone, Lock, LockEntry, Source};
use crate::model::{LanguageTag, SegmentId, SegmentIndex, TextDigest, Unit};

mod alignment;
mod beads;
mod canonicalize;
mod features;
mod gap;
mod new;
mod order;
mod place;
mod words;

pub(crate) use beads::DisjointSets;
pub use beads::{Bead, Side, beads};
pub use new::by_position;
pub use order::longest_increasing;
pub use words::{similarity, sorted_words};

use new::NewIds;
use order::LockedIndex;

/// Minimum similarity in percent of a line and a lock entry in the same gap, for the line to be the
/// edited sentence.
pub const MIN_SIMILARITY_IN_GAP: u8 = 40;

/// Minimum similarity in percent of a line and a lock entry anywhere in the edition.
pub const MIN_SIMILARITY_ANYWHERE: u8 = 60;

/// A line of an edition.
#[derive(Debug, Clone, Copy)]
pub struct Line<'a> {
    pub digest: TextDigest,
    /// Markdown of the line, without marks.
    pub text: &'a str,
    /// Position of the block that the line is in.
    pub block: u32,
    pub kind: Kind,
    /// Label of the footnote that the line is in.
    pub note: Option<&'a str>,
    pub claim: Claim<'a>,
}

/// The lines of an edition.
pub type Lines<'a> = IndexVec<SegmentIndex, Line<'a>>;

/// Kind of a line. By place, a row of a table is paired only with a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Sentence,
    Heading,
    Row,
}

/// Statement of a translator's marks about a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim<'a> {
    Nothing,
    /// The line translates these sentences.
    Translates(&'a [SegmentId]),
    /// The line exists in this language only.
    OnlyHere,
}

/// The result of addressing an edition.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Addressed {
    /// The id of each line; no two are equal.
    pub ids: Vec<SegmentId>,
    /// The sentences that the source edition has lost since the lock was written, in the order of
    /// the lock. Empty for a translation.
    pub gone: Vec<(SegmentId, Gone)>,
    /// The changes of the source edition since the lock, for addressing its translations. Empty for
    /// a translation.
    pub source_delta: SourceDelta,
}

/// Changes of a source edition that the lock does not have yet.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SourceDelta {
    /// Sentences that the source has and the lock does not, in the order of the lines.
    pub new_segments: Vec<NewSegment>,
    /// Sentences that exist in the source only, according to its marks. No line of a translation
    /// gets one of their ids by its place.
    pub source_only: Vec<SegmentId>,
    /// The ids of all sentences, if they differ from those of the lock or stand in another order.
    pub order: Option<Vec<SegmentId>>,
}

impl SourceDelta {
    /// Returns true if a translation would get the same ids without this delta.
    pub fn is_empty(&self) -> bool {
        let Self { new_segments, source_only, order } = self;
        new_segments.is_empty() && source_only.is_empty() && order.is_none()
    }
}

/// Sentence that the source edition has got since the lock was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSegment {
    pub id: SegmentId,
    /// The nearest sentence before it that the source has both in the lock and now.
    pub after: Option<SegmentId>,
    pub kind: Kind,
    /// Label of the footnote that the sentence is in.
    pub note: Option<Box<str>>,
}

/// Returns true if the lock has another language as its source.
pub fn is_translation(lock: &Lock, lang: &str) -> bool {
    lock.source_lang().is_some_and(|source| source != lang)
}

/// Inputs of [`address`] that only translations have.
#[derive(Debug, Clone, Copy, Default)]
pub struct TranslationInputs<'a> {
    /// Sentences that the translator left out on purpose, according to marks such as `- 3.2`.
    pub omitted: &'a [SegmentId],
    /// Changes of the source edition since the lock.
    pub source_delta: Option<&'a SourceDelta>,
}

/// Gives each line of an edition its id. The source edition does not use `inputs`.
pub fn address(lines: &Lines<'_>, lock: &Lock, lang: &str, inputs: TranslationInputs<'_>) -> Addressed {
    let addressed = if is_translation(lock, lang) { translation(lines, lock, lang, inputs) } else { source(lines, lock) };
    debug_assert!(
        addressed.ids.iter().collect::<HashSet<_>>().len() == lines.len(),
        "no two lines have one id: {:?}",
        addressed.ids
    );
    addressed
}

/// Gives the lines of the source edition their ids. Marks in it do not affect ids.
fn source(lines: &Lines<'_>, lock: &Lock) -> Addressed {
    let locked: IndexVec<LockedIndex, Locked<'_>> = segments(lock)
        .filter_map(|(id, entry)| {
            let source = entry.source.as_ref()?;
            let (kind, note) = (kind(source), source.note.as_deref());
            Some(Locked { id, digest: source.digest, text: &source.text, kind, note })
        })
        .collect();
    if locked.iter().map(|entry| entry.digest).eq(lines.iter().map(|line| line.digest)) {
        // The common case: nothing has changed.
        let ids: Vec<SegmentId> = locked.iter().map(|entry| entry.id).collect();
        let source_delta = SourceDelta { source_only: source_only(&ids, lines), ..SourceDelta::default() };
        return Addressed { ids, gone: Vec::new(), source_delta };
    }
    // Steps 1 and 2.
    let mut pairs = order::Pairs::new(locked.len(), lines.len());
    let locked_digests: Vec<_> = locked.enumerated().map(|(at, entry)| (at, entry.digest)).collect();
    let digests: Vec<_> = lines.enumerated().map(|(at, line)| (at, line.digest)).collect();
    order::pair_equal_in_order(&locked_digests, &digests, &mut pairs);
    order::pair_equal_anywhere(&locked_digests, &digests, &mut pairs);
    // Step 3.
    let mut ids: IndexVec<SegmentIndex, Option<SegmentId>> = IndexVec::filled(None, lines.len());
    restore_deleted(lines, lock, &HashSet::new(), &pairs, &mut ids, |_| true);
    let is_open = |line: SegmentIndex| ids[line].is_none();
    // Step 4.
    let words = words::UnpairedWords::of(&locked, lines, &pairs, is_open);
    gap::pair_similar_in_gaps(&mut pairs, &words);
    gap::pair_similar_anywhere(&mut pairs, &words);
    // Step 5.
    gap::pair_source_by_place(&locked, lines, &mut pairs, is_open);
    for (entry, line) in pairs.iter() {
        ids[line] = Some(locked[entry].id);
    }
    // Step 6.
    let ids: IndexVec<SegmentIndex, SegmentId> = NewIds::of(lock, &ids).fill(&ids, lines, None).into();
    let kept: Vec<(LockedIndex, SegmentIndex)> = pairs.iter().collect();
    let gone = locked
        .positions()
        .filter(|&entry| pairs.current_of[entry].is_none())
        .map(|entry| {
            let id = locked[entry].id;
            let source = lock.segment(id).and_then(|entry| entry.source.as_ref()).expect("it comes from there");
            let into = merged_into(entry, &locked, lines, &kept).map(|line| ids[line]);
            (id, Gone { digest: source.digest, anchors: source.anchors.clone(), into })
        })
        .collect();
    let is_moved = !locked.iter().map(|entry| entry.id).eq(ids.iter().copied());
    let order = is_moved.then(|| ids.to_vec());
    let source_delta =
        SourceDelta { source_only: source_only(&ids, lines), new_segments: new_segments(&ids, lines, lock), order };
    Addressed { ids: ids.into(), gone, source_delta }
}

/// Returns the kind of a line of the lock. Only a heading has anchors.
fn kind(source: &Source) -> Kind {
    match (source.is_row, source.anchors.is_empty()) {
        (true, _) => Kind::Row,
        (false, true) => Kind::Sentence,
        (false, false) => Kind::Heading,
    }
}

/// Returns the ids of the lines that exist in the source only, according to their marks.
fn source_only(ids: &[SegmentId], lines: &Lines<'_>) -> Vec<SegmentId> {
    ids.iter().zip(lines).filter(|(_, line)| line.claim == Claim::OnlyHere).map(|(id, _)| *id).collect()
}

/// Returns the sentences that the source has now and not in the lock, in the order of the lines.
fn new_segments(ids: &[SegmentId], lines: &Lines<'_>, lock: &Lock) -> Vec<NewSegment> {
    let mut new_segments = Vec::new();
    let mut after = None;
    for (&id, line) in ids.iter().zip(lines) {
        if lock.segment(id).is_some_and(|entry| entry.source.is_some()) {
            after = Some(id);
        } else {
            new_segments.push(NewSegment { id, after, kind: line.kind, note: line.note.map(Into::into) });
        }
    }
    new_segments
}

/// Sentence of the source as the lock has it.
struct Locked<'a> {
    id: SegmentId,
    digest: TextDigest,
    text: &'a str,
    kind: Kind,
    note: Option<&'a str>,
}

/// Returns the lock's entries of sentences, with their ids.
fn segments(lock: &Lock) -> impl Iterator<Item = (SegmentId, &LockEntry)> {
    lock.entries().iter().filter_map(|entry| match entry.unit {
        Unit::Segment(id) => Some((id, entry)),
        Unit::Title | Unit::Description => None,
    })
}

/// Gives unpaired lines the id of a deleted sentence with the same text. Ids in `taken` are not
/// given, and must include all ids in `ids`. Lines for which `is_eligible` returns false get none.
fn restore_deleted(
    lines: &Lines<'_>,
    lock: &Lock,
    taken: &HashSet<SegmentId>,
    pairs: &order::Pairs,
    ids: &mut IndexVec<SegmentIndex, Option<SegmentId>>,
    is_eligible: impl Fn(SegmentIndex) -> bool,
) {
    let mut deleted_ids: HashMap<TextDigest, Vec<SegmentId>> = HashMap::new();
    for (id, entry) in segments(lock).filter(|(id, _)| !taken.contains(id)) {
        if let Some(gone) = &entry.gone {
            deleted_ids.entry(gone.digest).or_default().push(id);
        }
    }
    // Reversed, so that `pop` gives back the first of several sentences with one text.
    deleted_ids.values_mut().for_each(|ids| ids.reverse());
    for (at, line) in lines.enumerated() {
        if pairs.locked_of[at].is_none() && ids[at].is_none() && is_eligible(at) {
            ids[at] = deleted_ids.get_mut(&line.digest).and_then(Vec::pop);
        }
    }
}

/// Returns the line into which the unpaired lock entry `gone` was merged, if one of its neighbours
/// has changed and has gained most of its words. `kept` holds the pairs of an entry and its line.
///
/// ```text
/// lock   2.1 It is long.   2.2 It was agreed in 2005.
/// now    2.1 It is long, and was agreed in 2005.          2.2 was merged into 2.1
/// ```
fn merged_into(
    gone: LockedIndex,
    locked: &IndexVec<LockedIndex, Locked<'_>>,
    lines: &Lines<'_>,
    kept: &[(LockedIndex, SegmentIndex)],
) -> Option<SegmentIndex> {
    /// Least share of the words of `gone` that the line must have, in percent.
    const MOST: usize = 70;
    let at = kept.binary_search_by_key(&gone, |&(entry, _)| entry).expect_err("a lock entry that is gone has no pair");
    let (before, after) = kept.split_at(at);
    let own = words::words(locked[gone].text);
    let mut near = before.last().into_iter().chain(after.first()).copied();
    let found = near.find(|&(entry, line)| {
        let changed = locked[entry].digest != lines[line].digest;
        changed && {
            let (now, then) = (words::words(lines[line].text), words::words(locked[entry].text));
            let (gained, had) = (words::common(&own, &now), words::common(&own, &then));
            // Words that the two sentences shared before are no evidence.
            gained * 100 >= own.len() * MOST && gained > had
        }
    });
    found.map(|(_, line)| line)
}

/// Gives the lines of a translation their ids. The lock has the digests of its lines, and the order
/// of the source.
fn translation(lines: &Lines<'_>, lock: &Lock, lang: &str, inputs: TranslationInputs<'_>) -> Addressed {
    let TranslationInputs { omitted, source_delta } = inputs;
    let mut ids: IndexVec<SegmentIndex, Option<SegmentId>> = IndexVec::filled(None, lines.len());
    let mut taken: HashSet<SegmentId> = omitted.iter().copied().collect();
    let mut claimed = HashSet::new();
    let mut first_claims = HashSet::new();
    // A line has the id of its mark before all steps.
    for line in ids.positions() {
        if let Claim::Translates(sentences) = lines[line].claim {
            claimed.extend(sentences.iter().copied());
            // A second line of the same sentence needs an id of its own.
            ids[line] = sentences.first().copied().filter(|&first| first_claims.insert(first));
        }
    }
    taken.extend(&claimed);
    let source_order = match source_delta.and_then(|source_delta| source_delta.order.as_ref()) {
        Some(order) => canonicalize::SourceOrder::of(order.iter().copied()),
        None => canonicalize::SourceOrder::of(segments(lock).filter(|(_, entry)| entry.source.is_some()).map(|(id, _)| id)),
    };
    let places = places(lock, lang, source_delta, &source_order, &taken);
    let free: Vec<SegmentIndex> = ids.positions().filter(|&line| ids[line].is_none()).collect();
    // The places where the translation had a text, without those that marks have claimed.
    let previous: Vec<_> = places.enumerated().filter_map(|(at, place)| Some((at, place.previous_state()?))).collect();
    let states = previous.iter().map(|(_, state)| *state).collect();
    // The common case: the lines have the texts of the lock, so step 7 alone gives the ids.
    if let Some(canonical) = canonicalize::canonicalize(states, &source_order, &free, lines) {
        free.iter().zip(canonical).for_each(|(&line, id)| ids[line] = Some(id));
        let ids = ids.iter().map(|id| id.expect("free lines have canonical ids, others are claimed")).collect();
        return Addressed { ids, ..Addressed::default() };
    }
    // Steps 1 and 2.
    let mut pairs = order::Pairs::new(places.len(), lines.len());
    canonicalize::pair_repeated_claims(&previous, &free, lines, &mut pairs);
    let unmarked: Vec<SegmentIndex> = free.iter().copied().filter(|&line| !canonicalize::repeats_claim(&lines[line])).collect();
    canonicalize::pair_equal(&previous, &unmarked, lines, &mut pairs);
    // Step 3. A line may be a sentence that the source has lost, but no line is one that exists
    // in the source only.
    taken.extend(places.iter().zip(&pairs.current_of).filter(|(_, line)| line.is_some()).map(|(place, _)| place.id));
    taken.extend(source_delta.iter().flat_map(|source_delta| &source_delta.source_only));
    restore_deleted(lines, lock, &taken, &pairs, &mut ids, |line| !canonicalize::repeats_claim(&lines[line]));
    let line_of: HashMap<SegmentId, SegmentIndex> = ids.enumerated().filter_map(|(line, id)| Some(((*id)?, line))).collect();
    for (at, place) in places.enumerated() {
        if let Some(&line) = line_of.get(&place.id) {
            pairs.pair(at, line);
        }
    }
    // Step 5.
    gap::pair_translation_by_place(&places, lines, &mut pairs, |line| ids[line].is_none());
    for (place, line) in pairs.iter() {
        ids[line] = Some(places[place].id);
    }
    // Step 6.
    let mut new = NewIds::of(lock, &ids);
    new.reserve(claimed.iter().chain(omitted).copied());
    let mut ids: IndexVec<SegmentIndex, SegmentId> = new.fill(&ids, lines, LanguageTag::parse(lang)).into();
    // Step 7.
    let now = |&line: &SegmentIndex| {
        let id = ids[line];
        canonicalize::PreviousState { id, digest: lines[line].digest, is_translation_only: !source_order.has(id) }
    };
    let canonical = canonicalize::canonicalize(free.iter().map(now).collect(), &source_order, &free, lines);
    free.iter().zip(canonical.into_iter().flatten()).for_each(|(&line, id)| ids[line] = id);
    Addressed { ids: ids.into(), ..Addressed::default() }
}

/// Returns the places where a line of a translation may belong, in the order of the lock: the
/// sentences of the present source, and former sentences that the translation had. Places in
/// `taken` are left out.
///
/// ```text
/// lock             1.1  1.2  1.2a-de  2.1      German has all four
/// source now       1.1  1.1a  2.1              1.2 is deleted, 1.1a is new
/// German places    1.1  1.1a  1.2  1.2a-de  2.1
/// ```
fn places<'a>(
    lock: &'a Lock,
    lang: &str,
    source_delta: Option<&'a SourceDelta>,
    source_order: &canonicalize::SourceOrder,
    taken: &HashSet<SegmentId>,
) -> place::Places<'a> {
    let (new_segments, source_only) =
        source_delta.map_or((&[][..], &[][..]), |source_delta| (&source_delta.new_segments, &source_delta.source_only));
    let source_only: HashSet<SegmentId> = source_only.iter().copied().collect();
    let own = |entry: &LockEntry| entry.translation(lang).map(|translation| translation.own);
    let new_ids: HashSet<SegmentId> = new_segments.iter().map(|new_segment| new_segment.id).collect();
    let mut inserted_after: HashMap<Option<SegmentId>, Vec<place::Place<'a>>> = HashMap::new();
    for new_segment in new_segments {
        // A restored sentence may have a former translation.
        inserted_after.entry(new_segment.after).or_default().push(place::Place {
            id: new_segment.id,
            kind: new_segment.kind,
            former: lock.segment(new_segment.id).and_then(own),
            source_text: None,
            is_translation_only: false,
            is_gone: false,
            is_new: true,
            note: new_segment.note.as_deref(),
        });
    }
    let mut places = inserted_after.remove(&None).unwrap_or_default();
    // A new sentence in another block than the sentence before it comes behind that sentence's
    // whole block, including its deleted sentences.
    let mut next_block: Vec<place::Place<'a>> = Vec::new();
    let mut block = None;
    for (id, entry) in segments(lock) {
        if block != Some(id.block) {
            places.append(&mut next_block);
        }
        let (own, source) = (own(entry), entry.source.as_ref());
        let is_translation_only = !source_order.has(id);
        if (!is_translation_only || own.is_some()) && !new_ids.contains(&id) {
            places.push(place::Place {
                id,
                kind: source.map_or(Kind::Sentence, kind),
                former: own,
                source_text: source.map(|source| &*source.text),
                is_translation_only,
                is_gone: is_translation_only && id.only.is_none(),
                is_new: false,
                note: source.and_then(|source| source.note.as_deref()),
            });
        }
        if let Some(mut inserted) = inserted_after.remove(&Some(id)) {
            places.append(&mut next_block);
            let here = inserted.iter().take_while(|place| place.id.block == id.block).count();
            next_block = inserted.split_off(here);
            places.append(&mut inserted);
        }
        block = Some(id.block);
    }
    places.append(&mut next_block);
    // A sentence that was translated before a mark declared it the source's alone keeps its place.
    let is_open = |place: &place::Place<'_>| place.former.is_some() || !source_only.contains(&place.id);
    places.retain(|place| !taken.contains(&place.id) && is_open(place));
    places.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::lock::{State, Translation};

    /// Returns the blocks of the module's documentation that are marked as text, each as its lines
    /// without the first one.
    fn examples() -> Vec<Vec<&'static str>> {
        let doc = include_str!("mod.rs").lines().map_while(|line| line.strip_prefix("//!")).collect::<Vec<_>>();
        let blocks = doc.split(|line| line.trim().starts_with("```")).skip(1).step_by(2);
        blocks.map(|lines| lines[1..].to_vec()).collect()
    }

    /// Returns the id and the text of each line of an edition, with the number of its block.
    fn edition(example: &[&'static str]) -> Vec<(SegmentId, &'static str, u32)> {
        let mut block = 1;
        let lines = example.iter().filter_map(|line| {
            block += u32::from(line.is_empty());
            let mut cells = line.split('|').map(str::trim);
            Some((SegmentId::parse(cells.next()?)?, cells.next()?, block))
        });
        lines.collect()
    }

    #[test]
    fn the_documentation_has_a_true_example() {
        let [lock, source, translation] = examples().try_into().expect("three tables");
        let entries = lock.iter().map(|line| {
            let cells: Vec<&str> = line.split('|').map(str::trim).collect();
            let (text, own) = (cells[1], TextDigest::of(cells[2]));
            let digest = TextDigest::of(text);
            let mut entry = LockEntry {
                unit: Unit::Segment(SegmentId::parse(cells[0]).expect("an id")),
                source: None,
                gone: None,
                translations: Vec::new(),
            };
            if let Some(text) = text.strip_prefix("(gone) ") {
                entry.gone = Some(Gone { digest: TextDigest::of(text), anchors: Vec::new(), into: None });
            } else {
                let text = text.into();
                entry.source = Some(Source { lang: "en".into(), digest, anchors: Vec::new(), note: None, is_row: false, text });
                entry.translations.push(Translation { lang: "de".into(), made_from: Some(digest), own, state: State::Plain });
            }
            entry
        });
        let lock = Lock::new(entries.collect());
        let lines = |edition: &[(SegmentId, &'static str, u32)]| -> Lines<'static> {
            let line = |&(_, text, block): &(SegmentId, &'static str, u32)| {
                let (digest, kind) = (TextDigest::of(text), Kind::Sentence);
                Line { digest, text, block, kind, note: None, claim: Claim::Nothing }
            };
            edition.iter().map(line).collect()
        };
        let ids = |edition: &[(SegmentId, &str, u32)]| edition.iter().map(|&(id, _, _)| id).collect::<Vec<_>>();
        let (source, translation) = (edition(&source), edition(&translation));
        assert_eq!((lock.entries().len(), source.len(), translation.len()), (6, 7, 7));
        let addressed = address(&lines(&source), &lock, "en", TranslationInputs::default());
        assert_eq!(addressed.ids, ids(&source));
        let inputs = TranslationInputs { source_delta: Some(&addressed.source_delta), ..Default::default() };
        assert_eq!(address(&lines(&translation), &lock, "de", inputs).ids, ids(&translation));
    }

    /// Reads what stands before the words of a line: `#` for a heading, `~` for a row, `[n]` for a
    /// line of the footnote `n`, `=1.2` for the mark of a translated sentence, `+` for the mark of
    /// a line that exists in one language only.
    fn line(mut text: &str) -> Line<'_> {
        let (mut kind, mut note, mut claim) = (Kind::Sentence, None, Claim::Nothing);
        while let Some((first, rest)) = text.split_once(' ') {
            match first.split_at_checked(1) {
                Some(("#", "")) => kind = Kind::Heading,
                Some(("~", "")) => kind = Kind::Row,
                Some(("+", "")) => claim = Claim::OnlyHere,
                Some(("[", label)) => note = label.strip_suffix(']'),
                Some(("=", id)) => claim = Claim::Translates(vec![SegmentId::parse(id).expect("an id")].leak()),
                _ => break,
            }
            text = rest;
        }
        Line { digest: TextDigest::of(text), text, block: 0, kind, note, claim }
    }

    /// Returns the lines of a text: `|` parts lines, and `/` parts blocks.
    fn lines(text: &str) -> Lines<'_> {
        let blocks = text.split(" / ").enumerate();
        let line = |block: usize, text| Line { block: block as u32, ..line(text) };
        blocks.flat_map(|(block, lines)| lines.split(" | ").map(move |text| line(block, text))).collect()
    }

    /// Returns a lock from lines such as `1.1 source text = text of the English translation`, or
    /// `gone 1.2 source text`, or `1.2a-en = text that only the English translation has`.
    fn lock(text: &str) -> Lock {
        let entry = |text: &str| {
            let (source, translation) = text.split_once(" = ").map_or((text, None), |(text, own)| (text, Some(own)));
            let kept = source.strip_prefix("gone ");
            let (id, source) = kept.unwrap_or(source).split_once(' ').unwrap_or((source, ""));
            let Line { digest, text, kind, note, .. } = line(source);
            let anchors = if kind == Kind::Heading { vec!["anchor".into()] } else { Vec::new() };
            let (note, is_row) = (note.map(Into::into), kind == Kind::Row);
            let is_here = kept.is_none() && !source.is_empty();
            LockEntry {
                unit: Unit::parse(id).expect("an id"),
                source: is_here.then(|| Source { lang: "kk".into(), digest, anchors, note, is_row, text: text.into() }),
                gone: kept.is_some().then(|| Gone { digest, anchors: Vec::new(), into: None }),
                translations: Vec::from_iter(translation.map(|text| Translation {
                    lang: "en".into(),
                    made_from: is_here.then_some(digest),
                    own: TextDigest::of(text),
                    state: State::Plain,
                })),
            }
        };
        Lock::new(text.lines().map(entry).collect())
    }

    fn id(text: &str) -> SegmentId {
        SegmentId::parse(text).expect("an id")
    }

    fn said(ids: &[SegmentId]) -> String {
        ids.iter().map(SegmentId::to_string).collect::<Vec<_>>().join(" ")
    }

    /// Returns the ids of the lines of a source edition, then the ids that are gone.
    fn source_ids(locked: &str, text: &str) -> String {
        let Addressed { ids, gone, .. } = address(&lines(text), &lock(locked), "kk", TranslationInputs::default());
        let mut out = said(&ids);
        for (id, gone) in gone {
            out += &format!(", {id} gone");
            out += &gone.into.map(|into| format!(" into {into}")).unwrap_or_default();
        }
        out
    }

    fn translation_ids(locked: &str, text: &str) -> String {
        said(&address(&lines(text), &lock(locked), "en", TranslationInputs::default()).ids)
    }

    fn source_delta(locked: &str, text: &str) -> SourceDelta {
        address(&lines(text), &lock(locked), "kk", TranslationInputs::default()).source_delta
    }

    /// Returns the ids of the lines of a translation whose source has now this text.
    fn ids_after(source: &str, locked: &str, text: &str) -> String {
        let source_delta = source_delta(locked, source);
        let inputs = TranslationInputs { source_delta: Some(&source_delta), omitted: &[] };
        said(&address(&lines(text), &lock(locked), "en", inputs).ids)
    }

    #[test]
    fn new_lines_get_ids_that_no_sentence_had() {
        const LOCK: &str = "1.1 A\n1.2 B\n2.1 C";
        for (text, ids) in [
            ("A | B / C", "1.1 1.2 2.1"),
            ("A | n | B / C", "1.1 1.1a 1.2 2.1"),
            ("n | m | A | B / C", "1.0 1.0a 1.1 1.2 2.1"),
            ("A | B | n | m / C | o", "1.1 1.2 1.3 1.4 2.1 2.2"),
            ("A | B / n | m / C", "1.1 1.2 1a.1 1a.2 2.1"),
            ("A | B / n / m / C / o / p", "1.1 1.2 1a.1 1b.1 2.1 3.1 4.1"),
            ("n / A | B / C", "0.1 1.1 1.2 2.1"),
        ] {
            assert_eq!(source_ids(LOCK, text), ids, "{text}");
        }
        assert_eq!(source_ids("1.1 A\n1.2 B\ngone 1.3 C", "A | B | n"), "1.1 1.2 1.2a");
        assert_eq!(source_ids("1.1 A\n1.1a B\n1.2 C", "A | n | B | m | C"), "1.1 1.1b 1.1a 1.1c 1.2");
        assert_eq!(source_ids("1.1 A\ngone 2.1 B", "A / n"), "1.1 3.1");
        // A sentence that began in a translation has the language in its id; those after it do not.
        assert_eq!(source_ids("1.1 A\n1.1a-en B", "A | B | n"), "1.1 1.1a-en 1.2");
        assert_eq!(source_ids("1.1 A\n1.1a-en B\n1.2 C", "A | B | n | C"), "1.1 1.1a-en 1.1b 1.2");
        // Behind the greatest number there are only letters.
        assert_eq!(source_ids("1.999999998 A", "A | n | m"), "1.999999998 1.999999999 1.999999999a");
        assert_eq!(source_ids("999999998.1 A", "A / n / m"), "999999998.1 999999999.1 999999999a.1");
    }

    #[test]
    fn a_sentence_that_comes_back_gets_its_id_back() {
        assert_eq!(source_ids("1.1 A\ngone 1.2 B\n1.3 C", "A | B | C"), "1.1 1.2 1.3");
        assert_eq!(source_ids("1.1 A\ngone 1.2 B\ngone 1.3 B\n1.4 C", "A | C | B | B | B"), "1.1 1.4 1.2 1.3 1.3a");
        assert_eq!(source_ids("1.1 B\ngone 1.2 B", "B | B"), "1.1 1.2");
        // Its words make it no edit of another sentence.
        assert_eq!(source_ids("1.1 a b c d e\ngone 1.2 a b c d f", "a b c d f"), "1.2, 1.1 gone");
        assert_eq!(translation_ids("1.1 a = A\ngone 1.2 12\n1.3 c = C", "A | 12 | C"), "1.1 1.2 1.3");
        assert_eq!(translation_ids("1.1 a = A\ngone 1.2 12\n1.3 c = C", "A | =1.2 B | 12 | C"), "1.1 1.2 1.2a-en 1.3");
        let (lines, lock, omitted) = (lines("A | 12 | C"), lock("1.1 a = A\ngone 1.2 12\n1.3 c = C"), [id("1.2")]);
        let inputs = TranslationInputs { omitted: &omitted, source_delta: None };
        assert_eq!(said(&address(&lines, &lock, "en", inputs).ids), "1.1 1.1a-en 1.3");
    }

    #[test]
    fn a_gone_sentence_leads_to_the_neighbour_that_took_its_words() {
        let both = "1.1 a b c d e f g\n1.2 h i j k l m n";
        assert_eq!(source_ids(both, "a b c d e f g h i j k l m n"), "1.1, 1.2 gone into 1.1");
        let after = "1.1 a b c d e f g\n1.2 h i j k l m n o p";
        assert_eq!(source_ids(after, "a b c d e f g h i j k l m n o p"), "1.2, 1.1 gone into 1.2");
        let later = "1.1 A\n1.2 a b c d e f g\n1.3 h i j k l m n";
        assert_eq!(source_ids(later, "A | a b c d e f g h i j k l m n"), "1.1 1.2, 1.3 gone into 1.2");
        // Seven of ten words are enough, six are not.
        let ten = "1.1 q r s t u v w x y z\n1.2 a b c d e f g h i j";
        assert_eq!(source_ids(ten, "q r s t u v w x y z a b c d e f g"), "1.1, 1.2 gone into 1.1");
        assert_eq!(source_ids(ten, "q r s t u v w x y z a b c d e f"), "1.1, 1.2 gone");
        // The neighbour must have words of it that it did not have before.
        let alike = "1.1 a b c d e f g h x y\n1.2 a b c d e f g h z";
        assert_eq!(source_ids(alike, "a b c d e f g h x q"), "1.1, 1.2 gone");
        assert_eq!(source_ids(alike, "a b c d e f g h x y z"), "1.1, 1.2 gone into 1.1");
        assert_eq!(source_ids(alike, "a b c d e f g h x y"), "1.1, 1.2 gone");
    }

    #[test]
    fn new_lines_of_a_translation_have_its_language() {
        const LOCK: &str = "1.1 a = A\n1.2 b = B\n2.1 c = C";
        for (text, ids) in [
            ("A | B / C", "1.1 1.2 2.1"),
            ("A | n | B | m / C", "1.1 1.1a-en 1.2 1.2a-en 2.1"),
            ("n | A | B / C / m", "1.0-en 1.1 1.2 2.1 2a.1-en"),
            ("C / B | A", "2.1 1.2 1.1"),
            ("B | A / C", "1.2 1.1 2.1"),
            ("A | changed / C", "1.1 1.2 2.1"),
        ] {
            assert_eq!(translation_ids(LOCK, text), ids, "{text}");
        }
        // What was not translated yet is a place for a new line.
        assert_eq!(translation_ids("1.1 a = A\n1.2 b\n2.1 c = C", "A | n / C"), "1.1 1.2 2.1");
        // Equal lines keep the order of the source.
        assert_eq!(translation_ids("1.1 a = X\n1.2 b = Y\n1.3 c = X", "X | X | Y"), "1.1 1.3 1.2");
        // An equal line in the same order precedes an equal line elsewhere.
        assert_eq!(translation_ids("1.1 a = X\n1.2 b = Y\n1.3 c = X", "Y | X"), "1.2 1.3");
        // Moved lines keep their ids, even if no line has its place.
        assert_eq!(translation_ids("1.1 a = A\n1.2 b = B", "B | A"), "1.2 1.1");
    }

    #[test]
    fn a_delta_has_what_a_source_has_changed() {
        const LOCK: &str = "1.1 A\n1.2 B\n2.1 C";
        for (text, new, source_only, order) in [
            ("A | B / C", "", "", None),
            ("A | + B / C", "", "1.2", None),
            ("A | + b / C", "", "1.2", None),
            ("A | B / C | n", "2.2", "", Some("1.1 1.2 2.1 2.2")),
            ("B | A / C", "", "", Some("1.2 1.1 2.1")),
        ] {
            let delta = source_delta(LOCK, text);
            assert_eq!(said(&delta.new_segments.iter().map(|new| new.id).collect::<Vec<_>>()), new, "{text}");
            assert_eq!(said(&delta.source_only), source_only, "{text}");
            assert_eq!(delta.order.as_deref().map(said).as_deref(), order, "{text}");
            assert_eq!(delta.is_empty(), text == "A | B / C", "{text}");
        }
        let moved = SourceDelta { order: None, ..source_delta(LOCK, "A | B / C | n") };
        assert!(!moved.is_empty());
    }

    /// Returns the places of an English line when the source has the text `source`: `+` if the
    /// sentence is new there, `-` if the source has lost it, `*` if only the translation has it.
    fn place_ids(locked: &str, source: &str, taken: &[&str]) -> String {
        let (lock, delta) = (lock(locked), source_delta(locked, source));
        let order = delta.order.iter().flatten().copied();
        let order = canonicalize::SourceOrder::of(order);
        let places = places(&lock, "en", Some(&delta), &order, &taken.iter().map(|text| id(text)).collect());
        let place = |place: &place::Place<'_>| {
            let marks = [(place.is_new, "+"), (place.is_gone, "-"), (place.is_translation_only && !place.is_gone, "*")];
            place.id.to_string() + &marks.map(|(is_set, mark)| if is_set { mark } else { "" }).concat()
        };
        places.iter().map(place).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_translation_has_a_place_for_each_sentence_of_its_source_and_each_former_one() {
        const LOCK: &str = "1.1 a = A\n1.2 b = B\n1.2a-en = X\n1.3 c\n2.1 d = D\n2.2 e";
        assert_eq!(place_ids(LOCK, "a | b | c / d | e | f", &[]), "1.1 1.2 1.2a-en* 1.3 2.1 2.2 2.3+");
        // The translation never had 1.3, which is lost. New blocks come behind lost sentences.
        assert_eq!(place_ids(LOCK, "a | n / m / d | e", &[]), "1.1 1.1a+ 1.2- 1.2a-en* 1a.1+ 2.1 2.2");
        assert_eq!(place_ids(LOCK, "n / a | b | c / d | e / m", &[]), "0.1+ 1.1 1.2 1.2a-en* 1.3 2.1 2.2 3.1+");
        // A sentence that a mark has taken has no place. One that is the source's alone has a place
        // only if it has a translation.
        assert_eq!(place_ids(LOCK, "a | + b | + c / d | e | f", &["1.1", "2.2"]), "1.2 1.2a-en* 2.1 2.3+");
        // A deleted sentence that the source has again.
        assert_eq!(place_ids("1.1 a = A\ngone 1.2 b = B\n1.3 c = C\ngone 1.4 d", "a | b | c", &[]), "1.1 1.2+ 1.3");
    }

    #[test]
    fn lines_that_repeat_a_mark_have_ids_of_their_own() {
        const LOCK: &str = "1.1 a = A\n1.1a-en = X\n1.1b-en = Y\n1.2 b = B";
        for (text, ids) in [
            ("=1.1 A | =1.1 B", "1.1 1.1a-en"),
            ("=1.1 A | =1.1 Y | B", "1.1 1.1b-en 1.2"),
            ("=1.1 A | =1.1 Y | =1.1 X | B", "1.1 1.1b-en 1.1a-en 1.2"),
            ("=1.1 A | =1.1 n | B", "1.1 1.1a-en 1.2"),
        ] {
            assert_eq!(translation_ids(LOCK, text), ids, "{text}");
        }
        assert_eq!(translation_ids("1.1 a = A\n1.2 b = B", "=1.1 A | =1.1 B"), "1.1 1.1a-en");
        // Equal lines exchange their ids, so that those ascend.
        let swapped = "1.1 a = A\n2.1 b = B\n2.1a-en = Y";
        assert_eq!(translation_ids(swapped, "=2.1 B | =2.1 Y / A | =2.1 Y"), "2.1 1.1a-en 1.1 2.1a-en");
        // As long as no text changes, no id does.
        let equal = "1.1 a = A\n1.1a-en = X\n1.1b-en = X";
        assert_eq!(translation_ids(equal, "=1.1 A | + X | =1.1 X"), "1.1 1.1a-en 1.1b-en");
    }

    #[test]
    fn ids_of_equal_lines_follow_the_order_of_the_source() {
        // The source has moved 1.3. The sentence behind 1.2 is the translation's alone.
        const LOCK: &str = "1.1 a = A\n1.3 c = X\n1.2 b = B\n1.2a-en = X";
        assert_eq!(translation_ids(LOCK, "A | X | B | X"), "1.1 1.3 1.2 1.2a-en");
        assert_eq!(translation_ids(LOCK, "A | X | X | B"), "1.1 1.3 1.2a-en 1.2");
        let moved = "1.1 a = A\n1.2 b = X\n1.3 c = X";
        assert_eq!(ids_after("a | c | b", moved, "A | X | X"), "1.1 1.3 1.2");
    }

    #[test]
    fn changed_lines_of_the_source_keep_their_ids_by_place() {
        for (lock, text, ids) in [
            ("1.1 A\n2.1 B\n2.2 C\n3.1 D", "A / x | y / D", "1.1 2.1 2.2 3.1"),
            ("1.1 A\n2.1 B\n2.2 C\n3.1 D", "A / x | y | z / D", "1.1 1a.1 1a.2 1a.3 3.1, 2.1 gone, 2.2 gone"),
            // A row is no edited sentence.
            ("1.1 A\n2.1 B\n2.2 C\n3.1 D", "A / x | ~ y / D", "1.1 1a.1 1a.2 3.1, 2.1 gone, 2.2 gone"),
            // Two blocks may have changed, if both have.
            ("1.1 A\n2.1 B\n3.1 C\n4.1 D", "A / x / y / D", "1.1 2.1 3.1 4.1"),
            ("1.1 A\n2.1 B\n3.1 C\n4.1 D", "A / x / D", "1.1 1a.1 4.1, 2.1 gone, 3.1 gone"),
            // A block continues if one of its lines is there.
            ("1.1 A\n1.2 B\n2.1 C\n2.2 D", "A / x | D", "1.1 2.1 2.2, 1.2 gone"),
            ("1.1 A\n1.2 B\n2.1 C\n2.2 D", "A | x / D", "1.1 1.2 2.2, 2.1 gone"),
            // Lines of a footnote are compared with those of the same footnote.
            ("1.1 A\n2.1 [m] B\n3.1 [n] C", "A / [n] x / [m] y", "1.1 3.1 2.1"),
            ("1.1 A\n2.1 [n] B\n2.2 [n] C\n3.1 D", "A / x / y / [n] z", "1.1 4.1 5.1 6.1, 2.1 gone, 2.2 gone, 3.1 gone"),
            ("1.1 A\n2.1 [n] B\n2.2 [n] C\n3.1 D", "A / x / [n] y | [n] z | [n] w", "1.1 3.1 4.1 4.2 4.3, 2.1 gone, 2.2 gone"),
        ] {
            assert_eq!(source_ids(lock, text), ids, "{lock} {text}");
        }
    }

    #[test]
    fn changed_blocks_of_a_translation_are_aligned() {
        const THREE: &str = "1.1 a = A\n2.1 b = B\n3.1 c = C";
        const HEADING: &str = "1.1 a = A\n2.1 # b = B\n3.1 c = C";
        const SECTIONS: &str = "1.1 a = A\n2.1 # b\n3.1 c\n4.1 # d\n5.1 e = E";
        for (lock, text, ids) in [
            (THREE, "A / n / C", "1.1 2.1 3.1"),
            (THREE, "A / n | m | o / C", "1.1 2.1 2.1a-en 2.1b-en 3.1"),
            (HEADING, "A / # n / C", "1.1 2.1 3.1"),
            // No sentence translates a heading, nor do many.
            (HEADING, "A / n / C", "1.1 1a.1-en 3.1"),
            (HEADING, "A / n | m | o | p / C", "1.1 1a.1-en 1a.1a-en 1a.1b-en 1a.1c-en 3.1"),
            (THREE, "A / # n / C", "1.1 1a.1-en 3.1"),
            // No row translates a sentence. But nobody knows if a lost sentence was a row.
            (THREE, "A / ~ n / C", "1.1 1a.1-en 3.1"),
            (THREE, "A / [n] n / C", "1.1 1a.1-en 3.1"),
            ("1.1 a = A\ngone 2.1 b = B\n3.1 c = C", "A / ~ n / C", "1.1 2.1 3.1"),
            ("1.1 a = A\ngone 2.1 b = B\n3.1 c = C", "A / [n] n / C", "1.1 2.1 3.1"),
            // No line translates a part of a block that has its translation elsewhere.
            ("1.1 a = A\n1.2 b\n2.1 c = C", "A / n / C", "1.1 1a.1-en 2.1"),
            ("1.1 a = A\n2.1 b\n3.1 c = C", "A | n / C", "1.1 1.1a-en 3.1"),
            // An omitted section begins with a heading.
            (SECTIONS, "A / # n / E", "1.1 4.1 5.1"),
            // Shared words decide between two blocks, and so do lengths.
            ("1.1 a = A\n2.1 жылы 1999\n3.1 жылы 2005\n4.1 d = D", "A / year 2005 / D", "1.1 3.1 4.1"),
            (
                "1.1 абвгд = abcde\n2.1 абвгд\n3.1 абвгд абвгд абвгд\n4.1 абвгдe = abcdef",
                "abcde / efghi efghi efghi / abcdef",
                "1.1 3.1 4.1",
            ),
            (
                "1.1 абвгд еёжз = A\n2.1 # 1999 2005\n3.1 абвгд еёжз\n4.1 # жылы 1999\n5.1 e = abcd fghi",
                "A / # 1999 2005 / abcd fghi",
                "1.1 2.1 5.1",
            ),
            // Two blocks that share no words stand beside each other rather than alone.
            (
                "1.1 абвгд еёжз = abcd efgh\n2.1 жылы 1999\n3.1 2005 2010\n4.1 абвг деёж = abcd fghi",
                "abcd efgh / year 2010 / 1999 2005 / abcd fghi",
                "1.1 2.1 3.1 4.1",
            ),
        ] {
            assert_eq!(translation_ids(lock, text), ids, "{lock} {text}");
        }
    }

    #[test]
    fn a_changed_line_translates_a_new_sentence_rather_than_a_lost_or_old_one() {
        // Blocks: the source has lost one. An older untranslated one is the last choice.
        assert_eq!(ids_after("a / c / d", "1.1 a = A\n2.1 b = B\n3.1 c\n4.1 d = D", "A / n / D"), "1.1 3.1 4.1");
        assert_eq!(ids_after("a / b / d", "1.1 a = A\n2.1 b\n3.1 c = C\n4.1 d = D", "A / n / D"), "1.1 3.1 4.1");
        assert_eq!(ids_after("a / b / d", "1.1 a = A\n2a.1 b\n3.1 c = C\n4.1 d = D", "A / n / D"), "1.1 2a.1 4.1");
        // If there are lines enough, each block gets one.
        assert_eq!(ids_after("a / b / d", "1.1 a = A\n2.1 b\n3.1 c = C\n4.1 d = D", "A / n / m / D"), "1.1 2.1 3.1 4.1");
        // Shared words outweigh that.
        let shared = "1.1 абвгд еёжз = abcd efgh\n2.1 жылы 1999\n3.1 жылы 2005 = C\n4.1 абвг деёж = abcd fghi";
        let now = "абвгд еёжз / жылы 1999 / абвг деёж";
        assert_eq!(ids_after(now, shared, "abcd efgh / year 1999 / abcd fghi"), "1.1 2.1 4.1");
        // Lines of one block.
        for (source, lock, text, ids) in [
            ("a | b | c", "1.1 a\n1.2 b = B\n1.3 c = C", "n | C", "1.2 1.3"),
            ("a | n | m | c", "1.1 a = A\n1.2 b = B\n1.3 c = C", "A | x | C", "1.1 1.1a 1.3"),
            ("a | c | d", "1.1 a = A\n1.2 b = B\n1.3 c\n1.4 d = D", "A | n | D", "1.1 1.3 1.4"),
            ("a | b | d", "1.1 a = A\n1.2 b\n1.3 c = C\n1.4 d = D", "A | n | D", "1.1 1.3 1.4"),
            ("a | b | d", "1.1 a = A\n1.2a b\n1.3 c = C\n1.4 d = D", "A | n | D", "1.1 1.2a 1.4"),
            ("a | d | e", "1.1 a = A\n1.2 b = B\n1.4 d = D", "A | D | n", "1.1 1.4 1.5"),
            ("a | d", "1.1 a = A\n1.2 жылы 1999 = B\n1.3 жылы 2005 = C\n1.4 d = D", "A | year 2005 | D", "1.1 1.3 1.4"),
        ] {
            assert_eq!(ids_after(source, lock, text), ids, "{source}; {lock}; {text}");
        }
        // Nothing is left alone for having no words in common.
        let years = "1.1 a = A\n1.2 жылы 1999 2001 = B\n1.3 жылы 2005 2007 = C\n1.4 d = D";
        assert_eq!(translation_ids(years, "A | n | D"), "1.1 1.2 1.4");
        assert_eq!(translation_ids(years, "A | year 2005 | D"), "1.1 1.3 1.4");
    }
}
