//! Folding of white space.

use std::borrow::Cow;

/// Folds white space: each run becomes one space, and both ends are trimmed.
///
/// White space is the set that Markdown and HTML fold in a line: space, tab, line feed, vertical
/// tab, form feed and carriage return (CommonMark 0.31.2, §2.1, with the vertical tab of earlier
/// versions). A no-break space or a thin space is a letter here: no reader of Markdown folds it,
/// and its author chose it. So an exported sentence keeps it, as does an import.
///
/// ```
/// use tilmash::base::fold;
/// assert_eq!(fold(" 10\u{a0}km\n  east "), "10\u{a0}km east");
/// ```
pub fn fold(text: &str) -> Cow<'_, str> {
    folded(text, is_space)
}

/// Returns true for the white space that [`fold`] folds.
pub fn is_space(c: char) -> bool {
    c.is_ascii_whitespace() || c == '\u{b}'
}

/// Folds white space of every kind in Unicode, for digests and comparisons: texts that differ only
/// in their spaces count as the same.
pub fn fold_all(text: &str) -> Cow<'_, str> {
    folded(text, char::is_whitespace)
}

fn folded(text: &str, is_space: impl Fn(char) -> bool) -> Cow<'_, str> {
    let trimmed = text.trim_matches(&is_space);
    let mut after_space = false;
    let is_folded = trimmed.chars().all(|c| {
        let fine = !is_space(c) || c == ' ' && !after_space;
        after_space = c == ' ';
        fine
    });
    if is_folded {
        return Cow::Borrowed(trimmed);
    }
    Cow::Owned(trimmed.split(is_space).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_spaces_and_line_breaks_become_one_space() {
        for (text, folded) in [(" a \t\u{b} b\r\nc ", "a b c"), ("", ""), (" \n", ""), ("a\u{a0} b\u{3000}", "a\u{a0} b\u{3000}")]
        {
            assert_eq!(fold(text), folded);
            assert_eq!(fold(folded), folded);
        }
        assert!(matches!(fold(" a b "), Cow::Borrowed("a b")));
        assert_eq!(fold_all(" a\u{a0} b\u{2009}c "), "a b c");
    }
}
