//! Import plan: the translations that are taken from the files of translators, and the reasons why
//! others are not.
//!
//! An import never reverts or overwrites somebody else's work. A translation is taken under five
//! conditions:
//!
//! 1. Its sentence is known.
//! 2. The translator changed it, and finished it ([`Options::unfinished`] takes others too).
//! 3. Its source is the present one.
//! 4. Nobody changed it in the site since the export.
//! 5. It has the markup of its source, and passes the parity checks.
//!
//! A translation that fails condition 2 is counted. Any other that fails is reported at its place
//! in the file. The rest of the file is still taken.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::apply::{self, Refusal};
use super::collect::EditionPair;
use super::markup::Token;
use super::pieces::{Block, PieceKind};
use super::{KEPT, ParsedFile, Unit, UnitState, digest, further_problems, markup};
use crate::base::{Code, Diagnostic, Place, Severity, code, diagnostic, fold, fold_all, listed, suggest};
use crate::link::similar_key;
use crate::load::Inputs;
use crate::markdown::spans;
use crate::model::{LangId, key, row};
use crate::site::{Site, WorkId};
use crate::translation::checks::parity::{self, MarkPlace, Reading, Rules};

/// The number of pages or addresses that a message names.
const NAMED: usize = 8;

/// Options of an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Options {
    /// The language of translations whose file does not name one.
    pub language: Option<LangId>,
    /// True if translations marked as unfinished are taken too.
    pub unfinished: bool,
}

/// The changes that the imported files make.
#[derive(Debug, Default)]
pub struct Plan {
    pub editions: Vec<Edition>,
    pub problems: Vec<Diagnostic>,
    /// The number of units that change nothing.
    pub unchanged: usize,
    /// The number of translations that were skipped because they are marked as unfinished.
    pub unfinished: usize,
    /// Addresses of stale translations that came back unchanged and marked as finished, by
    /// language. They still fit their source.
    pub confirmed: BTreeMap<LangId, Vec<String>>,
}

/// The changes of an edition.
#[derive(Debug)]
pub struct Edition {
    pub sides: EditionPair,
    pub lang: LangId,
    /// The file of the edition, which may not exist yet.
    pub file: String,
    /// Translations that the file gets, in the order of the source.
    pub taken: Vec<Taken>,
}

/// A translation that is taken.
#[derive(Debug, Clone)]
pub struct Taken {
    pub pair: usize,
    pub address: String,
    pub before: String,
    pub after: String,
    /// The place of the translation in the imported file.
    pub place: Place,
}

impl Edition {
    /// Returns the new text of the file with only these translations applied.
    pub fn with(&self, taken: &[Taken], marked: bool) -> String {
        let taken: Vec<_> = taken.iter().map(|it| (it.pair, it.after.as_str())).collect();
        apply::apply(&self.sides, &taken, marked)
    }
}

