//! The words and the runs of digits of a text.

use std::ops::Range;

use super::letters::{Scripts, script};
use crate::base::path::is_combining_mark;

/// A word or a run of digits.
#[derive(Debug, Clone)]
pub struct Token {
    /// Byte range in the text.
    pub range: Range<usize>,
    pub digits: bool,
    /// The scripts of a word's letters.
    pub scripts: Scripts,
    /// True if a word begins with a small letter, or with a letter that has no case.
    pub small: bool,
}

/// A text and its tokens.
#[derive(Debug, Clone, Copy)]
pub struct Words<'a> {
    pub text: &'a str,
    pub tokens: &'a [Token],
}

impl<'a> Words<'a> {
    /// Returns a token's text.
    pub fn word(self, token: &Token) -> &'a str {
        &self.text[token.range.clone()]
    }

    /// Returns a run of digits as ASCII digits.
    pub fn digits(self, token: usize) -> String {
        let word = self.word(&self.tokens[token]);
        if word.is_ascii() {
            return word.to_owned();
        }
        word.chars().filter_map(digit).filter_map(|value| char::from_digit(value, 10)).collect()
    }

    /// Returns the text between a token and the next one.
    pub fn gap(self, token: usize) -> &'a str {
        &self.text[self.tokens[token].range.end..self.tokens[token + 1].range.start]
    }
}

/// Returns the words and runs of digits of a text.
pub fn tokens(text: &str) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::with_capacity(text.len() / 8);
    // True while the character before belongs to the last token.
    let mut open = false;
    for (at, c) in text.char_indices() {
        let (digits, letter, of) = match c as u32 {
            // The most frequent characters need no look at tables.
            0x61..=0x7a | 0x41..=0x5a => (false, true, Scripts::LATIN),
            0x30..=0x39 => (true, false, Scripts::NONE),
            0x400..=0x481 | 0x48a..=0x52f => (false, true, Scripts::CYRILLIC),
            0..=0x7f | 0x2010..=0x2064 => (false, false, Scripts::NONE),
            _ if digit(c).is_some() => (true, false, Scripts::NONE),
            _ if c.is_alphabetic() => (false, true, script(c)),
            _ => (false, false, Scripts::NONE),
        };
        if !digits && !letter {
            // A combining mark belongs to its letter.
            open = open && !c.is_ascii() && (is_combining_mark(c) || c == '\u{ad}');
            if open && let Some(token) = tokens.last_mut() {
                token.range.end = at + c.len_utf8();
            }
            continue;
        }
        let end = at + c.len_utf8();
        match tokens.last_mut() {
            Some(token) if open && token.digits == digits => token.range.end = end,
            _ => tokens.push(Token { range: at..end, digits, scripts: Scripts::NONE, small: letter && !c.is_uppercase() }),
        }
        if letter && let Some(token) = tokens.last_mut() {
            token.scripts = token.scripts.with(of);
        }
        open = true;
    }
    tokens
}

/// Returns false if the bytes prove that a text has no digits, which is true of most sentences.
pub(super) fn may_have_digits(text: &str) -> bool {
    // The first bytes of the digits that `digit` knows.
    text.bytes().any(|byte| byte.is_ascii_digit() || matches!(byte, 0xd9 | 0xdb | 0xe0 | 0xe1 | 0xef))
}

/// Returns the value of a decimal digit, of the scripts whose digits are met in books.
fn digit(c: char) -> Option<u32> {
    const ZEROS: [u32; 7] = [0x660, 0x6f0, 0x966, 0x9e6, 0xe50, 0x17e0, 0xff10];
    if (c as u32) < ZEROS[0] {
        return c.to_digit(10);
    }
    ZEROS.iter().map(|zero| (c as u32).wrapping_sub(*zero)).find(|value| *value < 10)
}
