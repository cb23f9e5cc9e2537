//! The search, measured by judged queries that were written by reading the texts.
#![expect(clippy::print_stdout, reason = "measured values are printed")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use proptest::prelude::*;
use tilmash::base::yaml;
use tilmash::model::{Inflection, LanguagePack};
use tilmash::project::{Overrides, Project};
use tilmash::search::{Index, Item, Query};
use tilmash::site::WorkId;

/// A judged query.
struct Judged<'t> {
    kind: &'t str,
    query: &'t str,
    must: BTreeSet<&'t str>,
    /// `None` if nothing else may be found.
    must_not: Option<BTreeSet<&'t str>>,
    /// Items that may be found or not.
    may: BTreeSet<&'t str>,
}

impl<'t> Judged<'t> {
    fn read(line: &'t str) -> Self {
        let fields: Vec<&str> = line.split('\t').collect();
        let items = |at: usize| fields.get(at).unwrap_or(&"").split_whitespace().collect::<BTreeSet<&str>>();
        let must_not = items(4);
        Self {
            kind: fields[0],
            query: fields[2],
            must: items(3),
            must_not: (!must_not.contains("*") && !items(3).is_empty()).then_some(must_not),
            may: items(5),
        }
    }
}

/// Numbers of items of all queries of a kind.
#[derive(Default)]
struct Counts {
    queries: usize,
    right: usize,
    missed: usize,
    wrong: usize,
}

impl Counts {
    fn precision(&self) -> f64 {
        share(self.right, self.wrong)
    }

    fn recall(&self) -> f64 {
        share(self.right, self.missed)
    }
}

/// Returns the share of right items; 1 if there are none at all.
fn share(right: usize, others: usize) -> f64 {
    if right + others == 0 { 1.0 } else { right as f64 / (right + others) as f64 }
}

fn text(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/texts/search").join(name);
    std::fs::read_to_string(path).expect("the queries are there")
}

/// Compares all queries of a list with the items that a search finds, prints precision and recall
/// for each kind, and returns them for all.
fn measure(list: &str, find: impl Fn(&str, bool) -> BTreeSet<String>) -> (f64, f64) {
    let mut kinds: BTreeMap<&str, Counts> = BTreeMap::new();
    for line in list.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        let judged = Judged::read(line);
        let found = find(judged.query, judged.kind == "prefix");
        let found: BTreeSet<&str> = found.iter().map(String::as_str).collect();
        let missed: Vec<&str> = judged.must.difference(&found).copied().collect();
        let is_wrong = |item: &&str| match &judged.must_not {
            Some(items) => items.contains(item),
            None => !judged.must.contains(item) && !judged.may.contains(item),
        };
        let wrong: Vec<&str> = found.iter().copied().filter(is_wrong).collect();
        let counts = kinds.entry(judged.kind).or_default();
        counts.queries += 1;
        counts.right += judged.must.len() - missed.len();
        counts.missed += missed.len();
        counts.wrong += wrong.len();
        if !missed.is_empty() || !wrong.is_empty() {
            println!("{:12} {:28} missed {}; wrong {}", judged.kind, judged.query, missed.join(" "), wrong.join(" "));
        }
    }
    let mut all = Counts::default();
    for (kind, counts) in &kinds {
        println!("{kind:14} {:4} queries  precision {:.3}  recall {:.3}", counts.queries, counts.precision(), counts.recall());
        all.right += counts.right;
        all.missed += counts.missed;
        all.wrong += counts.wrong;
    }
    println!("all            precision {:.4}  recall {:.4}", all.precision(), all.recall());
    (all.precision(), all.recall())
}

static BOOK: LazyLock<(Index, Vec<String>)> = LazyLock::new(|| {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let state = Project::new(root, Overrides::default()).refresh().expect("the book can be read");
    let renderer = state.renderer.as_ref().expect("the book can be rendered");
    let index = renderer.search_index();
    let name = |item: &tilmash::search::Item| format!("{}#{}", renderer.site.work(item.work).key.as_str(), item.id);
    let names = index.items.iter().map(name).collect();
    (index, names)
});

#[test]
fn the_book_is_found() {
    let (index, names) = &*BOOK;
    let find = |query: &str, is_typed: bool| -> BTreeSet<String> {
        let found = index.search(&Query::read(query, is_typed)).found.into_iter();
        // This sentence quotes another one.
        found.map(|found| names[found.item as usize].clone()).filter(|name| name != "index#2a.1").collect()
    };
    let (precision, recall) = measure(&text("book.tsv"), find);
    assert!(precision >= 0.98 && recall >= 0.98);
}

/// Returns an index of lines: each is an item of a language, numbered from one.
fn index_of(lines: &[(usize, &str)], languages: &[&str]) -> Index {
    let rules: Vec<Inflection> = languages.iter().map(|language| rules(language)).collect();
    let item = |(number, (lang, text)): (usize, &(usize, &str))| {
        let mut texts = vec![None; languages.len()];
        texts[*lang] = Some((*text).to_owned());
        Item { work: WorkId(0), id: number.to_string(), is_heading: false, texts, lines: vec![None; languages.len()] }
    };
    let items = (1..).zip(lines).map(item).filter(|item| item.texts.iter().any(|text| text.as_deref() != Some("")));
    Index::new(items.collect(), &rules.iter().collect::<Vec<_>>(), Vec::new())
}

