//! All documents in, one immutable index out: works and their tree, languages, and which URL stands
//! for what.
//!
//! The index is made whole, from shared parts, at a few microseconds a page. Where only texts changed,
//! [`Site::with`] puts documents in the place of others: `has_same_shape` says of every field of a
//! document whether the index is made from it, and where one of those differs the index is made anew.
//! What links lead to is the next layer's.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, OnceLock};

use crate::base::Diagnostic;
use crate::model::front::feed_date;
use crate::model::{Config, FrontMatter, Key, LangId, Language, SegmentId};
use crate::parse::Document;
use crate::split::{Chapter, Split};

use anchor::Shares;
use rows::RowIds;

mod anchor;
pub mod pending;
pub mod route;
pub mod rows;
pub mod sitemap;
pub mod standing;
pub mod sync;
mod tag;
mod tree;

pub use pending::Pending;
pub use route::{Route, RouteKind};
pub use rows::{Row, RowKind};
pub use standing::{Standing, Standings, Summary};
pub use tag::{Tag, Tags, tags_path};

/// How many siblings a menu lists, and how many works a site may have for a menu to show them all: it
/// may not grow with the site, or the site would grow with its square.
pub const MENU_LIMIT: usize = 100;

/// A work, as its position in [`Site::works`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WorkId(pub u32);

/// One page of the site in all its languages.
#[derive(Debug, Clone)]
pub struct Work {
    pub key: Key,
    /// By language; `None` where there is no edition.
    pub editions: Vec<Option<Edition>>,
    /// By language in which it has no edition: where a page stands that shows another to readers of that language.
    pub fallbacks: Vec<Option<Arc<str>>>,
    /// The section this work is in; `None` for the home page.
    pub parent: Option<WorkId>,
    /// The works in this section, in reading order.
    pub children: Vec<WorkId>,
    /// Position in the reading order.
    pub position: u32,
    /// Position among the works of its section.
    pub place_in_section: u32,
    /// The chapter of a split that this work holds: split, chapter.
    pub chapter: Option<(u32, u32)>,
}

/// A work in one language.
#[derive(Debug, Clone)]
pub struct Edition {
    pub document: Arc<Document>,
    /// Where its page stands: `kk/vectors/russia/index.html`.
    pub path: Arc<str>,
    /// How its headings are those of the source edition, so that they share their anchors.
    shares: Shares,
    /// What follows from this edition and the source's; many sites ask for none of it.
    follows: OnceLock<Box<Follows>>,
}

/// A page of a work.
#[derive(Debug, Clone, Copy)]
pub struct Page<'a> {
    /// The language of its text.
    pub lang: LangId,
    pub edition: &'a Edition,
    pub path: &'a Arc<str>,
}

/// What follows from an edition and the others of its work, the source's first of all, made when somebody asks for it.
///
/// It would be wrong if one of the work's documents were another; so [`Site::with`] takes a new one for every edition of a work.
#[derive(Debug, Clone, Default)]
struct Follows {
    /// By heading: its anchor, and the aliases of it; where ids are compared.
    anchors: OnceLock<Vec<(String, Vec<String>)>>,
    /// By anchor or alias: the heading.
    by_anchor: OnceLock<HashMap<String, usize>>,
    row_ids: OnceLock<RowIds>,
    standings: OnceLock<Arc<Standings>>,
}

impl Edition {
    fn follows(&self) -> &Follows {
        self.follows.get_or_init(Box::default)
    }
}

/// What a site is made of; [`Site::new`] makes the index from it.
#[derive(Debug)]
pub struct Parts {
    pub config: Arc<Config>,
    pub languages: Vec<Language>,
    pub documents: Vec<Arc<Document>>,
    pub splits: Vec<Arc<Split>>,
    /// Files of the content that are published as they are: path from the project's root.
    pub assets: Vec<Arc<str>>,
    /// Files of the theme: name, and the path at which it is published.
    pub theme_files: BTreeMap<String, String>,
    pub sitemap_limits: sitemap::Limits,
}

