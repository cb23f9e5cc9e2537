//! CSV, for spreadsheets: the columns that translate-toolkit and Weblate know, and ours after them.
//!
//! Cells are as they are, with the Markdown; spreadsheets that separate by semicolon or tab are understood.

use std::collections::BTreeMap;
use std::io::Read;
use std::sync::Arc;

use csv::{QuoteStyle, ReaderBuilder, StringRecord, WriterBuilder};

use super::{BASE, Batch, Found, Standing};

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

/// What is read after a text: a record of its own, unless the text ends within quotation marks. A text that was cut off there looks
/// like a whole one to the reader, and half a translation like all of it.
const END: &str = "\n.\n";

/// A batch as CSV.
pub fn write(batch: &Batch) -> String {
    // All in quotes, so that tools that guess how a file is written guess right.
    let mut writer = WriterBuilder::new().quote_style(QuoteStyle::Always).from_writer(Vec::new());
    let never = "writing to memory does not fail";
    writer.write_record(COLUMNS).expect(never);
    for unit in &batch.units {
        let location = if unit.file.is_empty() { String::new() } else { format!("{}:{}", unit.file, unit.line) };
        // Tools that know none of our own columns empty them; without the base, what is older would win over what is newer.
        let base = unit.base.iter().map(|base| format!("{BASE}{base}"));
        let comments: Vec<String> = unit.notes.iter().cloned().chain(base).collect();
        let record: [&str; 11] = [
            &unit.address(),
            &unit.source,
            &unit.target,
            if unit.standing == Standing::Changed { "True" } else { "" },
            &location,
            unit.heading.as_deref().unwrap_or(""),
            &comments.join("\n"),
            unit.standing.name(),
            unit.previous.as_deref().unwrap_or(""),
            batch.source.as_deref().unwrap_or(""),
            batch.target.as_deref().unwrap_or(""),
        ];
        writer.write_record(record).expect(never);
    }
    String::from_utf8(writer.into_inner().expect(never)).expect("texts are UTF-8")
}

/// Reads CSV; columns that are not known are passed over.
pub fn read(file: &Arc<str>, text: &str) -> Found {
    let mut found = Found::default();
    let first = text.lines().next().unwrap_or("");
    let delimiter = [b',', b';', b'\t'].into_iter().max_by_key(|it| first.bytes().filter(|byte| byte == it).count());
    let mut reader = ReaderBuilder::new()
        .flexible(true)
        .delimiter(delimiter.expect("there are three"))
        .from_reader(text.as_bytes().chain(END.as_bytes()));
    let (columns, width): (BTreeMap<String, usize>, usize) = match reader.headers() {
        Ok(columns) => {
            let named = columns.iter().enumerate().map(|(at, name)| (name.trim().to_ascii_lowercase(), at));
            (named.collect(), columns.len())
        }
        Err(_) => unreachable!("what is read is text in memory"),
    };
    for column in ["id", "source", "target"] {
        if !columns.contains_key(column) {
            let message = format!("the first line names no column `{column}`");
            found.problem(file, 0..first.len(), message).push_hint(format!("columns are: {}", COLUMNS.join(", ")));
        }
    }
    if !found.problems.is_empty() {
        return found;
    }
    let mut record = StringRecord::new();
    loop {
        let start = reader.position().byte() as usize;
        match reader.read_record(&mut record) {
            Ok(true) if record.iter().ne([END.trim()]) || start < text.trim_end().len() => {}
            Ok(_) => break,
            Err(_) => unreachable!("what is read is text in memory, and records may have any length"),
        }
        let end = reader.position().byte() as usize;
        // Empty lines before a record count as its beginning.
        let start = start + (text[start..].len() - text[start..].trim_start_matches(['\n', '\r']).len());
        let range = start..start + text[start..].lines().next().unwrap_or("").len();
        let cell = |name: &str| columns.get(name).and_then(|&at| record.get(at)).filter(|it| !it.is_empty());
        if record.iter().all(str::is_empty) {
            continue;
        }
        let is_open = end >= text.len() + END.len();
        let is_last = end > text.len();
        if is_open || record.len() < if is_last { width } else { 3 } {
            found.problem(file, range, "a row with too few cells").push_hint("the file may be cut off");
            continue;
        }
        let Some(mut unit) = found.unit_at(file, cell("id").unwrap_or(""), &range) else { continue };
        unit.source = cell("source").unwrap_or("").to_owned();
        unit.target = cell("target").unwrap_or("").to_owned();
        let fuzzy = cell("fuzzy").is_some_and(|it| ["true", "1", "x", "yes"].contains(&it.to_ascii_lowercase().as_str()));
        unit.standing = match cell("standing").and_then(Standing::named) {
            _ if unit.target.is_empty() => Standing::Missing,
            _ if fuzzy => Standing::Changed,
            // Tools that know no states empty the other column.
            Some(Standing::Changed) if columns.contains_key("fuzzy") => Standing::Current,
            None | Some(Standing::Missing) => Standing::Current,
            Some(standing) => standing,
        };
        unit.previous = cell("previous").map(str::to_owned);
        unit.heading = cell("context").map(str::to_owned);
        unit.notes = cell("developer_comments").map_or_else(Vec::new, |comments| comments.lines().map(str::to_owned).collect());
        unit.base = unit.notes.pop_if(|last| last.starts_with(BASE)).map(|last| last[BASE.len()..].trim().to_owned());
        if let Some((file, line)) = cell("location").and_then(|it| it.rsplit_once(':')) {
            unit.file = file.into();
            // A location of another form is nobody's loss.
            unit.line = line.parse().unwrap_or(0);
        }
        found.languages(file, &range, "rows", cell);
        found.push(unit, range);
    }
    found
}
