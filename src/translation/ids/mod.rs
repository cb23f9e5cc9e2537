//! Addresses of lines: the id of each line of an edition, and the alignment of two editions.
//!
//! [`address`] is the one place where a sentence of a work with a lock gets its id. It is a pure
//! function of the lines of one edition and of the lock. A sentence that is not in the lock yet
//! gets the id that `tilmash sync` will write, so pages show the same ids before and after it is
//! run. [`beads`] is the one place where two editions are aligned: by their ids alone.
//!
//! # How lines find their ids
//!
//! Lines are matched with the sentences of the lock, from the surest sign to the least sure. No
//! step undoes an earlier one, except that the ids of equal lines are made canonical last.
//!
//! 1. **The same text in the same order.** Equal ends are taken off. Then lines that occur once on
//!    both sides and grow in order are fixed points, and the stretches between these are compared
//!    in the same way: patience diff (B. Cohen, "Patience Diff Advantages",
//!    <https://bramcohen.livejournal.com/73318.html>). The stretch that remains between two fixed
//!    points is small as a rule, and a longest common subsequence is found there by the textbook's
//!    table.
//! 2. **The same text elsewhere:** it was moved. Equal texts are matched in order.
//! 3. **The same text as a gone sentence:** it has come back, and gets its id back.
//! 4. *The source edition, whose texts the lock has:* **a like text.** Likeness is the Dice
//!    coefficient of the words (L. R. Dice, 1945, <https://doi.org/10.2307/1932409>). Between fixed
//!    points, the pairs in order with the greatest sum of likeness are taken, from [`LIKE_HERE`]
//!    percent on. Then, across the text, the likest pairs go first, from [`LIKE_ELSEWHERE`] on. So
//!    if a sentence was split, its likest part keeps the id; if two were merged, the id of the
//!    likest one stays.
//! 5. **The same place.** In a gap between fixed points of the source edition, a block of new lines
//!    takes the ids of a block of as many unpaired old lines, line by line. For a translation the
//!    lock has only digests, so this step follows the exact matches. Its blocks are aligned with
//!    those of the gap by three differences: in the number of lines, in the words that both
//!    languages have (numbers, names, code, links), and in length. Places where the translation had
//!    a line go first. But if the source has lost that sentence, and a line of the translation has
//!    a new text, the translation has followed its source; then the source's new sentences go
//!    before the lost one.
//! 6. **A new id,** which no sentence of the work had before: `ids/new.rs`.
//!
//! In step 5, the lines of a footnote are matched within the note of the same label.
//!
//! At the end, lines of a translation with equal texts exchange ids among each other, so that each
//! has the id that the lock to be written will give it. If a translation matches its lock, no other
//! step is needed: `ids/canonicalize.rs`.
//!
//! A translation is addressed after its source. The source's new sentences ([`NewSegment`]) have
//! their places among those in the lock, so sentences that are added to both on one day stand side
//! by side before they are synced. A line that still stands for nothing in the source has its
//! language in its id, since no edition sees the additions of another translation at the same
//! place.
//!
//! A line of a translation that its translator marked (`= 3.2`) has the id of the mark, before all
//! steps. An edition of a work without a lock has its ids by position ([`by_position`]).
//!
//! The work is linear except for gaps, each of which is bounded: if a gap has more lines than the
//! tables may hold, only near lines are compared.

use std::collections::{HashMap, HashSet};

use crate::model::lock::{Gone, Lock, LockEntry, Source};
use crate::model::{LanguageTag, SegmentId, TextDigest, Unit};

mod beads;
mod canonicalize;
mod change;
mod gap;
mod in_order;
mod new;
mod order;
mod signs;
mod words;

pub use beads::{Bead, Side, beads};
pub use change::{Piece, change};
pub use new::by_position;
pub use order::longest_increasing;
pub use words::{likeness, sorted_words};

use new::NewIds;

/// Minimum likeness in percent of two texts between the same fixed points, for one to be the edited
/// other.
pub const LIKE_HERE: u8 = 40;

