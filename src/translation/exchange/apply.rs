//! Puts new translations into the text of an edition's file. Everything else in the file stays as
//! it is.
//!
//! An existing translation is replaced in place. A new one goes behind the piece before it, in the
//! form of its source (a list item, a heading, a line of a paragraph, a table).
//!
//! A new file is a copy of the source's: code and other parts without text stay, untranslated
//! sentences are left out. A page must not show its source's words as if they were a translation.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::collect::{Pair, Side, Sides};
use super::pieces::{Block, Piece, PieceKind, without_marks};
use crate::base::fold;
use crate::base::yaml::{self, Value};
use crate::markdown::{self, parts::Table};
use crate::model::{front::FrontKey, front::Import, row};

/// A new translation: the index of the pair, and the text with a line for each line of the
/// translation.
pub type Taken<'a> = (usize, &'a str);

/// A byte range and the text that replaces it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Edit {
    range: Range<usize>,
    text: String,
}

/// The reason why a translation cannot be put into a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The number of lines differs from that of the text to be replaced.
    Lines,
    /// The edition's table has no place for the row, or the translations of the rows before it are
    /// in no table.
    Row,
    /// The row has more cells than the edition's table has columns.
    Cells { cells: usize, columns: usize },
    /// The title of a new page is not translated.
    Title,
}

/// Returns the reason why a translation cannot be put into the edition, if there is one.
pub fn refusal(sides: &Sides, (at, text): Taken<'_>) -> Option<Refusal> {
    let pair = &sides.pairs[at];
    if text.lines().count() != pair.target.len().max(1) {
        return Some(Refusal::Lines);
    }
    let target = sides.target.as_ref()?;
    let too_many = |line: &str, table: &Table| {
        let (cells, columns) = (row::cells(line).count(), table.columns);
        (cells > columns).then_some(Refusal::Cells { cells, columns })
    };
    if !pair.target.is_empty() {
        let mut lines = pair.target.iter().zip(text.lines());
        return lines.find_map(|(&piece, line)| too_many(line, table_of(target, &target.pieces[piece])?));
    }
    // A row of a table that is translated whole needs no place: the table is inserted.
    if sides.source.pieces[pair.source[0]].kind != PieceKind::Row || sides.wholes[at].is_some() {
        return None;
    }
    match place_in_table(sides, target, at) {
        Some((_, table)) => too_many(text, table),
        None => Some(Refusal::Row),
    }
}

/// The place behind which a new line is inserted.
#[derive(Clone, Copy)]
enum Behind {
    /// A byte of the file.
    Byte(usize),
    /// The text that is inserted before the first piece: index of its edit.
    Edit(usize),
}

/// Returns the byte at which a new row goes into the edition's table, and that table: behind the
/// nearest row before it.
fn place_in_table<'t>(sides: &Sides, target: &'t Side, pair: usize) -> Option<(usize, &'t Table)> {
    let block = |pair: &Pair| sides.source.pieces[pair.source[0]].block;
    let before = sides.pairs[..pair].iter().rev().filter(|before| block(before) == block(&sides.pairs[pair]));
    let (row, table) = before.filter_map(|pair| pair.target.last()).find_map(|&piece| {
        let row = &target.pieces[piece];
        Some((row, table_of(target, row)?))
    })?;
    let mut place = line_end(&target.text, row.range.end);
    if !target.text[table.range.start..place].contains('\n') {
        // The delimiter row follows the header row.
        let delimiter = place + target.text[place..].find('\n')? + 1;
        place = line_end(&target.text, delimiter);
    }
    Some((place, table))
}

