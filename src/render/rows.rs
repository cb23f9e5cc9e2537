//! Template values of the rows of a side-by-side page: blocks, their sentences, and the status of
//! each.
//!
//! [`crate::translation::rows`] computes the alignment.

use tera::Value;

use crate::base::Diagnostic;
use crate::model::SegmentIndex;
use crate::parse::Document;
use crate::translation::ids::Bead;
use crate::translation::rows::Row;
use crate::translation::rows::bead_id;

use super::body::{Page, Writer};
use super::template::map;

/// Returns the rows of a text or of a note; `count` counts the rows of the page.
pub(super) fn rows(
    aligned: Vec<Row>,
    left: &Writer<'_>,
    right: &Writer<'_>,
    count: &mut usize,
    problems: &mut Vec<Diagnostic>,
) -> Value {
    let mut rows = Vec::new();
    for row in aligned {
        *count += 1;
        let (kind, level, beads) = match row {
            Row::Sentences { level, beads } => {
                let kind = if level.is_some() { "heading" } else { "paragraph" };
                // Last line of the right edition so far; a bead with an earlier line is moved.
                let mut last = None;
                let beads = beads.iter().map(|it| {
                    let moved = it.right.first().is_some_and(|&line| last.is_some_and(|last| line < last));
                    last = last.max(it.right.last().copied());
                    sentence_bead(it, left, right, moved, problems)
                });
                (kind, level.unwrap_or(0), beads.collect())
            }
            // The row has a number instead of a segment's id, since the segments inside have their
            // own ids.
            Row::Blocks { left: left_blocks, right: right_blocks } => {
                let status = match (left_blocks.is_empty(), right_blocks.is_empty()) {
                    (true, _) => "extra",
                    (_, true) => "missing",
                    _ => "",
                };
                let html = [(left, left_blocks), (right, right_blocks)].map(|(writer, blocks)| {
                    let blocks = blocks.iter().map(|&block| writer.document.blocks[block as usize].html);
                    blocks.map(|html| writer.block(html, problems)).collect::<String>()
                });
                ("block", 0, vec![bead(&format!("row.{count}"), &html[0], &html[1], status, false)])
            }
        };
        rows.push(map([("kind", kind.into()), ("level", u64::from(level).into()), ("beads", Value::from(beads))]));
    }
    rows.into()
}

/// Returns the template value of a bead of sentences. `moved` is true if its right lines stand
/// before those of an earlier bead.
fn sentence_bead(it: &Bead, left: &Writer<'_>, right: &Writer<'_>, moved: bool, problems: &mut Vec<Diagnostic>) -> Value {
    let is_changed = |&line: &SegmentIndex| right.drift.is_some_and(|drift| drift.changed(line).is_some());
    let is_alone = |&line: &SegmentIndex| left.document.marks_of(line).is_some_and(|marks| marks.alone);
    let is_omitted = |&line: &SegmentIndex| right.drift.is_some_and(|drift| drift.is_omitted(line));
    let status = match (&it.left[..], &it.right[..]) {
        ([], _) => "extra",
        (left, []) if left.iter().all(is_alone) => "alone",
        (left, []) if left.iter().all(is_omitted) => "omitted",
        (_, []) => "missing",
        (_, right) if right.iter().any(is_changed) => "changed",
        _ => "current",
    };
    let id = bead_id(it, left.document, right.document).map_or_else(String::new, |id| id.to_string());
    let left_html = sentences(left, &it.left, None, problems);
    let right_html = sentences(right, &it.right, Some(left.document).filter(|_| !it.left.is_empty()), problems);
    bead(&id, &left_html, &right_html, status, moved)
}

/// Returns the sentences of one half of a bead.
///
/// The row has the id of the bead's first sentence. Other sentences get an element with their own
/// id, unless `namer` has a sentence of that id. `namer` is the document of the other half if that
/// half gives the row its id.
fn sentences(writer: &Writer<'_>, lines: &[SegmentIndex], namer: Option<&Document>, problems: &mut Vec<Diagnostic>) -> String {
    let mut html = String::new();
    for (at, &line) in lines.iter().enumerate() {
        let segment = writer.document.segments[line];
        let is_named = at == 0 && namer.is_none_or(|namer| namer.segment_with_id(segment.id).is_some());
        if at > 0 {
            html.push(' ');
        }
        if !is_named {
            let is_free = namer.is_none_or(|namer| namer.segment_with_id(segment.id).is_none());
            let id = if is_free { format!(" id=\"{}\"", segment.id) } else { String::new() };
            html.push_str(&format!("<span class=\"seg\"{id}>"));
        }
        html.push_str(&writer.segment(line, problems));
        // The mark of the source text is shown once, on the left.
        if matches!(writer.page, Page::Half { pair: (left, _) } if left == writer.document.lang) {
            writer.source_marks(line, &mut html, problems);
        }
        html.push_str(if is_named { "" } else { "</span>" });
        writer.drift_mark(line, &mut html, problems);
    }
    html
}

/// Makes the template value of a bead.
///
/// `status` is that of the right half to the left: current, changed, missing, omitted, alone
/// (only on the left) or extra. For whole blocks it is missing, extra or empty.
fn bead(id: &str, left: &str, right: &str, status: &str, moved: bool) -> Value {
    map([
        ("id", id.into()),
        ("left", Value::safe_string(left)),
        ("right", Value::safe_string(right)),
        ("standing", status.into()),
        ("moved", moved.into()),
    ])
}
