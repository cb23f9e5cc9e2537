//! Publishing: writes a state into a folder on disk, completely or not at all.
//!
//! A build renders everything into a folder beside the output (the stage), which then replaces the
//! output in one step. A build that fails or is killed at any moment leaves the published folder as
//! it was, or completely new. If all changes are in one file or one folder, only this part is
//! exchanged, also in one step. Unchanged files are hard links to the old ones (or copies) and
//! keep their mtime. If nothing changed, nothing is touched. A file that the [`Record`] of the last
//! build knows to be unchanged is not rendered.
//!
//! A build deletes only files that an earlier build wrote. The manifest ([`MANIFEST`]) in the
//! folder lists them, and marks the folder as an output folder. All other files of a folder that is
//! removed, even of a killed build's stage, move into the new one.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rayon::prelude::*;

use crate::base::visible::shown_path;
use crate::base::{Diagnostic, Digest, Failure, code, diagnostic};
use crate::disk::{self, Folder, Kind};
use crate::output::fingerprints::Fingerprints;
use crate::project::State;
use crate::render::{Body, Rendered};
use crate::site::{Route, Site};

mod record;
mod swap;

pub use record::Record;

/// The name of the manifest: the list of files that a build wrote, one path a line, in the output
/// folder.
pub const MANIFEST: &str = crate::site::route::RESERVED;

/// The result of a build.
#[derive(Debug, Default)]
pub struct Report {
    /// The number of files of the site.
    pub files: usize,
    /// The number of new or changed files.
    pub written: usize,
    /// The number of files of the last build that this build removed.
    pub removed: usize,
    /// The published pages before this build, and the number of them that it removed.
    pub pages: Pages,
    /// Problems found while pages were rendered.
    pub problems: Vec<Diagnostic>,
    /// True if the site was published; false if rendering found errors.
    pub published: bool,
    /// Time to highlight the code of the rendered pages.
    pub highlighting: Duration,
    /// Render time of each route that was rendered.
    pub times: Vec<RouteTime>,
    /// Files of somebody else that have a new name, since a page has their old one.
    pub displaced: Vec<PathBuf>,
    /// The record for the next build, if the site was published and [`PreviousBuild`] was given.
    pub record: Option<Record>,
}

/// The pages (files that end in `.html`) of the published folder before a build.
#[derive(Debug, Default, Clone, Copy)]
pub struct Pages {
    pub before: usize,
    pub removed: usize,
}

impl Pages {
    /// Returns true if a build removed more than half of the pages, which may be a mistake.
    pub fn lost_most(self) -> bool {
        self.removed * 2 > self.before
    }
}

/// The folder to publish into.
#[derive(Debug, Clone, Copy)]
pub struct Target<'a> {
    pub output: &'a Path,
    /// True if a site without pages may replace a published one.
    pub allow_empty: bool,
}

/// The render time of a route.
#[derive(Debug)]
pub struct RouteTime {
    pub path: Arc<str>,
    pub template: Option<String>,
    pub time: Duration,
}

/// The data that let a build reuse files of the last one instead of rendering them.
#[derive(Debug)]
pub struct PreviousBuild<'a> {
    /// The record of the last build; empty if there was none.
    pub record: &'a Record,
    /// The fingerprints of the present state's routes.
    pub fingerprints: Fingerprints,
}

/// Renders every route of a state without writing anything; calls `each` after each route.
pub fn render_all(state: &State, each: &(dyn Fn() + Sync)) -> Vec<Diagnostic> {
    let Some(site) = state.site() else { return Vec::new() };
    let routes: Vec<&Route> = site.routes.values().collect();
    state.highlight(&routes);
    let mut problems: Vec<Diagnostic> = routes
        .par_iter()
        .flat_map_iter(|route| {
            let problems = render(state, route).problems;
            each();
            problems
        })
        .collect();
    diagnostic::sort(&mut problems);
    problems
}

