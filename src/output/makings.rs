//! What a route is made of, as digests: where they are those of an earlier build, so is every byte of it.
//!
//! A page is made of the texts of its own work, of what pages see of other works, and of what the whole site
//! shares: templates, words, configuration. The last two go into one digest, so an edit that others may
//! see (a title, a heading, a link) makes every page a new one, and an edit of a sentence that nobody
//! else shows makes a new one of its own pages only. So [`Makings`] would be wrong if a page came to show anything of
//! another work's text without it being in [`seen`] or among [`Makings::route`]'s works; `tests/edits.rs` renders
//! everything before and after edits and compares.

use std::hash::{Hash as _, Hasher as _};

use crate::base::Digest;
use crate::base::hash::Digester;
use crate::load::{Content, Inputs};
use crate::parse::{self, Block, Document, Heading, Note, Ref, Segment};
use crate::render::Renderer;
use crate::site::{Route, RouteKind, WorkId};

/// The digests of what the routes of a state are made of.
#[derive(Debug)]
pub struct Makings {
    /// What every page may depend on.
    shared: Digest,
    /// By work: the texts of its editions.
    works: Vec<Digest>,
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
            let is_asset = || name.strip_prefix("content/").is_some_and(|path| site.routes.contains_key(path));
            name.hash(&mut shared);
            match &file.content {
                Content::Text(text) if !is_document && !is_asset() => text.hash(&mut shared),
                // Pages refer to such files by name.
                Content::Text(_) | Content::Binary { .. } => {}
            }
        }
        for split in &site.splits {
            // They may be pages or published files as well.
            inputs.text(&split.source_file).hash(&mut shared);
        }
        let mut works = Vec::with_capacity(site.works.len());
        for work in &site.works {
            let mut texts = Digester::default();
            for edition in &work.editions {
                let text = edition.as_ref().and_then(|edition| inputs.text(&edition.document.file));
                text.hash(&mut texts);
                if let Some(edition) = edition {
                    edition.path.hash(&mut shared);
                    seen(&edition.document, inputs, &mut shared);
                }
            }
            works.push(texts.digest());
        }
        Self { shared: shared.digest(), works }
    }

    /// What a route is made of; `None` if that is not followed, and the route is to be made each time.
    pub fn route(&self, renderer: &Renderer, route: &Route) -> Option<Digest> {
        let mut digester = Digester::default();
        self.shared.hash(&mut digester);
        route.path.hash(&mut digester);
        match &route.kind {
            RouteKind::Page { work, .. } | RouteKind::SideBySide { work, .. } => {
                self.works[work.0 as usize].hash(&mut digester);
                // Sentences of other chapters that touch this one are shown under it.
                for &(WorkId(other), _) in &renderer.links.touched_by[work.0 as usize] {
                    self.works[other as usize].hash(&mut digester);
                }
            }
            RouteKind::Tags { .. }
            | RouteKind::Tag { .. }
            | RouteKind::Front
            | RouteKind::NotFound
            | RouteKind::Feed { .. }
            | RouteKind::Sitemap
            | RouteKind::Robots
            | RouteKind::NoJekyll
            | RouteKind::Cname
            | RouteKind::Redirect { .. } => {}
            // Made of many works, or a file that stays on disk.
            RouteKind::SourceOrder { .. } | RouteKind::Asset { .. } | RouteKind::ThemeFile { .. } => return None,
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
            Content::Text(text) => text.hash(&mut digester),
            Content::Binary { .. } => file.stamp_if_settled()?.hash(&mut digester),
        }
    }
    Some(digester.digest())
}

/// What pages see of a document that is not their own.
fn seen(document: &Document, inputs: &Inputs, digester: &mut Digester) {
    let Document {
        file,
        key: _,
        lang: _,
        // As it is written: every field of it, and every field to come.
        front: _,
        title,
        // Shown by others only where a chapter touches another: [`Makings::route`].
        body: _,
        blocks,
        segments,
        headings,
        refs,
        codes: _,
        notes,
    } = document;
    title.hash(digester);
    inputs.text(file).map(|text| parse::front_matter_of(text)).hash(digester);
    digester.write_usize(blocks.len());
    for Block { kind, html: _, segments, bytes: _ } in blocks {
        (kind, segments).hash(digester);
    }
    digester.write_usize(segments.len());
    for Segment { id, html: _, bytes: _, cut } in segments {
        (id, cut).hash(digester);
    }
    digester.write_usize(headings.len());
    for Heading { level, anchor, explicit, text, id } in headings {
        (level, anchor, explicit, text, id).hash(digester);
    }
    digester.write_usize(refs.len());
    for Ref { target, place: _, kind } in refs {
        (target, kind).hash(digester);
    }
    digester.write_usize(notes.len());
    for Note { label, number: _, uses: _, text: _ } in notes {
        label.hash(digester);
    }
}
