//! Full-text search over the sentences of a site, in all its languages at once.
//!
//! An [`Item`] is a sentence with its translations: they have one address, so a query in one
//! language also finds the partner sentences. [`Index`] lists the words of all items per language.
//! A word of a query finds all forms of that word by the language's rules
//! ([`crate::model::Inflection`]); if no form of it occurs, other spellings and typing errors are
//! tried. The steps, from the best to the worst:
//!
//! ```text
//! same word        Ресейге   finds Ресейге
//! form of it       Ресейге   finds Ресей, Ресейдің
//! derived word     құқық     finds құқықтық    (behind the forms)
//! other spelling   resei     finds Ресей       (letters of another alphabet or keyboard)
//! typing error     Рисей     finds Ресей
//! ```
//!
//! This layer knows texts and words only. [`crate::render`] collects the texts of a site.

use std::collections::BTreeMap;
use std::ops::Range;

mod matches;
mod query;
mod words;

pub use query::{Query, QueryWord};
pub use words::{Word, words};

use crate::model::{Inflection, LangId, SegmentIndex};
use crate::site::WorkId;

use matches::Vocabulary;

/// A sentence, heading or title in all languages that have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    pub work: WorkId,
    /// The address in the work, such as `2.3`; `title` for the title of the page.
    pub id: String,
    /// True for titles and headings, which go before sentences.
    pub is_heading: bool,
    /// The text per language, as the page shows it.
    pub texts: Vec<Option<String>>,
    /// The first line of the text in the document of each language; `None` for a title.
    pub lines: Vec<Option<SegmentIndex>>,
}

/// A name of a term with the items that mention the term.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TermName {
    pub lang: LangId,
    pub name: String,
    /// Positions in [`Index::items`].
    pub items: Vec<u32>,
}

/// The words of all items.
#[derive(Debug)]
pub struct Index {
    pub items: Vec<Item>,
    languages: Vec<Vocabulary>,
    terms: Vec<Term>,
}

/// A name of a term as words of its language.
#[derive(Debug)]
struct Term {
    lang: usize,
    /// The stems of each word.
    words: Vec<Vec<String>>,
    items: Vec<u32>,
}

/// An item that a query has found.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// Position in [`Index::items`].
    pub item: u32,
    pub score: f64,
    /// Byte ranges of the words found in the texts of the item, by language and position.
    pub marks: Vec<(LangId, Range<usize>)>,
}

/// The answer to a query, best items first.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Answer {
    pub found: Vec<Found>,
    /// True if no item has all words of the query, so that items with some of them were found.
    pub is_any: bool,
}

/// How well a word of the texts fits a word of the query.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    Typo,
    Spelling,
    Derived,
    Form,
    Same,
}

impl Fit {
    fn score(self) -> f64 {
        match self {
            Fit::Same => 1.0,
            Fit::Form => 0.9,
            Fit::Derived => 0.7,
            Fit::Spelling => 0.6,
            Fit::Typo => 0.4,
        }
    }
}

/// The places of a query word: per item and language, the positions of words that fit.
type Places = BTreeMap<(u32, usize), Vec<(u32, Fit)>>;

/// The part that an item's heading adds to its score.
const HEADING: f64 = 0.5;
/// The part that words next to each other add to the score.
const CLOSE: f64 = 0.5;

impl Index {
    /// Lists the words of all items. `rules` are the rules for forms per language.
    pub fn new(items: Vec<Item>, rules: &[&Inflection], terms: Vec<TermName>) -> Self {
        let languages: Vec<Vocabulary> = (0..).zip(rules).map(|(lang, rules)| Vocabulary::new(&items, lang, rules)).collect();
        let terms = terms.into_iter().map(|TermName { lang, name, items }| {
            let rules = rules[lang.0];
            Term { lang: lang.0, words: words(&name).into_iter().map(|word| rules.stems(&word.text)).collect(), items }
        });
        let terms = terms.collect();
        Self { items, languages, terms }
    }

