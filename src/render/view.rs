//! Template names and template values for each kind of page.
//!
//! The names of the values are the interface of the templates: `templates/` and the templates of
//! every site depend on them. A page's value holds only data of the page; [`super::shared`] has the
//! values that pages share. [`super::body`] writes the text. Values about languages, footnotes,
//! rows and chapters come from the files of those names.

use std::sync::LazyLock;

use tera::{Context, Value};

use crate::base::{Diagnostic, code, path};
use crate::model::{FrontMatter, LangId};
use crate::parse::Document;
use crate::site::{WorkId, route, tags_path};
use crate::translation::status::Summary;

use super::Renderer;
use super::body::{Page, Quoting, Writer, room};
use super::chapter::{chapter, shown_cut};
use super::connections::connections;
use super::json_ld::structured_data;
use super::languages::{alternates, alternates_by, fallback, parallels, side_by_side_path, translations, translations_by};
use super::missing::Additions;
use super::notes::{notes, paired_notes};
use super::rows::rows;
use super::shared::{self, MenuPage, yaml_value};
use super::status::{Drift, sentences as sentences_in};
use super::template::{fields, map};
use super::touch::touched_by;

/// Returns the page of a work for readers of a language: its edition, or else the nearest one.
pub(super) fn page(renderer: &Renderer, work: WorkId, lang: LangId, problems: &mut Vec<Diagnostic>) -> (String, Context) {
    let site = &renderer.site;
    let shown = site.page(work, lang).expect("a route to a page has an edition to show");
    let document = &shown.edition.document;
    let root = path::to_root(shown.path);
    let drift = Drift::of(site, work, lang);
    let additions =
        drift.as_ref().filter(|drift| drift.lacks_any()).map(|drift| Additions::of(renderer, work, document, drift, problems));
    let room = room(renderer);
    let writer = Writer {
        renderer,
        work,
        document,
        reader: lang,
        page: Page::Own,
        root: &root,
        drift: drift.as_ref(),
        additions: additions.as_ref(),
        quoting: Quoting::nothing(&room),
    };
    let item = site.work(work);
    let kind = if item.key.is_home() {
        "home"
    } else if item.children.is_empty() {
        "page"
    } else {
        "section"
    };
    let mut page =
        Common::new(renderer, work, lang, shown.path, kind).with_neighbours(renderer, work, |id| link(renderer, id, lang));
    // A fallback page is not canonical: the edition's own page is.
    page.set("canonical", site.absolute(&shown.edition.path).into());
    page.set("noindex", document.front.draft.into());
    page.set("content", Value::safe_string(&writer.part(document.text(), problems)));
    let is_bold = document.body.is_bold || additions.as_ref().is_some_and(|additions| additions.is_bold);
    page.set("bold", is_bold.into());
    page.set("standing", drift.as_ref().map_or_else(Value::none, |drift| drift.value(site)));
    page.set("toc", toc(renderer, work, document));
    page.set("notes", notes(&writer, problems));
    page.set("translations", translations(renderer, work, Some(lang)));
    page.set("parallels", parallels(renderer, work, None));
    if shown.lang == lang {
        page.set("alternates", alternates(renderer, work));
    } else {
        page.set("fallback", fallback(site, &shown));
    }
    page.set("children", children(renderer, work, lang, if kind == "home" { 2 } else { 1 }));
    page.set("backlinks", links(renderer, renderer.links.backlinks(work), lang));
    let touched = touched_by(renderer, work, document, lang);
    page.set("touched_by", touched.shown);
    page.set("touched_rest", touched.rest);
    page.set("touched_count", touched.count.into());
    if document.front.connections {
        page.set("connections", connections(renderer, work, lang));
    }
    page.set("chapter", chapter(renderer, work, lang));
    let template = match document.front.template.as_deref() {
        Some((name, _)) if renderer.templates.has(name) => name.clone(),
        Some((name, place)) => {
            problems.push(
                Diagnostic::at(&code::TEMPLATE, place.clone(), format!("there is no template `{name}`"))
                    .hint(renderer.templates.suggestion(name)),
            );
            format!("{kind}.html")
        }
        None => format!("{kind}.html"),
    };
    let current = path::to_url(shown.path);
    let mut context = page.context_with_menu(renderer, &MenuPage { work, lang, root: &root, current: &current }, problems);
    context.insert_value("reader_html", renderer.shared.language(lang).reader(&renderer.templates, problems));
    context.insert_value("fonts", shared::fonts(site, &[shown.lang], &[lang]));
    (template, context)
}

