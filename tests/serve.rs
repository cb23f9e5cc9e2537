//! The live preview, asked over a socket as a browser asks it.
//!
//! Nothing here sleeps: a test waits on the stream of versions, and a deadline ends what hangs.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use tempfile::TempDir;
use tilmash::base::Severity;
use tilmash::project::Project;
use tilmash::render::Body;
use tilmash::serve::{Change, ChangeKind, Event, Options, Server};

const DEADLINE: Duration = Duration::from_secs(30);

/// A site of two languages under the base path `/book/`.
const SITE: [(&str, &str); 8] = [
    ("site.yaml", "title: {kk: Кітап, en: Book}\nlanguages: [kk, en]\nbase_url: https://example.org/book/\ndate: 2026-11-22\n"),
    ("content/index.kk.md", "---\ntitle: Кітап\n---\n\nБасы.\n"),
    ("content/index.en.md", "---\ntitle: Book\n---\n\nThe beginning.\n"),
    ("content/a.kk.md", "---\ntitle: Бірінші\n---\n\nБір сөйлем.\nЕкінші [сөйлем](b.kk.md).\n"),
    ("content/a.en.md", "---\ntitle: First\naliases: [/old/]\n---\n\nOne sentence.\nA second [sentence](b.en.md).\n"),
    ("content/b.kk.md", "---\ntitle: Екінші\n---\n\nҮш.\n"),
    ("content/b.en.md", "---\ntitle: Second\n---\n\nThree.\n"),
    ("content/note.txt", "as it is\n"),
];

struct Preview {
    folder: TempDir,
    server: Server,
    events: Receiver<Event>,
}

impl Preview {
    fn new() -> Self {
        Self::of(&SITE)
    }

    fn of(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in files {
            write(&folder, path, text);
        }
        let (sender, events) = channel();
        let options = Options { port: Some(0), ..Options::new(folder.path()) };
        let server = Server::start(&options, move |event| drop(sender.send(event))).unwrap();
        Self { folder, server, events }
    }

