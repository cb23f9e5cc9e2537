//! Two editions side by side: blocks beside blocks, in them sentences beside sentences.
//!
//! Where the work has a lock, or marks that name sentences, the ids say what stands beside what ([`crate::align::beads`]): n:m, in another order,
//! on one side only. Without either, ids are positions, and nothing is known of a paragraph in which the editions have
//! other sentences: it is one row as a whole.

use std::collections::HashMap;

use crate::align::{self, Bead};
use crate::model::SegmentId;
use crate::parse::{Block, BlockKind, Document};

/// A piece of a page that shows two editions.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    pub kind: RowKind,
    pub beads: Vec<Bead>,
}

/// What the beads of a row are of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowKind {
    /// Of two headings of this level; their segments.
    Heading(u8),
    /// Of paragraphs; their segments.
    Paragraph,
    /// Of blocks, shown whole: their positions in [`Document::blocks`].
    Blocks,
}

/// The rows of two editions, in the order of the left one.
///
/// 1. Every block of both is shown once: whole, or sentence by sentence.
pub fn rows(left: &Document, right: &Document) -> Vec<Row> {
    if left.knows_addresses() || right.knows_addresses() { Rows::of(left, right).in_order() } else { by_position(left, right) }
}

/// By id of a segment: the id of the row that shows it, in either edition; none of those that are shown in whole blocks.
#[derive(Debug, Clone, Default)]
pub(super) struct RowIds {
    left: HashMap<SegmentId, SegmentId>,
    right: HashMap<SegmentId, SegmentId>,
}

impl RowIds {
    pub(super) fn of(left: &Document, right: &Document) -> Self {
        let mut ids = Self::default();
        for bead in rows(left, right).iter().filter(|row| row.kind != RowKind::Blocks).flat_map(|row| &row.beads) {
            let Some(id) = bead_id(bead, left, right) else { continue };
            ids.left.extend(bead.left.iter().map(|&line| (left.segments[line as usize].id, id)));
            ids.right.extend(bead.right.iter().map(|&line| (right.segments[line as usize].id, id)));
        }
        ids
    }

    pub(super) fn of_left(&self, id: SegmentId) -> Option<SegmentId> {
        self.left.get(&id).copied()
    }

    pub(super) fn of_right(&self, id: SegmentId) -> Option<SegmentId> {
        self.right.get(&id).copied()
    }
}

/// The id of a bead of sentences: its first one's, the left edition's if it has one.
pub fn bead_id(bead: &Bead, left: &Document, right: &Document) -> Option<SegmentId> {
    let first = |lines: &[u32], document: &Document| lines.first().map(|&line| document.segments[line as usize].id);
    first(&bead.left, left).or_else(|| first(&bead.right, right))
}

/// What a sentence that the source has no more was merged into.
pub fn merged_into(source: &Document, id: SegmentId) -> Option<SegmentId> {
    let now = source.gone.iter().find(|(gone, _)| *gone == id).map(|(_, gone)| gone.into);
    let before = || source.lock.as_ref()?.segment(id)?.gone.as_ref().map(|gone| gone.into);
    let mut into = now.or_else(before)??;
    // What it was merged into may have been merged again; a lock that was edited may go in circles.
    for _ in 0..8 {
        if source.segment_with_id(into).is_some() {
            return Some(into);
        }
        into = source.lock.as_ref()?.segment(into)?.gone.as_ref()?.into?;
    }
    None
}

/// Row n is block n of both; its sentences are beside each other if both have as many.
fn by_position(left: &Document, right: &Document) -> Vec<Row> {
    let pairs = (0..left.blocks.len().max(right.blocks.len())).map(|at| (left.blocks.get(at), right.blocks.get(at)));
    let row = |(at, (a, b)): (usize, (Option<&Block>, Option<&Block>))| match (a, b) {
        (Some(a), Some(b)) if matching(a, b) => {
            let lines = (a.segments.0..a.segments.1).zip(b.segments.0..b.segments.1);
            let beads = lines.map(|(i, j)| Bead { left: vec![i], right: vec![j] }).collect();
            let kind = match a.kind {
                BlockKind::Heading(level) => RowKind::Heading(level),
                BlockKind::Paragraph | BlockKind::Other => RowKind::Paragraph,
            };
            Row { kind, beads }
        }
        (a, b) => {
            let whole = |block: Option<&Block>| block.map(|_| at as u32).into_iter().collect();
            Row { kind: RowKind::Blocks, beads: vec![Bead { left: whole(a), right: whole(b) }] }
        }
    };
    pairs.enumerate().map(row).collect()
}

