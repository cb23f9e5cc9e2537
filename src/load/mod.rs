//! From the disk to [`Inputs`]: a snapshot of every file of the project, in memory.
//!
//! [`refresh`] looks at the disk again and re-reads what differs. It is told nothing about what
//! happened: create, delete, rename, an editor's swap file and a git checkout are all one case, and
//! no other code interprets file events.
//!
//! [`glance`] looks at a few files only. It is right about these; that the others are as they were is
//! a guess, which whoever makes it confirms with [`verify`], a look at everything that can be broken off.

use std::collections::{BTreeSet, HashSet};
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rayon::prelude::*;

use crate::base::{Diagnostic, Digest, Failure, Place, SharedMap, code, path};

pub mod builtin;
mod walk;

pub use walk::{is_passed_over, linked};

/// The folders of a project that are read, besides `site.yaml`.
pub const FOLDERS: [&str; 3] = ["content", "templates", "themes"];

/// The largest text file that is read: Markdown of this size takes seconds, and no page is near it.
const TEXT_LIMIT: u64 = 8 << 20;

/// A file that was modified longer ago than this is not read again while its stamp stays the same: the
/// coarsest time stamps in use (FAT) count in steps of two seconds.
const SETTLED: Duration = Duration::from_secs(3);

/// Files by path from the root, with `/` between its parts, in NFC.
pub type Files = SharedMap<File>;

/// A snapshot of the project's files.
#[derive(Debug, Default, Clone)]
pub struct Inputs {
    pub root: PathBuf,
    pub files: Files,
    /// What could not be read.
    pub problems: Vec<Diagnostic>,
}

/// One file of the snapshot.
#[derive(Debug, Clone)]
pub struct File {
    pub content: Content,
    /// Of its text, if it is one, kept or not.
    pub digest: Option<Digest>,
    stamp: Stamp,
}

impl File {
    fn text(text: Arc<str>, stamp: Stamp) -> Self {
        Self { digest: Some(Digest::of(text.as_bytes())), content: Content::Text(text), stamp }
    }

    /// Whether nothing at all differs, not even what is known of its settling.
    fn is_identical(&self, other: &Self) -> bool {
        self.stamp == other.stamp && self.same(other)
    }

    /// What tells a file that stays on disk from one that was changed; `None` if it need not yet.
    pub fn stamp_if_settled(&self) -> Option<impl std::hash::Hash + use<>> {
        self.stamp.settled.then_some(self.stamp)
    }

    /// Whether two looks at a file found the same: the same text, or, of what stays on disk, no sign of a change.
    pub fn same(&self, other: &Self) -> bool {
        match (&self.content, &other.content) {
            (Content::Text(a), Content::Text(b)) => Arc::ptr_eq(a, b) || a == b,
            (Content::Binary { disk: a, .. }, Content::Binary { disk: b, .. }) => a == b && self.stamp.same(&other.stamp),
            (Content::Text(_) | Content::Forgotten | Content::Binary { .. }, _) => false,
        }
    }
}

/// What is in a file, as far as it is kept in memory.
#[derive(Debug, Clone)]
pub enum Content {
    Text(Arc<str>),
    /// A text that was read and is no longer kept: [`Inputs::forget`].
    Forgotten,
    /// Pictures and the like stay on disk; `emit` copies them.
    Binary {
        disk: Arc<Path>,
        length: u64,
    },
}

/// By what a file is recognised as unchanged without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Hash)]
struct Stamp {
    modified: Option<SystemTime>,
    length: u64,
    #[cfg(unix)]
    identity: (u64, u64, i64, i64),
    /// Whether it was modified so shortly before it was read that a second write could carry the
    /// same time; such a file is read again the next time.
    settled: bool,
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
            settled: age.is_some_and(|age| age > SETTLED),
        }
    }

    fn same(&self, other: &Self) -> bool {
        Self { settled: true, ..*self } == Self { settled: true, ..*other }
    }
}

