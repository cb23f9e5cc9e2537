//! Link targets of every document, and backlinks of every work.
//!
//! Every ref of every document is answered once, in the language of the document that contains it.
//! Refs that cannot be answered become problems with the place of the link.
//!
//! An answer depends on the asking document and on the set of works, editions and files. The
//! message about a broken anchor also depends on the anchors of the target work. If the index has
//! the same works ([`Site::with`]), [`Links::with`] therefore answers again for two groups only:
//! the works that changed, and the works that name an anchor of a work whose anchors changed. This
//! would be wrong if an answer came to depend on anything else of another document.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex};

use rayon::prelude::*;

use crate::base::{Diagnostic, code, path, suggest};
use crate::model::{EditionName, LangId, SegmentId, Unit, key};
use crate::parse::{Document, Ref, RefKind, Target};
use crate::site::route::{RouteKind, SOURCE_ORDER, source_order_path};
use crate::site::{Site, WorkId};
use crate::split::{Address, Split};
use crate::translation::rows::merged_into;

pub mod touched;

/// The target of a ref.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// A page of a work, in the given language.
    Work { work: WorkId, lang: LangId, anchor: Option<String> },
    /// Any other path of the site.
    Path { path: Arc<str>, title: Option<String>, anchor: Option<String> },
    /// An anchor of the asking page itself.
    Anchor(String),
    /// No target: the page shows the link's text without a destination.
    Broken,
}

/// The answers to all refs, and the tables derived from them. A clone shares all large parts.
#[derive(Debug, Default, Clone)]
pub struct Links {
    /// Indexed by work.
    answered: Vec<Arc<Answered>>,
    /// Indexed by work: the works that link to it, in reading order.
    pub backlinks: Vec<Arc<[WorkId]>>,
    /// Indexed by work: the segments of other chapters that touch it, in reading order. Each is a
    /// pair of a work and the position of a cut.
    pub touched_by: Arc<Vec<Vec<(WorkId, usize)>>>,
    /// For each chapter and cut: the segments that stand for the cut, in order. The list is empty
    /// if the chapter has lost the cut.
    segments_of_cuts: HashMap<WorkId, Arc<Vec<Vec<SegmentId>>>>,
    /// The problems with refs, in the order of the works.
    pub problems: Arc<Vec<Diagnostic>>,
    similar: Arc<Similar>,
    /// The number of works whose refs were answered to make this value.
    pub asked: usize,
}

/// The answers to the refs of one work.
#[derive(Debug, PartialEq)]
struct Answered {
    /// Indexed by language; each list is in the order of the document's refs.
    answers: Vec<Box<[Answer]>>,
    found: Found,
}

impl Answered {
    /// Returns the works that this work, `id`, links to, without itself.
    fn targets(&self, id: WorkId) -> BTreeSet<WorkId> {
        let answers = self.answers.iter().flatten();
        answers
            .filter_map(|it| if let Answer::Work { work, .. } = it { Some(*work) } else { None })
            .filter(|&it| it != id)
            .collect()
    }

    fn names_an_anchor_of(&self, id: WorkId) -> bool {
        self.answers.iter().flatten().any(|it| matches!(it, Answer::Work { work, anchor: Some(_), .. } if *work == id))
    }
}

impl Links {
    /// Returns the segments of a chapter that stand for a cut: one for a sentence, several for a
    /// list.
    pub fn segments_of_cut(&self, work: WorkId, cut: usize) -> &[SegmentId] {
        self.segments_of_cuts.get(&work).and_then(|cuts| cuts.get(cut)).map_or(&[], Vec::as_slice)
    }

    /// Returns the answers to the refs of an edition.
    pub fn answers(&self, work: WorkId, lang: LangId) -> &[Answer] {
        &self.answered[work.0 as usize].answers[lang.0]
    }

    /// Returns the works that a work links to.
    pub fn targets(&self, work: WorkId) -> BTreeSet<WorkId> {
        self.answered[work.0 as usize].targets(work)
    }

