//! Time grows in proportion to the text. The steps here were once quadratic or too deep.
//!
//! Texts are built at a size and at a multiple of it, and a quadratic step would take far more than
//! that multiple of the time. Other tests on the same machine would disturb the measurements, and
//! small sizes would show nothing. So `cargo test` leaves these tests out, and `.ci/run` runs them
//! one after another: `cargo test --test all growth:: -- --ignored --test-threads=1`.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use tilmash::base::diff;
use tilmash::model::LangId;
use tilmash::prose::dates;
use tilmash::terms::Matcher;

use crate::common::{self, Files, state};
use crate::terms::{ODD, glossary};
use crate::{dates as of_dates, parity, terms};

#[test]
#[ignore = "measures time; .ci/run runs it alone"]
fn long_texts_take_time_in_proportion() {
    type Text = fn(usize) -> String;
    let texts: [(&str, usize, Text); 12] = [
        ("bare URLs", 5_000, |n| "see https://a.example/b, ".repeat(n)),
        ("bare URLs of many events", 2_000, |n| "https://a.example/b_c?d&e ".repeat(n)),
        ("what only begins like a bare URL", 5_000, |n| "http://a_www..b_".repeat(n)),
        ("closing brackets after a bare URL", 50_000, |n| format!("https://a.example/{}", ")".repeat(n))),
        ("equal headings", 2_500, |n| "# A\n\n".repeat(n)),
        ("footnotes of one name", 2_500, |n| {
            (0..n).fold(String::new(), |mut text, at| {
                // Different labels that are equal if only letters count.
                let label: String = format!("{at:b}").chars().map(|c| if c == '0' { '!' } else { '?' }).collect();
                writeln!(text, "a[^{label}]\n\n[^{label}]: b\n").expect("writing to a string");
                text
            })
        }),
        ("footnotes that are not defined", 2_500, |n| "a[^nope]\n\n[^b]: c\n\n".repeat(n)),
        ("a table whose cells are the same", 1_500, |n| format!("| a | b |\n|---|---|\n{}", "| yes | no |\n".repeat(n))),
        ("tables", 500, |n| "| a | b |\n|---|---|\n| yes | no |\n\n".repeat(n)),
        ("footnotes", 1_000, |n| {
            (0..n).fold(String::new(), |mut text, at| {
                writeln!(text, "a[^{at}]\n\n[^{at}]: b{at}\n    c\n").expect("writing to a string");
                text
            })
        }),
        ("links to headings", 2_000, |n| "# A\n\n[b](#a-7)\n\n".repeat(n)),
        ("beginnings of conflicts", 2_500, |n| "<<<<<<< a\n".repeat(n)),
    ];
    for (name, size, text) in texts {
        check(name, size, |size| Files::from([("content/a.en.md".to_owned(), text(size))]));
    }
}

#[test]
#[ignore = "measures time; .ci/run runs it alone"]
fn large_sites_take_time_in_proportion() {
    check("broken links", 250, |size| {
        (0..size).map(|at| (format!("content/some-page-{at}.en.md"), format!("[[some-pagt-{at}x]]\n"))).collect()
    });
    check("links to headings of a translation", 1_000, |size| {
        let text = "# A\n\n[b](#a-7)\n\n".repeat(size);
        Files::from([("content/a.kk.md".to_owned(), text.clone()), ("content/a.en.md".to_owned(), text)])
    });
}

