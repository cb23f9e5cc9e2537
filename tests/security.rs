//! Each promise in `docs/security.md` names tests; these tests exist.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

const PROMISES: &str = include_str!("../docs/security.md");

#[test]
fn every_test_that_a_promise_names_exists() {
    let named = named_tests(PROMISES);
    assert!(named.len() > 20, "the promises name their tests as `tests/file.rs::name`");
    let missing: Vec<String> =
        named.into_iter().filter(|(file, name)| !has_test(file, name)).map(|(file, name)| format!("{file}::{name}")).collect();
    assert!(missing.is_empty(), "`docs/security.md` names tests that do not exist:\n{}", missing.join("\n"));
}

#[test]
fn every_promise_names_a_test() {
    let promises = PROMISES.split("## Limits of these promises").next().expect("the first part is there");
    let bare: Vec<&str> = promises.split("\n* ").skip(1).filter(|promise| named_tests(promise).is_empty()).collect();
    assert!(bare.is_empty(), "`docs/security.md` has promises without a test:\n{}", bare.join("\n"));
}

/// Returns the tests that a text names, as file and name.
fn named_tests(text: &str) -> BTreeSet<(&str, &str)> {
    let names = text.split('`').skip(1).step_by(2);
    names.filter_map(|name| name.split_once("::")).filter(|(file, _)| file.ends_with(".rs")).collect()
}

/// Returns true if a file has a test of that name; a test of `src/` is named by its file and the
/// test alone.
fn has_test(file: &str, name: &str) -> bool {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap_or_default();
    let Some(at) = text.find(&format!("fn {name}(")) else { return false };
    // The attribute is above the function, possibly with others between them.
    let above: Vec<&str> =
        text[..at].lines().rev().map(str::trim).take_while(|line| line.is_empty() || line.starts_with('#')).collect();
    above.contains(&"#[test]")
}
