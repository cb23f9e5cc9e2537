//! The checks of [`parity`](super::parity) on a site: each sentence and footnote of each edition, and each beside its source.
//!
//! What is found becomes diagnostics with a place in both files. A mark behind a sentence silences a check there; a
//! mark that silences nothing is reported, so that none outlives its reason.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

use super::parity::{self, Finding, Reading, Rules, Side};
use crate::align;
use crate::base::{Code, Diagnostic, Place, code};
use crate::load::Inputs;
use crate::model::SegmentId;
use crate::parse::{Block, Document, Silenced};
use crate::site::rows::{RowKind, rows};
use crate::site::{Site, WorkId};

/// How many findings of one kind an edition shows; of the others it says how many they are.
const MOST: usize = 10;

/// An edition of a work, with what its sentences are read by.
struct Edition<'a> {
    document: &'a Document,
    text: &'a str,
    rules: &'a Rules,
    /// Its lines: its segments, then its footnotes.
    lines: Vec<Reading<'a>>,
    found: Found<'a>,
}

/// What was found in an edition, and which marks have silenced something.
#[derive(Default)]
struct Found<'a> {
    problems: Vec<Diagnostic>,
    /// The lines that were set beside others, and those that are their source, word for word.
    compared: BTreeSet<u32>,
    untranslated: BTreeSet<u32>,
    silences: Vec<Silence<'a>>,
}

struct Silence<'a> {
    line: u32,
    silenced: &'a Silenced,
    used: bool,
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
        Some(Edition::of(document, inputs.text(&document.file)?, rules.get(lang)?))
    };
    let (source_lang, _) = site.source_edition(work);
    let mut source = edition(source_lang.0);
    let others = site.config.lang_ids().filter(|lang| *lang != source_lang);
    for mut own in others.filter_map(|lang| edition(lang.0)) {
        if let Some(source) = source.as_mut().filter(|_| site.config.side_by_side) {
            for (left, right) in pairs(source.document, own.document) {
                own.compare(source, &left, &right);
            }
            for (left, right) in notes(source.document, own.document) {
                own.compare(source, &[left], &[right]);
            }
        }
        own.look_at_each();
        problems.extend(own.found.shown());
    }
    if let Some(mut source) = source {
        source.look_at_each();
        problems.extend(source.found.shown());
    }
}

/// Which lines stand beside which: by the ids of the sentences where a lock or marks say them, else by position.
fn pairs(source: &Document, translation: &Document) -> Vec<(Vec<u32>, Vec<u32>)> {
    if !source.knows_addresses() && !translation.knows_addresses() {
        return by_position(source, translation);
    }
    let mut pairs = Vec::new();
    for row in rows(source, translation) {
        for bead in row.beads {
            if row.kind == RowKind::Blocks {
                pairs.extend(in_blocks(source, &bead.left, translation, &bead.right));
            } else {
                pairs.push((bead.left, bead.right));
            }
        }
    }
    pairs.retain(|(left, right)| !left.is_empty() && !right.is_empty());
    pairs
}

/// The nth line of a block beside the nth, as long as it is certain that the blocks stand beside each other.
fn by_position(source: &Document, translation: &Document) -> Vec<(Vec<u32>, Vec<u32>)> {
    let kinds = |document: &Document| document.blocks.iter().map(|block: &Block| block.kind).collect::<Vec<_>>();
    let mut same_shape: Option<bool> = None;
    let mut pairs = Vec::new();
    for (left, right) in source.blocks.iter().zip(&translation.blocks) {
        let (a, b) = (left.segments.0..left.segments.1, right.segments.0..right.segments.1);
        if left.kind == right.kind && a.len() == b.len() {
            pairs.extend(a.zip(b).map(|(a, b)| (vec![a], vec![b])));
        } else if !*same_shape.get_or_insert_with(|| kinds(source) == kinds(translation)) {
            // From here on a paragraph may stand beside the translation of another.
            break;
        } else if !a.is_empty() && !b.is_empty() {
            // Which of its lines is which is not known, but what the block as a whole has.
            pairs.push((a.collect(), b.collect()));
        }
    }
    pairs
}

/// The lines of blocks that are shown whole, such as lists, by the ids of the sentences.
fn in_blocks(source: &Document, left: &[u32], translation: &Document, right: &[u32]) -> Vec<(Vec<u32>, Vec<u32>)> {
    fn lines(document: &Document, blocks: &[u32]) -> Vec<u32> {
        let segments = |block: &u32| document.blocks[*block as usize].segments;
        blocks.iter().map(segments).flat_map(|(first, end)| first..end).collect()
    }
    fn ids<'d>(document: &'d Document, lines: &[u32]) -> Vec<&'d [SegmentId]> {
        lines.iter().map(|line| document.sentences(*line as usize)).collect()
    }
    let (left, right) = (lines(source, left), lines(translation, right));
    let beads = align::beads(&ids(source, &left), &ids(translation, &right));
    let lines = |of: &[u32], at: Vec<u32>| at.into_iter().map(|at| of[at as usize]).collect();
    beads.into_iter().map(|bead| (lines(&left, bead.left), lines(&right, bead.right))).collect()
}

/// The footnotes that have one label in both editions.
fn notes(source: &Document, translation: &Document) -> Vec<(u32, u32)> {
    let by_label: HashMap<&str, u32> =
        (source.segments.len() as u32..).zip(&source.notes).map(|(line, note)| (note.label.as_str(), line)).collect();
    let lines = (translation.segments.len() as u32..).zip(&translation.notes);
    lines.filter_map(|(line, note)| Some((*by_label.get(note.label.as_str())?, line))).collect()
}

