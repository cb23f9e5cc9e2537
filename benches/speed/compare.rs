//! Tilmash beside Hugo, and both beside a limit: what reading, Markdown and writing cost alone.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};
use std::{env, fs};

use pulldown_cmark::{Options, Parser};
use rayon::prelude::*;

use crate::corpus;
use crate::run::{self, Run};
use crate::sites::Site;

/// Measures one size and prints its tables.
pub(crate) fn compare(pages: usize, rounds: usize) {
    let above = run::folder();
    let tool = |name| Tool::new(name, pages, above.path());
    let (small, hugo, full) = (tool("small"), tool("hugo"), tool("full"));
    let (small_bare, hugo_bare) = (tool("small-bare"), tool("hugo-bare"));
    let limit_out = above.path().join("limit");
    let limit = || {
        run::remove(&limit_out);
        let own = env::current_exe().expect("a program knows itself");
        run::run(Command::new(own).arg("limit").arg(small.root.join("content")).arg(&limit_out))
    };
    println!("## {pages} × 2, medians of {rounds}\n");
    println!("{}; {}.\n", run::version(&small.program, "--version"), run::version(&hugo.program, "version"));
    println!("| | Tilmash | Hugo | limit | Hugo's time | processor | memory |\n|---|--:|--:|--:|--:|--:|--:|");
    let mut table = Table { rounds, all: Vec::new() };
    table.row("cold", [Some(&|| small.cold()), Some(&|| hugo.cold()), Some(&limit)]);
    table.row("code known", [Some(&|| small.build_anew()), Some(&|| hugo.build_anew()), None]);
    let before = [small.stamps(), hugo.stamps()];
    table.row("nothing changed", [Some(&|| small.build()), Some(&|| hugo.build()), None]);
    let after = [small.stamps(), hugo.stamps()];
    table.row("one page edited", [Some(&|| small.edited(pages)), Some(&|| hugo.edited(pages)), None]);
    table.row("cold, no highlighting", [Some(&|| small_bare.cold()), Some(&|| hugo_bare.cold()), Some(&limit)]);
    table.row("cold, own theme, all on", [Some(&|| full.cold()), None, None]);
    table.row("`check`", [Some(&|| small.check()), None, None]);
    for (name, before, after) in [("Tilmash", &before[0], &after[0]), ("Hugo", &before[1], &after[1])] {
        let moved = before.iter().filter(|(path, stamp)| after.get(*path) != Some(stamp)).count();
        println!("\nNothing changed: {name} gave {moved} of {} files a new time stamp.", before.len());
    }
    println!("\nOther programs had {:.0} % of the processors meanwhile.\n", table.others() * 100.0);
    alike(&small.out, &hugo.out);
}

/// A program with the site that was written for it.
struct Tool {
    program: PathBuf,
    site: Site,
    root: PathBuf,
    out: PathBuf,
    cache: PathBuf,
}

impl Tool {
    fn new(name: &str, pages: usize, above: &Path) -> Self {
        let site = Site::named(name).expect("a known site");
        let [root, out, cache] = ["", "-out", "-cache"].map(|what| above.join(format!("{name}{what}")));
        site.write(pages, &root);
        let program = if site.is_hugo() { run::hugo().expect("hugo is on the path, or `HUGO` names it") } else { run::tilmash() };
        Self { program, site, root, out, cache }
    }

    fn build(&self) -> Run {
        let mut command = Command::new(&self.program);
        if self.site.is_hugo() {
            command.arg("--source").arg(&self.root).arg("--destination");
        } else {
            command.arg("build").arg("--root").arg(&self.root).arg("--output");
        }
        run::run(command.arg(&self.out).arg("--quiet").env("XDG_CACHE_HOME", &self.cache).env("HUGO_CACHEDIR", &self.cache))
    }

    fn check(&self) -> Run {
        let mut command = Command::new(&self.program);
        run::run(command.args(["check", "--quiet", "--root"]).arg(&self.root).env("XDG_CACHE_HOME", &self.cache))
    }

    fn cold(&self) -> Run {
        run::remove(&self.cache);
        self.build_anew()
    }

    /// A build into a new folder.
    fn build_anew(&self) -> Run {
        run::remove(&self.out);
        self.build()
    }

    /// A build after a paragraph in the middle of the site has got longer.
    fn edited(&self, pages: usize) -> Run {
        let key = self.site.corpus(pages).key(pages / 2);
        let path = self.root.join(format!("content/{key}.kk.md"));
        let page = fs::read_to_string(&path).expect("it was written");
        fs::write(&path, corpus::with_paragraph(&page, "Жаңа сөйлем.")).expect("the corpus can be written");
        self.build()
    }

    fn stamps(&self) -> BTreeMap<PathBuf, SystemTime> {
        let stamp = |path: &PathBuf| path.metadata().and_then(|metadata| metadata.modified()).expect("it was written");
        run::files(&self.out).map(|path| (path.clone(), stamp(&path))).collect()
    }
}

/// The table, row by row.
struct Table {
    rounds: usize,
    all: Vec<Run>,
}

