//! Checks of scripts: words that mix letters of two scripts, and sentences in the wrong script.

use std::ops::Range;

use super::reading::Reading;
use super::{Finding, Rules, shown};
use crate::base::{code, path};
use crate::prose::{Scripts, Token, script};

/// Letters that look alike: Latin, Cyrillic, Greek; `-` where the script has none.
const ALIKE: &str = "AАΑ BВΒ CС- EЕΕ HНΗ IІΙ JЈ- KКΚ MМΜ N-Ν OОΟ PРΡ SЅ- TТΤ XХΧ YҮΥ YУΥ Z-Ζ \u{18f}Ә- ËЁ- ÏЇ- \
                     aа- cс- eе- iі- jј- oоο pр- sѕ- xх- yу- hһ- \u{259}ә- ëё- ïї- v-ν u-υ";

/// Returns the letter of another script that looks like this one, for a language with that
/// alphabet.
fn alike(c: char, wanted: Scripts, alphabet: &str) -> Option<char> {
    let column = wanted.first();
    let mut found = ALIKE.split_whitespace().filter_map(|group| {
        let letters: Vec<char> = group.chars().collect();
        let other = *letters.get(column)?;
        (letters.contains(&c) && other != '-' && other != c).then_some(other)
    });
    let known = |c: char| alphabet.is_empty() || c.to_lowercase().all(|small| alphabet.contains(small));
    found.find(|other| known(*other))
}

/// Reports words in which a letter of one script replaces the similar letter of another.
pub(super) fn mixed(reading: &Reading<'_>, rules: &Rules, findings: &mut Vec<Finding>) {
    for token in reading.tokens() {
        let mut wanted = [Scripts::LATIN, Scripts::CYRILLIC, Scripts::GREEK];
        if wanted.iter().filter(|it| token.scripts.meets(**it)).count() < 2 {
            continue;
        }
        let word = reading.word(token);
        let count = |wanted: Scripts| word.chars().filter(|c| script(*c) == wanted).count();
        // A word's own script is the one that most of its letters have. The language's script
        // breaks ties.
        wanted.sort_by_key(|it| std::cmp::Reverse((count(*it), it.meets(rules.scripts))));
        // If that is not possible, the other script is tried: `й` is not Latin, however many
        // letters beside it are.
        let repaired = wanted.iter().filter(|it| count(**it) > 0).find_map(|&wanted| {
            let alphabet = if wanted.meets(rules.scripts) { rules.alphabet.as_str() } else { "" };
            let repaired: Option<String> = word
                .chars()
                .map(|c| if script(c).is_empty() || script(c) == wanted { Some(c) } else { alike(c, wanted, alphabet) })
                .collect();
            Some((wanted, repaired?))
        });
        let Some((wanted, repaired)) = repaired else { continue };
        if is_name_with_ending(word) {
            continue;
        }
        let mut letters: Vec<String> = Vec::new();
        let mut others: Vec<&str> = Vec::new();
        for (c, _) in word.chars().zip(repaired.chars()).filter(|(c, right)| c != right) {
            let letter = format!("`{c}` (U+{:04X})", c as u32);
            if !letters.contains(&letter) {
                letters.push(letter);
            }
            if !others.contains(&script(c).name()) {
                others.push(script(c).name());
            }
        }
        let is = if letters.len() > 1 { "are" } else { "is" };
        let (letters, others) = (letters.join(", "), others.join(" and "));
        let message = format!("the word `{}` mixes letters of two scripts: {letters} {is} {others}", shown(word));
        let hint = format!("write the word in {} letters only: `{repaired}`", wanted.name());
        findings.push(Finding::new(&code::MIXED_SCRIPT, message, token.range.clone()).hint(hint));
    }
}

/// Returns true for an acronym or a Roman number with an ending of another script right after it:
/// `ITде`, `XXшы`.
fn is_name_with_ending(word: &str) -> bool {
    let capitals: String = word.chars().take_while(|c| c.is_uppercase()).collect();
    let ending = &word[capitals.len()..];
    capitals.chars().count() >= 2
        && !ending.is_empty()
        && ending.chars().all(char::is_lowercase)
        && !Scripts::of(&capitals).meets(Scripts::of(ending))
}

/// Reports a sentence that is mostly in a script which the language does not use, outside
/// quotations and emphasis.
pub(super) fn wrong(reading: &Reading<'_>, rules: &Rules, findings: &mut Vec<Finding>) {
    if rules.scripts.is_empty() {
        return;
    }
    let is_foreign = |token: &&Token| !token.digits && !token.scripts.is_empty() && !token.scripts.meets(rules.scripts);
    // Most sentences have no such word, and are settled without a search for quotations.
    if !reading.tokens().iter().any(|token| is_foreign(&token)) {
        return;
    }
    let aside = set_apart(reading);
    let words = || reading.tokens().iter().filter(|token| !stands_in(&aside, token));
    let letters = |token: &Token| reading.word(token).chars().count();
    let own: usize = words().filter(|token| token.scripts.meets(rules.scripts)).map(letters).sum();
    // Capitalised words may be names, which keep their script.
    let foreign: Vec<&Token> = words().filter(|token| is_foreign(token) && token.small).collect();
    let count: usize = foreign.iter().copied().map(letters).sum();
    if foreign.len() < 2 || count < 8 || count <= own {
        return;
    }
    let first = foreign[0];
    let message =
        format!("the sentence is mostly in {} letters, which the language `{}` does not use", first.scripts.name(), rules.code);
    let range = first.range.start..foreign[foreign.len() - 1].range.end;
    findings.push(
        Finding::new(&code::WRONG_SCRIPT, message, range)
            .hint("translate the sentence; put a quotation in quotation marks or emphasise it, and put code between backticks"),
    );
}

