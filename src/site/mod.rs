//! Builds one immutable index from all documents: the works and their tree, languages and routes.
//!
//! The index is built as a whole, from shared parts, at a few microseconds a page. If only texts
//! changed, [`Site::with`] replaces documents in it. `has_same_shape` compares every field of a
//! document that the index is built from; if one differs, the index is built anew.
//!
//! Links are resolved by the next layer, [`crate::link`].

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, OnceLock};

use crate::base::Diagnostic;
use crate::model::front::feed_date;
use crate::model::{Config, FrontMatter, Key, LangId, Language, SegmentId};
use crate::parse::Document;
use crate::split::{Chapter, Split};

use crate::translation::rows::RowIds;
use crate::translation::status::EditionStatus;
use anchor::Shares;

mod anchor;
pub mod route;
pub mod sitemap;
mod tag;
mod tree;

pub use route::{Route, RouteKind};
pub use tag::{Tag, Tags, tags_path};

/// Maximum number of siblings in a menu, and of works in a site whose menus show all of them. A
/// menu must not grow with the site, since the size of the site would then grow with its square.
pub const MENU_LIMIT: usize = 100;

/// A work, as its index in [`Site::works`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WorkId(pub u32);

/// One page of the site in all its languages.
#[derive(Debug, Clone)]
pub struct Work {
    pub key: Key,
    /// Edition per language; `None` if the work has no edition in it.
    pub editions: Vec<Option<Edition>>,
    /// Path of the fallback page per language without an edition. The page shows another edition to
    /// readers of that language.
    pub fallbacks: Vec<Option<Arc<str>>>,
    /// The section that contains this work; `None` for the home page.
    pub parent: Option<WorkId>,
    /// The works in this section, in reading order.
    pub children: Vec<WorkId>,
    /// Position in the reading order.
    pub position: u32,
    /// Position among the works of the section.
    pub place_in_section: u32,
    /// The chapter that this work holds: index of the split, index of the chapter in it.
    pub chapter: Option<(u32, u32)>,
}

/// A work in one language.
#[derive(Debug, Clone)]
pub struct Edition {
    pub document: Arc<Document>,
    /// Path of the edition's page: `kk/vectors/russia/index.html`.
    pub path: Arc<str>,
    /// Rule by which the headings take over the anchors of the source edition.
    shares: Shares,
    /// Data derived from all editions of the work, computed on first use; many sites use none of
    /// it.
    follows: OnceLock<Box<Follows>>,
}

/// A page of a work, which shows one edition.
#[derive(Debug, Clone, Copy)]
pub struct Page<'a> {
    /// Language of the text on the page.
    pub lang: LangId,
    pub edition: &'a Edition,
    pub path: &'a Arc<str>,
}

/// Data derived from all editions of the work, computed on first use.
///
/// It is stale if a document of the work changes. [`Site::with`] therefore discards it for every
/// edition of such a work.
#[derive(Debug, Clone, Default)]
struct Follows {
    /// Anchor and aliases per heading; used only for [`Shares::ById`].
    anchors: OnceLock<Vec<(String, Vec<String>)>>,
    /// Index of the heading per anchor or alias.
    by_anchor: OnceLock<HashMap<String, usize>>,
    row_ids: OnceLock<RowIds>,
    statuses: OnceLock<Arc<EditionStatus>>,
}

impl Edition {
    fn follows(&self) -> &Follows {
        self.follows.get_or_init(Box::default)
    }
}

/// Inputs of [`Site::new`].
#[derive(Debug)]
pub struct Parts {
    pub config: Arc<Config>,
    pub languages: Vec<Language>,
    pub documents: Vec<Arc<Document>>,
    pub splits: Vec<Arc<Split>>,
    /// Content files that are published unchanged, as paths from the project's root.
    pub assets: Vec<Arc<str>>,
    /// Files of the theme: name, and path under which the file is published.
    pub theme_files: BTreeMap<String, String>,
    pub sitemap_limits: sitemap::PartLimits,
}

