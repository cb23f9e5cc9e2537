//! Addresses that last, as laws: a site whose sentences are known to the test is edited step by step, synced after each
//! step, and looked at. What each kind of edit does is shown below the laws, by texts.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use proptest::prelude::*;
use proptest::test_runner::{FileFailurePersistence, RngSeed};
use tilmash::load::Inputs;
use tilmash::model::lock::{Lock, State as Told};
use tilmash::model::{SegmentId, Unit};
use tilmash::parse::Document;
use tilmash::project::{Project, State};
use tilmash::render::Body;
use tilmash::site::sync::{Accept, renewed};
use tilmash::site::{Standing, Summary};

mod common;
use common::{Files, difference, inputs, project, snapshot, state};

const CONFIG: &str = "title: T\nlanguages: [kk, en]\nseverity: {no-base-url: off}\n";

/// Writes the locks of all works, as `tilmash sync` does; gives how many were others.
fn sync(files: &mut Files) -> usize {
    sync_accepting(files, &[])
}

fn sync_accepting(files: &mut Files, units: &[&str]) -> usize {
    let state = state(files);
    let site = state.site().expect("an index");
    let units = units.iter().map(|unit| Unit::parse(unit).expect("a unit")).collect();
    let accept = Accept { units, lang: None };
    let mut written = 0;
    for &work in site.order.iter() {
        let (lang, source) = site.source_edition(work);
        let file = tilmash::model::key::lock_beside(&source.document.file, site.config.code(lang));
        let text = |file: &str| state.inputs.text(file).map(|text| &**text);
        if text(&source.document.file).is_none() {
            continue;
        }
        let renewed = renewed(site, work, &accept, text).expect("it can be synced");
        let text = renewed.lock.write();
        if files.get(&file) != Some(&text) {
            files.insert(file, text);
            written += 1;
        }
    }
    written
}

fn document<'s>(state: &'s State, file: &str) -> &'s Document {
    let site = state.site().expect("an index");
    let (work, lang) = site.edition_in(file).expect("an edition");
    &site.edition(work, lang).expect("as above").document
}

/// The ids and texts of an edition.
fn addressed(files: &Files, file: &str) -> Vec<(SegmentId, String)> {
    let state = state(files);
    let document = document(&state, file);
    (0..document.segments.len())
        .map(|at| (document.segments[at].id, document.segment_text(&files[file], at).into_owned()))
        .collect()
}

/// The same in one line.
fn ids(files: &Files, file: &str) -> String {
    addressed(files, file).iter().map(|(id, text)| format!("{id} {text}")).collect::<Vec<_>>().join(" | ")
}

fn lock(files: &Files, file: &str) -> Lock {
    let (lock, problems) = Lock::read(&file.into(), &files[file]);
    assert_eq!(problems, []);
    lock
}

// A site that knows what its sentences are.

/// A sentence: which one it is, and what it says.
#[derive(Debug, Clone, PartialEq)]
struct Sentence {
    who: u32,
    text: String,
}

impl Sentence {
    fn new(who: u32) -> Self {
        // Some words are everywhere, most are its own.
        let text = format!("S{who} own{who}a of own{who}b the own{who}c and own{who}d own{who}e.");
        Self { who, text }
    }

    fn words(&self) -> Vec<&str> {
        self.text.split(' ').collect()
    }
}

#[derive(Debug, Clone)]
enum Edit {
    Insert(usize, usize),
    Block(usize, usize),
    Heading(usize),
    Mend(usize, usize),
    Delete(usize),
    Move(usize, usize),
    Merge(usize),
    Split(usize),
    Break(usize, usize),
    Join(usize),
    Space(usize),
    /// The translation is made whole, but for one sentence perhaps.
    Translate(usize),
    Retouch(usize),
    Forget(usize),
}

fn edit() -> impl Strategy<Value = Edit> {
    let n = || any::<usize>();
    prop_oneof![
        4 => (n(), n()).prop_map(|(a, b)| Edit::Insert(a, b)),
        2 => (n(), 1..4usize).prop_map(|(a, b)| Edit::Block(a, b)),
        1 => n().prop_map(Edit::Heading),
        4 => (n(), n()).prop_map(|(a, b)| Edit::Mend(a, b)),
        3 => n().prop_map(Edit::Delete),
        3 => (n(), n()).prop_map(|(a, b)| Edit::Move(a, b)),
        2 => n().prop_map(Edit::Merge),
        2 => n().prop_map(Edit::Split),
        2 => (n(), n()).prop_map(|(a, b)| Edit::Break(a, b)),
        2 => n().prop_map(Edit::Join),
        1 => n().prop_map(Edit::Space),
        4 => n().prop_map(Edit::Translate),
        2 => n().prop_map(Edit::Retouch),
        1 => n().prop_map(Edit::Forget),
    ]
}

