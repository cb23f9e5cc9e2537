//! Reads the project from disk into [`Inputs`]: a snapshot of all its files, in memory.
//!
//! [`refresh`] scans the disk again and re-reads only changed files. It gets no description of the
//! change: create, delete, rename, an editor's swap file and a git checkout are all one case. No
//! other code interprets file events.
//!
//! [`refresh_paths`] checks only a few files, and assumes that all others are unchanged. Its caller
//! confirms that later with [`verify`], a full scan that can be interrupted.

use std::collections::{BTreeSet, HashSet};
use std::fs;
use std::io::{Read as _, Seek as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rayon::prelude::*;

use crate::base::{Diagnostic, Digest, Failure, Place, Report, SharedMap, code, path};
use crate::disk::Folder;
use crate::model::limits::{self, Limit, Limits};
use crate::model::{Config, config};

use open::Root;

pub mod builtin;
mod open;
mod text;
mod walk;

pub use text::decode;
pub use walk::{is_skipped, link_targets};

/// Folders of a project that are read, besides `site.yaml`.
pub const FOLDERS: [&str; 3] = ["content", "templates", "themes"];

/// Number of bytes at the beginning of a file that decide if the rest is read as text.
const SNIFFED: u64 = 4 << 10;

/// Age of a file's mtime at which no later write can get the same mtime: the coarsest time stamps
/// in use (FAT) have steps of two seconds. A younger file is read again at the next refresh.
const MIN_MTIME_AGE: Duration = Duration::from_secs(3);

/// Files by path from the root, with `/` between its parts, in NFC.
pub type Files = SharedMap<File>;

/// Snapshot of the project's files.
#[derive(Debug, Default, Clone)]
pub struct Inputs {
    pub root: PathBuf,
    pub files: Files,
    /// Problems of files that could not be read.
    pub problems: Vec<Diagnostic>,
    /// Limits within which the files were read.
    limits: Limits,
}

/// One file of the snapshot.
#[derive(Debug, Clone)]
pub struct File {
    pub content: Content,
    /// Digest of the text; `None` for a file that is not text. It stays if the text is dropped.
    pub digest: Option<Digest>,
    /// Path on disk relative to the root, if it differs from the name: macOS may store a name in
    /// NFD.
    disk: Option<Arc<Path>>,
    stamp: Stamp,
}

impl File {
    fn text(text: Arc<str>, stamp: Stamp) -> Self {
        Self { digest: Some(Digest::of(text.as_bytes())), content: Content::Text(text), disk: None, stamp }
    }

    /// Returns true if everything is equal, including [`Stamp::is_reliable`].
    fn is_identical(&self, other: &Self) -> bool {
        self.stamp == other.stamp && self.disk == other.disk && self.has_same_content(other)
    }

    /// Returns the length of a file that stays on disk, if it is more than `most`.
    pub fn length_over(&self, most: u64) -> Option<u64> {
        match self.content {
            Content::Binary { length, .. } => Some(length).filter(|length| *length > most),
            Content::Text(_) | Content::Dropped => None,
        }
    }

    /// Returns the fingerprint of a file that stays on disk. Returns `None` if the file was
    /// modified so recently that its mtime cannot be trusted yet.
    pub fn stamp_if_reliable(&self) -> Option<impl std::hash::Hash + use<>> {
        self.stamp.is_reliable.then_some(self.stamp)
    }

    /// Returns true if two reads of a file found the same content: equal texts, or equal stamps of
    /// a file that stays on disk. A dropped text never counts as the same.
    pub fn has_same_content(&self, other: &Self) -> bool {
        match (&self.content, &other.content) {
            (Content::Text(a), Content::Text(b)) => Arc::ptr_eq(a, b) || a == b,
            (Content::Binary { disk: a, .. }, Content::Binary { disk: b, .. }) => a == b && self.stamp.same(&other.stamp),
            (Content::Text(_) | Content::Dropped | Content::Binary { .. }, _) => false,
        }
    }
}

/// Content of a file. Only texts are in memory.
#[derive(Debug, Clone)]
pub enum Content {
    Text(Arc<str>),
    /// A text that was read and then dropped: see [`Inputs::drop_text`].
    Dropped,
    /// A file that stays on disk, such as a picture; `emit` copies it.
    Binary {
        disk: Arc<Path>,
        length: u64,
    },
}

/// Metadata of a file. If they are unchanged, the file counts as unchanged without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Hash)]
struct Stamp {
    modified: Option<SystemTime>,
    length: u64,
    #[cfg(unix)]
    identity: (u64, u64, i64, i64),
    /// True if the mtime was older than [`MIN_MTIME_AGE`] when the file was read.
    is_reliable: bool,
}

impl Stamp {
    fn of(metadata: &fs::Metadata, now: SystemTime) -> Self {
        let modified = metadata.modified().ok();
        let age = modified.and_then(|modified| now.duration_since(modified).ok());
        Self {
            modified,
            length: metadata.len(),
            #[cfg(unix)]
            identity: {
                use std::os::unix::fs::MetadataExt as _;
                (metadata.dev(), metadata.ino(), metadata.ctime(), metadata.ctime_nsec())
            },
            is_reliable: age.is_some_and(|age| age > MIN_MTIME_AGE),
        }
    }

    fn same(&self, other: &Self) -> bool {
        Self { is_reliable: true, ..*self } == Self { is_reliable: true, ..*other }
    }
}

impl Inputs {
    /// Makes a snapshot from texts, for tests and for `init`.
    pub fn from_texts<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let stamp = Stamp::unknown();
        let files = files.into_iter().map(|(path, text)| (path, File::text(text.into(), stamp))).collect();
        Self { files, ..Self::default() }
    }

    /// Returns the snapshot with some texts replaced or added, as if they had been read.
    #[must_use]
    pub fn with_texts(&self, texts: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut inputs = self.clone();
        for (path, text) in texts {
            inputs.files.insert(path.into(), File::text(text.into(), Stamp::unknown()));
        }
        inputs
    }

    /// Returns the snapshot with some files under other names, as if they had been moved on disk.
    /// The content of a copied file is still read at its old path.
    #[must_use]
    pub fn with_names<'a>(&self, moves: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut inputs = self.clone();
        let moved: Vec<_> = moves.into_iter().filter_map(|(old, new)| Some((new, inputs.files.remove(old)?))).collect();
        for (new, file) in moved {
            inputs.files.insert(new.into(), File { disk: None, ..file });
        }
        inputs
    }

    /// Returns the path on disk of a file of the project, or of a file that does not exist yet.
    ///
    /// The disk may store a name in another normal form. A new file gets the folder of the existing
    /// files beside it.
    pub fn disk_path(&self, name: &str) -> PathBuf {
        self.root.join(self.disk_name(name))
    }

    /// Returns [`Inputs::disk_path`] without the root: the name that git knows.
    pub fn disk_name(&self, name: &str) -> PathBuf {
        if let Some(file) = self.files.get(name) {
            return file.disk.as_deref().map_or_else(|| name.into(), Path::to_owned);
        }
        for folder in path::above(name) {
            let Some((_, file)) = self.below(folder).next() else { continue };
            let Some(disk) = &file.disk else { break };
            let own = disk.components().take(folder.split('/').count()).collect::<PathBuf>();
            return own.join(&name[folder.len() + 1..]);
        }
        name.into()
    }

    /// Returns the text of a file.
    pub fn text(&self, path: &str) -> Option<&Arc<str>> {
        match &self.files.get(path)?.content {
            Content::Text(text) => Some(text),
            Content::Dropped | Content::Binary { .. } => None,
        }
    }

    /// Returns the text of a file of the project or of the built-in theme, for the frames of
    /// problems.
    pub fn framed_text(&self, path: &str) -> Option<&str> {
        self.text(path).map(|text| &**text).or_else(|| std::str::from_utf8(builtin::file(path)?).ok())
    }

    /// Returns the digest of a file's text.
    pub fn digest(&self, path: &str) -> Option<Digest> {
        self.files.get(path)?.digest
    }

    /// Drops the text of a file when no later stage needs it; the digest stays.
    pub fn drop_text(&mut self, path: &str) {
        if let Some(file) = self.files.get_mut(path)
            && matches!(file.content, Content::Text(_))
        {
            file.content = Content::Dropped;
        }
    }

    /// Returns true if the snapshot has the file at a path on disk.
    pub fn is_at(&self, disk: &Path) -> bool {
        disk.strip_prefix(&self.root).is_ok_and(|inside| self.files.contains_key(&walk::as_name(inside)))
    }

    /// Returns true if the stamp of a file on disk is that of the snapshot, or if both lack the
    /// file. A file that could not be read counts as current. This costs one system call.
    pub fn is_current(&self, name: &str) -> bool {
        // A file that cannot be read is not in the snapshot; its problem is.
        let is_reported = || self.problems.iter().any(|problem| problem.place.as_ref().is_some_and(|place| *place.file == *name));
        match (self.files.get(name), fs::metadata(self.disk_path(name))) {
            (Some(file), Ok(metadata)) => file.stamp.same(&Stamp::of(&metadata, SystemTime::now())),
            (Some(_), Err(_)) => false,
            (None, found) => !found.is_ok_and(|found| found.is_file()) || is_reported(),
        }
    }

    /// Opens a file that stays on disk, if it is still a regular file inside the project.
    pub fn open(&self, disk: &Path) -> std::io::Result<fs::File> {
        open(&self.root, disk)
    }

    /// Returns the stored path of a file. Places share it, so they cost no memory.
    pub fn name(&self, path: &str) -> Option<&Arc<str>> {
        self.files.get_key_value(path).map(|(name, _)| name)
    }

    /// Returns all files below a folder, with their paths from the root.
    pub fn below<'a>(&'a self, folder: &str) -> impl Iterator<Item = (&'a Arc<str>, &'a File)> {
        let prefix = format!("{}/", folder.trim_end_matches('/'));
        self.files.from(&prefix).take_while(move |(path, _)| path.starts_with(&prefix))
    }
}