impl<'a> Edition<'a> {
    fn of(document: &'a Document, text: &'a str, rules: &'a Rules) -> Self {
        let own = document.marks.iter().flat_map(|marks| marks.silenced.iter().map(|silenced| (marks.segment, silenced)));
        let of_notes = (document.segments.len() as u32..).zip(&document.notes);
        let of_notes = of_notes.flat_map(|(line, note)| note.silenced.iter().map(move |silenced| (line, silenced)));
        let silences = own.chain(of_notes).map(|(line, silenced)| Silence { line, silenced, used: false }).collect();
        let mut edition = Self { document, text, rules, lines: Vec::new(), found: Found { silences, ..Found::default() } };
        let lines = 0..(document.segments.len() + document.notes.len()) as u32;
        edition.lines = lines.map(|line| Reading::of(edition.line(line))).collect();
        edition
    }

    /// The Markdown of a line.
    fn line(&self, line: u32) -> &'a str {
        self.text.get(self.bytes(line)).unwrap_or_default()
    }

    /// Where a line stands in the file.
    fn bytes(&self, line: u32) -> Range<usize> {
        let line = line as usize;
        if let Some(segment) = self.document.segments.get(line) {
            return segment.bytes.0 as usize..segment.bytes.1 as usize;
        }
        let note = &self.document.notes[line - self.document.segments.len()];
        let (start, end) = (note.bytes.0 as usize, note.bytes.1 as usize);
        // Its label is no part of its text.
        let label = self.text.get(start..end).and_then(|text| text.find("]:")).map_or(0, |at| at + 2);
        start + label..end
    }

    /// Several lines as one text.
    fn joined(&self, lines: &[u32]) -> String {
        lines.iter().map(|line| self.line(*line)).collect::<Vec<_>>().join("\n")
    }

    fn side<'s>(&'s self, reading: &'s Reading<'s>) -> Side<'s> {
        Side { rules: self.rules, reading, file: &self.document.file, notes: &self.document.notes }
    }

    /// The place of a range of some lines, joined.
    fn place(&self, lines: &[u32], range: &Range<usize>) -> Place {
        let mut start = 0;
        for line in lines {
            let bytes = self.bytes(*line);
            if range.start <= start + bytes.len() {
                // What goes on in another line is shown where it begins.
                let end = (range.end - start).min(bytes.len());
                return Place::new(&self.document.file, bytes.start + range.start - start..bytes.start + end);
            }
            start += bytes.len() + 1;
        }
        Place::whole(&self.document.file)
    }
}

impl Edition<'_> {
    /// Compares lines with those of the source.
    fn compare(&mut self, source: &mut Edition<'_>, left: &[u32], right: &[u32]) {
        self.found.compared.extend(right);
        source.found.compared.extend(left);
        let findings = match (left, right) {
            ([left], [right]) => {
                parity::pair(&source.side(&source.lines[*left as usize]), &self.side(&self.lines[*right as usize]))
            }
            _ => {
                let (a, b) = (source.joined(left), self.joined(right));
                parity::pair(&source.side(&Reading::of(&a)), &self.side(&Reading::of(&b)))
            }
        };
        for finding in findings {
            if *finding.code == code::UNTRANSLATED_TEXT {
                self.found.untranslated.extend(right);
            }
            let (here, there) = (self.found.silences(right, finding.code), source.found.silences(left, finding.code));
            if !here && !there {
                let also = finding.there.clone().map(|(range, words)| (source.place(left, &range), words));
                let problem = self.problem(right, finding);
                self.found.problems.push(match also {
                    Some((place, words)) => problem.also(place, words),
                    None => problem,
                });
            }
        }
    }

    /// Looks at each line by itself, then at the marks that silenced nothing.
    fn look_at_each(&mut self) {
        for line in 0..self.lines.len() as u32 {
            for finding in parity::alone(self.rules, &self.lines[line as usize]) {
                // What was not translated is in the wrong script for that reason.
                let known = *finding.code == code::WRONG_SCRIPT && self.found.untranslated.contains(&line);
                if !self.found.silences(&[line], finding.code) && !known {
                    let problem = self.problem(&[line], finding);
                    self.found.problems.push(problem);
                }
            }
        }
        for silence in self.found.silences.iter().filter(|silence| !silence.used) {
            let Silenced { code, place, .. } = silence.silenced;
            let message = match parity::about(code) {
                None => format!("`{}` is no check of a sentence, and cannot be silenced for one", code.name),
                // What stands beside nothing was not compared.
                Some(parity::About::Pair) if !self.found.compared.contains(&silence.line) => continue,
                Some(_) => format!("`{}` finds nothing in this sentence", code.name),
            };
            self.found.problems.push(Diagnostic::at(&code::NEEDLESS_SILENCE, place.clone(), message).hint("take the mark away"));
        }
    }

    fn problem(&self, lines: &[u32], finding: Finding) -> Diagnostic {
        Diagnostic::at(finding.code, self.place(lines, &finding.here), finding.message).maybe_hint(finding.hint)
    }
}

impl Found<'_> {
    /// Whether a mark of one of these lines silences a check.
    fn silences(&mut self, lines: &[u32], code: &'static Code) -> bool {
        let mut silenced = false;
        for silence in self.silences.iter_mut().filter(|it| lines.contains(&it.line) && it.silenced.code == code) {
            silence.used = true;
            silenced = true;
        }
        silenced
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
