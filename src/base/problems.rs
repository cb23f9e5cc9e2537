//! All problems of a site, in a form that is cheap to update.
//!
//! A site may have thousands of warnings. Each save in the preview makes a new list, compares it
//! with the one before and counts it. So problems are grouped by file, copies share equal parts,
//! and counts are stored.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::shared::SharedMap;
use super::{Diagnostic, Severity, diagnostic};

/// Maximum number of problems of one code that people are shown, on the terminal and in the
/// preview.
pub const OF_CODE: usize = 10;

/// Problems in display order.
#[derive(Default, Clone)]
pub struct Problems {
    /// Problems by their file; `""` for problems without a file.
    files: SharedMap<Arc<FileProblems>>,
    /// Counts over all files.
    counts: Counts,
}

/// Number of problems of each severity.
type Counts = [usize; 3];

/// The problems of one file.
#[derive(Debug, Default)]
struct FileProblems {
    /// Problems in display order. A problem that two stages found is in the list twice, so that it
    /// remains when one of the stages no longer finds it.
    found: Vec<Diagnostic>,
    /// Counts without repetitions.
    counts: Counts,
}

impl FileProblems {
    fn new(mut found: Vec<Diagnostic>) -> Self {
        found.sort_by(diagnostic::order);
        let mut counts = Counts::default();
        distinct(&found).for_each(|problem| counts[problem.severity as usize] += 1);
        Self { found, counts }
    }

    fn distinct(&self) -> impl Iterator<Item = &Diagnostic> {
        distinct(&self.found)
    }
}

/// Returns the problems of a sorted list, each once.
fn distinct(found: &[Diagnostic]) -> impl Iterator<Item = &Diagnostic> {
    found.chunk_by(|a, b| a == b).map(|same| &same[0])
}

impl Problems {
    /// Returns all problems, each once.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.files.iter().flat_map(|(_, file)| file.distinct())
    }

    /// Returns a list of all problems, each once.
    pub fn to_vec(&self) -> Vec<Diagnostic> {
        self.iter().cloned().collect()
    }

    /// Returns the problems of one file, each once.
    pub fn of_file(&self, file: &str) -> impl Iterator<Item = &Diagnostic> {
        self.files.get(file).into_iter().flat_map(|file| file.distinct())
    }

    /// Returns the number of problems of a severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.counts[severity as usize]
    }

    /// Returns true if there are no problems.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Returns true if any problem is an error.
    pub fn has_errors(&self) -> bool {
        self.count(Severity::Error) > 0
    }

    /// Replaces a stage's problems `before` by its problems `now`. Returns true if the lists
    /// differ.
    pub fn replace(&mut self, before: &[Diagnostic], now: &[Diagnostic]) -> bool {
        if before == now {
            return false;
        }
        let mut files: BTreeMap<Arc<str>, [Vec<&Diagnostic>; 2]> = BTreeMap::new();
        for (side, problems) in [before, now].into_iter().enumerate() {
            for problem in problems {
                files.entry(file_of(problem)).or_default()[side].push(problem);
            }
        }
        for (file, [mut before, now]) in files {
            before.sort_by(|a, b| diagnostic::order(a, b));
            let mut before = before.into_iter().peekable();
            let known = self.files.remove(&file).unwrap_or_default();
            // Both lists are sorted, so one pass removes each problem as often as the stage found
            // it.
            let mut found: Vec<Diagnostic> = Vec::with_capacity(known.found.len() + now.len());
            for problem in &known.found {
                if before.next_if(|gone| *gone == problem).is_none() {
                    found.push(problem.clone());
                }
            }
            found.extend(now.into_iter().cloned());
            self.set(file, &known, FileProblems::new(found));
        }
        true
    }

    /// Stores the problems of a file, and updates the counts.
    fn set(&mut self, file: Arc<str>, before: &FileProblems, now: FileProblems) {
        for ((count, before), now) in self.counts.iter_mut().zip(before.counts).zip(now.counts) {
            *count = *count + now - before;
        }
        if !now.found.is_empty() {
            self.files.insert(file, Arc::new(now));
        }
    }

    /// Compares with an earlier state. For each file whose problems differ, returns the earlier
    /// problems and the present ones.
    pub fn differences<'a>(&'a self, before: &'a Self) -> Vec<[Vec<&'a Diagnostic>; 2]> {
        let same = |a: &Arc<FileProblems>, b: &Arc<FileProblems>| Arc::ptr_eq(a, b) || a.found == b.found;
        let list = |file: Option<&'a Arc<FileProblems>>| file.map_or_else(Vec::new, |file| file.distinct().collect());
        let differences = before.files.differences(&self.files, same);
        differences.into_iter().map(|(_, before, now)| [list(before), list(now)]).collect()
    }
}