impl Inputs {
    /// A snapshot made of texts, for tests and for `init`.
    pub fn from_texts<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let stamp = Stamp::of_nothing();
        let files = files.into_iter().map(|(path, text)| (path, File::text(text.into(), stamp))).collect();
        Self { files, ..Self::default() }
    }

    /// The same with other texts, as if they had been read.
    #[must_use]
    pub fn with_texts(&self, texts: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut inputs = self.clone();
        for (path, text) in texts {
            inputs.files.insert(path.into(), File::text(text.into(), Stamp::of_nothing()));
        }
        inputs
    }

    /// The text of a file.
    pub fn text(&self, path: &str) -> Option<&Arc<str>> {
        match &self.files.get(path)?.content {
            Content::Text(text) => Some(text),
            Content::Forgotten | Content::Binary { .. } => None,
        }
    }

    /// The digest of a file's text.
    pub fn digest(&self, path: &str) -> Option<Digest> {
        self.files.get(path)?.digest
    }

    /// Lets go of the text of a file, for who needs no second look; its digest stays.
    pub fn forget(&mut self, path: &str) {
        if let Some(file) = self.files.get_mut(path)
            && matches!(file.content, Content::Text(_))
        {
            file.content = Content::Forgotten;
        }
    }

    /// Whether a path on disk is that of a file of the snapshot.
    pub fn is_at(&self, disk: &Path) -> bool {
        disk.strip_prefix(&self.root).is_ok_and(|inside| self.files.contains_key(&walk::as_name(inside)))
    }

    /// True if the disk shows no sign that a file differs from the snapshot. Costs one call of the system.
    pub fn is_current(&self, name: &str) -> bool {
        // A file that cannot be read is not in the snapshot, and is reported.
        let is_reported = || self.problems.iter().any(|problem| problem.place.as_ref().is_some_and(|place| *place.file == *name));
        match (self.files.get(name), fs::metadata(self.root.join(name))) {
            (Some(file), Ok(metadata)) => file.stamp.same(&Stamp::of(&metadata, SystemTime::now())),
            (Some(_), Err(_)) => false,
            (None, found) => !found.is_ok_and(|found| found.is_file()) || is_reported(),
        }
    }

    /// The key under which the path is kept: shared, so that places cost no memory.
    pub fn name(&self, path: &str) -> Option<&Arc<str>> {
        self.files.get_key_value(path).map(|(name, _)| name)
    }

    /// All files in a folder and below it, with their paths from the root.
    pub fn below<'a>(&'a self, folder: &str) -> impl Iterator<Item = (&'a Arc<str>, &'a File)> {
        let prefix = format!("{}/", folder.trim_end_matches('/'));
        self.files.from(&prefix).take_while(move |(path, _)| path.starts_with(&prefix))
    }
}

impl Stamp {
    fn of_nothing() -> Self {
        Self {
            modified: None,
            length: 0,
            #[cfg(unix)]
            identity: (0, 0, 0, 0),
            settled: false,
        }
    }
}

/// Reads the project at `root`; what is the same as in `previous` is taken from there.
///
/// A file that cannot be read is a diagnostic of the snapshot; a root that cannot is a failure.
pub fn refresh(root: &Path, previous: Option<&Inputs>) -> Result<Inputs, Failure> {
    let (real_root, found) = find(root, &mut || false)?;
    let Found { files, problems } = found.expect("nothing broke it off");
    let read = files.into_par_iter().map_init(Vec::new, |buffer, found| read_found(&found, previous, buffer)).collect();
    Ok(gather(real_root, previous, read, problems))
}

/// The same as [`refresh`], but one file after the other, so that it leaves the machine to others; `None` if
/// it was broken off. `interrupted` is asked before each file.
pub fn verify(root: &Path, previous: &Inputs, interrupted: &mut dyn FnMut() -> bool) -> Result<Option<Inputs>, Failure> {
    let (real_root, found) = find(root, interrupted)?;
    let Some(Found { files, problems }) = found else { return Ok(None) };
    let mut read = Vec::with_capacity(files.len());
    let mut buffer = Vec::new();
    for found in files {
        if interrupted() {
            return Ok(None);
        }
        read.push(read_found(&found, Some(previous), &mut buffer));
    }
    Ok(Some(gather(real_root, Some(previous), read, problems)))
}

