//! Cells of tables: by row and column, since many of them say the same ("yes", "—", numbers).
//!
//! A cell is known by the row and the column that it is in; these are known by the cells in them that say something of
//! their own, as the first of each row and the head of each column do as a rule.
//!
//! 1. **Rows that are the same as a whole,** in the same order, then elsewhere.
//! 2. **Rows that share a text that no other cell has:** the most such texts first, and of as many that with which the row begins, be its
//!    first cell empty, or else the likest row; then, between those that are known, rows alike in the texts of their cells, or in those that the source still has:
//!    a translation that follows its source has lost the same rows and columns; then, anywhere, rows of which one has all that the other says.
//! 3. **Columns:** which were which, by the cells of these rows that say the same. The greatest number of those decides that no other in
//!    their row is like, and of as many the head; then of the others, in rows that are the same as a whole.
//!    A column that the source has lost and in which most cells say something else is none of them.
//! 4. **The cells of such rows and columns:** those that say the same; of the source edition then those that say something else,
//!    which were changed.
//!
//! What is left of cells stands in new rows and columns. It is the same as before only if it is alone in saying what it says, and not if
//! its row is known as another than that which said it.

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
    /// Its position among all that the lock has.
    pub(super) at: usize,
    pub(super) block: Label,
    pub(super) column: u32,
    pub(super) digest: TextDigest,
    /// Whether the source has it, or the translation alone ever had.
    pub(super) is_live: bool,
}

/// Whether cells are taken for those that they stand in the place of, though they say something else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reworded {
    Taken,
    Left,
    /// Left, and rows are not found by likeness: what is compared is in two languages, and what is the same in both, as numbers are,
    /// need not make a row like the one that it translates.
    Translated,
}

/// Pairs the cells of before with those of the lines; only they, so that texts without tables pay nothing. Where cells have
/// partners already, these tell which row and which column is which.
///
/// Gives the lines that are left and stand where a cell of a row that is known stood, which is left, too, and which the source still has:
/// it was changed, as when values of two rows change places.
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
    // By row: what stands elsewhere in the source, or in a translation, may be between them.
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
        // A row may say the same as before though its columns have changed places: then each cell is where its column is.
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
        // In columns of which nothing is known, by their texts alone, in order.
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

/// A row of before and the lines of the one that it is now.
type Row<'a> = (&'a [OldCell], &'a [usize]);

