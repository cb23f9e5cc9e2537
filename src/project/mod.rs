//! A site on disk as a value that renders pages.
//!
//! The stages run in this order: load → split → parse → site → link → check.
//!
//! [`Project::refresh`] looks at the disk and returns a new [`State`]: an immutable snapshot with
//! all its problems. Unchanged parts are shared with the previous state. `build`, `serve` and
//! `check` differ only in the routes that they ask a state for.
//!
//! A state is made in one of two ways, with equal results:
//! * *Whole:* every stage runs. Splits, locks, documents and templates come from caches if their
//!   own inputs are the same.
//! * *Edited:* each stage updates the previous state with the changes (`edited`). This requires two
//!   snapshots with the same files that differ only in texts of pages and locks, in templates, and
//!   in files that are copied to the site. If a stage cannot update its result, it says so, and the
//!   state is made whole.
//!
//! ```text
//! save of a page's text        edited: parse the page, update index, links and checks
//! save of site.yaml            whole
//! a new page                   whole
//! ```
//!
//! One list thus defines the possible edits, and each stage knows its own dependencies, field by
//! field: [`Site::with`], [`link::Links::with`], [`check::Checks::look_again`].

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::base::{Diagnostic, Digest, Failure, Problems};
use crate::check::Checks;
use crate::link::Links;
use crate::link::touched::Touched;
use crate::load::{self, Inputs};
use crate::model::{Config, LanguagePack};
use crate::output::makings;
use crate::parse::Settings;
use crate::parse::memo::Memo;
use crate::render::{Highlighter, Rendered, Renderer, Templates, template};
use crate::site::sitemap::PartLimits;
use crate::site::{Parts, Route, Site};
use crate::split::Split;
use crate::{check, link, output, render};

mod edited;
mod prepare;

use prepare::{KnownLock, KnownSplit, pages, theme_names};

/// Settings of the command line that override or complete the configuration.
#[derive(Debug, Clone, Default)]
pub struct Overrides {
    /// The address of the site, normalised ([`crate::model::config::base_url`]).
    pub base_url: Option<String>,
    /// Used if neither the configuration nor `base_url` gives an address.
    pub fallback_base_url: Option<String>,
    /// True if drafts are shown.
    pub drafts: bool,
    /// The size above which the sitemap is split.
    pub sitemap_limits: PartLimits,
}

/// A site's folder, and the values that are cached between two looks at it.
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
    /// True if no state will follow, so nothing is cached.
    is_asked_once: bool,
    laps: Laps,
}

/// The parts of the last state, if it has an index.
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
    /// All problems of the state, with severities.
    problems: Problems,
}

/// Problems by the stage that found them. Those of locks, documents, links and templates have the
/// configured severities already, and hidden ones are removed.
#[derive(Debug, Default)]
struct Found {
    /// Problems with files and their names, the configuration and the languages.
    outer: Vec<Diagnostic>,
    splits: Vec<Diagnostic>,
    /// Keyed by file.
    locks: BTreeMap<Arc<str>, Vec<Diagnostic>>,
    /// Keyed by file, for the documents that are shown.
    documents: BTreeMap<Arc<str>, Vec<Diagnostic>>,
    site: Vec<Diagnostic>,
    links: Vec<Diagnostic>,
    checks: Checks,
    templates: Vec<Diagnostic>,
}

impl Found {
    /// Returns all problems, with severities, without hidden ones.
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

/// Returns the problems with their severities, without hidden ones.
fn shown(config: &Config, problems: &[Diagnostic]) -> Vec<Diagnostic> {
    let mut problems = problems.to_vec();
    config.apply_severities(&mut problems);
    problems
}

/// The amount of work for a state: the parts that are not shared with the previous one. It exists
/// for tests; nothing depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Redone {
    /// Number of documents parsed.
    pub parsed: usize,
    /// Number of works whose links were answered.
    pub answered: usize,
    pub index: bool,
    pub templates: bool,
    /// True if the menus and other values that pages share are new.
    pub shared: bool,
    /// True if the problems may differ from those of the previous state.
    pub problems: bool,
}

/// The duration of each stage, in the order in which the stages ran. It is shown to people; nothing
/// else depends on it.
#[derive(Debug, Default, Clone)]
pub struct Laps {
    pub stages: Vec<(&'static str, Duration)>,
    last: Option<Instant>,
}

impl Laps {
    /// Ends the stage that began when the previous one ended.
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

/// A snapshot of a site, which can render its routes, and its problems.
#[derive(Debug)]
pub struct State {
    pub inputs: Arc<Inputs>,
    pub config: Option<Arc<Config>>,
    /// `None` if the configuration or the templates cannot be used at all.
    pub renderer: Option<Renderer>,
    /// The source texts after the split; the next field has the problems of their plans.
    pub splits: Vec<Arc<Split>>,
    pub split_problems: Vec<Diagnostic>,
    /// The problems of all stages except rendering.
    pub problems: Problems,
    /// The routes that may differ from the state that the project made before.
    pub touched: Touched,
    pub redone: Redone,
    pub laps: Laps,
}

impl State {
    /// Renders a route. Its problems get the severities of the configuration.
    pub fn render(&self, route: &Route) -> Rendered {
        let renderer = self.renderer.as_ref().expect("routes come from a state that can render");
        self.with_severities(output::render(renderer, route))
    }

    /// Renders the page for addresses that do not exist; its links begin with `root`.
    pub fn not_found(&self, route: &Route, root: &str) -> Rendered {
        let renderer = self.renderer.as_ref().expect("routes come from a state that can render");
        self.with_severities(renderer.not_found(route, root))
    }

