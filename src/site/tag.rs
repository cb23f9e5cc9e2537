//! Tags: words by which works of a language are found.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::base::{Diagnostic, code, path, visible};
use crate::model::LangId;

use super::{Site, WorkId};

/// A tag in one language.
#[derive(Debug, Clone, PartialEq)]
pub struct Tag {
    /// As it was first written.
    pub title: String,
    /// Where its page stands: `kk/tags/tarih/index.html`.
    pub path: Arc<str>,
    /// The works that have it, in reading order.
    pub works: Vec<WorkId>,
}

/// The tags of a language.
#[derive(Debug, Default)]
pub struct Tags {
    /// In the order of the alphabet.
    pub list: Vec<Tag>,
    /// By title, folded: the position in the list.
    by_title: HashMap<String, usize>,
}

impl Tags {
    /// The tag of that title; `None` if no page can be made of it.
    pub fn named(&self, title: &str) -> Option<&Tag> {
        self.by_title.get(&folded(title)).map(|&index| &self.list[index])
    }

    /// Whether the pages of the tags stand at the same paths, in the same order, under the same names.
    pub(super) fn has_same_pages(&self, other: &Self) -> bool {
        let page = |tag: &Tag| (tag.title.clone(), Arc::clone(&tag.path));
        self.by_title == other.by_title && self.list.iter().map(page).eq(other.list.iter().map(page))
    }
}

/// Titles that are the same but for case are one tag: `c` is `C`, and `C++` is another.
fn folded(title: &str) -> String {
    path::folded(title.trim())
}

/// The tags of each language.
pub(super) fn collect(site: &Site, problems: &mut Vec<Diagnostic>) -> Vec<Tags> {
    site.config.lang_ids().map(|lang| of_language(site, lang, problems)).collect()
}

fn of_language(site: &Site, lang: LangId, problems: &mut Vec<Diagnostic>) -> Tags {
    let language = &site.languages[lang.0];
    // By folded title; `None` for those that can have no page.
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
                let path = format!("{}/tags/{slug}/index.html", language.code).into();
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

/// The path of the page that lists the tags of a language.
pub fn tags_path(code: &str) -> String {
    format!("{code}/tags/index.html")
}
