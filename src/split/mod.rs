//! The split: from a source text and its plan to pieces, segments and chapters.
//!
//! In: the two texts. Out: a [`Split`], and every problem at once, each with its place in the plan
//! or in the source text. Nothing here touches a disk, so a result can be kept for as long as
//! [`SplitInput`] compares equal.
//!
//! What always holds of a split without errors, and is checked by [`check_laws`]:
//!
//! 1. The pieces, in order, are the source text, byte for byte.
//! 2. A segment consists of the pieces that name it; what is in no segment is a gap of a known kind.
//! 3. Undoing a segment's repairs gives its bytes in the source back, white space normalised.
//! 4. Each segment is in exactly one chapter, once. Its order there is that of the source, except
//!    where the plan names segments by address.
//! 5. A chapter's Markdown says what its segments say, and nothing is left out.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use crate::base::{Diagnostic, Place, code, path};
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
pub use markdown::plain;
pub use plan::{Address, RepairKind, Vector};
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
    /// In the order of the source text, and so of their addresses.
    pub segments: Vec<Segment>,
    /// In the order of the plan.
    pub chapters: Vec<Chapter>,
    /// In the order of the plan.
    pub vectors: Vec<Vector>,
}

/// What the source text is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// No character is markup.
    Text,
    Markdown,
}

/// A stretch of the source text's bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    pub range: Range<usize>,
    pub kind: PieceKind,
}

/// What a piece is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PieceKind {
    /// Belongs to the segment of that index.
    Segment(usize),
    Gap(Gap),
}

/// What may stand between segments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gap {
    WhiteSpace,
    /// A stray digit.
    FootnoteMark,
    ByteOrderMark,
    /// The front matter of a Markdown source.
    FrontMatter,
}

/// One sentence, heading or unbroken block of the source text.
#[derive(Debug, Clone, PartialEq)]
pub struct Segment {
    pub address: Address,
    /// The source line in which it ends.
    pub last_line: usize,
    /// Its bytes: one range, or one for each line it goes over.
    pub ranges: Vec<Range<usize>>,
    /// The paragraph of the source text that it is in, counted from one.
    pub paragraph: usize,
    pub kind: SegmentKind,
    /// The emended text.
    pub text: String,
    /// What was emended, in the order of the text.
    pub repairs: Vec<AppliedRepair>,
    /// Whether the plan joined it from several lines.
    pub rejoined: bool,
    /// Whether a line that should begin a sentence begins with a small letter.
    pub head_lost: bool,
}

/// What a segment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SegmentKind {
    Sentence,
    /// With its level in the source text.
    Heading(u8),
    /// Markdown that is not cut: a list, a table, code.
    Verbatim,
}

impl SegmentKind {
    /// Whether a segment is kept as it is, line breaks and all, since they may mean something.
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
    /// What stood there, white space normalised; may be empty.
    pub original: String,
    pub kind: RepairKind,
    /// By the code of the language.
    pub note: BTreeMap<String, String>,
    /// In the plan; `None` for a full stop that the tool added.
    pub place: Option<Place>,
    /// The bytes of the source text.
    pub source: Range<usize>,
}

/// A work made from the source text.
#[derive(Debug, Clone, PartialEq)]
pub struct Chapter {
    pub key: Key,
    pub title: String,
    pub description: Option<String>,
    pub order: i64,
    /// The id of its vector.
    pub vector: Option<String>,
    /// Its file, from the project's root.
    pub file: String,
    /// The whole of that file.
    pub markdown: String,
    /// The segments it takes, in its order.
    pub cuts: Vec<Cut>,
    /// The segments that the plan names by address, in its order; the rest keeps the source's order.
    pub planned: Vec<Range<usize>>,
    /// Where the plan defines it.
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
    /// The other chapters it concerns.
    pub touches: Vec<Key>,
    /// Its bytes in [`Chapter::markdown`], footnote references included; empty in the front matter.
    pub line: Range<usize>,
}

/// What a segment is to its chapter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Text,
    /// A title of the source text: a line of its own, without a full stop.
    Title,
    /// A heading that became the chapter's title, and is not in its text.
    FrontMatter,
}

/// What the split reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SplitInput<'a> {
    pub plan_file: &'a Arc<str>,
    pub plan: &'a str,
    pub source_file: &'a Arc<str>,
    pub source: &'a str,
}

/// The path of the source text that a plan names, from the project's root, and where it does.
///
/// `Err` if the plan does not say, with the reasons.
pub fn read_source_name(plan_file: &Arc<str>, plan: &str) -> Result<(String, Place), Vec<Diagnostic>> {
    let (name, place) = plan::source_name(plan_file, plan)?;
    // A name such as `.` or `../..` leads to a folder above the plan.
    let is_folder = |file: &str| file.is_empty() || path::above(plan_file).any(|folder| folder == file);
    match path::resolve(plan_file, &path::nfc(&name)) {
        Some(file) if !is_folder(&file) && !name.starts_with('/') => Ok((file, place)),
        _ => Err(vec![
            Diagnostic::at(&code::BAD_VALUE, place, format!("`{name}` is not a file of the project"))
                .hint("name the source text as it is found from the folder of the plan"),
        ]),
    }
}

