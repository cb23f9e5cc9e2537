//! Links, images, quoted sentences (`![[KEY#ID]]`), and bare URLs, which become links. A
//! destination inside the site becomes a hole and a ref. [`crate::link`] resolves the ref, and
//! rendering fills the hole.

use std::ops::Range;

use crate::base::{Diagnostic, Place, code};

use super::{Event, LinkType, Tag, TagEnd, Writer};
use crate::markdown::{self, is_block, is_block_end};
use crate::parse::destination::{Destination, classify, quoted, scheme, wiki as wiki_target};
use crate::parse::{HoleKind, InlineKind, QuotationForm, Ref, RefKind, Target, WebLink};

impl Writer<'_, '_> {
    pub(super) fn start_link(&mut self, link_type: LinkType, url: &str, title: &str, range: Range<usize>) {
        let Some(page) = self.page else {
            self.out.open_inline(InlineKind::Link);
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
        let place = Place::new(&page.file, self.dest_range(&range));
        let wiki = matches!(link_type, LinkType::WikiLink { .. });
        let classified = if link_type == LinkType::Email {
            Destination::External(format!("mailto:{url}"))
        } else if wiki {
            Destination::Internal(wiki_target(url))
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
                self.out.open_inline(InlineKind::Link);
                self.push("<a href=\"");
                self.href(&url);
                let base_url = page.settings.base_url.as_deref();
                match base_url.and_then(|base_url| url.strip_prefix(base_url)) {
                    Some(rest) => self.refs.push(Ref { target: Target::Own(rest.to_owned()), place, kind: RefKind::Link }),
                    None => self.web_link(&url, place),
                }
                true
            }
            Destination::Unsafe(scheme) => {
                self.unsafe_url(&scheme, place);
                false
            }
            Destination::Internal(target) => {
                self.out.open_inline(InlineKind::Link);
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
            // The anchor of a heading is made now, before that title is known. So the key is used.
            self.heading_text(url);
            self.hole(HoleKind::Title(self.refs.len() as u32 - 1));
            while let Some((Event::Text(_), _)) = self.events.get(self.at) {
                self.at += 1;
            }
        }
    }

    /// Records a link to another site, unless its URL is for another program, such as `mailto:`.
    fn web_link(&mut self, url: &str, place: Place) {
        let scheme = scheme(url).unwrap_or_default();
        if scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https") {
            self.web_links.push(WebLink { url: url.into(), place });
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

    /// Returns the byte range of a link's destination, or of the whole link if it is written
    /// elsewhere.
    fn dest_range(&self, range: &Range<usize>) -> Range<usize> {
        let found = markdown::destination_at(&self.spans, range.start);
        found.filter(|found| !found.is_empty()).unwrap_or_else(|| range.clone())
    }

    /// Writes `![[KEY#ID]]` as a hole for the sentence.
    fn quotation(&mut self, target: Target, (link_type, url): (LinkType, &str), range: &Range<usize>) {
        let Some(page) = self.page else { return };
        let place = Place::new(&page.file, self.dest_range(range));
        if link_type == (LinkType::WikiLink { has_pothole: true }) {
            let message = "the text after the bar of a quotation is not shown";
            let hint = "remove the bar and the text: the page shows the sentence, and the title of its page as a link";
            self.problems.push(Diagnostic::at(&code::BROKEN_LINK, place.clone(), message).hint(hint));
        }
        // The anchor of a heading is made now, before the sentence is known. So the key is used.
        self.heading_text(url);
        let form = match self.alone {
            _ if self.heading.is_some() || !self.links.is_empty() => QuotationForm::Plain,
            Some(_) => QuotationForm::Block,
            None => QuotationForm::Inline,
        };
        self.hole(HoleKind::Quotation(self.refs.len() as u32, form));
        self.refs.push(Ref { target, place, kind: RefKind::Quotation });
    }

    /// Returns true if the events up to the end of a block are nothing but quotations, line breaks
    /// and comments.
    pub(super) fn only_quotations_ahead(&self) -> bool {
        let mut is_quotation = false;
        let mut depth = 0;
        for (event, _) in &self.events[self.at..] {
            match event {
                Event::Start(Tag::Image { link_type: LinkType::WikiLink { .. }, dest_url, .. }) if quoted(dest_url).is_some() => {
                    is_quotation = true;
                    depth += 1;
                }
                Event::End(TagEnd::Image) => depth -= 1,
                Event::End(tag) if is_block_end(*tag) => return is_quotation,
                Event::Start(tag) if is_block(tag) => return is_quotation,
                _ if depth > 0 => {}
                Event::SoftBreak | Event::HardBreak => {}
                Event::InlineHtml(html) if html.starts_with("<!--") => {}
                Event::Text(text) if text.trim().is_empty() => {}
                _ => return false,
            }
        }
        is_quotation
    }

    pub(super) fn image(&mut self, (link_type, url): (LinkType, &str), title: &str, range: &Range<usize>) {
        let alt = self.alternative_text();
        if let LinkType::WikiLink { .. } = link_type
            && self.page.is_some()
            && let Some(target) = quoted(url)
        {
            return self.quotation(target, (link_type, url), range);
        }
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
        let place = Place::new(&page.file, self.dest_range(range));
        match classify(url, &page.file) {
            Destination::Internal(target) => {
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
                        place.clone(),
                        "the picture is on another site, so the page shows a link instead of it",
                    )
                    .hint("save a copy of the picture in `content/` and refer to the copy"),
                );
                self.web_link(&url, place);
                self.out.open_inline(InlineKind::Link);
                self.push("<a href=\"");
                self.href(&url);
                self.push("\">");
                self.escaped(if alt.is_empty() { &url } else { &alt });
                self.close_inline("</a>");
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

    /// Returns the first bare URL that begins in this text.
    fn bare_url(&self, range: &Range<usize>) -> Option<Range<usize>> {
        let first = self.urls.partition_point(|url| url.start < range.start);
        self.urls.get(first).filter(|url| url.start < range.end).cloned()
    }

    fn autolink(&mut self, range: &Range<usize>) {
        let url = &self.text[range.clone()];
        let scheme = if url.starts_with("www.") { "https://" } else { "" };
        if let Some(page) = self.page {
            let place = Place::new(&page.file, range.clone());
            let full = format!("{scheme}{url}");
            if page.settings.base_url.as_deref().is_none_or(|base_url| !full.starts_with(base_url)) {
                self.web_link(&full, place);
            }
        }
        self.out.open_inline(InlineKind::Code);
        self.push("<a href=\"");
        self.push(scheme);
        self.href(url);
        self.push("\">");
        self.escaped(url);
        self.close_inline("</a>");
    }
}
