//! What each link leads to, and what leads to each work.
//!
//! Every ref of every document is answered once, in the language of the document that asks. Refs
//! that cannot be answered are problems with the place of the link.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use rayon::prelude::*;

use crate::base::{Diagnostic, code, path, suggest};
use crate::model::{EditionName, LangId, SegmentId};
use crate::parse::{Document, Ref, RefKind, Target};
use crate::site::route::{RouteKind, SOURCE_ORDER, source_order_path};
use crate::site::{Site, WorkId};
use crate::split::{Address, Split};

/// What a ref leads to.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// A page of a work, in that language.
    Work { work: WorkId, lang: LangId, anchor: Option<String> },
    /// Any other path of the site.
    Path { path: Arc<str>, title: Option<String>, anchor: Option<String> },
    /// An anchor of the page that asks.
    Anchor(String),
    /// Nothing: the link is shown as text that leads nowhere.
    Broken,
}

/// The answers to all refs, and what follows from them.
#[derive(Debug, Default)]
pub struct Links {
    /// By work and language; in the order of the document's refs.
    answers: Vec<Vec<Box<[Answer]>>>,
    /// By work: the works that link to it, in reading order.
    pub backlinks: Vec<Vec<WorkId>>,
    /// By work: the segments of other chapters that touch it, as work and position of the cut; in
    /// reading order.
    pub touched_by: Vec<Vec<(WorkId, usize)>>,
    /// By chapter and cut: the segments that stand for it, in order; none where the chapter has lost it.
    segments_of_cuts: HashMap<WorkId, Vec<Vec<SegmentId>>>,
}

impl Links {
    /// The segments of a chapter that stand for a cut: one for a sentence, several for a list.
    pub fn segments_of_cut(&self, work: WorkId, cut: usize) -> &[SegmentId] {
        self.segments_of_cuts.get(&work).and_then(|cuts| cuts.get(cut)).map_or(&[], Vec::as_slice)
    }

    /// The answers to the refs of an edition.
    pub fn answers(&self, work: WorkId, lang: LangId) -> &[Answer] {
        &self.answers[work.0 as usize][lang.0]
    }
}

/// Answers all refs of the site.
pub fn link(site: &Site) -> (Links, Vec<Diagnostic>) {
    let answered: Vec<(Vec<Box<[Answer]>>, Found)> = site
        .works
        .par_iter()
        .enumerate()
        .map(|(index, work)| {
            let mut found = Found::default();
            let id = WorkId(index as u32);
            let answers = work
                .editions
                .iter()
                .map(|edition| match edition {
                    Some(edition) => {
                        edition.document.refs.iter().map(|it| answer(site, id, &edition.document, it, &mut found)).collect()
                    }
                    None => Box::default(),
                })
                .collect();
            (answers, found)
        })
        .collect();
    let mut links = Links {
        answers: Vec::with_capacity(answered.len()),
        backlinks: vec![Vec::new(); site.works.len()],
        touched_by: vec![Vec::new(); site.works.len()],
        segments_of_cuts: HashMap::new(),
    };
    let mut problems = Vec::new();
    let mut hints = Hints::default();
    for (answers, mut found) in answered {
        links.answers.push(answers);
        for (problem, missed) in found.missed {
            if let Some(hint) = hints.hint(site, missed) {
                found.problems[problem].push_hint(hint);
            }
        }
        problems.extend(found.problems);
    }
    // Reading order, so that the lists come out in it.
    for &id in &site.order {
        let mut seen = HashSet::new();
        for answers in &links.answers[id.0 as usize] {
            for answer in answers {
                if let Answer::Work { work, .. } = answer
                    && *work != id
                    && seen.insert(*work)
                {
                    links.backlinks[work.0 as usize].push(id);
                }
            }
        }
        if let Some((split, chapter)) = site.chapter(id) {
            let mut segments = vec![Vec::new(); chapter.cuts.len()];
            let edition = site.config.language(&split.language).and_then(|lang| site.edition(id, lang));
            for segment in edition.iter().flat_map(|edition| &edition.document.segments) {
                if let Some(of_cut) = segment.cut.and_then(|cut| segments.get_mut(cut as usize)) {
                    of_cut.push(segment.id);
                }
            }
            links.segments_of_cuts.insert(id, segments);
            for (index, cut) in chapter.cuts.iter().enumerate() {
                for key in &cut.touches {
                    if let Some(touched) = site.work_named(key.as_str())
                        && touched != id
                    {
                        links.touched_by[touched.0 as usize].push((id, index));
                    }
                }
            }
        }
    }
    (links, problems)
}