impl Stamp {
    fn unknown() -> Self {
        Self {
            modified: None,
            length: 0,
            #[cfg(unix)]
            identity: (0, 0, 0, 0),
            is_reliable: false,
        }
    }
}

/// Reads the project at `root`. Unchanged files are taken from `previous`.
///
/// A file that cannot be read is a problem of the snapshot. A root that cannot be read is a
/// failure.
pub fn refresh(root: &Path, previous: Option<&Inputs>) -> Result<Inputs, Failure> {
    let (reader, found) = find(root, &mut || false)?;
    let ProjectFiles { files, problems } = found.expect("nothing broke it off");
    let known = previous.filter(|previous| previous.limits == reader.limits);
    let read = files.into_par_iter().map_init(Vec::new, |buffer, found| reader.read_found(&found, known, buffer)).collect();
    Ok(assemble(reader, previous, read, problems))
}

/// Does the same as [`refresh`], but on one thread, so that other work goes on. Calls `interrupted`
/// before each file, and returns `None` if that returns true.
pub fn verify(root: &Path, previous: &Inputs, interrupted: &mut dyn FnMut() -> bool) -> Result<Option<Inputs>, Failure> {
    let (reader, found) = find(root, interrupted)?;
    let Some(ProjectFiles { files, problems }) = found else { return Ok(None) };
    let known = Some(previous).filter(|previous| previous.limits == reader.limits);
    let mut read = Vec::with_capacity(files.len());
    let mut buffer = Vec::new();
    for found in files {
        if interrupted() {
            return Ok(None);
        }
        read.push(reader.read_found(&found, known, &mut buffer));
    }
    Ok(Some(assemble(reader, Some(previous), read, problems)))
}

