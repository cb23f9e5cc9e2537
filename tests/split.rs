//! The split on real texts, and its laws on generated ones.
//!
//! `tests/texts/<name>/` holds a plan, its source text and, under `expected/`, the expected
//! results; `UPDATE=1` writes these again.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{env, fs};

use proptest::prelude::*;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use tilmash::base::{Diagnostic, Digest, LineIndex, Position, code, diagnostic, place};
use tilmash::split::{self, Change, Chapter, FileState, Gap, Piece, PieceKind, RepairKind, Role, Split, SplitInput};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn try_split(plan: &str, source: &str) -> (Option<Split>, Vec<Diagnostic>) {
    let (plan_file, source_file): (Arc<str>, Arc<str>) = ("plan.yaml".into(), "source.txt".into());
    split::split(&SplitInput { plan_file: &plan_file, plan, source_file: &source_file, source })
}

fn split_without_problems(plan: &str, source: &str) -> Split {
    let (split, problems) = try_split(plan, source);
    assert_eq!(problems, []);
    split.expect("a plan without problems gives a split")
}

// The book

/// The chapters of the book and the segments that belong to them, in any order of chapters.
const BOOK: &[(&str, &str)] = &[
    (
        "independence",
        "L1.1 L2.1 L3.1 L3.2 L4.1 L5.1 L6.1 L7.1 L7.2 L8.1 L9.1 L10.1 L11.1 L11.2 L11.3 L12.1 L12.2 L13.1 L13.2 L14.1 L15.1 L16.1 L16.2",
    ),
    ("vectors/russia", "L16.3 L17.1 L20.1 L54.2 L55.1 L56.1 L58.1 L58.2 L59.1 L60.1"),
    ("vectors/china", "L36.1 L38.1 L39.1 L40.1 L41.1 L41.2 L42.1"),
    ("vectors/usa", "L62.3 L63.1 L64.1 L65.1 L66.1 L66.2 L67.1 L68.1 L69.1 L70.1"),
    ("vectors/europe", "L46.1 L49.1 L50.1 L50.2 L51.1 L52.1 L53.1 L53.2 L54.1"),
    ("vectors/caspian", "L18.1 L19.1 L20.2 L21.1 L22.1 L23.1 L24.1 L25.1 L26.1 L57.1"),
    ("central-asia", "L26.2 L28.1 L28.2 L28.3 L29.1 L30.1 L31.1 L32.1 L32.2 L33.1 L34.1 L35.1 L61.1 L62.1 L62.2"),
    ("middle-east-south-asia", "L42.2 L43.1 L43.2 L44.1 L44.2 L45.1 L45.2 L47.1 L48.1"),
    ("united-nations", "L70.2 L71.1 L72.1 L73.1 L73.2 L74.1 L75.1 L75.2"),
    ("conclusion", "L76.1 L77.1 L78.1 L79.1 L80.1"),
];

/// The digest of the 106 texts, each after its address and a tab, as in the source.
const BOOK_TEXTS: &str = "b7de8ff2839b63caceb7be20f23cf0f8";

fn book() -> (String, Split) {
    let source = read("content/_source/foreign-policy.kk.txt");
    let split = split_without_problems(&read("content/_source/plan.yaml"), &source);
    (source, split)
}

#[test]
fn the_book_has_its_106_segments_in_its_chapters() {
    let (source, split) = book();
    assert_eq!(split.segments.len(), 106);
    for (key, addresses) in BOOK {
        let chapter = split.chapters.iter().find(|chapter| chapter.key.as_str() == *key).expect(key);
        let found: Vec<String> = chapter.cuts.iter().map(|cut| split.segments[cut.segment].address.to_string()).collect();
        assert_eq!(found.join(" "), *addresses, "{key}");
    }
    let mut texts = String::new();
    for segment in &split.segments {
        let text = split::normal(&source, &segment.ranges, false);
        writeln!(texts, "{}\t{}", segment.address, text).unwrap();
    }
    assert_eq!(Digest::of(texts.as_bytes()).to_string(), BOOK_TEXTS);
    let rejoined = split.segments.iter().filter(|segment| segment.rejoined);
    let rejoined: Vec<_> = rejoined.map(|segment| (segment.address.line, segment.last_line)).collect();
    assert_eq!(rejoined, [(26, 27), (36, 37), (38, 39), (73, 74)]);
    let lost: Vec<_> = split.segments.iter().filter(|segment| segment.head_lost).map(|segment| segment.address.line).collect();
    assert_eq!(lost, [34, 63, 67, 78]);
    let marks: Vec<_> = split.pieces.iter().filter(|piece| piece.kind == PieceKind::Gap(Gap::FootnoteMark)).collect();
    assert_eq!(marks.len(), 1);
    assert_eq!(&source[marks[0].range.clone()], "7");
}