/// Returns the page that shows two editions of a work side by side.
pub(super) fn side_by_side(
    renderer: &Renderer,
    work: WorkId,
    left: LangId,
    right: LangId,
    own_path: &str,
    problems: &mut Vec<Diagnostic>,
) -> (String, Context) {
    let site = &renderer.site;
    let root = path::to_root(own_path);
    let drift = Drift::of(site, work, right);
    let room = room(renderer);
    let half = |lang: LangId| Writer {
        renderer,
        work,
        document: &site.edition(work, lang).expect("a side-by-side route is made from two editions").document,
        reader: lang,
        page: Page::Half { pair: (left, right) },
        root: &root,
        drift: drift.as_ref().filter(|_| lang == right),
        additions: None,
        quoting: Quoting::nothing(&room),
    };
    let (left_half, right_half) = (half(left), half(right));
    let pair_link = |id: WorkId| {
        let path = side_by_side_path(site, id, (left, right))?;
        let title = &site.edition(id, left)?.document.title;
        Some(map([("title", title.as_str().into()), ("url", path::to_url(&path).into()), ("lang", Value::none())]))
    };
    let mut page = Common::new(renderer, work, left, own_path, "parallel").with_neighbours(renderer, work, pair_link);
    let source = site.edition(work, left).expect("as above");
    page.set("canonical", site.absolute(&source.path).into());
    let mut count = 0;
    let text = crate::translation::rows::rows(left_half.document, right_half.document);
    page.set("rows", rows(text, &left_half, &right_half, &mut count, problems));
    page.set("notes", paired_notes(&left_half, &right_half, &mut count, problems));
    page.set("standing", drift.as_ref().map_or_else(Value::none, |drift| drift.value(site)));
    page.set("translations", translations(renderer, work, None));
    page.set("parallels", parallels(renderer, work, Some((left, right))));
    let current = path::to_url(&source.path);
    let mut context = page.context_with_menu(renderer, &MenuPage { work, lang: left, root: &root, current: &current }, problems);
    context.insert_value("reader_html", renderer.shared.language(left).reader(&renderer.templates, problems));
    context.insert_value("fonts", shared::fonts(site, &[left, right], &[left]));
    context.insert_value("left", renderer.shared.language(left).lang.clone());
    context.insert_value("right", renderer.shared.language(right).lang.clone());
    ("parallel.html".to_owned(), context)
}

