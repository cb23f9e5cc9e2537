//! The first sentences of a page as plain text, which feeds show beside the page's title.

use crate::parse::BlockKind;
use crate::site::{Edition, WorkId};

use super::Renderer;
use super::excerpt::Excerpt;

/// The greatest length of the text, in characters.
const LENGTH: usize = 300;

impl Renderer {
    /// Returns the first sentences of an edition's first paragraph, or else of its first block that
    /// is not a heading.
    ///
    /// The text is empty if the edition has no such block.
    pub fn opening(&self, work: WorkId, edition: &Edition) -> String {
        let document = &edition.document;
        let excerpt = Excerpt { renderer: self, work, document };
        let text_blocks = document.text_blocks();
        let blocks = &document.blocks[text_blocks.start as usize..text_blocks.end as usize];
        let texts = |wanted: fn(BlockKind) -> bool| {
            let blocks = blocks.iter().filter(move |block| wanted(block.kind));
            let mut texts = blocks.map(|block| unescaped(&excerpt.block(block.html)));
            texts.find(|text| !text.trim().is_empty())
        };
        let text = texts(|kind| kind == BlockKind::Paragraph).or_else(|| texts(|kind| kind == BlockKind::Other));
        beginning(&text.unwrap_or_default())
    }
}

/// Returns the plain text of HTML without tags.
fn unescaped(html: &str) -> String {
    html.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

/// Returns as many first lines of a text, each a sentence, as fit into [`LENGTH`]. A first line
/// that is too long is cut at a word.
fn beginning(text: &str) -> String {
    let mut beginning = String::new();
    let mut length = 0;
    let lines = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).filter(|line| !line.is_empty());
    for line in lines {
        let own = line.chars().count();
        if length + own > LENGTH {
            if length == 0 {
                let end = line.char_indices().nth(LENGTH).map_or(line.len(), |(at, _)| at);
                let end = line[..end].rfind(' ').unwrap_or(end);
                beginning = format!("{}…", line[..end].trim_end_matches([',', ';', ':', ' ']));
            }
            break;
        }
        if length > 0 {
            beginning.push(' ');
        }
        beginning.push_str(&line);
        length += own + 1;
    }
    beginning
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_sentences_are_taken() {
        let sentence = "Word ".repeat(40).trim().to_owned();
        assert_eq!(beginning(&format!("{sentence}\nShort.\n{sentence}")), format!("{sentence} Short."));
        let long = beginning(&"Words, ".repeat(100));
        assert!(long.chars().count() <= LENGTH + 1 && long.ends_with("Words…"), "{long}");
        assert_eq!(beginning(&"世".repeat(400)).chars().count(), LENGTH + 1);
        assert_eq!(beginning(" \n "), "");
    }
}
