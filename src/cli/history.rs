//! Ages of lines, as far as version control knows them.
//!
//! Git is optional: without git, outside of a repository, for a file that git does not track, and
//! for a line that is not committed, no age is known.
//!
//! A repository may come from somebody else, and its configuration can name programs that almost
//! every git command runs. So git reads the history through another repository in a temporary
//! folder ([`Mirror`]), which shares only the stored objects with the site's repository. Its
//! configuration is the one that `git init` writes.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use jiff::fmt::strtime;
use jiff::tz::Offset;
use rayon::prelude::*;
use tempfile::TempDir;

/// The greatest number of lines that git is asked for one by one. For more, asking for the whole
/// file is faster.
const FEW: usize = 64;

/// The time limit for all calls of git together. The history of a large repository takes minutes.
const PATIENCE: Duration = Duration::from_secs(10);

/// The greatest number of bytes that are read of git's output.
const LONGEST: u64 = 64 << 20;

/// The commit in which a line got its present text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Since {
    /// The author time of the commit.
    time: Timestamp,
    /// The time zone of the author.
    zone: Offset,
    /// True if the commit is the oldest one of a shallow clone, so that the line may be older.
    pub(super) or_before: bool,
}

impl Since {
    /// Returns the day in ISO 8601, in the author's time zone.
    pub(super) fn date(self) -> String {
        self.zone.to_datetime(self.time).date().to_string()
    }

    /// Returns the number of days since the commit.
    pub(super) fn days(self) -> i64 {
        (Timestamp::now().duration_since(self.time).as_hours() / 24).max(0)
    }
}

/// Lines of files, by path below the root of a project, counted from one.
pub(super) type Lines = BTreeMap<String, BTreeSet<usize>>;

/// Ages of lines.
#[derive(Debug, Default)]
pub(super) struct Ages {
    pub(super) known: BTreeMap<(String, usize), Since>,
    /// True if git ran out of time, so that some ages are missing.
    pub(super) is_cut_short: bool,
}

/// Returns the ages of lines, as far as they are known.
pub(super) fn since(root: &Path, lines: &Lines) -> Ages {
    if lines.is_empty() {
        return Ages::default();
    }
    let Some(mirror) = std::path::absolute(root).ok().and_then(|root| Mirror::of(Git::find(&root)?, root)) else {
        return Ages::default();
    };
    let of_file = |(file, lines): (&String, &BTreeSet<usize>)| -> Vec<((String, usize), Since)> {
        let told = mirror.blame(file, lines).unwrap_or_default();
        let found = read(&told, mirror.is_shallow).into_iter().filter(|(line, _)| lines.contains(line));
        found.map(|(line, since)| ((file.clone(), line), since)).collect()
    };
    let known = lines.par_iter().flat_map_iter(of_file).collect();
    Ages { known, is_cut_short: mirror.git.is_late() }
}

/// The git program, and the time until which it may run.
struct Git {
    program: PathBuf,
    until: Instant,
}

impl Git {
    /// Finds git in the folders of `PATH`. Relative folders and folders inside the site are
    /// skipped: a repository could bring a program of that name.
    fn find(root: &Path) -> Option<Self> {
        let name = format!("git{}", std::env::consts::EXE_SUFFIX);
        let folders = std::env::var_os("PATH")?;
        let mut folders = std::env::split_paths(&folders).filter(|folder| folder.is_absolute() && !folder.starts_with(root));
        let program = folders.find_map(|folder| Some(folder.join(&name)).filter(|program| program.is_file()))?;
        Some(Self { program, until: Instant::now() + PATIENCE })
    }

    fn is_late(&self) -> bool {
        Instant::now() >= self.until
    }

