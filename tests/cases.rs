//! Text in, text out: each file of `cases/` is read, built and compared.
//!
//! A case is a section `## name` of such a file. It contains fenced blocks of these kinds, given by
//! the info string:
//!
//! * a path (`content/a.kk.md`): a file of the site. Blocks before the first case belong to every
//!   case of the file, unless a case has a block of the same path.
//! * `output PATH` or `output PATH ELEMENT`: the published content. For a page it is the text alone
//!   (the element `.prose`, without the sentences' permanent links), unless the block names another
//!   element by tag, `.class` or `#id`; `*` is the whole page.
//! * `problems`: all problems, a line each, with the marked text, hints and further places below
//!   it. A case without this block has no problems.
//!
//! `UPDATE=1 cargo test --test all cases::` writes today's results into the files. Then read the diff.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use tilmash::base::{Diagnostic, LineIndex, Place, Position};

use crate::common::{Files, Snapshot, flaw, snapshot, state, tags, text_of};

#[test]
fn all_cases() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut files: Vec<PathBuf> =
        fs::read_dir(&folder).expect("there are cases").map(|entry| entry.expect("there are cases").path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "md"));
    files.sort();
    assert!(files.len() > 5, "the cases are where they are expected");
    let update = std::env::var_os("UPDATE").is_some();
    let mut wrong = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).expect("case files can be read");
        let today = check(&text);
        if today == text {
            continue;
        }
        if update {
            fs::write(&file, today).expect("case files can be written");
        } else {
            wrong.push(format!("{}\n{}", file.display(), difference(&text, &today)));
        }
    }
    assert!(
        wrong.is_empty(),
        "{}\n\nto take over what comes out today: UPDATE=1 cargo test --test all cases::",
        wrong.join("\n\n")
    );
}

/// Returns a file of cases with today's results in the place of the expected ones.
fn check(text: &str) -> String {
    let mut parts = parts(text).into_iter().peekable();
    let mut out = String::new();
    let mut shared = Files::new();
    while let Some(part) = parts.next_if(|part| !matches!(part, Part::Case(_))) {
        if let Part::Block { info, text, .. } = &part {
            shared.insert((*info).to_owned(), text.clone());
        }
        part.write(&mut out);
    }
    while let Some(Part::Case(line)) = parts.next() {
        out.push_str(line);
        let mut own = Vec::new();
        while let Some(part) = parts.next_if(|part| !matches!(part, Part::Case(_))) {
            own.push(part);
        }
        let mut files = shared.clone();
        for part in &own {
            if let Part::Block { info, text, .. } = part
                && !is_expectation(info)
            {
                files.insert((*info).to_owned(), text.clone());
            }
        }
        let snapshot = snapshot(&state(&files));
        for problem in &snapshot.problems {
            assert_eq!(flaw(problem, &files), None, "in the case {line}");
        }
        let problems = problems(&snapshot.problems, &files);
        let mut said = false;
        for part in &mut own {
            let Part::Block { info, text, .. } = part else { continue };
            if *info == "problems" {
                said = true;
                text.clone_from(&problems);
            } else if let Some(wanted) = info.strip_prefix("output ") {
                *text = output(&snapshot, wanted);
            }
        }
        // A block of problems that has become empty is removed, with the empty line before it.
        own.retain(|part| !matches!(part, Part::Block { info: "problems", text, .. } if text.is_empty()));
        for part in own {
            part.write(&mut out);
        }
        if !said && !problems.is_empty() {
            let end = out.trim_end().len();
            out.truncate(end);
            out.push_str("\n\n");
            Part::Block { fence: "```", info: "problems", text: problems }.write(&mut out);
            if parts.peek().is_some() {
                out.push('\n');
            }
        }
    }
    out
}

fn is_expectation(info: &str) -> bool {
    info == "problems" || info.starts_with("output ")
}

/// A piece of a file of cases.
enum Part<'a> {
    /// The heading of a case.
    Case(&'a str),
    Prose(&'a str),
    Block {
        fence: &'a str,
        info: &'a str,
        text: String,
    },
}

impl Part<'_> {
    fn write(&self, out: &mut String) {
        match self {
            Part::Case(line) | Part::Prose(line) => out.push_str(line),
            Part::Block { fence, info, text } => write!(out, "{fence}{info}\n{text}{fence}\n").expect("writing to a string"),
        }
    }
}

fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut lines = text.split_inclusive('\n');
    while let Some(line) = lines.next() {
        let ticks = line.len() - line.trim_start_matches('`').len();
        if ticks >= 3 {
            let (fence, info) = line.trim_end().split_at(ticks);
            let inside: String = lines.by_ref().take_while(|line| line.trim_end() != fence).collect();
            parts.push(Part::Block { fence, info, text: inside });
        } else if line.starts_with("## ") {
            parts.push(Part::Case(line));
        } else {
            parts.push(Part::Prose(line));
        }
    }
    parts
}

