//! Comparison of a page's files with the disk when the page is requested, to find changes without
//! an event.
//!
//! This costs one `stat` call for each file. If a file differs from the last look at the disk, the
//! watching thread looks again, and the request waits a moment for the result.

use std::fmt;
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use super::watch::Waker;
use crate::load::Inputs;

/// The longest time that a request waits for a look at the disk. After it, the answer is the page
/// as it was.
const PATIENCE: Duration = Duration::from_millis(250);

/// The last look at the disk, shared by the watching thread and the threads that answer requests.
pub(super) struct Recheck {
    last: Mutex<Look>,
    looked: Condvar,
    waker: Waker,
}

#[derive(Debug, Clone)]
struct Look {
    number: u64,
    inputs: Arc<Inputs>,
}

impl fmt::Debug for Recheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recheck").finish_non_exhaustive()
    }
}

impl Recheck {
    pub(super) fn new(inputs: Arc<Inputs>, waker: Waker) -> Self {
        Self { last: Mutex::new(Look { number: 0, inputs }), looked: Condvar::new(), waker }
    }

    /// Records the result of a look at the disk, after the state made from it is in use.
    pub(super) fn looked(&self, inputs: &Arc<Inputs>) {
        let mut last = self.last.lock().expect("no code panics while it holds this lock");
        *last = Look { number: last.number + 1, inputs: Arc::clone(inputs) };
        self.looked.notify_all();
    }

    /// Returns at once if the files are the same as at the last look. Otherwise asks for a new look
    /// at them, and waits until it is done.
    pub(super) fn catch_up(&self, files: &[Arc<str>]) {
        let look = self.last.lock().expect("no code panics while it holds this lock").clone();
        let stale: Vec<_> = files.iter().filter(|file| !look.inputs.is_current(file)).collect();
        if stale.is_empty() {
            return;
        }
        self.waker.suspect(stale.into_iter().map(|file| look.inputs.disk_path(file)).collect());
        let last = self.last.lock().expect("no code panics while it holds this lock");
        let is_the_same = |last: &mut Look| last.number == look.number;
        // When the time is up, the page is answered as it was.
        drop(self.looked.wait_timeout_while(last, PATIENCE, is_the_same));
    }
}
