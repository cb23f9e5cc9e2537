//! The live preview among hostile clients, odd requests and file systems that report no changes.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use tilmash::serve::{Editor, Event, Options};

use crate::common::preview::{DEADLINE, Preview, Response, SITE, borrowed, by_page, open, open_at, pending_site};
use crate::common::program::{command, put, site};

/// Sends bytes unchanged, and returns the answer up to the deadline or the end of the connection.
fn raw(preview: &Preview, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(preview.server.address()).unwrap();
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    // If the preview refuses the request early, it does not read the rest.
    let _ = stream.write_all(request);
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes);
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Returns the statuses of all responses to bytes that are sent unchanged.
fn statuses(preview: &Preview, request: &str) -> Vec<u16> {
    let came = raw(preview, request.as_bytes());
    came.split("HTTP/1.").skip(1).map(|response| response[2..5].parse().unwrap()).collect()
}

#[test]
fn every_response_has_the_headers_that_keep_other_sites_out() {
    let preview = Preview::new();
    let own = by_page(preview.server.address());
    let own: Vec<(&str, &str)> = own.iter().map(|(name, value)| (*name, value.as_str())).collect();
    for (method, path, headers, status) in [
        ("GET", "/book/", &[][..], 200),
        ("GET", "/book/note.txt", &[], 200),
        ("GET", "/book/__tilmash/live.js", &[], 200),
        ("GET", "/book/__tilmash/status?path=/book/", &[], 200),
        ("HEAD", "/book/__tilmash/events", &[], 200),
        ("GET", "/", &[], 302),
        ("GET", "/book/", &[("Host", "a@b")], 400),
        ("GET", "/book/", &[("Host", "evil.example")], 403),
        ("GET", "/nowhere", &[], 404),
        ("GET", "/book/%00", &[], 404),
        ("BREW", "/book/", &[], 405),
        ("POST", "/book/__tilmash/open", &own, 409),
    ] {
        let response = preview.ask(method, path, headers);
        assert_eq!(response.status, status, "{method} {path}");
        for (name, value) in [
            ("content-security-policy", "frame-ancestors 'none'"),
            ("x-content-type-options", "nosniff"),
            ("cross-origin-resource-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            ("referrer-policy", "same-origin"),
            ("cache-control", "no-store"),
        ] {
            assert_eq!(response.header(name), value, "{method} {path}: {name}");
        }
    }
    let broken = Preview::of(&[("site.yaml", "title: [\n")]).get("/");
    assert_eq!((broken.status, broken.header("content-security-policy")), (500, "frame-ancestors 'none'"));
}

#[test]
fn a_request_names_one_valid_host_of_this_machine() {
    let preview = Preview::new();
    let own = format!("Host: localhost:{}\r\n", preview.server.address().port());
    let port = preview.server.address().port();
    for (line, headers, status) in [
        ("GET /book/ HTTP/1.1", own.as_str(), 200),
        ("GET /book/ HTTP/1.1", "", 400),
        ("GET /book/ HTTP/1.1", &format!("{own}{own}"), 400),
        ("GET /book/ HTTP/1.1", &format!("{own}Host: evil.example\r\n"), 400),
        ("GET /book/ HTTP/1.1", "Host: evil.example\r\nHost: localhost\r\n", 400),
        ("GET /book/ HTTP/1.1", "Host: user@localhost\r\n", 400),
        ("GET /book/ HTTP/1.1", "Host: localhost:x\r\n", 400),
        ("GET /book/ HTTP/1.1", "Host: local host\r\n", 400),
        ("GET /book/ HTTP/1.1", "Host: localhost/book\r\n", 400),
        ("GET /book/ HTTP/1.1", "Host: localhost, evil.example\r\n", 400),
        ("GET /book/ HTTP/1.1", "Host: l\u{f6}calhost\r\n", 400),
        ("GET /book/ HTTP/1.1", "Host: [::1\r\n", 400),
        ("GET /book/ HTTP/1.1", "Host: evil.example\r\n", 403),
        ("GET /book/ HTTP/1.1", "Host:\r\n", 403),
        // Without a `Host`, a rebound name cannot be distinguished from this machine's.
        ("GET /book/ HTTP/1.0", "", 403),
        ("GET /book/ HTTP/1.0", &own, 200),
        (&format!("GET http://localhost:{port}/book/ HTTP/1.1"), &own, 200),
        (&format!("GET http://127.0.0.1:{port}/book/ HTTP/1.1"), &own, 400),
        ("GET http://evil.example/book/ HTTP/1.1", &own, 403),
        ("GET /book/ HTTP/1.1", &format!("{own}Origin: http://localhost:{port}\r\nOrigin: null\r\n"), 400),
        // A page of another site may link here, but not load anything from here.
        ("GET /book/ HTTP/1.1", &format!("{own}Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\n"), 200),
        ("GET /book/ HTTP/1.1", &format!("{own}Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: no-cors\r\n"), 403),
        ("GET /book/ HTTP/1.1", &format!("{own}Sec-Fetch-Site: same-origin\r\nSec-Fetch-Mode: cors\r\n"), 200),
    ] {
        let request = format!("{line}\r\n{headers}Connection: close\r\n\r\n");
        assert_eq!(statuses(&preview, &request), [status], "{request}");
    }
}

#[test]
fn odd_requests_are_answered_or_refused_and_harm_nobody() {
    let preview = Preview::new();
    let host = "Host: localhost\r\n";
    let long = "a".repeat(100_000);
    let many: String = (0..1000).map(|number| format!("X-{number}: y\r\n")).collect();
    let close = "Connection: close\r\n";
    for (request, wanted) in [
        (format!("GET /{long} HTTP/1.1\r\n{host}\r\n"), &[414, 431, 400][..]),
        (format!("GET / HTTP/1.1\r\n{host}X: {long}\r\n\r\n"), &[431, 400]),
        (format!("GET / HTTP/1.1\r\n{host}{many}\r\n"), &[431, 400]),
        (format!("GET /book/\0 HTTP/1.1\r\n{host}\r\n"), &[400]),
        ("\0\u{1}\u{2}\r\n\r\n".to_owned(), &[400]),
        (format!("GET /book/ HTTP/9.9\r\n{host}\r\n"), &[400, 505]),
        (format!("CONNECT localhost:1 HTTP/1.1\r\n{host}{close}\r\n"), &[400, 405]),
        (format!("OPTIONS * HTTP/1.1\r\n{host}{close}\r\n"), &[405]),
        (format!("TRACE /book/ HTTP/1.1\r\n{host}{close}\r\n"), &[405]),
        (format!("GET /book/ HTTP/1.1\r\n{host}Content-Length: 1\r\nContent-Length: 2\r\n\r\nab"), &[400]),
        (format!("GET /book/ HTTP/1.1\r\n{host}{close}Content-Length: 99999999999\r\n\r\n{long}"), &[413]),
        (format!("POST /book/ HTTP/1.1\r\n{host}{close}Transfer-Encoding: chunked\r\n\r\nzz\r\n"), &[400, 405]),
        // A request for a part gets the whole file.
        (format!("GET /book/note.txt HTTP/1.1\r\n{host}{close}Range: bytes=2-3\r\n\r\n"), &[200]),
        (format!("GET /book/note.txt HTTP/1.1\r\n{host}{close}Range: bytes=9-1,-,x\r\n\r\n"), &[200]),
    ] {
        let came = statuses(&preview, &request);
        assert!(came.len() == 1 && wanted.contains(&came[0]), "{came:?}: {}", &request[..request.len().min(80)]);
    }
    // One after the other on one connection.
    let next = format!("GET /book/note.txt HTTP/1.1\r\n{host}\r\n");
    assert_eq!(
        statuses(&preview, &format!("{next}HEAD /book/ HTTP/1.1\r\n{host}\r\n{next}GET /x HTTP/1.1\r\n{host}{close}\r\n")),
        [200, 200, 200, 404]
    );
    assert_eq!(preview.get("/book/").status, 200);
}

#[test]
fn a_request_beside_hundreds_of_connections_is_answered_at_once() {
    let preview = Preview::new();
    // Fewer than the lowest usual limit of a process, and more than the preview keeps.
    let connect = |sent: &str| {
        let mut stream = TcpStream::connect(preview.server.address()).unwrap();
        stream.write_all(sent.as_bytes()).unwrap();
        stream
    };
    let idle = (0..100).map(|_| connect(""));
    let half = (0..100).map(|_| connect("GET /book/ HTTP/1.1\r\nHost: loc"));
    let bodies = (0..100).map(|_| connect("POST /book/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nhalf"));
    let streams = (0..100).map(|_| {
        let mut stream = connect("GET /book/__tilmash/events HTTP/1.1\r\nHost: localhost\r\n\r\n");
        // The oldest stream makes room for a new one. A stream that is answered is older than the
        // one that listens to the edit below.
        stream.read_exact(&mut [0]).unwrap();
        stream
    });
    let _flood: Vec<TcpStream> = idle.chain(half).chain(bodies).chain(streams).collect();
    let begun = Instant::now();
    assert_eq!(preview.get("/book/note.txt").status, 200);
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    // A listening page receives an edit.
    preview.after(
        || preview.save("content/b.en.md", "---\ntitle: Second\n---\n\nFour.\n"),
        "/book/en/b/",
        |page| page.has("Four."),
    );
}

#[cfg(unix)]
#[test]
fn a_file_replaced_by_a_link_or_folder_is_not_served() {
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("secret"), "secret").unwrap();
    let preview = Preview::of(&[SITE[0], SITE[1], ("content/a.png", "picture"), ("content/b.png", "picture")]);
    assert!(preview.get("/book/a.png").has("picture"));
    fs::remove_file(preview.at("content/a.png")).unwrap();
    std::os::unix::fs::symlink(outside.path().join("secret"), preview.at("content/a.png")).unwrap();
    fs::remove_file(preview.at("content/b.png")).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(preview.at("content/b.png")).status().unwrap().success());
    for path in ["/book/a.png", "/book/b.png"] {
        let response = preview.get(path);
        assert!(response.status != 200 && !response.has("secret\n"), "{path}: {response:?}");
        assert!(!response.text().contains(preview.folder.path().to_str().unwrap()), "it says nothing of the disk");
    }
}

