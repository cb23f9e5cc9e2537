//! Running the program in a folder, as people and scripts call it. No other test file finds it.
#![allow(dead_code, reason = "the browser tests are a crate of their own and use a part of this one")]

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// The path of the program.
pub(crate) const TILMASH: &str = env!("CARGO_BIN_EXE_tilmash");

/// The result of a run.
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// Makes a folder with these files.
pub(crate) fn site(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (path, text) in files {
        put(folder.path(), path, text);
    }
    folder
}

/// Writes a file below a folder, and makes the folders above it.
pub(crate) fn put(folder: &Path, path: &str, bytes: impl AsRef<[u8]>) {
    let file = folder.join(path);
    fs::create_dir_all(file.parent().expect("it is in a folder")).expect("folders can be made");
    fs::write(file, bytes).expect("files can be written");
}

/// Returns the command that runs the program in a folder, with pipes for its input and output.
pub(crate) fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(TILMASH);
    command.args(arguments).current_dir(folder).env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE");
    // Cached highlighting must not go into the cache of the person who runs the tests.
    command.env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR"));
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs a command with this text as its input.
pub(crate) fn run(mut command: Command, input: &str) -> Run {
    let mut child = command.spawn().expect("the program runs");
    // Not every command reads its input.
    let _ = child.stdin.take().expect("it was piped").write_all(input.as_bytes());
    let output = child.wait_with_output().expect("it was started");
    Run {
        code: output.status.code().expect("it was not killed"),
        out: String::from_utf8(output.stdout).expect("output is UTF-8"),
        err: String::from_utf8(output.stderr).expect("output is UTF-8"),
    }
}
