//! What a route is made of, as digests: where they are those of an earlier build, so is every byte of it.
//!
//! A page is made of the texts of its own work, of the shape of the works that it links to (which anchors there are, and
//! what stands beside them), of the works that link to it, and of what the whole site shares: templates, words, configuration, and
//! all that lists and menus say of works. What is shared is one digest, so an edit of a title makes
//! every page anew, and an edit of a paragraph the pages of its work and few others. [`Makings`] would be wrong if a page came to
//! show anything else of another work; `tests/edits.rs` renders everything before and after edits and compares.

use std::hash::{Hash as _, Hasher as _};

use rayon::prelude::*;

use crate::base::Digest;
use crate::base::hash::Digester;
use crate::load::{Content, Inputs};
use crate::model::key;
use crate::parse::{Block, Document, Heading, Marks, Note, Segment};
use crate::render::Renderer;
use crate::site::{self, Route, RouteKind, Site, WorkId};

/// The digests of what the routes of a state are made of.
#[derive(Debug)]
pub struct Makings {
    /// What every page may depend on.
    shared: Digest,
    /// By work.
    works: Vec<Work>,
}

/// The digests of a work.
#[derive(Debug)]
struct Work {
    /// Of the texts of its editions, and of its lock.
    texts: Digest,
    /// Of what those see that link to it.
    shape: Digest,
}

impl Work {
    /// The digests of a work, and that of what every page may say of it: lists and menus do.
    fn of(site: &Site, inputs: &Inputs, work: &site::Work) -> (Self, Digest) {
        let (mut texts, mut shape, mut listed) = <(Digester, Digester, Digester)>::default();
        work.fallbacks.hash(&mut listed);
        for edition in &work.editions {
            edition.is_some().hash(&mut shape);
            let Some(edition) = edition else {
                texts.write_u8(0);
                continue;
            };
            let document = &edition.document;
            inputs.digest(&document.file).hash(&mut texts);
            if document.lock.is_some() {
                inputs.digest(&key::lock_beside(&document.file, site.config.code(document.lang))).hash(&mut texts);
            }
            edition.path.hash(&mut listed);
            // As it is written: every field of it, and every field to come.
            document.front_digest.hash(&mut listed);
            document.title.hash(&mut listed);
            hash_shape(document, &mut shape);
        }
        (Self { texts: texts.digest(), shape: shape.digest() }, listed.digest())
    }
}

impl Makings {
    /// Looks at what a renderer renders from.
    pub fn of(renderer: &Renderer) -> Self {
        let (site, inputs) = (&renderer.site, &renderer.inputs);
        let mut shared = Digester::default();
        // The program is a part of it too.
        env!("TILMASH_PROGRAM").hash(&mut shared);
        site.config.base_url.hash(&mut shared);
        for (name, file) in inputs.files.iter() {
            let is_document = site.edition_in(name).is_some();
            let is_lock = || name.strip_prefix("content/").and_then(key::of_lock).is_some();
            let is_asset = || name.strip_prefix("content/").is_some_and(|path| site.routes.contains_key(path));
            name.hash(&mut shared);
            match &file.content {
                Content::Text(_) if !is_document && !is_lock() && !is_asset() => file.digest.hash(&mut shared),
                // Pages refer to such files by name.
                Content::Text(_) | Content::Forgotten | Content::Binary { .. } => {}
            }
        }
        for split in &site.splits {
            // They may be pages or published files as well.
            inputs.digest(&split.source_file).hash(&mut shared);
        }
        let works: Vec<(Work, Digest)> = site.works.par_iter().map(|work| Work::of(site, inputs, work)).collect();
        for (_, listed) in &works {
            listed.hash(&mut shared);
        }
        Self { shared: shared.digest(), works: works.into_iter().map(|(work, _)| work).collect() }
    }

