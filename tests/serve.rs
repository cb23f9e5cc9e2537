//! The live preview, requested over a socket as a browser does.
//!
//! No test sleeps: it waits on the stream of versions, and a deadline ends a test that hangs.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::channel;

use tilmash::base::Severity;
use tilmash::project::Project;
use tilmash::render::Body;
use tilmash::serve::{Change, ChangeKind, Editor, Event, Options, Server};

use crate::common;
use crate::common::preview::{DEADLINE, Preview, Response, SITE, ask, borrowed, by_page, open, pending_site};
use crate::common::program::site;

/// Removes the preview's script tag from a page.
fn without_script(page: &[u8]) -> Vec<u8> {
    let text = std::str::from_utf8(page).unwrap();
    let tags: Vec<_> = text.match_indices("<script src=\"/book/__tilmash/live.js\"").collect();
    let [(start, _)] = tags[..] else { panic!("one script tag, not {}", tags.len()) };
    let end = start + text[start..].find("</script>").unwrap() + "</script>".len();
    format!("{}{}", &text[..start], &text[end..]).into_bytes()
}

/// Waits for the first event of a kind. Pages change before the terminal hears of it, so an event
/// may come after the response that shows its effect.
fn next_event(preview: &Preview, is_it: impl Fn(&Event) -> bool) -> Event {
    loop {
        let event = preview.events.recv_timeout(DEADLINE).expect("the event");
        if is_it(&event) {
            return event;
        }
    }
}

#[test]
fn served_equals_built() {
    let mut files = pending_site();
    for (code, text) in [("kk", "# Дәйексөз\n\n![[a#1.1]]\n\nМұнда ![[b#1.1]] дейді.\n"), ("en", "# Quote\n\n![[a#3.1-5.1]]\n")]
    {
        files.insert(format!("content/q.{code}.md"), text.to_owned());
    }
    for preview in [Preview::new(), Preview::of(&borrowed(&files))] {
        served_is_built(&preview);
    }
}

