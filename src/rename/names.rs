//! Changes of the YAML, and of the marks of translators, that name keys and files.
//!
//! Links are the task of [`super::links`].

use std::sync::Arc;

use super::edit::{Edits, replaced_in_scalar, scalar};
use super::{Renaming, Subject};
use crate::base::yaml::{self, Node, Value};
use crate::base::{Place, path};
use crate::load::Inputs;
use crate::markdown::{DestinationForm, destinations};
use crate::model::config;
use crate::model::front::NoTerms;
use crate::model::term::is_term_file;
use crate::parse::Document;
use crate::site::Site;

/// Changes everything that names the subject of the rename.
pub(super) fn change(renaming: &Renaming, site: &Site, inputs: &Inputs, edits: &mut Edits, remarks: &mut Vec<String>) {
    let mut changer = Changer { renaming, inputs, edits, remarks };
    let documents = site.works.iter().flat_map(|work| work.editions.iter().flatten()).map(|edition| &*edition.document);
    match &renaming.subject {
        Subject::Work { .. } => {
            changer.configuration();
            site.config.plans.iter().for_each(|(file, _)| changer.plan(file));
            for document in documents {
                if let Some(extra) = &document.front.extra {
                    changer.free_values(extra);
                }
            }
        }
        Subject::Term { from, to } => {
            changer.glossary(from, to);
            documents.for_each(|document| changer.terms_of_page(document, from, to));
        }
    }
}

struct Changer<'a> {
    renaming: &'a Renaming,
    inputs: &'a Inputs,
    edits: &'a mut Edits,
    remarks: &'a mut Vec<String>,
}

