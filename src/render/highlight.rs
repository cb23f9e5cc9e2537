//! Highlights code as HTML with classes. No other file uses syntect.
//!
//! Tokens get one of sixteen short classes instead of syntect's scope stacks or a theme's colours.
//! Pages stay small, a style sheet decides light and dark, and a strict content security policy
//! holds. Grammars have many authors and can be slow or broken on odd input, so there are limits.
//! They count bytes, not seconds: two builds must give the same pages.
//!
//! Highlighting costs more than all the rest of a build, so no work is repeated. Each distinct
//! block is highlighted once, and each line once for each parser state before it.

use std::cell::RefCell;
use std::collections::HashMap;
use std::hash::Hasher as _;
use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::{Arc, Mutex, OnceLock};

use pulldown_cmark_escape::escape_html_body_text;
use rayon::prelude::*;
use syntect::parsing::{ParseState, Scope, ScopeStack, SyntaxReference, SyntaxSet};

use crate::base::hash::Digester;
use crate::base::{Digest, suggest};

/// The largest block that is highlighted, in bytes.
const BLOCK_LIMIT: usize = 64 << 10;

/// The longest line that is highlighted, in bytes: regular expressions take quadratic time on
/// longer ones.
const LINE_LIMIT: usize = 2000;

/// Names of languages that the grammars do not list, from GitHub Linguist. The file explains how it
/// was made.
const NAMES: &str = include_str!("highlight/names.txt");

/// Class for each prefix of a scope; the longest prefix wins.
const CLASSES: &[(&str, &str)] = &[
    ("comment", "hc"),
    ("constant", "hn"),
    ("constant.character.escape", "he"),
    ("constant.language", "hk"),
    ("entity.name.function", "hf"),
    ("entity.name.type", "ht"),
    ("entity.name.class", "ht"),
    ("entity.name.struct", "ht"),
    ("entity.name.enum", "ht"),
    ("entity.name.trait", "ht"),
    ("entity.name.namespace", "ht"),
    ("entity.name.tag", "hg"),
    ("entity.name.section", "hh"),
    ("entity.other.attribute-name", "ha"),
    ("entity.other.inherited-class", "ht"),
    ("keyword", "hk"),
    ("keyword.operator", "ho"),
    ("markup.bold", "hm"),
    ("markup.italic", "hm"),
    ("markup.heading", "hh"),
    ("markup.inserted", "hi"),
    ("markup.deleted", "hd"),
    ("markup.raw", "hs"),
    ("meta.annotation", "ha"),
    ("punctuation", "hp"),
    ("punctuation.definition.comment", "hc"),
    ("punctuation.definition.string", "hs"),
    ("storage", "hk"),
    ("string", "hs"),
    ("support.function", "hf"),
    ("support.macro", "hf"),
    ("support.type", "ht"),
    ("support.class", "ht"),
    ("variable.function", "hf"),
    ("variable.language", "hk"),
    ("variable.other.member", "hv"),
    ("variable.parameter", "hv"),
];

/// Highlighter with a cache of distinct blocks.
///
/// The cache key is the language and the text. The result depends on nothing else, so the cache is
/// never stale. All builds of a process share it, and it may be saved for the next process.
#[derive(Default)]
pub struct Highlighter {
    done: Mutex<HashMap<Digest, Highlighted>>,
    /// Suggestion for each unknown name of a language.
    suggestions: Mutex<HashMap<String, Option<String>>>,
    /// Results of earlier processes; copied to `done` when a block asks for them.
    saved: HashMap<Digest, Arc<str>>,
}

/// First line of a saved cache; a cache with another first line is ignored.
///
/// The line names the program's build, since the result depends on its grammars and its table of
/// classes.
const CACHE_HEADER: &str = concat!("tilmash highlighting ", env!("TILMASH_BUILD"), "\n");

/// Size limit of the saved cache, in bytes. Blocks that this process used are saved even above it.
const CACHE_LIMIT: usize = 64 << 20;

impl std::fmt::Debug for Highlighter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Highlighter")
    }
}

