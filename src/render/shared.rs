//! Template values that pages share: made once for a site, or once for a section, then only
//! referenced.
//!
//! They contain only data of the index: heads of documents ([`crate::parse::Head`]), paths, the
//! reading order and the splits. So they are kept as long as the index is the same
//! ([`super::Renderer::new`]). They must not contain any other part of a document;
//! `tests/edits.rs` compares with a fresh start.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, RwLock};

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

/// The menu of a section's pages.
#[derive(Debug)]
struct Menu {
    items: Vec<Item>,
    /// The items as templates see them.
    value: Value,
    /// The entries as HTML, for each path from a page to the site's root.
    entries: Mutex<HashMap<String, Arc<MenuHtml>>>,
}

/// A menu as HTML.
#[derive(Debug)]
struct MenuHtml {
    entries: Entries,
    /// The menu of pages that have no entry in it, such as those of terms; on first use.
    unmarked: OnceLock<Component>,
}

/// A work in a menu, with those below it.
#[derive(Debug)]
struct Item {
    key: String,
    url: String,
    value: Value,
    children: Vec<Item>,
}

/// An entry of a menu, rendered for the pages that it does not lead to.
#[derive(Debug)]
struct Entry {
    item: Value,
    url: String,
    /// True if the pages of this menu are in the entry's section.
    inside: bool,
    html: String,
    inner: Vec<Entry>,
}

/// Entries of one level; `Err` if the template fails.
type Entries = Result<Vec<Entry>, Box<Diagnostic>>;

/// The number of entries up to which a section of the first level is open in all menus.
const OPEN_SECTION: usize = 12;

/// The parts of a sentence on a term's page that are the same for many sentences.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct MentionShape {
    pub(super) in_note: bool,
    /// The language of the text, if it is not that of the page.
    pub(super) lang: Option<LangId>,
    /// The language of the partner, if there is one.
    pub(super) partner: Option<LangId>,
}

/// The number of values of such a sentence.
pub(super) const MENTION_SLOTS: usize = 5;
/// The values as HTML: id, URL, text; URL and text of the partner.
pub(super) type MentionValues<'a> = [&'a str; MENTION_SLOTS];
/// The first of the characters that stand for values. They are for private use.
const SLOTS: u32 = 0xf_5000;

/// A part of the rendered component.
#[derive(Debug)]
enum MentionPart {
    Text(Box<str>),
    Slot(usize),
}

type MentionParts = Arc<Result<Vec<MentionPart>, Box<Diagnostic>>>;

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
    /// Component on first use.
    reader: OnceLock<Component>,
    /// HTML of permanent links. Pages contain more sentences than anything else, but most ids occur
    /// on many pages, so each link is rendered once.
    pins: RwLock<HashMap<Pin, Component>>,
    /// The sentences of terms' pages by their shape.
    mentions: RwLock<HashMap<MentionShape, MentionParts>>,
    /// Code and direction of all languages.
    codes: Vec<(String, String)>,
    code: String,
}

/// HTML of a component; `Err` if the template fails.
type Component = Result<Box<str>, Box<Diagnostic>>;

/// The permanent link of a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Pin {
    pub(super) id: SegmentId,
    /// True if the sentence's anchor begins with the code of its language, as on side-by-side
    /// pages.
    pub(super) is_scoped: bool,
    pub(super) in_heading: bool,
}

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
    /// The entries are rendered once for a section. For each page, only the entry of the page
    /// itself and the lists around it are rendered again.
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
        let trail = site.trail(section);
        let menu = self.menus[lang.0][section.0 as usize].get_or_init(|| {
            let items = menu_items(site, site.home(), lang, &trail);
            Box::new(Menu { value: values(&items), items, entries: Mutex::default() })
        });
        let writer = MenuWriter { templates, root };
        let entries = {
            let mut known = menu.entries.lock().expect("no code panics while it holds this lock");
            match known.get(root) {
                Some(entries) => Arc::clone(entries),
                None => {
                    let trail: Vec<&str> = trail.iter().map(|&id| site.work(id).key.as_str()).collect();
                    let entries = writer.entries(&menu.items, &trail, 1);
                    let entries = Arc::new(MenuHtml { entries, unmarked: OnceLock::new() });
                    known.insert(root.to_owned(), Arc::clone(&entries));
                    entries
                }
            }
        };
        let html = entries.entries.as_ref().map_err(Clone::clone).and_then(|level| match writer.marked(level, current)? {
            Some(html) => Ok(Value::safe_string(&html)),
            None => {
                let list = || writer.list(&level.iter().map(|entry| &*entry.html).collect::<String>()).map(Into::into);
                entries.unmarked.get_or_init(list).as_ref().map(|html| Value::safe_string(html)).map_err(Clone::clone)
            }
        });
        let html = html.unwrap_or_else(|problem| {
            problems.push(*problem);
            Value::safe_string("")
        });
        (menu.value.clone(), html)
    }
}

