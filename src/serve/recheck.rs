//! A look at the files of a page when it is requested, for changes that no event told of.
//!
//! It costs one `stat` call a file. If a file differs from the last look, the watching thread is asked to look
//! again, and the request waits a moment for that.

use std::fmt;
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use super::watch::Caller;
use crate::load::Inputs;

/// The longest wait of a request for a look at the disk; after it the page is answered as it was.
const PATIENCE: Duration = Duration::from_millis(250);

/// The last look at the disk, shared by the thread that looks and those that answer.
pub(super) struct Recheck {
    last: Mutex<Look>,
    looked: Condvar,
    caller: Caller,
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
    pub(super) fn new(inputs: Arc<Inputs>, caller: Caller) -> Self {
        Self { last: Mutex::new(Look { number: 0, inputs }), looked: Condvar::new(), caller }
    }

    /// Takes the result of a look, once the state that follows from it can be asked for.
    pub(super) fn looked(&self, inputs: &Arc<Inputs>) {
        let mut last = self.last.lock().expect("no code panics while it holds this lock");
        *last = Look { number: last.number + 1, inputs: Arc::clone(inputs) };
        self.looked.notify_all();
    }

    /// Returns at once if some files of the project are as they were at the last look. Otherwise has them looked at, and waits
    /// until that is done.
    pub(super) fn catch_up(&self, files: &[Arc<str>]) {
        let look = self.last.lock().expect("no code panics while it holds this lock").clone();
        let stale: Vec<_> = files.iter().filter(|file| !look.inputs.is_current(file)).collect();
        if stale.is_empty() {
            return;
        }
        self.caller.suspect(stale.into_iter().map(|file| look.inputs.disk_path(file)).collect());
        let last = self.last.lock().expect("no code panics while it holds this lock");
        let is_the_same = |last: &mut Look| last.number == look.number;
        // After the time is up, the page is as good as it was.
        drop(self.looked.wait_timeout_while(last, PATIENCE, is_the_same));
    }
}
