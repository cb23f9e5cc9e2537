//! One file in, one document out.
//!
//! [`parse`] is pure and sees one file, the settings that concern every page, and, for a chapter,
//! what the split says of it; so its result may be kept for as long as these are the same
//! ([`memo::Memo`]). What it cannot know (where links lead, what a heading is called in the source
//! edition, how code is highlighted) it leaves as holes in the [`Fragment`].

use std::sync::Arc;

use crate::base::{Diagnostic, Place, code, yaml};
use crate::model::{FrontMatter, Key, LangId, LanguagePack};
use crate::split::Split;

mod destination;
pub mod fragment;
pub mod markdown;
pub mod memo;
mod names;
pub mod outline;
mod provenance;

pub use fragment::{Fragment, Hole, HoleKind, Word};
pub use outline::{Block, BlockKind, CodeBlock, Heading, Note, Ref, RefKind, Segment, Target};

/// All that a document depends on.
#[derive(Debug, Clone)]
pub struct ParseInput {
    pub file: Arc<str>,
    pub text: Arc<str>,
    pub key: Key,
    pub lang: LangId,
    pub settings: Arc<Settings>,
    pub pack: Arc<LanguagePack>,
    /// What the split makes of this edition, if it is a chapter in the language of its source.
    pub chapter: Option<ChapterOf>,
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

/// The settings of a site that concern parsing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    pub raw_html: bool,
    pub smart_punctuation: bool,
    pub highlight: bool,
    pub segments: bool,
}

impl PartialEq for ParseInput {
    fn eq(&self, other: &Self) -> bool {
        // Pointers first: what is shared is equal without a look at it.
        fn same<T: PartialEq + ?Sized>(a: &Arc<T>, b: &Arc<T>) -> bool {
            Arc::ptr_eq(a, b) || a == b
        }
        self.file == other.file
            && same(&self.text, &other.text)
            && self.key == other.key
            && self.lang == other.lang
            && same(&self.settings, &other.settings)
            && same(&self.pack, &other.pack)
            && self.chapter == other.chapter
    }
}

/// An edition, parsed.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    pub file: Arc<str>,
    pub key: Key,
    pub lang: LangId,
    pub front: FrontMatter,
    /// From the front matter, or the text's first heading; the language's word for "untitled" if neither says.
    pub title: String,
    pub body: Fragment,
    pub blocks: Box<[Block]>,
    pub segments: Box<[Segment]>,
    pub headings: Box<[Heading]>,
    pub refs: Box<[Ref]>,
    pub codes: Box<[CodeBlock]>,
    pub notes: Box<[Note]>,
}

/// Parses an edition; what is wrong with it comes beside the document, never instead of it.
pub fn parse(input: &ParseInput) -> (Document, Vec<Diagnostic>) {
    let mut problems = Vec::new();
    let (front_range, body_start) = match front_matter(&input.text) {
        Ok(found) => found,
        Err(range) => {
            problems.push(
                Diagnostic::at(&code::FRONT_MATTER, Place::new(&input.file, range), "the front matter is not closed")
                    .hint("end it with a line `---`"),
            );
            (None, input.text.len())
        }
    };
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
    let written = markdown::write(input, body_start, front.title.is_none(), &mut problems);
    let mut title = front.title.clone().or(written.title).unwrap_or_default();
    if title.trim().is_empty() {
        // Links and menus need something that can be read.
        title = input.pack.strings.get("untitled").cloned().unwrap_or_default();
        problems.push(
            Diagnostic::at(&code::NO_TITLE, Place::whole(&input.file), format!("`{}` has no title", input.file))
                .hint("begin it with `title: …` between two lines of `---`, or with a heading `# …`"),
        );
    }
    let document = Document {
        file: Arc::clone(&input.file),
        key: input.key.clone(),
        lang: input.lang,
        front,
        title,
        body: written.body,
        blocks: written.blocks.into(),
        segments: written.segments.into(),
        headings: written.headings.into(),
        refs: written.refs.into(),
        codes: written.codes.into(),
        notes: written.notes.into(),
    };
    (document, problems)
}

/// The YAML of a file's front matter; nothing if it has none, or none that ends.
pub fn front_matter_of(text: &str) -> &str {
    match front_matter(text) {
        Ok((Some(range), _)) => &text[range],
        Ok((None, _)) | Err(_) => "",
    }
}

/// Finds the front matter: the range of its YAML and where the text begins after it.
///
/// The error is the range of the opening line of front matter that never ends.
fn front_matter(text: &str) -> Result<(Option<std::ops::Range<usize>>, usize), std::ops::Range<usize>> {
    let bom = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let mut lines = text[bom..].split_inclusive('\n');
    let Some(first) = lines.next().filter(|line| line.trim_end() == "---") else { return Ok((None, bom)) };
    let start = bom + first.len();
    let mut end = start;
    for line in lines {
        if matches!(line.trim_end(), "---" | "...") {
            return Ok((Some(start..end), end + line.len()));
        }
        end += line.len();
    }
    Err(bom..bom + first.trim_end().len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn front_matter_ends_at_its_line() {
        assert_eq!(front_matter("---\na: 1\n---\ntext"), Ok((Some(4..9), 13)));
        assert_eq!(front_matter("---\n---\n"), Ok((Some(4..4), 8)));
        assert_eq!(front_matter("text\n---\n"), Ok((None, 0)));
        assert_eq!(front_matter("---\na: 1\n"), Err(0..3));
        assert_eq!(front_matter("\u{feff}---\r\na: 1\r\n---\r\n"), Ok((Some(8..14), 19)));
        assert_eq!(front_matter(""), Ok((None, 0)));
    }
}
