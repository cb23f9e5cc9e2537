//! Places in files: a file and a range of its bytes.

use std::ops::Range;
use std::sync::Arc;

/// Byte range in one file of the project.
///
/// `file` is relative to the project's root, with `/` between its parts. `start` and `end` count
/// bytes of the text as it was read. The range may be empty, to point between two characters.
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

    /// Makes the place at the beginning of a file, for a problem that has no narrower place.
    pub fn whole(file: &Arc<str>) -> Self {
        Self::new(file, 0..0)
    }

    /// Returns the byte range.
    pub fn range(&self) -> Range<usize> {
        self.start..self.end
    }
}

/// Returns the line and the column of a byte offset, both counted from one. Columns count
/// characters.
///
/// An offset beyond the text counts as its end.
pub fn line_and_column(text: &str, offset: usize) -> (usize, usize) {
    let offset = floor_char_boundary(text, offset);
    let before = &text[..offset];
    let line = before.bytes().filter(|&byte| byte == b'\n').count() + 1;
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (line, before[line_start..].chars().count() + 1)
}

/// Index of the lines of a text, for many look-ups.
#[derive(Debug)]
pub struct Lines<'a> {
    text: &'a str,
    /// Byte offset at which each line begins.
    starts: Vec<usize>,
    /// Number of characters before each [`STEP`]th byte. It saves counting a long line again for
    /// each place in it.
    characters: Vec<usize>,
}

/// Number of bytes between two entries of `Lines::characters`.
const STEP: usize = 4096;

impl<'a> Lines<'a> {
    /// Indexes a text.
    pub fn new(text: &'a str) -> Self {
        let newlines = text.bytes().enumerate().filter(|&(_, byte)| byte == b'\n').map(|(at, _)| at + 1);
        let starts = std::iter::once(0).chain(newlines).collect();
        let mut count = 0;
        let counts = text.as_bytes().chunks(STEP).map(|chunk| {
            count += characters(chunk);
            count
        });
        let characters = std::iter::once(0).chain(counts).collect();
        Self { text, starts, characters }
    }

    /// Returns the indexed text.
    pub fn text(&self) -> &'a str {
        self.text
    }

    /// Returns the line and the column of an offset, with the same counting as [`line_and_column`].
    pub fn line_and_column(&self, offset: usize) -> (usize, usize) {
        let offset = floor_char_boundary(self.text, offset);
        let line = self.line(offset);
        (line, self.before(offset) - self.before(self.starts[line - 1]) + 1)
    }

    /// Returns the line of an offset, counted from one.
    pub fn line(&self, offset: usize) -> usize {
        self.starts.partition_point(|&start| start <= offset)
    }

    /// Returns the number of lines. A text that ends with a line break has no line after it.
    pub fn count(&self) -> usize {
        self.starts.len() - usize::from(self.starts.last() == Some(&self.text.len()))
    }

    /// Returns the byte range of a line with its line end; `None` if the text has no such line.
    pub fn whole_range(&self, line: usize) -> Option<Range<usize>> {
        let start = *self.starts.get(line.checked_sub(1)?).filter(|start| **start < self.text.len())?;
        Some(start..self.starts.get(line).copied().unwrap_or(self.text.len()))
    }

    /// Returns the byte range of a line, without its line end.
    pub fn range(&self, line: usize) -> Range<usize> {
        let start = self.starts[line - 1];
        let end = self.starts.get(line).map_or(self.text.len(), |next| next - 1);
        start..start + self.text[start..end].trim_end_matches('\r').len()
    }

    /// Returns the number of characters before an offset.
    fn before(&self, offset: usize) -> usize {
        let step = offset / STEP;
        self.characters[step] + characters(&self.text.as_bytes()[step * STEP..offset])
    }
}

/// Counts the characters that begin in a piece of UTF-8.
fn characters(bytes: &[u8]) -> usize {
    bytes.iter().filter(|&&byte| byte & 0xc0 != 0x80).count()
}

/// Returns the nearest character boundary at or before `offset`.
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

    #[test]
    fn the_index_and_a_single_look_up_agree() {
        for text in ["", "\n", "ә", "a\r\nб\n", &"ә\nбв г".repeat(3000), &"ә".repeat(9000)] {
            let lines = Lines::new(text);
            for offset in (0..text.len() + 2).step_by(if text.len() > 100 { 997 } else { 1 }) {
                assert_eq!(lines.line_and_column(offset), line_and_column(text, offset), "{offset}");
            }
        }
        let lines = Lines::new("a\r\nб\n");
        assert_eq!((lines.range(1), lines.range(2), lines.range(3)), (0..1, 3..5, 6..6));
        assert_eq!((lines.count(), Lines::new("").count(), Lines::new("a\n\nb").count()), (2, 0, 3));
        assert_eq!([0, 1, 2, 3].map(|line| lines.whole_range(line)), [None, Some(0..3), Some(3..6), None]);
    }
}
