//! No work is quadratic: a site with twice as many pages takes twice the work.
//!
//! The tests count output bytes, which are the same on every machine. For work that the output does
//! not show there is a time limit that only a quadratic program exceeds.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tilmash::base::code;
use tilmash::model::LanguagePack;
use tilmash::parse::parse;

#[path = "../benches/speed/corpus.rs"]
#[allow(dead_code, reason = "the benchmark uses the rest of it")]
mod corpus;
#[path = "../benches/speed/names.rs"]
#[allow(dead_code, reason = "the benchmark uses the rest of it")]
mod names;
use crate::common::{self, Files, Snapshot, is_long, project, snapshot};

/// Returns the bytes of the whole site for three numbers of pages: the first, and then so many more
/// and twice as many more. A short run adds a quarter of the pages.
fn sizes(first: usize, more: usize, site: impl Fn(usize) -> Files) -> Vec<usize> {
    let more = if is_long() { more } else { more / 4 };
    let numbers = [first, first + more, first + 3 * more];
    let bytes = |snapshot: &Snapshot| snapshot.routes.values().map(Vec::len).sum::<usize>();
    numbers.iter().map(|&pages| bytes(&snapshot(&common::state(&site(pages))))).collect()
}

/// Asserts that doubling the pages at most doubles the added bytes, with a small margin.
fn assert_linear(what: &str, sizes: &[usize], tolerance: f64) {
    let steps: Vec<f64> = sizes.windows(2).map(|pair| pair[1] as f64 - pair[0] as f64).collect();
    for pair in steps.windows(2) {
        let growth = pair[1] / pair[0];
        assert!(growth < 2.0 * tolerance, "{what}: {sizes:?} grows by {growth:.2} where the pages double");
    }
}

fn site(pages: usize, page: impl Fn(usize) -> (String, String)) -> Files {
    let mut files = Files::from([
        ("site.yaml".to_owned(), "title: T\nlanguages: [kk, en]\nseverity: {missing-translation: off}\n".to_owned()),
        ("content/index.kk.md".to_owned(), "# Басты бет\n".to_owned()),
    ]);
    files.extend((0..pages).map(page));
    files
}

#[test]
fn a_site_of_usual_pages_grows_in_proportion() {
    let made = |pages| {
        let mut files = Files::new();
        let corpus = corpus::Corpus { pages, side_by_side: true, highlight: false, terms: 0 };
        corpus.files(|path, text| drop(files.insert(path.to_owned(), text.to_owned())));
        files
    };
    // The menu of every page has all sections, up to a hundred: a little more than double.
    assert_linear("the corpus", &sizes(30, 50, made), 1.15);
}

#[test]
fn a_site_with_terms_grows_in_proportion() {
    let made = |pages| {
        let mut files = Files::new();
        let corpus = corpus::Corpus { pages, side_by_side: true, highlight: false, terms: pages };
        corpus.files(|path, text| drop(files.insert(path.to_owned(), text.to_owned())));
        names::files(pages, |path, text| drop(files.insert(path.to_owned(), text.to_owned())));
        files
    };
    assert_linear("the corpus with terms", &sizes(30, 50, made), 1.15);
}

#[test]
fn the_page_of_a_frequent_term_has_a_limit() {
    let mut files =
        site(60, |n| (format!("content/p{n:04}.kk.md"), format!("# Бет {n}\n\nКаспий бар.\nКаспий алыс.\nКаспий жақын.\n")));
    files.insert("content/_terms.yaml".to_owned(), "caspian: {kind: place, names: {kk: Каспий}}\n".to_owned());
    let snapshot = snapshot(&common::state(&files));
    let page = String::from_utf8_lossy(&snapshot.routes["kk/terms/caspian/index.html"]).into_owned();
    // Each of the 60 pages has one sentence of its three: two would be more than a hundred.
    assert_eq!(page.matches("<li class=\"mention").count(), 60);
    assert!(page.contains("180 сөйлемнің 60 көрсетілген"), "{page}");
}

