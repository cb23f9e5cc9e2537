//! Comparison of the numbers of two sentences.
//!
//! A number is compared by its value. Its spelling depends on the language (decimal mark, group
//! separator), on habit (`10 000`, `8 billion`, `1991–95`, `XXI`, `the 1980s`) and on the writer.
//! If a spelling has several readings, every reading counts. A number in words counts too. So a
//! report means that the other side lacks the number in every form.
//!
//! The count of a number does not matter: a translation may say "that year" for a year already
//! named, and "all three parties" for "3 of 3 parties". Only if neither side has a word, as in a
//! row of numbers, the counts must be equal.

use std::collections::BTreeSet;
use std::ops::Range;

use super::reading::Reading;
use super::{BOTH_RIGHT, Difference, Finding, Rules, Side};
use crate::base::code;
use crate::model::language::grouped;
use crate::prose::month::{MonthDate, month_dates};

/// The greatest count of numbers and of words in a sentence that is compared. A text with more is
/// no sentence.
const MOST: usize = 400;
const MOST_WORDS: usize = 5000;

/// A number in a text, with every value that it may have.
///
/// ```text
/// English "1,500"    own 1500, wholes 1500 1.5 1,500, parts 1 500
/// English "8 billion"    own 8, wholes 8, power 9
/// ```
#[derive(Debug)]
struct Number {
    /// Byte range with a word that multiplies the number: `8 billion`.
    range: Range<usize>,
    /// Byte range of the digits and the marks between them: `8`.
    digits: Range<usize>,
    /// Value by the rules of the text's language.
    own: Option<String>,
    /// Every value that the digits may have as one number, by the rules of any language.
    wholes: Vec<String>,
    /// The separate numbers, if the marks between the digits separate numbers; empty without marks.
    parts: Vec<String>,
    /// Exponent of the power of ten that a word after the digits names: 9 for `billion`.
    power: Option<u32>,
    /// True if the number may be a decade without its century: `60s`.
    decade: bool,
    roman: bool,
    /// True if the other side must have it. False for 0 and 1, for a part of a name, and for a
    /// Roman number that may be a letter or a word.
    needed: bool,
}

/// Compares the dates of two sentences, then the numbers that are left.
pub(super) fn compare(source: &Side<'_>, target: &Side<'_>, findings: &mut Vec<Finding>) {
    let (a, b) = (source.reading, target.reading);
    if !a.has_numbers() && !b.has_numbers() {
        return;
    }
    let (rules_a, rules_b) = (source.rules, target.rules);
    let [dates_a, dates_b] = [(a, rules_a), (b, rules_b)].map(|(reading, rules)| month_dates(reading.words(), &rules.dates));
    let [numbers_a, numbers_b] = [(a, rules_a), (b, rules_b)].map(|(reading, rules)| numbers(reading, rules));
    let too_many = |reading: &Reading<'_>, numbers: &[Number]| numbers.len() > MOST || reading.tokens().len() > MOST_WORDS;
    if (numbers_a.is_empty() && numbers_b.is_empty()) || too_many(a, &numbers_a) || too_many(b, &numbers_b) {
        return;
    }
    // Byte ranges of dates that were compared as dates: their numbers are not compared again.
    let (mut settled_a, mut settled_b): (Vec<Range<usize>>, Vec<Range<usize>>) = (Vec::new(), Vec::new());
    let apart = |date: &MonthDate, others: &[MonthDate]| !others.iter().any(|other| date.fits(other));
    let missing: Vec<&MonthDate> = dates_a.iter().filter(|date| apart(date, &dates_b)).collect();
    let extra: Vec<&MonthDate> = dates_b.iter().filter(|date| apart(date, &dates_a)).collect();
    // A date on one side alone may have an unknown form on the other. Then the numbers are
    // compared.
    if !missing.is_empty() && !extra.is_empty() {
        settled_a.extend(missing.iter().map(|date| date.range.clone()));
        settled_b.extend(extra.iter().map(|date| date.range.clone()));
        let piece = |reading: &Reading<'_>, date: &MonthDate| (reading.text[date.range.clone()].to_owned(), date.range.clone());
        let difference = Difference {
            code: &code::PARITY_DATE,
            noun: "date",
            missing: missing.iter().map(|date| piece(a, date)).collect(),
            extra: extra.iter().map(|date| piece(b, date)).collect(),
        };
        findings.extend(difference.finding(a.text, b.text));
    }
    let exact = |date: &MonthDate, others: &[MonthDate]| others.iter().any(|other| date.same(other));
    settled_a.extend(dates_a.iter().filter(|date| exact(date, &dates_b)).map(|date| date.range.clone()));
    settled_b.extend(dates_b.iter().filter(|date| exact(date, &dates_a)).map(|date| date.range.clone()));

    let missing = lacking(&numbers_a, &settled_a, &numbers_b, b, rules_b);
    let extra = lacking(&numbers_b, &settled_b, &numbers_a, a, rules_a);
    let piece = |reading: &Reading<'_>, number: &Number| (reading.text[number.range.clone()].to_owned(), number.range.clone());
    let difference = Difference {
        code: &code::PARITY_NUMBER,
        noun: "number",
        missing: missing.iter().map(|number| piece(a, number)).collect(),
        extra: extra.iter().map(|number| piece(b, number)).collect(),
    };
    findings.extend(difference.finding(a.text, b.text));
    let has_words = |reading: &Reading<'_>| reading.tokens().iter().any(|token| !token.digits);
    if missing.is_empty() && extra.is_empty() && !has_words(a) && !has_words(b) {
        repeated(a, &numbers_a, b, &numbers_b, findings);
    }
    copied(rules_a, a, &numbers_a, rules_b, b, &numbers_b, findings);
}

