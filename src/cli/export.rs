//! `export`: writes sentences and their translations for translators.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use crate::base::visible::shown_path;
use crate::base::{Diagnostic, Failure, listed};
use crate::link::similar_key;
use crate::model::{LangId, key};
use crate::project::Project;
use crate::site::Site;
use crate::translation::exchange::{self, Batch, Format, Unit, UnitState, collect};

use super::{Global, Outcome, overrides, print, report, say, source, sync};

pub(super) const EXAMPLES: &str = "Examples:
  tilmash export --to po --language en > book.en.po
  tilmash export --to xliff --language en vectors/russia vectors/china --output to-translate/
  tilmash export --to csv --language en --pending vectors/ --output pending.csv
  tilmash export --to po --from en --language kk > only-english.kk.po

`tilmash import` reads these files back.";

/// The greatest number of works that a message names.
const NAMED: usize = 12;

#[derive(Debug, Args)]
pub(super) struct ExportArgs {
    /// Format of the file
    #[arg(long, value_enum, value_name = "FORMAT")]
    to: To,
    /// Language of the translations
    #[arg(long, short, value_name = "CODE")]
    language: String,
    /// Language of the originals; the site's source language if none is given
    #[arg(long, value_name = "CODE")]
    from: Option<String>,
    /// Keys of pages; `vectors/` means all pages of a section. Without keys, all pages
    #[arg(value_name = "KEY")]
    keys: Vec<String>,
    /// Output file, or a folder that gets one file for each page; standard output if none is given
    #[arg(long, short, value_name = "FILE|DIR")]
    output: Option<PathBuf>,
    /// Export only sentences that are missing or whose source has changed since their translation
    #[arg(long)]
    pending: bool,
}

/// Format by its name on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum To {
    /// Gettext PO: Poedit, Weblate, Lokalize
    Po,
    /// XLIFF 1.2: OmegaT, Weblate, Trados, memoQ
    Xliff,
    /// TMX 1.4, a translation memory
    Tmx,
    /// CSV, a table for spreadsheets
    Csv,
    /// JSON Lines, one object a line, for scripts
    Jsonl,
}

impl To {
    fn format(self) -> Format {
        match self {
            To::Po => Format::Po,
            To::Xliff => Format::Xliff,
            To::Tmx => Format::Tmx,
            To::Csv => Format::Csv,
            To::Jsonl => Format::Jsonl,
        }
    }
}

