//! Pairs of equal items: in the same order by patience diff, elsewhere one by one.

use std::collections::HashMap;
use std::hash::Hash;

/// Maximum number of cells in the table of a longest common subsequence.
const TABLE: usize = 1 << 16;

/// A matching of old and new items; each item has at most one partner.
#[derive(Debug)]
pub(super) struct Pairs {
    pub(super) of_old: Vec<Option<usize>>,
    pub(super) of_new: Vec<Option<usize>>,
}

impl Pairs {
    pub(super) fn new(locked: usize, current: usize) -> Self {
        Self { of_old: vec![None; locked], of_new: vec![None; current] }
    }

    pub(super) fn pair(&mut self, old: usize, new: usize) {
        debug_assert!(self.of_old[old].is_none() && self.of_new[new].is_none(), "a partner is not taken from another");
        self.of_old[old] = Some(new);
        self.of_new[new] = Some(old);
    }

    /// Returns the gaps between the fixed points: ranges of old items and of new items, in order.
    /// The fixed points are the pairs of a longest run in order; a gap may hold other pairs.
    pub(super) fn gaps(&self) -> Vec<(std::ops::Range<usize>, std::ops::Range<usize>)> {
        let in_order = longest_increasing(&self.of_old);
        let mut gaps = Vec::new();
        let (mut old_from, mut new_from) = (0, 0);
        let fixed = self.of_old.iter().enumerate().filter(|&(old, _)| in_order[old]);
        let ends = fixed.filter_map(|(old, new)| Some((old, (*new)?)));
        for (old, new) in ends.chain([(self.of_old.len(), self.of_new.len())]) {
            if old > old_from || new > new_from {
                gaps.push((old_from..old, new_from..new));
            }
            (old_from, new_from) = (old + 1, new + 1);
        }
        gaps
    }
}

/// Pairs equal items that stand in the same order on both sides, by patience diff.
///
/// A stretch without items that occur once on both sides stays unpaired if it is too large for a
/// table.
pub(super) fn same_in_order<T: Copy + Eq + Hash>(locked: &[T], current: &[T], pairs: &mut Pairs) {
    // Ranges still to be compared. It is a stack instead of a recursion, since texts may be long.
    let mut open = vec![(0..locked.len(), 0..current.len())];
    while let Some((mut old, mut new)) = open.pop() {
        while !old.is_empty() && !new.is_empty() && locked[old.start] == current[new.start] {
            pairs.pair(old.start, new.start);
            (old.start, new.start) = (old.start + 1, new.start + 1);
        }
        while !old.is_empty() && !new.is_empty() && locked[old.end - 1] == current[new.end - 1] {
            pairs.pair(old.end - 1, new.end - 1);
            (old.end, new.end) = (old.end - 1, new.end - 1);
        }
        if old.is_empty() || new.is_empty() {
            continue;
        }
        let fixed = once_on_both(locked, current, &old, &new);
        if fixed.is_empty() {
            if old.len().saturating_mul(new.len()) <= TABLE {
                table(locked, current, old, new, pairs);
            }
            continue;
        }
        let (mut old_from, mut new_from) = (old.start, new.start);
        for (at, other) in fixed {
            pairs.pair(at, other);
            open.push((old_from..at, new_from..other));
            (old_from, new_from) = (at + 1, other + 1);
        }
        open.push((old_from..old.end, new_from..new.end));
    }
}

/// Pairs the items that occur exactly once in each of two ranges; returns those of a longest run in
/// order.
fn once_on_both<T: Copy + Eq + Hash>(
    locked: &[T],
    current: &[T],
    old: &std::ops::Range<usize>,
    new: &std::ops::Range<usize>,
) -> Vec<(usize, usize)> {
    let once = |all: &[T], range: &std::ops::Range<usize>| {
        let mut seen: HashMap<T, Option<usize>> = HashMap::with_capacity(range.len());
        for at in range.clone() {
            seen.entry(all[at]).and_modify(|it| *it = None).or_insert(Some(at));
        }
        seen
    };
    let (once_new, once_old) = (once(current, new), once(locked, old));
    let found: Vec<(usize, usize)> = old
        .clone()
        .filter(|&at| once_old.get(&locked[at]) == Some(&Some(at)))
        .filter_map(|at| Some((at, (*once_new.get(&locked[at])?)?)))
        .collect();
    let partners: Vec<Option<usize>> = found.iter().map(|&(_, other)| Some(other)).collect();
    found.into_iter().zip(longest_increasing(&partners)).filter(|(_, in_order)| *in_order).map(|(pair, _)| pair).collect()
}

