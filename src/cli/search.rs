//! `search`: finds sentences by their words, in any form and in all languages, with their places in
//! the Markdown.

use clap::Args;
use serde_json::json;

use crate::base::LineIndex;
use crate::model::LangId;
use crate::project::{Project, State};
use crate::search::{Found, Index, Item, Query};
use crate::site::Site;

use super::sync::language;
use super::{Global, Outcome, overrides, print, report};

#[derive(Debug, Args)]
pub(super) struct SearchArgs {
    /// Words to find, in any form. Quotation marks around words find them one after another; a
    /// minus before a word excludes it
    #[arg(value_name = "QUERY", required = true, num_args = 1..)]
    query: Vec<String>,
    /// Show the results in this language first; by default, in the one in which words were found
    #[arg(long, value_name = "CODE")]
    language: Option<String>,
    /// Print JSON: an object on a line for each result
    #[arg(long)]
    json: bool,
    /// The greatest number of results
    #[arg(long, value_name = "N", default_value_t = 20)]
    limit: usize,
}

pub(super) fn search(global: &Global, args: &SearchArgs) -> Outcome {
    let mut project = Project::new(&global.root, overrides(&global.root, None, true)?);
    let state = project.refresh()?;
    let Some(renderer) = &state.renderer else { return Ok(report::report(global, &state.problems, &state.inputs)) };
    let site = &*renderer.site;
    let wanted = args.language.as_ref().map(|code| language(site, code)).transpose()?;
    let index = renderer.search_index();
    let answer = index.search(&Query::read(&args.query.join(" "), false));
    let mut text = String::new();
    if answer.is_any && !args.json {
        text.push_str("no sentence has all words; these have some of them\n\n");
    }
    for found in answer.found.iter().take(args.limit) {
        text.push_str(&Shown::of(&state, site, &index, found, wanted).text(args.json));
    }
    let left = answer.found.len().saturating_sub(args.limit);
    if left > 0 && !args.json {
        text.push_str(&format!("{left} more; use `--limit` to see them\n"));
    }
    if answer.found.is_empty() && !args.json {
        text.push_str("nothing found\n");
    }
    if args.json {
        print::data(text.as_bytes());
    } else {
        print::text(&text);
    }
    Ok(super::Code::Fine)
}

/// A result with its place.
struct Shown<'a> {
    site: &'a Site,
    item: &'a Item,
    score: f64,
    lang: LangId,
    file: &'a str,
    line: usize,
}

impl<'a> Shown<'a> {
    fn of(state: &'a State, site: &'a Site, index: &'a Index, found: &Found, wanted: Option<LangId>) -> Self {
        let item = &index.items[found.item as usize];
        let has = |lang: &LangId| item.texts[lang.0].is_some();
        let by_words = found.marks.iter().map(|(lang, _)| *lang).find(has);
        let lang = wanted.filter(has).or(by_words).or_else(|| site.config.lang_ids().find(has)).expect("an item has a text");
        let document = &site.edition(item.work, lang).expect("the text is in an edition").document;
        // A title is in the front matter or in the first heading.
        let start = item.lines[lang.0].map(|line| document.segments[line].bytes.0 as usize);
        let text = state.inputs.text(&document.file);
        let line = start.zip(text).map_or(1, |(start, text)| LineIndex::new(text).position(start).line);
        Self { site, item, score: found.score, lang, file: &document.file, line }
    }

    fn text(&self, is_json: bool) -> String {
        let Self { site, item, lang, .. } = self;
        let own = item.texts[lang.0].as_deref().unwrap_or_default();
        let work = site.work(item.work).key.as_str();
        let partners = (0..).map(LangId).zip(&item.texts).filter(|(other, _)| other != lang);
        let partners = partners.filter_map(|(other, text)| Some((site.config.code(other), text.as_deref()?)));
        if is_json {
            let partners: Vec<_> = partners.map(|(code, text)| json!({"language": code, "text": text})).collect();
            let score = (self.score * 1000.0).round() / 1000.0;
            let object = json!({
                "work": work, "id": item.id, "language": site.config.code(*lang), "text": own, "partners": partners,
                "file": self.file, "line": self.line, "score": score,
            });
            return format!("{object}\n");
        }
        let mut text = format!("{}:{}  {work}#{}\n  {own}\n", self.file, self.line, item.id);
        partners.for_each(|(code, partner)| text.push_str(&format!("  {code}: {partner}\n")));
        text.push('\n');
        text
    }
}
