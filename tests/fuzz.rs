//! The fuzz targets on stable Rust: over their corpora, and over some damaged copies of these.
//!
//! The copies are the same in every run. `FUZZ_RUNS=100000` makes more of them, `FUZZ_SEED=7`
//! others, and `FUZZ_TARGET=csv` only those of one target. An input that fails is printed as a Rust
//! byte string; put it into `fuzz/corpus/` as a file.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::{Duration, Instant};

#[path = "../fuzz/targets/mod.rs"]
mod targets;

use targets::{TARGETS, Target};

/// The number of damaged copies for each target, unless the environment sets another. A whole site
/// takes a hundred times as long as a text.
const RUNS: u64 = 500;
const RUNS_OF_SITES: u64 = 20;

/// The greatest length of a damaged copy. A larger copy would only take longer to show the same
/// faults.
const LONGEST: usize = 4096;

/// The time limit for one input: a thousand times the usual time, so that a busy machine fails no
/// test.
const PATIENCE: Duration = Duration::from_secs(60);

/// Pieces that formats stumble over, put into damaged copies.
const PIECES: &[&[u8]] = &[
    b"\0",
    b"\r\n",
    b"\n\n",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\xe2\x80\xae",
    b"\x1b[31m",
    b"\xc2\x85",
    b"\xe2\x80\xa8",
    b"---\n",
    b"\"",
    b"'",
    b"\\",
    b"<",
    b">",
    b"&",
    b"&amp;",
    b"<!--",
    b"-->",
    b"]]>",
    b"<!DOCTYPE x [<!ENTITY a \"b\">]>",
    b"</",
    b"[",
    b"]",
    b"](",
    b"[^a]",
    b"[^a]: ",
    b"[[",
    b"]]",
    b"![",
    b"*",
    b"_",
    b"`",
    b"~~~",
    b"> ",
    b"- ",
    b"1. ",
    b"| a | b |\n|---|---|\n",
    b": ",
    b"#",
    b"    ",
    b"\t",
    b"<!-- = 1.1 -->",
    b"<!-- + -->",
    b"<!-- - 2.1 -->",
    b"<!-- ~ parity-number: x -->",
    b"{",
    b"}",
    b"?",
    b"!!x",
    b"&a",
    b"*a",
    b"%",
    b"%2e",
    b"..",
    b"/",
    b"//",
    b",",
    b";",
    b"=",
    b"=1+1",
    b"@",
    b"9999999999999999999999",
    b"-1",
    b"1e999",
    b"1.1",
    b"0a.1",
    b"\xd2\x9b",
    b"e\xcc\x81",
    b"\xef\xac\x81",
    b"\xf0\x9f\xa6\x80",
    b"msgid \"",
    b"#, fuzzy\n",
    b"#| ",
    b"gone 0123456789ab into 1.1",
    b"\n=====8<=====\n",
];

#[test]
fn every_corpus_holds_its_target() {
    let mut failures = Vec::new();
    for (name, folder, target) in chosen() {
        for (file, bytes) in corpus(folder) {
            failures.extend(failure(target, &bytes).map(|why| format!("{name}: `fuzz/corpus/{folder}/{file}`: {why}")));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

#[test]
fn damaged_copies_of_the_corpora_hold_their_targets() {
    let number = |name: &str| std::env::var(name).ok().map(|text| text.parse::<u64>().expect("a number"));
    let seed = number("FUZZ_SEED").unwrap_or(1991);
    for (name, folder, target) in chosen() {
        let runs = number("FUZZ_RUNS").unwrap_or(if name == "site" { RUNS_OF_SITES } else { RUNS });
        let corpus: Vec<Vec<u8>> = corpus(folder).into_iter().map(|(_, bytes)| bytes).filter(|it| it.len() <= LONGEST).collect();
        for run in 0..runs {
            let input = damaged(&corpus, &mut Numbers(seed << 32 | run));
            if let Some(why) = failure(target, &input) {
                panic!("{name}: {why}\nrun {run} of seed {seed}: b\"{}\"", input.escape_ascii());
            }
        }
    }
}

/// Returns the targets to run.
fn chosen() -> Vec<(&'static str, &'static str, Target)> {
    let wanted = std::env::var("FUZZ_TARGET").ok();
    let chosen: Vec<_> =
        TARGETS.into_iter().filter(|(name, ..)| wanted.as_deref().is_none_or(|wanted| wanted == *name)).collect();
    assert!(!chosen.is_empty(), "no target is called {wanted:?}");
    chosen
}

/// Returns the inputs of a corpus, by file name.
fn corpus(name: &str) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(name);
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<_> = entries
        .map(|entry| entry.expect("the corpus can be read"))
        .map(|entry| (entry.file_name().to_string_lossy().into_owned(), fs::read(entry.path()).expect("the corpus can be read")))
        .collect();
    files.sort();
    assert!(files.len() >= 5, "`{name}` has a corpus");
    files
}

/// Returns the reason why a target does not hold for an input.
fn failure(target: Target, input: &[u8]) -> Option<String> {
    let start = Instant::now();
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| target(input))) {
        let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
        return Some(text.unwrap_or("it panicked").to_owned());
    }
    let elapsed = start.elapsed();
    (elapsed > PATIENCE).then(|| format!("{} bytes took {elapsed:?}", input.len()))
}

/// Makes a copy of one input of a corpus with one to eight changes.
fn damaged(corpus: &[Vec<u8>], numbers: &mut Numbers) -> Vec<u8> {
    let mut input = corpus[numbers.below(corpus.len())].clone();
    for _ in 0..=numbers.below(8) {
        let at = numbers.below(input.len() + 1);
        let end = (at + 1 + numbers.below(16)).min(input.len());
        match numbers.below(8) {
            0 if at < input.len() => input[at] ^= 1 << numbers.below(8),
            1 => drop(input.drain(at..end)),
            2 => {
                let copy = input[at..end].repeat(1 + numbers.below(40));
                input.splice(at..at, copy);
            }
            3 => {
                let other = &corpus[numbers.below(corpus.len())];
                let from = numbers.below(other.len() + 1);
                input.splice(at..at, other[from..].iter().take(200).copied());
            }
            4 => input.truncate(at),
            5 => {
                let copy = input[at..end].to_vec();
                let to = numbers.below(input.len() + 1);
                input.splice(to..to, copy);
            }
            _ => {
                let piece = PIECES[numbers.below(PIECES.len())].repeat(1 + numbers.below(3) * numbers.below(3));
                input.splice(at..at, piece);
            }
        }
    }
    input.truncate(LONGEST);
    // Most targets read text, so few copies have bytes that are not UTF-8.
    if numbers.below(8) > 0 { String::from_utf8_lossy(&input).into_owned().into_bytes() } else { input }
}

/// Pseudo-random numbers (`SplitMix64`): the same for the same seed.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % end as u64) as usize
    }
}
