//! Files that one run leaves for the next, in the user's cache folder: highlighted code, records of
//! the folders that were published into, and outcomes of links to other sites.
//!
//! Each project has a cache of its own. Its keys are digests, and an attacker could construct a
//! collision; so the texts of one project must not reach the pages of another.
//!
//! No result depends on the cache. If it cannot be read or written, the run is only slower, so no
//! failure here is reported.

use std::env;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::base::Digest;
use crate::disk::Folder;
use crate::emit::{self, Record};
use crate::external::Results;
use crate::render::Highlighter;

/// Returns a highlighter with the saved results of earlier runs.
pub(super) fn highlighter(root: &Path) -> Arc<Highlighter> {
    Arc::new(Highlighter::from_cache(&read(highlighting(root))))
}

/// Stores the results of a run's highlighting for the next one.
pub(super) fn keep(root: &Path, highlighter: &Highlighter) {
    if highlighter.has_new_results()
        && let Some(file) = highlighting(root)
    {
        write(&file, |out| highlighter.write_cache(out));
    }
}

/// Returns the record of the last build into a folder; an empty record if there is none.
pub(super) fn record(root: &Path, output: &Path) -> Record {
    Record::read(&read(published(root, output)))
}

/// Stores the record of a build into a folder for the next build.
pub(super) fn keep_record(root: &Path, output: &Path, record: &Record) {
    if let Some(file) = published(root, output) {
        write(&file, |out| record.write(out));
    }
}

/// Returns the outcomes of links to other sites that earlier runs found.
pub(super) fn link_results(root: &Path, allow_private: bool) -> Results {
    Results::read(&read(links(root)), allow_private)
}

/// Stores the outcomes of links to other sites for the next run.
pub(super) fn keep_link_results(root: &Path, results: &Results) {
    if let Some(file) = links(root) {
        write(&file, |out| results.write(out));
    }
}

fn links(root: &Path) -> Option<PathBuf> {
    Some(folder()?.join(format!("links-{}", digest(root)?)))
}

fn highlighting(root: &Path) -> Option<PathBuf> {
    Some(folder()?.join(format!("highlighting-{}", digest(root)?)))
}

fn published(root: &Path, output: &Path) -> Option<PathBuf> {
    // The output folder may not exist yet.
    let output = Digest::of(emit::absolute(&fs::canonicalize(root).ok()?, output).ok()?.as_os_str().as_encoded_bytes());
    Some(folder()?.join(format!("published-{}-{output}", digest(root)?)))
}

fn read(file: Option<PathBuf>) -> Vec<u8> {
    let read = |file: PathBuf| Folder::open(file.parent()?).ok()?.read(file.file_name()?).ok();
    file.and_then(read).unwrap_or_default()
}

/// Writes a file, replacing an existing one.
fn write(file: &Path, content: impl FnOnce(&mut dyn Write) -> io::Result<()>) {
    if let (Some(folder), Some(name)) = (file.parent(), file.file_name()) {
        // The write is atomic, so that of two simultaneous runs one leaves its complete cache.
        let _ = Folder::open_or_make(folder).and_then(|folder| folder.write(name, content));
    }
}

/// Returns the digest of a project's real path.
fn digest(root: &Path) -> Option<Digest> {
    Some(Digest::of(fs::canonicalize(root).ok()?.as_os_str().as_encoded_bytes()))
}

/// Returns the program's cache folder; `None` if the environment does not say where caches belong.
fn folder() -> Option<PathBuf> {
    let variable = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let folder = if cfg!(windows) {
        variable("LOCALAPPDATA")?
    } else if cfg!(target_os = "macos") {
        variable("HOME")?.join("Library/Caches")
    } else {
        variable("XDG_CACHE_HOME").filter(|path| path.is_absolute()).or_else(|| Some(variable("HOME")?.join(".cache")))?
    };
    Some(folder.join("tilmash"))
}