/// Index of the whole site. Clones share all large parts.
#[derive(Debug, Clone)]
pub struct Site {
    pub config: Arc<Config>,
    pub languages: Vec<Language>,
    pub works: Vec<Arc<Work>>,
    /// All works in reading order.
    pub order: Arc<Vec<WorkId>>,
    pub splits: Vec<Arc<Split>>,
    /// All routes by path; `build` writes each of them.
    pub routes: Arc<BTreeMap<Arc<str>, Route>>,
    /// Tags per language.
    pub tags: Arc<Vec<Tags>>,
    /// True if the site has feeds, which need absolute addresses and dates.
    pub feeds: bool,
    /// Path of the first address in each part of the sitemap, in the order of the routes. If there
    /// is only one part, it is the sitemap itself.
    pub sitemap_parts: Arc<[Arc<str>]>,
    /// Same as [`Parts::theme_files`].
    pub theme_files: BTreeMap<String, String>,
    by_key: Arc<HashMap<Key, WorkId>>,
    by_file: Arc<HashMap<Arc<str>, (WorkId, LangId)>>,
    /// True if building the index found no problem. A problem depends on the reading order, since
    /// it names the first of two conflicting files.
    flawless: bool,
}

impl Site {
    /// Builds the index; also returns collisions and other problems between files.
    pub fn new(parts: Parts) -> (Self, Vec<Diagnostic>) {
        let mut problems = Vec::new();
        let Parts { config, languages, documents, splits, assets, theme_files, sitemap_limits } = parts;
        let mut site = Self {
            config,
            languages,
            works: Vec::new(),
            order: Arc::default(),
            splits,
            routes: Arc::default(),
            tags: Arc::default(),
            feeds: false,
            sitemap_parts: Arc::default(),
            theme_files,
            by_key: Arc::default(),
            by_file: Arc::default(),
            flawless: false,
        };
        site.gather(documents, &mut problems);
        for work in &mut site.works {
            anchor::share(Arc::make_mut(work), site.config.source);
        }
        site.attach_chapters();
        site.grow_tree();
        site.give_paths();
        site.tags = Arc::new(tag::collect(&site, &mut problems));
        let editions = || site.works.iter().flat_map(|work| work.editions.iter().flatten());
        let mut dates = site.config.date.into_iter().chain(editions().filter_map(|edition| edition.document.front.date));
        site.feeds = site.config.base_url.is_some() && dates.any(|date| feed_date(date).is_some());
        route::lay(&mut site, &assets, &sitemap_limits, &mut problems);
        site.flawless = problems.is_empty();
        (site, problems)
    }

    /// Returns the index with some documents replaced by new versions of the same files. The result
    /// equals an index that is built anew.
    ///
    /// Returns `None` if the new documents require more than that, such as other routes or
    /// problems.
    ///
    /// The reading order may change: works may be sorted by title, or a page may have another
    /// `order`.
    pub fn with(&self, documents: &[Arc<Document>]) -> Option<Self> {
        let mut site = self.clone();
        let mut moved: BTreeMap<WorkId, BTreeSet<WorkId>> = BTreeMap::new();
        for document in documents {
            let (id, lang) = self.edition_in(&document.file)?;
            if !self.has_same_shape(&self.edition(id, lang)?.document, document) {
                return None;
            }
            let source_lang = self.source();
            let before = site.sort_key(id);
            let work = site.work_mut(id);
            for edition in work.editions.iter_mut().flatten() {
                edition.follows = OnceLock::new();
            }
            work.editions[lang.0].as_mut().expect("it was found above").document = Arc::clone(document);
            anchor::share(work, source_lang);
            if let Some(parent) = site.work(id).parent
                && site.sort_key(id) != before
            {
                moved.entry(parent).or_default().insert(id);
            }
        }
        for (section, moved) in &moved {
            site.sort_again(*section, moved);
        }
        if site.order == self.order {
            return Some(site);
        }
        if !self.flawless {
            return None;
        }
        let mut problems = Vec::new();
        let tags = tag::collect(&site, &mut problems);
        // Routes refer to a tag by its position in the list; its name and path come from its first
        // work.
        let same = |(a, b): (&Tags, &Tags)| a.has_same_pages(b);
        if !problems.is_empty() || !self.tags.iter().zip(&tags).all(same) {
            return None;
        }
        site.tags = Arc::new(tags);
        Some(site)
    }

