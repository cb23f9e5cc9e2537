//! Links in the notes of a plan's repairs: `[[source-order#L55.1|line 55]]`.
//!
//! Such a note belongs to no document. A link in it has the form of a wiki link, and leads to a
//! place of the source text, to a page or to a term. `check` reports those without a target.

use crate::base::{Code, code, suggest};
use crate::markdown::{self, Dialect, Event, LinkType, Tag};
use crate::model::{Key, LangId, key};
use crate::site::Site;
use crate::site::route::{SOURCE_ORDER, TERMS, source_order_path, term_path};
use crate::split::Split;

use super::{ResolvedLink, has_segment, similar_key};

/// The reason why a link in a note has no target.
#[derive(Debug)]
pub struct NoteProblem {
    pub code: &'static Code,
    pub message: String,
    pub hint: Option<String>,
}

/// Returns the targets of the wiki links in a note, as they are written.
pub fn note_targets(note: &str) -> Vec<String> {
    if !note.contains("[[") {
        return Vec::new();
    }
    let (events, _) = markdown::read(note, 0, Dialect::Page { smart_punctuation: false });
    let target = |event| match event {
        Event::Start(Tag::Link { link_type: LinkType::WikiLink { .. }, dest_url, .. }) => Some(dest_url.to_string()),
        _ => None,
    };
    events.into_iter().filter_map(|(event, _)| target(event)).collect()
}

/// Resolves a wiki link in the note of a repair, for readers of a language. `split` is the number
/// of the source text to which the repair belongs.
pub fn resolve_note(site: &Site, split: usize, lang: LangId, target: &str) -> Result<ResolvedLink, NoteProblem> {
    let (name, anchor) = target.split_once('#').map_or((target, None), |(name, anchor)| (name, Some(anchor)));
    let name = Key::new(name);
    let name = name.as_str();
    let anchor = anchor.filter(|anchor| !anchor.is_empty()).map(str::to_owned);
    if let Some(work) = site.work_named(name) {
        let nearest = site.names.nearest_language(work, lang);
        if let Some(anchor) = anchor.as_deref().filter(|anchor| !site.has_anchor(work, nearest, anchor)) {
            return Err(NoteProblem {
                code: &code::BROKEN_ANCHOR,
                message: format!("the page `{name}` has no anchor `{anchor}`"),
                hint: None,
            });
        }
        return Ok(ResolvedLink::Work { work, lang: nearest, anchor });
    }
    if name == SOURCE_ORDER {
        let source: &Split = &site.splits[split];
        if let Some(anchor) = anchor.as_deref().filter(|anchor| !has_segment(source, anchor)) {
            let last = source.segments.last().map(|last| last.address);
            return Err(NoteProblem {
                code: &code::BROKEN_ANCHOR,
                message: format!("the source text has no sentence or heading `{anchor}`"),
                hint: last.map(|last| format!("write the line and the number in the line, from `L1.1` to `{last}`")),
            });
        }
        let path = source_order_path(site.config.code(lang), split as u32).into();
        return Ok(ResolvedLink::Path { path, title: None, anchor });
    }
    let own = name.strip_prefix(TERMS).and_then(|name| name.strip_prefix('/')).unwrap_or(name);
    if let Some(term) = site.names.terms.term_named(own) {
        let path = term_path(site.config.code(lang), &site.names.terms.term(term).key).into();
        return Ok(ResolvedLink::Path { path, title: None, anchor });
    }
    let similar = || suggest::did_you_mean(name, site.names.terms.keys());
    Err(NoteProblem { code: &code::BROKEN_LINK, message: key::unknown(name), hint: similar_key(site, name).or_else(similar) })
}
