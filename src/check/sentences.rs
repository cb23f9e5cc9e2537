//! The checks of [`parity`](super::parity) on a site: each sentence of each edition, and each beside its source.
//!
//! What is found becomes diagnostics with a place in both files. A mark behind a sentence silences a check there; a
//! mark that silences nothing is reported, so that none outlives its reason.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;

use super::parity::{self, Finding, Rules, Side};
use crate::base::{Code, Diagnostic, Place, code};
use crate::load::Inputs;
use crate::parse::Document;
use crate::site::{Site, WorkId};

/// How many findings of one kind an edition shows; of the others it says how many they are.
const MOST: usize = 10;

/// An edition of a work, with what its sentences are read by.
struct Edition<'a> {
    document: &'a Document,
    text: &'a str,
    rules: &'a Rules,
}

/// Some sentences of an edition as one text.
struct Lines<'a> {
    text: Cow<'a, str>,
    /// Where each begins: in the text, and in the file.
    starts: Vec<(usize, usize)>,
}

/// What was found in an edition.
#[derive(Default)]
struct Found {
    problems: Vec<Diagnostic>,
    /// The lines that are their source, word for word.
    untranslated: BTreeSet<u32>,
}

/// The rules of each language of the site.
pub(super) fn rules(site: &Site) -> Vec<Rules> {
    site.languages.iter().map(|language| Rules::of(&language.code, &language.pack)).collect()
}

/// Checks the sentences of all editions of a work.
pub(super) fn check(site: &Site, inputs: &Inputs, rules: &[Rules], work: WorkId, problems: &mut Vec<Diagnostic>) {
    let edition = |lang: usize| {
        let document = &*site.work(work).editions.get(lang)?.as_ref()?.document;
        // A page that nobody wrote has no text.
        let text = inputs.text(&document.file)?;
        Some(Edition { document, text, rules: rules.get(lang)? })
    };
    let source = edition(site.source().0);
    for lang in site.config.lang_ids() {
        let Some(own) = edition(lang.0) else { continue };
        let mut found = Found::default();
        if let Some(source) = source.as_ref().filter(|_| lang != site.source() && site.config.side_by_side) {
            for (left, right) in rows(source.document, own.document) {
                let (a, b) = (source.lines(&left), own.lines(&right));
                for finding in parity::pair(&source.side(&a), &own.side(&b)) {
                    if *finding.code == code::UNTRANSLATED_TEXT {
                        found.untranslated.extend(&right);
                    }
                    found.add(&own, &b, Some((source, &a)), finding);
                }
            }
        }
        for segment in 0..own.document.segments.len() as u32 {
            let lines = own.lines(&[segment]);
            for finding in parity::alone(own.rules, &lines.text) {
                // What was not translated is in the wrong script for that reason.
                if *finding.code != code::WRONG_SCRIPT || !found.untranslated.contains(&segment) {
                    found.add(&own, &lines, None, finding);
                }
            }
        }
        problems.extend(found.shown());
    }
}

/// Which lines stand beside which, as far as that is known by their position.
fn rows(source: &Document, translation: &Document) -> Vec<(Vec<u32>, Vec<u32>)> {
    let mut rows = Vec::new();
    for (a, b) in source.blocks.iter().zip(&translation.blocks) {
        let (a, b) = (a.segments.0..a.segments.1, b.segments.0..b.segments.1);
        if a.len() == b.len() {
            rows.extend(a.zip(b).map(|(a, b)| (vec![a], vec![b])));
        } else if !a.is_empty() && !b.is_empty() {
            rows.push((a.collect(), b.collect()));
        }
    }
    rows
}

impl<'a> Edition<'a> {
    fn lines(&self, segments: &[u32]) -> Lines<'a> {
        let bytes = |segment: &u32| {
            let (start, end) = self.document.segments[*segment as usize].bytes;
            start as usize..end as usize
        };
        let piece = |range: Range<usize>| self.text.get(range).unwrap_or_default();
        if let [segment] = segments {
            let range = bytes(segment);
            return Lines { starts: vec![(0, range.start)], text: Cow::Borrowed(piece(range)) };
        }
        let mut text = String::new();
        let mut starts = Vec::with_capacity(segments.len());
        for segment in segments {
            let range = bytes(segment);
            starts.push((text.len(), range.start));
            text.push_str(piece(range));
            text.push('\n');
        }
        text.pop();
        Lines { text: Cow::Owned(text), starts }
    }

    fn side<'s>(&'s self, lines: &'s Lines<'_>) -> Side<'s> {
        Side { rules: self.rules, text: &lines.text, file: &self.document.file, notes: &self.document.notes }
    }

    fn place(&self, lines: &Lines<'_>, range: &Range<usize>) -> Place {
        let index = lines.starts.partition_point(|(start, _)| *start <= range.start).saturating_sub(1);
        let Some(&(start, in_file)) = lines.starts.get(index) else { return Place::whole(&self.document.file) };
        // What goes on in another sentence is shown where it begins.
        let limit = lines.starts.get(index + 1).map_or(lines.text.len(), |(next, _)| next - 1);
        let end = range.end.min(limit);
        Place::new(&self.document.file, range.start - start + in_file..end - start + in_file)
    }
}

impl Found {
    fn add(&mut self, own: &Edition<'_>, lines: &Lines<'_>, source: Option<(&Edition<'_>, &Lines<'_>)>, finding: Finding) {
        let mut problem = Diagnostic::at(finding.code, own.place(lines, &finding.here), finding.message).maybe_hint(finding.hint);
        if let (Some((range, words)), Some((source, lines))) = (finding.there, source) {
            problem = problem.also(source.place(lines, &range), words);
        }
        self.problems.push(problem);
    }

    /// What is shown of it: of each kind the first ones, and how many more there are.
    fn shown(mut self) -> Vec<Diagnostic> {
        self.problems.sort_by(|a, b| a.place.cmp(&b.place));
        let mut shown: Vec<Diagnostic> = Vec::with_capacity(self.problems.len());
        let mut counts: Vec<(&'static Code, usize, Option<Place>)> = Vec::new();
        for problem in self.problems {
            let index = counts.iter().position(|(code, _, _)| *code == problem.code).unwrap_or_else(|| {
                counts.push((problem.code, 0, None));
                counts.len() - 1
            });
            let (_, count, next) = &mut counts[index];
            *count += 1;
            if *count <= MOST {
                shown.push(problem);
            } else if next.is_none() {
                next.clone_from(&problem.place);
            }
        }
        for (code, count, next) in counts {
            if let Some(place) = next {
                let message = format!("{} more of `{}` from here on in `{}`", count - MOST, code.name, place.file);
                shown.push(Diagnostic::at(code, place, message).hint("they show when those before are mended or silenced"));
            }
        }
        shown
    }
}
