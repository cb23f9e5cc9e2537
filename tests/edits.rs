//! Edits of a site whose previous state is known. The new state equals a fresh start (law 2), most
//! of it is shared with the previous one, and a page whose fingerprint is unchanged is unchanged.
//!
//! A page is a value here, and an edit changes one part of it, as authors do.

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;
use tilmash::output::fingerprints::Fingerprints;
use tilmash::project::{RebuildStats, State};
use tilmash::site::WorkId;

use crate::common::{self, Files, Snapshot, cases, difference, is_long, project, snapshot, state};

/// The parts of a page that an edit may change, one at a time.
#[derive(Debug, Clone, Default)]
struct Page {
    title: usize,
    order: Option<usize>,
    description: Option<usize>,
    date: Option<usize>,
    slug: Option<usize>,
    tags: usize,
    aliases: usize,
    draft: bool,
    template: bool,
    blocks: Vec<usize>,
    is_gone: bool,
}

const KEYS: &[&str] = &["index", "a", "b", "s/index", "s/c", "s/d", "s/t/e", "z/index", "z/f"];

const TITLES: &[&str] = &["Alpha", "Beta", "Gamma ә", "Delta & Co", "Zeta"];

const TAGS: &[&str] = &["", "[x]", "[x, y]", "[X, z]", "[\"!\"]"];

const BLOCKS: &[&str] = &[
    "Бір сөйлем.\nЕкнші сөйлем.\n",
    "Төртінші [[s/c]] туралы.\n",
    "One sentence.\nAnother [[b]] sentence.\n",
    "## A heading\n\nText under it.\n",
    "## Other {#given}\n\nText.\n",
    "### Deeper\n\nMore.[^n]\n\n[^n]: A note on [[a]].\n",
    "See [a](/content/a.md), [[s/c#given]], [[s/c#a-heading]] and [[z/f#2.1]].\n",
    "See [[s]], [[index]], [[z]], [here](#given).\n",
    "Broken: [[gone]], [[gamma]], [[s/x]], [[a#nosuch]], [out](../../../x.md).\n",
    "![picture](/pic.png) [[source-order]] [[source-order#L1.1]]\n",
    "Үшінші сөйлем.\n",
    "Екінші абзац. <!-- = 1.2 -->\nҮшінші. <!-- + --> <!-- - 1.1 -->\nТөртінші. <!-- = 9.9 -->\n",
    "See [[s/c#1.1a]], [[s/c#2.1]] and [[s/c#other]]. <!-- ~ footnote: as it is -->\n",
    "```nosuch\ncode\n```\n\n- item\n- item\n",
    "Alpha met Beta, then Alpha again. <!-- ~ term beta: another one -->\nBeta and [[alpha]], [[b|the Beta]] and [[terms/b]].\n",
    "![[s/c#1.1]]\n\n- ![[b#1.1-1.2]]\n- ![[#given]]\n",
    "As ![[a#1.2]] says, ![[s/c#other]] and ![[s/d#2.1]].\nAnd ![[#1.1]], ![[z/f#1.1]] and ![[gone#1.1]].\n",
    "Бета мен Альфа. <!-- ~ term-missing: as it is -->\nБетаға. <!-- ~ term nosuch: x -->\n",
    "In 2001 and on 5 May 2002 Beta came, since 1999. <!-- ~ term 1999: x -->\n\n2001 жылы 5 мамырда, 2001 жылы.\n",
];

