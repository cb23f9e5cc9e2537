//! Finds the names of terms in a text of one language.
//!
//! From the beginning of each word, an automaton (Aho and Corasick, 1975) finds all stems that
//! begin there, whatever their number. At each stem the language's rules for endings say which
//! forms stand there. The first and longest form wins:
//!
//! ```text
//! names:  Каспий, Каспий теңізі, Азия, Орталық Азия
//! text:   Каспий теңізінің және Орталық Азияның
//! found:  `Каспий теңізінің` (his + genitive), `Орталық Азияның` (genitive)
//! ```
//!
//! A name matches if:
//! * its words stand in the text, with the endings of the language at the last one
//! * no letter, digit or combining mark stands directly before or after it
//! * the text has a capital letter wherever the name has one; a heading in capitals matches. If two
//!   names differ only in capitals, the one with more of them matches a text that has them.
//!
//! White space of any length counts as one space, and a dash between letters as a hyphen.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::ops::Range;

use aho_corasick::automaton::OverlappingState;
use aho_corasick::{AhoCorasick, Anchored, Input, StartKind};

use crate::base::path::is_combining_mark;
use crate::model::inflection::Surface;
use crate::model::{Inflection, LangId, TermId, TermNames};

/// The automaton for the names of a language.
#[derive(Debug)]
pub struct Matcher {
    automaton: AhoCorasick,
    /// The candidates for each pattern of the automaton.
    patterns: Vec<Vec<Candidate>>,
    rules: Inflection,
}

/// A name that a pattern may begin.
#[derive(Debug)]
struct Candidate {
    term: TermId,
    /// Length in bytes of the words before the last one, as folded.
    before: usize,
    /// The spelling of the last word.
    surface: Surface,
    /// True for each character of the name that is a capital letter.
    capitals: Vec<bool>,
    is_acronym: bool,
}

impl Candidate {
    /// Returns true if both match the same texts.
    fn matches_like(&self, other: &Self) -> bool {
        (self.before, &self.surface, &self.capitals, self.is_acronym)
            == (other.before, &other.surface, &other.capitals, other.is_acronym)
    }
}

/// A name found in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    pub term: TermId,
    /// Byte range in the text.
    pub range: Range<usize>,
}

impl Matcher {
    /// Makes the automaton for the names of all terms in a language.
    pub fn new(terms: &TermNames, lang: LangId, rules: &Inflection) -> Self {
        let mut numbers: HashMap<String, usize> = HashMap::new();
        let (mut texts, mut patterns) = (Vec::new(), Vec::<Vec<Candidate>>::new());
        for (term, data) in terms.iter() {
            let names = data.names[lang.0].iter().map(|name| (name, true));
            let stems = data.stems[lang.0].iter().map(|name| (name, false));
            for (name, is_inflected) in names.chain(stems) {
                for (pattern, candidate) in candidates(term, name, is_inflected, rules) {
                    let number = *numbers.entry(pattern).or_insert_with_key(|pattern| {
                        texts.push(pattern.clone());
                        patterns.push(Vec::new());
                        texts.len() - 1
                    });
                    // A name that several terms claim is reported; it means the first of them.
                    if !patterns[number].iter().any(|other| other.matches_like(&candidate)) {
                        patterns[number].push(candidate);
                    }
                }
            }
        }
        let automaton = AhoCorasick::builder()
            .start_kind(StartKind::Anchored)
            .build(texts)
            .expect("the limit on text files keeps the names small");
        Self { automaton, patterns, rules: rules.clone() }
    }

