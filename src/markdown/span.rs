//! Spans: the places of the inline markup in a text. All bytes outside of spans are prose.
//!
//! ```text
//! text:   see [the *page*](a.md), `x`
//! spans:  `[` open link, `*` open emphasis, `*` close emphasis, `](a.md)` close link with the
//!         destination `a.md`, "`x`" lone code
//! prose:  "see ", "the ", "page", ", "
//! ```
//!
//! The spans of a document come from the same events as its page. So a link is a span exactly if
//! the page has the link. [`spans`] reads a sentence alone, without the rest of its document:
//! there, a link `[text][label]` and a footnote count as defined.
//!
//! Placeholders of programs (`{name}`, `%s`, `$NAME`) are no Markdown, but translators must keep
//! them like markup. They are found in the text between the markup.

use std::ops::Range;

use super::{Event, Events, LinkType, PLAIN_PAGE, Tag, TagEnd, is_block_end};
use pulldown_cmark::{BrokenLink, CowStr, Options, Parser};

/// The greatest length of a footnote's label or a placeholder's name, in characters.
const MAX_NAME: usize = 200;

/// A piece of a text that is not prose. Spans are sorted and do not overlap, except that the
/// destination of a link lies inside the piece before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    pub start: u32,
    pub end: u32,
    pub kind: SpanKind,
}

/// The kind of a span.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpanKind {
    /// A piece of an element.
    Markup(Role, Kind),
    /// The destination of the link or the image that the piece before belongs to.
    Destination(Form),
    /// A bare URL, which pages turn into a link.
    Url,
    /// The backslash before an escaped character.
    Escape,
    /// A character reference such as `&nbsp;`.
    Entity,
    /// A placeholder of a program.
    Placeholder,
}

/// The position of a piece of markup relative to the text that it marks up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    Open,
    Close,
    /// A piece without text inside: code, a footnote.
    Lone,
}

/// The kind of an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Emphasis,
    Strong,
    Strikethrough,
    Superscript,
    Subscript,
    Link,
    Image,
    Code,
    Html,
    Footnote,
    /// The bar between two cells of a table row. Only texts for translators have it, see
    /// `translation::exchange`.
    Border,
}

/// The form in which a destination is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// `[text](destination)`
    Inline,
    /// `[[key]]` or `[[key|text]]`
    Wiki,
    /// `<https://example.org>`: the destination is what readers see.
    Auto,
}

impl Span {
    fn new(range: Range<usize>, kind: SpanKind) -> Self {
        let position = |at: usize| u32::try_from(at).expect("the limit on text files keeps positions below 4 GiB");
        Self { start: position(range.start), end: position(range.end), kind }
    }

