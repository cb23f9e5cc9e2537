//! A sorted map by path whose copies share their equal parts.
//!
//! A save changes a file or two of the snapshot, and the problems of one file. Entries are stored
//! in sorted chunks behind reference counts. So a copy only counts one reference per chunk, and a
//! change copies one chunk. A comparison of two maps reads only the chunks that they do not share.

use std::cmp::Ordering;
use std::sync::Arc;

/// Number of entries in a chunk of a new map. A chunk with more than [`MOST`] entries is split.
const CHUNK: usize = 64;
const MOST: usize = 2 * CHUNK;

type Entry<V> = (Arc<str>, V);

/// Sorted map from paths to values.
///
/// 1. Each path is greater than the one before it, also across chunks. So each path occurs once.
/// 2. No chunk is empty.
#[derive(Debug, Clone)]
pub struct SharedMap<V> {
    chunks: Vec<Arc<Vec<Entry<V>>>>,
}

/// A path at which two maps differ, with the value in each map.
pub type Difference<'a, V> = (&'a Arc<str>, Option<&'a V>, Option<&'a V>);

impl<V> Default for SharedMap<V> {
    fn default() -> Self {
        Self { chunks: Vec::new() }
    }
}

impl<V: Clone> SharedMap<V> {
    /// Returns the value at a path.
    pub fn get(&self, path: &str) -> Option<&V> {
        self.get_key_value(path).map(|(_, value)| value)
    }

    /// Returns the value at a path, with the stored path.
    pub fn get_key_value(&self, path: &str) -> Option<(&Arc<str>, &V)> {
        let (chunk, at) = self.find(path).ok()?;
        let (name, value) = &self.chunks[chunk][at];
        Some((name, value))
    }

    /// Returns the value at a path for editing. Its chunk is copied first if another map shares it.
    pub fn get_mut(&mut self, path: &str) -> Option<&mut V> {
        let (chunk, at) = self.find(path).ok()?;
        Some(&mut Arc::make_mut(&mut self.chunks[chunk])[at].1)
    }

    /// Returns true if there is a value at a path.
    pub fn contains_key(&self, path: &str) -> bool {
        self.find(path).is_ok()
    }

    /// Returns all entries, in the order of their paths.
    pub fn iter(&self) -> impl Iterator<Item = (&Arc<str>, &V)> {
        self.chunks.iter().flat_map(|chunk| chunk.iter()).map(|(name, value)| (name, value))
    }

    /// Returns all paths, in order.
    pub fn keys(&self) -> impl Iterator<Item = &Arc<str>> {
        self.iter().map(|(name, _)| name)
    }

    /// Returns the number of values.
    pub fn len(&self) -> usize {
        self.chunks.iter().map(|chunk| chunk.len()).sum()
    }

    /// Returns true if the map has no values.
    pub fn is_empty(&self) -> bool {
        self.chunks.is_empty()
    }

    /// Returns the entries from a path on. The path itself need not be in the map.
    pub fn from<'a>(&'a self, path: &str) -> impl Iterator<Item = (&'a Arc<str>, &'a V)> + use<'a, V> {
        let (Ok((chunk, at)) | Err((chunk, at))) = self.find(path);
        let (first, rest) = match self.chunks.get(chunk) {
            Some(first) => (&first[at..], &self.chunks[chunk + 1..]),
            None => (&[][..], &[][..]),
        };
        first.iter().chain(rest.iter().flat_map(|chunk| chunk.iter())).map(|(name, value)| (name, value))
    }

    /// Inserts a value at a path. Returns the value that it replaces.
    pub fn insert(&mut self, path: Arc<str>, value: V) -> Option<V> {
        match self.find(&path) {
            Ok((chunk, at)) => Some(std::mem::replace(&mut Arc::make_mut(&mut self.chunks[chunk])[at].1, value)),
            Err((chunk, _)) if chunk == self.chunks.len() => {
                self.chunks.push(Arc::new(vec![(path, value)]));
                None
            }
            Err((chunk, at)) => {
                let entries = Arc::make_mut(&mut self.chunks[chunk]);
                entries.insert(at, (path, value));
                if entries.len() > MOST {
                    let rest = entries.split_off(CHUNK);
                    self.chunks.insert(chunk + 1, Arc::new(rest));
                }
                None
            }
        }
    }

    /// Removes the value at a path and returns it.
    pub fn remove(&mut self, path: &str) -> Option<V> {
        let (chunk, at) = self.find(path).ok()?;
        let entries = Arc::make_mut(&mut self.chunks[chunk]);
        let (_, value) = entries.remove(at);
        if entries.is_empty() {
            self.chunks.remove(chunk);
        }
        Some(value)
    }

    /// Returns the entries that differ between two maps; `same` compares two values. Shared chunks
    /// are skipped.
    pub fn differences<'a>(&'a self, other: &'a Self, same: impl Fn(&V, &V) -> bool) -> Vec<Difference<'a, V>> {
        let mut found = Vec::new();
        let (mut left, mut right) = (Cursor::new(&self.chunks), Cursor::new(&other.chunks));
        loop {
            while left.share_chunk(&mut right) {}
            match (left.entry(), right.entry()) {
                (None, None) => return found,
                (Some((name, value)), None) => {
                    found.push((name, Some(value), None));
                    left.next();
                }
                (None, Some((name, value))) => {
                    found.push((name, None, Some(value)));
                    right.next();
                }
                (Some((a, before)), Some((b, after))) => match a.cmp(b) {
                    Ordering::Less => {
                        found.push((a, Some(before), None));
                        left.next();
                    }
                    Ordering::Greater => {
                        found.push((b, None, Some(after)));
                        right.next();
                    }
                    Ordering::Equal => {
                        if !same(before, after) {
                            found.push((b, Some(before), Some(after)));
                        }
                        left.next();
                        right.next();
                    }
                },
            }
        }
    }

    /// Finds a path, as chunk and position. The error is the position for inserting it.
    fn find(&self, path: &str) -> Result<(usize, usize), (usize, usize)> {
        // The last chunk that begins at or before the path; the first chunk if none does.
        let chunk = self.chunks.partition_point(|chunk| *chunk[0].0 <= *path).saturating_sub(1);
        let Some(entries) = self.chunks.get(chunk) else { return Err((0, 0)) };
        match entries.binary_search_by(|(name, _)| (**name).cmp(path)) {
            Ok(at) => Ok((chunk, at)),
            Err(at) => Err((chunk, at)),
        }
    }
}

