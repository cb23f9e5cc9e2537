//! CSV, for spreadsheets: the columns that translate-toolkit and Weblate know, then our own.
//!
//! Cells hold the Markdown. Three measures make the files work in spreadsheet programs:
//!
//! * A cell that a program could run as a formula gets a guard, a `'`, which reading removes
//!   (`guarded`).
//! * A file begins with a byte order mark, which tells Excel that it is UTF-8.
//! * Files that such programs saved can be read: with comma, semicolon or tab as separator, and
//!   with or without a first line `sep=;`. That line is never written, since with it Excel does not
//!   read the file as UTF-8.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::Read;
use std::ops::Range;
use std::sync::Arc;

use csv::{QuoteStyle, ReaderBuilder, StringRecord, WriterBuilder};

use super::{BASE, Batch, CUT_OFF, ParsedFile, Unit, UnitState};

const COLUMNS: [&str; 11] = [
    "id",
    "source",
    "target",
    "fuzzy",
    "location",
    "context",
    "developer_comments",
    "standing",
    "previous",
    "source_language",
    "target_language",
];

/// Text that is read after the file. It is a record of its own, unless the file ends within
/// quotation marks. This detects a file that was cut off there.
const END: &str = "\n.\n";

const BYTE_ORDER_MARK: char = '\u{feff}';

/// Writes a batch as CSV.
pub fn write(batch: &Batch) -> String {
    // All cells are quoted, so that tools detect the dialect correctly.
    let mut writer = WriterBuilder::new().quote_style(QuoteStyle::Always).from_writer(BYTE_ORDER_MARK.to_string().into_bytes());
    let never = "writing to memory does not fail";
    writer.write_record(COLUMNS).expect(never);
    for unit in &batch.units {
        let location = if unit.file.is_empty() { String::new() } else { format!("{}:{}", unit.file, unit.line) };
        // Tools empty columns that they do not know. The base is in a comment, since without it an
        // older translation would overwrite a newer one.
        let base = unit.base.iter().map(|base| format!("{BASE}{base}"));
        let comments: Vec<String> = unit.notes.iter().cloned().chain(base).collect();
        let record: [&str; 11] = [
            &unit.address(),
            &unit.source,
            &unit.target,
            if unit.state == UnitState::Changed { "True" } else { "" },
            &location,
            unit.heading.as_deref().unwrap_or(""),
            &comments.join("\n"),
            unit.state.name(),
            unit.previous.as_deref().unwrap_or(""),
            batch.source.as_deref().unwrap_or(""),
            batch.target.as_deref().unwrap_or(""),
        ];
        writer.write_record(record.map(guarded).iter().map(|cell| cell.as_bytes())).expect(never);
    }
    String::from_utf8(writer.into_inner().expect(never)).expect("texts are UTF-8")
}

/// Puts a `'` before each part that a spreadsheet program could take for a formula, as recommended
/// by [OWASP](https://owasp.org/www-community/attacks/CSV_Injection).
///
/// A program that uses another separator than the file sees several cells in one cell, so each of
/// them is guarded. A `'` that the text itself has before a formula gets a guard too:
///
/// ```text
/// =1+1       '=1+1
/// '=1+1      ''=1+1
/// a; =1+1    a;' =1+1
/// 'tis       'tis
/// ```
fn guarded(text: &str) -> Cow<'_, str> {
    let places: Vec<usize> = cell_starts(text).filter(|&at| runs(&text[at..], at == 0)).collect();
    if places.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut guarded = String::with_capacity(text.len() + places.len());
    let mut from = 0;
    for at in places {
        guarded.push_str(&text[from..at]);
        guarded.push('\'');
        from = at;
    }
    guarded.push_str(&text[from..]);
    Cow::Owned(guarded)
}

