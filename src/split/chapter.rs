//! Assignment of segments to chapters.
//!
//! A chapter takes segments in five steps. Each step takes only segments that are still free:
//!
//! 1. the segments that the plan names by address;
//! 2. the headings that open chapters (`at_heading`, `cut`);
//! 3. the segments with a word from `terms`;
//! 4. the segments below the heading of the chapter;
//! 5. all other segments, for the chapter with `rest`.
//!
//! Only addresses can change the order of the source.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;
use std::sync::Arc;

use super::plan::{LineMode, Plan, PlanEntry, Touch};
use super::segment::{Extent, find};
use super::sentence::{begins_with, is_unspaced};
use super::{Format, Segment, SegmentKind};
use crate::base::{Diagnostic, Place, Report, code, suggest};
use crate::markdown::{plain, without_marker};
use crate::model::Key;

/// A chapter before it is written.
#[derive(Debug)]
pub(super) struct Draft {
    pub key: Key,
    pub place: Place,
    pub title: String,
    pub description: Option<String>,
    pub order: i64,
    pub aliases: Vec<String>,
    /// The heading that opens the chapter. The title replaces it.
    pub front: Option<usize>,
    pub items: Vec<Item>,
    /// The ranges of segments that the plan names by address, in its order.
    pub planned: Vec<Range<usize>>,
}

/// A part of a chapter's text.
#[derive(Debug)]
pub(super) enum Item {
    Heading { text: String, level: u8 },
    Title(usize),
    Paragraph(Vec<usize>),
}

/// The chapters while they are filled.
#[derive(Debug)]
pub(super) struct Assignment<'a> {
    plan: &'a Plan,
    file: &'a Arc<str>,
    pub drafts: Vec<Draft>,
    /// The chapter of each segment, and the place in the plan that assigns the segment to it.
    owners: Vec<Option<(usize, Place)>>,
    /// The segments that are titles.
    pub titles: BTreeSet<usize>,
}

impl<'a> Assignment<'a> {
    /// Runs step 1: gives each chapter the segments that the plan names by address.
    pub(super) fn by_address(plan: &'a Plan, file: &'a Arc<str>, extents: &[Extent], problems: &mut Vec<Diagnostic>) -> Self {
        let owners = vec![None; extents.len()];
        let mut assignment = Self { plan, file, drafts: Vec::new(), owners, titles: BTreeSet::new() };
        for (index, chapter) in plan.chapters.iter().enumerate() {
            let mut planned = Vec::new();
            let mut items = Vec::new();
            for entry in &chapter.entries {
                let mut segments = Vec::new();
                match entry {
                    PlanEntry::Heading { text, level } => items.push(Item::Heading { text: text.clone(), level: *level }),
                    PlanEntry::Title(address, place) => {
                        let Some(at) = find(extents, *address, place, problems) else { continue };
                        if assignment.take(at..at + 1, index, place, extents, problems, &mut segments) {
                            assignment.titles.insert(at);
                            planned.push(at..at + 1);
                            items.push(Item::Title(at));
                        }
                        continue;
                    }
                    PlanEntry::Paragraph(spans) => {
                        for span in spans {
                            let first = find(extents, span.first, &span.place, problems);
                            let last =
                                if span.last == span.first { first } else { find(extents, span.last, &span.place, problems) };
                            let (Some(first), Some(last)) = (first, last) else { continue };
                            if last < first {
                                problems
                                    .report(&code::PLAN_SEGMENT, &span.place, "the end of the range is before its beginning")
                                    .hint(format!("write `{}-{}`", span.last, span.first));
                            } else if assignment.take(first..last + 1, index, &span.place, extents, problems, &mut segments) {
                                planned.push(first..last + 1);
                            }
                        }
                    }
                }
                if !segments.is_empty() {
                    items.push(Item::Paragraph(segments));
                }
            }
            assignment.drafts.push(Draft {
                key: chapter.key.clone(),
                place: chapter.place.clone(),
                title: chapter.title.clone().unwrap_or_default(),
                description: chapter.description.clone(),
                order: chapter.order,
                aliases: chapter.aliases.clone(),
                front: None,
                items,
                planned,
            });
        }
        assignment
    }

