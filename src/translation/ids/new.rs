//! New ids for lines that match no sentence of the work.

use std::collections::{HashMap, HashSet};

use super::{Claim, Line};
use crate::model::lock::Lock;
use crate::model::{Label, LanguageTag, SegmentId, Unit};

/// Generator of new ids. It never gives an id twice, nor one in the lock, even of a sentence that
/// is gone.
///
/// * After sentence X of its block: the plain next number, if X is the last that its block ever
///   had; otherwise the first free one of `Xa`, `Xb` …
/// * Before the first sentence of its block: number 0, then `0a`, `0b` …
/// * In a new block after block 3: `3a.1`, `3a.2` …; after all other blocks: the next number that
///   no block had.
/// * In a translation, a line that translates no sentence of the source gets letters or a number 0,
///   and the language behind them. Plain numbers are the source's. Another edition may also get a
///   sentence of its own at the same place before either is synced.
///
/// ```text
/// 1.1  known
///      new line  -> 1.1a in the source, 1.1a-en in the English translation
/// 1.2  known
///      new line  -> 1.3 in the source, 1.2a-en in the English translation
/// ```
pub(super) struct NewIds {
    used: HashSet<SegmentId>,
    /// For each block, the greatest number that a sentence of it has or had.
    last: HashMap<Label, u32>,
    last_block: u32,
}

impl NewIds {
    /// Makes a generator that avoids the ids in the lock and those that lines have already.
    pub(super) fn of(lock: &Lock, ids: &[Option<SegmentId>]) -> Self {
        let known = lock.entries().iter().filter_map(|entry| match entry.unit {
            Unit::Segment(id) => Some(id),
            Unit::Title | Unit::Description => None,
        });
        let mut new = Self { used: HashSet::new(), last: HashMap::new(), last_block: 0 };
        if ids.iter().any(Option::is_none) {
            new.reserve(known.chain(ids.iter().flatten().copied()));
        }
        new
    }

    /// Prevents ids from being given.
    pub(super) fn reserve(&mut self, ids: impl Iterator<Item = SegmentId>) {
        for id in ids {
            self.used.insert(id);
            let last = self.last.entry(id.block).or_default();
            *last = (*last).max(id.sentence.number);
            self.last_block = self.last_block.max(id.block.number);
        }
    }

