//! `site.yaml`: the configuration of a site.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::base::{
    Code, Diagnostic, Place, Report, Severity, code, path, suggest,
    yaml::{self, Fields, Node, Value},
};

use super::{LangId, LanguageTag, Limits};

/// Name of the configuration file, in the project's root.
pub const FILE: &str = "site.yaml";

/// A text that may differ by language, stored by language code. The empty code is for all
/// languages.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Localised(BTreeMap<String, String>);

impl Localised {
    /// Returns the text for a language.
    pub fn get(&self, code: &str) -> Option<&str> {
        self.0.get(code).or_else(|| self.0.get("")).map(String::as_str)
    }
}

/// A language entry of the configuration.
#[derive(Debug, Clone, PartialEq)]
pub struct LanguageConfig {
    pub code: String,
    pub name: Option<String>,
    pub place: Place,
}

/// The configuration, typed and checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    pub title: Localised,
    pub description: Localised,
    pub author: Option<String>,
    /// Publication date of the site. Feeds use it for pages that have no date of their own.
    pub date: Option<jiff::civil::Date>,
    pub date_at: Option<Place>,
    /// Address of the site, with a closing slash: `https://example.org/book/`.
    pub base_url: Option<String>,
    pub languages: Vec<LanguageConfig>,
    /// Language in which the works are written first; editions in other languages are its
    /// translations.
    pub source: LangId,
    pub theme: String,
    /// Place of the theme's name; `None` if the configuration names no theme.
    pub theme_place: Option<Place>,
    /// Paths of the source texts' plans, from the root.
    pub plans: Vec<(String, Place)>,
    /// True if raw HTML in Markdown is copied to the page. Otherwise it is shown as text.
    pub raw_html: bool,
    pub smart_punctuation: bool,
    pub highlight: bool,
    /// True if each line of a paragraph is a segment with its own id.
    pub segments: bool,
    /// True if the site has side-by-side pages.
    pub side_by_side: bool,
    /// True if a work without an edition in the reader's language is shown in another language.
    pub fallback: bool,
    /// The mentions that become links, for terms without a rule of their own.
    pub term_links: TermLinks,
    /// True if each language has a page about the progress of its translations.
    pub status_page: bool,
    /// URLs that `check --external` does not ask for. `*` stands for any characters.
    pub ignored_links: Vec<String>,
    /// Severities that the configuration changes, by code. `None` silences a code.
    pub severities: BTreeMap<&'static str, Option<Severity>>,
    /// Content of the file `CNAME`, for GitHub Pages under a custom domain.
    pub cname: Option<String>,
    /// Limits on the sizes of files and pages.
    pub limits: Limits,
    /// Free fields, for templates.
    pub extra: Option<Node>,
    pub file: Arc<str>,
}

/// The mentions of terms that become links to the pages of the terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TermLinks {
    /// The first mention of each term in each section.
    #[default]
    Section,
    /// The first mention of each term on each page.
    Page,
    Every,
    None,
}

impl Config {
    /// Reads the configuration. Returns `None` if it has no usable language.
    pub fn read(file: &Arc<str>, text: &str) -> (Option<Self>, Vec<Diagnostic>) {
        let mut problems = Vec::new();
        let node = match yaml::read(file, text, 0..text.len()) {
            Ok(node) => node,
            Err(problem) => return (None, vec![problem]),
        };
        let config = read(&node, file, &mut problems);
        (config, problems)
    }

    /// Returns the language with a code.
    pub fn language(&self, code: &str) -> Option<LangId> {
        self.languages.iter().position(|language| language.code == code).map(LangId)
    }

    /// Returns all languages, in their order.
    pub fn lang_ids(&self) -> impl Iterator<Item = LangId> + use<> {
        (0..self.languages.len()).map(LangId)
    }

    /// Returns the code of a language.
    pub fn code(&self, lang: LangId) -> &str {
        &self.languages[lang.0].code
    }

    /// Returns the pairs of languages for side-by-side pages: the source with each translation.
    pub fn pairs(&self) -> Vec<(LangId, LangId)> {
        if !self.side_by_side {
            return Vec::new();
        }
        self.lang_ids().filter(|&lang| lang != self.source).map(|lang| (self.source, lang)).collect()
    }

