//! The hint "did you mean …": the nearest known name to a name that was not found.

/// Returns the number of letters to insert, remove, change or swap with the next one, which make
/// one word of another (optimal string alignment).
pub fn distance(a: &str, b: &str) -> usize {
    strsim::osa_distance(a, b)
}

/// Returns the candidate nearest to `wanted`, if one is near enough.
///
/// A candidate that equals `wanted` except for its folder or its extension goes first:
/// `landing.html` for `landing`. Otherwise the edit distance decides (optimal string alignment on
/// characters, case ignored). It may be at most a third of the length of `wanted`, or 1 for a
/// shorter name, and must be less than the whole length. Ties go to the first candidate, so that
/// the answer is stable.
pub fn nearest<'a>(wanted: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = wanted.to_lowercase();
    let length = lower.chars().count();
    let limit = (length / 3).max(1);
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        if is_path_of(candidate, wanted) || is_path_of(wanted, candidate) {
            return Some(candidate);
        }
        // The difference in length is a lower bound of the distance, and is cheap to compute.
        if candidate.chars().count().abs_diff(length) > limit {
            continue;
        }
        let distance = strsim::osa_distance(&lower, &candidate.to_lowercase());
        if distance <= limit && distance < length.max(1) && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// Returns true if a path is a name with folders before it, an extension after it, or both:
/// `a/plan.yaml` for `plan`. ASCII case is ignored. A name of one character never matches.
fn is_path_of(path: &str, name: &str) -> bool {
    if path.len() <= name.len() || name.chars().nth(1).is_none() {
        return false;
    }
    let is_ending = |rest: &str| rest.is_empty() || (rest.starts_with('.') && !rest.contains('/'));
    let is_name = |at: usize| {
        let head = path.get(at..at + name.len()).is_some_and(|head| head.eq_ignore_ascii_case(name));
        head && is_ending(&path[at + name.len()..])
    };
    is_name(0) || path.match_indices('/').any(|(at, _)| is_name(at + 1))
}

/// Returns the hint "did you mean `x`?", if there is a near candidate.
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
        assert_eq!(nearest("landing", ["page.html", "landing.html"]), Some("landing.html"));
        assert_eq!(nearest("templates/landing.html", ["page.html", "landing.html"]), Some("landing.html"));
        assert_eq!(nearest("Plan.yaml", ["site.yaml", "content/_source/plan.yaml"]), Some("content/_source/plan.yaml"));
        assert_eq!(nearest("plan", ["site.yaml", "content/_source/plan.yaml"]), Some("content/_source/plan.yaml"));
        assert_eq!(nearest("page", ["pages.html", "homepage.html", "a.b/c"]), None);
    }
}