/// Renders a route. A route without content is an error, even if `severity` hides its reason: a
/// site is published with all of its pages.
fn render(state: &State, route: &Route) -> Rendered {
    let mut rendered = state.render(route);
    if rendered.body.is_none() && !diagnostic::has_errors(&rendered.problems) {
        let mut problem = Diagnostic::nowhere(&code::TEMPLATE, format!("the page `{}` cannot be generated", route.path))
            .hint("fix the other problems of this page: a site is published only with all its pages, whatever `severity` in site.yaml says");
        problem.place = rendered.problems.iter().find_map(|problem| problem.place.clone());
        rendered.problems.push(problem);
    }
    rendered
}

/// Publishes a state into a folder; calls `each` after each route.
///
/// `previous` is the data of an earlier build of the folder; with `None` a build neither uses nor
/// makes a record.
pub fn emit(
    state: &State,
    target: Target<'_>,
    previous: Option<PreviousBuild<'_>>,
    each: &(dyn Fn() + Sync),
) -> Result<Report, Failure> {
    let site = state.site().expect("only a state that can be rendered is published");
    let output = absolute(&state.inputs.root, target.output)?;
    refuse_sources(&state.inputs.root, &output)?;
    refuse_paths(site)?;
    let place = Location::open(&output)?;
    let _lock = Lock::take(&place)?;
    let mut displaced = swap::recover(&place)?;
    let before = Before::look(&place)?;
    if !target.allow_empty {
        before.refuse_empty(state, &output)?;
    }
    before.refuse_obstacles(site, &output)?;

    let mut files = plan(state, &before, &output, previous.as_ref());
    files.iter().filter(|file| file.is_reused).for_each(|_| each());
    let fresh: Vec<&Route> = files.iter().filter(|file| !file.is_reused).map(|file| file.route).collect();
    let begun = Instant::now();
    state.highlight(&fresh);
    let highlighting = begun.elapsed();
    let stage = Stage::new(&place, site.routes.keys(), before.folder.is_some())?;
    let made = make(state, &fresh, &stage, &before, each)?;

    let mut report = Report { files: files.len(), highlighting, ..Report::default() };
    let (written, unchanged) = report.take(made, &mut files);
    if diagnostic::has_errors(&report.problems) {
        report.displaced = displaced;
        return Ok(report);
    }
    report.compare(&before, site);
    let is_same_list = before.folder.is_some() && before.manifest.len() == files.len() && report.removed == 0;
    // The other files were found unchanged in place, so only the part with the written files is
    // exchanged.
    let part = if is_same_list { common(&written) } else { Some("") };
    if let Some(part) = part {
        displaced.extend(stage.publish(&place, &before, &unchanged, part)?);
    }
    report.displaced = displaced;
    report.record = previous.map(|previous| {
        let entries = files.iter().map(|file| {
            // A file that was checked and not touched since keeps its mark and is not examined
            // again.
            let stays = file.is_reused && part.is_none_or(|part| !is_in(&*file.route.path, part));
            (&*file.route.path, file.fingerprint, stays.then_some(previous.record))
        });
        Record::of(&output, entries.collect(), (site.works.len(), site.languages.len()))
    });
    Ok(report)
}

/// A file of the site that is to be published.
struct Planned<'a> {
    route: &'a Route,
    /// The fingerprint of its inputs, for the record.
    fingerprint: Option<Digest>,
    /// True if the file in the output folder is known to be equal, so that it is not rendered.
    is_reused: bool,
}

/// A file that was rendered into the stage.
struct Made {
    problems: Vec<Diagnostic>,
    placed: Placed,
    time: RouteTime,
}

/// Fails if a path leads out of the output folder. `site` makes no such routes. They are checked
/// again because a wrong one would overwrite files of the user.
fn refuse_paths(site: &Site) -> Result<(), Failure> {
    let is_plain = |path: &str| {
        !path.contains(char::is_control)
            && !path.is_empty()
            && Path::new(path).components().all(|part| matches!(part, Component::Normal(_)))
    };
    match site.routes.keys().find(|path| !is_plain(path)) {
        Some(path) => Err(Failure::new(format!("`{}` is not a path inside the output folder", path.escape_debug()))),
        None => Ok(()),
    }
}

