//! The checks of [`parity`] on a site: each sentence, title and description of each
//! edition, alone and beside its source.
//!
//! Findings become diagnostics with a place in both files. A mark behind a sentence silences a
//! check there. A mark that silences nothing is reported, so that no mark outlives its reason.

use std::collections::{BTreeSet, HashSet};
use std::ops::Range;

use super::parity::{self, Finding, Hint, MarkPlace, Reading, Rules, Side};
use crate::base::{Code, Diagnostic, Idx, IndexVec, Place, code};
use crate::load::Inputs;
use crate::markdown::{self, Span};
use crate::model::{LangId, SegmentIndex, TermId};
use crate::parse::{self, Block, Document, NoteIndex, Ref, Silenced, Target};
use crate::site::{Site, WorkId};
use crate::terms::{EditionMentions, Mention, Mentions, Written};
use crate::translation::rows::{beads, note_pairs};
use crate::translation::status::Status;

/// The number of findings of one kind that an edition shows. One more message counts the rest.
const MOST: usize = 10;

/// An edition of a work, with everything needed to read its sentences.
struct Edition<'a> {
    document: &'a Document,
    text: &'a str,
    rules: &'a Rules,
    mentions: &'a EditionMentions,
    /// Destinations of the links to terms. A name may be a link in one edition alone.
    term_links: HashSet<&'a str>,
    /// Title and description, if somebody wrote them.
    front: [Option<Front<'a>>; 2],
    /// Segments, then title and description. A missing title or description is empty.
    lines: IndexVec<SegmentIndex, Reading<'a>>,
    found: EditionFindings,
}

/// A title or a description.
struct Front<'a> {
    /// Byte range in the file.
    range: Range<usize>,
    /// Text of the value, if it differs from the bytes in the file, as with YAML escapes.
    text: Option<&'a str>,
    /// True if it is a value of the front matter.
    is_value: bool,
}

/// Findings of an edition, and the marks that silence some of them.
#[derive(Default)]
struct EditionFindings {
    problems: Vec<Diagnostic>,
    /// Lines that were compared with their source.
    compared: BTreeSet<SegmentIndex>,
    /// Lines that equal their source word for word.
    untranslated: BTreeSet<SegmentIndex>,
    silences: Vec<Silence>,
}

/// Mark that silences a check of a line.
struct Silence {
    line: SegmentIndex,
    silenced: Silenced,
    /// True if the mark has silenced a finding.
    used: bool,
}

/// Returns the rules of each language of the site.
pub(crate) fn rules(site: &Site) -> Vec<Rules> {
    site.languages.iter().map(|language| Rules::of(&language.code, &language.pack)).collect()
}

/// Checks the sentences of all editions of a work. Does nothing if the site has no sentences: then
/// titles are not compared either, and texts may be absent.
pub(crate) fn check(
    site: &Site,
    inputs: &Inputs,
    mentions: &Mentions,
    rules: &[Rules],
    work: WorkId,
    problems: &mut Vec<Diagnostic>,
) {
    if !site.config.segments {
        return;
    }
    let edition = |lang: usize| {
        let document = &*site.work(work).editions.get(lang)?.as_ref()?.document;
        // A page that nobody wrote has no text.
        let mentions = mentions.of_edition(work, LangId(lang));
        Some(Edition::of(site, document, inputs.text(&document.file)?, rules.get(lang)?, mentions))
    };
    let (source_lang, _) = site.source_edition(work);
    let mut source = edition(source_lang.0);
    let others = site.config.lang_ids().filter(|lang| *lang != source_lang);
    for mut own in others.filter_map(|lang| edition(lang.0)) {
        if let Some(source) = source.as_mut().filter(|_| site.config.side_by_side) {
            let pairs = pairs(source.document, own.document);
            let changed = changed_lines(site, work, own.document);
            for (left, right) in &pairs {
                own.compare(source, left, right);
                if !left.iter().any(|line| changed.contains(line)) {
                    own.compare_terms(site, source, left, right);
                }
            }
            for unit in 0..2 {
                if let (Some(_), Some(_)) = (&source.front[unit], &own.front[unit]) {
                    let (left, right) = (front_line(source.document, unit), front_line(own.document, unit));
                    own.compare(source, &[left], &[right]);
                }
            }
        }
        own.check_each_line();
        problems.extend(own.found.shown());
    }
    if let Some(mut source) = source {
        source.check_each_line();
        problems.extend(source.found.shown());
    }
}

/// Returns the lines of the source that have changed since they were translated.
fn changed_lines(site: &Site, work: WorkId, translation: &Document) -> HashSet<SegmentIndex> {
    let Some(statuses) = site.statuses(work, translation.lang) else { return HashSet::new() };
    let changed = statuses.pairs.iter().filter(|pair| matches!(pair.status, Status::Changed { .. }));
    changed.filter_map(|pair| pair.source).collect()
}

