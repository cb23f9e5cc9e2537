//! Equal lines of a translation: which of them has which id, in a way that lasts.
//!
//! Of a translation the lock keeps what stands at each id, and no more: where lines say the same, nothing tells tomorrow how each of them
//! came to its id today. So that is settled last, by what the lock is going to say alone. Lines that say the same, cells in the same
//! column, change ids among each other; what stands at each id stays as it was, and so does what the lock says. Once it is written,
//! the lines say what is known, and the same is settled by the same.
//!
//! 1. Of the ids of lines nothing counts but what stands at each of them, and the order of the source.
//! 2. Lines that say what is known, each text as often, have their ids by this step alone, but for cells that may have been changed.

use std::collections::{HashMap, HashSet};

use super::order::{Pairs, same_elsewhere, same_in_order};
use super::table::{OldRow, Reworded, paired_rows};
use super::{Claim, Line};
use crate::model::{Label, SegmentId, TextDigest};

/// What stands at an id of a translation.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known {
    pub(super) id: SegmentId,
    pub(super) says: Says,
    /// Whether the source has nothing there.
    pub(super) is_alone: bool,
    /// Whether the source had something there, and has it no more.
    pub(super) is_gone: bool,
    /// Whether it is a cell among those of its row: what says something else in its place may be it, changed.
    pub(super) in_row: bool,
}

/// The column of a table that something stands in, and its text.
pub(super) type Says = (Option<u32>, TextDigest);

pub(super) fn says(line: &Line<'_>) -> Says {
    (line.cell.map(|cell| cell.column), line.digest)
}

/// The sentences of the source in their order, and among them what it has not.
pub(super) struct Order {
    /// By id, with their positions.
    source: Vec<(SegmentId, usize)>,
    /// Whether the ids grow.
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

    /// What the source has not comes behind the id before its own: where the lock puts it depends on the lines around it, which
    /// change ids here.
    fn sort(&self, knowns: &mut [Known]) {
        let behind = |id: SegmentId| self.source.partition_point(|&(of_source, _)| of_source <= id).checked_sub(1);
        if self.grows {
            knowns.sort_by_key(|known| known.id);
        } else {
            knowns.sort_by_cached_key(|known| (behind(known.id).map(|behind| self.source[behind].1), known.id));
        }
    }
}

/// The ids of some lines that say what is known, each text as often; `None` if they do not, or if cells may have been changed.
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

/// Pairs cells in the rows that are known again. One that says something else there may have been changed, though what it says now
/// was said elsewhere: values of two rows change places.
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

/// Pairs second lines of sentences with what they were before: such a line stands for nothing that has a place of its own in the source.
pub(super) fn seconds(knowns: &[Known], free: &[usize], lines: &[Line<'_>], pairs: &mut Pairs) {
    let second: Vec<usize> = free.iter().copied().filter(|&line| is_second(&lines[line])).collect();
    if !second.is_empty() {
        let alone: Vec<usize> = (0..knowns.len()).filter(|&at| knowns[at].is_alone).collect();
        among(&alone, &second, knowns, lines, pairs, elsewhere);
    }
}

/// Whether a line without an id says that it is the translation of a sentence: another one has said so before.
pub(super) fn is_second(line: &Line<'_>) -> bool {
    matches!(line.claim, Claim::Of(_))
}

fn elsewhere(olds: &[Says], news: &[Says], pairs: &mut Pairs) {
    same_elsewhere(olds, news, pairs, |_| true);
}

/// Pairs some of the knowns with some of the lines.
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
