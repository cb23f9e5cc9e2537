//! Finds the elements that are open at a place in a document's HTML, and their ends.

use std::ops::Range;

/// Elements that hold blocks or the lines of a block. All other elements stand inside a line.
const BLOCKS: [&str; 22] = [
    "ul",
    "ol",
    "li",
    "p",
    "blockquote",
    "dl",
    "dt",
    "dd",
    "div",
    "table",
    "thead",
    "tbody",
    "tr",
    "section",
    "details",
    "figure",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
];

/// A tag that begins or ends an element.
struct Tag<'a> {
    name: &'a str,
    ends: bool,
    range: Range<usize>,
}

/// An element that is open at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Open<'a> {
    pub(super) name: &'a str,
    /// Byte at which the element begins.
    pub(super) start: u32,
}

/// Returns the elements that are open at a byte of a block, the outermost first.
pub(super) fn open_at(html: &str, block: u32, place: u32) -> Vec<Open<'_>> {
    let mut open: Vec<Open<'_>> = Vec::new();
    for tag in tags(html, block as usize..place as usize) {
        match open.iter().rposition(|it| it.name == tag.name) {
            Some(at) if tag.ends => open.truncate(at),
            _ if tag.ends => {}
            _ => open.push(Open { name: tag.name, start: tag.range.start as u32 }),
        }
    }
    open
}

/// Returns the byte behind the end tag of an element; `None` if there is no end tag.
pub(super) fn behind(html: &str, element: Open<'_>) -> Option<u32> {
    let mut depth = 0;
    for tag in tags(html, element.start as usize..html.len()).filter(|tag| tag.name == element.name) {
        depth = if tag.ends { depth - 1 } else { depth + 1 };
        if depth == 0 {
            return Some(tag.range.end as u32);
        }
    }
    None
}

/// Returns the tags of [`BLOCKS`] in a range of HTML.
fn tags(html: &str, range: Range<usize>) -> impl Iterator<Item = Tag<'_>> {
    let mut at = range.start;
    std::iter::from_fn(move || {
        loop {
            let start = at + html.get(at..range.end)?.find('<')?;
            let end = start + html[start..].find('>')? + 1;
            at = end;
            let inner = &html[start + 1..end - 1];
            let ends = inner.starts_with('/');
            let inner = inner.trim_start_matches('/');
            let name = &inner[..inner.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(inner.len())];
            if let Some(name) = BLOCKS.iter().find(|it| **it == name)
                && !inner.ends_with('/')
            {
                return Some(Tag { name, ends, range: start..end });
            }
        }
    })
}

/// Counts the elements that two places share, from the outermost one inwards.
pub(super) fn common(a: &[Open<'_>], b: &[Open<'_>]) -> usize {
    a.iter().zip(b).take_while(|(a, b)| a == b).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_open_until_they_end() {
        let html = "<ul>\n<li>a<br /><em>b</em></li>\n<li><p>c</p>\n<ul><li>d</li></ul></li>\n</ul>\n";
        let names = |place: &str| -> Vec<&str> {
            open_at(html, 0, html.find(place).unwrap() as u32).iter().map(|element| element.name).collect()
        };
        assert_eq!(names("b</em>"), ["ul", "li"]);
        assert_eq!(names("c</p>"), ["ul", "li", "p"]);
        assert_eq!(names("d</li>"), ["ul", "li", "ul", "li"]);
        let open = open_at(html, 0, html.find("d</li>").unwrap() as u32);
        let rest = |at: usize| &html[behind(html, open[at]).unwrap() as usize..];
        assert_eq!((rest(3), rest(1), rest(0)), ("</ul></li>\n</ul>\n", "\n</ul>\n", "\n"));
        assert_eq!(behind("<li>", Open { name: "li", start: 0 }), None);
    }
}