/// Starts a preview whose editor writes each place that it opens into a file; returns that file
/// too.
#[cfg(unix)]
fn recorded(files: &[(&str, &str)]) -> (Preview, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    // Names with a dot are ignored.
    let (script, record) = (folder.path().join(".editor.sh"), folder.path().join(".record"));
    fs::write(&script, format!("printf '%s %s\\n' \"$1\" \"$2\" >> '{}'\n", record.display())).unwrap();
    let editor = format!("sh '{}' {{line}}:{{column}} {{file}}", script.display());
    let editor = Editor::choose(Some(&editor), &[]).unwrap();
    for (path, text) in files {
        put(folder.path(), path, text);
    }
    let options = Options { port: Some(0), editor, ..Options::new(folder.path()) };
    (Preview::start(folder, &options), record)
}

#[cfg(unix)]
#[test]
fn one_sentence_starts_one_editor_and_many_start_a_limited_number() {
    let files = pending_site();
    let (preview, record) = recorded(&borrowed(&files));
    let query = |unit: &str, side: &str| format!("path=/book/kk-en/a/&language=en&unit={unit}&side={side}");
    // A key that is held down, in several tabs.
    let address = preview.server.address();
    std::thread::scope(|scope| {
        let ask = || open_at(address, &query("1.1", "translation")).status;
        let asked: Vec<_> = (0..61).map(|_| scope.spawn(ask)).collect();
        assert!(asked.into_iter().all(|status| status.join().unwrap() == 200));
    });
    assert_eq!(fs::read_to_string(&record).unwrap().lines().count(), 1);
    // All others at once: a few are started, and the rest are refused with a reason.
    let units = ["title", "description", "0.1", "1.1", "1.2", "1.3", "2.1"];
    let all: Vec<_> = units.iter().flat_map(|unit| ["source", "translation"].map(|side| query(unit, side))).collect();
    let refused: Vec<Response> = all.iter().map(|query| open(&preview, query)).filter(|it| it.status == 429).collect();
    assert!(!refused.is_empty() && refused[0].has("try again"), "{refused:?}");
    assert!(fs::read_to_string(&record).unwrap().lines().count() <= 10);
}