/// Lists the files of the site, and finds those that the record of the last build knows to be
/// equal.
fn plan<'a>(state: &'a State, before: &Before, output: &Path, previous: Option<&PreviousBuild<'_>>) -> Vec<Planned<'a>> {
    let renderer = state.renderer.as_ref().expect("only a state that can be rendered is published");
    let routes: Vec<&Route> = renderer.site.routes.values().collect();
    let planned = |route: &&'a Route| {
        let fingerprint = previous.and_then(|previous| previous.fingerprints.route(renderer, route));
        let is_equal = |(previous, fingerprint): (&PreviousBuild<'_>, Digest)| {
            previous.record.has(&route.path, fingerprint, &output.join(&*route.path))
        };
        let is_reused = before.folder.is_some() && previous.zip(fingerprint).is_some_and(is_equal);
        Planned { route, fingerprint, is_reused }
    };
    routes.par_iter().map(planned).collect()
}

/// Renders routes into the stage; returns the results in the order of the routes.
fn make(
    state: &State,
    routes: &[&Route],
    stage: &Stage<'_>,
    before: &Before,
    each: &(dyn Fn() + Sync),
) -> Result<Vec<Made>, Failure> {
    // Files are copied through a handle of the project's folder, so that no link leads out of it.
    let project = Folder::open(&state.inputs.root).map_err(|error| Failure::io("open", &state.inputs.root, &error))?;
    // Routes of the whole site (lists, feeds, sitemap) take the most time and memory. They come
    // first, so that nothing waits for them at the end.
    let mut order: Vec<usize> = (0..routes.len()).collect();
    order.sort_by_key(|&at| routes[at].kind.work().is_some());
    let make = |at: usize| {
        let route = routes[at];
        let begun = Instant::now();
        let rendered = render(state, route);
        let time = RouteTime { path: Arc::clone(&route.path), template: rendered.template, time: begun.elapsed() };
        let placed = match &rendered.body {
            Some(body) => stage.place(body, &project, before.folder.as_ref(), &route.path),
            None => Ok(Placed::Written),
        };
        each();
        (at, placed.map(|placed| Made { problems: rendered.problems, placed, time }))
    };
    // All routes are made even if one fails, since `each` counts them.
    let mut made: Vec<(usize, Result<Made, Failure>)> = order.into_par_iter().map(make).collect();
    made.sort_unstable_by_key(|(at, _)| *at);
    made.into_iter().map(|(_, made)| made).collect()
}

impl Report {
    /// Takes over the results of rendering. Returns the paths that were written, and those that are
    /// unchanged.
    fn take<'a>(&mut self, made: Vec<Made>, files: &mut [Planned<'a>]) -> (Vec<&'a str>, Vec<&'a str>) {
        let (mut written, mut unchanged) = (Vec::new(), Vec::new());
        let mut made = made.into_iter();
        for file in files {
            let path = &*file.route.path;
            if file.is_reused {
                unchanged.push(path);
                continue;
            }
            let Made { problems, placed, time } = made.next().expect("every file that is not reused was made");
            if !problems.is_empty() {
                // Without a fingerprint the next build renders the page again, and finds its
                // problems again.
                file.fingerprint = None;
            }
            self.times.push(time);
            self.problems.extend(problems);
            match placed {
                Placed::Same => unchanged.push(path),
                Placed::Written => written.push(path),
            }
        }
        self.written = written.len();
        diagnostic::sort(&mut self.problems);
        (written, unchanged)
    }

    /// Counts the files of the last build that the site no longer has.
    fn compare(&mut self, before: &Before, site: &Site) {
        let is_gone = |path: &&String| !site.routes.contains_key(path.as_str());
        self.removed = before.manifest.iter().filter(is_gone).count();
        let pages = || before.manifest.iter().filter(|path| path.ends_with(".html"));
        self.pages = Pages { before: pages().count(), removed: pages().filter(is_gone).count() };
        self.published = true;
    }
}

/// Returns true if the site has a page from a file; a home page exists even without one.
fn has_pages(state: &State) -> bool {
    let works = state.site().map(|site| site.works.iter()).into_iter().flatten();
    let mut editions = works.flat_map(|work| work.editions.iter().flatten());
    editions.any(|edition| state.inputs.files.contains_key(&edition.document.file))
}

/// Returns the smallest part of a site that contains all paths: a file, a folder, or `""` for the
/// whole site; `None` without paths.
fn common<'p>(paths: &[&'p str]) -> Option<&'p str> {
    let mut part = *paths.first()?;
    while !paths.iter().all(|path| is_in(path, part)) {
        part = crate::base::path::folder(part);
    }
    Some(part)
}

