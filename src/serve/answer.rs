//! Answers one request: finds the route of an address, and returns the response.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::File;
use std::sync::Arc;

use serde::Serialize;

use super::desk::{self, Desk, Side, Viewer};
use super::editor::{Editor, Refused};
use super::page_cache::Page;
use super::problem::{self, Frame, Problem, Problems, Way};
use super::{Base, Event, Now, Preview};
use crate::base::{Diagnostic, Digest, path};
use crate::load;
use crate::output::content_type;
use crate::project::State;
use crate::render;
use crate::site::{Route, RouteKind, Site, route};

/// Folder of the preview's own addresses. No page can be there, because names that begin with `_`
/// are never pages.
const OWN: &str = "__tilmash";
const SCRIPT: &str = include_str!("live.js");
const STYLE: &str = include_str!("live.css");
const DESK_SCRIPT: &str = include_str!("desk.js");
const DESK_STYLE: &str = include_str!("desk.css");
/// Name of the only address that accepts POST.
const OPEN: &str = "open";

/// Response to a request.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) content_type: Cow<'static, str>,
    pub(super) content: Content,
    /// The digest of a page, from which the browser sees whether the page has changed.
    pub(super) tag: Option<Digest>,
    pub(super) location: Option<String>,
    /// The allowed methods, for a request that used another one.
    pub(super) allow: Option<&'static str>,
}

/// The body of an answer.
#[derive(Debug)]
pub(super) enum Content {
    Bytes(Vec<u8>),
    /// An open file and its length.
    File(File, u64),
    /// The stream of versions.
    Events,
}

impl Answer {
    fn new(status: u16, content_type: impl Into<Cow<'static, str>>, bytes: impl Into<Vec<u8>>) -> Self {
        Self {
            status,
            content_type: content_type.into(),
            content: Content::Bytes(bytes.into()),
            tag: None,
            location: None,
            allow: None,
        }
    }

    /// Returns a plain-text answer of one line.
    pub(super) fn text(status: u16, text: impl Into<String>) -> Self {
        Self::new(status, "text/plain; charset=utf-8", text.into())
    }

    fn redirect(location: String) -> Self {
        Self { location: Some(location), ..Self::text(302, "") }
    }
}

/// Returns the last part of one of the preview's own addresses; `None` for an address of the site.
///
/// The [`OWN`] folder may be in any folder, because a page that was loaded before the site's
/// address changed sends requests to the old address.
///
/// ```text
/// /book/__tilmash/desk.js    desk.js
/// /book/kk/                  None
/// ```
fn own_name(target: &str) -> Option<&str> {
    target.rsplit_once('/').filter(|(folder, _)| path::file_name(folder) == OWN).map(|(_, name)| name)
}

/// Returns true if a path, still encoded, is the address that accepts POST.
pub(super) fn is_posted_to(target: &str) -> bool {
    decode(target).is_some_and(|target| own_name(&target) == Some(OPEN))
}

/// A request, with the version of the site that answers it.
#[derive(Clone, Copy)]
struct Request<'a> {
    preview: &'a Preview,
    now: &'a Now,
    /// True if the request comes from this machine.
    is_here: bool,
}

impl<'a> Request<'a> {
    fn viewer(self) -> Viewer<'a> {
        Viewer { root: &self.preview.root, editor: &self.preview.editor, is_here: self.is_here }
    }

    /// Returns the problems for the answer: those of a page and those of the whole site.
    fn problems(self, own: &[Diagnostic]) -> Problems {
        let State { problems, inputs, .. } = &*self.now.state;
        Problems::new(own, problems, inputs, self.viewer())
    }
}