/// Minimum likeness in percent of two texts anywhere in the edition.
pub const LIKE_ELSEWHERE: u8 = 60;

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

/// The kind of a line. A line never has the place of a row of a table, nor a row that of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Sentence,
    Heading,
    Row,
}

/// The claim of a translator's marks about a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim<'a> {
    Nothing,
    /// The line translates these sentences.
    Of(&'a [SegmentId]),
    /// The line stands for nothing in the source.
    Alone,
}

/// The result of addressing an edition.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Addressed {
    /// The id of each line; no two are equal.
    pub ids: Vec<SegmentId>,
    /// The sentences of the lock that the source edition no longer has, in the order of the lock.
    /// Empty for a translation.
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
    /// takes one of them by its place.
    pub alone: Vec<SegmentId>,
    /// The ids of all sentences, if they differ from those of the lock or stand in another order.
    pub order: Option<Vec<SegmentId>>,
}

impl SourceDelta {
    /// Returns true if the lock already has all facts that translations need.
    pub fn is_empty(&self) -> bool {
        let Self { new_segments, alone, order } = self;
        new_segments.is_empty() && alone.is_empty() && order.is_none()
    }
}

/// A sentence of the source edition that the lock does not have as one of the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSegment {
    pub id: SegmentId,
    /// The last sentence before it that the lock has as one of the source.
    pub after: Option<SegmentId>,
    pub kind: Kind,
    /// Label of the footnote that the sentence is in.
    pub note: Option<Box<str>>,
}

/// Returns true if the lock has another language as its source: lines of the edition are then
/// placed in the order of that source.
pub fn is_translation(lock: &Lock, lang: &str) -> bool {
    lock.source_lang().is_some_and(|source| source != lang)
}

/// Inputs of addressing a translation, besides its lines and the lock.
#[derive(Debug, Clone, Copy, Default)]
pub struct Around<'a> {
    /// The sentences that the translator left out on purpose.
    pub omitted: &'a [SegmentId],
    /// Changes of the source edition since the lock.
    pub source_delta: Option<&'a SourceDelta>,
}

