//! The comparison of a site before and after a rename, which decides if the changes may be written.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::links::is_same;
use super::{Renaming, Subject};
use crate::base::{Code, Diagnostic, Place, code};
use crate::project::State;
use crate::site::{Site, WorkId};
use crate::split::{self, FileState};

const UNCHANGED: &str = "change this place by hand before the rename, or choose another key";

/// Returns the reasons why a rename must not be written; none if the new site is the old one with
/// other names.
pub(super) fn objections(renaming: &Renaming, before: &State, after: &State) -> Vec<Diagnostic> {
    let mut objections = new_problems(renaming, before, after);
    if let (Some(old), Some(new)) = (before.site(), after.site()) {
        for &id in old.order.iter() {
            compare_work(renaming, before, after, (old, new), id, &mut objections);
        }
    }
    compare_chapters(before, after, renaming, &mut objections);
    crate::base::diagnostic::sort(&mut objections);
    objections
}

/// Returns the problems that the site did not have before. Messages may name keys and files, so the
/// problems of a file are counted by code.
fn new_problems(renaming: &Renaming, before: &State, after: &State) -> Vec<Diagnostic> {
    type Group = (&'static str, Option<Arc<str>>);
    let group = |problem: &Diagnostic, file: &dyn Fn(&Arc<str>) -> Arc<str>| -> Group {
        (problem.code.name, problem.place.as_ref().map(|place| file(&place.file)))
    };
    let mut known: BTreeMap<Group, (usize, Vec<&str>)> = BTreeMap::new();
    for problem in &before.problems {
        let known = known.entry(group(problem, &|file| renaming.file(file).into())).or_default();
        known.0 += 1;
        known.1.push(&problem.message);
    }
    let mut found: BTreeMap<Group, Vec<&Diagnostic>> = BTreeMap::new();
    for problem in &after.problems {
        found.entry(group(problem, &Arc::clone)).or_default().push(problem);
    }
    let mut new = Vec::new();
    for (group, mut problems) in found {
        let (count, messages) = known.remove(&group).unwrap_or_default();
        let more = problems.len().saturating_sub(count);
        // The ones with unknown messages are the new ones.
        problems.sort_by_key(|problem| messages.contains(&&*problem.message));
        new.extend(problems.into_iter().take(more).cloned());
    }
    new
}

/// Compares a work before and after: its address, its links, the ids of its sentences, and the
/// state of its translations.
fn compare_work(
    renaming: &Renaming,
    before: &State,
    after: &State,
    (old, new): (&Site, &Site),
    id: WorkId,
    objections: &mut Vec<Diagnostic>,
) {
    let work = old.work(id);
    let key = renaming.key(work.key.as_str());
    let Some(new_id) = new.work_named(key.as_deref().unwrap_or(work.key.as_str())) else {
        let message = format!("the page `{}` would be lost", work.key);
        objections.push(Diagnostic::nowhere(&code::BROKEN_LINK, message));
        return;
    };
    let (Some(links), Some(new_links)) = (&before.renderer, &after.renderer) else { return };
    for edition in work.editions.iter().flatten() {
        let lang = edition.document.lang;
        let Some(new_edition) = new.edition(new_id, lang) else {
            let message = format!("the page `{}` in `{}` would be lost", work.key, old.config.code(lang));
            objections.push(Diagnostic::nowhere(&code::BROKEN_LINK, message));
            continue;
        };
        let (document, new_document) = (&edition.document, &new_edition.document);
        let mut object = |code: &'static Code, place: Place, message: String| {
            objections.push(Diagnostic::at(code, place, message).hint(UNCHANGED));
        };
        if key.is_none() && edition.path != new_edition.path {
            let message = format!("the page would move from `{}` to `{}`", edition.path, new_edition.path);
            object(&code::ROUTE_COLLISION, Place::whole(&new_document.file), message);
        }
        let targets = links.links.resolved(id, lang).iter().zip(new_links.links.resolved(new_id, lang));
        let mut refs = new_document.refs.iter();
        for (target, new_target) in targets {
            let Some(item) = refs.next() else { break };
            if !is_same(renaming, (old, new), target, new_target) {
                let message = "the link would lead to another page, and no other form of it is known".to_owned();
                object(&code::BROKEN_LINK, item.place.clone(), message);
            }
        }
        if document.refs.len() != new_document.refs.len() {
            let message = "the page would have other links".to_owned();
            object(&code::BROKEN_LINK, Place::whole(&new_document.file), message);
        }
        let ids = document.segments.iter().map(|segment| segment.id);
        if !ids.eq(new_document.segments.iter().map(|segment| segment.id)) {
            let message = "sentences of the page would get other addresses".to_owned();
            object(&code::BAD_LOCK, Place::whole(&new_document.file), message);
        }
        let states = |site: &Site, work| {
            let statuses = site.statuses(work, lang)?;
            Some(statuses.pairs.iter().map(|pair| (pair.unit, pair.status.name())).collect::<Vec<_>>())
        };
        if states(old, id) != states(new, new_id) {
            let message = "the translation would count as changed".to_owned();
            object(&code::DRIFT, Place::whole(&new_document.file), message);
        }
    }
}

/// Compares the chapters of plans: one that equals the output of `split` must still equal it.
fn compare_chapters(before: &State, after: &State, renaming: &Renaming, objections: &mut Vec<Diagnostic>) {
    let Subject::Work { .. } = renaming.subject else { return };
    let is_same = |state: &State, chapter: &split::Chapter| {
        let text = state.inputs.text(&chapter.file).map(|text| &**text);
        split::state(chapter, text) == FileState::Same
    };
    for chapter in before.splits.iter().flat_map(|split| &split.chapters).filter(|chapter| is_same(before, chapter)) {
        let key = renaming.key(chapter.key.as_str()).unwrap_or_else(|| chapter.key.to_string());
        let new = after.splits.iter().flat_map(|split| &split.chapters).find(|chapter| chapter.key.as_str() == key);
        if !new.is_some_and(|new| is_same(after, new)) {
            let message = format!("`tilmash split` would not write the chapter `{key}` as it is");
            objections.push(Diagnostic::at(&code::CHAPTER_EDITED, chapter.place.clone(), message).hint(
                "the plan must have the key of the chapter: for `cut`, in the list `keys`; rename with an edited plan, or keep the key",
            ));
        }
    }
}