#[test]
fn the_book_keeps_the_laws() {
    let (source, split) = book();
    assert_eq!(split::check_laws(&split, &source), []);
    for chapter in &split.chapters {
        check_rendering(&split, chapter);
    }
}

// Texts of other kinds

#[test]
fn texts_of_other_kinds_and_languages_are_cut_as_expected() {
    for name in ["lighthouse", "garden", "ferry"] {
        let folder = Path::new("tests/texts").join(name);
        let source = read(folder.join("source.txt"));
        let split = split_without_problems(&read(folder.join("plan.yaml")), &source);
        assert_eq!(split::check_laws(&split, &source), [], "{name}");
        let mut expected = vec![("segments.txt".to_owned(), listing(&split, &source))];
        for chapter in &split.chapters {
            expected.push((chapter.file.replace('/', "_"), chapter.markdown.clone()));
        }
        check_folder(&folder.join("expected"), &expected);
    }
}

#[test]
fn all_problems_of_a_plan_are_reported_with_their_places() {
    let folder = Path::new("tests/texts/problems");
    let (plan, source) = (read(folder.join("plan.yaml")), read(folder.join("source.txt")));
    let (_, mut problems) = try_split(&plan, &source);
    diagnostic::sort(&mut problems);
    let mut told = String::new();
    let name = |place: &tilmash::base::Place| {
        let text = if &*place.file == "plan.yaml" { &plan } else { &source };
        let Position { line, column } = LineIndex::new(text).position(place.start);
        format!("{}:{line}:{column} `{}`", place.file, text[place.range()].replace('\n', "⏎"))
    };
    for problem in &problems {
        let place = problem.place.as_ref().map(name).expect("every problem has a place");
        writeln!(told, "{}[{}]: {}\n  at {place}", problem.severity.name(), problem.code.name, problem.message).unwrap();
        for (place, words) in &problem.others {
            writeln!(told, "  {words}: {}", name(place)).unwrap();
        }
        for hint in &problem.hints {
            writeln!(told, "  hint: {hint}").unwrap();
        }
    }
    check_folder(&folder.join("expected"), &[("problems.txt".to_owned(), told)]);
}

/// Returns the partition of a text for people: each segment with its address and repairs, and each
/// gap that is not only white space.
fn listing(split: &Split, source: &str) -> String {
    let mut listing = String::new();
    let mut last = None;
    for piece in &split.pieces {
        match piece.kind {
            PieceKind::Segment(index) if last != Some(index) => {
                last = Some(index);
                let segment = &split.segments[index];
                writeln!(listing, "{} ¶{} {:?}: {:?}", segment.address, segment.paragraph, segment.kind, segment.text).unwrap();
                for repair in &segment.repairs {
                    let reading = &segment.text[repair.range.clone()];
                    writeln!(listing, "    {}: {:?} for {:?}", repair.kind.name(), reading, repair.original).unwrap();
                }
                for chapter in &split.chapters {
                    for cut in chapter.cuts.iter().filter(|cut| cut.segment == index && !cut.touches.is_empty()) {
                        let keys: Vec<_> = cut.touches.iter().map(|key| key.as_str()).collect();
                        writeln!(listing, "    touches {}", keys.join(", ")).unwrap();
                    }
                }
            }
            PieceKind::Segment(_) | PieceKind::Gap(Gap::WhiteSpace) => {}
            PieceKind::Gap(gap) => writeln!(listing, "-- {gap:?}: {:?}", &source[piece.range.clone()]).unwrap(),
        }
    }
    listing
}

