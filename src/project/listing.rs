//! The files of the content by their use: editions, locks, and files that are copied to the site.
//!
//! The names of the files decide, and the configuration. So the listing of the previous snapshot is
//! used again if only texts differ.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use crate::base::{Diagnostic, Place, code, path, suggest, visible};
use crate::load::{self, Content, Inputs};
use crate::model::{Config, EditionName, Key, LangId, Limit, Limits, config, key, limits, lock};

/// The files of the content, sorted by their use. Each list is in the order of the names.
#[derive(Debug, Default)]
pub(super) struct Listing {
    pub(super) pages: Vec<Page>,
    pub(super) locks: Vec<LockFile>,
    /// Files that are copied to the site.
    pub(super) assets: Vec<Arc<str>>,
    pub(super) problems: Arc<[Diagnostic]>,
}

/// A Markdown file that is an edition.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) file: Arc<str>,
    pub(super) key: Key,
    pub(super) lang: LangId,
}

/// A lock of a work.
#[derive(Debug)]
pub(super) struct LockFile {
    pub(super) file: Arc<str>,
    pub(super) key: Key,
    /// False if another lock of the same work comes first.
    pub(super) is_used: bool,
}

/// Returns true if the listings of two snapshots are the same under one configuration: the same
/// files exist, and none became a text, ceased to be one, or has another length outside of memory.
pub(super) fn lists_alike(before: &Inputs, now: &Inputs) -> bool {
    let same = |a: &load::File, b: &load::File| match (&a.content, &b.content) {
        (Content::Binary { length: a, .. }, Content::Binary { length: b, .. }) => a == b,
        (Content::Binary { .. }, _) | (_, Content::Binary { .. }) => false,
        (Content::Text(_) | Content::Dropped, Content::Text(_) | Content::Dropped) => true,
    };
    before.files.differences(&now.files, same).is_empty()
}

impl Listing {
    /// Lists the files of a snapshot.
    pub(super) fn new(inputs: &Inputs, config: &Config) -> Self {
        let mut listing = Self::default();
        let mut problems = Vec::new();
        for (file, content) in inputs.below("content") {
            listing.add(inputs, config, file, content, &mut problems);
        }
        listing.add_locks(inputs, &mut problems);
        for theme in BTreeSet::from(["default", &config.theme]) {
            for (file, _) in inputs.below(&format!("themes/{theme}/static")) {
                problems.extend(path::unfit(file).map(|unfit| unfit_name(file, &unfit)));
            }
        }
        listing.problems = problems.into();
        listing
    }

    /// Adds a file if it is an edition or is copied to the site.
    fn add(&mut self, inputs: &Inputs, config: &Config, file: &Arc<str>, content: &load::File, problems: &mut Vec<Diagnostic>) {
        let path = &file["content/".len()..];
        if path.split('/').any(|part| part.starts_with('_')) || path.ends_with(lock::ENDING) {
            return;
        }
        if let Some(unfit) = path::unfit(path) {
            problems.push(unfit_name(file, &unfit));
            return;
        }
        if !path.ends_with(".md") || matches!(content.content, Content::Binary { .. }) {
            problems.extend(large_file(file, content, config));
            self.assets.push(Arc::clone(file));
            return;
        }
        let Some(name) = EditionName::of(path, |code| config.language(code).is_some()) else { return };
        if let Some(code) = foreign_language(inputs, config, file) {
            problems.push(config::unknown_language(code, Place::whole(file), &config.languages));
            return;
        }
        let lang = name.language.and_then(|code| config.language(&code)).unwrap_or_else(|| {
            problems.extend(no_language(config, file));
            config.source
        });
        self.pages.push(Page { file: Arc::clone(file), key: name.key, lang });
    }

    /// Adds the locks of works, and reports all others.
    fn add_locks(&mut self, inputs: &Inputs, problems: &mut Vec<Diagnostic>) {
        let mut locks = inputs.below("content").filter(|(file, _)| file.ends_with(lock::ENDING)).peekable();
        if locks.peek().is_none() {
            return;
        }
        let keys: HashSet<&Key> = self.pages.iter().map(|page| &page.key).collect();
        let mut used: HashMap<Key, Arc<str>> = HashMap::new();
        for (file, content) in locks {
            let Some(key) = key::of_lock(&file["content/".len()..]) else { continue };
            // The page of a lock with an unfit name has that name too, and is reported.
            if matches!(content.content, Content::Binary { .. }) || path::unfit(file).is_some() {
                continue;
            }
            if !keys.contains(&key) {
                let names = keys.iter().map(|key| key.as_str()).collect::<BTreeSet<_>>();
                let message = format!("the lock file belongs to no page: there is no page with the key `{key}`");
                problems.push(
                    Diagnostic::at(&code::STRAY_LOCK, Place::whole(file), message)
                        .maybe_hint(suggest::did_you_mean(key.as_str(), names))
                        .hint("if the page was renamed, rename the lock file too; if the page was deleted, delete the lock file"),
                );
                continue;
            }
            let first = used.entry(key.clone()).or_insert_with(|| Arc::clone(file));
            let is_used = first == file;
            if !is_used {
                problems.push(
                    Diagnostic::at(&code::STRAY_LOCK, Place::whole(file), format!("the page `{key}` has two lock files"))
                        .also(Place::whole(first), "the lock file that is used")
                        .hint("delete one of the two"),
                );
            }
            self.locks.push(LockFile { file: Arc::clone(file), key, is_used });
        }
    }
}

/// Returns the diagnostic for a page without a language in its name, if the site has several.
fn no_language(config: &Config, file: &Arc<str>) -> Option<Diagnostic> {
    if config.languages.len() < 2 {
        return None;
    }
    let code = config.code(config.source);
    let stem = file.strip_suffix(".md").unwrap_or(file);
    let message = format!("the name of `{file}` has no language code; the language `{code}` is assumed");
    Some(Diagnostic::at(&code::NO_LANGUAGE, Place::whole(file), message).hint(format!("rename the file to `{stem}.{code}.md`")))
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
