//! From a state to a folder on disk: all of it, or nothing.
//!
//! Everything is rendered into a folder beside the output, which then takes its place in one step;
//! so a build that fails or is killed at any moment leaves the published folder as it was, or as it
//! should be. If only a part of the site differs, a page or what is in one folder, that part takes its place, in one
//! step too. What is the same as before is linked, not written, and keeps its time stamp; if all is
//! the same, nothing is touched. What a [`Record`] of the last build knows to be the same is not even made.
//!
//! Only files that an earlier build wrote are ever deleted: a list of
//! them is kept in the folder, under [`MANIFEST`], and tells it from a folder of someone else's. What
//! else is in a folder that goes away, be it of a build that was killed, is moved into the new one.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rayon::prelude::*;

use crate::base::{Diagnostic, Digest, Failure, code, diagnostic};
use crate::output::makings::Makings;
use crate::project::State;
use crate::render::{Body, Rendered};
use crate::site::Route;

mod record;
mod swap;

pub use record::Record;

/// The list of the files that a build wrote, one path a line, in the folder it wrote.
pub const MANIFEST: &str = crate::site::route::RESERVED;

/// What a build did.
#[derive(Debug, Default)]
pub struct Report {
    /// How many files the site has.
    pub files: usize,
    /// How many of them were new or different.
    pub written: usize,
    /// How many files of the last build are no longer there.
    pub removed: usize,
    /// What was wrong with pages when they were rendered.
    pub problems: Vec<Diagnostic>,
    /// Whether the site was published; not if rendering found errors.
    pub published: bool,
    /// How long the code of all pages took to highlight.
    pub highlighting: Duration,
    /// How long each route took to render.
    pub times: Vec<RouteTime>,
    /// Files that no build wrote and that now stand under another name, since a page has theirs.
    pub displaced: Vec<PathBuf>,
    /// What the next build of the folder can know of it, if it was published and asked to remember.
    pub record: Option<Record>,
}

/// How long a route took to render.
#[derive(Debug)]
pub struct RouteTime {
    pub path: Arc<str>,
    pub template: Option<String>,
    pub time: Duration,
}

/// What a build can know of the folder that it publishes into.
#[derive(Debug)]
pub struct Known<'a> {
    /// What the last build left; an empty one if there was none.
    pub record: &'a Record,
    /// What the present state's routes are made of.
    pub makings: Makings,
}

/// Renders every route of a state without writing anything; `each` is told of each one done.
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

/// Renders a route; that nothing can stand there is an error, whatever `severity` says of the reason:
/// a site is published with all of its pages.
fn render(state: &State, route: &Route) -> Rendered {
    let mut rendered = state.render(route);
    if rendered.body.is_none() && !diagnostic::has_errors(&rendered.problems) {
        let mut problem = Diagnostic::nowhere(&code::TEMPLATE, format!("`{}` could not be made", route.path))
            .hint("a site is not published without one of its pages, whatever `severity` says");
        problem.place = rendered.problems.iter().find_map(|problem| problem.place.clone());
        rendered.problems.push(problem);
    }
    rendered
}

