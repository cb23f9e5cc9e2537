//! Work grows with the text and no faster: what was once quadratic, or deep, stays linear.
//!
//! Each text is built at a size and at four times the size; a quadratic step would take sixteen times
//! as long. The margin is for machines that do other things too.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

mod common;
use common::{Files, state};

#[test]
fn long_texts_take_time_in_proportion() {
    type Text = fn(usize) -> String;
    let texts: [(&str, usize, Text); 8] = [
        ("bare URLs", 5_000, |n| "see https://a.example/b, ".repeat(n)),
        ("bare URLs of many events", 2_000, |n| "https://a.example/b_c?d&e ".repeat(n)),
        ("what only begins like a bare URL", 5_000, |n| "http://a_www..b_".repeat(n)),
        ("closing brackets after a bare URL", 50_000, |n| format!("https://a.example/{}", ")".repeat(n))),
        ("equal headings", 2_500, |n| "# A\n\n".repeat(n)),
        ("footnotes of one name", 2_500, |n| {
            (0..n).fold(String::new(), |mut text, at| {
                // Labels that differ, and are the same where only letters count.
                let label: String = format!("{at:b}").chars().map(|c| if c == '0' { '!' } else { '?' }).collect();
                writeln!(text, "a[^{label}]\n\n[^{label}]: b\n").expect("writing to a string");
                text
            })
        }),
        ("footnotes that are not defined", 2_500, |n| "a[^nope]\n\n[^b]: c\n\n".repeat(n)),
        ("links to headings", 2_000, |n| "# A\n\n[b](#a-7)\n\n".repeat(n)),
    ];
    for (name, size, text) in texts {
        check(name, size, |size| Files::from([("content/a.en.md".to_owned(), text(size))]));
    }
}

#[test]
fn large_sites_take_time_in_proportion() {
    check("broken links", 250, |size| {
        (0..size).map(|at| (format!("content/some-page-{at}.en.md"), format!("[[some-pagt-{at}x]]\n"))).collect()
    });
    check("links to headings of a translation", 1_000, |size| {
        let text = "# A\n\n[b](#a-7)\n\n".repeat(size);
        Files::from([("content/a.kk.md".to_owned(), text.clone()), ("content/a.en.md".to_owned(), text)])
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