#[cfg(unix)]
#[test]
fn the_place_of_a_problem_is_opened_by_its_name() {
    let broken = "{% extends \"default/page.html\" %}\n{% block main %}{{ nothing.at.all }}{% endblock main %}";
    for (file, text, path, place) in [
        ("content/a.en.md", "---\ntitle: First\n---\n\nSee [this](nowhere.md).\n", "/book/en/a/", "5:12"),
        ("templates/page.html", broken, "/book/en/a/", "2:20"),
        ("site.yaml", "title: {kk: К, en: B}\nlanguages: [kk, en]\ntitel: U\n", "/", "3:1"),
    ] {
        let files: Vec<_> = SITE.iter().copied().filter(|(name, _)| *name != file).chain([(file, text)]).collect();
        let (preview, record) = recorded(&files);
        let status = preview.status(path);
        let problem = status["list"].as_array().unwrap().iter().find(|it| it["frames"][0]["file"] == file).unwrap();
        assert_eq!(problem["frames"][0]["way"], serde_json::json!({ "program": "sh" }));
        let query = |id: &str, frame: &str| format!("path={path}&problem={id}&frame={frame}");
        let id = problem["id"].as_str().unwrap();
        assert_eq!(open(&preview, &query(id, "0")).status, 200, "{problem}");
        let at = preview.folder.path().canonicalize().unwrap().join(file);
        assert_eq!(fs::read_to_string(&record).unwrap(), format!("{place} {}\n", at.display()));
        for (id, frame) in [(id, "9"), (id, "-1"), (id, ""), (file, "0"), ("", "0"), ("../../etc/passwd", "0")] {
            let opened = open(&preview, &query(id, frame));
            assert_eq!(
                (opened.status, opened.text()),
                (404, "this page no longer has the problem; reload the page\n"),
                "{id} {frame}"
            );
        }
        // Also on the error page. Other machines get no link.
        let page = preview.get(path);
        if page.status == 500 {
            assert!(page.has(&format!("<button type=\"button\" class=\"way\" data-problem=\"{id}\" data-frame=\"0\"")));
        }
        let elsewhere = preview.ask("GET", &format!("/__tilmash/status?path={path}"), &[("X-Forwarded-For", "192.0.2.1")]);
        assert!(elsewhere.has("\"way\":null") && !elsewhere.has("\"program\""));
    }
}

