//! A site on disk as a value that renders pages.
//!
//! The stages run in this order: load → split → parse → site → link → check.
//!
//! [`Project::refresh`] looks at the disk and returns a new [`State`]: an immutable snapshot with
//! all its problems. `build`, `serve` and `check` differ only in the routes that they ask a state
//! for.
//!
//! Every stage runs for every snapshot, as a whole. Each gets its previous result, and shares with
//! it everything whose inputs are the same:
//!
//! | stage | unit | inputs |
//! |---|---|---|
//! | languages | all | the configuration and the files of `themes/` |
//! | split | source text | plan and source text |
//! | parse | file | [`crate::parse::ParseInput`] |
//! | site | index | the heads of all documents and [`Parts`] |
//! | link | work | its documents, the names of the site, the works that it quotes or names anchors of |
//! | terms | file | its text and the configuration |
//! | mentions | work | its documents, the names of the site and of its terms, the languages |
//! | check | work | its documents and mentions, the configuration, the languages, the names of terms |
//! | templates | all | their texts |
//! | shared values of pages | all | the index and the templates |
//!
//! So an edit of a paragraph parses one file, resolves the links of one work and checks it. No code
//! interprets the difference between two snapshots.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::base::{Diagnostic, Digest, Failure, Problems};
use crate::check::Checks;
use crate::link::Links;
use crate::load::{self, Inputs};
use crate::model::{Config, LanguagePack};
use crate::output;
use crate::output::fingerprints;
use crate::parse::Settings;
use crate::parse::memo::Memo;
use crate::render::{Highlighter, Rendered, Renderer, Templates};
use crate::site::sitemap::PartLimits;
use crate::site::{Parts, Route, Site};
use crate::split::Split;
use crate::terms::Mentions;

mod diagnostics;
mod languages;
mod listing;
mod prepare;
mod stats;

use diagnostics::StageDiagnostics;
use languages::{Theme, themes_alike};
use listing::{Listing, lists_alike};
use prepare::{CachedGlossary, CachedLock, CachedSplit, ParseSettings};
pub use stats::{RebuildStats, StageTimings};

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
    config: Option<Arc<Config>>,
    splits: HashMap<Arc<str>, CachedSplit>,
    locks: HashMap<Arc<str>, CachedLock>,
    glossary: Option<Arc<CachedGlossary>>,
    packs: HashMap<String, Arc<LanguagePack>>,
    settings: Option<Arc<Settings>>,
    highlighter: Arc<Highlighter>,
    previous: Option<PreviousState>,
    /// True if no state will follow, so nothing is cached.
    is_for_one_state: bool,
    timings: StageTimings,
}

/// The last state with a configuration. The next one shares its parts where they are the same.
#[derive(Debug)]
struct PreviousState {
    inputs: Arc<Inputs>,
    config: Arc<Config>,
    listing: Arc<Listing>,
    theme: Arc<Theme>,
    site: Arc<Site>,
    links: Arc<Links>,
    mentions: Arc<Mentions>,
    checks: Checks,
    templates: Option<Arc<Templates>>,
    renderer: Option<Renderer>,
    diagnostics: StageDiagnostics,
    /// All problems of the state, with severities.
    problems: Problems,
}

