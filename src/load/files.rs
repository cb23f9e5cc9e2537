//! The files of a snapshot: a sorted map whose copies share all that is the same.
//!
//! A look at the disk after a save gives a snapshot that differs in a file or two. The entries lie in sorted
//! chunks behind reference counts, so a copy costs a count for each chunk, a change copies one chunk, and
//! two snapshots are compared by looking only into the chunks that they do not share.

use std::cmp::Ordering;
use std::sync::Arc;

use super::File;

/// How many entries a new chunk has, and how many make it two.
const CHUNK: usize = 64;
const MOST: usize = 2 * CHUNK;

type Entry = (Arc<str>, File);

/// Files by path from the root, with `/` between its parts, in NFC.
///
/// 1. The paths in all chunks, one after the other, grow; so each stands there once.
/// 2. No chunk is empty.
#[derive(Debug, Default, Clone)]
pub struct Files {
    chunks: Vec<Arc<Vec<Entry>>>,
}

impl Files {
    /// The file at a path.
    pub fn get(&self, path: &str) -> Option<&File> {
        self.get_key_value(path).map(|(_, file)| file)
    }

    /// The file at a path, and the path as it is kept.
    pub fn get_key_value(&self, path: &str) -> Option<(&Arc<str>, &File)> {
        let (chunk, at) = self.find(path).ok()?;
        let (name, file) = &self.chunks[chunk][at];
        Some((name, file))
    }

    /// Whether there is a file at a path.
    pub fn contains_key(&self, path: &str) -> bool {
        self.find(path).is_ok()
    }

    /// All files, in the order of their paths.
    pub fn iter(&self) -> impl Iterator<Item = (&Arc<str>, &File)> {
        self.chunks.iter().flat_map(|chunk| chunk.iter()).map(|(name, file)| (name, file))
    }

    /// All paths, in their order.
    pub fn keys(&self) -> impl Iterator<Item = &Arc<str>> {
        self.iter().map(|(name, _)| name)
    }

    /// How many files there are.
    pub fn len(&self) -> usize {
        self.chunks.iter().map(|chunk| chunk.len()).sum()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.chunks.is_empty()
    }

    /// The files from a path on, whether or not it is there.
    pub fn from<'a>(&'a self, path: &str) -> impl Iterator<Item = (&'a Arc<str>, &'a File)> + use<'a> {
        let (Ok((chunk, at)) | Err((chunk, at))) = self.find(path);
        let (first, rest) = match self.chunks.get(chunk) {
            Some(first) => (&first[at..], &self.chunks[chunk + 1..]),
            None => (&[][..], &[][..]),
        };
        first.iter().chain(rest.iter().flat_map(|chunk| chunk.iter())).map(|(name, file)| (name, file))
    }

    /// Puts a file in its place; gives the one that was there.
    pub fn insert(&mut self, path: Arc<str>, file: File) -> Option<File> {
        match self.find(&path) {
            Ok((chunk, at)) => Some(std::mem::replace(&mut Arc::make_mut(&mut self.chunks[chunk])[at].1, file)),
            Err((chunk, _)) if chunk == self.chunks.len() => {
                self.chunks.push(Arc::new(vec![(path, file)]));
                None
            }
            Err((chunk, at)) => {
                let entries = Arc::make_mut(&mut self.chunks[chunk]);
                entries.insert(at, (path, file));
                if entries.len() > MOST {
                    let rest = entries.split_off(CHUNK);
                    self.chunks.insert(chunk + 1, Arc::new(rest));
                }
                None
            }
        }
    }

    /// Takes a file away.
    pub fn remove(&mut self, path: &str) -> Option<File> {
        let (chunk, at) = self.find(path).ok()?;
        let entries = Arc::make_mut(&mut self.chunks[chunk]);
        let (_, file) = entries.remove(at);
        if entries.is_empty() {
            self.chunks.remove(chunk);
        }
        Some(file)
    }

    /// The paths at which two snapshots differ, with what each has there; what both share is not looked at.
    pub fn differences<'a>(&'a self, other: &'a Self) -> Vec<(&'a Arc<str>, Option<&'a File>, Option<&'a File>)> {
        let mut found = Vec::new();
        let (mut left, mut right) = (Cursor::new(&self.chunks), Cursor::new(&other.chunks));
        loop {
            while left.share_chunk(&mut right) {}
            match (left.entry(), right.entry()) {
                (None, None) => return found,
                (Some((name, file)), None) => {
                    found.push((name, Some(file), None));
                    left.next();
                }
                (None, Some((name, file))) => {
                    found.push((name, None, Some(file)));
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
                        if !before.same(after) {
                            found.push((b, Some(before), Some(after)));
                        }
                        left.next();
                        right.next();
                    }
                },
            }
        }
    }

    /// Where a path is, as chunk and position, or where it would be put.
    fn find(&self, path: &str) -> Result<(usize, usize), (usize, usize)> {
        // The last chunk that begins at or before it; what comes before all goes into the first.
        let chunk = self.chunks.partition_point(|chunk| *chunk[0].0 <= *path).saturating_sub(1);
        let Some(entries) = self.chunks.get(chunk) else { return Err((0, 0)) };
        match entries.binary_search_by(|(name, _)| (**name).cmp(path)) {
            Ok(at) => Ok((chunk, at)),
            Err(at) => Err((chunk, at)),
        }
    }
}

