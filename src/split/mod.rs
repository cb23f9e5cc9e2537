//! The split: cuts a source text into pieces, segments and chapters, as its plan says.
//!
//! In: the two texts. Out: a [`Split`], and every problem at once, each with its place in the plan
//! or in the source text. Nothing here touches a disk, so a result can be kept for as long as
//! [`SplitInput`] compares equal.
//!
//! These laws hold for a split without errors, and [`check_laws`] checks them:
//!
//! 1. The pieces, in order, are the source text, byte for byte.
//! 2. A segment consists of the pieces that name it. All other text is a gap of a known kind.
//! 3. Undoing a segment's repairs gives its bytes in the source back, white space normalised.
//! 4. Each segment is in exactly one chapter, once. The segments that the plan names by address
//!    come first, in the plan's order; the others keep the order of the source.
//! 5. A chapter's Markdown has the text of each of its segments, except of the heading that opens
//!    it.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use crate::base::{Diagnostic, LineIndex, Place, Report, code, path};
use crate::model::Key;

mod block;
mod chapter;
mod compare;
mod law;
mod markdown;
mod plan;
mod repair;
mod segment;
mod sentence;

pub use compare::{Change, Difference, FileState, compare, locate, state};
pub use law::check_laws;
pub use plan::{Address, RepairKind};
pub use repair::{normal, undo};

/// A source text, cut as its plan says.
#[derive(Debug, Clone, PartialEq)]
pub struct Split {
    /// The language of the source text and of the chapters made from it.
    pub language: String,
    pub format: Format,
    pub plan_file: Arc<str>,
    pub source_file: Arc<str>,
    /// The partition of the source text.
    pub pieces: Vec<Piece>,
    /// The segments in the order of the source text, which is the order of their addresses.
    pub segments: Vec<Segment>,
    /// The chapters of the plan's list in its order, then those of `cut`.
    pub chapters: Vec<Chapter>,
}

/// The format of the source text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Plain text: no character is markup.
    Text,
    Markdown,
}

/// A range of the source text's bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    pub range: Range<usize>,
    pub kind: PieceKind,
}

/// The role of a piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PieceKind {
    /// A part of the segment with this index.
    Segment(usize),
    Gap(Gap),
}

/// Text that may be between segments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gap {
    WhiteSpace,
    /// A stray digit that marks a footnote.
    FootnoteMark,
    ByteOrderMark,
    /// The front matter of a Markdown source.
    FrontMatter,
}

/// One sentence, heading or unbroken block of the source text.
#[derive(Debug, Clone, PartialEq)]
pub struct Segment {
    pub address: Address,
    /// The source line in which the segment ends.
    pub last_line: usize,
    /// Its bytes in the source: one range if it is verbatim, else one for each line that it covers.
    pub ranges: Vec<Range<usize>>,
    /// The paragraph of the source text that it is in, counted from one.
    pub paragraph: usize,
    pub kind: SegmentKind,
    /// The emended text.
    pub text: String,
    /// The repairs of the text, in its order.
    pub repairs: Vec<AppliedRepair>,
    /// True if the plan's `join` made it from several lines.
    pub rejoined: bool,
    /// True if each line should begin a sentence (`lines: sentences`), but the segment begins its
    /// line with a small letter.
    pub head_lost: bool,
}

/// The kind of a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SegmentKind {
    Sentence,
    /// A heading with its level in the source text.
    Heading(u8),
    /// Markdown that is not cut: a list, a table, code.
    Verbatim,
}

impl SegmentKind {
    /// Returns true if the segment keeps its text unchanged, with line breaks, since these may have
    /// a meaning.
    pub fn is_verbatim(self, format: Format) -> bool {
        match self {
            SegmentKind::Sentence => false,
            SegmentKind::Heading(_) => format == Format::Markdown,
            SegmentKind::Verbatim => true,
        }
    }
}

/// A repair where it was applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppliedRepair {
    /// The bytes of [`Segment::text`] that replace the original; may be empty.
    pub range: Range<usize>,
    /// The original text, white space normalised; may be empty.
    pub original: String,
    pub kind: RepairKind,
    /// The note on the repair by language code.
    pub note: BTreeMap<String, String>,
    /// The place of the repair in the plan; `None` for a full stop that the program added.
    pub place: Option<Place>,
    /// Its bytes in the source text.
    pub source: Range<usize>,
}

