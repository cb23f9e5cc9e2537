//! Watcher of the project's files, which wakes the preview when a file may have changed: the only
//! file that knows notify.
//!
//! An event is not trusted. It only means "look again", and says which files to look at first. So
//! it does not matter how an editor saves a file. A look at the files of events is a guess. A look
//! at everything follows once no event has come for a while, and repairs the effect of a lost
//! event.
//!
//! The closing of a saved file ends the wait at once. A debouncing crate would wait a fixed time
//! instead: measured with `notify-debouncer-full`, 5 ms for each save, and 1 percent of a processor
//! while nothing happens.
//!
//! Some file systems report no events (network folders, `/mnt/c` under WSL, folders of a
//! container's host). Until the first event proves that events arrive, the files are compared with
//! the disk every few seconds. A request for a page compares the page's own files (`recheck`). If
//! no event follows a change that was found this way, polling begins.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, RwLock};
use std::time::{Duration, Instant};

use notify::event::{AccessKind, AccessMode, CreateKind, ModifyKind, RemoveKind, RenameMode};
use notify::{ErrorKind, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};

use crate::load::{FOLDERS, is_skipped, link_targets};
use crate::model::config;

/// Time without events after which a save is over. A save is several events; the closing of its
/// only file also ends it.
const QUIET: Duration = Duration::from_millis(5);
/// Maximum time from the first event to the look, even if events continue or a file stays open.
const CEILING: Duration = Duration::from_millis(50);
/// True if the system reports the closing of a file that was written.
const TELLS_OF_CLOSING: bool = cfg!(any(target_os = "linux", target_os = "android"));
/// Time to a second look after a folder was created. The system watches a new folder only after a
/// moment, so events of its first files may be missing.
const SECOND_LOOK: Duration = Duration::from_millis(60);
/// Time without events after which a look at everything confirms the looks at a few files.
const CALM: Duration = Duration::from_secs(1);
/// Maximum time between two looks at the whole project. When it is over, the next event causes a
/// look at the whole project instead of the files that it names.
const UNCONFIRMED: Duration = Duration::from_secs(60);
/// Time between two looks if the system reports no changes, unless `--poll` sets another.
const POLL: Duration = Duration::from_millis(500);
/// The shortest time between two looks until an event has shown that the system reports changes.
const UNPROVEN: Duration = Duration::from_secs(2);
/// The time between two such looks on a slow disk, as a multiple of the duration of a look.
const UNPROVEN_LOOKS: u32 = 20;
/// The longest time that an event may arrive after its change.
const DELIVERY: Duration = Duration::from_millis(500);

/// Reason why a wait is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wake {
    /// Any file may have changed: look at the whole project.
    Look,
    /// A file may have changed, most likely one of these: look at these first.
    LookAt(BTreeSet<PathBuf>),
    /// No event has come, and it is time to look at the whole project all the same. The look stops
    /// when a message arrives; see [`Watch::has_messages`].
    Confirm,
    /// A request found that these files differ from the last look, without an event.
    Suspect(BTreeSet<PathBuf>),
    Stop,
}

/// Watch on a project's folders.
#[derive(Debug)]
pub(super) struct Watch {
    root: PathBuf,
    messages: Receiver<Message>,
    /// The sender for the event listener, until the listener begins.
    listener: Option<Sender<Message>>,
    /// Messages that arrived during a look at the disk.
    early: VecDeque<Message>,
    pending: Pending,
    /// The time of the next look at everything, and the time since which one is missing. `None` if
    /// none is due.
    confirm: Option<(Instant, Instant)>,
    /// `None` if the disk is polled instead.
    watcher: Option<RecommendedWatcher>,
    /// The time between two looks when polling.
    interval: Duration,
    /// True once an event has shown that the system reports changes.
    is_proven: bool,
    /// The time to the next look for changes without an event, while `is_proven` is false.
    unproven: Duration,
    /// The files and folders outside [`FOLDERS`] to which links inside lead; true for a folder. The
    /// listener shares them.
    links: Links,
    /// True if polling was requested, or the system's events are unreliable. The warning is given
    /// once, though each of a thousand folders may have an error.
    gave_up: bool,
    /// True for each of [`FOLDERS`] that is watched. A folder that does not exist is not.
    watched: [bool; FOLDERS.len()],
    second_look: Option<Instant>,
    warning: Option<String>,
}

