//! Routes: the output paths of the published site and their content.
//!
//! `table` collects the routes of a site.

use std::sync::Arc;

use crate::base::path;
use crate::model::{Config, LangId, TermId, TermNames};

use super::WorkId;

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
    /// The index of names: all terms in a language.
    Terms {
        lang: LangId,
    },
    /// The map of all terms with a position.
    Map {
        lang: LangId,
    },
    /// All terms with a date and all dates of the texts, in the order of time.
    Timeline {
        lang: LangId,
    },
    /// The page of a term.
    Term {
        lang: LangId,
        term: TermId,
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

/// Properties of a kind of route that later stages depend on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Properties {
    /// True if a template makes the content.
    pub is_page: bool,
    /// True if the sitemap may list the address: the page shows texts of its own, and is no copy of
    /// another page.
    pub in_sitemap: bool,
    /// The inputs of the content, besides those that all pages share.
    pub inputs: RouteInputs,
}

/// Inputs of a route. The route is rendered again only if one of them changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RouteInputs {
    /// Templates, words, configuration, and the front matter and title of every work.
    Shared,
    /// Also the texts of the work that the page shows, and the data of works that it links to.
    Work(WorkId),
    /// Also the texts of the works that mention the term.
    Term(TermId),
    /// Also the texts of all works.
    AllTexts,
    /// Inputs of which no digest is kept. Each build renders the route.
    Untracked,
}

impl RouteKind {
    /// Returns the properties of the kind.
    pub fn properties(&self) -> Properties {
        use RouteInputs::{AllTexts, Shared, Term, Untracked, Work};
        let page = |in_sitemap, inputs| Properties { is_page: true, in_sitemap, inputs };
        let file = |inputs| Properties { is_page: false, in_sitemap: false, inputs };
        match self {
            Self::Page { work, .. } => page(true, Work(*work)),
            Self::Fallback { work, .. } | Self::SideBySide { work, .. } => page(false, Work(*work)),
            Self::SourceOrder { .. } => page(true, Untracked),
            Self::Status { .. } => page(false, Untracked),
            Self::Front => page(true, Shared),
            // The index of names tells how often each term is mentioned, and the timeline has the
            // sentences with dates.
            Self::Terms { .. } | Self::Timeline { .. } => page(true, AllTexts),
            Self::Map { .. } => page(true, Shared),
            Self::Term { term, .. } => page(true, Term(*term)),
            Self::Tags { .. } | Self::Tag { .. } | Self::NotFound | Self::Redirect { .. } => page(false, Shared),
            // A feed shows the beginnings of texts.
            Self::Feed { .. } => file(AllTexts),
            Self::Sitemap | Self::SitemapPart { .. } | Self::Robots | Self::NoJekyll | Self::Cname => file(Shared),
            Self::Asset { .. } | Self::ThemeFile { .. } => file(Untracked),
        }
    }

    /// Returns the work that the page shows.
    pub fn work(&self) -> Option<WorkId> {
        match self.properties().inputs {
            RouteInputs::Work(work) => Some(work),
            RouteInputs::Shared | RouteInputs::Term(_) | RouteInputs::AllTexts | RouteInputs::Untracked => None,
        }
    }
}

/// Returns the routes that depend only on the configuration and the site as a whole, with their
/// paths.
///
/// `splits` is the number of source texts, and `has_feeds` is true if the site has feeds.
pub(super) fn general(config: &Config, splits: usize, terms: &TermNames, has_feeds: bool) -> Vec<(String, RouteKind)> {
    let mut routes = vec![
        (INDEX.to_owned(), RouteKind::Front),
        (NOT_FOUND.to_owned(), RouteKind::NotFound),
        (".nojekyll".to_owned(), RouteKind::NoJekyll),
    ];
    if config.cname.is_some() {
        routes.push(("CNAME".to_owned(), RouteKind::Cname));
    }
    for lang in config.lang_ids() {
        let code = config.code(lang);
        for split in 0..splits as u32 {
            routes.push((source_order_path(code, split), RouteKind::SourceOrder { split, lang }));
        }
        if !terms.is_empty() {
            routes.push((terms_path(code), RouteKind::Terms { lang }));
        }
        if terms.has_map() {
            routes.push((map_path(code), RouteKind::Map { lang }));
        }
        if terms.has_timeline() {
            routes.push((timeline_path(code), RouteKind::Timeline { lang }));
        }
        for (term, data) in terms.iter() {
            routes.push((term_path(code, &data.key), RouteKind::Term { lang, term }));
        }
        if config.status_page {
            routes.push((status_path(code), RouteKind::Status { lang }));
        }
        if has_feeds {
            routes.push((feed_path(code), RouteKind::Feed { lang }));
        }
    }
    routes
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

/// Last path component of the index of names; also the folder of the pages of terms.
pub const TERMS: &str = "terms";

/// Returns the path of the index of names.
pub fn terms_path(code: &str) -> String {
    format!("{code}/{TERMS}/{INDEX}")
}

/// Returns the path of the map.
pub fn map_path(code: &str) -> String {
    format!("{code}/map/{INDEX}")
}

/// Returns the path of the timeline.
pub fn timeline_path(code: &str) -> String {
    format!("{code}/timeline/{INDEX}")
}

/// Returns the path of the page of a term.
pub fn term_path(code: &str, key: &str) -> String {
    format!("{code}/{TERMS}/{key}/{INDEX}")
}

/// Returns the path of the page about the completeness of the translations.
pub fn status_path(code: &str) -> String {
    format!("{code}/status/{INDEX}")
}

/// Returns the path of the page that shows two editions side by side, derived from the left
/// edition's path.
pub fn side_by_side_path(config: &Config, left_path: &str, left: LangId, right: LangId) -> String {
    let (left, right) = (config.code(left), config.code(right));
    format!("{left}-{right}{}", &left_path[left.len()..])
}

/// Returns the file path of an alias, such as `old/page/index.html` for `/old/page/`, or the reason
/// why there is none.
pub fn alias_path(alias: &str) -> Result<String, String> {
    let decoded = path::from_url(alias).ok_or("its percent-encoding is not valid UTF-8 or contains U+0000")?;
    let resolved = path::resolve("", decoded.trim_start_matches('/')).ok_or("it leads out of the site")?;
    let file = match path::extension(&resolved) {
        _ if resolved.is_empty() => return Err("it is the path of the site's front page".to_owned()),
        "html" | "htm" => resolved,
        _ => format!("{resolved}/{INDEX}"),
    };
    match path::unfit(&file) {
        Some(unfit) => Err(unfit.to_string()),
        None => Ok(file),
    }
}
