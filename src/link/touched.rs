//! An upper bound of the pages that may look different after an edit. The preview reports their
//! number after each save.
//!
//! Nothing is rendered or kept because of this value, so a mistake here makes a wrong number and no
//! wrong page. The code follows the values that `render` gives to templates. A page shows these
//! parts of another document: its title; its description and date, in lists; its sentences, where a
//! chapter touches another; and the names of its anchors, where two editions stand side by side.
//! `tests/edits.rs` renders everything before and after edits and compares.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Links;
use crate::model::{FrontMatter, LangId};
use crate::parse::Document;
use crate::site::route::{self, RouteKind};
use crate::site::{MENU_LIMIT, Site, WorkId, sitemap};

/// The routes whose bytes may differ from those of the previous state.
#[derive(Debug, Clone, PartialEq)]
pub enum Touched {
    /// All routes.
    All,
    /// The routes with these paths.
    Some(BTreeSet<Arc<str>>),
}

/// Returns the routes that an edit of documents touches. Both indexes have the same works
/// ([`Site::with`]).
pub fn touched(before: (&Site, &Links), after: (&Site, &Links), works: &BTreeSet<WorkId>) -> Touched {
    let (site, links) = after;
    if before.0.order != site.order {
        // A new order changes numbers, neighbours and menus. To list the affected pages, all works
        // between the old and the new position would have to be found.
        return Touched::All;
    }
    let mut reach = Reach { site, links, routes: BTreeSet::new() };
    for &work in works {
        let targets = (before.1.targets(work), links.targets(work));
        for &target in targets.0.symmetric_difference(&targets.1) {
            reach.pages(target);
        }
        for lang in site.config.lang_ids() {
            let (Some(old), Some(new)) = (before.0.edition(work, lang), site.edition(work, lang)) else { continue };
            if Arc::ptr_eq(&old.document, &new.document) || old.document == new.document {
                continue;
            }
            let differs = Differs::between(&old.document, &new.document);
            if differs.title && is_everywhere(site, work) {
                return Touched::All;
            }
            reach.edition(work, lang, &differs);
        }
    }
    Touched::Some(reach.routes)
}

/// Returns true if any page may show the work's title. This holds for the home page, which may name
/// the site, and for the vectors on the compass.
fn is_everywhere(site: &Site, work: WorkId) -> bool {
    let key = &site.work(work).key;
    key.is_home() || site.splits.iter().any(|split| split.vectors.iter().any(|vector| vector.work == *key))
}

/// The differences between two documents of one edition that other pages may show.
struct Differs {
    title: bool,
    /// True if the description, date or title in lists differs.
    card: bool,
    /// True if the beginning of the text, which feeds show, may differ.
    opening: bool,
    /// True if the set of anchors differs, or the alignment of sentences with other editions, or
    /// the state of a translation.
    shape: bool,
}

impl Differs {
    fn between(old: &Document, new: &Document) -> Self {
        let Document {
            file: _,
            key: _,
            lang: _,
            front,
            // Every field of the front matter is compared on its own.
            front_digest: _,
            title,
            // The position is not visible, but pages depend on the presence of an authored title.
            title_at,
            // Other pages show the body only through segments (compared below), in chapters and in
            // feeds.
            body,
            blocks,
            segments,
            headings,
            // Changed refs are handled in [`touched`], as changed link targets.
            refs: _,
            codes: _,
            notes,
            marks,
            lock,
            // Empty without a lock. With a lock, other pages may show the state of translations,
            // which depends on the digests.
            digests,
            gone,
            // Both are derived from ids and from marks, which are compared here.
            news: _,
            by_id: _,
        } = new;
        let FrontMatter {
            title: _,
            title_at: _,
            description,
            description_at: _,
            order: _,
            slug: _,
            date,
            date_at: _,
            aliases: _,
            draft: _,
            tags: _,
            template: _,
            extra: _,
        } = front;
        let title = old.title != *title || old.title_at.is_some() != title_at.is_some();
        let block = |block: &crate::parse::Block| (block.kind, block.segments);
        let segment = |segment: &crate::parse::Segment| (segment.id, segment.cut);
        let note = |note: &crate::parse::Note| (note.label.clone(), note.id.clone(), note.blocks);
        let same_shape = old.headings == *headings
            && old.marks == *marks
            && old.digests == *digests
            && old.lock.as_ref().map(Arc::as_ptr) == lock.as_ref().map(Arc::as_ptr)
            && old.gone == *gone
            && old.blocks.iter().map(block).eq(blocks.iter().map(block))
            && old.segments.iter().map(segment).eq(segments.iter().map(segment))
            && old.notes.iter().map(note).eq(notes.iter().map(note));
        let has_summary = description.as_deref().is_some_and(|text| !text.trim().is_empty());
        let opening = old.body != *body && !has_summary;
        Self {
            title,
            opening,
            card: title || old.front.description != *description || old.front.date != *date,
            shape: !same_shape,
        }
    }
}