/// Texts of other files. The first text exists from the start, unless it is empty.
const OTHERS: &[(&str, &[&str])] = &[
    (
        "site.yaml",
        &[
            "languages: [kk, en]\nbase_url: https://example.org/\nplans: [content/_source/plan.yaml]\n",
            "title: {kk: Кітап, en: Book}\nlanguages: [kk, en]\nplans: [content/_source/plan.yaml]\n",
            "title: T\nlanguages: [kk, en]\nside_by_side: false\nseverity: {broken-link: warning, broken-anchor: off}\n",
            "title: T\nlanguages: [kk, en]\nsegments: false\nplans: [content/_source/plan.yaml]\n",
        ],
    ),
    (
        "content/_source/plan.yaml",
        &[
            "source: text.kk.txt\nlanguage: kk\nrepairs:\n  - {line: 1, found: Екінші, reading: Екнші, kind: typo}\nchapters:\n  - {key: a, title: Бірінші, paragraphs: [L1.1-L1.2]}\n  - {key: s/d, title: Үшінші, paragraphs: [L2.1]}\n  - {key: b, title: Екінші, rest: true}\ntouches:\n  L1.1: [b, s/d]\n  L2.1: [b]\n  L3.1: [a]\n",
            "source: text.kk.txt\nlanguage: kk\nchapters:\n  - {key: a, title: Бірінші, rest: true}\n",
        ],
    ),
    ("content/_source/text.kk.txt", &["Бір сөйлем. Екінші сөйлем.\nҮшінші сөйлем.\nТөртінші [[s/c]] туралы.\n", "Басқа.\n"]),
    ("content/data.yaml", &["a: 1\n", "a: 2\n"]),
    (
        "content/_terms.yaml",
        &[
            "",
            "alpha: {kind: x, names: {kk: Альфа, en: Alpha}}\nb: {kind: x, names: {kk: Бета, en: Beta}, link: every}\n",
            "alpha: {kind: y, names: {kk: Альфа, en: [Alpha, Beta]}, see: [b]}\nbeta: {kind: y, names: {kk: Бета}, date: 2001}\n",
        ],
    ),
    (
        "templates/page.html",
        &[
            "",
            "{% extends \"default/page.html\" %}{% block byline %}<p>{% if page.next %}{{ page.next.description or \"\" }}{% endif %}{% for it in page.backlinks %}{{ it.description or \"\" }}{% endfor %}</p>{% endblock byline %}",
            "{% extends \"default/page.html\" %}{% block byline %}<p>two</p>{% endblock byline %}",
            "{% if %}",
        ],
    ),
    ("templates/own.html", &["<!DOCTYPE html><html><body>{{ page.title }}</body></html>", "<html>{{ menu_html }}</html>"]),
    ("themes/default/languages/kk.yaml", &["", "strings: {notes: Ескерту}\n"]),
    ("themes/default/static/style.css", &["", "body { color: red }"]),
];

#[derive(Debug, Clone)]
enum Change {
    Title(usize),
    Order(Option<usize>),
    Description(Option<usize>),
    Date(Option<usize>),
    Slug(Option<usize>),
    Tags(usize),
    Aliases(usize),
    Draft(bool),
    Template(bool),
    Add(usize, usize),
    Drop(usize),
    Gone(bool),
}

#[derive(Debug, Clone)]
enum Edit {
    Page(usize, bool, Change),
    Other(usize, usize),
    /// The locks are written.
    Sync,
    /// The lock of a page is changed or removed.
    Lock(usize, Tinkering),
}

#[derive(Debug, Clone, Copy)]
enum Tinkering {
    Delete,
    Readdress,
    Spoil,
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        5 => (0..TITLES.len()).prop_map(Change::Title),
        3 => prop::option::of(0..4usize).prop_map(Change::Order),
        2 => prop::option::of(0..3usize).prop_map(Change::Description),
        2 => prop::option::of(0..3usize).prop_map(Change::Date),
        1 => prop::option::of(0..2usize).prop_map(Change::Slug),
        2 => (0..TAGS.len()).prop_map(Change::Tags),
        1 => (0..3usize).prop_map(Change::Aliases),
        1 => any::<bool>().prop_map(Change::Draft),
        1 => any::<bool>().prop_map(Change::Template),
        8 => (any::<usize>(), 0..BLOCKS.len()).prop_map(|(at, block)| Change::Add(at, block)),
        5 => any::<usize>().prop_map(Change::Drop),
        1 => any::<bool>().prop_map(Change::Gone),
    ]
}

fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        12 => (0..KEYS.len(), any::<bool>(), change()).prop_map(|(key, kk, change)| Edit::Page(key, kk, change)),
        1 => (0..OTHERS.len(), 0..4usize).prop_map(|(file, text)| Edit::Other(file, text)),
        2 => Just(Edit::Sync),
        1 => (0..KEYS.len(), prop_oneof![Just(Tinkering::Delete), Just(Tinkering::Readdress), Just(Tinkering::Spoil)])
            .prop_map(|(key, tinkering)| Edit::Lock(key, tinkering)),
    ]
}

