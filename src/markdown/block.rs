//! The blocks of a text, and its lines without the marks of blocks.

use std::ops::Range;

use pulldown_cmark::Parser;

use super::{Event, PLAIN_PAGE, Tag, TagEnd, byte_order_mark, front_matter, is_block, is_block_end, parse};

/// A block at the top level of a text. All text outside of blocks is white space.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    pub kind: BlockKind,
    /// Byte range without white space at the end.
    pub range: Range<usize>,
}

/// The kind of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlockKind {
    FrontMatter,
    /// A heading with its level.
    Heading(u8),
    /// A paragraph; true if a line of it ends in a hard line break.
    Paragraph(bool),
    /// A list, a table, a quotation, code, HTML, a footnote, a rule, the definition of a link.
    Other,
}

/// Returns the blocks of a text, in order.
pub fn blocks(text: &str) -> Vec<Block> {
    let (front, start) = match front_matter(text) {
        // A text can begin with a rule. Front matter has no empty first line.
        Ok((Some(front), start)) if !text[front.start..].lines().next().unwrap_or_default().trim().is_empty() => (true, start),
        _ => (false, byte_order_mark(text)),
    };
    let mut blocks = Vec::new();
    if front {
        push(&mut blocks, text, BlockKind::FrontMatter, byte_order_mark(text)..start);
    }
    let parser = Parser::new_ext(&text[start..], PLAIN_PAGE.options()).into_offset_iter();
    // Definitions of links have no events.
    let definitions = parser.reference_definitions().iter().map(|(_, definition)| start + definition.span.start);
    let mut definitions: Vec<usize> = definitions.collect();
    definitions.sort_unstable();
    let mut reached = start;
    let mut depth = 0;
    for (event, range) in parser {
        let range = range.start + start..range.end + start;
        match &event {
            Event::Start(tag) if is_block(tag) => depth += 1,
            Event::End(tag) if is_block_end(*tag) => {
                depth -= 1;
                continue;
            }
            Event::HardBreak if depth == 1 => {
                if let Some(Block { kind: BlockKind::Paragraph(breaks), .. }) = blocks.last_mut() {
                    *breaks = true;
                }
            }
            _ => {}
        }
        let (kind, at_top) = match &event {
            Event::Start(Tag::Paragraph) => (BlockKind::Paragraph(false), depth == 1),
            Event::Start(Tag::Heading { level, .. }) => (BlockKind::Heading(*level as u8), depth == 1),
            Event::Start(tag) => (BlockKind::Other, depth == 1 && is_block(tag)),
            Event::Rule => (BlockKind::Other, depth == 0),
            _ => continue,
        };
        if at_top && range.start >= reached {
            push_definitions(&mut blocks, text, reached..range.start, &definitions);
            reached = range.end;
            push(&mut blocks, text, kind, range);
        }
    }
    push_definitions(&mut blocks, text, reached..text.len(), &definitions);
    blocks
}

/// Adds the definitions of links in the gap between two blocks, each as a block.
fn push_definitions(blocks: &mut Vec<Block>, text: &str, gap: Range<usize>, definitions: &[usize]) {
    let first = definitions.partition_point(|start| *start <= gap.start);
    let inside = definitions[first..].iter().copied().take_while(|start| *start < gap.end);
    let mut start = gap.start;
    for end in inside.chain([gap.end]) {
        push(blocks, text, BlockKind::Other, start..end);
        start = end;
    }
}

fn push(blocks: &mut Vec<Block>, text: &str, kind: BlockKind, mut range: Range<usize>) {
    range.end = range.start + text[range.clone()].trim_end().len();
    if range.is_empty() {
        return;
    }
    // The indentation of a block can mark it as code.
    let line = text[..range.start].rfind('\n').map_or(byte_order_mark(text), |newline| newline + 1);
    if text[line..range.start].trim().is_empty() {
        range.start = line;
    }
    // Empty lines before a definition of a link are not part of it.
    let leading = text[range.clone()].len() - text[range.clone()].trim_start().len();
    range.start += text[range.start..range.start + leading].rfind('\n').map_or(0, |newline| newline + 1);
    blocks.push(Block { kind, range });
}

/// Returns the text of a block without the marker of a heading, a list item or a quotation:
/// `Title` for `## Title ##`.
pub fn without_marker(block: &str) -> &str {
    let block = block.trim();
    let may_have_marker = block.starts_with(|c: char| c.is_ascii_digit() || "#>-*+".contains(c)) || block.contains('\n');
    if !may_have_marker {
        return block;
    }
    let mut content: Option<Range<usize>> = None;
    for (event, range) in parse(block, 0, PLAIN_PAGE) {
        let is_content = match &event {
            Event::Start(tag) => !is_block(tag),
            Event::Text(_) | Event::Code(_) | Event::InlineHtml(_) | Event::FootnoteReference(_) => true,
            _ => false,
        };
        if is_content {
            let content = content.get_or_insert_with(|| range.clone());
            content.end = content.end.max(range.end);
        }
    }
    let Some(Range { start, end }) = content else { return block };
    // The parser's range of an escaped character lacks the backslash.
    block[start - usize::from(block[..start].ends_with('\\'))..end].trim_end()
}

