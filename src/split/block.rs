//! Blocks of the source text: paragraphs that are cut into sentences, and blocks that stay whole.
//!
//! The blocks of plain text are made of lines. Those of Markdown are the blocks of
//! [`crate::markdown`]: a list, a table or a piece of code stays whole.

use std::collections::BTreeSet;
use std::ops::Range;

use super::plan::LineMode;
use super::sentence::begins_with;
use crate::markdown;

/// A block of the source text. Between blocks there is only white space.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Block {
    /// Byte range without the white space around it. A block that stays whole keeps its
    /// indentation.
    pub range: Range<usize>,
    pub kind: BlockKind,
    /// True if the block begins a new paragraph of the source.
    pub opens: bool,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum BlockKind {
    /// Text that is cut into sentences.
    Prose,
    /// A heading with its level.
    Heading(u8),
    /// A block that stays whole.
    Verbatim,
    /// The front matter, which belongs to no chapter.
    FrontMatter,
}

/// The rules by which lines of plain text become blocks.
#[derive(Debug)]
pub(super) struct Shape<'a> {
    pub lines: LineMode,
    /// Lines that continue the line before.
    pub join: &'a BTreeSet<usize>,
    /// Words with which the headings of plain text begin.
    pub headings: &'a [String],
}

/// Returns the blocks of a text, in order.
pub(super) fn blocks(text: &str, shape: &Shape<'_>) -> Vec<Block> {
    // A byte order mark is neither white space nor a part of the text.
    let start = markdown::byte_order_mark(text);
    match shape.lines {
        LineMode::Markdown => markdown(text),
        LineMode::Sentences | LineMode::Wrapped | LineMode::Paragraphs => plain(text, start, shape),
    }
}

fn plain(text: &str, start: usize, shape: &Shape<'_>) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut after_blank = true;
    let mut at = 0;
    for (index, line) in text.split_inclusive('\n').enumerate() {
        let range = trimmed(text, at.max(start)..at + line.len());
        at += line.len();
        if range.is_empty() {
            after_blank = true;
            continue;
        }
        let continues = shape.join.contains(&(index + 1)) || shape.lines == LineMode::Wrapped && !after_blank;
        match blocks.last_mut() {
            Some(last) if continues => last.range.end = range.end,
            _ => {
                let opens = after_blank || shape.lines != LineMode::Sentences;
                blocks.push(Block { range, kind: BlockKind::Prose, opens });
            }
        }
        after_blank = false;
    }
    let mut after_heading = false;
    for block in &mut blocks {
        block.opens |= after_heading;
        after_heading = is_heading(&text[block.range.clone()], shape.headings);
        if after_heading {
            (block.kind, block.opens) = (BlockKind::Heading(1), true);
        }
    }
    blocks
}

/// Returns true if a block of plain text is a heading: one or two lines, of which the first begins
/// with one of `words`.
fn is_heading(block: &str, words: &[String]) -> bool {
    words.iter().any(|word| begins_with(block, word)) && block.bytes().filter(|&byte| byte == b'\n').count() < 2
}

/// Returns the blocks of Markdown. A paragraph with a hard line break stays whole.
fn markdown(text: &str) -> Vec<Block> {
    use crate::markdown::BlockKind as Kind;
    let block = |markdown::Block { kind, range }| {
        let kind = match kind {
            Kind::Paragraph(false) => BlockKind::Prose,
            Kind::Heading(level) => BlockKind::Heading(level),
            Kind::FrontMatter => BlockKind::FrontMatter,
            Kind::Paragraph(true) | Kind::Other => BlockKind::Verbatim,
        };
        // A block that stays whole keeps its indentation, because that may mark it as code.
        let whole = matches!(kind, BlockKind::Verbatim | BlockKind::FrontMatter);
        Block { range: if whole { range } else { trimmed(text, range) }, kind, opens: true }
    };
    markdown::blocks(text).into_iter().map(block).collect()
}

fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    if range.start >= range.end {
        return range.start..range.start;
    }
    let line = &text[range.clone()];
    let start = range.start + (line.len() - line.trim_start().len());
    start..start.max(range.start + line.trim_end().len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markdown_is_cut_in_paragraphs_only() {
        let text =
            "---\ntitle: x\n---\n# One\nProse goes\non here.\n- item\n\n    code\n\n1. a\n\nhard  \nbreak\n\n  Indented.\n";
        let found: Vec<(BlockKind, &str)> = markdown(text).into_iter().map(|block| (block.kind, &text[block.range])).collect();
        let expected = [
            (BlockKind::FrontMatter, "---\ntitle: x\n---"),
            (BlockKind::Heading(1), "# One"),
            (BlockKind::Prose, "Prose goes\non here."),
            (BlockKind::Verbatim, "- item\n\n    code"),
            (BlockKind::Verbatim, "1. a"),
            (BlockKind::Verbatim, "hard  \nbreak"),
            (BlockKind::Prose, "Indented."),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn a_heading_of_plain_text_stands_alone() {
        let text = "Chapter I\n\nChapter two of my life\nbegan in May\nof that year.\n\nChapters\n";
        let shape = Shape { lines: LineMode::Wrapped, join: &BTreeSet::new(), headings: &["Chapter".into()] };
        let found: Vec<_> = blocks(text, &shape).into_iter().map(|block| block.kind).collect();
        assert_eq!(found, [BlockKind::Heading(1), BlockKind::Prose, BlockKind::Prose]);
    }
}
