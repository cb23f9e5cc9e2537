//! The index while it is built: works, tree, reading order, paths and tags.
//!
//! The builder sees the heads of documents ([`Head`]) and nothing else of them. So equal heads give
//! equal indexes, and [`super::Site::new`] compares no other part of a document.
//!
//! [`super::table`] adds the routes and reports collisions of paths.

use std::collections::HashMap;
use std::sync::Arc;

use rayon::prelude::*;

use super::route::INDEX;
use super::{Site, Work, WorkId};
use crate::base::{Diagnostic, Place, code, path};
use crate::model::front::feed_date;
use crate::model::{Config, Key, LangId, Language, TermNames};
use crate::parse::{Address, Document, Head};
use crate::split::Split;

/// Sort key of works in a section: order, collation key of the title, key.
type SortKey = (i64, Vec<u8>, Key);

/// Index of the site while it is built.
#[derive(Debug)]
pub(super) struct Index<'a> {
    pub(super) config: &'a Config,
    pub(super) languages: &'a [Language],
    pub(super) splits: &'a [Arc<Split>],
    pub(super) terms: &'a TermNames,
    pub(super) works: Vec<IndexedWork<'a>>,
    /// All works in reading order.
    pub(super) order: Vec<WorkId>,
    pub(super) by_key: HashMap<Key, WorkId>,
    pub(super) by_file: HashMap<Arc<str>, (WorkId, LangId)>,
    /// Work and language of each document. A second document of the same edition is left out.
    pub(super) placed: Vec<(WorkId, LangId)>,
    /// True if the site has feeds.
    pub(super) feeds: bool,
}

/// A work in the index.
#[derive(Debug)]
pub(super) struct IndexedWork<'a> {
    pub(super) key: Key,
    /// Editions per language.
    pub(super) editions: Vec<Option<IndexedEdition<'a>>>,
    /// Path of the work's page per language: the page of the edition, or a fallback page.
    pub(super) paths: Vec<Arc<str>>,
    pub(super) parent: Option<WorkId>,
    pub(super) children: Vec<WorkId>,
    pub(super) position: u32,
    pub(super) place_in_section: u32,
    pub(super) chapter: Option<(u32, u32)>,
}

/// An edition in the index.
#[derive(Debug, Clone, Copy)]
pub(super) struct IndexedEdition<'a> {
    pub(super) head: Head<'a>,
    /// Position of the document in the list that the index was built from.
    pub(super) at: usize,
}

impl<'a> Index<'a> {
    /// Builds the index without routes. Two files for one edition, and keys that differ only by
    /// case, are reported.
    pub(super) fn new(
        config: &'a Config,
        languages: &'a [Language],
        splits: &'a [Arc<Split>],
        terms: &'a TermNames,
        documents: &'a [Arc<Document>],
        problems: &mut Vec<Diagnostic>,
    ) -> Self {
        let mut index = Self {
            config,
            languages,
            splits,
            terms,
            works: Vec::new(),
            order: Vec::new(),
            by_key: HashMap::with_capacity(documents.len()),
            by_file: HashMap::with_capacity(documents.len()),
            placed: Vec::with_capacity(documents.len()),
            feeds: false,
        };
        index.gather(documents.iter().map(|document| document.head()), problems);
        index.attach_chapters();
        index.set_parents();
        index.set_order(index.by_key[Key::HOME]);
        index.set_paths();
        let editions = index.works.iter().flat_map(|work| work.editions.iter().flatten());
        let has_date = config.date.and_then(feed_date).is_some() || editions.into_iter().any(|it| it.head.address.has_feed_date);
        index.feeds = config.base_url.is_some() && has_date;
        index
    }