/// The site as values.
#[derive(Debug, Clone)]
struct Site {
    pages: BTreeMap<(usize, bool), Page>,
    others: Vec<usize>,
    locks: Files,
    /// Pages that stay as they are.
    more: usize,
}

impl Site {
    fn new(more: usize) -> Self {
        let mut pages = BTreeMap::new();
        for (key, &name) in KEYS.iter().enumerate() {
            for kk in [true, false] {
                let blocks = match (name, kk) {
                    ("a", _) => vec![0],
                    ("b", _) => vec![1],
                    ("s/d", _) => vec![10, 6],
                    (_, true) => vec![6, 3],
                    (_, false) => vec![6, 3, 7],
                };
                // Some pages are not translated.
                let is_gone = name == "z/f" && !kk;
                pages.insert((key, kk), Page { title: key % TITLES.len(), blocks, is_gone, ..Page::default() });
            }
        }
        Self { pages, others: vec![0; OTHERS.len()], locks: Files::new(), more }
    }

    fn apply(&mut self, edit: &Edit) {
        match edit {
            Edit::Sync => {
                let mut files = self.files();
                common::sync(&mut files);
                self.locks = files.into_iter().filter(|(path, _)| path.ends_with(".lock")).collect();
            }
            Edit::Lock(key, tinkering) => {
                let file = format!("content/{}.lock", KEYS[*key]);
                match (tinkering, self.locks.get_mut(&file)) {
                    (Tinkering::Delete, _) => drop(self.locks.remove(&file)),
                    (Tinkering::Readdress, Some(lock)) => *lock = lock.replacen("\n1.1\n", "\n1.7\n", 1),
                    (Tinkering::Spoil, Some(lock)) => lock.push_str("\nnothing\n"),
                    (Tinkering::Readdress | Tinkering::Spoil, None) => {}
                }
            }
            Edit::Other(file, text) => self.others[*file] = text % OTHERS[*file].1.len(),
            Edit::Page(key, kk, change) => {
                let page = self.pages.get_mut(&(*key, *kk)).expect("every page has a value");
                match change {
                    Change::Title(n) => page.title = *n,
                    Change::Order(n) => page.order = *n,
                    Change::Description(n) => page.description = *n,
                    Change::Date(n) => page.date = *n,
                    Change::Slug(n) => page.slug = *n,
                    Change::Tags(n) => page.tags = *n,
                    Change::Aliases(n) => page.aliases = *n,
                    Change::Draft(it) => page.draft = *it,
                    Change::Template(it) => page.template = *it,
                    Change::Gone(it) => page.is_gone = *it,
                    Change::Add(at, block) => page.blocks.insert(at % (page.blocks.len() + 1), *block),
                    Change::Drop(at) if !page.blocks.is_empty() => drop(page.blocks.remove(at % page.blocks.len())),
                    Change::Drop(_) => {}
                }
            }
        }
    }

    fn files(&self) -> Files {
        let mut files = Files::new();
        for ((path, texts), &text) in OTHERS.iter().zip(&self.others) {
            if !texts[text].is_empty() {
                files.insert((*path).to_owned(), texts[text].to_owned());
            }
        }
        files.extend(self.locks.clone());
        files.insert("content/pic.png".to_owned(), "no picture".to_owned());
        for (&(key, kk), page) in self.pages.iter().filter(|(_, page)| !page.is_gone) {
            let code = if kk { "kk" } else { "en" };
            files.insert(format!("content/{}.{code}.md", KEYS[key]), page.text());
        }
        for n in 0..self.more {
            files.insert(format!("content/more/m{n:03}.kk.md"), format!("# M {n}\n\nSentence.\n"));
        }
        files
    }
}

impl Page {
    fn text(&self) -> String {
        let mut text = format!("---\ntitle: {}\n", TITLES[self.title]);
        let mut line = |name: &str, value: Option<String>| {
            if let Some(value) = value {
                text.push_str(&format!("{name}: {value}\n"));
            }
        };
        line("order", self.order.map(|n| n.to_string()));
        line("description", self.description.map(|n| format!("About {n}")));
        line("date", self.date.map(|n| format!("200{n}-12-31")));
        line("slug", self.slug.map(|n| format!("slug-{n}")));
        line("tags", (self.tags > 0).then(|| TAGS[self.tags].to_owned()));
        line("aliases", (self.aliases > 0).then(|| ["[/old/]", "[/older/, /old/]"][self.aliases - 1].to_owned()));
        line("draft", self.draft.then(|| "true".to_owned()));
        line("template", self.template.then(|| "own.html".to_owned()));
        text.push_str("---\n\n");
        text.push_str(&self.blocks.iter().map(|&block| BLOCKS[block]).collect::<Vec<_>>().join("\n"));
        text
    }
}