    /// Takes the free segments of a range for a chapter. Returns true if all of them were free.
    fn take(
        &mut self,
        range: Range<usize>,
        chapter: usize,
        place: &Place,
        extents: &[Extent],
        problems: &mut Vec<Diagnostic>,
        segments: &mut Vec<usize>,
    ) -> bool {
        let taken: Vec<usize> = range.clone().filter(|&segment| self.owners[segment].is_some()).collect();
        for run in runs(&taken, |segment| self.owners[segment].as_ref()) {
            let Some((other, first)) = &self.owners[run.start] else { continue };
            let other = &self.plan.chapters[*other].key;
            let (start, end) = (&extents[run.start], &extents[run.end - 1]);
            problems
                .report(
                    &code::PLAN_COVERAGE,
                    place,
                    format!("{} of the source text is taken twice", span_name(&run, |i| extents[i].address)),
                )
                .also(first, format!("the chapter `{other}` takes it here"))
                .also(
                    Place::new(self.file, start.ranges[0].start..end.ranges.last().map_or(0, |range| range.end)),
                    "in the source text",
                );
        }
        for segment in range {
            if self.owners[segment].is_none() {
                self.owners[segment] = Some((chapter, place.clone()));
                segments.push(segment);
            }
        }
        taken.is_empty()
    }

    /// Runs steps 2 to 5. Then reports segments that no chapter takes, chapters without segments,
    /// and keys that occur twice.
    pub(super) fn by_text(&mut self, segments: &[Segment], mentions: &Mentions, problems: &mut Vec<Diagnostic>) {
        let openers = self.openers(segments, problems);
        let mut taken: Vec<Option<usize>> = vec![None; segments.len()];
        for &(segment, chapter) in &openers {
            self.owners[segment] = Some((chapter, self.drafts[chapter].place.clone()));
            self.drafts[chapter].front = Some(segment);
        }
        let free = |owners: &[Option<(usize, Place)>], segment: usize| owners[segment].is_none();
        for segment in (0..segments.len()).rev().filter(|&segment| free(&self.owners, segment)) {
            taken[segment] = mentions.of(segment).first().copied();
            // A heading that mentions no term goes with the segment after it.
            if matches!(segments[segment].kind, SegmentKind::Heading(_)) && taken[segment].is_none() {
                taken[segment] = taken.get(segment + 1).copied().flatten();
            }
        }
        let mut next_opener = openers.iter().peekable();
        let mut section: Option<(usize, u8)> = None;
        let rest = self.rest(problems);
        for segment in 0..segments.len() {
            if let SegmentKind::Heading(level) = segments[segment].kind {
                if let Some(&(_, chapter)) = next_opener.next_if(|(opener, _)| *opener == segment) {
                    section = Some((chapter, level));
                } else if section.is_some_and(|(chapter, outer)| level <= outer && chapter < self.plan.chapters.len()) {
                    section = None;
                }
            }
            if free(&self.owners, segment) && taken[segment].is_none() {
                taken[segment] = section.map(|(chapter, _)| chapter).or(rest);
            }
        }
        let jumps_part = self.plan.segmentation.lines == LineMode::Sentences;
        let mut last: HashMap<usize, usize> = HashMap::new();
        for (segment, chapter) in taken.into_iter().enumerate() {
            let Some(chapter) = chapter.filter(|_| free(&self.owners, segment)) else { continue };
            self.owners[segment] = Some((chapter, self.drafts[chapter].place.clone()));
            let before = last.insert(chapter, segment);
            let same = before.is_some_and(|before| {
                segments[before].paragraph == segments[segment].paragraph && (!jumps_part || before + 1 == segment)
            });
            match self.drafts[chapter].items.last_mut() {
                Some(Item::Paragraph(paragraph)) if same => paragraph.push(segment),
                _ => self.drafts[chapter].items.push(Item::Paragraph(vec![segment])),
            }
        }
        self.check_coverage(segments, problems);
        self.check_keys(problems);
    }

    /// Returns the other chapters that each segment concerns: those that the plan names, and those
    /// whose terms it mentions.
    pub(super) fn touches(
        &self,
        segments: &[Segment],
        mentions: &Mentions,
        problems: &mut Vec<Diagnostic>,
    ) -> HashMap<usize, Vec<Key>> {
        let mut touches: HashMap<usize, Vec<Key>> = HashMap::new();
        let mut touch = |segment: usize, key: &Key| {
            let keys = touches.entry(segment).or_default();
            if !keys.contains(key) {
                keys.push(key.clone());
            }
        };
        let own = |segment: usize| self.owners[segment].as_ref().map(|(chapter, _)| &self.drafts[*chapter].key);
        for Touch { address, place, keys } in &self.plan.touches {
            let Some(segment) = find(segments, *address, place, problems) else { continue };
            for (key, place) in keys {
                let known = || self.drafts.iter().map(|draft| draft.key.as_str());
                let key = Key::new(key);
                if !known().any(|other| other == key.as_str()) {
                    problems
                        .report(&code::BAD_VALUE, place, format!("no chapter has the key `{key}`"))
                        .maybe_hint(suggest::did_you_mean(key.as_str(), known()));
                } else if own(segment) == Some(&key) {
                    let message = format!("{address} cannot touch the chapter `{key}`, because it is in this chapter");
                    problems.report(&code::BAD_VALUE, place, message);
                } else {
                    touch(segment, &key);
                }
            }
        }
        for segment in 0..segments.len() {
            for &chapter in mentions.of(segment) {
                let key = &self.drafts[chapter].key;
                if own(segment) != Some(key) {
                    touch(segment, key);
                }
            }
        }
        touches
    }

