//! Keys of works, and the parts of a file name: `vectors/russia.kk.md` is work `vectors/russia` in
//! `kk`.

use std::borrow::Borrow;
use std::fmt;
use std::sync::Arc;

use crate::base::{path, visible};

/// Hint for a key that no page has.
pub const HINT: &str = "write the key of a page: its path in `content/` without language and `.md`, such as `vectors/russia`";

/// Returns the message that no page has a key.
pub fn unknown(key: &str) -> String {
    format!("there is no page with the key `{key}`")
}

/// Returns the message that a text cannot be a key, with the reason if it is known.
pub fn unusable(text: &str, unfit: Option<path::Unfit>) -> String {
    let why = unfit.map_or_else(String::new, |unfit| format!(": {unfit}"));
    format!("`{}` cannot be the key of a page{why}", visible::name(text))
}

/// Key that identifies a work, independent of its titles, slugs and languages: `vectors/russia`.
///
/// Always NFC. The key of a section is its folder (`vectors`); the key of the home page is `index`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(Arc<str>);

impl Key {
    /// The key of the home page.
    pub const HOME: &'static str = "index";

    /// Makes a key from a text: converts it to NFC and removes slashes at its ends.
    pub fn new(text: &str) -> Self {
        Self(path::nfc(text.trim_matches('/')).into())
    }

    /// Returns the key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns true for the key of the home page.
    pub fn is_home(&self) -> bool {
        &*self.0 == Self::HOME
    }

    /// Returns the key of the section that contains this work; `None` for the home page. The parent
    /// of a top-level work is the home page.
    pub fn parent(&self) -> Option<Key> {
        if self.is_home() {
            return None;
        }
        Some(match self.0.rfind('/') {
            Some(slash) => Key(self.0[..slash].into()),
            None => Key(Self::HOME.into()),
        })
    }

    /// Returns the key as an argument of a command in a hint: with `./` before a key that would be
    /// read as an option, and quoted if a shell could change it.
    pub fn argument(&self) -> String {
        let key = if self.0.starts_with('-') { format!("./{}", self.0) } else { self.0.to_string() };
        if key.chars().all(|c| c.is_alphanumeric() || "-_./".contains(c)) {
            return key;
        }
        // Only a NUL cannot be quoted, and no file name has one.
        shlex::try_quote(&key).map_or_else(|_| key.clone(), std::borrow::Cow::into_owned)
    }

    /// Returns the folded key. Two keys that a file system or a reader could confuse have the same
    /// folded form.
    pub fn folded(&self) -> String {
        path::folded(&self.0)
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Borrow<str> for Key {
    fn borrow(&self) -> &str {
        &self.0
    }
}

/// Returns the key of the work whose lock has this path below `content/`; `None` if it is not a
/// lock.
pub fn of_lock(path: &str) -> Option<Key> {
    key_of(path, path.strip_suffix(super::lock::ENDING)?)
}

/// Returns the key of the work to which the file at `path` belongs. `stem` is the path without its
/// language and extension. Returns `None` if a file or folder in the path is hidden.
fn key_of(path: &str, stem: &str) -> Option<Key> {
    let is_hidden = path.split('/').any(|part| part.starts_with(['_', '.']));
    let is_section = path::file_name(stem) == Key::HOME && stem.contains('/');
    let key = if is_section { path::folder(stem) } else { stem };
    (!is_hidden && !key.is_empty()).then(|| Key::new(key))
}

/// Returns the path of an edition's file without `.md` and without its language, if it has one.
fn stem<'f>(file: &'f str, language: &str) -> &'f str {
    let stem = file.strip_suffix(".md").unwrap_or(file);
    stem.strip_suffix(language).and_then(|stem| stem.strip_suffix('.')).unwrap_or(stem)
}

/// Returns the path of the lock beside an edition's file: `vectors/russia.lock` beside
/// `vectors/russia.kk.md`.
pub fn lock_beside(file: &str, language: &str) -> String {
    format!("{}{}", stem(file, language), super::lock::ENDING)
}

/// Returns the path beside an edition's file for the edition in another language.
pub fn edition_beside(file: &str, language: &str, other: &str) -> String {
    format!("{}.{other}.md", stem(file, language))
}

/// Key and language from the path of an edition's Markdown file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EditionName {
    pub key: Key,
    /// Language code in the file name, if there is one.
    pub language: Option<String>,
}

