//! Preparation of the stages' inputs: the configuration, languages, splits, locks, documents and
//! templates. Splits, locks, documents and templates are cached as long as their own inputs are the
//! same.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::{Found, Project};
use crate::base::{Diagnostic, Place, SAVE_AS_UTF8, code, path, suggest, visible, yaml};
use crate::load::{self, Content, Inputs, builtin};
use crate::model::{Config, EditionName, Key, LangId, Language, LanguagePack, Limit, Limits, Lock, config, key, limits, lock};
use crate::parse::memo::Parsed;
use crate::parse::{ChapterOf, ParseInput, Settings};
use crate::render::{self, Templates, template};
use crate::split::{self, Split, SplitInput};

/// The language whose file has every string. It is the fallback for strings that another file
/// lacks.
const REFERENCE: &str = "en";

/// A cached split and its inputs; equal texts make an equal split.
#[derive(Debug)]
pub(super) struct KnownSplit {
    plan: Arc<str>,
    pub(super) source_file: Arc<str>,
    source: Arc<str>,
    split: Option<Arc<Split>>,
    problems: Vec<Diagnostic>,
}

/// A cached lock and the text that it was read from.
#[derive(Debug)]
pub(super) struct KnownLock {
    text: Arc<str>,
    pub(super) key: Key,
    pub(super) lock: Arc<Lock>,
    pub(super) problems: Vec<Diagnostic>,
}

impl KnownLock {
    /// Reads a lock. An equal lock is shared with the previous one, so that documents parsed with
    /// it stay valid.
    pub(super) fn read(file: &Arc<str>, text: &Arc<str>, key: &Key, before: Option<Self>) -> Self {
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

impl Project {
    pub(super) fn config(&self, inputs: &Inputs, problems: &mut Vec<Diagnostic>) -> Option<Arc<Config>> {
        let Some((file, text)) = inputs.name(config::FILE).and_then(|file| Some((file, inputs.text(file)?))) else {
            let is_refused = |problem: &Diagnostic| problem.place.as_ref().is_some_and(|place| &*place.file == config::FILE);
            let problem = if inputs.problems.iter().any(is_refused) {
                Diagnostic::nowhere(
                    &code::NO_CONFIG,
                    format!("the file `{}` cannot be read, so the site cannot be built", config::FILE),
                )
            } else {
                let message = format!("there is no file `{}` in the folder `{}`", config::FILE, self.root.display());
                Diagnostic::nowhere(&code::NO_CONFIG, message)
                    .hint("run the command in the folder of a site, name the folder with `--root DIR`, or create a site with `tilmash init DIR`")
            };
            problems.push(problem);
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
                .unwrap_or_else(|| format!("the themes of the site are: {}", themes.into_iter().collect::<Vec<_>>().join(", ")));
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

    /// Returns the site's languages with every string; missing strings come from the fallback
    /// language.
    pub(super) fn languages(
        &mut self,
        inputs: &Inputs,
        config: &Config,
        theme_files: &BTreeMap<String, String>,
        problems: &mut Vec<Diagnostic>,
    ) -> Vec<Language> {
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
                        format!("texts of the interface are missing in the language `{code}`: {list}"),
                    )
                    .hint(format!("add these keys below `strings:` in `themes/{}/languages/{code}.yaml`", config.theme))
                    .maybe_hint(
                        (!known.contains(code)).then(|| suggest::did_you_mean(code, known.iter().map(String::as_str))).flatten(),
                    ),
                );
            }
            own.fill_from(&reference);
            own.fonts.retain_named_in(render::theme_text(inputs, &config.theme, "style.css").unwrap_or_default());
            for font in own.fonts.files().filter(|font| !theme_files.contains_key(*font)) {
                problems.push(
                    Diagnostic::at(&code::BAD_VALUE, language.place.clone(), format!("the theme has no font file `{font}`"))
                        .hint(format!("add the file to the theme, or remove it from `fonts` in the language file `{code}.yaml` and from `style.css`")),
                );
            }
            // An equal pack is shared with the previous one, so that documents parsed with it stay
            // valid.
            let own = match self.packs.get(code) {
                Some(before) if **before == own => Arc::clone(before),
                _ => Arc::new(own),
            };
            self.packs.insert(code.clone(), Arc::clone(&own));
            languages.push(Language { code: code.clone(), pack: own });
        }
        languages
    }

