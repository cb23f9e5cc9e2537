//! Builds one immutable index of all documents: the works and their tree, languages and routes.
//!
//! [`Site::new`] runs as a whole for every snapshot. It sees documents in three steps:
//! 1. Names, paths and routes depend on the *addresses* of documents ([`crate::parse::Address`]).
//! 2. The tree, the reading order and tags depend on their *heads* ([`crate::parse::Head`]), of
//!    which the address is a part.
//! 3. The works get the documents themselves.
//!
//! If all addresses, or all heads, and the other [`Parts`] equal those of the previous site, the
//! result of that step is shared with it. So an edit of a paragraph exchanges one work, and a new
//! title also builds the tree. A part of a document that a step needs must be in the address or the
//! head, so that no comparison misses it.
//!
//! Links are resolved by the next layer, [`crate::link`].

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::{Arc, OnceLock};

use rayon::prelude::*;

use crate::base::{Diagnostic, path};
use crate::model::{Config, Glossary, Key, LangId, Language, SegmentId, TermId, TermNames};
use crate::parse::{Document, Target};
use crate::split::{Chapter, Split};

use crate::translation::rows::RowIds;
use crate::translation::status::EditionStatus;
use anchor::Shares;
use index::{Index, IndexedEdition, IndexedWork};
use table::RouteTable;

mod anchor;
mod index;
pub mod route;
pub mod sitemap;
mod table;
mod tag;

pub use route::{Route, RouteKind};
pub use tag::{Tag, Tags, tags_path};

/// Maximum number of siblings in a menu, and of works in a site whose menus show all of them. A
/// menu must not grow with the site, since the size of the site would then grow with its square.
pub const MENU_LIMIT: usize = 100;

/// A work, as its index in [`Site::works`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WorkId(pub u32);

/// One page of the site in all its languages.
///
/// Lists with an entry for each language are in the order of the configuration. Example: the site
/// has the languages `kk` and `en`, and the work only the file `content/russia.kk.md`.
///
/// ```text
/// editions     [Some(kk/russia/index.html), None]
/// fallbacks    [None, Some(en/russia/index.html)]
/// ```
#[derive(Debug, Clone)]
pub struct Work {
    pub key: Key,
    /// The edition in each language; `None` for a language without one.
    pub editions: Vec<Option<Edition>>,
    /// For each language without an edition, the path of a page that shows another edition to its
    /// readers; `None` if there is no such page.
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
    derived: OnceLock<Box<Derived>>,
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
/// It would be stale if a document of the work changed. So [`Work::with_documents`] starts with
/// empty data.
#[derive(Debug, Clone, Default)]
struct Derived {
    /// Anchor and aliases per heading; used only for [`Shares::ById`].
    anchors: OnceLock<Vec<(String, Vec<String>)>>,
    /// Index of the heading per anchor or alias.
    by_anchor: OnceLock<HashMap<String, usize>>,
    /// Former sentences by the sentence into which they were merged; used only for the source.
    merged: OnceLock<HashMap<SegmentId, Vec<SegmentId>>>,
    row_ids: OnceLock<RowIds>,
    statuses: OnceLock<Arc<EditionStatus>>,
}

impl Edition {
    fn new(document: Arc<Document>, path: Arc<str>) -> Self {
        Self { document, path, shares: Shares::Nothing, derived: OnceLock::new() }
    }

    fn derived(&self) -> &Derived {
        self.derived.get_or_init(Box::default)
    }
}

impl Work {
    /// Makes a work without fallback pages from its place in the index.
    fn of(work: IndexedWork<'_>, documents: &[Arc<Document>], source: LangId) -> Self {
        let IndexedWork { key, editions, paths, parent, children, position, place_in_section, chapter } = work;
        let fallbacks = vec![None; paths.len()];
        let edition = |(edition, path): (Option<IndexedEdition<'_>>, Arc<str>)| {
            Some(Edition::new(Arc::clone(&documents[edition?.at]), path))
        };
        let editions = editions.into_iter().zip(paths).map(edition).collect();
        let mut work = Self { key, editions, fallbacks, parent, children, position, place_in_section, chapter };
        anchor::share(&mut work, source);
        work
    }

