//! A sentence beside its translation, and a sentence alone: what an editor would stumble over.
//!
//! Two texts in, findings out: [`pair`] says where a translation and its source differ in what no translation changes
//! (numbers, dates, links, code, footnotes, placeholders), [`alone`] what is wrong with one text by itself (letters of
//! another script, quotation marks of another language). Both are pure, and both know of a language only what its file
//! says ([`Rules`]).
//!
//! *A warning must be right.* Where a text can be read in more than one way, the reading in which nothing is wrong
//! counts: a number may be in words, a month abbreviated, a link go to another edition of the same work. So some faults
//! are not found, and what is reported is worth a look.
//!
//! They cost one look at the bytes of each sentence, and nothing more where there is nothing to compare; what is
//! expensive (numbers in words) is done for sentences in which something is missing.

use std::ops::Range;

use crate::base::{Code, code};
use crate::model::LanguagePack;
use crate::parse::{Note, note_label};

mod date;
mod link;
mod number;
mod reading;
mod script;

pub use reading::Reading;
use script::Scripts;

/// How much of a text a message shows.
const SHOWN: usize = 60;

/// What the checks need to know of a language, made ready once from its file.
#[derive(Debug)]
pub struct Rules {
    code: String,
    /// The scripts of its alphabet; none if its file does not say one, and then scripts are not judged.
    scripts: Scripts,
    alphabet: String,
    /// Decimal mark and group separator, if its file says them.
    marks: Option<(char, char)>,
    /// Forms of the months' names.
    months: Vec<MonthForm>,
    /// Words for numbers in small letters, whether each may go on, and the number.
    numerals: Vec<(String, bool, u64)>,
    /// Every character of its quotation marks; none if its file does not say them, and then they are not judged.
    quotes: Vec<char>,
    /// Those that open, to count what is quoted.
    opening: Vec<char>,
    /// Its outer quotation marks, as they are written.
    outer: [String; 2],
}

/// How a month's name may be written.
#[derive(Debug)]
struct MonthForm {
    /// In small letters.
    form: String,
    /// Whether it is written with a capital letter, by which `May` and `March` are told from common words.
    capital: bool,
    /// Whether it may go on.
    open: bool,
    month: u32,
}

/// One of the texts that are compared.
#[derive(Debug, Clone, Copy)]
pub struct Side<'a> {
    pub rules: &'a Rules,
    /// The sentence, without marks.
    pub reading: &'a Reading<'a>,
    /// The file it stands in, from which relative links count.
    pub file: &'a str,
    /// The footnotes of its edition.
    pub notes: &'a [Note],
}

/// Something that an editor would want to know.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    pub code: &'static Code,
    /// One line, as in a diagnostic.
    pub message: String,
    /// Bytes of the text, or of the translation.
    pub here: Range<usize>,
    /// Bytes of the source sentence, and what stands there.
    pub there: Option<(Range<usize>, &'static str)>,
    pub hint: Option<String>,
}

impl Finding {
    fn new(code: &'static Code, message: String, here: Range<usize>) -> Self {
        Self { code, message, here, there: None, hint: None }
    }

    fn there(mut self, range: Range<usize>, words: &'static str) -> Self {
        self.there = Some((range, words));
        self
    }

    fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl Rules {
    /// Makes a language ready.
    pub fn of(code: &str, pack: &LanguagePack) -> Self {
        let split = |form: &String| match form.strip_suffix('*') {
            Some(stem) => (stem.to_owned(), true),
            None => (form.clone(), false),
        };
        let mut months = Vec::new();
        if !pack.borrowed.months {
            let plain = pack.months.iter().map(std::slice::from_ref);
            let forms = pack.month_forms.iter().map(Vec::as_slice);
            for (month, forms) in (1..).zip(plain).chain((1..).zip(forms)) {
                months.extend(forms.iter().map(split).map(|(form, open)| MonthForm {
                    capital: form.starts_with(char::is_uppercase),
                    form: form.to_lowercase(),
                    open,
                    month,
                }));
            }
        }
        let numerals = pack
            .numerals
            .iter()
            .flat_map(|(value, forms)| forms.iter().map(split).map(|(form, open)| (form.to_lowercase(), open, *value)));
        let first = |mark: &str, or: char| mark.chars().next().unwrap_or(or);
        let judged = !pack.borrowed.quotes;
        let trimmed =
            |marks: &[&String]| marks.iter().flat_map(|mark| mark.chars()).filter(|c| judged && !c.is_whitespace()).collect();
        let [open, close, inner_open, inner_close] = &pack.quotes;
        Self {
            code: code.to_owned(),
            scripts: Scripts::of(&pack.alphabet),
            alphabet: pack.alphabet.clone(),
            marks: (!pack.borrowed.marks && !pack.decimal.is_empty())
                .then(|| (first(&pack.decimal, '.'), first(&pack.group, ' '))),
            months,
            numerals: numerals.filter(|(form, _, _)| !form.is_empty()).collect(),
            quotes: trimmed(&[open, close, inner_open, inner_close]),
            opening: trimmed(&[open, inner_open]),
            outer: [open.clone(), close.clone()],
        }
    }

    /// The month that a word names.
    fn month(&self, word: &str) -> Option<u32> {
        let capital = word.starts_with(char::is_uppercase);
        let word = word.to_lowercase();
        let fits =
            |it: &&MonthForm| (capital || !it.capital) && if it.open { word.starts_with(&it.form) } else { word == it.form };
        self.months.iter().find(fits).map(|it| it.month)
    }

    /// The power of ten that a word stands for, from a thousand on.
    fn power(&self, word: &str) -> Option<u32> {
        let word = word.to_lowercase();
        let large = self.numerals.iter().filter(|(_, _, value)| *value >= 1000 && is_power_of_ten(*value));
        let mut fits = large.filter(|(form, open, _)| if *open { word.starts_with(form.as_str()) } else { word == *form });
        fits.next().map(|(_, _, value)| value.ilog10())
    }

    /// What a word may say as a number.
    fn values(&self, word: &str) -> Vec<Vec<u64>> {
        number::values(word, &self.numerals)
    }
}

fn is_power_of_ten(value: u64) -> bool {
    10_u64.checked_pow(value.ilog10()) == Some(value)
}

impl Side<'_> {
    /// Whether its edition has a footnote of that label.
    fn has_note(&self, label: &str) -> bool {
        let label = note_label(label);
        self.notes.iter().any(|note| note.label == label)
    }
}

