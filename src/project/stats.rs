//! Figures about the making of a state, for people and for tests. Nothing depends on them.

use std::time::{Duration, Instant};

/// The amount of work for a state: the parts that are not shared with the previous one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RebuildStats {
    /// Number of documents parsed.
    pub parsed: usize,
    /// Number of works whose links were resolved.
    pub resolved: usize,
    /// Number of works whose translations were checked.
    pub checked: usize,
    /// True if the index is new: the tree, the order and the routes.
    pub index: bool,
    /// True if the templates are new.
    pub templates: bool,
    /// True if the problems may differ from those of the previous state.
    pub problems: bool,
}

/// The duration of each stage, in the order in which the stages ran.
#[derive(Debug, Default, Clone)]
pub struct StageTimings {
    pub stages: Vec<(&'static str, Duration)>,
    last: Option<Instant>,
}

impl StageTimings {
    pub(super) fn start(&mut self) {
        self.stages.clear();
        self.last = Some(Instant::now());
    }

    /// Ends the stage that began when the previous one ended.
    pub(super) fn end(&mut self, stage: &'static str) {
        let now = Instant::now();
        if let Some(last) = self.last.replace(now) {
            self.stages.push((stage, now - last));
        }
    }
}
