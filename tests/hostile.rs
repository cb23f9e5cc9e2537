//! A repository that somebody else made, full of traps: no command writes outside of it, follows a
//! link out of it, shows a file that is not in it, runs a program that it names, or hangs.
//!
//! Each trap is laid in a repository of its own. Then every command runs in it, with a time limit.
//! Beside the repository is a folder that nobody may touch: its entries, bytes and times stay as
//! they are, and the word that is in all of its files and names appears nowhere.
#![cfg(unix)]

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{OnceLock, mpsc};
use std::time::{Duration, SystemTime};

use tempfile::TempDir;

use crate::common::{is_long, program};

/// Stands in every file of the folder that nobody may touch.
const SECRET: &str = "qupiya-word";

/// The time limit for a command: a hundred times its usual time.
const PATIENCE: Duration = Duration::from_secs(30);

/// Every command that ends by itself, with the options that make it do most.
const COMMANDS: [&[&str]; 18] = [
    &["build"],
    &["check", "--external"],
    &["check", "--complete", "en"],
    &["sync"],
    &["split", "--force"],
    &["status"],
    &["status", "first-chapter"],
    &["terms"],
    &["search", "first"],
    &["export", "--to", "po", "--language", "en"],
    &["export", "--to", "csv", "--language", "en", "--output", "out.csv"],
    &["import", "back.po"],
    &["new", "out/page"],
    &["new", "files/page"],
    &["new", "plain"],
    &["init"],
    &["render", "content/first-chapter.en.md"],
    &["build", "--no-cache"],
];

/// A small site, a file from a translator, and the files of others. A link may lead from any of the
/// former to the latter, which are valid pages, configurations, templates and lists of files.
const FILES: [(&str, &str); 20] = [
    ("repo/site.yaml", "title: T\nlanguages: [kk, en]\nplans: [content/_source/plan.yaml]\n"),
    ("repo/content/index.kk.md", "# Басты бет\n"),
    ("repo/content/index.en.md", "# Home\n"),
    ("repo/content/first-chapter.kk.md", "# Тарау\n\nБірінші сөйлем.\nЕкінші сөйлем.\n"),
    ("repo/content/first-chapter.en.md", "# Chapter\n\nFirst sentence.\nSecond sentence.\n"),
    ("repo/content/second.kk.md", "# Екінші\n\nСөйлем.\n"),
    ("repo/content/files/k", "a file that is copied as it is\n"),
    ("repo/content/_source/plan.yaml", "source: text.txt\nlanguage: kk\nchapters: [{key: cut, title: Cut, rest: true}]\n"),
    ("repo/content/_source/text.txt", "Бір сөйлем. Екі сөйлем.\n"),
    ("repo/back.po", BACK),
    ("victim/key", "qupiya-word: not yours\n"),
    ("victim/page.kk.md", "# qupiya-word\n\nqupiya-word.\n"),
    ("victim/index.html", "<p>qupiya-word</p>\n"),
    ("victim/base.html", "<p>qupiya-word</p>\n"),
    ("victim/k", "qupiya-word\n"),
    ("victim/content/index.kk.md", "# qupiya-word\n"),
    ("victim/empty/.keep", "qupiya-word"),
    ("victim/site.yaml", "title: qupiya-word\nlanguages: [kk]\nqupiya-word: x\n"),
    ("victim/plan.yaml", "source: key\nlanguage: kk\nqupiya-word: x\n"),
    ("victim/x.lock", "qupiya-word\n"),
];

const BACK: &str = r#"msgid ""
msgstr "Language: en\nX-Source-Language: kk\n"

msgctxt "first-chapter#1.1"
msgid "Бірінші сөйлем."
msgstr "Another first sentence."

msgctxt "second#title"
msgid "Екінші"
msgstr "The second"

msgctxt "second#1.1"
msgid "Сөйлем."
msgstr "A sentence."

msgctxt "../../victim/page#1.1"
msgid "a"
msgstr "b"

msgctxt "/victim/page#title"
msgid "a"
msgstr "b"
"#;

/// A repository, and the folder beside it that nobody may touch.
struct Trap {
    folder: TempDir,
}

impl Trap {
    /// A copy of a site that has been built and synced, before anybody lays a trap.
    fn new() -> Self {
        static MADE: OnceLock<BTreeMap<String, Vec<u8>>> = OnceLock::new();
        let trap = Self { folder: tempfile::tempdir().expect("a temporary folder") };
        MADE.get_or_init(made).iter().for_each(|(path, bytes)| trap.write(path, bytes));
        trap
    }

