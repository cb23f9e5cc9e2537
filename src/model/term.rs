//! Terms: the persons, places, treaties and concepts that a text names, as data of the site.
//!
//! Terms are in `content/_terms.yaml` and in the files of `content/_terms/`, each a mapping from
//! keys to terms. This file reads and checks them; the layer `terms` finds their names in texts.
//!
//! ```yaml
//! caspian-sea:
//!   kind: place
//!   names:
//!     kk: [Каспий теңізі, Каспий]      # the first is the name that readers see
//!     en: [the Caspian Sea, the Caspian]
//!   description:
//!     kk: Әлемдегі ең ірі тұйық су айдыны.
//!     en: The largest inland body of water.
//!   coordinates: [41.7, 50.7]
//! ```

use std::collections::HashMap;
use std::sync::Arc;

use jiff::civil::Date;

use crate::base::{
    Diagnostic, Place, Report, code, path, suggest,
    yaml::{self, Fields, Node, Value},
};

use super::config::{LanguageConfig, unknown_language};
use super::{Config, Inflection, LangId};

/// Path of the file with terms, from the project's root.
pub const FILE: &str = "content/_terms.yaml";
/// Folder of further files with terms.
pub const FOLDER: &str = "content/_terms/";

/// The greatest number of characters in a name.
const LONGEST_NAME: usize = 200;
/// The greatest number of unknown keys for which similar ones are looked up: each look-up compares
/// all keys.
const SUGGESTIONS: usize = 20;

/// File with the coasts and borders of the map, as GeoJSON.
pub const OUTLINES: &str = "content/_terms/map.geojson";

/// Returns true if a file has terms.
pub fn is_term_file(file: &str) -> bool {
    let name = file.strip_prefix(FOLDER);
    file == FILE || name.is_some_and(|name| name.ends_with(".yaml"))
}

/// Position of a term in the [`Glossary`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TermId(pub u32);

/// All terms of a site, in the order of their files and within each file as written.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Glossary {
    pub terms: Vec<Arc<Term>>,
    pub names: Arc<TermNames>,
}

/// The part of the terms that decides about routes, links and mentions. An edit of a description
/// leaves it as it is.
#[derive(Debug, PartialEq, Default)]
pub struct TermNames {
    terms: Vec<TermName>,
    by_key: HashMap<String, TermId>,
}

/// The names of a term.
#[derive(Debug, PartialEq)]
pub struct TermName {
    pub key: String,
    /// As in [`Term::names`].
    pub names: Vec<Vec<Arc<str>>>,
    /// As in [`Term::stems`].
    pub stems: Vec<Vec<Arc<str>>>,
    /// Former keys. They have places because routes are reported there.
    pub aliases: Vec<(String, Place)>,
    pub link: Option<LinkRule>,
    pub has_date: bool,
    pub has_place: bool,
}

/// A term.
#[derive(Debug, Clone, PartialEq)]
pub struct Term {
    pub key: String,
    /// Place of the key.
    pub place: Place,
    /// `country`, `person`, or another word that the site chooses.
    pub kind: String,
    /// The names per language of the site. The first is shown to readers.
    pub names: Vec<Vec<Name>>,
    /// Irregular forms per language, which no rule for endings makes.
    pub stems: Vec<Vec<Name>>,
    /// Markdown per language, with its place.
    pub descriptions: Vec<Option<(String, Place)>>,
    pub date: Option<DateRange>,
    /// Latitude and longitude in degrees.
    pub coordinates: Option<(f64, f64)>,
    pub see: Vec<(String, Place)>,
    /// Former keys, whose pages redirect to the page of the term.
    pub aliases: Vec<(String, Place)>,
    pub references: Vec<Reference>,
    /// `None` if `term_links` in `site.yaml` decides.
    pub link: Option<LinkRule>,
}

impl Term {
    /// Returns the description in a language, as Markdown.
    pub fn description(&self, lang: LangId) -> Option<&str> {
        self.descriptions[lang.0].as_ref().map(|(text, _)| text.as_str())
    }

    /// Returns the name that readers of a language see. A term without names in the language is
    /// shown by its name in another one, or by its key.
    pub fn shown(&self, lang: LangId) -> &str {
        let of_own = self.names.get(lang.0).into_iter().flatten();
        of_own.chain(self.names.iter().flatten()).next().map_or(&self.key, |name| &*name.text)
    }
}

