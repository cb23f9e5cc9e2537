//! Link targets of every document, and backlinks of every work.
//!
//! Every ref of every document is resolved once, in the language of the document that contains it.
//! Refs without a target become problems with the place of the link.
//!
//! [`Links::new`] runs as a whole for every snapshot. It resolves the refs of a work again only if
//! one of these differs from the previous snapshot:
//! * the documents of the work
//! * the names of works, editions and files ([`crate::site::Names`])
//! * the documents of a work to whose anchors it links, or whose sentences it quotes
//!
//! Resolution reaches the site only through `lookup`, which notes these dependencies.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex};

use rayon::prelude::*;

use crate::base::{Code, Diagnostic, IndexRange, code, path, suggest};
use crate::model::{Config, EditionName, Key, LangId, SegmentId, SegmentIndex, key};
use crate::parse::{Document, Ref, RefKind, Target};
use crate::site::route::{RouteKind, SOURCE_ORDER, TERMS, source_order_path, term_path};
use crate::site::{Site, WorkId};
use crate::split::{Address, Split};
use crate::translation::rows::{all_gone, merged_into};

mod lookup;
mod note;
mod quotation;

use lookup::Lookup;
use quotation::Quotation;

pub use note::{NoteProblem, note_targets, resolve_note};

/// The target of a ref.
#[derive(Debug, Clone, PartialEq)]
pub enum ResolvedLink {
    /// A page of a work, in the given language.
    Work { work: WorkId, lang: LangId, anchor: Option<String> },
    /// Any other path of the site.
    Path { path: Arc<str>, title: Option<String>, anchor: Option<String> },
    /// An anchor of the page that contains the link.
    Anchor(String),
    /// Sentences of an edition, which the page shows.
    Quotation { work: WorkId, lang: LangId, lines: IndexRange<SegmentIndex> },
    /// No target: the page shows the link's text without a destination.
    Broken,
}

/// The resolved links of all works, and the tables derived from them. A clone shares all large
/// parts.
#[derive(Debug, Default, Clone)]
pub struct Links {
    /// Indexed by work.
    works: Vec<Arc<ResolvedWork>>,
    backlinks: Arc<Backlinks>,
    /// Indexed by work: the segments of other chapters that are also about this chapter, by the key
    /// `touches` of the plan. Each is a work and the position of a cut in it, in reading order.
    pub touched_by: Arc<Vec<Vec<(WorkId, usize)>>>,
    /// The problems with refs: a list for each work that has some, in the order of the works.
    pub problems: BTreeMap<WorkId, Arc<[Diagnostic]>>,
    similar: Arc<Similar>,
    /// The number of works whose refs were resolved to make this value.
    pub resolved: usize,
}

/// The resolved links of one work.
#[derive(Debug)]
struct ResolvedWork {
    /// Indexed by language; each list is in the order of the document's refs.
    links: Vec<Box<[ResolvedLink]>>,
    /// The works that this work links to, without itself.
    targets: BTreeSet<WorkId>,
    /// The works whose sentences this work quotes, without itself.
    quoted: BTreeSet<WorkId>,
    quotations: Vec<Quotation>,
    /// The works whose documents decided about a link.
    read: Box<[WorkId]>,
    diagnostics: LinkDiagnostics,
    /// If the work is a chapter: the segments that were made from each cut, in order. A list is
    /// empty if the chapter's file lacks the cut.
    segments_of_cuts: Vec<Vec<SegmentId>>,
}

/// For each work the works that link to it, in reading order.
///
/// All lists are stored one after the other. Example: works 1 and 2 link to work 0, and work 0
/// links to work 2.
///
/// ```text
/// from    [1, 2, 0]
/// ends    [2, 2, 3]    the lists are from[0..2], from[2..2] and from[2..3]
/// ```
#[derive(Debug, Default, PartialEq)]
struct Backlinks {
    /// For each work, the end of its list in `from`. The list begins at the end of the one before.
    ends: Vec<u32>,
    from: Vec<WorkId>,
}

