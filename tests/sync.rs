//! Lasting addresses, as laws. The test knows the sentences of a site, edits it step by step, syncs
//! after each step, and checks the ids. Below the laws, examples show the effect of each kind of
//! edit.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use tilmash::base::{Idx, Position};
use tilmash::model::lock::{Lock, State as Told};
use tilmash::model::{SegmentId, SegmentIndex};
use tilmash::parse::Document;
use tilmash::project::{Project, State};
use tilmash::render::Body;
use tilmash::translation::pending::Pending;
use tilmash::translation::status::{Status, Summary};
use tilmash::translation::sync::{Accept, renewed};

use crate::common::{self, Files, Folder, cases, difference, inputs, project, snapshot, state, sync, sync_accepting, table};

const CONFIG: &str = "title: T\nlanguages: [kk, en]\nseverity: {no-base-url: off}\n";

fn document<'s>(state: &'s State, file: &str) -> &'s Document {
    let site = state.site().expect("an index");
    let (work, lang) = site.edition_in(file).expect("an edition");
    &site.edition(work, lang).expect("as above").document
}

/// Returns the ids and texts of an edition.
fn addressed(files: &Files, file: &str) -> Vec<(SegmentId, String)> {
    let state = state(files);
    let document = document(&state, file);
    document
        .segments
        .enumerated()
        .map(|(at, segment)| (segment.id, document.segment_text(&files[file], at).into_owned()))
        .collect()
}

fn lock(files: &Files, file: &str) -> Lock {
    let (lock, problems) = Lock::read(&file.into(), &files[file]);
    assert_eq!(problems, []);
    lock
}

// A site whose sentences are known to the test.

/// A sentence: its identity and its text.
#[derive(Debug, Clone, PartialEq)]
struct Sentence {
    who: u32,
    text: String,
}

impl Sentence {
    fn new(who: u32) -> Self {
        // Some words occur everywhere, most only in this sentence.
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
    /// The translation is completed, possibly except for one sentence.
    Translate(usize),
    Retouch(usize),
    Forget(usize),
    Note(usize),
    Table(usize),
    /// A row of a table is inserted, removed or moved: the table and the position.
    Row(usize, usize),
    DropRow(usize, usize),
    MoveRow(usize, usize, usize),
    /// A column is inserted or removed: all rows of the table change.
    Column(usize, usize),
    DropColumn(usize, usize),
    /// A cell behind the first one gets another text, or none.
    Cell(usize, usize, usize),
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
        2 => n().prop_map(Edit::Note),
        2 => n().prop_map(Edit::Table),
        2 => (n(), n()).prop_map(|(a, b)| Edit::Row(a, b)),
        2 => (n(), n()).prop_map(|(a, b)| Edit::DropRow(a, b)),
        2 => (n(), n(), n()).prop_map(|(a, b, c)| Edit::MoveRow(a, b, c)),
        2 => (n(), n()).prop_map(|(a, b)| Edit::Column(a, b)),
        1 => (n(), n()).prop_map(|(a, b)| Edit::DropColumn(a, b)),
        4 => (n(), n(), n()).prop_map(|(a, b, c)| Edit::Cell(a, b, c)),
    ]
}

/// Texts that many cells share.
const COMMON: [&str; 5] = ["yes", "—", "10", "a few words", ""];

#[derive(Debug, Clone, Copy, PartialEq, Default)]
enum Kind {
    #[default]
    Paragraph,
    Heading,
    /// A footnote, by its label.
    Note(u32),
    Table,
}

/// A block: its sentences, of which a heading has one; or the rows of a table, each with a first
/// cell of its own.
#[derive(Debug, Clone, PartialEq, Default)]
struct Block {
    kind: Kind,
    sentences: Vec<Sentence>,
}

/// Returns the sentences of an edition in the order of the page: notes come last.
fn in_order(blocks: &[Block]) -> Vec<&Sentence> {
    let (mut notes, text): (Vec<&Block>, Vec<&Block>) = blocks.iter().partition(|block| matches!(block.kind, Kind::Note(_)));
    notes.sort_by_key(|block| match block.kind {
        Kind::Note(label) => label,
        _ => 0,
    });
    text.into_iter().chain(notes).flat_map(|block| &block.sentences).collect()
}

/// Returns the canonical text of a row.
fn joined(cells: &[String]) -> String {
    tilmash::model::row::join(cells.iter().map(String::as_str))
}

/// Returns the number of columns of a table: the cells of its widest row.
fn columns(rows: &[Sentence]) -> usize {
    rows.iter().map(|row| row.text.matches('|').count() + 1).max().unwrap_or(0)
}

#[derive(Debug, Clone)]
struct Book {
    source: Vec<Block>,
    translation: Vec<Block>,
    next: u32,
    spaces: usize,
}

/// The effects of an edit of the source on sentences.
#[derive(Debug, Default)]
struct Touched {
    /// Sentences whose text changed, in either edition.
    changed: BTreeSet<u32>,
    /// Merged pairs: the remaining sentence, and the one that was merged into it.
    merged: Option<(u32, u32)>,
}

impl Book {
    fn new() -> Self {
        let mut book = Self { source: Vec::new(), translation: Vec::new(), next: 0, spaces: 0 };
        for count in [2, 3, 1, 4] {
            let block = book.block(count);
            book.source.push(block);
        }
        for edit in [Edit::Table(2), Edit::Note(0), Edit::Note(4)] {
            book.apply(&edit);
        }
        book.translate(None);
        book
    }

    fn block(&mut self, count: usize) -> Block {
        Block { sentences: (0..count).map(|_| self.sentence()).collect(), kind: Kind::Paragraph }
    }

    /// Makes a row with a first cell of its own. Other rows may share the texts of its other cells.
    fn row(&mut self, columns: usize) -> Sentence {
        self.next += 1;
        let common = (1..columns).map(|column| COMMON[(self.next as usize + column) % COMMON.len()]);
        let cells = [format!("Key{}", self.next)].into_iter().chain(common.map(str::to_owned));
        Sentence { who: self.next, text: joined(&cells.collect::<Vec<_>>()) }
    }

    fn table(&mut self, n: usize) -> Option<&mut Vec<Sentence>> {
        let tables: Vec<usize> = (0..self.source.len()).filter(|&at| self.source[at].kind == Kind::Table).collect();
        (!tables.is_empty()).then(|| &mut self.source[tables[n % tables.len()]].sentences)
    }

    /// Changes cells behind the first one in rows of a table.
    fn change_cells(
        &mut self,
        n: usize,
        rows: impl Fn(usize) -> std::ops::Range<usize>,
        change: impl Fn(&mut Vec<String>, &str),
        touched: &mut Touched,
    ) {
        self.next += 1;
        let (fresh, Some(table)) = (self.next as usize, self.table(n)) else { return };
        let rows = rows(table.len());
        let columns = columns(table);
        for (at, row) in table[rows].iter_mut().enumerate() {
            let mut cells: Vec<String> = row.text.split('|').map(|cell| cell.trim().to_owned()).collect();
            cells.resize(columns, String::new());
            change(&mut cells, COMMON[(fresh + at) % COMMON.len()]);
            let text = joined(&cells);
            if text != row.text {
                touched.changed.insert(row.who);
                row.text = text;
            }
        }
    }

    fn sentence(&mut self) -> Sentence {
        self.next += 1;
        Sentence::new(self.next)
    }

    /// Returns the positions of all sentences of the source: block and index.
    fn places(&self) -> Vec<(usize, usize)> {
        let lines = self.source.iter().enumerate().filter(|(_, block)| block.kind != Kind::Table);
        lines.flat_map(|(block, it)| (0..it.sentences.len()).map(move |at| (block, at))).collect()
    }