    /// What a route is made of; `None` if that is not followed, and the route is to be made each time.
    pub fn route(&self, renderer: &Renderer, route: &Route) -> Option<Digest> {
        let mut digester = Digester::default();
        self.shared.hash(&mut digester);
        route.path.hash(&mut digester);
        match &route.kind {
            RouteKind::Page { work, .. } | RouteKind::Fallback { work, .. } | RouteKind::SideBySide { work, .. } => {
                let links = &renderer.links;
                self.works[work.0 as usize].texts.hash(&mut digester);
                // Sentences of other chapters that touch this one are shown under it.
                for &(WorkId(other), _) in &links.touched_by[work.0 as usize] {
                    self.works[other as usize].texts.hash(&mut digester);
                }
                for WorkId(target) in links.targets(*work) {
                    self.works[target as usize].shape.hash(&mut digester);
                }
                for &from in links.backlinks[work.0 as usize].iter() {
                    renderer.site.work(from).key.hash(&mut digester);
                }
            }
            RouteKind::Tags { .. }
            | RouteKind::Tag { .. }
            | RouteKind::Front
            | RouteKind::NotFound
            | RouteKind::Sitemap
            | RouteKind::SitemapPart { .. }
            | RouteKind::Robots
            | RouteKind::NoJekyll
            | RouteKind::Cname
            | RouteKind::Redirect { .. } => {}
            // A feed shows the beginnings of texts.
            RouteKind::Feed { .. } => {
                for work in &self.works {
                    work.texts.hash(&mut digester);
                }
            }
            // Made of many works, or a file that stays on disk.
            RouteKind::SourceOrder { .. } | RouteKind::Status { .. } | RouteKind::Asset { .. } | RouteKind::ThemeFile { .. } => {
                return None;
            }
        }
        Some(digester.digest())
    }
}

/// The digest of all that a project's files say, and of nothing else; `None` if one that stays on disk was
/// written so shortly ago that a second change need not show.
pub fn of_inputs(inputs: &Inputs) -> Option<Digest> {
    let mut digester = Digester::default();
    env!("TILMASH_PROGRAM").hash(&mut digester);
    for (name, file) in inputs.files.iter() {
        name.hash(&mut digester);
        match &file.content {
            Content::Text(_) | Content::Forgotten => file.digest.hash(&mut digester),
            Content::Binary { .. } => file.stamp_if_settled()?.hash(&mut digester),
        }
    }
    Some(digester.digest())
}

/// What pages that link to a document may see of it, besides its title.
fn hash_shape(document: &Document, digester: &mut Digester) {
    let Document {
        file: _,
        key: _,
        lang: _,
        // Shared.
        front: _,
        front_digest: _,
        title: _,
        title_at,
        // Shown by others only where a chapter touches another.
        body: _,
        blocks,
        segments,
        headings,
        // Of these others see that they are there: the list of pages that link to a page.
        refs: _,
        codes: _,
        notes,
        marks,
        // Said of the page's own sentences; what they come to for others is in the ids.
        lock: _,
        digests: _,
        gone: _,
        news: _,
        by_id: _,
    } = document;
    // Whether somebody wrote it.
    title_at.is_some().hash(digester);
    digester.write_usize(blocks.len());
    for Block { kind, html: _, segments, bytes: _ } in blocks {
        (kind, segments).hash(digester);
    }
    digester.write_usize(segments.len());
    for Segment { id, html: _, bytes: _, block, cell, note, cut } in segments {
        (id, block, cell, note, cut).hash(digester);
    }
    digester.write_usize(headings.len());
    for Heading { level, anchor, explicit, text, segment, aliases } in headings {
        (level, anchor, explicit, text, segment, aliases).hash(digester);
    }
    digester.write_usize(notes.len());
    for Note { label, id, number: _, uses: _, html: _, blocks, segments } in notes {
        (label, id, blocks, segments).hash(digester);
    }
    // Which sentences stand beside which.
    digester.write_usize(marks.len());
    for Marks { segment, translates, alone, omitted, silenced: _, notes: _, places: _ } in marks {
        (segment, translates, alone, omitted).hash(digester);
    }
    document.lock.is_some().hash(digester);
}
