//! Live preview: a small server that renders each page on request, and notifies browsers when files
//! are saved.
//!
//! Two threads work side by side. The first waits until files may have changed (`watch`), looks at
//! the disk and replaces the current `Now`. The second answers browsers (`http`) from the current
//! `Now` (`answer`). No page is rendered before a browser requests it.
//!
//! 1. A response has the bytes that `build` would write, but for one script tag.
//! 2. A request can only name a route of the site or one of the preview's own addresses; no
//!    part of a request ever becomes a path on disk.
//! 3. Whatever is broken in the texts, the last pages that could be made stay readable.
//! 4. Only one request does something: it opens a sentence, or the place of a problem, in an editor
//!    (`desk`, `problem`, `editor`). It is accepted only from this machine and from a page of the
//!    preview. It names the sentence or the problem; the person who started the preview chose the
//!    editor.

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, RwLock};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime};

use crate::base::{Diagnostic, Failure, Place, Problems};
use crate::load::{self, Inputs};
use crate::project::{Overrides, Project, State};
use crate::site::{RouteKind, Site};

mod answer;
mod connections;
mod desk;
mod editor;
mod http;
mod page_cache;
mod problem;
mod recheck;
mod signals;
mod watch;

pub use editor::Editor;
use editor::Starts;
use page_cache::PageCache;
use recheck::Recheck;
pub use signals::on_signal;
use watch::{Wake, Watch};

/// First port to try when the user names none. [`PORTS`] ports are tried from here on.
const FIRST_PORT: u16 = 1111;
const PORTS: u16 = 20;

/// Project to serve, and the address and editor to use.
#[derive(Debug, Clone)]
pub struct Options {
    pub address: IpAddr,
    /// The port; `None` for 1111 or the next free one.
    pub port: Option<u16>,
    /// The project's folder.
    pub root: PathBuf,
    pub overrides: Overrides,
    /// The editor that opens sentences.
    pub editor: Editor,
    /// The time between two looks at the disk, for file systems that report no changes; `None` to
    /// rely on events.
    pub poll: Option<Duration>,
}

impl Options {
    /// Returns options for a preview that only this machine reaches, on the first free port,
    /// without an editor.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self {
            address: IpAddr::V4(Ipv4Addr::LOCALHOST),
            port: None,
            root: root.into(),
            overrides: Overrides::default(),
            editor: Editor::None("the preview has no editor".to_owned()),
            poll: None,
        }
    }
}

/// Event of the preview that people may want to read about.
#[derive(Debug, Clone)]
pub enum Event {
    /// The server is ready to answer its first request.
    Ready { url: String, state: Arc<State>, duration: Duration },
    /// Files were saved and the site was built again.
    Changed {
        changes: Vec<Change>,
        /// Problems that the previous state did not have.
        fresh: Vec<Diagnostic>,
        state: Arc<State>,
        duration: Duration,
    },
    /// A requested page has problems that only rendering finds. Reported once for each state.
    Page { path: Arc<str>, problems: Arc<[Diagnostic]>, inputs: Arc<Inputs> },
    /// A part of the preview does not work as it should, but the preview goes on.
    Warning(String),
}

/// File that differs from the previous look at the disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub file: Arc<str>,
    pub kind: ChangeKind,
}

/// Kind of a file's change. A rename is a removal and an addition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeKind {
    Added,
    Edited,
    Removed,
}

/// Serves until the process is stopped.
pub fn serve(options: &Options, events: impl Fn(Event) + Send + Sync + 'static) -> Result<(), Failure> {
    Server::start(options, events)?.wait();
    Ok(())
}

/// Running preview; dropping it ends the preview.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    url: String,
    watching: Option<JoinHandle<()>>,
    answering: Option<JoinHandle<()>>,
    stop_watching: watch::Waker,
    stop_answering: http::Stop,
}

