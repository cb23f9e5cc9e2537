//! Links, images and bare URLs, which become links. A destination inside the site becomes a hole
//! and a ref, which the site answers.

use std::ops::Range;

use crate::base::{Diagnostic, Place, code};
use crate::model::Key;

use super::{Event, LinkType, Writer};
use crate::parse::destination::{Destination, classify, cut_anchor};
use crate::parse::{HoleKind, Ref, RefKind, Target};

impl Writer<'_, '_> {
    pub(super) fn start_link(&mut self, link_type: LinkType, url: &str, title: &str, range: Range<usize>) {
        let Some(page) = self.page else {
            self.push("<a href=\"");
            if link_type == LinkType::Email {
                self.push("mailto:");
            }
            self.href(url);
            self.title_attribute(title);
            self.push("\">");
            self.links.push(true);
            return;
        };
        let place = Place::new(&page.file, self.dest_range(&range, url));
        let wiki = matches!(link_type, LinkType::WikiLink { .. });
        let classified = if link_type == LinkType::Email {
            Destination::External(format!("mailto:{url}"))
        } else if wiki {
            // The text of a link may contain a line break.
            let url = url.split_whitespace().collect::<Vec<_>>().join(" ");
            Destination::Asks(match cut_anchor(&url) {
                ("", Some(anchor)) => Target::Anchor(anchor),
                (key, anchor) => Target::Work { key: Key::new(key.trim()), anchor },
            })
        } else {
            classify(url, &page.file)
        };
        if url.trim().is_empty() {
            let place = place.clone();
            self.problems.push(
                Diagnostic::at(&code::BROKEN_LINK, place, "the link has no destination")
                    .hint("write a URL, a path or a page's key between the brackets"),
            );
        }
        let opened = match classified {
            Destination::External(url) => {
                self.push("<a href=\"");
                self.href(&url);
                true
            }
            Destination::Unsafe(scheme) => {
                self.unsafe_url(&scheme, place);
                false
            }
            Destination::Asks(target) => {
                self.push(if wiki { "<a class=\"wiki\" href=\"" } else { "<a href=\"" });
                self.hole(HoleKind::Url(self.refs.len() as u32));
                self.refs.push(Ref { target, place, kind: if wiki { RefKind::Wiki } else { RefKind::Link } });
                true
            }
        };
        if opened {
            self.title_attribute(title);
            self.push("\">");
        }
        self.links.push(opened);
        // `[[key]]` shows the title of the work in the reader's language, not the key.
        if link_type == (LinkType::WikiLink { has_pothole: false }) {
            // A heading's anchor is made now, when that title is not known yet. So it is made from
            // the key.
            self.heading_text(url);
            self.hole(HoleKind::Title(self.refs.len() as u32 - 1));
            while let Some((Event::Text(_), _)) = self.events.get(self.at) {
                self.at += 1;
            }
        }
    }

    fn title_attribute(&mut self, title: &str) {
        if !title.is_empty() {
            self.push("\" title=\"");
            self.attribute(title);
        }
    }

    fn unsafe_url(&mut self, scheme: &str, place: Place) {
        self.problems.push(
            Diagnostic::at(
                &code::UNSAFE_URL,
                place,
                format!("the link is removed, because URLs with the scheme `{scheme}:` can run code or read files"),
            )
            .hint("link to a page of the site or to a URL that begins with `https://`"),
        );
    }

    /// Returns the byte range of a link's destination within the range of the whole link.
    fn dest_range(&self, range: &Range<usize>, url: &str) -> Range<usize> {
        match self.text[range.clone()].rfind(url) {
            Some(at) if !url.is_empty() => range.start + at..range.start + at + url.len(),
            _ => range.clone(),
        }
    }

    pub(super) fn image(&mut self, url: &str, title: &str, range: &Range<usize>) {
        let alt = self.alternative_text();
        self.heading_image(&alt);
        let Some(page) = self.page else {
            self.push("<img src=\"");
            self.href(url);
            self.push("\" alt=\"");
            self.attribute(&alt);
            self.title_attribute(title);
            self.push("\" />");
            return;
        };
        let place = Place::new(&page.file, self.dest_range(range, url));
        match classify(url, &page.file) {
            Destination::Asks(target) => {
                self.push("<img src=\"");
                self.hole(HoleKind::Url(self.refs.len() as u32));
                self.refs.push(Ref { target, place, kind: RefKind::Image });
                self.push("\" alt=\"");
                self.attribute(&alt);
                self.title_attribute(title);
                self.push("\" loading=\"lazy\" decoding=\"async\" />");
            }
            Destination::External(url) => {
                self.problems.push(
                    Diagnostic::at(
                        &code::EXTERNAL_IMAGE,
                        place,
                        "the picture is on another site, so the page shows a link instead of it",
                    )
                    .hint("save a copy of the picture in `content/` and refer to the copy"),
                );
                self.push("<a href=\"");
                self.href(&url);
                self.push("\">");
                self.escaped(if alt.is_empty() { &url } else { &alt });
                self.push("</a>");
            }
            Destination::Unsafe(scheme) => {
                self.unsafe_url(&scheme, place);
                self.escaped(&alt);
            }
        }
    }

