//! Addresses of lines: the id of each line of an edition, and the alignment of two editions.
//!
//! [`address`] is the one place where a sentence of a work with a lock gets its id. It is a pure
//! function of the lines of one edition and of the lock. A sentence that is not in the lock yet
//! gets the id that `tilmash sync` will write, so pages show the same ids before and after it is
//! run. [`beads`] is the one place where two editions are aligned: by their ids alone.
//!
//! # How lines find their ids
//!
//! Lines are matched with the sentences of the lock, from the surest sign to the least sure. No
//! step undoes an earlier one, except that equal lines are settled last.
//!
//! 1. **The same text in the same order:** a diff of the two lists of lines ([`crate::base::diff`]).
//!    Pairs that stand in order are the fixed points of the later steps.
//! 2. **The same text elsewhere:** it was moved. Equal texts are matched in order.
//! 3. **The same text as a gone sentence:** it has come back, and gets its id back.
//! 4. *The source edition, whose texts the lock has:* **a like text.** Likeness is the Dice
//!    coefficient of the words (L. R. Dice, 1945, <https://doi.org/10.2307/1932409>). Between fixed
//!    points, the pairs in order with the greatest sum of likeness are taken, from [`LIKE_HERE`]
//!    percent on. Then, across the text, the likest pairs go first, from [`LIKE_ELSEWHERE`] on. So
//!    if a sentence was split, its likest part keeps the id; if two were merged, the id of the
//!    likest one stays.
//! 5. **The same place.** In a gap between fixed points of the source edition, a block of new lines
//!    takes the ids of a block of as many unpaired old lines, line by line. For a translation the
//!    lock has only digests, so this step follows the exact matches. Its blocks are aligned with
//!    those of the gap by three differences: in the number of lines, in the words that both
//!    languages have (numbers, names, code, links), and in length. Places where the translation had
//!    a line go first. But if the source has lost that sentence, and a line of the translation has
//!    a new text, the translation has followed its source; then the source's new sentences go
//!    before the lost one.
//! 6. **A new id,** which no sentence of the work had before: `ids/new.rs`.
//!
//! Cells of tables, many of which have equal texts, are matched first of all, by their rows and
//! columns: `ids/table.rs`. In step 5, the lines of a footnote are matched within the note of the
//! same label.
//!
//! At the end, lines of a translation with equal texts exchange ids among each other, so that each
//! has the id that the lock to be written will give it. If a translation matches its lock, no other
//! step is needed: `ids/settle.rs`.
//!
//! A translation is addressed after its source. The source's new sentences ([`Newcomer`]) have
//! their places among those in the lock, so sentences that are added to both on one day stand side
//! by side before they are synced. A line that still stands for nothing in the source has its
//! language in its id, since no edition sees the additions of another translation at the same
//! place.
//!
//! A line of a translation that its translator marked (`= 3.2`) has the id of the mark, before all
//! steps. An edition of a work without a lock has its ids by position ([`by_position`]).
//!
//! The work is linear except for gaps, each of which is bounded: if a gap has more lines than the
//! tables may hold, only near lines are compared.

use std::collections::{HashMap, HashSet};

use crate::model::lock::{Gone, Lock, Stanza};
use crate::model::{Cell, Label, LanguageTag, SegmentId, TextDigest, Unit};

mod beads;
mod gap;
mod in_order;
mod new;
mod order;
mod settle;
mod signs;
mod table;
mod words;

pub use beads::{Bead, Side, beads};
pub use new::by_position;
pub use order::longest_increasing;
pub use words::{likeness, sorted_words};

use new::NewIds;

/// Minimum likeness in percent of two texts between the same fixed points, for one to be the edited
/// other.
pub const LIKE_HERE: u8 = 40;

/// Minimum likeness in percent of two texts anywhere in the edition.
pub const LIKE_ELSEWHERE: u8 = 60;

/// A line of an edition.
#[derive(Debug, Clone, Copy)]
pub struct Line<'a> {
    pub digest: TextDigest,
    /// Markdown of the line, without marks.
    pub text: &'a str,
    /// Position of the block that the line is in.
    pub block: u32,
    pub is_heading: bool,
    /// Label of the footnote that the line is in.
    pub note: Option<&'a str>,
    /// Position of the line in a table.
    pub cell: Option<Cell>,
    pub claim: Claim<'a>,
}

