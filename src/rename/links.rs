//! New destinations for the links that would lead elsewhere after a rename.
//!
//! For each destination in a text, the resolver of the build is asked twice: for its target before,
//! and for its target if the destination stays. If the target is still the same, the destination
//! keeps its bytes, except that a shortest relative path stays the shortest one. Otherwise, forms
//! of the new target are tried in this order, until one leads there:
//!
//! 1. for a shortest relative path, the shortest one from the new folder: `../s/a.md` becomes
//!    `a.md`
//! 2. the destination with only its changed end replaced: `../vectors/china.md` becomes
//!    `../vectors/east.md`
//! 3. the shortest relative path
//! 4. the path from `content/`, or the whole key

use std::ops::Range;

use super::edit::{Edits, replaced_in_scalar};
use super::names::entries;
use super::{Renaming, Subject};
use crate::base::yaml::{self, Value};
use crate::base::{Place, path};
use crate::link::{self, ResolvedLink};
use crate::markdown::{self, Destination, DestinationForm, destinations};
use crate::model::LangId;
use crate::parse::{self, Ref, RefKind, Target};
use crate::project::State;
use crate::site::route::TERMS;
use crate::site::{Site, WorkId};

/// Changes the links in the texts of all editions and in the notes of plans.
pub(super) fn change(renaming: &Renaming, sites: (&Site, &Site), before: &State, edits: &mut Edits) {
    let (site, _) = sites;
    for edition in site.works.iter().flat_map(|work| work.editions.iter().flatten()) {
        let document = &edition.document;
        let Some(text) = before.inputs.text(&document.file) else { continue };
        let start = markdown::front_matter(text).map_or(0, |(_, start)| start);
        let links = Links::of_edition(renaming, sites, &document.file, document.lang);
        for (range, new) in links.changed(text, start) {
            edits.replace(&document.file, range, new);
        }
    }
    for split in &before.splits {
        change_notes(renaming, sites, before, &split.plan_file, edits);
    }
}

/// Changes the links in the notes of a plan. An editor's note is a part of the chapter with its
/// sentence. A note on a repair names whole keys only, as a page in `content/` does.
fn change_notes(renaming: &Renaming, sites: (&Site, &Site), before: &State, plan: &str, edits: &mut Edits) {
    let (site, _) = sites;
    let Some((name, text)) = before.inputs.name(plan).zip(before.inputs.text(plan)) else { return };
    let Ok(root) = yaml::read(name, text, 0..text.len()) else { return };
    let split = before.splits.iter().find(|split| *split.plan_file == *plan);
    let of = |key: &'static str| entries(&root).iter().filter(move |entry| entry.key == key).map(|entry| &entry.node);
    let mut change = |file: &str, entry: &yaml::Entry| {
        let (Some(lang), Value::Text(value)) = (site.config.language(&entry.key), &entry.node.value) else { return };
        let parts = Links::of_edition(renaming, sites, file, lang).changed(value, 0);
        if !parts.is_empty() {
            let range = entry.node.place.range();
            edits.replace(plan, range.clone(), replaced_in_scalar(&text[range], value, &parts));
        }
    };
    for note in of("notes").flat_map(entries) {
        let chapter = split.and_then(|split| {
            let segment = split.segments.iter().position(|segment| segment.address.to_string() == note.key)?;
            split.chapters.iter().find(|chapter| chapter.cuts.iter().any(|cut| cut.segment == segment))
        });
        let Some(chapter) = chapter else { continue };
        note.node.items().iter().flat_map(entries).for_each(|entry| change(&chapter.file, entry));
    }
    let notes = of("repairs").flat_map(|node| node.items()).flat_map(entries).filter(|entry| entry.key == "note");
    notes.flat_map(|note| entries(&note.node)).for_each(|entry| change("content/index.md", entry));
}

/// The links of one file.
pub(super) struct Links<'a> {
    renaming: &'a Renaming,
    before: &'a Site,
    after: &'a Site,
    file: &'a str,
    new_file: &'a str,
    lang: LangId,
}

impl<'a> Links<'a> {
    pub(super) fn of_edition(renaming: &'a Renaming, (before, after): (&'a Site, &'a Site), file: &'a str, lang: LangId) -> Self {
        Self { renaming, before, after, file, new_file: renaming.file(file), lang }
    }

    /// Returns the destinations to change in the Markdown that begins at byte `start`, with the new
    /// ones.
    pub(super) fn changed(&self, text: &str, start: usize) -> Vec<(Range<usize>, String)> {
        if !text.contains(['[', '!']) {
            return Vec::new();
        }
        let found = destinations(text, start);
        found.into_iter().filter_map(|it| Some((it.range.clone(), self.new_destination(&text[it.range.clone()], &it)?))).collect()
    }