/// Returns a route that differs although its fingerprint is the same.
fn betrayed(before: (&State, &Snapshot), after: (&State, &Snapshot)) -> Option<String> {
    let same = unchanged(before.0, after.0);
    let differs = |path: &&String| before.1.routes.get(*path) != after.1.routes.get(*path);
    same.iter().find(differs).cloned()
}

/// Returns the routes of which both states have the same fingerprint.
fn unchanged(before: &State, after: &State) -> Vec<String> {
    let fingerprints = [before, after].map(|state| state.renderer.as_ref().map(|it| (Fingerprints::of(it), it)));
    let [Some((old, old_renderer)), Some((new, new_renderer))] = fingerprints else { return Vec::new() };
    let is_same = |path: &&Arc<str>| {
        let old_route = old_renderer.site.routes.get(*path);
        let fingerprint = new.route(new_renderer, &new_renderer.site.routes[*path]);
        fingerprint.is_some() && old_route.and_then(|route| old.route(old_renderer, route)) == fingerprint
    };
    new_renderer.site.routes.keys().filter(is_same).map(ToString::to_string).collect()
}

/// Edits a site step by step. Returns the number of steps that kept the index, and the number of
/// all steps.
fn follow(more: usize, edits: &[Edit]) -> Result<(usize, usize), TestCaseError> {
    // The state of a build, which drops texts.
    let once = |files: &Files| project().for_one_state().state(common::inputs(files));
    let mut site = Site::new(more);
    let mut warm = project();
    let mut cold_before = once(&site.files());
    let mut before = snapshot(&warm.state(common::inputs(&site.files())));
    let mut kept = 0;
    for edit in edits {
        site.apply(edit);
        let files = site.files();
        let warm = warm.state(common::inputs(&files));
        kept += usize::from(!warm.stats.index);
        let cold_state = once(&files);
        let (after, cold) = (snapshot(&warm), snapshot(&cold_state));
        if let Some(difference) = difference(&after, &cold) {
            return Err(TestCaseError::fail(format!("after {edit:?}: {difference}")));
        }
        if let Some(path) = betrayed((&cold_before, &before), (&cold_state, &after)) {
            return Err(TestCaseError::fail(format!("after {edit:?} `{path}` differs, but its fingerprint does not")));
        }
        cold_before = cold_state;
        before = after;
    }
    Ok((kept, edits.len()))
}

proptest! {
    #![proptest_config(cases(24, 500))]

    /// After any edits the state equals a fresh start, and a page whose fingerprint is the same is
    /// the same.
    #[test]
    fn an_edited_state_is_as_if_made_from_nothing(edits in prop::collection::vec(edit(), 1..12)) {
        follow(0, &edits)?;
    }
}

proptest! {
    #![proptest_config(cases(2, 500))]

    /// The same holds for a site whose menus show only a part of it.
    #[test]
    fn an_edited_state_of_a_large_site_is_as_if_made_from_nothing(edits in prop::collection::vec(edit(), 3..5)) {
        follow(100, &edits)?;
    }
}

/// A sentence of one page, shown on a second, has a link that shows the title of a third.
#[test]
fn a_title_in_a_sentence_that_is_shown_elsewhere_changes() {
    let key = |name| KEYS.iter().position(|key| *key == name).expect("a key");
    let site = Site::new(100);
    let page = |state: &State| String::from_utf8(snapshot(state).routes["kk/a/index.html"].clone()).expect("UTF-8");
    assert!(page(&state(&site.files())).contains(&format!("Төртінші {} туралы", TITLES[site.pages[&(key("s/c"), true)].title])));
    // A title that does not change the order.
    let edit = Edit::Page(key("s/c"), true, Change::Title(3));
    follow(100, &[edit]).expect("as above");
}

