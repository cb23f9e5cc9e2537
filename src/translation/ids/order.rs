//! Pairs of equal items: in the same order by patience diff, elsewhere one by one.

use std::collections::HashMap;
use std::hash::Hash;

use crate::base::diff;

/// Pairs of a locked item and a current item: of the sentences that the lock has, and the lines
/// that the edition has now. Each item has at most one partner.
#[derive(Debug)]
pub(super) struct Pairs {
    /// For each locked item, its partner among the current ones.
    pub(super) current_of: Vec<Option<usize>>,
    /// For each current item, its partner among the locked ones.
    pub(super) locked_of: Vec<Option<usize>>,
}

impl Pairs {
    pub(super) fn new(locked: usize, current: usize) -> Self {
        Self { current_of: vec![None; locked], locked_of: vec![None; current] }
    }

    pub(super) fn pair(&mut self, locked: usize, current: usize) {
        debug_assert!(
            self.current_of[locked].is_none() && self.locked_of[current].is_none(),
            "a partner is not taken from another"
        );
        self.current_of[locked] = Some(current);
        self.locked_of[current] = Some(locked);
    }

    /// Returns the pairs in the order of the locked items, as positions.
    pub(super) fn iter(&self) -> impl Iterator<Item = (usize, usize)> {
        self.current_of.iter().enumerate().filter_map(|(locked, current)| Some((locked, (*current)?)))
    }

    /// Returns the gaps between anchor pairs, in order: a range of locked items and one of current
    /// items for each. The anchor pairs are a longest increasing subsequence of all pairs; a gap
    /// may hold pairs that cross others.
    ///
    /// ```text
    /// locked    a b c d
    /// current   a d x c      pairs a:a c:c d:d, anchor pairs a:a d:d
    /// gaps      b c : -      - : x c
    /// ```
    pub(super) fn gaps(&self) -> Vec<(std::ops::Range<usize>, std::ops::Range<usize>)> {
        let in_order = longest_increasing(&self.current_of);
        let mut gaps = Vec::new();
        let (mut locked_from, mut current_from) = (0, 0);
        let anchors = self.iter().filter(|&(locked, _)| in_order[locked]);
        for (locked, current) in anchors.chain([(self.current_of.len(), self.locked_of.len())]) {
            if locked > locked_from || current > current_from {
                gaps.push((locked_from..locked, current_from..current));
            }
            (locked_from, current_from) = (locked + 1, current + 1);
        }
        gaps
    }
}

/// Pairs equal items that stand in the same order on both sides, by patience diff.
pub(super) fn pair_equal_in_order<T: Eq + Hash>(locked: &[T], current: &[T], pairs: &mut Pairs) {
    for (locked, current) in diff::matches(locked, current) {
        pairs.pair(locked, current);
    }
}

/// Pairs equal items wherever they stand: the first of several equal ones with the first, and so
/// on.
pub(super) fn pair_equal_anywhere<T: Copy + Eq + Hash>(locked: &[T], current: &[T], pairs: &mut Pairs) {
    let mut left: HashMap<T, Vec<usize>> = HashMap::new();
    for (at, item) in locked.iter().enumerate().rev().filter(|&(at, _)| pairs.current_of[at].is_none()) {
        left.entry(*item).or_default().push(at);
    }
    if left.is_empty() {
        return;
    }
    for (at, item) in current.iter().enumerate() {
        if pairs.locked_of[at].is_none()
            && let Some(partner) = left.get_mut(item).and_then(Vec::pop)
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
pub fn longest_increasing(numbers: &[Option<usize>]) -> Vec<bool> {
    // Patience sorting: `tails[n]` holds the least number that ends an increasing subsequence of
    // n + 1 numbers, and its position.
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
            pair_equal_in_order(&a, &b, &mut pairs);
            let found: Vec<(usize, usize)> = pairs.iter().collect();
            prop_assert!(found.iter().all(|&(i, j)| a[i] == b[j]));
            prop_assert!(found.is_sorted_by(|x, y| x.0 < y.0 && x.1 < y.1));
            pair_equal_anywhere(&a, &b, &mut pairs);
            // No item is left unpaired on both sides.
            let left = |all: &[u8], of: &[Option<usize>]| all.iter().zip(of).filter(|(_, it)| it.is_none()).map(|(it, _)| *it).collect::<Vec<_>>();
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
        pairs.pair(1, 3);
        pairs.pair(3, 0);
        assert_eq!(pairs.gaps(), [(0..3, 0..0), (4..4, 1..5)]);
        assert_eq!(Pairs::new(2, 0).gaps(), [(0..2, 0..0)]);
        assert!(Pairs::new(0, 0).gaps().is_empty());
    }
}
