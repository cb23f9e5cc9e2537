//! A sentence as the checks read it: its prose, and everything in it that is not prose.
//!
//! [`crate::markdown`] finds the markup. A sentence without any costs only a look at its bytes.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::HashSet;
use std::ops::Range;

use crate::markdown::{self, Form, Kind, Role, Span, SpanKind};
use crate::prose::{Scripts, Token, Words, tokens};

/// A sentence taken apart, made once for all checks of it.
#[derive(Debug)]
pub struct Reading<'t> {
    pub(super) text: &'t str,
    /// The text with blanks for everything that is not prose, byte for byte.
    pub(super) prose: Cow<'t, str>,
    pub(super) links: Vec<Link<'t>>,
    /// Code spans: the text between the backticks.
    pub(super) codes: Vec<Piece<'t>>,
    /// The labels of references to footnotes.
    pub(super) notes: Vec<Piece<'t>>,
    pub(super) placeholders: Vec<Piece<'t>>,
    /// The ranges that are emphasised, strong and struck through.
    pub(super) emphasis: [Vec<Range<usize>>; 3],
    /// The kinds of bytes in the text, and in the prose.
    in_text: Kinds,
    in_prose: Kinds,
    /// The words and runs of digits of the prose, in order. Most sentences are settled without
    /// them.
    tokens: OnceCell<Vec<Token>>,
}

impl Reading<'_> {
    /// Leaves out the links with these destinations, apart from anchors.
    #[must_use]
    pub(crate) fn without_links(mut self, destinations: &HashSet<&str>) -> Self {
        let target = |words: &'_ str| words.split('#').next().unwrap_or(words).trim().to_owned();
        self.links.retain(|link| !destinations.contains(&*target(link.to.words)));
        self
    }
}

/// A piece of a text, with its range including its marks.
#[derive(Debug, Clone)]
pub(super) struct Piece<'t> {
    pub(super) words: &'t str,
    pub(super) range: Range<usize>,
}

/// A link and its target.
#[derive(Debug)]
pub(super) struct Link<'t> {
    /// The form of its destination. `None` if the destination is not in the sentence, as in
    /// `[words][label]`.
    pub(super) form: Option<Form>,
    /// The destination or the key of a work.
    pub(super) to: Piece<'t>,
}

impl<'t> Reading<'t> {
    /// Takes a sentence apart. `spans` is its markup, counted from its beginning.
    pub fn of(text: &'t str, spans: &[Span]) -> Self {
        let kinds = Kinds::of(text);
        let mut reading = Self {
            text,
            prose: Cow::Borrowed(text),
            links: Vec::new(),
            codes: Vec::new(),
            notes: Vec::new(),
            placeholders: Vec::new(),
            emphasis: Default::default(),
            in_text: kinds,
            in_prose: kinds,
            tokens: OnceCell::new(),
        };
        if !spans.is_empty() {
            let prose = blanked(text, spans);
            reading.in_prose = Kinds::of(&prose);
            reading.prose = Cow::Owned(prose);
            reading.take_apart(spans);
        }
        reading
    }

