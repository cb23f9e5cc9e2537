//! The laws of the design that hold for "any" input, as properties of generated sites and texts.
//!
//! The numbers of cases suit a test run; `PROPTEST_CASES=2000` looks further, and
//! `PROPTEST_RNG_SEED` chooses others. Without these the cases are always the same.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use proptest::prelude::*;
use tilmash::base::{Idx, Severity};
use tilmash::load::{self, Inputs};
use tilmash::markdown::{self, Role, Span, SpanKind};
use tilmash::model::{Config, FrontMatter, LanguagePack};
use tilmash::parse::{HtmlPos, parse};
use tilmash::project::{Overrides, Project};
use tilmash::site::sitemap::PartLimits;

use crate::common::{self, Files, cases, difference, flaw, flaws, project, snapshot, state, unbalanced};

/// Keys of pages that edits write, delete and rename; some collide.
const PAGES: &[&str] = &[
    "content/index.kk.md",
    "content/index.en.md",
    "content/a.kk.md",
    "content/a.en.md",
    "content/A.kk.md",
    "content/s/index.kk.md",
    "content/s/index.en.md",
    "content/s/b.kk.md",
    "content/s/b.en.md",
    "content/s/ә б.kk.md",
    "content/s/t/c.en.md",
    "content/s.en.md",
    "content/plain.md",
    "content/x.qq.md",
    "content/_draft.kk.md",
];

/// Front matter that pages may have.
const FRONTS: &[&str] = &[
    "",
    "---\ntitle: Бет\n---\n",
    "---\ntitle: Page\norder: 2\n---\n",
    "---\ntitle: Other\norder: 1\ndescription: \"What it says\"\ndate: 2003-12-31\n---\n",
    "---\ntitle: Slugged\nslug: other\naliases: [/old/, /a/]\n---\n",
    "---\ntitle: Draft\ndraft: true\n---\n",
    "---\ntitle: T\ntemplate: own.html\ntags: [x, y]\nextra: {n: 1}\n---\n",
    "---\ntitel: wrong\n---\n",
    "---\ntitle: [not, text]\ntitle: twice\n---\n",
    "---\ntitle: never closed\n",
];

/// Blocks of Markdown that pages are put together from.
const BLOCKS: &[&str] = &[
    "# A title\n",
    "One sentence.\nAnother sentence.\n",
    "Бір сөйлем.\nЕкінші *сөйлем\nүзілген* мұнда.\n",
    "## A heading\n\nText under it.\n",
    "## Басқа тақырып {#given}\n\nText.\n",
    "### Deeper\n",
    "## Menu\n\n## Main\n\n## Notes title {#toc-title}\n\n## Ids {#1.1}\n\n## Quoted {#a\"b}\n",
    "Same [page](#menu-2), [sentence](a.md#2.1), [section](s/b.md#a-heading).\n",
    "See [a](a.md), [b](s/b.md), [up](../a.md#given) and [[s/b]].\n",
    "See [[a|words]] and [[a#a-heading]], [here](#given).\n",
    "Broken: [gone](gone.md), [[gone]], [anchor](a.md#nosuch), [out](../../../x.md).\n",
    "- item one\n- item *two*\n  - inner\n- [ ] task\n- [x] done\n",
    "1. first\n\n   second paragraph\n2. next\n",
    "> quoted \"text\" with 'inner' words\n> on two lines\n",
    "> [!NOTE]\n> An alert.\n",
    "| a | b |\n|:--|--:|\n| [[a]] | `x` |\n",
    "Term\n: Definition one\n: Definition two\n",
    "A note.[^1] Again.[^1] Other.[^two]\n\n[^1]: The *note*.\n\n[^two]: Second.\n",
    "Undefined[^nope] note.\n\n[^unused]: Never used.\n",
    "```rust\nfn main() { let x = \"<\"; }\n```\n",
    "```nosuchlang\nx < y\n```\n",
    "Raw <b>html</b> and <!-- a comment --> here.\n",
    "<div>\n*block*\n</div>\n",
    "Bare https://example.org/a_b(c), and www.example.org.\n",
    "[bad](javascript:alert(1)) ![pic](pic.svg) ![far](https://example.org/x.png)\n",
    "Hard  \nbreak\\\nand &amp; entity ~~gone~~.\n",
    "---\n",
    "Бір сөйлем.\nЕкнші сөйлем.\n",
    "Үшінші сөйлем.\nТөртінші.\n",
];