/// Result of highlighting a block.
#[derive(Debug, Clone)]
pub enum Highlighted {
    Html(Arc<str>),
    /// The name of the language is unknown.
    Unknown,
    /// The block is over a limit, or its grammar failed on it; the text is the reason, in a few
    /// words.
    Refused(&'static str),
}

impl Highlighter {
    /// Makes a highlighter from a cache that [`Highlighter::write_cache`] wrote.
    ///
    /// A cache that is damaged or belongs to another build counts as empty; it is never needed.
    pub fn from_cache(cache: &[u8]) -> Self {
        let mut saved = HashMap::new();
        let whole = cache.strip_prefix(CACHE_HEADER.as_bytes()).and_then(|rest| rest.split_last_chunk::<16>());
        if let Some((entries, digest)) = whole
            && Digest::of(entries) == Digest(u128::from_le_bytes(*digest))
        {
            let mut rest = entries;
            while let Some((key, after)) = rest.split_first_chunk::<16>()
                && let Some((length, after)) = after.split_first_chunk::<4>()
                && let Some((html, after)) = after.split_at_checked(u32::from_le_bytes(*length) as usize)
                && let Ok(html) = std::str::from_utf8(html)
            {
                saved.insert(Digest(u128::from_le_bytes(*key)), html.into());
                rest = after;
            }
        }
        Self { done: Mutex::default(), saved, suggestions: Mutex::default() }
    }

    /// Returns true if a block was highlighted that the saved cache does not have.
    pub fn has_new_results(&self) -> bool {
        let done = self.done.lock().expect("no code panics while it holds this lock");
        done.iter().any(|(digest, it)| matches!(it, Highlighted::Html(_)) && !self.saved.contains_key(digest))
    }

    /// Writes the cache for the next process. Saved blocks that this process did not use are kept
    /// while there is room.
    pub fn write_cache(&self, out: &mut dyn Write) -> io::Result<()> {
        let done = self.done.lock().expect("no code panics while it holds this lock");
        let mut entries: Vec<(Digest, &str)> = done
            .iter()
            .filter_map(|(digest, result)| match result {
                Highlighted::Html(html) => Some((*digest, &**html)),
                Highlighted::Unknown | Highlighted::Refused(_) => None,
            })
            .collect();
        let size = |html: &str| html.len() + 20;
        let mut room = CACHE_LIMIT.saturating_sub(entries.iter().map(|(_, html)| size(html)).sum());
        let mut others: Vec<(Digest, &str)> =
            self.saved.iter().filter(|(digest, _)| !done.contains_key(digest)).map(|(digest, html)| (*digest, &**html)).collect();
        others.sort_unstable();
        for (digest, html) in others {
            if size(html) <= room {
                room -= size(html);
                entries.push((digest, html));
            }
        }
        entries.sort_unstable();
        out.write_all(CACHE_HEADER.as_bytes())?;
        let mut digester = Digester::default();
        for (digest, html) in entries {
            for part in [&digest.0.to_le_bytes()[..], &(html.len() as u32).to_le_bytes(), html.as_bytes()] {
                digester.write(part);
                out.write_all(part)?;
            }
        }
        out.write_all(&digester.digest().0.to_le_bytes())
    }

    /// Highlights a block, or returns the cached result.
    pub fn highlight(&self, language: &str, text: &str) -> Highlighted {
        let digest = Digest::of_parts([language.as_bytes(), text.as_bytes()]);
        if let Some(done) = self.done.lock().expect("no code panics while it holds this lock").get(&digest) {
            return done.clone();
        }
        let result = match self.saved.get(&digest) {
            Some(html) => Highlighted::Html(Arc::clone(html)),
            None => highlight(language, text),
        };
        self.done.lock().expect("no code panics while it holds this lock").insert(digest, result.clone());
        result
    }

    /// Highlights many blocks, each a language and a text, before pages are rendered.
    ///
    /// The expressions of a grammar are compiled on first use, and other threads that need them
    /// wait. Threads that render pages would meet the same languages at the same time; here each
    /// thread gets mostly languages of its own. Afterwards the cache of lines is dropped: no other
    /// blocks follow, and pages need the memory.
    pub fn highlight_all<'a>(&self, blocks: impl Iterator<Item = (&'a str, &'a str)>) {
        let mut blocks: Vec<_> = blocks.collect();
        blocks.sort_by_key(|&(language, _)| language);
        blocks.into_par_iter().for_each(|(language, text)| {
            self.highlight(language, text);
        });
        rayon::broadcast(|_| drop(LINES.take()));
    }

    /// Returns a hint with the known language most similar to an unknown name; hints are cached.
    pub(super) fn suggestion(&self, language: &str) -> Option<String> {
        let mut known = self.suggestions.lock().expect("no code panics while it holds this lock");
        known.entry(language.to_owned()).or_insert_with(|| suggestion(language)).clone()
    }
}