/// The claim of a translator's marks about a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim<'a> {
    Nothing,
    /// The line translates these sentences.
    Of(&'a [SegmentId]),
    /// The line stands for nothing in the source.
    Alone,
}

/// The result of addressing an edition.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Addressed {
    /// The id of each line; no two are equal.
    pub ids: Vec<SegmentId>,
    /// The sentences of the lock that the source edition no longer has, in the order of the lock.
    /// Empty for a translation.
    pub gone: Vec<(SegmentId, Gone)>,
    /// The source edition's news, for addressing its translations. Empty for a translation.
    pub news: News,
}

/// Facts about a source edition that the lock does not have yet.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct News {
    /// Sentences that the source has and the lock does not, in the order of the lines.
    pub newcomers: Vec<Newcomer>,
    /// Sentences that exist in the source only, according to its marks. No line of a translation
    /// takes one of them by its place.
    pub alone: Vec<SegmentId>,
    /// The ids of all sentences, if they differ from those of the lock or stand in another order.
    pub order: Option<Vec<SegmentId>>,
    /// Cells that stand in another column of their table than in the lock, with the new column.
    pub columns: Vec<(SegmentId, u32)>,
}

impl News {
    /// Returns true if the lock already has all facts that translations need.
    pub fn is_empty(&self) -> bool {
        let Self { newcomers, alone, order, columns } = self;
        newcomers.is_empty() && alone.is_empty() && order.is_none() && columns.is_empty()
    }
}

/// A sentence of the source edition that the lock does not have as one of the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Newcomer {
    pub id: SegmentId,
    /// The last sentence before it that the lock has as one of the source.
    pub after: Option<SegmentId>,
    pub is_heading: bool,
    /// Label of the footnote that the sentence is in.
    pub note: Option<Box<str>>,
    /// The table column and text digest, if the sentence is a cell. Other sentences have no digest
    /// here, since translations need not know their wording.
    pub cell: Option<(u32, TextDigest)>,
}

/// Returns true if the lock has another language as its source: lines of the edition are then
/// placed in the order of that source.
pub fn is_translation(lock: &Lock, lang: &str) -> bool {
    lock.source_lang().is_some_and(|source| source != lang)
}

/// Inputs of addressing a translation, besides its lines and the lock.
#[derive(Debug, Clone, Copy, Default)]
pub struct Around<'a> {
    /// The sentences that the translator left out on purpose.
    pub omitted: &'a [SegmentId],
    /// News of the source edition.
    pub news: Option<&'a News>,
}

