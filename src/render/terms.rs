//! Pages of terms: the index of names, and a page for each term with every sentence that mentions
//! it.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use pulldown_cmark_escape::escape_html;
use tera::{Context, Value};

use crate::base::{self, Diagnostic, Report, code, path};
use crate::markdown;
use crate::model::term::{DateRange, OUTLINES, PartialDate};
use crate::model::{LangId, LanguagePack, SegmentIndex, Term, TermId};
use crate::parse::{Document, HtmlRange};
use crate::site::{WorkId, route};
use crate::terms::Place;

use super::Renderer;
use super::excerpt::Excerpt;
use super::inline::inline;
use super::languages::{alternates_by, translations_by};
use super::map::{MapPlace, lines, maps};
use super::shared::{self, MentionShape, MenuPage};
use super::template::map;
use super::view::{Common, home_link, word};

/// The greatest number of sentences on a term's page. In a large site, a term may be in every
/// second sentence; pages with all of them would be as long as the site.
const SENTENCES: usize = 100;
/// The greatest number of sentences of a date on the timeline.
const SENTENCES_OF_DATE: usize = 20;

/// Returns the page with all terms, in the alphabetical order of a language.
pub(super) fn index(renderer: &Renderer, lang: LangId, own_path: &str, problems: &mut Vec<Diagnostic>) -> (String, Context) {
    let site = &renderer.site;
    let language = &site.languages[lang.0];
    let url = path::to_url(own_path);
    let mut terms: Vec<(Vec<u8>, TermId, &Term)> = site
        .glossary
        .iter()
        .map(|(id, term)| (language.sort_key(&bare_name(&language.pack, term.shown(lang))), id, term))
        .collect();
    terms.sort_by(|(a, _, x), (b, _, y)| (a, &x.key).cmp(&(b, &y.key)));
    let kinds: BTreeSet<&str> = terms.iter().map(|(_, _, term)| term.kind.as_str()).collect();
    let mut kinds: Vec<&str> = kinds.into_iter().collect();
    kinds.sort_by_cached_key(|kind| language.sort_key(&kind_label(renderer, lang, kind)));
    let mut letters: Vec<(String, Vec<Value>)> = Vec::new();
    for (_, id, term) in terms {
        let name = bare_name(&language.pack, term.shown(lang));
        let letter = name.chars().find(|c| c.is_alphanumeric()).map(|c| c.to_uppercase().to_string()).unwrap_or_default();
        let count = renderer.mentions.places(site, id).iter().filter(|place| place.lang == lang).count();
        let item = map([
            ("title", capitalised(&name).into()),
            ("url", renderer.site.term_url(lang, id).into()),
            ("kind", term.kind.as_str().into()),
            ("kind_label", kind_label(renderer, lang, &term.kind).into()),
            ("kind_number", kinds.iter().position(|kind| *kind == term.kind).map(|at| at + 1).into()),
            ("date", date_value(renderer, lang, term.date)),
            ("names", other_names(renderer, lang, term)),
            ("count", count.into()),
        ]);
        match letters.last_mut() {
            Some((last, items)) if *last == letter => items.push(item),
            _ => letters.push((letter, vec![item])),
        }
    }
    let kinds: Vec<Value> =
        kinds.into_iter().map(|kind| map([("name", kind.into()), ("label", kind_label(renderer, lang, kind).into())])).collect();
    let letters: Vec<Value> =
        letters.into_iter().map(|(letter, items)| map([("letter", letter.into()), ("items", items.into())])).collect();
    let mut page = overview(renderer, lang, route::TERMS, own_path, &route::terms_path);
    page.set("kinds", kinds.into());
    page.set("letters", letters.into());
    let root = path::to_root(own_path);
    let menu = MenuPage { work: site.home(), lang, root: &root, current: &url };
    ("terms.html".to_owned(), page.context_with_menu(renderer, &menu, problems))
}

