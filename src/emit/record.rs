//! The record of a build, by which the next build of the same folder skips unchanged files.
//!
//! A [`Record`] has for each published file the fingerprint of its inputs
//! ([`crate::output::fingerprints`]) and a mark, by which an unchanged file on disk is recognized.
//! A file is skipped only if both are equal.
//!
//! A record can be wrong in two cases only. A fingerprint is wrong, or somebody overwrote a
//! published file with the same number of bytes just after a build had looked at it. "Just after"
//! is within the resolution of the file system's clock, a few milliseconds. Nothing depends on a
//! record: without one, all files are rendered and compared.

use std::collections::BTreeMap;
use std::fs;
use std::hash::Hasher as _;
use std::io::{self, Write};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use rayon::prelude::*;

use crate::base::Digest;
use crate::base::hash::Digester;

use super::{MANIFEST, swap};

/// The header of a record. A record of another build of the program is ignored.
const HEADER: &str = concat!("tilmash record ", env!("TILMASH_PROGRAM"), "\n");

/// The state of a published folder after a build.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Record {
    /// The digest of all inputs; `None` if the build had messages, which the next build must
    /// repeat.
    inputs: Option<Digest>,
    /// The numbers of works and languages of the site.
    pub works: usize,
    pub languages: usize,
    /// Files by path in the folder; the manifest is among them.
    files: BTreeMap<String, Entry>,
}

/// A published file.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Entry {
    /// The fingerprint of the inputs; `None` if they are not tracked.
    fingerprint: Option<Digest>,
    mark: Mark,
}

/// File metadata that identifies an unchanged file: mtime, ctime (creation time outside Unix),
/// length and inode.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Mark {
    modified: i128,
    changed: i128,
    length: u64,
    file: u64,
}

impl Mark {
    fn of(path: &Path) -> Option<Self> {
        let metadata = fs::symlink_metadata(path).ok().filter(fs::Metadata::is_file)?;
        let since = |time: SystemTime| match time.duration_since(UNIX_EPOCH) {
            Ok(after) => after.as_nanos() as i128,
            Err(before) => -(before.duration().as_nanos() as i128),
        };
        let modified = since(metadata.modified().ok()?);
        let length = metadata.len();
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt as _;
            let changed = i128::from(metadata.ctime()) * 1_000_000_000 + i128::from(metadata.ctime_nsec());
            Some(Self { modified, changed, length, file: metadata.ino() })
        }
        #[cfg(not(unix))]
        Some(Self { modified, changed: since(metadata.created().ok()?), length, file: 0 })
    }
}

impl Record {
    /// Records a published folder. Each file comes with its fingerprint, and with the old record if
    /// that still describes it.
    pub(super) fn of(
        output: &Path,
        files: Vec<(&str, Option<Digest>, Option<&Self>)>,
        (works, languages): (usize, usize),
    ) -> Self {
        let files = files.into_par_iter().chain([(MANIFEST, None, None)]);
        let entry = |(path, fingerprint, known): (&str, _, Option<&Self>)| {
            let known = known.and_then(|record| record.files.get(path)).map(|entry| entry.mark);
            Some((path.to_owned(), Entry { fingerprint, mark: known.or_else(|| Mark::of(&output.join(path)))? }))
        };
        Self { inputs: None, works, languages, files: files.filter_map(entry).collect() }
    }

    /// Sets the digest of all inputs; `None` if the build had messages to repeat.
    #[must_use]
    pub fn with_inputs(self, inputs: Option<Digest>) -> Self {
        Self { inputs, ..self }
    }

    /// Returns true if a file on disk is unchanged and its fingerprint is `fingerprint`.
    pub(super) fn has(&self, path: &str, fingerprint: Digest, disk: &Path) -> bool {
        self.files.get(path).is_some_and(|entry| entry.fingerprint == Some(fingerprint) && Mark::of(disk) == Some(entry.mark))
    }

