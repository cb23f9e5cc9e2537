//! Reading of plans: from YAML to types. A value keeps its place if a later stage can find it
//! wrong.
//!
//! This file reports the errors that do not depend on the source text. The stages that use the plan
//! report the others.
//!
//! ```yaml
//! source: text.txt             # path from the folder of the plan
//! sha256: 8289d8…              # digest of the source text; optional
//! language: kk
//! format: markdown             # or text, the default
//! segmentation:
//!   lines: wrapped             # or paragraphs (one a line), or sentences (one or a few a line)
//!   run_together: true         # "end.Next" ends a sentence too
//!   abbreviations: [Mr., i.e.] # a full stop after one ends nothing
//!   initials: false            # then "A. Smith" is two sentences
//!   join: [27]                 # lines that continue the line before
//!   footnote_marks: true       # a lone digit between a small and a capital letter is a mark
//!   break_before: ["2. He"]    # texts that begin a sentence regardless of the rules
//!   no_break_before: ["said he"] # texts that begin no sentence
//!   full_stop: "."             # for sentences without an end; the default with `lines: sentences`
//! repairs:
//!   - {line: 5, found: teh, reading: the, kind: typo, nth: 2, note: {en: Why.}}
//! chapters:
//!   - key: vectors/russia
//!     title: Russia            # optional with at_heading; the default is the heading
//!     description: One sentence.
//!     order: 1                 # the default is the position in this list
//!     aliases: [/kk/old/]      # old paths that redirect to the chapter
//!     paragraphs: [{title: L1.1}, L2.1-L3.2, [L5.1, L9.1], {heading: Results, level: 2}]
//!     at_heading: Part I       # the section under the heading that begins with these words
//!     terms: [Russia, Moscow]  # segments with a word that begins with a term; case is ignored
//!     rest: true               # all segments that no chapter takes
//! cut: {by: headings, level: 1, starts: [Chapter], key: "chapter-{n}", keys: [one, two], order: 1}
//! touches: {L10.1: [central-asia]}
//! notes: {L17.1: {id: ed-1, kk: "…", en: "…"}}
//! ```

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use super::Format;
use crate::base::yaml::{self, Entry, Fields, Node, Value};
use crate::base::{Diagnostic, Place, Report, code, path, suggest};
use crate::model::Key;
use crate::model::key::unusable;

/// The address of a segment, by the source line it starts in: `L16.3` is the third that starts in
/// line 16.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address {
    pub line: usize,
    pub nth: usize,
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "L{}.{}", self.line, self.nth)
    }
}

impl FromStr for Address {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (line, nth) = text.trim().strip_prefix('L').and_then(|rest| rest.split_once('.')).ok_or(())?;
        let number = |digits: &str| match digits.parse() {
            Ok(number) if number > 0 && digits.bytes().all(|byte| byte.is_ascii_digit()) => Ok(number),
            _ => Err(()),
        };
        Ok(Self { line: number(line)?, nth: number(nth)? })
    }
}

/// A plan.
#[derive(Debug)]
pub(super) struct Plan {
    pub sha256: Option<(String, Place)>,
    pub language: String,
    pub segmentation: Segmentation,
    pub repairs: Vec<Repair>,
    pub chapters: Vec<ChapterPlan>,
    pub headings: Option<HeadingPlan>,
    pub touches: Vec<Touch>,
    pub notes: Vec<Note>,
}

/// The rules that cut the source text into segments.
#[derive(Debug)]
pub(super) struct Segmentation {
    pub lines: LineMode,
    pub run_together: bool,
    pub initials: bool,
    pub abbreviations: Vec<String>,
    /// Lines that continue the line before.
    pub join: Vec<(usize, Place)>,
    pub footnote_marks: bool,
    /// Texts at which a sentence begins regardless of the rules, and texts at which none begins.
    pub break_before: Vec<(String, Place)>,
    pub no_break_before: Vec<(String, Place)>,
    /// The full stop that is added to a sentence without a terminator; empty if none is added.
    pub full_stop: String,
}

/// The meaning of a line of the source text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LineMode {
    /// A line is a sentence, or a few.
    Sentences,
    /// Prose with hard line breaks: a blank line separates paragraphs.
    Wrapped,
    /// A line is a paragraph.
    Paragraphs,
    /// Markdown: paragraphs are cut into sentences, everything else is kept whole.
    Markdown,
}