/// Returns true if a path is the part or below it.
fn is_in(path: impl AsRef<Path>, part: &str) -> bool {
    path.as_ref().starts_with(part)
}

/// The new folder of a build; removed on drop unless it was published.
struct Stage<'a> {
    place: &'a Location,
    folder: Folder,
    is_published: bool,
}

impl<'a> Stage<'a> {
    /// Creates a stage with its manifest, so that after a kill the next build knows which of its
    /// files are ours. If few files are expected (`few`), folders are made on demand.
    fn new<'p>(place: &'a Location, files: impl Iterator<Item = &'p Arc<str>> + Clone, few: bool) -> Result<Self, Failure> {
        let path = place.parent.place(&place.stage);
        let folder = place.parent.make_new(&place.stage).and_then(|()| place.parent.folder(&place.stage));
        let folder = folder.map_err(|error| Failure::io("create", &path, &error))?;
        let stage = Self { place, folder, is_published: false };
        let list: String = files.clone().flat_map(|path| [path, "\n"]).collect();
        let written = stage.folder.write_new(MANIFEST, list.as_bytes());
        written.map_err(|error| Failure::io("write", &path.join(MANIFEST), &error))?;
        if !few {
            stage.make_folders(files.map(|path| Path::new(crate::base::path::folder(path))))?;
        }
        Ok(stage)
    }

    fn make_folders<'p>(&self, folders: impl Iterator<Item = &'p Path>) -> Result<(), Failure> {
        // Compared as bytes: comparing paths splits them into components, which is slower.
        let folders: BTreeSet<&OsStr> = folders.map(Path::as_os_str).collect();
        let above = folders.iter().filter_map(|folder| Path::new(folder).parent()).map(Path::as_os_str);
        let above: BTreeSet<&OsStr> = above.collect();
        let make =
            |folder: &OsStr| self.folder.make(folder).map_err(|error| Failure::io("create", &self.folder.place(folder), &error));
        // The parent folders are few, and come first.
        above.into_iter().try_for_each(make)?;
        folders.into_par_iter().try_for_each(make)
    }

    /// Writes a file to the stage, unless the old folder has the same content.
    fn place(&self, body: &Body, project: &Folder, old: Option<&Folder>, path: &str) -> Result<Placed, Failure> {
        if old.is_some_and(|old| is_same(body, project, old, path)) {
            return Ok(Placed::Same);
        }
        let written = write(body, project, &self.folder, path).or_else(|error| {
            if error.kind() != io::ErrorKind::NotFound {
                return Err(error);
            }
            self.folder.make(crate::base::path::folder(path))?;
            write(body, project, &self.folder, path)
        });
        // The message names the path in the output; the temporary folder means nothing to the user.
        written.map(|()| Placed::Written).map_err(|error| Failure::io("write", &self.place.output().join(path), &error))
    }

    /// Replaces a part of the output, or for `""` all of it, by the same part of the stage. Returns
    /// the new paths of other people's files whose names the site now uses itself.
    ///
    /// ```text
    /// notes.txt      was written by somebody; the site gets a file of that name
    /// returned       notes.txt.kept
    /// ```
    fn publish(mut self, place: &Location, before: &Before, unchanged: &[&str], part: &str) -> Result<Vec<PathBuf>, Failure> {
        self.fill(before, unchanged, part, None)?;
        let swapped = if part.is_empty() { None } else { swap::swap_part(place, &self.folder, before.folder.as_ref(), part) };
        let displaced = match swapped {
            Some(displaced) => displaced,
            None => {
                if !part.is_empty() {
                    self.fill(before, unchanged, "", Some(part))?;
                }
                swap::swap(place)?
            }
        };
        // From here on a folder with the stage's name, if there is one, is the old output.
        self.is_published = true;
        Ok(displaced)
    }

    /// Adds the unchanged and foreign files of the output to a part of the stage, except those in
    /// the part `except`.
    fn fill(&self, before: &Before, same: &[&str], part: &str, except: Option<&str>) -> Result<(), Failure> {
        let Some(output) = &before.folder else { return Ok(()) };
        let belongs = |path: &Path| is_in(path, part) && except.is_none_or(|except| !is_in(path, except));
        let foreign = before.foreign(output, part)?;
        let folders = foreign.folders.iter().map(PathBuf::as_path).filter(|path| belongs(path));
        let files = same.iter().map(Path::new).chain(foreign.files.iter().map(PathBuf::as_path));
        let files: Vec<&Path> = files.filter(|path| belongs(path)).collect();
        self.make_folders(folders.chain(files.iter().filter_map(|path| path.parent())))?;
        files.into_par_iter().try_for_each(|path| keep(path, output, &self.folder))
    }
}

