//! The live previews: how long from saving a file until the page has what was saved.

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::corpus::{self, CODES};
use crate::names;
use crate::run;
use crate::sites::Site;

/// Between two looks at a page.
const PAUSE: Duration = Duration::from_micros(300);
/// When one gives up.
const PATIENCE: Duration = Duration::from_secs(60);

/// A template with a mark in it, for a site that has none of its own.
const OWN_PAGE: &str = "{% extends \"default/page.html\" %}\n{% block touched %}<p>printing-0</p>{% endblock touched %}\n";

/// Measures one size and prints its table: Tilmash and Hugo, or one site with and without terms.
pub(crate) fn preview(pages: usize, edits: usize, terms: Option<usize>) {
    println!("## {pages} × 2\n");
    let named = |name| Site::named(name).expect("a known site");
    let (tools, kinds) = match terms {
        None => {
            let tools = vec![
                (named("small"), "Tilmash, small templates".to_owned(), edits),
                (named("full"), "Tilmash, own theme, all on".to_owned(), edits),
                (named("hugo"), "Hugo".to_owned(), edits / 5),
            ];
            (tools, &Kind::ALL[..3])
        }
        Some(terms) => {
            let site = |glossary| Site::Named { terms, glossary };
            (
                vec![(site(false), "without terms".to_owned(), edits), (site(true), format!("{terms} terms"), edits)],
                &Kind::ALL[..],
            )
        }
    };
    let names: Vec<&str> = kinds.iter().map(|kind| kind.name()).collect();
    println!("| | first page | memory | {} |\n|---|--:|--:|{}", names.join(" | "), "--:|".repeat(names.len()));
    for (site, name, edits) in tools {
        let above = run::folder();
        let preview = Preview::start(site, pages, above.path());
        let cells: Vec<String> = kinds.iter().map(|&kind| preview.cell(kind, edits)).collect();
        let memory = run::peak(preview.process.0.id()).unwrap_or(0) >> 10;
        println!("| {name} | {:.2} s | {memory} MiB | {} |", preview.first.as_secs_f64(), cells.join(" | "));
    }
    println!("\nMedian / 95th of a hundred, in brackets how many edits.\n");
}

/// The time that so many of a hundred did not exceed, in milliseconds.
fn part(times: &[Duration], hundredths: usize) -> String {
    let index = (times.len() * hundredths).div_ceil(100).saturating_sub(1);
    format!("{:.1}", times[index].as_secs_f64() * 1000.0)
}

/// What is edited.
#[derive(Clone, Copy)]
enum Kind {
    Paragraph,
    Title,
    Template,
    /// The description of a term, seen on the term's page.
    Description,
    /// The name of a term, seen on the term's page.
    Name,
}

impl Kind {
    const ALL: [Self; 5] = [Self::Paragraph, Self::Title, Self::Template, Self::Description, Self::Name];

    fn name(self) -> &'static str {
        match self {
            Self::Paragraph => "paragraph",
            Self::Title => "title",
            Self::Template => "template",
            Self::Description => "description of a term",
            Self::Name => "name of a term",
        }
    }
}

/// A preview that is running, and the site that it shows.
struct Preview {
    process: Process,
    /// How long until the first page came, with no cache.
    first: Duration,
    site: Site,
    pages: usize,
    root: PathBuf,
    port: u16,
}

