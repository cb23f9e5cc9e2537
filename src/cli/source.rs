//! Writer of files for commands: sources of the site, and files that the user named.

use std::path::Path;

use crate::base::visible::shown_path;
use crate::base::{Diagnostic, Failure};
use crate::disk::Folder;
use crate::emit;
use crate::load::{self, Inputs};
use crate::model::limits::{Limit, Limits};
use crate::project::State;

/// Returns a problem if a text is over the site's limit, so that no build would read it again.
pub(super) fn too_large(state: &State, file: &str, text: &str) -> Option<Diagnostic> {
    let limit = state.config.as_ref().map_or_else(Limits::default, |config| config.limits).of(Limit::Text);
    let length = text.len() as u64;
    (length > limit).then(|| load::too_large(&file.into(), length, Limit::Text, limit))
}

/// Writes a source file of a site in one step, if it still has the text `before`; `None` means that
/// there is no file. Returns false, and writes nothing, if the file has changed in the meantime.
pub(super) fn write(inputs: &Inputs, file: &str, before: Option<&str>, text: &str) -> Result<bool, Failure> {
    write_at(&inputs.root, &inputs.disk_name(file), before, text)
}

fn write_at(root: &Path, file: &Path, before: Option<&str>, text: &str) -> Result<bool, Failure> {
    let written = Folder::open(root).and_then(|site| site.write_if_unchanged(site.real(file)?, before, text));
    written.map_err(|error| Failure::io("write", &root.join(file), &error))
}

/// Returns the message that a file was not written, because another program changed it first.
pub(super) fn changed_meanwhile(file: &str) -> String {
    format!("`{file}` was not written, because another program changed it in the meantime")
}

/// Creates a source file of the site at `root`; fails if the file exists.
pub(super) fn create(root: &Path, file: impl AsRef<Path>, text: &str) -> Result<(), Failure> {
    if write_at(root, file.as_ref(), None, text)? {
        return Ok(());
    }
    Err(Failure::new(format!("the file `{}` exists already and was not changed", shown_path(&root.join(file.as_ref()))))
        .hint("delete the file, or choose another name"))
}

/// Writes a file that the user named. It replaces an existing file, but no source of the site.
pub(super) fn export(inputs: &Inputs, path: &Path, text: &str) -> Result<(), Failure> {
    let real = emit::absolute(&inputs.root, path)?;
    if inputs.is_at(&real) {
        return Err(Failure::new(format!("`{}` is a source file of the site, and was not replaced", shown_path(path)))
            .hint("name another file with `--output FILE`"));
    }
    let open = || match real.strip_prefix(&inputs.root) {
        Ok(inside) => Folder::open(&inputs.root).and_then(|site| Ok((site.real(inside)?, site))),
        Err(_) => {
            let folder = Folder::open_or_make(real.parent().unwrap_or(Path::new("")))?;
            Ok((real.file_name().unwrap_or_default().into(), folder))
        }
    };
    let written = open().and_then(|(file, folder)| folder.write(file, |out| out.write_all(text.as_bytes())));
    written.map_err(|error| Failure::io("write", path, &error))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn an_export_replaces_an_earlier_export_but_no_source() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("content")).unwrap();
        fs::write(folder.path().join("site.yaml"), "title: T\n").unwrap();
        fs::write(folder.path().join("content/a.kk.md"), "# A\n").unwrap();
        let inputs = crate::load::refresh(folder.path(), None).unwrap();
        for text in ["one", "two"] {
            export(&inputs, &folder.path().join("out/book.po"), text).unwrap();
            assert_eq!(fs::read_to_string(folder.path().join("out/book.po")).unwrap(), text);
        }
        for source in ["site.yaml", "content/a.kk.md", "out/../content/a.kk.md"] {
            let failure = export(&inputs, &folder.path().join(source), "three").unwrap_err();
            assert!(failure.message.contains("is a source file of the site"), "{failure}");
        }
        assert_eq!(fs::read_to_string(folder.path().join("content/a.kk.md")).unwrap(), "# A\n");
    }
}