/// Compares files with those in a folder of the repository, and that folder with the files.
fn check_folder(folder: &Path, files: &[(String, String)]) {
    let folder = root().join(folder);
    let update = env::var_os("UPDATE").is_some();
    if update {
        _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        for (name, text) in files {
            fs::write(folder.join(name), text).unwrap();
        }
    }
    let there: BTreeSet<String> =
        fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(there, files.iter().map(|(name, _)| name.clone()).collect(), "{}", folder.display());
    for (name, text) in files {
        assert_eq!(&fs::read_to_string(folder.join(name)).unwrap(), text, "{name}");
    }
}

// Laws on generated texts

/// Words, ends of sentences, quotes and breaks of several scripts, and all syntax of Markdown.
fn text() -> impl Strategy<Value = String> {
    let token = prop_oneof![
        4 => prop::sample::select(vec![
            "word", "Word", "сөз", "Сөз", "Ә", "ж", "λέξη", "Λέξη", "字", "ねこ", "ネコ", "שלום", "كلمة", "शब्द", "ไทย", "7", "1994",
        ]).prop_map(str::to_owned),
        3 => prop::sample::select(vec![" ", " ", " ", "  ", "\u{a0}", "\u{3000}", "\t", "\n", "\n", "\n\n", "\r\n"]).prop_map(str::to_owned),
        3 => prop::sample::select(vec![
            ".", ". ", "!", "? ", "…", "。", "！", "؟ ", "।", ",", ":", ";", "-", "–", "(", ")", "«", "»", "“", "”", "\"", "'", "「", "」",
        ]).prop_map(str::to_owned),
        2 => prop::sample::select(vec![
            "# ", "## ", "* ", "- ", "+ ", "1. ", "2) ", "> ", "*", "**", "_", "__", "`", "```", "~~", "~", "^", "[", "]", "[^1]", "[^1]: ",
            "](x)", "[[", "]]", "<", "<b>", "<!--", "-->", "&amp;", "&#65;", "\\", "|", "|-|", "---", "===", ": ", ":::", "$", "$$", "{", "}",
            "{{", "{#id}", "![", "http://x.y", "<http://x.y>", "    ", "\u{feff}", "%", "@",
        ]).prop_map(str::to_owned),
        1 => "\\PC{1,3}",
    ];
    prop::collection::vec(token, 0..60).prop_map(|tokens| tokens.concat())
}

/// Markdown as people write it, one block after the other.
fn markdown_text() -> impl Strategy<Value = String> {
    let sentences = prop::sample::select(vec![
        "One. Two! Three?",
        "Бір сөз. *Екі сөз. Үш.* Төрт",
        "See [a. B](c). D",
        "`x. Y` is 1. And 2. Or - so",
        "A year. 1994. Жыл",
        "a | b",
        "**Bold.** End",
        "http://a.b C. D",
        "x_y. Z_w _a. B_",
        "字。次。",
        "Line\nBreak. New\n2. No list",
        "<b>a. B</b> c",
        "A. # no\nB. > no",
        "a. - b\nC. + d. 1) e",
    ]);
    let others = prop::sample::select(vec![
        "# Title. One",
        "## Two",
        "Title\n=====",
        "Sub. Title\n---",
        "- a. B\n- c",
        "* a\n\n  b. C\n* d",
        "1. a\n2. b. C",
        "> q. R\n> s",
        "> q\nlazy. Text",
        "```\nA. B\n\nC. D\n```",
        "    code. A\n    B",
        "~~~x\n```\n~~~",
        "| a | b |\n|---|---|\n| c. D | e |",
        "***",
        "---",
        "<div>\nA. B\n</div>",
        "[r]: /u \"V. W\"",
        "[^1]: note. A\nlazy. B",
        "a  \nb. C",
        "a\\\nb",
        "- [ ] t. U\n  - n\n\n    m",
        "<!-- a. B -->",
        "Text. A\n# Title",
        "Text. A\n> quote. B",
        "Text\n| a | b |\n|---|---|",
        "Text. A\n- item. B",
    ]);
    let sentences = prop::collection::vec(sentences, 1..4).prop_map(|sentences| sentences.join(" "));
    let block = prop_oneof![sentences, others.prop_map(str::to_owned)];
    let ends = prop::sample::select(vec!["\n\n", "\n\n\n", "\r\n\r\n"]);
    prop::collection::vec((block, ends), 0..6).prop_map(|blocks| blocks.into_iter().map(|(block, end)| block + end).collect())
}