/// Checks only a few paths on disk below the snapshot's root.
///
/// Returns `None` if they do not reveal the whole change, so that a full scan is needed. Examples
/// are a folder, a link, a name in another normal form, and a file that is or was unreadable.
pub fn refresh_paths<'a>(previous: &Inputs, paths: impl IntoIterator<Item = &'a PathBuf>) -> Option<Inputs> {
    let mut inputs = previous.clone();
    let reader = Reader { root: Root::open(&previous.root).ok()?, limits: previous.limits };
    for disk in paths {
        let inside = disk.strip_prefix(&previous.root).ok()?;
        let name = walk::relative(&previous.root, disk);
        let in_folder = FOLDERS.iter().any(|folder| name.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/')));
        let parts = || inside.components().map(|part| part.as_os_str().to_string_lossy());
        if !in_folder && name != config::FILE || parts().any(|part| is_skipped(&part)) {
            continue;
        }
        let parent = disk.parent()?;
        // A path through a link may not be the only path to its file. A name in NFD differs from
        // the path on disk.
        if previous.files.get(&name).is_some_and(|file| file.disk.is_some())
            || inside.to_str() != Some(name.as_str())
            || parent.canonicalize().ok()? != parent
        {
            return None;
        }
        let is_about = |problem: &Diagnostic| problem.place.as_ref().is_none_or(|place| name.starts_with(&*place.file));
        if previous.problems.iter().any(is_about) {
            return None;
        }
        match fs::symlink_metadata(disk) {
            Ok(metadata) if metadata.is_file() => {
                let name = previous.name(&name).cloned().unwrap_or_else(|| name.into());
                let file = reader.read(disk, &name, previous.files.get(&name), &mut Vec::new()).ok()?;
                if *name == *config::FILE && limits_of(&name, &file) != previous.limits {
                    return None;
                }
                inputs.files.insert(name, file);
            }
            Ok(_) => return None,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                if previous.below(&name).next().is_some() {
                    return None;
                }
                inputs.files.remove(&name);
            }
            Err(_) => return None,
        }
    }
    Some(inputs)
}