/// An edit of a quoted sentence, and one that closes a circle of quotations.
#[test]
fn an_edited_sentence_changes_the_pages_that_quote_it() {
    let mut files = sections();
    for code in ["kk", "en"] {
        let mut add = |file: &str, text: &str| {
            files.get_mut(&format!("content/{file}.{code}.md")).expect("it is there").push_str(text);
        };
        add("s0/p001", "\n![[s0/p002#2.1]]\n");
        add("s0/p002", "\nQuoted: ![[s1/p040#1.1]].\n");
    }
    let mut project = project();
    let mut before = project.state(common::inputs(&files));
    let mut edit = |files: &Files| {
        let after = project.state(common::inputs(files));
        let (old, new) = (snapshot(&before), snapshot(&after));
        assert_eq!(difference(&new, &snapshot(&state(files))), None);
        assert_eq!(betrayed((&before, &old), (&after, &new)), None);
        let page = String::from_utf8(new.routes["en/s0/p001/index.html"].clone()).expect("UTF-8");
        let circles = after.problems.iter().filter(|problem| problem.code.name == "quotation-circle").count();
        let stats = after.stats;
        before = after;
        (page, stats, circles)
    };
    let text = |files: &Files| files["content/s1/p040.en.md"].clone();
    let own = text(&files).replace("Sentence.", "Other words.");
    files.insert("content/s1/p040.en.md".to_owned(), own.clone());
    let (page, stats, circles) = edit(&files);
    assert!(page.contains("Other words."), "{page}");
    // The page that quotes the sentence is resolved again; the one that quotes that page is not.
    assert_eq!((stats, circles), (RebuildStats { resolved: 2, ..ONE }, 0));
    let circle = own.replace("Other words.", "Other ![[s0/p001#2.1]] words.");
    files.insert("content/s1/p040.en.md".to_owned(), circle);
    assert_eq!(edit(&files).2, 1);
    files.insert("content/s1/p040.en.md".to_owned(), own);
    assert_eq!(edit(&files).2, 0);
}

/// The generated edits must also test the case in which the index is shared.
#[test]
fn many_edits_keep_the_index() {
    use proptest::strategy::ValueTree as _;
    let mut runner = proptest::test_runner::TestRunner::new(cases(1, 500));
    let count = if is_long() { 60 } else { 30 };
    let edits = prop::collection::vec(edit(), count).new_tree(&mut runner).expect("edits").current();
    let (kept, all) = follow(0, &edits).expect("as above");
    assert!(kept * 3 > all && kept < all, "{kept} of {all}");
}

/// A site of a hundred and fifty pages, sorted by their titles, in five sections.
fn sections() -> Files {
    let mut files = Files::from([("site.yaml".to_owned(), "title: T\nlanguages: [kk, en]\n".to_owned())]);
    for n in 0..150 {
        let page = |word: &str| {
            let next = (n + 1) % 150;
            format!("---\ntitle: {word} {n:03}\n---\n\nSentence. [Next](../s{}/p{next:03}.md)\n", next / 30)
        };
        files.insert(format!("content/s{}/p{n:03}.kk.md", n / 30), page("Бет"));
        files.insert(format!("content/s{}/p{n:03}.en.md", n / 30), page("Page"));
    }
    for section in 0..5 {
        for code in ["kk", "en"] {
            files.insert(format!("content/s{section}/index.{code}.md"), format!("# Section {section}\n"));
        }
    }
    files
}

/// Edits a file of [`sections`]. Returns the work for the new state, and the routes that the next
/// build would skip.
fn after_edit(path: &str, from: &str, to: &str) -> (RebuildStats, Vec<String>) {
    let mut files = sections();
    let mut project = project();
    let before = project.state(common::inputs(&files));
    assert!(before.stats.index && before.stats.parsed == 312);
    let text = files.get_mut(path).expect("it is there");
    assert!(text.contains(from));
    *text = text.replace(from, to);
    let after = project.state(common::inputs(&files));
    assert_eq!(difference(&snapshot(&after), &snapshot(&state(&files))), None);
    (after.stats, unchanged(&before, &after))
}

const NOTHING: RebuildStats =
    RebuildStats { parsed: 0, resolved: 0, checked: 0, index: false, templates: false, problems: false };

/// One document was parsed; the links and the translations of its work were checked.
const ONE: RebuildStats = RebuildStats { parsed: 1, resolved: 1, checked: 1, ..NOTHING };

