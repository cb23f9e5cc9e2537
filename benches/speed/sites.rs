//! The corpus as a site of Tilmash and as one of Hugo, with templates that do the same work.
//!
//! Both have a head with canonical and alternate links, a menu of sections, breadcrumbs, the contents
//! of the page, tags, the pages before and after, lists with dates and descriptions, a feed for each
//! language and a sitemap; addresses are the same.

use std::fs;
use std::path::{Path, PathBuf};

use crate::corpus::{self, Corpus};
use crate::names;

/// A site that can be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Site {
    /// Tilmash with small templates, like those for Hugo.
    Small {
        highlight: bool,
    },
    /// Tilmash with its own theme; `all` is with addresses of sentences and side-by-side pages.
    Themed {
        highlight: bool,
        all: bool,
    },
    Hugo {
        highlight: bool,
    },
    /// Tilmash with its own theme and everything on, and with names of terms in the sentences. The
    /// site has the terms themselves only with `glossary`.
    Named {
        terms: usize,
        glossary: bool,
    },
}

impl Site {
    /// Sites by the names that the command line and the tables have for them.
    pub(crate) const NAMED: [(&str, Self); 9] = [
        ("plain", Self::Themed { highlight: true, all: false }),
        ("full", Self::Themed { highlight: true, all: true }),
        ("bare", Self::Themed { highlight: false, all: false }),
        ("small", Self::Small { highlight: true }),
        ("small-bare", Self::Small { highlight: false }),
        ("hugo", Self::Hugo { highlight: true }),
        ("hugo-bare", Self::Hugo { highlight: false }),
        ("names", Self::Named { terms: 5000, glossary: false }),
        ("terms", Self::Named { terms: 5000, glossary: true }),
    ];

    /// The site of that name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::NAMED.iter().find(|(known, _)| *known == name).map(|&(_, site)| site)
    }

    /// The corpus as this site has it.
    pub(crate) fn corpus(self, pages: usize) -> Corpus {
        let (highlight, side_by_side, terms) = match self {
            Self::Small { highlight } | Self::Hugo { highlight } => (highlight, false, 0),
            Self::Themed { highlight, all } => (highlight, all, 0),
            Self::Named { terms, .. } => (true, true, terms),
        };
        Corpus { pages, side_by_side, highlight, terms }
    }

    /// Whether Hugo makes it.
    pub(crate) fn is_hugo(self) -> bool {
        matches!(self, Self::Hugo { .. })
    }

    /// How this site's tool wants things to be said.
    pub(crate) fn dialect(self) -> &'static corpus::Dialect {
        if self.is_hugo() { &corpus::HUGO } else { &corpus::TILMASH }
    }

    /// A template of the site's own that every chapter is made with.
    pub(crate) fn frame(self) -> &'static str {
        match self {
            Self::Small { .. } => "templates/frame.html",
            Self::Themed { .. } | Self::Named { .. } => "templates/page.html",
            Self::Hugo { .. } => "layouts/baseof.html",
        }
    }

    /// Writes the site into a folder.
    pub(crate) fn write(self, pages: usize, folder: &Path) {
        let mut last = PathBuf::new();
        let mut put = |path: &str, text: &str| {
            let file = folder.join(path);
            let above = file.parent().expect("it is in a folder");
            if above != last {
                fs::create_dir_all(above).expect("the corpus can be written");
                last = above.to_owned();
            }
            fs::write(file, text).expect("the corpus can be written");
        };
        let corpus = self.corpus(pages);
        match self {
            Self::Small { .. } => {
                corpus.files(&mut put);
                SMALL.iter().for_each(|(name, text)| put(&format!("templates/{name}"), text));
            }
            Self::Themed { .. } => corpus.files(put),
            Self::Named { terms, glossary } => {
                corpus.files(&mut put);
                if glossary {
                    names::files(terms, put);
                }
            }
            Self::Hugo { highlight } => {
                corpus.content(&corpus::HUGO, &mut put);
                let highlighting = format!("codeFences = {highlight}");
                put("hugo.toml", &include_str!("hugo/hugo.toml").replace("codeFences = true", &highlighting));
                HUGO.iter().for_each(|(path, text)| put(path, text));
            }
        }
    }
}

const SMALL: &[(&str, &str)] = &[
    ("404.html", include_str!("tilmash/404.html")),
    ("components.html", include_str!("tilmash/components.html")),
    ("frame.html", include_str!("tilmash/frame.html")),
    ("front.html", include_str!("tilmash/front.html")),
    ("home.html", include_str!("tilmash/home.html")),
    ("page.html", include_str!("tilmash/page.html")),
    ("section.html", include_str!("tilmash/section.html")),
    ("tag.html", include_str!("tilmash/tag.html")),
    ("tags.html", include_str!("tilmash/tags.html")),
];

const HUGO: &[(&str, &str)] = &[
    ("i18n/en.toml", include_str!("hugo/en.toml")),
    ("i18n/kk.toml", include_str!("hugo/kk.toml")),
    ("layouts/404.html", include_str!("hugo/404.html")),
    ("layouts/baseof.html", include_str!("hugo/baseof.html")),
    ("layouts/home.html", include_str!("hugo/home.html")),
    ("layouts/home.rss.xml", include_str!("hugo/home.rss.xml")),
    ("layouts/page.html", include_str!("hugo/page.html")),
    ("layouts/section.html", include_str!("hugo/section.html")),
    ("layouts/taxonomy.html", include_str!("hugo/taxonomy.html")),
    ("layouts/term.html", include_str!("hugo/term.html")),
    ("layouts/_partials/crumbs.html", include_str!("hugo/crumbs.html")),
    ("layouts/_partials/list.html", include_str!("hugo/list.html")),
    ("layouts/_partials/menu.html", include_str!("hugo/menu.html")),
    // The same style sheet, so that as much is copied.
    ("static/style.css", include_str!("../../themes/default/static/style.css")),
];