/// Returns the page of a source text in its own order.
pub(super) fn source_order(
    renderer: &Renderer,
    split_index: u32,
    lang: LangId,
    own_path: &str,
    problems: &mut Vec<Diagnostic>,
) -> (String, Context) {
    let site = &renderer.site;
    let root = path::to_root(own_path);
    let split = &site.splits[split_index as usize];
    // Work and index of the cut for each segment.
    let mut homes: Vec<Option<(WorkId, usize)>> = vec![None; split.segments.len()];
    for chapter in &split.chapters {
        if let Some(work) = site.work_named(chapter.key.as_str()) {
            for (index, cut) in chapter.cuts.iter().enumerate() {
                homes[cut.segment] = Some((work, index));
            }
        }
    }
    let mut last_line = 0;
    let segments: Vec<Value> = split
        .segments
        .iter()
        .zip(&homes)
        .filter_map(|(segment, home)| {
            let (work, cut) = (*home)?;
            let shown = shown_cut(renderer, work, cut, lang);
            let chapter = site.nearest_page(work, lang);
            let line = segment.address.line;
            let new_line = line != last_line;
            last_line = line;
            Some(map([
                ("address", segment.address.to_string().into()),
                ("line", line.into()),
                ("html", Value::safe_string(&shown.html)),
                ("lang", site.config.code(shown.lang).into()),
                ("url", shown.url.into()),
                (
                    "chapter",
                    map([
                        ("title", chapter.edition.document.title.as_str().into()),
                        ("url", path::to_url(chapter.path).into()),
                        ("lang", site.config.code(chapter.lang).into()),
                    ]),
                ),
                ("new_line", new_line.into()),
            ]))
        })
        .collect();
    let title = word(renderer, lang, "source_order");
    let key = shared::source_order_key(split_index);
    let mut page = Common::bare("source-order", &key, &title, own_path);
    page.set("canonical", site.absolute(own_path).into());
    page.set("trail", Value::from(vec![key.as_str()]));
    page.set(
        "breadcrumbs",
        Value::from(vec![home_link(renderer, lang), map([("title", title.as_str().into()), ("url", own_path.into())])]),
    );
    page.set("segments", segments.into());
    let path_in = |other| route::source_order_path(site.config.code(other), split_index);
    page.set(
        "translations",
        translations_by(renderer, lang, |other| Some((path_in(other), word(renderer, other, "source_order")))),
    );
    page.set("alternates", alternates_by(renderer, |other| Some(path_in(other))));
    let context =
        page.context_with_menu(renderer, &MenuPage { work: site.home(), lang, root: &root, current: own_path }, problems);
    ("source-order.html".to_owned(), context)
}

/// Returns the page with all tags of a language.
pub(super) fn tags(renderer: &Renderer, lang: LangId, own_path: &str, problems: &mut Vec<Diagnostic>) -> (String, Context) {
    let site = &renderer.site;
    let title = word(renderer, lang, "tags");
    let mut page = Common::bare("tags", "tags", &title, own_path);
    let values: Vec<Value> = site.tags[lang.0]
        .list
        .iter()
        .map(|tag| {
            map([
                ("title", tag.title.as_str().into()),
                ("url", path::to_url(&tag.path).into()),
                ("count", tag.works.len().into()),
            ])
        })
        .collect();
    page.set("tags", values.into());
    page.set("canonical", site.absolute(own_path).into());
    page.set(
        "breadcrumbs",
        vec![home_link(renderer, lang), map([("title", title.as_str().into()), ("url", own_path.into())])].into(),
    );
    let tags_in = |other: LangId| {
        (!site.tags[other.0].list.is_empty()).then(|| (tags_path(site.config.code(other)), word(renderer, other, "tags")))
    };
    page.set("translations", translations_by(renderer, lang, tags_in));
    let root = path::to_root(own_path);
    (
        "tags.html".to_owned(),
        page.context_with_menu(renderer, &MenuPage { work: site.home(), lang, root: &root, current: own_path }, problems),
    )
}

/// Returns the page with the works of a tag.
pub(super) fn tag(renderer: &Renderer, lang: LangId, index: u32, problems: &mut Vec<Diagnostic>) -> (String, Context) {
    let site = &renderer.site;
    let tag = &site.tags[lang.0].list[index as usize];
    let url = path::to_url(&tag.path);
    let mut page = Common::bare("tag", "tags", &tag.title, &url);
    let works: Vec<Value> = tag.works.iter().map(|&work| renderer.shared.card(site, work, lang)).collect();
    page.set("children", works.into());
    page.set("canonical", site.absolute(&tag.path).into());
    let all = tags_path(site.config.code(lang));
    let crumbs = vec![
        home_link(renderer, lang),
        map([("title", word(renderer, lang, "tags").into()), ("url", all.into())]),
        map([("title", tag.title.as_str().into()), ("url", url.as_str().into())]),
    ];
    page.set("breadcrumbs", crumbs.into());
    let root = path::to_root(&tag.path);
    (
        "tag.html".to_owned(),
        page.context_with_menu(renderer, &MenuPage { work: site.home(), lang, root: &root, current: &url }, problems),
    )
}

