//! `mv`: renames a work, a section or a term, with everything that names it.
//!
//! [`rename`](crate::rename) computes the new files and tries them. This file shows or writes them.
//! It writes in an order in which an interruption loses nothing: first the files under their new
//! names, then the texts that link to them, and at last it removes the old names.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use clap::Args;

use crate::base::{Failure, diff, path};
use crate::disk::{Folder, Kind};
use crate::load::Inputs;
use crate::model::lock;
use crate::project::Project;
use crate::rename::{self, Change, Renamed, Subject};

use super::report::plural;
use super::{Code, Format, Global, List, Outcome, overrides, print, report, say, source};

pub(super) const EXAMPLES: &str = "Examples:
  tilmash mv vectors/china vectors/east --dry-run
  tilmash mv vectors directions
  tilmash mv terms/russia terms/russian-federation

The old addresses of the pages redirect to the new ones: they become `aliases` of the pages.";

#[derive(Debug, Args)]
pub(super) struct MvArgs {
    /// Key or file of a page; key of a section, which moves with everything below it; or
    /// `terms/KEY`
    #[arg(value_name = "OLD")]
    old: String,
    /// The new key
    #[arg(value_name = "NEW")]
    new: String,
    /// Show the files that would move and the lines that would change, and write nothing
    #[arg(long)]
    dry_run: bool,
}

pub(super) fn mv(global: &Global, args: &MvArgs) -> Outcome {
    let mut project = Project::new(&global.root, overrides(&global.root, None, true)?);
    let state = project.refresh()?;
    if state.site().is_none() {
        return Ok(report::report(global, &state.problems, &state.inputs));
    }
    let renamed = rename::rename(&mut project, &state, &args.old, &args.new)?;
    if !renamed.objections.is_empty() {
        report::report(global, &renamed.objections, &renamed.inputs);
        say(global, "nothing was written: the rename would cause the problems above, which are shown in the new files");
        return Ok(Code::Problems);
    }
    for change in &renamed.changes {
        if let Some((_, text)) = &change.texts
            && let Some(problem) = source::too_large(&state, &change.new, text)
        {
            report::report(global, &vec![problem], &renamed.inputs);
            return Ok(Code::Problems);
        }
    }
    if args.dry_run {
        show(global, &renamed.changes);
    } else {
        Writer::new(&state.inputs, &renamed)?.write()?;
    }
    summary(global, args, &renamed);
    Ok(Code::Fine)
}

fn summary(global: &Global, args: &MvArgs, renamed: &Renamed) {
    let mut list = List::default();
    if !args.dry_run {
        for change in &renamed.changes {
            let Change { old, new, .. } = change;
            let lines = lines(change);
            let count = |sign| lines.iter().filter(|line| line.sign == sign).count();
            let lines = match count('-').max(count('+')) {
                0 => String::new(),
                count => format!(", {} changed", plural(count, "line")),
            };
            let moved = if **old == **new { old.to_string() } else { format!("{old} → {new}") };
            list.say(global, &format!("  {moved}{lines}"));
        }
        list.finish(global, "  ", "file");
    }
    for remark in &renamed.remarks {
        say(global, remark);
    }
    let (from, to) = match &renamed.renaming.subject {
        Subject::Work { from, to } => (from.to_string(), to.to_string()),
        Subject::Term { from, to } => (format!("terms/{from}"), format!("terms/{to}")),
    };
    let moved = renamed.changes.iter().filter(|change| *change.old != *change.new).count();
    let changed = renamed.changes.iter().filter(|change| change.texts.is_some()).count();
    let [would, be] = if args.dry_run { ["would be ", "would "] } else { [""; 2] };
    let verb = if args.dry_run { "change" } else { "changed" };
    let moved = if moved > 0 { format!("{} moved, ", plural(moved, "file")) } else { String::new() };
    say(global, &format!("`{from}` {would}renamed to `{to}`: {moved}the text of {} {be}{verb}", plural(changed, "file")));
}

