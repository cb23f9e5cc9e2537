//! Exchange with translators' tools: the laws, the program from the outside, and outside tools that read what it writes.
//!
//! Those that need gettext, translate-toolkit and the schema of XLIFF are left out of `cargo test` alone;
//! `cargo test --test exchange -- --ignored` runs them, and so does `.ci/run`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use proptest::prelude::*;
use tempfile::TempDir;
use tilmash::base::{Diagnostic, code};
use tilmash::exchange::plan::{self, Edition, Options};
use tilmash::exchange::{self, Batch, Format, Standing, Unit, collect, markup};
use tilmash::model::{Key, LangId};
use tilmash::project::State;

mod common;
use common::{Files, flaw, state};

fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

// Texts that formats stumble over.

const NASTY: &[&str] = &[
    "a",
    "B ",
    " ",
    "сөйлем",
    " және ",
    "\"",
    "'",
    "\\",
    "\\n",
    "\\\"",
    "&",
    "&amp;",
    "&#10;",
    "<",
    ">",
    "</source>",
    "<b>",
    "]]>",
    "<![CDATA[",
    "<!--",
    "-->",
    "<?xml",
    "*",
    "**",
    "_",
    "`",
    "``",
    "[",
    "]",
    "](a.md)",
    "[^1]",
    "[[key]]",
    "[[k|",
    "]]",
    "![",
    "(",
    ")",
    "~~",
    "~",
    "^",
    "<https://a.b>",
    "\u{202e}",
    "\u{200f}שלום",
    "\u{2068}",
    "😀",
    "👩‍👩‍👧",
    "é",
    "e\u{301}",
    "\u{a0}",
    "\u{2028}",
    "\u{85}",
    "\u{feff}",
    "msgid \"",
    "#| ",
    "#, fuzzy",
    ",",
    ";",
    "\t",
    "=1+1",
    "@x",
    "%s",
    "%(n)d",
    "{0}",
    "${x}",
    "\u{1}",
    "\u{1b}[31m",
    "\u{7f}",
    "\u{fffe}",
    "\u{fffd}",
    "1. ",
    "- ",
    "# ",
    "|",
];

fn nasty() -> impl Strategy<Value = String> {
    let piece = prop_oneof![6 => prop::sample::select(NASTY).prop_map(str::to_owned), 1 => any::<char>().prop_map(String::from)];
    let short = prop::collection::vec(piece, 1..12).prop_map(|pieces| pieces.concat());
    prop_oneof![
        12 => short.clone(),
        2 => short.clone().prop_map(|text| format!("{text}\nsecond\r\n\n third\n")),
        1 => short.prop_map(|text| text.repeat(2000)),
    ]
}

/// Notes and headings are lines, without characters that are no text.
fn line() -> impl Strategy<Value = String> {
    nasty().prop_map(|text| {
        let plain = |c: &char| !c.is_control() && !matches!(c, '\u{2028}' | '\u{2029}' | '\u{fffe}' | '\u{ffff}');
        let text: String = text.chars().filter(plain).take(200).collect();
        format!("x{}x", text)
    })
}

fn unit() -> impl Strategy<Value = Unit> {
    let id = prop::sample::select(vec!["1.1", "3.2a", "title", "description", "fn-ed-5.1", "table-1.2.3"]);
    let key = prop::sample::select(vec!["index", "vectors/russia", "a b/ә", "x\"y", "c&d", "e'<f>"]);
    let standing = prop::sample::select(vec![Standing::Missing, Standing::Changed, Standing::Accepted, Standing::Current]);
    (key, id, nasty(), nasty(), standing, nasty(), prop::collection::vec(line(), 0..3), prop::option::of(line()), 1..5000_usize)
        .prop_map(|(key, id, source, target, standing, previous, notes, heading, line)| Unit {
            key: Key::new(key),
            id: id.to_owned(),
            source,
            base: (standing != Standing::Missing).then(|| exchange::digest(&target)),
            target: if standing == Standing::Missing { String::new() } else { target },
            standing,
            previous: (standing == Standing::Changed).then_some(previous),
            notes,
            heading,
            file: format!("content/{key}.kk.md").into(),
            line,
        })
}

