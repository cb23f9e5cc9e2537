//! Code blocks and raw HTML, which are consumed whole, because nothing in them is Markdown.
//!
//! Code is highlighted when a page is rendered. Raw HTML is shown as text unless the site allows
//! it. [`super::comments`] handles comments that are marks. Images are consumed whole too, but have
//! destinations like links ([`super::links`]).

use std::ops::Range;

use crate::base::{Place, code};

use super::comments::without_marks;
use super::{CodeBlockKind, Event, Writer};
use crate::markdown::comment::{comment_in, without_comments};
use crate::parse::{CodeBlock, HoleKind, marks};

impl Writer<'_, '_> {
    /// Writes a code block: its text, or a hole if it is to be highlighted.
    pub(super) fn code_block(&mut self, kind: &CodeBlockKind<'_>, range: Range<usize>) {
        let mut text = String::new();
        while let Some((event, _)) = self.events.get(self.at) {
            match event {
                Event::Text(part) => text.push_str(part),
                _ => break,
            }
            self.at += 1;
        }
        self.fresh_line();
        let info = match kind {
            CodeBlockKind::Fenced(info) => {
                self.unclosed_fence(&range);
                info.as_ref()
            }
            CodeBlockKind::Indented => "",
        };
        // CommonMark takes the first word of the info string. On pages, a comma or `{` also ends
        // the language (`rust,ignore`).
        let end = |c: char| c.is_whitespace() || (self.page.is_some() && (c == ',' || c == '{'));
        let language = info.split(end).next().unwrap_or("").to_owned();
        // A long line scrolls, and a scrolling region must be reachable with the keyboard.
        self.push(if self.page.is_some() { "<pre tabindex=\"0\">" } else { "<pre>" });
        if language.is_empty() {
            self.push("<code>");
        } else {
            self.push("<code class=\"language-");
            self.attribute(&language);
            self.push("\">");
        }
        match self.page {
            Some(page) if page.settings.highlight && !language.is_empty() && language != "text" => {
                self.hole(HoleKind::Code(self.codes.len() as u32));
                let place = Place::new(&page.file, self.info_range(&range, &language));
                self.codes.push(CodeBlock { language, text: text.into_boxed_str(), place });
            }
            _ => self.escaped(&text),
        }
        self.push("</code></pre>\n");
    }

    /// Reports a fenced block whose last line is not its closing fence.
    fn unclosed_fence(&mut self, block: &Range<usize>) {
        let written = self.text[block.clone()].trim();
        let fence = &written[..written.len() - written.trim_start_matches(['`', '~']).len()];
        // In a quotation, the characters `>` stand before the fence.
        let last = written.rsplit_once('\n').map_or("", |(_, last)| last.trim_start_matches([' ', '\t', '>']));
        if fence.is_empty() || (last.starts_with(fence) && last.trim_start_matches(&fence[..1]).is_empty()) {
            return;
        }
        let line = block.start..block.start + self.text[block.clone()].trim_end().find(['\r', '\n']).unwrap_or(written.len());
        let extent = if self.text[block.end..].trim().is_empty() {
            "all text after its first line becomes code"
        } else {
            "the rest of the list item or quotation becomes code"
        };
        let hint = format!("end the code block with a line that contains only {fence}");
        if let Some(problem) = self.problem(&code::UNCLOSED_FENCE, line, format!("the code block is not closed, so {extent}")) {
            problem.push_hint(hint);
        }
    }

    fn info_range(&self, block: &Range<usize>, language: &str) -> Range<usize> {
        let line = self.text[block.clone()].lines().next().unwrap_or("");
        match line.find(language) {
            Some(at) => block.start + at..block.start + at + language.len(),
            None => block.start..block.start + line.len(),
        }
    }

    /// Writes a block of HTML, and reports the marks in it: marks do not belong there.
    pub(super) fn html_block(&mut self, range: Range<usize>) {
        let mut html = String::new();
        while let Some((Event::Html(part) | Event::Text(part), _)) = self.events.get(self.at) {
            html.push_str(part);
            self.at += 1;
        }
        self.report_marks_apart(&html, &range);
        if self.passes_raw_html() {
            let html = if self.page.is_some() { without_marks(html) } else { html };
            self.raw_html(&html);
            return;
        }
        let shown = without_comments(&html);
        if !shown.trim().is_empty() {
            self.raw_html_note(range);
            self.fresh_line();
            self.push("<p>");
            self.escaped(shown.trim());
            self.push("</p>\n");
        }
    }

    /// Writes a block of the author's HTML. Its text is what remains without tags and comments.
    fn raw_html(&mut self, html: &str) {
        let mut rest = html;
        while let Some(open) = rest.find('<') {
            let (text, markup) = rest.split_at(open);
            self.raw_text(text);
            let length =
                if markup.starts_with("<!--") { comment_in(markup, 0).map(|comment| comment.end) } else { tag_length(markup) };
            let (markup, after) = markup.split_at(length.unwrap_or(markup.len()));
            self.out.html.push_str(markup);
            rest = after;
        }
        self.raw_text(rest);
        self.at_line_start = html.ends_with('\n');
    }

    fn raw_text(&mut self, text: &str) {
        let start = self.out.position();
        self.out.html.push_str(text);
        self.out.text_since(start);
    }

    /// Writes HTML in running text, or handles it as a mark.
    pub(super) fn inline_html(&mut self, html: &str, range: Range<usize>) {
        if let Some(page) = self.page
            && let Some(mark) = marks::read(html)
        {
            return self.mark(mark, Place::new(&page.file, range));
        }
        self.inline(&range);
        if self.passes_raw_html() {
            self.push(html);
        } else if !html.starts_with("<!--") {
            self.raw_html_note(range);
            self.escaped(html);
        }
    }

    fn passes_raw_html(&self) -> bool {
        self.page.is_none_or(|page| page.settings.raw_html)
    }

    fn raw_html_note(&mut self, range: Range<usize>) {
        if let Some(note) = self.problem(
            &code::RAW_HTML,
            range,
            "the page shows this HTML as text, because the site does not allow raw HTML".to_owned(),
        ) {
            note.push_hint("to allow raw HTML, write `markdown: {raw_html: true}` in site.yaml".to_owned());
        }
    }
}

/// Returns the length of the tag at the beginning of HTML; a `>` between quotation marks does not
/// end it.
fn tag_length(html: &str) -> Option<usize> {
    let mut quote = None;
    let end = html.bytes().position(|byte| {
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
