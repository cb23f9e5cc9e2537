//! YAML with places. No other file uses the YAML library.
//!
//! [`read`] turns a text into a tree of [`Node`]s in which every value has its byte range.
//! [`Fields`] then takes a mapping apart. It collects every problem (unknown keys, doubled keys,
//! tags, control characters, wrong types) instead of stopping at the first, and words it in the
//! project's own terms.
//!
//! Anchors, aliases, merge keys and tags are refused. A reader of a configuration should not have
//! to resolve them, and they let a small file expand into a large one.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_yaml::{Spanned, Tagged, options::DuplicateKeyPolicy, options::MergeKeyPolicy};

use super::diagnostic::Reported;
use super::{Code, Diagnostic, Place, Report, code, suggest};

/// A value with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    pub value: Value,
    pub place: Place,
    /// Spelling of a number or a boolean in the file, which the value does not keep: `1.10`, `007`,
    /// `True`.
    written: Option<Box<str>>,
    /// Doubled keys, tags and control characters at any depth, which [`Fields::of`] reports. Only
    /// the root has them.
    flaws: Vec<Diagnostic>,
}

/// Kinds of YAML values.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    List(Vec<Node>),
    /// Entries in the order of the file, including doubled keys.
    Map(Vec<Entry>),
}

/// One entry of a mapping.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    pub key: String,
    pub key_place: Place,
    pub node: Node,
}

impl Node {
    /// Makes a node from a value and its place.
    pub fn new(value: Value, place: Place) -> Self {
        Self { value, place, written: None, flaws: Vec::new() }
    }

    /// Returns the words for the kind of value in messages.
    pub fn kind(&self) -> &'static str {
        match self.value {
            Value::Null => "nothing",
            Value::Bool(_) => "true or false",
            Value::Int(_) | Value::Float(_) => "a number",
            Value::Text(_) => "text",
            Value::List(_) => "a list",
            Value::Map(_) => "a mapping",
        }
    }

    /// Returns the items of a list. Any other value counts as a list of one.
    pub fn items(&self) -> &[Node] {
        match &self.value {
            Value::List(items) => items,
            _ => std::slice::from_ref(self),
        }
    }

    /// Returns the diagnostic that this value is not of the `expected` kind.
    pub fn wrong_type(&self, expected: &str) -> Diagnostic {
        Diagnostic::at(&code::WRONG_TYPE, self.place.clone(), format!("expected {expected}, found {}", self.kind()))
    }
}

/// Reads the YAML document in the byte range `range` of a file's `text`.
///
/// An empty document is an empty mapping. Places count from the beginning of the file.
pub fn read(file: &Arc<str>, text: &str, range: Range<usize>) -> Result<Node, Diagnostic> {
    let source = &text[range.clone()];
    let mut options = serde_yaml::Options::default();
    options.duplicate_keys = DuplicateKeyPolicy::PassThrough;
    options.merge_keys = MergeKeyPolicy::AsOrdinary;
    if let Some(budget) = &mut options.budget {
        budget.max_aliases = 0;
        budget.max_anchors = 0;
        budget.max_depth = 16;
    }
    // Tags are refused below, so the library need not compare this one with its value.
    options.ignore_binary_tag_for_string = true;
    let raw = serde_yaml::from_str_with_options::<Option<Placed<Raw>>>(source, options);
    let places = Places { file, source, base: range.start };
    match raw {
        Ok(Some(raw)) => {
            let mut flaws = Vec::new();
            let node = places.node(raw, &mut flaws);
            Ok(Node { flaws, ..node })
        }
        Ok(None) => Ok(Node::new(Value::Map(Vec::new()), Place::new(file, range))),
        Err(error) => {
            let error = error.without_snippet();
            let place =
                error.location().map_or_else(|| Place::new(file, range.start..range.start), |location| places.at(location));
            // The library rejects a value that does not match its tag before it reports the tag.
            let before = text[range.start..place.start.max(range.start)].split_whitespace().next_back().unwrap_or("");
            if let Some(tag) = before.strip_prefix('!') {
                return Err(tag_problem(&format!("!{tag}"), &place));
            }
            let message = error.render_with_options(serde_yaml::RenderOptions::default());
            // The library's message may begin with a location and continue on further lines.
            let message = message.lines().next().unwrap_or("the YAML cannot be read").trim_start_matches("error: ");
            let message = match message.split_once(": ") {
                Some((place, rest)) if place.starts_with("line ") => rest,
                _ => message,
            };
            // The library counts lines from the beginning of the YAML, not of the file. The
            // diagnostic has its own place, so the line number is cut off.
            let message = message.rfind(" at line ").map_or(message, |at| &message[..at]).trim_end_matches('.');
            let (message, hint) = match message {
                _ if message.contains("Anchors") || message.contains("Aliases") => (
                    "YAML anchors and aliases (`&`, `*`) are not supported",
                    Some("write the value in full; put a text that begins with `&` or `*` in quotes"),
                ),
                _ if message.starts_with("budget breached") => ("the YAML is too large or nested too deeply", None),
                _ if message.starts_with("mapping values are not allowed") => {
                    ("the line contains a second `: `", Some("put text that contains `: ` in quotes"))
                }
                _ if message.starts_with("tabs disallowed") => ("the line is indented with a tab", Some("indent with spaces")),
                _ => (message, None),
            };
            Err(Diagnostic::at(&code::YAML_SYNTAX, place, message).maybe_hint(hint.map(str::to_owned)))
        }
    }
}

