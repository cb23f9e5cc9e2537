//! Checks that look across documents: problems an editor would want to know before publishing.
//!
//! Other stages report their own problems. `parse` reports errors of one file, `link` links without
//! a target, and `render` failures of templates and code blocks. This stage checks translations
//! ([`drift`] where a lock or marks identify sentences), chapters against their source text, empty
//! pages, and the dates and the base URL that feeds need.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;

use crate::base::{Diagnostic, Place, Problems, code};
use crate::load::Inputs;
use crate::model::{Config, front, key};
use crate::parse::{BlockKind, Document};
use crate::site::{Site, Work, WorkId};
use crate::split::{self, Change, Chapter, Difference, Split};
use crate::translation::checks::{drift, sentences};
use crate::translation::rows::note_pairs;

/// The problems found, kept apart by the thing checked, so that one thing can be checked again.
#[derive(Debug, Default)]
pub struct Checks {
    /// Problems of translations, by work.
    works: BTreeMap<WorkId, Vec<Diagnostic>>,
    /// Problems of chapters against the source text, by split and chapter.
    chapters: BTreeMap<(usize, usize), Vec<Diagnostic>>,
    /// Problems of splits and of the configuration, which [`Checks::look_again`] keeps.
    rest: Vec<Diagnostic>,
}

impl Checks {
    /// Returns all problems.
    pub fn problems(&self) -> impl Iterator<Item = &Diagnostic> {
        self.works.values().chain(self.chapters.values()).flatten().chain(&self.rest)
    }

    /// Checks again the works whose documents changed, in an index that has the same works.
    /// Replaces their problems here and in `all`. Returns true if any problem differs.
    pub fn look_again(&mut self, site: &Site, inputs: &Inputs, works: &BTreeSet<WorkId>, all: &mut Problems) -> bool {
        let mut differs = false;
        let is_one = |file: &str| site.edition_in(file).is_some_and(|(work, _)| works.contains(&work));
        let rules = sentences::rules(site);
        for &work in works {
            let mut problems = Vec::new();
            translations(site, work, &mut problems);
            sentences::check(site, inputs, &rules, work, &mut problems);
            differs |= put(&mut self.works, work, problems, &site.config, all);
        }
        for (index, split) in site.splits.iter().enumerate() {
            for (number, chapter) in split.chapters.iter().enumerate().filter(|(_, chapter)| is_one(&chapter.file)) {
                let mut problems = Vec::new();
                self::chapter(split, chapter, inputs, &mut problems);
                differs |= put(&mut self.chapters, (index, number), problems, &site.config, all);
            }
        }
        differs
    }
}

/// Replaces the problems of one thing, without those that the configuration turns off. Returns true
/// if they differ.
fn put<K: Ord>(
    known: &mut BTreeMap<K, Vec<Diagnostic>>,
    key: K,
    mut problems: Vec<Diagnostic>,
    config: &Config,
    all: &mut Problems,
) -> bool {
    config.apply_severities(&mut problems);
    let before = known.remove(&key).unwrap_or_default();
    let differs = all.replace(&before, &problems);
    if !problems.is_empty() {
        known.insert(key, problems);
    }
    differs
}

/// Checks the site as a whole.
pub fn check(site: &Site, inputs: &Inputs) -> Checks {
    let rules = sentences::rules(site);
    let works: Vec<(WorkId, Vec<Diagnostic>)> = site
        .order
        .par_iter()
        .filter_map(|&work| {
            let mut problems = Vec::new();
            translations(site, work, &mut problems);
            sentences::check(site, inputs, &rules, work, &mut problems);
            site.config.apply_severities(&mut problems);
            (!problems.is_empty()).then_some((work, problems))
        })
        .collect();
    let mut checks = Checks { works: works.into_iter().collect(), ..Checks::default() };
    for (index, split) in site.splits.iter().enumerate() {
        laws(split, inputs, &mut checks.rest);
        for (number, chapter) in split.chapters.iter().enumerate() {
            let mut problems = Vec::new();
            self::chapter(split, chapter, inputs, &mut problems);
            site.config.apply_severities(&mut problems);
            if !problems.is_empty() {
                checks.chapters.insert((index, number), problems);
            }
        }
    }
    if site.config.base_url.is_some() && !site.feeds {
        checks.rest.push(
            Diagnostic::at(
                &code::NO_FEED,
                Place::whole(&site.config.file),
                "the site has no feeds: neither `site.yaml` nor a page has a date that feeds accept",
            )
            .hint("write a date such as `date: 2003-12-31` into `site.yaml` or into the front matter of pages"),
        );
    }
    if site.config.base_url.is_some() {
        checks.rest.extend(front::check_feed_date(site.config.date, site.config.date_at.as_ref()));
    }
    if site.config.base_url.is_none() {
        checks.rest.push(
            Diagnostic::at(&code::NO_BASE_URL, Place::whole(&site.config.file), "the address of the site is not known")
                .hint("set `base_url`, or build with `--base-url URL`; canonical links, sitemap and feeds need it"),
        );
    }
    checks
}

