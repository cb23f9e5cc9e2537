//! Comparison of a planned chapter with its file: the sentences that were kept, edited, moved or
//! lost.
//!
//! Only words are compared. Links, emphasis and footnotes that editors add are ignored. Lines with
//! equal words are paired first, at any distance. The others are paired by likeness, in order,
//! between neighbours that are already paired. The work for each line is bounded.

use std::collections::HashMap;
use std::ops::Range;

use crate::markdown::{plain, text_lines, without_marker};
use crate::translation::ids::{longest_increasing, similarity, sorted_words};

use super::{Chapter, Cut};

/// A difference between a chapter's file and the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The index of the cut in [`Chapter::cuts`]. `None` for a heading of the plan, and for a line
    /// of the file that belongs to no cut.
    pub cut: Option<usize>,
    pub change: Change,
}

/// The change of a line from the plan to the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// The line is not in the file.
    Missing,
    /// The file has the line in other words.
    Edited {
        /// Its bytes in the file.
        line: Range<usize>,
        /// The share of equal words, in percent.
        likeness: u8,
    },
    /// The file has the line in the same words, but in another place.
    Moved { line: Range<usize> },
    /// The line is in the file only.
    Added { line: Range<usize> },
}

/// The state of a chapter's file, compared with the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileState {
    Absent,
    /// The file equals the plan's output byte for byte.
    Same,
    /// Every sentence is that of the plan; front matter, markup, notes or paragraphs differ.
    SameSentences,
    /// Sentences differ: somebody edited them, or the plan has changed since.
    Differs(Vec<Difference>),
}

/// Returns the state of a chapter's file.
pub fn state(chapter: &Chapter, file_text: Option<&str>) -> FileState {
    match file_text {
        None => FileState::Absent,
        Some(text) if text == chapter.markdown => FileState::Same,
        Some(text) => match compare(chapter, text) {
            differences if differences.is_empty() => FileState::SameSentences,
            differences => FileState::Differs(differences),
        },
    }
}

/// Returns the differences between the sentences of a file and those of the plan. The list is empty
/// if the file has all of them, in order, and no others.
pub fn compare(chapter: &Chapter, file_text: &str) -> Vec<Difference> {
    let planned = text_lines(&chapter.markdown);
    let lines = text_lines(file_text);
    let planned_keys: Vec<String> = planned.iter().map(|line| key(&chapter.markdown[line.clone()])).collect();
    let file_keys: Vec<String> = lines.iter().map(|line| key(&file_text[line.clone()])).collect();
    let matches = pair(&planned_keys, &file_keys);
    let in_order = longest_increasing(&matches.iter().map(|found| found.map(|(line, _)| line)).collect::<Vec<_>>());
    let mut used = vec![false; lines.len()];
    let mut differences = Vec::new();
    for (index, found) in matches.iter().enumerate() {
        let cut = cut_at(&chapter.cuts, planned[index].start);
        let change = match found {
            None => Change::Missing,
            Some((line, likeness)) => {
                used[*line] = true;
                let range = lines[*line].clone();
                match likeness {
                    100 if in_order[index] => continue,
                    100 => Change::Moved { line: range },
                    &likeness => Change::Edited { line: range, likeness },
                }
            }
        };
        // A block of many lines gets one difference.
        if cut.is_none() || differences.last().is_none_or(|last: &Difference| last.cut != cut) {
            differences.push(Difference { cut, change });
        }
    }
    let added = lines.into_iter().zip(used).filter(|(_, used)| !used);
    differences.extend(added.map(|(line, _)| Difference { cut: None, change: Change::Added { line } }));
    differences
}

/// Returns, for each line of a page's Markdown, the index of its cut; `None` for a line without a
/// cut, such as a heading of the plan or an added line.
pub fn locate(chapter: &Chapter, lines: &[&str]) -> Vec<Option<usize>> {
    let planned = text_lines(&chapter.markdown);
    let planned_keys: Vec<String> = planned.iter().map(|line| key(&chapter.markdown[line.clone()])).collect();
    let keys: Vec<String> = lines.iter().map(|line| key(line)).collect();
    let mut located = vec![None; lines.len()];
    for (line, found) in planned.iter().zip(pair(&planned_keys, &keys)) {
        if let Some((index, _)) = found {
            located[index] = cut_at(&chapter.cuts, line.start);
        }
    }
    located
}

/// Returns the comparison key of a line: its words without markup.
fn key(line: &str) -> String {
    plain(without_marker(line))
}

/// Returns the index of the cut whose line holds an offset of the chapter's Markdown.
fn cut_at(cuts: &[Cut], offset: usize) -> Option<usize> {
    // Cuts of the front matter have an empty line at 0, before all others.
    let index = cuts.partition_point(|cut| cut.line.end <= offset);
    cuts.get(index).filter(|cut| cut.line.contains(&offset)).map(|_| index)
}

/// Minimum likeness at which two lines count as one edited line: the share of equal words, in
/// percent.
const MIN_LIKENESS: u8 = 50;

/// The number of candidates that a line is compared with.
const CANDIDATES: usize = 8;

/// Pairs the keys `wanted` with the keys `lines`. Returns, for each of `wanted`, the index of its
/// partner and their likeness in percent.
fn pair(wanted: &[String], lines: &[String]) -> Vec<Option<(usize, u8)>> {
    let mut by_key: HashMap<&str, Vec<usize>> = HashMap::new();
    for (index, key) in lines.iter().enumerate().rev() {
        by_key.entry(key).or_default().push(index);
    }
    let mut matches: Vec<Option<(usize, u8)>> =
        wanted.iter().map(|key| Some((by_key.get_mut(key.as_str())?.pop()?, 100))).collect();
    let mut free: Vec<usize> = by_key.into_values().flatten().collect();
    free.sort_unstable();
    if free.is_empty() {
        return matches;
    }
    // For each wanted line: the position of the next line after it that was paired exactly.
    let mut next = vec![lines.len(); matches.len()];
    let mut bound = lines.len();
    for (index, found) in matches.iter().enumerate().rev() {
        next[index] = bound;
        bound = found.map_or(bound, |(line, _)| line);
    }
    let words: Vec<Vec<&str>> = free.iter().map(|&line| sorted_words(&lines[line])).collect();
    let mut used = vec![false; free.len()];
    let mut from = 0;
    for (index, key) in wanted.iter().enumerate() {
        if let Some((line, _)) = matches[index] {
            from = line + 1;
            continue;
        }
        let first = free.partition_point(|&line| line < from);
        let mine = sorted_words(key);
        let candidates = (first..free.len())
            .take_while(|&at| free[at] < next[index] || next[index] < from)
            .filter(|&at| !used[at])
            .take(CANDIDATES)
            .map(|at| (similarity(&mine, &words[at]), at))
            .filter(|&(likeness, _)| likeness >= MIN_LIKENESS);
        // Takes the first of the best candidates, so that equal ones keep their order.
        if let Some((likeness, at)) = candidates.max_by_key(|&(likeness, at)| (likeness, usize::MAX - at)) {
            used[at] = true;
            from = free[at] + 1;
            matches[index] = Some((free[at], likeness.min(99)));
        }
    }
    matches
}