/// Returns the previous value if the new one equals it. Later stages compare pointers.
fn shared<T: PartialEq>(previous: Option<&Arc<T>>, now: T) -> Arc<T> {
    match previous {
        Some(previous) if **previous == now => Arc::clone(previous),
        _ => Arc::new(now),
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
    pub stats: RebuildStats,
    pub timings: StageTimings,
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
            config: None,
            splits: HashMap::new(),
            locks: HashMap::new(),
            glossary: None,
            packs: HashMap::new(),
            settings: None,
            highlighter: Arc::new(Highlighter::default()),
            previous: None,
            is_for_one_state: false,
            timings: StageTimings::default(),
        }
    }

    /// Creates a project of the same folder with empty caches.
    #[must_use]
    pub fn afresh(&self) -> Self {
        Self::new(&self.root, self.overrides.clone())
    }

    /// Turns the project into one that makes a single state. It keeps no caches for another state,
    /// and drops texts after their last use. Frames of problems must then read the texts again
    /// ([`load::reload_text`]).
    #[must_use]
    pub fn for_one_state(mut self) -> Self {
        self.is_for_one_state = true;
        self.memo = Memo::uncached();
        self
    }

    /// Uses a given highlighter, such as one with the cache of earlier runs.
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
        self.timings.start();
        let inputs = Arc::new(load::refresh(&self.root, self.inputs.as_deref())?);
        self.timings.end("load");
        self.inputs = (!self.is_for_one_state).then(|| Arc::clone(&inputs));
        Ok(inputs)
    }

    /// Returns the digest of all inputs of a snapshot's state. Returns `None` if a file may have
    /// changed without a sign of it.
    pub fn digest(&self, inputs: &Inputs) -> Option<Digest> {
        let files = fingerprints::of_inputs(inputs)?;
        // The debug output covers every field of the overrides, including later ones.
        let overrides = format!("{:?}", self.overrides);
        Some(Digest::of_parts([&files.0.to_le_bytes()[..], overrides.as_bytes()]))
    }

    /// Returns the state of a snapshot. It reads nothing but the snapshot and the caches.
    pub fn state(&mut self, mut inputs: Arc<Inputs>) -> State {
        let mut problems = inputs.problems.clone();
        let Some(config) = self.config(&inputs, &mut problems) else {
            return self.without_configuration(inputs, problems);
        };
        let previous = self.previous.take();
        let (splits, split_problems) = self.splits(&inputs, &config);
        problems.extend(split_problems.iter().cloned());
        self.timings.end("split");
        let listing = match &previous {
            Some(it) if Arc::ptr_eq(&it.config, &config) && lists_alike(&it.inputs, &inputs) => Arc::clone(&it.listing),
            _ => Arc::new(Listing::new(&inputs, &config)),
        };
        let theme = match &previous {
            Some(it) if Arc::ptr_eq(&it.config, &config) && themes_alike(&it.inputs, &inputs) => Arc::clone(&it.theme),
            _ => Arc::new(self.theme(&inputs, &config)),
        };
        let mut diagnostics = StageDiagnostics {
            project: vec![problems.into(), Arc::clone(&listing.problems), Arc::clone(&theme.problems)],
            locks: self.read_locks(&inputs, &listing),
            ..StageDiagnostics::default()
        };
        let settings = ParseSettings { config: &config, languages: &theme.languages, splits: &splits };
        let (parsed, drafts, fresh) = self.documents(&mut inputs, &listing, &settings);
        diagnostics.documents = parsed.iter().map(|(_, problems)| Arc::clone(problems)).collect();
        self.timings.end("parse");
        let glossary = self.glossary(&inputs, &config, &theme.languages);
        diagnostics.project.push(Arc::clone(&glossary.problems));
        let parts = Parts {
            glossary: Arc::clone(&glossary.glossary),
            config: Arc::clone(&config),
            languages: theme.languages.clone(),
            documents: parsed.into_iter().map(|(document, _)| document).collect(),
            splits: splits.clone(),
            assets: listing.assets.clone(),
            theme_files: theme.files.clone(),
            sitemap_limits: self.overrides.sitemap_limits,
            drafts,
        };
        let before = previous.as_ref();
        let site = Arc::new(Site::new(parts, before.map(|it| &*it.site)));
        diagnostics.site = vec![Arc::clone(&site.problems)];
        self.timings.end("site");
        let links = Arc::new(Links::new(&site, before.map(|it| (&*it.site, &*it.links))));
        diagnostics.links = links.problems.values().cloned().collect();
        self.timings.end("link");
        let mentions = Arc::new(Mentions::new(&site, before.map(|it| (&*it.site, &*it.mentions))));
        self.timings.end("terms");
        let before_checks = before.map(|it| (&*it.site, &*it.mentions, &it.checks));
        let checks = Checks::new(&site, &inputs, (&links, &mentions), before_checks);
        diagnostics.checks = checks.lists().cloned().collect();
        if self.is_for_one_state {
            drop_checked_texts(&mut inputs, &site);
        }
        self.timings.end("check");
        let mut problems = Vec::new();
        let templates = Self::templates(&inputs, &config, &mut problems);
        diagnostics.templates = vec![problems.into()];
        let renderer = templates.as_ref().map(|templates| {
            let parts = (Arc::clone(&inputs), Arc::clone(&site), Arc::clone(&links), Arc::clone(&mentions));
            Renderer::new(parts, Arc::clone(templates), Arc::clone(&self.highlighter), before.and_then(|it| it.renderer.as_ref()))
        });
        self.timings.end("templates");
        let mut stats = RebuildStats {
            parsed: fresh,
            resolved: links.resolved,
            checked: checks.checked,
            index: !before.is_some_and(|it| it.site.shares_index_with(&site)),
            templates: before.is_none_or(|it| it.templates.as_ref().map(Arc::as_ptr) != templates.as_ref().map(Arc::as_ptr)),
            problems: true,
        };
        let problems = match before.filter(|it| Arc::ptr_eq(&it.config, &config)) {
            Some(before) => {
                let mut problems = before.problems.clone();
                stats.problems = diagnostics.update(&mut problems, &before.diagnostics, &config);
                problems
            }
            None => diagnostics.all(&config),
        };
        if !self.is_for_one_state {
            self.previous = Some(PreviousState {
                inputs: Arc::clone(&inputs),
                config: Arc::clone(&config),
                listing,
                theme,
                site,
                links,
                mentions,
                checks,
                templates,
                renderer: renderer.clone(),
                diagnostics,
                problems: problems.clone(),
            });
        }
        self.timings.end("problems");
        let timings = std::mem::take(&mut self.timings);
        State { inputs, config: Some(config), splits, split_problems, renderer, problems, stats, timings }
    }

    /// Returns the state of a snapshot without a usable configuration. The previous state stays for
    /// a later snapshot.
    fn without_configuration(&mut self, inputs: Arc<Inputs>, problems: Vec<Diagnostic>) -> State {
        State {
            inputs,
            config: None,
            renderer: None,
            splits: Vec::new(),
            split_problems: Vec::new(),
            problems: problems.into_iter().collect(),
            stats: RebuildStats { index: true, templates: true, problems: true, ..RebuildStats::default() },
            timings: std::mem::take(&mut self.timings),
        }
    }
}

/// Drops the texts that the checks were the last to read. If the site has no sentences, the texts
/// of all pages except chapters were dropped after parsing.
fn drop_checked_texts(inputs: &mut Arc<Inputs>, site: &Site) {
    if site.config.segments || !site.splits.is_empty() {
        let editions = site.works.iter().flat_map(|work| work.editions.iter().flatten());
        drop_texts(inputs, editions.map(|edition| &edition.document.file), &site.splits);
    }
}

/// Drops the texts of pages, except those that are also source texts, which rendering reads.
fn drop_texts<'a>(inputs: &mut Arc<Inputs>, files: impl Iterator<Item = &'a Arc<str>>, splits: &[Arc<Split>]) {
    let inputs = Arc::make_mut(inputs);
    for file in files.filter(|file| splits.iter().all(|split| split.source_file != **file)) {
        inputs.drop_text(file);
    }
}
