//! Small operations on text: folding of white space, and the byte order mark.

use std::borrow::Cow;

/// Folds white space: each run becomes one space, and both ends are trimmed.
pub fn fold(text: &str) -> Cow<'_, str> {
    let trimmed = text.trim();
    let mut after_space = false;
    let is_folded = trimmed.chars().all(|c| {
        let fine = !c.is_whitespace() || c == ' ' && !after_space;
        after_space = c == ' ';
        fine
    });
    if is_folded { Cow::Borrowed(trimmed) } else { Cow::Owned(trimmed.split_whitespace().collect::<Vec<_>>().join(" ")) }
}

/// Returns the length of the byte order mark at the beginning of a text, in bytes; 0 if there is
/// none.
pub fn byte_order_mark(text: &str) -> usize {
    if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_is_folded() {
        assert_eq!(fold("\n a \t b\u{a0}c\n"), "a b c");
        assert!(matches!(fold(" a b "), Cow::Borrowed("a b")));
    }
}