    /// Applies the severities of the configuration. Silenced diagnostics are dropped.
    pub fn apply_severities(&self, diagnostics: &mut Vec<Diagnostic>) {
        diagnostics.retain_mut(|diagnostic| match self.severities.get(diagnostic.code.name) {
            Some(Some(severity)) => {
                diagnostic.severity = *severity;
                true
            }
            Some(None) => false,
            None => true,
        });
    }
}

fn read(node: &Node, file: &Arc<str>, problems: &mut Vec<Diagnostic>) -> Option<Config> {
    let mut fields = Fields::of(node, "site.yaml", problems)?;
    let title_node = fields.require("title");
    let description_node = fields.take("description");
    let author = fields.take_text("author");
    let date_node = fields.take("date");
    let date = date_node.and_then(|node| super::front::date(node, fields.problems()));
    let base_url = address(&mut fields);
    let languages_node = fields.require("languages");
    let languages = languages_node.map_or_else(Vec::new, |node| languages(node, fields.problems()));
    let source = source(&mut fields, &languages);
    let theme_node = fields.take("theme");
    let theme = theme_node.and_then(|node| yaml::text(node, fields.problems()));
    let plans = plans(&mut fields);
    let [raw_html, smart_punctuation, highlight] = markdown(&mut fields);
    let segments = fields.take_bool("segments").unwrap_or(true);
    let side_by_side = fields.take_bool("side_by_side").unwrap_or(true);
    let fallback = fields.take_bool("fallback").unwrap_or(true);
    let status_page = fields.take_bool("status_page").unwrap_or(false);
    let term_links = term_links(&mut fields);
    let ignored_links = ignored_links(&mut fields);
    let severities = severities(&mut fields);
    let cname = cname(&mut fields);
    let limits = fields.take("limits").map_or_else(Limits::default, |node| Limits::read(node, fields.problems()));
    let extra = fields.take("extra").cloned();
    fields.finish();
    if languages.is_empty() {
        return None;
    }
    let mut localised =
        |key, node: Option<&Node>| node.map(|node| localised(key, node, &languages, problems)).unwrap_or_default();
    Some(Config {
        title: localised("title", title_node),
        description: localised("description", description_node),
        author,
        date,
        date_at: date.and(date_node).map(|node| node.place.clone()),
        base_url,
        source,
        theme_place: theme.as_ref().and(theme_node).map(|node| node.place.clone()),
        theme: theme.unwrap_or_else(|| "default".to_owned()),
        plans,
        raw_html,
        smart_punctuation,
        highlight,
        segments,
        side_by_side,
        fallback,
        term_links,
        status_page,
        ignored_links,
        severities,
        cname,
        limits,
        extra,
        file: Arc::clone(file),
        languages,
    })
}

/// Reads `base_url`, the address of the site.
fn address(fields: &mut Fields<'_, '_>) -> Option<String> {
    let node = fields.take("base_url")?;
    let text = yaml::text(node, fields.problems())?;
    let why = match base_url(&text) {
        Ok(url) => return Some(url),
        Err(why) => why,
    };
    fields
        .report(&code::BAD_URL, &node.place, not_the_url(&text, why))
        .hint("write the URL in the form https://example.org/book/");
    None
}

/// Reads `source`, the code of one of the languages. The first language is the default.
fn source(fields: &mut Fields<'_, '_>, languages: &[LanguageConfig]) -> LangId {
    let Some(node) = fields.take("source") else { return LangId(0) };
    let Some(wanted) = yaml::text(node, fields.problems()) else { return LangId(0) };
    let found = languages.iter().position(|language| language.code == wanted);
    if found.is_none() {
        fields.problems().push(unknown_language(&wanted, node.place.clone(), languages));
    }
    LangId(found.unwrap_or(0))
}

/// Reads `plans`, the paths of the source texts' plans.
fn plans(fields: &mut Fields<'_, '_>) -> Vec<(String, Place)> {
    let mut plans: Vec<(String, Place)> = Vec::new();
    for (path, place) in fields.take_placed_list("plans") {
        if let Some((_, first)) = plans.iter().find(|(known, _)| *known == path) {
            fields
                .report(&code::BAD_VALUE, &place, format!("the split plan `{path}` is given twice"))
                .also(first, "first given here");
            continue;
        }
        plans.push((path, place));
    }
    plans
}

