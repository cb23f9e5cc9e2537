//! A query as the reader types it.
//!
//! ```text
//! Ресей шарт            items with forms of both words
//! "достық туралы"       the words one after another; also in “…” and «…»
//! Ресей -шарт           without forms of the second word
//! ```

use std::ops::Range;

use super::words::words;

/// A query.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Query {
    pub words: Vec<QueryWord>,
    /// The parts between spaces that have signs beside their letters, and the words of each: on
    /// another keyboard the signs may be letters, such as `[` for `х`.
    pub(super) typed: Vec<(String, Range<usize>)>,
}

/// A word of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryWord {
    pub text: String,
    /// Number of the phrase that the word is in.
    pub phrase: Option<u32>,
    /// True if no item with the word is wanted.
    pub is_excluded: bool,
    /// True if the word may go on: the last one, while it is typed.
    pub is_beginning: bool,
}

/// The signs around a phrase.
const QUOTES: [char; 6] = ['"', '“', '”', '„', '«', '»'];
/// The greatest number of words of a query that count.
const MOST_WORDS: usize = 32;
/// The greatest number of bytes of a query that count.
const MOST_BYTES: usize = 2000;

impl Query {
    /// Reads a query. While it is typed, its last word may be the beginning of one.
    pub fn read(text: &str, is_typed: bool) -> Self {
        let end = text.char_indices().map(|(at, c)| at + c.len_utf8()).take_while(|end| *end <= MOST_BYTES).last();
        let text = &text[..end.unwrap_or_default()];
        let mut query = Self::default();
        let mut phrase = 0;
        // The text before the quotation mark at which a part begins.
        let mut before = "";
        let mut end = 0;
        for (at, part) in text.split(QUOTES).enumerate() {
            let is_quoted = at % 2 == 1;
            let is_quotation_excluded = before == "-" || before.ends_with(" -");
            end += part.len();
            before = &text[..end];
            end += text[end..].chars().next().map_or(0, char::len_utf8);
            for piece in if is_quoted { vec![part] } else { part.split_whitespace().collect() } {
                let is_excluded = if is_quoted { is_quotation_excluded } else { piece.starts_with(['-', '−']) };
                phrase += 1;
                let pieces = words(piece);
                // Parts that a hyphen joins, and characters without spaces between them, stand
                // together in the text too.
                let is_phrase = is_quoted || pieces.len() > 1;
                if !is_quoted && piece.contains(|c: char| c.is_ascii_punctuation()) {
                    let start = query.words.len();
                    query.typed.push((piece.to_lowercase(), start..start + pieces.len()));
                }
                query.words.extend(pieces.into_iter().map(|word| QueryWord {
                    text: word.text,
                    phrase: is_phrase.then_some(phrase),
                    is_excluded,
                    is_beginning: false,
                }));
            }
        }
        query.words.truncate(MOST_WORDS);
        query.typed.retain(|(_, words)| words.end <= query.words.len());
        if let Some(last) = query.words.last_mut()
            && is_typed
            && text.ends_with(char::is_alphanumeric)
        {
            last.is_beginning = true;
        }
        query
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        let word = |word: &QueryWord| {
            let phrase = word.phrase.map_or_else(String::new, |phrase| format!("#{phrase}"));
            format!(
                "{}{}{phrase}{}",
                if word.is_excluded { "-" } else { "" },
                word.text,
                if word.is_beginning { "…" } else { "" }
            )
        };
        Query::read(text, true).words.iter().map(word).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn queries_are_read() {
        assert_eq!(read("Ресей шарт"), "ресей шарт…");
        assert_eq!(read("Ресей шарт "), "ресей шарт");
        assert_eq!(read("«достық туралы» шарт -Қытай"), "достық#1 туралы#1 шарт -қытай…");
        assert_eq!(read("a -\"b c\""), "a -b#3 -c#3");
        assert_eq!(read("АҚШ-қа 北京"), "ақш#1 қа#1 北#2 京#2…");
        assert_eq!(read("- \" -"), "");
    }
}
