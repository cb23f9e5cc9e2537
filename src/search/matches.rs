//! The words of one language, and those of them that fit a word of a query.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use crate::base::path::without_marks;
use crate::base::suggest;
use crate::model::Inflection;
use crate::model::inflection::Spelling;

use super::words::words;
use super::{Fit, Item, QueryWord};

/// The words of a language and their places.
#[derive(Debug)]
pub(super) struct Vocabulary {
    rules: Inflection,
    /// Sorted, so that words with a beginning in common stand together.
    words: Vec<String>,
    /// Per word, the items and the positions in their texts.
    postings: Vec<Vec<(u32, u32)>>,
    /// The words by their stems; made at the first query.
    by_stem: OnceLock<BTreeMap<String, Vec<u32>>>,
    /// The stems as [`Self::plain`] gives them, with their numbers of letters; made at the first
    /// query with a typing error.
    plain_stems: OnceLock<Vec<(String, usize)>>,
    /// The letters that [`Self::plain`] replaces.
    plain_letters: BTreeMap<char, char>,
}

/// The greatest number of other spellings of a word.
const MOST_SPELLINGS: usize = 500;
/// The least number of letters of a stem from which words are derived.
const DERIVED: usize = 5;
/// The greatest number of bytes of a word with other spellings.
const LONGEST_SPELLED: usize = 96;
/// The spelling of readers who type letters without their marks: they may also mean what they type.
const FOLDED: &str = "folded";
/// The least number of letters that a spelling has in common with a word of the texts.
const COMMON: usize = 3;

impl Vocabulary {
    pub(super) fn new(items: &[Item], lang: usize, rules: &Inflection) -> Self {
        let mut places: BTreeMap<String, Vec<(u32, u32)>> = BTreeMap::new();
        for (number, item) in (0..).zip(items) {
            let Some(text) = &item.texts[lang] else { continue };
            for word in words(text) {
                places.entry(word.text).or_default().push((number, word.position));
            }
        }
        let (words, postings) = places.into_iter().unzip();
        let tables = rules.spellings().iter().filter(|spelling| spelling.name == FOLDED);
        let mut plain_letters = BTreeMap::new();
        for (typed, meant) in tables.flat_map(|spelling| &spelling.letters) {
            let single = |text: &str| text.chars().next().filter(|c| text.len() == c.len_utf8());
            for meant in meant.iter().filter_map(|meant| single(meant)) {
                single(typed).map(|typed| plain_letters.entry(meant).or_insert(typed));
            }
        }
        Self { rules: rules.clone(), words, postings, by_stem: OnceLock::new(), plain_stems: OnceLock::new(), plain_letters }
    }

    pub(super) fn postings(&self, word: u32) -> &[(u32, u32)] {
        &self.postings[word as usize]
    }

    /// Returns true if a name may lack the word at its beginning.
    pub(super) fn is_article(&self, word: &str) -> bool {
        self.rules.articles.iter().any(|article| article == word)
    }

    /// Returns the words of which a word may be a form.
    pub(super) fn stems(&self, word: &str) -> Vec<String> {
        self.rules.stems(word)
    }

    /// Returns the words that are the query word or a form of it, or begin with it.
    pub(super) fn forms(&self, query: &QueryWord) -> Vec<(u32, Fit)> {
        let mut found: BTreeMap<u32, Fit> = BTreeMap::new();
        for stem in self.rules.stems(&query.text) {
            for &word in self.by_stem().get(&stem).map_or(&[][..], Vec::as_slice) {
                found.entry(word).or_insert(Fit::Form);
            }
        }
        if query.is_beginning {
            for word in self.range(&query.text) {
                found.entry(word).or_insert(Fit::Form);
            }
        }
        if let Ok(same) = self.words.binary_search(&query.text) {
            found.insert(same as u32, Fit::Same);
        }
        found.into_iter().collect()
    }

    /// Returns the forms of the query word, and behind them the words that are derived from it: they
    /// begin with a stem that is long enough to say something. Without a form there are none, since
    /// `cent` is no beginning of `central` to a reader.
    pub(super) fn forms_and_derived(&self, query: &QueryWord) -> Vec<(u32, Fit)> {
        let mut found: BTreeMap<u32, Fit> = self.forms(query).into_iter().collect();
        if found.is_empty() {
            return Vec::new();
        }
        for stem in self.rules.stems(&query.text) {
            if stem.chars().count() >= DERIVED {
                self.range(&stem).for_each(|word| _ = found.entry(word).or_insert(Fit::Derived));
            }
        }
        found.into_iter().collect()
    }