/// Returns the published content at a path, or the requested elements of it.
fn output(snapshot: &Snapshot, wanted: &str) -> String {
    let (path, element) = wanted.split_once(' ').unwrap_or((wanted, if wanted.ends_with(".html") { ".prose" } else { "*" }));
    let Some(bytes) = snapshot.routes.get(path) else { return "nothing\n".to_owned() };
    let text = String::from_utf8_lossy(bytes).into_owned();
    let mut shown = if element == "*" { text } else { elements(&text, element) };
    if element == ".prose" {
        shown = without_pins(&shown);
    }
    shown = undated(&shown);
    if !shown.is_empty() && !shown.ends_with('\n') {
        shown.push('\n');
    }
    shown.trim_start_matches('\n').to_owned()
}

/// Removes the permanent links after sentences, since few cases are about them.
fn without_pins(html: &str) -> String {
    let mut pieces = html.split("<a class=\"pin\"");
    let mut out = pieces.next().unwrap_or("").to_owned();
    for piece in pieces {
        out.push_str(piece.split_once("</a>").map_or("", |(_, rest)| rest));
    }
    out
}

/// Replaces the parts that change with the theme or the version of the program: digests in names,
/// and the version.
fn undated(text: &str) -> String {
    let mut out = String::new();
    for (index, piece) in text.split("assets/").enumerate() {
        if index > 0 {
            out.push_str("assets/");
        }
        let name = piece.split('"').next().unwrap_or("");
        match name.split('.').collect::<Vec<_>>()[..] {
            [stem, digest, ending] if digest.len() == 8 => {
                write!(out, "{stem}.DIGEST.{ending}{}", &piece[name.len()..]).expect("writing to a string");
            }
            _ => out.push_str(piece),
        }
    }
    out.replace(concat!("Tilmash ", env!("CARGO_PKG_VERSION")), "Tilmash VERSION")
        .replace(concat!("version=\"", env!("CARGO_PKG_VERSION"), "\""), "version=\"VERSION\"")
}

/// Returns the content of all elements that a selector names; an element without content as it is.
fn elements(html: &str, selector: &str) -> String {
    let tags = tags(html);
    let mut found = String::new();
    for (index, tag) in tags.iter().enumerate() {
        let has = |name: &str, word: &str| {
            tag.attributes.iter().any(|(known, value)| *known == name && value.split(' ').any(|part| part == word))
        };
        let named = match (selector.strip_prefix('.'), selector.strip_prefix('#')) {
            (Some(class), _) => has("class", class),
            (_, Some(id)) => has("id", id),
            _ => tag.name == selector,
        };
        if !named {
            continue;
        }
        let mut depth = 1;
        let end = tags[index + 1..].iter().find(|other| {
            depth += i32::from(other.name == tag.name);
            depth -= i32::from(other.name.strip_prefix('/') == Some(tag.name));
            depth == 0
        });
        let start = html[tag.at..].find('>').map_or(html.len(), |at| tag.at + at + 1);
        match end {
            Some(end) => found.push_str(html[start..end.at].trim_matches('\n')),
            None => found.push_str(&html[tag.at..start]),
        }
        found.push('\n');
    }
    found
}

/// Formats problems as text: place, severity, code and message; below them the marked text and the
/// hints.
fn problems(problems: &[Diagnostic], files: &Files) -> String {
    let mut out = String::new();
    let at = |place: &Place| {
        let start = Position { line: 1, column: 1 };
        let Position { line, column } =
            text_of(files, &place.file).map_or(start, |text| LineIndex::new(text).position(place.start));
        format!("{}:{line}:{column}", place.file)
    };
    for problem in problems {
        let place = problem.place.as_ref().map_or_else(|| "nowhere".to_owned(), at);
        writeln!(out, "{place}: {}[{}]: {}", problem.severity.name(), problem.code.name, problem.message).expect("a string");
        let pointed = problem.place.as_ref().and_then(|place| text_of(files, &place.file)?.get(place.range()));
        if let Some(pointed) = pointed.filter(|pointed| !pointed.is_empty()) {
            let first = pointed.lines().next().unwrap_or("");
            writeln!(out, "  at: {first}{}", if first.len() < pointed.len() { " …" } else { "" }).expect("a string");
        }
        for hint in &problem.hints {
            writeln!(out, "  hint: {hint}").expect("a string");
        }
        for (place, words) in &problem.others {
            writeln!(out, "  also: {}: {words}", at(place)).expect("a string");
        }
    }
    out
}

/// Returns the lines in which two texts differ, with the lines around the first.
fn difference(said: &str, today: &str) -> String {
    let (said, today): (Vec<&str>, Vec<&str>) = (said.lines().collect(), today.lines().collect());
    let first = said.iter().zip(&today).take_while(|(a, b)| a == b).count();
    let last = said[first..].iter().rev().zip(today[first..].iter().rev()).take_while(|(a, b)| a == b).count();
    let mut out = format!("line {}\n", first + 1);
    for line in &said[first.saturating_sub(3)..first] {
        writeln!(out, "  {line}").expect("a string");
    }
    for line in &said[first..said.len() - last] {
        writeln!(out, "- {line}").expect("a string");
    }
    for line in &today[first..today.len() - last] {
        writeln!(out, "+ {line}").expect("a string");
    }
    out
}
