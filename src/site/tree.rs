//! The works of a site as a tree: which there are, in which section and order, and at which paths.
//!
//! Routes are laid by [`super::route`]; what stands at a path that two things want is told there.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, OnceLock};

use super::anchor::Shares;
use super::{Edition, Site, Work, WorkId};
use crate::base::{Diagnostic, Place, code};
use crate::model::Key;
use crate::parse::Document;

/// By what the works of a section are sorted.
type SortKey = (i64, Vec<u32>, Key);

impl Site {
    /// Puts the editions of each work together; two that want one place are a problem of both.
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

    /// A work to be changed: it is copied if another index has it too.
    pub(super) fn work_mut(&mut self, id: WorkId) -> &mut Work {
        Arc::make_mut(&mut self.works[id.0 as usize])
    }

    /// Tells works which chapter they hold.
    pub(super) fn attach_chapters(&mut self) {
        for (split_index, split) in self.splits.iter().enumerate() {
            for (chapter_index, chapter) in split.chapters.iter().enumerate() {
                if let Some(&id) = self.by_key.get(chapter.key.as_str()) {
                    Arc::make_mut(&mut self.works[id.0 as usize]).chapter = Some((split_index as u32, chapter_index as u32));
                }
            }
        }
    }

    /// Puts works into sections, and all of them in reading order.
    pub(super) fn grow_tree(&mut self) {
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
    pub(super) fn sort_key(&self, id: WorkId) -> SortKey {
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

    /// Says where the page of each work stands in each language.
    pub(super) fn give_paths(&mut self) {
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