/// Computes the changes that the imported files make.
pub fn plan(site: &Site, inputs: &Inputs, files: &[(Arc<str>, ParsedFile)], options: Options) -> Plan {
    let mut plan = Plan::default();
    let rules: Vec<Rules> = site.languages.iter().map(|language| Rules::of(&language.code, &language.pack)).collect();
    let importer = Importer { site, rules: &rules, options };
    let mut editions: BTreeMap<(LangId, WorkId), Option<Draft>> = BTreeMap::new();
    let mut seen: HashMap<(LangId, &str, &str), Place> = HashMap::new();
    let mut unknown: HashMap<&str, Option<String>> = HashMap::new();
    for (file, found) in files {
        plan.problems.extend(found.problems.iter().cloned());
        let (before, mut dropped) = (plan.problems.len(), 0);
        let Some((from, lang)) = languages(site, file, found, options, &mut plan.problems) else { continue };
        // Units written in another language than the file names as its source: by language, the
        // first place and the keys.
        let mut others: BTreeMap<LangId, (Place, Vec<&str>)> = BTreeMap::new();
        for (unit, range) in found.batch.units.iter().zip(&found.places) {
            dropped += plan.problems.len().saturating_sub(before + KEPT);
            plan.problems.truncate(before + KEPT);
            let place = Place::new(file, range.clone());
            let address = unit.address();
            if let Some(first) = seen.insert((lang, unit.key.as_str(), &unit.id), place.clone()) {
                let message = format!("the files to import contain the sentence `{address}` twice");
                plan.problems.push(
                    Diagnostic::at(&code::EXCHANGE_DUPLICATE, place, message)
                        .also(first, "the first one, which is used")
                        .hint("delete one of the two"),
                );
                continue;
            }
            let Some(work) = site.work_named(unit.key.as_str()) else {
                // Computed once per work, since a file has many sentences of a work.
                let hint = unknown.entry(unit.key.as_str()).or_insert_with(|| similar_key(site, unit.key.as_str())).clone();
                let message = key::unknown(unit.key.as_str());
                let hint =
                    hint.unwrap_or_else(|| "export again: the page may have been renamed since the file was exported".to_owned());
                plan.problems.push(Diagnostic::at(&code::EXCHANGE_UNKNOWN, place, message).hint(hint));
                continue;
            };
            let draft = editions.entry((lang, work)).or_insert_with(|| Draft::new(site, inputs, work, lang));
            let Some(draft) = draft else {
                let message = format!(
                    "the source of the page `{}` is in `{}`, so it cannot be translated into this language",
                    unit.key,
                    site.config.code(lang)
                );
                plan.problems.push(Diagnostic::at(&code::EXCHANGE_LANGUAGE, place, message));
                continue;
            };
            if from.is_some_and(|from| from != draft.sides.source_lang) {
                let (_, keys) = others.entry(draft.sides.source_lang).or_insert((place, Vec::new()));
                if keys.last() != Some(&unit.key.as_str()) {
                    keys.push(unit.key.as_str());
                }
                continue;
            }
            importer.consider(lang, draft, unit, place, &mut plan);
        }
        if dropped > 0 {
            plan.problems.push(further_problems(file, dropped));
        }
        for (written, (place, keys)) in others {
            let (from, written) = (from.map_or("", |from| site.config.code(from)), site.config.code(written));
            let keys: Vec<String> = keys.iter().map(|key| format!("`{key}`")).collect();
            let keys = listed(&keys, NAMED);
            let message = format!("`{file}` translates from `{from}`, but the source of {keys} is in `{written}`");
            let hint = format!("export these pages with `tilmash export --from {written}`");
            plan.problems.push(Diagnostic::at(&code::EXCHANGE_LANGUAGE, place, message).hint(hint));
        }
    }
    for ((lang, work), draft) in editions {
        let Some(Draft { sides, mut taken, .. }) = draft else { continue };
        taken.sort_by_key(|taken| taken.pair);
        let halves = halves(site, &sides, &mut taken);
        plan.problems.extend(halves);
        let refused = if sides.target.is_none() { without_title(site, work, &sides, &taken) } else { None };
        if let Some(problem) = refused {
            plan.problems.push(problem);
        } else if !taken.is_empty() {
            let file = match &sides.target {
                Some(target) => target.document.file.to_string(),
                None => file_of_new(site, &sides, lang),
            };
            plan.editions.push(Edition { sides, lang, file, taken });
        }
    }
    // All problems in the order of the files.
    diagnostic::sort(&mut plan.problems);
    plan
}

/// An edition that the imported files translate: its alignment with the source, and the
/// translations taken so far.
struct Draft {
    sides: EditionPair,
    by_id: HashMap<String, usize>,
    taken: Vec<Taken>,
}

impl Draft {
    fn new(site: &Site, inputs: &Inputs, work: WorkId, lang: LangId) -> Option<Self> {
        let sides = EditionPair::of(site, inputs, work, lang)?;
        let by_id = (0..sides.pairs.len()).map(|pair| (sides.id(pair).to_owned(), pair)).collect();
        Some(Self { sides, by_id, taken: Vec::new() })
    }
}