    /// Builds only the tree and the order again, for documents with the same addresses.
    pub(super) fn with_new_tree(site: &'a Site, documents: &'a [Arc<Document>]) -> Self {
        let work = |work: &Arc<Work>| IndexedWork {
            key: work.key.clone(),
            editions: vec![None; work.editions.len()],
            paths: Vec::new(),
            parent: work.parent,
            children: Vec::new(),
            position: 0,
            place_in_section: 0,
            chapter: work.chapter,
        };
        let mut index = Self {
            config: &site.config,
            languages: &site.languages,
            splits: &site.splits,
            terms: &site.names.terms,
            works: site.works.par_iter().map(work).collect(),
            order: Vec::new(),
            by_key: HashMap::new(),
            by_file: HashMap::new(),
            placed: Vec::new(),
            feeds: site.feeds,
        };
        for (at, (document, &(id, lang))) in documents.iter().zip(site.placed.iter()).enumerate() {
            index.work_mut(id).editions[lang.0] = Some(IndexedEdition { head: document.head(), at });
        }
        index.set_order(site.home());
        index
    }

    pub(super) fn work(&self, id: WorkId) -> &IndexedWork<'a> {
        &self.works[id.0 as usize]
    }

    fn work_mut(&mut self, id: WorkId) -> &mut IndexedWork<'a> {
        &mut self.works[id.0 as usize]
    }

    /// Returns the head of an edition.
    pub(super) fn head(&self, id: WorkId, lang: LangId) -> Option<Head<'a>> {
        self.work(id).editions[lang.0].map(|edition| edition.head)
    }

    /// Groups editions by work.
    fn gather(&mut self, heads: impl Iterator<Item = Head<'a>>, problems: &mut Vec<Diagnostic>) {
        let mut folded: HashMap<String, WorkId> = HashMap::with_capacity(self.by_key.capacity());
        for (at, head) in heads.enumerate() {
            let Address { file, key, lang, .. } = head.address;
            let id = match self.by_key.get(key) {
                Some(&id) => id,
                None => {
                    let id = WorkId(self.works.len() as u32);
                    if let Some(other) = folded.insert(key.folded(), id) {
                        let first = self.work(other).editions.iter().flatten().next().expect("a work has an edition").head;
                        problems.push(
                            Diagnostic::at(
                                &code::KEY_COLLISION,
                                Place::whole(file),
                                format!("the pages `{key}` and `{}` have the same name on systems that ignore case or variants of letters", first.address.key),
                            )
                            .also(Place::whole(first.address.file), "the other page")
                            .hint("rename one of the two"),
                        );
                    }
                    self.by_key.insert(key.clone(), id);
                    self.works.push(IndexedWork {
                        key: key.clone(),
                        editions: vec![None; self.languages.len()],
                        paths: Vec::new(),
                        parent: None,
                        children: Vec::new(),
                        position: 0,
                        place_in_section: 0,
                        chapter: None,
                    });
                    id
                }
            };
            if let Some(first) = self.head(id, lang) {
                problems.push(
                    Diagnostic::at(
                        &code::KEY_COLLISION,
                        Place::whole(file),
                        format!("two files contain the page `{key}` in the language `{}`", self.config.code(lang)),
                    )
                    .also(Place::whole(first.address.file), "the other file")
                    .hint("keep only one of the two files, either `name.md` or `name/index.md`"),
                );
                continue;
            }
            self.by_file.insert(Arc::clone(file), (id, lang));
            self.placed.push((id, lang));
            self.work_mut(id).editions[lang.0] = Some(IndexedEdition { head, at });
        }
    }

    /// Links works to the chapters that they hold.
    fn attach_chapters(&mut self) {
        for (split_index, split) in (0..).zip(self.splits) {
            for (chapter_index, chapter) in (0..).zip(&split.chapters) {
                if let Some(&id) = self.by_key.get(chapter.key.as_str()) {
                    self.work_mut(id).chapter = Some((split_index, chapter_index));
                }
            }
        }
    }

    /// Finds the section of each work.
    fn set_parents(&mut self) {
        let home = self.by_key[Key::HOME];
        for id in (0..self.works.len() as u32).map(WorkId) {
            let key = &self.work(id).key;
            if key.is_home() {
                continue;
            }
            // A folder without an index is not a section: its works belong to the next section
            // above.
            let parent = path::above(key.as_str()).find_map(|folder| self.by_key.get(folder)).copied();
            self.work_mut(id).parent = Some(parent.unwrap_or(home));
        }
    }

    /// Sorts the works of each section, and sets the reading order.
    fn set_order(&mut self, home: WorkId) {
        let keys: Vec<SortKey> = self.works.par_iter().map(|work| self.sort_key(work)).collect();
        let mut children: Vec<Vec<WorkId>> = vec![Vec::new(); self.works.len()];
        for (id, work) in (0..).map(WorkId).zip(&self.works) {
            if let Some(parent) = work.parent {
                children[parent.0 as usize].push(id);
            }
        }
        for (parent, mut list) in children.into_iter().enumerate() {
            list.sort_by(|a, b| keys[a.0 as usize].cmp(&keys[b.0 as usize]));
            for (place, id) in (0..).zip(&list) {
                self.work_mut(*id).place_in_section = place;
            }
            self.works[parent].children = list;
        }
        self.order = below(home, |id| &self.work(id).children);
        for position in 0..self.order.len() {
            let id = self.order[position];
            self.work_mut(id).position = position as u32;
        }
    }

    /// Returns the sort key of a work: `order`, then the title, then the key.
    ///
    /// The title is in the source language, or in the nearest one that the work has. All titles
    /// sort in the order of the source language: keys of two languages cannot be compared.
    fn sort_key(&self, work: &IndexedWork<'a>) -> SortKey {
        let editions = || work.editions.iter().flatten().map(|edition| edition.head);
        let source = work.editions[self.config.source.0].map(|edition| edition.head);
        let head = source.or_else(|| editions().next()).expect("a work has at least one edition");
        let order = head.front.order.or_else(|| editions().find_map(|head| head.front.order));
        let title = match order {
            // Works with an order are not sorted by title: they seldom tie, and ties are sorted by
            // key.
            Some(_) => Vec::new(),
            None => self.languages[self.config.source.0].sort_key(head.title),
        };
        (order.unwrap_or(i64::MAX), title, work.key.clone())
    }

    /// Sets the path of each work's page in each language.
    fn set_paths(&mut self) {
        for position in 0..self.order.len() {
            // Parents come before children in reading order, so their paths are known.
            let work = self.work(self.order[position]);
            let path = |lang: usize| match work.parent {
                None => format!("{}/{INDEX}", self.languages[lang].code).into(),
                Some(parent) => {
                    let parent = self.work(parent);
                    let rest = match work.key.as_str().strip_prefix(parent.key.as_str()) {
                        Some(rest) if !parent.key.is_home() => rest.trim_start_matches('/'),
                        _ => work.key.as_str(),
                    };
                    let slug = work.editions[lang].and_then(|edition| edition.head.address.slug);
                    let folder = parent.paths[lang].strip_suffix(INDEX).expect("a page is the index of its folder");
                    format!("{folder}{}/{INDEX}", self.slugs(rest, slug)).into()
                }
            };
            let paths = (0..self.languages.len()).map(path).collect();
            let id = self.order[position];
            self.work_mut(id).paths = paths;
        }
    }

    /// Returns the slugs of a key's parts as a path; `last` replaces the last part if the page has
    /// a slug of its own.
    fn slugs(&self, key: &str, last: Option<&str>) -> String {
        let pack = &self.languages[self.config.source.0].pack;
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
            (_, None) if key.is_ascii() => key.to_owned(),
            (_, None) => key.split('/').map(slug).collect::<Vec<_>>().join("/"),
        }
    }
}

/// Returns a work and all works below it, in reading order.
pub(super) fn below<'w>(id: WorkId, children: impl Fn(WorkId) -> &'w Vec<WorkId>) -> Vec<WorkId> {
    // Depth first, without recursion: keys come from people and may be deep.
    let mut stack = vec![id];
    let mut order = Vec::new();
    while let Some(id) = stack.pop() {
        order.push(id);
        stack.extend(children(id).iter().rev());
    }
    order
}
