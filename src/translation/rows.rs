//! Alignment of two editions for side-by-side pages: blocks, their sentences, and footnotes.
//!
//! With a lock, or with marks that name sentences, ids give the alignment
//! ([`crate::translation::ids::beads`]). Beads may then be n:m, cross each other or have one side
//! only. Without them, ids are positions, and paragraphs with different numbers of sentences cannot
//! be aligned:
//!
//! * three sentences beside three, no lock: one row with three beads
//! * three sentences beside two, no lock: one row with two whole blocks
//! * three sentences beside two, with a lock: beads by ids, the missing one on one side only

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use crate::base::{IndexRange, IndexVec};
use crate::model::lock::Gone;
use crate::model::{SegmentId, SegmentIndex, Unit};
use crate::parse::{Block, BlockKind, Document, Note, NoteIndex};
use crate::translation::ids::{self, Bead, DisjointSets};

/// A row of a side-by-side page.
#[derive(Debug, Clone, PartialEq)]
pub enum Row {
    /// Sentences of headings of one level, or of paragraphs.
    Sentences { level: Option<u8>, beads: Vec<Bead> },
    /// Whole blocks, as positions in [`Document::blocks`].
    Blocks { left: Vec<u32>, right: Vec<u32> },
}

/// Returns the rows of two editions, in the order of the left one, without footnotes.
///
/// 1. Every block of both editions is shown once: whole, or sentence by sentence.
pub fn rows(left: &Document, right: &Document) -> Vec<Row> {
    rows_of(&Part::text(left), &Part::text(right))
}

/// A footnote of two editions, aligned.
#[derive(Debug, Clone, PartialEq)]
pub struct NoteRows {
    /// The note of the left edition, if it has this note.
    pub left: Option<NoteIndex>,
    pub right: Option<NoteIndex>,
    pub rows: Vec<Row>,
}

/// Returns the footnotes of two editions: in the order of the left one, then those that only the
/// right one has.
///
/// Two notes are paired if they have the same label, or else if they share the id of a sentence.
pub fn note_rows(left: &Document, right: &Document) -> Vec<NoteRows> {
    let pairs = note_pairs(left, right);
    let is_paired: HashSet<NoteIndex> = pairs.iter().flatten().copied().collect();
    let alone = right.notes.positions().filter(|note| !is_paired.contains(note));
    let both = pairs.enumerated().map(|(left, right)| (Some(left), *right)).chain(alone.map(|right| (None, Some(right))));
    let rows = both.map(|(left_note, right_note)| NoteRows {
        left: left_note,
        right: right_note,
        rows: rows_of(&Part::note(left, left_note), &Part::note(right, right_note)),
    });
    rows.collect()
}

/// Returns for each note of the left edition its counterpart in the right one.
pub fn note_pairs(left: &Document, right: &Document) -> IndexVec<NoteIndex, Option<NoteIndex>> {
    let by_label: HashMap<&str, NoteIndex> = right.notes.enumerated().map(|(at, note)| (note.label.as_str(), at)).collect();
    let mut pairs: IndexVec<NoteIndex, Option<NoteIndex>> =
        left.notes.iter().map(|note| by_label.get(note.label.as_str()).copied()).collect();
    let mut is_free = IndexVec::filled(true, right.notes.len());
    pairs.iter().flatten().for_each(|&note| is_free[note] = false);
    if !(left.knows_addresses() || right.knows_addresses()) || !is_free.contains(&true) || pairs.iter().all(Option::is_some) {
        return pairs;
    }
    let ids = |document: &'_ Document, note: &Note| -> Vec<SegmentId> {
        note.segments.iter().flat_map(|line| document.sentences(line).to_vec()).collect()
    };
    let free = right.notes.enumerated().filter(|(at, _)| is_free[*at]);
    let by_id: HashMap<SegmentId, NoteIndex> =
        free.flat_map(|(at, note)| ids(right, note).into_iter().map(move |id| (id, at))).collect();
    for (pair, note) in pairs.iter_mut().zip(&left.notes).filter(|(pair, _)| pair.is_none()) {
        let found = ids(left, note).iter().find_map(|id| by_id.get(id).copied().filter(|&at| is_free[at]));
        if let Some(found) = found {
            is_free[found] = false;
            *pair = Some(found);
        }
    }
    pairs
}

