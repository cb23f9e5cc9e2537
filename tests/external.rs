//! Links to other sites, checked against a server on this machine: the outcomes, the pace, the
//! results of earlier runs, and the requests that must not be sent.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{IpAddr, Ipv4Addr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use tilmash::base::Diagnostic;
use tilmash::external::{Check, Counts, Options, Results};

use crate::common::program::{command, run, site};
use crate::common::{Files, state};

/// A time, in seconds since 1970.
const NOW: u64 = 1_800_000_000;
const DAY: u64 = 24 * 60 * 60;

/// A request, as the server saw it.
#[derive(Debug, Clone)]
struct Request {
    /// Method and path, such as `HEAD /a`.
    line: String,
    /// The header `Host` without the port.
    host: String,
    /// All headers, in small letters.
    headers: String,
    begun: Instant,
    /// The time of the answer.
    ended: Instant,
}

/// A server on this machine. It answers each connection in a thread of its own.
struct Server {
    port: u16,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    /// Starts a server. The function writes the answer to a request `HEAD /a` of a host.
    fn start(answer: impl Fn(&str, &str, &mut TcpStream) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port is free");
        let port = listener.local_addr().expect("it has an address").port();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let answer = Arc::new(answer);
        let log = Arc::clone(&requests);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (log, answer) = (Arc::clone(&log), Arc::clone(&answer));
                std::thread::spawn(move || serve(stream, &log, &*answer));
            }
        });
        Self { port, requests }
    }

    fn requests(&self) -> Vec<Request> {
        self.requests.lock().expect("no thread panicked").clone()
    }

    fn lines(&self) -> Vec<String> {
        self.requests().into_iter().map(|request| request.line).collect()
    }

    fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }
}

fn serve(mut stream: TcpStream, log: &Mutex<Vec<Request>>, answer: &(impl Fn(&str, &str, &mut TcpStream) + ?Sized)) {
    let begun = Instant::now();
    let mut lines = BufReader::new(stream.try_clone().expect("a stream can be shared")).lines();
    // A client that expects TLS sends bytes that are no text.
    let Some(Ok(first)) = lines.next() else { return head(&mut stream, "400", "") };
    let line = first.trim_end_matches(" HTTP/1.1").to_owned();
    let headers: Vec<String> =
        lines.map_while(Result::ok).take_while(|line| !line.is_empty()).map(|it| it.to_lowercase()).collect();
    let host = headers.iter().find_map(|header| header.strip_prefix("host: ")).unwrap_or_default();
    let host = host.rsplit_once(':').map_or(host, |(host, _)| host).to_owned();
    let at = {
        let mut log = log.lock().expect("no thread panicked");
        log.push(Request { line: line.clone(), host: host.clone(), headers: headers.join("\n"), begun, ended: begun });
        log.len() - 1
    };
    answer(&line, &host, &mut stream);
    log.lock().expect("no thread panicked")[at].ended = Instant::now();
}

/// Writes the head of an answer. The client may have closed the connection.
fn head(stream: &mut TcpStream, status: &str, headers: &str) {
    let _ = write!(stream, "HTTP/1.1 {status} x\r\nContent-Length: 0\r\nConnection: close\r\n{headers}\r\n");
}

/// Returns options for tests: they allow this machine, and wait only moments.
fn options() -> Options {
    Options {
        is_allowed: |_| true,
        gap: Duration::ZERO,
        connect_limit: Duration::from_secs(5),
        limit: Duration::from_secs(5),
        longest_wait: Duration::from_millis(1500),
        ..Options::default()
    }
}

/// Returns the files of a small site with these lines in its home page.
fn files(lines: &[String]) -> Files {
    let text = format!("# Home\n\n{}\n", lines.join("\n"));
    [("site.yaml", "title: T\nlanguages: [en]\n"), ("content/index.en.md", &text)]
        .into_iter()
        .map(|(path, text)| (path.to_owned(), text.to_owned()))
        .collect()
}

