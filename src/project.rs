//! A site on disk as a value that can be asked for pages: load → split → parse → site → link → check.
//!
//! [`Project::refresh`] looks at the disk and gives a new [`State`]: an immutable snapshot with all
//! that was wrong. What did not change is shared with the state before. `build`, `serve` and `check`
//! differ only in which routes they ask a state for.
//!
//! A state is made in one of two ways, which come to the same. *Whole:* every stage runs, and only parsing
//! takes from what is remembered. *Edited:* where two snapshots have the same files and differ only in the
//! texts of pages and locks, in templates and in files that are published as they are (`Edit::between`), the state before is
//! taken, and each stage is asked to put what changed in the place of what was. A stage that cannot says so,
//! and the state is made whole. So there is one list of what an edit may be, and each stage knows for itself,
//! field by field, what it depends on: [`Site::with`], [`link::Links::with`], [`check::Checks::look_again`].

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::align::News;
use crate::base::{Diagnostic, Digest, Failure, Place, Problems, code, suggest, yaml};
use crate::check::Checks;
use crate::link::Links;
use crate::link::touched::Touched;
use crate::load::{self, Content, Inputs, builtin};
use crate::model::{Config, EditionName, Key, LangId, Language, LanguagePack, Lock, config, key, lock};
use crate::output::makings;
use crate::parse::memo::{Memo, Parsed};
use crate::parse::{ChapterOf, ParseInput, Settings};
use crate::render::{Highlighter, Rendered, Renderer, Templates, template};
use crate::site::{Parts, Route, RouteKind, Site};
use crate::split::{self, Split, SplitInput};
use crate::{check, link, output, render};

/// The language whose file has every string, and stands in where another's has none.
const REFERENCE: &str = "en";

/// What the command line may say in the place of the configuration.
#[derive(Debug, Clone, Default)]
pub struct Overrides {
    /// The address of the site, normalised ([`config::base_url`]).
    pub base_url: Option<String>,
    /// Used if neither the configuration nor `base_url` says one.
    pub fallback_base_url: Option<String>,
    /// Whether drafts are shown.
    pub drafts: bool,
}

/// A site's folder, and what is remembered of it between two looks.
#[derive(Debug)]
pub struct Project {
    root: PathBuf,
    overrides: Overrides,
    inputs: Option<Arc<Inputs>>,
    memo: Memo,
    splits: HashMap<Arc<str>, KnownSplit>,
    locks: HashMap<Arc<str>, KnownLock>,
    packs: HashMap<String, Arc<LanguagePack>>,
    settings: Option<Arc<Settings>>,
    templates: Option<(template::Sources, Arc<Templates>)>,
    highlighter: Arc<Highlighter>,
    known: Option<Known>,
    laps: Laps,
}

/// What the last state was made of, if it has an index.
#[derive(Debug)]
struct Known {
    inputs: Arc<Inputs>,
    config: Arc<Config>,
    splits: Vec<Arc<Split>>,
    split_problems: Vec<Diagnostic>,
    site: Arc<Site>,
    links: Arc<Links>,
    templates: Option<Arc<Templates>>,
    renderer: Option<Renderer>,
    found: Found,
    /// All of it, with severities.
    problems: Problems,
}

/// What is wrong, by what it was found in. Of what there may be much, without what nobody is to see.
#[derive(Debug, Default)]
struct Found {
    /// The files, the configuration, the languages, and what files are called.
    outer: Vec<Diagnostic>,
    splits: Vec<Diagnostic>,
    /// By file.
    locks: BTreeMap<Arc<str>, Vec<Diagnostic>>,
    /// By file, of those documents that are shown.
    documents: BTreeMap<Arc<str>, Vec<Diagnostic>>,
    site: Vec<Diagnostic>,
    links: Vec<Diagnostic>,
    checks: Checks,
    templates: Vec<Diagnostic>,
}