/// Returns the name of the file that a problem is in; empty if there is none.
fn file_of(problem: &Diagnostic) -> Arc<str> {
    problem.place.as_ref().map_or_else(Arc::default, |place| Arc::clone(&place.file))
}

impl<'a> IntoIterator for &'a Problems {
    type Item = &'a Diagnostic;
    type IntoIter = Box<dyn Iterator<Item = &'a Diagnostic> + 'a>;

    fn into_iter(self) -> Self::IntoIter {
        Box::new(self.iter())
    }
}

impl FromIterator<Diagnostic> for Problems {
    fn from_iter<T: IntoIterator<Item = Diagnostic>>(problems: T) -> Self {
        let mut files: BTreeMap<Arc<str>, Vec<Diagnostic>> = BTreeMap::new();
        for problem in problems {
            files.entry(file_of(&problem)).or_default().push(problem);
        }
        let mut counts = Counts::default();
        let by_file = files.into_iter().map(|(file, found)| {
            let problems = FileProblems::new(found);
            for (count, more) in counts.iter_mut().zip(problems.counts) {
                *count += more;
            }
            (file, Arc::new(problems))
        });
        let files = by_file.collect();
        Self { files, counts }
    }
}

impl std::fmt::Debug for Problems {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::base::{Place, code};

    /// Makes one of a few problems, so that stages often find the same one.
    fn problem(number: u8) -> Diagnostic {
        let code = [&code::NO_TITLE, &code::BROKEN_LINK, &code::NO_CONFIG][usize::from(number % 3)];
        match number % 4 {
            0 => Diagnostic::nowhere(code, "nowhere"),
            file => {
                let place = Place::new(&format!("{file}.md").into(), usize::from(number / 4 % 3)..9);
                Diagnostic::at(code, place, "there")
            }
        }
    }

    fn problems() -> impl Strategy<Value = Vec<Diagnostic>> {
        prop::collection::vec((0..24u8).prop_map(problem), 0..12)
    }

    proptest! {
        /// Law: after any sequence of edits, the result is the sorted list of all stages' last
        /// findings.
        #[test]
        fn the_problems_are_the_sorted_findings_of_all_stages(mut stages in prop::collection::vec(problems(), 1..5), edits in prop::collection::vec((0..4usize, problems()), 0..12)) {
            let mut all: Problems = stages.iter().flatten().cloned().collect();
            for (stage, now) in edits {
                let stage = stage % stages.len();
                let copy = all.clone();
                let before = std::mem::replace(&mut stages[stage], now);
                prop_assert_eq!(all.replace(&before, &stages[stage]), before != stages[stage]);
                let mut wanted: Vec<Diagnostic> = stages.iter().flatten().cloned().collect();
                diagnostic::sort(&mut wanted);
                prop_assert_eq!(all.to_vec(), wanted.clone());
                prop_assert_eq!(all.is_empty(), wanted.is_empty());
                for severity in [Severity::Note, Severity::Warning, Severity::Error] {
                    prop_assert_eq!(all.count(severity), wanted.iter().filter(|it| it.severity == severity).count());
                }
                let fresh = |[before, now]: &[Vec<&Diagnostic>; 2]| now.iter().filter(|it| !before.contains(it)).map(|it| (*it).clone()).collect::<Vec<_>>();
                let found: Vec<Diagnostic> = all.differences(&copy).iter().flat_map(fresh).collect();
                prop_assert_eq!(found, all.iter().filter(|it| !copy.iter().any(|old| old == *it)).cloned().collect::<Vec<_>>());
            }
        }
    }
}
