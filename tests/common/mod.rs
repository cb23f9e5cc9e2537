//! Helpers of several test files: sites made of texts, snapshots of all results of a state, and
//! HTML examined as text.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use proptest::test_runner::{Config, FileFailurePersistence, RngSeed};
use tilmash::base::{Diagnostic, diagnostic};
use tilmash::load::Inputs;
use tilmash::model::{Key, LangId, LanguagePack, Lock, Unit};
use tilmash::parse::{ParseInput, Settings};
use tilmash::project::{Overrides, Project, State};
use tilmash::render::Body;
use tilmash::site::{Site, WorkId};
use tilmash::translation::sync::{Accept, first, renewed};

use self::program::Run;

pub(crate) mod gold;
pub(crate) mod preview;
pub(crate) mod program;

/// The files of a site, by path.
pub(crate) type Files = BTreeMap<String, String>;

/// Returns a project in an arbitrary folder.
pub(crate) fn project() -> Project {
    Project::new(Path::new("site"), Overrides::default())
}

/// Returns the files as a snapshot, without a disk.
pub(crate) fn inputs(files: &Files) -> Arc<Inputs> {
    Arc::new(Inputs::from_texts(files.iter().map(|(path, text)| (path.as_str(), text.as_str()))))
}

/// Returns the state of a site, computed from nothing.
pub(crate) fn state(files: &Files) -> State {
    project().state(inputs(files))
}

/// Writes the locks of all works, as `tilmash sync` does; returns the number of changed locks.
pub(crate) fn sync(files: &mut Files) -> usize {
    sync_accepting(files, &[])
}

/// Syncs, and accepts these sentences of every work.
pub(crate) fn sync_accepting(files: &mut Files, units: &[&str]) -> usize {
    let accept = Accept { units: units.iter().map(|unit| Unit::parse(unit).expect("a unit")).collect(), lang: None };
    let firsts =
        locks(files, |site, work, text| site.source_edition(work).1.document.lock.is_none().then(|| first(site, work, text)));
    let mut with_firsts = files.clone();
    with_firsts.extend(firsts);
    let all = locks(&with_firsts, |site, work, text| renewed(site, work, &accept, text).ok().map(|renewed| renewed.lock));
    let written = all.iter().filter(|(file, text)| files.get(file) != Some(text)).count();
    files.extend(all);
    written
}

type Text<'t> = &'t dyn Fn(&str) -> Option<&'t str>;

/// Returns the locks that `make` makes for the works of a site, as files and texts. A site without
/// an index has none; `tilmash sync` then reports the reason and writes nothing.
fn locks(files: &Files, make: impl Fn(&Site, WorkId, Text<'_>) -> Option<Lock>) -> Vec<(String, String)> {
    let state = state(files);
    let Some(site) = state.site() else { return Vec::new() };
    let text = |file: &str| state.inputs.text(file).map(|text| &**text);
    let works = site.order.iter().filter_map(|&work| {
        let (lang, source) = site.source_edition(work);
        text(&source.document.file)?;
        let file = tilmash::model::key::lock_beside(&source.document.file, site.config.code(lang));
        let lock = make(site, work, &text)?.write();
        assert_eq!(Lock::read(&file.as_str().into(), &lock).1, [], "what is written can be read:\n{lock}");
        Some((file, lock))
    });
    works.collect()
}

/// Returns a table whose rows have these texts between their bars; the first row is the head.
pub(crate) fn table(rows: &[&str]) -> String {
    let row = |row: &&str| format!("| {row} |\n");
    let columns = rows[0].matches('|').count() + 1;
    format!("{}|{}\n{}", row(&rows[0]), "---|".repeat(columns), rows[1..].iter().map(row).collect::<String>())
}

/// All results of a state: every route with its bytes, and every problem.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Snapshot {
    pub(crate) routes: BTreeMap<String, Vec<u8>>,
    pub(crate) problems: Vec<Diagnostic>,
}

/// Collects all results of a state.
pub(crate) fn snapshot(state: &State) -> Snapshot {
    let mut routes = BTreeMap::new();
    let mut problems = state.problems.to_vec();
    if let Some(site) = state.site() {
        for (path, route) in site.routes.iter() {
            let rendered = state.render(route);
            problems.extend(rendered.problems);
            let bytes = match rendered.body {
                Some(Body::Bytes(bytes)) => bytes,
                Some(Body::File(disk)) => format!("a copy of {}", disk.display()).into_bytes(),
                None => Vec::new(),
            };
            routes.insert(path.to_string(), bytes);
        }
    }
    diagnostic::sort(&mut problems);
    Snapshot { routes, problems }
}

