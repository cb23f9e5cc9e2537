//! Opening files of the project. Only regular files inside its folder are read.
//!
//! A link may replace a file between the walk and the read. So every file is opened through a
//! handle of the project's folder, which it cannot leave. The kind of the file is checked after
//! opening.

use std::fs::{self, File, FileType, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use crate::base::path;
use crate::disk::{Folder, Kind};

/// The folder of a project, held open.
#[derive(Debug)]
pub(super) struct Root {
    /// Canonical path of the folder.
    pub(super) path: PathBuf,
    folder: Folder,
}

/// Reason why a file of the project is not read.
#[derive(Debug)]
pub(super) enum Refusal {
    Io(io::Error),
    /// The path leads out of the project through a link.
    Outside,
    /// A link leads into `.git`, which may hold passwords.
    Git,
    /// The entry is not a regular file; the words name its kind.
    Special(&'static str),
}

impl From<io::Error> for Refusal {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl Root {
    /// Opens the folder of a project.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let path = fs::canonicalize(path)?;
        Ok(Self { folder: Folder::open(&path)?, path })
    }

    /// Opens a file below the folder. A named pipe is refused without waiting for its writer.
    pub(super) fn file(&self, disk: &Path) -> Result<(File, Metadata), Refusal> {
        let opened = self.open_below(disk).and_then(|file| Ok((file.metadata()?, file)));
        let (metadata, file) = match opened {
            Ok(opened) => opened,
            Err(Refusal::Io(error)) => {
                // Sockets and some devices cannot be opened at all.
                let kind = fs::metadata(disk).ok().and_then(|metadata| special(metadata.file_type()));
                return Err(kind.map_or(Refusal::Io(error), Refusal::Special));
            }
            Err(refusal) => return Err(refusal),
        };
        match special(metadata.file_type()) {
            Some(kind) => Err(Refusal::Special(kind)),
            None => Ok((file, metadata)),
        }
    }

    fn open_below(&self, disk: &Path) -> Result<File, Refusal> {
        let inside = disk.strip_prefix(&self.path).map_err(|_| Refusal::Outside)?;
        self.folder.open_inside(inside).map_err(|error| match fs::canonicalize(disk) {
            Ok(real) if !real.starts_with(&self.path) => Refusal::Outside,
            _ => Refusal::Io(error),
        })
    }
}

/// Returns the reason why a link is not followed; `None` if its target is inside the root.
///
/// Links into `.git` are refused: each clone has its own, which is not part of the repository. The
/// exception is the folder in which git-annex keeps files, since these belong to the project.
pub(super) fn refused_link(root: &Path, link: &Path) -> Option<Refusal> {
    let real = fs::canonicalize(link).ok();
    let Some(inside) = real.as_ref().and_then(|real| real.strip_prefix(root).ok()) else { return Some(Refusal::Outside) };
    let mut parts = inside.iter().map(|part| part.to_string_lossy());
    let is_in_git = parts.any(|part| path::is_git_folder(&part)) && parts.next().is_none_or(|part| part != "annex");
    is_in_git.then_some(Refusal::Git)
}

/// Returns the words for the kind of an entry in messages; `None` for a regular file.
pub(super) fn special(file_type: FileType) -> Option<&'static str> {
    Some(Kind::of(file_type)).filter(|&kind| kind != Kind::File).map(Kind::name)
}

#[cfg(test)]
mod tests {
    #[cfg(unix)]
    #[test]
    fn only_regular_files_inside_the_folder_are_opened() {
        use super::*;
        use std::os::unix::fs::symlink;
        let outside = tempfile::tempdir().unwrap();
        fs::write(outside.path().join("secret"), "secret").unwrap();
        let folder = tempfile::tempdir().unwrap();
        let root = Root::open(folder.path()).unwrap();
        let at = |name: &str| root.path.join(name);
        fs::create_dir(at("a")).unwrap();
        fs::write(at("a/file"), "text").unwrap();
        symlink("file", at("a/relative")).unwrap();
        symlink(at("a"), at("absolute")).unwrap();
        symlink(outside.path(), at("out")).unwrap();
        symlink(outside.path().join("secret"), at("leak")).unwrap();
        symlink("/dev/null", at("null")).unwrap();
        assert!(std::process::Command::new("mkfifo").arg(at("pipe")).status().unwrap().success());
        symlink("pipe", at("to-pipe")).unwrap();
        let _socket = std::os::unix::net::UnixListener::bind(at("socket")).unwrap();
        let opened = |name: &str| match root.file(&at(name)) {
            Ok((file, _)) => io::read_to_string(file).unwrap(),
            Err(Refusal::Io(error)) => error.kind().to_string(),
            Err(Refusal::Outside) => "outside".to_owned(),
            Err(Refusal::Git) => "git".to_owned(),
            Err(Refusal::Special(kind)) => kind.to_owned(),
        };
        for (name, wanted) in [
            ("a/file", "text"),
            ("a/relative", "text"),
            ("absolute/file", "text"),
            ("out/secret", "outside"),
            ("leak", "outside"),
            ("null", "outside"),
            ("a/../../x", "entity not found"),
            ("pipe", "a named pipe"),
            ("to-pipe", "a named pipe"),
            ("socket", "a socket"),
            ("a", "a folder"),
            ("none", "entity not found"),
        ] {
            assert_eq!(opened(name), wanted, "{name}");
        }
    }
}
