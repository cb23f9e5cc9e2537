//! The sitemap: every page with its editions in other languages, as search engines ask for them.
//!
//! Protocol: <https://www.sitemaps.org/protocol.html>; alternates as Google describes them.

use crate::model::LangId;
use crate::site::{Site, route, route::RouteKind};

use super::xml::escape;

/// The sitemap of a site whose address is known.
pub(super) fn sitemap(site: &Site) -> String {
    // Of large sites it is the largest file by far: to let it grow would double it.
    let mut xml = String::with_capacity(site.routes.len() * 100 * (site.languages.len() + 2));
    xml.push_str("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\" xmlns:xhtml=\"http://www.w3.org/1999/xhtml\">\n");
    for route in site.routes.values() {
        let editions: Vec<(LangId, String)> = match &route.kind {
            RouteKind::Page { work, lang } => {
                if site.edition(*work, *lang).is_some_and(|edition| edition.document.front.draft) {
                    continue;
                }
                let editions = site.config.lang_ids();
                editions.filter_map(|lang| Some((lang, site.edition(*work, lang)?.path.to_string()))).collect()
            }
            RouteKind::SourceOrder { split, .. } => {
                site.config.lang_ids().map(|lang| (lang, route::source_order_path(site.config.code(lang), *split))).collect()
            }
            RouteKind::Front => Vec::new(),
            // The others are no pages, or show what is claimed elsewhere.
            _ => continue,
        };
        let Some(location) = site.absolute(&route.path) else { continue };
        xml.push_str(&format!("<url><loc>{}</loc>", escape(&location)));
        if let RouteKind::Page { work, lang } = &route.kind
            && let Some(date) = site.edition(*work, *lang).and_then(|edition| edition.document.front.date)
        {
            xml.push_str(&format!("<lastmod>{date}</lastmod>"));
        }
        let mut alternate = |hreflang: &str, path: &str| {
            if let Some(href) = site.absolute(path) {
                xml.push_str(&format!("<xhtml:link rel=\"alternate\" hreflang=\"{hreflang}\" href=\"{}\"/>", escape(&href)));
            }
        };
        for (lang, path) in &editions {
            alternate(site.config.code(*lang), path);
        }
        if let Some((_, path)) = editions.iter().find(|(lang, _)| *lang == site.source()).or(editions.first()) {
            alternate("x-default", path);
        }
        xml.push_str("</url>\n");
    }
    xml.push_str("</urlset>\n");
    xml
}
