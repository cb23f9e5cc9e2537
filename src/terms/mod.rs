//! Mentions of terms and dates in the texts of a site.
//!
//! [`crate::model::Glossary`] has the terms as data. [`Matcher`] finds their names in a text, and
//! [`mentions()`] those in a document. [`Mentions`] has the mentions of the whole site; pages of
//! terms, the timeline and links in the text come from it.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, OnceLock};

use rayon::prelude::*;

mod candidates;
mod matcher;
mod mentions;
mod written;

pub use candidates::{Candidate, candidates};
pub use matcher::{Hit, Matcher};
pub use mentions::{DateMention, EditionMentions, Mention, mentions};
pub use written::Written;

use crate::model::term::DateRange;
use crate::model::{LangId, SegmentIndex, TermId};
use crate::prose::DateRules;
use crate::site::{Site, WorkId};

/// A sentence that mentions a term.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    pub work: WorkId,
    pub lang: LangId,
    /// Position of the segment in its document.
    pub segment: SegmentIndex,
}

/// All mentions of terms in a site. A clone shares all large parts.
#[derive(Debug, Clone)]
pub struct Mentions {
    /// The automatons per language.
    matchers: Arc<Vec<Matcher>>,
    /// The rules for dates per language; `None` if the site has no timeline.
    date_rules: Option<Arc<Vec<DateRules>>>,
    /// Per work and language, in the order of the text.
    works: Vec<Arc<[EditionMentions]>>,
    /// Computed on first use: only pages of terms need it.
    by_term: Arc<OnceLock<ByTerm>>,
}

/// The mentions of a site by their terms.
#[derive(Debug)]
struct ByTerm {
    /// Per term, the sentences that mention it, in reading order.
    places: Vec<Vec<Place>>,
    /// Per language and term, the related terms; see [`Mentions::related`].
    related: Vec<Vec<Box<[(TermId, usize)]>>>,
}

/// The greatest number of related terms of a term.
const RELATED: usize = 12;

impl Mentions {
    /// Finds all mentions of a site. Results of the `previous` site that are still valid are
    /// shared.
    pub fn new(site: &Site, previous: Option<(&Site, &Self)>) -> Self {
        let known = previous
            .filter(|(before, _)| Arc::ptr_eq(&before.names.terms, &site.names.terms) && before.languages == site.languages);
        let matchers = match known {
            Some((_, mentions)) => Arc::clone(&mentions.matchers),
            None => Arc::new(
                (0..)
                    .map(LangId)
                    .zip(&site.languages)
                    .map(|(lang, language)| Matcher::new(&site.names.terms, lang, &language.pack.endings))
                    .collect(),
            ),
        };
        let date_rules = site.names.terms.has_timeline().then(|| match known {
            Some((_, Self { date_rules: Some(rules), .. })) => Arc::clone(rules),
            _ => Arc::new(site.languages.iter().map(|language| DateRules::of(&language.pack)).collect()),
        });
        let known = known.filter(|(before, _)| Arc::ptr_eq(&before.names, &site.names));
        let ids: Vec<WorkId> = (0..site.works.len() as u32).map(WorkId).collect();
        let of_work = |&id: &WorkId| match known {
            Some((before, mentions)) if site.has_documents_of(before, id, id) => Arc::clone(&mentions.works[id.0 as usize]),
            _ => {
                let editions = site.work(id).editions.iter().zip(matchers.iter()).enumerate();
                let of_edition = |(lang, (edition, matcher)): (usize, (&Option<crate::site::Edition>, &Matcher))| match edition {
                    Some(edition) => {
                        let rules = date_rules.as_ref().map(|rules| &rules[lang]);
                        mentions(&edition.document, &site.names, matcher, rules)
                    }
                    None => EditionMentions::default(),
                };
                editions.map(of_edition).collect()
            }
        };
        let works: Vec<Arc<[EditionMentions]>> = ids.par_iter().map(of_work).collect();
        let by_term = match known {
            Some((before, mentions))
                if Arc::ptr_eq(&before.order, &site.order)
                    && works.iter().zip(&mentions.works).all(|(a, b)| Arc::ptr_eq(a, b)) =>
            {
                Arc::clone(&mentions.by_term)
            }
            _ => Arc::default(),
        };
        Self { matchers, date_rules, works, by_term }
    }

    /// Returns the mentions in an edition, in the order of its text.
    pub fn of(&self, work: WorkId, lang: LangId) -> &[Mention] {
        &self.of_edition(work, lang).mentions
    }

