//! Routes: the output paths of the published site and their content.

use std::collections::HashMap;
use std::sync::Arc;

use crate::base::{Diagnostic, Place, code, path, visible};
use crate::model::LangId;

use super::{Site, WorkId, sitemap};

/// One output path and its kind of content.
#[derive(Debug, Clone, PartialEq)]
pub struct Route {
    /// Path from the site's root, without a leading slash.
    pub path: Arc<str>,
    pub kind: RouteKind,
}

/// Kind of content at a path.
#[derive(Debug, Clone, PartialEq)]
pub enum RouteKind {
    /// The page of an edition.
    Page {
        work: WorkId,
        lang: LangId,
    },
    /// The page of a work without an edition in this language, which shows another edition.
    Fallback {
        work: WorkId,
        lang: LangId,
    },
    /// The page that shows two editions of a work side by side.
    SideBySide {
        work: WorkId,
        left: LangId,
        right: LangId,
    },
    /// The page of a whole source text in its own order, for readers of a language.
    SourceOrder {
        split: u32,
        lang: LangId,
    },
    /// The list of all tags of a language.
    Tags {
        lang: LangId,
    },
    /// The list of works with a tag, which is given by its index among the language's tags.
    Tag {
        lang: LangId,
        tag: u32,
    },
    /// The page about the completeness of the translations, in a language.
    Status {
        lang: LangId,
    },
    /// The front page for all languages.
    Front,
    NotFound,
    Feed {
        lang: LangId,
    },
    /// The sitemap; for a large site, the list of its parts.
    Sitemap,
    /// A part of the sitemap, counted from 0.
    SitemapPart {
        part: u32,
    },
    Robots,
    NoJekyll,
    Cname,
    /// A redirect from an old path to a new one.
    Redirect {
        to: Arc<str>,
    },
    /// A file of the content, published unchanged.
    Asset {
        file: Arc<str>,
    },
    /// A file of the theme, published unchanged.
    ThemeFile {
        name: String,
    },
}

impl RouteKind {
    /// Returns the work that the page shows.
    pub fn work(&self) -> Option<WorkId> {
        match self {
            Self::Page { work, .. } | Self::Fallback { work, .. } | Self::SideBySide { work, .. } => Some(*work),
            Self::SourceOrder { .. }
            | Self::Tags { .. }
            | Self::Tag { .. }
            | Self::Status { .. }
            | Self::Front
            | Self::NotFound
            | Self::Feed { .. }
            | Self::Sitemap
            | Self::SitemapPart { .. }
            | Self::Robots
            | Self::NoJekyll
            | Self::Cname
            | Self::Redirect { .. }
            | Self::Asset { .. }
            | Self::ThemeFile { .. } => None,
        }
    }

    /// Returns true if a template makes the page.
    pub fn is_page(&self) -> bool {
        match self {
            Self::Page { .. }
            | Self::Fallback { .. }
            | Self::SideBySide { .. }
            | Self::SourceOrder { .. }
            | Self::Tags { .. }
            | Self::Tag { .. }
            | Self::Status { .. }
            | Self::Front
            | Self::NotFound
            | Self::Redirect { .. } => true,
            Self::Feed { .. }
            | Self::Sitemap
            | Self::SitemapPart { .. }
            | Self::Robots
            | Self::NoJekyll
            | Self::Cname
            | Self::Asset { .. }
            | Self::ThemeFile { .. } => false,
        }
    }
}

/// File that a server sends for the address of a folder.
pub const INDEX: &str = "index.html";

/// File that hosts of static sites send for addresses that do not exist.
pub const NOT_FOUND: &str = "404.html";

/// Path of the sitemap, or of the list of its parts.
pub const SITEMAP: &str = "sitemap.xml";

/// Name of the feed in the folder of its language.
pub const FEED: &str = "feed.xml";

/// Returns the path of a language's feed.
pub fn feed_path(code: &str) -> String {
    format!("{code}/{FEED}")
}

/// First path component that no route may have, since `emit` keeps its list of published files
/// there.
pub const RESERVED: &str = ".tilmash-manifest";

/// Last path component of the page that shows a source text in its own order; also its key in
/// links.
pub const SOURCE_ORDER: &str = "source-order";

/// Returns the path of the page that shows source text number `split` in its own order.
pub fn source_order_path(code: &str, split: u32) -> String {
    match split {
        0 => format!("{code}/{SOURCE_ORDER}/{INDEX}"),
        n => format!("{code}/{SOURCE_ORDER}-{}/{INDEX}", n + 1),
    }
}

/// Returns the path of the page about the completeness of the translations.
pub fn status_path(code: &str) -> String {
    format!("{code}/status/{INDEX}")
}

