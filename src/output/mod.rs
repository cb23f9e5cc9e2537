//! Routes that are not pages: feeds, the sitemap, robots.txt and small files for hosts.
//!
//! [`render`] renders every route of the site. Pages and files come from the layer below.

use std::borrow::Cow;

use crate::base::path::file_name;
use crate::render::{Rendered, Renderer};
use crate::site::{Route, RouteKind, route};

mod feed;
pub mod fingerprints;
mod sitemap;

/// Renders a route. `build`, `serve` and `check` share this function.
pub fn render(renderer: &Renderer, route: &Route) -> Rendered {
    if let Some(rendered) = renderer.page(route).or_else(|| renderer.file(route)) {
        return rendered;
    }
    let site = &renderer.site;
    match &route.kind {
        RouteKind::Feed { lang } => feed::feed(renderer, *lang).into(),
        RouteKind::Sitemap => sitemap::sitemap(site).into(),
        RouteKind::SitemapPart { part } => sitemap::part(site, *part).into(),
        RouteKind::Robots => robots(site.absolute(route::SITEMAP).as_deref()).into(),
        // GitHub Pages leaves out files that begin with `_` unless this file is there.
        RouteKind::NoJekyll => String::new().into(),
        RouteKind::Cname => format!("{}\n", site.config.cname.as_deref().unwrap_or_default()).into(),
        RouteKind::Page { .. }
        | RouteKind::Fallback { .. }
        | RouteKind::Status { .. }
        | RouteKind::SideBySide { .. }
        | RouteKind::SourceOrder { .. }
        | RouteKind::Tags { .. }
        | RouteKind::Tag { .. }
        | RouteKind::Terms { .. }
        | RouteKind::Term { .. }
        | RouteKind::Map { .. }
        | RouteKind::Timeline { .. }
        | RouteKind::Front
        | RouteKind::NotFound
        | RouteKind::Redirect { .. }
        | RouteKind::Asset { .. }
        | RouteKind::ThemeFile { .. } => unreachable!("rendered above"),
    }
}

fn robots(sitemap: Option<&str>) -> String {
    let mut text = String::from("User-agent: *\nAllow: /\n");
    if let Some(sitemap) = sitemap {
        text.push_str(&format!("Sitemap: {sitemap}\n"));
    }
    text
}

/// Returns the content type of a path by its extension, as web servers do. Texts are in UTF-8.
pub fn content_type(path: &str) -> Cow<'static, str> {
    if file_name(path) == route::FEED {
        return "application/atom+xml; charset=utf-8".into();
    }
    match mime_guess::from_path(path).first_raw() {
        Some(text) if text.starts_with("text/") => format!("{text}; charset=utf-8").into(),
        Some(other) => other.into(),
        None => "application/octet-stream".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::content_type;

    #[test]
    fn files_have_the_types_that_browsers_ask_for() {
        for (path, wanted) in [
            ("kk/index.html", "text/html; charset=utf-8"),
            ("assets/script.0a1b2c3d.js", "text/javascript; charset=utf-8"),
            ("assets/style.css", "text/css; charset=utf-8"),
            ("kk/feed.xml", "application/atom+xml; charset=utf-8"),
            ("sitemap.xml", "text/xml; charset=utf-8"),
            ("robots.txt", "text/plain; charset=utf-8"),
            ("fonts/literata.woff2", "font/woff2"),
            ("map.SVG", "image/svg+xml"),
            ("speech.ogg", "audio/ogg"),
            ("CNAME", "application/octet-stream"),
        ] {
            assert_eq!(content_type(path), wanted, "{path}");
        }
    }
}