/// The same with locks, for a text that has changed: cells and notes find their ids by row, column
/// and label.
#[test]
#[ignore = "measures time; .ci/run runs it alone"]
fn addresses_of_cells_and_notes_take_time_in_proportion() {
    fn text(n: usize, word: &str) -> String {
        let table = (0..n).fold("| a | b | c |\n|---|---|---|\n".to_owned(), |mut text, at| {
            writeln!(text, "| {word}{at} | yes | {} |", at % 7).expect("writing to a string");
            text
        });
        (0..n).fold(table + "\n", |mut text, at| {
            writeln!(text, "x[^{at}]\n\n[^{at}]: {word} {at}\n    c\n").expect("writing to a string");
            text
        })
    }
    check("a table and notes that were translated anew", 250, |size| {
        let kk = text(size, "k");
        let mut files = Files::from([("content/a.kk.md".to_owned(), kk), ("content/a.en.md".to_owned(), text(size, "e"))]);
        files.insert("site.yaml".to_owned(), "title: T\nlanguages: [kk, en]\n".to_owned());
        files.insert("content/index.kk.md".to_owned(), "# T\n".to_owned());
        common::sync(&mut files);
        // Every row has its own text, and every second one has changed.
        files.insert("content/a.en.md".to_owned(), text(size + size / 2, "f"));
        files.insert("content/a.kk.md".to_owned(), text(size + size / 2, "l"));
        files
    });
}

/// The same for texts with many gaps, in either edition.
#[test]
#[ignore = "measures time; .ci/run runs it alone"]
fn addresses_of_texts_with_many_gaps_take_time_in_proportion() {
    fn text(n: usize, word: &str, other: &str) -> String {
        (0..n).fold(String::new(), |mut text, at| {
            writeln!(text, "{} {at}.\n", if at % 4 == 0 { other } else { word }).expect("writing to a string");
            text
        })
    }
    for (lang, word) in [("kk", "k"), ("en", "e")] {
        check(&format!("every fourth line of `{lang}` is another"), 1_000, |size| {
            let mut files = Files::from([
                ("site.yaml".to_owned(), "title: T\nlanguages: [kk, en]\n".to_owned()),
                ("content/index.kk.md".to_owned(), "# T\n".to_owned()),
                ("content/a.kk.md".to_owned(), text(size, "k", "k")),
                ("content/a.en.md".to_owned(), text(size, "e", "e")),
            ]);
            common::sync(&mut files);
            files.insert(format!("content/a.{lang}.md"), text(size, word, "wholly something else"));
            files
        });
    }
}

/// The same for deleted rows that come back: all are equal, or only their first cells are in common
/// with others.
#[test]
#[ignore = "measures time; .ci/run runs it alone"]
fn rows_that_come_back_take_time_in_proportion() {
    let rows = |n: usize, row: fn(usize) -> String| {
        (0..n).fold("Мәтін.\n\n| a | b |\n|---|---|\n".to_owned(), |text, at| text + &row(at))
    };
    type Row = fn(usize) -> String;
    let tables: [(&str, Row, Row); 3] = [
        ("equal rows", |_| "| yes | no |\n".to_owned(), |_| "| yes | no |\n".to_owned()),
        ("rows of equal first cells", |at| format!("| yes | {at} |\n"), |at| format!("| yes | {at}x |\n")),
        (
            "rows in two halves",
            |at| if at % 2 == 0 { "| yes | a |\n" } else { "| b | no |\n" }.to_owned(),
            |_| "| yes | no |\n".to_owned(),
        ),
    ];
    for (name, was, is) in tables {
        check(name, 250, |size| {
            let mut files = Files::from([
                ("site.yaml".to_owned(), "title: T\nlanguages: [kk, en]\n".to_owned()),
                ("content/index.kk.md".to_owned(), "# T\n".to_owned()),
                ("content/a.kk.md".to_owned(), rows(size, was)),
            ]);
            common::sync(&mut files);
            files.insert("content/a.kk.md".to_owned(), "Мәтін.\n".to_owned());
            common::sync(&mut files);
            files.insert("content/a.kk.md".to_owned(), rows(size, is));
            files
        });
    }
}

