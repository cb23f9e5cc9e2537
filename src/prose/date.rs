//! The complete dates of a text, which lead to the timeline: day, month and year, month and year,
//! a year alone, and times between two dates.
//!
//! ```text
//! 21 December 1991          1991-12-21
//! 1997 ж. маусым            1997-06
//! 1991 жылы 25-26 қазанда   1991-10-25/1991-10-26
//! 1991–1993                 1991/1993
//! 6 July, 31 February 1991  no dates: without a year, and not in the calendar
//! ```
//!
//! Dates with the name of a month come from [`super::month`], years alone from `super::year`.
//! This file completes and joins them. It takes time in proportion to the text.

use std::ops::Range;

use super::joint::{DateSpan, Joint, Point, joint, number_after, number_before, with_ending};
use super::month::{DateTokens, MonthDate, month_dates, stands_alone, value};
use super::rules::DateRules;
use super::tokens::{Words, may_have_digits, tokens};
use super::year::{can_be_year, years};
use crate::model::term::{DateRange, PartialDate};

/// A date in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dated {
    /// Byte range in the text.
    pub range: Range<usize>,
    pub date: DateRange,
}

/// Returns the dates of a text, in its order. They do not overlap.
pub fn dates(text: &str, rules: &DateRules) -> Vec<Dated> {
    if !may_have_digits(text) {
        return Vec::new();
    }
    let tokens = tokens(text);
    let words = Words { text, tokens: &tokens };
    let mut used = vec![false; tokens.len()];
    let mut spans = Vec::new();
    for date in month_dates(words, rules) {
        match date.tokens {
            DateTokens::Digits(first) => {
                used[first..first + 3].fill(true);
                spans.extend(in_digits(words, &date, first));
            }
            DateTokens::Named { month, .. } if used[month] => {}
            DateTokens::Named { month, day, year } => {
                Named { words, rules, used: &mut used }.read(&date, (month, day, year), &mut spans);
            }
        }
    }
    spans.extend(years(words, rules, &used));
    spans.sort_by_key(|span| span.first);
    joined(words, rules, spans)
        .into_iter()
        .filter_map(|span| {
            let range = tokens[span.first].range.start..tokens[span.last].range.end;
            let from = partial(span.from)?;
            let to = span.to.map_or(Some(from), partial)?;
            (from <= to).then_some(Dated { range, date: DateRange { from, to } })
        })
        .collect()
}

/// Returns a date if the year is known and the day exists.
fn partial(point: Point) -> Option<PartialDate> {
    PartialDate::new(point.year? as i16, point.month.map(|month| month as i8), point.day.map(|day| day as i8))
}

/// Returns a date in digits. Of `3/4/1991`, nobody knows the day.
fn in_digits(words: Words<'_>, date: &MonthDate, first: usize) -> Option<DateSpan> {
    let separator = words.gap(first);
    let goes_on = |left: usize| {
        let is_joined = |gap: &str| gap == separator || matches!(gap, "" | ":");
        left + 1 < words.tokens.len() && words.tokens[left + 1].digits && is_joined(words.gap(left))
    };
    let is_part = first > 0 && words.tokens[first - 1].digits && goes_on(first - 1) || goes_on(first + 2);
    let is_known = !date.swapped || date.day == Some(date.month);
    let from = Point { year: date.year, month: Some(date.month), day: date.day };
    (is_known && !is_part).then_some(DateSpan { first, last: first + 2, from, to: None })
}

/// Reader of dates with the name of a month.
struct Named<'a, 'u> {
    words: Words<'a>,
    rules: &'a DateRules,
    used: &'u mut [bool],
}