impl TermName {
    fn of(term: &Term) -> Self {
        let texts = |names: &[Vec<Name>]| -> Vec<Vec<Arc<str>>> {
            names.iter().map(|names| names.iter().map(|name| Arc::clone(&name.text)).collect()).collect()
        };
        Self {
            key: term.key.clone(),
            names: texts(&term.names),
            stems: texts(&term.stems),
            aliases: term.aliases.clone(),
            link: term.link,
            has_date: term.date.is_some(),
            has_place: term.coordinates.is_some(),
        }
    }

    /// Returns the name that readers of a language see; see [`Term::shown`].
    pub fn shown(&self, lang: LangId) -> &str {
        let of_own = self.names.get(lang.0).into_iter().flatten();
        of_own.chain(self.names.iter().flatten()).next().map_or(&self.key, |name| name)
    }
}

impl TermNames {
    /// Returns the term with a key.
    pub fn term_named(&self, key: &str) -> Option<TermId> {
        self.by_key.get(key).copied()
    }

    /// Returns the names of a term.
    pub fn term(&self, id: TermId) -> &TermName {
        &self.terms[id.0 as usize]
    }

    /// Returns the names of all terms with their positions.
    pub fn iter(&self) -> impl Iterator<Item = (TermId, &TermName)> {
        (0..).map(TermId).zip(&self.terms)
    }

    /// Returns the keys of all terms.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.terms.iter().map(|term| term.key.as_str())
    }

    /// Returns true if the site has no terms.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// Returns true if the site has a timeline: one of the terms has a date.
    pub fn has_timeline(&self) -> bool {
        self.terms.iter().any(|term| term.has_date)
    }

    /// Returns true if the site has a map: one of the terms has coordinates.
    pub fn has_map(&self) -> bool {
        self.terms.iter().any(|term| term.has_place)
    }
}

/// The terms of a file.
#[derive(Debug)]
pub struct TermFile {
    entries: Vec<TermEntry>,
    /// The problems of the file as a whole, such as text that is no YAML.
    problems: Vec<Diagnostic>,
}

/// An entry of a file with terms, and the problems in it.
#[derive(Debug)]
struct TermEntry {
    key: String,
    place: Place,
    /// `None` if the entry cannot be used.
    term: Option<Arc<Term>>,
    problems: Vec<Diagnostic>,
}

impl TermFile {
    /// Reads a file with terms.
    pub fn read(file: &Arc<str>, text: &str, config: &Config) -> Self {
        let mut problems = Vec::new();
        let node = yaml::read(file, text, 0..text.len());
        let entries = match &node {
            Ok(node) => yaml::entries(node, "a file with terms", &mut problems).unwrap_or_default(),
            Err(problem) => {
                problems.push(problem.clone());
                Default::default()
            }
        };
        let entries = entries.iter().map(|entry| TermEntry::read(entry, config)).collect();
        Self { entries, problems }
    }
}

impl TermEntry {
    fn read(entry: &yaml::Entry, config: &Config) -> Self {
        let mut problems = Vec::new();
        let term = if is_key(&entry.key) {
            read_term(entry, &config.languages, &mut problems).map(Arc::new)
        } else {
            problems.report(&code::BAD_VALUE, &entry.key_place, no_key(&entry.key)).hint(KEY_HINT);
            None
        };
        Self { key: entry.key.clone(), place: entry.key_place.clone(), term, problems }
    }
}

/// A name of a term.
#[derive(Debug, Clone, PartialEq)]
pub struct Name {
    pub text: Arc<str>,
    pub place: Place,
}

/// A source of a term's description.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    pub title: String,
    pub url: Option<(String, Place)>,
}

/// The mentions of a term that become links.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkRule {
    /// The first mention in each section of a page; on each page, if `term_links` in `site.yaml`
    /// says so.
    First,
    Every,
    Never,
}

/// A date, or the time between two dates. Both ends may be known to the month or the year only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DateRange {
    pub from: PartialDate,
    /// Equal to `from` for a single date.
    pub to: PartialDate,
}

/// A date of which the day, or day and month, may be unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PartialDate {
    pub year: i16,
    pub month: Option<i8>,
    pub day: Option<i8>,
}

