//! Translation desk of a page: the pending sentences of its translations, and the place to edit
//! each.
//!
//! Only the work of the page is examined, not other works. `http` decides which requests may open
//! an editor. Only requests from this machine receive the project's path.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::editor::{Editor, link, program_name};
use crate::base::Position;
use crate::base::diff::Change;
use crate::load::Inputs;
use crate::model::{LangId, Unit};
use crate::project::State;
use crate::site::{Route, RouteKind, Site, WorkId};
use crate::translation::pending::{Pending, Said, Sentence};
use crate::translation::status::Status;

/// Content of the desk in the browser.
#[derive(Debug, Serialize)]
pub(super) struct Desk {
    /// `None` for a request from another machine.
    editor: Option<Opens>,
    translations: Vec<Translation>,
}

/// Way in which a sentence is opened.
#[derive(Debug, Serialize)]
#[serde(rename_all = "lowercase")]
enum Opens {
    /// The preview starts this program.
    Program(String),
    /// Each place has an address that the browser opens.
    Link,
    /// No sentence can be opened; the text has the reason and the remedy.
    Not(String),
}

/// A translation that the page shows.
#[derive(Debug, Serialize)]
struct Translation {
    language: TextLanguage,
    source: TextLanguage,
    pending: Vec<Shown>,
}

/// Language data for the display of a text.
#[derive(Debug, Serialize)]
struct TextLanguage {
    code: String,
    name: String,
    dir: String,
}

/// A pending sentence.
#[derive(Debug, Serialize)]
struct Shown {
    id: String,
    status: &'static str,
    /// The id of its element on the page, if it has one.
    anchor: Option<String>,
    /// The source text: runs of words that are `same`, `gone` or `new`. Without a known change, one
    /// run is `same`.
    source: Vec<(&'static str, String)>,
    source_at: Option<FilePlace>,
    /// True if the change is known.
    compared: bool,
    own: Vec<String>,
    /// The place of the sentence, or the place where it belongs.
    at: FilePlace,
    /// A command to run, or a mark to write into the translation, by which the sentence is no
    /// longer pending: `tilmash sync --accept a#3.2`, `<!-- + -->`.
    settled_by: Option<String>,
}

/// A place in a file.
#[derive(Debug, Serialize)]
struct FilePlace {
    file: String,
    line: usize,
    /// The URL by which the browser opens the place, such as `vscode://file/site/a.md:3:1`; `None`
    /// if the preview starts the editor itself, or if there is none.
    link: Option<String>,
}

/// Text of a sentence: source or translation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Source,
    Translation,
}

/// Client that looks at the desk.
#[derive(Debug, Clone, Copy)]
pub(super) struct Viewer<'a> {
    /// The folder of the project.
    pub(super) root: &'a Path,
    pub(super) editor: &'a Editor,
    /// True if the client is on this machine.
    pub(super) is_here: bool,
}

/// Returns the desk of a page. `None` if pending sentences are not known for any translation that
/// the page shows.
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
            Some(Translation { language: text_language(site, lang), source: text_language(site, source_lang), pending })
        })
        .collect();
    let editor = viewer.is_here.then(|| match viewer.editor {
        Editor::Program(words) => Opens::Program(program_name(words).to_owned()),
        Editor::Link(_) => Opens::Link,
        Editor::None(why) => Opens::Not(why.clone()),
    });
    (!translations.is_empty()).then_some(Desk { editor, translations })
}

/// Returns the file and the position of a sentence that a page shows. `None` if the page shows no
/// such sentence, or the text is not in a project file.
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

/// Returns the languages of the translations that a page shows. The source's own page has all of
/// them.
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

/// Returns the pending sentences of a translation. Returns `None` if neither a lock nor marks
/// identify its sentences: positions alone cannot tell which sentence is missing.
fn pending<'s>(state: &'s State, site: &'s Site, work: WorkId, lang: LangId) -> Option<Pending<'s>> {
    let pending = Pending::of(site, work, lang, |file| state.inputs.text(file).map(|text| &**text))?;
    let knows = pending.source.document.knows_addresses() || pending.translation.document.knows_addresses();
    knows.then_some(pending)
}

fn text_language(site: &Site, lang: LangId) -> TextLanguage {
    let language = &site.languages[lang.0];
    TextLanguage { code: language.code.clone(), name: language.pack.name.clone(), dir: language.pack.direction.clone() }
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
        (Some(runs), _) => runs.into_iter().map(|run| (run.change.name(), run.words)).collect(),
        (None, Some(Said { text, .. })) => vec![(Change::Same.name(), text.clone())],
        (None, None) => Vec::new(),
    };
    let at = |file: &str, place: Position| FilePlace {
        file: file.to_owned(),
        line: place.line,
        link: match viewer.editor {
            Editor::Link(form) if viewer.is_here => Some(link(form, &viewer.root.join(inputs.disk_name(file)), place)),
            _ => None,
        },
    };
    Shown {
        id: sentence.pair.unit.to_string(),
        status: sentence.pair.status.name(),
        anchor,
        source,
        source_at: sentence.source.as_ref().map(|said| at(&pending.source.document.file, said.place)),
        compared,
        own: sentence.own.iter().map(|said| said.text.clone()).collect(),
        at: at(&pending.translation.document.file, sentence.place),
        settled_by,
    }
}

/// Returns the id of the element that shows a sentence. A side-by-side page has one for the row;
/// without a matching row, it is the sentence in its half.
fn anchor(
    site: &Site,
    kind: &RouteKind,
    (source_lang, lang): (LangId, LangId),
    pending: &Pending<'_>,
    sentence: &Sentence<'_>,
) -> Option<String> {
    let Unit::Segment(id) = sentence.pair.unit else { return None };
    let translation = pending.translation.document;
    let own = sentence.pair.lines.first().map(|&line| translation.segments[line].id);
    match *kind {
        RouteKind::SideBySide { work, left, right } => {
            let (lang, id) = own.map_or((source_lang, id), |own| (lang, own));
            let row = site.row_of(work, (left, right), lang, id).map(|row| row.to_string());
            let is_shown = lang == left || lang == right;
            is_shown.then(|| row.unwrap_or_else(|| format!("{}-{id}", site.config.code(lang))))
        }
        RouteKind::Page { lang: shown, .. } if shown == source_lang => sentence.pair.source.map(|_| id.to_string()),
        // A missing sentence is shown under its own id, unless a line of the translation for
        // another sentence has that id.
        _ => own.or_else(|| translation.segment_with_id(id).is_none().then_some(id)).map(|id| id.to_string()),
    }
}

fn settled_by(site: &Site, work: WorkId, lang: LangId, sentence: &Sentence<'_>) -> Option<String> {
    match (&sentence.pair.status, sentence.pair.unit) {
        (Status::Changed { .. }, unit) => {
            // Every shell takes `#` inside a word literally.
            let key = site.work(work).key.argument();
            let others = if site.languages.len() > 2 { format!(" --language {}", site.config.code(lang)) } else { String::new() };
            Some(format!("tilmash sync --accept {key}#{unit}{others}"))
        }
        (Status::Missing, Unit::Segment(id)) => Some(format!("<!-- - {id} -->")),
        (Status::Extra { .. }, _) => Some("<!-- + -->".to_owned()),
        _ => None,
    }
}