/// Whole texts for `site.yaml`.
const CONFIGS: &[&str] = &[
    "title: T\nlanguages: [kk, en]\n",
    "title: {kk: Кітап, en: Book}\nlanguages: [kk, en]\nsource: en\nbase_url: https://example.org/book/\ndate: 2020-01-02\n",
    "title: T\nlanguages: [en]\nsegments: false\n",
    "title: T\nlanguages: [kk, en, ru]\nside_by_side: false\nmarkdown: {raw_html: true, smart_punctuation: false}\n",
    "title: T\nlanguages: [kk, en]\ntheme: mine\nmarkdown: {highlight: false}\nseverity: {broken-link: warning, footnote: off}\n",
    "title: T\nlanguages: [kk, en]\nplans: [content/_source/plan.yaml]\n",
    "title: T\nlanguages: [kk, en]\nplans: [content/_source/gone.yaml]\nunknown: key\n",
    "title: T\n",
    "title: [broken\n",
];

/// Further files, by path: templates, a theme, a plan and its source, a picture.
const OTHERS: &[(&str, &[&str])] = &[
    (
        "templates/page.html",
        &[
            "{% extends \"default/page.html\" %}{% block byline %}<p>own</p>{% endblock byline %}",
            "{% extends \"default/page.html\" %}{% block byline %}{{ nosuch.field }}{% endblock byline %}",
            "{% extends \"gone.html\" %}",
            "{% if %}",
        ],
    ),
    ("templates/own.html", &["<!DOCTYPE html><html><body>{{ page.title }}</body></html>", "{{ page.title | nosuch }}"]),
    ("themes/mine/templates/base.html", &["{% extends \"default/base.html\" %}{% block footer %}{% endblock footer %}"]),
    ("themes/mine/languages/kk.yaml", &["strings: {home: Үй}\n", "quotes: [a]\nstrings: {home: [x]}\n"]),
    ("themes/default/languages/kk.yaml", &["strings: {notes: Ескерту}\n"]),
    ("themes/mine/static/style.css", &["body { color: red }", "body { color: blue }"]),
    ("themes/default/static/extra.js", &["1;"]),
    ("content/pic.svg", &["<svg/>", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>"]),
    ("content/pic.kk.svg", &["<svg id=\"kk\"/>"]),
    ("content/robots.txt", &["User-agent: *\n"]),
    (
        "content/_source/plan.yaml",
        &[
            "source: text.kk.txt\nlanguage: kk\nrepairs:\n  - {line: 1, found: Екінші, reading: Екнші, kind: typo}\nchapters:\n  - {key: a, title: Бірінші, paragraphs: [L1.1-L1.2]}\n  - {key: s/b, title: Екінші, rest: true}\ntouches:\n  L1.1: [s/b]\n",
            "source: text.kk.txt\nlanguage: kk\nchapters:\n  - {key: a, title: Бірінші, rest: true}\n",
            "source: gone.txt\nlanguage: kk\nchapters: []\n",
            "source: text.kk.txt\nnosuch: key\n",
        ],
    ),
    ("content/_source/text.kk.txt", &["Бір сөйлем. Екінші сөйлем.\nҮшінші сөйлем.\nТөртінші.\n", "Басқа.\n"]),
];

/// One edit by an author.
#[derive(Debug, Clone)]
enum Edit {
    Page { page: usize, front: usize, blocks: Vec<usize> },
    Other { file: usize, text: usize },
    Config { text: usize },
    Delete { file: usize },
    Rename { file: usize, to: usize },
    Copy { file: usize, to: usize },
}

fn edit() -> impl Strategy<Value = Edit> {
    let blocks = || prop::collection::vec(0..BLOCKS.len(), 0..5);
    prop_oneof![
        6 => (0..PAGES.len(), 0..FRONTS.len(), blocks()).prop_map(|(page, front, blocks)| Edit::Page { page, front, blocks }),
        3 => (0..OTHERS.len(), any::<usize>()).prop_map(|(file, text)| Edit::Other { file, text }),
        2 => (0..CONFIGS.len()).prop_map(|text| Edit::Config { text }),
        2 => any::<usize>().prop_map(|file| Edit::Delete { file }),
        2 => (any::<usize>(), 0..PAGES.len()).prop_map(|(file, to)| Edit::Rename { file, to }),
        1 => (any::<usize>(), 0..PAGES.len()).prop_map(|(file, to)| Edit::Copy { file, to }),
    ]
}

impl Edit {
    fn apply(&self, files: &mut Files) {
        let nth = |files: &Files, n: usize| files.keys().nth(n % files.len().max(1)).cloned();
        match self {
            Edit::Page { page, front, blocks } => {
                let blocks: Vec<&str> = blocks.iter().map(|&block| BLOCKS[block]).collect();
                files.insert(PAGES[*page].to_owned(), format!("{}{}", FRONTS[*front], blocks.join("\n")));
            }
            Edit::Other { file, text } => {
                let (path, texts) = OTHERS[*file];
                files.insert(path.to_owned(), texts[text % texts.len()].to_owned());
            }
            Edit::Config { text } => {
                files.insert("site.yaml".to_owned(), CONFIGS[*text].to_owned());
            }
            Edit::Delete { file } => {
                if let Some(path) = nth(files, *file) {
                    files.remove(&path);
                }
            }
            Edit::Rename { file, to } => {
                if let Some(text) = nth(files, *file).and_then(|path| files.remove(&path)) {
                    files.insert(PAGES[*to].to_owned(), text);
                }
            }
            Edit::Copy { file, to } => {
                if let Some(text) = nth(files, *file).and_then(|path| files.get(&path).cloned()) {
                    files.insert(PAGES[*to].to_owned(), text);
                }
            }
        }
    }
}

/// The site before the first edit: a home page and a page, each in both languages.
fn small_site() -> Files {
    let pages = [
        ("site.yaml", CONFIGS[0]),
        ("content/index.kk.md", "# Басты бет\n\nСәлем.\n"),
        ("content/index.en.md", "# Home\n\nHello, [a](a.md).\n"),
        ("content/a.kk.md", "# Бет\n\nБір сөйлем.\nЕкінші сөйлем.\n"),
        ("content/a.en.md", "# Page\n\nOne sentence.\nSecond sentence.\n"),
    ];
    pages.into_iter().map(|(path, text)| (path.to_owned(), text.to_owned())).collect()
}

proptest! {
    #![proptest_config(cases(48, 2000))]

    /// Law 2: after any sequence of edits, the state equals a fresh start from the same files. Law
    /// 7 holds for every problem on the way.
    #[test]
    fn warm_equals_cold(edits in prop::collection::vec(edit(), 1..10)) {
        let mut files = small_site();
        let mut warm = project();
        for edit in &edits {
            edit.apply(&mut files);
            let warm = snapshot(&warm.state(common::inputs(&files)));
            let cold = snapshot(&state(&files));
            if let Some(difference) = difference(&warm, &cold) {
                return Err(TestCaseError::fail(format!("after {edit:?}: {difference}")));
            }
            for problem in &cold.problems {
                prop_assert_eq!(flaw(problem, &files), None);
                prop_assert!(problem.place.is_some() || has_no_file(problem.code.name), "no place: {:?}", problem);
            }
        }
    }
}

proptest! {
    #![proptest_config(cases(24, 2000))]

    /// Law 2 again, through the disk. `refresh` returns the files as they are on disk, and a
    /// refresh of the changed paths alone, if it succeeds, gives the same result.
    #[test]
    fn warm_equals_cold_on_disk(edits in prop::collection::vec(edit(), 1..8)) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut files = small_site();
        let mut before = Files::new();
        let mut inputs: Option<Inputs> = None;
        let mut warm = Project::new(folder.path(), Overrides::default());
        for edit in &edits {
            edit.apply(&mut files);
            let mut on_disk = files.clone();
            // Some file systems do not distinguish these two names.
            on_disk.remove("content/A.kk.md");
            write_changes(folder.path(), &before, &on_disk);
            if let Some(inputs) = &inputs {
                let root = folder.path().canonicalize().expect("it is there");
                let names = before.keys().chain(on_disk.keys()).filter(|name| before.get(*name) != on_disk.get(*name));
                let paths: Vec<_> = names.map(|name| root.join(name)).collect();
                let all = load::refresh(folder.path(), None).expect("the folder can be read");
                let glanced = load::refresh_paths(inputs, &paths);
                prop_assert!(glanced.is_some() || !inputs.problems.is_empty(), "nothing hinders a glance at {:?}", paths);
                for other in [glanced, load::verify(folder.path(), inputs, &mut || false).expect("the folder can be read")] {
                    let Some(other) = other else { continue };
                    prop_assert_eq!(other.files.differences(&all.files, tilmash::load::File::has_same_content).len(), 0);
                    prop_assert_eq!(&other.problems, &all.problems);
                }
            }
            inputs = Some(load::refresh(folder.path(), inputs.as_ref()).expect("the folder can be read"));
            before = on_disk;
            let warm = snapshot(&warm.refresh().expect("the folder can be read"));
            let cold = snapshot(&Project::new(folder.path(), Overrides::default()).refresh().expect("the folder can be read"));
            if let Some(difference) = difference(&warm, &cold) {
                return Err(TestCaseError::fail(format!("after {edit:?}: {difference}")));
            }
        }
    }

    /// Law 4: any number of threads, any folder. Law 5: links are relative and lead somewhere.
    #[test]
    fn same_in_same_out_and_relocatable(edits in prop::collection::vec(edit(), 3..12)) {
        let mut files = small_site();
        edits.iter().for_each(|edit| edit.apply(&mut files));
        let on = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads can be started");
            pool.install(|| {
                let mut project = Project::new(format!("folder-{threads}").as_ref(), Overrides::default());
                snapshot(&project.state(common::inputs(&files)))
            })
        };
        let (one, four) = (on(1), on(4));
        // The message about a missing configuration names the folder.
        if files.contains_key("site.yaml") {
            prop_assert_eq!(difference(&one, &four), None);
        }
        // Links in raw HTML are the responsibility of the author.
        if files.get("site.yaml").is_some_and(|config| config.contains("raw_html: true")) {
            return Ok(());
        }
        let flaws = flaws(&one);
        prop_assert_eq!(&flaws.root_absolute, &Vec::<String>::new());
        prop_assert_eq!(&flaws.doubled_ids, &Vec::<String>::new());
        prop_assert_eq!(&flaws.nesting, &Vec::<String>::new());
        prop_assert_eq!(&flaws.inline, &Vec::<String>::new());
        // If two pages have one path, one gets no route, and such a site is not published.
        if !one.problems.iter().any(|problem| problem.code.name == "route-collision") {
            prop_assert_eq!(&flaws.dangling, &Vec::<String>::new());
        }
        // A broken anchor is reported, and the link stays as it is written.
        if !one.problems.iter().any(|problem| problem.code.name == "broken-anchor") {
            prop_assert_eq!(&flaws.anchors, &Vec::<String>::new());
        }
    }
}