    /// Returns true if two versions of a document give the same index.
    ///
    /// Fields that are not compared are either not in the index, or [`Site::with`] updates the
    /// index for them (†).
    fn has_same_shape(&self, before: &Document, after: &Document) -> bool {
        let Document {
            file,
            key,
            lang,
            front,
            // Compared field by field below.
            front_digest: _,
            // Sort key of works without an order (†).
            title: _,
            title_at: _,
            body: _,
            blocks: _,
            segments: _,
            // Decide if anchors are shared (†).
            headings: _,
            refs: _,
            codes: _,
            notes: _,
            // EditionStatus of the editions to each other (†).
            marks: _,
            lock: _,
            digests: _,
            gone: _,
            news: _,
            by_id: _,
        } = after;
        let FrontMatter {
            title: _,
            title_at: _,
            description: _,
            description_at: _,
            // Sort key of works (†).
            order: _,
            slug,
            // One page with a date is enough for a feed, so only its presence matters.
            date,
            date_at: _,
            aliases,
            draft,
            tags,
            template: _,
            extra: _,
        } = front;
        let old = &before.front;
        // The place of an alias or a tag matters only for its problems.
        let same_aliases = if self.flawless {
            old.aliases.iter().map(|(alias, _)| alias).eq(aliases.iter().map(|(alias, _)| alias))
        } else {
            old.aliases == *aliases
        };
        let same_tags = if self.flawless {
            old.tags.iter().map(|(tag, _)| tag).eq(tags.iter().map(|(tag, _)| tag))
        } else {
            old.tags == *tags
        };
        same_aliases
            && before.file == *file
            && before.key == *key
            && before.lang == *lang
            && old.slug == *slug
            && old.date.and_then(feed_date).is_some() == date.and_then(feed_date).is_some()
            && old.draft == *draft
            && same_tags
    }

    /// Returns the work with a key.
    pub fn work_named(&self, key: &str) -> Option<WorkId> {
        self.by_key.get(key).copied()
    }

    /// Returns the edition in a file, as its work and language.
    pub fn edition_in(&self, file: &str) -> Option<(WorkId, LangId)> {
        self.by_file.get(file).copied()
    }

    /// Returns a work by its id.
    pub fn work(&self, id: WorkId) -> &Work {
        &self.works[id.0 as usize]
    }

