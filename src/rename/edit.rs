//! Changes of texts at places, collected by file; and changes of YAML values, which keep their
//! style.
//!
//! All places are those of the texts before the rename, so the steps of a rename need not know each
//! other's changes.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use super::Renaming;
use crate::base::yaml::{self, Entry, Node, Value};
use crate::load::Inputs;

/// Replacements of byte ranges, by the old name of the file.
#[derive(Debug, Default)]
pub(super) struct Edits {
    files: BTreeMap<String, Vec<(Range<usize>, String)>>,
}

impl Edits {
    /// Replaces a range of a file.
    pub(super) fn replace(&mut self, file: &str, range: Range<usize>, text: impl Into<String>) {
        self.files.entry(file.to_owned()).or_default().push((range, text.into()));
    }

    /// Returns the files after the rename, with all changes so far.
    pub(super) fn apply(&self, renaming: &Renaming, before: &Inputs) -> Arc<Inputs> {
        let moved = before.with_names(renaming.files.iter().map(|(old, new)| (&**old, new.as_str())));
        let changed = self.files.iter().filter_map(|(file, edits)| {
            let text = before.text(file)?;
            Some((renaming.file(file).to_owned(), applied(text, edits)))
        });
        Arc::new(moved.with_texts(changed))
    }
}

/// Returns a text with some ranges replaced. Of two ranges that overlap, the first is replaced.
pub(super) fn applied(text: &str, edits: &[(Range<usize>, String)]) -> String {
    let mut edits: Vec<&(Range<usize>, String)> = edits.iter().collect();
    edits.sort_by_key(|(range, _)| (range.start, range.end));
    let mut changed = String::with_capacity(text.len());
    let mut at = 0;
    for (range, new) in edits {
        if range.start < at {
            continue;
        }
        changed.push_str(&text[at..range.start]);
        changed.push_str(new);
        at = range.end;
    }
    changed.push_str(&text[at..]);
    changed
}

/// Writes a new value of a scalar, key or value, in the style of the old one.
pub(super) fn scalar(raw: &str, new: &str) -> String {
    let inside = |quote: char| format!("{quote}{new}{quote}");
    let is_simple = !new.contains(['"', '\'', '\\']) && !new.contains(char::is_control);
    match raw.chars().next() {
        Some(quote @ ('"' | '\'')) if is_simple => inside(quote),
        Some('"' | '\'') => yaml::quoted(new),
        _ => yaml::path(new),
    }
}

/// Writes a text in which some parts are replaced, in the style of the old one. The parts are those
/// of the text's value; each pair is the old part and the new one, in their order.
pub(super) fn replaced_in_scalar(raw: &str, value: &str, parts: &[(Range<usize>, String)]) -> String {
    let wanted = applied(value, parts);
    let mut changed = String::with_capacity(raw.len());
    let mut rest = raw;
    for (range, new) in parts {
        // The value differs from its spelling only by escapes, quotes and folded lines. The
        // brackets before the part distinguish it from the same words in the text.
        let context = value[..range.start].char_indices().rev().nth(1).map_or(range.start, |(at, _)| at);
        let before = range.start - context;
        let found = rest.find(&value[context..range.end]).map(|at| at + before);
        let Some(at) = found.or_else(|| rest.find(&value[range.clone()])) else { return yaml::quoted(&wanted) };
        changed.push_str(&rest[..at]);
        changed.push_str(new);
        rest = &rest[at + range.len()..];
    }
    changed.push_str(rest);
    let is_read_back = || {
        let text = format!("a: {changed}\n");
        let node = yaml::read(&"text".into(), &text, 0..text.len()).ok()?;
        let Value::Map(entries) = node.value else { return None };
        matches!(&entries.first()?.node.value, Value::Text(read) if *read == wanted).then_some(())
    };
    let is_block = raw.contains('\n') && !raw.starts_with(['"', '\'']);
    if is_block || is_read_back().is_some() { changed } else { yaml::quoted(&wanted) }
}

/// A list `aliases` in a mapping, and the mapping's form.
pub(super) struct AliasList<'a> {
    pub(super) text: &'a str,
    pub(super) entries: &'a [Entry],
    /// True if the mapping is written between braces.
    pub(super) is_flow: bool,
    /// The entry after which a new list goes; `None` for the end of the mapping at `end`.
    pub(super) after: Option<&'a Entry>,
    /// The end of the mapping, at the beginning of a line.
    pub(super) end: usize,
}

