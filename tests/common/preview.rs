//! A live preview of a small site, with requests over a socket as from a browser.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use crate::common::program::{put, site};
use tempfile::TempDir;
use tilmash::serve::{Editor, Event, Options, Server};

pub(crate) const DEADLINE: Duration = Duration::from_secs(30);

/// A site of two languages under the base path `/book/`.
pub(crate) const SITE: [(&str, &str); 8] = [
    ("site.yaml", "title: {kk: Кітап, en: Book}\nlanguages: [kk, en]\nbase_url: https://example.org/book/\ndate: 2026-11-22\n"),
    ("content/index.kk.md", "---\ntitle: Кітап\n---\n\nБасы.\n"),
    ("content/index.en.md", "---\ntitle: Book\n---\n\nThe beginning.\n"),
    ("content/a.kk.md", "---\ntitle: Бірінші\n---\n\nБір сөйлем.\nЕкінші [сөйлем](b.kk.md).\n"),
    ("content/a.en.md", "---\ntitle: First\naliases: [/old/]\n---\n\nOne sentence.\nA second [sentence](b.en.md).\n"),
    ("content/b.kk.md", "---\ntitle: Екінші\n---\n\nҮш.\n"),
    ("content/b.en.md", "---\ntitle: Second\n---\n\nThree.\n"),
    ("content/note.txt", "as it is\n"),
];

pub(crate) struct Preview {
    pub(crate) folder: TempDir,
    pub(crate) server: Server,
    pub(crate) events: Receiver<Event>,
}

impl Preview {
    pub(crate) fn new() -> Self {
        Self::of(&SITE)
    }

    pub(crate) fn of(files: &[(&str, &str)]) -> Self {
        Self::with(files, Editor::None("none is set".to_owned()))
    }

    pub(crate) fn with(files: &[(&str, &str)], editor: Editor) -> Self {
        let folder = site(files);
        let options = Options { port: Some(0), editor, ..Options::new(folder.path()) };
        Self::start(folder, &options)
    }

    /// Starts the preview of the site in a folder.
    pub(crate) fn start(folder: TempDir, options: &Options) -> Self {
        let (sender, events) = channel();
        let server = Server::start(options, move |event| drop(sender.send(event))).unwrap();
        Self { folder, server, events }
    }

    pub(crate) fn at(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    pub(crate) fn save(&self, path: &str, text: &str) {
        put(self.folder.path(), path, text);
    }

    /// Saves a file in one step, so that nobody can see half of it.
    pub(crate) fn save_whole(&self, path: &str, text: &str) {
        self.save("aside", text);
        fs::rename(self.at("aside"), self.at(path)).unwrap();
    }

    pub(crate) fn get(&self, path: &str) -> Response {
        self.ask("GET", path, &[])
    }

    pub(crate) fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Response {
        ask(self.server.address(), method, path, headers)
    }

    pub(crate) fn versions(&self) -> Versions {
        let mut stream = TcpStream::connect(self.server.address()).unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        write!(stream, "GET /book/__tilmash/events HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
        let mut versions = Versions { lines: BufReader::new(stream), last: 0 };
        versions.next();
        versions
    }

    /// Runs an action, and waits until the page at `path` meets a condition.
    pub(crate) fn after(&self, act: impl FnOnce(), path: &str, wanted: impl Fn(&Response) -> bool) -> Response {
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

    pub(crate) fn status(&self, path: &str) -> serde_json::Value {
        serde_json::from_slice(&self.get(&format!("/book/__tilmash/status?path={path}")).body).unwrap()
    }
}

/// The stream of versions that a page listens to.
pub(crate) struct Versions {
    pub(crate) lines: BufReader<TcpStream>,
    pub(crate) last: u64,
}

impl Versions {
    /// Waits for a version.
    pub(crate) fn next(&mut self) -> u64 {
        let begun = Instant::now();
        loop {
            // Without a deadline, the stream's heartbeat would prolong a wait for ever.
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
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Vec<u8>,
}

impl Response {
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    pub(crate) fn has(&self, text: &str) -> bool {
        self.text().contains(text)
    }
}

pub(crate) fn ask(address: SocketAddr, method: &str, path: &str, headers: &[(&str, &str)]) -> Response {
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

/// A site with a lock, whose source has since changed: the title, and sentences of all kinds.
pub(crate) fn pending_site() -> crate::common::Files {
    let texts = SITE.iter().filter(|(path, _)| !path.starts_with("content/a."));
    let mut files: crate::common::Files = texts.map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
    let mut put = |path: &str, text: &str| drop(files.insert(path.to_owned(), text.to_owned()));
    put("content/a.kk.md", "---\ntitle: Бірінші\n---\n\nЕкі көк аспан.\nҮш жасыл алма.\n\nТөрт.\n");
    put("content/a.en.md", "---\ntitle: First\n---\n\nTwo blue skies.\nThree green apples.\n\nFour.\n");
    crate::common::sync(&mut files);
    let mut put = |path: &str, text: &str| drop(files.insert(path.to_owned(), text.to_owned()));
    put(
        "content/a.kk.md",
        "---\ntitle: Ең бірінші\ndescription: Бояулар.\n---\n\nБасы.\n\nЕкі қызыл аспан.\nҮш жасыл алма.\nБес ақ бұлт.\n\nТөрт.\n",
    );
    put("content/a.en.md", "---\ntitle: First\n---\n\nTwo blue skies.\nThree green apples.\n\nFour.\nMine <b>alone</b>.\n");
    files
}

pub(crate) fn borrowed(files: &crate::common::Files) -> Vec<(&str, &str)> {
    files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect()
}

/// The headers that a page of the preview sends to open an editor.
pub(crate) fn by_page(address: SocketAddr) -> [(&'static str, String); 2] {
    [("Origin", format!("http://{address}")), ("Tilmash-Desk", "open".to_owned())]
}

pub(crate) fn open(preview: &Preview, query: &str) -> Response {
    open_at(preview.server.address(), query)
}

pub(crate) fn open_at(address: SocketAddr, query: &str) -> Response {
    let headers = by_page(address);
    let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    ask(address, "POST", &format!("/book/__tilmash/open?{query}"), &headers)
}
