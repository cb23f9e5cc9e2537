//! Alignment of two sequences by dynamic programming (Needleman and Wunsch, 1970): pairs in order
//! with the greatest sum of scores, or with the least sum of costs. The callers define scores and
//! costs.

/// Maximum number of cells in the dynamic programming table.
const MAX_CELLS: usize = 1 << 18;

/// Minimum distance from the diagonal within which partners are considered.
const NEAR: usize = 64;

/// Cost of a pair that is not allowed.
pub(super) const FORBIDDEN: u32 = 1 << 30;

/// Returns the pairs in order with the greatest sum of scores. A score is at most 100, and 0
/// forbids the pair. Among equal sums, the alignment with the earliest pairs wins.
pub(super) fn max_score_alignment(rows: usize, columns: usize, score: impl Fn(usize, usize) -> u32) -> Vec<(usize, usize)> {
    const GAP: u32 = 100;
    let cost = |i: usize, j: usize| match score(i, j) {
        0 => FORBIDDEN,
        score => 2 * GAP - score,
    };
    min_cost_alignment(rows, columns, cost, |_, _| GAP, |_, _| GAP)
}

/// Returns the pairs in order with the least sum of costs. Among equal sums, the alignment with the
/// earliest pairs wins.
///
/// `row_gap(i, is_first)` is the cost of leaving row `i` unpaired. `is_first` is true if the item
/// before it was paired, so that the start of a gap can cost more than its continuation.
/// `column_gap` is the same for columns.
///
/// ```text
/// costs      column 0   column 1   column 2      gap cost 5
/// row 0             1          9          9
/// row 1             9          9          1      result (0, 0) (1, 2): 1 + 5 + 1
/// ```
///
/// If the whole table would have more than `MAX_CELLS` cells, only a band around its diagonal is
/// computed. It pairs items at about the same relative position on both sides.
pub(super) fn min_cost_alignment(
    rows: usize,
    columns: usize,
    cost: impl Fn(usize, usize) -> u32,
    row_gap: impl Fn(usize, bool) -> u32,
    column_gap: impl Fn(usize, bool) -> u32,
) -> Vec<(usize, usize)> {
    if rows == 0 || columns == 0 {
        return Vec::new();
    }
    let half = (MAX_CELLS / (2 * rows)).max(NEAR).max(columns / rows + 1).min(columns);
    let width = 2 * half + 1;
    // Each row of the table holds only a band of cells, centred on the diagonal.
    let middle = |i: usize| i * columns / rows;
    let cell = |i: usize, j: usize| (j + half).checked_sub(middle(i)).filter(|&at| at < width).map(|at| i * width + at);
    // Least cost of aligning the rest of both sequences, from this cell on: index 0 right after a
    // pair, index 1 after an unpaired item.
    let mut sums = vec![[FORBIDDEN; 2]; (rows + 1) * width];
    let sum = |sums: &[[u32; 2]], i: usize, j: usize| cell(i, j).map_or([FORBIDDEN; 2], |at| sums[at]);
    let paired = |sums: &[[u32; 2]], i: usize, j: usize| cost(i, j).saturating_add(sum(sums, i + 1, j + 1)[0]);
    let without_row =
        |sums: &[[u32; 2]], i: usize, j: usize, is_first: bool| row_gap(i, is_first).saturating_add(sum(sums, i + 1, j)[1]);
    let without_column =
        |sums: &[[u32; 2]], i: usize, j: usize, is_first: bool| column_gap(j, is_first).saturating_add(sum(sums, i, j + 1)[1]);
    for i in (0..=rows).rev() {
        for j in (middle(i).saturating_sub(half)..=columns.min(middle(i) + half)).rev() {
            let pair = match (i < rows, j < columns) {
                (false, false) => 0,
                (true, true) => paired(&sums, i, j),
                _ => FORBIDDEN,
            };
            let at = cell(i, j).expect("it is in the band");
            sums[at] = [true, false].map(|is_first| {
                let row = if i < rows { without_row(&sums, i, j, is_first) } else { FORBIDDEN };
                let column = if j < columns { without_column(&sums, i, j, is_first) } else { FORBIDDEN };
                pair.min(row).min(column)
            });
        }
    }
    let mut found = Vec::new();
    let (mut i, mut j, mut is_first) = (0, 0, true);
    while i < rows && j < columns {
        let here = sum(&sums, i, j)[usize::from(!is_first)];
        if here == paired(&sums, i, j) {
            found.push((i, j));
            (i, j, is_first) = (i + 1, j + 1, true);
            continue;
        }
        if here == without_column(&sums, i, j, is_first) {
            j += 1;
        } else {
            i += 1;
        }
        is_first = false;
    }
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Cost of an unpaired item: the first after a pair, then each further one.
    const GAP: [u32; 2] = [70, 50];

    /// Returns the least cost of aligning the rows from `i` on with the columns from `j` on, by
    /// trying all alignments.
    fn least(costs: &[Vec<u32>], columns: usize, (i, j): (usize, usize), is_first: bool) -> u32 {
        let gap = GAP[usize::from(!is_first)];
        let row = (i < costs.len()).then(|| gap + least(costs, columns, (i + 1, j), false));
        let column = (j < columns).then(|| gap + least(costs, columns, (i, j + 1), false));
        let pair =
            (row.is_some() && column.is_some()).then(|| costs[i][j].saturating_add(least(costs, columns, (i + 1, j + 1), true)));
        [row, column, pair].into_iter().flatten().min().unwrap_or(0)
    }

    proptest! {
        #[test]
        fn no_other_pairs_in_order_cost_less(
            costs in (1..6usize).prop_flat_map(|columns| prop::collection::vec(prop::collection::vec(prop_oneof![3 => 0..200u32, 1 => Just(FORBIDDEN)], columns), 1..6)),
        ) {
            let columns = costs[0].len();
            let gap = |_, is_first: bool| GAP[usize::from(!is_first)];
            let pairs = min_cost_alignment(costs.len(), columns, |i, j| costs[i][j], gap, gap);
            prop_assert!(pairs.is_sorted_by(|a, b| a.0 < b.0 && a.1 < b.1));
            let (mut sum, mut at) = (0, (0, 0));
            for (i, j) in pairs.iter().copied().chain([(costs.len(), columns)]) {
                let between = i - at.0 + j - at.1;
                sum += if between > 0 { GAP[0] + GAP[1] * (between as u32 - 1) } else { 0 };
                sum += if i < costs.len() { costs[i][j] } else { 0 };
                at = (i + 1, j + 1);
            }
            prop_assert_eq!(sum, least(&costs, columns, (0, 0), true));
        }
    }

    /// Returns true if a pair that alone costs nothing is found among items that cost 50 each.
    fn is_found(rows: usize, columns: usize, pair: (usize, usize)) -> bool {
        let cost = |i: usize, j: usize| if (i, j) == pair { 0 } else { FORBIDDEN };
        let found = min_cost_alignment(rows, columns, cost, |_, _| 50, |_, _| 50);
        assert!(found.is_empty() || found == [pair]);
        !found.is_empty()
    }

    #[test]
    fn only_a_large_table_is_reduced_to_a_band() {
        for (rows, columns) in [(100, 200), (200, 100), (1, 300), (300, 1)] {
            for pair in [(0, 0), (0, columns - 1), (rows - 1, 0), (rows - 1, columns - 1)] {
                assert!(is_found(rows, columns, pair), "{rows} {columns} {pair:?}");
            }
        }
        // 2^18 / (2 * 1000) = 131. The item after a pair must be in the band, too.
        for (column, expected) in [(2000 - 129, false), (2000 - 128, true), (2000 + 131, true), (2000 + 132, false)] {
            assert_eq!(is_found(1000, 4000, (500, column)), expected, "{column}");
        }
        for (column, expected) in [(1000 - 65, false), (1000 - 64, true), (1000 + 64, true), (1000 + 65, false)] {
            assert_eq!(is_found(3000, 3000, (1000, column)), expected, "{column}");
        }
        // The bands of two rows overlap: 150,000 / 3 + 1.
        for (column, expected) in [(100_001, true), (100_002, false)] {
            assert_eq!(is_found(3, 150_000, (1, column)), expected, "{column}");
        }
        // No way leads along the edge of the band to the next row.
        let cost = |i: usize, j: usize| if (i, j) == (2000, 2000) { 0 } else { FORBIDDEN };
        assert_eq!(min_cost_alignment(3000, 3000, cost, |_, _| 50, |_, _| 0), [(2000, 2000)]);
    }

    #[test]
    fn the_earliest_of_equally_good_pairs_win() {
        assert_eq!(max_score_alignment(0, 2, |_, _| 100), []);
        assert_eq!(max_score_alignment(2, 0, |_, _| 100), []);
        assert_eq!(max_score_alignment(2, 3, |_, _| 100), [(0, 0), (1, 1)]);
        assert_eq!(max_score_alignment(3, 2, |_, _| 100), [(0, 0), (1, 1)]);
        // Two pairs cost no more than four items alone, and are taken.
        assert_eq!(max_score_alignment(2, 2, |i, j| u32::from(i == j)), [(0, 0), (1, 1)]);
        // One good pair, or two poor ones.
        let score = |poor: u32| {
            move |i: usize, j: usize| {
                if (i, j) == (0, 1) {
                    90
                } else if i == j {
                    poor
                } else {
                    0
                }
            }
        };
        assert_eq!(max_score_alignment(2, 2, score(44)), [(0, 1)]);
        assert_eq!(max_score_alignment(2, 2, score(46)), [(0, 0), (1, 1)]);
    }
}