/// Answers a request for `target`, the encoded path; `is_here` is true if the request comes from
/// this machine. `http` has already refused every POST that is not allowed.
pub(super) fn answer(preview: &Preview, target: &str, query: &str, is_here: bool) -> Answer {
    let decoded = decode(target);
    if let Some(target) = &decoded {
        catch_up(preview, target);
    }
    let now = preview.now();
    let request = Request { preview, now: &now, is_here };
    let Some(target) = decoded else { return not_found(request) };
    if let Some(name) = own_name(&target) {
        return match name {
            "events" => Answer { content: Content::Events, ..Answer::new(200, "text/event-stream", "") },
            "live.js" => Answer::new(200, "text/javascript; charset=utf-8", SCRIPT),
            "live.css" => Answer::new(200, "text/css; charset=utf-8", STYLE),
            "desk.js" => Answer::new(200, "text/javascript; charset=utf-8", DESK_SCRIPT),
            "desk.css" => Answer::new(200, "text/css; charset=utf-8", DESK_STYLE),
            "status" => status(request, query),
            OPEN => open(request, query),
            _ => Answer::text(404, "the preview has nothing at this URL\n"),
        };
    }
    let mut answer = answer_from_site(request, &target);
    if let Some(location) = &mut answer.location
        && !query.is_empty()
    {
        location.push('?');
        location.push_str(query);
    }
    answer
}

/// Updates the site if files of the requested page have changed without an event.
fn catch_up(preview: &Preview, target: &str) {
    let now = preview.now();
    if let (Some(state), Some(site)) = (now.good_state(), now.site())
        && let Located::Route(route) = locate(&now, site, target)
    {
        preview.recheck.catch_up(&sources(state, site, route));
    }
}

/// The greatest number of templates that are compared for a request.
const TEMPLATES: usize = 100;

/// The greatest number of works whose sentences a page quotes that are compared for a request.
const QUOTED: usize = 20;

/// Returns the files that are compared for a request: those of the page itself and of the sentences
/// that it quotes, not those of other pages that it mentions.
fn sources(state: &State, site: &Site, route: &Route) -> Vec<Arc<str>> {
    let mut files: Vec<Arc<str>> = Vec::new();
    match &route.kind {
        RouteKind::Asset { file } => return vec![Arc::clone(file)],
        RouteKind::ThemeFile { name } => {
            let themes = [site.config.theme.as_str(), "default"];
            let own = themes.iter().filter_map(|theme| state.inputs.name(&format!("themes/{theme}/static/{name}")));
            return own.take(1).cloned().collect();
        }
        kind if !kind.properties().is_page => return files,
        _ => {}
    }
    if let Some(work) = route.kind.work() {
        let quoted = state.renderer.as_ref().map(|renderer| renderer.links.quoted(work)).unwrap_or_default();
        let works = quoted.into_iter().take(QUOTED).chain([work]);
        for edition in works.flat_map(|work| site.work(work).editions.iter().flatten()) {
            files.push(Arc::clone(&edition.document.file));
        }
        files
            .extend(site.chapter(work).into_iter().flat_map(|(split, _)| [&split.plan_file, &split.source_file].map(Arc::clone)));
        let lock = format!("content/{}{}", site.work(work).key.as_str(), crate::model::lock::ENDING);
        files.extend(state.inputs.name(&lock).cloned());
    }
    let folders = ["templates".to_owned(), format!("themes/{}/templates", site.config.theme)];
    files.extend(folders.iter().flat_map(|folder| state.inputs.below(folder)).map(|(name, _)| Arc::clone(name)).take(TEMPLATES));
    files.extend(state.inputs.name(crate::model::config::FILE).cloned());
    files
}

/// Answers with the content that the published site has at a decoded path.
fn answer_from_site(request: Request<'_>, target: &str) -> Answer {
    let now = request.now;
    let (Some(state), Some(site)) = (now.good_state(), now.site()) else { return broken(request) };
    match locate(now, site, target) {
        Located::Route(route) => at_route(request, state, route, 200),
        Located::Moved(to) => Answer::redirect(to),
        Located::Nowhere => former_theme_file(request, state, site, target).unwrap_or_else(|| not_found(request)),
    }
}

/// Answers a request for a file of the theme under the name of an earlier version, which pages sent
/// earlier contain.
///
/// The answer is the present version or, if the theme no longer has the file, the last version.
fn former_theme_file(request: Request<'_>, state: &Arc<State>, site: &Site, target: &str) -> Option<Answer> {
    let published = target.strip_prefix(&request.now.base().path)?;
    let name = theme_file_name(published)?;
    if let Some(route) = site.theme_files.get(&name).and_then(|path| site.routes.get(path.as_str())) {
        return Some(at_route(request, state, route, 200));
    }
    let bytes = request.now.retired.get(&name)?;
    Some(Answer::new(200, content_type(published), bytes.to_vec()))
}