fn html(markdown: &str) -> String {
    let mut html = String::new();
    let options = Options::ENABLE_TABLES | Options::ENABLE_FOOTNOTES | Options::ENABLE_TASKLISTS;
    pulldown_cmark::html::push_html(&mut html, Parser::new_ext(markdown, options));
    html.split_whitespace().collect()
}

/// A plan with a chapter for the remaining segments.
fn plan() -> impl Strategy<Value = String> {
    let lines = prop::sample::select(vec!["lines: sentences", "lines: wrapped", "lines: paragraphs", "markdown"]);
    let flags = (any::<bool>(), any::<bool>(), any::<bool>());
    let more = prop::sample::select(vec![
        "",
        "chapters: [{key: a, title: A, terms: [word, 字]}, {key: b, title: B, rest: true}]",
        "cut: {by: headings, starts: [Word, '1']}\nchapters: [{key: b, title: B, rest: true}]",
        "chapters: [{key: a, title: A, at_heading: Сөз}, {key: b, title: B, rest: true}]",
    ]);
    (lines, flags, more).prop_map(|(lines, (run, initials, marks), more)| {
        let (format, lines) = if lines == "markdown" { ("format: markdown\n", "initials: true") } else { ("", lines) };
        let more = if more.is_empty() { "chapters: [{key: b, title: B, rest: true}]" } else { more };
        let more = if format.is_empty() { more.to_owned() } else { more.replace("starts: [Word, '1']", "level: 2") };
        let rules = format!("run_together: {run}\n  initials: {initials}\n  footnote_marks: {marks}\n  abbreviations: [ж]");
        let rules = rules.replace("initials: true\n  initials", "initials");
        let lines = if lines == "initials: true" { "full_stop: '.'" } else { lines };
        format!("source: s\nlanguage: kk\n{format}segmentation:\n  {lines}\n  {rules}\n{more}\n")
    })
}

/// Every extension that the site's Markdown could enable, except smart punctuation, which changes
/// characters.
fn all_extensions() -> Options {
    Options::all() - Options::ENABLE_SMART_PUNCTUATION
}

