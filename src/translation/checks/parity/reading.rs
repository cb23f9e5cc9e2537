//! The parts of a sentence's Markdown: its prose, and everything in it that is not prose.
//!
//! This is no parser of Markdown; `parse` decides how a sentence looks on its page. One look at the
//! bytes, in linear time, finds the links, code, footnotes, emphasis and placeholders that a
//! comparison needs. A sentence without any of them costs only that look.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::ops::Range;

use super::script::{Scripts, script};
use crate::base::path::is_combining_mark;

/// The greatest length of a link's destination or title, in characters.
const REACH: usize = 1000;

/// The greatest length of a label or a name, in characters.
const NEAR: usize = 200;

/// A sentence taken apart, made once for all checks of it.
#[derive(Debug)]
pub struct Reading<'t> {
    pub(super) text: &'t str,
    /// The text with blanks for everything that is not prose, byte for byte.
    pub(super) prose: Cow<'t, str>,
    pub(super) links: Vec<Link<'t>>,
    /// Code spans: the text between the backticks.
    pub(super) codes: Vec<Piece<'t>>,
    /// The labels of references to footnotes.
    pub(super) notes: Vec<Piece<'t>>,
    pub(super) placeholders: Vec<Piece<'t>>,
    /// The ranges that are emphasised, strong and struck through.
    pub(super) emphasis: [Vec<Range<usize>>; 3],
    /// The kinds of bytes in the text, and in the prose.
    in_text: Kinds,
    in_prose: Kinds,
    /// The words and runs of digits of the prose, in order. Most sentences are settled without
    /// them.
    tokens: OnceCell<Vec<Token>>,
}

/// A piece of a text, with its range including its marks.
#[derive(Debug, Clone)]
pub(super) struct Piece<'t> {
    pub(super) words: &'t str,
    pub(super) range: Range<usize>,
}

/// A link and its target.
#[derive(Debug)]
pub(super) struct Link<'t> {
    pub(super) kind: LinkKind,
    /// The destination, the key of a work, or the label of a reference.
    pub(super) to: Piece<'t>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LinkKind {
    Inline,
    /// `[[key]]`
    Wiki,
    /// `[words][label]`: its destination stands elsewhere.
    Reference,
}

/// A word or a run of digits.
#[derive(Debug, Clone)]
pub(super) struct Token {
    pub(super) range: Range<usize>,
    pub(super) digits: bool,
    /// The scripts of a word's letters.
    pub(super) scripts: Scripts,
    /// True if a word begins with a small letter, or with a letter that has no case.
    pub(super) small: bool,
}

impl<'t> Reading<'t> {
    /// Takes the Markdown of a sentence apart.
    pub fn of(text: &'t str) -> Self {
        let kinds = Kinds::of(text);
        let mut reading = Self {
            text,
            prose: Cow::Borrowed(text),
            links: Vec::new(),
            codes: Vec::new(),
            notes: Vec::new(),
            placeholders: Vec::new(),
            emphasis: Default::default(),
            in_text: kinds,
            in_prose: kinds,
            tokens: OnceCell::new(),
        };
        if reading.in_text.has(SPECIAL) || (reading.in_text.has(W) && text.contains("www.")) {
            let mut marks =
                Marks { reading: &mut reading, blanks: Vec::new(), brackets: Vec::new(), openers: Default::default() };
            marks.read();
            let blanks = std::mem::take(&mut marks.blanks);
            if !blanks.is_empty() {
                let prose = blanked(text, blanks);
                reading.in_prose = Kinds::of(&prose);
                reading.prose = Cow::Owned(prose);
            }
        }
        reading
    }

    /// Returns the words and the runs of digits of the prose.
    pub(super) fn tokens(&self) -> &[Token] {
        self.tokens.get_or_init(|| tokens(&self.prose))
    }

    /// Returns true if there may be numbers: digits, or two letters of a Roman number.
    pub(super) fn has_numbers(&self) -> bool {
        let is_roman = |pair: &[u8]| pair.iter().all(|byte| matches!(byte, b'I' | b'V' | b'X'));
        // The Cyrillic letters `І` and `Х`, two bytes each.
        let is_cyrillic = |pair: &[u8]| matches!(pair, [0xd0, 0x86 | 0xa5, 0xd0, 0x86 | 0xa5]);
        let bytes = self.prose.as_bytes();
        self.in_prose.has(DIGIT | OTHER)
            || (self.in_prose.has(ROMAN) && bytes.windows(2).any(is_roman))
            || (self.in_prose.has(CYRILLIC) && bytes.windows(4).any(is_cyrillic))
    }

