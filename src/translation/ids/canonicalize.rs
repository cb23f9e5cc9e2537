//! Canonical choice of ids among lines of a translation with equal texts.
//!
//! For a translation, the lock keeps only a digest of the text at each id. If several lines have
//! equal texts, their digests do not tell them apart. Any assignment of their ids to them fits the
//! lock, so this step chooses one, as the last of all steps. The choice depends only on the lock
//! that `tilmash sync` will write. So it is the same after the lock is written.
//!
//! ```text
//! ids by the other steps   2.3 "Yes."   2.1 "Yes."   2.2 "No."
//! canonical ids            2.1 "Yes."   2.3 "Yes."   2.2 "No."
//! ```
//!
//! 1. Only the text at each id and the order of the source count; the ids that the other steps gave
//!    to equal lines do not.
//! 2. If the lines have the same texts as the lock, each as often, this step alone gives the ids.

use super::order::{Pairs, pair_equal_anywhere, pair_equal_in_order};
use super::{Claim, Line};
use crate::model::{SegmentId, TextDigest};

/// An id of a translation with the digest of its text.
#[derive(Debug, Clone, Copy)]
pub(super) struct PreviousState {
    pub(super) id: SegmentId,
    pub(super) digest: TextDigest,
    /// True if the source has no sentence with this id.
    pub(super) is_translation_only: bool,
}

/// Order of the source's sentences. It extends to ids that the source lacks.
pub(super) struct SourceOrder {
    /// The ids in ascending order, each with its position in the source.
    source: Vec<(SegmentId, usize)>,
    /// True if the ids ascend in the order of the source.
    is_ascending: bool,
}

impl SourceOrder {
    pub(super) fn of(source: impl Iterator<Item = SegmentId>) -> Self {
        let mut source: Vec<(SegmentId, usize)> = source.enumerate().map(|(at, id)| (id, at)).collect();
        let is_ascending = source.is_sorted();
        source.sort_unstable();
        Self { source, is_ascending }
    }

    pub(super) fn has(&self, id: SegmentId) -> bool {
        self.source.binary_search_by_key(&id, |&(id, _)| id).is_ok()
    }

    /// Sorts ids of a translation in the order of the source. An id that the source lacks comes
    /// after the greatest smaller id of the source: `2.1a-en` after `2.1`. Its place in the lock
    /// cannot be used: that depends on the neighbouring lines, which exchange ids here.
    fn sort(&self, previous: &mut [PreviousState]) {
        let behind = |id: SegmentId| self.source.partition_point(|&(of_source, _)| of_source <= id).checked_sub(1);
        if self.is_ascending {
            previous.sort_by_key(|known| known.id);
        } else {
            previous.sort_by_cached_key(|known| (behind(known.id).map(|behind| self.source[behind].1), known.id));
        }
    }
}

/// Returns the canonical ids of the lines `free`, if these have the same texts as `previous`, each
/// as often. Otherwise returns `None`.
pub(super) fn canonicalize(
    mut previous: Vec<PreviousState>,
    order: &SourceOrder,
    free: &[usize],
    lines: &[Line<'_>],
) -> Option<Vec<SegmentId>> {
    if previous.len() != free.len() {
        return None;
    }
    order.sort(&mut previous);
    let is_same = |(known, &line): (&PreviousState, &usize)| {
        known.digest == lines[line].digest && (known.is_translation_only || !repeats_claim(&lines[line]))
    };
    if previous.iter().zip(free).all(is_same) {
        return Some(previous.iter().map(|known| known.id).collect());
    }
    let mut pairs = Pairs::new(previous.len(), lines.len());
    pair_repeated_claims(&previous, free, lines, &mut pairs);
    if free.iter().any(|&line| repeats_claim(&lines[line]) && pairs.locked_of[line].is_none()) {
        return None;
    }
    pair_equal(&previous, free, lines, &mut pairs);
    free.iter().map(|&line| pairs.locked_of[line].map(|known| previous[known].id)).collect()
}

/// Pairs each line that repeats a claim with an id that only the translation has, if the texts are
/// equal. The claimed id itself belongs to the first line.
///
/// ```text
/// Ein Satz. <!-- = 3.2 -->       3.2
/// Noch einer. <!-- = 3.2 -->     3.2a-de, if the lock has this text there
/// ```
pub(super) fn pair_repeated_claims(previous: &[PreviousState], free: &[usize], lines: &[Line<'_>], pairs: &mut Pairs) {
    let repeats: Vec<usize> = free.iter().copied().filter(|&line| repeats_claim(&lines[line])).collect();
    if !repeats.is_empty() {
        let own_ids: Vec<usize> = (0..previous.len()).filter(|&at| previous[at].is_translation_only).collect();
        pair_subsets(&own_ids, &repeats, previous, lines, pairs, pair_equal_anywhere);
    }
}

/// Returns true if a line that has got no id from its claim repeats the claim of an earlier line.
pub(super) fn repeats_claim(line: &Line<'_>) -> bool {
    matches!(line.claim, Claim::Translates(_))
}

/// Pairs the unpaired lines among `free` with the previous texts that they equal: those in the same
/// order first, then the others.
pub(super) fn pair_equal(previous: &[PreviousState], free: &[usize], lines: &[Line<'_>], pairs: &mut Pairs) {
    let chosen_previous: Vec<usize> = (0..previous.len()).filter(|&at| pairs.current_of[at].is_none()).collect();
    let chosen_lines: Vec<usize> = free.iter().copied().filter(|&line| pairs.locked_of[line].is_none()).collect();
    pair_subsets(&chosen_previous, &chosen_lines, previous, lines, pairs, |locked, current, pairs| {
        pair_equal_in_order(locked, current, pairs);
        pair_equal_anywhere(locked, current, pairs);
    });
}

/// Runs the pairing function `pair` on the digests of some previous texts and of some lines, and
/// adds the pairs that it finds. `chosen_previous` and `chosen_lines` are positions in `previous`
/// and `lines`.
fn pair_subsets(
    chosen_previous: &[usize],
    chosen_lines: &[usize],
    previous: &[PreviousState],
    lines: &[Line<'_>],
    pairs: &mut Pairs,
    pair: impl Fn(&[TextDigest], &[TextDigest], &mut Pairs),
) {
    let locked: Vec<TextDigest> = chosen_previous.iter().map(|&at| previous[at].digest).collect();
    let current: Vec<TextDigest> = chosen_lines.iter().map(|&line| lines[line].digest).collect();
    let mut found = Pairs::new(locked.len(), current.len());
    pair(&locked, &current, &mut found);
    for (at, line) in found.iter() {
        pairs.pair(chosen_previous[at], chosen_lines[line]);
    }
}
