//! Pairing of changed lines: by similar words, then by place.
//!
//! The functions here pair the entries and lines that exact matching has left over. Anchor pairs
//! ([`Pairs::gaps`]) cut both sides into gaps, and a line is mostly compared within its gap.
//!
//! ```text
//! lock          edition now                  ids in the source edition
//! 2.1 2.2       two lines unlike both        2.1 2.2: as many lines in the same block
//! 2.1 2.2       three lines unlike both      new ids: the numbers of lines differ; 2.1 and 2.2
//!                                            are gone
//! 2.1 2.2       one line similar to 2.2      2.2; 2.1 is gone
//! ```

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::alignment::{FORBIDDEN, max_score_alignment, min_cost_alignment};
use super::features::{COST_UNIT, EditionPair, GroupFeatures};
use super::order::{LockedIndex, Pairs};
use super::place::{Place, Places};
use super::words::UnpairedWords;
use super::{Claim, Kind, Lines, Locked, MIN_SIMILARITY_ANYWHERE, MIN_SIMILARITY_IN_GAP};
use crate::base::IndexVec;
use crate::model::{Label, SegmentIndex};

/// Maximum number of cells in a table of similarities.
const MAX_CELLS: usize = 1 << 14;

/// Number of lock entries that a line is compared with in a gap too large for a table.
const NEAR: usize = 8;

/// Maximum number of lock entries that have a word, for the word to be used in the search across
/// the whole text.
const RARE: usize = 16;

/// Pairs similar texts within each gap, in order, with the greatest sum of similarities.
pub(super) fn pair_similar_in_gaps(pairs: &mut Pairs, words: &UnpairedWords) {
    for (mut entries, mut lines) in pairs.gaps() {
        entries.retain(|&entry| pairs.current_of[entry].is_none());
        lines.retain(|&line| pairs.locked_of[line].is_none());
        if entries.len().saturating_mul(lines.len()) > MAX_CELLS {
            pair_similar_nearby(&entries, &lines, pairs, words);
            continue;
        }
        let score = |i: usize, j: usize| match words.similarity(entries[i], lines[j]) {
            similarity if similarity >= MIN_SIMILARITY_IN_GAP => u32::from(similarity),
            _ => 0,
        };
        for (i, j) in max_score_alignment(entries.len(), lines.len(), score) {
            pairs.pair(entries[i], lines[j]);
        }
    }
}

/// Pairs similar texts in a gap too large for a table. Compares each line with the next few
/// entries, and continues behind the entry that it is paired with.
fn pair_similar_nearby(entries: &[LockedIndex], lines: &[SegmentIndex], pairs: &mut Pairs, words: &UnpairedWords) {
    let mut from = 0;
    for &line in lines {
        let candidates = (from..entries.len().min(from + NEAR)).map(|at| (words.similarity(entries[at], line), at));
        let similar = candidates.filter(|&(similarity, _)| similarity >= MIN_SIMILARITY_IN_GAP);
        if let Some((_, at)) = similar.max_by_key(|&(similarity, at)| (similarity, usize::MAX - at)) {
            pairs.pair(entries[at], line);
            from = at + 1;
        }
    }
}

/// Pairs similar texts wherever they stand, the most similar first.
///
/// Only texts that share a rare word are compared, so the time stays linear.
pub(super) fn pair_similar_anywhere(pairs: &mut Pairs, words: &UnpairedWords) {
    let mut entries_with: HashMap<u64, Vec<LockedIndex>> = HashMap::new();
    for (entry, words) in words.locked.enumerated().filter(|(entry, _)| pairs.current_of[*entry].is_none()) {
        for &word in words {
            let entries = entries_with.entry(word).or_default();
            if entries.last() != Some(&entry) {
                entries.push(entry);
            }
        }
    }
    let mut found = Vec::new();
    let lines = words.current.enumerated().filter(|(line, _)| pairs.locked_of[*line].is_none());
    for (line, own) in lines {
        let rare = own.iter().filter_map(|word| entries_with.get(word)).filter(|entries| entries.len() <= RARE);
        let mut candidates: Vec<LockedIndex> = rare.flatten().copied().collect();
        candidates.sort_unstable();
        candidates.dedup();
        let similar = candidates.into_iter().map(|entry| (words.similarity(entry, line), entry));
        let similar = similar.filter(|&(similarity, _)| similarity >= MIN_SIMILARITY_ANYWHERE);
        found.extend(similar.map(|(similarity, entry)| (100 - similarity, entry, line)));
    }
    found.sort_unstable();
    for (_, entry, line) in found {
        if pairs.current_of[entry].is_none() && pairs.locked_of[line].is_none() {
            pairs.pair(entry, line);
        }
    }
}

