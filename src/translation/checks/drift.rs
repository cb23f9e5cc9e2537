//! Translations compared with their source, sentence by sentence: changed, missing and extra
//! sentences, and marks that cannot be right.
//!
//! Changed, missing and extra sentences get one diagnostic per edition and kind, so that a book in
//! translation does not flood the report. `tilmash status KEY` lists each sentence.

use crate::base::{Code, Diagnostic, IndexRange, Place, code, listed};
use crate::link::similar_id;
use crate::model::{LangId, SegmentId, SegmentIndex, Unit};
use crate::parse::{Document, Marks};
use crate::site::{Site, WorkId};
use crate::translation::status::Pair;
use crate::translation::status::Status;
use crate::translation::sync::vanished_anchors;

/// The number of addresses that a message names.
const NAMED: usize = 8;

/// Reports the problems of the source edition alone: lost anchors, and marks of translations.
pub(crate) fn of_source(site: &Site, work: WorkId, problems: &mut Vec<Diagnostic>) {
    let source = &site.source_edition(work).1.document;
    for anchor in vanished_anchors(source) {
        problems.push(
            Diagnostic::at(
                &code::VANISHED_ANCHOR,
                Place::whole(&source.file),
                format!("no heading has the anchor `{anchor}` any more, so links to it no longer work"),
            )
            .hint(format!(
                "write `{{#{anchor}}}` at the end of another heading, or run `tilmash sync` to accept that the anchor is gone"
            )),
        );
    }
    for marks in source.marks.iter().filter(|marks| !marks.translates.is_empty() || !marks.omitted.is_empty()) {
        problems.push(
            Diagnostic::at(&code::BAD_MARK, place_of(marks, source), "marks with `=` or `-` have no meaning in the source")
                .hint("remove the mark: only lines of a translation can have it"),
        );
    }
}

/// Reports the changed, missing and extra sentences of a translation, and its wrong marks.
pub(crate) fn of_translation(site: &Site, work: WorkId, translation: &Document, problems: &mut Vec<Diagnostic>) {
    let Some(statuses) = site.statuses(work, translation.lang) else { return };
    let source = &site.source_edition(work).1.document;
    marks(site, work, translation, problems);
    let key = &site.work(work).key;
    let lang = site.config.code(translation.lang);
    let of = |wanted: fn(&Status) -> bool| statuses.pairs.iter().filter(|pair| wanted(&pair.status)).collect::<Vec<_>>();
    let changed = of(|status| matches!(status, Status::Changed { .. }));
    if let Some(first) = changed.first() {
        let message = match &changed[..] {
            [one] => format!("the source of {} has changed since it was translated", one.unit.named()),
            several => {
                format!("the source of {} sentences has changed since they were translated: {}", several.len(), names(several))
            }
        };
        let (key, unit) = (key.argument(), first.unit);
        let edit = match &changed[..] {
            [_] => "edit the translation; if it is still right as it is".to_owned(),
            _ => format!("edit the translations; if that of {unit} is still right as it is"),
        };
        let hint = format!("run `tilmash status {key}` to see the changes, and {edit}, run `tilmash sync --accept {key}#{unit}`");
        problems.push(at(&code::DRIFT, first, source, translation, message).hint(hint));
    }
    let missing = of(|status| *status == Status::Missing);
    if let Some(first) = missing.first() {
        let message = match &missing[..] {
            [one] => format!("{} is not translated into `{lang}`", one.unit.named()),
            several => format!("{} sentences are not translated into `{lang}`: {}", several.len(), names(several)),
        };
        let hint = match first.unit {
            Unit::Title | Unit::Description => format!("write the {} in the front matter of the translation", first.unit),
            Unit::Segment(id) if first.source.is_some_and(|at| source.segments[at].table.is_some()) => {
                let row = if missing.len() == 1 { "the row".to_owned() } else { format!("the row {id}") };
                format!(
                    "translate {row} as a row of the translated table; if it is left out on purpose, write `<!-- - {id} -->` in another row"
                )
            }
            Unit::Segment(id) => {
                let (sentence, it) = match &missing[..] {
                    [_] => ("the sentence", "it".to_owned()),
                    _ => ("each sentence", id.to_string()),
                };
                format!(
                    "translate {sentence} on a line of its own; if {it} is left out on purpose, write `<!-- - {id} -->` at the end of the line before it; if another line includes it, add {id} to the mark `<!-- = … -->` of that line"
                )
            }
        };
        problems.push(at(&code::UNTRANSLATED, first, source, translation, message).hint(hint));
    }
    let extra = of(|status| *status == Status::Extra { meant: false });
    if let Some(first) = extra.first() {
        let message = match &extra[..] {
            [one] => format!("{} is not the translation of any sentence of the source", one.unit.named()),
            several => {
                format!("{} sentences are not the translation of any sentence of the source: {}", several.len(), names(several))
            }
        };
        let line = if extra.len() == 1 { "the line if it" } else { "a line that" };
        problems.push(at(&code::EXTRA, first, source, translation, message).hint(format!(
            "write `<!-- = 3.2 -->` at the end of {line} translates the sentence 3.2, or `<!-- + -->` if only this language has the sentence"
        )));
    }
}

/// Lists the addresses of sentences for a message: the first [`NAMED`] of them, and a count.
fn names(pairs: &[&Pair]) -> String {
    listed(&pairs.iter().map(|pair| pair.unit.to_string()).collect::<Vec<_>>(), NAMED)
}

