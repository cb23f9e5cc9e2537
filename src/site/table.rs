//! Collects the routes of a site, and reports collisions of their paths.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use rayon::prelude::*;

use crate::base::{Diagnostic, Place, code, path, visible};
use crate::model::LangId;

use super::index::Index;
use super::route::{RESERVED, Route, RouteKind, SITEMAP, alias_path, general, side_by_side_path, term_path};
use super::{Tags, WorkId, sitemap};

/// The routes of a site while they are collected.
#[derive(Debug)]
pub(super) struct RouteTable {
    /// Index of the first route at each folded path ([`path::folded`]).
    folded: HashMap<String, u32>,
    /// Index of the first route below each folded folder.
    folders: HashMap<String, u32>,
    routes: Vec<Route>,
    /// Place of the file that asked for each route.
    places: Vec<Option<Place>>,
    /// Path of the first address in each part of the sitemap.
    pub(super) sitemap_parts: Arc<[Arc<str>]>,
    /// Works and languages that have a fallback page, with its path.
    pub(super) fallbacks: Vec<(WorkId, LangId, Arc<str>)>,
    pub(super) problems: Vec<Diagnostic>,
    /// False if a fallback page was left out because its path was taken. The reading order can
    /// decide which of two such routes is kept.
    pub(super) is_settled: bool,
}

impl RouteTable {
    /// Collects the routes of the whole site. Of two routes at one path, the first is kept, and
    /// the other is reported with both places.
    pub(super) fn new(
        index: &Index<'_>,
        tags: &[Tags],
        theme_files: &BTreeMap<String, String>,
        assets: &[Arc<str>],
        limits: &sitemap::PartLimits,
    ) -> Self {
        let mut table = Self::with_room(index.works.len() * index.languages.len() * 5 / 4);
        table.add_editions(index);
        for (path, kind) in general(index.config, index.splits.len(), index.terms, index.feeds) {
            table.add(path.into(), kind, None);
        }
        table.add_tags(index, tags);
        if index.config.base_url.is_some() {
            table.add_sitemap(index, limits);
        }
        table.add_files(theme_files, assets);
        // Aliases go after all pages and files, so that a collision with one of them is shown at
        // the alias.
        let former = table.add_aliases(index);
        table.add_aliases_of_terms(index);
        if index.config.fallback {
            // Fallback pages come last, because no author asked for them: any other route at the
            // path is kept.
            table.add_fallbacks(index);
        }
        table.add_derived_aliases(index, former);
        table
    }

    /// Adds the pages of editions, alone and side by side.
    fn add_editions(&mut self, index: &Index<'_>) {
        let pairs = index.config.pairs();
        for &id in &index.order {
            let work = index.work(id);
            for lang in index.config.lang_ids() {
                let Some(head) = index.head(id, lang) else { continue };
                let place = Some(Place::whole(head.address.file));
                self.add(Arc::clone(&work.paths[lang.0]), RouteKind::Page { work: id, lang }, place);
            }
            for &(left, right) in &pairs {
                if let (Some(source), Some(_)) = (index.head(id, left), index.head(id, right)) {
                    let path = side_by_side_path(index.config, &work.paths[left.0], left, right);
                    let kind = RouteKind::SideBySide { work: id, left, right };
                    self.add(path.into(), kind, Some(Place::whole(source.address.file)));
                }
            }
        }
    }

    /// Adds the pages of tags, and the lists of all tags.
    fn add_tags(&mut self, index: &Index<'_>, tags: &[Tags]) {
        for (lang, tags) in index.config.lang_ids().zip(tags) {
            if !tags.list.is_empty() {
                self.add(super::tags_path(index.config.code(lang)).into(), RouteKind::Tags { lang }, None);
            }
            for (tag, path) in (0..).zip(tags.list.iter().map(|tag| &tag.path)) {
                self.add(Arc::clone(path), RouteKind::Tag { lang, tag }, None);
            }
        }
    }

    /// Adds the sitemap. The table already has all pages that it lists.
    fn add_sitemap(&mut self, index: &Index<'_>, limits: &sitemap::PartLimits) {
        self.add(SITEMAP.into(), RouteKind::Sitemap, None);
        self.sitemap_parts = sitemap::parts(index, &self.routes, limits);
        let parts = self.sitemap_parts.len() as u32;
        for part in (0..parts).filter(|_| parts > 1) {
            self.add(sitemap::part_path(part).into(), RouteKind::SitemapPart { part }, None);
        }
    }

