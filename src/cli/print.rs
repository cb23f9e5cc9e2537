//! Writing to standard output and standard error; no other file writes to them.
//!
//! * Text for people has its control characters escaped, so that no file name and no sentence gives
//!   commands to the terminal.
//! * Data for another program (`render`, `export`, JSON, completions) are written byte for byte. If
//!   standard output is a terminal, they are escaped too, as `ls` does with file names.
//! * A closed pipe is a reader that has seen enough, as in `tilmash check --explain | head`. The
//!   run continues without printing and without a message. The exit code stays that of the run, so
//!   a script with `set -o pipefail` still learns of problems from `check --format json | head -1`.
//! * Any other failure of standard output, such as a full disk, is an error ([`finish`]);
//!   otherwise a script would take a part of the output for all of it. The error is reported once,
//!   at the end of the run, so a run that writes files does all of its work first.
//! * A failure of standard error is ignored: there is no other place to report it.

use std::io::{self, ErrorKind, IsTerminal as _, Write};
use std::sync::OnceLock;

use crate::base::Failure;
use crate::base::visible::{visible, visible_line};

/// The first failure of standard output; nothing more is written after it.
static LOST: OnceLock<io::Error> = OnceLock::new();

/// Writes data for another program to standard output.
pub(super) fn data(bytes: &[u8]) {
    if io::stdout().is_terminal() {
        return text(&String::from_utf8_lossy(bytes));
    }
    to_stdout(|out| out.write_all(bytes));
}

/// Writes lines for people to standard output.
pub(super) fn text(text: &str) {
    to_stdout(|out| out.write_all(visible(text).as_bytes()));
}

/// Writes styled text that has no control characters but those of its styles to standard output.
pub(super) fn styled(text: &str) {
    to_stdout(|out| anstream::AutoStream::auto(out).write_all(text.as_bytes()));
}

/// Writes a line for people to standard error.
pub(super) fn message(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{}", visible_line(line));
}

/// Writes styled text that has no control characters but those of its styles to standard error.
pub(super) fn styled_message(text: &str) {
    let _ = anstream::AutoStream::auto(io::stderr().lock()).write_all(text.as_bytes());
}

/// Returns true if standard error is a terminal.
pub(super) fn is_watched() -> bool {
    io::stderr().is_terminal()
}

/// Returns true if writing to standard output has failed; nothing more is written to it.
pub(super) fn is_lost() -> bool {
    LOST.get().is_some()
}

/// Returns an error if a part of the output could not be written, unless the reader closed the
/// pipe.
pub(super) fn finish() -> Result<(), Failure> {
    match LOST.get() {
        Some(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::new(format!("cannot write to standard output: {error}"))
                .hint("do not use the printed output: it is not complete"))
        }
        _ => Ok(()),
    }
}

fn to_stdout(write: impl FnOnce(&mut io::StdoutLock<'static>) -> io::Result<()>) {
    if is_lost() {
        return;
    }
    let mut out = io::stdout().lock();
    // Without `flush` the rest would be written when the process ends, and its failure be ignored.
    if let Err(error) = write(&mut out).and_then(|()| out.flush()) {
        // Only the first failure is kept.
        let _ = LOST.set(error);
    }
}