    fn at(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn repo(&self, path: &str) -> PathBuf {
        self.at("repo").join(path)
    }

    fn write(&self, path: &str, bytes: &[u8]) {
        program::put(self.folder.path(), path, bytes);
    }

    /// Removes the entry at a path and makes the folders above it, so that a trap can put something
    /// there.
    fn clear(&self, path: &str) -> PathBuf {
        let path = self.repo(path);
        let folder = path.parent().expect("it is in a folder");
        // A file in the place of a folder is removed too.
        for above in folder.ancestors().filter(|above| above.starts_with(self.at("repo"))) {
            if fs::symlink_metadata(above).is_ok_and(|metadata| !metadata.is_dir()) {
                fs::remove_file(above).expect("files can be removed");
            }
        }
        fs::create_dir_all(folder).expect("folders can be made");
        match fs::symlink_metadata(&path) {
            Ok(metadata) if metadata.is_dir() => fs::remove_dir_all(&path).expect("folders can be removed"),
            Ok(_) => fs::remove_file(&path).expect("files can be removed"),
            // There is nothing yet.
            Err(_) => {}
        }
        path
    }

    /// Writes a file of the repository.
    fn put(&self, path: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.clear(path), bytes).expect("files can be written");
    }

    /// Puts a link in the repository that leads to a path beside it.
    fn link(&self, path: &str, to: &str) {
        symlink(self.at(to), self.clear(path)).expect("links can be made");
    }

    /// Puts a pipe that nobody writes to in the repository.
    fn pipe(&self, path: &str) {
        let made = Command::new("mkfifo").arg(self.clear(path)).status().expect("mkfifo is on every Unix");
        assert!(made.success());
    }

    fn run(&self, arguments: &[&str]) -> Run {
        let mut command = program::command(&self.at("repo"), arguments);
        command.env("XDG_CACHE_HOME", self.at("cache")).env("HOME", self.at("home")).env("NO_COLOR", "1");
        let mut child = command.stdin(Stdio::null()).spawn().expect("the program runs");
        let (sender, receiver) = mpsc::channel();
        read_to_end(child.stdout.take().expect("it was piped"), sender.clone());
        read_to_end(child.stderr.take().expect("it was piped"), sender);
        let mut said = String::new();
        for _ in 0..2 {
            let Ok(bytes) = receiver.recv_timeout(PATIENCE) else {
                child.kill().expect("it runs");
                child.wait().expect("it was killed");
                return Run { code: None, said: "it hangs".to_owned() };
            };
            said.push_str(&String::from_utf8_lossy(&bytes));
        }
        Run { code: child.wait().expect("it was started").code(), said }
    }
}

/// Returns the files of a site that has been built and synced, and the files beside it, by path.
fn made() -> BTreeMap<String, Vec<u8>> {
    let trap = Trap { folder: tempfile::tempdir().expect("a temporary folder") };
    FILES.iter().for_each(|(path, text)| trap.write(path, text.as_bytes()));
    for arguments in [&["split"][..], &["sync"], &["build"]] {
        let run = trap.run(arguments);
        assert!(run.code == Some(0), "{arguments:?}: {}", run.said);
    }
    let files = look(trap.folder.path()).into_iter().filter(|(path, _)| path.is_file() && !path.starts_with(trap.at("cache")));
    let name = |path: &Path| path.strip_prefix(trap.folder.path()).expect("it was found there").to_string_lossy().into_owned();
    files.map(|(path, (bytes, _))| (name(&path), bytes)).collect()
}

/// Sends everything read from a pipe, when the pipe ends.
fn read_to_end(mut pipe: impl Read + Send + 'static, sender: mpsc::Sender<Vec<u8>>) {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        // A pipe that breaks has given all it has.
        let _ = pipe.read_to_end(&mut bytes);
        // Nobody listens after a time limit.
        let _ = sender.send(bytes);
    });
}

/// The exit code of a run and all its output.
struct Run {
    code: Option<i32>,
    said: String,
}

/// An entry of a folder, without following links: its kind or content, and its modification time.
type Entry = (Vec<u8>, SystemTime);

