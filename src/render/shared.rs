//! Template values that pages share: made once for a site, or once for a section, then only
//! referenced.
//!
//! They contain only data of the index: heads of documents ([`crate::parse::Head`]), paths, the
//! reading order and the splits. So they are kept as long as the index is the same
//! ([`super::Renderer::new`]). They must not contain any other part of a document;
//! `tests/edits.rs` compares with a fresh start.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::{Mutex, OnceLock};

use jiff::civil::Date;
use tera::{Context, Value};

use crate::base::{Diagnostic, path, yaml};
use crate::model::{Fonts, LangId, SegmentId};
use crate::site::{MENU_LIMIT, Site, WorkId, route};

use super::template::{NUMBER_GROUP, Templates, map};

/// The values that pages share.
#[derive(Debug)]
pub(super) struct Shared {
    languages: Vec<Language>,
    pub(super) assets: Value,
    /// Card per language and work: the work's page as other pages show it; made on first use.
    cards: Vec<Box<[OnceLock<Value>]>>,
    /// Menu per language and section, for the pages in that section; made on first use.
    menus: Vec<Vec<OnceLock<Box<Menu>>>>,
}

/// The menu of a section's pages, as data and as HTML.
#[derive(Debug)]
struct Menu {
    items: Value,
    /// HTML, cut where the path to the site's root belongs.
    pieces: Pieces,
}

/// Placeholder in the HTML of a menu for the path to the root, which differs with the depth of the
/// page.
const ROOT: char = '\u{1}';

/// A page that has a menu.
#[derive(Debug, Clone, Copy)]
pub(super) struct MenuPage<'a> {
    pub(super) work: WorkId,
    pub(super) lang: LangId,
    pub(super) root: &'a str,
    /// Path of the entry that leads to the page itself.
    pub(super) current: &'a str,
}

/// Values that the pages of one language share.
#[derive(Debug)]
pub(super) struct Language {
    pub(super) site: Value,
    pub(super) lang: Value,
    pub(super) strings: Value,
    /// Title and path of the home page.
    pub(super) home: Value,
    /// Date texts, cached because pages are listed in many places and share dates.
    dates: Mutex<HashMap<Date, Value>>,
    /// Made on first use, as are the fields below.
    compass: OnceLock<Value>,
    reader: OnceLock<Pieces>,
    /// Permanent link of a sentence: in running text, and in a heading.
    pins: [OnceLock<Pieces>; 2],
}

/// HTML of a component, cut where text belongs that differs from page to page; `Err` if the
/// template fails.
type Pieces = Result<Vec<String>, Box<Diagnostic>>;

/// Placeholders in the HTML of a pin: for the anchor of its link, and for the id of its sentence.
const ANCHOR: char = '\u{1}';
const ID: char = '\u{2}';

impl Shared {
    pub(super) fn new(site: &Site) -> Self {
        let all: Vec<Value> = site
            .config
            .lang_ids()
            .map(|lang| {
                let language = &site.languages[lang.0];
                map([
                    ("code", language.code.as_str().into()),
                    ("name", language.pack.name.as_str().into()),
                    ("dir", language.pack.direction.as_str().into()),
                    ("url", path::to_url(&home_path(site, lang)).into()),
                ])
            })
            .collect();
        let all = Value::from(all);
        let languages = site.config.lang_ids().map(|lang| Language::new(site, lang, &all)).collect();
        let assets = site
            .theme_files
            .iter()
            .map(|(name, published)| (name.clone().into(), path::to_url(published).into()))
            .collect::<tera::Map>();
        Self {
            languages,
            assets: Value::from(assets),
            cards: site.config.lang_ids().map(|_| site.works.iter().map(|_| OnceLock::new()).collect()).collect(),
            menus: site.config.lang_ids().map(|_| (0..site.works.len()).map(|_| OnceLock::new()).collect()).collect(),
        }
    }

    pub(super) fn language(&self, lang: LangId) -> &Language {
        &self.languages[lang.0]
    }

    /// Returns the card of a work's page for readers of a language. It has the title, the path, the
    /// language of the text if that is another one, and more fields for lists.
    pub(super) fn card(&self, site: &Site, work: WorkId, lang: LangId) -> Value {
        self.cards[lang.0][work.0 as usize].get_or_init(|| map(self.card_fields(site, work, lang))).clone()
    }