    pub(super) fn splits(&mut self, inputs: &Inputs, config: &Config, problems: &mut Vec<Diagnostic>) -> Vec<Arc<Split>> {
        let mut splits = Vec::new();
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

    /// Reads the locks, and returns them by work.
    pub(super) fn locks(&mut self, inputs: &Inputs, pages: &[Page], found: &mut Found) -> HashMap<Key, Arc<Lock>> {
        let mut before = std::mem::take(&mut self.locks);
        let mut locks: HashMap<Key, (Arc<Lock>, &Arc<str>)> = HashMap::new();
        let mut keys: Option<std::collections::HashSet<&Key>> = None;
        for (file, _) in inputs.below("content").filter(|(file, _)| file.ends_with(lock::ENDING)) {
            let (Some(key), Some(text)) = (key::of_lock(&file["content/".len()..]), inputs.text(file)) else { continue };
            if path::unfit(file).is_some() {
                // The page of the lock has the same unfit name, and is reported.
                continue;
            }
            let keys = keys.get_or_insert_with(|| pages.iter().map(|page| &page.key).collect());
            if !keys.contains(&key) {
                let names = keys.iter().map(|key| key.as_str()).collect::<BTreeSet<_>>();
                let message = format!("the lock file belongs to no page: there is no page with the key `{key}`");
                found.outer.push(
                    Diagnostic::at(&code::STRAY_LOCK, Place::whole(file), message)
                        .maybe_hint(suggest::did_you_mean(key.as_str(), names))
                        .hint("if the page was renamed, rename the lock file too; if the page was deleted, delete the lock file"),
                );
                continue;
            }
            let read = KnownLock::read(file, text, &key, before.remove(file));
            if !read.problems.is_empty() {
                found.locks.insert(Arc::clone(file), read.problems.clone());
            }
            if let Some((_, first)) = locks.get(&key) {
                found.outer.push(
                    Diagnostic::at(&code::STRAY_LOCK, Place::whole(file), format!("the page `{key}` has two lock files"))
                        .also(Place::whole(first), "the lock file that is used")
                        .hint("delete one of the two"),
                );
                continue;
            }
            locks.insert(key, (Arc::clone(&read.lock), file));
            self.locks.insert(Arc::clone(file), read);
        }
        locks.into_iter().map(|(key, (lock, _))| (key, lock)).collect()
    }

    /// Parses all editions. Returns the documents that are shown, and the number of documents
    /// parsed. If no other state follows, texts that no later stage reads are dropped.
    pub(super) fn documents(
        &mut self,
        pages: Vec<Page>,
        inputs: &mut Arc<Inputs>,
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
        // Every language has a home page. If nobody wrote one, it shows another language's, like
        // any page. If there is none to show, or fallbacks are off, a page with the site's title is
        // made.
        let written: BTreeSet<usize> =
            parse_inputs.iter().filter(|input| input.key.is_home()).map(|input| input.lang.0).collect();
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
                settings: Arc::clone(&settings),
                pack: Arc::clone(&language.pack),
                chapter: None,
                lock: None,
                news: None,
            });
        }
        if self.is_asked_once && !config.segments {
            // The texts of chapters stay, because checks compare them with the source text.
            let files = parse_inputs.iter().filter(|input| input.chapter.is_none()).map(|input| &input.file);
            super::forget(inputs, files, splits);
        }
        let (mut parsed, fresh) = self.memo.parse_all(parse_inputs);
        parsed.retain(|(document, _)| self.is_shown(document));
        (parsed, fresh)
    }

    pub(super) fn templates(
        &mut self,
        inputs: &Inputs,
        config: &Config,
        problems: &mut Vec<Diagnostic>,
    ) -> Option<Arc<Templates>> {
        let sources = template::sources(inputs, &config.theme);
        problems.extend(template::bypassed(&sources));
        if let Some((before, templates)) = &self.templates
            && *before == sources
            && *templates.limits() == config.limits
        {
            return Some(Arc::clone(templates));
        }
        match Templates::new(&sources, config.limits) {
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

/// A Markdown file that is an edition.
pub(super) struct Page {
    file: Arc<str>,
    key: Key,
    lang: LangId,
}

/// Sorts the files of the content into editions and files that are copied to the site.
pub(super) fn pages(inputs: &Inputs, config: &Config, problems: &mut Vec<Diagnostic>) -> (Vec<Page>, Vec<Arc<str>>) {
    let mut pages = Vec::new();
    let mut assets = Vec::new();
    for (file, content) in inputs.below("content") {
        let path = &file["content/".len()..];
        if path.split('/').any(|part| part.starts_with('_')) || path.ends_with(lock::ENDING) {
            continue;
        }
        if let Some(unfit) = path::unfit(path) {
            problems.push(unfit_name(file, &unfit));
            continue;
        }
        if !path.ends_with(".md") || matches!(content.content, Content::Binary { .. }) {
            problems.extend(large_file(file, content, config));
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
                            format!("the name of `{file}` has no language code; the language `{code}` is assumed"),
                        )
                        .hint(format!("rename the file to `content/{stem}.{code}.md`")),
                    );
                }
                config.source
            }
        };
        pages.push(Page { file: Arc::clone(file), key: name.key, lang });
    }
    (pages, assets)
}

/// Returns a warning for a copied file that is larger than most hosts accept.
fn large_file(name: &Arc<str>, file: &load::File, config: &Config) -> Option<Diagnostic> {
    let most = config.limits.of(Limit::File);
    let length = file.length_over(most)?;
    let message =
        format!("`{name}` has {}; most hosting services accept no file over {}", limits::shown(length), limits::shown(most));
    let problem = Diagnostic::at(&code::LARGE_FILE, Place::whole(name), message);
    Some(
        problem
            .hint("make the file smaller, or publish it on another site and link to it")
            .hint(Limits::hint(Limit::File, length)),
    )
}

/// Returns the diagnostic for a file that is not published, because some system cannot store its
/// name.
fn unfit_name(file: &Arc<str>, unfit: &path::Unfit) -> Diagnostic {
    let message = format!("`{}` cannot be published: {unfit}", visible::name(file));
    Diagnostic::at(&code::BAD_VALUE, Place::whole(file), message).hint("rename the file")
}

/// Reports static files of the theme whose names some system cannot store.
pub(super) fn theme_names(inputs: &Inputs, theme: &str, problems: &mut Vec<Diagnostic>) {
    for theme in BTreeSet::from(["default", theme]) {
        for (file, _) in inputs.below(&format!("themes/{theme}/static")) {
            problems.extend(path::unfit(file).map(|unfit| unfit_name(file, &unfit)));
        }
    }
}

/// Returns the language code in a page's name, such as `a.ru.md`, if the site lacks that language.
///
/// That part of the name may be no language at all (`notes.old.md`). So it counts as one only if
/// the same page exists in one of the site's languages. A page without a language (`a.md`) suffices
/// only if the code has two letters.
/// ```text
/// a.ru.md beside a.en.md       `ru` is an unknown language
/// notes.old.md beside notes.md a page of the key `notes.old`
/// ```
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

/// Reads the file of a language: the built-in file, overlaid with the theme's and the site's own.
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