/// One emendation.
#[derive(Debug, Clone)]
pub(super) struct Repair {
    pub line: usize,
    pub found: String,
    pub found_place: Place,
    pub reading: String,
    pub kind: RepairKind,
    pub note: BTreeMap<String, String>,
    /// The number of the occurrence in the line, counted from one.
    pub nth: Option<usize>,
    pub place: Place,
}

/// The reason for an emendation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RepairKind {
    /// A misspelling.
    Typo,
    /// Words run together or torn apart.
    Spacing,
    Punctuation,
    /// Characters read wrongly, such as 11 for XXI.
    Misread,
    /// A stray footnote mark.
    Footnote,
    /// A name in today's spelling.
    Variant,
    Grammar,
    /// A mark for lost text.
    Lost,
    /// The closing full stop that the program itself adds.
    Stop,
}

impl RepairKind {
    /// The kinds a plan can name.
    const NAMED: [Self; 8] =
        [Self::Typo, Self::Spacing, Self::Punctuation, Self::Misread, Self::Footnote, Self::Variant, Self::Grammar, Self::Lost];

    /// Returns the word for the kind in plans, templates and messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Typo => "typo",
            Self::Spacing => "spacing",
            Self::Punctuation => "punctuation",
            Self::Misread => "misread",
            Self::Footnote => "footnote",
            Self::Variant => "variant",
            Self::Grammar => "grammar",
            Self::Lost => "lost",
            Self::Stop => "stop",
        }
    }
}

/// A chapter as planned.
#[derive(Debug)]
pub(super) struct ChapterPlan {
    pub key: Key,
    pub place: Place,
    pub title: Option<String>,
    pub description: Option<String>,
    pub order: i64,
    pub aliases: Vec<String>,
    /// The segments that it takes by address. The next three fields take segments in other ways: by
    /// the heading above them, by a word in them, and all that no chapter takes.
    pub entries: Vec<PlanEntry>,
    pub at_heading: Option<(String, Place)>,
    pub terms: Vec<String>,
    pub rest: bool,
}

/// An entry of a chapter's `paragraphs`.
#[derive(Debug)]
pub(super) enum PlanEntry {
    Paragraph(Vec<Span>),
    /// A heading that the editor adds.
    Heading {
        text: String,
        level: u8,
    },
    /// A segment that is a title: a separate line, to which no full stop is added.
    Title(Address, Place),
}

/// The segments from one address to another, both included.
#[derive(Debug)]
pub(super) struct Span {
    pub first: Address,
    pub last: Address,
    pub place: Place,
}

/// One chapter for each heading of a text: `cut: {by: headings, …}`.
#[derive(Debug)]
pub(super) struct HeadingPlan {
    pub place: Place,
    /// The level of Markdown headings that begin chapters.
    pub level: u8,
    /// Words with which the headings begin. In Markdown, an empty list means all headings of the
    /// level.
    pub starts: Vec<String>,
    /// The keys of the chapters, in order. After the end of the list, `template` makes the key from
    /// the chapter's number, `{n}`.
    pub keys: Vec<(String, Place)>,
    pub template: (String, Place),
    /// The order of the first chapter.
    pub order: i64,
}

/// The other chapters that a segment concerns.
#[derive(Debug)]
pub(super) struct Touch {
    pub address: Address,
    pub place: Place,
    pub keys: Vec<(String, Place)>,
}

/// An editor's note on a sentence.
#[derive(Debug)]
pub(super) struct Note {
    pub address: Address,
    pub place: Place,
    pub id: String,
    /// The text in the plan's language. Texts in other languages are for translators and are not
    /// kept.
    pub text: String,
}

/// Returns the name of the source text as the plan writes it, and its place.
pub(super) fn source_name(file: &Arc<str>, text: &str) -> Result<(String, Place), Vec<Diagnostic>> {
    let node = yaml::read(file, text, 0..text.len()).map_err(|problem| vec![problem])?;
    let mut problems = Vec::new();
    let name = Fields::of(&node, "a split plan", &mut problems).and_then(|mut fields| fields.require_placed("source"));
    name.ok_or(problems)
}

