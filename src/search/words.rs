//! The words of a text, as the search compares them.
//!
//! A word is a run of letters, digits and combining marks, in small letters and composed (NFC).
//! Scripts without spaces between words give one word for each character; a query in them is a
//! phrase, so that every part of a text can be found:
//!
//! ```text
//! АҚШ-қа, «Ресей»   ақш қа ресей
//! Kazakhstan’s      kazakhstan               (a letter behind an apostrophe is an ending)
//! 北京大学           北 京 大 学
//! ```

use std::ops::Range;

use crate::base::path::{is_combining_mark, nfkc};

/// A word of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// The word as it is compared.
    pub text: String,
    /// Byte range in the text.
    pub range: Range<usize>,
    /// Number of the word in its text. Between two characters of a script without spaces that do
    /// not stand side by side, a number is left out: a comma ends a word of theirs.
    pub position: u32,
}

/// Returns the words of a text, in order.
pub fn words(text: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut letters = text.char_indices().peekable();
    let mut position = 0;
    let (mut last_end, mut was_ideograph) = (0, false);
    while let Some((start, first)) = letters.find(|(_, c)| is_letter(*c)) {
        let mut end = start + first.len_utf8();
        let is_ideograph = is_ideograph(first);
        let goes_on = |c: char| match is_ideograph {
            true => is_combining_mark(c),
            false => is_letter(c) && !self::is_ideograph(c),
        };
        while let Some((at, c)) = letters.next_if(|(_, c)| goes_on(*c)) {
            end = at + c.len_utf8();
        }
        let is_behind_apostrophe = last_end > 0 && matches!(&text[last_end..start], "'" | "’" | "ʼ");
        position += u32::from(is_ideograph && was_ideograph && last_end < start);
        (last_end, was_ideograph) = (end, is_ideograph);
        if is_behind_apostrophe && end - start == first.len_utf8() {
            continue;
        }
        let word = compared(&text[start..end]);
        let mut add = |text: String| {
            words.push(Word { text, range: start..end, position });
            position += 1;
        };
        // Letters of half width may stand for characters of such a script.
        if !is_ideograph && word.contains(self::is_ideograph) {
            word.chars().for_each(|c| add(c.to_string()));
        } else {
            add(word);
        }
    }
    words
}

/// Returns a word in small letters and composed; letters of half or double width and ligatures
/// become the usual ones (NFKC). The dot that `İ` leaves on `i` is left out.
fn compared(word: &str) -> String {
    let small: String = word.chars().flat_map(|c| c.to_lowercase().take(1)).collect();
    if small.is_ascii() { small } else { nfkc(&small) }
}

fn is_letter(c: char) -> bool {
    c.is_alphanumeric() || !c.is_ascii() && is_combining_mark(c)
}

/// Returns true for letters of scripts that are written without spaces: Chinese and Japanese, Thai,
/// Lao, Burmese, Khmer.
fn is_ideograph(c: char) -> bool {
    matches!(
        c,
        '\u{0e00}'..='\u{0eff}'
            | '\u{1000}'..='\u{109f}'
            | '\u{1780}'..='\u{17ff}'
            | '\u{3040}'..='\u{30ff}'
            | '\u{3400}'..='\u{9fff}'
            | '\u{f900}'..='\u{faff}'
            | '\u{20000}'..='\u{3ffff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_runs_of_letters() {
        let all = |text| words(text).into_iter().map(|word| word.text).collect::<Vec<_>>().join(" ");
        assert_eq!(all("АҚШ-қа, «Ресей» – 1991 ж."), "ақш қа ресей 1991 ж");
        assert_eq!(all("Kazakhstan’s İstanbul"), "kazakhstan istanbul");
        assert_eq!(all("北京大学 ABC京"), "北 京 大 学 abc 京");
        assert_eq!(all("e\u{301}te\u{301}"), "été");
        assert_eq!(all("ﾎﾞﾗ ＡＢ１"), "ボ ラ ab1");
        let positions = |text| words(text).iter().map(|word| word.position).collect::<Vec<_>>();
        assert_eq!(positions("火车，站 a, b"), [0, 1, 3, 4, 5]);
    }
}
