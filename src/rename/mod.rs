//! Renames of works, sections and terms, with everything that names them.
//!
//! [`rename`] computes the new files from a state of the site, and tries them: it builds the site
//! from them in memory and compares it with the former one. Nothing is written; `cli` writes the
//! files.
//!
//! A link that the resolver of the build cannot follow is not changed. Templates and the source
//! texts of plans are never changed. The steps follow each other, since each needs the site as the
//! one before left it:
//!
//! 1. `names`: the files get their new names, and the YAML that names keys and files is changed.
//! 2. `links`: each link that would lead elsewhere now gets a new destination.
//! 3. `alias`: the old addresses redirect to the new ones.
//! 4. `lock`: the locks get the digests of the sentences whose links were changed.
//! 5. `trial`: the new site is compared with the old one.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::base::{Diagnostic, Failure, path, suggest};
use crate::link::similar_key;
use crate::load::Inputs;
use crate::model::key::{self, EditionName};
use crate::model::{Key, term};
use crate::project::{Project, State};
use crate::site::Site;
use crate::site::route::{TERMS, term_path};

mod alias;
mod edit;
mod links;
mod lock;
mod names;
mod trial;

use edit::Edits;

/// The thing that gets another key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// A work and everything below it.
    Work {
        from: Key,
        to: Key,
    },
    Term {
        from: String,
        to: String,
    },
}

/// A rename: the old key, the new one, and the files that move.
#[derive(Debug)]
pub struct Renaming {
    pub subject: Subject,
    /// The new names of the files that move, by their old names.
    pub files: BTreeMap<Arc<str>, String>,
    /// The codes of the site's languages.
    languages: Vec<String>,
}

/// The result of a rename.
#[derive(Debug)]
pub struct Renamed {
    pub renaming: Renaming,
    /// The files that change or move, in the order of their old names.
    pub changes: Vec<Change>,
    /// Lines for people: facts that they should know.
    pub remarks: Vec<String>,
    /// Reasons why the changes must not be written. Their places are in `inputs`.
    pub objections: Vec<Diagnostic>,
    /// The files of the site after the rename.
    pub inputs: Arc<Inputs>,
}

/// A file that changes, moves, or both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub old: Arc<str>,
    pub new: String,
    /// The old and the new text; `None` if the content stays the same.
    pub texts: Option<(Arc<str>, Arc<str>)>,
}

/// Computes a rename. Fails if the arguments name nothing that can be renamed, or a key that is
/// taken or unusable.
pub fn rename(project: &mut Project, before: &State, old: &str, new: &str) -> Result<Renamed, Failure> {
    let site = before.site().ok_or_else(|| Failure::new("the site has serious problems, so nothing can be renamed"))?;
    let renaming = Renaming::of(site, &before.inputs, old, new)?;
    let mut edits = Edits::default();
    let mut remarks = Vec::new();
    names::change(&renaming, site, &before.inputs, &mut edits, &mut remarks);
    let renamed = project.state(edits.apply(&renaming, &before.inputs));
    // Without an index, the trial below reports the reason.
    if let Some(after) = renamed.site() {
        links::change(&renaming, (site, after), before, &mut edits);
        alias::change(&renaming, (site, after), before, &mut edits, &mut remarks);
    }
    let mut inputs = edits.apply(&renaming, &before.inputs);
    let linked = project.state(Arc::clone(&inputs));
    if let Some(after) = linked.site() {
        let locks = lock::changed(&renaming, (site, after), (&before.inputs, &inputs));
        if !locks.is_empty() {
            inputs = Arc::new(inputs.with_texts(locks));
        }
    }
    let after = project.state(Arc::clone(&inputs));
    let objections = trial::objections(&renaming, before, &after);
    let changes = changes(&renaming, &before.inputs, &inputs);
    Ok(Renamed { renaming, changes, remarks, objections, inputs })
}

