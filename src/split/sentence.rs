//! Sentence boundaries, in any script.
//!
//! The terminators are those of UAX #29, as `unicode-segmentation` knows them. The rest of that
//! standard is not followed: it breaks after every exclamation mark inside a sentence, never
//! between sentences that were run together, and its look-ahead is quadratic on hostile texts. Here
//! every character is looked at a bounded number of times.

use std::collections::HashMap;
use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

use crate::markdown::{self, Kind, Role, SpanKind};

/// The plan's choices about the ends of sentences.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Rules {
    /// A terminator directly followed by a capital or a digit ends a sentence too.
    pub run_together: bool,
    /// Words whose full stop ends no sentence.
    pub abbreviations: Vec<String>,
    /// A single capital is an abbreviation: a full stop after it ends no sentence.
    pub initials: bool,
    /// A lone digit between a small and a capital letter is a footnote mark and ends a sentence.
    pub footnote_marks: bool,
    /// Code spans are left whole, and emphasis may close after a terminator.
    pub markdown: bool,
    /// Offsets at which a sentence begins regardless of the other rules; sorted.
    pub forced: Vec<usize>,
    /// Offsets at which no sentence begins after a terminator; sorted.
    pub forbidden: Vec<usize>,
}

/// A part of a block. Between parts there is only white space.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Part {
    Sentence(Range<usize>),
    FootnoteMark(Range<usize>),
}

/// A cutter of blocks into sentences.
#[derive(Debug)]
pub(super) struct Cutter<'a> {
    source: &'a str,
    rules: &'a Rules,
    /// A cache of the characters met so far: true if the character ends sentences.
    terminators: HashMap<char, bool>,
}

impl<'a> Cutter<'a> {
    /// Makes a cutter for blocks of `source`.
    pub(super) fn new(source: &'a str, rules: &'a Rules) -> Self {
        Self { source, rules, terminators: HashMap::new() }
    }

    /// Returns the sentences of a block, in order, without the white space around them.
    pub(super) fn cut(&mut self, block: Range<usize>) -> Vec<Part> {
        let text = &self.source[..block.end];
        let (code, markup) = if self.rules.markdown { inline_spans(text, block.start) } else { Default::default() };
        let mut code = code.into_iter().peekable();
        let mut markup = markup.into_iter().peekable();
        let mut parts = Vec::new();
        let mut start = skip_white(text, block.start);
        let mut at = start;
        // A sentence has a letter: neither "1." nor "..." is one.
        let mut letters = false;
        while let Some(c) = text[at..].chars().next() {
            if at > start && self.rules.forced.binary_search(&at).is_ok() {
                push(&mut parts, text, start..at);
                (start, letters) = (at, false);
            }
            while code.next_if(|span| span.end <= at).is_some() {}
            if let Some(span) = code.next_if(|span| span.start == at) {
                letters = true;
                at = span.end;
            } else if self.rules.footnote_marks && c.is_numeric() && is_footnote_mark(text, block.start, at, c) {
                let end = at + c.len_utf8();
                push(&mut parts, text, start..at);
                parts.push(Part::FootnoteMark(at..end));
                start = skip_white(text, end);
                (at, letters) = (start, false);
            } else if self.is_terminator(c) {
                let stop = self.stop(text, block.start, at);
                at = stop.end;
                while markup.next_if(|span| span.end <= at).is_some() {}
                let inside = markup.peek().is_some_and(|span| span.start < at);
                // Closing marks have no letters, so `letters` still describes the text before the
                // terminator.
                if letters
                    && !inside
                    && let Some(next) = self.next_start(text, block.start, &stop)
                {
                    push(&mut parts, text, start..stop.end);
                    start = next;
                    (at, letters) = (start, false);
                }
            } else {
                letters |= c.is_alphabetic();
                at += c.len_utf8();
            }
        }
        push(&mut parts, text, start..text.len());
        parts
    }

