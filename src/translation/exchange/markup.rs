//! Markdown markup as placeholders, which translators' tools carry over and do not show as text.
//!
//! [`protect`] splits a sentence into text and codes; their concatenation is the sentence, byte for
//! byte. Codes are numbered in the order of the source. [`pair`] gives each code of a translation
//! the number of its counterpart in the source, so that tools can tell which codes are missing.
//! [`differences`] describes the differences in words.

use std::collections::BTreeMap;

use crate::markdown::{Kind, Role, SpanKind, spans};
use crate::model::key::looks_like_language;
use crate::model::row;

/// A part of a sentence: text or a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Token<'t> {
    Text(&'t str),
    Code(Code<'t>),
}

/// Markup that becomes a placeholder: it opens or closes an element, or stands alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code<'t> {
    /// The number of the element, from one; its two ends have the same number.
    pub number: u32,
    pub role: Role,
    pub kind: Kind,
    /// The Markdown of the code.
    pub written: &'t str,
}

/// Splits a sentence into text and codes. Escapes, character references and bare URLs are text.
pub fn protect(sentence: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut open: Vec<u32> = Vec::new();
    let (mut at, mut elements) = (0, 0);
    for span in spans(sentence) {
        let SpanKind::Markup(role, kind) = span.kind else { continue };
        let range = span.range();
        if at < range.start {
            tokens.push(Token::Text(&sentence[at..range.start]));
        }
        at = range.end;
        let number = match role {
            Role::Close => open.pop().expect("an element that ends was opened"),
            Role::Open | Role::Lone => {
                elements += 1;
                elements
            }
        };
        if role == Role::Open {
            open.push(number);
        }
        tokens.push(Token::Code(Code { number, role, kind, written: &sentence[range] }));
    }
    if at < sentence.len() {
        tokens.push(Token::Text(&sentence[at..]));
    }
    tokens
}

/// Splits a table row into text and codes. The bars between its cells are codes.
///
/// ```text
/// **a** | b        1 `**`    2 ` | `
/// ```
pub fn protect_row(row: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let (mut at, mut last) = (0, 0);
    for cell in row::cells(row) {
        if at < cell.start {
            last += 1;
            let written = &row[at..cell.start];
            tokens.push(Token::Code(Code { number: last, role: Role::Lone, kind: Kind::Border, written }));
        }
        at = cell.end;
        let mut inside = protect(&row[cell]);
        for token in &mut inside {
            if let Token::Code(code) = token {
                code.number += last;
            }
        }
        last = codes(&inside).map(|code| code.number).max().unwrap_or(last);
        tokens.append(&mut inside);
    }
    if at < row.len() {
        tokens.push(Token::Text(&row[at..]));
    }
    tokens
}

/// Joins the tokens of a sentence.
pub fn restore(tokens: &[Token<'_>]) -> String {
    let written = |token: &Token<'_>| match token {
        Token::Text(text) => text.to_string(),
        Token::Code(code) => code.written.to_owned(),
    };
    tokens.iter().map(written).collect()
}

/// Numbers the codes of a translation like their counterparts in the source: equal elements first,
/// then elements of the same kind. A code without a counterpart gets a new number.
///
/// ```text
/// source        **a** [^1]        1 `**`    2 `[^1]`
/// translation   [^1] __a__ `b`    2 `[^1]`  1 `__`    3 `` `b` ``
/// ```
pub fn pair(source: &[Token<'_>], translation: &mut [Token<'_>]) {
    let mut free = elements(source);
    let mut next = free.last().map_or(1, |(number, _)| number + 1);
    let mut given: BTreeMap<u32, u32> = BTreeMap::new();
    let own = elements(translation);
    // First pass: equal elements. Second pass: elements of the same kind.
    let same_kind = |a: &Element, b: &Element| (a.kind, a.role) == (b.kind, b.role);
    for same in [<Element as PartialEq>::eq, same_kind] {
        for (number, element) in own.iter().filter(|(number, _)| !given.contains_key(number)).collect::<Vec<_>>() {
            if let Some(at) = free.iter().position(|(_, other)| same(element, other)) {
                given.insert(*number, free.remove(at).0);
            }
        }
    }
    for token in translation {
        let Token::Code(code) = token else { continue };
        code.number = *given.entry(code.number).or_insert_with(|| {
            next += 1;
            next - 1
        });
    }
}

/// Describes the markup that a translation lacks, and the markup that it has too much: "`[^1]`", "a
/// link".
///
/// Links may have other targets, since each edition is a page of its own, but their number must
/// agree. Code, HTML, footnotes and quoted sentences must be equal.
pub fn differences(source: &[Token<'_>], translation: &[Token<'_>]) -> (Vec<String>, Vec<String>) {
    let count = |tokens: &[Token<'_>]| {
        let mut counts: BTreeMap<(Kind, String), isize> = BTreeMap::new();
        for (_, element) in elements(tokens) {
            let what = match element.kind {
                Kind::Code | Kind::Footnote | Kind::Html => element.content,
                // A quoted sentence, or a picture named in the same way.
                Kind::Image if element.content.starts_with("![[") => element.content,
                _ => String::new(),
            };
            *counts.entry((element.kind, what)).or_default() += 1;
        }
        counts
    };
    let mut difference = count(source);
    for (what, number) in count(translation) {
        *difference.entry(what).or_default() -= number;
    }
    let say = |wanted: fn(isize) -> bool| {
        let chosen = difference.iter().filter(|(_, number)| wanted(**number));
        chosen.map(|((kind, what), _)| if what.is_empty() { word(*kind).to_owned() } else { quoted(what) }).collect()
    };
    (say(|number| number > 0), say(|number| number < 0))
}

