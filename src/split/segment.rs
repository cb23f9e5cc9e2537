//! Partition of the source text: makes pieces and segments of blocks.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use super::block::{BlockKind, Shape, blocks};
use super::plan::{Address, LineMode, Plan};
use super::sentence::{Cutter, Part, Rules};
use super::{Format, Gap, Piece, PieceKind, Segment, SegmentKind, no_line};
use crate::base::{Diagnostic, LineIndex, Place, Report, code, suggest};
use crate::markdown::byte_order_mark;

/// A segment before it is emended: its position in the source.
#[derive(Debug)]
pub(super) struct Extent {
    pub address: Address,
    pub last_line: usize,
    pub ranges: Vec<Range<usize>>,
    pub paragraph: usize,
    pub kind: SegmentKind,
    pub rejoined: bool,
    pub head_lost: bool,
}

/// Cuts the source text as the plan says.
pub(super) fn cut(
    plan: &Plan,
    file: &Arc<str>,
    source: &str,
    lines: &LineIndex<'_>,
    problems: &mut Vec<Diagnostic>,
) -> (Vec<Extent>, Vec<Piece>) {
    let segmentation = &plan.segmentation;
    let mut rules = Rules {
        run_together: segmentation.run_together,
        abbreviations: segmentation.abbreviations.clone(),
        initials: segmentation.initials,
        footnote_marks: segmentation.footnote_marks,
        markdown: segmentation.lines == LineMode::Markdown,
        forced: occurrences(&segmentation.break_before, file, source, problems),
        forbidden: occurrences(&segmentation.no_break_before, file, source, problems),
    };
    let join = joined_lines(plan, file, source, lines, problems);
    for &line in &join {
        let range = lines.whole(line).unwrap_or_default();
        rules.forbidden.push(range.start + (range.len() - source[range.clone()].trim_start().len()));
    }
    rules.forbidden.sort_unstable();

    let mut headings: Vec<String> =
        plan.chapters.iter().filter_map(|chapter| Some(chapter.at_heading.as_ref()?.0.clone())).collect();
    headings.extend(plan.headings.iter().flat_map(|cut| cut.starts.iter().cloned()));
    let shape = Shape { lines: segmentation.lines, join: &join, headings: &headings };
    let mut cutter = Cutter::new(source, &rules);
    let lines_are_sentences = segmentation.lines == LineMode::Sentences;
    let mut partition = Partition {
        source,
        lines,
        join: &join,
        lines_are_sentences,
        format: segmentation.format(),
        extents: Vec::new(),
        pieces: Vec::new(),
        end: 0,
    };
    let mut paragraph = 0;
    for block in blocks(source, &shape) {
        paragraph += usize::from(block.opens);
        match block.kind {
            BlockKind::Prose => {
                for part in cutter.cut(block.range) {
                    match part {
                        Part::Sentence(range) => partition.segment(range, paragraph, SegmentKind::Sentence),
                        Part::FootnoteMark(range) => partition.piece(range, PieceKind::Gap(Gap::FootnoteMark)),
                    }
                }
            }
            BlockKind::Heading(level) => partition.segment(block.range, paragraph, SegmentKind::Heading(level)),
            BlockKind::Verbatim => partition.segment(block.range, paragraph, SegmentKind::Verbatim),
            BlockKind::FrontMatter => partition.piece(block.range, PieceKind::Gap(Gap::FrontMatter)),
        }
    }
    partition.gap_until(source.len());
    (partition.extents, partition.pieces)
}

/// The pieces found so far, end to end, and their segments.
struct Partition<'a> {
    source: &'a str,
    lines: &'a LineIndex<'a>,
    join: &'a BTreeSet<usize>,
    lines_are_sentences: bool,
    format: Format,
    extents: Vec<Extent>,
    pieces: Vec<Piece>,
    /// The end of the last piece.
    end: usize,
}