/// Returns the alignment of all lines of two editions, as far as ids are known.
pub fn beads(left: &Document, right: &Document) -> Vec<Bead> {
    let all = |document: &Document| IndexRange { start: SegmentIndex::default(), end: document.segments.end() };
    beads_of(left, all(left), right, all(right))
}

/// Part of an edition that is aligned: the text, or one note.
struct Part<'a> {
    document: &'a Document,
    /// Range in [`Document::blocks`].
    blocks: Range<u32>,
    lines: IndexRange<SegmentIndex>,
}

impl<'a> Part<'a> {
    fn text(document: &'a Document) -> Self {
        let end = document.notes.first().map_or(document.segments.end(), |note| note.segments.start);
        Self { document, blocks: document.text_blocks(), lines: IndexRange { end, ..IndexRange::default() } }
    }

    /// Returns the part of a note; an empty part for `None`.
    fn note(document: &'a Document, note: Option<NoteIndex>) -> Self {
        let Some(note) = note.map(|note| &document.notes[note]) else {
            return Self { document, blocks: 0..0, lines: IndexRange::default() };
        };
        Self { document, blocks: note.blocks.0..note.blocks.1, lines: note.segments }
    }

    fn blocks(&self) -> &'a [Block] {
        &self.document.blocks[self.blocks.start as usize..self.blocks.end as usize]
    }

    /// Returns the block of a line, counted from the start of the part.
    fn block_with(&self, line: SegmentIndex) -> Option<usize> {
        Some(self.document.block_with(line)? - self.blocks.start as usize)
    }
}

/// Returns the rows of two parts: by ids if they are known, otherwise by position.
fn rows_of(left: &Part<'_>, right: &Part<'_>) -> Vec<Row> {
    if left.document.knows_addresses() || right.document.knows_addresses() {
        Rows::of(left, right).in_order()
    } else {
        by_position(left, right)
    }
}

/// Aligns a stretch of lines of each edition by ids.
fn beads_of(
    left: &Document,
    left_lines: IndexRange<SegmentIndex>,
    right: &Document,
    right_lines: IndexRange<SegmentIndex>,
) -> Vec<Bead> {
    // A sentence that was merged into another one is aligned with that one.
    let ids = |document: &Document, lines: IndexRange<SegmentIndex>, other: &Document| -> Vec<(SegmentIndex, Vec<SegmentId>)> {
        let known = |id: SegmentId| other.segment_with_id(id).is_some();
        let resolved = |id: SegmentId| if known(id) { id } else { merged_into(other, id).unwrap_or(id) };
        lines.iter().map(|at| (at, document.sentences(at).iter().copied().map(resolved).collect())).collect()
    };
    fn slices(ids: &[(SegmentIndex, Vec<SegmentId>)]) -> Vec<(SegmentIndex, &[SegmentId])> {
        ids.iter().map(|(line, ids)| (*line, &ids[..])).collect()
    }
    let (left_ids, right_ids) = (ids(left, left_lines, right), ids(right, right_lines, left));
    ids::beads(&slices(&left_ids), &slices(&right_ids))
}

/// Index from the id of a segment of either edition to the id of the bead that shows it
/// ([`bead_id`]). Segments in whole blocks have no such bead.
#[derive(Debug, Clone, Default)]
pub(crate) struct RowIds {
    left: HashMap<SegmentId, SegmentId>,
    right: HashMap<SegmentId, SegmentId>,
}