impl Drop for Stage<'_> {
    fn drop(&mut self) {
        if !self.is_published {
            // All of its content was made by this build. If it cannot be removed now, the next
            // build does it.
            let _ = self.place.parent.remove_tree(&self.place.stage);
        }
    }
}

/// The result of placing one file.
enum Placed {
    /// The output already has the file, byte for byte.
    Same,
    Written,
}

/// Writes the content of a route to a new file.
fn write(body: &Body, project: &Folder, folder: &Folder, path: &str) -> io::Result<()> {
    match body {
        Body::Bytes(bytes) => folder.write_new(path, bytes),
        Body::File(disk) => {
            let mut file = project.open_file_at(disk)?;
            io::copy(&mut file, &mut folder.create(path)?).map(|_| ())
        }
    }
}

fn is_same(body: &Body, project: &Folder, old: &Folder, path: &str) -> bool {
    match body {
        Body::Bytes(bytes) => {
            let is_as_long = old.metadata(path).is_ok_and(|it| it.is_file() && it.len() == bytes.len() as u64);
            is_as_long && old.read(path).is_ok_and(|old| old == *bytes)
        }
        Body::File(disk) => {
            let files = project.open_file_at(disk).and_then(|file| Ok((file, old.open_file(path)?)));
            files.and_then(|(a, b)| same_files(a, b)).unwrap_or(false)
        }
    }
}

fn same_files(mut a: fs::File, mut b: fs::File) -> io::Result<bool> {
    if a.metadata()?.len() != b.metadata()?.len() {
        return Ok(false);
    }
    let (mut left, mut right) = (vec![0; 1 << 16], vec![0; 1 << 16]);
    loop {
        let length = a.read(&mut left)?;
        if length == 0 {
            return Ok(true);
        }
        if b.read_exact(&mut right[..length]).is_err() || left[..length] != right[..length] {
            return Ok(false);
        }
    }
}

/// Keeps a file of the old folder in the new one, with its mtime.
fn keep(path: &Path, old: &Folder, new: &Folder) -> Result<(), Failure> {
    let kept = match old.hard_link(path, new, path) {
        Ok(()) => return Ok(()),
        // Somebody else's file or link is at the path of a file or folder of the site.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Err(in_the_way(&old.place(path))),
        // Not every file system has hard links.
        Err(_) => old.copy_with_time(path, new, path),
    };
    kept.map_err(|error| Failure::io("copy", &old.place(path), &error))
}

fn in_the_way(path: &Path) -> Failure {
    Failure::new(format!("`{}` was not written by Tilmash, and a file of the site needs its place", shown_path(path)))
        .hint("move the file into `content/` to publish it, or move it away")
}

/// The output folder as it is before a build.
struct Before {
    /// The output folder; `None` if it does not exist.
    folder: Option<Folder>,
    manifest: BTreeSet<String>,
}