/// Tree from the library, before its locations become places.
enum Raw {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    List(Vec<Placed<Raw>>),
    Map(Vec<(Placed<RawKey>, Placed<Raw>)>),
}

/// Node of the library's tree, with its location and its tag.
type Placed<T> = Spanned<Tagged<T>>;

/// A key: any scalar, as text.
struct RawKey(String);

impl<'de> Deserialize<'de> for RawKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(RawKey)
    }
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct RawVisitor;
        impl<'de> Visitor<'de> for RawVisitor {
            type Value = Raw;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a YAML value")
            }
            fn visit_unit<E: de::Error>(self) -> Result<Raw, E> {
                Ok(Raw::Null)
            }
            fn visit_none<E: de::Error>(self) -> Result<Raw, E> {
                Ok(Raw::Null)
            }
            fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Raw, D::Error> {
                Raw::deserialize(deserializer)
            }
            fn visit_bool<E: de::Error>(self, value: bool) -> Result<Raw, E> {
                Ok(Raw::Bool(value))
            }
            fn visit_i64<E: de::Error>(self, value: i64) -> Result<Raw, E> {
                Ok(Raw::Int(value))
            }
            fn visit_u64<E: de::Error>(self, value: u64) -> Result<Raw, E> {
                Ok(i64::try_from(value).map_or(Raw::Float(value as f64), Raw::Int))
            }
            fn visit_f64<E: de::Error>(self, value: f64) -> Result<Raw, E> {
                Ok(Raw::Float(value))
            }
            fn visit_str<E: de::Error>(self, value: &str) -> Result<Raw, E> {
                Ok(Raw::Text(value.to_owned()))
            }
            fn visit_string<E: de::Error>(self, value: String) -> Result<Raw, E> {
                Ok(Raw::Text(value))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Raw, A::Error> {
                let mut list = Vec::new();
                while let Some(item) = items.next_element()? {
                    list.push(item);
                }
                Ok(Raw::List(list))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Raw, A::Error> {
                let mut map = Vec::new();
                while let Some(entry) = entries.next_entry()? {
                    map.push(entry);
                }
                Ok(Raw::Map(map))
            }
        }
        deserializer.deserialize_any(RawVisitor)
    }
}

/// Converts the library's locations to places in the file.
struct Places<'a> {
    file: &'a Arc<str>,
    source: &'a str,
    base: usize,
}

