//! Dates in texts: hard cases in several languages, and the dates of the book, measured by a list
//! that was written by reading.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, LazyLock};

use proptest::prelude::*;
use tilmash::base::yaml;
use tilmash::model::LanguagePack;
use tilmash::project::{Overrides, Project, State};
use tilmash::prose::{DateRules, dates};

use crate::common::cases;
use crate::common::gold::{self, Row};

const LANGUAGES: [&str; 6] = ["kk", "en", "ru", "tr", "de", "fr"];

fn read(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect("the file is there")
}

fn rules(language: &str) -> DateRules {
    let text = read(&format!("themes/default/languages/{language}.yaml"));
    let node = yaml::read(&Arc::from(language), &text, 0..text.len()).expect("built-in languages can be read");
    let mut problems = Vec::new();
    let pack = LanguagePack::default().overlaid(&node, &mut problems);
    assert_eq!(problems, []);
    DateRules::of(&pack)
}

/// Returns the dates of a text: `1991-12-21 21 December 1991`, one a line.
fn found(rules: &DateRules, text: &str) -> Vec<String> {
    dates(text, rules).into_iter().map(|it| format!("{} {}", it.date.iso(), &text[it.range])).collect()
}

fn check(language: &str, cases: &[(&str, &[&str])]) {
    let rules = rules(language);
    let wrong: Vec<String> = cases
        .iter()
        .filter(|(text, expected)| found(&rules, text) != *expected)
        .map(|(text, expected)| format!("{text}\n  expected {expected:?}\n  found    {:?}", found(&rules, text)))
        .collect();
    assert!(wrong.is_empty(), "{language}\n{}", wrong.join("\n"));
}

#[test]
fn english_dates() {
    check(
        "en",
        &[
            ("On 21 December 1991 they met.", &["1991-12-21 21 December 1991"]),
            ("On December 21, 1991, they met.", &["1991-12-21 December 21, 1991"]),
            ("On December 21st, 1991", &["1991-12-21 December 21st, 1991"]),
            ("the 21st of December 1991", &["1991-12-21 21st of December 1991"]),
            ("on 21.12.1991 and 1992-01-03", &["1991-12-21 21.12.1991", "1992-01-03 1992-01-03"]),
            ("on 12/21/1991, on 3/4/1991, on 5/5/1995", &["1991-12-21 12/21/1991", "1995-05-05 5/5/1995"]),
            ("in June 1997 and in May of 1998", &["1997-06 June 1997", "1998-05 May of 1998"]),
            ("on 25–26 October 1991", &["1991-10-25/1991-10-26 25–26 October 1991"]),
            ("on October 25-26, 1991", &["1991-10-25/1991-10-26 October 25-26, 1991"]),
            ("from 25 to 27 October 1991", &["1991-10-25/1991-10-27 25 to 27 October 1991"]),
            ("from 25 September to 4 October 1991", &["1991-09-25/1991-10-04 25 September to 4 October 1991"]),
            ("from 3 May 1991 to 4 June 1992", &["1991-05-03/1992-06-04 3 May 1991 to 4 June 1992"]),
            ("25 or 26 December 1991", &["1991-12-25 25", "1991-12-26 26 December 1991"]),
            ("on 3, 4 and 5 May 1992", &["1992-05-03 3", "1992-05-04 4", "1992-05-05 5 May 1992"]),
            ("on December 25 or 26, 1991", &["1991-12-25 December 25", "1991-12-26 26, 1991"]),
            (
                "in March–May 1992, in June and July 1993",
                &["1992-03/1992-05 March–May 1992", "1993-06 June", "1993-07 July 1993"],
            ),
            ("3 May 1992, 1 June 2003", &["1992-05-03 3 May 1992", "2003-06-01 1 June 2003"]),
            ("in 1995, since 1992; until 2003.", &["1995 1995", "1992 1992", "2003 2003"]),
            ("at the end of 2003, the 1998 agreement", &["2003 2003", "1998 1998"]),
            ("written before 1999 or 2002", &["1999 1999", "2002 2002"]),
            ("1991–1993, for 1998–2007, in 1991–95", &["1991/1993 1991–1993", "1998/2007 1998–2007", "1991/1995 1991–95"]),
            ("from 1991 to 1993, between 1994 and 1996", &["1991/1993 1991 to 1993", "1994/1996 1994 and 1996"]),
            ("(in 1991)", &["1991 1991"]),
            ("amended in 1998, 2007 and 2017", &["1998 1998", "2007 2007", "2017 2017"]),
            ("in 1995, 2000 people came", &["1995 1995"]),
            ("grew from 2000 to 3500, ISBN 1992-1993", &[]),
            ("In May the 1998 agreement", &["1998 1998"]),
            // Numbers that are no dates.
            ("2000 tonnes, line 55, in 2000 cases, by 1500 people", &[]),
            ("in 99999, in 20000, in 199, 3000 and 0999", &[]),
            ("31 February 1991, 32 May 1992, 0 May 1993", &["1992-05 May 1992", "1993-05 May 1993"]),
            ("29 February 1900, 29 February 2000", &["2000-02-29 29 February 2000"]),
            ("in the 1990s, 1990's", &[]),
            ("in $2000, in 2000%, in 1,995, in 19.95, № 1995, in 1995/6", &[]),
            ("lines 1200–1300, pp. 1200-1300, 1200–1300 dollars, 5000–6000", &[]),
            ("call 1995-1996-1997 or 2000:2001", &[]),
            ("in 1200 BC", &[]),
            ("Agenda-2030, COVID-2019, in F1995, in 1995a", &[]),
            ("on 6 July and on 23 December", &[]),
            ("version 1.2.1991.5", &[]),
            ("May I march 11 may 1991 times?", &[]),
            ("signed by 11 in May 1991", &["1991-05 May 1991"]),
            ("", &[]),
        ],
    );
}