impl Before {
    fn look(place: &Location) -> Result<Self, Failure> {
        let output = place.output();
        let unreadable = |error: &io::Error| Failure::io("read", &output, error);
        let folder = match place.parent.folder(&place.name) {
            Ok(folder) => folder,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(Self { folder: None, manifest: BTreeSet::new() });
            }
            Err(error) => return Err(unreadable(&error)),
        };
        let manifest = match folder.kind(MANIFEST).map_err(|error| unreadable(&error))? {
            Some(Kind::File) => {
                let list = folder.read_text(MANIFEST);
                let list = list.map_err(|error| Failure::io("read", &folder.place(MANIFEST), &error))?;
                listed(&list).map(str::to_owned).collect()
            }
            None if folder.entries("").map_err(|error| unreadable(&error))?.is_empty() => BTreeSet::new(),
            _ => {
                return Err(Failure::new(format!(
                    "the output folder `{}` is not empty, and was not written by Tilmash",
                    shown_path(&output)
                ))
                .hint("name another folder with `--output DIR`, or empty this one"));
            }
        };
        Ok(Self { folder: Some(folder), manifest })
    }

    /// Fails if a site without pages would replace a published one.
    fn refuse_empty(&self, state: &State, output: &Path) -> Result<(), Failure> {
        if self.manifest.is_empty() || has_pages(state) {
            return Ok(());
        }
        let message =
            format!("`content/` has no pages, so this build would delete the published site in `{}`", shown_path(output));
        Err(Failure::new(message).hint("restore `content/`, or replace the site by an empty one with `--allow-empty`"))
    }

    /// Fails if somebody else's file is at the path of a new file of the site.
    fn refuse_obstacles(&self, site: &Site, output: &Path) -> Result<(), Failure> {
        let mut new = site.routes.keys().filter(|path| !self.manifest.contains(&***path));
        match new.find(|path| !matches!(self.kind(path), Ok(None))) {
            Some(path) => Err(in_the_way(&output.join(&**path))),
            None => Ok(()),
        }
    }

    /// Returns the kind of the entry at a path of the output; fails if a folder of the path is a
    /// link.
    fn kind(&self, path: &str) -> io::Result<Option<Kind>> {
        self.folder.as_ref().map_or(Ok(None), |folder| folder.kind(path))
    }

    /// Finds the files and folders in a part of the output folder that no build wrote.
    fn foreign(&self, output: &Folder, part: &str) -> Result<Foreign, Failure> {
        let mut foreign = Foreign::default();
        // A part that is a file of a build, or that does not exist, holds no other files.
        if self.manifest.contains(part) || !matches!(output.kind(part), Ok(Some(Kind::Folder))) {
            return Ok(foreign);
        }
        let ours = self.manifest.iter().filter(|path| is_in(path, part));
        let ours: BTreeSet<&str> = ours.flat_map(|path| crate::base::path::above(path)).collect();
        let mut folders = vec![PathBuf::from(part)];
        while let Some(folder) = folders.pop() {
            let entries = output.entries(&folder);
            for (name, kind) in entries.map_err(|error| Failure::io("read", &output.place(&folder), &error))? {
                let path = folder.join(name);
                let name = path.to_string_lossy().replace('\\', "/");
                if kind == Kind::Folder {
                    if !ours.contains(name.as_str()) {
                        foreign.folders.push(path.clone());
                    }
                    folders.push(path);
                } else if name != MANIFEST && !self.manifest.contains(&name) {
                    foreign.files.push(path);
                }
            }
        }
        Ok(foreign)
    }
}

/// Returns the paths in a [`MANIFEST`] that a build may have written. The manifest may have come
/// with a repository, so entries with other paths, such as those in `.git`, are ignored.
fn listed(list: &str) -> impl Iterator<Item = &str> {
    list.lines().filter(|path| crate::base::path::unfit(path).is_none())
}

/// Somebody else's entries in the output folder, by relative path.
#[derive(Default)]
struct Foreign {
    files: Vec<PathBuf>,
    /// Folders may be empty and still matter: a git repository has some.
    folders: Vec<PathBuf>,
}

/// Returns the real path of an output folder that may not exist yet; makes nothing.
///
/// Links in the path are followed. But a link inside the site's folder `root` comes with the
/// repository, so it must not lead out of that folder.
pub fn absolute(root: &Path, output: &Path) -> Result<PathBuf, Failure> {
    let output = std::path::absolute(output).map_err(|error| Failure::io("find", output, &error))?;
    let mut real = PathBuf::new();
    for part in output.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                real.pop();
            }
            Component::Prefix(_) | Component::RootDir | Component::Normal(_) => real.push(part),
        }
        // Resolved step by step, since `..` after a symbolic link leaves the target of the link.
        if matches!(part, Component::Normal(_)) && real.symlink_metadata().is_ok() {
            let plain = real.clone();
            real = fs::canonicalize(&real).map_err(|error| Failure::io("find", &plain, &error))?;
            if plain.starts_with(root) && plain != real {
                let wrong = match real.strip_prefix(root) {
                    Err(_) => "is a symbolic link that leads out of the site's folder",
                    Ok(inside) if disk::is_hidden(inside) => "is a symbolic link into a hidden folder",
                    Ok(_) => continue,
                };
                return Err(Failure::new(format!("`{}` {wrong}", shown_path(&plain)))
                    .hint(format!("to publish the site there, use `--output {}`", shown_path(&real))));
            }
        }
    }
    if real.file_name().is_none() {
        return Err(Failure::new(format!("`{}` cannot be the output folder", shown_path(&output))));
    }
    Ok(real)
}

