//! Segment ids: addresses of sentences inside their work.

use std::fmt::{self, Write as _};

use crate::base::position;

/// One half of a segment id: a number, and letters if the block or sentence was inserted later
/// between two others, as in `3a`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Label {
    pub number: u32,
    /// Letters as a number: 0 none, 1 `a` … 26 `z`, 27 `aa` …
    pub suffix: u32,
}

/// Id of a segment, unique in its work: `3.2`.
///
/// ```text
/// 3.2      second sentence of the third block
/// 3.2a     sentence that was inserted after 3.2 later
/// 3.2a-en  sentence that English alone had when it got its id
/// ```
///
/// A block is a heading, a paragraph, a list item, a table row or another leaf of the document that
/// has text. A row has one sentence. Footnotes come after the text, in the order of their numbers.
/// Without a lock both numbers count from one. The same id means the same sentence in every edition
/// of a work. Ids in a document need not increase, since sentences move.
///
/// Each language gives ids to the sentences that it alone has, and no edition sees the simultaneous
/// additions of another. So such an id contains the language, and no two are equal. Only the source
/// gives ids without a language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SegmentId {
    pub block: Label,
    pub sentence: Label,
    /// Language that gave the id to a sentence no other language had. Such an id always has letters
    /// or a number 0 before the language.
    pub only: Option<LanguageTag>,
}

position! {
    /// Position of a segment in its document, so also of a line in its edition. Unlike an id, it
    /// changes with each sentence that is added before it.
    pub struct SegmentIndex;
}

/// Language code, such as `en` or `pt-BR`, as a value that is copied like a number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LanguageTag([u8; LanguageTag::LONGEST]);

impl LanguageTag {
    /// Maximum length of a code, in bytes.
    pub const LONGEST: usize = 15;

    /// Reads a code. Returns `None` if it does not have the form of a BCP 47 tag, or is too long.
    pub fn parse(code: &str) -> Option<Self> {
        let well_formed = code.split('-').enumerate().all(|(index, part)| {
            part.bytes().all(|byte| byte.is_ascii_alphanumeric())
                && if index == 0 { (2..=3).contains(&part.len()) } else { (1..=8).contains(&part.len()) }
        });
        let mut letters = [0; Self::LONGEST];
        letters.get_mut(..code.len()).filter(|_| well_formed)?.copy_from_slice(code.as_bytes());
        Some(Self(letters))
    }

    fn as_str(&self) -> &str {
        let end = self.0.iter().position(|&byte| byte == 0).unwrap_or(self.0.len());
        std::str::from_utf8(&self.0[..end]).expect("codes are ASCII")
    }
}

impl fmt::Debug for LanguageTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Reads the addresses of one sentence, or of the first and the last of several:
///
/// ```text
/// 3.2        3.2 and 3.2
/// 3.2-3.4    3.2 and 3.4
/// 3.2a-en    3.2a-en and 3.2a-en
/// ```
pub fn range_of_ids(text: &str) -> Option<(SegmentId, SegmentId)> {
    if let Some(id) = SegmentId::parse(text) {
        return Some((id, id));
    }
    let mut hyphens = text.match_indices(['-', '–']);
    hyphens.find_map(|(at, hyphen)| Some((SegmentId::parse(&text[..at])?, SegmentId::parse(&text[at + hyphen.len()..])?)))
}

/// Returns the message that a text is not a segment id.
pub fn not_an_address(text: &str) -> String {
    format!("`{text}` is not the address of a sentence")
}

impl Label {
    /// Makes a label without letters.
    pub const fn plain(number: u32) -> Self {
        Self { number, suffix: 0 }
    }

    /// Greatest number of a label: nine digits.
    pub const MOST: u32 = 999_999_999;
    /// Greatest suffix of a label: `zzzzzz`.
    const LAST: u32 = 321_272_406;

    /// Returns the label with the same number and the next letters.
    ///
    /// ```text
    /// 3 -> 3a   3a -> 3b   3z -> 3aa   3zzzzzz -> 3a
    /// ```
    #[must_use]
    pub fn next_suffix(self) -> Self {
        Self { suffix: if self.suffix >= Self::LAST { 1 } else { self.suffix + 1 }, ..self }
    }