    /// Returns the byte range.
    pub fn range(&self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// Moves the span towards the beginning: its text lost `by` bytes before it.
    #[must_use]
    pub fn shifted_left(self, by: usize) -> Self {
        Self { start: self.start - by as u32, end: self.end - by as u32, ..self }
    }

    /// Moves the span towards the end: its text got `by` bytes before it.
    #[must_use]
    pub fn shifted_right(self, by: usize) -> Self {
        Self { start: self.start + by as u32, end: self.end + by as u32, ..self }
    }
}

/// Returns the destination of the link or image that begins at a byte, among the spans of its text.
/// A link `[text][label]` has none.
pub fn destination_at(spans: &[Span], start: usize) -> Option<Range<usize>> {
    let first = spans.partition_point(|span| (span.start as usize) < start);
    let mut depth = 0;
    for (at, span) in spans.iter().enumerate().skip(first) {
        match span.kind {
            SpanKind::Markup(Role::Open, _) => depth += 1,
            SpanKind::Markup(Role::Close, _) => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            let next = spans.get(at + 1).filter(|next| matches!(next.kind, SpanKind::Destination(_)))?;
            return Some(next.range());
        }
    }
    None
}

/// Returns the text of a code span, without its backticks and the space that may be inside at each
/// end:
///
/// ```text
/// `` a`b ``   ->   a`b
/// ```
pub fn code(written: &str) -> &str {
    let ticks = written.len() - written.trim_start_matches('`').len();
    let code = written.get(ticks..written.len() - ticks).unwrap_or(written);
    match code.strip_prefix(' ').and_then(|code| code.strip_suffix(' ')) {
        Some(inside) if !inside.trim().is_empty() => inside,
        _ => code,
    }
}

/// Returns the spans of a sentence that has no document. Line breaks may be inside, but no blocks:
/// a sentence that begins with `-` or `#` is text.
pub fn spans(sentence: &str) -> Vec<Span> {
    const MARKS: &[char] = &['*', '_', '~', '`', '[', '<', '\\', '&', '{', '%', '$'];
    if !sentence.contains(MARKS) && !may_have_urls(sentence) {
        return Vec::new();
    }
    // A heading contains only inline text, so the sentence starts no block here. A heading has no
    // line breaks, so these become spaces. The no-break space protects other white space at the
    // sentence's start, which the parser would strip from the heading.
    const BEFORE: &str = "# \u{a0}";
    let mut line = format!("{BEFORE}{}", sentence.replace(['\n', '\r'], " "));
    let inside = BEFORE.len()..line.len();
    // The parser recognises only footnotes that are defined.
    for label in labels(sentence) {
        line.push_str("\n\n[^");
        line.push_str(label);
        line.push_str("]: x");
    }
    let options = PLAIN_PAGE.options() - Options::ENABLE_HEADING_ATTRIBUTES;
    let mut defined = |link: BrokenLink<'_>| {
        let full = matches!(link.link_type, LinkType::Reference | LinkType::Collapsed);
        full.then_some((CowStr::Borrowed("x"), CowStr::Borrowed("")))
    };
    let parser = Parser::new_with_broken_link_callback(&line, options, Some(&mut defined));
    let events: Events<'_> = parser.into_offset_iter().take_while(|(_, range)| range.start < inside.end).collect();
    let of_line = of_events(&line, inside.clone(), &events).into_iter();
    of_line.filter(|span| span.end as usize <= inside.end).map(|span| span.shifted_left(BEFORE.len())).collect()
}

/// Returns the labels of possible footnotes of a sentence.
fn labels(sentence: &str) -> impl Iterator<Item = &str> {
    sentence.match_indices("[^").filter_map(|(at, _)| {
        let label = &sentence[at + 2..];
        let (end, _) = label.char_indices().take(MAX_NAME).find(|&(_, c)| matches!(c, ']' | '\n' | '\r' | '['))?;
        (end > 0 && label[end..].starts_with(']')).then_some(&label[..end])
    })
}

fn may_have_urls(text: &str) -> bool {
    text.contains("http") || text.contains("www.")
}

/// Returns the spans of the running text in the events of a text. `bytes` is the part of the text
/// that the events describe.
pub(super) fn of_events(text: &str, bytes: Range<usize>, events: &[(Event<'_>, Range<usize>)]) -> Vec<Span> {
    let part = &text[bytes];
    let mut recorder = Recorder {
        text,
        events,
        at: 0,
        spans: Vec::new(),
        open: Vec::new(),
        reached: 0,
        run: 0..0,
        // In a text without bare URLs, a search for them would cost more than everything else.
        has_urls: may_have_urls(part),
        // A loop without an early exit compares many bytes at once.
        has_placeholders: part.bytes().fold(false, |has, byte| has | matches!(byte, b'{' | b'%' | b'$')),
        end: 0,
        overlaps: false,
    };
    recorder.record();
    // The parser's ranges nest in every text that was tried (`tests/laws.rs`). A text in which they
    // did not would count as prose.
    if recorder.overlaps { Vec::new() } else { recorder.spans }
}

/// The walk through the events of a text.
struct Recorder<'e, 't> {
    text: &'e str,
    events: &'e [(Event<'t>, Range<usize>)],
    /// The position of the next event.
    at: usize,
    spans: Vec<Span>,
    open: Vec<Element>,
    /// The end of the inline content so far. Only an escaping backslash or the markup of blocks can
    /// be between it and the next text.
    reached: usize,
    /// Text that was not yet searched for placeholders.
    run: Range<usize>,
    has_urls: bool,
    has_placeholders: bool,
    /// The end of the last span that is no destination.
    end: u32,
    /// True if a span begins before the end of the one before.
    overlaps: bool,
}

/// An element whose end was not reached yet.
struct Element {
    kind: Kind,
    /// The position of its opening span.
    span: usize,
    /// Byte range of its content so far.
    inside: Range<usize>,
    link: Option<LinkType>,
}

