//! Checks that look across documents: problems an editor would want to know before publishing.
//!
//! Other stages report their own problems. `parse` reports errors of one file, `link` links without
//! a target, and `render` failures of templates and code blocks. This stage checks translations
//! ([`drift`] where a lock or marks identify sentences), chapters against their source text, empty
//! pages, pages to which nothing leads, and the dates and the base URL that feeds need.
//!
//! [`Checks::new`] runs as a whole for every snapshot. The problems of a work, a chapter or a split
//! are taken from the previous snapshot if the inputs of that check are the same.

use std::collections::HashMap;
use std::sync::Arc;

use rayon::prelude::*;

use crate::base::{Diagnostic, Place, code};
use crate::link::{Links, NoteProblem, ResolvedLink, note_targets, resolve_note};
use crate::load::Inputs;
use crate::model::{LangId, front, key};
use crate::parse::{BlockKind, Document, NoteIndex};
use crate::site::{Site, Work, WorkId};
use crate::split::{self, Change, Chapter, Difference, Split};
use crate::terms::Mentions;
use crate::translation::checks::{drift, sentences, terms};
use crate::translation::rows::note_pairs;

/// The problems found, with the configured severities. Each list is kept with the inputs that it
/// depends on.
#[derive(Debug, Default)]
pub struct Checks {
    /// Problems of translations, by work.
    works: Vec<Arc<[Diagnostic]>>,
    splits: Vec<CheckedSplit>,
    /// Problems of the configuration and of the site as a whole.
    configuration: Arc<[Diagnostic]>,
    /// The number of works that were checked to make this value.
    pub checked: usize,
}

/// The problems of a split.
#[derive(Debug)]
struct CheckedSplit {
    split: Arc<Split>,
    source: Option<Arc<str>>,
    /// Violations of the laws of splits.
    laws: Arc<[Diagnostic]>,
    chapters: Vec<CheckedChapter>,
}

/// The problems of a chapter against the source text.
#[derive(Debug)]
struct CheckedChapter {
    /// The text of the chapter's file; `None` if there is no such text.
    text: Option<Arc<str>>,
    problems: Arc<[Diagnostic]>,
}

impl Checks {
    /// Checks a site as a whole. Takes from the `previous` site the results whose inputs are the
    /// same.
    pub fn new(
        site: &Site,
        inputs: &Inputs,
        (links, mentions): (&Links, &Mentions),
        previous: Option<(&Site, &Mentions, &Self)>,
    ) -> Self {
        let known = previous.filter(|(before, ..)| has_same_settings(before, site));
        let rules = sentences::rules(site);
        let ids: Vec<WorkId> = (0..site.works.len() as u32).map(WorkId).collect();
        let works: Vec<(Arc<[Diagnostic]>, bool)> = ids
            .par_iter()
            .map(|&id| match known.and_then(|(before, known, checks)| checks.reusable((before, known), (site, mentions), id)) {
                Some(problems) => (problems, false),
                None => {
                    let mut problems = Vec::new();
                    check_work(site, id, &mut problems);
                    terms::check(site, mentions, id, &mut problems);
                    sentences::check(site, inputs, mentions, &rules, id, &mut problems);
                    (with_severities(site, problems), true)
                }
            })
            .collect();
        let checked = works.iter().filter(|(_, is_new)| *is_new).count();
        let works = works.into_iter().map(|(problems, _)| problems).collect();
        let splits_before: HashMap<*const Split, &CheckedSplit> = known
            .iter()
            .flat_map(|(_, _, checks)| &checks.splits)
            .map(|checked| (Arc::as_ptr(&checked.split), checked))
            .collect();
        let check = |split| CheckedSplit::new(site, inputs, split, splits_before.get(&Arc::as_ptr(split)).copied());
        let splits = site.splits.iter().map(check).collect();
        let of_site = configuration_problems(site).into_iter().chain(orphans(site, links)).chain(notes(site)).collect();
        let configuration = with_severities(site, of_site);
        let same = known.map(|(_, _, checks)| &checks.configuration).filter(|before| **before == configuration);
        Self { works, splits, configuration: same.map_or(configuration, Arc::clone), checked }
    }

    /// Returns the problems, in lists that may be shared with the previous snapshot.
    pub fn lists(&self) -> impl Iterator<Item = &Arc<[Diagnostic]>> {
        let chapters = self.splits.iter().flat_map(|split| &split.chapters).map(|chapter| &chapter.problems);
        self.works.iter().chain(self.splits.iter().map(|split| &split.laws)).chain(chapters).chain([&self.configuration])
    }