#[test]
fn an_edited_sentence_parses_one_document_and_renders_three_pages() {
    let (stats, unchanged) = after_edit("content/s1/p040.en.md", "Sentence.", "Other words.");
    assert_eq!(stats, ONE);
    let mut changed: Vec<String> = state(&sections()).site().expect("a site").routes.keys().map(ToString::to_string).collect();
    changed.retain(|path| path.contains("/s") && path.ends_with(".html") && !unchanged.contains(path));
    assert_eq!(changed, ["en/s1/p040/index.html", "kk-en/s1/p040/index.html", "kk/s1/p040/index.html"]);
}

#[test]
fn an_edited_title_parses_one_document_and_builds_a_new_index() {
    let (stats, _) = after_edit("content/s1/p040.en.md", "Page 040", "Page 040, renamed");
    assert_eq!(stats, RebuildStats { index: true, ..ONE });
    // In the source language, a new title moves the page.
    let (stats, _) = after_edit("content/s1/p040.kk.md", "Бет 040", "Аа 040");
    assert_eq!(stats, RebuildStats { index: true, ..ONE });
}

#[test]
fn an_edited_description_of_a_term_finds_no_links_and_no_mentions_again() {
    let mut files = sections();
    let term = |date: &str, text: &str| {
        format!(
            "sentence:\n  kind: concept\n{date}  description: {{en: {text}}}\n  names: {{en: Sentence}}\nother:\n  kind: concept\n  names: {{en: Other}}\n"
        )
    };
    let mut project = project();
    let mut edit = |terms: String| {
        files.insert("content/_terms.yaml".to_owned(), terms);
        let state = project.state(common::inputs(&files));
        assert_eq!(difference(&snapshot(&state), &snapshot(&self::state(&files))), None);
        state
    };
    let before = edit(term("", "Words."));
    let after = edit(term("  coordinates: [1, 2]\n", "Words."));
    assert!(after.stats.index, "the site has a map now");
    let moved = edit(term("  # A line more.\n  coordinates: [3, 4]\n", "'Other words.'"));
    assert_eq!(moved.stats, NOTHING);
    let mentions = |state: &State| Arc::clone(state.renderer.as_ref().expect("a site").mentions.of_work(WorkId(9)));
    assert!(Arc::ptr_eq(&mentions(&after), &mentions(&moved)));
    assert!(!Arc::ptr_eq(&mentions(&before), &mentions(&after)));
}

#[test]
fn a_new_page_parses_and_checks_itself_and_resolves_all_links() {
    let mut files = sections();
    let mut project = project();
    project.state(common::inputs(&files));
    files.insert("content/s1/q.kk.md".to_owned(), "# Q\n".to_owned());
    let after = project.state(common::inputs(&files));
    assert_eq!(difference(&snapshot(&after), &snapshot(&state(&files))), None);
    // Any link may lead to the new page, so all are resolved again; only the page itself is
    // checked.
    assert_eq!((after.stats.parsed, after.stats.resolved, after.stats.checked, after.stats.index), (1, 157, 1, true));
}

#[test]
fn a_description_changes_the_pages_that_show_it() {
    let mut files = sections();
    let own = "{% extends \"default/page.html\" %}{% block byline %}{% if page.next %}{{ page.next.description or \"\" }}{% endif %}\
               {% for it in page.backlinks %}{{ it.description or \"\" }}{% endfor %}{% endblock byline %}";
    files.insert("templates/page.html".to_owned(), own.to_owned());
    let mut project = project();
    let before = project.state(common::inputs(&files));
    let before = (&before, &snapshot(&before));
    let text = files.get_mut("content/s1/p040.en.md").expect("it is there");
    *text = text.replace("title:", "description: Of forty\ntitle:");
    let after = project.state(common::inputs(&files));
    let after = (&after, &snapshot(&after));
    assert_eq!(difference(after.1, &snapshot(&state(&files))), None);
    assert_eq!(betrayed(before, after), None);
    // The page before it, the page to which it links, and the list of its section.
    for path in ["en/s1/p039/index.html", "en/s1/p041/index.html", "en/s1/index.html"] {
        assert!(before.1.routes[path] != after.1.routes[path], "{path}");
    }
}