type Links = Arc<RwLock<BTreeMap<PathBuf, bool>>>;

/// Contents of the events since the last look.
#[derive(Debug, Default)]
struct Pending {
    /// Files that a request found to be different, without an event.
    suspected: BTreeSet<PathBuf>,
    /// Files that were closed after writing, or renamed to their name after it. They are most
    /// likely complete.
    whole: BTreeSet<PathBuf>,
    /// Files that are being written. A reader may find them empty.
    open: BTreeSet<PathBuf>,
    /// Paths of files that were removed or renamed, perhaps to be replaced, or changed in another
    /// way.
    other: BTreeSet<PathBuf>,
    /// True if a look at these paths is not enough.
    anywhere: bool,
}

/// Ends the wait of a [`Watch`] on another thread.
#[derive(Debug, Clone)]
pub(super) struct Waker(Sender<Message>);

#[derive(Debug)]
enum Message {
    Changed {
        /// True if a folder may have been created.
        folder: bool,
        /// The index in [`FOLDERS`] of a folder that went away.
        lost: Option<usize>,
        effect: Effect,
    },
    /// A folder to which a link leads was removed or renamed.
    LinkLost,
    Suspect(Vec<PathBuf>),
    Trouble(String),
    Stop,
}

/// Effect of an event: the file that it changed, and the file's state.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Effect {
    Anywhere,
    Open(PathBuf),
    Other(PathBuf),
    Whole(PathBuf),
}

impl Waker {
    pub(super) fn stop(&self) {
        // Sending fails if the thread has already ended.
        let _ = self.0.send(Message::Stop);
    }

    /// Asks for a look at files that differ from the last look.
    pub(super) fn suspect(&self, files: Vec<PathBuf>) {
        // Sending fails if the watch has ended.
        let _ = self.0.send(Message::Suspect(files));
    }
}

impl Watch {
    /// Makes a watch that has not begun, for a project whose canonical path is `root`, as in
    /// events. With `poll`, it asks for no events, and looks at the disk after each such time.
    pub(super) fn new(root: PathBuf, poll: Option<Duration>) -> (Self, Waker) {
        let (sender, messages) = mpsc::channel();
        let watch = Self {
            root,
            messages,
            listener: Some(sender.clone()),
            early: VecDeque::new(),
            pending: Pending::default(),
            confirm: None,
            watcher: None,
            interval: poll.unwrap_or(POLL),
            is_proven: false,
            unproven: UNPROVEN,
            links: Links::default(),
            gave_up: poll.is_some(),
            watched: [false; FOLDERS.len()],
            second_look: None,
            warning: None,
        };
        (watch, Waker(sender))
    }

    /// Begins to watch. An immediate look then finds changes since the last look.
    ///
    /// The first look must precede this: reading a file is an event too, and thousands of them
    /// would slow the start.
    pub(super) fn begin(&mut self) {
        let Some(sender) = self.listener.take() else { return };
        if !self.gave_up {
            self.listen(sender);
        }
        let now = Instant::now();
        self.confirm = Some((now, now));
    }

    fn listen(&mut self, sender: Sender<Message>) {
        let (root, links) = (self.root.clone(), Arc::clone(&self.links));
        let listen = move |event: notify::Result<notify::Event>| {
            let links = links.read().expect("no code panics while it holds this lock");
            if let Some(message) = message(&root, &links, event) {
                // Sending fails if the preview has ended.
                let _ = sender.send(message);
            }
        };
        // Links may lead out of the project. The targets of those that stay inside are watched
        // separately.
        let configuration = notify::Config::default().with_follow_symlinks(false);
        let made = RecommendedWatcher::new(listen, configuration).and_then(|mut watcher| {
            watcher.watch(&self.root, RecursiveMode::NonRecursive)?;
            Ok(watcher)
        });
        match made {
            Ok(watcher) => {
                self.watcher = Some(watcher);
                self.watch_folders();
                self.watch_links();
            }
            Err(error) => self.give_up(&explain(&error)),
        }
    }

