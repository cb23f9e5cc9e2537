//! Putting a finished folder in the place of the old one.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::base::Failure;

use super::MANIFEST;

/// Cleans up after a build that was killed: the old folder is put back if it is gone, what builds
/// wrote elsewhere is removed. Gives the places of files that found theirs taken.
pub(super) fn recover(output: &Path, stage: &Path) -> Result<Vec<PathBuf>, Failure> {
    let aside = aside(stage);
    if !output.exists() && aside.exists() {
        fs::rename(&aside, output).map_err(|error| Failure::io("put back", output, &error))?;
    }
    let mut displaced = Vec::new();
    for left in [stage, &aside] {
        if left.exists() {
            displaced.extend(clear(left, output).map_err(|error| Failure::io("remove", left, &error))?);
        }
    }
    Ok(displaced)
}

/// Whether a build that was killed left anything.
pub(super) fn is_left(stage: &Path) -> bool {
    stage.symlink_metadata().is_ok() || aside(stage).symlink_metadata().is_ok()
}

/// Puts `stage` in the place of `output` and removes what was there. Gives the places of files that
/// found theirs taken.
pub(super) fn swap(stage: &Path, output: &Path) -> Result<Vec<PathBuf>, Failure> {
    let failed = |error: &io::Error| {
        Failure::io("replace", output, error)
            .hint("the folder must be an ordinary one, not a mount point; the old site is untouched")
    };
    if !output.exists() {
        return fs::rename(stage, output).map(|()| Vec::new()).map_err(|error| failed(&error));
    }
    let old = match exchange(stage, output) {
        Ok(()) => stage.to_owned(),
        // Not every system can exchange two folders: two steps, which `recover` can finish.
        Err(_) => {
            let aside = aside(stage);
            fs::rename(output, &aside).map_err(|error| failed(&error))?;
            if let Err(error) = fs::rename(stage, output) {
                let back = fs::rename(&aside, output);
                let mut failure = failed(&error);
                if back.is_err() {
                    failure = failure.hint(format!("the old site is in `{}`", aside.display()));
                }
                return Err(failure);
            }
            aside
        }
    };
    // What cannot be removed now is removed by the next build.
    Ok(clear(&old, output).unwrap_or_default())
}

/// Puts a part of `stage` in the place of the same part of `output`, and removes what was there, as [`swap`] does with
/// all of it; `None` if the system cannot do so in one step, and then nothing was done.
pub(super) fn swap_part(stage: &Path, output: &Path, part: &str) -> Option<Vec<PathBuf>> {
    exchange(&stage.join(part), &output.join(part)).ok()?;
    Some(clear(stage, output).unwrap_or_default())
}

/// Removes a folder that is no longer the output, or never was: what its manifest lists is deleted;
/// everything else is someone's, and is moved into the output unless it is there too.
///
/// A stage has its manifest from the beginning, so this holds for half-made ones as well.
fn clear(tree: &Path, output: &Path) -> io::Result<Vec<PathBuf>> {
    // Without a list nothing is known to be ours.
    let list = fs::read_to_string(tree.join(MANIFEST)).unwrap_or_default();
    let ours: BTreeSet<&str> = list.lines().collect();
    let displaced = clear_folder(tree, Path::new(""), &ours, output)?;
    // The list goes last, so that this can be taken up again.
    match fs::remove_file(tree.join(MANIFEST)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    fs::remove_dir(tree)?;
    Ok(displaced)
}

fn clear_folder(tree: &Path, folder: &Path, ours: &BTreeSet<&str>, output: &Path) -> io::Result<Vec<PathBuf>> {
    let mut displaced = Vec::new();
    let mut below = Vec::new();
    for entry in fs::read_dir(tree.join(folder))? {
        let entry = entry?;
        let path = folder.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            below.push(path);
            continue;
        }
        let old = entry.path();
        let name = path.to_string_lossy().replace('\\', "/");
        if name == MANIFEST {
            continue;
        }
        if ours.contains(name.as_str()) || is_copy(&old, &output.join(&path)) {
            fs::remove_file(&old)?;
        } else {
            displaced.extend(rescue(&old, &path, output)?);
        }
    }
    let cleared: Vec<io::Result<Vec<PathBuf>>> = below
        .into_par_iter()
        .map(|path| {
            let displaced = clear_folder(tree, &path, ours, output)?;
            fs::remove_dir(tree.join(&path))?;
            Ok(displaced)
        })
        .collect();
    for found in cleared {
        displaced.extend(found?);
    }
    Ok(displaced)
}