/// Returns the files that move or get another text.
fn changes(renaming: &Renaming, before: &Inputs, after: &Inputs) -> Vec<Change> {
    let change = |old: &Arc<str>| {
        let new = renaming.file(old);
        let texts = before.text(old).zip(after.text(new)).filter(|(old, new)| old != new);
        let texts = texts.map(|(old, new)| (Arc::clone(old), Arc::clone(new)));
        (new != &**old || texts.is_some()).then(|| Change { old: Arc::clone(old), new: new.to_owned(), texts })
    };
    before.files.keys().filter_map(change).collect()
}

impl Renaming {
    /// Finds the subject of a rename and the files that move with it.
    fn of(site: &Site, inputs: &Inputs, old: &str, new: &str) -> Result<Self, Failure> {
        let languages = site.config.lang_ids().map(|lang| site.config.code(lang).to_owned()).collect();
        let is_language = |code: &str| site.config.language(code).is_some();
        let typed = old.trim().trim_start_matches("./").trim_end_matches('/');
        let typed_key = Key::new(typed);
        let of_file = || site.edition_in(typed_key.as_str()).or_else(|| site.edition_in(&format!("content/{typed_key}")));
        let named = site.work_named(typed_key.as_str()).or_else(|| of_file().map(|(work, _)| work));
        let from = match named {
            Some(work) => site.work(work).key.clone(),
            None if is_folder_of_works(site, typed_key.as_str()) => typed_key,
            None => {
                let Some(term) = typed.strip_prefix(TERMS).and_then(|rest| rest.strip_prefix('/')) else {
                    return Err(unknown(site, typed));
                };
                return Self::of_term(site, term, new, languages);
            }
        };
        let to = key::typed(new, is_language)
            .map_err(|unfit| Failure::new(key::unusable(new, unfit)).hint("write a key such as `chapters/first-steps`"))?;
        let to = Key::new(to.strip_suffix("/index").unwrap_or(&to));
        let mut renaming =
            Self { subject: Subject::Work { from: from.clone(), to: to.clone() }, files: BTreeMap::new(), languages };
        if from.is_home() {
            return Err(Failure::new("the home page cannot be renamed: it is the page at the root of each language"));
        }
        if from == to {
            return Err(Failure::new(format!("the page has the key `{to}` already")));
        }
        if to.as_str().strip_prefix(from.as_str()).is_some_and(|rest| rest.starts_with('/')) {
            return Err(Failure::new(format!("`{from}` cannot move into itself, to `{to}`"))
                .hint("choose a key that does not begin with the old one"));
        }
        renaming.files =
            inputs.below("content").filter_map(|(file, _)| Some((Arc::clone(file), renaming.new_file(file)?))).collect();
        if renaming.files.is_empty() {
            return Err(Failure::new(format!("the page `{from}` has no file")));
        }
        renaming.refuse_taken(site, inputs)?;
        Ok(renaming)
    }

    fn of_term(site: &Site, from: &str, new: &str, languages: Vec<String>) -> Result<Self, Failure> {
        if site.glossary.term_named(from).is_none() {
            let hint = suggest::did_you_mean(from, site.glossary.terms.iter().map(|term| term.key.as_str()));
            return Err(Failure::new(format!("no term has the key `{from}`"))
                .hint(hint.unwrap_or_else(|| "run `tilmash terms` to list the terms of the site".to_owned())));
        }
        let Some(to) = new.trim().trim_end_matches('/').strip_prefix(TERMS).and_then(|rest| rest.strip_prefix('/')) else {
            return Err(Failure::new(format!("`{new}` is not the key of a term"))
                .hint(format!("write `{TERMS}/` before the new key too, such as `{TERMS}/{from}-2`")));
        };
        if !term::is_key(to) {
            return Err(Failure::new(term::no_key(to)).hint(term::KEY_HINT));
        }
        if site.glossary.term_named(to).is_some() {
            return Err(Failure::new(format!("a term has the key `{to}` already")).hint("choose another key"));
        }
        let subject = Subject::Term { from: from.to_owned(), to: to.to_owned() };
        Ok(Self { subject, files: BTreeMap::new(), languages })
    }

