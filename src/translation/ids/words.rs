//! Likeness of two texts, by their words.

use unicode_segmentation::UnicodeSegmentation;

use super::{Line, Locked, order::Pairs};
use crate::base::Digest;

/// Returns the words of a text, sorted for [`likeness`].
pub fn sorted_words(text: &str) -> Vec<&str> {
    let mut words: Vec<&str> = text.unicode_words().collect();
    words.sort_unstable();
    words
}

/// Returns the Dice coefficient of two sorted lists in percent: twice the common words, divided by
/// all words.
pub fn likeness<T: Ord>(a: &[T], b: &[T]) -> u8 {
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

/// The words of the unpaired texts on both sides; empty for paired ones.
pub(super) struct Texts {
    pub(super) locked: Vec<Vec<u64>>,
    pub(super) current: Vec<Vec<u64>>,
}

impl Texts {
    pub(super) fn of(locked: &[Locked<'_>], current: &[Line<'_>], pairs: &Pairs, open: impl Fn(usize) -> bool) -> Self {
        let words_of = |text: &str, wanted: bool| if wanted { words(text) } else { Vec::new() };
        Self {
            locked: locked.iter().enumerate().map(|(at, old)| words_of(old.text, pairs.of_old[at].is_none())).collect(),
            current: current
                .iter()
                .enumerate()
                .map(|(at, new)| words_of(new.text, pairs.of_new[at].is_none() && open(at)))
                .collect(),
        }
    }

    pub(super) fn likeness(&self, old: usize, new: usize) -> u8 {
        likeness(&self.locked[old], &self.current[new])
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
            assert_eq!(likeness(&sorted_words(a), &sorted_words(b)), percentage, "{a} {b}");
            assert_eq!(likeness(&words(a), &words(b)), percentage, "{a} {b}");
        }
        assert_eq!(words("Ә Ү"), words("ү ә"));
    }
}
