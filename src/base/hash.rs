//! Digests of contents: fast, stable between runs and machines, not safe against an adversary.

use xxhash_rust::xxh3::xxh3_128;

/// Digest of some bytes (XXH3, 128 bits).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest(pub u128);

impl Digest {
    /// Digests bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(xxh3_128(bytes))
    }

    /// Digests several parts. The boundaries between the parts count.
    pub fn of_parts<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut hasher = xxhash_rust::xxh3::Xxh3::new();
        for part in parts {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
        Self(hasher.digest128())
    }
}

/// Hasher that digests values which implement [`std::hash::Hash`], piece by piece.
///
/// The digest of a value may differ between machines and between versions of the program. So it is
/// only for values that the same program looks up again.
#[derive(Default)]
pub struct Digester(xxhash_rust::xxh3::Xxh3);

impl Digester {
    /// Returns the digest of everything written so far.
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
