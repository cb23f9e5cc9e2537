//! Features by which a sentence and its translation are matched across languages: the words that
//! both have, and their lengths.

use std::collections::HashSet;

use super::Lines;
use super::order::LockedIndex;
use super::place::Places;
use super::words;
use crate::model::SegmentIndex;

/// Unit of costs: hundred, so that a percentage is a cost. A line that one side has more than the
/// other costs two.
pub(super) const COST_UNIT: u32 = 100;

/// Features of all groups of places, and of all groups of lines, that are aligned with each other.
pub(super) struct GroupFeatures {
    pub(super) places: Vec<Features>,
    pub(super) lines: Vec<Features>,
}

/// Features of the texts of a group.
#[derive(Default)]
pub(super) struct Features {
    /// Words that occur in both languages (numbers, names, code, links), as sorted digests.
    words: Vec<u64>,
    /// Length in characters; 0 if the text is unknown.
    length: usize,
    /// Number of known texts.
    lines: usize,
}

impl GroupFeatures {
    pub(super) fn of(
        place_groups: &[Vec<LockedIndex>],
        line_groups: &[Vec<SegmentIndex>],
        EditionPair { places, lines, .. }: EditionPair<'_>,
    ) -> Self {
        // One group on each side leaves nothing to decide.
        if let ([_], [_]) = (place_groups, line_groups) {
            return Self { places: vec![Features::default()], lines: vec![Features::default()] };
        }
        let features = |texts: &mut dyn Iterator<Item = &str>| {
            let mut features = Features::default();
            for text in texts {
                features.words.append(&mut words::words(text));
                features.length += text.chars().count();
                features.lines += 1;
            }
            features.words.sort_unstable();
            features
        };
        let of_place = |group: &Vec<LockedIndex>| features(&mut group.iter().filter_map(|&at| places[at].source_text));
        let of_line = |group: &Vec<SegmentIndex>| features(&mut group.iter().map(|&at| lines[at].text));
        let mut places: Vec<Features> = place_groups.iter().map(of_place).collect();
        let mut lines: Vec<Features> = line_groups.iter().map(of_line).collect();
        let all = |features: &[Features]| features.iter().flat_map(|features| &features.words).copied().collect::<HashSet<u64>>();
        let in_both: HashSet<u64> = all(&places).intersection(&all(&lines)).copied().collect();
        places.iter_mut().chain(&mut lines).for_each(|features| features.words.retain(|word| in_both.contains(word)));
        Self { places, lines }
    }
}

/// A source and its translation, with the median lengths of their sentences.
///
/// Lengths are evidence, since a long sentence has a long translation (W. A. Gale and K. W. Church,
/// "A Program for Aligning Sentences in Bilingual Corpora", 1993,
/// <https://aclanthology.org/J93-1004/>).
#[derive(Clone, Copy)]
pub(super) struct EditionPair<'a> {
    pub(super) places: &'a Places<'a>,
    pub(super) lines: &'a Lines<'a>,
    place_length: usize,
    line_length: usize,
}

impl<'a> EditionPair<'a> {
    pub(super) fn of(places: &'a Places<'a>, lines: &'a Lines<'a>) -> Self {
        // The median, since sentences missing from a translation hardly move it.
        let median = |mut lengths: Vec<usize>| {
            let middle = lengths.len() / 2;
            if lengths.is_empty() { 1 } else { (*lengths.select_nth_unstable(middle).1).max(1) }
        };
        let place_length = median(places.iter().filter_map(|place| Some(place.source_text?.chars().count())).collect());
        let line_length = median(lines.iter().map(|line| line.text.chars().count()).collect());
        Self { places, lines, place_length, line_length }
    }