    /// Runs git in a folder and returns its output; `None` if git fails, prints too much, or takes
    /// too long.
    fn ask<A: AsRef<OsStr>>(&self, folder: &Path, settings: &[(&str, &OsStr)], question: &[A]) -> Option<String> {
        let mut command = Command::new(&self.program);
        // If a git hook runs this program, git has set these variables for its own repository.
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("GIT_")) {
            command.env_remove(name);
        }
        command.envs([
            // Take no locks, ask for no password, fetch no objects that a partial clone lacks.
            ("GIT_OPTIONAL_LOCKS", "0"),
            ("GIT_TERMINAL_PROMPT", "0"),
            ("GIT_NO_LAZY_FETCH", "1"),
            ("GIT_ALLOW_PROTOCOL", ""),
        ]);
        command.envs(settings.iter().copied());
        command.args(["--no-pager", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-C"]).arg(folder);
        // Not the site's folder: Windows would look for programs there.
        command.args(question).current_dir(self.program.parent()?);
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().ok()?;
        let out = child.stdout.take()?;
        let (sender, answer) = mpsc::channel();
        std::thread::spawn(move || {
            let mut told = Vec::new();
            let all = out.take(LONGEST).read_to_end(&mut told).is_ok_and(|count| (count as u64) < LONGEST);
            // If git took too long, the receiver is gone.
            let _ = sender.send(all.then_some(told));
        });
        let told = answer.recv_timeout(self.until.saturating_duration_since(Instant::now())).ok().flatten();
        if told.is_none() {
            // This fails if git has ended already.
            let _ = child.kill();
        }
        let is_fine = child.wait().is_ok_and(|status| status.success());
        told.filter(|_| is_fine).map(|told| String::from_utf8_lossy(&told).into_owned())
    }
}

/// A temporary repository that shares only the stored objects with the site's repository.
struct Mirror {
    git: Git,
    /// The temporary folder; it is removed when this value is dropped.
    folder: TempDir,
    /// The project's root.
    root: PathBuf,
    /// The work tree of the site's repository: the project's root or a folder above it.
    top: PathBuf,
    /// The folder of the stored objects.
    objects: PathBuf,
    /// The file that lists the oldest commits of a shallow clone.
    shallow: PathBuf,
    is_shallow: bool,
}

impl Mirror {
    /// Makes the mirror of the repository that a project is in.
    ///
    /// Only `rev-parse` runs in that repository. It reads the configuration and the references, but
    /// no objects.
    fn of(git: Git, root: PathBuf) -> Option<Self> {
        let question = [
            "rev-parse",
            "--is-shallow-repository",
            "--show-object-format",
            "--show-prefix",
            "--git-path",
            "objects",
            "--git-path",
            "shallow",
            "HEAD",
        ];
        let told = git.ask(&root, &[], &question)?;
        let [is_shallow, format, prefix, objects, shallow, head] = told.lines().collect::<Vec<_>>()[..] else { return None };
        let top = root.ancestors().nth(Path::new(prefix).components().count())?.to_owned();
        let (objects, shallow) = (root.join(objects), root.join(shallow));
        let folder = tempfile::Builder::new().prefix("tilmash-").tempdir().ok()?;
        let mirror = Self { git, folder, top, objects, shallow, is_shallow: is_shallow == "true", root };
        mirror.ask(&["init", "--quiet", "--bare", "--template=", &format!("--object-format={format}"), "."])?;
        mirror.ask(&["update-ref", "HEAD", head])?;
        Some(mirror)
    }

    /// Returns the output of `git blame` for lines of a file.
    fn blame(&self, file: &str, lines: &BTreeSet<usize>) -> Option<String> {
        let file = self.root.join(file);
        let file = file.strip_prefix(&self.top).ok()?;
        // Without the site's configuration git does not convert line ends; `-w` ignores the
        // difference.
        let mut question: Vec<&OsStr> = ["blame", "--porcelain", "-w"].map(OsStr::new).to_vec();
        let ranges: Vec<String> = lines.iter().map(|line| format!("-L{line},+1")).collect();
        question.extend(ranges.iter().filter(|_| ranges.len() <= FEW).map(OsStr::new));
        question.extend([OsStr::new("--"), file.as_os_str()]);
        self.ask_of(&self.top, Some(("GIT_WORK_TREE", self.top.as_os_str())), &question)
    }

    fn ask(&self, question: &[&str]) -> Option<String> {
        self.ask_of(self.folder.path(), None, question)
    }