/// Reports a number that one side has more often than the other. Neither side has a word that could
/// replace it.
fn repeated(a: &Reading<'_>, numbers_a: &[Number], b: &Reading<'_>, numbers_b: &[Number], findings: &mut Vec<Finding>) {
    let (missing, extra) = (surplus(numbers_a, numbers_b), surplus(numbers_b, numbers_a));
    let (here, there) = match (missing.first(), extra.first()) {
        (None, None) => return,
        (missing, extra) => (
            extra.map_or(0..b.text.len(), |number| number.range.clone()),
            missing.map_or(0..a.text.len(), |number| number.range.clone()),
        ),
    };
    let message = match missing.first() {
        Some(number) => {
            format!("the number `{}` occurs more often in the source than in the translation", &a.text[number.range.clone()])
        }
        None => format!("the number `{}` occurs more often in the translation than in the source", &b.text[here.clone()]),
    };
    findings.push(Finding::new(&code::PARITY_NUMBER, message, here).there(there, "the source").silence(BOTH_RIGHT, "…"));
}

/// Returns the numbers of one sentence that the `other` lacks, as digits and in words. Numbers in
/// the ranges `settled` are skipped.
fn lacking<'n>(
    numbers: &'n [Number],
    settled: &[Range<usize>],
    others: &[Number],
    other: &Reading<'_>,
    rules: &Rules,
) -> Vec<&'n Number> {
    let mut in_words: Option<BTreeSet<String>> = None;
    let is_lacking = |number: &&Number| {
        if !number.needed || settled.iter().any(|range| range.contains(&number.range.start)) || number.is_among(others) {
            return false;
        }
        if rules.numerals.is_empty() {
            // The other language's words for numbers are unknown. Only short or round numbers are
            // likely to be in words.
            return !number.wholes.iter().any(|value| value.trim_end_matches('0').len() <= 2);
        }
        let words = in_words.get_or_insert_with(|| numbers_in_words(other, rules));
        let scaled = number.power.map(|power| number.shifted(power)).unwrap_or_default();
        !number.wholes.iter().chain(&scaled).any(|value| words.contains(value))
    };
    numbers.iter().filter(is_lacking).collect()
}

/// Returns each number that stands more often among `numbers` than among `others`. Returns none if
/// any number has marks between its digits, and so several readings.
///
/// ```text
/// numbers 5 5 7     others 5     result 5 7
/// numbers 5 5 1,7   others 5     no result
/// ```
fn surplus<'n>(numbers: &'n [Number], others: &[Number]) -> Vec<&'n Number> {
    if numbers.iter().chain(others).any(|number| !number.parts.is_empty()) {
        return Vec::new();
    }
    let count = |of: &[Number], value: &Number| of.iter().filter(|it| it.wholes == value.wholes).count();
    let is_surplus = |(at, number): &(usize, &Number)| count(&numbers[..=*at], number) > count(others, number);
    numbers.iter().enumerate().filter(is_surplus).map(|(_, number)| number).collect()
}