/// A block: its sentences, and whether it is a heading, which has one.
#[derive(Debug, Clone, PartialEq, Default)]
struct Block {
    heading: bool,
    sentences: Vec<Sentence>,
}

#[derive(Debug, Clone)]
struct Book {
    source: Vec<Block>,
    translation: Vec<Block>,
    next: u32,
    spaces: usize,
}

/// What an edit of the source did to whom.
#[derive(Debug, Default)]
struct Touched {
    /// Sentences whose text is another, in either edition.
    changed: BTreeSet<u32>,
    /// Two that became one: the one that is there now, and the other.
    merged: Option<(u32, u32)>,
}

impl Book {
    fn new() -> Self {
        let mut book = Self { source: Vec::new(), translation: Vec::new(), next: 0, spaces: 0 };
        for count in [2, 3, 1, 4] {
            let block = book.block(count);
            book.source.push(block);
        }
        book.translate(None);
        book
    }

    fn block(&mut self, count: usize) -> Block {
        Block { heading: false, sentences: (0..count).map(|_| self.sentence()).collect() }
    }

    fn sentence(&mut self) -> Sentence {
        self.next += 1;
        Sentence::new(self.next)
    }

    /// The places of all sentences of the source: block and position.
    fn places(&self) -> Vec<(usize, usize)> {
        self.source.iter().enumerate().flat_map(|(block, it)| (0..it.sentences.len()).map(move |at| (block, at))).collect()
    }

    fn paragraph(&self, n: usize) -> Option<usize> {
        let paragraphs: Vec<usize> = (0..self.source.len()).filter(|&at| !self.source[at].heading).collect();
        (!paragraphs.is_empty()).then(|| paragraphs[n % paragraphs.len()])
    }

    fn apply(&mut self, edit: &Edit) -> Touched {
        let mut touched = Touched::default();
        let places = self.places();
        let pick = |n: usize| (!places.is_empty()).then(|| places[n % places.len()]);
        match *edit {
            Edit::Insert(block, at) => {
                let new = self.sentence();
                if let Some(block) = self.paragraph(block) {
                    let sentences = &mut self.source[block].sentences;
                    sentences.insert(at % (sentences.len() + 1), new);
                }
            }
            Edit::Block(at, count) => {
                let block = self.block(count);
                self.source.insert(at % (self.source.len() + 1), block);
            }
            Edit::Heading(at) => {
                let block = Block { heading: true, ..self.block(1) };
                self.source.insert(at % (self.source.len() + 1), block);
            }
            Edit::Mend(n, word) => {
                if let Some((block, at)) = pick(n) {
                    self.next += 1;
                    let sentence = &mut self.source[block].sentences[at];
                    let mut words: Vec<String> = sentence.words().iter().map(|word| (*word).to_owned()).collect();
                    let word = word % words.len();
                    words[word] = format!("mended{}", self.next);
                    sentence.text = words.join(" ");
                    touched.changed.insert(sentence.who);
                }
            }
            Edit::Delete(n) => {
                if let Some((block, at)) = pick(n) {
                    self.source[block].sentences.remove(at);
                }
            }
            Edit::Move(from, to) => {
                if let (Some((block, at)), Some(to_block)) = (pick(from), self.paragraph(to))
                    && !self.source[block].heading
                {
                    let sentence = self.source[block].sentences.remove(at);
                    let sentences = &mut self.source[to_block].sentences;
                    sentences.insert(to % (sentences.len() + 1), sentence);
                }
            }
            Edit::Merge(n) => {
                if let Some((block, at)) = pick(n)
                    && at + 1 < self.source[block].sentences.len()
                {
                    let second = self.source[block].sentences.remove(at + 1);
                    let first = &mut self.source[block].sentences[at];
                    first.text = format!("{} {}", first.text.trim_end_matches('.'), second.text);
                    touched.changed.extend([first.who, second.who]);
                    touched.merged = Some((first.who, second.who));
                }
            }
            Edit::Split(n) => {
                if let Some((block, at)) = pick(n)
                    && !self.source[block].heading
                    && self.source[block].sentences[at].words().len() >= 6
                {
                    self.next += 1;
                    let who = self.next;
                    let sentence = &mut self.source[block].sentences[at];
                    let words: Vec<String> = sentence.words().iter().map(|word| (*word).to_owned()).collect();
                    // The first part has two thirds.
                    let (first, second) = words.split_at(words.len() * 2 / 3);
                    let second = Sentence { who, text: format!("New{who} {}", second.join(" ")) };
                    sentence.text = format!("{}.", first.join(" "));
                    touched.changed.extend([sentence.who, who]);
                    self.source[block].sentences.insert(at + 1, second);
                }
            }
            Edit::Break(n, at) => {
                if let Some(block) = self.paragraph(n) {
                    let sentences = &mut self.source[block].sentences;
                    let rest = sentences.split_off(at % (sentences.len() + 1));
                    self.source.insert(block + 1, Block { heading: false, sentences: rest });
                }
            }
            Edit::Join(n) => {
                if let Some(block) = self.paragraph(n)
                    && self.source.get(block + 1).is_some_and(|next| !next.heading)
                {
                    let mut next = self.source.remove(block + 1);
                    self.source[block].sentences.append(&mut next.sentences);
                }
            }
            Edit::Space(n) => self.spaces = n % 3,
            Edit::Translate(n) => self.translate(pick(n).map(|(block, at)| self.source[block].sentences[at].who)),
            Edit::Retouch(n) | Edit::Forget(n) => {
                let blocks = self.translation.iter_mut();
                let mut all: Vec<(&mut Block, usize)> = Vec::new();
                let mut lines = 0;
                for block in blocks {
                    lines += block.sentences.len();
                    all.push((block, lines));
                }
                if lines > 0 {
                    let at = n % lines;
                    let (block, end) = all.into_iter().find(|(_, end)| *end > at).expect("it is in one");
                    let at = block.sentences.len() - (end - at);
                    if matches!(edit, Edit::Forget(_)) {
                        block.sentences.remove(at);
                    } else {
                        touched.changed.insert(block.sentences[at].who);
                        block.sentences[at].text.push_str(" Again.");
                    }
                }
            }
        }
        self.source.retain(|block| !block.sentences.is_empty());
        touched
    }