impl EditionName {
    /// Reads a path below `content/`, such as `vectors/russia.kk.md`. Returns `None` if the file is
    /// not a page.
    ///
    /// The part between the last two dots is a language if `is_language` accepts it, otherwise a
    /// part of the name:
    ///
    /// ```text
    /// notes.kk.md     page `notes` in `kk`
    /// notes.old.md    page `notes.old`, though `old` looks like a language (`looks_like_language`)
    /// ```
    pub fn of(path: &str, is_language: impl Fn(&str) -> bool) -> Option<Self> {
        let stem = path.strip_suffix(".md")?;
        let (stem, language) = match stem.rsplit_once('.') {
            Some((before, code)) if is_language(code) => (before, Some(code.to_owned())),
            _ => (stem, None),
        };
        Some(Self { key: key_of(path, stem)?, language })
    }
}

/// Reads a key that somebody typed: `a/b`, `./a/b`, or the path of an edition, `content/a/b.kk.md`.
///
/// The error is the reason why the text cannot be a key, if it is known.
pub fn typed(typed: &str, is_language: impl Fn(&str) -> bool) -> Result<String, Option<path::Unfit>> {
    let mut key = path::nfc(typed.trim().trim_start_matches("./").trim_start_matches("content/").trim_matches('/'));
    if let Some(stem) = key.strip_suffix(".md") {
        key = stem.to_owned();
    }
    if let Some((stem, code)) = key.rsplit_once('.')
        && is_language(code)
    {
        key = stem.to_owned();
    }
    match path::unfit(&key) {
        None if key.split('/').all(|part| !part.starts_with(['.', '_']) && !part.contains(['#', '%'])) => Ok(key),
        unfit => Err(unfit),
    }
}

/// Returns true if a text has the form of a language tag: two or three letters, perhaps with
/// subtags.
pub fn looks_like_language(text: &str) -> bool {
    let mut parts = text.split('-');
    let first = parts.next().unwrap_or("");
    (2..=3).contains(&first.len())
        && first.bytes().all(|byte| byte.is_ascii_lowercase())
        && parts.all(|part| (2..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(path: &str) -> Option<(String, Option<String>)> {
        EditionName::of(path, |code| ["kk", "en"].contains(&code)).map(|name| (name.key.to_string(), name.language))
    }

    #[test]
    fn file_names_say_key_and_language() {
        assert_eq!(name("vectors/russia.kk.md"), Some(("vectors/russia".into(), Some("kk".into()))));
        assert_eq!(name("vectors/index.en.md"), Some(("vectors".into(), Some("en".into()))));
        assert_eq!(name("index.kk.md"), Some(("index".into(), Some("kk".into()))));
        assert_eq!(name("notes.v2.md"), Some(("notes.v2".into(), None)));
        assert_eq!(name("notes.old.md"), Some(("notes.old".into(), None)));
        assert_eq!(name("notes.old.kk.md"), Some(("notes.old".into(), Some("kk".into()))));
        assert_eq!(name("_source/x.kk.md"), None);
        assert_eq!(name("picture.png"), None);
    }

    #[test]
    fn locks_belong_to_works() {
        for (file, code, lock) in [
            ("content/vectors/russia.kk.md", "kk", "content/vectors/russia.lock"),
            ("content/vectors/index.kk.md", "kk", "content/vectors/index.lock"),
            ("content/notes.md", "kk", "content/notes.lock"),
            ("content/kk.md", "kk", "content/kk.lock"),
        ] {
            assert_eq!(lock_beside(file, code), lock);
        }
        let key = |path| of_lock(path).map(|key| key.to_string());
        assert_eq!(key("vectors/russia.lock").as_deref(), Some("vectors/russia"));
        assert_eq!(key("vectors/index.lock").as_deref(), Some("vectors"));
        assert_eq!(key("index.lock").as_deref(), Some("index"));
        assert_eq!((key("_x/a.lock"), key("a.md"), key(".lock")), (None, None, None));
    }

    #[test]
    fn a_key_in_a_command_is_one_argument_and_no_option() {
        let arguments = ["a/b", "-x", "--all", "a b", "it's", "қала"].map(|key| Key::new(key).argument());
        assert_eq!(arguments, ["a/b", "./-x", "./--all", "'a b'", "\"it's\"", "қала"]);
    }

    #[test]
    fn every_key_but_home_has_a_parent() {
        assert_eq!(Key::new("a/b").parent(), Some(Key::new("a")));
        assert_eq!(Key::new("a").parent(), Some(Key::new("index")));
        assert_eq!(Key::new("index").parent(), None);
    }
}