    /// Runs git on the mirror, with no configuration but the mirror's.
    fn ask_of<A: AsRef<OsStr>>(&self, folder: &Path, more: Option<(&str, &OsStr)>, question: &[A]) -> Option<String> {
        let nothing = OsStr::new("/dev/null");
        let settings = [
            ("GIT_DIR", self.folder.path().as_os_str()),
            ("GIT_OBJECT_DIRECTORY", self.objects.as_os_str()),
            ("GIT_SHALLOW_FILE", self.shallow.as_os_str()),
            ("GIT_CONFIG_NOSYSTEM", OsStr::new("1")),
            ("GIT_CONFIG_GLOBAL", nothing),
            ("GIT_ATTR_NOSYSTEM", OsStr::new("1")),
        ];
        let settings: Vec<(&str, &OsStr)> = settings.into_iter().chain(more).collect();
        self.git.ask(folder, &settings, question)
    }
}

/// Reads the output of `git blame --porcelain`, by line of the file.
///
/// Format: <https://git-scm.com/docs/git-blame#_the_porcelain_format>.
fn read(told: &str, is_shallow: bool) -> Vec<(usize, Since)> {
    let mut commits: BTreeMap<&str, Since> = BTreeMap::new();
    let mut lines: Vec<(usize, &str)> = Vec::new();
    for line in told.lines().filter(|line| !line.starts_with('\t')) {
        let mut words = line.split(' ');
        let (first, rest) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        // The header lines that follow a line's commit belong to that commit.
        let of_last = lines.last().and_then(|(_, commit)| commits.get_mut(commit));
        match (first, of_last) {
            ("author-time", Some(since)) => {
                let time = rest.parse().ok().and_then(|seconds| Timestamp::from_second(seconds).ok());
                since.time = time.unwrap_or(since.time);
            }
            ("author-tz", Some(since)) => since.zone = zone(rest).unwrap_or(since.zone),
            // A repository's first commit is a boundary too.
            ("boundary", Some(since)) => since.or_before = is_shallow,
            (commit, _) if commit.len() >= 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
                if let Some(line) = words.next().and_then(|line| line.parse().ok()) {
                    commits.entry(commit).or_insert(Since { time: Timestamp::UNIX_EPOCH, zone: Offset::UTC, or_before: false });
                    lines.push((line, commit));
                }
            }
            _ => {}
        }
    }
    // Lines that are not committed have a commit of zeros.
    lines.retain(|(_, commit)| commit.bytes().any(|byte| byte != b'0'));
    lines.into_iter().map(|(line, commit)| (line, commits[commit])).collect()
}

/// Parses an offset such as `+0530`.
fn zone(text: &str) -> Option<Offset> {
    strtime::parse("%z", text).ok()?.offset()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Uses a program that does not end in the place of git on a large repository.
    #[cfg(unix)]
    #[test]
    fn a_call_of_git_that_takes_too_long_is_stopped() {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("git");
        std::fs::write(&program, "#!/bin/sh\nexec sleep 600\n").unwrap();
        std::fs::set_permissions(&program, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        let begun = Instant::now();
        let git = Git { program, until: begun + Duration::from_millis(50) };
        assert_eq!(git.ask(folder.path(), &[], &["blame"]), None);
        assert!(git.is_late() && begun.elapsed() < Duration::from_secs(300));
    }

    #[test]
    fn dates_are_in_the_time_zone_of_the_author() {
        let date = |seconds, zone| Since { time: Timestamp::from_second(seconds).unwrap(), zone, or_before: false }.date();
        for (days, said) in
            [(0, "1970-01-01"), (-1, "1969-12-31"), (11_016, "2000-02-29"), (11_017, "2000-03-01"), (20_817, "2026-12-30")]
        {
            assert_eq!(date(days * 86_400, Offset::UTC), said);
        }
        // In the author's time zone it was already, or still, another day.
        assert_eq!(date(11_017 * 86_400 - 1, zone("+0500").unwrap()), "2000-03-01");
        assert_eq!(date(11_017 * 86_400, zone("-0330").unwrap()), "2000-02-29");
        assert_eq!((zone("-0330").map(Offset::seconds), zone("x"), zone("+9999")), (Some(-12_600), None, None));
    }

    #[test]
    fn the_output_of_git_blame_is_parsed() {
        let (a, b, none) = ("a".repeat(40), "b".repeat(40), "0".repeat(40));
        let told = format!(
            "{a} 1 1 1\nauthor A\nauthor-time 86400\nauthor-tz +0000\nboundary\nfilename x\n\ttext\n{b} 2 2 1\nauthor-time 172800\nauthor-tz +0000\n\tauthor-time 7\n{none} 3 3 1\nauthor-time 9\n\tx\n{a} 4 4 1\n\tx\n"
        );
        let said = |is_shallow| -> Vec<String> {
            let said = |(line, since): (usize, Since)| format!("{line} {} {}", since.date(), since.or_before);
            read(&told, is_shallow).into_iter().map(said).collect()
        };
        assert_eq!(said(false), ["1 1970-01-02 false", "2 1970-01-03 false", "4 1970-01-02 false"]);
        assert_eq!(said(true), ["1 1970-01-02 true", "2 1970-01-03 false", "4 1970-01-02 true"]);
        assert_eq!(read("nonsense\n\n", false), []);
    }
}