/// Returns the name of a theme file from the path of a published version: `style.css` for
/// `assets/style.1a2b3c4d.css`.
fn theme_file_name(published: &str) -> Option<String> {
    let (rest, extension) = published.strip_prefix("assets/")?.rsplit_once('.')?;
    let (stem, digest) = rest.rsplit_once('.')?;
    let is_digest = digest.len() == 8 && digest.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_digest.then(|| format!("{stem}.{extension}"))
}

/// Decodes the path of a request, strictly. Returns `None` for a path that no link of a site has:
/// a bad escape, an escaped slash, a control character, a backslash, an empty part, `.` or `..`.
fn decode(target: &str) -> Option<String> {
    let mut rest = target;
    while let Some(at) = rest.find('%') {
        let digits = rest.get(at + 1..at + 3)?;
        if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) || digits.eq_ignore_ascii_case("2f") {
            return None;
        }
        rest = &rest[at + 3..];
    }
    let decoded = path::from_url(target)?;
    let inside = decoded.strip_prefix('/')?;
    if decoded.contains(|c: char| c.is_control() || c == '\\') {
        return None;
    }
    let parts: Vec<&str> = inside.split('/').collect();
    let empty = parts[..parts.len() - 1].iter().any(|part| part.is_empty());
    let odd = parts.iter().any(|part| matches!(*part, "." | ".."));
    (!empty && !odd).then_some(decoded)
}

/// Meaning of an address.
enum Located<'s> {
    Route(&'s Route),
    /// Redirect to this address, encoded for a header.
    Moved(String),
    Nowhere,
}

/// Finds the route at a decoded path.
fn locate<'s>(now: &Now, site: &'s Site, target: &str) -> Located<'s> {
    let base = now.base();
    let Some(inside) = target.strip_prefix(&base.path) else { return elsewhere(now, &base, target) };
    let folder = inside.is_empty() || inside.ends_with('/');
    let file = if folder { format!("{inside}{}", route::INDEX) } else { inside.to_owned() };
    if let Some(route) = site.routes.get(file.as_str()) {
        return Located::Route(route);
    }
    if !folder && site.routes.contains_key(format!("{inside}/{}", route::INDEX).as_str()) {
        return Located::Moved(format!("{}{}/", base.url, path::to_ascii_url(inside)));
    }
    // A base path of `/` contains every path, also those under the site's former base paths.
    elsewhere(now, &base, target)
}

/// Resolves a path outside the site's base path, or without a route: redirects to the front page or
/// from a former base path.
fn elsewhere<'s>(now: &Now, base: &Base, target: &str) -> Located<'s> {
    if target == "/" && base.path != "/" || format!("{target}/") == base.path {
        return Located::Moved(base.url.clone());
    }
    let former = now.former.iter().filter(|former| **former != *base && former.path != "/");
    let inside = former.filter_map(|former| target.strip_prefix(&former.path)).min_by_key(|inside| inside.len());
    match inside {
        Some(inside) => Located::Moved(format!("{}{}", base.url, path::to_ascii_url(inside))),
        // The former base was `/` itself.
        None if now.former.iter().any(|former| former.path == "/") && base.path != "/" && !target.starts_with(&base.path) => {
            Located::Moved(format!("{}{}", base.url, path::to_ascii_url(&target[1..])))
        }
        None => Located::Nowhere,
    }
}