impl Backlinks {
    fn new(site: &Site, works: &[Arc<ResolvedWork>]) -> Self {
        let targets = || works.iter().flat_map(|work| &work.targets);
        let mut starts = vec![0_u32; works.len() + 1];
        targets().for_each(|target| starts[target.0 as usize + 1] += 1);
        for work in 0..works.len() {
            starts[work + 1] += starts[work];
        }
        let mut from = vec![WorkId(0); starts[works.len()] as usize];
        // Works are visited in reading order, so each list comes out in reading order.
        for &id in site.order.iter() {
            for target in &works[id.0 as usize].targets {
                let next = &mut starts[target.0 as usize];
                from[*next as usize] = id;
                *next += 1;
            }
        }
        // Each start has moved to the end of its list.
        starts.pop();
        Self { ends: starts, from }
    }

    fn of(&self, work: WorkId) -> &[WorkId] {
        let at = work.0 as usize;
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.from[start as usize..self.ends[at] as usize]
    }
}

impl Links {
    /// Resolves all refs of a site. Results of the `previous` site that are still valid are shared.
    pub fn new(site: &Site, previous: Option<(&Site, &Self)>) -> Self {
        let ids: Vec<WorkId> = (0..site.works.len() as u32).map(WorkId).collect();
        let known = previous.filter(|(before, _)| Arc::ptr_eq(&before.names, &site.names));
        let valid = |id: WorkId| {
            let (before, links) = known?;
            let resolved = &links.works[id.0 as usize];
            let same = |&id: &WorkId| site.has_documents_of(before, id, id);
            (same(&id) && resolved.read.iter().all(same)).then(|| Arc::clone(resolved))
        };
        let works: Vec<(Arc<ResolvedWork>, bool)> = ids
            .par_iter()
            .map(|&id| match valid(id) {
                Some(resolved) => (resolved, false),
                None => (Arc::new(ResolvedWork::new(site, id)), true),
            })
            .collect();
        let resolved = works.iter().filter(|(_, is_new)| *is_new).count();
        let works: Vec<Arc<ResolvedWork>> = works.into_iter().map(|(work, _)| work).collect();
        let same_order = known.filter(|(before, _)| Arc::ptr_eq(&before.order, &site.order) || before.order == site.order);
        let same_targets = |links: &Self| {
            resolved == 0 || works.iter().zip(&links.works).all(|(a, b)| Arc::ptr_eq(a, b) || a.targets == b.targets)
        };
        let backlinks = match same_order {
            Some((_, links)) if same_targets(links) => Arc::clone(&links.backlinks),
            _ => Arc::new(Backlinks::new(site, &works)),
        };
        let (touched_by, similar) = match same_order {
            Some((_, links)) => (Arc::clone(&links.touched_by), Arc::clone(&links.similar)),
            None => (Arc::new(touched_by(site)), Arc::default()),
        };
        let before = known.map(|(_, links)| &links.problems);
        let circles = quotation::circles(site, works.iter().flat_map(|work| &work.quotations));
        let problems = problems(site, &works, circles, &similar, before);
        Self { works, backlinks, touched_by, problems, similar, resolved }
    }

    /// Returns the segments of a chapter that were made from a cut: one for a sentence, several for
    /// a list.
    pub fn segments_of_cut(&self, work: WorkId, cut: usize) -> &[SegmentId] {
        self.works[work.0 as usize].segments_of_cuts.get(cut).map_or(&[], Vec::as_slice)
    }

    /// Returns the resolved links of an edition, in the order of its refs.
    pub fn resolved(&self, work: WorkId, lang: LangId) -> &[ResolvedLink] {
        &self.works[work.0 as usize].links[lang.0]
    }

    /// Returns the works that a work links to.
    pub fn targets(&self, work: WorkId) -> &BTreeSet<WorkId> {
        &self.works[work.0 as usize].targets
    }