/// Pairs the remaining lines of the source edition by place: blocks of a footnote or a gap that
/// have as many entries as lines.
pub(super) fn pair_source_by_place(
    locked: &IndexVec<LockedIndex, Locked<'_>>,
    current: &Lines<'_>,
    pairs: &mut Pairs,
    is_open: impl Fn(SegmentIndex) -> bool,
) {
    let blocks = Blocks { of_entry: &|entry| locked[entry].id.block, of_line: &|line| current[line].block };
    let mut block_pairs = BlockPairs::of(pairs, blocks);
    let entry_notes = locked.iter().map(|entry| entry.note).collect();
    let line_notes = current.iter().map(|line| line.note).collect();
    for_each_stretch(&entry_notes, &line_notes, pairs, is_open, |entries, lines, pairs| {
        let entry_groups = groups(entries.iter().copied(), blocks.of_entry);
        let line_groups = groups(lines.iter().copied(), blocks.of_line);
        let pair_lines = |entries: &[LockedIndex], lines: &[SegmentIndex], pairs: &mut Pairs| {
            let same_kind = |(&entry, &line): (&LockedIndex, &SegmentIndex)| locked[entry].kind == current[line].kind;
            if entries.len() == lines.len() && entries.iter().zip(lines).all(same_kind) {
                entries.iter().zip(lines).for_each(|(&entry, &line)| pairs.pair(entry, line));
            }
        };
        // A block that has paired lines continues the locked block of those lines.
        let mut is_used = vec![false; entry_groups.len()];
        let mut new_blocks = Vec::new();
        for lines in &line_groups {
            let Some(known) = block_pairs.locked_of.get(&(blocks.of_line)(lines[0])) else {
                new_blocks.push(lines);
                continue;
            };
            let continued = |&at: &usize| !is_used[at] && known.contains(&(blocks.of_entry)(entry_groups[at][0]));
            if let Some(at) = (0..entry_groups.len()).find(continued) {
                is_used[at] = true;
                pair_lines(&entry_groups[at], lines, pairs);
            }
        }
        let is_unpaired = |&at: &usize| !block_pairs.paired.contains(&(blocks.of_entry)(entry_groups[at][0]));
        let unpaired: Vec<usize> = (0..entry_groups.len()).filter(is_unpaired).collect();
        if unpaired.len() == new_blocks.len() {
            unpaired.into_iter().zip(new_blocks).for_each(|(at, lines)| pair_lines(&entry_groups[at], lines, pairs));
        }
        block_pairs.add(pairs, lines, blocks);
    });
}

