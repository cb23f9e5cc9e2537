//! A site on disk as a value that can be asked for pages: load → split → parse → site → link → check.
//!
//! [`Project::refresh`] looks at the disk and gives a new [`State`]: an immutable snapshot with all
//! that was wrong. What did not change is shared with the state before. `build`, `serve` and `check`
//! differ only in which routes they ask a state for.
//!
//! A state is made in one of two ways, which come to the same. *Whole:* every stage runs, and only parsing
//! takes from what is remembered. *Edited:* where two snapshots have the same files and differ only in the
//! texts of pages and locks, in templates and in files that are published as they are (`edited`), the state before is
//! taken, and each stage is asked to put what changed in the place of what was. A stage that cannot says so,
//! and the state is made whole. So there is one list of what an edit may be, and each stage knows for itself,
//! field by field, what it depends on: [`Site::with`], [`link::Links::with`], [`check::Checks::look_again`].

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
use crate::site::sitemap::Limits;
use crate::site::{Parts, Route, Site};
use crate::split::Split;
use crate::{check, link, output, render};

mod edited;
mod prepare;

use prepare::{KnownLock, KnownSplit, pages, theme_names};

/// What the command line may say in the place of the configuration.
#[derive(Debug, Clone, Default)]
pub struct Overrides {
    /// The address of the site, normalised ([`crate::model::config::base_url`]).
    pub base_url: Option<String>,
    /// Used if neither the configuration nor `base_url` says one.
    pub fallback_base_url: Option<String>,
    /// Whether drafts are shown.
    pub drafts: bool,
    /// The size above which the sitemap is split.
    pub sitemap_limits: Limits,
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
    /// Whether nothing is kept for another state.
    is_asked_once: bool,
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
    /// Renders a route, problems with the severities that the configuration asks for.
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
            is_asked_once: false,
            laps: Laps::default(),
        }
    }

    /// A project of the same folder that remembers nothing.
    #[must_use]
    pub fn afresh(&self) -> Self {
        Self::new(&self.root, self.overrides.clone())
    }

    /// A project that makes one state: it lets go of what another one could be made from, and of texts when nothing reads them any more, so that
    /// frames of problems have to read them again ([`load::recall`]).
    #[must_use]
    pub fn for_one_state(mut self) -> Self {
        self.is_asked_once = true;
        self.memo = Memo::asked_once();
        self
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
        self.inputs = (!self.is_asked_once).then(|| Arc::clone(&inputs));
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
            // Without sentences all but chapters are gone since parsing.
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

    /// Whether a document is a part of the site.
    fn is_shown(&self, document: &crate::parse::Document) -> bool {
        self.overrides.drafts || !document.front.draft || document.key.is_home()
    }
}

/// Lets go of the texts of pages, but for those that are source texts too: rendering reads these.
fn forget<'a>(inputs: &mut Arc<Inputs>, files: impl Iterator<Item = &'a Arc<str>>, splits: &[Arc<Split>]) {
    let inputs = Arc::make_mut(inputs);
    for file in files.filter(|file| splits.iter().all(|split| split.source_file != **file)) {
        inputs.forget(file);
    }
}