    /// Returns the works whose sentences are shown on the pages of a work: those that it quotes,
    /// and those that their sentences quote.
    pub fn quoted(&self, work: WorkId) -> BTreeSet<WorkId> {
        let of = |work: WorkId| &self.works[work.0 as usize].quoted;
        let mut all: BTreeSet<WorkId> = of(work).iter().flat_map(|&quoted| of(quoted)).copied().collect();
        all.extend(of(work));
        all.remove(&work);
        all
    }

    /// Returns the works that link to a work, in reading order.
    pub fn backlinks(&self, work: WorkId) -> &[WorkId] {
        self.backlinks.of(work)
    }
}

/// Resolves a ref of a file as if the file were an edition in a language. Its problems are dropped.
pub fn resolve(site: &Site, file: &str, lang: LangId, item: &Ref) -> ResolvedLink {
    let mut resolver = Resolver { lookup: Lookup::new(site), work: site.home(), problems: Vec::new(), missed: Vec::new() };
    resolver.resolve(file, lang, item)
}

/// Collects the problems with refs, and adds hints to them. Lists that equal those of `before` are
/// shared.
fn problems(
    site: &Site,
    works: &[Arc<ResolvedWork>],
    mut circles: BTreeMap<WorkId, Vec<Diagnostic>>,
    similar: &Similar,
    before: Option<&BTreeMap<WorkId, Arc<[Diagnostic]>>>,
) -> BTreeMap<WorkId, Arc<[Diagnostic]>> {
    let mut hints = Hints { known: HashMap::new(), similar };
    let all = (0..).map(WorkId).zip(works);
    let hinted = all.filter_map(|(id, work)| {
        let LinkDiagnostics { problems, missed } = &work.diagnostics;
        let circles = circles.remove(&id).unwrap_or_default();
        if missed.is_empty() && circles.is_empty() {
            return (!problems.is_empty()).then(|| (id, Arc::clone(problems)));
        }
        let mut problems = problems.to_vec();
        for (problem, missed) in missed {
            let problem = &mut problems[*problem];
            match hints.hint(site, missed.clone()) {
                Some(Hint::Similar(hint)) => problem.push_hint(hint),
                Some(Hint::SameName(name)) => {
                    let message =
                        format!("{}; only file systems that ignore case or variants of letters find it", problem.message);
                    let place = problem.place.clone().expect("a link has a place");
                    *problem = Diagnostic::at(&code::PATH_CASE, place, message).hint(format!("write `{name}`"));
                }
                None => {}
            }
        }
        problems.extend(circles);
        // A hint depends on other works and on anchors, so it is computed each time.
        let same = before.and_then(|before| before.get(&id)).filter(|before| ***before == *problems);
        Some((id, same.map_or_else(|| problems.into(), Arc::clone)))
    });
    hinted.collect()
}

impl ResolvedWork {
    fn new(site: &Site, id: WorkId) -> Self {
        let mut resolver = Resolver { lookup: Lookup::new(site), work: id, problems: Vec::new(), missed: Vec::new() };
        let mut of_edition = |edition: &Option<crate::site::Edition>| match edition {
            Some(edition) => edition
                .document
                .refs
                .iter()
                .map(|item| resolver.resolve(&edition.document.file, edition.document.lang, item))
                .collect(),
            None => Box::default(),
        };
        let links: Vec<Box<[ResolvedLink]>> = site.work(id).editions.iter().map(&mut of_edition).collect();
        let target = |link: &ResolvedLink| match link {
            ResolvedLink::Work { work, .. } | ResolvedLink::Quotation { work, .. } => Some(*work),
            _ => None,
        };
        let targets = links.iter().flatten().filter_map(target).filter(|&target| target != id).collect();
        let quoted = |link: &ResolvedLink| if let ResolvedLink::Quotation { work, .. } = link { Some(*work) } else { None };
        let quoted = links.iter().flatten().filter_map(quoted).filter(|&quoted| quoted != id).collect();
        let editions = site.work(id).editions.iter().zip(&links);
        let quotations = editions.flat_map(|(edition, links)| {
            edition.iter().flat_map(|edition| quotation::quotations(id, &edition.document, links)).collect::<Vec<_>>()
        });
        let quotations = quotations.collect();
        let Resolver { lookup, problems, missed, .. } = resolver;
        let diagnostics = LinkDiagnostics { problems: problems.into(), missed };
        let segments_of_cuts = segments_of_cuts(site, id);
        Self { links, targets, quoted, quotations, read: lookup.into_read(), diagnostics, segments_of_cuts }
    }
}

