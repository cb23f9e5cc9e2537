//! Routes that are not pages: feeds, the sitemap, robots.txt and small files for hosts.
//!
//! [`render`] renders every route of the site. Pages and files come from the layer below.

use crate::render::{Rendered, Renderer};
use crate::site::{Route, RouteKind, route};

mod feed;
pub mod makings;
mod sitemap;
mod xml;

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
        | RouteKind::Front
        | RouteKind::NotFound
        | RouteKind::Redirect { .. }
        | RouteKind::Asset { .. }
        | RouteKind::ThemeFile { .. } => unreachable!("answered above"),
    }
}

fn robots(sitemap: Option<&str>) -> String {
    let mut text = String::from("User-agent: *\nAllow: /\n");
    if let Some(sitemap) = sitemap {
        text.push_str(&format!("Sitemap: {sitemap}\n"));
    }
    text
}

/// Returns the content type of a path by its extension.
pub fn content_type(path: &str) -> &'static str {
    match crate::base::path::extension(path).to_ascii_lowercase().as_str() {
        "html" | "htm" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "json" => "application/json",
        "xml" if path.ends_with(route::FEED) => "application/atom+xml; charset=utf-8",
        "xml" => "application/xml; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "avif" => "image/avif",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "woff" => "font/woff",
        "ttf" => "font/ttf",
        "pdf" => "application/pdf",
        "mp3" => "audio/mpeg",
        "mp4" => "video/mp4",
        "webm" => "video/webm",
        "wasm" => "application/wasm",
        "txt" | "md" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
