//! How long builds and previews take and how much memory they need, alone and beside Hugo.
//!
//! Writes corpora of N pages in two languages into memory, runs the programs as a user would, and
//! prints tables for `benches/README.md`, which says what the words mean:
//!
//! * `cargo bench --bench speed [-- N... [plain|full|bare...]]`: Tilmash alone, with its own theme.
//! * `… -- compare [N...] [--rounds R]`: Tilmash, Hugo and a limit, by turns.
//! * `… -- preview [N...] [--edits E]`: from saving a file to seeing it in the browser.
//! * `… -- preview [N...] --terms T`: the same with and without T terms, and edits of terms.
//! * `… -- terms [N...] [--terms T] [--rounds R]`: builds with and without T terms, by turns.
//! * `… -- exchange [N...]`: export and import of all sentences, in every format.
//! * `… -- sync [N...]`: locks and what is asked of them.
//! * `… -- write FOLDER N SITE`: only writes a site.

#![expect(clippy::print_stdout, reason = "a benchmark is a program that prints")]

use std::path::Path;
use std::process::Command;
use std::{env, fs};

mod compare;
mod corpus;
mod exchange;
mod names;
mod preview;
mod run;
mod sites;
mod sync;
mod terms;

use run::Run;
use sites::Site;

fn main() {
    let arguments: Vec<String> = env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match &words[..] {
        ["write", folder, pages, name] => {
            let site = Site::named(name).unwrap_or_else(|| panic!("a site is one of {:?}", Site::NAMED.map(|(name, _)| name)));
            site.write(pages.parse().expect("a number of pages"), Path::new(folder));
        }
        ["limit", content, out] => compare::limit(Path::new(content), Path::new(out)),
        ["compare", rest @ ..] => {
            let (sizes, rounds) = numbers(rest, "--rounds", 5);
            sizes.into_iter().for_each(|pages| compare::compare(pages, rounds));
        }
        ["exchange", rest @ ..] => {
            let (sizes, rounds) = numbers(rest, "--rounds", 3);
            sizes.into_iter().for_each(|pages| exchange::exchange(pages, rounds));
        }
        ["sync", rest @ ..] => {
            let (sizes, rounds) = numbers(rest, "--rounds", 5);
            sync::sync(&sizes, rounds);
        }
        ["terms", rest @ ..] => {
            let (rest, terms) = option(rest, "--terms");
            let (sizes, rounds) = numbers(&rest, "--rounds", 3);
            sizes.into_iter().for_each(|pages| terms::terms(pages, terms.unwrap_or(5000), rounds));
        }
        ["preview", rest @ ..] => {
            let (rest, terms) = option(rest, "--terms");
            let (sizes, edits) = numbers(&rest, "--edits", 50);
            sizes.into_iter().for_each(|pages| preview::preview(pages, edits, terms));
        }
        _ => alone(&words),
    }
}

/// Sizes, 1,000 if none is given, and the number after an option.
fn numbers(words: &[&str], name: &str, default: usize) -> (Vec<usize>, usize) {
    let (sizes, given) = option(words, name);
    let sizes: Vec<usize> = sizes.iter().map(number).collect();
    (if sizes.is_empty() { vec![1000] } else { sizes }, given.unwrap_or(default))
}

/// The words without an option, and the number after it.
fn option<'w>(words: &[&'w str], name: &str) -> (Vec<&'w str>, Option<usize>) {
    match words.iter().position(|word| *word == name) {
        Some(at) => ([&words[..at], &words[at + 2..]].concat(), Some(number(&words[at + 1]))),
        None => (words.to_vec(), None),
    }
}

fn number(word: &&str) -> usize {
    word.parse().unwrap_or_else(|_| panic!("`{word}` is no number"))
}

/// The table of Tilmash alone.
fn alone(words: &[&str]) {
    let (names, sizes): (Vec<&str>, Vec<&str>) = words.iter().partition(|word| Site::named(word).is_some());
    let names = if names.is_empty() { vec!["plain", "full", "bare"] } else { names };
    let sizes = if sizes.is_empty() { vec!["100", "1000", "10000"] } else { sizes };
    println!("Time on the clock, and in brackets the processor's.\n");
    println!(
        "| pages | files | cold build | peak memory | a page and language | code known | nothing changed | one page edited | `check` |"
    );
    println!("|---|--:|--:|--:|--:|--:|--:|--:|--:|");
    for size in sizes {
        for name in &names {
            let pages = size.parse().unwrap_or_else(|_| panic!("`{size}` is neither a number nor a site"));
            measure(name, Site::named(name).expect("it was looked up"), pages);
        }
    }
}

fn measure(name: &str, site: Site, pages: usize) {
    let above = run::folder();
    let [root, out, cache] = ["site", "out", "cache"].map(|name| above.path().join(name));
    site.write(pages, &root);
    let program = run::tilmash();
    let tilmash = |arguments: &[&str]| {
        let mut command = Command::new(&program);
        run::run(command.args(arguments).arg("--quiet").arg("--root").arg(&root).env("XDG_CACHE_HOME", &cache))
    };
    let build = || tilmash(&["build", "--output", out.to_str().expect("a plain path")]);
    let rounds = if pages > 2000 { 1 } else { 5 };
    let median = |mut once: Box<dyn FnMut() -> Run + '_>| Run::median(&(0..rounds).map(|_| once()).collect::<Vec<_>>());
    let cold = median(Box::new(|| {
        run::remove(&out);
        run::remove(&cache);
        build()
    }));
    let known = median(Box::new(|| {
        run::remove(&out);
        build()
    }));
    let again = median(Box::new(build));
    let mut edits = 0;
    let edited = median(Box::new(|| {
        edits += 1;
        let page = site.corpus(pages).page(pages / 2, "kk", site.dialect());
        let path = root.join(format!("content/{}.kk.md", site.corpus(pages).key(pages / 2)));
        fs::write(path, corpus::with_paragraph(&page, &format!("Жаңа сөйлем {edits}."))).expect("the corpus can be written");
        build()
    }));
    let check = median(Box::new(|| tilmash(&["check"])));
    println!(
        "| {pages} × 2, {name} | {} | {} | {} MiB | {} µs | {} | {} | {} | {} |",
        run::files(&out).count(),
        cold.seconds(),
        cold.memory >> 10,
        cold.processor.as_micros() / (pages as u128 * 2),
        known.seconds(),
        again.seconds(),
        edited.seconds(),
        check.seconds(),
    );
}