/// Returns the parts of a sentence that may be in another language: in quotation marks, in
/// brackets, emphasised.
fn set_apart(reading: &Reading<'_>) -> Vec<Range<usize>> {
    let mut aside: Vec<Range<usize>> = reading.emphasis.iter().flatten().cloned().collect();
    let mut open: Vec<(usize, char)> = Vec::new();
    for (at, c) in reading.prose.char_indices() {
        let closes = |open: &mut Vec<(usize, char)>, of: &[char]| {
            open.iter().rposition(|(_, mark)| of.contains(mark)).map(|index| {
                let (start, _) = open[index];
                open.truncate(index);
                start
            })
        };
        let start = match c {
            '(' | '[' | '«' | '„' | '‹' | '‚' | '‘' => {
                open.push((at, c));
                None
            }
            '“' if !open.iter().any(|(_, mark)| *mark == '„') => {
                open.push((at, c));
                None
            }
            '"' if !open.iter().any(|(_, mark)| *mark == '"') => {
                open.push((at, c));
                None
            }
            ')' => closes(&mut open, &['(']),
            ']' => closes(&mut open, &['[']),
            '»' => closes(&mut open, &['«']),
            '›' => closes(&mut open, &['‹']),
            '“' | '”' => closes(&mut open, &['„', '“']),
            '’' => closes(&mut open, &['‚', '‘']),
            '"' => closes(&mut open, &['"']),
            _ => None,
        };
        aside.extend(start.map(|start| start..at));
    }
    // A range that overlaps the one before is merged into it.
    aside.sort_by_key(|range| (range.start, range.end));
    aside.dedup_by(|next, before| {
        let overlaps = next.start < before.end;
        before.end = if overlaps { before.end.max(next.end) } else { before.end };
        overlaps
    });
    aside
}

/// Returns true if a word begins in one of some ranges, which are in order and do not overlap.
fn stands_in(ranges: &[Range<usize>], token: &Token) -> bool {
    let before = ranges.partition_point(|range| range.start <= token.range.start);
    before > 0 && token.range.start < ranges[before - 1].end
}

/// Returns true if a text that is the same in both languages should have been translated: it has
/// words, and is neither a name nor a list of names. Words with a capital letter may be names, and
/// a part in quotation marks, brackets or emphasis may be a title.
pub(super) fn needs_translation(reading: &Reading<'_>, source: &Rules, target: &Rules) -> bool {
    let aside = set_apart(reading);
    let in_prose = |token: &&Token| !token.digits && !stands_in(&aside, token);
    let words: Vec<&Token> = reading.tokens().iter().filter(in_prose).collect();
    let letters = |token: &&&Token| reading.word(token).chars().count();
    let small: Vec<&Token> = words.iter().copied().filter(|token| token.small).collect();
    let small_letters: usize = small.iter().map(|token| letters(&token)).sum();
    let both = !source.scripts.is_empty() && !target.scripts.is_empty();
    if both && !source.scripts.meets(target.scripts) {
        // The languages share no script, so only a word in the source's script can be untranslated.
        return small.iter().any(|token| token.scripts.meets(source.scripts) && letters(&token) >= 3);
    }
    let ends = reading.prose.trim_end().ends_with(['.', '!', '?', '…', '。', '؟', ':', ';']);
    if ends {
        words.len() >= 3 && (small.len() >= 2 || small_letters >= 4)
    } else {
        words.len() >= 4 && small.len() * 2 >= words.len()
    }
}

/// Reports the first characters that are not in Unicode normal form C.
pub(super) fn not_nfc(text: &str, findings: &mut Vec<Finding>) {
    // All characters of these ranges are normal: letters of most European languages, and
    // punctuation.
    let plain = |c: char| matches!(c as u32, 0..=0x2ff | 0x370..=0x373 | 0x388..=0x482 | 0x48a..=0x590 | 0x2010..=0x2064 | 0x20a0..=0x20bf);
    if text.chars().all(plain) {
        return;
    }
    let normal = path::nfc(text);
    if normal == text {
        return;
    }
    let same: usize = text.chars().zip(normal.chars()).take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum();
    // The range is a letter with all its combining marks.
    let start = text[..same].char_indices().rev().find(|(_, c)| !path::is_combining_mark(*c)).map_or(0, |(at, _)| at);
    let start = if text[same..].starts_with(path::is_combining_mark) { start } else { same };
    let mut rest = text[start..].char_indices().skip(1);
    let end = rest.find(|(_, c)| !path::is_combining_mark(*c)).map_or(text.len(), |(at, _)| start + at);
    let points = |text: &str| text.chars().map(|c| format!("U+{:04X}", c as u32)).collect::<Vec<_>>().join(" ");
    let written = &text[start..end];
    let message = format!(
        "`{}` is not in Unicode normal form C: it is written as {} instead of {}",
        shown(written),
        points(written),
        points(&path::nfc(written))
    );
    findings.push(
        Finding::new(&code::NOT_NFC, message, start..end)
            .hint("convert the file to Unicode normal form C (NFC); otherwise a search does not find the word"),
    );
}
