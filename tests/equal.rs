//! Addresses of equal lines. Texts such as "yes", "12" and "—" occur many times in a work, and only
//! the lock knows which is which. A page shows the same ids before and after `sync`, and a second
//! `sync` writes nothing: first as a law, then case by case.

use std::collections::BTreeSet;

use proptest::prelude::*;
use tilmash::parse::Document;
use tilmash::project::State;

use crate::common::{Files, cases, snapshot, state, sync, table};

const LANGS: [&str; 3] = ["kk", "en", "de"];

fn document<'s>(state: &'s State, lang: &str) -> &'s Document {
    let site = state.site().expect("an index");
    let (work, lang) = site.edition_in(&format!("content/a.{lang}.md")).expect("an edition");
    &site.edition(work, lang).expect("as above").document
}

fn ids(state: &State, lang: &str) -> Vec<String> {
    document(state, lang).segments.iter().map(|segment| segment.id.to_string()).collect()
}

/// Returns a work in three languages, synced.
fn work(texts: [&str; 3]) -> Files {
    let mut files = Files::from([("site.yaml".to_owned(), format!("title: T\nlanguages: [{}]\n", LANGS.join(", ")))]);
    write(&mut files, texts);
    sync(&mut files);
    files
}

fn write(files: &mut Files, texts: [&str; 3]) {
    for (lang, text) in LANGS.iter().zip(texts) {
        files.insert(format!("content/a.{lang}.md"), format!("---\ntitle: {lang}\n---\n\n{text}"));
    }
}

/// Syncs the edits. No id occurs twice, pages show the same ids before and after, and a second sync
/// writes nothing.
fn shown_is_written(files: &mut Files) -> Result<(), TestCaseError> {
    let unsynced = files.clone();
    let before = state(files);
    sync(files);
    let after = state(files);
    for lang in LANGS {
        let (shown, written) = (ids(&before, lang), ids(&after, lang));
        prop_assert_eq!(shown.iter().collect::<BTreeSet<_>>().len(), shown.len(), "an id is there twice: {:#?}", unsynced);
        prop_assert_eq!(shown, written, "what was shown is what was written of {} in {:#?}", lang, unsynced);
    }
    prop_assert!(snapshot(&before).routes == snapshot(&after).routes, "pages are others after sync of {:#?}", unsynced);
    prop_assert_eq!(sync(files), 0, "a second sync writes nothing, of {:#?}", unsynced);
    Ok(())
}

/// A part of an edition: rows, each with the numbers of its cells in [`WORDS`]. A part that is not
/// a table has rows of one cell.
#[derive(Debug, Clone)]
struct Part {
    kind: Kind,
    rows: Vec<Row>,
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    Paragraph,
    Headings,
    List,
    Table,
    Note,
}

#[derive(Debug, Clone)]
struct Row {
    cells: Vec<usize>,
    /// One of [`MARKS`], behind the first cell.
    mark: usize,
}

const WORDS: [&str; 5] = ["Yes", "No", "12", "Yes[^n]", ""];
const MARKS: [&str; 5] = ["", " <!-- + -->", " <!-- = 2.1 -->", " <!-- = 3.1 2.2 -->", " <!-- - 1.1 -->"];

/// The position of a row: the part, and the place in it.
type At = (usize, usize);

/// An edit of the parts of an edition.
#[derive(Debug, Clone)]
enum Edit {
    Insert(usize, Part),
    Delete(usize),
    Copy(usize, usize),
    Move(usize, usize),
    InsertRow(At, Row),
    DeleteRow(At),
    CopyRow(At, At),
    Reword(At, usize, usize),
    RotateColumns(usize),
    Mark(At, usize),
}

fn part() -> impl Strategy<Value = Part> {
    let kind = prop_oneof![
        2 => Just(Kind::Paragraph),
        1 => Just(Kind::Headings),
        1 => Just(Kind::List),
        3 => Just(Kind::Table),
        2 => Just(Kind::Note),
    ];
    (kind, prop::collection::vec(row(), 1..5)).prop_map(|(kind, rows)| Part { kind, rows })
}

fn row() -> impl Strategy<Value = Row> {
    prop::collection::vec(0..WORDS.len(), 1..4).prop_map(|cells| Row { cells, mark: 0 })
}