/// Pairs a longest common subsequence, found with a table. Among several, it takes the one that
/// pairs earliest.
fn table<T: Eq>(locked: &[T], current: &[T], old: std::ops::Range<usize>, new: std::ops::Range<usize>, pairs: &mut Pairs) {
    let width = new.len() + 1;
    let mut longest = vec![0u32; (old.len() + 1) * width];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            longest[i * width + j] = if locked[old.start + i] == current[new.start + j] {
                longest[(i + 1) * width + j + 1] + 1
            } else {
                longest[(i + 1) * width + j].max(longest[i * width + j + 1])
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    while i < old.len() && j < new.len() {
        if locked[old.start + i] == current[new.start + j] {
            pairs.pair(old.start + i, new.start + j);
            (i, j) = (i + 1, j + 1);
        } else if longest[(i + 1) * width + j] >= longest[i * width + j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
}

/// Pairs equal items wherever they stand, in order among equal ones. `may` selects the new items
/// that can be paired.
pub(super) fn same_elsewhere<T: Copy + Eq + Hash>(locked: &[T], current: &[T], pairs: &mut Pairs, may: impl Fn(usize) -> bool) {
    let mut left: HashMap<T, Vec<usize>> = HashMap::new();
    for (at, old) in locked.iter().enumerate().rev().filter(|&(at, _)| pairs.of_old[at].is_none()) {
        left.entry(*old).or_default().push(at);
    }
    if left.is_empty() {
        return;
    }
    for (at, new) in current.iter().enumerate() {
        if pairs.of_new[at].is_none()
            && may(at)
            && let Some(old) = left.get_mut(new).and_then(Vec::pop)
        {
            pairs.pair(old, at);
        }
    }
}

/// Marks the numbers that belong to a longest increasing run. A missing number belongs to none.
pub fn longest_increasing(numbers: &[Option<usize>]) -> Vec<bool> {
    // Patience sorting: `tails[n]` holds the least number that ends an increasing run of n + 1, and
    // its position.
    let mut tails: Vec<(usize, usize)> = Vec::new();
    let mut before: Vec<Option<usize>> = vec![None; numbers.len()];
    for (at, number) in numbers.iter().enumerate() {
        let Some(number) = *number else { continue };
        let place = tails.partition_point(|&(least, _)| least < number);
        before[at] = place.checked_sub(1).map(|place| tails[place].1);
        if place == tails.len() {
            tails.push((number, at));
        } else {
            tails[place] = (number, at);
        }
    }
    let mut in_order = vec![false; numbers.len()];
    let mut last = tails.last().map(|&(_, at)| at);
    while let Some(at) = last {
        in_order[at] = true;
        last = before[at];
    }
    in_order
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn pairs_in_order_are_equal_and_grow(a in prop::collection::vec(0..6u8, 0..30), b in prop::collection::vec(0..6u8, 0..30)) {
            let mut pairs = Pairs::new(a.len(), b.len());
            same_in_order(&a, &b, &mut pairs);
            let found: Vec<(usize, usize)> = pairs.of_old.iter().enumerate().filter_map(|(i, j)| Some((i, (*j)?))).collect();
            prop_assert!(found.iter().all(|&(i, j)| a[i] == b[j]));
            prop_assert!(found.is_sorted_by(|x, y| x.0 < y.0 && x.1 < y.1));
            same_elsewhere(&a, &b, &mut pairs, |_| true);
            // No item is left unpaired on both sides.
            let left = |all: &[u8], of: &[Option<usize>]| all.iter().zip(of).filter(|(_, it)| it.is_none()).map(|(it, _)| *it).collect::<Vec<_>>();
            let (x, y) = (left(&a, &pairs.of_old), left(&b, &pairs.of_new));
            prop_assert!(!x.iter().any(|it| y.contains(it)));
        }
    }

    /// Returns the length of a longest common subsequence, by trying all.
    fn longest(a: &[u8], b: &[u8]) -> usize {
        match (a, b) {
            ([x, a @ ..], [y, b @ ..]) if x == y => 1 + longest(a, b),
            ([_, rest @ ..], [_, other @ ..]) => longest(rest, b).max(longest(a, other)),
            _ => 0,
        }
    }

    proptest! {
        #[test]
        fn a_table_finds_a_longest_common_subsequence(a in prop::collection::vec(0..3u8, 2..10), b in prop::collection::vec(0..3u8, 3..10)) {
            let (old, new) = (1..a.len(), 2..b.len() - 1);
            let mut pairs = Pairs::new(a.len(), b.len());
            table(&a, &b, old.clone(), new.clone(), &mut pairs);
            let found: Vec<(usize, usize)> = pairs.of_old.iter().enumerate().filter_map(|(i, j)| Some((i, (*j)?))).collect();
            prop_assert!(found.iter().all(|&(i, j)| a[i] == b[j] && old.contains(&i) && new.contains(&j)));
            prop_assert!(found.is_sorted_by(|x, y| x.0 < y.0 && x.1 < y.1));
            prop_assert_eq!(found.len(), longest(&a[old], &b[new]));
        }
    }

    /// Returns the partners that `same_in_order` gives the characters of `old`.
    fn partners(old: &str, new: &str) -> Vec<Option<usize>> {
        let (old, new): (Vec<char>, Vec<char>) = (old.chars().collect(), new.chars().collect());
        let mut pairs = Pairs::new(old.len(), new.len());
        same_in_order(&old, &new, &mut pairs);
        pairs.of_old
    }

    #[test]
    fn what_occurs_once_on_both_sides_is_paired_first() {
        // `x` and `y` are fixed points; the `a` beside them are paired within the stretches.
        assert_eq!(partners("axaya", "aaxay"), [Some(0), Some(2), Some(3), Some(4), None]);
        // `m` occurs once; a longest common subsequence would pair the three `a` instead.
        assert_eq!(partners("1aaam2", "3maaa4"), [None, None, None, None, Some(1), None]);
        // Among equally long ones, the old items are left out first.
        assert_eq!(partners("1abab2", "3baba4"), [None, None, Some(1), Some(2), Some(3), None]);
        assert_eq!(longest_increasing(&[Some(1), Some(1)]), [false, true]);
        assert_eq!(longest_increasing(&[Some(3), None, Some(1), Some(2), Some(0)]), [false, false, true, true, false]);
    }

    #[test]
    fn a_stretch_that_is_too_large_for_a_table_stays_unpaired() {
        // Two equal items at one end of `a` and at the other of `b`, so that none is once on both.
        let text = |stranger: u32, length: usize, at: usize| -> Vec<u32> {
            let mut text = vec![stranger; length];
            (text[at], text[at + 1]) = (7, 7);
            text
        };
        for (length, expected) in [(256, 2), (257, 0)] {
            let mut pairs = Pairs::new(length, 256);
            same_in_order(&text(1, length, 9), &text(2, 256, 200), &mut pairs);
            assert_eq!(pairs.of_old.iter().flatten().count(), expected);
        }
    }

    #[test]
    fn gaps_lie_between_pairs_in_order() {
        let mut pairs = Pairs::new(4, 5);
        pairs.pair(1, 3);
        pairs.pair(3, 0);
        assert_eq!(pairs.gaps(), [(0..3, 0..0), (4..4, 1..5)]);
        assert_eq!(Pairs::new(2, 0).gaps(), [(0..2, 0..0)]);
        assert!(Pairs::new(0, 0).gaps().is_empty());
    }
}
