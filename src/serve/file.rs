//! Opening a file of the project for a response.
//!
//! The disk may have changed since the snapshot was made. So the file is opened anew as a regular file inside
//! the project, whatever stands at its path by now.

use std::fs::File;
use std::io::{Error, ErrorKind, Result};
use std::path::Path;

use crate::disk::Folder;

/// Opens a regular file inside `root`, which is canonical. Returns the file and its length.
///
/// Links are followed only while they stay inside: the real path is opened without following any.
pub(super) fn open(root: &Path, disk: &Path) -> Result<(File, u64)> {
    let real = disk.canonicalize()?;
    let outside = |_| Error::new(ErrorKind::PermissionDenied, "it is outside the project");
    let file = Folder::open(root)?.open_file(real.strip_prefix(root).map_err(outside)?)?;
    let length = file.metadata()?.len();
    Ok((file, length))
}

#[cfg(test)]
mod tests {
    #[cfg(unix)]
    #[test]
    fn only_regular_files_inside_the_project_are_opened() {
        use super::*;
        use std::os::unix::fs::symlink;
        let outside = tempfile::tempdir().unwrap();
        std::fs::write(outside.path().join("secret"), "secret").unwrap();
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        std::fs::create_dir(root.join("real")).unwrap();
        std::fs::write(root.join("real/a"), "four").unwrap();
        symlink("real", root.join("linked")).unwrap();
        symlink(outside.path(), root.join("out")).unwrap();
        symlink(outside.path().join("secret"), root.join("secret")).unwrap();
        assert!(std::process::Command::new("mkfifo").arg(root.join("fifo")).status().unwrap().success());
        let length = |path: &str| open(&root, &root.join(path)).map(|(_, length)| length);
        assert_eq!(length("real/a").unwrap(), 4);
        assert_eq!(length("linked/a").unwrap(), 4);
        assert_eq!(length("none").unwrap_err().kind(), ErrorKind::NotFound);
        for path in ["fifo", "real", "out/secret", "secret"] {
            assert!(length(path).is_err(), "{path}");
        }
    }
}