/// Returns the source language of a file, if it names one of the site's, and its target language.
/// Reports an unusable target.
fn languages(
    site: &Site,
    file: &Arc<str>,
    found: &ParsedFile,
    options: Options,
    problems: &mut Vec<Diagnostic>,
) -> Option<(Option<LangId>, LangId)> {
    if found.batch.units.is_empty() {
        return None;
    }
    let known = |code: &str| {
        let code = code.replace('_', "-");
        let same = |a: &str, b: &str| a.eq_ignore_ascii_case(b);
        let primary = |code: &str| code.split('-').next().unwrap_or("").to_owned();
        let mut languages = site.config.languages.iter();
        let exact = languages.position(|language| same(&language.code, &code));
        // Tools add regions: `kk-KZ` for `kk`.
        exact.or_else(|| site.config.languages.iter().position(|language| same(&language.code, &primary(&code)))).map(LangId)
    };
    let whole = Place::whole(file);
    let lang = match (&found.batch.target, options.language) {
        (Some(said), asked) => match known(said) {
            Some(lang) if asked.is_none_or(|asked| asked == lang) => Some(lang),
            Some(_) => {
                let message = format!("`{file}` translates into `{said}`, not into the language that `--language` names");
                problems.push(Diagnostic::at(&code::EXCHANGE_LANGUAGE, whole, message));
                None
            }
            None => {
                let codes = site.config.languages.iter().map(|language| language.code.as_str());
                let hint = suggest::did_you_mean(said, codes.clone())
                    .unwrap_or_else(|| format!("the languages of the site are: {}", codes.collect::<Vec<_>>().join(", ")));
                let message = format!("`{file}` translates into `{said}`, but the site has no such language");
                problems.push(Diagnostic::at(&code::EXCHANGE_LANGUAGE, whole, message).hint(hint));
                None
            }
        },
        (None, Some(asked)) => Some(asked),
        (None, None) => {
            let message = format!("`{file}` does not name the language of the translations");
            problems.push(
                Diagnostic::at(&code::EXCHANGE_LANGUAGE, whole, message)
                    .hint("name the language with `--language`, such as `--language en`"),
            );
            None
        }
    }?;
    Some((found.batch.source.as_deref().and_then(known), lang))
}

/// The inputs that the decisions about all units of an import share.
struct Importer<'a> {
    site: &'a Site,
    rules: &'a [Rules],
    options: Options,
}

