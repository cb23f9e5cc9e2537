//! Alignment of table cells by row and column, since many cells have equal texts ("yes", "—",
//! numbers).
//!
//! A cell is identified by its row and its column. These are recognised by their cells with a text
//! of their own: mostly the first cell of each row and the head of each column.
//!
//! ```text
//! lock    4.1 Estonia | 4.2 yes
//! file    Finland     | yes       new row: 3a.1, 3a.2
//!         Estonia     | yes       4.1, 4.2: the name identifies the row, the column the cell
//! ```
//!
//! 1. **Rows that are equal as a whole,** in the same order, then elsewhere.
//! 2. **Rows that share a text that no other cell has.** Rows with the most such texts go first. A
//!    shared first cell breaks ties, even behind an empty one; then the likest row wins. Then,
//!    between rows that are known, rows are paired by the likeness of their cells, or of the cells
//!    that the source still has: a translation that follows its source has lost the same rows and
//!    columns. Then, anywhere in the table, rows of which one contains all texts of the other. At
//!    last, in the source edition, the rows between known ones pair in order if there are as many
//!    old as new ones.
//! 3. **Columns:** each is matched by the equal cells of these rows. First counts the number of
//!    cells whose text is unique in their row, with the head as a tie-breaker. Then the other cells
//!    count, in rows that are equal as a whole. A column that the source has lost matches none if
//!    most of its cells have other texts now.
//! 4. **The cells of such rows and columns:** those with equal texts. In the source edition, cells
//!    with other texts follow, as changed ones.
//!
//! The remaining cells stand in new rows and columns. Such a cell pairs with an old one only if
//! each is the only one with its text, and its row is not known as another row.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::Hash;
use std::ops::Range;

use super::gap::TABLE;
use super::in_order::best_in_order;
use super::order::{Pairs, same_elsewhere, same_in_order};
use super::words::common;
use super::{LIKE_ELSEWHERE, LIKE_HERE, Line, likeness};
use crate::model::{Cell, Label, SegmentId, TextDigest};

/// A cell as the lock has it.
#[derive(Debug, Clone, Copy)]
pub(super) struct OldCell {
    /// Position among the items that the caller pairs.
    pub(super) at: usize,
    pub(super) block: Label,
    pub(super) column: u32,
    pub(super) digest: TextDigest,
    /// True if the source still has the cell, or never had it and the translation alone does.
    pub(super) is_live: bool,
}

/// Treatment of a cell with another text in the place of an old one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reworded {
    Taken,
    Left,
    /// Left, and rows are not paired by likeness. The two sides are in two languages: equal texts,
    /// such as numbers, need not make a row the translation of another.
    Translated,
}

