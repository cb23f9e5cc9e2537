//! The whole CommonMark specification, run through the writer that writes pages.
//!
//! `commonmark/spec.txt` is version 0.31.2 by John MacFarlane, under CC BY-SA 4.0, as published.

use tilmash::parse::markdown::commonmark;

struct Example {
    number: usize,
    line: usize,
    markdown: String,
    html: String,
}

fn examples() -> Vec<Example> {
    let fence = "`".repeat(32);
    let mut examples = Vec::new();
    let mut lines = include_str!("commonmark/spec.txt").lines().enumerate();
    while let Some((index, line)) = lines.next() {
        if line != format!("{fence} example") {
            continue;
        }
        let mut parts = [String::new(), String::new()];
        let mut part = 0;
        for (_, line) in lines.by_ref() {
            if line == fence {
                break;
            }
            if line == "." {
                part = 1;
                continue;
            }
            parts[part].push_str(&line.replace('→', "\t"));
            parts[part].push('\n');
        }
        let [markdown, html] = parts;
        examples.push(Example { number: examples.len() + 1, line: index + 1, markdown, html });
    }
    examples
}

/// Removes the differences that the specification's own test program ignores: the closing of void
/// elements, the form of quotes in text, white space between blocks.
fn normalised(html: &str) -> String {
    let html = html.replace(" />", ">").replace("/>", ">").replace("&quot;", "\"");
    let mut out = String::new();
    let mut verbatim = false;
    for piece in html.split_inclusive('>') {
        verbatim |= piece.contains("<pre");
        let piece = if verbatim { piece } else { piece.trim_start_matches('\n') };
        out.push_str(piece);
        verbatim &= !piece.contains("</pre>");
    }
    out.trim_end().replace("\n<", "<")
}

#[test]
fn all_examples_of_the_specification() {
    let examples = examples();
    assert_eq!(examples.len(), 652);
    let mut failed = Vec::new();
    for example in &examples {
        let html = commonmark(&example.markdown);
        if normalised(&html) != normalised(&example.html) {
            failed.push(format!(
                "example {} (line {})\n--- markdown\n{}--- expected\n{}--- got\n{}",
                example.number, example.line, example.markdown, example.html, html
            ));
        }
    }
    assert!(failed.is_empty(), "{} of 652 fail\n{}", failed.len(), failed.join("\n"));
}