/// Returns all entries below a folder.
fn look(folder: &Path) -> BTreeMap<PathBuf, Entry> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("the folder can be read") {
            let path = entry.expect("the folder can be read").path();
            let metadata = fs::symlink_metadata(&path).expect("it is there");
            let holds = match metadata.file_type() {
                kind if kind.is_dir() => b"a folder".to_vec(),
                // The program writes no larger files.
                kind if kind.is_file() && metadata.len() < 1 << 20 => fs::read(&path).expect("files can be read"),
                kind => format!("{kind:?}").into_bytes(),
            };
            if metadata.is_dir() {
                folders.push(path.clone());
            }
            found.insert(path, (holds, metadata.modified().expect("files have times")));
        }
    }
    found
}

/// Runs every command in a repository with that trap; returns all that went wrong.
fn wrong(name: &str, lay: impl Fn(&Trap)) -> Vec<String> {
    let trap = Trap::new();
    lay(&trap);
    // Entries that the trap itself puts outside, such as a hard link, are there before.
    let (mut before, beside) = (look(&trap.at("victim")), names(trap.folder.path()));
    let mut wrong = Vec::new();
    // A short run tries `build` and every sixth command; another trap gets others of them.
    let first = name.bytes().map(usize::from).sum::<usize>() % 6;
    let chosen = COMMANDS.iter().enumerate().filter(|(index, _)| is_long() || *index == 0 || index % 6 == first);
    for (_, arguments) in chosen {
        let run = trap.run(arguments);
        let mut say = |what: String| wrong.push(format!("{name}: tilmash {}: {what}", arguments.join(" ")));
        match run.code {
            Some(0..=2) => {}
            code => say(format!("it ended with {code:?}: {}", run.said)),
        }
        if run.said.contains(SECRET) {
            say(format!("it shows a file of others: {}", run.said));
        }
        // These two print files, with all that is in them.
        let is_data = matches!(arguments[0], "export" | "render");
        if !is_data && run.said.contains(|c: char| c.is_control() && !matches!(c, '\n' | '\t' | '\r')) {
            say(format!("it prints control characters: {:?}", run.said));
        }
        let after = look(&trap.at("victim"));
        let differs = before.keys().chain(after.keys()).find(|path| before.get(*path) != after.get(*path));
        if let Some(path) = differs {
            say(format!("it touched `{}`", path.display()));
        }
        before = after;
        if names(trap.folder.path()) != beside {
            say("it wrote beside the repository".to_owned());
        }
        // The others would hang as well.
        if run.code.is_none() {
            break;
        }
    }
    for (path, (bytes, _)) in look(&trap.at("repo")) {
        if bytes.windows(SECRET.len()).any(|window| window == SECRET.as_bytes()) {
            wrong.push(format!("{name}: `{}` holds what is not in the repository", path.display()));
        }
    }
    wrong
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("the folder can be read");
    let mut names: Vec<String> = entries
        .map(|entry| entry.expect("the folder can be read").file_name().to_string_lossy().into_owned())
        .filter(|name| !matches!(name.as_str(), "cache" | "home"))
        .collect();
    names.sort();
    names
}

/// A trap by its name.
type Named<'t> = (&'t str, &'t dyn Fn(&Trap));