impl RowIds {
    pub(crate) fn of(left: &Document, right: &Document) -> Self {
        let mut ids = Self::default();
        let rows = rows(left, right).into_iter().chain(note_rows(left, right).into_iter().flat_map(|note| note.rows));
        let beads = rows.flat_map(|row| match row {
            Row::Sentences { beads, .. } => beads,
            Row::Blocks { .. } => Vec::new(),
        });
        for bead in beads {
            let Some(id) = bead_id(&bead, left, right) else { continue };
            ids.left.extend(bead.left.iter().map(|&line| (left.segments[line].id, id)));
            ids.right.extend(bead.right.iter().map(|&line| (right.segments[line].id, id)));
        }
        ids
    }

    /// Returns the row id of a segment of the left edition.
    pub(crate) fn of_left(&self, id: SegmentId) -> Option<SegmentId> {
        self.left.get(&id).copied()
    }

    /// Returns the row id of a segment of the right edition.
    pub(crate) fn of_right(&self, id: SegmentId) -> Option<SegmentId> {
        self.right.get(&id).copied()
    }
}

/// Returns the id of a bead of sentences: that of its first left line, or else of its first right
/// one.
pub fn bead_id(bead: &Bead, left: &Document, right: &Document) -> Option<SegmentId> {
    let first = |lines: &[SegmentIndex], document: &Document| lines.first().map(|&line| document.segments[line].id);
    first(&bead.left, left).or_else(|| first(&bead.right, right))
}

/// Returns the sentences that the source lost since the lock was written, and those that it had
/// lost before.
pub fn all_gone(source: &Document) -> impl Iterator<Item = (SegmentId, &Gone)> {
    let now = source.gone.iter().map(|(id, gone)| (*id, gone));
    let before = source.lock.iter().flat_map(|lock| lock.entries()).filter_map(|entry| match entry.unit {
        Unit::Segment(id) => Some((id, entry.gone.as_ref()?)),
        Unit::Title | Unit::Description => None,
    });
    now.chain(before)
}

/// Returns the sentence into which a sentence that the source no longer has was merged.
pub fn merged_into(source: &Document, id: SegmentId) -> Option<SegmentId> {
    let now = source.gone.iter().find(|(gone, _)| *gone == id).map(|(_, gone)| gone.into);
    let before = || source.lock.as_ref()?.segment(id)?.gone.as_ref().map(|gone| gone.into);
    let mut into = now.or_else(before)??;
    // That sentence may itself have been merged; in an edited lock the merges may form a circle.
    for _ in 0..8 {
        if source.segment_with_id(into).is_some() {
            return Some(into);
        }
        into = source.lock.as_ref()?.segment(into)?.gone.as_ref()?.into?;
    }
    None
}

/// Aligns block n with block n. Their sentences are aligned if both blocks have the same number.
fn by_position(left: &Part<'_>, right: &Part<'_>) -> Vec<Row> {
    let (lefts, rights) = (left.blocks(), right.blocks());
    let pairs = (0..lefts.len().max(rights.len())).map(|at| (lefts.get(at), rights.get(at)));
    let row = |(at, (a, b)): (usize, (Option<&Block>, Option<&Block>))| match (a, b) {
        (Some(a), Some(b)) if matching(a, b) => {
            let lines = a.segments.iter().zip(b.segments.iter());
            let beads = lines.map(|(i, j)| Bead { left: vec![i], right: vec![j] }).collect();
            Row::Sentences { level: level(a), beads }
        }
        (a, b) => {
            let whole =
                |part: &Part<'_>, block: Option<&Block>| block.map(|_| part.blocks.start + at as u32).into_iter().collect();
            Row::Blocks { left: whole(left, a), right: whole(right, b) }
        }
    };
    pairs.enumerate().map(row).collect()
}

/// Returns the level of a heading; `None` for another block.
fn level(block: &Block) -> Option<u8> {
    match block.kind {
        BlockKind::Heading(level) => Some(level),
        BlockKind::Paragraph | BlockKind::Other => None,
    }
}

