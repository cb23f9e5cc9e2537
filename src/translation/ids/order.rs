//! Pairs of equal items: in the same order by patience diff, elsewhere one by one.

use std::collections::HashMap;
use std::hash::Hash;

/// Maximum number of cells in the table of a longest common subsequence.
const TABLE: usize = 1 << 16;

/// Pairs of a locked item and a current item: of the sentences that the lock has, and the lines that
/// the edition has now. Each item has at most one partner.
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
        let anchors = self.current_of.iter().enumerate().filter(|&(locked, _)| in_order[locked]);
        let ends = anchors.filter_map(|(locked, current)| Some((locked, (*current)?)));
        for (locked, current) in ends.chain([(self.current_of.len(), self.locked_of.len())]) {
            if locked > locked_from || current > current_from {
                gaps.push((locked_from..locked, current_from..current));
            }
            (locked_from, current_from) = (locked + 1, current + 1);
        }
        gaps
    }
}

/// Pairs equal items that stand in the same order on both sides, by patience diff.
///
/// A stretch without items that occur once on both sides stays unpaired if it is too large for a
/// table.
pub(super) fn pair_equal_in_order<T: Copy + Eq + Hash>(locked: &[T], current: &[T], pairs: &mut Pairs) {
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

/// Pairs equal items wherever they stand: the first of several equal ones with the first, and so on.
pub(super) fn pair_equal_anywhere<T: Copy + Eq + Hash>(locked: &[T], current: &[T], pairs: &mut Pairs) {
    let mut left: HashMap<T, Vec<usize>> = HashMap::new();
    for (at, old) in locked.iter().enumerate().rev().filter(|&(at, _)| pairs.current_of[at].is_none()) {
        left.entry(*old).or_default().push(at);
    }
    if left.is_empty() {
        return;
    }
    for (at, new) in current.iter().enumerate() {
        if pairs.locked_of[at].is_none()
            && let Some(old) = left.get_mut(new).and_then(Vec::pop)
        {
            pairs.pair(old, at);
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
            let found: Vec<(usize, usize)> = pairs.current_of.iter().enumerate().filter_map(|(i, j)| Some((i, (*j)?))).collect();
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
    fn gaps_lie_between_pairs_in_order() {
        let mut pairs = Pairs::new(4, 5);
        pairs.pair(1, 3);
        pairs.pair(3, 0);
        assert_eq!(pairs.gaps().len(), 2);
        assert_eq!(Pairs::new(2, 0).gaps(), [(0..2, 0..0)]);
        assert!(Pairs::new(0, 0).gaps().is_empty());
    }
}