/// Returns true for a diagnostic about no file: a missing configuration, or a collision of two
/// routes that the program makes.
fn has_no_file(code: &str) -> bool {
    matches!(code, "no-config" | "route-collision" | "template")
}

/// Changes a folder from one set of files to another. Unchanged files are not touched.
fn write_changes(root: &std::path::Path, before: &Files, after: &Files) {
    for path in before.keys().filter(|path| !after.contains_key(*path)) {
        fs::remove_file(root.join(path)).expect("a file that was written can be removed");
    }
    for (path, text) in after.iter().filter(|(path, text)| before.get(*path) != Some(text)) {
        let file = root.join(path);
        fs::create_dir_all(file.parent().expect("it is in a folder")).expect("folders can be made");
        fs::write(file, text).expect("files can be written");
    }
}

/// Pieces of Markdown, YAML and templates, including the hard ones.
const MARKDOWN: &[&str] = &[
    "*",
    "**",
    "_",
    "`",
    "``",
    "~~",
    "[",
    "]",
    "](",
    ")",
    "[[",
    "]]",
    "|",
    "![",
    "<",
    ">",
    "\n",
    "\n\n",
    "\n> ",
    "\n- ",
    "\n1. ",
    "\n: ",
    "\n  ",
    "\n    ",
    "[^a]",
    "\n\n[^b]: ",
    "\n\n    [^c]: ",
    "\n> [^d]: ",
    "\n[^a]: ",
    "\n[^b]: ",
    "\n```",
    "\n```rust\n",
    "\n~~~\n",
    "\n# ",
    "\n## ",
    " {#x}",
    " {#x .y}",
    "{#\"q}",
    "<b>",
    "</b>",
    "<!-- ",
    " -->",
    "<div>",
    "\n<div>\n",
    "&amp;",
    "&#0;",
    "&",
    "\\",
    "\\\n",
    "  \n",
    "\t",
    "ә",
    "😀",
    "e\u{301}",
    "\"",
    "'",
    "“",
    "https://a.b/c_d",
    "www.a.b",
    "http://",
    "javascript:x",
    "a@b.c",
    "<https://a.b>",
    "\n---\n",
    "\n===\n",
    "\r\n",
    "\u{0}",
    "\u{feff}",
    "\u{2028}",
    "[!NOTE]",
    "\n> [!TIP]\n> ",
    "\n- [ ] ",
    "\n- [x] ",
    "|-|-|",
    "\n|a|b|\n|-|-|\n|c|d|\n",
    "a",
    "b ",
    " ",
    ".",
    "x.md",
    "#x",
    "/x",
    "..",
    "1",
    "!",
    "(",
    "^",
    "~",
    "=",
    ":",
    "word ",
    "\n[x]: y.md \"t\"\n",
    "$x$",
    "$$",
    "++",
    "==",
];

