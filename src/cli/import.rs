//! `import`: writes translations from translators into the files of their editions.
//!
//! The site is first built in memory from the new texts, and every sentence is compared with the
//! expected one. A translation that does not parse back as intended is refused; the others are
//! imported.

use std::collections::{BTreeMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, io};

use clap::Args;

use crate::base::visible::{shown_path, visible_line};
use crate::base::{Diagnostic, Failure, Place, Report, code, diagnostic, diff};
use crate::load;
use crate::model::{Limit, Limits};
use crate::project::{Project, State};
use crate::site::{Site, WorkId};
use crate::translation::exchange::collect::Sides;
use crate::translation::exchange::plan::{self, Edition, Options, Plan, Taken};
use crate::translation::exchange::{self, Format, ParsedFile, apply, text};

use super::{Global, Outcome, overrides, print, read_within, report, say, source, sync};

pub(super) const EXAMPLES: &str = "Examples:
  tilmash import book.en.po --dry-run
  tilmash import translated/*.xlf
  tilmash import --language en table.csv

Sentences are found by their addresses, so a file may hold any of them in any order. Run `tilmash sync`
afterwards: it records the source of each translation.";

#[derive(Debug, Args)]
pub(super) struct ImportArgs {
    /// Files in a format that `tilmash export` writes
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// Show the changes word by word and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Also import translations that are marked as fuzzy or unfinished
    #[arg(long)]
    fuzzy: bool,
    /// Language of the translations, for files that do not name it
    #[arg(long, short, value_name = "CODE")]
    language: Option<String>,
}

/// Maximum number of trial builds of the site. The translations that are left then are refused.
const ROUNDS: usize = 200;

pub(super) fn import(global: &Global, args: &ImportArgs) -> Outcome {
    let mut project = Project::new(&global.root, overrides(&global.root, None, true)?);
    let state = project.refresh()?;
    let Some(site) = state.site() else { return Ok(report::report(global, &state.problems, &state.inputs)) };
    let language = args.language.as_deref().map(|code| sync::language(site, code)).transpose()?;
    let mut texts = BTreeMap::new();
    let mut problems = Vec::new();
    let mut files = Vec::new();
    for path in &args.files {
        let name: Arc<str> = shown_path(path).to_string().replace('\\', "/").into();
        if let Some(found) = read(path, &name, site.config.limits, &mut texts, &mut problems)? {
            files.push((name, found));
        }
    }
    let all: usize = files.iter().map(|(_, found)| found.batch.units.len()).sum();
    leave_unread(&state, site, &mut files, &mut problems);
    let options = Options { language, unfinished: args.fuzzy };
    let mut plan = plan::plan(site, &state.inputs, &files, options);
    drop(files);
    let editions = std::mem::take(&mut plan.editions);
    let settled = settle(&mut project, &state, editions, &mut plan.problems);
    problems.append(&mut plan.problems);
    let (mut taken, mut editions) = (0, 0);
    for edition in &settled.editions {
        if args.dry_run {
            show(global, edition);
        } else if !write(&state, edition, &mut problems)? {
            continue;
        }
        editions += 1;
        taken += edition.taken.len();
    }
    for SettledEdition { edition, taken, .. } in &settled.editions {
        let (file, left) = (&edition.file, apply::left_out(&edition.sides));
        if edition.sides.target.is_none() && !left.is_empty() {
            say(global, &format!("the new page `{file}` has no translation of: {}", left.join(", ")));
        }
        let code = apply::missing_code(&edition.sides, taken.iter().map(|taken| taken.pair));
        if code > 0 {
            let blocks = report::plural(code, "code block");
            let copy = if code == 1 { "copy it into the page if it belongs" } else { "copy them into the page if they belong" };
            say(global, &format!("`{file}` does not have {blocks} of its source: {copy} to the new sentences"));
        }
    }
    problems.extend(settled.new_problems);
    let inputs = state.inputs.with_texts(texts.into_iter().map(|(name, text)| (name.to_string(), text)));
    let inputs = inputs.with_texts(new_texts(&settled.editions));
    diagnostic::sort(&mut problems);
    let code = report::report(global, &problems, &inputs);
    let confirmed: usize = plan.confirmed.values().map(Vec::len).sum();
    let refused = all - plan.unchanged - plan.unfinished - confirmed - taken;
    summary(global, args, &state, &plan, &Counts { taken, editions, refused });
    Ok(code)
}

/// Drops the translations of works whose lock or texts cannot be read, and reports these. Addresses
/// in such works are ambiguous.
fn leave_unread(state: &State, site: &Site, files: &mut [(Arc<str>, ParsedFile)], problems: &mut Vec<Diagnostic>) {
    let mut read: BTreeMap<WorkId, bool> = BTreeMap::new();
    for (_, found) in files {
        let units = std::mem::take(&mut found.batch.units).into_iter().zip(std::mem::take(&mut found.places));
        (found.batch.units, found.places) = units
            .filter(|(unit, _)| {
                site.work_named(unit.key.as_str()).is_none_or(|work| {
                    *read.entry(work).or_insert_with(|| {
                        let unread = sync::unread(state, site, work);
                        let is_read = unread.is_empty();
                        problems.extend(unread);
                        is_read
                    })
                })
            })
            .unzip();
    }
}

/// Reads a file in any known format. A file that cannot be read at all is reported as a problem.
fn read(
    path: &Path,
    name: &Arc<str>,
    limits: Limits,
    texts: &mut BTreeMap<Arc<str>, String>,
    problems: &mut Vec<Diagnostic>,
) -> Result<Option<ParsedFile>, Failure> {
    let Some(bytes) = read_input(path, name, limits.of(Limit::Import), problems)? else { return Ok(None) };
    let decoded = text::decode(name, &bytes);
    // A picture or an office document is not a text that was saved wrongly.
    let format = match &decoded {
        Ok(text) => Format::of(name, text),
        Err(_) => Format::of(name, &String::from_utf8_lossy(&bytes)),
    };
    drop(bytes);
    let Some(format) = format else {
        let message = format!("the format of `{name}` is not known");
        problems
            .report(&code::EXCHANGE_SYNTAX, Place::whole(name), message)
            .hint("import a file in the format PO, XLIFF 1.2, TMX, CSV or JSON Lines, with the extension of its format");
        return Ok(None);
    };
    let text = match decoded {
        Ok(text) => text,
        Err(problem) => {
            problems.push(problem);
            return Ok(None);
        }
    };
    let mut found = exchange::read(format, name, &text);
    refuse_nul(name, &mut found);
    if found.batch.units.is_empty() && found.problems.is_empty() {
        let message = format!("`{name}` contains no sentence to import");
        problems.report(&code::EXCHANGE_EMPTY, Place::whole(name), message);
    }
    texts.insert(Arc::clone(name), text);
    Ok(Some(found))
}

/// Drops and reports translations with the character U+0000, which some formats can contain as an
/// escape.
fn refuse_nul(name: &Arc<str>, found: &mut ParsedFile) {
    let units = std::mem::take(&mut found.batch.units).into_iter().zip(std::mem::take(&mut found.places));
    let (refused, kept): (Vec<_>, Vec<_>) = units.partition(|(unit, _)| unit.target.contains('\0'));
    for (unit, range) in refused {
        let message =
            format!("the translation of `{}#{}` contains the character U+0000, which is not allowed", unit.key, unit.id);
        found.problems.report(&code::EXCHANGE_SYNTAX, Place::new(name, range), message).hint("remove the character");
    }
    (found.batch.units, found.places) = kept.into_iter().unzip();
}

/// Reads a file that the user named, which may be a pipe. Returns `None`, and reports a problem, if
/// it is over the limit.
fn read_input(path: &Path, name: &Arc<str>, limit: u64, problems: &mut Vec<Diagnostic>) -> Result<Option<Vec<u8>>, Failure> {
    let read = || -> io::Result<(u64, Vec<u8>)> {
        let file = fs::File::open(path)?;
        Ok((file.metadata()?.len(), read_within(file, limit)?))
    };
    let (length, bytes) = read().map_err(|error| Failure::io("read", path, &error))?;
    if bytes.len() as u64 > limit {
        // A device reports the length 0.
        problems.push(load::too_large(name, length.max(limit + 1), Limit::Import, limit));
        return Ok(None);
    }
    Ok(Some(bytes))
}

/// New texts of editions, as they will be written.
struct Settled {
    editions: Vec<SettledEdition>,
    /// Problems that the new texts cause.
    new_problems: Vec<Diagnostic>,
}

struct SettledEdition {
    edition: Edition,
    taken: Vec<Taken>,
    text: String,
}

/// Edition whose translations are being tried.
struct Trial {
    edition: Edition,
    /// Translations that are known to parse back well together.
    good: Vec<Taken>,
    /// Groups of translations that are still to be tried.
    groups: VecDeque<Vec<Taken>>,
    /// True if new lines must have marks that name their sentences.
    marked: bool,
    text: Option<String>,
}

impl Trial {
    fn with_next_group(&self) -> Vec<Taken> {
        let mut taken = self.good.clone();
        taken.extend(self.groups.front().into_iter().flatten().cloned());
        taken.sort_by_key(|taken| taken.pair);
        taken
    }
}

/// Bisects until every remaining translation parses back as intended; refuses the others.
///
/// A misread sentence need not be the cause, so halves of the group are tried. The segments of a
/// new table or footnote stay together. Example with four translations, of which the third breaks
/// the text:
///
/// ```text
/// [1 2 3 4] misread       -> try [1 2], then [3 4]
/// [1 2] good, + [3 4] bad -> try [3], then [4]
/// [1 2] + [3] bad         -> refuse 3; [1 2] + [4] good
/// ```
fn settle(project: &mut Project, state: &State, editions: Vec<Edition>, problems: &mut Vec<Diagnostic>) -> Settled {
    let mut trials: Vec<Trial> = editions
        .into_iter()
        .map(|mut edition| {
            let groups = VecDeque::from([std::mem::take(&mut edition.taken)]);
            Trial { edition, good: Vec::new(), groups, marked: false, text: None }
        })
        .collect();
    for round in 0.. {
        let mut tried = Vec::new();
        for trial in &mut trials {
            if round == ROUNDS {
                while let Some(mut group) = trial.groups.pop_front() {
                    match plan::bisect(&trial.edition, &mut group) {
                        Some(half) => trial.groups.extend([group, half]),
                        None => problems.push(plan::structure_problem(&trial.edition, &group)),
                    }
                }
            }
            if !trial.groups.is_empty() {
                tried.push(trial);
            }
        }
        if tried.is_empty() {
            break;
        }
        let candidates: Vec<(Vec<Taken>, String)> = tried
            .iter()
            .map(|trial| {
                let taken = trial.with_next_group();
                let text = trial.edition.with(&taken, trial.marked);
                (taken, text)
            })
            .collect();
        let texts = tried.iter().zip(&candidates).map(|(trial, (_, text))| (trial.edition.file.clone(), text.clone()));
        let after = project.state(Arc::new(state.inputs.with_texts(texts)));
        for (trial, (taken, text)) in tried.into_iter().zip(candidates) {
            let edition = &trial.edition;
            let sides = after.site().and_then(|site| {
                let key = &edition.sides.source.document.key;
                Sides::of(site, &after.inputs, site.work_named(key.as_str())?, edition.lang)
            });
            if !plan::misread(edition, &taken, sides.as_ref()) {
                trial.groups.pop_front();
                trial.good = taken;
                trial.text = Some(text);
                continue;
            }
            // A mark may name the sentence where its place alone is ambiguous.
            if !trial.marked && edition.with(&taken, true) != text {
                trial.marked = true;
                continue;
            }
            let mut group = trial.groups.pop_front().expect("it was tried");
            match plan::bisect(edition, &mut group) {
                Some(half) => {
                    trial.groups.push_front(half);
                    trial.groups.push_front(group);
                }
                None => problems.push(plan::structure_problem(edition, &group)),
            }
        }
    }
    let editions: Vec<SettledEdition> = trials
        .into_iter()
        .filter_map(|trial| Some(SettledEdition { text: trial.text?, taken: trial.good, edition: trial.edition }))
        .collect();
    let new_problems = new_problems(project, state, &editions);
    Settled { editions, new_problems }
}

/// Returns the problems that the new texts cause: those that the site did not have with the old
/// ones.
fn new_problems(project: &mut Project, state: &State, editions: &[SettledEdition]) -> Vec<Diagnostic> {
    let after = project.state(Arc::new(state.inputs.with_texts(new_texts(editions))));
    // Places are not compared, since they may have moved.
    let identity = |problem: &Diagnostic| {
        (problem.code.name, problem.message.clone(), problem.place.as_ref().map(|place| Arc::clone(&place.file)))
    };
    let mut before: BTreeMap<_, usize> = BTreeMap::new();
    for problem in &state.problems {
        *before.entry(identity(problem)).or_default() += 1;
    }
    let is_new = |problem: &&Diagnostic| match before.get_mut(&identity(problem)) {
        Some(count) if *count > 0 => {
            *count -= 1;
            false
        }
        _ => true,
    };
    after.problems.iter().filter(is_new).cloned().collect()
}

/// Returns the files of editions with their new texts.
fn new_texts(editions: &[SettledEdition]) -> impl Iterator<Item = (String, String)> {
    editions.iter().map(|it| (it.edition.file.clone(), it.text.clone()))
}

/// Prints the changes that an import would make.
fn show(global: &Global, settled: &SettledEdition) {
    let is_new = settled.edition.sides.target.is_none();
    let mut shown = String::new();
    if global.format == super::Format::Json {
        for taken in &settled.taken {
            let line = serde_json::json!({
                "address": taken.address, "file": settled.edition.file, "before": taken.before, "after": taken.after,
            });
            shown.push_str(&format!("{line}\n"));
        }
        return print::data(shown.as_bytes());
    }
    shown.push_str(&format!("{}{}\n", settled.edition.file, if is_new { " (new)" } else { "" }));
    for taken in &settled.taken {
        let changed = diff::line(&diff::words(&taken.before, &taken.after));
        let id = taken.address.rsplit('#').next().unwrap_or("");
        shown.push_str(&format!("  {id}: {}\n", visible_line(&changed)));
    }
    print::text(&shown);
}

/// Writes an edition unless its file has changed in the meantime. Returns true if it was written.
fn write(state: &State, settled: &SettledEdition, problems: &mut Vec<Diagnostic>) -> Result<bool, Failure> {
    let edition = &settled.edition;
    let before = edition.sides.target.as_ref().map(|target| &*target.text);
    if let Some(problem) = source::too_large(state, &edition.file, &settled.text) {
        problems.push(problem);
        return Ok(false);
    }
    let done = source::write(&state.inputs, &edition.file, before, &settled.text)?;
    if !done {
        let message = source::changed_meanwhile(&edition.file);
        problems
            .report(&code::EXCHANGE_CONFLICT, Place::whole(&edition.file.as_str().into()), message)
            .hint("run `tilmash import` again");
    }
    Ok(done)
}

/// Result of an import, in numbers.
struct Counts {
    taken: usize,
    /// The number of files that were written, or would be.
    editions: usize,
    /// The number of translations that were not taken because of a problem.
    refused: usize,
}

fn summary(global: &Global, args: &ImportArgs, state: &State, plan: &Plan, counts: &Counts) {
    let verb = if args.dry_run { "would be imported into" } else { "imported into" };
    let Counts { taken, editions, refused } = *counts;
    let files = report::plural(editions, "file");
    let mut parts = vec![format!("{} {verb} {files}", report::plural(taken, "translation"))];
    if plan.unchanged > 0 {
        parts.push(format!("{} unchanged", plan.unchanged));
    }
    if plan.unfinished > 0 {
        parts.push(format!("{} unfinished and not imported (`--fuzzy` imports them)", plan.unfinished));
    }
    if refused > 0 {
        parts.push(format!("{refused} refused"));
    }
    say(global, &parts.join(", "));
    if !plan.confirmed.is_empty() {
        say(global, "the translator confirmed translations whose source has changed; to accept them, run:");
    }
    for (lang, addresses) in &plan.confirmed {
        let code = state.config.as_ref().map_or("", |config| config.code(*lang));
        for addresses in addresses.chunks(20) {
            say(global, &format!("  tilmash sync --language {code} --accept {}", addresses.join(" ")));
        }
    }
    if editions > 0 && !args.dry_run {
        say(global, "next, run `tilmash sync` to record which source was translated, and `tilmash check` to check the pages");
    }
}
