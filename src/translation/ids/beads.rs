//! Aligns two editions: the rows in which their lines stand side by side.

use std::collections::HashMap;

use crate::model::{SegmentId, SegmentIndex};

/// One row of an alignment: the positions of left and right lines that mean the same; mostly 1:1.
///
/// One of the lists may be empty: then the other language does not have the sentence. Both lists
/// are sorted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bead {
    pub left: Vec<SegmentIndex>,
    pub right: Vec<SegmentIndex>,
}

/// The input of an alignment: lines of an edition, each with the ids of the sentences that it
/// stands for. Both editions use the same ids.
pub type Side<'a> = [(SegmentIndex, &'a [SegmentId])];

/// Aligns two editions: returns the connected components of lines that share an id.
///
/// The rows follow the left edition, by their first lines. A line that only the right edition has
/// comes after the row of the right line before it. For example:
///
/// ```text
/// left    1.1 | 1.2 | 1.3
/// right   1.1 1.2 | 1.2a | 1.3
/// rows    1.1+1.2 : 1.1 1.2    - : 1.2a    1.3 : 1.3
/// ```
///
/// 1. Every line of both sides is in exactly one row.
pub fn beads(left: &Side<'_>, right: &Side<'_>) -> Vec<Bead> {
    let same = |((_, a), (_, b)): (&(_, &[SegmentId]), &(_, &[SegmentId]))| a == b && a.len() == 1;
    if left.len() == right.len() && left.iter().zip(right).all(same) {
        // The common case: equal sides, each line beside one line. Ids are unique, so no row
        // is larger.
        return left.iter().zip(right).map(|(a, b)| Bead { left: vec![a.0], right: vec![b.0] }).collect();
    }
    // Lines that share an id join the row of the first line with that id. Left lines are counted
    // first, so the root of a row with a left line is a left line.
    let mut rows = DisjointSets::new(left.len() + right.len());
    let mut first_with: HashMap<SegmentId, usize> = HashMap::with_capacity(left.len());
    for (line, (_, ids)) in left.iter().chain(right).enumerate() {
        for &id in *ids {
            let first = *first_with.entry(id).or_insert(line);
            rows.join(first, line);
        }
    }
    let mut beads: Vec<Bead> = Vec::with_capacity(left.len());
    let mut bead_of: Vec<Option<usize>> = vec![None; left.len() + right.len()];
    for (at, &(line, _)) in left.iter().enumerate() {
        let root = rows.root(at);
        let bead = *bead_of[root].get_or_insert_with(|| {
            beads.push(Bead::default());
            beads.len() - 1
        });
        beads[bead].left.push(line);
    }
    // Rows without a left line, by the row that they follow; index 0 is the start of the text.
    let mut behind: Vec<Vec<usize>> = vec![Vec::new(); beads.len() + 1];
    let with_left = beads.len();
    let mut follows = 0;
    for (at, &(line, _)) in right.iter().enumerate() {
        let root = rows.root(left.len() + at);
        let bead = *bead_of[root].get_or_insert_with(|| {
            beads.push(Bead::default());
            behind[follows].push(beads.len() - 1);
            beads.len() - 1
        });
        if bead < with_left {
            follows = bead + 1;
        }
        beads[bead].right.push(line);
    }
    if beads.len() == with_left {
        return beads;
    }
    let mut ordered = Vec::with_capacity(beads.len());
    for (at, behind) in behind.into_iter().enumerate() {
        if let Some(bead) = at.checked_sub(1) {
            ordered.push(std::mem::take(&mut beads[bead]));
        }
        ordered.extend(behind.into_iter().map(|bead| std::mem::take(&mut beads[bead])));
    }
    ordered
}

/// Disjoint sets of numbers from 0 on (union-find). The root of a set is its least number.
pub(crate) struct DisjointSets {
    /// For each number, a smaller one of its set, or itself if it is the root.
    parent: Vec<usize>,
}

impl DisjointSets {
    /// Makes a set of each number below `count`.
    pub(crate) fn new(count: usize) -> Self {
        Self { parent: (0..count).collect() }
    }

