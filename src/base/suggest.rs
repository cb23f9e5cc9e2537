//! "Did you mean …": the nearest known name to a name that was not found.

/// The candidate nearest to `wanted`, if one is near enough to be what was meant.
///
/// Near enough is an edit distance (Damerau-Levenshtein, on characters, case ignored) of at most a
/// third of the name's length, and less than all of it. Ties go to the first candidate, so that the answer is stable.
pub fn nearest<'a>(wanted: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = wanted.to_lowercase();
    let length = wanted.chars().count();
    let limit = (length / 3).max(1);
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        // The length difference bounds the distance from below and costs nothing to look at.
        if candidate.chars().count().abs_diff(length) > limit {
            continue;
        }
        let distance = strsim::osa_distance(&wanted, &candidate.to_lowercase());
        if distance <= limit && distance < length.max(1) && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// The hint "did you mean `x`?", if there is a near candidate.
pub fn did_you_mean<'a>(wanted: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    nearest(wanted, candidates).map(|name| format!("did you mean `{name}`?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_offered_and_far_ones_are_not() {
        assert_eq!(nearest("vectors/rusia", ["vectors/russia", "vectors/china"]), Some("vectors/russia"));
        assert_eq!(nearest("tilte", ["title", "order"]), Some("title"));
        assert_eq!(nearest("xyz", ["title", "order"]), None);
        assert_eq!(nearest("Ресей", ["ресей"]), Some("ресей"));
        assert_eq!(nearest("kz", ["kk", "en"]), Some("kk"));
        assert_eq!(nearest("b", ["s"]), None);
    }
}