/// Describes the difference between two snapshots; `None` if they are equal.
pub(crate) fn difference(a: &Snapshot, b: &Snapshot) -> Option<String> {
    for path in a.routes.keys().chain(b.routes.keys()) {
        let (left, right) = (a.routes.get(path), b.routes.get(path));
        if left != right {
            let show =
                |bytes: Option<&Vec<u8>>| bytes.map_or("nothing".to_owned(), |it| String::from_utf8_lossy(it).into_owned());
            return Some(format!("`{path}` differs\n--- one\n{}\n--- other\n{}", show(left), show(right)));
        }
    }
    for problem in &a.problems {
        if !b.problems.contains(problem) {
            return Some(format!("only one has the problem {problem:?}"));
        }
    }
    (a.problems != b.problems).then(|| format!("the other has more problems: {:?}", b.problems))
}

/// Returns the text to which a diagnostic's place refers: of the site, or built in.
pub(crate) fn text_of<'a>(files: &'a Files, file: &str) -> Option<&'a str> {
    let built_in = || std::str::from_utf8(tilmash::load::builtin::file(file)?).ok();
    files.get(file).map(String::as_str).or_else(built_in)
}

/// Describes the faults of a diagnostic itself: of its wording or its places.
pub(crate) fn flaw(problem: &Diagnostic, files: &Files) -> Option<String> {
    let message = &problem.message;
    if message.is_empty() || message.contains('\n') {
        return Some(format!("the message is not one line: {message:?}"));
    }
    if message.ends_with('.') && !message.ends_with("…") {
        return Some(format!("the message ends with a full stop: {message:?}"));
    }
    let mut letters = message.chars();
    let (first, second) = (letters.next(), letters.next());
    if first.is_some_and(char::is_uppercase) && second.is_some_and(char::is_lowercase) {
        return Some(format!("the message begins with a capital: {message:?}"));
    }
    for hint in &problem.hints {
        if hint.is_empty() || hint.contains('\n') {
            return Some(format!("a hint is not one line: {hint:?}"));
        }
    }
    for place in problem.place.iter().chain(problem.others.iter().map(|(place, _)| place)) {
        // A generated page, such as a home page without a file, has no text.
        let Some(text) = text_of(files, &place.file) else {
            if place.start != 0 || place.end != 0 {
                return Some(format!("a place in `{}`, which is not there", place.file));
            }
            continue;
        };
        let inside = place.start <= place.end && text.is_char_boundary(place.start) && text.is_char_boundary(place.end);
        if !inside {
            return Some(format!("{place:?} is no place in its file, in {problem:?}"));
        }
    }
    None
}

/// Elements without an end tag.
const VOID: &[&str] = &["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"];

/// Describes a fault in the nesting of HTML: an end tag without a start tag, or the reverse.
pub(crate) fn unbalanced(html: &str) -> Option<String> {
    let mut open: Vec<(&str, usize)> = Vec::new();
    for tag in tags(html) {
        if let Some(name) = tag.name.strip_prefix('/') {
            match open.pop() {
                Some((last, _)) if last == name => {}
                Some((last, at)) => {
                    return Some(format!("</{name}> ends <{last}>: …{}…", around(html, at, tag.at)));
                }
                None => return Some(format!("</{name}> ends nothing: …{}…", around(html, tag.at, tag.at))),
            }
        } else if !VOID.contains(&tag.name) && !tag.closed {
            open.push((tag.name, tag.at));
        }
    }
    open.pop().map(|(name, at)| format!("<{name}> is never ended: …{}…", around(html, at, at)))
}

fn around(html: &str, start: usize, end: usize) -> &str {
    let mut from = start.saturating_sub(40);
    while !html.is_char_boundary(from) {
        from -= 1;
    }
    let mut to = (end + 60).min(html.len());
    while !html.is_char_boundary(to) {
        to += 1;
    }
    &html[from..to]
}

/// A tag of an HTML text.
pub(crate) struct Tag<'a> {
    /// Name; with the slash for an end tag.
    pub(crate) name: &'a str,
    pub(crate) at: usize,
    /// Names and values, as they are written.
    pub(crate) attributes: Vec<(&'a str, &'a str)>,
    /// True if the tag ends with `/>`.
    pub(crate) closed: bool,
}

