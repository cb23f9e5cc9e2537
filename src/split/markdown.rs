//! Writing of chapters as Markdown, and reading of Markdown lines as plain text.
//!
//! A chapter's Markdown looks like an editor's: front matter, one sentence a line, a blank line
//! between paragraphs. Of a plain source text, only characters that Markdown would read as markup
//! are escaped.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt::Write as _;
use std::ops::Range;

use super::chapter::{Draft, Item};
use super::plan::Note;
use super::{Chapter, Cut, Format, Role, Segment, SegmentKind};
use crate::base::yaml;
use crate::model::Key;

/// The data that all chapters are written from, besides their drafts.
#[derive(Debug)]
pub(super) struct Writer<'a> {
    pub language: &'a str,
    pub segments: &'a [Segment],
    pub notes: &'a HashMap<usize, Vec<&'a Note>>,
    pub touches: &'a HashMap<usize, Vec<Key>>,
    /// The format of the source text. In Markdown, only the start of a sentence is escaped.
    pub format: Format,
}

impl<'a> Writer<'a> {
    /// Writes a chapter.
    pub(super) fn write(&self, draft: Draft) -> Chapter {
        let mut markdown = front_matter(&draft);
        let mut cuts = Vec::new();
        let mut notes = Vec::new();
        let touches = |segment: usize| self.touches.get(&segment).cloned().unwrap_or_default();
        if let Some(segment) = draft.front {
            cuts.push(Cut { segment, paragraph: 0, role: Role::FrontMatter, touches: touches(segment), line: 0..0 });
        }
        let mut paragraph = 0;
        for item in &draft.items {
            match item {
                Item::Heading { text, level } => {
                    let marks = "#".repeat(usize::from(*level));
                    _ = write!(markdown, "\n{marks} {}\n", escape_heading(text));
                }
                Item::Title(segment) => {
                    paragraph += 1;
                    markdown.push('\n');
                    let line = self.add_line(*segment, &mut markdown, &mut notes);
                    cuts.push(Cut { segment: *segment, paragraph, role: Role::Title, touches: touches(*segment), line });
                }
                Item::Paragraph(segments) => {
                    let mut flows = false;
                    for &segment in segments {
                        let sentence = self.segments[segment].kind == SegmentKind::Sentence;
                        if !(flows && sentence) {
                            paragraph += 1;
                            markdown.push('\n');
                        }
                        flows = sentence;
                        let line = self.add_line(segment, &mut markdown, &mut notes);
                        cuts.push(Cut { segment, paragraph, role: Role::Text, touches: touches(segment), line });
                    }
                }
            }
        }
        for note in notes {
            let text = note.text.trim().replace("\r\n", "\n").replace('\n', "\n    ");
            _ = write!(markdown, "\n[^{}]: {text}\n", note.id);
        }
        let Draft { key, place, title, description, order, planned, .. } = draft;
        let file = format!("content/{key}.{}.md", self.language);
        Chapter { key, title, description, order, file, markdown, cuts, planned, place }
    }

    /// Writes a segment's line with the references of its notes, and returns the line's bytes.
    fn add_line(&self, segment: usize, markdown: &mut String, notes: &mut Vec<&'a Note>) -> Range<usize> {
        let start = markdown.len();
        markdown.push_str(&self.line(&self.segments[segment]));
        for note in self.notes.get(&segment).into_iter().flatten() {
            _ = write!(markdown, "[^{}]", note.id);
            notes.push(note);
        }
        let end = markdown.len();
        markdown.push('\n');
        start..end
    }

    fn line<'s>(&self, segment: &'s Segment) -> Cow<'s, str> {
        match (segment.kind, self.format) {
            (SegmentKind::Verbatim, _) | (SegmentKind::Heading(_), Format::Markdown) => Cow::Borrowed(&segment.text),
            // The line break before a sentence of Markdown is new, so the sentence must not begin a
            // block.
            (SegmentKind::Sentence, Format::Markdown) => escape_start(Cow::Borrowed(&segment.text)),
            (SegmentKind::Sentence, Format::Text) => escape_start(Cow::Owned(escape(&segment.text, false))),
            (SegmentKind::Heading(level), Format::Text) => {
                Cow::Owned(format!("{} {}", "#".repeat(usize::from(level) + 1), escape_heading(&segment.text)))
            }
        }
    }
}

fn front_matter(draft: &Draft) -> String {
    let mut front = format!("---\ntitle: {}\n", yaml_text(&draft.title));
    if let Some(description) = &draft.description {
        _ = writeln!(front, "description: {}", yaml_text(description));
    }
    _ = write!(front, "order: {}\n---\n", draft.order);
    front
}

/// Returns a text as a YAML scalar. Control characters, which no front matter may hold, become
/// spaces.
fn yaml_text(text: &str) -> String {
    yaml::scalar(&text.replace(yaml::is_refused, " "))
}

