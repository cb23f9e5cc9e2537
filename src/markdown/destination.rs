//! The destinations of links and images in a text, for a caller that changes them.
//!
//! They come from the same events as the page, so a destination is one here exactly if the page has
//! the link. Definitions `[label]: destination` are among them, also those that no link uses.

use std::ops::Range;

use pulldown_cmark::{BrokenLinkCallback, OffsetIter, Parser};

use super::span::{Span, SpanKind, of_events, written_destination};
use super::{Event, Events, LinkType, PLAIN_PAGE, Tag, destination_at};

/// The destination of a link, of an image or of a definition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    /// The bytes of the destination as it is written.
    pub range: Range<usize>,
    /// The destination without the escapes of Markdown.
    pub url: String,
    pub form: DestinationForm,
    /// True if the element is an image. A definition may serve both links and images.
    pub is_image: bool,
}

/// The form in which a destination is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DestinationForm {
    /// `[text](destination)`
    Inline,
    /// `[[key]]` or `[[key|text]]`
    Wiki,
    /// `[label]: destination`
    Definition,
}

/// Returns the destinations in the Markdown that begins at byte `start` of a file, in the order of
/// the file. Ranges count from the beginning of the file.
pub fn destinations(text: &str, start: usize) -> Vec<Destination> {
    let mut parser = Parser::new_ext(&text[start..], PLAIN_PAGE.options()).into_offset_iter();
    let events: Events<'_> = parser.by_ref().map(|(event, range)| (event, range.start + start..range.end + start)).collect();
    let mut found = definitions(text, start, &parser);
    let spans = of_events(text, start..text.len(), &events);
    for (event, range) in &events {
        let (link_type, url, is_image) = match event {
            Event::Start(Tag::Link { link_type, dest_url, .. }) => (*link_type, dest_url, false),
            Event::Start(Tag::Image { link_type, dest_url, .. }) => (*link_type, dest_url, true),
            _ => continue,
        };
        let form = match link_type {
            LinkType::Inline => DestinationForm::Inline,
            LinkType::WikiLink { .. } => DestinationForm::Wiki,
            _ => continue,
        };
        let range = match form {
            DestinationForm::Wiki => key_at(&spans, range.start),
            DestinationForm::Inline | DestinationForm::Definition => destination_at(&spans, range.start),
        };
        if let Some(range) = range.filter(|range| !range.is_empty()) {
            found.push(Destination { range, url: url.to_string(), form, is_image });
        }
    }
    found.sort_by_key(|destination| destination.range.start);
    found
}

/// Returns the key of the link `[[key]]` or `[[key|text]]` that begins at a byte. Its span follows
/// that of the opening brackets.
fn key_at(spans: &[Span], start: usize) -> Option<Range<usize>> {
    let first = spans.partition_point(|span| (span.start as usize) < start);
    let next = spans.get(first + 1)?;
    matches!(next.kind, SpanKind::Destination(_)).then(|| next.range())
}

/// Returns the destinations of definitions, in no particular order.
fn definitions<'t, F: BrokenLinkCallback<'t>>(text: &str, start: usize, parser: &OffsetIter<'t, F>) -> Vec<Destination> {
    let mut found = Vec::new();
    for (_, definition) in parser.reference_definitions().iter() {
        let span = definition.span.start + start..definition.span.end + start;
        let written = &text[span.clone()];
        let Some(after) = label_end(written) else { continue };
        let skipped = written.len() - written[after..].trim_start().len();
        let Some(range) = written_destination(&written[skipped..]).filter(|range| !range.is_empty()) else { continue };
        let at = span.start + skipped;
        let (range, url) = (at + range.start..at + range.end, definition.dest.to_string());
        found.push(Destination { range, url, form: DestinationForm::Definition, is_image: false });
    }
    found
}

/// Returns the byte after `[label]:` at the beginning of a definition.
fn label_end(written: &str) -> Option<usize> {
    let mut is_escaped = false;
    for (at, c) in written.char_indices() {
        match c {
            ']' if !is_escaped => return written[at..].starts_with("]:").then_some(at + 2),
            _ => is_escaped = c == '\\' && !is_escaped,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn destinations_of_every_form_are_found() {
        let text = "---\na: 1\n---\n[a](b.md#c \"t\") ![p](<x y.png>) [[k]] [[k#1.1|t]] [r][l] `[x](y.md)` <https://a.org>\n\n[l]: ../d.md 'T'\n[m n]:\n  <e f.md>\n> [q]: g.md\n";
        let found = destinations(text, 13);
        let found: Vec<_> = found.iter().map(|it| (&text[it.range.clone()], it.form, it.is_image)).collect();
        use DestinationForm::{Definition, Inline, Wiki};
        assert_eq!(
            found,
            [
                ("b.md#c", Inline, false),
                ("x y.png", Inline, true),
                ("k", Wiki, false),
                ("k#1.1", Wiki, false),
                ("../d.md", Definition, false),
                ("e f.md", Definition, false),
                ("g.md", Definition, false),
            ]
        );
    }
}