impl Partition<'_> {
    fn segment(&mut self, range: Range<usize>, paragraph: usize, kind: SegmentKind) {
        let line = self.lines.line(range.start);
        let last_line = self.lines.line(range.end.saturating_sub(1).max(range.start));
        let nth = match self.extents.last() {
            Some(last) if last.address.line == line => last.address.nth + 1,
            _ => 1,
        };
        let index = self.extents.len();
        let mut ranges = Vec::new();
        if kind.is_verbatim(self.format) {
            ranges.push(range);
        } else {
            let mut at = range.start;
            for part in self.source[range].split_inclusive('\n') {
                let start = at + (part.len() - part.trim_start().len());
                let end = at + part.trim_end().len();
                if start < end {
                    ranges.push(start..end);
                }
                at += part.len();
            }
        }
        for range in &ranges {
            self.piece(range.clone(), PieceKind::Segment(index));
        }
        let rejoined = self.join.range(line + 1..=last_line.max(line + 1)).any(|&joined| joined <= last_line);
        let head_lost = self.lines_are_sentences && kind == SegmentKind::Sentence && self.begins_small(line, &ranges);
        self.extents.push(Extent { address: Address { line, nth }, last_line, ranges, paragraph, kind, rejoined, head_lost });
    }

    /// Returns true if a segment comes first in its line and begins with a small letter.
    fn begins_small(&self, line: usize, ranges: &[Range<usize>]) -> bool {
        let (Some(line), Some(range)) = (self.lines.whole(line), ranges.first()) else { return false };
        self.source[line.start..range.start].trim().is_empty()
            && self.source[range.clone()].chars().find(|c| c.is_alphanumeric()).is_some_and(char::is_lowercase)
    }

    fn piece(&mut self, range: Range<usize>, kind: PieceKind) {
        self.gap_until(range.start);
        self.end = range.end;
        self.pieces.push(Piece { range, kind });
    }

    fn gap_until(&mut self, end: usize) {
        let mark = byte_order_mark(self.source);
        if self.end == 0 && end > 0 && mark > 0 {
            self.end = mark;
            self.pieces.push(Piece { range: 0..self.end, kind: PieceKind::Gap(Gap::ByteOrderMark) });
        }
        if end > self.end {
            self.pieces.push(Piece { range: self.end..end, kind: PieceKind::Gap(Gap::WhiteSpace) });
            self.end = end;
        }
    }
}

/// Returns the sorted offsets at which the texts of `break_before` or `no_break_before` occur.
/// Reports texts that do not occur.
fn occurrences(needles: &[(String, Place)], file: &Arc<str>, source: &str, problems: &mut Vec<Diagnostic>) -> Vec<usize> {
    let mut found = Vec::new();
    for (needle, place) in needles {
        let before = found.len();
        found.extend(source.match_indices(needle.as_str()).map(|(at, _)| at));
        if found.len() == before {
            problems
                .report(&code::PLAN_SEGMENT, place, format!("`{needle}` does not occur in the source text"))
                .also(Place::whole(file), "the source text");
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// Returns the lines of `join` that can be joined; reports the others.
fn joined_lines(
    plan: &Plan,
    file: &Arc<str>,
    source: &str,
    lines: &LineIndex<'_>,
    problems: &mut Vec<Diagnostic>,
) -> BTreeSet<usize> {
    let mut join = BTreeSet::new();
    for (line, place) in &plan.segmentation.join {
        let problem = match lines.whole(*line) {
            _ if plan.segmentation.lines == LineMode::Markdown => "`join` cannot be used for a Markdown source text".to_owned(),
            None => no_line(*line, lines),
            Some(range) if source[range.clone()].trim().is_empty() => format!("line {line} of the source text is blank"),
            Some(range) if source[..range.start].trim().is_empty() => {
                format!("line {line} of the source text cannot continue the line before, because there is no text before it")
            }
            Some(_) => {
                join.insert(*line);
                continue;
            }
        };
        let place_in_source = Place::whole(file);
        problems.report(&code::PLAN_SEGMENT, place, problem).also(place_in_source, "the source text");
    }
    join
}

/// An item that has an address in the source text.
pub(super) trait Addressed {
    fn address(&self) -> Address;
    fn last_line(&self) -> usize;
}

impl Addressed for Extent {
    fn address(&self) -> Address {
        self.address
    }

    fn last_line(&self) -> usize {
        self.last_line
    }
}

impl Addressed for Segment {
    fn address(&self) -> Address {
        self.address
    }

    fn last_line(&self) -> usize {
        self.last_line
    }
}

/// Returns the index of the segment with an address. `place` is where the plan names it.
pub(super) fn find(
    segments: &[impl Addressed],
    address: Address,
    place: &Place,
    problems: &mut Vec<Diagnostic>,
) -> Option<usize> {
    match segments.binary_search_by_key(&address, Addressed::address) {
        Ok(index) => Some(index),
        Err(after) => {
            let problem = Diagnostic::at(
                &code::PLAN_SEGMENT,
                place.clone(),
                format!("the source text has no sentence or heading {address}"),
            );
            problems.push(problem.maybe_hint(hint(segments, address, after)));
            None
        }
    }
}

/// Returns a hint on the segments near a missing one, which would have the index `after`.
fn hint(segments: &[impl Addressed], address: Address, after: usize) -> Option<String> {
    let first = segments.partition_point(|segment| segment.address().line < address.line);
    let line = address.line;
    let last = segments.get(after.checked_sub(1)?)?;
    if after > first {
        return Some(match last.address() {
            only @ Address { nth: 1, .. } => {
                format!("use {only}: no other sentence or heading starts in line {line} of the source text")
            }
            last => format!("use an address from L{line}.1 to {last}: no others start in line {line} of the source text"),
        });
    }
    if last.last_line() >= line {
        return Some(format!("use the sentence to which line {line} of the source text belongs: {}", last.address()));
    }
    let near: Vec<String> =
        segments[after.saturating_sub(2)..segments.len().min(after + 2)].iter().map(|near| near.address().to_string()).collect();
    suggest::did_you_mean(&address.to_string(), near.iter().map(String::as_str))
}
