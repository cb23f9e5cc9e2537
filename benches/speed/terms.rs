//! The cost of terms: a site whose sentences contain names, with and without its terms.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::corpus;
use crate::run::{self, Run};
use crate::sites::Site;

/// Measures one size and prints its table.
pub(crate) fn terms(pages: usize, terms: usize, rounds: usize) {
    let above = run::folder();
    let without = Built::new(Site::Named { terms, glossary: false }, "without", pages, above.path());
    let with = Built::new(Site::Named { terms, glossary: true }, "with", pages, above.path());
    println!("## {pages} × 2 pages, {terms} terms, medians of {rounds}\n");
    println!("| | without terms | with terms | time | processor | memory |\n|---|--:|--:|--:|--:|--:|");
    row("cold", rounds, [&|_| without.cold(), &|_| with.cold()]);
    row("nothing changed", rounds, [&|_| without.build(), &|_| with.build()]);
    row("one page edited", rounds, [&|round| without.edited(round), &|round| with.edited(round)]);
    row("`check`", rounds, [&|_| without.check(), &|_| with.check()]);
    let count = |built: &Built| {
        let (mut files, mut bytes) = (0, 0);
        for path in run::files(&built.out) {
            files += 1;
            bytes += path.metadata().map_or(0, |metadata| metadata.len());
        }
        (files, bytes >> 20)
    };
    let [(files, size), (more_files, more_size)] = [&without, &with].map(count);
    println!("\nThe output: {files} files, {size} MiB without; {more_files} files, {more_size} MiB with.\n");
}

/// Runs both by turns, and prints their medians and how much more the second takes.
fn row(name: &str, rounds: usize, sites: [&dyn Fn(usize) -> Run; 2]) {
    let mut runs = [const { Vec::new() }; 2];
    for round in 0..rounds {
        for (runs, once) in runs.iter_mut().zip(sites) {
            runs.push(once(round));
        }
    }
    let [without, with] = runs.each_ref().map(|runs| Run::median(runs));
    let shown = |run: &Run| format!("{}, {:.0} MiB", run.seconds(), run.memory as f64 / 1024.0);
    let ratio = |of: fn(&Run) -> f64| format!("× {:.2}", of(&with) / of(&without));
    println!(
        "| {name} | {} | {} | {} | {} | {} |",
        shown(&without),
        shown(&with),
        ratio(|run| run.wall.as_secs_f64()),
        ratio(|run| run.processor.as_secs_f64()),
        ratio(|run| run.memory as f64),
    );
}

/// A site with its output and its cache.
struct Built {
    site: Site,
    pages: usize,
    root: PathBuf,
    out: PathBuf,
    cache: PathBuf,
}

impl Built {
    fn new(site: Site, name: &str, pages: usize, above: &Path) -> Self {
        let [root, out, cache] = ["", "-out", "-cache"].map(|what| above.join(format!("{name}{what}")));
        site.write(pages, &root);
        Self { site, pages, root, out, cache }
    }

    fn command(&self, name: &str) -> Command {
        let mut command = Command::new(run::tilmash());
        command.arg(name).arg("--quiet").arg("--root").arg(&self.root).env("XDG_CACHE_HOME", &self.cache);
        command
    }

    fn cold(&self) -> Run {
        run::remove(&self.out);
        run::remove(&self.cache);
        self.build()
    }

    fn build(&self) -> Run {
        run::run(self.command("build").arg("--output").arg(&self.out))
    }

    /// A build after a paragraph in the middle of the site has got longer.
    fn edited(&self, round: usize) -> Run {
        let corpus = self.site.corpus(self.pages);
        let page = corpus.page(self.pages / 2, "kk", self.site.dialect());
        let path = self.root.join(format!("content/{}.kk.md", corpus.key(self.pages / 2)));
        fs::write(path, corpus::with_paragraph(&page, &format!("Жаңа сөйлем {round}."))).expect("the corpus can be written");
        self.build()
    }

    fn check(&self) -> Run {
        run::run(&mut self.command("check"))
    }
}