impl Plan {
    /// Reads a plan. Returns `None` if too much is wrong to go on.
    pub(super) fn read(file: &Arc<str>, text: &str, problems: &mut Vec<Diagnostic>) -> Option<Self> {
        let node = match yaml::read(file, text, 0..text.len()) {
            Ok(node) => node,
            Err(problem) => {
                problems.push(problem);
                return None;
            }
        };
        let mut fields = Fields::of(&node, "a split plan", problems)?;
        fields.require_text("source");
        let sha256 = fields.take_placed("sha256");
        let language = match fields.require("language") {
            Some(node) => language(node, fields.problems()),
            None => None,
        };
        let markdown = choice(&mut fields, "format", &[("text", false), ("markdown", true)]).unwrap_or(false);
        let segmentation = fields.take("segmentation");
        let segmentation = Segmentation::read(segmentation, markdown, fields.problems());
        let repairs = list(&mut fields, "repairs", Repair::read);
        let mut order = 0;
        let chapters = list(&mut fields, "chapters", |node, problems| {
            order += 1;
            ChapterPlan::read(node, order, problems)
        });
        let headings = match fields.take("cut") {
            Some(node) => HeadingPlan::read(node, markdown, fields.problems()),
            None => None,
        };
        let touches = touches(fields.take_map("touches"), fields.problems());
        let notes = fields.take_map("notes");
        let notes = match &language {
            Some(language) => read_notes(notes, language, fields.problems()),
            None => Vec::new(),
        };
        fields.finish();
        Some(Self { sha256, language: language?, segmentation, repairs, chapters, headings, touches, notes })
    }
}

impl Segmentation {
    /// Returns the format of the source text.
    pub(super) fn format(&self) -> Format {
        if self.lines == LineMode::Markdown { Format::Markdown } else { Format::Text }
    }

    fn read(node: Option<&Node>, markdown: bool, problems: &mut Vec<Diagnostic>) -> Self {
        let mut rules = Self {
            lines: if markdown { LineMode::Markdown } else { LineMode::Wrapped },
            run_together: false,
            initials: true,
            abbreviations: Vec::new(),
            join: Vec::new(),
            footnote_marks: false,
            break_before: Vec::new(),
            no_break_before: Vec::new(),
            full_stop: String::new(),
        };
        let Some(mut fields) = node.and_then(|node| Fields::of(node, "`segmentation`", problems)) else { return rules };
        let lines = [("sentences", LineMode::Sentences), ("wrapped", LineMode::Wrapped), ("paragraphs", LineMode::Paragraphs)];
        if let Some(lines) = choice(&mut fields, "lines", &lines) {
            if markdown {
                let place = fields.place().clone();
                fields
                    .report(
                        &code::BAD_VALUE,
                        place,
                        "`lines` cannot be used for a Markdown source text, where blank lines separate paragraphs",
                    )
                    .hint("remove `lines`, or remove `format: markdown`");
            } else {
                rules.lines = lines;
            }
        }
        rules.run_together = fields.take_bool("run_together").unwrap_or(rules.run_together);
        rules.initials = fields.take_bool("initials").unwrap_or(rules.initials);
        rules.footnote_marks = fields.take_bool("footnote_marks").unwrap_or(rules.footnote_marks);
        rules.abbreviations = fields.take_texts("abbreviations");
        for abbreviation in &mut rules.abbreviations {
            *abbreviation = abbreviation.trim().trim_end_matches('.').to_owned();
        }
        rules.abbreviations.retain(|abbreviation| !abbreviation.is_empty());
        for node in fields.take_list("join") {
            if let Some(line) = line_number(node, fields.problems()) {
                rules.join.push((line, node.place.clone()));
            }
        }
        rules.break_before = trimmed_texts(&mut fields, "break_before");
        rules.no_break_before = trimmed_texts(&mut fields, "no_break_before");
        // A line that is a sentence ends with the line, and texts of this kind lack full stops.
        // Prose has its full stops, and a part without one (a heading, a signature) should have
        // none.
        let default = if rules.lines == LineMode::Sentences { "." } else { "" };
        rules.full_stop = fields.take_text("full_stop").unwrap_or_else(|| default.to_owned());
        fields.finish();
        rules
    }
}

