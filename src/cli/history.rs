//! Since when lines of files say what they say, as far as version control knows.
//!
//! Git is asked, once a file, and never relied on: without it, outside of a repository, for a file that it does not follow and for a line
//! that is not committed nothing is known, and that is said. What it means is left to who asks.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use rayon::prelude::*;

/// How many lines of a file are asked for one by one; of more, the whole file is quicker.
const FEW: usize = 64;

const DAY: i64 = 24 * 60 * 60;

/// Since when a line says what it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Since {
    /// Of the commit, in seconds since 1970.
    time: i64,
    /// The author's distance from universal time, in seconds.
    zone: i64,
    /// Whether that is the oldest commit of a shallow clone: the line is as old, or older.
    pub(super) or_before: bool,
}

impl Since {
    /// The day in ISO 8601, where the author was.
    pub(super) fn date(self) -> String {
        let (year, month, day) = civil((self.time + self.zone).div_euclid(DAY));
        format!("{year:04}-{month:02}-{day:02}")
    }

    /// How many days that is ago.
    pub(super) fn days(self) -> i64 {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.as_secs() as i64);
        (now - self.time).max(0) / DAY
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
            ("author-time", Some(since)) => since.time = rest.parse().unwrap_or(since.time),
            ("author-tz", Some(since)) => since.zone = zone(rest).unwrap_or(since.zone),
            // A repository's first commit is a boundary too.
            ("boundary", Some(since)) => since.or_before = is_shallow,
            (commit, _) if commit.len() >= 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
                if let Some(line) = words.next().and_then(|line| line.parse().ok()) {
                    commits.entry(commit).or_insert(Since { time: 0, zone: 0, or_before: false });
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

/// `+0530` in seconds.
fn zone(text: &str) -> Option<i64> {
    let number: i64 = text.parse().ok()?;
    Some((number / 100 * 60 + number % 100) * 60)
}

/// Year, month and day of a day since 1970 (H. Hinnant, `civil_from_days`,
/// <https://howardhinnant.github.io/date_algorithms.html>).
fn civil(days: i64) -> (i64, i64, i64) {
    // From the first of March of the year 0, so that leap days come last.
    let days = days + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let (day, month) = (day_of_year - (153 * shifted + 2) / 5 + 1, if shifted < 10 { shifted + 3 } else { shifted - 9 });
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_have_dates() {
        for (days, date) in
            [(0, (1970, 1, 1)), (-1, (1969, 12, 31)), (11_016, (2000, 2, 29)), (11_017, (2000, 3, 1)), (20_817, (2026, 12, 30))]
        {
            assert_eq!(civil(days), date);
        }
        let since = Since { time: 11_017 * DAY - 1, zone: zone("+0500").unwrap(), or_before: false };
        assert_eq!(since.date(), "2000-03-01");
        assert_eq!((zone("-0330"), zone("x")), (Some(-12_600), None));
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
