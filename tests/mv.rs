//! Renames: pages, sections and terms get other keys, and every link leads where it led.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use proptest::prelude::*;
use tilmash::link::ResolvedLink;
use tilmash::project::State;
use tilmash::rename::{Renamed, rename};

use crate::common::program::{Run, command, put, run, site};
use crate::common::{self, Files, inputs, project, sync};

/// Renames in memory.
fn renamed(files: &Files, old: &str, new: &str) -> Result<Renamed, String> {
    let mut project = project();
    let state = project.state(inputs(files));
    rename(&mut project, &state, old, new).map_err(|failure| failure.message)
}

/// Returns the files after a rename, which nothing objects to.
fn mv(files: &Files, old: &str, new: &str) -> Files {
    let renamed = renamed(files, old, new).unwrap_or_else(|message| panic!("{old} to {new}: {message}"));
    assert!(renamed.objections.is_empty(), "{old} to {new}: {:#?}\n{files:#?}", renamed.objections);
    let text = |name: &std::sync::Arc<str>| Some((name.to_string(), renamed.inputs.text(name)?.to_string()));
    renamed.inputs.files.keys().filter_map(text).collect()
}

fn files(list: &[(&str, &str)]) -> Files {
    list.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
}

fn changed(before: &Files, after: &Files) -> String {
    let mut shown = String::new();
    for (file, text) in after {
        if before.get(file) != Some(text) {
            let old: Vec<&str> = before.get(file).map(|text| text.lines().collect()).unwrap_or_default();
            let new = text.lines().filter(|line| !old.contains(line)).map(|line| format!("  {line}\n"));
            shown.push_str(&format!("{file}\n{}", new.collect::<String>()));
        }
    }
    for file in before.keys().filter(|file| !after.contains_key(*file)) {
        shown.push_str(&format!("{file} is gone\n"));
    }
    shown
}

/// A site in the style of mdBook and Docusaurus: relative links, definitions and pictures.
const BOOK: &[(&str, &str)] = &[
    ("site.yaml", "title: T\nlanguages: [en]\nextra:\n  start: guide/install # the first page\n"),
    (
        "content/index.md",
        "# Home\n\nSee [install](guide/install.md), [the guide](guide/) and [all][g].\n\n![logo](img/logo.svg)\n\n[g]: guide/index.md \"Guide\"\n[unused]: <guide/install.md#linux>\n",
    ),
    ("content/guide/index.md", "# Guide\n\n- [Install](install.md)\n- [Use](use.md#top)\n- [Home](../index.md)\n"),
    (
        "content/guide/install.md",
        "# Install\n\n## Linux\n\n![screen](img/screen.png) and ![logo](/img/logo.svg), then [use](use.md).\nBack [home](../), [here](#linux) and [here too](./install.md#linux).\n",
    ),
    (
        "content/guide/use.md",
        "# Use\n\n[[install]] or [[guide/install|again]] or [[guide/install#linux]].\n\n| a |\n|---|\n| [[guide/install]] |\n",
    ),
    ("content/guide/img/screen.png", "a picture"),
    ("content/img/logo.svg", "<svg/>"),
];