/// Terms that would take a time with the square of their number if one stage compared each of them
/// with all others: equal positions, beginnings of one another, unknown keys, circles of links.
#[test]
fn hostile_terms_take_time_in_proportion() {
    let term = |n: usize| {
        let (name, next) = ("a ".repeat(n % 90 + 1) + &n.to_string(), (n + 1) % 1500);
        let description = format!("{{kk: \"[[t{next}]]\"}}");
        format!("t{n}: {{kind: place, names: {{kk: {name}}}, description: {description}, coordinates: [43, 76], see: [x{n}]}}\n")
    };
    let text = format!("# Бет\n\n{}.\n", "a ".repeat(3000));
    let mut files = site(1, |_| ("content/a.kk.md".to_owned(), text.clone()));
    files.insert("content/_terms.yaml".to_owned(), (0..1500).map(term).collect());
    let start = Instant::now();
    let state = common::state(&files);
    assert_eq!(state.problems.iter().filter(|problem| *problem.code == code::BAD_VALUE).count(), 1500);
    assert!(state.site().is_some_and(|site| site.glossary.terms.len() == 1500));
    snapshot(&state);
    assert!(start.elapsed() < Duration::from_secs(60), "{:?}", start.elapsed());
}

#[test]
fn code_with_a_very_long_line_is_not_highlighted() {
    let text = format!("# Бет\n\nСөйлем.\n\n```js\n{}\n```\n", "x ".repeat(2000));
    let snapshot = snapshot(&common::state(&site(1, |_| ("content/a.kk.md".to_owned(), text.clone()))));
    assert!(snapshot.problems.iter().any(|problem| *problem.code == code::HIGHLIGHT_LIMIT), "{:?}", snapshot.problems);
}

#[test]
fn a_single_section_grows_in_proportion() {
    let made = |pages| site(pages, |n| (format!("content/p{n:04}.kk.md"), format!("# Бет {n}\n\nСөйлем.\n")));
    assert_linear("one section", &sizes(100, 250, made), 1.05);
}

#[test]
fn many_sections_grow_in_proportion() {
    let made = |pages| {
        site(pages, |n| {
            let (section, page) = (n / 2, n % 2);
            let name = if page == 0 { "index".to_owned() } else { format!("p{page}") };
            (format!("content/s{section:03}/{name}.kk.md"), format!("# Бет {n}\n\nСөйлем.\n"))
        })
    };
    // Beyond a hundred sections the menu does not grow.
    assert_linear("many sections", &sizes(220, 500, made), 1.05);
}

#[test]
fn linked_pages_grow_in_proportion() {
    let made = |pages| {
        site(pages, |n| {
            let next = (n + 1) % pages;
            (format!("content/p{n:04}.kk.md"), format!("# Бет {n}\n\n[[p{next:04}]] [[p0000]] [[index]]\n"))
        })
    };
    assert_linear("links", &sizes(100, 250, made), 1.05);
}

#[test]
fn a_site_with_few_translations_grows_in_proportion() {
    let made = |pages| {
        let mut files = site(pages, |n| (format!("content/p{n:04}.kk.md"), format!("# Бет {n}\n\nСөйлем.\n")));
        for n in (0..pages).step_by(50) {
            files.insert(format!("content/p{n:04}.en.md"), format!("# Page {n}\n\nSentence. [[p{:04}]]\n", (n + 1) % pages));
        }
        files
    };
    assert_linear("few translations", &sizes(100, 250, made), 1.05);
}

#[test]
fn hints_for_many_broken_links_are_limited() {
    let pages = if is_long() { 3000 } else { 1000 };
    let files = site(pages, |n| {
        let links: String = (0..5).map(|link| format!("[[pagge-{n:04}-{link}]] [x](pagge-{n:04}-{link}.md) ")).collect();
        (format!("content/page-{n:04}.kk.md"), format!("# Бет {n}\n\n{links}\n"))
    });
    let start = Instant::now();
    let state = common::state(&files);
    let broken: Vec<_> = state.problems.iter().filter(|problem| problem.code.name == "broken-link").collect();
    assert_eq!(broken.len(), pages * 10);
    assert!(broken[0].hints[0].contains("did you mean"), "{:?}", broken[0]);
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
}