    /// Returns the new destination of a link; `None` if it stays as it is.
    fn new_destination(&self, raw: &str, destination: &Destination) -> Option<String> {
        let target = self.target(&destination.url, destination, self.file)?;
        if let Target::Anchor(_) = target {
            return None;
        }
        let wanted = link::resolve(self.before, self.file, self.lang, &self.item(target.clone(), destination));
        if matches!(wanted, ResolvedLink::Broken | ResolvedLink::Anchor(_)) {
            return None;
        }
        let cut = destination.url.find(['#', '?']).unwrap_or(destination.url.len());
        let (url, tail) = destination.url.split_at(cut);
        let Candidates { forms, is_shortest } = match destination.form {
            DestinationForm::Wiki if !destination.is_image || is_quotation(destination) => self.keys(url, &wanted),
            _ => self.paths(url, &target, &wanted),
        };
        if !is_shortest && self.leads_to(&wanted, &destination.url, destination) {
            return None;
        }
        let leads_there = |form: &String| self.leads_to(&wanted, &format!("{form}{tail}"), destination);
        let right = forms.into_iter().find(leads_there).filter(|right| right != url)?;
        let raw_tail = &raw[raw.find(['#', '?']).unwrap_or(raw.len())..];
        Some(format!("{right}{raw_tail}"))
    }

    fn target(&self, url: &str, destination: &Destination, file: &str) -> Option<Target> {
        if is_quotation(destination) {
            return parse::quoted(url);
        }
        parse::target(url, destination.form == DestinationForm::Wiki && !destination.is_image, file)
    }

    fn item(&self, target: Target, destination: &Destination) -> Ref {
        let kind = match destination.form {
            _ if is_quotation(destination) => RefKind::Quotation,
            _ if destination.is_image => RefKind::Image,
            DestinationForm::Wiki => RefKind::Wiki,
            DestinationForm::Inline | DestinationForm::Definition => RefKind::Link,
        };
        Ref { target, place: Place::whole(&self.file.into()), kind }
    }

    /// Returns true if a destination in the new file leads to the same target as the old one did.
    fn leads_to(&self, wanted: &ResolvedLink, url: &str, destination: &Destination) -> bool {
        let Some(target) = self.target(url, destination, self.new_file) else { return false };
        let found = link::resolve(self.after, self.new_file, self.lang, &self.item(target, destination));
        is_same(self.renaming, (self.before, self.after), wanted, &found)
    }

    /// Returns candidates for a key between double brackets.
    fn keys(&self, url: &str, wanted: &ResolvedLink) -> Candidates {
        let written = url.trim();
        let (stem, extension) = written.strip_suffix(".md").map_or((written, ""), |stem| (stem, ".md"));
        let mut keys = Vec::new();
        let mut is_shortest = false;
        match wanted {
            ResolvedLink::Work { work, .. } | ResolvedLink::Quotation { work, .. } => {
                let old = self.before.work(*work).key.as_str();
                let new = self.renaming.key(old).unwrap_or_else(|| old.to_owned());
                let relative =
                    |file: &str, key: &str| path::relative(path::folder(file.strip_prefix("content/").unwrap_or(file)), key);
                let is_relative = self.before.work_named(stem).is_none();
                is_shortest = is_relative && stem == relative(self.file, old) && (self.new_file != self.file || new != old);
                if is_shortest {
                    keys.push(relative(self.new_file, &new));
                }
                keys.extend(with_new_end(stem, old, &new));
                if is_relative {
                    keys.push(relative(self.new_file, &new));
                }
                keys.push(new);
            }
            ResolvedLink::Path { .. } => {
                let key = path::file_name(stem);
                let new = match &self.renaming.subject {
                    Subject::Term { from, to } if from == key => to,
                    _ => key,
                };
                keys.push(format!("{}{new}", &stem[..stem.len() - key.len()]));
                keys.push(format!("{TERMS}/{new}"));
            }
            ResolvedLink::Anchor(_) | ResolvedLink::Broken => {}
        }
        // White space at the ends stays.
        let at = url.find(written).unwrap_or(0);
        let (before, after) = (&url[..at], &url[at + written.len()..]);
        let full = keys.iter().map(|key| format!("{before}{key}{extension}{after}"));
        Candidates { forms: full.chain(keys.iter().cloned()).collect(), is_shortest }
    }