/// Returns the page of a term.
pub(super) fn term(
    renderer: &Renderer,
    lang: LangId,
    id: TermId,
    own_path: &str,
    problems: &mut Vec<Diagnostic>,
) -> (String, Context) {
    let site = &renderer.site;
    let term = site.glossary.term(id);
    let url = path::to_url(own_path);
    let title = capitalised(term.shown(lang));
    let mut page = Common::bare("term", &format!("{}/{}", route::TERMS, term.key), &title, &url);
    let description = term.description(lang);
    page.set("description", description.map(markdown::plain).into());
    page.set("canonical", site.absolute(own_path).into());
    page.set("trail", Value::from(vec![route::TERMS]));
    let all = path::to_url(&route::terms_path(site.config.code(lang)));
    let crumbs = vec![
        home_link(renderer, lang),
        map([("title", word(renderer, lang, "terms").into()), ("url", all.into())]),
        map([("title", title.as_str().into()), ("url", url.as_str().into())]),
    ];
    page.set("breadcrumbs", crumbs.into());
    let path_in = |other| route::term_path(site.config.code(other), &term.key);
    page.set("translations", translations_by(renderer, lang, |other| Some((path_in(other), capitalised(term.shown(other))))));
    page.set("alternates", alternates_by(renderer, |other| Some(path_in(other))));
    let root = path::to_root(own_path);
    let Concordance { chapters, shown, count } = concordance(renderer, lang, id, &root, problems);
    let see = term.see.iter().filter_map(|(key, _)| site.glossary.term_named(key));
    let references: Vec<Value> = term
        .references
        .iter()
        .map(|reference| {
            map([("title", reference.title.as_str().into()), ("url", reference.url.as_ref().map(|(url, _)| url.as_str()).into())])
        })
        .collect();
    page.set(
        "term",
        map([
            ("key", term.key.as_str().into()),
            ("kind", term.kind.as_str().into()),
            ("kind_label", kind_label(renderer, lang, &term.kind).into()),
            ("names", other_names(renderer, lang, term)),
            ("description", description.map(|text| Value::safe_string(&description_html(renderer, lang, &root, text))).into()),
            ("date", date_value(renderer, lang, term.date)),
            ("place", place_value(renderer, lang, term)),
            ("see", see.map(|other| term_link(renderer, lang, other, None)).collect::<Vec<_>>().into()),
            ("related", related(renderer, lang, id).into()),
            ("references", references.into()),
            ("count", count.into()),
            ("shown", (shown < count).then_some(shown).into()),
            ("chapters", chapters.into()),
        ]),
    );
    let menu = MenuPage { work: site.home(), lang, root: &root, current: &url };
    ("term.html".to_owned(), page.context_with_menu(renderer, &menu, problems))
}

/// Returns the fields that the index of names, the map and the timeline have.
fn overview(renderer: &Renderer, lang: LangId, kind: &'static str, own_path: &str, path_in: &dyn Fn(&str) -> String) -> Common {
    let site = &renderer.site;
    let title = word(renderer, lang, kind);
    let url = path::to_url(own_path);
    let mut page = Common::bare(kind, kind, &title, &url);
    page.set("canonical", site.absolute(own_path).into());
    page.set("trail", Value::from(vec![kind]));
    page.set(
        "breadcrumbs",
        vec![home_link(renderer, lang), map([("title", title.as_str().into()), ("url", url.as_str().into())])].into(),
    );
    let path_in = |other| path_in(site.config.code(other));
    page.set("translations", translations_by(renderer, lang, |other| Some((path_in(other), word(renderer, other, kind)))));
    page.set("alternates", alternates_by(renderer, |other| Some(path_in(other))));
    page
}

