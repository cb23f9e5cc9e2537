//! Mentions of terms: those of the book, measured by a list that was written by reading, and
//! generated forms of all names.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use proptest::prelude::*;
use tilmash::base::path::is_combining_mark;
use tilmash::base::{LineIndex, yaml};
use tilmash::model::{Config, Glossary, Inflection, LangId, LanguagePack};
use tilmash::project::{Overrides, Project, State};
use tilmash::terms::{Hit, Matcher};

use crate::common::gold::{self, Row};
use crate::common::{cases, is_long};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("cannot read {path}: {error}"))
}

fn book() -> State {
    let state = Project::new(root(), Overrides::default()).refresh().expect("the book can be read");
    assert!(state.site().is_some(), "the book has no serious problem");
    state
}

/// A matcher per language, with the language's code.
struct Matchers<'s> {
    glossary: &'s Glossary,
    all: Vec<(String, Matcher, Inflection)>,
}

impl<'s> Matchers<'s> {
    fn of(state: &'s State) -> Self {
        let site = state.site().expect("it is whole");
        let of_language = |lang: LangId| {
            let rules = site.languages[lang.0].pack.endings.clone();
            (site.config.code(lang).to_owned(), Matcher::new(&site.glossary.names, lang, &rules), rules)
        };
        Self { glossary: &site.glossary, all: site.config.lang_ids().map(of_language).collect() }
    }

    fn of_code(&self, code: &str) -> &Matcher {
        &self.all.iter().find(|(own, ..)| own == code).expect("the book has this language").1
    }
}

/// Returns the mentions in the book as the list has them: file, line, key of the term, words. Names
/// without a term have a `?`.
fn listed() -> Vec<Row> {
    let rows = gold::rows(&read("tests/texts/mentions.tsv"));
    rows.into_iter().filter(|(_, _, key, _)| key != "?").collect()
}

/// Returns the mentions that the program finds in the book, as the list has them.
fn found(state: &State) -> Vec<Row> {
    let site = state.site().expect("it is whole");
    let mentions = &state.renderer.as_ref().expect("templates are whole").mentions;
    let mut rows = Vec::new();
    for &work in site.order.iter() {
        for lang in site.config.lang_ids() {
            let Some(edition) = site.edition(work, lang) else { continue };
            let document = &edition.document;
            let text = state.inputs.text(&document.file).expect("the text of the page was read");
            let lines = LineIndex::new(text);
            for mention in mentions.of(work, lang) {
                let start = document.segments[mention.segment].bytes.0 as usize;
                let words: String = document.body.text_in(mention.html).collect();
                // The list has the straight apostrophes of the file.
                let words = words.split_whitespace().collect::<Vec<_>>().join(" ").replace('’', "'");
                let key = site.glossary.term(mention.term).key.clone();
                rows.push((document.file.to_string(), lines.position(start).line.to_string(), key, words));
            }
        }
    }
    rows
}

#[test]
fn the_book_mentions_what_the_list_has() {
    gold::assert_found(&listed(), found(&book()), 200.0);
}

/// Words before and after a form, of which no term has a name.
fn sentence(code: &str) -> (&'static str, &'static str) {
    match code {
        "kk" => ("Мұнда ", " деп жазылған.\n"),
        _ => ("Here it says ", " once more.\n"),
    }
}

/// Returns all forms of a name with up to three endings, with the capitals of the name.
fn forms(name: &str, rules: &Inflection) -> Vec<String> {
    let bare = name.split_once(' ').filter(|(first, _)| rules.articles.iter().any(|it| it == first)).map_or(name, |it| it.1);
    let start = bare.rfind(' ').map_or(0, |at| at + 1);
    let (before, word) = bare.split_at(start);
    let letters = || word.chars().filter(|c| c.is_alphabetic());
    let is_acronym = letters().count() > 1 && letters().all(char::is_uppercase);
    let with_capitals = |form: String| {
        let mut capitals = word.chars().map(char::is_uppercase);
        let form = form.chars().map(|c| if capitals.next() == Some(true) { c.to_uppercase().next().unwrap_or(c) } else { c });
        format!("{before}{}", form.collect::<String>())
    };
    rules.forms(&word.to_lowercase(), is_acronym, 3).into_iter().map(with_capitals).collect()
}