/// Returns the byte ranges of a file's lines of text: all lines but front matter, blank lines and
/// definitions of footnotes.
pub fn text_lines(text: &str) -> Vec<Range<usize>> {
    let start = front_matter(text).map_or(text.len(), |(_, start)| start);
    // Most chapters have no footnotes, and need not be parsed.
    let has_notes = text[start..].starts_with("[^") || text[start..].contains("\n[^");
    let notes: Vec<Range<usize>> = if has_notes { notes(text, start) } else { Vec::new() };
    let mut notes = notes.into_iter().peekable();
    let mut lines = Vec::new();
    let mut at = start;
    for line in text[start..].split_inclusive('\n') {
        let range = at..at + line.trim_end().len();
        at += line.len();
        while notes.next_if(|note| note.end <= range.start).is_some() {}
        if !range.is_empty() && notes.peek().is_none_or(|note| note.start > range.start) {
            lines.push(range);
        }
    }
    lines
}

/// Returns the byte ranges of all definitions of footnotes, in order.
fn notes(text: &str, start: usize) -> Vec<Range<usize>> {
    let is_end = |event: &Event<'_>| matches!(event, Event::End(TagEnd::FootnoteDefinition));
    let notes = parse(text, start, PLAIN_PAGE).filter(|(event, _)| is_end(event));
    let mut notes: Vec<Range<usize>> = notes.map(|(_, range)| range).collect();
    notes.sort_by_key(|note| note.start);
    notes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(BlockKind, &str)> {
        blocks(text).into_iter().map(|block| (block.kind, &text[block.range])).collect()
    }

    #[test]
    fn blocks_cover_a_text() {
        use BlockKind::{FrontMatter, Heading, Other, Paragraph};
        let text = "\u{feff}---\na: b\n---\n# One\nProse goes\non here.\n- item\n\n  more\n- item\n\nTitle\n=====\n```\na\n\nb\n```\n\n\
                    | a | b |\n|---|---|\n| 1 | 2 |\n\n> quote\nlazy\n\n    code\n\nhard  \nbreak\n\n***\n[x]: y\n[z]: w\n  \"t\"\n\
                    [^n]: note\n\n<div>\n\nEnd[^n] [x].\n";
        let expected = [
            (FrontMatter, "---\na: b\n---"),
            (Heading(1), "# One"),
            (Paragraph(false), "Prose goes\non here."),
            (Other, "- item\n\n  more\n- item"),
            (Heading(1), "Title\n====="),
            (Other, "```\na\n\nb\n```"),
            (Other, "| a | b |\n|---|---|\n| 1 | 2 |"),
            (Other, "> quote\nlazy"),
            (Other, "    code"),
            (Paragraph(true), "hard  \nbreak"),
            (Other, "***"),
            (Other, "[x]: y"),
            (Other, "[z]: w\n  \"t\""),
            (Other, "[^n]: note"),
            (Other, "<div>"),
            (Paragraph(false), "End[^n] [x]."),
        ];
        assert_eq!(found(text), expected);
        assert_eq!(found("---\n\nafter a rule\n\n---\n").len(), 3);
        assert_eq!(found("[x]: y\nA paragraph [x]."), [(Other, "[x]: y"), (Paragraph(false), "A paragraph [x].")]);
    }

    #[test]
    fn markers_are_no_text() {
        for (block, text) in [
            ("## Title ##", "Title"),
            ("Title\nof two\n===", "Title\nof two"),
            ("- *item*", "*item*"),
            ("12. \\*a", "\\*a"),
            ("> said", "said"),
            ("#tag", "#tag"),
            ("* * *", "* * *"),
            ("2 apples", "2 apples"),
        ] {
            assert_eq!(without_marker(block), text);
        }
    }

    #[test]
    fn front_matter_and_footnotes_are_no_text() {
        let text = "---\ntitle: a\n---\n\n# One\n\nTwo.\nThree[^1].\n\n[^1]: four\n    five\n\nSix.\n";
        let lines: Vec<&str> = text_lines(text).into_iter().map(|line| &text[line]).collect();
        assert_eq!(lines, ["# One", "Two.", "Three[^1].", "Six."]);
    }
}
