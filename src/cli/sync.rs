//! `sync`: writes the locks, the files that keep the addresses of sentences and the source wording
//! of each translation.
//!
//! It writes nothing else. It skips a work if its lock or one of its texts cannot be read
//! completely, because unread sentences would look deleted.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use clap::Args;
use serde_json::json;

use crate::base::{Code as Kind, Diagnostic, Failure, Place, Report, Severity, code, diagnostic, listed};
use crate::link::{similar_id, similar_key};
use crate::model::{Key, LangId, Lock, Unit, config, key};
use crate::project::{Project, State};
use crate::site::{Site, WorkId};
use crate::translation::status::Summary;
use crate::translation::sync::{Accept, Change, Refusal, Renewed, first, renewed};

use super::{Format, Global, List, Outcome, overrides, print, report, say, source};

#[derive(Debug, Args)]
pub(super) struct SyncArgs {
    /// Keys of pages; all pages if none is given
    #[arg(value_name = "KEY")]
    keys: Vec<String>,
    /// Show the changes of the lock files and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Accept the translation of a sentence as up to date although its source has changed:
    /// `vectors/russia#3.2`
    #[arg(long, value_name = "KEY#ID", num_args = 1..)]
    accept: Vec<String>,
    /// Accept only translations into this language
    #[arg(long, value_name = "CODE", requires = "accept")]
    language: Option<String>,
}

/// The number of sentences that a line names.
const NAMED: usize = 12;

/// Problems that make a text look shorter than it is.
const UNREAD: &[&Kind] = &[
    &code::UNREADABLE,
    &code::NOT_UTF8,
    &code::TOO_LARGE,
    &code::FRONT_MATTER,
    &code::CONFLICT,
    &code::YAML_SYNTAX,
    &code::BAD_LOCK,
    &code::KEY_COLLISION,
];

pub(super) fn sync(global: &Global, args: &SyncArgs) -> Outcome {
    let mut project = Project::new(&global.root, overrides(&global.root, None, true)?);
    let on_disk = project.refresh()?;
    let Some(site) = on_disk.site() else { return Ok(report::report(global, &on_disk.problems, &on_disk.inputs)) };
    let accepts = accepts(site, args)?;
    // `--accept` without keys syncs only the works of the accepted sentences.
    let mut wanted: BTreeSet<WorkId> = accepts.keys().copied().collect();
    if !args.keys.is_empty() || accepts.is_empty() {
        wanted.extend(works(site, &args.keys)?);
    }
    let mut refused = Vec::new();
    wanted.retain(|&work| {
        let unread = unread(&on_disk, site, work);
        let is_read = unread.is_empty();
        refused.extend(unread);
        // A home page without a file was generated, so there is no text to sync.
        is_read && on_disk.inputs.text(&site.source_edition(work).1.document.file).is_some()
    });
    // Without a lock, translations are aligned with a first lock that is made of the source alone.
    let text = |file: &str| on_disk.inputs.text(file).map(|text| &**text);
    let without = wanted.iter().filter(|&&work| site.source_edition(work).1.document.lock.is_none());
    let firsts: Vec<(String, String)> =
        without.map(|&work| (lock_file(&on_disk, site, work), first(site, work, text).write())).collect();
    if !firsts.is_empty() {
        // A work that seems new may have been renamed, and its old lock left behind.
        refused.extend(on_disk.problems.iter().filter(|problem| *problem.code == code::STRAY_LOCK).cloned());
    }
    let state = if firsts.is_empty() { None } else { Some(project.state(Arc::new(on_disk.inputs.with_texts(firsts)))) };
    let state = state.as_ref().unwrap_or(&on_disk);
    let site = state.site().expect("locks leave the index as it is");
    let (mut written, mut list) = (0, List::default());
    for work in wanted {
        let accept = accepts.get(&work).cloned().unwrap_or_default();
        let file = lock_file(&on_disk, site, work);
        let text = |file: &str| state.inputs.text(file).map(|text| &**text);
        match renewed(site, work, &accept, text) {
            Ok(renewed) => {
                for unit in &accept.units {
                    if !renewed.changes.iter().any(|change| matches!(change, Change::Accepted(_, it) if it == unit)) {
                        say(global, &format!("`{}#{unit}` is up to date: there is nothing to accept", site.work(work).key));
                    }
                }
                let is_new = on_disk.inputs.text(&file).is_none();
                let lock = NewLock { site, work, file: &file, renewed };
                if write(&lock, args, &on_disk, &mut refused)? {
                    match global.format {
                        Format::Json => tell_as_json(&lock),
                        Format::Full | Format::Short => list.say(global, &line(&lock, is_new)),
                    }
                    written += 1;
                }
            }
            Err(Refusal::NoSource(lang)) => {
                let place = Place::whole(on_disk.inputs.name(&file).unwrap_or(&file.as_str().into()));
                let message =
                    format!("`{file}` was not changed: its source is in `{lang}`, but the page does not exist in this language");
                refused.report(&code::BAD_LOCK, place, message).hint(
                    "restore the page in that language; or, to make another language the source for good, delete the lock file and run `tilmash sync`: all sentences get new addresses",
                );
            }
        }
    }
    diagnostic::sort(&mut refused);
    let code = report::report(global, &refused, &on_disk.inputs);
    list.finish(global, "", "lock file");
    say(
        global,
        &format!("{}{}", report::plural(written, "lock file"), if args.dry_run { " would be written" } else { " written" }),
    );
    Ok(code)
}