/// Reports numbers that a translation copied in the source language's spelling, but that have
/// another value in its own language.
fn copied(
    source: &Rules,
    a: &Reading<'_>,
    numbers_a: &[Number],
    target: &Rules,
    b: &Reading<'_>,
    numbers_b: &[Number],
    findings: &mut Vec<Finding>,
) {
    let (Some((decimal, group)), Some((other_decimal, other_group))) = (source.marks, target.marks) else { return };
    if decimal == other_decimal {
        return;
    }
    for number in numbers_b.iter().filter(|number| !number.parts.is_empty()) {
        let written = &b.prose[number.digits.clone()];
        let same = |other: &&Number| a.prose[other.digits.clone()] == *written && other.own != number.own;
        let Some(other) = numbers_a.iter().find(same) else { continue };
        let Some(value) = &other.own else { continue };
        let fraction = value.contains('.') && decimal != '.';
        // `3.14` may be a version or a section. Groups of three digits are a number, unless there
        // are four or more groups, as in the address 192.168.100.200.
        let groups = written.contains(group) && !group.is_whitespace() && !value.contains('.') && number.parts.len() < 4;
        if !fraction && !groups {
            continue;
        }
        let right = match value.parse() {
            Ok(whole) => grouped(whole, &other_group.to_string()),
            Err(_) => value.replace('.', &other_decimal.to_string()),
        };
        let message = match &number.own {
            Some(own) => {
                format!(
                    "`{written}` means {} in the language of the translation, but {} in the source",
                    own.replace('.', &other_decimal.to_string()),
                    right
                )
            }
            None => format!("the number `{written}` is written as in the language of the source"),
        };
        findings.push(
            Finding::new(&code::PARITY_NUMBER, message, number.digits.clone())
                .there(other.digits.clone(), "the source")
                .hint(format!("write `{right}`")),
        );
    }
}

impl Number {
    /// Returns true if one of the other numbers may be the same, or if the parts of this one are
    /// all among the others.
    fn is_among(&self, others: &[Number]) -> bool {
        others.iter().any(|other| self.may_equal(other))
            // `10.30` may be written `10:30`.
            || (!self.parts.is_empty()
                && self.parts.iter().all(|part| others.iter().any(|other| other.parts.is_empty() && other.wholes.contains(part))))
    }

    /// Returns true if the two may have the same value.
    fn may_equal(&self, other: &Self) -> bool {
        let meet = |a: &[String], b: &[String]| a.iter().any(|value| b.contains(value));
        let one = match (self.power, other.power) {
            (Some(a), Some(b)) if a == b => meet(&self.wholes, &other.wholes),
            (Some(a), Some(b)) => meet(&self.shifted(a), &other.shifted(b)),
            (Some(a), None) => meet(&self.wholes, &other.wholes) || meet(&self.shifted(a), &other.wholes),
            (None, Some(b)) => meet(&self.wholes, &other.wholes) || meet(&self.wholes, &other.shifted(b)),
            (None, None) => meet(&self.wholes, &other.wholes),
        };
        let decade = |short: &Self, long: &Self| {
            short.decade
                && short.wholes.iter().any(|end| long.wholes.iter().any(|year| year.len() == 4 && year.ends_with(end.as_str())))
        };
        // `20-е годы XX века` are the 1920s.
        let century = |roman: &Self, year: &Self| {
            let of =
                |year: &String| (year.len() == 4).then(|| Some((year.get(..2)?.parse::<u32>().ok()? + 1).to_string())).flatten();
            roman.roman && year.wholes.iter().filter_map(of).any(|century| roman.wholes.contains(&century))
        };
        let one = one || century(self, other) || century(other, self);
        one || (self.parts.is_empty() && meet(&self.wholes, &other.parts)) || decade(self, other) || decade(other, self)
    }

    /// Returns the values of the number times a power of ten.
    fn shifted(&self, power: u32) -> Vec<String> {
        self.wholes
            .iter()
            .map(|value| {
                let (whole, fraction) = value.split_once('.').unwrap_or((value, ""));
                let power = power as usize;
                let fraction = format!("{fraction:0<power$}");
                let end = fraction.char_indices().nth(power).map_or(fraction.len(), |(at, _)| at);
                canonical(&format!("{whole}{}", &fraction[..end]), &fraction[end..])
            })
            .collect()
    }
}

