//! Evidence that two texts are a sentence and its translation, for texts that no lock links.

use std::collections::HashSet;

use super::Line;
use super::gap::Place;
use super::words;

/// Cost of half a surplus line on one side.
pub(super) const STEP: u32 = 100;

/// Evidence by which texts and their translations match: words that occur on both sides (numbers,
/// names, code, links), and lengths.
pub(super) struct Signs {
    pub(super) of_places: Vec<Sign>,
    pub(super) of_lines: Vec<Sign>,
}

#[derive(Default)]
pub(super) struct Sign {
    words: Vec<u64>,
    /// Length in characters; 0 if the text is unknown.
    size: usize,
    lines: usize,
}

impl Signs {
    pub(super) fn of(
        place_groups: &[Vec<usize>],
        line_groups: &[Vec<usize>],
        EditionPair { places, lines, .. }: EditionPair<'_>,
    ) -> Self {
        // One group on each side leaves nothing to decide.
        if let ([_], [_]) = (place_groups, line_groups) {
            return Self { of_places: vec![Sign::default()], of_lines: vec![Sign::default()] };
        }
        let sign = |texts: &mut dyn Iterator<Item = &str>| {
            let mut sign = Sign::default();
            for text in texts {
                sign.words.append(&mut words::words(text));
                sign.size += text.chars().count();
                sign.lines += 1;
            }
            sign.words.sort_unstable();
            sign
        };
        let of_place = |group: &Vec<usize>| sign(&mut group.iter().filter_map(|&at| places[at].text));
        let of_line = |group: &Vec<usize>| sign(&mut group.iter().map(|&at| lines[at].text));
        let mut of_places: Vec<Sign> = place_groups.iter().map(of_place).collect();
        let mut of_lines: Vec<Sign> = line_groups.iter().map(of_line).collect();
        let all = |signs: &[Sign]| signs.iter().flat_map(|sign| &sign.words).copied().collect::<HashSet<u64>>();
        let in_both: HashSet<u64> = all(&of_places).intersection(&all(&of_lines)).copied().collect();
        of_places.iter_mut().chain(&mut of_lines).for_each(|sign| sign.words.retain(|word| in_both.contains(word)));
        Self { of_places, of_lines }
    }
}

/// A source and its translation, with the median lengths of their sentences.
///
/// A long sentence has a long translation (W. A. Gale and K. W. Church, "A Program for Aligning
/// Sentences in Bilingual Corpora", 1993, <https://aclanthology.org/J93-1004/>).
#[derive(Clone, Copy)]
pub(super) struct EditionPair<'a> {
    pub(super) places: &'a [Place<'a>],
    pub(super) lines: &'a [Line<'a>],
    place_size: usize,
    line_size: usize,
}

impl<'a> EditionPair<'a> {
    pub(super) fn of(places: &'a [Place<'a>], lines: &'a [Line<'a>]) -> Self {
        // The median, since sentences missing from a translation hardly move it.
        let median = |mut sizes: Vec<usize>| {
            let middle = sizes.len() / 2;
            if sizes.is_empty() { 1 } else { (*sizes.select_nth_unstable(middle).1).max(1) }
        };
        let place_size = median(places.iter().filter_map(|place| Some(place.text?.chars().count())).collect());
        let line_size = median(lines.iter().map(|line| line.text.chars().count()).collect());
        Self { places, lines, place_size, line_size }
    }

    /// Returns the cost of taking two texts for a sentence and its translation: high if they are
    /// unlike.
    pub(super) fn unlikeness(self, source: &Sign, translation: &Sign) -> u32 {
        /// The variance of a translation's length per character, as Gale and Church measured it.
        const VARIANCE: usize = 7;
        let all = source.words.len() + translation.words.len();
        // One shared word is weak evidence, and texts without words are neutral.
        let same = (200 * words::common(&source.words, &translation.words) + 50) / (all + 1);
        let (expected, size) = (source.size * self.line_size / self.place_size, translation.size);
        let deviation = expected.abs_diff(size).saturating_pow(2) / (VARIANCE * (expected + size) / 2).max(1);
        // An unknown text has no wrong length, and a group that lacks lines is shorter anyway.
        let is_known = source.size > 0 && source.lines == translation.lines;
        let other_size = if is_known { 25 * deviation.min(8) as u32 } else { 0 };
        (6 * (100 - same.min(100) as u32) + other_size) * STEP / 100
    }
}
