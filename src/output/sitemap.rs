//! The sitemap: every page with its editions in other languages.
//!
//! Protocol: <https://www.sitemaps.org/protocol.html>; alternates as Google describes them.

use crate::base::xml;
use crate::model::front::feed_date;
use crate::site::{RouteKind, Site, sitemap};

/// Writes the sitemap of a site with a known address: the list of pages, or the list of the
/// sitemap's parts.
pub(super) fn sitemap(site: &Site) -> String {
    if site.sitemap_parts.len() < 2 {
        return part(site, 0);
    }
    let mut map = String::from(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<sitemapindex xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n",
    );
    let paths = (0..site.sitemap_parts.len() as u32).map(sitemap::part_path);
    for location in paths.filter_map(|path| site.absolute(&path)) {
        map.push_str(&format!("<sitemap><loc>{}</loc></sitemap>\n", xml::attribute(&location)));
    }
    map.push_str("</sitemapindex>\n");
    map
}

/// Writes a part of the sitemap.
pub(super) fn part(site: &Site, part: u32) -> String {
    // The sitemap is the largest file of large sites by far, and a growing buffer could need twice
    // its size.
    let routes = site.routes.len() / site.sitemap_parts.len().max(1);
    let mut map = String::with_capacity(routes * 100 * (site.languages.len() + 2));
    map.push_str("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\" xmlns:xhtml=\"http://www.w3.org/1999/xhtml\">\n");
    for route in site.routes_of_sitemap(part) {
        let Some(editions) = sitemap::editions(site, &route.kind) else { continue };
        let Some(location) = site.absolute(&route.path) else { continue };
        map.push_str(&format!("<url><loc>{}</loc>", xml::attribute(&location)));
        if let RouteKind::Page { work, lang } = &route.kind
            && let Some(date) = site.edition(*work, *lang).and_then(|edition| edition.document.front.date).and_then(feed_date)
        {
            map.push_str(&format!("<lastmod>{date}</lastmod>"));
        }
        let mut alternate = |hreflang: &str, path: &str| {
            if let Some(href) = site.absolute(path) {
                map.push_str(&format!(
                    "<xhtml:link rel=\"alternate\" hreflang=\"{hreflang}\" href=\"{}\"/>",
                    xml::attribute(&href)
                ));
            }
        };
        for (lang, path) in &editions {
            alternate(site.config.code(*lang), path);
        }
        if let Some((_, path)) = editions.iter().find(|(lang, _)| *lang == site.source()).or(editions.first()) {
            alternate("x-default", path);
        }
        map.push_str("</url>\n");
    }
    map.push_str("</urlset>\n");
    map
}
