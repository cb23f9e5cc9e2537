//! Alignment of changed lines: by likeness, then by place.
//!
//! ```text
//! before        after                    ids in the source edition
//! 2.1 2.2       two unlike lines         2.1 2.2: as many lines in the same block
//! 2.1 2.2       three unlike lines       new ids: the numbers of lines differ
//! 2.1 2.2       one line, like 2.2       2.2; 2.1 is gone
//! ```

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::canonicalize::PreviousState;
use super::in_order::{NEVER, best_in_order, least_in_order};
use super::order::Pairs;
use super::signs::{EditionPair, STEP, Signs};
use super::words::Texts;
use super::{Claim, Kind, LIKE_ELSEWHERE, LIKE_HERE, Line, Locked};
use crate::model::{Label, SegmentId, TextDigest};

/// Maximum number of cells in a table of likenesses.
pub(super) const TABLE: usize = 1 << 14;

/// Number of old texts that a new one is compared with in a gap too large for a table.
const NEAR: usize = 8;

/// Maximum number of old texts with a word, for the word to be used in the search across the text.
const RARE: usize = 16;

/// Pairs like texts within the gaps between fixed points, in order, with the greatest sum of
/// likenesses.
pub(super) fn like_here(pairs: &mut Pairs, texts: &Texts, open: impl Fn(usize) -> bool) {
    for (locked, current) in pairs.gaps() {
        let locked: Vec<usize> = locked.filter(|&old| pairs.of_old[old].is_none()).collect();
        let current: Vec<usize> = current.filter(|&new| pairs.of_new[new].is_none() && open(new)).collect();
        if locked.is_empty() || current.is_empty() {
            continue;
        }
        if locked.len().saturating_mul(current.len()) > TABLE {
            near(&locked, &current, pairs, texts);
            continue;
        }
        let score = |i: usize, j: usize| match texts.likeness(locked[i], current[j]) {
            likeness if likeness >= LIKE_HERE => u32::from(likeness),
            _ => 0,
        };
        for (i, j) in best_in_order(locked.len(), current.len(), score) {
            pairs.pair(locked[i], current[j]);
        }
    }
}

/// Pairs like texts in a gap too large for a table: compares each new text with the next few old
/// ones.
fn near(locked: &[usize], current: &[usize], pairs: &mut Pairs, texts: &Texts) {
    let mut from = 0;
    for &new in current {
        let candidates = (from..locked.len().min(from + NEAR)).map(|at| (texts.likeness(locked[at], new), at));
        let best =
            candidates.filter(|&(likeness, _)| likeness >= LIKE_HERE).max_by_key(|&(likeness, at)| (likeness, usize::MAX - at));
        if let Some((_, at)) = best {
            pairs.pair(locked[at], new);
            from = at + 1;
        }
    }
}

/// Pairs like texts wherever they stand, the likest first.
pub(super) fn like_elsewhere(pairs: &mut Pairs, texts: &Texts, open: impl Fn(usize) -> bool) {
    let mut holders: HashMap<u64, Vec<usize>> = HashMap::new();
    for (old, words) in texts.locked.iter().enumerate().filter(|(old, _)| pairs.of_old[*old].is_none()) {
        for &word in words {
            let holders = holders.entry(word).or_default();
            if holders.last() != Some(&old) {
                holders.push(old);
            }
        }
    }
    let mut found = Vec::new();
    for (new, words) in texts.current.iter().enumerate().filter(|(new, _)| pairs.of_new[*new].is_none() && open(*new)) {
        let rare = words.iter().filter_map(|word| holders.get(word)).filter(|holders| holders.len() <= RARE);
        let mut candidates: Vec<usize> = rare.flatten().copied().collect();
        candidates.sort_unstable();
        candidates.dedup();
        let like = candidates.into_iter().map(|old| (texts.likeness(old, new), old));
        found.extend(like.filter(|&(likeness, _)| likeness >= LIKE_ELSEWHERE).map(|(likeness, old)| (100 - likeness, old, new)));
    }
    found.sort_unstable();
    for (_, old, new) in found {
        if pairs.of_old[old].is_none() && pairs.of_new[new].is_none() {
            pairs.pair(old, new);
        }
    }
}

