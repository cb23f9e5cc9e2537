//! What one run leaves for the next: highlighted code, in the user's folder for caches.
//!
//! Each project has a cache of its own: its keys are digests that somebody could make collide on
//! purpose, and so one project's texts must not reach another's pages.
//!
//! Nothing depends on it. If it cannot be read or written, the run is only slower, so no failure here is told.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::base::Digest;
use crate::render::Highlighter;

/// A highlighter that remembers what earlier runs did.
pub(super) fn highlighter(root: &Path) -> Arc<Highlighter> {
    let memory = file(root).and_then(|file| fs::read(file).ok()).unwrap_or_default();
    Arc::new(Highlighter::remembering(&memory))
}

/// Keeps what a run highlighted, for the next one.
pub(super) fn keep(root: &Path, highlighter: &Highlighter) {
    let Some((file, memory)) = file(root).zip(highlighter.memory()) else { return };
    let beside = file.with_extension(format!("{}.new", std::process::id()));
    let written = file.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(&beside, memory));
    // In one step, so that two runs at the same time leave the memory of one of them, whole.
    if written.and_then(|()| fs::rename(&beside, &file)).is_err() {
        let _ = fs::remove_file(&beside);
    }
}

/// The file of the cache; `None` where the system does not say where caches belong.
fn file(root: &Path) -> Option<PathBuf> {
    let variable = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let folder = if cfg!(windows) {
        variable("LOCALAPPDATA")?
    } else if cfg!(target_os = "macos") {
        variable("HOME")?.join("Library/Caches")
    } else {
        variable("XDG_CACHE_HOME").filter(|path| path.is_absolute()).or_else(|| Some(variable("HOME")?.join(".cache")))?
    };
    let project = Digest::of(fs::canonicalize(root).ok()?.as_os_str().as_encoded_bytes());
    Some(folder.join("tilmash").join(format!("highlighting-{project}")))
}