fn same_row(old: &[OldCell], new: &[usize], lines: &[Line<'_>]) -> bool {
    old.iter().map(|cell| cell.digest).eq(new.iter().map(|&line| lines[line].digest))
}

/// The rows of which cells have partners already.
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

/// A row of before: what its cells say, and what those of them say that the source has not lost.
pub(super) struct OldRow<T> {
    pub(super) texts: Vec<T>,
    pub(super) live: Vec<T>,
}

/// Which row of before is which, by what their cells say, and by the `rows` that are known.
pub(super) fn paired_rows<T: Copy + Ord + Hash>(
    mut olds: Vec<OldRow<T>>,
    mut news: Vec<Vec<T>>,
    mut rows: Pairs,
    reworded: Reworded,
) -> Pairs {
    // As they stand; sorted, they are compared.
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
    // By text: the one row on either side that has it; `None` if several do, or one has it twice.
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
            // Where as much speaks for one row as for another, what a row begins with decides, be its first cell empty.
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
    // Where rows are as many as before, the translation most likely has not followed its source, and to pass over one that the source has
    // lost would move all that come after it. Else that goes last: the translation has lost the same rows and columns.
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
    // Across the table, the likest first: rows of which one has all that the other says, and has got or lost a column.
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

/// What speaks for a column's being one of before: first the cells that say in their row what no other does; then those in rows
/// that are the same as a whole, where two columns that say the same may have changed places.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
struct Votes {
    sure: usize,
    likely: usize,
}

/// By table and column: which column it was before.
fn columns(rows: &[Row<'_>], lines: &[Line<'_>], pairs: &Pairs) -> Columns {
    let mut heads: HashMap<u32, u32> = HashMap::new();
    for (line, cell) in lines.iter().filter_map(|line| Some((line, line.cell?))) {
        heads.entry(cell.table).or_insert(line.block);
    }
    let mut votes: BTreeMap<(u32, u32, u32), Votes> = BTreeMap::new();
    for &(old, new) in rows {
        let whole = same_row(old, new, lines);
        // By text: the one cell of the row that has it; `None` if several do.
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
                    // Where as much speaks for one column as for another, its head decides.
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

/// By table and column: which column it was before.
#[derive(Debug, Default)]
pub(super) struct Columns {
    found: HashMap<(u32, u32), u32>,
    /// Columns of before that are none of now, or one that is found.
    taken: HashSet<(u32, u32)>,
    /// Those that are none of now.
    gone: HashSet<(u32, u32)>,
    /// Columns of now of which nothing is known but what the source has lost.
    kept: HashSet<(u32, u32)>,
}

impl Columns {
    /// By table, column of before, and column: how much speaks for it.
    fn of(votes: BTreeMap<(u32, u32, u32), impl Ord + Copy>) -> Self {
        let mut columns = Self::default();
        pair_most(votes, |(table, old, new)| {
            if !columns.found.contains_key(&(table, new)) && columns.taken.insert((table, old)) {
                columns.found.insert((table, new), old);
            }
        });
        columns
    }

    /// The column that the one of a cell was; of a column that is not known, the same, if no other was that one.
    pub(super) fn before(&self, cell: Cell) -> Option<u32> {
        let same = || (!self.taken.contains(&(cell.table, cell.column))).then_some(cell.column);
        self.found.get(&(cell.table, cell.column)).copied().or_else(same)
    }

    /// A column that the source has no more is no column of now where most of its cells say something else: the translation has
    /// followed, and what stands there is new.
    fn lose_gone(&mut self, rows: &[Row<'_>], lines: &[Line<'_>]) {
        if rows.iter().flat_map(|(old, _)| *old).all(|cell| cell.is_live) {
            return;
        }
        // By table and column of before: whether the source has something there, how many cells there were, and how many say the same.
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

    /// Whether a translation still has in the column of a cell what the source has lost.
    pub(super) fn keeps_gone(&self, cell: Cell) -> bool {
        self.kept.contains(&(cell.table, cell.column))
    }

    fn is_taken(&self, table: u32, column: u32) -> bool {
        self.taken.contains(&(table, column))
    }
}

/// Which columns the lines of a translation stand in, by those whose places are known: their columns, and whether the source has lost them.
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

/// Offers what was voted for, the most votes first.
fn pair_most<T: Ord + Copy, V: Ord + Copy>(votes: BTreeMap<T, V>, pair: impl FnMut(T)) {
    let mut votes: Vec<(T, V)> = votes.into_iter().collect();
    votes.sort_by_key(|&(it, votes)| (Reverse(votes), it));
    votes.into_iter().map(|(it, _)| it).for_each(pair);
}

/// Pairs cells that alone say what they say with what alone said it, wherever that was; but what is new in a row that is known was
/// not in another one. Of the olds that are cells the row is given.
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

/// Rows that come back as a whole get the ids back that they had; `tombs` are those of each text.
pub(super) fn come_back(
    tombs: &HashMap<TextDigest, Vec<SegmentId>>,
    lines: &[Line<'_>],
    pairs: &Pairs,
    ids: &mut [Option<SegmentId>],
    may: impl Fn(usize) -> bool,
) {
    let cells: Vec<usize> = (0..lines.len()).filter(|&line| lines[line].cell.is_some()).collect();
    // By text and block, the last first.
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
    // Of rows that say the same the next one looks from where the last was found: what was not whole before is not now.
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