/// Returns the path of the page that shows two editions side by side, derived from the left
/// edition's path.
pub fn side_by_side_path(site: &Site, left_path: &str, left: LangId, right: LangId) -> String {
    let (left, right) = (site.config.code(left), site.config.code(right));
    format!("{left}-{right}{}", &left_path[left.len()..])
}

/// Lays the routes of the whole site; reports two routes at one path, with both places.
pub(super) fn lay(site: &mut Site, assets: &[Arc<str>], limits: &sitemap::PartLimits, problems: &mut Vec<Diagnostic>) {
    let mut laid = Laid::with_room(site.works.len() * site.languages.len() * 5 / 4);
    let pairs = site.config.pairs();
    for &id in site.order.iter() {
        let work = site.work(id);
        for (index, edition) in work.editions.iter().enumerate() {
            let Some(edition) = edition else { continue };
            let lang = LangId(index);
            let place = Some(Place::whole(&edition.document.file));
            laid.add(Arc::clone(&edition.path), RouteKind::Page { work: id, lang }, place.clone(), problems);
        }
        for &(left, right) in &pairs {
            if let (Some(source), Some(_)) = (&work.editions[left.0], &work.editions[right.0]) {
                let path = side_by_side_path(site, &source.path, left, right);
                let place = Some(Place::whole(&source.document.file));
                laid.add(path.into(), RouteKind::SideBySide { work: id, left, right }, place, problems);
            }
        }
    }
    for split in 0..site.splits.len() as u32 {
        for lang in site.config.lang_ids() {
            let path = source_order_path(site.config.code(lang), split);
            laid.add(path.into(), RouteKind::SourceOrder { split, lang }, None, problems);
        }
    }
    for (lang, tags) in site.config.lang_ids().zip(site.tags.iter()) {
        if !tags.list.is_empty() {
            laid.add(super::tags_path(site.config.code(lang)).into(), RouteKind::Tags { lang }, None, problems);
        }
        for (index, tag) in tags.list.iter().enumerate() {
            laid.add(Arc::clone(&tag.path), RouteKind::Tag { lang, tag: index as u32 }, None, problems);
        }
    }
    if site.config.status_page {
        for lang in site.config.lang_ids() {
            laid.add(status_path(site.config.code(lang)).into(), RouteKind::Status { lang }, None, problems);
        }
    }
    laid.add(INDEX.into(), RouteKind::Front, None, problems);
    laid.add(NOT_FOUND.into(), RouteKind::NotFound, None, problems);
    laid.add(".nojekyll".into(), RouteKind::NoJekyll, None, problems);
    if site.config.cname.is_some() {
        laid.add("CNAME".into(), RouteKind::Cname, None, problems);
    }
    if site.config.base_url.is_some() {
        laid.add(SITEMAP.into(), RouteKind::Sitemap, None, problems);
        // All pages that the sitemap lists are laid by now.
        site.sitemap_parts = sitemap::parts(site, &laid.routes, limits);
        for part in (0..site.sitemap_parts.len() as u32).filter(|_| site.sitemap_parts.len() > 1) {
            laid.add(sitemap::part_path(part).into(), RouteKind::SitemapPart { part }, None, problems);
        }
    }
    if site.feeds {
        for lang in site.config.lang_ids() {
            laid.add(feed_path(site.config.code(lang)).into(), RouteKind::Feed { lang }, None, problems);
        }
    }
    for (name, published) in &site.theme_files {
        laid.add(published.as_str().into(), RouteKind::ThemeFile { name: name.clone() }, None, problems);
    }
    let mut own_robots = false;
    for file in assets {
        let published = file.strip_prefix("content/").unwrap_or(file);
        own_robots |= published == "robots.txt";
        laid.add(published.into(), RouteKind::Asset { file: Arc::clone(file) }, Some(Place::whole(file)), problems);
    }
    if !own_robots {
        laid.add("robots.txt".into(), RouteKind::Robots, None, problems);
    }
    // Aliases go after all pages and files, so that a collision with one of them is shown at the
    // alias.
    for &id in site.order.iter() {
        for edition in site.work(id).editions.iter().flatten() {
            for (alias, place) in &edition.document.front.aliases {
                match alias_path(alias) {
                    Ok(path) => {
                        let kind = RouteKind::Redirect { to: Arc::clone(&edition.path) };
                        laid.add(path.into(), kind, Some(place.clone()), problems);
                    }
                    Err(why) => problems.push(
                        Diagnostic::at(
                            &code::BAD_VALUE,
                            place.clone(),
                            format!("`{}` cannot be a path of the site: {why}", visible::name(alias)),
                        )
                        .hint("write it from the site's root: `/old/page/`, without `\\ : * ? \" < > |`"),
                    ),
                }
            }
        }
    }
    // Fallback pages, which no author asked for, give way to all other routes.
    for position in 0..site.order.len() {
        let id = site.order[position];
        for lang in site.config.lang_ids() {
            let Some(path) = site.work(id).fallbacks[lang.0].clone() else { continue };
            if path::unfit(&path).is_some() || laid.taken(&path::folded(&path)).is_some() {
                site.work_mut(id).fallbacks[lang.0] = None;
            } else {
                laid.add(path, RouteKind::Fallback { work: id, lang }, None, problems);
            }
        }
    }
    site.routes = Arc::new(laid.routes.into_iter().map(|route| (Arc::clone(&route.path), route)).collect());
}

