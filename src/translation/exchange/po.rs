//! PO, the format of gettext: `msgctxt` is the address, `#| msgid` the source before it changed.
//!
//! The Markdown is kept as it is. This is the convention of documentation translated with PO, and
//! Poedit and Weblate show and check it best.
//!
//! The writer and reader are our own. The crate `polib` supports neither the previous `msgid` nor
//! the position of a message in the file. Without these a translator sees no change, and a problem
//! has no place.
//!
//! Dates come from the site's configuration and never from a clock, so that the same site makes the
//! same file.

use std::fmt::Write as _;
use std::ops::Range;
use std::sync::Arc;

use super::{BASE, Batch, CUT_OFF, ParsedFile, UnitState, other_encoding, text};
use crate::base::SAVE_AS_UTF8;

/// Prefixes of comments for data that PO has no field for.
const HEADING: &str = "heading: ";
const NOTE: &str = "note: ";
const ACCEPTED: &str = "state: accepted";

/// Writes a batch as a PO file.
pub fn write(batch: &Batch) -> String {
    let mut po = String::with_capacity(batch.units.len() * 400 + 500);
    let date = batch.date.as_deref().unwrap_or("1970-01-01");
    let header = [
        format!("Project-Id-Version: {}\n", one_line(&batch.project)),
        format!("PO-Revision-Date: {date} 00:00+0000\n"),
        "Last-Translator: \n".to_owned(),
        "Language-Team: \n".to_owned(),
        format!("Language: {}\n", batch.target.as_deref().unwrap_or("")),
        "MIME-Version: 1.0\n".to_owned(),
        "Content-Type: text/plain; charset=UTF-8\n".to_owned(),
        "Content-Transfer-Encoding: 8bit\n".to_owned(),
        format!("X-Source-Language: {}\n", batch.source.as_deref().unwrap_or("")),
        concat!("X-Generator: Tilmash ", env!("CARGO_PKG_VERSION"), "\n").to_owned(),
    ];
    field(&mut po, "", "msgid", "");
    field(&mut po, "", "msgstr", &header.concat());
    for unit in &batch.units {
        po.push('\n');
        let heading = unit.heading.iter().map(|heading| format!("{HEADING}{}", one_line(heading)));
        let notes = unit.notes.iter().map(|note| format!("{NOTE}{}", one_line(note)));
        // The base is a translator's comment, since `msgmerge` copies those along with the
        // translation. It takes extracted comments from the other file.
        if let Some(base) = &unit.base {
            writeln!(po, "# {BASE}{base}").expect("writing to a string");
        }
        let accepted = (unit.state == UnitState::Accepted).then(|| ACCEPTED.to_owned());
        for comment in heading.chain(notes).chain(accepted) {
            writeln!(po, "#. {comment}").expect("writing to a string");
        }
        if !unit.file.is_empty() {
            // Gettext wraps a file name with spaces in these characters.
            let file = one_line(&unit.file);
            let file = if file.contains(' ') { format!("\u{2068}{file}\u{2069}") } else { file };
            writeln!(po, "#: {file}:{}", unit.line).expect("writing to a string");
        }
        if unit.state == UnitState::Changed {
            po.push_str("#, fuzzy\n");
        }
        if let Some(previous) = &unit.previous {
            field(&mut po, "#| ", "msgid", previous);
        }
        field(&mut po, "", "msgctxt", &unit.address());
        field(&mut po, "", "msgid", &unit.source);
        field(&mut po, "", "msgstr", &unit.target);
    }
    po
}

/// Writes a field: on one line, or if the text has several lines, each on a line of its own.
fn field(po: &mut String, prefix: &str, keyword: &str, text: &str) {
    let inner = text.strip_suffix('\n').unwrap_or(text);
    po.push_str(prefix);
    po.push_str(keyword);
    if !inner.contains('\n') {
        po.push_str(" \"");
        escape(po, text);
        po.push_str("\"\n");
        return;
    }
    // Each line of the text has a line in the file, as in gettext's output.
    po.push_str(" \"\"\n");
    for line in text.split_inclusive('\n') {
        po.push_str(prefix);
        po.push('"');
        escape(po, line);
        po.push_str("\"\n");
    }
}