/// Removes the guards that [`guarded`] added. A text from which a program has removed them already
/// stays as it is.
fn unguarded(text: &str) -> Cow<'_, str> {
    let is_guard = |&at: &usize| text[at..].starts_with('\'') && runs(&text[at..], at == 0);
    let places: Vec<usize> = cell_starts(text).filter(is_guard).collect();
    if places.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut unguarded = String::with_capacity(text.len());
    let mut from = 0;
    for at in places {
        unguarded.push_str(&text[from..at]);
        from = at + 1;
    }
    unguarded.push_str(&text[from..]);
    Cow::Owned(unguarded)
}

/// Returns the bytes of a text at which a cell may begin: its beginning, and each byte behind a
/// separator.
fn cell_starts(text: &str) -> impl Iterator<Item = usize> {
    let behind = text.match_indices([';', '\t', '\n', '\r']).map(|(at, _)| at + 1);
    std::iter::once(0).chain(behind)
}

/// Returns true if a spreadsheet program could run a cell that begins with this text. A leading `'`
/// is ignored, so that a guard is recognized when reading.
fn runs(cell: &str, is_whole: bool) -> bool {
    // Some programs remove white space and quotes first.
    let seen = cell.trim_start_matches([' ', '"', '\'', '\u{a0}']);
    let is_control = is_whole && cell.trim_start_matches('\'').starts_with(['\t', '\r', '\n', '\0']);
    is_control || seen.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])
}

/// The rows of a file, without a byte order mark and a `sep=` line.
struct Table<'a> {
    text: &'a str,
    /// The byte of the file at which the line with the names of the columns begins.
    start: usize,
    separator: u8,
}

impl<'a> Table<'a> {
    fn of(whole: &'a str) -> Self {
        let mut text = whole.strip_prefix(BYTE_ORDER_MARK).unwrap_or(whole);
        let first = text.lines().next().unwrap_or("");
        let said = first.trim_matches('"').strip_prefix("sep=").and_then(|said| said.bytes().next());
        if let Some(separator) = said.filter(u8::is_ascii) {
            text = text.split_once('\n').map_or("", |(_, rest)| rest);
            return Self { text, start: whole.len() - text.len(), separator };
        }
        let count = |separator: &u8| first.bytes().filter(|byte| byte == separator).count();
        let separator = [b',', b';', b'\t'].into_iter().max_by_key(count).unwrap_or(b',');
        Self { text, start: whole.len() - text.len(), separator }
    }

    /// Returns the bytes of the file that hold the first line of a row; `at` is the first byte of
    /// the row in `text`.
    fn line_at(&self, at: usize) -> Range<usize> {
        let start = self.start + at;
        start..start + self.text[at..].lines().next().unwrap_or("").len()
    }
}

/// Reads CSV. Unknown columns are ignored.
pub fn read(file: &Arc<str>, text: &str) -> ParsedFile {
    let mut found = ParsedFile::default();
    let table = Table::of(text);
    let mut reader = ReaderBuilder::new()
        .flexible(true)
        .delimiter(table.separator)
        .has_headers(false)
        .from_reader(table.text.as_bytes().chain(END.as_bytes()));
    let mut record = StringRecord::new();
    let mut next = |record: &mut StringRecord| -> (bool, Range<usize>) {
        let start = reader.position().byte() as usize;
        let is_there = reader.read_record(record).expect("the file is text in memory, and records may have any length");
        (is_there, start..reader.position().byte() as usize)
    };
    next(&mut record);
    let width = record.len();
    let columns = match read_columns(&record) {
        Ok(columns) => columns,
        Err(message) => {
            found
                .problem(file, table.line_at(0), message)
                .push_hint(format!("name the columns in the first line: {}", COLUMNS.join(", ")));
            return found;
        }
    };
    loop {
        let (is_there, bytes) = next(&mut record);
        let is_end = record.iter().eq([END.trim()]) && bytes.start >= table.text.trim_end().len();
        if !is_there || is_end || found.is_garbage() {
            break;
        }
        // Empty lines before a record count as its beginning.
        let rest = &table.text[bytes.start..];
        let range = table.line_at(bytes.start + rest.len() - rest.trim_start_matches(['\n', '\r']).len());
        if record.iter().all(str::is_empty) {
            continue;
        }
        let is_open = bytes.end >= table.text.len() + END.len();
        let is_last = bytes.end > table.text.len();
        if is_open || record.len() < if is_last { width } else { 3 } {
            found.problem(file, range, "the row has too few cells").push_hint(CUT_OFF);
            continue;
        }
        let cell = |name: &str| columns.get(name).and_then(|&at| record.get(at)).map(unguarded).filter(|it| !it.is_empty());
        let Some(mut unit) = found.unit_at(file, &cell("id").unwrap_or_default(), &range) else { continue };
        read_cells(&mut unit, columns.contains_key("fuzzy"), cell);
        found.languages(file, &range, "rows", cell);
        found.push(file, unit, range);
    }
    found
}