#[test]
fn a_heading_resolves_again_the_links_that_name_it() {
    let mut files = sections();
    for code in ["kk", "en"] {
        let anchored = files.get_mut(&format!("content/s0/p001.{code}.md")).expect("it is there");
        anchored.push_str("\n[[s1/p040#new]]\n");
    }
    let mut project = project();
    let before = project.state(common::inputs(&files));
    assert_eq!(before.problems.iter().filter(|problem| problem.code.name == "broken-anchor").count(), 2);
    files.get_mut("content/s1/p040.kk.md").expect("it is there").push_str("\n## New {#new}\n");
    files.get_mut("content/s1/p040.en.md").expect("it is there").push_str("\n## New\n");
    let after = project.state(common::inputs(&files));
    assert!(after.problems.iter().all(|problem| problem.code.name == "no-base-url"), "{:?}", after.problems);
    assert_eq!(after.stats, RebuildStats { parsed: 2, resolved: 2, checked: 1, problems: true, ..NOTHING });
}

/// Small edits of a document. Another page shows each of them in another way.
#[test]
fn the_fingerprint_covers_the_parts_that_other_pages_show() {
    let plan = "source: text.kk.txt\nlanguage: kk\nchapters:\n  - {key: a, title: А, paragraphs: [L1.1]}\n  - {key: b, title: Ә, rest: true}\ntouches:\n  L1.1: [b]\n";
    let files: Files = [
        ("site.yaml", "title: T\nlanguages: [kk, en]\nbase_url: https://example.org/\nplans: [content/_source/plan.yaml]\n"),
        ("content/_source/plan.yaml", plan),
        ("content/_source/text.kk.txt", "Бір сөйлем.\nЕкі сөйлем.\n"),
        ("content/a.kk.md", "# А\n\nБір сөйлем.\n"),
        ("content/a.en.md", "# A\n\nOne sentence.\n"),
        ("content/b.kk.md", "# Ә\n\nЕкі сөйлем.\n"),
        ("content/b.en.md", "# B\n\nTwo sentences.\n"),
        ("content/c.kk.md", "# В\n\n## Тарау {#part}\n\nҮш.\n"),
        ("content/c.en.md", "# C\n\n## Part\n\nThree. [[a]]\n"),
        ("content/d.kk.md", "# Г\n\n[[c#part]] [[c#2.1]]\n"),
        ("content/d.en.md", "# D\n\n[[c#part]] [[c#2.1]]\n"),
        // The link from `a` to `b` leads to the sentence with the same term.
        ("content/_terms.yaml", "eki: {kind: x, names: {kk: екі}}\nbir: {kind: x, names: {kk: бір}}\n"),
        ("content/s/index.kk.md", "---\ntitle: Бөлім\nconnections: true\n---\n\nМәтін.\n"),
        ("content/s/e.kk.md", "# Е\n\nБес [[d]].\n"),
        ("content/s/f.kk.md", "# Ф\n\nАлты.\n"),
    ]
    .map(|(path, text)| (path.to_owned(), text.to_owned()))
    .into();
    let edits = [
        ("content/b.kk.md", "Екі сөйлем.", "Екі сөйлем.\nБір.", "kk/a/index.html"),
        ("content/b.kk.md", "Екі сөйлем.", "Бір.\nЕкі сөйлем.", "kk-en/a/index.html"),
        ("content/s/e.kk.md", "Бес", "Бес [[s/f]]", "kk/s/index.html"),
        ("content/s/f.kk.md", "Алты", "[[s/e]] Алты", "kk/s/index.html"),
        ("content/d.kk.md", "[[c#part]]", "[[s/e]]", "kk/s/index.html"),
        ("content/a.kk.md", "Бір", "Бірінші", "kk/b/index.html"),
        ("content/a.en.md", "One", "Another", "en/b/index.html"),
        ("content/c.en.md", "# C", "# See", "en/d/index.html"),
        ("content/c.kk.md", "{#part}", "{#piece}", "kk-en/d/index.html"),
        ("content/c.en.md", "[[a]]", "[[b]]", "en/a/index.html"),
        ("content/c.en.md", "## Part\n\n", "", "kk-en/d/index.html"),
        ("content/c.kk.md", "Үш.", "> Үш.", "kk-en/d/index.html"),
        ("content/_source/text.kk.txt", "Бір", "Бір ", "kk/a/index.html"),
    ];
    let before = state(&files);
    let before_snapshot = snapshot(&before);
    for (path, from, to, shown) in edits {
        let mut files = files.clone();
        let text = files.get_mut(path).expect("it is there");
        assert!(text.contains(from));
        *text = text.replace(from, to);
        let after = state(&files);
        let after_snapshot = snapshot(&after);
        assert!(
            before_snapshot.routes[shown] != after_snapshot.routes[shown],
            "{path}: `{from}` → `{to}` is not shown in {shown}"
        );
        assert_eq!(betrayed((&before, &before_snapshot), (&after, &after_snapshot)), None, "{path}: `{from}` → `{to}`");
    }
}