impl Recorder<'_, '_> {
    fn record(&mut self) {
        let events = self.events;
        while let Some((event, range)) = events.get(self.at) {
            self.at += 1;
            match event {
                Event::Start(Tag::CodeBlock(_) | Tag::HtmlBlock) => {
                    let is_end = |event: &Event<'_>| matches!(event, Event::End(TagEnd::CodeBlock | TagEnd::HtmlBlock));
                    let rest = events[self.at..].iter().position(|(event, _)| is_end(event));
                    self.at = rest.map_or(events.len(), |rest| self.at + rest + 1);
                }
                Event::Start(tag) => self.start(tag, range),
                Event::End(tag) if !is_block_end(*tag) => self.end(range.end),
                Event::Text(shown) => self.text(shown, range.clone()),
                Event::Code(_) => self.lone(Kind::Code, range.clone()),
                Event::InlineHtml(_) | Event::Html(_) => self.lone(Kind::Html, range.clone()),
                Event::FootnoteReference(_) => self.lone(Kind::Footnote, range.clone()),
                Event::SoftBreak | Event::HardBreak => self.reach(range.end),
                _ => {}
            }
        }
        self.search_run();
    }

    fn push(&mut self, range: Range<usize>, kind: SpanKind) {
        self.search_run();
        let span = Span::new(range, kind);
        if !matches!(kind, SpanKind::Destination(_)) {
            self.overlaps |= span.start < self.end || span.start >= span.end;
            self.end = span.end;
        }
        self.spans.push(span);
    }

    /// Extends the content of the innermost open element.
    fn reach(&mut self, end: usize) {
        self.reached = end;
        if let Some(element) = self.open.last_mut() {
            element.inside.end = element.inside.end.max(end);
        }
    }

    fn lone(&mut self, kind: Kind, range: Range<usize>) {
        self.reach(range.end);
        self.push(range, SpanKind::Markup(Role::Lone, kind));
    }

    fn start(&mut self, tag: &Tag<'_>, range: &Range<usize>) {
        let written = &self.text[range.clone()];
        let (kind, link, opening) = match tag {
            Tag::Emphasis => (Kind::Emphasis, None, 1),
            Tag::Strong => (Kind::Strong, None, 2),
            Tag::Strikethrough => (Kind::Strikethrough, None, if written.starts_with("~~") { 2 } else { 1 }),
            Tag::Superscript => (Kind::Superscript, None, 1),
            Tag::Subscript => (Kind::Subscript, None, 1),
            Tag::Link { link_type: link @ (LinkType::Autolink | LinkType::Email), .. } => (Kind::Link, Some(*link), 0),
            Tag::Link { link_type: link @ LinkType::WikiLink { has_pothole }, .. } => {
                let bar = if *has_pothole { written.find('|') } else { None };
                (Kind::Link, Some(*link), bar.map_or(0, |bar| bar + 1))
            }
            Tag::Link { link_type, .. } => (Kind::Link, Some(*link_type), 1),
            Tag::Image { link_type: link @ LinkType::WikiLink { .. }, .. } => (Kind::Image, Some(*link), 0),
            Tag::Image { link_type, .. } => (Kind::Image, Some(*link_type), 2),
            _ => return,
        };
        if opening == 0 {
            self.lone(kind, range.clone());
            self.destination(range, link);
            // The text of the element is its destination.
            let mut depth = 1;
            while depth > 0 && self.at < self.events.len() {
                match &self.events[self.at].0 {
                    Event::Start(_) => depth += 1,
                    Event::End(_) => depth -= 1,
                    _ => {}
                }
                self.at += 1;
            }
            return;
        }
        let inside = range.start + opening;
        self.search_run();
        let span = self.spans.len();
        self.push(range.start..inside, SpanKind::Markup(Role::Open, kind));
        if matches!(link, Some(LinkType::WikiLink { .. })) {
            self.destination(&(range.start..inside), link);
        }
        self.reached = inside;
        self.open.push(Element { kind, span, inside: inside..inside, link });
    }

    fn end(&mut self, mut end: usize) {
        let Some(Element { kind, span, inside, link }) = self.open.pop() else { return };
        // The parser's range of a link `[text][]` lacks the final brackets.
        if matches!(link, Some(LinkType::Collapsed | LinkType::CollapsedUnknown))
            && self.text[end..].starts_with("[]")
            && self.text[..end].ends_with(']')
        {
            end += "[]".len();
        }
        self.search_run();
        if inside.is_empty() {
            (self.spans[span].end, self.end) = (end as u32, end as u32);
            self.spans[span].kind = SpanKind::Markup(Role::Lone, kind);
        } else {
            self.push(inside.end..end, SpanKind::Markup(Role::Close, kind));
        }
        if link == Some(LinkType::Inline) {
            self.destination(&(inside.end..end), link);
        }
        self.reach(end);
    }

