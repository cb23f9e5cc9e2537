//! Front matter, `site.yaml` and a language file: three readers of the same YAML.

use std::sync::Arc;

use tilmash::base::yaml::{self, Value};
use tilmash::markdown::parts;
use tilmash::model::{Config, FrontMatter, LanguagePack};
use tilmash::parse::silenced_after;

use super::check_problems;

pub(crate) fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let file: Arc<str> = "x".into();
    check_problems(&file, text, &Config::read(&file, text).1);
    let mut problems = Vec::new();
    match yaml::read(&file, text, 0..text.len()) {
        Ok(node) => {
            FrontMatter::read(&node, &mut problems);
            let _ = LanguagePack::default().overlaid(&node, &mut problems);
        }
        Err(problem) => problems.push(problem),
    }
    check_problems(&file, text, &problems);
    silenced_after(&file, text, 0);

    // The same text as the front matter of a page: what the exchange replaces is a range of the
    // page.
    let page = format!("---\n{text}\n---\n");
    for value in parts::front(&file, &page) {
        assert!(page.get(value.range.clone()).is_some(), "{value:?} is no place in {page:?}");
    }

    // Control characters become a sign that they were there.
    let is_kept = |c: char| !c.is_control() || matches!(c, '\t' | '\n' | '\r');
    let kept: String = text.chars().map(|c| if is_kept(c) { c } else { '\u{fffd}' }).collect();
    let quoted = format!("a: {}", yaml::quoted(text));
    match yaml::read(&file, &quoted, 0..quoted.len()).map(|node| node.value) {
        Ok(Value::Map(entries)) => assert_eq!(entries[0].node.value, Value::Text(kept)),
        // The library has a limit for one document.
        other => assert!(text.len() > 60_000, "quoted text is not read back: {other:?}"),
    }
}
