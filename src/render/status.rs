//! The state of a translation as readers see it: sentences whose source has changed, and numbers
//! for the page. [`super::missing`] fills in the sentences that the translation lacks.
//!
//! This needs ids from a lock or from marks. By position alone it is unknown which sentence is
//! missing.

use std::collections::{HashMap, HashSet};

use tera::Value;

use crate::base::path;
use crate::model::{LangId, SegmentIndex, Unit};
use crate::site::{Edition, Site, WorkId};
use crate::translation::status::{EditionStatus, Status, Summary};

use super::template::map;

/// Status of a translation relative to its source, for its page.
#[derive(Debug)]
pub(super) struct Drift<'a> {
    pub(super) source_lang: LangId,
    pub(super) source: &'a Edition,
    pub(super) statuses: &'a EditionStatus,
    /// Lines of the translation whose source has changed, each with the index of the source's
    /// sentence.
    changed: HashMap<SegmentIndex, SegmentIndex>,
    /// Indices of the source's sentences that are left out on purpose.
    omitted: HashSet<SegmentIndex>,
}

impl<'a> Drift<'a> {
    /// Compares a translation with its source. Returns `None` for the source edition, without an
    /// edition, and if no ids are known.
    pub(super) fn of(site: &'a Site, work: WorkId, lang: LangId) -> Option<Self> {
        let (source_lang, source) = site.source_edition(work);
        let translation = &site.edition(work, lang)?.document;
        if lang == source_lang || !source.document.knows_addresses() && !translation.knows_addresses() {
            return None;
        }
        let statuses = site.statuses(work, lang)?;
        let mut changed = HashMap::new();
        let mut omitted = HashSet::new();
        for pair in &statuses.pairs {
            match (&pair.status, pair.source) {
                (Status::Changed { .. }, Some(source)) => {
                    for &line in &pair.lines {
                        changed.entry(line).or_insert(source);
                    }
                }
                (Status::Omitted, Some(source)) => drop(omitted.insert(source)),
                _ => {}
            }
        }
        Some(Self { source_lang, source, statuses, changed, omitted })
    }

    /// Returns the sentence of the source that has changed since a line was translated.
    pub(super) fn changed(&self, line: SegmentIndex) -> Option<SegmentIndex> {
        self.changed.get(&line).copied()
    }

    /// Returns true if a sentence of the source is left out on purpose.
    pub(super) fn is_omitted(&self, source: SegmentIndex) -> bool {
        self.omitted.contains(&source)
    }

    /// Returns true if sentences of the source are missing.
    pub(super) fn lacks_any(&self) -> bool {
        self.statuses.summary.missing > 0
    }

    /// Returns the counts of the page's sentences for its template, with a link to the source.
    /// Returns the value `none` if no sentence is pending.
    pub(super) fn value(&self, site: &Site) -> Value {
        let summary = sentences(self.statuses);
        if summary.changed + summary.missing == 0 {
            return Value::none();
        }
        let language = &site.languages[self.source_lang.0];
        map([
            ("changed", summary.changed.into()),
            ("missing", summary.missing.into()),
            ("all", summary.all().into()),
            ("percent", summary.percent().into()),
            (
                "source",
                map([
                    ("title", self.source.document.title.as_str().into()),
                    ("url", path::to_url(&self.source.path).into()),
                    ("lang", language.code.as_str().into()),
                    ("name", language.pack.name.as_str().into()),
                ]),
            ),
        ])
    }
}

/// Counts sentences by status, without title and description.
pub(super) fn sentences(statuses: &EditionStatus) -> Summary {
    let mut summary = Summary::default();
    for pair in statuses.pairs.iter().filter(|pair| matches!(pair.unit, Unit::Segment(_))) {
        summary.add(&pair.status);
    }
    summary
}
