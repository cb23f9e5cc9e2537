//! A plan, and behind the separator the source text that it cuts.

use std::sync::Arc;

use tilmash::base::diagnostic;
use tilmash::split::{self, SplitInput};

use super::{check_problems, two_texts};

pub(crate) fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (plan, source) = two_texts(text);
    let (plan_file, source_file): (Arc<str>, Arc<str>) = ("content/_source/plan.yaml".into(), "content/_source/s.txt".into());
    if let Ok((name, place)) = split::read_source_name(&plan_file, plan) {
        assert!(name.split('/').all(|part| !matches!(part, "" | "." | "..")), "`{name}` leads out of the site");
        assert!(plan.get(place.range()).is_some(), "{place:?} is no place in the plan");
    }
    let input = SplitInput { plan_file: &plan_file, plan, source_file: &source_file, source };
    let (split, problems) = split::split(&input);
    check_problems(&plan_file, plan, &problems);
    check_problems(&source_file, source, &problems);
    let Some(split) = split else { return };
    for segment in &split.segments {
        split::undo(segment);
    }
    // A split with errors is never written.
    if diagnostic::has_errors(&problems) {
        return;
    }
    assert_eq!(split::check_laws(&split, source), [], "nothing of the source is lost");
    for chapter in &split.chapters {
        assert_eq!(split::compare(chapter, &chapter.markdown), [], "a chapter is what was written");
    }
}
