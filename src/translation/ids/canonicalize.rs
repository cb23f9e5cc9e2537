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

use super::order::{LockedIndex, Pairs, pair_equal_anywhere, pair_equal_in_order};
use super::{Claim, Line, Lines};
use crate::base::IndexVec;
use crate::model::{SegmentId, SegmentIndex, TextDigest};

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
    free: &[SegmentIndex],
    lines: &Lines<'_>,
) -> Option<Vec<SegmentId>> {
    if previous.len() != free.len() {
        return None;
    }
    order.sort(&mut previous);
    let is_same = |(known, &line): (&PreviousState, &SegmentIndex)| {
        known.digest == lines[line].digest && (known.is_translation_only || !repeats_claim(&lines[line]))
    };
    if previous.iter().zip(free).all(is_same) {
        return Some(previous.iter().map(|known| known.id).collect());
    }
    let mut pairs = Pairs::new(previous.len(), lines.len());
    let by_position: IndexVec<LockedIndex, PreviousState> = previous.into();
    let previous: Vec<_> = by_position.enumerated().map(|(at, known)| (at, *known)).collect();
    pair_repeated_claims(&previous, free, lines, &mut pairs);
    if free.iter().any(|&line| repeats_claim(&lines[line]) && pairs.locked_of[line].is_none()) {
        return None;
    }
    pair_equal(&previous, free, lines, &mut pairs);
    free.iter().map(|&line| pairs.locked_of[line].map(|known| by_position[known].id)).collect()
}

/// Pairs each line that repeats a claim with an id that only the translation has, if the texts are
/// equal. The claimed id itself belongs to the first line.
///
/// ```text
/// Ein Satz. <!-- = 3.2 -->       3.2
/// Noch einer. <!-- = 3.2 -->     3.2a-de, if the lock has this text there
/// ```
pub(super) fn pair_repeated_claims(
    previous: &[(LockedIndex, PreviousState)],
    free: &[SegmentIndex],
    lines: &Lines<'_>,
    pairs: &mut Pairs,
) {
    let repeats: Vec<_> = digests(free, lines).filter(|(line, _)| repeats_claim(&lines[*line])).collect();
    if !repeats.is_empty() {
        let own_ids = previous.iter().filter(|(_, known)| known.is_translation_only);
        let own_ids: Vec<_> = own_ids.map(|(at, known)| (*at, known.digest)).collect();
        pair_equal_anywhere(&own_ids, &repeats, pairs);
    }
}

/// Returns true if a line that has got no id from its claim repeats the claim of an earlier line.
pub(super) fn repeats_claim(line: &Line<'_>) -> bool {
    matches!(line.claim, Claim::Translates(_))
}

/// Pairs the unpaired lines among `free` with the previous texts that they equal: those in the same
/// order first, then the others.
pub(super) fn pair_equal(previous: &[(LockedIndex, PreviousState)], free: &[SegmentIndex], lines: &Lines<'_>, pairs: &mut Pairs) {
    let unpaired = previous.iter().filter(|(at, _)| pairs.current_of[*at].is_none());
    let locked: Vec<_> = unpaired.map(|(at, known)| (*at, known.digest)).collect();
    let current: Vec<_> = digests(free, lines).filter(|(line, _)| pairs.locked_of[*line].is_none()).collect();
    pair_equal_in_order(&locked, &current, pairs);
    pair_equal_anywhere(&locked, &current, pairs);
}

/// Returns some of the lines with their digests.
fn digests(chosen: &[SegmentIndex], lines: &Lines<'_>) -> impl Iterator<Item = (SegmentIndex, TextDigest)> {
    chosen.iter().map(|&line| (line, lines[line].digest))
}
