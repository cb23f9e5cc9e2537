//! Opening a file of the project for a response.
//!
//! The disk may have changed since the snapshot was made. So the file is opened anew as a regular file inside
//! the project, whatever stands at its path by now.

use std::fs::File;
use std::io::{Error, ErrorKind, Result};
use std::path::Path;

/// Opens a regular file inside `root`, which is canonical. Returns the file and its length.
///
/// Links are followed only while they stay inside: the real path is opened part by part without following any.
pub(super) fn open(root: &Path, disk: &Path) -> Result<(File, u64)> {
    let real = disk.canonicalize()?;
    let inside = real.strip_prefix(root).map_err(|_| refused("it is outside the project"))?;
    let file = open_inside(root, inside)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(refused("it is not a regular file"));
    }
    Ok((file, metadata.len()))
}

fn refused(why: &str) -> Error {
    Error::new(ErrorKind::PermissionDenied, why)
}

#[cfg(unix)]
fn open_inside(root: &Path, inside: &Path) -> Result<File> {
    use rustix::fs::{CWD, Mode, OFlags, openat};
    let mut handle = openat(CWD, root, OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?;
    // Without `NONBLOCK`, a FIFO would wait for a writer.
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    for part in inside {
        handle = openat(&handle, part, flags, Mode::empty())?;
    }
    Ok(handle.into())
}

#[cfg(not(unix))]
fn open_inside(root: &Path, inside: &Path) -> Result<File> {
    File::open(root.join(inside))
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn only_regular_files_inside_the_project_are_opened() {
        let outside = tempfile::tempdir().unwrap();
        std::fs::write(outside.path().join("secret"), "secret").unwrap();
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        std::fs::create_dir(root.join("real")).unwrap();
        std::fs::write(root.join("real/a"), "four").unwrap();
        symlink("real", root.join("linked")).unwrap();
        symlink(outside.path(), root.join("out")).unwrap();
        symlink(outside.path().join("secret"), root.join("secret")).unwrap();
        rustix::fs::mknodat(rustix::fs::CWD, root.join("fifo"), rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
        let length = |path: &str| open(&root, &root.join(path)).map(|(_, length)| length).map_err(|error| error.kind());
        assert_eq!(length("real/a"), Ok(4));
        assert_eq!(length("linked/a"), Ok(4));
        assert_eq!(length("none"), Err(ErrorKind::NotFound));
        for path in ["fifo", "real", "out/secret", "secret"] {
            assert_eq!(length(path), Err(ErrorKind::PermissionDenied), "{path}");
        }
    }
}