    /// Returns the fields of a card, for lists that add more.
    pub(super) fn card_fields(&self, site: &Site, work: WorkId, lang: LangId) -> [(&'static str, Value); 7] {
        let page = site.nearest_page(work, lang);
        let front = &page.edition.document.front;
        let date = front.date.map_or_else(Value::none, |date| self.date(site, lang, date));
        [
            ("key", site.work(work).key.as_str().into()),
            ("title", page.edition.document.title.as_str().into()),
            ("url", path::to_url(page.path).into()),
            ("lang", other_lang(site, page.lang, lang).into()),
            ("description", front.description.as_deref().into()),
            ("date", date),
            ("weight", site.chapter(work).map_or(0, |(_, chapter)| chapter.cuts.len()).into()),
        ]
    }

    /// Returns a date for templates, in a form for machines and in one for people.
    pub(super) fn date(&self, site: &Site, lang: LangId, date: Date) -> Value {
        let mut dates = self.languages[lang.0].dates.lock().expect("no code panics while it holds this lock");
        let value = dates.entry(date).or_insert_with(|| {
            map([("iso", date.to_string().into()), ("text", site.languages[lang.0].pack.date_text(date).into())])
        });
        value.clone()
    }

    /// Returns the menu for a page in a work's section, or of the work itself if it is a section.
    ///
    /// The menu is rendered once for a section. For each page, only the path to the root is
    /// inserted and the entry of the page itself is marked. Both are copies of text and run no
    /// template.
    pub(super) fn menu(
        &self,
        site: &Site,
        templates: &Templates,
        page: &MenuPage<'_>,
        problems: &mut Vec<Diagnostic>,
    ) -> (Value, Value) {
        let &MenuPage { work, lang, root, current } = page;
        let section = match site.work(work) {
            it if it.children.is_empty() => it.parent.unwrap_or(work),
            _ => work,
        };
        let menu = self.menus[lang.0][section.0 as usize].get_or_init(|| {
            let trail = site.trail(section);
            let items = menu_items(site, site.home(), lang, &trail);
            let mut arguments = Context::new();
            arguments.insert_value("items", items.clone());
            arguments.insert_value("trail", trail.iter().map(|&id| site.work(id).key.as_str()).collect::<Vec<_>>().into());
            arguments.insert_value("depth", 1.into());
            arguments.insert_value("root", ROOT.to_string().into());
            let mut html = String::new();
            let pieces =
                templates.component("menu_list", &arguments, &mut html).map(|()| html.split(ROOT).map(str::to_owned).collect());
            Box::new(Menu { items, pieces })
        });
        let mut html = String::new();
        match &menu.pieces {
            Ok(pieces) => {
                let mut link = String::new();
                pulldown_cmark_escape::escape_html(&mut link, current).expect("writing to a string");
                link.push('"');
                for (index, piece) in pieces.iter().enumerate() {
                    if index > 0 {
                        html.push_str(root);
                    }
                    match piece.strip_prefix(link.as_str()) {
                        Some(rest) if index > 0 => {
                            html.push_str(&link);
                            html.push_str(" aria-current=\"page\"");
                            html.push_str(rest);
                        }
                        _ => html.push_str(piece),
                    }
                }
            }
            Err(problem) => problems.push((**problem).clone()),
        }
        (menu.items.clone(), Value::safe_string(&html))
    }
}

impl Language {
    /// Returns the compass; `make` makes it on first use.
    pub(super) fn compass(&self, make: impl FnOnce() -> Value) -> Value {
        self.compass.get_or_init(make).clone()
    }

    /// Returns the HTML that the reader's tools need on a page with sentences: the card of a
    /// sentence, and the help for the keys.
    pub(super) fn reader(&self, templates: &Templates, problems: &mut Vec<Diagnostic>) -> Value {
        let pieces = self.reader.get_or_init(|| {
            let mut arguments = Context::new();
            arguments.insert_value("t", self.strings.clone());
            arguments.insert_value("lang", self.lang.clone());
            let mut html = String::new();
            templates.component("reader", &arguments, &mut html).map(|()| vec![html])
        });
        match pieces {
            Ok(pieces) => Value::safe_string(&pieces.concat()),
            Err(problem) => {
                problems.push((**problem).clone());
                "".into()
            }
        }
    }

