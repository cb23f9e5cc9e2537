//! The problems of a state by stage, and the update of their sorted list.

use std::sync::Arc;

use crate::base::{Diagnostic, Problems};
use crate::model::Config;

/// Lists of problems. A stage shares the lists that did not change with its previous result.
pub(super) type Lists = Vec<Arc<[Diagnostic]>>;

/// The problems of a state by the stage that found them.
#[derive(Debug, Default)]
pub(super) struct StageDiagnostics {
    /// Problems with files and their names, the configuration, the languages and the plans.
    pub(super) project: Lists,
    /// A list for each lock.
    pub(super) locks: Lists,
    /// A list for each document that is shown.
    pub(super) documents: Lists,
    pub(super) site: Lists,
    pub(super) links: Lists,
    pub(super) checks: Lists,
    pub(super) templates: Lists,
}

impl StageDiagnostics {
    fn stages(&self) -> [&[Arc<[Diagnostic]>]; 7] {
        let Self { project, locks, documents, site, links, checks, templates } = self;
        [project, locks, documents, site, links, checks, templates]
    }

    /// Returns all problems, with severities, without hidden ones.
    pub(super) fn all(&self, config: &Config) -> Problems {
        with_severities(config, &self.stages().concat()).into_iter().collect()
    }

    /// Changes `problems`, which are all problems of `before`, to all problems of this value.
    /// Returns true if they differ. Both have the same configuration.
    pub(super) fn update(&self, problems: &mut Problems, before: &Self, config: &Config) -> bool {
        let mut differ = false;
        for (before, now) in before.stages().into_iter().zip(self.stages()) {
            let (before, now) = without_shared_ends(before, now);
            differ |= problems.replace(&with_severities(config, before), &with_severities(config, now));
        }
        differ
    }
}

type List<'a> = &'a [Arc<[Diagnostic]>];

/// Leaves out the lists at the beginning and at the end that two stages share. An edit changes one
/// list of thousands, so few remain.
fn without_shared_ends<'a>(mut before: List<'a>, mut now: List<'a>) -> (List<'a>, List<'a>) {
    while let ([a, rest_before @ ..], [b, rest_now @ ..]) = (before, now)
        && Arc::ptr_eq(a, b)
    {
        (before, now) = (rest_before, rest_now);
    }
    while let ([rest_before @ .., a], [rest_now @ .., b]) = (before, now)
        && Arc::ptr_eq(a, b)
    {
        (before, now) = (rest_before, rest_now);
    }
    (before, now)
}

fn with_severities(config: &Config, lists: &[Arc<[Diagnostic]>]) -> Vec<Diagnostic> {
    let mut problems: Vec<Diagnostic> = lists.iter().flat_map(|list| list.iter()).cloned().collect();
    config.apply_severities(&mut problems);
    problems
}