/// A line that differs: its number, and its text in the old file or in the new one.
struct Line<'c> {
    number: usize,
    sign: char,
    text: &'c str,
}

/// Returns the lines that differ between the two texts of a change.
fn lines(change: &Change) -> Vec<Line<'_>> {
    let Some((old, new)) = &change.texts else { return Vec::new() };
    let [old, new]: [Vec<&str>; 2] = [old, new].map(|text| text.lines().collect());
    let mut differing = Vec::new();
    let (mut at, mut at_new) = (0, 0);
    for (same, same_new) in diff::matches(&old, &new).into_iter().chain([(old.len(), new.len())]) {
        let gone = (at..same).map(|at| Line { number: at + 1, sign: '-', text: old[at] });
        let added = (at_new..same_new).map(|at| Line { number: at + 1, sign: '+', text: new[at] });
        differing.extend(gone.chain(added));
        (at, at_new) = (same + 1, same_new + 1);
    }
    differing
}

/// Prints the moves and the changed lines.
fn show(global: &Global, changes: &[Change]) {
    let mut shown = String::new();
    for change in changes {
        let Change { old, new, .. } = change;
        let lines = lines(change);
        if global.format == Format::Json {
            let line = |line: &Line<'_>| serde_json::json!({"line": line.number, "sign": line.sign, "text": line.text});
            let lines: Vec<_> = lines.iter().map(line).collect();
            shown.push_str(&format!("{}\n", serde_json::json!({"old": **old, "new": new, "lines": lines})));
            continue;
        }
        shown.push_str(&if **old == **new { format!("{old}\n") } else { format!("{old} → {new}\n") });
        if old.ends_with(lock::ENDING) && !lines.is_empty() {
            shown.push_str("  digests of the changed sentences\n");
            continue;
        }
        for Line { number, sign, text } in lines {
            shown.push_str(&format!("  {number} {sign} {text}\n"));
        }
    }
    match global.format {
        Format::Json => print::data(shown.as_bytes()),
        Format::Full | Format::Short => print::text(&shown),
    }
}

/// Writer of a rename. All paths are checked before the first file is written.
struct Writer<'a> {
    inputs: &'a Inputs,
    site: Folder,
    files: Vec<Step<'a>>,
}

/// A change with its paths on disk.
struct Step<'a> {
    change: &'a Change,
    old: PathBuf,
    new: PathBuf,
}

impl Step<'_> {
    fn moves(&self) -> bool {
        self.old != self.new
    }
}