    /// Returns the headings that open chapters, in order, each with its chapter. Adds the chapters
    /// of `cut: {by: headings}` to the drafts.
    fn openers(&mut self, segments: &[Segment], problems: &mut Vec<Diagnostic>) -> Vec<(usize, usize)> {
        let format = self.plan.segmentation.format();
        let mut openers = BTreeMap::new();
        let headings: Vec<(usize, u8, String)> = segments
            .iter()
            .enumerate()
            .filter_map(|(index, segment)| match segment.kind {
                SegmentKind::Heading(level) if self.owners[index].is_none() => {
                    Some((index, level, heading_text(&segment.text, format)))
                }
                _ => None,
            })
            .collect();
        for (chapter, plan) in self.plan.chapters.iter().enumerate() {
            let Some((start, place)) = &plan.at_heading else { continue };
            let found = headings.iter().find(|(index, _, text)| begins_with(text, start) && !openers.contains_key(index));
            match found {
                Some((index, _, text)) => {
                    openers.insert(*index, chapter);
                    if plan.title.is_none() {
                        self.drafts[chapter].title.clone_from(text);
                    }
                }
                None => {
                    problems
                        .report(&code::PLAN_SEGMENT, place, format!("no heading of the source text begins with `{start}`"))
                        .maybe_hint(suggest::did_you_mean(start, headings.iter().map(|(_, _, text)| text.as_str())));
                }
            }
        }
        let Some(cut) = &self.plan.headings else { return openers.into_iter().collect() };
        let opens = |(_, level, text): &&(usize, u8, String)| {
            let named = cut.starts.iter().any(|start| begins_with(text, start));
            if format == Format::Markdown { *level == cut.level && (named || cut.starts.is_empty()) } else { named }
        };
        let found: Vec<_> = headings.iter().filter(opens).filter(|(index, _, _)| !openers.contains_key(index)).collect();
        if found.is_empty() {
            problems.report(
                &code::PLAN_SEGMENT,
                &cut.place,
                "no heading of the source text fits `cut`, so no chapter can be cut",
            );
        } else if !cut.keys.is_empty() && cut.keys.len() != found.len() {
            let message = format!(
                "the source text has {} headings that begin chapters, but `keys` has {} keys",
                found.len(),
                cut.keys.len()
            );
            problems.report(&code::BAD_VALUE, &cut.keys[0].1, message);
        }
        for (nth, (index, _, text)) in found.into_iter().enumerate() {
            let (key, place) = match cut.keys.get(nth) {
                Some((key, place)) => (key.clone(), place.clone()),
                None => (cut.template.0.replace("{n}", &(nth + 1).to_string()), cut.template.1.clone()),
            };
            if !super::plan::check_key(&key, &place, problems) {
                break;
            }
            openers.insert(*index, self.drafts.len());
            self.drafts.push(Draft {
                key: Key::new(&key),
                place,
                title: text.clone(),
                description: None,
                order: cut.order.saturating_add(nth as i64),
                aliases: Vec::new(),
                front: None,
                items: Vec::new(),
                planned: Vec::new(),
            });
        }
        openers.into_iter().collect()
    }

    /// Returns the chapter with `rest: true`; reports a second one.
    fn rest(&self, problems: &mut Vec<Diagnostic>) -> Option<usize> {
        let mut rest = self.plan.chapters.iter().enumerate().filter(|(_, chapter)| chapter.rest);
        let first = rest.next();
        for (_, chapter) in rest {
            let other = first.map(|(_, first)| first.place.clone());
            let mut problem = Diagnostic::at(
                &code::BAD_VALUE,
                chapter.place.clone(),
                "two chapters have `rest: true`; only one chapter can take the rest",
            );
            problem.others.extend(other.map(|place| (place, "the first chapter".to_owned())));
            problems.push(problem);
        }
        first.map(|(index, _)| index)
    }