/// Checks the links of a site.
fn check(files: &Files, options: &Options, results: &mut Results, now: u64) -> (Vec<Diagnostic>, Counts) {
    let state = state(files);
    let mut check = Check::new(state.site().expect("the site is whole"), results, now);
    check.run(options, results, &mut |_| {});
    assert_eq!(check.open(), 0, "every link has an outcome");
    (check.problems(), check.counts())
}

#[test]
fn each_outcome_has_its_code() {
    let server = Server::start(|line, _, stream| {
        let (method, path) = line.split_once(' ').expect("a method and a path");
        match (method, path) {
            (_, "/moved") => head(stream, "301", "Location: /fine\r\n"),
            (_, "/elsewhere") => head(stream, "302", "Location: /fine\r\n"),
            (_, "/moved-and-gone") => head(stream, "308", "Location: /gone\r\n"),
            (_, "/gone") => head(stream, "404", ""),
            (_, "/removed") => head(stream, "410", ""),
            (_, "/secret") => head(stream, "401", ""),
            (_, "/forbidden") => head(stream, "403", ""),
            (_, "/legal") => head(stream, "451", ""),
            (_, "/fault") => head(stream, "500", ""),
            (_, "/far") => head(stream, "429", "Retry-After: 3600\r\n"),
            (_, "/circle") => head(stream, "302", "Location: /circle/2\r\n"),
            (_, "/circle/2") => head(stream, "302", "Location: /circle#x\r\n"),
            (_, "/to-a-file") => head(stream, "302", "Location: file:///etc/passwd\r\n"),
            (_, "/nowhere") => head(stream, "302", ""),
            (_, "/garbage") => _ = stream.write_all(b"qqq\r\n\r\n"),
            (_, "/long-head") => {
                let _ = stream.write_all(b"HTTP/1.1 200 x\r\nX: ");
                while stream.write_all(&[b'x'; 4096]).is_ok() {}
            }
            (_, "/hang-up") => {}
            ("HEAD", "/no-head" | "/huge") => head(stream, "405", ""),
            ("HEAD", "/wrong-head") => head(stream, "404", ""),
            ("GET", "/huge") => {
                let _ = stream.write_all(b"HTTP/1.1 200 x\r\nConnection: close\r\n\r\n");
                // Ends when the client closes the connection.
                while stream.write_all(&[b'x'; 4096]).is_ok() {}
            }
            _ => head(stream, "200", ""),
        }
    });
    let paths = [
        "/fine",
        "/elsewhere",
        "/no-head",
        "/wrong-head",
        "/huge",
        "/moved",
        "/moved-and-gone",
        "/gone",
        "/removed",
        "/secret",
        "/forbidden",
        "/legal",
        "/fault",
        "/far",
        "/circle",
        "/to-a-file",
        "/nowhere",
        "/garbage",
        "/long-head",
        "/hang-up",
    ];
    let unused = {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port is free");
        listener.local_addr().expect("it has an address").port()
    };
    let mut lines: Vec<String> = paths.iter().map(|path| format!("[x]({}).", server.url(path))).collect();
    lines.push(format!("[x](http://127.0.0.1:{unused}/closed)."));
    lines.push(format!("[x](https://127.0.0.1:{}/not-tls).", server.port));
    lines.push("[x](http://127.0.0.1:99999/) and [x](https://).".to_owned());
    let (problems, counts) = check(&files(&lines), &options(), &mut Results::default(), NOW);
    let mut found = String::new();
    for problem in &problems {
        let (_, rest) = problem.message.split_once('`').expect("the message names the link");
        let rest =
            rest.replace(&server.url(""), "").replace(&unused.to_string(), "PORT").replace(&server.port.to_string(), "PORT");
        // The rest of such a reason comes from the system or from a library.
        let reasons = ["the connection broke", "no connection to its host"];
        let end = reasons.iter().find_map(|reason| Some(rest.find(reason)? + reason.len())).unwrap_or(rest.len());
        found.push_str(&format!("{}: {}\n", problem.code.name, rest[..end].replacen('`', "", 1)));
    }
    let expected = "\
external-moved: /moved has moved to `/fine`
external-gone: /moved-and-gone does not exist: the server answers 404 (not found) (after a redirect to `/gone`)
external-gone: /gone does not exist: the server answers 404 (not found)
external-gone: /removed does not exist: the server answers 410 (removed)
external-refused: /secret cannot be checked: the server answers 401 (a password is needed)
external-refused: /forbidden cannot be checked: the server answers 403 (forbidden)
external-refused: /legal cannot be checked: the server answers 451 (blocked for legal reasons)
external-refused: /fault cannot be checked: the server answers 500 (a fault of the server)
external-refused: /far cannot be checked: the server answers 429 (too many requests)
external-refused: /circle cannot be checked: its redirects lead in a circle (after a redirect to `/circle/2`)
external-refused: /to-a-file cannot be checked: it redirects to a URL that is not on the web
external-refused: /nowhere cannot be checked: the server answers 302
external-refused: /garbage cannot be checked: the answer is not valid HTTP
external-refused: /long-head cannot be checked: the head of the answer is too large
external-refused: /hang-up cannot be checked: the connection broke
external-refused: http://127.0.0.1:PORT/closed cannot be checked: there is no connection to its host
external-refused: https://127.0.0.1:PORT/not-tls cannot be checked: there is no connection to its host
external-untried: http://127.0.0.1:99999/ was not tried: its port is not a number from 0 to 65535
external-untried: https:// was not tried: its host is missing
";
    assert_eq!(found, expected);
    assert_eq!(problems.iter().filter(|problem| problem.code.name == "external-refused").count(), 13);
    let expected = Counts { links: 24, hosts: 1, known: 0, fine: 5, moved: 1, gone: 3, refused: 13, timed_out: 0, untried: 2 };
    assert_eq!(counts, expected);
    assert!(!server.lines().iter().any(|line| line.contains("passwd")));
}