impl Places<'_> {
    fn node(&self, raw: Placed<Raw>, flaws: &mut Vec<Diagnostic>) -> Node {
        let place = self.at(raw.referenced);
        let Tagged(raw, tag) = raw.value;
        flaws.extend(tag.map(|tag| tag_problem(&tag, &place)));
        let written = matches!(raw, Raw::Bool(_) | Raw::Int(_) | Raw::Float(_))
            .then(|| self.source[place.start - self.base..place.end - self.base].into());
        let value = match raw {
            Raw::Null => Value::Null,
            Raw::Bool(value) => Value::Bool(value),
            Raw::Int(value) => Value::Int(value),
            Raw::Float(value) => Value::Float(value),
            Raw::Text(value) => Value::Text(printable(value, &place, flaws)),
            Raw::List(items) => Value::List(items.into_iter().map(|item| self.node(item, flaws)).collect()),
            Raw::Map(entries) => {
                let mut seen: HashMap<String, Place> = HashMap::with_capacity(entries.len());
                let mut map = Vec::with_capacity(entries.len());
                for (key, node) in entries {
                    let key_place = self.at(key.referenced);
                    let Tagged(RawKey(key), tag) = key.value;
                    flaws.extend(tag.map(|tag| tag_problem(&tag, &key_place)));
                    let key = printable(key, &key_place, flaws);
                    match seen.get(&key) {
                        Some(first) => {
                            flaws
                                .report(&code::DUPLICATE_KEY, &key_place, format!("the key `{key}` is given twice"))
                                .also(first, "first given here");
                        }
                        None => _ = seen.insert(key.clone(), key_place.clone()),
                    }
                    map.push(Entry { key_place, key, node: self.node(node, flaws) });
                }
                Value::Map(map)
            }
        };
        Node { value, place, written, flaws: Vec::new() }
    }

    fn at(&self, location: serde_yaml::Location) -> Place {
        let span = location.span();
        let (start, length) = match (span.byte_offset(), span.byte_len()) {
            (Some(start), Some(length)) => (start as usize, length as usize),
            // Without byte offsets: from the line and the column to the end of that line.
            _ => {
                let line = (location.line() as usize).max(1);
                let line_start: usize = self.source.split_inclusive('\n').take(line - 1).map(str::len).sum();
                let rest = &self.source[line_start.min(self.source.len())..];
                let rest = rest.lines().next().unwrap_or("");
                let column = (location.column() as usize).max(1) - 1;
                let skip: usize = rest.chars().take(column).map(char::len_utf8).sum();
                (line_start + skip, rest.len() - skip)
            }
        };
        let start = super::place::floor_char_boundary(self.source, start);
        let end = super::place::floor_char_boundary(self.source, start + length);
        // The span of a block includes the blank space after it; the place ends with the text.
        let end = start + self.source[start..end].trim_end().len();
        Place::new(self.file, self.base + start..self.base + end)
    }
}

/// Returns the diagnostic for a tag, given by its full name: `tag:yaml.org,2002:binary` for
/// `!!binary`.
fn tag_problem(tag: &str, place: &Place) -> Diagnostic {
    let tag = tag.strip_prefix("tag:yaml.org,2002:").map_or_else(|| tag.to_owned(), |name| format!("!!{name}"));
    Diagnostic::at(&code::YAML_SYNTAX, place.clone(), format!("the YAML tag `{tag}` is not supported"))
        .hint("remove the tag; put a text that begins with `!` in quotes")
}

/// Replaces control characters by U+FFFD and reports the first one.
fn printable(text: String, place: &Place, flaws: &mut Vec<Diagnostic>) -> String {
    let Some(wrong) = text.chars().find(|&c| is_refused(c)) else { return text };
    let message = format!("the text contains the control character U+{:04X}", u32::from(wrong));
    flaws.report(&code::BAD_VALUE, place, message).hint("remove the character");
    text.replace(is_refused, "\u{fffd}")
}

/// Returns true for control characters that no value may contain.
pub fn is_refused(c: char) -> bool {
    c.is_control() && !matches!(c, '\t' | '\n' | '\r')
}