/// Publishes a state into the folder `output`; `each` is told of each route done.
///
/// `known` is what is known of an earlier build of the folder; `None` neither uses nor makes a record.
pub fn emit(state: &State, output: &Path, known: Option<Known<'_>>, each: &(dyn Fn() + Sync)) -> Result<Report, Failure> {
    let renderer = state.renderer.as_ref().expect("only a state that can be rendered is published");
    let site = &renderer.site;
    let output = absolute(output)?;
    refuse_sources(&state.inputs.root, &output)?;
    for path in site.routes.keys() {
        // `site` lays no such routes; here is where one would do harm.
        if path.is_empty() || !Path::new(&**path).components().all(|part| matches!(part, Component::Normal(_))) {
            return Err(Failure::new(format!("`{path}` is no path inside the output folder")));
        }
    }
    if let Some(parent) = output.parent() {
        fs::create_dir_all(parent).map_err(|error| Failure::io("make", parent, &error))?;
    }
    let _lock = Lock::take(&output)?;
    let stage = beside(&output, "new");
    let mut displaced = swap::recover(&output, &stage)?;
    let before = Before::look(&output)?;
    for path in site.routes.keys() {
        if before.exists && !before.manifest.contains(&**path) && output.join(&**path).symlink_metadata().is_ok() {
            return Err(Failure::new(format!(
                "`{}` was not written by tilmash and stands in the way",
                output.join(&**path).display()
            ))
            .hint("move it into `content/`, or away"));
        }
    }

    let routes: Vec<&Route> = site.routes.values().collect();
    let mut makings: Vec<Option<Digest>> =
        routes.par_iter().map(|route| known.as_ref()?.makings.route(renderer, route)).collect();
    let is_known = |(route, makings): (&&Route, &Option<Digest>)| {
        let (Some(known), Some(makings)) = (&known, makings) else { return false };
        before.exists && known.record.has(&route.path, *makings, &output.join(&*route.path))
    };
    let is_known: Vec<bool> = routes.par_iter().zip(&makings).map(is_known).collect();
    let fresh: Vec<&Route> = routes.iter().zip(&is_known).filter(|(_, known)| !**known).map(|(route, _)| *route).collect();
    is_known.iter().filter(|known| **known).for_each(|_| each());

    let begun = Instant::now();
    state.highlight(&fresh);
    let highlighting = begun.elapsed();
    let stage = Stage::new(stage, site.routes.keys(), before.exists)?;
    let failure: Mutex<Option<Failure>> = Mutex::new(None);
    // What is made of the whole site, its lists, feeds and sitemap, takes longest and the most memory; so nothing waits for it in the end.
    let mut order: Vec<usize> = (0..fresh.len()).collect();
    order.sort_by_key(|&at| fresh[at].kind.work().is_some());
    let mut done: Vec<(usize, Vec<Diagnostic>, bool, RouteTime)> = order
        .into_par_iter()
        .map(|at| {
            let route = fresh[at];
            let begun = Instant::now();
            let rendered = render(state, route);
            let time = RouteTime { path: Arc::clone(&route.path), template: rendered.template, time: begun.elapsed() };
            let mut same = false;
            if let Some(body) = &rendered.body {
                match stage.place(body, &output.join(&*route.path), &route.path, before.exists) {
                    Ok(Placed::Same) => same = true,
                    Ok(Placed::Written) => {}
                    Err(found) => {
                        failure.lock().expect("no code panics while it holds this lock").get_or_insert(found);
                    }
                }
            }
            each();
            (at, rendered.problems, same, time)
        })
        .collect();
    done.sort_unstable_by_key(|(at, ..)| *at);
    if let Some(failure) = failure.into_inner().expect("no code panics while it holds this lock") {
        return Err(failure);
    }
    let mut report = Report { files: routes.len(), highlighting, ..Report::default() };
    let (mut written, mut unchanged) = (Vec::new(), Vec::new());
    let mut done = done.into_iter();
    for ((route, is_known), makings) in routes.iter().zip(&is_known).zip(&mut makings) {
        if *is_known {
            unchanged.push(&*route.path);
            continue;
        }
        let (_, problems, same, time) = done.next().expect("every route that is not known was made");
        if !problems.is_empty() {
            // They are to be found again.
            *makings = None;
        }
        report.times.push(time);
        report.problems.extend(problems);
        if same { unchanged.push(&*route.path) } else { written.push(&*route.path) }
    }
    report.written = written.len();
    diagnostic::sort(&mut report.problems);
    if diagnostic::has_errors(&report.problems) {
        report.displaced = displaced;
        return Ok(report);
    }
    report.removed = before.manifest.iter().filter(|path| !site.routes.contains_key(path.as_str())).count();
    report.published = true;
    let same_list = before.exists && before.manifest.len() == routes.len() && report.removed == 0;
    // Each of them was found where it belongs, but for those that were written.
    let part = if same_list { common(&written) } else { Some("") };
    if let Some(part) = part {
        displaced.extend(stage.publish(&output, &before, &unchanged, part)?);
    }
    report.displaced = displaced;
    report.record = known.map(|known| {
        let files = routes.iter().zip(makings).zip(&is_known).map(|((route, makings), is_known)| {
            // What was looked at, and not touched since, need not be looked at again.
            let stays = *is_known && part.is_none_or(|part| !is_in(&*route.path, part));
            (&*route.path, makings, stays.then_some(known.record))
        });
        Record::of(&output, files.collect(), (site.works.len(), site.languages.len()))
    });
    Ok(report)
}