    /// Translates what is not translated, but for one that was not either; takes away what the source has no more.
    fn translate(&mut self, but: Option<u32>) {
        let known: BTreeMap<u32, Sentence> =
            self.translation.iter().flat_map(|block| &block.sentences).map(|it| (it.who, it.clone())).collect();
        let translated = |sentence: &Sentence| {
            let new = || Sentence { who: sentence.who, text: format!("In English number {} of this.", sentence.who) };
            let old = known.get(&sentence.who).cloned();
            old.or_else(|| (Some(sentence.who) != but).then(new))
        };
        let block = |block: &Block| Block {
            heading: block.heading,
            sentences: block.sentences.iter().filter_map(translated).collect(),
        };
        self.translation = self.source.iter().map(block).filter(|block| !block.sentences.is_empty()).collect();
    }

    fn text(&self, blocks: &[Block], title: &str) -> String {
        let mut text = format!("---\ntitle: {title}\n---\n");
        for block in blocks.iter().filter(|block| !block.sentences.is_empty()) {
            text.push_str(&"\n".repeat(1 + self.spaces));
            for sentence in &block.sentences {
                text.push_str(if block.heading { "## " } else { "" });
                text.push_str(&sentence.text.replace(' ', if self.spaces == 2 { "  " } else { " " }));
                text.push('\n');
            }
        }
        text
    }

    fn write(&self, files: &mut Files) {
        files.insert("content/a.kk.md".to_owned(), self.text(&self.source, "A"));
        files.insert("content/a.en.md".to_owned(), self.text(&self.translation, "B"));
    }
}

/// Who has which id in each edition; the laws that hold after each sync are looked at on the way.
fn who_is_where(book: &Book, files: &Files) -> Result<[BTreeMap<u32, SegmentId>; 2], TestCaseError> {
    let mut found = [BTreeMap::new(), BTreeMap::new()];
    for (at, (file, blocks)) in [("content/a.kk.md", &book.source), ("content/a.en.md", &book.translation)].into_iter().enumerate() {
        let addressed = addressed(files, file);
        let sentences: Vec<&Sentence> = blocks.iter().flat_map(|block| &block.sentences).collect();
        prop_assert_eq!(addressed.len(), sentences.len());
        for ((id, text), sentence) in addressed.iter().zip(&sentences) {
            prop_assert_eq!(text, &sentence.text);
            found[at].insert(sentence.who, *id);
        }
        let different: BTreeSet<SegmentId> = addressed.iter().map(|(id, _)| *id).collect();
        prop_assert_eq!(different.len(), addressed.len(), "no id is there twice");
    }
    Ok(found)
}