/// The index. A copy shares all that is large.
#[derive(Debug, Clone)]
pub struct Site {
    pub config: Arc<Config>,
    pub languages: Vec<Language>,
    pub works: Vec<Arc<Work>>,
    /// All works in reading order.
    pub order: Arc<Vec<WorkId>>,
    pub splits: Vec<Arc<Split>>,
    /// All routes, by path: what `build` writes.
    pub routes: Arc<BTreeMap<Arc<str>, Route>>,
    /// By language: its tags.
    pub tags: Arc<Vec<Tags>>,
    /// Whether there are feeds: they need absolute addresses, and dates.
    pub feeds: bool,
    /// The path of the first address in each part of the sitemap, in the order of the routes. A
    /// single part is the sitemap itself.
    pub sitemap_parts: Arc<[Arc<str>]>,
    /// As in [`Parts::theme_files`].
    pub theme_files: BTreeMap<String, String>,
    by_key: Arc<HashMap<Key, WorkId>>,
    by_file: Arc<HashMap<Arc<str>, (WorkId, LangId)>>,
    /// Whether nothing was wrong when the index was made: problems name the first of two in reading order.
    flawless: bool,
}

impl Site {
    /// Makes the index; collisions and other problems between files come beside it.
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

    /// The index with documents in the place of those of the same files, as if it had been made of them;
    /// `None` if it would be another, or have other problems.
    ///
    /// The reading order may change: where works are sorted by title, or a page says another `order`.
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
        // A tag's page is known by its position in the list, and has its name and path from the first work.
        let same = |(a, b): (&Tags, &Tags)| a.has_same_pages(b);
        if !problems.is_empty() || !self.tags.iter().zip(&tags).all(same) {
            return None;
        }
        site.tags = Arc::new(tags);
        Some(site)
    }

    /// Whether the index has nothing else to say with one document than with another of the same file.
    ///
    /// What is not compared is either not in the index, or followed in [`Site::with`] (†).
    fn has_same_shape(&self, before: &Document, after: &Document) -> bool {
        let Document {
            file,
            key,
            lang,
            front,
            // Field by field, below.
            front_digest: _,
            // Sorts works without an order (†).
            title: _,
            title_at: _,
            body: _,
            blocks: _,
            segments: _,
            // Whether anchors are shared (†).
            headings: _,
            refs: _,
            codes: _,
            notes: _,
            // What editions are to each other (†).
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
            // Sorts works (†).
            order: _,
            slug,
            // One page with a date is enough for a feed.
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

    /// The work of that key.
    pub fn work_named(&self, key: &str) -> Option<WorkId> {
        self.by_key.get(key).copied()
    }

    /// The edition in that file.
    pub fn edition_in(&self, file: &str) -> Option<(WorkId, LangId)> {
        self.by_file.get(file).copied()
    }

    /// A work by its id.
    pub fn work(&self, id: WorkId) -> &Work {
        &self.works[id.0 as usize]
    }

    /// All keys, in reading order.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.order.iter().map(|&id| self.work(id).key.as_str())
    }

    /// The home page.
    pub fn home(&self) -> WorkId {
        self.by_key[Key::HOME]
    }

    /// The source language.
    pub fn source(&self) -> LangId {
        self.config.source
    }

    /// An edition of a work.
    pub fn edition(&self, id: WorkId, lang: LangId) -> Option<&Edition> {
        self.work(id).editions[lang.0].as_ref()
    }

    /// The edition a reader of `lang` gets: in that language, or the source's, or the first there is.
    pub fn nearest_edition(&self, id: WorkId, lang: LangId) -> (LangId, &Edition) {
        let work = self.work(id);
        let order = [lang, self.source()].into_iter().chain(self.config.lang_ids());
        order.filter_map(|lang| Some((lang, work.editions[lang.0].as_ref()?))).next().expect("a work has at least one edition")
    }

    /// The chapter that a work holds, and the split it comes from.
    pub fn chapter(&self, id: WorkId) -> Option<(&Split, &Chapter)> {
        let (split, chapter) = self.work(id).chapter?;
        let split = &self.splits[split as usize];
        Some((split, &split.chapters[chapter as usize]))
    }

    /// The works from the home page's children down to this one.
    pub fn trail(&self, id: WorkId) -> Vec<WorkId> {
        let mut trail: Vec<_> = std::iter::successors(Some(id), |&id| self.work(id).parent).collect();
        trail.reverse();
        trail
    }

    /// The page of a work for readers of a language: where it stands, which edition it shows, and in which language that is.
    ///
    /// It is that of the edition in their language; where there is none, one under their language that shows the nearest
    /// other, or nothing if the site is not to have such pages.
    pub fn page(&self, id: WorkId, lang: LangId) -> Option<Page<'_>> {
        if let Some(edition) = self.edition(id, lang) {
            return Some(Page { lang, edition, path: &edition.path });
        }
        let path = self.work(id).fallbacks[lang.0].as_ref()?;
        let (lang, edition) = self.nearest_edition(id, lang);
        Some(Page { lang, edition, path })
    }

    /// The page that a reader of `lang` gets: under their language, or else the nearest edition's own.
    pub fn nearest_page(&self, id: WorkId, lang: LangId) -> Page<'_> {
        self.page(id, lang).unwrap_or_else(|| {
            let (lang, edition) = self.nearest_edition(id, lang);
            Page { lang, edition, path: &edition.path }
        })
    }

    /// The next work in reading order that has a page in the language.
    pub fn next(&self, id: WorkId, lang: LangId) -> Option<WorkId> {
        let position = self.work(id).position as usize;
        self.order[position + 1..].iter().find(|&&id| self.page(id, lang).is_some()).copied()
    }

    /// The edition that the others of a work are translations of: the source language's, or the first there is.
    pub fn source_edition(&self, id: WorkId) -> (LangId, &Edition) {
        self.nearest_edition(id, self.source())
    }

    /// How a translation stands to its source; `None` if this is the source, or there is no such edition.
    pub fn standings(&self, id: WorkId, lang: LangId) -> Option<&Arc<Standings>> {
        let (source_lang, source) = self.source_edition(id);
        let edition = self.edition(id, lang).filter(|_| lang != source_lang)?;
        Some(edition.follows().standings.get_or_init(|| {
            let source = (self.config.code(source_lang), &*source.document);
            let is_shared = |sentence| self.is_of_other_language(id, lang, sentence);
            Arc::new(Standings::of(source, (self.config.code(lang), &edition.document), is_shared))
        }))
    }

    /// Whether a sentence is called after one language, and an edition in another language than `lang` has it, without a mark's naming it.
    pub fn is_of_other_language(&self, id: WorkId, lang: LangId, sentence: SegmentId) -> bool {
        let others = || self.work(id).editions.iter().flatten().filter(|edition| edition.document.lang != lang);
        sentence.only.is_some() && others().any(|edition| edition.document.has_of_itself(sentence))
    }

    /// The id of the row that shows a segment of the edition in `lang`, where those of a pair of languages are shown side
    /// by side; `None` if it is shown in a whole block.
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

    /// The absolute URL of a path, if the site's address is known. The one function that makes such URLs.
    pub fn absolute(&self, path: &str) -> Option<String> {
        let base = self.config.base_url.as_ref()?;
        let pretty = path.strip_suffix("index.html").unwrap_or(path);
        Some(format!("{base}{}", crate::base::path::to_ascii_url(pretty)))
    }

    /// The path part of the site's address, with slashes at both ends: `/book/`. `/` if it is not known.
    pub fn base_path(&self) -> &str {
        let Some(base) = &self.config.base_url else { return "/" };
        let host = base.find("://").map_or(0, |at| at + 3);
        base[host..].find('/').map_or("/", |slash| &base[host + slash..])
    }
}
