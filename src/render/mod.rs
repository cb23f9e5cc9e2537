//! Renders one route to one output: [`Renderer::page`] is a pure function of the site and the
//! route.
//!
//! `build` renders every route, `serve` the one that the browser requests, `check` all of them
//! without keeping them. All three use the same code. Values that pages share (words, menus,
//! languages) are template values that are made once; copying them only counts references.

use std::path::Path;
use std::sync::Arc;

use tera::Context;

use crate::base::{Diagnostic, path};
use crate::link::Links;
use crate::load::{Content, Inputs, builtin};
use crate::site::{Route, RouteKind, Site};
use crate::terms::Mentions;

mod body;
mod bounds;
mod chapter;
mod connections;
mod excerpt;
pub mod highlight;
mod inline;
mod json_ld;
mod languages;
mod map;
mod maths;
mod missing;
mod notes;
mod opening;
mod rows;
mod search;
mod shared;
mod status;
pub mod template;
mod terms;
mod touch;
mod view;

pub use bounds::STACK;
pub use highlight::Highlighter;
pub use template::Templates;

/// All inputs of rendering. Clones share them.
#[derive(Debug, Clone)]
pub struct Renderer {
    pub site: Arc<Site>,
    pub links: Arc<Links>,
    pub mentions: Arc<Mentions>,
    pub inputs: Arc<Inputs>,
    templates: Arc<Templates>,
    highlighter: Arc<Highlighter>,
    shared: Arc<shared::Shared>,
}

/// Content of a route.
#[derive(Debug, Clone)]
pub enum Body {
    Bytes(Vec<u8>),
    /// A file on disk, to be copied unchanged.
    File(Arc<Path>),
}

/// Result of rendering a route: its content, unless a template failed, and the problems.
#[derive(Debug)]
pub struct Rendered {
    pub body: Option<Body>,
    pub problems: Vec<Diagnostic>,
    /// The template that made the page, if one did.
    pub template: Option<String>,
}

impl From<Vec<u8>> for Rendered {
    fn from(bytes: Vec<u8>) -> Self {
        Self { body: Some(Body::Bytes(bytes)), problems: Vec::new(), template: None }
    }
}

impl From<String> for Rendered {
    fn from(text: String) -> Self {
        text.into_bytes().into()
    }
}

impl From<Result<Vec<u8>, Box<Diagnostic>>> for Rendered {
    fn from(result: Result<Vec<u8>, Box<Diagnostic>>) -> Self {
        match result {
            Ok(bytes) => bytes.into(),
            Err(problem) => Self { body: None, problems: vec![*problem], template: None },
        }
    }
}

impl Renderer {
    /// Makes a renderer. The values that pages share are those of the `previous` one if it has the
    /// same index and the same templates.
    pub fn new(
        (inputs, site, links, mentions): (Arc<Inputs>, Arc<Site>, Arc<Links>, Arc<Mentions>),
        templates: Arc<Templates>,
        highlighter: Arc<Highlighter>,
        previous: Option<&Self>,
    ) -> Self {
        let is_same = |it: &&Self| it.site.shares_index_with(&site) && Arc::ptr_eq(&it.templates, &templates);
        let shared = match previous.filter(is_same) {
            Some(previous) => Arc::clone(&previous.shared),
            None => Arc::new(shared::Shared::new(&site)),
        };
        Self { site, links, mentions, inputs, templates, highlighter, shared }
    }

    /// Highlights the code of all pages before they are rendered.
    pub fn highlight(&self, routes: &[&Route]) {
        let works: std::collections::BTreeSet<_> = routes.iter().filter_map(|route| route.kind.work()).collect();
        let editions = works.into_iter().flat_map(|work| self.site.work(work).editions.iter().flatten());
        let documents = editions.map(|edition| &edition.document);
        self.highlighter
            .highlight_all(documents.flat_map(|document| &document.codes).map(|block| (block.language.as_str(), &*block.text)));
    }

    /// Returns the title of the site in a language.
    pub fn site_title(&self, lang: crate::model::LangId) -> String {
        shared::title(&self.site, lang)
    }

    /// Renders the page at a route. [`crate::output`] makes feeds, the sitemap and the like.
    ///
    /// Returns `None` if the route is not a page.
    pub fn page(&self, route: &Route) -> Option<Rendered> {
        let mut problems = Vec::new();
        let (template, context) = match &route.kind {
            RouteKind::Page { work, lang } | RouteKind::Fallback { work, lang } => view::page(self, *work, *lang, &mut problems),
            RouteKind::SideBySide { work, left, right } => {
                view::side_by_side(self, *work, *left, *right, &route.path, &mut problems)
            }
            RouteKind::SourceOrder { split, lang } => view::source_order(self, *split, *lang, &route.path, &mut problems),
            RouteKind::Tags { lang } => view::tags(self, *lang, &route.path, &mut problems),
            RouteKind::Terms { lang } => terms::index(self, *lang, &route.path, &mut problems),
            RouteKind::Term { lang, term } => terms::term(self, *lang, *term, &route.path, &mut problems),
            RouteKind::Map { lang } => terms::map_page(self, *lang, &route.path, &mut problems),
            RouteKind::Timeline { lang } => terms::timeline(self, *lang, &route.path, &mut problems),
            RouteKind::Tag { lang, tag } => view::tag(self, *lang, *tag, &mut problems),
            RouteKind::Status { lang } => view::status(self, *lang, &route.path, &mut problems),
            RouteKind::Front => view::front(self, &route.path, &path::to_root(&route.path), "front"),
            RouteKind::NotFound => {
                // A host shows this page at addresses of any depth, so its links begin at the root
                // of the site, if that is known.
                let root = match self.site.config.base_url {
                    Some(_) => self.site.base_path().to_owned(),
                    None => path::to_root(&route.path),
                };
                view::front(self, &route.path, &root, "not-found")
            }
            RouteKind::Redirect { to } => view::redirect(self, &route.path, to),
            _ => return None,
        };
        let mut rendered = self.fill(&template, &context);
        rendered.problems.extend(problems);
        rendered.template = Some(template);
        Some(rendered)
    }