/// Compares a translation with its source.
pub fn pair(source: &Side<'_>, target: &Side<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let (a, b) = (source.reading, target.reading);
    if same_words(a.text, b.text) && script::needs_translation(b, source.rules, target.rules) {
        findings.push(
            Finding::new(&code::UNTRANSLATED_TEXT, "the same text as in the source".to_owned(), 0..b.text.len())
                .there(0..a.text.len(), "the source")
                .hint("translate it; `<!-- ~ untranslated-text: a name -->` behind it says why it stays as it is"),
        );
        return findings;
    }
    number::compare(source, target, &mut findings);
    link::links(source, target, &mut findings);
    link::codes(source, target, &mut findings);
    link::notes(source, target, &mut findings);
    link::placeholders(source, target, &mut findings);
    link::emphasis(source, target, &mut findings);
    findings
}

/// Looks at one text by itself.
pub fn alone(rules: &Rules, reading: &Reading<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    if !reading.is_plainly(rules.scripts) {
        script::mixed(reading, rules, &mut findings);
        script::wrong(reading, rules, &mut findings);
    }
    if !reading.is_plainly_nfc() {
        script::not_nfc(reading.text, &mut findings);
    }
    if reading.may_quote() {
        link::quotes(reading, rules, &mut findings);
    }
    findings
}

/// What a check looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// A sentence and its translation.
    Pair,
    /// One text.
    Text,
}

/// What the check of a code looks at; `None` if it is none of these.
pub fn about(code: &Code) -> Option<About> {
    const PAIR: [&Code; 8] = [
        &code::PARITY_NUMBER,
        &code::PARITY_DATE,
        &code::PARITY_LINK,
        &code::PARITY_CODE,
        &code::PARITY_FOOTNOTE,
        &code::PARITY_PLACEHOLDER,
        &code::PARITY_EMPHASIS,
        &code::UNTRANSLATED_TEXT,
    ];
    const TEXT: [&Code; 4] = [&code::MIXED_SCRIPT, &code::WRONG_SCRIPT, &code::NOT_NFC, &code::FOREIGN_QUOTES];
    if PAIR.contains(&code) { Some(About::Pair) } else { TEXT.contains(&code).then_some(About::Text) }
}

fn same_words(a: &str, b: &str) -> bool {
    a == b || a.split_whitespace().eq(b.split_whitespace())
}

/// What one side has and the other has not, of one kind of thing.
struct Difference {
    code: &'static Code,
    what: &'static str,
    /// Of the source.
    missing: Vec<(String, Range<usize>)>,
    /// Of the translation.
    extra: Vec<(String, Range<usize>)>,
}

impl Difference {
    /// One finding for all of it.
    fn finding(self, source: &str, target: &str) -> Option<Finding> {
        let Self { code, what, missing, extra } = self;
        let here = extra.first().map_or(0..target.len(), |(_, range)| range.clone());
        let there = missing.first().map_or(0..source.len(), |(_, range)| range.clone());
        let (in_source, extra) = (list(&missing), list(&extra));
        let is = |things: &[String]| {
            if things.len() > 1 { format!("{what}s {} are", joined(things)) } else { format!("{what} {} is", joined(things)) }
        };
        let message = match (&in_source[..], &extra[..]) {
            ([], []) => return None,
            (missing, []) => format!("the {} in the source and not here", is(missing)),
            ([], extra) => format!("the {} not in the source", is(extra)),
            (missing, extra) => format!("the {} here, and {} in the source", is(extra), joined(missing)),
        };
        let hint = format!("if both are right, say why at the end of the line: `<!-- ~ {}: … -->`", code.name);
        Some(Finding::new(code, message, here).there(there, "the source").hint(hint))
    }
}

/// Things for a message, each once.
fn list(things: &[(String, Range<usize>)]) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for (thing, _) in things {
        let word = format!("`{}`", shown(thing));
        if !words.contains(&word) {
            words.push(word);
        }
    }
    words
}

/// The first few of a list, and how many more there are.
fn joined(words: &[String]) -> String {
    const MOST: usize = 4;
    let list = words[..words.len().min(MOST)].join(", ");
    if words.len() > MOST { format!("{list} and {} more", words.len() - MOST) } else { list }
}

/// A text for a message: not longer than a line.
fn shown(text: &str) -> String {
    if text.chars().count() <= SHOWN {
        return text.to_owned();
    }
    text.chars().take(SHOWN).chain(['…']).collect()
}