    /// Consumes the events up to the end of the image, and returns its text without markup.
    fn alternative_text(&mut self) -> String {
        let mut alt = String::new();
        let mut depth = 0;
        while let Some((event, _)) = self.events.get(self.at) {
            self.at += 1;
            match event {
                Event::Start(_) => depth += 1,
                Event::End(_) if depth == 0 => break,
                Event::End(_) => depth -= 1,
                Event::Text(text) | Event::Code(text) | Event::InlineHtml(text) => alt.push_str(text),
                Event::SoftBreak | Event::HardBreak => alt.push(if self.page.is_some() { ' ' } else { '\n' }),
                _ => {}
            }
        }
        if let Some(leaf) = &mut self.leaf {
            leaf.depth = leaf.depth.saturating_sub(1);
        }
        alt
    }

    // Bare URLs.

    /// Writes text that equals the file's bytes, and turns its bare URLs into links.
    pub(super) fn text_with_urls(&mut self, mut range: Range<usize>) {
        let file = self.text;
        while let Some(url) = self.bare_url(&range) {
            self.write_text(&file[range.start..url.start], range.start..url.start);
            self.autolink(&url);
            // A URL may extend over several events (`_` and `&` begin new ones). Skip the events
            // inside it.
            let mut end = range.end;
            while end < url.end {
                end = self.events[self.at].1.end;
                self.at += 1;
            }
            range = url.end..end;
            self.inline(&range);
        }
        self.write_text(&file[range.clone()], range);
    }

    /// Returns the byte range of the first bare URL in this text, by the rules of GFM's extended
    /// autolinks.
    fn bare_url(&self, range: &Range<usize>) -> Option<Range<usize>> {
        const TRAILING: &str = "?!.,:;*_~'\"»”";
        /// More bytes than a DNS name can have.
        const LONGEST_HOST: usize = 1000;
        let text = &self.text[range.clone()];
        let mut from = 0;
        let (start, host_start) = loop {
            let found = from + text[from..].find(['h', 'w'])?;
            from = found + 1;
            let before = text[..found].chars().next_back();
            let Some(begin) = ["https://", "http://", "www."].iter().find(|begin| text[found..].starts_with(**begin)) else {
                continue;
            };
            if !before.is_none_or(|c| c.is_whitespace() || "*_~(\"'«“".contains(c)) {
                continue;
            }
            // The host is checked first. The rest is read only if the host is valid, so the search
            // stays linear.
            let host_start = range.start + found + if begin.ends_with('/') { begin.len() } else { 0 };
            let ends_host = |c: char| c.is_whitespace() || "</?#".contains(c);
            let host = &self.text[host_start..self.find_in_text(host_start, range.end, LONGEST_HOST, ends_host)];
            let host = host.trim_end_matches(|c| c == ')' || TRAILING.contains(c));
            if host.contains('.') && !host.starts_with('.') && !host.contains("..") {
                break (range.start + found, host_start);
            }
        };
        let end = self.find_in_text(host_start, range.end, usize::MAX, |c| c.is_whitespace() || c == '<');
        let mut url = &self.text[start..end];
        let count = |bracket: char| url.matches(bracket).count();
        let mut surplus =
            if url.ends_with(|c| c == ')' || TRAILING.contains(c)) { count(')').saturating_sub(count('(')) } else { 0 };
        while let Some(last) = url.chars().next_back() {
            match last {
                ')' if surplus > 0 => surplus -= 1,
                last if TRAILING.contains(last) => {}
                _ => break,
            }
            url = &url[..url.len() - last.len_utf8()];
        }
        Some(start..start + url.len())
    }

    /// Returns the position of the first wanted character at or after `start`, or else the end of
    /// the search. The search continues into text events that adjoin the current one, whose end is
    /// `end`. It stops at any other event, or soon after `most` bytes.
    fn find_in_text(&self, start: usize, mut end: usize, most: usize, wanted: impl Fn(char) -> bool) -> usize {
        let mut from = start;
        let mut ahead = self.events[self.at..].iter();
        loop {
            if let Some(at) = self.text[from..end].find(&wanted) {
                return from + at;
            }
            match ahead.next() {
                // The text of an entity differs from the file's bytes.
                Some((Event::Text(text), next)) if next.start == end && text.len() == next.len() && end - start < most => {
                    (from, end) = (end, next.end);
                }
                _ => return end,
            }
        }
    }

    fn autolink(&mut self, url: &Range<usize>) {
        let url = &self.text[url.clone()];
        self.push("<a href=\"");
        if url.starts_with("www.") {
            self.push("https://");
        }
        self.href(url);
        self.push("\">");
        self.escaped(url);
        self.push("</a>");
    }
}