/// Returns the works with the given keys; all works if there are no keys.
pub(super) fn works(site: &Site, keys: &[String]) -> Result<Vec<WorkId>, Failure> {
    if keys.is_empty() {
        return Ok(site.order.to_vec());
    }
    keys.iter().map(|key| work(site, key)).collect()
}

fn work(site: &Site, wanted: &str) -> Result<WorkId, Failure> {
    let key = Key::new(wanted.trim_start_matches("./"));
    // The user may name a file instead of a key.
    let of_file = || site.edition_in(key.as_str()).map(|(work, _)| work);
    site.work_named(key.as_str()).or_else(of_file).ok_or_else(|| {
        let hint = similar_key(site, key.as_str());
        Failure::new(key::unknown(wanted)).hint(hint.unwrap_or_else(|| key::HINT.to_owned()))
    })
}

/// Returns the language with a code.
pub(super) fn language(site: &Site, code: &str) -> Result<LangId, Failure> {
    site.config.language(code).ok_or_else(|| {
        let (message, hint) = config::no_language(code, &site.config.languages);
        Failure::new(message).hint(hint)
    })
}

/// Returns the sentences to accept, by work.
fn accepts(site: &Site, args: &SyncArgs) -> Result<BTreeMap<WorkId, Accept>, Failure> {
    let lang = args.language.as_deref().map(|code| language(site, code)).transpose()?;
    let mut accepts: BTreeMap<WorkId, Accept> = BTreeMap::new();
    for wanted in &args.accept {
        let Some((key, id)) = wanted.rsplit_once('#') else {
            return Err(Failure::new(format!("`{wanted}` does not name a sentence"))
                .hint(format!("add the address of the sentence, such as `{wanted}#3.2`")));
        };
        let id_of = work(site, key)?;
        let document = &site.source_edition(id_of).1.document;
        let unit = Unit::parse(id).filter(|unit| match unit {
            Unit::Segment(id) => document.segment_with_id(*id).is_some(),
            Unit::Title | Unit::Description => true,
        });
        let Some(unit) = unit else {
            let hint = crate::model::SegmentId::parse(id).and_then(|id| similar_id(document, id));
            return Err(Failure::new(format!("the page `{key}` has no sentence `{id}`")).hint(hint.unwrap_or_else(|| {
                let key = site.work(id_of).key.argument();
                format!("run `tilmash status {key}` to list the sentences that are not up to date")
            })));
        };
        let accept = accepts.entry(id_of).or_default();
        accept.units.insert(unit);
        accept.lang = lang;
    }
    Ok(accepts)
}

/// Returns the problems that prevent a sync of a work: a text or the lock cannot be read
/// completely, or two files are the same edition.
pub(super) fn unread(state: &State, site: &Site, work: WorkId) -> Vec<Diagnostic> {
    let lock = lock_file(state, site, work);
    let editions = site.work(work).editions.iter().flatten();
    let files = editions.map(|edition| &*edition.document.file).chain([lock.as_str()]);
    let problems = files.flat_map(|file| state.problems.of_file(file));
    let mut found: Vec<Diagnostic> = problems.filter(|problem| UNREAD.contains(&problem.code)).cloned().collect();
    for problem in &mut found {
        // These are errors with any `severity`, since unreadable texts are not synced.
        problem.severity = Severity::Error;
    }
    found
}

/// Returns the path of a work's lock: the existing one, else the one beside the source edition.
pub(super) fn lock_file(state: &State, site: &Site, work: WorkId) -> String {
    let beside = |lang: LangId| {
        let edition = site.edition(work, lang)?;
        Some(key::lock_beside(&edition.document.file, site.config.code(lang)))
    };
    let mut files = site.config.lang_ids().filter_map(beside);
    let known = files.find(|file| state.inputs.name(file).is_some());
    known.or_else(|| beside(site.source_edition(work).0)).expect("a work has a source edition")
}

/// The lock of a work as it is to be written.
struct NewLock<'a> {
    site: &'a Site,
    work: WorkId,
    file: &'a str,
    renewed: Renewed,
}

