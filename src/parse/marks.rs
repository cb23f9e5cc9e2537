//! Marks: instructions that translators write after a sentence, in comments that are not published.
//!
//! ```markdown
//! A sentence.  <!-- = 3.2 3.3 --> <!-- note: ask about the name -->
//! ```
//!
//! | mark | meaning |
//! |---|---|
//! | `= 3.2 3.3` | this line translates these sentences; `= 3.2a-en`: one that only `en` has |
//! | `+` | this sentence exists only in this language |
//! | `- 3.4` | the sentence 3.4 is left out here on purpose |
//! | `~ CODE: reason` | the check CODE reports nothing about this sentence, for this reason |
//! | `~ term KEY: reason` | a name in this sentence does not mean the term KEY |
//! | `note: text` | a note for translators |
//!
//! Any other comment is an ordinary one.

use std::sync::Arc;

use crate::base::{Code, Place, code, fold_all, suggest};
use crate::markdown::comment::comment_in;
use crate::model::segment::not_an_address;
use crate::model::{SegmentId, SegmentIndex};

/// The marks of one line.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Marks {
    /// The line.
    pub segment: SegmentIndex,
    /// The sentences that the line translates. If the list is empty, the line translates the
    /// sentence with its own id.
    pub translates: Vec<SegmentId>,
    /// True if the line exists only in this language.
    pub alone: bool,
    /// Sentences that the translation leaves out on purpose.
    pub omitted: Vec<SegmentId>,
    pub silenced: Vec<Silenced>,
    /// Terms that the sentence does not mention, although a name of theirs is in it.
    pub unmentioned: Vec<Unmentioned>,
    /// Notes for translators.
    pub notes: Vec<String>,
    /// Places of the marks in the file.
    pub places: Vec<Place>,
}

/// A check that is silenced for one sentence.
#[derive(Debug, Clone, PartialEq)]
pub struct Silenced {
    pub code: &'static Code,
    pub reason: String,
    pub place: Place,
}

/// A term that a sentence does not mention, although a name of it is in the sentence.
#[derive(Debug, Clone, PartialEq)]
pub struct Unmentioned {
    /// Key of the term, as written.
    pub key: String,
    pub place: Place,
}

/// One mark as it is written.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Mark {
    Translates(Vec<SegmentId>),
    Alone,
    Omitted(Vec<SegmentId>),
    Silenced(&'static Code, String),
    /// The keys of terms.
    Unmentioned(Vec<String>),
    Note(String),
}

/// The message and the hint for a mark that cannot be read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct BadMark {
    pub(super) message: String,
    pub(super) hint: String,
}

/// A form of mark: its beginning, and the function that reads the rest.
type Form = (&'static str, fn(&str) -> Result<Mark, BadMark>);

/// All forms of marks.
const FORMS: [Form; 5] = [
    ("=", |rest| read_ids('=', rest).map(Mark::Translates)),
    ("+", read_alone),
    ("-", |rest| read_ids('-', rest).map(Mark::Omitted)),
    ("~", read_silence),
    ("note:", read_note),
];

/// Returns the beginnings of all forms of marks. Tests compare `docs/` with them.
pub fn beginnings() -> impl Iterator<Item = &'static str> {
    FORMS.iter().map(|(beginning, _)| *beginning)
}

/// Reads a comment; returns `None` if it is no mark.
pub(super) fn read(comment: &str) -> Option<Result<Mark, BadMark>> {
    let inside = comment.strip_prefix("<!--")?.strip_suffix("-->")?;
    // A comment `<!--- like this -->` is no mark.
    if inside.starts_with('-') {
        return None;
    }
    let text = inside.trim();
    let (beginning, rest, read) = FORMS.iter().find_map(|(it, read)| Some((it, text.strip_prefix(it)?, read)))?;
    let is_apart = rest.is_empty() || rest.starts_with(char::is_whitespace) || beginning.ends_with(':');
    is_apart.then(|| read(rest.trim()))
}

/// Returns the checks that marks silence on the rest of a line, from byte `from`. After a title or
/// a description in front matter, these marks are in a YAML comment:
///
/// ```yaml
/// title: Colour  # <!-- ~ untranslated-text: a name -->
/// ```
pub fn silenced_after(file: &Arc<str>, text: &str, from: usize) -> Vec<Silenced> {
    let rest = text.get(from..).unwrap_or_default();
    let line = &rest[..rest.find('\n').unwrap_or(rest.len())];
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(comment) = comment_in(line, at) {
        at = comment.end;
        if let Some(Ok(Mark::Silenced(code, reason))) = read(&line[comment.clone()]) {
            found.push(Silenced { code, reason, place: Place::new(file, from + comment.start..from + comment.end) });
        }
    }
    found
}

fn read_ids(sign: char, text: &str) -> Result<Vec<SegmentId>, BadMark> {
    let hint = || format!("write the address of a sentence, such as `<!-- {sign} 3.2 -->`");
    let mut ids = Vec::new();
    for word in text.split(|c: char| c.is_whitespace() || c == ',').filter(|word| !word.is_empty()) {
        match SegmentId::parse(word.trim_start_matches('#')) {
            Some(id) if ids.contains(&id) => {
                return Err(BadMark {
                    message: format!("the mark `{sign}` names `{id}` twice"),
                    hint: "remove one of the two".to_owned(),
                });
            }
            Some(id) => ids.push(id),
            None => return Err(BadMark { message: not_an_address(word), hint: hint() }),
        }
    }
    if ids.is_empty() { Err(BadMark { message: format!("the mark `{sign}` names no sentence"), hint: hint() }) } else { Ok(ids) }
}