/// Returns a number without leading zeros and without final zeros of its fraction.
fn canonical(whole: &str, fraction: &str) -> String {
    let whole = match whole.trim_start_matches('0') {
        "" => "0",
        whole => whole,
    };
    match fraction.trim_end_matches('0') {
        "" => whole.to_owned(),
        fraction => format!("{whole}.{fraction}"),
    }
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\u{a0}' | '\u{202f}' | '\u{2009}' | '\u{2007}')
}

/// Returns true if a mark separates thousands in some language.
fn is_group(c: char) -> bool {
    is_space(c) || matches!(c, '\'' | '’' | '٬')
}

/// Returns all numbers of a text.
fn numbers(reading: &Reading<'_>, rules: &Rules) -> Vec<Number> {
    let tokens = reading.tokens();
    let mut numbers = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if !tokens[at].digits {
            if !tokens[at].small {
                numbers.extend(roman(reading, at));
            }
            at += 1;
            continue;
        }
        let first = at;
        let mut pieces = vec![reading.digits(at)];
        let mut marks: Vec<char> = Vec::new();
        while at + 1 < tokens.len() && tokens[at + 1].digits {
            let mut gap = reading.gap(at).chars();
            let (Some(mark), None) = (gap.next(), gap.next()) else { break };
            let next = reading.digits(at + 1);
            let groups = next.len() == 3 && pieces[0].len() <= 3 && pieces[1..].iter().all(|piece| piece.len() == 3);
            // A list without spaces (`1,2,3`) has the same marks. It becomes one number with
            // several readings.
            let joins = matches!(mark, '.' | ',' | '٫') || (is_group(mark) && groups && marks.iter().all(|other| *other == mark));
            if !joins {
                break;
            }
            pieces.push(next);
            marks.push(mark);
            at += 1;
        }
        let range = tokens[first].range.start..tokens[at].range.end;
        let own = match rules.marks {
            Some((decimal, group)) => read(&pieces, &marks, decimal, group),
            None => None,
        };
        let mut wholes: Vec<String> = Vec::new();
        // A number with marks is also read as its own text: a version, a section, an address.
        let itself = (!marks.is_empty()).then(|| reading.prose[range.clone()].to_owned());
        let readings = [read(&pieces, &marks, '.', ','), read(&pieces, &marks, ',', '.'), itself];
        for reading in own.clone().into_iter().chain(readings.into_iter().flatten()) {
            if !wholes.contains(&reading) {
                wholes.push(reading);
            }
        }
        let parts = if marks.is_empty() { Vec::new() } else { pieces.iter().map(|piece| canonical(piece, "")).collect() };
        let before = reading.prose[..range.start].chars().next_back();
        // `1991–95` and `1991/92` name the second year by its last two digits.
        if pieces.len() == 1
            && pieces[0].len() == 2
            && first > 0
            && tokens[first - 1].digits
            && matches!(reading.gap(first - 1), "-" | "–" | "—" | "/")
        {
            let from = reading.digits(first - 1);
            if from.len() == 4 {
                wholes.push(format!("{}{}", &from[..2], pieces[0]));
            }
        }
        let word_after = (at + 1 < tokens.len() && !tokens[at + 1].digits).then_some(at + 1);
        let decade = pieces.len() == 1
            && pieces[0].len() == 2
            && (matches!(before, Some('\'' | '’'))
                || word_after.is_some_and(|_| match reading.gap(at) {
                    // `60s` and `68er` are decades. After a hyphen or an apostrophe, any number may
                    // have a case ending, so only round numbers count.
                    "" => true,
                    "-" | "‑" | "'" | "’" => pieces[0].ends_with('0'),
                    _ => false,
                }));
        let power = word_after.filter(|_| {
            let gap = reading.gap(at);
            gap.is_empty() || gap == "-" || (gap.chars().count() == 1 && gap.starts_with(is_space))
        });
        let power = power.and_then(|word| Some((rules.power(reading.word(&tokens[word]))?, word)));
        // The message shows `8 billion` whole.
        let digits = range.clone();
        let range = range.start..power.map_or(range.end, |(_, word)| tokens[word].range.end);
        let power = power.map(|(power, _)| power);
        let in_name = before.is_some_and(char::is_alphabetic);
        let trivial = parts.is_empty() && wholes.iter().any(|value| value == "0" || value == "1") && power.is_none();
        numbers.push(Number { range, digits, own, wholes, parts, power, decade, roman: false, needed: !in_name && !trivial });
        at += 1;
    }
    numbers
}