/// Returns the page with the map of all places.
pub(super) fn map_page(renderer: &Renderer, lang: LangId, own_path: &str, problems: &mut Vec<Diagnostic>) -> (String, Context) {
    let site = &renderer.site;
    let language = &site.languages[lang.0];
    let with_places = site.glossary.iter().filter_map(|(id, term)| Some((id, term, term.coordinates?)));
    let mut terms: Vec<(TermId, &Term, (f64, f64))> = with_places.collect();
    let name = |term: &Term| capitalised(&bare_name(&language.pack, term.shown(lang)));
    terms.sort_by_cached_key(|(_, term, _)| language.sort_key(&name(term)));
    let places: Vec<((f64, f64), usize)> = terms.iter().map(|(_, term, place)| (*place, name(term).chars().count())).collect();
    let outlines = renderer.inputs.name(OUTLINES).and_then(|file| Some((file, renderer.inputs.text(file)?)));
    let lines = outlines.map(|(file, text)| {
        lines(text).unwrap_or_else(|why| {
            problems
                .report(&code::BAD_VALUE, base::Place::whole(file), format!("the outlines of the map cannot be read: {why}"))
                .hint("write GeoJSON with lines or polygons");
            Vec::new()
        })
    });
    let label = |place: &MapPlace| {
        let (x, y, anchor) = place.label?;
        Some(map([("x", x.into()), ("y", y.into()), ("anchor", anchor.name().into())]))
    };
    // A place on two maps has its anchor on the first, which shows it larger.
    let mut has_anchor = vec![false; terms.len()];
    let maps: Vec<Value> = maps(&places, &lines.unwrap_or_default())
        .into_iter()
        .map(|drawn| {
            let places: Vec<Value> = drawn
                .places
                .iter()
                .map(|place| {
                    let (id, term, _) = terms[place.index];
                    let is_first = !std::mem::replace(&mut has_anchor[place.index], true);
                    map([
                        ("anchor", is_first.then(|| place_anchor(term)).into()),
                        ("x", place.x.into()),
                        ("y", place.y.into()),
                        ("label", label(place).unwrap_or_else(Value::none)),
                        ("title", name(term).into()),
                        ("kind", term.kind.as_str().into()),
                        ("url", site.term_url(lang, id).into()),
                    ])
                })
                .collect();
            map([
                ("width", drawn.width.into()),
                ("height", drawn.height.into()),
                ("outlines", drawn.outlines.into()),
                ("grid", drawn.grid.into()),
                ("places", places.into()),
            ])
        })
        .collect();
    let rows: Vec<Value> = terms
        .iter()
        .map(|(id, term, _)| {
            map([
                ("title", name(term).into()),
                ("url", site.term_url(lang, *id).into()),
                ("kind_label", kind_label(renderer, lang, &term.kind).into()),
                ("place", place_value(renderer, lang, term)),
            ])
        })
        .collect();
    let mut page = overview(renderer, lang, "map", own_path, &route::map_path);
    page.set("maps", maps.into());
    page.set("rows", rows.into());
    let (root, url) = (path::to_root(own_path), path::to_url(own_path));
    let menu = MenuPage { work: site.home(), lang, root: &root, current: &url };
    ("map.html".to_owned(), page.context_with_menu(renderer, &menu, problems))
}

/// An entry of the timeline: the terms of a date, and the sentences with it.
#[derive(Default)]
struct TimelineEntry<'a> {
    terms: Vec<(TermId, &'a Term)>,
    /// The first sentences, at most [`SENTENCES_OF_DATE`].
    places: Vec<Place>,
    /// The number of all sentences.
    count: usize,
}

/// Returns the page with all dated terms and all dates of the texts, in the order of time.
pub(super) fn timeline(renderer: &Renderer, lang: LangId, own_path: &str, problems: &mut Vec<Diagnostic>) -> (String, Context) {
    let site = &renderer.site;
    let mut entries: BTreeMap<DateRange, TimelineEntry<'_>> = BTreeMap::new();
    for (id, term) in site.glossary.iter() {
        if let Some(date) = term.date {
            entries.entry(date).or_default().terms.push((id, term));
        }
    }
    for (date, mut places) in renderer.mentions.dated_places(site) {
        // As on pages of terms, a work without an edition in the reader's language gives the
        // sentences of the edition that its page shows.
        places.retain(|place| site.nearest_edition(place.work, lang).0 == place.lang);
        if !places.is_empty() {
            let entry = entries.entry(date).or_default();
            entry.count = places.len();
            places.truncate(SENTENCES_OF_DATE);
            entry.places = places;
        }
    }
    let root = path::to_root(own_path);
    let mut years: Vec<(i16, Vec<Value>)> = Vec::new();
    for (date, entry) in entries {
        let terms: Vec<Value> =
            entry.terms.into_iter().map(|(id, term)| timeline_term(renderer, lang, &root, id, term)).collect();
        let found = Sentence::all(renderer, lang, Subject::Date(date), &entry.places);
        let sentence = |(place, sentence): (&Place, &Sentence)| {
            let edition = site.edition(place.work, place.lang).expect("dates are in editions that exist");
            map([
                ("chapter", edition.document.title.as_str().into()),
                ("lang", shared::other_lang(site, place.lang, lang).into()),
                ("sentence", sentence.value(renderer)),
            ])
        };
        let sentences: Vec<Value> = entry.places.iter().zip(&found).map(sentence).collect();
        let item = map([
            ("id", date.id().into()),
            ("date", date_value(renderer, lang, Some(date))),
            ("terms", terms.into()),
            ("shown", (sentences.len() < entry.count).then_some(sentences.len()).into()),
            ("count", entry.count.into()),
            ("sentences", sentences.into()),
        ]);
        match years.last_mut() {
            Some((year, items)) if *year == date.from.year => items.push(item),
            _ => years.push((date.from.year, vec![item])),
        }
    }
    let years: Vec<Value> =
        years.into_iter().map(|(year, items)| map([("year", i64::from(year).into()), ("items", items.into())])).collect();
    let mut page = overview(renderer, lang, "timeline", own_path, &route::timeline_path);
    page.set("years", years.into());
    let url = path::to_url(own_path);
    let menu = MenuPage { work: site.home(), lang, root: &root, current: &url };
    ("timeline.html".to_owned(), page.context_with_menu(renderer, &menu, problems))
}

