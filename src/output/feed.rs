//! An Atom feed (RFC 4287) for each language: its newest pages.
//!
//! * Every entry has a summary, since feed readers show entries without a text badly. It is the
//!   page's description, or else the beginning of its text, or else its title.
//! * A page has a date, but feed readers sort entries by time. Pages of one date get different
//!   seconds of that day, in reading order: the later page is the newer one. So no two entries of a
//!   feed have the same time, and a page that is added behind the others of its date changes no
//!   other entry.
//! * A page without a date that feeds accept counts as published with the site.

use jiff::civil::{Date, DateTime};

use crate::base::xml;
use crate::model::front::feed_date;
use crate::model::{FrontMatter, LangId};
use crate::render::Renderer;
use crate::site::{Edition, WorkId, route};

/// The greatest number of entries in a feed.
const ENTRIES: usize = 50;

/// A page in a feed.
struct Entry<'a> {
    work: WorkId,
    edition: &'a Edition,
    updated: DateTime,
}

/// Writes the feed of a language.
pub(super) fn feed(renderer: &Renderer, lang: LangId) -> String {
    let site = &renderer.site;
    let language = &site.languages[lang.0];
    let code = language.code.as_str();
    let absolute = |path: &str| xml::attribute(&site.absolute(path).unwrap_or_default()).into_owned();
    let entries = entries(renderer, lang);
    let published = site.config.date.and_then(feed_date).unwrap_or(Date::constant(1970, 1, 1));
    let updated = entries.first().map_or_else(|| time_of(published, 0), |entry| entry.updated);
    let home = absolute(&format!("{code}/{}", route::INDEX));
    let own = absolute(&route::feed_path(code));
    let title = renderer.site_title(lang);
    let title = xml::text(&title);
    let mut feed = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"{code}\">\n<title>{title}</title>\n<id>{own}</id>\n<link rel=\"self\" type=\"application/atom+xml\" href=\"{own}\"/>\n<link rel=\"alternate\" type=\"text/html\" hreflang=\"{code}\" href=\"{home}\"/>\n<updated>{updated}Z</updated>\n<generator version=\"{}\">Tilmash</generator>\n",
        env!("CARGO_PKG_VERSION")
    );
    let author = site.config.author.as_deref().map_or_else(|| title.clone(), xml::text);
    feed.push_str(&format!("<author><name>{author}</name></author>\n"));
    for Entry { work, edition, updated } in entries {
        let url = absolute(&edition.path);
        let document = &edition.document;
        // Every field is named, so that a new one is not forgotten here.
        let FrontMatter {
            title: _,
            title_at: _,
            description,
            description_at: _,
            order: _,
            slug: _,
            date: _,
            date_at: _,
            aliases: _,
            draft: _,
            tags: _,
            template: _,
            no_terms: _,
            connections: _,
            extra: _,
        } = &document.front;
        feed.push_str(&format!(
            "<entry><title>{}</title><id>{url}</id><link rel=\"alternate\" type=\"text/html\" href=\"{url}\"/><published>{updated}Z</published><updated>{updated}Z</updated>",
            xml::text(&document.title)
        ));
        let has_text = |text: &String| !text.trim().is_empty();
        let summary = description.clone().filter(has_text).or_else(|| Some(renderer.opening(work, edition)).filter(has_text));
        let summary = summary.as_deref().unwrap_or(&document.title);
        feed.push_str(&format!("<summary>{}</summary></entry>\n", xml::text(summary)));
    }
    feed.push_str("</feed>\n");
    feed
}

/// Collects the entries of a feed, the newest first.
fn entries(renderer: &Renderer, lang: LangId) -> Vec<Entry<'_>> {
    let site = &renderer.site;
    let published = site.config.date.and_then(feed_date);
    let mut dated: Vec<(Date, WorkId, &Edition)> = site
        .order
        .iter()
        .filter(|&&work| !site.work(work).key.is_home())
        .filter_map(|&work| {
            let edition = site.edition(work, lang).filter(|edition| !edition.document.front.draft)?;
            let date = edition.document.front.date.and_then(feed_date).or(published)?;
            Some((date, work, edition))
        })
        .collect();
    // The sort is stable: pages of one date stay in reading order.
    dated.sort_by_key(|(date, _, _)| *date);
    let mut entries = Vec::with_capacity(dated.len());
    let mut before: Option<(Date, u32)> = None;
    for (date, work, edition) in dated {
        let second = before.filter(|(day, _)| *day == date).map_or(0, |(_, second)| second + 1);
        before = Some((date, second));
        entries.push(Entry { work, edition, updated: time_of(date, second) });
    }
    entries.reverse();
    entries.truncate(ENTRIES);
    entries
}

/// Returns the time at a second of a day; the last second if the number is larger than a day.
fn time_of(date: Date, second: u32) -> DateTime {
    let second = second.min(24 * 60 * 60 - 1);
    // Each is smaller than 60.
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    date.at(hour as i8, minute as i8, second as i8, 0)
}
