//! A page, and behind the separator its translation, parsed by themselves.

use std::sync::Arc;

use tilmash::model::{Key, LangId, LanguagePack, Lock};
use tilmash::parse::{Document, HtmlRange, ParseInput, Settings, parse};

use super::{check_problems, two_texts};

pub(crate) fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (source, translation) = two_texts(text);
    check(source, None, 0);
    check(translation, None, 1);
}

/// Parses an edition and asserts that all its ranges are inside its text and its HTML.
pub(crate) fn check(text: &str, lock: Option<Arc<Lock>>, lang: usize) -> Document {
    let input = ParseInput {
        file: "content/x.md".into(),
        text: text.into(),
        key: Key::new("x"),
        lang: LangId(lang),
        settings: Arc::new(Settings {
            raw_html: false,
            smart_punctuation: true,
            highlight: true,
            segments: true,
            base_url: None,
            languages: vec!["kk".to_owned(), "en".to_owned()],
            source: LangId(0),
        }),
        pack: Arc::new(LanguagePack::default()),
        chapter: None,
        lock,
        source_delta: None,
    };
    let (document, problems) = parse(&input);
    check_problems(&input.file, text, &problems);
    let html = &document.body.html;
    let is_shown = |range: HtmlRange| html.get(range.bytes()).is_some();
    let is_written = |(start, end): (u32, u32)| text.get(start as usize..end as usize).is_some();
    assert!(document.body.holes.iter().all(|hole| html.is_char_boundary(hole.at.0 as usize)));
    assert!(document.body.holes.is_sorted_by_key(|hole| hole.at));
    for segment in &document.segments {
        assert!(is_shown(segment.html) && is_written(segment.bytes), "{segment:?}");
    }
    for block in &document.blocks {
        assert!(is_shown(block.html) && is_written(block.bytes), "{block:?}");
        assert!(block.segments.start <= block.segments.end && block.segments.end <= document.segments.end(), "{block:?}");
    }
    let mut end = document.text_end();
    for note in &document.notes {
        assert!(note.html.start == end && is_shown(note.html), "{note:?}");
        end = note.html.end;
    }
    assert_eq!(end, document.body.end(), "the notes follow the text without a gap");
    let again = parse(&input);
    assert!((&document, &problems) == (&again.0, &again.1), "the same text makes the same document");
    document
}