/// Returns a term of an entry of the timeline.
fn timeline_term(renderer: &Renderer, lang: LangId, root: &str, id: TermId, term: &Term) -> Value {
    let description = term.description(lang);
    map([
        ("title", capitalised(term.shown(lang)).into()),
        ("url", renderer.site.term_url(lang, id).into()),
        ("kind_label", kind_label(renderer, lang, &term.kind).into()),
        ("description", description.map(|text| Value::safe_string(&description_html(renderer, lang, root, text))).into()),
    ])
}

/// The subject of a list of sentences, which is marked in each of them.
#[derive(Debug, Clone, Copy)]
enum Subject {
    Term(TermId),
    Date(DateRange),
}

/// The sentences that mention a term.
struct Concordance {
    /// As the template sees them: each chapter with its sentences.
    chapters: Vec<Value>,
    /// The number of these sentences.
    shown: usize,
    /// The number of all sentences that mention the term.
    count: usize,
}

/// Returns the sentences that mention a term, by chapter. A work without an edition in the reader's
/// language gives the sentences of the edition that its page shows.
///
/// If there are more than [`SENTENCES`], each chapter has its first ones, the same number in all:
///
/// ```text
/// limit 7, chapters with 9, 1 and 4 sentences: 3, 1 and 3 of them
/// ```
fn concordance(renderer: &Renderer, lang: LangId, id: TermId, root: &str, problems: &mut Vec<Diagnostic>) -> Concordance {
    let site = &renderer.site;
    let places = renderer.mentions.places(site, id);
    // The works, and the range of the places in the language that the reader sees.
    let mut works: Vec<(WorkId, LangId, Range<usize>)> = Vec::new();
    let mut at = 0;
    for of_work in places.chunk_by(|a, b| a.work == b.work) {
        let work = of_work[0].work;
        // In a work, the places are in the order of the languages.
        let range_in = |lang: LangId| {
            at + of_work.partition_point(|place| place.lang < lang)..at + of_work.partition_point(|place| place.lang <= lang)
        };
        let mut shown = (lang, range_in(lang));
        if shown.1.is_empty() {
            let nearest = site.nearest_edition(work, lang).0;
            shown = (nearest, range_in(nearest));
        }
        if !shown.1.is_empty() {
            works.push((work, shown.0, shown.1));
        }
        at += of_work.len();
    }
    let count = works.iter().map(|(_, _, range)| range.len()).sum();
    let most = most_of_chapter(works.iter().map(|(_, _, range)| range.len()));
    let mut shown: Vec<Place> = Vec::new();
    let mut of_works: Vec<(WorkId, LangId, usize, usize)> = Vec::new();
    for (work, language, range) in works {
        let here = &places[range.start..range.end.min(range.start + most).min(range.start + SENTENCES - shown.len())];
        if here.is_empty() {
            break;
        }
        shown.extend(here);
        of_works.push((work, language, here.len(), range.len() - here.len()));
    }
    let mut sentences = Sentence::all(renderer, lang, Subject::Term(id), &shown).into_iter();
    let mut chapters = Vec::new();
    for (work, language, count, more) in of_works {
        let (_, edition) = site.nearest_edition(work, lang);
        let mut html = String::new();
        for sentence in sentences.by_ref().take(count) {
            sentence.write(renderer, (lang, language), root, &mut html, problems);
        }
        let page_url = site.page(work, lang).map_or_else(|| path::to_url(&edition.path), |page| path::to_url(page.path));
        chapters.push(map([
            ("title", edition.document.title.as_str().into()),
            ("url", page_url.into()),
            ("lang", shared::other_lang(site, language, lang).into()),
            ("more", Some(more).filter(|more| *more > 0).into()),
            ("sentences", Value::safe_string(&html)),
        ]));
    }
    let shown = shown.len();
    Concordance { chapters, shown, count }
}