fn rules(language: &str) -> Inflection {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("themes/default/languages/{language}.yaml"));
    let Ok(text) = std::fs::read_to_string(path) else { return Inflection::default() };
    let node = yaml::read(&Arc::from(language), &text, 0..text.len()).expect("built-in languages can be read");
    let mut problems = Vec::new();
    let pack = LanguagePack::default().overlaid(&node, &mut problems);
    assert_eq!(problems, []);
    pack.endings
}

fn find(index: &Index, query: &str, is_typed: bool) -> BTreeSet<String> {
    let found = index.search(&Query::read(query, is_typed)).found.into_iter();
    found.map(|found| index.items[found.item as usize].id.clone()).collect()
}

#[test]
fn chinese_and_japanese_are_found() {
    let text = text("other-zh.txt");
    let lines: Vec<(usize, &str)> = text.lines().map(|line| (0, line)).collect();
    let index = index_of(&lines, &["zh"]);
    let (precision, recall) = measure(&self::text("other-zh.tsv"), |query, is_typed| find(&index, query, is_typed));
    assert!(precision >= 0.98 && recall >= 0.98);
}

#[test]
fn russian_turkish_german_and_french_are_found() {
    const LANGUAGES: [&str; 4] = ["ru", "tr", "de", "fr"];
    let all = text("other-mixed.txt");
    let list = text("other-mixed.tsv");
    for (lang, language) in LANGUAGES.iter().enumerate() {
        // Lines keep their numbers; those of the other languages are empty.
        let mut section = "";
        let lines: Vec<(usize, &str)> = all
            .lines()
            .map(|line| match line.strip_prefix("# ") {
                Some(name) => {
                    section = name;
                    (lang, "")
                }
                None => (lang, if section == *language { line } else { "" }),
            })
            .collect();
        let index = index_of(&lines, &LANGUAGES);
        let own = list.lines().filter(|line| line.split('\t').nth(1) == Some(language)).collect::<Vec<_>>().join("\n");
        println!("{language}");
        let (precision, recall) = measure(&own, |query, is_typed| find(&index, query, is_typed));
        assert!(precision >= 0.98 && recall >= 0.98, "{language}");
    }
}

#[test]
fn no_query_does_harm() {
    let (index, _) = &*BOOK;
    let long = "қ".repeat(50_000);
    let many = "а ".repeat(50_000);
    let quotes = "\"«".repeat(20_000);
    for query in [
        "",
        " ",
        "\"",
        "-",
        "- -",
        "\"-",
        "(.*)+$",
        "[",
        "\\",
        "<script>alert(1)</script>",
        "\u{202e}abc",
        "\u{0}",
        "e\u{301}",
        "\u{fffd}",
        "👩‍👩‍👧",
        "%00",
        &long,
        &many,
        &quotes,
    ] {
        let started = Instant::now();
        index.search(&Query::read(query, true));
        assert!(started.elapsed() < Duration::from_secs(20), "{}", query.chars().take(10).collect::<String>());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// A sentence is found by any of its words, and by its words in quotation marks.
    #[test]
    fn a_sentence_is_found_by_its_words(item in any::<prop::sample::Index>(), lang in 0_usize..2, at in any::<prop::sample::Index>()) {
        let (index, _) = &*BOOK;
        let number = item.index(index.items.len());
        let Some(text) = &index.items[number].texts[lang] else { return Ok(()) };
        let words: Vec<String> = tilmash::search::words(text).into_iter().map(|word| word.text).collect();
        prop_assume!(!words.is_empty());
        let start = at.index(words.len());
        let phrase = words[start..words.len().min(start + 3)].join(" ");
        for query in [words[start].clone(), format!("\"{phrase}\"")] {
            let found = index.search(&Query::read(&query, false)).found;
            prop_assert!(found.iter().any(|found| found.item as usize == number), "{query}");
        }
    }

    #[test]
    fn any_text_is_a_query(query in "\\PC{0,60}") {
        BOOK.0.search(&Query::read(&query, true));
    }
}

/// Returns the numbers of the lines found, best first.
fn order(language: &str, lines: &[&str], query: &str) -> Vec<String> {
    let lines: Vec<(usize, &str)> = lines.iter().map(|line| (0, *line)).collect();
    let index = index_of(&lines, &[language]);
    index.search(&Query::read(query, false)).found.into_iter().map(|found| index.items[found.item as usize].id.clone()).collect()
}

#[test]
fn better_results_come_first() {
    let same_form_derived = ["Бұл құқықтық мәселе.", "Оның құқығы бар.", "Адам мен құқық туралы сөз."];
    assert_eq!(order("kk", &same_form_derived, "құқық"), ["3", "2", "1"]);
    let close = ["There was peace, and after many years of war a treaty.", "They signed a peace treaty.", "A treaty of peace."];
    assert_eq!(order("en", &close, "peace treaty"), ["2", "3", "1"]);
    let rare = ["The river and the river bank.", "The ferry on the river.", "The river."];
    assert_eq!(order("en", &rare, "ferry river"), ["2"]);
    assert_eq!(order("en", &rare, "ferry boat river"), ["2", "1", "3"], "some of the words");
}

#[test]
fn marks_are_the_words_found() {
    let index = index_of(&[(0, "Каспий теңізінің түбі, теңіз.")], &["kk"]);
    let found = index.search(&Query::read("теңіз", false)).found;
    let text = index.items[0].texts[0].as_deref().expect("the line has a text");
    let marked: Vec<&str> = found[0].marks.iter().map(|(_, range)| &text[range.clone()]).collect();
    assert_eq!(marked, ["теңізінің", "теңіз"]);
}
