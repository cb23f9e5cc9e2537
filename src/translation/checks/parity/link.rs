//! Links, code, footnotes, placeholders and emphasis of two sentences.

use std::ops::Range;

use super::reading::{Link, Piece, Reading};
use super::{Difference, Finding, Side, shown};
use crate::base::{code, path};
use crate::markdown::{Form, note_label};
use crate::model::key::looks_like_language;
use crate::model::segment::range_of_ids;
use crate::model::{EditionName, Key};

/// The greatest number of links, codes, footnotes or placeholders that are compared. A text with
/// more is no sentence.
const MOST: usize = 500;

/// Compares the targets of the links.
pub(super) fn links(source: &Side<'_>, target: &Side<'_>, findings: &mut Vec<Finding>) {
    let (a, b) = (source.reading, target.reading);
    if (a.links.is_empty() && b.links.is_empty()) || a.links.len().max(b.links.len()) > MOST {
        return;
    }
    let codes = [source.rules.code.as_str(), target.rules.code.as_str()];
    let targets = |reading: &Reading<'_>, side: &Side<'_>| -> Vec<Option<String>> {
        reading.links.iter().map(|link| neutral_target(link, side, codes)).collect()
    };
    let (targets_a, targets_b) = (targets(a, source), targets(b, target));
    let lacking = |reading: &Reading<'_>, own: &[Option<String>], others: &[Option<String>]| -> Vec<(String, Range<usize>)> {
        // A reference may lead anywhere, so it can be the counterpart of one link that is not
        // found.
        let mut unknown = others.iter().filter(|end| end.is_none()).count();
        let mut lacking = Vec::new();
        for (link, end) in reading.links.iter().zip(own) {
            if end.is_none() || others.contains(end) {
                continue;
            }
            if unknown > 0 {
                unknown -= 1;
                continue;
            }
            lacking.push((link.to.words.to_owned(), link.to.range.clone()));
        }
        lacking
    };
    let difference = Difference {
        code: &code::PARITY_LINK,
        noun: "link",
        missing: lacking(a, &targets_a, &targets_b),
        extra: lacking(b, &targets_b, &targets_a),
    };
    findings.extend(difference.finding(a.text, b.text));
}

/// Returns the target of a link in a form that is the same in both languages. Returns `None` if the
/// destination is not in the sentence, as in `[words][label]`.
///
/// ```text
/// russia.kk.md, russia.en.md, [[vectors/russia]]     work vectors/russia
/// map.kk.png, map.en.png                             file vectors/map.png
/// https://kk.wikipedia.org/wiki/Ресей                url *.wikipedia.org
/// ```
fn neutral_target(link: &Link<'_>, side: &Side<'_>, codes: [&str; 2]) -> Option<String> {
    let to = link.to.words.trim();
    let (target, anchor) = to.split_once('#').unwrap_or((to, ""));
    // A heading's anchor may be made of its text. The address of a sentence is the same everywhere.
    let anchor = range_of_ids(anchor).map(|(first, last)| format!("#{first}-{last}")).unwrap_or_default();
    match link.form? {
        Form::Wiki => {
            let key = target.split_whitespace().collect::<Vec<_>>().join(" ");
            return Some(if key.is_empty() { anchor } else { format!("work {}{anchor}", Key::new(&key)) });
        }
        Form::Inline | Form::Auto => {}
    }
    if target.is_empty() {
        return Some(anchor);
    }
    if to.contains("://") || to.starts_with("//") || to.starts_with("www.") {
        return Some(url(to, &side.rules.code));
    }
    if to.contains(':') {
        return Some(to.to_owned());
    }
    let decoded = path::from_url(target.split('?').next().unwrap_or("")).unwrap_or_else(|| target.to_owned());
    let resolved = match decoded.strip_prefix('/') {
        Some(rooted) => path::resolve("content/", rooted),
        None => path::resolve(side.file, &decoded),
    };
    let resolved = resolved.unwrap_or(decoded);
    let below = resolved.strip_prefix("content/").unwrap_or(&resolved);
    if let Some(name) = EditionName::of(below, |code| codes.contains(&code)) {
        return Some(format!("work {}{anchor}", name.key));
    }
    // A picture or a file may have a form for each language: `map.kk.png`.
    let file = match below.rsplit_once('.') {
        Some((stem, ending)) => {
            let stem = stem.rsplit_once('.').filter(|(_, code)| codes.contains(code)).map_or(stem, |(stem, _)| stem);
            format!("file {stem}.{ending}")
        }
        None => format!("file {below}"),
    };
    Some(file)
}