    /// Returns the work with other documents. Anchors and derived data are computed again.
    fn with_documents(&self, mut document: impl FnMut(&Edition) -> Arc<Document>, source: LangId) -> Self {
        let mut edition = |edition: &Edition| Edition::new(document(edition), Arc::clone(&edition.path));
        let editions = self.editions.iter().map(|it| it.as_ref().map(&mut edition)).collect();
        let mut work = Self { editions, ..self.clone() };
        anchor::share(&mut work, source);
        work
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
    pub glossary: Arc<Glossary>,
    /// The keys of drafts that are not shown.
    pub drafts: BTreeSet<Key>,
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
    /// Files of the theme: name, and path under which the file is published.
    pub theme_files: BTreeMap<String, String>,
    pub names: Arc<Names>,
    /// The terms of the site.
    pub glossary: Arc<Glossary>,
    /// Problems between files, such as two routes at one path.
    pub problems: Arc<[Diagnostic]>,
    /// The other parts that the index was built from.
    documents: Vec<Arc<Document>>,
    /// Work and language of each document, if no two are the same edition.
    placed: Arc<[(WorkId, LangId)]>,
    /// True if the routes do not depend on the reading order: no two claimed the same path.
    is_settled: bool,
    assets: Vec<Arc<str>>,
    sitemap_limits: sitemap::PartLimits,
}

/// The names by which links find their targets. [`crate::link`] resolves links again if one of them
/// changes.
#[derive(Debug, PartialEq)]
pub struct Names {
    pub config: Arc<Config>,
    pub languages: Vec<Language>,
    pub splits: Vec<Arc<Split>>,
    /// The names of the terms.
    pub terms: Arc<TermNames>,
    pub works: Vec<WorkName>,
    /// Published paths of the content's copied files.
    pub assets: HashSet<Arc<str>>,
    /// The keys of drafts that are not shown.
    pub drafts: BTreeSet<Key>,
    by_key: HashMap<Key, WorkId>,
    by_file: HashMap<Arc<str>, (WorkId, LangId)>,
}

/// The names of a work.
#[derive(Debug, PartialEq)]
pub struct WorkName {
    pub key: Key,
    /// The file of the edition in each language; `None` for a language without an edition.
    pub files: Vec<Option<Arc<str>>>,
    /// For each language, true if readers get a fallback page instead of an edition.
    pub fallbacks: Vec<bool>,
}

impl WorkName {
    fn of(work: &Work) -> Self {
        let file = |edition: &Edition| Arc::clone(&edition.document.file);
        Self {
            key: work.key.clone(),
            files: work.editions.iter().map(|edition| edition.as_ref().map(file)).collect(),
            fallbacks: work.fallbacks.iter().map(Option::is_some).collect(),
        }
    }
}

impl Names {
    /// Returns the work with a key.
    pub fn work_named(&self, key: &str) -> Option<WorkId> {
        self.by_key.get(key).copied()
    }

    /// Returns the edition in a file, as its work and language.
    pub fn edition_in(&self, file: &str) -> Option<(WorkId, LangId)> {
        self.by_file.get(file).copied()
    }

    /// Returns the work that a link to a key leads to: the work with that key or, failing that,
    /// with that path relative to the folder of the file that contains the link. A page in the
    /// folder of `china` can thus link to it with `[[china]]`.
    pub fn linked_work(&self, file: &str, key: &str) -> Option<WorkId> {
        let key = key.trim_end_matches(".md");
        self.work_named(key).or_else(|| {
            let folder = path::folder(file.strip_prefix("content/").unwrap_or(file));
            self.work_named(&path::resolve(&format!("{folder}/x"), key)?)
        })
    }

    /// Returns the term that a link in a file leads to. Pages take precedence over terms.
    ///
    /// ```text
    /// [[russia]]               the term, if no page has that key
    /// [[terms/russia]]         the term
    /// [Russia](/terms/russia)  the term
    /// ```
    pub fn linked_term(&self, file: &str, target: &Target) -> Option<TermId> {
        let in_folder = |key: &'_ str| key.strip_prefix(route::TERMS)?.strip_prefix('/').map(str::to_owned);
        match target {
            Target::Work { key, .. } if self.linked_work(file, key.as_str()).is_none() => {
                self.terms.term_named(in_folder(key.as_str()).as_deref().unwrap_or(key.as_str()))
            }
            Target::File { path, .. } => {
                let key = path.strip_prefix("content/")?;
                let term = self.terms.term_named(&in_folder(key)?);
                term.filter(|_| self.work_named(key).is_none() && !self.assets.contains(key))
            }
            _ => None,
        }
    }