    /// Returns the run of terminators at `start`, with the quotes and brackets that close after it.
    fn stop(&mut self, text: &str, block: usize, start: usize) -> Stop {
        let mut marks = start;
        let mut wide = false;
        while let Some(c) = text[marks..].chars().next()
            && self.is_terminator(c)
        {
            wide = !c.is_ascii() && c != '…';
            marks += c.len_utf8();
        }
        let mut end = marks;
        while let Some(c) = text[end..].chars().next() {
            let after = end + c.len_utf8();
            if is_closer(c) || self.rules.markdown && matches!(c, '*' | '_' | '~') {
                end = after;
            } else if is_opener(c) && text[after..].chars().next().is_none_or(|next| next.is_whitespace() || is_closer(next)) {
                // The mark “ closes in German, and « in Danish.
                end = after;
            } else if self.rules.markdown && text[end..].starts_with("[^") {
                // A reference to a footnote. Its label is short, so that the search is bounded.
                match text[end..].bytes().take(64).position(|byte| byte == b']') {
                    Some(bracket) => end += bracket + 1,
                    None => break,
                }
            } else {
                break;
            }
        }
        let dot = marks - start <= 3 && matches!(&text[start..marks], "." | "․" | "．");
        let before = text[block..start].chars().next_back();
        Stop { start, marks, end, dot, wide, before }
    }

    /// Returns the start of the next sentence if this stop ends one.
    fn next_start(&mut self, text: &str, block: usize, stop: &Stop) -> Option<usize> {
        let next = text[stop.end..].chars().next()?;
        let start = skip_white(text, stop.end);
        let first = text[start..].chars().next()?;
        if self.rules.forbidden.binary_search(&start).is_ok() {
            return None;
        }
        let abbreviated = |cutter: &Self| stop.dot && stop.end == stop.marks && cutter.is_abbreviated(&text[block..stop.start]);
        if next.is_whitespace() {
            // ". . ." is one ellipsis.
            let begins = first != '.' && self.first_letter(text, start).is_none_or(|letter| !letter.is_lowercase());
            (begins && !abbreviated(self)).then_some(start)
        } else if stop.wide {
            let continues = matches!(next, ',' | ';' | ':' | '-' | '–' | '—' | '，' | '、' | '；' | '：');
            let begins = !continues && self.first_letter(text, start).is_none_or(|letter| !letter.is_lowercase());
            begins.then_some(start)
        } else if self.rules.run_together {
            let before = stop.before.filter(|c| !c.is_whitespace())?;
            let first = if is_opener(next) || is_closer(next) { text[start + next.len_utf8()..].chars().next()? } else { next };
            let begins = first.is_uppercase() || first.is_numeric() && !before.is_numeric();
            (begins && !abbreviated(self)).then_some(start)
        } else {
            None
        }
    }

    /// Returns the first letter or digit from `at`, unless a terminator comes before it.
    fn first_letter(&mut self, text: &str, at: usize) -> Option<char> {
        let c = text[at..].chars().find(|&c| c.is_alphanumeric() || self.is_terminator(c))?;
        c.is_alphanumeric().then_some(c)
    }

    /// Returns true if the full stop after `text` belongs to an abbreviation or an initial.
    fn is_abbreviated(&self, text: &str) -> bool {
        let at_boundary = |rest: &str| !rest.chars().next_back().is_some_and(char::is_alphabetic);
        let listed = self.rules.abbreviations.iter().any(|abbreviation| {
            let rest = text.strip_suffix(abbreviation.as_str());
            rest.is_some_and(at_boundary)
        });
        listed
            || self.rules.initials && {
                let mut before = text.chars().rev();
                before.next().is_some_and(|c| c.is_uppercase()) && !before.next().is_some_and(char::is_alphanumeric)
            }
    }

    /// Returns true if a character ends sentences.
    fn is_terminator(&mut self, c: char) -> bool {
        if c.is_ascii() || c.is_alphanumeric() || c.is_whitespace() {
            return matches!(c, '.' | '!' | '?');
        }
        // UAX #29 does not count the ellipsis. The crate does not expose its table, so an
        // experiment finds out the property of other characters: a terminator separates two
        // ideographs.
        c == '…'
            || *self.terminators.entry(c).or_insert_with(|| {
                let probe: String = ['字', c, '字'].iter().collect();
                probe.split_sentence_bounds().count() == 2
            })
    }
}

