//! Parsing of one file into one document.
//!
//! [`parse`] is pure. It reads one file and the settings that apply to every page. For a chapter it
//! also reads the split. For a translation it also reads the delta of its source: facts about the
//! source that the work's lock does not contain. So the result can be cached as long as these
//! inputs are equal ([`memo::Memo`]). Values that it cannot know become holes in the [`Fragment`]:
//! the targets of links, the anchors of headings in the source edition, the highlighted code. The
//! ids of sentences, which the work's lock gives, are holes too: a changed id leaves the HTML as it
//! is.

use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

use crate::base::{Diagnostic, Digest, Idx, IndexVec, Place, code, fold, yaml};
use crate::markdown::Span;
use crate::model::front::feed_date;
use crate::model::lock::Gone;
use crate::model::{FrontMatter, Key, LangId, LanguagePack, LanguageTag, Lock, SegmentId, SegmentIndex, TextDigest, Unit, row};
use crate::split::Split;
use crate::translation::ids::{self, Claim, Kind, Line, Lines, SourceDelta, TranslationInputs};

mod bidi;
mod destination;
pub mod fragment;
pub mod markdown;
pub mod marks;
pub mod memo;
mod names;
pub mod outline;
mod provenance;

use fragment::exact;

pub use destination::{quoted, target};
pub use fragment::{
    Element, ElementKind, Fragment, Hole, HoleKind, HtmlPos, HtmlRange, Inline, InlineKind, NoteRef, QuotationForm, Word,
};
pub use marks::{Marks, Silenced, Unmentioned, silenced_after};
pub use outline::{Block, BlockKind, CodeBlock, Heading, Note, NoteIndex, Ref, RefKind, Segment, Target, WebLink};

/// All inputs of a document.
#[derive(Debug, Clone)]
pub struct ParseInput {
    pub file: Arc<str>,
    pub text: Arc<str>,
    pub key: Key,
    pub lang: LangId,
    pub settings: Arc<Settings>,
    pub pack: Arc<LanguagePack>,
    /// The chapter of the split, if the edition is a chapter in the language of its source text.
    pub chapter: Option<ChapterOf>,
    /// The lock with the work's addresses, if `tilmash sync` keeps one.
    pub lock: Option<Arc<Lock>>,
    /// For a translation: facts about its source that the lock does not contain. `None` if there
    /// are none.
    pub source_delta: Option<Arc<SourceDelta>>,
}

impl ParseInput {
    /// Returns true if the ids of this edition depend on another edition, which is parsed first.
    /// With a lock, that is the edition whose order the lock keeps. Without one, it is the source
    /// edition, because its marks `+` reserve ids that no line of the translation may take.
    pub fn is_translation(&self, lock: Option<&Arc<Lock>>) -> bool {
        lock.map_or(self.lang != self.settings.source, |lock| ids::is_translation(lock, &self.settings.languages[self.lang.0]))
    }
}

/// A chapter of a split.
#[derive(Debug, Clone)]
pub struct ChapterOf {
    pub split: Arc<Split>,
    pub index: usize,
}

impl PartialEq for ChapterOf {
    fn eq(&self, other: &Self) -> bool {
        self.index == other.index && (Arc::ptr_eq(&self.split, &other.split) || self.split == other.split)
    }
}

/// The settings of a site that affect parsing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    pub raw_html: bool,
    pub smart_punctuation: bool,
    pub highlight: bool,
    pub segments: bool,
    /// The URL of the site. Links that begin with it lead to pages of the site itself.
    pub base_url: Option<String>,
    /// The codes of the languages, in the order of the configuration.
    pub languages: Vec<String>,
    /// The site's source language. Without a lock, marks do not change the ids of editions in it.
    pub source: LangId,
}

impl PartialEq for ParseInput {
    fn eq(&self, other: &Self) -> bool {
        // Pointers are compared first: shared values are equal without a deep comparison.
        fn same<T: PartialEq + ?Sized>(a: &Arc<T>, b: &Arc<T>) -> bool {
            Arc::ptr_eq(a, b) || a == b
        }
        // All fields are named, so a new field without a comparison does not compile.
        let Self { file, text, key, lang, settings, pack, chapter, lock, source_delta } = self;
        let same_lock = match (lock, &other.lock) {
            (Some(a), Some(b)) => same(a, b),
            (a, b) => a.is_none() && b.is_none(),
        };
        *file == other.file
            && same(text, &other.text)
            && *key == other.key
            && *lang == other.lang
            && same(settings, &other.settings)
            && same(pack, &other.pack)
            && *chapter == other.chapter
            && same_lock
            && *source_delta == other.source_delta
    }
}

