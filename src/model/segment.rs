//! The address of a sentence inside its work.

use std::fmt;

/// `3.2`: the second sentence of the third block of text.
///
/// A block is a heading, a paragraph, a list item or another leaf of the document that holds text;
/// both numbers count from one. The same id means the same sentence in every edition of a work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SegmentId {
    pub block: u32,
    pub sentence: u32,
}

impl fmt::Display for SegmentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.block, self.sentence)
    }
}

/// Reads `3.2`; `None` if it is no segment id.
pub fn parse(text: &str) -> Option<SegmentId> {
    let (block, sentence) = text.split_once('.')?;
    let number = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok()).flatten();
    Some(SegmentId { block: number(block)?, sentence: number(sentence)? })
}