    /// Renders the page for addresses that do not exist; its links begin with `root`.
    pub fn not_found(&self, route: &Route, root: &str) -> Rendered {
        let (template, context) = view::front(self, &route.path, root, "not-found");
        self.fill(&template, &context)
    }

    /// Returns the content of a file that is published unchanged; `None` if the route is not a
    /// file.
    pub fn file(&self, route: &Route) -> Option<Rendered> {
        let bytes = match &route.kind {
            RouteKind::Asset { file } => return Some(self.input(file)),
            RouteKind::ThemeFile { name } => match theme_file(&self.inputs, &self.site.config.theme, name)? {
                ThemeFile::Input(file) => return Some(self.input(&file)),
                ThemeFile::Builtin(bytes) => bytes.to_vec(),
            },
            _ => return None,
        };
        Some(bytes.into())
    }

    fn input(&self, file: &str) -> Rendered {
        match self.inputs.files.get(file).map(|file| &file.content) {
            Some(Content::Text(text)) => text.as_bytes().to_vec().into(),
            Some(Content::Binary { disk, .. }) => {
                Rendered { body: Some(Body::File(Arc::clone(disk))), problems: Vec::new(), template: None }
            }
            Some(Content::Dropped) | None => {
                unreachable!("routes to files are made from the same snapshot, and only texts of pages are dropped")
            }
        }
    }

    fn fill(&self, template: &str, context: &Context) -> Rendered {
        self.templates.render(template, context).into()
    }
}

/// Origin of a file of the theme.
enum ThemeFile {
    Input(Arc<str>),
    Builtin(&'static [u8]),
}

/// Finds a static file of the theme: in the site's theme, then in the site's folder of the default
/// theme, then among the built-in files.
fn theme_file(inputs: &Inputs, theme: &str, name: &str) -> Option<ThemeFile> {
    let own = format!("themes/{theme}/static/{name}");
    if let Some(file) = inputs.name(&own) {
        return Some(ThemeFile::Input(Arc::clone(file)));
    }
    let default = format!("themes/default/static/{name}");
    if let Some(file) = inputs.name(&default) {
        return Some(ThemeFile::Input(Arc::clone(file)));
    }
    builtin::file(&default).map(ThemeFile::Builtin)
}

/// Returns the text of a static file of the theme; `None` if there is no such file, or if it is not
/// text.
pub fn theme_text<'a>(inputs: &'a Inputs, theme: &str, name: &str) -> Option<&'a str> {
    match theme_file(inputs, theme, name)? {
        ThemeFile::Builtin(bytes) => std::str::from_utf8(bytes).ok(),
        ThemeFile::Input(file) => inputs.text(&file).map(|text| &**text),
    }
}

/// Returns the names of the theme's static files, each with the path under which it is published.
///
/// The paths of style sheets, scripts and SVG images contain a digest of the content. A browser
/// then never shows an old style with a new page. Files in subfolders and other files, such as
/// fonts, keep their names, since style sheets refer to them.
///
/// * `style.css` is published as `assets/style.1a2b3c4d.css`
/// * `fonts/a.woff2` is published as `assets/fonts/a.woff2`
pub fn theme_files(inputs: &Inputs, theme: &str) -> std::collections::BTreeMap<String, String> {
    let mut names = std::collections::BTreeSet::new();
    for (path, _) in builtin::below("themes/default/static") {
        names.insert(path["themes/default/static/".len()..].to_owned());
    }
    for theme in ["default", theme] {
        let folder = format!("themes/{theme}/static");
        for (path, _) in inputs.below(&folder) {
            names.insert(path[folder.len() + 1..].to_owned());
        }
    }
    let published = |name: &str| {
        let extension = crate::base::path::extension(name);
        if name.contains('/') || !matches!(extension, "css" | "js" | "svg") {
            return format!("assets/{name}");
        }
        let digest = match theme_file(inputs, theme, name) {
            Some(ThemeFile::Builtin(bytes)) => crate::base::Digest::of(bytes),
            Some(ThemeFile::Input(file)) => crate::base::Digest::of(inputs.text(&file).map_or(b"", |text| text.as_bytes())),
            None => unreachable!("the name was found above"),
        };
        let stem = &name[..name.len() - extension.len() - 1];
        format!("assets/{stem}.{}.{extension}", &digest.to_string()[..8])
    };
    names.into_iter().map(|name| (name.clone(), published(&name))).collect()
}
