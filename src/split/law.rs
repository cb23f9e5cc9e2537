//! Checks of the laws of a split, on its result alone.
//!
//! Laws 1, 2 and 4 are checked with code of their own; of the splitter's functions they use only
//! `runs` and `span_name`, to group and name lost segments. Laws 3 and 5 compare texts through
//! functions that the split uses too: `undo`, `normal`, `escape_start`, `plain` and
//! `without_marker`. A fault in one of these can hide from the check.

use std::ops::Range;

use super::chapter::{runs, span_name};
use super::markdown::escape_start;
use super::{Chapter, Format, Gap, PieceKind, Role, Segment, SegmentKind, Split, normal, undo};
use crate::base::{Diagnostic, Place, Report, code, fold_all};
use crate::markdown::{plain, without_marker};

/// Checks the laws of `mod.rs`. Each violation names its bytes in the source text and, where it has
/// them, its addresses.
pub fn check_laws(split: &Split, source: &str) -> Vec<Diagnostic> {
    let mut check = Check { split, source, problems: Vec::new() };
    // The later checks slice the source by the ranges of the pieces, so these must be sound.
    if check.pieces() {
        check.segments();
        check.chapters();
    }
    check.problems
}

struct Check<'a> {
    split: &'a Split,
    source: &'a str,
    problems: Vec<Diagnostic>,
}