    /// Returns the names of a work.
    pub fn work(&self, id: WorkId) -> &WorkName {
        &self.works[id.0 as usize]
    }

    /// Returns the language of the edition for readers of `lang`; see [`Site::nearest_edition`].
    pub fn nearest_language(&self, id: WorkId, lang: LangId) -> LangId {
        let files = &self.work(id).files;
        nearest(lang, &self.config, |lang| files[lang.0].as_ref()).0
    }
}

/// Returns the first edition in the order of languages that readers of `lang` prefer: their own,
/// then the source language, then the order of the configuration.
fn nearest<T>(lang: LangId, config: &Config, edition: impl Fn(LangId) -> Option<T>) -> (LangId, T) {
    let order = [lang, config.source].into_iter().chain(config.lang_ids());
    order.filter_map(|lang| Some((lang, edition(lang)?))).next().expect("a work has at least one edition")
}

impl Site {
    /// Builds the index. It shares with the `previous` site everything that is the same.
    pub fn new(parts: Parts, previous: Option<&Self>) -> Self {
        let Some(previous) = previous.filter(|previous| previous.has_parts_of(&parts)) else {
            return Self::build(parts, previous);
        };
        let glossary = Arc::clone(&parts.glossary);
        let pairs = || previous.documents.iter().zip(&parts.documents).filter(|(a, b)| !Arc::ptr_eq(a, b));
        if pairs().all(|(a, b)| a.head() == b.head()) {
            return Self { glossary, ..previous.with_documents(parts.documents) };
        }
        let updated = if previous.is_settled && pairs().all(|(a, b)| a.address() == b.address()) {
            previous.with_new_tree(&parts.documents)
        } else {
            None
        };
        updated.map_or_else(|| Self::build(parts, Some(previous)), |site| Self { glossary, ..site })
    }

    /// Returns true if all parts except the contents of documents and the descriptions of terms are
    /// those of this site.
    fn has_parts_of(&self, parts: &Parts) -> bool {
        let Parts { config, languages, documents, splits, assets, theme_files, sitemap_limits, glossary, drafts } = parts;
        Arc::ptr_eq(&self.config, config)
            && Arc::ptr_eq(&self.glossary.names, &glossary.names)
            && self.languages == *languages
            && self.splits.iter().map(Arc::as_ptr).eq(splits.iter().map(Arc::as_ptr))
            && self.assets == *assets
            && self.theme_files == *theme_files
            && self.sitemap_limits == *sitemap_limits
            && self.names.drafts == *drafts
            && self.documents.len() == documents.len()
    }

    /// Returns the site with other documents that have the same addresses. Returns `None` if the
    /// tags get other pages.
    fn with_new_tree(&self, documents: &[Arc<Document>]) -> Option<Self> {
        let index = Index::with_new_tree(self, documents);
        let mut problems = Vec::new();
        let tags = tag::collect(&index, &mut problems);
        if !problems.is_empty() || !tags.iter().zip(&*self.tags).all(|(a, b)| a.has_pages_of(b)) {
            return None;
        }
        let work = |(before, work): (&Arc<Work>, IndexedWork<'_>)| {
            let paths = before.editions.iter().map(|edition| edition.as_ref().map(|it| Arc::clone(&it.path)).unwrap_or_default());
            let work = IndexedWork { paths: paths.collect(), ..work };
            Arc::new(Work { fallbacks: before.fallbacks.clone(), ..Work::of(work, documents, self.config.source) })
        };
        let works = self.works.par_iter().zip(index.works).map(work).collect();
        let (order, tags) = (Arc::new(index.order), Arc::new(tags));
        Some(Self { works, order, tags, documents: documents.to_vec(), ..self.clone() })
    }

    /// Returns the site with other documents that have the same heads.
    fn with_documents(&self, documents: Vec<Arc<Document>>) -> Self {
        let mut works = self.works.clone();
        let changed = self.documents.iter().zip(&documents).filter(|(old, new)| !Arc::ptr_eq(old, new));
        let changed: HashMap<&str, &Arc<Document>> = changed.map(|(_, new)| (&*new.file, new)).collect();
        let ids: BTreeSet<WorkId> = changed.keys().filter_map(|file| Some(self.edition_in(file)?.0)).collect();
        for id in ids {
            let document = |edition: &Edition| match changed.get(&*edition.document.file) {
                Some(&changed) => Arc::clone(changed),
                None => Arc::clone(&edition.document),
            };
            let work = &mut works[id.0 as usize];
            *work = Arc::new(work.with_documents(document, self.config.source));
        }
        Self { works, documents, ..self.clone() }
    }