    /// Adds the files that are copied to the site.
    fn add_files(&mut self, theme_files: &BTreeMap<String, String>, assets: &[Arc<str>]) {
        for (name, published) in theme_files {
            self.add(published.as_str().into(), RouteKind::ThemeFile { name: name.clone() }, None);
        }
        let mut own_robots = false;
        for file in assets {
            let published = file.strip_prefix("content/").unwrap_or(file);
            own_robots |= published == "robots.txt";
            self.add(published.into(), RouteKind::Asset { file: Arc::clone(file) }, Some(Place::whole(file)));
        }
        if !own_robots {
            self.add("robots.txt".into(), RouteKind::Robots, None);
        }
    }

    /// Adds the redirects from old paths. Returns these paths, each with its work and language.
    fn add_aliases(&mut self, index: &Index<'_>) -> Vec<(WorkId, LangId, String)> {
        let mut former = Vec::new();
        for &id in &index.order {
            let work = index.work(id);
            for head in work.editions.iter().flatten().map(|edition| edition.head) {
                for (alias, place) in head.address.aliases {
                    match alias_path(alias) {
                        Ok(path) if path::folded(&path) == path::folded(&work.paths[head.address.lang.0]) => {
                            let problem = Diagnostic::at(
                                &code::REDIRECT_LOOP,
                                place.clone(),
                                format!(
                                    "the page would redirect to itself, because the alias `{}` is its own path",
                                    visible::name(alias)
                                ),
                            );
                            self.problems.push(problem.hint("remove the alias, or write an older path of the page"));
                        }
                        Ok(path) => {
                            let kind = RouteKind::Redirect { to: Arc::clone(&work.paths[head.address.lang.0]) };
                            former.push((id, head.address.lang, path.clone()));
                            self.add(path.into(), kind, Some(place.clone()));
                        }
                        Err(why) => self.problems.push(
                            Diagnostic::at(
                                &code::BAD_VALUE,
                                place.clone(),
                                format!("the alias `{}` cannot be used: {why}", visible::name(alias)),
                            )
                            .hint("write the path from the root of the site, such as `/old/page/`, without `\\ : * ? \" < > |`"),
                        ),
                    }
                }
            }
        }
        former
    }

    /// Adds the redirects from the old paths of pages that are derived from editions: side-by-side
    /// pages and fallback pages. `former` has the old paths of editions. Any other route at a path
    /// is kept.
    ///
    /// ```text
    /// alias /kk/old/ of kk/new/index.html     kk-en/old/ redirects to kk-en/new/
    ///                                         tr/old/ redirects to the fallback page tr/new/
    /// ```
    fn add_derived_aliases(&mut self, index: &Index<'_>, former: Vec<(WorkId, LangId, String)>) {
        let pairs = index.config.pairs();
        let fallbacks: HashMap<(WorkId, LangId), Arc<str>> =
            self.fallbacks.iter().map(|(id, lang, path)| ((*id, *lang), Arc::clone(path))).collect();
        for (id, lang, path) in former {
            let code = index.config.code(lang);
            let Some(rest) = path.strip_prefix(code).filter(|rest| rest.starts_with('/')) else { continue };
            let work = index.work(id);
            let mut derived: Vec<(String, Arc<str>)> = Vec::new();
            for &(left, right) in pairs.iter().filter(|&&(left, right)| left == lang && index.head(id, right).is_some()) {
                let page = |path: &str| side_by_side_path(index.config, path, left, right);
                derived.push((page(&path), page(&work.paths[left.0]).into()));
            }
            for other in index.config.lang_ids() {
                let to = fallbacks.get(&(id, other)).map(Arc::clone);
                derived.extend(to.map(|to| (format!("{}{rest}", index.config.code(other)), to)));
            }
            for (old, to) in derived {
                if self.obstacle(&path::folded(&old)).is_some() {
                    self.is_settled = false;
                } else {
                    self.add(old.into(), RouteKind::Redirect { to }, None);
                }
            }
        }
    }

    /// Adds the redirects from the pages of terms under their former keys.
    fn add_aliases_of_terms(&mut self, index: &Index<'_>) {
        for (term, (alias, place)) in index.terms.iter().flat_map(|(_, term)| term.aliases.iter().map(move |it| (term, it))) {
            if *alias == term.key {
                let message =
                    format!("the page of the term would redirect to itself, because the alias `{alias}` is its own key");
                let problem = Diagnostic::at(&code::REDIRECT_LOOP, place.clone(), message);
                self.problems.push(problem.hint("remove the alias, or write an older key of the term"));
                continue;
            }
            for lang in index.config.lang_ids() {
                let code = index.config.code(lang);
                let to = term_path(code, &term.key).into();
                self.add(term_path(code, alias).into(), RouteKind::Redirect { to }, Some(place.clone()));
            }
        }
    }