/// Returns the tags of an HTML text, as a browser finds them; comments and the document type are
/// left out.
pub(crate) fn tags(html: &str) -> Vec<Tag<'_>> {
    let mut tags = Vec::new();
    let mut at = 0;
    while let Some(open) = html[at..].find('<') {
        let start = at + open;
        let rest = &html[start + 1..];
        at = start + 1;
        if rest.starts_with("!--") {
            at = rest.find("-->").map_or(html.len(), |end| start + 1 + end + 3);
            continue;
        }
        if !rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/') {
            continue;
        }
        let name_end = rest.find(|c: char| c.is_whitespace() || c == '>').unwrap_or(rest.len());
        let name = rest[..name_end].trim_end_matches(|c| c == '/' && name_end > 1);
        let mut attributes = Vec::new();
        let mut inside = &rest[name_end..];
        let closed = loop {
            inside = inside.trim_start();
            if inside.is_empty() {
                break false;
            }
            if let Some(after) = inside.strip_prefix('>') {
                inside = after;
                break rest[..rest.len() - after.len()].ends_with("/>");
            }
            if let Some(after) = inside.strip_prefix('/') {
                inside = after;
                continue;
            }
            let end = inside.find(|c: char| c.is_whitespace() || c == '=' || c == '>' || c == '/').unwrap_or(inside.len());
            let attribute = &inside[..end.max(1).min(inside.len())];
            inside = &inside[attribute.len()..];
            let mut value = "";
            if let Some(after) = inside.strip_prefix("=\"") {
                let end = after.find('"').unwrap_or(after.len());
                value = &after[..end];
                inside = after.get(end + 1..).unwrap_or("");
            }
            attributes.push((attribute, value));
        };
        tags.push(Tag { name, at: start, attributes, closed });
        at = html.len() - inside.len();
    }
    tags
}

/// Returns the text of an attribute's value.
pub(crate) fn unescaped(value: &str) -> String {
    let named =
        value.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#x27;", "'").replace("&#39;", "'");
    named.replace("&#x2F;", "/").replace("&amp;", "&")
}

/// Describes the faults of a page's ids and links, within the site of `routes`.
#[derive(Debug, Default)]
pub(crate) struct Flaws {
    pub(crate) nesting: Vec<String>,
    pub(crate) doubled_ids: Vec<String>,
    pub(crate) root_absolute: Vec<String>,
    pub(crate) dangling: Vec<String>,
    /// Links to anchors that the target page lacks.
    pub(crate) anchors: Vec<String>,
    pub(crate) inline: Vec<String>,
}