impl Changer<'_> {
    /// Changes `site.yaml`: the paths of plans, and free values.
    fn configuration(&mut self) {
        let Some(root) = self.root(config::FILE) else { return };
        for entry in entries(&root) {
            match entry.key.as_str() {
                "plans" => {
                    for plan in entry.node.items() {
                        let Value::Text(file) = &plan.value else { continue };
                        let new = self.renaming.file(file).to_owned();
                        self.value(plan, &new);
                    }
                }
                "extra" => self.free_values(&entry.node),
                _ => {}
            }
        }
    }

    /// Changes a plan: the keys of chapters, and the path of the source text.
    fn plan(&mut self, file: &str) {
        let Some(root) = self.root(file) else { return };
        for entry in entries(&root) {
            match (entry.key.as_str(), &entry.node.value) {
                ("chapters", _) => {
                    let keys = entry.node.items().iter().flat_map(entries).filter(|entry| entry.key == "key");
                    keys.for_each(|entry| self.key(&entry.node));
                }
                ("touches", _) => {
                    entries(&entry.node).iter().flat_map(|entry| entry.node.items()).for_each(|node| self.key(node));
                }
                ("cut", _) => {
                    for entry in entries(&entry.node) {
                        match entry.key.as_str() {
                            "keys" => entry.node.items().iter().for_each(|node| self.key(node)),
                            "key" => self.template(&entry.node),
                            _ => {}
                        }
                    }
                }
                ("source", Value::Text(source)) => {
                    let Some(old) = path::resolve(file, source) else { continue };
                    let (new, plan) = (self.renaming.file(&old), self.renaming.file(file));
                    if path::resolve(plan, source).as_deref() != Some(new) {
                        let new = path::relative(path::folder(plan), new);
                        self.value(&entry.node, &new);
                    }
                }
                _ => {}
            }
        }
    }

    /// Changes the template of keys `vectors/chapter-{n}` if its folder moves.
    fn template(&mut self, node: &Node) {
        let Value::Text(template) = &node.value else { return };
        let folder = path::folder(template);
        if let Some(new) = self.renaming.key(folder).filter(|_| !folder.is_empty()) {
            let new = format!("{new}{}", &template[folder.len()..]);
            self.value(node, &new);
        }
    }

    /// Changes the keys of works among the free values of templates. A word without a slash may
    /// mean something else, so it stays, and a remark names it.
    fn free_values(&mut self, node: &Node) {
        match &node.value {
            Value::Text(text) => self.free_value(text, &node.place),
            Value::List(items) => items.iter().for_each(|item| self.free_values(item)),
            Value::Map(map) => {
                for entry in map {
                    self.free_value(&entry.key, &entry.key_place);
                    self.free_values(&entry.node);
                }
            }
            Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) => {}
        }
    }

    fn free_value(&mut self, text: &str, place: &Place) {
        let Some(new) = self.renaming.key(text) else { return };
        if text.contains('/') {
            self.at(place, &new);
        } else {
            let file = &place.file;
            self.remarks.push(format!("`{file}` has the word `{text}` in `extra`, which was not changed: it may name the page"));
        }
    }

    /// Changes the keys of terms in the glossary.
    fn glossary(&mut self, from: &str, to: &str) {
        let files: Vec<Arc<str>> = self.inputs.files.keys().filter(|file| is_term_file(file)).cloned().collect();
        for file in files {
            let Some(root) = self.root(&file) else { continue };
            for term in entries(&root) {
                if term.key == from {
                    self.at(&term.key_place, to);
                }
                for entry in entries(&term.node) {
                    match entry.key.as_str() {
                        "see" => entry.node.items().iter().for_each(|node| self.word(node, from, to)),
                        "description" => entries(&entry.node).iter().for_each(|text| self.description(&text.node, from, to)),
                        _ => {}
                    }
                }
            }
        }
    }

    /// Changes the links `[[KEY]]` in the description of a term.
    fn description(&mut self, node: &Node, from: &str, to: &str) {
        let (Value::Text(value), Some(text)) = (&node.value, self.inputs.text(&node.place.file)) else { return };
        let links = destinations(value, 0).into_iter().filter(|it| it.form == DestinationForm::Wiki && it.url == from);
        let parts: Vec<_> = links.map(|link| (link.range, to.to_owned())).collect();
        if !parts.is_empty() {
            let new = replaced_in_scalar(&text[node.place.range()], value, &parts);
            self.edits.replace(&node.place.file, node.place.range(), new);
        }
    }

    /// Changes `no_terms` and the marks `~ term KEY` of a page.
    fn terms_of_page(&mut self, document: &Document, from: &str, to: &str) {
        if let Some(NoTerms::Keys(keys)) = document.front.no_terms.as_deref() {
            keys.iter().filter(|(key, _)| key == from).for_each(|(_, place)| self.at(place, to));
        }
        let Some(text) = self.inputs.text(&document.file) else { return };
        for unmentioned in document.marks.iter().flat_map(|marks| &marks.unmentioned).filter(|it| it.key == from) {
            let place = &unmentioned.place;
            let comment = &text[place.range()];
            let keys = &comment[..comment.find(':').unwrap_or(comment.len())];
            let is_part = |c: char| c.is_ascii_alphanumeric() || c == '-';
            let is_whole = |at: usize| !keys[..at].ends_with(is_part) && !keys[at + from.len()..].starts_with(is_part);
            // The word `term` of the mark comes first, and may be the key too.
            let first = keys.find("term").map_or(0, |at| at + "term".len());
            let found = keys.match_indices(from).map(|(at, _)| at).find(|&at| at >= first && is_whole(at));
            if let Some(at) = found {
                let start = place.start + at;
                self.edits.replace(&place.file, start..start + from.len(), to);
            }
        }
    }

    fn root(&self, file: &str) -> Option<Node> {
        let (name, text) = (self.inputs.name(file)?, self.inputs.text(file)?);
        yaml::read(name, text, 0..text.len()).ok()
    }

    /// Changes a value that is the key of a work that moves.
    fn key(&mut self, node: &Node) {
        let Value::Text(text) = &node.value else { return };
        if let Some(new) = self.renaming.key(text.trim_matches('/')) {
            self.at(&node.place, &new);
        }
    }

    fn word(&mut self, node: &Node, from: &str, to: &str) {
        if matches!(&node.value, Value::Text(text) if text == from) {
            self.at(&node.place, to);
        }
    }

    /// Gives a value that is a text another one, unless it is the same.
    fn value(&mut self, node: &Node, new: &str) {
        if !matches!(&node.value, Value::Text(text) if text == new) {
            self.at(&node.place, new);
        }
    }

    fn at(&mut self, place: &Place, new: &str) {
        let Some(text) = self.inputs.text(&place.file) else { return };
        self.edits.replace(&place.file, place.range(), scalar(&text[place.range()], new));
    }
}

/// Returns the entries of a mapping; none for any other value.
pub(super) fn entries(node: &Node) -> &[yaml::Entry] {
    match &node.value {
        Value::Map(entries) => entries,
        _ => &[],
    }
}