/// Returns the number of sentences of a chapter so that those of all chapters are within the limit,
/// and at least one.
fn most_of_chapter(chapters: impl Iterator<Item = usize>) -> usize {
    let mut counts: Vec<usize> = chapters.collect();
    counts.sort_unstable();
    let mut left = SENTENCES;
    for (at, &count) in counts.iter().enumerate() {
        let chapters = counts.len() - at;
        if count * chapters > left {
            return (left / chapters).max(1);
        }
        left -= count;
    }
    SENTENCES
}

/// A sentence of a list, with its partner in another language.
struct Sentence {
    id: String,
    /// URL of the sentence, from the site's root.
    url: String,
    html: String,
    in_note: bool,
    partner: Option<Partner>,
}

/// The partner of a sentence in a list.
struct Partner {
    lang: LangId,
    /// URL of the first of its lines, from the site's root.
    url: String,
    html: String,
}

/// The language and the lines of a partner.
type PartnerLines = (LangId, Vec<SegmentIndex>);

/// A line of an edition, found for a list of sentences.
struct Line<'a> {
    work: WorkId,
    document: &'a Document,
    segment: SegmentIndex,
    /// The ranges that are marked in it.
    marks: Vec<HtmlRange>,
}

impl<'a> Line<'a> {
    /// Finds lines. In a large site each is in another part of the memory, so that reading one takes
    /// longer than all else. Several short loops, instead of one long loop, let the processor read
    /// the parts of many lines at the same time.
    fn all(renderer: &'a Renderer, subject: Subject, places: &[Place]) -> Vec<Self> {
        let site = &renderer.site;
        let document =
            |place: &Place| &*site.edition(place.work, place.lang).expect("mentions are in editions that exist").document;
        let documents: Vec<&Document> = places.iter().map(document).collect();
        let mentions: Vec<_> = places.iter().map(|place| renderer.mentions.of_edition(place.work, place.lang)).collect();
        let ranges: Vec<HtmlRange> =
            places.iter().zip(&documents).map(|(place, document)| document.segments[place.segment].html).collect();
        // The first byte of each text is enough to have it read.
        let starts =
            ranges.iter().zip(&documents).map(|(range, document)| document.body.html.as_bytes().get(range.bytes().start));
        let _: Vec<Option<u8>> = std::hint::black_box(starts.map(Option::<&u8>::copied).collect());
        let marks = places.iter().zip(mentions).map(|(place, mentions)| match subject {
            Subject::Term(id) => mentions
                .in_segment(place.segment)
                .iter()
                .filter(|mention| mention.term == id)
                .map(|mention| mention.html)
                .collect(),
            Subject::Date(date) => {
                mentions.dates_in_segment(place.segment).iter().filter(|it| it.date == date).map(|it| it.html).collect()
            }
        });
        let marks: Vec<Vec<HtmlRange>> = marks.collect();
        let lines = places.iter().zip(documents).zip(marks);
        lines.map(|((place, document), marks)| Self { work: place.work, document, segment: place.segment, marks }).collect()
    }

    /// Returns the line as HTML, with its marks.
    fn html(&self, renderer: &Renderer) -> String {
        let Self { work, document, segment, marks } = self;
        Excerpt { renderer, work: *work, document }.segment_marked(*segment, marks)
    }
}