    /// Returns the problems of a work if they can be reused. That is so if the work has the same
    /// documents and mentions in the sites `before` and `now`, and works below it in both or in
    /// neither.
    fn reusable(
        &self,
        (before, mentions_before): (&Site, &Mentions),
        (now, mentions): (&Site, &Mentions),
        id: WorkId,
    ) -> Option<Arc<[Diagnostic]>> {
        let known = if Arc::ptr_eq(&before.names, &now.names) { id } else { before.work_named(now.work(id).key.as_str())? };
        let is_leaf = |site: &Site, id: WorkId| site.work(id).children.is_empty();
        let same = now.has_documents_of(before, id, known)
            && is_leaf(before, known) == is_leaf(now, id)
            && mentions.of_work(id) == mentions_before.of_work(known);
        same.then(|| Arc::clone(&self.works[known.0 as usize]))
    }
}

/// Returns true if the configuration, the languages and the names of terms, which every check may
/// depend on, are the same in two sites.
fn has_same_settings(before: &Site, now: &Site) -> bool {
    Arc::ptr_eq(&before.config, &now.config)
        && Arc::ptr_eq(&before.names.terms, &now.names.terms)
        && before.languages == now.languages
}

/// Applies the configured severities to problems.
fn with_severities(site: &Site, mut problems: Vec<Diagnostic>) -> Arc<[Diagnostic]> {
    site.config.apply_severities(&mut problems);
    problems.into()
}

impl CheckedSplit {
    fn new(site: &Site, inputs: &Inputs, split: &Arc<Split>, previous: Option<&Self>) -> Self {
        let source = inputs.text(&split.source_file);
        let laws = match previous.filter(|previous| is_same_text(previous.source.as_ref(), source)) {
            Some(previous) => Arc::clone(&previous.laws),
            None => with_severities(site, laws(split, inputs)),
        };
        let chapters = split.chapters.iter().enumerate().map(|(at, chapter)| {
            let text = inputs.text(&chapter.file);
            let previous = previous.map(|previous| &previous.chapters[at]);
            let problems = match previous.filter(|previous| is_same_text(previous.text.as_ref(), text)) {
                Some(previous) => Arc::clone(&previous.problems),
                None => with_severities(site, self::chapter(split, chapter, inputs)),
            };
            CheckedChapter { text: text.cloned(), problems }
        });
        Self { split: Arc::clone(split), source: source.cloned(), laws, chapters: chapters.collect() }
    }
}

/// Returns true if both texts exist and are equal.
fn is_same_text(before: Option<&Arc<str>>, now: Option<&Arc<str>>) -> bool {
    before.zip(now).is_some_and(|(before, now)| Arc::ptr_eq(before, now) || before == now)
}

/// Returns the problems of the configuration: a missing address or date that feeds need.
fn configuration_problems(site: &Site) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    if site.config.base_url.is_some() && !site.feeds {
        problems.push(
            Diagnostic::at(
                &code::NO_FEED,
                Place::whole(&site.config.file),
                "the site has no feeds, because neither `site.yaml` nor any page has a date that feeds can use",
            )
            .hint("write a date, such as `date: 2003-12-31`, into `site.yaml` or into the front matter of pages"),
        );
    }
    if site.config.base_url.is_some() {
        problems.extend(front::check_feed_date(site.config.date, site.config.date_at.as_ref()));
    }
    if site.config.base_url.is_none() {
        problems.push(
            Diagnostic::at(
                &code::NO_BASE_URL,
                Place::whole(&site.config.file),
                "the URL of the site is not known, so it has no canonical links, sitemap and feeds",
            )
            .hint("write `base_url: https://…` into `site.yaml`, or build with `--base-url URL`"),
        );
    }
    problems
}

/// Returns the problems of links in the notes of repairs.
fn notes(site: &Site) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    for (index, split) in site.splits.iter().enumerate() {
        for repair in split.segments.iter().flat_map(|segment| &segment.repairs) {
            let Some(place) = &repair.place else { continue };
            for (lang, note) in repair.note.iter().filter_map(|(code, note)| Some((site.config.language(code)?, note))) {
                let broken = note_targets(note).into_iter().filter_map(|target| resolve_note(site, index, lang, &target).err());
                problems.extend(broken.map(|NoteProblem { code, message, hint }| {
                    Diagnostic::at(code, place.clone(), format!("in a note: {message}")).maybe_hint(hint)
                }));
            }
        }
    }
    problems
}