/// Returns the page about the completeness of the translations: a row for each work, a column for
/// each language except the source's.
pub(super) fn status(renderer: &Renderer, lang: LangId, own_path: &str, problems: &mut Vec<Diagnostic>) -> (String, Context) {
    let site = &renderer.site;
    let url = path::to_url(own_path);
    let title = word(renderer, lang, "status");
    let languages: Vec<LangId> = site.config.lang_ids().filter(|&other| other != site.source()).collect();
    let mut totals = vec![Summary::default(); languages.len()];
    let rows: Vec<Value> = site
        .order
        .iter()
        .map(|&work| {
            let (_, source) = site.source_edition(work);
            // A translation that nobody has begun lacks every sentence.
            let all = source.document.segments.len();
            let cells: Vec<Value> = languages
                .iter()
                .zip(&mut totals)
                .map(|(&other, total)| {
                    let edition = site.edition(work, other);
                    let summary = match (edition, site.statuses(work, other)) {
                        (Some(_), Some(statuses)) => sentences_in(statuses),
                        // This is the source edition itself.
                        (Some(_), None) => Summary { current: all, ..Summary::default() },
                        (None, _) => Summary { missing: all.max(1), ..Summary::default() },
                    };
                    *total = total.plus(summary);
                    let url = edition.map(|edition| path::to_url(&edition.path));
                    status_value(site, other, summary, url)
                })
                .collect();
            let page = site.nearest_page(work, lang);
            map([
                ("title", page.edition.document.title.as_str().into()),
                ("url", path::to_url(page.path).into()),
                ("lang", shared::other_lang(site, page.lang, lang).into()),
                ("depth", (site.trail(work).len() - 1).into()),
                ("editions", cells.into()),
            ])
        })
        .collect();
    let totals: Vec<Value> = languages.iter().zip(totals).map(|(&other, total)| status_value(site, other, total, None)).collect();
    let mut page = Common::bare("status", shared::STATUS, &title, &url);
    page.set("canonical", site.absolute(own_path).into());
    page.set("trail", Value::from(vec![shared::STATUS]));
    page.set(
        "breadcrumbs",
        vec![home_link(renderer, lang), map([("title", title.as_str().into()), ("url", url.as_str().into())])].into(),
    );
    page.set("rows", rows.into());
    page.set("totals", totals.into());
    let path_in = |other| route::status_path(site.config.code(other));
    page.set("translations", translations_by(renderer, lang, |other| Some((path_in(other), word(renderer, other, "status")))));
    page.set("alternates", alternates_by(renderer, |other| Some(path_in(other))));
    let root = path::to_root(own_path);
    (
        "status.html".to_owned(),
        page.context_with_menu(renderer, &MenuPage { work: site.home(), lang, root: &root, current: &url }, problems),
    )
}

/// Returns the counts of sentences of an edition, or, without a `url`, of all editions in a
/// language: all, changed and missing ones, and the percentage that is up to date.
fn status_value(site: &crate::site::Site, lang: LangId, summary: Summary, url: Option<String>) -> Value {
    let language = &site.languages[lang.0];
    map([
        ("lang", language.code.as_str().into()),
        ("name", language.pack.name.as_str().into()),
        ("url", url.into()),
        ("percent", summary.percent().into()),
        ("all", summary.all().into()),
        ("changed", summary.changed.into()),
        ("missing", summary.missing.into()),
    ])
}