/// The same for a table without any remaining row: for each cell, the search for a merge runs.
#[test]
#[ignore = "measures time; .ci/run runs it alone"]
fn cells_that_are_gone_take_time_in_proportion() {
    check("a table that lost a column and rows", 2_000, |size| {
        let table = |row: &str, n: usize| {
            format!("{row}\n{}\n{}", "|---".repeat(row.matches(" |").count()) + "|", format!("{row}\n").repeat(n))
        };
        let mut files = Files::from([
            ("site.yaml".to_owned(), "title: T\nlanguages: [kk, en]\n".to_owned()),
            ("content/index.kk.md".to_owned(), "# T\n".to_owned()),
            ("content/a.kk.md".to_owned(), table("| yes | yes | yes | yes |", size)),
        ]);
        common::sync(&mut files);
        files.insert("content/a.kk.md".to_owned(), table("| yes | yes | yes |", size / 2));
        files
    });
}

/// The same for a translation in another order with many equal lines, in text and in tables.
#[test]
#[ignore = "measures time; .ci/run runs it alone"]
fn equal_lines_in_another_order_take_time_in_proportion() {
    const SAID: [&str; 3] = ["Yes", "No", "12"];
    let line = |at: usize| format!("{}.\n\n", SAID[at % 3]);
    let row = |at: usize| format!("| {} | {} | {} |\n", at / 2, SAID[at % 3], SAID[at % 2]);
    let text = |order: &[usize]| {
        let lines: String = order.iter().map(|&at| line(at)).collect();
        lines + "| a | b | c |\n|---|---|---|\n" + &order.iter().map(|&at| row(at)).collect::<String>()
    };
    check("equal lines in another order", 500, |size| {
        let order: Vec<usize> = (0..size).collect();
        let mut files = Files::from([
            ("site.yaml".to_owned(), "title: T\nlanguages: [kk, en]\n".to_owned()),
            ("content/index.kk.md".to_owned(), "# T\n".to_owned()),
            ("content/a.kk.md".to_owned(), text(&order)),
            ("content/a.en.md".to_owned(), text(&order)),
        ]);
        common::sync(&mut files);
        let backwards: Vec<usize> = (0..size + size / 10).rev().collect();
        files.insert("content/a.en.md".to_owned(), text(&backwards));
        files.insert("content/a.kk.md".to_owned(), text(&order[size / 2..]) + &text(&order[..size / 2]));
        files
    });
}

fn check(name: &str, size: usize, files: impl Fn(usize) -> Files) {
    let time = |size: usize| {
        let mut files = files(size);
        files.insert("site.yaml".to_owned(), "title: T\nlanguages: [kk, en]\n".to_owned());
        files.insert("content/index.kk.md".to_owned(), "# T\n".to_owned());
        let begun = Instant::now();
        state(&files);
        begun.elapsed()
    };
    let (small, large) = (time(size), time(4 * size));
    assert!(large < small * 9 + Duration::from_millis(500), "{name}: {small:?}, then {large:?} for four times as much");
}

/// The largest ratio of the times for a text and for one twice as long. Other programs use the
/// machine too.
const DOUBLE: f64 = 2.5;

/// Asserts that the second search takes at most so many times the time of the first one.
///
/// They run by turns, and the shortest times count. They stop as soon as the ratio is right; that
/// of a quadratic search is not, after any number of rounds.
fn assert_ratio(what: &str, searches: [(&Matcher, &str); 2], limit: f64) {
    let mut best = [f64::MAX; 2];
    for round in 0..40 {
        for (best, (matcher, text)) in best.iter_mut().zip(searches) {
            let start = Instant::now();
            assert!(!matcher.find(text).is_empty());
            *best = start.elapsed().as_secs_f64().min(*best);
        }
        if round >= 2 && best[1] <= best[0] * limit {
            println!("{what}: {:.1} ms, then {:.1} ms", best[0] * 1e3, best[1] * 1e3);
            return;
        }
    }
    panic!("{what}: {} s, then {} s", best[0], best[1]);
}

