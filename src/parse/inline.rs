//! The markup within one sentence: separates the text for a translator from the Markdown around it.
//!
//! Each sentence is parsed alone. A reference link (`[text][label]`) or a footnote therefore counts
//! as markup here even if the document does not define it. Characters that Markdown does not treat
//! as markup (a lone `*`) are text.
//!
//! ```text
//! sentence:  see [the *page*](a.md), `x`
//! markup:    `[` open, `*` open, `*` close, `](a.md)` close, "`x`" lone
//! text:      "see ", "the ", "page", ", "
//! ```

use std::ops::Range;

use pulldown_cmark::{BrokenLink, CowStr, Event, LinkType, Options, Parser, Tag};

/// A piece of markup in a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Markup {
    /// Byte range in the sentence.
    pub range: Range<usize>,
    pub role: Role,
    pub kind: Kind,
    /// Number of the element; its opening and closing pieces have the same number.
    pub element: usize,
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
    /// The bar between two cells of a table row.
    Border,
}

/// Finds the markup of a sentence, in the order of its bytes; no two pieces overlap.
pub fn markup(sentence: &str) -> Vec<Markup> {
    const MARKS: &[char] = &['*', '_', '~', '^', '`', '[', '<'];
    if !sentence.contains(MARKS) {
        return Vec::new();
    }
    // A heading holds only inline text, so a sentence that begins with `-` or `#` starts no block
    // here. A heading has no line breaks, so these become spaces. The no-break space protects other
    // white space at the sentence's start, which the parser would strip from the heading.
    const BEFORE: &str = "# \u{a0}";
    let mut line = format!("{BEFORE}{}", sentence.replace(['\n', '\r'], " "));
    for label in labels(sentence) {
        line.push_str("\n\n[^");
        line.push_str(label);
        line.push_str("]: x");
    }
    let options = Options::ENABLE_FOOTNOTES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_GFM | Options::ENABLE_WIKILINKS;
    let mut defined = |link: BrokenLink<'_>| {
        let full = matches!(link.link_type, LinkType::Reference | LinkType::Collapsed);
        full.then_some((CowStr::Borrowed("x"), CowStr::Borrowed("")))
    };
    let parser = Parser::new_with_broken_link_callback(&line, options, Some(&mut defined));
    let mut found = Vec::new();
    let mut open: Vec<Element> = Vec::new();
    for (event, range) in parser.into_offset_iter() {
        // Events before the sentence belong to the heading, and events after it to the footnotes'
        // definitions.
        let Some(start) = range.start.checked_sub(BEFORE.len()) else { continue };
        if start >= sentence.len() {
            break;
        }
        let range = start..(range.end - BEFORE.len()).min(sentence.len());
        match event {
            Event::Start(tag) => {
                let Some((kind, opening)) = opening(&tag, &sentence[range.clone()]) else {
                    open.push(Element { range: range.clone(), inside: range, kind: None });
                    continue;
                };
                extend(&mut open, &range);
                let inside = range.start + opening..range.start + opening;
                open.push(Element { range, inside, kind: Some(kind) });
            }
            Event::End(_) => {
                let Some(element) = open.pop() else { continue };
                extend(&mut open, &element.range);
                let Some(kind) = element.kind else { continue };
                let number = found.len();
                let Element { mut range, inside, .. } = element;
                // The parser's range of a link `[text][]` lacks the final brackets.
                if kind == Kind::Link && sentence[..range.end].ends_with(']') && sentence[range.end..].starts_with("[]") {
                    range.end += "[]".len();
                }
                let lone = inside.is_empty() || range.start == inside.start;
                if lone {
                    found.push(Markup { range, role: Role::Lone, kind, element: number });
                } else {
                    found.push(Markup { range: range.start..inside.start, role: Role::Open, kind, element: number });
                    found.push(Markup { range: inside.end..range.end, role: Role::Close, kind, element: number });
                }
            }
            Event::Code(_) => {
                extend(&mut open, &range);
                found.push(Markup { range, role: Role::Lone, kind: Kind::Code, element: found.len() });
            }
            Event::InlineHtml(_) | Event::Html(_) => {
                extend(&mut open, &range);
                found.push(Markup { range, role: Role::Lone, kind: Kind::Html, element: found.len() });
            }
            Event::FootnoteReference(_) => {
                extend(&mut open, &range);
                found.push(Markup { range, role: Role::Lone, kind: Kind::Footnote, element: found.len() });
            }
            _ => extend(&mut open, &range),
        }
    }
    sound(sentence, found)
}