/// Returns the entries of a node that should be a mapping; `name` is its name in messages ("a
/// chapter").
///
/// For the root of a document it also reports doubled keys, tags and control characters at any
/// depth.
pub fn entries<'n>(node: &'n Node, name: &str, problems: &mut Vec<Diagnostic>) -> Option<&'n [Entry]> {
    problems.extend(node.flaws.iter().cloned());
    match &node.value {
        Value::Map(entries) => Some(entries),
        Value::Null => Some(&[]),
        _ => {
            problems.push(node.wrong_type(&format!("a mapping (`key: value`) for {name}")));
            None
        }
    }
}

/// Takes a mapping apart, key by key, and reports the remaining keys.
///
/// Each `take_*` and `require_*` call also declares its key. [`Fields::finish`] reports every
/// undeclared key of the mapping, and suggests a declared one.
#[derive(Debug)]
pub struct Fields<'n, 'p> {
    entries: &'n [Entry],
    place: Place,
    known: Vec<&'static str>,
    problems: &'p mut Vec<Diagnostic>,
}

impl<'n, 'p> Fields<'n, 'p> {
    /// Starts with a node that should be a mapping; see [`entries`].
    pub fn of(node: &'n Node, name: &str, problems: &'p mut Vec<Diagnostic>) -> Option<Self> {
        let entries = entries(node, name, problems)?;
        Some(Self { entries, place: node.place.clone(), known: Vec::new(), problems })
    }

    /// Returns the place of the mapping.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// Returns the list that further problems are added to.
    pub fn problems(&mut self) -> &mut Vec<Diagnostic> {
        self.problems
    }

