//! Preparation of the stages' inputs: the configuration, splits, locks, documents and templates.
//! All are cached as long as their own inputs are the same.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use rayon::prelude::*;

use super::listing::Listing;
use super::{Project, shared};
use crate::base::visible::shown_path;
use crate::base::{Diagnostic, Place, SAVE_AS_UTF8, code, suggest, yaml};
use crate::load::{self, Content, Inputs};
use crate::model::term::TermFile;
use crate::model::{Config, Glossary, Inflection, Key, LangId, Language, Limit, Lock, config, term};
use crate::parse::memo::Parsed;
use crate::parse::{ChapterOf, ParseInput, Settings};
use crate::render::{Templates, template};
use crate::split::{self, Split, SplitInput};

/// A cached split and its inputs; equal texts make an equal split.
#[derive(Debug)]
pub(super) struct CachedSplit {
    plan: Arc<str>,
    source: Arc<str>,
    split: Option<Arc<Split>>,
    problems: Vec<Diagnostic>,
}

/// A cached lock and the text that it was read from.
#[derive(Debug)]
pub(super) struct CachedLock {
    text: Arc<str>,
    lock: Arc<Lock>,
    pub(super) problems: Arc<[Diagnostic]>,
}

/// The cached terms of the site, and the texts that they were read from.
#[derive(Debug)]
pub(super) struct CachedGlossary {
    config: Arc<Config>,
    languages: Vec<Language>,
    files: Vec<CachedTerms>,
    pub(super) glossary: Arc<Glossary>,
    pub(super) problems: Arc<[Diagnostic]>,
}

/// The terms of a file, and the text that they were read from.
#[derive(Debug)]
struct CachedTerms {
    file: Arc<str>,
    text: Arc<str>,
    terms: Arc<TermFile>,
}

impl CachedLock {
    /// Reads a lock. An equal lock is shared with the previous one, so that documents parsed with
    /// it stay valid.
    fn read(file: &Arc<str>, text: &Arc<str>, previous: Option<Self>) -> Self {
        let previous = match previous {
            Some(previous) if Arc::ptr_eq(&previous.text, text) || previous.text == *text => return previous,
            previous => previous.map(|previous| previous.lock),
        };
        let (lock, problems) = Lock::read(file, text);
        let lock = shared(previous.as_ref(), lock);
        Self { text: Arc::clone(text), lock, problems: problems.into() }
    }
}

/// Values of the whole site that documents are parsed with.
pub(super) struct ParseSettings<'a> {
    pub(super) config: &'a Config,
    pub(super) languages: &'a [Language],
    pub(super) splits: &'a [Arc<Split>],
}

impl Project {
    /// Reads the configuration; returns `None` if there is no usable one.
    pub(super) fn config(&mut self, inputs: &Inputs, problems: &mut Vec<Diagnostic>) -> Option<Arc<Config>> {
        let Some((file, text)) = inputs.name(config::FILE).and_then(|file| Some((file, inputs.text(file)?))) else {
            let is_refused = |problem: &Diagnostic| problem.place.as_ref().is_some_and(|place| &*place.file == config::FILE);
            let problem = if inputs.problems.iter().any(is_refused) {
                Diagnostic::nowhere(
                    &code::NO_CONFIG,
                    format!("the file `{}` cannot be read, so the site cannot be built", config::FILE),
                )
            } else {
                let message = format!("there is no file `{}` in the folder `{}`", config::FILE, shown_path(&self.root));
                Diagnostic::nowhere(&code::NO_CONFIG, message)
                    .hint("run the command in the folder of a site, name the folder with `--root DIR`, or create a site with `tilmash init DIR`")
            };
            problems.push(problem);
            return None;
        };
        let (config, found) = Config::read(file, text);
        problems.extend(found);
        let mut config = config?;
        problems.extend(unknown_theme(inputs, &config));
        if let Some(url) = &self.overrides.base_url {
            config.base_url = Some(url.clone());
        }
        config.base_url = config.base_url.or_else(|| config.cname.as_ref().map(|name| format!("https://{name}/")));
        config.base_url = config.base_url.or_else(|| self.overrides.fallback_base_url.clone());
        // An equal configuration is shared with the previous one, so that results made with it
        // stay valid.
        let config = shared(self.config.as_ref(), config);
        self.config = Some(Arc::clone(&config));
        Some(config)
    }