/// Gives each line of an edition its id. The source edition does not use `around`.
pub fn address(lines: &[Line<'_>], lock: &Lock, lang: &str, around: Around<'_>) -> Addressed {
    let addressed = if is_translation(lock, lang) { translation(lines, lock, lang, around) } else { source(lines, lock) };
    debug_assert!(
        addressed.ids.iter().collect::<HashSet<_>>().len() == lines.len(),
        "no two lines have one id: {:?}",
        addressed.ids
    );
    addressed
}

/// Addresses the source edition, whose texts the lock has. Its marks do not affect ids.
fn source(lines: &[Line<'_>], lock: &Lock) -> Addressed {
    let locked: Vec<Locked<'_>> = segments(lock)
        .filter_map(|(id, entry)| {
            let source = entry.source.as_ref()?;
            let (kind, note) = (kind(source), source.note.as_deref());
            Some(Locked { id, digest: source.digest, text: &source.text, kind, note })
        })
        .collect();
    let (old_digests, digests): (Vec<_>, Vec<_>) =
        (locked.iter().map(|old| old.digest).collect(), lines.iter().map(|line| line.digest).collect());
    if old_digests == digests {
        // The common case: nothing has changed.
        let ids: Vec<SegmentId> = locked.into_iter().map(|old| old.id).collect();
        let source_delta = SourceDelta { alone: alone(&ids, lines), ..SourceDelta::default() };
        return Addressed { ids, gone: Vec::new(), source_delta };
    }
    let mut pairs = order::Pairs::new(locked.len(), lines.len());
    order::same_in_order(&old_digests, &digests, &mut pairs);
    order::same_elsewhere(&old_digests, &digests, &mut pairs, |_| true);
    let mut ids: Vec<Option<SegmentId>> = vec![None; lines.len()];
    restore_deleted(lines, lock, &HashSet::new(), &pairs, &mut ids, |_| true);
    let open = |new: usize| ids[new].is_none();
    let words = words::Texts::of(&locked, lines, &pairs, open);
    gap::like_here(&mut pairs, &words, open);
    gap::like_elsewhere(&mut pairs, &words, open);
    gap::same_place(&locked, lines, &mut pairs, open);
    for (new, old) in pairs.of_new.iter().enumerate() {
        if let Some(old) = old {
            ids[new] = Some(locked[*old].id);
        }
    }
    let ids = NewIds::of(lock, &ids).fill(ids, lines, None);
    let kept: Vec<(usize, usize)> = pairs.of_old.iter().enumerate().filter_map(|(old, line)| Some((old, (*line)?))).collect();
    let gone = (0..locked.len())
        .filter(|&old| pairs.of_old[old].is_none())
        .map(|old| {
            let entry = lock.segment(locked[old].id).expect("it comes from there");
            let source = entry.source.as_ref().expect("it has one");
            let into = merged_into(old, &locked, lines, &kept).map(|line| ids[line]);
            (locked[old].id, Gone { digest: source.digest, anchors: source.anchors.clone(), into })
        })
        .collect();
    let is_moved = !locked.iter().map(|old| old.id).eq(ids.iter().copied());
    let order = is_moved.then(|| ids.clone());
    let source_delta = SourceDelta { alone: alone(&ids, lines), new_segments: new_segments(&ids, lines, lock), order };
    Addressed { ids, gone, source_delta }
}

fn kind(source: &Source) -> Kind {
    match (source.is_row, source.anchors.is_empty()) {
        (true, _) => Kind::Row,
        (false, true) => Kind::Sentence,
        (false, false) => Kind::Heading,
    }
}

fn alone(ids: &[SegmentId], lines: &[Line<'_>]) -> Vec<SegmentId> {
    ids.iter().zip(lines).filter(|(_, line)| line.claim == Claim::Alone).map(|(id, _)| *id).collect()
}

fn new_segments(ids: &[SegmentId], lines: &[Line<'_>], lock: &Lock) -> Vec<NewSegment> {
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

/// A sentence of the source as the lock has it.
struct Locked<'a> {
    id: SegmentId,
    digest: TextDigest,
    text: &'a str,
    kind: Kind,
    note: Option<&'a str>,
}

fn segments(lock: &Lock) -> impl Iterator<Item = (SegmentId, &LockEntry)> {
    lock.entries().iter().filter_map(|entry| match entry.unit {
        Unit::Segment(id) => Some((id, entry)),
        Unit::Title | Unit::Description => None,
    })
}

/// Gives unpaired lines the id of a gone sentence of the same text. Ids in `taken` are not given.
fn restore_deleted(
    lines: &[Line<'_>],
    lock: &Lock,
    taken: &HashSet<SegmentId>,
    pairs: &order::Pairs,
    ids: &mut [Option<SegmentId>],
    may: impl Fn(usize) -> bool,
) {
    let mut tombs: HashMap<TextDigest, Vec<SegmentId>> = HashMap::new();
    for (id, entry) in segments(lock).filter(|(id, entry)| entry.source.is_none() && !taken.contains(id)) {
        if let Some(gone) = &entry.gone {
            tombs.entry(gone.digest).or_default().push(id);
        }
    }
    if tombs.is_empty() {
        return;
    }
    // Reversed, so that `pop` gives back the first of several sentences with one text.
    tombs.values_mut().for_each(|ids| ids.reverse());
    let taken: HashSet<SegmentId> = ids.iter().flatten().copied().collect();
    for (new, line) in lines.iter().enumerate() {
        if pairs.of_new[new].is_none() && ids[new].is_none() && may(new) {
            let mut back = tombs.get_mut(&line.digest).into_iter().flat_map(|ids| std::iter::from_fn(|| ids.pop()));
            ids[new] = back.find(|id| !taken.contains(id));
        }
    }
}

/// Returns the line that an unpaired sentence was merged into: a neighbour that changed and has
/// most of its words. `kept` holds the pairs of an old sentence and its line.
fn merged_into(old: usize, locked: &[Locked<'_>], lines: &[Line<'_>], kept: &[(usize, usize)]) -> Option<usize> {
    const MOST: usize = 70;
    let (before, after) = kept.split_at(kept.partition_point(|&(partner, _)| partner < old));
    let own = words::words(locked[old].text);
    let mut near = before.last().into_iter().chain(after.first()).copied();
    let found = near.find(|&(partner, line)| {
        let changed = locked[partner].digest != lines[line].digest;
        changed && {
            let (now, then) = (words::words(lines[line].text), words::words(locked[partner].text));
            let (gained, had) = (words::common(&own, &now), words::common(&own, &then));
            // Words that the two sentences shared before are no evidence.
            gained * 100 >= own.len() * MOST && gained > had
        }
    });
    found.map(|(_, line)| line)
}

/// Addresses a translation: the lock has digests of its lines, and the order of the source.
fn translation(lines: &[Line<'_>], lock: &Lock, lang: &str, around: Around<'_>) -> Addressed {
    let Around { omitted, source_delta } = around;
    let mut ids: Vec<Option<SegmentId>> = vec![None; lines.len()];
    let mut taken: HashSet<SegmentId> = omitted.iter().copied().collect();
    let mut claimed = HashSet::new();
    let mut first_claims = HashSet::new();
    for (line, id) in lines.iter().zip(&mut ids) {
        if let Claim::Of(sentences) = line.claim {
            claimed.extend(sentences.iter().copied());
            // A second line of one sentence needs an anchor of its own.
            *id = sentences.first().copied().filter(|&first| first_claims.insert(first));
        }
    }
    taken.extend(&claimed);
    let source_order = match source_delta.and_then(|source_delta| source_delta.order.as_ref()) {
        Some(order) => canonicalize::Order::of(order.iter().copied()),
        None => canonicalize::Order::of(segments(lock).filter(|(_, entry)| entry.source.is_some()).map(|(id, _)| id)),
    };
    let places = places(lock, lang, source_delta, &source_order, &taken);
    let free: Vec<usize> = (0..lines.len()).filter(|&line| ids[line].is_none()).collect();
    // The places where the translation had a text, without those that marks have claimed.
    let known: Vec<usize> = (0..places.len()).filter(|&at| places[at].own.is_some()).collect();
    let previous: Vec<canonicalize::PreviousState> = known.iter().filter_map(|&at| places[at].known()).collect();
    if let Some(canonical) = canonicalize::canonicalize(previous.clone(), &source_order, &free, lines) {
        free.iter().zip(canonical).for_each(|(&line, id)| ids[line] = Some(id));
        let ids = ids.into_iter().map(|id| id.expect("free lines have canonical ids, others are claimed")).collect();
        return Addressed { ids, ..Addressed::default() };
    }
    let mut same = order::Pairs::new(known.len(), lines.len());
    canonicalize::seconds(&previous, &free, lines, &mut same);
    let unmarked: Vec<usize> = free.iter().copied().filter(|&line| !canonicalize::is_second(&lines[line])).collect();
    canonicalize::same(&previous, &unmarked, lines, &mut same);
    let mut pairs = order::Pairs::new(places.len(), lines.len());
    for (old, new) in same.of_old.iter().enumerate() {
        if let Some(new) = new {
            pairs.pair(known[old], *new);
        }
    }
    if pairs.of_new.iter().zip(&ids).any(|(pair, id)| pair.is_none() && id.is_none()) {
        // A line may be a sentence that the source has lost, but no line is one that the source
        // marks as its own alone.
        taken.extend(places.iter().zip(&pairs.of_old).filter(|(_, line)| line.is_some()).map(|(place, _)| place.id));
        taken.extend(source_delta.iter().flat_map(|source_delta| &source_delta.alone));
        restore_deleted(lines, lock, &taken, &pairs, &mut ids, |line| !canonicalize::is_second(&lines[line]));
        let back: HashMap<SegmentId, usize> = ids.iter().enumerate().filter_map(|(line, id)| Some(((*id)?, line))).collect();
        for (at, place) in places.iter().enumerate() {
            if let Some(&line) = back.get(&place.id) {
                pairs.pair(at, line);
            }
        }
        gap::by_place(&places, lines, &mut pairs, |line| ids[line].is_none());
    }
    for (line, old) in pairs.of_new.iter().enumerate() {
        if let Some(old) = old {
            ids[line] = Some(places[*old].id);
        }
    }
    let mut new = NewIds::of(lock, &ids);
    new.reserve(claimed.iter().chain(omitted).copied());
    let mut ids = new.fill(ids, lines, LanguageTag::parse(lang));
    let known = |&line: &usize| {
        let id = ids[line];
        canonicalize::PreviousState { id, digest: lines[line].digest, is_alone: !source_order.has(id) }
    };
    let canonical = canonicalize::canonicalize(free.iter().map(known).collect(), &source_order, &free, lines);
    free.iter().zip(canonical.into_iter().flatten()).for_each(|(&line, id)| ids[line] = id);
    Addressed { ids, ..Addressed::default() }
}

/// Returns the places where a line of a translation may belong, in the order of the lock. They are
/// the sentences of the present source, and those where the translation had a text.
fn places<'a>(
    lock: &'a Lock,
    lang: &str,
    source_delta: Option<&'a SourceDelta>,
    source_order: &canonicalize::Order,
    taken: &HashSet<SegmentId>,
) -> Vec<gap::Place<'a>> {
    let (new_segments, alone) =
        source_delta.map_or((&[][..], &[][..]), |source_delta| (&source_delta.new_segments, &source_delta.alone));
    let alone: HashSet<SegmentId> = alone.iter().copied().collect();
    let own = |entry: &LockEntry| entry.translation(lang).map(|translation| translation.own);
    let new_ids: HashSet<SegmentId> = new_segments.iter().map(|new_segment| new_segment.id).collect();
    let mut behind: HashMap<Option<SegmentId>, Vec<gap::Place<'a>>> = HashMap::new();
    for new_segment in new_segments {
        // A sentence that has come back may have a former translation.
        behind.entry(new_segment.after).or_default().push(gap::Place {
            id: new_segment.id,
            kind: new_segment.kind,
            own: lock.segment(new_segment.id).and_then(own),
            text: None,
            is_alone: false,
            is_gone: false,
            is_new: true,
            note: new_segment.note.as_deref(),
        });
    }
    let mut places = behind.remove(&None).unwrap_or_default();
    // A new_segment in another block than the sentence before it comes behind that sentence's whole
    // block, including its gone sentences.
    let mut waiting: Vec<gap::Place<'a>> = Vec::new();
    let mut block = None;
    for (id, entry) in segments(lock) {
        if block != Some(id.block) {
            places.append(&mut waiting);
        }
        let (own, source) = (own(entry), entry.source.as_ref());
        let is_alone = !source_order.has(id);
        if (!is_alone || own.is_some()) && !new_ids.contains(&id) {
            places.push(gap::Place {
                id,
                kind: source.map_or(Kind::Sentence, kind),
                own,
                text: source.map(|source| &*source.text),
                is_alone,
                is_gone: is_alone && id.only.is_none(),
                is_new: false,
                note: source.and_then(|source| source.note.as_deref()),
            });
        }
        if let Some(mut inserted) = behind.remove(&Some(id)) {
            places.append(&mut waiting);
            let here = inserted.iter().take_while(|place| place.id.block == id.block).count();
            waiting = inserted.split_off(here);
            places.append(&mut inserted);
        }
        block = Some(id.block);
    }
    places.append(&mut waiting);
    // A sentence that was translated before a mark declared it the source's alone keeps its place.
    let is_open = |place: &gap::Place<'_>| place.own.is_some() || !alone.contains(&place.id);
    places.retain(|place| !taken.contains(&place.id) && is_open(place));
    places
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::lock::{State, Translation};

    /// Returns the lines of a text: `|` parts lines, and `/` parts blocks.
    fn lines(text: &str) -> Vec<Line<'_>> {
        let line = |block: usize, text| Line {
            digest: TextDigest::of(text),
            text,
            block: block as u32,
            kind: Kind::Sentence,
            note: None,
            claim: Claim::Nothing,
        };
        let blocks = text.split(" / ").enumerate();
        blocks.flat_map(|(block, lines)| lines.split(" | ").map(move |text| line(block, text))).collect()
    }

    /// Returns a lock from lines such as `1.1 source text = text of the English translation`, or
    /// `gone 1.2 source text`.
    fn lock(text: &str) -> Lock {
        let entry = |line: &str| {
            let (line, translation) = line.split_once(" = ").map_or((line, None), |(line, text)| (line, Some(text)));
            let kept = line.strip_prefix("gone ");
            let (id, text) = kept.unwrap_or(line).split_once(' ').expect("an id and a text");
            let digest = TextDigest::of(text);
            let source = Source { lang: "kk".into(), digest, anchors: Vec::new(), note: None, is_row: false, text: text.into() };
            let translation = translation.map(|text| Translation {
                lang: "en".into(),
                made_from: Some(digest),
                own: TextDigest::of(text),
                state: State::Plain,
            });
            LockEntry {
                unit: Unit::parse(id).expect("an id"),
                source: kept.is_none().then_some(source),
                gone: kept.is_some().then(|| Gone { digest, anchors: Vec::new(), into: None }),
                translations: translation.into_iter().collect(),
            }
        };
        Lock::new(text.lines().map(entry).collect())
    }

    fn said(ids: &[SegmentId]) -> String {
        ids.iter().map(SegmentId::to_string).collect::<Vec<_>>().join(" ")
    }

    /// Returns the ids of the lines of a source edition, then the ids that are gone.
    fn source_ids(locked: &str, text: &str) -> String {
        let Addressed { ids, gone, .. } = address(&lines(text), &lock(locked), "kk", Around::default());
        let mut out = said(&ids);
        for (id, gone) in gone {
            out += &format!(", {id} gone");
            out += &gone.into.map(|into| format!(" into {into}")).unwrap_or_default();
        }
        out
    }

    fn translation_ids(locked: &str, text: &str) -> String {
        said(&address(&lines(text), &lock(locked), "en", Around::default()).ids)
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
    }

    #[test]
    fn a_sentence_that_comes_back_gets_its_id_back() {
        assert_eq!(source_ids("1.1 A\ngone 1.2 B\n1.3 C", "A | B | C"), "1.1 1.2 1.3");
        assert_eq!(source_ids("1.1 A\ngone 1.2 B\ngone 1.3 B\n1.4 C", "A | C | B | B | B"), "1.1 1.4 1.2 1.3 1.3a");
    }

    #[test]
    fn a_gone_sentence_leads_to_the_neighbour_that_took_its_words() {
        let both = "1.1 a b c d e f g\n1.2 h i j k l m n";
        assert_eq!(source_ids(both, "a b c d e f g h i j k l m n"), "1.1, 1.2 gone into 1.1");
        let after = "1.1 a b c d e f g\n1.2 h i j k l m n o p";
        assert_eq!(source_ids(after, "a b c d e f g h i j k l m n o p"), "1.2, 1.1 gone into 1.2");
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
            ("A | changed / C", "1.1 1.2 2.1"),
        ] {
            assert_eq!(translation_ids(LOCK, text), ids, "{text}");
        }
        // What was not translated yet is a place for a new line.
        assert_eq!(translation_ids("1.1 a = A\n1.2 b\n2.1 c = C", "A | n / C"), "1.1 1.2 2.1");
        // Equal lines keep the order of the source.
        assert_eq!(translation_ids("1.1 a = X\n1.2 b = Y\n1.3 c = X", "X | X | Y"), "1.1 1.3 1.2");
    }
}
