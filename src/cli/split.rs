//! `split`: writes the chapters of the plans into `content/`. It overwrites an edited chapter only
//! with `--force`, and never a file that it could not read.

use std::fs;

use clap::Args;

use crate::base::{Diagnostic, Failure, Place, Report, Severity, code, diagnostic};
use crate::project::{Project, State};
use crate::split::{self, Change, Chapter, Difference, FileState, Split};

use super::report::plural;
use super::{Code, Global, Outcome, overrides, report, say, source};

#[derive(Debug, Args)]
pub(super) struct SplitArgs {
    /// Show the files that would be written and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Overwrite chapters that were edited by hand
    #[arg(long)]
    force: bool,
    /// Check that no text of the sources is lost and write nothing
    #[arg(long, conflicts_with_all = ["dry_run", "force"])]
    check: bool,
}

pub(super) fn split(global: &Global, args: &SplitArgs) -> Outcome {
    let mut project = Project::new(&global.root, overrides(&global.root, None, true)?);
    let state = project.refresh()?;
    let Some(config) = &state.config else { return Ok(report::report(global, &state.problems, &state.inputs)) };
    if config.plans.is_empty() {
        return Err(Failure::new("the site has no plan").hint("name one in site.yaml: `plans: [content/_source/plan.yaml]`"));
    }
    let mut problems: Vec<Diagnostic> = state.split_problems.clone();
    for split in &state.splits {
        if let Some(source) = state.inputs.text(&split.source_file) {
            problems.extend(split::check_laws(split, source));
        }
    }
    let lossy = diagnostic::has_errors(&problems);
    // An unreadable file does not prevent the writing of chapters, but it is reported.
    let mut unread = state.inputs.problems.clone();
    config.apply_severities(&mut unread);
    problems.extend(unread);
    diagnostic::sort(&mut problems);
    if args.check {
        return check(global, &state, problems);
    }
    let code = report::report(global, &problems, &state.inputs);
    if lossy {
        say(global, "nothing was written: text could be lost");
        return Ok(code);
    }
    let mut refused = Vec::new();
    for split in &state.splits {
        summary(global, split);
        for chapter in &split.chapters {
            write(global, args, &state, split, chapter, &mut refused)?;
        }
    }
    if refused.is_empty() {
        return Ok(code);
    }
    let refusal = report::report(global, &refused, &state.inputs);
    if !args.force && refused.iter().any(|problem| *problem.code == code::CHAPTER_EDITED) {
        say(global, "edited chapters were left as they are; `--force` writes them anew");
    }
    // Leaving an edited chapter alone is the default, so only errors fail the run. A dry run
    // reports its refusals and does not fail.
    Ok(if args.dry_run || refusal == Code::Fine { code } else { Code::Problems })
}

/// Proves the laws of the split and prints the result.
fn check(global: &Global, state: &State, mut problems: Vec<Diagnostic>) -> Outcome {
    crate::check::chapters(&state.splits, &state.inputs, &mut problems);
    diagnostic::sort(&mut problems);
    let code = report::report(global, &problems, &state.inputs);
    for split in &state.splits {
        let bytes = state.inputs.text(&split.source_file).map_or(0, |text| text.len());
        if !diagnostic::has_errors(&problems) {
            say(
                global,
                &format!(
                    "{}: all {bytes} bytes are in {}, {}, {}; nothing is lost, doubled or out of order",
                    split.source_file,
                    plural(split.pieces.len(), "piece"),
                    plural(split.segments.len(), "segment"),
                    plural(split.chapters.len(), "chapter")
                ),
            );
        }
    }
    Ok(code)
}

fn summary(global: &Global, split: &Split) {
    let summary = split::summary(split);
    let repairs: Vec<String> = summary.repairs.iter().map(|(kind, count)| format!("{} {count}", kind.name())).collect();
    let (segments, chapters) = (plural(summary.segments, "segment"), plural(summary.chapters.len(), "chapter"));
    say(global, &format!("{}: {segments}, {chapters}", split.source_file));
    if !repairs.is_empty() {
        say(global, &format!("  repairs: {}", repairs.join(", ")));
    }
}

/// Writes one chapter, or reports the reason why not.
fn write(
    global: &Global,
    args: &SplitArgs,
    state: &State,
    split: &Split,
    chapter: &Chapter,
    refused: &mut Vec<Diagnostic>,
) -> Result<(), Failure> {
    let before = state.inputs.text(&chapter.file).map(|text| &**text);
    let path = state.inputs.disk_path(&chapter.file);
    if before.is_none() && fs::symlink_metadata(&path).is_ok() {
        let message = format!("`{}` is there, but cannot be read as text; it was left as it is", chapter.file);
        refused
            .report(&code::UNREADABLE, Place::whole(&chapter.file.as_str().into()), message)
            .hint("save it as UTF-8, or move it away");
        return Ok(());
    }
    let file_state = split::state(chapter, before);
    let sentences = chapter.cuts.len();
    let (word, writes) = match &file_state {
        FileState::Absent => ("new", true),
        FileState::Same => ("unchanged", false),
        FileState::Dressed if args.force => ("written anew", true),
        FileState::Differs(_) if args.force => ("written anew", true),
        FileState::Dressed => ("edited by hand, all sentences there", false),
        FileState::Differs(_) => ("edited by hand", false),
    };
    if let (true, Some(problem)) = (writes, source::too_large(state, &chapter.file, &chapter.markdown)) {
        refused.push(problem.hint("split the chapter into several in the plan"));
        return Ok(());
    }
    let done = if args.dry_run && writes { "would be " } else { "" };
    say(global, &format!("  {}: {}, {done}{word}", chapter.file, plural(sentences, "sentence")));
    if let (FileState::Differs(differences), false) = (&file_state, args.force) {
        explain(state, split, chapter, differences, refused);
    }
    if !writes || args.dry_run {
        return Ok(());
    }
    if !source::write(&state.inputs, &chapter.file, before, &chapter.markdown)? {
        let message = format!("`{}` was saved by another program in the meantime; it was left as it is", chapter.file);
        let mut problem = Diagnostic::at(&code::CHAPTER_EDITED, Place::whole(&chapter.file.as_str().into()), message);
        problem.severity = Severity::Error;
        refused.push(problem.hint("run `tilmash split` again"));
    }
    Ok(())
}

fn explain(state: &State, split: &Split, chapter: &Chapter, differences: &[Difference], refused: &mut Vec<Diagnostic>) {
    let Some(name) = state.inputs.name(&chapter.file) else { return };
    let mut edited: Vec<Diagnostic> =
        differences.iter().map(|difference| crate::check::difference_problem(name, split, chapter, difference)).collect();
    // An edit that a new write would lose is at least a warning here, whatever its severity
    // elsewhere.
    for problem in &mut edited {
        problem.severity = problem.severity.max(Severity::Warning);
    }
    let any_edit = differences.iter().any(|difference| !matches!(difference.change, Change::Missing));
    let whole = Diagnostic::at(&code::CHAPTER_EDITED, Place::whole(name), format!("`{}` was edited by hand", chapter.file));
    refused.push(if any_edit { whole.hint("`tilmash split --force` would undo the edits below") } else { whole });
    refused.append(&mut edited);
}