    /// Returns, once, the reason why the system's events are unreliable.
    pub(super) fn take_warning(&mut self) -> Option<String> {
        self.warning.take()
    }

    /// Polls from now on, without a warning.
    pub(super) fn poll(&mut self) {
        self.watcher = None;
        self.gave_up = true;
    }

    /// Notes that only a few files were looked at. A look at everything is due once events stop.
    pub(super) fn looked_at_some(&mut self) {
        let now = Instant::now();
        let since = self.confirm.map_or(now, |(_, since)| since);
        self.confirm = Some((now + CALM, since));
    }

    /// Notes that a file may be half written. It is looked at again once it is closed, or after a
    /// while.
    pub(super) fn doubt(&mut self, wake: Wake) {
        match wake {
            Wake::LookAt(paths) | Wake::Suspect(paths) => self.pending.open.extend(paths),
            Wake::Look | Wake::Confirm => self.second_look = Some(Instant::now() + SECOND_LOOK),
            Wake::Stop => {}
        }
    }

    /// Notes that the whole project was looked at. Until an event has arrived, the next look
    /// follows by itself.
    pub(super) fn looked(&mut self) {
        let now = Instant::now();
        self.confirm = (self.watcher.is_some() && !self.is_proven).then(|| (now + self.unproven, now));
    }

    /// Notes the duration of a look for changes without an event.
    pub(super) fn confirmed(&mut self, took: Duration) {
        self.unproven = UNPROVEN.max(took * UNPROVEN_LOOKS);
    }

    /// Begins polling if no event follows a change that was found without one.
    pub(super) fn judge_silence(&mut self) {
        if self.watcher.is_none() || self.has_messages() {
            return;
        }
        match self.messages.recv_timeout(DELIVERY) {
            Ok(message) => self.early.push_back(message),
            Err(_) => self.give_up("the file system does not report changes (set the interval with `--poll MS`)"),
        }
    }

    /// Returns true if a message arrived during the look at the disk.
    pub(super) fn has_messages(&mut self) -> bool {
        self.early.extend(self.messages.try_recv());
        !self.early.is_empty()
    }

    /// Waits for a reason to look at the disk; `is_known` returns true for paths that hold files of
    /// the project.
    pub(super) fn wait(&mut self, is_known: impl Fn(&Path) -> bool) -> Wake {
        match self.wait_for_first() {
            Ok(None) => {}
            Ok(Some(wake)) => return wake,
            Err(Stopped) => return Wake::Stop,
        }
        let ceiling = Instant::now() + CEILING;
        loop {
            // Messages that have already arrived count as one.
            while self.has_messages() {
                if self.take_next().is_err() {
                    return Wake::Stop;
                }
            }
            if self.pending.is_one_save(&is_known) {
                break;
            }
            let left = ceiling.saturating_duration_since(Instant::now());
            let quiet = if TELLS_OF_CLOSING && !self.pending.open.is_empty() { CEILING } else { QUIET };
            match self.messages.recv_timeout(quiet.min(left)) {
                Ok(message) => self.early.push_back(message),
                Err(_) => break,
            }
            if left.is_zero() {
                break;
            }
        }
        // This precedes the caller's look, so that any later save is an event.
        self.watch_folders();
        let Pending { suspected, mut whole, mut open, mut other, anywhere } = std::mem::take(&mut self.pending);
        let is_silent = whole.is_empty() && open.is_empty() && other.is_empty() && !anywhere;
        if is_silent && self.watcher.is_some() {
            return Wake::Suspect(suspected);
        }
        let unconfirmed = self.confirm.is_some_and(|(_, since)| since.elapsed() > UNCONFIRMED);
        if anywhere || unconfirmed || self.watcher.is_none() {
            return Wake::Look;
        }
        whole.extend(suspected);
        whole.append(&mut open);
        whole.append(&mut other);
        Wake::LookAt(whole)
    }