    /// Returns the links of `site`, an index that [`Site::with`] made from `before` with new
    /// documents for the `changed` works.
    #[must_use]
    pub fn with(&self, before: &Site, site: &Site, changed: &BTreeSet<WorkId>) -> Self {
        let mut links = self.clone();
        let mut again = changed.clone();
        let mut other_anchors = false;
        for &id in changed.iter().filter(|&&id| has_other_anchors(before, site, id)) {
            other_anchors = true;
            let ask = |&&from: &&WorkId| self.answered[from.0 as usize].names_an_anchor_of(id);
            again.extend(self.backlinks[id.0 as usize].iter().filter(ask));
        }
        let other_order = before.order != site.order;
        if other_order {
            for list in &mut links.backlinks {
                let position = |id: &WorkId| site.work(*id).position;
                if !list.is_sorted_by_key(position) {
                    let mut sorted = list.to_vec();
                    sorted.sort_by_key(position);
                    *list = sorted.into();
                }
            }
            links.touched_by = Arc::new(touched_by(site));
            links.similar = Arc::default();
        }
        links.asked = again.len();
        let again: Vec<WorkId> = again.into_iter().collect();
        let answered: Vec<Answered> = again.par_iter().map(|&id| answer_all(site, id)).collect();
        let mut other_problems = false;
        for (id, answered) in again.into_iter().zip(answered) {
            let old = &self.answered[id.0 as usize];
            if **old == answered {
                continue;
            }
            other_problems |= old.found != answered.found;
            let (left, right) = (old.targets(id), answered.targets(id));
            let position = |id: &WorkId| site.work(*id).position;
            for &gone in left.difference(&right) {
                let list = &mut links.backlinks[gone.0 as usize];
                *list = list.iter().copied().filter(|from| *from != id).collect();
            }
            for &new in right.difference(&left) {
                let list = &mut links.backlinks[new.0 as usize];
                let at = list.partition_point(|from| position(from) < position(&id));
                *list = list[..at].iter().copied().chain([id]).chain(list[at..].iter().copied()).collect();
            }
            links.answered[id.0 as usize] = Arc::new(answered);
        }
        for &id in changed {
            if let Some(segments) = segments_of_cuts(site, id) {
                links.segments_of_cuts.insert(id, Arc::new(segments));
            }
        }
        // A hint can name the first of several works, or list the anchors of a page.
        let hinted = || links.answered.iter().any(|answered| !answered.found.missed.is_empty());
        if other_problems || (other_order || other_anchors) && hinted() {
            links.problems = Arc::new(links.problems(site));
        }
        links
    }

    /// Collects the problems with refs, and adds hints to them.
    fn problems(&self, site: &Site) -> Vec<Diagnostic> {
        let mut hints = Hints { known: HashMap::new(), similar: &self.similar };
        let mut problems = Vec::new();
        for answered in &self.answered {
            let first = problems.len();
            problems.extend(answered.found.problems.iter().cloned());
            for (problem, missed) in &answered.found.missed {
                if let Some(hint) = hints.hint(site, missed.clone()) {
                    problems[first + problem].push_hint(hint);
                }
            }
        }
        problems
    }
}

/// Answers all refs of the site.
pub fn link(site: &Site) -> Links {
    let ids: Vec<WorkId> = (0..site.works.len() as u32).map(WorkId).collect();
    let answered: Vec<Arc<Answered>> = ids.par_iter().map(|&id| Arc::new(answer_all(site, id))).collect();
    let mut backlinks: Vec<Vec<WorkId>> = vec![Vec::new(); site.works.len()];
    let mut of_cuts = HashMap::new();
    // Works are visited in reading order, so each list comes out in reading order.
    for &id in site.order.iter() {
        for work in answered[id.0 as usize].targets(id) {
            backlinks[work.0 as usize].push(id);
        }
        if let Some(segments) = segments_of_cuts(site, id) {
            of_cuts.insert(id, Arc::new(segments));
        }
    }
    let mut links = Links {
        asked: answered.len(),
        answered,
        backlinks: backlinks.into_iter().map(Arc::from).collect(),
        touched_by: Arc::new(touched_by(site)),
        segments_of_cuts: of_cuts,
        problems: Arc::default(),
        similar: Arc::default(),
    };
    links.problems = Arc::new(links.problems(site));
    links
}

fn answer_all(site: &Site, id: WorkId) -> Answered {
    let mut found = Found::default();
    let of_edition = |edition: &Option<crate::site::Edition>, found: &mut Found| match edition {
        Some(edition) => edition.document.refs.iter().map(|it| answer(site, id, &edition.document, it, found)).collect(),
        None => Box::default(),
    };
    let answers = site.work(id).editions.iter().map(|edition| of_edition(edition, &mut found)).collect();
    Answered { answers, found }
}

