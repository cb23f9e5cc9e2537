//! Headings: their anchors, and the first heading as the document's title.
//!
//! Each heading gets an anchor of its own here. The site replaces anchors of translations with
//! those of their source.

use std::ops::Range;

use crate::base::code;
use crate::model::SegmentIndex;

use super::{Builder, CowStr, ElementKind, Writer};
use crate::parse::names::is_reserved;
use crate::parse::{Heading, HoleKind};

/// The heading that is being written.
pub(super) struct OpenHeading {
    level: u8,
    explicit: Option<String>,
    text: String,
    /// The alternative texts of its images. They serve as the heading's text if it has no other.
    alternative: String,
    place: Range<usize>,
    segment: Option<SegmentIndex>,
    /// The output before the heading, kept here while the document's title is written to a separate
    /// buffer; `None` for a heading of the text.
    pub(super) title: Option<Builder>,
    /// The byte range of the title's text.
    pub(super) bytes: Option<Range<usize>>,
}

impl Writer<'_, '_> {
    /// Begins a heading. If it is the document's title, its HTML is written to a separate buffer.
    pub(super) fn start_heading(
        &mut self,
        level: u8,
        id: Option<CowStr<'_>>,
        classes: &[CowStr<'_>],
        range: Range<usize>,
        is_title: bool,
    ) {
        let title = is_title.then(|| std::mem::take(&mut self.out));
        self.open(ElementKind::Heading(level), &format!("<h{level}"));
        self.out.is_bold |= level == 3 && self.notes.open.is_none();
        if self.page.is_some() && title.is_none() {
            self.push(" id=\"");
            self.hole(HoleKind::Scope);
            self.hole(HoleKind::Anchor(self.headings.len() as u32));
            self.push("\"");
        }
        for (index, class) in classes.iter().enumerate() {
            self.push(if index == 0 { " class=\"" } else { " " });
            self.attribute(class);
        }
        self.push(if classes.is_empty() { ">" } else { "\">" });
        if title.is_none() && self.page.is_some_and(|page| page.lock.is_some()) {
            self.hole(HoleKind::Aliases(self.headings.len() as u32));
        }
        self.heading = Some(OpenHeading {
            level,
            explicit: id.map(CowStr::into_string),
            text: String::new(),
            alternative: String::new(),
            place: range.clone(),
            segment: None,
            title,
            bytes: None,
        });
        // The characters `##` are not part of the heading's segment.
        let marks = self.text[range.clone()].len() - self.text[range.clone()].trim_start_matches(['#', ' ', '\t']).len();
        self.open_leaf(range.start + marks);
        if let (Some(heading), true) = (&mut self.heading, self.leaf.is_some()) {
            heading.segment = Some(self.segments.end());
        }
    }

    /// Ends the heading. Returns its text if it is the document's title.
    pub(super) fn end_heading(&mut self) -> Option<(String, Option<Range<usize>>)> {
        let heading = self.heading.take().expect("a heading was begun");
        self.close(&format!("</h{}>", heading.level));
        let text = match heading.text.trim() {
            "" => heading.alternative.trim(),
            text => text,
        };
        let text = text.to_owned();
        if let Some(out) = heading.title {
            self.out = out;
            self.at_line_start = self.out.html.is_empty() || self.out.html.ends_with('\n');
            return Some((text, heading.bytes));
        }
        let page = self.page?;
        let explicit = heading.explicit.is_some();
        let wanted = heading.explicit.unwrap_or_else(|| {
            let slug = page.pack.slug(&text);
            if slug.is_empty() { format!("section-{}", self.headings.len() + 1) } else { slug }
        });
        if explicit && is_reserved(&wanted) {
            let message = format!("the anchor `{wanted}` is reserved for a part of the page's layout");
            if let Some(problem) = self.problem(&code::DUPLICATE_ANCHOR, heading.place, message) {
                problem.push_hint("give the heading another anchor".to_owned());
            }
        } else if explicit && self.anchors.taken.contains(&wanted) {
            let first = self.headings.iter().position(|earlier| earlier.anchor == wanted);
            let message = format!("two headings of the page have the anchor `{wanted}`");
            if let Some(problem) = self.problem(&code::DUPLICATE_ANCHOR, heading.place, message) {
                problem.push_hint(match first {
                    Some(first) => {
                        format!("give the heading another anchor: heading number {} of the page has this one", first + 1)
                    }
                    None => "give the heading another anchor".to_owned(),
                });
            }
        }
        let anchor = self.anchors.take(wanted, is_reserved);
        self.headings.push(Heading {
            level: heading.level,
            anchor,
            explicit,
            text,
            segment: heading.segment,
            aliases: Vec::new(),
        });
        None
    }

    /// Adds text to the open heading, if there is one.
    pub(super) fn heading_text(&mut self, text: &str) {
        if let Some(heading) = &mut self.heading {
            heading.text.push_str(text);
        }
    }

    /// Adds the alternative text of an image to the open heading, if there is one.
    pub(super) fn heading_image(&mut self, alternative: &str) {
        if let Some(heading) = &mut self.heading {
            heading.alternative.push_str(alternative);
            heading.alternative.push(' ');
        }
    }
}