/// Checks that a rendered chapter has the texts of its segments, sentence by sentence.
fn check_rendering(split: &Split, chapter: &Chapter) {
    let body = chapter.markdown.strip_prefix("---\n").and_then(|rest| rest.split_once("\n---\n")).expect("front matter").1;
    let mut said: Vec<String> = vec![String::new()];
    let mut footnote = 0;
    for event in Parser::new_ext(body, all_extensions()) {
        match event {
            Event::Start(Tag::FootnoteDefinition(_)) => footnote += 1,
            Event::End(TagEnd::FootnoteDefinition) => footnote -= 1,
            _ if footnote > 0 => {}
            Event::Text(text) => said.last_mut().unwrap().push_str(&text),
            Event::SoftBreak => said.push(String::new()),
            Event::End(TagEnd::Paragraph) | Event::End(TagEnd::Heading(_)) => said.push(String::new()),
            Event::Start(Tag::Paragraph | Tag::Heading { .. }) | Event::FootnoteReference(_) => {}
            other => panic!("unexpected markup {other:?} in:\n{body}"),
        }
    }
    said.retain(|line| !line.is_empty());
    let segments =
        chapter.cuts.iter().filter(|cut| cut.role != Role::FrontMatter).map(|cut| split.segments[cut.segment].text.clone());
    let mut segments: Vec<String> = segments.collect();
    // Headings from the plan are not segments.
    if said.len() != segments.len() {
        said.retain(|line| segments.contains(line));
    }
    segments.iter_mut().for_each(|text| *text = text.replace('\0', "\u{fffd}"));
    assert_eq!(said, segments, "{body}");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_text_keeps_the_laws(plan in plan(), source in text()) {
        let (split, problems) = try_split(&plan, &source);
        let split = split.expect("the plan can be read");
        let unexpected: Vec<_> = problems.iter().filter(|problem| !matches!(problem.code.name, "plan-coverage" | "plan-segment" | "split-suspect")).collect();
        prop_assert!(unexpected.is_empty(), "{unexpected:?}");
        prop_assert_eq!(split::check_laws(&split, &source), []);
        if !plan.contains("markdown") {
            for chapter in &split.chapters {
                check_rendering(&split, chapter);
            }
        }
        for chapter in &split.chapters {
            prop_assert_eq!(split::compare(chapter, &chapter.markdown), []);
            let lines: Vec<&str> = chapter.cuts.iter().filter(|cut| cut.role != Role::FrontMatter).map(|cut| &chapter.markdown[cut.line.clone()]).collect();
            prop_assert_eq!(split::locate(chapter, &lines).len(), lines.len());
        }
    }

    #[test]
    fn repairs_can_be_undone(source in text(), lines in prop::sample::select(vec!["sentences", "wrapped"]), picks in prop::collection::vec((any::<prop::sample::Index>(), 1..6usize, text()), 0..6)) {
        let mut plan = format!("source: s\nlanguage: kk\nsegmentation: {{lines: {lines}}}\nchapters: [{{key: b, title: B, rest: true}}]\n");
        let chars: Vec<(usize, char)> = source.char_indices().collect();
        if !chars.is_empty() && !picks.is_empty() {
            plan.push_str("repairs:\n");
            for (at, length, reading) in &picks {
                let at = at.index(chars.len());
                let (start, _) = chars[at];
                let end = chars.get(at + length).map_or(source.len(), |&(end, _)| end);
                let line_start = source[..start].rfind('\n').map_or(0, |newline| newline + 1);
                let line = source[..start].matches('\n').count() + 1;
                let found = &source[start..end];
                let nth = source[line_start..].match_indices(found).take_while(|(at, _)| line_start + at < start).count() + 1;
                let text = |text: &str| serde_json::to_string(text).unwrap();
                writeln!(plan, "  - {{line: {line}, found: {}, reading: {}, kind: typo, nth: {nth}}}", text(found), text(reading)).unwrap();
            }
        }
        let (split, _) = try_split(&plan, &source);
        let split = split.expect("the plan can be read");
        prop_assert_eq!(split::check_laws(&split, &source), []);
        check_rendering(&split, &split.chapters[0]);
    }

    #[test]
    fn markdown_that_is_cut_into_one_chapter_reads_as_before(source in markdown_text()) {
        let source = format!("Not front matter.\n\n{source}");
        let plan = "source: s\nlanguage: kk\nformat: markdown\nchapters: [{key: b, title: B, rest: true}]\n";
        let (split, _) = try_split(plan, &source);
        let split = split.expect("the plan can be read");
        let body = split.chapters[0].markdown.split_once("\n---\n").expect("front matter").1;
        prop_assert_eq!(html(&source), html(body), "{}", body);
    }

    #[test]
    fn no_plan_and_no_text_make_it_panic(plan in "\\PC{0,80}", source in "\\PC{0,80}") {
        try_split(&plan, &source);
    }

    #[test]
    fn no_damaged_plan_makes_it_panic(name in prop::sample::select(vec!["lighthouse", "garden", "ferry", "problems"]), edits in prop::collection::vec((any::<prop::sample::Index>(), 0..40usize, text()), 1..4)) {
        let folder = Path::new("tests/texts").join(name);
        let source = read(folder.join("source.txt"));
        let mut plan = read(folder.join("plan.yaml"));
        for (at, length, insertion) in edits {
            let at = place::floor_char_boundary(&plan, at.index(plan.len()));
            let end = place::floor_char_boundary(&plan, at + length).max(at);
            plan.replace_range(at..end, &insertion);
        }
        if let (Some(split), problems) = try_split(&plan, &source) {
            let offences = split::check_laws(&split, &source);
            prop_assert!(offences.is_empty() || diagnostic::has_errors(&problems), "{plan}\n{offences:?}");
        }
    }
}

