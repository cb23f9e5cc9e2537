//! Equal lines of a translation: a lasting choice of ids among them.
//!
//! For a translation, the lock keeps only the text digest at each id. If lines have equal texts,
//! the lock does not record the steps that gave each its id. So this step comes last and depends
//! only on the lock that `tilmash sync` will write. Lines with equal texts exchange ids among each
//! other. The text at each id stays as it was, and so does the lock. Once it is written, the lines
//! match the lock, and the same choice follows from the same data.
//!
//! 1. Only the text at each id and the order of the source count; the lines' earlier ids do not.
//! 2. If the lines match the known texts, each text as often, this step alone gives the ids.

use super::order::{Pairs, same_elsewhere, same_in_order};
use super::{Claim, Line};
use crate::model::{SegmentId, TextDigest};

/// An id of a translation with the digest of the text that stands there.
#[derive(Debug, Clone, Copy)]
pub(super) struct PreviousState {
    pub(super) id: SegmentId,
    pub(super) digest: TextDigest,
    /// True if the source has no sentence with this id.
    pub(super) is_alone: bool,
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
    fn sort(&self, previous: &mut [PreviousState]) {
        let behind = |id: SegmentId| self.source.partition_point(|&(of_source, _)| of_source <= id).checked_sub(1);
        if self.grows {
            previous.sort_by_key(|known| known.id);
        } else {
            previous.sort_by_cached_key(|known| (behind(known.id).map(|behind| self.source[behind].1), known.id));
        }
    }
}

/// Returns the ids of lines that match the known texts, each text as often. Returns `None` if they
/// do not match.
pub(super) fn canonicalize(
    mut previous: Vec<PreviousState>,
    order: &Order,
    free: &[usize],
    lines: &[Line<'_>],
) -> Option<Vec<SegmentId>> {
    if previous.len() != free.len() {
        return None;
    }
    order.sort(&mut previous);
    let is_same = |(known, &line): (&PreviousState, &usize)| {
        known.digest == lines[line].digest && (known.is_alone || !is_second(&lines[line]))
    };
    if previous.iter().zip(free).all(is_same) {
        return Some(previous.iter().map(|known| known.id).collect());
    }
    let mut pairs = Pairs::new(previous.len(), lines.len());
    seconds(&previous, free, lines, &mut pairs);
    if free.iter().any(|&line| is_second(&lines[line]) && pairs.of_new[line].is_none()) {
        return None;
    }
    same(&previous, free, lines, &mut pairs);
    free.iter().map(|&line| pairs.of_new[line].map(|known| previous[known].id)).collect()
}

/// Pairs second lines of sentences with their earlier selves. Such a line stands for no sentence
/// that has a place of its own in the source.
pub(super) fn seconds(previous: &[PreviousState], free: &[usize], lines: &[Line<'_>], pairs: &mut Pairs) {
    let second: Vec<usize> = free.iter().copied().filter(|&line| is_second(&lines[line])).collect();
    if !second.is_empty() {
        let alone: Vec<usize> = (0..previous.len()).filter(|&at| previous[at].is_alone).collect();
        among(&alone, &second, previous, lines, pairs, |locked, current, pairs| same_elsewhere(locked, current, pairs, |_| true));
    }
}

/// Returns true if a line without an id claims to translate a sentence. An earlier line has claimed
/// that sentence already.
pub(super) fn is_second(line: &Line<'_>) -> bool {
    matches!(line.claim, Claim::Of(_))
}

/// Pairs the unpaired lines among `free` with the unpaired known texts that they equal: in the same
/// order, then elsewhere.
pub(super) fn same(previous: &[PreviousState], free: &[usize], lines: &[Line<'_>], pairs: &mut Pairs) {
    let old: Vec<usize> = (0..previous.len()).filter(|&at| pairs.of_old[at].is_none()).collect();
    let new: Vec<usize> = free.iter().copied().filter(|&line| pairs.of_new[line].is_none()).collect();
    among(&old, &new, previous, lines, pairs, |locked, current, pairs| {
        same_in_order(locked, current, pairs);
        same_elsewhere(locked, current, pairs, |_| true);
    });
}

/// Pairs a selection of the known texts with a selection of the lines.
fn among(
    old: &[usize],
    new: &[usize],
    previous: &[PreviousState],
    lines: &[Line<'_>],
    pairs: &mut Pairs,
    pair: impl Fn(&[TextDigest], &[TextDigest], &mut Pairs),
) {
    let locked: Vec<TextDigest> = old.iter().map(|&at| previous[at].digest).collect();
    let current: Vec<TextDigest> = new.iter().map(|&line| lines[line].digest).collect();
    let mut found = Pairs::new(locked.len(), current.len());
    pair(&locked, &current, &mut found);
    for (at, line) in found.of_old.iter().enumerate() {
        if let Some(line) = line {
            pairs.pair(old[at], new[*line]);
        }
    }
}
