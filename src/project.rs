//! A site on disk as a value that can be asked for pages: load → split → parse → site → link → check.
//!
//! [`Project::refresh`] looks at the disk and gives a new [`State`]: an immutable snapshot with all
//! that was wrong. What did not change is shared with the state before. `build`, `serve` and `check`
//! differ only in which routes they ask a state for.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::base::{Diagnostic, Failure, Place, code, diagnostic, suggest, yaml};
use crate::load::{self, Content, Inputs, builtin};
use crate::model::key::looks_like_language;
use crate::model::{Config, EditionName, Key, LangId, Language, LanguagePack, config};
use crate::parse::memo::Memo;
use crate::parse::{ChapterOf, ParseInput, Settings};
use crate::render::{Highlighter, Rendered, Renderer, Templates, template};
use crate::site::{Parts, Route, Site};
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
    packs: HashMap<String, Arc<LanguagePack>>,
    settings: Option<Arc<Settings>>,
    templates: Option<(template::Sources, Arc<Templates>)>,
    highlighter: Arc<Highlighter>,
    laps: Laps,
}

/// A split and what it was made from; equal texts make an equal split.
#[derive(Debug)]
struct KnownSplit {
    plan: Arc<str>,
    source: Arc<str>,
    split: Option<Arc<Split>>,
    problems: Vec<Diagnostic>,
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
    /// Of all stages but rendering, in the order in which they are shown.
    pub problems: Vec<Diagnostic>,
    pub laps: Laps,
}

impl State {
    /// Renders a route, problems with the severities that the configuration asks for.
    pub fn render(&self, route: &Route) -> Rendered {
        let renderer = self.renderer.as_ref().expect("routes come from a state that can render");
        let mut rendered = output::render(renderer, route);
        if let Some(config) = &self.config {
            config.apply_severities(&mut rendered.problems);
        }
        rendered
    }

    /// Highlights the code of all pages, for whoever is going to render all of them.
    pub fn highlight(&self) {
        if let Some(renderer) = &self.renderer {
            renderer.highlight();
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
            packs: HashMap::new(),
            settings: None,
            templates: None,
            highlighter: Arc::new(Highlighter::default()),
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
        self.laps.start();
        let inputs = Arc::new(load::refresh(&self.root, self.inputs.as_deref())?);
        self.laps.lap("load");
        self.inputs = Some(Arc::clone(&inputs));
        Ok(self.state(inputs))
    }

    /// The state of a snapshot: pure, but for what is remembered.
    pub fn state(&mut self, inputs: Arc<Inputs>) -> State {
        let mut problems = inputs.problems.clone();
        let config = self.config(&inputs, &mut problems);
        let mut split_problems = Vec::new();
        let splits = config.as_ref().map_or_else(Vec::new, |config| self.splits(&inputs, config, &mut split_problems));
        self.laps.lap("split");
        problems.extend(split_problems.iter().cloned());
        let renderer = config.as_ref().and_then(|config| self.renderer(&inputs, config, &splits, &mut problems));
        if let Some(config) = &config {
            config.apply_severities(&mut problems);
        }
        diagnostic::sort(&mut problems);
        State { inputs, config, splits, split_problems, renderer, problems, laps: self.laps.clone() }
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

    fn renderer(
        &mut self,
        inputs: &Arc<Inputs>,
        config: &Arc<Config>,
        splits: &[Arc<Split>],
        problems: &mut Vec<Diagnostic>,
    ) -> Option<Renderer> {
        let languages = self.languages(inputs, config, problems);
        let (pages, assets) = pages(inputs, config, problems);
        let documents = self.documents(pages, inputs, config, &languages, splits, problems);
        let parts = Parts {
            config: Arc::clone(config),
            languages,
            documents,
            splits: splits.to_vec(),
            assets,
            theme_files: render::theme_files(inputs, &config.theme),
        };
        self.laps.lap("parse");
        let (site, found) = Site::new(parts);
        self.laps.lap("site");
        problems.extend(found);
        let (links, found) = link::link(&site);
        self.laps.lap("link");
        problems.extend(found);
        problems.extend(check::check(&site, inputs));
        self.laps.lap("check");
        let templates = self.templates(inputs, config, problems);
        self.laps.lap("templates");
        let templates = templates?;
        Some(Renderer::new(Arc::clone(inputs), Arc::new(site), Arc::new(links), templates, Arc::clone(&self.highlighter)))
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
                    KnownSplit { plan: Arc::clone(plan), source: Arc::clone(source), split: split.map(Arc::new), problems: found }
                }
            };
            problems.extend(entry.problems.iter().cloned());
            splits.extend(entry.split.clone());
            known.insert(Arc::clone(file), entry);
        }
        self.splits = known;
        splits
    }

    fn documents(
        &mut self,
        pages: Vec<Page>,
        inputs: &Inputs,
        config: &Config,
        languages: &[Language],
        splits: &[Arc<Split>],
        problems: &mut Vec<Diagnostic>,
    ) -> Vec<Arc<crate::parse::Document>> {
        let settings = Settings {
            raw_html: config.raw_html,
            smart_punctuation: config.smart_punctuation,
            highlight: config.highlight,
            segments: config.segments,
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
                key: page.key,
                lang: page.lang,
                settings: Arc::clone(&settings),
                pack: Arc::clone(&languages[page.lang.0].pack),
                chapter: chapters.get(&*page.file).cloned(),
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
            });
        }
        let drafts = self.overrides.drafts;
        self.memo
            .parse_all(parse_inputs)
            .into_iter()
            .filter(|(document, _)| drafts || !document.front.draft || document.key.is_home())
            .map(|(document, found)| {
                problems.extend(found.iter().cloned());
                document
            })
            .collect()
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
        if path.split('/').any(|part| part.starts_with('_')) {
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
    if config.language(code).is_some() || !looks_like_language(code) {
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
