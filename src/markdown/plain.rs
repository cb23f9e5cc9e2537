//! The text of a line of Markdown as a reader sees it.

use crate::base::fold_all;

use super::span::{Form, Kind, Role, SpanKind, code, spans};

/// Returns a sentence without its markup, with white space folded. Two lines have the same words
/// exactly if their plain texts are equal.
///
/// ```text
/// a **b** [c](d.md) `e` &amp;   ->   a b c e &amp;
/// ```
pub fn plain(sentence: &str) -> String {
    let mut shown = String::with_capacity(sentence.len());
    let mut at = 0;
    for span in spans(sentence) {
        let written = &sentence[span.range()];
        match span.kind {
            // A link without a text shows its destination. The markup around the destination has
            // been left out already.
            SpanKind::Destination(Form::Auto) => shown.push_str(written),
            SpanKind::Destination(Form::Wiki) if sentence[span.end as usize..].starts_with("]]") => shown.push_str(written),
            SpanKind::Markup(..) | SpanKind::Escape => {
                shown.push_str(&sentence[at..span.start as usize]);
                if span.kind == SpanKind::Markup(Role::Lone, Kind::Code) {
                    shown.push_str(code(written));
                }
                at = span.end as usize;
            }
            SpanKind::Destination(_) | SpanKind::Url | SpanKind::Entity | SpanKind::Placeholder => {}
        }
    }
    shown.push_str(&sentence[at..]);
    fold_all(&shown).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inline_markup_is_left_out() {
        for (line, text) in [
            ("a **b** *c* `d` ~~e~~ snake_case _f_", "a b c d e snake_case f"),
            ("[a](x \"t\") [b][c] ![d](e) [f] [[g]] [[h|i]][^1]", "a b d [f] g i"),
            ("<b>a</b> <!-- 1:2 --> b \\*c\\* \\[d](e)", "a b *c* [d](e)"),
            ("<https://a.org> https://b.org {c} &amp; 2 * 3 * 4", "https://a.org https://b.org {c} &amp; 2 * 3 * 4"),
            ("](](]( [[ [^ < ", "](](]( [[ [^ <"),
        ] {
            assert_eq!(plain(line), text);
        }
    }
}