impl<'a> Writer<'a> {
    fn new(inputs: &'a Inputs, renamed: &'a Renamed) -> Result<Self, Failure> {
        let open = || -> io::Result<(Folder, Vec<Step<'a>>)> {
            let site = Folder::open(&inputs.root)?;
            let step = |change: &'a Change| {
                let old = located(&site, &inputs.disk_name(&change.old))?;
                let new = if *change.old == *change.new { old.clone() } else { located(&site, &inputs.disk_name(&change.new))? };
                Ok(Step { change, old, new })
            };
            let files = renamed.changes.iter().map(step).collect::<io::Result<_>>()?;
            Ok((site, files))
        };
        let (site, files) = open().map_err(|error| Failure::io("open", &inputs.root, &error))?;
        let writer = Self { inputs, site, files };
        writer.check()?;
        Ok(writer)
    }

    /// Refuses the rename if a file has changed since it was read, is a link, or if a new path is
    /// taken.
    fn check(&self) -> Result<(), Failure> {
        for step in &self.files {
            let Change { old, new, .. } = step.change;
            let kind = self.site.kind(&step.old).map_err(|error| Failure::io("read", &self.site.place(&step.old), &error))?;
            if kind != Some(Kind::File) {
                let kind = kind.map_or("gone", Kind::name);
                return Err(Failure::new(format!("`{old}` is {kind}, so it was not changed")).hint("nothing was written"));
            }
            if !self.inputs.is_current(old) {
                return Err(Failure::new(source::changed_meanwhile(old)).hint("run `tilmash mv` again"));
            }
            let taken = self.site.kind(&step.new).map_err(|error| Failure::io("read", &self.site.place(&step.new), &error))?;
            if step.moves() && taken.is_some() {
                return Err(if path::folded(old) == path::folded(new) {
                    Failure::new(format!("this file system does not tell `{new}` from `{old}`"))
                        .hint("rename to another key first, then to this one")
                } else {
                    Failure::new(format!("the file `{new}` exists already and was not changed"))
                        .hint("choose another key, or move the file away")
                });
            }
        }
        Ok(())
    }

    fn write(&self) -> Result<(), Failure> {
        let moved = || self.files.iter().filter(|step| step.moves());
        let mut created: Vec<&Path> = Vec::new();
        for step in moved() {
            if let Err(failure) = self.create(step) {
                // The old files are still there, so nothing is lost with the new ones.
                created.iter().for_each(|file| drop(self.site.remove_file(file)));
                self.remove_empty(created.iter().copied());
                return Err(failure.hint("nothing was changed"));
            }
            created.push(&step.new);
        }
        for step in self.files.iter().filter(|step| !step.moves()) {
            let Some((before, after)) = &step.change.texts else { continue };
            let written = self.site.write_if_unchanged(&step.old, Some(before), after);
            let failure = match written {
                Ok(true) => continue,
                Ok(false) => Failure::new(source::changed_meanwhile(&step.change.old)),
                Err(error) => Failure::io("write", &self.site.place(&step.old), &error),
            };
            return Err(failure.hint(
                "the files exist under both names now, and some links are changed: restore the site with git, or delete the new files",
            ));
        }
        for step in moved() {
            self.remove_old(step)?;
        }
        self.remove_empty(moved().map(|step| &*step.old));
        Ok(())
    }

    /// Creates a file under its new name.
    fn create(&self, step: &Step<'_>) -> Result<(), Failure> {
        let create = || match &step.change.texts {
            Some((_, text)) => self.site.write_if_unchanged(&step.new, None, text),
            None => {
                self.site.make(step.new.parent().unwrap_or(Path::new("")))?;
                // Not every file system has hard links.
                self.site
                    .hard_link(&step.old, &self.site, &step.new)
                    .or_else(|_| self.site.copy_with_time(&step.old, &self.site, &step.new))
                    .map(|()| true)
            }
        };
        match create() {
            Ok(true) => Ok(()),
            Ok(false) => Err(Failure::new(format!("the file `{}` exists already", step.change.new))),
            Err(error) => Err(Failure::io("write", &self.site.place(&step.new), &error)),
        }
    }

    /// Removes a file under its old name, unless it was changed since it was read.
    fn remove_old(&self, step: &Step<'_>) -> Result<(), Failure> {
        let is_same = match &step.change.texts {
            Some((before, _)) => self.site.read(&step.old).is_ok_and(|bytes| bytes == before.as_bytes()),
            None => true,
        };
        if !is_same {
            let (old, new) = (&step.change.old, &step.change.new);
            return Err(Failure::new(format!("`{old}` was not removed, because another program changed it in the meantime"))
                .hint(format!("copy the change into `{new}` and delete the old file")));
        }
        self.site.remove_file(&step.old).map_err(|error| Failure::io("remove", &self.site.place(&step.old), &error))
    }

    /// Removes the folders of some files if they are empty, and the folders above them.
    fn remove_empty<'p>(&self, files: impl Iterator<Item = &'p Path>) {
        let folders: BTreeSet<&Path> = files.flat_map(|file| file.ancestors().skip(1)).collect();
        for folder in folders.into_iter().rev() {
            let is_inside = folder.starts_with("content") && folder != Path::new("content");
            // A folder with other files is not empty, and stays.
            let _ = is_inside.then(|| self.site.remove_folder(folder));
        }
    }
}

/// Returns the path of a file with the links in the path of its folder resolved.
fn located(site: &Folder, file: &Path) -> io::Result<PathBuf> {
    let name = file.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    Ok(site.real(file.parent().unwrap_or(Path::new("")))?.join(name))
}