impl Repair {
    fn read(node: &Node, problems: &mut Vec<Diagnostic>) -> Option<Self> {
        let mut fields = Fields::of(node, "a repair", problems)?;
        let line = match fields.require("line") {
            Some(node) => line_number(node, fields.problems()),
            None => None,
        };
        let found = fields.require_placed("found");
        let reading = fields.require_text("reading");
        let kinds = RepairKind::NAMED.map(|kind| (kind.name(), kind));
        fields.require("kind");
        let kind = choice(&mut fields, "kind", &kinds);
        let nth = match fields.take("nth") {
            Some(node) => line_number(node, fields.problems()),
            None => None,
        };
        let mut note = BTreeMap::new();
        for entry in fields.take_map("note") {
            if let Some(text) = language_text(entry, fields.problems()) {
                note.insert(entry.key.clone(), text);
            }
        }
        fields.finish();
        let (found, found_place) = found?;
        if found.is_empty() {
            problems
                .report(&code::PLAN_REPAIR, found_place, "`found` of a repair is empty")
                .hint("to insert text, write a neighbouring word in `found`, and the same word with the insertion in `reading`");
            return None;
        }
        let repair =
            Self { line: line?, found, found_place, reading: reading?, kind: kind?, note, nth, place: node.place.clone() };
        if repair.found == repair.reading {
            problems.report(&code::PLAN_REPAIR, &repair.place, "the repair changes nothing: `found` and `reading` are equal");
        }
        Some(repair)
    }
}

impl ChapterPlan {
    fn read(node: &Node, position: i64, problems: &mut Vec<Diagnostic>) -> Option<Self> {
        let mut fields = Fields::of(node, "a chapter", problems)?;
        let key = fields.require_placed("key");
        let at_heading = fields.take_placed("at_heading");
        let title = if at_heading.is_some() { fields.take_text("title") } else { fields.require_text("title") };
        let description = fields.take_text("description");
        let order = fields.take_int("order").unwrap_or(position);
        let aliases = fields.take_texts("aliases");
        let mut entries = Vec::new();
        for node in fields.take_list("paragraphs") {
            entries.extend(PlanEntry::read(node, fields.problems()));
        }
        let mut terms = fields.take_texts("terms");
        terms.retain(|term| !term.trim().is_empty());
        let rest = fields.take_bool("rest").unwrap_or(false);
        if entries.is_empty() && at_heading.is_none() && terms.is_empty() && !rest {
            let place = fields.place().clone();
            fields
                .report(&code::MISSING_KEY, place, "the chapter does not say which parts of the source text it takes")
                .hint("add `paragraphs`, `at_heading`, `terms` or `rest: true` to the chapter");
        }
        fields.finish();
        let (key, place) = key?;
        check_key(&key, &place, problems).then(|| Self {
            key: Key::new(&key),
            place,
            title,
            description,
            order,
            aliases,
            entries,
            at_heading,
            terms,
            rest,
        })
    }
}

impl PlanEntry {
    fn read(node: &Node, problems: &mut Vec<Diagnostic>) -> Option<Self> {
        match &node.value {
            Value::List(nodes) => Some(Self::Paragraph(nodes.iter().filter_map(|node| Span::read(node, problems)).collect())),
            Value::Map(_) => {
                let mut fields = Fields::of(node, "an entry of `paragraphs`", problems)?;
                let heading = fields.take_text("heading");
                let level = fields.take_int("level");
                let title = fields.take("title");
                let place = fields.place().clone();
                let entry = match (heading, title) {
                    (Some(text), None) => match u8::try_from(level.unwrap_or(2)) {
                        Ok(level @ 1..=6) => Some(Self::Heading { text, level }),
                        _ => {
                            fields.report(&code::BAD_VALUE, place, "the level of a heading must be from 1 to 6");
                            None
                        }
                    },
                    (None, Some(node)) => {
                        address(node, fields.problems()).map(|address| Self::Title(address, node.place.clone()))
                    }
                    (Some(_), Some(_)) | (None, None) => {
                        fields
                            .report(&code::BAD_VALUE, place, "an entry of `paragraphs` must be a paragraph, a heading or a title")
                            .hint("write `L2.1-L3.2`, `[L2.1, L5.1]`, `heading: Results` or `title: L1.1`");
                        None
                    }
                };
                fields.finish();
                entry
            }
            Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Text(_) => {
                Some(Self::Paragraph(vec![Span::read(node, problems)?]))
            }
        }
    }
}

impl Span {
    fn read(node: &Node, problems: &mut Vec<Diagnostic>) -> Option<Self> {
        let text = yaml::text(node, problems)?;
        let (first, last) = text.split_once(['-', '–']).unwrap_or((&text, &text));
        match (first.parse(), last.parse()) {
            (Ok(first), Ok(last)) => Some(Self { first, last, place: node.place.clone() }),
            _ => {
                problems.push(bad_address(node, &text, "or a range such as `L16.3-L18.1`"));
                None
            }
        }
    }
}