/// Returns the first fault of the spans of a text.
fn unsound(text: &str, spans: &[Span]) -> Option<String> {
    let (mut open, mut before) = (Vec::new(), 0..0);
    for span in spans {
        let range = span.range();
        let fault = |what: &str| Some(format!("{what}: {span:?} in {spans:?}"));
        if range.is_empty() && !matches!(span.kind, SpanKind::Destination(_)) || text.get(range.clone()).is_none() {
            return fault("no piece of the text");
        }
        if matches!(span.kind, SpanKind::Destination(_)) {
            if range.start < before.start || range.end > before.end {
                return fault("outside of its link");
            }
            continue;
        }
        if range.start < before.end {
            return fault("overlaps");
        }
        match span.kind {
            SpanKind::Markup(Role::Open, kind) => open.push(kind),
            SpanKind::Markup(Role::Close, kind) if open.pop() != Some(kind) => return fault("does not nest"),
            _ => {}
        }
        before = range;
    }
    (!open.is_empty()).then(|| "left open".to_owned())
}

fn markdown() -> impl Strategy<Value = String> {
    prop::collection::vec(
        prop_oneof![12 => prop::sample::select(MARKDOWN).prop_map(str::to_owned), 1 => any::<char>().prop_map(String::from)],
        0..40,
    )
    .prop_map(|pieces| pieces.concat())
}