// The laws can fail

/// Damages a split and returns the messages about it.
fn offences(damage: impl FnOnce(&mut Split)) -> Vec<String> {
    let source = "One is here. Two is there.\n\nThree  is lost. Four\n";
    let plan = "source: s\nlanguage: en\nsegmentation: {lines: sentences}\nrepairs: [{line: 1, found: One, reading: '1', kind: typo}]\nchapters:\n  - {key: a, title: A, paragraphs: [L3.1, L1.1]}\n  - {key: b, title: B, rest: true}\n";
    let mut split = split_without_problems(plan, source);
    assert_eq!(split::check_laws(&split, source), []);
    damage(&mut split);
    let offences = split::check_laws(&split, source);
    assert!(offences.iter().all(|problem| *problem.code == code::SPLIT_LOSS), "{offences:?}");
    offences.into_iter().map(|problem| problem.message).collect()
}

#[test]
fn lost_doubled_and_changed_pieces_are_found() {
    assert_eq!(
        offences(|split| _ = split.pieces.remove(2)),
        ["the split does not contain this part of the source text (bytes 13 to 26)"]
    );
    assert_eq!(
        offences(|split| _ = split.pieces.pop()),
        ["the split does not contain this part of the source text (bytes 48 to 49)"]
    );
    let doubled = offences(|split| split.pieces.insert(1, split.pieces[0].clone()));
    assert_eq!(doubled, ["the split contains this part of the source text twice (bytes 0 to 12)"]);
    let swapped = offences(|split| split.pieces.swap(0, 2));
    assert!(!swapped.is_empty());
    let gap = offences(|split| split.pieces[2].kind = PieceKind::Gap(Gap::WhiteSpace));
    assert_eq!(gap, ["this part of the source text is not of the kind Gap(WhiteSpace) (bytes 13 to 26)"]);
    let mark = offences(|split| {
        split.pieces[1].kind = PieceKind::Gap(Gap::FootnoteMark);
    });
    assert_eq!(mark, ["this part of the source text is not of the kind Gap(FootnoteMark) (bytes 12 to 13)"]);
    let short = offences(|split| {
        split.segments[1].ranges[0].end -= 1;
    });
    assert_eq!(short[0], "L1.2 is not made of its parts of the source text (bytes 13 to 26)");
    let other = offences(|split| {
        let Piece { kind, .. } = split.pieces[0].clone();
        split.pieces[2].kind = kind;
    });
    assert_eq!(other[0], "L1.1 is not made of its parts of the source text (bytes 0 to 26)");
}

#[test]
fn lost_doubled_and_reordered_segments_are_found() {
    let lost = offences(|split| {
        split.chapters[1].cuts.clear();
    });
    assert_eq!(
        lost,
        ["L1.2 (lines 1 to 1) is in no chapter (bytes 13 to 26)", "L3.2 (lines 3 to 3) is in no chapter (bytes 44 to 48)"]
    );
    let doubled = offences(|split| {
        let cut = split.chapters[0].cuts[1].clone();
        split.chapters[1].cuts.insert(0, cut);
    });
    assert_eq!(doubled[0], "L1.1 is in the chapter `a` and in `b` (bytes 0 to 12)");
    assert_eq!(offences(|split| split.chapters[0].cuts.swap(0, 1))[0], "L1.1 is out of order in the chapter `a` (bytes 0 to 12)");
    assert_eq!(
        offences(|split| split.chapters[1].cuts.swap(0, 1))[0],
        "L1.2 is out of order in the chapter `b` (bytes 13 to 26)"
    );
}

#[test]
fn changed_texts_are_found() {
    let changed = offences(|split| split.segments[0].text.push('x'));
    assert_eq!(
        changed,
        [
            "L1.1 without its repairs differs from the source text (bytes 0 to 12)",
            "the chapter `a` does not have the text of L1.1 (bytes 0 to 12)"
        ]
    );
    let forgotten = offences(|split| split.segments[0].repairs.clear());
    assert_eq!(forgotten, ["L1.1 without its repairs differs from the source text (bytes 0 to 12)"]);
    let edited = offences(|split| split.chapters[1].markdown = split.chapters[1].markdown.replace("Two", "Too"));
    assert_eq!(edited, ["the chapter `b` does not have the text of L1.2 (bytes 13 to 26)"]);
}