    /// Cuts the source texts. Returns the splits and the problems of their plans.
    pub(super) fn splits(&mut self, inputs: &Inputs, config: &Config) -> (Vec<Arc<Split>>, Vec<Diagnostic>) {
        let (mut splits, mut problems) = (Vec::new(), Vec::new());
        let mut known = HashMap::new();
        for (path, place) in &config.plans {
            let Some((file, plan)) = inputs.name(path).and_then(|file| Some((file, inputs.text(file)?))) else {
                let candidates = inputs.files.keys().map(|file| &**file).filter(|file| file.ends_with(".yaml"));
                problems.push(
                    Diagnostic::at(&code::BAD_VALUE, place.clone(), format!("there is no split plan `{path}`"))
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
                problems.extend(no_source(inputs, config, &source_path, source_place));
                continue;
            };
            let entry = match self.splits.remove(file) {
                Some(entry) if *entry.plan == **plan && *entry.source == **source => entry,
                _ => {
                    let input = SplitInput { plan_file: file, plan, source_file, source };
                    let (split, found) = split::split(&input);
                    CachedSplit {
                        plan: Arc::clone(plan),
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
        (splits, problems)
    }

    /// Reads the terms of the site.
    pub(super) fn glossary(&mut self, inputs: &Inputs, config: &Arc<Config>, languages: &[Language]) -> Arc<CachedGlossary> {
        let files = inputs.below("content").filter(|(file, _)| term::is_term_file(file));
        let texts = files.filter_map(|(file, content)| match &content.content {
            Content::Text(text) => Some((Arc::clone(file), Arc::clone(text))),
            Content::Dropped | Content::Binary { .. } => None,
        });
        let texts: Vec<(Arc<str>, Arc<str>)> = texts.collect();
        let known = self.glossary.as_ref().filter(|known| Arc::ptr_eq(&known.config, config) && known.languages == languages);
        if let Some(known) =
            known.filter(|known| known.files.iter().map(|it| (&it.file, &it.text)).eq(texts.iter().map(|(a, b)| (a, b))))
        {
            return Arc::clone(known);
        }
        let read = |(file, text): (Arc<str>, Arc<str>)| {
            let before = known.and_then(|known| known.files.iter().find(|it| it.file == file && it.text == text));
            let terms = before.map_or_else(|| Arc::new(TermFile::read(&file, &text, config)), |it| Arc::clone(&it.terms));
            CachedTerms { file, text, terms }
        };
        let files: Vec<CachedTerms> = texts.into_par_iter().map(read).collect();
        let rules: Vec<&Inflection> = languages.iter().map(|language| &language.pack.endings).collect();
        let (mut glossary, problems) = Glossary::of(files.iter().map(|it| &*it.terms), &rules);
        let before = self.glossary.as_ref().map(|known| &known.glossary);
        if let Some(before) = before {
            glossary.share_names(before);
        }
        let glossary = shared(before, glossary);
        let (config, languages) = (Arc::clone(config), languages.to_vec());
        let known = Arc::new(CachedGlossary { config, languages, files, glossary, problems: problems.into() });
        self.glossary = Some(Arc::clone(&known));
        known
    }

    /// Reads the locks of works. Returns the lists of their problems.
    pub(super) fn read_locks(&mut self, inputs: &Inputs, listing: &Listing) -> Vec<Arc<[Diagnostic]>> {
        let mut previous = std::mem::take(&mut self.locks);
        self.locks.reserve(listing.locks.len());
        let mut problems = Vec::new();
        let texts = texts(inputs, listing.locks.iter().map(|lock| &lock.file));
        for (listed, text) in listing.locks.iter().zip(texts) {
            let Some(text) = text else { continue };
            let lock = CachedLock::read(&listed.file, text, previous.remove(&listed.file));
            problems.push(Arc::clone(&lock.problems));
            self.locks.insert(Arc::clone(&listed.file), lock);
        }
        problems
    }

    /// Parses all editions. Returns the documents that are shown, the keys of drafts that are not,
    /// and the number of documents parsed. If no other state follows, texts that no later stage
    /// reads are dropped.
    pub(super) fn documents(
        &mut self,
        inputs: &mut Arc<Inputs>,
        listing: &Listing,
        settings: &ParseSettings<'_>,
    ) -> (Vec<Parsed>, BTreeSet<Key>, usize) {
        let mut parse_inputs = self.parse_inputs(inputs, listing, settings);
        add_home_pages(&mut parse_inputs, settings, self.settings.as_ref().expect("set by the line above"));
        if self.is_for_one_state && !settings.config.segments {
            // The texts of chapters stay, because checks compare them with the source text.
            let files = parse_inputs.iter().filter(|input| input.chapter.is_none()).map(|input| &input.file);
            super::drop_texts(inputs, files, settings.splits);
        }
        let (mut parsed, fresh) = self.memo.parse_all(parse_inputs);
        let mut drafts = BTreeSet::new();
        parsed.retain(|(document, _)| {
            let is_shown = self.overrides.drafts || !document.front.draft || document.key.is_home();
            if !is_shown {
                drafts.insert(document.key.clone());
            }
            is_shown
        });
        (parsed, drafts, fresh)
    }

    /// Collects the inputs of the editions that are files.
    fn parse_inputs(&mut self, inputs: &Inputs, listing: &Listing, settings: &ParseSettings<'_>) -> Vec<ParseInput> {
        let ParseSettings { config, languages, splits } = *settings;
        let own = Settings {
            raw_html: config.raw_html,
            smart_punctuation: config.smart_punctuation,
            highlight: config.highlight,
            segments: config.segments,
            base_url: config.base_url.clone(),
            languages: config.languages.iter().map(|language| language.code.clone()).collect(),
            source: config.source,
        };
        let own = shared(self.settings.as_ref(), own);
        self.settings = Some(Arc::clone(&own));
        let mut chapters: HashMap<&str, ChapterOf> = HashMap::new();
        for split in splits {
            for (index, chapter) in split.chapters.iter().enumerate() {
                chapters.insert(&chapter.file, ChapterOf { split: Arc::clone(split), index });
            }
        }
        let used = listing.locks.iter().filter(|lock| lock.is_used);
        let locks: HashMap<&Key, &Arc<Lock>> =
            used.filter_map(|lock| Some((&lock.key, &self.locks.get(&lock.file)?.lock))).collect();
        let mut parse_inputs: Vec<ParseInput> = Vec::with_capacity(listing.pages.len() + languages.len());
        let texts = texts(inputs, listing.pages.iter().map(|page| &page.file));
        for (page, text) in listing.pages.iter().zip(texts) {
            let Some(text) = text else { continue };
            parse_inputs.push(ParseInput {
                file: Arc::clone(&page.file),
                text: Arc::clone(text),
                key: page.key.clone(),
                lang: page.lang,
                settings: Arc::clone(&own),
                pack: Arc::clone(&languages[page.lang.0].pack),
                chapter: if chapters.is_empty() { None } else { chapters.get(&*page.file).cloned() },
                lock: if locks.is_empty() { None } else { locks.get(&page.key).copied().cloned() },
                source_delta: None,
            });
        }
        parse_inputs
    }

    /// Reads the templates, and reports those that replace nothing.
    pub(super) fn templates(inputs: &Inputs, config: &Config, problems: &mut Vec<Diagnostic>) -> Option<Arc<Templates>> {
        let sources = template::sources(inputs, &config.theme);
        problems.extend(template::bypassed(&sources));
        match Templates::cached(sources, config.limits) {
            Ok(templates) => Some(templates),
            Err(found) => {
                problems.extend(found);
                None
            }
        }
    }
}

/// Returns the text of each named file in `content/`; `None` for a file without a text. The names
/// must be sorted.
fn texts<'a>(inputs: &'a Inputs, names: impl Iterator<Item = &'a Arc<str>>) -> impl Iterator<Item = Option<&'a Arc<str>>> {
    // One pass over both lists takes less time than a look-up for each name.
    let mut files = inputs.below("content");
    names.map(move |wanted| {
        let file = files.find(|(name, _)| Arc::ptr_eq(name, wanted) || *name == wanted);
        match &file?.1.content {
            Content::Text(text) => Some(text),
            Content::Dropped | Content::Binary { .. } => None,
        }
    })
}

/// Adds the home pages that nobody wrote.
///
/// Every language needs a home page. A language without a file for it gets a fallback page, like
/// any work. A page with the site's title is added in two cases: no language has a file, or the
/// configuration turns fallback pages off.
fn add_home_pages(parse_inputs: &mut Vec<ParseInput>, settings: &ParseSettings<'_>, own: &Arc<Settings>) {
    let ParseSettings { config, languages, .. } = *settings;
    let written: BTreeSet<usize> = parse_inputs.iter().filter(|input| input.key.is_home()).map(|input| input.lang.0).collect();
    for (index, language) in languages.iter().enumerate() {
        if written.contains(&index) || (config.fallback && !written.is_empty()) {
            continue;
        }
        let title = yaml::quoted(config.title.get(&language.code).unwrap_or(&language.code));
        parse_inputs.push(ParseInput {
            file: format!("content/index.{}.md", language.code).into(),
            text: format!("---\ntitle: {title}\n---\n").into(),
            key: Key::new(Key::HOME),
            lang: LangId(index),
            settings: Arc::clone(own),
            pack: Arc::clone(&language.pack),
            chapter: None,
            lock: None,
            source_delta: None,
        });
    }
}

/// Returns the diagnostic for a theme that does not exist.
fn unknown_theme(inputs: &Inputs, config: &Config) -> Option<Diagnostic> {
    let place = config.theme_place.as_ref()?;
    let folders = inputs.below("themes").filter_map(|(path, _)| Some(path["themes/".len()..].split_once('/')?.0));
    let themes: BTreeSet<&str> = folders.chain(["default"]).collect();
    if themes.contains(config.theme.as_str()) {
        return None;
    }
    let hint = suggest::did_you_mean(&config.theme, themes.iter().copied())
        .unwrap_or_else(|| format!("the themes of the site are: {}", themes.into_iter().collect::<Vec<_>>().join(", ")));
    let message = format!("there is no theme `{}`", config.theme);
    Some(Diagnostic::at(&code::BAD_VALUE, place.clone(), message).hint(hint))
}

/// Returns the diagnostic for a plan whose source text the project does not have; `None` if reading
/// the file has reported a problem.
fn no_source(inputs: &Inputs, config: &Config, path: &str, place: Place) -> Option<Diagnostic> {
    if inputs.problems.iter().any(|problem| problem.place.as_ref().is_some_and(|place| &*place.file == path)) {
        return None;
    }
    let limit = config.limits.of(Limit::Source);
    Some(match inputs.files.get(path).map(|file| &file.content) {
        Some(Content::Binary { length, .. }) if *length > limit => {
            let problem = load::too_large(&path.into(), *length, Limit::Source, limit);
            Diagnostic { place: Some(place), ..problem }
        }
        Some(_) => {
            Diagnostic::at(&code::NOT_UTF8, place, format!("the source text `{path}` is not valid UTF-8")).hint(SAVE_AS_UTF8)
        }
        None => {
            let candidates = inputs.files.keys().map(|file| &**file).filter(|file| file.contains("/_"));
            Diagnostic::at(&code::BAD_VALUE, place, format!("there is no source text `{path}`"))
                .maybe_hint(suggest::did_you_mean(path, candidates))
        }
    })
}