/// Calls `pair_stretch` with the unpaired entries and lines of each stretch: first of each footnote
/// that both sides have, wherever it stands; then of each gap, without these footnotes.
///
/// `entry_notes` and `line_notes` hold the footnote's label of each entry and of each line.
fn for_each_stretch(
    entry_notes: &IndexVec<LockedIndex, Option<&str>>,
    line_notes: &IndexVec<SegmentIndex, Option<&str>>,
    pairs: &mut Pairs,
    is_open: impl Fn(SegmentIndex) -> bool,
    mut pair_stretch: impl FnMut(&[LockedIndex], &[SegmentIndex], &mut Pairs),
) {
    let labels: BTreeSet<&str> = entry_notes.iter().flatten().copied().collect();
    let shared: BTreeSet<&str> = line_notes.iter().flatten().copied().filter(|label| labels.contains(label)).collect();
    let mut by_label: BTreeMap<&str, (Vec<LockedIndex>, Vec<SegmentIndex>)> =
        shared.into_iter().map(|label| (label, Default::default())).collect();
    let free_entry = |pairs: &Pairs, entry: LockedIndex| pairs.current_of[entry].is_none();
    let free_line = |pairs: &Pairs, line: SegmentIndex| pairs.locked_of[line].is_none() && is_open(line);
    for (entry, label) in entry_notes.enumerated().filter(|(entry, _)| free_entry(pairs, *entry)) {
        if let Some((entries, _)) = label.and_then(|label| by_label.get_mut(label)) {
            entries.push(entry);
        }
    }
    for (line, label) in line_notes.enumerated().filter(|(line, _)| free_line(pairs, *line)) {
        if let Some((_, lines)) = label.and_then(|label| by_label.get_mut(label)) {
            lines.push(line);
        }
    }
    for (entries, lines) in by_label.values() {
        pair_stretch(entries, lines, pairs);
    }
    let in_shared_note = |note: Option<&str>| note.is_some_and(|label| by_label.contains_key(label));
    for (mut entries, mut lines) in pairs.gaps() {
        entries.retain(|&entry| !in_shared_note(entry_notes[entry]) && free_entry(pairs, entry));
        lines.retain(|&line| !in_shared_note(line_notes[line]) && free_line(pairs, line));
        if entries.is_empty() || lines.is_empty() {
            // There is nothing to pair, and no need to look at the words.
            continue;
        }
        pair_stretch(&entries, &lines, pairs);
    }
}

/// Splits positions into runs of the same block.
fn groups<I: Copy, B: PartialEq>(positions: impl Iterator<Item = I>, block: impl Fn(I) -> B) -> Vec<Vec<I>> {
    let mut groups: Vec<Vec<I>> = Vec::new();
    for at in positions {
        match groups.last_mut() {
            Some(last) if block(last[0]) == block(at) => last.push(at),
            _ => groups.push(vec![at]),
        }
    }
    groups
}

/// Block of each lock entry, and of each line of the edition.
#[derive(Clone, Copy)]
struct Blocks<'a> {
    of_entry: &'a dyn Fn(LockedIndex) -> Label,
    of_line: &'a dyn Fn(SegmentIndex) -> u32,
}

/// Correspondence of blocks: a locked block and a block of the edition correspond if they have a
/// pair of lines. It grows with the pairs, so that a text of many gaps is walked once.
struct BlockPairs {
    /// For each block of the edition, the locked blocks that correspond to it.
    locked_of: HashMap<u32, BTreeSet<Label>>,
    /// The locked blocks that correspond to at least one block of the edition.
    paired: HashSet<Label>,
}

impl BlockPairs {
    fn of(pairs: &Pairs, blocks: Blocks<'_>) -> Self {
        let mut block_pairs = Self { locked_of: HashMap::new(), paired: HashSet::new() };
        block_pairs.add(pairs, &pairs.locked_of.positions().collect::<Vec<_>>(), blocks);
        block_pairs
    }

    /// Adds the blocks of the paired lines among `lines`.
    fn add(&mut self, pairs: &Pairs, lines: &[SegmentIndex], blocks: Blocks<'_>) {
        for &line in lines {
            if let Some(entry) = pairs.locked_of[line] {
                self.locked_of.entry((blocks.of_line)(line)).or_default().insert((blocks.of_entry)(entry));
                self.paired.insert((blocks.of_entry)(entry));
            }
        }
    }
}