impl Found {
    /// All of it, as it is shown.
    fn all(&self, config: Option<&Config>) -> Problems {
        let Self { outer, splits, locks, documents, site, links, checks, templates } = self;
        let documents = locks.values().chain(documents.values()).flatten();
        let stages = outer.iter().chain(splits).chain(documents).chain(site).chain(links);
        let mut problems: Vec<Diagnostic> = stages.chain(checks.problems()).chain(templates).cloned().collect();
        if let Some(config) = config {
            config.apply_severities(&mut problems);
        }
        problems.into_iter().collect()
    }
}

/// The problems that somebody is to see.
fn shown(config: &Config, problems: &[Diagnostic]) -> Vec<Diagnostic> {
    let mut problems = problems.to_vec();
    config.apply_severities(&mut problems);
    problems
}

/// What differs between two snapshots that have the same files, as far as a state before can be gone on with.
#[derive(Debug, Default)]
struct Edit {
    /// Editions whose text is another.
    documents: Vec<Arc<str>>,
    /// Locks whose text is another.
    locks: Vec<Arc<str>>,
    /// Whether a template may be another.
    templates: bool,
    /// Files that are published as they are.
    assets: Vec<Arc<str>>,
}

impl Edit {
    /// `None` if it is more: a file that came or went, or one that other stages read.
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
                // It may be a page as well, or be published.
                return None;
            } else if project.memo.knows(name) {
                edit.documents.push(Arc::clone(name));
            } else if project.locks.contains_key(name) {
                edit.locks.push(Arc::clone(name));
            } else if known.is_published(name) {
                edit.assets.push(Arc::clone(name));
            } else {
                return None;
            }
        }
        Some(edit)
    }
}

impl Known {
    /// Whether a file of the content is copied to the site.
    fn is_published(&self, file: &str) -> bool {
        let published = file.strip_prefix("content/").and_then(|path| self.site.routes.get(path));
        published.is_some_and(|route| matches!(route.kind, RouteKind::Asset { .. }))
    }
}

/// How much work a state took: what was not shared with the state before. For tests; nothing depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Redone {
    /// How many documents were parsed.
    pub parsed: usize,
    /// Of how many works the links were answered.
    pub answered: usize,
    pub index: bool,
    pub templates: bool,
    /// Whether the menus and other values that pages share are new.
    pub shared: bool,
    /// Whether other problems were found.
    pub problems: bool,
}

/// A split and what it was made from; equal texts make an equal split.
#[derive(Debug)]
struct KnownSplit {
    plan: Arc<str>,
    source_file: Arc<str>,
    source: Arc<str>,
    split: Option<Arc<Split>>,
    problems: Vec<Diagnostic>,
}

/// A lock and what it was read from.
#[derive(Debug)]
struct KnownLock {
    text: Arc<str>,
    key: Key,
    lock: Arc<Lock>,
    problems: Vec<Diagnostic>,
}

impl KnownLock {
    /// Reads a lock; what is the same as before is shared, so that documents parsed with it stay good.
    fn read(file: &Arc<str>, text: &Arc<str>, key: &Key, before: Option<Self>) -> Self {
        match before {
            Some(before) if before.text == *text => before,
            before => {
                let (lock, problems) = Lock::read(file, text);
                let lock = match before {
                    Some(before) if *before.lock == lock => before.lock,
                    _ => Arc::new(lock),
                };
                Self { text: Arc::clone(text), key: key.clone(), lock, problems }
            }
        }
    }
}

/// How long each stage took, in the order in which they ran. For people only: nothing else depends on it.
#[derive(Debug, Default, Clone)]
pub struct Laps {
    pub stages: Vec<(&'static str, Duration)>,
    last: Option<Instant>,
}

impl Laps {
    /// Ends the stage that began with the end of the one before.
    fn lap(&mut self, stage: &'static str) {
        let now = Instant::now();
        if let Some(last) = self.last.replace(now) {
            self.stages.push((stage, now - last));
        }
    }