    /// Returns the value of a key. An explicit null counts as absent.
    pub fn take(&mut self, key: &'static str) -> Option<&'n Node> {
        self.known.push(key);
        let entry = self.entries.iter().find(|entry| entry.key == key)?;
        (entry.node.value != Value::Null).then_some(&entry.node)
    }

    /// Returns the value of a required key; reports a missing one.
    pub fn require(&mut self, key: &'static str) -> Option<&'n Node> {
        let found = self.take(key);
        if found.is_none() {
            self.problems.report(&code::MISSING_KEY, &self.place, format!("the key `{key}` is missing"));
        }
        found
    }

    /// Returns the text at a key. Numbers and booleans keep their spelling.
    pub fn take_text(&mut self, key: &'static str) -> Option<String> {
        let node = self.take(key)?;
        text(node, self.problems)
    }

    /// Returns the text at a required key; reports a missing one.
    pub fn require_text(&mut self, key: &'static str) -> Option<String> {
        let node = self.require(key)?;
        text(node, self.problems)
    }

    /// Returns the boolean at a key.
    pub fn take_bool(&mut self, key: &'static str) -> Option<bool> {
        let node = self.take(key)?;
        match node.value {
            Value::Bool(value) => Some(value),
            _ => {
                self.problems.push(node.wrong_type("true or false"));
                None
            }
        }
    }

    /// Returns the whole number at a key.
    pub fn take_int(&mut self, key: &'static str) -> Option<i64> {
        let node = self.take(key)?;
        int(node, self.problems)
    }

    /// Returns the items of a list. A single value counts as a list of one.
    pub fn take_list(&mut self, key: &'static str) -> &'n [Node] {
        self.take(key).map_or(&[], Node::items)
    }

    /// Returns the texts of a list. A single text counts as a list of one.
    pub fn take_texts(&mut self, key: &'static str) -> Vec<String> {
        let items = self.take_list(key);
        items.iter().filter_map(|item| text(item, self.problems)).collect()
    }

    /// Returns the text at a required key, with its place; reports a missing one.
    pub fn require_placed(&mut self, key: &'static str) -> Option<(String, Place)> {
        let node = self.require(key)?;
        placed_text(node, self.problems)
    }

    /// Returns the text at a key, with its place.
    pub fn take_placed(&mut self, key: &'static str) -> Option<(String, Place)> {
        let node = self.take(key)?;
        placed_text(node, self.problems)
    }

    /// Returns the texts of a list, each with its place. A single text counts as a list of one.
    pub fn take_placed_list(&mut self, key: &'static str) -> Vec<(String, Place)> {
        let items = self.take_list(key);
        items.iter().filter_map(|item| placed_text(item, self.problems)).collect()
    }

    /// Returns the entries of a mapping with free keys.
    pub fn take_map(&mut self, key: &'static str) -> &'n [Entry] {
        let Some(node) = self.take(key) else { return &[] };
        match &node.value {
            Value::Map(entries) => entries,
            _ => {
                self.problems.push(node.wrong_type("a mapping"));
                &[]
            }
        }
    }

    /// Reports every key of the mapping that no `take_*` call named.
    pub fn finish(self) {
        for entry in self.entries {
            if !self.known.contains(&entry.key.as_str()) {
                let hint = suggest::did_you_mean(&entry.key, self.known.iter().copied())
                    .unwrap_or_else(|| format!("the keys allowed here are: {}", self.known.join(", ")));
                self.problems.report(&code::UNKNOWN_KEY, &entry.key_place, format!("unknown key `{}`", entry.key)).hint(hint);
            }
        }
    }
}

impl Report for Fields<'_, '_> {
    fn report(&mut self, code: &'static Code, place: impl Into<Place>, message: impl Into<String>) -> Reported<'_> {
        self.problems.report(code, place, message)
    }
}

/// Returns the text of a node. Numbers and booleans keep their spelling.
pub fn text(node: &Node, problems: &mut Vec<Diagnostic>) -> Option<String> {
    match &node.value {
        Value::Text(text) => Some(text.clone()),
        Value::Int(_) | Value::Float(_) | Value::Bool(_) => node.written.as_deref().map(str::to_owned),
        Value::Null | Value::List(_) | Value::Map(_) => {
            problems.push(node.wrong_type("text"));
            None
        }
    }
}

/// Returns the text of a node, with its place.
pub fn placed_text(node: &Node, problems: &mut Vec<Diagnostic>) -> Option<(String, Place)> {
    Some((text(node, problems)?, node.place.clone()))
}

/// Returns the whole number of a node.
pub fn int(node: &Node, problems: &mut Vec<Diagnostic>) -> Option<i64> {
    match node.value {
        Value::Int(number) => Some(number),
        _ => {
            problems.push(node.wrong_type("a whole number"));
            None
        }
    }
}

/// Writes a text as a YAML scalar that is read back as the same text: plain if that is unambiguous,
/// otherwise in quotes.
pub fn scalar(text: &str) -> String {
    const WORDS: [&str; 11] = ["true", "false", "null", "yes", "no", "on", "off", "y", "n", "nan", "inf"];
    let is_plain = text.starts_with(char::is_alphabetic)
        && !text.ends_with(|c: char| c == ':' || c.is_whitespace())
        && !text.contains(": ")
        && !text.contains(" #")
        && !text.contains(is_escaped)
        && !WORDS.contains(&text.to_lowercase().as_str());
    if is_plain { text.to_owned() } else { quoted(text) }
}

/// Writes a path as a YAML scalar that is read back as the same text, also inside `[…]`: plain if
/// it has no signs but those of usual paths, otherwise in quotes.
pub fn path(text: &str) -> String {
    let is_plain = text.starts_with(|c: char| c == '/' || c.is_alphabetic())
        && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '/' | '-' | '_' | '.' | '~'))
        && scalar(text.trim_start_matches('/')) == text.trim_start_matches('/');
    if is_plain { text.to_owned() } else { quoted(text) }
}

/// Returns true for characters that YAML forbids in plain text or reads as line ends.
fn is_escaped(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

/// Writes a text as a YAML scalar in quotes, on one line, that is read back as the same text.
pub fn quoted(text: &str) -> String {
    let mut yaml = String::with_capacity(text.len() + 2);
    yaml.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => yaml.extend(['\\', c]),
            '\n' => yaml.push_str("\\n"),
            _ if is_escaped(c) => yaml.push_str(&format!("\\u{:04x}", u32::from(c))),
            _ => yaml.push(c),
        }
    }
    yaml.push('"');
    yaml
}

/// Writes a node that was read from a file as YAML on one line, with the same value.
pub fn flow(node: &Node) -> String {
    match &node.value {
        Value::Text(text) => quoted(text),
        Value::List(items) => format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", ")),
        Value::Map(entries) => {
            let entry = |entry: &Entry| format!("{}: {}", quoted(&entry.key), flow(&entry.node));
            format!("{{{}}}", entries.iter().map(entry).collect::<Vec<_>>().join(", "))
        }
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) => node.written.as_deref().unwrap_or("null").to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(text: &str) -> Result<Node, Diagnostic> {
        read(&"test.yaml".into(), text, 0..text.len())
    }

