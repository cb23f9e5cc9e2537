//! Standard output and standard error: the only file that writes to them.
//!
//! * Text for people has its control characters escaped: no file name and no sentence gives
//!   commands to the terminal.
//! * Data for another program (`render`, `export`, JSON, completions) go out byte for byte. Only if
//!   standard output is a terminal are they escaped too, as `ls` does with file names.
//! * A closed pipe is a reader that has seen enough, as in `tilmash check --explain | head`. The
//!   run goes on without printing and without a message. ripgrep is as quiet and then exits with 0;
//!   here the exit code stays that of the run, so `check --format json | head -1` still tells `set
//!   -o pipefail` that there are problems.
//! * Any other failure of standard output, such as a full disk, is an error ([`finish`]), since a
//!   script would take a part for the whole. The check is made once, when the run ends, so a run
//!   that writes files does all of its work first.
//! * A failure of standard error has nobody to be told to, and changes nothing.

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

/// True if someone sees what is written to standard error at once.
pub(super) fn is_watched() -> bool {
    io::stderr().is_terminal()
}

/// True if standard output takes nothing more.
pub(super) fn is_lost() -> bool {
    LOST.get().is_some()
}

/// Fails if standard output did not take all of the run's output, unless its reader had seen
/// enough.
pub(super) fn finish() -> Result<(), Failure> {
    match LOST.get() {
        Some(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::new(format!("cannot write to standard output: {error}")).hint("what was printed is not complete"))
        }
        _ => Ok(()),
    }
}

fn to_stdout(write: impl FnOnce(&mut io::StdoutLock<'static>) -> io::Result<()>) {
    if is_lost() {
        return;
    }
    let mut out = io::stdout().lock();
    // Without `flush` the end would be written when the process ends, where failures are not seen.
    if let Err(error) = write(&mut out).and_then(|()| out.flush()) {
        // Another thread may have been first.
        let _ = LOST.set(error);
    }
}