/// Reads the first record: the index of each column by its name. Returns a message if a column is
/// missing.
fn read_columns(record: &StringRecord) -> Result<BTreeMap<String, usize>, String> {
    let columns: BTreeMap<String, usize> =
        record.iter().enumerate().map(|(at, name)| (name.trim().to_ascii_lowercase(), at)).collect();
    let is_missing = |column: &&str| !columns.contains_key(*column);
    let missing: Vec<String> =
        ["id", "source", "target"].iter().copied().filter(is_missing).map(|column| format!("`{column}`")).collect();
    if missing.is_empty() { Ok(columns) } else { Err(format!("the first line does not name the column {}", missing.join(", "))) }
}

/// Reads the cells of a row into its unit.
fn read_cells<'r>(unit: &mut Unit, has_fuzzy: bool, cell: impl Fn(&str) -> Option<Cow<'r, str>>) {
    let text = |name: &str| cell(name).map(Cow::into_owned);
    unit.source = text("source").unwrap_or_default();
    unit.target = text("target").unwrap_or_default();
    // Spreadsheet programs write `True` in the language of their user.
    let fuzzy = cell("fuzzy").is_some_and(|it| !["false", "0", "no"].contains(&it.to_ascii_lowercase().as_str()));
    unit.state = match cell("standing").as_deref() {
        _ if unit.target.is_empty() => UnitState::Missing,
        _ if fuzzy => UnitState::Changed,
        None => UnitState::Current,
        // A tool that does not know the column `standing` clears only `fuzzy`.
        Some(name) if has_fuzzy && name == UnitState::Changed.name() => UnitState::Current,
        Some(name) => UnitState::of_translated(name),
    };
    unit.previous = text("previous");
    unit.heading = text("context");
    unit.notes = cell("developer_comments").map_or_else(Vec::new, |comments| comments.lines().map(str::to_owned).collect());
    unit.base = unit.notes.pop_if(|last| last.starts_with(BASE)).map(|last| last[BASE.len()..].trim().to_owned());
    if let Some((file, line)) = cell("location").as_deref().and_then(|it| it.rsplit_once(':')) {
        unit.file = file.into();
        // A location in another form is ignored.
        unit.line = line.parse().unwrap_or(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_guarded() {
        for (text, written) in [
            ("=1+1", "'=1+1"),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\tx", "'\tx"),
            ("\rx", "'\rx"),
            ("\nx", "'\nx"),
            ("\0x", "'\0x"),
            ("＝1", "'＝1"),
            ("＋1", "'＋1"),
            ("－1", "'－1"),
            ("＠x", "'＠x"),
            (" =1", "' =1"),
            ("\"=1", "'\"=1"),
            ("'=1", "''=1"),
            ("a;=1;b", "a;'=1;b"),
            ("a;\"=1", "a;'\"=1"),
            ("a\n=1", "a\n'=1"),
            ("'tis", "'tis"),
            ("''", "''"),
            ("a, -1", "a, -1"),
            ("a = b", "a = b"),
            ("", ""),
        ] {
            assert_eq!(guarded(text), written);
            assert_eq!(unguarded(written), text);
        }
        assert_eq!(unguarded("=1+1"), "=1+1", "a program has taken the guard away");
    }
}