impl Table {
    /// Runs all by turns, so that whatever befalls the machine befalls each of them.
    fn row(&mut self, name: &str, contestants: [Option<&dyn Fn() -> Run>; 3]) {
        let mut runs = [const { Vec::new() }; 3];
        for _ in 0..self.rounds {
            for (runs, contestant) in runs.iter_mut().zip(contestants) {
                runs.extend(contestant.map(|once| once()));
            }
        }
        let cells = runs.each_ref().map(|runs| (!runs.is_empty()).then(|| Run::median(runs)));
        self.all.extend(runs.into_iter().flatten());
        let shown = cells.map(|cell| {
            cell.map_or_else(|| "–".to_owned(), |run| format!("{}, {:.0} MiB", run.seconds(), run.memory as f64 / 1024.0))
        });
        let ratios = match cells {
            [Some(own), Some(hugo), _] => [
                hugo.wall.as_secs_f64() / own.wall.as_secs_f64(),
                hugo.processor.as_secs_f64() / own.processor.as_secs_f64(),
                hugo.memory as f64 / own.memory as f64,
            ]
            .map(|ratio| format!("× {ratio:.1}")),
            _ => ["–"; 3].map(str::to_owned),
        };
        println!("| {name} | {} | {} |", shown.join(" | "), ratios.join(" | "));
    }

    /// The part of the processors that other programs had.
    fn others(&self) -> f64 {
        let sum = |of: fn(&Run) -> Duration| self.all.iter().map(of).sum::<Duration>().as_secs_f64();
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        sum(|run| run.others) / (sum(|run| run.wall) * processors as f64)
    }
}

/// Shows that both tools have made the same things.
fn alike(tilmash: &Path, hugo: &Path) {
    let things = [tilmash, hugo].map(Things::of);
    println!("| in the output | Tilmash | Hugo |\n|---|--:|--:|");
    for (own, other) in things[0].0.iter().zip(&things[1].0) {
        println!("| {} | {} | {} |", own.0, own.1, other.1);
    }
    println!();
}

/// What was counted, by name.
struct Things(Vec<(&'static str, usize)>);

impl Things {
    /// What is counted in the pages of chapters, by what it begins with.
    const IN_CHAPTERS: [(&str, &str); 10] = [
        ("links", "<a "),
        ("languages in the head", "<link rel=\"alternate\" hreflang"),
        ("tags", "rel=\"tag\""),
        ("previous pages", "<a rel=\"prev"),
        ("next pages", "<a rel=\"next"),
        ("headings of the second level", "<h2 id"),
        ("ways back from footnotes", "doc-backlink"),
        ("tables", "<table"),
        ("blocks of code", "<pre"),
        ("pieces of highlighted code", "<span class"),
    ];

    fn of(out: &Path) -> Self {
        let mut kinds = [("chapters", 0), ("sections", 0), ("pages of tags", 0), ("other HTML", 0), ("other files", 0)];
        let mut found = Self::IN_CHAPTERS.map(|(name, _)| (name, 0));
        let (mut toc, mut bytes) = (0, 0);
        for path in run::files(out) {
            let inside = path.strip_prefix(out).expect("it is inside").to_string_lossy().into_owned();
            let kind = match inside.as_str() {
                other if !other.ends_with(".html") => 4,
                tag if tag.contains("/tags/") => 2,
                chapter if chapter.contains("/ch-") => 0,
                section if section.contains("/sec-") => 1,
                _ => 3,
            };
            kinds[kind].1 += 1;
            if kind == 0 {
                let page = fs::read_to_string(&path).expect("it was written");
                for ((_, sum), (_, beginning)) in found.iter_mut().zip(Self::IN_CHAPTERS) {
                    *sum += page.matches(beginning).count();
                }
                toc += page.split("<aside class=\"toc\">").nth(1).map_or(0, |contents| contents.matches("<li>").count());
                bytes += page.len();
            }
        }
        Self(kinds.into_iter().chain(found).chain([("entries of contents", toc), ("KiB of chapters", bytes >> 10)]).collect())
    }
}

/// The least that a site costs: every file read, made HTML and written, with no template, link or tag.
pub(crate) fn limit(content: &Path, out: &Path) {
    let files: Vec<PathBuf> = run::files(content).collect();
    for above in files.iter().filter_map(|file| file.parent()) {
        let folder = out.join(above.strip_prefix(content).expect("it is inside"));
        fs::create_dir_all(folder).expect("a folder can be made");
    }
    let page = |file: &PathBuf| {
        let text = fs::read_to_string(file).expect("it was written");
        let body = text.split_once("\n---\n").map_or(&*text, |(_, body)| body);
        let mut html = String::with_capacity(body.len() * 2);
        pulldown_cmark::html::push_html(&mut html, Parser::new_ext(body, Options::ENABLE_TABLES | Options::ENABLE_FOOTNOTES));
        let target = out.join(file.strip_prefix(content).expect("it is inside")).with_extension("html");
        fs::write(target, html).expect("the page can be written");
    };
    let two = rayon::ThreadPoolBuilder::new().num_threads(2).build().expect("threads can be started");
    two.install(|| files.par_iter().for_each(page));
}