/// Returns the pairs of lines that stand beside each other. Ids of a lock or of marks decide;
/// without them the position does.
fn pairs(source: &Document, translation: &Document) -> Vec<(Vec<SegmentIndex>, Vec<SegmentIndex>)> {
    if !source.knows_addresses() && !translation.knows_addresses() {
        return by_position(source, translation);
    }
    let beads = beads(source, translation).into_iter().map(|bead| (bead.left, bead.right));
    beads.filter(|(left, right)| !left.is_empty() && !right.is_empty()).collect()
}

/// Pairs the nth line of a block with the nth, in the text and in each note.
fn by_position(source: &Document, translation: &Document) -> Vec<(Vec<SegmentIndex>, Vec<SegmentIndex>)> {
    fn blocks(document: &Document, range: Range<u32>) -> &[Block] {
        &document.blocks[range.start as usize..range.end as usize]
    }
    fn note(document: &Document, note: NoteIndex) -> &[Block] {
        let (first, end) = document.notes[note].blocks;
        blocks(document, first..end)
    }
    let mut pairs = Vec::new();
    pair_blocks(blocks(source, source.text_blocks()), blocks(translation, translation.text_blocks()), &mut pairs);
    for (left, right) in note_pairs(source, translation).enumerated() {
        if let Some(right) = *right {
            pair_blocks(note(source, left), note(translation, right), &mut pairs);
        }
    }
    pairs
}

/// Pairs the lines of block n with those of block n, as long as it is certain that the blocks
/// belong together.
///
/// ```text
/// source        translation
/// 2 sentences   2 sentences     line by line
/// 2 sentences   3 sentences     both blocks as a whole, if all kinds of blocks are the same
/// 2 sentences   1 heading       nothing from here on
/// ```
fn pair_blocks(source: &[Block], translation: &[Block], pairs: &mut Vec<(Vec<SegmentIndex>, Vec<SegmentIndex>)>) {
    let kinds = |blocks: &[Block]| blocks.iter().map(|block| block.kind).collect::<Vec<_>>();
    let mut same_shape: Option<bool> = None;
    for (left, right) in source.iter().zip(translation) {
        let (a, b) = (left.segments.iter(), right.segments.iter());
        if left.kind == right.kind && a.len() == b.len() {
            pairs.extend(a.zip(b).map(|(a, b)| (vec![a], vec![b])));
        } else if !*same_shape.get_or_insert_with(|| kinds(source) == kinds(translation)) {
            // From here on, a paragraph may stand beside the translation of another.
            break;
        } else if a.len() > 0 && b.len() > 0 {
            // The lines cannot be paired one by one, but the blocks as a whole can be compared.
            pairs.push((a.collect(), b.collect()));
        }
    }
}

/// Returns the title and the description of an edition.
fn front<'a>(document: &'a Document, text: &'a str) -> [Option<Front<'a>>; 2] {
    let value = |place: &Option<Place>, said: &'a str| {
        let range = place.as_ref()?.range();
        let written = text.get(range.clone())?;
        let inside = written.strip_prefix(['"', '\'']).and_then(|rest| rest.strip_suffix(['"', '\'']));
        Some(match inside {
            _ if written == said => Front { range, text: None, is_value: true },
            Some(inside) if inside == said => Front { range: range.start + 1..range.end - 1, text: None, is_value: true },
            _ => Front { range, text: Some(said), is_value: true },
        })
    };
    let title = match (&document.front.title, &document.title_at) {
        (Some(title), place) => value(place, title),
        // A heading is Markdown like any line.
        (None, place) => place.as_ref().map(|place| Front { range: place.range(), text: None, is_value: false }),
    };
    let description = document.front.description.as_deref();
    [title, description.and_then(|said| value(&document.front.description_at, said))]
}

/// Returns the line of the title, for 0, or of the description, for 1. They come after the
/// segments.
fn front_line(document: &Document, unit: usize) -> SegmentIndex {
    SegmentIndex::new(document.segments.len() + unit)
}