/// Whether two blocks have the same shape, so that their sentences stand beside each other.
fn matching(a: &Block, b: &Block) -> bool {
    let count = |block: &Block| block.segments.1 - block.segments.0;
    a.kind == b.kind && a.kind != BlockKind::Other && count(a) == count(b) && count(a) > 0
}

/// The blocks of both editions, put together by the rows of their sentences.
struct Rows<'a> {
    left: &'a Document,
    right: &'a Document,
    beads: Vec<Bead>,
    /// By line: its block, as a position in all blocks, the left ones first.
    block_of: [Vec<usize>; 2],
    /// By block: one block for all that share a row, directly or by others.
    piece_of: Vec<usize>,
    /// By the block that stands for them: whether they are shown whole.
    whole: Vec<bool>,
}

impl<'a> Rows<'a> {
    fn of(left: &'a Document, right: &'a Document) -> Self {
        // What was merged stands beside what it was merged into.
        let ids = |document: &Document, other: &Document| -> Vec<Vec<SegmentId>> {
            let known = |id: SegmentId| other.segment_with_id(id).is_some();
            let resolved = |id: SegmentId| if known(id) { id } else { merged_into(other, id).unwrap_or(id) };
            (0..document.segments.len()).map(|at| document.sentences(at).iter().copied().map(resolved).collect()).collect()
        };
        fn slices(ids: &[Vec<SegmentId>]) -> Vec<&[SegmentId]> {
            ids.iter().map(Vec::as_slice).collect()
        }
        let (left_ids, right_ids) = (ids(left, right), ids(right, left));
        let beads = align::beads(&slices(&left_ids), &slices(&right_ids));
        let block_of = [blocks_of(left, 0), blocks_of(right, left.blocks.len())];
        let all = left.blocks.len() + right.blocks.len();
        let mut rows = Self { left, right, beads, block_of, piece_of: (0..all).collect(), whole: vec![false; all] };
        for at in 0..rows.beads.len() {
            let blocks = rows.blocks_in(at);
            for pair in blocks.windows(2) {
                rows.join(pair[0], pair[1]);
            }
        }
        rows.pair_what_has_no_sentences();
        for block in 0..all {
            rows.piece_of[block] = rows.piece(block);
        }
        rows.find_whole();
        rows
    }

    fn block(&self, block: usize) -> &Block {
        match block.checked_sub(self.left.blocks.len()) {
            None => &self.left.blocks[block],
            Some(right) => &self.right.blocks[right],
        }
    }

    fn is_left(&self, block: usize) -> bool {
        block < self.left.blocks.len()
    }

    /// The blocks of the lines of a bead.
    fn blocks_in(&self, bead: usize) -> Vec<usize> {
        let bead = &self.beads[bead];
        let left = bead.left.iter().map(|&line| self.block_of[0][line as usize]);
        left.chain(bead.right.iter().map(|&line| self.block_of[1][line as usize])).filter(|&block| block != usize::MAX).collect()
    }