/// Returns the new text of the edition's file, or the text of a new file if there is no edition.
///
/// If `marked` is true, each new line of the text gets a mark with the id of its sentence. Marks
/// are needed if the id does not follow from the place.
pub fn apply(sides: &Sides, taken: &[Taken<'_>], marked: bool) -> String {
    match &sides.target {
        Some(target) => {
            let mut edits = Vec::new();
            for &(pair, text) in taken {
                for (&piece, line) in sides.pairs[pair].target.iter().zip(text.lines()) {
                    edits.extend(replaced(target, &target.pieces[piece], line));
                }
            }
            edits.extend(inserted(sides, target, taken, marked));
            edited(&target.text, edits)
        }
        None => new_edition(sides, taken, marked),
    }
}

/// Applies edits that do not overlap. Edits at one position are applied in their given order.
fn edited(text: &str, mut edits: Vec<Edit>) -> String {
    // An insertion comes before the replacement of the text at its position.
    edits.sort_by_key(|edit| (edit.range.start, edit.range.end));
    let mut result = String::with_capacity(text.len() + edits.iter().map(|edit| edit.text.len()).sum::<usize>());
    let mut at = 0;
    for edit in edits {
        // An edit within removed text is dropped.
        if edit.range.start < at {
            continue;
        }
        result.push_str(&text[at..edit.range.start]);
        result.push_str(&edit.text);
        at = edit.range.end;
    }
    result.push_str(&text[at..]);
    result
}

/// Makes the edits that replace the text of a piece by a line.
fn replaced(side: &Side, piece: &Piece, line: &str) -> Vec<Edit> {
    let text = match piece.kind {
        PieceKind::Row => return in_cells(&side.text, piece, line, without_marks),
        PieceKind::Front => {
            let before = &side.text[piece.range.clone()];
            let value = if before.starts_with(['"', '\'']) { yaml::quoted(line) } else { yaml::scalar(line) };
            // A value on lines of its own is replaced from the colon on, so a space must follow the
            // colon.
            if before.contains('\n') && before.starts_with([' ', '\t', '\n', '\r']) { format!(" {value}") } else { value }
        }
        PieceKind::Title | PieceKind::Segment | PieceKind::Note => line.to_owned(),
    };
    vec![Edit { range: piece.range.clone(), text }]
}

/// Makes the edits that replace the cells of a row that differ from those of the new text. The
/// padding stays. `length` returns the number of bytes of a cell that are replaced; the marks
/// behind them stay.
fn in_cells(text: &str, piece: &Piece, row: &str, length: impl Fn(&str) -> usize) -> Vec<Edit> {
    let start = piece.range.start;
    let line = &text[start..line_end(text, start)];
    let mut cells: Vec<Range<usize>> = row::cells(line).collect();
    // The bar at the end of a row ends the last cell.
    let is_closed = cells.len() > 1 && cells.last().is_some_and(Range::is_empty);
    cells.truncate(cells.len() - usize::from(is_closed));
    let mut new = row::cells(row).map(|cell| &row[cell]);
    let mut edits = Vec::new();
    for cell in cells {
        let said = cell.start..cell.start + length(&line[cell.clone()]);
        let text = new.next().unwrap_or("");
        if fold(&line[said.clone()]) == text {
            continue;
        }
        let before = if line[..said.start].ends_with('|') { " " } else { "" };
        let text = if said.is_empty() { format!("{before}{text} ") } else { text.to_owned() };
        edits.push(Edit { range: start + said.start..start + said.end, text });
    }
    // The row has fewer cells than its table.
    let rest = new.map(|text| if is_closed { format!(" {text} |") } else { format!(" | {text}") });
    let rest: String = rest.collect();
    if !rest.is_empty() {
        let end = start + line.trim_end().len();
        edits.push(Edit { range: end..end, text: rest });
    }
    edits
}

/// Makes the edits that insert translations where the edition has none.
///
/// ```text
/// source     edition     edits
/// - A.       - a.
///   B.                   `  b.` behind `- a.`: a second line of the item
/// - C.                   `- c.` behind `  b.`: an item
/// ```
fn inserted(sides: &Sides, target: &Side, taken: &[Taken<'_>], marked: bool) -> Vec<Edit> {
    let newline = if target.text.contains("\r\n") { "\r\n" } else { "\n" };
    let translations = by_source_piece(sides, taken);
    let mut edits = Vec::new();
    let mut front = String::new();
    // The block of the source's table that was inserted last.
    let mut table: Option<Block> = None;
    let mut rows: Vec<Edit> = Vec::new();
    let mut wanted = taken.iter().peekable();
    // The place for the next new line and its block; `None` before the first piece of the text.
    let mut behind: Option<(Behind, Block)> = None;
    let mut ahead: Option<usize> = None;
    for (at, pair) in sides.pairs.iter().enumerate() {
        let text = wanted.next_if(|(pair, _)| *pair == at).map(|(_, text)| *text);
        let source = &sides.source.pieces[pair.source[0]];
        if let Some(&last) = pair.target.last() {
            let piece = &target.pieces[last];
            if piece.kind != PieceKind::Front {
                behind = Some((Behind::Byte(end_of(target, piece)), source.block));
            }
            continue;
        }
        let Some(text) = text else { continue };
        if source.kind == PieceKind::Front || source.kind == PieceKind::Title {
            let line = format!("{}: {}", source.id, yaml::scalar(text));
            match blank_field(target, &source.id) {
                Some(range) => edits.push(Edit { range, text: line }),
                None => front.push_str(&format!("{line}{newline}")),
            }
            continue;
        }
        let mark = if marked { format!(" <!-- = {} -->", source.id) } else { String::new() };
        if source.kind == PieceKind::Row && sides.wholes[at].is_none() {
            if let Some((place, table)) = place_in_table(sides, target, at) {
                // In a quotation or a list the row has the prefix of the line before it.
                let line = &target.text[target.text[..place].rfind('\n').map_or(0, |at| at + 1)..place];
                let lead = &line[..line.len() - line.trim_start_matches([' ', '\t', '>']).len()];
                let empty = " |".repeat(table.columns.saturating_sub(row::cells(text).count()));
                rows.push(Edit { range: place..place, text: format!("{newline}{lead}| {text}{mark} |{empty}") });
            }
            continue;
        }
        if source.kind == PieceKind::Row && table.replace(source.block) == Some(source.block) {
            continue;
        }
        let same_block = behind.filter(|(_, block)| *block == source.block);
        let next = || {
            let mut rest = sides.pairs[at + 1..].iter();
            let next = rest.find(|next| !next.target.is_empty())?;
            (sides.source.pieces[next.source[0]].block == source.block).then(|| &target.pieces[next.target[0]])
        };
        if same_block.is_none()
            && let Some(next) = next()
        {
            // The piece comes first in its block: it takes the prefix of the next piece, which gets
            // a line of its own.
            let indent = indent_of_next_line(&sides.source, source);
            let text = format!("{text}{mark}{newline}{indent}");
            edits.push(Edit { range: next.range.start..next.range.start, text });
            continue;
        }
        // A piece without a neighbour in its block begins the block.
        let first = match same_block {
            Some(_) => pair.source[0],
            None => first_of_block(&sides.source, pair.source[0]),
        };
        let (lead, text) = match source.kind {
            PieceKind::Row => whole_table(&sides.source, source, &translations, marked, newline),
            _ => (lead(&sides.source, first), format!("{text}{mark}")),
        };
        let follows = behind.is_some_and(|(place, _)| match same_block {
            // Lines of a paragraph follow each other, but a footnote may have several paragraphs.
            Some(_) => source.kind != PieceKind::Note || follows(&sides.source, first),
            // A block begins after an empty line, except an item of a tight list.
            None => {
                let before = match place {
                    Behind::Byte(place) => lines_before(&target.text[..place], &edits, place),
                    Behind::Edit(at) => lines_before("", &edits[at..=at], edits[at].range.start),
                };
                is_item(&lead) && is_in_list(before, indent(&lead), || follows(&sides.source, first))
            }
        });
        let gap = if follows { newline.to_owned() } else { newline.repeat(2) };
        match behind {
            Some((Behind::Byte(place), _)) => {
                let ends = target.text[..place].ends_with('\n') || place == 0;
                // The file may end without a line break, and the place may be behind a line break
                // already.
                let gap = if ends { gap[newline.len()..].to_owned() } else { gap };
                edits.push(Edit { range: place..place, text: format!("{gap}{lead}{text}") });
            }
            Some((Behind::Edit(at), _)) => edits[at].text.push_str(&format!("{gap}{lead}{text}")),
            None => {
                let start = target.parts.start;
                let blank = target.text[start..].len() - target.text[start..].trim_start_matches(['\n', '\r']).len();
                let place = start + blank;
                ahead = Some(edits.len());
                edits.push(Edit { range: place..place, text: format!("{lead}{text}") });
            }
        }
        behind = behind.map(|(place, _)| place).or(ahead.map(Behind::Edit)).map(|place| (place, source.block));
    }
    if let Some(ahead) = ahead.map(|at| &mut edits[at]) {
        let is_last = ahead.range.start == target.text.len();
        ahead.text.push_str(&newline.repeat(if is_last { 1 } else { 2 }));
    }
    // New rows of a table come before text that is inserted behind the table.
    edits.splice(0..0, rows);
    if !front.is_empty() {
        edits.insert(0, into_front_matter(target, &front, newline));
    }
    edits
}

/// Returns true if a piece begins on the line after the end of the previous piece.
fn follows(side: &Side, piece: usize) -> bool {
    let before = piece.checked_sub(1).map_or(0, |before| side.pieces[before].range.end);
    let between = side.text.get(before..side.pieces[piece].range.start);
    between.is_some_and(|between| between.matches('\n').count() == 1)
}

/// Returns the lines before a byte, last line first: those of the edits that insert there, then
/// those of the text. Empty lines are skipped.
fn lines_before<'a>(text: &'a str, edits: &'a [Edit], place: usize) -> impl Iterator<Item = &'a str> {
    let put = edits.iter().rev().filter(move |edit| edit.range.start == place);
    put.flat_map(|edit| edit.text.lines().rev()).chain(text.lines().rev()).filter(|line| indent(line) < line.len())
}

/// Returns true if lines, last one first, end in a list that an item with this indentation
/// continues. The last line is an item, or in a tight list it may be other content of an item, such
/// as a table.
fn is_in_list<'a>(mut lines: impl Iterator<Item = &'a str>, indented: usize, is_tight: impl Fn() -> bool) -> bool {
    let Some(last) = lines.next() else { return false };
    is_item(last) || (indent(last) > indented && is_tight() && lines.find(|line| indent(line) <= indented).is_some_and(is_item))
}

/// Returns the length of a line's leading white space and quotation marks (`>`).
fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches([' ', '\t', '>']).len()
}