impl Named<'_, '_> {
    /// Completes a date: finds the other days or the other month of a range or a list, and the
    /// year. All tokens of the date are used then.
    fn read(mut self, date: &MonthDate, (month, day, year): (usize, Option<usize>, Option<usize>), spans: &mut Vec<DateSpan>) {
        let (words, rules) = (self.words, self.rules);
        let day = day.filter(|day| self.belongs_to_month(*day, month, year));
        if day.is_none() && self.is_name(month) {
            return;
        }
        let from = Point { year: None, month: Some(date.month), day: day.and_then(|day| value(words, day, 2)) };
        // The date, then the others of its list.
        let mut list = vec![DateSpan { first: month, last: month, from, to: None }];
        self.used[month] = true;
        match day {
            Some(day) => {
                let own = &mut list[0];
                (own.first, own.last) = (month.min(day), month.max(with_ending(words, rules, day)));
                self.used[day] = true;
                self.other_days(day, day < month, &mut list);
            }
            None => self.other_month(month, &mut list),
        }
        list.sort_by_key(|span| span.first);
        let (first, last) = (list[0].first, list[list.len() - 1].last);
        if let Some((token, is_before)) = self.year_beside(first, last, year) {
            let year = value(words, token, 4);
            self.used[token] = true;
            for point in list.iter_mut().flat_map(|span| std::iter::once(&mut span.from).chain(&mut span.to)) {
                point.year = year;
            }
            let outer = if is_before { 0 } else { list.len() - 1 };
            let outer = &mut list[outer];
            (outer.first, outer.last) =
                (outer.first.min(token), outer.last.max(if is_before { 0 } else { with_ending(words, rules, token) }));
        }
        spans.extend(list);
    }

    /// Returns true if a day stands directly beside its month. A day behind the month, with the
    /// year before it, has an ending: in `1991 жылы желтоқсанда 11 ел`, 11 is no day.
    fn belongs_to_month(&self, day: usize, month: usize, year: Option<usize>) -> bool {
        let (words, rules) = (self.words, self.rules);
        let end = with_ending(words, rules, day);
        if day < month {
            return matches!(joint(words, rules, end, month), Some(Joint::Space | Joint::Stop | Joint::Dash | Joint::Mark));
        }
        let is_near = matches!(joint(words, rules, month, day), Some(Joint::Space | Joint::Stop | Joint::Mark));
        is_near && (end > day || year.is_none_or(|year| year > month))
    }

    /// Returns true if the word is a name that looks like a month: it has a capital letter inside a
    /// sentence, and the months of the language have small letters.
    fn is_name(&self, month: usize) -> bool {
        let words = self.words;
        let begins = month == 0 || words.gap(month - 1).contains(['.', '!', '?', ':', '…']);
        !begins && self.rules.is_month_with_odd_capital(words.word(&words.tokens[month]))
    }

    /// Finds the days that stand beside a day, away from the month: `25–26 October`,
    /// `25 немесе 26 желтоқсан`. `list` has the date of that day.
    fn other_days(&mut self, mut day: usize, is_before: bool, list: &mut Vec<DateSpan>) {
        let (words, rules) = (self.words, self.rules);
        loop {
            let found = if is_before {
                number_before(words, rules, day)
            } else {
                number_after(words, rules, with_ending(words, rules, day))
            };
            let Some((other, joint)) = found.filter(|(other, _)| !self.used[*other] && stands_alone(words, *other)) else {
                return;
            };
            let Some(value) = value(words, other, 2).filter(|value| (1..=31).contains(value)) else { return };
            let is_list = list.len() > 1;
            let own = &mut list[0];
            let point = Point { day: Some(value), ..own.from };
            let last = with_ending(words, rules, other);
            match joint {
                Joint::Dash | Joint::To if !is_list => {
                    let (from, to) = if is_before { (point, own.from) } else { (own.from, point) };
                    if from >= to {
                        return;
                    }
                    *own = DateSpan { first: own.first.min(other), last: own.last.max(last), from, to: Some(to) };
                    self.used[other] = true;
                    return;
                }
                Joint::And => {}
                Joint::Comma if is_list => {}
                _ => return,
            }
            list.push(DateSpan { first: other, last, from: point, to: None });
            self.used[other] = true;
            day = other;
        }
    }

