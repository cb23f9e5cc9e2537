//! `status`: how far translations are, what each pending sentence is waiting for, and which has waited longest.
//!
//! Since when a sentence waits no file says; version control knows it, where the lock is kept in it ([`history`]).

use std::collections::HashMap;
use std::io::Write as _;
use std::path::Path;

use clap::Args;
use serde_json::{Value, json};

use crate::align::{Piece, change};
use crate::base::Failure;
use crate::model::{LangId, Unit};
use crate::parse::Document;
use crate::project::{Project, State};
use crate::site::standing::Pair;
use crate::site::{Site, Standing, Standings, Summary, WorkId};

use super::history::{self, Since};
use super::sync::{language, lock_file, works};
use super::{Code, Global, Outcome, overrides, report};

#[derive(Debug, Args)]
pub(super) struct StatusArgs {
    /// Works, by key: each of their pending sentences is shown, with the change of its source
    #[arg(value_name = "KEY")]
    keys: Vec<String>,
    /// Print JSON, for machines
    #[arg(long)]
    json: bool,
    /// Look at this language only
    #[arg(long, value_name = "CODE")]
    language: Option<String>,
}

pub(super) fn status(global: &Global, args: &StatusArgs) -> Outcome {
    let mut project = Project::new(&global.root, overrides(&global.root, None, true)?);
    let state = project.refresh()?;
    let Some(site) = state.site() else { return Ok(report::report(global, &state.problems, &state.inputs)) };
    let langs: Vec<LangId> = match &args.language {
        Some(code) => vec![language(site, code)?],
        None => site.config.lang_ids().collect(),
    };
    let works = works(site, &args.keys)?;
    let pairs: Vec<(WorkId, LangId)> = works.iter().flat_map(|&work| langs.iter().map(move |&lang| (work, lang))).collect();
    let oldest = Oldest::of(&global.root, &state, site, &pairs);
    let text = if args.json {
        let rows: Vec<Value> = pairs.iter().filter_map(|&(work, lang)| as_json(&state, site, work, lang, &oldest)).collect();
        let mut text =
            serde_json::to_string_pretty(&rows).map_err(|error| Failure::new(format!("cannot write JSON: {error}")))?;
        text.push('\n');
        text
    } else if args.keys.is_empty() {
        table(site, &works, &langs, &oldest)
    } else {
        works.iter().map(|&work| details(&state, site, work, &langs, &oldest)).collect()
    };
    match std::io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(Failure::new(format!("cannot write: {error}"))),
        _ => Ok(Code::Fine),
    }
}

/// What an edition comes to; nothing of a source edition. An edition that is not there lacks all.
fn summary(site: &Site, work: WorkId, lang: LangId) -> Option<Summary> {
    let (source_lang, source) = site.source_edition(work);
    if lang == source_lang {
        return None;
    }
    let nothing = || {
        let front = 1 + usize::from(source.document.front.description.is_some());
        Summary { missing: source.document.segments.len() + front, ..Summary::default() }
    };
    Some(site.standings(work, lang).map_or_else(nothing, |standings| standings.summary))
}

/// By work and language: the pending sentence that has waited longest, of those of which it is known.
struct Oldest(HashMap<(WorkId, LangId), (Unit, Since)>);

impl Oldest {
    fn of(root: &Path, state: &State, site: &Site, pairs: &[(WorkId, LangId)]) -> Self {
        let mut waiting: Vec<((WorkId, LangId), Unit, String, usize)> = Vec::new();
        let mut lines = history::Lines::new();
        for &(work, lang) in pairs {
            for (unit, file, line) in waits_since(state, site, work, lang) {
                lines.entry(file.clone()).or_default().insert(line);
                waiting.push(((work, lang), unit, file, line));
            }
        }
        let since = history::since(root, &lines);
        let mut oldest: HashMap<(WorkId, LangId), (Unit, Since)> = HashMap::new();
        for (pair, unit, file, line) in waiting {
            let Some(&since) = since.get(&(file, line)) else { continue };
            let known = oldest.entry(pair).or_insert((unit, since));
            if since < known.1 {
                *known = (unit, since);
            }
        }
        Self(oldest)
    }