/// Returns true if a line is a list item or a definition.
fn is_item(line: &str) -> bool {
    let line = &line[indent(line)..];
    let number = line.trim_start_matches(|c: char| c.is_ascii_digit());
    ["- ", "* ", "+ ", ": "].iter().any(|mark| line.starts_with(mark))
        || (number.len() < line.len() && (number.starts_with(". ") || number.starts_with(") ")))
}

/// Finds the line of an empty field in the front matter, as `tilmash new` writes it: `title: "" #
/// …`.
fn blank_field(target: &Side, name: &str) -> Option<Range<usize>> {
    let (range, _) = markdown::front_matter(&target.text).ok()?;
    let mut at = range.clone()?.start;
    for line in target.text[range?].split_inclusive('\n') {
        let value = line.strip_prefix(name).and_then(|rest| rest.strip_prefix(':'));
        let value = value.map(|value| value.split(" #").next().unwrap_or("").trim_matches([' ', '"', '\'', '\r', '\n']));
        if value.is_some_and(|value| ["", "~", "null"].contains(&value)) {
            return Some(at..at + line.trim_end().len());
        }
        at += line.len();
    }
    None
}

/// Inserts lines at the end of the front matter; creates the front matter if there is none.
fn into_front_matter(target: &Side, lines: &str, newline: &str) -> Edit {
    match markdown::front_matter(&target.text) {
        Ok((Some(range), _)) => Edit { range: range.end..range.end, text: lines.to_owned() },
        _ => Edit { range: 0..0, text: format!("---{newline}{lines}---{newline}{newline}") },
    }
}

