//! Candidates for terms: names that a language's texts use again and again, and that no term has.
//!
//! A candidate is one of these, outside of mentions and headings:
//! * words with capital letters that stand together, not at the beginning of a sentence
//! * a few words between quotation marks
//!
//! Forms of one name count together if the language's rules for endings say so: `Бішкек` and
//! `Бішкекте`. A candidate is only a proposal: some are names that need no term.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use super::Mentions;
use super::mentions::{Piece, gather, html_range};
use crate::base::path::is_combining_mark;
use crate::model::inflection::Surface;
use crate::model::{Inflection, LangId, SegmentIndex};
use crate::site::{Site, WorkId};

/// The least number of occurrences.
const LEAST: usize = 3;
/// The greatest number of candidates of a language.
const MOST: usize = 30;
/// The number of letters that all forms of a name share, to find them quickly.
const FIRST_LETTERS: usize = 3;
/// The greatest number of words in a quotation that is a candidate.
const QUOTED_WORDS: usize = 5;

/// A name that a text uses and no term has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The shortest form that occurs.
    pub words: String,
    pub count: usize,
    /// The first sentence with it: the work and the position of the segment.
    pub first: (WorkId, SegmentIndex),
}

/// Finds the candidates for terms in a language, the most frequent ones first.
pub fn candidates(site: &Site, mentions: &Mentions, lang: LangId) -> Vec<Candidate> {
    let pack = &site.languages[lang.0].pack;
    let mut found: BTreeMap<String, Candidate> = BTreeMap::new();
    let mut text = String::new();
    let mut pieces: Vec<Piece> = Vec::new();
    for &work in site.order.iter() {
        let Some(edition) = site.edition(work, lang) else { continue };
        let document = &edition.document;
        for segment in document.segments.positions().filter(|&segment| !document.is_heading(segment)) {
            gather(document, segment, &mut text, &mut pieces);
            let named = mentions.of_edition(work, lang).in_segment(segment);
            let is_named = |range: &Range<usize>| {
                let html = html_range(&pieces, range.clone());
                named.iter().any(|mention| mention.html.start < html.end && html.start < mention.html.end)
            };
            for range in names(&text, &pack.quotes, is_named) {
                let words = text[range].split_whitespace().collect::<Vec<_>>().join(" ");
                let is_month = pack.months.iter().chain(pack.month_forms.iter().flatten()).any(|month| *month == words);
                if !is_month {
                    let candidate = Candidate { words: words.clone(), count: 0, first: (work, segment) };
                    found.entry(words).or_insert(candidate).count += 1;
                }
            }
        }
    }
    let mut all = joined(found.into_values().collect(), &pack.endings, site);
    all.retain(|candidate| candidate.count >= LEAST);
    all.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.words.cmp(&b.words)));
    all.truncate(MOST);
    all
}

/// Adds the forms of a name to its shortest form.
fn joined(mut all: Vec<Candidate>, rules: &Inflection, site: &Site) -> Vec<Candidate> {
    all.sort_by_key(|candidate| candidate.words.chars().count());
    let mut joined: Vec<Candidate> = Vec::new();
    // By their first letters: the spellings of each name before endings.
    let mut known: HashMap<String, Vec<(usize, String, Vec<Surface>)>> = HashMap::new();
    let mut ends = Vec::new();
    for candidate in all {
        let form = candidate.words.to_lowercase();
        let word = form.rfind(' ').map_or(0, |at| at + 1);
        let similar = known.entry(form.chars().take(FIRST_LETTERS).collect()).or_default();
        let base = similar.iter().find(|(_, before, surfaces)| {
            form[..word] == **before
                && surfaces.iter().filter(|surface| form[word..].starts_with(&surface.text)).any(|surface| {
                    ends.clear();
                    rules.ends(&form, word, word + surface.text.len(), surface, &mut ends);
                    ends.contains(&form.len())
                })
        });
        match base {
            Some(&(base, ..)) => {
                let base = &mut joined[base];
                base.count += candidate.count;
                base.first = std::cmp::min_by_key(base.first, candidate.first, |(work, at)| (site.work(*work).position, *at));
            }
            None => {
                similar.push((joined.len(), form[..word].to_owned(), rules.surfaces(&form[word..], false)));
                joined.push(candidate);
            }
        }
    }
    joined
}