    /// Returns true if the bytes prove that all letters are of one script, and that `scripts` has
    /// it. An empty set has every script.
    pub(super) fn is_plainly(&self, scripts: Scripts) -> bool {
        let (latin, cyrillic) = (self.in_prose.has(LATIN), self.in_prose.has(CYRILLIC));
        let fits = |has: bool, script: Scripts| !has || scripts.is_empty() || scripts.meets(script);
        let two = latin && cyrillic;
        !two && !self.in_prose.has(OTHER) && fits(latin, Scripts::LATIN) && fits(cyrillic, Scripts::CYRILLIC)
    }

    /// Returns true if the bytes prove that the text is in Unicode normal form C.
    pub(super) fn is_plainly_nfc(&self) -> bool {
        // From U+2000 on, only a few blocks have characters that are not normal: wide spaces,
        // letters that are units, brackets.
        let may_differ = |sign: &[u8]| matches!(sign, [0xe2, 0x80, 0x80 | 0x81] | [0xe2, 0x83 | 0x84 | 0x8c | 0xab, _]);
        !self.in_text.has(OTHER) && (!self.in_text.has(WIDE) || !self.text.as_bytes().windows(3).any(may_differ))
    }

    /// Returns true if there may be quotation marks beyond ASCII.
    pub(super) fn may_quote(&self) -> bool {
        self.in_prose.has(OTHER | WIDE | MARK)
    }

    /// Returns a token's text.
    pub(super) fn word(&self, token: &Token) -> &str {
        &self.prose[token.range.clone()]
    }

    /// Returns a run of digits as ASCII digits.
    pub(super) fn digits(&self, token: usize) -> String {
        let word = self.word(&self.tokens()[token]);
        if word.is_ascii() {
            return word.to_owned();
        }
        word.chars().filter_map(digit).filter_map(|value| char::from_digit(value, 10)).collect()
    }

    /// Returns the prose between a token and the next one.
    pub(super) fn gap(&self, token: usize) -> &str {
        let tokens = self.tokens();
        &self.prose[tokens[token].range.end..tokens[token + 1].range.start]
    }
}

/// A set of kinds of bytes. It tells which checks a sentence does not need.
#[derive(Debug, Clone, Copy)]
struct Kinds(u16);

/// A byte that may begin something other than prose.
const SPECIAL: u16 = 1;
const LATIN: u16 = 1 << 1;
/// The Cyrillic block, all of whose letters are in normal form C.
const CYRILLIC: u16 = 1 << 2;
const DIGIT: u16 = 1 << 3;
const ROMAN: u16 = 1 << 4;
/// A byte that may begin `www.`.
const W: u16 = 1 << 5;
/// Signs of Latin-1, such as `«`.
const MARK: u16 = 1 << 6;
/// Punctuation and signs from U+2000 on.
const WIDE: u16 = 1 << 7;
/// Any other character.
const OTHER: u16 = 1 << 8;
/// A byte with a meaning only after a special one.
const CLOSE: u16 = 1 << 9;

const KINDS: [u16; 256] = {
    let mut kinds = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        kinds[byte] = match byte as u8 {
            b'I' | b'V' | b'X' | b'L' | b'C' | b'D' | b'M' => LATIN | ROMAN,
            b'w' => LATIN | W,
            b'a'..=b'z' | b'A'..=b'Z' => LATIN,
            b'0'..=b'9' => DIGIT,
            b'`' | b'[' | b'<' | b'*' | b'_' | b'~' | b'{' | b'%' | b'$' | b'\\' | b'&' | b':' => SPECIAL,
            b']' => CLOSE,
            // The later bytes of a character add nothing.
            0..=0xbf => 0,
            0xc2 => MARK,
            0xc3..=0xcb => LATIN,
            0xd0..=0xd3 => CYRILLIC,
            0xe2 => WIDE,
            _ => OTHER,
        };
        byte += 1;
    }
    kinds
};

impl Kinds {
    fn of(text: &str) -> Self {
        Self(text.bytes().fold(0, |kinds, byte| kinds | KINDS[byte as usize]))
    }

    fn has(self, any: u16) -> bool {
        self.0 & any != 0
    }
}

fn blanked(text: &str, blanks: Vec<Range<usize>>) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for blank in blanks {
        bytes[blank].fill(b' ');
    }
    String::from_utf8(bytes).expect("whole characters are blanked")
}

