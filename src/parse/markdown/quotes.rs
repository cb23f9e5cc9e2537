//! Choosing the form of a typed `'` or `"`: a quotation mark of the language, an apostrophe, or the
//! mark of feet and inches.
//!
//! | typed | shown |
//! |---|---|
//! | `"a 'b' c"` | the quotation marks from the language's file: “a ‘b’ c” |
//! | `don't`, `dogs'` | an apostrophe: don’t, dogs’ |
//! | `'tis`, `'90s` | an apostrophe, where the language's file lists the word under `elisions` |
//! | `5'10"` | unchanged |

use super::{Event, Writer, is_block, is_block_end};

/// The quotation marks that are open in a block.
#[derive(Default)]
pub(super) struct Quotes {
    double: bool,
    single: u32,
}

impl Writer<'_, '_> {
    /// Returns the form of the mark at byte `at`; `curly` is the form that the Markdown parser
    /// chose.
    pub(super) fn quotation_mark(&mut self, curly: &str, at: usize) -> String {
        let page = self.page.expect("smart punctuation is on for pages only");
        let (before, rest) = self.text.split_at(at);
        let (typed, after) = rest.split_at(1);
        let (last, next) = (before.chars().next_back(), after.chars().next());
        let [open, close, inner_open, inner_close] = &page.pack.quotes;
        let mark = if typed == "\"" {
            if is_measure(before) && (!self.quotes.double || follows_feet(before)) {
                return typed.to_owned();
            }
            let closes = self.quotes.double && flanks(last, next);
            self.quotes.double = if closes { false } else { self.quotes.double || flanks(next, last) };
            if closes { close } else { open }
        } else {
            let is_letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
            let is_feet = match next {
                Some(next) if next.is_ascii_digit() => true,
                Some(next) if next.is_alphabetic() => false,
                _ => self.quotes.single == 0 || curly == "‘",
            };
            if is_measure(before) && is_feet {
                return typed.to_owned();
            }
            if self.is_elision(before, after) {
                return "’".to_owned();
            }
            match curly {
                _ if curly == "‘" || (!is_letter(last) && is_letter(next) && self.elision_took_the_end()) => {
                    self.quotes.single += 1;
                    inner_open
                }
                "’" if self.quotes.single > 0 && !(is_letter(last) && is_letter(next)) => {
                    self.quotes.single -= 1;
                    inner_close
                }
                _ => return curly.to_owned(),
            }
        };
        if mark.is_empty() { curly.to_owned() } else { mark.clone() }
    }

    /// Returns true if the `'` between two texts is an apostrophe of a word that the language's
    /// file lists.
    fn is_elision(&self, before: &str, after: &str) -> bool {
        self.page.is_some_and(|page| page.pack.elisions.iter().any(|elision| elides(elision, before, after)))
    }

    /// Returns true if a quotation begins at the present event, and the parser took an elision
    /// inside it for its end: `'let 'em go'`.
    fn elision_took_the_end(&self) -> bool {
        for (event, range) in &self.events[self.at..] {
            match event {
                Event::Start(tag) if is_block(tag) => return false,
                Event::End(tag) if is_block_end(*tag) => return false,
                Event::Text(curly) if matches!(&**curly, "‘" | "’") && &self.text[range.clone()] == "'" => {
                    let (before, after) = (&self.text[..range.start], &self.text[range.end..]);
                    let is_inside = before.ends_with(char::is_alphanumeric) && after.starts_with(char::is_alphanumeric);
                    if is_inside {
                        continue;
                    }
                    let is_elision = self.is_elision(before, after);
                    if !is_elision || &**curly == "‘" {
                        return is_elision;
                    }
                }
                _ => {}
            }
        }
        false
    }
}

/// Returns true if a mark between these characters belongs to the text on the side of `inner`:
/// CommonMark's flanking.
fn flanks(inner: Option<char>, outer: Option<char>) -> bool {
    let is_space = |c: Option<char>| c.is_none_or(char::is_whitespace);
    let is_letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    !is_space(inner) && (is_letter(inner) || !is_letter(outer))
}

/// Returns true if a text ends with a number: a mark behind it may be of feet or inches.
fn is_measure(before: &str) -> bool {
    before.ends_with(|c: char| c.is_ascii_digit() || "½¼¾".contains(c))
}

/// Returns true if a number and feet are before the number at the end of a text: `5'10`, `5' 10½`.
fn follows_feet(before: &str) -> bool {
    let feet = before.trim_end_matches(|c: char| c.is_ascii_digit() || " .,/½¼¾".contains(c));
    feet.strip_suffix('\'').is_some_and(is_measure)
}

/// Returns true if the `'` between two texts belongs to the word `elision`. Case is ignored; a `0`
/// stands for any digit.
///
/// A word that a second mark follows is a quotation: `'em'`.
fn elides(elision: &str, before: &str, after: &str) -> bool {
    let same = |(listed, typed): (char, char)| match listed {
        '0' => typed.is_ascii_digit(),
        listed => listed.to_lowercase().eq(typed.to_lowercase()),
    };
    let is_letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    elision.match_indices('\'').any(|(at, _)| {
        let (head, tail) = (&elision[..at], &elision[at + 1..]);
        let (mut ahead, mut behind) = (after.chars(), before.chars().rev());
        let is_there = tail.chars().all(|listed| ahead.next().is_some_and(|typed| same((listed, typed))))
            && head.chars().rev().all(|listed| behind.next().is_some_and(|typed| same((listed, typed))));
        let next = ahead.next();
        is_there && !is_letter(behind.next()) && !is_letter(next) && (elision.ends_with('\'') || next != Some('\''))
    })
}
