//! Writing of chapters as Markdown. [`crate::markdown`] reads it.
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
    _ = writeln!(front, "order: {}", draft.order);
    if !draft.aliases.is_empty() {
        let aliases: Vec<String> = draft.aliases.iter().map(|alias| yaml::path(alias)).collect();
        _ = writeln!(front, "aliases: [{}]", aliases.join(", "));
    }
    front.push_str("---\n");
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
        for line in ["+5 °C", "-5 °C", "1.5 °C", "**a**", "12)x", "a: b", ". a", ") a"] {
            assert_eq!(escape_start(Cow::Borrowed(line)), line);
        }
        for line in ["# a", "#a", "> a", "=", "| a", ": a", "+ a", "+", "- a", "-", "--", "-:", "-|", "* a", "*"] {
            assert_eq!(escape_start(Cow::Borrowed(line)), format!("\\{line}"));
        }
        assert_eq!(escape_start(Cow::Borrowed("12) a")), "12\\) a");
        assert_eq!(escape_start(Cow::Borrowed("1.")), "1\\.");
        assert_eq!(escape_start(Cow::Owned(escape("1. *a* [b](c) <d> &amp;", false))), "1\\. \\*a\\* \\[b](c) \\<d> \\&amp;");
    }

    #[test]
    fn markup_is_escaped_where_markdown_reads_it() {
        assert_eq!(escape("_a_ b_c {x} {{x {% x", false), "\\_a\\_ b_c {x} \\{{x \\{% x");
        assert_eq!(escape_heading(" a\n{b} # c "), "a \\{b} # c");
        assert_eq!(escape_heading("C##"), "C\\##");
    }
}