fn nothing_is_wrong(traps: &[Named<'_>]) {
    let wrong: Vec<String> = traps.iter().flat_map(|(name, lay)| wrong(name, lay)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// Without traps every command works, so that the other tests of this file can fail.
#[test]
fn a_repository_without_traps_is_used_as_it_is() {
    let trap = Trap::new();
    let codes: Vec<_> = COMMANDS.iter().map(|arguments| (*arguments, trap.run(arguments))).collect();
    for (arguments, run) in codes {
        // `new` finds what `split` and `init` made; a page that is not translated fails
        // `--complete`.
        let fails = matches!(arguments, ["init", ..] | ["check", ..] | ["import", ..]);
        assert!(run.code == Some(0) || fails, "{arguments:?}: {:?} {}", run.code, run.said);
    }
    for made in ["public/index.html", "content/out/page.kk.md", "content/plain.en.md", "out.csv", "content/second.en.md"] {
        assert!(trap.repo(made).is_file(), "{made}");
    }
    assert_eq!(wrong("no trap", |_| {}), Vec::<String>::new());
}

#[test]
fn a_build_never_writes_through_a_link_beside_its_output() {
    nothing_is_wrong(&[
        ("the folder of a build", &|trap| trap.link(".public.tilmash-new", "victim")),
        ("the old folder of a build", &|trap| trap.link(".public.tilmash-new-old", "victim")),
        ("the old folder, and no output", &|trap| {
            trap.link(".public.tilmash-new-old", "victim");
            fs::remove_dir_all(trap.repo("public")).expect("it was built");
        }),
        ("both", &|trap| {
            trap.link(".public.tilmash-new", "victim");
            trap.link(".public.tilmash-new-old", "victim");
        }),
        ("a link in the folder of a build", &|trap| {
            trap.put(".public.tilmash-new/.tilmash-manifest", "en/index.html\nkey\n");
            trap.link(".public.tilmash-new/en", "victim");
        }),
        ("the lock", &|trap| trap.link(".public.tilmash-lock", "victim/key")),
        ("the lock, to nothing", &|trap| trap.link(".public.tilmash-lock", "victim/none")),
    ]);
}

#[test]
fn a_build_never_writes_through_a_link_in_its_output() {
    nothing_is_wrong(&[
        ("the output", &|trap| trap.link("public", "victim")),
        ("the output, to an empty folder", &|trap| {
            fs::create_dir(trap.at("victim/new")).expect("folders can be made");
            trap.link("public", "victim/new");
        }),
        ("the output, to nothing", &|trap| trap.link("public", "victim/none")),
        ("a file", &|trap| trap.link("public/files/k", "victim/key")),
        ("a file, with another source", &|trap| {
            trap.link("public/files/k", "victim/key");
            trap.put("content/files/k", "another text\n");
        }),
        ("a folder", &|trap| {
            trap.link("public/files", "victim");
            trap.put("content/files/k", "another text\n");
        }),
        ("a folder that the site has no more", &|trap| {
            trap.link("public/files", "victim");
            fs::remove_dir_all(trap.repo("content/files")).expect("it is there");
        }),
        ("a language", &|trap| trap.link("public/en", "victim")),
        ("a hard link", &|trap| {
            fs::hard_link(trap.at("victim/key"), trap.clear("public/files/k")).expect("links can be made");
            trap.put("content/files/k", "another text\n");
        }),
        ("the manifest", &|trap| trap.link("public/.tilmash-manifest", "victim/key")),
        ("the manifest, to nothing", &|trap| trap.link("public/.tilmash-manifest", "victim/none")),
    ]);
}

#[test]
fn a_manifest_names_only_files_of_the_output() {
    let lists = |list: &'static str| {
        move |trap: &Trap| {
            let manifest = trap.repo("public/.tilmash-manifest");
            let before = fs::read_to_string(&manifest).expect("it was built");
            trap.put("public/.tilmash-manifest", format!("{before}{list}"));
            trap.link("public/out", "victim");
            // Both in a folder that goes away and in one that stays.
            fs::remove_dir_all(trap.repo("content/files")).expect("it is there");
        }
    };
    nothing_is_wrong(&[
        ("above", &lists("../../victim/key\n../back.po\n../content/index.kk.md\n")),
        ("within and above", &lists("en/../../../victim/key\n./../../victim/key\nen/./../../../victim/k\n")),
        ("through a link", &lists("out/key\nout\nout/content/index.kk.md\n")),
        ("nothing", &lists("\n.\n..\n/\n//\n\0\n")),
        ("absolute", &|trap| {
            trap.put("public/.tilmash-manifest", format!("{}\nindex.html\n", trap.at("victim/key").display()));
        }),
        ("a folder", &|trap| trap.put("public/.tilmash-manifest/x", "x")),
        ("no text", &|trap| trap.put("public/.tilmash-manifest", b"\xff\xfe\0\n../x\n")),
    ]);
}

#[test]
fn sources_are_never_written_through_a_link() {
    nothing_is_wrong(&[
        ("a lock that is being written", &|trap| {
            trap.link("content/.first-chapter.lock.tilmash-new", "victim/key");
            trap.link("content/.a.lock.tilmash-new", "victim/key");
            fs::remove_file(trap.repo("content/first-chapter.lock")).expect("it was synced");
        }),
        ("a page that is being written", &|trap| {
            trap.link("content/.first-chapter.en.md.tilmash-new", "victim/key");
            trap.link("content/.second.en.md.tilmash-new", "victim/none");
            trap.link("content/.cut.kk.md.tilmash-new", "victim/key");
            trap.put("content/cut.kk.md", "---\ntitle: Cut\n---\n\nBy hand.\n");
        }),
        ("a lock", &|trap| trap.link("content/first-chapter.lock", "victim/x.lock")),
        ("a lock, to nothing", &|trap| trap.link("content/first-chapter.lock", "victim/none.lock")),
        ("a translation, to nothing", &|trap| trap.link("content/second.en.md", "victim/none")),
        ("a chapter, to nothing", &|trap| trap.link("content/cut.kk.md", "victim/none")),
        ("a new page, to nothing", &|trap| trap.link("content/plain.en.md", "victim/none")),
        ("a folder", &|trap| trap.link("content/out", "victim")),
        ("the content", &|trap| trap.link("content", "victim/content")),
        ("the content, to nothing", &|trap| trap.link("content", "victim/none")),
        ("what is exported", &|trap| trap.link("out.csv", "victim/key")),
        ("what is exported, to nothing", &|trap| trap.link("out.csv", "victim/none")),
        ("a new site", &|trap| {
            fs::remove_file(trap.repo("site.yaml")).expect("it is there");
            fs::remove_dir_all(trap.repo("content")).expect("it is there");
            trap.link(".github", "victim");
            trap.link(".gitignore", "victim/none");
        }),
        ("a new site, in a folder of others", &|trap| {
            fs::remove_file(trap.repo("site.yaml")).expect("it is there");
            trap.link("content", "victim/empty");
        }),
        ("chapters above the content", &|trap| {
            let chapters = "chapters: [{key: ../../victim/page, title: A, rest: true}]\n";
            trap.put("content/_source/plan.yaml", format!("source: text.txt\nlanguage: kk\n{chapters}"));
        }),
        ("addresses above the site", &|trap| {
            let front = "---\ntitle: A\nslug: ../../../victim/x\naliases: [/../../victim/y/, ../../../victim/z]\ntags: [../../../victim]\n---\n";
            trap.put("content/second.kk.md", format!("{front}\nСөйлем.\n"));
        }),
    ]);
}

#[test]
fn nothing_is_read_through_a_link_out_of_the_repository() {
    nothing_is_wrong(&[
        ("the configuration", &|trap| trap.link("site.yaml", "victim/key")),
        ("a configuration that can be read", &|trap| trap.link("site.yaml", "victim/site.yaml")),
        ("a page", &|trap| trap.link("content/third.kk.md", "victim/page.kk.md")),
        ("a picture", &|trap| trap.link("content/p.png", "victim/key")),
        ("a plan", &|trap| trap.link("content/_source/plan.yaml", "victim/plan.yaml")),
        ("a source text", &|trap| trap.link("content/_source/text.txt", "victim/key")),
        ("templates", &|trap| trap.link("templates", "victim")),
        ("a template", &|trap| trap.link("templates/page.html", "victim/index.html")),
        ("themes", &|trap| trap.link("themes", "victim")),
        ("a chain", &|trap| {
            trap.link("content/one", "repo/content/two");
            trap.link("content/two", "repo/content/three");
            trap.link("content/three", "victim");
        }),
    ]);
}

#[test]
fn no_text_leads_out_of_the_repository() {
    let config = |more: &'static str| {
        move |trap: &Trap| {
            trap.put("site.yaml", format!("title: T\nlanguages: [kk, en]\n{more}\n"));
        }
    };
    let absolute = |write: &'static dyn Fn(&Trap, &str)| {
        move |trap: &Trap| {
            write(trap, trap.at("victim/key").to_str().expect("temporary folders are text"));
        }
    };
    nothing_is_wrong(&[
        ("a theme above", &config("theme: ../../victim")),
        ("plans above", &config("plans: [../victim/plan.yaml, content/../../victim/plan.yaml]")),
        (
            "an absolute plan",
            &absolute(&|trap, path| {
                trap.put("site.yaml", format!("title: T\nlanguages: [kk, en]\nplans: [{path}]\n"));
            }),
        ),
        ("a source text above", &|trap| {
            trap.put(
                "content/_source/plan.yaml",
                "source: ../../../victim/key\nlanguage: kk\nchapters: [{key: a, title: A, rest: true}]\n",
            );
        }),
        (
            "an absolute source text",
            &absolute(&|trap, path| {
                let chapters = "chapters: [{key: a, title: A, rest: true}]";
                trap.put("content/_source/plan.yaml", format!("source: {path}\nlanguage: kk\n{chapters}\n"));
            }),
        ),
        ("a template that includes", &|trap| trap.put("templates/page.html", "{% include \"../../victim/index.html\" %}")),
        ("a template that extends", &|trap| trap.put("templates/page.html", "{% extends \"../../victim/base.html\" %}")),
        ("an absolute template", &absolute(&|trap, path| trap.put("templates/page.html", format!("{{% include \"{path}\" %}}")))),
        ("a page's template", &|trap| {
            trap.put("content/second.kk.md", "---\ntitle: A\ntemplate: ../../victim/index.html\n---\n\nСөйлем.\n");
        }),
        ("links and pictures", &|trap| {
            trap.put(
                "content/second.kk.md",
                "# A\n\n![a](../../victim/key) [b](../../victim/page.kk.md) [[../../victim/page]]\n",
            );
        }),
    ]);
}