fn read_alone(rest: &str) -> Result<Mark, BadMark> {
    if rest.is_empty() {
        return Ok(Mark::Alone);
    }
    Err(BadMark {
        message: "the mark `+` cannot have any text after it".to_owned(),
        hint: "write only `<!-- + -->`; write a note for translators as `<!-- note: … -->`".to_owned(),
    })
}

fn read_note(text: &str) -> Result<Mark, BadMark> {
    if text.is_empty() {
        return Err(BadMark {
            message: "the note has no text".to_owned(),
            hint: "write the text of the note, `<!-- note: … -->`, or delete the comment".to_owned(),
        });
    }
    Ok(Mark::Note(fold_all(text).into_owned()))
}

fn read_silence(text: &str) -> Result<Mark, BadMark> {
    let (name, reason) = text.split_once(':').map_or((text, ""), |(name, reason)| (name.trim(), reason.trim()));
    if let Some(keys) = name.strip_prefix("term").filter(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace)) {
        return read_unmentioned(keys.trim(), reason);
    }
    let Some(code) = code::named(name) else {
        let hint = suggest::did_you_mean(name, code::ALL.iter().map(|code| code.name));
        return Err(BadMark {
            message: code::unknown(name),
            hint: hint.unwrap_or_else(|| "write `<!-- ~ CODE: reason -->`; `tilmash check --explain` lists all codes".to_owned()),
        });
    };
    if reason.is_empty() {
        return Err(BadMark {
            message: format!("the mark that silences `{name}` gives no reason"),
            hint: format!("write the reason after a colon: `<!-- ~ {name}: reason -->`"),
        });
    }
    Ok(Mark::Silenced(code, fold_all(reason).into_owned()))
}

fn read_unmentioned(keys: &str, reason: &str) -> Result<Mark, BadMark> {
    if keys.is_empty() {
        return Err(BadMark {
            message: "the mark `~ term` names no term".to_owned(),
            hint: "write the key of a term, such as `<!-- ~ term russia: reason -->`".to_owned(),
        });
    }
    if reason.is_empty() {
        return Err(BadMark {
            message: format!("the mark that suppresses the term `{keys}` gives no reason"),
            hint: format!("write the reason after a colon: `<!-- ~ term {keys}: reason -->`"),
        });
    }
    let keys = keys.split(|c: char| c.is_whitespace() || c == ',').filter(|key| !key.is_empty());
    Ok(Mark::Unmentioned(keys.map(str::to_owned).collect()))
}

impl Marks {
    /// Returns true for a mark `=`, `+` or `-`: it determines which sentences the line translates.
    pub fn identify_sentences(&self) -> bool {
        !self.translates.is_empty() || self.alone || !self.omitted.is_empty()
    }

    pub(super) fn add(&mut self, mark: Mark, place: Place) {
        match mark {
            Mark::Translates(ids) => {
                let new = ids.into_iter().filter(|id| !self.translates.contains(id)).collect::<Vec<_>>();
                self.translates.extend(new);
            }
            Mark::Alone => self.alone = true,
            Mark::Omitted(ids) => self.omitted.extend(ids),
            Mark::Silenced(code, reason) => self.silenced.push(Silenced { code, reason, place: place.clone() }),
            Mark::Unmentioned(keys) => {
                let place = &place;
                self.unmentioned.extend(keys.into_iter().map(|key| Unmentioned { key, place: place.clone() }));
            }
            Mark::Note(text) => self.notes.push(text),
        }
        self.places.push(place);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_read() {
        let id = |text| SegmentId::parse(text).unwrap();
        assert_eq!(read("<!-- = 3.2 3.3a -->"), Some(Ok(Mark::Translates(vec![id("3.2"), id("3.3a")]))));
        assert_eq!(read("<!--= 3.2, #3.3-->"), Some(Ok(Mark::Translates(vec![id("3.2"), id("3.3")]))));
        assert_eq!(read("<!-- + -->"), Some(Ok(Mark::Alone)));
        assert_eq!(read("<!-- - 3.4 -->"), Some(Ok(Mark::Omitted(vec![id("3.4")]))));
        assert_eq!(read("<!-- note: a\n b -->"), Some(Ok(Mark::Note("a b".to_owned()))));
        assert_eq!(read("<!-- ~ footnote: as in print -->"), Some(Ok(Mark::Silenced(&code::FOOTNOTE, "as in print".to_owned()))));
        let terms = |keys: &[&str]| Some(Ok(Mark::Unmentioned(keys.iter().map(|key| (*key).to_owned()).collect())));
        assert_eq!(read("<!-- ~ term georgia: the state in America -->"), terms(&["georgia"]));
        assert_eq!(read("<!-- ~ term a, b c: x -->"), terms(&["a", "b", "c"]));
        for comment in ["<!-- todo -->", "<!--- x --->", "<!---->", "<!-- noted: x -->", "<!-- =x -->", "<b>", "<!-- -->"] {
            assert_eq!(read(comment), None, "{comment}");
        }
        for bad in [
            "<!-- = -->",
            "<!-- = x -->",
            "<!-- + x -->",
            "<!-- - -->",
            "<!-- ~ footnote -->",
            "<!-- ~ x: y -->",
            "<!-- ~ term: y -->",
            "<!-- ~ term russia -->",
            "<!-- ~ terms russia: y -->",
            "<!-- note: -->",
        ] {
            assert!(matches!(read(bad), Some(Err(_))), "{bad}");
        }
    }
}
