//! Fingerprints of each route's inputs. Equal fingerprints mean equal output.
//!
//! A page depends on these inputs:
//!
//! * the texts of its own work, of the chapters that touch it, of those that it touches, and of
//!   works that these quote
//! * the texts of all works, if it has the picture of its section (`connections`)
//! * the shape of the works that these texts link to: their anchors, and the alignment of their
//!   editions
//! * the list of works that link to it
//! * the inputs that the whole site shares: templates, words, configuration, and the data of works
//!   in lists and menus
//!
//! The shared inputs have one digest. So an edit of a title renders every page again, and an edit
//! of a paragraph only the pages of its work and few others:
//!
//! ```text
//! title of `a`         the shared digest differs: all pages
//! paragraph of `a`     the texts of `a` differ: the pages of `a`, and those that quote `a`
//! new anchor in `a`    the shape of `a` differs too: the pages that link to `a`
//! ```
//!
//! [`Fingerprints`] would be wrong if a page began to show anything else of another work;
//! `tests/edits.rs` renders everything before and after edits and compares.

use std::collections::BTreeSet;
use std::hash::{Hash as _, Hasher as _};

use rayon::prelude::*;

use crate::base::Digest;
use crate::base::hash::Digester;
use crate::link::Links;
use crate::load::{Content, Inputs};
use crate::model::key;
use crate::parse::{Block, Document, Heading, Marks, Note, Segment};
use crate::render::Renderer;
use crate::site::{self, Route, Site, WorkId, route::RouteInputs};

/// The digests of the inputs of a state's routes.
#[derive(Debug)]
pub struct Fingerprints {
    /// Digest of the inputs that every page may depend on.
    shared: Digest,
    /// The digests of each work, by its number.
    works: Vec<Work>,
}

/// The digests of a work.
#[derive(Debug)]
struct Work {
    /// Digest of the texts of its editions and of its lock, and of those of the works that it
    /// quotes.
    texts: Digest,
    /// Digest of the parts that pages linking to the work can see, such as the anchors of its
    /// headings.
    shape: Digest,
}

impl Work {
    /// Computes the digests of a work, and the digest of its data in lists and menus.
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
            // The front matter counts as written, so that every present and future field is
            // included.
            document.front_digest.hash(&mut listed);
            document.title.hash(&mut listed);
            hash_shape(document, &mut shape);
        }
        (Self { texts: texts.digest(), shape: shape.digest() }, listed.digest())
    }
}

impl Fingerprints {
    /// Computes the digests of a renderer's inputs.
    pub fn of(renderer: &Renderer) -> Self {
        let (site, inputs) = (&renderer.site, &renderer.inputs);
        let mut shared = Digester::default();
        // The program's version is an input too.
        env!("TILMASH_PROGRAM").hash(&mut shared);
        site.config.base_url.hash(&mut shared);
        for (name, file) in inputs.files.iter() {
            let is_document = site.edition_in(name).is_some();
            let is_lock = || name.strip_prefix("content/").and_then(key::of_lock).is_some();
            let is_asset = || name.strip_prefix("content/").is_some_and(|path| site.routes.contains_key(path));
            name.hash(&mut shared);
            match &file.content {
                Content::Text(_) if !is_document && !is_lock() && !is_asset() => file.digest.hash(&mut shared),
                // Pages refer to such files only by name.
                Content::Text(_) | Content::Dropped | Content::Binary { .. } => {}
            }
        }
        for split in &site.splits {
            // Source texts may be pages or published files as well.
            inputs.digest(&split.source_file).hash(&mut shared);
        }
        let works: Vec<(Work, Digest)> = site.works.par_iter().map(|work| Work::of(site, inputs, work)).collect();
        for (_, listed) in &works {
            listed.hash(&mut shared);
        }
        let mut works: Vec<Work> = works.into_iter().map(|(work, _)| work).collect();
        add_quoted(&renderer.links, &mut works);
        Self { shared: shared.digest(), works }
    }

