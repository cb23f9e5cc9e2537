//! Blocks of the source text: paragraphs that are cut into sentences, and blocks that stay whole.
//!
//! Works on lines only. It knows enough of Markdown's block structure not to cut into a list, a
//! table or a piece of code. Where it errs, it keeps a text whole that could be cut.

use std::collections::BTreeSet;
use std::ops::Range;

use super::plan::Lines;
use super::sentence::begins_with;

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

/// The rules that make blocks of lines.
#[derive(Debug)]
pub(super) struct Shape<'a> {
    pub lines: Lines,
    /// Lines that continue the line before.
    pub join: &'a BTreeSet<usize>,
    /// Words with which the headings of plain text begin.
    pub headings: &'a [String],
}

/// Returns the blocks of a text, in order.
pub(super) fn blocks(text: &str, shape: &Shape<'_>) -> Vec<Block> {
    // A byte order mark is neither white space nor a part of the text.
    let start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    match shape.lines {
        Lines::Markdown => markdown(text, start),
        Lines::Sentences | Lines::Wrapped | Lines::Paragraphs => plain(text, start, shape),
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
        let continues = shape.join.contains(&(index + 1)) || shape.lines == Lines::Wrapped && !after_blank;
        match blocks.last_mut() {
            Some(last) if continues => last.range.end = range.end,
            _ => {
                let opens = after_blank || shape.lines != Lines::Sentences;
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

/// Returns true if a block of plain text is a heading: one or two lines that begin with one of the
/// words.
fn is_heading(block: &str, words: &[String]) -> bool {
    words.iter().any(|word| begins_with(block, word)) && block.bytes().filter(|&byte| byte == b'\n').count() < 2
}

/// The kind of block that a line of Markdown begins, judged without the lines before it.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Start {
    Blank,
    Fence(char, usize),
    Heading(u8),
    Quote,
    /// A list item; true if it can interrupt a paragraph.
    Item(bool),
    Rule,
    /// HTML; true if it can interrupt a paragraph.
    Html(bool),
    /// The definition of a link's address: `[label]: address`.
    Definition,
    Footnote,
    Indented,
    Text,
}

fn markdown(text: &str, start: usize) -> Vec<Block> {
    let mut lines = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        lines.push(at.max(start)..at + line.len());
        at += line.len();
    }
    let line = |index: usize| text[lines[index].clone()].trim_end();
    let begins_table = |index: usize| line(index).contains('|') && index + 1 < lines.len() && is_delimiter_row(line(index + 1));
    let mut blocks = Vec::new();
    let mut index = 0;
    if lines.len() > 1
        && line(0) == "---"
        && !line(1).is_empty()
        && let Some(close) = (1..lines.len()).find(|&index| line(index) == "---")
    {
        blocks.push(block(text, lines[0].start..lines[close].end, BlockKind::FrontMatter));
        index = close + 1;
    }
    while index < lines.len() {
        let first = index;
        let mut kind = BlockKind::Verbatim;
        index += 1;
        match start_of(line(first)) {
            Start::Blank => continue,
            Start::Rule => {}
            Start::Heading(level) => kind = BlockKind::Heading(level),
            Start::Fence(mark, length) => {
                let closes = |index: usize| {
                    let line = line(index).trim_start();
                    line.len() >= length && line.chars().all(|c| c == mark)
                };
                index = (index..lines.len()).find(|&index| closes(index)).map_or(lines.len(), |index| index + 1);
            }
            Start::Html(_) if line(first).trim_start().starts_with("<!--") => {
                let close = (first..lines.len()).find(|&index| line(index).contains("-->"));
                index = close.map_or(lines.len(), |index| index + 1);
            }
            Start::Html(_) => {
                while index < lines.len() && start_of(line(index)) != Start::Blank {
                    index += 1;
                }
            }
            Start::Definition => {}
            begun @ (Start::Quote | Start::Footnote) => {
                while index < lines.len() && (start_of(line(index)) == begun || !interrupts(start_of(line(index)))) {
                    index += 1;
                }
            }
            Start::Indented => {
                let mut end = index;
                while index < lines.len() && matches!(start_of(line(index)), Start::Indented | Start::Blank) {
                    index += 1;
                    if start_of(line(index - 1)) == Start::Indented {
                        end = index;
                    }
                }
                index = end;
            }
            Start::Item(_) => {
                // After a blank line, only an indented line or another item continues the list.
                let mut end = index;
                let mut after_blank = false;
                while index < lines.len() {
                    match start_of(line(index)) {
                        Start::Blank => after_blank = true,
                        Start::Item(_) | Start::Indented => after_blank = false,
                        _ if line(index).starts_with("  ") => after_blank = false,
                        _ if after_blank => break,
                        Start::Heading(_)
                        | Start::Rule
                        | Start::Fence(..)
                        | Start::Quote
                        | Start::Html(true)
                        | Start::Footnote => break,
                        _ => {}
                    }
                    index += 1;
                    if !after_blank {
                        end = index;
                    }
                }
                index = end;
            }
            Start::Text => {
                let is_table = begins_table(first);
                kind = if is_table { BlockKind::Verbatim } else { BlockKind::Prose };
                while index < lines.len() {
                    let next = line(index);
                    if !is_table && begins_table(index) {
                        break;
                    }
                    if let Some(level) = underline(next).filter(|_| !is_table) {
                        kind = BlockKind::Heading(level);
                        index += 1;
                        break;
                    }
                    if interrupts(start_of(next)) {
                        break;
                    }
                    index += 1;
                }
                let hard_breaks = (first..index.saturating_sub(1)).any(|index| {
                    let line = text[lines[index].clone()].trim_end_matches(['\n', '\r']);
                    line.ends_with("  ") || line.ends_with('\\')
                });
                if kind == BlockKind::Prose && hard_breaks {
                    kind = BlockKind::Verbatim;
                }
            }
        }
        blocks.push(block(text, lines[first].start..lines[index - 1].end, kind));
    }
    blocks
}

/// Makes a block. A block that stays whole keeps its indentation, because that may mark it as code.
fn block(text: &str, range: Range<usize>, kind: BlockKind) -> Block {
    let whole = matches!(kind, BlockKind::Verbatim | BlockKind::FrontMatter);
    let end = range.start + text[range.clone()].trim_end().len();
    let range = if whole { range.start..end } else { trimmed(text, range) };
    Block { range, kind, opens: true }
}

/// Returns true if a line that begins like this cannot belong to the paragraph before it.
fn interrupts(start: Start) -> bool {
    !matches!(start, Start::Text | Start::Indented | Start::Item(false) | Start::Html(false) | Start::Definition)
}

fn start_of(line: &str) -> Start {
    let rest = line.trim_start_matches(' ');
    let indent = line.len() - rest.len();
    if rest.trim().is_empty() {
        return Start::Blank;
    }
    if indent >= 4 || rest.starts_with('\t') {
        return Start::Indented;
    }
    let first = rest.chars().next().unwrap_or(' ');
    let run = rest.chars().take_while(|&c| c == first).count();
    let after = rest.chars().nth(run).is_none_or(char::is_whitespace);
    match first {
        '`' if run >= 3 && !rest[run..].contains('`') => Start::Fence(first, run),
        '~' if run >= 3 => Start::Fence(first, run),
        '#' if run <= 6 && after => Start::Heading(run as u8),
        '>' => Start::Quote,
        '-' | '*' | '_' if is_rule(rest, first) => Start::Rule,
        '-' | '*' | '+' if run == 1 && after => Start::Item(rest.len() > 1),
        '<' => html_start(rest),
        '[' if run == 1 && rest.starts_with("[^") && rest.contains("]:") => Start::Footnote,
        '[' if rest.find("]:").is_some_and(|at| !rest[..at].contains("](")) => Start::Definition,
        c if c.is_ascii_digit() => {
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            let marker = rest[digits..].starts_with(['.', ')']);
            let after = rest[digits..].chars().nth(1);
            if digits <= 9 && marker && after.is_none_or(char::is_whitespace) {
                Start::Item(&rest[..digits] == "1" && after.is_some())
            } else {
                Start::Text
            }
        }
        _ => Start::Text,
    }
}

fn is_rule(line: &str, mark: char) -> bool {
    line.chars().filter(|&c| c == mark).count() >= 3 && line.chars().all(|c| c == mark || c == ' ' || c == '\t')
}

/// The tags that begin a block of HTML anywhere, as the specification of `CommonMark` lists them.
const BLOCK_TAGS: &str = " address article aside base basefont blockquote body caption center col colgroup dd details dialog dir div dl dt \
    fieldset figcaption figure footer form frame frameset h1 h2 h3 h4 h5 h6 head header hr html iframe legend li link main menu menuitem nav \
    noframes ol optgroup option p param pre script search section style summary table tbody td textarea tfoot th thead title tr track ul ";

fn html_start(line: &str) -> Start {
    if line.starts_with("<!") || line.starts_with("<?") {
        return Start::Html(true);
    }
    let name = line[1..].trim_start_matches('/');
    let name = &name[..name.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(name.len())];
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return Start::Text;
    }
    if BLOCK_TAGS.contains(&format!(" {} ", name.to_ascii_lowercase())) {
        return Start::Html(true);
    }
    // Any other tag begins a block only if it stands alone in its line. A URL or an e-mail address
    // in angle brackets is not a tag.
    let alone = line.find('>').is_some_and(|end| line[end + 1..].trim().is_empty() && !line[..end].contains([':', '@']));
    if alone { Start::Html(false) } else { Start::Text }
}

/// Returns the level of the heading that this underline makes of the paragraph above it.
fn underline(line: &str) -> Option<u8> {
    let mark = line.trim();
    let all = |c: char| !mark.is_empty() && mark.chars().all(|other| other == c);
    if line.starts_with("    ") {
        None
    } else if all('=') {
        Some(1)
    } else {
        all('-').then_some(2)
    }
}

fn is_delimiter_row(line: &str) -> bool {
    line.contains('-') && line.contains('|') && line.chars().all(|c| matches!(c, '|' | '-' | ':' | ' ' | '\t'))
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

    fn kinds(text: &str) -> Vec<(BlockKind, &str)> {
        markdown(text, 0).into_iter().map(|block| (block.kind, &text[block.range])).collect()
    }

    #[test]
    fn markdown_blocks_are_told_apart() {
        let text = "---\ntitle: x\n---\n# One\nProse goes\non here.\n- item\n\n  more\n- item\n\nTitle\n=====\n```\na\n\nb\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n> quote\nlazy\n\n    code\n\nhard  \nbreak\n\n***\n[x]: y\n";
        let found: Vec<_> = kinds(text).into_iter().map(|(kind, _)| kind).collect();
        use BlockKind::{FrontMatter, Heading, Prose, Verbatim};
        assert_eq!(
            found,
            [
                FrontMatter,
                Heading(1),
                Prose,
                Verbatim,
                Heading(1),
                Verbatim,
                Verbatim,
                Verbatim,
                Verbatim,
                Verbatim,
                Verbatim,
                Verbatim
            ]
        );
        assert_eq!(kinds(text)[2].1, "Prose goes\non here.");
        assert_eq!(kinds(text)[3].1, "- item\n\n  more\n- item");
        assert_eq!(kinds(text)[8].1, "    code");
    }

    #[test]
    fn a_heading_of_plain_text_stands_alone() {
        let text = "Chapter I\n\nChapter two of my life\nbegan in May\nof that year.\n\nChapters\n";
        let shape = Shape { lines: Lines::Wrapped, join: &BTreeSet::new(), headings: &["Chapter".into()] };
        let found: Vec<_> = blocks(text, &shape).into_iter().map(|block| block.kind).collect();
        assert_eq!(found, [BlockKind::Heading(1), BlockKind::Prose, BlockKind::Prose]);
    }
}
