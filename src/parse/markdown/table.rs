//! Tables: each row that has text is a segment, and a block of its own.
//!
//! A sentence is a line, and in Markdown a row is a line. The delimiter row is no segment.
//!
//! ```text
//! | Name  |      | Year |     id without a lock: 1.1
//! |-------|------|------|
//! | China | east | 1911 |     id without a lock: 2.1
//! ```

use std::ops::Range;

use crate::base::code;

use super::{Alignment, ElementKind, Event, HtmlPos, HtmlRange, Tag, TagEnd, Writer};

/// The table that is being written.
pub(super) struct Table {
    /// Number of the table in the document, counted from one.
    pub(super) number: u32,
    alignments: Vec<Alignment>,
    column: usize,
    pub(super) is_head: bool,
    /// The byte range of the current cell's text, without the space around it.
    pub(super) text: Range<usize>,
    /// The beginning of the current cell's element.
    html_start: HtmlPos,
}

impl Table {
    pub(super) fn new(number: u32, alignments: Vec<Alignment>) -> Self {
        Self { number, alignments, column: 0, is_head: true, text: 0..0, html_start: HtmlPos::default() }
    }
}

impl Writer<'_, '_> {
    /// Begins a row. The row is a segment if a cell has other content than comments.
    pub(super) fn start_row(&mut self, range: &Range<usize>) {
        self.table.as_mut().expect("a row is in a table").column = 0;
        let is_end = |event: &Event<'_>| matches!(event, Event::End(TagEnd::TableRow | TagEnd::TableHead));
        let is_text = |event: &Event<'_>| match event {
            Event::Start(Tag::TableCell) | Event::End(TagEnd::TableCell) => false,
            Event::InlineHtml(html) => !html.starts_with("<!--"),
            _ => true,
        };
        let mut inside = self.events[self.at..].iter().map(|(event, _)| event).take_while(|event| !is_end(event));
        let is_segment = inside.any(is_text) && self.addresses();
        self.out.open_element(ElementKind::Row);
        if is_segment {
            // The segment's text begins after the bar at the beginning of the row.
            let row = self.text[range.clone()].trim_start();
            let cells = row.strip_prefix('|').unwrap_or(row).trim_start();
            self.open_leaf(range.end - cells.len());
        } else {
            self.push("<tr>");
        }
    }

    pub(super) fn start_cell(&mut self, range: &Range<usize>) {
        let written = &self.text[range.clone()];
        let start = range.start + written.len() - written.trim_start().len();
        let end = start + written.trim().len();
        let table = self.table.as_mut().expect("a cell is in a table");
        let element = if table.is_head { "<th scope=\"col\"" } else { "<td" };
        // Alignment uses classes, because a strict content security policy forbids style
        // attributes.
        let class = match table.alignments.get(table.column) {
            Some(Alignment::Left) => " class=\"left\">",
            Some(Alignment::Center) => " class=\"center\">",
            Some(Alignment::Right) => " class=\"right\">",
            Some(Alignment::None) | None => ">",
        };
        table.column += 1;
        table.text = start..end;
        table.html_start = self.out.position();
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
    }

    pub(super) fn end_cell(&mut self) {
        // The content after a segment must be in a cell, too.
        let ends_row = self.leaf.is_some() && !matches!(self.events[self.at].0, Event::Start(Tag::TableCell));
        if ends_row {
            self.close_leaf();
        }
        let Table { is_head, html_start, .. } = *self.table.as_ref().expect("a cell is in a table");
        self.push(if is_head { "</th>" } else { "</td>" });
        let end = self.out.position();
        self.out.cells.push(HtmlRange::new(html_start, end));
        if ends_row {
            self.segments.last_mut().expect("the row was closed").html.end = end;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::markdown::{self, Dialect};
    use crate::model::row;

    proptest! {
        #[test]
        fn the_parser_ends_cells_at_the_same_bars(cells in "[ab`\\[\\]<>!| \\\\]{1,20}") {
            let text = format!("| x | x | x |\n|---|---|---|\n| {cells} |\n");
            let (events, _) = markdown::read(&text, 0, Dialect::Page { smart_punctuation: false });
            let cells_of_parser = events
                .into_iter()
                .skip_while(|(event, _)| *event != Event::Start(Tag::TableRow))
                .filter(|(event, _)| *event == Event::Start(Tag::TableCell))
                .map(|(_, range)| text[range].trim().to_owned());
            let line = text.lines().nth(2).expect("the row").trim_start_matches('|');
            let own = row::cells(line).map(|range| line[range].to_owned());
            let padded = own.chain(std::iter::repeat_with(String::new)).take(3);
            prop_assert_eq!(cells_of_parser.collect::<Vec<_>>(), padded.collect::<Vec<_>>());
        }
    }
}
