//! Reports invisible characters that change the direction of text: readers could see other words
//! than the text contains.
//!
//! Texts that run from right to left need some of these characters. An embedding or an isolate that
//! ends in its line is allowed, and so are the marks U+200E and U+200F, which affect only their
//! neighbours. Two kinds are reported:
//! * an override (U+202D, U+202E): it reverses letters, which no language needs;
//! * an embedding or an isolate that does not end in its line: it reorders the text that follows.

use std::sync::Arc;

use crate::base::visible::has_bidi_control;
use crate::base::{Diagnostic, Place, code};

/// The greatest depth of embeddings and isolates that Unicode allows.
const DEPTH: usize = 125;

/// Reports the first harmful character of each line.
pub(super) fn check(file: &Arc<str>, text: &str, problems: &mut Vec<Diagnostic>) {
    if !has_bidi_control(text) {
        return;
    }
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        if let Some((at, c)) = harmful(line) {
            problems.push(problem(c, Place::new(file, start + at..start + at + c.len_utf8())));
        }
        start += line.len();
    }
}

/// Returns the first override of a line, or else the first embedding or isolate that does not end
/// in the line.
fn harmful(line: &str) -> Option<(usize, char)> {
    let mut open: Vec<(usize, char)> = Vec::new();
    for (at, c) in line.char_indices() {
        match c {
            '\u{202d}' | '\u{202e}' => return Some((at, c)),
            '\u{202a}' | '\u{202b}' | '\u{2066}'..='\u{2068}' if open.len() < DEPTH => open.push((at, c)),
            '\u{202a}' | '\u{202b}' | '\u{2066}'..='\u{2068}' => break,
            // Ends an embedding, but not from inside an isolate.
            '\u{202c}' => drop(open.pop_if(|(_, opener)| !is_isolate(*opener))),
            // Ends an isolate, with the embeddings in it.
            '\u{2069}' => {
                if let Some(isolate) = open.iter().rposition(|&(_, opener)| is_isolate(opener)) {
                    open.truncate(isolate);
                }
            }
            _ => {}
        }
    }
    open.first().copied()
}

fn is_isolate(c: char) -> bool {
    ('\u{2066}'..='\u{2068}').contains(&c)
}

fn problem(c: char, place: Place) -> Diagnostic {
    let name = format!("U+{:04X}", u32::from(c));
    if matches!(c, '\u{202d}' | '\u{202e}') {
        let message = format!("the invisible character {name} overrides the direction of the letters after it");
        return Diagnostic::at(&code::BIDI_CONTROL, place, message)
            .hint("delete the character: it can make readers see other words than the file contains");
    }
    let end = if is_isolate(c) { "U+2069" } else { "U+202C" };
    let message =
        format!("the invisible character {name} changes the direction of the text, and nothing in the line ends its effect");
    Diagnostic::at(&code::BIDI_CONTROL, place, message)
        .hint(format!("delete the character, or insert {end} after the last word that needs it"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overrides_and_unclosed_embeddings_are_harmful() {
        for (line, found) in [
            ("plain, עברית, \u{200f}marks\u{200e}", None),
            ("an \u{2067}עברית\u{2069} isolate and an \u{202b}עברית\u{202c} embedding", None),
            ("\u{2066}a \u{202b}b\u{2069} c", None),
            ("a closer \u{202c} \u{2069} alone changes nothing", None),
            ("a\u{202e}b\u{202c}", Some((1, '\u{202e}'))),
            ("a\u{2067}b\u{202c}", Some((1, '\u{2067}'))),
            ("\u{202b}\u{2067}b\u{2069}", Some((0, '\u{202b}'))),
            ("\u{2068}\u{2068}\u{2069}", Some((0, '\u{2068}'))),
        ] {
            assert_eq!(harmful(line), found, "{line:?}");
        }
    }
}