    fn paragraph(&self, n: usize) -> Option<usize> {
        let has_lines = |at: &usize| matches!(self.source[*at].kind, Kind::Paragraph | Kind::Note(_));
        let paragraphs: Vec<usize> = (0..self.source.len()).filter(has_lines).collect();
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
                let block = Block { kind: Kind::Heading, ..self.block(1) };
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
                    && self.source[block].kind != Kind::Heading
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
                    && self.source[block].kind != Kind::Heading
                    && self.source[block].sentences[at].words().len() >= 6
                {
                    self.next += 1;
                    let who = self.next;
                    let sentence = &mut self.source[block].sentences[at];
                    let words: Vec<String> = sentence.words().iter().map(|word| (*word).to_owned()).collect();
                    // The first part gets two thirds of the words.
                    let (first, second) = words.split_at(words.len() * 2 / 3);
                    let second = Sentence { who, text: format!("New{who} {}", second.join(" ")) };
                    sentence.text = format!("{}.", first.join(" "));
                    touched.changed.extend([sentence.who, who]);
                    self.source[block].sentences.insert(at + 1, second);
                }
            }
            Edit::Break(n, at) => {
                if let Some(block) = self.paragraph(n).filter(|&block| self.source[block].kind == Kind::Paragraph) {
                    let sentences = &mut self.source[block].sentences;
                    let rest = sentences.split_off(at % (sentences.len() + 1));
                    self.source.insert(block + 1, Block { sentences: rest, kind: Kind::Paragraph });
                }
            }
            Edit::Join(n) => {
                if let Some(block) = self.paragraph(n)
                    && self.source[block].kind == Kind::Paragraph
                    && self.source.get(block + 1).is_some_and(|next| next.kind == Kind::Paragraph)
                {
                    let mut next = self.source.remove(block + 1);
                    self.source[block].sentences.append(&mut next.sentences);
                }
            }
            Edit::Space(n) => self.spaces = n % 3,
            Edit::Translate(n) => self.translate(pick(n).map(|(block, at)| self.source[block].sentences[at].who)),
            Edit::Retouch(n) | Edit::Forget(n) => {
                // A table must keep its head.
                let is_head = |block: &Block, at: usize| block.kind == Kind::Table && at == 0;
                let lines = self.translation.iter().flat_map(|block| (0..block.sentences.len()).map(move |at| (block, at)));
                let may = lines.filter(|&(block, at)| matches!(edit, Edit::Retouch(_)) || !is_head(block, at));
                let whos: Vec<u32> = may.map(|(block, at)| block.sentences[at].who).collect();
                if let Some(&who) = whos.get(n % whos.len().max(1)) {
                    let is_it = |it: &Sentence| it.who == who;
                    for block in &mut self.translation {
                        if matches!(edit, Edit::Forget(_)) {
                            block.sentences.retain(|it| !is_it(it));
                        } else {
                            block.sentences.iter_mut().filter(|it| is_it(it)).for_each(|it| it.text.push_str(" Again."));
                            touched.changed.insert(who);
                        }
                    }
                }
            }
            Edit::Note(at) => {
                let block = Block { kind: Kind::Note(self.next), ..self.block(1 + at % 3) };
                self.source.insert(at % (self.source.len() + 1), block);
            }
            Edit::Table(at) => {
                let sentences = (0..4).map(|_| self.row(3)).collect();
                self.source.insert(at % (self.source.len() + 1), Block { kind: Kind::Table, sentences });
            }
            Edit::Row(n, at) => {
                let row = self.row(3);
                if let Some(table) = self.table(n) {
                    table.insert(1 + at % table.len(), row);
                }
            }
            Edit::DropRow(n, at) => {
                if let Some(table) = self.table(n).filter(|table| table.len() > 1) {
                    table.remove(1 + at % (table.len() - 1));
                }
            }
            Edit::MoveRow(n, from, to) => {
                if let Some(table) = self.table(n).filter(|table| table.len() > 1) {
                    let row = table.remove(1 + from % (table.len() - 1));
                    table.insert(1 + to % table.len(), row);
                }
            }
            Edit::Column(n, at) => {
                let insert = |cells: &mut Vec<String>, fresh: &str| cells.insert(1 + at % cells.len(), fresh.to_owned());
                self.change_cells(n, |rows| 0..rows, insert, &mut touched);
            }
            Edit::DropColumn(n, at) => {
                let remove = |cells: &mut Vec<String>, _: &str| {
                    if cells.len() > 2 {
                        cells.remove(1 + at % (cells.len() - 1));
                    }
                };
                self.change_cells(n, |rows| 0..rows, remove, &mut touched);
            }
            Edit::Cell(n, row, column) => {
                let change = |cells: &mut Vec<String>, fresh: &str| {
                    let last = cells.len() - 1;
                    if let Some(cell) = cells.get_mut(1 + column % last.max(1)) {
                        *cell = fresh.to_owned();
                    }
                };
                self.change_cells(n, |rows| row % rows..row % rows + 1, change, &mut touched);
            }
        }
        self.source.retain(|block| !block.sentences.is_empty());
        touched
    }

    /// Translates the missing sentences except one that was missing before, and removes those that
    /// the source no longer has.
    fn translate(&mut self, but: Option<u32>) {
        let known: BTreeMap<u32, Sentence> =
            self.translation.iter().flat_map(|block| &block.sentences).map(|it| (it.who, it.clone())).collect();
        let translated = |kind: Kind, sentence: &Sentence| {
            let text = match kind {
                Kind::Table => sentence.text.replace("Key", "Name").replace("yes", "YES"),
                _ => format!("In English number {} of this.", sentence.who),
            };
            let new = || Sentence { who: sentence.who, text };
            let old = known.get(&sentence.who).cloned();
            old.or_else(|| (Some(sentence.who) != but).then(new))
        };
        let block = |block: &Block| Block {
            kind: block.kind,
            sentences: block.sentences.iter().filter_map(|it| translated(block.kind, it)).collect(),
        };
        self.translation = self.source.iter().map(block).filter(|block| !block.sentences.is_empty()).collect();
    }

    fn text(&self, blocks: &[Block], title: &str) -> String {
        let mut text = format!("---\ntitle: {title}\n---\n");
        let spaced = |text: &str| text.replace(' ', if self.spaces == 2 { "  " } else { " " });
        for block in blocks.iter().filter(|block| !block.sentences.is_empty()) {
            text.push_str(&"\n".repeat(1 + self.spaces));
            for (at, sentence) in block.sentences.iter().enumerate() {
                match block.kind {
                    Kind::Heading => text.push_str("## "),
                    Kind::Note(label) if at == 0 => text.push_str(&format!("[^n{label:04}]: ")),
                    Kind::Note(_) => text.push_str("    "),
                    Kind::Table => text.push_str("| "),
                    Kind::Paragraph => {}
                }
                text.push_str(&spaced(&sentence.text));
                if block.kind == Kind::Table && at == 0 {
                    let columns = columns(&block.sentences);
                    text.push_str(&" |".repeat(columns - sentence.text.matches('|').count()));
                    text.push_str(&format!("\n|{}", "---|".repeat(columns)));
                } else if block.kind == Kind::Table {
                    text.push_str(" |");
                }
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

/// Returns the sentence of each id in each edition, and checks the laws that hold after each sync.
fn who_is_where(book: &Book, files: &Files) -> Result<[BTreeMap<u32, SegmentId>; 2], TestCaseError> {
    let mut found = [BTreeMap::new(), BTreeMap::new()];
    for (at, (file, blocks)) in
        [("content/a.kk.md", &book.source), ("content/a.en.md", &book.translation)].into_iter().enumerate()
    {
        let addressed = addressed(files, file);
        let sentences = in_order(blocks);
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

/// Asserts that each sentence is at its reported place, and that each missing one belongs behind a
/// line or at the beginning of the text.
fn all_is_where_it_is_told(state: &State, files: &Files) {
    let site = state.site().expect("an index");
    let work = site.work_named("a").expect("a work");
    let text = |file: &str| files.get(file).map(String::as_str);
    let pending = Pending::of(site, work, site.config.language("en").expect("a language"), text).expect("a translation");
    for pair in &pending.statuses.pairs {
        let sentence = pending.sentence(pair.unit).expect("it is one of them");
        let from = |file: &str, place: Position| -> String {
            let line = files[file].lines().nth(place.line - 1).expect("the file has that line");
            line.chars().skip(place.column - 1).collect()
        };
        let source = sentence.source.iter().map(|said| ("content/a.kk.md", said));
        for (file, said) in source.chain(sentence.own.iter().map(|said| ("content/a.en.md", said))) {
            let there = from(file, said.place);
            let first = said.text.split(' ').next().expect("a text has a word");
            assert!(there.starts_with(first), "{}: {first:?} in {there:?}", pair.unit);
        }
        if sentence.own.is_empty() {
            assert_eq!(from("content/a.en.md", sentence.place), "", "{} goes behind a line", pair.unit);
        } else {
            assert_eq!(sentence.place, sentence.own[0].place);
        }
    }
}

/// Returns the pages of the work: each edition, and each pair.
fn pages(files: &Files) -> Vec<Vec<u8>> {
    pages_of(files, &["kk", "en"])
}

fn pages_of(files: &Files, langs: &[&str]) -> Vec<Vec<u8>> {
    let state = state(files);
    all_is_where_it_is_told(&state, files);
    let site = state.site().expect("an index");
    let pairs = langs.iter().flat_map(|a| langs.iter().map(move |b| format!("{a}-{b}/a/index.html")));
    let paths = langs
        .iter()
        .map(|lang| format!("{lang}/a/index.html"))
        .chain(pairs)
        .filter(|path| site.routes.contains_key(path.as_str()));
    let pages = paths.map(|path| match state.render(&site.routes[path.as_str()]).body {
        Some(Body::Bytes(bytes)) => bytes,
        _ => panic!("{path} is a page"),
    });
    pages.collect()
}

/// Edits a book. Syncs and checks the laws after every `step` edits.
fn follow(edits: &[Edit], step: usize) -> Result<(), TestCaseError> {
    let mut book = Book::new();
    let mut files = Files::from([("site.yaml".to_owned(), CONFIG.to_owned())]);
    book.write(&mut files);
    sync(&mut files);
    let mut before = who_is_where(&book, &files)?;
    // For each id ever given in the source, its sentence and the last text of that.
    let mut history: BTreeMap<SegmentId, (u32, String)> =
        in_order(&book.source).iter().map(|it| (before[0][&it.who], (it.who, it.text.clone()))).collect();
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
                let gone = lock.segment(other).and_then(|entry| entry.gone.as_ref());
                prop_assert_eq!(gone.map(|gone| gone.into), Some(Some(id)), "after {:?}", edits);
                // The sentence continues under its present id.
                history.insert(id, (first, String::new()));
            }
            let texts: BTreeMap<u32, String> = in_order(&book.source).iter().map(|it| (it.who, it.text.clone())).collect();
            for (who, id) in &now[0] {
                let (named, text) = history.entry(*id).or_insert_with(|| (*who, String::new()));
                prop_assert_eq!(*named, *who, "{} was S{} once, and is S{} after {:?}", id, named, who, edits);
                text.clone_from(&texts[who]);
            }
        }
        before = now;
    }
    Ok(())
}

// Three languages, two of which have sentences of their own.

/// Edits by the authors of three editions before a sync.
#[derive(Debug, Clone)]
enum Step {
    /// The source gets a sentence: block and position.
    Source(usize, usize),
    /// The source gets a paragraph.
    Paragraph(usize),
    /// An edition gets a sentence of its own, with a mark that says so, or in a translation also
    /// without one.
    Own(usize, usize, usize, bool),
    /// An edition gets a paragraph of its own.
    OwnParagraph(usize, usize, bool),
    /// A translation gets a sentence that only the other one had, with a mark that names it: which
    /// one, block and position.
    Share(usize, usize, usize, usize),
    /// The missing sentences are translated in their places.
    Translate(usize),
    /// A sentence is removed: one of the source, or a translation's own.
    Delete(usize, usize),
    Sync,
}

fn step() -> impl Strategy<Value = Step> {
    let n = || any::<usize>();
    let (lang, any_lang) = (|| 1..3usize, || 0..3usize);
    prop_oneof![
        4 => (n(), n()).prop_map(|(block, at)| Step::Source(block, at)),
        1 => n().prop_map(Step::Paragraph),
        6 => (any_lang(), n(), n(), prop::bool::weighted(0.7)).prop_map(|(lang, block, at, marked)| Step::Own(lang, block, at, marked)),
        2 => (any_lang(), n(), prop::bool::weighted(0.7)).prop_map(|(lang, at, marked)| Step::OwnParagraph(lang, at, marked)),
        2 => (lang(), n(), n(), n()).prop_map(|(lang, which, block, at)| Step::Share(lang, which, block, at)),
        2 => lang().prop_map(Step::Translate),
        1 => (0..3usize, n()).prop_map(|(lang, at)| Step::Delete(lang, at)),
        2 => Just(Step::Sync),
    ]
}

/// A line of an edition: its sentence, and true if the source has no such sentence.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Said {
    who: u32,
    owner: Owner,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Owner {
    Shared,
    Own {
        marked: bool,
    },
    /// The id of the same sentence in the other translation, where it is or was that edition's own.
    Named(SegmentId),
}

/// The editions of a work, by language, source first; each with its blocks.
#[derive(Debug, Clone, Default)]
struct Shelf {
    editions: [Vec<Vec<Said>>; 3],
    next: u32,
    /// For each sentence that only a translation has: the id in the lock.
    names: BTreeMap<u32, SegmentId>,
}

const SHELF: [&str; 3] = ["kk", "en", "de"];

impl Shelf {
    fn new() -> Self {
        let mut shelf = Self::default();
        for count in [2, 1, 3] {
            let block = (0..count).map(|_| shelf.said(Owner::Shared)).collect();
            shelf.editions[0].push(block);
        }
        shelf.translate(1);
        shelf.translate(2);
        shelf
    }

    fn said(&mut self, owner: Owner) -> Said {
        self.next += 1;
        Said { who: self.next, owner }
    }

    fn apply(&mut self, step: &Step) {
        match *step {
            Step::Source(block, at) => self.insert(0, block, at, Owner::Shared),
            Step::Own(lang, block, at, marked) => self.insert(lang, block, at, Owner::Own { marked: marked || lang == 0 }),
            Step::Paragraph(at) => self.insert_block(0, at, Owner::Shared),
            Step::OwnParagraph(lang, at, marked) => self.insert_block(lang, at, Owner::Own { marked: marked || lang == 0 }),
            Step::Share(lang, which, block, at) => {
                let is_here = |who: u32| self.editions[lang].iter().flatten().any(|said| said.who == who);
                let others = self.editions[3 - lang].iter().flatten().filter(|said| !is_here(said.who));
                let own = others.filter(|said| said.owner == Owner::Own { marked: true });
                let known: Vec<(u32, SegmentId)> = own.filter_map(|said| Some((said.who, *self.names.get(&said.who)?))).collect();
                if !known.is_empty() {
                    let (who, id) = known[which % known.len()];
                    self.put(lang, block, at, Said { who, owner: Owner::Named(id) });
                }
            }
            Step::Translate(lang) => self.translate(lang),
            Step::Delete(lang, at) => {
                let wanted = |said: &Said| lang == 0 || said.owner != Owner::Shared;
                let whos: Vec<u32> =
                    self.editions[lang].iter().flatten().filter(|said| wanted(said)).map(|said| said.who).collect();
                // Every edition keeps at least one sentence.
                if whos.len() > usize::from(lang == 0) {
                    self.editions[lang].iter_mut().for_each(|block| block.retain(|said| said.who != whos[at % whos.len()]));
                    self.editions[lang].retain(|block| !block.is_empty());
                }
            }
            Step::Sync => {}
        }
    }

    fn insert(&mut self, lang: usize, block: usize, at: usize, owner: Owner) {
        let said = self.said(owner);
        self.put(lang, block, at, said);
    }

    fn put(&mut self, lang: usize, block: usize, at: usize, said: Said) {
        let blocks = self.editions[lang].len();
        let block = &mut self.editions[lang][block % blocks];
        block.insert(at % (block.len() + 1), said);
    }

    fn insert_block(&mut self, lang: usize, at: usize, owner: Owner) {
        let said = self.said(owner);
        let blocks = &mut self.editions[lang];
        blocks.insert(at % (blocks.len() + 1), vec![said]);
    }

    /// Puts each sentence of the source behind its predecessor in the source.
    fn translate(&mut self, lang: usize) {
        let source = self.editions[0].clone();
        let blocks = &mut self.editions[lang];
        let place = |blocks: &[Vec<Said>], who: u32| {
            let in_block = |block: &Vec<Said>| block.iter().position(|said| said.who == who);
            blocks.iter().enumerate().find_map(|(at, block)| Some((at, in_block(block)?)))
        };
        let mut last: Option<usize> = None;
        for block in source {
            let mut here: Option<(usize, usize)> = None;
            let block: Vec<Said> = block.into_iter().filter(|said| said.owner == Owner::Shared).collect();
            for (n, &said) in block.iter().enumerate() {
                let found = place(blocks, said.who);
                let found = found.unwrap_or_else(|| match here {
                    Some((at, line)) => {
                        blocks[at].insert(line + 1, said);
                        (at, line + 1)
                    }
                    None => match block[n..].iter().find_map(|next| place(blocks, next.who)) {
                        Some((at, line)) => {
                            blocks[at].insert(line, said);
                            (at, line)
                        }
                        None => {
                            let at = last.map_or(0, |last| last + 1);
                            blocks.insert(at, vec![said]);
                            (at, 0)
                        }
                    },
                });
                here = Some(found);
                last = Some(found.0);
            }
        }
    }

    fn write(&self, files: &mut Files) {
        for (at, lang) in SHELF.iter().enumerate() {
            let mut text = format!("---\ntitle: {lang}\n---\n");
            for block in &self.editions[at] {
                text.push('\n');
                for said in block {
                    text.push_str(&format!("{}{lang} {}", ["", "In ", "Auf "][at], Sentence::new(said.who).text));
                    text.push_str(&match said.owner {
                        Owner::Own { marked: true } => " <!-- + -->\n".to_owned(),
                        Owner::Named(id) => format!(" <!-- = {id} -->\n"),
                        Owner::Own { marked: false } | Owner::Shared => "\n".to_owned(),
                    });
                }
            }
            files.insert(format!("content/a.{lang}.md"), text);
        }
    }

    /// Returns the sentence of each id, by language.
    fn ids(&self, files: &Files) -> [Vec<(Said, SegmentId)>; 3] {
        let state = state(files);
        std::array::from_fn(|at| {
            let document = document(&state, &format!("content/a.{}.md", SHELF[at]));
            let said: Vec<Said> = self.editions[at].iter().flatten().copied().collect();
            assert_eq!(document.segments.len(), said.len());
            said.into_iter().zip(document.segments.iter().map(|segment| segment.id)).collect()
        })
    }
}

/// The sentences that the ids in locks have ever named.
#[derive(Debug, Clone, Default)]
struct Named {
    /// Sentences of the source.
    source: BTreeMap<SegmentId, u32>,
    /// Sentences that only a translation has.
    own: BTreeMap<SegmentId, u32>,
}

impl Named {
    /// Adds the present ids. Each id names one sentence, in every language, now and before.
    fn look(&mut self, ids: &[Vec<(Said, SegmentId)>; 3], after: &[Step]) -> Result<(), TestCaseError> {
        for &(said, id) in &ids[0] {
            let named = *self.source.entry(id).or_insert(said.who);
            prop_assert_eq!(named, said.who, "{} is S{} of the source, and was S{}, after {:?}", id, said.who, named, after);
        }
        for &(said, id) in ids[1..].iter().flatten() {
            let marked = match said.owner {
                Owner::Shared => continue,
                Owner::Own { marked } => marked,
                Owner::Named(_) => true,
            };
            // A line without a mark counts as the translation of the source's sentence in its
            // place, if there is one.
            if !marked && self.source.contains_key(&id) {
                continue;
            }
            let named = *self.own.entry(id).or_insert(said.who);
            prop_assert_eq!(named, said.who, "{} is S{} alone, and was S{}, after {:?}", id, said.who, named, after);
        }
        let alone: BTreeSet<SegmentId> =
            ids[0].iter().filter(|(said, _)| said.owner != Owner::Shared).map(|(_, id)| *id).collect();
        for &(said, id) in ids[1..].iter().flatten() {
            prop_assert!(
                !alone.contains(&id),
                "S{} is taken for {}, which the source alone has, after {:?}",
                said.who,
                id,
                after
            );
        }
        for (id, who) in &self.own {
            let other = self.source.get(id);
            prop_assert!(other.is_none(), "{} is S{} of one language and S{:?} of the source, after {:?}", id, who, other, after);
        }
        Ok(())
    }
}

/// Edits three editions. Checks the laws after each step, before and after a sync.
fn follow_three(steps: &[Step]) -> Result<(), TestCaseError> {
    let mut shelf = Shelf::new();
    let mut files = Files::from([("site.yaml".to_owned(), CONFIG.replace("[kk, en]", "[kk, en, de]"))]);
    shelf.write(&mut files);
    sync(&mut files);
    let mut synced = shelf.ids(&files);
    let mut named = Named::default();
    named.look(&synced, &[])?;
    for (at, step) in steps.iter().enumerate() {
        let done = &steps[..=at];
        // A line in the place of one that was removed since the last sync is that line, rewritten.
        let with_syncs = if matches!(step, Step::Delete(..)) { vec![&Step::Sync, step, &Step::Sync] } else { vec![step] };
        for step in with_syncs {
            shelf.apply(step);
            shelf.write(&mut files);
            let shown = shelf.ids(&files);
            named.clone().look(&shown, done)?;
            for (before, now) in synced.iter().zip(&shown) {
                let now: BTreeMap<u32, SegmentId> = now.iter().map(|(said, id)| (said.who, *id)).collect();
                for (said, id) in before {
                    let kept = now.get(&said.who).is_none_or(|now| now == id);
                    prop_assert!(kept, "S{} was {} and is another after {:?}", said.who, id, done);
                }
            }
            if matches!(step, Step::Sync) {
                let pages = pages_of(&files, &SHELF);
                sync(&mut files);
                synced = shelf.ids(&files);
                shelf.names = synced[1..].iter().flatten().map(|(said, id)| (said.who, *id)).collect();
                prop_assert_eq!(&shown, &synced, "what was shown is what was written, after {:?}", done);
                prop_assert!(pages == pages_of(&files, &SHELF), "pages are others after sync, after {:?}", done);
                prop_assert_eq!(sync(&mut files), 0, "a second sync writes nothing, after {:?}", done);
                named.look(&synced, done)?;
            }
        }
    }
    Ok(())
}

// Ambiguous texts: many lines are equal, and translations equal the source.

/// An edit of an edition before a sync: it gets or loses a line or a paragraph. There are few
/// different lines, so deleted ones come back.
#[derive(Debug, Clone)]
enum Equal {
    Line(usize, usize, usize),
    Paragraph(usize, usize),
    Delete(usize),
    DeleteParagraph(usize),
}

fn equal() -> impl Strategy<Value = (usize, Equal)> {
    let n = || any::<usize>();
    let step = prop_oneof![
        2 => (n(), n(), n()).prop_map(|(block, at, text)| Equal::Line(block, at, text)),
        3 => (n(), n()).prop_map(|(at, text)| Equal::Paragraph(at, text)),
        2 => n().prop_map(Equal::Delete),
        3 => n().prop_map(Equal::DeleteParagraph),
    ];
    (0..2usize, step)
}

const EQUAL: [&str; 3] = ["Tilmash 1", "Yes", "12"];

fn apply_equal(blocks: &mut Vec<Vec<&str>>, step: &Equal) {
    let count = blocks.len();
    match *step {
        Equal::Line(block, at, text) if count > 0 => {
            let block = &mut blocks[block % count];
            block.insert(at % (block.len() + 1), EQUAL[text % EQUAL.len()]);
        }
        Equal::Line(_, at, text) | Equal::Paragraph(at, text) => blocks.insert(at % (count + 1), vec![EQUAL[text % EQUAL.len()]]),
        Equal::Delete(at) if count > 0 => {
            let block = &mut blocks[at % count];
            block.remove(at / count % block.len());
            blocks.retain(|block| !block.is_empty());
        }
        Equal::DeleteParagraph(at) if count > 0 => drop(blocks.remove(at % count)),
        Equal::Delete(_) | Equal::DeleteParagraph(_) => {}
    }
}

/// Edits two editions with equal texts. No id occurs twice before or after a sync, every written
/// lock can be read, and a second sync writes nothing. The assignment of ids among equal lines is
/// not checked.
fn follow_equal(steps: &[(usize, Equal)]) -> Result<(), TestCaseError> {
    let start = vec![vec!["Text."], vec![EQUAL[0]]];
    let mut editions = [start.clone(), start];
    let mut files = Files::from([("site.yaml".to_owned(), CONFIG.to_owned())]);
    let write = |editions: &[Vec<Vec<&str>>; 2], files: &mut Files| {
        for (lang, blocks) in ["kk", "en"].iter().zip(editions) {
            let text = blocks.iter().map(|block| block.join("\n") + "\n\n").collect::<String>();
            files.insert(format!("content/a.{lang}.md"), format!("---\ntitle: {lang}\n---\n\n{text}"));
        }
    };
    write(&editions, &mut files);
    sync(&mut files);
    for (at, (edition, step)) in steps.iter().enumerate() {
        apply_equal(&mut editions[*edition], step);
        write(&editions, &mut files);
        let no_id_twice = |files: &Files| -> Result<(), TestCaseError> {
            let state = state(files);
            for (lang, blocks) in ["kk", "en"].iter().zip(&editions) {
                let document = document(&state, &format!("content/a.{lang}.md"));
                let different: BTreeSet<SegmentId> = document.segments.iter().map(|segment| segment.id).collect();
                let count = blocks.iter().map(Vec::len).sum::<usize>();
                prop_assert_eq!((document.segments.len(), different.len()), (count, count), "after {:?}", &steps[..=at]);
            }
            Ok(())
        };
        no_id_twice(&files)?;
        sync(&mut files);
        no_id_twice(&files)?;
        prop_assert_eq!(sync(&mut files), 0, "a second sync writes nothing, after {:?}", &steps[..=at]);
    }
    Ok(())
}

proptest! {
    #![proptest_config(cases(24, 60))]

    /// An untouched sentence keeps its id, no id ever names two sentences, pages show the ids that
    /// `sync` writes, and a second sync writes nothing.
    #[test]
    fn addresses_last(edits in prop::collection::vec(edit(), 1..14)) {
        follow(&edits, 1)?;
    }

    /// The same for many edits at once, after which it is ambiguous which sentence replaced which.
    #[test]
    fn addresses_last_after_many_edits_at_once(edits in prop::collection::vec(edit(), 3..14)) {
        follow(&edits, 5)?;
    }

    /// No id ever names two sentences in any of three languages, before or after a sync. Sentences
    /// of one translation alone, of another one alone, and new ones of the source may be in the
    /// same place.
    #[test]
    fn an_id_names_one_sentence_in_all_languages(steps in prop::collection::vec(step(), 1..14)) {
        follow_three(&steps)?;
    }

    /// If many lines are equal, no id names two of them, and every written lock can be read.
    #[test]
    fn equal_lines_have_different_addresses(steps in prop::collection::vec(equal(), 1..14)) {
        follow_equal(&steps)?;
    }
}

// The effect of each kind of edit.

/// Returns a work in two languages, synced.
fn work(source: &str, translation: &str) -> Files {
    let mut files = Files::from([("site.yaml".to_owned(), CONFIG.to_owned())]);
    files.insert("content/index.kk.md".to_owned(), "# Басты\n".to_owned());
    files.insert("content/index.en.md".to_owned(), "# Home\n".to_owned());
    files.insert("content/a.kk.md".to_owned(), format!("---\ntitle: A\n---\n\n{source}"));
    files.insert("content/a.en.md".to_owned(), format!("---\ntitle: B\n---\n\n{translation}"));
    sync(&mut files);
    files
}

const SOURCE: &str =
    "Бірінші сөйлем осы жерде тұр.\nЕкінші сөйлем басқа нәрсе туралы.\nҮшінші сөйлем қысқа емес.\n\nТөртінші абзац жалғыз өзі.\n";
const TRANSLATION: &str = "The first is here.\nThe second.\nThe third.\n\nThe fourth alone.\n";

/// Edits the source, before a sync.
fn edited(from: &str, to: &str) -> Files {
    let mut files = work(SOURCE, TRANSLATION);
    replace(&mut files, "content/a.kk.md", from, to);
    files
}

fn replace(files: &mut Files, file: &str, from: &str, to: &str) {
    let text = files.get_mut(file).expect("it is there");
    assert!(text.contains(from), "{from:?} is in {text:?}");
    *text = text.replacen(from, to, 1);
}

/// Returns the ids of an edition, in order.
fn only_ids(files: &Files, file: &str) -> String {
    addressed(files, file).iter().map(|(id, _)| id.to_string()).collect::<Vec<_>>().join(" ")
}

fn source_ids(files: &Files) -> String {
    only_ids(files, "content/a.kk.md")
}

fn summary(files: &Files) -> Summary {
    let state = state(files);
    let site = state.site().expect("an index");
    let work = site.work_named("a").expect("a work");
    let lang = site.config.language("en").expect("a language");
    site.statuses(work, lang).expect("a translation").summary
}

/// Returns the status of each sentence of the translation that is not current.
fn status(files: &Files) -> String {
    let state = state(files);
    let site = state.site().expect("an index");
    let work = site.work_named("a").expect("a work");
    let statuses = site.statuses(work, site.config.language("en").expect("a language")).expect("a translation");
    let words = statuses.pairs.iter().filter(|pair| pair.status != Status::Current).map(|pair| match &pair.status {
        Status::Changed { was } => format!("{} was {}", pair.unit, was.as_deref().unwrap_or("?")),
        other => format!("{} {other:?}", pair.unit),
    });
    words.collect::<Vec<_>>().join("; ")
}

/// Returns the problems of a site with these codes, a line each.
fn problems(files: &Files, codes: &[&str]) -> Vec<String> {
    let state = state(files);
    let wanted = state.problems.iter().filter(|problem| codes.contains(&problem.code.name));
    wanted.map(|problem| format!("{}: {}", problem.message, problem.hints.join("; "))).collect()
}

#[test]
fn a_corrected_sentence_keeps_its_id() {
    let mut files = edited("қысқа", "қыска");
    assert_eq!(source_ids(&files), "1.1 1.2 1.3 2.1");
    sync(&mut files);
    assert_eq!(source_ids(&files), "1.1 1.2 1.3 2.1");
    assert_eq!(status(&files), "1.3 was Үшінші сөйлем қысқа емес.");
}

#[test]
fn an_inserted_sentence_has_letters() {
    let mut files = edited("Екінші", "Жаңа сөйлем қосылды.\nЕкінші");
    assert_eq!(source_ids(&files), "1.1 1.1a 1.2 1.3 2.1");
    sync(&mut files);
    replace(&mut files, "content/a.kk.md", "Жаңа", "Тағы бір жаңалық келді.\nЖаңа");
    replace(&mut files, "content/a.kk.md", "емес.\n", "емес.\nСоңғы қосымша осы.\n");
    replace(&mut files, "content/a.kk.md", "Бірінші", "Бәрінен бұрын келген.\nБірінші");
    assert_eq!(source_ids(&files), "1.0 1.1 1.1b 1.1a 1.2 1.3 1.4 2.1");
    sync(&mut files);
    assert_eq!(source_ids(&files), "1.0 1.1 1.1b 1.1a 1.2 1.3 1.4 2.1");
    // The translation has none of the new sentences, and keeps its own ids.
    assert_eq!(only_ids(&files, "content/a.en.md"), "1.1 1.2 1.3 2.1");
    assert_eq!(summary(&files).missing, 4);
    // A line in the place of a new sentence is its translation.
    replace(&mut files, "content/a.en.md", "The second", "One.\nTwo.\nThe second");
    assert_eq!(only_ids(&files, "content/a.en.md"), "1.1 1.1b 1.1a 1.2 1.3 2.1");
}

#[test]
fn new_blocks_have_letters_too() {
    let mut files = edited("\nТөртінші", "\n## Тақырып\n\nОның астындағы мәтін.\n\nТөртінші");
    replace(&mut files, "content/a.kk.md", "өзі.\n", "өзі.\n\nЕң соңғы абзац.\n");
    assert_eq!(source_ids(&files), "1.1 1.2 1.3 1a.1 1b.1 2.1 3.1");
    sync(&mut files);
    assert_eq!(source_ids(&files), "1.1 1.2 1.3 1a.1 1b.1 2.1 3.1");
}

#[test]
fn the_id_of_a_deleted_sentence_is_not_reused() {
    let mut files = edited("Екінші сөйлем басқа нәрсе туралы.\n", "");
    assert_eq!(source_ids(&files), "1.1 1.3 2.1");
    sync(&mut files);
    assert!(files["content/a.lock"].contains("\n1.2\ngone "));
    replace(&mut files, "content/a.kk.md", "Үшінші", "Мүлде бөлек ой.\nҮшінші");
    sync(&mut files);
    assert_eq!(source_ids(&files), "1.1 1.1a 1.3 2.1");
    // The translation of a deleted sentence stays, alone, and keeps its id.
    assert_eq!(only_ids(&files, "content/a.en.md"), "1.1 1.2 1.3 2.1");
    assert_eq!(status(&files), "1.1a Missing; 1.2 Extra { meant: false }");
    // If the same text comes back, it gets its old address.
    replace(&mut files, "content/a.kk.md", "Үшінші", "Екінші сөйлем басқа нәрсе туралы.\nҮшінші");
    sync(&mut files);
    assert_eq!(source_ids(&files), "1.1 1.1a 1.2 1.3 2.1");
    assert_eq!(status(&files), "1.1a Missing");
}

/// A translation may still have a sentence that the source lost, and a second line of the same
/// text.
#[test]
fn an_id_in_use_by_a_translation_is_not_given_to_another_line() {
    for (was, is, ids) in [
        ("Tilmash 1\n", "Tilmash 1\n\nTilmash 1\n", "1.1 2.1 2a.1-en"),
        ("Tilmash 1\n", "Tilmash 2\n\nTilmash 1\n", "1.1 1a.1-en 2.1"),
        ("Tilmash one\n", "Tilmash 2\n\nTilmash 1\n", "1.1 1a.1-en 2.1"),
    ] {
        let mut files = work("Мәтін.\n\nTilmash 1\n", &format!("Text.\n\n{was}"));
        replace(&mut files, "content/a.kk.md", "\n\nTilmash 1\n", "\n");
        sync(&mut files);
        replace(&mut files, "content/a.en.md", was, is);
        for _ in 0..2 {
            assert_eq!(only_ids(&files, "content/a.en.md"), ids, "{was} {is}");
            sync(&mut files);
        }
        assert_eq!(sync(&mut files), 0);
    }
}

#[test]
fn a_moved_sentence_keeps_its_id() {
    let mut files = edited("Екінші сөйлем басқа нәрсе туралы.\n", "");
    replace(&mut files, "content/a.kk.md", "өзі.\n", "өзі.\nЕкінші сөйлем басқа нәрсе туралы.\n");
    assert_eq!(source_ids(&files), "1.1 1.3 2.1 1.2");
    sync(&mut files);
    assert_eq!(source_ids(&files), "1.1 1.3 2.1 1.2");
    assert_eq!(status(&files), "");
}

#[test]
fn merging_two_sentences_removes_one_id() {
    let mut files = edited("тұр.\nЕкінші", "тұр, ал екінші");
    assert_eq!(source_ids(&files), "1.1 1.3 2.1");
    let rows = |files: &Files| String::from_utf8(snapshot(&state(files)).routes["kk-en/a/index.html"].clone()).expect("UTF-8");
    let before = rows(&files);
    sync(&mut files);
    assert!(files["content/a.lock"].contains(" into 1."), "{}", files["content/a.lock"]);
    assert_eq!(before, rows(&files), "the two lines of the translation stand beside it before and after");
    // A link from outside to the former sentence opens the one that has its text.
    let page = String::from_utf8(snapshot(&state(&files)).routes["kk/a/index.html"].clone()).expect("UTF-8");
    assert!(page.contains("</span><span id=\"1.2\"></span><a class=\"pin\" href=\"#1.1\""), "{page}");
    assert_eq!(summary(&files).extra, 1);
    // The message for a link to the merged sentence names the remaining one.
    files.insert("content/b.kk.md".to_owned(), "# Б\n\n[[a#1.1]] [[a#1.2]]\n".to_owned());
    let found = problems(&files, &["broken-anchor"]);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains("was deleted: link to `#1.1`: its text was merged into"), "{found:?}");
}

#[test]
fn the_most_similar_part_of_a_split_sentence_keeps_the_id() {
    let mut files = edited("Екінші сөйлем басқа нәрсе туралы.", "Екінші сөйлем басқа нәрсе.\nТуралы айтылды ғой.");
    assert_eq!(source_ids(&files), "1.1 1.2 1.2a 1.3 2.1");
    sync(&mut files);
    assert_eq!(source_ids(&files), "1.1 1.2 1.2a 1.3 2.1");
}

/// Returns the ids of a source after an edit.
fn ids_after(before: &str, now: &str) -> String {
    let mut files = work(before, "The translation.\n");
    replace(&mut files, "content/a.kk.md", before, now);
    let ids = source_ids(&files);
    sync(&mut files);
    assert_eq!(source_ids(&files), ids, "what was shown is what was written");
    ids
}

#[test]
fn a_row_that_moves_keeps_its_address() {
    let [head, almaty, taraz, aktau] = ["Ел | Қала | Теңіз", "Қазақстан | Алматы | жоқ", " | Тараз | белгісіз", " | Ақтау | бар"];
    let before = table(&[head, almaty, taraz, aktau]);
    assert_eq!(ids_after(&before, &before), "1.1 2.1 3.1 4.1");
    let now = table(&[head, aktau, almaty, " | Орал | жоқ", taraz]);
    assert_eq!(ids_after(&before, &now), "1.1 4.1 2.1 2a.1 3.1");
}

/// A formatter pads cells, and adds bars and empty cells at the end.
#[test]
fn padding_a_row_is_no_change() {
    let mut files = work("a | b\n--|--\nc | d\n| e\n", "| A | B |\n|---|---|\n| C | D |\n| E | |\n");
    let lock = files["content/a.lock"].clone();
    replace(&mut files, "content/a.kk.md", "a | b\n--|--\nc | d\n| e\n", "| a   | b |\n|:----|---|\n|c|d|\n| e   |   |\n");
    replace(&mut files, "content/a.en.md", "| C | D |\n| E | |", "| C |   D |\n| E");
    assert_eq!((status(&files), sync(&mut files)), (String::new(), 0));
    assert_eq!(files["content/a.lock"], lock);
}

#[test]
fn a_changed_cell_changes_its_row() {
    let kk = table(&["Ел | Саны", "Қазақстан | 100", "Ресей | 200"]);
    let mut files = work(&kk, &table(&["Country | Number", "Kazakhstan | 100", "Russia | 200"]));
    replace(&mut files, "content/a.kk.md", "Қазақстан | 100", "Қазақстан | 101");
    assert_eq!((source_ids(&files).as_str(), status(&files).as_str()), ("1.1 2.1 3.1", "2.1 was Қазақстан | 100"));
    sync(&mut files);
    replace(&mut files, "content/a.en.md", "Kazakhstan | 100", "Kazakhstan | 101");
    assert_eq!((only_ids(&files, "content/a.en.md").as_str(), status(&files).as_str()), ("1.1 2.1 3.1", ""));
}

/// Adding, moving or removing a column changes all rows, and each keeps its id.
#[test]
fn rows_keep_their_addresses_when_columns_change() {
    let before = table(&["Ел | Су | Жер", "Абай | иә | жоқ", "Балқаш | жоқ | иә", "Көкше | иә | иә"]);
    for now in [
        table(&["Ел | Тау | Су | Жер", "Абай | 10 | иә | жоқ", "Балқаш | — | жоқ | иә", "Көкше | 20 | иә | иә"]),
        table(&["Ел | Жер | Су", "Абай | жоқ | иә", "Балқаш | иә | жоқ", "Көкше | иә | иә"]),
        table(&["Ел | Жер", "Абай | жоқ", "Балқаш | иә", "Көкше | иә"]),
    ] {
        assert_eq!(ids_after(&before, &now), "1.1 2.1 3.1 4.1", "{now}");
    }
}

#[test]
fn a_row_is_no_sentence_of_a_paragraph() {
    let source = table(&["Ел | Су", "Қазақстан | иә"]);
    let mut files = work(&format!("{source}\nБірінші.\n\nЕкінші.\n"), "First.\n\nSecond.\n");
    assert_eq!(only_ids(&files, "content/a.en.md"), "3.1 4.1");
    // Unlike lines in the place of rows are new lines.
    replace(&mut files, "content/a.kk.md", &source, "Мұнда кесте тұрған.\n\nЕнді жоқ.\n");
    assert_eq!(source_ids(&files), "0.1 0a.1 3.1 4.1");
}

/// A table whose rows differ only in the country or the city, and its translation.
const CITIES: [&str; 4] = ["Ел | Қала | Су", "Қазақстан | бар | —", "Ресей | бар | —", " | Бейжің | бар"];
const CITIES_EN: [&str; 4] = ["Country | City | Water", "Kazakhstan | YES | —", "Russia | YES | —", " | Beijing | YES"];

/// Returns the ids of a source and its translation, after edits of both since the last sync.
fn both_ids(files: &mut Files, [kk, en]: [(&str, &str); 2]) -> [String; 2] {
    replace(files, "content/a.kk.md", kk.0, kk.1);
    replace(files, "content/a.en.md", en.0, en.1);
    let ids = [source_ids(files), only_ids(files, "content/a.en.md")];
    sync(files);
    assert_eq!([source_ids(files), only_ids(files, "content/a.en.md")], ids);
    ids
}

/// New rows go between the known rows.
#[test]
fn a_new_row_of_a_translation_is_placed_between_known_rows() {
    let [kk, en] = [table(&CITIES), table(&CITIES_EN)];
    let [head, kazakhstan, russia, beijing] = CITIES;
    let now = table(&[head, kazakhstan, "Қытай | 10 | бар", russia, " | Орал | 10", beijing]);
    let en_now = table(&[CITIES_EN[0], CITIES_EN[1], "China | 10 | YES", CITIES_EN[2], CITIES_EN[3]]);
    let [source, translation] = both_ids(&mut work(&kk, &en), [(&kk, &now), (&en, &en_now)]);
    assert_eq!((source.as_str(), translation.as_str()), ("1.1 2.1 2a.1 3.1 3a.1 4.1", "1.1 2.1 2a.1 3.1 4.1"));
}

/// A row of another table is not used, even if that table is not translated.
#[test]
fn a_new_row_of_a_translation_belongs_to_its_table() {
    let [kk, en] = [table(&CITIES), table(&CITIES_EN)];
    let rows = [&CITIES[..], &["Қытай | бар | —"]].concat();
    let now = format!("{}\n{}", table(&rows), table(&["Өзен | Көл | Теңіз", "Есіл | — | 10", " | Балқаш | —"]));
    let en_now = table(&[&CITIES_EN[..], &["China | YES | —"]].concat());
    let [source, translation] = both_ids(&mut work(&kk, &en), [(&kk, &now), (&en, &en_now)]);
    assert_eq!((source.as_str(), translation.as_str()), ("1.1 2.1 3.1 4.1 5.1 6.1 7.1 8.1", "1.1 2.1 3.1 4.1 5.1"));
}

/// The table has as many rows as before, so each keeps its id, although the source lost a row and
/// no row kept its text.
#[test]
fn an_unedited_translation_keeps_its_rows() {
    let kk = table(&["Ел | Су", "Қазақстан | иә", "Ресей | иә", "Қытай | иә", "Моңғолия | иә"]);
    let en = table(&["Country | Water", "Kazakhstan | YES", "Russia | YES", "China | YES", "Mongolia | YES"]);
    let mut files = work(&kk, &en);
    replace(&mut files, "content/a.kk.md", "| Ресей | иә |\n", "");
    sync(&mut files);
    let all = "1.1 2.1 3.1 4.1 5.1";
    assert_eq!(only_ids(&files, "content/a.en.md"), all);
    replace(&mut files, "content/a.en.md", &en, &en.replace("a | YES", "a* | YES").replace("n | YES", "n* | YES"));
    assert_eq!(only_ids(&files, "content/a.en.md"), all);
}

/// If the source lost a row and got another in its place, a translation with the same edits has the
/// new row.
#[test]
fn an_equal_edit_of_the_translation_gets_the_new_ids() {
    let [kk, en] = [table(&CITIES), table(&CITIES_EN)];
    let mut files = work(&kk, &en);
    replace(&mut files, "content/a.kk.md", "| Ресей | бар | — |\n", "");
    sync(&mut files);
    replace(&mut files, "content/a.kk.md", "| Қазақстан", "| Орал өзені | бірнеше | 10 |\n| Қазақстан");
    sync(&mut files);
    replace(&mut files, "content/a.en.md", "| Russia | YES | — |\n", "");
    replace(&mut files, "content/a.en.md", "| Kazakhstan", "| The Ural | SEVERAL | 10 |\n| Kazakhstan");
    assert_eq!((only_ids(&files, "content/a.en.md"), status(&files)), (source_ids(&files), String::new()));
    // The same with a sentence, on one day or on two.
    let mut files = edited("Екінші сөйлем басқа нәрсе туралы.\nҮшінші", "Үшінші");
    replace(&mut files, "content/a.kk.md", "Төртінші", "Мүлде жаңа.\nТөртінші");
    replace(&mut files, "content/a.en.md", "The second.\nThe third.\n\n", "The third.\n\nQuite new.\n");
    assert_eq!((only_ids(&files, "content/a.en.md"), status(&files)), (source_ids(&files), String::new()));
    let mut files = edited("Екінші сөйлем басқа нәрсе туралы.\n", "");
    sync(&mut files);
    replace(&mut files, "content/a.kk.md", "\nҮшінші", "\nМүлде жаңа.\nҮшінші");
    sync(&mut files);
    assert_eq!(source_ids(&files), "1.1 1.1a 1.3 2.1");
    assert_eq!(only_ids(&files, "content/a.en.md"), "1.1 1.2 1.3 2.1");
    replace(&mut files, "content/a.en.md", "The second.", "Quite new.");
    assert_eq!((only_ids(&files, "content/a.en.md"), status(&files)), (source_ids(&files), String::new()));
}

/// The first sync of a translation with missing and extra sentences. The alignment uses headings,
/// words that are the same in both languages, and lengths.
#[test]
fn missing_sentences_are_found_at_the_first_sync() {
    let ids = |source: &str, translation: &str| only_ids(&work(source, translation), "content/a.en.md");
    let source = "Алғы сөз.\n\n## Талаптар\n\nМыналар керек:\n\n- Python 3.9\n- git\n\n## Жүктеу\n\n[Мұрағатты](https://example.org/dl) жүктеңіз.\nТексеріңіз.\nАшыңыз.\n\n\
                  ## Құру\n\n`make` іске қосылсын.\nСосын `make install`.\n\n## Жою\n\n`make uninstall` іске қосылсын.\nЕштеңе қалмайды.\n";
    // A paragraph of its own, and a missing section.
    let other = "Preface.\n\nVolunteers made this.\n\n## Requirements\n\nYou need:\n\n- Python 3.9\n- git\n\n## Build\n\nRun `make`.\nThen `make install`.\n\n\
                 ## Remove\n\nRun `make uninstall`.\nNothing stays.\n";
    assert_eq!(ids(source, other), "1.1 1a.1-en 2.1 3.1 4.1 5.1 8.1 9.1 9.2 10.1 11.1 11.2");
    // An unfinished translation, with an extra item.
    let unfinished = "Preface.\n\n## Requirements\n\nYou need:\n\n- Python 3.9\n- git\n- patience\n\n## Download\n\nLoad [it](https://example.org/dl).\nOpen it.\n";
    assert_eq!(ids(source, unfinished), "1.1 2.1 3.1 4.1 5.1 5a.1-en 6.1 7.1 7.2");
    // Missing sentences and paragraphs among similar ones.
    assert_eq!(
        ids("Бірінші `a`.\nЕкінші `b`.\nҮшінші `c`.\nТөртінші `d`.\n", "First `a`.\nThird `c`.\nFourth `d`.\n"),
        "1.1 1.3 1.4"
    );
    let long = "Бұл абзац ұзын, өйткені ол көп нәрсе туралы айтады және ешқашан тоқтамайды, тіпті тоқтау керек болса да.";
    let translated = "This paragraph is long, since it tells of many things and never comes to an end, even though it should.";
    let source = format!("Қысқа абзац.\n\nТағы біреуі.\n\n{long}\n\nСоңғысы осы.\n");
    assert_eq!(ids(&source, &format!("A short one.\n\n{translated}\n\nThe last one.\n")), "1.1 3.1 4.1");
    // Without any evidence, the beginning counts as translated.
    let source = "## Бір\n\nБірінші сөйлем осы.\nЕкінші, ұзағырақ сөйлем де осында тұр.\n\n## Екі\n\nҮшінші сөйлем.\nТөртінші.\n";
    assert_eq!(ids(source, "## One\n\nThe first sentence.\n"), "1.1 2.1");
}

/// The same in a text that is too long to compare every pair.
#[test]
fn missing_sentences_of_a_long_text_are_found_at_the_first_sync() {
    let part = |at: usize, [word, long]: [&str; 2]| {
        let heading = if at.is_multiple_of(7) { format!("## {word} {at}\n\n") } else { String::new() };
        format!("{heading}{word} `{at}`{}.\n\n", long.repeat(at * 7 % 5))
    };
    let source: String = (0..1500).map(|at| part(at, ["Бөлім", " және тағы"])).collect();
    let translation: String = (0..1500).filter(|at| !(40..60).contains(at)).map(|at| part(at, ["Part", " and more"])).collect();
    let files = work(&source, &translation);
    let texts = |file: &str| addressed(&files, file).into_iter().collect::<BTreeMap<_, _>>();
    let (source, translation) = (texts("content/a.kk.md"), texts("content/a.en.md"));
    let same = |(id, text): &(&SegmentId, &String)| {
        source.get(id).is_some_and(|it| it.replace("Бөлім", "Part").replace(" және тағы", " and more") == **text)
    };
    assert_eq!(translation.iter().find(|it| !same(it)), None);
}

/// A page without a title gets one from its name, which is not a translation of a title.
#[test]
fn a_title_from_the_file_name_is_no_translation() {
    let mut files = work("Мәтін.\n", "Text.\n");
    files.insert("content/a.en.md".to_owned(), "Text.\n".to_owned());
    for _ in 0..2 {
        assert_eq!(status(&files), "title Missing");
        sync(&mut files);
    }
    assert!(!files["content/a.lock"].split("\n\n").any(|entry| entry.starts_with("title") && entry.contains("\nen ")));
    files.insert("content/a.en.md".to_owned(), "# Untitled\n\nText.\n".to_owned());
    for _ in 0..2 {
        assert_eq!(status(&files), "");
        sync(&mut files);
    }
}

/// One paragraph loses a line and the next gets some, in both editions on one day, as when lines
/// are broken again.
#[test]
fn new_lines_of_a_paragraph_stay_together_after_a_loss_before_them() {
    let mut files = work(
        "Бір екі үш.\nТөрт бес алты\nжеті.\n\nСегіз. Тоғыз. Он екі он үш он төрт.\n",
        "One two three.\nFour five six\nseven.\n\nEight nine. Ten. Twelve.\n",
    );
    files.insert(
        "content/a.kk.md".to_owned(),
        "---\ntitle: A\n---\n\nБір екі үш.\nТөрт бес алты жеті.\n\nСегіз.\nТоғыз.\nОн екі он үш он төрт.\n".to_owned(),
    );
    files.insert(
        "content/a.en.md".to_owned(),
        "---\ntitle: B\n---\n\nOne two three.\nFour five six seven.\n\nEight nine.\nTen.\nTwelve.\n".to_owned(),
    );
    assert_eq!(source_ids(&files), "1.1 1.2 2.0 2.0a 2.1");
    assert_eq!((only_ids(&files, "content/a.en.md"), status(&files)), (source_ids(&files), String::new()));
}

/// A sentence that was never translated has waited longer than the sentences that the source lost
/// since.
#[test]
fn a_lost_sentence_is_not_matched_with_an_untranslated_one() {
    let mut files = work("Бірінші.\nЕкінші.\nҮшінші.\n", "One.\nThree. <!-- = 1.3 -->\n");
    replace(&mut files, "content/a.en.md", " <!-- = 1.3 -->", "");
    assert_eq!(only_ids(&files, "content/a.en.md"), "1.1 1.3");
    replace(&mut files, "content/a.kk.md", "Үшінші.\n", "");
    sync(&mut files);
    replace(&mut files, "content/a.en.md", "Three.", "Three!");
    assert_eq!(only_ids(&files, "content/a.en.md"), "1.1 1.3");
}

/// Two rows exchange their values, so each row has another value.
#[test]
fn two_rows_may_exchange_their_values() {
    let (kk, en) = (
        table(&["Ел | Саны", "Қазақстан | 100", "Ресей | 200"]),
        table(&["Country | Number", "Kazakhstan | 100", "Russia | 200"]),
    );
    let mut files = work(&kk, &en);
    let all = "1.1 2.1 3.1";
    replace(&mut files, "content/a.kk.md", &kk, &table(&["Ел | Саны", "Қазақстан | 200", "Ресей | 100"]));
    assert_eq!((source_ids(&files), status(&files)), (all.to_owned(), "2.1 was Қазақстан | 100; 3.1 was Ресей | 200".to_owned()));
    sync(&mut files);
    replace(&mut files, "content/a.en.md", &en, &table(&["Country | Number", "Kazakhstan | 200", "Russia | 100"]));
    assert_eq!((only_ids(&files, "content/a.en.md"), status(&files)), (all.to_owned(), String::new()));
    sync(&mut files);
    assert_eq!((only_ids(&files, "content/a.en.md"), status(&files), sync(&mut files)), (all.to_owned(), String::new(), 0));
}

/// A translation sorts its table in another order.
#[test]
fn rows_of_a_translation_may_have_another_order() {
    let kk = table(&["Ел", "Ресей", "Қазақстан", "Қытай"]);
    let mut files = work(&kk, &table(&["Country", "Russia", "Kazakhstan", "China"]));
    let sorted = table(&["Country", "China", "Kazakhstan", "Russia"]);
    files.insert("content/a.en.md".to_owned(), format!("---\ntitle: B\n---\n\n{sorted}"));
    assert_eq!((only_ids(&files, "content/a.en.md").as_str(), sync(&mut files)), ("1.1 4.1 3.1 2.1", 0));
}

/// A lock of an earlier version has an entry for each cell. A row takes the id of its first cell
/// and the states of all. Ids outside of tables stay, also those of lines that translate cells.
#[test]
fn cells_of_an_older_lock_become_rows() {
    let lock = include_str!("texts/cells.lock");
    let source = table(&["Ел | Саны |", "Үндістан | 11 | иә", " | 20 | жоқ", "Қытай | 31 | иә", "Ресей | 40 | иә"]);
    let translation = table(&["Country | Number |", "India | 10 | yes", " | 20 | no", "China | 30 | yes"]);
    let mut files = Files::from([("site.yaml".to_owned(), CONFIG.to_owned()), ("content/a.lock".to_owned(), lock.to_owned())]);
    files.insert("content/a.kk.md".to_owned(), format!("# А\n\nБірінші.\n\n{source}\nСоңы.\n"));
    let list = "- Russia\n- 40 <!-- = 6.2 -->\n- Yes <!-- = 6.3 -->\n";
    files.insert("content/a.en.md".to_owned(), format!("# A\n\nFirst.\n\n{translation}\n{list}\nLast.\n"));
    let extra = "5a.1-en Extra { meant: false }; 6.2 Extra { meant: false }; 6.3 Extra { meant: false }";
    for _ in 0..2 {
        assert_eq!(source_ids(&files), "1.1 2.1 3.1 4.1 5.1 6.1 7.1");
        assert_eq!(only_ids(&files, "content/a.en.md"), "1.1 2.1 3.1 4.1 5.1 5a.1-en 6.2 6.3 7.1");
        assert_eq!(status(&files), format!("3.1 was Үндістан | 10 | иә; 5.1 Accepted; 6.1 Missing; {extra}"));
        sync(&mut files);
    }
    let written = &files["content/a.lock"];
    assert!(written.contains("\n5.1\nkk 79e645ff5831 | Қытай | 31 | иә\nen 79e645ff5831 794fd8ae9957 accepted\n"), "{written}");
    assert!(written.contains("\n5.2\ngone 0916bd740974 into 5.1\n"), "{written}");
    // Everything else is unchanged.
    for entry in lock.split("\n\n").filter(|entry| !entry.contains(" |")) {
        assert!(written.contains(entry), "{entry}");
    }
    // A link from outside to a later cell opens the row, unless a line of the page has its id.
    let page = |files: &Files, lang| String::from_utf8(snapshot(&state(files)).routes[&format!("{lang}/a/index.html")].clone());
    let [kk, en] = ["kk", "en"].map(|lang| page(&files, lang).expect("UTF-8"));
    assert!(kk.contains("<td>иә<span id=\"5.2\"></span><span id=\"5.3\"></span><a class=\"pin\" href=\"#5.1\""), "{kk}");
    assert!(en.contains("<td>yes<span id=\"5.2\"></span>") && en.matches("id=\"6.2\"").count() == 1, "{en}");
    // A link in the site is reported.
    replace(&mut files, "content/a.kk.md", "Соңы.", "[Соңы](#5.2).");
    assert_eq!(
        problems(&files, &["broken-anchor"]),
        ["the sentence `5.2` of `content/a.kk.md` was deleted: link to `#5.1`: its text was merged into the sentence `5.1`"]
    );
}

#[test]
fn paragraphs_may_be_broken_and_joined() {
    let mut files = edited("\nҮшінші", "\n\nҮшінші");
    assert_eq!(source_ids(&files), "1.1 1.2 1.3 2.1");
    sync(&mut files);
    replace(&mut files, "content/a.kk.md", "\n\nТөртінші", "\nТөртінші");
    replace(&mut files, "content/a.kk.md", "\n\nҮшінші", "\nҮшінші");
    assert_eq!(source_ids(&files), "1.1 1.2 1.3 2.1");
    sync(&mut files);
    assert_eq!(status(&files), "");
}

#[test]
fn a_completely_rewritten_sentence_keeps_its_id() {
    let mut files = edited("Екінші сөйлем басқа нәрсе туралы.", "Мүлдем жаңа ой айтылды.");
    assert_eq!(source_ids(&files), "1.1 1.2 1.3 2.1");
    sync(&mut files);
    assert_eq!(status(&files), "1.2 was Екінші сөйлем басқа нәрсе туралы.");
}

#[test]
fn another_kind_of_space_is_kept_and_makes_no_translation_stale() {
    let mut files = edited("Екінші сөйлем", "Екінші\u{a0}сөйлем");
    assert_eq!((source_ids(&files).as_str(), status(&files).as_str()), ("1.1 1.2 1.3 2.1", ""));
    assert_eq!(sync(&mut files), 1, "the lock has the text as it is written");
    assert!(files["content/a.lock"].contains("Екінші\u{a0}сөйлем"));
    assert_eq!((sync(&mut files), status(&files).as_str()), (0, ""));
}

#[test]
fn white_space_is_no_change() {
    let mut files = edited("Екінші сөйлем", "  Екінші   сөйлем");
    replace(&mut files, "content/a.kk.md", "\n\nТөртінші", "\n\n\n\nТөртінші");
    assert_eq!(sync(&mut files), 0);
    assert_eq!(status(&files), "");
}

#[test]
fn drift_ends_when_the_translation_is_edited_or_accepted() {
    let mut files = edited("қысқа", "ұзақ");
    let fresh = files.clone();
    assert_eq!(status(&files), "1.3 was Үшінші сөйлем қысқа емес.");
    sync(&mut files);
    let lock_text = files["content/a.lock"].clone();
    // A further change is shown relative to the text that was translated.
    replace(&mut files, "content/a.kk.md", "ұзақ", "тым ұзақ");
    sync(&mut files);
    assert_eq!(status(&files), "1.3 was Үшінші сөйлем қысқа емес.");
    // An edited translation is current at once, without a sync.
    replace(&mut files, "content/a.en.md", "The third.", "The third is long.");
    assert_eq!(status(&files), "");
    sync(&mut files);
    assert_eq!(status(&files), "");
    assert!(!files["content/a.lock"].contains(" was "));
    // A change that was undone.
    let mut files = fresh.clone();
    sync(&mut files);
    assert_eq!(files["content/a.lock"], lock_text);
    replace(&mut files, "content/a.kk.md", "ұзақ", "қысқа");
    assert_eq!(status(&files), "");
    sync(&mut files);
    assert_eq!(files["content/a.lock"], work(SOURCE, TRANSLATION)["content/a.lock"]);
    // Accepted, until the next change.
    let mut files = fresh;
    sync(&mut files);
    sync_accepting(&mut files, &["1.3"]);
    assert_eq!((status(&files).as_str(), summary(&files).is_complete()), ("1.3 Accepted", true));
    assert_eq!(sync(&mut files), 0);
    let of_it = lock(&files, "content/a.lock");
    let told = &of_it.segment(SegmentId::plain(1, 3)).expect("an entry").translations[0].state;
    assert_eq!(*told, Told::Accepted);
    replace(&mut files, "content/a.kk.md", "ұзақ", "жоқ");
    assert_eq!(status(&files), "1.3 was Үшінші сөйлем ұзақ емес.");
    sync(&mut files);
    assert_eq!(status(&files), "1.3 was Үшінші сөйлем ұзақ емес.");
}

#[test]
fn marks_assign_lines_to_sentences() {
    let translation = "The first and the second. <!-- = 1.1 1.2 -->\nThe third, first half. <!-- = 1.3 -->\nThe third, second half. <!-- = 1.3 --> <!-- note: two in English -->\nOnly in English. <!-- + -->\n";
    let mut files = work(SOURCE, translation);
    assert_eq!(only_ids(&files, "content/a.en.md"), "1.1 1.3 1.3a-en 1.3b-en");
    assert_eq!(status(&files), "2.1 Missing; 1.3b-en Extra { meant: true }");
    replace(&mut files, "content/a.en.md", "<!-- + -->", "<!-- + --> <!-- - 2.1 -->");
    assert_eq!(status(&files), "2.1 Omitted; 1.3b-en Extra { meant: true }");
    assert!(summary(&files).is_complete());
    assert_eq!(problems(&files, &["untranslated", "extra", "drift", "bad-mark", "alignment"]), Vec::<String>::new());
    assert_eq!(sync(&mut files), 0, "marks are no part of what a sentence says");
    // A change of either sentence is a change for the line that translates both.
    replace(&mut files, "content/a.kk.md", "Екінші сөйлем", "Екінші ұзын сөйлем");
    assert!(status(&files).starts_with("1.2 was Екінші сөйлем басқа"), "{}", status(&files));
    // A change of one line of two is a new translation of the whole sentence.
    replace(&mut files, "content/a.kk.md", "қысқа", "ұзақ");
    sync(&mut files);
    assert!(status(&files).contains("1.3 was"));
    replace(&mut files, "content/a.en.md", "second half", "other half");
    assert!(!status(&files).contains("1.3 was"));
    // Marks are never published.
    for (path, bytes) in &snapshot(&state(&files)).routes {
        let text = String::from_utf8_lossy(bytes);
        assert!(!(text.contains("two in English") || path.ends_with("a/index.html") && text.contains("<!--")), "{path}");
    }
}

#[test]
fn sentences_added_to_both_editions_on_one_day_are_paired() {
    let mut files = edited("Екінші", "Жаңа сөйлем қосылды.\nЕкінші");
    replace(&mut files, "content/a.kk.md", "өзі.\n", "өзі.\n\nЕң соңғы абзац.\n");
    replace(&mut files, "content/a.en.md", "The second", "A new one.\nThe second");
    replace(&mut files, "content/a.en.md", "alone.\n", "alone.\n\nThe very last.\n");
    for _ in 0..2 {
        assert_eq!(source_ids(&files), "1.1 1.1a 1.2 1.3 2.1 3.1");
        assert_eq!(only_ids(&files, "content/a.en.md"), "1.1 1.1a 1.2 1.3 2.1 3.1");
        assert_eq!(status(&files), "");
        sync(&mut files);
    }
}

#[test]
fn the_id_of_a_sentence_of_one_language_contains_the_language() {
    let mut files = edited("Екінші", "Жаңа сөйлем қосылды.\nЕкінші");
    replace(&mut files, "content/a.en.md", "The second", "Only here. <!-- + -->\nThe second");
    replace(&mut files, "content/a.en.md", "The first", "Before all. <!-- + -->\nThe first");
    replace(&mut files, "content/a.en.md", "\nThe fourth", "\nA paragraph. <!-- + -->\nIts end. <!-- + -->\n\nThe fourth");
    for _ in 0..2 {
        assert_eq!(source_ids(&files), "1.1 1.1a 1.2 1.3 2.1");
        assert_eq!(only_ids(&files, "content/a.en.md"), "1.0-en 1.1 1.1a-en 1.2 1.3 1a.1-en 1a.1a-en 2.1");
        assert!(status(&files).starts_with("1.1a Missing; 1.0-en Extra"), "{}", status(&files));
        sync(&mut files);
    }
    assert!(files["content/a.lock"].contains("Format 1.\n") && files["content/a.lock"].contains("\n1.1a-en\nen - "));
    // The sentence can be linked to.
    files.insert("content/b.en.md".to_owned(), "# B\n\n[[a#1.1a-en]]\n".to_owned());
    assert_eq!(problems(&files, &["broken-anchor"]), Vec::<String>::new());
    // It becomes the translation of a new sentence of the source. Its old id is not reused.
    replace(&mut files, "content/a.en.md", "here. <!-- + -->", "here. <!-- = 1.1a -->");
    assert_eq!(only_ids(&files, "content/a.en.md"), "1.0-en 1.1 1.1a 1.2 1.3 1a.1-en 1a.1a-en 2.1");
    sync(&mut files);
    assert!(files["content/a.lock"].contains("\n1.1a-en\ngone "), "{}", files["content/a.lock"]);
    replace(&mut files, "content/a.en.md", "The second", "Again only here. <!-- + -->\nThe second");
    assert_eq!(only_ids(&files, "content/a.en.md"), "1.0-en 1.1 1.1a 1.1b-en 1.2 1.3 1a.1-en 1a.1a-en 2.1");
}

/// Also before the first sync.
#[test]
fn a_line_never_translates_a_sentence_of_the_source_alone_without_a_lock() {
    let mut files = unsynced("Нөл. <!-- + -->\nБір.\nЕкі.\n", "One.\nTwo.\n");
    let mut project = project();
    let step = |files: &Files, project: &mut Project| {
        let warm = project.state(inputs(files));
        assert_eq!(difference(&snapshot(&warm), &snapshot(&state(files))), None);
        (only_ids(files, "content/a.en.md"), pages(files))
    };
    let (ids, shown) = step(&files, &mut project);
    assert_eq!((ids.as_str(), source_ids(&files).as_str()), ("1.2 1.3", "1.1 1.2 1.3"));
    // The mark is removed and comes back.
    replace(&mut files, "content/a.kk.md", " <!-- + -->", "");
    assert_eq!(step(&files, &mut project).0, "1.1 1.2");
    replace(&mut files, "content/a.kk.md", "Нөл.", "Нөл. <!-- + -->");
    assert_eq!(step(&files, &mut project), (ids.clone(), shown.clone()));
    sync(&mut files);
    assert_eq!(only_ids(&files, "content/a.en.md"), ids);
    let now = pages(&files);
    assert!(now == shown, "pages are others after sync");
}

#[test]
fn a_line_never_translates_a_sentence_of_the_source_alone() {
    let source =
        "Қазақша ғана айтылған ой. <!-- + -->\nБірінші сөйлем.\n\nБүкіл абзац тек қазақша. <!-- + -->\n\nЕкінші сөйлем.\n";
    let mut files = work(source, "The first.\n\nThe second.\n");
    for _ in 0..2 {
        assert_eq!(only_ids(&files, "content/a.en.md"), "1.2 3.1");
        assert_eq!(status(&files), "1.1 Omitted; 2.1 Omitted");
        sync(&mut files);
    }
    // Also on the day on which the mark is written.
    replace(&mut files, "content/a.kk.md", "Екінші", "Тағы да тек қазақша. <!-- + -->\nЕкінші");
    replace(&mut files, "content/a.kk.md", "сөйлем.\n\nБүкіл", "сөйлем.\nЖаңа сөйлем.\n\nБүкіл");
    replace(&mut files, "content/a.en.md", "first.\n", "first.\nA new one.\n");
    for _ in 0..2 {
        assert_eq!(only_ids(&files, "content/a.en.md"), "1.2 1.3 3.1");
        assert_eq!(status(&files), "1.1 Omitted; 2.1 Omitted; 3.0 Omitted");
        sync(&mut files);
    }
}

#[test]
fn a_mark_may_name_a_sentence_of_another_translation() {
    let mut files = work(SOURCE, TRANSLATION);
    files.insert("site.yaml".to_owned(), CONFIG.replace("[kk, en]", "[kk, en, de]"));
    files.insert("content/a.de.md".to_owned(), files["content/a.en.md"].replace("The ", "Das "));
    sync(&mut files);
    replace(&mut files, "content/a.en.md", "The second", "Only in translations. <!-- + -->\nThe second");
    replace(&mut files, "content/a.de.md", "Das third", "Nur in Übersetzungen. <!-- = 1.1a-en -->\nDas third");
    let codes = ["bad-mark", "extra", "untranslated", "drift", "alignment"];
    for _ in 0..2 {
        assert_eq!(only_ids(&files, "content/a.en.md"), "1.1 1.1a-en 1.2 1.3 2.1");
        assert_eq!(only_ids(&files, "content/a.de.md"), "1.1 1.2 1.1a-en 1.3 2.1");
        assert_eq!(problems(&files, &codes), Vec::<String>::new());
        // They are side by side, although they have different positions.
        let state = state(&files);
        let (english, german) = (document(&state, "content/a.en.md"), document(&state, "content/a.de.md"));
        let beads = tilmash::translation::rows::beads(english, german);
        let beads: Vec<(Vec<SegmentIndex>, Vec<SegmentIndex>)> = beads.into_iter().map(|bead| (bead.left, bead.right)).collect();
        let one = |line| vec![SegmentIndex::new(line)];
        assert_eq!(beads, [(0, 0), (1, 2), (2, 1), (3, 3), (4, 4)].map(|(left, right)| (one(left), one(right))));
        sync(&mut files);
    }
    assert!(files["content/a.lock"].contains("\n1.1a-en\nen - "), "{}", files["content/a.lock"]);
    let entry = lock(&files, "content/a.lock").segment(SegmentId::parse("1.1a-en").unwrap()).cloned().expect("it is there");
    assert_eq!(entry.translations.iter().map(|line| &*line.lang).collect::<Vec<_>>(), ["en", "de"]);
    // The first translation removes its sentence. The mark then names a missing sentence, but the
    // line keeps its address.
    replace(&mut files, "content/a.en.md", "Only in translations. <!-- + -->\n", "");
    for _ in 0..2 {
        assert_eq!(only_ids(&files, "content/a.de.md"), "1.1 1.2 1.1a-en 1.3 2.1");
        assert_eq!(problems(&files, &["bad-mark"]), ["no other translation has a sentence `1.1a-en`: "]);
        sync(&mut files);
    }
    replace(&mut files, "content/a.de.md", "= 1.1a-en", "+");
    for _ in 0..2 {
        assert_eq!(only_ids(&files, "content/a.de.md"), "1.1 1.2 1.1a-en 1.3 2.1");
        assert_eq!(problems(&files, &codes), Vec::<String>::new());
        sync(&mut files);
    }
}

/// A mark may name a sentence of another edition, so edits of that edition have effects here.
#[test]
fn marks_follow_the_edits_of_another_translation() {
    let mut files = work(SOURCE, TRANSLATION);
    files.insert("site.yaml".to_owned(), CONFIG.replace("[kk, en]", "[kk, en, de]"));
    let german = files["content/a.en.md"].replace("The third", "In translations. <!-- = 1.1a-en -->\nThe third");
    files.insert("content/a.de.md".to_owned(), german);
    let mut project = project();
    project.state(inputs(&files));
    let own = "In translations. <!-- + -->\nThe second";
    for (from, to, expected) in [("The second", own, 0), (own, "The second", 1), ("The second", own, 0)] {
        replace(&mut files, "content/a.en.md", from, to);
        let warm = project.state(inputs(&files));
        assert_eq!((warm.stats.index, warm.stats.parsed), (false, 1), "{to}");
        assert_eq!(difference(&snapshot(&warm), &snapshot(&state(&files))), None, "{to}");
        assert_eq!(problems(&files, &["bad-mark", "extra"]).len(), 2 * expected, "{to}");
    }
}

#[test]
fn a_mark_that_names_a_missing_sentence_causes_a_warning() {
    let mut files = work(SOURCE, TRANSLATION);
    files.insert("site.yaml".to_owned(), CONFIG.replace("[kk, en]", "[kk, en, de]"));
    replace(&mut files, "content/a.en.md", "The second", "Only here. <!-- + -->\nThe second");
    let german = "---\ntitle: C\n---\n\nDas first is here.\nWie im Englischen. <!-- = 1.2a-en -->\nDas second.\nDas third.\n\nDas fourth alone.\n";
    files.insert("content/a.de.md".to_owned(), german.to_owned());
    for _ in 0..2 {
        assert_eq!(problems(&files, &["bad-mark"]), ["no other translation has a sentence `1.2a-en`: did you mean `1.1a-en`?"]);
        assert_eq!(problems(&files, &["extra"]).len(), 1);
        sync(&mut files);
        assert!(!files["content/a.lock"].contains("1.2a-en"), "{}", files["content/a.lock"]);
    }
    // It is not an own sentence of this edition, under any id.
    replace(&mut files, "content/a.de.md", "1.2a-en", "1.1a-de");
    assert_eq!(problems(&files, &["bad-mark"]), ["no other translation has a sentence `1.1a-de`: "]);
    // A sentence that the source lacks cannot be left out.
    replace(&mut files, "content/a.de.md", "= 1.1a-de", "- 1.1a-en");
    assert_eq!(problems(&files, &["bad-mark"]), ["the source has no sentence `1.1a-en`: "]);
}

/// The id may lack the language, if the source once had the sentence; an id in a lock does not
/// change.
#[test]
fn the_id_of_a_sentence_of_one_language_lasts() {
    let mut files = work(SOURCE, TRANSLATION);
    replace(&mut files, "content/a.en.md", "The second", "Only here. <!-- + -->\nThe second");
    sync(&mut files);
    replace(&mut files, "content/a.lock", "\n1.1a-en\n", "\n1.1a\n");
    assert_eq!((only_ids(&files, "content/a.en.md").as_str(), sync(&mut files)), ("1.1 1.1a 1.2 1.3 2.1", 0));
    replace(&mut files, "content/a.kk.md", "Екінші", "Жаңа сөйлем қосылды.\nЕкінші");
    sync(&mut files);
    assert_eq!(source_ids(&files), "1.1 1.1b 1.2 1.3 2.1");
    assert!(files["content/a.lock"].contains("Format 1.\n"));
}

#[test]
fn the_lock_keeps_the_entries_of_a_lost_edition() {
    let mut files = edited("қысқа", "ұзақ");
    let translation = files.remove("content/a.en.md").expect("it is there");
    sync(&mut files);
    files.insert("content/a.en.md".to_owned(), translation);
    assert_eq!(status(&files), "1.3 was Үшінші сөйлем қысқа емес.");
    // Without the source nothing is written, since the lock has the source's texts.
    files.remove("content/a.kk.md");
    let state = state(&files);
    let site = state.site().expect("an index");
    let work = site.work_named("a").expect("a work");
    assert!(renewed(site, work, &Accept::default(), |file| state.inputs.text(file).map(|text| &**text)).is_err());
}

/// Returns the anchors of the headings of an edition's page, in order, and their former anchors.
fn anchors(files: &Files, lang: &str) -> Vec<String> {
    let page = String::from_utf8(snapshot(&state(files)).routes[&format!("{lang}/a/index.html")].clone()).expect("UTF-8");
    common::tags(&page)
        .iter()
        .filter(|tag| tag.name == "h2" || tag.name == "span")
        .filter_map(|tag| tag.attributes.iter().find(|(name, _)| *name == "id").map(|(_, value)| (*value).to_owned()))
        .filter(|id| SegmentId::parse(id).is_none() && !id.ends_with("-title"))
        .collect()
}

#[test]
fn anchors_of_headings_are_shared_and_last() {
    let mut files =
        work("## Бір\n\nМәтін осында.\n\n## Екі\n\nБасқа мәтін.\n", "## One\n\nText.\n\nMore text.\n\n## Two\n\nOther.\n");
    assert_eq!(anchors(&files, "kk"), ["bir", "eki"]);
    // With one more paragraph, the second heading is still the second heading.
    assert_eq!(anchors(&files, "en"), ["bir", "eki"]);
    replace(&mut files, "content/a.kk.md", "## Екі", "## Екі және үш");
    files.insert("content/b.kk.md".to_owned(), "# Б\n\n[[a#eki]]\n".to_owned());
    files.insert("content/b.en.md".to_owned(), "# B\n\n[[a#eki]]\n".to_owned());
    for _ in 0..2 {
        assert_eq!(anchors(&files, "kk"), ["bir", "eki-zhane-ush", "eki"]);
        assert_eq!(anchors(&files, "en"), ["bir", "eki-zhane-ush", "eki"]);
        assert_eq!(problems(&files, &["broken-anchor", "vanished-anchor"]), Vec::<String>::new());
        sync(&mut files);
    }
    // The heading is removed: this is reported until the next sync, and links to it are reported at
    // their places.
    replace(&mut files, "content/a.kk.md", "## Екі және үш\n\n", "");
    assert_eq!(problems(&files, &["vanished-anchor"]).len(), 2);
    let told = |files: &Files| {
        let found = problems(files, &["broken-anchor"]);
        found.len() == 2 && found.iter().all(|problem| problem.contains("the heading `eki`") && problem.contains("was deleted"))
    };
    assert!(told(&files));
    sync(&mut files);
    assert_eq!(problems(&files, &["vanished-anchor"]), Vec::<String>::new());
    assert!(told(&files));
}

/// Another edition may become the source, for example after the first one is deleted. Its headings
/// keep the anchors, and links from other pages still work.
#[test]
fn anchors_of_headings_outlive_their_language() {
    let mut files = work("## Бірінші\n\nМәтін.\n", "## The first\n\nText.\n");
    let first = files.clone();
    files.insert("site.yaml".to_owned(), format!("{CONFIG}source: en\n"));
    let mut lost = first.clone();
    lost.remove("content/a.kk.md");
    for files in [&files, &lost] {
        assert_eq!(problems(files, &["vanished-anchor"]), Vec::<String>::new());
        assert_eq!(anchors(files, "en"), ["the-first", "birinshi"]);
    }
    for _ in 0..2 {
        assert_eq!(anchors(&files, "kk"), ["the-first", "birinshi"]);
        sync(&mut files);
    }
    // And back again.
    files.insert("site.yaml".to_owned(), CONFIG.to_owned());
    for lang in ["kk", "en"] {
        assert_eq!(anchors(&files, lang), ["birinshi", "the-first"]);
        sync(&mut files);
    }
    assert!(files["content/a.lock"].contains("#birinshi #the-first Бірінші"), "{}", files["content/a.lock"]);
}

/// A work in another language gets an edition in the site's source language, which becomes the
/// source. Sentences that were pending because of the first one stay pending.
#[test]
fn pending_sentences_stay_pending_when_the_source_language_changes() {
    let mut files = work("Бір.\nЕкі.\n", "One.\nTwo.\n");
    files
        .insert("site.yaml".to_owned(), CONFIG.replace("[kk, en]", "[kk, en, ru]").replace("languages", "source: ru\nlanguages"));
    sync(&mut files);
    replace(&mut files, "content/a.kk.md", "Екі.", "Екі, үш.");
    sync(&mut files);
    assert_eq!(status(&files), "1.2 was Екі.");
    files.insert("content/a.ru.md".to_owned(), "---\ntitle: А\n---\n\nОдин.\nДва, три.\n".to_owned());
    for _ in 0..2 {
        assert_eq!(status(&files), "1.2 was ?");
        sync(&mut files);
    }
    replace(&mut files, "content/a.en.md", "Two.", "Two, three.");
    assert_eq!(status(&files), "");
}

#[test]
fn a_chapter_that_is_cut_again_keeps_its_addresses() {
    let plan = |chapters: &str| format!("source: t.txt\nlanguage: kk\nchapters:\n{chapters}");
    let mut files = Files::from([
        ("site.yaml".to_owned(), "title: T\nlanguages: [kk]\nplans: [content/_source/plan.yaml]\n".to_owned()),
        ("content/index.kk.md".to_owned(), "# Басты\n".to_owned()),
        (
            "content/_source/t.txt".to_owned(),
            "Бірінші сөйлем осы. Екінші сөйлем сол. Үшінші сөйлем анау.\nТөртінші сөйлем мынау.\n".to_owned(),
        ),
        ("content/_source/plan.yaml".to_owned(), plan("  - {key: a, title: A, rest: true}\n")),
    ]);
    let split = |files: &mut Files| {
        let made: Vec<(String, String)> =
            state(files).splits[0].chapters.iter().map(|chapter| (chapter.file.clone(), chapter.markdown.clone())).collect();
        files.extend(made);
    };
    split(&mut files);
    sync(&mut files);
    assert_eq!(only_ids(&files, "content/a.kk.md"), "1.1 1.2 1.3 1.4");
    // The plan moves a sentence to another chapter, and the source text has one more word.
    files.insert(
        "content/_source/plan.yaml".to_owned(),
        plan("  - {key: b, title: B, paragraphs: [L1.2]}\n  - {key: a, title: A, rest: true}\n"),
    );
    replace(&mut files, "content/_source/t.txt", "Үшінші сөйлем", "Үшінші қысқа сөйлем");
    split(&mut files);
    assert_eq!(only_ids(&files, "content/a.kk.md"), "1.1 1.3 1.4");
    sync(&mut files);
    assert_eq!(only_ids(&files, "content/a.kk.md"), "1.1 1.3 1.4");
    assert_eq!(sync(&mut files), 0);
}

/// Labels that would give equal ids are distinguished, and a lock with such labels is read as it
/// was written.
#[test]
fn labels_with_equal_ids_are_distinguished() {
    let source = "Бір[^a b], екі[^a-b], үш[^a\\\\s], төрт[^*], бес[^†].\n\n[^a b]: Бос орын.\n\n[^a-b]: Сызықша.\n\n[^a\\\\s]: Қия сызық.\n\n[^*]: Жұлдыз.\n\n[^†]: Айқыш.\n";
    let translation = "Five[^†], four[^*], three[^A\\\\s], two[^a-b], one[^a  B].\n\n[^a B]: Space.\n\n[^a-b]: Hyphen.\n\n[^a\\\\s]: Backslash.\n\n[^*]: Star.\n\n[^†]: Dagger.\n";
    let mut files = work(source, translation);
    let labels: Vec<String> = lock(&files, "content/a.lock")
        .entries()
        .iter()
        .filter_map(|entry| Some(entry.source.as_ref()?.note.as_ref()?.to_string()))
        .collect();
    assert_eq!(labels, ["a b", "a-b", "a\\\\s", "*", "†"]);
    assert_eq!(sync(&mut files), 0, "{}", files["content/a.lock"]);
    assert_eq!(only_ids(&files, "content/a.en.md"), "1.1 6.1 5.1 4.1 3.1 2.1");
    // If both notes are rewritten on one day, they are matched by place, which for notes is the
    // label.
    for (said, now) in [("Бос", "Ашық"), ("Жұлдыз", "Жұлдызша"), ("Айқыш", "Айқыш белгі")] {
        replace(&mut files, "content/a.kk.md", said, now);
    }
    for (said, now) in [("Space", "A gap"), ("Star", "An asterisk"), ("Dagger", "An obelus")] {
        replace(&mut files, "content/a.en.md", said, now);
    }
    assert_eq!(only_ids(&files, "content/a.en.md"), "1.1 6.1 5.1 4.1 3.1 2.1");
    sync(&mut files);
    assert_eq!(sync(&mut files), 0);
}

// Runs of the program.

fn unsynced(source: &str, translation: &str) -> Files {
    let mut files = work(source, translation);
    files.retain(|path, _| !path.ends_with(".lock"));
    files
}

#[test]
fn sync_prints_the_first_ten_lock_files_and_counts_the_others() {
    let mut files = Files::from([("site.yaml".to_owned(), "title: T\nlanguages: [kk]\n".to_owned())]);
    files.extend((0..12).map(|number| (format!("content/p{number:02}.kk.md"), "# Т\n\nБір.\n".to_owned())));
    let folder = Folder::new(&files);
    let lines = |arguments: &[&str]| -> Vec<String> {
        let (code, _, said) = folder.run(arguments);
        assert_eq!(code, 0, "{said}");
        said.lines().map(str::to_owned).collect()
    };
    let few = lines(&["sync", "--dry-run"]);
    assert_eq!(few.len(), 12, "{few:?}");
    assert_eq!(few[9], "content/p09.lock: new, 2 sentences");
    assert_eq!(few[10..], ["2 more lock files; run the command with `--all` to see all", "12 lock files would be written"]);
    let all = lines(&["sync", "--dry-run", "--all"]);
    assert_eq!(all.len(), 13, "{all:?}");
    assert_eq!(all[11..], ["content/p11.lock: new, 2 sentences", "12 lock files would be written"]);
    let json = folder.run(&["sync", "--dry-run", "--format", "json"]).1;
    assert_eq!(json.lines().count(), 12, "{json}");
}

#[test]
fn only_locks_are_written() {
    let folder = Folder::new(&unsynced(SOURCE, TRANSLATION));
    let texts = folder.files();
    let (code, _, said) = folder.run(&["sync", "--dry-run"]);
    assert_eq!((code, folder.files() == texts), (0, true), "{said}");
    assert!(said.contains("content/a.lock: new, 5 sentences") && said.contains("2 lock files would be written"), "{said}");
    folder.run(&["sync"]);
    let synced = folder.files();
    assert!(texts.iter().all(|(path, text)| synced.get(path) == Some(text)));
    let new: Vec<&String> = synced.keys().filter(|path| !texts.contains_key(*path)).collect();
    assert_eq!(new, ["content/a.lock", "content/index.lock"]);
    folder.edit("content/a.kk.md", "қысқа", "ұзақ");
    let (_, _, said) = folder.run(&["sync", "a"]);
    assert!(said.contains("content/a.lock: changed: 1.3; source changed since translated into `en`: 1.3"), "{said}");
    let (code, _, said) = folder.run(&["sync", "--accept", "a#1.3"]);
    assert!(code == 0 && said.contains("accepted in `en`: 1.3"), "{said}");
    assert_eq!(folder.run(&["sync"]).2.trim(), "0 lock files written");
    let now = folder.files();
    assert!(texts.keys().filter(|path| *path != "content/a.kk.md").all(|path| now[path] == texts[path]));
}

/// For an incomplete translation the first sync prints the counts, since its alignment may be
/// wrong.
#[test]
fn the_first_sync_prints_missing_and_extra_sentences() {
    let folder = Folder::new(&work(SOURCE, TRANSLATION));
    folder.write("content/s/b.kk.md", "# Б\n\nБір.\nЕкі.\n\n## Үш\n");
    folder.write("content/s/b.en.md", "# B\n\nOne.\nTwo.\nAnd another.\n");
    let (code, _, said) = folder.run(&["sync", "b"]);
    assert!(code == 2 && said.contains("did you mean `s/b`?"), "{said}");
    let (_, _, said) = folder.run(&["sync", "s/b"]);
    assert!(said.contains("content/s/b.lock: new, 5 sentences; `en`: 1 missing, 1 extra\n"), "{said}");
}

/// A sentence with the mark `+` is in one language only on purpose, so no count calls it extra.
#[test]
fn a_sentence_of_one_language_on_purpose_is_not_counted_as_extra() {
    let folder = Folder::new(&unsynced(SOURCE, TRANSLATION));
    folder.edit("content/a.en.md", "The third.\n", "The third.\nFor readers abroad. <!-- + -->\n");
    let (_, _, said) = folder.run(&["sync", "a"]);
    assert!(said.contains("content/a.lock: new, 6 sentences\n"), "{said}");
    let counts = |folder: &Folder| {
        let rows: serde_json::Value = serde_json::from_str(&folder.run(&["status", "a", "--json"]).1).expect("JSON");
        [rows[0]["extra"].clone(), rows[0]["sentences"].clone()]
    };
    assert_eq!(counts(&folder), [0, 5]);
    folder.edit("content/a.en.md", " <!-- + -->", "");
    assert_eq!(counts(&folder), [1, 5]);
}

/// A work that was renamed without its lock looks new. The old lock is reported when the work gets
/// new ids.
#[test]
fn sync_reports_a_stray_lock() {
    let folder = Folder::new(&work(SOURCE, TRANSLATION));
    let locked = folder.read("content/a.lock");
    let rename = |ending: &str| {
        std::fs::rename(folder.path().join(format!("content/a.{ending}")), folder.path().join(format!("content/b.{ending}")))
            .expect("renamed");
    };
    ["kk.md", "en.md"].iter().for_each(|ending| rename(ending));
    let (code, said, problems) = folder.run(&["sync"]);
    assert_eq!(code, 0, "{problems}");
    assert!(
        problems.contains("warning[stray-lock]: the lock file belongs to no page: there is no page with the key `a`"),
        "{problems}"
    );
    assert!(problems.contains("if the page was renamed, rename the lock file too"), "{problems}");
    assert!(format!("{said}{problems}").contains("content/b.lock: new, 5 sentences"), "{said}{problems}");
    rename("lock");
    assert_eq!((folder.run(&["sync"]).0, folder.read("content/b.lock")), (0, locked));
    // Without new ids nothing is printed: `check` reports the lock.
    folder.write("content/c.lock", "# Format 1.\n");
    assert!(!folder.run(&["sync"]).2.contains("stray-lock"));
}

#[test]
fn sync_refuses_unreadable_works() {
    let folder = Folder::new(&work(SOURCE, TRANSLATION));
    let lock = folder.read("content/a.lock");
    for (file, text, said) in [
        ("content/a.lock", lock.replace("Format 1", "Format 2"), "format 2"),
        ("content/a.lock", lock.replace("Format 1", "Format 99"), "format 99"),
        ("content/a.lock", lock.replace("\n1.2\n", "\n<<<<<<< HEAD\n1.2\n"), "the lock file contains git's conflict markers"),
        ("content/a.kk.md", "---\ntitle: A\n".to_owned(), "the front matter, the YAML at the top of the page, is not closed"),
        (
            "content/a.en.md",
            "# A\n\n<<<<<<< HEAD\nOne.\n=======\nTwo.\n>>>>>>> other\n".to_owned(),
            "the page contains git's conflict markers",
        ),
    ] {
        let before = folder.read(file);
        folder.write(file, &text);
        let texts = folder.files();
        let (code, _, stderr) = folder.run(&["sync"]);
        assert!(code == 1 && stderr.contains(said), "{stderr}");
        assert!(folder.files() == texts);
        folder.write(file, &before);
    }
    let (code, _, stderr) = folder.run(&["sync", "--accept", "a#1.9"]);
    assert!(code == 2 && stderr.contains("did you mean `1.3`?"), "{stderr}");
    let (code, _, stderr) = folder.run(&["sync", "aa"]);
    assert!(code == 2 && stderr.contains("there is no page with the key `aa`"), "{stderr}");
}

/// An editor may have saved the lock with other line ends or a byte order mark.
#[test]
fn a_lock_may_begin_with_a_byte_order_mark_and_have_other_line_ends() {
    let mut files = work(SOURCE, TRANSLATION);
    let lock = files["content/a.lock"].clone();
    files.insert("content/a.lock".to_owned(), format!("\u{feff}{}", lock.replace('\n', "\r\n")));
    assert_eq!((status(&files), problems(&files, &["bad-lock"])), (String::new(), Vec::new()));
    assert_eq!((sync(&mut files), &files["content/a.lock"]), (1, &lock));
}

#[test]
fn a_translators_day() {
    let folder = Folder::new(&work(SOURCE, TRANSLATION));
    assert_eq!(folder.run(&["check", "--complete", "kk,en"]).0, 0);
    folder.edit("content/a.kk.md", "Екінші сөйлем басқа нәрсе туралы", "Екінші сөйлем мүлде басқа нәрсе туралы");
    folder.edit("content/a.kk.md", "емес.\n", "емес.\nТағы біреуі қосылды.\n");
    folder.run(&["sync"]);
    let (code, _, said) = folder.run(&["check", "--complete", "kk,en", "--format", "short"]);
    assert!(
        code == 1 && said.contains("error[incomplete]: the translation of `a` into `en` is not complete: 4 of 6 sentences are up to date (changed in the source: 1, missing: 1)"),
        "{said}"
    );
    assert!(said.contains("warning[drift]") && said.contains("warning[untranslated]"), "{said}");
    let (_, table, _) = folder.run(&["status"]);
    assert!(
        table.lines().any(|line| line.split_whitespace().collect::<Vec<_>>().join(" ") == "a en 6 4 0 1 1 0 0 66 % not known"),
        "{table}"
    );
    let (_, details, _) = folder.run(&["status", "a", "--language", "en"]);
    assert!(details.contains("Екінші сөйлем {+мүлде+} басқа нәрсе туралы."), "{details}");
    assert!(details.contains("en content/a.en.md:6\n       The second."), "{details}");
    assert!(details.contains("1.4 missing\n    kk content/a.kk.md:8\n       Тағы біреуі қосылды."), "{details}");
    let (_, json, _) = folder.run(&["status", "--json"]);
    assert!(json.contains("\"was\": \"Екінші сөйлем басқа нәрсе туралы.\""), "{json}");
    folder.edit("content/a.en.md", "The second.", "The second, about something quite different.");
    folder.edit("content/a.en.md", "The third.\n", "The third.\nOne more was added.\n");
    folder.run(&["sync"]);
    assert_eq!(folder.run(&["check", "--complete", "kk,en"]).0, 0);
    let (code, _, said) = folder.run(&["check", "--complete", "de"]);
    assert!(code == 2 && said.contains("the site has no language `de`"), "{said}");
}

#[test]
fn status_says_that_nothing_is_pending() {
    let folder = Folder::new(&work(SOURCE, TRANSLATION));
    let told = |arguments: &[&str]| folder.run(&[&["status"], arguments].concat()).1;
    assert_eq!(told(&["a"]), "a in en: 5 of 5 sentences up to date, 100 %; nothing is pending\n");
    let of_source = "a in kk: this is the source of its translations, so nothing is pending\n";
    assert_eq!(told(&["a", "--language", "kk"]), of_source);
    assert_eq!(told(&["--language", "kk"]), "the source of every page is in `kk`, so nothing is pending\n");
    folder.edit("content/a.en.md", "The third.", "The third.\nAn extra one.");
    let pending = told(&["a"]);
    assert!(pending.starts_with("a in en: 5 of 5 sentences up to date, 100 %\n") && pending.contains(" extra\n"), "{pending}");
}

/// The sentence that has waited longest is found by version control: since the sync after which its
/// source was changed or new.
#[test]
fn status_shows_the_sentence_that_has_waited_longest() {
    let folder = Folder::new(&work(SOURCE, TRANSLATION));
    let oldest = |folder: &Folder| {
        let (code, json, said) = folder.run(&["status", "a", "--language", "en", "--json"]);
        assert_eq!(code, 0, "{said}");
        let rows: serde_json::Value = serde_json::from_str(&json).expect("JSON");
        rows[0]["oldest"].clone()
    };
    let row = |folder: &Folder| {
        let (_, table, _) = folder.run(&["status", "--language", "en"]);
        table.lines().find(|line| line.starts_with("a ")).expect("a row").to_owned()
    };
    let null = serde_json::Value::Null;
    assert_eq!(oldest(&folder), null, "nothing is to do");
    assert!(row(&folder).ends_with(" 100 %"), "{}", row(&folder));
    // Without git, and in a repository that does not track the file.
    folder.edit("content/a.kk.md", "қысқа", "ұзақ");
    folder.run(&["sync"]);
    assert_eq!(oldest(&folder), null);
    assert!(row(&folder).ends_with(" %  not known"), "{}", row(&folder));
    assert!(folder.git(&["init", "-q"]));
    assert_eq!(oldest(&folder), null);
    assert!(folder.git(&["add", "-A"]) && folder.git_on("2001-02-03", &["commit", "-qm", "one"]));
    let since = |id: &str, day: &str, or_before: bool| serde_json::json!({ "id": id, "since": day, "or_before": or_before });
    assert_eq!(oldest(&folder), since("1.3", "2001-02-03", false));
    assert!(row(&folder).contains(" %  1.3, ") && row(&folder).ends_with(" days"), "{}", row(&folder));
    // It has waited since its first change, despite later edits, and another sentence has waited
    // less.
    folder.edit("content/a.kk.md", "ұзақ", "тым ұзақ");
    folder.edit("content/a.kk.md", "Бірінші", "Алғашқы");
    folder.edit("content/a.kk.md", "өзі.\n", "өзі.\nТағы біреуі қосылды.\n");
    folder.run(&["sync"]);
    assert!(folder.git_on("2002-03-04", &["commit", "-qam", "two"]));
    assert_eq!(oldest(&folder), since("1.3", "2001-02-03", false));
    let shallow = Folder::new(&Files::new());
    let from = format!("file://{}", folder.path().display());
    assert!(shallow.git(&["clone", "-q", "--depth", "1", &from, "."]));
    assert_eq!(oldest(&shallow)["since"], "2002-03-04");
    assert_eq!(oldest(&shallow)["or_before"], true);
    assert!(row(&shallow).ends_with(" days or more"), "{}", row(&shallow));
    // A line that is edited and not committed is younger.
    folder.edit("content/a.en.md", "The third.", "The third is long.");
    folder.edit("content/a.kk.md", "Екінші", "Келесі");
    assert_eq!(oldest(&folder), since("1.1", "2002-03-04", false));
    folder.edit("content/a.en.md", "The first", "A first");
    folder.edit("content/a.en.md", "alone.\n", "alone.\nOne more.\n");
    assert_eq!(oldest(&folder), null, "what is pending is not committed");
    let (_, details, _) = shallow.run(&["status", "a"]);
    assert!(details.contains("\n  oldest pending sentence: 1.1, since or before 2002-03-04\n"), "{details}");
}

/// On each of two branches a sentence is edited and synced. Git merges the texts and the locks, and
/// a sync of the merged site changes nothing.
#[test]
fn branches_that_edit_different_sentences_merge() {
    let three =
        "Бірінші сөйлем осы жерде тұр.\n\nЕкінші сөйлем басқа нәрсе туралы.\n\nҮшінші сөйлем қысқа емес.\n\nТөртінші соңғысы.\n";
    let english = "The first is here.\n\nThe second.\n\nThe third.\n\nThe fourth.\n";
    type Change = (&'static str, &'static str, &'static str);
    let cases: [(Change, Change); 5] = [
        // The translation of a sentence, and the source of the one before; and the reverse.
        (("content/a.en.md", "The second.", "A second."), ("content/a.kk.md", "осы жерде", "дәл осы жерде")),
        (("content/a.en.md", "The first", "A first"), ("content/a.kk.md", "басқа нәрсе", "мүлде басқа нәрсе")),
        // Two neighbours in the source.
        (("content/a.kk.md", "осы жерде", "сол жерде"), ("content/a.kk.md", "басқа нәрсе", "мүлде басқа нәрсе")),
        // One sentence is deleted, and one is inserted elsewhere.
        (("content/a.kk.md", "Үшінші сөйлем қысқа емес.\n\n", ""), ("content/a.kk.md", "тұр.\n", "тұр.\nЖаңа сөйлем осында.\n")),
        // Two translations of neighbours.
        (("content/a.en.md", "The second.", "A second."), ("content/a.en.md", "The third.", "A third.")),
    ];
    for (one, other) in cases {
        let mut files = work(three, english);
        files.insert(".gitignore".to_owned(), "public\n".to_owned());
        let folder = Folder::new(&files);
        assert!(folder.git(&["init", "-q"]) && folder.git(&["add", "-A"]) && folder.git(&["commit", "-qm", "base"]));
        for (branch, (file, from, to)) in [("one", one), ("other", other)] {
            assert!(folder.git(&["checkout", "-q", "-b", branch, "main"]));
            folder.edit(file, from, to);
            folder.run(&["sync"]);
            assert!(folder.git(&["commit", "-qam", branch]));
        }
        assert!(folder.git(&["merge", "-q", "-m", "merge", "one"]), "{one:?} and {other:?}\n{}", folder.read("content/a.lock"));
        let merged = folder.read("content/a.lock");
        folder.run(&["sync"]);
        assert_eq!(merged, folder.read("content/a.lock"), "nothing was to be mended after {one:?} and {other:?}");
    }
}

/// On each of two branches a translation gets a sentence of its own at the same place, so the locks
/// conflict there. After choosing one side and a sync, both sentences have the ids that they had on
/// their branches.
#[test]
fn branches_that_add_to_different_translations_agree() {
    let mut files = work(SOURCE, TRANSLATION);
    files.insert("site.yaml".to_owned(), CONFIG.replace("[kk, en]", "[kk, en, de]"));
    files.insert("content/a.de.md".to_owned(), files["content/a.en.md"].replace("The ", "Das "));
    sync(&mut files);
    let folder = Folder::new(&files);
    assert!(folder.git(&["init", "-q"]) && folder.git(&["add", "-A"]) && folder.git(&["commit", "-qm", "base"]));
    for (branch, lang, said) in [("one", "en", "The second"), ("other", "de", "Das second")] {
        assert!(folder.git(&["checkout", "-q", "-b", branch, "main"]));
        folder.edit(&format!("content/a.{lang}.md"), said, &format!("Only in {lang}. <!-- + -->\n{said}"));
        folder.run(&["sync"]);
        assert!(folder.git(&["commit", "-qam", branch]));
    }
    if !folder.git(&["merge", "-q", "-m", "merge", "one"]) {
        assert!(folder.git(&["checkout", "--ours", "content/a.lock"]));
    }
    let (code, _, said) = folder.run(&["sync"]);
    assert_eq!(code, 0, "{said}");
    let lock = folder.read("content/a.lock");
    assert!(lock.contains("\n1.1a-de\nde - ") && lock.contains("\n1.1a-en\nen - "), "{lock}");
}

/// A lock is an input like any other: after an edit of it the state equals a fresh start.
#[test]
fn a_state_follows_an_edited_lock() {
    let mut files = work(SOURCE, TRANSLATION);
    let mut project = project();
    project.state(inputs(&files));
    for step in 0..4 {
        match step {
            0 => replace(&mut files, "content/a.kk.md", "қысқа", "ұзақ"),
            1 => drop(sync(&mut files)),
            2 => replace(&mut files, "content/a.lock", "\n1.2\n", "\n1.7\n"),
            _ => replace(&mut files, "content/a.lock", "\n1.3\n", "\n1.7\n"),
        }
        let warm = project.state(inputs(&files));
        assert!(!warm.stats.index);
        assert_eq!(warm.stats.parsed, if step == 0 { 1 } else { 2 });
        assert_eq!(difference(&snapshot(&warm), &snapshot(&state(&files))), None, "step {step}");
    }
}

/// New sentences of the source are an input of its translations, and of nothing else.
#[test]
fn translations_follow_a_new_sentence_of_the_source() {
    let mut files = work(SOURCE, TRANSLATION);
    replace(&mut files, "content/a.en.md", "The second", "A new one.\nThe second");
    let mut project = project();
    project.state(inputs(&files));
    let steps = [
        ("Екінші", "Жаңа сөйлем қосылды.\nЕкінші", 2, "1.1a"),
        ("қосылды", "келді", 1, "1.1a"),
        ("Жаңа сөйлем келді.\n", "", 2, "1.1a-en"),
    ];
    for (from, to, parsed, id) in steps {
        replace(&mut files, "content/a.kk.md", from, to);
        let warm = project.state(inputs(&files));
        assert_eq!((warm.stats.index, warm.stats.parsed), (false, parsed), "{to}");
        assert_eq!(difference(&snapshot(&warm), &snapshot(&state(&files))), None, "{to}");
        assert_eq!(only_ids(&files, "content/a.en.md"), format!("1.1 {id} 1.2 1.3 2.1"));
    }
}