    /// Returns the cost of pairing two groups of texts, from 0 to 8 [`COST_UNIT`]s: 6 for the lack
    /// of shared words, 2 for a length that differs from the expected one.
    pub(super) fn mismatch_cost(self, source: &Features, translation: &Features) -> u32 {
        /// The variance of a translation's length per character, as Gale and Church measured it.
        const VARIANCE: usize = 7;
        let all = source.words.len() + translation.words.len();
        // One shared word is weak evidence, and texts without words are neutral.
        let same = (200 * words::common(&source.words, &translation.words) + 50) / (all + 1);
        let (expected, length) = (source.length * self.line_length / self.place_length, translation.length);
        let deviation = expected.abs_diff(length).saturating_pow(2) / (VARIANCE * (expected + length) / 2).max(1);
        // A group that lacks lines is shorter anyway. A text that is unknown counts as a lack.
        let has_all_lines = source.lines == translation.lines;
        let other_length = if has_all_lines { 25 * deviation.min(8) as u32 } else { 0 };
        6 * (100 - same as u32) + other_length
    }
}

#[cfg(test)]
mod tests {
    use super::super::place::Place;
    use super::super::{Claim, Kind, Line};
    use super::*;
    use crate::base::Idx;
    use crate::model::{SegmentId, TextDigest};

    /// Splits groups into their texts, which `|` parts, and returns the positions of each group
    /// too.
    fn split<'a, I: Idx>(groups: &[&'a str]) -> (Vec<&'a str>, Vec<Vec<I>>) {
        let (mut texts, mut positions) = (Vec::new(), Vec::new());
        for group in groups {
            let first = texts.len();
            texts.extend(group.split(" | "));
            positions.push((first..texts.len()).map(I::new).collect());
        }
        (texts, positions)
    }

    /// Returns the costs of pairing each group of the source with each group of the translation.
    /// The text `?` is unknown.
    fn costs(source: &[&str], translation: &[&str]) -> Vec<Vec<u32>> {
        let ((source, place_groups), (translation, line_groups)) = (split(source), split(translation));
        let places: Places<'_> = source
            .iter()
            .map(|&text| Place {
                id: SegmentId::plain(1, 1),
                kind: Kind::Sentence,
                former: None,
                source_text: (text != "?").then_some(text),
                is_translation_only: false,
                is_gone: false,
                is_new: false,
                note: None,
            })
            .collect();
        let lines: Lines<'_> = translation
            .iter()
            .map(|&text| Line {
                digest: TextDigest::of(text),
                text,
                block: 0,
                kind: Kind::Sentence,
                note: None,
                claim: Claim::Nothing,
            })
            .collect();
        let editions = EditionPair::of(&places, &lines);
        let features = GroupFeatures::of(&place_groups, &line_groups, editions);
        let cost = |source, translation| editions.mismatch_cost(source, translation);
        features.places.iter().map(|source| features.lines.iter().map(|line| cost(source, line)).collect()).collect()
    }

    #[test]
    fn shared_words_make_a_pair_cheaper() {
        // 100 - (200 * 1 + 50) / 3 = 17; 100 - 50 / 2 = 75; 100 - 50 / 1 = 50; six times each.
        assert_eq!(costs(&["in 1999", "at home"], &["um 1999", "zu haus"]), [[102, 450], [450, 300]]);
        // A single pair of groups costs the same whatever its words.
        assert_eq!(costs(&["in 1999"], &["um 1999"]), [[300]]);
        assert_eq!(costs(&["1 2 3 4 5"], &["1 2 3 4 5", "a b c d e"]), [[30, 552]]);
    }

    #[test]
    fn another_length_than_the_usual_one_makes_a_pair_dearer() {
        // A translation is twice as long here. 20 is expected: (40 - 20)^2 / (7 * 60 / 2) = 1, and
        // (99 - 20)^2 / (7 * 119 / 2) is cut to 8.
        let text = |length: usize| "x".repeat(length);
        let (short, usual, long, longest) = (text(10), text(20), text(40), text(99));
        let translation = [&*usual, &long, &short, &short, &longest];
        assert_eq!(costs(&["1234567890", "1234567891"], &translation), [[300, 325, 300, 300, 500]; 2]);
        // The length does not count if a text is unknown or a line is missing.
        let both = format!("{usual} | {long}");
        assert_eq!(
            costs(&["1234567890", "?", "1234567890 | 1234567891"], &[&longest, &both, &usual, &usual]),
            [[500, 300, 300, 300], [300, 300, 300, 300], [300, 325, 300, 300]]
        );
    }
}
