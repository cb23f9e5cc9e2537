//! Mentions of terms and dates in the texts of a site.
//!
//! [`crate::model::Glossary`] has the terms as data. [`Matcher`] finds their names in a text, and
//! [`mentions()`] those in a document. [`Mentions`] has the mentions of the whole site; pages of
//! terms, the timeline and links in the text come from it.

use std::collections::BTreeMap;
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
    places: Arc<OnceLock<Vec<Vec<Place>>>>,
}

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
        let places = match known {
            Some((before, mentions))
                if Arc::ptr_eq(&before.order, &site.order)
                    && works.iter().zip(&mentions.works).all(|(a, b)| Arc::ptr_eq(a, b)) =>
            {
                Arc::clone(&mentions.places)
            }
            _ => Arc::default(),
        };
        Self { matchers, date_rules, works, places }
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
        let all = self.places.get_or_init(|| {
            // Counted first, so that the lists have no room to spare: they are the largest part of
            // the memory that terms need.
            let mut counts = vec![0; site.glossary.terms.len()];
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
        });
        &all[term.0 as usize]
    }
}