/// Reads dropped texts of some files again, to show the lines of problems. A file whose digest
/// has changed stays dropped.
pub fn reload_text<'a>(inputs: &Inputs, files: impl Iterator<Item = &'a Arc<str>>) -> Inputs {
    // If the folder cannot be opened, problems are shown without their lines.
    let reader = Root::open(&inputs.root).ok().map(|root| Reader { root, limits: inputs.limits });
    let again = |name: &&Arc<str>| {
        let dropped = inputs.files.get(name).filter(|file| matches!(file.content, Content::Dropped))?;
        let file = reader.as_ref()?.read(&inputs.disk_path(name), name, None, &mut Vec::new()).ok()?;
        (file.digest == dropped.digest).then(|| (Arc::clone(name), file))
    };
    let files: BTreeSet<&Arc<str>> = files.collect();
    let read: Vec<(Arc<str>, File)> = files.par_iter().filter_map(again).collect();
    let mut reloaded = inputs.clone();
    for (name, file) in read {
        reloaded.files.insert(name, file);
    }
    reloaded
}

/// Opens a regular file of the project at `root`. `disk` is the path of the file, which begins with
/// `root`. A link is followed if its target is inside the project; otherwise it is an error.
pub fn open(root: &Path, disk: &Path) -> std::io::Result<fs::File> {
    Folder::open(root)?.open_file_at(disk)
}

/// The files of a project on disk, and the problems of entries that cannot be read.
struct ProjectFiles {
    files: Vec<walk::FoundFile>,
    problems: Vec<Diagnostic>,
}

/// Finds the project's files. The second value is `None` if the search was interrupted.
fn find(root: &Path, interrupted: &mut dyn FnMut() -> bool) -> Result<(Reader, Option<ProjectFiles>), Failure> {
    let root = Root::open(root).map_err(|error| Failure::io("open", root, &error))?;
    let mut found = ProjectFiles { files: Vec::new(), problems: Vec::new() };
    let reader = find_configuration(root, &mut found);
    for folder in FOLDERS {
        if !walk::walk(&reader.root.path, folder, &mut found.files, &mut found.problems, interrupted) {
            return Ok((reader, None));
        }
    }
    Ok((reader, Some(found)))
}

/// Reads `site.yaml` first: it sets the limits for all other files.
fn find_configuration(root: Root, found: &mut ProjectFiles) -> Reader {
    walk::find(&root.path, config::FILE, &mut found.files, &mut found.problems);
    let mut reader = Reader { root, limits: Limits::default() };
    if let Some(found) = found.files.first()
        && let (name, Ok(file)) = reader.read_found(found, None, &mut Vec::new())
    {
        reader.limits = limits_of(&name, &file);
    }
    reader
}

/// Returns the limits that a configuration sets; the defaults if the configuration cannot be read.
fn limits_of(name: &Arc<str>, file: &File) -> Limits {
    let Content::Text(text) = &file.content else { return Limits::default() };
    Config::read(name, text).0.map(|config| config.limits).unwrap_or_default()
}

type ReadFile = (Arc<str>, Result<File, Diagnostic>);

/// Reader of a project's files, within its limits.
struct Reader {
    root: Root,
    limits: Limits,
}

impl Reader {
    fn read_found(&self, found: &walk::FoundFile, previous: Option<&Inputs>, buffer: &mut Vec<u8>) -> ReadFile {
        let before = previous.and_then(|previous| previous.files.get_key_value(&found.path));
        let name = before.map_or_else(|| found.path.as_str().into(), |(name, _)| Arc::clone(name));
        let file = self.read(&found.disk, &name, before.map(|(_, file)| file), buffer);
        (name, file)
    }