/// Writes a text with the escapes of PO.
fn escape(po: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '\\' => po.push_str("\\\\"),
            '"' => po.push_str("\\\""),
            '\n' => po.push_str("\\n"),
            '\t' => po.push_str("\\t"),
            '\r' => po.push_str("\\r"),
            '\u{7}' => po.push_str("\\a"),
            '\u{8}' => po.push_str("\\b"),
            '\u{b}' => po.push_str("\\v"),
            '\u{c}' => po.push_str("\\f"),
            '\0'..'\u{20}' | '\u{7f}' => write!(po, "\\{:03o}", u32::from(c)).expect("writing to a string"),
            c => po.push(c),
        }
    }
}

/// Replaces control characters by spaces, since a comment is one line.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// Reads a PO file. Obsolete entries (`#~`) are ignored.
pub fn read(file: &Arc<str>, text: &str) -> ParsedFile {
    let mut reader = Reader { file, found: ParsedFile::default(), entry: Entry::default() };
    for (range, line) in text::lines(text) {
        if reader.found.is_garbage() {
            return reader.found;
        }
        reader.line(range, line);
    }
    reader.finish_entry();
    reader.found
}

/// Reader of a PO file, line by line.
struct Reader<'a> {
    file: &'a Arc<str>,
    found: ParsedFile,
    entry: Entry,
}

/// Fields of the entry that is being read.
#[derive(Default)]
struct Entry {
    start: Option<Range<usize>>,
    heading: Option<String>,
    notes: Vec<String>,
    accepted: bool,
    base: Option<String>,
    reference: Option<String>,
    fuzzy: bool,
    previous: Option<Vec<u8>>,
    context: Option<Vec<u8>>,
    id: Option<Vec<u8>>,
    text: Option<Vec<u8>>,
    /// The field that a line continues if it begins with a quotation mark.
    last: Option<Field>,
    /// True if a problem of the entry was reported; the entry is then dropped.
    broken: bool,
}

impl Entry {
    /// Reads an extracted comment (`#.`). Comments of other tools are ignored.
    fn comment(&mut self, comment: &str) {
        if let Some(heading) = comment.strip_prefix(HEADING) {
            self.heading = Some(heading.to_owned());
        } else if let Some(note) = comment.strip_prefix(NOTE) {
            self.notes.push(note.to_owned());
        } else {
            self.accepted |= comment == ACCEPTED;
        }
    }
}

/// Field of an entry, which following lines may continue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Previous,
    /// A field without use here: a previous context or a plural.
    Other,
    Context,
    Id,
    Text,
}

