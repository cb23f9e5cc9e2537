//! Front matter: the YAML at the beginning of a page.
//!
//! [`FrontMatter::read`] reads a key, and its row in [`FrontMatter::keys`] tells templates and
//! `import` to use it. Both functions name every field, so neither can forget a new one.

use std::borrow::Cow;

use jiff::civil::Date;

use crate::base::{
    Diagnostic, Place, Report, code, path, visible,
    yaml::{self, Fields, Node, Value},
};

/// The front matter of an edition.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FrontMatter {
    pub title: Option<String>,
    /// Place of the title, including its quotation marks.
    pub title_at: Option<Place>,
    pub description: Option<String>,
    pub description_at: Option<Place>,
    /// Position of the work among its siblings, smaller numbers first. The source edition's value
    /// counts; the fallback is the value of another edition. Works without a value come last,
    /// sorted by title.
    pub order: Option<i64>,
    /// Last part of the URL in this language. The fallback is the last part of the key.
    pub slug: Option<String>,
    pub date: Option<Date>,
    pub date_at: Option<Place>,
    /// Old paths, from the site's root, that redirect to this page.
    pub aliases: Vec<(String, Place)>,
    pub draft: bool,
    /// Names of tags, each with its place.
    pub tags: Vec<(String, Place)>,
    /// Template of the site or theme that replaces the usual one.
    pub template: Option<Box<(String, Place)>>,
    /// Terms that the page does not mention, although their names are in it.
    pub no_terms: Option<Box<NoTerms>>,
    /// True if the page has a picture of how the pages of its section touch one another.
    pub connections: bool,
    /// Free fields, for templates.
    pub extra: Option<Box<Node>>,
}

/// Terms that a page does not mention.
#[derive(Debug, Clone, PartialEq)]
pub enum NoTerms {
    All,
    /// The keys of some terms, each with its place.
    Keys(Vec<(String, Place)>),
}

impl NoTerms {
    /// Returns true if a term is one of these.
    pub fn has(&self, key: &str) -> bool {
        match self {
            Self::All => true,
            Self::Keys(keys) => keys.iter().any(|(known, _)| known == key),
        }
    }
}

/// A key of front matter, as the rest of the program uses it.
#[derive(Debug)]
pub struct FrontKey<'a> {
    pub name: &'static str,
    pub import: Import,
    /// The value that templates get as `page.NAME`; null if the key is not set. `None` if they get
    /// no value, or one that also depends on the rest of the site, which `render` makes.
    pub shown: Option<Cow<'a, Value>>,
}

/// Treatment of a key by `import`, when it makes a new translation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Import {
    /// All languages share the value.
    Copied,
    /// The value belongs to the language of the source. `import` says so if the key is set.
    LeftOut { is_set: bool },
    /// The source's value is enough, or the key is a unit: its text comes from translators.
    Needless,
}

impl FrontMatter {
    /// Reads front matter from its YAML.
    pub fn read(node: &Node, problems: &mut Vec<Diagnostic>) -> Self {
        let Some(mut fields) = Fields::of(node, "front matter", problems) else { return Self::default() };
        let (title, title_at) = fields.take_placed("title").unzip();
        let (description, description_at) = fields.take_placed("description").unzip();
        let order = fields.take_int("order");
        let slug = fields.take("slug").and_then(|node| slug(node, fields.problems()));
        let date_node = fields.take("date");
        let date = date_node.and_then(|node| date(node, fields.problems()));
        let date_at = date_node.filter(|_| date.is_some()).map(|node| node.place.clone());
        let draft = fields.take_bool("draft").unwrap_or(false);
        let tags = fields.take_placed_list("tags");
        let aliases = fields.take_placed_list("aliases");
        let template = fields.take_placed("template").map(Box::new);
        let no_terms = no_terms(&mut fields).map(Box::new);
        let connections = fields.take_bool("connections").unwrap_or(false);
        let extra = fields.take("extra").cloned().map(Box::new);
        fields.finish();
        Self {
            title,
            title_at,
            description,
            description_at,
            order,
            slug,
            date,
            date_at,
            aliases,
            draft,
            tags,
            template,
            no_terms,
            connections,
            extra,
        }
    }

    /// Returns a row for each key.
    pub fn keys(&self) -> [FrontKey<'_>; 12] {
        // Every field is named, so that a new one cannot be forgotten.
        let Self {
            title: _,
            title_at: _,
            description,
            description_at: _,
            order: _,
            slug,
            date: _,
            date_at: _,
            aliases: _,
            draft: _,
            tags,
            template: _,
            no_terms: _,
            connections: _,
            extra,
        } = self;
        let description = description.clone().map_or(Value::Null, Value::Text);
        let extra_value = extra.as_ref().map_or(Cow::Owned(Value::Null), |extra| Cow::Borrowed(&extra.value));
        let row = |name, import, shown| FrontKey { name, import, shown };
        [
            row("title", Import::Needless, None),
            row("description", Import::Needless, Some(Cow::Owned(description))),
            row("order", Import::Needless, None),
            row("tags", Import::LeftOut { is_set: !tags.is_empty() }, None),
            row("slug", Import::LeftOut { is_set: slug.is_some() }, None),
            row("date", Import::Copied, None),
            row("draft", Import::Copied, None),
            row("aliases", Import::Needless, None),
            row("template", Import::Copied, None),
            // The keys of terms are the same in all languages.
            row("no_terms", Import::Copied, None),
            row("connections", Import::Copied, None),
            row("extra", Import::LeftOut { is_set: extra.is_some() }, Some(extra_value)),
        ]
    }
}