/// Reads `markdown`: `raw_html`, `smart_punctuation` and `highlight`.
fn markdown(fields: &mut Fields<'_, '_>) -> [bool; 3] {
    let keys = [("raw_html", false), ("smart_punctuation", true), ("highlight", true)];
    let node = fields.take("markdown");
    match node.and_then(|node| Fields::of(node, "`markdown`", fields.problems())) {
        None => keys.map(|(_, default)| default),
        Some(mut markdown) => {
            let values = keys.map(|(key, default)| markdown.take_bool(key).unwrap_or(default));
            markdown.finish();
            values
        }
    }
}

/// Reads `severity`, a mapping from codes to severities.
fn severities(fields: &mut Fields<'_, '_>) -> BTreeMap<&'static str, Option<Severity>> {
    let mut severities = BTreeMap::new();
    for entry in fields.take_map("severity") {
        let Some(code) = code::named(&entry.key) else {
            let hint = suggest::did_you_mean(&entry.key, code::ALL.iter().map(|code| code.name));
            fields.report(&code::BAD_VALUE, &entry.key_place, code::unknown(&entry.key)).maybe_hint(hint);
            continue;
        };
        if let Some(severity) = severity(&entry.node, code, fields.problems()) {
            severities.insert(code.name, severity);
        }
    }
    severities
}

/// Reads `term_links`.
fn term_links(fields: &mut Fields<'_, '_>) -> TermLinks {
    let Some(node) = fields.take("term_links") else { return TermLinks::default() };
    let Some(word) = yaml::text(node, fields.problems()) else { return TermLinks::default() };
    match word.as_str() {
        "section" => TermLinks::Section,
        "page" => TermLinks::Page,
        "every" => TermLinks::Every,
        "none" => TermLinks::None,
        _ => {
            fields
                .report(&code::BAD_VALUE, &node.place, format!("`{word}` does not say which mentions of terms become links"))
                .hint("use `section` (the first mention in each section), `page` (the first on each page), `every` or `none`");
            TermLinks::default()
        }
    }
}

/// Reads `external_links`: the URLs that are not asked for.
fn ignored_links(fields: &mut Fields<'_, '_>) -> Vec<String> {
    let Some(node) = fields.take("external_links") else { return Vec::new() };
    let Some(mut links) = Fields::of(node, "`external_links`", fields.problems()) else { return Vec::new() };
    let mut patterns = links.take_placed_list("ignore");
    links.finish();
    patterns.retain(|(pattern, place)| {
        let is_web = pattern.starts_with("https://") || pattern.starts_with("http://");
        if !is_web {
            fields
                .report(&code::BAD_VALUE, place, format!("`{pattern}` describes no link to another site"))
                .hint("begin with https:// or http://; `*` stands for any characters, as in https://example.org/*");
        }
        is_web
    });
    patterns.into_iter().map(|(pattern, _)| pattern).collect()
}

/// Reads `cname`, a domain name.
fn cname(fields: &mut Fields<'_, '_>) -> Option<String> {
    let node = fields.take("cname")?;
    let name = yaml::text(node, fields.problems())?;
    if !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '.' || c == '-') {
        return Some(name);
    }
    fields
        .report(&code::BAD_VALUE, &node.place, format!("`{name}` is not a domain name"))
        .hint("write only the domain, such as `book.example.org`");
    None
}

