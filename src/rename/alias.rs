//! The old addresses of renamed pages, as aliases that redirect to the new ones.
//!
//! A page that returns to an address from which it redirected until now was renamed by mistake, or
//! tried out under another key. So the alias goes, and the address in between gets none: then the
//! texts are as they were before the two renames.

use crate::base::{path, yaml};
use crate::load::Inputs;
use crate::markdown;
use crate::model::term::is_term_file;
use crate::project::State;
use crate::site::Site;
use crate::site::route::{INDEX, alias_path};

use super::edit::{AliasList, Edits};
use super::names::entries;
use super::{Renaming, Subject};

/// Adds the old address of each renamed page to the aliases of its edition, or removes an alias
/// that is the new address.
pub(super) fn change(
    renaming: &Renaming,
    (site, after): (&Site, &Site),
    before: &State,
    edits: &mut Edits,
    remarks: &mut Vec<String>,
) {
    if let Subject::Term { from, to } = &renaming.subject {
        return change_term(from, to, &before.inputs, edits, remarks);
    }
    let mut returned = Vec::new();
    for work in &site.works {
        let Some(new_work) = renaming.key(work.key.as_str()).and_then(|key| after.work_named(&key)) else { continue };
        for edition in work.editions.iter().flatten() {
            let document = &edition.document;
            let Some(new) = after.edition(new_work, document.lang).filter(|new| new.path != edition.path) else { continue };
            let Some(text) = before.inputs.text(&document.file) else { continue };
            let address = Address { old: alias_of(&edition.path), new: &new.path };
            let is_back = change_page(text, &document.file, &address, edits);
            change_chapter(before, &document.file, &address, edits);
            if is_back {
                returned.push(address.old);
            }
        }
    }
    remarks.extend(match &*returned {
        [] => None,
        [address] => Some(format!(
            "the page is back at a former address, so `{address}` does not redirect to it; if that address was published, add it \
             to `aliases`"
        )),
        [address, ..] => Some(format!(
            "the pages are back at former addresses, so {} addresses such as `{address}` do not redirect to them; if they were \
             published, add them to `aliases`",
            returned.len()
        )),
    });
}

/// The addresses of a page.
struct Address<'a> {
    /// The old address, as an alias is written.
    old: String,
    /// The new path of the page.
    new: &'a str,
}

impl Address<'_> {
    /// Changes a list of aliases. Returns true if the page returned to a former address.
    fn change(&self, file: &str, list: &AliasList<'_>, edits: &mut Edits) -> bool {
        let is_new = |alias: &yaml::Node| match &alias.value {
            yaml::Value::Text(alias) => alias_path(alias).is_ok_and(|path| path::folded(&path) == path::folded(self.new)),
            _ => false,
        };
        if let Some(former) = list.items().find(|alias| is_new(alias)) {
            edits.replace(file, list.remove(former), "");
            return true;
        }
        let (range, text) = list.add(&self.old);
        edits.replace(file, range, text);
        false
    }
}

/// Returns an address of a page as an alias: `/en/vectors/china/`.
fn alias_of(page: &str) -> String {
    let short = format!("/{}", path::to_url(page.strip_suffix(INDEX).unwrap_or(page)));
    if alias_path(&short).as_deref() == Ok(page) { short } else { format!("/{}", path::to_url(page)) }
}

/// Changes the aliases in the front matter of a page; makes front matter if there is none.
fn change_page(text: &str, file: &str, address: &Address<'_>, edits: &mut Edits) -> bool {
    let Ok((range, start)) = markdown::front_matter(text) else { return false };
    let Some(range) = range else {
        let ending = if text.contains("\r\n") { "\r\n" } else { "\n" };
        let front = format!("---{ending}aliases: [{}]{ending}---{ending}", yaml::path(&address.old));
        edits.replace(file, start..start, front);
        return false;
    };
    let Ok(node) = yaml::read(&file.into(), text, range.clone()) else { return false };
    let list = AliasList { text, entries: entries(&node), is_flow: false, after: None, end: range.end };
    if let [only] = list.entries
        && only.key == "aliases"
        && let [yaml::Node { value: yaml::Value::Text(alias), .. }] = only.node.items()
        && alias_path(alias).is_ok_and(|path| path == address.new)
        && text[range.clone()].trim().lines().count() == 1
    {
        // The front matter that an earlier rename made goes as a whole.
        edits.replace(file, markdown::byte_order_mark(text)..start, "");
        return true;
    }
    address.change(file, &list, edits)
}

/// Changes the aliases of a chapter in its plan, so that `split` writes the same front matter.
fn change_chapter(before: &State, file: &str, address: &Address<'_>, edits: &mut Edits) {
    for split in &before.splits {
        let Some(chapter) = split.chapters.iter().find(|chapter| chapter.file == file) else { continue };
        let plan = &split.plan_file;
        let Some(text) = before.inputs.text(plan) else { continue };
        let Ok(root) = yaml::read(plan, text, 0..text.len()) else { continue };
        let chapters = entries(&root).iter().filter(|entry| entry.key == "chapters").flat_map(|entry| entry.node.items());
        for node in chapters {
            let key = entries(node).iter().find(|entry| entry.key == "key");
            let Some(key) =
                key.filter(|key| matches!(&key.node.value, yaml::Value::Text(text) if *text == *chapter.key.as_str()))
            else {
                continue;
            };
            let is_flow = text[node.place.start..].starts_with('{');
            let list = AliasList { text, entries: entries(node), is_flow, after: Some(key), end: node.place.end };
            address.change(plan, &list, edits);
        }
    }
}

/// Adds the old key of a term to its aliases, or removes an alias that is the new key.
fn change_term(from: &str, to: &str, inputs: &Inputs, edits: &mut Edits, remarks: &mut Vec<String>) {
    for (file, _) in inputs.files.iter().filter(|(file, _)| is_term_file(file)) {
        let Some(text) = inputs.text(file) else { continue };
        let Ok(root) = yaml::read(file, text, 0..text.len()) else { continue };
        let Some(term) = entries(&root).iter().find(|entry| entry.key == from) else { continue };
        let is_flow = text[term.node.place.start..].starts_with('{');
        let own = entries(&term.node);
        let after = own.iter().find(|entry| entry.key == "kind").filter(|_| !is_flow).or(own.last());
        let list = AliasList { text, entries: own, is_flow, after, end: term.node.place.end };
        let is_former = |alias: &&yaml::Node| matches!(&alias.value, yaml::Value::Text(alias) if alias == to);
        if let Some(former) = list.items().find(is_former) {
            edits.replace(file, list.remove(former), "");
            remarks.push(format!(
                "the term is back at a former key, so the page `terms/{from}` does not redirect to it; if it was published, add \
                 `{from}` to the term's `aliases`"
            ));
            return;
        }
        let (range, alias) = list.add(from);
        edits.replace(file, range, alias);
        return;
    }
}