/// Escapes every character that Markdown would read as inline markup.
fn escape(text: &str, heading: bool) -> String {
    let mut escaped = String::with_capacity(text.len() + text.len() / 16);
    let mut before = None;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let next = chars.peek().copied();
        let markup = match c {
            '\\' | '*' | '`' | '[' | '~' | '^' | '$' | '|' => true,
            // Inside a word, an underscore is not markup.
            '_' => !(before.is_some_and(char::is_alphanumeric) && next.is_some_and(char::is_alphanumeric)),
            '<' => next.is_some_and(|next| next.is_ascii_alphabetic() || matches!(next, '/' | '!' | '?')),
            '&' => next.is_some_and(|next| next.is_ascii_alphanumeric() || next == '#'),
            // Braces may begin the attributes of a heading, or a template if the site uses them in
            // its pages.
            '{' => heading || matches!(next, Some('{' | '%')),
            _ => false,
        };
        if markup {
            escaped.push('\\');
        }
        escaped.push(c);
        before = Some(c);
    }
    escaped
}

/// Escapes a heading's text, including final `#` marks, which would close the heading.
fn escape_heading(text: &str) -> String {
    let mut escaped = escape(&text.trim().replace(['\n', '\r', '\t'], " "), true);
    let end = escaped.trim_end_matches('#').len();
    if end < escaped.len() {
        escaped.insert(end, '\\');
    }
    escaped
}