/// Pairs the remaining lines of the source edition by place: blocks of a footnote or a gap with as
/// many old lines as new ones.
pub(super) fn same_place(locked: &[Locked<'_>], current: &[Line<'_>], pairs: &mut Pairs, open: impl Fn(usize) -> bool) {
    let mut homes = Homes::of(pairs, |old| locked[old].id.block, |new| current[new].block);
    let notes = Notes::of(locked.iter().map(|old| old.note), current.iter().map(|new| new.note), pairs, &open);
    for (old, new) in notes.of_label.values() {
        same_blocks(old, new, &mut homes, locked, current, pairs);
    }
    for (old_range, new_range) in pairs.gaps() {
        let old: Vec<usize> = old_range.filter(|&old| !notes.has(locked[old].note) && pairs.of_old[old].is_none()).collect();
        let is_new = |new: &usize| !notes.has(current[*new].note) && pairs.of_new[*new].is_none() && open(*new);
        let new: Vec<usize> = new_range.filter(is_new).collect();
        if !old.is_empty() && !new.is_empty() {
            same_blocks(&old, &new, &mut homes, locked, current, pairs);
        }
    }
}

/// The footnotes that both sides have: for each label, the unpaired old and new lines.
struct Notes<'a> {
    of_label: BTreeMap<&'a str, (Vec<usize>, Vec<usize>)>,
}

impl<'a> Notes<'a> {
    fn of(
        locked: impl Iterator<Item = Option<&'a str>>,
        current: impl Iterator<Item = Option<&'a str>>,
        pairs: &Pairs,
        open: impl Fn(usize) -> bool,
    ) -> Self {
        let mut of_label: BTreeMap<&str, (Vec<usize>, Vec<usize>)> = BTreeMap::new();
        let mut in_both = BTreeSet::new();
        for (old, label) in locked.enumerate().filter_map(|(old, label)| Some((old, label?))) {
            let (locked, _) = of_label.entry(label).or_default();
            locked.extend(pairs.of_old[old].is_none().then_some(old));
        }
        if !of_label.is_empty() {
            for (new, label) in current.enumerate().filter_map(|(new, label)| Some((new, label?))) {
                let Some((_, current)) = of_label.get_mut(label) else { continue };
                in_both.insert(label);
                current.extend((pairs.of_new[new].is_none() && open(new)).then_some(new));
            }
        }
        of_label.retain(|label, _| in_both.contains(label));
        Self { of_label }
    }

    /// Returns true if both sides have the footnote of this label.
    fn has(&self, note: Option<&str>) -> bool {
        note.is_some_and(|label| self.of_label.contains_key(label))
    }
}

fn same_blocks(old: &[usize], new: &[usize], homes: &mut Homes, locked: &[Locked<'_>], current: &[Line<'_>], pairs: &mut Pairs) {
    let old_groups = groups(old.iter().copied(), |old| locked[old].id.block);
    let new_groups = groups(new.iter().copied(), |new| current[new].block);
    // A new block with known lines continues the old block of those lines.
    let mut used = vec![false; old_groups.len()];
    let mut strangers = Vec::new();
    for (at, group) in new_groups.iter().enumerate() {
        match homes.of_new.get(&current[group[0]].block) {
            Some(homes) => {
                let known = (0..old_groups.len()).find(|&old| !used[old] && homes.contains(&locked[old_groups[old][0]].id.block));
                if let Some(old) = known {
                    used[old] = true;
                    pair_all(&old_groups[old], group, locked, current, pairs);
                }
            }
            None => strangers.push(at),
        }
    }
    let whole: Vec<usize> =
        (0..old_groups.len()).filter(|&old| !used[old] && !homes.locked.contains(&locked[old_groups[old][0]].id.block)).collect();
    if whole.len() == strangers.len() {
        for (old, new) in whole.into_iter().zip(strangers) {
            pair_all(&old_groups[old], &new_groups[new], locked, current, pairs);
        }
    }
    homes.learn(pairs, new, |old| locked[old].id.block, |new| current[new].block);
}

