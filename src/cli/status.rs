//! `status`: how far translations are, and what each pending sentence is waiting for.

use std::io::Write as _;

use clap::Args;
use serde_json::{Value, json};

use crate::align::{Piece, change};
use crate::base::Failure;
use crate::model::{LangId, Unit};
use crate::parse::Document;
use crate::project::{Project, State};
use crate::site::standing::Pair;
use crate::site::{Site, Standing, Standings, Summary, WorkId};

use super::sync::{language, works};
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
    let text = if args.json {
        let pairs = works.iter().flat_map(|&work| langs.iter().map(move |&lang| (work, lang)));
        let rows: Vec<Value> = pairs.filter_map(|(work, lang)| as_json(&state, site, work, lang)).collect();
        let mut text =
            serde_json::to_string_pretty(&rows).map_err(|error| Failure::new(format!("cannot write JSON: {error}")))?;
        text.push('\n');
        text
    } else if args.keys.is_empty() {
        table(site, &works, &langs)
    } else {
        works.iter().map(|&work| details(&state, site, work, &langs)).collect()
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

/// A line for each work and language, and one for each language in all.
fn table(site: &Site, works: &[WorkId], langs: &[LangId]) -> String {
    let heads = ["work", "language", "sentences", "current", "accepted", "changed", "missing", "left out", "extra", "done"];
    let mut rows: Vec<Vec<String>> = vec![heads.iter().map(|head| (*head).to_owned()).collect()];
    let row = |name: &str, lang: LangId, it: Summary, note: &str| {
        let mut row = vec![name.to_owned(), site.config.code(lang).to_owned()];
        row.extend(
            [it.all(), it.current, it.accepted, it.changed, it.missing, it.omitted, it.extra].map(|count| count.to_string()),
        );
        row.push(format!("{} %{note}", it.percent()));
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
            rows.push(row(site.work(work).key.as_str(), lang, summary, if has_lock { "" } else { " ?" }));
        }
    }
    for (lang, total) in totals.into_iter().enumerate() {
        if let Some(total) = total {
            rows.push(row("all", LangId(lang), total, ""));
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

/// Columns of equal width: two of words, the rest of numbers.
fn aligned(rows: &[Vec<String>]) -> String {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..rows[0].len()).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let cells: Vec<String> = row
            .iter()
            .zip(&widths)
            .enumerate()
            .map(|(column, (cell, &width))| if column < 2 { format!("{cell:<width$}") } else { format!("{cell:>width$}") })
            .collect();
        text.push_str(cells.join("  ").trim_end());
        text.push('\n');
    }
    text
}

/// Each pending sentence of a work.
fn details(state: &State, site: &Site, work: WorkId, langs: &[LangId]) -> String {
    let key = site.work(work).key.as_str();
    let mut text = String::new();
    for &lang in langs {
        let code = site.config.code(lang);
        let Some(summary) = summary(site, work, lang) else { continue };
        text.push_str(&format!("{key} in {code}: {} of {}, {} %\n", summary.done(), summary.all(), summary.percent()));
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

    /// `content/a.kk.md:12`
    fn place(&self, byte: usize) -> String {
        format!("{}:{}", self.document.file, self.line_ends.partition_point(|&end| end < byte) + 1)
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

fn as_json(state: &State, site: &Site, work: WorkId, lang: LangId) -> Option<Value> {
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
        "pending": pending,
    }))
}