impl Sentence {
    /// Returns the sentences at some places, for a page in a language.
    fn all(renderer: &Renderer, lang: LangId, subject: Subject, places: &[Place]) -> Vec<Self> {
        let site = &renderer.site;
        let lines = Line::all(renderer, subject, places);
        let partners: Vec<_> = places.iter().map(|place| partner_of(renderer, *place)).collect();
        let of_partner = |(place, partner): (&Place, &Option<PartnerLines>)| {
            let work = place.work;
            let (lang, segments) = partner.as_ref().map_or((place.lang, &[][..]), |(lang, segments)| (*lang, segments));
            segments.iter().map(move |&segment| Place { work, lang, segment }).collect::<Vec<_>>()
        };
        let partner_places: Vec<Place> = places.iter().zip(&partners).flat_map(of_partner).collect();
        let mut partner_lines = Line::all(renderer, subject, &partner_places).into_iter();
        let sentence = |((place, line), partner): ((&Place, &Line<'_>), Option<PartnerLines>)| {
            let edition = site.edition(place.work, place.lang).expect("mentions are in editions that exist");
            let segment = &line.document.segments[place.segment];
            let id = segment.id.to_string();
            let path = site.page(place.work, lang).map_or(&edition.path, |page| page.path);
            let partner = partner.map(|(other, segments)| {
                let lines: Vec<Line<'_>> = partner_lines.by_ref().take(segments.len()).collect();
                let texts: Vec<String> = lines.iter().map(|line| line.html(renderer)).collect();
                let first = lines[0].document.segments[segments[0]].id;
                let path = &site.edition(place.work, other).expect("a partner is in an edition").path;
                Partner { lang: other, url: format!("{}#{first}", path::to_url(path)), html: texts.join(" ") }
            });
            Self {
                url: format!("{}#{id}", path::to_url(path)),
                id,
                html: line.html(renderer),
                in_note: segment.note.is_some(),
                partner,
            }
        };
        places.iter().zip(&lines).zip(partners).map(sentence).collect()
    }

    /// Returns the sentence as templates see it.
    fn value(&self, renderer: &Renderer) -> Value {
        let partner = self.partner.as_ref().map(|partner| {
            let language = &renderer.site.languages[partner.lang.0];
            map([
                ("lang", language.code.as_str().into()),
                ("dir", language.pack.direction.as_str().into()),
                ("html", Value::safe_string(&partner.html)),
                ("url", partner.url.as_str().into()),
            ])
        });
        map([
            ("id", self.id.as_str().into()),
            ("url", self.url.as_str().into()),
            ("html", Value::safe_string(&self.html)),
            ("in_note", self.in_note.into()),
            ("partner", partner.unwrap_or_else(Value::none)),
        ])
    }

    /// Writes the sentence with the component `mention`, on a page in a language. `own` is the
    /// language of the sentence, `root` the path to the site's root.
    fn write(
        &self,
        renderer: &Renderer,
        (lang, own): (LangId, LangId),
        root: &str,
        html: &mut String,
        problems: &mut Vec<Diagnostic>,
    ) {
        let address = |url: &str| {
            let mut escaped = String::new();
            escape_html(&mut escaped, &format!("{root}{url}")).expect("writing to a string");
            escaped
        };
        let partner = self.partner.as_ref();
        let (partner_url, partner_html) = partner.map_or_else(Default::default, |it| (address(&it.url), it.html.as_str()));
        let shape = MentionShape {
            in_note: self.in_note,
            lang: (own != lang).then_some(own),
            partner: partner.map(|partner| partner.lang),
        };
        let values = [&*self.id, &*address(&self.url), &*self.html, &*partner_url, partner_html];
        renderer.shared.language(lang).mention(&renderer.templates, shape, &values, html, problems);
    }
}

/// Returns the language and the lines of a sentence's partner: of a translated sentence its source,
/// of a source sentence its first translation.
fn partner_of(renderer: &Renderer, place: Place) -> Option<PartnerLines> {
    let site = &renderer.site;
    let Place { work, lang, segment } = place;
    let (source, _) = site.source_edition(work);
    if lang == source {
        return site.config.lang_ids().filter(|&other| other != source).find_map(|other| {
            let pair = site.statuses(work, other)?.pair_of_source(segment)?;
            (!pair.lines.is_empty()).then(|| (other, pair.lines.clone()))
        });
    }
    let sources: Vec<SegmentIndex> = site.statuses(work, lang)?.pairs_of_line(segment).filter_map(|pair| pair.source).collect();
    (!sources.is_empty()).then_some((source, sources))
}

/// Returns the terms that most sentences mention together with a term.
fn related(renderer: &Renderer, lang: LangId, id: TermId) -> Vec<Value> {
    let related = renderer.mentions.related(&renderer.site, lang, id).iter();
    related.map(|&(other, count)| term_link(renderer, lang, other, Some(count))).collect()
}

fn term_link(renderer: &Renderer, lang: LangId, id: TermId, count: Option<usize>) -> Value {
    let title = capitalised(renderer.site.glossary.term(id).shown(lang));
    map([("title", title.into()), ("url", renderer.site.term_url(lang, id).into()), ("count", count.into())])
}

/// Returns the names of a term in the site's other languages.
fn other_names(renderer: &Renderer, lang: LangId, term: &Term) -> Value {
    let site = &renderer.site;
    let others = site.config.lang_ids().filter(|&other| other != lang && !term.names[other.0].is_empty());
    let names = others.map(|other| {
        let language = &site.languages[other.0];
        map([
            ("name", capitalised(term.shown(other)).into()),
            ("lang", language.code.as_str().into()),
            ("dir", language.pack.direction.as_str().into()),
            ("url", renderer.site.term_url(other, site.glossary.term_named(&term.key).expect("it is in the glossary")).into()),
        ])
    });
    names.collect::<Vec<_>>().into()
}

fn kind_label(renderer: &Renderer, lang: LangId, kind: &str) -> String {
    let strings = &renderer.site.languages[lang.0].pack.strings;
    strings.get(&format!("term_{kind}")).cloned().unwrap_or_else(|| capitalised(kind))
}

/// Returns a name without the article at its beginning.
fn bare_name(pack: &LanguagePack, name: &str) -> String {
    match name.split_once(' ') {
        Some((first, rest)) if pack.endings.articles.contains(&first.to_lowercase()) => rest.to_owned(),
        _ => name.to_owned(),
    }
}

/// Returns a text with a capital letter at its beginning.
fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Returns a date for templates, with the URL of its entry on the timeline.
fn date_value(renderer: &Renderer, lang: LangId, date: Option<DateRange>) -> Value {
    let Some(date) = date else { return Value::none() };
    let DateRange { from, to } = date;
    let url = format!("{}#{}", renderer.site.timeline_url(lang), date.id());
    let pack = &renderer.site.languages[lang.0].pack;
    let text = if from == to { date_text(pack, from) } else { format!("{} – {}", date_text(pack, from), date_text(pack, to)) };
    map([("iso", from.iso().into()), ("to", (from != to).then(|| to.iso()).into()), ("text", text.into()), ("url", url.into())])
}

/// Returns a date in the language's format, as far as it is known.
fn date_text(pack: &LanguagePack, date: PartialDate) -> String {
    match (date.month, date.day) {
        (Some(_), Some(_)) => pack.date_text(date.first_day()),
        (Some(_), None) => {
            let without_day = pack.date.replace("{day}. ", "").replace("{day} ", "").replace("{day}", "");
            LanguagePack { date: without_day, ..pack.clone() }.date_text(date.first_day())
        }
        (None, _) => date.year.to_string(),
    }
}

/// Returns the coordinates of a term, with the address of its place on the map.
fn place_value(renderer: &Renderer, lang: LangId, term: &Term) -> Value {
    let Some((latitude, longitude)) = term.coordinates else { return Value::none() };
    let pack = &renderer.site.languages[lang.0].pack;
    let degrees = |value: f64, positive: &str, negative: &str| {
        let form = pack.strings.get(if value < 0.0 { negative } else { positive }).map_or("{n}", String::as_str);
        form.replace("{n}", &format!("{:.1}", value.abs()).replace('.', &pack.decimal))
    };
    let text = format!("{}, {}", degrees(latitude, "north", "south"), degrees(longitude, "east", "west"));
    let map_page = path::to_url(&route::map_path(renderer.site.config.code(lang)));
    map([("url", format!("{map_page}#{}", place_anchor(term)).into()), ("text", text.into())])
}

/// Returns the anchor of a term's place on the map.
fn place_anchor(term: &Term) -> String {
    format!("place-{}", term.key)
}

/// Renders the description of a term. Its wiki links lead to terms.
fn description_html(renderer: &Renderer, lang: LangId, root: &str, text: &str) -> String {
    inline(text, |key| {
        let term = renderer.site.glossary.term_named(key)?;
        Some(format!("{root}{}", renderer.site.term_url(lang, term)))
    })
}