/// The smallest part of a site that holds all of some paths: a file, a folder, or `""` for all of it; `None` of no path.
fn common<'p>(paths: &[&'p str]) -> Option<&'p str> {
    let mut part = *paths.first()?;
    while !paths.iter().all(|path| is_in(path, part)) {
        part = crate::base::path::folder(part);
    }
    Some(part)
}

/// Whether a path is a part, or below it.
fn is_in(path: impl AsRef<Path>, part: &str) -> bool {
    path.as_ref().starts_with(part)
}

/// The folder that is being made; removed if it does not come to be published.
struct Stage {
    path: PathBuf,
}

impl Stage {
    /// Begins a stage with the list of what will be written into it, so that after a kill it is known
    /// what in it is ours. Folders are made as they are needed if few files may be: `few`.
    fn new<'a>(path: PathBuf, files: impl Iterator<Item = &'a Arc<str>> + Clone, few: bool) -> Result<Self, Failure> {
        fs::create_dir_all(&path).map_err(|error| Failure::io("make", &path, &error))?;
        let stage = Self { path };
        let list: String = files.clone().flat_map(|path| [path, "\n"]).collect();
        let manifest = stage.join(MANIFEST);
        fs::write(&manifest, list).map_err(|error| Failure::io("write", &manifest, &error))?;
        if !few {
            stage.make_folders(files.map(|path| Path::new(crate::base::path::folder(path))))?;
        }
        Ok(stage)
    }

    fn join(&self, path: impl AsRef<Path>) -> PathBuf {
        self.path.join(path)
    }

    fn make_folders<'a>(&self, folders: impl Iterator<Item = &'a Path>) -> Result<(), Failure> {
        // As bytes: to compare paths takes them apart.
        let folders: BTreeSet<&OsStr> = folders.map(Path::as_os_str).collect();
        let above = folders.iter().filter_map(|folder| Path::new(folder).parent()).map(Path::as_os_str);
        let above: BTreeSet<&OsStr> = above.collect();
        let make = |folder: &OsStr| {
            let folder = self.join(folder);
            fs::create_dir_all(&folder).map_err(|error| Failure::io("make", &folder, &error))
        };
        // Those that hold others are few, and come first.
        above.into_iter().try_for_each(make)?;
        folders.into_par_iter().try_for_each(make)
    }

    /// Puts what was made in its place, unless the old folder has the same.
    fn place(&self, body: &Body, old: &Path, path: &str, compare: bool) -> Result<Placed, Failure> {
        let new = self.join(path);
        let placed = place(body, old, &new, compare).or_else(|error| {
            if error.kind() != io::ErrorKind::NotFound {
                return Err(error);
            }
            fs::create_dir_all(self.join(crate::base::path::folder(path)))?;
            place(body, old, &new, false)
        });
        placed.map_err(|error| Failure::io("write", &new, &error))
    }

    /// Puts a part of the stage, or `""`, all of it, in the place of what the output has there. Gives the places of files
    /// that found theirs taken.
    fn publish(mut self, output: &Path, before: &Before, unchanged: &[&str], part: &str) -> Result<Vec<PathBuf>, Failure> {
        self.fill(output, before, unchanged, part, None)?;
        let swapped = if part.is_empty() { None } else { swap::swap_part(&self.path, output, part) };
        let displaced = match swapped {
            Some(displaced) => displaced,
            None => {
                if !part.is_empty() {
                    self.fill(output, before, unchanged, "", Some(part))?;
                }
                swap::swap(&self.path, output)?
            }
        };
        // What has this name from now on is the old folder, if anything.
        self.path = PathBuf::new();
        Ok(displaced)
    }

    /// Puts into a part of the stage all that stays of the output, but for what is in another part.
    fn fill(&self, output: &Path, before: &Before, same: &[&str], part: &str, but: Option<&str>) -> Result<(), Failure> {
        let belongs = |path: &Path| is_in(path, part) && but.is_none_or(|but| !is_in(path, but));
        let foreign = before.foreign(output, part)?;
        let folders = foreign.folders.iter().map(PathBuf::as_path).filter(|path| belongs(path));
        let files = same.iter().map(Path::new).chain(foreign.files.iter().map(PathBuf::as_path));
        let files: Vec<&Path> = files.filter(|path| belongs(path)).collect();
        self.make_folders(folders.chain(files.iter().filter_map(|path| path.parent())))?;
        files.into_par_iter().try_for_each(|path| keep(&output.join(path), &self.join(path)))
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        if !self.path.as_os_str().is_empty() {
            // All that is in it was made by this build. What cannot be removed now is removed by the next one.
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}

/// What became of one output.
enum Placed {
    /// It is in the output already, byte for byte.
    Same,
    Written,
}

fn place(body: &Body, old: &Path, new: &Path, compare: bool) -> io::Result<Placed> {
    match body {
        Body::Bytes(bytes) => {
            if compare && same_bytes(bytes, old) {
                return Ok(Placed::Same);
            }
            fs::write(new, bytes)?;
        }
        Body::File(disk) => {
            if compare && same_files(disk, old).unwrap_or(false) {
                return Ok(Placed::Same);
            }
            fs::copy(disk, new)?;
        }
    }
    Ok(Placed::Written)
}

fn same_bytes(bytes: &[u8], file: &Path) -> bool {
    match fs::symlink_metadata(file) {
        Ok(metadata) if metadata.is_file() && metadata.len() == bytes.len() as u64 => {
            fs::read(file).is_ok_and(|old| old == bytes)
        }
        _ => false,
    }
}

fn same_files(a: &Path, b: &Path) -> io::Result<bool> {
    if !fs::symlink_metadata(b)?.is_file() || fs::metadata(a)?.len() != fs::metadata(b)?.len() {
        return Ok(false);
    }
    let (mut a, mut b) = (File::open(a)?, File::open(b)?);
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

/// Puts a file of the old folder into the new one, with its time stamp.
fn keep(old: &Path, new: &Path) -> Result<(), Failure> {
    if fs::hard_link(old, new).is_ok() {
        return Ok(());
    }
    // Not every file system links.
    let copied = fs::copy(old, new).and_then(|_| {
        let modified = fs::metadata(old)?.modified()?;
        File::options().write(true).open(new)?.set_modified(modified)
    });
    copied.map_err(|error| Failure::io("copy", old, &error))
}

/// The output folder as it is before a build.
struct Before {
    exists: bool,
    manifest: BTreeSet<String>,
}

impl Before {
    fn look(output: &Path) -> Result<Self, Failure> {
        let entries = match fs::read_dir(output) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(Self { exists: false, manifest: BTreeSet::new() });
            }
            Err(error) => return Err(Failure::io("read", output, &error)),
        };
        let manifest = match fs::read_to_string(output.join(MANIFEST)) {
            Ok(list) => list.lines().map(str::to_owned).collect(),
            Err(_) if entries.count() == 0 => BTreeSet::new(),
            Err(_) => {
                return Err(Failure::new(format!("`{}` is not empty, and tilmash did not make it", output.display()))
                    .hint("name another folder with `--output DIR`, or empty it yourself"));
            }
        };
        Ok(Self { exists: true, manifest })
    }

    /// What is in a part of the output folder that no build wrote.
    fn foreign(&self, output: &Path, part: &str) -> Result<Foreign, Failure> {
        let mut foreign = Foreign::default();
        // A file of ours has nothing of others in it, nor has a folder that is gone.
        if !self.exists || self.manifest.contains(part) || !output.join(part).is_dir() {
            return Ok(foreign);
        }
        let ours = self.manifest.iter().filter(|path| is_in(path, part));
        let ours: BTreeSet<&str> = ours.flat_map(|path| crate::base::path::above(path)).collect();
        let mut folders = vec![PathBuf::from(part)];
        while let Some(folder) = folders.pop() {
            let disk = output.join(&folder);
            let mut read = || -> io::Result<()> {
                for entry in fs::read_dir(&disk)? {
                    let entry = entry?;
                    let path = folder.join(entry.file_name());
                    let name = path.to_string_lossy().replace('\\', "/");
                    if entry.file_type()?.is_dir() {
                        if !ours.contains(name.as_str()) {
                            foreign.folders.push(path.clone());
                        }
                        folders.push(path);
                    } else if name != MANIFEST && !self.manifest.contains(&name) {
                        foreign.files.push(path);
                    }
                }
                Ok(())
            };
            read().map_err(|error| Failure::io("read", &disk, &error))?;
        }
        Ok(foreign)
    }
}

