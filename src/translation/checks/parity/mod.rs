//! Checks of a sentence beside its translation, and of a sentence alone.
//!
//! [`pair`] reports differences in things that no translation changes:
//! numbers, dates, links, code, footnotes, placeholders. [`alone`] reports faults of one text:
//! letters of another script, quotation marks of another language. Both are pure. The facts about a
//! language come from its file ([`Rules`]).
//!
//! *A warning must be right.* If a text has several readings, the reading without a fault counts: a
//! number may be in words, a month abbreviated, a link go to another edition of the same work. So
//! some faults are not found, and every report is worth a look.
//!
//! A sentence is its text and the markup in it ([`Reading`]), which parsing has found already. The
//! checks look once at the bytes of each sentence, and do no more if there is nothing to compare.
//! Expensive work (numbers in words) is done only for sentences in which something is missing.

use std::ops::Range;

use crate::base::{Code, code, listed};
use crate::markdown::note_label;
use crate::model::{LanguagePack, row};
use crate::parse::Note;
use crate::prose::{DateRules, Scripts};

mod link;
mod number;
mod reading;
mod script;

pub use reading::Reading;

/// The number of characters of a text that a message shows.
const SHOWN: usize = 60;

/// The number of items that a message names.
const NAMED: usize = 4;

/// The rules of a language, prepared once from its file.
#[derive(Debug)]
pub struct Rules {
    code: String,
    /// Scripts of the alphabet. If the language's file has no alphabet, the set is empty and
    /// scripts are not checked.
    scripts: Scripts,
    alphabet: String,
    /// Decimal mark and group separator, if the language's file has them.
    marks: Option<(char, char)>,
    dates: DateRules,
    /// Words for numbers: the form in small letters, true if letters may follow it, and the number.
    /// So `("five", false, 5)` is the word `five`.
    numerals: Vec<(String, bool, u64)>,
    /// Every character of the quotation marks. If the language's file has none, quotation marks are
    /// not checked.
    quotes: Vec<char>,
    /// Opening quotation marks, to count quotations.
    opening: Vec<char>,
    /// Opening and closing mark of an outer quotation, with the spaces that belong to them: `« `
    /// and ` »` in French.
    outer: [String; 2],
}

/// Sentence of one edition, as input of a comparison of two.
#[derive(Debug, Clone, Copy)]
pub struct Side<'a> {
    pub rules: &'a Rules,
    /// The sentence, without translators' marks.
    pub reading: &'a Reading<'a>,
    /// The file of the sentence, which relative links start from.
    pub file: &'a str,
    /// The footnotes of its edition.
    pub notes: &'a [Note],
}

/// Fault of a sentence or of a translation.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    pub code: &'static Code,
    /// One line, as in a diagnostic.
    pub message: String,
    /// Byte range in the text, or in the translation if two texts were compared.
    pub here: Range<usize>,
    /// Byte range in the source sentence, and the label of this second place.
    pub there: Option<(Range<usize>, &'static str)>,
    pub hint: Option<Hint>,
}

/// Advice about a finding.
#[derive(Debug, Clone, PartialEq)]
pub enum Hint {
    /// The correction of the sentence.
    Correct(String),
    /// The condition under which the sentence is right as it is, and an example of the reason that
    /// a mark then gives.
    Silence { condition: &'static str, reason: &'static str },
}

/// Place of the mark that silences a check of a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MarkPlace {
    /// At the end of the sentence's line.
    Line,
    /// In the last cell of a row.
    Row,
    /// In a YAML comment behind a value.
    FrontMatter,
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
        self.hint = Some(Hint::Correct(hint.into()));
        self
    }

    fn silence(self, condition: &'static str, reason: &'static str) -> Self {
        Self { hint: Some(Hint::Silence { condition, reason }), ..self }
    }

    /// Returns the hint for a sentence whose mark has this place. A translation that is not yet in
    /// its page has the page's `file`: only there can a mark silence the check.
    pub fn advice(&self, place: MarkPlace, file: Option<&str>) -> Option<String> {
        let (condition, reason) = match self.hint.as_ref()? {
            Hint::Correct(words) => return Some(words.clone()),
            Hint::Silence { condition, reason } => (condition, reason),
        };
        let (there, comment) = match place {
            MarkPlace::Line => ("at the end of the line", ""),
            MarkPlace::Row => ("in the last cell of the row", ""),
            MarkPlace::FrontMatter => ("at the end of the line", "# "),
        };
        let edit = file.map_or_else(String::new, |file| format!("the translation into `{file}` by hand, and "));
        let code = self.code.name;
        Some(format!("{condition}, write {edit}the reason {there}: `{comment}<!-- ~ {code}: {reason} -->`"))
    }
}

