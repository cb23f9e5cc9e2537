//! Reading the folder of a site: only its own ordinary files are read, under the names that the
//! disk has, within limits.

use std::fs;

use crate::common::{Files, Folder};

const SITE: &str =
    "title: T\nlanguages: [kk, en]\nseverity: {missing-translation: off, no-base-url: off, alignment: off, drift: off}\n";

fn site(files: &[(&str, &str)]) -> Folder {
    let home = [("site.yaml", SITE), ("content/index.kk.md", "# Үй\n")];
    Folder::new(&home.iter().chain(files).map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect::<Files>())
}

/// Runs a command; returns its exit code and its messages.
fn run(site: &Folder, args: &[&str]) -> (i32, String) {
    let (code, out, said) = site.run(args);
    (code, format!("{out}{said}"))
}

#[test]
fn a_name_with_a_line_break_is_refused_by_every_build() {
    let site = site(&[("content/a.kk.md", "# A\n"), ("content/b\nc.kk.md", "# B\n"), ("content/d\u{1b}[2J.png", "x")]);
    for _ in 0..2 {
        let (code, said) = run(&site, &["build", "--format", "short"]);
        assert_eq!(code, 1, "{said}");
        assert!(
            said.contains("`content/b\\u{a}c.kk.md` cannot be published: it contains the control character U+000A"),
            "{said}"
        );
        assert!(said.contains("cannot be published: it contains the control character U+001B"), "{said}");
        assert!(!site.path().join("public").exists());
    }
    fs::remove_file(site.path().join("content/d\u{1b}[2J.png")).unwrap();
    fs::rename(site.path().join("content/b\nc.kk.md"), site.path().join("content/b.kk.md")).unwrap();
    for page in ["a", "b"] {
        assert_eq!(run(&site, &["build"]).0, 0);
        assert!(site.path().join(format!("public/kk/{page}/index.html")).exists());
        fs::remove_file(site.path().join(format!("content/{page}.kk.md"))).unwrap();
        assert_eq!(run(&site, &["build"]).0, 0);
        assert!(!site.path().join(format!("public/kk/{page}/index.html")).exists());
    }
}

/// `й` in the form that macOS may store: a letter and a mark.
const NFD: &str = "и\u{306}";

#[test]
fn files_are_found_under_the_names_that_the_disk_has() {
    let named = |name: &str| format!("content/{NFD}/{NFD}.{name}.md");
    let site = site(&[
        (&named("kk"), "# Бір\n\nСәлем.\n\n[x](nowhere.md)\n"),
        (&named("en"), "# One\n\nHello.\n\n[x](nowhere.md)\n"),
        (&format!("content/{NFD}/pic.png"), "x"),
    ]);
    let (code, said) = run(&site, &["check"]);
    assert_eq!(code, 1);
    assert!(said.contains("5 | [x](nowhere.md)"), "an error has its line:\n{said}");
    let (_, said) = run(&site, &["check", "--format", "short"]);
    assert!(said.contains("content/й/й.kk.md:5:5: error[broken-link]"), "{said}");
    site.edit(&named("kk"), "[x](nowhere.md)", "Сау бол.");
    site.edit(&named("en"), "[x](nowhere.md)", "Bye.");
    assert_eq!(run(&site, &["sync"]).0, 0);
    let (code, table, _) = site.run(&["export", "--to", "csv", "--language", "en"]);
    assert_eq!(code, 0);
    site.write("table.csv", &table.replace("Hello.", "Hello there."));
    let (code, said) = run(&site, &["import", "--language", "en", &site.path().join("table.csv").to_string_lossy()]);
    assert_eq!(code, 0, "{said}");
    assert!(site.read(&named("en")).contains("Hello there."), "{said}");
    let (_, said) = run(&site, &["status", "--language", "en"]);
    assert!(said.contains("й/й"), "{said}");
    assert_eq!(run(&site, &["new", "й/new"]).0, 0);
    assert_eq!(run(&site, &["build"]).0, 0);
    assert!(site.path().join("public/й/pic.png").exists());
    let folders = fs::read_dir(site.path().join("content")).unwrap().filter(|entry| entry.as_ref().unwrap().path().is_dir());
    assert_eq!(folders.count(), 1, "no second folder was made");
    assert!(site.path().join(format!("content/{NFD}/new.en.md")).exists());
}