    /// For people: `3.2, 12 days`; nothing if nothing is to do.
    fn said(&self, work: WorkId, lang: LangId, summary: Summary) -> String {
        match self.0.get(&(work, lang)) {
            _ if summary.is_complete() => String::new(),
            None => "not known".to_owned(),
            Some((unit, since)) => {
                let days = match since.days() {
                    0 => "today".to_owned(),
                    1 => "1 day".to_owned(),
                    days => format!("{days} days"),
                };
                format!("{unit}, {days}{}", if since.or_before { " or more" } else { "" })
            }
        }
    }
}

/// The line of which the age is that of a pending sentence, for each: of the lock, which has one from the first sync on after its source
/// changed or was new; else of the source.
fn waits_since(state: &State, site: &Site, work: WorkId, lang: LangId) -> Vec<(Unit, String, usize)> {
    let (source_lang, source) = site.source_edition(work);
    if lang == source_lang {
        return Vec::new();
    }
    let source = &*source.document;
    // Unit, position among the segments, whether it has a translation.
    let pending: Vec<(Unit, Option<u32>, bool)> = match site.standings(work, lang) {
        Some(standings) => standings.pending().map(|pair| (pair.unit, pair.source, pair.standing != Standing::Missing)).collect(),
        None => {
            let segments = source.segments.iter().zip(0..).map(|(segment, at)| (Unit::Segment(segment.id), Some(at), false));
            [(Unit::Title, None, false)].into_iter().chain(segments).collect()
        }
    };
    if pending.is_empty() {
        return Vec::new();
    }
    let lock_file = lock_file(state, site, work);
    let in_lock = state.inputs.text(&lock_file).map(|text| lines_of_lock(text)).unwrap_or_default();
    let written = Written::new(state, source);
    let code = site.config.code(lang);
    let line = |(unit, at, is_translated): (Unit, Option<u32>, bool)| {
        let key = (unit.to_string(), if is_translated { code } else { "" });
        match in_lock.get(&(key.0.as_str(), key.1)) {
            Some(&line) => (unit, lock_file.clone(), line),
            None => {
                let start = at.map_or(0, |at| source.segments[at as usize].bytes.0 as usize);
                (unit, source.file.to_string(), written.line(start))
            }
        }
    };
    pending.into_iter().map(line).collect()
}

/// The lines of a lock's text by unit and language: with a language those of translations whose source has changed, without one those that
/// name the unit.
fn lines_of_lock(text: &str) -> HashMap<(&str, &str), usize> {
    let mut found = HashMap::new();
    let mut unit = "";
    for (line, number) in text.lines().zip(1..) {
        let mut words = line.split(' ');
        match (unit, words.next(), words.nth(2)) {
            _ if line.is_empty() => unit = "",
            ("", _, _) => {
                unit = line;
                found.insert((unit, ""), number);
            }
            (unit, Some(lang), Some("was")) => drop(found.insert((unit, lang), number)),
            _ => {}
        }
    }
    found
}

/// A line for each work and language, and one for each language in all.
fn table(site: &Site, works: &[WorkId], langs: &[LangId], oldest: &Oldest) -> String {
    let heads =
        ["work", "language", "sentences", "current", "accepted", "changed", "missing", "left out", "extra", "done", "oldest"];
    let mut rows: Vec<Vec<String>> = vec![heads.iter().map(|head| (*head).to_owned()).collect()];
    let row = |name: &str, lang: LangId, it: Summary, note: &str, oldest: String| {
        let mut row = vec![name.to_owned(), site.config.code(lang).to_owned()];
        row.extend(
            [it.all(), it.current, it.accepted, it.changed, it.missing, it.omitted, it.extra].map(|count| count.to_string()),
        );
        row.extend([format!("{} %{note}", it.percent()), oldest]);
        row
    };
    let mut totals: Vec<Option<Summary>> = vec![None; site.languages.len()];
    let mut without_lock = 0;
    for &work in works {
        let has_lock = site.source_edition(work).1.document.lock.is_some();
        without_lock += usize::from(!has_lock);
        for &lang in langs {
            let Some(summary) = summary(site, work, lang) else { continue };
            let total = &mut totals[lang.0];
            *total = Some(total.unwrap_or_default().plus(summary));
            let note = if has_lock { "" } else { " ?" };
            rows.push(row(site.work(work).key.as_str(), lang, summary, note, oldest.said(work, lang, summary)));
        }
    }
    for (lang, total) in totals.into_iter().enumerate() {
        if let Some(total) = total {
            rows.push(row("all", LangId(lang), total, "", String::new()));
        }
    }
    let mut text = aligned(&rows);
    if without_lock > 0 {
        text.push_str(&format!(
            "? {} no lock: whether its translations are current is not known; `tilmash sync` writes one\n",
            if without_lock == 1 { "this work has".to_owned() } else { format!("{without_lock} works have") }
        ));
    }
    text
}

