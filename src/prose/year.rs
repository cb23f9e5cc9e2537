//! Years without a month: those that a word of the language marks, and times between two years.
//!
//! A number of four digits alone is no year: it may count tonnes or lines. These are years:
//!
//! ```text
//! in 1995, 1995 жылы, 1995'te       a word or an ending marks the year
//! 1991–1993, 1991–93                two years with a dash between them
//! before 1999 or 2002               a word of the list joins a number to a year
//! from 1991 to 1993                 words before and between the years
//! ```

use super::joint::{DateSpan, Joint, Point, is_dash, joint, number_after, with_ending};
use super::month::{stands_alone, value};
use super::rules::DateRules;
use super::tokens::Words;

/// A number that may be a year.
#[derive(Debug)]
struct Candidate {
    token: usize,
    year: u32,
    /// The second year of a range, and its token.
    until: Option<(usize, u32)>,
    /// The last token of the number or the range, with its ending.
    last: usize,
    is_marked: bool,
    /// True if a word behind the year follows several years: `жылдары` in `1991 және 1993 жылдары`.
    /// Behind one year it names a decade.
    is_last_of_several: bool,
    /// True if a word says that a time begins with the year.
    begins: bool,
    /// True if a word behind the year says that a time ends with it.
    ends: bool,
}

/// Returns the years of a text that are not part of another date.
pub(super) fn years(words: Words<'_>, rules: &DateRules, used: &[bool]) -> Vec<DateSpan> {
    if !rules.has_years {
        return Vec::new();
    }
    let mut candidates: Vec<Candidate> = Vec::new();
    for (token, _) in words.tokens.iter().enumerate().filter(|(token, it)| it.digits && !used[*token]) {
        let is_second = candidates.last().is_some_and(|last| last.until.is_some_and(|(until, _)| until == token));
        if !is_second {
            candidates.extend(candidate(words, rules, token, used));
        }
    }
    mark_lists(words, rules, &mut candidates);
    let mut spans: Vec<DateSpan> = Vec::new();
    let mut candidates = candidates.into_iter().peekable();
    while let Some(mut it) = candidates.next() {
        if it.begins
            && it.until.is_none()
            && let Some(end) = candidates.next_if(|next| {
                let between = joint(words, rules, it.last, next.token);
                let is_end = match between {
                    Some(Joint::To) => true,
                    // `between 1991 and 1993`
                    Some(Joint::And) => rules.to.begin_at(words, next.token - 1),
                    Some(Joint::Space | Joint::Mark) => next.ends,
                    _ => false,
                };
                is_end && next.until.is_none() && it.year < next.year
            })
        {
            (it.until, it.last, it.is_marked) = (Some((end.token, end.year)), end.last, true);
        }
        if it.is_marked {
            let mut from = Point { year: Some(it.year), month: None, day: None };
            let mut last = it.last;
            if it.until.is_none()
                && let Some((token, month)) = month_behind(words, rules, last)
            {
                (from.month, last) = (Some(month), token);
            }
            let to = it.until.map(|(_, year)| Point { year: Some(year), month: None, day: None });
            spans.push(DateSpan { first: it.token, last, from, to });
        }
    }
    spans
}

/// Marks the years of lists. A list has one mark, before its first year or behind its last one:
/// `in 1998, 2007 and 2011`.
fn mark_lists(words: Words<'_>, rules: &DateRules, candidates: &mut [Candidate]) {
    let mut first = 0;
    while first < candidates.len() {
        let between = |at: usize| {
            let (left, right) = (candidates.get(at)?, candidates.get(at + 1)?);
            joint(words, rules, left.last, right.token).filter(|it| matches!(it, Joint::Comma | Joint::And))
        };
        let mut end = first;
        let mut is_list = false;
        while let Some(joint) = between(end).filter(|joint| !is_list || *joint == Joint::And) {
            is_list |= joint == Joint::And;
            end += 1;
        }
        let list = &mut candidates[first..=end];
        if is_list && list.iter().any(|it| it.is_marked || it.is_last_of_several) {
            list.iter_mut().for_each(|it| it.is_marked = true);
        }
        first = end + 1;
    }
}

/// Returns the month that follows a marked year, and its token: `1991 yılının Aralık ayında`.
fn month_behind(words: Words<'_>, rules: &DateRules, year: usize) -> Option<(usize, u32)> {
    let token = year + 2;
    let word = words.word(words.tokens.get(token)?);
    let month = rules.month(word).filter(|_| !rules.is_month_with_odd_capital(word))?;
    let is_near = joint(words, rules, year, token) == Some(Joint::Mark) && rules.after.begin_at(words, year + 1);
    is_near.then_some((token, month))
}

