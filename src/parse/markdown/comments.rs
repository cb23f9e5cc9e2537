//! HTML comments in Markdown: marks after sentences ([`crate::parse::marks`]), and all others.

use std::ops::Range;

use crate::base::{Diagnostic, Place, code};

use super::Writer;
use crate::markdown::comment::{comment_in, without_comments};
use crate::parse::marks::{self, Mark, Marks};

impl Writer<'_, '_> {
    /// Adds a mark to its sentence, or reports that the mark has no sentence. No mark is published.
    pub(super) fn mark(&mut self, mark: Result<Mark, marks::BadMark>, place: Place) {
        // The space before the mark does not belong to the sentence.
        if let Some(leaf) = &self.leaf {
            self.out.trim_end(leaf.html_start);
        }
        let rest = &self.text[place.end..];
        // A cell can end before its line ends.
        let end = match &self.table {
            Some(table) => table.text.end.saturating_sub(place.end),
            None => rest.find('\n').unwrap_or(rest.len()),
        };
        let line = &rest[..end];
        let is_last = without_comments(line).trim().is_empty();
        let problem = match mark {
            Err(bad) => Some((bad.message, bad.hint)),
            // The check of titles reads this mark from the file: see `silenced_after`.
            Ok(Mark::Silenced(..)) if is_last && self.heading.as_ref().is_some_and(|heading| heading.title.is_some()) => None,
            Ok(_) if self.leaf.is_none() && self.page.is_some_and(|page| page.settings.segments) => {
                let hint = "write a mark at the end of a sentence's line, in a paragraph, heading, list or footnote, or in a row of a table that has text; titles cannot have marks";
                Some(("the mark belongs to no sentence".to_owned(), hint.to_owned()))
            }
            Ok(_) if !is_last => {
                Some(("the mark is in the middle of a line".to_owned(), "move the mark to the end of the line".to_owned()))
            }
            Ok(mark) => {
                if self.leaf.is_some() {
                    let segment = self.segments.end();
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

    /// Reports marks on lines of their own: such a comment is a block and ends the paragraph.
    pub(super) fn report_marks_apart(&mut self, html: &str, range: &Range<usize>) {
        let Some(page) = self.page else { return };
        let mut from = 0;
        while let Some(comment) = comment_in(html, from) {
            from = comment.end;
            let comment = &html[comment];
            if marks::read(comment).is_none() {
                continue;
            }
            // The text of the block can differ from the file, if the block was joined from indented
            // lines.
            let found = self.text[range.clone()].find(comment).map(|at| range.start + at);
            let place = found.map_or_else(|| range.clone(), |at| at..at + comment.len());
            self.problems.push(
                Diagnostic::at(&code::BAD_MARK, Place::new(&page.file, place), "the mark is alone on its line")
                    .hint("move the mark to the end of the line of its sentence"),
            );
        }
    }
}

/// Removes the comments that are marks from HTML. The author may publish all other comments.
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