/// Writer of the menus of pages from which one path leads to the site's root.
struct MenuWriter<'a> {
    templates: &'a Templates,
    root: &'a str,
}

impl MenuWriter<'_> {
    /// Renders the entries of a level. Entries on the trail are open, which means that they show
    /// the entries below them. On the first level, short sections are open too.
    fn entries(&self, items: &[Item], trail: &[&str], depth: u32) -> Entries {
        let entry = |item: &Item| {
            let inside = trail.contains(&item.key.as_str());
            let is_open = inside || depth == 1 && item.children.len() <= OPEN_SECTION;
            let inner = if is_open { self.entries(&item.children, trail, depth + 1)? } else { Vec::new() };
            let mut entry = Entry { item: item.value.clone(), url: item.url.clone(), inside, html: String::new(), inner };
            let list = match &entry.inner[..] {
                [] => String::new(),
                inner => self.list(&inner.iter().map(|entry| &*entry.html).collect::<String>())?,
            };
            entry.html = self.entry(&entry, false, &list)?;
            Ok(entry)
        };
        items.iter().map(entry).collect()
    }

    /// Renders a level in which the entry that leads to `current` is marked. Returns `None` if
    /// there is no such entry in it.
    fn marked(&self, entries: &[Entry], current: &str) -> Result<Option<String>, Box<Diagnostic>> {
        for (at, entry) in entries.iter().enumerate() {
            let is_current = entry.url == current;
            let inner = match self.marked(&entry.inner, current)? {
                Some(inner) => inner,
                None if !is_current => continue,
                None if entry.inner.is_empty() => String::new(),
                None => self.list(&entry.inner.iter().map(|entry| &*entry.html).collect::<String>())?,
            };
            let marked = self.entry(entry, is_current, &inner)?;
            let html = entries.iter().enumerate().map(|(other, entry)| if other == at { &marked } else { &entry.html });
            return self.list(&html.map(String::as_str).collect::<String>()).map(Some);
        }
        Ok(None)
    }

    /// Renders a list around the HTML of its entries.
    fn list(&self, entries: &str) -> Result<String, Box<Diagnostic>> {
        let mut arguments = Context::new();
        arguments.insert_value("entries", Value::safe_string(entries));
        self.templates.component("menu_list", &arguments)
    }

    /// Renders an entry around the HTML of the list below it.
    fn entry(&self, entry: &Entry, current: bool, inner: &str) -> Result<String, Box<Diagnostic>> {
        let mut arguments = Context::new();
        arguments.insert_value("item", entry.item.clone());
        arguments.insert_value("inside", entry.inside.into());
        arguments.insert_value("current", current.into());
        arguments.insert_value("inner", Value::safe_string(inner));
        arguments.insert_value("root", self.root.into());
        self.templates.component("menu_entry", &arguments)
    }
}

