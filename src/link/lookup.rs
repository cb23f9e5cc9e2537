//! The data of the site that the target of a link may depend on.
//!
//! [`Lookup`] is the only way from a ref to the site. It gives names ([`Names`]) freely, and notes
//! each work whose documents it reads. So a resolved link is known to be valid as long as the names
//! and the documents of these works are the same.

use std::collections::BTreeSet;

use crate::model::LangId;
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