/// What someone else put into the output folder, relative to it.
#[derive(Default)]
struct Foreign {
    files: Vec<PathBuf>,
    /// They may be empty and still mean something: a repository of git has such.
    folders: Vec<PathBuf>,
}

/// The real path of a folder that may not exist yet; none is made.
pub fn absolute(output: &Path) -> Result<PathBuf, Failure> {
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
        // Step by step, since `..` after a symbolic link leaves what it leads to.
        if matches!(part, Component::Normal(_)) && real.symlink_metadata().is_ok() {
            real = fs::canonicalize(&real).map_err(|error| Failure::io("find", &real, &error))?;
        }
    }
    if real.file_name().is_none() {
        return Err(Failure::new(format!("`{}` cannot be the output folder", output.display())));
    }
    Ok(real)
}

/// The output folder may neither hold the sources nor be among them.
fn refuse_sources(root: &Path, output: &Path) -> Result<(), Failure> {
    let holds = root.starts_with(output);
    let among = crate::load::FOLDERS.iter().any(|folder| {
        let plain = root.join(folder);
        // The folder may be a symbolic link to another of the project.
        let real = fs::canonicalize(&plain).unwrap_or_else(|_| plain.clone());
        output.starts_with(plain) || output.starts_with(&real) || real.starts_with(output)
    });
    if holds || among {
        return Err(Failure::new(format!("`{}` holds the site's sources; it cannot be the output folder", output.display()))
            .hint("name another folder with `--output DIR`"));
    }
    Ok(())
}