impl<K: Into<Arc<str>>> FromIterator<(K, File)> for Files {
    fn from_iter<T: IntoIterator<Item = (K, File)>>(files: T) -> Self {
        // Sorted by a map; of two files of one path the later stays.
        let sorted: std::collections::BTreeMap<Arc<str>, File> =
            files.into_iter().map(|(path, file)| (path.into(), file)).collect();
        let mut chunks = Vec::with_capacity(sorted.len().div_ceil(CHUNK));
        let mut sorted = sorted.into_iter().peekable();
        while sorted.peek().is_some() {
            chunks.push(Arc::new(sorted.by_ref().take(CHUNK).collect()));
        }
        Self { chunks }
    }
}

/// A position in the entries of a snapshot.
struct Cursor<'a> {
    chunks: &'a [Arc<Vec<Entry>>],
    at: usize,
}

impl<'a> Cursor<'a> {
    fn new(chunks: &'a [Arc<Vec<Entry>>]) -> Self {
        Self { chunks, at: 0 }
    }

    fn entry(&self) -> Option<(&'a Arc<str>, &'a File)> {
        let (name, file) = &self.chunks.first()?[self.at];
        Some((name, file))
    }

    fn next(&mut self) {
        self.at += 1;
        if self.at == self.chunks[0].len() {
            self.chunks = &self.chunks[1..];
            self.at = 0;
        }
    }

    /// Passes over a chunk at whose beginning both stand.
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

    use super::super::{Content, Stamp};
    use super::*;

    fn file(text: &str) -> File {
        File { content: Content::Text(text.into()), stamp: Stamp::of_nothing() }
    }

    fn text(file: &File) -> String {
        match &file.content {
            Content::Text(text) => text.to_string(),
            Content::Forgotten | Content::Binary { .. } => unreachable!("these are texts"),
        }
    }

    proptest! {
        /// Whatever is put in and taken out, it is a sorted map, and a copy keeps what it had.
        #[test]
        fn it_is_a_sorted_map(first in prop::collection::btree_map(0..400u32, 0..3u32, 0..300), edits in prop::collection::vec((0..400u32, 0..4u32), 0..120)) {
            let name = |n: u32| format!("{n:03}");
            let mut map: BTreeMap<String, String> = first.iter().map(|(n, t)| (name(*n), t.to_string())).collect();
            let mut files: Files = map.iter().map(|(name, text)| (name.as_str(), file(text))).collect();
            let (before, map_before) = (files.clone(), map.clone());
            for (n, t) in edits {
                let path = name(n);
                let (left, right) = match t {
                    3 => (files.remove(&path), map.remove(&path)),
                    t => (files.insert(path.as_str().into(), file(&t.to_string())), map.insert(path.clone(), t.to_string())),
                };
                prop_assert_eq!(left.as_ref().map(text), right);
                prop_assert!(files.chunks.iter().all(|chunk| !chunk.is_empty() && chunk.len() <= MOST));
                let from: Vec<_> = files.from(&path).map(|(name, _)| name.to_string()).collect();
                prop_assert_eq!(from, map.range(path..).map(|(name, _)| name.clone()).collect::<Vec<_>>());
            }
            let all = |files: &Files| files.iter().map(|(name, file)| (name.to_string(), text(file))).collect::<Vec<_>>();
            prop_assert_eq!(all(&files), map.clone().into_iter().collect::<Vec<_>>());
            prop_assert_eq!(all(&before), map_before.clone().into_iter().collect::<Vec<_>>());
            prop_assert_eq!(files.len(), map.len());
            let found: Vec<_> = before.differences(&files).into_iter().map(|(name, a, b)| (name.to_string(), a.map(text), b.map(text))).collect();
            let names: std::collections::BTreeSet<&String> = map.keys().chain(map_before.keys()).collect();
            let wanted: Vec<_> = names.into_iter().filter(|name| map.get(*name) != map_before.get(*name))
                .map(|name| (name.clone(), map_before.get(name).cloned(), map.get(name).cloned())).collect();
            prop_assert_eq!(found, wanted);
        }
    }

    #[test]
    fn a_copy_with_one_file_changed_shares_the_rest() {
        let mut files: Files = (0..1000).map(|n| (format!("{n:04}"), file("a"))).collect();
        let before = files.clone();
        files.insert("0500".into(), file("b"));
        let shared = before.chunks.iter().zip(&files.chunks).filter(|(a, b)| Arc::ptr_eq(a, b)).count();
        assert_eq!((shared + 1, files.chunks.len()), (before.chunks.len(), before.chunks.len()));
        let found = before.differences(&files);
        assert_eq!(found.len(), 1);
        assert_eq!(&**found[0].0, "0500");
    }
}