fn answer(site: &Site, from: WorkId, document: &Document, asked: &Ref, found: &mut Found) -> Answer {
    match &asked.target {
        Target::Anchor(anchor) => {
            check_anchor(site, from, document.lang, anchor, asked, found);
            Answer::Anchor(anchor.clone())
        }
        Target::Outside(url) => {
            found.problems.push(
                Diagnostic::at(&code::BROKEN_LINK, asked.place.clone(), format!("`{url}` leads out of the content"))
                    .hint("links lead to pages and files in `content/`, or to https://"),
            );
            Answer::Broken
        }
        Target::Work { key, anchor } => {
            if let Some(answer) = generated(site, key.as_str(), document.lang, anchor.as_deref(), asked, found) {
                return answer;
            }
            match work_by_loose_key(site, document, key.as_str()) {
                Some(work) => to_work(site, work, document.lang, anchor.as_deref(), asked, found),
                None => {
                    let problem = Diagnostic::at(&code::BROKEN_LINK, asked.place.clone(), format!("no work is called `{key}`"));
                    found.miss(problem, Missed::Work(key.to_string()));
                    Answer::Broken
                }
            }
        }
        Target::File { path, anchor } => to_file(site, document, path, anchor.as_deref(), asked, found),
    }
}

/// A work by its key; in a section also by its path from there, so that `[[china]]` works beside it.
fn work_by_loose_key(site: &Site, document: &Document, key: &str) -> Option<WorkId> {
    let key = key.trim_end_matches(".md");
    site.work_named(key).or_else(|| {
        let folder = path::folder(document.file.strip_prefix("content/").unwrap_or(&document.file));
        site.work_named(&path::resolve(&format!("{folder}/x"), key)?)
    })
}

/// A page that the program makes itself and that may be linked to by a reserved key.
fn generated(site: &Site, key: &str, lang: LangId, anchor: Option<&str>, asked: &Ref, found: &mut Found) -> Option<Answer> {
    let split = site.splits.first().filter(|_| key == SOURCE_ORDER && site.work_named(key).is_none())?;
    if let Some(anchor) = anchor.filter(|&anchor| !anchor.is_empty() && anchor != "top" && !has_segment(split, anchor)) {
        let message = format!("the source text has no segment `{anchor}`");
        let problem = Diagnostic::at(&code::BROKEN_ANCHOR, asked.place.clone(), message);
        let last =
            split.segments.last().map(|last| format!("its segments are called by line and number, up to `{}`", last.address));
        found.problems.push(problem.maybe_hint(last));
    }
    let language = &site.languages[lang.0];
    let title = language.pack.strings.get("source_order").cloned();
    Some(Answer::Path { path: source_order_path(&language.code, 0).into(), title, anchor: anchor.map(str::to_owned) })
}

/// Whether a source text has a segment with an address as it is written: `L3.2`.
fn has_segment(split: &Split, written: &str) -> bool {
    let Ok(address) = written.parse::<Address>() else { return false };
    // Not `L03.2`, which no page has.
    address.to_string() == written && split.segments.binary_search_by_key(&address, |segment| segment.address).is_ok()
}

fn to_work(site: &Site, work: WorkId, lang: LangId, anchor: Option<&str>, asked: &Ref, found: &mut Found) -> Answer {
    let (nearest, _) = site.nearest_edition(work, lang);
    if nearest != lang {
        let key = &site.work(work).key;
        found.problems.push(
            Diagnostic::at(
                &code::OTHER_LANGUAGE_LINK,
                asked.place.clone(),
                format!(
                    "`{key}` is not there in `{}`; the link leads to `{}`",
                    site.config.code(lang),
                    site.config.code(nearest)
                ),
            )
            .hint(format!("translate it: `content/{key}.{}.md`", site.config.code(lang))),
        );
    }
    if let Some(anchor) = anchor {
        check_anchor(site, work, nearest, anchor, asked, found);
    }
    Answer::Work { work, lang: nearest, anchor: anchor.map(str::to_owned) }
}

fn check_anchor(site: &Site, work: WorkId, lang: LangId, anchor: &str, asked: &Ref, found: &mut Found) {
    if site.has_anchor(work, lang, anchor) {
        return;
    }
    let Some(edition) = site.edition(work, lang) else { return };
    let message = format!("`{}` has no anchor `{anchor}`", edition.document.file);
    let problem = Diagnostic::at(&code::BROKEN_ANCHOR, asked.place.clone(), message);
    found.miss(problem, Missed::Anchor(work, lang, anchor.to_owned()));
}