impl Importer<'_> {
    /// Takes a unit into the plan, counts it as skipped, or reports why it is refused.
    fn consider(&self, lang: LangId, draft: &mut Draft, unit: &Unit, place: Place, plan: &mut Plan) {
        let address = unit.address();
        let sides = &draft.sides;
        let Some(&pair) = draft.by_id.get(&unit.id) else {
            let hint = suggest::did_you_mean(&unit.id, draft.by_id.keys().map(String::as_str).filter(|_| unit.id.len() > 4));
            let message = format!("the page `{}` has no sentence `{}`", unit.key, unit.id);
            let hint = hint.unwrap_or_else(|| "export again: the source may have changed since the file was exported".to_owned());
            let file = Place::whole(&sides.source.document.file);
            plan.problems.push(Diagnostic::at(&code::EXCHANGE_UNKNOWN, place, message).also(file, "the source").hint(hint));
            return;
        };
        let before = sides.target_of(pair);
        let finished = !matches!(unit.state, UnitState::Changed | UnitState::Missing);
        let mut after = lines(&unit.target);
        if sides.is_row(pair) {
            after = after.lines().map(row::canonical).collect::<Vec<_>>().join("\n");
        }
        // True if the translation came back as it was exported: it was not touched, or confirmed.
        let untouched = unit.base.as_deref().is_some_and(|base| base == digest(&after));
        if after == before || untouched || after.is_empty() {
            let confirmed = finished && after == before && sides.pairs[pair].state == UnitState::Changed;
            if confirmed && same_source(sides, pair, unit) {
                plan.confirmed.entry(lang).or_default().push(address);
            } else {
                plan.unchanged += 1;
            }
            return;
        }
        if !finished && !self.options.unfinished {
            plan.unfinished += 1;
            return;
        }
        let source_piece = &sides.source.pieces[sides.pairs[pair].source[0]];
        let source_place = Place::new(&sides.source.document.file, source_piece.range.clone());
        if let Some(problem) = self.outdated(sides, pair, unit, &place) {
            plan.problems.push(problem);
            return;
        }
        let tokens = if sides.is_row(pair) { markup::protect_row } else { markup::protect };
        let problems = |source: &str, translation: &str| {
            let mut problems = markup_problems(&address, &tokens(source), &tokens(translation), &place);
            problems.extend(self.parity_problems(lang, sides, pair, (source, translation), &place));
            problems
        };
        let source = sides.source_of(pair);
        let mut found = problems(&source, &after);
        if !before.is_empty() {
            // Problems that the old translation already had are not the translator's doing, and
            // mending a letter must not require fixing them. The old translation is compared with
            // its own source, so problems with new parts of the source still count.
            let known = problems(sides.pairs[pair].previous.as_deref().unwrap_or(&source), &before);
            found.retain(|problem| !known.contains(problem));
        }
        for problem in &mut found {
            problem.others.push((source_place.clone(), "the source".to_owned()));
        }
        if let Some(refusal) = apply::refusal(sides, (pair, &after)) {
            found.push(refused(refusal, &address, sides.pairs[pair].target.len(), &place));
        }
        // The site's severities apply to the import's own codes; parity problems already have
        // theirs.
        let (mut parity, mut own): (Vec<_>, Vec<_>) =
            found.into_iter().partition(|problem| problem.code.name.starts_with("parity-"));
        self.site.config.apply_severities(&mut own);
        // One missing link is one problem: of the markup, if that is reported.
        if own.iter().any(|problem| *problem.code == code::EXCHANGE_MARKUP)
            && markup::links(&tokens(&source)) != markup::links(&tokens(&after))
        {
            parity.retain(|problem| *problem.code != code::PARITY_LINK);
        }
        found = own.into_iter().chain(parity).collect();
        let refused = diagnostic::has_errors(&found);
        plan.problems.extend(found);
        if !refused {
            draft.taken.push(Taken { pair, address, before, after, place });
        }
    }

    /// Returns the problem of a translation that was made from another source than the present one,
    /// or that was also changed in the site.
    fn outdated(&self, sides: &EditionPair, pair: usize, unit: &Unit, place: &Place) -> Option<Diagnostic> {
        let address = unit.address();
        if !same_source(sides, pair, unit) {
            let piece = &sides.source.pieces[sides.pairs[pair].source[0]];
            let source_place = Place::new(&sides.source.document.file, piece.range.clone());
            let message = format!("the source of `{address}` has changed since the file was exported");
            return Some(
                Diagnostic::at(&code::EXCHANGE_STALE, place.clone(), message)
                    .also(source_place, "the present source")
                    .hint("export again, and translate the present source"),
            );
        }
        let before = sides.target_of(pair);
        let is_conflict = unit.base.as_deref().is_some_and(|base| base != digest(&before)) && !before.is_empty();
        let (target, piece) = sides.target.as_ref().zip(sides.pairs[pair].target.first()).filter(|_| is_conflict)?;
        let theirs = Place::new(&target.document.file, target.pieces[*piece].range.clone());
        let message =
            format!("the translation of `{address}` was changed both in the site and in the file since it was exported");
        Some(
            Diagnostic::at(&code::EXCHANGE_CONFLICT, place.clone(), message)
                .also(theirs, "the translation in the site")
                .hint("combine the two translations by hand, or export again and translate the sentence again"),
        )
    }

    /// Runs the parity checks on a sentence and its translation, except checks that marks silence.
    /// Their warnings are errors here, since the translation is not in the site yet.
    fn parity_problems(
        &self,
        lang: LangId,
        sides: &EditionPair,
        pair: usize,
        (source, translation): (&str, &str),
        place: &Place,
    ) -> Vec<Diagnostic> {
        let (theirs, own) = (Reading::of(source, &spans(source)), Reading::of(translation, &spans(translation)));
        let document = &sides.source.document;
        let source = parity::Side {
            rules: &self.rules[sides.source_lang.0],
            reading: &theirs,
            file: &document.file,
            notes: &document.notes,
        };
        // A new edition will have the footnotes of its source.
        let (file, notes) = match &sides.target {
            Some(target) => (target.document.file.to_string(), &target.document.notes),
            None => (file_of_new(self.site, sides, lang), &document.notes),
        };
        let target = parity::Side { rules: &self.rules[lang.0], reading: &own, file: &file, notes };
        let silenced = |code: &Code| {
            let pieces = sides.pairs[pair].target.iter().filter_map(|&piece| {
                let target = sides.target.as_ref()?;
                target.document.marks_of(target.pieces[piece].segment?)
            });
            pieces.flat_map(|marks| &marks.silenced).any(|silenced| silenced.code == code)
        };
        let (side, piece) = match (&sides.target, sides.pairs[pair].target.first()) {
            (Some(target), Some(&piece)) => (target, piece),
            _ => (&sides.source, sides.pairs[pair].source[0]),
        };
        let mark = match side.pieces[piece].kind {
            PieceKind::Row => MarkPlace::Row,
            PieceKind::Front => MarkPlace::FrontMatter,
            PieceKind::Title | PieceKind::Segment | PieceKind::Note => MarkPlace::Line,
        };
        let findings = parity::pair(&source, &target).into_iter().filter(|finding| !silenced(finding.code));
        let mut problems: Vec<Diagnostic> = findings
            // These are reported as `exchange-markup`.
            .filter(|finding| ![&code::PARITY_CODE, &code::PARITY_FOOTNOTE, &code::PARITY_EMPHASIS].contains(&finding.code))
            .map(|finding| {
                let hint = finding.advice(mark, Some(&file));
                Diagnostic::at(finding.code, place.clone(), finding.message).maybe_hint(hint)
            })
            .collect();
        self.site.config.apply_severities(&mut problems);
        for problem in &mut problems {
            if problem.severity == Severity::Warning && problem.code.name.starts_with("parity-") {
                problem.severity = Severity::Error;
            }
        }
        problems
    }
}