    /// Adds a page for each work and language without an edition, where the path is free.
    fn add_fallbacks(&mut self, index: &Index<'_>) {
        for &id in &index.order {
            let work = index.work(id);
            for lang in index.config.lang_ids().filter(|lang| work.editions[lang.0].is_none()) {
                let path = &work.paths[lang.0];
                if path::unfit(path).is_some() {
                    continue;
                }
                if self.obstacle(&path::folded(path)).is_some() {
                    self.is_settled = false;
                    continue;
                }
                self.add(Arc::clone(path), RouteKind::Fallback { work: id, lang }, None);
                self.fallbacks.push((id, lang, Arc::clone(path)));
            }
        }
    }

    /// Returns the routes by path.
    pub(super) fn into_routes(mut self) -> BTreeMap<Arc<str>, Route> {
        // Collecting a map sorts on one thread only; sorted entries cost it little.
        self.routes.par_sort_unstable_by(|a, b| a.path.cmp(&b.path));
        self.routes.into_iter().map(|route| (Arc::clone(&route.path), route)).collect()
    }
}

impl RouteTable {
    fn with_room(routes: usize) -> Self {
        let map = || HashMap::with_capacity(routes);
        Self {
            folded: map(),
            folders: HashMap::new(),
            routes: Vec::with_capacity(routes),
            places: Vec::with_capacity(routes),
            sitemap_parts: Arc::default(),
            fallbacks: Vec::new(),
            problems: Vec::new(),
            is_settled: true,
        }
    }

    /// Returns the index of a route that prevents another route at a path.
    ///
    /// ```text
    /// existing route    path     reason
    /// a/b               a/b      two routes at one path
    /// a/b               a        `a` is a folder, so it cannot be a file
    /// a                 a/b      `a` is a file, so it cannot be a folder
    /// ```
    fn obstacle(&self, folded: &str) -> Option<usize> {
        let obstacle = self.folded.get(folded).or_else(|| self.folders.get(folded)).or_else(|| {
            // A folder that has routes has no file above it.
            let above = path::above(folded).take_while(|folder| !self.folders.contains_key(*folder));
            above.into_iter().find_map(|folder| self.folded.get(folder))
        });
        obstacle.map(|&route| route as usize)
    }

    /// Adds a route, or reports that its path is unfit or taken.
    fn add(&mut self, path: Arc<str>, kind: RouteKind, place: Option<Place>) {
        if let Some(unfit) = path::unfit(&path) {
            // Files of a theme are reported under their names on disk. A side-by-side page shares
            // the name of its page, which is reported already.
            if let Some(place) = place.filter(|_| !matches!(kind, RouteKind::SideBySide { .. })) {
                let message = format!("`{}` cannot be published: {unfit}", visible::name(&path));
                let problem = Diagnostic::at(&code::BAD_VALUE, place, message);
                self.problems.push(problem.hint("rename the file, or give the page another `slug`"));
            }
            return;
        }
        let folded = path::folded(&path);
        if folded.split('/').next() == Some(RESERVED) {
            let message =
                format!("`{path}` cannot be published, because Tilmash keeps its list of published files under this name");
            self.problems.push(match place {
                Some(place) => Diagnostic::at(&code::ROUTE_COLLISION, place, message),
                None => Diagnostic::nowhere(&code::ROUTE_COLLISION, message),
            });
            return;
        }
        if let Some(first) = self.obstacle(&folded) {
            let (first, first_place) = (&self.routes[first], &self.places[first]);
            let message = if first.path == path {
                format!("two pages or files would be published at `{path}`")
            } else if self.folded.contains_key(&folded) {
                format!("`{path}` and `{}` are the same path on systems that ignore case or variants of letters", first.path)
            } else {
                format!("`{path}` and `{}` cannot both be published: one needs a file where the other needs a folder", first.path)
            };
            let mut problem = match (&place, first_place) {
                (Some(place), _) => Diagnostic::at(&code::ROUTE_COLLISION, place.clone(), message),
                (None, Some(place)) => Diagnostic::at(&code::ROUTE_COLLISION, place.clone(), message),
                (None, None) => Diagnostic::nowhere(&code::ROUTE_COLLISION, message),
            };
            if let (Some(_), Some(first_place)) = (&place, first_place) {
                problem = problem.also(first_place.clone(), "the other file");
            }
            if place.is_some() != first_place.is_some() {
                problem = problem.hint("Tilmash itself generates the other page");
            }
            self.problems.push(problem.hint("rename one of the two, or give one page another `slug`"));
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
