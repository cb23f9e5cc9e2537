//! The data of the site that the target of a link may depend on.
//!
//! [`Lookup`] is the only way from a ref to the site. It gives names ([`Names`]) freely, and notes
//! each work whose documents it reads. So a resolved link is known to be valid as long as the names
//! and the documents of these works are the same.

use std::collections::BTreeSet;

use crate::base::{Idx as _, IndexRange};
use crate::model::segment::range_of_ids;
use crate::model::{LangId, SegmentId, SegmentIndex};
use crate::parse::Document;
use crate::site::{Names, Site, WorkId};

/// View of a site that notes the works whose documents are read.
pub(super) struct Lookup<'a> {
    pub(super) names: &'a Names,
    site: &'a Site,
    read: BTreeSet<WorkId>,
}

impl<'a> Lookup<'a> {
    pub(super) fn new(site: &'a Site) -> Self {
        Self { names: &site.names, site, read: BTreeSet::new() }
    }

    /// Returns true if the page of an edition has an anchor.
    pub(super) fn has_anchor(&mut self, work: WorkId, lang: LangId, anchor: &str) -> bool {
        self.read.insert(work);
        self.site.has_anchor(work, lang, anchor)
    }

    /// Returns the document of an edition.
    pub(super) fn document(&mut self, work: WorkId, lang: LangId) -> Option<&'a Document> {
        self.read.insert(work);
        self.site.edition(work, lang).map(|edition| &*edition.document)
    }

    /// Returns the sentences of an edition that an anchor names: `2.3`, `2.3-2.5`, or the anchor of
    /// a heading. Returns `None` if the edition lacks the first or the last of them.
    pub(super) fn sentences(&mut self, work: WorkId, lang: LangId, anchor: &str) -> Option<IndexRange<SegmentIndex>> {
        let document = self.document(work, lang)?;
        let (first, last) = match range_of_ids(anchor) {
            Some((first, last)) => (line_of(document, first)?, line_of(document, last)?),
            None => {
                let heading = self.site.heading_with_anchor(work, lang, anchor)?;
                let line = document.headings[heading].segment?;
                (line, line)
            }
        };
        let (first, last) = (first.min(last), first.max(last));
        Some(IndexRange { start: first, end: SegmentIndex::new(last.number() + 1) })
    }

    /// Returns the document from which the others of a work are translated.
    pub(super) fn source_document(&mut self, work: WorkId) -> &'a Document {
        self.read.insert(work);
        &self.site.source_edition(work).1.document
    }

    /// Returns the works whose documents were read.
    pub(super) fn into_read(self) -> Box<[WorkId]> {
        self.read.into_iter().collect()
    }
}

/// Returns the line of an edition that has an id, or that translates the sentence with it.
fn line_of(document: &Document, id: SegmentId) -> Option<SegmentIndex> {
    let marked = || document.marks.iter().find(|marks| marks.translates.contains(&id)).map(|marks| marks.segment);
    document.segment_with_id(id).or_else(marked)
}