/// Reads pieces of digits as one number, by one language's marks.
fn read(pieces: &[String], marks: &[char], decimal: char, group: char) -> Option<String> {
    let decimal = |mark: char| mark == decimal || mark == '٫';
    let fraction = marks.last().is_some_and(|mark| decimal(*mark));
    let groups = &marks[..marks.len() - usize::from(fraction)];
    let whole = &pieces[..=groups.len()];
    let grouped = groups.is_empty()
        || (groups.iter().all(|mark| !decimal(*mark) && (*mark == group || is_group(*mark)))
            && whole[0].len() <= 3
            && !whole[0].starts_with('0')
            && whole[1..].iter().all(|piece| piece.len() == 3));
    grouped.then(|| canonical(&whole.concat(), if fraction { &pieces[pieces.len() - 1] } else { "" }))
}

/// Reads a Roman number, in Latin letters or in Cyrillic letters that look like them.
fn roman(reading: &Reading<'_>, at: usize) -> Option<Number> {
    let token = &reading.tokens()[at];
    let word = reading.word(token);
    if !word.starts_with(['I', 'V', 'X', 'L', 'C', 'D', 'M', 'І', 'Х']) {
        return None;
    }
    let mut letters = String::new();
    // Endings such as in `XXIe`, `XXIst`.
    let ending = word.trim_start_matches(char::is_uppercase);
    if ending.chars().count() > 3 || !ending.chars().all(char::is_lowercase) {
        return None;
    }
    for c in word[..word.len() - ending.len()].chars() {
        letters.push(match c {
            'I' | 'V' | 'X' | 'L' | 'C' | 'D' | 'M' => c,
            'І' => 'I',
            'Х' => 'X',
            _ => return None,
        });
        if letters.len() > 15 {
            return None;
        }
    }
    let value = roman_value(&letters)?;
    let beside_digits = (at > 0 && reading.tokens()[at - 1].digits && reading.gap(at - 1).is_empty())
        || (at + 1 < reading.tokens().len() && reading.tokens()[at + 1].digits && reading.gap(at).is_empty());
    if beside_digits || (letters.len() < 2 && !ending.is_empty()) {
        return None;
    }
    // Other letters too often make words and abbreviations: CD, DC, MIX.
    let needed = letters.len() >= 2 && letters.chars().all(|c| "IVX".contains(c));
    let value = value.to_string();
    Some(Number {
        range: token.range.clone(),
        digits: token.range.clone(),
        own: Some(value.clone()),
        wholes: vec![value],
        parts: Vec::new(),
        power: None,
        decade: false,
        roman: true,
        needed,
    })
}

/// Signs of Roman numbers and the subtractive pairs, such as `CM`, with their values in descending
/// order.
const ROMAN: [(u32, &str); 13] = [
    (1000, "M"),
    (900, "CM"),
    (500, "D"),
    (400, "CD"),
    (100, "C"),
    (90, "XC"),
    (50, "L"),
    (40, "XL"),
    (10, "X"),
    (9, "IX"),
    (5, "V"),
    (4, "IV"),
    (1, "I"),
];

/// Returns the value of a Roman number in its one proper form.
fn roman_value(letters: &str) -> Option<u32> {
    let mut rest = letters;
    let mut total = 0;
    for (value, sign) in ROMAN {
        // Only M, C, X and I may be repeated, up to three times.
        let most = if matches!(value, 1000 | 100 | 10 | 1) { 3 } else { 1 };
        for _ in 0..most {
            let Some(shorter) = rest.strip_prefix(sign) else { break };
            total += value;
            rest = shorter;
        }
    }
    (rest.is_empty() && total > 0 && to_roman(total) == letters).then_some(total)
}