#[test]
fn kazakh_dates() {
    check(
        "kk",
        &[
            ("1991 жылғы 21 желтоқсанда", &["1991-12-21 1991 жылғы 21 желтоқсанда"]),
            ("1991 жылы 25-26 қазанда", &["1991-10-25/1991-10-26 1991 жылы 25-26 қазанда"]),
            ("1991 жылғы 25 немесе 26 желтоқсан", &["1991-12-25 1991 жылғы 25", "1991-12-26 26 желтоқсан"]),
            ("1997 ж. маусым айында", &["1997-06 1997 ж. маусым"]),
            ("1992 ж. 3 қаңтарынан", &["1992-01-03 1992 ж. 3 қаңтарынан"]),
            ("1998 жылдың 6 шілдесінде", &["1998-07-06 1998 жылдың 6 шілдесінде"]),
            ("1998 жылғы шілденің 6-сында", &["1998-07-06 1998 жылғы шілденің 6-сында"]),
            ("1997 жылғы қарашада Боннға", &["1997-11 1997 жылғы қарашада"]),
            ("1991 жылы желтоқсанда 11 республика", &["1991-12 1991 жылы желтоқсанда"]),
            ("1992 жылғы наурыз-мамыр айларында", &["1992-03/1992-05 1992 жылғы наурыз-мамыр"]),
            ("1992 жылғы мамыр мен маусымда", &["1992-05 1992 жылғы мамыр", "1992-06 маусымда"]),
            ("1991 жылғы 25 қыркүйектен 4 қазанға дейін", &["1991-09-25 1991 жылғы 25 қыркүйектен"]),
            ("25 қазан 1991 ж.", &["1991-10-25 25 қазан 1991"]),
            ("21.12.1991 ж.", &["1991-12-21 21.12.1991"]),
            ("1995 жылы, 1992 жылдан бастап", &["1995 1995", "1992 1992"]),
            ("1999 немесе 2002 жылдан бұрын", &["1999 1999", "2002 2002"]),
            ("1991-1993 жылдары, 2001–2003 жылдарды", &["1991/1993 1991-1993", "2001/2003 2001–2003"]),
            ("1991 жылдан 1993 жылға дейін", &["1991/1993 1991 жылдан 1993"]),
            ("1995-жылы", &["1995 1995-жылы"]),
            ("1998, 2007 және 2017 жылдары", &["1998 1998", "2007 2007", "2017 2017"]),
            ("1990-жылдары, 1990 жылдары", &[]),
            ("1991 жылы өткен кездесу, 1995 жылы адам құқықтары", &["1991 1991", "1995 1995"]),
            ("2000 тонна, 55-жол, 80 жолдық, 1500 адам, 1000 жылдық", &[]),
            ("2000 жылдан астам, 99999 жылы, 1995-ші, 2000-нан астам", &[]),
            ("1991 жылғы 31 ақпанда", &[]),
            ("Шілденің 6-сында, 23 желтоқсанындағы", &[]),
            ("1552 жылы Қазан алынды", &["1552 1552"]),
            ("«Қазақстан-2050» стратегиясы", &[]),
        ],
    );
}

