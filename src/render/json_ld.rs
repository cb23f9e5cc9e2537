//! Structured data of a page for search engines, as JSON-LD with the vocabulary of
//! <https://schema.org>: the book or the chapter, its translations, the trail to it, terms.
//!
//! All ids are absolute URLs. So a page has structured data only if the site's address is known.

use serde_json::{Map, Value as Json, json};
use tera::Value;

use crate::base::path;
use crate::model::LangId;
use crate::site::{Site, route};

/// Returns the structured data of a page from its template values; `None` if the page has no
/// canonical URL or is not to be indexed.
///
/// The text may stand in HTML: it has no `<`.
pub(super) fn structured_data(site: &Site, lang: LangId, field: &dyn Fn(&str) -> Value) -> Option<String> {
    let url = text(&field("canonical"))?;
    if field("noindex").is_truthy() {
        return None;
    }
    let code = site.config.code(lang);
    let mut graph: Vec<Json> = breadcrumbs(site, &field("breadcrumbs")).into_iter().collect();
    let mut thing = Map::new();
    // A page that shows the work of another page says only which one it is.
    let is_copy = absolute(site, &field("url")).is_some_and(|own| own != url);
    let mut set = |name: &str, value: Option<Json>| {
        if let Some(value) = value.filter(|_| !is_copy || matches!(name, "@type" | "@id" | "url")) {
            thing.insert(name.to_owned(), value);
        }
    };
    let kind = text(&field("kind"))?;
    let home = site.absolute(&super::shared::home_path(site, lang))?;
    let terms = || site.absolute(&route::terms_path(code));
    let class = match kind.as_str() {
        "home" => "Book",
        "parallel" if site.absolute(&super::shared::home_path(site, site.source())).as_ref() == Some(&url) => "Book",
        "page" | "section" | "parallel" => "Chapter",
        "terms" => "DefinedTermSet",
        "term" => "DefinedTerm",
        _ => "WebPage",
    };
    set("@type", Some(class.into()));
    set("@id", Some(url.as_str().into()));
    set("url", Some(url.as_str().into()));
    set("name", text(&field("title")).map(Json::from));
    set("description", text(&field("description")).map(Json::from));
    // A term is no creative work in the vocabulary: its set has the language.
    set("inLanguage", (class != "DefinedTerm").then(|| code.into()));
    match class {
        "Book" => set("author", site.config.author.as_ref().map(|name| json!({"@type": "Person", "name": name}))),
        "DefinedTerm" => {
            set("inDefinedTermSet", terms().map(|terms| json!({"@type": "DefinedTermSet", "@id": terms, "inLanguage": code})));
            let term = field("term");
            let names = term
                .get_from_path("names")
                .and_then(Value::as_array)
                .map(|names| names.iter().filter_map(|name| part(name, "name")).map(Json::from).collect::<Vec<Json>>());
            set("alternateName", names.filter(|names| !names.is_empty()).map(Json::from));
        }
        _ => set("isPartOf", Some(json!({"@type": "Book", "@id": home}))),
    }
    if matches!(class, "Book" | "Chapter") {
        let source = site.config.code(site.source());
        let alternates = field("alternates");
        let editions = alternates.as_array().map(|editions| {
            let edition = |edition: &Value| Some((part(edition, "hreflang")?, part(edition, "href")?));
            editions
                .iter()
                .filter_map(edition)
                .filter(|(hreflang, _)| hreflang != code && hreflang != "x-default")
                .collect::<Vec<_>>()
        });
        let editions = editions.unwrap_or_default();
        let of = |(hreflang, href): &(String, String)| json!({"@type": class, "@id": href, "inLanguage": hreflang});
        if code == source {
            let translations: Vec<Json> = editions.iter().map(of).collect();
            set("workTranslation", (!translations.is_empty()).then(|| translations.into()));
        } else {
            set("translationOfWork", editions.iter().find(|(hreflang, _)| hreflang == source).map(of));
        }
    }
    graph.push(thing.into());
    let json = json!({"@context": "https://schema.org", "@graph": graph});
    Some(json.to_string().replace('<', "\\u003c"))
}

/// Returns the absolute URL of a page, given by its URL from the site's root.
fn absolute(site: &Site, url: &Value) -> Option<String> {
    site.absolute(&path::from_url(&text(url)?)?)
}

/// Returns the trail to a page as a list of breadcrumbs.
fn breadcrumbs(site: &Site, trail: &Value) -> Option<Json> {
    let trail = trail.as_array().filter(|trail| !trail.is_empty())?;
    let item = |(position, crumb): (usize, &Value)| {
        Some(json!({
            "@type": "ListItem",
            "position": position + 1,
            "name": part(crumb, "title")?,
            "item": absolute(site, crumb.get_from_path("url")?)?,
        }))
    };
    let items: Vec<Json> = trail.iter().enumerate().filter_map(item).collect();
    Some(json!({"@type": "BreadcrumbList", "itemListElement": items}))
}

/// Returns the text at a key of a mapping.
fn part(mapping: &Value, key: &str) -> Option<String> {
    text(mapping.get_from_path(key)?)
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}