/// Cuts a source text as its plan says.
///
/// `None` if the plan cannot be read at all. A split that comes with errors shows what was meant,
/// but must not be written: text may be missing from its chapters.
pub fn split(input: &SplitInput<'_>) -> (Option<Split>, Vec<Diagnostic>) {
    let mut problems = Vec::new();
    let Some(plan) = plan::Plan::read(input.plan_file, input.plan, &mut problems) else { return (None, problems) };
    check_digest(&plan, input, &mut problems);
    let (file, source) = (input.source_file, input.source);
    let lines = block::LineStarts::of(source);
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
        vectors: plan.vectors,
    };
    (Some(split), problems)
}

/// Whether the source text is the one that the plan was made for.
fn check_digest(plan: &plan::Plan, input: &SplitInput<'_>, problems: &mut Vec<Diagnostic>) {
    let Some((wanted, place)) = &plan.sha256 else { return };
    let found = format!("{:x}", Sha256::digest(input.source.as_bytes()));
    if !wanted.eq_ignore_ascii_case(&found) {
        problems.push(
            Diagnostic::at(&code::SOURCE_CHANGED, place.clone(), "the source text is not the one the plan was made for")
                .also(Place::whole(input.source_file), format!("its SHA-256 digest is {found}"))
                .hint("look at what has changed in the source text and go over the plan, then put the new digest there"),
        );
    }
}

/// Tells of lines that begin in the middle of a sentence, unless a repair says that text is lost there.
///
/// Of a few lines only: where many begin so, the lines are not what the plan takes them for.
fn report_lost_heads(segments: &[Segment], file: &Arc<str>, problems: &mut Vec<Diagnostic>) {
    const SHOWN: usize = 20;
    let is_lost = |segment: &&Segment| segment.head_lost && !segment.repairs.iter().any(|repair| repair.kind == RepairKind::Lost);
    let lost: Vec<&Segment> = segments.iter().filter(is_lost).collect();
    for segment in lost.iter().take(SHOWN) {
        let line = segment.address.line;
        let place = Place::new(file, segment.ranges[0].clone());
        problems.push(Diagnostic::at(&code::SPLIT_SUSPECT, place, format!("line {line} begins with a small letter")).hint(
            format!(
                "if it continues the line before, add {line} to `join`; if its beginning is lost, add a repair of the kind `lost`"
            ),
        ));
    }
    if let Some(segment) = lost.get(SHOWN) {
        let message = format!("{} more lines begin with a small letter", lost.len() - SHOWN);
        problems.push(
            Diagnostic::at(&code::SPLIT_SUSPECT, Place::new(file, segment.ranges[0].clone()), message)
                .hint("for prose with hard line breaks, the plan says `lines: wrapped`"),
        );
    }
}

/// The notes of each segment.
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
            let message = format!("{} is not a sentence and cannot have a note", note.address);
            problems.push(Diagnostic::at(&code::PLAN_SEGMENT, note.place.clone(), message));
        }
    }
    notes
}

/// What a split comes to, in numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    pub segments: usize,
    /// By kind.
    pub repairs: BTreeMap<RepairKind, usize>,
    pub chapters: Vec<ChapterSummary>,
}

/// A chapter in numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChapterSummary {
    pub key: Key,
    pub title: String,
    pub sentences: usize,
    pub paragraphs: usize,
    /// Repairs by the plan; full stops that the tool added are not counted.
    pub repairs: usize,
    /// Its share of the segments of all chapters of vectors, in percent; `None` if it is of no vector.
    pub weight: Option<usize>,
}

/// Counts what a split comes to.
pub fn summary(split: &Split) -> Summary {
    let mut repairs = BTreeMap::new();
    for repair in split.segments.iter().flat_map(|segment| &segment.repairs) {
        *repairs.entry(repair.kind).or_insert(0) += 1;
    }
    let sentences = |chapter: &Chapter| chapter.cuts.iter().filter(|cut| cut.role != Role::FrontMatter).count();
    let of_vectors: usize = split.chapters.iter().filter(|chapter| chapter.vector.is_some()).map(sentences).sum();
    let chapters = split.chapters.iter().map(|chapter| {
        let of_plan =
            |cut: &Cut| split.segments[cut.segment].repairs.iter().filter(|repair| repair.kind != RepairKind::Stop).count();
        ChapterSummary {
            key: chapter.key.clone(),
            title: chapter.title.clone(),
            sentences: sentences(chapter),
            paragraphs: chapter.cuts.last().map_or(0, |cut| cut.paragraph),
            repairs: chapter.cuts.iter().map(of_plan).sum(),
            weight: chapter.vector.as_ref().map(|_| sentences(chapter) * 100 / of_vectors.max(1)),
        }
    });
    Summary { segments: split.segments.len(), repairs, chapters: chapters.collect() }
}
