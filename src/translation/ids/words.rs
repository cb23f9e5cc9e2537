//! Similarity of two texts of one language, by their words.

use unicode_segmentation::UnicodeSegmentation;

use super::order::{LockedIndex, Pairs};
use super::{Lines, Locked};
use crate::base::{Digest, IndexVec};
use crate::model::SegmentIndex;

/// Returns the words of a text, sorted for [`similarity`].
pub fn sorted_words(text: &str) -> Vec<&str> {
    let mut words: Vec<&str> = text.unicode_words().collect();
    words.sort_unstable();
    words
}

/// Returns the Dice coefficient of two sorted lists in percent: twice the common words, divided by
/// all words.
///
/// ```text
/// "The border is long"   "The border is short"   2 * 3 / (4 + 4) = 75
/// ```
pub fn similarity<T: Ord>(a: &[T], b: &[T]) -> u8 {
    u8::try_from(common(a, b) * 200 / (a.len() + b.len()).max(1)).unwrap_or(100)
}

/// Counts the words that two sorted lists have in common.
pub(super) fn common<T: Ord>(a: &[T], b: &[T]) -> usize {
    let (mut i, mut j, mut common) = (0, 0, 0);
    while i < a.len() && j < b.len() {
        match a[i].cmp(&b[j]) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => (i, j, common) = (i + 1, j + 1, common + 1),
        }
    }
    common
}

/// Returns the words of a text as digests, sorted. Case does not count.
pub(super) fn words(text: &str) -> Vec<u64> {
    let mut words: Vec<u64> = text.unicode_words().map(|word| Digest::of(word.to_lowercase().as_bytes()).0 as u64).collect();
    words.sort_unstable();
    words
}

/// Words of the unpaired texts in the lock and in the edition, as sorted digests. A paired text has
/// an empty list, and so has a line that is not open: neither is similar to any text.
pub(super) struct UnpairedWords {
    pub(super) locked: IndexVec<LockedIndex, Vec<u64>>,
    pub(super) current: IndexVec<SegmentIndex, Vec<u64>>,
}

impl UnpairedWords {
    pub(super) fn of(
        locked: &IndexVec<LockedIndex, Locked<'_>>,
        current: &Lines<'_>,
        pairs: &Pairs,
        is_open: impl Fn(SegmentIndex) -> bool,
    ) -> Self {
        let words_of = |text: &str, wanted: bool| if wanted { words(text) } else { Vec::new() };
        Self {
            locked: locked.enumerated().map(|(at, entry)| words_of(entry.text, pairs.current_of[at].is_none())).collect(),
            current: current
                .enumerated()
                .map(|(at, line)| words_of(line.text, pairs.locked_of[at].is_none() && is_open(at)))
                .collect(),
        }
    }

    pub(super) fn similarity(&self, entry: LockedIndex, line: SegmentIndex) -> u8 {
        similarity(&self.locked[entry], &self.current[line])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn likeness_is_a_percentage_of_common_words() {
        for (a, b, percentage) in [
            ("a b c d", "a b c d", 100),
            ("d, c b a.", "a b c d", 100),
            ("a b c", "a x y", 33),
            ("a a b", "a b b", 66),
            ("a a", "a", 66),
            ("a", "b", 0),
            ("", "a", 0),
            ("", "", 0),
        ] {
            assert_eq!(similarity(&sorted_words(a), &sorted_words(b)), percentage, "{a} {b}");
            assert_eq!(similarity(&words(a), &words(b)), percentage, "{a} {b}");
        }
        assert_eq!(words("Ә Ү"), words("ү ә"));
    }
}