    /// Writes the permanent link of a sentence. Its template is rendered once for a language, since
    /// pages contain more sentences than anything else.
    pub(super) fn pin(
        &self,
        templates: &Templates,
        (scope, id): (&str, SegmentId),
        in_heading: bool,
        html: &mut String,
        problems: &mut Vec<Diagnostic>,
    ) {
        let pieces = self.pins[usize::from(in_heading)].get_or_init(|| {
            let mut arguments = Context::new();
            arguments.insert_value("anchor", ANCHOR.to_string().into());
            arguments.insert_value("id", ID.to_string().into());
            arguments.insert_value("in_heading", in_heading.into());
            arguments.insert_value("t", self.strings.clone());
            let mut html = String::new();
            templates
                .component("pin", &arguments, &mut html)
                .map(|()| html.split_inclusive([ANCHOR, ID]).map(str::to_owned).collect())
        });
        match pieces {
            Ok(pieces) => {
                for piece in pieces {
                    match piece.strip_suffix(ANCHOR).map(|text| (text, scope)).or(piece.strip_suffix(ID).map(|text| (text, ""))) {
                        Some((text, scope)) => write!(html, "{text}{scope}{id}").expect("writing to a string"),
                        None => html.push_str(piece),
                    }
                }
            }
            // Report the problem once, not for each sentence of the page.
            Err(problem) if !problems.contains(problem) => problems.push((**problem).clone()),
            Err(_) => {}
        }
    }

