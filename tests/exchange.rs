//! Exchange with translators' tools: laws, runs of the program, and outside tools that read its
//! files.
//!
//! Tests that need gettext, translate-toolkit or the schema of XLIFF are left out of `cargo test`;
//! `cargo test --test all exchange:: -- --ignored` runs them, and so does `.ci/run`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use proptest::prelude::*;
use tempfile::TempDir;
use tilmash::base::{Diagnostic, code};
use tilmash::model::{Key, LangId};
use tilmash::project::State;
use tilmash::translation::exchange::plan::{self, Edition, Options};
use tilmash::translation::exchange::{self, Batch, Format, Unit, UnitState, collect, markup};

use crate::common::program::{self, Run, command, run, site as folder};
use crate::common::{Files, cases, flaw, state};

// Texts that are hard for formats.

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
    "+",
    "-",
    "＝",
    "\r",
    "''",
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

/// Notes and headings are single lines, without characters that a text cannot have.
fn line() -> impl Strategy<Value = String> {
    nasty().prop_map(|text| {
        let plain = |c: &char| !c.is_control() && !matches!(c, '\u{2028}' | '\u{2029}' | '\u{fffe}' | '\u{ffff}');
        let text: String = text.chars().filter(plain).take(200).collect();
        format!("x{text}x")
    })
}