    /// Returns the mentions in an edition, and the names in it that do not count.
    pub fn of_edition(&self, work: WorkId, lang: LangId) -> &EditionMentions {
        &self.works[work.0 as usize][lang.0]
    }

    /// Returns the mentions in all editions of a work.
    pub fn of_work(&self, work: WorkId) -> &Arc<[EditionMentions]> {
        &self.works[work.0 as usize]
    }

    /// Returns the sentences in all languages that name a date, by their dates and in reading
    /// order; a sentence that names one twice occurs once.
    pub fn dated_places(&self, site: &Site) -> BTreeMap<DateRange, Vec<Place>> {
        let mut places: BTreeMap<DateRange, Vec<Place>> = BTreeMap::new();
        for &work in site.order.iter() {
            for (lang, mentions) in (0..).map(LangId).zip(&*self.works[work.0 as usize]) {
                for mention in &mentions.dates {
                    let place = Place { work, lang, segment: mention.segment };
                    let of_date = places.entry(mention.date).or_default();
                    if of_date.last() != Some(&place) {
                        of_date.push(place);
                    }
                }
            }
        }
        places
    }

    /// Returns the automaton of a language.
    pub fn matcher(&self, lang: LangId) -> &Matcher {
        &self.matchers[lang.0]
    }

    /// Returns the sentences in all languages that mention a term, in reading order; a sentence
    /// that names it twice occurs once.
    pub fn places(&self, site: &Site, term: TermId) -> &[Place] {
        &self.by_term(site).places[term.0 as usize]
    }

    /// Returns the terms that most sentences of a language mention together with a term, and the
    /// number of these sentences; at most twelve.
    pub fn related(&self, site: &Site, lang: LangId, term: TermId) -> &[(TermId, usize)] {
        &self.by_term(site).related[lang.0][term.0 as usize]
    }

    fn by_term(&self, site: &Site) -> &ByTerm {
        self.by_term.get_or_init(|| {
            let terms = site.glossary.terms.len();
            let related = (0..site.languages.len()).into_par_iter().map(|lang| self.related_in(LangId(lang), terms));
            let (places, related) = rayon::join(|| self.places_by_term(site, terms), || related.collect());
            ByTerm { places, related }
        })
    }

    fn places_by_term(&self, site: &Site, terms: usize) -> Vec<Vec<Place>> {
        // Counted first, so that the lists have no room to spare: they are the largest part of the
        // memory that terms need.
        let mut counts = vec![0; terms];
        let editions = self.works.iter().flat_map(|editions| &**editions);
        editions.flat_map(|it| &it.mentions).for_each(|mention| counts[mention.term.0 as usize] += 1);
        let mut places: Vec<Vec<Place>> = counts.into_iter().map(Vec::with_capacity).collect();
        for &work in site.order.iter() {
            for (lang, mentions) in (0..).map(LangId).zip(&*self.works[work.0 as usize]) {
                for mention in &mentions.mentions {
                    let place = Place { work, lang, segment: mention.segment };
                    let of_term = &mut places[mention.term.0 as usize];
                    if of_term.last() != Some(&place) {
                        of_term.push(place);
                    }
                }
            }
        }
        places
    }

    /// Counts all pairs of terms in the sentences of a language. One pass over the texts is faster
    /// than one over the sentences of each term.
    fn related_in(&self, lang: LangId, terms: usize) -> Vec<Box<[(TermId, usize)]>> {
        let mut counts: HashMap<(TermId, TermId), usize> = HashMap::new();
        let mut here: Vec<TermId> = Vec::new();
        for editions in &self.works {
            for mentions in editions[lang.0].mentions.chunk_by(|a, b| a.segment == b.segment).filter(|chunk| chunk.len() > 1) {
                here.clear();
                here.extend(mentions.iter().map(|mention| mention.term));
                here.sort_unstable();
                here.dedup();
                for (at, &a) in here.iter().enumerate() {
                    here[at + 1..].iter().for_each(|&b| *counts.entry((a, b)).or_default() += 1);
                }
            }
        }
        let mut related: Vec<Vec<(TermId, usize)>> = vec![Vec::new(); terms];
        for ((a, b), count) in counts {
            related[a.0 as usize].push((b, count));
            related[b.0 as usize].push((a, count));
        }
        let most = |mut all: Vec<(TermId, usize)>| {
            all.sort_unstable_by_key(|&(other, count)| (Reverse(count), other));
            all.truncate(RELATED);
            all.into()
        };
        related.into_iter().map(most).collect()
    }
}