/// Returns the ranges of a sentence's names: quotations, and groups of words with capital letters.
/// `is_named` is true for a range that mentions a term.
fn names(
    text: &str,
    [open, close, inner_open, inner_close]: &[String; 4],
    is_named: impl Fn(&Range<usize>) -> bool,
) -> Vec<Range<usize>> {
    let mut names: Vec<Range<usize>> = Vec::new();
    for (open, close) in [(open.trim(), close.trim()), (inner_open.trim(), inner_close.trim())] {
        if open.is_empty() || close.is_empty() {
            continue;
        }
        let mut at = 0;
        while let Some(start) = text[at..].find(open).map(|found| at + found + open.len()) {
            let Some(end) = text[start..].find(close).map(|found| start + found) else { break };
            at = end + close.len();
            let words = text[start..end].split_whitespace();
            let is_name = words.clone().next().is_some_and(|word| word.starts_with(char::is_alphabetic));
            if is_name && words.count() <= QUOTED_WORDS && !text[start..end].contains(['.', '!', '?', '\u{fffc}']) {
                names.push(start..end);
            }
        }
    }
    names.retain(|name| !is_named(name));
    let quoted = names.clone();
    let mut group: Option<Range<usize>> = None;
    // The first word of a sentence has a capital letter anyway.
    let mut begins = true;
    for word in words(text) {
        let written = &text[word.clone()];
        let is_capital = written.starts_with(char::is_uppercase) && written.chars().count() > 1 && !is_named(&word);
        let gap = &text[group.as_ref().map_or(word.start, |group| group.end)..word.start];
        if let Some(done) = group.take_if(|_| !is_capital || !gap.chars().all(char::is_whitespace)) {
            names.push(done);
        }
        begins |= starts_sentence(&text[..word.start]);
        if is_capital && !begins && quoted.iter().all(|quoted| word.end <= quoted.start || quoted.end <= word.start) {
            group = Some(group.map_or(word.clone(), |group| group.start..word.end));
        } else if let Some(done) = group.take() {
            names.push(done);
        }
        begins = false;
    }
    names.extend(group);
    names
}

/// Returns the words of a text: letters, digits, and hyphens and apostrophes inside.
fn words(text: &str) -> impl Iterator<Item = Range<usize>> {
    let is_of_word = |c: char| c.is_alphanumeric() || is_combining_mark(c);
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + text[at..].find(is_of_word)?;
        let mut end = start;
        loop {
            end += text[end..].find(|c| !is_of_word(c)).unwrap_or(text.len() - end);
            let mut rest = text[end..].chars();
            let is_inner = matches!(rest.next(), Some('-' | '\'' | '’')) && rest.next().is_some_and(is_of_word);
            if !is_inner {
                break;
            }
            end += text[end..].chars().next().map_or(0, char::len_utf8);
        }
        at = end;
        Some(start..end)
    })
}

/// Returns true if a text ends where a sentence may begin: after a full stop or a colon, and the
/// spaces, brackets and quotation marks behind it.
fn starts_sentence(before: &str) -> bool {
    let before = before.trim_end_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '.' | '!' | '?' | ':' | ';' | '…'));
    before.ends_with(['.', '!', '?', ':', ';', '…'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_inside_sentences() {
        let quotes = ["“", "”", "‘", "’"].map(str::to_owned);
        let found = |text: &str| {
            names(text, &quotes, |range| &text[range.clone()] == "Oslo")
                .into_iter()
                .map(|range| text[range].to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(found("Today Astana and Nur Sultan met."), ["Astana", "Nur Sultan"]);
        assert_eq!(found("He said “the silk road” in 1998. Then Almaty, Bishkek agreed"), ["the silk road", "Almaty", "Bishkek"]);
        assert_eq!(found("The Caspian’s shore, Jean-Luc and X."), ["Caspian’s", "Jean-Luc"]);
        assert_eq!(found("In Oslo Fjord and Oslo, “Oslo”."), ["Fjord"]);
        assert_eq!(found(""), [""; 0]);
    }
}