fn served_is_built(preview: &Preview) {
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
fn the_page_for_addresses_that_do_not_exist_works_at_any_depth() {
    for (base_url, root) in [("", "/"), ("base_url: https://example.org/book/\n", "/book/")] {
        let config = format!("title: T\nlanguages: [en]\n{base_url}");
        let preview = Preview::of(&[("site.yaml", &config), ("content/index.en.md", "# Home\n")]);
        for path in ["nothing", "en/nothing/at/all/"] {
            let missing = preview.get(&format!("{root}{path}"));
            assert_eq!(missing.status, 404);
            assert!(missing.has(&format!("href=\"{root}en/index.html\"")), "{}", missing.text());
            assert!(missing.has(&format!("href=\"{root}assets/style.")));
        }
        // The file is unchanged: without a known address, its links must work from disk.
        let own = if base_url.is_empty() { "./" } else { root };
        assert!(preview.get(&format!("{root}404.html")).has(&format!("href=\"{own}en/index.html\"")));
    }
}

#[test]
fn a_head_is_a_get_without_its_body() {
    let preview = Preview::new();
    for path in ["/book/", "/book/note.txt", "/book/nothing", "/book/__tilmash/live.js", "/book/__tilmash/desk.css", "/book/en"] {
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
    // A folder that did not exist, and a folder in it.
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
    // As an editor saves: it writes another file and renames it.
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
    // As a checkout of another branch replaces it.
    preview.after(
        || {
            fs::rename(preview.at("content"), preview.at("aside")).unwrap();
            preview.save("content/index.en.md", "---\ntitle: Other\n---\n\nAnother branch.\n");
        },
        "/book/en/",
        |page| page.has("Another branch."),
    );
    // Twice: the first change may be found by the second look that follows a new folder.
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
fn a_change_without_an_event_is_found() {
    let preview = Preview::new();
    // A link to a file outside of the watched folders: writing there causes no event.
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
fn a_save_reports_the_problems_that_are_new() {
    let preview = Preview::new();
    let told = |text: &str| {
        preview.after(|| preview.save_whole("content/a.en.md", text), "/book/en/a/", |page| page.has("Told"));
        // The page is available a moment before the event is sent.
        let events = std::iter::from_fn(|| preview.events.recv_timeout(DEADLINE).ok());
        let mut changes = events.filter_map(|event| match event {
            Event::Changed { fresh, .. } => Some(fresh.iter().map(|it| it.code.name).collect::<Vec<_>>()),
            _ => None,
        });
        changes.next().expect("a change")
    };
    let fresh = told("---\ntitle: First\naliases: [/old/]\n---\n\nTold once.\nA second [sentence](b.en.md).\n");
    assert_eq!(fresh, Vec::<&str>::new());
    let fresh = told("---\ntitle: First\naliases: [/old/]\n---\n\nTold [twice](gone.md).\nA second [sentence](b.en.md).\n");
    assert_eq!(fresh, ["parity-link", "broken-link"]);
    let fresh = told("---\ntitle: First\naliases: [/old/]\n---\n\nTold [twice](gone.md).\nA third [sentence](b.en.md).\n");
    assert_eq!(fresh, Vec::<&str>::new(), "it was told before");
}

#[test]
fn a_broken_template_leaves_the_old_page_until_it_is_fixed() {
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
    // The template parses, but uses a name that does not exist.
    let bad = "{% extends \"default/page.html\" %}{% block main %}{{ nothing.at.all }}{% endblock main %}";
    preview.after(
        || preview.save("templates/page.html", bad),
        "/book/__tilmash/status?path=/book/en/a/",
        |status| !status.has("\"errors\":0"),
    );
    assert_eq!(preview.get("/book/en/a/").body, before.body);
    // The page was never shown, so there is no last text.
    let never = preview.get("/book/en/b/");
    assert_eq!(never.status, 500);
    assert!(never.has("templates/page.html") && never.has("<mark>") && never.has("__tilmash/live.js"));
    let mended =
        preview.after(|| fs::remove_file(preview.at("templates/page.html")).unwrap(), "/book/en/b/", |page| page.status == 200);
    assert!(mended.has("Three."));
    // The terminal hears of it too.
    next_event(&preview, |event| matches!(event, Event::Page { path, .. } if &**path == "en/b/index.html"));
}

#[test]
fn a_broken_configuration_is_shown_until_it_is_fixed() {
    let preview = Preview::of(&[("site.yaml", "title: [\n"), SITE[2]]);
    assert_eq!(preview.server.url(), format!("http://{}/", preview.server.address()));
    let broken = preview.get("/");
    assert_eq!(broken.status, 500);
    assert!(broken.has("site.yaml:") && broken.has("yaml-syntax"), "{}", broken.text());
    preview.after(|| preview.save("site.yaml", SITE[0].1), "/book/en/", |page| page.status == 200);
    assert_eq!(preview.get("/").header("location"), "/book/");
    // Broken again: the last good site stays.
    preview.after(
        || preview.save("site.yaml", "title: T\ntitel: U\nlanguages: [\n"),
        "/book/__tilmash/status?path=/book/en/",
        |status| !status.has("\"errors\":0"),
    );
    assert_eq!(preview.get("/book/en/").status, 200);
}

#[test]
fn the_old_address_redirects_to_a_changed_one() {
    let preview = Preview::new();
    let moved = SITE[0].1.replace("/book/", "/other/");
    preview.after(|| preview.save("site.yaml", &moved), "/book/en/a/", |page| page.status == 302);
    assert_eq!(preview.get("/book/en/a/").header("location"), "/other/en/a/");
    assert_eq!(preview.get("/other/en/a/").status, 200);
    preview.after(|| preview.save("site.yaml", SITE[0].1), "/book/en/a/", |page| page.status == 200);
}

#[test]
fn a_changed_picture_is_in_the_status() {
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
fn a_save_without_a_change_causes_no_event() {
    let preview = Preview::new();
    let mut versions = preview.versions();
    preview.save_whole("content/a.en.md", SITE[4].1);
    preview.save("unrelated.txt", "x");
    preview.save_whole("content/b.en.md", "---\ntitle: Second\n---\n\nFour.\n");
    let version = versions.next();
    assert!(preview.get("/book/en/b/").has("Four."));
    assert_eq!(preview.status("/book/")["version"].as_u64(), Some(version), "one version for the one change");
    let Event::Changed { changes, .. } = next_event(&preview, |event| matches!(event, Event::Changed { .. })) else {
        unreachable!()
    };
    let files: Vec<&str> = changes.iter().map(|change| &*change.file).collect();
    assert_eq!(files, ["content/b.en.md"], "the first event is that of the one change");
}

#[test]
fn problems_are_sent_to_the_page_and_the_terminal() {
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
    let folder = site(&SITE);
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

/// Returns the desk of a page as text: a line for each pending sentence.
fn desk(preview: &Preview, path: &str) -> String {
    let desk = &preview.status(path)["desk"];
    let mut text = String::new();
    for translation in desk["translations"].as_array().map_or(&[][..], Vec::as_slice) {
        for it in translation["pending"].as_array().unwrap() {
            let words: Vec<String> = it["source"]
                .as_array()
                .unwrap()
                .iter()
                .map(|run| match (run[0].as_str().unwrap(), run[1].as_str().unwrap()) {
                    ("same", words) => words.to_owned(),
                    ("gone", words) => format!("[-{words}-]"),
                    (_, words) => format!("{{+{words}+}}"),
                })
                .collect();
            let at = |place: &serde_json::Value| match place["file"].as_str() {
                Some(file) => format!("{}:{}", file.trim_start_matches("content/"), place["line"]),
                None => "-".to_owned(),
            };
            let said = |value: &serde_json::Value| value.as_str().unwrap_or("-").to_owned();
            let own: Vec<String> = it["own"].as_array().unwrap().iter().map(said).collect();
            text.push_str(&format!(
                "{} {} #{} | {} {} | {} {} | {}\n",
                said(&it["id"]),
                said(&it["status"]),
                said(&it["anchor"]),
                at(&it["source_at"]),
                words.join(" "),
                at(&it["at"]),
                own.join(" / "),
                said(&it["settled_by"])
            ));
        }
    }
    text
}

#[test]
fn the_desk_lists_the_pending_sentences_of_the_page() {
    let preview = Preview::of(&borrowed(&pending_site()));
    let wanted = "\
title changed #- | a.kk.md:2 [-Бірінші-] {+Ең бірінші+} | a.en.md:2 First | tilmash sync --accept a#title
description missing #- | a.kk.md:3 Бояулар. | a.en.md:2  | -
0.1 missing #0.1 | a.kk.md:6 Басы. | a.en.md:4  | <!-- - 0.1 -->
1.1 changed #1.1 | a.kk.md:8 Екі [-көк-] {+қызыл+} аспан. | a.en.md:5 Two blue skies. | tilmash sync --accept a#1.1
1.3 missing #1.3 | a.kk.md:10 Бес ақ бұлт. | a.en.md:6  | <!-- - 1.3 -->
2.1a-en extra #2.1a-en | -  | a.en.md:9 Mine <b>alone</b>. | <!-- + -->
";
    let told = desk(&preview, "/book/kk-en/a/");
    assert_eq!(told, wanted);
    assert_eq!(desk(&preview, "/book/en/a/"), told, "the same on its own page");
    let on_source = told.replace("extra #2.1a-en", "extra #-");
    assert_eq!(desk(&preview, "/book/kk/a/"), on_source, "and on that of its source, which does not show what it has not");
    assert_eq!(desk(&preview, "/book/en/b/"), "", "what another page waits for is not told");
    assert!(!preview.status("/book/en/b/")["desk"].is_null(), "it is known that nothing is pending");
    for path in ["/book/", "/book/nowhere/", "/book/note.txt"] {
        assert!(preview.status(path)["desk"].is_null(), "{path}");
    }
    // Without ids, positions do not tell which sentence is missing. A note for translators gives no
    // ids.
    assert!(Preview::new().status("/book/kk-en/a/")["desk"].is_null());
    let noted = SITE.map(|(path, text)| match path {
        "content/a.en.md" => (path, "---\ntitle: First\n---\n\nOne sentence. <!-- note: ask the author -->\n"),
        _ => (path, text),
    });
    assert!(Preview::of(&noted).status("/book/kk-en/a/")["desk"].is_null());
    for (path, told) in [("/book/kk-en/a/", &told), ("/book/en/a/", &told), ("/book/kk/a/", &on_source)] {
        anchors_are_on(&preview.get(path), told);
    }
}

/// Asserts that the page has each element that the desk names.
fn anchors_are_on(page: &Response, told: &str) {
    for anchor in told.split(" #").skip(1).map(|rest| rest.split(' ').next().unwrap()).filter(|anchor| *anchor != "-") {
        assert!(page.has(&format!("id=\"{anchor}\"")), "{anchor} in {}", page.text());
    }
}

#[test]
fn sentences_in_whole_blocks_have_an_anchor() {
    let mut files = pending_site();
    let mut put = |path: &str, text: &str| drop(files.insert(path.to_owned(), text.to_owned()));
    put("content/c.kk.md", "# Тізім\n\n- Бір.\n- Екі.\n\n> Дәйексөз.\n\n## Тақырып\n");
    put("content/c.en.md", "# List\n\n- One.\n- Two.\n\n> A quotation.\n\n## A heading\n");
    common::sync(&mut files);
    let mut put = |path: &str, text: &str| drop(files.insert(path.to_owned(), text.to_owned()));
    put("content/c.kk.md", "# Ұзақ тізім\n\n- Бірінші.\n- Екі.\n- Үш.\n\n> Ескі дәйексөз.\n\n## Жаңа тақырып\n");
    let preview = Preview::of(&borrowed(&files));
    let wanted = "\
title changed #- | c.kk.md:1 [-Тізім-] {+Ұзақ тізім+} | c.en.md:1 List | tilmash sync --accept c#title
1.1 changed #en-1.1 | c.kk.md:3 [-Бір.-] {+Бірінші.+} | c.en.md:3 One. | tilmash sync --accept c#1.1
2a.1 missing #kk-2a.1 | c.kk.md:5 Үш. | c.en.md:4  | <!-- - 2a.1 -->
3.1 changed #en-3.1 | c.kk.md:7 [-Дәйексөз.-] {+Ескі дәйексөз.+} | c.en.md:6 A quotation. | tilmash sync --accept c#3.1
4.1 changed #4.1 | c.kk.md:9 [-Тақырып-] {+Жаңа тақырып+} | c.en.md:8 A heading | tilmash sync --accept c#4.1
";
    assert_eq!(desk(&preview, "/book/kk-en/c/"), wanted);
    anchors_are_on(&preview.get("/book/kk-en/c/"), wanted);
    for path in ["/book/en/c/", "/book/kk/c/"] {
        anchors_are_on(&preview.get(path), &desk(&preview, path));
    }
}

#[test]
fn the_desk_has_the_translations_that_the_page_shows() {
    let mut files = pending_site();
    files.insert("site.yaml".to_owned(), SITE[0].1.replace("[kk, en]", "[kk, en, de]").replace("en: Book", "en: Book, de: Buch"));
    files.insert("content/a.de.md".to_owned(), "---\ntitle: Erstes\n---\n\nZwei blaue Himmel.\n".to_owned());
    let preview = Preview::of(&borrowed(&files));
    let languages = |path: &str| -> Vec<String> {
        let desk = &preview.status(path)["desk"];
        desk["translations"].as_array().unwrap().iter().map(|it| it["language"]["code"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(languages("/book/kk/a/"), ["en", "de"]);
    assert_eq!(languages("/book/kk-de/a/"), ["de"]);
    assert_eq!(languages("/book/de/a/"), ["de"]);
    let missing = "2.1 missing #2.1 | a.kk.md:12 Төрт. | a.de.md:5  | <!-- - 2.1 -->\n";
    assert!(desk(&preview, "/book/kk-de/a/").contains(missing), "{}", desk(&preview, "/book/kk-de/a/"));
    assert!(desk(&preview, "/book/en/a/").contains("tilmash sync --accept a#1.1 --language en\n"));
    assert_eq!(open(&preview, "path=/book/de/a/&language=en&unit=1.1&side=translation").status, 409, "there is no editor");
    // A fallback page is no translation.
    assert!(preview.get("/book/de/b/").has("Three.") || preview.get("/book/de/b/").has("Үш."));
    assert!(preview.status("/book/de/b/")["desk"].is_null());
}

#[test]
fn a_save_a_sync_and_an_accept_remove_sentences_from_the_desk() {
    let files = pending_site();
    let preview = Preview::of(&borrowed(&files));
    let status = "/book/__tilmash/status?path=/book/kk-en/a/";
    let behind = |page: &str| preview.get(page).text().matches("class=\"behind\"").count();
    assert_eq!(behind("/book/kk-en/a/"), 1);
    // An edited translation counts as up to date, and `sync` records that.
    let text = files["content/a.en.md"].replace("Two blue skies.", "Two red skies.");
    let told = preview.after(|| preview.save("content/a.en.md", &text), status, |status| !status.has("Two blue skies."));
    assert!(!told.has("\"id\":\"1.1\"") && told.has("\"id\":\"title\""));
    assert_eq!(behind("/book/kk-en/a/"), 0);
    let mut files = files;
    files.insert("content/a.en.md".to_owned(), text);
    let accepted = {
        let mut files = files.clone();
        common::sync_accepting(&mut files, &["title"]);
        files["content/a.lock"].clone()
    };
    common::sync(&mut files);
    preview.after(|| preview.save("content/a.lock", &files["content/a.lock"]), status, |status| status.has("\"id\":\"title\""));
    assert!(!preview.get(status).has("\"id\":\"1.1\""));
    preview.after(|| preview.save("content/a.lock", &accepted), status, |status| !status.has("\"id\":\"title\""));
    let done = "---\ntitle: First\ndescription: Paints.\n---\n\nThe beginning.\n\nTwo red skies.\nThree green apples.\nFive clouds.\n\nFour.\n";
    preview.after(|| preview.save("content/a.en.md", done), status, |status| status.has("\"pending\":[]"));
}

#[cfg(unix)]
#[test]
fn a_sentence_is_opened_at_its_line() {
    let aside = tempfile::tempdir().unwrap();
    let (script, record) = (aside.path().join("an editor.sh"), aside.path().join("record"));
    fs::write(&script, format!("printf '%s\\n' \"$@\" >> '{}'\n", record.display())).unwrap();
    let editor = format!("sh '{}' +{{line}}:{{column}} {{file}}", script.display());
    let preview = Preview::with(&borrowed(&pending_site()), Editor::choose(Some(&editor), &[]).unwrap());
    assert_eq!(preview.status("/book/kk-en/a/")["desk"]["editor"], serde_json::json!({ "program": "sh" }));
    for (query, wanted) in [
        ("path=/book/kk-en/a/&language=en&unit=1.1&side=translation", "+5:1 content/a.en.md"),
        ("path=/book/kk-en/a/&language=en&unit=1.1&side=source", "+8:1 content/a.kk.md"),
        ("path=/book/en/a/&language=en&unit=title&side=translation", "+2:8 content/a.en.md"),
        ("path=/book/kk/a/&language=en&unit=2.1a-en&side=translation", "+9:1 content/a.en.md"),
        // A missing sentence: behind the line before it.
        ("path=/book/kk-en/a/&language=en&unit=1.3&side=translation", "+6:20 content/a.en.md"),
        ("path=/book/kk-en/a/&language=en&unit=0.1&side=translation", "+4:1 content/a.en.md"),
        ("path=/book/kk-en/a/&language=en&unit=description&side=translation", "+2:13 content/a.en.md"),
        // A sentence that is not pending has a place too.
        ("path=%2Fbook%2Fkk-en%2Fa%2F&language=en&unit=1.2&side=translation", "+6:1 content/a.en.md"),
    ] {
        let opened = open(&preview, query);
        assert_eq!(opened.status, 200, "{query}: {}", opened.text());
        let (place, file) = wanted.split_once(' ').unwrap();
        let folder = preview.folder.path().canonicalize().unwrap();
        assert_eq!(fs::read_to_string(&record).unwrap(), format!("{place}\n{}\n", folder.join(file).display()), "{query}");
        fs::remove_file(&record).unwrap();
    }
    for query in [
        "",
        "path=/book/kk-en/a/&language=en&unit=1.1",
        "path=/book/kk-en/a/&language=en&unit=1.1&side=both",
        "path=/book/kk-en/a/&language=en&unit=9.9&side=translation",
        "path=/book/kk-en/a/&language=kk&unit=1.1&side=translation",
        "path=/book/kk-en/a/&language=de&unit=1.1&side=translation",
        "path=/book/kk-en/a/&language=en&unit=2.1a-en&side=source",
        "path=/book/kk-en/a/&language=en&unit=../b&side=translation",
        "path=/book/nowhere/&language=en&unit=1.1&side=translation",
        "path=/book/note.txt&language=en&unit=1.1&side=translation",
        "path=/book/../site.yaml&language=en&unit=1.1&side=translation",
        "path=content/a.en.md&language=en&unit=1.1&side=translation",
    ] {
        let opened = open(&preview, query);
        assert_eq!((opened.status, opened.text()), (404, "this page no longer has the sentence; reload the page\n"), "{query}");
    }
    assert!(!record.exists(), "no editor was started");
}

#[test]
fn nobody_else_opens_an_editor() {
    let aside = tempfile::tempdir().unwrap();
    let record = aside.path().join("record");
    let editor = Editor::choose(Some(&format!("touch '{}' {{file}}", record.display())), &[]).unwrap();
    let preview = Preview::with(&borrowed(&pending_site()), editor);
    let path = "/book/__tilmash/open?path=/book/kk-en/a/&language=en&unit=1.1&side=translation";
    let own = by_page(preview.server.address());
    let (own, host) = (own.each_ref().map(|(name, value)| (*name, value.as_str())), preview.server.address().to_string());
    let ask = |method: &str, headers: &[(&str, &str)]| preview.ask(method, path, headers).status;
    for method in ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"] {
        let response = preview.ask(method, path, &own);
        assert_eq!((response.status, response.header("allow")), (405, "POST"), "{method}");
    }
    assert_eq!(ask("POST", &[]), 403);
    assert_eq!(ask("POST", &own[..1]), 403, "without the header that no form can send");
    assert_eq!(ask("POST", &own[1..]), 403, "without an origin");
    for origin in ["http://evil.example", "null", "http://localhost:1"] {
        assert_eq!(ask("POST", &[("Origin", origin), own[1]]), 403, "{origin}");
    }
    for host in ["evil.example", "192.0.2.1", "localhost.evil.example"] {
        assert_eq!(ask("POST", &[("Host", host), ("Origin", &format!("http://{host}")), own[1]]), 403, "{host}");
    }
    for proxy in ["Forwarded", "X-Forwarded-For", "Via"] {
        assert_eq!(ask("POST", &[own[0], own[1], (proxy, "192.0.2.1")]), 403, "{proxy}");
    }
    assert!(!record.exists());
    // The body of a request is read to its end, up to a limit, and discarded.
    for (length, status) in [(4096, 200), (4097, 413), (3 << 20, 413)] {
        let mut stream = TcpStream::connect(preview.server.address()).unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        write!(stream, "POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: {length}\r\n").unwrap();
        write!(stream, "Origin: {}\r\nTilmash-Desk: open\r\n\r\n", own[0].1).unwrap();
        // A client that is answered early may find that the connection is closed.
        let _ = stream.write_all(&vec![b'x'; length.min(8192)]);
        let mut line = String::new();
        BufReader::new(stream).read_line(&mut line).unwrap();
        assert!(line.starts_with(&format!("HTTP/1.1 {status} ")), "{length}: {line}");
    }
    assert!(record.exists(), "the one that was fine opened it");
    // Other addresses accept no POST.
    assert_eq!(preview.ask("POST", "/book/__tilmash/status", &own).header("allow"), "GET, HEAD");
}

#[test]
fn only_this_machine_gets_the_editor_and_the_path_of_the_project() {
    let editor = Editor::choose(Some("vscode://file/{file}:{line}"), &["vim"]).unwrap();
    let preview = Preview::with(&borrowed(&pending_site()), editor);
    let path = "/book/__tilmash/status?path=/book/kk-en/a/";
    let here = preview.get(path);
    let folder = preview.folder.path().canonicalize().unwrap();
    assert!(here.has("\"editor\":\"link\""), "{}", here.text());
    assert!(here.has(&format!("\"link\":\"vscode://file{}/content/a.en.md:5\"", folder.display())), "{}", here.text());
    let passed_on = preview.ask("GET", path, &[("X-Forwarded-For", "192.0.2.1")]);
    assert!(passed_on.has("\"editor\":null") && !passed_on.has("vscode"), "{}", passed_on.text());
    assert_eq!(desk(&preview, "/book/kk-en/a/").lines().count(), 6, "what is pending is no secret");
    assert_eq!(open(&preview, "path=/book/kk-en/a/&language=en&unit=1.1&side=translation").status, 409);
}

#[test]
fn a_failed_start_of_the_editor_is_reported_on_the_page_and_the_terminal() {
    let query = "path=/book/kk-en/a/&language=en&unit=1.1&side=translation";
    let preview = Preview::with(&borrowed(&pending_site()), Editor::choose(Some("no-such-editor-here"), &[]).unwrap());
    let opened = open(&preview, query);
    assert_eq!(opened.status, 500);
    assert!(opened.has("cannot start the editor `no-such-editor-here`"), "{}", opened.text());
    next_event(&preview, |event| matches!(event, Event::Warning(text) if text.contains("no-such-editor-here")));
    // If there is no usable editor, the page names the setting to change.
    let preview = Preview::with(&borrowed(&pending_site()), Editor::choose(None, &["", "vim"]).unwrap());
    let why = preview.status("/book/kk-en/a/")["desk"]["editor"]["not"].as_str().unwrap().to_owned();
    assert!(why.starts_with("the editor `vim` runs in a terminal") && why.contains("VISUAL=\"code -g\""), "{why}");
    let opened = open(&preview, query);
    assert_eq!((opened.status, opened.text().trim_end()), (409, why.as_str()));
}