/// Returns the template and its context for a page in all languages: the front page, or the page
/// for addresses that do not exist.
///
/// `root` is the path or URL that leads from the page to the site's root.
pub(super) fn front(renderer: &Renderer, own_path: &str, root: &str, kind: &'static str) -> (String, Context) {
    let site = &renderer.site;
    let lang = site.source();
    let editions: Vec<Value> = site
        .config
        .lang_ids()
        .map(|lang| {
            let language = &site.languages[lang.0];
            let strings = &renderer.shared.language(lang).strings;
            let start = site.next(site.home(), lang).and_then(|first| link(renderer, first, lang));
            let pair = site.config.pairs().into_iter().find(|&(left, right)| left == lang || right == lang);
            let parallel = pair.and_then(|pair| side_by_side_path(site, site.home(), pair)).map(|path| path::to_url(&path));
            let contents: Vec<Value> =
                site.work(site.home()).children.iter().take(100).filter_map(|&child| link(renderer, child, lang)).collect();
            map([
                ("code", language.code.as_str().into()),
                ("name", language.pack.name.as_str().into()),
                ("dir", language.pack.direction.as_str().into()),
                ("title", shared::title(site, lang).into()),
                ("description", site.config.description.get(&language.code).into()),
                ("url", path::to_url(&shared::home_path(site, lang)).into()),
                ("start", start.unwrap_or_else(Value::none)),
                ("contents", contents.into()),
                ("parallel", parallel.into()),
                ("strings", strings.clone()),
            ])
        })
        .collect();
    let mut page = Common::bare(kind, kind, &shared::title(site, lang), own_path);
    if kind == "front" {
        page.set("canonical", site.absolute(own_path).into());
        page.set("alternates", alternates(renderer, site.home()));
    } else {
        page.set("noindex", true.into());
    }
    page.set("description", site.config.description.get(site.config.code(lang)).into());
    page.set("editions", editions.into());
    let template = if kind == "front" { "front.html" } else { "404.html" };
    let mut context = page.context(renderer, lang, root);
    let languages: Vec<LangId> = site.config.lang_ids().collect();
    context.insert_value("fonts", shared::fonts(site, &languages, &languages));
    (template.to_owned(), context)
}

/// Returns the page at an old path, which redirects to the new one.
pub(super) fn redirect(renderer: &Renderer, own_path: &str, to: &str) -> (String, Context) {
    let site = &renderer.site;
    let (title, lang) = match site.routes.get(to).map(|route| &route.kind) {
        Some(&route::RouteKind::Page { work, lang }) => {
            (site.edition(work, lang).map_or_else(String::new, |edition| edition.document.title.clone()), lang)
        }
        _ => (to.to_owned(), site.source()),
    };
    let mut page = Common::bare("redirect", "", &title, &path::to_url(to));
    page.set("canonical", site.absolute(to).into());
    page.set("noindex", true.into());
    ("redirect.html".to_owned(), page.context(renderer, lang, &path::to_root(own_path)))
}

/// Fields that every kind of page has, with empty values.
static BARE: LazyLock<Vec<(&'static str, Value)>> = LazyLock::new(|| {
    let absent =
        ["kind", "key", "title", "url", "canonical", "date", "prev", "next", "chapter", "fallback", "standing", "connections"];
    let lists = [
        "trail",
        "toc",
        "notes",
        "breadcrumbs",
        "translations",
        "parallels",
        "alternates",
        "children",
        "backlinks",
        "touched_by",
        "touched_rest",
        "tags",
    ];
    let empty = Value::from(Vec::<Value>::new());
    let absent = absent.map(|name| (name, Value::none()));
    let lists = lists.map(|name| (name, empty.clone()));
    let others = [
        ("number", "".into()),
        ("content", "".into()),
        ("noindex", false.into()),
        ("bold", false.into()),
        ("touched_count", 0.into()),
    ];
    let front: Vec<_> = front_values(&FrontMatter::default()).collect();
    absent.into_iter().chain(lists).chain(others).chain(front).collect()
});

