//! Lists in messages: the first items by name, the others as a number.

/// Joins items with commas, and counts those after the first `most`: `1.1, 1.2 and 3 more`.
pub fn listed<S: AsRef<str>>(items: &[S], most: usize) -> String {
    let named: Vec<&str> = items.iter().take(most).map(AsRef::as_ref).collect();
    let named = named.join(", ");
    match items.len().saturating_sub(most) {
        0 => named,
        more => format!("{named} and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::listed;

    #[test]
    fn items_after_the_first_ones_are_counted() {
        assert_eq!(listed(&["a"], 2), "a");
        assert_eq!(listed(&["a", "b"], 2), "a, b");
        assert_eq!(listed(&["a", "b", "c"], 2), "a, b and 1 more");
    }
}