/// Gives each line of an edition its id. The source edition does not use `around`.
pub fn address(lines: &[Line<'_>], lock: &Lock, lang: &str, around: Around<'_>) -> Addressed {
    let addressed = if is_translation(lock, lang) { translation(lines, lock, lang, around) } else { source(lines, lock) };
    debug_assert!(
        addressed.ids.iter().collect::<HashSet<_>>().len() == lines.len(),
        "no two lines have one id: {:?}",
        addressed.ids
    );
    addressed
}

/// Addresses the source edition, whose texts the lock has. Its marks do not affect ids.
fn source(lines: &[Line<'_>], lock: &Lock) -> Addressed {
    let olds: Vec<Old<'_>> = segments(lock)
        .filter_map(|(id, stanza)| {
            let source = stanza.source.as_ref()?;
            let (note, is_heading) = (source.note.as_deref(), !source.anchors.is_empty());
            Some(Old { id, digest: source.digest, text: &source.text, is_heading, note, column: source.column })
        })
        .collect();
    let (old_digests, digests): (Vec<_>, Vec<_>) =
        (olds.iter().map(|old| old.digest).collect(), lines.iter().map(|line| line.digest).collect());
    if old_digests == digests {
        // The common case: nothing has changed.
        let columns = columns(olds.iter().zip(lines));
        let ids: Vec<SegmentId> = olds.into_iter().map(|old| old.id).collect();
        let news = News { alone: alone(&ids, lines), columns, ..News::default() };
        return Addressed { ids, gone: Vec::new(), news };
    }
    let mut pairs = order::Pairs::new(olds.len(), lines.len());
    let cells = olds.iter().enumerate().filter_map(|(at, old)| {
        Some(table::OldCell { at, block: old.id.block, column: old.column?, digest: old.digest, is_live: true })
    });
    table::cells(cells.collect(), lines, &mut pairs, |_| true, table::Reworded::Taken);
    let row = |old: &Old<'_>| old.column.is_some().then_some(old.id.block);
    same(&olds.iter().map(|old| (old.digest, row(old))).collect::<Vec<_>>(), lines, &mut pairs, |_| true);
    let mut ids: Vec<Option<SegmentId>> = vec![None; lines.len()];
    come_back(lines, lock, &HashSet::new(), &pairs, &mut ids, |_| true);
    // A cell without a partner here stands in a place that no old cell had, so likeness is not
    // tried.
    let open = |new: usize| ids[new].is_none() && lines[new].cell.is_none();
    let words = words::Texts::of(&olds, lines, &pairs, open);
    gap::like_here(&mut pairs, &words, open);
    gap::like_elsewhere(&mut pairs, &words, open);
    gap::same_place(&olds, lines, &mut pairs, open);
    for (new, old) in pairs.of_new.iter().enumerate() {
        if let Some(old) = old {
            ids[new] = Some(olds[*old].id);
        }
    }
    let ids = NewIds::of(lock, &ids).fill(ids, lines, None);
    let kept: Vec<(usize, usize)> = pairs.of_old.iter().enumerate().filter_map(|(old, line)| Some((old, (*line)?))).collect();
    let gone = (0..olds.len())
        .filter(|&old| pairs.of_old[old].is_none())
        .map(|old| {
            let stanza = lock.segment(olds[old].id).expect("it comes from there");
            let source = stanza.source.as_ref().expect("it has one");
            let into = merged_into(old, &olds, lines, &kept).map(|line| ids[line]);
            (olds[old].id, Gone { digest: source.digest, anchors: source.anchors.clone(), into })
        })
        .collect();
    let is_moved = !olds.iter().map(|old| old.id).eq(ids.iter().copied());
    let order = is_moved.then(|| ids.clone());
    let columns = columns(kept.iter().map(|&(old, line)| (&olds[old], &lines[line])));
    let news = News { alone: alone(&ids, lines), newcomers: newcomers(&ids, lines, lock), order, columns };
    Addressed { ids, gone, news }
}

/// Returns the cells that stand in another column than before, with the new column.
fn columns<'a>(kept: impl Iterator<Item = (&'a Old<'a>, &'a Line<'a>)>) -> Vec<(SegmentId, u32)> {
    let columns = kept.filter_map(|(old, line)| Some((old, line.cell?.column)));
    columns
        .filter(|(old, column)| old.column.is_some_and(|before| before != *column))
        .map(|(old, column)| (old.id, column))
        .collect()
}

fn alone(ids: &[SegmentId], lines: &[Line<'_>]) -> Vec<SegmentId> {
    ids.iter().zip(lines).filter(|(_, line)| line.claim == Claim::Alone).map(|(id, _)| *id).collect()
}

fn newcomers(ids: &[SegmentId], lines: &[Line<'_>], lock: &Lock) -> Vec<Newcomer> {
    let mut newcomers = Vec::new();
    let mut after = None;
    for (&id, line) in ids.iter().zip(lines) {
        if lock.segment(id).is_some_and(|stanza| stanza.source.is_some()) {
            after = Some(id);
        } else {
            let (note, cell) = (line.note.map(Into::into), line.cell.map(|cell| (cell.column, line.digest)));
            newcomers.push(Newcomer { id, after, is_heading: line.is_heading, note, cell });
        }
    }
    newcomers
}

/// Pairs lines with old items of the same text, in the same order and elsewhere. A cell on either
/// side pairs only if no other item has its text. The olds that are cells have their row with them.
fn same(olds: &[(TextDigest, Option<Label>)], lines: &[Line<'_>], pairs: &mut order::Pairs, open: impl Fn(usize) -> bool) {
    let of_text: Vec<usize> = (0..olds.len()).filter(|&old| olds[old].1.is_none() && pairs.of_old[old].is_none()).collect();
    let free: Vec<usize> = (0..lines.len()).filter(|&line| lines[line].cell.is_none() && open(line)).collect();
    let old_digests: Vec<TextDigest> = of_text.iter().map(|&old| olds[old].0).collect();
    let digests: Vec<TextDigest> = free.iter().map(|&line| lines[line].digest).collect();
    let mut found = order::Pairs::new(of_text.len(), free.len());
    order::same_in_order(&old_digests, &digests, &mut found);
    order::same_elsewhere(&old_digests, &digests, &mut found, |_| true);
    for (old, new) in found.of_old.iter().enumerate() {
        if let Some(new) = new {
            pairs.pair(of_text[old], free[*new]);
        }
    }
    if of_text.len() < olds.len() || lines.iter().any(|line| line.cell.is_some()) {
        table::alone(olds, lines, pairs, open);
    }
}

/// A sentence of the source as the lock has it.
struct Old<'a> {
    id: SegmentId,
    digest: TextDigest,
    text: &'a str,
    is_heading: bool,
    note: Option<&'a str>,
    column: Option<u32>,
}

fn segments(lock: &Lock) -> impl Iterator<Item = (SegmentId, &Stanza)> {
    lock.stanzas().iter().filter_map(|stanza| match stanza.unit {
        Unit::Segment(id) => Some((id, stanza)),
        Unit::Title | Unit::Description => None,
    })
}

/// Gives unpaired lines the id of a gone sentence of the same text. Ids in `taken` are not given.
fn come_back(
    lines: &[Line<'_>],
    lock: &Lock,
    taken: &HashSet<SegmentId>,
    pairs: &order::Pairs,
    ids: &mut [Option<SegmentId>],
    may: impl Fn(usize) -> bool,
) {
    let mut tombs: HashMap<TextDigest, Vec<SegmentId>> = HashMap::new();
    for (id, stanza) in segments(lock).filter(|(id, stanza)| stanza.source.is_none() && !taken.contains(id)) {
        if let Some(gone) = &stanza.gone {
            tombs.entry(gone.digest).or_default().push(id);
        }
    }
    if tombs.is_empty() {
        return;
    }
    // Reversed, so that `pop` gives back the first of several sentences with one text.
    tombs.values_mut().for_each(|ids| ids.reverse());
    table::come_back(&tombs, lines, pairs, ids, &may);
    let taken: HashSet<SegmentId> = ids.iter().flatten().copied().collect();
    for (new, line) in lines.iter().enumerate().filter(|(_, line)| line.cell.is_none()) {
        if pairs.of_new[new].is_none() && ids[new].is_none() && may(new) {
            let mut back = tombs.get_mut(&line.digest).into_iter().flat_map(|ids| std::iter::from_fn(|| ids.pop()));
            ids[new] = back.find(|id| !taken.contains(id));
        }
    }
}

/// Returns the line that an unpaired sentence was merged into: a neighbour that changed and has
/// most of its words. `kept` holds the pairs of an old sentence and its line.
fn merged_into(old: usize, olds: &[Old<'_>], lines: &[Line<'_>], kept: &[(usize, usize)]) -> Option<usize> {
    const MOST: usize = 70;
    let (before, after) = kept.split_at(kept.partition_point(|&(partner, _)| partner < old));
    let own = words::words(olds[old].text);
    let mut near = before.last().into_iter().chain(after.first()).copied();
    let found = near.find(|&(partner, line)| {
        let changed = olds[partner].digest != lines[line].digest;
        changed && {
            let (now, then) = (words::words(lines[line].text), words::words(olds[partner].text));
            let (gained, had) = (words::common(&own, &now), words::common(&own, &then));
            // Words that the two sentences shared before are no evidence.
            gained * 100 >= own.len() * MOST && gained > had
        }
    });
    found.map(|(_, line)| line)
}

/// Addresses a translation: the lock has digests of its lines, and the order of the source.
fn translation(lines: &[Line<'_>], lock: &Lock, lang: &str, around: Around<'_>) -> Addressed {
    let Around { omitted, news } = around;
    let mut ids: Vec<Option<SegmentId>> = vec![None; lines.len()];
    let mut taken: HashSet<SegmentId> = omitted.iter().copied().collect();
    let mut claimed = HashSet::new();
    let mut first_claims = HashSet::new();
    for (line, id) in lines.iter().zip(&mut ids) {
        if let Claim::Of(sentences) = line.claim {
            claimed.extend(sentences.iter().copied());
            // A second line of one sentence needs an anchor of its own.
            *id = sentences.first().copied().filter(|&first| first_claims.insert(first));
        }
    }
    taken.extend(&claimed);
    let source_order = match news.and_then(|news| news.order.as_ref()) {
        Some(order) => settle::Order::of(order.iter().copied()),
        None => settle::Order::of(segments(lock).filter(|(_, stanza)| stanza.source.is_some()).map(|(id, _)| id)),
    };
    let places = places(lock, lang, news, &source_order, &taken);
    let free: Vec<usize> = (0..lines.len()).filter(|&line| ids[line].is_none()).collect();
    // The places where the translation had a text, without those that marks have claimed.
    let known: Vec<usize> = (0..places.len()).filter(|&at| places[at].own.is_some()).collect();
    let knowns: Vec<settle::Known> = known.iter().filter_map(|&at| places[at].known()).collect();
    if let Some(settled) = settle::settled(knowns.clone(), &source_order, &free, lines) {
        free.iter().zip(settled).for_each(|(&line, id)| ids[line] = Some(id));
        let ids = ids.into_iter().map(|id| id.expect("free lines are settled, others are claimed")).collect();
        return Addressed { ids, ..Addressed::default() };
    }
    let row = |known: &settle::Known| known.says.0.is_some().then_some(known.id.block);
    let olds: Vec<(TextDigest, Option<Label>)> = knowns.iter().map(|known| (known.says.1, row(known))).collect();
    let mut same = order::Pairs::new(known.len(), lines.len());
    settle::seconds(&knowns, &free, lines, &mut same);
    let open = |line: usize| ids[line].is_none() && !settle::is_second(&lines[line]);
    let cells = knowns.iter().enumerate().filter(|(at, _)| same.of_old[*at].is_none());
    let cells = cells.filter_map(|(at, known)| {
        let (column, digest) = known.says;
        Some(table::OldCell { at, block: known.id.block, column: column?, digest, is_live: !known.is_gone })
    });
    let changed = table::cells(cells.collect(), lines, &mut same, open, table::Reworded::Left);
    self::same(&olds, lines, &mut same, |line| open(line) && !changed.contains(&line));
    let mut pairs = order::Pairs::new(places.len(), lines.len());
    for (old, new) in same.of_old.iter().enumerate() {
        if let Some(new) = new {
            pairs.pair(known[old], *new);
        }
    }
    if pairs.of_new.iter().zip(&ids).any(|(pair, id)| pair.is_none() && id.is_none()) {
        // A line may be a sentence that the source has lost, but no line is one that the source
        // marks as its own alone.
        taken.extend(places.iter().zip(&pairs.of_old).filter(|(_, line)| line.is_some()).map(|(place, _)| place.id));
        taken.extend(news.iter().flat_map(|news| &news.alone));
        come_back(lines, lock, &taken, &pairs, &mut ids, |line| !settle::is_second(&lines[line]));
        let back: HashMap<SegmentId, usize> = ids.iter().enumerate().filter_map(|(line, id)| Some(((*id)?, line))).collect();
        for (at, place) in places.iter().enumerate() {
            if let Some(&line) = back.get(&place.id) {
                pairs.pair(at, line);
            }
        }
        // Cells with numbers or names may have equal texts in both languages; these identify the
        // rows.
        let is_new = |at: usize| places[at].own.is_none() && pairs.of_old[at].is_none();
        if (0..places.len()).any(|at| places[at].column.is_some() && is_new(at)) {
            let cells =
                places.iter().enumerate().filter(|(at, place)| is_new(*at) || (pairs.of_old[*at].is_some() && !place.is_alone));
            let cells = cells.filter_map(|(at, place)| {
                Some(table::OldCell { at, block: place.id.block, column: place.column?, digest: place.source?, is_live: true })
            });
            let is_free: Vec<bool> = pairs.of_new.iter().zip(&ids).map(|(pair, id)| pair.is_none() && id.is_none()).collect();
            let open = |line: usize| is_free[line] && !settle::is_second(&lines[line]);
            table::cells(cells.collect(), lines, &mut pairs, open, table::Reworded::Translated);
        }
        gap::by_place(&places, lines, &mut pairs, |line| ids[line].is_none());
    }
    for (line, old) in pairs.of_new.iter().enumerate() {
        if let Some(old) = old {
            ids[line] = Some(places[*old].id);
        }
    }
    let mut new = NewIds::of(lock, &ids);
    new.reserve(claimed.iter().chain(omitted).copied());
    let mut ids = new.fill(ids, lines, LanguageTag::parse(lang));
    let known = |&line: &usize| {
        let id = ids[line];
        settle::Known { id, says: settle::says(&lines[line]), is_alone: !source_order.has(id), is_gone: false, in_row: false }
    };
    let settled = settle::settled(free.iter().map(known).collect(), &source_order, &free, lines);
    free.iter().zip(settled.into_iter().flatten()).for_each(|(&line, id)| ids[line] = id);
    Addressed { ids, ..Addressed::default() }
}

/// Returns the places where a line of a translation may belong, in the order of the lock. They are
/// the sentences of the present source, and those where the translation had a text.
fn places<'a>(
    lock: &'a Lock,
    lang: &str,
    news: Option<&'a News>,
    source_order: &settle::Order,
    taken: &HashSet<SegmentId>,
) -> Vec<gap::Place<'a>> {
    let (newcomers, alone) = news.map_or((&[][..], &[][..]), |news| (&news.newcomers, &news.alone));
    let alone: HashSet<SegmentId> = alone.iter().copied().collect();
    let columns: HashMap<SegmentId, u32> = news.iter().flat_map(|news| news.columns.iter().copied()).collect();
    let own = |stanza: &Stanza| stanza.translation(lang).map(|translation| (translation.own, translation.column));
    // Without a column of its own, the translation has the source's; column 0 stands for no table.
    let column_of = |own: Option<u32>, source: Option<u32>| own.or(source).filter(|&column| column > 0);
    let new_ids: HashSet<SegmentId> = newcomers.iter().map(|newcomer| newcomer.id).collect();
    let mut behind: HashMap<Option<SegmentId>, Vec<gap::Place<'a>>> = HashMap::new();
    for newcomer in newcomers {
        // A sentence that has come back may have a former translation.
        let (own, own_column) = lock.segment(newcomer.id).and_then(own).unzip();
        let column = newcomer.cell.map(|(column, _)| column);
        behind.entry(newcomer.after).or_default().push(gap::Place {
            id: newcomer.id,
            is_heading: newcomer.is_heading,
            own,
            own_column: column_of(own_column.flatten(), column),
            in_row: own_column.flatten().is_none(),
            source: newcomer.cell.map(|(_, digest)| digest),
            text: None,
            is_alone: false,
            is_gone: false,
            is_new: true,
            note: newcomer.note.as_deref(),
            column,
        });
    }
    let mut places = behind.remove(&None).unwrap_or_default();
    // A newcomer in another block than the sentence before it comes behind that sentence's whole
    // block, including its gone sentences.
    let mut waiting: Vec<gap::Place<'a>> = Vec::new();
    let mut block = None;
    for (id, stanza) in segments(lock) {
        if block != Some(id.block) {
            places.append(&mut waiting);
        }
        let (own, own_column) = own(stanza).unzip();
        let is_alone = !source_order.has(id);
        if (!is_alone || own.is_some()) && !new_ids.contains(&id) {
            let (source, own_column) = (stanza.source.as_ref(), own_column.flatten());
            let before = source.map_or(own_column, |source| source.column);
            let column = columns.get(&id).copied().or(before);
            places.push(gap::Place {
                id,
                is_heading: source.is_some_and(|source| !source.anchors.is_empty()),
                own,
                own_column: column_of(own_column, before),
                in_row: own_column.is_none(),
                source: source.map(|source| source.digest),
                text: source.map(|source| &*source.text),
                is_alone,
                is_gone: is_alone && id.only.is_none(),
                is_new: false,
                note: source.and_then(|source| source.note.as_deref()),
                column,
            });
        }
        if let Some(mut news) = behind.remove(&Some(id)) {
            places.append(&mut waiting);
            let here = news.iter().take_while(|place| place.id.block == id.block).count();
            waiting = news.split_off(here);
            places.append(&mut news);
        }
        block = Some(id.block);
    }
    places.append(&mut waiting);
    // A sentence that was translated before a mark declared it the source's alone keeps its place.
    let is_open = |place: &gap::Place<'_>| place.own.is_some() || !alone.contains(&place.id);
    places.retain(|place| !taken.contains(&place.id) && is_open(place));
    places
}