/// Reads `languages: [kk, en]`, or a list of `{code, name}`.
fn languages(node: &Node, problems: &mut Vec<Diagnostic>) -> Vec<LanguageConfig> {
    let Value::List(items) = &node.value else {
        problems.push(node.wrong_type("a list of languages"));
        return Vec::new();
    };
    let mut languages: Vec<LanguageConfig> = Vec::new();
    for item in items {
        let (code, name) = match &item.value {
            Value::Map(_) => {
                let Some(mut fields) = Fields::of(item, "a language", problems) else { continue };
                let code = fields.require_text("code");
                let name = fields.take_text("name");
                fields.finish();
                (code, name)
            }
            _ => (yaml::text(item, problems), None),
        };
        let Some(code) = code else { continue };
        if LanguageTag::parse(&code).is_none() {
            problems
                .report(&code::UNKNOWN_LANGUAGE, &item.place, format!("`{code}` is not a language tag"))
                .hint(format!("use a BCP 47 tag such as `kk`, `en` or `pt-BR`, of at most {} letters", LanguageTag::LONGEST));
        } else if let Some(unfit) = path::unfit(&code) {
            // The pages of the language are published in a folder with this name.
            problems
                .report(&code::BAD_VALUE, &item.place, format!("`{code}` cannot be the name of a folder: {unfit}"))
                .hint(format!("add the script to the tag, such as `{code}-Latn`"));
        } else if let Some(first) = languages.iter().find(|language| language.code.eq_ignore_ascii_case(&code)) {
            problems
                .report(&code::BAD_VALUE, &item.place, format!("language `{code}` is given twice"))
                .also(&first.place, "first given here");
        } else {
            languages.push(LanguageConfig { code, name, place: item.place.clone() });
        }
    }
    if languages.is_empty() && items.is_empty() {
        problems.report(&code::BAD_VALUE, &node.place, "a site needs at least one language");
    }
    languages
}

/// Returns the diagnostic for a language code that the site does not have.
pub fn unknown_language(wanted: &str, place: Place, languages: &[LanguageConfig]) -> Diagnostic {
    let (message, hint) = no_language(wanted, languages);
    Diagnostic::at(&code::UNKNOWN_LANGUAGE, place, message).hint(hint)
}

/// Returns the message and the hint for a language code that the site does not have.
pub fn no_language(wanted: &str, languages: &[LanguageConfig]) -> (String, String) {
    let codes = || languages.iter().map(|language| language.code.as_str());
    let hint = suggest::did_you_mean(wanted, codes())
        .unwrap_or_else(|| format!("the languages of the site are: {}", codes().collect::<Vec<_>>().join(", ")));
    (format!("the site has no language `{wanted}`"), hint)
}

/// Reads a text for all languages, or a mapping from language codes to texts.
fn localised(key: &str, node: &Node, languages: &[LanguageConfig], problems: &mut Vec<Diagnostic>) -> Localised {
    let mut texts = BTreeMap::new();
    if let Value::Map(entries) = &node.value {
        // The place is the first key. An empty mapping has no key.
        let place = entries.first().map_or(&node.place, |entry| &entry.key_place);
        let missing = |language: &&LanguageConfig| entries.iter().all(|entry| entry.key != language.code);
        for language in languages.iter().filter(missing) {
            problems
                .report(&code::MISSING_STRING, place, format!("`{key}` has no text in the language `{}`", language.code))
                .hint(format!("add `{}: …` below `{key}`", language.code));
        }
        for entry in entries {
            if !languages.iter().any(|language| language.code == entry.key) {
                problems.push(unknown_language(&entry.key, entry.key_place.clone(), languages));
            } else if let Some(text) = yaml::text(&entry.node, problems) {
                texts.insert(entry.key.clone(), text);
            }
        }
    } else if let Some(text) = yaml::text(node, problems) {
        texts.insert(String::new(), text);
    }
    Localised(texts)
}

fn severity(node: &Node, code: &Code, problems: &mut Vec<Diagnostic>) -> Option<Option<Severity>> {
    let word = yaml::text(node, problems)?;
    let severity = [Severity::Error, Severity::Warning, Severity::Note].into_iter().find(|severity| severity.name() == word);
    match severity {
        Some(severity) => Some(Some(severity)),
        // YAML may read `off` as text or as a boolean; both silence the code.
        None if word == "off" || node.value == Value::Bool(false) => Some(None),
        None => {
            problems
                .report(&code::BAD_VALUE, &node.place, format!("`{word}` is not a severity that `{}` can have", code.name))
                .hint("use `error`, `warning`, `note` or `off`");
            None
        }
    }
}

/// Returns the message that a text cannot be the URL of a site.
pub fn not_the_url(text: &str, why: &str) -> String {
    format!("`{text}` cannot be the site's URL: {why}")
}