#[test]
fn an_edited_template_parses_no_document() {
    let mut files = sections();
    let mut project = project();
    project.state(common::inputs(&files));
    for text in ["{% extends \"default/page.html\" %}", "{% if %}", "{% extends \"default/page.html\" %}{# again #}"] {
        files.insert("templates/page.html".to_owned(), text.to_owned());
        let state = project.state(common::inputs(&files));
        let stats = state.stats;
        assert_eq!((stats.parsed, stats.resolved, stats.checked, stats.index, stats.templates), (0, 0, 0, false, true));
        assert_eq!(state.renderer.is_some(), text != "{% if %}");
    }
    files.remove("templates/page.html");
    let state = project.state(common::inputs(&files));
    assert!(!state.stats.index);
    assert_eq!(difference(&snapshot(&state), &snapshot(&common::state(&files))), None);
}

#[test]
fn edited_white_space_parses_one_document() {
    let (stats, _) = after_edit("content/s1/p040.en.md", "/p041.md)\n", "/p041.md)\n\n\n");
    assert_eq!(stats, ONE);
}

/// A source text that is also a page or a published file, whether or not its plan fits it.
#[test]
fn a_published_source_text_is_cut_again_after_an_edit() {
    for source in ["book.kk.md", "book.txt"] {
        for chapters in ["{key: a, title: A, rest: true}", "{key: a, title: A, paragraphs: [L9.1]}"] {
            let plan = format!("source: ../{source}\nlanguage: kk\nchapters:\n  - {chapters}\n");
            let config = "title: T\nlanguages: [kk]\nplans: [content/_source/plan.yaml]\n";
            let mut files: Files = [
                ("site.yaml", config),
                ("content/index.kk.md", "# T\n"),
                ("content/a.kk.md", "# A\n\nБір.\n"),
                ("content/_source/plan.yaml", &plan),
                (&format!("content/{source}"), "Бір.\n"),
            ]
            .map(|(path, text)| (path.to_owned(), text.to_owned()))
            .into();
            let mut project = project();
            project.state(common::inputs(&files));
            for text in ["Бір. Екі.\n", "Бір.\n\nҮш.\n", "Бір.\n\n\n\n\n\n\n\nТоғыз.\n"] {
                files.insert(format!("content/{source}"), text.to_owned());
                let warm = snapshot(&project.state(common::inputs(&files)));
                assert_eq!(difference(&warm, &snapshot(&state(&files))), None, "{source}, {chapters}, {text}");
            }
        }
    }
}

/// The problems of a lock have other severities than their codes. An edit removes the old ones.
#[test]
fn the_problems_of_an_edited_lock_are_replaced_at_any_severity() {
    let mut files: Files = [
        ("site.yaml", "title: T\nlanguages: [kk]\nseverity: {bad-lock: warning}\n"),
        ("content/index.kk.md", "# T\n"),
        ("content/a.kk.md", "# A\n\nБір.\n"),
        ("content/a.lock", "tilmash 1\nnothing\n"),
    ]
    .map(|(path, text)| (path.to_owned(), text.to_owned()))
    .into();
    let mut project = project();
    let first = project.state(common::inputs(&files));
    assert!(first.problems.to_vec().iter().any(|problem| problem.code.name == "bad-lock"));
    for lock in ["tilmash 1\nnothing\nagain\n", "tilmash 1\nother\n"] {
        files.insert("content/a.lock".to_owned(), lock.to_owned());
        let after = project.state(common::inputs(&files));
        assert_eq!(difference(&snapshot(&after), &snapshot(&state(&files))), None, "{lock:?}");
    }
}