    /// Waits for the first sign of a change, or until a look without one is due.
    fn wait_for_first(&mut self) -> Result<Option<Wake>, Stopped> {
        if !self.early.is_empty() || !self.pending.open.is_empty() {
            return self.take_next().map(|()| None);
        }
        let polled = self.watcher.is_none().then(|| Instant::now() + self.interval);
        let look = self.second_look.into_iter().chain(polled).min();
        let confirm = self.confirm.map(|(when, _)| when);
        let message = match look.into_iter().chain(confirm).min() {
            None => self.messages.recv().map_err(|_| RecvTimeoutError::Disconnected),
            Some(until) => self.messages.recv_timeout(until.saturating_duration_since(Instant::now())),
        };
        match message {
            Ok(message) => self.take(message).map(|()| None),
            Err(RecvTimeoutError::Timeout) if look.is_none_or(|look| confirm.is_some_and(|confirm| confirm < look)) => {
                Ok(Some(Wake::Confirm))
            }
            Err(RecvTimeoutError::Timeout) => {
                self.second_look = None;
                self.watch_folders();
                Ok(Some(Wake::Look))
            }
            // All senders are gone, so no message can arrive any more.
            Err(RecvTimeoutError::Disconnected) => Err(Stopped),
        }
    }

    fn take_next(&mut self) -> Result<(), Stopped> {
        self.early.pop_front().map_or(Ok(()), |message| self.take(message))
    }

    /// Records a message.
    fn take(&mut self, message: Message) -> Result<(), Stopped> {
        match message {
            Message::Changed { folder, lost, effect } => {
                self.is_proven = true;
                self.pending.add(effect);
                if folder {
                    self.second_look = Some(Instant::now() + SECOND_LOOK);
                }
                if let Some(lost) = lost
                    && std::mem::take(&mut self.watched[lost])
                    && let Some(watcher) = &mut self.watcher
                {
                    // This fails if the system has already dropped the folder, which is the desired
                    // result.
                    let _ = watcher.unwatch(&self.root.join(FOLDERS[lost]));
                }
                Ok(())
            }
            Message::LinkLost => {
                self.links.write().expect("no code panics while it holds this lock").clear();
                self.pending.anywhere = true;
                self.second_look = Some(Instant::now() + SECOND_LOOK);
                Ok(())
            }
            Message::Suspect(files) => {
                self.pending.suspected.extend(files);
                Ok(())
            }
            Message::Trouble(why) => {
                self.pending.anywhere = true;
                self.give_up(&why);
                Ok(())
            }
            Message::Stop => Err(Stopped),
        }
    }

    fn watch_folders(&mut self) {
        for (folder, watched) in FOLDERS.iter().zip(&mut self.watched) {
            let Some(watcher) = &mut self.watcher else { return };
            let path = self.root.join(folder);
            // A folder that is a link out of the project is not read, so it is not watched.
            let is_inside = || path.canonicalize().is_ok_and(|real| real.starts_with(&self.root));
            if *watched || !path.is_dir() || !is_inside() {
                continue;
            }
            match watcher.watch(&path, RecursiveMode::Recursive) {
                Ok(()) => *watched = true,
                // The folder has vanished since the check above. Its return will be an event of the
                // root.
                Err(error) if matches!(error.kind, ErrorKind::PathNotFound) => {}
                Err(error) => {
                    let why = explain(&error);
                    self.give_up(&why);
                    return;
                }
            }
        }
    }