    /// Finds the month that stands beside a month without a day: `March–May 1992`. `list` has the
    /// date of that month.
    fn other_month(&mut self, month: usize, list: &mut Vec<DateSpan>) {
        let (words, rules) = (self.words, self.rules);
        let near = [month.checked_sub(1), month.checked_sub(2), Some(month + 1), Some(month + 2)];
        for other in near.into_iter().flatten().filter(|other| *other < words.tokens.len()) {
            if self.used[other] || words.tokens[other].digits {
                continue;
            }
            let Some(value) = rules.month(words.word(&words.tokens[other])) else { continue };
            let own = &mut list[0];
            let point = Point { month: Some(value), ..own.from };
            let (from, to) = if other < month { (point, own.from) } else { (own.from, point) };
            match joint(words, rules, other.min(month), other.max(month)) {
                Some(Joint::Dash | Joint::To) if from < to => {
                    *own = DateSpan { first: other.min(month), last: other.max(month), from, to: Some(to) };
                }
                Some(Joint::And) => list.push(DateSpan { first: other, last: other, from: point, to: None }),
                _ => continue,
            }
            self.used[other] = true;
            return;
        }
    }

    /// Returns the year before or after the days and the month, and true if it is before them.
    /// `known` is a year that stands beside the month.
    fn year_beside(&self, first: usize, last: usize, known: Option<usize>) -> Option<(usize, bool)> {
        let (words, rules) = (self.words, self.rules);
        let is_year = |token: usize| !self.used[token] && can_be_year(words, rules, token);
        let before = number_before(words, rules, first).filter(|(token, joint)| {
            is_year(*token)
                && matches!(joint, Joint::Space | Joint::Mark)
                && !(*joint == Joint::Space && known.is_some_and(|it| it > last))
        });
        let after = number_after(words, rules, last)
            .filter(|(token, joint)| is_year(*token) && matches!(joint, Joint::Space | Joint::Stop | Joint::Comma | Joint::Mark));
        before.map(|(token, _)| (token, true)).or(after.map(|(token, _)| (token, false)))
    }
}

/// Joins dates that stand beside each other: a year and a day, the two ends of a time, and the
/// dates of a list with one year.
fn joined(words: Words<'_>, rules: &DateRules, spans: Vec<DateSpan>) -> Vec<DateSpan> {
    let mut done: Vec<DateSpan> = Vec::with_capacity(spans.len());
    for mut span in spans {
        let Some(last) = done.last_mut().filter(|last| last.last < span.first) else {
            if done.is_empty() {
                done.push(span);
            }
            continue;
        };
        let between = joint(words, rules, last.last, span.first);
        let have_months = last.from.month.is_some() && span.from.month.is_some();
        if last.from.month.is_none() && last.to.is_none() && span.from.month.is_some() && span.from.year.is_none() {
            if matches!(between, Some(Joint::Space | Joint::Mark)) {
                span.from.year = last.from.year;
                span.to = span.to.map(|to| Point { year: last.from.year, ..to });
                span.first = last.first;
                *last = span;
                continue;
            }
        } else if have_months && matches!(between, Some(Joint::Dash | Joint::To | Joint::And)) {
            let year = last.to.unwrap_or(last.from).year;
            if year.is_none() {
                last.from.year = span.from.year;
                last.to = last.to.map(|to| Point { year: span.from.year, ..to });
            } else if span.from.year.is_none() {
                span.from.year = year;
                span.to = span.to.map(|to| Point { year, ..to });
            }
            let is_time = between != Some(Joint::And) && last.to.is_none() && span.to.is_none();
            if is_time && last.from < span.from && last.from.year.is_some() {
                last.to = Some(span.from);
                last.last = span.last;
                continue;
            }
        }
        done.push(span);
    }
    done
}
