//! Tables: each cell that has text is a segment, and the cells of a row form one block.
//!
//! A cell is one segment even if it holds several sentences. A sentence is a line, and a cell has
//! no line breaks.
//!
//! ```text
//! | Name  |      | Year |     ids without a lock: 1.1 (Name), 1.2 (Year)
//! |-------|------|------|
//! | China | east | 1911 |     ids without a lock: 2.1, 2.2, 2.3
//! ```

use std::ops::Range;

use crate::base::code;
use crate::model::Cell;

use super::{Alignment, Container, Writer};

/// The table that is being written.
pub(super) struct Table {
    /// Number of the table in the document, counted from one.
    number: u32,
    alignments: Vec<Alignment>,
    column: u32,
    pub(super) head: bool,
    /// Number of segments so far in the current row.
    in_row: u32,
    /// The byte range of the current cell's text, without the space around it.
    pub(super) text: Range<usize>,
}

impl Table {
    pub(super) fn new(number: u32, alignments: Vec<Alignment>) -> Self {
        Self { number, alignments, column: 0, head: true, in_row: 0, text: 0..0 }
    }

    pub(super) fn start_row(&mut self) {
        (self.column, self.in_row) = (0, 0);
    }

    /// Counts one more segment in the row, and returns the number of those before it.
    pub(super) fn next_in_row(&mut self) -> u32 {
        self.in_row += 1;
        self.in_row - 1
    }

    pub(super) fn cell(&self) -> Cell {
        Cell { table: self.number, column: self.column }
    }
}

impl Writer<'_, '_> {
    pub(super) fn start_cell(&mut self, range: &Range<usize>) {
        let written = &self.text[range.clone()];
        let start = range.start + written.len() - written.trim_start().len();
        let end = start + written.trim().len();
        let table = self.table.as_mut().expect("a cell is in a table");
        let element = if table.head { "<th scope=\"col\"" } else { "<td" };
        // Alignment uses classes, because a strict content security policy forbids style
        // attributes.
        let class = match table.alignments.get(table.column as usize) {
            Some(Alignment::Left) => " class=\"left\">",
            Some(Alignment::Center) => " class=\"center\">",
            Some(Alignment::Right) => " class=\"right\">",
            Some(Alignment::None) | None => ">",
        };
        table.column += 1;
        table.text = start..end;
        self.push(element);
        self.push(class);
        if let Some(open) = written.rfind("<!--")
            && !written[open..].contains("-->")
        {
            let place = range.start + open..end;
            if let Some(problem) = self.problem(
                &code::BAD_MARK,
                place,
                "the comment in this table cell contains a `|`, which ends the cell".to_owned(),
            ) {
                problem.push_hint(
                    "remove the `|` from the comment, because the page shows the beginning of a comment that is not closed"
                        .to_owned(),
                );
            }
        }
        self.containers.push(Container::Cell);
    }

    pub(super) fn end_cell(&mut self) {
        self.containers.pop();
        let head = self.table.as_ref().expect("a cell is in a table").head;
        self.push(if head { "</th>" } else { "</td>" });
    }
}
