//! Printing the problems of a run, for people and for machines.
//!
//! People get errors first, then warnings, then notes. They get the first [`OF_CODE`] problems of
//! each code, at most [`OF_LINE`] of one line. If there are many, a table counts the problems of
//! each code. `--all` prints every problem. Machines (`--format json`) always get all problems,
//! since a script can filter them itself.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use rayon::prelude::*;
use serde_json::json;

use crate::base::problems::OF_CODE;
use crate::base::visible::visible_line;
use crate::base::{Diagnostic, Failure, Place, Severity};
use crate::load::Inputs;

use super::frame::{self, Texts};
use super::{Code, Format, Global, print};

/// The most problems of one code in one line of a file that people get.
const OF_LINE: usize = 5;
/// The most further places of one problem that people get.
const OTHERS: usize = 9;
/// Problems that fit on a screen; beyond them a table gives an overview.
const ON_A_SCREEN: usize = 10;
/// The number of problems that are rendered before they are printed.
const AT_ONCE: usize = 1000;

/// Prints problems and the numbers of errors and warnings, and returns the exit code.
pub(super) fn report<'p>(global: &Global, problems: impl IntoIterator<Item = &'p Diagnostic>, inputs: &'p Inputs) -> Code {
    let problems: Vec<&Diagnostic> = problems.into_iter().collect();
    let count = |severity| problems.iter().filter(|problem| problem.severity == severity).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    let texts = Texts::of(&problems, inputs);
    let is_json = global.format == Format::Json;
    let kept = problems.into_iter().filter(|problem| !global.quiet || problem.severity != Severity::Note);
    let selection = if is_json { Selection::all(kept) } else { Selection::new(kept, &texts, global.all) };
    let others = if global.all { usize::MAX } else { OTHERS };
    // There may be tens of thousands, each with its frame. So they are rendered on all threads, and
    // printed in parts.
    for some in selection.shown.chunks(AT_ONCE) {
        let told = some.par_iter().map(|problem| match global.format {
            Format::Full => format!("{}\n\n", frame::problem(problem, &texts, others)),
            Format::Short => format!("{}\n", short(problem, &texts)),
            Format::Json => format!("{}\n", as_json(problem, &texts)),
        });
        let told: String = told.collect::<Vec<_>>().concat();
        if is_json { print::data(told.as_bytes()) } else { print::styled_message(&told) }
    }
    if !is_json {
        selection.table().iter().for_each(|line| print::message(line));
        if errors + warnings > 0 {
            print::message(&format!("{}, {}", plural(errors, "error"), plural(warnings, "warning")));
        }
    }
    if errors > 0 { Code::Problems } else { Code::Fine }
}

/// Prints the failure that stopped a run.
pub(super) fn failure(failure: &Failure, format: Format) {
    // A program that asked for JSON reads standard output.
    if format == Format::Json && !print::is_lost() {
        let json = json!({ "severity": "failure", "message": failure.message, "hint": failure.hint });
        return print::data(format!("{json}\n").as_bytes());
    }
    print::styled_message(&format!("{}\n", frame::failure(failure)));
}

/// Problems that are printed.
#[derive(Default)]
struct Selection<'p> {
    shown: Vec<&'p Diagnostic>,
    /// The numbers of problems by severity, the worst first, and by code.
    counts: BTreeMap<(Reverse<Severity>, &'static str), Count>,
}

#[derive(Default)]
struct Count {
    found: usize,
    shown: usize,
}

impl<'p> Selection<'p> {
    fn all(problems: impl Iterator<Item = &'p Diagnostic>) -> Self {
        Self { shown: problems.collect(), counts: BTreeMap::new() }
    }

    /// Chooses the problems to print; `problems` come in the order of their places.
    fn new(problems: impl Iterator<Item = &'p Diagnostic>, texts: &Texts<'_>, all: bool) -> Self {
        let mut selection = Self::default();
        let mut of_lines: BTreeMap<(&str, &str, usize), usize> = BTreeMap::new();
        for problem in problems {
            let count = selection.counts.entry((Reverse(problem.severity), problem.code.name)).or_default();
            count.found += 1;
            if !all {
                if count.shown == OF_CODE {
                    continue;
                }
                if let Some(place) = &problem.place {
                    let line = texts.start(place).map_or(0, |start| start.line);
                    let of_line = of_lines.entry((problem.code.name, &place.file, line)).or_default();
                    if *of_line == OF_LINE {
                        continue;
                    }
                    *of_line += 1;
                }
            }
            count.shown += 1;
            selection.shown.push(problem);
        }
        selection.shown.sort_by_key(|problem| Reverse(problem.severity));
        selection
    }