impl PartialDate {
    /// Reads `2002-12-23`, `2002-12` or `2002`.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let number = |text: &str, length: usize| {
            let is_number = text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit());
            is_number.then(|| text.parse::<i16>().ok()).flatten()
        };
        let year = number(parts.next()?, 4).filter(|year| *year > 0)?;
        let mut next = || match parts.next() {
            Some(part) => number(part, 2).map(|number| Some(number as i8)),
            None => Some(None),
        };
        let (month, day) = (next()?, next()?);
        Self::new(year, month, day).filter(|_| parts.next().is_none())
    }

    /// Returns a date if it exists: 31 February does not.
    pub fn new(year: i16, month: Option<i8>, day: Option<i8>) -> Option<Self> {
        let is_date = year > 0 && Date::new(year, month.unwrap_or(1), day.unwrap_or(1)).is_ok();
        (is_date && (month.is_some() || day.is_none())).then_some(Self { year, month, day })
    }

    /// Returns the first day of the time that the date names.
    pub fn first_day(self) -> Date {
        Date::new(self.year, self.month.unwrap_or(1), self.day.unwrap_or(1)).expect("it was checked when it was read")
    }

    /// Returns the date as HTML's `datetime` has it: `2002-12-23`, `2002-12` or `2002`.
    pub fn iso(self) -> String {
        let Self { year, month, day } = self;
        match (month, day) {
            (Some(month), Some(day)) => format!("{year:04}-{month:02}-{day:02}"),
            (Some(month), None) => format!("{year:04}-{month:02}"),
            (None, _) => format!("{year:04}"),
        }
    }
}

impl DateRange {
    /// Returns the date as terms have it, which [`Self::parse`] reads: `1991-12-21`, `1991/1993`.
    pub fn iso(self) -> String {
        if self.from == self.to { self.from.iso() } else { format!("{}/{}", self.from.iso(), self.to.iso()) }
    }

    /// Returns the id of the date's entry on the timeline: `1991-12-21`, `1991--1993`.
    pub fn id(self) -> String {
        self.iso().replace('/', "--")
    }

    /// Reads a date or two dates with `/` between them, the earlier one first.
    pub fn parse(text: &str) -> Option<Self> {
        let (from, to) = text.split_once('/').unwrap_or((text, text));
        let range = Self { from: PartialDate::parse(from)?, to: PartialDate::parse(to)? };
        (range.from <= range.to).then_some(range)
    }
}

impl Glossary {
    /// Reads files with terms, given with their texts. `rules` are those of each language; names
    /// that they make equal belong to one term.
    pub fn read<'t>(
        files: impl IntoIterator<Item = (&'t Arc<str>, &'t str)>,
        config: &Config,
        rules: &[&Inflection],
    ) -> (Self, Vec<Diagnostic>) {
        let files: Vec<TermFile> = files.into_iter().map(|(file, text)| TermFile::read(file, text, config)).collect();
        Self::of(files.iter(), rules)
    }

    /// Joins the terms of all files; see [`Self::read`].
    pub fn of<'t>(files: impl Iterator<Item = &'t TermFile>, rules: &[&Inflection]) -> (Self, Vec<Diagnostic>) {
        let (mut terms, mut by_key) = (Vec::<Arc<Term>>::new(), HashMap::<String, TermId>::new());
        let mut problems = Vec::new();
        for file in files {
            problems.extend(file.problems.iter().cloned());
            for entry in &file.entries {
                if let Some(first) = by_key.get(&entry.key) {
                    // Within one file, the YAML reader reports doubled keys.
                    let first = &terms[first.0 as usize].place;
                    if first.file != entry.place.file {
                        problems
                            .report(&code::DUPLICATE_KEY, &entry.place, format!("the term `{}` is defined twice", entry.key))
                            .also(first, "first defined here")
                            .hint("give one of them another key, or remove it");
                    }
                    continue;
                }
                problems.extend(entry.problems.iter().cloned());
                if let Some(term) = &entry.term {
                    by_key.insert(entry.key.clone(), TermId(terms.len() as u32));
                    terms.push(Arc::clone(term));
                }
            }
        }
        let names = TermNames { terms: terms.iter().map(|term| TermName::of(term)).collect(), by_key };
        let glossary = Self { terms, names: Arc::new(names) };
        glossary.check_see(&mut problems);
        glossary.check_names(rules, &mut problems);
        (glossary, problems)
    }

    /// Takes the names of a previous glossary if they are the same. Later stages compare pointers.
    pub fn share_names(&mut self, previous: &Self) {
        if self.names == previous.names {
            self.names = Arc::clone(&previous.names);
        }
    }

    /// Returns the term with a key.
    pub fn term_named(&self, key: &str) -> Option<TermId> {
        self.names.term_named(key)
    }

    /// Returns a term.
    pub fn term(&self, id: TermId) -> &Term {
        &self.terms[id.0 as usize]
    }

    /// Returns all terms with their positions.
    pub fn iter(&self) -> impl Iterator<Item = (TermId, &Term)> {
        (0..).map(TermId).zip(self.terms.iter().map(|term| &**term))
    }

    fn check_see(&self, problems: &mut Vec<Diagnostic>) {
        let links = self.terms.iter().flat_map(|term| &term.see);
        for (nth, (key, place)) in links.filter(|(key, _)| self.term_named(key).is_none()).enumerate() {
            let keys = self.terms.iter().map(|term| term.key.as_str());
            let hint = if nth < SUGGESTIONS { suggest::did_you_mean(key, keys) } else { None };
            let hint = hint.unwrap_or_else(|| "write the key of a term, as its file has it before the colon".to_owned());
            problems.report(&code::BAD_VALUE, place, format!("no term has the key `{key}`")).hint(hint);
        }
    }

    /// Reports names that two terms have in one language. An article at the beginning makes no
    /// difference, since texts may lack it.
    fn check_names(&self, rules: &[&Inflection], problems: &mut Vec<Diagnostic>) {
        for (lang, rules) in rules.iter().enumerate() {
            let mut seen: HashMap<&str, (&Term, &Name)> = HashMap::new();
            for term in &self.terms {
                for name in term.names[lang].iter().chain(&term.stems[lang]) {
                    match seen.get(rules.without_article(&name.text)) {
                        Some((other, first)) if other.key != term.key => {
                            let message = if first.text == name.text {
                                format!("`{}` is a name of two terms, `{}` and `{}`", name.text, other.key, term.key)
                            } else {
                                let (a, b) = (&first.text, &name.text);
                                format!(
                                    "`{a}`, a name of `{}`, and `{b}`, a name of `{}`, match the same texts",
                                    other.key, term.key
                                )
                            };
                            problems
                                .report(&code::BAD_VALUE, &name.place, message)
                                .also(&first.place, "the other one")
                                .hint("a mention of the name could mean either; give each term names of its own");
                        }
                        _ => _ = seen.insert(rules.without_article(&name.text), (term, name)),
                    }
                }
            }
        }
    }
}