const YAML: &[&str] = &[
    "title",
    "languages",
    "source",
    "order",
    "slug",
    "date",
    "aliases",
    "draft",
    "tags",
    "extra",
    "base_url",
    "theme",
    "plans",
    "severity",
    "markdown",
    "segments",
    ": ",
    ":",
    "\n",
    "\n  ",
    "\n- ",
    "- ",
    "[",
    "]",
    "{",
    "}",
    ", ",
    "\"",
    "'",
    "|",
    ">",
    "|\n  ",
    "&a ",
    "*a",
    "!!str ",
    "#",
    " # ",
    "~",
    "null",
    "true",
    "1",
    "-1",
    "1e999",
    "0x1f",
    "2003-02-30",
    "2003-02-28",
    "kk",
    "en",
    "ә",
    "😀",
    "\t",
    "\r\n",
    "\u{0}",
    "\u{feff}",
    "---",
    "...",
    "\n---\n",
    "<<: ",
    "%YAML 1.2\n",
    "? ",
    "https://a.b",
    "../x",
    "a/b",
    "99999999999999999999",
];

fn yaml() -> impl Strategy<Value = String> {
    let pair = (prop::sample::select(YAML), prop::sample::select(YAML)).prop_map(|(key, value)| format!("{key}: {value}\n"));
    let piece = prop::sample::select(YAML).prop_map(str::to_owned);
    prop::collection::vec(prop_oneof![2 => piece, 1 => pair, 1 => any::<char>().prop_map(String::from)], 0..16)
        .prop_map(|pieces| pieces.concat())
}

const TEMPLATE: &[&str] = &[
    "{{ ",
    " }}",
    "{% ",
    " %}",
    "{#",
    "#}",
    "{%- ",
    "-%}",
    "page",
    ".title",
    ".nosuch",
    "[0]",
    "[\"x\"]",
    "if ",
    "else",
    "endif",
    "for ",
    " in ",
    "endfor",
    "set x = ",
    "block b",
    "endblock b",
    "extends \"default/base.html\"",
    "extends \"x\"",
    "include \"page.html\"",
    " | ",
    "safe",
    "length",
    "fill(n=1)",
    "nosuch",
    "(",
    ")",
    "\"",
    "'",
    "1",
    "1 / 0",
    " + ",
    " ~ ",
    "not ",
    "component c()",
    "endcomponent c",
    "<c/>",
    "<sign/>",
    "ә",
    "😀",
    "\n",
    "x",
    "raw",
    "endraw",
    "macro m()",
    "filter upper",
    "range(end=3)",
    "now()",
    "throw(message=\"m\")",
    "[",
    "]",
    "{",
    "}",
];

fn template() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(TEMPLATE).prop_map(str::to_owned);
    let shown = prop::sample::select(TEMPLATE).prop_map(|it| format!("{{{{ {it} }}}}"));
    let tag = prop::sample::select(TEMPLATE).prop_map(|it| format!("{{% {it} %}}"));
    prop::collection::vec(prop_oneof![2 => piece, 1 => shown, 2 => tag, 1 => any::<char>().prop_map(String::from)], 0..10)
        .prop_map(|pieces| pieces.concat())
}

fn pack() -> Arc<LanguagePack> {
    let quotes = ["«", "»", "“", "”"].map(str::to_owned);
    Arc::new(LanguagePack { quotes, ..LanguagePack::default() })
}

/// Returns a document whose paragraphs and notes refer to notes. `places` has the paragraph before
/// which each note is defined.
fn with_notes(paragraphs: &[Vec<usize>], notes: &[Vec<usize>], places: &[(usize, usize)]) -> tilmash::parse::Document {
    let refs = |refs: &[usize]| refs.iter().map(|at| format!("[^{}]", at % notes.len())).collect::<String>();
    let mut blocks: Vec<(usize, usize, String)> = Vec::new();
    for (at, own) in paragraphs.iter().enumerate() {
        blocks.push((at, usize::MAX, format!("## Same\n\nText {at}.{}\n", refs(own))));
    }
    for (at, (own, (place, turn))) in notes.iter().zip(places).enumerate() {
        let refs = refs(own);
        blocks.push((
            place % (paragraphs.len() + 1),
            turn * notes.len() + at,
            format!("[^{at}]: Note {at}.{refs}\n\n    ## Same\n\n    > | a |\n    > |---|\n    > | {at} |\n"),
        ));
    }
    blocks.sort();
    let text: Vec<String> = blocks.into_iter().map(|(_, _, text)| text).collect();
    let input = common::page(format!("---\ntitle: X\n---\n\n{}", text.join("\n")), pack());
    parse(&input).0
}