#[test]
fn no_pipe_and_no_device_hangs_a_command() {
    nothing_is_wrong(&[
        ("a lock that is being written", &|trap| {
            trap.pipe("content/.first-chapter.lock.tilmash-new");
            fs::remove_file(trap.repo("content/first-chapter.lock")).expect("it was synced");
        }),
        ("the manifest", &|trap| trap.pipe("public/.tilmash-manifest")),
        ("the lock of a build", &|trap| trap.pipe(".public.tilmash-lock")),
        ("the folder of a build", &|trap| trap.pipe(".public.tilmash-new")),
        ("the old folder of a build", &|trap| trap.pipe(".public.tilmash-new-old")),
        ("the output", &|trap| trap.pipe("public")),
        ("a file of the output", &|trap| trap.pipe("public/files/k")),
        ("the configuration", &|trap| trap.pipe("site.yaml")),
        ("a page", &|trap| trap.pipe("content/second.kk.md")),
        ("a lock", &|trap| trap.pipe("content/second.lock")),
        ("a source text", &|trap| trap.pipe("content/_source/text.txt")),
        ("a picture", &|trap| trap.pipe("content/p.png")),
        ("a template", &|trap| trap.pipe("templates/page.html")),
        ("the content", &|trap| trap.pipe("content")),
        ("what is exported", &|trap| trap.pipe("out.csv")),
        ("git's configuration", &|trap| trap.pipe(".git/config")),
        ("a device", &|trap| symlink("/dev/zero", trap.clear("content/second.kk.md")).expect("links can be made")),
        ("a device as the configuration", &|trap| symlink("/dev/zero", trap.clear("site.yaml")).expect("links can be made")),
        ("a device as a plan", &|trap| {
            symlink("/dev/zero", trap.clear("content/_source/plan.yaml")).expect("links can be made");
        }),
        ("a circle of links", &|trap| {
            trap.link("content/one", "repo/content/two");
            trap.link("content/two", "repo/content/one");
            trap.link("content/back", "repo/content");
        }),
    ]);
}