#[test]
#[ignore = "measures time; .ci/run runs it alone"]
fn mentions_take_time_in_proportion() {
    let usual = "Қазақстан Қытайдағы АҚШ-қа a a a a a the a Ресейлердің Қытайларыңдағыдайлар, 21-ғасыр. ".repeat(100);
    let names: Vec<&str> = ODD.iter().copied().chain(["Қазақстан", "Ресей"]).collect();
    let glossary = glossary(&names);
    for language in ["kk", "en", "ru", "tr"] {
        let matcher = Matcher::new(&glossary.names, LangId(0), &terms::rules(language));
        for text in [usual.clone(), "a ".repeat(4000), "a Қытай".to_owned() + &"дағы".repeat(2500)] {
            // Three times twice as long.
            assert_ratio(language, [(&matcher, &text), (&matcher, &text.repeat(8))], DOUBLE.powi(3));
        }
    }
}

#[test]
#[ignore = "measures time; .ci/run runs it alone"]
fn many_terms_take_as_long_as_few() {
    let names: Vec<String> = (0..5000).map(|n| format!("Қала{} теңізі", letters(n))).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let text: String = (0..3000).map(|n| format!("Мұнда Қала{} теңізінде деп жазылған. ", letters(n % 10))).collect();
    let rules = terms::rules("kk");
    let matchers = [10, 5000].map(|count| Matcher::new(&glossary(&names[..count]).names, LangId(0), &rules));
    assert_ratio("10 and 5,000 terms", [(&matchers[0], &text), (&matchers[1], &text)], DOUBLE);
}

/// Returns a number in letters.
fn letters(mut n: usize) -> String {
    let mut text = String::new();
    for _ in 0..3 {
        text.push(char::from_u32('а' as u32 + (n % 30) as u32).expect("a letter"));
        n /= 30;
    }
    text
}

/// A text twice as long may take twice as long, not four times.
#[test]
#[ignore = "measures time; .ci/run runs it alone"]
fn dates_take_time_in_proportion() {
    let pieces =
        ["1991 ", "5, 6 and 7 and 8 and ", "May-May-", "in 1991 and 1992 and ", "1991-", "21 December ", "жылы 25-", "1", "to "];
    for (language, rules) in of_dates::RULES.iter() {
        for piece in pieces {
            let text = piece.repeat(20_000);
            let start = Instant::now();
            dates(&text, rules);
            assert!(start.elapsed() < Duration::from_secs(20), "{language}: `{piece}` took {:?}", start.elapsed());
        }
    }
}

#[test]
#[ignore = "measures time; .ci/run runs it alone"]
fn checks_of_sentences_take_time_in_proportion() {
    let (kk, en) = (parity::rules("kk"), parity::rules("en"));
    for piece in [
        "[", "](", "`a`` ", "*a ", "<", "<!--", "{{", "12 345, ", "1.", "XXI ", "5 May ", "«", "“a", "https://", "[[", "[^",
        "а1", "&", "%(", "$A", "_a*",
    ] {
        let text = piece.repeat(50_000 / piece.len());
        let other = format!("{text} 7 `x`");
        let start = Instant::now();
        parity::pair((kk, &text), (en, &other));
        parity::alone(en, &other);
        // Much more than any machine needs, and much less than a quadratic program needs.
        assert!(start.elapsed() < Duration::from_secs(10), "{piece:?} takes {:?}", start.elapsed());
    }
}

/// Texts of few words are the hardest for a diff, and other texts of the same words are harder than
/// a changed copy.
#[test]
#[ignore = "measures time; .ci/run runs it alone"]
fn a_diff_of_long_texts_takes_little_time() {
    let mut state = 1_u64;
    let mut random = |kinds: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % kinds
    };
    for kinds in [2, 10, 300, 10_000, 1_000_000] {
        let mut text = || (0..30_000).map(|_| random(kinds).to_string()).collect::<Vec<_>>().join(" ");
        let (old, new) = (text(), text());
        let start = Instant::now();
        assert!(!diff::words(&old, &new).is_empty());
        // Ten times what it takes without optimisation, and a tenth of what a table of all pairs
        // takes.
        assert!(start.elapsed() < Duration::from_secs(20), "{kinds} words: {:?}", start.elapsed());
    }
}