/// Pairs old cells with the cells among the lines. A text without tables costs nothing. Cells that
/// have partners already identify their rows and columns.
///
/// Returns the unpaired lines that stand in the place of an unpaired old cell, in a known row, if
/// the source still has that cell. Such a cell was changed, for example if the values of two rows
/// were exchanged.
pub(super) fn cells(
    mut olds: Vec<OldCell>,
    lines: &[Line<'_>],
    pairs: &mut Pairs,
    open: impl Fn(usize) -> bool,
    reworded: Reworded,
) -> HashSet<usize> {
    let mut changed = HashSet::new();
    let is_wanted = |line: usize| lines[line].cell.is_some() && (open(line) || pairs.of_new[line].is_some());
    let news: Vec<usize> = (0..lines.len()).filter(|&line| is_wanted(line)).collect();
    if olds.is_empty() || news.is_empty() {
        return changed;
    }
    // Sorted by row: cells from elsewhere in the source, or of a translation alone, may stand
    // between those of a row.
    let mut first: HashMap<Label, usize> = HashMap::new();
    for cell in &olds {
        first.entry(cell.block).or_insert(cell.at);
    }
    olds.sort_by_key(|cell| (first[&cell.block], cell.column));
    let old_rows: Vec<&[OldCell]> = olds.chunk_by(|a, b| a.block == b.block && a.column < b.column).collect();
    let new_rows: Vec<&[usize]> = news.chunk_by(|&a, &b| lines[a].block == lines[b].block).collect();
    let texts = |row: &&[OldCell]| OldRow {
        texts: row.iter().map(|cell| cell.digest).collect(),
        live: row.iter().filter(|cell| cell.is_live).map(|cell| cell.digest).collect(),
    };
    let new_texts = new_rows.iter().map(|row| row.iter().map(|&line| lines[line].digest).collect()).collect();
    let known = known_rows(&old_rows, &new_rows, lines, pairs);
    let rows = paired_rows(old_rows.iter().map(texts).collect(), new_texts, known, reworded);
    let rows = rows.of_old.iter().enumerate().filter_map(|(old, new)| Some((old_rows[old], new_rows[(*new)?])));
    let rows: Vec<Row<'_>> = rows.collect();
    let columns = columns(&rows, lines, pairs);
    for (old, new) in rows {
        let old: Vec<OldCell> = old.iter().filter(|cell| pairs.of_old[cell.at].is_none()).copied().collect();
        let new: Vec<usize> = new.iter().filter(|&&line| pairs.of_new[line].is_none()).copied().collect();
        if old.is_empty() || new.is_empty() {
            continue;
        }
        let table = lines[new[0]].cell.map_or(0, |cell| cell.table);
        let old_column = |line: usize| lines[line].cell.and_then(|cell| columns.before(cell));
        let by_column: HashMap<u32, &OldCell> = old.iter().map(|cell| (cell.column, cell)).collect();
        let in_column = |line: usize| by_column.get(&old_column(line)?).copied();
        let same: Vec<Option<&OldCell>> =
            new.iter().map(|&line| in_column(line).filter(|cell| cell.digest == lines[line].digest)).collect();
        // A row may have the same texts as before though its columns were exchanged. Then its cells
        // are paired in order.
        if same.iter().any(Option::is_none) && same_row(&old, &new, lines) {
            let stays = |(cell, _): &(&OldCell, &usize)| !columns.is_gone(table, cell.column);
            old.iter().zip(&new).filter(stays).for_each(|(cell, &line)| pairs.pair(cell.at, line));
            continue;
        }
        for (cell, &line) in same.into_iter().zip(&new) {
            if let Some(cell) = cell {
                pairs.pair(cell.at, line);
            }
        }
        // Cells in unknown columns are paired by their texts alone, in order.
        let mut others: HashMap<TextDigest, Vec<&OldCell>> = HashMap::new();
        for cell in old.iter().rev().filter(|cell| pairs.of_old[cell.at].is_none() && !columns.is_taken(table, cell.column)) {
            others.entry(cell.digest).or_default().push(cell);
        }
        for &line in new.iter().filter(|&&line| old_column(line).is_none()) {
            if let Some(cell) = others.get_mut(&lines[line].digest).and_then(Vec::pop) {
                pairs.pair(cell.at, line);
            }
        }
        for &line in &new {
            let in_place = in_column(line).filter(|cell| pairs.of_old[cell.at].is_none() && pairs.of_new[line].is_none());
            match in_place {
                Some(cell) if reworded == Reworded::Taken => pairs.pair(cell.at, line),
                Some(cell) if cell.is_live => drop(changed.insert(line)),
                _ => {}
            }
        }
    }
    changed
}

/// An old row and the lines of the new row that continues it.
type Row<'a> = (&'a [OldCell], &'a [usize]);

fn same_row(old: &[OldCell], new: &[usize], lines: &[Line<'_>]) -> bool {
    old.iter().map(|cell| cell.digest).eq(new.iter().map(|&line| lines[line].digest))
}

/// Pairs the rows whose cells have partners already.
fn known_rows(old_rows: &[&[OldCell]], new_rows: &[&[usize]], lines: &[Line<'_>], pairs: &Pairs) -> Pairs {
    let mut rows = Pairs::new(old_rows.len(), new_rows.len());
    let at: HashMap<u32, usize> = new_rows.iter().enumerate().map(|(at, row)| (lines[row[0]].block, at)).collect();
    for (old, row) in old_rows.iter().enumerate() {
        let partners = row.iter().filter_map(|cell| pairs.of_old[cell.at]);
        let mut news = partners.filter_map(|line| at.get(&lines[line].block).copied());
        if let Some(new) = news.find(|&new| rows.of_new[new].is_none()) {
            rows.pair(old, new);
        }
    }
    rows
}

/// The texts of an old row, and those of its cells that the source has not lost.
pub(super) struct OldRow<T> {
    pub(super) texts: Vec<T>,
    pub(super) live: Vec<T>,
}

/// Pairs old rows with new ones, by the texts of their cells. `rows` holds the pairs known before.
pub(super) fn paired_rows<T: Copy + Ord + Hash>(
    mut olds: Vec<OldRow<T>>,
    mut news: Vec<Vec<T>>,
    mut rows: Pairs,
    reworded: Reworded,
) -> Pairs {
    // Copies in the order of the table; the originals are sorted for comparing.
    let as_they_stand: [Vec<Vec<T>>; 2] = [olds.iter().map(|old| old.texts.clone()).collect(), news.clone()];
    let [old_keys, new_keys] = as_they_stand.each_ref().map(|rows| rows.iter().map(Vec::as_slice).collect::<Vec<_>>());
    for texts in olds.iter_mut().flat_map(|old| [&mut old.texts, &mut old.live]).chain(&mut news) {
        texts.sort_unstable();
    }
    let left = |rows: &Pairs, old: &Range<usize>, new: &Range<usize>| {
        let old: Vec<usize> = old.clone().filter(|&row| rows.of_old[row].is_none()).collect();
        let new: Vec<usize> = new.clone().filter(|&row| rows.of_new[row].is_none()).collect();
        (old, new)
    };
    for (old, new) in rows.gaps() {
        let (old, new) = left(&rows, &old, &new);
        let old_keys: Vec<&[T]> = old.iter().map(|&row| old_keys[row]).collect();
        let new_keys: Vec<&[T]> = new.iter().map(|&row| new_keys[row]).collect();
        let mut found = Pairs::new(old.len(), new.len());
        same_in_order(&old_keys, &new_keys, &mut found);
        found.of_old.iter().enumerate().for_each(|(at, it)| it.iter().for_each(|&it| rows.pair(old[at], new[it])));
    }
    same_elsewhere(&old_keys, &new_keys, &mut rows, |_| true);
    // For each text, the only old and the only new row with it. `None` if several rows have it, or
    // one has it twice.
    let mut once: BTreeMap<T, [Option<usize>; 2]> = BTreeMap::new();
    let mut seen: HashSet<(usize, T)> = HashSet::new();
    for (side, keys) in [&old_keys, &new_keys].into_iter().enumerate() {
        for (row, texts) in keys.iter().enumerate() {
            for &text in *texts {
                once.entry(text).or_default()[side] = seen.insert((side, text)).then_some(row);
            }
        }
    }
    let mut votes: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    for (text, holders) in once {
        if let [Some(old), Some(new)] = holders
            && rows.of_old[old].is_none()
            && rows.of_new[new].is_none()
        {
            // If the votes are equal, a shared first cell decides, even behind an empty one.
            let is_first = old_keys[old].first() == Some(&text) && new_keys[new].first() == Some(&text);
            *votes.entry((old, new)).or_default() += 2 + usize::from(is_first);
        }
    }
    let votes = votes.into_iter().map(|((old, new), votes)| ((old, new), (votes, likeness(&olds[old].texts, &news[new]))));
    pair_most(votes.collect(), |(old, new)| {
        if rows.of_old[old].is_none() && rows.of_new[new].is_none() {
            rows.pair(old, new);
        }
    });
    if reworded == Reworded::Translated {
        return rows;
    }
    let is_live = |old: usize| !olds[old].live.is_empty();
    // With as many rows as before, the translation most likely has not followed its source. To skip
    // a row that the source lost would then move all later rows. Otherwise lost rows go last: the
    // translation has lost the same rows and columns.
    for (are_live, least) in [(true, LIKE_HERE), (false, LIKE_ELSEWHERE)] {
        for (old, new) in rows.gaps() {
            let (mut old, new) = left(&rows, &old, &new);
            let has_followed = new.len() != old.len();
            old.retain(|&old| !has_followed || is_live(old) == are_live);
            if old.len().saturating_mul(new.len()) <= TABLE {
                let score = |i: usize, j: usize| {
                    let (old, new) = (&olds[old[i]], &news[new[j]]);
                    match likeness(&old.texts, new).max(likeness(&old.live, new)) {
                        likeness if likeness >= least => u32::from(likeness),
                        _ => 0,
                    }
                };
                best_in_order(old.len(), new.len(), score).into_iter().for_each(|(i, j)| rows.pair(old[i], new[j]));
            }
        }
    }
    // Across the table, the likest first: rows of which one contains all texts of the other, as
    // after adding or removing a column.
    let (old, new) = left(&rows, &(0..olds.len()), &(0..news.len()));
    if old.len().saturating_mul(new.len()) <= TABLE {
        let contains = |old: &[T], new: &[T]| common(old, new) == old.len().min(new.len());
        let all = old.iter().flat_map(|&old| new.iter().map(move |&new| (old, new)));
        let like = all.map(|(old, new)| (likeness(&olds[old].texts, &news[new]), old, new));
        let mut like: Vec<(u8, usize, usize)> =
            like.filter(|&(like, old, new)| like >= LIKE_ELSEWHERE && contains(&olds[old].texts, &news[new])).collect();
        like.sort_unstable_by_key(|&(like, old, new)| (!is_live(old), Reverse(like), old, new));
        for (_, old, new) in like {
            if rows.of_old[old].is_none() && rows.of_new[new].is_none() {
                rows.pair(old, new);
            }
        }
    }
    for (old, new) in rows.gaps().into_iter().filter(|_| reworded == Reworded::Taken) {
        let (old, new) = left(&rows, &old, &new);
        if old.len() == new.len() {
            old.into_iter().zip(new).for_each(|(old, new)| rows.pair(old, new));
        }
    }
    rows
}

/// The evidence that a column continues an old one. Cells with a text that is unique in their row
/// count first. Then cells of rows that are equal as a whole count: there, two columns with equal
/// texts may have been exchanged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
struct Votes {
    sure: usize,
    likely: usize,
}

/// Matches the columns of the lines with old columns.
fn columns(rows: &[Row<'_>], lines: &[Line<'_>], pairs: &Pairs) -> Columns {
    let mut heads: HashMap<u32, u32> = HashMap::new();
    for (line, cell) in lines.iter().filter_map(|line| Some((line, line.cell?))) {
        heads.entry(cell.table).or_insert(line.block);
    }
    let mut votes: BTreeMap<(u32, u32, u32), Votes> = BTreeMap::new();
    for &(old, new) in rows {
        let whole = same_row(old, new, lines);
        // For each text, the only old and the only new column of the row with it. `None` if several
        // cells have it.
        let mut once: HashMap<TextDigest, [Option<u32>; 2]> = HashMap::new();
        let mut seen: HashSet<(bool, TextDigest)> = HashSet::new();
        let own = new.iter().filter_map(|&line| Some((lines[line].digest, lines[line].cell?.column)));
        let theirs = old.iter().map(|cell| (cell.digest, cell.column));
        for (is_new, (digest, column)) in theirs.map(|it| (false, it)).chain(own.map(|it| (true, it))) {
            let is_first = seen.insert((is_new, digest));
            once.entry(digest).or_default()[usize::from(is_new)] = is_first.then_some(column);
        }
        for (at, &line) in new.iter().enumerate() {
            let Some(cell) = lines[line].cell else { continue };
            if let Some(partner) = pairs.of_new[line] {
                if let Some(old) = old.iter().find(|old| old.at == partner) {
                    votes.entry((cell.table, old.column, cell.column)).or_default().sure += 2;
                }
                continue;
            }
            match once.get(&lines[line].digest) {
                Some([Some(old), Some(_)]) => {
                    // If the votes are equal, the head of the column decides.
                    let is_head = heads.get(&cell.table) == Some(&lines[line].block);
                    votes.entry((cell.table, *old, cell.column)).or_default().sure += 2 + usize::from(is_head);
                }
                _ if whole => votes.entry((cell.table, old[at].column, cell.column)).or_default().likely += 1,
                _ => {}
            }
        }
    }
    let mut columns = Columns::of(votes);
    columns.lose_gone(rows, lines);
    columns
}

/// The matching of columns: new table and column to old column.
#[derive(Debug, Default)]
pub(super) struct Columns {
    found: HashMap<(u32, u32), u32>,
    /// Old columns that have a partner or are gone.
    taken: HashSet<(u32, u32)>,
    /// Old columns that have no successor.
    gone: HashSet<(u32, u32)>,
    /// New columns known only by cells that the source has lost.
    kept: HashSet<(u32, u32)>,
}

impl Columns {
    /// Matches columns by votes, given for each table, old column and new column.
    fn of(votes: BTreeMap<(u32, u32, u32), impl Ord + Copy>) -> Self {
        let mut columns = Self::default();
        pair_most(votes, |(table, old, new)| {
            if !columns.found.contains_key(&(table, new)) && columns.taken.insert((table, old)) {
                columns.found.insert((table, new), old);
            }
        });
        columns
    }

    /// Returns the old column of a cell's column. An unmatched column continues the old one of the
    /// same number, unless that is taken.
    pub(super) fn before(&self, cell: Cell) -> Option<u32> {
        let same = || (!self.taken.contains(&(cell.table, cell.column))).then_some(cell.column);
        self.found.get(&(cell.table, cell.column)).copied().or_else(same)
    }

    /// Unpairs columns that the source has lost and in which most cells have other texts now. There
    /// the translation has followed its source, and its new texts are new cells.
    fn lose_gone(&mut self, rows: &[Row<'_>], lines: &[Line<'_>]) {
        if rows.iter().flat_map(|(old, _)| *old).all(|cell| cell.is_live) {
            return;
        }
        // For each table and old column: true if the source still has a cell there; the number of
        // its cells; the number with an unchanged text.
        let mut seen: BTreeMap<(u32, u32), (bool, usize, usize)> = BTreeMap::new();
        for &(old, new) in rows {
            let now = new.iter().filter_map(|&line| Some((self.before(lines[line].cell?)?, lines[line].digest)));
            let now: HashMap<u32, TextDigest> = now.collect();
            for cell in old {
                let (is_live, all, same) =
                    seen.entry((lines[new[0]].cell.map_or(0, |cell| cell.table), cell.column)).or_default();
                *is_live |= cell.is_live;
                *all += 1;
                *same += usize::from(now.get(&cell.column) == Some(&cell.digest));
            }
        }
        let gone = seen.into_iter().filter(|(_, (is_live, all, same))| !is_live && same * 2 < *all);
        self.gone = gone.map(|(column, _)| column).collect();
        self.found.retain(|(table, _), old| !self.gone.contains(&(*table, *old)));
        self.taken.extend(&self.gone);
    }

    fn is_gone(&self, table: u32, column: u32) -> bool {
        self.gone.contains(&(table, column))
    }

    /// Returns true if a cell's column of the translation is known only as one that the source has
    /// lost.
    pub(super) fn keeps_gone(&self, cell: Cell) -> bool {
        self.kept.contains(&(cell.table, cell.column))
    }

    fn is_taken(&self, table: u32, column: u32) -> bool {
        self.taken.contains(&(table, column))
    }
}

/// Matches the columns of a translation's lines with those of the source, by the lines with known
/// places. A place brings its column, and true if the source has lost it.
pub(super) fn columns_of(places: impl Iterator<Item = (Option<u32>, bool)>, lines: &[Line<'_>], pairs: &Pairs) -> Columns {
    let mut votes: BTreeMap<(u32, u32, u32), usize> = BTreeMap::new();
    let (mut live, mut kept) = (HashSet::new(), HashSet::new());
    for ((column, is_gone), line) in places.zip(&pairs.of_old) {
        if let (Some(column), Some(cell)) = (column, line.and_then(|line| lines[line].cell)) {
            *votes.entry((cell.table, column, cell.column)).or_default() += 1;
            if is_gone { &mut kept } else { &mut live }.insert((cell.table, cell.column));
        }
    }
    kept.retain(|column| !live.contains(column));
    Columns { kept, ..Columns::of(votes) }
}

/// Calls `pair` for each candidate, from the most votes to the fewest.
fn pair_most<T: Ord + Copy, V: Ord + Copy>(votes: BTreeMap<T, V>, pair: impl FnMut(T)) {
    let mut votes: Vec<(T, V)> = votes.into_iter().collect();
    votes.sort_by_key(|&(it, votes)| (Reverse(votes), it));
    votes.into_iter().map(|(it, _)| it).for_each(pair);
}

/// Pairs a line with an old item if each is the only one with its text, and at least one of them is
/// a cell. A cell in a known row never pairs with a cell of another row. The olds that are cells
/// have their row with them.
pub(super) fn alone(olds: &[(TextDigest, Option<Label>)], lines: &[Line<'_>], pairs: &mut Pairs, open: impl Fn(usize) -> bool) {
    let mut holders: HashMap<TextDigest, [Vec<usize>; 2]> = HashMap::new();
    let mut rows: HashMap<u32, Label> = HashMap::new();
    for (at, (digest, row)) in olds.iter().enumerate() {
        holders.entry(*digest).or_default()[0].push(at);
        if let (Some(row), Some(line)) = (row, pairs.of_old[at].filter(|&line| lines[line].cell.is_some())) {
            rows.insert(lines[line].block, *row);
        }
    }
    lines.iter().enumerate().for_each(|(at, line)| holders.entry(line.digest).or_default()[1].push(at));
    for (at, line) in lines.iter().enumerate().filter(|(at, _)| open(*at)) {
        let ([old], [_]) = (&holders[&line.digest][0][..], &holders[&line.digest][1][..]) else { continue };
        let row = olds[*old].1;
        let is_elsewhere = line.cell.is_some() && row.is_some() && rows.get(&line.block).is_some_and(|known| Some(*known) != row);
        if (line.cell.is_some() || row.is_some()) && !is_elsewhere && pairs.of_old[*old].is_none() && pairs.of_new[at].is_none() {
            pairs.pair(*old, at);
        }
    }
}

/// Gives rows that come back as a whole their former ids. `tombs` holds the gone ids of each text.
pub(super) fn come_back(
    tombs: &HashMap<TextDigest, Vec<SegmentId>>,
    lines: &[Line<'_>],
    pairs: &Pairs,
    ids: &mut [Option<SegmentId>],
    may: impl Fn(usize) -> bool,
) {
    let cells: Vec<usize> = (0..lines.len()).filter(|&line| lines[line].cell.is_some()).collect();
    // The gone ids of each text and block, in descending order, so that `pop` gives the first.
    let mut held: HashMap<TextDigest, BTreeMap<Label, Vec<SegmentId>>> = HashMap::new();
    for &line in &cells {
        let digest = lines[line].digest;
        held.entry(digest).or_insert_with(|| {
            let mut of_block: BTreeMap<Label, Vec<SegmentId>> = BTreeMap::new();
            tombs.get(&digest).into_iter().flatten().for_each(|id| of_block.entry(id.block).or_default().push(*id));
            of_block.values_mut().for_each(|ids| ids.sort_unstable_by(|a, b| b.cmp(a)));
            of_block
        });
    }
    // Rows with equal texts continue the search at the block of the last match: a block that was
    // not complete before is not complete now.
    let mut from: HashMap<BTreeMap<TextDigest, usize>, Option<Label>> = HashMap::new();
    for row in cells.chunk_by(|&a, &b| lines[a].block == lines[b].block) {
        if row.iter().any(|&line| pairs.of_new[line].is_some() || ids[line].is_some() || !may(line)) {
            continue;
        }
        let mut wanted: BTreeMap<TextDigest, usize> = BTreeMap::new();
        row.iter().for_each(|&line| *wanted.entry(lines[line].digest).or_default() += 1);
        let rarest = wanted.keys().map(|digest| &held[digest]).min_by_key(|blocks| blocks.len()).expect("a row has a cell");
        let first = from.get(&wanted).copied().unwrap_or_else(|| rarest.keys().next().copied());
        let has = |block: Label, digest, count| held[digest].get(&block).is_some_and(|ids: &Vec<SegmentId>| ids.len() >= count);
        let is_whole = |block: &&Label| wanted.iter().all(|(digest, &count)| has(**block, digest, count));
        let block = first.and_then(|first| rarest.range(first..).map(|(block, _)| block).find(is_whole).copied());
        if let Some(block) = block {
            for &line in row {
                ids[line] = held.get_mut(&lines[line].digest).and_then(|blocks| blocks.get_mut(&block)?.pop());
            }
        }
        from.insert(wanted, block);
    }
}
