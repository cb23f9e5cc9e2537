//! Outcomes of earlier runs, so that a run asks only for links that are new or due.
//!
//! The file is a list of lines; parts of a line are separated by tabs:
//!
//! ```text
//! tilmash external links 1 public
//! 1780000000    fine                     https://example.org/
//! 1780000000    gone    the server…      https://example.org/b
//! ```
//!
//! A line that cannot be read is ignored: the link is then asked for again. An outcome for which no
//! request was sent is not kept.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::Outcome;

/// The time for which a page counts as found.
const FOUND: u64 = 7 * DAY;
/// The time after which any other outcome is asked for again.
const NOT_FOUND: u64 = DAY;
const DAY: u64 = 24 * 60 * 60;

/// Outcomes by URL, with the time when each was found.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Results {
    entries: BTreeMap<String, (u64, Outcome)>,
    allow_private: bool,
}

impl Results {
    /// Reads results. Those of a run with another rule about private addresses are ignored, since
    /// they tell about other requests.
    pub fn read(bytes: &[u8], allow_private: bool) -> Self {
        let mut results = Self { entries: BTreeMap::new(), allow_private };
        let text = String::from_utf8_lossy(bytes);
        let mut lines = text.lines();
        if lines.next() == Some(&results.title()) {
            results.entries.extend(lines.filter_map(entry));
        }
        results
    }

    /// Writes the results.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "{}", self.title())?;
        for (url, (time, outcome)) in &self.entries {
            let (word, detail) = words(outcome);
            // Details quote servers and the system.
            let detail: String = detail.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
            writeln!(out, "{time}\t{word}\t{detail}\t{url}")?;
        }
        Ok(())
    }

    /// Returns the outcome for a URL, if it is still valid at the time `now`.
    pub fn valid(&self, url: &str, now: u64) -> Option<Outcome> {
        self.entries.get(url).filter(|(time, outcome)| is_valid(outcome, *time, now)).map(|(_, outcome)| outcome.clone())
    }

    /// Stores an outcome that was found at the time `now`.
    pub fn keep(&mut self, url: &str, outcome: &Outcome, now: u64) {
        if !matches!(outcome, Outcome::Untried(_)) {
            self.entries.insert(url.to_owned(), (now, outcome.clone()));
        }
    }

    /// Drops the results that are no longer valid at the time `now`.
    pub fn drop_old(&mut self, now: u64) {
        self.entries.retain(|_, (time, outcome)| is_valid(outcome, *time, now));
    }

    fn title(&self) -> String {
        format!("tilmash external links 1 {}", if self.allow_private { "private" } else { "public" })
    }
}

fn is_valid(outcome: &Outcome, time: u64, now: u64) -> bool {
    let length = if matches!(outcome, Outcome::Fine | Outcome::Moved(_)) { FOUND } else { NOT_FOUND };
    // A clock may have been wrong, so a result of the future counts for nothing.
    now.checked_sub(time).is_some_and(|age| age < length)
}

fn words(outcome: &Outcome) -> (&'static str, &str) {
    match outcome {
        Outcome::Fine => ("fine", ""),
        Outcome::Moved(detail) => ("moved", detail),
        Outcome::Gone(detail) => ("gone", detail),
        Outcome::NoHost(detail) => ("no host", detail),
        Outcome::Refused(detail) => ("refused", detail),
        Outcome::TimedOut(detail) => ("timed out", detail),
        Outcome::Untried(detail) => ("untried", detail),
    }
}

fn entry(line: &str) -> Option<(String, (u64, Outcome))> {
    let mut parts = line.splitn(4, '\t');
    let time = parts.next()?.parse().ok()?;
    let (word, detail) = (parts.next()?, parts.next()?.to_owned());
    let outcome = match word {
        "fine" => Outcome::Fine,
        "moved" => Outcome::Moved(detail),
        "gone" => Outcome::Gone(detail),
        "no host" => Outcome::NoHost(detail),
        "refused" => Outcome::Refused(detail),
        "timed out" => Outcome::TimedOut(detail),
        _ => return None,
    };
    Some((parts.next()?.to_owned(), (time, outcome)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_back_as_they_were_and_age() {
        let now = 100 * DAY;
        let mut results = Results::default();
        let outcomes = [
            ("https://a.org/", Outcome::Fine),
            ("https://b.org/", Outcome::Moved("https://c.org/".to_owned())),
            ("https://d.org/", Outcome::Gone("a reason".to_owned())),
            ("https://e.org/", Outcome::Refused("a reason".to_owned())),
            ("https://h.org/", Outcome::NoHost("a reason".to_owned())),
            ("https://f.org/", Outcome::TimedOut("a reason".to_owned())),
        ];
        outcomes.iter().for_each(|(url, outcome)| results.keep(url, outcome, now));
        results.keep("https://g.org/", &Outcome::Untried("a reason".to_owned()), now);
        let mut bytes = Vec::new();
        results.write(&mut bytes).expect("memory can be written");
        assert_eq!(Results::read(&bytes, false), results);
        assert_eq!(Results::read(&bytes, true).entries, BTreeMap::new());
        let valid = |now| outcomes.iter().filter(|(url, _)| results.valid(url, now).is_some()).count();
        assert_eq!([now - 1, now, now + DAY - 1, now + DAY, now + 7 * DAY - 1, now + 7 * DAY].map(valid), [0, 6, 6, 2, 2, 0]);
        results.drop_old(now + DAY);
        assert_eq!(results.entries.len(), 2);
    }

    #[test]
    fn damaged_results_are_ignored() {
        let text =
            "tilmash external links 1 public\nx\tfine\t\thttps://a.org/\n5\tbad\t\tb\n5\tfine\n\n5\tfine\t\thttps://c.org/\n";
        assert_eq!(Results::read(text.as_bytes(), false).entries.keys().collect::<Vec<_>>(), ["https://c.org/"]);
        assert_eq!(Results::read(b"\xff\x00", false), Results::default());
    }
}
