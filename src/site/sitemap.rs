//! The addresses in the sitemap, and the parts into which the sitemap of a large site is split.
//!
//! Protocol: <https://www.sitemaps.org/protocol.html>. The parts are computed with the routes,
//! since each part is a route; `output` writes the text of a part.

use std::ops::Bound;
use std::sync::Arc;

use rayon::prelude::*;

use crate::model::{Config, LangId, TermNames};

use super::index::Index;
use super::route::{self, Route, RouteKind};
use super::{Site, WorkId};

/// The greatest size of one file of the sitemap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PartLimits {
    pub addresses: usize,
    pub bytes: usize,
}

impl Default for PartLimits {
    /// Returns the limits of the protocol: 50,000 addresses and 50 MB in a file.
    fn default() -> Self {
        Self { addresses: 50_000, bytes: 50 << 20 }
    }
}

/// An upper bound for the length of an entry, or of a link to another edition, without the
/// addresses in it.
const FRAME: usize = 100;

/// Returns the path of a part of the sitemap.
pub fn part_path(part: u32) -> String {
    format!("sitemap-{}.xml", part + 1)
}

/// The data about editions that the sitemap shows. An index has them before the site is complete.
pub trait Addresses {
    /// Returns the configuration of the site.
    fn config(&self) -> &Config;

    /// Returns the names of the terms.
    fn terms(&self) -> &TermNames;

    /// Returns the path of an edition's page, and true if the edition is a draft.
    fn edition(&self, work: WorkId, lang: LangId) -> Option<(&str, bool)>;
}

impl Addresses for Site {
    fn config(&self) -> &Config {
        &self.config
    }

    fn terms(&self) -> &TermNames {
        &self.names.terms
    }

    fn edition(&self, work: WorkId, lang: LangId) -> Option<(&str, bool)> {
        self.edition(work, lang).map(|edition| (&*edition.path, edition.document.front.draft))
    }
}

impl Addresses for Index<'_> {
    fn config(&self) -> &Config {
        self.config
    }

    fn terms(&self) -> &TermNames {
        self.terms
    }

    fn edition(&self, work: WorkId, lang: LangId) -> Option<(&str, bool)> {
        self.head(work, lang).map(|head| (&*self.work(work).paths[lang.0], head.address.draft))
    }
}

/// Returns the language and the path of each edition of a route's page; `None` if the sitemap does
/// not list the route.
pub fn editions<'a>(site: &'a impl Addresses, kind: &RouteKind) -> Option<Vec<(LangId, std::borrow::Cow<'a, str>)>> {
    if !kind.properties().in_sitemap {
        return None;
    }
    let languages = site.config().lang_ids();
    match *kind {
        RouteKind::Page { work, lang } => {
            let is_listed = !site.edition(work, lang).is_some_and(|(_, is_draft)| is_draft);
            is_listed.then(|| languages.filter_map(|lang| Some((lang, site.edition(work, lang)?.0.into()))).collect())
        }
        RouteKind::SourceOrder { split, .. } => {
            let path = |lang| route::source_order_path(site.config().code(lang), split).into();
            Some(languages.map(|lang| (lang, path(lang))).collect())
        }
        RouteKind::Map { .. } => Some(languages.map(|lang| (lang, route::map_path(site.config().code(lang)).into())).collect()),
        RouteKind::Timeline { .. } => {
            Some(languages.map(|lang| (lang, route::timeline_path(site.config().code(lang)).into())).collect())
        }
        RouteKind::Terms { .. } => {
            Some(languages.map(|lang| (lang, route::terms_path(site.config().code(lang)).into())).collect())
        }
        RouteKind::Term { term, .. } => {
            let key = &site.terms().term(term).key;
            Some(languages.map(|lang| (lang, route::term_path(site.config().code(lang), key).into())).collect())
        }
        _ => Some(Vec::new()),
    }
}

/// Returns the path of the first address of each part, in the order of their paths.
pub(super) fn parts(index: &Index<'_>, routes: &[Route], limits: &PartLimits) -> Arc<[Arc<str>]> {
    let base = index.config.base_url.as_deref().unwrap_or_default();
    let mut listed: Vec<(&Arc<str>, usize)> = routes
        .par_iter()
        .filter_map(|route| {
            let editions = editions(index, &route.kind)?;
            let links: usize = editions.iter().map(|(_, path)| FRAME + length(base, path)).sum();
            // One more link (`x-default`) names the edition for all other languages.
            let default = editions.iter().map(|(_, path)| FRAME + length(base, path)).max().unwrap_or(0);
            Some((&route.path, FRAME + length(base, &route.path) + links + default))
        })
        .collect();
    listed.par_sort_unstable();
    let mut parts: Vec<Arc<str>> = Vec::new();
    let (mut addresses, mut bytes) = (0, 0);
    for (path, size) in listed {
        if parts.is_empty() || addresses == limits.addresses || bytes + size > limits.bytes {
            parts.push(Arc::clone(path));
            // The first and the last line of the file.
            (addresses, bytes) = (0, 2 * FRAME);
        }
        addresses += 1;
        bytes += size;
    }
    parts.into()
}

/// Returns an upper bound for the length of an address in XML.
fn length(base: &str, path: &str) -> usize {
    let escaped = |byte: u8| match byte {
        b'&' => "&amp;".len(),
        byte if byte.is_ascii_alphanumeric() || b"-._~/:".contains(&byte) => 1,
        _ => "%00".len(),
    };
    base.bytes().chain(path.bytes()).map(escaped).sum()
}

impl Site {
    /// Returns the routes from which a part of the sitemap takes its addresses.
    pub fn routes_of_sitemap(&self, part: u32) -> impl Iterator<Item = &Route> {
        let start = |part: u32| self.sitemap_parts.get(part as usize).cloned();
        let from = start(part).map_or(Bound::Unbounded, Bound::Included);
        let to = start(part + 1).map_or(Bound::Unbounded, Bound::Excluded);
        self.routes.range::<Arc<str>, _>((from, to)).map(|(_, route)| route)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encoded_characters_count_as_long_as_they_are_written() {
        for (path, written) in
            [("kk/a-b~c.d_e/index.html", "kk/a-b~c.d_e/index.html"), ("ә %", "%D3%99%20%25"), ("a&b<", "a&amp;b%3C")]
        {
            assert_eq!(length("https://a.org/", path), "https://a.org/".len() + written.len(), "{path}");
        }
    }
}