impl HeadingPlan {
    fn read(node: &Node, markdown: bool, problems: &mut Vec<Diagnostic>) -> Option<Self> {
        let mut fields = Fields::of(node, "`cut`", problems)?;
        fields.require("by");
        choice(&mut fields, "by", &[("headings", ())]);
        let place = fields.place().clone();
        let level = match fields.take_int("level").map(u8::try_from) {
            None => 1,
            Some(Ok(level @ 1..=6)) => level,
            Some(_) => {
                fields.report(&code::BAD_VALUE, &place, "the level of a heading must be from 1 to 6");
                1
            }
        };
        let starts = fields.take_texts("starts");
        if starts.is_empty() && !markdown {
            fields
                .report(
                    &code::MISSING_KEY,
                    &place,
                    "the key `starts` is missing: in plain text, headings are recognised only by their first words",
                )
                .hint("add the words that headings begin with, such as `starts: [Chapter]`");
        }
        let keys = trimmed_texts(&mut fields, "keys");
        let template = fields.take_placed("key").unwrap_or_else(|| ("chapter-{n}".to_owned(), place.clone()));
        let order = fields.take_int("order").unwrap_or(1);
        fields.finish();
        if keys.is_empty() && !template.0.contains("{n}") {
            problems
                .report(&code::BAD_VALUE, &template.1, "all chapters would get the same key")
                .hint("write `{n}` for the number of the chapter, such as `key: chapter-{n}`");
        }
        Some(Self { place, level, starts, keys, template, order })
    }
}

/// Reports a key that cannot be the name of a file below `content/`. Returns true if the key is
/// fine.
pub(super) fn check_key(key: &str, place: &Place, problems: &mut Vec<Diagnostic>) -> bool {
    let usable = |part: &str| !part.is_empty() && !part.starts_with(['.', '_']) && !part.contains(char::is_whitespace);
    let unfit = path::unfit(key);
    let fine = unfit.is_none() && key.split('/').all(usable);
    if !fine {
        problems
            .report(&code::BAD_VALUE, place, unusable(key, unfit))
            .hint("write a path such as `vectors/russia`, without spaces, in which no part begins with `.` or `_`");
    }
    fine
}

fn touches(entries: &[Entry], problems: &mut Vec<Diagnostic>) -> Vec<Touch> {
    let mut touches = Vec::new();
    for entry in entries {
        let Some(address) = key_address(entry, problems) else { continue };
        let keys = entry.node.items().iter().filter_map(|node| yaml::placed_text(node, problems)).collect();
        touches.push(Touch { address, place: entry.key_place.clone(), keys });
    }
    touches
}

/// Reads the notes: an address, then one note or a list of them, each with an id and a text per
/// language.
fn read_notes(entries: &[Entry], language: &str, problems: &mut Vec<Diagnostic>) -> Vec<Note> {
    let mut notes: Vec<Note> = Vec::new();
    let mut ids: HashMap<String, Place> = HashMap::new();
    for entry in entries {
        let Some(address) = key_address(entry, problems) else { continue };
        for node in entry.node.items() {
            let Value::Map(parts) = &node.value else {
                problems.push(node.wrong_type("a mapping (`key: value`) for a note"));
                continue;
            };
            let id = parts.iter().find(|part| part.key == "id");
            let texts = parts.iter().filter(|part| part.key != "id");
            let texts: Vec<_> = texts.filter_map(|part| Some((part.key.as_str(), language_text(part, problems)?))).collect();
            let Some(text) = texts.into_iter().find(|(code, _)| *code == language).map(|(_, text)| text) else {
                problems.report(&code::MISSING_KEY, &node.place, format!("the note has no text in the language `{language}`"));
                continue;
            };
            let Some(id) = id else {
                problems.report(&code::MISSING_KEY, &node.place, "the key `id` is missing");
                continue;
            };
            let Some(name) = yaml::text(&id.node, problems) else { continue };
            if name.is_empty() || !name.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_') {
                problems
                    .report(&code::BAD_VALUE, &id.node.place, format!("`{name}` cannot be the id of a note"))
                    .hint("use letters, digits and hyphens");
                continue;
            }
            if let Some(first) = ids.insert(name.clone(), id.node.place.clone()) {
                problems
                    .report(&code::BAD_VALUE, &id.node.place, format!("the split plan has two notes with the id `{name}`"))
                    .also(first, "the first note");
                continue;
            }
            notes.push(Note { address, place: entry.key_place.clone(), id: name, text });
        }
    }
    notes
}