impl<'a> Edition<'a> {
    fn of(site: &Site, document: &'a Document, text: &'a str, rules: &'a Rules, mentions: &'a EditionMentions) -> Self {
        let to_terms = document.refs.iter().filter(|item| site.names.linked_term(&document.file, &item.target).is_some());
        // The place of `[[key|words]]` is the whole link.
        let destination = |item: &'a Ref| match &item.target {
            Target::Work { key, .. } => Some(key.as_str()),
            _ => text.get(item.place.range()),
        };
        let term_links = to_terms.filter_map(destination).collect();
        let own = document.marks.iter().flat_map(|marks| marks.silenced.iter().map(|silenced| (marks.segment, silenced.clone())));
        let mut silences: Vec<(SegmentIndex, Silenced)> = own.collect();
        let front = front(document, text);
        let places = [&document.title_at, &document.front.description_at];
        for (unit, place) in places.into_iter().enumerate() {
            let behind = place.iter().flat_map(|place| parse::silenced_after(&document.file, text, place.end));
            silences.extend(behind.map(|silenced| (front_line(document, unit), silenced)));
        }
        let silences = silences.into_iter().map(|(line, silenced)| Silence { line, silenced, used: false }).collect();
        let mut edition = Self {
            document,
            text,
            rules,
            mentions,
            term_links,
            front,
            lines: IndexVec::default(),
            found: EditionFindings { silences, ..EditionFindings::default() },
        };
        let lines = SegmentIndex::first(document.segments.len() + edition.front.len());
        edition.lines = lines.map(|line| edition.reading(edition.line(line), &edition.spans(line))).collect();
        edition
    }

    /// Returns the Markdown of a line.
    fn line(&self, line: SegmentIndex) -> &'a str {
        let said = self.front(line).and_then(|front| front.text);
        said.unwrap_or_else(|| self.text.get(self.bytes(line)).unwrap_or_default())
    }

    /// Returns the title or the description, if the line is one.
    fn front(&self, line: SegmentIndex) -> Option<&Front<'a>> {
        self.front.get(line.number().checked_sub(self.document.segments.len())?)?.as_ref()
    }

    /// Returns the bytes of a line in the file.
    fn bytes(&self, line: SegmentIndex) -> Range<usize> {
        match self.document.segments.get(line) {
            Some(segment) => segment.bytes.0 as usize..segment.bytes.1 as usize,
            None => self.front(line).map_or(0..0, |front| front.range.clone()),
        }
    }

    /// Returns the markup of a line.
    fn spans(&self, line: SegmentIndex) -> Vec<Span> {
        match self.front(line) {
            Some(front) if front.is_value => markdown::spans(self.line(line)),
            _ => self.document.spans_in(self.bytes(line)),
        }
    }

    /// Joins several lines by line breaks. Returns the text and its markup.
    fn joined(&self, lines: &[SegmentIndex]) -> (String, Vec<Span>) {
        let (mut text, mut spans) = (String::new(), Vec::new());
        for (at, line) in lines.iter().enumerate() {
            text.push_str(if at == 0 { "" } else { "\n" });
            spans.extend(self.spans(*line).into_iter().map(|span| span.shifted_right(text.len())));
            text.push_str(self.line(*line));
        }
        (text, spans)
    }

    fn reading<'t>(&self, text: &'t str, spans: &[Span]) -> Reading<'t> {
        let reading = Reading::of(text, spans);
        if self.term_links.is_empty() { reading } else { reading.without_links(&self.term_links) }
    }

    fn side<'s>(&'s self, reading: &'s Reading<'s>) -> Side<'s> {
        Side { rules: self.rules, reading, file: &self.document.file, notes: &self.document.notes }
    }

    /// Returns the place of a range in the joined text of some lines.
    fn place(&self, lines: &[SegmentIndex], range: &Range<usize>) -> Place {
        if let [line] = lines
            && let Some(front) = self.front(*line).filter(|front| front.text.is_some())
        {
            return Place::new(&self.document.file, front.range.clone());
        }
        let mut start = 0;
        for line in lines {
            let bytes = self.bytes(*line);
            if range.start <= start + bytes.len() {
                // A range that continues in another line is cut at the end of its first line.
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
    fn compare(&mut self, source: &mut Edition<'_>, left: &[SegmentIndex], right: &[SegmentIndex]) {
        self.found.compared.extend(right);
        source.found.compared.extend(left);
        let findings = match (left, right) {
            ([left], [right]) => parity::pair(&source.side(&source.lines[*left]), &self.side(&self.lines[*right])),
            _ => {
                let ((a, spans_a), (b, spans_b)) = (source.joined(left), self.joined(right));
                parity::pair(&source.side(&source.reading(&a, &spans_a)), &self.side(&self.reading(&b, &spans_b)))
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

    /// Reports terms that the lines of the source mention and these lines do not.
    fn compare_terms(&mut self, site: &Site, source: &mut Edition<'_>, left: &[SegmentIndex], right: &[SegmentIndex]) {
        let mentioned = left.iter().flat_map(|&line| source.mentions.in_segment(line));
        let mut seen: HashSet<TermId> = HashSet::new();
        let missing: Vec<Mention> =
            mentioned.filter(|it| seen.insert(it.term) && self.lacks(site, it.term, right)).copied().collect();
        for mention in missing {
            let here = self.found.silences(right, &code::TERM_MISSING);
            if source.found.silences(left, &code::TERM_MISSING) || here {
                continue;
            }
            let term = site.names.terms.term(mention.term);
            let names: Vec<String> = term.names[self.document.lang.0].iter().map(|name| format!("`{name}`")).collect();
            let name = format!("name it, {}, or link to it as `[[{}|…]]`", names.join(" or "), term.key);
            let finding = Finding {
                code: &code::TERM_MISSING,
                message: format!("the source mentions the term `{}`, but its translation does not", term.key),
                here: 0..self.joined(right).0.len(),
                there: None,
                hint: Some(Hint::Silence {
                    condition: "if the translation means it in other words",
                    reason: "the text avoids a repetition",
                }),
            };
            let range = Written { document: source.document, text: source.text }.range(&mention);
            let mut problem = self.problem(right, finding).also(Place::new(&source.document.file, range), "the source");
            problem.hints.insert(0, name);
            self.found.problems.push(problem);
        }
    }

    /// Returns true if some lines should mention a term and do not.
    fn lacks(&self, site: &Site, term: TermId, lines: &[SegmentIndex]) -> bool {
        let lang = self.document.lang.0;
        let data = site.names.terms.term(term);
        // A term that has no names in the language cannot be mentioned, and one that the author
        // suppressed is there.
        let can_be_named = !data.names[lang].is_empty() || !data.stems[lang].is_empty();
        let is_suppressed = self.document.front.no_terms.as_ref().is_some_and(|terms| terms.has(&data.key))
            || self.mentions.suppressed.iter().any(|(line, known)| *known == term && lines.contains(line));
        let names = |line: &SegmentIndex| self.mentions.in_segment(*line).iter().any(|mention| mention.term == term);
        // After a sentence that names the term, a pronoun is enough.
        let block = |line: SegmentIndex| self.document.segments[line].block;
        let before = lines.first().and_then(|&first| {
            let before = SegmentIndex::new(first.number().checked_sub(1)?);
            (block(before) == block(first)).then_some(before)
        });
        can_be_named && !is_suppressed && !lines.iter().chain(&before).any(names)
    }

    fn is_row(&self, line: SegmentIndex) -> bool {
        self.document.segments.get(line).is_some_and(|segment| segment.table.is_some())
    }

    /// Checks each line by itself, then reports the marks that silenced nothing.
    fn check_each_line(&mut self) {
        for line in self.lines.positions() {
            for finding in parity::alone(self.rules, &self.lines[line]) {
                // An untranslated line is in the wrong script for that reason, and a column of a
                // table may be in another language. Neither is reported as wrong script.
                let is_known = self.is_row(line) || self.found.untranslated.contains(&line);
                let known = *finding.code == code::WRONG_SCRIPT && is_known;
                if !self.found.silences(&[line], finding.code) && !known {
                    let problem = self.problem(&[line], finding);
                    self.found.problems.push(problem);
                }
            }
        }
        for silence in self.found.silences.iter().filter(|silence| !silence.used) {
            let Silenced { code, place, .. } = &silence.silenced;
            let message = match parity::about(code) {
                None => format!("a mark cannot silence `{}`, because it is not a check of a sentence", code.name),
                // A line without a counterpart was not compared.
                Some(parity::About::Pair) if !self.found.compared.contains(&silence.line) => continue,
                Some(_) => format!("the mark silences `{}`, but this check reports nothing for the sentence", code.name),
            };
            self.found.problems.push(Diagnostic::at(&code::NEEDLESS_SILENCE, place.clone(), message).hint("remove the mark"));
        }
    }

    fn problem(&self, lines: &[SegmentIndex], finding: Finding) -> Diagnostic {
        let is_value = lines.iter().any(|line| self.front(*line).is_some_and(|front| front.is_value));
        let is_row = lines.iter().any(|&line| self.is_row(line));
        let hint = finding.advice(
            match (is_value, is_row) {
                (true, _) => MarkPlace::FrontMatter,
                (_, true) => MarkPlace::Row,
                _ => MarkPlace::Line,
            },
            None,
        );
        Diagnostic::at(finding.code, self.place(lines, &finding.here), finding.message).maybe_hint(hint)
    }
}

impl EditionFindings {
    /// Returns true if a mark of one of these lines silences a check.
    fn silences(&mut self, lines: &[SegmentIndex], code: &'static Code) -> bool {
        let mut silenced = false;
        for silence in self.silences.iter_mut().filter(|it| lines.contains(&it.line) && it.silenced.code == code) {
            silence.used = true;
            silenced = true;
        }
        silenced
    }

    /// Returns the problems to show: the first ones of each kind, and a count of the others.
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
                let message = format!("{} more problems `{}` follow in `{}`", count - MOST, code.name, place.file);
                shown.push(Diagnostic::at(code, place, message).hint("fix or silence the first ones to see the others"));
            }
        }
        shown
    }
}
