//! Tags: words by which readers find works in a language.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::base::{Diagnostic, code, path, visible};
use crate::model::LangId;

use super::route::INDEX;
use super::{Site, WorkId};

/// A tag in one language.
#[derive(Debug, Clone, PartialEq)]
pub struct Tag {
    /// Title, as it was first written.
    pub title: String,
    /// Path of the tag's page: `kk/tags/tarih/index.html`.
    pub path: Arc<str>,
    /// Works with this tag, in reading order.
    pub works: Vec<WorkId>,
}

/// The tags of a language.
#[derive(Debug, Default)]
pub struct Tags {
    /// Tags in alphabetical order.
    pub list: Vec<Tag>,
    /// Index in the list by folded title.
    by_title: HashMap<String, usize>,
}

impl Tags {
    /// Returns the tag with a title; `None` if the tag gets no page.
    pub fn named(&self, title: &str) -> Option<&Tag> {
        self.by_title.get(&folded(title)).map(|&index| &self.list[index])
    }

    /// Returns true if the tags have the same pages: same paths, order and names.
    pub(super) fn has_same_pages(&self, other: &Self) -> bool {
        let page = |tag: &Tag| (tag.title.clone(), Arc::clone(&tag.path));
        self.by_title == other.by_title && self.list.iter().map(page).eq(other.list.iter().map(page))
    }
}

/// Folds the case of a title. Titles that differ only in case are one tag: `c` is `C`, but `C++` is
/// another tag.
fn folded(title: &str) -> String {
    path::folded(title.trim())
}

/// Collects the tags of each language.
pub(super) fn collect(site: &Site, problems: &mut Vec<Diagnostic>) -> Vec<Tags> {
    site.config.lang_ids().map(|lang| of_language(site, lang, problems)).collect()
}

fn of_language(site: &Site, lang: LangId, problems: &mut Vec<Diagnostic>) -> Tags {
    let language = &site.languages[lang.0];
    // Index by folded title; `None` for tags that get no page.
    let mut known: HashMap<String, Option<usize>> = HashMap::new();
    let mut list: Vec<(String, Tag)> = Vec::new();
    let mut slugs = HashSet::new();
    for &work in site.order.iter() {
        let Some(edition) = site.edition(work, lang) else { continue };
        for (title, place) in &edition.document.front.tags {
            let index = *known.entry(folded(title)).or_insert_with_key(|key| {
                let slug = language.pack.slug(title);
                let control = title.chars().find(|c| c.is_control()).map(path::Unfit::Control);
                if let Some(unfit) = control.or_else(|| path::unfit(&slug)) {
                    let why = match unfit {
                        path::Unfit::Empty => format!("the tag `{title}` gets no page: it has no letter and no digit"),
                        unfit => format!("the tag `{}` gets no page: {unfit}", visible::name(title)),
                    };
                    problems.push(
                        Diagnostic::at(&code::BAD_VALUE, place.clone(), why)
                            .hint("rename the tag so that its name can be part of an address"),
                    );
                    return None;
                }
                let numbered = (2..).map(|n| format!("{slug}-{n}"));
                let slug = std::iter::once(slug.clone()).chain(numbered).find(|slug| slugs.insert(slug.clone()))?;
                let path = format!("{}/tags/{slug}/{INDEX}", language.code).into();
                list.push((key.clone(), Tag { title: title.clone(), path, works: Vec::new() }));
                Some(list.len() - 1)
            });
            if let Some(index) = index
                && list[index].1.works.last() != Some(&work)
            {
                list[index].1.works.push(work);
            }
        }
    }
    list.sort_by_cached_key(|(_, tag)| (language.pack.sort_key(&tag.title), Arc::clone(&tag.path)));
    let by_title = list.iter().enumerate().map(|(index, (key, _))| (key.clone(), index)).collect();
    Tags { list: list.into_iter().map(|(_, tag)| tag).collect(), by_title }
}

/// Returns the path of the page that lists the tags of a language.
pub fn tags_path(code: &str) -> String {
    format!("{code}/tags/{INDEX}")
}
