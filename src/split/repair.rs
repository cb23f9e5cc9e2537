//! Emendation: makes the text of a segment, and lists every reading that differs from the source.
//!
//! Law: [`undo`] on an emended segment gives [`normal`] of its bytes in the source, exactly.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use super::plan::{Plan, Repair, RepairKind};
use super::segment::Extent;
use super::sentence::{is_closed, joins_without_space};
use super::{AppliedRepair, Format, Piece, PieceKind, Segment, SegmentKind, no_line};
use crate::base::{Diagnostic, LineIndex, Place, Report, code, suggest};

/// A repair that was found in the source, with its bytes there and its segment.
#[derive(Debug)]
pub(super) struct Placed<'a> {
    pub repair: &'a Repair,
    pub source: Range<usize>,
    pub segment: usize,
}

/// Finds the place of every repair. Reports and drops repairs that do not fit.
pub(super) fn place<'a>(
    plan: &'a Plan,
    file: &Arc<str>,
    source: &str,
    lines: &LineIndex<'_>,
    pieces: &[Piece],
    problems: &mut Vec<Diagnostic>,
) -> Vec<Placed<'a>> {
    let mut placed: Vec<Placed<'a>> = Vec::new();
    for repair in &plan.repairs {
        let Some(range) = find(repair, file, source, lines, problems) else { continue };
        let touched =
            |piece: &&Piece| piece.range.start < range.end && !matches!(piece.kind, PieceKind::Gap(super::Gap::WhiteSpace));
        let from = pieces.partition_point(|piece| piece.range.end <= range.start);
        let mut kinds = pieces[from..].iter().take_while(|piece| piece.range.start < range.end).filter(touched);
        let problem = match (kinds.next().map(|piece| piece.kind), kinds.next()) {
            (Some(PieceKind::Segment(segment)), None) => {
                placed.push(Placed { repair, source: range, segment });
                continue;
            }
            (Some(PieceKind::Gap(_)) | None, None) => Diagnostic::at(
                &code::PLAN_REPAIR,
                repair.found_place.clone(),
                format!("`{}` is not part of any sentence of the source text", repair.found),
            )
            .hint("remove the repair: chapters never contain footnote marks and white space between sentences"),
            (_, Some(_)) => Diagnostic::at(
                &code::PLAN_REPAIR,
                repair.found_place.clone(),
                format!("`{}` extends over the end of a sentence", repair.found),
            )
            .hint("write a repair for each of the sentences"),
        };
        problems.push(problem.also(Place::new(file, range), "in the source text"));
    }
    placed.sort_by_key(|placed| (placed.source.start, placed.source.end));
    let mut last: Option<(Range<usize>, &Repair)> = None;
    placed.retain(|placed| {
        if let Some((range, earlier)) = &last
            && range.end > placed.source.start
        {
            problems
                .report(&code::PLAN_REPAIR, &placed.repair.place, "two repairs change the same part of the source text")
                .also(&earlier.place, "the other repair")
                .also(Place::new(file, placed.source.clone()), "in the source text");
            return false;
        }
        last = Some((placed.source.clone(), placed.repair));
        true
    });
    placed
}

/// Returns the bytes of a repair's `found` in the source text.
fn find(
    repair: &Repair,
    file: &Arc<str>,
    source: &str,
    lines: &LineIndex<'_>,
    problems: &mut Vec<Diagnostic>,
) -> Option<Range<usize>> {
    let place = repair.found_place.clone();
    let Some(line) = lines.whole(repair.line) else {
        let message = no_line(repair.line, lines);
        problems.report(&code::PLAN_REPAIR, place, message);
        return None;
    };
    let text = &source[line.clone()];
    let mut matches = text.match_indices(repair.found.as_str()).map(|(at, _)| line.start + at);
    let in_source = Place::new(file, line.start..line.start + text.trim_end().len());
    let start = match (repair.nth, matches.next(), matches.next()) {
        (None, Some(start), None) => start,
        (None, Some(_), Some(_)) => {
            let count = 2 + matches.count();
            problems
                .report(
                    &code::PLAN_REPAIR,
                    place,
                    format!("`{}` occurs {count} times in line {} of the source text", repair.found, repair.line),
                )
                .also(in_source, "in the source text")
                .hint("write more of the text in `found`, or choose one with `nth`, such as `nth: 2`");
            return None;
        }
        (Some(nth), first, second) => {
            let count = usize::from(first.is_some()) + usize::from(second.is_some()) + matches.count();
            match text.match_indices(repair.found.as_str()).nth(nth - 1) {
                Some((at, _)) => line.start + at,
                None if count == 0 => {
                    problems.push(not_found(repair, source, text, lines, in_source));
                    return None;
                }
                None => {
                    let message = format!(
                        "line {} of the source text has no occurrence {nth} of `{}`; the last one is {count}",
                        repair.line, repair.found
                    );
                    problems.report(&code::PLAN_REPAIR, place, message).also(in_source, "in the source text");
                    return None;
                }
            }
        }
        (None, None, _) => {
            problems.push(not_found(repair, source, text, lines, in_source));
            return None;
        }
    };
    Some(start..start + repair.found.len())
}

