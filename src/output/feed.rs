//! An Atom feed (RFC 4287) for each language: its newest pages.

use jiff::civil::Date;

use crate::model::LangId;
use crate::render::Renderer;
use crate::site::Edition;

use super::xml::escape;

/// How many entries a feed has.
const ENTRIES: usize = 50;

/// The feed of a language.
pub(super) fn feed(renderer: &Renderer, lang: LangId) -> String {
    let site = &renderer.site;
    let language = &site.languages[lang.0];
    let code = language.code.as_str();
    let absolute = |path: &str| escape(&site.absolute(path).unwrap_or_default());
    // A page without a date counts as published with the site.
    let mut entries: Vec<(Date, usize, &Edition)> = site
        .order
        .iter()
        .enumerate()
        .filter_map(|(position, &work)| {
            let edition = site.edition(work, lang).filter(|edition| !edition.document.front.draft)?;
            let date = edition.document.front.date.or(site.config.date)?;
            (!site.work(work).key.is_home()).then_some((date, position, edition))
        })
        .collect();
    // The newest first; those of one day in reading order.
    entries.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    let updated = entries.first().map(|entry| entry.0).or(site.config.date).unwrap_or(Date::constant(1970, 1, 1));
    let home = absolute(&format!("{code}/index.html"));
    let own = absolute(&format!("{code}/feed.xml"));
    let title = escape(&renderer.site_title(lang));
    let mut xml = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"{code}\">\n<title>{title}</title>\n<id>{own}</id>\n<link rel=\"self\" type=\"application/atom+xml\" href=\"{own}\"/>\n<link rel=\"alternate\" type=\"text/html\" hreflang=\"{code}\" href=\"{home}\"/>\n<updated>{updated}T00:00:00Z</updated>\n<generator version=\"{}\">Tilmash</generator>\n",
        env!("CARGO_PKG_VERSION")
    );
    let author = site.config.author.as_deref().map_or_else(|| title.clone(), escape);
    xml.push_str(&format!("<author><name>{author}</name></author>\n"));
    for (date, _, edition) in entries.into_iter().take(ENTRIES) {
        let url = absolute(&edition.path);
        let document = &edition.document;
        xml.push_str(&format!(
            "<entry><title>{}</title><id>{url}</id><link rel=\"alternate\" type=\"text/html\" href=\"{url}\"/><published>{date}T00:00:00Z</published><updated>{date}T00:00:00Z</updated>",
            escape(&document.title)
        ));
        if let Some(description) = &document.front.description {
            xml.push_str(&format!("<summary>{}</summary>", escape(description)));
        }
        xml.push_str("</entry>\n");
    }
    xml.push_str("</feed>\n");
    xml
}
