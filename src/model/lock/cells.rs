//! Older locks, in which each cell of a table had an entry of its own: joins the cells to rows.
//!
//! ```text
//! before                                   joined
//! 3.1                                      3.1
//! kk 6f651208959b |1 Қазақстан             kk d94b0c21a3f7 | Қазақстан | иә
//! en 6f651208959b 334ae18e1a3f             en d94b0c21a3f7 0a3c77e1b2d4
//!
//! 3.2                                      3.2
//! kk 7cbc0e45da2c |2 иә                    gone 7cbc0e45da2c into 3.1
//! en 7cbc0e45da2c 2a8a8a33a9a1
//! ```
//!
//! A row gets the id of its first cell. The ids of its other cells become `gone … into` that id. A
//! translation of the row is current if it was made from all present cells. Otherwise its source
//! wording is the row of the cells that were translated; a missing cell counts as empty.

use std::collections::HashMap;

use super::{Gone, LockEntry, Offsets, Source, State, TextDigest, Translation, Unit, row};
use crate::model::Label;

/// Greatest column. Greater numbers count as this one, so that a damaged lock (`|4000000000`) takes
/// little memory.
const LAST_COLUMN: u32 = 100;

/// The columns that an entry has in its table, counted from one.
#[derive(Debug, Clone, Default)]
pub(super) struct Columns {
    pub(super) source: Option<u32>,
    /// The column for each translation of the entry: `None` for the source's own column, 0 outside
    /// of tables.
    pub(super) translations: Vec<Option<u32>>,
}

impl Columns {
    fn is_cell(&self) -> bool {
        self.source.is_some() || self.translations.iter().flatten().any(|&column| column > 0)
    }
}

/// Joins the cells among the entries of a lock to rows.
pub(super) fn join(entries: &mut [LockEntry], columns: &[Columns], offsets: &mut [Offsets]) {
    if !columns.iter().any(Columns::is_cell) {
        return;
    }
    for cells in rows(entries, columns) {
        let row = Row { entries, columns, cells: &cells };
        let joined: Vec<_> = row.joined().into_iter().map(|(at, entry)| (at, row.lines(at, &entry, offsets), entry)).collect();
        for (at, lines, entry) in joined {
            (entries[at], offsets[at].translations) = (entry, lines);
        }
    }
}

/// Returns the rows, each as positions of entries: first the cells of the source, then the cells of
/// the same block that only translations have.
fn rows(entries: &[LockEntry], columns: &[Columns]) -> Vec<Vec<usize>> {
    let block = |at: usize| match entries[at].unit {
        Unit::Segment(id) => Some(id.block),
        Unit::Title | Unit::Description => None,
    };
    let mut rows: Vec<Vec<usize>> = Vec::new();
    let mut row_of: HashMap<Option<Label>, usize> = HashMap::new();
    let mut open: Option<usize> = None;
    for at in (0..entries.len()).filter(|&at| entries[at].source.is_some()) {
        let before = open.replace(at);
        let Some(column) = columns[at].source else { continue };
        let goes_on = before
            .is_some_and(|before| block(before) == block(at) && columns[before].source.is_some_and(|before| before < column));
        if !goes_on {
            rows.push(Vec::new());
        }
        let row = rows.len() - 1;
        rows[row].push(at);
        row_of.entry(block(at)).or_insert(row);
    }
    for at in (0..entries.len()).filter(|&at| entries[at].source.is_none() && columns[at].is_cell()) {
        let row = *row_of.entry(block(at)).or_insert_with(|| {
            rows.push(Vec::new());
            rows.len() - 1
        });
        rows[row].push(at);
    }
    rows
}

/// The cells of one row, as positions of entries.
struct Row<'a> {
    entries: &'a [LockEntry],
    columns: &'a [Columns],
    cells: &'a [usize],
}