fn unit() -> impl Strategy<Value = Unit> {
    let id = prop::sample::select(vec!["1.1", "3.2a", "title", "description", "12a.1", "0.1b"]);
    let key = prop::sample::select(vec!["index", "vectors/russia", "a b/ә", "x\"y", "c&d", "e'<f>"]);
    let state = prop::sample::select(vec![UnitState::Missing, UnitState::Changed, UnitState::Accepted, UnitState::Current]);
    (key, id, nasty(), nasty(), state, nasty(), prop::collection::vec(line(), 0..3), prop::option::of(line()), 1..5000_usize)
        .prop_map(|(key, id, source, target, state, previous, notes, heading, line)| Unit {
            key: Key::new(key),
            id: id.to_owned(),
            source,
            is_row: line % 3 == 0,
            base: (state != UnitState::Missing).then(|| exchange::digest(&target)),
            target: if state == UnitState::Missing { String::new() } else { target },
            state,
            previous: (state == UnitState::Changed).then_some(previous),
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
    #![proptest_config(cases(200, 1000))]

    /// A batch that was written in a format is read back with every field unchanged.
    #[test]
    fn every_format_is_read_as_it_was_written(batch in batch()) {
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
                // Files do not distinguish rows of tables from other sentences.
                let written = &Unit { is_row: false, ..written.clone() };
                prop_assert_eq!(read, written, "{:?}", format);
            }
            prop_assert!(found.places.iter().all(|place| text.get(place.clone()).is_some()));
        }
    }

    /// Protected markup is restored unchanged; the codes are the markup, and a closing code has the
    /// number of the opening one.
    #[test]
    fn markup_is_restored_exactly(text in nasty()) {
        for protect in [markup::protect, markup::protect_row] {
            let tokens = protect(&text);
            prop_assert_eq!(markup::restore(&tokens), text.clone());
            let mut again = protect(&text);
            markup::pair(&tokens, &mut again);
            prop_assert_eq!(&again, &tokens, "a text is paired with itself as it is");
            let (missing, extra) = markup::differences(&tokens, &tokens);
            prop_assert!(missing.is_empty() && extra.is_empty());
        }
    }

    /// Any file is read or refused, and all places are inside it.
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
    fn any_bytes_are_decoded_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..60), start in prop::sample::select(vec![&b""[..], b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf"])) {
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

/// The number of kinds of blocks.
const BLOCKS: usize = 17;

/// The text of a page as blocks; both editions have the same ones.
fn block(words: [&str; 3]) -> Vec<String> {
    let [a, b, c] = words;
    vec![
        format!("{a} one.\n{b} two.\n{c} three.\n"),
        format!("## {a} {{#{}}}\n", "anchor"),
        format!("### {b} *{c}*\n"),
        format!("- {a}\n- {b} `code`\n  - {c}\n"),
        format!("1. {a}\n\n   {b}\n2. {c}\n"),
        format!("> {a} *{b}\n> {c}*\n> [{a}](x.md)[^n]\n"),
        format!("| {a} | {b} | |\n|---|---|---|\n| {c} <!-- note: x --> | \\| {a} | **{b}** |\n| 1 | | `x` |\n"),
        format!("```rust\nlet {} = 1;\n\n\n```\n", "x"),
        format!("{a}\\\n{b}  \n{c} <!-- note: say it -->\n"),
        format!("{a}\n: {b}\n: {c}\n"),
        format!("- [ ] {a}\n- [x] {b}\n"),
        "---\n".to_owned(),
        format!("<div>\n{}\n</div>\n", "html"),
        format!("{a}[^m]\n\n[^m]: {b}\n    {c}\n\n    - {a}\n"),
        format!("Setext {a}\n===\n\n![{b}](p.png \"{c}\") **{c}** [[index]]\n"),
        format!("- {a}\n\n  | {b} | {c} |\n  |:-:|--:|\n  | {c} <!-- note: y --> | |\n"),
        format!("{c}[^t]\n\n[^t]: {a}\n\n    | {b} |\n    |---|\n    | {c} |\n\n    {c}\n"),
    ]
}

/// Returns blocks by number, in a language, with the given line ends.
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
    collect::collect(site, &state.inputs, LangId(0), LangId(1), &|_| true)
}

/// Returns the edits that an exported batch causes when it comes back.
fn planned(state: &State, format: Format, batch: &Batch) -> (Vec<Edition>, Vec<Diagnostic>) {
    let file: Arc<str> = format!("x.{}", format.extension()).into();
    let found = exchange::read(format, &file, &exchange::write(format, batch));
    let plan = plan::plan(state.site().expect("as above"), &state.inputs, &[(file, found)], Options::default());
    (plan.editions, plan.problems)
}

/// Returns the files with the accepted translations.
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
    #![proptest_config(cases(60, 1000))]

    /// An unchanged export causes no edit when it comes back, in any format and for any two
    /// editions.
    #[test]
    fn export_then_import_changes_nothing(
        left in prop::collection::vec(0..BLOCKS, 0..6),
        right in prop::collection::vec(0..BLOCKS, 0..6),
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

    /// Accepted translations are in the file as they were sent, and undoing them restores the file.
    #[test]
    fn an_import_gives_exactly_that_text(
        blocks in prop::collection::vec(0..BLOCKS, 1..6),
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
            // Words before and after keep all markup, and give the checks on pairs nothing to
            // report.
            unit.target = format!("New: “{}” \\# & < % #x", unit.target);
        }
        let (editions, problems) = planned(&before, format, &batch);
        prop_assert!(problems.is_empty(), "{:?}", problems);
        let changed = imported(&files, &editions);
        let after = state(&changed);
        let (wanted, got) = (by_address(&batch), by_address(&exported(&after)));
        prop_assert_eq!(&got, &wanted, "{}", changed.get("content/x.en.md").expect("it is there"));
        for edition in &editions {
            let sides = collect::EditionPair::of(after.site().expect("as above"), &after.inputs, edition.sides.work, edition.lang);
            prop_assert!(!plan::misread(edition, &edition.taken, sides.as_ref()));
        }
        // Undo the translations.
        let mut back = exported(&after);
        for (unit, old) in back.units.iter_mut().zip(&exported(&before).units) {
            unit.target = old.target.clone();
        }
        let (editions, problems) = planned(&after, format, &back);
        prop_assert!(problems.is_empty(), "{:?}", problems);
        let undone = imported(&changed, &editions);
        // Except for the quoting of a value, and for line breaks inside emphasis.
        let plain = |text: &str| {
            let text = text.replace("title:   \"T\"", "title:   T").replace("\"It's\"", "'It''s'");
            text.replace(&format!("word{newline}> third"), "word third")
        };
        prop_assert_eq!(plain(&undone["content/x.en.md"]), plain(&en));
    }

    /// Translating a page that does not exist, wholly or in part, makes a page with the
    /// translations and without the source's words.
    #[test]
    fn a_new_edition_has_only_the_translated_sentences(
        blocks in prop::collection::vec(0..BLOCKS, 1..6),
        chosen in prop::collection::vec(prop::bool::weighted(0.7), 1..40),
        crlf in any::<bool>(),
    ) {
        let newline = if crlf { "\r\n" } else { "\n" };
        let kk = page("title: Т\nslug: т\ndescription: Сипат\ntags: [тег]\n", &blocks, KK, newline);
        let files = site(&kk, None);
        let before = state(&files);
        let mut batch = exported(&before);
        for (unit, chosen) in batch.units.iter_mut().zip(chosen.iter().cycle()) {
            // The home page, which has no translation either, is not changed.
            if unit.key.as_str() == "x" && (unit.id == "title" || *chosen) {
                unit.target = KK.iter().zip(EN).fold(unit.source.replace("Т", "T").replace("Сипат", "Text"), |text, (kk, en)| text.replace(kk, en));
                unit.state = UnitState::Current;
            }
        }
        let (editions, problems) = planned(&before, Format::Po, &batch);
        prop_assert!(problems.iter().all(|it| it.code == &code::EXCHANGE_INCOMPLETE), "{:?}", problems);
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

proptest! {
    #![proptest_config(cases(60, 1000))]

    /// Sentences that are translated one by one, in any order, end up in their right places.
    #[test]
    fn missing_sentences_are_inserted_in_their_places(
        blocks in prop::collection::vec(0..BLOCKS, 1..6),
        first in prop::collection::vec(any::<bool>(), 1..40),
        second in prop::collection::vec(any::<bool>(), 1..40),
    ) {
        // A definition has no place without its term: `import` refuses it.
        let blocks: Vec<usize> = blocks.into_iter().filter(|&block| block != 9).collect();
        let mut files = site(&page("title: Т\ndescription: Сипат\n", &blocks, KK, "\n"), None);
        // Tables and footnotes are translated as a whole: the choice for the first unit holds for
        // all.
        let begun = state(&files);
        let site = begun.site().expect("as above");
        let work = site.work_named("x").expect("it is there");
        let wholes = collect::EditionPair::of(site, &begun.inputs, work, LangId(1)).expect("a source").wholes;
        let mut first_of = BTreeMap::new();
        let chosen_by: Vec<usize> =
            wholes.into_iter().enumerate().map(|(at, whole)| whole.map_or(at, |whole| *first_of.entry(whole).or_insert(at))).collect();
        let mut wanted = exported(&begun);
        for unit in &mut wanted.units {
            unit.target = format!("T {}", unit.source);
            unit.state = UnitState::Current;
        }
        wanted.units.retain(|unit| unit.key.as_str() == "x");
        for round in 0..3 {
            let before = state(&files);
            let mut batch = wanted.clone();
            let chosen = batch.units.iter().zip(&chosen_by).map(|(unit, &at)| match round {
                0 => first[at % first.len()] || unit.id == "title",
                1 => second[at % second.len()],
                _ => true,
            });
            let chosen: Vec<bool> = chosen.collect();
            let mut at = chosen.iter();
            batch.units.retain(|_| *at.next().expect("one for each"));
            let (editions, problems) = planned(&before, Format::Jsonl, &batch);
            prop_assert!(problems.is_empty(), "{:?}", problems);
            for edition in &editions {
                files.insert(edition.file.clone(), edition.with(&edition.taken, true));
                let after = state(&files);
                let sides = collect::EditionPair::of(after.site().expect("as above"), &after.inputs, edition.sides.work, edition.lang);
                prop_assert!(!plan::misread(edition, &edition.taken, sides.as_ref()), "round {}: {}\n{}", round, files["content/x.kk.md"], files["content/x.en.md"]);
            }
        }
        let got = by_address(&exported(&state(&files)));
        for (address, pair) in by_address(&wanted) {
            prop_assert_eq!(got.get(&address), Some(&pair), "{}", files["content/x.en.md"]);
        }
    }
}

// Runs of the program.

fn tilmash(folder: &TempDir, arguments: &[&str]) -> Run {
    run(command(folder.path(), &[arguments, &["--format", "short"]].concat()), "")
}

fn put(folder: &TempDir, path: &str, text: impl AsRef<[u8]>) {
    program::put(folder.path(), path, text);
}

/// Writes a file and imports it.
fn import(folder: &TempDir, file: &str, text: impl AsRef<[u8]>) -> Run {
    put(folder, file, text);
    tilmash(folder, &["import", file])
}

/// A small site with one translated page.
fn small() -> TempDir {
    folder(&[SITE, HOME, HOME_EN, A, A_EN])
}

fn text_of(folder: &TempDir, path: &str) -> String {
    fs::read_to_string(folder.path().join(path)).unwrap_or_default()
}

const SITE: (&str, &str) = ("site.yaml", CONFIG);
const HOME: (&str, &str) = ("content/index.kk.md", "# Басты бет\n");
const HOME_EN: (&str, &str) = ("content/index.en.md", "# Home\n");
const A: (&str, &str) = (
    "content/a.kk.md",
    "---\ntitle: А\n---\n\nБір **екі**.\nҮш `төрт`.\nБес.\n\n## Тарау\n\n- Алты[^1]\n- Жеті\n\n[^1]: Ескерту.\n",
);
const A_EN: (&str, &str) = (
    "content/a.en.md",
    "---\ntitle: A\n---\n\nOne **two**.\nThree `төрт`.\nFive.\n\n## Chapter\n\n- Six[^1]\n- Seven\n\n[^1]: A note.\n",
);

#[test]
fn a_translator_changes_a_sentence() {
    let folder = small();
    for (to, from, change) in [
        ("po", "One **two**.", "One and **two**."),
        ("xliff", "Five.</target>", "Five &amp; \"more\".</target>"),
        ("tmx", "<seg>Seven</seg>", "<seg>Seven, “7”</seg>"),
        ("csv", "A note.", "A note, longer."),
        ("jsonl", "\"Chapter\",\"state\"", "\"Chapter 1\",\"state\""),
    ] {
        let file = format!("work/book.{to}");
        let run = tilmash(&folder, &["export", "--to", to, "--language", "en", "--output", &file]);
        assert_eq!(run.code, 0, "{}", run.err);
        let exported = text_of(&folder, &file);
        assert_eq!(exported.matches(from).count(), 1, "{exported}");
        put(&folder, &file, exported.replace(from, change));
        let before = text_of(&folder, A_EN.0);
        let run = tilmash(&folder, &["import", &file, "--dry-run"]);
        assert_eq!(run.code, 0, "{to}: {}", run.err);
        assert!(run.out.contains("content/a.en.md") && run.out.contains("{+"), "{to}: {}", run.out);
        assert!(run.err.contains("1 translation would be imported into 1 file"), "{to}: {}", run.err);
        assert_eq!(text_of(&folder, A_EN.0), before, "a dry run writes nothing");
        let run = tilmash(&folder, &["import", &file]);
        assert_eq!((run.code, run.out.as_str()), (0, ""), "{to}: {}", run.err);
        assert!(run.err.contains("tilmash sync"), "{}", run.err);
        let run = tilmash(&folder, &["import", &file]);
        assert!(run.err.contains("0 translations"), "{to}: {}", run.err);
    }
    let expected = "---\ntitle: A\n---\n\nOne and **two**.\nThree `төрт`.\nFive & \"more\".\n\n## Chapter 1\n\n- Six[^1]\n- Seven, “7”\n\n[^1]: A note, longer.\n";
    assert_eq!(text_of(&folder, A_EN.0), expected);
    assert_eq!(text_of(&folder, A.0), A.1, "the source is nobody's to change");
}

/// Returns a PO file with messages.
fn po(messages: &[(&str, &str, &str)]) -> String {
    let mut po = "msgid \"\"\nmsgstr \"Language: en\\nContent-Type: text/plain; charset=UTF-8\\n\"\n".to_owned();
    for (context, id, text) in messages {
        po.push_str(&format!("\nmsgctxt \"{context}\"\nmsgid \"{id}\"\nmsgstr \"{text}\"\n"));
    }
    po
}

#[test]
fn refused_translations_are_reported_and_the_rest_is_imported() {
    let folder = small();
    let file = po(&[
        ("a#1.1", "Бір **екі**.", "One two."),
        ("a#1.2", "Үш `бес`.", "Three `five`."),
        ("a#1.3", "Бес.", "- Five"),
        ("a#2.1", "Тарау", "A chapter"),
        ("a#2.1", "Тарау", "Another chapter"),
        ("a#3.1", "Алты[^1]", "Sixth[^1][^2]"),
        ("a#9.9", "Жеті", "Seventh"),
        ("aa#4.1", "Жеті", "Seventh"),
        ("nothing", "Жеті", "Seventh"),
        ("a#5.1", "Ескерту.", "A new note."),
        ("a#title", "А", ""),
    ]);
    let run = import(&folder, "x.po", file);
    assert_eq!(run.code, 1);
    for (line, code, words) in [
        (4, "exchange-markup", "does not have the markup of its source: strong emphasis"),
        (8, "exchange-stale", "has changed since the file was exported"),
        (12, "exchange-structure", "as something else than one sentence"),
        (20, "exchange-duplicate", "twice"),
        (24, "exchange-markup", "`[^2]`"),
        (28, "exchange-unknown", "no sentence `9.9`"),
        (32, "exchange-unknown", "did you mean `a`?"),
        (36, "exchange-syntax", "not the address"),
    ] {
        let found = run.err.lines().find(|it| it.starts_with(&format!("x.po:{line}:"))).unwrap_or("");
        assert!(found.contains(code) && found.contains(words), "{line} {code}: {}", run.err);
    }
    let expected = A_EN.1.replace("## Chapter", "## A chapter").replace("A note.", "A new note.");
    assert_eq!(text_of(&folder, A_EN.0), expected, "{}", run.err);
    // A unit without an address is no translation.
    assert!(run.err.contains("2 translations imported into 1 file") && run.err.contains("7 refused"), "{}", run.err);
}

/// Without a lock, a table that the translation lacks would be paired with the next block. `export`
/// warns of that.
#[test]
fn export_warns_of_addresses_without_a_lock() {
    let folder = small();
    let export = |key: &str| tilmash(&folder, &["export", "--to", "po", "--language", "en", key]).err;
    assert!(export("a").contains("1 page without a lock file: the addresses of its sentences can"), "{}", export("a"));
    assert_eq!(tilmash(&folder, &["sync"]).code, 0);
    assert!(!export("a").contains("without a lock file"), "{}", export("a"));
}

/// Code belongs to no sentence. If an edition gets a section whose source has code, `import` says
/// so and does not copy the code.
#[test]
fn import_reports_code_blocks_that_it_does_not_copy() {
    let source = "---\ntitle: А\n---\n\nБір.\n\n## Екі\n\nҮш.\n\n```sh\nls\n```\n";
    let folder = folder(&[SITE, HOME, HOME_EN, ("content/a.kk.md", source), (A_EN.0, "---\ntitle: A\n---\n\nOne.\n")]);
    assert_eq!(tilmash(&folder, &["sync"]).code, 0);
    let run = import(&folder, "x.po", po(&[("a#2.1", "Екі", "Two"), ("a#3.1", "Үш.", "Three.")]));
    assert!(
        run.code == 0
            && run.err.contains("`content/a.en.md` does not have 1 code block of its source: copy it into the page if it"),
        "{}",
        run.err
    );
    let run = tilmash(&folder, &["import", "x.po"]);
    assert!(run.code == 0 && !run.err.contains("does not have"), "{}", run.err);
}

/// For a file without any unit, the message says so.
#[test]
fn a_file_without_sentences_is_reported() {
    let folder = small();
    for format in Format::ALL {
        let file = format!("x.{}", format.extension());
        put(&folder, &file, exchange::write(format, &Batch::default()));
        let run = tilmash(&folder, &["import", "--language", "en", &file]);
        let said = format!("warning[exchange-empty]: `{file}` contains no sentence to import");
        assert!(run.code == 0 && run.err.contains(&said), "{}", run.err);
    }
}

#[test]
fn a_translation_that_would_run_into_its_neighbours_is_refused_alone() {
    let folder = small();
    // Each backtick alone is text; two of them would turn the text between them into code.
    let file = po(&[
        ("a#1.1", "Бір **екі**.", "One ` **two**."),
        ("a#1.3", "Бес.", "` Five"),
        ("a#2.1", "Тарау", "A chapter"),
        ("a#4.1", "Жеті", "Seventh\\n\\nand more"),
    ]);
    let run = import(&folder, "x.po", file);
    assert_eq!(run.code, 1);
    let text = text_of(&folder, A_EN.0);
    assert!(text.contains("## A chapter\n"), "{text}");
    assert_eq!(run.err.matches("exchange-structure").count(), 2, "{}", run.err);
    assert_eq!(text.matches('`').count(), 3, "one of the two is taken: {text}");
    assert!(text.contains("- Seven\n"), "a sentence is one line: {text}");
}

#[test]
fn newer_edits_of_others_are_not_reverted() {
    let folder = small();
    assert_eq!(tilmash(&folder, &["export", "--to", "po", "-l", "en", "a", "-o", "a.po"]).code, 0);
    let newer = A_EN.1.replace("Five.", "Five, newer.").replace("- Seven", "- Seven, newer");
    put(&folder, A_EN.0, &newer);
    let exported = text_of(&folder, "a.po");
    let run = import(&folder, "a.po", exported.replace("msgstr \"Five.\"", "msgstr \"Five, otherwise.\""));
    assert_eq!(run.code, 1);
    assert!(run.err.contains("exchange-conflict") && run.err.matches("error[").count() == 1, "{}", run.err);
    assert_eq!(text_of(&folder, A_EN.0), newer);
    // Two units translate sentences that were missing.
    put(&folder, A_EN.0, A_EN.1.replace("- Seven\n", ""));
    assert_eq!(tilmash(&folder, &["export", "--to", "xliff", "-l", "en", "a", "-o", "a.xlf"]).code, 0);
    put(&folder, A_EN.0, A_EN.1);
    let exported = text_of(&folder, "a.xlf");
    let run = import(
        &folder,
        "a.xlf",
        exported.replace("Жеті</source>", "Жеті</source><target>7</target>").replace(" approved=\"no\"", ""),
    );
    assert!(run.code == 1 && run.err.contains("exchange-conflict"), "{}", run.err);
    assert_eq!(text_of(&folder, A_EN.0), A_EN.1);
}

#[test]
fn import_refuses_translations_that_the_checks_would_report() {
    let a = "---\ntitle: А\n---\n\nБаға 1500 теңге.\nЕкі.\n";
    let a_en = "---\ntitle: A\n---\n\nThe price is 1500 tenge.\nTwo.\n";
    let folder = folder(&[SITE, HOME, HOME_EN, ("content/a.kk.md", a), (A_EN.0, a_en)]);
    let run = import(
        &folder,
        "x.po",
        po(&[("a#1.1", "Баға 1500 теңге.", "The price is 1600 tenge."), ("a#1.2", "Екі.", "The second.")]),
    );
    assert!(run.code == 1 && run.err.contains("x.po:4:1: error[parity-number]"), "{}", run.err);
    // The file of a translator has no marks, so the hint names the page.
    let hint = "write the translation into `content/a.en.md` by hand, and the reason at the end of the line: `<!-- ~ parity-number: … -->`";
    assert!(run.err.contains(hint), "{}", run.err);
    assert_eq!(text_of(&folder, A_EN.0), a_en.replace("Two.", "The second."));
    put(&folder, "site.yaml", format!("{CONFIG}severity: {{parity-number: note}}\n"));
    let run = tilmash(&folder, &["import", "x.po"]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(text_of(&folder, A_EN.0).contains("1600"));
}

#[test]
fn a_missing_link_is_one_error() {
    let source = "---\ntitle: А\n---\n\n[Бір](https://x.example) ![](p.png).\n";
    let folder =
        folder(&[SITE, HOME, HOME_EN, ("content/a.kk.md", source), ("content/p.png", ""), (A_EN.0, "---\ntitle: A\n---\n")]);
    let texts = ["One ![](p.png).", "[One](https://x.example).", "[One](https://y.example) ![](p.png)."];
    for (text, code) in texts.into_iter().zip(["exchange-markup", "exchange-markup", "parity-link"]) {
        let run = import(&folder, "x.po", po(&[("a#1.1", "[Бір](https://x.example) ![](p.png).", text)]));
        assert!(run.code == 1 && run.err.contains(&format!("error[{code}]")), "{}", run.err);
        assert_eq!(run.err.matches("error[").count(), 1, "{}", run.err);
    }
}

#[test]
fn a_translation_that_lacked_markup_may_still_lack_it() {
    let folder = folder(&[SITE, HOME, HOME_EN, A, (A_EN.0, &A_EN.1.replace("**two**", "two"))]);
    let run = import(&folder, "x.po", po(&[("a#1.1", "Бір **екі**.", "One, two.")]));
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(text_of(&folder, A_EN.0).contains("\nOne, two.\n"));
}

/// The translation could not have contained what the source gained after it was made.
#[test]
fn markup_that_the_source_gained_later_is_required() {
    let folder = folder(&[SITE, HOME, HOME_EN, A, (A_EN.0, &A_EN.1.replace("**two**", "two"))]);
    assert_eq!(tilmash(&folder, &["sync"]).code, 0);
    put(&folder, A.0, A.1.replace("Бір **екі**.", "Бір **екі**, [үш](https://x.example).").replace("Бес.", "Бес, 17."));
    let found = [("a#1.1", "Бір **екі**, [үш](https://x.example).", "One, two, three."), ("a#1.3", "Бес, 17.", "A five.")];
    let run = import(&folder, "x.po", po(&found));
    assert!(
        run.code == 1
            && run.err.contains(
                "x.po:4:1: error[exchange-markup]: the translation of `a#1.1` does not have the markup of its source: "
            ),
        "{}",
        run.err
    );
    assert!(run.err.contains("x.po:8:1: error[parity-number]") && !text_of(&folder, A_EN.0).contains("three"), "{}", run.err);
    put(
        &folder,
        "x.po",
        po(&[("a#1.1", found[0].1, "One, two, [three](https://x.example)."), ("a#1.3", found[1].1, "Five, 17.")]),
    );
    let run = tilmash(&folder, &["import", "x.po"]);
    assert_eq!(run.code, 0, "what lacked before may still: {}", run.err);
}

/// A CSV tool that keeps only the columns it knows returns an old export: newer texts are not
/// reverted.
#[test]
fn a_csv_file_without_our_columns_reverts_nothing() {
    let folder = small();
    let run = tilmash(&folder, &["export", "--to", "csv", "-l", "en", "a"]);
    let kept = ["id", "source", "target", "fuzzy", "location", "context", "developer_comments"].len();
    let rows = run.out.lines().map(|row| {
        let cells: Vec<&str> = row.split("\",\"").collect();
        format!("{}\"\n", cells[..kept].join("\",\""))
    });
    put(&folder, "a.csv", rows.collect::<String>().replace("\"Seven\"", "\"7\""));
    put(&folder, A_EN.0, A_EN.1.replace("Five.", "Five, newer."));
    let run = tilmash(&folder, &["import", "-l", "en", "a.csv"]);
    assert_eq!(
        (run.code, text_of(&folder, A_EN.0)),
        (0, A_EN.1.replace("Five.", "Five, newer.").replace("Seven", "7")),
        "{}",
        run.err
    );
}

/// Spreadsheet programs save an export with other quotes, line ends, separators and words for true.
#[test]
fn a_csv_file_saved_by_a_spreadsheet_is_read_correctly() {
    let folder = folder(&[SITE, HOME, HOME_EN, A, (A_EN.0, &A_EN.1.replace("Five.", "\\=5; =6"))]);
    assert_eq!(tilmash(&folder, &["export", "--to", "csv", "-l", "en", "a", "-o", "a.csv"]).code, 0);
    let exported = text_of(&folder, "a.csv");
    assert!(exported.starts_with("\u{feff}\"id\",\"source\""), "{exported}");
    assert!(exported.contains("\"\\=5;' =6\""), "{exported}");
    let few = |separator: &str| {
        let rows = exported.trim_start_matches('\u{feff}').lines().map(|row| {
            let cells: Vec<&str> = row.trim_matches('"').split("\",\"").collect();
            let cell = |cell: &&str| if cell.contains([';', ',']) { format!("\"{cell}\"") } else { (*cell).to_owned() };
            cells.iter().map(cell).collect::<Vec<_>>().join(separator)
        });
        rows.collect::<Vec<_>>().join("\r\n") + "\r\n"
    };
    let tab = few("\t").encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let files: [(&str, Vec<u8>); 7] = [
        ("plain", few(",").into()),
        ("mark", format!("\u{feff}{}", few(",")).into()),
        ("semicolons", few(";").into()),
        ("said", format!("sep=;\r\n{}", few(";")).into()),
        ("marked and said", format!("\u{feff}\"sep=;\"\r\n{}", few(";")).into()),
        ("said comma", format!("sep=,\n{exported}").replace('\u{feff}', "").into()),
        ("tabs", [&b"\xff\xfe"[..], &tab].concat()),
    ];
    for (name, bytes) in &files {
        let run = import(&folder, "b.csv", bytes);
        assert!(run.code == 0 && run.err.contains("0 translations imported into 0 files, 8 unchanged"), "{name}: {}", run.err);
    }
    for (name, bytes) in files.iter().take(6) {
        let text = String::from_utf8(bytes.clone()).expect("it is UTF-8").replace("Seven", "=7").replace("\u{feff}", "");
        let run = import(&folder, "b.csv", text);
        assert!(run.code == 0 && text_of(&folder, A_EN.0).contains("\n- =7\n"), "{name}: {}", run.err);
        put(&folder, A_EN.0, text_of(&folder, A_EN.0).replace("- =7", "- Seven"));
    }
    // `TRUE` in the language of the spreadsheet's user.
    let row = |fuzzy: &str| format!("id;source;target;fuzzy;target_language\na#4.1;Жеті;7;{fuzzy};en\n");
    for (fuzzy, unfinished) in [("WAHR", true), ("ИСТИНА", true), ("x", true), ("", false), ("False", false), ("0", false)]
    {
        put(&folder, "b.csv", row(fuzzy));
        let run = tilmash(&folder, &["import", "b.csv", "--dry-run"]);
        assert_eq!(run.err.contains("1 unfinished"), unfinished, "{fuzzy}: {}", run.err);
    }
}

/// A file of another format or of no format takes little time, and gets one message, not one a
/// line.
#[test]
fn a_file_of_garbage_has_few_problems() {
    let xliff = "<xliff version=\"1.2\"><file><body><trans-unit id=\"a#1\"><source>";
    for (format, start, unit) in [
        (Format::Csv, "", "\""),
        (Format::Csv, "id,source,target\n", "a,b\n"),
        (Format::Csv, "id,source,target\n", ",,,,"),
        (Format::Csv, "id,source,target\n\"", "a,b\n"),
        (Format::Csv, "id,source,target\n", "\"\n"),
        (Format::Po, "", "x\n\n"),
        (Format::Po, "", "msgid \"\n"),
        (Format::Po, "msgid \"", "x"),
        (Format::Po, "", "msgid \"\"\n\n"),
        (Format::Po, "", "#. x\n"),
        (Format::Xliff, "<xliff version=\"1.2\">", "<a>"),
        (Format::Xliff, "<xliff ", "a=\"\" "),
        (Format::Xliff, xliff, "<x/>"),
        (Format::Xliff, xliff, "&amp;"),
        (Format::Xliff, "<xliff version=\"1.2\"><file><body>", "<trans-unit id=\"x\"/>"),
        (Format::Xliff, "", "<"),
        (Format::Tmx, "<tmx><body>", "<tu>"),
        (Format::Tmx, "<tmx><body>", "<tu tuid=\"x\"/>"),
        (Format::Jsonl, "", "{}\n"),
        (Format::Jsonl, "{\"id\":[", "0,"),
        (Format::Jsonl, "", "["),
    ] {
        let file: Arc<str> = format!("x.{}", format.extension()).into();
        // Longer than any line that is read, in formats where the whole file is one line.
        let size = if unit.contains('\n') || start.contains('<') { 1 << 19 } else { 5 << 20 };
        let text = format!("{start}{}", unit.repeat(size / unit.len()));
        let found = exchange::read(format, &file, &text);
        let problems = found.problems.len();
        assert!(found.batch.units.is_empty() && problems <= 1001, "{format:?} {start}{unit}…: {problems} problems");
    }
}

/// The states of XLIFF 1.2, each with the values of `approved`.
#[test]
fn an_unfinished_state_outweighs_an_approval() {
    let unfinished = [
        "new",
        "needs-translation",
        "needs-adaptation",
        "needs-l10n",
        "needs-review-adaptation",
        "needs-review-l10n",
        "needs-review-translation",
    ];
    let read = |attributes: &str, state: &str| {
        let text = format!(
            "<xliff version=\"1.2\"><file source-language=\"kk\" target-language=\"en\"><body><trans-unit id=\"a#1.1\"{attributes}><source>Бір</source><target{state}>One</target></trans-unit></body></file></xliff>"
        );
        exchange::read(Format::Xliff, &"x.xlf".into(), &text).batch.units[0].state
    };
    for approved in ["", " approved=\"yes\"", " approved=\"no\""] {
        for state in unfinished {
            assert_eq!(read(approved, &format!(" state=\"{state}\"")), UnitState::Changed, "{state}{approved}");
        }
        assert_eq!(read(approved, " state=\"translated\""), UnitState::Current);
        assert_eq!(read(approved, " state=\"final\""), UnitState::Accepted);
        assert_eq!(read(approved, " state=\"signed-off\""), UnitState::Accepted);
        assert_eq!(read(approved, " state=\"translated\" state-qualifier=\"rejected-grammar\""), UnitState::Changed);
    }
    assert_eq!(read("", ""), UnitState::Current);
    assert_eq!(read(" approved=\"yes\"", ""), UnitState::Current);
    assert_eq!(read(" approved=\"no\"", ""), UnitState::Changed);
    assert_eq!(read("", " state-qualifier=\"fuzzy-match\""), UnitState::Changed);
    assert_eq!(read(" approved=\"yes\"", " state=\"x-checked\""), UnitState::Current);
    assert_eq!(read("", " state=\"x-checked\""), UnitState::Changed);
    // An unknown word for the state means unfinished in other formats too.
    let state = |format, text: &str| exchange::read(format, &"x".into(), text).batch.units[0].state;
    assert_eq!(
        state(Format::Jsonl, "{\"id\":\"a#1\",\"source\":\"x\",\"target\":\"y\",\"state\":\"draft\"}"),
        UnitState::Changed
    );
    assert_eq!(state(Format::Csv, "id,source,target,standing\na#1,x,y,draft\n"), UnitState::Changed);
    let found = exchange::read(Format::Po, &"x.po".into(), "#~ msgctxt \"a#1\"\n#~ msgid \"x\"\n#~ msgstr \"y\"\n");
    assert!(found.batch.units.is_empty() && found.problems.is_empty(), "an obsolete message is none");
}

/// `new` leaves an empty title. Until it is written, the title is missing, and an import writes it
/// in its place.
#[test]
fn an_empty_title_is_missing() {
    let a = ("content/a.kk.md", "---\ntitle: А\ndescription: Сипаттама\n---\n\nБір.\n");
    for blank in ["title: \"\" # write the title here\ndescription: ''\n", "title:\ndescription:\n", "title: \"  \"\n", ""] {
        let front = if blank.is_empty() { String::new() } else { format!("---\n{blank}---\n\n") };
        let folder = folder(&[SITE, HOME, HOME_EN, a, (A_EN.0, &format!("{front}One.\n"))]);
        for step in ["before sync", "after sync"] {
            let run = tilmash(&folder, &["status", "a", "--language", "en"]);
            let said = run.out.contains("1 of 3 sentences up to date,")
                && run.out.contains("  title missing\n")
                && run.out.contains("  description missing\n");
            assert!(said, "{blank}{step}: {}{}", run.out, run.err);
            tilmash(&folder, &["sync"]);
        }
        let run = import(&folder, "x.po", po(&[("a#title", "А", "A"), ("a#description", "Сипаттама", "About")]));
        assert_eq!(run.code, 0, "{blank}: {}", run.err);
        let text = text_of(&folder, A_EN.0);
        assert!(
            text.matches("title:").count() == 1 && text.contains("title: A\n") && text.contains("\nOne.\n"),
            "{blank}: {text}"
        );
    }
}

/// One item of two is imported without the other, and without an empty list marker for it.
#[test]
fn an_item_of_a_list_is_imported_alone() {
    let source = "---\ntitle: А\n---\n\n- Бір\n- Екі\n\n10. Үш\n\n    Төрт\n11. Бес\n";
    let folder = folder(&[SITE, HOME, HOME_EN, ("content/a.kk.md", source)]);
    assert_eq!(tilmash(&folder, &["sync"]).code, 0);
    let run = import(&folder, "x.po", po(&[("a#title", "А", "A"), ("a#1.1", "Бір", "One"), ("a#5.1", "Бес", "Five")]));
    let text = text_of(&folder, A_EN.0);
    let lines: Vec<&str> =
        text.lines().skip(3).filter(|line| !line.is_empty()).map(|line| line.split(" <!--").next().unwrap_or("")).collect();
    assert_eq!((run.code, lines), (0, vec!["- One", "11. Five"]), "{}", run.err);
}

#[test]
fn unfinished_translations_are_not_imported() {
    let folder = small();
    let run = import(&folder, "x.po", po(&[("a#1.3", "Бес.", "Fifth.")]).replace("\nmsgctxt \"a", "\n#, fuzzy\nmsgctxt \"a"));
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(run.err.contains("1 unfinished"), "{}", run.err);
    assert_eq!(text_of(&folder, A_EN.0), A_EN.1);
    assert_eq!(tilmash(&folder, &["import", "x.po", "--fuzzy"]).code, 0);
    assert!(text_of(&folder, A_EN.0).contains("Fifth."));
}

#[test]
fn drift_is_exported_and_resolved_by_an_import() {
    let folder = small();
    let digest = |text: &str| tilmash::model::TextDigest::of(text);
    let entry = |id: &str, source: &str, translation: &str| {
        let anchor = if id == "2.1" { "#тарау " } else { "" };
        format!("\n{id}\nkk {0} {anchor}{source}\nen {0} {1}\n", digest(source), digest(translation))
    };
    let lock: String = [
        entry("title", "А", "A"),
        entry("1.1", "Бір **екі**.", "One **two**."),
        entry("1.2", "Үш `төрт`.", "Three `төрт`."),
        entry("1.3", "Бес, бұрын.", "Five."),
        entry("2.1", "Ескі тарау", "Chapter"),
        entry("3.1", "Алты[^1]", "Six[^1]"),
        entry("4.1", "Жеті", "Seven"),
    ]
    .concat();
    put(&folder, "content/a.lock", lock);
    for (to, signs) in [
        ("po", &["#, fuzzy\n#| msgid \"Бес, бұрын.\"\nmsgctxt \"a#1.3\""][..]),
        ("xliff", &["state=\"needs-review-translation\"", "alttranstype=\"previous-version\"", "<source>Бес, бұрын.</source>"]),
        ("tmx", &["<prop type=\"x-previous\">Бес, бұрын.</prop>", "<prop type=\"x-translation\">Five.</prop>"]),
        ("csv", &["\"Five.\",\"True\"", "\"changed\",\"Бес, бұрын.\""]),
        ("jsonl", &["\"state\":\"changed\",\"previous\":\"Бес, бұрын.\""]),
    ] {
        let run = tilmash(&folder, &["export", "--to", to, "-l", "en", "--pending"]);
        assert_eq!(run.code, 0, "{}", run.err);
        for sign in signs {
            assert!(run.out.contains(sign), "{to}: {sign} in {}", run.out);
        }
        assert!(!run.out.contains("One **two**"), "{to}: it is not pending");
        put(&folder, &format!("pending.{to}"), &run.out);
        let run = tilmash(&folder, &["import", &format!("pending.{to}")]);
        assert!(run.code == 0 && run.err.contains("0 translations"), "{to}: {}", run.err);
    }
    // One sentence is translated again; the other is confirmed as still right.
    let po = text_of(&folder, "pending.po").replace("#, fuzzy\n", "").replace("msgstr \"Five.\"", "msgstr \"Five now.\"");
    let run = import(&folder, "pending.po", po);
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(run.err.contains("tilmash sync --language en --accept a#2.1\n"), "{}", run.err);
    assert!(text_of(&folder, A_EN.0).contains("\nFive now.\n"));
    for arguments in [&["sync", "--language", "en", "--accept", "a#2.1"][..], &["sync"]] {
        let run = tilmash(&folder, arguments);
        assert_eq!(run.code, 0, "{}", run.err);
    }
    let run = tilmash(&folder, &["export", "--to", "po", "-l", "en", "a", "--pending"]);
    assert!(!run.out.contains("msgctxt"), "nothing is pending any more: {}", run.out);
    let run = tilmash(&folder, &["export", "--to", "po", "-l", "en", "a"]);
    assert!(run.out.contains("#. state: accepted"), "{}", run.out);
}

#[test]
fn beads_are_exchanged_as_they_are() {
    let a = "---\ntitle: А\n---\n\nБір.\nЕкі.\nҮш.\nТөрт.\n";
    let a_en = "---\ntitle: A\n---\n\nOne, two. <!-- = 1.1 1.2 -->\nThree, <!-- = 1.3 -->\nand on. <!-- = 1.3 --> <!-- note: two lines -->\nEx. <!-- + -->\n<!-- - 1.4 -->\n";
    let folder = folder(&[SITE, HOME, HOME_EN, ("content/a.kk.md", a), (A_EN.0, a_en)]);
    let run = tilmash(&folder, &["export", "--to", "jsonl", "-l", "en", "a"]);
    assert!(run.out.contains("\"source\":\"Бір.\\nЕкі.\",\"target\":\"One, two.\""), "{}", run.out);
    assert!(run.out.contains("\"source\":\"Үш.\",\"target\":\"Three,\\nand on.\""), "{}", run.out);
    assert!(run.out.contains("\"notes\":[\"two lines\"]"), "{}", run.out);
    let run = import(&folder, "a.jsonl", run.out.replace("and on.\"", "on and on.\"").replace("One, two.", "One and two."));
    assert_eq!(run.code, 0, "{}", run.err);
    assert_eq!(text_of(&folder, A_EN.0), a_en.replace("and on.", "on and on.").replace("One, two.", "One and two."));
}

/// The sentence is not in the source, so it is not exchanged. It stays in its place, with its mark.
#[test]
fn sentences_of_two_translations_alone_are_not_exchanged() {
    let site = ("site.yaml", "title: T\nlanguages: [kk, en, de]\nseverity: {no-base-url: off}\n");
    let kk = ("content/a.kk.md", "# А\n\nБір.\nЕкі.\nҮш.\n");
    let en = ("content/a.en.md", "# A\n\nOne.\nIn translations. <!-- + -->\nTwo.\nThree.\n");
    let de = ("content/a.de.md", "# A\n\nEins.\nIn Übersetzungen. <!-- = 1.1a-en -->\nDrei. <!-- = 1.3 -->\n");
    let folder = folder(&[site, HOME, HOME_EN, ("content/index.de.md", "# Start\n"), kk, en, de]);
    assert_eq!(tilmash(&folder, &["sync"]).code, 0);
    assert_eq!(tilmash(&folder, &["export", "--to", "po", "-l", "de", "a", "-o", "a.po"]).code, 0);
    let exported = text_of(&folder, "a.po");
    assert!(!exported.contains("bersetzungen"), "{exported}");
    let run = tilmash(&folder, &["import", "a.po"]);
    assert!(run.code == 0 && run.err.contains("0 translations"), "{}", run.err);
    assert_eq!(text_of(&folder, de.0), de.1);
    let missing = "msgid \"Екі.\"\nmsgstr \"\"";
    assert!(exported.contains(missing), "{exported}");
    let run = import(&folder, "a.po", exported.replace(missing, "msgid \"Екі.\"\nmsgstr \"Zwei.\"").replace("Drei.", "Drei!"));
    assert_eq!(run.code, 0, "{}", run.err);
    let expected = de.1.replace("Eins.\n", "Eins.\nZwei.\n").replace("Drei.", "Drei!");
    assert_eq!(text_of(&folder, de.0), expected);
    assert_eq!(tilmash(&folder, &["sync"]).code, 0);
    let run = tilmash(&folder, &["check", "--complete", "de"]);
    assert!(run.code == 0 && !run.err.contains("bad-mark") && !run.err.contains("a.de.md"), "{}", run.err);
}

#[test]
fn a_new_page_is_made_from_its_translation() {
    let source = "---\ntitle: А\norder: 3\nslug: ae\n---\n\nБір.\nЕкі. <!-- note: жай -->\n\n```\nкод\n```\n\n| Х | У |\n|---|---|\n| Ш | Щ |\n\n> Үш.\n\n<div>Төрт</div>\n";
    let folder = folder(&[SITE, HOME, HOME_EN, ("content/a/index.kk.md", source)]);
    let messages = [("a#title", "А", "A: a"), ("a#1.2", "Екі.", "Two."), ("a#4.1", "Үш.", "Three.")];
    let run = import(&folder, "x.po", po(&messages[1..]));
    assert!(run.code == 1 && run.err.contains("exchange-incomplete"), "without a title it is no page: {}", run.err);
    put(&folder, "x.po", po(&messages));
    let run = tilmash(&folder, &["import", "x.po", "--dry-run"]);
    assert!(run.out.contains("content/a/index.en.md (new)"), "{}", run.out);
    let run = tilmash(&folder, &["import", "x.po"]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(run.err.contains("has no translation of: `slug`, HTML"), "{}", run.err);
    let made = "---\ntitle: \"A: a\"\n---\n\nTwo. <!-- = 1.2 -->\n\n```\nкод\n```\n\n> Three. <!-- = 4.1 -->\n";
    assert_eq!(text_of(&folder, "content/a/index.en.md"), made);
    let run = tilmash(&folder, &["export", "--to", "po", "-l", "en", "a", "--pending"]);
    assert!(run.out.contains("msgid \"Бір.\"\nmsgstr \"\"") && !run.out.contains("Үш."), "{}", run.out);
    let run = import(&folder, "x.po", po(&[("a#1.1", "Бір.", "One.")]));
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(
        text_of(&folder, "content/a/index.en.md").contains("\n\nOne.\nTwo. <!-- = 1.2 -->\n"),
        "{}",
        text_of(&folder, "content/a/index.en.md")
    );
}

/// Until then a page with the title of the site takes its place, without a file.
#[test]
fn a_home_page_without_a_file_is_translated_like_any_page() {
    let folder = folder(&[SITE, ("content/index.kk.md", "# Басты бет\n\nБір.\n"), A, A_EN]);
    assert_eq!(tilmash(&folder, &["sync"]).code, 0);
    let run = tilmash(&folder, &["export", "--to", "po", "-l", "en", "index"]);
    let translated = run.out.replace("\"Басты бет\"\nmsgstr \"\"", "\"Басты бет\"\nmsgstr \"Home\"");
    let run = import(&folder, "x.po", translated.replace("\"Бір.\"\nmsgstr \"\"", "\"Бір.\"\nmsgstr \"One.\""));
    assert_eq!(run.code, 0, "{}", run.err);
    assert_eq!(text_of(&folder, "content/index.en.md"), "# Home\n\nOne.\n");
}

/// New text of a row goes into its empty cells, and new rows go behind the rows before them. An
/// escaped bar is text.
#[test]
fn a_table_grows_by_the_translated_rows() {
    let source = "---\ntitle: А\n---\n\n> | Ел | Астана | Саны |\n> |---|---|---|\n> | Үндістан | Дели | 1 |\n> | Моңғолия | Улан-Батор | 2 |\n> | Қазақстан | Астана | |\n\nСоңы.[^a]\n\n[^a]: Бір.\n    Екі.\n\n    Үш.\n";
    let translation = "---\ntitle: A\n---\n\n> | Country | Capital | Number |\n> |---|---|---|\n> | India | | 1 |\n\nThe end.[^a]\n\n[^a]: One.\n\n    Three.\n";
    let folder = folder(&[SITE, HOME, HOME_EN, ("content/a.kk.md", source), (A_EN.0, translation)]);
    assert_eq!(tilmash(&folder, &["sync"]).code, 0);
    let messages = [
        ("a#2.1", "Үндістан | Дели | 1", r"India|Delhi \\| New Delhi | 1 |"),
        ("a#3.1", "Моңғолия | Улан-Батор | 2", "Mongolia | Ulan Bator | 2"),
        ("a#4.1", "Қазақстан | Астана", "Kazakhstan | Astana"),
        ("a#6.2", "Екі.", "Two."),
    ];
    let run = import(&folder, "x.po", po(&messages));
    assert_eq!(run.code, 0, "{}", run.err);
    let expected = translation
        .replace(
            "| India | | 1 |\n",
            "| India | Delhi \\| New Delhi | 1 |\n> | Mongolia | Ulan Bator | 2 |\n> | Kazakhstan | Astana | |\n",
        )
        .replace("One.\n", "One.\n    Two.\n");
    assert_eq!(text_of(&folder, A_EN.0), expected, "{}", run.err);
    let run = tilmash(&folder, &["export", "--to", "jsonl", "-l", "en", "a"]);
    assert!(
        run.out.contains("\"source\":\"Үндістан | Дели | 1\",\"target\":\"India | Delhi \\\\| New Delhi | 1\""),
        "{}",
        run.out
    );
    // A unit without a place is refused; the others are accepted.
    put(&folder, A_EN.0, "---\ntitle: A\n---\n\nThe end.[^a]\n\n[^a]: One.\n\n    Three.\n");
    let run = import(&folder, "x.po", po(&[("a#2.1", "Үндістан | Дели | 1", "India | Delhi | 1"), ("a#6.2", "Екі.", "Two.")]));
    assert!(run.code == 1 && run.err.contains("x.po:4:1: error[exchange-incomplete]"), "{}", run.err);
    assert!(text_of(&folder, A_EN.0).contains("One.\n    Two.\n"), "{}", run.err);
}

/// Lines of a paragraph stay a paragraph, items of a list a list; a line of another block begins a
/// new block.
#[test]
fn missing_sentences_at_the_beginning_keep_their_blocks() {
    let source = "---\ntitle: А\n---\n\nБір.\nЕкі.\n\n- Үш\n- Төрт\n\n1. Бес\n\n   Алты\n2. Жеті\n\nСоңы.\n";
    let messages = [
        ("a#1.1", "Бір.", "One."),
        ("a#1.2", "Екі.", "Two."),
        ("a#2.1", "Үш", "Three"),
        ("a#3.1", "Төрт", "Four"),
        ("a#5.1", "Алты", "Six"),
        ("a#6.1", "Жеті", "Seven"),
    ];
    let folder =
        folder(&[SITE, HOME, HOME_EN, ("content/a.kk.md", source), (A_EN.0, "---\ntitle: A\n---\n\nThe end. <!-- = 7.1 -->\n")]);
    assert_eq!(tilmash(&folder, &["sync"]).code, 0);
    let put_in = "One.\nTwo.\n\n- Three\n- Four\n";
    for end in ["\nThe end. <!-- = 7.1 -->\n", ""] {
        put(&folder, A_EN.0, format!("---\ntitle: A\n---\n{end}"));
        let run = import(&folder, "x.po", po(&messages[..4]));
        assert_eq!(run.code, 0, "{}", run.err);
        let gap = if end.is_empty() { "" } else { "\n" };
        assert_eq!(text_of(&folder, A_EN.0), format!("---\ntitle: A\n---\n{gap}{put_in}{end}"));
    }
    // A paragraph of an item whose first line is missing, then another item.
    put(&folder, A_EN.0, "---\ntitle: A\n---\n");
    let run = import(&folder, "x.po", po(&messages[4..]));
    assert_eq!(run.code, 0, "{}", run.err);
    let expected = "---\ntitle: A\n---\n   Six <!-- = 5.1 -->\n\n2. Seven <!-- = 6.1 -->\n";
    assert_eq!(text_of(&folder, A_EN.0), expected);
}

/// A missing table goes behind the block that precedes it, with the source's head and alignment,
/// and only as a whole.
#[test]
fn a_missing_table_is_inserted_as_a_whole() {
    let source = "---\ntitle: А\n---\n\nБір.\nЕкі.\n\n| Ел | Астана <!-- note: жай --> | |\n|:--|:-:|---|\n| Үндістан | Дели | |\n| Тек бізде <!-- + --> | жүз | |\n| | 2 | |\n\nСоңы.\n\n- Ж\n\n  | А |\n  |---|\n  | Ә |\n\n| Тек <!-- + --> |\n|---|\n";
    let translation = "---\ntitle: A\n---\n\nOne.\nTwo. <!-- note: here -->\n\nThe end.\n\n- J\n";
    let table =
        [("a#2.1", "Ел | Астана", "Country | Capital"), ("a#3.1", "Үндістан | Дели", "India | Delhi"), ("a#5.1", "| 2", "| 2")];
    let whole = "| Country | Capital | |\n|:--|:-:|---|\n| India | Delhi | |\n| | 2 | |\n";
    let folder = folder(&[SITE, HOME, HOME_EN, ("content/a.kk.md", source), (A_EN.0, translation)]);
    assert_eq!(tilmash(&folder, &["sync"]).code, 0);
    // A part of a table would look like the whole table, so an incomplete table is refused.
    let run = import(&folder, "x.po", po(&[&table[..1], &[("a#1.1", "Бір.", "One!")]].concat()));
    let named =
        "the table with `a#2.1` is translated only in part: `a#3.1`, `a#5.1` are missing (translate all sentences of the table,";
    assert!(run.code == 1 && run.err.contains(named) && run.err.contains("1 refused"), "{}", run.err);
    assert_eq!(text_of(&folder, A_EN.0), translation.replace("One.", "One!"));
    put(&folder, A_EN.0, translation);
    let run = import(&folder, "x.po", po(&[&table[..], &[("a#8.1", "А", "A"), ("a#9.1", "Ә", "Ä")]].concat()));
    assert_eq!(run.code, 0, "{}", run.err);
    let expected =
        translation.replace("here -->\n", &format!("here -->\n\n{whole}")).replace("- J\n", "- J\n\n  | A |\n  |---|\n  | Ä |\n");
    assert_eq!(text_of(&folder, A_EN.0), expected, "{}", run.err);
    let run = tilmash(&folder, &["import", "x.po"]);
    assert!(run.code == 0 && run.err.contains("0 translations"), "{}", run.err);
    put(&folder, A_EN.0, translation);
    // The same holds in a new page.
    fs::remove_file(folder.path().join(A_EN.0)).expect("it is there");
    let run = import(&folder, "x.po", po(&[&table[..], &[("a#title", "А", "A")]].concat()));
    assert_eq!(run.code, 0, "{}", run.err);
    assert_eq!(text_of(&folder, A_EN.0), format!("---\ntitle: A\n---\n\n{whole}"));
}

/// A table is accepted as a whole, so a unit that would break it is refused with the table; all
/// others are accepted.
#[test]
fn a_broken_table_is_refused_alone() {
    let source = "---\ntitle: А\n---\n\nБір.\n\nЕл | Астана\n--- | ---\nҮндістан | Дели\n\nЕкі.\n";
    let translation = "---\ntitle: A\n---\n\nOne.\n";
    let folder = folder(&[SITE, HOME, HOME_EN, ("content/a.kk.md", source), (A_EN.0, translation)]);
    let messages = |india| {
        po(&[("a#2.1", "Ел | Астана", "Country | Capital"), ("a#3.1", "Үндістан | Дели", india), ("a#4.1", "Екі.", "Two.")])
    };
    let run = import(&folder, "x.po", messages("- India | Delhi"));
    assert!(run.code == 1 && run.err.contains("x.po:4:1: error[exchange-structure]: the table with `a#2.1`"), "{}", run.err);
    assert!(text_of(&folder, A_EN.0).starts_with(&format!("{translation}\nTwo.")), "{}", text_of(&folder, A_EN.0));
    put(&folder, A_EN.0, translation);
    let run = import(&folder, "x.po", messages("India | Delhi"));
    assert_eq!(run.code, 0, "{}", run.err);
    let expected = format!("{translation}\nCountry | Capital\n--- | ---\nIndia | Delhi\n\nTwo.\n");
    assert_eq!(text_of(&folder, A_EN.0), expected);
    // A refused sentence does not affect the tables of a new page.
    fs::remove_file(folder.path().join(A_EN.0)).expect("it is there");
    let title = "\nmsgctxt \"a#title\"\nmsgid \"А\"\nmsgstr \"A\"\n";
    let run = import(&folder, "x.po", messages("India | Delhi").replace("Two.", "- Two.") + title);
    assert!(
        run.code == 1
            && run.err.contains("1 refused")
            && run.err.contains("`a#4.1` would be read as something else than one sentence"),
        "{}",
        run.err
    );
    assert!(text_of(&folder, A_EN.0).contains("| Capital") && text_of(&folder, A_EN.0).contains("| Delhi"), "{}", run.err);
}

/// A tight list stays tight when it gets an item behind one that ends in a table or a paragraph.
#[test]
fn a_tight_list_stays_tight() {
    let source =
        "---\ntitle: А\n---\n\n- Бір\n\n  | Ел |\n  |---|\n  | Қазақстан |\n- Екі\n- Үш\n\n> 1. Төрт\n>\n>    Бес\n> 2. Алты\n";
    let translation = "---\ntitle: A\n---\n\n- One\n\n  | Country |\n  |---|\n  | Kazakhstan |\n- Two\n- Three\n\n> 1. Four\n>\n>    Five\n> 2. Six\n";
    let folder = folder(&[SITE, HOME, HOME_EN, ("content/a.kk.md", source), (A_EN.0, translation)]);
    assert_eq!(tilmash(&folder, &["sync"]).code, 0);
    for (lines, messages) in [
        (&["- Two\n"][..], &[("a#4.1", "Екі", "Two")][..]),
        (&["- Two\n", "- Three\n"], &[("a#4.1", "Екі", "Two"), ("a#5.1", "Үш", "Three")]),
        (&["> 2. Six\n"], &[("a#8.1", "Алты", "Six")]),
    ] {
        put(&folder, A_EN.0, lines.iter().fold(translation.to_owned(), |text, line| text.replace(line, "")));
        let run = import(&folder, "x.po", po(messages));
        assert_eq!((run.code, text_of(&folder, A_EN.0).as_str()), (0, translation), "{}", run.err);
    }
}

/// A new row goes before the blocks behind its table, even if the translation has rows of its own.
#[test]
fn the_block_after_a_table_stays_behind_new_rows() {
    let source = "---\ntitle: А\n---\n\n| Ел |\n|---|\n| Үндістан |\n| Моңғолия |\n\nСоңы.\n";
    let translation = "---\ntitle: A\n---\n\n| Country |\n|---|\n| India |\n";
    let folder = folder(&[SITE, HOME, HOME_EN, ("content/a.kk.md", source), (A_EN.0, translation)]);
    assert_eq!(tilmash(&folder, &["sync"]).code, 0);
    put(&folder, "x.po", po(&[("a#3.1", "Моңғолия", "Mongolia"), ("a#4.1", "Соңы.", "The end.")]));
    for own in ["", "| Atlantis <!-- + --> |\n"] {
        put(&folder, A_EN.0, format!("{translation}{own}"));
        let run = tilmash(&folder, &["import", "x.po"]);
        assert_eq!(run.code, 0, "{}", run.err);
        let expected = format!("{translation}| Mongolia |\n{own}\nThe end.\n");
        assert_eq!(text_of(&folder, A_EN.0), expected);
    }
}

/// A line may translate a row, and a row a line: in both cases a bar is text.
#[test]
fn a_bar_ends_a_cell_only_if_a_row_translates_a_row() {
    let source = "---\ntitle: А\n---\n\nМәтін.\n\n| Ел | Қала |\n|---|---|\n| `q` | Дели \\\\| Х |\n";
    let translation = "---\ntitle: A\n---\n\nUses `q`, \\\\| s. <!-- = 3.1 -->\n\n|  Text a\\|b. <!-- = 1.1 --> | |\n|---|---|\n|Country|City <!-- = 2.1 -->\n";
    let folder = folder(&[SITE, HOME, HOME_EN, ("content/a.kk.md", source), (A_EN.0, translation)]);
    assert_eq!(tilmash(&folder, &["sync"]).code, 0);
    for to in ["po", "xliff", "tmx", "csv", "jsonl"] {
        let file = format!("a.{to}");
        assert_eq!(tilmash(&folder, &["export", "--to", to, "-l", "en", "a", "--output", &file]).code, 0);
        let run = tilmash(&folder, &["import", &file]);
        assert!(run.code == 0 && run.err.contains("0 translations"), "{to}: {}", run.err);
        assert_eq!(text_of(&folder, A_EN.0), translation, "{to}");
    }
    let edited = |text: &str| text.replace("Uses", "It | uses").replace("Text", "A text").replace("City", "Town");
    let run = import(&folder, "a.csv", edited(&text_of(&folder, "a.csv")));
    assert_eq!(run.code, 0, "{}", run.err);
    assert_eq!(text_of(&folder, A_EN.0), edited(translation));
}

/// The bars of a row are placeholders in formats that have them, and text in the others.
#[test]
fn a_row_has_as_many_cells_as_its_source() {
    let source = "---\ntitle: А\n---\n\n| Ел | Қала |\n|---|---|\n| Үндістан | Дели |\n";
    let translation = "---\ntitle: A\n---\n\n| Country | City  |\n|---------|-------|\n| India   | Delhi |\n";
    let folder = folder(&[SITE, HOME, HOME_EN, ("content/a.kk.md", source), (A_EN.0, translation)]);
    assert_eq!(tilmash(&folder, &["sync"]).code, 0);
    let export = |to: &str| tilmash(&folder, &["export", "--to", to, "-l", "en", "a"]).out;
    let bar = |text: &str| text.replace(" | ", "…");
    assert!(export("csv").contains("Үндістан | Дели"), "{}", export("csv"));
    assert!(bar(&export("xliff")).contains("ctype=\"x-cell\""), "{}", export("xliff"));
    let row = |text: &'static str| po(&[("a#2.1", "Үндістан | Дели", text)]);
    for (text, said) in [
        ("India, Delhi", "does not have the markup of its source: a bar between cells (`|`)"),
        ("India | Delhi | 1", "the translation of `a#2.1` has 3 cells, but the table of the translated page has 2 columns"),
    ] {
        let run = import(&folder, "x.po", row(text));
        assert!(run.code == 1 && run.err.contains(said), "{}", run.err);
        assert_eq!(text_of(&folder, A_EN.0), translation);
    }
    // A cell that stays keeps its padding.
    put(&folder, "x.po", row("India|New Delhi"));
    assert_eq!(tilmash(&folder, &["import", "x.po"]).code, 0);
    assert_eq!(text_of(&folder, A_EN.0), translation.replace("Delhi", "New Delhi"));
}

#[test]
fn broken_files_have_a_place_and_change_nothing() {
    let folder = small();
    let export = |to: &str| tilmash(&folder, &["export", "--to", to, "-l", "en", "a"]).out;
    let (xliff, tmx, written) = (export("xliff"), export("tmx"), export("po"));
    let bomb = |root: &str| {
        format!("<?xml version=\"1.0\"?>\n<!DOCTYPE x [\n<!ENTITY a \"aaaa\">\n<!ENTITY b \"&a;&a;&a;\">\n]>\n{root}\n")
    };
    let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let files: Vec<(&str, Vec<u8>, &str)> = vec![
        ("cut.xlf", xliff[..xliff.len() / 2].into(), "cut.xlf:"),
        ("cut.tmx", tmx[..tmx.len() / 2].into(), "cut.tmx:"),
        ("bomb.xlf", bomb("<xliff version=\"1.2\"><file><body><trans-unit id=\"a#1.1\"><source>&b;</source></trans-unit></body></file></xliff>").into(), "bomb.xlf:6:"),
        ("bomb.tmx", bomb("<tmx version=\"1.4\"><header/><body><tu tuid=\"a#1.1\"><tuv xml:lang=\"kk\"><seg>&b;</seg></tuv></tu></body></tmx>").into(), "bomb.tmx:6:"),
        ("new.xlf", b"<xliff version=\"2.1\">\n</xliff>".to_vec(), "XLIFF 1.2"),
        ("latin.xlf", "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\n<xliff version=\"1.2\">é</xliff>".into(), "ISO-8859-1"),
        ("ends.xlf", b"<xliff version=\"1.2\"><file></body></xliff>".to_vec(), "ends.xlf:1:"),
        ("other.xlf", b"<tmx version=\"1.4\"><body></body></tmx>".to_vec(), "instead of `<xliff>`"),
        ("page.tmx", b"<!DOCTYPE html>\n<html><body>Sign in</body></html>".to_vec(), "instead of `<tmx>`"),
        ("text.xlf", b"\xef\xbb\xbf\n\nid,source\n".to_vec(), "text outside of the element `<xliff>`"),
        ("empty.tmx", b"<?xml version=\"1.0\"?>\n".to_vec(), "the file has no element `<tmx>`"),
        ("latin.po", b"msgid \"\"\nmsgstr \"\"\n\nmsgid \"\xe9\"\nmsgstr \"\"\n".to_vec(), "line 4"),
        ("odd.po", [&b"\xff\xfe"[..], b"a"].concat(), "UTF-16"),
        ("open.po", b"msgctxt \"a#1.1\"\nmsgid \"x\nmsgstr \"y\"\n".to_vec(), "open.po:2:"),
        ("junk.po", b"msgctxt \"a#1.1\"\nwhat\n".to_vec(), "junk.po:2:"),
        ("escape.po", b"msgctxt \"a#1.1\"\nmsgid \"\\q\"\nmsgstr \"y\"\n".to_vec(), "escape.po:2:"),
        ("bytes.po", b"msgctxt \"a#1.1\"\nmsgid \"\\377\"\nmsgstr \"y\"\n".to_vec(), "bytes.po:1:"),
        ("half.po", b"msgctxt \"a#1.1\"\nmsgid \"x\"\n".to_vec(), "half.po:1:"),
        ("x.jsonl", b"{\"id\": \"a#1.1\"\n[]\n{\"id\": \"a#1.1\", \"source\": \"x\"}\n".to_vec(), "x.jsonl:3:"),
        ("x.csv", b"id,text\na#1.1,x\n".to_vec(), "x.csv:1:"),
        // Cut within a translation: the rest is no translation.
        ("cut.csv", "id,source,target,target_language\na#1.3,Бес.,Fi".into(), "cut.csv:2:"),
        ("quoted.csv", "\"id\",\"source\",\"target\",\"base\"\n\"a#1.3\",\"Бес.\",\"Fi".into(), "quoted.csv:2:"),
        ("open.csv", "\"target_language\",\"id\",\"source\",\"target\"\n\"en\",\"a#1.3\",\"Бес.\",\"Fi\n".into(), "open.csv:2:"),
        ("languages.csv", "id,source,target,target_language\na#1.3,Бес.,Fi,en\na#4.1,Жеті,Se,de\n".into(), "languages.csv:3:"),
        ("speechless.csv", "id,source,target\na#1.3,Бес.,Fi\n".into(), "--language"),
        ("wordless.csv", "id,source,target\na#1.3,Бес.,Fi\n".into(), "error[exchange-language]"),
        ("german.csv", "id,source,target,target_language\na#1.3,Бес.,Fi,dn\n".into(), "did you mean"),
        ("what.bin", b"\0\x01".to_vec(), "the format of `what.bin` is not known"),
    ];
    let before = text_of(&folder, A_EN.0);
    for (name, bytes, words) in &files {
        put(&folder, name, bytes);
        let run = tilmash(&folder, &["import", name]);
        assert_eq!(run.code, 1, "{name}: {} {}", run.out, run.err);
        assert!(run.err.contains(name) && run.err.contains(words), "{name}: {}", run.err);
        if *name != "languages.csv" {
            assert_eq!(text_of(&folder, A_EN.0), before, "{name}");
        }
        put(&folder, A_EN.0, &before);
    }
    // Another spelling of the same data is no problem.
    let changed = written.replace("msgstr \"Five.\"", "msgstr \"\"\n\"Fi\"\n\"fth.\"");
    for (name, bytes) in [
        ("utf16.po", [&b"\xff\xfe"[..], &utf16(&changed)].concat()),
        ("bom.po", format!("\u{feff}{changed}").into_bytes()),
        ("crlf.po", changed.replace('\n', "\r\n").into_bytes()),
        ("po-without-its-ending", changed.clone().into_bytes()),
        ("excel.csv", "ID;Source;Target;Target_Language\r\na#1.3;Бес.;\"Fifth.\";EN\r\n".into()),
        ("endless.csv", "id,source,target,target_language\na#1.3,Бес.,Fifth.,en".into()),
        ("short.csv", "target_language,id,source,target,base\nen,a#1.3,Бес.,Fifth.\nen,a#4.1,Жеті,Seven\n".into()),
        (
            "doctype.tmx",
            tmx.replace("<tmx ", "<!DOCTYPE tmx SYSTEM \"tmx14.dtd\">\n<tmx ")
                .replace("<seg>Five.</seg>", "<seg><![CDATA[Fifth.]]></seg>")
                .replace("xml:lang=\"en\"", "xml:lang=\"EN-GB\"")
                .into_bytes(),
        ),
    ] {
        put(&folder, name, bytes);
        let run = tilmash(&folder, &["import", name]);
        assert_eq!(run.code, 0, "{name}: {}", run.err);
        assert!(text_of(&folder, A_EN.0).contains("\nFifth.\n"), "{name}: {}", run.err);
        put(&folder, A_EN.0, &before);
    }
}

#[test]
fn emptied_placeholders_are_those_of_the_source() {
    let folder = small();
    let unit = |id: &str, source: &str, target: &str| {
        format!("<trans-unit id=\"{id}\"><source>{source}</source><target>{target}</target></trans-unit>")
    };
    let units = [
        unit("a#1.1", "Бір <bpt id=\"1\">**</bpt>екі<ept id=\"1\">**</ept>.", "1 <g id=\"1\">2</g>."),
        unit("a#1.2", "Үш <ph id=\"1\">`төрт`</ph>.", "3 <x id=\"1\"/>."),
        unit("a#3.1", "Алты<ph id=\"1\">[^1]</ph>", "6<mrk mtype=\"x\"><ph id=\"1\"/></mrk>"),
        unit("a#4.1", "Жеті", "7<x id=\"9\"/>"),
    ];
    let file = format!(
        "<xliff version=\"1.2\"><file original=\"x\" source-language=\"kk\" target-language=\"en\" datatype=\"x\"><body>\n{}\n</body></file></xliff>",
        units.join("\n")
    );
    let run = import(&folder, "x.xlf", file);
    let text = text_of(&folder, A_EN.0);
    assert!(text.contains("1 **2**.\n3 `төрт`.\n") && text.contains("- 6[^1]\n- Seven\n"), "{text}{}", run.err);
    assert!(run.code == 1 && run.err.contains("x.xlf:5:") && run.err.contains("code `9`"), "{}", run.err);
}

/// Without the lock, addresses are positions, and a translation could reach another sentence with
/// the same words.
#[test]
fn a_work_whose_lock_cannot_be_read_is_left_alone() {
    let source = "# А\n\nБір.\nИә.\nИә.\n";
    let translation = ("content/a.en.md", "# A\n\nOne.\nYes.\nYes.\n");
    let folder = folder(&[SITE, HOME, HOME_EN, ("content/a.kk.md", source), translation]);
    assert_eq!(tilmash(&folder, &["sync"]).code, 0);
    // The sentence that was `1.2` is gone.
    put(&folder, "content/a.kk.md", source.replace("Бір.\n", ""));
    put(&folder, translation.0, translation.1.replace("One.\n", ""));
    assert_eq!(tilmash(&folder, &["sync"]).code, 0);
    let exported = tilmash(&folder, &["export", "--to", "po", "-l", "en"]).out;
    let translated = exported.replacen("\"Yes.\"", "\"Yes, yes.\"", 1).replace("\"Home\"", "\"Home page\"");
    put(&folder, "x.po", translated);
    let lock = text_of(&folder, "content/a.lock");
    put(&folder, "content/a.lock", format!("{lock}\n<<<<<<< HEAD\n"));
    let text = text_of(&folder, translation.0);
    let run = tilmash(&folder, &["import", "x.po"]);
    assert!(run.code == 1 && run.err.contains("content/a.lock:"), "{}", run.err);
    assert_eq!(text_of(&folder, translation.0), text);
    assert_eq!(text_of(&folder, HOME_EN.0), "# Home page\n", "the others are taken");
    let run = tilmash(&folder, &["export", "--to", "po", "-l", "en"]);
    assert!(run.code == 1 && run.err.contains("content/a.lock:"), "{}", run.err);
    assert!(run.out.contains("index#title") && !run.out.contains("a#1."), "{}", run.out);
    let run = tilmash(&folder, &["status"]);
    assert!(run.code == 1 && run.err.contains("content/a.lock:"), "{}", run.err);
    put(&folder, "content/a.lock", lock);
    assert_eq!(tilmash(&folder, &["import", "x.po"]).code, 0);
    assert_eq!(text_of(&folder, translation.0), "# A\n\nYes, yes.\nYes.\n");
    assert_eq!(tilmash(&folder, &["status"]).code, 0);
}

/// A file has one source language.
#[test]
fn works_in_other_languages_are_exchanged_in_files_of_their_own() {
    let site = ("site.yaml", "title: T\nlanguages: [kk, en, de]\n");
    let only = ("content/only.en.md", "# Only\n\nOne.\n");
    let folder = folder(&[site, HOME, HOME_EN, A, A_EN, only]);
    let run = tilmash(&folder, &["export", "--to", "po", "-l", "de"]);
    assert!(
        run.err.ends_with("not exported, because their source is in `en`, not in `kk` (export them with `--from en`): `only`\n"),
        "{}",
        run.err
    );
    for quiet in [&["-l", "de", "a"][..], &["-l", "en"]] {
        let run = tilmash(&folder, &[&["export", "--to", "po"], quiet].concat());
        assert!(!run.err.contains("not exported"), "{}", run.err);
    }
    assert_eq!(tilmash(&folder, &["sync"]).code, 0);
    for (format, lang) in [("xliff", "kk"), ("tmx", "kk"), ("csv", "de"), ("jsonl", "de"), ("po", "de")] {
        let file = format!("only.{format}");
        let run = tilmash(&folder, &["export", "--to", format, "--from", "en", "-l", lang, "-o", &file]);
        assert_eq!(run.code, 0, "{}", run.err);
        let text = text_of(&folder, &file);
        assert!(text.contains("One.") && !text.contains("Иә"), "{text}");
        let run = tilmash(&folder, &["import", "--dry-run", &file]);
        assert_eq!(run.code, 0, "{}", run.err);
    }
    let translated = text_of(&folder, "only.po").replace("msgid \"One.\"\nmsgstr \"\"", "msgid \"One.\"\nmsgstr \"Eins.\"");
    let run = import(&folder, "only.po", translated.replace("msgid \"Only\"\nmsgstr \"\"", "msgid \"Only\"\nmsgstr \"Nur\""));
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(text_of(&folder, "content/only.de.md").ends_with("\nEins.\n"), "{}", text_of(&folder, "content/only.de.md"));
    // A file that names another source language than that of the works.
    let run = import(&folder, "wrong.po", text_of(&folder, "only.po").replace("X-Source-Language: en", "X-Source-Language: kk"));
    assert!(run.code == 1 && run.err.contains("translates from `kk`, but the source of `only` is in `en`"), "{}", run.err);
}

#[test]
fn wrong_calls_get_a_hint() {
    let folder = small();
    for (arguments, words) in [
        (&["export", "--to", "po", "-l", "kk"][..], "into the same language"),
        (&["export", "--to", "po", "-l", "en", "--from", "en"], "into the same language"),
        (&["export", "--to", "po", "-l", "ex"], "did you mean `en`?"),
        (&["export", "--to", "po", "-l", "en", "b/"], "there is no page with the key `b/`"),
        (&["export", "--to", "docx", "-l", "en"], "possible values"),
        (&["import", "nosuch.po"], "cannot read `nosuch.po`"),
        (&["import"], "required"),
    ] {
        let run = tilmash(&folder, arguments);
        assert!(run.code == 2 && run.err.contains(words), "{arguments:?}: {} {}", run.code, run.err);
    }
    let run = tilmash(&folder, &["export", "--to", "tmx", "-l", "en", "a", "-o", "out/"]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(text_of(&folder, "out/a.en.tmx").contains("<tmx"));
}

// Outside tools.

/// The hard texts that every format can express and every tool must read.
fn sample() -> Batch {
    let texts = [
        "plain",
        "\"quoted\" and \\backslash\\n",
        "a & b < c > d ]]> &amp; &lt;",
        "**bold** _it_ [link](a.md \"t\")[^1] `code` <b>x</b>",
        "שלום \u{202e}rtl\u{202c} 😀👩‍👩‍👧",
        "tab\there",
        "two\nlines\n",
        "%s %d 100 % {0} ${x}",
        "é e\u{301} \u{a0}nb\u{a0}",
        "msgid \"x\"",
        "#, fuzzy",
        ";semi;colon,comma",
        "<!-- c --> <?pi?> <![CDATA[x]]>",
        "- # 1. | \u{200f}",
    ];
    let states = [UnitState::Current, UnitState::Changed, UnitState::Missing, UnitState::Accepted];
    let unit = |(at, text): (usize, &&str)| {
        let state = states[at % 4];
        let ends = if text.ends_with('\n') { "\n" } else { "" };
        let target = format!("T {}{ends}", text.trim_end());
        Unit {
            state,
            source: (*text).to_owned(),
            target: if state == UnitState::Missing { String::new() } else { target.clone() },
            base: Some(exchange::digest(&target)),
            previous: (state == UnitState::Changed).then(|| format!("old {text}")),
            notes: vec!["a note \"with\" <quotes> & more".to_owned()],
            heading: Some("Heading <b> & \"x\"".to_owned()),
            file: "content/a b.kk.md".into(),
            line: at + 1,
            ..Unit::at(&format!("a b/ә#{}.1", at + 1)).expect("an address")
        }
    };
    Batch {
        project: "A \"book\" & <more>".to_owned(),
        date: None,
        source: Some("kk".to_owned()),
        target: Some("en".to_owned()),
        units: texts.iter().enumerate().map(unit).collect(),
    }
}

/// Writes the sample in every format.
fn written(folder: &TempDir) -> Vec<PathBuf> {
    let write = |format: Format| {
        let file = folder.path().join(format!("sample.{}", format.extension()));
        fs::write(&file, exchange::write(format, &sample())).expect("files can be written");
        file
    };
    Format::ALL.into_iter().map(write).collect()
}

fn succeeds(program: &str, arguments: &[&str]) -> String {
    let output =
        Command::new(program).args(arguments).output().unwrap_or_else(|error| panic!("`{program}` is installed: {error}"));
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{program} {arguments:?}: {said}");
    said
}

/// Returns the Python that has translate-toolkit and lxml.
fn python(script: &str, arguments: &[&str]) -> String {
    let python = std::env::var("TRANSLATE_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/exchange").join(script);
    succeeds(&python, &[&[script.to_str().expect("a plain path")], arguments].concat())
}

#[test]
#[ignore = "needs gettext; .ci/run runs it"]
fn gettext_accepts_our_po() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    written(&folder);
    let at = |name: &str| folder.path().join(name).to_str().expect("a plain path").to_owned();
    assert_eq!(succeeds("msgfmt", &["-c", "-o", &at("x.mo"), &at("sample.po")]), "", "not even a warning");
    // Gettext's own output has the same content for us.
    succeeds("msgcat", &["--force-po", "-o", &at("again.po"), &at("sample.po")]);
    let found = exchange::read(Format::Po, &"again.po".into(), &fs::read_to_string(at("again.po")).expect("it was written"));
    assert!(found.problems.is_empty(), "{:?}", found.problems);
    assert_eq!(found.batch.units, sample().units);
}

/// A translated file is merged with a newer export. The translator's changes are imported, and
/// newer texts of the site are not reverted.
#[test]
#[ignore = "needs gettext; .ci/run runs it"]
fn a_merge_by_gettext_reverts_nothing() {
    let folder = small();
    let export = || tilmash(&folder, &["export", "--to", "po", "-l", "en", "a"]).out;
    put(&folder, "translated.po", export().replace("\"Seven\"", "\"7\""));
    let newer = A_EN.1.replace("Five.", "Five, newer.");
    put(&folder, A_EN.0, &newer);
    put(&folder, "newer.po", export());
    let at = |name: &str| folder.path().join(name).to_str().expect("a plain path").to_owned();
    succeeds("msgmerge", &["--quiet", "-o", &at("merged.po"), &at("translated.po"), &at("newer.po")]);
    let run = tilmash(&folder, &["import", "merged.po"]);
    assert_eq!((run.code, text_of(&folder, A_EN.0)), (0, newer.replace("Seven", "7")), "{}", run.err);
}

/// Returns a text of the sample as a program sees it in a file: a cell of a CSV file has a guard
/// before a sign that a spreadsheet program would calculate with.
fn shown(file: &str, text: &str) -> String {
    let is_guarded = file.ends_with("csv") && text.starts_with(['=', '+', '-', '@']);
    if is_guarded { format!("'{text}") } else { text.to_owned() }
}

#[test]
#[ignore = "needs translate-toolkit; .ci/run runs it"]
fn translate_toolkit_reads_our_files() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for file in written(&folder) {
        let name = file.to_str().expect("a plain path");
        if name.ends_with("jsonl") {
            continue;
        }
        let read: BTreeMap<String, (String, String, bool)> =
            serde_json::from_str(&python("read.py", &[name])).expect("it is JSON");
        for unit in sample().units {
            let pending = unit.state == UnitState::Changed;
            // A translation memory holds finished translations, and TMX has no states.
            let (target, fuzzy) =
                if name.ends_with("tmx") && pending { (String::new(), false) } else { (unit.target.clone(), pending) };
            let expected = (shown(name, &unit.source), shown(name, &target), fuzzy);
            assert_eq!(read.get(&unit.address()), Some(&expected), "{name} {}", unit.address());
        }
        assert_eq!(read.len(), sample().units.len(), "{name}");
    }
    let at = |name: &str| folder.path().join(name).to_str().expect("a plain path").to_owned();
    succeeds("pofilter", &["--progress=none", "-i", &at("sample.po"), "-o", &at("filtered.po")]);
}

#[test]
#[ignore = "needs translate-toolkit; .ci/run runs it"]
fn translations_by_translate_toolkit_are_imported() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for file in written(&folder) {
        let name = file.to_str().expect("a plain path");
        // Its TMX cannot be imported, since it drops properties.
        let format = match name.rsplit('.').next() {
            Some("po") => Format::Po,
            Some("xlf") => Format::Xliff,
            Some("csv") => Format::Csv,
            _ => continue,
        };
        python("finish.py", &[name]);
        let found = exchange::read(format, &name.into(), &fs::read_to_string(&file).expect("it was written"));
        assert!(found.problems.is_empty(), "{:?}", found.problems);
        for (read, unit) in found.batch.units.iter().zip(&sample().units) {
            assert_eq!((read.address(), &read.source), (unit.address(), &unit.source));
            assert_eq!(read.target, format!("NEW {}", shown(name, &unit.source)), "{name}");
            assert_eq!(read.state.name(), if unit.state == UnitState::Accepted { read.state.name() } else { "current" });
            assert_eq!(read.base, unit.base, "{name}: it tells what was changed");
        }
    }
}

#[test]
#[ignore = "needs the schema of XLIFF; .ci/run runs it"]
fn our_xliff_fits_its_schema() {
    let schema = std::env::var("XLIFF_SCHEMA").expect("XLIFF_SCHEMA names xliff-core-1.2-strict.xsd, with xml.xsd beside it");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let files = written(&folder);
    let file = files.iter().find(|file| file.extension().is_some_and(|it| it == "xlf")).expect("it was written");
    python("schema.py", &[&schema, file.to_str().expect("a plain path")]);
}
