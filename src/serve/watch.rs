//! Waking up when a file of the project may have changed: the only file that knows notify.
//!
//! What an event says happened is not believed; it only means "look again". So it does not matter
//! what an editor does to save a file, and a lost event costs no more than the next one mends. Where
//! the system cannot tell, the disk is looked at every half second.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use notify::event::{AccessKind, AccessMode, CreateKind, ModifyKind};
use notify::{ErrorKind, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};

use crate::load::FOLDERS;
use crate::model::config;

/// A save is several events; it is over when there was none for so long …
const QUIET: Duration = Duration::from_millis(5);
/// … and however busy the disk is, one looks after so long.
const CEILING: Duration = Duration::from_millis(50);
/// A new folder is watched only a moment after it was made; what was put there meanwhile is found by a second look.
const SECOND_LOOK: Duration = Duration::from_millis(60);
/// How often the disk is looked at where the system tells nothing.
const POLL: Duration = Duration::from_millis(500);

/// Why a wait is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wake {
    /// Something may have changed.
    Look,
    Stop,
}

/// The eyes on a project's folders.
#[derive(Debug)]
pub(super) struct Watch {
    root: PathBuf,
    messages: Receiver<Message>,
    /// `None` once the disk is looked at every half second instead.
    watcher: Option<RecommendedWatcher>,
    /// Whether it is known that the system cannot be relied on; said only once, though there may be an error for each of a thousand folders.
    gave_up: bool,
    /// Which of [`FOLDERS`] are watched; one that does not exist is not.
    watched: [bool; FOLDERS.len()],
    second_look: Option<Instant>,
    warning: Option<String>,
}

/// Ends the wait of a [`Watch`] on another thread.
#[derive(Debug)]
pub(super) struct Stop(Sender<Message>);

#[derive(Debug)]
enum Message {
    Changed {
        /// Whether a folder may have been made.
        folder: bool,
        /// Which of [`FOLDERS`] went away.
        lost: Option<usize>,
    },
    Trouble(String),
    Stop,
}

impl Stop {
    pub(super) fn stop(&self) {
        // Nobody listens when the thread has ended already.
        let _ = self.0.send(Message::Stop);
    }
}

impl Watch {
    /// Begins to watch a project; `root` is its canonical path, as events have it.
    pub(super) fn new(root: PathBuf) -> (Self, Stop) {
        let (sender, messages) = mpsc::channel();
        let stop = Stop(sender.clone());
        let mut watch = Self {
            root: root.clone(),
            messages,
            watcher: None,
            gave_up: false,
            watched: [false; FOLDERS.len()],
            second_look: None,
            warning: None,
        };
        let listen = move |event: notify::Result<notify::Event>| {
            if let Some(message) = message(&root, event) {
                // Nobody listens when the preview has ended.
                let _ = sender.send(message);
            }
        };
        // Never compares contents or polls by itself, so the configuration has nothing to say.
        let made = RecommendedWatcher::new(listen, notify::Config::default()).and_then(|mut watcher| {
            watcher.watch(&watch.root, RecursiveMode::NonRecursive)?;
            Ok(watcher)
        });
        match made {
            Ok(watcher) => {
                watch.watcher = Some(watcher);
                watch.watch_folders();
            }
            Err(error) => watch.give_up(&explain(&error)),
        }
        (watch, stop)
    }

    /// Why the system's events cannot be relied on, once.
    pub(super) fn take_warning(&mut self) -> Option<String> {
        self.warning.take()
    }

    /// Looks every half second from now on; whoever asks for it has said why.
    pub(super) fn poll(&mut self) {
        self.watcher = None;
        self.gave_up = true;
    }

    /// Waits until there is reason to look at the disk.
    pub(super) fn wait(&mut self) -> Wake {
        if !self.wait_for_first() {
            return Wake::Stop;
        }
        let ceiling = Instant::now() + CEILING;
        loop {
            let left = ceiling.saturating_duration_since(Instant::now());
            match self.messages.recv_timeout(QUIET.min(left)) {
                Ok(message) => {
                    if !self.take(message) {
                        return Wake::Stop;
                    }
                }
                Err(_) => break,
            }
            if left.is_zero() {
                break;
            }
        }
        // Before the caller looks: what is saved after this is an event.
        self.watch_folders();
        Wake::Look
    }

    /// Waits for the first sign of a change; `false` to stop.
    fn wait_for_first(&mut self) -> bool {
        let polled = self.watcher.is_none().then(|| Instant::now() + POLL);
        let until = self.second_look.take().into_iter().chain(polled).min();
        let message = match until {
            None => self.messages.recv().map_err(|_| RecvTimeoutError::Disconnected),
            Some(until) => self.messages.recv_timeout(until.saturating_duration_since(Instant::now())),
        };
        match message {
            Ok(message) => self.take(message),
            Err(RecvTimeoutError::Timeout) => true,
            // The last sender is the `Stop`.
            Err(RecvTimeoutError::Disconnected) => false,
        }
    }

