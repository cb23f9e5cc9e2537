//! The works of a site as a tree: their sections, their order and their paths.
//!
//! [`super::route`] lays the routes and reports collisions of paths.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, OnceLock};

use super::anchor::Shares;
use super::{Edition, Site, Work, WorkId};
use crate::base::{Diagnostic, Place, code};
use crate::model::Key;
use crate::parse::Document;

/// Sort key of works in a section: order, collation key of the title, key.
type SortKey = (i64, Vec<u32>, Key);

impl Site {
    /// Groups editions by work. Two files for one edition, and keys that differ only by case, are
    /// reported.
    pub(super) fn gather(&mut self, documents: Vec<Arc<Document>>, problems: &mut Vec<Diagnostic>) {
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

    /// Returns a work for editing; it is cloned if another index shares it.
    pub(super) fn work_mut(&mut self, id: WorkId) -> &mut Work {
        Arc::make_mut(&mut self.works[id.0 as usize])
    }

    /// Links works to the chapters that they hold.
    pub(super) fn attach_chapters(&mut self) {
        for (split_index, split) in self.splits.iter().enumerate() {
            for (chapter_index, chapter) in split.chapters.iter().enumerate() {
                if let Some(&id) = self.by_key.get(chapter.key.as_str()) {
                    Arc::make_mut(&mut self.works[id.0 as usize]).chapter = Some((split_index as u32, chapter_index as u32));
                }
            }
        }
    }

    /// Builds the tree of sections and the reading order.
    pub(super) fn grow_tree(&mut self) {
        let home = self.home();
        let ids: Vec<WorkId> = (0..self.works.len() as u32).map(WorkId).collect();
        for &id in &ids {
            // A folder without an index is not a section: its works belong to the next section
            // above.
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

    /// Returns a work and all works below it, in reading order.
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

    /// Inserts works of a section at their new places among the others, whose order has not
    /// changed.
    pub(super) fn sort_again(&mut self, section: WorkId, moved: &BTreeSet<WorkId>) {
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
        // The works below a section are contiguous in the reading order.
        let first = self.work(section).position as usize;
        for (position, id) in (first..).zip(self.below(section)) {
            if self.order[position] != id {
                Arc::make_mut(&mut self.order)[position] = id;
                self.work_mut(id).position = position as u32;
            }
        }
    }

    /// Returns the sort key of a work: `order`, then the title by the alphabet of its language,
    /// then the key.
    ///
    /// The title is in the source language, or in the nearest one that the work has.
    pub(super) fn sort_key(&self, id: WorkId) -> SortKey {
        let (lang, edition) = self.nearest_edition(id, self.source());
        let front = &edition.document.front;
        let order = front.order.or_else(|| {
            let editions = self.work(id).editions.iter().flatten();
            editions.filter_map(|edition| edition.document.front.order).next()
        });
        let title = match order {
            // Works with an order are not sorted by title: they seldom tie, and ties are sorted by
            // key.
            Some(_) => Vec::new(),
            None => self.languages[lang.0].pack.sort_key(&edition.document.title),
        };
        (order.unwrap_or(i64::MAX), title, self.work(id).key.clone())
    }

    /// Sets the path of each work's page in each language.
    pub(super) fn give_paths(&mut self) {
        // Folders per work and language; parents come before children in reading order.
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
                    // `route::lay` removes the fallback page if another route has this path.
                    None => work.fallbacks[lang] = fallback.then_some(path),
                }
            }
            folders[id.0 as usize] = own;
        }
    }

    /// Returns the slugs of a key's parts as a path; `last` replaces the last part if the page has
    /// a slug of its own.
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
