//! Places of mentions in the files of the site.
//!
//! A mention is a range of a document's HTML. Letters and digits are the same in the Markdown and
//! in the HTML, apart from markup, so counting them finds the mention in the file:
//!
//! ```text
//! Markdown  The *Caspian* Sea, again      HTML  The <em>Caspian</em> Sea, again
//! letters   3 before, 10 in the mention   the same
//! ```

use std::ops::Range;

use super::Mention;
use super::mentions::{gather, html_range, ref_of};
use crate::markdown::SpanKind;
use crate::parse::Document;

/// An edition and the text of its file.
#[derive(Debug, Clone, Copy)]
pub struct Written<'a> {
    pub document: &'a Document,
    pub text: &'a str,
}

impl Written<'_> {
    /// Returns the byte range of a mention in the file. If character references hide letters, that
    /// is the range of the sentence.
    pub fn range(self, mention: &Mention) -> Range<usize> {
        let Self { document, text } = self;
        let segment = &document.segments[mention.segment];
        let sentence = segment.bytes.0 as usize..segment.bytes.1 as usize;
        if mention.is_by_hand
            && let Some(item) = ref_of(document, mention.html)
        {
            return document.refs[item].place.range();
        }
        let (mut words, mut pieces) = (String::new(), Vec::new());
        gather(document, mention.segment, &mut words, &mut pieces);
        let mut before = 0;
        let mut inside: Vec<char> = Vec::new();
        for (at, c) in words.char_indices().filter(|(_, c)| c.is_alphanumeric()) {
            let html = html_range(&pieces, at..at + c.len_utf8()).start;
            if html < mention.html.start {
                before += 1;
            } else if html < mention.html.end {
                inside.push(c);
            }
        }
        let Some(line) = text.get(sentence.clone()) else { return sentence };
        let spans = document.spans_in(sentence.clone());
        let is_markup = |at: usize| {
            let kinds = spans.iter().filter(|span| span.kind != SpanKind::Placeholder);
            kinds.into_iter().any(|span| span.range().contains(&at))
        };
        let prose = line.char_indices().filter(|(at, c)| c.is_alphanumeric() && !is_markup(*at));
        let found: Vec<(usize, char)> = prose.skip(before).take(inside.len()).collect();
        match (found.first(), found.last()) {
            (Some((start, _)), Some((end, last))) if found.iter().map(|(_, c)| *c).eq(inside.iter().copied()) => {
                sentence.start + start..sentence.start + end + last.len_utf8()
            }
            _ => sentence,
        }
    }
}