#[test]
fn the_age_of_a_sentence_is_known_for_any_form_of_the_name() {
    let named = |name: &str| format!("content/{NFD}.{name}.md");
    let site = site(&[(&named("kk"), "# Бір\n\nСәлем.\n"), (&named("en"), "# One\n\nHello.\n")]);
    assert_eq!(run(&site, &["sync"]).0, 0);
    site.edit(&named("kk"), "Сәлем", "Сәлем саған");
    assert_eq!(run(&site, &["sync"]).0, 0);
    assert!(site.git(&["init"]) && site.git(&["add", "."]) && site.git_on("2026-01-01", &["commit", "-m", "x"]));
    let (_, said) = run(&site, &["status", "й", "--language", "en"]);
    assert!(!said.contains("not known"), "{said}");
}

#[test]
fn text_that_is_not_utf_8_is_named() {
    let site = site(&[("content/nul.kk.md", "# A\n\nb\0c\n")]);
    let wide: Vec<u8> = "\u{feff}# Ә\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    fs::write(site.path().join("content/wide.kk.md"), wide).unwrap();
    fs::write(site.path().join("content/old.kk.md"), b"# caf\xe9\n").unwrap();
    let (code, said) = run(&site, &["check", "--format", "short"]);
    assert_eq!(code, 1);
    for wanted in [
        "`content/nul.kk.md` contains the character U+0000 at byte 6 in line 3",
        "`content/wide.kk.md` is encoded in UTF-16, not in UTF-8 (save the file as UTF-8)",
        "`content/old.kk.md` is not valid UTF-8 at byte 5 in line 1",
    ] {
        assert!(said.contains(wanted), "{wanted}\n{said}");
    }
}

#[test]
fn no_import_brings_the_character_nul() {
    let site = site(&[("content/a.kk.md", "# A\n\nБір.\n"), ("content/a.en.md", "# A\n\nOne.\n")]);
    assert_eq!(run(&site, &["sync"]).0, 0);
    let (_, written, _) = site.run(&["export", "--to", "jsonl", "--language", "en", "a"]);
    let before = site.read("content/a.en.md");
    let wide: Vec<u8> = written.encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (text, wanted) in [
        (written.replace("One.", "One\\u0000.").into_bytes(), "the translation of `a#1.1` contains the character U+0000"),
        (written.replace("One.", "One\0.").into_bytes(), "contains the character U+0000 at byte"),
        (wide, "is encoded in UTF-16, not in UTF-8"),
    ] {
        fs::write(site.path().join("back.jsonl"), text).unwrap();
        let (code, said) = run(&site, &["import", &site.path().join("back.jsonl").to_string_lossy()]);
        assert_eq!(code, 1, "{said}");
        assert!(said.contains(wanted), "{wanted}\n{said}");
        assert_eq!(site.read("content/a.en.md"), before);
    }
}