/// The pages of the work: each edition, and both.
fn pages(files: &Files) -> Vec<Vec<u8>> {
    let state = state(files);
    let site = state.site().expect("an index");
    let paths = ["kk/a/index.html", "en/a/index.html", "kk-en/a/index.html"];
    let pages = paths.iter().map(|path| match state.render(&site.routes[*path]).body {
        Some(Body::Bytes(bytes)) => bytes,
        _ => panic!("{path} is a page"),
    });
    pages.collect()
}

/// Edits a book; after each step, or after all of them together, syncs and looks at the laws.
fn follow(edits: &[Edit], step: usize) -> Result<(), TestCaseError> {
    let mut book = Book::new();
    let mut files = Files::from([("site.yaml".to_owned(), CONFIG.to_owned())]);
    book.write(&mut files);
    sync(&mut files);
    let mut before = who_is_where(&book, &files)?;
    // Whom each id ever named, in the source.
    let mut history: BTreeMap<SegmentId, u32> = before[0].iter().map(|(who, id)| (*id, *who)).collect();
    for edits in edits.chunks(step) {
        let mut changed = BTreeSet::new();
        let mut merged = None;
        for edit in edits {
            let touched = book.apply(edit);
            changed.extend(touched.changed);
            merged = touched.merged.or(merged);
        }
        book.write(&mut files);
        let shown = who_is_where(&book, &files)?;
        let pages = pages(&files);
        sync(&mut files);
        let now = who_is_where(&book, &files)?;
        prop_assert_eq!(&shown, &now, "what was shown is what was written, after {:?}", edits);
        prop_assert!(pages == self::pages(&files), "pages are others after sync, after {:?}", edits);
        prop_assert_eq!(sync(&mut files), 0, "a second sync writes nothing, after {:?}", edits);
        for (was, is) in before.iter().zip(&now) {
            for (who, id) in was {
                if let Some(now) = is.get(who).filter(|_| !changed.contains(who)) {
                    prop_assert_eq!(now, id, "S{} was not touched by {:?}", who, edits);
                }
            }
        }
        if step == 1 {
            if let Some((first, second)) = merged {
                let (a, b) = (before[0][&first], before[0][&second]);
                let id = now[0][&first];
                prop_assert!(id == a || id == b, "{} is neither {} nor {}", id, a, b);
                let other = if id == a { b } else { a };
                let lock = lock(&files, "content/a.lock");
                let gone = lock.segment(other).and_then(|stanza| stanza.gone.as_ref());
                prop_assert_eq!(gone.map(|gone| gone.into), Some(Some(id)), "after {:?}", edits);
                // It goes on under the id that it has now.
                history.insert(id, first);
            }
            for (who, id) in &now[0] {
                let named = *history.entry(*id).or_insert(*who);
                prop_assert_eq!(named, *who, "{} was S{} once, and is S{} after {:?}", id, named, who, edits);
            }
        }
        before = now;
    }
    Ok(())
}

fn config(cases: u32) -> ProptestConfig {
    let mut config = ProptestConfig::default();
    if std::env::var_os("PROPTEST_CASES").is_none() {
        config.cases = cases;
    }
    if std::env::var_os("PROPTEST_RNG_SEED").is_none() {
        config.rng_seed = RngSeed::Fixed(1991);
    }
    config.max_shrink_iters = 300;
    config.failure_persistence = Some(Box::new(FileFailurePersistence::Off));
    config
}

proptest! {
    #![proptest_config(config(24))]

    /// An untouched sentence keeps its id, no id ever names two sentences, what is shown before sync is what sync writes, and
    /// a second sync writes nothing.
    #[test]
    fn addresses_last(edits in prop::collection::vec(edit(), 1..14)) {
        follow(&edits, 1)?;
    }

    /// The same of many edits at once, of which nobody could say which sentence replaced which.
    #[test]
    fn so_they_do_after_a_long_day(edits in prop::collection::vec(edit(), 3..14)) {
        follow(&edits, 5)?;
    }
}