    /// Returns the number of files if all of them are unchanged, the site's inputs have the digest
    /// `inputs`, and no killed build left a folder behind.
    pub fn still_holds(&self, inputs: Digest, output: &Path) -> Option<usize> {
        let is_there = |(path, entry): (&String, &Entry)| Mark::of(&output.join(path)) == Some(entry.mark);
        let holds = self.inputs == Some(inputs)
            && self.files.contains_key(MANIFEST)
            && !swap::is_left(output)
            && self.files.par_iter().all(is_there);
        holds.then(|| self.files.len() - 1)
    }

    /// Writes the record, for [`Record::read`].
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(HEADER.as_bytes())?;
        let mut body = Body { out, digester: Digester::default() };
        body.digest(self.inputs)?;
        body.append(&(self.works as u64).to_le_bytes())?;
        body.append(&(self.languages as u64).to_le_bytes())?;
        for (path, Entry { fingerprint, mark: Mark { modified, changed, length, file } }) in &self.files {
            body.append(&(path.len() as u64).to_le_bytes())?;
            body.append(path.as_bytes())?;
            body.digest(*fingerprint)?;
            body.append(&modified.to_le_bytes())?;
            body.append(&changed.to_le_bytes())?;
            body.append(&length.to_le_bytes())?;
            body.append(&file.to_le_bytes())?;
        }
        let sum = body.digester.digest();
        out.write_all(&sum.0.to_le_bytes())
    }

    /// Reads the output of [`Record::write`]. Returns an empty record for any other or incomplete
    /// data.
    pub fn read(bytes: &[u8]) -> Self {
        let whole = bytes.strip_prefix(HEADER.as_bytes()).and_then(|rest| rest.split_last_chunk::<16>());
        let body = whole.filter(|(body, digest)| Digest::of(body) == Digest(u128::from_le_bytes(**digest))).map(|it| it.0);
        body.and_then(|body| Reader(body).record()).unwrap_or_default()
    }
}

/// A writer that computes the digest of its output.
struct Body<'a> {
    out: &'a mut dyn Write,
    digester: Digester,
}

impl Body<'_> {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.digester.write(bytes);
        self.out.write_all(bytes)
    }

    fn digest(&mut self, digest: Option<Digest>) -> io::Result<()> {
        self.append(&[u8::from(digest.is_some())])?;
        self.append(&digest.map_or(0, |digest| digest.0).to_le_bytes())
    }
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn record(mut self) -> Option<Record> {
        let inputs = self.digest()?;
        let (works, languages) = (self.number()? as usize, self.number()? as usize);
        let mut files = BTreeMap::new();
        while !self.0.is_empty() {
            let length = self.number()? as usize;
            let path = std::str::from_utf8(self.take(length)?).ok()?.to_owned();
            let fingerprint = self.digest()?;
            let (modified, changed) = (i128::from_le_bytes(self.chunk()?), i128::from_le_bytes(self.chunk()?));
            let mark = Mark { modified, changed, length: self.number()?, file: self.number()? };
            files.insert(path, Entry { fingerprint, mark });
        }
        Some(Record { inputs, works, languages, files })
    }

    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn chunk<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    fn number(&mut self) -> Option<u64> {
        self.chunk().map(u64::from_le_bytes)
    }

    fn digest(&mut self) -> Option<Option<Digest>> {
        let [there] = self.chunk()?;
        let digest = Digest(u128::from_le_bytes(self.chunk()?));
        Some((there == 1).then_some(digest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_read_as_it_was_written_or_counts_as_empty() {
        let mark = Mark { modified: -5, changed: i128::MAX, length: 7, file: u64::MAX };
        let entry = |fingerprint| Entry { fingerprint, mark };
        let files = [("а/index.html", Some(Digest(7))), (MANIFEST, None)].map(|(path, it)| (path.to_owned(), entry(it))).into();
        let record = Record { inputs: Some(Digest(1)), works: 3, languages: 2, files };
        let mut bytes = Vec::new();
        record.write(&mut bytes).unwrap();
        assert_eq!(Record::read(&bytes), record);
        for end in 0..bytes.len() {
            assert_eq!(Record::read(&bytes[..end]), Record::default());
        }
        let mut other = bytes.clone();
        other[HEADER.len() + 3] ^= 1;
        assert_eq!(Record::read(&other), Record::default());
    }
}
