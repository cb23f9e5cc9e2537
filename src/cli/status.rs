//! `status`: prints the progress of translations, the change of each pending sentence, and the
//! sentence that has waited longest.
//!
//! No file records how long a sentence has waited. The history of the lock shows it, if the lock is
//! under version control ([`history`]).

use std::collections::HashMap;
use std::path::Path;

use clap::Args;
use serde_json::{Value, json};

use crate::base::{Diagnostic, Failure, LineIndex, diff};
use crate::model::{LangId, Lock, SegmentIndex, Unit, lock};
use crate::project::{Project, State};
use crate::site::{Site, WorkId};
use crate::translation::pending::{Pending, Said, Sentence, Written};
use crate::translation::status::{Status, Summary};

use super::history::{self, Since};
use super::sync::{language, lock_file, unread, works};
use super::{Global, Outcome, overrides, print, report, say};

#[derive(Debug, Args)]
pub(super) struct StatusArgs {
    /// Keys of pages. For these, each pending sentence is shown, with the change of its source
    #[arg(value_name = "KEY")]
    keys: Vec<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Show only this language
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
    if args.json {
        print::data(text.as_bytes());
    } else {
        print::text(&text);
    }
    if oldest.is_cut_short {
        say(global, "git took too long, so the column `oldest` does not consider all sentences");
    }
    // The counts of a work are meaningless if its texts cannot be read, so this is reported.
    let problems: Vec<Diagnostic> = works.iter().flat_map(|&work| unread(&state, site, work)).collect();
    Ok(report::report(global, &problems, &state.inputs))
}

/// Returns the counts of a translation; `None` for the source edition. A translation that does not
/// exist lacks every sentence.
fn summary(site: &Site, work: WorkId, lang: LangId) -> Option<Summary> {
    let (source_lang, source) = site.source_edition(work);
    if lang == source_lang {
        return None;
    }
    let nothing = || {
        let front = 1 + usize::from(source.document.front_text(Unit::Description).is_some());
        Summary { missing: source.document.segments.len() + front, ..Summary::default() }
    };
    Some(site.statuses(work, lang).map_or_else(nothing, |statuses| statuses.summary))
}

/// Pending sentence of each edition that has waited longest, among those whose age is known.
struct Oldest {
    by_pair: HashMap<(WorkId, LangId), (Unit, Since)>,
    /// True if git ran out of time, so that some ages are missing.
    is_cut_short: bool,
}

impl Oldest {
    fn of(root: &Path, state: &State, site: &Site, pairs: &[(WorkId, LangId)]) -> Self {
        let mut waiting: Vec<((WorkId, LangId), Unit, String, usize)> = Vec::new();
        let mut lines = history::Lines::new();
        for &(work, lang) in pairs {
            for (unit, file, line) in waits_since(state, site, work, lang) {
                let file = state.inputs.disk_name(&file).to_string_lossy().replace('\\', "/");
                lines.entry(file.clone()).or_default().insert(line);
                waiting.push(((work, lang), unit, file, line));
            }
        }
        let ages = history::since(root, &lines);
        let mut oldest: HashMap<(WorkId, LangId), (Unit, Since)> = HashMap::new();
        for (pair, unit, file, line) in waiting {
            let Some(&since) = ages.known.get(&(file, line)) else { continue };
            let known = oldest.entry(pair).or_insert((unit, since));
            if since < known.1 {
                *known = (unit, since);
            }
        }
        Self { by_pair: oldest, is_cut_short: ages.is_cut_short }
    }