/// Returns true if the edit changed the work's anchors, or facts that messages about its anchors
/// state. Links to it must then be resolved again.
fn has_other_anchors(before: &Site, after: &Site, id: WorkId) -> bool {
    let same = |lang: LangId| match (before.edition(id, lang), after.edition(id, lang)) {
        (Some(a), Some(b)) => {
            let (a, b) = (&a.document, &b.document);
            // Messages name removed sentences and the sentences that they were merged into.
            let same_lock = a.lock.as_ref().map(Arc::as_ptr) == b.lock.as_ref().map(Arc::as_ptr);
            let aliases = |site: &Site, document: &Document| -> Vec<String> {
                let headings = 0..document.headings.len();
                headings.flat_map(|index| site.aliases(id, document, index).map(str::to_owned).collect::<Vec<_>>()).collect()
            };
            before.anchors(id, a).eq(after.anchors(id, b))
                && same_lock
                && a.gone == b.gone
                && aliases(before, a) == aliases(after, b)
                && a.segments.iter().map(|segment| segment.id).eq(b.segments.iter().map(|segment| segment.id))
                && a.notes.iter().map(|note| &note.id).eq(b.notes.iter().map(|note| &note.id))
        }
        _ => true,
    };
    !after.config.lang_ids().all(same)
}

/// Returns, for each cut of the work's chapter, the segments that stand for it. Returns `None` if
/// the work is no chapter.
fn segments_of_cuts(site: &Site, id: WorkId) -> Option<Vec<Vec<SegmentId>>> {
    let (split, chapter) = site.chapter(id)?;
    let mut segments = vec![Vec::new(); chapter.cuts.len()];
    let edition = site.config.language(&split.language).and_then(|lang| site.edition(id, lang));
    for segment in edition.iter().flat_map(|edition| &edition.document.segments) {
        if let Some(of_cut) = segment.cut.and_then(|cut| segments.get_mut(cut as usize)) {
            of_cut.push(segment.id);
        }
    }
    Some(segments)
}

fn touched_by(site: &Site) -> Vec<Vec<(WorkId, usize)>> {
    let mut touched_by = vec![Vec::new(); site.works.len()];
    for &id in site.order.iter() {
        let Some((_, chapter)) = site.chapter(id) else { continue };
        for (index, cut) in chapter.cuts.iter().enumerate() {
            let touched = cut.touches.iter().filter_map(|key| site.work_named(key.as_str()));
            for touched in touched.filter(|&touched| touched != id) {
                touched_by[touched.0 as usize].push((id, index));
            }
        }
    }
    touched_by
}

fn answer(site: &Site, from: WorkId, document: &Document, asked: &Ref, found: &mut Found) -> Answer {
    match &asked.target {
        Target::Anchor(anchor) => {
            check_anchor(site, from, document.lang, anchor, asked, found);
            Answer::Anchor(anchor.clone())
        }
        Target::Outside(url) => {
            found.problems.push(
                Diagnostic::at(&code::BROKEN_LINK, asked.place.clone(), format!("the link `{url}` leads out of `content/`"))
                    .hint("link to a page or file in `content/`, or to a URL that begins with `https://`"),
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
                    let problem = Diagnostic::at(&code::BROKEN_LINK, asked.place.clone(), key::unknown(key.as_str()));
                    found.miss(problem, Missed::Work(key.to_string()));
                    Answer::Broken
                }
            }
        }
        Target::File { path, anchor } => to_file(site, document, path, anchor.as_deref(), asked, found),
    }
}

/// Finds a work by its key or, failing that, by its path relative to the document's folder. A page
/// in the folder of `china` can thus link to it with `[[china]]`.
fn work_by_loose_key(site: &Site, document: &Document, key: &str) -> Option<WorkId> {
    let key = key.trim_end_matches(".md");
    site.work_named(key).or_else(|| {
        let folder = path::folder(document.file.strip_prefix("content/").unwrap_or(&document.file));
        site.work_named(&path::resolve(&format!("{folder}/x"), key)?)
    })
}

/// Answers a ref to a reserved key: the key of a page that the program itself generates.
fn generated(site: &Site, key: &str, lang: LangId, anchor: Option<&str>, asked: &Ref, found: &mut Found) -> Option<Answer> {
    let split = site.splits.first().filter(|_| key == SOURCE_ORDER && site.work_named(key).is_none())?;
    if let Some(anchor) = anchor.filter(|&anchor| !anchor.is_empty() && anchor != "top" && !has_segment(split, anchor)) {
        let message = format!("the source text has no sentence or heading `{anchor}`");
        let problem = Diagnostic::at(&code::BROKEN_ANCHOR, asked.place.clone(), message);
        let last = split
            .segments
            .last()
            .map(|last| format!("write the line and the number in the line, from `L1.1` to `{}`", last.address));
        found.problems.push(problem.maybe_hint(last));
    }
    let language = &site.languages[lang.0];
    let title = language.pack.strings.get("source_order").cloned();
    Some(Answer::Path { path: source_order_path(&language.code, 0).into(), title, anchor: anchor.map(str::to_owned) })
}

