//! Parts of a date in a text, and the text between two of them.

use super::rules::DateRules;
use super::tokens::Words;

/// A part of a text that names a date, or the time between two dates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DateSpan {
    /// The first token.
    pub(super) first: usize,
    /// The last token, with its ending.
    pub(super) last: usize,
    pub(super) from: Point,
    pub(super) to: Option<Point>,
}

/// A date whose parts may be unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Point {
    pub(super) year: Option<u32>,
    pub(super) month: Option<u32>,
    pub(super) day: Option<u32>,
}

/// The text between two parts of dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Joint {
    Space,
    /// A full stop and perhaps a space: `21. Dezember`.
    Stop,
    Comma,
    Dash,
    /// A word that marks a year: `1991 жылғы 8 желтоқсан`.
    Mark,
    /// A word that joins the two ends of a time: `to`.
    To,
    /// A word that joins the items of a list: `and`.
    And,
}

pub(super) fn is_dash(text: &str) -> bool {
    matches!(text.trim(), "-" | "–" | "—" | "‑" | "−")
}

/// Returns the joint between two tokens, if they may belong to one date, list or time.
pub(super) fn joint(words: Words<'_>, rules: &DateRules, left: usize, right: usize) -> Option<Joint> {
    let is_space = |token: usize| words.gap(token).trim_start_matches('.').chars().all(char::is_whitespace);
    match right.checked_sub(left)? {
        1 => match words.gap(left) {
            gap if gap.chars().all(char::is_whitespace) => Some(Joint::Space),
            gap if is_dash(gap) => Some(Joint::Dash),
            gap if gap.trim() == "," => Some(Joint::Comma),
            gap if gap.trim() == "." => Some(Joint::Stop),
            _ => None,
        },
        2 if is_space(left) && is_space(left + 1) && !words.tokens[left + 1].digits => {
            let word = left + 1;
            // A word such as `and` may join both.
            if rules.lists.begin_at(words, word) {
                Some(Joint::And)
            } else if rules.to.begin_at(words, word) {
                Some(Joint::To)
            } else {
                rules.marks(words, word).then_some(Joint::Mark)
            }
        }
        // A mark of the year, then a word between two dates: `1991 года по 1993`.
        3 if (left..right).all(is_space) && rules.marks(words, left + 1) => match left + 2 {
            word if rules.lists.begin_at(words, word) => Some(Joint::And),
            word => rules.to.begin_at(words, word).then_some(Joint::To),
        },
        _ => None,
    }
}

/// Returns the token of the ending that a hyphen or an apostrophe joins to a number, or the number
/// itself: `6-сында`, `21st`, `1995'te`.
pub(super) fn with_ending(words: Words<'_>, rules: &DateRules, number: usize) -> usize {
    let is_ending = number + 1 < words.tokens.len()
        && !words.tokens[number + 1].digits
        && matches!(words.gap(number), "" | "-" | "‑" | "'" | "’")
        && rules.month(words.word(&words.tokens[number + 1])).is_none();
    number + usize::from(is_ending)
}

/// Returns the number that ends at a token, perhaps with an ending.
fn number_ending_at(words: Words<'_>, rules: &DateRules, last: usize) -> Option<usize> {
    if words.tokens[last].digits {
        return Some(last);
    }
    let number = last.checked_sub(1)?;
    (words.tokens[number].digits && with_ending(words, rules, number) == last).then_some(number)
}

/// Returns the nearest number before a token, and the joint between the two.
pub(super) fn number_before(words: Words<'_>, rules: &DateRules, first: usize) -> Option<(usize, Joint)> {
    (1..=3).filter_map(|distance| first.checked_sub(distance)).find_map(|last| {
        let number = number_ending_at(words, rules, last)?;
        Some((number, joint(words, rules, last, first)?))
    })
}

/// Returns the nearest number after a token, and the joint between the two.
pub(super) fn number_after(words: Words<'_>, rules: &DateRules, last: usize) -> Option<(usize, Joint)> {
    let near = (last + 1..last + 4).take_while(|next| *next < words.tokens.len());
    let number = near.into_iter().find(|next| words.tokens[*next].digits)?;
    Some((number, joint(words, rules, last, number)?))
}