fn batch() -> impl Strategy<Value = Batch> {
    prop::collection::vec(unit(), 1..8).prop_map(|units| Batch {
        project: "A \"book\" & <more>".to_owned(),
        date: Some("2026-11-22".to_owned()),
        source: Some("kk".to_owned()),
        target: Some("en".to_owned()),
        units,
    })
}

proptest! {
    #![proptest_config(cases(400))]

    /// What is written in a format is read as it was, every field of it.
    #[test]
    fn every_format_gives_back_what_it_was_given(batch in batch()) {
        for format in Format::ALL {
            let text = exchange::write(format, &batch);
            let file: Arc<str> = format!("x.{}", format.extension()).into();
            prop_assert_eq!(Format::of(&file, &text), Some(format));
            if format != Format::Csv {
                prop_assert_eq!(Format::of("x", &text), Some(format), "{}", text);
            }
            let found = exchange::read(format, &file, &text);
            prop_assert!(found.problems.is_empty(), "{:?}: {:?}\n{}", format, found.problems, text);
            prop_assert_eq!(&found.batch.source, &batch.source);
            prop_assert_eq!(&found.batch.target, &batch.target);
            prop_assert_eq!(found.batch.units.len(), batch.units.len());
            for (read, written) in found.batch.units.iter().zip(&batch.units) {
                prop_assert_eq!(read, written, "{:?}", format);
            }
            prop_assert!(found.places.iter().all(|place| text.get(place.clone()).is_some()));
        }
    }

    /// Markup that is protected comes back as it was; the codes are markup, and numbers close what they opened.
    #[test]
    fn markup_is_put_back_exactly(text in nasty()) {
        let tokens = markup::protect(&text);
        prop_assert_eq!(markup::restore(&tokens), text.clone());
        let mut again = markup::protect(&text);
        markup::pair(&tokens, &mut again);
        prop_assert_eq!(&again, &tokens, "a text is paired with itself as it is");
        let (missing, extra) = markup::differences(&text, &text);
        prop_assert!(missing.is_empty() && extra.is_empty());
    }

    /// Any file is read or refused, with places that are in it.
    #[test]
    fn any_file_is_read_or_refused(batch in batch(), noise in prop::collection::vec((any::<prop::sample::Index>(), nasty()), 0..4), cut in any::<prop::sample::Index>(), whole in any::<bool>()) {
        for format in Format::ALL {
            let mut text = exchange::write(format, &batch);
            for (at, noise) in &noise {
                let at = floor(&text, at.index(text.len() + 1));
                text.insert_str(at, noise);
            }
            if !whole {
                text.truncate(floor(&text, cut.index(text.len() + 1)));
            }
            let file: Arc<str> = format!("x.{}", format.extension()).into();
            let found = exchange::read(format, &file, &text);
            let files = Files::from([(file.to_string(), text)]);
            for problem in &found.problems {
                prop_assert_eq!(flaw(problem, &files), None);
            }
        }
    }

    #[test]
    fn any_bytes_are_text_or_not(bytes in prop::collection::vec(any::<u8>(), 0..60), start in prop::sample::select(vec![&b""[..], b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf"])) {
        let bytes = [start, &bytes].concat();
        let file: Arc<str> = "x.po".into();
        let _ = exchange::text::decode(&file, &bytes).map(|text| exchange::read(Format::Po, &file, &text));
    }
}

fn floor(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

// Sites.

const CONFIG: &str = "title: T\nlanguages: [kk, en]\n";

/// A text of a page, in blocks; both editions have the same ones.
fn block(words: [&str; 3]) -> Vec<String> {
    let [a, b, c] = words;
    vec![
        format!("{a} one.\n{b} two.\n{c} three.\n"),
        format!("## {a} {{#{}}}\n", "anchor"),
        format!("### {b} *{c}*\n"),
        format!("- {a}\n- {b} `code`\n  - {c}\n"),
        format!("1. {a}\n\n   {b}\n2. {c}\n"),
        format!("> {a} *{b}\n> {c}*\n> [{a}](x.md)[^n]\n"),
        format!("| {a} | {b} |\n|---|---|\n| {c} | \\| {a} |\n"),
        format!("```rust\nlet {} = 1;\n\n\n```\n", "x"),
        format!("{a}\\\n{b}  \n{c} <!-- note: say it -->\n"),
        format!("{a}\n: {b}\n: {c}\n"),
        format!("- [ ] {a}\n- [x] {b}\n"),
        "---\n".to_owned(),
        format!("<div>\n{}\n</div>\n", "html"),
        format!("{a}[^m]\n\n[^m]: {b}\n    {c}\n\n    - {a}\n"),
        format!("Setext {a}\n===\n\n![{b}](p.png \"{c}\") **{c}** [[index]]\n"),
    ]
}

/// Blocks by number, in a language; the newline is the file's.
fn page(front: &str, blocks: &[usize], words: [&str; 3], newline: &str) -> String {
    let all = block(words);
    let blocks: Vec<&str> = blocks.iter().map(|&at| all[at % all.len()].as_str()).collect();
    format!("---\n{front}---\n\n{}", blocks.join("\n")).replace('\n', newline)
}

fn site(kk: &str, en: Option<&str>) -> Files {
    let mut files = Files::from([
        ("site.yaml".to_owned(), CONFIG.to_owned()),
        ("content/index.kk.md".to_owned(), "# Басты бет\n".to_owned()),
        ("content/x.kk.md".to_owned(), kk.to_owned()),
    ]);
    files.extend(en.map(|en| ("content/x.en.md".to_owned(), en.to_owned())));
    files
}

fn exported(state: &State) -> Batch {
    let site = state.site().expect("the configuration is good");
    collect::collect(site, &state.inputs, LangId(1), &|_| true)
}

/// What a batch that comes back in a format changes.
fn planned(state: &State, format: Format, batch: &Batch) -> (Vec<Edition>, Vec<Diagnostic>) {
    let file: Arc<str> = format!("x.{}", format.extension()).into();
    let found = exchange::read(format, &file, &exchange::write(format, batch));
    let plan = plan::plan(state.site().expect("as above"), &state.inputs, &[(file, found)], Options::default());
    (plan.editions, plan.problems)
}

/// The files with what is taken.
fn imported(files: &Files, editions: &[Edition]) -> Files {
    let mut files = files.clone();
    for edition in editions {
        files.insert(edition.file.clone(), edition.with(&edition.taken, false));
    }
    files
}

fn by_address(batch: &Batch) -> BTreeMap<String, (String, String)> {
    batch.units.iter().map(|unit| (unit.address(), (unit.source.clone(), unit.target.clone()))).collect()
}

const KK: [&str; 3] = ["Бірінші", "екінші «сөз»", "үшінші"];
const EN: [&str; 3] = ["First", "the \"second\" word", "third"];

proptest! {
    #![proptest_config(cases(150))]

    /// What is exported and comes back as it was changes nothing, in no format, whatever the two editions are.
    #[test]
    fn export_then_import_changes_nothing(
        left in prop::collection::vec(0..15_usize, 0..6),
        right in prop::collection::vec(0..15_usize, 0..6),
        same in any::<bool>(),
        crlf in any::<bool>(),
    ) {
        let newline = if crlf { "\r\n" } else { "\n" };
        let right = if same { &left } else { &right };
        let kk = page("title: Т\ndescription: >\n  Ұзын\n  мәтін\n", &left, KK, newline);
        let en = page("title: \"T: t\" # comment\n", right, EN, newline);
        let state = state(&site(&kk, Some(&en)));
        let batch = exported(&state);
        for format in Format::ALL {
            let (editions, problems) = planned(&state, format, &batch);
            prop_assert!(editions.is_empty() && problems.is_empty(), "{:?} {:?}", editions, problems);
        }
    }

    /// Translations that are taken are in the file as they were sent, and undoing them gives the file back.
    #[test]
    fn an_import_gives_exactly_that_text(
        blocks in prop::collection::vec(0..15_usize, 1..6),
        chosen in prop::collection::vec(any::<bool>(), 1..40),
        format in prop::sample::select(Format::ALL.to_vec()),
        crlf in any::<bool>(),
    ) {
        let newline = if crlf { "\r\n" } else { "\n" };
        let kk = page("title: Т\ndescription: Сипат\n", &blocks, KK, newline);
        let en = page("title:   T\ndescription: 'It''s' # comment\n", &blocks, EN, newline);
        let files = site(&kk, Some(&en));
        let before = state(&files);
        let mut batch = exported(&before);
        for (unit, _) in batch.units.iter_mut().zip(chosen.iter().cycle()).filter(|(unit, chosen)| **chosen && !unit.target.is_empty()) {
            // Words before and after, so that all markup stays.
            unit.target = format!("New: “{}” \\# 50% & <3 #x", unit.target);
        }
        let (editions, problems) = planned(&before, format, &batch);
        prop_assert!(problems.is_empty(), "{:?}", problems);
        let changed = imported(&files, &editions);
        let after = state(&changed);
        let (wanted, got) = (by_address(&batch), by_address(&exported(&after)));
        prop_assert_eq!(&got, &wanted, "{}", changed.get("content/x.en.md").expect("it is there"));
        for edition in &editions {
            let sides = collect::Sides::of(after.site().expect("as above"), &after.inputs, edition.sides.work, edition.lang);
            prop_assert!(!plan::misread(edition, &edition.taken, sides.as_ref()));
        }
        // And back again.
        let mut back = exported(&after);
        for (unit, old) in back.units.iter_mut().zip(&exported(&before).units) {
            unit.target = old.target.clone();
        }
        let (editions, problems) = planned(&after, format, &back);
        prop_assert!(problems.is_empty(), "{:?}", problems);
        let undone = imported(&changed, &editions);
        // But for how a value is quoted, and where a sentence is broken within emphasis.
        let plain = |text: &str| {
            let text = text.replace("title:   \"T\"", "title:   T").replace("\"It's\"", "'It''s'");
            text.replace(&format!("word{newline}> third"), "word third")
        };
        prop_assert_eq!(plain(&undone["content/x.en.md"]), plain(&en));
    }

    /// A translation of a page that has none, whole or in part, makes a page that has it and none of the source's words.
    #[test]
    fn a_new_edition_has_what_was_translated_and_nothing_else(
        blocks in prop::collection::vec(0..15_usize, 1..6),
        chosen in prop::collection::vec(prop::bool::weighted(0.7), 1..40),
        crlf in any::<bool>(),
    ) {
        let newline = if crlf { "\r\n" } else { "\n" };
        let kk = page("title: Т\nslug: т\ndescription: Сипат\ntags: [тег]\n", &blocks, KK, newline);
        let files = site(&kk, None);
        let before = state(&files);
        let mut batch = exported(&before);
        for (unit, chosen) in batch.units.iter_mut().zip(chosen.iter().cycle()) {
            if unit.id == "title" || *chosen {
                unit.target = KK.iter().zip(EN).fold(unit.source.replace("Т", "T").replace("Сипат", "Text"), |text, (kk, en)| text.replace(kk, en));
                unit.standing = Standing::Current;
            }
        }
        let (editions, problems) = planned(&before, Format::Po, &batch);
        prop_assert!(problems.iter().all(|it| it.code == &code::EXCHANGE_UNKNOWN), "{:?}", problems);
        let made = imported(&files, &editions);
        let text = &made["content/x.en.md"];
        for word in KK.iter().chain(&["Сипат", "тег", "html"]) {
            prop_assert!(!text.contains(word), "{}", text);
        }
        if chosen.iter().all(|chosen| *chosen) {
            let after = state(&made);
            let got = exported(&after);
            let of_page = |batch: &Batch| batch.units.iter().filter(|unit| unit.key.as_str() == "x").map(|unit| (unit.address(), unit.target.clone())).collect::<Vec<_>>();
            prop_assert_eq!(of_page(&got), of_page(&batch), "{}", text);
        }
    }
}
