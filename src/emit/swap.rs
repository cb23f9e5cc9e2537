//! Putting a finished folder in the place of the old one.

use std::fs;
use std::path::{Path, PathBuf};

use crate::base::Failure;

/// Cleans up after a build that was killed: the old folder is put back if it is gone, half-made ones are removed.
pub(super) fn recover(output: &Path, stage: &Path) -> Result<(), Failure> {
    let aside = aside(stage);
    if !output.exists() && aside.exists() {
        fs::rename(&aside, output).map_err(|error| Failure::io("put back", output, &error))?;
    }
    for left in [stage, &aside] {
        if left.exists() {
            fs::remove_dir_all(left).map_err(|error| Failure::io("remove", left, &error))?;
        }
    }
    Ok(())
}

/// Puts `stage` in the place of `output` and removes what was there.
pub(super) fn swap(stage: &Path, output: &Path) -> Result<(), Failure> {
    let failed = |error: &std::io::Error| {
        Failure::io("replace", output, error)
            .hint("the folder must be an ordinary one, not a mount point; the old site is untouched")
    };
    if !output.exists() {
        return fs::rename(stage, output).map_err(|error| failed(&error));
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
    let _ = fs::remove_dir_all(old);
    Ok(())
}

#[cfg(target_os = "linux")]
fn exchange(a: &Path, b: &Path) -> std::io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    Ok(renameat_with(CWD, a, CWD, b, RenameFlags::EXCHANGE)?)
}

#[cfg(not(target_os = "linux"))]
fn exchange(_: &Path, _: &Path) -> std::io::Result<()> {
    Err(std::io::ErrorKind::Unsupported.into())
}

fn aside(stage: &Path) -> PathBuf {
    let name = stage.file_name().unwrap_or_default().to_string_lossy();
    stage.with_file_name(format!("{name}-old"))
}
