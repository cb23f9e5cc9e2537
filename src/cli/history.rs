//! Since when lines of files say what they say, as far as version control knows.
//!
//! Git is asked, once a file, and never relied on: without it, outside of a repository, for a file that it does not follow and for a line
//! that is not committed nothing is known, and that is said. What it means is left to who asks.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use jiff::Timestamp;
use jiff::fmt::strtime;
use jiff::tz::Offset;
use rayon::prelude::*;

/// How many lines of a file are asked for one by one; of more, the whole file is quicker.
const FEW: usize = 64;

/// Since when a line says what it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Since {
    /// Of the commit.
    time: Timestamp,
    /// The author's.
    zone: Offset,
    /// Whether that is the oldest commit of a shallow clone: the line is as old, or older.
    pub(super) or_before: bool,
}

impl Since {
    /// The day in ISO 8601, where the author was.
    pub(super) fn date(self) -> String {
        self.zone.to_datetime(self.time).date().to_string()
    }

    /// How many days that is ago.
    pub(super) fn days(self) -> i64 {
        (Timestamp::now().duration_since(self.time).as_hours() / 24).max(0)
    }
}

/// Lines of files, by path below the root of a project, counted from one.
pub(super) type Lines = BTreeMap<String, BTreeSet<usize>>;

/// Since when lines of files say what they say, as far as it is known.
pub(super) fn since(root: &Path, lines: &Lines) -> BTreeMap<(String, usize), Since> {
    let Some(is_shallow) = (!lines.is_empty()).then(|| git(root, &["rev-parse", "--is-shallow-repository"])).flatten() else {
        return BTreeMap::new();
    };
    let is_shallow = is_shallow.trim() == "true";
    let of_file = |(file, lines): (&String, &BTreeSet<usize>)| -> Vec<((String, usize), Since)> {
        let ranges: Vec<String> = lines.iter().map(|line| format!("-L{line},+1")).collect();
        let mut args = vec!["blame", "--porcelain"];
        args.extend(ranges.iter().filter(|_| ranges.len() <= FEW).map(String::as_str));
        args.extend(["--", file]);
        let told = git(root, &args).unwrap_or_default();
        let found = read(&told, is_shallow).into_iter().filter(|(line, _)| lines.contains(line));
        found.map(|(line, since)| ((file.clone(), line), since)).collect()
    };
    lines.par_iter().flat_map_iter(of_file).collect()
}

/// What git says; nothing if it is not there, or has nothing to say.
fn git(root: &Path, args: &[&str]) -> Option<String> {
    // Looking must not disturb a git that is at work.
    let out = Command::new("git").current_dir(root).env("GIT_OPTIONAL_LOCKS", "0").args(args).output().ok()?;
    out.status.success().then(|| String::from_utf8_lossy(&out.stdout).into_owned())
}

/// Reads `git blame --porcelain` (<https://git-scm.com/docs/git-blame#_the_porcelain_format>): by line of the file.
fn read(told: &str, is_shallow: bool) -> Vec<(usize, Since)> {
    let mut commits: BTreeMap<&str, Since> = BTreeMap::new();
    let mut lines: Vec<(usize, &str)> = Vec::new();
    for line in told.lines().filter(|line| !line.starts_with('\t')) {
        let mut words = line.split(' ');
        let (first, rest) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        // Its lines follow the first of a commit.
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
    // Only zeros: what is not committed.
    lines.retain(|(_, commit)| commit.bytes().any(|byte| byte != b'0'));
    lines.into_iter().map(|(line, commit)| (line, commits[commit])).collect()
}

/// Reads `+0530`.
fn zone(text: &str) -> Option<Offset> {
    strtime::parse("%z", text).ok()?.offset()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_have_dates() {
        let date = |seconds, zone| Since { time: Timestamp::from_second(seconds).unwrap(), zone, or_before: false }.date();
        for (days, said) in
            [(0, "1970-01-01"), (-1, "1969-12-31"), (11_016, "2000-02-29"), (11_017, "2000-03-01"), (20_817, "2026-12-30")]
        {
            assert_eq!(date(days * 86_400, Offset::UTC), said);
        }
        // Where the author was it was another day already, or still.
        assert_eq!(date(11_017 * 86_400 - 1, zone("+0500").unwrap()), "2000-03-01");
        assert_eq!(date(11_017 * 86_400, zone("-0330").unwrap()), "2000-02-29");
        assert_eq!((zone("-0330").map(Offset::seconds), zone("x"), zone("+9999")), (Some(-12_600), None, None));
    }

    #[test]
    fn what_git_says_is_read() {
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