impl Row<'_> {
    /// Returns the new entries of the row's cells.
    fn joined(&self) -> Vec<(usize, LockEntry)> {
        let first = self.cells[0];
        let source = self.source();
        let mut translations: Vec<Translation> = Vec::new();
        for line in self.cells.iter().flat_map(|&at| &self.entries[at].translations) {
            if translations.iter().all(|known| known.lang != line.lang) {
                translations.extend(self.translation(&line.lang, source.as_ref()));
            }
        }
        let Unit::Segment(id) = self.entries[first].unit else { return Vec::new() };
        let rest = self.cells[1..].iter().map(|&at| {
            let mut entry = self.entries[at].clone();
            let source = entry.source.take().map(|source| source.digest);
            let digest = source.or_else(|| Some(entry.translations.first()?.own));
            entry.gone = entry.gone.or_else(|| Some(Gone { digest: digest?, anchors: Vec::new(), into: Some(id) }));
            // A line of a translation that was not in a table keeps its id.
            let mut columns = self.columns[at].translations.iter();
            entry.translations.retain(|_| columns.next() == Some(&Some(0)));
            (at, entry)
        });
        let row = LockEntry { unit: Unit::Segment(id), source, gone: self.entries[first].gone.clone(), translations };
        rest.chain([(first, row)]).collect()
    }

    /// Returns the offset of the line of each translation of a new entry: the one that this cell
    /// has, or else that of the first cell that has one.
    fn lines(&self, at: usize, entry: &LockEntry, offsets: &[Offsets]) -> Vec<usize> {
        let line = |translation: &Translation| {
            let mut cells = [at].into_iter().chain(self.cells.iter().copied());
            cells.find_map(|cell| {
                let index = self.entries[cell].translations.iter().position(|line| line.lang == translation.lang)?;
                Some(offsets[cell].translations[index])
            })
        };
        entry.translations.iter().filter_map(line).collect()
    }

    /// Returns the cells of the source, each with its column.
    fn of_source(&self) -> impl Iterator<Item = (u32, usize, &Source)> {
        self.cells.iter().filter_map(|&at| Some((self.columns[at].source?, at, self.entries[at].source.as_ref()?)))
    }

    fn source(&self) -> Option<Source> {
        let (_, _, first) = self.of_source().next()?;
        Some(Source {
            anchors: Vec::new(),
            is_row: true,
            digest: digest(self.of_source().map(|(column, _, cell)| (column, cell.digest))),
            text: text(self.of_source().map(|(column, _, cell)| (column, &*cell.text))),
            ..first.clone()
        })
    }

    /// Returns the line of a translation; `None` if it has none of the cells.
    fn translation(&self, lang: &str, source: Option<&Source>) -> Option<Translation> {
        let line = |at: usize| {
            let index = self.entries[at].translations.iter().position(|line| &*line.lang == lang)?;
            Some((self.columns[at].translations[index], &self.entries[at].translations[index]))
        };
        let cells = self.cells.iter().filter_map(|&at| {
            let (own, line) = line(at)?;
            Some((own.or(self.columns[at].source).filter(|&column| column > 0)?, line.own))
        });
        let cells: Vec<(u32, TextDigest)> = cells.collect();
        let own = match &cells[..] {
            [] => line(self.cells[0])?.1.own,
            cells => digest(cells.iter().copied()),
        };
        let lang = lang.into();
        let Some(source) = source else {
            return Some(Translation { lang, made_from: None, own, state: State::Plain });
        };
        let made = |at: usize| line(at).and_then(|(_, line)| Some((line.made_from?, line)));
        let made_from = digest(self.of_source().filter_map(|(column, at, _)| Some((column, made(at)?.0))));
        let is_accepted = || self.of_source().any(|(_, at, _)| made(at).is_some_and(|(_, line)| line.state == State::Accepted));
        let before = || {
            let cells = self.of_source().filter_map(|(column, at, cell)| made(at).map(|made| (column, made, cell)));
            let texts: Option<Vec<(u32, &str)>> = cells
                .map(|(column, (made_from, line), cell)| match &line.state {
                    State::Was(text) => Some((column, &**text)),
                    State::Plain | State::Accepted => (made_from == cell.digest).then_some((column, &*cell.text)),
                })
                .collect();
            texts.map(|texts| text(texts.into_iter()))
        };
        let state = match made_from == source.digest {
            true if is_accepted() => State::Accepted,
            true => State::Plain,
            false => before().map_or(State::Plain, State::Was),
        };
        Some(Translation { lang, made_from: Some(made_from), own, state })
    }
}

fn digest(cells: impl Iterator<Item = (u32, TextDigest)>) -> TextDigest {
    TextDigest::of_cells(in_columns(cells).into_iter())
}

fn text<'t>(cells: impl Iterator<Item = (u32, &'t str)>) -> Box<str> {
    row::join(in_columns(cells).into_iter().map(Option::unwrap_or_default)).into()
}

/// Puts each cell at its column.
fn in_columns<T>(cells: impl Iterator<Item = (u32, T)>) -> Vec<Option<T>> {
    let mut row = Vec::new();
    for (column, cell) in cells {
        let at = column.clamp(1, LAST_COLUMN) as usize - 1;
        if row.len() <= at {
            row.resize_with(at + 1, || None);
        }
        row[at] = Some(cell);
    }
    row
}
