//! What readers are told of how a translation stands to its source: marks behind sentences, what a page comes to in
//! numbers, and the source's sentences in the place of those that are missing.
//!
//! Only where ids are known, by a lock or by marks: by position alone nobody can say which sentence is missing.

use std::collections::{BTreeMap, HashMap, HashSet};

use tera::{Context, Value};

use crate::base::{Diagnostic, path};
use crate::model::{LangId, Unit};
use crate::parse::{BlockKind, Document};
use crate::site::rows::note_pairs;
use crate::site::{Edition, Site, Standing, Standings, Summary, WorkId};

use super::Renderer;
use super::body::excerpt;
use super::template::map;

/// A translation, as it stands to its source.
#[derive(Debug)]
pub(super) struct Drift<'a> {
    pub(super) source_lang: LangId,
    pub(super) source: &'a Edition,
    standings: &'a Standings,
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

/// The source's sentences that a translation lacks, as HTML, by where they belong in it.
#[derive(Debug, Default)]
pub(super) struct Additions {
    /// By line of the translation.
    pub(super) before: HashMap<u32, String>,
    pub(super) after: HashMap<u32, String>,
    /// By position in the body's HTML, between blocks.
    pub(super) between: BTreeMap<u32, String>,
}

impl Additions {
    /// What a page of a translation is to show of its source.
    pub(super) fn of(
        renderer: &Renderer,
        work: WorkId,
        translation: &Document,
        drift: &Drift<'_>,
        problems: &mut Vec<Diagnostic>,
    ) -> Self {
        let mut additions = Self::default();
        let source = &drift.source.document;
        let mut lines: Vec<&[u32]> = vec![&[]; source.segments.len()];
        let mut is_missing = vec![false; source.segments.len()];
        for pair in &drift.standings.pairs {
            let Some(at) = pair.source else { continue };
            lines[at as usize] = &pair.lines;
            is_missing[at as usize] = pair.standing == Standing::Missing;
        }
        let mut sentence = |at: u32, alone_in: Option<BlockKind>| {
            let segment = &source.segments[at as usize];
            let words = renderer.shared.language(translation.lang);
            let mut arguments = Context::new();
            // Where the translation has a line of that id, which stands for another sentence.
            let id = translation.segment_with_id(segment.id).is_none().then(|| segment.id.to_string());
            arguments.insert_value("id", id.into());
            arguments
                .insert_value("html", Value::safe_string(&excerpt(renderer, work, drift.source, segment.html.0..segment.html.1)));
            arguments.insert_value("source", renderer.shared.language(drift.source_lang).lang.clone());
            arguments.insert_value("lang", words.lang.clone());
            arguments.insert_value("t", words.strings.clone());
            arguments.insert_value("in_block", alone_in.is_some().into());
            arguments.insert_value("in_heading", matches!(alone_in, Some(BlockKind::Heading(_))).into());
            let mut html = String::new();
            if let Err(problem) = renderer.templates.component("missing_sentence", &arguments, &mut html) {
                problems.push(*problem);
            }
            html
        };
        let pairs = note_pairs(source, translation);
        let language = &renderer.site.languages[drift.source_lang.0];
        let attributes = format!("class=\"other\" lang=\"{}\" dir=\"{}\"", language.code, language.pack.direction);
        let is_there = |at: u32| !lines[at as usize].is_empty();
        let mut part = None;
        // Where the block after the last sentence that is there ends; nowhere in a note that is not there: nothing refers to it.
        let mut end = Some(0);
        for block in &source.blocks {
            let (first, last) = block.segments;
            let inside = first..last;
            let note = inside.clone().next().and_then(|at| source.segments[at as usize].note);
            if let Some(note) = note.filter(|_| note != part) {
                end = pairs[note as usize].map(|own| translation.notes[own as usize].html.1);
            }
            part = note;
            let own_end = inside.clone().rev().find_map(|at| end_of_block(translation, lines[at as usize]));
            let missing = || inside.clone().filter(|&at| is_missing[at as usize]);
            let (Some(before), Some(_)) = (end, missing().next()) else {
                end = end.and(own_end.or(end));
                continue;
            };
            let is_cell = |at: u32| source.segments[at as usize].cell.is_some();
            let mut behind = String::new();
            if !inside.clone().any(|at| is_there(at) || is_cell(at)) {
                let text: Vec<String> = missing().map(|at| sentence(at, Some(block.kind))).collect();
                let name = match block.kind {
                    BlockKind::Heading(level) => format!("h{level}"),
                    BlockKind::Paragraph | BlockKind::Other => "p".to_owned(),
                };
                behind = format!("<{name} {attributes}>{}</{name}>\n", text.join(" "));
            } else {
                // Beside another sentence, but not in its cell.
                let is_beside = |at: &u32| is_there(*at) && !is_cell(*at);
                for at in missing().filter(|&at| !is_cell(at)) {
                    if let Some(before) = (first..at).rev().find(is_beside) {
                        let line = *lines[before as usize].last().expect("it is there");
                        let after = additions.after.entry(line).or_default();
                        after.push(' ');
                        after.push_str(&sentence(at, None));
                    } else if let Some(next) = (at..last).find(is_beside) {
                        let before = additions.before.entry(lines[next as usize][0]).or_default();
                        before.push_str(&sentence(at, None));
                        before.push(' ');
                    } else {
                        behind.push_str(&format!("<p {attributes}>{}</p>\n", sentence(at, Some(block.kind))));
                    }
                }
                // Which of a table's empty cells is whose the table does not say; what it lacks is a table behind it.
                let cells: Vec<u32> = missing().filter(|&at| is_cell(at)).collect();
                if !cells.is_empty() {
                    behind.push_str(&format!("<div class=\"table\"><table {attributes}><tbody>\n"));
                    for row in cells.chunk_by(|&a, &b| source.segments[a as usize].block == source.segments[b as usize].block) {
                        let mut column = 0;
                        behind.push_str("<tr>");
                        for &at in row {
                            let own = source.segments[at as usize].cell.map_or(0, |cell| cell.column);
                            (column + 1..own).for_each(|_| behind.push_str("<td></td>"));
                            behind.push_str(&format!("<td>{}</td>", sentence(at, Some(block.kind))));
                            column = own;
                        }
                        behind.push_str("</tr>\n");
                    }
                    behind.push_str("</tbody></table></div>\n");
                }
            }
            let own_end = own_end.unwrap_or(before);
            if !behind.is_empty() {
                additions.between.entry(own_end).or_default().push_str(&behind);
            }
            end = Some(own_end);
        }
        additions
    }
}

/// Where the block of a sentence's last line ends, in the body's HTML.
fn end_of_block(document: &Document, lines: &[u32]) -> Option<u32> {
    let line = *lines.last()?;
    let at = document.blocks.partition_point(|block| block.segments.1 <= line);
    document.blocks.get(at).filter(|block| block.segments.0 <= line).map(|block| block.html.1)
}
