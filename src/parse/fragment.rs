//! A piece of HTML with holes: what only the rest of the site, or the page around it, can say.
//!
//! It is the one form in which a document's text is kept. Parsing escapes and tags the text once;
//! rendering copies it, filling the holes. A hole costs twelve bytes, and a fragment two allocations.

use std::ops::Range;

/// HTML text and the holes in it, in the order of their positions. A document has one: its text, then its notes.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Fragment {
    pub html: Box<str>,
    pub holes: Box<[Hole]>,
}

/// A place in the HTML where something is put in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hole {
    pub at: u32,
    pub kind: HoleKind,
}

/// What is put into a hole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HoleKind {
    /// The URL that answers a ref of the document's outline.
    Url(u32),
    /// The title of the work that answers a ref, in the reader's language.
    Title(u32),
    /// What sets the ids of this edition apart from the other's on a page that shows both; else nothing.
    Scope,
    /// The id of a segment of the outline, with its scope.
    Id(u32),
    /// The anchor of a heading of the outline.
    Anchor(u32),
    /// The anchors that a heading had before, as places of their own.
    Aliases(u32),
    /// What follows a segment: its source mark, its links to chapters it touches.
    SegmentEnd(u32),
    /// The content of a code block of the document, highlighted.
    Code(u32),
    /// A word of the interface.
    Word(Word),
}

/// The words of the interface that can stand within a document's text.
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
    /// Its name among the strings of a language file.
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
    /// The holes within a range of the HTML, those at its very ends included.
    pub fn holes_in(&self, range: Range<u32>) -> &[Hole] {
        let first = self.holes.partition_point(|hole| hole.at < range.start);
        let end = self.holes.partition_point(|hole| hole.at <= range.end);
        &self.holes[first..end.max(first)]
    }
}

/// A fragment that is being written.
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

/// What stays in memory, in as much of it as it needs: an allocator need not take back the rest of what was too large.
pub(super) fn exact<T>(of: Vec<T>) -> Box<[T]> {
    if of.len() == of.capacity() {
        return of.into();
    }
    let mut exact = Vec::with_capacity(of.len());
    exact.extend(of);
    exact.into()
}