    pub(crate) fn root(&mut self, mut number: usize) -> usize {
        while self.parent[number] != number {
            // Halving the path keeps the next lookup short.
            self.parent[number] = self.parent[self.parent[number]];
            number = self.parent[number];
        }
        number
    }

    pub(crate) fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        self.parent[a.max(b)] = a.min(b);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::base::Idx;

    fn side(text: &str) -> Vec<Vec<SegmentId>> {
        text.split(" | ")
            .filter(|line| !line.is_empty())
            .map(|line| line.split(' ').map(|id| SegmentId::parse(id).unwrap()).collect())
            .collect()
    }

    fn numbered(side: &[Vec<SegmentId>]) -> Vec<(SegmentIndex, &[SegmentId])> {
        SegmentIndex::first(side.len()).zip(side.iter().map(Vec::as_slice)).collect()
    }

    /// Returns the rows as `left:right`, by positions.
    fn rows(left: &str, right: &str) -> String {
        let (left, right) = (side(left), side(right));
        let list = |lines: &[SegmentIndex]| lines.iter().map(|line| line.number().to_string()).collect::<Vec<_>>().join("+");
        beads(&numbered(&left), &numbered(&right))
            .iter()
            .map(|bead| format!("{}:{}", list(&bead.left), list(&bead.right)))
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[test]
    fn lines_that_share_an_id_are_in_one_row() {
        assert_eq!(rows("1.1 | 1.2", "1.1 | 1.2"), "0:0 1:1");
        assert_eq!(rows("1.1 | 1.2 | 1.3", "1.1 1.2 | 1.3"), "0+1:0 2:1");
        assert_eq!(rows("1.1 | 1.2", "1.1 | 1.1 | 1.2"), "0:0+1 1:2");
        assert_eq!(rows("1.1 | 1.2 | 1.3", "1.3 | 1.1 | 1.2"), "0:1 1:2 2:0");
        assert_eq!(rows("1.1 | 1.2", "1.1 | 1.1a | 1.2"), "0:0 :1 1:2");
        assert_eq!(rows("1.1 | 1.2", "1.0 | 1.2 | 1.3"), ":0 0: 1:1 :2");
        assert_eq!(rows("1.1 | 1.2 | 1.3", "1.1 1.3 | 1.2"), "0+2:0 1:1");
        assert_eq!(rows("1.1 1.2 | 1.2 1.3", "1.1 1.2 | 1.2 1.3"), "0+1:0+1");
        assert_eq!(rows("", "1.1 | 1.2"), ":0 :1");
        assert_eq!(rows("1.1", ""), "0:");
    }

    proptest! {
        #[test]
        fn every_line_is_in_one_row(
            left in prop::collection::vec(prop::collection::vec((1..4u32, 1..4u32), 0..3), 0..12),
            right in prop::collection::vec(prop::collection::vec((1..4u32, 1..4u32), 0..3), 0..12),
        ) {
            let ids = |side: &[Vec<(u32, u32)>]| -> Vec<Vec<SegmentId>> {
                side.iter().map(|line| line.iter().map(|&(a, b)| SegmentId::plain(a, b)).collect()).collect()
            };
            let (left, right) = (ids(&left), ids(&right));
            let found = beads(&numbered(&left), &numbered(&right));
            let mut lefts: Vec<SegmentIndex> = found.iter().flat_map(|bead| bead.left.clone()).collect();
            let mut rights: Vec<SegmentIndex> = found.iter().flat_map(|bead| bead.right.clone()).collect();
            let firsts: Vec<SegmentIndex> = found.iter().filter_map(|bead| bead.left.first().copied()).collect();
            prop_assert!(firsts.is_sorted());
            prop_assert!(found.iter().all(|bead| bead.left.is_sorted() && bead.right.is_sorted()));
            lefts.sort_unstable();
            rights.sort_unstable();
            prop_assert_eq!(lefts, SegmentIndex::first(left.len()).collect::<Vec<_>>());
            prop_assert_eq!(rights, SegmentIndex::first(right.len()).collect::<Vec<_>>());
        }
    }
}