    /// Finds the items that fit a query.
    pub fn search(&self, query: &Query) -> Answer {
        let query = &self.with_signs_as_letters(query);
        let positive: Vec<&QueryWord> = query.words.iter().filter(|word| !word.is_excluded).collect();
        if positive.is_empty() {
            return Answer::default();
        }
        let places: Vec<Places> = positive.iter().map(|word| self.places(word)).collect();
        let groups = groups(&positive);
        // Per group of words, the items that have it.
        let of_groups: Vec<BTreeMap<u32, GroupFit>> = groups.iter().map(|group| of_group(&places[group.clone()])).collect();
        let excluded = self.excluded(query);
        let count = |item: u32| of_groups.iter().filter(|group| group.contains_key(&item)).count();
        let all: Vec<u32> = {
            let mut items: Vec<u32> = of_groups.iter().flat_map(|group| group.keys().copied()).collect();
            items.sort_unstable();
            items.dedup();
            items.retain(|item| excluded.binary_search(item).is_err());
            items
        };
        let with_all: Vec<u32> = all.iter().copied().filter(|&item| count(item) == groups.len()).collect();
        let of_term = self.of_term(&positive, &excluded);
        let is_any = with_all.is_empty() && of_term.is_empty() && !all.is_empty();
        let chosen = if is_any { all } else { with_all };
        let total = self.items.len().max(1) as f64;
        let weights: Vec<f64> = of_groups.iter().map(|group| (1.0 + total / (1.0 + group.len() as f64)).ln()).collect();
        let mut found: Vec<Found> = chosen.into_iter().map(|item| self.found(item, &of_groups, &weights)).collect();
        for item in of_term {
            if !found.iter().any(|found| found.item == item) {
                found.push(Found { item, score: Fit::Spelling.score(), marks: Vec::new() });
            }
        }
        found.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.item.cmp(&b.item)));
        Answer { found, is_any }
    }

    /// Returns the query with signs as letters of another keyboard, where no text has the words
    /// between the signs: `[fks0` is `халық`.
    fn with_signs_as_letters(&self, query: &Query) -> Query {
        let mut query = query.clone();
        for (typed, range) in std::mem::take(&mut query.typed).into_iter().rev() {
            let words = &query.words[range.clone()];
            if !words.is_empty() && words.iter().all(|word| self.languages.iter().any(|it| !it.forms(word).is_empty())) {
                continue;
            }
            let whole = QueryWord { text: typed, phrase: None, is_excluded: false, is_beginning: false };
            if self.languages.iter().any(|vocabulary| !vocabulary.spellings(&whole).is_empty()) {
                query.words.splice(range, [whole]);
            }
        }
        query
    }

    /// Returns the places of the words of the texts that fit a query word best.
    fn places(&self, word: &QueryWord) -> Places {
        type Step = fn(&Vocabulary, &QueryWord) -> Vec<(u32, Fit)>;
        const STEPS: [Step; 3] = [Vocabulary::forms_and_derived, Vocabulary::spellings, Vocabulary::typos];
        for step in STEPS {
            let mut places = Places::new();
            for (lang, vocabulary) in self.languages.iter().enumerate() {
                for (number, fit) in step(vocabulary, word) {
                    for &(item, position) in vocabulary.postings(number) {
                        places.entry((item, lang)).or_default().push((position, fit));
                    }
                }
            }
            if !places.is_empty() {
                places.values_mut().for_each(|positions| positions.sort_unstable());
                return places;
            }
        }
        Places::new()
    }

    /// Returns the items with words that the query excludes, sorted.
    fn excluded(&self, query: &Query) -> Vec<u32> {
        let words: Vec<&QueryWord> = query.words.iter().filter(|word| word.is_excluded).collect();
        let places: Vec<Places> = words
            .iter()
            .map(|word| {
                let mut places = Places::new();
                for (lang, vocabulary) in self.languages.iter().enumerate() {
                    for (number, fit) in vocabulary.forms(word) {
                        for &(item, position) in vocabulary.postings(number) {
                            places.entry((item, lang)).or_default().push((position, fit));
                        }
                    }
                }
                places.values_mut().for_each(|positions| positions.sort_unstable());
                places
            })
            .collect();
        let mut items: Vec<u32> =
            groups(&words).into_iter().flat_map(|group| of_group(&places[group]).into_keys().collect::<Vec<_>>()).collect();
        items.sort_unstable();
        items.dedup();
        items
    }

    /// Returns the items that mention a term whose name is the query.
    fn of_term(&self, query: &[&QueryWord], excluded: &[u32]) -> Vec<u32> {
        // Per language, the stems of the words of the query.
        let queries: Vec<Vec<Vec<String>>> = self
            .languages
            .iter()
            .map(|vocabulary| {
                let words = query.iter().filter(|word| query.len() == 1 || !vocabulary.is_article(&word.text));
                words.map(|word| vocabulary.stems(&word.text)).collect()
            })
            .collect();
        let is_name = |term: &&Term| {
            let query = &queries[term.lang];
            let share = |(name, word): (&Vec<String>, &Vec<String>)| name.iter().any(|stem| word.contains(stem));
            term.words.len() == query.len() && term.words.iter().zip(query).all(share)
        };
        let mut items: Vec<u32> = self.terms.iter().filter(is_name).flat_map(|term| term.items.iter().copied()).collect();
        items.sort_unstable();
        items.dedup();
        items.retain(|item| excluded.binary_search(item).is_err());
        items
    }

    fn found(&self, item: u32, groups: &[BTreeMap<u32, GroupFit>], weights: &[f64]) -> Found {
        let data = &self.items[item as usize];
        let mut score = 0.0;
        let mut places: Vec<(usize, u32)> = Vec::new();
        for (group, weight) in groups.iter().zip(weights) {
            if let Some(fit) = group.get(&item) {
                score += weight * fit.score;
                places.extend(&fit.places);
            }
        }
        places.sort_unstable();
        places.dedup();
        if groups.len() > 1 {
            let gaps = places.windows(2).filter(|pair| pair[0].0 == pair[1].0).map(|pair| f64::from(pair[1].1 - pair[0].1));
            let mut close: Vec<f64> = gaps.map(|gap| 1.0 / gap).collect();
            close.sort_by(|a, b| b.total_cmp(a));
            score += CLOSE * close.iter().take(groups.len() - 1).sum::<f64>();
        }
        if data.is_heading {
            score *= 1.0 + HEADING;
        }
        let marks = (0..).zip(&data.texts).flat_map(|(lang, text)| {
            let text = text.as_deref().unwrap_or_default();
            let positions: Vec<u32> = places.iter().filter(|(of, _)| *of == lang).map(|(_, position)| *position).collect();
            let marked = words(text).into_iter().filter(move |word| positions.binary_search(&word.position).is_ok());
            marked.map(move |word| (LangId(lang), word.range)).collect::<Vec<_>>()
        });
        Found { item, score, marks: marks.collect() }
    }
}