/// Returns the byte behind which a new piece can follow: the end of the piece's line, of its
/// heading's underline, or of the whole table for a row.
fn end_of(side: &Side, piece: &Piece) -> usize {
    if let Some(table) = table_of(side, piece) {
        return table.range.start + side.text[table.range.clone()].trim_end().len();
    }
    let start = side.text[..piece.range.start].rfind('\n').map_or(0, |newline| newline + 1);
    let end = line_end(&side.text, piece.range.end);
    match is_underlined(piece, &side.text[start..piece.range.start]) {
        true => side.text[end..].find('\n').map_or(end, |newline| line_end(&side.text, end + newline + 1)),
        false => end,
    }
}

/// Returns the end of the line around a byte, without the line ending.
fn line_end(text: &str, at: usize) -> usize {
    let end = text[at..].find('\n').map_or(text.len(), |newline| at + newline);
    at + text[at..end].trim_end_matches('\r').len()
}

/// Returns the table that contains a piece, if it is a row.
fn table_of<'a>(side: &'a Side, piece: &Piece) -> Option<&'a Table> {
    let mut tables = side.parts.tables.iter();
    tables.find(|table| piece.kind == PieceKind::Row && table.range.contains(&piece.range.start))
}

/// Returns the prefix of a piece's line: marker of a list, a quotation or a heading.
fn lead(side: &Side, piece: usize) -> String {
    let piece = &side.pieces[piece];
    let line = side.text[..piece.range.start].rfind('\n').map_or(0, |newline| newline + 1);
    let lead = &side.text[line..piece.range.start];
    match piece.level {
        Some(level) if is_underlined(piece, lead) => format!("{lead}{} ", "#".repeat(level.into())),
        _ => lead.to_owned(),
    }
}