    /// Returns the words that the query word may mean in another spelling: without accents, or with
    /// letters of another alphabet or keyboard.
    pub(super) fn spellings(&self, query: &QueryWord) -> Vec<(u32, Fit)> {
        let mut found: BTreeSet<u32> = BTreeSet::new();
        for spelling in self.rules.spellings() {
            for text in self.spelled(&query.text, spelling) {
                let other = QueryWord { text, ..query.clone() };
                found.extend(self.forms(&other).into_iter().map(|(word, _)| word));
            }
        }
        let bare = without_marks(&query.text);
        for (stem, words) in self.by_stem() {
            if without_marks(stem) == bare {
                found.extend(words);
            }
        }
        found.into_iter().map(|word| (word, Fit::Spelling)).collect()
    }

    /// Returns the words that the query word means if it has few typing errors.
    pub(super) fn typos(&self, query: &QueryWord) -> Vec<(u32, Fit)> {
        let letters = query.text.chars().count();
        let most = match letters {
            0..5 => 0,
            5..8 => 1,
            _ => 2,
        };
        if query.text.contains(|c: char| c.is_numeric()) {
            return Vec::new();
        }
        let typed = self.plain(&query.text);
        for errors in 1..=most {
            // Few readers mistype the first letter, and `есть` is no correction of `весть`.
            let is_near = |(stem, count): &(String, usize)| {
                count.abs_diff(letters) <= errors
                    && stem.chars().next() == typed.chars().next()
                    && suggest::distance(stem, &typed) <= errors
            };
            let mut found: BTreeSet<u32> = BTreeSet::new();
            for (stem, _) in self.by_stem().keys().zip(self.plain_stems()).filter(|(_, plain)| is_near(plain)) {
                let meant = QueryWord { text: stem.clone(), is_beginning: false, ..query.clone() };
                found.extend(self.forms(&meant).into_iter().map(|(word, _)| word));
            }
            if !found.is_empty() {
                return found.into_iter().map(|word| (word, Fit::Typo)).collect();
            }
        }
        Vec::new()
    }

    /// Returns a word as a reader types it who has no keyboard of the language: without accents, and
    /// with the letters that stand for others in the spelling `folded`.
    fn plain(&self, word: &str) -> String {
        let plain: String = word.chars().map(|c| self.plain_letters.get(&c).copied().unwrap_or(c)).collect();
        without_marks(&plain)
    }

    /// Returns the numbers of the words that begin with a text.
    fn range(&self, beginning: &str) -> std::ops::Range<u32> {
        let first = self.words.partition_point(|word| word.as_str() < beginning);
        let count = self.words[first..].partition_point(|word| word.starts_with(beginning));
        first as u32..(first + count) as u32
    }

    fn plain_stems(&self) -> &[(String, usize)] {
        self.plain_stems.get_or_init(|| {
            let plain = |stem: &String| (self.plain(stem), stem.chars().count());
            self.by_stem().keys().map(plain).collect()
        })
    }

    fn by_stem(&self) -> &BTreeMap<String, Vec<u32>> {
        self.by_stem.get_or_init(|| {
            let mut by_stem: BTreeMap<String, Vec<u32>> = BTreeMap::new();
            for (number, word) in (0..).zip(&self.words) {
                for stem in self.rules.stems(word) {
                    by_stem.entry(stem).or_default().push(number);
                }
            }
            by_stem
        })
    }

    /// Returns the texts that a word may stand for in another spelling. The texts begin like words
    /// of the vocabulary, so that few of the many combinations are left:
    ///
    /// ```text
    /// казакка    without Kazakh letters: қазақка, қазаққа; with words that begin with `қазақ`
    /// ```
    fn spelled(&self, word: &str, spelling: &Spelling) -> Vec<String> {
        let keeps_letters = spelling.name == FOLDED;
        let mut done: Vec<String> = Vec::new();
        if word.len() > LONGEST_SPELLED {
            return done;
        }
        let mut waiting: Vec<(usize, String)> = vec![(0, String::new())];
        let mut steps = 0;
        while let Some((at, written)) = waiting.pop() {
            steps += 1;
            if steps > MOST_SPELLINGS * 40 || done.len() >= MOST_SPELLINGS {
                break;
            }
            let rest = &word[at..];
            let Some(next) = rest.chars().next() else {
                if written != word {
                    done.push(written);
                }
                continue;
            };
            let mut add = |typed: usize, meant: &str| {
                let text = format!("{written}{meant}");
                if text.chars().count() > COMMON || !self.range(&text).is_empty() {
                    waiting.push((at + typed, text));
                }
            };
            let mut is_known = false;
            for (typed, meant) in &spelling.letters {
                if !typed.is_empty() && rest.starts_with(typed.as_str()) {
                    is_known |= typed.len() == next.len_utf8();
                    meant.iter().for_each(|meant| add(typed.len(), meant));
                }
            }
            if keeps_letters || !is_known {
                add(next.len_utf8(), &rest[..next.len_utf8()]);
            }
        }
        done.sort();
        done.dedup();
        done
    }
}
