//! Quoted sentences: `![[KEY#ID]]` shows a sentence of a page on another page.
//!
//! A quotation is resolved in the language of the document that contains it. If that edition lacks
//! the sentence, the page shows the sentence of the source. So a quotation depends on the documents
//! of the quoted work, which `lookup` notes. [`circles`] finds quotations that quote each other. It
//! looks at the whole site, so it runs for every snapshot; a site without quotations costs nothing.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::base::{Diagnostic, IndexRange, code};
use crate::model::segment::range_of_ids;
use crate::model::{LangId, SegmentIndex, key};
use crate::parse::{Document, Hole, HoleKind, Ref, Target};
use crate::site::{Site, WorkId};

use super::{Missed, RefContext, ResolvedLink, Resolver};

/// The greatest number of sentences in one quotation.
const MOST_SENTENCES: usize = 20;

/// The greatest length of a quotation's text, in bytes of HTML. Longer ones are pages.
const LONGEST: usize = 20_000;

/// The greatest number of quotations that the message about a circle names.
const MOST_NAMED: usize = 10;

/// A quotation in a sentence.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Quotation {
    /// The sentence that contains the quotation, by its work, language and position.
    from: Sentence,
    /// Position of its ref in the document.
    item: usize,
    /// The quoted sentences.
    work: WorkId,
    lang: LangId,
    lines: IndexRange<SegmentIndex>,
}

/// A sentence of the site.
type Sentence = (WorkId, LangId, SegmentIndex);

impl Resolver<'_> {
    /// Resolves a ref that quotes sentences.
    pub(super) fn quotation(&mut self, file: &str, lang: LangId, item: &Ref) -> ResolvedLink {
        let names = self.lookup.names;
        let (work, anchor) = match &item.target {
            Target::Anchor(anchor) => (self.work, Some(anchor.as_str())),
            Target::Work { key, anchor } => match names.linked_work(file, key.as_str()) {
                Some(work) => (work, anchor.as_deref()),
                None => {
                    let context = RefContext { item, file, lang, anchor: None };
                    if names.linked_term(file, &item.target).is_some() {
                        let message = format!("`{key}` is a term, and only sentences of pages can be quoted");
                        let hint = format!("link to the term: `[[{key}]]`");
                        self.problems.push(context.problem(&code::BROKEN_LINK, message).hint(hint));
                    } else {
                        self.unknown_work(key.as_str(), context);
                    }
                    return ResolvedLink::Broken;
                }
            },
            Target::File { .. } | Target::Outside(_) | Target::Own(_) => return ResolvedLink::Broken,
        };
        let context = RefContext { item, file, lang, anchor };
        let Some(anchor) = anchor.filter(|anchor| !anchor.is_empty() && *anchor != "top") else {
            let problem = context.problem(&code::BROKEN_ANCHOR, "the quotation names no sentence".to_owned());
            let key = &names.work(work).key;
            self.problems.push(problem.hint(format!("write the address of the sentence: `![[{key}#2.3]]`")));
            return ResolvedLink::Broken;
        };
        let nearest = names.nearest_language(work, lang);
        if nearest != lang {
            self.problems.push(self.other_language(work, nearest, context));
        }
        let source = names.nearest_language(work, names.config.source);
        let found = [nearest, source].into_iter().find_map(|lang| Some((lang, self.lookup.sentences(work, lang, anchor)?)));
        let Some((lang, lines)) = found else {
            self.no_sentence(work, nearest, anchor, context);
            return ResolvedLink::Broken;
        };
        if let Some(problem) = self.lookup.document(work, lang).and_then(|quoted| too_long(quoted, lines, context)) {
            self.problems.push(problem);
            return ResolvedLink::Broken;
        }
        ResolvedLink::Quotation { work, lang, lines }
    }

    /// Reports a sentence that the quoted page lacks.
    fn no_sentence(&mut self, work: WorkId, lang: LangId, anchor: &str, context: RefContext<'_>) {
        let before = self.problems.len();
        let has_addresses = self.lookup.names.config.segments;
        match range_of_ids(anchor) {
            _ if !has_addresses => {}
            Some((first, last)) if first != last => {
                for id in [first, last] {
                    self.check_anchor(work, lang, &id.to_string(), context.item);
                }
            }
            _ => self.check_anchor(work, lang, anchor, context.item),
        }
        if self.problems.len() == before {
            let names = self.lookup.names;
            let message = format!("`#{anchor}` of the page `{}` is not a sentence that can be quoted", names.work(work).key);
            let hint = match has_addresses {
                true => "write the address of a sentence, such as `#2.3`",
                false => "remove `segments: false` from `site.yaml`: it takes away the addresses of all sentences",
            };
            self.problems.push(context.problem(&code::BROKEN_ANCHOR, message).hint(hint));
        }
    }

    /// Reports a key that no page has.
    pub(super) fn unknown_work(&mut self, key: &str, context: RefContext<'_>) {
        if self.lookup.names.drafts.contains(key) {
            let message = format!("the page `{key}` is a draft, so it is not published");
            let hint = "remove `draft: true` from its front matter, or build with `--drafts`";
            self.problems.push(context.problem(&code::BROKEN_LINK, message).hint(hint));
        } else {
            let problem = context.problem(&code::BROKEN_LINK, key::unknown(key));
            self.miss(problem, Missed::Work(key.to_owned()));
        }
    }
}