    /// Finds all names in a text. They do not overlap and are in the order of the text.
    pub fn find(&self, text: &str) -> Vec<Hit> {
        if self.patterns.is_empty() {
            return Vec::new();
        }
        let folded = Folded::of(text);
        let mut found: Vec<(usize, usize, usize, TermId)> = Vec::new();
        let mut ends = Vec::new();
        // A name begins where a word can begin. Most searches end at the first letters of a word.
        let stems = folded.starts.iter().flat_map(|&start| {
            let input = Input::new(&folded.text).span(start..folded.text.len()).anchored(Anchored::Yes);
            let mut state = OverlappingState::start();
            std::iter::from_fn(move || {
                self.automaton.find_overlapping(input.clone(), &mut state);
                state.get_match()
            })
            .filter(move |stem| stem.start() == start)
        });
        for stem in stems {
            let written = &text[folded.original(stem.start())..folded.original(stem.end())];
            for candidate in &self.patterns[stem.pattern().as_usize()] {
                if !has_capitals(written, &candidate.capitals) {
                    continue;
                }
                ends.clear();
                let word = stem.start() + candidate.before;
                self.rules.ends(&folded.text, word, stem.end(), &candidate.surface, &mut ends);
                let fits = |end: &&usize| {
                    let rest = &folded.text[**end..];
                    let is_bare = candidate.is_acronym && **end == stem.end();
                    let goes_on = rest.starts_with(is_of_word) || is_bare && self.begins_ending(text, &folded, **end);
                    !goes_on
                };
                if let Some(&end) = ends.iter().filter(fits).max() {
                    let capitals = candidate.capitals.iter().filter(|is_capital| **is_capital).count();
                    found.push((stem.start(), end, capitals, candidate.term));
                }
            }
        }
        found.sort_by_key(|&(start, end, capitals, _)| (start, Reverse(end), Reverse(capitals)));
        let mut hits: Vec<Hit> = Vec::new();
        let mut last = 0;
        for (start, end, _, term) in found {
            if start >= last {
                last = end;
                hits.push(Hit { term, range: folded.original(start)..folded.original(end) });
            }
        }
        hits
    }

    /// Returns true if small letters follow, joined to an acronym as its endings are. They are no
    /// ending of the language here, so they make another word of it: `АҚШ-тық`.
    fn begins_ending(&self, text: &str, folded: &Folded, at: usize) -> bool {
        let behind = self.rules.behind_acronym_join(&folded.text[at..]);
        behind.is_some_and(|behind| text[folded.original(folded.text.len() - behind.len())..].starts_with(char::is_lowercase))
    }
}

/// Returns the patterns of a name: its words, with each spelling that the last one has before
/// endings.
fn candidates(term: TermId, name: &str, is_inflected: bool, rules: &Inflection) -> impl Iterator<Item = (String, Candidate)> {
    let bare = rules.without_article(name);
    let folded = Folded::of(bare);
    let capitals: Vec<bool> = fold_chars(bare).map(|(_, c, _)| c.is_uppercase()).collect();
    let before = folded.text.rfind(' ').map_or(0, |at| at + 1);
    let letters = || bare[folded.original(before)..].chars().filter(|c| c.is_alphabetic());
    let is_acronym = letters().count() > 1 && letters().all(char::is_uppercase);
    let word = &folded.text[before..];
    let surfaces = if is_inflected { rules.surfaces(word, is_acronym) } else { vec![Surface::whole(word)] };
    surfaces.into_iter().map(move |surface| {
        let pattern = format!("{}{}", &folded.text[..before], surface.text);
        (pattern, Candidate { term, before, surface, capitals: capitals.clone(), is_acronym })
    })
}

/// Returns true if a text has capitals where the name has some.
fn has_capitals(text: &str, capitals: &[bool]) -> bool {
    fold_chars(text).zip(capitals).all(|((_, c, _), is_capital)| !is_capital || c.is_uppercase())
}

/// Returns true for a letter, a digit or a combining mark. As in [`lower`], the common letters are
/// not looked up in Unicode's table.
fn is_of_word(c: char) -> bool {
    match c {
        '\0'..='\x7f' => c.is_ascii_alphanumeric(),
        'А'..='џ' | '\u{48a}'..='\u{52f}' => true,
        _ => c.is_alphanumeric() || is_combining_mark(c),
    }
}