    /// Watches the files and folders to which links lead. Call this before a look at the whole
    /// project.
    pub(super) fn watch_links(&mut self) {
        let Some(watcher) = &mut self.watcher else { return };
        let found = link_targets(&self.root);
        let known = self.links.read().expect("no code panics while it holds this lock").clone();
        if found == known {
            return;
        }
        let new: Vec<_> =
            found.iter().filter(|(path, _)| !known.contains_key(*path)).map(|(path, it)| (path.clone(), *it)).collect();
        *self.links.write().expect("no code panics while it holds this lock") = found;
        let mut trouble = None;
        for (path, is_folder) in &new {
            // Editors save by replacing the file, so its folder is watched.
            let (watched, mode) = match (is_folder, path.parent()) {
                (false, Some(parent)) => (parent, RecursiveMode::NonRecursive),
                _ => (path.as_path(), RecursiveMode::Recursive),
            };
            match watcher.watch(watched, mode) {
                Err(error) if !matches!(error.kind, ErrorKind::PathNotFound) => trouble = Some(explain(&error)),
                _ => {}
            }
        }
        if let Some(why) = trouble {
            self.give_up(&why);
        }
    }

    fn give_up(&mut self, why: &str) {
        self.watcher = None;
        self.confirm = None;
        if !std::mem::replace(&mut self.gave_up, true) {
            self.warning =
                Some(format!("the preview checks all files for changes every {} ms: {why}", self.interval.as_millis()));
        }
    }
}

/// Error that ends the preview.
#[derive(Debug)]
struct Stopped;

impl Pending {
    fn add(&mut self, effect: Effect) {
        match effect {
            Effect::Anywhere => self.anywhere = true,
            Effect::Open(path) => {
                self.whole.remove(&path);
                self.other.remove(&path);
                self.open.insert(path);
            }
            Effect::Other(path) => {
                self.whole.remove(&path);
                // The file being written may be gone, and then no closing follows.
                self.open.remove(&path);
                self.other.insert(path);
            }
            Effect::Whole(path) => {
                self.open.remove(&path);
                self.other.remove(&path);
                self.whole.insert(path);
            }
        }
    }

    /// Returns true if the only activity is the save of one known file. After several files, more
    /// may follow. A new file may vanish at once, because editors test whether they can write.
    fn is_one_save(&self, is_known: impl Fn(&Path) -> bool) -> bool {
        !self.anywhere
            && self.open.is_empty()
            && self.other.is_empty()
            && self.whole.len() == 1
            && self.whole.iter().all(|path| is_known(path))
    }
}

/// Returns the message for an event; `None` if the event does not concern the project.
fn message(root: &Path, links: &BTreeMap<PathBuf, bool>, event: notify::Result<notify::Event>) -> Option<Message> {
    let event = match event {
        Ok(event) => event,
        // A folder vanished before it could be watched. An event of its parent reports that.
        Err(error) if matches!(error.kind, ErrorKind::PathNotFound | ErrorKind::WatchNotFound) => {
            return Some(Message::Changed { folder: true, lost: None, effect: Effect::Anywhere });
        }
        Err(error) => return Some(Message::Trouble(explain(&error))),
    };
    if event.need_rescan() {
        return Some(Message::Changed { folder: true, lost: None, effect: Effect::Anywhere });
    }
    let concerned = event.paths.iter().any(|path| concerns(root, path, may_be_gone(event.kind)));
    if !event.paths.is_empty() && !concerned {
        return linked_message(links, &event);
    }
    let about = |effect: fn(PathBuf) -> Effect| event.paths.last().map_or(Effect::Anywhere, |path| effect(path.clone()));
    // The root itself may have been moved.
    let outside = event.paths.is_empty() || event.paths.iter().any(|path| path == root);
    let (folder, effect) = match event.kind {
        // Our own reading is an event too. Without this, every look would cause another.
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => (false, about(Effect::Whole)),
        EventKind::Access(_) => return None,
        EventKind::Create(CreateKind::File) | EventKind::Modify(ModifyKind::Data(_)) => (false, about(Effect::Open)),
        EventKind::Create(_) => (true, Effect::Anywhere),
        // Each of the two names had an event of its own before this one.
        EventKind::Modify(ModifyKind::Name(RenameMode::Both)) if TELLS_OF_CLOSING => return None,
        // A folder that was renamed counts as a new folder.
        EventKind::Modify(ModifyKind::Name(_)) if event.paths.iter().any(|path| path.is_dir()) => (true, Effect::Anywhere),
        EventKind::Modify(ModifyKind::Name(RenameMode::To)) => (false, about(Effect::Whole)),
        EventKind::Modify(_) | EventKind::Remove(RemoveKind::File) => (false, about(Effect::Other)),
        EventKind::Remove(_) => (false, Effect::Anywhere),
        EventKind::Any | EventKind::Other => (true, Effect::Anywhere),
    };
    let lost = if may_be_gone(event.kind) {
        FOLDERS.iter().position(|folder| event.paths.iter().any(|path| *path == root.join(folder)))
    } else {
        None
    };
    let effect = if outside || lost.is_some() { Effect::Anywhere } else { effect };
    Some(Message::Changed { folder, lost, effect })
}