/// Returns the file path of an alias, such as `old/page/index.html` for `/old/page/`, or the reason
/// why there is none.
pub fn alias_path(alias: &str) -> Result<String, String> {
    let decoded = path::from_url(alias).ok_or("its percent-encoding is not UTF-8, or contains NUL")?;
    let resolved = path::resolve("", decoded.trim_start_matches('/')).ok_or("it leads out of the site")?;
    let file = match path::extension(&resolved) {
        _ if resolved.is_empty() => return Err("that is the address of the front page".to_owned()),
        "html" | "htm" => resolved,
        _ => format!("{resolved}/{INDEX}"),
    };
    match path::unfit(&file) {
        Some(unfit) => Err(unfit.to_string()),
        None => Ok(file),
    }
}

struct Laid {
    /// Index of the first route at each folded path ([`path::folded`]).
    folded: HashMap<String, u32>,
    /// Index of the first route below each folded folder.
    folders: HashMap<String, u32>,
    routes: Vec<Route>,
    /// Place of the file that asked for each route.
    places: Vec<Option<Place>>,
}

impl Laid {
    fn with_room(routes: usize) -> Self {
        let map = || HashMap::with_capacity(routes);
        Self { folded: map(), folders: map(), routes: Vec::with_capacity(routes), places: Vec::with_capacity(routes) }
    }

    /// Returns the route that stands at a path or blocks it.
    fn taken(&self, folded: &str) -> Option<usize> {
        let taken = self.folded.get(folded).or_else(|| self.folders.get(folded));
        let taken = taken.or_else(|| path::above(folded).find_map(|folder| self.folded.get(folder)));
        taken.map(|&route| route as usize)
    }

    fn add(&mut self, path: Arc<str>, kind: RouteKind, place: Option<Place>, problems: &mut Vec<Diagnostic>) {
        if let Some(unfit) = path::unfit(&path) {
            // Files of a theme are reported under their names on disk. A side-by-side page shares
            // the name of its page, which is reported already.
            if let Some(place) = place.filter(|_| !matches!(kind, RouteKind::SideBySide { .. })) {
                let message = format!("`{}` cannot be published: {unfit}", visible::name(&path));
                let problem = Diagnostic::at(&code::BAD_VALUE, place, message);
                problems.push(problem.hint("give the page another `slug`, or rename the file"));
            }
            return;
        }
        let folded = path::folded(&path);
        if folded.split('/').next() == Some(RESERVED) {
            let message = format!("`{path}` cannot be published: the list of what was published stands there");
            problems.push(match place {
                Some(place) => Diagnostic::at(&code::ROUTE_COLLISION, place, message),
                None => Diagnostic::nowhere(&code::ROUTE_COLLISION, message),
            });
            return;
        }
        if let Some(first) = self.taken(&folded) {
            let (first, first_place) = (&self.routes[first], &self.places[first]);
            let message = if first.path == path {
                format!("two things would stand at `{path}`")
            } else if self.folded.contains_key(&folded) {
                format!("`{path}` and `{}` are one path where case does not count", first.path)
            } else {
                format!("`{path}` and `{}` cannot both be there: one is a file where the other needs a folder", first.path)
            };
            let mut problem = match (&place, first_place) {
                (Some(place), _) => Diagnostic::at(&code::ROUTE_COLLISION, place.clone(), message),
                (None, Some(place)) => Diagnostic::at(&code::ROUTE_COLLISION, place.clone(), message),
                (None, None) => Diagnostic::nowhere(&code::ROUTE_COLLISION, message),
            };
            if let (Some(_), Some(first_place)) = (&place, first_place) {
                problem = problem.also(first_place.clone(), "the other one");
            }
            if place.is_some() != first_place.is_some() {
                problem = problem.hint("the program makes the other one itself");
            }
            problems.push(problem.hint("give one of them another `slug`, or rename it"));
            return;
        }
        let route = self.routes.len() as u32;
        for folder in path::above(&folded) {
            // If a folder is known, so are all folders above it.
            if self.folders.contains_key(folder) {
                break;
            }
            self.folders.insert(folder.to_owned(), route);
        }
        self.folded.insert(folded, route);
        self.routes.push(Route { path, kind });
        self.places.push(place);
    }
}