/// A text in small letters, with the positions of its characters in the original.
struct Folded {
    text: String,
    /// From each of these bytes on, the position in the original differs from that in the text by a
    /// number. Most texts have none, since small and capital letters have the same length.
    shifts: Vec<(usize, isize)>,
    /// The positions before which no letter, digit or combining mark stands.
    starts: Vec<usize>,
}

impl Folded {
    fn of(original: &str) -> Self {
        let mut text = String::with_capacity(original.len());
        let mut shifts = Vec::new();
        let mut starts = Vec::with_capacity(original.len() / 8);
        let mut is_in_word = false;
        let mut last = 0;
        let mut shift = |from: usize, original: usize| {
            let by = original.wrapping_sub(from).cast_signed();
            if by != last {
                shifts.push((from, by));
                last = by;
            }
        };
        for (at, _, folded) in fold_chars(original) {
            shift(text.len(), at);
            if !is_in_word {
                starts.push(text.len());
            }
            is_in_word = is_of_word(folded);
            text.push(folded);
        }
        shift(text.len(), original.len());
        Self { text, shifts, starts }
    }

    /// Returns the position in the original of a character of the folded text, or of its end.
    fn original(&self, at: usize) -> usize {
        match self.shifts.partition_point(|&(from, _)| from <= at) {
            0 => at,
            after => at.wrapping_add_signed(self.shifts[after - 1].1),
        }
    }
}

/// Returns the characters of a text with their positions: as written, and as compared. White space
/// becomes one space, and a dash between letters a hyphen.
fn fold_chars(text: &str) -> impl Iterator<Item = (usize, char, char)> {
    let mut before = '\0';
    text.char_indices().filter_map(move |(at, c)| {
        let last = std::mem::replace(&mut before, c);
        let folded = match c {
            'a'..='z' | 'а'..='џ' => c,
            _ if c.is_whitespace() && last.is_whitespace() => return None,
            _ if c.is_whitespace() => ' ',
            '\u{2010}'..='\u{2015}' if is_of_word(last) && text[at + c.len_utf8()..].starts_with(is_of_word) => '-',
            _ => lower(c),
        };
        Some((at, c, folded))
    })
}

/// Returns the small letter of a letter. All texts of a site go through here, so the common letters
/// are not looked up in Unicode's table.
fn lower(c: char) -> char {
    let moved = |by: u32| char::from_u32(u32::from(c) + by).unwrap_or(c);
    match c {
        '\0'..='\x7f' => c.to_ascii_lowercase(),
        'а'..='џ' => c,
        'А'..='Я' => moved(0x20),
        'Ѐ'..='Џ' => moved(0x50),
        // Capital and small letters by turns; the Kazakh letters are here.
        '\u{48a}'..='\u{4bf}' | '\u{4d0}'..='\u{52f}' if u32::from(c) % 2 == 0 => moved(1),
        '\u{48a}'..='\u{4bf}' | '\u{4d0}'..='\u{52f}' => c,
        // The rest of a small letter of several characters is the dot that `İ` leaves on `i`.
        _ => c.to_lowercase().next().unwrap_or(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_letters_are_those_of_unicode() {
        for c in '\0'..='\u{2fff}' {
            assert_eq!(Some(lower(c)), c.to_lowercase().next(), "{c}");
            assert_eq!(is_of_word(c), c.is_alphanumeric() || is_combining_mark(c), "{c}");
        }
    }

    #[test]
    fn positions_lead_to_the_original() {
        // `İ` gets shorter, `Ⱥ` longer, and of three spaces one is left.
        let text = "aİb ⱮȺ   c–d";
        let folded = Folded::of(text);
        assert_eq!(folded.text, "aib ɱⱥ c-d");
        let original: Vec<(usize, char)> = fold_chars(text).map(|(at, _, folded)| (at, folded)).collect();
        let found: Vec<(usize, char)> = folded.text.char_indices().map(|(at, c)| (folded.original(at), c)).collect();
        assert_eq!(found, original);
        assert_eq!(folded.original(folded.text.len()), text.len());
    }
}