    fn parse(text: &str) -> Option<Self> {
        let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (number, letters) = text.split_at(digits);
        if number.is_empty() || number.len() > 1 && number.starts_with('0') {
            return None;
        }
        let mut suffix = 0u32;
        for letter in letters.bytes() {
            if !letter.is_ascii_lowercase() {
                return None;
            }
            suffix = suffix.checked_mul(26)?.checked_add(u32::from(letter - b'a') + 1)?;
        }
        let number = number.parse().ok()?;
        (number <= Self::MOST && suffix <= Self::LAST).then_some(Self { number, suffix })
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.number)?;
        if self.suffix == 0 {
            return Ok(());
        }
        // Seven letters are enough for 32 bits; at most six are given.
        let mut letters = [0u8; 7];
        let (mut rest, mut at) = (self.suffix, letters.len());
        while rest > 0 {
            at -= 1;
            letters[at] = b'a' + ((rest - 1) % 26) as u8;
            rest = (rest - 1) / 26;
        }
        f.write_str(std::str::from_utf8(&letters[at..]).expect("letters are ASCII"))
    }
}

impl SegmentId {
    /// Makes the id from two positions, both counted from one.
    pub const fn plain(block: u32, sentence: u32) -> Self {
        Self { block: Label::plain(block), sentence: Label::plain(sentence), only: None }
    }

    /// Reads an id such as `3.2`, `3.2a`, `3a.1` or `3.2a-en`. Returns `None` for any text that the
    /// program does not write as an id, such as `03.2`.
    pub fn parse(text: &str) -> Option<Self> {
        let (block, rest) = text.split_once('.')?;
        let (sentence, only) = match rest.split_once('-') {
            Some((sentence, code)) => (sentence, Some(LanguageTag::parse(code)?)),
            None => (rest, None),
        };
        let (block, sentence) = (Label::parse(block)?, Label::parse(sentence)?);
        // Only the source gives an id without letters and without a zero.
        let is_given = only.is_none() || block.suffix | sentence.suffix > 0 || block.number.min(sentence.number) == 0;
        is_given.then_some(Self { block, sentence, only })
    }

    /// Appends the id to a text. Faster than `Display`, since every sentence of every page needs
    /// it.
    pub fn push_to(self, text: &mut String) {
        fn digits(text: &mut String, number: u32) {
            if number >= 10 {
                digits(text, number / 10);
            }
            text.push(char::from(b'0' + (number % 10) as u8));
        }
        if self.block.suffix | self.sentence.suffix == 0 && self.only.is_none() {
            digits(text, self.block.number);
            text.push('.');
            digits(text, self.sentence.number);
        } else {
            write!(text, "{self}").expect("writing to a string");
        }
    }
}

impl fmt::Display for SegmentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.block, self.sentence)?;
        self.only.map_or(Ok(()), |only| write!(f, "-{}", only.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_read_as_they_are_written() {
        for text in [
            "1.1",
            "3.2a",
            "3a.1",
            "0.1",
            "12ab.3z",
            "3.0",
            "7.2aa",
            "999999999.1zz",
            "3.2a-en",
            "3.0-pt-BR",
            "3a.1-ca-ES-valencia",
            "0.1-en",
        ] {
            let id = SegmentId::parse(text).unwrap();
            let mut pushed = String::new();
            id.push_to(&mut pushed);
            assert_eq!((id.to_string().as_str(), pushed.as_str()), (text, text));
        }
        for text in [
            "",
            "1",
            "1.",
            ".1",
            "01.1",
            "1.02",
            "1.1A",
            "1.a",
            "a.1",
            "1.1.1",
            "1. 1",
            "+1.1",
            "9999999999.1",
            "1.1é",
            "1.1a-",
            "1.1a-e",
            "1.1a-é",
            "1.1-en",
            "1a-en.1",
            "1.1a-en-",
            "1.1a-ca-ES-valencian",
        ] {
            assert_eq!(SegmentId::parse(text), None, "{text}");
        }
        for too_long in ["1.1zzzzzzzzzz", "1.1aaaaaaa", "1000000000.1", "1.4294967295"] {
            assert_eq!(SegmentId::parse(too_long), None);
        }
        for suffix in [1, 26, 27, 52, 53, 702, 703, Label::LAST] {
            let label = Label { number: 1, suffix };
            assert_eq!(Label::parse(&label.to_string()), Some(label));
        }
    }

    #[test]
    fn letters_come_between_numbers() {
        let id = |text| SegmentId::parse(text).unwrap();
        assert!(id("3.2") < id("3.2a") && id("3.2z") < id("3.2aa") && id("3.2aa") < id("3.3") && id("3.9") < id("3a.1"));
        assert!(id("3.2a") < id("3.2a-de") && id("3.2a-de") < id("3.2a-en") && id("3.2a-en") < id("3.2b"));
    }
}
