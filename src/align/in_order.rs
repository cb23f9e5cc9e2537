//! Pairs in order: those with the greatest sum of scores, or with the least sum of costs. What speaks for a pair is told by who asks.

/// How many cells a table may have.
const CELLS: usize = 1 << 18;

/// How far from the diagonal, at least, a partner is looked for.
const NEAR: usize = 64;

/// The cost of what cannot stand beside each other.
pub(super) const NEVER: u32 = 1 << 30;

/// Pairs in order with the greatest sum of scores, each at most 100; of several the one that pairs earliest. What scores nothing is no pair.
pub(super) fn best_in_order(rows: usize, columns: usize, score: impl Fn(usize, usize) -> u32) -> Vec<(usize, usize)> {
    const ALONE: u32 = 100;
    let cost = |i: usize, j: usize| match score(i, j) {
        0 => NEVER,
        score => 2 * ALONE - score,
    };
    least_in_order(rows, columns, cost, |_, _| ALONE, |_, _| ALONE)
}

/// Pairs in order with the least sum of costs; of several the one that pairs earliest. What stays alone has a cost, too, which may be
/// another for the first after a pair.
///
/// Where that is more than a table may hold, only what is about as far from the start on both sides is compared.
pub(super) fn least_in_order(
    rows: usize,
    columns: usize,
    cost: impl Fn(usize, usize) -> u32,
    row_alone: impl Fn(usize, bool) -> u32,
    column_alone: impl Fn(usize, bool) -> u32,
) -> Vec<(usize, usize)> {
    if rows == 0 || columns == 0 {
        return Vec::new();
    }
    let half = (CELLS / (2 * rows)).max(NEAR).max(columns / rows + 1).min(columns);
    let width = 2 * half + 1;
    // Of each row the cells of a band are held, in the middle of which the diagonal is.
    let middle = |i: usize| i * columns / rows;
    let cell = |i: usize, j: usize| (j + half).checked_sub(middle(i)).filter(|&at| at < width).map(|at| i * width + at);
    // From here to the end: behind a pair, and behind what stays alone.
    let mut sums = vec![[NEVER; 2]; (rows + 1) * width];
    let sum = |sums: &[[u32; 2]], i: usize, j: usize| cell(i, j).map_or([NEVER; 2], |at| sums[at]);
    let paired = |sums: &[[u32; 2]], i: usize, j: usize| cost(i, j).saturating_add(sum(sums, i + 1, j + 1)[0]);
    let without_row =
        |sums: &[[u32; 2]], i: usize, j: usize, is_first: bool| row_alone(i, is_first).saturating_add(sum(sums, i + 1, j)[1]);
    let without_column =
        |sums: &[[u32; 2]], i: usize, j: usize, is_first: bool| column_alone(j, is_first).saturating_add(sum(sums, i, j + 1)[1]);
    for i in (0..=rows).rev() {
        for j in (middle(i).saturating_sub(half)..=columns.min(middle(i) + half)).rev() {
            let pair = match (i < rows, j < columns) {
                (false, false) => 0,
                (true, true) => paired(&sums, i, j),
                _ => NEVER,
            };
            let at = cell(i, j).expect("it is in the band");
            sums[at] = [true, false].map(|is_first| {
                let row = if i < rows { without_row(&sums, i, j, is_first) } else { NEVER };
                let column = if j < columns { without_column(&sums, i, j, is_first) } else { NEVER };
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

    /// What stays alone costs, be it the first or not.
    const ALONE: [u32; 2] = [70, 50];

    /// The least sum from here on, by trying all.
    fn least(costs: &[Vec<u32>], columns: usize, (i, j): (usize, usize), is_first: bool) -> u32 {
        let alone = ALONE[usize::from(!is_first)];
        let row = (i < costs.len()).then(|| alone + least(costs, columns, (i + 1, j), false));
        let column = (j < columns).then(|| alone + least(costs, columns, (i, j + 1), false));
        let pair =
            (row.is_some() && column.is_some()).then(|| costs[i][j].saturating_add(least(costs, columns, (i + 1, j + 1), true)));
        [row, column, pair].into_iter().flatten().min().unwrap_or(0)
    }

    proptest! {
        #[test]
        fn no_other_pairs_in_order_cost_less(
            costs in (1..6usize).prop_flat_map(|columns| prop::collection::vec(prop::collection::vec(prop_oneof![3 => 0..200u32, 1 => Just(NEVER)], columns), 1..6)),
        ) {
            let columns = costs[0].len();
            let alone = |_, is_first: bool| ALONE[usize::from(!is_first)];
            let pairs = least_in_order(costs.len(), columns, |i, j| costs[i][j], alone, alone);
            prop_assert!(pairs.is_sorted_by(|a, b| a.0 < b.0 && a.1 < b.1));
            let (mut sum, mut at) = (0, (0, 0));
            for (i, j) in pairs.iter().copied().chain([(costs.len(), columns)]) {
                let between = i - at.0 + j - at.1;
                sum += if between > 0 { ALONE[0] + ALONE[1] * (between as u32 - 1) } else { 0 };
                sum += if i < costs.len() { costs[i][j] } else { 0 };
                at = (i + 1, j + 1);
            }
            prop_assert_eq!(sum, least(&costs, columns, (0, 0), true));
        }
    }
}