/// A parsed edition.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    pub file: Arc<str>,
    pub key: Key,
    pub lang: LangId,
    pub front: FrontMatter,
    /// The digest of the front matter's raw text.
    pub front_digest: Digest,
    /// The title in the front matter, or the text's first heading. If both are missing, the
    /// language's word for "untitled".
    pub title: String,
    /// The place of an authored title: the value in the front matter, or the text of the heading.
    pub title_at: Option<Place>,
    /// The text, followed by the notes.
    pub body: Fragment,
    /// The inline markup of the whole file, by byte in the file.
    pub spans: Box<[Span]>,
    pub blocks: Box<[Block]>,
    pub segments: IndexVec<SegmentIndex, Segment>,
    pub headings: Box<[Heading]>,
    pub refs: Box<[Ref]>,
    /// The links to other sites. Only `tilmash check --external` reads them.
    pub web_links: Box<[WebLink]>,
    pub codes: Box<[CodeBlock]>,
    pub notes: IndexVec<NoteIndex, Note>,
    /// The marks of translators, in the order of the segments. Most segments have none.
    pub marks: Box<[Marks]>,
    /// The lock that gave the ids.
    pub lock: Option<Arc<Lock>>,
    /// The digest of each segment's text, if there is a lock.
    pub digests: IndexVec<SegmentIndex, TextDigest>,
    /// Segments that are in the lock but no longer in the text. Empty for translations.
    pub gone: Box<[(SegmentId, Gone)]>,
    /// Facts about this edition that are an input of its translations. `None` for translations.
    pub(crate) source_delta: Option<Arc<SourceDelta>>,
    /// The segments sorted by id; empty if they already are in that order.
    pub(crate) by_id: Box<[(SegmentId, SegmentIndex)]>,
}

/// The part of a document that determines the names and the routes of the site. The title is not in
/// it.
///
/// Addresses that differ only in places are equal: places are only for problems.
#[derive(Debug, Clone, Copy)]
pub struct Address<'a> {
    pub file: &'a Arc<str>,
    pub key: &'a Key,
    pub lang: LangId,
    pub slug: Option<&'a str>,
    pub aliases: &'a [(String, Place)],
    pub tags: &'a [(String, Place)],
    pub draft: bool,
    /// True if the date is one that feeds accept.
    pub has_feed_date: bool,
}

impl PartialEq for Address<'_> {
    fn eq(&self, other: &Self) -> bool {
        let Self { file, key, lang, slug, aliases, tags, draft, has_feed_date } = self;
        let same = |a: &[(String, Place)], b: &[(String, Place)]| a.iter().map(|it| &it.0).eq(b.iter().map(|it| &it.0));
        (*file, *key, *lang, *slug) == (other.file, other.key, other.lang, other.slug)
            && (*draft, *has_feed_date) == (other.draft, other.has_feed_date)
            && same(aliases, other.aliases)
            && same(tags, other.tags)
    }
}

/// The part of a document from which the index of the site is built, and which menus, lists and
/// feeds may show. The body is not in it, so most edits do not change it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Head<'a> {
    pub address: Address<'a>,
    pub front: &'a FrontMatter,
    pub title: &'a str,
    pub title_at: Option<&'a Place>,
}