#[test]
fn a_server_that_sends_nothing_or_too_slowly_times_out() {
    let server = Server::start(|line, _, stream| {
        let end = Instant::now() + Duration::from_secs(2);
        // A byte now and then, or none at all.
        let _ = stream.write_all(if line.ends_with("/drip") { b"HTTP/1.1 200 x\r\nX: " } else { b"" });
        while Instant::now() < end {
            if line.ends_with("/drip") && stream.write_all(b"x").is_err() {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    });
    let lines = [format!("<{}>", server.url("/drip")), format!("<http://localhost:{}/silent>", server.port)];
    let begun = Instant::now();
    let slow = Options { limit: Duration::from_millis(300), ..options() };
    let (problems, counts) = check(&files(&lines), &slow, &mut Results::default(), NOW);
    assert!(begun.elapsed() < Duration::from_millis(1500), "{:?}", begun.elapsed());
    assert_eq!(counts.timed_out, 2, "{problems:?}");
    assert!(problems.iter().all(|problem| problem.code.name == "external-timeout"), "{problems:?}");
}

#[test]
fn a_host_gets_one_request_at_a_time_with_pauses_and_two_hosts_are_asked_together() {
    /// Waits until both hosts have sent a request.
    #[derive(Default)]
    struct Meeting {
        hosts: Mutex<BTreeSet<String>>,
        arrived: Condvar,
    }
    let meeting = Meeting::default();
    let server = Server::start(move |_, host, stream| {
        let mut hosts = meeting.hosts.lock().expect("no thread panicked");
        hosts.insert(host.to_owned());
        meeting.arrived.notify_all();
        let (hosts, timeout) = meeting
            .arrived
            .wait_timeout_while(hosts, Duration::from_secs(2), |hosts| hosts.len() < 2)
            .expect("no thread panicked");
        drop(hosts);
        head(stream, if timeout.timed_out() { "500" } else { "200" }, "");
    });
    let hosts = ["127.0.0.1", "localhost"];
    let links = hosts.iter().flat_map(|host| (0..4).map(move |at| (host, at)));
    let lines: Vec<String> = links.map(|(host, at)| format!("<http://{host}:{}/{at}>.", server.port)).collect();
    let gap = Duration::from_millis(60);
    let (problems, counts) = check(&files(&lines), &Options { gap, ..options() }, &mut Results::default(), NOW);
    assert_eq!((counts.fine, problems), (8, Vec::new()), "neither host waits for the other");
    for host in hosts {
        let requests: Vec<Request> = server.requests().into_iter().filter(|request| request.host == host).collect();
        assert_eq!(requests.iter().map(|it| &*it.line).collect::<Vec<_>>(), ["HEAD /0", "HEAD /1", "HEAD /2", "HEAD /3"]);
        for pair in requests.windows(2) {
            let pause = pair[1].begun.duration_since(pair[0].ended);
            // The server notes the end a moment after the client has the answer.
            assert!(pause + Duration::from_millis(10) >= gap, "a pause of {pause:?}");
        }
    }
}

#[test]
fn a_server_that_asks_to_wait_gets_no_request_meanwhile() {
    let asked = Mutex::new(0);
    let server = Server::start(move |line, _, stream| {
        let mut asked = asked.lock().expect("no thread panicked");
        *asked += usize::from(line.ends_with("/busy"));
        let is_first = line.ends_with("/busy") && *asked == 1;
        head(stream, if is_first { "429" } else { "200" }, "Retry-After: 1\r\n");
    });
    let lines = [format!("<{}>.", server.url("/busy")), format!("<{}>.", server.url("/other"))];
    let (problems, counts) = check(&files(&lines), &options(), &mut Results::default(), NOW);
    assert_eq!((counts.fine, problems), (2, Vec::new()));
    let requests = server.requests();
    assert_eq!(server.lines(), ["HEAD /busy", "HEAD /busy", "HEAD /other"]);
    let wait = requests[1].begun.duration_since(requests[0].begun);
    assert!(wait >= Duration::from_millis(950), "{wait:?}");
}

#[test]
fn results_are_kept_for_a_week_or_a_day() {
    let server = Server::start(|line, _, stream| head(stream, if line.ends_with("/gone") { "404" } else { "200" }, ""));
    let files = files(&[format!("<{}>.", server.url("/gone")), format!("<{}>.", server.url("/fine"))]);
    let mut results = Results::default();
    let mut requests = |now: u64| {
        let before = server.lines().len();
        let (problems, counts) = check(&files, &options(), &mut results, now);
        assert_eq!(problems.iter().map(|problem| problem.code.name).collect::<Vec<_>>(), ["external-gone"]);
        (counts.known, server.lines().split_off(before))
    };
    let gone = ["HEAD /gone", "GET /gone"].map(str::to_owned);
    assert_eq!(requests(NOW), (0, [&gone[..], &["HEAD /fine".to_owned()]].concat()));
    assert_eq!(requests(NOW + DAY - 1), (2, vec![]));
    assert_eq!(requests(NOW + DAY), (1, gone.to_vec()));
    let (known, lines) = requests(NOW + 8 * DAY);
    assert_eq!((known, lines.len()), (0, 3));
}

#[test]
fn no_request_reaches_a_private_address() {
    let server = Server::start(|line, _, stream| match line {
        "HEAD /out" => head(stream, "302", "Location: http://127.9.9.9/x\r\n"),
        _ => head(stream, "200", ""),
    });
    let hosts = ["127.0.0.1", "localhost", "[::1]", "0x7f.1", "2130706433", "10.0.0.1", "169.254.169.254", "[::ffff:127.0.0.1]"];
    let lines: Vec<String> = hosts.iter().map(|host| format!("[x](http://{host}:{}/).", server.port)).collect();
    let public = Options { is_allowed: Options::default().is_allowed, ..options() };
    let (problems, counts) = check(&files(&lines), &public, &mut Results::default(), NOW);
    // Three of the links are the same address, written in three ways.
    assert_eq!((counts.links, counts.untried), (6, 6), "{problems:?}");
    assert_eq!(server.lines(), Vec::<String>::new());
    // Here one address counts as public, and its server redirects to another one.
    let one = Options { is_allowed: |address| address == IpAddr::V4(Ipv4Addr::LOCALHOST), ..options() };
    let (problems, counts) = check(&files(&[format!("<{}>.", server.url("/out"))]), &one, &mut Results::default(), NOW);
    assert_eq!(counts.untried, 1, "{problems:?}");
    assert!(
        problems[0].message.contains("has the address 127.9.9.9, which is not on the public internet (after a redirect"),
        "{problems:?}"
    );
    assert_eq!(server.lines(), ["HEAD /out"]);
}

#[test]
fn a_url_is_asked_for_once_and_reported_with_all_of_its_places() {
    let server = Server::start(|_, _, stream| head(stream, "404", ""));
    let url = server.url("/a");
    let own = "https://own.example/";
    let page = format!(
        "---\ntitle: T\nextra: {{source: \"{url}\", list: [{{deep: \"{url}#x\"}}], other: not a link}}\n---\n\
        [One]({url}#part) and <{url}>, see {url}.\nA note.[^1] [By label][l] ![picture]({url})\n\n\
        - [user](http://user:secret@127.0.0.1:{}/a)\n- [own]({own}b) and {own}c\n- [ignored]({}) [mail](mailto:a@b.c) [ftp](ftp://b.c/)\n\n\
        [^1]: [Note]({url})\n\n[l]: {url}\n",
        server.port,
        server.url("/ignored/b"),
    );
    let terms = format!(
        "t:\n  kind: place\n  names: {{en: Q, kk: Q}}\n  description: {{en: \"[d]({url})\"}}\n  references: [{{title: R, url: \"{url}\"}}]\n"
    );
    let config = format!(
        "title: T\nlanguages: [en, kk]\nbase_url: {own}\nexternal_links: {{ignore: [\"{}*\"]}}\nextra: {{home: \"{url}\"}}\n",
        server.url("/ignored/")
    );
    let files: Files = [
        ("site.yaml", &*config),
        ("content/index.en.md", &*page),
        ("content/index.kk.md", &format!("# T\n\n[Бір]({url})\n")),
        ("content/_terms.yaml", &*terms),
    ]
    .into_iter()
    .map(|(path, text)| (path.to_owned(), text.to_owned()))
    .collect();
    let (problems, counts) = check(&files, &options(), &mut Results::default(), NOW);
    assert_eq!((counts.links, problems.len()), (1, 1), "{problems:?}");
    assert_eq!(server.lines(), ["HEAD /a", "GET /a"]);
    let problem = &problems[0];
    let text = |place: &tilmash::base::Place| {
        let text = &files[&*place.file][place.range()];
        format!("{}: {}", place.file, text.replace(&url, "URL").replace(&server.port.to_string(), "PORT"))
    };
    let places: Vec<String> = problem.place.iter().chain(problem.others.iter().map(|(place, _)| place)).map(text).collect();
    let mut sorted = places.clone();
    sorted.sort();
    let expected = [
        "content/_terms.yaml: \"URL\"",
        "content/_terms.yaml: \"[d](URL)\"",
        "content/index.en.md: \"URL\"",
        "content/index.en.md: \"URL#x\"",
        "content/index.en.md: URL",
        "content/index.en.md: URL",
        "content/index.en.md: URL",
        "content/index.en.md: URL",
        "content/index.en.md: URL#part",
        "content/index.en.md: [By label][l]",
        "content/index.en.md: http://user:secret@127.0.0.1:PORT/a",
        "content/index.kk.md: URL",
        "site.yaml: \"URL\"",
    ];
    assert_eq!(sorted, expected, "{problem:?}");
    for request in server.requests() {
        assert!(!request.headers.contains("authorization") && !request.headers.contains("cookie"), "{}", request.headers);
        assert!(request.headers.contains("user-agent: tilmash/"), "{}", request.headers);
    }
}

#[test]
fn only_check_external_sends_requests_and_it_sends_each_once() {
    let server = Server::start(|line, _, stream| {
        // The other name of the host, so that the request needs no pause.
        let other = stream.local_addr().expect("it is connected");
        match line.split_once(' ') {
            Some((_, "/gone")) => head(stream, "404", ""),
            Some((_, "/moved")) => head(stream, "301", &format!("Location: http://{other}/fine\r\n")),
            _ => head(stream, "200", ""),
        }
    });
    let gone = format!("http://127.0.0.1:{}/gone", server.port);
    let moved = format!("http://localhost:{}/moved", server.port);
    let page = format!("# T\n\nSee [a]({gone}).\nSee [b]({moved}).\n");
    let site = site(&[("site.yaml", "title: T\nlanguages: [en]\n"), ("content/index.en.md", &page)]);
    let cache = tempfile::tempdir().expect("a temporary folder");
    let tilmash = |arguments: &[&str]| {
        let mut command = command(site.path(), arguments);
        command.env("XDG_CACHE_HOME", cache.path()).env("HOME", cache.path()).env("LOCALAPPDATA", cache.path());
        // A proxy of the environment is not used: nobody answers there.
        command.env("http_proxy", "http://127.0.0.1:9/").env("HTTP_PROXY", "http://127.0.0.1:9/");
        run(command, "")
    };
    for arguments in [&["check"][..], &["build"], &["status"]] {
        assert_eq!(tilmash(arguments).code, 0, "{arguments:?}");
    }
    let private = tilmash(&["check", "--external", "--format", "short"]);
    assert_eq!(private.code, 0, "{}", private.err);
    assert!(private.err.contains("warning[external-untried]"), "{}", private.err);
    assert_eq!(server.lines(), Vec::<String>::new());
    let first = tilmash(&["check", "--external", "--allow-private", "--format", "short"]);
    assert_eq!(first.code, 1, "{}", first.err);
    let wanted = format!(
        "content/index.en.md:3:9: error[external-gone]: the page of the link `{gone}` does not exist: the server answers 404 (not found)"
    );
    assert!(first.err.contains(&wanted), "{}", first.err);
    assert!(first.err.contains("note[external-moved]"), "{}", first.err);
    assert!(first.err.contains("checked 2 links to 2 other hosts in "), "{}", first.err);
    assert!(first.err.ends_with(": 1 moved, 1 gone\n"), "{}", first.err);
    assert_eq!(server.lines().len(), 4, "{:?}", server.lines());
    let second = tilmash(&["check", "--external", "--allow-private", "--format", "json"]);
    assert_eq!(second.code, 1);
    assert!(second.out.contains("\"code\":\"external-gone\"") && second.out.contains("\"line\":3"), "{}", second.out);
    assert_eq!(server.lines().len(), 4, "the second run knows all outcomes: {:?}", server.lines());
    // The severities of the site apply to known outcomes too.
    let configure = |keys: &str| {
        let text = format!("title: T\nlanguages: [en]\nseverity: {{external-gone: warning, external-moved: off}}\n{keys}");
        std::fs::write(site.path().join("site.yaml"), text).expect("files can be written");
    };
    configure("");
    let third = tilmash(&["check", "--external", "--allow-private", "--format", "short"]);
    assert_eq!((third.code, third.err.contains("external-moved")), (0, false), "{}", third.err);
    assert!(third.err.contains("warning[external-gone]"), "{}", third.err);
    assert_eq!(server.lines().len(), 4, "{:?}", server.lines());
    configure(&format!("external_links: {{ignore: ['{gone}']}}\n"));
    let fourth = tilmash(&["check", "--external", "--allow-private", "--no-cache"]);
    assert_eq!((fourth.code, fourth.err.contains("external-gone")), (0, false), "{}", fourth.err);
    assert_eq!(server.lines().len(), 6, "`--no-cache` asks again: {:?}", server.lines());
}