/// Ends with its owner.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself, and there is nothing to be done about it here.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Preview {
    fn start(site: Site, pages: usize, above: &Path) -> Self {
        let (root, cache) = (above.join("site"), above.join("cache"));
        site.write(pages, &root);
        if !root.join(site.frame()).exists() {
            fs::create_dir_all(root.join("templates")).expect("a folder can be made");
            fs::write(root.join(site.frame()), OWN_PAGE).expect("a template can be written");
        }
        let port = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a port is free").port();
        let number = port.to_string();
        let mut command = if site.is_hugo() {
            let mut hugo = Command::new(run::hugo().expect("hugo is on the path, or `HUGO` names it"));
            hugo.args([
                "server",
                "--renderToMemory",
                "--disableBrowserError",
                "--bind",
                "127.0.0.1",
                "--port",
                &number,
                "--source",
            ]);
            hugo
        } else {
            let mut tilmash = Command::new(run::tilmash());
            tilmash.args(["serve", "--quiet", "--port", &number, "--root"]);
            tilmash
        };
        command.arg(&root).env("XDG_CACHE_HOME", &cache).env("HUGO_CACHEDIR", &cache).stdin(Stdio::null()).stdout(Stdio::null());
        let start = Instant::now();
        let process = Process(command.spawn().expect("the program runs"));
        let mut preview = Self { process, first: Duration::ZERO, site, pages, root, port };
        preview.first = preview.wait(start, &preview.address(pages / 2, "kk"), "</article>");
        preview
    }

    fn address(&self, page: usize, code: &str) -> String {
        format!("/{code}/{}/", self.site.corpus(self.pages).key(page))
    }

    /// Makes all edits of a kind, and returns the cell of the table.
    fn cell(&self, kind: Kind, edits: usize) -> String {
        let edits = if matches!(kind, Kind::Paragraph) { edits } else { edits.min(10) };
        let is_of_term = matches!(kind, Kind::Description | Kind::Name);
        if is_of_term && !matches!(self.site, Site::Named { glossary: true, .. }) {
            return "–".to_owned();
        }
        let mut times: Vec<Duration> = (0..edits).map(|edit| self.edit(kind, edit, edits)).collect();
        times.sort_unstable();
        format!("{} / {} ms ({edits})", part(&times, 50), part(&times, 95))
    }

    /// Makes an edit with a page open, and waits until the page has it.
    fn edit(&self, kind: Kind, edit: usize, edits: usize) -> Duration {
        // From the first page to the last, and in each language by turns.
        let nth = |count: usize| edit * (count - 1) / (edits - 1).max(1);
        let (page, code) = (nth(self.pages), CODES[edit % CODES.len()]);
        let term = match self.site {
            Site::Named { terms, .. } => nth(terms),
            Site::Small { .. } | Site::Themed { .. } | Site::Hugo { .. } => 0,
        };
        let address = match kind {
            Kind::Description | Kind::Name => format!("/{code}/terms/{}/", names::key(term)),
            Kind::Paragraph | Kind::Title | Kind::Template => self.address(page, code),
        };
        let expected = match kind {
            Kind::Template if edit == 0 => "printing-first".to_owned(),
            Kind::Template => format!("printing-{edit}"),
            Kind::Name => format!("Renamed{edit}"),
            Kind::Paragraph | Kind::Title | Kind::Description => {
                format!("{}-{edit}", kind.name().split(' ').next().unwrap_or(""))
            }
        };
        let path = match kind {
            Kind::Template => self.root.join(self.site.frame()),
            Kind::Paragraph | Kind::Title => {
                self.root.join(format!("content/{}.{code}.md", self.site.corpus(self.pages).key(page)))
            }
            Kind::Description | Kind::Name => self.root.join(names::path(term)),
        };
        let text = fs::read_to_string(&path).expect("it was written");
        let new = match kind {
            Kind::Paragraph => corpus::with_paragraph(&text, &expected),
            Kind::Title => corpus::with_title(&text, &expected),
            Kind::Template => {
                let (before, after) = text.split_once("<p>printing-").expect("the frame has its mark");
                let (_, after) = after.split_once('<').expect("the mark ends");
                format!("{before}<p>{expected}<{after}")
            }
            Kind::Description => names::with(&text, term, &format!("    {code}: >-\n      "), &format!("{expected} ")),
            Kind::Name => names::with(&text, term, &format!("{code}: ["), &format!("{expected} ")),
        };
        self.wait(Instant::now(), &address, "</article>");
        // Whoever looks at the disk now and then must not be met at the same point each time.
        sleep(Duration::from_millis(300 + edit as u64 % 7 * 37));
        let saved = Instant::now();
        fs::write(&path, new).expect("the file can be written");
        self.wait(saved, &address, &expected)
    }

    /// Asks for a page until it has a text; says how long that took since `start`.
    fn wait(&self, start: Instant, address: &str, text: &str) -> Duration {
        let mut connection = None;
        loop {
            if get(&mut connection, self.port, address).is_ok_and(|page| contains(&page, text)) {
                return start.elapsed();
            }
            assert!(start.elapsed() < PATIENCE, "`{text}` never came at {address}");
            sleep(PAUSE);
        }
    }
}

fn contains(page: &[u8], text: &str) -> bool {
    String::from_utf8_lossy(page).contains(text)
}

/// Asks for a page over a connection that is kept; a new one if there is none.
fn get(connection: &mut Option<TcpStream>, port: u16, address: &str) -> io::Result<Vec<u8>> {
    let mut stream = match connection.take() {
        Some(stream) => stream,
        None => TcpStream::connect(("127.0.0.1", port))?,
    };
    stream.set_nodelay(true)?;
    stream.write_all(format!("GET {address} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n").as_bytes())?;
    let mut answer = Vec::new();
    let mut chunk = [0; 64 << 10];
    while !is_whole(&answer) {
        match stream.read(&mut chunk)? {
            0 => return Ok(answer),
            read => answer.extend_from_slice(&chunk[..read]),
        }
    }
    *connection = Some(stream);
    Ok(answer)
}

/// Whether all of an answer has come.
fn is_whole(answer: &[u8]) -> bool {
    let Some(end) = answer.windows(4).position(|window| window == b"\r\n\r\n") else { return false };
    let head = String::from_utf8_lossy(&answer[..end]).to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse::<usize>().ok());
    // Without a length it comes in chunks, of which the last is empty.
    length.map_or_else(|| answer.ends_with(b"\r\n0\r\n\r\n"), |length| answer.len() >= end + 4 + length)
}
