//! Content digests: fast, stable between runs and machines, not meant against an adversary.

use xxhash_rust::xxh3::xxh3_128;

/// The digest of some bytes (XXH3, 128 bits).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest(pub u128);

impl Digest {
    /// Digests bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(xxh3_128(bytes))
    }

    /// Digests several parts; the parts' boundaries count.
    pub fn of_parts<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut hasher = xxhash_rust::xxh3::Xxh3::new();
        for part in parts {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
        Self(hasher.digest128())
    }
}

/// Digests values piece by piece: what implements [`std::hash::Hash`] is written into it.
///
/// The digest of a value may differ from machine to machine and with the program: it is for what the same
/// program finds again.
#[derive(Default)]
pub struct Digester(xxhash_rust::xxh3::Xxh3);

impl Digester {
    /// The digest of all that was written.
    pub fn digest(&self) -> Digest {
        Digest(self.0.digest128())
    }
}

impl std::hash::Hasher for Digester {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn finish(&self) -> u64 {
        self.0.digest()
    }
}

impl std::fmt::Debug for Digester {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Digester({})", self.digest())
    }
}

impl std::fmt::Display for Digest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}