/// Answers with the content of a route.
fn at_route(request: Request<'_>, state: &Arc<State>, route: &Route, status: u16) -> Answer {
    let content_type = content_type(&route.path);
    if !route.kind.properties().is_page {
        return match state.render(route).body {
            Some(render::Body::Bytes(bytes)) => Answer::new(status, content_type, bytes),
            Some(render::Body::File(disk)) => match load::open(&request.preview.root, &disk)
                .and_then(|file| Ok((file.metadata()?.len(), file)))
            {
                Ok((length, file)) => Answer { content: Content::File(file, length), ..Answer::new(status, content_type, "") },
                Err(error) => {
                    // Only the name: other machines must not learn the path of the project.
                    let name = disk.file_name().unwrap_or_default().to_string_lossy();
                    Answer::text(404, format!("cannot read `{name}`: {error}\n"))
                }
            },
            None => broken(request),
        };
    }
    let page = page(request.preview, request.now, state, route);
    match page.bytes {
        Some(bytes) => html(&bytes, status, &request.now.base()),
        None => error_page(&request.now.base(), &request.problems(&page.problems)),
    }
}

/// Renders a page, once for each version.
fn page(preview: &Preview, now: &Now, state: &Arc<State>, route: &Route) -> Page {
    let version = now.good.as_ref().map_or(0, |(version, _)| *version);
    let cache = || preview.pages.lock().expect("nothing panics while it holds this lock");
    if let Some(page) = cache().get(&route.path)
        && page.version == version
    {
        return page.clone();
    }
    let rendered = state.render(route);
    let bytes = match rendered.body {
        Some(render::Body::Bytes(bytes)) => Some(Arc::from(bytes)),
        Some(render::Body::File(_)) => unreachable!("pages are made by templates"),
        None => None,
    };
    let problems: Arc<[_]> = rendered.problems.into();
    if !problems.is_empty() {
        let (path, problems) = (Arc::clone(&route.path), Arc::clone(&problems));
        (preview.events)(Event::Page { path, problems, inputs: Arc::clone(&state.inputs) });
    }
    cache().insert(&route.path, Page { version, bytes, problems })
}

/// Returns a page with the script tag at its end. Browsers run a script behind `</html>` too, and
/// the page itself, which a template or an author may have written in any form, need not be read.
fn html(page: &[u8], status: u16, base: &Base) -> Answer {
    let digest = Digest::of(page);
    let bytes = [page, script_tag(base, &digest, status).as_bytes()].concat();
    Answer { tag: Some(digest), ..Answer::new(status, "text/html; charset=utf-8", bytes) }
}

fn script_tag(base: &Base, page: &Digest, status: u16) -> String {
    let status = if status == 200 { String::new() } else { format!(" data-status=\"{status}\"") };
    format!("<script src=\"{}{OWN}/live.js\" data-page=\"{page}\"{status} defer></script>", base.url)
}

/// Answers with the site's page for addresses that do not exist.
fn not_found(request: Request<'_>) -> Answer {
    let (Some(state), Some(site)) = (request.now.good_state(), request.now.site()) else { return broken(request) };
    match site.routes.get(route::NOT_FOUND) {
        Some(route) => {
            // The page is shown at addresses of any depth, so its links begin at the preview's
            // root.
            let base = request.now.base();
            let rendered = state.not_found(route, &base.url);
            if let Some(render::Body::Bytes(bytes)) = rendered.body {
                return html(&bytes, 404, &base);
            }
            let page = error_page(&base, &request.problems(&rendered.problems));
            let (path, problems) = (Arc::clone(&route.path), rendered.problems.into());
            (request.preview.events)(Event::Page { path, problems, inputs: Arc::clone(&state.inputs) });
            page
        }
        None => Answer::text(404, "the site has no such page\n"),
    }
}

/// Answers with the problems if no state of the site could be rendered yet.
fn broken(request: Request<'_>) -> Answer {
    error_page(&request.now.base(), &request.problems(&[]))
}

/// Status that the browser's script requests after a change.
#[derive(Serialize)]
struct Status<'n> {
    version: u64,
    page: PageStatus,
    #[serde(flatten)]
    problems: Problems,
    /// Files that changed since the version that the script knows, by path from the site's root.
    touched: Vec<&'n str>,
    /// The site's base path, encoded.
    base: &'n str,
    /// The pending sentences of the translations on the page.
    desk: Option<Desk>,
}

/// Outcome of a request for the page itself.
#[derive(Serialize)]
struct PageStatus {
    status: u16,
    digest: Option<String>,
    location: Option<String>,
}

