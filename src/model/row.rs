//! The text of a table row: its cells, with a bar between each two.
//!
//! A row is one segment. Its canonical text has the cells without the space around them, joined by
//! ` | `, and no empty cells at the end. So a row stays the same text if a formatter pads it anew.
//!
//! ```text
//! file        |India    | 1945 |     |
//! canonical   India | 1945
//! ```
//!
//! All functions expect a row without the bars at its two ends. A row that begins with a bar has an
//! empty first cell.

use std::ops::Range;

use crate::base::is_space;

/// Returns the byte range of each cell, without the space around it. A bar after a backslash
/// belongs to its cell, even if that backslash is escaped too: pulldown-cmark does the same.
pub fn cells(row: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let is_border = |&(at, _): &(usize, &str)| !row[..at].ends_with('\\');
    let ends = row.match_indices('|').filter(is_border).map(|(at, _)| at).chain([row.len()]);
    let mut start = 0;
    ends.map(move |end| {
        let cell = &row[start..end];
        let first = start + cell.len() - cell.trim_start_matches(is_space).len();
        let last = first + row[first..end].trim_end_matches(is_space).len();
        start = end + 1;
        first..last
    })
}

/// Returns the canonical text of a row.
pub fn canonical(row: &str) -> String {
    join(cells(row).map(|cell| &row[cell]))
}

/// Makes the canonical text of a row from its cells.
pub fn join<'c>(cells: impl Iterator<Item = &'c str>) -> String {
    let cells: Vec<&str> = cells.collect();
    let count = cells.iter().rposition(|cell| !cell.is_empty()).map_or(0, |last| last + 1);
    let mut row = String::new();
    for (at, cell) in cells[..count].iter().enumerate() {
        for part in [if at > 0 { "|" } else { "" }, cell].into_iter().filter(|part| !part.is_empty()) {
            row.push_str(if row.is_empty() { "" } else { " " });
            row.push_str(part);
        }
    }
    row
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn texts(row: &str) -> Vec<&str> {
        cells(row).map(|cell| &row[cell]).collect()
    }

    #[test]
    fn padding_does_not_count() {
        assert_eq!(texts("a |  b\\|c| "), ["a", "b\\|c", ""]);
        assert_eq!(canonical("a|b \t|  |"), "a | b");
        assert_eq!(canonical(" | b || c |"), "| b | | c");
        assert_eq!(canonical("\u{a0}a"), "\u{a0}a");
        assert_eq!(canonical(" | "), "");
    }

    proptest! {
        #[test]
        fn the_canonical_text_has_the_same_cells(row in "[ab| \\\\]{0,20}") {
            let canonical = canonical(&row);
            prop_assert_eq!(super::canonical(&canonical), canonical.clone());
            let filled = |row: &str| texts(row).into_iter().map(str::to_owned).collect::<Vec<_>>();
            let (mut before, mut now) = (filled(&row), filled(&canonical));
            for cells in [&mut before, &mut now] {
                while cells.last().is_some_and(String::is_empty) {
                    cells.pop();
                }
            }
            prop_assert_eq!(before, now);
        }
    }
}