/// Pairs the lines of a translation that have changed or are new with the remaining places.
///
/// The lock has no texts of translations, so words cannot be compared with the former ones. Blocks
/// are aligned with blocks first, then lines with places inside each pair of blocks.
///
/// ```text
/// places   2.1 [2.2 2.3] 2.4      2.1 and 2.4 are paired already
/// lines     a  [ x   y ]  d
/// pairs    2.2:x  2.3:y
/// ```
pub(super) fn pair_translation_by_place(
    places: &Places<'_>,
    lines: &Lines<'_>,
    pairs: &mut Pairs,
    is_open: impl Fn(SegmentIndex) -> bool,
) {
    let blocks = Blocks { of_entry: &|place| places[place].id.block, of_line: &|line| lines[line].block };
    let mut block_pairs = BlockPairs::of(pairs, blocks);
    let editions = EditionPair::of(places, lines);
    let place_notes = places.iter().map(|place| place.note).collect();
    let line_notes = lines.iter().map(|line| line.note).collect();
    for_each_stretch(&place_notes, &line_notes, pairs, is_open, |free_places, free_lines, pairs| {
        // A line of this language alone, or a second line of a sentence, translates no sentence
        // that has a place of its own.
        let (alone, unmarked): (Vec<SegmentIndex>, Vec<SegmentIndex>) =
            free_lines.iter().copied().partition(|&line| lines[line].claim != Claim::Nothing);
        let own_places: Vec<LockedIndex> =
            free_places.iter().copied().filter(|&place| places[place].is_translation_only).collect();
        for (place, line) in own_places.into_iter().zip(alone) {
            pairs.pair(place, line);
        }
        let free_places = free_places.iter().copied().filter(|&place| pairs.current_of[place].is_none());
        let place_groups = groups(free_places, blocks.of_entry);
        let line_groups = groups(unmarked.into_iter(), blocks.of_line);
        for (place_group, line_group) in align_groups(&place_groups, &line_groups, editions, &block_pairs) {
            for (place, line) in align_lines(&place_groups[place_group], &line_groups[line_group], editions) {
                pairs.pair(place, line);
            }
        }
        block_pairs.add(pairs, free_lines, blocks);
    });
}

/// Aligns groups of places with groups of lines, in order, with the least cost.
///
/// Each group is a block, or a part of one. Two groups whose blocks correspond already cost
/// nothing. Otherwise a pair of groups costs more:
///
/// * for each line that one group has more than the other
/// * the less their shared words and their lengths agree ([`EditionPair::mismatch_cost`])
/// * if one is a heading and the other is not, or if one of the blocks corresponds to another block
/// * if the source has lost the sentences, or if they have waited for a translation for long
fn align_groups(
    place_groups: &[Vec<LockedIndex>],
    line_groups: &[Vec<SegmentIndex>],
    editions: EditionPair<'_>,
    block_pairs: &BlockPairs,
) -> Vec<(usize, usize)> {
    let EditionPair { places, lines, .. } = editions;
    let features = GroupFeatures::of(place_groups, line_groups, editions);
    // The preferences are those of [`align_lines`]: places new in the source, then places that the
    // source lost, then places that have waited longer.
    let is_gone = |group: &Vec<LockedIndex>| group.iter().all(|&place| places[place].is_gone);
    let last_gone = place_groups.iter().filter(|group| is_gone(group)).map(|group| places[group[0]].id.block.number).max();
    let is_waiting = |group: &Vec<LockedIndex>| group.iter().all(|&place| places[place].former.is_none());
    let preference_cost = |group: &Vec<LockedIndex>| match last_gone {
        Some(_) if is_gone(group) => COST_UNIT,
        Some(last) if is_waiting(group) && is_older(places[group[0]].id.block, last) => 3 * COST_UNIT / 2,
        _ => 0,
    };
    let preference_costs: Vec<u32> = place_groups.iter().map(preference_cost).collect();
    let cost = |i: usize, j: usize| {
        let (place, line) = (&places[place_groups[i][0]], &lines[line_groups[j][0]]);
        let surplus = 2 * COST_UNIT * place_groups[i].len().abs_diff(line_groups[j].len()) as u32;
        let (known, block) = (block_pairs.locked_of.get(&line.block), place.id.block);
        if known.is_some_and(|known| known.contains(&block)) {
            return 0;
        }
        // A sentence that the source lacks may have been in a note or a table, or not; nobody
        // knows.
        let is_elsewhere = place.note.is_some() != line.note.is_some() || (place.kind == Kind::Row) != (line.kind == Kind::Row);
        if is_elsewhere && !place.is_translation_only {
            return FORBIDDEN;
        }
        let other_kind = (place.kind == Kind::Heading) != (line.kind == Kind::Heading);
        let other_block = known.is_some() || block_pairs.paired.contains(&block);
        surplus
            + preference_costs[i]
            + editions.mismatch_cost(&features.places[i], &features.lines[j])
            + if other_kind || other_block { 5 * COST_UNIT } else { 0 }
    };
    // An omitted section begins with a heading as a rule, and the heading behind it begins the next
    // section. So an unpaired run that begins with another line costs more.
    let gap_cost = |lines: usize, kind: Kind, is_first: bool| {
        (2 * lines as u32 + 1) * COST_UNIT + if is_first && kind != Kind::Heading { COST_UNIT / 2 } else { 0 }
    };
    let place_gap = |i: usize, is_first: bool| gap_cost(place_groups[i].len(), places[place_groups[i][0]].kind, is_first);
    let line_gap = |j: usize, is_first: bool| gap_cost(line_groups[j].len(), lines[line_groups[j][0]].kind, is_first);
    min_cost_alignment(place_groups.len(), line_groups.len(), cost, place_gap, line_gap)
}

