//! Addresses of many sentences: locks written from nothing, again, and after edits; what is asked of them.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::corpus;
use crate::run::{self, Run};
use crate::sites::Site;

/// One page in so many is edited.
const EDITED: usize = 10;

/// What is measured, as the table calls it.
const NAMES: [&str; 6] =
    ["`sync` from nothing", "nothing changed", "every tenth page edited", "`check --complete`", "`status`", "`status` with git"];

/// Measures some sizes and prints their table, the last row with how much more the last size takes than the first.
pub(crate) fn sync(sizes: &[usize], rounds: usize) {
    println!("| pages | sentences | {} |", NAMES.join(" | "));
    println!("|---|{}", "--:|".repeat(NAMES.len() + 1));
    let measured: Vec<(usize, Vec<Run>)> = sizes.iter().map(|&pages| measure(pages, rounds)).collect();
    for (pages, (sentences, runs)) in sizes.iter().zip(&measured) {
        let cells: Vec<String> = runs.iter().map(|run| format!("{}, {} MiB", run.seconds(), run.memory >> 10)).collect();
        println!("| {pages} × 2 | {sentences} | {} |", cells.join(" | "));
    }
    if let [(few, small), .., (many, large)] = &measured[..] {
        let ratio = |large: f64, small: f64| format!("× {:.1}", large / small);
        let cells = small.iter().zip(large).map(|(small, large)| {
            let processor = ratio(large.processor.as_secs_f64(), small.processor.as_secs_f64());
            format!("({processor}), {}", ratio(large.memory as f64, small.memory as f64))
        });
        println!("| | {} | {} |", ratio(*many as f64, *few as f64), cells.collect::<Vec<_>>().join(" | "));
    }
}

fn measure(pages: usize, rounds: usize) -> (usize, Vec<Run>) {
    let above = run::folder();
    let [root, cache] = ["site", "cache"].map(|name| above.path().join(name));
    let site = Site::named("full").expect("a known site");
    site.write(pages, &root);
    let program = run::tilmash();
    let command = |arguments: &[&str]| {
        let mut command = Command::new(&program);
        command.args(arguments).arg("--quiet").arg("--root").arg(&root).env("XDG_CACHE_HOME", &cache);
        command
    };
    let tilmash = |arguments: &[&str]| run::run(&mut command(arguments));
    // The editions of a page are no translations, so that some sentences of a few have none beside them.
    let check = |arguments: &[&str]| run::watch(&mut command(arguments)).0;
    let median = |once: &mut dyn FnMut(usize) -> Run| Run::median(&(0..rounds).map(once).collect::<Vec<_>>());
    let locks = || run::files(&root).filter(|file| file.extension().is_some_and(|ending| ending == "lock"));
    let from_nothing = median(&mut |_| {
        locks().for_each(|lock| fs::remove_file(lock).expect("it can be removed"));
        tilmash(&["sync"])
    });
    // An entry each, and an empty line before it.
    let sentences = locks().map(|lock| fs::read_to_string(lock).expect("it is there").matches("\n\n").count()).sum();
    let again = median(&mut |_| tilmash(&["sync"]));
    let complete = median(&mut |_| check(&["check", "--complete", "kk,en"]));
    let edited = median(&mut |round| {
        for page in (0..pages).step_by(EDITED) {
            let text = site.corpus(pages).page(page, "kk", site.dialect());
            let path = root.join(format!("content/{}.kk.md", site.corpus(pages).key(page)));
            fs::write(path, corpus::with_paragraph(&text, &format!("Жаңа сөйлем {round}."))).expect("the corpus can be written");
        }
        tilmash(&["sync"])
    });
    let status = median(&mut |_| tilmash(&["status"]));
    git(&root, &["init", "-q"]);
    git(&root, &["add", "-A"]);
    git(&root, &["-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "-qm", "all"]);
    let with_git = median(&mut |_| tilmash(&["status"]));
    (sentences, vec![from_nothing, again, edited, complete, status, with_git])
}

fn git(root: &Path, arguments: &[&str]) {
    let status = Command::new("git").current_dir(root).args(arguments).status().expect("git runs");
    assert!(status.success(), "git {arguments:?}");
}