    fn check_coverage(&self, segments: &[Segment], problems: &mut Vec<Diagnostic>) {
        let left: Vec<usize> = (0..segments.len()).filter(|&segment| self.owners[segment].is_none()).collect();
        for run in runs(&left, |_| ()) {
            let bytes = segments[run.start].ranges[0].start..segments[run.end - 1].ranges.last().map_or(0, |range| range.end);
            let name = span_name(&run, |index| segments[index].address);
            problems
                .report(
                    &code::PLAN_COVERAGE,
                    Place::new(self.file, bytes.clone()),
                    format!("{name} of the source text is in no chapter (bytes {} to {})", bytes.start, bytes.end),
                )
                .hint(format!("add {name} to `paragraphs` of a chapter, or write `rest: true` in the chapter that is to take everything left over"));
        }
        // Chapters with addresses or a heading are skipped: their own errors have been reported
        // already.
        let by_words = self.plan.chapters.iter().map(|plan| plan.entries.is_empty() && plan.at_heading.is_none());
        for (draft, by_words) in self.drafts.iter().zip(by_words) {
            if by_words && draft.items.is_empty() {
                let message = format!("the chapter `{}` gets nothing from the source text", draft.key);
                problems.report(&code::PLAN_COVERAGE, &draft.place, message);
            }
        }
    }

    fn check_keys(&self, problems: &mut Vec<Diagnostic>) {
        let mut seen: HashMap<String, &Draft> = HashMap::new();
        for draft in &self.drafts {
            if let Some(first) = seen.insert(draft.key.folded(), draft) {
                problems
                    .report(&code::KEY_COLLISION, &draft.place, format!("two chapters have the key `{}`", draft.key))
                    .also(&first.place, "the first chapter");
            }
        }
    }
}

/// The chapters whose terms each segment mentions.
#[derive(Debug)]
pub(super) struct Mentions(Vec<Vec<usize>>);

impl Mentions {
    /// Finds words that begin with a term of a chapter; case is ignored.
    pub(super) fn find(plan: &Plan, segments: &[Segment]) -> Self {
        let lower = |term: &String| term.trim().to_lowercase();
        let terms: Vec<(usize, Vec<String>)> =
            plan.chapters.iter().map(|chapter| chapter.terms.iter().map(lower).collect()).enumerate().collect();
        let terms: Vec<_> = terms.into_iter().filter(|(_, terms)| !terms.is_empty()).collect();
        if terms.is_empty() {
            return Self(Vec::new());
        }
        let mentioned = |segment: &Segment| {
            let text = segment.text.to_lowercase();
            terms
                .iter()
                .filter(|(_, terms)| terms.iter().any(|term| mentions(&text, term)))
                .map(|&(chapter, _)| chapter)
                .collect()
        };
        Self(segments.iter().map(mentioned).collect())
    }

    /// Returns the chapters whose terms a segment mentions, in the order of the plan.
    pub(super) fn of(&self, segment: usize) -> &[usize] {
        self.0.get(segment).map_or(&[], Vec::as_slice)
    }
}

/// Returns true if a word of `text` begins with `term`. In a script without spaces, the term may be
/// inside a word.
fn mentions(text: &str, term: &str) -> bool {
    let anywhere = term.starts_with(is_unspaced);
    text.match_indices(term).any(|(at, _)| anywhere || !text[..at].chars().next_back().is_some_and(char::is_alphanumeric))
}

/// Returns the words of a heading, without its marks and underline.
fn heading_text(text: &str, format: Format) -> String {
    match format {
        Format::Text => text.to_owned(),
        Format::Markdown => plain(without_marker(text)),
    }
}

/// Groups consecutive numbers into ranges, as long as `same` gives equal values.
pub(super) fn runs<T: PartialEq>(numbers: &[usize], same: impl Fn(usize) -> T) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    for &number in numbers {
        match runs.last_mut() {
            Some(run) if run.end == number && same(run.start) == same(number) => run.end += 1,
            _ => runs.push(number..number + 1),
        }
    }
    runs
}

/// Returns the name of a range of segments: `L2.1`, or `L2.1-L4.1`.
pub(super) fn span_name<T: std::fmt::Display>(run: &Range<usize>, address: impl Fn(usize) -> T) -> String {
    if run.len() == 1 { address(run.start).to_string() } else { format!("{}-{}", address(run.start), address(run.end - 1)) }
}