impl Server {
    /// Reads the project and begins to serve it.
    pub fn start(options: &Options, events: impl Fn(Event) + Send + Sync + 'static) -> Result<Self, Failure> {
        let begun = Instant::now();
        let listener = listen(options.address, options.port)?;
        let address =
            listener.local_addr().map_err(|error| Failure::new(format!("cannot start the preview's server: {error}")))?;
        let root = options.root.canonicalize().map_err(|error| Failure::io("open", &options.root, &error))?;
        let (watch, waker) = Watch::new(root.clone(), options.poll);
        let mut project = Project::new(&options.root, options.overrides.clone());
        let state = Arc::new(project.refresh()?);
        let recheck = Recheck::new(Arc::clone(&state.inputs), waker.clone());
        let preview = Preview::new(Arc::clone(&state), (address.ip(), root, options.editor.clone()), recheck, Arc::new(events));
        let preview = Arc::new(preview);
        let url = format!("http://{}{}", within_reach(address), preview.now().base().url);
        let (answering, stop_answering) = http::spawn(listener, Arc::clone(&preview))?;
        (preview.events)(Event::Ready { url: url.clone(), state, duration: begun.elapsed() });
        let watching = std::thread::Builder::new()
            .name("watch".to_owned())
            .spawn(move || keep_current(&preview, project, watch))
            .map_err(|error| Failure::new(format!("cannot start a thread: {error}")))?;
        Ok(Self { address, url, watching: Some(watching), answering: Some(answering), stop_watching: waker, stop_answering })
    }

