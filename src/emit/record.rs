//! What one build of a folder leaves for the next, so that what is as it was is not made again.
//!
//! A [`Record`] names each file that a build published with what it was made of ([`crate::output::makings`]) and
//! with the marks by which the file on disk is known again. A file is passed over only if both are the same;
//! so a record can be wrong only if the makings are, or if somebody wrote into the published folder within the
//! grain of the file system's clock after a build had looked at it (a few milliseconds), in as many bytes.
//! Nothing depends on a record: without one, everything is made and compared.

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

/// How a record begins; one of another program is none.
const HEADER: &str = concat!("tilmash record ", env!("TILMASH_PROGRAM"), "\n");

/// A published folder as a build left it.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Record {
    /// The whole of what it was made of; `None` if there was anything to be said of it, which then is to be said again.
    inputs: Option<Digest>,
    /// How many works and languages the site had.
    pub works: usize,
    pub languages: usize,
    /// By path from the folder. The list of files is among them.
    files: BTreeMap<String, Entry>,
}

/// A published file.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Entry {
    /// `None` if that is not followed.
    makings: Option<Digest>,
    mark: Mark,
}

/// By what a file on disk is known again: when it was written and changed, its length, which one it is.
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
    /// Looks at a folder that was published: its files, what each was made of, and the record, if any, that knows it as it is.
    pub(super) fn of(
        output: &Path,
        files: Vec<(&str, Option<Digest>, Option<&Self>)>,
        (works, languages): (usize, usize),
    ) -> Self {
        let files = files.into_par_iter().chain([(MANIFEST, None, None)]);
        let entry = |(path, makings, known): (&str, _, Option<&Self>)| {
            let known = known.and_then(|record| record.files.get(path)).map(|entry| entry.mark);
            Some((path.to_owned(), Entry { makings, mark: known.or_else(|| Mark::of(&output.join(path)))? }))
        };
        Self { inputs: None, works, languages, files: files.filter_map(entry).collect() }
    }

    /// The record of a folder of which there is nothing more to be said than that it was made of `inputs`.
    #[must_use]
    pub fn made_of(self, inputs: Option<Digest>) -> Self {
        Self { inputs, ..self }
    }

    /// Whether a file is as it was and would be made of the same.
    pub(super) fn has(&self, path: &str, makings: Digest, disk: &Path) -> bool {
        self.files.get(path).is_some_and(|entry| entry.makings == Some(makings) && Mark::of(disk) == Some(entry.mark))
    }

    /// How many files of the site there are, if each of them is as it was and the site would be made of `inputs`.
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
        body.put(&(self.works as u64).to_le_bytes())?;
        body.put(&(self.languages as u64).to_le_bytes())?;
        for (path, Entry { makings, mark: Mark { modified, changed, length, file } }) in &self.files {
            body.put(&(path.len() as u64).to_le_bytes())?;
            body.put(path.as_bytes())?;
            body.digest(*makings)?;
            body.put(&modified.to_le_bytes())?;
            body.put(&changed.to_le_bytes())?;
            body.put(&length.to_le_bytes())?;
            body.put(&file.to_le_bytes())?;
        }
        let sum = body.digester.digest();
        out.write_all(&sum.0.to_le_bytes())
    }

    /// Reads what [`Record::write`] wrote; of anything else, or of less, an empty record.
    pub fn read(bytes: &[u8]) -> Self {
        let whole = bytes.strip_prefix(HEADER.as_bytes()).and_then(|rest| rest.split_last_chunk::<16>());
        let body = whole.filter(|(body, digest)| Digest::of(body) == Digest(u128::from_le_bytes(**digest))).map(|it| it.0);
        body.and_then(|body| Reader(body).record()).unwrap_or_default()
    }
}

/// What is written, and the digest of it.
struct Body<'a> {
    out: &'a mut dyn Write,
    digester: Digester,
}

impl Body<'_> {
    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.digester.write(bytes);
        self.out.write_all(bytes)
    }

    fn digest(&mut self, digest: Option<Digest>) -> io::Result<()> {
        self.put(&[u8::from(digest.is_some())])?;
        self.put(&digest.map_or(0, |digest| digest.0).to_le_bytes())
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
            let makings = self.digest()?;
            let (modified, changed) = (i128::from_le_bytes(self.chunk()?), i128::from_le_bytes(self.chunk()?));
            let mark = Mark { modified, changed, length: self.number()?, file: self.number()? };
            files.insert(path, Entry { makings, mark });
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
    fn a_record_comes_back_or_is_none() {
        let mark = Mark { modified: -5, changed: i128::MAX, length: 7, file: u64::MAX };
        let entry = |makings| Entry { makings, mark };
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
