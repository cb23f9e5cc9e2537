//! Places in the order of the source, for lines of a translation.

use crate::base::IndexVec;
use crate::model::{SegmentId, TextDigest};

use super::Kind;
use super::canonicalize::PreviousState;
use super::order::LockedIndex;

/// A place in the order of the source where a line of a translation may belong.
pub(super) struct Place<'a> {
    pub(super) id: SegmentId,
    /// Kind of the source's line; a sentence if the source has no line with this id.
    pub(super) kind: Kind,
    /// Digest of the text that the translation had for this id; `None` if it was not translated.
    pub(super) former: Option<TextDigest>,
    /// The source's text, if the lock has it.
    pub(super) source_text: Option<&'a str>,
    /// True if the source has no line with this id.
    pub(super) is_translation_only: bool,
    /// True if the source had a line with this id and has lost it.
    pub(super) is_gone: bool,
    /// True if the source has got the sentence since the lock was written.
    pub(super) is_new: bool,
    /// Label of the footnote that the source's line is in.
    pub(super) note: Option<&'a str>,
}

/// The places where a line may belong.
pub(super) type Places<'a> = IndexVec<LockedIndex, Place<'a>>;

impl Place<'_> {
    /// Returns the id with the digest that the translation had for it; `None` if it was not
    /// translated.
    pub(super) fn previous_state(&self) -> Option<PreviousState> {
        Some(PreviousState { id: self.id, digest: self.former?, is_translation_only: self.is_translation_only })
    }
}