fn to_roman(mut value: u32) -> String {
    let mut letters = String::new();
    for (step, sign) in ROMAN {
        while value >= step {
            letters.push_str(sign);
            value -= step;
        }
    }
    letters
}

/// Returns all numbers that the words of a text may mean, alone and together.
fn numbers_in_words(reading: &Reading<'_>, rules: &Rules) -> BTreeSet<String> {
    /// The greatest number of words in such a number, and the greatest number of readings followed.
    const LONGEST: usize = 8;
    const WAYS: usize = 32;
    let words: Vec<Vec<Vec<u64>>> =
        reading.tokens().iter().map(|token| if token.digits { Vec::new() } else { rules.values(reading.word(token)) }).collect();
    let mut found = BTreeSet::new();
    for start in 0..words.len() {
        // Each reading has a finished sum, and a part that a word for hundred or thousand may
        // multiply.
        let mut ways: BTreeSet<(u64, u64)> = BTreeSet::from([(0, 0)]);
        let mut skipped = false;
        for (word, values) in words.iter().enumerate().skip(start).take(LONGEST) {
            if values.is_empty() {
                // A short word may stand between: "two hundred and fifty".
                let short = reading.word(&reading.tokens()[word]).chars().count() <= 3;
                if word == start || skipped || !short {
                    break;
                }
                skipped = true;
                continue;
            }
            skipped = false;
            let mut next = BTreeSet::new();
            for way in &ways {
                for values in values {
                    let mut ends = vec![*way];
                    for value in values {
                        ends = ends.into_iter().flat_map(|end| with_word(end, *value)).take(WAYS).collect();
                    }
                    next.extend(ends);
                }
            }
            ways = next.into_iter().take(WAYS).collect();
            found.extend(ways.iter().map(|(complete, open)| complete.saturating_add(*open).to_string()));
        }
    }
    found
}

/// Returns the readings of a number in words after a further word for `value`. A reading is a
/// finished sum, and an open part that a later word may multiply.
///
/// ```text
/// "two hundred"   (0, 2)   and 100    gives (0, 200)
/// "… thousand"    (0, 200) and 1000   gives (200000, 0)
/// ```
fn with_word((complete, open): (u64, u64), value: u64) -> Vec<(u64, u64)> {
    match value {
        1000.. => vec![(complete.saturating_add(open.max(1).saturating_mul(value)), 0)],
        100 => vec![(complete, open.max(1).saturating_mul(100))],
        // In French, eighty is four times twenty.
        20 if (2..10).contains(&open) => vec![(complete, open.saturating_add(20)), (complete, open * 20)],
        _ => vec![(complete, open.saturating_add(value))],
    }
}

/// Returns the readings of one word: a number, or several that are written together
/// (`einundzwanzig`).
pub(super) fn values(word: &str, numerals: &[(String, bool, u64)]) -> Vec<Vec<u64>> {
    // In small letters, a capital İ leaves a combining dot, which no form has.
    let word: String = word.to_lowercase().chars().filter(|c| *c != '\u{307}').collect();
    let matches = |rest: &str, form: &str, open: bool| if open { rest.starts_with(form) } else { rest == form };
    let longest =
        |rest: &str| numerals.iter().filter(|(form, open, _)| matches(rest, form, *open)).map(|(form, _, _)| form.len()).max();
    let Some(length) = longest(&word) else { return Vec::new() };
    let of_length = |rest: &str, length: usize| {
        let fits = numerals.iter().filter(|(form, open, _)| form.len() == length && matches(rest, form, *open));
        fits.map(|(_, _, value)| *value).collect::<Vec<u64>>()
    };
    let mut found: Vec<Vec<u64>> = of_length(&word, length).into_iter().map(|value| vec![value]).collect();
    let mut together: Vec<u64> = of_length(&word, length).into_iter().take(1).collect();
    let mut rest = &word[length..];
    'pieces: while !rest.is_empty() && together.len() < 8 {
        // Up to three letters may join them: `und`.
        for skip in rest.char_indices().map(|(at, _)| at).take(4) {
            if let Some(length) = longest(&rest[skip..]).filter(|length| *length > 2) {
                together.extend(of_length(&rest[skip..], length).first());
                rest = &rest[skip + length..];
                continue 'pieces;
            }
        }
        break;
    }
    if together.len() > 1 {
        found.push(together);
    }
    found
}