/// Returns a hint with the known language whose name is most similar.
fn suggestion(language: &str) -> Option<String> {
    let names: Vec<String> = syntaxes()
        .syntaxes()
        .iter()
        .flat_map(|syntax| syntax.file_extensions.iter().cloned().chain([syntax.name.to_lowercase()]))
        .collect();
    suggest::did_you_mean(language, names.iter().map(String::as_str).chain(names_of_grammars().map(|(name, _)| name)))
}

/// Returns the grammars, which are loaded on first use.
fn syntaxes() -> &'static SyntaxSet {
    static SET: OnceLock<SyntaxSet> = OnceLock::new();
    SET.get_or_init(two_face::syntax::extra_newlines)
}

/// Returns the pairs in [`NAMES`]: the name of a language and the name of its grammar.
fn names_of_grammars() -> impl Iterator<Item = (&'static str, &'static str)> {
    let rows = NAMES.lines().filter(|line| !line.starts_with("# ")).filter_map(|line| line.split_once('\t'));
    rows.flat_map(|(grammar, names)| names.split(' ').map(move |name| (name, grammar)))
}

/// Returns the grammar of a language. Case is ignored; a name in [`NAMES`] goes before a file
/// extension.
fn syntax(language: &str) -> Option<&'static SyntaxReference> {
    static GRAMMARS: OnceLock<HashMap<&'static str, &'static str>> = OnceLock::new();
    let grammars = GRAMMARS.get_or_init(|| names_of_grammars().collect());
    match grammars.get(language.to_lowercase().as_str()) {
        Some(grammar) => syntaxes().find_syntax_by_name(grammar),
        None => syntaxes().find_syntax_by_token(language),
    }
}

fn highlight(language: &str, text: &str) -> Highlighted {
    let Some(syntax) = syntax(language) else { return Highlighted::Unknown };
    // Plain text is not highlighted, so it has no length limit.
    if syntax.name == syntaxes().find_syntax_plain_text().name {
        let mut html = String::with_capacity(text.len());
        escape_html_body_text(&mut html, text).expect("writing to a string");
        return Highlighted::Html(html.into());
    }
    if text.len() > BLOCK_LIMIT {
        return Highlighted::Refused("it is longer than 64 KiB");
    }
    if text.lines().any(|line| line.len() > LINE_LIMIT) {
        return Highlighted::Refused("a line is longer than 2,000 bytes");
    }
    // Some grammars hold expressions that the regex engine refuses at run time, by a panic.
    match catch_unwind(AssertUnwindSafe(|| write(syntax, text))) {
        Ok(Some(html)) => Highlighted::Html(html.into()),
        Ok(None) | Err(_) => Highlighted::Refused("the highlighter's grammar for the language fails"),
    }
}

fn write(syntax: &SyntaxReference, text: &str) -> Option<String> {
    let mut html = String::with_capacity(text.len() * 2);
    let mut open: Option<&'static str> = None;
    let mut push = |piece: &str, class: Option<&'static str>, html: &mut String| {
        if piece.is_empty() {
            return;
        }
        // White space has no colour: it continues the open element, which saves elements.
        let blank = piece.bytes().all(|byte| byte == b' ' || byte == b'\t');
        if class != open && !blank {
            if open.is_some() {
                html.push_str("</span>");
            }
            if let Some(class) = class {
                html.push_str("<span class=\"");
                html.push_str(class);
                html.push_str("\">");
            }
            open = class;
        }
        escape_html_body_text(html, piece).expect("writing to a string");
    };
    let mut state = LINES.with_borrow_mut(|lines| lines.state(ParseState::new(syntax), ScopeStack::new()));
    for line in text.split_inclusive('\n') {
        let step = step(&state, line)?;
        let mut at = 0;
        for &(end, class) in &step.pieces {
            // A line without a line end is parsed with one, so the last piece may end behind the
            // line.
            let end = (end as usize).min(line.len());
            push(&line[at..end], class, &mut html);
            at = end;
        }
        state = Rc::clone(&step.after);
    }
    if open.is_some() {
        html.push_str("</span>");
    }
    Some(html)
}

thread_local! {
    /// Cache of lines per thread, since parser states cannot be shared.
    /// [`Highlighter::highlight_all`] gives each thread mostly languages of its own.
    static LINES: RefCell<Lines> = RefCell::default();
}