    fn with_severities(&self, mut rendered: Rendered) -> Rendered {
        if let Some(config) = &self.config {
            config.apply_severities(&mut rendered.problems);
        }
        rendered
    }

    /// Highlights the code of pages in advance, for callers that render all of them.
    pub fn highlight(&self, routes: &[&Route]) {
        if let Some(renderer) = &self.renderer {
            renderer.highlight(routes);
        }
    }

    /// Returns the index of the site, if there is one.
    pub fn site(&self) -> Option<&Arc<Site>> {
        self.renderer.as_ref().map(|renderer| &renderer.site)
    }
}

impl Project {
    /// Creates a project in a folder; reads nothing yet.
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
            is_asked_once: false,
            laps: Laps::default(),
        }
    }

    /// Creates a project of the same folder with empty caches.
    #[must_use]
    pub fn afresh(&self) -> Self {
        Self::new(&self.root, self.overrides.clone())
    }

    /// Turns the project into one that makes a single state. It keeps no caches for another state,
    /// and drops texts after their last use. Frames of problems must then read the texts again
    /// ([`load::recall`]).
    #[must_use]
    pub fn for_one_state(mut self) -> Self {
        self.is_asked_once = true;
        self.memo = Memo::asked_once();
        self
    }

    /// Replaces the highlighter by one that has cached more.
    #[must_use]
    pub fn with_highlighter(mut self, highlighter: Arc<Highlighter>) -> Self {
        self.highlighter = highlighter;
        self
    }

    /// Returns the project's folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Looks at the disk and makes a new state of the site.
    pub fn refresh(&mut self) -> Result<State, Failure> {
        let inputs = self.look()?;
        Ok(self.state(inputs))
    }

    /// Looks at the disk and returns the snapshot.
    pub fn look(&mut self) -> Result<Arc<Inputs>, Failure> {
        self.laps.start();
        let inputs = Arc::new(load::refresh(&self.root, self.inputs.as_deref())?);
        self.laps.lap("load");
        self.inputs = (!self.is_asked_once).then(|| Arc::clone(&inputs));
        Ok(inputs)
    }

    /// Returns the digest of all inputs of a snapshot's state. Returns `None` if a file may have
    /// changed without a sign of it.
    pub fn digest(&self, inputs: &Inputs) -> Option<Digest> {
        let files = makings::of_inputs(inputs)?;
        // The debug output covers every field of the overrides, including later ones.
        let overrides = format!("{:?}", self.overrides);
        Some(Digest::of_parts([&files.0.to_le_bytes()[..], overrides.as_bytes()]))
    }

    /// Returns the state of a snapshot. It reads nothing but the snapshot and the caches.
    pub fn state(&mut self, inputs: Arc<Inputs>) -> State {
        match self.known.take() {
            Some(known) => self.edited(known, &inputs).unwrap_or_else(|| self.whole(inputs)),
            None => self.whole(inputs),
        }
    }

    /// Makes the state of a snapshot; every stage runs.
    fn whole(&mut self, mut inputs: Arc<Inputs>) -> State {
        let mut found = Found { outer: inputs.problems.clone(), ..Found::default() };
        let config = self.config(&inputs, &mut found.outer);
        let mut splits = Vec::new();
        let mut renderer = None;
        let mut redone = Redone { parsed: 0, answered: 0, index: true, templates: true, shared: true, problems: true };
        let mut indexed = None;
        if let Some(config) = &config {
            splits = self.splits(&inputs, config, &mut found.splits);
            self.laps.lap("split");
            let theme_files = render::theme_files(&inputs, &config.theme);
            let languages = self.languages(&inputs, config, &theme_files, &mut found.outer);
            let (pages, assets) = pages(&inputs, config, &mut found.outer);
            theme_names(&inputs, &config.theme, &mut found.outer);
            let locks = self.locks(&inputs, &pages, &mut found);
            found.locks.values_mut().for_each(|problems| *problems = shown(config, problems));
            let (parsed, fresh) = self.documents(pages, &mut inputs, config, &languages, &splits, &locks);
            redone.parsed = fresh;
            let with_problems = parsed.iter().filter(|(_, problems)| !problems.is_empty());
            found.documents = with_problems.map(|(document, it)| (Arc::clone(&document.file), shown(config, it))).collect();
            let documents = parsed.into_iter().map(|(document, _)| document).collect();
            let parts = Parts {
                config: Arc::clone(config),
                languages,
                documents,
                splits: splits.clone(),
                assets,
                theme_files,
                sitemap_limits: self.overrides.sitemap_limits,
            };
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
            // If the site has no sentences, the texts of all pages except chapters were dropped
            // after parsing.
            if self.is_asked_once && (config.segments || !splits.is_empty()) {
                let editions = site.works.iter().flat_map(|work| work.editions.iter().flatten());
                forget(&mut inputs, editions.map(|edition| &edition.document.file), &splits);
            }
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
        if let (Some(config), Some((site, links, templates)), false) = (&config, indexed, self.is_asked_once) {
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

    /// Returns true if a document is part of the site.
    fn is_shown(&self, document: &crate::parse::Document) -> bool {
        self.overrides.drafts || !document.front.draft || document.key.is_home()
    }
}

/// Drops the texts of pages, except those that are also source texts, which rendering reads.
fn forget<'a>(inputs: &mut Arc<Inputs>, files: impl Iterator<Item = &'a Arc<str>>, splits: &[Arc<Split>]) {
    let inputs = Arc::make_mut(inputs);
    for file in files.filter(|file| splits.iter().all(|split| split.source_file != **file)) {
        inputs.forget(file);
    }
}
