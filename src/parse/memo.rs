//! A cache of parsed documents, so that the preview parses only changed files.

use std::collections::HashMap;
use std::sync::Arc;

use rayon::prelude::*;

use super::{Document, ParseInput, parse};
use crate::base::Diagnostic;

/// A document and its problems: the complete result of [`parse`].
pub type Parsed = (Arc<Document>, Arc<[Diagnostic]>);

/// The cached results of parsing, by file.
///
/// An entry is used only if its whole input is equal. It could be wrong only if [`parse`] depended
/// on something outside [`ParseInput`]. Entries of removed files are dropped.
#[derive(Debug, Default)]
pub struct Memo {
    parsed: HashMap<Arc<str>, (ParseInput, Parsed)>,
    /// True if nothing is cached.
    is_asked_once: bool,
}

impl Memo {
    /// Creates a memo that caches nothing, and drops each text as soon as it is parsed.
    pub fn asked_once() -> Self {
        Self { is_asked_once: true, ..Self::default() }
    }

    /// Returns true if the file was parsed.
    pub fn knows(&self, file: &str) -> bool {
        self.parsed.contains_key(file)
    }

    /// Parses a file again after `change` has edited its cached input. Returns the result before
    /// and after, or `None` if the file was never parsed.
    pub fn parse_again(&mut self, file: &str, change: impl FnOnce(&mut ParseInput)) -> Option<(Parsed, Parsed)> {
        let (input, result) = self.parsed.get_mut(file)?;
        change(input);
        let (document, problems) = parse(input);
        let before = std::mem::replace(result, (Arc::new(document), problems.into()));
        Some((before, result.clone()))
    }

    /// Returns the input that a file was last parsed from.
    pub fn input(&self, file: &str) -> Option<&ParseInput> {
        self.parsed.get(file).map(|(input, _)| input)
    }

    /// Parses all inputs, and takes unchanged ones from the cache. Returns the results in the order
    /// of the inputs, and the number of inputs that were parsed.
    ///
    /// Translations are parsed after their sources, because their input includes the
    /// changes of the sources since the lock.
    pub fn parse_all(&mut self, mut inputs: Vec<ParseInput>) -> (Vec<Parsed>, usize) {
        let nothing: Arc<str> = "".into();
        let parsed = |input: &mut ParseInput| match self.parsed.get(&input.file) {
            Some((before, _)) if before == input => None,
            _ => {
                let (document, problems) = parse(input);
                if self.is_asked_once {
                    input.text = Arc::clone(&nothing);
                }
                Some((Arc::new(document), problems.into()))
            }
        };
        let is_translation = |input: &ParseInput| input.is_translation(input.lock.as_ref());
        let mut fresh: Vec<Option<Parsed>> =
            inputs.par_iter_mut().map(|input| if is_translation(input) { None } else { parsed(input) }).collect();
        let mut source_delta = HashMap::new();
        for (input, fresh) in inputs.iter().zip(&fresh).filter(|(input, _)| !is_translation(input)) {
            let source = fresh.as_ref().map_or_else(|| &self.parsed[&input.file].1.0, |(document, _)| document);
            source_delta.extend(source.source_delta.clone().map(|it| (input.key.clone(), it)));
        }
        inputs.par_iter_mut().zip(&mut fresh).filter(|(input, _)| is_translation(input)).for_each(|(input, fresh)| {
            input.source_delta = source_delta.get(&input.key).cloned();
            *fresh = parsed(input);
        });
        if self.is_asked_once {
            let results: Vec<Parsed> = fresh.into_iter().flatten().collect();
            let made = results.len();
            return (results, made);
        }
        let made = fresh.iter().flatten().count();
        let mut parsed = HashMap::with_capacity(inputs.len());
        let mut results = Vec::with_capacity(inputs.len());
        for (input, fresh) in inputs.into_iter().zip(fresh) {
            let result = match fresh {
                Some(result) => result,
                None => self.parsed.remove(&input.file).expect("found above").1,
            };
            results.push((Arc::clone(&result.0), Arc::clone(&result.1)));
            parsed.insert(Arc::clone(&input.file), (input, result));
        }
        self.parsed = parsed;
        (results, made)
    }
}
