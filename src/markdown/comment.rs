//! Comments in HTML.

use std::ops::Range;

/// Removes the comments from HTML: authors write them for each other, not for readers. An unclosed
/// comment goes on to the end.
pub fn without_comments(html: &str) -> String {
    let mut shown = String::new();
    let mut at = 0;
    while let Some(start) = html[at..].find("<!--").map(|start| at + start) {
        shown.push_str(&html[at..start]);
        match comment_in(html, start) {
            Some(comment) => at = comment.end,
            None => return shown,
        }
    }
    shown.push_str(&html[at..]);
    shown
}

/// Finds the first complete comment at or after byte `from` of an HTML text. In HTML, `<!-->` and
/// `<!--->` are complete comments too.
pub fn comment_in(html: &str, from: usize) -> Option<Range<usize>> {
    let start = from + html[from..].find("<!--")?;
    let inside = &html[start + "<!--".len()..];
    let length = match () {
        () if inside.starts_with('>') => 1,
        () if inside.starts_with("->") => 2,
        () => inside.find("-->")? + "-->".len(),
    };
    Some(start..start + "<!--".len() + length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_are_found() {
        for (html, comments) in [
            ("a <!-- b --> c <!-- d", &["<!-- b -->"][..]),
            ("<!--> <!-- note: a --> <!---> <!-- b -->", &["<!-->", "<!-- note: a -->", "<!--->", "<!-- b -->"]),
        ] {
            let mut found = Vec::new();
            let mut at = 0;
            while let Some(comment) = comment_in(html, at) {
                at = comment.end;
                found.push(&html[comment]);
            }
            assert_eq!(found, comments);
        }
        assert_eq!(without_comments("a<!-->b<!-- c -->d<!-- e"), "abd");
    }
}