#[test]
fn each_limit_is_named_with_the_way_to_raise_it() {
    let plan = "source: book.txt\n";
    let large = "слово ".repeat(200);
    let site = site(&[
        ("content/_source/plan.yaml", plan),
        ("content/_source/book.txt", &large),
        ("content/page.kk.md", &large),
        ("content/pic.png", &large),
        ("table.csv", &large),
    ]);
    let limits = "limits: {text: 1KB, source: 1KB, import: 1KB, file: 1KB}\n";
    site.write("site.yaml", &format!("{SITE}plans: [content/_source/plan.yaml]\n{limits}"));
    let (code, said) = run(&site, &["check", "--format", "short"]);
    assert_eq!(code, 1);
    for wanted in [
        "error[too-large]: `content/page.kk.md` has 2.2 KB; the limit is 1 KB",
        "content/_source/plan.yaml:1:9: error[too-large]: `content/_source/book.txt` has 2.2 KB; the limit is 1 KB",
        "warning[large-file]: `content/pic.png` has 2.2 KB; most hosting services accept no file over 1 KB",
        "raise the limit in site.yaml: `limits: {text: 1MB}`",
        "raise the limit in site.yaml: `limits: {source: 1MB}`",
        "raise the limit in site.yaml: `limits: {file: 1MB}`",
    ] {
        assert!(said.contains(wanted), "{wanted}\n{said}");
    }
    let (code, said) = run(&site, &["import", &site.path().join("table.csv").to_string_lossy(), "--format", "short"]);
    assert_eq!(code, 1);
    assert!(said.contains("2.2 KB; the limit is 1 KB (raise the limit in site.yaml: `limits: {import: 1MB}`"), "{said}");
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::symlink;
    use std::os::unix::net::UnixListener;
    use std::process::Command;

    use super::*;

    fn make_pipe(site: &Folder, path: &str) {
        assert!(Command::new("mkfifo").arg(site.path().join(path)).status().unwrap().success());
    }

    #[test]
    fn nothing_outside_the_project_is_read() {
        let outside = tempfile::tempdir().unwrap();
        fs::write(outside.path().join("secret"), "secret: x\n").unwrap();
        let at = |site: &Folder, path: &str| {
            let path = site.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            let _ = fs::remove_file(&path);
            symlink(outside.path().join("secret"), path).unwrap();
        };
        let all = site(&[("content/a.kk.md", "# A\n")]);
        at(&all, "site.yaml");
        for args in [&["check"][..], &["check", "--format", "json"], &["new", "b"], &["build"], &["sync"], &["split"]] {
            let (code, said) = run(&all, args);
            assert_ne!(code, 0, "{args:?}");
            assert!(said.contains("the symbolic link `site.yaml` leads out of the project's folder"), "{said}");
            assert!(!said.contains("secret"), "{args:?}\n{said}");
        }
        let parts = site(&[("content/_source/plan.yaml", "source: book.txt\n")]);
        parts.write("site.yaml", &format!("{SITE}theme: own\nplans: [content/_source/plan.yaml]\n"));
        let files = [
            "content/_source/book.txt",
            "content/index.lock",
            "content/b.kk.md",
            "content/pic.png",
            "templates/page.html",
            "themes/own/languages/kk.yaml",
            "themes/own/static/style.css",
        ];
        files.iter().for_each(|file| at(&parts, file));
        let (_, said) = run(&parts, &["check"]);
        for file in files {
            assert!(said.contains(&format!("the symbolic link `{file}` leads out of the project's folder")), "{said}");
        }
        assert!(!said.contains("secret"), "{said}");
    }

    #[test]
    fn links_that_stay_inside_are_followed() {
        let site = site(&[("content/real/a.kk.md", "# A\n"), ("content/real/pic.png", "x")]);
        symlink("real", site.path().join("content/linked")).unwrap();
        symlink(site.path().join("content/real/pic.png"), site.path().join("content/pic.png")).unwrap();
        assert_eq!(run(&site, &["build"]).0, 0);
        for path in ["kk/linked/a/index.html", "linked/pic.png", "pic.png"] {
            assert!(site.path().join("public").join(path).exists(), "{path}");
        }
        let (code, out, _) = site.run(&["render", "pic.png"]);
        assert_eq!((code, out.as_str()), (0, "x"));
    }

    /// Each of these once made the program wait for ever. If this test fails, it does not end.
    #[test]
    fn pipes_sockets_and_devices_are_named_and_not_waited_for() {
        let all = site(&[("themes/own/static/x.css", "p {}")]);
        make_pipe(&all, "content/page.kk.md");
        make_pipe(&all, "content/pic.png");
        make_pipe(&all, "themes/own/static/y.css");
        let _socket = UnixListener::bind(all.path().join("content/socket")).unwrap();
        fs::create_dir(all.path().join(".git")).unwrap();
        make_pipe(&all, ".git/config");
        let (code, said) = run(&all, &["build", "--format", "short"]);
        assert_eq!(code, 1);
        for (file, kind) in [
            ("content/page.kk.md", "a named pipe"),
            ("content/pic.png", "a named pipe"),
            ("themes/own/static/y.css", "a named pipe"),
            ("content/socket", "a socket"),
        ] {
            assert!(
                said.contains(&format!("{file}:1:1: error[unreadable]: `{file}` is {kind} and cannot be read (remove `{file}`,")),
                "{said}"
            );
        }
        for name in ["site.yaml", "content"] {
            let site = site(&[]);
            let path = site.path().join(name);
            if path.is_dir() {
                fs::remove_dir_all(&path).unwrap();
            } else {
                fs::remove_file(&path).unwrap();
            }
            make_pipe(&site, name);
            for args in [&["check"][..], &["build"], &["new", "x"], &["sync"]] {
                let (code, said) = run(&site, args);
                assert!(code != 0 || args[0] != "check", "{said}");
                assert!(
                    !matches!(args[0], "check" | "build")
                        || said.contains(&format!("`{name}` is a named pipe and cannot be read")),
                    "{said}"
                );
            }
        }
    }

    #[test]
    fn a_device_is_imported_no_further_than_the_limit() {
        let (code, said) = run(&site(&[]), &["import", "/dev/zero", "--format", "short"]);
        assert_eq!(code, 1);
        assert!(said.contains("`/dev/zero` has more than 32 MB; the limit is 32 MB"), "{said}");
    }
}
