//! Names that must be unique on a page: anchors, and the ids of footnotes.

use std::collections::{HashMap, HashSet};

/// The names that are taken on a page.
#[derive(Default)]
pub(super) struct Names {
    pub(super) taken: HashSet<String>,
    /// For each name, the next number to try. Names are never released, so smaller numbers stay
    /// taken.
    next: HashMap<String, u32>,
}

impl Names {
    /// Takes and returns `wanted`, or the first of `wanted-2`, `wanted-3` … that is neither taken
    /// nor reserved.
    pub(super) fn take(&mut self, wanted: String, reserved: impl Fn(&str) -> bool) -> String {
        let mut name = wanted.clone();
        while reserved(&name) || self.taken.contains(&name) {
            let next = self.next.entry(wanted.clone()).or_insert(2);
            name = format!("{wanted}-{next}");
            *next += 1;
        }
        self.taken.insert(name.clone());
        name
    }
}

/// Returns the base of a footnote's ids: its label with other characters than letters, digits and
/// `_` replaced by `-`.
pub(super) fn note_id(label: &str) -> String {
    label.chars().map(|c| if c.is_alphanumeric() || c == '_' { c } else { '-' }).collect()
}

/// Returns true if an anchor is reserved for a sentence (`3.2`), a footnote (`fn-a`) or a part of
/// the page around the text: a heading "Menu" must not take the anchor of the menu.
pub(super) fn is_reserved(anchor: &str) -> bool {
    const PARTS: &[&str] = &[
        "top",
        "main",
        "menu",
        "arcs-title",
        "backlinks-title",
        "children-title",
        "contents-title",
        "foot",
        "notes-title",
        "toc-title",
        "touched-title",
        "weights-title",
    ];
    PARTS.contains(&anchor)
        || ["fn-", "fnref-", "src-", "arc.", "touch."].iter().any(|prefix| anchor.starts_with(prefix))
        || crate::model::SegmentId::parse(anchor).is_some()
}