/// A run of terminators with the closing marks after it.
#[derive(Debug)]
struct Stop {
    start: usize,
    /// The end of the terminators.
    marks: usize,
    /// The end of the closing quotes and brackets.
    end: usize,
    /// True if it is a single full stop.
    dot: bool,
    /// True if it belongs to a script that needs no space after it.
    wide: bool,
    before: Option<char>,
}

/// Returns true if a line break between these two characters is removed instead of becoming a
/// space, as between Chinese characters.
pub(super) fn joins_without_space(before: char, after: char) -> bool {
    is_unspaced(before) && is_unspaced(after)
}

/// Returns true if a character belongs to a script that puts no spaces between words.
pub(super) fn is_unspaced(c: char) -> bool {
    // Thai and Lao, Myanmar, Khmer, CJK with its punctuation, full-width forms.
    matches!(u32::from(c), 0xE00..=0xEFF | 0x1000..=0x109F | 0x1780..=0x17FF | 0x2E80..=0x9FFF | 0xF900..=0xFAFF | 0xFF00..=0xFFEF | 0x20000..=0x3FFFF)
}

/// Returns true if a text begins with these words, and the last word ends there: `Chapter I` but
/// not `Chapters` begins with `Chapter`.
pub(super) fn begins_with(text: &str, words: &str) -> bool {
    let ends = |rest: &str| !rest.chars().next().is_some_and(char::is_alphanumeric) || words.ends_with(is_unspaced);
    text.strip_prefix(words).is_some_and(ends)
}

/// Returns true if a text ends like a sentence or a clause; closing quotes and brackets are
/// ignored.
pub(super) fn is_closed(text: &str) -> bool {
    let rules = Rules::default();
    let mut cutter = Cutter::new(text, &rules);
    let last = text.chars().rev().find(|&c| !is_closer(c) && !is_opener(c) && !c.is_whitespace());
    last.is_none_or(|c| cutter.is_terminator(c) || matches!(c, ':' | ';' | ',' | '-' | '–' | '—' | '：' | '；' | '，' | '、'))
}

fn is_closer(c: char) -> bool {
    matches!(
        c,
        ')' | ']'
            | '}'
            | '"'
            | '\''
            | '»'
            | '”'
            | '’'
            | '›'
            | '」'
            | '』'
            | '】'
            | '〉'
            | '》'
            | '〕'
            | '〗'
            | '）'
            | '］'
            | '｝'
            | '⟩'
    )
}

fn is_opener(c: char) -> bool {
    matches!(c, '(' | '[' | '{' | '«' | '“' | '„' | '‘' | '‚' | '‹' | '「' | '『' | '【' | '〈' | '《' | '〔' | '（' | '［' | '⟨')
}

/// Returns true if the digit at `at` is between a small and a capital letter: `word2Next`.
fn is_footnote_mark(text: &str, block: usize, at: usize, digit: char) -> bool {
    text[block..at].chars().next_back().is_some_and(char::is_lowercase)
        && text[at + digit.len_utf8()..].chars().next().is_some_and(char::is_uppercase)
}

fn skip_white(text: &str, at: usize) -> usize {
    text.len() - text[at..].trim_start().len()
}

fn push(parts: &mut Vec<Part>, text: &str, range: Range<usize>) {
    let end = range.start + text[range.clone()].trim_end().len();
    if end > range.start {
        parts.push(Part::Sentence(range.start..end));
    }
}