/// Columns of equal width: two of words, then numbers, and words at the end.
fn aligned(rows: &[Vec<String>]) -> String {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..rows[0].len()).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let cells: Vec<String> = row
            .iter()
            .zip(&widths)
            .enumerate()
            .map(|(column, (cell, &width))| match column {
                0 | 1 => format!("{cell:<width$}"),
                _ if column + 1 == row.len() => cell.clone(),
                _ => format!("{cell:>width$}"),
            })
            .collect();
        text.push_str(cells.join("  ").trim_end());
        text.push('\n');
    }
    text
}

/// Each pending sentence of a work.
fn details(state: &State, site: &Site, work: WorkId, langs: &[LangId], oldest: &Oldest) -> String {
    let key = site.work(work).key.as_str();
    let mut text = String::new();
    for &lang in langs {
        let code = site.config.code(lang);
        let Some(summary) = summary(site, work, lang) else { continue };
        text.push_str(&format!("{key} in {code}: {} of {}, {} %\n", summary.done(), summary.all(), summary.percent()));
        if let Some((unit, since)) = oldest.0.get(&(work, lang)) {
            let before = if since.or_before { "or before " } else { "" };
            text.push_str(&format!("  {unit} has waited longest: since {before}{}\n", since.date()));
        }
        let Some(standings) = site.standings(work, lang) else {
            text.push_str("  there is no such edition yet\n\n");
            continue;
        };
        let (source_lang, source) = site.source_edition(work);
        let source = Written::new(state, &source.document);
        let translation = Written::new(state, &site.edition(work, lang).expect("it stands somehow").document);
        for pair in shown(standings) {
            text.push('\n');
            detail((site.config.code(source_lang), &source), (code, &translation), pair, &mut text);
        }
        text.push('\n');
    }
    text
}

/// What is to do: also what stands for nothing, since it may stand for what is missing.
fn shown(standings: &Standings) -> impl Iterator<Item = &Pair> {
    standings
        .pairs
        .iter()
        .filter(|pair| matches!(pair.standing, Standing::Changed { .. } | Standing::Missing | Standing::Extra { meant: false }))
}

fn detail(
    (source_code, source): (&str, &Written<'_>),
    (code, translation): (&str, &Written<'_>),
    pair: &Pair,
    text: &mut String,
) {
    text.push_str(&format!("  {} {}\n", pair.unit, word(&pair.standing)));
    if let Some((now, place)) = source_text(source, pair) {
        text.push_str(&format!("    {source_code} {place}\n"));
        match &pair.standing {
            Standing::Changed { was: Some(was) } => text.push_str(&format!("       {}\n", marked(&change(was, &now)))),
            _ => text.push_str(&format!("       {now}\n")),
        }
    }
    for (own, place) in own_texts(translation, pair) {
        text.push_str(&format!("    {code} {place}\n       {own}\n"));
    }
}

fn word(standing: &Standing) -> &'static str {
    match standing {
        Standing::Current => "current",
        Standing::Accepted => "accepted",
        Standing::Changed { .. } => "changed",
        Standing::Missing => "missing",
        Standing::Omitted => "omitted",
        Standing::Extra { .. } => "extra",
    }
}

/// `The [-quick-] {+slow+} fox`, as `git diff --word-diff` has it.
fn marked(pieces: &[Piece]) -> String {
    let marked = |piece: &Piece| match piece {
        Piece::Same(text) => text.clone(),
        Piece::Gone(text) => format!("[-{text}-]"),
        Piece::New(text) => format!("{{+{text}+}}"),
    };
    pieces.iter().map(marked).collect::<Vec<_>>().join(" ")
}

/// An edition with the text of its file.
struct Written<'s> {
    document: &'s Document,
    text: &'s str,
    /// Where its lines end: a file may have many, and each pending sentence says its own.
    line_ends: Vec<usize>,
}