/// Reports missing editions, empty pages, wrong feed dates, and sentences out of step with the
/// source.
fn translations(site: &Site, work: WorkId, problems: &mut Vec<Diagnostic>) {
    let item = site.work(work);
    if site.config.base_url.is_some() {
        let fronts = item.editions.iter().flatten().map(|edition| &edition.document.front);
        problems.extend(fronts.filter_map(|front| front::check_feed_date(front.date, front.date_at.as_ref())));
    }
    let (found, nearest) = site.nearest_edition(work, site.source());
    for lang in site.config.lang_ids() {
        if item.editions[lang.0].is_none() {
            let code = site.config.code(lang);
            let file = &nearest.document.file;
            let wanted = key::edition_beside(file, site.config.code(found), code);
            problems.push(
                Diagnostic::at(
                    &code::MISSING_TRANSLATION,
                    Place::whole(file),
                    format!("`{}` has no edition in `{code}`", item.key),
                )
                .hint(format!("it belongs in `{wanted}`; `tilmash new {}` makes it", item.key.argument())),
            );
        }
    }
    drift::of_source(site, work, problems);
    let source = &nearest.document;
    empty(item, source, problems);
    for edition in item.editions.iter().flatten().filter(|edition| edition.document.lang != source.lang) {
        if source.knows_addresses() || edition.document.knows_addresses() {
            drift::of_translation(site, work, &edition.document, problems);
        } else if site.config.side_by_side && source.lang == site.source() {
            problems.extend(misalignment(source, &edition.document));
        } else {
            empty(item, &edition.document, problems);
        }
    }
}

/// Reports a page that has a title and no text, unless it shows something else.
fn empty(work: &Work, document: &Document, problems: &mut Vec<Diagnostic>) {
    let front = &document.front;
    // A section lists its pages, and the template may show data from the front matter.
    let has_data = front.template.is_some() || front.extra.is_some();
    let is_full = work.key.is_home() || !work.children.is_empty() || has_data || front.draft;
    let Some(title) = front.title_at.as_ref().filter(|_| !is_full && document.body.html.trim().is_empty()) else { return };
    problems.push(
        Diagnostic::at(&code::EMPTY_PAGE, title.clone(), format!("`{}` has a title and no text", document.file))
            .hint("write the text below the front matter, or add `draft: true` until there is one"),
    );
}

/// Returns a problem for the first place where a translation and its source have different
/// sentences.
fn misalignment(source: &Document, translation: &Document) -> Option<Diagnostic> {
    let place = |document: &Document, block: Option<&crate::parse::Block>| match block {
        Some(block) => Place::new(&document.file, block.bytes.0 as usize..block.bytes.1 as usize),
        None => Place::whole(&document.file),
    };
    let note = |document: &'_ Document, note: u32| document.notes[note as usize].blocks;
    let notes =
        (0..).zip(note_pairs(source, translation)).filter_map(|(at, own)| Some((note(source, at), note(translation, own?))));
    let text = |document: &Document| (0, document.text_blocks().end);
    // The nth block of the text stands beside the nth; the same holds in each note.
    let parts = std::iter::once((text(source), text(translation))).chain(notes);
    let pairs = parts.flat_map(|(a, b)| (0..(a.1 - a.0).max(b.1 - b.0)).map(move |at| (within(a, at), within(b, at))));
    for (a, b) in pairs {
        let (a, b) = (a.map(|at| &source.blocks[at as usize]), b.map(|at| &translation.blocks[at as usize]));
        let count = |block: &crate::parse::Block| block.segments.1 - block.segments.0;
        let message = match (a, b) {
            (Some(a), Some(b)) if kind_word(a.kind) != kind_word(b.kind) => {
                format!("{} stands beside {} of the source edition", kind_word(b.kind), kind_word(a.kind))
            }
            (Some(a), Some(b)) if count(a) != count(b) => {
                format!("{} with {} beside one with {}", kind_word(b.kind), sentences(count(b)), sentences(count(a)))
            }
            (Some(a), None) => format!("{} of the source edition has no translation", kind_word(a.kind)),
            (None, Some(b)) => format!("{} stands beside nothing in the source edition", kind_word(b.kind)),
            _ => continue,
        };
        return Some(
            Diagnostic::at(&code::ALIGNMENT, place(translation, b.or(translation.blocks.last())), message)
                .also(place(source, a.or(source.blocks.last())), "the source edition")
                .hint("line n of a translation stands beside line n of the source: one sentence a line in both"),
        );
    }
    None
}