/// Collector of touched routes.
struct Reach<'a> {
    site: &'a Site,
    links: &'a Links,
    routes: BTreeSet<Arc<str>>,
}

impl Reach<'_> {
    /// Adds the routes that show a changed part of an edition.
    fn edition(&mut self, work: WorkId, lang: LangId, differs: &Differs) {
        let site = self.site;
        for reader in site.config.lang_ids() {
            if site.page(work, reader).is_some_and(|page| page.lang == lang) {
                self.page(work, reader);
            }
        }
        if lang == site.source_edition(work).0
            && site.work(work).editions.iter().flatten().any(|it| it.document.knows_addresses())
        {
            // A translation's page shows its drift from the source, and the source's sentences that
            // it lacks.
            self.pages(work);
        }
        self.pairs(work, |left, right| left == lang || right == lang);
        self.quotes(work);
        if differs.opening {
            self.route(&format!("{}/feed.xml", site.config.code(lang)));
        }
        if differs.shape || differs.card {
            self.pages(work);
            self.pairs(work, |_, _| true);
        }
        for reader in site.config.lang_ids() {
            self.route(&route::status_path(site.config.code(reader)));
        }
        if differs.shape {
            // Side-by-side pages of the linking works contain the names of this work's anchors.
            for &from in self.links.backlinks[work.0 as usize].iter() {
                self.pairs(from, |_, _| true);
                // A page that shows a text in a fallback language links to an anchor of this work
                // only if the target page has that anchor.
                for reader in site.config.lang_ids() {
                    if site.page(from, reader).is_some_and(|page| page.lang != reader) {
                        self.page(from, reader);
                    }
                }
            }
        }
        // Readers of other languages may see this edition as a fallback.
        let is_shown = |&reader: &LangId| site.page(work, reader).is_some_and(|page| page.lang == lang);
        for reader in site.config.lang_ids().filter(is_shown) {
            if differs.card {
                self.lists(work, reader);
                self.links(work, reader);
            }
            if differs.title {
                self.menus(work, reader);
            }
        }
        if differs.title {
            for alias in site.edition(work, lang).iter().flat_map(|edition| &edition.document.front.aliases) {
                if let Ok(path) = route::alias_path(&alias.0) {
                    self.route(&path);
                }
            }
        }
    }

    /// Adds the pages that list a work with its description or its date.
    fn lists(&mut self, work: WorkId, lang: LangId) {
        let site = self.site;
        for above in std::iter::successors(site.work(work).parent, |&id| site.work(id).parent).take(2) {
            self.page(above, lang);
        }
        if let Some(edition) = site.edition(work, lang) {
            for tag in edition.document.front.tags.iter().filter_map(|(title, _)| site.tags[lang.0].named(title)) {
                self.route(&tag.path);
            }
        }
        for lang in site.config.lang_ids() {
            self.route(&format!("{}/feed.xml", site.config.code(lang)));
        }
        for path in ["sitemap.xml", "index.html", "404.html"] {
            self.route(path);
        }
        for part in 0..site.sitemap_parts.len() as u32 {
            self.route(&sitemap::part_path(part));
        }
    }

    /// Adds the pages whose menus show the title of a work.
    fn menus(&mut self, work: WorkId, lang: LangId) {
        let site = self.site;
        match site.work(work).parent {
            Some(parent) if site.works.len() > MENU_LIMIT && !site.work(parent).key.is_home() => {
                for below in site.below(parent) {
                    self.page(below, lang);
                    self.pairs(below, |left, _| left == lang);
                }
            }
            _ => {
                for (path, route) in site.routes.iter() {
                    let shown = match route.kind {
                        RouteKind::Page { lang, .. }
                        | RouteKind::Fallback { lang, .. }
                        | RouteKind::Status { lang }
                        | RouteKind::SideBySide { left: lang, .. }
                        | RouteKind::SourceOrder { lang, .. }
                        | RouteKind::Tags { lang }
                        | RouteKind::Tag { lang, .. } => Some(lang),
                        _ => None,
                    };
                    if shown == Some(lang) {
                        self.routes.insert(Arc::clone(path));
                    }
                }
            }
        }
    }

    /// Adds the pages that link to a work outside their text, or in their text with the work's
    /// title as link text. Templates receive the same values for such links as for lists.
    fn links(&mut self, work: WorkId, lang: LangId) {
        let (site, links) = (self.site, self.links);
        // Breadcrumbs: every page below the work shows the path from the home page.
        for below in site.below(work) {
            self.page(below, lang);
            self.pairs(below, |left, _| left == lang);
        }
        // The previous and the next page in reading order.
        let position = site.work(work).position as usize;
        let (before, after) = (&site.order[..position], &site.order[position + 1..]);
        let has = |lang: LangId| move |id: &&WorkId| site.page(**id, lang).is_some();
        for &id in before.iter().rev().find(has(lang)).into_iter().chain(after.iter().find(has(lang))) {
            self.page(id, lang);
        }
        for (left, right) in site.config.pairs().into_iter().filter(|&(left, _)| left == lang) {
            let has = |id: &&WorkId| site.edition(**id, left).is_some() && site.edition(**id, right).is_some();
            for &id in before.iter().rev().find(has).into_iter().chain(after.iter().find(has)) {
                self.pairs(id, |a, b| (a, b) == (left, right));
            }
        }
        // Links in the text, also in sentences that other pages quote; and lists of links.
        for &from in links.backlinks[work.0 as usize].iter() {
            self.pages(from);
            self.pairs(from, |_, _| true);
            self.quotes(from);
        }
        for target in links.targets(work) {
            self.pages(target);
        }
        for &(from, _) in &links.touched_by[work.0 as usize] {
            self.pages(from);
            self.pairs(from, |_, _| true);
        }
    }

    /// Adds the pages that quote sentences of a chapter.
    fn quotes(&mut self, work: WorkId) {
        let site = self.site;
        let (Some((_, chapter)), Some((split, _))) = (site.chapter(work), site.work(work).chapter) else { return };
        for lang in site.config.lang_ids() {
            self.route(&route::source_order_path(site.config.code(lang), split));
        }
        for touched in chapter.cuts.iter().flat_map(|cut| &cut.touches).filter_map(|key| site.work_named(key.as_str())) {
            self.pages(touched);
        }
    }

    /// Adds the pages of a work in every language.
    fn pages(&mut self, work: WorkId) {
        for lang in self.site.config.lang_ids() {
            self.page(work, lang);
        }
    }

    fn page(&mut self, work: WorkId, lang: LangId) {
        if let Some(page) = self.site.page(work, lang) {
            self.routes.insert(Arc::clone(page.path));
        }
    }

    /// Adds the side-by-side pages of a work for the pairs of languages that `which` accepts.
    fn pairs(&mut self, work: WorkId, which: impl Fn(LangId, LangId) -> bool) {
        for (left, right) in self.site.config.pairs() {
            if let (true, Some(first)) = (which(left, right), self.site.edition(work, left)) {
                self.route(&route::side_by_side_path(self.site, &first.path, left, right));
            }
        }
    }

    fn route(&mut self, path: &str) {
        if let Some((path, _)) = self.site.routes.get_key_value(path) {
            self.routes.insert(Arc::clone(path));
        }
    }
}