#[test]
fn russian_dates() {
    check(
        "ru",
        &[
            ("21 декабря 1991 года", &["1991-12-21 21 декабря 1991"]),
            ("в декабре 1991 года 11 республик", &["1991-12 декабре 1991"]),
            ("25–26 октября 1991 г.", &["1991-10-25/1991-10-26 25–26 октября 1991"]),
            ("с 25 сентября по 4 октября 1991 года", &["1991-09-25/1991-10-04 25 сентября по 4 октября 1991"]),
            ("25 или 26 декабря 1991", &["1991-12-25 25", "1991-12-26 26 декабря 1991"]),
            ("в 1995 году, с 1992 года", &["1995 1995", "1992 1992"]),
            ("в 1991–1993 гг., с 1991 по 1993 год", &["1991/1993 1991–1993", "1991/1993 1991 по 1993"]),
            ("с 1994 года по 1996 год", &["1994/1996 1994 года по 1996"]),
            ("в 1998, 2007 и 2011 годах, 1990 годы", &["1998 1998", "2007 2007", "2011 2011"]),
            ("до 1999 или 2002 года", &["1999 1999", "2002 2002"]),
            ("01.12.1991", &["1991-12-01 01.12.1991"]),
            ("2000 тонн, строка 1995, 1500 человек, 1990-е годы, 2000 лет", &[]),
            ("31 февраля 1991 года", &[]),
        ],
    );
}

#[test]
fn turkish_dates() {
    check(
        "tr",
        &[
            ("21 Aralık 1991'de", &["1991-12-21 21 Aralık 1991'de"]),
            ("1995'te, 1992’den beri", &["1995 1995'te", "1992 1992’den"]),
            ("1991 yılında", &["1991 1991"]),
            ("1991 yılının Aralık ayında", &["1991-12 1991 yılının Aralık"]),
            ("1991 yılının 21 Aralık günü", &["1991-12-21 1991 yılının 21 Aralık"]),
            ("1991'den 1993'e kadar", &["1991/1993 1991'den 1993'e"]),
            ("1991–1993 yılları", &["1991/1993 1991–1993"]),
            ("25-26 Ekim 1991", &["1991-10-25/1991-10-26 25-26 Ekim 1991"]),
            ("1995 ve 1996'da", &["1995 1995", "1996 1996'da"]),
            ("1500'den fazla, 2000 ton, 1990'lı yıllar, 1995 kişi", &[]),
            ("31 Şubat 1991", &[]),
        ],
    );
}

#[test]
fn german_and_french_dates() {
    check(
        "de",
        &[
            ("am 21. Dezember 1991", &["1991-12-21 21. Dezember 1991"]),
            ("im Jahr 1995, seit 1992", &["1995 1995", "1992 1992"]),
            ("von 1991 bis 1993", &["1991/1993 1991 bis 1993"]),
            ("bis 2000 Euro, Seite 1995", &[]),
        ],
    );
    check(
        "fr",
        &[
            ("le 21 décembre 1991", &["1991-12-21 21 décembre 1991"]),
            ("en 1995, depuis 1992", &["1995 1995", "1992 1992"]),
            ("de 1991 à 1993", &["1991/1993 1991 à 1993"]),
            ("en 2000 pages, page 1995", &[]),
        ],
    );
}