pub(super) fn export(global: &Global, args: &ExportArgs) -> Outcome {
    let mut project = Project::new(&global.root, overrides(&global.root, None, true)?);
    let state = project.refresh()?;
    let Some(site) = state.site() else { return Ok(report::report(global, &state.problems, &state.inputs)) };
    let lang = sync::language(site, &args.language)?;
    let from = args.from.as_deref().map_or(Ok(site.source()), |code| sync::language(site, code))?;
    if lang == from {
        let others: Vec<&str> = site.config.lang_ids().filter(|&it| it != lang).map(|it| site.config.code(it)).collect();
        return Err(Failure::new(format!("cannot export translations from `{}` into the same language", args.language)).hint(
            format!("choose another `--language` ({}), or name the language of the source with `--from`", others.join(", ")),
        ));
    }
    let wanted = wanted(site, &args.keys)?;
    let is_wanted = |key: &str| wanted.iter().any(|it| it.has(key));
    let mut unread: BTreeMap<&str, Vec<Diagnostic>> = BTreeMap::new();
    for (key, &work) in site.keys().zip(&*site.order).filter(|(key, _)| is_wanted(key)) {
        let found = sync::unread(&state, site, work);
        if !found.is_empty() {
            unread.insert(key, found);
        }
    }
    let mut batch = collect::collect(site, &state.inputs, from, lang, &|key| is_wanted(key) && !unread.contains_key(key));
    if args.pending {
        batch.units.retain(|unit| matches!(unit.state, UnitState::Missing | UnitState::Changed));
    }
    let format = args.to.format();
    let counts = counts(&batch.units);
    let is_unsynced = |key: &str| site.work_named(key).is_some_and(|work| site.source_edition(work).1.document.lock.is_none());
    let unsynced = batch.units.chunk_by(|a, b| a.key == b.key).filter(|units| is_unsynced(units[0].key.as_str())).count();
    match &args.output {
        None => print::data(exchange::write(format, &batch).as_bytes()),
        Some(output) if is_folder(output) => {
            let files = by_work(batch, &args.language, format);
            for (name, batch) in &files {
                source::export(&state.inputs, &output.join(name), &exchange::write(format, batch))?;
            }
            say(global, &format!("{} in `{}`", report::plural(files.len(), "file"), shown_path(output)));
        }
        Some(output) => {
            source::export(&state.inputs, output, &exchange::write(format, &batch))?;
            say(global, &format!("`{}`", shown_path(output)));
        }
    }
    say(global, &counts);
    if unsynced > 0 {
        let pages = report::plural(unsynced, "page");
        let whose = if unsynced == 1 { "its" } else { "their" };
        say(
            global,
            &format!(
                "{pages} without a lock file: the addresses of {whose} sentences can change; run `tilmash sync` before the export to fix them"
            ),
        );
    }
    let mut elsewhere: BTreeMap<LangId, Vec<&str>> = BTreeMap::new();
    for (key, &work) in site.keys().zip(&*site.order).filter(|(key, _)| is_wanted(key)) {
        let written = site.source_edition(work).0;
        if written != from && written != lang {
            elsewhere.entry(written).or_default().push(key);
        }
    }
    for (written, keys) in elsewhere {
        let (from, code) = (site.config.code(from), site.config.code(written));
        let keys: Vec<String> = keys.iter().map(|key| format!("`{key}`")).collect();
        let keys = listed(&keys, NAMED);
        say(
            global,
            &format!(
                "not exported, because their source is in `{code}`, not in `{from}` (export them with `--from {code}`): {keys}"
            ),
        );
    }
    let unread: Vec<Diagnostic> = unread.into_values().flatten().collect();
    Ok(report::report(global, &unread, &state.inputs))
}

/// Selection of works by one argument of the command line.
enum Wanted {
    All,
    Work(String),
    /// A section and all works below it.
    Below(String),
}

impl Wanted {
    fn has(&self, key: &str) -> bool {
        match self {
            Wanted::All => true,
            Wanted::Work(work) => key == work,
            Wanted::Below(section) => {
                key.strip_prefix(section.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            }
        }
    }
}

fn wanted(site: &Site, keys: &[String]) -> Result<Vec<Wanted>, Failure> {
    if keys.is_empty() {
        return Ok(vec![Wanted::All]);
    }
    let wanted =
        |typed: &String| {
            let wanted = match typed.strip_suffix('/') {
                Some(section) => Wanted::Below(crate::base::path::nfc(section)),
                None => Wanted::Work(crate::base::path::nfc(typed)),
            };
            if site.keys().any(|key| wanted.has(key)) {
                return Ok(wanted);
            }
            let hint = similar_key(site, typed);
            let failure = Failure::new(key::unknown(typed));
            Err(failure.hint(hint.unwrap_or_else(|| {
                "name a page by its key, such as `vectors/russia`, or a section, such as `vectors/`".to_owned()
            })))
        };
    keys.iter().map(wanted).collect()
}

fn counts(units: &[Unit]) -> String {
    let count = |state| units.iter().filter(|unit| unit.state == state).count();
    let (missing, changed) = (count(UnitState::Missing), count(UnitState::Changed));
    let sentences = report::plural(units.len(), "sentence");
    match (missing, changed) {
        (0, 0) => sentences,
        _ => format!("{sentences}: {missing} not translated, {changed} with a changed source"),
    }
}

fn is_folder(output: &Path) -> bool {
    output.is_dir() || output.as_os_str().to_string_lossy().ends_with(['/', std::path::MAIN_SEPARATOR])
}

/// Splits a batch by work; the keys are file names.
fn by_work(batch: Batch, language: &str, format: Format) -> BTreeMap<String, Batch> {
    let mut files: BTreeMap<String, Batch> = BTreeMap::new();
    let rest = Batch { units: Vec::new(), ..batch.clone() };
    for unit in batch.units {
        let name = format!("{}.{language}.{}", unit.key, format.extension());
        files.entry(name).or_insert_with(|| rest.clone()).units.push(unit);
    }
    files
}