/// Returns true if a unit was translated from the present source.
fn same_source(sides: &EditionPair, pair: usize, unit: &Unit) -> bool {
    // White space of another kind is no change of the source.
    fold_all(&unit.source) == fold_all(&sides.source_of(pair))
}

/// Returns a text with the white space of each line folded, and without empty lines.
fn lines(text: &str) -> String {
    let lines: Vec<_> = text.lines().map(fold).filter(|line| !line.is_empty()).collect();
    lines.join("\n")
}

/// Reports markup that a translation lacks or has too much.
fn markup_problems(address: &str, source: &[Token<'_>], translation: &[Token<'_>], place: &Place) -> Vec<Diagnostic> {
    let (missing, extra) = markup::differences(source, translation);
    let problem = |what: &[String], verb: &str, hint: &str| {
        let message = format!("the translation of `{address}` {verb} {}", what.join(", "));
        (!what.is_empty()).then(|| Diagnostic::at(&code::EXCHANGE_MARKUP, place.clone(), message).hint(hint))
    };
    let missing = problem(
        &missing,
        "does not have the markup of its source:",
        "add the missing markup to the translation; in tools that show tags, copy the tags from the source",
    );
    let extra = problem(
        &extra,
        "has markup that its source does not have:",
        "remove this markup, or write a `\\` before it if it is text",
    );
    missing.into_iter().chain(extra).collect()
}

/// Makes the problem of a translation that cannot be put into the edition; `lines` is the number of
/// its lines in the site.
fn refused(refusal: Refusal, address: &str, lines: usize, place: &Place) -> Diagnostic {
    match refusal {
        Refusal::Lines => {
            let lines = if lines == 1 { "1 line".to_owned() } else { format!("{} lines", lines.max(1)) };
            let message =
                format!("the translation of `{address}` has {lines} in the site, but another number of lines in the file");
            Diagnostic::at(&code::EXCHANGE_STRUCTURE, place.clone(), message).hint(
                "write the translation with the same number of lines; to split or join sentences, edit the page in the site",
            )
        }
        Refusal::Row => {
            let message =
                format!("the table of the translated page has no place for the row `{address}`, or the page has no such table");
            Diagnostic::at(&code::EXCHANGE_INCOMPLETE, place.clone(), message)
                .hint("copy the table from the source into the translated page")
        }
        Refusal::Cells { cells, columns } => {
            let message = format!(
                "the translation of `{address}` has {cells} cells, but the table of the translated page has {columns} columns"
            );
            Diagnostic::at(&code::EXCHANGE_STRUCTURE, place.clone(), message)
                .hint("write `\\|` for a bar that is text, or add a column to the table of the translated page")
        }
        Refusal::Title => {
            let message = format!(
                "`{address}` is not imported, because the title of its page is not translated and the new page would have none"
            );
            Diagnostic::at(&code::EXCHANGE_INCOMPLETE, place.clone(), message)
                .hint("translate the title too: the entry whose address ends in `#title`")
        }
    }
}

/// Removes and reports translations of a table or footnote that is not translated whole
/// ([`EditionPair::wholes`]).
fn halves(site: &Site, sides: &EditionPair, taken: &mut Vec<Taken>) -> Vec<Diagnostic> {
    let mut missing: BTreeMap<Block, Vec<usize>> = BTreeMap::new();
    let mut next = taken.iter().map(|taken| taken.pair).peekable();
    for (pair, whole) in sides.wholes.iter().enumerate() {
        if let (None, Some(whole)) = (next.next_if_eq(&pair), whole) {
            missing.entry(*whole).or_default().push(pair);
        }
    }
    let key = &site.work(sides.work).key;
    let mut problems = Vec::new();
    taken.retain(|taken| {
        let Some(whole) = sides.wholes[taken.pair] else { return true };
        let Some(pairs) = missing.get_mut(&whole) else { return true };
        // Reported once for each table or footnote.
        if !pairs.is_empty() {
            let named: Vec<String> = pairs.iter().map(|&pair| format!("`{key}#{}`", sides.id(pair))).collect();
            let are = if pairs.len() == 1 { "is" } else { "are" };
            let (what, address, named) = (name(whole), &taken.address, listed(&named, NAMED));
            let message = format!("the {what} with `{address}` is translated only in part: {named} {are} missing");
            problems.push(
                Diagnostic::at(&code::EXCHANGE_INCOMPLETE, taken.place.clone(), message)
                    .hint(format!("translate all sentences of the {what}, because it is imported as a whole")),
            );
            pairs.clear();
        }
        false
    });
    problems
}