/// Returns, for each cut of the work's chapter, the segments that were made from it. The list is
/// empty if the work is no chapter.
fn segments_of_cuts(site: &Site, id: WorkId) -> Vec<Vec<SegmentId>> {
    let Some((split, chapter)) = site.chapter(id) else { return Vec::new() };
    let mut segments = vec![Vec::new(); chapter.cuts.len()];
    let edition = site.config.language(&split.language).and_then(|lang| site.edition(id, lang));
    for segment in edition.iter().flat_map(|edition| &edition.document.segments) {
        if let Some(of_cut) = segment.cut.and_then(|cut| segments.get_mut(cut as usize)) {
            of_cut.push(segment.id);
        }
    }
    segments
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

/// Resolves the refs of one work.
struct Resolver<'a> {
    lookup: Lookup<'a>,
    work: WorkId,
    problems: Vec<Diagnostic>,
    /// Indexes of the problems that may get a hint with a similar name, each with the name.
    missed: Vec<(usize, Missed)>,
}

/// A ref, with the data of its document that decide about its target.
#[derive(Clone, Copy)]
struct RefContext<'a> {
    item: &'a Ref,
    /// The document that contains the ref, and its language.
    file: &'a str,
    lang: LangId,
    anchor: Option<&'a str>,
}

impl RefContext<'_> {
    fn problem(&self, code: &'static Code, message: String) -> Diagnostic {
        Diagnostic::at(code, self.item.place.clone(), message)
    }

    fn anchor(&self) -> Option<String> {
        self.anchor.map(str::to_owned)
    }
}

