//! Cache of recently rendered pages.
//!
//! A page is cached with the version that it was rendered from, so each version renders it and
//! finds its problems only once. The cached bytes also stay readable while the page cannot be
//! rendered. An entry would be wrong if two different versions had one number; each version has its
//! own.

use std::collections::HashMap;
use std::sync::Arc;

use crate::base::Diagnostic;

/// Maximum number of cached pages: more than the tabs that a person has open.
const PAGES: usize = 64;

/// Result of rendering a page.
#[derive(Debug, Clone)]
pub(super) struct Page {
    /// The version to which `problems` belong.
    pub(super) version: u64,
    /// The last bytes that could be rendered, of this version or an earlier one.
    pub(super) bytes: Option<Arc<[u8]>>,
    pub(super) problems: Arc<[Diagnostic]>,
}

/// Recently used pages, by route.
#[derive(Debug, Default)]
pub(super) struct PageCache {
    pages: HashMap<Arc<str>, (u64, Page)>,
    uses: u64,
}

impl PageCache {
    /// Returns the page of a route, of any version.
    pub(super) fn get(&mut self, path: &str) -> Option<&Page> {
        self.uses += 1;
        let (used, page) = self.pages.get_mut(path)?;
        *used = self.uses;
        Some(page)
    }

    /// Caches a page and returns the entry. A page without bytes inherits those of the previous
    /// entry.
    pub(super) fn insert(&mut self, path: &Arc<str>, mut page: Page) -> Page {
        self.uses += 1;
        if let Some((_, before)) = self.pages.get(path) {
            // Two requests may render at once. The later version stays.
            if before.version > page.version {
                return page;
            }
            page.bytes = page.bytes.or_else(|| before.bytes.clone());
        }
        self.pages.insert(Arc::clone(path), (self.uses, page.clone()));
        if self.pages.len() > PAGES {
            let oldest = self.pages.iter().min_by_key(|(_, (used, _))| *used).map(|(path, _)| Arc::clone(path));
            self.pages.remove(&oldest.expect("there are more pages than one"));
        }
        page
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(version: u64, bytes: Option<&'static str>) -> Page {
        Page { version, bytes: bytes.map(|text| text.as_bytes().into()), problems: Arc::new([]) }
    }

    #[test]
    fn a_page_that_cannot_be_made_keeps_its_last_bytes() {
        let mut cache = PageCache::default();
        let path: Arc<str> = "a".into();
        cache.insert(&path, page(1, Some("one")));
        assert_eq!(cache.insert(&path, page(2, None)).bytes.as_deref(), Some(&b"one"[..]));
        cache.insert(&path, page(1, Some("late")));
        assert_eq!(cache.get("a").unwrap().bytes.as_deref(), Some(&b"one"[..]));
    }

    #[test]
    fn the_least_recently_used_goes_first() {
        let mut cache = PageCache::default();
        let first: Arc<str> = "first".into();
        cache.insert(&first, page(1, Some("1")));
        for number in 0..PAGES {
            cache.get("first");
            cache.insert(&number.to_string().into(), page(1, None));
        }
        assert!(cache.get("first").is_some());
        assert!(cache.get("0").is_none());
    }
}