#[test]
fn odd_file_names_are_handled_as_names() {
    nothing_is_wrong(&[
        ("control characters", &|trap| {
            trap.put("content/a\nb.kk.md", "# A\n");
            trap.put("content/\u{1b}[31mred\u{7}.kk.md", "# \u{1b}]0;title\u{7} \u{9b}31m\n\n[[\u{1b}[31m]]\n");
        }),
        ("a carriage return", &|trap| trap.put("content/a\rb.png", "x")),
        ("names of Windows", &|trap| {
            for name in ["con.kk.md", "aux.md", "a:b.kk.md", "a?.kk.md", "dot..kk.md", "back\\slash.kk.md", "nul"] {
                trap.put(&format!("content/{name}"), "# A\n");
            }
        }),
        ("long names", &|trap| trap.put(&format!("content/{}.kk.md", "x".repeat(240)), "# A\n\n[[y]]\n")),
        ("deep folders", &|trap| trap.put(&format!("content/{}a.kk.md", "deep/".repeat(100)), "# A\n")),
        ("no text", &|trap| {
            use std::os::unix::ffi::OsStrExt as _;
            let name = std::ffi::OsStr::from_bytes(b"a\xff.kk.md");
            fs::write(trap.repo("content").join(name), "# A\n").expect("Unix takes any name");
        }),
        ("options", &|trap| {
            trap.put("content/--output=..kk.md", "# A\n\nСөйлем.\n");
            trap.put("content/-rf.kk.md", "# A\n\nСөйлем.\n");
        }),
        ("folders in the place of files", &|trap| {
            for name in
                ["content/second.lock", "content/second.en.md", "content/_source/text.txt", "out.csv", "back.po", "site.yaml"]
            {
                trap.put(&format!("{name}/x"), "x");
            }
        }),
        ("a file in the place of the content", &|trap| trap.put("content", "x")),
        ("a file in the place of the output", &|trap| trap.put("public", "x")),
    ]);
}