impl Resolver<'_> {
    fn resolve(&mut self, file: &str, lang: LangId, item: &Ref) -> ResolvedLink {
        if item.kind == RefKind::Quotation {
            return self.quotation(file, lang, item);
        }
        match &item.target {
            Target::Anchor(anchor) => {
                self.check_anchor(self.work, lang, anchor, item);
                ResolvedLink::Anchor(anchor.clone())
            }
            Target::Own(rest) => {
                self.check_language(rest, RefContext { item, file, lang, anchor: None });
                ResolvedLink::Path { path: rest.as_str().into(), title: None, anchor: None }
            }
            Target::Outside(url) => {
                self.problems.push(
                    Diagnostic::at(&code::BROKEN_LINK, item.place.clone(), format!("the link `{url}` leads out of `content/`"))
                        .hint("link to a page or file in `content/`, or to a URL that begins with `https://`"),
                );
                ResolvedLink::Broken
            }
            Target::Work { key, anchor } => {
                let context = RefContext { item, file, lang, anchor: anchor.as_deref() };
                if let Some(link) = self.link_to_source_order(key.as_str(), context) {
                    return link;
                }
                if let Some(work) = self.lookup.names.linked_work(file, key.as_str()) {
                    return self.link_to_work(work, context);
                }
                self.link_to_term(context).unwrap_or_else(|| {
                    self.unknown_work(key.as_str(), context);
                    ResolvedLink::Broken
                })
            }
            Target::File { path, anchor } => self.link_to_file(path, RefContext { item, file, lang, anchor: anchor.as_deref() }),
        }
    }

    /// Reports a URL of the site itself that leads to a page in another language, although the page
    /// exists in the language of the link. `rest` is the URL without that of the site.
    fn check_language(&mut self, rest: &str, context: RefContext<'_>) {
        let names = self.lookup.names;
        let path = rest.split(['#', '?']).next().unwrap_or_default();
        let path = path::from_url(path).unwrap_or_else(|| path.to_owned());
        let (code, key) = path.split_once('/').unwrap_or((&path, ""));
        let key = key.strip_suffix("index.html").unwrap_or(key).trim_end_matches('/');
        let key = if key.is_empty() { Key::HOME } else { key };
        let is_other = names.config.language(code).is_some_and(|lang| lang != context.lang);
        let has_own = |work: &WorkId| names.work(*work).files[context.lang.0].is_some();
        if is_other && names.work_named(key).as_ref().is_some_and(has_own) {
            let own = names.config.code(context.lang);
            let message = format!("the link leads to the page `{key}` in `{code}`, although the page exists in `{own}`");
            let hint = format!("link to `[[{key}]]`, which leads to the page in `{own}`");
            self.problems.push(context.problem(&code::LEAVES_LANGUAGE, message).hint(hint));
        }
    }

    fn miss(&mut self, problem: Diagnostic, missed: Missed) {
        self.missed.push((self.problems.len(), missed));
        self.problems.push(problem);
    }

    /// Resolves a ref to the page of a term.
    fn link_to_term(&self, context: RefContext<'_>) -> Option<ResolvedLink> {
        let names = self.lookup.names;
        let term = names.terms.term(names.linked_term(context.file, &context.item.target)?);
        let path = term_path(names.config.code(context.lang), &term.key).into();
        Some(ResolvedLink::Path { path, title: Some(term.shown(context.lang).to_owned()), anchor: context.anchor() })
    }

    /// Resolves a ref to the reserved key of the page that shows a source text in its own order.
    fn link_to_source_order(&mut self, key: &str, context: RefContext<'_>) -> Option<ResolvedLink> {
        let names = self.lookup.names;
        let split = names.splits.first().filter(|_| key == SOURCE_ORDER && names.work_named(key).is_none())?;
        let is_wrong = |&anchor: &&str| !anchor.is_empty() && anchor != "top" && !has_segment(split, anchor);
        if let Some(anchor) = context.anchor.filter(is_wrong) {
            let problem = context.problem(&code::BROKEN_ANCHOR, format!("the source text has no sentence or heading `{anchor}`"));
            let last = split
                .segments
                .last()
                .map(|last| format!("write the line and the number in the line, from `L1.1` to `{}`", last.address));
            self.problems.push(problem.maybe_hint(last));
        }
        let language = &names.languages[context.lang.0];
        let title = language.pack.strings.get("source_order").cloned();
        Some(ResolvedLink::Path { path: source_order_path(&language.code, 0).into(), title, anchor: context.anchor() })
    }

    fn link_to_work(&mut self, work: WorkId, context: RefContext<'_>) -> ResolvedLink {
        let names = self.lookup.names;
        if context.item.kind == RefKind::Image {
            let key = &names.work(work).key;
            let problem = context.problem(&code::BROKEN_LINK, format!("the picture leads to the page `{key}`"));
            let hint = format!("name a picture, or link to the page: `[[{key}]]`; a quotation cannot be inside a link");
            self.problems.push(problem.hint(hint));
            return ResolvedLink::Broken;
        }
        let nearest = names.nearest_language(work, context.lang);
        if nearest != context.lang {
            self.problems.push(self.other_language(work, nearest, context));
        }
        if let Some(anchor) = context.anchor {
            self.check_anchor(work, nearest, anchor, context.item);
        }
        ResolvedLink::Work { work, lang: nearest, anchor: context.anchor() }
    }

    /// Returns the problem of a ref to a page that does not exist in the language of the ref.
    fn other_language(&self, work: WorkId, nearest: LangId, context: RefContext<'_>) -> Diagnostic {
        let names = self.lookup.names;
        let key = &names.work(work).key;
        let (code, other) = (names.config.code(context.lang), names.config.code(nearest));
        let message = if context.item.kind == RefKind::Quotation {
            format!("the page `{key}` does not exist in `{code}`; the quotation is in `{other}`")
        } else if names.work(work).fallbacks[context.lang.0] {
            format!("the page `{key}` does not exist in `{code}`; the link leads to a page that shows its text in `{other}`")
        } else {
            format!("the page `{key}` does not exist in `{code}`; the link leads to the page in `{other}`")
        };
        let hint = format!("translate the page: `content/{key}.{code}.md`");
        context.problem(&code::OTHER_LANGUAGE_LINK, message).hint(hint)
    }

    fn check_anchor(&mut self, work: WorkId, lang: LangId, anchor: &str, item: &Ref) {
        if self.lookup.has_anchor(work, lang, anchor) {
            return;
        }
        let Some(file) = &self.lookup.names.work(work).files[lang.0] else { return };
        let problem = |message: String| Diagnostic::at(&code::BROKEN_ANCHOR, item.place.clone(), message);
        let source = self.lookup.source_document(work);
        if let Some(gone) = gone(source, anchor) {
            let kind = if SegmentId::parse(anchor).is_some() { "sentence" } else { "heading" };
            let is_quotation = item.kind == RefKind::Quotation;
            self.problems.push(problem(format!("the {kind} `{anchor}` of `{file}` was deleted")).hint(match gone {
                Some(into) if is_quotation => format!("quote `#{into}`: its text was merged into the sentence `{into}`"),
                Some(into) => format!("link to `#{into}`: its text was merged into the sentence `{into}`"),
                None if is_quotation => "quote another sentence, or remove the quotation".to_owned(),
                None => "link to another place, or remove the link".to_owned(),
            }));
            return;
        }
        let is_sentence = SegmentId::parse(anchor).is_some_and(|id| source.segment_with_id(id).is_some());
        if is_sentence && source.lang != lang {
            let message = format!("the sentence `{anchor}` is not translated in `{file}`");
            self.problems
                .push(problem(message).hint(format!("translate the sentence, or link to its source in `{}`", source.file)));
            return;
        }
        self.miss(problem(format!("`{file}` has no anchor `{anchor}`")), Missed::Anchor(work, lang, anchor.to_owned()));
    }

    fn link_to_file(&mut self, file: &str, context: RefContext<'_>) -> ResolvedLink {
        let names = self.lookup.names;
        // A picture can have a version for each language: `map.kk.svg` is shown for `map.svg`.
        if context.item.kind == RefKind::Image || path::extension(file) != "md" {
            for candidate in localised(file, names.config.code(context.lang)) {
                if let Some(published) = candidate.strip_prefix("content/").and_then(|path| names.assets.get(path)) {
                    if let Some((own, general)) = own_version(file, &names.config, context.lang)
                        && names.assets.contains(own.strip_prefix("content/").unwrap_or(&own))
                    {
                        let message = format!("the link leads to `{file}`, although the file `{own}` exists");
                        let problem = context.problem(&code::LEAVES_LANGUAGE, message);
                        let hint = format!("link to `{general}`; each page then gets the file in its own language");
                        self.problems.push(problem.hint(hint));
                    }
                    return ResolvedLink::Path { path: Arc::clone(published), title: None, anchor: context.anchor() };
                }
            }
        }
        if let Some((work, _)) = names.edition_in(file) {
            return self.link_to_work(work, context);
        }
        // The path may lack the language or the extension, or name a folder: `russia.md`, `russia`.
        let inside = file.strip_prefix("content").unwrap_or(file).trim_start_matches('/');
        let named = EditionName::of(inside, |code| names.config.language(code).is_some());
        let key = match &named {
            Some(name) => name.key.as_str(),
            None if inside.is_empty() => "index",
            None => inside,
        };
        if let Some(work) = names.work_named(key) {
            return self.link_to_work(work, context);
        }
        if let Some(link) = self.link_to_source_order(key, context).or_else(|| self.link_to_term(context)) {
            return link;
        }
        let problem = context.problem(&code::BROKEN_LINK, format!("there is no page or file `{file}`"));
        self.miss(problem, Missed::File { key: key.to_owned(), file: file.to_owned() });
        ResolvedLink::Broken
    }
}

