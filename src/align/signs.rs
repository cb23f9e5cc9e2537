//! What tells that two texts are a sentence and its translation, where no lock knows it.

use std::collections::HashSet;

use super::Line;
use super::gap::Place;
use super::words;

/// How many cells a table of blocks of a source and its translation may have.
const BLOCKS: usize = 1 << 18;

/// How many blocks away, at least, a translation is looked for.
const NEAR_BLOCKS: usize = 64;

/// What a half of a line that one side has more costs.
pub(super) const STEP: u32 = 100;

/// The cost of what cannot stand beside each other.
pub(super) const NEVER: u32 = 1 << 30;

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

/// Pairs in order with the least sum of costs; of several the one that pairs earliest. What stays alone has a cost, too, which may be
/// another for the first after a pair.
///
/// Where that is more than a table may hold, only what is about as far from the start on both sides is compared.
pub(super) fn least(
    rows: usize,
    columns: usize,
    cost: impl Fn(usize, usize) -> u32,
    row_alone: impl Fn(usize, bool) -> u32,
    column_alone: impl Fn(usize, bool) -> u32,
) -> Vec<(usize, usize)> {
    if rows == 0 || columns == 0 {
        return Vec::new();
    }
    let half = (BLOCKS / (2 * rows)).max(NEAR_BLOCKS).max(columns / rows + 1).min(columns);
    let width = 2 * half + 1;
    // Of each row the cells of a band are held, in the middle of which the diagonal is.
    let middle = |i: usize| i * columns / rows;
    let cell = |i: usize, j: usize| (j + half).checked_sub(middle(i)).filter(|&at| at < width).map(|at| i * width + at);
    // From here to the end: behind a pair, and behind what stays alone.
    let mut sums = vec![[NEVER; 2]; (rows + 1) * width];
    let sum = |sums: &[[u32; 2]], i: usize, j: usize| cell(i, j).map_or([NEVER; 2], |at| sums[at]);
    let paired = |sums: &[[u32; 2]], i: usize, j: usize| cost(i, j).saturating_add(sum(sums, i + 1, j + 1)[0]);
    let without_row =
        |sums: &[[u32; 2]], i: usize, j: usize, is_first: bool| row_alone(i, is_first).saturating_add(sum(sums, i + 1, j)[1]);
    let without_column =
        |sums: &[[u32; 2]], i: usize, j: usize, is_first: bool| column_alone(j, is_first).saturating_add(sum(sums, i, j + 1)[1]);
    for i in (0..=rows).rev() {
        for j in (middle(i).saturating_sub(half)..=columns.min(middle(i) + half)).rev() {
            let pair = match (i < rows, j < columns) {
                (false, false) => 0,
                (true, true) => paired(&sums, i, j),
                _ => NEVER,
            };
            let at = cell(i, j).expect("it is in the band");
            sums[at] = [true, false].map(|is_first| {
                let row = if i < rows { without_row(&sums, i, j, is_first) } else { NEVER };
                let column = if j < columns { without_column(&sums, i, j, is_first) } else { NEVER };
                pair.min(row).min(column)
            });
        }
    }
    let mut found = Vec::new();
    let (mut i, mut j, mut is_first) = (0, 0, true);
    while i < rows && j < columns {
        let here = sum(&sums, i, j)[usize::from(!is_first)];
        if here == paired(&sums, i, j) {
            found.push((i, j));
            (i, j, is_first) = (i + 1, j + 1, true);
            continue;
        }
        if here == without_column(&sums, i, j, is_first) {
            j += 1;
        } else {
            i += 1;
        }
        is_first = false;
    }
    found
}