#[test]
fn a_page_takes_its_links_along() {
    let before = files(BOOK);
    let after = mv(&before, "guide/install", "setup/first-steps");
    assert_eq!(
        changed(&before, &after),
        "\
content/guide/index.md
  - [Install](../setup/first-steps.md)
content/guide/use.md
  [[../setup/first-steps]] or [[setup/first-steps|again]] or [[setup/first-steps#linux]].
  | [[setup/first-steps]] |
content/index.md
  See [install](setup/first-steps.md), [the guide](guide/) and [all][g].
  [unused]: <setup/first-steps.md#linux>
content/setup/first-steps.md
  ---
  aliases: [/en/guide/install/]
  ---
  # Install
  
  ## Linux
  
  ![screen](../guide/img/screen.png) and ![logo](/img/logo.svg), then [use](../guide/use.md).
  Back [home](../), [here](#linux) and [here too](./first-steps.md#linux).
site.yaml
    start: setup/first-steps # the first page
content/guide/install.md is gone
"
    );
    assert_eq!(mv(&after, "setup/first-steps", "guide/install"), before);
}

#[test]
fn a_section_takes_its_pages_and_pictures_along() {
    let before = files(BOOK);
    let after = mv(&before, "guide", "docs/manual");
    assert_eq!(after["content/docs/manual/img/screen.png"], "a picture");
    let text = &after["content/docs/manual/install.md"];
    assert!(text.contains("![screen](img/screen.png) and ![logo](/img/logo.svg), then [use](use.md)."), "{text}");
    assert!(text.contains("Back [home](../../), [here](#linux)"), "{text}");
    let text = &after["content/index.md"];
    assert!(text.contains("[install](docs/manual/install.md), [the guide](docs/manual/)"), "{text}");
    assert!(text.contains("[g]: docs/manual/index.md \"Guide\""), "{text}");
    assert!(after["content/docs/manual/use.md"].contains("[[install]] or [[docs/manual/install|again]]"));
    assert_eq!(mv(&after, "docs/manual", "guide"), before);
}

#[test]
fn old_addresses_redirect_to_the_new_page() {
    let mut before = files(&[
        ("site.yaml", "title: T\nlanguages: [kk, en, tr]\n"),
        ("content/index.kk.md", "# Ү\n\n[[a]]\n"),
        ("content/a.kk.md", "---\ntitle: А\naliases:\n  - /eski/\n---\n\nМәтін.\n"),
        ("content/a.en.md", "---\ntitle: A\naliases: [/old/]\nslug: letter # in the URL\n---\n\nText.\n"),
    ]);
    sync(&mut before);
    let after = mv(&before, "a", "b/c");
    assert!(after["content/b/c.kk.md"].contains("aliases:\n  - /eski/\n  - /kk/a/\n---"), "{after:?}");
    assert!(after["content/b/c.en.md"].contains("aliases: [/old/, /en/letter/]\nslug"), "{after:?}");
    let state = common::state(&after);
    let routes = &state.site().expect("it is whole").routes;
    for (old, new) in [
        ("kk/a/index.html", "kk/b/c/index.html"),
        ("en/letter/index.html", "en/b/letter/index.html"),
        ("kk-en/a/index.html", "kk-en/b/c/index.html"),
        ("tr/a/index.html", "tr/b/c/index.html"),
        ("old/index.html", "en/b/letter/index.html"),
    ] {
        let kind = &routes[old].kind;
        assert!(matches!(kind, tilmash::site::RouteKind::Redirect { to } if **to == *new), "{old}: {kind:?}");
        assert!(routes.contains_key(new), "{new}");
    }
    assert_eq!(mv(&after, "b/c", "a"), before);
}

#[test]
fn translations_stay_current_although_their_links_change() {
    let mut before = files(&[
        ("site.yaml", "title: T\nlanguages: [kk, en]\n"),
        ("content/index.kk.md", "# Ү\n\nБір [сілтеме](a.kk.md).\nЕкі [[a]].\nҮш [[a|сөз]].\n"),
        ("content/index.en.md", "# H\n\nOne [link](a.en.md).\nTwo [[a]].\nThree [[a|word]].\n"),
        ("content/a.kk.md", "# А\n\nМәтін.\n"),
        ("content/a.en.md", "# A\n\nText.\n"),
    ]);
    sync(&mut before);
    // The translation of the second sentence is pending, and its source has changed twice.
    let kk = before["content/index.kk.md"].replace("Екі [[a]].", "Екі және [[a]].");
    before.insert("content/index.kk.md".into(), kk);
    sync(&mut before);
    let kk = before["content/index.kk.md"].replace("Екі және [[a]].", "Екі, бірақ [[a]].");
    before.insert("content/index.kk.md".into(), kk);
    let after = mv(&before, "a", "letters/first");
    let lock = &after["content/index.lock"];
    assert!(lock.contains("Бір [сілтеме](letters/first.kk.md).") && lock.contains(" was Екі [[letters/first]]."), "{lock}");
    assert!(lock.contains("Екі және [[letters/first]]."), "{lock}");
    let mut synced = after.clone();
    sync(&mut synced);
    let mut synced_before = before.clone();
    sync(&mut synced_before);
    assert_eq!(mv(&synced, "letters/first", "a"), synced_before);
    assert_eq!(mv(&after, "letters/first", "a"), before);
}

#[test]
fn a_chapter_is_renamed_in_its_plan() {
    let before = files(&[
        ("site.yaml", "title: T\nlanguages: [en]\nplans: [content/_source/plan.yaml]\n"),
        ("content/index.md", "# H\n"),
        ("content/_source/text.txt", "One.\nTwo.\n"),
        (
            "content/_source/plan.yaml",
            "source: text.txt\nlanguage: en\nsegmentation: {lines: sentences}\nrepairs:\n  - {line: 2, found: Two, reading: Twain, kind: typo, note: {en: \"As in [[part/two]]\"}}\nchapters:\n  - key: part/one # first\n    title: One\n    paragraphs: [L1.1]\n  - {key: part/two, title: Two, rest: true}\ntouches: {L1.1: [\"part/two\"], L2.1: part/one}\nnotes:\n  L1.1: {id: n, en: \"See [[part/two|“two”]] and [two](two.en.md).\"}\n",
        ),
    ]);
    let state = common::state(&before);
    let mut before = before;
    before.extend(state.splits[0].chapters.iter().map(|chapter| (chapter.file.clone(), chapter.markdown.clone())));
    let after = mv(&before, "part/two", "part/second");
    assert_eq!(
        changed(&before, &after),
        "\
content/_source/plan.yaml
    - {line: 2, found: Two, reading: Twain, kind: typo, note: {en: \"As in [[part/second]]\"}}
    - {key: part/second, aliases: [/en/part/two/], title: Two, rest: true}
  touches: {L1.1: [\"part/second\"], L2.1: part/one}
    L1.1: {id: n, en: \"See [[part/second|“two”]] and [two](second.en.md).\"}
content/part/one.en.md
  [^n]: See [[part/second|“two”]] and [two](second.en.md).
content/part/second.en.md
  ---
  title: Two
  order: 2
  aliases: [/en/part/two/]
  ---
  
  Twain.
content/part/two.en.md is gone
"
    );
    let whole = mv(&after, "part", "book/part");
    let plan = &whole["content/_source/plan.yaml"];
    assert!(plan.contains("key: book/part/one # first\n    aliases: [/en/part/one/]\n    title: One"), "{plan}");
    assert_eq!(mv(&mv(&whole, "book/part", "part"), "part/second", "part/two"), before);
}

#[test]
fn a_term_is_renamed_in_the_glossary_and_in_all_texts() {
    let before = files(&[
        ("site.yaml", "title: T\nlanguages: [en]\n"),
        (
            "content/_terms.yaml",
            "# Terms\nterm:\n  kind: concept # of logic\n  names: {en: terminus}\n  description: {en: 'The [[term]] is not the [[sea]].'}\nsea: {kind: place, names: {en: the Sea}, see: [term]}\n",
        ),
        (
            "content/index.md",
            "---\ntitle: H\nno_terms: [sea]\n---\n\nA [[term]] and [[terms/term|t]] and [the term](/terms/term).\nThe terminus. <!-- ~ term term: a place -->\n",
        ),
        ("content/b.md", "---\ntitle: B\nno_terms: [term]\n---\n\nThe terminus at the Sea.\n"),
    ]);
    let after = mv(&before, "terms/term", "terms/word");
    assert_eq!(
        changed(&before, &after),
        "\
content/_terms.yaml
  word:
    aliases: [term]
    description: {en: 'The [[word]] is not the [[sea]].'}
  sea: {kind: place, names: {en: the Sea}, see: [word]}
content/b.md
  no_terms: [word]
content/index.md
  A [[word]] and [[terms/word|t]] and [the term](/terms/word).
  The terminus. <!-- ~ term word: a place -->
"
    );
    let routes = &common::state(&after).site().expect("it is whole").routes.clone();
    let kind = &routes["en/terms/term/index.html"].kind;
    assert!(matches!(kind, tilmash::site::RouteKind::Redirect { to } if **to == *"en/terms/word/index.html"), "{kind:?}");
    assert_eq!(mv(&after, "terms/word", "terms/term"), before);
    // A page with the new key hides the term from a short link.
    let after = mv(&before, "terms/term", "terms/b");
    assert!(after["content/index.md"].contains("A [[terms/b]] and [[terms/b|t]] and"), "{after:?}");
    // A page that gets the key of a term hides it too.
    let after = mv(&before, "b", "term");
    assert!(after["content/index.md"].contains("A [[terms/term]] and [[terms/term|t]] and"), "{after:?}");
    let flow = mv(&before, "terms/sea", "terms/lake");
    assert!(flow["content/_terms.yaml"].contains("lake: {kind: place, names: {en: the Sea}, see: [term], aliases: [sea]}\n"));
    assert_eq!(mv(&flow, "terms/lake", "terms/sea"), before);
}

#[test]
fn wrong_keys_are_refused() {
    let files = files(BOOK);
    for (old, new, message) in [
        ("guide/instal", "x", "there is no page with the key `guide/instal`"),
        ("index", "x", "the home page cannot be renamed: it is the page at the root of each language"),
        ("guide", "guide/old", "`guide` cannot move into itself, to `guide/old`"),
        ("guide", "guide", "the page has the key `guide` already"),
        ("guide/use", "guide/install", "a page has the key `guide/install` already"),
        (
            "guide/use",
            "Guide/Install",
            "a page has the key `guide/install` already, which some systems do not tell from `Guide/Install`",
        ),
        ("guide/use", "img", "`img` is not free: there is the file `content/img/logo.svg`"),
        ("guide/use", "_x", "`_x` cannot be the key of a page"),
        ("guide/use", "a/../b", "`a/../b` cannot be the key of a page: `.` and `..` are not allowed as names"),
        ("guide/use", "aux", "`aux` cannot be the key of a page: Windows reserves the name `aux` for a device"),
        ("terms/x", "terms/y", "no term has the key `x`"),
    ] {
        assert_eq!(renamed(&files, old, new).map(|_| ()), Err(message.to_owned()), "{old} to {new}");
    }
}

#[test]
fn a_rename_with_a_new_problem_is_not_written() {
    let files = files(BOOK);
    // The address of the list of tags is taken only if the site has tags.
    assert!(renamed(&files, "guide/use", "tags").expect("the key is free").objections.is_empty());
    let mut with_tag = files.clone();
    with_tag.insert("content/t.md".into(), "---\ntitle: T\ntags: [x]\n---\n\nText, [[guide/use]].\n".into());
    let objections = renamed(&with_tag, "guide/use", "tags").expect("the key is free").objections;
    assert!(objections.iter().any(|problem| problem.code.name == "route-collision"), "{objections:?}");
}

/// Files on disk by path, without the output.
fn on_disk(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    fn walk(root: &Path, folder: &Path, found: &mut BTreeMap<String, Vec<u8>>) {
        for entry in fs::read_dir(folder).expect("it can be read") {
            let path = entry.expect("it can be read").path();
            if path.is_dir() {
                walk(root, &path, found);
                continue;
            }
            let name = path.strip_prefix(root).expect("it is inside").to_string_lossy().replace('\\', "/");
            found.insert(name, fs::read(&path).expect("it can be read"));
        }
    }
    let mut found = BTreeMap::new();
    walk(folder, folder, &mut found);
    found
}

fn tilmash(folder: &Path, arguments: &[&str]) -> Run {
    run(command(folder, arguments), "")
}

#[test]
fn the_command_moves_files_on_disk() {
    let folder = site(BOOK);
    let folder = folder.path();
    put(folder, "content/guide/img/photo.png", b"\x89PNG\xff\x00");
    let before = on_disk(folder);
    let shown = tilmash(folder, &["mv", "guide", "docs/manual", "--dry-run"]);
    assert_eq!(shown.code, 0, "{}", shown.err);
    assert!(shown.out.contains("content/guide/img/photo.png → content/docs/manual/img/photo.png\n"), "{}", shown.out);
    assert!(shown.out.contains("  3 - See [install](guide/install.md), [the guide](guide/) and [all][g].\n"), "{}", shown.out);
    assert!(
        shown.err.contains("`guide` would be renamed to `docs/manual`: 5 files moved, the text of 5 files would change"),
        "{}",
        shown.err
    );
    assert_eq!(on_disk(folder), before, "a dry run writes nothing");

    let moved = tilmash(folder, &["mv", "guide", "docs/manual"]);
    assert_eq!((moved.code, moved.out.as_str()), (0, ""), "{}", moved.err);
    let after = on_disk(folder);
    assert_eq!(after["content/docs/manual/img/photo.png"], b"\x89PNG\xff\x00");
    assert!(!folder.join("content/guide").exists(), "the empty folder is gone");
    assert_eq!(after.len(), before.len());
    let checked = tilmash(folder, &["check"]);
    assert_eq!(checked.code, 0, "{}", checked.err);

    let again = tilmash(folder, &["mv", "content/docs/manual/index.md", "guide"]);
    assert_eq!(again.code, 0, "{}", again.err);
    assert_eq!(on_disk(folder), before);
    let unknown = tilmash(folder, &["mv", "guid", "x"]);
    assert!(unknown.code == 2 && unknown.err.contains("did you mean `guide`?"), "{}", unknown.err);
}

#[test]
fn a_file_that_no_page_knows_is_not_written_over() {
    let folder = site(BOOK);
    let folder = folder.path();
    // Files with such names are not read.
    put(folder, "content/other/.gitkeep", "");
    fs::create_dir_all(folder.join("content/other/use.md")).expect("folders can be made");
    let before = on_disk(folder);
    let refused = tilmash(folder, &["mv", "guide/use", "other/use"]);
    assert_eq!(refused.code, 2, "{}", refused.err);
    assert!(refused.err.contains("the file `content/other/use.md` exists already and was not changed"), "{}", refused.err);
    assert_eq!(on_disk(folder), before);
}

#[cfg(unix)]
#[test]
fn links_out_of_the_site_are_not_followed() {
    use std::os::unix::fs::symlink;
    let outside = tempfile::tempdir().expect("a temporary folder");
    let folder = site(BOOK);
    let folder = folder.path();
    symlink(outside.path(), folder.join("content/out")).expect("links can be made");
    let refused = tilmash(folder, &["mv", "guide/use", "out/use"]);
    assert_eq!(refused.code, 2, "{}", refused.err);
    assert_eq!(fs::read_dir(outside.path()).expect("it can be read").count(), 0);
    fs::write(folder.join("content/real.txt"), "# R\n\nText, [[guide/use]].\n").expect("files can be written");
    symlink("real.txt", folder.join("content/linked.md")).expect("links can be made");
    let refused = tilmash(folder, &["mv", "linked", "x"]);
    assert!(
        refused.code == 2 && refused.err.contains("`content/linked.md` is a symbolic link, so it was not changed"),
        "{}",
        refused.err
    );
}

/// The target of a link: the key and the anchor, or a path.
fn targets(state: &State) -> Vec<Vec<String>> {
    let site = state.site().expect("it is whole");
    let links = &state.renderer.as_ref().expect("it is whole").links;
    let target = |link: &ResolvedLink| match link {
        ResolvedLink::Work { work, anchor, .. } => format!("{}#{anchor:?}", site.work(*work).key),
        // Works have numbers in the order of their keys, so a rename changes them.
        ResolvedLink::Quotation { work, lang, lines } => format!("{}#{lang:?} {lines:?}", site.work(*work).key),
        other => format!("{other:?}"),
    };
    let mut found: Vec<Vec<String>> = Vec::new();
    for &work in site.order.iter() {
        for lang in site.config.lang_ids() {
            let key = &site.work(work).key;
            found.push([key.to_string()].into_iter().chain(links.resolved(work, lang).iter().map(target)).collect());
        }
    }
    found.sort();
    found
}

/// The keys of a generated site, and free ones.
const KEYS: [&str; 6] = ["a", "b", "s", "s/a", "s/b", "s/t/a"];
const NEW: [&str; 7] = ["n", "s/n", "n/n", "s/t/n", "n/a", "b/n", "t"];

/// A link to a key in a file, in one of the forms of links.
fn link_to(from: &str, to: &str, form: usize, code: &str) -> String {
    let file = |key: &str| if key == "s" { "s/index".to_owned() } else { key.to_owned() };
    let folder = file(from);
    let folder = folder.rsplit_once('/').map_or("", |(folder, _)| folder);
    let relative = |path: &str| tilmash::base::path::relative(folder, path);
    let name = file(to);
    match form {
        0 => format!("[[{to}]]"),
        1 => format!("[[{to}|a *word*]]"),
        2 => format!("[x]({}.{code}.md)", relative(&name)),
        3 => format!("[x](/{name}.md#1.1 \"t\")"),
        4 => format!("[x](<{}.{code}.md>)", relative(&name)),
        5 => format!("[[{to}#1.1|x]]"),
        6 => format!("[x][{}]", to.replace('/', "-")),
        7 => format!("![x]({})", relative("s/p.png")),
        8 => format!("[x](/{to}/)"),
        9 => format!("![[{to}#1.1]]"),
        _ => "text".to_owned(),
    }
}

fn sites() -> impl Strategy<Value = Files> {
    let link = (0..KEYS.len(), 0..11_usize);
    let page = (prop::collection::vec(link, 0..5), any::<bool>(), any::<bool>());
    (prop::collection::vec(page, KEYS.len() + 1), any::<bool>()).prop_map(|(pages, locked)| {
        let mut files = files(&[("site.yaml", "title: T\nlanguages: [kk, en]\n"), ("content/s/p.png", "picture")]);
        for (key, (links, with_english, with_front)) in ["index"].into_iter().chain(KEYS).zip(pages) {
            for code in if with_english { vec!["kk", "en"] } else { vec!["kk"] } {
                let stem = if key == "s" { "s/index" } else { key };
                let mut text =
                    if with_front { format!("---\ntitle: T {key} # yes\ntags: [x]\n---\n\n") } else { format!("# T {key}\n\n") };
                text.push_str("First.\n");
                for (to, form) in &links {
                    text.push_str(&format!("Sentence {}.\n", link_to(key, KEYS[*to], *form, code)));
                }
                text.push('\n');
                for to in KEYS {
                    text.push_str(&format!(
                        "[{}]: {} 'T'\n",
                        to.replace('/', "-"),
                        link_to(key, to, 2, code).replace("[x](", "").replace(')', "")
                    ));
                }
                files.insert(format!("content/{stem}.{code}.md"), text);
            }
        }
        if locked {
            sync(&mut files);
        }
        files
    })
}

proptest! {
    #![proptest_config(common::cases(48, 200))]

    /// After a rename all links lead to the same works and sentences, and the way back gives the
    /// texts back byte for byte.
    #[test]
    fn links_survive_a_rename_and_the_way_back(before in sites(), old in 0..KEYS.len(), new in 0..NEW.len()) {
        let (old, new) = (KEYS[old], NEW[new]);
        prop_assume!(renamed(&before, old, new).is_ok());
        let after = mv(&before, old, new);
        let new_key = |key: &str| match key.strip_prefix(old) {
            Some(rest) if rest.is_empty() || rest.starts_with(['/', '#']) => format!("{new}{rest}"),
            _ => key.to_owned(),
        };
        let mut wanted: Vec<Vec<String>> = targets(&common::state(&before));
        wanted.iter_mut().flatten().for_each(|key| *key = new_key(key));
        for row in &mut wanted {
            for target in row.iter_mut().filter(|target| old == "s" && target.contains("s/p.png")) {
                *target = target.replace("s/p.png", &format!("{new}/p.png"));
            }
        }
        wanted.sort();
        prop_assert_eq!(targets(&common::state(&after)), wanted);
        let back = mv(&after, new, old);
        prop_assert_eq!(back, before);
    }
}