const ALIASES: &str = "aliases";

impl AliasList<'_> {
    /// Returns the items of the list.
    pub(super) fn items(&self) -> impl Iterator<Item = &Node> {
        self.entry().into_iter().flat_map(|entry| entry.node.items()).filter(|node| matches!(node.value, Value::Text(_)))
    }

    fn entry(&self) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.key == ALIASES)
    }

    /// Returns the replacement that adds an item to the end of the list.
    pub(super) fn add(&self, item: &str) -> (Range<usize>, String) {
        let item = yaml::path(item);
        let Some(entry) = self.entry() else { return self.add_list(&item) };
        match &entry.node.value {
            Value::List(items) => match items.last() {
                Some(last) if self.is_block_list(&entry.node) => {
                    let (start, end) = (self.line_start(last.place.start), self.line_end(last.place.end));
                    let before = &self.text[start..last.place.start];
                    self.line_after(end, &format!("{before}{item}"))
                }
                Some(last) => (last.place.end..last.place.end, format!(", {item}")),
                None => (entry.node.place.start..self.end_of(&entry.node), format!("[{item}]")),
            },
            Value::Text(_) => {
                let range = entry.node.place.range();
                (range.clone(), format!("[{}, {item}]", &self.text[range]))
            }
            _ => (self.line_end(entry.key_place.end)..self.line_end(entry.key_place.end), format!(" [{item}]")),
        }
    }

    fn add_list(&self, item: &str) -> (Range<usize>, String) {
        let list = format!("{ALIASES}: [{item}]");
        match self.after {
            Some(after) if self.is_flow => {
                let end = self.end_of(&after.node);
                (end..end, format!(", {list}"))
            }
            Some(after) => {
                let indent = self.text[self.line_start(after.key_place.start)..after.key_place.start].chars().count();
                self.line_after(self.line_end(self.end_of(&after.node)), &format!("{}{list}", " ".repeat(indent)))
            }
            None => (self.end..self.end, format!("{list}\n")),
        }
    }

    /// Returns the replacement that removes an item, and the list with its last item.
    pub(super) fn remove(&self, item: &Node) -> Range<usize> {
        let entry = self.entry().expect("the item is in the list");
        let items = entry.node.items();
        if items.len() == 1 {
            if self.is_flow {
                let entries = self.entries.iter().map(|it| it.key_place.start..self.end_of(&it.node));
                return self.cut(entries, entry.key_place.start);
            }
            return self.lines(entry.key_place.start, self.end_of(&entry.node));
        }
        if self.is_block_list(&entry.node) {
            return self.lines(item.place.start, item.place.end);
        }
        self.cut(items.iter().map(|it| it.place.range()), item.place.start)
    }

    /// Returns the end of a value, with the bracket that closes it. The place of a list or a
    /// mapping in brackets ends before that bracket.
    fn end_of(&self, node: &Node) -> usize {
        let closing = match (&node.value, self.text.as_bytes().get(node.place.start)) {
            (Value::List(_), Some(b'[')) => ']',
            (Value::Map(_), Some(b'{')) => '}',
            _ => return node.place.end,
        };
        let last = match &node.value {
            Value::List(items) => items.last(),
            Value::Map(entries) => entries.last().map(|entry| &entry.node),
            _ => None,
        };
        let inside = last.map_or(node.place.start + 1, |last| self.end_of(last));
        self.text[inside..].find(closing).map_or(node.place.end, |at| inside + at + 1)
    }

    /// Returns the range of one of several parts between commas, with a comma.
    fn cut(&self, parts: impl Iterator<Item = Range<usize>>, start: usize) -> Range<usize> {
        let parts: Vec<Range<usize>> = parts.collect();
        let at = parts.iter().position(|part| part.start == start).expect("the part is among them");
        match (at.checked_sub(1), parts.get(at + 1)) {
            (Some(before), _) => parts[before].end..parts[at].end,
            (None, Some(next)) => parts[at].start..next.start,
            (None, None) => parts[at].clone(),
        }
    }

    fn is_block_list(&self, node: &Node) -> bool {
        matches!(node.value, Value::List(_)) && !self.text[node.place.start..].starts_with('[')
    }

    fn line_start(&self, at: usize) -> usize {
        self.text[..at].rfind('\n').map_or(0, |end| end + 1)
    }

    /// Returns the end of a line, before its line break.
    fn line_end(&self, at: usize) -> usize {
        let end = self.text[at..].find('\n').map_or(self.text.len(), |length| at + length);
        end - usize::from(self.text[at..end].ends_with('\r'))
    }

    fn line_after(&self, end: usize, line: &str) -> (Range<usize>, String) {
        let ending = if self.text[end..].starts_with('\r') { "\r\n" } else { "\n" };
        (end..end, format!("{ending}{line}"))
    }

    /// Returns the range of whole lines, with the line break before them.
    fn lines(&self, start: usize, end: usize) -> Range<usize> {
        let (start, end) = (self.line_start(start), self.line_end(end));
        let after = self.text[end..].len() - self.text[end..].trim_start_matches('\r').len();
        match self.text[end + after..].strip_prefix('\n') {
            Some(_) => start..end + after + 1,
            None => start.saturating_sub(1)..end,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Adds `/new/` to the aliases of a text, and removes it again.
    fn changed(text: &str, after: Option<&str>) -> String {
        let list = |text: &str, change: &dyn Fn(&AliasList<'_>) -> (Range<usize>, String)| {
            let root = yaml::read(&"a.yaml".into(), text, 0..text.len()).expect(text);
            let Value::Map(entries) = &root.value else { panic!("a mapping") };
            let after = after.and_then(|key| entries.iter().find(|entry| entry.key == key));
            let is_flow = text[root.place.start..].starts_with('{');
            applied(text, &[change(&AliasList { text, entries, is_flow, after, end: text.len() })])
        };
        let added = list(text, &|list| list.add("/new/"));
        let removed = list(&added, &|list| {
            let new =
                list.items().find(|node| matches!(&node.value, Value::Text(text) if text == "/new/")).expect("it was added");
            (list.remove(new), String::new())
        });
        assert_eq!(removed, text, "{added}");
        added
    }

    #[test]
    fn aliases_are_added_in_the_style_of_the_mapping() {
        for (text, after, wanted) in [
            ("title: T\n", None, "title: T\naliases: [/new/]\n"),
            ("aliases: [/a/] # old\nb: 1\n", None, "aliases: [/a/, /new/] # old\nb: 1\n"),
            ("aliases:\n  - /a/ # old\nb: 1\n", None, "aliases:\n  - /a/ # old\n  - /new/\nb: 1\n"),
            ("key: k # yes\nb: [x,\n  y]\n", Some("key"), "key: k # yes\naliases: [/new/]\nb: [x,\n  y]\n"),
            ("b: [x,\n  y] # z\nc: 1\n", Some("b"), "b: [x,\n  y] # z\naliases: [/new/]\nc: 1\n"),
            ("{key: k, b: [x, {y: z} ]}\n", Some("key"), "{key: k, aliases: [/new/], b: [x, {y: z} ]}\n"),
            ("{key: k, b: [x, {y: z} ]}\n", Some("b"), "{key: k, b: [x, {y: z} ], aliases: [/new/]}\n"),
            ("key: k\r\nb: 1\r\n", Some("key"), "key: k\r\naliases: [/new/]\r\nb: 1\r\n"),
        ] {
            assert_eq!(changed(text, after), wanted);
        }
    }

    #[test]
    fn scalars_keep_their_style() {
        for (raw, new, wanted) in [
            ("a/b", "c/d", "c/d"),
            ("\"a\"", "b", "\"b\""),
            ("'a'", "b c", "'b c'"),
            ("a", "b: c", "\"b: c\""),
            ("'a'", "it's", "\"it's\""),
        ] {
            assert_eq!(scalar(raw, new), wanted);
        }
        let parts = [(6..7, "xyz".to_owned())];
        assert_eq!(replaced_in_scalar("\"\\\"a\\\" [[a]]\"", "\"a\" [[a]]", &parts), "\"\\\"a\\\" [[xyz]]\"");
        assert_eq!(replaced_in_scalar("a [[a]] # a", "a [[a]]", &[(4..5, "xyz".to_owned())]), "a [[xyz]] # a");
    }
}
