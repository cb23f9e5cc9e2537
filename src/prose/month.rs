//! Dates with the name of a month, and dates in digits. The year may be missing.
//!
//! The checks of translations compare them. [`super::date`] completes them: ranges of days, a year
//! farther away.

use std::ops::Range;

use super::rules::DateRules;
use super::tokens::Words;

/// The greatest distance, in tokens, between a number and the month that it belongs to. An ending
/// and a short word fit between them.
const NEAR: usize = 4;

/// A date with the name of its month, or written in digits alone.
#[derive(Debug, Clone)]
pub struct MonthDate {
    /// Byte range in the text.
    pub range: Range<usize>,
    pub(super) year: Option<u32>,
    pub(super) month: u32,
    pub(super) day: Option<u32>,
    /// True if day and month may be exchanged: `3/4/1991` may be in March or in April.
    pub(super) swapped: bool,
    pub(super) tokens: DateTokens,
}

/// The tokens of a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DateTokens {
    /// Three numbers, from this one on.
    Digits(usize),
    Named {
        month: usize,
        day: Option<usize>,
        year: Option<usize>,
    },
}

impl MonthDate {
    /// Returns true if the two may be one date: the parts that both have are equal.
    pub fn fits(&self, other: &Self) -> bool {
        let agree = |a: Option<u32>, b: Option<u32>| a.is_none() || b.is_none() || a == b;
        let fits = |a: &Self, b: &Self| a.month == b.month && agree(a.day, b.day) && agree(a.year, b.year);
        fits(self, other)
            || (self.swapped && fits(&self.day_for_month(), other))
            || (other.swapped && fits(self, &other.day_for_month()))
    }

    /// Returns true if the two may be one date and have the same parts.
    pub fn same(&self, other: &Self) -> bool {
        self.fits(other) && self.day.is_some() == other.day.is_some() && self.year.is_some() == other.year.is_some()
    }

    /// Returns the date with day and month exchanged.
    fn day_for_month(&self) -> Self {
        Self { month: self.day.unwrap_or(self.month), day: Some(self.month), swapped: false, ..self.clone() }
    }
}

/// Returns all dates of a text: the name of a month with a day or a year near it, and dates in
/// digits.
///
/// ```text
/// 5 May 1920, in May 1921, 21.12.1991      1920-05-05, 1921-05, 1991-12-21
/// ```
pub fn month_dates(words: Words<'_>, rules: &DateRules) -> Vec<MonthDate> {
    let tokens = words.tokens;
    if !tokens.iter().any(|token| token.digits) {
        return Vec::new();
    }
    let mut dates: Vec<MonthDate> = Vec::new();
    // Numbers that belong to a date already: in `3 May 1992, 1 June 2003` each month has its own
    // year.
    let mut taken: Vec<usize> = Vec::new();
    let (mut last, mut next) = (None, 0);
    for at in 0..tokens.len() {
        if tokens[at].digits {
            last = Some(at);
            dates.extend(date_in_digits(words, at));
            continue;
        }
        // The numbers come first: most words have none near them, so no month needs to be looked
        // up.
        next = next.max(at);
        while next < tokens.len() && !tokens[next].digits {
            next += 1;
        }
        if last.is_none_or(|last| at - last > NEAR) && (next == tokens.len() || next - at > NEAR) {
            continue;
        }
        let left = beside(words, at, Direction::Left, 1);
        let right = beside(words, at, Direction::Right, 1);
        if left.is_none() && right.is_none() {
            continue;
        }
        let Some(month) = rules.month(words.word(&tokens[at])) else { continue };
        let free = |token: &usize| !taken.iter().rev().take(NEAR).any(|it| it == token) && stands_alone(words, *token);
        let day_of = |token: Option<usize>| {
            let token = token.filter(free)?;
            value(words, token, 2).filter(|day| (1..=31).contains(day)).map(|day| (token, day))
        };
        let year_of = |token: Option<usize>| {
            let token = token.filter(free)?;
            (tokens[token].range.len() == 4)
                .then(|| value(words, token, 4))
                .flatten()
                .filter(|year| *year >= 1000)
                .map(|year| (token, year))
        };
        let mut day = day_of(left);
        let mut year =
            if day.is_none() { year_of(left) } else { year_of(left.and_then(|left| beside(words, left, Direction::Left, 1))) };
        if day.is_none() {
            day = day_of(right);
        }
        if year.is_none() {
            year = match day.filter(|(token, _)| *token > at) {
                Some((token, _)) => year_of(beside(words, token, Direction::Right, 1)),
                None => year_of(right),
            };
        }
        if day.is_none() && year.is_none() {
            continue;
        }
        taken.extend(day.iter().chain(&year).map(|(token, _)| *token));
        let used = [Some(at), day.map(|(token, _)| token), year.map(|(token, _)| token)];
        let start = used.iter().flatten().map(|token| tokens[*token].range.start).min().unwrap_or(0);
        let end = used.iter().flatten().map(|token| tokens[*token].range.end).max().unwrap_or(start);
        dates.push(MonthDate {
            range: start..end,
            year: year.map(|(_, it)| it),
            month,
            day: day.map(|(_, it)| it),
            swapped: false,
            tokens: DateTokens::Named { month: at, day: day.map(|(token, _)| token), year: year.map(|(token, _)| token) },
        });
    }
    dates
}