/// Returns the words and runs of digits of a text.
fn tokens(prose: &str) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::with_capacity(prose.len() / 8);
    // True while the character before belongs to the last token.
    let mut open = false;
    for (at, c) in prose.char_indices() {
        let (digits, letter, of) = match c as u32 {
            // The most frequent characters need no look at tables.
            0x61..=0x7a | 0x41..=0x5a => (false, true, Scripts::LATIN),
            0x30..=0x39 => (true, false, Scripts::NONE),
            0x400..=0x481 | 0x48a..=0x52f => (false, true, Scripts::CYRILLIC),
            0..=0x7f | 0x2010..=0x2064 => (false, false, Scripts::NONE),
            _ if digit(c).is_some() => (true, false, Scripts::NONE),
            _ if c.is_alphabetic() => (false, true, script(c)),
            _ => (false, false, Scripts::NONE),
        };
        if !digits && !letter {
            // A combining mark belongs to its letter.
            open = open && !c.is_ascii() && (is_combining_mark(c) || c == '\u{ad}');
            if open && let Some(token) = tokens.last_mut() {
                token.range.end = at + c.len_utf8();
            }
            continue;
        }
        let end = at + c.len_utf8();
        match tokens.last_mut() {
            Some(token) if open && token.digits == digits => token.range.end = end,
            _ => tokens.push(Token { range: at..end, digits, scripts: Scripts::NONE, small: letter && !c.is_uppercase() }),
        }
        if letter && let Some(token) = tokens.last_mut() {
            token.scripts = token.scripts.with(of);
        }
        open = true;
    }
    tokens
}

/// Returns the value of a decimal digit, of the scripts whose digits are met in books.
fn digit(c: char) -> Option<u32> {
    const ZEROS: [u32; 7] = [0x660, 0x6f0, 0x966, 0x9e6, 0xe50, 0x17e0, 0xff10];
    if (c as u32) < ZEROS[0] {
        return c.to_digit(10);
    }
    ZEROS.iter().map(|zero| (c as u32).wrapping_sub(*zero)).find(|value| *value < 10)
}

/// The scan of a sentence that has special bytes.
struct Marks<'t, 'r> {
    reading: &'r mut Reading<'t>,
    blanks: Vec<Range<usize>>,
    /// The offsets of open brackets; true for an image.
    brackets: Vec<(usize, bool)>,
    /// For each of `*`, `_` and `~`: the runs that may open emphasis, each with its number of
    /// unused marks.
    openers: [Vec<(usize, usize)>; 3],
}