// Files

#[test]
fn a_chapter_is_compared_by_its_words_not_its_markup() {
    let (_, split) = book();
    let chapter = &split.chapters[0];
    assert_eq!(split::state(chapter, None), FileState::Absent);
    assert_eq!(split::state(chapter, Some(&chapter.markdown)), FileState::Same);
    let same_sentences = chapter
        .markdown
        .replace("Бұл ұстаным", "**Бұл** [ұстаным](russia.kk.md \"x\")")
        .replace("«Қауіпсіздік белдеуін»", "[[central-asia|«Қауіпсіздік белдеуін»]][^mine]");
    assert_ne!(same_sentences, chapter.markdown);
    assert_eq!(split::state(chapter, Some(&same_sentences)), FileState::SameSentences);

    let lines: Vec<&str> = chapter.markdown.lines().collect();
    let edited = chapter
        .markdown
        .replace("зор еңбегі бар", "еңбегі зор")
        .replace(&format!("{}\n", lines[18]), "")
        .replace("[^ed-1]: ", "Толықтырылған сөйлем.\n\n[^ed-1]: ");
    let differences = split::compare(chapter, &edited);
    let told: Vec<String> = differences
        .iter()
        .map(|difference| {
            let address = difference.cut.map(|cut| split.segments[chapter.cuts[cut].segment].address.to_string());
            let change = match &difference.change {
                Change::Missing => "missing".to_owned(),
                Change::Edited { likeness, .. } => format!("edited {likeness}%"),
                Change::Moved { .. } => "moved".to_owned(),
                Change::Added { line } => format!("added {}", &edited[line.clone()]),
            };
            format!("{} {change}", address.unwrap_or_default())
        })
        .collect();
    assert_eq!(told, ["L6.1 edited 95%", "L8.1 missing", " added Толықтырылған сөйлем."]);
}

#[test]
fn lines_of_a_page_are_located_in_the_source() {
    let (_, split) = book();
    let chapter = split.chapters.iter().find(|chapter| chapter.key.as_str() == "vectors/russia").unwrap();
    let lines = [
        "Шілденің 6-сында Мәскеуде қол қойылған *XXI ғасырға* бағдарланған мәңгі достық пен ынтымақтастық туралы [Декларация](x.md) екі ел үшін маңызды тарихи мәнге ие.[^ed-5]",
        "## Нәтижелер",
        "Қорыта келгенде Ресей Федерациясымен ынтымақтастық жөнінде үлкен ілгерілеуге қол жеткізілді.",
        "Мүлде басқа сөйлем.",
    ];
    let located = split::locate(chapter, &lines);
    let addresses: Vec<_> =
        located.iter().map(|cut| cut.map(|cut| split.segments[chapter.cuts[cut].segment].address.to_string())).collect();
    assert_eq!(addresses, [Some("L17.1".to_owned()), None, Some("L54.2".to_owned()), None]);
}

#[test]
fn a_summary_counts_sentences_and_repairs() {
    let (_, split) = book();
    let summary = split::summary(&split);
    assert_eq!(summary.segments, 106);
    assert_eq!(summary.chapters.iter().map(|chapter| chapter.sentences).sum::<usize>(), 106);
    assert_eq!(summary.repairs[&RepairKind::Lost], 6);
}

#[test]
fn the_source_is_found_from_the_plan() {
    let file: Arc<str> = "content/_source/plan.yaml".into();
    let (path, _) = split::read_source_name(&file, "source: a.txt\n").unwrap();
    assert_eq!(path, "content/_source/a.txt");
    for plan in [
        "language: kk\n",
        "source: ../../../etc/passwd\n",
        "source: /etc/passwd\n",
        "source: [\n",
        "source: ''\n",
        "source: ..\n",
        "source: ../../\n",
    ] {
        assert_eq!(split::read_source_name(&file, plan).unwrap_err().len(), 1, "{plan}");
    }
}