impl Language {
    /// Returns the HTML that the reader's tools need on a page with sentences: the card of a
    /// sentence, and the help for the keys.
    pub(super) fn reader(&self, templates: &Templates, problems: &mut Vec<Diagnostic>) -> Value {
        let component = self.reader.get_or_init(|| {
            let mut arguments = Context::new();
            arguments.insert_value("t", self.strings.clone());
            arguments.insert_value("lang", self.lang.clone());
            templates.component("reader", &arguments).map(Into::into)
        });
        match component {
            Ok(html) => Value::safe_string(html),
            Err(problem) => {
                problems.push((**problem).clone());
                "".into()
            }
        }
    }

    /// Writes a sentence of a term's page with the component `mention`. The component is rendered
    /// once for each shape of such sentences: a large site has hundreds of thousands of them.
    pub(super) fn mention(
        &self,
        templates: &Templates,
        shape: MentionShape,
        values: &MentionValues<'_>,
        html: &mut String,
        problems: &mut Vec<Diagnostic>,
    ) {
        let known = self.mentions.read().expect("no code panics while it holds this lock").get(&shape).cloned();
        let parts = known.unwrap_or_else(|| {
            let parts = self.mention_parts(templates, shape);
            self.mentions.write().expect("no code panics while it holds this lock").insert(shape, parts.clone());
            parts
        });
        match &*parts {
            Ok(parts) => {
                for part in parts {
                    html.push_str(match part {
                        MentionPart::Text(text) => text,
                        MentionPart::Slot(slot) => values[*slot],
                    });
                }
            }
            Err(problem) if !problems.contains(problem) => problems.push((**problem).clone()),
            Err(_) => {}
        }
    }

    /// Renders the component `mention` with a character in place of each value, and divides it
    /// there.
    fn mention_parts(&self, templates: &Templates, shape: MentionShape) -> MentionParts {
        let slot =
            |slot: u32| Value::safe_string(char::from_u32(SLOTS + slot).expect("these are characters").encode_utf8(&mut [0; 4]));
        let MentionShape { in_note, lang, partner } = shape;
        let code = |lang: LangId| Value::from(self.codes[lang.0].0.as_str());
        let mut arguments = Context::new();
        arguments.insert_value("id", slot(0));
        arguments.insert_value("url", slot(1));
        arguments.insert_value("html", slot(2));
        arguments.insert_value("in_note", in_note.into());
        arguments.insert_value("lang", lang.map_or_else(Value::none, code));
        let partner = partner.map(|lang| {
            let direction = self.codes[lang.0].1.as_str();
            map([("lang", code(lang)), ("dir", direction.into()), ("url", slot(3)), ("html", slot(4))])
        });
        arguments.insert_value("partner", partner.unwrap_or_else(Value::none));
        arguments.insert_value("t", self.strings.clone());
        let parts = templates.component("mention", &arguments).map(|html| {
            let mut parts = Vec::new();
            let mut rest = html.as_str();
            let slot = |c: char| u32::from(c).checked_sub(SLOTS).filter(|slot| *slot < MENTION_SLOTS as u32);
            while let Some((at, c)) = rest.char_indices().find(|(_, c)| slot(*c).is_some()) {
                parts.push(MentionPart::Text(rest[..at].into()));
                parts.extend(slot(c).map(|slot| MentionPart::Slot(slot as usize)));
                rest = &rest[at + c.len_utf8()..];
            }
            parts.push(MentionPart::Text(rest.into()));
            parts
        });
        Arc::new(parts)
    }

