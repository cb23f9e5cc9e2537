//! HTML comments in Markdown: those that are marks behind sentences ([`crate::parse::marks`]), and others.

use std::ops::Range;

use crate::base::{Diagnostic, Place, code};

use super::Writer;
use crate::parse::Silenced;
use crate::parse::marks::{self, Mark, Marks};

impl Writer<'_, '_> {
    /// A mark behind a sentence; nothing of it is published.
    pub(super) fn mark(&mut self, mark: Result<Mark, marks::Bad>, place: Place) {
        // The space before it is no part of the sentence.
        if let Some(leaf) = &self.leaf {
            let least = leaf.html_start as usize;
            let holes = self.out.holes.last().map_or(0, |hole| hole.at as usize);
            let kept = self.out.html.trim_end_matches(' ').len().max(least).max(holes);
            self.out.html.truncate(kept);
        }
        let rest = &self.text[place.end..];
        let line = &rest[..rest.find('\n').unwrap_or(rest.len())];
        let is_last = without_comments(line).trim().is_empty();
        let problem = match mark {
            Err(bad) => Some((bad.message, bad.hint)),
            // A note is checked as a whole, so that is what a mark can silence a check for.
            Ok(Mark::Silenced(code, reason)) if is_last && !self.notes.aside.is_empty() => {
                if let Some((label, _, _)) = self.notes.aside.last() {
                    self.notes.silenced.push((label.clone(), Silenced { code, reason, place: place.clone() }));
                }
                None
            }
            Ok(_) if self.leaf.is_none() && self.page.is_some_and(|page| page.settings.segments) => {
                let hint = "marks stand behind sentences of paragraphs, headings and lists; not in tables, notes and titles";
                Some(("there is no sentence that this mark could be of".to_owned(), hint.to_owned()))
            }
            Ok(_) if !is_last => {
                Some(("a mark stands in the middle of a line".to_owned(), "put it at the end of the line".to_owned()))
            }
            Ok(mark) => {
                if self.leaf.is_some() {
                    let segment = self.segments.len() as u32;
                    if self.marks.last().is_none_or(|last| last.segment != segment) {
                        self.marks.push(Marks { segment, ..Marks::default() });
                    }
                    self.marks.last_mut().expect("there is one by now").add(mark, place.clone());
                }
                None
            }
        };
        if let Some((message, hint)) = problem {
            self.problems.push(Diagnostic::at(&code::BAD_MARK, place, message).hint(hint));
        }
    }

    /// Marks that stand on a line of their own, where a comment is a block and ends the paragraph.
    pub(super) fn marks_apart(&mut self, html: &str, range: &Range<usize>) {
        let Some(page) = self.page else { return };
        let mut from = 0;
        while let Some(comment) = comment_in(html, from) {
            from = comment.end;
            let comment = &html[comment];
            if marks::read(comment).is_none() {
                continue;
            }
            // The block may have been put together from indented lines.
            let found = self.text[range.clone()].find(comment).map(|at| range.start + at);
            let place = found.map_or_else(|| range.clone(), |at| at..at + comment.len());
            self.problems.push(
                Diagnostic::at(&code::BAD_MARK, Place::new(&page.file, place), "a mark stands on a line of its own")
                    .hint("put it at the end of the line of its sentence"),
            );
        }
    }
}

/// HTML without its comments: authors write them for each other, not for readers.
pub(super) fn without_comments(html: &str) -> String {
    let mut shown = String::new();
    let mut rest = html;
    while let Some(start) = rest.find("<!--") {
        shown.push_str(&rest[..start]);
        match rest[start..].find("-->") {
            Some(end) => rest = &rest[start + end + 3..],
            None => return shown,
        }
    }
    shown.push_str(rest);
    shown
}

/// The first whole comment of an HTML text from a byte on.
pub(super) fn comment_in(html: &str, from: usize) -> Option<Range<usize>> {
    let start = from + html[from..].find("<!--")?;
    // `<!-->` is a comment as well, and no end of one that begins before it.
    let end = start + 4 + html[start + 4..].find("-->")? + 3;
    Some(start..end)
}

/// HTML without the comments that are marks; others are the author's to publish.
pub(super) fn without_marks(html: String) -> String {
    let mut shown = String::new();
    let (mut kept, mut from) = (0, 0);
    while let Some(comment) = comment_in(&html, from) {
        from = comment.end;
        if marks::read(&html[comment.clone()]).is_some() {
            shown.push_str(&html[kept..comment.start]);
            kept = comment.end;
        }
    }
    if kept == 0 {
        return html;
    }
    shown.push_str(&html[kept..]);
    shown
}
