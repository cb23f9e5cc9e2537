//! States made from the previous state, for snapshots that differ only in texts of pages and locks,
//! in templates, and in files that are copied to the site.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::Arc;

use super::prepare::KnownLock;
use super::{Known, Project, Redone, State, shown};
use crate::link;
use crate::link::touched::Touched;
use crate::load::{self, Content, Inputs};
use crate::model::{Config, Key, Limit, Lock};
use crate::parse::memo::Memo;
use crate::render::Renderer;
use crate::site::RouteKind;
use crate::translation::ids::SourceDelta;

/// The difference between two snapshots with the same files, as far as the previous state can be
/// updated for it.
#[derive(Debug, Default)]
struct Edit {
    /// Editions whose text changed.
    documents: Vec<Arc<str>>,
    /// Locks whose text changed.
    locks: Vec<Arc<str>>,
    /// True if a template may have changed.
    templates: bool,
    /// Changed files that are copied to the site.
    assets: Vec<Arc<str>>,
}

impl Edit {
    /// Compares two snapshots. Returns `None` if the state must be made whole: a file outside
    /// `templates/` was added or removed, or other stages read a changed file.
    fn between(project: &Project, known: &Known, inputs: &Inputs) -> Option<Self> {
        let before = &known.inputs;
        if before.root != inputs.root || before.problems != inputs.problems {
            return None;
        }
        let mut edit = Self::default();
        for (name, old, new) in before.files.differences(&inputs.files, load::File::same) {
            let is_text = |file: Option<&load::File>| file.is_some_and(|file| matches!(file.content, Content::Text(_)));
            if name.starts_with("templates/") {
                edit.templates = true;
            } else if old.is_none() || new.is_none() || is_text(old) != is_text(new) {
                return None;
            } else if let Some(rest) = name.strip_prefix("themes/") {
                if !rest.split_once('/').is_some_and(|(_, inside)| inside.starts_with("templates/")) {
                    return None;
                }
                edit.templates = true;
            } else if project.is_cut(&known.config, name) {
                // A plan or a source text may also be a page or a copied file.
                return None;
            } else if project.memo.knows(name) {
                edit.documents.push(Arc::clone(name));
            } else if project.locks.contains_key(name) {
                edit.locks.push(Arc::clone(name));
            } else if known.is_published(name) {
                let is_large = |file: &load::File| file.length_over(known.config.limits.of(Limit::File)).is_some();
                if old.is_some_and(is_large) || new.is_some_and(is_large) {
                    // A new size changes the text of the warning.
                    return None;
                }
                edit.assets.push(Arc::clone(name));
            } else {
                return None;
            }
        }
        Some(edit)
    }
}

impl Known {
    /// Returns true if a file of the content is copied to the site.
    fn is_published(&self, file: &str) -> bool {
        let published = file.strip_prefix("content/").and_then(|path| self.site.routes.get(path));
        published.is_some_and(|route| matches!(route.kind, RouteKind::Asset { .. }))
    }
}

