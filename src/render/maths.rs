//! The filter of templates that makes shares from numbers: `[10, 7, 9] | percentages` gives shares
//! in whole percent.

use tera::{Kwargs, State, Tera};

/// Adds the filter to the templates of a site.
pub(super) fn register(tera: &mut Tera) {
    tera.register_filter("percentages", |weights: Vec<u64>, _: Kwargs, _: &State<'_>| percentages(&weights));
}

/// Returns shares in whole percent that add up to 100, unless all weights are 0. Those with the
/// largest remainders are rounded up.
fn percentages(weights: &[u64]) -> Vec<u64> {
    let weights: Vec<u128> = weights.iter().map(|&weight| u128::from(weight)).collect();
    let total = weights.iter().sum::<u128>().max(1);
    let mut shares: Vec<u64> = weights.iter().map(|weight| (weight * 100 / total) as u64).collect();
    let mut by_remainder: Vec<usize> = (0..weights.len()).filter(|&index| weights[index] > 0).collect();
    by_remainder.sort_by_key(|&index| std::cmp::Reverse(weights[index] * 100 % total));
    let given: u64 = shares.iter().sum();
    for index in by_remainder.into_iter().take(100 - given as usize) {
        shares[index] += 1;
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::percentages;

    #[test]
    fn percentages_add_up() {
        assert_eq!(percentages(&[1, 1, 1]), [34, 33, 33]);
        assert_eq!(percentages(&[5, 0, 2]), [71, 0, 29]);
        assert_eq!(percentages(&[0, 0]), [0, 0]);
    }
}
