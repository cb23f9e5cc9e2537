//! The output of a run: its amount, its characters on a terminal, and failures to print it.

use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::common::is_long;
use crate::common::program::{self, Run, command, site};
use tempfile::TempDir;

fn run(command: Command) -> Run {
    program::run(command, "*hi*\n")
}

const CONFIG: (&str, &str) =
    ("site.yaml", "title: T\nlanguages: [kk, en]\nseverity: {missing-translation: off, no-base-url: off}\n");
const HOME: (&str, &str) = ("content/index.kk.md", "# Басты бет\n\nСөйлем.\n");
const HOME_EN: (&str, &str) = ("content/index.en.md", "# Home\n\nSentence.\n");
const BROKEN: (&str, &str) = ("content/a.kk.md", "# A\n\n[[nosuch]] 1.\n");
const TRANSLATED: (&str, &str) = (
    "back.jsonl",
    "{\"id\":\"index#1.1\",\"source_language\":\"kk\",\"target_language\":\"en\",\"source\":\"Сөйлем.\",\"target\":\"Other.\"}\n",
);

/// Every command that prints to standard output, with its exit code if everything is printed.
const PRINTING: &[(&[&str], i32)] = &[
    (&["--help"], 0),
    (&["--version"], 0),
    (&["help", "build"], 0),
    (&["build", "--help"], 0),
    (&["completions", "bash"], 0),
    (&["completions", "fish"], 0),
    (&["check", "--explain"], 0),
    (&["check", "--explain", "broken-link"], 0),
    (&["check", "--format", "json"], 1),
    (&["build", "--format", "json"], 1),
    (&["render", "content/a.kk.md", "--format", "json"], 1),
    (&["render", "content/index.kk.md"], 0),
    (&["render", "--commonmark", "-"], 0),
    (&["status"], 0),
    (&["status", "--json"], 0),
    (&["status", "index"], 0),
    (&["export", "--to", "po", "-l", "en"], 0),
    (&["export", "--to", "csv", "-l", "en"], 0),
    (&["sync", "--dry-run", "--format", "json"], 0),
];

fn printing_site() -> TempDir {
    site(&[CONFIG, HOME, HOME_EN, BROKEN, TRANSLATED])
}