    fn start(&mut self) {
        self.stages.clear();
        self.last = Some(Instant::now());
    }
}

/// A snapshot of a site: what it can be asked for, and what is wrong with it.
#[derive(Debug)]
pub struct State {
    pub inputs: Arc<Inputs>,
    pub config: Option<Arc<Config>>,
    /// `None` if the configuration or the templates cannot be used at all.
    pub renderer: Option<Renderer>,
    /// The source texts as they were cut, and what was wrong with their plans.
    pub splits: Vec<Arc<Split>>,
    pub split_problems: Vec<Diagnostic>,
    /// Of all stages but rendering.
    pub problems: Problems,
    /// What may differ from the state that the project made before.
    pub touched: Touched,
    pub redone: Redone,
    pub laps: Laps,
}

impl State {
    /// Lets go of the texts of pages, of which all that is shown is in their documents by now. What there is a problem
    /// in is kept, for its frames; what is found later has to be read again for that.
    pub fn forget_texts(&mut self) {
        let Some(renderer) = &mut self.renderer else { return };
        let places = self.problems.iter().flat_map(|problem| problem.place.iter().chain(problem.others.iter().map(|it| &it.0)));
        let kept = places.map(|place| &*place.file).chain(self.splits.iter().map(|split| &*split.source_file));
        let kept: BTreeSet<&str> = kept.collect();
        let inputs = self.inputs.forget_texts(|name| renderer.site.edition_in(name).is_some() && !kept.contains(name));
        self.inputs = Arc::new(inputs);
        renderer.inputs = Arc::clone(&self.inputs);
    }

    /// Renders a route, problems with the severities that the configuration asks for.
    pub fn render(&self, route: &Route) -> Rendered {
        let renderer = self.renderer.as_ref().expect("routes come from a state that can render");
        let mut rendered = output::render(renderer, route);
        if let Some(config) = &self.config {
            config.apply_severities(&mut rendered.problems);
        }
        rendered
    }

    /// Highlights the code of pages, for whoever is going to render all of them.
    pub fn highlight(&self, routes: &[&Route]) {
        if let Some(renderer) = &self.renderer {
            renderer.highlight(routes);
        }
    }

    /// The index of the site, if there is one.
    pub fn site(&self) -> Option<&Arc<Site>> {
        self.renderer.as_ref().map(|renderer| &renderer.site)
    }
}

impl Project {
    /// A project in a folder; nothing is read yet.
    pub fn new(root: &Path, overrides: Overrides) -> Self {
        Self {
            root: root.to_owned(),
            overrides,
            inputs: None,
            memo: Memo::default(),
            splits: HashMap::new(),
            locks: HashMap::new(),
            packs: HashMap::new(),
            settings: None,
            templates: None,
            highlighter: Arc::new(Highlighter::default()),
            known: None,
            laps: Laps::default(),
        }
    }

    /// A project of the same folder that remembers nothing.
    #[must_use]
    pub fn afresh(&self) -> Self {
        Self::new(&self.root, self.overrides.clone())
    }

    /// Uses a highlighter that remembers more than a new one.
    #[must_use]
    pub fn with_highlighter(mut self, highlighter: Arc<Highlighter>) -> Self {
        self.highlighter = highlighter;
        self
    }

    /// The project's folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Looks at the disk and makes the state of the site anew.
    pub fn refresh(&mut self) -> Result<State, Failure> {
        let inputs = self.look()?;
        Ok(self.state(inputs))
    }

    /// Looks at the disk.
    pub fn look(&mut self) -> Result<Arc<Inputs>, Failure> {
        self.laps.start();
        let inputs = Arc::new(load::refresh(&self.root, self.inputs.as_deref())?);
        self.laps.lap("load");
        self.inputs = Some(Arc::clone(&inputs));
        Ok(inputs)
    }

    /// The digest of all that a state of a snapshot depends on; `None` if a file may have changed without a sign of it.
    pub fn digest(&self, inputs: &Inputs) -> Option<Digest> {
        let files = makings::of_inputs(inputs)?;
        // Of what the command line says, all is in it by being a field.
        let overrides = format!("{:?}", self.overrides);
        Some(Digest::of_parts([&files.0.to_le_bytes()[..], overrides.as_bytes()]))
    }