/// Direction of a search from a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    Left,
    Right,
}

/// Returns the number beside a word, with at most `short` short words between them. Endings of the
/// number itself (`21st`, `6-сында`) do not count.
pub(super) fn beside(words: Words<'_>, from: usize, direction: Direction, mut short: usize) -> Option<usize> {
    let tokens = words.tokens;
    let mut at = from;
    loop {
        let next = match direction {
            Direction::Left => at.checked_sub(1)?,
            Direction::Right => Some(at + 1).filter(|next| *next < tokens.len())?,
        };
        let gap = words.gap(next.min(at));
        if gap.len() > 6 || !gap.chars().all(|c| c.is_whitespace() || ".,-–'’".contains(c)) {
            return None;
        }
        if tokens[next].digits {
            return Some(next);
        }
        let is_ending = next > 0 && tokens[next - 1].digits && matches!(words.gap(next - 1), "" | "-" | "'" | "’" | "‑");
        if !is_ending {
            let is_short = tokens[next].small && words.word(&tokens[next]).chars().count() <= 6;
            short = short.checked_sub(1).filter(|_| is_short)?;
        }
        at = next;
    }
}

/// Returns true if a run of digits is a number of its own, not a part of one: in `3.14 May`, 14 is
/// no day.
pub(super) fn stands_alone(words: Words<'_>, token: usize) -> bool {
    let tokens = words.tokens;
    let joins = |left: usize| tokens[left].digits && tokens[left + 1].digits && matches!(words.gap(left), "." | ",");
    let is_part = (token > 0 && joins(token - 1)) || (token + 1 < tokens.len() && joins(token));
    !is_part
}

/// Returns the value of a token that has at most `most` digits.
pub(super) fn value(words: Words<'_>, token: usize, most: usize) -> Option<u32> {
    let digits = words.digits(token);
    if digits.len() > most { None } else { digits.parse().ok() }
}

/// Reads a date in digits that begins at a token: `21.12.1991`, `1991-12-21`, `12/21/1991`.
fn date_in_digits(words: Words<'_>, at: usize) -> Option<MonthDate> {
    let tokens = words.tokens;
    if at + 2 >= tokens.len() || !tokens[at + 1].digits || !tokens[at + 2].digits {
        return None;
    }
    let gap = words.gap(at);
    if !matches!(gap, "." | "/" | "-") || words.gap(at + 1) != gap {
        return None;
    }
    let [a, b, c] = [at, at + 1, at + 2].map(|token| (tokens[token].range.len(), value(words, token, 4)));
    let (year, month, day, swapped) = match (a, b, c) {
        ((4, Some(year)), (1..=2, Some(month)), (1..=2, Some(day))) => (year, month, day, false),
        ((1..=2, Some(day)), (1..=2, Some(month)), (4, Some(year))) if month <= 12 => (year, month, day, gap == "/" && day <= 12),
        ((1..=2, Some(month)), (1..=2, Some(day)), (4, Some(year))) => (year, month, day, false),
        _ => return None,
    };
    let is_date = (1000..3000).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day);
    let range = tokens[at].range.start..tokens[at + 2].range.end;
    is_date.then_some(MonthDate { range, year: Some(year), month, day: Some(day), swapped, tokens: DateTokens::Digits(at) })
}