proptest! {
    #![proptest_config(cases(300, 2000))]

    /// The page does not depend on the places of definitions. Numbers are given in the order of a
    /// walk through the text, then through the notes.
    #[test]
    fn a_definition_that_is_moved_moves_nothing(
        paragraphs in prop::collection::vec(prop::collection::vec(0..9_usize, 0..3), 1..4),
        notes in prop::collection::vec(prop::collection::vec(0..9_usize, 0..3), 1..7),
        places in prop::collection::vec((0..9_usize, 0..9_usize), 6),
    ) {
        let here = with_notes(&paragraphs, &notes, &[(paragraphs.len(), 0); 6]);
        let there = with_notes(&paragraphs, &notes, &places);
        prop_assert_eq!(&here.body, &there.body);
        prop_assert_eq!(&here.notes, &there.notes);
        prop_assert_eq!(&here.headings, &there.headings);
        let mut walk: Vec<usize> = Vec::new();
        let met = |refs: &[usize], walk: &mut Vec<usize>| {
            for note in refs.iter().map(|at| at % notes.len()) {
                if !walk.contains(&note) {
                    walk.push(note);
                }
            }
        };
        paragraphs.iter().for_each(|refs| met(refs, &mut walk));
        let mut at = 0;
        while let Some(&note) = walk.get(at) {
            met(&notes[note], &mut walk);
            at += 1;
        }
        let labels: Vec<String> = here.notes.iter().map(|note| note.label.clone()).collect();
        let walk: Vec<String> = walk.iter().map(usize::to_string).collect();
        prop_assert_eq!(&labels[..walk.len()], &walk[..]);
        prop_assert_eq!(labels.len(), notes.len());
    }
}