/// A work made from the source text.
#[derive(Debug, Clone, PartialEq)]
pub struct Chapter {
    pub key: Key,
    pub title: String,
    pub description: Option<String>,
    pub order: i64,
    /// The path of its file from the project's root.
    pub file: String,
    /// The whole content of that file.
    pub markdown: String,
    /// The segments of the chapter, in the chapter's order.
    pub cuts: Vec<Cut>,
    /// The ranges of segments that the plan names by address, in its order. The other segments keep
    /// the order of the source.
    pub planned: Vec<Range<usize>>,
    /// The place in the plan that defines it.
    pub place: Place,
}

/// A segment in a chapter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cut {
    /// The index of the segment.
    pub segment: usize,
    /// The paragraph of the chapter, counted from one; 0 in the front matter.
    pub paragraph: usize,
    pub role: Role,
    /// The other chapters that it concerns.
    pub touches: Vec<Key>,
    /// Its bytes in [`Chapter::markdown`], footnote references included; empty in the front matter.
    pub line: Range<usize>,
}

/// The role of a segment in its chapter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Text,
    /// A title of the source text: a separate line, to which no full stop is added.
    Title,
    /// The heading that opens the chapter. The chapter's title replaces it, so it is not in the
    /// text.
    FrontMatter,
}

/// The input of the split.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SplitInput<'a> {
    pub plan_file: &'a Arc<str>,
    pub plan: &'a str,
    pub source_file: &'a Arc<str>,
    pub source: &'a str,
}

/// Returns the path of the source text from the project's root, and the place where the plan names
/// it.
///
/// `Err` has the reasons why the plan names no usable file.
pub fn read_source_name(plan_file: &Arc<str>, plan: &str) -> Result<(String, Place), Vec<Diagnostic>> {
    let (name, place) = plan::source_name(plan_file, plan)?;
    // A name such as `.` or `../..` leads to a folder above the plan.
    let is_folder = |file: &str| file.is_empty() || path::above(plan_file).any(|folder| folder == file);
    match path::resolve(plan_file, &path::nfc(&name)) {
        Some(file) if !is_folder(&file) && !name.starts_with('/') => Ok((file, place)),
        _ => Err(vec![
            Diagnostic::at(
                &code::BAD_VALUE,
                place,
                format!("`{name}` cannot be the source text: it is not the path of a file in the project"),
            )
            .hint("give the path of the source text from the folder of the split plan, such as `source: book.txt`"),
        ]),
    }
}

/// Cuts a source text as its plan says.
///
/// The split is `None` if the plan cannot be read at all. A split that comes with errors shows the
/// intention, but must not be written: text may be missing from its chapters.
pub fn split(input: &SplitInput<'_>) -> (Option<Split>, Vec<Diagnostic>) {
    let mut problems = Vec::new();
    let Some(plan) = plan::Plan::read(input.plan_file, input.plan, &mut problems) else { return (None, problems) };
    check_digest(&plan, input, &mut problems);
    let (file, source) = (input.source_file, input.source);
    let lines = LineIndex::new(source);
    let (extents, pieces) = segment::cut(&plan, file, source, &lines, &mut problems);
    let placed = repair::place(&plan, file, source, &lines, &pieces, &mut problems);
    let mut assignment = chapter::Assignment::by_address(&plan, file, &extents, &mut problems);

    let mut repairs = placed.as_slice();
    let mut segments = Vec::with_capacity(extents.len());
    for (index, extent) in extents.into_iter().enumerate() {
        let own = repairs.partition_point(|placed| placed.segment <= index);
        let (own, others) = repairs.split_at(own);
        repairs = others;
        let closing = if assignment.titles.contains(&index) { "" } else { &plan.segmentation.full_stop };
        segments.push(repair::emend(extent, own, source, plan.segmentation.format(), closing, &mut problems));
    }
    report_lost_heads(&segments, file, &mut problems);

    let mentions = chapter::Mentions::find(&plan, &segments);
    assignment.by_text(&segments, &mentions, &mut problems);
    let touches = assignment.touches(&segments, &mentions, &mut problems);
    let notes = place_notes(&plan, &segments, &mut problems);
    let writer = markdown::Writer {
        language: &plan.language,
        segments: &segments,
        notes: &notes,
        touches: &touches,
        format: plan.segmentation.format(),
    };
    let chapters = assignment.drafts.into_iter().map(|draft| writer.write(draft)).collect();
    let split = Split {
        language: plan.language,
        format: plan.segmentation.format(),
        plan_file: Arc::clone(input.plan_file),
        source_file: Arc::clone(file),
        pieces,
        segments,
        chapters,
    };
    (Some(split), problems)
}