/// Hint for a text that cannot be the key of a term.
pub const KEY_HINT: &str =
    "a key has small letters from a to z, digits and hyphens, as in `caspian-sea`; pages of terms have it in their addresses";

/// Returns the message that a text cannot be the key of a term.
pub fn no_key(text: &str) -> String {
    format!("`{text}` cannot be the key of a term")
}

/// Returns true if a text can be the key of a term.
pub fn is_key(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

fn read_term(entry: &yaml::Entry, languages: &[LanguageConfig], problems: &mut Vec<Diagnostic>) -> Option<Term> {
    let reported = problems.len();
    let mut fields = Fields::of(&entry.node, "a term", problems)?;
    let kind = fields.require_text("kind").unwrap_or_default();
    let names = fields.require("names");
    let names = names.map_or_else(|| vec![Vec::new(); languages.len()], |node| names_of(node, languages, fields.problems()));
    let stems = fields.take("stems");
    let stems = stems.map_or_else(|| vec![Vec::new(); languages.len()], |node| names_of(node, languages, fields.problems()));
    let mut descriptions = vec![None; languages.len()];
    for entry in fields.take_map("description") {
        match languages.iter().position(|language| language.code == entry.key) {
            Some(lang) => {
                let text = yaml::text(&entry.node, fields.problems());
                descriptions[lang] = text.map(|text| (text, entry.node.place.clone()));
            }
            None => fields.problems().push(unknown_language(&entry.key, entry.key_place.clone(), languages)),
        }
    }
    let date = fields.take("date").and_then(|node| {
        let text = yaml::text(node, fields.problems())?;
        let date = DateRange::parse(&text);
        if date.is_none() {
            fields
                .report(&code::BAD_DATE, &node.place, format!("`{text}` is neither a date nor a time between two dates"))
                .hint("write 2002-12-23, 2002-12 or 2002; a time is written 1998-07-06/2003-05-16, the earlier date first");
        }
        date
    });
    let coordinates = fields.take("coordinates").and_then(|node| coordinates(node, fields.problems()));
    let mut see = Vec::new();
    for node in fields.take_list("see") {
        see.extend(yaml::text(node, fields.problems()).map(|key| (key, node.place.clone())));
    }
    let mut aliases = fields.take_placed_list("aliases");
    aliases.retain(|(alias, place)| {
        let is_usable = is_key(alias);
        if !is_usable {
            fields.problems().report(&code::BAD_VALUE, place, no_key(alias)).hint(KEY_HINT);
        }
        is_usable
    });
    let mut references = Vec::new();
    for node in fields.take_list("references") {
        references.extend(reference(node, fields.problems()));
    }
    let link = fields.take("link").and_then(|node| {
        let text = yaml::text(node, fields.problems())?;
        match text.as_str() {
            "first" => Some(LinkRule::First),
            "every" => Some(LinkRule::Every),
            "never" => Some(LinkRule::Never),
            _ => {
                fields
                    .report(&code::BAD_VALUE, &node.place, format!("`{text}` does not say which mentions become links"))
                    .hint("use first (in each section), every or never");
                None
            }
        }
    });
    fields.finish();
    if names.iter().all(Vec::is_empty) {
        if problems.len() == reported {
            problems
                .report(&code::BAD_VALUE, &entry.key_place, format!("the term `{}` has no name", entry.key))
                .hint("write its names below `names`, a text or a list for each language");
        }
        return None;
    }
    Some(Term {
        key: entry.key.clone(),
        place: entry.key_place.clone(),
        kind,
        names,
        stems,
        descriptions,
        date,
        coordinates,
        see,
        aliases,
        references,
        link,
    })
}

/// Reads names per language: a text or a list of texts for each code.
fn names_of(node: &Node, languages: &[LanguageConfig], problems: &mut Vec<Diagnostic>) -> Vec<Vec<Name>> {
    let mut names = vec![Vec::new(); languages.len()];
    let Value::Map(entries) = &node.value else {
        problems.push(node.wrong_type("a mapping from language codes to names"));
        return names;
    };
    for entry in entries {
        let Some(lang) = languages.iter().position(|language| language.code == entry.key) else {
            problems.push(unknown_language(&entry.key, entry.key_place.clone(), languages));
            continue;
        };
        let items = match &entry.node.value {
            Value::List(items) => items.as_slice(),
            _ => std::slice::from_ref(&entry.node),
        };
        for item in items {
            let Some(text) = yaml::text(item, problems) else { continue };
            let text = path::nfc(&text.split_whitespace().collect::<Vec<_>>().join(" "));
            let length = text.chars().count();
            if length > LONGEST_NAME {
                problems
                    .report(&code::BAD_VALUE, &item.place, format!("a name has {length} characters"))
                    .hint(format!("names are words of the text, with at most {LONGEST_NAME} characters; a sentence about the term is its `description`"));
            } else if text.chars().any(char::is_alphanumeric) {
                names[lang].push(Name { text: text.into(), place: item.place.clone() });
            } else {
                problems
                    .report(&code::BAD_VALUE, &item.place, "a name needs a letter or a digit")
                    .hint("write the name as it stands in the text");
            }
        }
    }
    names
}

fn coordinates(node: &Node, problems: &mut Vec<Diagnostic>) -> Option<(f64, f64)> {
    let number = |node: &Node| match node.value {
        Value::Int(number) => Some(number as f64),
        Value::Float(number) => Some(number),
        _ => None,
    };
    let found = match &node.value {
        Value::List(items) if items.len() == 2 => number(&items[0]).zip(number(&items[1])),
        _ => None,
    };
    let found = found.filter(|(latitude, longitude)| latitude.abs() <= 90.0 && longitude.abs() <= 180.0);
    if found.is_none() {
        problems
            .report(&code::BAD_VALUE, &node.place, "these are not coordinates")
            .hint("write latitude and longitude in degrees, north and east above zero: [43.24, 76.95]");
    }
    found
}

fn reference(node: &Node, problems: &mut Vec<Diagnostic>) -> Option<Reference> {
    let Value::Map(_) = &node.value else {
        return Some(Reference { title: yaml::text(node, problems)?, url: None });
    };
    let mut fields = Fields::of(node, "a reference", problems)?;
    let title = fields.require_text("title");
    let url = fields.take("url").and_then(|node| {
        let url = yaml::text(node, fields.problems())?;
        let is_web = url.starts_with("https://") || url.starts_with("http://");
        if !is_web || url.contains(|c: char| c.is_whitespace() || c.is_control()) {
            fields.report(&code::BAD_URL, &node.place, format!("`{url}` is not a web address")).hint("write it with https://");
            return None;
        }
        Some((url, node.place.clone()))
    });
    fields.finish();
    Some(Reference { title: title?, url })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_may_be_partial() {
        for (text, iso) in [("2002-12-23", "2002-12-23"), ("2002-12", "2002-12"), ("2002", "2002")] {
            assert_eq!(PartialDate::parse(text).map(PartialDate::iso).as_deref(), Some(iso));
        }
        for text in ["", "02", "2002-13", "2002-02-30", "2002-1", "2002-12-23-1", "-002", "2002/2003", "+002"] {
            assert_eq!(PartialDate::parse(text), None, "{text}");
        }
        assert!(DateRange::parse("1998/2003-05").is_some());
        assert!(DateRange::parse("2003/1998").is_none());
    }
}