/// First and last date that feeds and the sitemap accept.
///
/// Many feed readers count seconds from 1970, and an entry of the year 9999 would stay on top for
/// ever. A build does not use the clock, so the last date is fixed.
const FEED_DAYS: (Date, Date) = (Date::constant(1970, 1, 1), Date::constant(2099, 12, 31));

/// Returns the date if feeds and the sitemap accept it.
pub fn feed_date(date: Date) -> Option<Date> {
    (FEED_DAYS.0..=FEED_DAYS.1).contains(&date).then_some(date)
}

/// Returns a diagnostic for a date that feeds and the sitemap do not accept.
pub fn check_feed_date(date: Option<Date>, place: Option<&Place>) -> Option<Diagnostic> {
    let date = date.filter(|date| feed_date(*date).is_none())?;
    let (first, last) = FEED_DAYS;
    let message = format!("feeds and the sitemap leave out the date {date}, because feed readers do not accept it");
    let hint = format!("use a date from {first} to {last}");
    Some(Diagnostic::at(&code::FEED_DATE, place?.clone(), message).hint(hint))
}

pub(super) fn date(node: &Node, problems: &mut Vec<Diagnostic>) -> Option<Date> {
    let parsed = match &node.value {
        // Jiff also reads other forms, such as a date with a time or a sign.
        Value::Text(text) => match text.parse::<Date>() {
            // HTML has no year 0.
            Ok(date) if text.len() == 10 && date.year() > 0 && date.to_string() == *text => Ok(date),
            _ => Err(format!("`{text}` is not a date")),
        },
        _ => Err(format!("expected a date, found {}", node.kind())),
    };
    match parsed {
        Ok(date) => Some(date),
        Err(message) => {
            problems.report(&code::BAD_DATE, &node.place, message).hint("write the date in the form 2003-12-31");
            None
        }
    }
}

/// Reads `no_terms`: `true`, or keys of terms.
fn no_terms(fields: &mut Fields<'_, '_>) -> Option<NoTerms> {
    let node = fields.take("no_terms")?;
    match node.value {
        Value::Bool(is_set) => is_set.then_some(NoTerms::All),
        _ => {
            let key = |item: &Node| Some((yaml::text(item, fields.problems())?, item.place.clone()));
            Some(NoTerms::Keys(node.items().iter().filter_map(key).collect()))
        }
    }
}

fn slug(node: &Node, problems: &mut Vec<Diagnostic>) -> Option<String> {
    let slug = path::nfc(&yaml::text(node, problems)?);
    let why = match path::unfit(&slug) {
        _ if slug.contains('/') => "it contains a `/`".to_owned(),
        Some(unfit) => unfit.to_string(),
        None => return Some(slug),
    };
    problems
        .report(&code::BAD_VALUE, &node.place, format!("`{}` cannot be a slug: {why}", visible::name(&slug)))
        .hint("a slug is the page's name in its URL: write one name without `/ \\ : * ? \" < > |`");
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_that_is_read_has_a_row() {
        let file = "a.md".into();
        let text = "qqqqqqqqqqqqqqqq: 1";
        let node = crate::base::yaml::read(&file, text, 0..text.len()).expect("it is YAML");
        let mut problems = Vec::new();
        let front = FrontMatter::read(&node, &mut problems);
        let rows: Vec<&str> = front.keys().iter().map(|key| key.name).collect();
        // The hint for an unknown key lists the keys that are read.
        let (_, known) = problems[0].hints[0].split_once(": ").expect("the hint lists the keys");
        let read: Vec<&str> = known.split(", ").map(|key| key.trim_matches('`')).collect();
        assert_eq!(sorted(read), sorted(rows), "left: keys that `read` takes; right: rows of `keys`");
    }

    fn sorted(mut names: Vec<&str>) -> Vec<&str> {
        names.sort_unstable();
        names
    }

    #[test]
    fn dates_have_one_form() {
        for (text, fine) in [
            ("2003-12-31", true),
            ("2003-02-30", false),
            ("0000-01-01", false),
            ("0001-01-01", true),
            ("9999-12-31", true),
            ("10000-01-01", false),
            ("2024-01-02T10:00", false),
            ("20240102", false),
            ("-000044-03-15", false),
            ("2024-W01-2", false),
        ] {
            let node = Node::new(Value::Text(text.to_owned()), Place::whole(&"a.md".into()));
            let mut problems = Vec::new();
            assert_eq!(date(&node, &mut problems).is_some(), fine, "{text}");
            assert_eq!(problems.is_empty(), fine, "{text}");
        }
    }
}
