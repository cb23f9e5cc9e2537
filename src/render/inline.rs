//! Short texts from data as HTML: descriptions of terms, and notes on repairs. They are one line of
//! Markdown with emphasis, code and links; all other markup is shown as text.

use pulldown_cmark_escape::{escape_html, escape_html_body_text};

use crate::markdown::{self, Dialect, Event, LinkType, Tag, TagEnd};

/// Renders a text. `wiki` returns the URL of a wiki link as HTML, or `None` if it has no target.
/// Other links are kept if they lead to the web.
pub(super) fn inline(text: &str, mut wiki: impl FnMut(&str) -> Option<String>) -> String {
    let (events, _) = markdown::read(text, 0, Dialect::Page { smart_punctuation: true });
    let mut html = String::new();
    let mut closing: Vec<&str> = Vec::new();
    for (event, _) in events {
        match event {
            Event::Text(text) => escape_html_body_text(&mut html, &text).expect("writing to a string"),
            Event::Code(code) => {
                html.push_str("<code>");
                escape_html_body_text(&mut html, &code).expect("writing to a string");
                html.push_str("</code>");
            }
            Event::InlineHtml(text) | Event::Html(text) => escape_html_body_text(&mut html, &text).expect("writing to a string"),
            Event::SoftBreak | Event::HardBreak => html.push(' '),
            Event::Start(Tag::Emphasis) => html.push_str("<em>"),
            Event::End(TagEnd::Emphasis) => html.push_str("</em>"),
            Event::Start(Tag::Strong) => html.push_str("<strong>"),
            Event::End(TagEnd::Strong) => html.push_str("</strong>"),
            Event::Start(Tag::Link { link_type, dest_url, .. }) => {
                let url = match link_type {
                    LinkType::WikiLink { .. } => wiki(&dest_url),
                    _ => (dest_url.starts_with("https://") || dest_url.starts_with("http://")).then(|| {
                        let mut url = String::new();
                        escape_html(&mut url, &dest_url).expect("writing to a string");
                        url
                    }),
                };
                if let Some(url) = &url {
                    html.push_str(&format!("<a href=\"{url}\">"));
                }
                closing.push(if url.is_some() { "</a>" } else { "" });
            }
            Event::End(TagEnd::Link) => html.push_str(closing.pop().unwrap_or_default()),
            Event::Start(Tag::Paragraph) if !html.is_empty() => html.push(' '),
            _ => {}
        }
    }
    html
}
