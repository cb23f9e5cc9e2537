//! Finding the project's files. No other file uses walkdir.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, io};

use walkdir::WalkDir;

use crate::base::{Diagnostic, Place, Report, code, path, visible};

use super::open::{self, Refusal};

/// A file on disk, with its name in the project.
pub(super) struct FoundFile {
    /// Path from the root, with `/` between its parts, in NFC.
    pub(super) path: String,
    pub(super) disk: PathBuf,
}

/// Collects the files below a folder of the root, and the problems of entries that cannot be read.
///
/// Hidden files and editors' backup files are skipped. Symbolic links are followed only inside the
/// root. Returns false if it was interrupted.
pub(super) fn walk(
    root: &Path,
    folder: &str,
    found: &mut Vec<FoundFile>,
    problems: &mut Vec<Diagnostic>,
    interrupted: &mut dyn FnMut() -> bool,
) -> bool {
    let start = root.join(folder);
    if fs::symlink_metadata(&start).is_err_and(|error| error.kind() == io::ErrorKind::NotFound) {
        return true;
    }
    let mut entries = WalkDir::new(&start).follow_links(true).sort_by_file_name().into_iter();
    while let Some(entry) = entries.next() {
        if interrupted() {
            return false;
        }
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                let name = error.path().map(|path| relative(root, path)).unwrap_or_default();
                let message = if error.loop_ancestor().is_some() {
                    format!("the symbolic link `{name}` leads back to a folder that contains it")
                } else {
                    format!("cannot read `{name}`: {}", error.io_error().map_or_else(|| error.to_string(), ToString::to_string))
                };
                let code = if error.loop_ancestor().is_some() { &code::OUTSIDE_LINK } else { &code::UNREADABLE };
                problems.report(code, Place::whole(&name.into()), message);
                continue;
            }
        };
        let is_folder = entry.file_type().is_dir();
        let name = entry.file_name().to_string_lossy();
        if entry.depth() > 0 && is_skipped(&name) {
            if is_folder {
                entries.skip_current_dir();
            }
            continue;
        }
        let refused_link = entry.path_is_symlink().then(|| open::refused_link(root, entry.path())).flatten();
        let refusal = match open::special(entry.file_type()) {
            _ if refused_link.is_some() => refused_link,
            None if entry.depth() == 0 => Some(Refusal::Special("a file, not a folder")),
            None => None,
            Some(_) if is_folder => continue,
            Some(kind) => Some(Refusal::Special(kind)),
        };
        match refusal {
            None => found.push(FoundFile { path: relative(root, entry.path()), disk: entry.into_path() }),
            Some(refusal) => {
                problems.push(refused(&relative(root, entry.path()).into(), refusal));
                if is_folder {
                    entries.skip_current_dir();
                }
            }
        }
    }
    true
}

/// Finds one file in the root, if it exists.
pub(super) fn find(root: &Path, name: &str, found: &mut Vec<FoundFile>, problems: &mut Vec<Diagnostic>) {
    let disk = root.join(name);
    let refusal = match fs::symlink_metadata(&disk) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return,
        Err(error) => Some(error.into()),
        Ok(metadata) => {
            let refused_link = metadata.is_symlink().then(|| open::refused_link(root, &disk)).flatten();
            refused_link.or_else(|| match fs::metadata(&disk) {
                Err(error) => Some(error.into()),
                Ok(metadata) => open::special(metadata.file_type()).map(Refusal::Special),
            })
        }
    };
    match refusal {
        None => found.push(FoundFile { path: name.to_owned(), disk }),
        Some(refusal) => problems.push(refused(&name.into(), refusal)),
    }
}

/// Returns the diagnostic for a file that is not read.
pub(super) fn refused(name: &Arc<str>, refusal: Refusal) -> Diagnostic {
    let place = Place::whole(name);
    let name = visible::name(name);
    match refusal {
        Refusal::Io(error) => Diagnostic::at(&code::UNREADABLE, place, format!("cannot read `{name}`: {error}")),
        Refusal::Outside => {
            Diagnostic::at(&code::OUTSIDE_LINK, place, format!("the symbolic link `{name}` leads out of the project's folder"))
                .hint("replace the link by a copy of its target")
        }
        Refusal::Git => {
            Diagnostic::at(&code::OUTSIDE_LINK, place, format!("the symbolic link `{name}` leads into a `.git` folder"))
                .hint("remove the link: git's own files may contain passwords, and are never published")
        }
        Refusal::Special(kind) => Diagnostic::at(&code::UNREADABLE, place, format!("`{name}` is {kind} and cannot be read"))
            .hint(format!("remove `{name}`, or replace it by an ordinary file or folder")),
    }
}

/// Returns true if files and folders with this name are not read: hidden files and editors'
/// backups.
pub fn is_skipped(name: &str) -> bool {
    name.starts_with('.') || name.ends_with('~') || (name.starts_with('#') && name.ends_with('#'))
}

pub(super) fn relative(root: &Path, disk: &Path) -> String {
    as_name(disk.strip_prefix(root).unwrap_or(disk))
}

/// Converts a relative path on disk to the name of a file in the project.
pub(super) fn as_name(relative: &Path) -> String {
    let parts: Vec<_> = relative.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    path::nfc(&parts.join("/"))
}

/// Returns the targets of links in the project's folders, as real paths, with true for a folder.
///
/// Only targets inside the root and outside the project's folders are listed: their files are read
/// as part of the project, though they are not below `content`, `templates` or `themes`.
pub fn link_targets(root: &Path) -> BTreeMap<PathBuf, bool> {
    let mut found = BTreeMap::new();
    for folder in super::FOLDERS {
        let mut entries = WalkDir::new(root.join(folder)).follow_links(true).into_iter();
        while let Some(entry) = entries.next() {
            // `walk` reports entries that cannot be read.
            let Ok(entry) = entry else { continue };
            let is_folder = entry.file_type().is_dir();
            let is_skipped = entry.depth() > 0 && is_skipped(&entry.file_name().to_string_lossy());
            let is_link = entry.path_is_symlink();
            if is_skipped || (is_link && open::refused_link(root, entry.path()).is_some()) {
                if is_folder {
                    entries.skip_current_dir();
                }
                continue;
            }
            let Some(real) = is_link.then(|| entry.path().canonicalize().ok()).flatten() else { continue };
            if !super::FOLDERS.iter().any(|folder| real.starts_with(root.join(folder))) {
                found.insert(real, is_folder);
            }
        }
    }
    found
}