/// Returns the code spans of a paragraph of Markdown, and its links and emphasis. All count from
/// the beginning of the text, in which the paragraph begins at `start`.
///
/// No sentence ends inside them: the two halves of a link could get into different chapters. Both
/// lists are in order and without overlaps.
fn inline_spans(text: &str, start: usize) -> (Vec<Range<usize>>, Vec<Range<usize>>) {
    let (mut code, mut elements) = (Vec::new(), Vec::new());
    let mut open = Vec::new();
    for span in markdown::spans(&text[start..]) {
        let range = start + span.range().start..start + span.range().end;
        match span.kind {
            SpanKind::Markup(Role::Lone, Kind::Code) => code.push(range),
            SpanKind::Markup(Role::Lone, Kind::Link | Kind::Image | Kind::Html) => elements.push(range),
            SpanKind::Markup(Role::Open, _) => open.push(range.start),
            // Elements inside others are left whole with them.
            SpanKind::Markup(Role::Close, _) => {
                let first = open.pop().unwrap_or(range.start);
                while elements.pop_if(|inner: &mut Range<usize>| inner.start > first).is_some() {}
                elements.push(first..range.end);
            }
            SpanKind::Url => elements.push(range),
            _ => {}
        }
    }
    (code, elements)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str, rules: &Rules) -> Vec<String> {
        let parts = Cutter::new(text, rules).cut(0..text.len());
        let word = |part: &Part| match part {
            Part::Sentence(range) => text[range.clone()].to_owned(),
            Part::FootnoteMark(range) => format!("^{}", &text[range.clone()]),
        };
        parts.iter().map(word).collect()
    }

    fn usual() -> Rules {
        Rules { initials: true, abbreviations: vec!["pp".into(), "т.б".into(), "etc".into(), "ж".into()], ..Rules::default() }
    }

    #[test]
    fn sentences_end_in_every_script() {
        for (text, count) in [
            ("One. Two! Three? Four… Five", 5),
            ("He said: “Go.” She went. (All of it.) End", 4),
            ("„Geh!“ Er ging. »Ja.« Ende", 4),
            ("Бірінші сөйлем. «Екінші» сөйлем.", 2),
            ("今日は雨です。明日は晴れ！本当？はい。", 4),
            ("「行こう。」彼は立った。", 2),
            ("هذا هو. ماذا؟ نعم۔", 3),
            ("यह एक है। यह दो है।", 2),
            ("Սա մեկն է։ Սա երկուսն է։", 2),
            ("¿Qué? ¡Nada! Vale.", 3),
            ("— Да. — Нет. — Почему?", 3),
        ] {
            assert_eq!(cut(text, &usual()).len(), count, "{text}: {:?}", cut(text, &usual()));
        }
    }

    #[test]
    fn some_full_stops_end_nothing() {
        for text in [
            "See pp. 3.14 and www.example.com for more",
            "Н. Ә. Назарбаев келді",
            "apples, pears, etc. Nothing else",
            "кітап, дәптер т.б. Бәрі",
            "2001 ж. Мамырда",
            "1. First things",
            "“Stop!” he cried",
            "Well . . . yes",
            "ends with an ellipsis… and goes on",
        ] {
            assert_eq!(cut(text, &usual()), [text]);
        }
    }

    #[test]
    fn sentences_run_together_are_parted_on_request() {
        let text = "қол қойды.Қазақстан 68.Тағы ескерілді.1994 жыл 3.14 Н.Ә.Б екен!«Иә»";
        assert_eq!(cut(text, &usual()).len(), 1);
        let rules = Rules { run_together: true, ..usual() };
        assert_eq!(cut(text, &rules), ["қол қойды.", "Қазақстан 68.", "Тағы ескерілді.", "1994 жыл 3.14 Н.Ә.Б екен!", "«Иә»"]);
    }

    #[test]
    fn a_lone_digit_between_small_and_capital_is_a_mark_on_request() {
        let text = "бола алады7Халықаралық H2O а12Б";
        assert_eq!(cut(text, &usual()).len(), 1);
        let rules = Rules { footnote_marks: true, ..usual() };
        assert_eq!(cut(text, &rules), ["бола алады", "^7", "Халықаралық H2O а12Б"]);
    }

    #[test]
    fn markup_stays_whole() {
        let rules = Rules { markdown: true, ..usual() };
        let text =
            "Use `a. B` here. **Bold.** Then ``x ` Y. Z`` and ` alone. End.[^1] *One. Two.* See [a. B](c \"D. E\"). A * b. C";
        let expected = [
            "Use `a. B` here.",
            "**Bold.**",
            "Then ``x ` Y. Z`` and ` alone.",
            "End.[^1]",
            "*One. Two.*",
            "See [a. B](c \"D. E\").",
            "A * b.",
            "C",
        ];
        assert_eq!(cut(text, &rules), expected);
    }
}