/// Checks and normalises the URL of a site. The error is the reason why it is unusable.
pub fn base_url(text: &str) -> Result<String, &'static str> {
    let text = text.trim();
    let rest = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"))
        .ok_or("it does not begin with https:// or http://")?;
    if text.contains(['?', '#']) {
        return Err("it has a query or a fragment");
    }
    if text.contains(|c: char| c.is_whitespace() || c.is_control() || "\"<>\\^`{|}".contains(c)) {
        return Err("it contains a character that is not allowed in a URL");
    }
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    let (authority, path) = rest.split_once('/').map_or((rest, None), |(authority, path)| (authority, Some(path)));
    check_authority(authority)?;
    for part in path.into_iter().flat_map(|path| path.split('/')) {
        let is_escape = |after: &str| after.len() >= 2 && after.bytes().take(2).all(|byte| byte.is_ascii_hexdigit());
        if part.is_empty() {
            return Err("its path has an empty part");
        }
        if !part.split('%').skip(1).all(is_escape) {
            return Err("it has a `%` without two hexadecimal digits after it");
        }
        if matches!(part.to_ascii_lowercase().replace("%2e", ".").as_str(), "." | "..") {
            return Err("its path contains `.` or `..`");
        }
    }
    Ok(format!("{}/", text.strip_suffix('/').unwrap_or(text)))
}

/// Checks the host part of an address: `example.org`, `localhost:8080`, `[::1]`.
fn check_authority(authority: &str) -> Result<(), &'static str> {
    if authority.contains('@') {
        return Err("it contains a user name");
    }
    let (host, port) = match authority.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, port)) => {
            address.parse::<core::net::Ipv6Addr>().map_err(|_| "its host is not a valid IPv6 address")?;
            (None, port)
        }
        None => {
            let end = authority.find(':').unwrap_or(authority.len());
            (Some(&authority[..end]), &authority[end..])
        }
    };
    let is_letter = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_' || !c.is_ascii();
    match host {
        Some("") => return Err("it has no host"),
        Some(host) if host.split('.').any(str::is_empty) => return Err("its host has two dots in a row, or a dot at one end"),
        Some(host) if !host.split('.').all(|label| label.chars().all(is_letter)) => {
            return Err("its host is not a valid host name");
        }
        _ => {}
    }
    let is_port = |port: &str| port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse::<u16>().is_ok_and(|port| port > 0);
    if !port.is_empty() && !port.strip_prefix(':').is_some_and(is_port) {
        return Err("its port is not a number from 1 to 65535");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<&'static str> {
        Config::read(&"site.yaml".into(), text).1.iter().map(|problem| problem.code.name).collect()
    }

    #[test]
    fn a_small_configuration_is_enough() {
        let (config, problems) = Config::read(&"site.yaml".into(), "title: T\nlanguages: [kk, en]\n");
        assert_eq!(problems, []);
        let config = config.unwrap();
        assert_eq!(config.title.get("en"), Some("T"));
        assert_eq!(config.pairs(), [(LangId(0), LangId(1))]);
    }

    #[test]
    fn all_problems_are_named_at_once() {
        let text = "titel: T\nlanguages: [kk, kk, Q]\nsource: en\nbase_url: example.org\nseverity: {broken-lnk: error, footnote: loud}\n";
        assert_eq!(
            names(text),
            [
                "missing-key",
                "bad-url",
                "bad-value",
                "unknown-language",
                "unknown-language",
                "bad-value",
                "bad-value",
                "unknown-key"
            ]
        );
    }

    #[test]
    fn addresses_are_normalised() {
        assert_eq!(base_url("https://a.org/b").as_deref(), Ok("https://a.org/b/"));
        assert!(base_url("ftp://a.org").is_err());
        for fine in ["https://a.org/", "http://localhost:8080/a/", "https://[::1]:80/", "https://кітап.қаз/%D2%9B/"] {
            assert_eq!(base_url(fine).as_deref(), Ok(fine));
        }
    }

    #[test]
    fn addresses_that_would_lead_elsewhere_are_refused() {
        let bad = "https:///x https://u:p@a.org https://u@a.org https://. https://a..org https://.a.org https://a.org. \
            https://a.org:0 https://a.org:x https://a.org: https://a.org:70000 https://a.org:+1 https://[::1 https://[x] \
            https://[::1]x https://a.org/% https://a.org/%2 https://a.org/%ag https://a.org/%+1 https://a.org//b \
            https://a.org// https://a.org/b// https://a.org/./b https://a.org/b/.. https://a.org/%2E%2e/b https://a%20b.org";
        for text in bad.split_whitespace() {
            assert!(base_url(text).is_err(), "{text}");
        }
    }
}
