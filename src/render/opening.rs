//! The first sentences of a page as plain text, which feeds show beside the page's title.

use std::ops::Range;

use crate::parse::{BlockKind, Document, HoleKind};
use crate::site::WorkId;

use super::Renderer;
use super::body::{Page, Writer};

/// The greatest length of the text, in characters.
const LENGTH: usize = 300;

impl Renderer {
    /// Returns the first sentences of a document's first paragraph, or else of its first block that is not a heading.
    ///
    /// The text is empty if the document has no such block.
    pub fn opening(&self, work: WorkId, document: &Document) -> String {
        let writer = Writer {
            renderer: self,
            work,
            document,
            reader: document.lang,
            page: Page::Own,
            root: "",
            drift: None,
            additions: None,
        };
        let text_blocks = document.text_blocks();
        let blocks = &document.blocks[text_blocks.start as usize..text_blocks.end as usize];
        let texts = |wanted: fn(BlockKind) -> bool| {
            let blocks = blocks.iter().filter(move |block| wanted(block.kind));
            blocks.map(|block| writer.plain(block.html.0..block.html.1)).find(|text| !text.trim().is_empty())
        };
        let text = texts(|kind| kind == BlockKind::Paragraph).or_else(|| texts(|kind| kind == BlockKind::Other));
        beginning(&text.unwrap_or_default())
    }
}

impl Writer<'_> {
    /// Returns a part of the document without tags, and without the numbers of footnotes.
    fn plain(&self, range: Range<u32>) -> String {
        let body = &self.document.body;
        let mut html = String::new();
        let mut at = range.start;
        for hole in body.holes_in(range.clone()) {
            html.push_str(&body.html[at as usize..hole.at as usize]);
            at = hole.at;
            // The other holes are in tags, but for code, which is no text to begin with.
            if let HoleKind::Title(index) = hole.kind {
                let title = self.answer_title(index as usize);
                pulldown_cmark_escape::escape_html_body_text(&mut html, &title).expect("writing to a string");
            }
        }
        html.push_str(&body.html[at as usize..range.end as usize]);
        without_tags(&html)
    }
}

/// Takes the tags and the numbers of footnotes out of HTML that `parse` wrote.
fn without_tags(html: &str) -> String {
    const NOTE: &str = "<sup class=\"note-ref\"";
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        text.push_str(&rest[..start]);
        rest = &rest[start..];
        let length = match rest {
            note if note.starts_with(NOTE) => note.find("</sup>").map(|end| end + "</sup>".len()),
            comment if comment.starts_with("<!--") => comment.find("-->").map(|end| end + "-->".len()),
            tag => end_of_tag(tag),
        };
        rest = &rest[length.unwrap_or(rest.len())..];
    }
    text.push_str(rest);
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

/// Returns the length of the tag at the beginning of a text; a `>` between quotation marks does not end it.
fn end_of_tag(text: &str) -> Option<usize> {
    let mut quote = None;
    let end = text.bytes().position(|byte| {
        match quote {
            Some(mark) if byte == mark => quote = None,
            Some(_) => {}
            None if matches!(byte, b'"' | b'\'') => quote = Some(byte),
            None => return byte == b'>',
        }
        false
    });
    end.map(|end| end + 1)
}

/// Returns as many first lines of a text, each a sentence, as fit into [`LENGTH`]. A first line that is too long is cut at a word.
fn beginning(text: &str) -> String {
    let mut beginning = String::new();
    let mut length = 0;
    let lines = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).filter(|line| !line.is_empty());
    for line in lines {
        let own = line.chars().count();
        if length + own > LENGTH {
            if length == 0 {
                let end = line.char_indices().nth(LENGTH).map_or(line.len(), |(at, _)| at);
                let end = line[..end].rfind(' ').unwrap_or(end);
                beginning = format!("{}…", line[..end].trim_end_matches([',', ';', ':', ' ']));
            }
            break;
        }
        if length > 0 {
            beginning.push(' ');
        }
        beginning.push_str(&line);
        length += own + 1;
    }
    beginning
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_and_numbers_of_notes_are_left_out() {
        let html = "<p><span title=\"a > b\">A &amp;lt; <em>b</em></span><sup class=\"note-ref\" id=\"x\"><a href=\"#y\">1</a></sup>.<!-- > -->\nC</p>";
        assert_eq!(without_tags(html), "A &lt; b.\nC");
        assert_eq!(without_tags("a <b"), "a ");
    }

    #[test]
    fn whole_sentences_are_taken() {
        let sentence = "Word ".repeat(40).trim().to_owned();
        assert_eq!(beginning(&format!("{sentence}\nShort.\n{sentence}")), format!("{sentence} Short."));
        let long = beginning(&"Words, ".repeat(100));
        assert!(long.chars().count() <= LENGTH + 1 && long.ends_with("Words…"), "{long}");
        assert_eq!(beginning(&"世".repeat(400)).chars().count(), LENGTH + 1);
        assert_eq!(beginning(" \n "), "");
    }
}