/// Returns true if a label was given before the numbered one was lost. Labels put in between have
/// letters, and labels added behind have a greater number.
fn is_older(label: Label, lost: u32) -> bool {
    label.suffix == 0 && label.number <= lost
}

/// Pairs the places of a block with its lines, in order. If there are too few lines, places are
/// preferred in this order:
///
/// 1. places where the translation had a line;
/// 2. places that the source has got since, if it also lost some, or else all untranslated places;
/// 3. places that the source has lost: a translation that changes there has followed its source;
/// 4. places that have waited for a translation since before that loss.
///
/// Within one class, places that the lock has precede those that it lacks. If all places are of one
/// class, shared words and lengths decide.
///
/// ```text
/// places   2.1 untranslated, 2.2 translated before      one line   2.2:line
/// places   2.1 lost by the source, 2.2 new in it        one line   2.2:line
/// ```
fn align_lines(
    place_group: &[LockedIndex],
    line_group: &[SegmentIndex],
    editions: EditionPair<'_>,
) -> Vec<(LockedIndex, SegmentIndex)> {
    let places = editions.places;
    let gone = place_group.iter().filter(|&&place| places[place].is_gone);
    let last_gone = gone.map(|&place| places[place].id.sentence.number).max();
    let class = |place: &Place<'_>| match last_gone {
        _ if place.former.is_some() && !place.is_gone => 1,
        Some(last) if !place.is_gone && is_older(place.id.sentence, last) => 4,
        Some(_) if place.is_gone => 3,
        _ => 2,
    };
    let rank = |place: LockedIndex| (class(&places[place]), places[place].is_new);
    if place_group.len() != line_group.len() && place_group.iter().all(|&place| rank(place) == rank(place_group[0])) {
        fn each<I: Copy>(group: &[I]) -> Vec<Vec<I>> {
            group.iter().map(|&at| vec![at]).collect()
        }
        let features = GroupFeatures::of(&each(place_group), &each(line_group), editions);
        let cost = |i: usize, j: usize| editions.mismatch_cost(&features.places[i], &features.lines[j]);
        // A gap costs more than any mismatch, so no line stays without a place that it could have.
        let gap = |_, _| 9 * COST_UNIT;
        let found = min_cost_alignment(place_group.len(), line_group.len(), cost, gap, gap);
        return found.into_iter().map(|(place, line)| (place_group[place], line_group[line])).collect();
    }
    let mut wanted = place_group.to_vec();
    wanted.sort_by_key(|&place| rank(place));
    wanted.truncate(line_group.len());
    wanted.sort_unstable();
    wanted.into_iter().zip(line_group.iter().copied()).collect()
}

#[cfg(test)]
mod tests {
    use super::super::words::words;
    use super::*;
    use crate::base::Idx;