    fn build(parts: Parts, previous: Option<&Self>) -> Self {
        let Parts { config, languages, documents, splits, assets, theme_files, sitemap_limits, glossary, drafts } = parts;
        let mut problems = Vec::new();
        let index = Index::new(&config, &languages, &splits, &glossary.names, &documents, &mut problems);
        let tags = tag::collect(&index, &mut problems);
        let mut table = RouteTable::new(&index, &tags, &theme_files, &assets, &sitemap_limits);
        problems.append(&mut table.problems);
        let Index { works, order, by_key, by_file, placed, feeds, .. } = index;
        let is_settled = problems.is_empty() && table.is_settled;
        let mut works: Vec<Work> = works.into_iter().map(|work| Work::of(work, &documents, config.source)).collect();
        for (id, lang, path) in std::mem::take(&mut table.fallbacks) {
            works[id.0 as usize].fallbacks[lang.0] = Some(path);
        }
        let sitemap_parts = Arc::clone(&table.sitemap_parts);
        let routes = table.into_routes();
        let asset = |route: &Route| matches!(route.kind, RouteKind::Asset { .. });
        let names = Names {
            config: Arc::clone(&config),
            languages: languages.clone(),
            splits: splits.clone(),
            terms: Arc::clone(&glossary.names),
            works: works.iter().map(WorkName::of).collect(),
            assets: routes.values().filter(|route| asset(route)).map(|route| Arc::clone(&route.path)).collect(),
            drafts,
            by_key,
            by_file,
        };
        let names = match previous {
            Some(previous) if *previous.names == names => Arc::clone(&previous.names),
            _ => Arc::new(names),
        };
        Self {
            works: works.into_iter().map(Arc::new).collect(),
            order: Arc::new(order),
            routes: Arc::new(routes),
            tags: Arc::new(tags),
            feeds,
            sitemap_parts,
            glossary,
            names,
            problems: problems.into(),
            config,
            languages,
            splits,
            theme_files,
            documents,
            placed: placed.into(),
            is_settled,
            assets,
            sitemap_limits,
        }
    }

    /// Returns true if both sites share their index: works, tree, order, routes, and the heads of
    /// documents.
    pub fn shares_index_with(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.order, &other.order)
    }

    /// Returns true if a work has the same documents, in memory, as a work of another site.
    pub fn has_documents_of(&self, other: &Self, id: WorkId, other_id: WorkId) -> bool {
        let (own, other) = (&self.works[id.0 as usize], &other.works[other_id.0 as usize]);
        let document = |edition: &Option<Edition>| edition.as_ref().map(|edition| Arc::as_ptr(&edition.document));
        Arc::ptr_eq(own, other) || own.editions.iter().map(document).eq(other.editions.iter().map(document))
    }

    /// Returns the work with a key.
    pub fn work_named(&self, key: &str) -> Option<WorkId> {
        self.names.work_named(key)
    }

    /// Returns the edition in a file, as its work and language.
    pub fn edition_in(&self, file: &str) -> Option<(WorkId, LangId)> {
        self.names.edition_in(file)
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
        self.order[0]
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
        nearest(lang, &self.config, |lang| self.edition(id, lang))
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
        Some(edition.derived().statuses.get_or_init(|| {
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
            second.derived().row_ids.get_or_init(made)
        } else {
            here = made();
            &here
        };
        if lang == left { ids.of_left(segment) } else { ids.of_right(segment) }
    }

    /// Returns the URL of a term's page, from the site's root.
    pub fn term_url(&self, lang: LangId, term: TermId) -> String {
        crate::base::path::to_url(&route::term_path(self.config.code(lang), &self.glossary.term(term).key))
    }

    /// Returns the URL of the timeline, from the site's root.
    pub fn timeline_url(&self, lang: LangId) -> String {
        crate::base::path::to_url(&route::timeline_path(self.config.code(lang)))
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