impl Project {
    /// Returns the state of a snapshot that is an edit of the known one; `None` if it must be made
    /// whole.
    pub(super) fn edited(&mut self, mut known: Known, inputs: &Arc<Inputs>) -> Option<State> {
        let edit = Edit::between(self, &known, inputs)?;
        let mut redone =
            Redone { parsed: 0, answered: 0, index: false, templates: edit.templates, shared: false, problems: false };
        let mut files: BTreeSet<Arc<str>> = edit.documents.into_iter().collect();
        let mut locks: HashMap<Key, Arc<Lock>> = HashMap::new();
        for file in &edit.locks {
            let before = self.locks.remove(file)?;
            let key = before.key.clone();
            let read = KnownLock::read(file, inputs.text(file)?, &key, Some(before));
            let problems = shown(&known.config, &read.problems);
            let before = known.found.locks.insert(Arc::clone(file), problems.clone()).unwrap_or_default();
            redone.problems |= known.problems.replace(&before, &problems);
            if let Some(work) = known.site.work_named(key.as_str()) {
                // All editions of the work take their ids from the lock.
                let editions = known.site.work(work).editions.iter().flatten();
                files.extend(
                    editions.map(|edition| Arc::clone(&edition.document.file)).filter(|file| inputs.text(file).is_some()),
                );
            }
            locks.insert(key, Arc::clone(&read.lock));
            self.locks.insert(Arc::clone(file), read);
        }
        // Translations are parsed after their sources, because their input includes the sources'
        // changes since the lock.
        let is_translation = |memo: &Memo, file: &str| {
            memo.input(file).is_some_and(|input| input.is_translation(locks.get(&input.key).or(input.lock.as_ref())))
        };
        let (translations, sources): (Vec<_>, Vec<_>) = files.into_iter().partition(|file| is_translation(&self.memo, file));
        let mut waiting: VecDeque<Arc<str>> = sources.into_iter().collect();
        let mut translations: BTreeSet<Arc<str>> = translations.into_iter().collect();
        let mut source_delta: HashMap<Key, Option<Arc<SourceDelta>>> = HashMap::new();
        let mut documents = Vec::new();
        while let Some(file) = waiting.pop_front().or_else(|| translations.pop_first()) {
            let text = inputs.text(&file)?;
            let ((before, _), (document, problems)) = self.memo.parse_again(&file, |input| {
                input.text = Arc::clone(text);
                if let Some(lock) = locks.get(&input.key) {
                    input.lock = Some(Arc::clone(lock));
                }
                if let Some(source_delta) = source_delta.get(&input.key) {
                    input.source_delta.clone_from(source_delta);
                }
            })?;
            if !self.is_shown(&before) || !self.is_shown(&document) {
                return None;
            }
            if before.source_delta != document.source_delta {
                source_delta.insert(document.key.clone(), document.source_delta.clone());
                let work = known.site.work(known.site.work_named(document.key.as_str())?);
                let editions = work.editions.iter().flatten().map(|edition| &edition.document.file);
                translations.extend(editions.filter(|file| is_translation(&self.memo, file)).cloned());
            }
            let problems = shown(&known.config, &problems);
            let before = known.found.documents.insert(file, problems.clone()).unwrap_or_default();
            redone.problems |= known.problems.replace(&before, &problems);
            documents.push(document);
        }
        redone.parsed = documents.len();
        self.laps.lap("parse");
        let mut touched = Touched::Some(BTreeSet::new());
        let mut same_faces = true;
        if !documents.is_empty() {
            let works: BTreeSet<_> =
                documents.iter().map(|document| Some(known.site.edition_in(&document.file)?.0)).collect::<Option<_>>()?;
            let same_face = |new: &Arc<crate::parse::Document>| {
                let (work, lang) = known.site.edition_in(&new.file)?;
                let old = &known.site.edition(work, lang)?.document;
                let front = |it: &crate::model::FrontMatter| (it.description.clone(), it.date);
                let same_title = old.title == new.title && old.title_at.is_some() == new.title_at.is_some();
                Some(same_title && front(&old.front) == front(&new.front))
            };
            let all_same = documents.iter().all(|document| same_face(document) == Some(true));
            let site = Arc::new(known.site.with(&documents)?);
            // The shared parts of pages show titles, descriptions and dates of documents, in
            // reading order.
            same_faces = all_same && site.order == known.site.order;
            self.laps.lap("site");
            let links = Arc::new(known.links.with(&known.site, &site, &works));
            redone.answered = links.asked;
            if !Arc::ptr_eq(&links.problems, &known.links.problems) {
                let problems = shown(&known.config, &links.problems);
                let before = std::mem::replace(&mut known.found.links, problems);
                redone.problems |= known.problems.replace(&before, &known.found.links);
            }
            self.laps.lap("link");
            touched = link::touched::touched((&known.site, &known.links), (&site, &links), &works);
            redone.problems |= known.found.checks.look_again(&site, inputs, &works, &mut known.problems);
            self.laps.lap("check");
            known.site = site;
            known.links = links;
        }
        if edit.templates {
            let before = std::mem::take(&mut known.found.templates);
            let templates = self.templates(inputs, &known.config, &mut known.found.templates);
            known.found.templates = shown(&known.config, &known.found.templates);
            redone.problems |= known.problems.replace(&before, &known.found.templates);
            // Templates are reused if their texts have not changed.
            let same = matches!((&templates, &known.templates), (Some(a), Some(b)) if Arc::ptr_eq(a, b));
            if !same {
                touched = Touched::All;
                known.renderer = None;
            }
            known.templates = templates;
            self.laps.lap("templates");
        }
        if let Touched::Some(routes) = &mut touched {
            let published = edit.assets.iter().filter_map(|file| known.site.routes.get_key_value(&file["content/".len()..]));
            routes.extend(published.map(|(path, _)| Arc::clone(path)));
        }
        let renderer = known.templates.as_ref().map(|templates| {
            let (inputs, site, links) = (Arc::clone(inputs), Arc::clone(&known.site), Arc::clone(&known.links));
            match &known.renderer {
                Some(before) if same_faces => before.with(inputs, site, links),
                _ => {
                    redone.shared = true;
                    Renderer::new(inputs, site, links, Arc::clone(templates), Arc::clone(&self.highlighter))
                }
            }
        });
        known.renderer.clone_from(&renderer);
        known.inputs = Arc::clone(inputs);
        self.laps.lap("problems");
        let state = State {
            inputs: Arc::clone(inputs),
            config: Some(Arc::clone(&known.config)),
            splits: known.splits.clone(),
            split_problems: known.split_problems.clone(),
            renderer,
            problems: known.problems.clone(),
            touched,
            redone,
            laps: self.laps.clone(),
        };
        self.known = Some(known);
        Some(state)
    }

    /// Returns true if a file is a plan or a source text, even if it could not be split.
    fn is_cut(&self, config: &Config, file: &str) -> bool {
        config.plans.iter().any(|(plan, _)| *plan == *file) || self.splits.values().any(|split| *split.source_file == *file)
    }
}