/// A folder beside the output, for the work in progress.
fn beside(output: &Path, word: &str) -> PathBuf {
    let name = output.file_name().unwrap_or_default().to_string_lossy();
    output.with_file_name(format!(".{name}.tilmash-{word}"))
}

/// Keeps two builds from writing the same folder at the same time. Released when the process ends, however it ends.
struct Lock {
    path: PathBuf,
    _file: File,
}

impl Lock {
    /// Beside the output, where all who can write it meet, whatever their folder for temporary files is.
    fn take(output: &Path) -> Result<Self, Failure> {
        let path = beside(output, "lock");
        loop {
            let open = File::options().create(true).truncate(false).write(true).open(&path);
            let file = open.map_err(|error| Failure::io("open", &path, &error))?;
            if file.try_lock().is_err() {
                return Err(
                    Failure::new(format!("another build is writing `{}`", output.display())).hint("wait until it is done")
                );
            }
            // The build that had it may have removed it since it was opened here; a third would make another.
            if is_at(&file, &path) {
                return Ok(Self { path, _file: file });
            }
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // While it is still held. One that stays is used by the next build.
        let _ = fs::remove_file(&self.path);
    }
}

/// Whether an open file is the one at a path.
fn is_at(file: &File, path: &Path) -> bool {
    let (Ok(open), Ok(there)) = (file.metadata(), fs::metadata(path)) else { return false };
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        (open.dev(), open.ino()) == (there.dev(), there.ino())
    }
    #[cfg(not(unix))]
    {
        open.created().ok() == there.created().ok()
    }
}