/// Returns a problem for each edition to which nothing leads readers of its language: its section
/// has no page in the language, so no menu or list names the edition, and no other page links to
/// it.
fn orphans(site: &Site, links: &Links) -> Vec<Diagnostic> {
    let mut candidates: Vec<(WorkId, LangId, WorkId)> = Vec::new();
    for &id in site.order.iter() {
        let Some(section) = site.work(id).parent else { continue };
        let editions = site.config.lang_ids().filter(|&lang| site.edition(id, lang).is_some());
        candidates.extend(editions.filter(|&lang| site.page(section, lang).is_none()).map(|lang| (id, lang, section)));
    }
    let leads = |from: WorkId, id: WorkId, lang: LangId| {
        let to = |link: &ResolvedLink| matches!(link, ResolvedLink::Work { work, .. } | ResolvedLink::Quotation { work, .. } if *work == id);
        links.resolved(from, lang).iter().any(to)
    };
    let has_link = |&(id, lang, _): &(WorkId, LangId, WorkId)| links.backlinks(id).iter().any(|&from| leads(from, id, lang));
    let orphan = |(id, lang, section): (WorkId, LangId, WorkId)| {
        let (code, key, section) = (site.config.code(lang), &site.work(id).key, &site.work(section).key);
        let file = &site.edition(id, lang).expect("it is a candidate").document.file;
        Diagnostic::at(
            &code::ORPHAN_PAGE,
            Place::whole(file),
            format!(
                "no menu, list or link leads readers of `{code}` to the page `{key}`, because `{section}` has no page in `{code}`"
            ),
        )
        .hint(format!(
            "translate `{section}` into `{code}`, link to `[[{key}]]` from another page, or set `fallback: true` in `site.yaml`"
        ))
    };
    candidates.into_iter().filter(|candidate| !has_link(candidate)).map(orphan).collect()
}

/// Reports missing editions, empty pages, wrong feed dates, and sentences out of step with the
/// source.
fn check_work(site: &Site, work: WorkId, problems: &mut Vec<Diagnostic>) {
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
                    format!("the page `{}` does not exist in `{code}`", item.key),
                )
                .hint(format!("run `tilmash new {}` to create `{wanted}`", item.key.argument())),
            );
        }
    }
    drift::of_source(site, work, problems);
    let source = &nearest.document;
    check_empty_page(item, source, problems);
    for edition in item.editions.iter().flatten().filter(|edition| edition.document.lang != source.lang) {
        if source.knows_addresses() || edition.document.knows_addresses() {
            drift::of_translation(site, work, &edition.document, problems);
        } else if site.config.side_by_side && source.lang == site.source() {
            problems.extend(misalignment(source, &edition.document));
        } else {
            check_empty_page(item, &edition.document, problems);
        }
    }
}

/// Reports a page that has a title and no text, unless it shows something else.
fn check_empty_page(work: &Work, document: &Document, problems: &mut Vec<Diagnostic>) {
    let front = &document.front;
    // A section lists its pages, and the template may show data from the front matter.
    let has_data = front.template.is_some() || front.extra.is_some();
    let is_full = work.key.is_home() || !work.children.is_empty() || has_data || front.draft;
    let Some(title) = front.title_at.as_ref().filter(|_| !is_full && document.body.html.trim().is_empty()) else { return };
    problems.push(
        Diagnostic::at(&code::EMPTY_PAGE, title.clone(), format!("the page `{}` has a title, but no text", document.file))
            .hint("write the text below the title, or add `draft: true` to the front matter until there is a text"),
    );
}

/// Returns a problem for the first place where a translation and its source have different
/// sentences.
fn misalignment(source: &Document, translation: &Document) -> Option<Diagnostic> {
    let place = |document: &Document, block: Option<&crate::parse::Block>| match block {
        Some(block) => Place::new(&document.file, block.bytes.0 as usize..block.bytes.1 as usize),
        None => Place::whole(&document.file),
    };
    let note = |document: &'_ Document, note: NoteIndex| document.notes[note].blocks;
    let note_pairs = note_pairs(source, translation);
    let notes = note_pairs.enumerated().filter_map(|(at, own)| Some((note(source, at), note(translation, (*own)?))));
    let text = |document: &Document| (0, document.text_blocks().end);
    // The nth blocks of the two texts are a pair; the same holds in each note.
    let parts = std::iter::once((text(source), text(translation))).chain(notes);
    let pairs = parts.flat_map(|(a, b)| (0..(a.1 - a.0).max(b.1 - b.0)).map(move |at| (nth_of(a, at), nth_of(b, at))));
    for (a, b) in pairs {
        let (a, b) = (a.map(|at| &source.blocks[at as usize]), b.map(|at| &translation.blocks[at as usize]));
        let count = |block: &crate::parse::Block| block.segments.len();
        let message = match (a, b) {
            (Some(a), Some(b)) if kind_word(a.kind) != kind_word(b.kind) => {
                format!("{} of the translation is at the place of {} in the source", kind_word(b.kind), kind_word(a.kind))
            }
            (Some(a), Some(b)) if count(a) != count(b) => {
                format!(
                    "{} of the translation has {}, but its source has {}",
                    kind_word(b.kind),
                    lines(count(b)),
                    lines(count(a))
                )
            }
            (Some(a), None) => format!("{} of the source has no translation", kind_word(a.kind)),
            (None, Some(b)) => format!("{} of the translation has no counterpart in the source", kind_word(b.kind)),
            _ => continue,
        };
        return Some(
            Diagnostic::at(&code::ALIGNMENT, place(translation, b.or(translation.blocks.last())), message)
                .also(place(source, a.or(source.blocks.last())), "the source")
                .hint("write one sentence a line, in the same blocks and the same order as in the source"),
        );
    }
    None
}

