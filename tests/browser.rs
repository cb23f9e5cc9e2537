//! The book and its preview in a real browser: headless Chromium, driven by the scripts in
//! `browser/`.
//!
//! They need Chromium, Node.js and `npm ci --prefix tests/browser`, so that `cargo test` alone
//! leaves them out; `cargo test --test browser -- --ignored` runs them, and so does `.ci/run`.

#[path = "common/program.rs"]
mod program;

use std::path::Path;
use std::process::Command;

/// Runs a script on the program that these tests were built with.
fn run(script: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser");
    assert!(folder.join("node_modules").is_dir(), "first run `npm ci --prefix tests/browser`");
    let status = Command::new("node")
        .arg("--test-reporter=spec")
        .arg(folder.join(script))
        .env("TILMASH", program::TILMASH)
        .status()
        .expect("Node.js is installed");
    assert!(status.success(), "`{script}` failed; what it found is above");
}

#[test]
#[ignore = "needs Chromium; .ci/run runs it"]
fn every_page_of_the_book_is_sound() {
    run("book.test.mjs");
}

#[test]
#[ignore = "needs Chromium; .ci/run runs it"]
fn no_page_moves_while_it_loads() {
    run("still.test.mjs");
}

#[test]
#[ignore = "needs Chromium; .ci/run runs it"]
fn the_header_fits_any_number_of_languages() {
    run("header.test.mjs");
}

#[test]
#[ignore = "needs Chromium; .ci/run runs it"]
fn paper_shows_the_whole_page() {
    run("print.test.mjs");
}

#[test]
#[ignore = "needs Chromium; .ci/run runs it"]
fn two_languages_can_be_read_together() {
    run("reader.test.mjs");
}

#[test]
#[ignore = "needs Chromium; .ci/run runs it"]
fn chapters_lead_to_one_another() {
    run("touch.test.mjs");
}

#[test]
#[ignore = "needs Chromium; .ci/run runs it"]
fn names_in_the_text_lead_to_all_their_mentions() {
    run("terms.test.mjs");
}

#[test]
#[ignore = "needs Chromium; .ci/run runs it"]
fn the_preview_changes_in_place() {
    run("preview.test.mjs");
}

#[test]
#[ignore = "needs Chromium; .ci/run runs it"]
fn the_preview_is_a_translation_desk() {
    run("desk.test.mjs");
}
