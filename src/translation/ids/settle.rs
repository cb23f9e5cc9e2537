//! Equal lines of a translation: a lasting choice of ids among them.
//!
//! For a translation, the lock keeps only the text digest at each id. If lines have equal texts,
//! the lock does not record the steps that gave each its id. So this step comes last and depends
//! only on the lock that `tilmash sync` will write. Lines with equal texts (cells: in the same
//! column) exchange ids among each other. The text at each id stays as it was, and so does the
//! lock. Once it is written, the lines match the lock, and the same choice follows from the same
//! data.
//!
//! 1. Only the text at each id and the order of the source count; the lines' earlier ids do not.
//! 2. If the lines match the known texts, each text as often, this step alone gives the ids. Cells
//!    that may have been changed are the exception.

use std::collections::{HashMap, HashSet};

use super::order::{Pairs, same_elsewhere, same_in_order};
use super::table::{OldRow, Reworded, paired_rows};
use super::{Claim, Line};
use crate::model::{Label, SegmentId, TextDigest};

/// An id of a translation with the text that stands there.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known {
    pub(super) id: SegmentId,
    pub(super) says: Says,
    /// True if the source has no sentence with this id.
    pub(super) is_alone: bool,
    /// True if the source had this sentence and lost it.
    pub(super) is_gone: bool,
    /// True if a cell stands in the row and column of its source. Then a different text in its
    /// place may be the same cell, changed.
    pub(super) in_row: bool,
}

/// The table column of a line, if it is a cell, and the digest of its text.
pub(super) type Says = (Option<u32>, TextDigest);

pub(super) fn says(line: &Line<'_>) -> Says {
    (line.cell.map(|cell| cell.column), line.digest)
}

/// The order of the source's sentences, in which ids that the source lacks have a place too.
pub(super) struct Order {
    /// The ids in ascending order, each with its position in the source.
    source: Vec<(SegmentId, usize)>,
    /// True if the ids ascend in the order of the source.
    grows: bool,
}

impl Order {
    pub(super) fn of(source: impl Iterator<Item = SegmentId>) -> Self {
        let mut source: Vec<(SegmentId, usize)> = source.enumerate().map(|(at, id)| (id, at)).collect();
        let grows = source.is_sorted();
        source.sort_unstable();
        Self { source, grows }
    }

    pub(super) fn has(&self, id: SegmentId) -> bool {
        self.source.binary_search_by_key(&id, |&(id, _)| id).is_ok()
    }

    /// Sorts ids of a translation in the order of the source. An id that the source lacks comes
    /// after the greatest smaller id of the source. Its place in the lock cannot be used: that
    /// depends on the lines around it, which exchange ids here.
    fn sort(&self, knowns: &mut [Known]) {
        let behind = |id: SegmentId| self.source.partition_point(|&(of_source, _)| of_source <= id).checked_sub(1);
        if self.grows {
            knowns.sort_by_key(|known| known.id);
        } else {
            knowns.sort_by_cached_key(|known| (behind(known.id).map(|behind| self.source[behind].1), known.id));
        }
    }
}