impl<'t> Marks<'t, '_> {
    fn read(&mut self) {
        let text = self.reading.text;
        let bytes = text.as_bytes();
        let mut backticks: Option<BTreeMap<usize, Vec<usize>>> = None;
        let mut ends = ["-->", ">", "]]"].map(Ahead::of);
        let mut at = 0;
        while let Some(prose) = bytes[at..].iter().position(|byte| KINDS[*byte as usize] & (SPECIAL | W | CLOSE) != 0) {
            at += prose;
            let rest = &text[at..];
            let next = match bytes[at] {
                b'\\' if bytes.get(at + 1).is_some_and(u8::is_ascii_punctuation) => {
                    // An escaped character is prose; only the backslash is not.
                    self.blank(at..at + 1);
                    Some(at + 2)
                }
                b'`' => {
                    let length = run(rest, b'`');
                    let runs = backticks.get_or_insert_with(|| backtick_runs(text, at));
                    let positions = runs.get(&length).map_or(&[][..], Vec::as_slice);
                    let close = positions.get(positions.partition_point(|position| *position <= at)).copied();
                    match close {
                        Some(close) => {
                            let words = unpadded(&text[at + length..close]);
                            self.reading.codes.push(Piece { words, range: at..close + length });
                            self.blank(at..close + length);
                            Some(close + length)
                        }
                        None => Some(at + length),
                    }
                }
                b'<' if rest.starts_with("<!--") => ends[0].from(text, at).map(|end| {
                    self.blank(at..end + 3);
                    end + 3
                }),
                b'<' if bytes.get(at + 1).is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'/') => {
                    ends[1].from(text, at).map(|end| {
                        let inside = &text[at + 1..end];
                        if inside.contains([':', '@']) && !inside.contains(char::is_whitespace) {
                            let to = Piece { words: inside, range: at..end + 1 };
                            self.reading.links.push(Link { kind: LinkKind::Inline, to });
                        }
                        self.blank(at..end + 1);
                        end + 1
                    })
                }
                b'[' if rest.starts_with("[[") => ends[2].from(text, at + 2).map(|end| {
                    let inside = &text[at + 2..end];
                    let (key, words) = inside.split_once('|').unwrap_or((inside, ""));
                    let to = Piece { words: key, range: at..end + 2 };
                    self.reading.links.push(Link { kind: LinkKind::Wiki, to });
                    self.blank(at..end - words.len());
                    self.blank(end..end + 2);
                    end + 2
                }),
                b'[' if rest.starts_with("[^") => self.note(at),
                b'[' => {
                    let image = at > 0 && bytes[at - 1] == b'!';
                    self.brackets.push((at, image));
                    None
                }
                b']' => self.brackets.pop().and_then(|(open, image)| self.link(open, image, at)),
                b'*' | b'_' | b'~' => Some(self.emphasis(at)),
                b'{' => self.braces(at),
                b'%' => self.percent(at),
                b'$' => self.dollar(at),
                b'&' => {
                    let end = rest.bytes().take(32).position(|byte| byte == b';');
                    let inside = |end: usize| rest[1..end].bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'#');
                    end.filter(|&end| end > 1 && inside(end)).map(|end| {
                        self.blank(at..at + end + 1);
                        at + end + 1
                    })
                }
                b':' if rest.starts_with("://") => {
                    let scheme = ["https", "http", "ftp"].into_iter().find(|scheme| text[..at].ends_with(scheme));
                    scheme.map(|scheme| self.url(at - scheme.len(), at + 3))
                }
                b'w' if rest.starts_with("www.") && !text[..at].ends_with(char::is_alphanumeric) => Some(self.url(at, at + 4)),
                _ => None,
            };
            at = next.unwrap_or(at + 1);
        }
    }

    fn blank(&mut self, range: Range<usize>) {
        self.blanks.push(range);
    }

    fn note(&mut self, at: usize) -> Option<usize> {
        let rest = &self.reading.text[at + 2..];
        let end = rest.char_indices().take(NEAR).find(|&(_, c)| c == ']' || c.is_whitespace());
        let Some((end, ']')) = end else { return None };
        let range = at..at + 2 + end + 1;
        self.reading.notes.push(Piece { words: &rest[..end], range: range.clone() });
        self.blank(range.clone());
        Some(range.end)
    }

    /// Reads a link or an image whose words end at `close`.
    fn link(&mut self, open: usize, image: bool, close: usize) -> Option<usize> {
        let text = self.reading.text;
        let rest = &text[close + 1..];
        let (kind, words, end) = match rest.as_bytes().first() {
            Some(b'(') => {
                let (words, length) = destination(rest)?;
                (LinkKind::Inline, words, close + 1 + length)
            }
            Some(b'[') if !rest.starts_with("[[") && !rest.starts_with("[^") => {
                let end = rest.char_indices().take(NEAR).find(|&(_, c)| c == ']')?.0;
                (LinkKind::Reference, &rest[1..end], close + 1 + end + 1)
            }
            _ => return None,
        };
        let start = open - usize::from(image);
        self.reading.links.push(Link { kind, to: Piece { words, range: start..end } });
        self.blank(start..open + 1);
        self.blank(close..end);
        Some(end)
    }

    /// Reads a run of `*`, `_` or `~`. Returns its end.
    fn emphasis(&mut self, at: usize) -> usize {
        let text = self.reading.text;
        let mark = text.as_bytes()[at];
        let kind = match mark {
            b'*' => 0,
            b'_' => 1,
            _ => 2,
        };
        let length = run(&text[at..], mark);
        let end = at + length;
        let before = text[..at].chars().next_back().unwrap_or(' ');
        let after = text[end..].chars().next().unwrap_or(' ');
        let punctuation = |c: char| !c.is_alphanumeric() && !c.is_whitespace();
        let left = !after.is_whitespace() && (!punctuation(after) || before.is_whitespace() || punctuation(before));
        let right = !before.is_whitespace() && (!punctuation(before) || after.is_whitespace() || punctuation(after));
        let (opens, closes) = match mark {
            b'_' => (left && (!right || punctuation(before)), right && (!left || punctuation(after))),
            b'~' => (left && length == 2, right && length == 2),
            _ => (left, right),
        };
        if !opens && !closes {
            return end;
        }
        self.blank(at..end);
        let mut left_over = length;
        if closes {
            while left_over > 0
                && let Some((start, available)) = self.openers[kind].last_mut()
            {
                let used = if left_over >= 2 && *available >= 2 { 2 } else { 1 };
                let which = if kind == 2 { 2 } else { used - 1 };
                self.reading.emphasis[which].push(*start..end);
                left_over -= used;
                *available -= used;
                if *available == 0 {
                    self.openers[kind].pop();
                }
            }
        }
        if opens && left_over > 0 {
            self.openers[kind].push((at, left_over));
        }
        end
    }

    fn placeholder(&mut self, range: Range<usize>) -> Option<usize> {
        let end = range.end;
        self.reading.placeholders.push(Piece { words: &self.reading.text[range.clone()], range: range.clone() });
        self.blank(range);
        Some(end)
    }

    /// Reads `{name}`, `{0}`, `{{ value }}`. A heading's attributes (`{#anchor}`) are not prose
    /// either.
    fn braces(&mut self, at: usize) -> Option<usize> {
        let rest = &self.reading.text[at..];
        if rest.starts_with("{{") {
            let end = rest.char_indices().take(NEAR).find(|&(end, _)| rest[end..].starts_with("}}"))?.0;
            return self.placeholder(at..at + end + 2);
        }
        let end = rest.char_indices().take(NEAR).find(|&(_, c)| c == '}')?.0;
        let inside = &rest[1..end];
        if inside.starts_with(['#', '.']) {
            self.blank(at..at + end + 1);
            return Some(at + end + 1);
        }
        let is_name = |c: char| c.is_ascii_alphanumeric() || "_.-:".contains(c);
        (!inside.is_empty() && inside.chars().all(is_name)).then(|| self.placeholder(at..at + end + 1)).flatten()
    }

    /// Reads `%s`, `%1$d`, `%(name)s`, `%.2f`.
    fn percent(&mut self, at: usize) -> Option<usize> {
        let text = self.reading.text;
        let rest = &text[at + 1..];
        if rest.starts_with('%') {
            return Some(at + 2);
        }
        // In `100%d`, the sign means per cent.
        if text[..at].ends_with(|c: char| c.is_alphanumeric()) {
            return None;
        }
        let mut length = 0;
        if rest.starts_with('(') {
            length = rest.char_indices().take(NEAR).find(|&(_, c)| c == ')')?.0 + 1;
        }
        length += rest[length..].bytes().take_while(|byte| byte.is_ascii_digit() || matches!(byte, b'$' | b'.' | b'-')).count();
        if !rest[length..].starts_with(['s', 'd', 'i', 'f', 'u', 'x', 'X', 'c', '@']) {
            return None;
        }
        let end = at + 1 + length + 1;
        (!text[end..].starts_with(char::is_alphanumeric)).then(|| self.placeholder(at..end)).flatten()
    }

    /// Reads `$VAR`, `${VAR}`, but not `5 $USD`, which is money.
    fn dollar(&mut self, at: usize) -> Option<usize> {
        let text = self.reading.text;
        let rest = &text[at + 1..];
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        if let Some(inside) = rest.strip_prefix('{') {
            let length = inside.bytes().take_while(|byte| is_name(*byte)).count();
            return (length > 0 && inside[length..].starts_with('}')).then(|| self.placeholder(at..at + length + 3)).flatten();
        }
        let length = rest.bytes().take_while(|byte| is_name(*byte) && !byte.is_ascii_lowercase()).count();
        let is_digit = |c: char| digit(c).is_some();
        let money = text[..at].trim_end().ends_with(is_digit) || rest[length..].trim_start().starts_with(is_digit);
        let goes_on = rest[length..].starts_with(char::is_alphanumeric);
        let name = length >= 3 && !rest.starts_with(is_digit) && !goes_on && !money;
        name.then(|| self.placeholder(at..at + 1 + length)).flatten()
    }

    /// Reads a bare URL, whose host begins at `host`. Returns its end.
    fn url(&mut self, start: usize, host: usize) -> usize {
        let text = self.reading.text;
        let stops = |c: char| c.is_whitespace() || "<>\"«»“”|`".contains(c);
        let mut url = &text[start..host + text[host..].find(stops).unwrap_or(text.len() - host)];
        let mut surplus = url.matches(')').count().saturating_sub(url.matches('(').count());
        while let Some(last) = url.chars().next_back() {
            match last {
                ')' if surplus > 0 => surplus -= 1,
                last if "?!.,:;*_~'’".contains(last) => {}
                _ => break,
            }
            url = &url[..url.len() - last.len_utf8()];
        }
        let end = (start + url.len()).max(host);
        self.reading.links.push(Link { kind: LinkKind::Inline, to: Piece { words: url, range: start..end } });
        self.blank(start..end);
        end
    }
}

