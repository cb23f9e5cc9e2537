//! The state of a translation as readers see it: sentences whose source has changed, and numbers
//! for the page. [`super::missing`] fills in the sentences that the translation lacks.
//!
//! Only where ids are known, by a lock or by marks: by position alone nobody can say which sentence is missing.

use std::collections::{HashMap, HashSet};

use tera::Value;

use crate::base::path;
use crate::model::{LangId, Unit};
use crate::site::{Edition, Site, Standing, Standings, Summary, WorkId};

use super::template::map;

/// A translation, as it stands to its source.
#[derive(Debug)]
pub(super) struct Drift<'a> {
    pub(super) source_lang: LangId,
    pub(super) source: &'a Edition,
    pub(super) standings: &'a Standings,
    /// The lines of the translation whose source has changed, each with the position of that sentence in the source.
    changed: HashMap<u32, u32>,
    /// The sentences of the source that are left out on purpose, by position.
    omitted: HashSet<u32>,
}

impl<'a> Drift<'a> {
    /// `None` of the source edition, and where nothing is known.
    pub(super) fn of(site: &'a Site, work: WorkId, lang: LangId) -> Option<Self> {
        let (source_lang, source) = site.source_edition(work);
        let translation = &site.edition(work, lang)?.document;
        if lang == source_lang || !source.document.knows_addresses() && !translation.knows_addresses() {
            return None;
        }
        let standings = site.standings(work, lang)?;
        let mut changed = HashMap::new();
        let mut omitted = HashSet::new();
        for pair in &standings.pairs {
            match (&pair.standing, pair.source) {
                (Standing::Changed { .. }, Some(source)) => {
                    for &line in &pair.lines {
                        changed.entry(line).or_insert(source);
                    }
                }
                (Standing::Omitted, Some(source)) => drop(omitted.insert(source)),
                _ => {}
            }
        }
        Some(Self { source_lang, source, standings, changed, omitted })
    }

    /// Of a line of the translation: the sentence of the source that has changed since.
    pub(super) fn changed(&self, line: u32) -> Option<u32> {
        self.changed.get(&line).copied()
    }

    /// Whether a sentence of the source is left out on purpose.
    pub(super) fn is_omitted(&self, source: u32) -> bool {
        self.omitted.contains(&source)
    }

    /// Whether sentences of the source are missing.
    pub(super) fn lacks_any(&self) -> bool {
        self.standings.summary.missing > 0
    }

    /// What the page comes to, for its template; nothing if nothing is pending.
    pub(super) fn value(&self, site: &Site) -> Value {
        let summary = sentences(self.standings);
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

/// The numbers of the sentences alone, without title and description.
pub(super) fn sentences(standings: &Standings) -> Summary {
    let mut summary = Summary::default();
    for pair in standings.pairs.iter().filter(|pair| matches!(pair.unit, Unit::Segment(_))) {
        *match pair.standing {
            Standing::Current => &mut summary.current,
            Standing::Accepted => &mut summary.accepted,
            Standing::Changed { .. } => &mut summary.changed,
            Standing::Missing => &mut summary.missing,
            Standing::Extra { .. } => &mut summary.extra,
            Standing::Omitted => &mut summary.omitted,
        } += 1;
    }
    summary
}
