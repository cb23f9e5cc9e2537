//! JSON Lines, for scripts: one object a line.

use std::borrow::Cow;
use std::sync::Arc;

use serde_json::Value;

use super::{Batch, ParsedFile, UnitState, text};

/// Writes a batch as JSON Lines.
pub fn write(batch: &Batch) -> String {
    let mut lines = String::with_capacity(batch.units.len() * 500);
    for unit in &batch.units {
        // Written by hand, so that the fields have a fixed order.
        let line = unit.line.to_string();
        let text = |text: &str| Value::from(text).to_string();
        let maybe = |value: Option<&str>| value.map_or_else(|| "null".to_owned(), text);
        let notes: Vec<String> = unit.notes.iter().map(|note| text(note)).collect();
        let fields = [
            ("id", text(&unit.address())),
            ("source_language", maybe(batch.source.as_deref())),
            ("target_language", maybe(batch.target.as_deref())),
            ("source", text(&unit.source)),
            ("target", text(&unit.target)),
            ("state", text(unit.state.name())),
            ("previous", maybe(unit.previous.as_deref())),
            ("heading", maybe(unit.heading.as_deref())),
            ("notes", format!("[{}]", notes.join(","))),
            ("file", text(&unit.file)),
            ("line", line),
            ("base", maybe(unit.base.as_deref())),
        ];
        let fields: Vec<String> = fields.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
        lines.push_str(&format!("{{{}}}\n", fields.join(",")));
    }
    lines
}

/// Reads JSON Lines. Unknown fields are ignored.
pub fn read(file: &Arc<str>, text: &str) -> ParsedFile {
    let mut found = ParsedFile::default();
    for (range, line) in text::lines(text) {
        if found.is_garbage() {
            break;
        }
        if line.trim().is_empty() {
            continue;
        }
        let object = match serde_json::from_str::<Value>(line) {
            Ok(Value::Object(object)) => object,
            Ok(_) => {
                found
                    .problem(file, range, "the line is not a JSON object")
                    .push_hint("write one JSON object a line: `{\"id\": …}`");
                continue;
            }
            Err(error) => {
                // The error's columns count bytes from one.
                let at = (range.start + error.column().saturating_sub(1)).min(range.end);
                let at = crate::base::place::floor_char_boundary(text, at);
                let message = error.to_string();
                let message = message.rfind(" at line ").map_or(message.as_str(), |at| &message[..at]);
                found.problem(file, at..at, format!("the line is not valid JSON: {message}"));
                continue;
            }
        };
        let text = |name: &str| object.get(name).and_then(Value::as_str);
        let (Some(address), Some(source)) = (text("id"), text("source")) else {
            let problem = found.problem(file, range, "the object has no `id` or no `source`");
            problem.push_hint("give both keys a text, as `tilmash export --to jsonl` does");
            continue;
        };
        let target = match object.get("target") {
            Some(Value::String(target)) => target.clone(),
            Some(Value::Null) => String::new(),
            other => {
                let what = if other.is_some() { "`target` of the object is not a text" } else { "the object has no `target`" };
                found
                    .problem(file, range, what)
                    .push_hint("write the translation into `target`, or an empty text if there is none");
                continue;
            }
        };
        let Some(mut unit) = found.unit_at(file, address, &range) else { continue };
        unit.source = source.to_owned();
        unit.state = match text("state") {
            _ if target.is_empty() => UnitState::Missing,
            state => state.map_or(UnitState::Current, UnitState::of_translated),
        };
        unit.target = target;
        unit.previous = text("previous").map(str::to_owned);
        unit.heading = text("heading").map(str::to_owned);
        unit.base = text("base").map(str::to_owned);
        unit.file = text("file").unwrap_or("").into();
        unit.line = object.get("line").and_then(Value::as_u64).unwrap_or(0) as usize;
        if let Some(Value::Array(notes)) = object.get("notes") {
            unit.notes = notes.iter().filter_map(Value::as_str).map(str::to_owned).collect();
        }
        found.languages(file, &range, "lines", |name| text(name).map(Cow::Borrowed));
        found.push(file, unit, range);
    }
    found
}