/// Reports a source text that has another digest than the plan expects.
fn check_digest(plan: &plan::Plan, input: &SplitInput<'_>, problems: &mut Vec<Diagnostic>) {
    let Some((wanted, place)) = &plan.sha256 else { return };
    let found = format!("{:x}", Sha256::digest(input.source.as_bytes()));
    if !wanted.eq_ignore_ascii_case(&found) {
        problems
            .report(
                &code::SOURCE_CHANGED,
                place,
                "the source text has changed since the split plan was made: its digest is not the one in `sha256`",
            )
            .also(Place::whole(input.source_file), format!("its SHA-256 digest is now {found}"))
            .hint("adapt the split plan to the changes in the source text, then write the new digest into `sha256`");
    }
}

/// Returns the message that the source text has no line with this number.
fn no_line(line: usize, lines: &LineIndex<'_>) -> String {
    format!("the source text has no line {line}; its last line is {}", lines.count())
}

/// Reports lines that begin in the middle of a sentence, unless a repair marks lost text there.
///
/// Only the first lines are reported one by one. Many such lines mean that the plan's `lines` is
/// wrong.
fn report_lost_heads(segments: &[Segment], file: &Arc<str>, problems: &mut Vec<Diagnostic>) {
    const SHOWN: usize = 20;
    let is_lost = |segment: &&Segment| segment.head_lost && !segment.repairs.iter().any(|repair| repair.kind == RepairKind::Lost);
    let lost: Vec<&Segment> = segments.iter().filter(is_lost).collect();
    for segment in lost.iter().take(SHOWN) {
        let line = segment.address.line;
        let place = Place::new(file, segment.ranges[0].clone());
        problems.report(&code::SPLIT_SUSPECT, place, format!("line {line} of the source text begins with a small letter, so it may be the middle of a sentence")).hint(format!(
            "if it continues the line before, add {line} to `join` in the split plan; if its beginning is lost, add a repair with `kind: lost`"
        ));
    }
    if let Some(segment) = lost.get(SHOWN) {
        let message = format!("{} more lines of the source text begin with a small letter", lost.len() - SHOWN);
        problems.report(&code::SPLIT_SUSPECT, Place::new(file, segment.ranges[0].clone()), message).hint(
            "if the source text is prose with hard line breaks, write `lines: wrapped` under `segmentation` in the split plan",
        );
    }
}

/// Returns the plan's notes by segment; reports notes on anything but sentences.
fn place_notes<'a>(
    plan: &'a plan::Plan,
    segments: &[Segment],
    problems: &mut Vec<Diagnostic>,
) -> HashMap<usize, Vec<&'a plan::Note>> {
    let mut notes: HashMap<usize, Vec<&plan::Note>> = HashMap::new();
    for note in &plan.notes {
        let Some(index) = segment::find(segments, note.address, &note.place, problems) else { continue };
        if segments[index].kind == SegmentKind::Sentence {
            notes.entry(index).or_default().push(note);
        } else {
            let message = format!("{} of the source text cannot have a note: it is not a sentence", note.address);
            problems.report(&code::PLAN_SEGMENT, &note.place, message);
        }
    }
    notes
}

/// The counts of a split.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    pub segments: usize,
    /// The number of repairs of each kind.
    pub repairs: BTreeMap<RepairKind, usize>,
    pub chapters: Vec<ChapterSummary>,
}

/// The counts of a chapter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChapterSummary {
    pub key: Key,
    pub title: String,
    pub sentences: usize,
    pub paragraphs: usize,
    /// The repairs of the plan; full stops that the program added are not counted.
    pub repairs: usize,
}

/// Counts the segments, repairs and chapters of a split.
pub fn summary(split: &Split) -> Summary {
    let mut repairs = BTreeMap::new();
    for repair in split.segments.iter().flat_map(|segment| &segment.repairs) {
        *repairs.entry(repair.kind).or_insert(0) += 1;
    }
    let sentences = |chapter: &Chapter| chapter.cuts.iter().filter(|cut| cut.role != Role::FrontMatter).count();
    let chapters = split.chapters.iter().map(|chapter| {
        let of_plan =
            |cut: &Cut| split.segments[cut.segment].repairs.iter().filter(|repair| repair.kind != RepairKind::Stop).count();
        ChapterSummary {
            key: chapter.key.clone(),
            title: chapter.title.clone(),
            sentences: sentences(chapter),
            paragraphs: chapter.cuts.last().map_or(0, |cut| cut.paragraph),
            repairs: chapter.cuts.iter().map(of_plan).sum(),
        }
    });
    Summary { segments: split.segments.len(), repairs, chapters: chapters.collect() }
}