    #[test]
    fn every_value_knows_its_bytes() {
        let text = "--- skip\ntitle: Әлем\nlist: [1, two]\n";
        let node = read(&"x".into(), text, 9..text.len()).unwrap();
        let Value::Map(entries) = &node.value else { panic!("a mapping") };
        assert_eq!(&text[entries[0].key_place.range()], "title");
        assert_eq!(&text[entries[0].node.place.range()], "Әлем");
        let Value::List(items) = &entries[1].node.value else { panic!("a list") };
        assert_eq!(items[0].value, Value::Int(1));
        assert_eq!(&text[items[1].place.range()], "two");
    }

    #[test]
    fn all_problems_of_a_mapping_are_reported_at_once() {
        let text = "tilte: a\norder: first\norder: 2\n";
        let node = read_text(text).unwrap();
        let mut problems = Vec::new();
        let mut fields = Fields::of(&node, "a page", &mut problems).unwrap();
        fields.require_text("title");
        fields.take_int("order");
        fields.finish();
        let names: Vec<_> = problems.iter().map(|problem| problem.code.name).collect();
        assert_eq!(names, ["duplicate-key", "missing-key", "wrong-type", "unknown-key"]);
        assert_eq!(problems[3].hints, ["did you mean `title`?"]);
    }

    #[test]
    fn a_node_on_one_line_has_the_same_value() {
        for (text, line) in [
            ("- One, & Two\n- 'a: b'\n", r#"["One, & Two", "a: b"]"#),
            ("[1.10, True, ~, [x]]", r#"[1.10, True, null, ["x"]]"#),
            ("a b:\n  c: 007\n  d: []\n", r#"{"a b": {"c": 007, "d": []}}"#),
        ] {
            let node = read_text(text).unwrap();
            assert_eq!(flow(&node), line);
            assert_eq!(flow(&read_text(line).unwrap()), line);
        }
    }

    #[test]
    fn numbers_and_booleans_are_taken_as_written() {
        for written in ["1.10", "007", "True", "1e3", "0x1F", "-0", "+1", "1_000", "12345678901234567890", ".5", "no", "~x"] {
            for text in [format!("a: {written} # comment\n"), format!("a: [{written}, b]"), format!("a: {written}")] {
                let node = read_text(&text).unwrap();
                let Value::Map(entries) = &node.value else { panic!("a mapping") };
                let node = match &entries[0].node.value {
                    Value::List(items) => &items[0],
                    _ => &entries[0].node,
                };
                assert_eq!(super::text(node, &mut Vec::new()).as_deref(), Some(written), "{text}");
            }
        }
    }

    #[test]
    fn only_texts_that_yaml_reads_otherwise_are_quoted() {
        for text in ["Ресей мен Қытай", "a:b", "a#b", "nothing", "ә1"] {
            assert_eq!(scalar(text), text);
        }
        for text in ["", "-a", "1", "«a»", "a:", "a ", "a: b", "a #b", "a\u{85}b", "a\u{feff}b", "True", "y", "NaN"] {
            assert_eq!(scalar(text), quoted(text));
        }
        assert_eq!(quoted("\"a\\b\"\n\t\u{2028}ә"), r#""\"a\\b\"\n\u0009\u2028ә""#);
    }

    #[test]
    fn quoted_texts_are_read_back() {
        for written in ["", "C:\\new\\", "\"", "a\nb\r\tc", "\u{2028}\u{feff}", "ә 🦀: # ~"] {
            let Value::Map(entries) = read_text(&format!("a: {}", quoted(written))).unwrap().value else { panic!("a mapping") };
            assert_eq!(entries[0].node.value, Value::Text(written.to_owned()));
        }
    }

    fn flaws(text: &str) -> Vec<(String, String)> {
        let mut problems = Vec::new();
        match read_text(text) {
            Ok(node) => drop(Fields::of(&node, "x", &mut problems)),
            Err(problem) => problems.push(problem),
        }
        let at = |problem: &Diagnostic| text[problem.place.as_ref().unwrap().range()].to_owned();
        problems.iter().map(|problem| (problem.message.clone(), at(problem))).collect()
    }

    #[test]
    fn tags_are_refused_at_their_values() {
        for (text, tag, at) in [
            ("a: !!binary aGk=", "!!binary", "aGk="),
            ("a: !!binary no base64", "!!binary", "no base64"),
            ("a: !foo b", "!foo", "b"),
            ("a: !!str 5 # five", "!!str", "5"),
            ("a: !!int five", "!!int", "five"),
            ("a: !<tag:example.org,2026:x> b", "tag:example.org,2026:x", "b"),
            ("a: !!set {b}", "!!set", "{"),
            ("a:\n- !foo [b]", "!foo", "["),
            ("!foo a: b", "!foo", "a"),
            ("!!map {a: b}", "!!map", "{"),
        ] {
            assert_eq!(flaws(text), [(format!("the YAML tag `{tag}` is not supported"), at.to_owned())], "{text}");
        }
        assert_eq!(flaws("a: '!foo'\nb: c!\n"), []);
    }

    #[test]
    fn control_characters_are_reported_and_replaced() {
        for (text, sign) in [("a: \"x\\0y\"", "0000"), ("a: \"x\\ey\"", "001B"), ("a: \"x\\x9by\"", "009B")] {
            let at = text[3..].to_owned();
            assert_eq!(flaws(text), [(format!("the text contains the control character U+{sign}"), at)]);
            let Value::Map(entries) = read_text(text).unwrap().value else { panic!("a mapping") };
            assert_eq!(entries[0].node.value, Value::Text("x\u{fffd}y".to_owned()));
        }
        assert_eq!(flaws("\"a\\0\": b").len(), 1);
        assert_eq!(flaws("a: \"b\\tc\\n\"\nd: |\n  e\n  f\n"), []);
    }

    #[test]
    fn doubled_keys_are_reported_once_at_every_depth() {
        let node = read_text("a: {x: 1, x: 2, x: 3}\nlist:\n- b: {y: 1, y: 2}\na: 4\n").unwrap();
        let mut problems = Vec::new();
        let mut fields = Fields::of(&node, "x", &mut problems).unwrap();
        let a = fields.take("a").unwrap();
        Fields::of(a, "x", fields.problems()).unwrap();
        let found: Vec<_> = problems
            .iter()
            .map(|problem| (problem.message.as_str(), problem.place.as_ref().unwrap().start, problem.others[0].0.start))
            .collect();
        assert_eq!(
            found,
            [
                ("the key `x` is given twice", 10, 4),
                ("the key `x` is given twice", 16, 4),
                ("the key `y` is given twice", 40, 34),
                ("the key `a` is given twice", 46, 0)
            ]
        );
    }

    #[test]
    fn broken_yaml_has_a_place_and_one_line() {
        for text in ["a: [1", "a: b: c", "a: *x", "- a\nb: c", "\"", "{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{", "a: &x 1"] {
            let problem = read_text(text).unwrap_err();
            assert!(problem.place.is_some(), "{text}");
            assert!(!problem.message.contains('\n'), "{text}: {}", problem.message);
        }
    }

    #[test]
    fn an_empty_document_is_an_empty_mapping() {
        for text in ["", "# only a comment\n", "\n\n"] {
            let node = read_text(text).unwrap();
            let mut problems = Vec::new();
            assert!(Fields::of(&node, "x", &mut problems).is_some(), "{text:?}");
        }
    }
}
