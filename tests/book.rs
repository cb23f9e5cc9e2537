//! A translator's day with the book itself. Its author changes one sentence; every view of the site
//! shows the change, it goes to a translator's tool and comes back. At the end only that sentence,
//! its translation and their lock entry have changed.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::common::{Files, Folder};

const SOURCE: &str = "content/about.kk.md";
const TRANSLATION: &str = "content/about.en.md";
const LOCK: &str = "content/about.lock";

/// Returns the files of the book, as they are in the repository.
fn book() -> Folder {
    fn copy(from: &Path, to: &Path) {
        if from.is_dir() {
            fs::create_dir_all(to).expect("a folder");
            for entry in fs::read_dir(from).expect("a folder") {
                let name = entry.expect("an entry").file_name();
                copy(&from.join(&name), &to.join(&name));
            }
        } else {
            fs::copy(from, to).expect("it can be copied");
        }
    }
    let folder = Folder::new(&Files::new());
    for name in ["content", "site.yaml", "templates", "themes"] {
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join(name), &folder.path().join(name));
    }
    folder
}

fn content(folder: &Folder) -> BTreeMap<String, Vec<u8>> {
    folder.files().into_iter().filter(|(path, _)| path.starts_with("content/")).collect()
}

/// Returns the first sentence of a page's text.
fn first_sentence(text: &str) -> &str {
    let (_, body) = text.split_once("\n---\n").expect("front matter");
    body.lines().find(|line| !line.is_empty()).expect("a sentence")
}

/// Runs a day with a tool of one format. `translated` does the tool's work on the file: it
/// translates the one entry that is not current.
fn day(format: &str, translated: impl Fn(&str) -> String) {
    let folder = book();
    let ok = |arguments: &[&str]| {
        let (code, out, said) = folder.run(arguments);
        assert_eq!(code, 0, "{arguments:?}: {said}");
        out + &said
    };
    ok(&["check", "--complete", "kk,en"]);
    let whole = content(&folder);
    // The author extends a sentence.
    let source = folder.read(SOURCE);
    let now = first_sentence(&source).replacen(' ', " әрине ", 1);
    folder.edit(SOURCE, first_sentence(&source), &now);
    let (code, _, said) = folder.run(&["check", "--complete", "kk,en", "--format", "short"]);
    assert!(code == 1 && said.contains("warning[drift]") && said.contains("(changed in the source: 1, missing: 0)"), "{said}");
    assert!(ok(&["status", "about"]).contains("{+әрине+}"), "the change is shown by words");
    ok(&["build", "--no-cache", "--output", folder.path().join("public").to_str().expect("a plain path")]);
    for (page, signs) in [("en/about", 1), ("kk-en/about", 1), ("kk/about", 0)] {
        let html = folder.read(&format!("public/{page}/index.html"));
        assert_eq!(html.matches("class=\"behind\"").count(), signs, "{page}");
    }
    // The sentence goes to the translator and comes back.
    ok(&["export", "--to", format, "--language", "en", "--output", &format!("{}/book.{format}", folder.path().display())]);
    let exported = folder.read(&format!("book.{format}"));
    let file = format!("{}/book.{format}", folder.path().display());
    assert!(ok(&["import", &file]).contains("0 translations"), "what comes back as it was changes nothing");
    folder.write(&format!("book.{format}"), &translated(&exported));
    let before = content(&folder);
    assert!(ok(&["import", "--dry-run", &file]).contains("Indeed"));
    assert!(content(&folder) == before, "a rehearsal writes nothing");
    ok(&["import", &file]);
    ok(&["sync"]);
    ok(&["check", "--complete", "kk,en"]);
    // Everything else is unchanged, to the byte.
    let (mut expected, mut found) = (whole, content(&folder));
    let [old_lock, new_lock] = [&mut expected, &mut found].map(|files| {
        let lock = files.remove(LOCK).expect("a lock");
        String::from_utf8(lock).expect("UTF-8")
    });
    let differing = old_lock.lines().zip(new_lock.lines()).filter(|(old, new)| old != new).count();
    assert_eq!((differing, old_lock.lines().count()), (2, new_lock.lines().count()), "a line for each language");
    let translation = String::from_utf8(expected[TRANSLATION].clone()).expect("UTF-8");
    let then = first_sentence(&translation);
    expected.insert(SOURCE.to_owned(), source.replacen(first_sentence(&source), &now, 1).into_bytes());
    expected.insert(TRANSLATION.to_owned(), translation.replacen(then, &format!("Indeed, {then}"), 1).into_bytes());
    for (path, text) in &expected {
        assert!(found.get(path) == Some(text), "{path} is another");
    }
    assert_eq!(found.len(), expected.len());
}

#[test]
fn a_day_with_po() {
    day("po", |po| {
        let changed = |entry: &str| {
            assert_eq!(entry.matches("#, fuzzy\n").count(), 1, "{entry}");
            let (head, text) = entry.split_once("\nmsgstr ").expect("a translation");
            let at = text.find(|c: char| c != '"' && c != '\n').expect("it says something");
            format!("{}\nmsgstr {}Indeed, {}", head.replace("#, fuzzy\n", ""), &text[..at], &text[at..])
        };
        let entries = po.split("\n\n").map(|entry| if entry.contains("#, fuzzy") { changed(entry) } else { entry.to_owned() });
        entries.collect::<Vec<_>>().join("\n\n")
    });
}

#[test]
fn a_day_with_xliff() {
    day("xliff", |xliff| {
        let state = "<target state=\"needs-review-translation\">";
        assert_eq!(xliff.matches(state).count(), 1);
        let (before, after) = xliff.split_once(state).expect("it is there");
        let (before, unit) = before.rsplit_once("approved=\"no\"").expect("a unit that is not approved");
        format!("{before}approved=\"yes\"{unit}<target state=\"translated\">Indeed, {after}")
    });
}