impl Rules {
    /// Prepares the rules of a language.
    pub fn of(code: &str, pack: &LanguagePack) -> Self {
        let split = |form: &String| match form.strip_suffix('*') {
            Some(stem) => (stem.to_owned(), true),
            None => (form.clone(), false),
        };
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
            dates: DateRules::of(pack),
            numerals: numerals.filter(|(form, _, _)| !form.is_empty()).collect(),
            quotes: trimmed(&[open, close, inner_open, inner_close]),
            opening: trimmed(&[open, inner_open]),
            outer: [open.clone(), close.clone()],
        }
    }

    /// Returns the exponent of the power of ten that a word names, from a thousand on.
    fn power(&self, word: &str) -> Option<u32> {
        let word = word.to_lowercase();
        let large = self.numerals.iter().filter(|(_, _, value)| *value >= 1000 && is_power_of_ten(*value));
        let mut fits = large.filter(|(form, open, _)| if *open { word.starts_with(form.as_str()) } else { word == *form });
        fits.next().map(|(_, _, value)| value.ilog10())
    }

    /// Returns the numbers that a word may mean.
    fn values(&self, word: &str) -> Vec<Vec<u64>> {
        number::values(word, &self.numerals)
    }
}

fn is_power_of_ten(value: u64) -> bool {
    10_u64.checked_pow(value.ilog10()) == Some(value)
}

impl Side<'_> {
    /// Returns true if the edition has a footnote with this label.
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
            Finding::new(&code::UNTRANSLATED_TEXT, "the translation is the same text as its source".to_owned(), 0..b.text.len())
                .there(0..a.text.len(), "the source")
                .silence("translate the text; if it must stay the same", "a name"),
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

/// Checks one text by itself.
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

/// The subject of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// A sentence and its translation.
    Pair,
    /// One text.
    Text,
}

/// Returns the subject of a code's check; `None` if the code belongs to no check of this module.
pub fn about(code: &Code) -> Option<About> {
    const PAIR: [&Code; 9] = [
        &code::PARITY_NUMBER,
        &code::PARITY_DATE,
        &code::PARITY_LINK,
        &code::PARITY_CODE,
        &code::PARITY_FOOTNOTE,
        &code::PARITY_PLACEHOLDER,
        &code::PARITY_EMPHASIS,
        &code::TERM_MISSING,
        &code::UNTRANSLATED_TEXT,
    ];
    const TEXT: [&Code; 4] = [&code::MIXED_SCRIPT, &code::WRONG_SCRIPT, &code::NOT_NFC, &code::FOREIGN_QUOTES];
    if PAIR.contains(&code) { Some(About::Pair) } else { TEXT.contains(&code).then_some(About::Text) }
}

/// Returns true if two texts have the same words. In rows of a table, cells without letters may
/// differ, since `1,500` may be `1 500` in the other language.
fn same_words(a: &str, b: &str) -> bool {
    let has_words = |cell: &str| cell.contains(char::is_alphabetic);
    let is_same = |a: &str, b: &str| a.split_whitespace().eq(b.split_whitespace()) || !has_words(a) && !has_words(b);
    let cells = || row::cells(a).zip(row::cells(b)).map(|(x, y)| (&a[x], &b[y]));
    a == b || row::cells(a).count() == row::cells(b).count() && cells().all(|(a, b)| is_same(a, b))
}

/// Items of one kind (numbers, links, …) that only one of two sentences has.
struct Difference {
    code: &'static Code,
    /// Name of one item in messages.
    noun: &'static str,
    /// Items that only the source has: text and byte range.
    missing: Vec<(String, Range<usize>)>,
    /// Items that only the translation has.
    extra: Vec<(String, Range<usize>)>,
}

impl Difference {
    /// Makes one finding of the whole difference.
    fn finding(self, source: &str, target: &str) -> Option<Finding> {
        let Self { code, noun, missing, extra } = self;
        let here = extra.first().map_or(0..target.len(), |(_, range)| range.clone());
        let there = missing.first().map_or(0..source.len(), |(_, range)| range.clone());
        let (in_source, extra) = (list(&missing), list(&extra));
        let is = |things: &[String]| {
            if things.len() > 1 {
                format!("{noun}s {} are", listed(things, NAMED))
            } else {
                format!("{noun} {} is", listed(things, NAMED))
            }
        };
        let message = match (&in_source[..], &extra[..]) {
            ([], []) => return None,
            (missing, []) => format!("the {} in the source, but not in the translation", is(missing)),
            ([], extra) => format!("the {} in the translation, but not in the source", is(extra)),
            (missing, extra) => format!("the {} in the translation, but {} in the source", is(extra), listed(missing, NAMED)),
        };
        Some(Finding::new(code, message, here).there(there, "the source").silence(BOTH_RIGHT, "…"))
    }
}

/// Condition under which a difference is no fault.
const BOTH_RIGHT: &str = "if the source and the translation are both right";

/// Lists items for a message, each once.
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

/// Shortens a text for a message.
fn shown(text: &str) -> String {
    if text.chars().count() <= SHOWN {
        return text.to_owned();
    }
    text.chars().take(SHOWN).chain(['…']).collect()
}
