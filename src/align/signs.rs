//! What tells that two texts are a sentence and its translation, where no lock knows it.

use std::collections::HashSet;

use super::Line;
use super::gap::Place;
use super::words;

/// What a half of a line that one side has more costs.
pub(super) const STEP: u32 = 100;

/// By what texts and their translations know each other: words that occur on both sides (numbers, names, code, links), and how long they are.
pub(super) struct Signs {
    pub(super) of_places: Vec<Sign>,
    pub(super) of_lines: Vec<Sign>,
}

#[derive(Default)]
pub(super) struct Sign {
    words: Vec<u64>,
    /// In characters, if the text is known.
    size: usize,
    lines: usize,
}

impl Signs {
    pub(super) fn of(place_groups: &[Vec<usize>], line_groups: &[Vec<usize>], Sides { places, lines, .. }: Sides<'_>) -> Self {
        // Of two that stand alone nothing is to be decided.
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

/// A source and its translation, and how long their sentences are as a rule.
///
/// A long sentence has a long translation (W. A. Gale and K. W. Church, "A Program for Aligning Sentences in Bilingual Corpora",
/// 1993, <https://aclanthology.org/J93-1004/>).
#[derive(Clone, Copy)]
pub(super) struct Sides<'a> {
    pub(super) places: &'a [Place<'a>],
    pub(super) lines: &'a [Line<'a>],
    place_size: usize,
    line_size: usize,
}

impl<'a> Sides<'a> {
    pub(super) fn of(places: &'a [Place<'a>], lines: &'a [Line<'a>]) -> Self {
        // What is missing in a translation moves no median.
        let median = |mut sizes: Vec<usize>| {
            let middle = sizes.len() / 2;
            if sizes.is_empty() { 1 } else { (*sizes.select_nth_unstable(middle).1).max(1) }
        };
        let place_size = median(places.iter().filter_map(|place| Some(place.text?.chars().count())).collect());
        let line_size = median(lines.iter().map(|line| line.text.chars().count()).collect());
        Self { places, lines, place_size, line_size }
    }

    /// How little two texts are like a sentence and its translation.
    pub(super) fn unlikeness(self, source: &Sign, translation: &Sign) -> u32 {
        /// The variance of a translation's length, for each character, as they measured it.
        const VARIANCE: usize = 7;
        let all = source.words.len() + translation.words.len();
        // One word is not much, and none says neither yes nor no.
        let same = (200 * words::common(&source.words, &translation.words) + 50) / (all + 1);
        let (expected, size) = (source.size * self.line_size / self.place_size, translation.size);
        let deviation = expected.abs_diff(size).saturating_pow(2) / (VARIANCE * (expected + size) / 2).max(1);
        // Of what is not known no length is wrong, and what lacks lines is shorter.
        let is_known = source.size > 0 && source.lines == translation.lines;
        let other_size = if is_known { 25 * deviation.min(8) as u32 } else { 0 };
        (6 * (100 - same.min(100) as u32) + other_size) * STEP / 100
    }
}
