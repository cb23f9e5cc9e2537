//! Checks of the marks and the front matter that suppress terms and dates: each names a term of the
//! site or a date, and the term or the date is in the text.

use crate::base::{Diagnostic, Report, code, suggest};
use crate::model::front::NoTerms;
use crate::model::term::DateRange;
use crate::model::{SegmentIndex, TermId};
use crate::site::{Site, WorkId};
use crate::terms::{EditionMentions, Mentions};

/// Reports marks and front matter of a work's editions that suppress nothing.
pub(crate) fn check(site: &Site, mentions: &Mentions, work: WorkId, problems: &mut Vec<Diagnostic>) {
    let terms = &site.names.terms;
    let similar = |key: &str| suggest::did_you_mean(key, terms.keys());
    let no_term = |key: &str| format!("no term has the key `{key}`");
    for lang in site.config.lang_ids() {
        let Some(edition) = site.edition(work, lang) else { continue };
        let document = &edition.document;
        let EditionMentions { suppressed, suppressed_dates, .. } = mentions.of_edition(work, lang);
        // Without sentences, no name is found, and nothing is known about marks.
        let is_needless =
            |is_used: &dyn Fn(&(SegmentIndex, TermId)) -> bool| site.config.segments && !suppressed.iter().any(is_used);
        let is_date = |key: &str| DateRange::parse(key).is_some();
        let is_needless_date = |key: &str, segment: Option<SegmentIndex>| {
            let is_it = |(found, date): &(SegmentIndex, DateRange)| segment.is_none_or(|it| it == *found) && date.iso() == key;
            site.config.segments && terms.has_timeline() && !suppressed_dates.iter().any(is_it)
        };
        for marks in &document.marks {
            for it in &marks.unmentioned {
                match terms.term_named(&it.key) {
                    None if is_date(&it.key) => {
                        if is_needless_date(&it.key, Some(marks.segment)) {
                            let message = format!("the mark suppresses the date `{}`, but the sentence does not have it", it.key);
                            problems.report(&code::NEEDLESS_SILENCE, &it.place, message).hint("remove the mark");
                        }
                    }
                    None => {
                        problems.report(&code::BAD_MARK, &it.place, no_term(&it.key)).maybe_hint(similar(&it.key));
                    }
                    Some(term) if is_needless(&|&found| found == (marks.segment, term)) => {
                        let message = format!("the mark suppresses the term `{}`, but no name of it is in the sentence", it.key);
                        problems.report(&code::NEEDLESS_SILENCE, &it.place, message).hint("remove the mark");
                    }
                    Some(_) => {}
                }
            }
        }
        let Some(NoTerms::Keys(keys)) = document.front.no_terms.as_deref() else { continue };
        for (key, place) in keys {
            match terms.term_named(key) {
                None if is_date(key) => {
                    if is_needless_date(key, None) {
                        let message = format!("`no_terms` suppresses the date `{key}`, but the page does not have it");
                        problems.report(&code::NEEDLESS_SILENCE, place, message).hint("remove the date from `no_terms`");
                    }
                }
                None => {
                    problems.report(&code::BAD_VALUE, place, no_term(key)).maybe_hint(similar(key));
                }
                Some(term) if is_needless(&|&(_, found)| found == term) => {
                    let message = format!("`no_terms` suppresses the term `{key}`, but no name of it is on the page");
                    problems.report(&code::NEEDLESS_SILENCE, place, message).hint("remove the key from `no_terms`");
                }
                Some(_) => {}
            }
        }
    }
}