    /// Returns the old partner of each new text after `pair`.
    fn partners(locked: &[&str], current: &[&str], pair: impl Fn(&mut Pairs, &UnpairedWords)) -> Vec<Option<usize>> {
        let of = |texts: &[&str]| texts.iter().map(|text| words(text)).collect::<Vec<_>>();
        let mut pairs = Pairs::new(locked.len(), current.len());
        pair(&mut pairs, &UnpairedWords { locked: of(locked).into(), current: of(current).into() });
        pairs.locked_of.iter().map(|entry| entry.map(Idx::number)).collect()
    }

    fn first<I: Idx>(count: usize) -> Vec<I> {
        I::first(count).collect()
    }

    fn here(locked: &[&str], current: &[&str]) -> Vec<Option<usize>> {
        partners(locked, current, pair_similar_in_gaps)
    }

    fn elsewhere(locked: &[&str], current: &[&str]) -> Vec<Option<usize>> {
        partners(locked, current, pair_similar_anywhere)
    }

    /// Returns texts that have no word in common.
    fn unlike(prefix: char, number: usize) -> Vec<String> {
        (0..number).map(|at| format!("{prefix}{at}x {prefix}{at}y {prefix}{at}z")).collect()
    }

    fn as_strs(texts: &[String]) -> Vec<&str> {
        texts.iter().map(String::as_str).collect()
    }

    #[test]
    fn texts_are_like_from_a_percentage_on() {
        // Two common words of five and five are 40 percent; of five and six they are 36.
        assert_eq!(here(&["a b c d e"], &["a b v w x"]), [Some(0)]);
        assert_eq!(here(&["a b c d e"], &["a b v w x y"]), [None]);
        // Three are 60 and 54 percent.
        assert_eq!(elsewhere(&["a b c d e"], &["a b c w x"]), [Some(0)]);
        assert_eq!(elsewhere(&["a b c d e"], &["a b c w x y"]), [None]);
    }

    #[test]
    fn the_likest_text_elsewhere_goes_first() {
        assert_eq!(elsewhere(&["a b c d e f", "a b c d e g"], &["a b c d e g h"]), [Some(1)]);
        assert_eq!(elsewhere(&["a b c d e f"], &["a b c d e", "a b c d e f f"]), [None, Some(0)]);
    }

    #[test]
    fn frequent_words_do_not_count_elsewhere() {
        assert_eq!(elsewhere(&["a b a"; RARE], &["a b"]), [Some(0)]);
        assert_eq!(elsewhere(&["a b a"; RARE + 1], &["a b"]), [None]);
    }

    #[test]
    fn gaps_too_large_for_a_table_look_at_the_next_few_texts() {
        for (length, expected) in [(128, Some(127)), (129, None)] {
            let (locked, mut current) = (unlike('a', length), unlike('b', 128));
            current[0].clone_from(&locked[length - 1]);
            assert_eq!(here(&as_strs(&locked), &as_strs(&current))[0], expected, "{length}");
        }
        let locked = unlike('a', 20);
        let found = |wanted: &[usize]| {
            let current: Vec<&str> = wanted.iter().map(|&at| &*locked[at]).collect();
            partners(&as_strs(&locked), &current, |pairs, texts| {
                pair_similar_nearby(&first(20), &first(current.len()), pairs, texts);
            })
        };
        assert_eq!(found(&[7, 15, 19]), [Some(7), Some(15), Some(19)]);
        assert_eq!(found(&[8]), [None]);
        assert_eq!(found(&[7, 16, 3]), [Some(7), None, None]);
        // The likest one, else the earliest.
        let next = |locked: &[&str], current: &str| {
            partners(locked, &[current], |pairs, texts| pair_similar_nearby(&first(3), &first(1), pairs, texts))
        };
        assert_eq!(next(&["a b c x", "a b c d", "a b c d"], "a b c d"), [Some(1)]);
        assert_eq!(next(&["a b x y z", "v", "a b c d e"], "a b 1 2 3"), [Some(0)]);
        assert_eq!(next(&["a x y z v", "w", "u"], "a 1 2 3 4"), [None]);
    }
}