/// Git's configuration may name programs; a folder that came as an archive brings one along.
#[test]
fn no_program_that_the_repository_names_is_run() {
    let script = |trap: &Trap| format!("touch '{}' #", trap.at("victim/ran").display());
    let with = |trap: &Trap, config: String| {
        let git = |arguments: &[&str]| {
            let identity = ["-c", "user.name=t", "-c", "user.email=t@example.org"];
            let done =
                Command::new("git").args(identity).args(arguments).current_dir(trap.at("repo")).output().expect("git runs");
            assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        };
        git(&["init", "--quiet"]);
        git(&["add", "."]);
        git(&["commit", "--quiet", "-m", "all"]);
        trap.put(".gitattributes", "* diff=x filter=x\n");
        trap.put("content/second.kk.md", "# Екінші\n\nБасқа сөйлем.\n");
        let own = fs::read_to_string(trap.repo(".git/config")).expect("git made it");
        trap.put(".git/config", format!("{own}{config}"));
        for hook in ["post-index-change", "fsmonitor-watchman", "post-checkout"] {
            let hook = format!(".git/hooks/{hook}");
            trap.put(&hook, format!("#!/bin/sh\n{}\n", script(trap)));
            use std::os::unix::fs::PermissionsExt as _;
            fs::set_permissions(trap.repo(&hook), fs::Permissions::from_mode(0o755)).expect("it is there");
        }
    };
    nothing_is_wrong(&[
        ("a monitor", &|trap| with(trap, format!("[core]\nfsmonitor = \"{}\"\n", script(trap)))),
        ("a filter", &|trap| {
            let script = script(trap);
            with(
                trap,
                format!("[filter \"x\"]\nclean = \"{script}\"\nsmudge = \"{script}\"\nprocess = \"{script}\"\nrequired = true\n"),
            );
        }),
        ("a text conversion", &|trap| {
            let script = script(trap);
            with(
                trap,
                format!("[diff \"x\"]\ntextconv = \"{script}\"\ncommand = \"{script}\"\n[diff]\nexternal = \"{script}\"\n"),
            );
        }),
        ("a pager and an editor", &|trap| {
            let script = script(trap);
            with(
                trap,
                format!(
                    "[core]\npager = \"{script}\"\neditor = \"{script}\"\nsshCommand = \"{script}\"\n[alias]\nblame = \"!{script}\"\n"
                ),
            );
        }),
        ("a configuration elsewhere", &|trap| {
            trap.put("more", format!("[core]\nfsmonitor = \"{}\"\n", script(trap)));
            with(trap, "[include]\npath = ../more\n".to_owned());
        }),
        ("a work tree elsewhere", &|trap| with(trap, format!("[core]\nworktree = {}\n", trap.at("victim").display()))),
        ("a repository elsewhere", &|trap| trap.put(".git", format!("gitdir: {}\n", trap.at("victim").display()))),
        ("an address of git's", &|trap| {
            with(trap, "[remote \"origin\"]\nurl = ext::sh -c touch% ../victim/ran\n".to_owned());
        }),
    ]);
}