/// Escapes a line that would begin a block: a heading, list, quotation, table, definition or rule.
pub(super) fn escape_start(line: Cow<'_, str>) -> Cow<'_, str> {
    let first = line.chars().next().unwrap_or(' ');
    let after = line.chars().nth(1);
    let at = match first {
        '#' | '>' | '=' | '|' => Some(0),
        ':' => Some(0),
        '+' if after.is_none_or(char::is_whitespace) => Some(0),
        // A list, a rule, the underline of a heading, or the second row of a table.
        '-' if after.is_none_or(|after| after.is_whitespace() || after == '-' || after == ':' || after == '|') => Some(0),
        '*' if after.is_none_or(char::is_whitespace) => Some(0),
        c if c.is_ascii_digit() => {
            let digits = line.bytes().take_while(u8::is_ascii_digit).count();
            let marker = line[digits..].starts_with(['.', ')']);
            (marker && line[digits + 1..].chars().next().is_none_or(char::is_whitespace)).then_some(digits)
        }
        _ => None,
    };
    match at {
        Some(at) => Cow::Owned(format!("{}\\{}", &line[..at], &line[at..])),
        None => line,
    }
}

/// Returns the text of a line of Markdown as a reader sees it: without inline markup, white space
/// normalised.
///
/// It knows links, wiki links, emphasis, code, footnote references, tags and escapes. That is
/// enough to tell if two lines have the same words. Linear in the line's length.
pub fn plain(line: &str) -> String {
    // Brackets of a link become `None`, and are left out at the end.
    let mut text: Vec<Option<char>> = Vec::with_capacity(line.len());
    let mut open: Vec<usize> = Vec::new();
    let mut closers = Closers::default();
    let mut at = 0;
    while let Some(c) = line[at..].chars().next() {
        let rest = &line[at..];
        let next = rest[c.len_utf8()..].chars().next();
        let mut length = c.len_utf8();
        match c {
            '\\' if next.is_some_and(|next| next.is_ascii_punctuation()) => {
                text.push(next);
                length += 1;
            }
            '*' | '`' => {}
            '_' => {
                let inside =
                    text.last().is_some_and(|c| c.is_some_and(char::is_alphanumeric)) && next.is_some_and(char::is_alphanumeric);
                if inside {
                    text.push(Some('_'));
                }
            }
            '~' if next == Some('~') => length += 1,
            '[' if next == Some('^') && closers.find(line, at, "]").is_some() => {
                length = closers.find(line, at, "]").map_or(length, |end| end + 1 - at);
            }
            '[' if next == Some('[') && closers.find(line, at, "]]").is_some() => {
                let end = closers.find(line, at, "]]").unwrap_or(at);
                let inner = line.get(at + 2..end).unwrap_or_default();
                text.extend(inner.rsplit('|').next().unwrap_or(inner).chars().map(Some));
                length = (end + 2).max(at + 2) - at;
            }
            '[' => {
                open.push(text.len());
                text.push(Some('['));
            }
            ']' => match open.pop() {
                Some(bracket) if matches!(next, Some('(' | '[')) => {
                    let close = if next == Some('(') { ")" } else { "]" };
                    match closers.find(line, at + 1, close) {
                        Some(end) => {
                            text[bracket] = None;
                            if let Some(mark) = bracket.checked_sub(1)
                                && text[mark] == Some('!')
                            {
                                text[mark] = None;
                            }
                            length = end + 1 - at;
                        }
                        None => text.push(Some(']')),
                    }
                }
                _ => text.push(Some(']')),
            },
            '<' if next.is_some_and(|next| next.is_ascii_alphabetic() || matches!(next, '/' | '!')) => {
                match closers.find(line, at, ">") {
                    Some(end) => length = end + 1 - at,
                    None => text.push(Some('<')),
                }
            }
            c => text.push(Some(c)),
        }
        at += length;
    }
    let mut plain = String::with_capacity(line.len());
    let mut spaced = true;
    for c in text.into_iter().flatten() {
        if !c.is_whitespace() {
            plain.push(c);
            spaced = false;
        } else if !spaced {
            plain.push(' ');
            spaced = true;
        }
    }
    plain.truncate(plain.trim_end().len());
    plain
}

/// A search for closing marks that never repeats a search without a result.
#[derive(Default)]
struct Closers {
    missing: Vec<&'static str>,
}

impl Closers {
    fn find(&mut self, line: &str, from: usize, mark: &'static str) -> Option<usize> {
        if self.missing.contains(&mark) {
            return None;
        }
        let found = line[from..].find(mark).map(|at| from + at);
        if found.is_none() {
            self.missing.push(mark);
        }
        found
    }
}

/// Returns a line without the marker of a heading, a list item or a quotation.
pub(super) fn without_marker(line: &str) -> &str {
    let line = line.trim();
    let rest = line.trim_start_matches('#');
    if line.len() - rest.len() <= 6 && rest.len() < line.len() && rest.starts_with([' ', '\t']) {
        return rest.trim().trim_end_matches('#').trim_end();
    }
    if let Some(rest) = line.strip_prefix('>') {
        return rest.trim_start();
    }
    if let Some(rest) = ["- ", "* ", "+ "].iter().find_map(|marker| line.strip_prefix(marker)) {
        return rest.trim_start();
    }
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    match line[digits..].strip_prefix(['.', ')']) {
        Some(rest) if (1..=9).contains(&digits) && rest.starts_with(' ') => rest.trim_start(),
        _ => line,
    }
}

/// Returns the lines of a Markdown file that hold text: not its front matter, blank lines or
/// footnotes.
pub(super) fn text_lines(markdown: &str) -> Vec<Range<usize>> {
    let mut lines = Vec::new();
    let mut at = 0;
    let mut front = false;
    let mut footnote = false;
    for (index, line) in markdown.split_inclusive('\n').enumerate() {
        let range = at..at + line.trim_end().len();
        at += line.len();
        let text = line.trim_end();
        if index == 0 && text == "---" {
            front = true;
            continue;
        }
        if front {
            front = text != "---";
            continue;
        }
        footnote = text.starts_with("[^") && text.contains("]:") || footnote && (text.is_empty() || text.starts_with("    "));
        if !footnote && !text.is_empty() {
            lines.push(range);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::base::yaml::{self, Value};

    #[test]
    fn yaml_texts_are_read_back_as_they_were() {
        let file: Arc<str> = "x".into();
        for text in [
            "Ресей",
            "A: b",
            "a #b",
            "true",
            "No",
            "12",
            "-",
            "\"q\"",
            "a\\b",
            "[x]",
            "",
            "x:",
            "a\nb",
            "\u{2028}\t",
            "«Ә»",
            "null",
        ] {
            let source = format!("title: {}\n", yaml_text(text));
            let node = yaml::read(&file, &source, 0..source.len()).expect(&source);
            let Value::Map(entries) = node.value else { panic!("{source}") };
            assert_eq!(entries[0].node.value, Value::Text(text.to_owned()), "{source}");
        }
        assert_eq!(yaml_text("Ресей мен Қытай"), "Ресей мен Қытай");
        assert_eq!(yaml_text("A\u{7}b"), "A b");
    }

    #[test]
    fn only_markup_is_escaped() {
        for text in
            ["A plain sentence, with “quotes” (and more): 5 < 6 & 7 - 8 = 9, snake_case, 100%, #tag, C:/x.", "«Қ» – 1.5; ⟨…⟩"]
        {
            assert_eq!(escape_start(Cow::Owned(escape(text, false))), text);
        }
        assert_eq!(escape_start(Cow::Owned(escape("1. *a* [b](c) <d> &amp;", false))), "1\\. \\*a\\* \\[b](c) \\<d> \\&amp;");
    }

    #[test]
    fn inline_markup_is_seen_through() {
        for (line, text) in [
            ("a **b** *c* `d` ~~e~~ snake_case _f_", "a b c d e snake_case f"),
            ("[a](x \"t\") [b][c] ![d](e) [f] [[g]] [[h|i]][^1]", "a b d [f] g i"),
            ("<b>a</b> <!-- 1:2 --> b \\*c\\* \\[d](e)", "a b *c* [d](e)"),
            ("](](]( [[ [^ < ", "](](]( [[ [^ <"),
        ] {
            assert_eq!(plain(line), text);
        }
    }

    #[test]
    fn front_matter_and_footnotes_are_no_text() {
        let markdown = "---\ntitle: a\n---\n\n# One\n\nTwo.\nThree.\n\n[^1]: four\n    five\n\nSix.\n";
        let lines: Vec<&str> = text_lines(markdown).into_iter().map(|line| &markdown[line]).collect();
        assert_eq!(lines, ["# One", "Two.", "Three.", "Six."]);
    }
}
