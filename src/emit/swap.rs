//! The exchange of a finished folder with the old one, and the cleanup of killed builds.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::base::Failure;
use crate::base::visible::shown_path;
use crate::disk::{self, Folder, Kind};

use super::{Location, MANIFEST};

/// Cleans up after a build that was killed: puts the old output back if it is gone, and removes
/// other folders that the build left. Returns the new paths of rescued files whose names the site
/// uses itself.
///
/// Only real folders are cleaned up. Anything else with these names is an error, since builds leave
/// only folders.
pub(super) fn recover(place: &Location) -> Result<Vec<PathBuf>, Failure> {
    let parent = &place.parent;
    let is_folder = |name: &OsStr| match parent.kind(name) {
        Ok(None) => Ok(false),
        Ok(Some(Kind::Folder)) => Ok(true),
        Ok(Some(kind)) => {
            let message = format!(
                "`{}` is {}, but the build needs this name for a temporary folder",
                shown_path(&parent.place(name)),
                kind.name()
            );
            Err(Failure::new(message).hint("remove this entry: Tilmash did not create it"))
        }
        Err(error) => Err(Failure::io("read", &parent.place(name), &error)),
    };
    let (is_stage, mut is_aside) = (is_folder(&place.stage)?, is_folder(&place.aside)?);
    if is_aside && matches!(parent.kind(&place.name), Ok(None)) {
        let back = parent.rename(&place.aside, parent, &place.name);
        back.map_err(|error| Failure::io("restore", &place.output(), &error))?;
        is_aside = false;
    }
    let mut displaced = Vec::new();
    for (name, is_left) in [(&place.stage, is_stage), (&place.aside, is_aside)] {
        if is_left {
            let cleared = clear(place, name);
            displaced.extend(cleared.map_err(|error| Failure::io("remove", &parent.place(name), &error))?);
        }
    }
    Ok(displaced)
}

/// Returns true if a build that was killed left a folder beside `output`.
pub(super) fn is_left(output: &Path) -> bool {
    let name = output.file_name().unwrap_or_default();
    ["new", "new-old"].iter().any(|word| output.with_file_name(super::beside(name, word)).symlink_metadata().is_ok())
}

/// Replaces the output by the stage and removes the old output. Returns the new paths of rescued
/// files whose names the site uses itself.
pub(super) fn swap(place: &Location) -> Result<Vec<PathBuf>, Failure> {
    let Location { parent, name, stage, aside, .. } = place;
    let failed = |error: &io::Error| {
        Failure::io("replace", &place.output(), error)
            .hint("use an ordinary folder that is not a mount point; the old site is unchanged")
    };
    if parent.kind(name).map_err(|error| failed(&error))?.is_none() {
        return parent.rename(stage, parent, name).map(|()| Vec::new()).map_err(|error| failed(&error));
    }
    let old = match parent.exchange(stage, parent, name) {
        Ok(()) => stage,
        // Not every system can exchange two folders in one step. `recover` can finish these two
        // steps.
        Err(_) => {
            parent.rename(name, parent, aside).map_err(|error| failed(&error))?;
            if let Err(error) = parent.rename(stage, parent, name) {
                let back = parent.rename(aside, parent, name);
                let mut failure = failed(&error);
                if back.is_err() {
                    failure = failure.hint(format!("the old site is in `{}`", shown_path(&parent.place(aside))));
                }
                return Err(failure);
            }
            aside
        }
    };
    // If something cannot be removed now, the next build removes it.
    Ok(clear(place, old).unwrap_or_default())
}

/// Replaces a part of the output by the same part of the stage, and removes the old part, as
/// [`swap`] does with all of it. Returns `None`, and changes nothing, if the system cannot do so in
/// one step.
pub(super) fn swap_part(place: &Location, stage: &Folder, output: Option<&Folder>, part: &str) -> Option<Vec<PathBuf>> {
    stage.exchange(part, output?, part).ok()?;
    Some(clear(place, &place.stage).unwrap_or_default())
}

/// Removes the folder `name` beside the output, which is an old output or an unfinished stage. The
/// files in its manifest are deleted. All other files belong to someone else; they are moved into
/// the output unless it has the same file.
///
/// A stage has its manifest from the beginning, so unfinished stages can be cleared too.
fn clear(place: &Location, name: &OsStr) -> io::Result<Vec<PathBuf>> {
    let tree = place.parent.folder(name)?;
    // Without a manifest every file counts as someone else's.
    let list = tree.read_text(MANIFEST).unwrap_or_default();
    let ours: BTreeSet<&str> = super::listed(&list).collect();
    let displaced = Clearing { tree: &tree, ours, place }.folder(Path::new(""))?;
    // The manifest goes last, so that the next build can continue an interrupted removal.
    match tree.remove_file(MANIFEST) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    place.parent.remove_folder(name)?;
    Ok(displaced)
}

/// A folder that is being removed.
struct Clearing<'a> {
    tree: &'a Folder,
    /// The files that a build wrote.
    ours: BTreeSet<&'a str>,
    place: &'a Location,
}