    /// Records the destination within a piece of a link.
    fn destination(&mut self, piece: &Range<usize>, link: Option<LinkType>) {
        let written = &self.text[piece.clone()];
        let found = match link {
            Some(LinkType::Inline) => inline_destination(written).map(|range| (range, Form::Inline)),
            Some(LinkType::WikiLink { .. }) => {
                let start = written.find("[[").map_or(0, |brackets| brackets + 2);
                let key = written[start..].strip_suffix('|').or_else(|| written[start..].strip_suffix("]]"));
                let key = key.unwrap_or(&written[start..]);
                let end = start + key.find('|').unwrap_or(key.len());
                Some((start..end, Form::Wiki))
            }
            Some(LinkType::Autolink | LinkType::Email) => Some((1..written.len().max(2) - 1, Form::Auto)),
            _ => None,
        };
        if let Some((range, form)) = found {
            self.push(piece.start + range.start..piece.start + range.end, SpanKind::Destination(form));
        }
    }

    fn text(&mut self, shown: &str, whole: Range<usize>) {
        // A URL or a footnote may extend over several events.
        let range = whole.start.max(self.reached)..whole.end;
        if range.is_empty() {
            return;
        }
        let before = range.start.checked_sub(1).filter(|before| *before >= self.reached);
        if let Some(before) = before.filter(|before| self.text.as_bytes()[*before] == b'\\') {
            self.push(before..range.start, SpanKind::Escape);
        }
        let written = &self.text[range.clone()];
        if range == whole && written.starts_with('&') && shown != written {
            self.reach(range.end);
            return self.push(range, SpanKind::Entity);
        }
        if written == "["
            && let Some(end) = self.undefined_note(range.start)
        {
            return self.lone(Kind::Footnote, range.start..end);
        }
        self.reach(range.end);
        let mut rest = range;
        if self.has_urls && shown.len() == whole.len() {
            while let Some(url) = self.bare_url(&rest) {
                self.add_to_run(rest.start..url.start);
                rest.start = url.end.min(rest.end);
                self.reach(url.end.max(rest.end));
                self.push(url, SpanKind::Url);
            }
        }
        self.add_to_run(rest);
    }

    /// Returns the end of a reference `[^label]` that begins at `start`, if its footnote is not
    /// defined. The parser gives such a reference as text.
    fn undefined_note(&self, start: usize) -> Option<usize> {
        let label = self.text[start..].strip_prefix("[^")?;
        let (length, _) = label.char_indices().take(MAX_NAME).find(|&(_, c)| c == ']' || c.is_whitespace())?;
        if length == 0 || !label[length..].starts_with(']') {
            return None;
        }
        let end = start + "[^".len() + length + 1;
        let mut from = start + 1;
        let mut ahead = self.events[self.at..].iter();
        while from < end {
            match ahead.next() {
                Some((Event::Text(_), next)) if next.start == from => from = next.end,
                _ => return None,
            }
        }
        Some(end)
    }

    // Bare URLs.

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

    // Placeholders.

    fn add_to_run(&mut self, text: Range<usize>) {
        if !self.has_placeholders || text.is_empty() {
            return;
        }
        if self.run.end != text.start {
            self.search_run();
            self.run = text;
        } else {
            self.run.end = text.end;
        }
    }

    /// Records the placeholders of the text that was not yet searched.
    fn search_run(&mut self) {
        let run = std::mem::take(&mut self.run);
        let mut at = run.start;
        while let Some(found) = self.text[at..run.end].find(['{', '%', '$']) {
            let start = at + found;
            match placeholder(&self.text[..run.end], start) {
                Some(end) => {
                    self.spans.push(Span::new(start..end, SpanKind::Placeholder));
                    at = end;
                }
                // `%%` is an escaped `%`.
                None => at = start + if self.text[start..run.end].starts_with("%%") { 2 } else { 1 },
            }
        }
    }
}