/// Returns true if a piece is a heading with an underline (setext heading).
fn is_underlined(piece: &Piece, lead: &str) -> bool {
    piece.level.is_some() && !lead.contains('#')
}

/// Returns the prefix of the second line of a piece's block.
fn indent_of_next_line(side: &Side, piece: &Piece) -> String {
    let mut same = side.pieces.iter().enumerate().filter(|(_, other)| other.block == piece.block);
    same.nth(1).map_or_else(String::new, |(at, _)| lead(side, at))
}

/// Returns the first piece of a piece's block.
fn first_of_block(side: &Side, piece: usize) -> usize {
    let block = side.pieces[piece].block;
    (0..=piece).rev().take_while(|&at| side.pieces[at].block == block).last().unwrap_or(piece)
}

/// Makes the text of a new edition: a copy of the source's text with translations in place of the
/// translated sentences, and without the others.
fn new_edition(sides: &Sides, taken: &[Taken<'_>], marked: bool) -> String {
    let source = &sides.source;
    let text = &*source.text;
    let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let mut edits = vec![Edit { range: 0..source.parts.start, text: new_front_matter(sides, taken, newline) }];
    let translations = by_source_piece(sides, taken);
    for range in &source.parts.html {
        edits.push(Edit { range: whole_lines(text, range), text: String::new() });
    }
    // A table is translated whole: one with an untranslated row is left out.
    let is_row = |pair: &&Pair| source.pieces[pair.source[0]].kind == PieceKind::Row;
    let of_rows = |translated: bool| -> BTreeSet<Block> {
        let rows = sides.pairs.iter().filter(is_row).map(|pair| pair.source[0]);
        rows.filter(|&at| translations[at].is_some() == translated).map(|at| source.pieces[at].block).collect()
    };
    let stay = &of_rows(true) - &of_rows(false);
    let is_left_out = |piece: &Piece| piece.kind == PieceKind::Row && !stay.contains(&piece.block);
    let tables = source.pieces.iter().filter(|piece| is_left_out(piece)).filter_map(|piece| table_of(source, piece));
    let tables: BTreeMap<usize, &Table> = tables.map(|table| (table.range.start, table)).collect();
    edits.extend(tables.values().map(|table| Edit { range: whole_lines(text, &table.range), text: String::new() }));
    for (at, piece) in source.pieces.iter().enumerate() {
        if piece.kind == PieceKind::Front {
            continue;
        }
        match translations[at] {
            // The table is left out.
            _ if is_left_out(piece) => {}
            Some(line) => edits.extend(in_place_of_source(source, at, line, &translations, marked)),
            None if piece.kind == PieceKind::Row => edits.extend(without_row(source, piece)),
            None => {
                let block =
                    || source.pieces[at..].iter().zip(&translations[at..]).take_while(|(other, _)| other.block == piece.block);
                let begins = at == 0 || source.pieces[at - 1].block != piece.block;
                match block().find(|(_, translation)| translation.is_some()) {
                    // The first translated line takes the place of the block's first line.
                    Some((next, _)) if begins => {
                        edits.push(Edit { range: piece.range.start..next.range.start, text: String::new() });
                    }
                    _ => edits.push(without_line(source, at, &translations, newline)),
                }
            }
        }
    }
    without_empty_blocks(&edited(text, edits), newline)
}

/// Returns the new translation of each piece of the source, if it has one.
fn by_source_piece<'a>(sides: &Sides, taken: &[Taken<'a>]) -> Vec<Option<&'a str>> {
    let mut translations = vec![None; sides.source.pieces.len()];
    for &(pair, line) in taken {
        translations[sides.pairs[pair].source[0]] = Some(line);
    }
    translations
}

