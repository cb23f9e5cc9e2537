//! A cache of parsed documents, so that the preview parses only changed files.

use std::collections::HashMap;
use std::sync::Arc;

use rayon::prelude::*;

use super::{Document, ParseInput, parse};
use crate::base::Diagnostic;
use crate::model::Key;
use crate::translation::ids::SourceDelta;

/// A document and its problems: the complete result of [`parse`].
pub type Parsed = (Arc<Document>, Arc<[Diagnostic]>);

/// The cached results of parsing, by file.
///
/// An entry is used only if its whole input is equal. It would be wrong only if [`parse`] depended
/// on anything outside [`ParseInput`]. Entries of removed files are dropped.
#[derive(Debug, Default)]
pub struct Memo {
    /// In the order of the last inputs.
    parsed: Vec<(ParseInput, Parsed)>,
    /// True if nothing is cached.
    is_uncached: bool,
}

/// An input with its cached entry and, if it differs from that, its new result.
struct Slot {
    input: ParseInput,
    known: Option<(ParseInput, Parsed)>,
    fresh: Option<Parsed>,
}

impl Slot {
    /// Parses the input unless the cached entry has an equal one.
    fn parse(&mut self, is_uncached: bool) {
        if self.known.as_ref().is_some_and(|(before, _)| *before == self.input) {
            return;
        }
        let (document, problems) = parse(&self.input);
        if is_uncached {
            self.input.text = Arc::default();
        }
        self.fresh = Some((Arc::new(document), problems.into()));
    }

    fn is_translation(&self) -> bool {
        self.input.is_translation(self.input.lock.as_ref())
    }

    fn result(&self) -> &Parsed {
        self.fresh.as_ref().or(self.known.as_ref().map(|(_, parsed)| parsed)).expect("an input without an entry was parsed")
    }
}

impl Memo {
    /// Creates a memo that caches nothing, and drops each text as soon as it is parsed.
    pub fn uncached() -> Self {
        Self { is_uncached: true, ..Self::default() }
    }

    /// Parses all inputs, and takes unchanged ones from the cache. Returns the results in the order
    /// of the inputs, and the number of inputs that were parsed.
    ///
    /// Translations are parsed after their sources, because their input includes the
    /// changes of the sources since the lock.
    pub fn parse_all(&mut self, inputs: Vec<ParseInput>) -> (Vec<Parsed>, usize) {
        let mut slots = self.slots(inputs);
        let is_uncached = self.is_uncached;
        slots.par_iter_mut().filter(|slot| !slot.is_translation()).for_each(|slot| slot.parse(is_uncached));
        let sources = slots.iter().filter(|slot| !slot.is_translation());
        let source_delta: HashMap<Key, Arc<SourceDelta>> =
            sources.filter_map(|slot| Some((slot.input.key.clone(), slot.result().0.source_delta.clone()?))).collect();
        slots.par_iter_mut().filter(|slot| slot.is_translation()).for_each(|slot| {
            slot.input.source_delta = if source_delta.is_empty() { None } else { source_delta.get(&slot.input.key).cloned() };
            slot.parse(is_uncached);
        });
        let made = slots.iter().filter(|slot| slot.fresh.is_some()).count();
        let results = slots.iter().map(|slot| slot.result().clone()).collect();
        if !is_uncached {
            let entry = |slot: Slot| match (slot.fresh, slot.known) {
                (None, Some(known)) => known,
                (fresh, _) => (slot.input, fresh.expect("an input without an entry was parsed")),
            };
            self.parsed = slots.into_iter().map(entry).collect();
        }
        (results, made)
    }

    /// Pairs inputs with the cached entries of their files.
    fn slots(&mut self, inputs: Vec<ParseInput>) -> Vec<Slot> {
        let known = std::mem::take(&mut self.parsed);
        let same_files = known.len() == inputs.len() && known.iter().zip(&inputs).all(|((a, _), b)| a.file == b.file);
        let slot = |(input, known)| Slot { input, known, fresh: None };
        if same_files {
            return inputs.into_iter().zip(known.into_iter().map(Some)).map(slot).collect();
        }
        let mut by_file: HashMap<Arc<str>, (ParseInput, Parsed)> =
            known.into_iter().map(|entry| (Arc::clone(&entry.0.file), entry)).collect();
        let find = |input: ParseInput| (by_file.remove(&input.file), input);
        inputs.into_iter().map(find).map(|(known, input)| slot((input, known))).collect()
    }
}