    /// The state of a snapshot: pure, but for what is remembered.
    pub fn state(&mut self, inputs: Arc<Inputs>) -> State {
        match self.known.take() {
            Some(known) => self.edited(known, &inputs).unwrap_or_else(|| self.whole(inputs)),
            None => self.whole(inputs),
        }
    }

    /// The state of a snapshot, every stage from the beginning.
    fn whole(&mut self, inputs: Arc<Inputs>) -> State {
        let mut found = Found { outer: inputs.problems.clone(), ..Found::default() };
        let config = self.config(&inputs, &mut found.outer);
        let mut splits = Vec::new();
        let mut renderer = None;
        let mut redone = Redone { parsed: 0, answered: 0, index: true, templates: true, shared: true, problems: true };
        let mut indexed = None;
        if let Some(config) = &config {
            splits = self.splits(&inputs, config, &mut found.splits);
            self.laps.lap("split");
            let languages = self.languages(&inputs, config, &mut found.outer);
            let (pages, assets) = pages(&inputs, config, &mut found.outer);
            let locks = self.locks(&inputs, &pages, &mut found);
            let (parsed, fresh) = self.documents(pages, &inputs, config, &languages, &splits, &locks);
            redone.parsed = fresh;
            let with_problems = parsed.iter().filter(|(_, problems)| !problems.is_empty());
            found.documents = with_problems.map(|(document, it)| (Arc::clone(&document.file), shown(config, it))).collect();
            let documents = parsed.into_iter().map(|(document, _)| document).collect();
            let theme_files = render::theme_files(&inputs, &config.theme);
            let parts = Parts { config: Arc::clone(config), languages, documents, splits: splits.clone(), assets, theme_files };
            self.laps.lap("parse");
            let (site, problems) = Site::new(parts);
            let site = Arc::new(site);
            found.site = problems;
            self.laps.lap("site");
            let links = Arc::new(link::link(&site));
            redone.answered = links.asked;
            found.links = shown(config, &links.problems);
            self.laps.lap("link");
            found.checks = check::check(&site, &inputs);
            self.laps.lap("check");
            let templates = self.templates(&inputs, config, &mut found.templates);
            found.templates = shown(config, &found.templates);
            renderer = templates.as_ref().map(|templates| {
                let (site, links, templates) = (Arc::clone(&site), Arc::clone(&links), Arc::clone(templates));
                Renderer::new(Arc::clone(&inputs), site, links, templates, Arc::clone(&self.highlighter))
            });
            self.laps.lap("templates");
            indexed = Some((site, links, templates));
        }
        let problems = found.all(config.as_deref());
        let split_problems = found.splits.clone();
        if let (Some(config), Some((site, links, templates))) = (&config, indexed) {
            self.known = Some(Known {
                inputs: Arc::clone(&inputs),
                config: Arc::clone(config),
                splits: splits.clone(),
                split_problems: split_problems.clone(),
                site,
                links,
                templates,
                renderer: renderer.clone(),
                found,
                problems: problems.clone(),
            });
        }
        self.laps.lap("problems");
        let laps = self.laps.clone();
        State { inputs, config, splits, split_problems, renderer, problems, touched: Touched::All, redone, laps }
    }