/// Whether what stands at `b` is all of what stands at `a`.
fn is_copy(a: &Path, b: &Path) -> bool {
    let (Ok(left), Ok(right)) = (fs::symlink_metadata(a), fs::symlink_metadata(b)) else { return false };
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        if (left.dev(), left.ino()) == (right.dev(), right.ino()) {
            return true;
        }
    }
    if left.is_symlink() || right.is_symlink() {
        return fs::read_link(a).is_ok_and(|a| fs::read_link(b).is_ok_and(|b| a == b));
    }
    left.is_file() && super::same_files(a, b).unwrap_or(false)
}

/// Moves a file that no build wrote into the output; gives its place there if its own was taken.
fn rescue(old: &Path, path: &Path, output: &Path) -> io::Result<Option<PathBuf>> {
    if !output.exists() {
        fs::create_dir_all(output)?;
        // So that the next build knows the folder for one of ours.
        fs::write(output.join(MANIFEST), "")?;
    }
    let own = output.join(path);
    let folder_is_there = own.parent().is_none_or(|folder| fs::create_dir_all(folder).is_ok());
    let wanted = if folder_is_there { own.clone() } else { output.join(path.file_name().unwrap_or_default()) };
    for number in 0_u32.. {
        let mut new = wanted.clone().into_os_string();
        match number {
            0 => {}
            1 => new.push(".kept"),
            n => new.push(format!(".kept-{n}")),
        }
        let new = PathBuf::from(new);
        if new.symlink_metadata().is_ok() {
            continue;
        }
        // A link does not replace what has come to stand there in this moment; not every file system links.
        match fs::hard_link(old, &new) {
            Ok(()) => fs::remove_file(old)?,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
            Err(_) => fs::rename(old, &new)?,
        }
        return Ok((new != own).then_some(new));
    }
    unreachable!("there are more names than files")
}

#[cfg(any(target_os = "linux", target_vendor = "apple"))]
fn exchange(a: &Path, b: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    Ok(renameat_with(CWD, a, CWD, b, RenameFlags::EXCHANGE)?)
}

#[cfg(not(any(target_os = "linux", target_vendor = "apple")))]
fn exchange(_: &Path, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

fn aside(stage: &Path) -> PathBuf {
    let name = stage.file_name().unwrap_or_default().to_string_lossy();
    stage.with_file_name(format!("{name}-old"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(path: &Path, text: &str) {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    #[test]
    fn files_that_came_while_the_new_folder_was_made_are_moved_into_it() {
        let folder = tempfile::tempdir().unwrap();
        let (out, stage) = (folder.path().join("out"), folder.path().join(".out.new"));
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
        let mut displaced = swap(&stage, &out).unwrap();
        displaced.sort();
        assert_eq!(displaced, [out.join("late.txt"), out.join("page/index.html.kept")]);
        assert_eq!((read("gone/late.txt"), read("late.txt")), ("late".into(), "late too".into()));
        assert_eq!((read("page/index.html"), read("page/index.html.kept")), ("new".into(), "theirs".into()));
        assert_eq!(read("linked.txt"), "before");
        assert!(!out.join("gone/index.html").exists() && !out.join("linked.txt.kept").exists());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
    }
}