    /// Refuses a new key that a work or a file has already.
    fn refuse_taken(&self, site: &Site, inputs: &Inputs) -> Result<(), Failure> {
        let Subject::Work { to, .. } = &self.subject else { return Ok(()) };
        let folded = to.folded();
        let is_other = |key: &&str| self.key(key).is_none() && path::folded(key) == folded;
        if let Some(other) = site.keys().find(is_other) {
            let same = if other == to.as_str() { String::new() } else { format!(", which some systems do not tell from `{to}`") };
            return Err(Failure::new(format!("a page has the key `{other}` already{same}"))
                .hint("choose another key, or rename that page first"));
        }
        let folder = format!("content/{to}");
        let below = inputs.below(&folder).map(|(file, _)| file);
        let new = self.files.values().filter_map(|file| inputs.name(file));
        let mut taken = below.chain(new).filter(|file| !self.files.contains_key(*file));
        match taken.next() {
            Some(file) => Err(Failure::new(format!("`{to}` is not free: there is the file `{file}`"))
                .hint("choose another key, or move the file away")),
            None => Ok(()),
        }
    }

    /// Returns the new name of a file; `None` if the file does not move.
    fn new_file(&self, file: &str) -> Option<String> {
        let path = file.strip_prefix("content/")?;
        Some(format!("content/{}", self.new_path(path)?))
    }

    /// Returns the new form of a path below `content/`, which need not be that of a file: links may
    /// lack the language, or name a folder.
    fn new_path(&self, path: &str) -> Option<String> {
        let Subject::Work { from, to } = &self.subject else { return None };
        let rest = path.strip_prefix(from.as_str())?;
        let moves = rest.is_empty()
            || rest.starts_with('/')
            || rest.starts_with('.') && {
                let name = EditionName::of(path, |code| self.languages.iter().any(|known| known == code));
                name.map(|name| name.key).or_else(|| key::of_lock(path)).is_some_and(|key| key == *from)
            };
        moves.then(|| format!("{to}{rest}"))
    }

    /// Returns the name of a file after the rename.
    pub fn file<'f>(&'f self, file: &'f str) -> &'f str {
        self.files.get(file).map_or(file, String::as_str)
    }

    /// Returns the path of a file or page from the project's root after the rename, as links name
    /// it.
    fn path(&self, path: &str) -> String {
        self.new_file(path).unwrap_or_else(|| path.to_owned())
    }

    /// Returns the new key of a work; `None` if it keeps its key.
    fn key(&self, key: &str) -> Option<String> {
        let Subject::Work { from, to } = &self.subject else { return None };
        let rest = key.strip_prefix(from.as_str())?;
        (rest.is_empty() || rest.starts_with('/')).then(|| format!("{to}{rest}"))
    }

    /// Returns the published path of a copied file or of a term after the rename.
    fn published(&self, path: &str) -> String {
        match &self.subject {
            Subject::Work { .. } => self.new_path(path).unwrap_or_else(|| path.to_owned()),
            Subject::Term { from, to } => {
                let is_own = self.languages.iter().find(|code| term_path(code, from) == path);
                is_own.map_or_else(|| path.to_owned(), |code| term_path(code, to))
            }
        }
    }
}

/// Returns true if a folder without a page of its own contains works.
fn is_folder_of_works(site: &Site, key: &str) -> bool {
    let prefix = format!("{key}/");
    !key.is_empty() && site.keys().any(|known| known.starts_with(&prefix))
}

fn unknown(site: &Site, typed: &str) -> Failure {
    let hint = similar_key(site, typed);
    let of_term = || site.glossary.term_named(typed).map(|_| format!("write `{TERMS}/{typed}` to rename the term"));
    Failure::new(key::unknown(typed)).hint(hint.or_else(of_term).unwrap_or_else(|| key::HINT.to_owned()))
}
