//! Origin of a chapter's lines: the segment of the source text from which each line was made, and
//! the words that repairs of the plan corrected (readings).

use std::ops::Range;

use super::ParseInput;
use crate::split::{self, RepairKind, SegmentKind};

/// The origins of a chapter's lines, by byte in the file.
#[derive(Default)]
pub(super) struct Provenance {
    /// The lines that were made from a cut, in order, with the index of the cut.
    lines: Vec<(Range<usize>, u32)>,
    /// The corrected words, in order.
    readings: Vec<Range<usize>>,
}

impl Provenance {
    pub(super) fn of(page: Option<&ParseInput>, start: usize) -> Self {
        let Some((page, of)) = page.and_then(|page| Some((page, page.chapter.as_ref()?))) else { return Self::default() };
        let chapter = &of.split.chapters[of.index];
        let mut lines = Vec::new();
        let mut at = start;
        for line in page.text[start..].split_inclusive('\n') {
            let trimmed = line.trim();
            // The editor writes the definitions of footnotes, so they have no cut.
            if !trimmed.is_empty() && !trimmed.starts_with("[^") {
                lines.push((at + (line.len() - line.trim_start().len()), trimmed));
            }
            at += line.len();
        }
        let segment_of = |cut: usize| &of.split.segments[chapter.cuts[cut].segment];
        fn texts<'t>(lines: &[(usize, &'t str)]) -> Vec<&'t str> {
            lines.iter().map(|&(_, line)| line).collect()
        }
        let mut located = split::locate(chapter, &texts(&lines));
        // The editor can add a heading with the words of a sentence. It must not take the cut of
        // the sentence.
        let mut own = located.iter().zip(&lines).map(|(cut, (_, line))| {
            !line.starts_with('#') || cut.is_some_and(|cut| segment_of(cut).kind != SegmentKind::Sentence)
        });
        let before = lines.len();
        let kept: Vec<_> = lines.iter().copied().filter(|_| own.next() == Some(true)).collect();
        if kept.len() < before {
            lines = kept;
            located = split::locate(chapter, &texts(&lines));
        }
        let mut provenance = Self::default();
        for ((start, line), cut) in lines.into_iter().zip(located) {
            let Some(cut) = cut else { continue };
            provenance.lines.push((start..start + line.len(), cut as u32));
            let segment = segment_of(cut);
            // In a block of several lines, a reading is marked only at its exact position.
            let block = segment.text.contains('\n').then(|| segment.text.find(line));
            // In an edited line, the search for a reading begins after the previous one.
            let mut from = 0;
            for repair in &segment.repairs {
                let reading = &segment.text[repair.range.clone()];
                // A full stop that was added to close a sentence is too small a change to mark.
                if reading.is_empty() || repair.kind == RepairKind::Stop {
                    continue;
                }
                let found = match block {
                    Some(offset) => offset.and_then(|offset| repair.range.start.checked_sub(offset)),
                    None => Some(repair.range.start),
                };
                let expected = found.filter(|&at| at >= from && line.get(at..at + reading.len()) == Some(reading));
                let elsewhere = || line[from..].find(reading).filter(|_| block.is_none()).map(|at| at + from);
                if let Some(at) = expected.or_else(elsewhere) {
                    provenance.readings.push(start + at..start + at + reading.len());
                    from = at + reading.len();
                }
            }
        }
        provenance.readings.sort_by_key(|reading| reading.start);
        provenance
    }

    /// Returns the index of the cut from which the line with this byte was made.
    pub(super) fn cut_at(&self, byte: usize) -> Option<u32> {
        let (line, cut) = self.lines.get(self.lines.partition_point(|(line, _)| line.end < byte))?;
        (line.start <= byte).then_some(*cut)
    }

    /// Returns the corrected words within a range of bytes.
    pub(super) fn readings_in(&self, range: &Range<usize>) -> Vec<Range<usize>> {
        if self.readings.is_empty() {
            return Vec::new();
        }
        let first = self.readings.partition_point(|reading| reading.end <= range.start);
        self.readings[first..]
            .iter()
            .take_while(|reading| reading.start < range.end)
            .map(|reading| reading.start.max(range.start)..reading.end.min(range.end))
            .collect()
    }
}
