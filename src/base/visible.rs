//! Makes text from files safe to print: escapes control characters and shortens long texts.

use std::borrow::Cow;
use std::path::{Display, Path};

/// Maximum number of characters in a message or a hint, before escaping.
pub const MOST: usize = 1000;

/// Returns true for the embeddings, overrides and isolates of bidirectional text.
///
/// They reorder the text after them, so that a reader can see other words than the text contains
/// (CVE-2021-42574, "Trojan Source"). The marks U+200E and U+200F are not among them, because they
/// affect only their neighbours.
pub fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Returns true if a text has a bidi control character: see [`is_bidi_control`].
pub fn has_bidi_control(text: &str) -> bool {
    // Every page is searched; comparing bytes takes a third of the time of comparing characters.
    let is_control = |bytes: &[u8]| matches!(bytes, [0xe2, 0x80, 0xaa..=0xae] | [0xe2, 0x81, 0xa6..=0xa9]);
    text.as_bytes().windows(3).any(is_control)
}

/// Returns true for characters that a terminal must not receive from a file: they move its cursor,
/// change its state, or reorder its text.
fn is_unsafe(c: char) -> bool {
    // `cli::frame` uses a noncharacter as the placeholder for a place.
    c.is_control() || is_bidi_control(c) || ('\u{fdd0}'..='\u{fdef}').contains(&c)
}

/// Returns a path for a message: without `./` at its beginning.
pub fn shown_path(path: &Path) -> Display<'_> {
    let inside = path.strip_prefix(".").unwrap_or(path);
    if inside.as_os_str().is_empty() { path.display() } else { inside.display() }
}

/// Escapes unsafe characters, such as `\u{1b}` for ESC. Line breaks and tabs stay.
pub fn visible(text: &str) -> Cow<'_, str> {
    escaped(text, |c| matches!(c, '\n' | '\t'))
}

/// Escapes unsafe characters, such as `\u{1b}` for ESC, and also line breaks and tabs.
pub fn visible_line(text: &str) -> Cow<'_, str> {
    escaped(text, |_| false)
}

fn escaped(text: &str, stays: impl Fn(char) -> bool) -> Cow<'_, str> {
    let is_escaped = |c: char| is_unsafe(c) && !stays(c);
    if !text.contains(is_escaped) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            // A Windows line break.
            '\r' if rest.peek() == Some(&'\n') && stays('\n') => out.push(c),
            c if is_escaped(c) => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// Makes a text that may quote files fit for a message. The result is one line without unsafe
/// characters. A text of more than [`MOST`] characters loses its middle before it is escaped.
pub fn one_line(text: String) -> String {
    let text = if text.len() > MOST { shorten(&text, MOST).into_owned() } else { text };
    if !text.contains(is_unsafe) {
        return text;
    }
    let spaced: String = text.chars().map(|c| if c.is_control() && c.is_whitespace() { ' ' } else { c }).collect();
    visible_line(&spaced).into_owned()
}

/// Returns a name or a path as messages quote it: shortened to 80 characters, then escaped.
pub fn name(name: &str) -> String {
    visible_line(&shorten(name, 80)).into_owned()
}

/// Replaces the middle of a text by an ellipsis if the text has more than `most` characters.
pub fn shorten(text: &str, most: usize) -> Cow<'_, str> {
    if text.len() <= most || text.chars().count() <= most {
        return Cow::Borrowed(text);
    }
    let at_end = most / 3;
    let start = text.char_indices().nth(most - at_end).map_or(text.len(), |(at, _)| at);
    let end = text.char_indices().rev().nth(at_end.saturating_sub(1)).map_or(text.len(), |(at, _)| at);
    Cow::Owned(format!("{} … {}", &text[..start], &text[end..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_escaped() {
        let text = "a\u{1b}[31mb\tc\r\nd\re\u{9b}\u{202e}f\u{2066}\u{7f}\0";
        assert_eq!(visible(text), "a\\u{1b}[31mb\tc\r\nd\\u{d}e\\u{9b}\\u{202e}f\\u{2066}\\u{7f}\\u{0}");
        assert_eq!(visible_line("a\nb\tc"), "a\\u{a}b\\u{9}c");
        assert_eq!(one_line("a\nb\tc\u{1b}".to_owned()), "a b c\\u{1b}");
    }

    /// Languages need marks and joiners, which affect only their neighbours.
    #[test]
    fn directional_marks_and_joiners_stay() {
        for text in ["Қазақша", "שלום\u{200f}!", "می\u{200c}خواهم", "👩\u{200d}🚀", "é"] {
            assert!(matches!(visible(text), Cow::Borrowed(_)), "{text}");
        }
    }

    #[test]
    fn the_search_in_bytes_finds_every_bidi_control() {
        for c in ('\u{0}'..='\u{ffff}').chain(['\u{1f680}']) {
            assert_eq!(has_bidi_control(&format!("ә{c}ә")), is_bidi_control(c), "{c:?}");
        }
    }

    #[test]
    fn long_texts_lose_their_middle() {
        assert_eq!(shorten("әәә", 3), "әәә");
        assert_eq!(shorten("abcdefgh", 6), "abcd … gh");
        let long = one_line("ә".repeat(1_000_000));
        assert_eq!(long.chars().count(), MOST + 3);
    }
}