impl Document {
    /// Returns the head of the document.
    pub fn head(&self) -> Head<'_> {
        Head { address: self.address(), front: &self.front, title: &self.title, title_at: self.title_at.as_ref() }
    }

    /// Returns the address of the document.
    pub fn address(&self) -> Address<'_> {
        let Self { file, key, lang, front, .. } = self;
        let FrontMatter { slug, aliases, tags, draft, date, .. } = front;
        let has_feed_date = date.and_then(feed_date).is_some();
        Address { file, key, lang: *lang, slug: slug.as_deref(), aliases, tags, draft: *draft, has_feed_date }
    }

    /// Returns the title or the description of the edition; `None` if it is missing or blank.
    pub fn front_text(&self, unit: Unit) -> Option<&str> {
        match unit {
            Unit::Title => self.title_at.is_some().then_some(&*self.title),
            Unit::Description => self.front.description.as_deref().filter(|text| !text.trim().is_empty()),
            Unit::Segment(_) => None,
        }
    }

    /// Returns the position of the segment with an id.
    pub fn segment_with_id(&self, id: SegmentId) -> Option<SegmentIndex> {
        if self.by_id.is_empty() {
            return self.segments.binary_search_by_key(&id, |segment| segment.id).ok().map(SegmentIndex::new);
        }
        let at = self.by_id.binary_search_by_key(&id, |&(id, _)| id).ok()?;
        Some(self.by_id[at].1)
    }

    /// Returns true if a segment has this id without a mark `= ID`.
    pub fn has_of_itself(&self, id: SegmentId) -> bool {
        let is_named = |segment| self.marks_of(segment).is_some_and(|marks| marks.translates.contains(&id));
        self.segment_with_id(id).is_some_and(|segment| !is_named(segment))
    }

    /// Returns true if a lock or marks determine which sentence each segment is. Otherwise ids are
    /// positions: the id `3.2` means the same sentence in two editions only if they have the same
    /// blocks and lines.
    pub fn knows_addresses(&self) -> bool {
        self.lock.is_some() || self.marks.iter().any(Marks::identify_sentences)
    }

    /// Returns the position in the body's HTML at which the text ends and the notes begin.
    pub fn text_end(&self) -> HtmlPos {
        self.notes.first().map_or(self.body.end(), |note| note.html.start)
    }

    /// Returns the range of the text in the body's HTML, without the notes.
    pub fn text(&self) -> HtmlRange {
        HtmlRange::new(HtmlPos(0), self.text_end())
    }

    /// Returns true if a segment is a heading.
    pub fn is_heading(&self, segment: SegmentIndex) -> bool {
        self.headings.binary_search_by_key(&Some(segment), |heading| heading.segment).is_ok()
    }

    /// Returns the positions of the text's blocks, without those of notes.
    pub fn text_blocks(&self) -> Range<u32> {
        0..self.notes.first().map_or(self.blocks.len() as u32, |note| note.blocks.0)
    }

    /// Returns the position of the block that contains a segment.
    pub fn block_with(&self, segment: SegmentIndex) -> Option<usize> {
        let at = self.blocks.partition_point(|block| block.segments.end <= segment);
        self.blocks.get(at).is_some_and(|block| block.segments.start <= segment).then_some(at)
    }

    /// Returns the marks of a segment.
    pub fn marks_of(&self, segment: SegmentIndex) -> Option<&Marks> {
        let at = self.marks.binary_search_by_key(&segment, |marks| marks.segment).ok()?;
        Some(&self.marks[at])
    }

    /// Returns the ids of the sentences that a segment translates: those in its mark `= 3.2 3.3`,
    /// or else its own id.
    pub fn sentences(&self, segment: SegmentIndex) -> &[SegmentId] {
        match self.marks_of(segment) {
            Some(marks) if !marks.translates.is_empty() => &marks.translates,
            _ => std::slice::from_ref(&self.segments[segment].id),
        }
    }

    /// Returns the inline markup within a byte range of the file, counted from the range's start.
    pub fn spans_in(&self, bytes: Range<usize>) -> Vec<Span> {
        let first = self.spans.partition_point(|span| (span.start as usize) < bytes.start);
        let inside = self.spans[first..].iter().take_while(|span| span.end as usize <= bytes.end);
        inside.map(|span| span.shifted_left(bytes.start)).collect()
    }

    /// Returns the Markdown of a segment from the text of its file, without marks and with white
    /// space folded; that of a row is the canonical one.
    pub fn segment_text<'t>(&self, file_text: &'t str, segment: SegmentIndex) -> Cow<'t, str> {
        match raw_text(file_text, &self.segments[segment], self.marks_of(segment)) {
            Cow::Borrowed(raw) => fold(raw),
            Cow::Owned(raw) => Cow::Owned(fold(&raw).into_owned()),
        }
    }
}

/// Returns true if an HTML comment is a mark.
pub fn is_mark(comment: &str) -> bool {
    marks::read(comment).is_some()
}