/// Returns the message for an event outside the project's folders, if it concerns the target of a
/// link.
fn linked_message(links: &BTreeMap<PathBuf, bool>, event: &notify::Event) -> Option<Message> {
    let is_own_reading = matches!(event.kind, EventKind::Access(kind) if kind != AccessKind::Close(AccessMode::Write));
    let leads_to = |path: &PathBuf| links.iter().any(|(link, is_folder)| path == link || *is_folder && path.starts_with(link));
    if is_own_reading || !event.paths.iter().any(leads_to) {
        return None;
    }
    let is_lost = may_be_gone(event.kind) && event.paths.iter().any(|path| links.get(path) == Some(&true));
    Some(match is_lost {
        true => Message::LinkLost,
        // The project has the files under other names, so the event does not name a file to look at
        // first.
        false => Message::Changed { folder: matches!(event.kind, EventKind::Create(_)), lost: None, effect: Effect::Anywhere },
    })
}

fn may_be_gone(kind: EventKind) -> bool {
    matches!(kind, EventKind::Modify(ModifyKind::Name(_)) | EventKind::Remove(_))
}

/// Returns true if an event at a path may concern the project. Names that a look ignores never do,
/// so an editor may keep its own files beside the texts.
fn concerns(root: &Path, path: &Path, gone: bool) -> bool {
    let Ok(inside) = path.strip_prefix(root) else { return false };
    let mut parts = inside.components();
    match parts.next() {
        // The root itself.
        None => gone,
        Some(first) if first.as_os_str() == config::FILE => true,
        Some(first) => {
            FOLDERS.iter().any(|folder| first.as_os_str() == *folder)
                && !parts.any(|part| is_skipped(&part.as_os_str().to_string_lossy()))
        }
    }
}

fn explain(error: &notify::Error) -> String {
    match &error.kind {
        ErrorKind::MaxFilesWatch => {
            "the system cannot watch more folders (on Linux, raise `fs.inotify.max_user_watches`)".to_owned()
        }
        ErrorKind::Io(error) => format!("the system does not report changes ({error})"),
        _ => format!("the system does not report changes ({error})"),
    }
}

#[cfg(test)]
mod tests {
    use notify::Event;

    use super::*;

    #[test]
    fn a_failed_watch_is_reported_once_and_the_disk_is_polled() {
        let folder = tempfile::tempdir().unwrap();
        let (mut watch, stop) = Watch::new(folder.path().canonicalize().unwrap(), None);
        watch.begin();
        watch.looked();
        for _ in 0..3 {
            stop.0
                .send(message(folder.path(), &BTreeMap::new(), Err(notify::Error::new(ErrorKind::MaxFilesWatch))).unwrap())
                .unwrap();
        }
        assert_eq!(watch.wait(|_| true), Wake::Look);
        assert!(watch.take_warning().unwrap().contains("max_user_watches"));
        // No event has come, and still a look is due.
        assert_eq!(watch.wait(|_| true), Wake::Look);
        assert_eq!(watch.take_warning(), None);
        stop.stop();
        assert_eq!(watch.wait(|_| true), Wake::Stop);
    }