    /// Collects the links, code, footnotes, placeholders and emphasis of the text.
    fn take_apart(&mut self, spans: &[Span]) {
        let text = self.text;
        let piece = |range: Range<usize>| Piece { words: &text[range.clone()], range };
        let destination = |at: usize| match spans.get(at + 1).map(|next| (next, next.kind)) {
            Some((next, SpanKind::Destination(form))) => Some((form, next.range())),
            _ => None,
        };
        let link = |range: Range<usize>, destination: Option<(Form, Range<usize>)>| {
            let (form, to) = destination.map_or((None, range.clone()), |(form, to)| (Some(form), to));
            Link { form, to: Piece { words: &text[to], range } }
        };
        let mut open = Vec::new();
        for (at, span) in spans.iter().enumerate() {
            let range = span.range();
            match span.kind {
                // The destination of `[[key|words]]` stands before the words.
                SpanKind::Markup(Role::Open, _) => open.push((range.start, destination(at))),
                SpanKind::Markup(Role::Close, kind) => {
                    let Some((start, before)) = open.pop() else { continue };
                    let range = start..range.end;
                    match kind {
                        Kind::Emphasis => self.emphasis[0].push(range),
                        Kind::Strong => self.emphasis[1].push(range),
                        Kind::Strikethrough => self.emphasis[2].push(range),
                        Kind::Link | Kind::Image => self.links.push(link(range, before.or_else(|| destination(at)))),
                        Kind::Superscript | Kind::Subscript | Kind::Code | Kind::Html | Kind::Footnote | Kind::Border => {}
                    }
                }
                SpanKind::Markup(Role::Lone, kind) => match kind {
                    Kind::Code => self.codes.push(Piece { words: markdown::code(&text[range.clone()]), range }),
                    Kind::Footnote => {
                        self.notes.push(Piece { words: &text[range.start + "[^".len()..range.end - "]".len()], range });
                    }
                    Kind::Link | Kind::Image => self.links.push(link(range, destination(at))),
                    Kind::Emphasis
                    | Kind::Strong
                    | Kind::Strikethrough
                    | Kind::Superscript
                    | Kind::Subscript
                    | Kind::Html
                    | Kind::Border => {}
                },
                SpanKind::Url => self.links.push(Link { form: Some(Form::Auto), to: piece(range) }),
                SpanKind::Placeholder => self.placeholders.push(piece(range)),
                SpanKind::Destination(_) | SpanKind::Escape | SpanKind::Entity => {}
            }
        }
    }

    /// Returns the prose and its words.
    pub(super) fn words(&self) -> Words<'_> {
        Words { text: &self.prose, tokens: self.tokens() }
    }

    /// Returns the words and the runs of digits of the prose.
    pub(super) fn tokens(&self) -> &[Token] {
        self.tokens.get_or_init(|| tokens(&self.prose))
    }

    /// Returns true if there may be numbers: digits, or two letters of a Roman number.
    pub(super) fn has_numbers(&self) -> bool {
        let is_roman = |pair: &[u8]| pair.iter().all(|byte| matches!(byte, b'I' | b'V' | b'X'));
        // The Cyrillic letters `І` and `Х`, two bytes each.
        let is_cyrillic = |pair: &[u8]| matches!(pair, [0xd0, 0x86 | 0xa5, 0xd0, 0x86 | 0xa5]);
        let bytes = self.prose.as_bytes();
        self.in_prose.has(DIGIT | OTHER)
            || (self.in_prose.has(ROMAN) && bytes.windows(2).any(is_roman))
            || (self.in_prose.has(CYRILLIC) && bytes.windows(4).any(is_cyrillic))
    }

    /// Returns true if the bytes prove that all letters are of one script, and that `scripts` has
    /// it. An empty set has every script.
    pub(super) fn is_plainly(&self, scripts: Scripts) -> bool {
        let (latin, cyrillic) = (self.in_prose.has(LATIN), self.in_prose.has(CYRILLIC));
        let fits = |has: bool, script: Scripts| !has || scripts.is_empty() || scripts.meets(script);
        let two = latin && cyrillic;
        !two && !self.in_prose.has(OTHER) && fits(latin, Scripts::LATIN) && fits(cyrillic, Scripts::CYRILLIC)
    }

    /// Returns true if the bytes prove that the text is in Unicode normal form C.
    pub(super) fn is_plainly_nfc(&self) -> bool {
        // From U+2000 on, only a few blocks have characters that are not normal: wide spaces,
        // letters that are units, brackets.
        let may_differ = |sign: &[u8]| matches!(sign, [0xe2, 0x80, 0x80 | 0x81] | [0xe2, 0x83 | 0x84 | 0x8c | 0xab, _]);
        !self.in_text.has(OTHER) && (!self.in_text.has(WIDE) || !self.text.as_bytes().windows(3).any(may_differ))
    }

    /// Returns true if there may be quotation marks beyond ASCII.
    pub(super) fn may_quote(&self) -> bool {
        self.in_prose.has(OTHER | WIDE | MARK)
    }

    /// Returns a token's text.
    pub(super) fn word(&self, token: &Token) -> &str {
        self.words().word(token)
    }

    /// Returns a run of digits as ASCII digits.
    pub(super) fn digits(&self, token: usize) -> String {
        self.words().digits(token)
    }

    /// Returns the prose between a token and the next one.
    pub(super) fn gap(&self, token: usize) -> &str {
        self.words().gap(token)
    }
}

