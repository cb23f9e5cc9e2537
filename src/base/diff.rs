//! Diff of two sequences, and of the words of two texts. No other file uses the crate `similar`.
//!
//! The algorithm is patience diff (B. Cohen, "Patience Diff Advantages",
//! <https://bramcohen.livejournal.com/73318.html>): items that occur once on both sides are fixed
//! points, and the stretches between these are compared by Myers' algorithm. Its search is bounded,
//! so the time grows about linearly with the length (`tests/growth.rs`).
//!
//! `imara-diff` was measured too. It takes four times as long for twice as many words if there are
//! few different ones (two texts of 80,000 words out of ten: 1.9 s, against 0.3 s), it has three
//! dependencies more, and it shows no sentence better.

use std::hash::Hash;

use similar::{Algorithm, DiffTag, capture_diff_slices};

/// Returns the pairs of equal items that stand in the same order on both sides, as positions.
pub fn matches<T: Eq + Hash>(old: &[T], new: &[T]) -> Vec<(usize, usize)> {
    let operations = capture_diff_slices(Algorithm::Patience, old, new);
    let equal = operations.into_iter().filter(|operation| operation.tag() == DiffTag::Equal);
    equal.flat_map(|operation| operation.old_range().zip(operation.new_range())).collect()
}

/// Side of a diff that has a run of words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Both texts have the words.
    Same,
    /// Only the old text has the words.
    Gone,
    /// Only the new text has the words.
    New,
}

impl Change {
    /// Returns the name for the preview's script.
    pub fn name(self) -> &'static str {
        match self {
            Change::Same => "same",
            Change::Gone => "gone",
            Change::New => "new",
        }
    }
}

/// Run of neighbouring words that have the same [`Change`], joined by spaces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    pub change: Change,
    pub words: String,
}

/// Returns the diff of the words of two texts.
///
/// The runs without the new ones are the old text, and those without the gone ones are the new
/// text, except that white space is folded.
pub fn words(old: &str, new: &str) -> Vec<Run> {
    let [old, new] = [old, new].map(|text| text.split_whitespace().collect::<Vec<_>>());
    let mut runs = Vec::new();
    let mut push = |change, words: &[&str]| {
        if !words.is_empty() {
            runs.push(Run { change, words: words.join(" ") });
        }
    };
    for operation in capture_diff_slices(Algorithm::Patience, &old, &new) {
        let (old, new) = (&old[operation.old_range()], &new[operation.new_range()]);
        if operation.tag() == DiffTag::Equal {
            push(Change::Same, old);
        } else {
            push(Change::Gone, old);
            push(Change::New, new);
        }
    }
    runs
}

/// Formats a word diff as `git diff --word-diff` does: `The [-quick-] {+slow+} fox`.
pub fn line(runs: &[Run]) -> String {
    let run = |Run { change, words }: &Run| match change {
        Change::Same => words.clone(),
        Change::Gone => format!("[-{words}-]"),
        Change::New => format!("{{+{words}+}}"),
    };
    runs.iter().map(run).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn both_texts_are_in_a_word_diff(old in "[abc]( [abc]){0,9}", new in "[abc]( [abc]){0,9}") {
            let runs = words(&old, &new);
            prop_assert!(runs.windows(2).all(|pair| pair[0].change != pair[1].change), "{runs:?}");
            let without = |change| {
                let runs = runs.iter().filter(|run| run.change != change).map(|run| run.words.as_str());
                runs.collect::<Vec<_>>().join(" ")
            };
            prop_assert_eq!((without(Change::New), without(Change::Gone)), (old, new));
        }

        #[test]
        fn matches_are_equal_and_in_order(old in prop::collection::vec(0..6u8, 0..30), new in prop::collection::vec(0..6u8, 0..30)) {
            let found = matches(&old, &new);
            prop_assert!(found.iter().all(|&(at, other)| old[at] == new[other]));
            prop_assert!(found.is_sorted_by(|a, b| a.0 < b.0 && a.1 < b.1));
        }
    }

    #[test]
    fn a_word_diff_is_one_line() {
        for (old, new, wanted) in [
            ("The quick fox jumps.", "The slow fox jumps high.", "The [-quick-] {+slow+} fox [-jumps.-] {+jumps high.+}"),
            ("Ол кітапты оқыды.", "Ол бұл кітапты\n оқып шықты.", "Ол {+бұл+} кітапты [-оқыды.-] {+оқып шықты.+}"),
            ("", "a b", "{+a b+}"),
            ("a", "a", "a"),
        ] {
            assert_eq!(line(&words(old, new)), wanted);
        }
    }
}