/// Returns true if the source text has a segment with the address `written`, such as `L3.2`.
fn has_segment(split: &Split, written: &str) -> bool {
    let Ok(address) = written.parse::<Address>() else { return false };
    // `L03.2` parses as `L3.2`, but no page has an anchor of that form.
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
                match site.page(work, lang) {
                    Some(_) => format!(
                        "the page `{key}` does not exist in `{}`; the link leads to a page that shows its text in `{}`",
                        site.config.code(lang),
                        site.config.code(nearest)
                    ),
                    None => format!(
                        "the page `{key}` does not exist in `{}`; the link leads to the page in `{}`",
                        site.config.code(lang),
                        site.config.code(nearest)
                    ),
                },
            )
            .hint(format!("translate the page: `content/{key}.{}.md`", site.config.code(lang))),
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
    let problem = |message: String| Diagnostic::at(&code::BROKEN_ANCHOR, asked.place.clone(), message);
    let file = &edition.document.file;
    let source = &site.source_edition(work).1.document;
    if let Some(gone) = gone(source, anchor) {
        let what = if SegmentId::parse(anchor).is_some() { "sentence" } else { "heading" };
        found.problems.push(problem(format!("the {what} `{anchor}` of `{file}` was deleted")).hint(match gone {
            Some(into) => format!("link to `#{into}`: its text was merged into the sentence `{into}`"),
            None => "link to another place, or remove the link".to_owned(),
        }));
        return;
    }
    let is_sentence = SegmentId::parse(anchor).is_some_and(|id| source.segment_with_id(id).is_some());
    if is_sentence && source.lang != lang {
        let message = format!("the sentence `{anchor}` is not translated in `{file}`");
        found.problems.push(problem(message).hint(format!("translate the sentence, or link to its source in `{}`", source.file)));
        return;
    }
    found.miss(problem(format!("`{file}` has no anchor `{anchor}`")), Missed::Anchor(work, lang, anchor.to_owned()));
}

/// Returns `Some` if an anchor existed and was removed. The value inside is the sentence into which
/// the anchor's own sentence was merged, if any.
fn gone(source: &Document, anchor: &str) -> Option<Option<SegmentId>> {
    if let Some(id) = SegmentId::parse(anchor) {
        let now = source.gone.iter().any(|(gone, _)| *gone == id);
        let is_gone = now || source.lock.as_ref()?.segment(id)?.gone.is_some();
        return (is_gone && source.segment_with_id(id).is_none()).then(|| merged_into(source, id));
    }
    let now = source.gone.iter().map(|(id, gone)| (*id, gone));
    let before = source.lock.iter().flat_map(|lock| lock.stanzas()).filter_map(|stanza| match stanza.unit {
        Unit::Segment(id) => Some((id, stanza.gone.as_ref()?)),
        Unit::Title | Unit::Description => None,
    });
    let (id, _) = now.chain(before).find(|(_, gone)| gone.anchors.iter().any(|known| **known == *anchor))?;
    Some(merged_into(source, id))
}

fn to_file(site: &Site, document: &Document, file: &str, anchor: Option<&str>, asked: &Ref, found: &mut Found) -> Answer {
    // A picture can have a version for each language: `map.kk.svg` is shown for `map.svg`.
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
    // The path may lack the language or the extension, or name a folder: `russia.md`, `russia`.
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
    let problem = Diagnostic::at(&code::BROKEN_LINK, asked.place.clone(), format!("there is no page or file `{file}`"));
    found.miss(problem, Missed::File { key: key.to_owned(), file: file.to_owned() });
    Answer::Broken
}

/// Returns the file names to try for `content/map.svg` and a reader of `kk`: first
/// `content/map.kk.svg`, then `content/map.svg`.
fn localised(file: &str, code: &str) -> [String; 2] {
    let own = match file.rfind('.') {
        Some(dot) => format!("{}.{code}{}", &file[..dot], &file[dot..]),
        None => file.to_owned(),
    };
    [own, file.to_owned()]
}

/// The problems with the refs of one work. Hints are added after all works are answered.
#[derive(Debug, Default, PartialEq)]
struct Found {
    problems: Vec<Diagnostic>,
    /// Indexes of the problems that may get a hint with a similar name, each with the name.
    missed: Vec<(usize, Missed)>,
}