#[test]
fn an_old_page_still_gets_its_style_sheet_after_an_edit() {
    let own = "{% extends \"default/page.html\" %}{% block main %}<link rel=\"stylesheet\" href=\"{{ assets['own.css'] }}\">{% endblock main %}";
    let files = SITE.iter().copied().chain([
        ("themes/default/static/style.css", "p { color: red }"),
        ("themes/default/static/own.css", "p { margin: 0 }"),
        ("templates/page.html", own),
    ]);
    let preview = Preview::of(&files.collect::<Vec<_>>());
    let named = |page: &Response, stem: &str| {
        let text = page.text();
        let at = text.find(&format!("assets/{stem}.")).unwrap_or_else(|| panic!("{stem} in {text}"));
        format!("/book/{}", text[at..].split('"').next().unwrap())
    };
    let page = preview.get("/book/en/a/");
    let (style, own) = (named(&page, "style"), named(&page, "own"));
    preview.after(
        || preview.save("themes/default/static/style.css", "p { color: blue }"),
        "/book/en/a/",
        |page| named(page, "style") != style,
    );
    let answer = preview.get(&style);
    assert_eq!((answer.status, answer.header("content-type")), (200, "text/css; charset=utf-8"));
    assert!(answer.has("blue"), "the page is about to get the new one anyway");
    // For a file that no longer exists, pages that were rendered earlier get its last version.
    preview.after(
        || fs::remove_file(preview.at("themes/default/static/own.css")).unwrap(),
        "/book/__tilmash/status?path=/book/en/a/",
        |status| !status.has("\"errors\":0"),
    );
    let page = preview.get("/book/en/a/");
    assert_eq!((page.status, named(&page, "own").as_str()), (200, own.as_str()), "the last text of the page");
    let answer = preview.get(&own);
    assert_eq!((answer.status, answer.text()), (200, "p { margin: 0 }"));
    assert_eq!(preview.get("/book/assets/never.0123abcd.css").status, 404);
}

fn warnings(preview: &Preview) -> Vec<String> {
    let text = |event| match event {
        Event::Warning(text) => Some(text),
        _ => None,
    };
    preview.events.try_iter().filter_map(text).collect()
}

/// Waits for a warning.
#[cfg(target_os = "linux")]
fn next_warning(preview: &Preview, longest: Duration) -> Option<String> {
    let until = Instant::now() + longest;
    loop {
        match preview.events.recv_timeout(until.saturating_duration_since(Instant::now())) {
            Ok(Event::Warning(text)) => return Some(text),
            Ok(_) => {}
            Err(_) => return None,
        }
    }
}

const PAGE: &str = "---\ntitle: C\n---\n\n";

/// Makes a second name of a file in a folder that is not watched. Writing under that name causes no
/// event in the project.
#[cfg(target_os = "linux")]
fn silent(preview: &Preview) -> std::path::PathBuf {
    preview.save("aside/b.md", &format!("{PAGE}Before.\n"));
    fs::remove_file(preview.at("content/b.en.md")).unwrap();
    let aside = preview.at("aside/b.md");
    preview.after(|| fs::hard_link(&aside, preview.at("content/b.en.md")).unwrap(), "/book/en/b/", |page| page.has("Before."));
    aside
}