/// Returns the Markdown of a segment without its marks; of a row, its canonical text.
fn raw_text<'t>(file_text: &'t str, segment: &Segment, marks: Option<&Marks>) -> Cow<'t, str> {
    let (start, end) = (segment.bytes.0 as usize, segment.bytes.1 as usize);
    let raw = file_text.get(start..end).unwrap_or_default();
    let canonical = |text: Cow<'t, str>| match segment.table {
        Some(_) => Cow::Owned(row::canonical(&text)),
        None => text,
    };
    // Marks stand after the sentence. Only a sentence of several lines, or a row, may have marks
    // inside.
    let inside = |place: &&Place| place.start >= start && place.end <= end;
    let mut places = marks.into_iter().flat_map(|marks| &marks.places).filter(inside).peekable();
    if places.peek().is_none() {
        return canonical(Cow::Borrowed(raw));
    }
    let mut text = String::with_capacity(raw.len());
    let mut at = start;
    for place in places {
        text.push_str(&file_text[at..place.start]);
        at = place.end;
    }
    text.push_str(&file_text[at..end]);
    canonical(Cow::Owned(text))
}

/// Parses an edition. Problems are returned beside the document, never instead of it.
pub fn parse(input: &ParseInput) -> (Document, Vec<Diagnostic>) {
    let mut problems = Vec::new();
    let (front_range, body_start) = match crate::markdown::front_matter(&input.text) {
        Ok(found) => found,
        Err(range) => {
            problems.push(
                Diagnostic::at(
                    &code::FRONT_MATTER,
                    Place::new(&input.file, range),
                    "the front matter, the YAML at the top of the page, is not closed",
                )
                .hint("end the front matter with a line `---`"),
            );
            (None, input.text.len())
        }
    };
    let front_digest = Digest::of(front_range.as_ref().map_or("", |range| &input.text[range.clone()]).as_bytes());
    let front = match front_range {
        Some(range) => match yaml::read(&input.file, &input.text, range) {
            Ok(node) => FrontMatter::read(&node, &mut problems),
            Err(problem) => {
                problems.push(problem);
                FrontMatter::default()
            }
        },
        None => FrontMatter::default(),
    };
    bidi::check(&input.file, &input.text, &mut problems);
    let mut written = markdown::write(input, body_start, front.title.is_none(), &mut problems);
    let addresses = addresses(input, &mut written);
    let (mut title, mut title_at) = match (&front.title, written.title.take()) {
        (Some(title), _) => (title.clone(), front.title_at.clone()),
        (None, Some((title, bytes))) => (title, bytes.map(|bytes| Place::new(&input.file, bytes))),
        (None, None) => (String::new(), None),
    };
    if title.trim().is_empty() {
        // Links and menus need a visible title.
        title = input.pack.strings.get("untitled").cloned().unwrap_or_default();
        let place = title_at.take().unwrap_or_else(|| Place::whole(&input.file));
        problems.push(
            Diagnostic::at(&code::NO_TITLE, place, format!("the page `{}` has no title", input.file))
                .hint("begin the file with `title: …` between two lines `---`, or with a heading `# …`"),
        );
    }
    let document = Document {
        file: Arc::clone(&input.file),
        key: input.key.clone(),
        lang: input.lang,
        front,
        front_digest,
        title,
        title_at,
        body: written.body,
        spans: exact(written.spans),
        blocks: exact(written.blocks),
        segments: exact(written.segments.into()).into(),
        headings: exact(written.headings),
        refs: exact(written.refs),
        web_links: exact(written.web_links),
        codes: exact(written.codes),
        notes: exact(written.notes.into()).into(),
        marks: exact(written.marks),
        lock: input.lock.clone(),
        digests: exact(addresses.digests).into(),
        gone: exact(addresses.gone),
        source_delta: (!addresses.source_delta.is_empty()).then(|| addresses.source_delta.into()),
        by_id: exact(addresses.by_id),
    };
    (document, problems)
}

/// The values that are derived from the ids of an edition.
#[derive(Default)]
struct Addresses {
    digests: Vec<TextDigest>,
    gone: Vec<(SegmentId, Gone)>,
    source_delta: SourceDelta,
    by_id: Vec<(SegmentId, SegmentIndex)>,
}