/// The next occurrence of a text. A new search is made only after the last result is passed, so
/// that all searches together take one pass.
struct Ahead {
    wanted: &'static str,
    found: Option<usize>,
}

impl Ahead {
    fn of(wanted: &'static str) -> Self {
        Self { wanted, found: Some(0) }
    }

    fn from(&mut self, text: &str, at: usize) -> Option<usize> {
        // The initial value 0 means that no search was made: every question comes after it.
        if self.found? < at || self.found == Some(0) {
            self.found = text[at..].find(self.wanted).map(|found| at + found);
        }
        self.found
    }
}

/// Counts how often a byte is repeated at the beginning of a text.
fn run(text: &str, byte: u8) -> usize {
    text.bytes().take_while(|found| *found == byte).count()
}

/// Returns the offsets of the runs of backticks, by length.
fn backtick_runs(text: &str, from: usize) -> BTreeMap<usize, Vec<usize>> {
    let mut runs: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    let mut at = from;
    while let Some(found) = text[at..].find('`') {
        let length = run(&text[at + found..], b'`');
        runs.entry(length).or_default().push(at + found);
        at += found + length;
    }
    runs
}

/// Returns code without the one space that may stand at each end.
fn unpadded(code: &str) -> &str {
    match code.strip_prefix(' ').and_then(|code| code.strip_suffix(' ')) {
        Some(inside) if !inside.trim().is_empty() => inside,
        _ => code,
    }
}

