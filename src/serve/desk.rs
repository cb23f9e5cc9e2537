//! The translation desk of a page: what is pending of the translations that it shows, and where each sentence is edited.
//!
//! One page's work: what other works wait for is not looked at. Who may open an editor is decided by `http`; of where the project
//! lies only the machine itself is told.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::editor::{Editor, link, program_name};
use crate::align::Piece;
use crate::load::Inputs;
use crate::model::{LangId, Unit};
use crate::project::State;
use crate::site::pending::{Position, Said, Sentence};
use crate::site::{Pending, Route, RouteKind, Site, Standing, WorkId};

/// What the browser shows.
#[derive(Debug, Serialize)]
pub(super) struct Desk {
    /// `None` for who asks from another machine.
    editor: Option<Opens>,
    translations: Vec<Translation>,
}

/// What opening a sentence comes to.
#[derive(Debug, Serialize)]
#[serde(rename_all = "lowercase")]
enum Opens {
    /// The preview starts this program.
    Program(String),
    /// Each place has an address that the browser opens.
    Link,
    /// Nothing can be opened; why, and what to do.
    Not(String),
}

/// A translation that the page shows.
#[derive(Debug, Serialize)]
struct Translation {
    language: Tongue,
    source: Tongue,
    pending: Vec<Shown>,
}

/// A language, as far as a text in it has to say.
#[derive(Debug, Serialize)]
struct Tongue {
    code: String,
    name: String,
    dir: String,
}

/// A pending sentence.
#[derive(Debug, Serialize)]
struct Shown {
    id: String,
    standing: &'static str,
    /// Its element on the page, if it has one there.
    anchor: Option<String>,
    /// What the source says: runs of words that are the `same`, `gone` or `new`. Without a change known it is all the same.
    source: Vec<(&'static str, String)>,
    source_at: Option<At>,
    /// Whether it is known what has changed.
    compared: bool,
    own: Vec<String>,
    /// Where it is edited, or belongs.
    at: At,
    /// What says that all is well as it is: a command, or a mark to write into the translation.
    settled_by: Option<String>,
}

/// A place in a file.
#[derive(Debug, Serialize)]
struct At {
    file: String,
    line: usize,
    /// Its address, for an editor that is reached by one.
    link: Option<String>,
}

/// Which of the two texts of a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Source,
    Translation,
}

/// Who looks at the desk.
#[derive(Debug, Clone, Copy)]
pub(super) struct Viewer<'a> {
    /// The folder of the project.
    pub(super) root: &'a Path,
    pub(super) editor: &'a Editor,
    /// Whether from this machine.
    pub(super) is_here: bool,
}

/// What is pending on a page; `None` if it shows no translation of which that is known.
pub(super) fn desk(state: &State, site: &Site, route: &Route, viewer: Viewer<'_>) -> Option<Desk> {
    let work = route.kind.work()?;
    let translations: Vec<Translation> = translations(site, route)
        .into_iter()
        .filter_map(|lang| {
            let pending = pending(state, site, work, lang)?;
            let source_lang = site.source_edition(work).0;
            let shown = |sentence: Sentence<'_>| {
                let anchor = anchor(site, &route.kind, (source_lang, lang), &pending, &sentence);
                shown(&pending, &sentence, anchor, settled_by(site, work, lang, &sentence), (&state.inputs, viewer))
            };
            let pending = pending.sentences().map(shown).collect();
            Some(Translation { language: tongue(site, lang), source: tongue(site, source_lang), pending })
        })
        .collect();
    let editor = viewer.is_here.then(|| match viewer.editor {
        Editor::Program(words) => Opens::Program(program_name(words).to_owned()),
        Editor::Link(_) => Opens::Link,
        Editor::None(why) => Opens::Not(why.clone()),
    });
    (!translations.is_empty()).then_some(Desk { editor, translations })
}

/// The file and the place in it of a sentence that a page shows; `None` if it shows none of that address, or nobody wrote it.
pub(super) fn place(
    state: &State,
    site: &Site,
    route: &Route,
    (lang, unit, side): (&str, &str, Side),
    root: &Path,
) -> Option<(PathBuf, Position)> {
    let work = route.kind.work()?;
    let lang = site.config.language(lang).filter(|lang| translations(site, route).contains(lang))?;
    let pending = pending(state, site, work, lang)?;
    let sentence = pending.sentence(Unit::parse(unit)?)?;
    let (edition, place) = match side {
        Side::Source => (&pending.source, sentence.source?.place),
        Side::Translation => (&pending.translation, sentence.place),
    };
    let file = &edition.document.file;
    state.inputs.text(file).map(|_| (root.join(state.inputs.disk_name(file)), place))
}

