//! Tags: words by which readers find works in a language.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use rayon::prelude::*;

use crate::base::{Diagnostic, code, path, visible};
use crate::model::LangId;

use super::WorkId;
use super::index::Index;
use super::route::INDEX;

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
    pub(super) fn has_pages_of(&self, other: &Self) -> bool {
        let same = |(a, b): (&Tag, &Tag)| a.title == b.title && a.path == b.path;
        self.list.len() == other.list.len() && self.list.iter().zip(&other.list).all(same)
    }
}

/// Folds the case of a title. Titles that differ only in case are one tag: `c` is `C`, but `C++` is
/// another tag.
fn folded(title: &str) -> String {
    path::folded(title.trim())
}

/// Collects the tags of each language.
pub(super) fn collect(index: &Index<'_>, problems: &mut Vec<Diagnostic>) -> Vec<Tags> {
    let languages: Vec<LangId> = index.config.lang_ids().collect();
    let collected: Vec<_> = languages.par_iter().map(|&lang| of_language(index, lang)).collect();
    let tags = collected.into_iter().map(|(tags, found)| {
        problems.extend(found);
        tags
    });
    tags.collect()
}

fn of_language(index: &Index<'_>, lang: LangId) -> (Tags, Vec<Diagnostic>) {
    let mut problems = Vec::new();
    let language = &index.languages[lang.0];
    // Index by folded title; `None` for tags that get no page.
    let mut known: HashMap<String, Option<usize>> = HashMap::new();
    // The same by written title. Most titles are written in one way, and folding takes time.
    let mut written: HashMap<&str, Option<usize>> = HashMap::new();
    let mut list: Vec<(String, Tag)> = Vec::new();
    let mut slugs = HashSet::new();
    for &work in &index.order {
        let Some(head) = index.head(work, lang) else { continue };
        for (title, place) in head.address.tags {
            let at = *written.entry(title).or_insert_with(|| {
                *known.entry(folded(title)).or_insert_with_key(|key| {
                    let slug = language.pack.slug(title);
                    let control = title.chars().find(|c| c.is_control()).map(path::Unfit::Control);
                    if let Some(unfit) = control.or_else(|| path::unfit(&slug)) {
                        let why = match unfit {
                            path::Unfit::Empty => format!("the tag `{title}` gets no page: it contains no letter and no digit"),
                            unfit => format!("the tag `{}` gets no page: {unfit}", visible::name(title)),
                        };
                        problems.push(
                            Diagnostic::at(&code::BAD_VALUE, place.clone(), why)
                                .hint("rename the tag, so that its name can be part of a URL"),
                        );
                        return None;
                    }
                    let numbered = (2..).map(|n| format!("{slug}-{n}"));
                    let slug = std::iter::once(slug.clone()).chain(numbered).find(|slug| slugs.insert(slug.clone()))?;
                    let path = format!("{}/tags/{slug}/{INDEX}", language.code).into();
                    list.push((key.clone(), Tag { title: title.clone(), path, works: Vec::new() }));
                    Some(list.len() - 1)
                })
            });
            if let Some(at) = at
                && list[at].1.works.last() != Some(&work)
            {
                list[at].1.works.push(work);
            }
        }
    }
    list.sort_by_cached_key(|(_, tag)| (language.sort_key(&tag.title), Arc::clone(&tag.path)));
    let by_title = list.iter().enumerate().map(|(at, (key, _))| (key.clone(), at)).collect();
    (Tags { list: list.into_iter().map(|(_, tag)| tag).collect(), by_title }, problems)
}

/// Returns the path of the page that lists the tags of a language.
pub fn tags_path(code: &str) -> String {
    format!("{code}/tags/{INDEX}")
}