/// Returns the byte range of the destination in the last piece of a link: `](destination "title")`.
fn inline_destination(piece: &str) -> Option<Range<usize>> {
    let inside = piece.strip_prefix("](")?.strip_suffix(')')?;
    let start = piece.len() - 1 - inside.trim_start().len();
    let range = written_destination(&piece[start..piece.len() - 1])?;
    Some(start + range.start..start + range.end)
}

/// Returns the byte range of the destination at the beginning of a text, without the brackets of
/// `<destination>`.
pub(super) fn written_destination(rest: &str) -> Option<Range<usize>> {
    if let Some(bracketed) = rest.strip_prefix('<') {
        let mut is_escaped = false;
        let end = bracketed.find(|c| {
            let ends = c == '>' && !is_escaped;
            is_escaped = c == '\\' && !is_escaped;
            ends
        })?;
        return Some(1..1 + end);
    }
    let end = rest.find(|c: char| c.is_ascii_whitespace()).unwrap_or(rest.len());
    Some(0..end)
}

/// Returns the end of the placeholder that begins at byte `at`; `None` if the sign there is text.
///
/// `text` is the file up to the end of the prose around the placeholder.
///
/// ```text
/// {{ value }}  {name}  {0}  %s  %1$d  %(name)s  ${NAME}  $NAME    placeholders
/// {a b}  {}  100%d  5 $USD                                        text
/// ```
fn placeholder(text: &str, at: usize) -> Option<usize> {
    let rest = &text[at + 1..];
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    match text.as_bytes()[at] {
        // `{{ value }}`
        b'{' if rest.starts_with('{') => {
            let end = rest.char_indices().take(MAX_NAME).find(|&(end, _)| rest[end..].starts_with("}}"))?.0;
            Some(at + 1 + end + 2)
        }
        // `{name}`, `{0}`
        b'{' => {
            let end = rest.char_indices().take(MAX_NAME).find(|&(_, c)| c == '}')?.0;
            let inside = &rest[..end];
            let is_name = |c: char| c.is_ascii_alphanumeric() || "_.-:".contains(c);
            let is_attribute = inside.starts_with('.');
            (!inside.is_empty() && !is_attribute && inside.chars().all(is_name)).then_some(at + 1 + end + 1)
        }
        // `%s`, `%1$d`, `%(name)s`, `%.2f`; but in `100%d` the sign means per cent.
        b'%' => {
            if rest.starts_with('%') || text[..at].ends_with(|c: char| c.is_alphanumeric()) {
                return None;
            }
            let mut length = 0;
            if rest.starts_with('(') {
                length = rest.char_indices().take(MAX_NAME).find(|&(_, c)| c == ')')?.0 + 1;
            }
            length +=
                rest[length..].bytes().take_while(|byte| byte.is_ascii_digit() || matches!(byte, b'$' | b'.' | b'-')).count();
            if !rest[length..].starts_with(['s', 'd', 'i', 'f', 'u', 'x', 'X', 'c', '@']) {
                return None;
            }
            let end = at + 1 + length + 1;
            (!text[end..].starts_with(char::is_alphanumeric)).then_some(end)
        }
        // `${NAME}`
        _ if rest.starts_with('{') => {
            let length = rest[1..].bytes().take_while(|byte| is_name(*byte)).count();
            (length > 0 && rest[1 + length..].starts_with('}')).then_some(at + length + 3)
        }
        // `$NAME`; but `5 $USD` is money.
        _ => {
            let length = rest.bytes().take_while(|byte| is_name(*byte) && !byte.is_ascii_lowercase()).count();
            let end = at + 1 + length;
            let is_space = |c: char| c.is_whitespace() && c != '\n';
            let money = text[..at].trim_end_matches(is_space).ends_with(char::is_numeric)
                || text[end..].trim_start_matches(is_space).starts_with(char::is_numeric);
            let goes_on = text[end..].starts_with(char::is_alphanumeric);
            (length >= 3 && !rest.starts_with(char::is_numeric) && !goes_on && !money).then_some(end)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markdown::read;

    fn kinds(text: &str, spans: &[Span]) -> Vec<String> {
        spans.iter().map(|it| format!("{:?} {}", it.kind, &text[it.range()])).collect()
    }

    fn markup(sentence: &str) -> Vec<String> {
        let pieces = spans(sentence).into_iter().filter(|it| matches!(it.kind, SpanKind::Markup(..)));
        pieces.map(|it| sentence[it.range()].to_owned()).collect()
    }

    #[test]
    fn spans_are_the_markup_of_a_sentence() {
        assert_eq!(markup("plain text, 2 * 3 * 4, a_b_c"), Vec::<&str>::new());
        assert_eq!(markup("a **b _c_** d"), ["**", "_", "_", "**"]);
        assert_eq!(markup("see [the *page*](a.md \"t\"), `x`"), ["[", "*", "*", "](a.md \"t\")", "`x`"]);
        assert_eq!(markup("![alt](p.png)[^1] [[a/b]] [[a|b]]"), ["![", "](p.png)", "[^1]", "[[a/b]]", "[[a|", "]]"]);
        assert_eq!(markup("<https://a.b> <b>x</b> ~~s~~ ~s~"), ["<https://a.b>", "<b>", "</b>", "~~", "~~", "~", "~"]);
        assert_eq!(markup("[a][b] [c][] [d] \\*e\\* &amp;"), ["[", "][b]", "[", "][]"]);
        assert_eq!(markup("- *a* # b #"), ["*", "*"]);
        assert_eq!(markup("[](a.md)x"), ["[](a.md)"]);
        assert_eq!(markup("*a\nb*"), ["*", "*"]);
        assert_eq!(markup("[![a](b.png)](c.md)"), ["[", "![", "](b.png)", "](c.md)"]);
    }

    #[test]
    fn a_document_and_a_sentence_alone_have_the_same_spans() {
        let text = "A **b** *c* ~~d~~ `e 1` [f](g.md \"t\") [[h#1.2|i]] [[j]] <https://k.org> l[^m] {n} %s $OPQ \
                    https://r.org/(s). \\*t\\* &nbsp;u ![v](<w x.png>) <b>y</b> [z](a(b)c)[^undefined] www.a_b.org";
        let alone = spans(text);
        let page = format!("> {text}\n\n[^m]: x\n");
        let dialect = crate::markdown::PLAIN_PAGE;
        let (_, in_page) = read(&page, 0, dialect);
        assert_eq!(kinds(text, &alone), kinds(&page, &in_page));
        let destinations: Vec<&str> =
            alone.iter().filter(|it| matches!(it.kind, SpanKind::Destination(_))).map(|it| &text[it.range()]).collect();
        assert_eq!(destinations, ["g.md", "h#1.2", "j", "https://k.org", "w x.png", "a(b)c"]);
        let of =
            |kind: SpanKind| -> Vec<&str> { alone.iter().filter(|it| it.kind == kind).map(|it| &text[it.range()]).collect() };
        assert_eq!(of(SpanKind::Url), ["https://r.org/(s)", "www.a_b.org"]);
        assert_eq!(of(SpanKind::Placeholder), ["{n}", "%s", "$OPQ"]);
        assert_eq!(of(SpanKind::Escape), ["\\", "\\"]);
        assert_eq!(of(SpanKind::Entity), ["&nbsp;"]);
        assert_eq!(of(SpanKind::Markup(Role::Lone, Kind::Footnote)), ["[^m]", "[^undefined]"]);
    }

    #[test]
    fn code_and_raw_html_have_no_spans() {
        let text = "    *a* {b}\n\n```\n*c* $DEF\n```\n\n<div>*g*</div>\n\n*h*\n";
        let (_, spans) = read(text, 0, crate::markdown::PLAIN_PAGE);
        assert_eq!(kinds(text, &spans), ["Markup(Open, Emphasis) *", "Markup(Close, Emphasis) *"]);
    }

    #[test]
    fn prose_has_no_spans() {
        for text in ["100% of it cost 5 $ in 2 * 3 snake_case {a b} [x] a < b", "C: w & x", "5 $USD, 100%d, {}, {.a}"] {
            assert_eq!(spans(text), [], "{text}");
        }
    }

    #[test]
    fn a_destination_is_that_of_its_own_link() {
        let text = "[![a](b.png)](c.md) [d][e] [f](g.md)";
        let spans = spans(text);
        let at = |start: &str| destination_at(&spans, text.find(start).unwrap()).map(|range| &text[range]);
        assert_eq!([at("[!"), at("![a"), at("[d]"), at("[f]")], [Some("c.md"), Some("b.png"), None, Some("g.md")]);
    }

    #[test]
    fn a_span_takes_twelve_bytes() {
        assert_eq!(size_of::<Span>(), 12);
    }
}