    /// Returns candidates for a path.
    fn paths(&self, url: &str, target: &Target, wanted: &ResolvedLink) -> Candidates {
        let Target::File { path: old, .. } = target else { return Candidates { forms: Vec::new(), is_shortest: false } };
        let decoded = path::from_url(url).unwrap_or_else(|| url.to_owned());
        let slash = if decoded.ends_with('/') { "/" } else { "" };
        let written = decoded.trim_end_matches('/');
        let mut new = self.renaming.path(old);
        if let (Subject::Term { from, to }, ResolvedLink::Path { path, .. }) = (&self.renaming.subject, wanted)
            && self.renaming.published(path) != **path
            && path::file_name(&new) == from
        {
            new = format!("{}/{to}", path::folder(&new));
        }
        let relative = |file: &str, path: &str| path::relative(path::folder(file), path);
        let (bare, is_rooted) = (written.strip_prefix("./").unwrap_or(written), decoded.starts_with('/'));
        let dot = if bare.len() < written.len() { "./" } else { "" };
        let shortest = relative(self.new_file, &new);
        let shortest = if shortest.starts_with('.') { shortest } else { format!("{dot}{shortest}") };
        let is_shortest = !is_rooted && bare == relative(self.file, old) && (self.new_file != self.file || new != *old);
        let inside = new.strip_prefix("content").unwrap_or(&new);
        let inside = if inside.is_empty() { "/" } else { inside };
        let mut paths = Vec::new();
        if is_shortest {
            paths.push(shortest.clone());
        }
        paths.extend(with_new_end(written, old, &new));
        if !is_rooted {
            paths.push(shortest);
        }
        paths.push(inside.to_owned());
        if let ResolvedLink::Work { work, lang, .. } = wanted
            && let Some(edition) = self.before.edition(*work, *lang)
        {
            let file = self.renaming.file(&edition.document.file);
            paths.push(relative(self.new_file, file));
            paths.push(file.strip_prefix("content").unwrap_or(file).to_owned());
        }
        let encoded = |path: String| {
            let path = if path.ends_with('/') { path } else { format!("{path}{slash}") };
            let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '/' | '.' | '-' | '_' | '~' | '+' | ',' | '=' | '@');
            if decoded == url && (path.chars().all(is_plain) || decoded.contains(' ')) {
                path
            } else {
                path::to_url(&path).replace('(', "%28").replace(')', "%29")
            }
        };
        Candidates { forms: paths.into_iter().map(encoded).collect(), is_shortest }
    }
}

/// Returns true if a destination is that of `![[KEY#ID]]`, which shows a sentence.
fn is_quotation(destination: &Destination) -> bool {
    destination.is_image && destination.form == DestinationForm::Wiki && parse::quoted(&destination.url).is_some()
}

/// Forms of a destination to try, in this order.
struct Candidates {
    forms: Vec<String>,
    /// True if the destination was the shortest relative path, and the file or the target moves.
    /// Then it stays the shortest one, even if the old form still leads to the target. So the
    /// reverse of a rename gives the old form back.
    is_shortest: bool,
}

/// Returns the written path with its end replaced, if it ends with the parts that differ in the old
/// and the new path.
///
/// ```text
/// ../vectors/china.md   content/vectors/china.md -> content/vectors/east.md   ../vectors/east.md
/// ```
fn with_new_end(written: &str, old: &str, new: &str) -> Option<String> {
    let shared = old.split('/').zip(new.split('/')).take_while(|(a, b)| a == b).map(|(part, _)| part.len() + 1).sum::<usize>();
    let (old_end, new_end) = (old.get(shared..)?, new.get(shared..)?);
    let before = written.strip_suffix(old_end)?;
    ((before.is_empty() || before.ends_with('/')) && !old_end.is_empty() && !new_end.is_empty())
        .then(|| format!("{before}{new_end}"))
}

/// Returns true if a link after the rename leads to the same target as before.
pub(super) fn is_same(renaming: &Renaming, (before, after): (&Site, &Site), old: &ResolvedLink, new: &ResolvedLink) -> bool {
    let is_same_work = |old: WorkId, new: WorkId| {
        let key = &before.work(old).key;
        renaming.key(key.as_str()).unwrap_or_else(|| key.to_string()) == after.work(new).key.as_str()
    };
    match (old, new) {
        (
            ResolvedLink::Work { work, lang, anchor },
            ResolvedLink::Work { work: new_work, lang: new_lang, anchor: new_anchor },
        ) => is_same_work(*work, *new_work) && lang == new_lang && anchor == new_anchor,
        (
            ResolvedLink::Quotation { work, lang, lines },
            ResolvedLink::Quotation { work: new_work, lang: new_lang, lines: new_lines },
        ) => is_same_work(*work, *new_work) && lang == new_lang && lines == new_lines,
        (ResolvedLink::Path { path, anchor, .. }, ResolvedLink::Path { path: new_path, anchor: new_anchor, .. }) => {
            renaming.published(path) == **new_path && anchor == new_anchor
        }
        (ResolvedLink::Anchor(old), ResolvedLink::Anchor(new)) => old == new,
        // A link that was broken may find a target by chance.
        (ResolvedLink::Broken, _) => true,
        (ResolvedLink::Work { .. } | ResolvedLink::Quotation { .. } | ResolvedLink::Path { .. } | ResolvedLink::Anchor(_), _) => {
            false
        }
    }
}