fn to_file(site: &Site, document: &Document, file: &str, anchor: Option<&str>, asked: &Ref, found: &mut Found) -> Answer {
    // A picture may exist in a form of its own for each language: `map.kk.svg` is shown for `map.svg`.
    if asked.kind == RefKind::Image || path::extension(file) != "md" {
        for candidate in localised(file, site.config.code(document.lang)) {
            if let Some(published) = candidate.strip_prefix("content/")
                && matches!(site.routes.get(published), Some(route) if matches!(&route.kind, RouteKind::Asset { .. }))
            {
                return Answer::Path { path: published.into(), title: None, anchor: anchor.map(str::to_owned) };
            }
        }
    }
    if let Some((work, _)) = site.edition_in(file) {
        return to_work(site, work, document.lang, anchor, asked, found);
    }
    // Without a language or the ending: `russia.md`, `russia`, a section's folder.
    let inside = file.strip_prefix("content").unwrap_or(file).trim_start_matches('/');
    let named = EditionName::of(inside, |code| site.config.language(code).is_some());
    let key = match &named {
        Some(name) => name.key.as_str(),
        None if inside.is_empty() => "index",
        None => inside,
    };
    if let Some(work) = site.work_named(key) {
        return to_work(site, work, document.lang, anchor, asked, found);
    }
    if let Some(answer) = generated(site, key, document.lang, anchor, asked, found) {
        return answer;
    }
    let problem = Diagnostic::at(&code::BROKEN_LINK, asked.place.clone(), format!("there is no `{file}`"));
    found.miss(problem, Missed::File { key: key.to_owned(), file: file.to_owned() });
    Answer::Broken
}

/// `content/map.svg`, for a reader of `kk`: first `content/map.kk.svg`, then itself.
fn localised(file: &str, code: &str) -> [String; 2] {
    let own = match file.rfind('.') {
        Some(dot) => format!("{}.{code}{}", &file[..dot], &file[dot..]),
        None => file.to_owned(),
    };
    [own, file.to_owned()]
}

/// What is wrong with the refs of a work; the hints come when all works are through.
#[derive(Default)]
struct Found {
    problems: Vec<Diagnostic>,
    /// The problems that a similar name may explain.
    missed: Vec<(usize, Missed)>,
}

impl Found {
    fn miss(&mut self, problem: Diagnostic, missed: Missed) {
        self.missed.push((self.problems.len(), missed));
        self.problems.push(problem);
    }
}

/// A name that leads nowhere.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Missed {
    Work(String),
    File { key: String, file: String },
    Anchor(WorkId, LangId, String),
}

/// Hints at names like those that were missed, each looked for once.
///
/// A search looks at all names there are; where a folder was renamed, each link into it is broken.
/// So only the first names are searched for, in the order of the works, which no thread changes.
#[derive(Default)]
struct Hints<'a> {
    known: HashMap<Missed, Option<String>>,
    /// By the last part of a key: the first work in reading order that has it.
    last_parts: Option<HashMap<&'a str, &'a str>>,
}

impl<'a> Hints<'a> {
    const MOST: usize = 100;

    fn hint(&mut self, site: &'a Site, missed: Missed) -> Option<String> {
        let similar = match self.known.get(&missed) {
            Some(hint) => hint.clone(),
            None if self.known.len() < Self::MOST => {
                let hint = self.similar(site, &missed);
                self.known.insert(missed.clone(), hint.clone());
                hint
            }
            None => None,
        };
        similar.or_else(|| match missed {
            Missed::Work(_) => Some("a work's key is its path in `content/` without language and `.md`".to_owned()),
            Missed::File { .. } => None,
            Missed::Anchor(work, lang, _) => {
                let known: Vec<_> = site.anchors(work, &site.edition(work, lang)?.document).take(12).collect();
                Some(if known.is_empty() {
                    "the page has no headings".to_owned()
                } else {
                    format!("it has: {}", known.join(", "))
                })
            }
        })
    }

    fn similar(&mut self, site: &'a Site, missed: &Missed) -> Option<String> {
        match missed {
            Missed::Work(key) => self.similar_key(site, key),
            Missed::File { key, file } => self.similar_key(site, key).or_else(|| {
                let assets = site.routes.values().filter_map(|route| match &route.kind {
                    RouteKind::Asset { file } => Some(&**file),
                    _ => None,
                });
                suggest::did_you_mean(file, assets)
            }),
            Missed::Anchor(work, lang, anchor) => {
                suggest::did_you_mean(anchor, site.anchors(*work, &site.edition(*work, *lang)?.document))
            }
        }
    }

    /// A key whose last part is right (`vectors/russia` for `russia`), or that is nearly the same.
    fn similar_key(&mut self, site: &'a Site, key: &str) -> Option<String> {
        let last_parts = self.last_parts.get_or_insert_with(|| {
            let mut parts = HashMap::new();
            for key in site.keys() {
                parts.entry(path::file_name(key)).or_insert(key);
            }
            parts
        });
        let found = last_parts.get(path::file_name(key)).map(|found| format!("did you mean `{found}`?"));
        found.or_else(|| suggest::did_you_mean(key, site.keys()))
    }
}
