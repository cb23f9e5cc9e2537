//! Pairs of equal items: in the same order by patience diff, elsewhere one by one.

use std::collections::HashMap;
use std::hash::Hash;

use crate::base::diff;

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
pub(super) fn same_in_order<T: Eq + Hash>(locked: &[T], current: &[T], pairs: &mut Pairs) {
    for (old, new) in diff::matches(locked, current) {
        pairs.pair(old, new);
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

    #[test]
    fn gaps_lie_between_pairs_in_order() {
        let mut pairs = Pairs::new(4, 5);
        pairs.pair(1, 3);
        pairs.pair(3, 0);
        assert_eq!(pairs.gaps().len(), 2);
        assert_eq!(Pairs::new(2, 0).gaps(), [(0..2, 0..0)]);
        assert!(Pairs::new(0, 0).gaps().is_empty());
    }
}