    fn piece(&self, mut block: usize) -> usize {
        while self.piece_of[block] != block {
            block = self.piece_of[block];
        }
        block
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.piece(a), self.piece(b));
        self.piece_of[a.max(b)] = a.min(b);
        // Short ways, so that the next look is short.
        self.piece_of[a] = a.min(b);
    }

    /// Tables, code, rules: the nth after a block that has sentences stands beside the nth after its partner.
    fn pair_what_has_no_sentences(&mut self) {
        let mut waiting: HashMap<(Option<usize>, usize), usize> = HashMap::new();
        for range in [0..self.left.blocks.len(), self.left.blocks.len()..self.piece_of.len()] {
            let is_left = range.start == 0 && !self.left.blocks.is_empty();
            let (mut after, mut number) = (None, 0);
            for block in range {
                let (first, end) = self.block(block).segments;
                if first < end {
                    (after, number) = (Some(self.piece(block)), 0);
                } else {
                    match waiting.get(&(after, number)) {
                        Some(&partner) if !is_left => self.join(partner, block),
                        _ => drop(waiting.insert((after, number), block)),
                    }
                    number += 1;
                }
            }
        }
    }

    /// Sentence by sentence are shown paragraphs, and one heading beside one of its level.
    fn find_whole(&mut self) {
        let mut members: HashMap<usize, (Vec<usize>, Vec<usize>)> = HashMap::new();
        for block in 0..self.piece_of.len() {
            let (left, right) = members.entry(self.piece_of[block]).or_default();
            if self.is_left(block) { left.push(block) } else { right.push(block) }
        }
        for block in 0..self.piece_of.len() {
            if self.piece_of[block] != block {
                continue;
            }
            let (left, right) = &members[&block];
            let kind = |block: &usize| self.block(*block).kind;
            let is_text = |block: &usize| {
                kind(block) == BlockKind::Paragraph && self.block(*block).segments.0 < self.block(*block).segments.1
            };
            let headings =
                matches!((&left[..], &right[..]), ([a], [b]) if kind(a) == kind(b) && matches!(kind(a), BlockKind::Heading(_)));
            self.whole[block] = !headings && !left.iter().chain(right).all(is_text);
        }
    }

    fn in_order(mut self) -> Vec<Row> {
        let mut rows: Vec<Row> = Vec::new();
        // By piece: its rows; what only the right has goes behind the row of the block before it.
        let mut row_of_block: HashMap<usize, usize> = HashMap::new();
        let mut last_row: HashMap<usize, usize> = HashMap::new();
        for block in 0..self.left.blocks.len() {
            let piece = self.piece_of[block];
            if self.whole[piece] {
                let row = *row_of_block.entry(piece).or_insert_with(|| {
                    rows.push(Row { kind: RowKind::Blocks, beads: vec![Bead::default()] });
                    rows.len() - 1
                });
                rows[row].beads[0].left.push(block as u32);
                last_row.insert(piece, row);
            } else {
                let kind = match self.block(block).kind {
                    BlockKind::Heading(level) => RowKind::Heading(level),
                    BlockKind::Paragraph | BlockKind::Other => RowKind::Paragraph,
                };
                rows.push(Row { kind, beads: Vec::new() });
                row_of_block.insert(block, rows.len() - 1);
                last_row.insert(piece, rows.len() - 1);
            }
        }
        let with_left = rows.len();
        let mut behind: Vec<Vec<usize>> = vec![Vec::new(); with_left + 1];
        let mut follows = 0;
        for right in 0..self.right.blocks.len() {
            let block = self.left.blocks.len() + right;
            let piece = self.piece_of[block];
            match last_row.get(&piece) {
                Some(&row) if row < with_left => follows = row + 1,
                Some(_) => {}
                None => {
                    let (kind, beads) = if self.whole[piece] {
                        (RowKind::Blocks, vec![Bead::default()])
                    } else {
                        (RowKind::Paragraph, Vec::new())
                    };
                    rows.push(Row { kind, beads });
                    behind[follows].push(rows.len() - 1);
                    last_row.insert(piece, rows.len() - 1);
                    row_of_block.insert(piece, rows.len() - 1);
                }
            }
            if self.whole[piece] {
                rows[row_of_block[&piece]].beads[0].right.push(right as u32);
            }
        }
        // Sentences, into the row of their first line on the left; those without one after the one before.
        let mut at: HashMap<usize, usize> = HashMap::new();
        let mut waiting: HashMap<usize, Vec<Bead>> = HashMap::new();
        for bead in 0..self.beads.len() {
            let Some(&block) = self.blocks_in(bead).first() else { continue };
            let piece = self.piece_of[block];
            if self.whole[piece] {
                continue;
            }
            let taken = std::mem::take(&mut self.beads[bead]);
            let row = if self.is_left(block) {
                Some(row_of_block[&block])
            } else {
                at.get(&piece).copied().or_else(|| row_of_block.get(&piece).copied().filter(|&row| row >= with_left))
            };
            match row {
                Some(row) => {
                    at.insert(piece, row);
                    rows[row].beads.extend(waiting.remove(&piece).unwrap_or_default());
                    rows[row].beads.push(taken);
                }
                None => waiting.entry(piece).or_default().push(taken),
            }
        }
        let mut ordered = Vec::with_capacity(rows.len());
        let mut take = |row: usize, ordered: &mut Vec<Row>| {
            let row = std::mem::replace(&mut rows[row], Row { kind: RowKind::Blocks, beads: Vec::new() });
            // A paragraph all of whose sentences stand in rows of other paragraphs.
            if !row.beads.is_empty() {
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

/// By line: its block; `usize::MAX` if it is in none.
fn blocks_of(document: &Document, first: usize) -> Vec<usize> {
    let mut of = vec![usize::MAX; document.segments.len()];
    for (at, block) in document.blocks.iter().enumerate() {
        of[block.segments.0 as usize..block.segments.1 as usize].fill(first + at);
    }
    of
}