    #[test]
    fn a_file_that_may_be_half_written_is_looked_at_again_without_an_event() {
        let folder = tempfile::tempdir().unwrap();
        let (mut watch, _stop) = Watch::new(folder.path().canonicalize().unwrap(), None);
        watch.begin();
        watch.looked();
        for doubtful in [Wake::Look, Wake::Confirm] {
            watch.doubt(doubtful);
            assert_eq!(watch.wait(|_| true), Wake::Look);
        }
        let some = Wake::LookAt(BTreeSet::from([folder.path().join("content/a.md")]));
        watch.doubt(some.clone());
        assert_eq!(watch.wait(|_| true), some);
    }

    #[test]
    fn the_save_of_one_known_file_ends_the_wait_at_once() {
        let root = Path::new("/site");
        let after = |events: &[(EventKind, &str)]| {
            let mut pending = Pending::default();
            for (kind, path) in events {
                if let Some(Message::Changed { effect, .. }) =
                    message(root, &BTreeMap::new(), Ok(Event::new(*kind).add_path(root.join(path))))
                {
                    pending.add(effect);
                }
            }
            pending.is_one_save(|path| path.ends_with("a.md") || path.ends_with("b.md"))
        };
        let closed = EventKind::Access(AccessKind::Close(AccessMode::Write));
        let written = EventKind::Modify(ModifyKind::Data(notify::event::DataChange::Any));
        let (from, to) =
            (EventKind::Modify(ModifyKind::Name(RenameMode::From)), EventKind::Modify(ModifyKind::Name(RenameMode::To)));
        let removed = EventKind::Remove(RemoveKind::File);
        let made = EventKind::Create(CreateKind::File);
        let (a, b) = ("content/a.md", "content/b.md");
        assert!(after(&[(written, a), (written, a), (closed, a)]), "in place");
        assert!(after(&[(made, "content/.a.swp"), (closed, "content/.a.swp"), (to, a)]), "beside and over it");
        assert!(
            after(&[(from, a), (to, "content/a.md~"), (made, a), (written, a), (closed, a), (removed, "content/a.md~")]),
            "backed up"
        );
        assert!(!after(&[(written, a)]) && !after(&[(written, a), (closed, a), (written, a)]), "half written");
        assert!(!after(&[(from, a), (to, "content/a.md~")]), "on its way");
        assert!(!after(&[(closed, a), (closed, b)]), "more than one");
        assert!(!after(&[(made, "content/4913"), (closed, "content/4913")]), "new, perhaps to go at once");
        assert!(!after(&[(closed, a), (EventKind::Create(CreateKind::Folder), "content/s")]), "a folder");
    }

    #[test]
    fn polling_begins_if_no_event_follows_a_change() {
        let folder = tempfile::tempdir().unwrap();
        let (mut watch, waker) = Watch::new(folder.path().canonicalize().unwrap(), None);
        watch.begin();
        assert_eq!(watch.wait(|_| true), Wake::Confirm, "changes before the watch began");
        watch.looked();
        assert_eq!(watch.wait(|_| true), Wake::Confirm, "no event has come yet");
        // An event that has already arrived shows that the system reports changes.
        let changed = || Message::Changed { folder: false, lost: None, effect: Effect::Whole("a".into()) };
        waker.0.send(changed()).unwrap();
        watch.judge_silence();
        assert_eq!(watch.take_warning(), None);
        assert_eq!(watch.wait(|_| true), Wake::LookAt(BTreeSet::from(["a".into()])));
        watch.looked();
        assert_eq!(watch.confirm, None, "events arrive");
        // A request is the first to see another change.
        waker.suspect(vec!["b".into()]);
        assert_eq!(watch.wait(|_| true), Wake::Suspect(BTreeSet::from(["b".into()])));
        watch.judge_silence();
        let warning = watch.take_warning().unwrap();
        assert!(
            warning.starts_with("the preview checks all files for changes every 500 ms: ") && warning.contains("--poll"),
            "{warning}"
        );
        assert_eq!(watch.wait(|_| true), Wake::Look);
        watch.judge_silence();
        assert_eq!(watch.take_warning(), None, "said once");
    }