#[cfg(target_os = "linux")]
#[test]
fn a_request_finds_a_change_without_an_event_and_starts_polling() {
    let preview = Preview::new();
    let aside = silent(&preview);
    // A look after an event of the set-up may already find the first silent changes.
    let warning = (0..20).find_map(|number| {
        let text = format!("Written in silence {number}.");
        fs::write(&aside, format!("{PAGE}{text}\n")).unwrap();
        let begun = Instant::now();
        while !preview.get("/book/en/b/").has(&text) {
            assert!(begun.elapsed() < Duration::from_secs(20), "a request finds what is on disk");
        }
        next_warning(&preview, Duration::from_secs(2))
    });
    assert!(
        warning
            .unwrap()
            .starts_with("the preview checks all files for changes every 500 ms: the file system does not report changes")
    );
    // From now on no request is needed.
    preview.after(|| fs::write(&aside, format!("{PAGE}And again.\n")).unwrap(), "/book/en/b/", |page| page.has("And again."));
    assert_eq!(warnings(&preview), Vec::<String>::new(), "said once");
}

#[cfg(target_os = "linux")]
#[test]
fn polling_can_be_requested() {
    let folder = site(&SITE);
    let options = Options { port: Some(0), poll: Some(Duration::from_millis(50)), ..Options::new(folder.path()) };
    let preview = Preview::start(folder, &options);
    let aside = silent(&preview);
    for number in 0..3 {
        let text = format!("Number {number}.");
        preview.after(|| fs::write(&aside, format!("{PAGE}{text}\n")).unwrap(), "/book/en/b/", |page| page.has(&text));
    }
    assert_eq!(warnings(&preview), Vec::<String>::new());
}

#[cfg(unix)]
#[test]
fn the_targets_of_links_inside_the_project_are_watched() {
    let preview = Preview::new();
    let link = |to: &str, name: &str| std::os::unix::fs::symlink(preview.at(to), preview.at(name)).unwrap();
    preview.save("shared/deep/c.en.md", &format!("{PAGE}Before.\n"));
    preview.save("one.md", &format!("{PAGE}Before.\n"));
    preview.after(|| link("shared", "content/docs"), "/book/en/docs/deep/c/", |page| page.has("Before."));
    preview.after(|| link("one.md", "content/one.en.md"), "/book/en/one/", |page| page.has("Before."));
    for number in 0..3 {
        let (text, content) = (format!("Number {number}."), format!("{PAGE}Number {number}.\n"));
        preview.after(|| preview.save("shared/deep/c.en.md", &content), "/book/en/docs/deep/c/", |page| page.has(&text));
        preview.after(|| preview.save_whole("one.md", &content), "/book/en/one/", |page| page.has(&text));
    }
    preview.after(|| preview.save("shared/new/d.en.md", PAGE), "/book/en/docs/new/d/", |page| page.status == 200);
    preview.after(|| fs::remove_dir_all(preview.at("shared/new")).unwrap(), "/book/en/docs/new/d/", |page| page.status == 404);
    assert_eq!(warnings(&preview), Vec::<String>::new(), "events told of all of it");
}

#[cfg(unix)]
#[test]
fn the_folder_of_the_texts_may_be_a_link_itself() {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in SITE {
        put(folder.path(), &path.replace("content/", "texts/"), text);
    }
    std::os::unix::fs::symlink("texts", folder.path().join("content")).unwrap();
    let options = Options { port: Some(0), ..Options::new(folder.path()) };
    let preview = Preview::start(folder, &options);
    for number in 0..3 {
        let (text, content) = (format!("Number {number}."), format!("{PAGE}Number {number}.\n"));
        preview.after(|| preview.save("texts/b.en.md", &content), "/book/en/b/", |page| page.has(&text));
    }
    preview.after(|| preview.save("texts/sub/d.en.md", PAGE), "/book/en/sub/d/", |page| page.status == 200);
    assert_eq!(warnings(&preview), Vec::<String>::new(), "events told of all of it");
}

#[cfg(unix)]
#[test]
fn a_signal_ends_the_preview_at_once() {
    for (signal, code) in [("INT", 130), ("TERM", 143)] {
        let folder = site(&SITE);
        let mut child = command(folder.path(), &["serve", "--port", "0"]).spawn().unwrap();
        let mut said = BufReader::new(child.stderr.take().unwrap()).lines();
        let url = said.find_map(|line| Some(line.unwrap().split_once("http://")?.1.split('/').next()?.to_owned())).unwrap();
        // An open event stream does not delay the end.
        let mut stream = TcpStream::connect(url).unwrap();
        stream.write_all(b"GET /book/__tilmash/events HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
        stream.read_exact(&mut [0; 15]).unwrap();
        let begun = Instant::now();
        assert!(
            std::process::Command::new("kill").args([&format!("-{signal}"), &child.id().to_string()]).status().unwrap().success()
        );
        assert_eq!(child.wait().unwrap().code(), Some(code), "{signal}");
        assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    }
}