/// Returns true if the source text has a segment with the address `written`, such as `L3.2`.
fn has_segment(split: &Split, written: &str) -> bool {
    let Ok(address) = written.parse::<Address>() else { return false };
    // `L03.2` parses as `L3.2`, but no page has an anchor of that form.
    address.to_string() == written && split.segments.binary_search_by_key(&address, |segment| segment.address).is_ok()
}

/// Returns `Some` if an anchor existed and was removed. The value inside is the sentence into which
/// the anchor's own sentence was merged, if any.
fn gone(source: &Document, anchor: &str) -> Option<Option<SegmentId>> {
    if let Some(id) = SegmentId::parse(anchor) {
        let now = source.gone.iter().any(|(gone, _)| *gone == id);
        let is_gone = now || source.lock.as_ref()?.segment(id)?.gone.is_some();
        return (is_gone && source.segment_with_id(id).is_none()).then(|| merged_into(source, id));
    }
    let (id, _) = all_gone(source).find(|(_, gone)| gone.anchors.iter().any(|known| **known == *anchor))?;
    Some(merged_into(source, id))
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

/// Returns for `content/map.kk.svg` and a reader of `en` the file of the reader's language,
/// `content/map.en.svg`, and the name that stands for both, `map.svg`. Returns `None` if the name
/// has no code of another language.
fn own_version(file: &str, config: &Config, lang: LangId) -> Option<(String, String)> {
    let (rest, extension) = file.rsplit_once('.')?;
    let (stem, code) = rest.rsplit_once('.')?;
    config.language(code).filter(|&other| other != lang)?;
    let general = format!("{stem}.{extension}");
    Some((format!("{stem}.{}.{extension}", config.code(lang)), path::file_name(&general).to_owned()))
}

/// The problems with the refs of one work. Hints are added after all works are resolved.
#[derive(Debug)]
struct LinkDiagnostics {
    problems: Arc<[Diagnostic]>,
    /// Indexes of the problems that may get a hint with a similar name, each with the name.
    missed: Vec<(usize, Missed)>,
}

/// A name that no work, file or anchor has.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Missed {
    Work(String),
    File { key: String, file: String },
    Anchor(WorkId, LangId, String),
}