/// Makes the edits that replace a piece by its translation in the copy of the source.
fn in_place_of_source(source: &Side, at: usize, line: &str, translations: &[Option<&str>], marked: bool) -> Vec<Edit> {
    let piece = &source.pieces[at];
    let mark = if marked { format!(" <!-- = {} -->", piece.id) } else { String::new() };
    if piece.kind == PieceKind::Row {
        return in_cells(&source.text, piece, &format!("{line}{mark}"), str::len);
    }
    let mut line = line.to_owned();
    let mut range = piece.range.clone();
    if piece.kind != PieceKind::Title {
        // Marks and notes of the source do not belong to the translation.
        let end = line_end(&source.text, piece.range.end);
        let behind = &source.text[piece.range.end..end];
        let mut later = source.pieces[at + 1..].iter().zip(&translations[at + 1..]);
        let goes_on = later.any(|(next, translation)| next.block == piece.block && translation.is_some());
        // At the end of a block a backslash would not be a line break. Behind a mark, two spaces
        // make the line break. A heading has a mark or attributes, not both; its anchor comes from
        // the source.
        let breaks = behind.trim() == "\\";
        if without_marks(behind) == 0 || (breaks && (marked || !goes_on)) || (marked && piece.level.is_some()) {
            range.end = end;
        }
        if marked {
            line.push_str(&mark);
            line.push_str(if breaks && goes_on { "  " } else { "" });
        }
    }
    vec![Edit { range, text: line }]
}

/// Makes the edits that remove a row without a translation from the copy of the source: only the
/// source has it, or the translation omits it. A header row is emptied, since a table needs one.
fn without_row(source: &Side, piece: &Piece) -> Vec<Edit> {
    let text = &*source.text;
    let start = text[..piece.range.start].rfind('\n').map_or(0, |newline| text[..newline].trim_end_matches('\r').len());
    match table_of(source, piece) {
        Some(table) if table.range.start > start => in_cells(text, piece, "", str::len),
        _ => vec![Edit { range: start..line_end(text, piece.range.end), text: String::new() }],
    }
}

/// Returns the prefix of the first line of a source table, and the table with its rows translated.
fn whole_table(source: &Side, row: &Piece, translations: &[Option<&str>], marked: bool, newline: &str) -> (String, String) {
    let text = &*source.text;
    let Some(range) = table_of(source, row).map(|table| table.range.clone()) else { return Default::default() };
    let start = text[..range.start].rfind('\n').map_or(0, |newline| newline + 1);
    let rows = source.pieces.iter().enumerate().filter(|(_, piece)| piece.block == row.block);
    let edits = rows.flat_map(|(at, piece)| match translations[at] {
        Some(line) => in_place_of_source(source, at, line, translations, marked),
        None => without_row(source, piece),
    });
    let edits = edits.map(|Edit { range: edited, text }| {
        let range = edited.start - range.start..edited.end - range.start;
        Edit { range, text }
    });
    let table = edited(text[range.clone()].trim_end(), edits.collect());
    (text[start..range.start].to_owned(), table.lines().collect::<Vec<_>>().join(newline))
}

/// Makes the edit that removes an untranslated line from the copy of the source. Translated content
/// of the same list item stays in the item.
fn without_line(source: &Side, at: usize, translations: &[Option<&str>], newline: &str) -> Edit {
    let text = &*source.text;
    let piece = &source.pieces[at];
    let line_start = |piece: &Piece| text[..piece.range.start].rfind('\n').map_or(0, |newline| newline + 1);
    let column = |piece: &Piece| piece.range.start - line_start(piece);
    let lead = &text[line_start(piece)..piece.range.start];
    let mut range = whole_lines(text, &piece.range);
    if is_underlined(piece, lead) {
        range.end = whole_lines(text, &(range.end..range.end)).end;
    }
    let begins_item =
        piece.kind == PieceKind::Segment && piece.level.is_none() && lead.contains(|c: char| !c.is_whitespace() && c != '>');
    // Lines that are indented at least as far as the text of an item belong to the item.
    let is_inside = |other: &Piece| begins_item && indent(&text[line_start(other)..other.range.start]) >= column(piece);
    let mut inside = source.pieces[at + 1..].iter().zip(&translations[at + 1..]).take_while(|(other, _)| is_inside(other));
    match inside.find(|(_, translation)| translation.is_some()) {
        // A paragraph of the item now begins the item.
        Some((other, _)) if text[line_start(other)..other.range.start].trim().is_empty() => {
            return Edit { range: piece.range.start..other.range.start, text: String::new() };
        }
        // The item begins with a nested list: its own line stays empty.
        Some((other, _)) => return Edit { range: piece.range.start..line_start(other), text: newline.to_owned() },
        None => {}
    }
    Edit { range, text: String::new() }
}