#[test]
fn every_form_of_every_name_is_found() {
    let state = book();
    let matchers = Matchers::of(&state);
    let mut wrong = Vec::new();
    // A short run tries a quarter of the forms.
    let step = if is_long() { 1 } else { 4 };
    for (lang, (code, matcher, rules)) in matchers.all.iter().enumerate() {
        let (before, after) = sentence(code);
        let mut count = 0;
        for (id, term) in matchers.glossary.iter() {
            let irregular = term.stems[lang].iter().map(|stem| stem.text.to_string());
            let forms = term.names[lang].iter().flat_map(|name| forms(&name.text, rules)).chain(irregular);
            let (mut text, mut expected) = (String::new(), Vec::new());
            for form in forms.step_by(step) {
                text.push_str(before);
                expected.push(Hit { term: id, range: text.len()..text.len() + form.len() });
                text.push_str(&form);
                text.push_str(after);
            }
            count += expected.len();
            let found = matcher.find(&text);
            let shown = |hit: &Hit| format!("{}: {}", matchers.glossary.term(hit.term).key, &text[hit.range.clone()]);
            let place = |hit: &Hit| (hit.range.start, hit.range.end, hit.term);
            let of = |hits: &[Hit]| hits.iter().map(place).collect::<BTreeSet<_>>();
            let (all_expected, all_found) = (of(&expected), of(&found));
            wrong.extend(
                expected
                    .iter()
                    .filter(|hit| !all_found.contains(&place(hit)))
                    .take(5)
                    .map(|hit| format!("not found: {}", shown(hit))),
            );
            wrong.extend(
                found
                    .iter()
                    .filter(|hit| !all_expected.contains(&place(hit)))
                    .take(5)
                    .map(|hit| format!("too much: {}", shown(hit))),
            );
        }
        println!("{code}: {count} forms");
        assert!(count * step > 500, "{code}: {count} forms");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn words_that_look_like_names_are_not_found() {
    let state = book();
    let matchers = Matchers::of(&state);
    let text = read("tests/texts/lookalikes.tsv");
    let mut words = BTreeSet::new();
    let mut wrong = Vec::new();
    for row in text.lines().filter(|row| !row.starts_with('#')) {
        let (code, word) = row.split_once('\t').unwrap_or_else(|| panic!("`{row}` does not have two columns"));
        assert!(words.insert((code, word)), "`{row}` is there twice");
        let (before, after) = sentence(code);
        let sentence = format!("{before}{word}{after}");
        let found = matchers.of_code(code).find(&sentence);
        wrong.extend(found.iter().map(|hit| format!("{word}: {}", &sentence[hit.range.clone()])));
    }
    println!("{} words", words.len());
    assert!(words.len() >= 200, "{} words", words.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Returns a glossary of one language, with a term for each name.
pub(crate) fn glossary(names: &[&str]) -> Glossary {
    let (config, _) = Config::read(&"site.yaml".into(), "title: T\nlanguages: [kk]\n");
    let term = |(n, name): (usize, &&str)| format!("t{n}: {{kind: place, names: {{kk: {}}}}}\n", yaml::quoted(name));
    let text: String = names.iter().enumerate().map(term).collect();
    let config = config.expect("it has a language");
    Glossary::read([(&Arc::from("content/_terms.yaml"), text.as_str())], &config, &[&rules("kk")]).0
}

/// Returns the rules of a built-in language.
pub(crate) fn rules(language: &str) -> Inflection {
    let text = read(&format!("themes/default/languages/{language}.yaml"));
    let node = yaml::read(&Arc::from(language), &text, 0..text.len()).expect("built-in languages can be read");
    LanguagePack::default().overlaid(&node, &mut Vec::new()).endings
}

/// Names that are hard to find at the right place, and words of texts that look like them.
pub(crate) const ODD: &[&str] = &[
    "Қытай",
    "қытай",
    "Қытай халқы",
    "АҚШ",
    "AT&T",
    "C++",
    "Yahoo!",
    ".NET",
    "«Нұр»",
    "№ 5",
    "G7",
    "1998",
    "21-ғасыр",
    "İstanbul",
    "istanbul",
    "IĞDIR",
    "Straße",
    "STRASSE",
    "ΕΛΛΑΣ",
    "Ελλάς",
    "e\u{301}te",
    "été",
    "й",
    "и\u{306}",
    "a",
    "a a",
    "a a a",
    "the a",
    "the !a",
    "ǅ",
    "ﬁn",
    "中国",
    "ไทย",
    "क्षि",
    "🇰🇿1",
    "x\u{200d}y",
    "x\u{ad}y",
];

const BETWEEN: &[&str] = &[
    " ",
    "  ",
    "\n",
    "-",
    "\u{2011}",
    "–",
    "’",
    "'",
    "’s",
    ".",
    "\u{301}",
    "\u{fffc}",
    "дағы",
    "лар",
    "ларының",
    "ға",
    "-қа",
    "-тық",
    "-ҚА",
    "'nin",
    "s",
    "es",
    "i",
    "лық",
    "\u{307}",
    "",
];

fn odd_text() -> impl Strategy<Value = String> {
    let known = prop::sample::select(ODD.iter().chain(BETWEEN).copied().collect::<Vec<_>>()).prop_map(str::to_owned);
    let piece = prop_oneof![8 => known, 1 => any::<String>(), 1 => any::<char>().prop_map(String::from)];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

/// Asserts that hits are in the order of the text, do not overlap, and are whole words.
fn assert_in_order(text: &str, hits: &[Hit]) {
    let is_of_word = |c: char| c.is_alphanumeric() || is_combining_mark(c);
    let mut last = 0;
    for Hit { range, .. } in hits {
        assert!(last <= range.start && range.start < range.end, "{hits:?} of {text:?}");
        last = range.end;
        let (before, after) = (&text[..range.start], &text[range.end..]);
        assert!(!before.ends_with(is_of_word) && !after.starts_with(is_of_word), "{range:?} of {text:?}");
    }
}

#[test]
fn names_with_signs_and_capitals_are_found_at_their_places() {
    let cases: &[(&str, &str, &str, &[&str])] = &[
        ("kk", "АҚШ", "АҚШ-қа, АҚШ\u{2011}та, АҚШ-тық, АҚШ\u{2011}тық, АҚШ-Қытай", &["АҚШ-қа", "АҚШ\u{2011}та", "АҚШ"]),
        ("en", "US", "US-led and USAF, USs", &["US", "USs"]),
        ("en", "the Moon", "the Moon's, Moons, moon", &["Moon's", "Moons"]),
        ("en", "the !", "the !, !", &["the !"]),
        ("tr", "İstanbul", "İSTANBUL'DA, istanbul", &["İSTANBUL'DA"]),
        ("tr", "İran", "İRAN'IN, İran'da", &["İRAN", "İran'da"]),
        ("de", "Straße", "Straße, STRASSE", &["Straße"]),
        ("kk", "Қыта\u{438}\u{306}", "Қытайда, Қытайдағы\u{301}", &["Қытайда"]),
        ("kk", "Қазақ елі", "Қазақ  \n елінің. ҚАЗАҚ ЕЛІНДЕ", &["Қазақ  \n елінің", "ҚАЗАҚ ЕЛІНДЕ"]),
        ("kk", "1998 жыл", "1998 жылғы, 1998 жылда, 11998 жыл", &["1998 жылда"]),
    ];
    for (language, name, text, expected) in cases {
        let hits = Matcher::new(&glossary(&[name]).names, LangId(0), &rules(language)).find(text);
        let found: Vec<&str> = hits.iter().map(|hit| &text[hit.range.clone()]).collect();
        assert_eq!(&found, expected, "{name} in {text}");
    }
}

static GLOSSARY: LazyLock<Glossary> = LazyLock::new(|| glossary(ODD));

/// A matcher of the odd names in each of these languages.
static MATCHERS: LazyLock<Vec<Matcher>> = LazyLock::new(|| {
    let of_language = |language| Matcher::new(&GLOSSARY.names, LangId(0), &rules(language));
    ["kk", "en", "ru", "tr", "de"].map(of_language).into()
});

proptest! {
    #![proptest_config(cases(600, 300))]

    #[test]
    fn hits_are_whole_words_in_the_order_of_the_text(text in odd_text()) {
        for matcher in MATCHERS.iter() {
            assert_in_order(&text, &matcher.find(&text));
        }
    }

    /// Rules of a language file may be nonsense; then they are reported or ignored.
    #[test]
    fn any_rules_can_be_used(text in odd_text(), rules in odd_rules()) {
        let node = yaml::read(&Arc::from("x.yaml"), &rules, 0..rules.len()).expect("it is YAML");
        let mut problems = Vec::new();
        let rules = Inflection::read(&node, &mut problems);
        for problem in &problems {
            assert!(problem.place.as_ref().is_some_and(|place| place.start < place.end) && !problem.hints.is_empty(), "{problem:?}");
        }
        let matcher = Matcher::new(&GLOSSARY.names, LangId(0), &rules);
        assert_in_order(&text, &matcher.find(&text));
        for word in ODD {
            rules.forms(word, false, 2);
        }
    }
}

/// Returns texts of `endings`, with mistakes.
fn odd_rules() -> impl Strategy<Value = String> {
    let letters = || prop::sample::select(vec!["аы", "еі", "t", "İi", "", "a", "ßs", "\u{301}", "тқ"]);
    let class = prop::sample::select(vec!["V", "K", "k", "Ә", "VV", "A"]);
    let ending = prop::sample::select(vec![
        "* s",
        "* a stem",
        "* a two",
        "V лAр two",
        "K тI",
        "= two",
        "= stem",
        "= none",
        "Q x",
        "* x none",
        "x",
        "* лXр",
        "V дAғI stem",
        "* A",
    ]);
    let endings = || prop::collection::vec(ending.clone(), 0..5);
    let change = prop::sample::select(vec![
        "{ends: a, becomes: \"\"}",
        "{word: a, becomes: \"\", then: two}",
        "{ends: Vт, never_before: а}",
        "{ends: й, never_before: \"\"}",
        "{ends: тV, becomes: x}",
        "{ends: \"\", becomes: x, before: а}",
        "{ends: a, word: b, becomes: c}",
        "{ends: a, then: nowhere, becomes: c}",
        "{ends: a}",
        "{word: İstanbul, becomes: b}",
    ]);
    (
        prop::collection::vec((class.clone(), letters()), 0..3),
        prop::collection::vec(letters(), 0..12),
        prop::collection::vec((class, letters()), 0..3),
        endings(),
        endings(),
        prop::collection::vec(change, 0..4),
    )
        .prop_map(|(classes, harmony, pairs, stem, two, stems)| {
            let map = |entries: Vec<(&str, &str)>| {
                let entries: std::collections::BTreeMap<&str, &str> = entries.into_iter().collect();
                entries.iter().map(|(key, text)| format!("{}: {}", yaml::quoted(key), yaml::quoted(text))).collect::<Vec<_>>().join(", ")
            };
            let list = |items: Vec<&str>| items.iter().map(|item| yaml::quoted(item)).collect::<Vec<_>>().join(", ");
            let harmony: Vec<String> = harmony.iter().map(|vowels| format!("{{vowels: {}}}", yaml::quoted(vowels))).collect();
            format!(
                "classes: {{{}}}\nharmony: [{}]\npairs: {{{}}}\njoins: [\"'\", \"\"]\nacronym_joins: [\"-\", \"\"]\narticles: [the]\nstates: {{stem: [{}], two: [{}]}}\nstems: [{}]\n",
                map(classes),
                harmony.join(", "),
                map(pairs),
                list(stem),
                list(two),
                stems.join(", "),
            )
        })
}

/// Rules in which many ways lead to one position must not be tried one by one.
#[test]
fn many_ways_to_one_form_take_no_time() {
    let rules = format!("states: {{stem: [{}]}}\n", vec!["'* а stem'"; 100].join(", "));
    let node = yaml::read(&Arc::from("x.yaml"), &rules, 0..rules.len()).expect("it is YAML");
    let matcher = Matcher::new(&glossary(&["Қытай"]).names, LangId(0), &Inflection::read(&node, &mut Vec::new()));
    let start = Instant::now();
    assert_eq!(matcher.find("Қытайааааааа және Қытайаааааааа").len(), 1, "a form has at most seven endings");
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
}