/// Returns the number of links and images of a sentence.
pub fn links(tokens: &[Token<'_>]) -> usize {
    elements(tokens).iter().filter(|(_, element)| matches!(element.kind, Kind::Link | Kind::Image)).count()
}

/// Quotes markup in backticks; markup with backticks gets two.
fn quoted(markup: &str) -> String {
    if markup.contains('`') { format!("`` {markup} ``") } else { format!("`{markup}`") }
}

/// Returns the short name of a kind for exchange files.
pub fn name(kind: Kind) -> &'static str {
    match kind {
        Kind::Emphasis => "italic",
        Kind::Strong => "bold",
        Kind::Strikethrough => "x-strikethrough",
        Kind::Superscript => "x-superscript",
        Kind::Subscript => "x-subscript",
        Kind::Link => "link",
        Kind::Image => "image",
        Kind::Code => "x-code",
        Kind::Html => "x-html",
        Kind::Footnote => "x-footnote",
        Kind::Border => "x-cell",
    }
}

/// Returns the name of a kind for messages.
fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Emphasis => "emphasis (`*…*`)",
        Kind::Strong => "strong emphasis (`**…**`)",
        Kind::Strikethrough => "`~~…~~`",
        Kind::Superscript => "`^…^`",
        Kind::Subscript => "`~…~`",
        Kind::Link => "a link",
        Kind::Image => "a picture",
        Kind::Code => "code",
        Kind::Html => "HTML",
        Kind::Footnote => "a footnote",
        Kind::Border => "a bar between cells (`|`)",
    }
}

/// Returns the codes among tokens.
pub fn codes<'a, 't>(tokens: &'a [Token<'t>]) -> impl Iterator<Item = &'a Code<'t>> {
    tokens.iter().filter_map(|token| match token {
        Token::Code(code) => Some(code),
        Token::Text(_) => None,
    })
}

/// Properties by which two elements are compared.
#[derive(Debug, PartialEq, Eq)]
struct Element {
    kind: Kind,
    role: Role,
    /// A link's target, or the Markdown of a code that stands alone; empty for other elements.
    content: String,
}

/// Returns the elements of a sentence with their numbers, in the order in which they begin.
fn elements(tokens: &[Token<'_>]) -> Vec<(u32, Element)> {
    let mut found: Vec<(u32, Element)> = Vec::new();
    for code in codes(tokens) {
        match (code.role, code.kind) {
            // Links are compared by their target.
            (Role::Close, Kind::Link | Kind::Image) => {
                let opened = found.iter_mut().rfind(|(number, _)| *number == code.number);
                opened.expect("what closes was opened").1.content = without_language(code.written);
            }
            (Role::Close, _) => {}
            // `*` and `_` are equal to a reader.
            (Role::Open, _) | (_, Kind::Border) => {
                found.push((code.number, Element { kind: code.kind, role: code.role, content: String::new() }));
            }
            (Role::Lone, _) => {
                let content = without_language(code.written);
                found.push((code.number, Element { kind: code.kind, role: code.role, content }));
            }
        }
    }
    found
}

/// Returns a link without the language in its file name: a translation may link to its own edition.
fn without_language(link: &str) -> String {
    let mut text = String::with_capacity(link.len());
    let mut rest = link;
    while let Some(at) = rest.find(".md") {
        let before = &rest[..at];
        match before.rfind('.') {
            Some(dot) if looks_like_language(&before[dot + 1..]) => text.push_str(&before[..dot]),
            _ => text.push_str(before),
        }
        text.push_str(".md");
        rest = &rest[at + ".md".len()..];
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_translation_has_the_numbers_of_its_source() {
        let source = protect("**a** [b](x.kk.md) [c](y.kk.md)[^1]");
        let mut translation = protect("[c](y.en.md)[^1] [b](x.en.md) __a__ `d`");
        pair(&source, &mut translation);
        let numbers: Vec<_> = codes(&translation).map(|code| (code.number, code.written)).collect();
        let expected = [(3, "["), (3, "](y.en.md)"), (4, "[^1]"), (2, "["), (2, "](x.en.md)"), (1, "__"), (1, "__"), (5, "`d`")];
        assert_eq!(numbers, expected);
    }

    #[test]
    fn missing_and_extra_markup_is_named() {
        let none = (Vec::<String>::new(), Vec::<String>::new());
        let differences = |a, b| super::differences(&protect(a), &protect(b));
        assert_eq!(differences("*a* [b](c.kk.md)[^1]", "[b](c.en.md) _a_[^1]"), none);
        let (missing, extra) = differences("**a** [b](c)[^1] `x`", "**a** [^2] `y`");
        assert_eq!(missing, ["a link", "`` `x` ``", "`[^1]`"]);
        assert_eq!(extra, ["`` `y` ``", "`[^2]`"]);
        let (missing, extra) = super::differences(&protect_row("a | b | c"), &protect_row("a | b"));
        assert_eq!((missing, extra), (vec!["a bar between cells (`|`)".to_owned()], Vec::new()));
    }

    #[test]
    fn a_row_has_codes_between_its_cells() {
        let source = protect_row("*a* | b\\|c | | **d**");
        assert_eq!(restore(&source), "*a* | b\\|c | | **d**");
        let numbers: Vec<_> = codes(&source).map(|code| (code.number, code.written)).collect();
        assert_eq!(numbers, [(1, "*"), (1, "*"), (2, " | "), (3, " | "), (4, "| "), (5, "**"), (5, "**")]);
        // A bar between cells ends code.
        assert_eq!(codes(&protect_row("`a | b`")).count(), 1);
    }
}
