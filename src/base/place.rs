//! A place in a file: which file, which bytes.

use std::ops::Range;
use std::sync::Arc;

/// A range of bytes in one file of the project.
///
/// `file` is relative to the project's root, with `/` between its parts. `range` counts bytes of
/// the text as it was read; it may be empty, to point between two characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    pub file: Arc<str>,
    pub start: usize,
    pub end: usize,
}

impl Place {
    /// Makes a place from a file and a range of its bytes.
    pub fn new(file: &Arc<str>, range: Range<usize>) -> Self {
        Self { file: Arc::clone(file), start: range.start, end: range.end }
    }

    /// The beginning of a file: for a problem that has no narrower place.
    pub fn whole(file: &Arc<str>) -> Self {
        Self::new(file, 0..0)
    }

    /// The bytes this place covers.
    pub fn range(&self) -> Range<usize> {
        self.start..self.end
    }
}

/// The line and the column of a byte offset, both counted from one; columns count characters.
///
/// An offset beyond the text counts as its end.
pub fn line_and_column(text: &str, offset: usize) -> (usize, usize) {
    let offset = floor_char_boundary(text, offset);
    let before = &text[..offset];
    let line = before.bytes().filter(|&byte| byte == b'\n').count() + 1;
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (line, before[line_start..].chars().count() + 1)
}

/// The nearest character boundary at or before `offset`.
pub fn floor_char_boundary(text: &str, offset: usize) -> usize {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters() {
        assert_eq!(line_and_column("әб\nвг", "әб\nв".len()), (2, 2));
        assert_eq!(line_and_column("", 5), (1, 1));
    }
}