impl Check<'_> {
    fn report(&mut self, bytes: Range<usize>, message: String) {
        let bytes = bytes.start.min(self.source.len())..bytes.end.min(self.source.len());
        let message = format!("{message} (bytes {} to {})", bytes.start, bytes.end);
        self.problems.report(&code::SPLIT_LOSS, Place::new(&self.split.source_file, bytes), message);
    }

    /// Checks law 1, and law 2 for the pieces. Returns true if both hold.
    fn pieces(&mut self) -> bool {
        let mut end = 0;
        for piece in &self.split.pieces {
            let Range { start, end: next } = piece.range;
            if start > end {
                self.report(end..start, "the split does not contain this part of the source text".to_owned());
            } else if start < end {
                self.report(start..end.min(next), "the split contains this part of the source text twice".to_owned());
            }
            if next <= start {
                self.report(piece.range.clone(), "the split contains an empty part of the source text".to_owned());
            }
            let Some(text) = self.source.get(piece.range.clone()) else {
                self.report(piece.range.clone(), "the split cuts the source text inside a character".to_owned());
                end = end.max(next);
                continue;
            };
            let fits = match piece.kind {
                PieceKind::Segment(segment) => segment < self.split.segments.len(),
                PieceKind::Gap(Gap::WhiteSpace) => text.chars().all(char::is_whitespace),
                PieceKind::Gap(Gap::FootnoteMark) => text.chars().count() == 1 && text.chars().all(char::is_numeric),
                PieceKind::Gap(Gap::ByteOrderMark) => text == "\u{feff}" && start == 0,
                PieceKind::Gap(Gap::FrontMatter) => text.trim_start_matches('\u{feff}').starts_with("---"),
            };
            if !fits {
                self.report(piece.range.clone(), format!("this part of the source text is not of the kind {:?}", piece.kind));
            }
            end = end.max(next);
        }
        if end < self.source.len() {
            self.report(end..self.source.len(), "the split does not contain this part of the source text".to_owned());
        }
        self.problems.is_empty()
    }

    /// Checks law 2 for the segments, and law 3.
    fn segments(&mut self) {
        let mut ranges: Vec<Vec<Range<usize>>> = vec![Vec::new(); self.split.segments.len()];
        let mut last = 0;
        for piece in &self.split.pieces {
            if let PieceKind::Segment(segment) = piece.kind {
                if segment < last {
                    let name = self.split.segments[segment].address;
                    self.report(piece.range.clone(), format!("{name} comes after a segment that should follow it"));
                }
                last = last.max(segment);
                ranges[segment].push(piece.range.clone());
            }
        }
        let split = self.split;
        let mut before = None;
        for (segment, pieces) in split.segments.iter().zip(ranges) {
            let bytes = pieces.first().map_or(0, |first| first.start)..pieces.last().map_or(0, |last| last.end);
            let name = segment.address;
            if segment.ranges != pieces || pieces.is_empty() {
                self.report(bytes, format!("{name} is not made of its parts of the source text"));
                continue;
            }
            if before >= Some(name) {
                self.report(bytes.clone(), format!("the address {name} is out of order in the split"));
            }
            before = Some(name);
            let verbatim = segment.kind.is_verbatim(split.format);
            if undo(segment) != normal(self.source, &pieces, verbatim) {
                self.report(bytes.clone(), format!("{name} without its repairs differs from the source text"));
            }
        }
    }

    /// Checks laws 4 and 5.
    fn chapters(&mut self) {
        let split = self.split;
        let mut owners: Vec<Option<&Chapter>> = vec![None; split.segments.len()];
        for chapter in &split.chapters {
            for cut in &chapter.cuts {
                let Some(segment) = split.segments.get(cut.segment) else {
                    let message = format!("the chapter `{}` contains a segment that the source text does not have", chapter.key);
                    self.report(0..0, message);
                    continue;
                };
                let bytes = bytes_of(segment);
                if let Some(other) = owners[cut.segment].replace(chapter) {
                    let name = segment.address;
                    self.report(bytes.clone(), format!("{name} is in the chapter `{}` and in `{}`", other.key, chapter.key));
                }
                let line = chapter.markdown.get(cut.line.clone()).unwrap_or_default();
                if cut.role != Role::FrontMatter && !has_text_of(line, segment, split.format) {
                    self.report(bytes, format!("the chapter `{}` does not have the text of {}", chapter.key, segment.address));
                }
            }
            self.order(chapter);
        }
        let lost: Vec<usize> = (0..owners.len()).filter(|&segment| owners[segment].is_none()).collect();
        for run in runs(&lost, |_| ()) {
            let (first, last) = (&split.segments[run.start], &split.segments[run.end - 1]);
            let name = span_name(&run, |segment| split.segments[segment].address);
            let bytes = bytes_of(first).start..bytes_of(last).end;
            self.report(bytes, format!("{name} (lines {} to {}) is in no chapter", first.address.line, last.last_line));
        }
    }

    /// Checks the order of a chapter's segments: first as planned, then as in the source.
    fn order(&mut self, chapter: &Chapter) {
        let cuts: Vec<usize> = chapter.cuts.iter().filter(|cut| cut.role != Role::FrontMatter).map(|cut| cut.segment).collect();
        let planned: Vec<usize> = chapter.planned.iter().cloned().flatten().collect();
        let (as_planned, others) = cuts.split_at(planned.len().min(cuts.len()));
        let wrong = as_planned.iter().zip(&planned).find(|(cut, planned)| cut != planned).map(|(&cut, _)| cut);
        let wrong = wrong.or_else(|| others.windows(2).find(|pair| pair[1] <= pair[0]).map(|pair| pair[1]));
        if let Some(segment) = wrong.and_then(|segment| self.split.segments.get(segment)) {
            let bytes = bytes_of(segment);
            let message = format!("{} is out of order in the chapter `{}`", segment.address, chapter.key);
            self.report(bytes, message);
        }
        // The lines of two cuts must not overlap.
        let lines: Vec<&Range<usize>> =
            chapter.cuts.iter().filter(|cut| cut.role != Role::FrontMatter).map(|cut| &cut.line).collect();
        if lines.windows(2).any(|pair| pair[0].end >= pair[1].start) {
            self.report(0..0, format!("two segments of the chapter `{}` overlap", chapter.key));
        }
    }
}

/// Returns true if a line of a chapter has the same text as a segment.
fn has_text_of(line: &str, segment: &Segment, format: Format) -> bool {
    let text = &segment.text;
    match (segment.kind, format) {
        (kind, _) if kind.is_verbatim(format) => line == text,
        (SegmentKind::Sentence, Format::Text) => plain(line) == fold_all(text),
        // The splitter escapes the first character of a sentence that would begin a block.
        (SegmentKind::Sentence, Format::Markdown) => [plain(text), plain(&escape_start(text.into()))].contains(&plain(line)),
        (SegmentKind::Heading(_) | SegmentKind::Verbatim, _) => plain(without_marker(line)) == fold_all(text),
    }
}

fn bytes_of(segment: &Segment) -> Range<usize> {
    segment.ranges.first().map_or(0, |first| first.start)..segment.ranges.last().map_or(0, |last| last.end)
}