    /// Gives ids, in order, to the lines that have none. `only` is the language of a translation.
    pub(super) fn fill(&mut self, ids: &[Option<SegmentId>], lines: &[Line<'_>], only: Option<LanguageTag>) -> Vec<SegmentId> {
        let mut filled: Vec<SegmentId> = Vec::with_capacity(ids.len());
        let last_known = ids.iter().rposition(Option::is_some);
        for (at, id) in ids.iter().enumerate() {
            let id = id.unwrap_or_else(|| {
                let block = lines[at].block;
                let before = at.checked_sub(1).filter(|&before| lines[before].block == block);
                let next = || (at..ids.len()).take_while(|&next| lines[next].block == block).find_map(|next| ids[next]);
                let new = match before.map(|before| filled[before]) {
                    Some(before) => self.after(before, only),
                    None => match next() {
                        Some(next) => self.free(SegmentId { block: next.block, sentence: Label::plain(0), only }),
                        None => {
                            let is_last = last_known.is_none_or(|last| last < at) && only.is_none();
                            let block = self.block(filled.last().map(|id| id.block), is_last);
                            SegmentId { block, sentence: Label::plain(1), only }
                        }
                    },
                };
                self.reserve([new].into_iter());
                new
            });
            filled.push(id);
        }
        filled
    }

    /// Returns the new id of a line right after the sentence `before` of its block.
    fn after(&self, before: SegmentId, only: Option<LanguageTag>) -> SegmentId {
        let is_last = self.last.get(&before.block).is_none_or(|&last| last <= before.sentence.number);
        if only.is_none() && is_last && before.sentence.number < Label::MOST {
            return SegmentId { sentence: Label::plain(before.sentence.number + 1), only, ..before };
        }
        self.free(SegmentId { sentence: before.sentence.next_suffix(), only, ..before })
    }

    /// Returns the id if it is free, otherwise the first free one with later letters.
    fn free(&self, mut id: SegmentId) -> SegmentId {
        while self.used.contains(&id) {
            id.sentence = id.sentence.next_suffix();
        }
        id
    }

    /// Returns the label of a new block after the block `before`. If `is_last` is true, no known
    /// line follows, and the next number is free.
    fn block(&self, before: Option<Label>, is_last: bool) -> Label {
        if is_last && self.last_block < Label::MOST {
            return Label::plain(self.last_block + 1);
        }
        let mut label = before.map_or(Label::plain(0), Label::next_suffix);
        while self.last.contains_key(&label) {
            label = label.next_suffix();
        }
        label
    }
}

/// Returns the ids of an edition without a lock, by position.
///
/// An id that a mark claims, or that is in `omitted`, goes to no other line. `omitted` lists the
/// sentences left out by this edition and those that exist in the source only. A line of this
/// language alone takes no number: it gets letters or a number 0, and its language, `only`.
///
/// ```text
/// One.                    1.1
/// Three. <!-- = 1.3 -->   1.3
/// Own. <!-- + -->         1.3a-en
/// Two.                    1.2
/// Four.                   1.4     1.3 is claimed
/// ```
pub fn by_position(lines: &[(u32, Claim<'_>)], omitted: &[SegmentId], only: Option<LanguageTag>) -> Vec<SegmentId> {
    let mut taken: HashSet<SegmentId> = omitted.iter().copied().collect();
    for (_, claim) in lines {
        if let Claim::Translates(sentences) = claim {
            taken.extend(sentences.iter().copied());
        }
    }
    let mut given = HashSet::new();
    let mut ids: Vec<SegmentId> = Vec::with_capacity(lines.len());
    let (mut block, mut number) = (0, 0);
    for (at, (own, claim)) in lines.iter().enumerate() {
        if *own != block {
            (block, number) = (*own, 0);
        }
        let first = match claim {
            Claim::Translates(sentences) => sentences.first().copied().filter(|first| !given.contains(first)),
            Claim::Nothing => loop {
                number += 1;
                let id = SegmentId::plain(block, number);
                if !taken.contains(&id) {
                    break Some(id);
                }
            },
            Claim::OnlyHere => None,
        };
        let id = first.unwrap_or_else(|| {
            // The id follows that of the line before it, or stands at the head of the block.
            let before = at.checked_sub(1).filter(|&before| lines[before].0 == *own).map(|before| ids[before]);
            let mut id = match before {
                Some(before) => SegmentId { sentence: before.sentence.next_suffix(), only, ..before },
                None => SegmentId { only, ..SegmentId::plain(block, 0) },
            };
            while taken.contains(&id) || given.contains(&id) {
                id.sentence = id.sentence.next_suffix();
            }
            id
        });
        given.insert(id);
        ids.push(id);
    }
    ids
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the ids of lines such as `1 1 =2.1 2 -`: the block of each, or the sentence that it
    /// claims, or `-` for a line of block 1 that stands for nothing.
    fn ids(lines: &str, omitted: &str) -> String {
        let id = |text: &str| SegmentId::parse(text).expect("an id");
        let claimed: Vec<Vec<SegmentId>> =
            lines.split(' ').map(|line| line.strip_prefix('=').into_iter().map(id).collect()).collect();
        let line = |(line, claimed): (&str, &Vec<SegmentId>)| match claimed.first() {
            Some(first) => (first.block.number, Claim::Nothing),
            None => (line.parse().unwrap_or(1), if line == "-" { Claim::OnlyHere } else { Claim::Nothing }),
        };
        let mut all: Vec<(u32, Claim<'_>)> = lines.split(' ').zip(&claimed).map(line).collect();
        for ((_, claim), claimed) in all.iter_mut().zip(&claimed).filter(|(_, claimed)| !claimed.is_empty()) {
            *claim = Claim::Translates(claimed);
        }
        let omitted: Vec<SegmentId> = omitted.split_whitespace().map(id).collect();
        let ids = by_position(&all, &omitted, LanguageTag::parse("en"));
        ids.iter().map(SegmentId::to_string).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn lines_without_a_lock_are_counted() {
        assert_eq!(ids("1 1 2 3 3", ""), "1.1 1.2 2.1 3.1 3.2");
        assert_eq!(ids("1 1 2 2", "1.1 2.2"), "1.2 1.3 2.1 2.3");
        assert_eq!(ids("1 =1.1 1", ""), "1.2 1.1 1.3");
        assert_eq!(ids("1 =1.1 =1.1 =1.1 1", ""), "1.2 1.1 1.1a-en 1.1b-en 1.3");
        assert_eq!(ids("- - 1 - 1", ""), "1.0-en 1.0a-en 1.1 1.1a-en 1.2");
        assert_eq!(ids("- 1 -", "1.0-en 1.1a-en"), "1.0a-en 1.1 1.1b-en");
    }
}