/// Reports a page's digest, problems and pending sentences. The browser requests the page again
/// only if the digest differs.
fn status(request: Request<'_>, query: &str) -> Answer {
    let Request { now, .. } = request;
    let query = fields(query);
    let since: u64 = query.get("since").and_then(|since| since.parse().ok()).unwrap_or(0);
    let target = query.get("path").and_then(|path| decode(path));
    let here = match &target {
        Some(target) => answer_from_site(request, target),
        None => not_found(request),
    };
    let route = target.as_ref().and_then(|target| page_route(now, target));
    let desk = route.and_then(|(state, site, route)| desk::desk(state, site, route, request.viewer()));
    let status = Status {
        version: now.version,
        page: PageStatus { status: here.status, digest: here.tag.map(|tag| tag.to_string()), location: here.location },
        problems: request.problems(&own_problems(request, target.as_deref())),
        touched: now.touched.iter().filter(|(_, version)| **version > since).map(|(path, _)| &**path).collect(),
        base: &now.base().url,
        desk,
    };
    Answer::new(200, "application/json", serde_json::to_vec(&status).expect("this value has only text keys"))
}

/// Returns the route of the page at a decoded path, in the state that is shown.
fn page_route<'n>(now: &'n Now, target: &str) -> Option<(&'n Arc<State>, &'n Site, &'n Route)> {
    let (state, site) = (now.good_state()?, now.site()?);
    match locate(now, site, target) {
        Located::Route(route) if route.kind.properties().is_page => Some((state, site, route)),
        _ => None,
    }
}

/// Returns the problems that rendering the page at a decoded path finds.
fn own_problems(request: Request<'_>, target: Option<&str>) -> Arc<[Diagnostic]> {
    match target.and_then(|target| page_route(request.now, target)) {
        // While an older state is shown, only the problems of the new state matter.
        Some((state, _, route)) if Arc::ptr_eq(state, &request.now.state) => {
            page(request.preview, request.now, state, route).problems
        }
        _ => Arc::from([]),
    }
}

/// Returns the fields of a query, decoded.
fn fields(query: &str) -> BTreeMap<&str, String> {
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.filter_map(|(name, value)| Some((name, path::from_url(value)?))).collect()
}

/// Opens a sentence of a page, or the place of a problem that the page shows, in the editor.
fn open(request: Request<'_>, query: &str) -> Answer {
    let Request { preview, now, .. } = request;
    let words = match &preview.editor {
        Editor::Program(words) => words,
        Editor::Link(_) => return Answer::text(409, "the editor is set to a URL, which the browser must open itself\n"),
        Editor::None(why) => return Answer::text(409, format!("{why}\n")),
    };
    let query = fields(query);
    let field = |name: &str| query.get(name).map_or("", String::as_str);
    let target = decode(field("path"));
    let sentence = || {
        let side = match field("side") {
            "source" => Side::Source,
            "translation" => Side::Translation,
            _ => return None,
        };
        let (state, site, route) = page_route(now, target.as_deref()?)?;
        desk::place(state, site, route, (field("language"), field("unit"), side), &preview.root)
    };
    let found = match query.get("problem") {
        Some(problem) => {
            let (own, frame) = (own_problems(request, target.as_deref()), field("frame").parse().ok());
            frame.and_then(|frame| problem::place(&own, &now.state.problems, &now.state.inputs, (problem, frame)))
        }
        None => sentence(),
    };
    let Some((file, place)) = found else {
        let subject = if query.contains_key("problem") { "problem" } else { "sentence" };
        return Answer::text(404, format!("this page no longer has the {subject}; reload the page\n"));
    };
    let events = Arc::clone(&preview.events);
    let ended = move |message| events(Event::Warning(message));
    let mut starts = preview.starts.lock().expect("no code panics while it holds this lock");
    match starts.open(words, &preview.root, (&file, place), ended) {
        Ok(()) => Answer::text(200, "opened\n"),
        Err(Refused::TooMany) => Answer::text(429, "the preview has started too many editors; try again in ten seconds\n"),
        Err(Refused::Failed(message)) => {
            (preview.events)(Event::Warning(message.clone()));
            Answer::text(500, format!("{message}\n"))
        }
    }
}