/// The languages whose translations a page shows; of a source's own page all there are.
fn translations(site: &Site, route: &Route) -> Vec<LangId> {
    let (shown, work) = match route.kind {
        RouteKind::Page { work, lang } => (vec![lang], work),
        RouteKind::SideBySide { work, left, right } => (vec![left, right], work),
        _ => return Vec::new(),
    };
    let source = site.source_edition(work).0;
    let translations: Vec<LangId> = shown.into_iter().filter(|&lang| lang != source).collect();
    if translations.is_empty() { site.config.lang_ids().filter(|&lang| lang != source).collect() } else { translations }
}

/// By position alone nobody can say which sentence is missing: without a lock or marks nothing is known.
fn pending<'s>(state: &'s State, site: &'s Site, work: WorkId, lang: LangId) -> Option<Pending<'s>> {
    let pending = Pending::of(site, work, lang, |file| state.inputs.text(file).map(|text| &**text))?;
    let knows = |edition: &crate::parse::Document| edition.lock.is_some() || !edition.marks.is_empty();
    (knows(pending.source.document) || knows(pending.translation.document)).then_some(pending)
}

fn tongue(site: &Site, lang: LangId) -> Tongue {
    let language = &site.languages[lang.0];
    Tongue { code: language.code.clone(), name: language.pack.name.clone(), dir: language.pack.direction.clone() }
}

fn shown(
    pending: &Pending<'_>,
    sentence: &Sentence<'_>,
    anchor: Option<String>,
    settled_by: Option<String>,
    (inputs, viewer): (&Inputs, Viewer<'_>),
) -> Shown {
    let change = sentence.change();
    let compared = change.is_some();
    let source = match (change, &sentence.source) {
        (Some(pieces), _) => pieces.into_iter().map(word).collect(),
        (None, Some(Said { text, .. })) => vec![("same", text.clone())],
        (None, None) => Vec::new(),
    };
    let at = |file: &str, place: Position| At {
        file: file.to_owned(),
        line: place.line,
        link: match viewer.editor {
            Editor::Link(form) if viewer.is_here => Some(link(form, &viewer.root.join(inputs.disk_name(file)), place)),
            _ => None,
        },
    };
    Shown {
        id: sentence.pair.unit.to_string(),
        standing: sentence.pair.standing.name(),
        anchor,
        source,
        source_at: sentence.source.as_ref().map(|said| at(&pending.source.document.file, said.place)),
        compared,
        own: sentence.own.iter().map(|said| said.text.clone()).collect(),
        at: at(&pending.translation.document.file, sentence.place),
        settled_by,
    }
}

fn word(piece: Piece) -> (&'static str, String) {
    match piece {
        Piece::Same(text) => ("same", text),
        Piece::Gone(text) => ("gone", text),
        Piece::New(text) => ("new", text),
    }
}

/// The element of a page that shows a sentence: of two halves its row, or the sentence in its half where the rows do not match.
fn anchor(
    site: &Site,
    kind: &RouteKind,
    (source_lang, lang): (LangId, LangId),
    pending: &Pending<'_>,
    sentence: &Sentence<'_>,
) -> Option<String> {
    let Unit::Segment(id) = sentence.pair.unit else { return None };
    let translation = pending.translation.document;
    let own = sentence.pair.lines.first().map(|&line| translation.segments[line as usize].id);
    match *kind {
        RouteKind::SideBySide { work, left, right } => {
            let (lang, id) = own.map_or((source_lang, id), |own| (lang, own));
            let row = site.row_of(work, (left, right), lang, id).map(|row| row.to_string());
            let is_shown = lang == left || lang == right;
            is_shown.then(|| row.unwrap_or_else(|| format!("{}-{id}", site.config.code(lang))))
        }
        RouteKind::Page { lang: shown, .. } if shown == source_lang => sentence.pair.source.map(|_| id.to_string()),
        // What is missing is shown under its own address, unless the translation has a line of that for another sentence.
        _ => own.or_else(|| translation.segment_with_id(id).is_none().then_some(id)).map(|id| id.to_string()),
    }
}

fn settled_by(site: &Site, work: WorkId, lang: LangId, sentence: &Sentence<'_>) -> Option<String> {
    match (&sentence.pair.standing, sentence.pair.unit) {
        (Standing::Changed { .. }, unit) => {
            let key = site.work(work).key.as_str();
            // Inside a word `#` is itself to every shell.
            let key = shlex::try_quote(key).unwrap_or(Cow::Borrowed(key));
            // What begins like an option is none only behind an equals sign.
            let accept = if key.starts_with('-') { "--accept=" } else { "--accept " };
            let others = if site.languages.len() > 2 { format!(" --language {}", site.config.code(lang)) } else { String::new() };
            Some(format!("tilmash sync {accept}{key}#{unit}{others}"))
        }
        (Standing::Missing, Unit::Segment(id)) => Some(format!("<!-- - {id} -->")),
        (Standing::Extra { .. }, _) => Some("<!-- + -->".to_owned()),
        _ => None,
    }
}