    /// Returns the fingerprint of a route's inputs; `None` if they are not tracked, so that the
    /// route is rendered in each build.
    pub fn route(&self, renderer: &Renderer, route: &Route) -> Option<Digest> {
        let mut digester = Digester::default();
        self.shared.hash(&mut digester);
        route.path.hash(&mut digester);
        match route.kind.properties().inputs {
            RouteInputs::Shared => {}
            RouteInputs::Work(work) => {
                let links = &renderer.links;
                self.works[work.0 as usize].texts.hash(&mut digester);
                // Sentences of other chapters that touch this one are shown under it.
                for &(WorkId(other), _) in &links.touched_by[work.0 as usize] {
                    self.works[other as usize].texts.hash(&mut digester);
                }
                // A sentence links to the sentence that it means in another chapter.
                for WorkId(other) in touched(&renderer.site, work) {
                    self.works[other as usize].texts.hash(&mut digester);
                }
                let editions = &renderer.site.work(work).editions;
                if editions.iter().flatten().any(|edition| edition.document.front.connections) {
                    self.works.iter().for_each(|work| work.texts.hash(&mut digester));
                }
                // Quoted sentences have links too.
                for from in links.quoted(work).into_iter().chain([work]) {
                    for &WorkId(target) in links.targets(from) {
                        self.works[target as usize].shape.hash(&mut digester);
                    }
                }
                for &from in links.backlinks(work) {
                    renderer.site.work(from).key.hash(&mut digester);
                }
            }
            RouteInputs::Term(term) => {
                let mut works: Vec<WorkId> =
                    renderer.mentions.places(&renderer.site, term).iter().map(|place| place.work).collect();
                works.dedup();
                for WorkId(work) in works {
                    (work, self.works[work as usize].texts).hash(&mut digester);
                }
            }
            RouteInputs::AllTexts => self.works.iter().for_each(|work| work.texts.hash(&mut digester)),
            RouteInputs::Untracked => return None,
        }
        Some(digester.digest())
    }
}

/// Returns the chapters that a chapter's sentences touch.
fn touched(site: &Site, work: WorkId) -> BTreeSet<WorkId> {
    let cuts = site.chapter(work).into_iter().flat_map(|(_, chapter)| &chapter.cuts);
    cuts.flat_map(|cut| &cut.touches).filter_map(|key| site.work_named(key.as_str())).collect()
}

/// Adds to the texts of each work those of the works that it quotes: they are shown wherever its
/// own are.
fn add_quoted(links: &Links, works: &mut [Work]) {
    let with_quoted = |id: u32| {
        let quoted = links.quoted(WorkId(id));
        let mut digester = Digester::default();
        quoted.iter().chain([&WorkId(id)]).for_each(|&WorkId(it)| works[it as usize].texts.hash(&mut digester));
        (!quoted.is_empty()).then(|| (id, digester.digest()))
    };
    let changed: Vec<(u32, Digest)> = (0..works.len() as u32).filter_map(with_quoted).collect();
    for (id, texts) in changed {
        works[id as usize].texts = texts;
    }
}

/// Returns the digest of the program and of all files of a project. Returns `None` if a file that
/// stays on disk changed so recently that a second change could go unnoticed.
pub fn of_inputs(inputs: &Inputs) -> Option<Digest> {
    let mut digester = Digester::default();
    env!("TILMASH_PROGRAM").hash(&mut digester);
    for (name, file) in inputs.files.iter() {
        name.hash(&mut digester);
        match &file.content {
            Content::Text(_) | Content::Dropped => file.digest.hash(&mut digester),
            Content::Binary { .. } => file.stamp_if_reliable()?.hash(&mut digester),
        }
    }
    Some(digester.digest())
}

/// Hashes the parts of a document, besides its title, that pages linking to it can see.
fn hash_shape(document: &Document, digester: &mut Digester) {
    let Document {
        file: _,
        key: _,
        lang: _,
        // These are in the shared digest.
        front: _,
        front_digest: _,
        title: _,
        title_at,
        // Other works show these only where one chapter touches another.
        body: _,
        spans: _,
        blocks,
        segments,
        headings,
        // Other pages see of these only the list of pages that link to a page.
        refs: _,
        web_links: _,
        codes: _,
        notes,
        marks,
        // These concern the page's own sentences; others see only the resulting ids.
        lock: _,
        digests: _,
        gone: _,
        source_delta: _,
        by_id: _,
    } = document;
    // True if the edition itself gives its title, in the front matter or as a heading.
    title_at.is_some().hash(digester);
    digester.write_usize(blocks.len());
    for Block { kind, html: _, segments, bytes: _ } in blocks {
        (kind, segments).hash(digester);
    }
    digester.write_usize(segments.len());
    for Segment { id, html: _, bytes: _, block, table, note, cut } in segments {
        (id, block, table, note, cut).hash(digester);
    }
    digester.write_usize(headings.len());
    for Heading { level, anchor, explicit, text, segment, aliases } in headings {
        (level, anchor, explicit, text, segment, aliases).hash(digester);
    }
    digester.write_usize(notes.len());
    for Note { label, id, number: _, uses: _, html: _, blocks, segments } in notes {
        (label, id, blocks, segments).hash(digester);
    }
    // The alignment of sentences.
    digester.write_usize(marks.len());
    for Marks { segment, translates, alone, omitted, silenced: _, unmentioned: _, notes: _, places: _ } in marks {
        (segment, translates, alone, omitted).hash(digester);
    }
    document.lock.is_some().hash(digester);
}
