//! HTML with holes for the values that depend on the rest of the site or on the page around it.
//!
//! A document's text is kept in this form only. Parsing escapes and tags the text once; rendering
//! copies it and fills the holes. A hole costs twelve bytes, and a fragment two allocations.
//!
//! Example, for a line `See [[china]].`:
//! ```text
//! html:  See <a class="wiki" href=""></a>.
//! holes: Url(0) inside the quotes, Title(0) before `</a>`
//! page:  See <a class="wiki" href="../china/index.html">China</a>.
//! ```

use std::ops::Range;

/// HTML text and its holes, in the order of their positions. Each document has one fragment: first
/// the text, then the notes.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Fragment {
    pub html: Box<str>,
    pub holes: Box<[Hole]>,
}

/// A position in the HTML at which rendering inserts a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hole {
    pub at: u32,
    pub kind: HoleKind,
}

/// The kind of value that fills a hole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HoleKind {
    /// The URL that answers a ref of the document's outline.
    Url(u32),
    /// The title of the work that answers a ref, in the reader's language.
    Title(u32),
    /// A prefix that keeps the ids of two editions on one page apart; empty on all other pages.
    Scope,
    /// The id of a segment of the outline, with its scope.
    Id(u32),
    /// The anchor of a heading of the outline.
    Anchor(u32),
    /// The former anchors of a heading, as empty elements with ids.
    Aliases(u32),
    /// The content after a segment: its permalink, its source mark, links to the chapters it
    /// touches.
    SegmentEnd(u32),
    /// The content of a code block of the document, highlighted.
    Code(u32),
    /// A word of the interface.
    Word(Word),
}

/// The words of the interface that can occur inside a document's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    AlertNote,
    AlertTip,
    AlertImportant,
    AlertWarning,
    AlertCaution,
    TableRegion,
    Task,
}

impl Word {
    /// Returns the key of the word among the strings of a language file.
    pub fn key(self) -> &'static str {
        match self {
            Word::AlertNote => "alert_note",
            Word::AlertTip => "alert_tip",
            Word::AlertImportant => "alert_important",
            Word::AlertWarning => "alert_warning",
            Word::AlertCaution => "alert_caution",
            Word::TableRegion => "table_region",
            Word::Task => "task",
        }
    }
}

impl Fragment {
    /// Returns the holes within a range of the HTML, including those at both ends.
    pub fn holes_in(&self, range: Range<u32>) -> &[Hole] {
        let first = self.holes.partition_point(|hole| hole.at < range.start);
        let end = self.holes.partition_point(|hole| hole.at <= range.end);
        &self.holes[first..end.max(first)]
    }
}

/// A fragment under construction.
#[derive(Debug, Default)]
pub(super) struct Builder {
    pub(super) html: String,
    pub(super) holes: Vec<Hole>,
}

impl Builder {
    pub(super) fn hole(&mut self, kind: HoleKind) {
        self.holes.push(Hole { at: self.position(), kind });
    }

    pub(super) fn position(&self) -> u32 {
        u32::try_from(self.html.len()).expect("the limit on text files keeps a page's HTML below 4 GiB")
    }

    pub(super) fn finish(self) -> Fragment {
        Fragment { html: self.html.as_str().into(), holes: exact(self.holes) }
    }
}

/// Converts a vector to a boxed slice that was allocated at its exact size. An allocator need not
/// take back the unused rest of a larger allocation that shrinks.
pub(super) fn exact<T>(of: Vec<T>) -> Box<[T]> {
    if of.len() == of.capacity() {
        return of.into();
    }
    let mut exact = Vec::with_capacity(of.len());
    exact.extend(of);
    exact.into()
}
