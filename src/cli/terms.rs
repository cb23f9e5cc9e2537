//! `terms`: lists the terms of the site with their mentions, the terms that no text mentions, and
//! names that could become terms. For one term, it lists each mention with its place.

use clap::Args;
use serde_json::{Value, json};

use crate::base::{Failure, LineIndex, suggest};
use crate::model::{LangId, TermId};
use crate::project::{Project, State};
use crate::site::{Site, WorkId};
use crate::terms::{Candidate, Mention, Mentions, Written, candidates};

use super::status::aligned;
use super::sync::language;
use super::{Global, Outcome, overrides, print, report};

/// The number of characters of a name that the table shows.
const SHOWN: usize = 32;

#[derive(Debug, Args)]
pub(super) struct TermsArgs {
    /// Key of a term. For it, each mention is shown, with its place
    #[arg(value_name = "KEY")]
    key: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Show only this language
    #[arg(long, value_name = "CODE")]
    language: Option<String>,
}

pub(super) fn terms(global: &Global, args: &TermsArgs) -> Outcome {
    let mut project = Project::new(&global.root, overrides(&global.root, None, true)?);
    let state = project.refresh()?;
    let Some(renderer) = &state.renderer else { return Ok(report::report(global, &state.problems, &state.inputs)) };
    let (site, mentions) = (&*renderer.site, &*renderer.mentions);
    let langs: Vec<LangId> = match &args.language {
        Some(code) => vec![language(site, code)?],
        None => site.config.lang_ids().collect(),
    };
    let (text, json) = match &args.key {
        Some(key) => {
            let term = named(site, key)?;
            let found: Vec<Found<'_>> = langs.iter().flat_map(|&lang| found(&state, site, mentions, term, lang)).collect();
            (list(&found), found.iter().map(|found| found.as_json(site)).collect())
        }
        None => {
            let summary = Summary::of(site, mentions, &langs);
            (summary.text(), summary.as_json())
        }
    };
    if args.json {
        let mut text =
            serde_json::to_string_pretty(&json).map_err(|error| Failure::new(format!("cannot write JSON: {error}")))?;
        text.push('\n');
        print::data(text.as_bytes());
    } else {
        print::text(&text);
    }
    // A file that cannot be read may hide terms and mentions.
    let files = state.inputs.files.keys().filter(|file| crate::model::term::is_term_file(file));
    let problems = files.flat_map(|file| state.problems.of_file(file)).collect::<Vec<_>>();
    Ok(report::report(global, problems, &state.inputs))
}

fn named(site: &Site, key: &str) -> Result<TermId, Failure> {
    site.glossary.term_named(key).ok_or_else(|| {
        let hint = suggest::did_you_mean(key, site.glossary.terms.iter().map(|term| term.key.as_str()));
        Failure::new(format!("no term has the key `{key}`"))
            .hint(hint.unwrap_or_else(|| "run `tilmash terms` to list the terms of the site".to_owned()))
    })
}

/// A mention with its place in a file.
struct Found<'a> {
    work: WorkId,
    lang: LangId,
    mention: Mention,
    file: &'a str,
    line: usize,
    column: usize,
    /// Address of the sentence.
    id: String,
    /// Words as in the file.
    words: String,
}

/// Returns the mentions of a term in a language, in reading order.
fn found<'s>(state: &'s State, site: &'s Site, mentions: &Mentions, term: TermId, lang: LangId) -> Vec<Found<'s>> {
    let mut all = Vec::new();
    for &work in site.order.iter() {
        let Some(edition) = site.edition(work, lang) else { continue };
        let document = &*edition.document;
        let own: Vec<Mention> = mentions.of(work, lang).iter().filter(|mention| mention.term == term).copied().collect();
        let Some(text) = state.inputs.text(&document.file).filter(|_| !own.is_empty()) else { continue };
        let lines = LineIndex::new(text);
        all.extend(own.into_iter().map(|mention| {
            let range = Written { document, text }.range(&mention);
            let position = lines.position(range.start);
            let id = document.segments[mention.segment].id.to_string();
            let words = text[range].split_whitespace().collect::<Vec<_>>().join(" ");
            Found { work, lang, mention, file: &document.file, line: position.line, column: position.column, id, words }
        }));
    }
    all
}

impl Found<'_> {
    fn as_json(&self, site: &Site) -> Value {
        json!({
            "key": site.work(self.work).key.as_str(),
            "language": site.config.code(self.lang),
            "file": self.file, "line": self.line, "column": self.column,
            "id": self.id, "words": self.words,
            "is_link": self.mention.is_link || self.mention.is_by_hand, "is_by_hand": self.mention.is_by_hand,
        })
    }
}

/// Formats mentions: a line each, with the place, the address of the sentence and the words.
fn list(found: &[Found<'_>]) -> String {
    let row = |it: &Found<'_>| {
        let note = if it.mention.is_by_hand { "linked by hand" } else { "" };
        [format!("{}:{}:{}", it.file, it.line, it.column), it.id.clone(), it.words.clone(), note.to_owned()].to_vec()
    };
    aligned(&found.iter().map(row).collect::<Vec<_>>(), &[])
}