    /// Writes the permanent link of a sentence.
    pub(super) fn pin(&self, templates: &Templates, pin: Pin, html: &mut String, problems: &mut Vec<Diagnostic>) {
        let mut write = |component: &Component| match component {
            Ok(component) => html.push_str(component),
            // Report the problem once, not for each sentence of the page.
            Err(problem) if !problems.contains(problem) => problems.push((**problem).clone()),
            Err(_) => {}
        };
        if let Some(component) = self.pins.read().expect("no code panics while it holds this lock").get(&pin) {
            return write(component);
        }
        let id = pin.id.to_string();
        let anchor = if pin.is_scoped { format!("{}-{id}", self.code) } else { id.clone() };
        let mut arguments = Context::new();
        arguments.insert_value("anchor", anchor.into());
        arguments.insert_value("id", id.into());
        arguments.insert_value("in_heading", pin.in_heading.into());
        arguments.insert_value("t", self.strings.clone());
        let component = templates.component("pin", &arguments).map(Into::into);
        write(&component);
        self.pins.write().expect("no code panics while it holds this lock").insert(pin, component);
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
            ("has_terms", (!site.glossary.terms.is_empty()).into()),
            ("extra", config.extra.as_ref().map_or_else(Value::none, |extra| yaml_value(&extra.value))),
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
            reader: OnceLock::new(),
            pins: RwLock::default(),
            mentions: RwLock::default(),
            codes: site.languages.iter().map(|it| (it.code.clone(), it.pack.direction.as_str().to_owned())).collect(),
            code: language.code.clone(),
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
fn menu_items(site: &Site, section: WorkId, lang: LangId, trail: &[WorkId]) -> Vec<Item> {
    let children = &site.work(section).children;
    // If there are too many entries, show those around the one on the trail.
    let open = children.iter().position(|child| trail.contains(child)).unwrap_or(0);
    let first = if children.len() > MENU_LIMIT { open.saturating_sub(MENU_LIMIT / 2) } else { 0 };
    let small = site.works.len() <= MENU_LIMIT;
    let of_work = |&child: &WorkId| {
        let page = site.page(child, lang)?;
        let children = if small || trail.contains(&child) { menu_items(site, child, lang, trail) } else { Vec::new() };
        let other = other_lang(site, page.lang, lang);
        Some(menu_item(site.work(child).key.as_str(), &page.edition.document.title, path::to_url(page.path), other, children))
    };
    let mut items: Vec<Item> = children[first..].iter().take(MENU_LIMIT).filter_map(of_work).collect();
    if section == site.home() {
        let language = &site.languages[lang.0];
        let mut add = |key: &str, word: &str, otherwise: &str, path: &str| {
            let title = language.pack.strings.get(word).map_or(otherwise, String::as_str);
            items.push(menu_item(key, title, path::to_url(path), None, Vec::new()));
        };
        for split in 0..site.splits.len() as u32 {
            let path = route::source_order_path(&language.code, split);
            add(&source_order_key(split), "source_order", route::SOURCE_ORDER, &path);
        }
        if !site.glossary.terms.is_empty() {
            add(route::TERMS, "terms", route::TERMS, &route::terms_path(&language.code));
        }
        for (word, path) in [("map", route::map_path(&language.code)), ("timeline", route::timeline_path(&language.code))] {
            if site.routes.contains_key(path.as_str()) {
                add(word, word, word, &path);
            }
        }
        if site.config.status_page {
            add(STATUS, STATUS, STATUS, &route::status_path(&language.code));
        }
    }
    items
}

fn menu_item(key: &str, title: &str, url: String, lang: Option<&str>, children: Vec<Item>) -> Item {
    let value = map([
        ("key", key.into()),
        ("title", title.into()),
        ("url", url.as_str().into()),
        ("lang", lang.into()),
        ("children", values(&children)),
    ]);
    Item { key: key.to_owned(), url, value, children }
}

/// Returns items of a menu as templates see them.
fn values(items: &[Item]) -> Value {
    items.iter().map(|item| item.value.clone()).collect::<Vec<_>>().into()
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

/// Converts a free value of front matter or configuration to a template value.
pub(super) fn yaml_value(value: &yaml::Value) -> Value {
    match value {
        yaml::Value::Null => Value::none(),
        yaml::Value::Bool(flag) => (*flag).into(),
        yaml::Value::Int(number) => (*number).into(),
        yaml::Value::Float(number) => (*number).into(),
        yaml::Value::Text(text) => text.as_str().into(),
        yaml::Value::List(items) => items.iter().map(|item| yaml_value(&item.value)).collect::<Vec<_>>().into(),
        yaml::Value::Map(entries) => Value::from(
            entries.iter().map(|entry| (entry.key.clone().into(), yaml_value(&entry.node.value))).collect::<tera::Map>(),
        ),
    }
}