/// Returns the labels of possible footnotes. The parser recognises only footnotes that are defined,
/// so each label gets a definition.
fn labels(sentence: &str) -> impl Iterator<Item = &str> {
    sentence.match_indices("[^").filter_map(|(at, _)| {
        let label = &sentence[at + 2..];
        let label = &label[..label.find([']', '\n', '\r'])?];
        (!label.is_empty() && !label.contains('[')).then_some(label)
    })
}

/// An element whose end was not reached yet.
struct Element {
    range: Range<usize>,
    /// Byte range of its content so far.
    inside: Range<usize>,
    kind: Option<Kind>,
}

/// Extends the content of the innermost open element to the end of `range`.
fn extend(open: &mut [Element], range: &Range<usize>) {
    if let Some(element) = open.last_mut() {
        element.inside.end = element.inside.end.max(range.end);
    }
}

/// Returns the kind of an element and the length of its opening markup, or `None` if the element is
/// no markup. The length is 0 if the element has no separate opening piece.
fn opening(tag: &Tag<'_>, written: &str) -> Option<(Kind, usize)> {
    let run = |mark: char| written.len() - written.trim_start_matches(mark).len();
    Some(match tag {
        Tag::Emphasis => (Kind::Emphasis, 1),
        Tag::Strong => (Kind::Strong, 2),
        Tag::Strikethrough => (Kind::Strikethrough, run('~').min(2)),
        Tag::Superscript => (Kind::Superscript, 1),
        Tag::Subscript => (Kind::Subscript, 1),
        Tag::Link { link_type: LinkType::WikiLink { has_pothole: true }, .. } => {
            (Kind::Link, written.find('|').map_or(0, |bar| bar + 1))
        }
        Tag::Link { link_type: LinkType::WikiLink { .. } | LinkType::Autolink | LinkType::Email, .. } => (Kind::Link, 0),
        Tag::Link { .. } => (Kind::Link, 1),
        Tag::Image { link_type: LinkType::WikiLink { .. }, .. } => (Kind::Image, 0),
        Tag::Image { .. } => (Kind::Image, 2),
        _ => return None,
    })
}

/// Sorts the pieces and drops those that overlap an earlier one: a lone piece covers its content.
fn sound(sentence: &str, mut found: Vec<Markup>) -> Vec<Markup> {
    found.retain(|it| !it.range.is_empty() && sentence.get(it.range.clone()).is_some());
    found.sort_by_key(|it| (it.range.start, std::cmp::Reverse(it.range.end)));
    let mut end = 0;
    found.retain(|it| {
        let fits = it.range.start >= end;
        if fits {
            end = it.range.end;
        }
        fits
    });
    // An element keeps both of its ends or neither.
    let mut ends = vec![0_u8; found.iter().map(|it| it.element + 1).max().unwrap_or(0)];
    for it in found.iter().filter(|it| it.role != Role::Lone) {
        ends[it.element] += 1;
    }
    found.retain(|it| it.role == Role::Lone || ends[it.element] == 2);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(sentence: &str) -> Vec<&str> {
        markup(sentence).iter().map(|it| &sentence[it.range.clone()]).collect()
    }

    #[test]
    fn markup_is_told_from_text() {
        assert_eq!(shown("plain text, 2 * 3 * 4, a_b_c"), Vec::<&str>::new());
        assert_eq!(shown("a **b _c_** d"), ["**", "_", "_", "**"]);
        assert_eq!(shown("see [the *page*](a.md \"t\"), `x`"), ["[", "*", "*", "](a.md \"t\")", "`x`"]);
        assert_eq!(shown("![alt](p.png)[^1] [[a/b]] [[a|b]]"), ["![", "](p.png)", "[^1]", "[[a/b]]", "[[a|", "]]"]);
        assert_eq!(shown("<https://a.b> <b>x</b> ~~s~~ ~s~"), ["<https://a.b>", "<b>", "</b>", "~~", "~~", "~", "~"]);
        assert_eq!(shown("[a][b] [c][] [d] \\*e\\* &amp;"), ["[", "][b]", "[", "][]"]);
        assert_eq!(shown("- *a* # b #"), ["*", "*"]);
        assert_eq!(shown("[](a.md)x"), ["[](a.md)"]);
        assert_eq!(shown("*a\nb*"), ["*", "*"]);
        assert_eq!(shown("[![a](b.png)](c.md)"), ["[", "![", "](b.png)", "](c.md)"]);
    }
}