/// The answer to a missed name.
#[derive(Debug, Clone)]
enum Hint {
    /// A hint for people.
    Similar(String),
    /// A name that is the same on file systems that ignore case and variants of letters.
    SameName(String),
}

/// Cache of hints with similar names; each missed name is searched for once.
///
/// A search compares all existing names. If a folder was renamed, every link into it is broken. So
/// only the first [`Hints::MOST`] names are searched for. They are taken in the order of the works,
/// which is the same on any number of threads.
struct Hints<'a> {
    known: HashMap<Missed, Option<Hint>>,
    similar: &'a Similar,
}

/// Cached results of searches for similar names. They are valid as long as the works, the files and
/// the reading order are the same. Anchors are not cached, because they belong to one document.
type Similar = Mutex<HashMap<Missed, Option<Hint>>>;

impl<'a> Hints<'a> {
    const MOST: usize = 100;

    fn hint(&mut self, site: &'a Site, missed: Missed) -> Option<Hint> {
        let similar = match self.known.get(&missed) {
            Some(hint) => hint.clone(),
            None if self.known.len() < Self::MOST => {
                let hint = self.similar(site, &missed);
                self.known.insert(missed.clone(), hint.clone());
                hint
            }
            None => None,
        };
        let general = || match missed {
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
        };
        similar.or_else(|| general().map(Hint::Similar))
    }