    /// Reads a file, unless its stamp shows that it is the same as `before`. The caller lends the
    /// buffer, since a new buffer for each file would cost more than reading the file.
    fn read(&self, disk: &Path, name: &Arc<str>, before: Option<&File>, buffer: &mut Vec<u8>) -> Result<File, Diagnostic> {
        let inside = disk.strip_prefix(&self.root.path).unwrap_or(disk);
        let disk_name = (inside.to_str() != Some(&**name)).then(|| inside.into());
        if let Some(before) = before
            && before.stamp.is_reliable
            && fs::metadata(disk).is_ok_and(|metadata| before.stamp.same(&Stamp::of(&metadata, SystemTime::now())))
        {
            return Ok(File { disk: disk_name, ..before.clone() });
        }
        let now = SystemTime::now();
        let (mut file, metadata) = self.root.file(disk).map_err(|refusal| walk::refused(name, refusal))?;
        let stamp = Stamp::of(&metadata, now);
        let length = metadata.len();
        let text = match self.text(&mut file, length, name, buffer)? {
            None => {
                return Ok(File { content: Content::Binary { disk: disk.into(), length }, digest: None, disk: disk_name, stamp });
            }
            Some(text) => text,
        };
        // An unchanged text keeps its old allocation, so that later comparisons only compare
        // pointers.
        if let Some(File { content: Content::Text(old), digest, .. }) = before
            && **old == *text
        {
            return Ok(File { content: Content::Text(Arc::clone(old)), digest: *digest, disk: disk_name, stamp });
        }
        Ok(File { disk: disk_name, ..File::text(text.into(), stamp) })
    }

    /// Reads the text of a file. Returns `None` if the file is not text, so that it stays on disk.
    fn text<'b>(
        &self,
        file: &mut fs::File,
        length: u64,
        name: &Arc<str>,
        buffer: &'b mut Vec<u8>,
    ) -> Result<Option<&'b str>, Diagnostic> {
        let unreadable = |error: std::io::Error| walk::refused(name, error.into());
        let has_text_name = has_source_extension(name) || path::extension(name) == "txt";
        let Some(kind) = text_limit(name) else { return Ok(None) };
        let limit = self.limits.of(kind);
        if length > limit {
            // Only a plan uses a text from a folder of source material, and the plan reports that
            // the text is too large.
            return if kind == Limit::Source { Ok(None) } else { Err(too_large(name, length, kind, limit)) };
        }
        if kind == Limit::Source && !has_text_name {
            // It may be a scan or a recording beside the text it belongs to.
            read_into(file, length.min(SNIFFED), buffer).map_err(unreadable)?;
            if !text::looks_like_text(buffer) {
                return Ok(None);
            }
            file.rewind().map_err(unreadable)?;
        }
        read_into(file, length, buffer).map_err(unreadable)?;
        match text::decode(name, buffer) {
            Ok(text) => Ok(Some(text)),
            Err(_) if kind == Limit::Source && !has_text_name => Ok(None),
            Err(problem) => Err(problem),
        }
    }
}

/// Returns the diagnostic for a file that is larger than its limit.
pub fn too_large(name: &Arc<str>, length: u64, limit: Limit, most: u64) -> Diagnostic {
    // The length of a device is unknown: reading it stops one byte after the limit.
    let has = if length == most + 1 { format!("more than {}", limits::shown(most)) } else { limits::shown(length) };
    let message = format!("`{name}` has {has}; the limit is {}", limits::shown(most));
    let problem = Diagnostic::at(&code::TOO_LARGE, Place::whole(name), message);
    let problem = if limit == Limit::Text && name.ends_with(".md") {
        problem.hint("divide the page into several pages, by hand or with a split plan and `tilmash split`")
    } else {
        problem
    };
    problem.hint(Limits::hint(limit, length))
}

/// Assembles the snapshot. Unchanged files keep the memory they had in `previous`.
fn assemble(reader: Reader, previous: Option<&Inputs>, read: Vec<ReadFile>, mut problems: Vec<Diagnostic>) -> Inputs {
    let mut names: HashSet<Arc<str>> = HashSet::with_capacity(read.len());
    let mut entries = Vec::with_capacity(read.len());
    for (name, file) in read {
        match file {
            Ok(file) => {
                if !names.insert(Arc::clone(&name)) {
                    problems
                        .report(&code::KEY_COLLISION, Place::whole(&name), format!("two files have the name `{name}`"))
                        .hint("rename one of them: the two names differ only by Unicode normal form");
                }
                entries.push((name, file));
            }
            Err(problem) => problems.push(problem),
        }
    }
    let files = match previous {
        None => entries.into_iter().collect(),
        Some(previous) => {
            let mut files = previous.files.clone();
            for gone in previous.files.keys().filter(|name| !names.contains(*name)) {
                files.remove(gone);
            }
            for (name, file) in entries {
                if !files.get(&name).is_some_and(|before| before.is_identical(&file)) {
                    files.insert(name, file);
                }
            }
            files
        }
    };
    Inputs { root: reader.root.path, files, problems, limits: reader.limits }
}