/// The edited edition, and the edit.
fn edit() -> impl Strategy<Value = (usize, Edit)> {
    let n = || any::<usize>();
    let at = || any::<At>();
    let edit = prop_oneof![
        1 => (n(), part()).prop_map(|(at, part)| Edit::Insert(at, part)),
        1 => n().prop_map(Edit::Delete),
        1 => (n(), n()).prop_map(|(from, to)| Edit::Copy(from, to)),
        1 => (n(), n()).prop_map(|(from, to)| Edit::Move(from, to)),
        2 => (at(), row()).prop_map(|(at, row)| Edit::InsertRow(at, row)),
        2 => at().prop_map(Edit::DeleteRow),
        2 => (at(), at()).prop_map(|(from, to)| Edit::CopyRow(from, to)),
        2 => (at(), n(), n()).prop_map(|(at, cell, word)| Edit::Reword(at, cell, word)),
        1 => n().prop_map(Edit::RotateColumns),
        1 => (at(), n()).prop_map(|(at, mark)| Edit::Mark(at, mark)),
    ];
    (prop_oneof![1 => Just(0usize), 2 => Just(1), 2 => Just(2)], edit)
}

fn apply(parts: &mut Vec<Part>, edit: &Edit) {
    fn row(parts: &mut [Part], (part, row): At) -> &mut Row {
        let part = part % parts.len();
        let row = row % parts[part].rows.len();
        &mut parts[part].rows[row]
    }
    fn insert(parts: &mut [Part], (part, row): At, new: Row) {
        let part = part % parts.len();
        let row = row % (parts[part].rows.len() + 1);
        parts[part].rows.insert(row, new);
    }
    let count = parts.len();
    match *edit {
        Edit::Insert(at, ref part) => parts.insert(at % (count + 1), part.clone()),
        _ if count == 0 => {}
        Edit::Delete(at) => drop(parts.remove(at % count)),
        Edit::Copy(from, to) => parts.insert(to % (count + 1), parts[from % count].clone()),
        Edit::Move(from, to) => {
            let part = parts.remove(from % count);
            parts.insert(to % count, part);
        }
        Edit::InsertRow(at, ref new) => insert(parts, at, new.clone()),
        Edit::DeleteRow((part, row)) => {
            let rows = &mut parts[part % count].rows;
            rows.remove(row % rows.len());
            parts.retain(|part| !part.rows.is_empty());
        }
        Edit::CopyRow(from, to) => {
            let copy = row(parts, from).clone();
            insert(parts, to, copy);
        }
        Edit::Reword(at, cell, word) => {
            let cells = &mut row(parts, at).cells;
            let cell = cell % cells.len();
            cells[cell] = word % WORDS.len();
        }
        Edit::RotateColumns(part) => parts[part % count].rows.iter_mut().for_each(|row| row.cells.rotate_left(1)),
        Edit::Mark(at, mark) => row(parts, at).mark = mark % MARKS.len(),
    }
}

fn text(parts: &[Part]) -> String {
    let mut text = String::new();
    for Part { kind, rows } in parts {
        let columns = rows.iter().map(|row| row.cells.len()).max().unwrap_or(1);
        for (at, row) in rows.iter().enumerate() {
            let said = |word: usize, if_nothing: &str, mark: usize| match WORDS[word] {
                "" => if_nothing.to_owned(),
                word => format!("{word}{}", MARKS[mark]),
            };
            // Outside of tables, a line must have text.
            let line = said(row.cells[0], "Tilmash", row.mark);
            text.push_str(&match (kind, at) {
                (Kind::Paragraph, _) => format!("{line}\n"),
                (Kind::Headings, _) => format!("## {line}\n\n"),
                (Kind::List, _) => format!("- {line}\n"),
                (Kind::Note, 0) => format!("[^n]: {line}\n"),
                (Kind::Note, _) => format!("    {line}\n"),
                (Kind::Table, _) => {
                    let marks = [row.mark].into_iter().chain(std::iter::repeat(0));
                    let cells = row.cells.iter().zip(marks).map(|(&word, mark)| format!("| {} ", said(word, "", mark)));
                    let rule = if at == 0 { format!("{}|\n", "|---".repeat(columns)) } else { String::new() };
                    format!("{}{}|\n{rule}", cells.collect::<String>(), "| ".repeat(columns - row.cells.len()))
                }
            });
        }
        text.push('\n');
    }
    text
}

/// Edits three editions that have equal texts at first, and syncs after every few steps.
fn follow(start: &[Part], edits: &[(usize, Edit)], step: usize) -> Result<(), TestCaseError> {
    let mut editions = [start.to_vec(), start.to_vec(), start.to_vec()];
    let texts = |editions: &[Vec<Part>; 3]| [text(&editions[0]), text(&editions[1]), text(&editions[2])];
    let mut files = work(texts(&editions).each_ref().map(String::as_str));
    for edits in edits.chunks(step) {
        edits.iter().for_each(|(edition, edit)| apply(&mut editions[*edition], edit));
        write(&mut files, texts(&editions).each_ref().map(String::as_str));
        shown_is_written(&mut files)?;
    }
    Ok(())
}