#[test]
fn a_language_without_rules_reads_dates_in_digits() {
    let rules = DateRules::default();
    assert_eq!(found(&rules, "21.12.1991, in 1995, 1991–1993, 5 May 1920"), ["1991-12-21 21.12.1991"]);
}

/// Returns the dates of the book that the program finds, as the list has them.
fn found_in_book(state: &State) -> Vec<Row> {
    let site = state.site().expect("it is whole");
    let mentions = &state.renderer.as_ref().expect("templates are whole").mentions;
    let mut rows = Vec::new();
    for &work in site.order.iter() {
        for lang in site.config.lang_ids() {
            let Some(edition) = site.edition(work, lang) else { continue };
            let document = &edition.document;
            for it in &mentions.of_edition(work, lang).dates {
                let words: String = document.body.text_in(it.html).collect();
                rows.push((document.file.to_string(), document.segments[it.segment].id.to_string(), it.date.iso(), words));
            }
        }
    }
    rows
}

#[test]
fn the_book_has_the_dates_of_the_list() {
    let text = read("tests/texts/dates.tsv");
    let listed = gold::rows(&text);
    let state =
        Project::new(Path::new(env!("CARGO_MANIFEST_DIR")), Overrides::default()).refresh().expect("the book can be read");
    let all = found_in_book(&state);
    gold::assert_found(&listed, all.clone(), 25.0);
    // The editions of a sentence have the same dates.
    let mut dates: BTreeMap<(String, String), [BTreeSet<String>; 2]> = BTreeMap::new();
    for (file, id, date, _) in all {
        let (work, side) = match file.strip_suffix(".kk.md") {
            Some(work) => (work.to_owned(), 0),
            None => (file.trim_end_matches(".en.md").to_owned(), 1),
        };
        dates.entry((work, id)).or_default()[side].insert(date);
    }
    let apart: Vec<_> = dates.iter().filter(|(_, [kk, en])| kk != en).map(|((work, id), _)| format!("{work}#{id}")).collect();
    println!("{} sentences with dates; dates differ in {apart:?}", dates.len());
    assert_eq!(apart, ["content/vectors/china#4.1"], "the list says why");
}

/// Returns texts of words, numbers and signs as dates have them.
fn odd_text() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "1991",
        "21",
        "31",
        "99999",
        "0",
        "2000",
        "12",
        "5",
        "1993",
        "٣٤",
        "18446744073709551616",
        "жылы",
        "жылғы",
        "ж",
        "желтоқсан",
        "Қазан",
        "December",
        "May",
        "in",
        "and",
        "to",
        "from",
        "of",
        "года",
        "декабря",
        "по",
        "yılı",
        "Aralık",
        "'te",
        "tonnes",
        "line",
        "мен",
        "дейін",
        " ",
        " ",
        " ",
        "-",
        "–",
        ",",
        ".",
        "/",
        "'",
        "’",
        "(",
        "$",
        "%",
        "\u{fffc}",
        "\u{301}",
        "s",
        "İ",
    ])
    .prop_map(str::to_owned);
    let piece = prop_oneof![12 => known, 1 => any::<char>().prop_map(String::from)];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(cases(2000, 500))]

    #[test]
    fn dates_are_in_the_order_of_the_text_and_exist(text in odd_text()) {
        for language in LANGUAGES {
            let mut last = 0;
            for it in dates(&text, &RULES.iter().find(|(own, _)| *own == language).expect("it is built in").1) {
                assert!(last <= it.range.start && it.range.start < it.range.end, "{it:?} in {text:?}");
                assert!(text.get(it.range.clone()).is_some(), "{it:?} in {text:?}");
                assert_eq!(tilmash::model::term::DateRange::parse(&it.date.iso()), Some(it.date), "{text:?}");
                last = it.range.end;
            }
        }
    }
}

pub(crate) static RULES: LazyLock<Vec<(&str, DateRules)>> =
    LazyLock::new(|| LANGUAGES.iter().map(|it| (*it, rules(it))).collect());
