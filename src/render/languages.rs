//! Template values about languages: the language switch, links to side-by-side pages, and
//! alternates for search engines.
//!
//! [`super::status`] counts the sentences of a translation by status; the words of a language are
//! in its own file.

use tera::Value;

use crate::base::path;
use crate::model::LangId;
use crate::site::{Page, Site, WorkId, route};

use super::Renderer;
use super::template::map;

/// Target of the language switch in one language.
struct Entry {
    url: String,
    title: String,
    /// True if the text at the target is in that language.
    is_own: bool,
}

/// Returns the language switch of a work's page; `current` is the language of the page at hand, if
/// it has one.
pub(super) fn translations(renderer: &Renderer, work: WorkId, current: Option<LangId>) -> Value {
    switch(renderer, current, |lang| {
        let page = renderer.site.page(work, lang)?;
        let title = page.edition.document.title.clone();
        Some(Entry { url: path::to_url(page.path), title, is_own: page.lang == lang })
    })
}

/// Returns the language switch of a page that belongs to no work. `page` returns path and title of
/// the corresponding page in a language, if there is one.
pub(super) fn translations_by(renderer: &Renderer, current: LangId, page: impl Fn(LangId) -> Option<(String, String)>) -> Value {
    switch(renderer, Some(current), |lang| page(lang).map(|(url, title)| Entry { url, title, is_own: true }))
}

fn switch(renderer: &Renderer, current: Option<LangId>, entry: impl Fn(LangId) -> Option<Entry>) -> Value {
    let site = &renderer.site;
    let values = site.config.lang_ids().map(|lang| {
        let language = &site.languages[lang.0];
        let entry = entry(lang);
        let is_fallback = entry.as_ref().is_some_and(|entry| !entry.is_own);
        let (url, title) = entry.map(|entry| (entry.url, entry.title)).unzip();
        map([
            ("code", language.code.as_str().into()),
            ("name", language.pack.name.as_str().into()),
            ("url", url.into()),
            ("title", title.into()),
            ("current", (current == Some(lang)).into()),
            ("fallback", is_fallback.into()),
        ])
    });
    values.collect::<Vec<_>>().into()
}

/// Returns the notice of a fallback page: the language of its text, and the URL of the edition's
/// own page.
pub(super) fn fallback(site: &Site, shown: &Page<'_>) -> Value {
    let language = &site.languages[shown.lang.0];
    map([
        ("lang", language.code.as_str().into()),
        ("dir", language.pack.direction.as_str().into()),
        ("name", language.pack.name.as_str().into()),
        ("url", path::to_url(&shown.edition.path).into()),
    ])
}

/// Returns the side-by-side pages of a work; `current` is the pair of the page at hand, if it is
/// one.
pub(super) fn parallels(renderer: &Renderer, work: WorkId, current: Option<(LangId, LangId)>) -> Value {
    let site = &renderer.site;
    let values = site.config.pairs().into_iter().filter_map(|(left, right)| {
        let path = side_by_side_path(site, work, (left, right))?;
        let names: Vec<&str> = [left, right].map(|lang| site.languages[lang.0].pack.name.as_str()).to_vec();
        let languages = [left, right].map(|lang| {
            let language = &site.languages[lang.0];
            map([("code", language.code.as_str().into()), ("name", language.pack.name.as_str().into())])
        });
        Some(map([
            ("code", format!("{}-{}", site.config.code(left), site.config.code(right)).into()),
            ("url", path::to_url(&path).into()),
            ("names", names.into()),
            ("languages", languages.to_vec().into()),
            ("current", (current == Some((left, right))).into()),
        ]))
    });
    values.collect::<Vec<_>>().into()
}

/// Returns the path of a work's side-by-side page, if the work has both editions.
pub(super) fn side_by_side_path(site: &Site, work: WorkId, (left, right): (LangId, LangId)) -> Option<String> {
    let (first, _) = (site.edition(work, left)?, site.edition(work, right)?);
    Some(route::side_by_side_path(&site.config, &first.path, left, right))
}

/// Returns the URLs of a work's editions for search engines.
pub(super) fn alternates(renderer: &Renderer, work: WorkId) -> Value {
    alternates_by(renderer, |lang| Some(renderer.site.edition(work, lang)?.path.to_string()))
}

/// Returns the URLs of a page that belongs to no work. `path` returns the path of the corresponding
/// page in a language.
pub(super) fn alternates_by(renderer: &Renderer, path: impl Fn(LangId) -> Option<String>) -> Value {
    let site = &renderer.site;
    let paths: Vec<(LangId, String)> = site.config.lang_ids().filter_map(|lang| Some((lang, path(lang)?))).collect();
    let value = |hreflang: &str, path: &str| Some(map([("hreflang", hreflang.into()), ("href", site.absolute(path)?.into())]));
    let mut values: Vec<Value> = paths.iter().filter_map(|(lang, path)| value(site.config.code(*lang), path)).collect();
    let default = paths.iter().find(|(lang, _)| *lang == site.source()).or(paths.first());
    values.extend(default.and_then(|(_, path)| value("x-default", path)));
    values.into()
}