/// Writes a lock if it differs from the one on disk. Returns true if it was written, or would be.
fn write(lock: &NewLock<'_>, args: &SyncArgs, state: &State, refused: &mut Vec<Diagnostic>) -> Result<bool, Failure> {
    let &NewLock { file, ref renewed, .. } = lock;
    let before = state.inputs.text(file).map(|text| &**text);
    let text = renewed.lock.write();
    // A lock that cannot be read stops every build, and no later sync could repair it.
    if !Lock::read(&file.into(), &text).1.is_empty() {
        return Err(Failure::new(format!("`{file}` was not changed, because its new content could not be read again")).hint(
            "this is a bug in Tilmash, not in the site: please report it, with this page in all languages and its lock file",
        ));
    }
    if before == Some(&text) {
        return Ok(false);
    }
    if let Some(problem) = source::too_large(state, file, &text) {
        refused.push(problem);
        return Ok(false);
    }
    if args.dry_run {
        return Ok(true);
    }
    if source::write(&state.inputs, file, before, &text)? {
        return Ok(true);
    }
    let message = source::changed_meanwhile(file);
    let mut problem = Diagnostic::at(&code::BAD_LOCK, Place::whole(&file.into()), message);
    problem.severity = Severity::Error;
    refused.push(problem.hint("run `tilmash sync` again"));
    Ok(false)
}

/// Formats the changes of a lock as one line.
fn line(lock: &NewLock<'_>, is_new: bool) -> String {
    let &NewLock { site, work, file, ref renewed } = lock;
    if is_new {
        // Missing and extra sentences of translations are counted: they may be errors of the
        // alignment.
        let of_lang = |lang| {
            let Summary { missing, extra, .. } = site.statuses(work, lang)?.summary;
            let parts = [(missing, "missing"), (extra, "extra")].into_iter().filter(|(count, _)| *count > 0);
            let parts: Vec<String> = parts.map(|(count, word)| format!("{count} {word}")).collect();
            (!parts.is_empty()).then(|| format!("; `{}`: {}", site.config.code(lang), parts.join(", ")))
        };
        let others: String = site.config.lang_ids().filter_map(of_lang).collect();
        let sentences = renewed.lock.entries().len();
        return format!("{file}: new, {}{others}", report::plural(sentences, "sentence"));
    }
    let mut groups: Vec<(String, Vec<String>)> = Vec::new();
    for change in &renewed.changes {
        let (word, subject) = words(site, change);
        match groups.iter_mut().find(|(known, _)| *known == word) {
            Some((_, list)) => list.push(subject),
            None => groups.push((word, vec![subject])),
        }
    }
    let groups: Vec<String> = groups
        .into_iter()
        .map(|(word, list)| if list[0].is_empty() { word } else { format!("{word}: {}", listed(&list, NAMED)) })
        .collect();
    format!("{file}: {}", if groups.is_empty() { "formatting changed".to_owned() } else { groups.join("; ") })
}

fn words(site: &Site, change: &Change) -> (String, String) {
    let of = |lang: &LangId, word: &str| format!("{word} `{}`", site.config.code(*lang));
    match change {
        Change::Source(lang, before) => (of(lang, "the source language is now"), format!("before, it was `{before}`")),
        Change::New(unit) => ("new".to_owned(), unit.to_string()),
        Change::Reworded(unit) => ("changed".to_owned(), unit.to_string()),
        Change::Gone(unit) => ("deleted".to_owned(), unit.to_string()),
        Change::VanishedAnchor(anchor) => ("deleted anchors of headings".to_owned(), format!("#{anchor}")),
        Change::Pending(lang, unit) => (of(lang, "source changed since translated into"), unit.to_string()),
        Change::Translated(lang, unit) => (of(lang, "up to date in"), unit.to_string()),
        Change::Accepted(lang, unit) => (of(lang, "accepted in"), unit.to_string()),
        Change::Dropped(lang, unit) => (of(lang, "deleted in"), unit.to_string()),
        Change::Moved => ("sentences in another order".to_owned(), String::new()),
    }
}

fn tell_as_json(lock: &NewLock<'_>) {
    let &NewLock { site, work, file, ref renewed } = lock;
    let change = |change: &Change| {
        let (kind, lang, subject) = match change {
            Change::Source(lang, before) => ("source", Some(lang), before.to_string()),
            Change::New(unit) => ("new", None, unit.to_string()),
            Change::Reworded(unit) => ("reworded", None, unit.to_string()),
            Change::Gone(unit) => ("gone", None, unit.to_string()),
            Change::VanishedAnchor(anchor) => ("vanished-anchor", None, anchor.to_string()),
            Change::Pending(lang, unit) => ("pending", Some(lang), unit.to_string()),
            Change::Translated(lang, unit) => ("translated", Some(lang), unit.to_string()),
            Change::Accepted(lang, unit) => ("accepted", Some(lang), unit.to_string()),
            Change::Dropped(lang, unit) => ("dropped", Some(lang), unit.to_string()),
            Change::Moved => ("moved", None, String::new()),
        };
        json!({ "kind": kind, "language": lang.map(|lang| site.config.code(*lang)), "what": subject })
    };
    let changes: Vec<_> = renewed.changes.iter().map(change).collect();
    let line = json!({ "key": site.work(work).key.as_str(), "file": file, "changes": changes });
    print::data(format!("{line}\n").as_bytes());
}