/// Returns the values that templates get from the front matter as they are.
fn front_values(front: &FrontMatter) -> impl Iterator<Item = (&'static str, Value)> {
    front.keys().into_iter().filter_map(|key| Some((key.name, yaml_value(&*key.shown?))))
}

/// The value `page`, which starts with the fields that every kind of page has.
pub(super) struct Common {
    fields: Vec<(&'static str, Value)>,
}

impl Common {
    pub(super) fn bare(kind: &'static str, key: &str, title: &str, url: &str) -> Self {
        let mut page = Self { fields: BARE.clone() };
        page.set("kind", kind.into());
        page.set("key", key.into());
        page.set("title", title.into());
        page.set("url", url.into());
        page
    }

    fn new(renderer: &Renderer, work: WorkId, lang: LangId, own_path: &str, kind: &'static str) -> Self {
        let site = &renderer.site;
        let (_, edition) = site.nearest_edition(work, lang);
        let document = &edition.document;
        let mut page = Self::bare(kind, site.work(work).key.as_str(), &document.title, &path::to_url(own_path));
        front_values(&document.front).for_each(|(name, value)| page.set(name, value));
        let tags: Vec<Value> = document
            .front
            .tags
            .iter()
            .map(|(title, _)| {
                let url = site.tags[document.lang.0].named(title).map(|tag| path::to_url(&tag.path));
                map([("title", title.as_str().into()), ("url", url.into())])
            })
            .collect();
        page.set("tags", tags.into());
        if let Some(date) = document.front.date {
            page.set("date", renderer.shared.date(site, lang, date));
        }
        let trail = site.trail(work);
        let number: Vec<String> = trail[1..].iter().map(|&id| (site.work(id).place_in_section + 1).to_string()).collect();
        page.set("number", number.join(".").into());
        page.set("trail", trail.iter().map(|&id| site.work(id).key.as_str()).collect::<Vec<_>>().into());
        if !site.work(work).key.is_home() {
            let crumbs: Vec<Value> = std::iter::once(home_link(renderer, lang))
                .chain(trail[1..].iter().filter(|&&id| id != work).filter_map(|&id| link(renderer, id, lang)))
                .chain([map([("title", document.title.as_str().into()), ("url", path::to_url(own_path).into())])])
                .collect();
            page.set("breadcrumbs", crumbs.into());
        }
        page
    }

    fn with_neighbours(mut self, renderer: &Renderer, work: WorkId, link: impl Fn(WorkId) -> Option<Value>) -> Self {
        let site = &renderer.site;
        let position = site.work(work).position as usize;
        // The home page is skipped: the header leads to it anyway.
        let before = site.order[..position].iter().rev().filter(|&&id| !site.work(id).key.is_home()).find_map(|&id| link(id));
        let after = site.order[position + 1..].iter().find_map(|&id| link(id));
        self.set("prev", before.unwrap_or_else(Value::none));
        self.set("next", after.unwrap_or_else(Value::none));
        self
    }

    pub(super) fn set(&mut self, name: &'static str, value: Value) {
        match self.fields.iter_mut().find(|(known, _)| *known == name) {
            Some((_, field)) => *field = value,
            None => self.fields.push((name, value)),
        }
    }

    /// Returns the whole context, with the menu of the page.
    pub(super) fn context_with_menu(self, renderer: &Renderer, page: &MenuPage<'_>, problems: &mut Vec<Diagnostic>) -> Context {
        let mut context = self.context(renderer, page.lang, page.root);
        let (items, html) = renderer.shared.menu(&renderer.site, &renderer.templates, page, problems);
        context.insert_value("menu", items);
        context.insert_value("menu_html", html);
        context
    }

