//! The web links of a site: each URL once, with all of its places.
//!
//! Links of texts come from the parsed documents, so a link is one here exactly if it is one on the
//! page. Links in the descriptions and references of terms are included, and so are URLs in the
//! free fields of front matter and `site.yaml`. The site's own address is not: `check` resolves
//! links to it. HTML in texts is not searched.

use std::collections::HashMap;

use url::Url;

use crate::base::Place;
use crate::base::yaml::{Node, Value};
use crate::markdown::{self, SpanKind};
use crate::site::Site;

use super::target;

/// A URL to which texts link.
#[derive(Debug)]
pub struct WebLink {
    /// The URL as the first text has it, without its fragment.
    pub written: String,
    /// The URL that is asked for. The error is the reason why it cannot be.
    pub(super) target: Result<Url, &'static str>,
    /// The places of the links, in reading order.
    pub places: Vec<Place>,
}

/// Returns the web links of a site, in the order of their first places. URLs that `site.yaml` says
/// to ignore are left out.
pub(super) fn collect(site: &Site) -> Vec<WebLink> {
    let mut collected = Collected { site, links: Vec::new(), by_url: HashMap::new() };
    for &work in site.order.iter() {
        for edition in site.work(work).editions.iter().flatten() {
            let document = &edition.document;
            document.front.extra.iter().for_each(|extra| collected.in_data(extra));
            for link in &document.web_links {
                collected.add(&link.url, &link.place);
            }
        }
    }
    for (_, term) in site.glossary.iter() {
        for (text, place) in term.descriptions.iter().flatten() {
            for span in markdown::spans(text) {
                if matches!(span.kind, SpanKind::Destination(_) | SpanKind::Url) {
                    collected.add_if_web(&text[span.range()], place);
                }
            }
        }
        for (url, place) in term.references.iter().filter_map(|reference| reference.url.as_ref()) {
            collected.add(url, place);
        }
    }
    site.config.extra.iter().for_each(|extra| collected.in_data(extra));
    collected.links
}

struct Collected<'a> {
    site: &'a Site,
    links: Vec<WebLink>,
    /// Positions in `links`, by the URL that is asked for, or by the text if it is no URL.
    by_url: HashMap<String, usize>,
}

impl Collected<'_> {
    /// Adds the URLs among the values of a free field.
    fn in_data(&mut self, node: &Node) {
        match &node.value {
            Value::Text(text) if !text.contains(char::is_whitespace) => self.add_if_web(text, &node.place),
            Value::List(items) => items.iter().for_each(|item| self.in_data(item)),
            Value::Map(entries) => entries.iter().for_each(|entry| self.in_data(&entry.node)),
            _ => {}
        }
    }

    fn add_if_web(&mut self, text: &str, place: &Place) {
        if text.starts_with("https://") || text.starts_with("http://") {
            self.add(text, place);
        }
    }

    fn add(&mut self, written: &str, place: &Place) {
        let written = written.split('#').next().unwrap_or_default();
        let config = &self.site.config;
        if config.base_url.as_deref().is_some_and(|own| written.starts_with(own)) {
            return;
        }
        let target = target::parse(written);
        let asked = target.as_ref().map_or(written, Url::as_str);
        let is_ignored = |pattern: &String| target::matches(pattern, written) || target::matches(pattern, asked);
        if config.ignored_links.iter().any(is_ignored) {
            return;
        }
        let next = self.links.len();
        let at = *self.by_url.entry(asked.to_owned()).or_insert(next);
        match self.links.get_mut(at) {
            Some(link) => link.places.push(place.clone()),
            None => self.links.push(WebLink { written: written.to_owned(), target, places: vec![place.clone()] }),
        }
    }
}