#[test]
fn a_closed_pipe_ends_only_the_printing() {
    let folder = printing_site();
    for (arguments, code) in PRINTING {
        let (reader, writer) = std::io::pipe().expect("pipes can be made");
        drop(reader);
        let mut command = command(folder.path(), arguments);
        command.stdout(writer);
        let run = run(command);
        assert_eq!(run.code, *code, "{arguments:?}: {}", run.err);
        assert!(!run.err.contains("panicked") && !run.err.contains("standard output"), "{arguments:?}: {}", run.err);
    }
    // Problems are printed to standard error.
    for (arguments, code) in [
        (&["check"][..], 1),
        (&["build"], 1),
        (&["biuld"], 2),
        (&["sync", "--dry-run"], 0),
        (&["export", "--to", "po", "-l", "xx"], 2),
    ] {
        let (reader, writer) = std::io::pipe().expect("pipes can be made");
        drop(reader);
        let mut command = command(folder.path(), arguments);
        command.stderr(writer);
        assert_eq!(run(command).code, code, "{arguments:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_device_is_an_error() {
    let full = || fs::File::options().write(true).open("/dev/full").expect("Linux has it");
    let folder = printing_site();
    for (arguments, code) in PRINTING {
        let printed = run(command(folder.path(), arguments));
        assert_eq!(printed.code, *code, "{arguments:?}: {}", printed.err);
        assert_ne!(printed.out, "", "{arguments:?}");
        let mut command = command(folder.path(), arguments);
        command.stdout(full());
        let run = run(command);
        assert_eq!(run.code, 2, "{arguments:?}: {}", run.err);
        assert!(
            run.err.contains("error: cannot write to standard output: ") && !run.err.contains("panicked"),
            "{arguments:?}: {}",
            run.err
        );
    }
    // There is no place to report that standard error is full.
    for (arguments, code) in
        [(&["check"][..], 1), (&["build", "--timings"], 1), (&["biuld"], 2), (&["export", "--to", "po", "-l", "xx"], 2)]
    {
        let mut command = command(folder.path(), arguments);
        command.stderr(full());
        assert_eq!(run(command).code, code, "{arguments:?}");
    }
    let mut command = command(folder.path(), &["status"]);
    command.stdout(full()).stderr(full());
    assert_eq!(run(command).code, 2);
}

/// Returns true for characters that could give a terminal a command or reorder its text.
fn is_unsafe(c: char) -> bool {
    (c.is_control() && c != '\n') || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[test]
fn texts_and_names_give_no_commands_to_the_terminal() {
    let evil = "\u{1b}]0;owned\u{7}\u{9b}31m\u{202e}\u{85}";
    let page = format!("# A {evil}\n\n[[no{evil}such]] {evil} 1 sentence.[^{evil}]\n\n```{evil}\nx\n");
    let config = "title: T\nlanguages: [kk, en]\n";
    let folder =
        site(&[("site.yaml", config), HOME, HOME_EN, ("content/a.kk.md", &page), ("content/a.en.md", "# A\n\nOther.\n")]);
    let key = format!("k{evil}");
    let file = format!("f{evil}.csv");
    let commands: &[&[&str]] = &[
        &["check"],
        &["check", "--format", "short"],
        &["build"],
        &["sync", "--dry-run"],
        &["status"],
        &["status", "a"],
        &["status", &key],
        &["split"],
        &["export", "--to", "po", "-l", &key],
        &["export", "--to", "po", "-l", "en", &key],
        &["export", "--to", "csv", "-l", "en", "--output", &file],
        &["import", &file],
        &["import", "--dry-run", &key],
        &["new", &key],
        &["render", &key],
        &["check", "--explain", &key],
        &["check", "--root", &key],
        &["build", "--base-url", &key],
        &["init", &key],
        &["init", &key],
        &[&key],
        &["check", &format!("--{key}")],
        &["check", "--format", &key],
    ];
    for arguments in commands {
        let run = run(command(folder.path(), arguments));
        assert!(!run.err.contains(is_unsafe) && !run.out.contains(is_unsafe), "{arguments:?}:\n{:?}\n{:?}", run.out, run.err);
        assert!(!run.err.contains("panicked"), "{arguments:?}: {}", run.err);
    }
    // Data for other programs are unchanged.
    let page = run(command(folder.path(), &["render", "content/a.kk.md"]));
    assert!(page.out.contains('\u{202e}'), "{}", page.out);
    let json = run(command(folder.path(), &["check", "--format", "json"])).out;
    assert!(json.contains("\\\\u{1b}]0;owned") && !json.contains('\u{1b}'), "{json}");
}

#[cfg(unix)]
#[test]
fn file_names_give_no_commands_to_the_terminal() {
    let name = "content/b\u{1b}[2J\u{9b}1m\u{202e}.kk.md";
    let folder = site(&[CONFIG, HOME, HOME_EN, (name, "no title [[nosuch]]\n")]);
    for arguments in [
        &["check"][..],
        &["check", "--format", "short"],
        &["build"],
        &["sync"],
        &["sync"],
        &["status"],
        &["export", "--to", "po", "-l", "en", "-o", "out/"],
    ] {
        let run = run(command(folder.path(), arguments));
        assert!(!run.err.contains(is_unsafe) && !run.out.contains(is_unsafe), "{arguments:?}:\n{:?}\n{:?}", run.out, run.err);
    }
}

/// Texts in which every piece is a problem, in one line and in many lines.
#[test]
fn many_problems_print_little_in_little_time() {
    let page = |text: String| ("content/a.kk.md".to_owned(), text);
    let front = |text: String| page(format!("---\n{text}---\n\nText.\n"));
    // A short run tries smaller texts, each in one of the formats.
    let size = |times: usize| if is_long() { times } else { times / 4 };
    let texts = [
        page("[^a]:".repeat(size(8000))),
        page("[^a]: x\n\n".repeat(size(5000))),
        page("[^a] ".repeat(size(8000))),
        page("[[nosuch]] ".repeat(size(4000))),
        page("[[nosuch]]\n".repeat(size(4000))),
        page("<b>\n\n".repeat(size(4000))),
        page("# a {#b}\n\n".repeat(size(4000))),
        page(format!("[[{}]]\n", "x".repeat(size(100_000)))),
        front("a: 1\n".repeat(size(4000))),
        front(format!("extra: {{{}}}\n", "a: 1, ".repeat(size(4000)))),
        front(format!("aliases: [{}]\n", "a, ".repeat(size(8000)))),
        front(format!("title: {}\nslug: a/{}\n", "x".repeat(size(100_000)), "x".repeat(size(100_000)))),
        ("content/a.lock".to_owned(), "x".repeat(size(100_000))),
        ("content/a.lock".to_owned(), "x\n\n".repeat(size(10_000))),
        ("site.yaml".to_owned(), format!("{}\n{}: 1\n", CONFIG.1, "x".repeat(size(100_000)))),
        ("templates/page.html".to_owned(), format!("{{% if {} %}}", "x ".repeat(size(50_000)))),
        (
            "back.csv".to_owned(),
            format!("id,source,target\n{}", format!("\"{}\",b,c\n", "x".repeat(size(3000))).repeat(size(3000))),
        ),
        ("back.csv".to_owned(), "\"".repeat(size(100_000))),
        ("back.jsonl".to_owned(), "{}".repeat(size(50_000))),
        ("back.jsonl".to_owned(), "{}\n".repeat(size(50_000))),
        ("back.po".to_owned(), "msgid \"a\"\n".repeat(size(10_000))),
    ];
    for (at, (path, text)) in texts.iter().enumerate() {
        let folder = site(&[CONFIG, HOME, HOME_EN, ("content/a.kk.md", "# A\n"), (path, text)]);
        for (format, _) in [("full", 0), ("short", 1)].iter().filter(|(_, turn)| is_long() || at % 2 == *turn) {
            let start = Instant::now();
            let is_exchange = path.starts_with("back");
            let told = if is_exchange { vec!["import", path, "--format", format] } else { vec!["check", "--format", format] };
            let run = run(command(folder.path(), &told));
            assert_ne!(run.err, "", "{path}");
            let what = &text[..text.len().min(20)];
            assert!(run.err.len() < 40_000, "{what:?} prints {} bytes", run.err.len());
            assert!(run.err.lines().all(|line| line.chars().count() < 4000), "{what:?}: {}", run.err);
            // A quadratic program took a minute.
            assert!(start.elapsed() < Duration::from_secs(10), "{what:?} took {:?}", start.elapsed());
        }
    }
}

#[test]
fn a_run_prints_ten_problems_of_a_code_and_counts_the_rest() {
    let pages: Vec<(String, String)> =
        (0..30).map(|n| (format!("content/p{n:02}.kk.md"), format!("# P{n}\n\nx[^{n}]\n\n[^n{n}]: y\n"))).collect();
    let mut files: Vec<(&str, &str)> = pages.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    files.extend([CONFIG, HOME, HOME_EN, ("content/z.kk.md", "# Z\n\n[[nosuch]]\n")]);
    let folder = site(&files);
    let check = |more: &[&str]| run(command(folder.path(), &[&["check", "--format", "short", "--quiet"], more].concat()));
    let few = check(&[]);
    let lines: Vec<&str> = few.err.lines().collect();
    assert!(lines[0].starts_with("content/z.kk.md:3:3: error[broken-link]"), "{}", few.err);
    assert_eq!(few.err.matches("warning[footnote]").count(), 10, "{}", few.err);
    let end = [
        "severity  code          found   shown",
        "error     broken-link       1       1",
        "warning   footnote         60      10",
        "50 problems not shown; run the command with `--all` to see all",
        "run `tilmash check --explain CODE` for the meaning of a code",
        "1 error, 60 warnings",
    ];
    assert_eq!(lines[lines.len() - end.len()..], end, "{}", few.err);
    let all = check(&["--all"]);
    assert_eq!(all.err.matches("warning[footnote]").count(), 60, "{}", all.err);
    assert!(!all.err.contains("not shown"), "{}", all.err);
    // Machines always get all problems.
    let json = run(command(folder.path(), &["check", "--format", "json"]));
    assert_eq!(json.out.lines().count(), 61, "{}", json.out);
}