/// How well an item fits a word or a phrase of the query.
#[derive(Debug)]
struct GroupFit {
    score: f64,
    /// Languages and positions of the words.
    places: Vec<(usize, u32)>,
}

/// Returns the ranges of words that stand together: the words of a phrase, or a single word.
fn groups(words: &[&QueryWord]) -> Vec<Range<usize>> {
    let mut groups: Vec<Range<usize>> = Vec::new();
    for (at, word) in words.iter().enumerate() {
        match groups.last_mut() {
            Some(last) if word.phrase.is_some() && words[at - 1].phrase == word.phrase => last.end = at + 1,
            _ => groups.push(at..at + 1),
        }
    }
    groups
}

/// Returns the items in which words stand one after another in one language.
fn of_group(words: &[Places]) -> BTreeMap<u32, GroupFit> {
    let mut items: BTreeMap<u32, GroupFit> = BTreeMap::new();
    let Some((first, rest)) = words.split_first() else { return items };
    for (&(item, lang), positions) in first {
        for &(start, fit) in positions {
            let mut score = fit.score();
            let mut places = vec![(lang, start)];
            let mut is_whole = true;
            for (behind, places_of_word) in (1..).zip(rest) {
                let here =
                    places_of_word.get(&(item, lang)).and_then(|of| of.iter().filter(|(at, _)| *at == start + behind).max());
                let Some(&(at, fit)) = here else {
                    is_whole = false;
                    break;
                };
                score += fit.score();
                places.push((lang, at));
            }
            if is_whole {
                let known = items.entry(item).or_insert_with(|| GroupFit { score: 0.0, places: Vec::new() });
                known.score = known.score.max(score);
                known.places.extend(places);
            }
        }
    }
    items
}