    /// Returns all keys, in reading order.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.order.iter().map(|&id| self.work(id).key.as_str())
    }

    /// Returns the home page.
    pub fn home(&self) -> WorkId {
        self.by_key[Key::HOME]
    }

    /// Returns the source language.
    pub fn source(&self) -> LangId {
        self.config.source
    }

    /// Returns the edition of a work in a language.
    pub fn edition(&self, id: WorkId, lang: LangId) -> Option<&Edition> {
        self.work(id).editions[lang.0].as_ref()
    }

    /// Returns the edition for readers of `lang`: in that language, or the source language's, or
    /// else the first one.
    pub fn nearest_edition(&self, id: WorkId, lang: LangId) -> (LangId, &Edition) {
        let work = self.work(id);
        let order = [lang, self.source()].into_iter().chain(self.config.lang_ids());
        order.filter_map(|lang| Some((lang, work.editions[lang.0].as_ref()?))).next().expect("a work has at least one edition")
    }

    /// Returns the chapter that a work holds, and its split.
    pub fn chapter(&self, id: WorkId) -> Option<(&Split, &Chapter)> {
        let (split, chapter) = self.work(id).chapter?;
        let split = &self.splits[split as usize];
        Some((split, &split.chapters[chapter as usize]))
    }

    /// Returns the path in the tree of works, from the home page down to this work.
    pub fn trail(&self, id: WorkId) -> Vec<WorkId> {
        let mut trail: Vec<_> = std::iter::successors(Some(id), |&id| self.work(id).parent).collect();
        trail.reverse();
        trail
    }

    /// Returns the page of a work for readers of a language.
    ///
    /// This is the page of the edition in their language. If there is none, it is the fallback page
    /// in their language, which shows the nearest edition. Returns `None` if there is neither, for
    /// example because the configuration turns fallback pages off.
    pub fn page(&self, id: WorkId, lang: LangId) -> Option<Page<'_>> {
        if let Some(edition) = self.edition(id, lang) {
            return Some(Page { lang, edition, path: &edition.path });
        }
        let path = self.work(id).fallbacks[lang.0].as_ref()?;
        let (lang, edition) = self.nearest_edition(id, lang);
        Some(Page { lang, edition, path })
    }

    /// Returns the page for readers of `lang`: the one in their language, or else the nearest
    /// edition's own.
    pub fn nearest_page(&self, id: WorkId, lang: LangId) -> Page<'_> {
        self.page(id, lang).unwrap_or_else(|| {
            let (lang, edition) = self.nearest_edition(id, lang);
            Page { lang, edition, path: &edition.path }
        })
    }

    /// Returns the next work in reading order that has a page in the language.
    pub fn next(&self, id: WorkId, lang: LangId) -> Option<WorkId> {
        let position = self.work(id).position as usize;
        self.order[position + 1..].iter().find(|&&id| self.page(id, lang).is_some()).copied()
    }

    /// Returns the edition from which the others are translated: the source language's, or else the
    /// first one.
    pub fn source_edition(&self, id: WorkId) -> (LangId, &Edition) {
        self.nearest_edition(id, self.source())
    }

    /// Returns the statuses of a translation; `None` for the source edition, or if there is no
    /// such edition.
    pub fn statuses(&self, id: WorkId, lang: LangId) -> Option<&Arc<EditionStatus>> {
        let (source_lang, source) = self.source_edition(id);
        let edition = self.edition(id, lang).filter(|_| lang != source_lang)?;
        Some(edition.follows().statuses.get_or_init(|| {
            let source = (self.config.code(source_lang), &*source.document);
            let is_shared = |sentence| self.is_of_other_language(id, lang, sentence);
            Arc::new(EditionStatus::of(source, (self.config.code(lang), &edition.document), is_shared))
        }))
    }

    /// Returns true if the sentence's id names one language, and an edition in another language
    /// than `lang` has that sentence without a mark that names it.
    pub fn is_of_other_language(&self, id: WorkId, lang: LangId, sentence: SegmentId) -> bool {
        let others = || self.work(id).editions.iter().flatten().filter(|edition| edition.document.lang != lang);
        sentence.only.is_some() && others().any(|edition| edition.document.has_of_itself(sentence))
    }

    /// Returns the id of the row that shows a segment of the edition in `lang` on the side-by-side
    /// page of two languages. Returns `None` if a whole block shows the segment.
    pub fn row_of(&self, id: WorkId, (left, right): (LangId, LangId), lang: LangId, segment: SegmentId) -> Option<SegmentId> {
        let (first, second) = (self.edition(id, left)?, self.edition(id, right)?);
        let made = || RowIds::of(&first.document, &second.document);
        let here;
        let ids = if left == self.source_edition(id).0 {
            second.follows().row_ids.get_or_init(made)
        } else {
            here = made();
            &here
        };
        if lang == left { ids.of_left(segment) } else { ids.of_right(segment) }
    }

    /// Returns the absolute URL of a path, if the site's address is known. No other function makes
    /// absolute URLs.
    pub fn absolute(&self, path: &str) -> Option<String> {
        let base = self.config.base_url.as_ref()?;
        let pretty = path.strip_suffix(route::INDEX).unwrap_or(path);
        Some(format!("{base}{}", crate::base::path::to_ascii_url(pretty)))
    }

    /// Returns the path part of the site's address with slashes at both ends, such as `/book/`; `/`
    /// if the address is not known.
    pub fn base_path(&self) -> &str {
        let Some(base) = &self.config.base_url else { return "/" };
        let host = base.find("://").map_or(0, |at| at + 3);
        base[host..].find('/').map_or("/", |slash| &base[host + slash..])
    }
}