    fn at(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn save(&self, path: &str, text: &str) {
        write(&self.folder, path, text);
    }

    /// Saves in one step, so that nobody can see half of it.
    fn save_whole(&self, path: &str, text: &str) {
        self.save("aside", text);
        fs::rename(self.at("aside"), self.at(path)).unwrap();
    }

    fn get(&self, path: &str) -> Response {
        self.ask("GET", path, &[])
    }

    fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Response {
        ask(self.server.address(), method, path, headers)
    }

    fn versions(&self) -> Versions {
        let mut stream = TcpStream::connect(self.server.address()).unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        write!(stream, "GET /book/__tilmash/events HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
        let mut versions = Versions { lines: BufReader::new(stream), last: 0 };
        versions.next();
        versions
    }

    /// Does something, and waits until the page at `path` is as wanted.
    fn after(&self, act: impl FnOnce(), path: &str, wanted: impl Fn(&Response) -> bool) -> Response {
        let mut versions = self.versions();
        act();
        let begun = Instant::now();
        loop {
            versions.next();
            let response = self.get(path);
            if wanted(&response) {
                return response;
            }
            assert!(begun.elapsed() < DEADLINE, "{path} never came to what was wanted; last: {response:?}");
        }
    }

    fn status(&self, path: &str) -> serde_json::Value {
        serde_json::from_slice(&self.get(&format!("/book/__tilmash/status?path={path}")).body).unwrap()
    }
}

fn write(folder: &TempDir, path: &str, text: &str) {
    let path = folder.path().join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// The stream of versions that a page listens to.
struct Versions {
    lines: BufReader<TcpStream>,
    last: u64,
}

impl Versions {
    /// Waits for a version.
    fn next(&mut self) -> u64 {
        let begun = Instant::now();
        loop {
            // The stream's heartbeat would keep a wait alive for ever.
            assert!(begun.elapsed() < DEADLINE, "no new version");
            let mut line = String::new();
            assert_ne!(self.lines.read_line(&mut line).expect("a version before the deadline"), 0, "the stream ended");
            if let Some(version) = line.strip_prefix("data: ") {
                let version: u64 = version.trim().parse().unwrap();
                assert!(version > self.last, "versions grow");
                self.last = version;
                return version;
            }
        }
    }
}

#[derive(Debug)]
struct Response {
    status: u16,
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

impl Response {
    fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    fn has(&self, text: &str) -> bool {
        self.text().contains(text)
    }
}

fn ask(address: SocketAddr, method: &str, path: &str, headers: &[(&str, &str)]) -> Response {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    let mut request = format!("{method} {path} HTTP/1.1\r\nConnection: close\r\n");
    if !headers.iter().any(|(name, _)| *name == "Host") {
        request.push_str(&format!("Host: {address}\r\n"));
    }
    for (name, value) in headers {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    request.push_str("\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").expect("a head") + 4;
    let head = std::str::from_utf8(&bytes[..end]).unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let headers = head.lines().skip(1).filter_map(|line| line.split_once(": "));
    let headers = headers.map(|(name, value)| (name.to_lowercase(), value.to_owned())).collect();
    Response { status, headers, body: bytes[end..].to_vec() }
}

/// Takes the one script tag out of a page.
fn without_script(page: &[u8]) -> Vec<u8> {
    let text = std::str::from_utf8(page).unwrap();
    let tags: Vec<_> = text.match_indices("<script src=\"/book/__tilmash/live.js\"").collect();
    let [(start, _)] = tags[..] else { panic!("one script tag, not {}", tags.len()) };
    let end = start + text[start..].find("</script>").unwrap() + "</script>".len();
    format!("{}{}", &text[..start], &text[end..]).into_bytes()
}

#[test]
fn served_equals_built() {
    let preview = Preview::new();
    let state = Project::new(preview.folder.path(), Default::default()).refresh().unwrap();
    let routes = &*state.site().unwrap().routes;
    assert!(routes.len() > 20);
    for (path, route) in routes {
        let built = match state.render(route).body.unwrap() {
            Body::Bytes(bytes) => bytes,
            Body::File(disk) => fs::read(disk).unwrap(),
        };
        let served = preview.get(&format!("/book/{path}"));
        assert_eq!(served.status, 200, "{path}");
        assert_eq!(served.header("content-type"), tilmash::output::content_type(path));
        assert_eq!(served.header("cache-control"), "no-store");
        let body = if path.ends_with(".html") { without_script(&served.body) } else { served.body };
        assert!(body == built, "{path} is not as it is built");
    }
}

#[test]
fn addresses_are_those_of_the_published_site() {
    let preview = Preview::new();
    assert_eq!(preview.server.url(), format!("http://{}/book/", preview.server.address()));
    for (from, to) in [("/", "/book/"), ("/book", "/book/"), ("/book/kk", "/book/kk/"), ("/book/en/a?x=1", "/book/en/a/?x=1")] {
        let response = preview.get(from);
        assert_eq!((response.status, response.header("location")), (302, to), "{from}");
    }
    assert!(preview.get("/book/").has("Book"));
    assert_eq!(preview.get("/book/en/a/").body, preview.get("/book/en/a/index.html").body);
    let missing = preview.get("/book/en/nothing/");
    assert_eq!(missing.status, 404);
    assert!(missing.has("404") && missing.has("data-status=\"404\""));
    assert_eq!(preview.get("/elsewhere").status, 404);
    assert_eq!(preview.status("/book/en/nothing/")["page"]["status"], 404);
    assert_eq!(preview.status("/book/en")["page"]["location"], "/book/en/");
}

#[test]
fn a_head_is_a_get_without_its_body() {
    let preview = Preview::new();
    for path in ["/book/", "/book/note.txt", "/book/nothing", "/book/__tilmash/live.js", "/book/en"] {
        let (head, get) = (preview.ask("HEAD", path, &[]), preview.get(path));
        assert_eq!(head.status, get.status);
        assert_eq!(head.header("content-length"), get.body.len().to_string(), "{path}");
        assert_eq!(head.header("content-type"), get.header("content-type"));
        assert!(head.body.is_empty());
    }
    assert_eq!(preview.ask("HEAD", "/book/__tilmash/events", &[]).header("content-type"), "text/event-stream");
    for method in ["POST", "PUT", "DELETE", "OPTIONS"] {
        let response = preview.ask(method, "/book/", &[]);
        assert_eq!((response.status, response.header("allow")), (405, "GET, HEAD"), "{method}");
    }
}

#[test]
fn only_the_machine_itself_is_answered() {
    let preview = Preview::new();
    let port = preview.server.address().port();
    let own = format!("localhost:{port}");
    let status = |headers: &[(&str, &str)]| preview.ask("GET", "/book/", headers).status;
    assert_eq!(status(&[("Host", &own)]), 200);
    assert_eq!(status(&[("Host", &own), ("Origin", &format!("http://{own}"))]), 200);
    for host in ["evil.example", "evil.example:1111", "localhost.evil.example", "192.0.2.1", ""] {
        assert_eq!(status(&[("Host", host)]), 403, "{host}");
    }
    for origin in ["http://evil.example", "null", "http://localhost:1", "http://localhost.evil.example", "file://"] {
        assert_eq!(status(&[("Host", &own), ("Origin", origin)]), 403, "{origin}");
    }
    assert_eq!(preview.ask("GET", "http://evil.example/book/", &[("Host", &own)]).status, 403);
    let events = preview.ask("GET", "/book/__tilmash/events", &[("Host", "evil.example")]);
    assert_eq!(events.status, 403);
}

#[test]
fn no_path_leaves_the_site() {
    let preview = Preview::new();
    preview.save("secret.txt", "secret");
    for path in [
        "/book/../site.yaml",
        "/book/%2e%2e/secret.txt",
        "/book/..%2fsecret.txt",
        "/book/en/../../secret.txt",
        "/book/..\\secret.txt",
        "/book/..%5csecret.txt",
        "/../secret.txt",
        "//secret.txt",
        "/book//en/",
        "/book/./en/",
        "/book/secret.txt",
        "/book/site.yaml",
        "/book/content/a.en.md",
        "/book/a.en.md",
        "/book/%00",
        "/book/%",
        "/book/%zz",
        "/book/%ff",
        "/book//evil.example/",
        "/book/__tilmash/nothing",
        "/book/__tilmash/../secret.txt",
    ] {
        let response = preview.get(path);
        assert_eq!(response.status, 404, "{path}");
        assert!(!response.has("secret\n"), "{path}");
    }
}

#[test]
fn a_saved_sentence_is_on_the_next_page() {
    let preview = Preview::new();
    let before = preview.get("/book/en/a/");
    let tag = before.header("etag").to_owned();
    assert_eq!(format!("{:?}", preview.status("/book/en/a/")["page"]["digest"]), format!("String({tag})"));
    let edit = || preview.save("content/a.en.md", "---\ntitle: First\n---\n\nAnother sentence.\nA second one.\n");
    let after = preview.after(edit, "/book/en/a/", |page| page.has("Another sentence."));
    assert_ne!(after.header("etag"), tag);
    assert!(preview.get("/book/kk-en/a/").has("Another sentence."));
    let changes = preview.events.iter().find_map(|event| match event {
        Event::Changed { changes, .. } => Some(changes),
        _ => None,
    });
    assert_eq!(changes, Some(vec![Change { file: "content/a.en.md".into(), kind: ChangeKind::Edited }]));
}

#[test]
fn files_come_go_and_move() {
    let preview = Preview::new();
    let page = "---\ntitle: New\n---\n\nText.\n";
    // A folder that did not exist, and in it one more.
    preview.after(|| preview.save("content/new/deep/c.en.md", page), "/book/en/new/deep/c/", |page| page.status == 200);
    preview.after(
        || preview.save("content/new/deep/d.en.md", "---\ntitle: D\n---\n\nFresh.\n"),
        "/book/en/new/deep/d/",
        |page| page.has("Fresh."),
    );
    preview.after(
        || fs::rename(preview.at("content/new"), preview.at("content/moved")).unwrap(),
        "/book/en/moved/deep/c/",
        |page| page.status == 200,
    );
    assert_eq!(preview.get("/book/en/new/deep/c/").status, 404);
    // In the folder that was moved.
    preview.after(
        || preview.save("content/moved/deep/c.en.md", "---\ntitle: C\n---\n\nChanged there.\n"),
        "/book/en/moved/deep/c/",
        |page| page.has("Changed there."),
    );
    preview.after(
        || fs::remove_dir_all(preview.at("content/moved")).unwrap(),
        "/book/en/moved/deep/c/",
        |page| page.status == 404,
    );
    // As an editor saves: beside it, then over it.
    preview.after(
        || {
            preview.save("content/.b.swp", "---\ntitle: Second\n---\n\nSwapped in.\n");
            fs::rename(preview.at("content/.b.swp"), preview.at("content/b.en.md")).unwrap();
        },
        "/book/en/b/",
        |page| page.has("Swapped in."),
    );
}

#[test]
fn folders_that_were_not_there_are_watched() {
    let preview = Preview::new();
    let own = "{% extends \"default/page.html\" %}{% block main %}MINE{{ super() }}{% endblock main %}";
    preview.after(|| preview.save("templates/page.html", own), "/book/en/a/", |page| page.has("MINE"));
    let other = own.replace("MINE", "OTHER");
    preview.after(|| preview.save("templates/page.html", &other), "/book/en/a/", |page| page.has("OTHER"));
    preview.after(|| fs::remove_dir_all(preview.at("templates")).unwrap(), "/book/en/a/", |page| !page.has("OTHER"));
    preview.after(|| preview.save("templates/page.html", own), "/book/en/a/", |page| page.has("MINE"));
    let style = "body { color: red }";
    let page = preview.after(
        || preview.save("themes/default/static/style.css", style),
        "/book/en/a/",
        |page| {
            let link = page.text().split("assets/style.").nth(1).unwrap().split('"').next().unwrap();
            preview.get(&format!("/book/assets/style.{link}")).has(style)
        },
    );
    assert_eq!(page.status, 200);
}

#[test]
fn the_whole_content_can_be_swapped() {
    let preview = Preview::new();
    // As a checkout of another branch does it.
    preview.after(
        || {
            fs::rename(preview.at("content"), preview.at("aside")).unwrap();
            preview.save("content/index.en.md", "---\ntitle: Other\n---\n\nAnother branch.\n");
        },
        "/book/en/",
        |page| page.has("Another branch."),
    );
    // More than once: the first may be found by the second look that follows a new folder.
    for n in 0..3 {
        preview.after(
            || preview.save("content/index.en.md", &format!("---\ntitle: Other\n---\n\nStill watched {n}.\n")),
            "/book/en/",
            |page| page.has(&format!("Still watched {n}.")),
        );
    }
}

#[test]
fn quick_edits_all_arrive() {
    let preview = Preview::new();
    let edits = || {
        for n in 0..20 {
            preview.save_whole("content/a.en.md", &format!("---\ntitle: First\n---\n\nEdit number {n}.\n"));
        }
        preview.save_whole("content/b.en.md", "---\ntitle: Second\n---\n\nThe other.\n");
    };
    preview.after(edits, "/book/en/a/", |page| page.has("Edit number 19.") && preview.get("/book/en/b/").has("The other."));
    let changed = preview.events.try_iter().filter(|event| matches!(event, Event::Changed { .. })).count();
    assert!(changed <= 21, "{changed} changes for 21 saves");
}

#[cfg(unix)]
#[test]
fn what_no_event_told_of_is_found_all_the_same() {
    let preview = Preview::new();
    // A link to a file outside the folders that are watched: to write there is an event of none of them.
    preview.save("aside/c.md", "---\ntitle: C\n---\n\nBefore.\n");
    let link = || std::os::unix::fs::symlink(preview.at("aside/c.md"), preview.at("content/c.en.md")).unwrap();
    preview.after(link, "/book/en/c/", |page| page.has("Before."));
    let edits = || {
        preview.save("aside/c.md", "---\ntitle: C\n---\n\nAfter.\n");
        preview.save("content/b.en.md", "---\ntitle: Second\n---\n\nFour.\n");
    };
    preview.after(edits, "/book/en/c/", |page| page.has("After."));
    assert!(preview.get("/book/en/b/").has("Four."));
}

#[test]
fn a_save_says_what_it_touches_and_what_is_new() {
    let preview = Preview::new();
    let told = |text: &str| {
        preview.after(|| preview.save_whole("content/a.en.md", text), "/book/en/a/", |page| page.has("Told"));
        let changes = preview.events.try_iter().filter_map(|event| match event {
            Event::Changed { pages, fresh, .. } => Some((pages, fresh.iter().map(|it| it.code.name).collect::<Vec<_>>())),
            _ => None,
        });
        changes.last().unwrap()
    };
    // The page itself, beside its other edition; and what it links to no more.
    let (pages, fresh) = told("---\ntitle: First\naliases: [/old/]\n---\n\nTold once.\nA second [sentence](b.en.md).\n");
    assert_eq!((pages, fresh), (2, vec![]));
    let (pages, fresh) =
        told("---\ntitle: First\naliases: [/old/]\n---\n\nTold [twice](gone.md).\nA second [sentence](b.en.md).\n");
    assert_eq!((pages, fresh), (2, vec!["parity-link", "broken-link"]));
    let (_, fresh) = told("---\ntitle: First\naliases: [/old/]\n---\n\nTold [twice](gone.md).\nA third [sentence](b.en.md).\n");
    assert_eq!(fresh, Vec::<&str>::new(), "it was told before");
}

#[test]
fn a_broken_template_leaves_the_old_page_until_it_is_mended() {
    let preview = Preview::new();
    let before = preview.get("/book/en/a/");
    let mut versions = preview.versions();
    preview.save("templates/page.html", "{% extends \"default/page.html\" %}\n{% block main %}{{ oops");
    versions.next();
    while preview.status("/book/en/a/")["errors"] == 0 {
        versions.next();
    }
    assert_eq!(preview.get("/book/en/a/").body, before.body);
    assert_eq!(preview.get("/book/en/b/").status, 200, "also a page that nobody has asked for before");
    let status = preview.status("/book/en/a/");
    let problem = &status["list"][0];
    assert_eq!((&problem["code"], &problem["severity"]), (&"template".into(), &"error".into()));
    assert_eq!(problem["frames"][0]["file"], "templates/page.html");
    assert_eq!(problem["frames"][0]["line"], 2);
    preview.after(
        || preview.save("templates/page.html", "{% extends \"default/page.html\" %}"),
        "/book/__tilmash/status?path=/book/en/a/",
        |status| status.has("\"errors\":0"),
    );
    assert_eq!(preview.get("/book/en/a/").body, before.body);
}

#[test]
fn a_page_that_fails_to_render_keeps_its_last_text() {
    let preview = Preview::new();
    let before = preview.get("/book/en/a/");
    // Parses, but what it names does not exist.
    let bad = "{% extends \"default/page.html\" %}{% block main %}{{ nothing.at.all }}{% endblock main %}";
    preview.after(
        || preview.save("templates/page.html", bad),
        "/book/__tilmash/status?path=/book/en/a/",
        |status| !status.has("\"errors\":0"),
    );
    assert_eq!(preview.get("/book/en/a/").body, before.body);
    // Never shown before: there is no last text.
    let never = preview.get("/book/en/b/");
    assert_eq!(never.status, 500);
    assert!(never.has("templates/page.html") && never.has("<mark>") && never.has("__tilmash/live.js"));
    let mended =
        preview.after(|| fs::remove_file(preview.at("templates/page.html")).unwrap(), "/book/en/b/", |page| page.status == 200);
    assert!(mended.has("Three."));
    let told = preview.events.try_iter().any(|event| matches!(event, Event::Page { path, .. } if &*path == "en/b/index.html"));
    assert!(told, "the terminal hears of it too");
}

#[test]
fn a_broken_configuration_is_shown_and_mended() {
    let preview = Preview::of(&[("site.yaml", "title: [\n"), SITE[2]]);
    assert_eq!(preview.server.url(), format!("http://{}/", preview.server.address()));
    let broken = preview.get("/");
    assert_eq!(broken.status, 500);
    assert!(broken.has("site.yaml:") && broken.has("yaml-syntax"), "{}", broken.text());
    preview.after(|| preview.save("site.yaml", SITE[0].1), "/book/en/", |page| page.status == 200);
    assert_eq!(preview.get("/").header("location"), "/book/");
    // And broken again: the last good site stays.
    preview.after(
        || preview.save("site.yaml", "title: T\ntitel: U\nlanguages: [\n"),
        "/book/__tilmash/status?path=/book/en/",
        |status| !status.has("\"errors\":0"),
    );
    assert_eq!(preview.get("/book/en/").status, 200);
}

#[test]
fn a_changed_address_leads_from_the_old_one() {
    let preview = Preview::new();
    let moved = SITE[0].1.replace("/book/", "/other/");
    preview.after(|| preview.save("site.yaml", &moved), "/book/en/a/", |page| page.status == 302);
    assert_eq!(preview.get("/book/en/a/").header("location"), "/other/en/a/");
    assert_eq!(preview.get("/other/en/a/").status, 200);
    preview.after(|| preview.save("site.yaml", SITE[0].1), "/book/en/a/", |page| page.status == 200);
}

#[test]
fn a_picture_that_changed_is_named() {
    let preview = Preview::new();
    let version = preview.status("/book/")["version"].as_u64().unwrap();
    let path = format!("/book/__tilmash/status?path=/book/&since={version}");
    assert!(preview.get(&path).has("\"touched\":[]"));
    fs::create_dir_all(preview.at("content/pictures")).unwrap();
    preview.after(
        || fs::write(preview.at("content/pictures/x.png"), [1, 2, 3]).unwrap(),
        &path,
        |status| status.has("\"touched\":[\"pictures/x.png\"]"),
    );
    let big = vec![7; 300_000];
    preview.after(
        || fs::write(preview.at("content/pictures/x.png"), &big).unwrap(),
        "/book/pictures/x.png",
        |page| page.body == big,
    );
    let later = preview.status("/book/")["version"].as_u64().unwrap();
    assert!(preview.get(&format!("/book/__tilmash/status?path=/book/&since={later}")).has("\"touched\":[]"));
}

#[test]
fn a_save_without_a_change_says_nothing() {
    let preview = Preview::new();
    let mut versions = preview.versions();
    preview.save_whole("content/a.en.md", SITE[4].1);
    preview.save("unrelated.txt", "x");
    preview.save_whole("content/b.en.md", "---\ntitle: Second\n---\n\nFour.\n");
    let version = versions.next();
    assert!(preview.get("/book/en/b/").has("Four."));
    assert_eq!(preview.status("/book/")["version"].as_u64(), Some(version), "one version for the one change");
    let changed: Vec<_> = preview.events.try_iter().filter(|event| matches!(event, Event::Changed { .. })).collect();
    assert_eq!(changed.len(), 1);
}

#[test]
fn problems_are_told_to_the_page_and_to_the_terminal() {
    let preview = Preview::new();
    let broken = "---\ntitle: First\n---\n\nSee [this](nowhere.md).\n";
    preview.after(
        || preview.save("content/a.en.md", broken),
        "/book/__tilmash/status?path=/book/en/a/",
        |status| status.has("broken-link"),
    );
    let status = preview.status("/book/en/a/");
    assert_eq!(status["errors"], 1);
    let line = status["list"][0]["frames"][0]["lines"].as_array().unwrap().iter().find(|line| !line["mark"].is_null()).unwrap();
    assert_eq!(line["number"], 5);
    let state = preview.events.iter().find_map(|event| match event {
        Event::Changed { state, .. } => Some(state),
        _ => None,
    });
    assert!(state.unwrap().problems.iter().any(|problem| problem.severity == Severity::Error));
}

#[test]
fn a_port_that_is_taken_is_a_failure_only_if_it_was_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in SITE {
        write(&folder, path, text);
    }
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let failure = Server::start(&Options { port: Some(port), ..Options::new(folder.path()) }, |_| {}).unwrap_err();
    assert!(failure.message.contains(&port.to_string()) && failure.hint.unwrap().contains("--port"));
    let first = Server::start(&Options::new(folder.path()), |_| {}).unwrap();
    let second = Server::start(&Options::new(folder.path()), |_| {}).unwrap();
    assert_ne!(first.address(), second.address());
    let nowhere = Server::start(&Options { port: Some(0), ..Options::new("/nonexistent/site") }, |_| {}).unwrap_err();
    assert!(nowhere.message.contains("/nonexistent/site"));
}

#[test]
fn a_folder_that_goes_away_and_comes_back_is_found_again() {
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("site");
    for (path, text) in SITE {
        fs::create_dir_all(folder.join(path).parent().unwrap()).unwrap();
        fs::write(folder.join(path), text).unwrap();
    }
    let (sender, events) = channel();
    let options = Options { port: Some(0), ..Options::new(&folder) };
    let server = Server::start(&options, move |event| drop(sender.send(event))).unwrap();
    fs::rename(&folder, parent.path().join("aside")).unwrap();
    let warned = |event: Event| matches!(event, Event::Warning(text) if text.contains("site"));
    while !warned(events.recv_timeout(DEADLINE).expect("a warning")) {}
    assert_eq!(ask(server.address(), "GET", "/book/en/", &[]).status, 200, "the last pages stay");
    fs::rename(parent.path().join("aside"), &folder).unwrap();
    fs::write(folder.join("content/b.en.md"), "---\ntitle: Second\n---\n\nBack.\n").unwrap();
    loop {
        if let Event::Changed { .. } = events.recv_timeout(DEADLINE).expect("a change") {
            break;
        }
    }
    assert!(ask(server.address(), "GET", "/book/en/b/", &[]).has("Back."));
}