    /// Remembers what a message says; `false` to stop.
    fn take(&mut self, message: Message) -> bool {
        match message {
            Message::Changed { folder, lost } => {
                if folder {
                    self.second_look = Some(Instant::now() + SECOND_LOOK);
                }
                if let Some(lost) = lost
                    && std::mem::take(&mut self.watched[lost])
                    && let Some(watcher) = &mut self.watcher
                {
                    // Fails where the system has forgotten the folder by itself, which is what is wanted.
                    let _ = watcher.unwatch(&self.root.join(FOLDERS[lost]));
                }
                true
            }
            Message::Trouble(why) => {
                self.give_up(&why);
                true
            }
            Message::Stop => false,
        }
    }

    fn watch_folders(&mut self) {
        for (folder, watched) in FOLDERS.iter().zip(&mut self.watched) {
            let Some(watcher) = &mut self.watcher else { return };
            let path = self.root.join(folder);
            if *watched || !path.is_dir() {
                continue;
            }
            match watcher.watch(&path, RecursiveMode::Recursive) {
                Ok(()) => *watched = true,
                // Gone again since the line above; its return will be an event of the root.
                Err(error) if matches!(error.kind, ErrorKind::PathNotFound) => {}
                Err(error) => {
                    let why = explain(&error);
                    self.give_up(&why);
                    return;
                }
            }
        }
    }

    fn give_up(&mut self, why: &str) {
        self.watcher = None;
        if !std::mem::replace(&mut self.gave_up, true) {
            self.warning = Some(format!("changes are looked for every half second: {why}"));
        }
    }
}

/// What an event means for the project; `None` if nothing.
fn message(root: &Path, event: notify::Result<notify::Event>) -> Option<Message> {
    let event = match event {
        Ok(event) => event,
        // A folder that went away before it could be watched; its parent's event tells of that.
        Err(error) if matches!(error.kind, ErrorKind::PathNotFound | ErrorKind::WatchNotFound) => {
            return Some(Message::Changed { folder: true, lost: None });
        }
        Err(error) => return Some(Message::Trouble(explain(&error))),
    };
    if event.need_rescan() {
        return Some(Message::Changed { folder: true, lost: None });
    }
    let (folder, gone) = match event.kind {
        // Our own reading is an event too: without this, every look would be followed by another.
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => (false, false),
        EventKind::Access(_) => return None,
        EventKind::Create(kind) => (kind != CreateKind::File, false),
        EventKind::Modify(ModifyKind::Name(_)) => (true, true),
        EventKind::Modify(_) => (false, false),
        EventKind::Remove(_) => (false, true),
        EventKind::Any | EventKind::Other => (true, false),
    };
    let concerns = |path: &PathBuf| {
        let Ok(inside) = path.strip_prefix(root) else { return false };
        match inside.components().next() {
            // The root itself.
            None => gone,
            Some(first) => first.as_os_str() == config::FILE || FOLDERS.iter().any(|folder| first.as_os_str() == *folder),
        }
    };
    if !event.paths.is_empty() && !event.paths.iter().any(concerns) {
        return None;
    }
    let lost =
        if gone { FOLDERS.iter().position(|folder| event.paths.iter().any(|path| *path == root.join(folder))) } else { None };
    Some(Message::Changed { folder, lost })
}

fn explain(error: &notify::Error) -> String {
    match &error.kind {
        ErrorKind::MaxFilesWatch => {
            "the system watches as many folders as it may (on Linux, raise `fs.inotify.max_user_watches`)".to_owned()
        }
        ErrorKind::Io(error) => format!("the system does not tell of them ({error})"),
        _ => format!("the system does not tell of them ({error})"),
    }
}

#[cfg(test)]
mod tests {
    use notify::Event;

    use super::*;

    #[test]
    fn where_the_system_fails_the_disk_is_polled_and_that_is_said_once() {
        let folder = tempfile::tempdir().unwrap();
        let (mut watch, stop) = Watch::new(folder.path().canonicalize().unwrap());
        for _ in 0..3 {
            stop.0.send(message(folder.path(), Err(notify::Error::new(ErrorKind::MaxFilesWatch))).unwrap()).unwrap();
        }
        assert_eq!(watch.wait(), Wake::Look);
        assert!(watch.take_warning().unwrap().contains("max_user_watches"));
        // Nothing has happened, and still it looks.
        assert_eq!(watch.wait(), Wake::Look);
        assert_eq!(watch.take_warning(), None);
        stop.stop();
        assert_eq!(watch.wait(), Wake::Stop);
    }

    #[test]
    fn only_what_may_change_the_site_wakes() {
        let root = Path::new("/site");
        let wakes = |kind, path: &str| message(root, Ok(Event::new(kind).add_path(root.join(path)))).is_some();
        let written = EventKind::Modify(ModifyKind::Any);
        assert!(wakes(written, "site.yaml") && wakes(written, "content/a.md") && wakes(written, "themes/x/y.css"));
        assert!(!wakes(written, "public/index.html") && !wakes(written, "contents") && !wakes(written, ".git"));
        assert!(!wakes(EventKind::Access(AccessKind::Open(AccessMode::Any)), "content/a.md"));
        // An overflow has no path.
        let overflow = Event::new(EventKind::Other).set_flag(notify::event::Flag::Rescan);
        assert!(message(root, Ok(overflow)).is_some());
    }
}