fn pair_all(old_group: &[usize], new_group: &[usize], locked: &[Locked<'_>], current: &[Line<'_>], pairs: &mut Pairs) {
    let alike = |(&old, &new): (&usize, &usize)| locked[old].kind == current[new].kind;
    if old_group.len() == new_group.len() && old_group.iter().zip(new_group).all(alike) {
        for (&old, &new) in old_group.iter().zip(new_group) {
            pairs.pair(old, new);
        }
    }
}

/// Returns the positions as runs of the same block.
fn groups<B: PartialEq>(positions: impl Iterator<Item = usize>, block: impl Fn(usize) -> B) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for at in positions {
        match groups.last_mut() {
            Some(last) if block(last[0]) == block(at) => last.push(at),
            _ => groups.push(vec![at]),
        }
    }
    groups
}

/// The old blocks of the known lines, for each new block. It grows as lines become known, so that a
/// text of many gaps is walked once.
struct Homes {
    of_new: HashMap<u32, BTreeSet<Label>>,
    /// The old blocks with at least one known line.
    locked: HashSet<Label>,
}

impl Homes {
    fn of(pairs: &Pairs, old_block: impl Fn(usize) -> Label, new_block: impl Fn(usize) -> u32) -> Self {
        let mut homes = Self { of_new: HashMap::new(), locked: HashSet::new() };
        homes.learn(pairs, &(0..pairs.of_new.len()).collect::<Vec<_>>(), old_block, new_block);
        homes
    }

    /// Adds the paired lines among `current`.
    fn learn(&mut self, pairs: &Pairs, current: &[usize], old_block: impl Fn(usize) -> Label, new_block: impl Fn(usize) -> u32) {
        for &new in current {
            if let Some(old) = pairs.of_new[new] {
                self.of_new.entry(new_block(new)).or_default().insert(old_block(old));
                self.locked.insert(old_block(old));
            }
        }
    }
}

/// A place in the order of the source where a line of a translation may belong.
pub(super) struct Place<'a> {
    pub(super) id: SegmentId,
    /// The kind of the source's line; a sentence, if the source has none here.
    pub(super) kind: Kind,
    /// Digest of the translation's former text here.
    pub(super) own: Option<TextDigest>,
    /// The source's text here, if the lock has it.
    pub(super) text: Option<&'a str>,
    /// True if the source has nothing here.
    pub(super) is_alone: bool,
    /// True if the source had something here and lost it.
    pub(super) is_gone: bool,
    /// True if the lock has no source text here yet.
    pub(super) is_new: bool,
    /// The label of the footnote that the place is in.
    pub(super) note: Option<&'a str>,
}

impl Place<'_> {
    /// Returns the translation's former text here, if there was one.
    pub(super) fn known(&self) -> Option<PreviousState> {
        Some(PreviousState { id: self.id, digest: self.own?, is_alone: self.is_alone })
    }
}

/// Pairs the remaining lines of a translation with places.
pub(super) fn by_place(places: &[Place<'_>], lines: &[Line<'_>], pairs: &mut Pairs, open: impl Fn(usize) -> bool) {
    let mut homes = Homes::of(pairs, |place| places[place].id.block, |line| lines[line].block);
    let sides = EditionPair::of(places, lines);
    // Lines of a footnote that both sides have belong to that note, wherever it stands.
    let notes = Notes::of(places.iter().map(|place| place.note), lines.iter().map(|line| line.note), pairs, &open);
    for (of_places, of_lines) in notes.of_label.values() {
        in_place(of_places, of_lines, &mut homes, sides, pairs);
    }
    for (place_range, line_range) in pairs.gaps() {
        let is_left = |place: &usize| !notes.has(places[*place].note) && pairs.of_old[*place].is_none();
        let is_free = |line: &usize| !notes.has(lines[*line].note) && pairs.of_new[*line].is_none() && open(*line);
        let (left, free): (Vec<usize>, Vec<usize>) =
            (place_range.filter(is_left).collect(), line_range.filter(is_free).collect());
        if !left.is_empty() && !free.is_empty() {
            in_place(&left, &free, &mut homes, sides, pairs);
        }
    }
}