impl Clearing<'_> {
    /// Removes the content of a folder of the tree; returns the new paths of rescued files whose
    /// names the site uses itself.
    fn folder(&self, folder: &Path) -> io::Result<Vec<PathBuf>> {
        let mut displaced = Vec::new();
        let mut below = Vec::new();
        for (name, kind) in self.tree.entries(folder)? {
            let path = folder.join(name);
            if kind == Kind::Folder {
                below.push(path);
                continue;
            }
            let name = path.to_string_lossy().replace('\\', "/");
            if name == MANIFEST {
                continue;
            }
            if self.ours.contains(name.as_str()) || self.is_in_output(&path) {
                self.tree.remove_file(&path)?;
            } else {
                displaced.extend(self.rescue(&path)?);
            }
        }
        let cleared: Vec<io::Result<Vec<PathBuf>>> = below
            .into_par_iter()
            .map(|path| {
                let displaced = self.folder(&path)?;
                self.tree.remove_folder(&path)?;
                Ok(displaced)
            })
            .collect();
        for found in cleared {
            displaced.extend(found?);
        }
        Ok(displaced)
    }

    /// Returns true if the output has a copy of a file at the same path.
    fn is_in_output(&self, path: &Path) -> bool {
        let Ok(output) = self.place.parent.folder(&self.place.name) else { return false };
        let (Ok(left), Ok(right)) = (self.tree.metadata(path), output.metadata(path)) else { return false };
        if disk::same(&left, &right) {
            return true;
        }
        if left.is_symlink() || right.is_symlink() {
            let targets = self.tree.link_target(path).and_then(|left| Ok((left, output.link_target(path)?)));
            return targets.is_ok_and(|(left, right)| left == right);
        }
        let files = self.tree.open_file(path).and_then(|left| Ok((left, output.open_file(path)?)));
        files.and_then(|(left, right)| super::same_files(left, right)).unwrap_or(false)
    }

    /// Moves a file that no build wrote into the output; returns its new path if the site uses its
    /// name.
    fn rescue(&self, path: &Path) -> io::Result<Option<PathBuf>> {
        let Location { parent, name, .. } = self.place;
        if parent.kind(name)?.is_none() {
            parent.make(name)?;
            // By the manifest the next build recognises an output folder.
            parent.folder(name)?.write_new(MANIFEST, b"")?;
        }
        let output = parent.folder(name)?;
        let folder_is_there = path.parent().is_none_or(|folder| output.make(folder).is_ok());
        let wanted = if folder_is_there { path } else { Path::new(path.file_name().unwrap_or_default()) };
        for number in 0_u32.. {
            let mut new = wanted.to_owned().into_os_string();
            match number {
                0 => {}
                1 => new.push(".kept"),
                n => new.push(format!(".kept-{n}")),
            }
            let new = PathBuf::from(new);
            if output.kind(&new)?.is_some() {
                continue;
            }
            // A hard link never replaces a file that appeared in the meantime. Not every file
            // system has them.
            match self.tree.hard_link(path, &output, &new) {
                Ok(()) => self.tree.remove_file(path)?,
                Err(error) if error.kind() == ErrorKind::AlreadyExists => continue,
                Err(_) => self.tree.rename(path, &output, &new)?,
            }
            return Ok((new != path).then(|| output.place(new)));
        }
        unreachable!("there are more names than files")
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn write(path: &Path, text: &str) {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    #[test]
    fn folders_that_a_killed_build_left_are_found() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("out");
        write(&out.join("index.html"), "page");
        assert!(!is_left(&out));
        for left in [".out.tilmash-new", ".out.tilmash-new-old"] {
            fs::create_dir(folder.path().join(left)).unwrap();
            assert!(is_left(&out), "{left}");
            fs::remove_dir(folder.path().join(left)).unwrap();
        }
    }

    #[test]
    fn files_added_during_a_build_are_moved_into_the_new_folder() {
        let folder = tempfile::tempdir().unwrap();
        let (out, stage) = (folder.path().join("out"), folder.path().join(".out.tilmash-new"));
        let read = |path: &str| fs::read_to_string(out.join(path)).unwrap_or_default();
        write(&out.join(MANIFEST), "gone/index.html\n");
        write(&out.join("gone/index.html"), "ours");
        write(&out.join("gone/late.txt"), "late");
        write(&out.join("page/index.html"), "theirs");
        write(&out.join("new/late.txt"), "late too");
        write(&out.join("linked.txt"), "before");
        write(&stage.join(MANIFEST), "new\npage/index.html\n");
        write(&stage.join("new"), "a file where they have a folder");
        write(&stage.join("page/index.html"), "new");
        fs::hard_link(out.join("linked.txt"), stage.join("linked.txt")).unwrap();
        let mut displaced = swap(&Location::open(&out).unwrap()).unwrap();
        displaced.sort();
        assert_eq!(displaced, [out.join("late.txt"), out.join("page/index.html.kept")]);
        assert_eq!((read("gone/late.txt"), read("late.txt")), ("late".into(), "late too".into()));
        assert_eq!((read("page/index.html"), read("page/index.html.kept")), ("new".into(), "theirs".into()));
        assert_eq!(read("linked.txt"), "before");
        assert!(!out.join("gone/index.html").exists() && !out.join("linked.txt.kept").exists());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
    }

    #[cfg(unix)]
    #[test]
    fn links_of_others_are_compared_by_their_targets() {
        use std::os::unix::fs::symlink;

        let folder = tempfile::tempdir().unwrap();
        let (out, stage) = (folder.path().join("out"), folder.path().join(".out.tilmash-new"));
        for (place, text) in [(&out, "old"), (&stage, "new")] {
            write(&place.join(MANIFEST), "");
            symlink("same", place.join("same")).unwrap();
            symlink(text, place.join("other")).unwrap();
        }
        assert_eq!(swap(&Location::open(&out).unwrap()).unwrap(), [out.join("other.kept")]);
        let target = |path: &str| fs::read_link(out.join(path)).unwrap();
        assert_eq!((target("other"), target("other.kept")), ("new".into(), "old".into()));
        assert!(fs::symlink_metadata(out.join("same.kept")).is_err());
    }
}
