//! `cargo bench --bench speed [-- N...]`: how long builds take and how much memory they need.
//!
//! Writes corpora of N pages in two languages into memory (a temporary folder if there is no memory
//! file system), runs the program as a user would, and prints a table for `benches/README.md`.
//! `--write DIR N [plain|full]` only writes the corpus; `--plain` and `--full` measure one kind only.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a benchmark is a program that prints")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

mod corpus;
use corpus::Corpus;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    if arguments.first().is_some_and(|first| first == "--write") {
        let [_, folder, pages, kind @ ..] = &arguments[..] else { panic!("--write DIR N [plain|full]") };
        let pages = pages.parse().expect("a number of pages");
        write(&kinds(pages)[usize::from(kind.first().is_some_and(|kind| kind == "full"))].1, Path::new(folder));
        return;
    }
    let mut sizes: Vec<usize> = arguments.iter().filter_map(|argument| argument.parse().ok()).collect();
    if sizes.is_empty() {
        sizes = vec![100, 1000, 10_000];
    }
    println!("Time on the clock, and in brackets the processor's.\n");
    println!(
        "| pages | files | cold build | peak memory | a page and language | code known | nothing changed | one page edited | `check` |"
    );
    println!("|---|--:|--:|--:|--:|--:|--:|--:|--:|");
    for pages in sizes {
        for (name, corpus) in kinds(pages) {
            if arguments.iter().any(|argument| argument.starts_with("--") && argument[2..] != *name) {
                continue;
            }
            measure(name, &corpus);
        }
    }
}

/// What is measured at each size: with nothing but pages, and with all that the default theme does.
fn kinds(pages: usize) -> [(&'static str, Corpus); 3] {
    [
        ("plain", Corpus { pages, side_by_side: false, highlight: true }),
        ("full", Corpus { pages, side_by_side: true, highlight: true }),
        ("bare", Corpus { pages, side_by_side: false, highlight: false }),
    ]
}

fn measure(name: &str, corpus: &Corpus) {
    let folder = memory().join(format!("tilmash-bench-{}", std::process::id()));
    let site = folder.join("site");
    write(corpus, &site);
    let out = folder.join("out");
    let cache = folder.join("cache");
    let tilmash = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tilmash"));
        run(command.args(arguments).arg("--quiet").arg("--root").arg(&site).env("XDG_CACHE_HOME", &cache))
    };
    let build = || tilmash(&["build", "--output", out.to_str().expect("a plain path")]);
    let rounds = if corpus.pages > 2000 { 1 } else { 5 };
    let cold = median(rounds, || {
        // What cannot be removed was not there.
        let _ = fs::remove_dir_all(&out);
        let _ = fs::remove_dir_all(&cache);
        build()
    });
    let known = median(rounds, || {
        fs::remove_dir_all(&out).expect("it was written");
        build()
    });
    let again = median(rounds, build);
    let mut edits = 0;
    let edited = median(rounds, || {
        edits += 1;
        let (path, text) = corpus.edited(corpus.pages / 2, "kk", &format!("Жаңа сөйлем {edits}."));
        fs::write(site.join(path), text).expect("the corpus can be written");
        build()
    });
    let check = median(rounds, || tilmash(&["check"]));
    let files = count(&out);
    let each = cold.processor.as_micros() / (corpus.pages as u128 * 2);
    println!(
        "| {} × 2, {name} | {files} | {} | {} MiB | {each} µs | {} | {} | {} | {} |",
        corpus.pages,
        seconds(cold),
        cold.memory >> 10,
        seconds(known),
        seconds(again),
        seconds(edited),
        seconds(check),
    );
    fs::remove_dir_all(&folder).expect("what was written can be removed");
}

/// What a run of the program took.
#[derive(Clone, Copy)]
struct Run {
    wall: Duration,
    processor: Duration,
    /// In KiB.
    memory: u64,
}

/// Runs a command to its end and watches it on the way.
fn run(command: &mut Command) -> Run {
    let start = Instant::now();
    let mut child = command.stdout(Stdio::null()).spawn().expect("the program runs");
    let process = PathBuf::from(format!("/proc/{}", child.id()));
    let mut memory = 0;
    let mut processor = Duration::ZERO;
    // The peak only grows, so the last look is the best one. A process that has ended keeps its times
    // until it is waited for.
    while let Ok(stat) = fs::read_to_string(process.join("stat")) {
        let status = fs::read_to_string(process.join("status")).unwrap_or_default();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse().ok());
        memory = peak.unwrap_or(memory);
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or("").split_whitespace().collect();
        let ticks: u64 = fields[11..13].iter().filter_map(|field| field.parse::<u64>().ok()).sum();
        processor = Duration::from_millis(ticks * 10);
        if fields[0] == "Z" {
            break;
        }
        std::thread::sleep(Duration::from_micros(500));
    }
    let wall = start.elapsed();
    let status = child.wait().expect("it was started");
    if !status.success() {
        eprintln!("the program ended with {status}");
    }
    Run { wall, processor, memory }
}

fn median(rounds: usize, mut once: impl FnMut() -> Run) -> Run {
    let mut runs: Vec<Run> = (0..rounds).map(|_| once()).collect();
    runs.sort_by_key(|run| run.wall);
    runs[rounds / 2]
}

fn write(corpus: &Corpus, folder: &Path) {
    let mut last = PathBuf::new();
    corpus.files(|path, text| {
        let file = folder.join(path);
        let above = file.parent().expect("it is in a folder");
        if above != last {
            fs::create_dir_all(above).expect("the corpus can be written");
            last = above.to_owned();
        }
        fs::write(file, text).expect("the corpus can be written");
    });
}

/// A memory file system: on a disk the disk would be measured.
fn memory() -> PathBuf {
    let shared = PathBuf::from("/dev/shm");
    if shared.is_dir() { shared } else { std::env::temp_dir() }
}

fn count(folder: &Path) -> usize {
    let Ok(entries) = fs::read_dir(folder) else { return 0 };
    entries.flatten().map(|entry| if entry.path().is_dir() { count(&entry.path()) } else { 1 }).sum()
}

fn seconds(run: Run) -> String {
    format!("{:.2} s ({:.2})", run.wall.as_secs_f64(), run.processor.as_secs_f64())
}