/// Extends a range to whole lines, with their line endings.
fn whole_lines(text: &str, range: &Range<usize>) -> Range<usize> {
    let start = text[..range.start].rfind('\n').map_or(0, |newline| newline + 1);
    let last = range.start + text[range.clone()].trim_end().len();
    let end = text[last..].find('\n').map_or(text.len(), |newline| last + newline + 1);
    start..end
}

/// Reduces runs of empty lines outside of code to one, and removes empty lines at the end.
fn without_empty_blocks(text: &str, newline: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut fence: Option<&str> = None;
    let mut empty = false;
    for line in text.split_inclusive('\n') {
        let trimmed = line.trim();
        let mark = ["```", "~~~"].into_iter().find(|mark| trimmed.trim_start_matches(['>', ' ']).starts_with(mark));
        match (fence, mark) {
            (None, Some(mark)) => fence = Some(mark),
            (Some(open), Some(mark)) if open == mark => fence = None,
            _ => {}
        }
        if trimmed.is_empty() && fence.is_none() && empty {
            continue;
        }
        empty = trimmed.is_empty();
        result.push_str(line);
    }
    let end = result.trim_end().len();
    result.truncate(end);
    result.push_str(newline);
    result
}

/// Makes the front matter of a new edition: translated title and description, and the fields that
/// all languages share.
fn new_front_matter(sides: &Sides, taken: &[Taken<'_>], newline: &str) -> String {
    let source = &sides.source;
    let keys = source.document.front.keys();
    let is_shared = |name: &str| keys.iter().any(|key| key.name == name && key.import == Import::Copied);
    let mut lines = String::new();
    for &(pair, text) in taken {
        let piece = &source.pieces[sides.pairs[pair].source[0]];
        if piece.kind == PieceKind::Front {
            lines.push_str(&format!("{}: {}{newline}", piece.id, yaml::scalar(text)));
        }
    }
    if let Ok((Some(range), _)) = markdown::front_matter(&source.text)
        && let Ok(node) = yaml::read(&source.document.file, &source.text, range)
        && let Value::Map(entries) = &node.value
    {
        for entry in entries.iter().filter(|entry| is_shared(&entry.key)) {
            let value = match &entry.node.value {
                // The place of a list or a mapping is only its beginning.
                Value::List(_) | Value::Map(_) => &yaml::flow(&entry.node),
                _ => &source.text[entry.node.place.range()],
            };
            lines.push_str(&format!("{}: {value}{newline}", entry.key));
        }
    }
    if lines.is_empty() { String::new() } else { format!("---{newline}{lines}---{newline}{newline}") }
}

/// Returns the number of code blocks that an edition lacks, if it gets new sentences. A code block
/// has no sentence, so none brings it along.
pub fn missing_code(sides: &Sides, taken: impl IntoIterator<Item = usize>) -> usize {
    let has_grown = taken.into_iter().any(|pair| sides.pairs[pair].target.is_empty());
    let own = sides.target.as_ref().filter(|_| has_grown).map(|target| target.document.codes.len());
    own.map_or(0, |own| sides.source.document.codes.len().saturating_sub(own))
}

/// Returns the parts of the source that a new edition lacks because they are in the source's
/// language: keys of the front matter in backticks, and HTML.
pub fn left_out(sides: &Sides) -> Vec<String> {
    let keys = sides.source.document.front.keys();
    let is_left_out = |key: &FrontKey<'_>| key.import == Import::LeftOut { is_set: true };
    let mut left: Vec<String> = keys.iter().filter(|key| is_left_out(key)).map(|key| format!("`{}`", key.name)).collect();
    left.extend((!sides.source.parts.html.is_empty()).then(|| "HTML".to_owned()));
    left
}