impl<K: Into<Arc<str>>, V: Clone> FromIterator<(K, V)> for SharedMap<V> {
    fn from_iter<T: IntoIterator<Item = (K, V)>>(values: T) -> Self {
        // The map sorts the entries; of two values for one path the later one stays.
        let sorted: std::collections::BTreeMap<Arc<str>, V> =
            values.into_iter().map(|(path, value)| (path.into(), value)).collect();
        let mut chunks = Vec::with_capacity(sorted.len().div_ceil(CHUNK));
        let mut sorted = sorted.into_iter().peekable();
        while sorted.peek().is_some() {
            chunks.push(Arc::new(sorted.by_ref().take(CHUNK).collect()));
        }
        Self { chunks }
    }
}

/// Position in the entries of a map.
struct Cursor<'a, V> {
    chunks: &'a [Arc<Vec<Entry<V>>>],
    at: usize,
}

impl<'a, V> Cursor<'a, V> {
    fn new(chunks: &'a [Arc<Vec<Entry<V>>>]) -> Self {
        Self { chunks, at: 0 }
    }

    fn entry(&self) -> Option<(&'a Arc<str>, &'a V)> {
        let (name, value) = &self.chunks.first()?[self.at];
        Some((name, value))
    }

    fn next(&mut self) {
        self.at += 1;
        if self.at == self.chunks[0].len() {
            self.chunks = &self.chunks[1..];
            self.at = 0;
        }
    }

    /// Skips a chunk that both maps share, if both cursors are at its beginning. Returns true if it
    /// did.
    fn share_chunk(&mut self, other: &mut Self) -> bool {
        let shared = self.at == 0
            && other.at == 0
            && matches!((self.chunks.first(), other.chunks.first()), (Some(a), Some(b)) if Arc::ptr_eq(a, b));
        if shared {
            self.chunks = &self.chunks[1..];
            other.chunks = &other.chunks[1..];
        }
        shared
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Law: after any insertions and removals it equals a sorted map, and a copy keeps its
        /// entries.
        #[test]
        fn it_is_a_sorted_map(first in prop::collection::btree_map(0..400u32, 0..3u32, 0..300), edits in prop::collection::vec((0..400u32, 0..4u32), 0..120)) {
            let name = |n: u32| format!("{n:03}");
            let mut map: BTreeMap<String, String> = first.iter().map(|(n, t)| (name(*n), t.to_string())).collect();
            let mut files: SharedMap<String> = map.iter().map(|(name, text)| (name.as_str(), text.clone())).collect();
            let (before, map_before) = (files.clone(), map.clone());
            for (n, t) in edits {
                let path = name(n);
                let (left, right) = match t {
                    3 => (files.remove(&path), map.remove(&path)),
                    t => (files.insert(path.as_str().into(), t.to_string()), map.insert(path.clone(), t.to_string())),
                };
                prop_assert_eq!(left, right);
                prop_assert!(files.chunks.iter().all(|chunk| !chunk.is_empty() && chunk.len() <= MOST));
                let from: Vec<_> = files.from(&path).map(|(name, _)| name.to_string()).collect();
                prop_assert_eq!(from, map.range(path..).map(|(name, _)| name.clone()).collect::<Vec<_>>());
            }
            let all = |files: &SharedMap<String>| files.iter().map(|(name, text)| (name.to_string(), text.clone())).collect::<Vec<_>>();
            prop_assert_eq!(all(&files), map.clone().into_iter().collect::<Vec<_>>());
            prop_assert_eq!(all(&before), map_before.clone().into_iter().collect::<Vec<_>>());
            prop_assert_eq!(files.len(), map.len());
            let found: Vec<_> = before.differences(&files, |a, b| a == b).into_iter().map(|(name, a, b)| (name.to_string(), a.cloned(), b.cloned())).collect();
            let names: std::collections::BTreeSet<&String> = map.keys().chain(map_before.keys()).collect();
            let wanted: Vec<_> = names.into_iter().filter(|name| map.get(*name) != map_before.get(*name))
                .map(|name| (name.clone(), map_before.get(name).cloned(), map.get(name).cloned())).collect();
            prop_assert_eq!(found, wanted);
        }
    }

    #[test]
    fn a_copy_with_one_value_changed_shares_the_rest() {
        let mut files: SharedMap<&str> = (0..1000).map(|n| (format!("{n:04}"), "a")).collect();
        let before = files.clone();
        files.insert("0500".into(), "b");
        let shared = before.chunks.iter().zip(&files.chunks).filter(|(a, b)| Arc::ptr_eq(a, b)).count();
        assert_eq!((shared + 1, files.chunks.len()), (before.chunks.len(), before.chunks.len()));
        let found = before.differences(&files, |a, b| a == b);
        assert_eq!(found.len(), 1);
        assert_eq!(&**found[0].0, "0500");
    }
}
