//! Pairs of equal items: in the same order by patience diff, elsewhere one by one.

use std::collections::HashMap;
use std::hash::Hash;

use crate::base::{IndexVec, diff, position};
use crate::model::SegmentIndex;

position! {
    /// Position in the list of locked items that a step compares with the lines of the edition: the
    /// sentences that the lock has, or the places in the order of the source.
    pub(super) struct LockedIndex;
}

/// Pairs of a locked item and a current item: of the sentences that the lock has, and the lines
/// that the edition has now. Each item has at most one partner.
#[derive(Debug)]
pub(super) struct Pairs {
    /// For each locked item, its partner among the current ones.
    pub(super) current_of: IndexVec<LockedIndex, Option<SegmentIndex>>,
    /// For each current item, its partner among the locked ones.
    pub(super) locked_of: IndexVec<SegmentIndex, Option<LockedIndex>>,
}

impl Pairs {
    pub(super) fn new(locked: usize, current: usize) -> Self {
        Self { current_of: IndexVec::filled(None, locked), locked_of: IndexVec::filled(None, current) }
    }

    pub(super) fn pair(&mut self, locked: LockedIndex, current: SegmentIndex) {
        debug_assert!(
            self.current_of[locked].is_none() && self.locked_of[current].is_none(),
            "a partner is not taken from another"
        );
        self.current_of[locked] = Some(current);
        self.locked_of[current] = Some(locked);
    }

    /// Returns the pairs in the order of the locked items.
    pub(super) fn iter(&self) -> impl Iterator<Item = (LockedIndex, SegmentIndex)> {
        self.current_of.enumerated().filter_map(|(locked, current)| Some((locked, (*current)?)))
    }

    /// Returns the gaps between anchor pairs, in order: the locked items and the current items of
    /// each. The anchor pairs are a longest increasing subsequence of all pairs; a gap may hold
    /// pairs that cross others.
    ///
    /// ```text
    /// locked    a b c d
    /// current   a d x c      pairs a:a c:c d:d, anchor pairs a:a d:d
    /// gaps      b c : -      - : x c
    /// ```
    pub(super) fn gaps(&self) -> Vec<(Vec<LockedIndex>, Vec<SegmentIndex>)> {
        let (mut gaps, mut gap) = (Vec::new(), (Vec::new(), Vec::new()));
        let mut current = self.locked_of.positions();
        for ((locked, partner), is_anchor) in self.current_of.enumerated().zip(longest_increasing(&self.current_of)) {
            match partner.filter(|_| is_anchor) {
                None => gap.0.push(locked),
                Some(partner) => {
                    gap.1.extend(current.by_ref().take_while(|&line| line != partner));
                    gaps.push(std::mem::take(&mut gap));
                }
            }
        }
        gap.1.extend(current);
        gaps.push(gap);
        gaps.retain(|(locked, current)| !locked.is_empty() || !current.is_empty());
        gaps
    }
}

/// Pairs equal items that stand in the same order on both sides, by patience diff.
pub(super) fn pair_equal_in_order<T: Copy + Eq + Hash>(
    locked: &[(LockedIndex, T)],
    current: &[(SegmentIndex, T)],
    pairs: &mut Pairs,
) {
    fn items<I, T: Copy>(list: &[(I, T)]) -> Vec<T> {
        list.iter().map(|(_, item)| *item).collect()
    }
    for (left, right) in diff::matches(&items(locked), &items(current)) {
        pairs.pair(locked[left].0, current[right].0);
    }
}

/// Pairs equal items wherever they stand: the first of several equal ones with the first, and so
/// on.
pub(super) fn pair_equal_anywhere<T: Copy + Eq + Hash>(
    locked: &[(LockedIndex, T)],
    current: &[(SegmentIndex, T)],
    pairs: &mut Pairs,
) {
    let mut left: HashMap<T, Vec<LockedIndex>> = HashMap::new();
    for &(at, item) in locked.iter().rev().filter(|(at, _)| pairs.current_of[*at].is_none()) {
        left.entry(item).or_default().push(at);
    }
    if left.is_empty() {
        return;
    }
    for &(at, item) in current {
        if pairs.locked_of[at].is_none()
            && let Some(partner) = left.get_mut(&item).and_then(Vec::pop)
        {
            pairs.pair(partner, at);
        }
    }
}

/// Marks the numbers that belong to a longest increasing subsequence. A missing number belongs to
/// none.
///
/// ```text
/// 3 0 - 1 2      false true false true true
/// ```
pub fn longest_increasing<T: Copy + Ord>(numbers: &[Option<T>]) -> Vec<bool> {
    // Patience sorting: `tails[n]` holds the least number that ends an increasing subsequence of
    // n + 1 numbers, and its position.
    let mut tails: Vec<(T, usize)> = Vec::new();
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
    use crate::base::Idx;

    proptest! {
        #[test]
        fn pairs_in_order_are_equal_and_grow(a in prop::collection::vec(0..6u8, 0..30), b in prop::collection::vec(0..6u8, 0..30)) {
            let mut pairs = Pairs::new(a.len(), b.len());
            let locked: Vec<_> = LockedIndex::first(a.len()).zip(a.iter().copied()).collect();
            let current: Vec<_> = SegmentIndex::first(b.len()).zip(b.iter().copied()).collect();
            pair_equal_in_order(&locked, &current, &mut pairs);
            let found: Vec<_> = pairs.iter().collect();
            prop_assert!(found.iter().all(|&(i, j)| a[i.number()] == b[j.number()]));
            prop_assert!(found.is_sorted_by(|x, y| x.0 < y.0 && x.1 < y.1));
            pair_equal_anywhere(&locked, &current, &mut pairs);
            // No item is left unpaired on both sides.
            fn left<T>(all: &[u8], of: &[Option<T>]) -> Vec<u8> {
                all.iter().zip(of).filter(|(_, it)| it.is_none()).map(|(it, _)| *it).collect()
            }
            let (x, y) = (left(&a, &pairs.current_of), left(&b, &pairs.locked_of));
            prop_assert!(!x.iter().any(|it| y.contains(it)));
        }
    }

    #[test]
    fn the_longest_run_in_order_is_kept() {
        assert_eq!(longest_increasing(&[Some(1), Some(1)]), [false, true]);
        assert_eq!(longest_increasing(&[Some(3), None, Some(1), Some(2), Some(0)]), [false, false, true, true, false]);
    }

    #[test]
    fn gaps_lie_between_anchor_pairs() {
        let mut pairs = Pairs::new(4, 5);
        pairs.pair(LockedIndex::new(1), SegmentIndex::new(3));
        pairs.pair(LockedIndex::new(3), SegmentIndex::new(0));
        let numbers = |(locked, current): (Vec<LockedIndex>, Vec<SegmentIndex>)| {
            (locked.into_iter().map(Idx::number).collect(), current.into_iter().map(Idx::number).collect())
        };
        let gaps = |pairs: Pairs| pairs.gaps().into_iter().map(numbers).collect::<Vec<(Vec<_>, Vec<_>)>>();
        assert_eq!(gaps(pairs), [(vec![0, 1, 2], vec![]), (vec![], vec![1, 2, 3, 4])]);
        assert_eq!(gaps(Pairs::new(2, 0)), [(vec![0, 1], vec![])]);
        assert!(Pairs::new(0, 0).gaps().is_empty());
    }
}