/// A clone has a `.git` of its own, with addresses that may hold passwords, and the output may be a
/// repository too.
#[test]
fn the_git_folder_is_neither_read_nor_written() {
    let trap = Trap::new();
    let keep = |trap: &Trap, path: &str| trap.put(path, format!("url = https://user:{SECRET}@example.org/\n"));
    keep(&trap, ".git/config");
    trap.put(".git/annex/objects/p", "a picture that git-annex keeps\n");
    keep(&trap, "public/.git/config");
    let list = fs::read_to_string(trap.repo("public/.tilmash-manifest")).expect("it was built");
    trap.put("public/.tilmash-manifest", format!("{list}.git/config\n.GIT/config\ngit~1/config\n"));
    trap.link("content/linked.kk.md", "repo/.git/config");
    trap.link("content/files/config", "repo/.git/config");
    trap.link("content/files/git", "repo/.git");
    trap.link("content/files/p", "repo/.git/annex/objects/p");
    trap.link("templates", "repo/.git");
    let before = look(&trap.repo(".git"));
    let build = trap.run(&["build"]);
    assert!(build.code == Some(0) && !build.said.contains(SECRET), "{}", build.said);
    assert_eq!(build.said.matches("leads into a `.git` folder").count(), 4, "{}", build.said);
    assert!(look(&trap.repo(".git")) == before && trap.repo("public/.git/config").is_file());
    assert!(trap.repo("public/files/p").is_file() && !trap.repo("public/files/config").exists());

    for (name, text) in [
        ("alias", "aliases: [/.git/refs/heads/x]"),
        ("alias", "aliases: [/.Git/hooks/x]"),
        ("slug", "slug: .git"),
        ("slug", "slug: git~1"),
    ] {
        trap.put("content/page.kk.md", format!("---\ntitle: A\n{text}\n---\n\nМәтін.\n"));
        let build = trap.run(&["build"]);
        assert!(build.code == Some(1) && build.said.contains("git reserves the name"), "{name}: {}", build.said);
        fs::remove_file(trap.repo("content/page.kk.md")).expect("it was put there");
    }

    fs::create_dir_all(trap.repo(".git/objects/info")).expect("folders can be made");
    for command in [&["build"][..], &["export", "--to", "csv", "--language", "en", "--output", "public/x"]] {
        trap.link("public", "repo/.git/objects/info");
        let run = trap.run(command);
        assert!(run.code == Some(2) && run.said.contains("is a symbolic link into a hidden folder"), "{}", run.said);
        assert_eq!(fs::read_dir(trap.repo(".git/objects/info")).expect("it was made").count(), 0);
    }
}

#[test]
fn endless_recursion_of_templates_is_reported() {
    let trap = Trap::new();
    let page = |inner: &str| {
        let text = format!("{{% extends \"default/page.html\" %}}{{% block main %}}{inner}{{% endblock %}}");
        trap.put("templates/page.html", text);
    };
    let said = || {
        let build = trap.run(&["build"]);
        assert_eq!(build.code, Some(1), "{}", build.said);
        build.said
    };
    page("{{ <a/> }}");
    trap.put("templates/a.html", "{% component a() %}{% include \"b.html\" %}{% endcomponent a %}");
    trap.put("templates/b.html", "{{ <a/> }}");
    let round = said();
    assert!(round.contains("the component `a` of the template `a.html` calls itself more than 20 levels deep"), "{round}");

    page("{% include \"x1.html\" %}");
    for number in 1..2000 {
        trap.put(&format!("templates/x{number}.html"), format!("{{% include \"x{}.html\" %}}", number + 1));
    }
    trap.put("templates/x2000.html", "the end");
    let chain = said();
    assert!(chain.contains("are nested more than 40 levels deep"), "{chain}");
}

#[test]
fn any_content_of_the_cache_is_accepted() {
    let trap = Trap::new();
    trap.run(&["build"]);
    let folder = trap.at("cache/tilmash");
    let files: Vec<PathBuf> =
        fs::read_dir(&folder).expect("a build remembers").map(|entry| entry.expect("the folder can be read").path()).collect();
    assert!(!files.is_empty());
    let lay = |name: &str, file: &Path| match name {
        "a pipe" => assert!(Command::new("mkfifo").arg(file).status().expect("mkfifo is on every Unix").success()),
        "a device" => symlink("/dev/zero", file).expect("links can be made"),
        "a folder" => fs::create_dir(file).expect("folders can be made"),
        _ => fs::File::create(file).and_then(|file| file.set_len(1 << 42)).expect("files can have holes"),
    };
    for name in ["a pipe", "a device", "a folder", "a file without end"] {
        for file in &files {
            if fs::remove_file(file).is_err() {
                fs::remove_dir(file).expect("it is empty");
            }
            lay(name, file);
        }
        let build = trap.run(&["build"]);
        assert_eq!(build.code, Some(0), "{name}: {}", build.said);
    }
    fs::File::create(trap.repo("public/.tilmash-manifest")).and_then(|file| file.set_len(1 << 42)).expect("files can have holes");
    let build = trap.run(&["build"]);
    assert!(build.code == Some(2) && build.said.contains("is larger than 1024 MB"), "{}", build.said);
}