/// Returns true if two blocks have the same kind and the same number of sentences.
fn matching(a: &Block, b: &Block) -> bool {
    let count = |block: &Block| block.segments.len();
    a.kind == b.kind && a.kind != BlockKind::Other && count(a) == count(b) && count(a) > 0
}

/// Blocks of both editions, joined where beads connect their sentences.
struct Rows<'a> {
    left: &'a Part<'a>,
    right: &'a Part<'a>,
    beads: Vec<Bead>,
    /// First block of each block's component: the blocks that beads connect with it, directly or
    /// through other blocks.
    component_of: Vec<usize>,
    /// True at the first block of a component that is shown as whole blocks.
    whole: Vec<bool>,
}

impl<'a> Rows<'a> {
    fn of(left: &'a Part<'a>, right: &'a Part<'a>) -> Self {
        let beads = beads_of(left.document, left.lines, right.document, right.lines);
        let all = left.blocks.len() + right.blocks.len();
        let mut rows = Self { left, right, beads, component_of: Vec::new(), whole: vec![false; all] };
        let mut components = DisjointSets::new(all);
        for at in 0..rows.beads.len() {
            let blocks = rows.blocks_in(at);
            for pair in blocks.windows(2) {
                components.join(pair[0], pair[1]);
            }
        }
        rows.pair_blocks_without_sentences(&mut components);
        rows.component_of = (0..all).map(|block| components.root(block)).collect();
        rows.find_whole();
        rows
    }

    /// Returns a block by its number: left blocks are counted first.
    fn block(&self, block: usize) -> &Block {
        match block.checked_sub(self.left.blocks.len()) {
            None => &self.left.blocks()[block],
            Some(right) => &self.right.blocks()[right],
        }
    }

    fn is_left(&self, block: usize) -> bool {
        block < self.left.blocks.len()
    }

    /// Returns the blocks that contain the lines of a bead.
    fn blocks_in(&self, bead: usize) -> Vec<usize> {
        let bead = &self.beads[bead];
        let left = bead.left.iter().filter_map(|&line| self.left.block_with(line));
        let right = bead.right.iter().filter_map(|&line| self.right.block_with(line));
        left.chain(right.map(|block| self.left.blocks.len() + block)).collect()
    }

    /// Pairs tables, code and rules: the nth one after a block with sentences belongs to the nth
    /// one after that block's partner.
    fn pair_blocks_without_sentences(&self, components: &mut DisjointSets) {
        let mut waiting: HashMap<(Option<usize>, usize), usize> = HashMap::new();
        for range in [0..self.left.blocks.len(), self.left.blocks.len()..self.left.blocks.len() + self.right.blocks.len()] {
            let is_left = range.start == 0 && !self.left.blocks.is_empty();
            let (mut after, mut number) = (None, 0);
            for block in range {
                if !self.block(block).segments.is_empty() {
                    (after, number) = (Some(components.root(block)), 0);
                } else {
                    match waiting.get(&(after, number)) {
                        Some(&partner) if !is_left => components.join(partner, block),
                        _ => drop(waiting.insert((after, number), block)),
                    }
                    number += 1;
                }
            }
        }
    }

    /// Marks the components that are shown as whole blocks. Only paragraphs with sentences, and one
    /// heading beside another of its level, are shown sentence by sentence.
    fn find_whole(&mut self) {
        let mut members: HashMap<usize, (Vec<usize>, Vec<usize>)> = HashMap::new();
        for block in 0..self.component_of.len() {
            let (left, right) = members.entry(self.component_of[block]).or_default();
            if self.is_left(block) { left.push(block) } else { right.push(block) }
        }
        for block in 0..self.component_of.len() {
            if self.component_of[block] != block {
                continue;
            }
            let (left, right) = &members[&block];
            let kind = |block: &usize| self.block(*block).kind;
            let is_text = |block: &usize| kind(block) == BlockKind::Paragraph && !self.block(*block).segments.is_empty();
            let headings =
                matches!((&left[..], &right[..]), ([a], [b]) if kind(a) == kind(b) && matches!(kind(a), BlockKind::Heading(_)));
            self.whole[block] = !headings && !left.iter().chain(right).all(is_text);
        }
    }

