//! Files of the content that the program writes: in one step, and never over what somebody saved in the meantime.

use std::path::Path;
use std::{fs, io};

/// Puts a text into a file in one step, so that a full disk does not leave half a file; not if the
/// file is no longer what was read, since an editor may have saved it in between.
pub(super) fn put(path: &Path, before: Option<&str>, text: &str) -> io::Result<bool> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    // The dot keeps it from being taken for a page.
    let beside = path.with_file_name(format!(".{name}.tilmash-new"));
    let put = fs::write(&beside, text).and_then(|()| match is_still(path, before)? {
        true => fs::rename(&beside, path).map(|()| true),
        false => Ok(false),
    });
    if !matches!(put, Ok(true)) {
        // It may not even have been made.
        let _ = fs::remove_file(&beside);
    }
    put
}

/// Whether a file holds that text, or, without one, is not there.
fn is_still(path: &Path, before: Option<&str>) -> io::Result<bool> {
    match fs::symlink_metadata(path) {
        Ok(_) => Ok(match before {
            Some(before) => fs::read(path)? == before.as_bytes(),
            None => false,
        }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(before.is_none()),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_was_saved_in_between_is_not_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.kk.md");
        assert!(put(&path, None, "one").unwrap());
        assert!(!put(&path, None, "two").unwrap(), "it is there by now");
        assert!(!put(&path, Some("other"), "two").unwrap(), "it is another text by now");
        assert_eq!(fs::read_to_string(&path).unwrap(), "one");
        assert!(put(&path, Some("one"), "two").unwrap());
        fs::remove_file(&path).unwrap();
        assert!(!put(&path, Some("two"), "three").unwrap(), "it is gone by now");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is left beside it");
    }
}