/// A set of kinds of bytes. It tells which checks a sentence does not need.
#[derive(Debug, Clone, Copy)]
struct Kinds(u8);

const LATIN: u8 = 1;
/// The Cyrillic block, all of whose letters are in normal form C.
const CYRILLIC: u8 = 1 << 1;
const DIGIT: u8 = 1 << 2;
const ROMAN: u8 = 1 << 3;
/// Signs of Latin-1, such as `«`.
const MARK: u8 = 1 << 4;
/// Punctuation and signs from U+2000 on.
const WIDE: u8 = 1 << 5;
/// Any other character.
const OTHER: u8 = 1 << 6;

const KINDS: [u8; 256] = {
    let mut kinds = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        kinds[byte] = match byte as u8 {
            b'I' | b'V' | b'X' | b'L' | b'C' | b'D' | b'M' => LATIN | ROMAN,
            b'a'..=b'z' | b'A'..=b'Z' => LATIN,
            b'0'..=b'9' => DIGIT,
            // The later bytes of a character add nothing.
            0..=0xbf => 0,
            0xc2 => MARK,
            0xc3..=0xcb => LATIN,
            0xd0..=0xd3 => CYRILLIC,
            0xe2 => WIDE,
            _ => OTHER,
        };
        byte += 1;
    }
    kinds
};

impl Kinds {
    fn of(text: &str) -> Self {
        Self(text.bytes().fold(0, |kinds, byte| kinds | KINDS[byte as usize]))
    }

    fn has(self, any: u8) -> bool {
        self.0 & any != 0
    }
}

/// Returns a text with blanks for its markup, byte for byte.
fn blanked(text: &str, spans: &[Span]) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for span in spans {
        bytes[span.range()].fill(b' ');
    }
    String::from_utf8(bytes).expect("whole characters are blanked")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_separated_from_prose() {
        let text = "A **b** *c* `d 1` [e](f.md \"t\") [[g#1.2|h]] <https://i.org> j[^k] {l} %s $MNO https://p.org/(q). \\*r\\* &nbsp;s ![t](u.png) [v][w]";
        let reading = Reading::of(text, &markdown::spans(text));
        let words = |pieces: &[Piece<'_>]| pieces.iter().map(|piece| piece.words.to_owned()).collect::<Vec<_>>();
        assert_eq!(words(&reading.codes), ["d 1"]);
        assert_eq!(words(&reading.notes), ["k"]);
        assert_eq!(words(&reading.placeholders), ["{l}", "%s", "$MNO"]);
        let links: Vec<(Option<Form>, &str)> = reading.links.iter().map(|link| (link.form, link.to.words)).collect();
        let expected = [
            (Some(Form::Inline), "f.md"),
            (Some(Form::Wiki), "g#1.2"),
            (Some(Form::Auto), "https://i.org"),
            (Some(Form::Auto), "https://p.org/(q)"),
            (Some(Form::Inline), "u.png"),
            (None, "[v][w]"),
        ];
        assert_eq!(links, expected);
        assert_eq!(&text[reading.links[1].to.range.clone()], "[[g#1.2|h]]");
        assert_eq!(reading.emphasis.each_ref().map(Vec::len), [1, 1, 0]);
        let prose: Vec<&str> = reading.prose.split_whitespace().collect();
        assert_eq!(prose, ["A", "b", "c", "e", "h", "j", ".", "*r", "*", "s", "t", "v"]);
        assert_eq!(reading.prose.len(), text.len());
    }
}