/// Makes a problem at the translation's own line, with the source's line as a second place.
///
/// Without a line of its own, the place is the end of the nearest translated line before it, or
/// else the file.
fn at(code: &'static Code, pair: &Pair, source: &Document, translation: &Document, message: String) -> Diagnostic {
    let sentence = |document: &Document, index: SegmentIndex| {
        let bytes = document.segments[index].bytes;
        Place::new(&document.file, bytes.0 as usize..bytes.1 as usize)
    };
    let before = || {
        let before = IndexRange { end: pair.source?, ..IndexRange::default() }.iter().rev();
        let line = before.map(|at| source.segments[at].id).find_map(|id| translation.segment_with_id(id))?;
        let end = translation.segments[line].bytes.1 as usize;
        Some(Place::new(&translation.file, end..end))
    };
    let place = pair.lines.first().map(|&line| sentence(translation, line)).or_else(before);
    let problem = Diagnostic::at(code, place.unwrap_or_else(|| Place::whole(&translation.file)), message);
    match pair.source {
        Some(index) => problem.also(sentence(source, index), "the source"),
        None => problem,
    }
}

/// Reports marks that name a sentence that does not exist, or that contradict each other.
fn marks(site: &Site, work: WorkId, translation: &Document, problems: &mut Vec<Diagnostic>) {
    let source = &site.source_edition(work).1.document;
    for marks in &translation.marks {
        let own: &[SegmentId] = &marks.translates;
        for &id in own.iter().chain(&marks.omitted) {
            let place = place_of(marks, translation);
            // A sentence that the source lacks cannot be left out. But a `=` mark may name a
            // sentence that another translation alone has.
            let is_shared = || own.contains(&id) && site.is_of_other_language(work, translation.lang, id);
            if source.segment_with_id(id).is_none() && !is_shared() {
                // A sentence that only one language has is named after it: `3.2a-en`.
                let message = match id.only {
                    Some(_) if own.contains(&id) => format!("no other translation has a sentence `{id}`"),
                    _ => format!("the source has no sentence `{id}`"),
                };
                let editions = site.work(work).editions.iter().flatten().map(|edition| &edition.document);
                let others = [source].into_iter().chain(editions.filter(|document| document.lang != translation.lang));
                let hint = others
                    .filter(|document| own.contains(&id) || document.lang == source.lang)
                    .filter(|document| document.segments.iter().any(|segment| segment.id.only == id.only))
                    .find_map(|document| similar_id(document, id));
                problems.push(Diagnostic::at(&code::BAD_MARK, place, message).maybe_hint(hint));
            } else if marks.omitted.contains(&id) && is_translated(translation, id) {
                problems.push(
                    Diagnostic::at(
                        &code::BAD_MARK,
                        place,
                        format!("a mark says that the sentence `{id}` is left out, but the page has a translation of it"),
                    )
                    .hint("remove the mark, or remove the translation"),
                );
            }
        }
        if marks.alone && !own.is_empty() {
            problems.push(
                Diagnostic::at(
                    &code::BAD_MARK,
                    place_of(marks, translation),
                    "the marks `=` and `+` contradict each other: a line with `+` translates no sentence of the source",
                )
                .hint("remove one of the two marks"),
            );
        }
    }
}

/// Returns true if a line of a translation has this id, or a mark that names it.
fn is_translated(translation: &Document, id: SegmentId) -> bool {
    translation.segment_with_id(id).is_some() || translation.marks.iter().any(|marks| marks.translates.contains(&id))
}

/// Returns the place of all marks of a line.
fn place_of(marks: &Marks, document: &Document) -> Place {
    match (marks.places.first(), marks.places.last()) {
        (Some(first), Some(last)) => Place { end: last.end, ..first.clone() },
        _ => Place::whole(&document.file),
    }
}

/// Returns a problem for each edition in these languages that is missing, not known to be current,
/// or incomplete.
pub fn incomplete(site: &Site, langs: &[LangId]) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    for &work in site.order.iter() {
        let (source_lang, source) = site.source_edition(work);
        let source = &source.document;
        let key = &site.work(work).key;
        for &lang in langs {
            let code = site.config.code(lang);
            let Some(edition) = site.edition(work, lang) else {
                problems.push(
                    Diagnostic::at(
                        &code::INCOMPLETE,
                        Place::whole(&source.file),
                        format!("the page `{key}` does not exist in `{code}`"),
                    )
                    .hint(format!("run `tilmash new {}` to create the file", key.argument())),
                );
                continue;
            };
            if lang == source_lang {
                continue;
            }
            let document = &edition.document;
            if source.lock.is_none() && !source.segments.is_empty() {
                problems.push(
                    Diagnostic::at(
                        &code::INCOMPLETE,
                        Place::whole(&document.file),
                        format!("the page `{key}` has no lock file, so it is not known whether its translation into `{code}` is up to date"),
                    )
                    .hint("run `tilmash sync` to write the lock file, and add the file to version control"),
                );
                continue;
            }
            let Some(statuses) = site.statuses(work, lang).filter(|statuses| !statuses.summary.is_complete()) else {
                continue;
            };
            let summary = statuses.summary;
            let first = statuses.pending().next().expect("something keeps it from being complete");
            let message = format!(
                "the translation of `{key}` into `{code}` is not complete: {} of {} sentences are up to date (changed in the source: {}, missing: {})",
                summary.done(),
                summary.all(),
                summary.changed,
                summary.missing
            );
            problems.push(
                at(&code::INCOMPLETE, first, source, document, message)
                    .hint(format!("run `tilmash status {}` to list these sentences", key.argument())),
            );
        }
    }
    problems
}