impl Reader<'_> {
    fn line(&mut self, range: Range<usize>, line: &str) {
        let trimmed = line.trim_start();
        let begins = trimmed.starts_with('#') || trimmed.starts_with("msgctxt") || trimmed.starts_with("msgid ");
        // A comment or a new message after a translation begins the next entry.
        if trimmed.is_empty() || (begins && self.entry.text.is_some() && self.entry.last != Some(Field::Other)) {
            self.finish_entry();
        }
        if trimmed.is_empty() {
            return;
        }
        match trimmed.strip_prefix('#') {
            None => self.field(range, trimmed, false),
            Some(comment) => {
                if let Some(previous) = comment.strip_prefix('|') {
                    self.field(range, previous.trim_start(), true);
                } else if let Some(flags) = comment.strip_prefix([',', '=']) {
                    self.entry.fuzzy |= flags.split(',').any(|flag| flag.trim() == "fuzzy");
                } else if let Some(reference) = comment.strip_prefix(':') {
                    self.entry.reference.get_or_insert_with(|| reference.trim().to_owned());
                } else if let Some(extracted) = comment.strip_prefix('.') {
                    self.entry.comment(extracted.strip_prefix(' ').unwrap_or(extracted));
                } else if let Some(base) = comment.trim_start().strip_prefix(BASE) {
                    self.entry.base = Some(base.trim().to_owned());
                }
                // All other comments are the translator's own, or obsolete entries.
            }
        }
    }

    fn field(&mut self, range: Range<usize>, line: &str, previous: bool) {
        let keywords = [
            ("msgctxt", if previous { Field::Other } else { Field::Context }),
            ("msgid_plural", Field::Other),
            ("msgid", if previous { Field::Previous } else { Field::Id }),
            ("msgstr[", Field::Other),
            ("msgstr", if previous { Field::Other } else { Field::Text }),
        ];
        let found = keywords.iter().find_map(|(word, field)| Some((*field, line.strip_prefix(word)?)));
        let (field, quoted) = match (found, self.entry.last) {
            (Some((field, rest)), _) => {
                let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == ']');
                self.entry.start.get_or_insert(range.clone());
                (field, rest.trim_start())
            }
            (None, Some(field)) if line.starts_with('"') => (field, line),
            (None, _) => {
                let message = "the line is neither a comment nor part of a PO entry";
                return self.broken(
                    range,
                    message,
                    "write each entry as `msgctxt`, `msgid` and `msgstr`, each with a text in double quotes",
                );
            }
        };
        if field == Field::Other && line.starts_with("msgid_plural") {
            self.broken(
                range.clone(),
                "the entry has plural forms, which Tilmash does not use",
                "remove `msgid_plural`, and write one `msgstr`",
            );
        }
        self.entry.last = Some(field);
        let text = match unescaped(quoted) {
            Ok(text) => text,
            Err(why) => {
                return self.broken(range, why, "write the text in double quotes, with `\\\"` for `\"` and `\\\\` for `\\`");
            }
        };
        let entry = &mut self.entry;
        let place = match field {
            Field::Previous => &mut entry.previous,
            Field::Context => &mut entry.context,
            Field::Id => &mut entry.id,
            Field::Text => &mut entry.text,
            Field::Other => return,
        };
        match place {
            Some(_) if found.is_some() => {
                self.broken(range, "the entry has this keyword twice", "separate entries by an empty line");
            }
            Some(so_far) => so_far.extend(text),
            None => *place = Some(text),
        }
    }

    /// Reports the first problem of an entry. The entry is then dropped.
    fn broken(&mut self, range: Range<usize>, message: &str, hint: &str) {
        if !std::mem::replace(&mut self.entry.broken, true) {
            self.found.problem(self.file, range, message).push_hint(hint);
        }
    }

    /// Makes a unit of the entry that was read, and begins the next one.
    fn finish_entry(&mut self) {
        let entry = std::mem::take(&mut self.entry);
        let Some(start) = entry.start.filter(|_| !entry.broken) else { return };
        let (Some(id), Some(target)) = (entry.id, entry.text) else {
            self.found.problem(self.file, start, "the entry has no `msgid` or no `msgstr`").push_hint(CUT_OFF);
            return;
        };
        let texts = [Some(id), Some(target), entry.context, entry.previous].map(|it| it.map(String::from_utf8).transpose());
        let [Ok(Some(source)), Ok(Some(target)), Ok(context), Ok(previous)] = texts else {
            self.found.problem(self.file, start, "the escaped bytes of the entry are not valid UTF-8");
            return;
        };
        let Some(context) = context else {
            if source.is_empty() {
                return self.header(&start, &target);
            }
            let problem = self.found.problem(self.file, start, "the entry has no `msgctxt`");
            problem.push_hint("write the address of the sentence as its context, such as `msgctxt \"vectors/russia#3.2\"`");
            return;
        };
        let Some(mut unit) = self.found.unit_at(self.file, &context, &start) else { return };
        (unit.base, unit.heading, unit.notes) = (entry.base, entry.heading, entry.notes);
        if let Some((file, line)) = entry.reference.as_deref().and_then(|it| it.rsplit_once(':')) {
            unit.file = file.trim_matches(['\u{2068}', '\u{2069}']).into();
            // A reference in another form is ignored.
            unit.line = line.parse().unwrap_or(0);
        }
        unit.state = match () {
            () if target.is_empty() => UnitState::Missing,
            () if entry.fuzzy => UnitState::Changed,
            () if entry.accepted => UnitState::Accepted,
            () => UnitState::Current,
        };
        (unit.source, unit.target, unit.previous) = (source, target, previous);
        self.found.push(self.file, unit, start);
    }

    /// Reads the file's languages, project and date from its first entry.
    fn header(&mut self, start: &Range<usize>, header: &str) {
        for line in header.lines() {
            let Some((name, value)) = line.split_once(':') else { continue };
            let value = value.trim();
            let said = (!value.is_empty()).then(|| value.to_owned());
            match name {
                "Language" => self.found.batch.target = said,
                "X-Source-Language" => self.found.batch.source = said,
                "Project-Id-Version" => self.found.batch.project = value.to_owned(),
                "PO-Revision-Date" => {
                    let date = value.split(' ').next().unwrap_or("");
                    self.found.batch.date = (date != "1970-01-01").then(|| date.to_owned());
                }
                "Content-Type" => {
                    let charset = value.rsplit_once("charset=").map_or("", |(_, charset)| charset.trim());
                    if !["", "utf-8", "utf8", "us-ascii", "ascii", "charset"].contains(&charset.to_ascii_lowercase().as_str()) {
                        let message = other_encoding(charset);
                        self.found.problem(self.file, start.clone(), message).push_hint(SAVE_AS_UTF8);
                    }
                }
                _ => {}
            }
        }
    }
}

