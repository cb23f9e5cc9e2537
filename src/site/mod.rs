//! All documents in, one immutable index out: works and their tree, languages, and which URL stands
//! for what.
//!
//! The index is made whole, from shared parts, at a few microseconds a page. Where only texts changed,
//! [`Site::with`] puts documents in the place of others: `has_same_shape` says of every field of a
//! document whether the index is made from it, and where one of those differs the index is made anew.
//! What links lead to is the next layer's.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, OnceLock};

use crate::base::{Diagnostic, Place, code};
use crate::model::{Config, FrontMatter, Key, LangId, Language, SegmentId};
use crate::parse::{Document, Heading};
use crate::split::{Chapter, Split};

use rows::RowIds;

pub mod pending;
pub mod route;
pub mod rows;
pub mod standing;
pub mod sync;
mod tag;

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

/// How the headings of an edition share the anchors of the source edition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shares {
    /// They do not, or this is the source edition.
    Nothing,
    /// Heading n those of heading n: without a lock, of editions that have the same headings.
    ByPosition,
    /// By the ids of the headings.
    ById,
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
        let Parts { config, languages, documents, splits, assets, theme_files } = parts;
        let mut site = Self {
            config,
            languages,
            works: Vec::new(),
            order: Arc::default(),
            splits,
            routes: Arc::default(),
            tags: Arc::default(),
            feeds: false,
            theme_files,
            by_key: Arc::default(),
            by_file: Arc::default(),
            flawless: false,
        };
        site.gather(documents, &mut problems);
        site.share_anchors();
        site.attach_chapters();
        site.grow_tree();
        site.give_paths();
        site.tags = Arc::new(tag::collect(&site, &mut problems));
        let dated =
            || site.works.iter().flat_map(|work| work.editions.iter().flatten()).any(|it| it.document.front.date.is_some());
        site.feeds = site.config.base_url.is_some() && (site.config.date.is_some() || dated());
        route::lay(&mut site, &assets, &mut problems);
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
            share_anchors(work, source_lang);
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
            aliases,
            draft,
            tags,
            template: _,
            extra: _,
        } = front;
        let old = &before.front;
        // Where an alias stands matters only if it has a problem.
        let same_aliases = if self.flawless {
            old.aliases.iter().map(|(alias, _)| alias).eq(aliases.iter().map(|(alias, _)| alias))
        } else {
            old.aliases == *aliases
        };
        same_aliases
            && before.file == *file
            && before.key == *key
            && before.lang == *lang
            && old.slug == *slug
            && old.date.is_some() == date.is_some()
            && old.draft == *draft
            && old.tags == *tags
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

    /// The anchor under which heading `index` of an edition is known in every edition of the work.
    ///
    /// The source edition's anchors are shared by the translations, so that a link to a section survives a change
    /// of language: heading by heading where ids say which is which, else by those translations that have the same
    /// headings. An anchor that a translator gave expressly stands.
    pub fn anchor<'a>(&'a self, id: WorkId, document: &'a Document, index: usize) -> &'a str {
        let own = &document.headings[index];
        match self.edition(id, document.lang).map(|edition| (edition, edition.shares)) {
            Some((_, Shares::ByPosition)) if !own.explicit => &self.source_edition(id).1.document.headings[index].anchor,
            Some((edition, Shares::ById)) => &self.anchors_by_id(id, edition)[index].0,
            _ => &own.anchor,
        }
    }

    /// Other anchors that lead to a heading of an edition: those it had before.
    pub fn aliases<'a>(&'a self, id: WorkId, document: &'a Document, index: usize) -> impl Iterator<Item = &'a str> {
        let shared = match self.edition(id, document.lang) {
            Some(edition) if edition.shares == Shares::ById => self.anchors_by_id(id, edition)[index].1.as_slice(),
            _ => &[],
        };
        document.headings[index].aliases.iter().map(|alias| &**alias).chain(shared.iter().map(String::as_str))
    }

    fn anchors_by_id<'a>(&self, id: WorkId, edition: &'a Edition) -> &'a [(String, Vec<String>)] {
        edition.follows().anchors.get_or_init(|| anchors_by_id(&self.source_edition(id).1.document, &edition.document))
    }

    /// The heading of an edition that has an anchor, or had it.
    pub fn heading_with_anchor(&self, id: WorkId, lang: LangId, anchor: &str) -> Option<usize> {
        let edition = self.edition(id, lang)?;
        let by_anchor = edition.follows().by_anchor.get_or_init(|| {
            let document = &edition.document;
            let mut by_anchor = HashMap::with_capacity(document.headings.len());
            for (index, anchor) in self.anchors(id, document).enumerate() {
                by_anchor.entry(anchor.to_owned()).or_insert(index);
            }
            for index in 0..document.headings.len() {
                for alias in self.aliases(id, document, index) {
                    by_anchor.entry(alias.to_owned()).or_insert(index);
                }
            }
            by_anchor
        });
        by_anchor.get(anchor).copied()
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

    /// Whether an edition's page has an anchor.
    pub fn has_anchor(&self, id: WorkId, lang: LangId, anchor: &str) -> bool {
        let Some(edition) = self.edition(id, lang) else { return false };
        let document = &edition.document;
        if anchor.is_empty() || anchor == "top" {
            return true;
        }
        if let Some(segment) = SegmentId::parse(anchor) {
            return segment_with_id(document, segment).is_some();
        }
        if self.heading_with_anchor(id, lang, anchor).is_some() {
            return true;
        }
        let note = anchor.strip_prefix("fn-").or_else(|| anchor.strip_prefix("fnref-"));
        note.is_some_and(|id| document.notes.iter().any(|note| note.id == id))
    }

    /// All anchors of an edition that a person would link to.
    pub fn anchors<'a>(&'a self, id: WorkId, document: &'a Document) -> impl Iterator<Item = &'a str> {
        (0..document.headings.len()).map(move |index| self.anchor(id, document, index))
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

    // Making the index.

    fn gather(&mut self, documents: Vec<Arc<Document>>, problems: &mut Vec<Diagnostic>) {
        let languages = self.languages.len();
        let mut folded: HashMap<String, WorkId> = HashMap::with_capacity(documents.len());
        let mut by_key: HashMap<Key, WorkId> = HashMap::with_capacity(documents.len());
        let mut by_file = HashMap::with_capacity(documents.len());
        for document in documents {
            let key = document.key.clone();
            let id = match by_key.get(&key) {
                Some(&id) => id,
                None => {
                    let id = WorkId(self.works.len() as u32);
                    if let Some(&other) = folded.get(&key.folded()) {
                        let first = self.works[other.0 as usize].editions.iter().flatten().next().expect("has an edition");
                        problems.push(
                            Diagnostic::at(
                                &code::KEY_COLLISION,
                                Place::whole(&document.file),
                                format!("the works `{key}` and `{}` differ only by case", first.document.key),
                            )
                            .also(Place::whole(&first.document.file), "the other work")
                            .hint("on some systems they would be one file; rename one of them"),
                        );
                    }
                    folded.insert(key.folded(), id);
                    by_key.insert(key.clone(), id);
                    self.works.push(Arc::new(Work {
                        key,
                        editions: (0..languages).map(|_| None).collect(),
                        fallbacks: vec![None; languages],
                        parent: None,
                        children: Vec::new(),
                        position: 0,
                        place_in_section: 0,
                        chapter: None,
                    }));
                    id
                }
            };
            let lang = document.lang;
            if let Some(first) = self.edition(id, lang) {
                problems.push(
                    Diagnostic::at(
                        &code::KEY_COLLISION,
                        Place::whole(&document.file),
                        format!("two files hold the work `{}` in the language `{}`", document.key, self.config.code(lang)),
                    )
                    .also(Place::whole(&first.document.file), "the other file")
                    .hint("a section is either `name.md` or `name/index.md`; keep one"),
                );
                continue;
            }
            by_file.insert(Arc::clone(&document.file), (id, lang));
            self.work_mut(id).editions[lang.0] =
                Some(Edition { document, path: "".into(), shares: Shares::Nothing, follows: OnceLock::new() });
        }
        self.by_key = Arc::new(by_key);
        self.by_file = Arc::new(by_file);
    }

    /// A work to be changed: it is copied if another index has it too.
    fn work_mut(&mut self, id: WorkId) -> &mut Work {
        Arc::make_mut(&mut self.works[id.0 as usize])
    }

    fn share_anchors(&mut self) {
        let source_lang = self.source();
        for work in &mut self.works {
            share_anchors(Arc::make_mut(work), source_lang);
        }
    }

    fn attach_chapters(&mut self) {
        for (split_index, split) in self.splits.iter().enumerate() {
            for (chapter_index, chapter) in split.chapters.iter().enumerate() {
                if let Some(&id) = self.by_key.get(chapter.key.as_str()) {
                    Arc::make_mut(&mut self.works[id.0 as usize]).chapter = Some((split_index as u32, chapter_index as u32));
                }
            }
        }
    }

    fn grow_tree(&mut self) {
        let home = self.home();
        let ids: Vec<WorkId> = (0..self.works.len() as u32).map(WorkId).collect();
        for &id in &ids {
            // A folder without an index is no section: its works are in the next section above.
            let mut parent = self.work(id).key.parent();
            while let Some(key) = parent {
                if let Some(found) = self.work_named(key.as_str()) {
                    self.work_mut(id).parent = Some(found);
                    break;
                }
                parent = key.parent();
            }
        }
        let mut children: Vec<Vec<(SortKey, WorkId)>> = vec![Vec::new(); self.works.len()];
        for &id in &ids {
            if let Some(parent) = self.work(id).parent {
                children[parent.0 as usize].push((self.sort_key(id), id));
            }
        }
        for (index, mut list) in children.into_iter().enumerate() {
            list.sort();
            for (place, (_, id)) in list.iter().enumerate() {
                self.work_mut(*id).place_in_section = place as u32;
            }
            self.work_mut(WorkId(index as u32)).children = list.into_iter().map(|(_, id)| id).collect();
        }
        let order = self.below(home);
        for (position, &id) in order.iter().enumerate() {
            self.work_mut(id).position = position as u32;
        }
        self.order = Arc::new(order);
    }

    /// A work and all that is in it, in reading order.
    pub fn below(&self, id: WorkId) -> Vec<WorkId> {
        // Depth first, without recursion: keys come from people and may be deep.
        let mut stack = vec![id];
        let mut order = Vec::new();
        while let Some(id) = stack.pop() {
            order.push(id);
            stack.extend(self.work(id).children.iter().rev());
        }
        order
    }

    /// Puts works of a section where they belong among the others, whose order has not changed.
    fn sort_again(&mut self, section: WorkId, moved: &BTreeSet<WorkId>) {
        let mut children: Vec<WorkId> = self.work(section).children.iter().copied().filter(|id| !moved.contains(id)).collect();
        for &id in moved {
            let key = self.sort_key(id);
            let place = children.partition_point(|&other| self.sort_key(other) < key);
            children.insert(place, id);
        }
        if children == self.work(section).children {
            return;
        }
        for (place, &id) in children.iter().enumerate() {
            if self.work(id).place_in_section != place as u32 {
                self.work_mut(id).place_in_section = place as u32;
            }
        }
        self.work_mut(section).children = children;
        // What is below a section is one piece of the order.
        let first = self.work(section).position as usize;
        for (position, id) in (first..).zip(self.below(section)) {
            if self.order[position] != id {
                Arc::make_mut(&mut self.order)[position] = id;
                self.work_mut(id).position = position as u32;
            }
        }
    }

    /// By `order`, then by title in the source language's alphabet, then by key.
    fn sort_key(&self, id: WorkId) -> SortKey {
        let (lang, edition) = self.nearest_edition(id, self.source());
        let front = &edition.document.front;
        let order = front.order.or_else(|| {
            let editions = self.work(id).editions.iter().flatten();
            editions.filter_map(|edition| edition.document.front.order).next()
        });
        let title = match order {
            // Ordered works seldom tie; only where they do is the title looked at, by key then.
            Some(_) => Vec::new(),
            None => self.languages[lang.0].pack.sort_key(&edition.document.title),
        };
        (order.unwrap_or(i64::MAX), title, self.work(id).key.clone())
    }

    fn give_paths(&mut self) {
        // Folders by work and language: parents come before children in reading order.
        let mut folders: Vec<Vec<Arc<str>>> = vec![Vec::new(); self.works.len()];
        for position in 0..self.order.len() {
            let id = self.order[position];
            let work = &self.works[id.0 as usize];
            let own: Vec<Arc<str>> = (0..self.languages.len())
                .map(|lang| match work.parent {
                    None => format!("{}/", self.languages[lang].code).into(),
                    Some(parent) => {
                        let parent_key = &self.works[parent.0 as usize].key;
                        let rest = match work.key.as_str().strip_prefix(parent_key.as_str()) {
                            Some(rest) if !parent_key.is_home() => rest.trim_start_matches('/'),
                            _ => work.key.as_str(),
                        };
                        let slug = work.editions[lang].as_ref().and_then(|edition| edition.document.front.slug.as_deref());
                        let tail = self.slugs(rest, slug);
                        format!("{}{tail}/", folders[parent.0 as usize][lang]).into()
                    }
                })
                .collect();
            let fallback = self.config.fallback;
            let work = self.work_mut(id);
            for (lang, edition) in work.editions.iter_mut().enumerate() {
                let path: Arc<str> = format!("{}index.html", own[lang]).into();
                match edition {
                    Some(edition) => edition.path = path,
                    // Unless something else stands there, which is known when all routes are laid.
                    None => work.fallbacks[lang] = fallback.then_some(path),
                }
            }
            folders[id.0 as usize] = own;
        }
    }

    /// The parts of a key as parts of a URL; the last may be given by the page.
    fn slugs(&self, key: &str, last: Option<&str>) -> String {
        let pack = &self.languages[self.source().0].pack;
        let slug = |part: &str| {
            if part.is_ascii() {
                return part.to_owned();
            }
            let slug = pack.slug(part);
            if slug.is_empty() { part.to_owned() } else { slug }
        };
        match (key.rfind('/'), last) {
            (Some(slash), Some(last)) => key[..slash].split('/').map(slug).chain([last.to_owned()]).collect::<Vec<_>>().join("/"),
            (None, Some(last)) => last.to_owned(),
            (_, None) => key.split('/').map(slug).collect::<Vec<_>>().join("/"),
        }
    }
}

type SortKey = (i64, Vec<u32>, Key);

/// Finds out which editions of a work have the headings of its source edition.
fn share_anchors(work: &mut Work, source_lang: LangId) {
    let mut order = [source_lang.0].into_iter().chain(0..work.editions.len());
    let Some(source) = order.find_map(|lang| work.editions[lang].as_ref()).map(|edition| Arc::clone(&edition.document)) else {
        return;
    };
    for edition in work.editions.iter_mut().flatten() {
        let own = &edition.document;
        let same_levels =
            || own.headings.iter().map(|heading| heading.level).eq(source.headings.iter().map(|heading| heading.level));
        edition.shares = if own.lang == source.lang {
            Shares::Nothing
        } else if own.lock.is_some() && source.lock.is_some() {
            Shares::ById
        } else if source.lang == source_lang && same_levels() {
            Shares::ByPosition
        } else {
            Shares::Nothing
        };
    }
}

/// The anchors of a translation's headings, each with its aliases: those of the source's headings with the same ids.
fn anchors_by_id(source: &Document, translation: &Document) -> Vec<(String, Vec<String>)> {
    let theirs: Vec<Option<&Heading>> = translation
        .headings
        .iter()
        .map(|heading| {
            let segment = heading.segment? as usize;
            let id = *translation.sentences(segment).first()?;
            let segment = source.segment_with_id(id)? as u32;
            let at = source.headings.binary_search_by_key(&Some(segment), |heading| heading.segment).ok()?;
            Some(&source.headings[at])
        })
        .collect();
    let mut taken: BTreeSet<String> = BTreeSet::new();
    let mut anchors: Vec<Option<String>> = vec![None; theirs.len()];
    for (own, anchor) in translation.headings.iter().zip(&mut anchors).filter(|(own, _)| own.explicit) {
        taken.insert(own.anchor.clone());
        *anchor = Some(own.anchor.clone());
    }
    for (their, anchor) in theirs.iter().zip(&mut anchors) {
        if let (Some(their), None) = (their, &anchor)
            && taken.insert(their.anchor.clone())
        {
            *anchor = Some(their.anchor.clone());
        }
    }
    // A heading of its own must not take the anchor of another section.
    taken.extend(source.headings.iter().map(|heading| heading.anchor.clone()));
    for (own, anchor) in translation.headings.iter().zip(&mut anchors).filter(|(_, anchor)| anchor.is_none()) {
        let mut free = own.anchor.clone();
        let mut number = 2;
        while !taken.insert(free.clone()) {
            free = format!("{}-{number}", own.anchor);
            number += 1;
        }
        *anchor = Some(free);
    }
    let anchors: Vec<String> = anchors.into_iter().flatten().collect();
    let mut taken: BTreeSet<String> = anchors.iter().cloned().collect();
    let aliases: Vec<Vec<String>> = theirs
        .iter()
        .map(|their| {
            let all = their
                .iter()
                .flat_map(|their| [their.anchor.as_str()].into_iter().chain(their.aliases.iter().map(|alias| &**alias)));
            all.filter(|alias| taken.insert((*alias).to_owned())).map(str::to_owned).collect()
        })
        .collect();
    anchors.into_iter().zip(aliases).collect()
}

/// The position of the segment with an id, in a document.
pub fn segment_with_id(document: &Document, id: SegmentId) -> Option<usize> {
    document.segment_with_id(id)
}