/// Pairs lines with places in a stretch without fixed points.
fn in_place(left: &[usize], free: &[usize], homes: &mut Homes, sides: EditionPair<'_>, pairs: &mut Pairs) {
    let EditionPair { places, lines, .. } = sides;
    // A second line of a sentence stands for nothing that has a place of its own.
    let (alone, unmarked): (Vec<usize>, Vec<usize>) = free.iter().copied().partition(|&line| lines[line].claim != Claim::Nothing);
    let alone_places: Vec<usize> = left.iter().copied().filter(|&place| places[place].is_alone).collect();
    for (place, line) in alone_places.into_iter().zip(alone) {
        pairs.pair(place, line);
    }
    let left = left.iter().copied().filter(|&place| pairs.of_old[place].is_none());
    let place_groups = groups(left, |place| places[place].id.block);
    let line_groups = groups(unmarked.into_iter(), |line| lines[line].block);
    for (place_group, line_group) in beside(&place_groups, &line_groups, sides, homes) {
        for (place, line) in chosen(&place_groups[place_group], &line_groups[line_group], sides) {
            pairs.pair(place, line);
        }
    }
    homes.learn(pairs, free, |place| places[place].id.block, |line| lines[line].block);
}

/// Aligns groups of places with groups of lines, in order. The cost is the difference in the number
/// of lines, and the unlikeness of the texts as far as it can be seen.
fn beside(place_groups: &[Vec<usize>], line_groups: &[Vec<usize>], sides: EditionPair<'_>, homes: &Homes) -> Vec<(usize, usize)> {
    let EditionPair { places, lines, .. } = sides;
    let signs = Signs::of(place_groups, line_groups, sides);
    // The order of preference is that of [`chosen`]: places new in the source, then places that the
    // source lost, then places that have waited longer.
    let is_gone = |group: &Vec<usize>| group.iter().all(|&place| places[place].is_gone);
    let last_gone = place_groups.iter().filter(|group| is_gone(group)).map(|group| places[group[0]].id.block.number).max();
    let waits = |group: &Vec<usize>| group.iter().all(|&place| places[place].own.is_none());
    let behind = |group: &Vec<usize>| match last_gone {
        Some(_) if is_gone(group) => STEP,
        Some(last) if waits(group) && is_older(places[group[0]].id.block, last) => 3 * STEP / 2,
        _ => 0,
    };
    let behind: Vec<u32> = place_groups.iter().map(behind).collect();
    let cost = |i: usize, j: usize| {
        let (place, line) = (place_groups[i][0], line_groups[j][0]);
        let difference = 2 * STEP * place_groups[i].len().abs_diff(line_groups[j].len()) as u32;
        let (known, block) = (homes.of_new.get(&lines[line].block), places[place].id.block);
        if known.is_some_and(|known| known.contains(&block)) {
            return 0;
        }
        let (here, there) = (&places[place], &lines[line]);
        // A sentence that the source lacks may have been in a note or a table, or not; nobody
        // knows.
        let is_elsewhere = here.note.is_some() != there.note.is_some() || (here.kind == Kind::Row) != (there.kind == Kind::Row);
        if is_elsewhere && !here.is_alone {
            return NEVER;
        }
        let other_kind = (here.kind == Kind::Heading) != (there.kind == Kind::Heading);
        let other_block = known.is_some() || homes.locked.contains(&block);
        difference
            + behind[i]
            + sides.unlikeness(&signs.of_places[i], &signs.of_lines[j])
            + if other_kind || other_block { 5 * STEP } else { 0 }
    };
    // An omitted section begins with a heading as a rule, and the heading behind it begins the next
    // section. So an unpaired run that begins with another line costs more.
    let alone = |group: &Vec<usize>, is_heading: bool, is_first: bool| {
        (2 * group.len() as u32 + 1) * STEP + if is_first && !is_heading { STEP / 2 } else { 0 }
    };
    let is_heading = |kind: Kind| kind == Kind::Heading;
    let place_alone = |i: usize, is_first: bool| alone(&place_groups[i], is_heading(places[place_groups[i][0]].kind), is_first);
    let line_alone = |j: usize, is_first: bool| alone(&line_groups[j], is_heading(lines[line_groups[j][0]].kind), is_first);
    least_in_order(place_groups.len(), line_groups.len(), cost, place_alone, line_alone)
}