/// Returns the page that is shown instead of one that could never be made.
fn error_page(base: &Base, problems: &Problems) -> Answer {
    let mut list = String::new();
    for problem in &problems.list {
        write_problem(&mut list, problem);
    }
    let digest = Digest::of(list.as_bytes());
    let url = &base.url;
    let script = script_tag(base, &digest, 500);
    let page = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>Tilmash: this page cannot be shown</title>\n\
         <link rel=\"stylesheet\" href=\"{url}{OWN}/live.css\">\n{script}\n</head>\n<body class=\"error-page\">\n<main>\n\
         <h1>This page cannot be shown</h1>\n<p>Fix these errors, and the page appears here:</p>\n{list}</main>\n</body>\n</html>\n"
    );
    Answer { tag: Some(digest), ..Answer::new(500, "text/html; charset=utf-8", page) }
}

/// Appends a problem as HTML, with the same markup that the script creates.
fn write_problem(html: &mut String, problem: &Problem) {
    let Problem { id, severity, code, message, frames, hints } = problem;
    let message = escape(message);
    // Writing to a string cannot fail.
    let _ = writeln!(
        html,
        "<section class=\"problem {severity}\">\n<h2><span class=\"code\">{severity}[{code}]</span> {message}</h2>"
    );
    for (index, Frame { file, line, column, words, lines, way }) in frames.iter().enumerate() {
        let words = if words.is_empty() { String::new() } else { format!(" — {}", escape(words)) };
        let at = if *line == 0 { escape(file) } else { format!("{}:{line}:{column}", escape(file)) };
        let at = match way {
            Some(Way::Link(link)) => format!("<a class=\"way\" href=\"{}\">{at}</a>", escape(link)),
            Some(Way::Program(_)) => {
                let names = format!("data-problem=\"{id}\" data-frame=\"{index}\" title=\"Open in editor\"");
                format!("<button type=\"button\" class=\"way\" {names}>{at}</button>")
            }
            None => at,
        };
        let _ = writeln!(html, "<p class=\"place\">{at}{words}</p>");
        if lines.is_empty() {
            continue;
        }
        html.push_str("<pre>");
        for line in lines {
            let mark = line.mark.as_ref().map_or_else(String::new, |mark| format!("<mark>{}</mark>", escape(mark)));
            let (before, after) = (escape(&line.before), escape(&line.after));
            let _ = writeln!(html, "<span class=\"number\">{:>4}</span> {before}{mark}{after}", line.number);
        }
        html.push_str("</pre>\n");
    }
    for hint in hints {
        let _ = writeln!(html, "<p class=\"hint\">hint: {}</p>", escape(hint));
    }
    html.push_str("</section>\n");
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_in_problems_is_escaped() {
        assert_eq!(escape("a & <b c=\"d\">"), "a &amp; &lt;b c=&quot;d&quot;&gt;");
    }

    #[test]
    fn malformed_paths_are_refused() {
        assert_eq!(decode("/kk/%D3%99/").as_deref(), Some("/kk/ә/"));
        assert_eq!(decode("/").as_deref(), Some("/"));
        for target in [
            "",
            "*",
            "kk",
            "//",
            "//evil.example/",
            "/kk//x",
            "/..",
            "/../site.yaml",
            "/%2e%2e/site.yaml",
            "/a/%2E%2e/b",
            "/./a",
            "/a%2fb",
            "/a%2Fb",
            "/a%5cb",
            "/a\\b",
            "/%",
            "/%4",
            "/%zz",
            "/%ff",
            "/%00",
            "/%0a",
            "/%+1",
        ] {
            assert_eq!(decode(target), None, "{target}");
        }
    }

    #[test]
    fn theme_files_are_found_by_the_name_of_an_earlier_version() {
        for (published, name) in [
            ("assets/style.1a2b3c4d.css", Some("style.css")),
            ("assets/a.b.00000000.js", Some("a.b.js")),
            ("assets/style.css", None),
            ("assets/style.1a2b.css", None),
            ("assets/style.1a2b3c4z.css", None),
            ("style.1a2b3c4d.css", None),
        ] {
            assert_eq!(theme_file_name(published).as_deref(), name, "{published}");
        }
    }
}