proptest! {
    #![proptest_config(cases(24, 60))]

    #[test]
    fn equal_lines_have_the_addresses_that_were_shown(
        start in prop::collection::vec(part(), 1..5),
        edits in prop::collection::vec(edit(), 1..14),
        step in 1..5usize,
    ) {
        follow(&start, &edits, step)?;
    }
}

// Case by case.

/// Returns the ids of the English edition, which are the same before and after a sync.
fn english(files: &mut Files) -> String {
    shown_is_written(files).expect("the law holds");
    ids(&state(files), "en").join(" ")
}

#[test]
fn a_row_that_equals_the_one_before_it_is_a_new_one() {
    let text = |cells: &[&str]| format!("Text.\n\n{}", table(cells));
    let source = text(&["H", "1", "2", "3"]);
    let mut files = work([&source, &text(&["H", "3"]), &source]);
    assert_eq!(english(&mut files), "1.1 2.1 5.1");
    write(&mut files, [&source, &text(&["H", "3", "3"]), &source]);
    assert_eq!(english(&mut files), "1.1 2.1 5.1 5a.1-en");
}

#[test]
fn equal_headings_and_lines_of_notes_have_different_ids() {
    let source = "## A\n\n## B\n\n## C\n\nText.[^n]\n\n[^n]: Yes.\n    No.\n    Perhaps.\n";
    let mut files = work([source, "## X\n\nText.[^n]\n\n[^n]: Maybe.\n", source]);
    assert_eq!(english(&mut files), "1.1 4.1 5.1");
    write(&mut files, [source, "## X\n\n## X\n\nText.[^n]\n\n[^n]: Maybe.\n    Maybe.\n", source]);
    assert_eq!(english(&mut files), "1.1 2.1 4.1 5.1 5.2");
    // The line with the same text is paired with the source.
    let mut files = work([source, "## C\n\nText.[^n]\n\n[^n]: Perhaps.\n", source]);
    assert_eq!(english(&mut files), "3.1 4.1 5.3");
    write(&mut files, [source, "## C\n\n## C\n\nText.[^n]\n\n[^n]: Perhaps.\n    Perhaps.\n", source]);
    assert_eq!(english(&mut files), "3.1 3a.1-en 4.1 5.1 5.3");
}

#[test]
fn exchanged_values_count_as_new_ones() {
    let text = |values: [&str; 4]| {
        let row = |(name, value): (&str, &str)| format!("{name} | {value}");
        let all: Vec<String> =
            ["Name", "A", "B", "C", "D"].into_iter().zip(["Value"].into_iter().chain(values)).map(row).collect();
        table(&all.iter().map(String::as_str).collect::<Vec<_>>())
    };
    let source = text(["yes", "no", "yes", "no"]);
    let mut files = work([&source; 3]);
    let ids = english(&mut files);
    // The source is corrected, then the translation.
    let corrected = text(["no", "yes", "yes", "no"]);
    write(&mut files, [&corrected, &source, &corrected]);
    assert_eq!(english(&mut files), ids);
    assert_eq!(files["content/a.lock"].matches(" was ").count(), 2);
    write(&mut files, [&corrected; 3]);
    assert_eq!(english(&mut files), ids);
    assert_eq!(files["content/a.lock"].matches(" was ").count(), 0);
}

#[test]
fn rows_of_one_cell_that_become_a_list_keep_their_addresses() {
    let source = table(&["A", "C"]);
    let mut files = work([&source; 3]);
    write(&mut files, [&source, "- A\n- C\n", &source]);
    assert_eq!(english(&mut files), "1.1 2.1");
    // One more equal line: the others keep their ids.
    write(&mut files, [&source, "- A\n- C\n- C\n", &source]);
    assert_eq!(english(&mut files), "1.1 2.1 2a.1-en");
}

#[test]
fn a_second_line_of_a_sentence_does_not_take_the_place_of_another() {
    let mut files = work(["Bir.\n\nEki.\n\nUsh.\n", "One.\n\nTwo.\n\nThree.\n", "Eins.\n"]);
    let text = "One. <!-- = 1.1 -->\n\nTwo. <!-- = 1.1 -->\n\nThree.\n";
    write(&mut files, ["Bir.\n\nEki.\n\nUsh.\n", text, "Eins.\n"]);
    assert_eq!(english(&mut files), "1.1 1a.1-en 3.1");
}

#[test]
fn an_emptied_source_leaves_the_ids_of_its_translations() {
    let mut files = work(["A\n\nB\n"; 3]);
    write(&mut files, ["", "B\n\nA <!-- = 1.1 -->\n\nB <!-- = 1.1 -->\n", "A\n\nB\n"]);
    assert_eq!(english(&mut files), "0.1-en 1.1 2.1");
}
