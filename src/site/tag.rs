//! Tags: words by which works of a language are found.

use std::collections::BTreeMap;
use std::sync::Arc;

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

/// The tags of each language. Tags whose slugs are the same are one tag.
pub(super) fn collect(site: &Site) -> Vec<Vec<Tag>> {
    site.config
        .lang_ids()
        .map(|lang| {
            let language = &site.languages[lang.0];
            let mut slugs: BTreeMap<&str, String> = BTreeMap::new();
            let mut tags: BTreeMap<String, Tag> = BTreeMap::new();
            for &work in &site.order {
                let Some(edition) = site.edition(work, lang) else { continue };
                for title in &edition.document.front.tags {
                    let slug = slugs.entry(title).or_insert_with(|| language.pack.slug(title));
                    if slug.is_empty() {
                        continue;
                    }
                    let tag = tags.entry(slug.clone()).or_insert_with(|| Tag {
                        title: title.clone(),
                        path: format!("{}/tags/{slug}/index.html", language.code).into(),
                        works: Vec::new(),
                    });
                    if tag.works.last() != Some(&work) {
                        tag.works.push(work);
                    }
                }
            }
            let mut tags: Vec<Tag> = tags.into_values().collect();
            tags.sort_by_cached_key(|tag| language.pack.sort_key(&tag.title));
            tags
        })
        .collect()
}

impl Site {
    /// The path of the page that lists the tags of a language.
    pub fn tags_path(&self, code: &str) -> String {
        format!("{code}/tags/index.html")
    }
}