impl Found {
    fn miss(&mut self, problem: Diagnostic, missed: Missed) {
        self.missed.push((self.problems.len(), missed));
        self.problems.push(problem);
    }
}

/// A name that no work, file or anchor has.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Missed {
    Work(String),
    File { key: String, file: String },
    Anchor(WorkId, LangId, String),
}

/// Cache of hints with similar names; each missed name is searched for once.
///
/// A search compares all existing names. If a folder was renamed, every link into it is broken. So
/// only the first [`Hints::MOST`] names are searched for. They are taken in the order of the works,
/// which is the same on any number of threads.
struct Hints<'a> {
    known: HashMap<Missed, Option<String>>,
    similar: &'a Similar,
}

/// Cached results of searches for similar names. They are valid as long as the works, the files and
/// the reading order are the same. Anchors are not cached, because they belong to one document.
type Similar = Mutex<HashMap<Missed, Option<String>>>;

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
            Missed::Work(_) => Some(key::HINT.to_owned()),
            Missed::File { .. } => None,
            Missed::Anchor(work, lang, anchor) if SegmentId::parse(&anchor).is_some() => {
                let last = site.edition(work, lang)?.document.segments.last()?;
                Some(format!(
                    "write the number of the block and of the sentence in the block; the last address of the page is `{}`",
                    last.id
                ))
            }
            Missed::Anchor(work, lang, _) => {
                let known: Vec<_> = site.anchors(work, &site.edition(work, lang)?.document).take(12).collect();
                Some(if known.is_empty() {
                    "remove the anchor from the link: the page has no headings".to_owned()
                } else {
                    format!("use one of the anchors of the page: {}", known.join(", "))
                })
            }
        })
    }

    fn similar(&mut self, site: &'a Site, missed: &Missed) -> Option<String> {
        let similar = || self.similar.lock().expect("nothing panics while it holds this lock");
        let of_anchor = matches!(missed, Missed::Anchor(..));
        if let Some(known) = (!of_anchor).then(|| similar().get(missed).cloned()).flatten() {
            return known;
        }
        let found = self.search(site, missed);
        if !of_anchor {
            let mut similar = self.similar.lock().expect("nothing panics while it holds this lock");
            similar.insert(missed.clone(), found.clone());
        }
        found
    }

    fn search(&mut self, site: &'a Site, missed: &Missed) -> Option<String> {
        match missed {
            Missed::Work(key) => similar_key(site, key),
            Missed::File { key, file } => similar_key(site, key).or_else(|| {
                let assets = site.routes.values().filter_map(|route| match &route.kind {
                    RouteKind::Asset { file } => Some(&**file),
                    _ => None,
                });
                suggest::did_you_mean(file, assets)
            }),
            Missed::Anchor(work, lang, anchor) if SegmentId::parse(anchor).is_some() => {
                similar_id(&site.edition(*work, *lang)?.document, SegmentId::parse(anchor)?)
            }
            Missed::Anchor(work, lang, anchor) => {
                suggest::did_you_mean(anchor, site.anchors(*work, &site.edition(*work, *lang)?.document))
            }
        }
    }
}

/// Suggests an existing key for an unknown one: a key with the same last part (`vectors/russia` for
/// `china/russia`), or else one with nearly the same letters.
pub fn similar_key(site: &Site, key: &str) -> Option<String> {
    let has_last_part = |known: &&str| path::file_name(known) == path::file_name(key);
    site.keys()
        .find(has_last_part)
        .map(|found| format!("did you mean `{found}`?"))
        .or_else(|| suggest::did_you_mean(key, site.keys()))
}

/// Suggests the existing sentence that is nearest to the unknown id `wanted`. In the same block,
/// that is the sentence with the nearest number, and ids of the same language are preferred. If the
/// block has no sentence, it is the id with the most similar spelling.
pub fn similar_id(document: &Document, wanted: SegmentId) -> Option<String> {
    let of_block = document.segments.iter().map(|segment| segment.id).filter(|id| id.block == wanted.block);
    if let Some(id) = of_block.min_by_key(|id| (id.only != wanted.only, id.sentence.number.abs_diff(wanted.sentence.number))) {
        return Some(format!("did you mean `{id}`?"));
    }
    let ids: Vec<String> = document.segments.iter().map(|segment| segment.id.to_string()).collect();
    suggest::did_you_mean(&wanted.to_string(), ids.iter().map(String::as_str))
}