impl<'s> Written<'s> {
    fn new(state: &'s State, document: &'s Document) -> Self {
        let text = state.inputs.text(&document.file).map_or("", |text| text);
        Self { document, text, line_ends: text.match_indices('\n').map(|(at, _)| at).collect() }
    }

    fn line(&self, byte: usize) -> usize {
        self.line_ends.partition_point(|&end| end < byte) + 1
    }

    /// `content/a.kk.md:12`
    fn place(&self, byte: usize) -> String {
        format!("{}:{}", self.document.file, self.line(byte))
    }

    /// What a segment says, and where.
    fn segment(&self, index: u32) -> (String, String) {
        let bytes = self.document.segments[index as usize].bytes;
        (self.document.segment_text(self.text, index as usize).into_owned(), self.place(bytes.0 as usize))
    }

    fn front(&self, unit: Unit) -> Option<(String, String)> {
        let text = match unit {
            Unit::Title => Some(self.document.title.clone()),
            Unit::Description => self.document.front.description.clone(),
            Unit::Segment(_) => None,
        };
        Some((text?, self.place(0)))
    }
}

/// What the source says of a pair, and where.
fn source_text(source: &Written<'_>, pair: &Pair) -> Option<(String, String)> {
    source.front(pair.unit).or_else(|| Some(source.segment(pair.source?)))
}

/// What the translation says, line by line, and where.
fn own_texts(translation: &Written<'_>, pair: &Pair) -> Vec<(String, String)> {
    match pair.unit {
        Unit::Title | Unit::Description => translation.front(pair.unit).into_iter().collect(),
        Unit::Segment(_) => pair.lines.iter().map(|&line| translation.segment(line)).collect(),
    }
}

fn as_json(state: &State, site: &Site, work: WorkId, lang: LangId, oldest: &Oldest) -> Option<Value> {
    let it = summary(site, work, lang)?;
    let source = &*site.source_edition(work).1.document;
    let edition = site.edition(work, lang);
    let pending: Vec<Value> = site.standings(work, lang).map_or_else(Vec::new, |standings| {
        let written = Written::new(state, source);
        let translation = Written::new(state, &edition.expect("it stands somehow").document);
        let sentence = |pair: &Pair| {
            let (now, source_place) = source_text(&written, pair).unzip();
            let was = match &pair.standing {
                Standing::Changed { was } => was.as_deref(),
                _ => None,
            };
            let own: Vec<Value> =
                own_texts(&translation, pair).into_iter().map(|(text, place)| json!({ "text": text, "place": place })).collect();
            json!({
                "id": pair.unit.to_string(), "standing": word(&pair.standing),
                "source": now, "source_place": source_place, "was": was, "translation": own,
            })
        };
        shown(standings).map(sentence).collect()
    });
    Some(json!({
        "key": site.work(work).key.as_str(),
        "language": site.config.code(lang),
        "file": edition.map(|edition| &*edition.document.file),
        "has_lock": source.lock.is_some(),
        "sentences": it.all(), "current": it.current, "accepted": it.accepted, "changed": it.changed, "missing": it.missing,
        "omitted": it.omitted, "extra": it.extra, "percent": it.percent(), "complete": it.is_complete(),
        "oldest": oldest.0.get(&(work, lang)).map(|(unit, since)| {
            json!({ "id": unit.to_string(), "since": since.date(), "or_before": since.or_before })
        }),
        "pending": pending,
    }))
}
