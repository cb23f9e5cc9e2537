//! The fuzz targets: each takes any bytes and panics if a promise of the program does not hold.
//!
//! `fuzz/fuzz_targets/` gives them to libFuzzer, `tests/fuzz.rs` runs them over `fuzz/corpus/` in
//! every test run. A target reads the bytes as the program reads a file of that kind.
#![allow(dead_code, reason = "each fuzzer is a crate of its own and uses one of the targets")]

use std::sync::Arc;

use tilmash::base::Diagnostic;

pub(crate) mod exchange;
pub(crate) mod front_matter;
pub(crate) mod lock;
pub(crate) mod markdown;
pub(crate) mod plan;
pub(crate) mod site;
pub(crate) mod url;

/// A function that panics if a promise does not hold for these bytes.
pub(crate) type Target = fn(&[u8]);

/// Every target by its name, with the corpus that it reads.
pub(crate) const TARGETS: [(&str, &str, Target); 11] = [
    ("csv", "csv", exchange::csv),
    ("front_matter", "front_matter", front_matter::run),
    ("jsonl", "jsonl", exchange::jsonl),
    ("lock", "lock", lock::run),
    ("markdown", "markdown", markdown::run),
    ("plan", "plan", plan::run),
    ("po", "po", exchange::po),
    ("site", "markdown", site::run),
    ("tmx", "tmx", exchange::tmx),
    ("url", "url", url::run),
    ("xliff", "xliff", exchange::xliff),
];

/// The line between two texts of one input.
const SEPARATOR: &str = "\n=====8<=====\n";

/// Cuts an input into its first text and its second, which may be empty.
fn two_texts(text: &str) -> (&str, &str) {
    text.split_once(SEPARATOR).unwrap_or((text, ""))
}

/// Asserts that the problems of a file have places in its text, and are together not much longer
/// than the text.
fn check_problems(file: &Arc<str>, text: &str, problems: &[Diagnostic]) {
    let mut length = 0;
    for problem in problems.iter().filter(|problem| problem.place.as_ref().is_some_and(|place| place.file == *file)) {
        assert!(!problem.message.is_empty() && !problem.message.contains('\n'), "the message is not one line: {problem:?}");
        length += problem.message.len() + problem.hints.iter().map(String::len).sum::<usize>();
        for place in problem.place.iter().chain(problem.others.iter().map(|(place, _)| place)) {
            assert!(place.file != *file || text.get(place.range()).is_some(), "{place:?} is no place in its file: {problem:?}");
        }
    }
    // A problem of three bytes has a hint that lists all known keys; a quadratic list is longer.
    assert!(length <= 500 * text.len() + 10_000, "{} bytes of text have {length} bytes of problems", text.len());
}