proptest! {
    #![proptest_config(cases(3000, 2000))]

    /// Any Markdown makes a document whose places hold, whose HTML is well nested, and whose
    /// sentences can be taken out of it.
    #[test]
    fn any_markdown_makes_a_sound_document(text in markdown(), segments in any::<bool>(), smart in any::<bool>()) {
        let mut input = common::page(text.clone(), pack());
        let settings = Arc::make_mut(&mut input.settings);
        (settings.smart_punctuation, settings.segments) = (smart, segments);
        let (document, problems) = parse(&input);
        let files = Files::from([("content/x.kk.md".to_owned(), text.clone())]);
        for problem in &problems {
            prop_assert_eq!(flaw(problem, &files), None);
        }
        let html = &document.body.html;
        let mut last = HtmlPos(0);
        for hole in &document.body.holes {
            prop_assert!(hole.at >= last && html.is_char_boundary(hole.at.0 as usize), "{:?}", hole);
            last = hole.at;
        }
        // The text, then the notes, without a gap.
        let mut end = document.text_end();
        prop_assert_eq!(unbalanced(&html[..end.0 as usize]), None, "in {:?}", html);
        for (at, note) in document.notes.enumerated() {
            prop_assert_eq!((note.number as usize, note.html.start), (at.number() + 1, end));
            prop_assert_eq!(unbalanced(&html[note.html.bytes()]), None, "in note {:?} of {:?}", note, html);
            let mut own = note.segments.iter().map(|segment| document.segments[segment]);
            prop_assert!(own.all(|segment| segment.note == Some(at) && note.html.start <= segment.html.start));
            end = note.html.end;
        }
        prop_assert_eq!(end, document.body.end());
        // Texts and elements are in order. A text has no markup, and an element is complete.
        let mut last = HtmlPos(0);
        for range in &document.body.texts {
            prop_assert!(range.start >= last && range.start < range.end, "{:?}", range);
            prop_assert!(!html[range.bytes()].contains('<'), "{:?} in {:?}", range, html);
            last = range.end;
        }
        prop_assert!(document.body.elements.is_sorted_by_key(|element| element.html.start));
        for element in &document.body.elements {
            let (whole, name) = (&html[element.html.bytes()], element.kind.name());
            prop_assert!(whole.starts_with(&format!("<{name}")) && whole.ends_with(&format!("</{name}>")), "{:?}", whole);
            prop_assert_eq!(unbalanced(whole), None, "in element {:?} of {:?}", element, html);
        }
        let mut last = None;
        for segment in &document.segments {
            prop_assert!(last < Some(segment.id), "{:?} after {:?}", segment, last);
            last = Some(segment.id);
            let piece = html.get(segment.html.bytes());
            prop_assert!(piece.is_some(), "{:?}", segment);
            prop_assert_eq!(unbalanced(piece.expect("it is there")), None, "in segment {:?} of {:?}", segment, html);
            prop_assert!(text.get(segment.bytes.0 as usize..segment.bytes.1 as usize).is_some(), "{:?}", segment);
        }
        let mut end = HtmlPos(0);
        for block in &document.blocks {
            let piece = html.get(block.html.bytes());
            prop_assert!(piece.is_some() && block.html.start >= end, "{:?}", block);
            prop_assert_eq!(unbalanced(piece.expect("it is there")), None, "in block {:?} of {:?}", block, html);
            prop_assert!(text.get(block.bytes.0 as usize..block.bytes.1 as usize).is_some(), "{:?}", block);
            prop_assert!(block.segments.start <= block.segments.end && block.segments.end <= document.segments.end());
            end = block.html.end;
        }
        let mut anchors: Vec<&str> = document.headings.iter().map(|heading| heading.anchor.as_str()).collect();
        anchors.sort_unstable();
        anchors.dedup();
        prop_assert_eq!(anchors.len(), document.headings.len(), "every heading has an anchor of its own");
    }

    /// For any text, spans are in order, do not overlap, are nested, and begin and end between
    /// characters.
    #[test]
    fn any_markdown_has_sound_spans(text in markdown()) {
        for smart_punctuation in [false, true] {
            let (_, spans) = markdown::read(&text, 0, markdown::Dialect::Page { smart_punctuation });
            prop_assert_eq!(unsound(&text, &spans), None, "in {:?}", text);
        }
        prop_assert_eq!(unsound(&text, &markdown::spans(&text)), None, "alone: {:?}", text);
        markdown::plain(&text);
    }

    /// The blocks of a text leave out only white space.
    #[test]
    fn any_markdown_is_in_its_blocks(text in markdown()) {
        let mut at = 0;
        for block in markdown::blocks(&text) {
            let between = text.get(at..block.range.start);
            prop_assert!(between.is_some_and(|between| between.trim_matches('\u{feff}').trim().is_empty()), "{:?} in {:?}", between, text);
            at = block.range.end;
        }
        prop_assert!(text[at..].trim_matches('\u{feff}').trim().is_empty(), "{:?} in {:?}", &text[at..], text);
    }

    /// The same for the bare writer. Its output may be unsound if the author's HTML is, but it
    /// ends.
    #[test]
    fn any_markdown_is_commonmark(text in markdown()) {
        tilmash::parse::markdown::commonmark(&text);
    }

    /// Any YAML is read or refused, and all places are inside it.
    #[test]
    fn any_yaml_is_read_or_refused(text in yaml()) {
        let files = Files::from([("site.yaml".to_owned(), text.clone())]);
        let (_, problems) = Config::read(&"site.yaml".into(), &text);
        for problem in &problems {
            prop_assert_eq!(flaw(problem, &files), None);
        }
        if let Ok(node) = tilmash::base::yaml::read(&"site.yaml".into(), &text, 0..text.len()) {
            let mut problems = Vec::new();
            FrontMatter::read(&node, &mut problems);
            let _ = LanguagePack::default().overlaid(&node, &mut problems);
            for problem in &problems {
                prop_assert_eq!(flaw(problem, &files), None);
            }
        }
    }

    /// Any text at all, as front matter and text.
    #[test]
    fn any_text_is_a_page(front in yaml(), text in any::<String>()) {
        let text = format!("---\n{front}\n---\n{text}");
        let mut input = common::page(text.clone(), pack());
        Arc::make_mut(&mut input.settings).raw_html = true;
        let (_, problems) = parse(&input);
        let files = Files::from([("content/x.kk.md".to_owned(), text)]);
        for problem in &problems {
            prop_assert_eq!(flaw(problem, &files), None);
        }
    }
}

proptest! {
    #![proptest_config(cases(100, 2000))]

    /// Any two pages make a site whose pages are sound, also side by side.
    #[test]
    fn any_markdown_makes_sound_pages(left in markdown(), right in markdown()) {
        let mut files = small_site();
        files.insert("content/a.kk.md".to_owned(), format!("---\ntitle: T\n---\n{left}"));
        files.insert("content/a.en.md".to_owned(), format!("---\ntitle: T\n---\n{right}"));
        let snapshot = snapshot(&state(&files));
        for problem in &snapshot.problems {
            prop_assert_eq!(flaw(problem, &files), None);
        }
        let flaws = flaws(&snapshot);
        prop_assert_eq!(&flaws.nesting, &Vec::<String>::new());
        prop_assert_eq!(&flaws.doubled_ids, &Vec::<String>::new());
        prop_assert_eq!(&flaws.root_absolute, &Vec::<String>::new());
        prop_assert_eq!(&flaws.dangling, &Vec::<String>::new());
        prop_assert_eq!(&flaws.inline, &Vec::<String>::new());
        if !snapshot.problems.iter().any(|problem| problem.code.name == "broken-anchor") {
            prop_assert_eq!(&flaws.anchors, &Vec::<String>::new());
        }
    }

    /// Any template is accepted or refused, and each problem has a place in a template.
    #[test]
    fn any_template_is_used_or_refused(text in template()) {
        let mut files = small_site();
        files.insert("templates/page.html".to_owned(), text);
        let snapshot = snapshot(&state(&files));
        for problem in &snapshot.problems {
            prop_assert_eq!(flaw(problem, &files), None);
        }
    }
}