/// Fails if the output folder contains the sources or is in them.
fn refuse_sources(root: &Path, output: &Path) -> Result<(), Failure> {
    let holds = root.starts_with(output);
    let among = crate::load::FOLDERS.iter().any(|folder| {
        let plain = root.join(folder);
        // The folder may be a symbolic link to a folder of the project.
        let real = fs::canonicalize(&plain).unwrap_or_else(|_| plain.clone());
        output.starts_with(plain) || output.starts_with(&real) || real.starts_with(output)
    });
    // The target of a link in the sources is published. An output there would contain itself and
    // grow with each build.
    let is_linked = |(real, is_folder): (PathBuf, bool)| is_folder && (output.starts_with(&real) || real.starts_with(output));
    if holds || among || crate::load::link_targets(root).into_iter().any(is_linked) {
        return Err(Failure::new(format!(
            "`{}` cannot be the output folder, because it contains source files of the site or is among them",
            shown_path(output)
        ))
        .hint("name another folder with `--output DIR`"));
    }
    Ok(())
}

/// The output folder: the open folder above it, and the names of the entries there that a build
/// uses.
struct Location {
    parent: Folder,
    /// The output folder.
    name: OsString,
    /// The new folder of a build, which replaces the output folder.
    stage: OsString,
    /// The old output folder while it is replaced in two steps.
    aside: OsString,
    /// The lock file.
    lock: OsString,
}

impl Location {
    /// Opens the folder above an output folder, given by its real path; makes it if there is none.
    fn open(output: &Path) -> Result<Self, Failure> {
        let (Some(above), Some(name)) = (output.parent(), output.file_name()) else {
            return Err(Failure::new(format!("`{}` cannot be the output folder", shown_path(output))));
        };
        let parent = Folder::open_or_make(above).map_err(|error| Failure::io("create", above, &error))?;
        let [stage, aside, lock] = ["new", "new-old", "lock"].map(|word| beside(name, word));
        Ok(Self { parent, name: name.to_owned(), stage, aside, lock })
    }

    /// Returns the path of the output folder.
    fn output(&self) -> PathBuf {
        self.parent.place(&self.name)
    }
}

/// Returns the name of an entry beside the output folder `name`.
fn beside(name: &OsStr, word: &str) -> OsString {
    let mut beside = OsString::from(".");
    beside.push(name);
    beside.push(format!(".tilmash-{word}"));
    beside
}

/// A lock that keeps two builds from writing the same folder at the same time. It is released when
/// the process ends, however it ends.
struct Lock<'a> {
    place: &'a Location,
    _file: fs::File,
}

impl<'a> Lock<'a> {
    /// Takes the lock. Its file is beside the output, so that all processes that write the output
    /// find it.
    fn take(place: &'a Location) -> Result<Self, Failure> {
        let path = place.parent.place(&place.lock);
        loop {
            let file = place.parent.open_or_create(&place.lock).map_err(|error| Failure::io("open", &path, &error))?;
            if file.try_lock().is_err() {
                let message = format!("another build is writing `{}`", shown_path(&place.output()));
                return Err(Failure::new(message).hint("wait until the other build has ended"));
            }
            // The previous holder may have removed the file since it was opened here; then a third
            // build would lock a new file.
            if place.parent.is_at(&file, &place.lock) {
                return Ok(Self { place, _file: file });
            }
        }
    }
}

impl Drop for Lock<'_> {
    fn drop(&mut self) {
        // Removed while the lock is still held. A file that remains is used by the next build.
        let _ = self.place.parent.remove_file(&self.place.lock);
    }
}