/// Replaces the content of `buffer` by that of a file. `expected` is the length from the file's
/// metadata; the file may be shorter or longer by the time it is read.
///
/// [`Read::read_to_end`](std::io::Read::read_to_end) makes three more system calls for each file,
/// to find out the length, the position and the end.
fn read_into(file: &mut fs::File, expected: u64, buffer: &mut Vec<u8>) -> std::io::Result<()> {
    let expected = usize::try_from(expected).unwrap_or(usize::MAX - 1);
    buffer.clear();
    buffer.resize(expected + 1, 0);
    let mut filled = 0;
    loop {
        match file.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
        // The read left room for one more byte, so the file ends at the expected length.
        if filled == expected {
            break;
        }
        if filled == buffer.len() {
            buffer.resize(2 * filled, 0);
        }
    }
    buffer.truncate(filled);
    Ok(())
}

/// Returns the limit on the size of a file that is read as text, by its name. Returns `None` for a
/// file that is copied without being read.
///
/// ```text
/// content/a.kk.md, themes/t/own.css    Limit::Text
/// content/_source/book.txt             Limit::Source
/// content/map.png, content/data.json   None
/// ```
fn text_limit(name: &str) -> Option<Limit> {
    if let Some(path) = name.strip_prefix("content/") {
        if path::folder(path).split('/').any(|part| part.starts_with('_')) {
            return Some(Limit::Source);
        }
        return has_source_extension(name).then_some(Limit::Text);
    }
    let is_text = match path::extension(name).to_ascii_lowercase().as_str() {
        "html" | "xml" | "css" | "js" | "svg" => true,
        "txt" | "json" => path::folder(name).split('/').any(|part| part == "templates"),
        _ => has_source_extension(name),
    };
    is_text.then_some(Limit::Text)
}