/// The pieces above are useful only if they make whole sites: for example, a chapter as the split
/// writes it.
#[test]
fn the_plan_of_the_edits_makes_chapters() {
    let mut files = small_site();
    files.insert("site.yaml".to_owned(), CONFIGS[5].to_owned());
    for wanted in ["content/_source/plan.yaml", "content/_source/text.kk.txt"] {
        let (path, texts) = OTHERS.iter().find(|(path, _)| *path == wanted).expect("it is in the table");
        files.insert((*path).to_owned(), texts[0].to_owned());
    }
    for chapter in &state(&files).splits[0].chapters {
        files.insert(chapter.file.clone(), chapter.markdown.clone());
    }
    let state = state(&files);
    let errors: Vec<_> = state.problems.iter().filter(|it| it.severity == Severity::Error).collect();
    assert!(errors.is_empty(), "{errors:?}");
    let snapshot = snapshot(&state);
    let page = String::from_utf8_lossy(&snapshot.routes["kk/a/index.html"]);
    assert!(page.contains("<ins class=\"repair\">Екнші</ins>") && page.contains("source-mark"), "{page}");
    assert!(snapshot.routes.contains_key("kk/source-order/index.html"));
}

#[test]
fn an_empty_project_has_one_problem() {
    let state = project().state(Arc::new(Inputs::default()));
    let names: Vec<_> = state.problems.iter().map(|problem| problem.code.name).collect();
    assert_eq!(names, ["no-config"]);
}

#[test]
fn a_sitemap_is_split_without_loss() {
    let mut files = Files::new();
    files.insert(
        "site.yaml".into(),
        "title: T\nlanguages: [kk, en]\nbase_url: https://example.org/a&b/\ndate: 2003-12-31\n".into(),
    );
    for page in ["index", "a", "ә б", "c&d", "e", "f", "g/index", "g/h"] {
        files.insert(format!("content/{page}.kk.md"), "---\ntitle: Бет\ndate: 2003-12-31\n---\n".into());
        files.insert(format!("content/{page}.en.md"), "# Page\n".into());
    }
    files.insert("content/draft.kk.md".into(), "---\ntitle: D\ndraft: true\n---\n".into());
    let made = |sitemap_limits: PartLimits| {
        let overrides = Overrides { sitemap_limits, drafts: true, ..Overrides::default() };
        let state = Project::new(Path::new("site"), overrides).state(common::inputs(&files));
        snapshot(&state).routes
    };
    let text = |routes: &BTreeMap<String, Vec<u8>>, path: &str| String::from_utf8(routes[path].clone()).expect("it is UTF-8");
    let entries = |xml: &str| xml.lines().filter(|line| line.starts_with("<url>")).map(str::to_owned).collect::<Vec<_>>();
    let whole = made(PartLimits::default());
    assert!(!whole.contains_key("sitemap-1.xml"));
    let all = entries(&text(&whole, "sitemap.xml"));
    assert_eq!(all.len(), 17, "the pages of two languages and the front page, but no draft");
    let mut limits: Vec<PartLimits> =
        (1..=all.len()).map(|addresses| PartLimits { addresses, ..PartLimits::default() }).collect();
    limits.extend([1, 1500, 2000, 4000, 9000].map(|bytes| PartLimits { bytes, ..PartLimits::default() }));
    for limits in limits {
        let routes = made(limits);
        let index = text(&routes, "sitemap.xml");
        let parts: Vec<String> = (1..).map(|n| format!("sitemap-{n}.xml")).take_while(|path| routes.contains_key(path)).collect();
        if limits.addresses == all.len() {
            assert_eq!((index, parts), (text(&whole, "sitemap.xml"), Vec::new()));
            continue;
        }
        let locations = index.lines().filter(|line| line.starts_with("<sitemap>")).count();
        assert!(index.contains("<sitemapindex") && locations == parts.len() && parts.len() > 1, "{limits:?}: {index}");
        assert!(parts.iter().all(|path| index.contains(&format!("<loc>https://example.org/a&amp;b/{path}</loc>"))), "{index}");
        let mut found = Vec::new();
        for part in parts {
            let xml = text(&routes, &part);
            let own = entries(&xml);
            assert!((1..=limits.addresses).contains(&own.len()), "{limits:?}, {part}: {}", own.len());
            assert!(xml.len() <= limits.bytes || own.len() == 1, "{limits:?}, {part}: {}", xml.len());
            found.extend(own);
        }
        assert_eq!(found, all, "{limits:?}");
    }
}