/// Returns the problem of a quotation that is too long.
fn too_long(quoted: &Document, lines: IndexRange<SegmentIndex>, context: RefContext<'_>) -> Option<Diagnostic> {
    let message = if lines.len() > MOST_SENTENCES {
        format!("the quotation has {} sentences; a quotation may have {MOST_SENTENCES}", lines.len())
    } else {
        let length: usize = lines.iter().map(|line| quoted.segments[line].html.bytes().len()).sum();
        if length <= LONGEST {
            return None;
        }
        format!("the quoted text has {length} bytes; a quotation may have {LONGEST}")
    };
    Some(context.problem(&code::BROKEN_ANCHOR, message).hint("quote fewer sentences, and link to the others"))
}

/// Returns the quotations in the sentences of an edition. A title has no sentence.
pub(super) fn quotations(work: WorkId, document: &Document, links: &[ResolvedLink]) -> Vec<Quotation> {
    if !links.iter().any(|link| matches!(link, ResolvedLink::Quotation { .. })) {
        return Vec::new();
    }
    let mut segments = document.segments.enumerated().peekable();
    let quotation = |hole: &Hole| {
        let HoleKind::Quotation(item, _) = hole.kind else { return None };
        // Holes and segments are in the order of the text.
        while segments.next_if(|(_, segment)| segment.html.end < hole.at).is_some() {}
        let &(segment, _) = segments.peek().filter(|(_, segment)| segment.html.start <= hole.at)?;
        let item = item as usize;
        let ResolvedLink::Quotation { work: to, lang, lines } = links[item] else { return None };
        Some(Quotation { from: (work, document.lang, segment), item, work: to, lang, lines })
    };
    document.body.holes.iter().filter_map(quotation).collect()
}

/// Returns a problem for each quotation that closes a circle, by the work with the first quotation
/// of the circle.
///
/// The search visits each quotation once. Of circles that share a sentence, it reports at least
/// one.
pub(super) fn circles<'a>(site: &Site, quotations: impl Iterator<Item = &'a Quotation>) -> BTreeMap<WorkId, Vec<Diagnostic>> {
    let mut quoting: BTreeMap<Sentence, Vec<&Quotation>> = BTreeMap::new();
    for quotation in quotations {
        quoting.entry(quotation.from).or_default().push(quotation);
    }
    let mut problems: BTreeMap<WorkId, Vec<Diagnostic>> = BTreeMap::new();
    // The place of a sentence on the present path; `None` if all its quotations were followed.
    let mut place_of: HashMap<Sentence, Option<usize>> = HashMap::new();
    let steps = |sentence: Sentence| -> Vec<(&Quotation, Sentence)> {
        let to = |it: &&'a Quotation| (it.work, it.lang, it.lines.start)..(it.work, it.lang, it.lines.end);
        let quotations = quoting[&sentence].iter();
        quotations.flat_map(|it| quoting.range(to(it)).map(|(sentence, _)| (*it, *sentence))).collect()
    };
    for &start in quoting.keys() {
        if place_of.contains_key(&start) {
            continue;
        }
        place_of.insert(start, Some(0));
        // Sentences with the steps from each that were not yet taken.
        let mut path = vec![(start, steps(start).into_iter())];
        // The quotations between the sentences of the path.
        let mut taken: Vec<&Quotation> = Vec::new();
        let mut last_closing: Option<&Quotation> = None;
        while let Some((sentence, ahead)) = path.last_mut() {
            let Some((quotation, next)) = ahead.next() else {
                place_of.insert(*sentence, None);
                path.pop();
                taken.pop();
                continue;
            };
            match place_of.get(&next) {
                None => {
                    place_of.insert(next, Some(path.len()));
                    path.push((next, steps(next).into_iter()));
                    taken.push(quotation);
                }
                Some(None) => {}
                // A quotation of several sentences can close several circles.
                Some(Some(_)) if last_closing.is_some_and(|last| std::ptr::eq(last, quotation)) => {}
                Some(&Some(first)) => {
                    last_closing = Some(quotation);
                    let length = path.len() - first;
                    let circle: Vec<&Quotation> = taken[first..].iter().copied().chain([quotation]).take(MOST_NAMED).collect();
                    problems.entry(circle[0].from.0).or_default().push(circle_problem(site, &circle, length));
                }
            }
        }
    }
    problems
}

/// Makes the problem of a circle of quotations, of which the first ones are given.
fn circle_problem(site: &Site, circle: &[&Quotation], length: usize) -> Diagnostic {
    let document = |it: &Quotation| -> &Arc<Document> {
        let (work, lang, _) = it.from;
        &site.edition(work, lang).expect("a quotation is in an edition").document
    };
    let name = |it: &Quotation| format!("{}#{}", site.work(it.from.0).key, document(it).segments[it.from.2].id);
    let place = |it: &Quotation| document(it).refs[it.item].place.clone();
    let (message, hint) = match circle {
        [only] => (format!("the sentence `{}` quotes itself", name(only)), "remove the quotation"),
        [first, ..] => (
            format!("{length} sentences quote each other in a circle, beginning with `{}`", name(first)),
            "remove one of the quotations",
        ),
        [] => unreachable!("a circle has a quotation"),
    };
    let problem = Diagnostic::at(&code::QUOTATION_CIRCLE, place(circle[0]), message).hint(hint);
    circle[1..].iter().fold(problem, |problem, it| problem.also(place(it), format!("the quotation in `{}`", name(it))))
}