/// Checks every HTML page of a snapshot: nesting, ids, links.
pub(crate) fn flaws(snapshot: &Snapshot) -> Flaws {
    let mut flaws = Flaws::default();
    let pages: BTreeMap<&str, (&str, Vec<Tag<'_>>)> = snapshot
        .routes
        .iter()
        .filter(|(path, _)| path.ends_with(".html"))
        .map(|(path, bytes)| {
            let html = std::str::from_utf8(bytes).expect("pages are UTF-8");
            (path.as_str(), (html, tags(html)))
        })
        .collect();
    let mut ids: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for (path, (html, tags)) in &pages {
        flaws.nesting.extend(unbalanced(html).map(|flaw| format!("{path}: {flaw}")));
        let own = ids.entry(path).or_default();
        for tag in tags {
            for (name, value) in &tag.attributes {
                if *name == "id" && !own.insert(unescaped(value)) {
                    flaws.doubled_ids.push(format!("{path}: {value}"));
                }
                if *name == "style" || name.starts_with("on") {
                    flaws.inline.push(format!("{path}: {name}=\"{value}\""));
                }
            }
        }
    }
    for (path, (_, tags)) in &pages {
        for tag in tags {
            for (name, value) in &tag.attributes {
                let value = unescaped(value);
                let url = match *name {
                    "href" | "src" => value.as_str(),
                    "content" if tag.attributes.contains(&("http-equiv", "refresh")) => {
                        value.split_once("url=").map_or("", |(_, url)| url)
                    }
                    "popovertarget" | "aria-labelledby" if !ids[path].contains(&value) => {
                        flaws.anchors.push(format!("{path}: {name}=\"{value}\""));
                        continue;
                    }
                    _ => continue,
                };
                let scheme = url.split_once(':').is_some_and(|(scheme, _)| scheme.chars().all(|c| c.is_ascii_alphanumeric()));
                if scheme || url.is_empty() {
                    continue;
                }
                if url.starts_with('/') {
                    if *path != "404.html" {
                        flaws.root_absolute.push(format!("{path}: {url}"));
                    }
                    continue;
                }
                let (target, anchor) = url.split_once('#').map_or((url, None), |(target, anchor)| (target, Some(anchor)));
                let decoded = tilmash::base::path::from_url(target).unwrap_or_default();
                let resolved =
                    if decoded.is_empty() { Some((*path).to_owned()) } else { tilmash::base::path::resolve(path, &decoded) };
                let Some(resolved) = resolved.filter(|it| snapshot.routes.contains_key(it)) else {
                    flaws.dangling.push(format!("{path}: {url}"));
                    continue;
                };
                let Some(anchor) = anchor.and_then(tilmash::base::path::from_url).filter(|anchor| !anchor.is_empty()) else {
                    continue;
                };
                if ids.get(resolved.as_str()).is_some_and(|ids| !ids.contains(&anchor)) && anchor != "top" {
                    flaws.anchors.push(format!("{path}: {url}"));
                }
            }
        }
    }
    flaws
}

/// A site in a temporary folder.
pub(crate) struct Folder(tempfile::TempDir);

impl Folder {
    pub(crate) fn new(files: &Files) -> Self {
        let folder = Self(tempfile::tempdir().expect("a folder"));
        files.iter().for_each(|(path, text)| folder.write(path, text));
        folder
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        program::put(self.path(), path, text);
    }

    pub(crate) fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.path().join(path)).expect("it is there")
    }

    pub(crate) fn edit(&self, path: &str, from: &str, to: &str) {
        let text = self.read(path);
        assert!(text.contains(from), "{from}");
        self.write(path, &text.replacen(from, to, 1));
    }

    pub(crate) fn files(&self) -> BTreeMap<String, Vec<u8>> {
        fn below(folder: &Path, root: &Path, found: &mut BTreeMap<String, Vec<u8>>) {
            for entry in std::fs::read_dir(folder).expect("a folder") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    below(&path, root, found);
                } else {
                    let name = path.strip_prefix(root).expect("below").to_string_lossy().into_owned();
                    found.insert(name, std::fs::read(&path).expect("it can be read"));
                }
            }
        }
        let mut found = BTreeMap::new();
        below(self.path(), self.path(), &mut found);
        found
    }

    /// Runs the program; returns exit code, output and messages.
    pub(crate) fn run(&self, args: &[&str]) -> (i32, String, String) {
        let root = self.path().to_str().expect("its path is a text");
        let Run { code, out, err } = program::run(program::command(self.path(), &[&["--root", root], args].concat()), "");
        (code, out, err)
    }

    pub(crate) fn git(&self, args: &[&str]) -> bool {
        self.git_on("2026-01-01", args)
    }

    /// Runs git with the date of a given day.
    pub(crate) fn git_on(&self, day: &str, args: &[&str]) -> bool {
        let identity = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "init.defaultBranch=main"];
        let mut git = Command::new("git");
        git.current_dir(self.path()).args(identity).args(args).env("GIT_AUTHOR_DATE", format!("{day}T12:00:00+0500"));
        git.output().expect("git runs").status.success()
    }
}

/// A page that is parsed alone, in the language `kk`.
pub(crate) fn page(text: String, pack: Arc<LanguagePack>) -> ParseInput {
    let settings = Settings {
        raw_html: false,
        smart_punctuation: true,
        highlight: true,
        segments: true,
        base_url: None,
        languages: vec!["kk".to_owned()],
        source: LangId(0),
    };
    ParseInput {
        file: "content/x.kk.md".into(),
        text: text.into(),
        key: Key::new("x"),
        lang: LangId(0),
        settings: Arc::new(settings),
        pack,
        chapter: None,
        lock: None,
        source_delta: None,
    }
}

/// True if the tests may take minutes, as they do in `.ci/run`: `TILMASH_TESTS=long`.
pub(crate) fn is_long() -> bool {
    std::env::var_os("TILMASH_TESTS").is_some_and(|value| value == "long")
}

/// Settings for a law: the number of cases in a long run, and the limit of steps in which a failing
/// case is made smaller. A short run takes a sixth of the cases. The cases are always the same;
/// `PROPTEST_CASES` sets another number of them, and `PROPTEST_RNG_SEED` makes others.
pub(crate) fn cases(cases: u32, shrink_steps: u32) -> Config {
    let mut config = Config::default();
    if std::env::var_os("PROPTEST_CASES").is_none() {
        config.cases = if is_long() { cases } else { cases.div_ceil(6) };
    }
    if std::env::var_os("PROPTEST_RNG_SEED").is_none() {
        config.rng_seed = RngSeed::Fixed(1991);
    }
    config.max_shrink_iters = shrink_steps;
    config.failure_persistence = Some(Box::new(FileFailurePersistence::Off));
    config
}