    /// Returns the lines of the table: the number of problems of each code, and how to see the
    /// rest. It is empty if all problems are printed and fit on a screen.
    fn table(&self) -> Vec<String> {
        let found: usize = self.counts.values().map(|count| count.found).sum();
        let hidden = found - self.shown.len();
        if hidden == 0 && found <= ON_A_SCREEN {
            return Vec::new();
        }
        let codes = self.counts.keys().map(|(_, code)| code.len());
        let width = codes.max().unwrap_or(0).max("code".len());
        let mut lines = vec![format!("severity  {:<width$}   found   shown", "code")];
        for ((Reverse(severity), code), Count { found, shown }) in &self.counts {
            lines.push(format!("{:<8}  {code:<width$}  {found:>6}  {shown:>6}", severity.name()));
        }
        if hidden > 0 {
            lines.push(format!("{} not shown; run the command with `--all` to see all", plural(hidden, "problem")));
        }
        lines.push("run `tilmash check --explain CODE` for the meaning of a code".to_owned());
        lines
    }
}

/// Formats a problem as one line.
fn short(problem: &Diagnostic, texts: &Texts<'_>) -> String {
    let place = match &problem.place {
        Some(place) => {
            let place_in = texts.start(place).map_or_else(String::new, |start| format!("{}:{}:", start.line, start.column));
            format!("{}:{place_in} ", place.file)
        }
        None => String::new(),
    };
    let hints: String = problem.hints.iter().map(|hint| format!(" ({hint})")).collect();
    let line = format!("{place}{}[{}]: {}{hints}", problem.severity.name(), problem.code.name, problem.message);
    visible_line(&line).into_owned()
}

/// Formats a problem as a JSON object.
fn as_json(problem: &Diagnostic, texts: &Texts<'_>) -> serde_json::Value {
    let place = |place: &Place| {
        let start = texts.start(place);
        let end = texts.start(&Place::new(&place.file, place.end..place.end));
        json!({
            "file": &*place.file,
            "line": start.map(|start| start.line), "column": start.map(|start| start.column),
            "end_line": end.map(|end| end.line), "end_column": end.map(|end| end.column),
            "start": place.start, "end": place.end,
        })
    };
    json!({
        "severity": problem.severity.name(),
        "code": problem.code.name,
        "message": problem.message,
        "place": problem.place.as_ref().map(place),
        "others": problem.others.iter().map(|(other, words)| json!({ "place": place(other), "message": words })).collect::<Vec<_>>(),
        "hints": problem.hints,
    })
}

/// Formats a count with its noun: `1 error`, `2 errors`.
pub(super) fn plural(count: usize, word: &str) -> String {
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::code;

    #[test]
    fn a_problem_in_a_changed_file_has_no_line() {
        let mut inputs = Inputs::from_texts([("a.md", "one\ntwo\n")]);
        let file = inputs.name("a.md").expect("it is there").clone();
        let problem = Diagnostic::at(&code::BROKEN_LINK, Place::new(&file, 4..7), "gone");
        let lines = |inputs: &Inputs| {
            let texts = Texts::of(&[&problem], inputs);
            let json = as_json(&problem, &texts);
            let (line, end) = (json["place"]["line"].clone(), json["place"]["end_line"].clone());
            (short(&problem, &texts), line, end)
        };
        assert_eq!(lines(&inputs), ("a.md:2:1: error[broken-link]: gone".to_owned(), json!(2), json!(2)));
        inputs.drop_text("a.md");
        assert_eq!(lines(&inputs), ("a.md: error[broken-link]: gone".to_owned(), json!(null), json!(null)));
    }

    #[test]
    fn many_of_one_code_or_one_line_hide_no_error() {
        let inputs = Inputs::from_texts([("a.md", "x".repeat(100).as_str()), ("b.md", "\n".repeat(100).as_str())]);
        let at = |file: &str, code, at| {
            let file = inputs.name(file).expect("it is there");
            Diagnostic::at(code, Place::new(file, at..at), format!("{at}"))
        };
        let mut problems: Vec<Diagnostic> = (0..50).map(|offset| at("a.md", &code::DRIFT, offset)).collect();
        problems.extend((0..50).map(|offset| at("b.md", &code::DRIFT, offset)));
        problems.push(at("b.md", &code::BROKEN_LINK, 60));
        let problems: Vec<&Diagnostic> = problems.iter().collect();
        let texts = Texts::of(&problems, &inputs);
        let chosen = |all| Selection::new(problems.iter().copied(), &texts, all);
        let places = |selection: &Selection<'_>| -> Vec<String> {
            selection.shown.iter().map(|problem| format!("{} {}", problem.code.name, problem.message)).collect()
        };
        let few = chosen(false);
        let wanted = ["broken-link 60"]
            .into_iter()
            .map(str::to_owned)
            .chain([0, 1, 2, 3, 4, 0, 1, 2, 3, 4].into_iter().map(|at| format!("drift {at}")));
        assert_eq!(places(&few), wanted.collect::<Vec<_>>());
        assert_eq!(
            few.table(),
            [
                "severity  code          found   shown",
                "error     broken-link       1       1",
                "warning   drift           100      10",
                "90 problems not shown; run the command with `--all` to see all",
                "run `tilmash check --explain CODE` for the meaning of a code",
            ]
        );
        let all = chosen(true);
        assert_eq!(all.shown.len(), 101);
        assert!(!all.table().concat().contains("--all"), "{:?}", all.table());
    }
}
