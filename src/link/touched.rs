//! Which pages may look different after an edit: what is told of a save, an upper bound.
//!
//! Nothing is rendered by this, and no page is kept because of it, so a mistake here makes a wrong number
//! and no wrong page. It follows the values that `render` gives to templates: what a page shows of another
//! document is its title, its description and date in lists, its sentences where a chapter touches
//! another, and the names of its anchors where two editions stand side by side.
//! `tests/edits.rs` renders everything before and after edits and compares.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Links;
use crate::model::{FrontMatter, LangId};
use crate::parse::Document;
use crate::site::route::{self, RouteKind};
use crate::site::{MENU_LIMIT, Site, WorkId, sitemap};

/// The routes whose bytes may differ from those of the state before.
#[derive(Debug, Clone, PartialEq)]
pub enum Touched {
    /// Whatever there is.
    All,
    /// By path.
    Some(BTreeSet<Arc<str>>),
}

/// What an edit of documents touches, between two indexes of the same works: [`Site::with`].
pub fn touched(before: (&Site, &Links), after: (&Site, &Links), works: &BTreeSet<WorkId>) -> Touched {
    let (site, links) = after;
    if before.0.order != site.order {
        // Numbers, neighbours and menus; it would have to be told what lies between two places.
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

/// Whether any page may show the title: of the home page, which may name the site, and of the vectors on the compass.
fn is_everywhere(site: &Site, work: WorkId) -> bool {
    let key = &site.work(work).key;
    key.is_home() || site.splits.iter().any(|split| split.vectors.iter().any(|vector| vector.work == *key))
}

/// In what two documents of one edition differ, as far as other pages may show it.
struct Differs {
    title: bool,
    /// What lists say of a page.
    card: bool,
    /// The beginning of its text, which feeds show.
    opening: bool,
    /// What anchors there are, which sentence stands beside which, and how it stands to that.
    shape: bool,
}

impl Differs {
    fn between(old: &Document, new: &Document) -> Self {
        let Document {
            file: _,
            key: _,
            lang: _,
            front,
            // Of what is looked at field by field.
            front_digest: _,
            title,
            // Where it stands is not seen, but whether somebody wrote it.
            title_at,
            // Seen by others only through segments, below and in chapters, and in feeds.
            body,
            blocks,
            segments,
            headings,
            // Followed as the works it links to.
            refs: _,
            codes: _,
            notes,
            marks,
            lock,
            // Without a lock there are none; with one, how translations stand may be seen.
            digests,
            gone,
            // Of ids that the lock has not, and of marks.
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

/// Collects routes.
struct Reach<'a> {
    site: &'a Site,
    links: &'a Links,
    routes: BTreeSet<Arc<str>>,
}

impl Reach<'_> {
    /// What shows something of an edition that differs.
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
            // A translation shows how it stands to its source, and what it lacks of it.
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
            // The names of anchors on pages of two halves.
            for &from in self.links.backlinks[work.0 as usize].iter() {
                self.pairs(from, |_, _| true);
                // A text that is shown in another language leads there to an anchor only if that page has it.
                for reader in site.config.lang_ids() {
                    if site.page(from, reader).is_some_and(|page| page.lang != reader) {
                        self.page(from, reader);
                    }
                }
            }
        }
        // Readers of other languages may be shown this edition.
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

    /// The pages that list a work with its description or its date.
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

    /// The pages that show the title of a work in menus.
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

    /// The pages that link to a work from around their text, or in it without a text of their own: templates are told what lists say.
    fn links(&mut self, work: WorkId, lang: LangId) {
        let (site, links) = (self.site, self.links);
        // The way from the home page down.
        for below in site.below(work) {
            self.page(below, lang);
            self.pairs(below, |left, _| left == lang);
        }
        // The page before, the page after.
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
        // Links in the text, also in a sentence that is shown elsewhere; lists of links.
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

    /// The pages that show sentences of a chapter.
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

    /// The pages of a work in every language.
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

    /// The side-by-side pages of a work, of those pairs of languages.
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