    /// Returns the address that the server listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the URL of the front page, under the site's real base path.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Waits until the process is stopped.
    pub fn wait(mut self) {
        for thread in [self.answering.take(), self.watching.take()].into_iter().flatten() {
            join(thread);
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop_watching.stop();
        self.stop_answering.stop();
        for thread in [self.answering.take(), self.watching.take()].into_iter().flatten() {
            join(thread);
        }
    }
}

/// Joins a thread, and passes its panic on to the calling thread.
fn join(thread: JoinHandle<()>) {
    if let Err(panic) = thread.join()
        && !std::thread::panicking()
    {
        std::panic::resume_unwind(panic);
    }
}

fn listen(address: IpAddr, port: Option<u16>) -> Result<TcpListener, Failure> {
    let failure =
        |port: u16, error: &std::io::Error| Failure::new(format!("cannot listen on {}: {error}", SocketAddr::new(address, port)));
    if let Some(port) = port {
        return http::bind(SocketAddr::new(address, port)).map_err(|error| {
            failure(port, &error).hint("choose another port with `--port PORT`, or omit `--port` to use the first free one")
        });
    }
    // Port zero lets the system choose any free port.
    let ports = (FIRST_PORT..FIRST_PORT + PORTS).chain([0]);
    let mut last = None;
    for port in ports {
        match http::bind(SocketAddr::new(address, port)) {
            Ok(listener) => return Ok(listener),
            Err(error) => last = Some(failure(port, &error)),
        }
    }
    Err(last.expect("at least one port was tried"))
}

/// Returns the address by which this machine reaches a listener. A listener on all addresses is
/// reached by the loopback address.
fn within_reach(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(std::net::Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

/// State that the watching and the answering thread share.
struct Preview {
    now: RwLock<Arc<Now>>,
    /// The version of `now`, for event streams that wait for the next one.
    version: tokio::sync::watch::Sender<u64>,
    pages: Mutex<PageCache>,
    /// The address that the server listens on.
    address: IpAddr,
    /// The project's folder, absolute.
    root: PathBuf,
    editor: Editor,
    /// Recent starts of the editor.
    starts: Mutex<Starts>,
    recheck: Recheck,
    /// Shared with the thread that reports an editor's failure after the request was answered.
    events: Arc<dyn Fn(Event) + Send + Sync>,
}

impl fmt::Debug for Preview {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Preview").field("now", &self.now).finish_non_exhaustive()
    }
}

/// Current version of the site, with data of earlier versions that open pages still need.
#[derive(Debug)]
struct Now {
    version: u64,
    state: Arc<State>,
    /// The last state that can be rendered, with its version. It is this version's state unless
    /// that one is broken.
    good: Option<(u64, Arc<State>)>,
    /// Published files whose names stay when their contents change, each with the version that last
    /// changed it.
    touched: BTreeMap<Arc<str>, u64>,
    /// Base paths of the site before its address was changed.
    former: Vec<Base>,
    /// The last bytes of files that the theme no longer has, by name. Pages that were sent earlier
    /// may request them.
    retired: BTreeMap<String, Arc<[u8]>>,
}

/// Base path of the site on its host.
#[derive(Debug, Clone, PartialEq)]
struct Base {
    /// The path for comparisons: decoded, with slashes at both ends.
    path: String,
    /// The path as it is written in a URL.
    url: String,
}

impl Base {
    fn of(site: Option<&Arc<Site>>) -> Self {
        let given = site.map_or("/", |site| site.base_path());
        let path = crate::base::path::from_url(given).unwrap_or_else(|| given.to_owned());
        Self { url: crate::base::path::to_ascii_url(&path), path }
    }
}

impl Now {
    fn good_state(&self) -> Option<&Arc<State>> {
        self.good.as_ref().map(|(_, state)| state)
    }

    fn site(&self) -> Option<&Arc<Site>> {
        self.good_state().and_then(|state| state.site())
    }

    fn base(&self) -> Base {
        Base::of(self.site())
    }
}

impl Preview {
    fn new(
        state: Arc<State>,
        (address, root, editor): (IpAddr, PathBuf, Editor),
        recheck: Recheck,
        events: Arc<dyn Fn(Event) + Send + Sync>,
    ) -> Self {
        // The version begins at the clock's milliseconds, so a later run has greater versions. A
        // browser that reconnects to another process on the same port then sees that it has to
        // reload.
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        let version = since.map_or(1, |since| u64::try_from(since.as_millis()).unwrap_or(1));
        let good = state.renderer.is_some().then(|| (version, Arc::clone(&state)));
        let now = Now { version, state, good, touched: BTreeMap::new(), former: Vec::new(), retired: BTreeMap::new() };
        Self {
            now: RwLock::new(Arc::new(now)),
            version: tokio::sync::watch::Sender::new(version),
            pages: Mutex::new(PageCache::default()),
            address,
            root,
            editor,
            starts: Mutex::new(Starts::default()),
            recheck,
            events,
        }
    }

    fn now(&self) -> Arc<Now> {
        Arc::clone(&self.now.read().expect("nothing panics while it holds this lock"))
    }

    /// Replaces the current state and notifies every browser.
    fn publish(&self, state: Arc<State>, changes: &[Change]) {
        let before = self.now();
        let version = before.version + 1;
        let inputs = Arc::clone(&state.inputs);
        let good = if state.renderer.is_some() { Some((version, Arc::clone(&state))) } else { before.good.clone() };
        let (touched, former, mut retired) = (before.touched.clone(), before.former.clone(), before.retired.clone());
        if let (Some(before), Some((_, after))) = (before.good_state(), &good) {
            retire(&mut retired, before, after);
        }
        let mut now = Now { version, state, good, touched, former, retired };
        if let Some(site) = now.site() {
            let published: Vec<Arc<str>> = changes.iter().filter_map(|change| published_as(site, &change.file)).collect();
            now.touched.extend(published.into_iter().map(|path| (path, version)));
        }
        let base = before.base();
        if now.base() != base && !now.former.contains(&base) && before.good.is_some() {
            now.former.push(base);
        }
        let old = std::mem::replace(&mut *self.now.write().expect("nothing panics while it holds this lock"), Arc::new(now));
        // This precedes the announcement of the new version, since browsers send requests at once.
        self.recheck.looked(&inputs);
        self.version.send_replace(version);
        drop(before);
        drop_in_background(old);
    }
}

/// Adds the files that the theme has lost to `retired`, and removes those that it has again.
fn retire(retired: &mut BTreeMap<String, Arc<[u8]>>, before: &State, after: &State) {
    let (Some(old), Some(new)) = (before.site(), after.site()) else { return };
    if Arc::ptr_eq(old, new) {
        return;
    }
    for (name, path) in old.theme_files.iter().filter(|(name, _)| !new.theme_files.contains_key(*name)) {
        let body = old.routes.get(path.as_str()).and_then(|route| before.render(route).body);
        // Files that are not held in memory have no digest in their names, and are gone from the
        // disk.
        if let Some(crate::render::Body::Bytes(bytes)) = body {
            retired.insert(name.clone(), bytes.into());
        }
    }
    retired.retain(|name, _| !new.theme_files.contains_key(name));
}

/// Returns the output path of a project file that is published unchanged, under a name without a
/// digest.
fn published_as(site: &Site, file: &str) -> Option<Arc<str>> {
    let path = match file.strip_prefix("themes/") {
        Some(rest) => {
            let name = rest.split_once("/static/")?.1;
            site.theme_files.get(name).map(String::as_str).filter(|path| path.ends_with(name))?
        }
        None => file.strip_prefix("content/")?,
    };
    let (path, route) = site.routes.get_key_value(path)?;
    matches!(route.kind, RouteKind::Asset { .. } | RouteKind::ThemeFile { .. }).then(|| Arc::clone(path))
}

/// Looks at the disk whenever files may have changed, until the watch is stopped.
fn keep_current(preview: &Preview, mut project: Project, mut watch: Watch) {
    let mut inputs = Arc::clone(&preview.now().state.inputs);
    let mut root_is_there = true;
    // Changes before the watch began have no events.
    let mut has_looked = false;
    let mut is_second_look = false;
    let mut unreported = Vec::new();
    let mut reported = Arc::clone(&preview.now().state);
    watch.begin();
    loop {
        if let Some(warning) = watch.take_warning() {
            (preview.events)(Event::Warning(warning));
        }
        let wake = watch.wait(|path| inputs.is_at(path));
        let begun = Instant::now();
        // If a change was found without an event, an event should follow; otherwise polling begins.
        let came_without_event = has_looked && matches!(wake, Wake::Confirm | Wake::Suspect(_));
        let is_whole_look = matches!(wake, Wake::Confirm | Wake::Look);
        let found = match &wake {
            Wake::Stop => return,
            Wake::LookAt(paths) | Wake::Suspect(paths) => match load::refresh_paths(&inputs, paths) {
                Some(found) => {
                    watch.looked_at_some();
                    Ok(Some(found))
                }
                None => look(&project, &inputs, &mut watch),
            },
            Wake::Look => look(&project, &inputs, &mut watch),
            Wake::Confirm => {
                watch.looked_at_some();
                let found = load::verify(project.root(), &inputs, &mut || watch.has_messages());
                if matches!(found, Ok(Some(_))) {
                    watch.confirmed(begun.elapsed());
                    watch.looked();
                }
                found
            }
        };
        // An editor may be about to write the emptied file again. If it is still empty at the
        // second look, the change is accepted.
        if let Ok(Some(found)) = &found
            && !is_second_look
            && is_emptied(&inputs, found)
        {
            is_second_look = true;
            watch.doubt(wake);
            continue;
        }
        is_second_look = false;
        let found = match found {
            Ok(Some(found)) => found,
            // Another event arrived during the look. It is handled first.
            Ok(None) => continue,
            Err(failure) => {
                // Most likely the folder was moved away. It may come back, and no event would
                // report that.
                if root_is_there {
                    (preview.events)(Event::Warning(failure.to_string()));
                }
                root_is_there = false;
                watch.poll();
                preview.recheck.looked(&inputs);
                continue;
            }
        };
        root_is_there = true;
        has_looked |= is_whole_look;
        let mut changes = changes(&inputs, &found);
        let same = changes.is_empty() && inputs.problems == found.problems;
        // The new inputs are kept even without a change: they record the files that need not be
        // read the next time.
        inputs = Arc::new(found);
        if same {
            preview.recheck.looked(&inputs);
            continue;
        }
        let state = match catch_panic(|| project.state(Arc::clone(&inputs))) {
            Ok(state) => Arc::new(state),
            Err(bug) => {
                // The project's caches may be half updated.
                project = project.afresh();
                unreported.append(&mut changes);
                let words = "a bug in Tilmash, not in the site, stopped the update; the preview shows the old pages until the next change";
                (preview.events)(Event::Warning(format!("{words}: {bug}")));
                preview.recheck.looked(&inputs);
                continue;
            }
        };
        changes.append(&mut unreported);
        preview.publish(Arc::clone(&state), &changes);
        let duration = begun.elapsed();
        let before = std::mem::replace(&mut reported, Arc::clone(&state));
        let fresh = fresh(&before.problems, &state.problems);
        drop_in_background(before);
        (preview.events)(Event::Changed { changes, fresh, state, duration });
        if came_without_event {
            watch.judge_silence();
        }
    }
}

/// Drops a value on a thread of its own. A state may own much memory, and its release delays no
/// request there.
fn drop_in_background(old: impl Send + 'static) {
    // If no thread can be started, the closure and the value in it are dropped here.
    let _ = std::thread::Builder::new().name("drop".to_owned()).spawn(move || drop(old));
}

/// Reads the whole project again. First watches the targets of links, so that no later change is
/// missed.
fn look(project: &Project, inputs: &Inputs, watch: &mut Watch) -> Result<Option<Inputs>, Failure> {
    watch.watch_links();
    watch.looked();
    load::refresh(project.root(), Some(inputs)).map(Some)
}

/// Returns true if a file that existed before is empty now.
fn is_emptied(before: &Inputs, after: &Inputs) -> bool {
    let is_empty = |file: &load::File| matches!(&file.content, load::Content::Text(text) if text.is_empty());
    let found = before.files.differences(&after.files, load::File::has_same_content);
    found.into_iter().any(|(_, old, new)| old.is_some() && new.is_some_and(is_empty))
}

/// Returns the problems of `after` that `before` does not have.
fn fresh(before: &Problems, after: &Problems) -> Vec<Diagnostic> {
    let mut fresh = Vec::new();
    for [before, after] in after.differences(before) {
        let known: HashSet<(&str, &str, Option<&Place>)> = before.into_iter().map(identity).collect();
        fresh.extend(after.into_iter().filter(|problem| !known.contains(&identity(problem))).cloned());
    }
    fresh
}

/// Returns the parts of a problem by which a person recognises it.
fn identity(problem: &Diagnostic) -> (&str, &str, Option<&Place>) {
    (problem.code.name, &problem.message, problem.place.as_ref())
}

/// Runs work and turns a panic into an error with the panic's message, so that the thread goes on.
fn catch_panic<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    // The caller discards every value that the work may have left half changed.
    std::panic::catch_unwind(AssertUnwindSafe(work)).map_err(|panic| {
        let words = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
        words.unwrap_or("a panic").lines().collect::<Vec<_>>().join(" ")
    })
}

/// Returns the files in which two snapshots differ, by name.
fn changes(before: &Inputs, after: &Inputs) -> Vec<Change> {
    let change = |(file, old, new): (&Arc<str>, Option<_>, Option<_>)| {
        let kind = match (old, new) {
            (None, _) => ChangeKind::Added,
            (Some(_), Some(_)) => ChangeKind::Edited,
            (Some(_), None) => ChangeKind::Removed,
        };
        Change { file: Arc::clone(file), kind }
    };
    before.files.differences(&after.files, load::File::has_same_content).into_iter().map(change).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_an_error_with_its_message() {
        assert_eq!(catch_panic(|| 1), Ok(1));
        let law = 2;
        assert_eq!(catch_panic(|| -> u8 { panic!("law {law}\nis broken") }), Err("law 2 is broken".to_owned()));
        assert_eq!(catch_panic(|| -> u8 { panic!("why") }), Err("why".to_owned()));
    }
}