/// Returns a number as a year, if it can be one.
fn candidate(words: Words<'_>, rules: &DateRules, token: usize, used: &[bool]) -> Option<Candidate> {
    let year = plain_year(words, token)?;
    if !begins_plainly(words, rules, token) {
        return None;
    }
    let until = second_year(words, token, year).filter(|(token, _)| !used[*token]);
    let number = until.map_or(token, |(token, _)| token);
    let last = with_ending(words, rules, number);
    if !ends_plainly(words, rules, number) {
        return None;
    }
    let mark = (number + 1 < words.tokens.len() && is_after(words, rules, number)).then_some(number + 1);
    let has_ending = last > number && matches!(words.gap(number), "'" | "’" | "-" | "‑") && rules.endings.begin_at(words, last);
    if last > number && !has_ending && mark.is_none() {
        // `1990s`, `2000-й`
        return None;
    }
    let before = token.checked_sub(1).filter(|before| is_blank(words.gap(*before)));
    let has_before = before.is_some_and(|before| rules.before.end_at(words, before));
    if is_counted(words, rules, number) {
        return None;
    }
    let behind = mark.unwrap_or(last) + 1;
    let ends = behind < words.tokens.len() && is_blank(words.gap(behind - 1)) && rules.to.begin_at(words, behind);
    // `from 2000 to 3500`: the second number is no year, so the first is none either.
    let other = number_after(words, rules, last).filter(|(_, joint)| *joint == Joint::To).map(|(other, _)| other);
    if other.is_some_and(|other| words.tokens[other].range.len() >= 3 && plain_year(words, other).is_none()) {
        return None;
    }
    let begins = before.is_some_and(|before| rules.from.end_at(words, before))
        || mark.is_some_and(|mark| rules.from.begin_at(words, mark))
        || has_ending && rules.from.begin_at(words, last);
    Some(Candidate {
        token,
        year,
        until,
        last,
        is_marked: until.is_some() || mark.is_some() || has_ending || has_before,
        begins,
        is_last_of_several: number + 1 < words.tokens.len()
            && is_blank(words.gap(number))
            && rules.after_several.begin_at(words, number + 1),
        ends,
    })
}

/// Returns true if a number that is used with the name of a month can be its year.
pub(super) fn can_be_year(words: Words<'_>, rules: &DateRules, token: usize) -> bool {
    plain_year(words, token).is_some() && ends_plainly(words, rules, token) && !is_counted(words, rules, token)
}

/// Returns true if the words behind a number say that it counts something: `2000 tonnes`.
fn is_counted(words: Words<'_>, rules: &DateRules, number: usize) -> bool {
    let is_near = |gap: &str| is_blank(gap) || matches!(gap, "-" | "‑" | "'" | "’");
    number + 1 < words.tokens.len() && is_near(words.gap(number)) && rules.never_before.begin_at(words, number + 1)
}

/// Returns the value of a number with four digits.
fn plain_year(words: Words<'_>, token: usize) -> Option<u32> {
    let year = (words.tokens[token].range.len() == 4).then(|| value(words, token, 4)).flatten();
    year.filter(|year| (1000..3000).contains(year) && stands_alone(words, token))
}

/// Returns the second year of a range with a dash: `1991–1993`, `1991–93`.
fn second_year(words: Words<'_>, token: usize, year: u32) -> Option<(usize, u32)> {
    let next = token + 1;
    if next >= words.tokens.len() || !words.tokens[next].digits || !is_dash(words.gap(token)) {
        return None;
    }
    let until = match words.tokens[next].range.len() {
        4 => plain_year(words, next)?,
        // `1991-12` may be a month.
        2 => {
            let short = value(words, next, 2).filter(|short| *short > 12 || words.gap(token) == "–")?;
            year / 100 * 100 + short
        }
        _ => return None,
    };
    (year < until).then_some((next, until))
}

fn is_blank(gap: &str) -> bool {
    gap.chars().all(char::is_whitespace)
}

/// Returns true if the text before a number does not make something else of it: a sign of a
/// currency, a hyphen, a word such as `page`.
fn begins_plainly(words: Words<'_>, rules: &DateRules, token: usize) -> bool {
    let before = &words.text[..words.tokens[token].range.start];
    let is_open = before.chars().next_back().is_none_or(|c| c.is_whitespace() || "([«“„‘\"'⟨—…\u{fffc}".contains(c));
    let is_sign = before.trim_end().ends_with(is_unit);
    let is_numbered = token > 0
        && words.gap(token - 1).trim_start_matches('.').chars().all(char::is_whitespace)
        && rules.never_after.end_at(words, token - 1);
    let in_list = token > 0 && words.tokens[token - 1].digits && is_dash(words.gap(token - 1));
    is_open && !is_sign && !is_numbered && !in_list
}

/// Returns true if the text behind a number does not make something else of it.
fn ends_plainly(words: Words<'_>, rules: &DateRules, token: usize) -> bool {
    let after = &words.text[words.tokens[token].range.end..];
    let is_sign = after.trim_start().starts_with(is_unit) || after.starts_with(['/', '+', '×', '*', '=', '_', '@']);
    let goes_on = token + 1 < words.tokens.len()
        && words.tokens[token + 1].digits
        && (is_dash(words.gap(token)) || matches!(words.gap(token), ":" | "/" | ""));
    let is_word = after.starts_with(char::is_alphabetic) && !is_after(words, rules, token);
    !is_sign && !goes_on && !is_word
}

/// Returns true if a word that marks years follows a number: `1995 жылы`, `1995-жылы`, `1995г.`
fn is_after(words: Words<'_>, rules: &DateRules, token: usize) -> bool {
    let is_near = |gap: &str| is_blank(gap) || matches!(gap, "-" | "‑");
    token + 1 < words.tokens.len() && is_near(words.gap(token)) && rules.after.begin_at(words, token + 1)
}

/// Returns true for signs of currencies, of numbers and of parts.
fn is_unit(c: char) -> bool {
    matches!(c, '$' | '£' | '¥' | '§' | '№' | '#' | '%' | '‰' | '°' | '¢' | '\u{20a0}'..='\u{20cf}')
}
