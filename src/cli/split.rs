//! `split`: writes the chapters of the plans into `content/`. It overwrites an edited chapter only
//! with `--force`, and never a file that it could not read.

use std::fs;

use clap::Args;

use crate::base::{Diagnostic, Failure, Place, Report, Severity, code, diagnostic};
use crate::project::{Project, State};
use crate::split::{self, Change, Chapter, Difference, FileState, Split};

use super::report::plural;
use super::{Code, Global, List, Outcome, overrides, report, say, source};

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
        return Err(Failure::new("the site has no split plan")
            .hint("name the split plan in site.yaml: `plans: [content/_source/plan.yaml]`"));
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
        say(global, "no chapter was written, because text could be lost: fix the errors first");
        return Ok(code);
    }
    let mut refused = Vec::new();
    for split in &state.splits {
        summary(global, split);
        let (mut unchanged, mut list) = (0, List::default());
        for chapter in &split.chapters {
            unchanged += usize::from(write(global, args, &state, split, chapter, &mut list, &mut refused)?);
        }
        list.finish(global, "  ", "chapter");
        if unchanged > 0 {
            say(global, &format!("  {} unchanged", plural(unchanged, "chapter")));
        }
    }
    if refused.is_empty() {
        return Ok(code);
    }
    let refusal = report::report(global, &refused, &state.inputs);
    if !args.force && refused.iter().any(|problem| *problem.code == code::CHAPTER_EDITED) {
        say(global, "edited chapters were not changed; `tilmash split --force` replaces them and discards the edits");
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
                    "{}: all {bytes} bytes are in {}, {} and {}; nothing is lost, doubled or out of order",
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

/// Writes a chapter, or reports the reason why not. Returns true if its file is unchanged.
fn write(
    global: &Global,
    args: &SplitArgs,
    state: &State,
    split: &Split,
    chapter: &Chapter,
    list: &mut List,
    refused: &mut Vec<Diagnostic>,
) -> Result<bool, Failure> {
    let before = state.inputs.text(&chapter.file).map(|text| &**text);
    let path = state.inputs.disk_path(&chapter.file);
    if before.is_none() && fs::symlink_metadata(&path).is_ok() {
        let message = format!("the file `{}` exists, but cannot be read as text, and was not replaced", chapter.file);
        refused
            .report(&code::UNREADABLE, Place::whole(&chapter.file.as_str().into()), message)
            .hint("save the file as UTF-8, or move it away");
        return Ok(false);
    }
    let file_state = split::state(chapter, before);
    let sentences = chapter.cuts.len();
    let (word, writes) = match &file_state {
        FileState::Absent => ("new", true),
        FileState::Same => return Ok(true),
        FileState::SameSentences if args.force => ("replaced", true),
        FileState::Differs(_) if args.force => ("replaced", true),
        FileState::SameSentences => ("edited by hand, with all its sentences", false),
        FileState::Differs(_) => ("edited by hand", false),
    };
    if let (true, Some(problem)) = (writes, source::too_large(state, &chapter.file, &chapter.markdown)) {
        refused.push(problem.hint("divide the chapter into several in the split plan"));
        return Ok(false);
    }
    let done = if args.dry_run && writes { "would be " } else { "" };
    list.say(global, &format!("  {}: {}, {done}{word}", chapter.file, plural(sentences, "sentence")));
    if let (FileState::Differs(differences), false) = (&file_state, args.force) {
        explain(state, split, chapter, differences, refused);
    }
    if !writes || args.dry_run {
        return Ok(false);
    }
    if !source::write(&state.inputs, &chapter.file, before, &chapter.markdown)? {
        let message = source::changed_meanwhile(&chapter.file);
        let mut problem = Diagnostic::at(&code::CHAPTER_EDITED, Place::whole(&chapter.file.as_str().into()), message);
        problem.severity = Severity::Error;
        refused.push(problem.hint("run `tilmash split` again"));
    }
    Ok(false)
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
    let whole =
        Diagnostic::at(&code::CHAPTER_EDITED, Place::whole(name), format!("the chapter `{}` was edited by hand", chapter.file));
    refused.push(if any_edit {
        whole.hint("run `tilmash split --force` to replace the file and discard the edits below")
    } else {
        whole
    });
    refused.append(&mut edited);
}