/// Returns the ids of lines that match the known texts, each text as often. Returns `None` if they
/// do not match, or if cells may have been changed.
pub(super) fn settled(mut knowns: Vec<Known>, order: &Order, free: &[usize], lines: &[Line<'_>]) -> Option<Vec<SegmentId>> {
    let is_same =
        |(known, &line): (&Known, &usize)| known.says == says(&lines[line]) && (known.is_alone || !is_second(&lines[line]));
    if knowns.len() != free.len() {
        return None;
    }
    order.sort(&mut knowns);
    let knowns = &knowns[..];
    if knowns.iter().zip(free).all(is_same) {
        return Some(knowns.iter().map(|known| known.id).collect());
    }
    let sorted = |mut all: Vec<Says>| {
        all.sort_unstable();
        all
    };
    let said = sorted(knowns.iter().map(|known| known.says).collect());
    if said != sorted(free.iter().map(|&line| says(&lines[line])).collect()) {
        return None;
    }
    let mut pairs = Pairs::new(knowns.len(), lines.len());
    seconds(knowns, free, lines, &mut pairs);
    if free.iter().any(|&line| is_second(&lines[line]) && pairs.of_new[line].is_none()) {
        return None;
    }
    let left = |pairs: &Pairs, in_table: bool| {
        let old = (0..knowns.len()).filter(|&at| pairs.of_old[at].is_none() && knowns[at].says.0.is_some() == in_table);
        let new = free.iter().copied().filter(|&line| pairs.of_new[line].is_none() && lines[line].cell.is_some() == in_table);
        (old.collect::<Vec<_>>(), new.collect::<Vec<_>>())
    };
    let (old, new) = left(&pairs, false);
    among(&old, &new, knowns, lines, &mut pairs, |olds, news, pairs| {
        same_in_order(olds, news, pairs);
        elsewhere(olds, news, pairs);
    });
    let (old, new) = left(&pairs, true);
    if in_rows(old, &new, knowns, lines, &mut pairs) == Changed::Perhaps {
        return None;
    }
    let (old, new) = left(&pairs, true);
    among(&old, &new, knowns, lines, &mut pairs, elsewhere);
    free.iter().map(|&line| pairs.of_new[line].map(|known| knowns[known].id)).collect()
}

#[derive(PartialEq, Eq)]
enum Changed {
    Perhaps,
    No,
}

/// Pairs cells within the rows that are recognised.
///
/// A row with a cell left over is reported as perhaps changed, even if its new text was elsewhere
/// before: the values of two rows may have been exchanged.
fn in_rows(mut old: Vec<usize>, new: &[usize], knowns: &[Known], lines: &[Line<'_>], pairs: &mut Pairs) -> Changed {
    let mut first: HashMap<Label, usize> = HashMap::new();
    for &at in &old {
        first.entry(knowns[at].id.block).or_insert(at);
    }
    old.sort_by_key(|&at| (first[&knowns[at].id.block], knowns[at].says, at));
    let old_rows: Vec<&[usize]> = old.chunk_by(|&a, &b| knowns[a].id.block == knowns[b].id.block).collect();
    let new_rows: Vec<&[usize]> = new.chunk_by(|&a, &b| lines[a].block == lines[b].block).collect();
    let old_says = old_rows.iter().map(|row| OldRow {
        texts: row.iter().map(|&at| knowns[at].says).collect(),
        live: row.iter().filter(|&&at| !knowns[at].is_gone).map(|&at| knowns[at].says).collect(),
    });
    let new_says = new_rows.iter().map(|row| row.iter().map(|&line| says(&lines[line])).collect()).collect();
    let none = Pairs::new(old_rows.len(), new_rows.len());
    let rows = paired_rows(old_says.collect(), new_says, none, Reworded::Left);
    for (old, new) in rows.of_old.iter().enumerate().filter_map(|(old, new)| Some((old_rows[old], new_rows[(*new)?]))) {
        among(old, new, knowns, lines, pairs, elsewhere);
        let left = new.iter().filter(|&&line| pairs.of_new[line].is_none());
        let left: HashSet<Option<u32>> = left.map(|&line| says(&lines[line]).0).collect();
        let is_left = |at: &usize| pairs.of_old[*at].is_none() && knowns[*at].in_row && left.contains(&knowns[*at].says.0);
        if old.iter().any(is_left) {
            return Changed::Perhaps;
        }
    }
    Changed::No
}

/// Pairs second lines of sentences with their earlier selves. Such a line stands for no sentence
/// that has a place of its own in the source.
pub(super) fn seconds(knowns: &[Known], free: &[usize], lines: &[Line<'_>], pairs: &mut Pairs) {
    let second: Vec<usize> = free.iter().copied().filter(|&line| is_second(&lines[line])).collect();
    if !second.is_empty() {
        let alone: Vec<usize> = (0..knowns.len()).filter(|&at| knowns[at].is_alone).collect();
        among(&alone, &second, knowns, lines, pairs, elsewhere);
    }
}

/// Returns true if a line without an id claims to translate a sentence. An earlier line has claimed
/// that sentence already.
pub(super) fn is_second(line: &Line<'_>) -> bool {
    matches!(line.claim, Claim::Of(_))
}

fn elsewhere(olds: &[Says], news: &[Says], pairs: &mut Pairs) {
    same_elsewhere(olds, news, pairs, |_| true);
}

/// Pairs a selection of the known texts with a selection of the lines.
fn among(
    old: &[usize],
    new: &[usize],
    knowns: &[Known],
    lines: &[Line<'_>],
    pairs: &mut Pairs,
    pair: impl Fn(&[Says], &[Says], &mut Pairs),
) {
    let olds: Vec<Says> = old.iter().map(|&at| knowns[at].says).collect();
    let news: Vec<Says> = new.iter().map(|&line| says(&lines[line])).collect();
    let mut found = Pairs::new(olds.len(), news.len());
    pair(&olds, &news, &mut found);
    for (at, line) in found.of_old.iter().enumerate() {
        if let Some(line) = line {
            pairs.pair(old[at], new[*line]);
        }
    }
}
