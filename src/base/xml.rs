//! Escaping of text in XML documents: feeds, the sitemap, XLIFF and TMX.

use std::borrow::Cow;

use quick_xml::escape::partial_escape;

/// Returns true if XML 1.0 cannot represent a character.
pub fn is_unfit(c: char) -> bool {
    (c < ' ' && !matches!(c, '\t' | '\n' | '\r')) || matches!(c, '\u{fffe}' | '\u{ffff}')
}

/// Escapes text for the content of an element. U+FFFD replaces each unfit character.
pub fn text(text: &str) -> Cow<'_, str> {
    if text.contains(is_unfit) { partial_escape(text.replace(is_unfit, "\u{fffd}")) } else { partial_escape(text) }
}

/// Escapes text for the value of an attribute in double quotes, or for the content of an element.
/// U+FFFD replaces each unfit character.
pub fn attribute(value: &str) -> Cow<'_, str> {
    let escaped = text(value);
    if !escaped.contains(['"', '\t', '\n']) {
        return escaped;
    }
    // A reader would turn a tab or a line break in a value into a space.
    escaped.replace('"', "&quot;").replace('\t', "&#9;").replace('\n', "&#10;").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_in_text_is_escaped() {
        assert_eq!(text("a<b> & \"c\"\r\n\td\0\u{ffff}"), "a&lt;b&gt; &amp; \"c\"&#13;\n\td\u{fffd}\u{fffd}");
        assert_eq!(attribute("a<b> & \"c\"\r\n\td\u{1}"), "a&lt;b&gt; &amp; &quot;c&quot;&#13;&#10;&#9;d\u{fffd}");
    }
}