    /// Formats the oldest sentence for people: `3.2, 12 days`. Empty if no sentence is pending.
    fn said(&self, work: WorkId, lang: LangId, summary: Summary) -> String {
        match self.by_pair.get(&(work, lang)) {
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

/// Returns the line whose age is the waiting time of each pending sentence, with its file. The line
/// is in the lock if a sync has run since the source sentence changed or was added. Otherwise it is
/// the sentence itself in the source.
fn waits_since(state: &State, site: &Site, work: WorkId, lang: LangId) -> Vec<(Unit, String, usize)> {
    let (source_lang, source) = site.source_edition(work);
    if lang == source_lang {
        return Vec::new();
    }
    let source = &*source.document;
    // The unit, its index among the segments, and true if it has a translation.
    let pending: Vec<(Unit, Option<SegmentIndex>, bool)> = match site.statuses(work, lang) {
        Some(statuses) => statuses.pending().map(|pair| (pair.unit, pair.source, pair.status != Status::Missing)).collect(),
        None => {
            let segments = source.segments.enumerated().map(|(at, segment)| (Unit::Segment(segment.id), Some(at), false));
            [(Unit::Title, None, false)].into_iter().chain(segments).collect()
        }
    };
    if pending.is_empty() {
        return Vec::new();
    }
    let lock_file = lock_file(state, site, work);
    let in_lock = state.inputs.text(&lock_file).map(|text| lines_of_lock(&lock_file, text)).unwrap_or_default();
    let written = Written::new(source, state.inputs.text(&source.file).map_or("", |text| text));
    let code = site.config.code(lang);
    let line = |(unit, at, is_translated): (Unit, Option<SegmentIndex>, bool)| match in_lock
        .get(&(unit, if is_translated { code } else { "" }.into()))
    {
        Some(&line) => (unit, lock_file.clone(), line),
        None => {
            let start = at.map_or(0, |at| source.segments[at].bytes.0 as usize);
            (unit, source.file.to_string(), written.position(start).line)
        }
    };
    pending.into_iter().map(line).collect()
}

/// Returns the line numbers in a lock's text by unit and language. The key with a language has the
/// line of a translation whose source has changed. The key with an empty language has the line that
/// names the unit.
///
/// ```text
/// 3.2                                                   (3.2, "")
/// en 0000aaaa1111 0a1b2c3d4e5f was The old sentence.    (3.2, "en")
/// ```
fn lines_of_lock(file: &str, text: &str) -> HashMap<(Unit, Box<str>), usize> {
    let (lock, offsets, _) = Lock::read_with_offsets(&file.into(), text);
    let index = LineIndex::new(text);
    let mut found = HashMap::new();
    for (entry, offsets) in lock.entries().iter().zip(offsets) {
        found.insert((entry.unit, "".into()), index.line(offsets.unit));
        for (translation, offset) in entry.translations.iter().zip(offsets.translations) {
            if matches!(translation.state, lock::State::Was(_)) {
                found.insert((entry.unit, translation.lang.clone()), index.line(offset));
            }
        }
    }
    found
}

/// Returns the table of counts: a row for each work and language, and a total for each language.
fn table(site: &Site, works: &[WorkId], langs: &[LangId], oldest: &Oldest) -> String {
    let heads =
        ["page", "language", "sentences", "current", "accepted", "changed", "missing", "left out", "extra", "done", "oldest"];
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
    if let (1, [lang]) = (rows.len(), langs) {
        return format!("the source of every page is in `{}`, so nothing is pending\n", site.config.code(*lang));
    }
    let numbers: Vec<usize> = (2..heads.len() - 1).collect();
    let mut text = aligned(&rows, &numbers);
    if without_lock > 0 {
        let (pages, whose, files) = match without_lock {
            1 => ("this page has".to_owned(), "its", "file"),
            count => (format!("{count} pages have"), "their", "files"),
        };
        text.push_str(&format!(
            "? {pages} no lock file, so it is not known whether {whose} translations are up to date; run `tilmash sync` to write the missing lock {files}\n"
        ));
    }
    text
}

/// Aligns a table. The columns at the positions `numbers` are numbers, the others words.
pub(super) fn aligned(rows: &[Vec<String>], numbers: &[usize]) -> String {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..rows.first().map_or(0, Vec::len)).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let cell = |(column, (cell, &width)): (usize, (&String, &usize))| match numbers.contains(&column) {
            true => format!("{cell:>width$}"),
            false => format!("{cell:<width$}"),
        };
        let cells: Vec<String> = row.iter().zip(&widths).enumerate().map(cell).collect();
        text.push_str(cells.join("  ").trim_end());
        text.push('\n');
    }
    text
}

/// Returns the details of each pending sentence of a work.
fn details(state: &State, site: &Site, work: WorkId, langs: &[LangId], oldest: &Oldest) -> String {
    let key = site.work(work).key.as_str();
    let mut text = String::new();
    for &lang in langs {
        let code = site.config.code(lang);
        let Some(summary) = summary(site, work, lang) else {
            if langs.len() == 1 {
                text.push_str(&format!("{key} in {code}: this is the source of its translations, so nothing is pending\n"));
            }
            continue;
        };
        let pending = pending(state, site, work, lang);
        let is_done = pending.as_ref().is_some_and(|pending| pending.sentences().next().is_none());
        text.push_str(&format!(
            "{key} in {code}: {} of {} sentences up to date, {} %{}\n",
            summary.done(),
            summary.all(),
            summary.percent(),
            if is_done { "; nothing is pending" } else { "" }
        ));
        if is_done {
            continue;
        }
        if let Some((unit, since)) = oldest.by_pair.get(&(work, lang)) {
            let before = if since.or_before { "or before " } else { "" };
            text.push_str(&format!("  oldest pending sentence: {unit}, since {before}{}\n", since.date()));
        }
        let Some(pending) = pending else {
            text.push_str("  this translation does not exist yet\n\n");
            continue;
        };
        let source_code = site.config.code(site.source_edition(work).0);
        for sentence in pending.sentences() {
            text.push('\n');
            detail(source_code, code, &pending, &sentence, &mut text);
        }
        text.push('\n');
    }
    text
}

fn pending<'s>(state: &'s State, site: &'s Site, work: WorkId, lang: LangId) -> Option<Pending<'s>> {
    Pending::of(site, work, lang, |file| state.inputs.text(file).map(|text| &**text))
}

fn detail(source_code: &str, code: &str, pending: &Pending<'_>, sentence: &Sentence<'_>, text: &mut String) {
    text.push_str(&format!("  {} {}\n", sentence.pair.unit, sentence.pair.status.name()));
    if let Some(now) = &sentence.source {
        let said = sentence.change().map_or_else(|| now.text.clone(), |runs| diff::line(&runs));
        text.push_str(&format!("    {source_code} {}\n       {said}\n", place(&pending.source, now)));
    }
    for own in &sentence.own {
        text.push_str(&format!("    {code} {}\n       {}\n", place(&pending.translation, own), own.text));
    }
}

/// Formats a place: `content/a.kk.md:12`.
fn place(edition: &Written<'_>, said: &Said) -> String {
    format!("{}:{}", edition.document.file, said.place.line)
}

fn as_json(state: &State, site: &Site, work: WorkId, lang: LangId, oldest: &Oldest) -> Option<Value> {
    let it = summary(site, work, lang)?;
    let source = &*site.source_edition(work).1.document;
    let edition = site.edition(work, lang);
    let pending: Vec<Value> = pending(state, site, work, lang).map_or_else(Vec::new, |pending| {
        let sentence = |sentence: Sentence<'_>| {
            let was = match &sentence.pair.status {
                Status::Changed { was } => was.as_deref(),
                _ => None,
            };
            let own = |own: &Said| json!({ "text": own.text, "place": place(&pending.translation, own) });
            json!({
                "id": sentence.pair.unit.to_string(), "standing": sentence.pair.status.name(),
                "source": sentence.source.as_ref().map(|now| &now.text),
                "source_place": sentence.source.as_ref().map(|now| place(&pending.source, now)),
                "was": was, "translation": sentence.own.iter().map(own).collect::<Vec<_>>(),
            })
        };
        pending.sentences().map(sentence).collect()
    });
    Some(json!({
        "key": site.work(work).key.as_str(),
        "language": site.config.code(lang),
        "file": edition.map(|edition| &*edition.document.file),
        "has_lock": source.lock.is_some(),
        "sentences": it.all(), "current": it.current, "accepted": it.accepted, "changed": it.changed, "missing": it.missing,
        "omitted": it.omitted, "extra": it.extra, "percent": it.percent(), "complete": it.is_complete(),
        "oldest": oldest.by_pair.get(&(work, lang)).map(|(unit, since)| {
            json!({ "id": unit.to_string(), "since": since.date(), "or_before": since.or_before })
        }),
        "pending": pending,
    }))
}
