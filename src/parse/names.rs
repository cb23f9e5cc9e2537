//! Names of which a page may have each only once: anchors, labels and ids of footnotes.

use std::collections::{HashMap, HashSet};

use unicase::UniCase;

/// Names that are given once on a page.
#[derive(Default)]
pub(super) struct Names {
    pub(super) taken: HashSet<String>,
    /// By name: the number to try next. Names are never given back, so smaller ones need no second try.
    next: HashMap<String, u32>,
}

impl Names {
    /// Gives `wanted`, or the first of `wanted-2`, `wanted-3` … that is neither taken nor reserved.
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

/// The label of a footnote without what does not count in comparing labels: its case, folded as pulldown-cmark folds it,
/// which has folded the white space already.
pub fn note_label(written: &str) -> String {
    UniCase::new(written).to_folded_case()
}

/// What ids are made of for a label.
pub(super) fn note_id(label: &str) -> String {
    label.chars().map(|c| if c.is_alphanumeric() || c == '_' { c } else { '-' }).collect()
}

/// Whether an anchor is the id of a sentence, a footnote or a part of the page around the text: a
/// heading "Menu" must not take the place of the menu.
pub(super) fn is_reserved(anchor: &str) -> bool {
    const PARTS: &[&str] = &[
        "top",
        "main",
        "menu",
        "backlinks-title",
        "children-title",
        "compass-desc",
        "compass-title",
        "contents-title",
        "foot",
        "notes-title",
        "toc-title",
        "touched-title",
        "weights-title",
    ];
    PARTS.contains(&anchor)
        || ["fn-", "fnref-", "src-"].iter().any(|prefix| anchor.starts_with(prefix))
        || crate::model::SegmentId::parse(anchor).is_some()
}