/// All terms with the numbers of their mentions, and names that could become terms.
struct Summary<'a> {
    site: &'a Site,
    langs: &'a [LangId],
    /// For each term, the number of mentions per language shown.
    counts: Vec<Vec<usize>>,
    candidates: Vec<(LangId, Candidate)>,
}

impl<'a> Summary<'a> {
    fn of(site: &'a Site, mentions: &Mentions, langs: &'a [LangId]) -> Self {
        let mut counts = vec![vec![0; langs.len()]; site.glossary.terms.len()];
        for (&work, (at, &lang)) in site.order.iter().flat_map(|work| langs.iter().enumerate().map(move |lang| (work, lang))) {
            for mention in mentions.of(work, lang) {
                counts[mention.term.0 as usize][at] += 1;
            }
        }
        let of_lang = |&lang: &LangId| candidates(site, mentions, lang).into_iter().map(move |candidate| (lang, candidate));
        Self { site, langs, counts, candidates: langs.iter().flat_map(of_lang).collect() }
    }

    /// Returns the keys of the terms without a mention.
    fn unused(&self) -> Vec<&str> {
        let terms = self.site.glossary.terms.iter().zip(&self.counts);
        terms.filter(|(_, counts)| counts.iter().all(|count| *count == 0)).map(|(term, _)| term.key.as_str()).collect()
    }

    /// Returns the place of the first sentence with a candidate: file and address.
    fn first(&self, lang: LangId, candidate: &Candidate) -> (&str, String) {
        let (work, segment) = candidate.first;
        let document = &self.site.edition(work, lang).expect("the candidate was found there").document;
        (&document.file, document.segments[segment].id.to_string())
    }

    fn text(&self) -> String {
        let codes: Vec<&str> = self.langs.iter().map(|&lang| self.site.config.code(lang)).collect();
        let mut text = String::new();
        if self.counts.is_empty() {
            text.push_str("the site has no terms; write some into `content/_terms.yaml`\n");
        } else {
            let mut head = vec!["term".to_owned(), "kind".to_owned()];
            let mut numbers = Vec::new();
            for code in &codes {
                head.push(format!("name ({code})"));
                numbers.push(head.len());
                head.push("mentions".to_owned());
            }
            let mut rows = vec![head];
            for (term, counts) in self.site.glossary.terms.iter().zip(&self.counts) {
                let mut row = vec![term.key.clone(), term.kind.clone()];
                for (lang, count) in self.langs.iter().zip(counts) {
                    let name = term.names[lang.0].first().map_or("-", |name| &name.text);
                    row.extend([shortened(name), count.to_string()]);
                }
                rows.push(row);
            }
            text.push_str(&aligned(&rows, &numbers));
        }
        let unused = self.unused();
        if !unused.is_empty() {
            text.push_str(&format!("\nterms that no text mentions: {}\n", unused.join(", ")));
        }
        if !self.candidates.is_empty() {
            text.push_str("\nnames that could become terms:\n");
            let row = |(lang, candidate): &(LangId, Candidate)| {
                let (file, id) = self.first(*lang, candidate);
                let code = self.site.config.code(*lang).to_owned();
                vec![code, candidate.words.clone(), candidate.count.to_string(), format!("first in {file}, {id}")]
            };
            text.push_str(&aligned(&self.candidates.iter().map(row).collect::<Vec<_>>(), &[2]));
        }
        text
    }

    fn as_json(&self) -> Value {
        let site = self.site;
        let term = |(term, counts): (&std::sync::Arc<crate::model::term::Term>, &Vec<usize>)| {
            let by_lang = |value: &dyn Fn(usize, LangId) -> Value| -> Value {
                let values = self.langs.iter().enumerate();
                values
                    .map(|(at, &lang)| (site.config.code(lang).to_owned(), value(at, lang)))
                    .collect::<serde_json::Map<_, _>>()
                    .into()
            };
            json!({
                "key": term.key, "kind": term.kind, "file": &*term.place.file,
                "names": by_lang(&|_, lang| term.names[lang.0].iter().map(|name| &*name.text).collect::<Vec<_>>().into()),
                "mentions": by_lang(&|at, _| counts[at].into()),
            })
        };
        let candidate = |(lang, candidate): &(LangId, Candidate)| {
            let (file, id) = self.first(*lang, candidate);
            json!({
                "language": site.config.code(*lang), "words": candidate.words, "count": candidate.count, "file": file, "id": id,
            })
        };
        json!({
            "terms": site.glossary.terms.iter().zip(&self.counts).map(term).collect::<Vec<_>>(),
            "unused": self.unused(),
            "candidates": self.candidates.iter().map(candidate).collect::<Vec<_>>(),
        })
    }
}

/// Returns a name without its end, if it is too long for a column.
fn shortened(name: &str) -> String {
    match name.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", name[..end].trim_end()),
        None => name.to_owned(),
    }
}