/// Returns the destination of a link in `(destination "title")`, and the length of the whole.
fn destination(text: &str) -> Option<(&str, usize)> {
    let inside = text[1..].trim_start();
    let start = text.len() - inside.len();
    let (words, mut at) = match inside.strip_prefix('<') {
        Some(bracketed) => {
            let end = bracketed.char_indices().take(REACH).find(|&(_, c)| c == '>' || c == '\n').filter(|&(_, c)| c == '>')?.0;
            (&bracketed[..end], start + end + 2)
        }
        None => {
            let mut depth = 0;
            let end = inside.char_indices().take(REACH).find(|&(_, c)| {
                depth += i32::from(c == '(') - i32::from(c == ')');
                c.is_whitespace() || depth < 0
            })?;
            (&inside[..end.0], start + end.0)
        }
    };
    at = text.len() - text[at..].trim_start().len();
    if let Some(mark @ ('"' | '\'' | '(')) = text[at..].chars().next() {
        let close = if mark == '(' { ')' } else { mark };
        at += 1 + text[at + 1..].char_indices().take(REACH).find(|&(_, c)| c == close)?.0 + 1;
        at = text.len() - text[at..].trim_start().len();
    }
    text[at..].starts_with(')').then_some((words, at + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_prose_is_found() {
        let text = "A **b** *c* `d 1` [e](f.md \"t\") [[g#1.2|h]] <https://i.org> j[^k] {l} %s $MNO https://p.org/(q). \\*r\\* &nbsp;s ![t](u.png)";
        let reading = Reading::of(text);
        let words = |pieces: &[Piece<'_>]| pieces.iter().map(|piece| piece.words.to_owned()).collect::<Vec<_>>();
        assert_eq!(words(&reading.codes), ["d 1"]);
        assert_eq!(words(&reading.notes), ["k"]);
        assert_eq!(words(&reading.placeholders), ["{l}", "%s", "$MNO"]);
        let links: Vec<&str> = reading.links.iter().map(|link| link.to.words).collect();
        assert_eq!(links, ["f.md", "g#1.2", "https://i.org", "https://p.org/(q)", "u.png"]);
        assert_eq!(reading.emphasis.each_ref().map(Vec::len), [1, 1, 0]);
        let prose: Vec<&str> = reading.prose.split_whitespace().collect();
        assert_eq!(prose, ["A", "b", "c", "e", "h", "j", ".", "*r", "*", "s", "t"]);
        assert_eq!(reading.prose.len(), text.len());
    }

    #[test]
    fn prose_is_left_alone() {
        for text in ["100% of it cost 5 $ in 2 * 3 snake_case {a b} [x] a < b", "C: w & x"] {
            let reading = Reading::of(text);
            assert_eq!(reading.prose, text);
            assert!(reading.placeholders.is_empty() && reading.links.is_empty());
        }
    }
}
