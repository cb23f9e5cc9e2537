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

impl From<&Place> for Place {
    fn from(place: &Place) -> Self {
        place.clone()
    }
}

/// Line and column in a text. Both count from one; columns count characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    pub line: usize,
    pub column: usize,
}

/// Index of the lines of a text: converts byte offsets to lines and columns.
///
/// A line ends with its line feed. After a final line feed, the end of the text is a line of its
/// own, which [`LineIndex::count`] leaves out. An offset inside a character counts as the
/// character's beginning, and an offset beyond the text as its end.
#[derive(Debug)]
pub struct LineIndex<'a> {
    text: &'a str,
    /// Byte offset at which each line begins.
    starts: Vec<usize>,
    /// Number of characters before each [`STEP`]th byte. It saves counting a long line again for
    /// each place in it.
    characters: Vec<usize>,
}

/// Number of bytes between two entries of `LineIndex::characters`.
const STEP: usize = 4096;

impl<'a> LineIndex<'a> {
    /// Indexes a text.
    pub fn new(text: &'a str) -> Self {
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
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

    /// Returns the line and the column of an offset.
    pub fn position(&self, offset: usize) -> Position {
        let offset = floor_char_boundary(self.text, offset);
        let line = self.line(offset);
        Position { line, column: self.before(offset) - self.before(self.starts[line - 1]) + 1 }
    }

    /// Returns the line of an offset, counted from one.
    pub fn line(&self, offset: usize) -> usize {
        self.starts.partition_point(|&start| start <= offset)
    }

    /// Returns the number of lines.
    pub fn count(&self) -> usize {
        self.starts.len() - usize::from(self.starts.last() == Some(&self.text.len()))
    }

    /// Returns the byte range of a line with its line end; `None` if the text has no such line.
    pub fn whole(&self, line: usize) -> Option<Range<usize>> {
        let start = *self.starts.get(line.checked_sub(1)?)?;
        (line <= self.count()).then(|| start..self.starts.get(line).copied().unwrap_or(self.text.len()))
    }

    /// Returns the byte range of a line without its line end. The line must be in the text.
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

/// Returns the line of a byte in a file that is not text, counted from one.
pub fn line_of_byte(bytes: &[u8], offset: usize) -> usize {
    bytes[..offset].iter().filter(|&&byte| byte == b'\n').count() + 1
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

    fn positions(text: &str, offsets: impl IntoIterator<Item = usize>) -> Vec<(usize, usize)> {
        let lines = LineIndex::new(text);
        let position = |offset| {
            let Position { line, column } = lines.position(offset);
            (line, column)
        };
        offsets.into_iter().map(position).collect()
    }

    #[test]
    fn columns_count_characters() {
        assert_eq!(positions("әб\nвг", ["әб\nв".len(), 1, 99]), [(2, 2), (1, 1), (2, 3)]);
        assert_eq!(positions("", [5]), [(1, 1)]);
        let long = "ә".repeat(9000) + "\n" + &"б".repeat(9000);
        assert_eq!(positions(&long, [10_000, 18_000, 18_001, 30_001]), [(1, 5001), (1, 9001), (2, 1), (2, 6001)]);
    }

    #[test]
    fn lines_are_counted_as_editors_count_them() {
        let lines = LineIndex::new("a\r\nб\n");
        assert_eq!((lines.range(1), lines.range(2), lines.range(3)), (0..1, 3..5, 6..6));
        assert_eq!([0, 1, 2, 3].map(|line| lines.whole(line)), [None, Some(0..3), Some(3..6), None]);
        assert_eq!([0, 2, 3, 6].map(|offset| lines.line(offset)), [1, 1, 2, 3]);
        assert_eq!(["", "a", "a\n", "\n\n", "a\nb"].map(|text| LineIndex::new(text).count()), [0, 1, 1, 2, 2]);
    }
}