/// Returns the text of an entry whose key is a language code; reports any other key.
fn language_text(entry: &Entry, problems: &mut Vec<Diagnostic>) -> Option<String> {
    if !is_language_code(&entry.key) {
        problems
            .report(&code::UNKNOWN_KEY, &entry.key_place, format!("unknown key `{}`", entry.key))
            .hint("write each text of a note below the code of its language, such as `en: …`");
        return None;
    }
    yaml::text(&entry.node, problems)
}

/// Returns true if a text looks like a language tag. The languages of the site are not known here.
fn is_language_code(text: &str) -> bool {
    let mut parts = text.split('-');
    parts.next().is_some_and(|main| (2..=3).contains(&main.len()) && main.bytes().all(|byte| byte.is_ascii_lowercase()))
        && parts.all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

fn language(node: &Node, problems: &mut Vec<Diagnostic>) -> Option<String> {
    let code = yaml::text(node, problems)?;
    if !is_language_code(&code) {
        problems
            .report(&code::BAD_VALUE, &node.place, format!("`{code}` is not a language tag"))
            .hint("use a tag from `languages` in site.yaml, such as `kk`");
        return None;
    }
    Some(code)
}

fn key_address(entry: &Entry, problems: &mut Vec<Diagnostic>) -> Option<Address> {
    let address = entry.key.parse().ok();
    if address.is_none() {
        let node = Node::new(Value::Null, entry.key_place.clone());
        problems.push(bad_address(&node, &entry.key, "which is the third sentence or heading that starts in line 16"));
    }
    address
}

fn address(node: &Node, problems: &mut Vec<Diagnostic>) -> Option<Address> {
    let text = yaml::text(node, problems)?;
    let address = text.parse().ok();
    if address.is_none() {
        problems.push(bad_address(node, &text, "which is the third sentence or heading that starts in line 16"));
    }
    address
}

fn bad_address(node: &Node, text: &str, more: &str) -> Diagnostic {
    Diagnostic::at(&code::BAD_VALUE, node.place.clone(), format!("`{text}` is not an address in the source text"))
        .hint(format!("write an address such as `L16.3`, {more}"))
}

fn line_number(node: &Node, problems: &mut Vec<Diagnostic>) -> Option<usize> {
    match yaml::int(node, problems).map(usize::try_from)? {
        Ok(number) if number > 0 => Some(number),
        _ => {
            problems.report(&code::BAD_VALUE, &node.place, "the number must be 1 or greater");
            None
        }
    }
}

/// Returns the items of a list that could be read.
fn list<T>(
    fields: &mut Fields<'_, '_>,
    key: &'static str,
    mut read: impl FnMut(&Node, &mut Vec<Diagnostic>) -> Option<T>,
) -> Vec<T> {
    let nodes = fields.take_list(key);
    nodes.iter().filter_map(|node| read(node, fields.problems())).collect()
}

/// Returns the value of the word in a field; reports a word that is not among the choices.
fn choice<T: Copy>(fields: &mut Fields<'_, '_>, key: &'static str, choices: &[(&str, T)]) -> Option<T> {
    let node = fields.take(key)?;
    let word = yaml::text(node, fields.problems())?;
    let found = choices.iter().find(|(name, _)| *name == word).map(|&(_, value)| value);
    if found.is_none() {
        let names = choices.iter().map(|&(name, _)| name);
        let hint = suggest::did_you_mean(&word, names.clone())
            .unwrap_or_else(|| format!("the values allowed here are: {}", names.collect::<Vec<_>>().join(", ")));
        let problem = Diagnostic::at(&code::BAD_VALUE, node.place.clone(), format!("`{word}` is not a value of `{key}`"));
        fields.problems().push(problem.hint(hint));
    }
    found
}

/// Returns the texts of a list with their places, trimmed and without empty ones.
fn trimmed_texts(fields: &mut Fields<'_, '_>, key: &'static str) -> Vec<(String, Place)> {
    let texts = fields.take_placed_list(key).into_iter().map(|(text, place)| (text.trim().to_owned(), place));
    texts.filter(|(text, _)| !text.is_empty()).collect()
}
