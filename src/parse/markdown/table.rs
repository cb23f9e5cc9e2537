//! Tables: their cells, by row and column.

use super::{Alignment, Writer};

/// The table that is being written.
pub(super) struct Table {
    pub(super) alignments: Vec<Alignment>,
    pub(super) column: usize,
    pub(super) head: bool,
}

impl Writer<'_, '_> {
    pub(super) fn start_cell(&mut self) {
        let table = self.table.as_ref().expect("a cell is in a table");
        let element = if table.head { "<th scope=\"col\"" } else { "<td" };
        // By class: a strict content security policy forbids style attributes.
        let class = match table.alignments.get(table.column) {
            Some(Alignment::Left) => " class=\"left\">",
            Some(Alignment::Center) => " class=\"center\">",
            Some(Alignment::Right) => " class=\"right\">",
            Some(Alignment::None) | None => ">",
        };
        self.push(element);
        self.push(class);
    }
}