/// Cache of parsed lines, so that a line in many blocks is parsed once.
///
/// The key is the line and the parser state before it. The result depends on nothing else, so an
/// entry is never stale. Blocks of one site have many lines in common: imports, prompts, closing
/// brackets.
#[derive(Default)]
struct Lines {
    /// Results by the number of the state before the line, and by the line without its end.
    steps: HashMap<u32, HashMap<Box<str>, Rc<Step>>>,
    /// States by their scopes, since parser states can be compared but not hashed.
    states: HashMap<Vec<Scope>, Vec<Rc<State>>>,
    next: u32,
    /// Approximate size of the cache in bytes.
    size: usize,
}

/// Parser state between two lines. Equal states have equal numbers while they are cached.
struct State {
    number: u32,
    parser: ParseState,
    scopes: ScopeStack,
}

/// Result of parsing a line.
struct Step {
    /// End and class of each piece of the line.
    pieces: Box<[(u32, Option<&'static str>)]>,
    after: Rc<State>,
}

impl Lines {
    /// Maximum size of the cache in bytes; above it, the whole cache is dropped.
    const LIMIT: usize = 8 << 20;

    /// Returns the state with these parts; equal parts give the same state while it is cached.
    fn state(&mut self, parser: ParseState, scopes: ScopeStack) -> Rc<State> {
        if self.size > Self::LIMIT {
            // Numbers are never reused, so a state that is still held is not confused with a new
            // one.
            *self = Self { next: self.next, ..Self::default() };
        }
        let alike = self.states.entry(scopes.scopes.clone()).or_default();
        if let Some(known) = alike.iter().find(|known| known.parser == parser && known.scopes == scopes) {
            return Rc::clone(known);
        }
        let state = Rc::new(State { number: self.next, parser, scopes });
        self.next += 1;
        self.size += 1000;
        // A state may hold text, such as the end mark of a here-document, so states are unlimited
        // in number. Only 64 with the same scopes are cached, to keep the search short.
        if alike.len() < 64 {
            alike.push(Rc::clone(&state));
        }
        state
    }
}

/// Parses a line; `None` if the grammar fails on it.
fn step(before: &Rc<State>, line: &str) -> Option<Rc<Step>> {
    let line = line.strip_suffix('\n').unwrap_or(line);
    let known = LINES.with_borrow(|lines| lines.steps.get(&before.number)?.get(line).cloned());
    if known.is_some() {
        return known;
    }
    // Do not borrow the cache here, since a grammar may panic.
    let (mut parser, mut scopes) = (before.parser.clone(), before.scopes.clone());
    let with_end = format!("{line}\n");
    let operations = parser.parse_line(&with_end, syntaxes()).ok()?;
    let mut pieces: Vec<(u32, Option<&'static str>)> = Vec::with_capacity(operations.len());
    let mut at = 0;
    let mut push = |end: usize, scopes: &ScopeStack| {
        if end > at {
            pieces.push((end as u32, class_of(scopes)));
            at = end;
        }
    };
    for (position, operation) in operations {
        push(position, &scopes);
        scopes.apply(&operation).ok()?;
    }
    push(with_end.len(), &scopes);
    LINES.with_borrow_mut(|lines| {
        let after = lines.state(parser, scopes);
        let step = Rc::new(Step { pieces: pieces.into(), after });
        lines.size += line.len() + size_of_val(&*step.pieces) + 100;
        lines.steps.entry(before.number).or_default().insert(line.into(), Rc::clone(&step));
        Some(step)
    })
}

/// Returns the class of the innermost scope that has one.
fn class_of(stack: &ScopeStack) -> Option<&'static str> {
    static TABLE: OnceLock<Vec<(Scope, &'static str)>> = OnceLock::new();
    let table = TABLE.get_or_init(|| {
        let mut table: Vec<_> =
            CLASSES.iter().map(|&(name, class)| (Scope::new(name).expect("a scope of the table"), class)).collect();
        // Longest prefix first.
        table.sort_by_key(|(scope, _)| std::cmp::Reverse(scope.len()));
        table
    });
    stack
        .scopes
        .iter()
        .rev()
        .find_map(|scope| table.iter().find(|(prefix, _)| prefix.is_prefix_of(*scope)).map(|&(_, class)| class))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cache_of(highlighter: &Highlighter) -> Option<Vec<u8>> {
        let mut cache = Vec::new();
        highlighter.write_cache(&mut cache).unwrap();
        highlighter.has_new_results().then_some(cache)
    }

    fn html(language: &str, text: &str) -> String {
        match Highlighter::default().highlight(language, text) {
            Highlighted::Html(html) => html.to_string(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn tokens_get_short_classes() {
        let html = html("rust", "fn main() { let x = \"<\"; } // end\n");
        assert!(html.contains("<span class=\"hk\">fn </span>"), "{html}");
        assert!(html.contains("&lt;") && html.contains("<span class=\"hc\">// end"), "{html}");
        assert!(!html.contains("style="));
    }

    #[test]
    fn the_text_is_kept() {
        let text = "if a < b && c > d {\n\treturn \"ә\"\n}";
        let html = html("go", text);
        let mut plain = String::new();
        let mut tag = false;
        for c in html.chars() {
            match c {
                '<' => tag = true,
                '>' => tag = false,
                c if !tag => plain.push(c),
                _ => {}
            }
        }
        assert_eq!(plain.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"), text);
    }

    #[test]
    fn a_saved_cache_is_used_and_a_damaged_one_is_ignored() {
        let first = Highlighter::default();
        let Highlighted::Html(html) = first.highlight("rust", "fn f() {}") else { panic!("rust is known") };
        let cache = cache_of(&first).expect("something new");
        let second = Highlighter::from_cache(&cache);
        assert_eq!(second.saved.len(), 1);
        let Highlighted::Html(again) = second.highlight("rust", "fn f() {}") else { panic!("rust is known") };
        assert_eq!(html, again);
        assert_eq!(cache_of(&second), None, "nothing is new");
        second.highlight("rust", "fn g() {}");
        assert_eq!(Highlighter::from_cache(&cache_of(&second).unwrap()).saved.len(), 2);
        for at in 0..cache.len() {
            let mut damaged = cache.clone();
            damaged[at] ^= 1;
            assert!(Highlighter::from_cache(&damaged).saved.is_empty(), "byte {at}");
            assert!(Highlighter::from_cache(&cache[..at]).saved.is_empty(), "cut at {at}");
        }
    }

    #[test]
    fn a_cached_line_is_used_only_in_the_same_parser_state() {
        let fresh = |text: &'static str| std::thread::spawn(move || html("python", text)).join().unwrap();
        let texts = ["x = 1\ny = 2\n", "s = \"\"\"\nx = 1\ny = 2\n\"\"\"\n", "x = 1\ny = 2", "def f():\n    x = 1\nx = 1\n"];
        let first = texts.map(|text| html("python", text));
        assert!(first[0] != first[1][first[1].find('\n').unwrap() + 1..], "a string is no statement");
        // All lines are cached by now, and on another thread none is.
        assert_eq!(texts.map(|text| html("python", text)), first);
        assert_eq!(texts.map(fresh), first);
    }

    #[test]
    fn the_names_of_github_linguist_are_known() {
        let mut count = 0;
        for (name, grammar) in names_of_grammars() {
            assert_eq!(syntax(name).map(|syntax| syntax.name.as_str()), Some(grammar), "{name}");
            assert_eq!(syntax(&name.to_uppercase()).map(|syntax| syntax.name.as_str()), Some(grammar), "{name}");
            count += 1;
        }
        assert!(count > 300, "{count}");
        let known = [
            ("csharp", "C#"),
            ("FSharp", "F#"),
            ("golang", "Go"),
            ("console", "Bourne Again Shell (bash)"),
            ("shell-session", "Bourne Again Shell (bash)"),
            ("objective-c", "Objective-C"),
            ("jsonc", "JSON"),
            ("docker", "Dockerfile"),
            ("vb.net", "ASP"),
            ("c", "C"),
            ("javascript", "JavaScript (Babel)"),
            ("none", "Plain Text"),
        ];
        for (name, grammar) in known {
            assert_eq!(syntax(name).map(|syntax| syntax.name.as_str()), Some(grammar), "{name}");
        }
        assert!(html("csharp", "class A {}").contains("<span class=\"hk\">class"));
        assert_eq!(html("plaintext", &"<".repeat(3000)), "&lt;".repeat(3000));
    }

    #[test]
    fn exceeded_limits_and_unknown_languages_are_reported() {
        assert!(matches!(Highlighter::default().highlight("nosuch", "x"), Highlighted::Unknown));
        assert!(matches!(Highlighter::default().highlight("js", &"x".repeat(3000)), Highlighted::Refused(_)));
        assert_eq!(suggestion("pyton").as_deref(), Some("did you mean `python`?"));
    }
}