fn not_found(repair: &Repair, source: &str, line: &str, lines: &LineIndex<'_>, in_source: Place) -> Diagnostic {
    let Repair { found, line: number, .. } = repair;
    let problem = Diagnostic::at(
        &code::PLAN_REPAIR,
        repair.found_place.clone(),
        format!("`{found}` does not occur in line {number} of the source text"),
    )
    .also(in_source, "in the source text");
    let elsewhere: Vec<String> = source.match_indices(found.as_str()).map(|(at, _)| lines.line(at).to_string()).take(3).collect();
    if !elsewhere.is_empty() {
        return problem.hint(format!("change `line`: `{found}` occurs in line {}", elsewhere.join(" and in line ")));
    }
    // Compares `found` with as many words of the line in a row, in the line's first 400 words.
    let wanted = found.split_whitespace().count().max(1);
    let words: Vec<&str> = line.split_whitespace().take(400).collect();
    let candidates: Vec<String> = words.windows(wanted.min(words.len()).max(1)).map(|words| words.join(" ")).collect();
    let candidates = candidates.iter().map(|words| words.trim_matches(|c: char| c.is_ascii_punctuation()));
    problem.maybe_hint(suggest::did_you_mean(found, candidates))
}

/// Makes a segment from its extent: applies its `repairs`, which are in order.
///
/// A sentence without a terminator gets `closing`.
pub(super) fn emend(
    extent: Extent,
    repairs: &[Placed<'_>],
    source: &str,
    format: Format,
    closing: &str,
    problems: &mut Vec<Diagnostic>,
) -> Segment {
    let verbatim = extent.kind.is_verbatim(format);
    let mut points = Vec::new();
    let plain = normal_with(source, &extent.ranges, verbatim, (!repairs.is_empty()).then_some(&mut points));
    let mut emended = Emended::default();
    let mut done = 0;
    for Placed { repair, source, .. } in repairs {
        let (start, end) = offsets(&points, source, plain.len());
        emended.keep(&plain[done..start.max(done)], verbatim);
        emended.replace(repair, source.clone(), &plain[start.max(done)..end.max(done)], verbatim);
        done = done.max(end);
    }
    emended.keep(&plain[done..], verbatim);
    if !verbatim {
        emended.trim_end();
    }
    let Emended { mut text, mut repairs } = emended;
    if text.is_empty() {
        let places = repairs.iter().filter_map(|repair| repair.place.clone());
        problems.extend(places.map(|place| {
            Diagnostic::at(&code::PLAN_REPAIR, place, format!("the repair removes all text of {}", extent.address))
        }));
        (text, repairs) = (plain, Vec::new());
    }
    if extent.kind == SegmentKind::Sentence && !closing.is_empty() && !is_closed(&text) {
        let start = text.len();
        text.push_str(closing);
        let end = extent.ranges.last().map_or(0, |range| range.end);
        // Most sentences of a text without full stops have no other repair.
        repairs.reserve_exact(1);
        repairs.push(AppliedRepair {
            range: start..text.len(),
            original: String::new(),
            kind: RepairKind::Stop,
            note: BTreeMap::new(),
            place: None,
            source: end..end,
        });
    }
    let Extent { address, last_line, ranges, paragraph, kind, rejoined, head_lost } = extent;
    Segment { address, last_line, ranges, paragraph, kind, text, repairs, rejoined, head_lost }
}

/// Returns the text of a segment before it was emended.
pub fn undo(segment: &Segment) -> String {
    let mut plain = String::with_capacity(segment.text.len());
    let mut done = 0;
    for repair in &segment.repairs {
        plain.push_str(segment.text.get(done..repair.range.start).unwrap_or_default());
        plain.push_str(&repair.original);
        done = repair.range.end;
    }
    plain.push_str(segment.text.get(done..).unwrap_or_default());
    plain
}

/// Returns the text of a segment in the source, with white space normalised. `ranges` are the bytes
/// of the segment.
///
/// A run of white space, or a line break, becomes one space. A line break between characters of
/// scripts without spaces is removed. A single special space (no-break, ideographic) stays. In
/// verbatim text all white space stays.
pub fn normal(source: &str, ranges: &[Range<usize>], verbatim: bool) -> String {
    normal_with(source, ranges, verbatim, None)
}

/// The offset of a character in the source, and its offsets in the [`normal`] text.
///
/// The two offsets differ only inside a run of white space, which becomes one space. A repair of a
/// part of the run covers that whole space:
///
/// ```text
/// source   a ␣ ␣ b        the second ␣ has start 1 and end 2
/// normal   a ␣ b
/// ```
#[derive(Debug)]
struct Point {
    source: usize,
    /// The beginning of a range that begins with this character.
    start: usize,
    /// The end of a range that ends before this character.
    end: usize,
}

fn normal_with(source: &str, ranges: &[Range<usize>], verbatim: bool, mut points: Option<&mut Vec<Point>>) -> String {
    let mut text = String::new();
    for range in ranges {
        let part = &source[range.clone()];
        if let (Some(before), Some(after)) = (text.chars().next_back(), part.chars().next())
            && !joins_without_space(before, after)
        {
            text.push(' ');
        }
        let mut at = 0;
        while let Some(c) = part[at..].chars().next() {
            let start = text.len();
            let run = if verbatim || !c.is_whitespace() {
                text.push(c);
                c.len_utf8()
            } else {
                let run = part.len() - at - part[at..].trim_start().len();
                let kept = run == c.len_utf8() && !c.is_ascii() && !matches!(c, '\u{85}' | '\u{2028}' | '\u{2029}');
                text.push(if kept { c } else { ' ' });
                run
            };
            if let Some(points) = &mut points {
                for (inside, _) in part[at..at + run].char_indices() {
                    let end = if inside == 0 { start } else { text.len() };
                    points.push(Point { source: range.start + at + inside, start, end });
                }
            }
            at += run;
        }
        if let Some(points) = &mut points {
            // The range ends here, before the space that replaces the line break.
            points.push(Point { source: range.end, start: text.len(), end: text.len() });
        }
    }
    text
}

/// Maps a range of the source to a range of the normal text.
fn offsets(points: &[Point], range: &Range<usize>, length: usize) -> (usize, usize) {
    let point = |offset: usize| points.get(points.partition_point(|point| point.source < offset));
    (point(range.start).map_or(length, |point| point.start), point(range.end).map_or(length, |point| point.end))
}

/// A text under construction from kept and replaced parts, without double spaces.
#[derive(Default)]
struct Emended {
    text: String,
    repairs: Vec<AppliedRepair>,
}

impl Emended {
    /// Returns true if the text is empty or ends with a space, so that another space is not needed.
    fn is_spaced(&self) -> bool {
        self.text.is_empty() || self.text.ends_with(' ')
    }

    fn keep(&mut self, mut text: &str, verbatim: bool) {
        if !verbatim
            && self.is_spaced()
            && let Some(repair) = self.repairs.last_mut()
            && let Some(rest) = text.strip_prefix(' ')
        {
            // The repair removed a word between two spaces: the second space goes with the word.
            repair.original.push(' ');
            text = rest;
        }
        self.text.push_str(text);
    }

    fn replace(&mut self, repair: &Repair, source: Range<usize>, original: &str, verbatim: bool) {
        let start = self.text.len();
        if verbatim {
            self.text.push_str(&repair.reading);
        } else {
            for c in repair.reading.chars() {
                let c = if matches!(c, '\t'..='\r') { ' ' } else { c };
                if c != ' ' || !self.is_spaced() {
                    self.text.push(c);
                }
            }
        }
        self.repairs.push(AppliedRepair {
            range: start..self.text.len(),
            original: original.to_owned(),
            kind: repair.kind,
            note: repair.note.clone(),
            place: Some(repair.place.clone()),
            source,
        });
    }

    /// Removes the space at the end, which remains if a repair removed the last word.
    fn trim_end(&mut self) {
        while self.text.ends_with(' ') {
            let end = self.text.len();
            let Some(at) = self.repairs.iter().position(|repair| repair.range.end == end) else { break };
            let repair = &mut self.repairs[at];
            if repair.range.is_empty() {
                // The space is the source's own: it goes with the first of the removed words.
                repair.original.insert(0, ' ');
            }
            self.text.pop();
            for repair in &mut self.repairs[at..] {
                repair.range = repair.range.start.min(end - 1)..repair.range.end.min(end - 1);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::split::{SplitInput, split};

    fn check(source: &str, repairs: &[(&str, &str)], expected: &str) {
        let list: String = repairs
            .iter()
            .map(|(found, reading)| format!("  - {{line: 1, found: \"{found}\", reading: \"{reading}\", kind: typo}}\n"))
            .collect();
        let plan = format!("source: s\nlanguage: en\nchapters: [{{key: a, title: A, rest: true}}]\nrepairs:\n{list}");
        let file: Arc<str> = "x".into();
        let (result, problems) = split(&SplitInput { plan_file: &file, plan: &plan, source_file: &file, source });
        assert_eq!(problems, []);
        let segment = &result.expect("a plan").segments[0];
        assert_eq!(segment.text, expected);
        assert_eq!(undo(segment), normal(source, &segment.ranges, false));
    }

    #[test]
    fn removed_words_leave_no_double_space() {
        check("one two three", &[("two", "")], "one three");
        check("one two  three", &[("two ", "")], "one three");
        check("one two three", &[("one", "")], "two three");
        check("one two three", &[("three", "")], "one two");
        check("one two three", &[("two", ""), ("three", "")], "one");
        check("one two three", &[("one ", " "), ("two", " 2 ")], "2 three");
        check("one  two", &[("  ", " , ")], "one , two");
    }

    #[test]
    fn repairs_beside_each_other_are_kept_apart() {
        check("onetwo three", &[("one", "1"), ("two", "2")], "12 three");
        check("one - two", &[("one ", "one"), ("-", "–"), (" two", "two")], "one–two");
        check("H. Э  сөз", &[("Э", "Ә."), ("сөз", "⟨…⟩ Сөз")], "H. Ә. ⟨…⟩ Сөз");
    }
}