    fn context(mut self, renderer: &Renderer, lang: LangId, root: &str) -> Context {
        let field =
            |name: &str| self.fields.iter().find(|(known, _)| *known == name).map_or_else(Value::none, |(_, it)| it.clone());
        let structured = structured_data(&renderer.site, lang, &field);
        self.set("structured_data", structured.map(|json| Value::safe_string(&json)).into());
        let shared = renderer.shared.language(lang);
        let mut context = Context::new();
        context.insert_value("page", fields(self.fields.iter()));
        context.insert_value("site", shared.site.clone());
        context.insert_value("lang", shared.lang.clone());
        context.insert_value("t", shared.strings.clone());
        context.insert_value("fonts", shared::fonts(&renderer.site, &[lang], &[lang]));
        context.insert_value("assets", renderer.shared.assets.clone());
        context.insert_value("root", root.into());
        context.insert_value("menu", Value::from(Vec::<Value>::new()));
        context.insert_value("menu_html", "".into());
        context.insert_value("reader_html", "".into());
        context
    }
}

/// Returns a word of the interface.
pub(super) fn word(renderer: &Renderer, lang: LangId, name: &str) -> String {
    renderer.site.languages[lang.0].pack.strings.get(name).cloned().unwrap_or_else(|| name.to_owned())
}

/// Returns the card of a work's page in a language; `None` if it has no page there.
fn link(renderer: &Renderer, work: WorkId, lang: LangId) -> Option<Value> {
    renderer.site.page(work, lang)?;
    Some(renderer.shared.card(&renderer.site, work, lang))
}

/// Returns the cards of works, with the nearest edition if there is none in the language.
fn links(renderer: &Renderer, works: &[WorkId], lang: LangId) -> Value {
    works.iter().map(|&work| renderer.shared.card(&renderer.site, work, lang)).collect::<Vec<_>>().into()
}

pub(super) fn home_link(renderer: &Renderer, lang: LangId) -> Value {
    renderer.shared.language(lang).home.clone()
}

/// Returns the headings of a page, nested by level.
fn toc(renderer: &Renderer, work: WorkId, document: &Document) -> Value {
    fn below(entries: &[(u8, Value, Value)], at: &mut usize, level: u8) -> Value {
        let mut list = Vec::new();
        while let Some((own, id, title)) = entries.get(*at) {
            if *own < level {
                break;
            }
            *at += 1;
            let children = below(entries, at, own + 1);
            list.push(map([
                ("level", u64::from(*own).into()),
                ("id", id.clone()),
                ("title", title.clone()),
                ("children", children),
            ]));
        }
        list.into()
    }
    let entries: Vec<(u8, Value, Value)> = document
        .headings
        .iter()
        .zip(renderer.site.anchors(work, document))
        // A heading that is only a picture without alternative text has no text for a link.
        .filter(|(heading, _)| !heading.text.is_empty())
        .map(|(heading, anchor)| {
            let mut title = String::new();
            pulldown_cmark_escape::escape_html_body_text(&mut title, &heading.text).expect("writing to a string");
            (heading.level, anchor.into(), Value::safe_string(&title))
        })
        .collect();
    below(&entries, &mut 0, 0)
}

/// Returns the works of a section and the works below them, down to a depth.
fn children(renderer: &Renderer, work: WorkId, lang: LangId, depth: u32) -> Value {
    if depth == 0 {
        return Value::from(Vec::<Value>::new());
    }
    let site = &renderer.site;
    let values = site.work(work).children.iter().filter(|&&child| site.page(child, lang).is_some()).map(|&child| {
        // A long section is not expanded, since its own page lists its works.
        let below = if site.work(child).children.len() < 25 { depth - 1 } else { 0 };
        let card = renderer.shared.card_fields(site, child, lang);
        let touched = renderer.links.touched_by[child.0 as usize].len();
        let more = [("touched", touched.into()), ("children", children(renderer, child, lang, below))];
        fields(card.iter().chain(&more))
    });
    values.collect::<Vec<_>>().into()
}