/// Returns the bytes of a quoted text. They may be no UTF-8, since octal and hexadecimal escapes
/// can make any byte.
fn unescaped(quoted: &str) -> Result<Vec<u8>, &'static str> {
    let inner = quoted.trim_end().strip_prefix('"').ok_or("the text is not in double quotes")?;
    let mut bytes = Vec::with_capacity(inner.len());
    let mut rest = inner.as_bytes();
    loop {
        let Some((&byte, after)) = rest.split_first() else { return Err("the text has no closing quotation mark") };
        rest = after;
        match byte {
            b'"' if rest.is_empty() => return Ok(bytes),
            b'"' => return Err("the text contains a quotation mark without `\\` before it"),
            b'\\' => {
                let Some((&escaped, after)) = rest.split_first() else { return Err("the text has no closing quotation mark") };
                rest = after;
                bytes.push(match escaped {
                    b'n' => b'\n',
                    b't' => b'\t',
                    b'r' => b'\r',
                    b'a' => 7,
                    b'b' => 8,
                    b'v' => 11,
                    b'f' => 12,
                    b'"' | b'\\' | b'\'' | b'?' => escaped,
                    b'0'..=b'7' => {
                        let mut value = u32::from(escaped - b'0');
                        for _ in 0..2 {
                            let Some((&digit @ b'0'..=b'7', after)) = rest.split_first() else { break };
                            value = value * 8 + u32::from(digit - b'0');
                            rest = after;
                        }
                        u8::try_from(value).map_err(|_| "the text contains an octal escape above `\\377`")?
                    }
                    b'x' => {
                        let mut value = None;
                        while let Some((digit, after)) = rest.split_first()
                            && let Some(digit) = char::from(*digit).to_digit(16)
                        {
                            value = Some((value.unwrap_or(0) * 16 + digit) & 0xff);
                            rest = after;
                        }
                        value.ok_or("the text contains `\\x` without a hexadecimal number")? as u8
                    }
                    _ => return Err("the text contains an unknown escape"),
                });
            }
            byte => bytes.push(byte),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_comes_back() {
        let text: String = ('\0'..='\u{ff}').collect();
        let mut po = String::from("\"");
        escape(&mut po, &text);
        po.push('"');
        assert_eq!(po.lines().count(), 1);
        assert_eq!(unescaped(&po).unwrap(), text.as_bytes());
    }

    #[test]
    fn escapes_of_other_writers_are_read() {
        for (po, text) in [(r"\x41\x1bz", "A\u{1b}z"), (r"\x141", "A"), (r"\1011\7", "A1\u{7}"), (r"\'\?", "'?")] {
            assert_eq!(unescaped(&format!("\"{po}\"")).as_deref(), Ok(text.as_bytes()), "{po}");
        }
        for po in [r#""\400""#, r#""\x""#, r#""\q""#, r#""a"b""#, r#""a\""#, r#""a"#, "a"] {
            assert!(unescaped(po).is_err(), "{po}");
        }
    }
}
