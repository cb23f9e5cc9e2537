//! Collects the texts of a site for the search: each sentence with its translations, as pages show
//! them.

use std::collections::{BTreeSet, HashMap};

use crate::model::{LangId, SegmentIndex, TermId};
use crate::search::{Index, Item, TermName};
use crate::site::WorkId;

use super::Renderer;
use super::excerpt::Excerpt;

/// The address of a page's title among the sentences of the page.
const TITLE: &str = "title";

impl Renderer {
    /// Lists the words of all texts of the site.
    pub fn search_index(&self) -> Index {
        let site = &self.site;
        let mut items = Vec::new();
        let mut of_segment: HashMap<(WorkId, LangId, SegmentIndex), u32> = HashMap::new();
        for &work in site.order.iter() {
            self.add_work(work, &mut items, &mut of_segment);
        }
        // Titles are no segments, so the mentions of the site are without those in titles.
        let mut in_titles: HashMap<TermId, Vec<u32>> = HashMap::new();
        for (number, item) in (0..).zip(&items).filter(|(_, item)| item.id == TITLE) {
            for (lang, title) in (0..).map(LangId).zip(&item.texts) {
                let hits = self.mentions.matcher(lang).find(title.as_deref().unwrap_or_default());
                hits.into_iter().for_each(|hit| in_titles.entry(hit.term).or_default().push(number));
            }
        }
        let mut terms = Vec::new();
        for (id, term) in site.glossary.iter() {
            let places = self.mentions.places(site, id).iter();
            let found = places.filter_map(|place| of_segment.get(&(place.work, place.lang, place.segment)).copied());
            let found = found.chain(in_titles.remove(&id).unwrap_or_default());
            let found: Vec<u32> = found.collect::<BTreeSet<_>>().into_iter().collect();
            for lang in site.config.lang_ids() {
                let rules = &site.languages[lang.0].pack.endings;
                let names = term.names[lang.0].iter().map(|name| rules.without_article(&name.text).to_owned());
                terms.extend(names.map(|name| TermName { lang, name, items: found.clone() }));
            }
        }
        let rules: Vec<_> = site.languages.iter().map(|language| &language.pack.endings).collect();
        Index::new(items, &rules, terms)
    }

    /// Adds the title and the sentences of a work.
    fn add_work(&self, work: WorkId, items: &mut Vec<Item>, of_segment: &mut HashMap<(WorkId, LangId, SegmentIndex), u32>) {
        let site = &self.site;
        let (source, edition) = site.source_edition(work);
        let languages = || site.config.lang_ids();
        let title = |lang| site.edition(work, lang).map(|edition| edition.document.title.clone());
        let count = site.languages.len();
        let texts = languages().map(title).collect();
        items.push(Item { work, id: TITLE.to_owned(), is_heading: true, texts, lines: vec![None; count] });
        let mut add = |id: String, is_heading: bool, lines: &dyn Fn(LangId) -> Vec<SegmentIndex>| {
            let number = items.len() as u32;
            let (mut texts, mut firsts) = (vec![None; count], vec![None; count]);
            for lang in languages() {
                let lines = lines(lang);
                firsts[lang.0] = lines.first().copied();
                let text: Vec<String> = lines.iter().map(|&line| self.sentence_text(work, lang, line)).collect();
                lines.iter().for_each(|&line| _ = of_segment.insert((work, lang, line), number));
                texts[lang.0] = (!text.is_empty()).then(|| text.join(" "));
            }
            items.push(Item { work, id, is_heading, texts, lines: firsts });
        };
        let document = &edition.document;
        for (index, segment) in document.segments.enumerated() {
            add(segment.id.to_string(), document.is_heading(index), &|lang| match lang == source {
                true => vec![index],
                false => {
                    let pair = site.statuses(work, lang).and_then(|statuses| statuses.pair_of_source(index));
                    pair.map(|pair| pair.lines.clone()).unwrap_or_default()
                }
            });
        }
        for lang in languages().filter(|&lang| lang != source) {
            let Some(statuses) = site.statuses(work, lang) else { continue };
            let document = &site.edition(work, lang).expect("an edition with statuses exists").document;
            for pair in statuses.pairs.iter().filter(|pair| pair.source.is_none()) {
                for &line in &pair.lines {
                    let own = |other| if other == lang { vec![line] } else { Vec::new() };
                    add(document.segments[line].id.to_string(), document.is_heading(line), &own);
                }
            }
        }
    }

    /// Returns the text of a sentence.
    fn sentence_text(&self, work: WorkId, lang: LangId, segment: SegmentIndex) -> String {
        let document = &self.site.edition(work, lang).expect("the sentence is in an edition").document;
        let excerpt = Excerpt { renderer: self, work, document };
        let is_row = !document.body.cells_in(document.segments[segment].html).is_empty();
        let html = if is_row { excerpt.row(segment) } else { excerpt.segment(segment) };
        let mut text = html.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&");
        text.truncate(text.trim_end().len());
        text
    }
}