/// Returns the item `at` of a range, if it has one.
fn within((first, end): (u32, u32), at: u32) -> Option<u32> {
    Some(first + at).filter(|&at| at < end)
}

fn kind_word(kind: BlockKind) -> &'static str {
    match kind {
        BlockKind::Heading(_) => "a heading",
        BlockKind::Paragraph => "a paragraph",
        BlockKind::Other => "a block",
    }
}

fn sentences(count: u32) -> String {
    match count {
        1 => "1 line".to_owned(),
        n => format!("{n} lines"),
    }
}

/// Reports chapters that are missing or that differ from the source text.
pub fn chapters(splits: &[Arc<Split>], inputs: &Inputs, problems: &mut Vec<Diagnostic>) {
    for split in splits {
        laws(split, inputs, problems);
        for chapter in &split.chapters {
            self::chapter(split, chapter, inputs, problems);
        }
    }
}

fn laws(split: &Split, inputs: &Inputs, problems: &mut Vec<Diagnostic>) {
    if let Some(source) = inputs.text(&split.source_file) {
        problems.extend(split::check_laws(split, source));
    }
}

fn chapter(split: &Split, chapter: &Chapter, inputs: &Inputs, problems: &mut Vec<Diagnostic>) {
    let Some(name) = inputs.name(&chapter.file) else {
        // A file that exists but cannot be read has its own problem.
        if inputs.problems.iter().any(|problem| problem.place.as_ref().is_some_and(|it| *it.file == *chapter.file)) {
            return;
        }
        problems.push(
            Diagnostic::at(
                &code::CHAPTER_MISSING,
                chapter.place.clone(),
                format!("the chapter `{}` has no file yet", chapter.key),
            )
            .hint("`tilmash split` writes it"),
        );
        return;
    };
    let Some(text) = inputs.text(name) else { return };
    for difference in split::compare(chapter, text) {
        problems.push(difference_problem(name, split, chapter, &difference));
    }
}

/// Returns the problem for a sentence of a chapter's file that differs from the split.
pub fn difference_problem(file: &Arc<str>, split: &Split, chapter: &Chapter, difference: &Difference) -> Diagnostic {
    let what = match difference.cut {
        Some(cut) => format!("the sentence {} of the source text", split.segments[chapter.cuts[cut].segment].address),
        None => "a line".to_owned(),
    };
    let at = |line: &std::ops::Range<usize>| Place::new(file, line.clone());
    match &difference.change {
        Change::Missing => {
            let message = match difference.cut {
                Some(_) => format!("{what} is missing from `{}`", chapter.key),
                None => format!("a heading of the plan is missing from `{}`", chapter.key),
            };
            let code = if difference.cut.is_some() { &code::CHAPTER_LOSS } else { &code::CHAPTER_EDITED };
            Diagnostic::at(code, Place::whole(file), message)
                .hint("put it back, or give it to another chapter in the plan; `tilmash split --force` writes the chapter anew")
        }
        Change::Edited { line, likeness } => {
            Diagnostic::at(&code::CHAPTER_EDITED, at(line), format!("{what} was edited: {likeness}% of its words are the same"))
                .hint("if this mends the source text, make it a repair in the plan, so that readers can see the original")
        }
        Change::Moved { line } => Diagnostic::at(&code::CHAPTER_EDITED, at(line), format!("{what} stands in another place"))
            .hint("let the plan say so, so that the order of the chapter is known to differ from the source's"),
        Change::Added { line } => Diagnostic::at(&code::CHAPTER_EDITED, at(line), "this line is not in the source text")
            .hint("mark what is the editor's own as a footnote, or keep it on a page of its own"),
    }
}