    #[test]
    fn requested_polling_gives_no_warning() {
        let folder = tempfile::tempdir().unwrap();
        let (mut watch, waker) = Watch::new(folder.path().canonicalize().unwrap(), Some(Duration::from_millis(1)));
        watch.begin();
        watch.looked();
        for _ in 0..3 {
            assert_eq!(watch.wait(|_| true), Wake::Look);
            watch.looked();
        }
        assert_eq!(watch.take_warning(), None);
        waker.stop();
        while watch.wait(|_| true) != Wake::Stop {}
    }

    #[test]
    fn events_at_the_targets_of_links_end_the_wait() {
        let links = BTreeMap::from([(PathBuf::from("/site/aside"), true), (PathBuf::from("/site/one.md"), false)]);
        let told = |kind, path: &str| message(Path::new("/site"), &links, Ok(Event::new(kind).add_path(path.into())));
        let written = EventKind::Modify(ModifyKind::Any);
        assert!(matches!(told(written, "/site/aside/b/c.md"), Some(Message::Changed { effect: Effect::Anywhere, .. })));
        assert!(matches!(told(written, "/site/one.md"), Some(Message::Changed { .. })));
        assert!(matches!(told(EventKind::Remove(RemoveKind::Folder), "/site/aside"), Some(Message::LinkLost)));
        assert!(told(written, "/site/two.md").is_none() && told(written, "/site/aside.md").is_none());
        assert!(told(EventKind::Access(AccessKind::Open(AccessMode::Any)), "/site/one.md").is_none());
    }

    #[cfg(unix)]
    #[test]
    fn links_out_of_the_project_are_not_watched() {
        use std::os::unix::fs::symlink;
        let (outside, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let root = folder.path().canonicalize().unwrap();
        for path in ["content/a", "shared/b", "shared/.c"] {
            std::fs::create_dir_all(root.join(path)).unwrap();
        }
        std::fs::write(root.join("one.md"), "").unwrap();
        symlink("/", root.join("content/all")).unwrap();
        symlink(outside.path(), root.join("shared/out")).unwrap();
        symlink("a", root.join("content/near")).unwrap();
        symlink("../shared", root.join("content/far")).unwrap();
        symlink("../one.md", root.join("content/one.md")).unwrap();
        symlink("../shared/.c", root.join("content/.hidden")).unwrap();
        symlink("none", root.join("content/broken")).unwrap();
        symlink(".", root.join("content/loop")).unwrap();
        let wanted = [(root.join("one.md"), false), (root.join("shared"), true)];
        assert_eq!(link_targets(&root), BTreeMap::from(wanted));
    }

    #[test]
    fn only_events_that_may_change_the_site_end_the_wait() {
        let root = Path::new("/site");
        let wakes = |kind, path: &str| message(root, &BTreeMap::new(), Ok(Event::new(kind).add_path(root.join(path)))).is_some();
        let written = EventKind::Modify(ModifyKind::Any);
        assert!(wakes(written, "site.yaml") && wakes(written, "content/a.md") && wakes(written, "themes/x/y.css"));
        assert!(!wakes(written, "public/index.html") && !wakes(written, "contents") && !wakes(written, ".git"));
        assert!(!wakes(EventKind::Access(AccessKind::Open(AccessMode::Any)), "content/a.md"));
        // An event for an overflow has no path.
        let overflow = Event::new(EventKind::Other).set_flag(notify::event::Flag::Rescan);
        assert!(message(root, &BTreeMap::new(), Ok(overflow)).is_some());
    }
}