    /// The state of a snapshot that is an edit of the one that is known; `None` if it is more than that.
    fn edited(&mut self, mut known: Known, inputs: &Arc<Inputs>) -> Option<State> {
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
                // All editions have their ids from it.
                let editions = known.site.work(work).editions.iter().flatten();
                files.extend(
                    editions.map(|edition| Arc::clone(&edition.document.file)).filter(|file| inputs.text(file).is_some()),
                );
            }
            locks.insert(key, Arc::clone(&read.lock));
            self.locks.insert(Arc::clone(file), read);
        }
        // Translations come second, since their sources tell what is new in them.
        let is_translation = |memo: &Memo, file: &str| {
            memo.input(file).is_some_and(|input| input.is_translation(locks.get(&input.key).or(input.lock.as_ref())))
        };
        let (translations, sources): (Vec<_>, Vec<_>) = files.into_iter().partition(|file| is_translation(&self.memo, file));
        let mut waiting: VecDeque<Arc<str>> = sources.into_iter().collect();
        let mut translations: BTreeSet<Arc<str>> = translations.into_iter().collect();
        let mut news: HashMap<Key, Option<Arc<News>>> = HashMap::new();
        let mut documents = Vec::new();
        while let Some(file) = waiting.pop_front().or_else(|| translations.pop_first()) {
            let text = inputs.text(&file)?;
            let ((before, _), (document, problems)) = self.memo.parse_again(&file, |input| {
                input.text = Arc::clone(text);
                if let Some(lock) = locks.get(&input.key) {
                    input.lock = Some(Arc::clone(lock));
                }
                if let Some(news) = news.get(&input.key) {
                    input.news.clone_from(news);
                }
            })?;
            if !self.is_shown(&before) || !self.is_shown(&document) {
                return None;
            }
            if before.news != document.news {
                news.insert(document.key.clone(), document.news.clone());
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
                Some(old.title == new.title && front(&old.front) == front(&new.front))
            };
            let all_same = documents.iter().all(|document| same_face(document) == Some(true));
            let site = Arc::new(known.site.with(&documents)?);
            // All that is shared and shows anything of documents shows these, in an order.
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
            // The same ones if the texts are those that they were made of.
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

    /// Whether a file is a plan or a source text, whatever came of it.
    fn is_cut(&self, config: &Config, file: &str) -> bool {
        config.plans.iter().any(|(plan, _)| *plan == *file) || self.splits.values().any(|split| *split.source_file == *file)
    }

    /// Whether a document is a part of the site.
    fn is_shown(&self, document: &crate::parse::Document) -> bool {
        self.overrides.drafts || !document.front.draft || document.key.is_home()
    }

    fn config(&self, inputs: &Inputs, problems: &mut Vec<Diagnostic>) -> Option<Arc<Config>> {
        let Some((file, text)) = inputs.name(config::FILE).and_then(|file| Some((file, inputs.text(file)?))) else {
            problems.push(
                Diagnostic::nowhere(&code::NO_CONFIG, format!("there is no `{}` in `{}`", config::FILE, self.root.display()))
                    .hint("`tilmash init DIR` makes a site; `--root DIR` names another folder"),
            );
            return None;
        };
        let (config, found) = Config::read(file, text);
        problems.extend(found);
        let mut config = config?;
        let folders = inputs.below("themes").filter_map(|(path, _)| Some(path["themes/".len()..].split_once('/')?.0));
        let themes: BTreeSet<&str> = folders.chain(["default"]).collect();
        if let Some(place) = &config.theme_place
            && !themes.contains(config.theme.as_str())
        {
            let hint = suggest::did_you_mean(&config.theme, themes.iter().copied())
                .unwrap_or_else(|| format!("the themes are: {}", themes.into_iter().collect::<Vec<_>>().join(", ")));
            let message = format!("there is no theme `{}`", config.theme);
            problems.push(Diagnostic::at(&code::BAD_VALUE, place.clone(), message).hint(hint));
        }
        if let Some(url) = &self.overrides.base_url {
            config.base_url = Some(url.clone());
        }
        config.base_url = config.base_url.or_else(|| config.cname.as_ref().map(|name| format!("https://{name}/")));
        config.base_url = config.base_url.or_else(|| self.overrides.fallback_base_url.clone());
        Some(Arc::new(config))
    }

    /// The site's languages, with every string: what a language does not say is said in another.
    fn languages(&mut self, inputs: &Inputs, config: &Config, problems: &mut Vec<Diagnostic>) -> Vec<Language> {
        let reference = pack(inputs, &config.theme, REFERENCE, &mut Vec::new());
        let known: BTreeSet<String> = builtin::below("themes/default/languages")
            .filter_map(|(path, _)| crate::base::path::file_name(path).strip_suffix(".yaml"))
            .map(str::to_owned)
            .collect();
        let mut languages = Vec::new();
        for language in &config.languages {
            let code = &language.code;
            let mut own = pack(inputs, &config.theme, code, problems);
            if let Some(name) = &language.name {
                own.name.clone_from(name);
            }
            if own.name.is_empty() {
                own.name.clone_from(code);
            }
            let missing: Vec<&str> =
                reference.strings.keys().map(String::as_str).filter(|name| !own.strings.contains_key(*name)).collect();
            if !missing.is_empty() {
                let shown = missing.iter().take(8).copied().collect::<Vec<_>>().join(", ");
                let more = missing.len().saturating_sub(8);
                let list = if more > 0 { format!("{shown} and {more} more") } else { shown };
                problems.push(
                    Diagnostic::at(
                        &code::MISSING_STRING,
                        language.place.clone(),
                        format!("`{code}` lacks words of the interface: {list}"),
                    )
                    .hint(format!("write them in `themes/{}/languages/{code}.yaml`, under `strings:`", config.theme))
                    .maybe_hint(
                        (!known.contains(code)).then(|| suggest::did_you_mean(code, known.iter().map(String::as_str))).flatten(),
                    ),
                );
            }
            own.fill_from(&reference);
            // The old value if it is equal, so that documents parsed with it stay good.
            let own = match self.packs.get(code) {
                Some(before) if **before == own => Arc::clone(before),
                _ => Arc::new(own),
            };
            self.packs.insert(code.clone(), Arc::clone(&own));
            languages.push(Language { code: code.clone(), pack: own });
        }
        languages
    }

    fn splits(&mut self, inputs: &Inputs, config: &Config, problems: &mut Vec<Diagnostic>) -> Vec<Arc<Split>> {
        let mut splits = Vec::new();
        let mut known = HashMap::new();
        for (path, place) in &config.plans {
            let Some((file, plan)) = inputs.name(path).and_then(|file| Some((file, inputs.text(file)?))) else {
                let candidates = inputs.files.keys().map(|file| &**file).filter(|file| file.ends_with(".yaml"));
                problems.push(
                    Diagnostic::at(&code::BAD_VALUE, place.clone(), format!("there is no plan `{path}`"))
                        .maybe_hint(suggest::did_you_mean(path, candidates)),
                );
                continue;
            };
            let (source_path, source_place) = match split::read_source_name(file, plan) {
                Ok(found) => found,
                Err(found) => {
                    problems.extend(found);
                    continue;
                }
            };
            let Some((source_file, source)) = inputs.name(&source_path).and_then(|file| Some((file, inputs.text(file)?))) else {
                let candidates = inputs.files.keys().map(|file| &**file).filter(|file| file.contains("/_"));
                problems.push(
                    Diagnostic::at(&code::BAD_VALUE, source_place, format!("there is no source text `{source_path}`"))
                        .maybe_hint(suggest::did_you_mean(&source_path, candidates)),
                );
                continue;
            };
            let entry = match self.splits.remove(file) {
                Some(entry) if *entry.plan == **plan && *entry.source == **source => entry,
                _ => {
                    let input = SplitInput { plan_file: file, plan, source_file, source };
                    let (split, found) = split::split(&input);
                    KnownSplit {
                        plan: Arc::clone(plan),
                        source_file: Arc::clone(source_file),
                        source: Arc::clone(source),
                        split: split.map(Arc::new),
                        problems: found,
                    }
                }
            };
            problems.extend(entry.problems.iter().cloned());
            splits.extend(entry.split.clone());
            known.insert(Arc::clone(file), entry);
        }
        self.splits = known;
        splits
    }

    /// The locks, by the work that they are of.
    fn locks(&mut self, inputs: &Inputs, pages: &[Page], found: &mut Found) -> HashMap<Key, Arc<Lock>> {
        let mut before = std::mem::take(&mut self.locks);
        let mut locks: HashMap<Key, (Arc<Lock>, &Arc<str>)> = HashMap::new();
        let mut keys: Option<std::collections::HashSet<&Key>> = None;
        for (file, _) in inputs.below("content").filter(|(file, _)| file.ends_with(lock::ENDING)) {
            let (Some(key), Some(text)) = (key::of_lock(&file["content/".len()..]), inputs.text(file)) else { continue };
            let keys = keys.get_or_insert_with(|| pages.iter().map(|page| &page.key).collect());
            if !keys.contains(&key) {
                let names = keys.iter().map(|key| key.as_str()).collect::<BTreeSet<_>>();
                let message = format!("there is no work `{key}` that this lock could be of");
                found.outer.push(
                    Diagnostic::at(&code::STRAY_LOCK, Place::whole(file), message)
                        .maybe_hint(suggest::did_you_mean(key.as_str(), names))
                        .hint("a work that is renamed takes its lock along; the lock of one that is gone can go too"),
                );
                continue;
            }
            let read = KnownLock::read(file, text, &key, before.remove(file));
            if !read.problems.is_empty() {
                found.locks.insert(Arc::clone(file), read.problems.clone());
            }
            if let Some((_, first)) = locks.get(&key) {
                found.outer.push(
                    Diagnostic::at(&code::STRAY_LOCK, Place::whole(file), format!("the work `{key}` has two locks"))
                        .also(Place::whole(first), "this one is used")
                        .hint("delete one of them"),
                );
                continue;
            }
            locks.insert(key, (Arc::clone(&read.lock), file));
            self.locks.insert(Arc::clone(file), read);
        }
        locks.into_iter().map(|(key, (lock, _))| (key, lock)).collect()
    }

    /// The documents that are shown, and how many had to be parsed.
    fn documents(
        &mut self,
        pages: Vec<Page>,
        inputs: &Inputs,
        config: &Config,
        languages: &[Language],
        splits: &[Arc<Split>],
        locks: &HashMap<Key, Arc<Lock>>,
    ) -> (Vec<Parsed>, usize) {
        let settings = Settings {
            raw_html: config.raw_html,
            smart_punctuation: config.smart_punctuation,
            highlight: config.highlight,
            segments: config.segments,
            languages: config.languages.iter().map(|language| language.code.clone()).collect(),
            source: config.source,
        };
        let settings = match &self.settings {
            Some(before) if **before == settings => Arc::clone(before),
            _ => Arc::new(settings),
        };
        self.settings = Some(Arc::clone(&settings));
        let mut chapters: HashMap<&str, ChapterOf> = HashMap::new();
        for split in splits {
            for (index, chapter) in split.chapters.iter().enumerate() {
                chapters.insert(&chapter.file, ChapterOf { split: Arc::clone(split), index });
            }
        }
        let mut parse_inputs: Vec<ParseInput> = Vec::with_capacity(pages.len() + languages.len());
        for page in pages {
            let Some(text) = inputs.text(&page.file) else { continue };
            parse_inputs.push(ParseInput {
                text: Arc::clone(text),
                lock: locks.get(&page.key).cloned(),
                key: page.key,
                lang: page.lang,
                settings: Arc::clone(&settings),
                pack: Arc::clone(&languages[page.lang.0].pack),
                chapter: chapters.get(&*page.file).cloned(),
                news: None,
                file: page.file,
            });
        }
        for (index, language) in languages.iter().enumerate() {
            if parse_inputs.iter().any(|input| input.lang.0 == index && input.key.is_home()) {
                continue;
            }
            // Every language has a home page: where nobody wrote one, it has the title of the site.
            let title = yaml::quoted(config.title.get(&language.code).unwrap_or(&language.code));
            parse_inputs.push(ParseInput {
                file: format!("content/index.{}.md", language.code).into(),
                text: format!("---\ntitle: {title}\n---\n").into(),
                key: Key::new(Key::HOME),
                lang: LangId(index),
                settings: Arc::clone(&settings),
                pack: Arc::clone(&language.pack),
                chapter: None,
                lock: None,
                news: None,
            });
        }
        let (mut parsed, fresh) = self.memo.parse_all(parse_inputs);
        parsed.retain(|(document, _)| self.is_shown(document));
        (parsed, fresh)
    }

    fn templates(&mut self, inputs: &Inputs, config: &Config, problems: &mut Vec<Diagnostic>) -> Option<Arc<Templates>> {
        let sources = template::sources(inputs, &config.theme);
        if let Some((before, templates)) = &self.templates
            && *before == sources
        {
            return Some(Arc::clone(templates));
        }
        match Templates::new(&sources) {
            Ok(templates) => {
                let templates = Arc::new(templates);
                self.templates = Some((sources, Arc::clone(&templates)));
                Some(templates)
            }
            Err(found) => {
                problems.extend(found);
                None
            }
        }
    }
}

/// A Markdown file that is an edition.
struct Page {
    file: Arc<str>,
    key: Key,
    lang: LangId,
}

/// Sorts the files of the content into editions and files that are published as they are.
fn pages(inputs: &Inputs, config: &Config, problems: &mut Vec<Diagnostic>) -> (Vec<Page>, Vec<Arc<str>>) {
    let mut pages = Vec::new();
    let mut assets = Vec::new();
    for (file, content) in inputs.below("content") {
        let path = &file["content/".len()..];
        if path.split('/').any(|part| part.starts_with('_')) || path.ends_with(lock::ENDING) {
            continue;
        }
        if !path.ends_with(".md") || matches!(content.content, Content::Binary { .. }) {
            assets.push(Arc::clone(file));
            continue;
        }
        let Some(name) = EditionName::of(path, |code| config.language(code).is_some()) else { continue };
        if let Some(code) = foreign_language(inputs, config, file) {
            problems.push(config::unknown_language(code, Place::whole(file), &config.languages));
            continue;
        }
        let lang = match name.language.and_then(|code| config.language(&code)) {
            Some(lang) => lang,
            None => {
                if config.languages.len() > 1 {
                    let code = config.code(config.source);
                    let stem = path.strip_suffix(".md").unwrap_or(path);
                    problems.push(
                        Diagnostic::at(
                            &code::NO_LANGUAGE,
                            Place::whole(file),
                            format!("`{file}` does not say its language; `{code}` is assumed"),
                        )
                        .hint(format!("call it `content/{stem}.{code}.md`")),
                    );
                }
                config.source
            }
        };
        pages.push(Page { file: Arc::clone(file), key: name.key, lang });
    }
    (pages, assets)
}

/// The language in the name of a page that the site does not have: `a.ru.md`. What stands there may as well
/// be a part of the name (`notes.old.md`), so it is meant as a language only if the same page is there in one
/// of the site's languages; a page without any (`a.md`) says so beside two letters only.
fn foreign_language<'a>(inputs: &Inputs, config: &Config, file: &'a str) -> Option<&'a str> {
    let (stem, code) = file.strip_suffix(".md")?.rsplit_once('.')?;
    if config.language(code).is_some() || !key::looks_like_language(code) {
        return None;
    }
    let is_there = |language: &config::LanguageConfig| inputs.name(&format!("{stem}.{}.md", language.code)).is_some();
    let beside_plain =
        || code.split('-').next().is_some_and(|tag| tag.len() == 2) && inputs.name(&format!("{stem}.md")).is_some();
    (config.languages.iter().any(is_there) || beside_plain()).then_some(code)
}

/// The file of a language: the built-in one, with the theme's and the site's own on top.
fn pack(inputs: &Inputs, theme: &str, code: &str, problems: &mut Vec<Diagnostic>) -> LanguagePack {
    let mut pack = LanguagePack::default();
    let name = format!("languages/{code}.yaml");
    let default = format!("themes/default/{name}");
    if let Some(bytes) = builtin::file(&default) {
        let text = std::str::from_utf8(bytes).expect("built-in language files are UTF-8");
        let file: Arc<str> = default.as_str().into();
        match yaml::read(&file, text, 0..text.len()) {
            Ok(node) => pack = pack.overlaid(&node, problems),
            Err(problem) => problems.push(problem),
        }
    }
    let own = format!("themes/{theme}/{name}");
    let mut files = vec![default];
    if own != files[0] {
        files.push(own);
    }
    for path in files {
        let Some((file, text)) = inputs.name(&path).and_then(|file| Some((file, inputs.text(file)?))) else { continue };
        match yaml::read(file, text, 0..text.len()) {
            Ok(node) => pack = pack.overlaid(&node, problems),
            Err(problem) => problems.push(problem),
        }
    }
    pack
}