#[test]
fn one_edit_of_a_thousand_pages_parses_one_page() {
    let mut files = site(1000, |n| (format!("content/p{n:04}.kk.md"), format!("# Бет {n}\n\nСөйлем.\n")));
    let mut project = project();
    // The same texts in the same memory, as after a refresh from disk.
    let before = project.state(common::inputs(&files));
    files.insert("content/p0500.kk.md".to_owned(), "# Басқа\n\nСөйлем.\n".to_owned());
    let after = project.state(common::inputs(&files));
    let (before, after) = (before.site().expect("it is whole"), after.site().expect("it is whole"));
    let kept = before.works.iter().zip(&after.works).filter(|(a, b)| {
        let document = |work: &tilmash::site::Work| work.editions[0].as_ref().map(|edition| Arc::clone(&edition.document));
        matches!((document(a), document(b)), (Some(a), Some(b)) if Arc::ptr_eq(&a, &b))
    });
    assert_eq!(kept.count(), 1000, "the home page and all pages but one are the documents that were there");
}

/// A page quotes a sentence many times, and that sentence quotes another one as often.
#[test]
fn quotations_in_quotations_are_limited() {
    let files = Files::from([
        ("site.yaml".to_owned(), "title: T\nlanguages: [kk]\nlimits: {output: 1MB}\n".to_owned()),
        ("content/a.kk.md".to_owned(), format!("# A\n\n{}\n", "![[b#1.1]] ".repeat(3000))),
        ("content/b.kk.md".to_owned(), format!("# B\n\n{}\n", "![[c#1.1]] ".repeat(3000))),
        ("content/c.kk.md".to_owned(), "# C\n\nWord.\n".to_owned()),
    ]);
    let pages = common::snapshot(&common::state(&files)).routes;
    let counts = ["a", "b"].map(|key| {
        let page = String::from_utf8(pages[&format!("kk/{key}/index.html")].clone()).expect("UTF-8");
        (page.matches("Word.").count(), page.matches("quoted-from").count())
    });
    // A quotation without room is a link. On the first page, the quotations in the first quotation
    // take all of the room.
    let [(0, 3000), (1..1100, 3000)] = counts else { panic!("{counts:?}") };
}

/// Pieces that were quadratic once, or could be. Repeated many times, they must stay fast.
#[test]
fn no_text_takes_long() {
    const PIECES: &[&str] = &[
        "xhttps://",
        "https://a.b ",
        "(https://",
        "www.a.b,",
        "[^x] ",
        "[^x]: y\n\n",
        "[^a]:",
        "```\n",
        "> ~~~\n\n",
        "\u{202b}",
        "\u{2066}\u{2069}\u{202c}",
        "# a\n",
        "# a {#b}\n",
        "**a ",
        "[[a",
        "[[a]] ",
        "<!-- ",
        "> ",
        "- a\n",
        "| a | b |\n",
        "| a | b |\n|---|---|\n| yes | yes |\n| yes | |\n\n",
        "a[^1] <!-- note: x -->\n\n[^1]: b\n    c\n",
        "| <!-- a |\n|---|\n",
        "` ",
        "\"a\" ",
        "![",
        "![[a#1]] ",
        "![[#1.1]]\n",
        "- ![[a#1]]\n",
        "[a](b.md) ",
        "a'b ",
        "'a ",
        "'em ",
        "'a 'em ",
        "5'1\" ",
        "\"1 1 ",
        "# ![a](b.png)\n",
        "&amp;",
        "*a\n",
        "[x]: y\n",
        "a\n: b\n\n",
        "<b>",
    ];
    for piece in PIECES {
        let text = piece.repeat(80_000 / piece.len());
        let pack = LanguagePack { elisions: vec!["'em".to_owned()], ..LanguagePack::default() };
        let input = common::page(text, Arc::new(pack));
        let start = Instant::now();
        parse(&input);
        // A hundred times the usual time, and a tenth of the time of a quadratic program.
        assert!(start.elapsed() < Duration::from_secs(10), "{piece:?} took {:?}", start.elapsed());
    }
}