/// Normalises a URL: the language versions of a page get the same text (`/kk/`, `ru.example.org`,
/// `?lang=en`). The fragment is dropped.
fn url(url: &str, code: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest).trim_start_matches("//");
    let rest = rest.strip_prefix("www.").unwrap_or(rest);
    let rest = rest.split('#').next().unwrap_or(rest);
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let mut parts = rest.trim_end_matches('/').split('/');
    let host = parts.next().unwrap_or("").to_lowercase();
    // An encyclopaedia's article has another name in each language, so only the domain counts.
    if let Some(domain) = host.strip_prefix(code).and_then(|rest| rest.strip_prefix('.')) {
        return format!("url *.{domain}");
    }
    let mut end = format!("url {host}");
    for part in parts {
        end.push('/');
        end.push_str(if looks_like_language(part) { "*" } else { part });
    }
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        end.push_str(&format!("?{name}={}", if looks_like_language(value) { "*" } else { value }));
    }
    end
}

/// Compares code spans. Their text must be equal, except for a language code in it.
pub(super) fn codes(source: &Side<'_>, target: &Side<'_>, findings: &mut Vec<Finding>) {
    let (a, b) = (source.reading, target.reading);
    if (a.codes.is_empty() && b.codes.is_empty()) || a.codes.len().max(b.codes.len()) > MOST {
        return;
    }
    let neutral =
        |pieces: &[Piece<'_>], code: &str| pieces.iter().map(|piece| without_code(piece.words, code)).collect::<Vec<_>>();
    let (neutral_a, neutral_b) = (neutral(&a.codes, &source.rules.code), neutral(&b.codes, &target.rules.code));
    type Codes<'t> = (&'t [Piece<'t>], &'t [String]);
    let lacking = |(pieces, own): Codes<'_>, (others, neutral): Codes<'_>| -> Vec<(String, Range<usize>)> {
        // A text about languages names the files of both.
        let is_there = |piece: &Piece<'_>| others.iter().any(|other| other.words == piece.words);
        let lacks = pieces.iter().zip(own).filter(|(piece, words)| !neutral.contains(words) && !is_there(piece));
        lacks.map(|(piece, _)| (piece.words.to_owned(), piece.range.clone())).collect()
    };
    let mut missing = lacking((&a.codes, &neutral_a), (&b.codes, &neutral_b));
    let mut extra = lacking((&b.codes, &neutral_b), (&a.codes, &neutral_a));
    // Code can contain words of a language, as an example or a comment, and these are translated.
    let translated = |(words, _): &(String, Range<usize>)| !words.is_ascii();
    if missing.len() == extra.len() && missing.iter().zip(&extra).all(|(one, other)| translated(one) || translated(other)) {
        missing.clear();
        extra.clear();
    }
    let difference = Difference { code: &code::PARITY_CODE, noun: "code", missing, extra };
    findings.extend(difference.finding(a.text, b.text));
}

/// Replaces a language code in code by `*`: `a.kk.md` becomes `a.*.md`.
fn without_code(words: &str, code: &str) -> String {
    let mut neutral = String::with_capacity(words.len());
    let folded = words.split_whitespace().collect::<Vec<_>>().join(" ");
    for piece in folded.split_inclusive(|c: char| !c.is_alphanumeric()) {
        let word = piece.trim_end_matches(|c: char| !c.is_alphanumeric());
        neutral.push_str(if word == code { "*" } else { word });
        neutral.push_str(&piece[word.len()..]);
    }
    neutral
}

/// Compares references to footnotes: by label, or by their count if each edition has its own
/// labels.
pub(super) fn notes(source: &Side<'_>, target: &Side<'_>, findings: &mut Vec<Finding>) {
    let (a, b) = (source.reading, target.reading);
    if (a.notes.is_empty() && b.notes.is_empty()) || a.notes.len().max(b.notes.len()) > MOST {
        return;
    }
    let lacking = |pieces: &[Piece<'_>], others: &[Piece<'_>]| -> Vec<(String, Range<usize>)> {
        let labels: Vec<String> = others.iter().map(|other| note_label(other.words)).collect();
        let lacks = pieces.iter().filter(|piece| !labels.contains(&note_label(piece.words)));
        lacks.map(|piece| (piece.words.to_owned(), piece.range.clone())).collect()
    };
    let missing = lacking(&a.notes, &b.notes);
    let extra = lacking(&b.notes, &a.notes);
    let shared = missing.iter().any(|(label, _)| target.has_note(label)) || extra.iter().any(|(label, _)| source.has_note(label));
    if a.notes.len() == b.notes.len() && !shared {
        return;
    }
    let difference = Difference { code: &code::PARITY_FOOTNOTE, noun: "footnote", missing, extra };
    findings.extend(difference.finding(a.text, b.text));
}

/// Compares placeholders.
pub(super) fn placeholders(source: &Side<'_>, target: &Side<'_>, findings: &mut Vec<Finding>) {
    let (a, b) = (source.reading, target.reading);
    if (a.placeholders.is_empty() && b.placeholders.is_empty()) || a.placeholders.len().max(b.placeholders.len()) > MOST {
        return;
    }
    let neutral = |words: &str| words.split_whitespace().collect::<String>();
    let lacking = |pieces: &[Piece<'_>], others: &[Piece<'_>]| -> Vec<(String, Range<usize>)> {
        let lacks = pieces.iter().filter(|piece| !others.iter().any(|other| neutral(other.words) == neutral(piece.words)));
        lacks.map(|piece| (piece.words.to_owned(), piece.range.clone())).collect()
    };
    let difference = Difference {
        code: &code::PARITY_PLACEHOLDER,
        noun: "placeholder",
        missing: lacking(&a.placeholders, &b.placeholders),
        extra: lacking(&b.placeholders, &a.placeholders),
    };
    findings.extend(difference.finding(a.text, b.text));
}

/// Compares emphasis by its count. Quotation marks count as the counterpart of plain emphasis.
pub(super) fn emphasis(source: &Side<'_>, target: &Side<'_>, findings: &mut Vec<Finding>) {
    let (a, b) = (source.reading, target.reading);
    if a.emphasis == b.emphasis {
        return;
    }
    const KINDS: [&str; 3] = ["emphasised", "bold", "struck through"];
    let quoted = |reading: &Reading<'_>, side: &Side<'_>| {
        let opening = reading.prose.chars().filter(|c| side.rules.opening.contains(c)).count();
        opening + reading.prose.matches('"').count() / 2
    };
    for (kind, name) in KINDS.into_iter().enumerate() {
        let (in_source, here) = (&a.emphasis[kind], &b.emphasis[kind]);
        if in_source.len() == here.len() {
            continue;
        }
        if kind == 0 && in_source.len() + quoted(a, source) == here.len() + quoted(b, target) {
            continue;
        }
        let (count, other) = (here.len(), in_source.len());
        let message = match (count, other) {
            (0, _) => format!("the source has {name} text, but the translation has none"),
            (_, 0) => format!("the translation has {name} text, but the source has none"),
            _ => format!("the translation has {count} {name} parts, but the source has {other}"),
        };
        let mut finding = Finding::new(&code::PARITY_EMPHASIS, message, here.first().cloned().unwrap_or(0..b.text.len()));
        finding = finding.there(in_source.first().cloned().unwrap_or(0..a.text.len()), "the source");
        if let Some(range) = in_source.first().filter(|_| here.is_empty()) {
            finding = finding.hint(format!("the text in the source is: {}", shown(&a.text[range.clone()])));
        }
        findings.push(finding);
    }
}

/// Reports quotation marks that the language does not use.
pub(super) fn quotes(reading: &Reading<'_>, rules: &super::Rules, findings: &mut Vec<Finding>) {
    let is_mark =
        |c: char| matches!(c, '«' | '»' | '‹' | '›' | '“' | '”' | '„' | '‟' | '‘' | '‚' | '‛' | '「' | '」' | '『' | '』');
    if rules.quotes.is_empty() {
        return;
    }
    let foreign = |c: char| is_mark(c) && !rules.quotes.contains(&c);
    // The first byte tells where a mark may begin.
    let bytes = reading.prose.bytes().enumerate().filter(|(_, byte)| matches!(byte, 0xc2 | 0xe2 | 0xe3));
    let marks = bytes.filter_map(|(at, _)| Some((at, reading.prose[at..].chars().next()?)));
    let mut marks = marks.filter(|(_, c)| foreign(*c)).peekable();
    if marks.peek().is_none() {
        return;
    }
    let last_apostrophe = reading.prose.rfind('’');
    while let Some((start, mark)) = marks.next() {
        if matches!(mark, '‘' | '‛') && !(opens_word(reading, start) && last_apostrophe > Some(start)) {
            // This is an apostrophe.
            continue;
        }
        let inside = start + mark.len_utf8();
        // The opening mark may be one of the language's own: `“…”` if it has only `“`.
        if matches!(mark, '”' | '»' | '›')
            && let Some(open) = reading.prose[..start].rfind(['“', '”', '„', '‟', '«', '»', '‹', '›'])
            && reading.prose[open..].chars().next().is_some_and(|c| !foreign(c))
        {
            let written = &reading.prose[open..inside];
            let open_mark = written.chars().next().unwrap_or(mark);
            findings.push(foreign_pair(rules, open_mark, &mark.to_string(), open..inside));
            continue;
        }
        // The closing mark may be one of the language's own: `“…”` if it has only `”`.
        let close =
            reading.prose[inside..].char_indices().find(|(_, c)| (is_mark(*c) && *c != '‘') || (*c == '’' && mark == '‘'));
        let (close, closing) = match close {
            Some((at, c)) => (inside + at, c.to_string()),
            None => (inside, String::new()),
        };
        let is_pair = close > inside;
        if is_pair && marks.peek().is_some_and(|(at, _)| *at == close) {
            marks.next();
        }
        // A quotation in another script keeps its marks.
        let scripts = crate::prose::Scripts::of(&reading.prose[inside..close]);
        if is_pair && !scripts.is_empty() && !rules.scripts.is_empty() && !scripts.meets(rules.scripts) {
            continue;
        }
        match is_pair {
            true => findings.push(foreign_pair(rules, mark, &closing, start..close + closing.len())),
            false => findings.push(foreign_pair(rules, mark, "", start..inside)),
        }
    }
}

/// Makes the finding for one quotation, or for one mark if `close` is empty.
fn foreign_pair(rules: &super::Rules, open: char, close: &str, range: Range<usize>) -> Finding {
    let written = if close.is_empty() { open.to_string() } else { format!("{open}…{close}") };
    let [own_open, own_close] = &rules.outer;
    Finding::new(
        &code::FOREIGN_QUOTES,
        format!("the quotation marks `{written}` are not used in the language `{}`", rules.code),
        range,
    )
    .hint(format!("write {own_open}…{own_close}"))
}

/// Returns true if no letter or digit stands right before the mark.
fn opens_word(reading: &Reading<'_>, at: usize) -> bool {
    reading.prose[..at].chars().next_back().is_none_or(|c| !c.is_alphanumeric())
}