    fn new(site: &Site, lang: LangId, all: &Value) -> Self {
        let language = &site.languages[lang.0];
        let config = &site.config;
        let feed = site.feeds.then(|| route::feed_path(&language.code));
        let lang_value = map([
            ("code", language.code.as_str().into()),
            ("name", language.pack.name.as_str().into()),
            ("dir", language.pack.direction.as_str().into()),
            ("og_locale", language.pack.og_locale.as_str().into()),
            ("url", path::to_url(&home_path(site, lang)).into()),
            ("site_title", title(site, lang).into()),
            ("citation", language.pack.strings.get("citation").map(String::as_str).into()),
        ]);
        let mut strings =
            language.pack.strings.iter().map(|(name, words)| (name.clone().into(), words.as_str().into())).collect::<tera::Map>();
        strings.insert(NUMBER_GROUP.into(), language.pack.group.as_str().into());
        let site_value = map([
            ("title", title(site, lang).into()),
            ("description", config.description.get(&language.code).into()),
            ("author", config.author.as_deref().into()),
            ("url", config.base_url.as_deref().into()),
            ("generator", concat!("Tilmash ", env!("CARGO_PKG_VERSION")).into()),
            ("languages", all.clone()),
            ("feed", feed.into()),
            ("extra", config.extra.as_ref().map_or_else(Value::none, yaml_value)),
        ]);
        Self {
            site: site_value,
            lang: lang_value,
            home: map([
                ("title", language.pack.strings.get("home").map_or("home", String::as_str).into()),
                ("url", path::to_url(&home_path(site, lang)).into()),
            ]),
            strings: Value::from(strings),
            dates: Mutex::default(),
            compass: OnceLock::new(),
            reader: OnceLock::new(),
            pins: Default::default(),
        }
    }
}

/// Returns the title of the site in a language.
pub(super) fn title(site: &Site, lang: LangId) -> String {
    let code = site.config.code(lang);
    site.config
        .title
        .get(code)
        .or_else(|| site.config.title.get(site.config.code(site.source())))
        .map_or_else(|| site.nearest_edition(site.home(), lang).1.document.title.clone(), str::to_owned)
}

/// Returns the published paths of the font files that a page preloads, for the languages of its
/// text and of its interface.
pub(super) fn fonts(site: &Site, text: &[LangId], interface: &[LangId]) -> Value {
    let published = |languages: &[LangId], files: fn(&Fonts) -> &[String]| -> Value {
        let mut paths = Vec::new();
        for file in languages.iter().flat_map(|lang| files(&site.languages[lang.0].pack.fonts)) {
            // A file that the theme lacks was reported when the language file was read.
            let path = site.theme_files.get(file);
            paths.extend(path.filter(|path| !paths.contains(path)));
        }
        paths.into_iter().map(|path| Value::from(path::to_url(path))).collect::<Vec<_>>().into()
    };
    map([
        ("text", published(text, |fonts| &fonts.text)),
        ("bold", published(text, |fonts| &fonts.bold)),
        ("italic", published(text, |fonts| &fonts.italic)),
        ("interface", published(interface, |fonts| &fonts.interface)),
    ])
}

/// Returns the path of the home page in a language.
pub(super) fn home_path(site: &Site, lang: LangId) -> String {
    site.edition(site.home(), lang)
        .map_or_else(|| format!("{}/{}", site.config.code(lang), route::INDEX), |edition| edition.path.to_string())
}

/// Returns the menu entries below a section, opened along a trail; the whole tree if the site is
/// small.
fn menu_items(site: &Site, section: WorkId, lang: LangId, trail: &[WorkId]) -> Value {
    let children = &site.work(section).children;
    // If there are too many entries, show those around the one on the trail.
    let open = children.iter().position(|child| trail.contains(child)).unwrap_or(0);
    let first = if children.len() > MENU_LIMIT { open.saturating_sub(MENU_LIMIT / 2) } else { 0 };
    let small = site.works.len() <= MENU_LIMIT;
    let mut items: Vec<Value> = children[first..]
        .iter()
        .take(MENU_LIMIT)
        .filter_map(|&child| {
            let page = site.page(child, lang)?;
            let children = if small || trail.contains(&child) {
                menu_items(site, child, lang, trail)
            } else {
                Value::from(Vec::<Value>::new())
            };
            let vector = vector_of(site, child);
            Some(map([
                ("key", site.work(child).key.as_str().into()),
                ("title", page.edition.document.title.as_str().into()),
                ("url", path::to_url(page.path).into()),
                ("lang", other_lang(site, page.lang, lang).into()),
                ("vector", vector.into()),
                ("children", children),
            ]))
        })
        .collect();
    if section == site.home() {
        let empty = || Value::from(Vec::<Value>::new());
        for split in 0..site.splits.len() as u32 {
            let language = &site.languages[lang.0];
            let title = language.pack.strings.get("source_order").map_or(route::SOURCE_ORDER, String::as_str);
            items.push(map([
                ("key", source_order_key(split).into()),
                ("title", title.into()),
                ("url", route::source_order_path(&language.code, split).into()),
                ("lang", Value::none()),
                ("vector", Value::none()),
                ("children", empty()),
            ]));
        }
        if site.config.status_page {
            let language = &site.languages[lang.0];
            let title = language.pack.strings.get(STATUS).map_or(STATUS, String::as_str);
            items.push(map([
                ("key", STATUS.into()),
                ("title", title.into()),
                ("url", path::to_url(&route::status_path(&language.code)).into()),
                ("lang", Value::none()),
                ("vector", Value::none()),
                ("children", empty()),
            ]));
        }
    }
    Value::from(items)
}

/// Key of the status page in menus; also the name of its title among the strings of a language.
pub(super) const STATUS: &str = "status";

/// Returns the code of a text's language if it is not the reader's.
pub(super) fn other_lang(site: &Site, text: LangId, reader: LangId) -> Option<&str> {
    (text != reader).then(|| site.config.code(text))
}

/// Returns the key in menus of the page that shows a source text in its own order.
pub(super) fn source_order_key(split: u32) -> String {
    match split {
        0 => route::SOURCE_ORDER.to_owned(),
        n => format!("{}-{}", route::SOURCE_ORDER, n + 1),
    }
}

fn vector_of(site: &Site, work: WorkId) -> Option<String> {
    let (split, chapter) = site.chapter(work)?;
    split.vectors.iter().find(|vector| vector.work == chapter.key).map(|vector| vector.id.clone())
}

/// Converts a free value of front matter or configuration to a template value.
pub(super) fn yaml_value(node: &yaml::Node) -> Value {
    match &node.value {
        yaml::Value::Null => Value::none(),
        yaml::Value::Bool(flag) => (*flag).into(),
        yaml::Value::Int(number) => (*number).into(),
        yaml::Value::Float(number) => (*number).into(),
        yaml::Value::Text(text) => text.as_str().into(),
        yaml::Value::List(items) => items.iter().map(yaml_value).collect::<Vec<_>>().into(),
        yaml::Value::Map(entries) => {
            Value::from(entries.iter().map(|entry| (entry.key.clone().into(), yaml_value(&entry.node))).collect::<tera::Map>())
        }
    }
}