/// Looks at a few paths on disk only, below the snapshot's root.
///
/// `None` if they do not tell what became of the project: a folder, a link, a name that is known in another
/// form, a file that cannot be read or could not be before.
pub fn glance<'a>(previous: &Inputs, paths: impl IntoIterator<Item = &'a PathBuf>) -> Option<Inputs> {
    let mut inputs = previous.clone();
    for disk in paths {
        let inside = disk.strip_prefix(&previous.root).ok()?;
        let name = walk::relative(&previous.root, disk);
        let in_folder = FOLDERS.iter().any(|folder| name.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/')));
        let parts = || inside.components().map(|part| part.as_os_str().to_string_lossy());
        if !in_folder && name != crate::model::config::FILE || parts().any(|part| is_passed_over(&part)) {
            continue;
        }
        let parent = disk.parent()?;
        // A path through a link is not the only path to its file.
        if inside.to_str() != Some(name.as_str()) || parent.canonicalize().ok()? != parent {
            return None;
        }
        let is_about = |problem: &Diagnostic| problem.place.as_ref().is_none_or(|place| name.starts_with(&*place.file));
        if previous.problems.iter().any(is_about) {
            return None;
        }
        match fs::symlink_metadata(disk) {
            Ok(metadata) if metadata.is_file() => {
                let name = previous.name(&name).cloned().unwrap_or_else(|| name.into());
                let file = read(disk, &name, previous.files.get(&name), &mut Vec::new()).ok()?;
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

/// Reads again what was forgotten of some files, to show the lines in which something was found. A file that is no
/// longer what it was stays forgotten.
pub fn recall<'a>(inputs: &Inputs, files: impl Iterator<Item = &'a Arc<str>>) -> Inputs {
    let again = |name: &&Arc<str>| {
        let forgotten = inputs.files.get(name).filter(|file| matches!(file.content, Content::Forgotten))?;
        let text = fs::read_to_string(inputs.root.join(&***name)).ok()?;
        let file = File::text(text.into(), forgotten.stamp);
        (file.digest == forgotten.digest).then(|| (Arc::clone(name), file))
    };
    let files: BTreeSet<&Arc<str>> = files.collect();
    let read: Vec<(Arc<str>, File)> = files.par_iter().filter_map(again).collect();
    let mut recalled = inputs.clone();
    for (name, file) in read {
        recalled.files.insert(name, file);
    }
    recalled
}

/// The files of a project on disk, and what could not be looked at.
struct Found {
    files: Vec<walk::Found>,
    problems: Vec<Diagnostic>,
}

/// Finds the project's files; `None` if it was interrupted.
fn find(root: &Path, interrupted: &mut dyn FnMut() -> bool) -> Result<(PathBuf, Option<Found>), Failure> {
    let real_root = fs::canonicalize(root).map_err(|error| Failure::io("open", root, &error))?;
    let mut found = Found { files: Vec::new(), problems: Vec::new() };
    let config = real_root.join(crate::model::config::FILE);
    if config.is_file() {
        found.files.push(walk::Found { path: crate::model::config::FILE.into(), disk: config });
    }
    for folder in FOLDERS {
        if !walk::walk(&real_root, folder, &mut found.files, &mut found.problems, interrupted) {
            return Ok((real_root, None));
        }
    }
    Ok((real_root, Some(found)))
}

type Read = (Arc<str>, Result<File, Diagnostic>);

fn read_found(found: &walk::Found, previous: Option<&Inputs>, buffer: &mut Vec<u8>) -> Read {
    let before = previous.and_then(|previous| previous.files.get_key_value(&found.path));
    let name = before.map_or_else(|| found.path.as_str().into(), |(name, _)| Arc::clone(name));
    let file = read(&found.disk, &name, before.map(|(_, file)| file), buffer);
    (name, file)
}

/// Puts together what was read; what is as it was stays in the memory it had.
fn gather(root: PathBuf, previous: Option<&Inputs>, read: Vec<Read>, mut problems: Vec<Diagnostic>) -> Inputs {
    let mut names: HashSet<Arc<str>> = HashSet::with_capacity(read.len());
    let mut entries = Vec::with_capacity(read.len());
    for (name, file) in read {
        match file {
            Ok(file) => {
                if !names.insert(Arc::clone(&name)) {
                    problems.push(
                        Diagnostic::at(&code::KEY_COLLISION, Place::whole(&name), format!("two files are called `{name}`"))
                            .hint("their names differ only by Unicode normal form; rename one of them"),
                    );
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
    Inputs { root, files, problems }
}

/// Reads a file, unless it is known to be as `before`. The buffer is only lent: a new one for each file costs more than reading into it.
fn read(disk: &Path, name: &Arc<str>, before: Option<&File>, buffer: &mut Vec<u8>) -> Result<File, Diagnostic> {
    let unreadable =
        |error: std::io::Error| Diagnostic::at(&code::UNREADABLE, Place::whole(name), format!("cannot read `{name}`: {error}"));
    let metadata = fs::metadata(disk).map_err(unreadable)?;
    let stamp = Stamp::of(&metadata, SystemTime::now());
    if let Some(before) = before
        && before.stamp.settled
        && before.stamp.same(&stamp)
    {
        return Ok(before.clone());
    }
    let binary = || Ok(File { content: Content::Binary { disk: disk.into(), length: metadata.len() }, digest: None, stamp });
    let Some(text_kind) = text_kind(name) else { return binary() };
    if text_kind == TextKind::Ours && metadata.len() > TEXT_LIMIT {
        return Err(Diagnostic::at(
            &code::TOO_LARGE,
            Place::whole(name),
            format!("`{name}` has {} bytes; text files may have {TEXT_LIMIT}", metadata.len()),
        )
        .hint("cut it into chapters, with a plan and `tilmash split`, or by hand"));
    }
    read_whole(disk, metadata.len(), buffer).map_err(unreadable)?;
    // Where letters are not ASCII, the standard library's way takes as long as reading does.
    let text = match simdutf8::compat::from_utf8(buffer) {
        Ok(text) => text,
        // A scan or a picture that is kept beside the text it belongs to.
        Err(_) if text_kind == TextKind::Source && !is_ours(name) && path::extension(name) != "txt" => return binary(),
        Err(error) => {
            let at = error.valid_up_to();
            let line = buffer[..at].iter().filter(|&&byte| byte == b'\n').count() + 1;
            return Err(Diagnostic::at(
                &code::NOT_UTF8,
                Place::whole(name),
                format!("`{name}` is not UTF-8: byte {at}, line {line}"),
            )
            .hint("save it in the encoding UTF-8"));
        }
    };
    // The same text keeps its old allocation, so that "is it the same?" is a comparison of pointers.
    if let Some(File { content: Content::Text(old), digest, .. }) = before
        && **old == *text
    {
        return Ok(File { content: Content::Text(Arc::clone(old)), digest: *digest, stamp });
    }
    Ok(File::text(text.into(), stamp))
}

/// Reads a file of which so many bytes are expected. The standard library's way asks for the length, the position and
/// the end again: three calls more for each of thousands of small files.
fn read_whole(disk: &Path, expected: u64, buffer: &mut Vec<u8>) -> std::io::Result<()> {
    let mut file = fs::File::open(disk)?;
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
        // All that was expected, though there was room for more.
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

/// Why a file is read as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TextKind {
    /// Something of our own making: pages, templates, styles, plans, locks.
    Ours,
    /// Material kept as received, in a folder that begins with `_`: of any size.
    Source,
}

/// Whether a file is read as text, by its name. All else is copied as it is, whatever its encoding and size.
fn text_kind(name: &str) -> Option<TextKind> {
    if let Some(path) = name.strip_prefix("content/") {
        if path::folder(path).split('/').any(|part| part.starts_with('_')) {
            return Some(TextKind::Source);
        }
        return is_ours(name).then_some(TextKind::Ours);
    }
    let is_text = match path::extension(name).to_ascii_lowercase().as_str() {
        "html" | "xml" | "css" | "js" | "svg" => true,
        "txt" | "json" => path::folder(name).split('/').any(|part| part == "templates"),
        _ => is_ours(name),
    };
    is_text.then_some(TextKind::Ours)
}

/// Whether a file of the content is a page, a plan or a lock.
fn is_ours(name: &str) -> bool {
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
    fn a_glance_is_right_about_files_and_leaves_the_rest_to_a_look() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        let at = |path: &str| root.join(path);
        fs::create_dir_all(at("content/a")).unwrap();
        fs::write(at("site.yaml"), "title: T").unwrap();
        fs::write(at("content/a/x.kk.md"), "one").unwrap();
        let first = refresh(&root, None).unwrap();
        let glance = |paths: &[&str]| glance(&first, &paths.iter().map(|path| at(path)).collect::<Vec<_>>());
        fs::write(at("content/a/x.kk.md"), "two").unwrap();
        fs::write(at("content/a/y.kk.md"), "new").unwrap();
        fs::write(at("content/a/.x.swp"), "no").unwrap();
        fs::write(at("other"), "no").unwrap();
        fs::remove_file(at("site.yaml")).unwrap();
        let found =
            glance(&["content/a/x.kk.md", "content/a/y.kk.md", "content/a/.x.swp", "content/a/none.md", "other", "site.yaml"]);
        let found = found.unwrap();
        assert_eq!(found.files.keys().map(|path| &**path).collect::<Vec<_>>(), ["content/a/x.kk.md", "content/a/y.kk.md"]);
        assert_eq!(found.text("content/a/x.kk.md").map(|text| &**text), Some("two"));
        assert_eq!(found.files.differences(&refresh(&root, None).unwrap().files, File::same).len(), 0);
        // Only what was named is looked at.
        assert!(first.files.differences(&glance(&["content/a/y.kk.md"]).unwrap().files, File::same).len() == 1);
        assert!(glance(&["content/a"]).is_none(), "a folder");
        fs::write(at("content/a/x.kk.md"), b"\xff").unwrap();
        assert!(glance(&["content/a/x.kk.md"]).is_none(), "not to be read");
        fs::rename(at("content/a"), at("content/b")).unwrap();
        assert!(glance(&["content/a"]).is_none(), "a folder that is gone");
        assert!(glance(&["content/a/x.kk.md"]).is_none(), "a file in it");
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(at("content/b"), at("content/a")).unwrap();
            std::os::unix::fs::symlink(at("content/b/x.kk.md"), at("content/z.md")).unwrap();
            assert!(glance(&["content/a/x.kk.md"]).is_none() && glance(&["content/z.md"]).is_none(), "links");
        }
    }

    #[test]
    fn a_look_can_be_broken_off() {
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
    fn a_file_is_settled_when_no_clock_could_give_it_the_same_time_again() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a"), "a").unwrap();
        let metadata = fs::metadata(folder.path().join("a")).unwrap();
        let settled = |after| Stamp::of(&metadata, metadata.modified().unwrap() + Duration::from_millis(after)).settled;
        assert_eq!([settled(0), settled(2_500), settled(3_500)], [false, false, true]);
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
    fn what_was_forgotten_is_read_again_if_it_is_the_same() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("content")).unwrap();
        let names: [Arc<str>; 2] = ["content/a.md".into(), "content/b.md".into()];
        names.iter().for_each(|name| fs::write(folder.path().join(&**name), &**name).unwrap());
        let mut inputs = refresh(folder.path(), None).unwrap();
        let digest = inputs.digest(&names[0]);
        names.iter().for_each(|name| inputs.forget(name));
        assert_eq!((inputs.text(&names[0]), inputs.digest(&names[0])), (None, digest));
        fs::write(folder.path().join(&*names[1]), "other").unwrap();
        let recalled = recall(&inputs, names.iter());
        assert_eq!(recalled.text(&names[0]), Some(&names[0]));
        assert_eq!(recalled.text(&names[1]), None);
    }

    #[test]
    fn only_pages_plans_and_sources_of_the_content_are_text() {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &str, bytes: &[u8]| {
            fs::create_dir_all(folder.path().join(path).parent().unwrap()).unwrap();
            fs::write(folder.path().join(path), bytes).unwrap();
        };
        let large = vec![b' '; usize::try_from(TEXT_LIMIT).unwrap() + 1];
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