/// Returns true if the file name has the extension of pages, YAML files or locks.
fn has_source_extension(name: &str) -> bool {
    matches!(path::extension(name).to_ascii_lowercase().as_str(), "md" | "yaml" | "yml" | "lock")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refresh_sees_every_kind_of_change() {
        let folder = tempfile::tempdir().unwrap();
        let at = |path: &str| folder.path().join(path);
        fs::create_dir_all(at("content/a")).unwrap();
        fs::write(at("site.yaml"), "title: T").unwrap();
        fs::write(at("content/a/x.kk.md"), "one").unwrap();
        fs::write(at("content/.hidden.md"), "no").unwrap();
        let first = refresh(folder.path(), None).unwrap();
        assert_eq!(first.files.keys().map(|path| &**path).collect::<Vec<_>>(), ["content/a/x.kk.md", "site.yaml"]);
        let second = refresh(folder.path(), Some(&first)).unwrap();
        let (old, new) = (first.text("content/a/x.kk.md").unwrap(), second.text("content/a/x.kk.md").unwrap());
        assert!(Arc::ptr_eq(old, new), "an unchanged text keeps its allocation");
        // The same length in the same instant: only the content differs.
        fs::write(at("content/a/x.kk.md"), "two").unwrap();
        fs::rename(at("content/a"), at("content/b")).unwrap();
        let third = refresh(folder.path(), Some(&second)).unwrap();
        assert_eq!(third.text("content/a/x.kk.md"), None);
        assert_eq!(third.text("content/b/x.kk.md").map(|text| &**text), Some("two"));
    }

    #[test]
    fn single_paths_are_refreshed_or_need_a_full_scan() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        let at = |path: &str| root.join(path);
        fs::create_dir_all(at("content/a")).unwrap();
        fs::write(at("site.yaml"), "title: T").unwrap();
        fs::write(at("content/a/x.kk.md"), "one").unwrap();
        let first = refresh(&root, None).unwrap();
        let refreshed = |paths: &[&str]| refresh_paths(&first, &paths.iter().map(|path| at(path)).collect::<Vec<_>>());
        fs::write(at("content/a/x.kk.md"), "two").unwrap();
        fs::write(at("content/a/y.kk.md"), "new").unwrap();
        fs::write(at("content/a/.x.swp"), "no").unwrap();
        fs::write(at("other"), "no").unwrap();
        fs::remove_file(at("site.yaml")).unwrap();
        let found =
            refreshed(&["content/a/x.kk.md", "content/a/y.kk.md", "content/a/.x.swp", "content/a/none.md", "other", "site.yaml"]);
        let found = found.unwrap();
        assert_eq!(found.files.keys().map(|path| &**path).collect::<Vec<_>>(), ["content/a/x.kk.md", "content/a/y.kk.md"]);
        assert_eq!(found.text("content/a/x.kk.md").map(|text| &**text), Some("two"));
        assert_eq!(found.files.differences(&refresh(&root, None).unwrap().files, File::has_same_content).len(), 0);
        // Only the named files are checked.
        assert!(first.files.differences(&refreshed(&["content/a/y.kk.md"]).unwrap().files, File::has_same_content).len() == 1);
        assert!(refreshed(&["content/a"]).is_none(), "a folder");
        fs::write(at("content/a/x.kk.md"), b"\xff").unwrap();
        assert!(refreshed(&["content/a/x.kk.md"]).is_none(), "not to be read");
        fs::rename(at("content/a"), at("content/b")).unwrap();
        assert!(refreshed(&["content/a"]).is_none(), "a folder that is gone");
        assert!(refreshed(&["content/a/x.kk.md"]).is_none(), "a file in it");
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(at("content/b"), at("content/a")).unwrap();
            std::os::unix::fs::symlink(at("content/b/x.kk.md"), at("content/z.md")).unwrap();
            assert!(refreshed(&["content/a/x.kk.md"]).is_none() && refreshed(&["content/z.md"]).is_none(), "links");
        }
    }

    #[test]
    fn a_full_scan_can_be_interrupted() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("content")).unwrap();
        for n in 0..10 {
            fs::write(folder.path().join(format!("content/{n}.md")), "x").unwrap();
        }
        let first = refresh(folder.path(), None).unwrap();
        for patience in [0, 5, 15] {
            let mut asked = 0;
            let mut interrupted = || {
                asked += 1;
                asked > patience
            };
            assert!(verify(folder.path(), &first, &mut interrupted).unwrap().is_none(), "{patience}");
        }
        assert!(verify(folder.path(), &first, &mut || false).unwrap().is_some());
    }

    #[test]
    fn an_mtime_is_reliable_after_three_seconds() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a"), "a").unwrap();
        let metadata = fs::metadata(folder.path().join("a")).unwrap();
        let is_reliable = |after| Stamp::of(&metadata, metadata.modified().unwrap() + Duration::from_millis(after)).is_reliable;
        assert_eq!([is_reliable(0), is_reliable(2_500), is_reliable(3_500)], [false, false, true]);
    }

    #[test]
    fn bad_bytes_are_a_problem_of_that_file_alone() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("content")).unwrap();
        fs::write(folder.path().join("content/bad.kk.md"), b"ok\n\xff").unwrap();
        fs::write(folder.path().join("content/good.kk.md"), "fine").unwrap();
        let inputs = refresh(folder.path(), None).unwrap();
        assert_eq!(inputs.problems.len(), 1);
        assert_eq!(inputs.problems[0].code.name, "not-utf8");
        assert!(inputs.problems[0].message.contains("line 2"));
        assert!(inputs.text("content/good.kk.md").is_some());
    }

    #[test]
    fn a_dropped_text_is_reloaded_if_the_file_is_unchanged() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("content")).unwrap();
        let names: [Arc<str>; 2] = ["content/a.md".into(), "content/b.md".into()];
        names.iter().for_each(|name| fs::write(folder.path().join(&**name), &**name).unwrap());
        let mut inputs = refresh(folder.path(), None).unwrap();
        let digest = inputs.digest(&names[0]);
        names.iter().for_each(|name| inputs.drop_text(name));
        assert_eq!((inputs.text(&names[0]), inputs.digest(&names[0])), (None, digest));
        fs::write(folder.path().join(&*names[1]), "other").unwrap();
        let reloaded = reload_text(&inputs, names.iter());
        assert_eq!(reloaded.text(&names[0]), Some(&names[0]));
        assert_eq!(reloaded.text(&names[1]), None);
    }

    #[test]
    fn only_pages_plans_and_sources_of_the_content_are_text() {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &str, bytes: &[u8]| {
            fs::create_dir_all(folder.path().join(path).parent().unwrap()).unwrap();
            fs::write(folder.path().join(path), bytes).unwrap();
        };
        let large = vec![b' '; usize::try_from(Limits::default().of(Limit::Text)).unwrap() + 1];
        write("content/d.json", &large);
        write("content/latin-1.txt", b"caf\xe9");
        write("content/_source/book.txt", &large);
        write("content/_source/scan.png", b"\xff\xd8");
        write("content/_source/plan.yaml", b"a: b");
        write("themes/t/static/own.css", b"p {}");
        let inputs = refresh(folder.path(), None).unwrap();
        assert_eq!(inputs.problems, []);
        let texts: Vec<_> = inputs.files.keys().map(|name| &**name).filter(|name| inputs.text(name).is_some()).collect();
        assert_eq!(texts, ["content/_source/book.txt", "content/_source/plan.yaml", "themes/t/static/own.css"]);
        write("content/_source/book.txt", b"caf\xe9");
        assert_eq!(refresh(folder.path(), None).unwrap().problems.len(), 1);
    }

    #[test]
    fn a_change_of_limits_needs_a_full_scan() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("content/_scans")).unwrap();
        let old = SystemTime::now() - Duration::from_secs(60);
        let write = |path: &str, text: &str| {
            fs::write(folder.path().join(path), text).unwrap();
            // An old mtime, so that the file is read again only for another reason.
            fs::File::open(folder.path().join(path)).unwrap().set_modified(old).unwrap();
        };
        let limits = |limits: &str| write("site.yaml", &format!("title: T\nlanguages: [en]\nlimits: {limits}\n"));
        limits("{}");
        write("content/a.md", &"a".repeat(2000));
        write("content/_scans/log", &"b".repeat(2000));
        let root = folder.path().canonicalize().unwrap();
        let mut inputs = refresh(&root, None).unwrap();
        for (sizes, page, material) in
            [("{text: 1KB, source: 1KB}", false, false), ("{text: 1KB}", false, true), ("{}", true, true)]
        {
            limits(sizes);
            assert!(refresh_paths(&inputs, [&root.join("site.yaml")]).is_none(), "{sizes}");
            inputs = refresh(&root, Some(&inputs)).unwrap();
            let is_text = |name: &str| inputs.text(name).is_some();
            assert_eq!((is_text("content/a.md"), is_text("content/_scans/log")), (page, material), "{sizes}");
            assert_eq!(inputs.problems.len(), usize::from(!page), "{sizes}");
        }
    }

    #[test]
    fn a_file_has_the_path_that_the_disk_reports() {
        let folder = tempfile::tempdir().unwrap();
        let nfd = "\u{438}\u{306}";
        fs::create_dir_all(folder.path().join(format!("content/a/{nfd}"))).unwrap();
        fs::write(folder.path().join(format!("content/a/{nfd}/{nfd}.md")), "x").unwrap();
        fs::write(folder.path().join("content/b.md"), "x").unwrap();
        let mut inputs = refresh(folder.path(), None).unwrap();
        inputs.drop_text("content/a/й/й.md");
        assert!(reload_text(&inputs, inputs.files.keys()).text("content/a/й/й.md").is_some());
        for (name, disk) in [
            ("content/a/й/й.md", format!("content/a/{nfd}/{nfd}.md")),
            ("content/a/й/й.lock", format!("content/a/{nfd}/й.lock")),
            ("content/a/й/x/y.md", format!("content/a/{nfd}/x/y.md")),
            ("content/b.md", "content/b.md".to_owned()),
            ("content/й/c.md", "content/й/c.md".to_owned()),
            ("new.md", "new.md".to_owned()),
        ] {
            assert_eq!(inputs.disk_name(name), Path::new(&disk));
        }
        assert!(refresh_paths(&inputs, [&inputs.root.join("content/a/й/й.md")]).is_none(), "the file is not gone");
    }

    #[cfg(unix)]
    #[test]
    fn links_out_of_the_project_are_not_followed() {
        let outside = tempfile::tempdir().unwrap();
        fs::write(outside.path().join("secret.md"), "secret").unwrap();
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("content/real")).unwrap();
        fs::write(folder.path().join("content/real/a.kk.md"), "a").unwrap();
        std::os::unix::fs::symlink(outside.path(), folder.path().join("content/out")).unwrap();
        std::os::unix::fs::symlink(folder.path().join("content/real"), folder.path().join("content/in")).unwrap();
        std::os::unix::fs::symlink(folder.path().join("content"), folder.path().join("content/loop")).unwrap();
        let inputs = refresh(folder.path(), None).unwrap();
        assert!(inputs.text("content/in/a.kk.md").is_some());
        assert!(!inputs.files.keys().any(|path| path.contains("secret")));
        assert!(inputs.problems.iter().any(|problem| problem.code.name == "outside-link"));
    }
}