/// Gives the segments the ids that the lock or the marks determine. Without both, the segments keep
/// their positions as ids.
fn addresses(input: &ParseInput, written: &mut markdown::Written) -> Addresses {
    let mut addresses = Addresses::default();
    let markdown::Written { segments, headings, marks, notes, .. } = written;
    if input.lock.is_none() && marks.is_empty() && input.source_delta.is_none() {
        return addresses;
    }
    let lang = &input.settings.languages[input.lang.0];
    let mut marks_of: IndexVec<SegmentIndex, _> = IndexVec::filled(None, segments.len());
    for of_segment in marks.iter() {
        marks_of[of_segment.segment] = Some(of_segment);
    }
    let claim = |segment| match marks_of[segment] {
        Some(marks) if !marks.translates.is_empty() => Claim::Translates(&marks.translates),
        Some(marks) if marks.alone => Claim::OnlyHere,
        _ => Claim::Nothing,
    };
    let omitted: Vec<SegmentId> = marks.iter().flat_map(|marks| marks.omitted.iter().copied()).collect();
    let ids = match &input.lock {
        None if input.lang == input.settings.source => {
            let lines: Vec<_> = segments.iter().map(|segment| (segment.block, Claim::Nothing)).collect();
            let ids = ids::by_position(&lines, &[], None);
            let alone = segments.positions().zip(&ids).filter(|(at, _)| claim(*at) == Claim::OnlyHere);
            addresses.source_delta.source_only = alone.map(|(_, id)| *id).collect();
            ids
        }
        None => {
            let lines: Vec<_> = segments.enumerated().map(|(at, segment)| (segment.block, claim(at))).collect();
            let alone = input.source_delta.iter().flat_map(|source_delta| &source_delta.source_only);
            let omitted: Vec<SegmentId> = omitted.iter().chain(alone).copied().collect();
            ids::by_position(&lines, &omitted, LanguageTag::parse(lang))
        }
        Some(lock) => {
            let texts: IndexVec<SegmentIndex, Cow<'_, str>> =
                segments.iter().zip(&marks_of).map(|(segment, marks)| raw_text(&input.text, segment, *marks)).collect();
            let mut kinds: IndexVec<SegmentIndex, Kind> =
                segments.iter().map(|segment| if segment.table.is_some() { Kind::Row } else { Kind::Sentence }).collect();
            headings.iter().filter_map(|heading| heading.segment).for_each(|segment| kinds[segment] = Kind::Heading);
            let lines: Lines<'_> = segments
                .positions()
                .map(|at| Line {
                    digest: TextDigest::of_segment(&texts[at], kinds[at] == Kind::Row),
                    text: &texts[at],
                    block: segments[at].block,
                    kind: kinds[at],
                    note: segments[at].note.map(|note| notes[note].label.as_str()),
                    claim: claim(at),
                })
                .collect();
            let inputs = TranslationInputs { omitted: &omitted, source_delta: input.source_delta.as_deref() };
            let addressed = ids::address(&lines, lock, lang, inputs);
            addresses.digests = lines.iter().map(|line| line.digest).collect();
            addresses.gone = addressed.gone;
            addresses.source_delta = addressed.source_delta;
            addressed.ids
        }
    };
    for (segment, id) in segments.iter_mut().zip(ids) {
        segment.id = id;
    }
    if !segments.is_sorted_by_key(|segment| segment.id) {
        addresses.by_id = segments.enumerated().map(|(at, segment)| (segment.id, at)).collect();
        addresses.by_id.sort_unstable();
    }
    if let Some(lock) = &input.lock {
        aliases(headings, segments, lock);
    }
    addresses
}

/// Gives each heading its former anchors from the lock, unless another heading has them. The
/// anchors may come from an edition that was the source earlier.
fn aliases(headings: &mut [Heading], segments: &IndexVec<SegmentIndex, Segment>, lock: &Lock) {
    let mut taken: HashSet<Box<str>> = headings.iter().map(|heading| heading.anchor.as_str().into()).collect();
    for heading in headings {
        let Some(segment) = heading.segment else { continue };
        let source = lock.segment(segments[segment].id).and_then(|entry| entry.source.as_ref());
        for anchor in source.into_iter().flat_map(|source| &source.anchors) {
            if taken.insert(anchor.clone()) {
                heading.aliases.push(anchor.clone());
            }
        }
    }
}