/// Returns the word for a block that is translated whole.
fn name(whole: Block) -> &'static str {
    if whole.0 == PieceKind::Row { "table" } else { "footnote" }
}

/// Reports that a new page would have no title.
fn without_title(site: &Site, work: WorkId, sides: &EditionPair, taken: &[Taken]) -> Option<Diagnostic> {
    let first = taken.first()?;
    let has_title = (0..sides.pairs.len()).any(|pair| sides.id(pair) == "title");
    let translated = taken.iter().any(|taken| sides.id(taken.pair) == "title");
    let problem = refused(Refusal::Title, site.work(work).key.as_str(), 0, &first.place);
    (has_title && !translated).then_some(problem)
}

/// Returns the file name of a new edition, beside the source's file.
fn file_of_new(site: &Site, sides: &EditionPair, lang: LangId) -> String {
    key::edition_beside(&sides.source.document.file, site.config.code(sides.source_lang), site.config.code(lang))
}

/// Returns true if the site made with the new texts does not read back exactly the wanted
/// translations.
///
/// A text can look like a sentence and be something else: `1. ` begins a list, and an open bracket
/// runs into the next line.
pub fn misread(before: &Edition, taken: &[Taken], after: Option<&EditionPair>) -> bool {
    let Some(after) = after else { return true };
    let wanted: HashMap<usize, &str> = taken.iter().map(|taken| (taken.pair, taken.after.as_str())).collect();
    let sides = &before.sides;
    if after.pairs.len() != sides.pairs.len() {
        return true;
    }
    // Another number of pieces shows that some text is parsed as several pieces, or as none.
    let pieces = after.target.as_ref().map_or(0, |target| target.pieces.len());
    let known: usize = sides.target.as_ref().map_or(0, |target| target.pieces.len());
    let new = taken.iter().filter(|taken| sides.pairs[taken.pair].target.is_empty()).count();
    pieces != known + new
        || (0..sides.pairs.len()).any(|pair| match wanted.get(&pair) {
            Some(wanted) => after.target_of(pair) != *wanted,
            None => after.target_of(pair) != sides.target_of(pair),
        })
}

/// Keeps about half of the translations, and returns the others. Never splits a table or a footnote
/// that is translated whole; returns `None` if no split is possible.
///
/// ```text
/// [1.1 1.2 2.1 2.2]                      keeps [1.1 1.2], returns [2.1 2.2]
/// [1.1], or the rows of one table        keeps all, returns `None`
/// ```
pub fn bisect(edition: &Edition, taken: &mut Vec<Taken>) -> Option<Vec<Taken>> {
    let whole = |taken: &Taken| edition.sides.wholes[taken.pair];
    let is_seam = |at: &usize| whole(&taken[*at]).is_none() || whole(&taken[*at]) != whole(&taken[*at - 1]);
    let at = (1..taken.len()).filter(is_seam).min_by_key(|at| at.abs_diff(taken.len() / 2))?;
    Some(taken.split_off(at))
}

/// Reports translations that do not parse as intended and cannot be split further: one sentence, a
/// table or a footnote.
pub fn structure_problem(edition: &Edition, taken: &[Taken]) -> Diagnostic {
    let first = &taken[0];
    let message = match edition.sides.wholes[first.pair].filter(|_| taken.len() > 1) {
        Some(whole) => format!("the {} with `{}` would be read as something else in the page", name(whole), first.address),
        None => format!("the translation of `{}` would be read as something else than one sentence in the page", first.address),
    };
    Diagnostic::at(&code::EXCHANGE_STRUCTURE, first.place.clone(), message)
        .hint("write a `\\` before characters that Markdown reads as markup, such as `#`, `-` or `>` at the beginning, or an unclosed `[`")
}