/// Returns true if a label was given before the numbered one was lost. Labels put in between have
/// letters, and labels added behind have a greater number.
fn is_older(label: Label, lost: u32) -> bool {
    label.suffix == 0 && label.number <= lost
}

/// Pairs the lines of a group with its places, in order. If there are too few lines, places are
/// preferred in this order:
///
/// 1. places where the translation had a line;
/// 2. places that the source has got since, if it also lost some, or else all open places;
/// 3. places that the source has lost: a translation that changes there has followed its source;
/// 4. places that have waited for a translation since before that loss.
///
/// Within one kind, older places precede those that the lock does not have. If all places are of
/// one kind, the texts decide.
fn chosen(group: &[usize], line_group: &[usize], sides: EditionPair<'_>) -> Vec<(usize, usize)> {
    let places = sides.places;
    let mut wanted: Vec<usize> = group.to_vec();
    let last_gone = group.iter().filter(|&&place| places[place].is_gone).map(|&place| places[place].id.sentence.number).max();
    let class = |place: &Place<'_>| match last_gone {
        _ if place.own.is_some() && !place.is_gone => 0,
        Some(last) if !place.is_gone && is_older(place.id.sentence, last) => 3,
        Some(_) if place.is_gone => 2,
        _ => 1,
    };
    let rank = |place: usize| (class(&places[place]), places[place].is_new);
    if group.len() != line_group.len() && group.iter().all(|&place| rank(place) == rank(group[0])) {
        let each = |group: &[usize]| group.iter().map(|&at| vec![at]).collect::<Vec<_>>();
        let signs = Signs::of(&each(group), &each(line_group), sides);
        // The cost of staying alone is high: no line that could have a place stays without one.
        let cost = |i: usize, j: usize| sides.unlikeness(&signs.of_places[i], &signs.of_lines[j]);
        let found = least_in_order(group.len(), line_group.len(), cost, |_, _| 9 * STEP, |_, _| 9 * STEP);
        return found.into_iter().map(|(place, line)| (group[place], line_group[line])).collect();
    }
    wanted.sort_by_key(|&place| rank(place));
    wanted.truncate(line_group.len());
    wanted.sort_unstable();
    wanted.into_iter().zip(line_group.iter().copied()).collect()
}

#[cfg(test)]
mod tests {
    use super::super::words::words;
    use super::*;

    /// Returns the old partner of each new text after `pair`.
    fn partners(locked: &[&str], current: &[&str], pair: impl Fn(&mut Pairs, &Texts)) -> Vec<Option<usize>> {
        let of = |texts: &[&str]| texts.iter().map(|text| words(text)).collect::<Vec<_>>();
        let mut pairs = Pairs::new(locked.len(), current.len());
        pair(&mut pairs, &Texts { locked: of(locked), current: of(current) });
        pairs.of_new
    }

    fn here(locked: &[&str], current: &[&str]) -> Vec<Option<usize>> {
        partners(locked, current, |pairs, texts| like_here(pairs, texts, |_| true))
    }

    fn elsewhere(locked: &[&str], current: &[&str]) -> Vec<Option<usize>> {
        partners(locked, current, |pairs, texts| like_elsewhere(pairs, texts, |_| true))
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
                near(&(0..20).collect::<Vec<_>>(), &(0..current.len()).collect::<Vec<_>>(), pairs, texts);
            })
        };
        assert_eq!(found(&[7, 15, 19]), [Some(7), Some(15), Some(19)]);
        assert_eq!(found(&[8]), [None]);
        assert_eq!(found(&[7, 16, 3]), [Some(7), None, None]);
        // The likest one, else the earliest.
        let next = |locked: &[&str], current: &str| {
            partners(locked, &[current], |pairs, texts| near(&[0, 1, 2], &[0], pairs, texts))
        };
        assert_eq!(next(&["a b c x", "a b c d", "a b c d"], "a b c d"), [Some(1)]);
        assert_eq!(next(&["a b x y z", "v", "a b c d e"], "a b 1 2 3"), [Some(0)]);
        assert_eq!(next(&["a x y z v", "w", "u"], "a 1 2 3 4"), [None]);
    }
}