    /// Returns the rows in the order of the left part. A row that only the right part has stands
    /// behind the row of the block before it.
    fn in_order(mut self) -> Vec<Row> {
        let mut rows: Vec<Row> = Vec::new();
        // Row of each block, or of each component that is shown whole.
        let mut row_of_block: HashMap<usize, usize> = HashMap::new();
        let mut last_row: HashMap<usize, usize> = HashMap::new();
        for block in 0..self.left.blocks.len() {
            let component = self.component_of[block];
            if self.whole[component] {
                let row = *row_of_block.entry(component).or_insert_with(|| {
                    rows.push(Row::Blocks { left: Vec::new(), right: Vec::new() });
                    rows.len() - 1
                });
                if let Row::Blocks { left, .. } = &mut rows[row] {
                    left.push(self.left.blocks.start + block as u32);
                }
                last_row.insert(component, row);
            } else {
                rows.push(Row::Sentences { level: level(self.block(block)), beads: Vec::new() });
                row_of_block.insert(block, rows.len() - 1);
                last_row.insert(component, rows.len() - 1);
            }
        }
        let with_left = rows.len();
        let mut behind: Vec<Vec<usize>> = vec![Vec::new(); with_left + 1];
        let mut follows = 0;
        for right in 0..self.right.blocks.len() {
            let block = self.left.blocks.len() + right;
            let component = self.component_of[block];
            match last_row.get(&component) {
                Some(&row) if row < with_left => follows = row + 1,
                Some(_) => {}
                None => {
                    rows.push(match self.whole[component] {
                        true => Row::Blocks { left: Vec::new(), right: Vec::new() },
                        false => Row::Sentences { level: None, beads: Vec::new() },
                    });
                    behind[follows].push(rows.len() - 1);
                    last_row.insert(component, rows.len() - 1);
                    row_of_block.insert(component, rows.len() - 1);
                }
            }
            if self.whole[component]
                && let Row::Blocks { right: whole, .. } = &mut rows[row_of_block[&component]]
            {
                whole.push(self.right.blocks.start + right as u32);
            }
        }
        // A sentence goes into the row of its first left line; one without a left line goes behind
        // the sentence before it.
        let mut at: HashMap<usize, usize> = HashMap::new();
        let mut waiting: HashMap<usize, Vec<Bead>> = HashMap::new();
        for bead in 0..self.beads.len() {
            let Some(&block) = self.blocks_in(bead).first() else { continue };
            let component = self.component_of[block];
            if self.whole[component] {
                continue;
            }
            let taken = std::mem::take(&mut self.beads[bead]);
            let row = if self.is_left(block) {
                Some(row_of_block[&block])
            } else {
                at.get(&component).copied().or_else(|| row_of_block.get(&component).copied().filter(|&row| row >= with_left))
            };
            match row {
                Some(row) => {
                    at.insert(component, row);
                    if let Row::Sentences { beads, .. } = &mut rows[row] {
                        beads.extend(waiting.remove(&component).unwrap_or_default());
                        beads.push(taken);
                    }
                }
                None => waiting.entry(component).or_default().push(taken),
            }
        }
        let mut ordered = Vec::with_capacity(rows.len());
        let mut take = |row: usize, ordered: &mut Vec<Row>| {
            let row = std::mem::replace(&mut rows[row], Row::Sentences { level: None, beads: Vec::new() });
            // A paragraph is empty if all its sentences stand in rows of other paragraphs.
            if !matches!(&row, Row::Sentences { beads, .. } if beads.is_empty()) {
                ordered.push(row);
            }
        };
        for (row, behind) in behind.iter().enumerate() {
            if let Some(row) = row.checked_sub(1) {
                take(row, &mut ordered);
            }
            behind.iter().for_each(|&row| take(row, &mut ordered));
        }
        ordered
    }
}