/// Returns item number `at` of a range; `None` if the range is shorter.
///
/// ```text
/// 5..8 at 0    5
/// 5..8 at 3    None
/// ```
fn nth_of((first, end): (u32, u32), at: u32) -> Option<u32> {
    Some(first + at).filter(|&at| at < end)
}

fn kind_word(kind: BlockKind) -> &'static str {
    match kind {
        BlockKind::Heading(_) => "a heading",
        BlockKind::Paragraph => "a paragraph",
        BlockKind::Other => "a list item or another block",
    }
}

fn lines(count: usize) -> String {
    match count {
        1 => "1 line".to_owned(),
        n => format!("{n} lines"),
    }
}

/// Reports chapters that are missing or that differ from the source text.
pub fn chapters(splits: &[Arc<Split>], inputs: &Inputs, problems: &mut Vec<Diagnostic>) {
    for split in splits {
        problems.extend(laws(split, inputs));
        for chapter in &split.chapters {
            problems.extend(self::chapter(split, chapter, inputs));
        }
    }
}

fn laws(split: &Split, inputs: &Inputs) -> Vec<Diagnostic> {
    inputs.text(&split.source_file).map_or_else(Vec::new, |source| split::check_laws(split, source))
}

fn chapter(split: &Split, chapter: &Chapter, inputs: &Inputs) -> Vec<Diagnostic> {
    let Some(name) = inputs.name(&chapter.file) else {
        // A file that exists but cannot be read has its own problem.
        if inputs.problems.iter().any(|problem| problem.place.as_ref().is_some_and(|it| *it.file == *chapter.file)) {
            return Vec::new();
        }
        let missing = Diagnostic::at(
            &code::CHAPTER_MISSING,
            chapter.place.clone(),
            format!("the chapter `{}` of the split plan has no file yet", chapter.key),
        );
        return vec![missing.hint("run `tilmash split` to write the file")];
    };
    let Some(text) = inputs.text(name) else { return Vec::new() };
    split::compare(chapter, text).iter().map(|difference| difference_problem(name, split, chapter, difference)).collect()
}

/// Returns the problem for a sentence of a chapter's file that differs from the split.
pub fn difference_problem(file: &Arc<str>, split: &Split, chapter: &Chapter, difference: &Difference) -> Diagnostic {
    let subject = match difference.cut {
        Some(cut) => format!("sentence {} of the source text", split.segments[chapter.cuts[cut].segment].address),
        None => "a line".to_owned(),
    };
    let at = |line: &std::ops::Range<usize>| Place::new(file, line.clone());
    match &difference.change {
        Change::Missing => {
            let message = match difference.cut {
                Some(_) => format!("{subject} is missing in the chapter `{}`", chapter.key),
                None => format!("a heading of the split plan is missing in the chapter `{}`", chapter.key),
            };
            let code = if difference.cut.is_some() { &code::CHAPTER_LOSS } else { &code::CHAPTER_EDITED };
            Diagnostic::at(code, Place::whole(file), message)
                .hint("put the text back, or change the split plan; `tilmash split --force` discards all edits of the chapter")
        }
        Change::Edited { line, likeness } => Diagnostic::at(
            &code::CHAPTER_EDITED,
            at(line),
            format!("{subject} was edited in the chapter: {likeness}% of its words are the same"),
        )
        .hint(
            "if the edit corrects the source text, add it to `repairs` of the split plan, so that readers can see the original",
        ),
        Change::Moved { line } => {
            Diagnostic::at(&code::CHAPTER_EDITED, at(line), format!("{subject} was moved within the chapter"))
                .hint("move the text back, or write the new order in `paragraphs` of the split plan")
        }
        Change::Added { line } => Diagnostic::at(&code::CHAPTER_EDITED, at(line), "the line is not in the source text")
            .hint("move the editor's own text into a footnote or to a page of its own"),
    }
}