    fn similar(&mut self, site: &'a Site, missed: &Missed) -> Option<Hint> {
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

    fn search(&mut self, site: &'a Site, missed: &Missed) -> Option<Hint> {
        let assets = || {
            site.routes.values().filter_map(|route| match &route.kind {
                RouteKind::Asset { file } => Some(&**file),
                _ => None,
            })
        };
        let same_name = match missed {
            Missed::Work(key) => same_name(key, site.keys()),
            Missed::File { key, file } => {
                let pages = site.works.iter().flat_map(|work| work.editions.iter().flatten()).map(|it| &*it.document.file);
                same_name(file, assets().chain(pages)).or_else(|| same_name(key, site.keys()))
            }
            Missed::Anchor(..) => None,
        };
        if let Some(name) = same_name {
            return Some(Hint::SameName(name.to_owned()));
        }
        let similar = match missed {
            Missed::Work(key) => similar_key(site, key).or_else(|| similar_term(site, key)),
            Missed::File { key, file } => {
                page_of_html(site, file).or_else(|| similar_key(site, key)).or_else(|| suggest::did_you_mean(file, assets()))
            }
            Missed::Anchor(work, lang, anchor) if SegmentId::parse(anchor).is_some() => {
                similar_id(&site.edition(*work, *lang)?.document, SegmentId::parse(anchor)?)
            }
            Missed::Anchor(work, lang, anchor) => {
                suggest::did_you_mean(anchor, site.anchors(*work, &site.edition(*work, *lang)?.document))
            }
        };
        similar.map(Hint::Similar)
    }
}

/// Suggests the Markdown file for a link to the HTML file of a page, if the page exists.
///
/// ```text
/// content/cli/index.html    page `cli`
/// content/cli.html          page `cli`
/// content/index.html        page `index`
/// ```
fn page_of_html(site: &Site, file: &str) -> Option<String> {
    let inside = format!("{}.md", without_html(file.strip_prefix("content/")?)?);
    let name = EditionName::of(&inside, |code| site.config.language(code).is_some())?;
    let work = site.work_named(name.key.as_str())?;
    Some(format!("write `.md` instead of `.html` to link to the page `{}`", site.work(work).key))
}

/// Returns a path without the extension of an HTML file; `None` if it has another one.
fn without_html(path: &str) -> Option<&str> {
    path.strip_suffix(".html").or_else(|| path.strip_suffix(".htm"))
}

/// Suggests an existing key for an unknown one: a key with the same last part (`vectors/russia` for
/// `china/russia`), or else one with nearly the same letters. The name of an HTML file is read as
/// the page that it shows.
pub fn similar_key(site: &Site, key: &str) -> Option<String> {
    let key = match without_html(key) {
        Some(page) => page.strip_suffix("/index").unwrap_or(page),
        None => key,
    };
    let has_last_part = |known: &&str| path::file_name(known) == path::file_name(key);
    site.keys()
        .find(has_last_part)
        .map(|found| format!("did you mean `{found}`?"))
        .or_else(|| suggest::did_you_mean(key, site.keys()))
}

/// Returns the name that differs from a missed one only in case or variants of letters.
fn same_name<'n>(missed: &str, mut names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let folded = path::folded(missed);
    names.find(|name| path::folded(name) == folded)
}

/// Suggests a term for an unknown key, in the form in which the key was written: `russia` for
/// `rusia`, and `terms/russia` for `terms/rusia`.
fn similar_term(site: &Site, key: &str) -> Option<String> {
    let folder = format!("{TERMS}/");
    let (folder, wanted) = key.strip_prefix(&folder).map_or(("", key), |wanted| (&*folder, wanted));
    let found = suggest::nearest(wanted, site.names.terms.keys())?;
    Some(format!("did you mean `{folder}{found}`?"))
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
