//! The program as people and scripts call it: commands, exit codes, formats.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::common::program::{self, Run, command, run, site};

fn tilmash(folder: &Path, arguments: &[&str]) -> Run {
    tilmash_with(folder, arguments, &[], "")
}

fn tilmash_with(folder: &Path, arguments: &[&str], environment: &[(&str, &str)], input: &str) -> Run {
    let mut command = command(folder, arguments);
    command.envs(environment.iter().copied());
    run(command, input)
}

const CONFIG: (&str, &str) = ("site.yaml", "title: T\nlanguages: [kk, en]\n");
const HOME: (&str, &str) = ("content/index.kk.md", "# Басты бет\n");
const HOME_EN: (&str, &str) = ("content/index.en.md", "# Home\n");
const BROKEN: (&str, &str) = ("content/a.kk.md", "# A\n\n[[nosuch]]\n");

const COMMANDS: [&str; 13] =
    ["build", "serve", "check", "split", "sync", "status", "search", "terms", "export", "import", "init", "new", "render"];

#[test]
fn help_names_every_command_and_shows_an_example_of_each() {
    let folder = site(&[]);
    let help = tilmash(folder.path(), &["--help"]);
    assert_eq!(help.code, 0);
    for command in COMMANDS {
        assert!(help.out.contains(&format!("\n  {command} ")), "{command} in {}", help.out);
        let own = tilmash(folder.path(), &[command, "--help"]);
        assert_eq!(own.code, 0, "{command}");
        assert!(own.out.contains("Example") && own.out.contains(&format!("tilmash {command}")), "{command}: {}", own.out);
        assert_eq!(own.err, "");
    }
    assert!(help.out.contains("Example"));
    let version = tilmash(folder.path(), &["--version"]);
    assert_eq!((version.code, version.out.trim()), (0, concat!("tilmash ", env!("CARGO_PKG_VERSION"))));
}

#[test]
fn wrong_usage_gives_exit_code_2_and_a_suggestion() {
    let folder = site(&[]);
    for (arguments, word) in [
        (&["biuld"][..], "build"),
        (&["build", "--outputt", "x"], "--output"),
        (&["build", "--format", "xml"], "possible values"),
        (&["split", "--check", "--force"], "cannot be used with"),
        (&["new"], "<KEY>"),
        (&[], "Usage"),
        (&["check", "--explain", "broken-lnk"], "broken-link"),
        (&["build", "--base-url", "example.org"], "https://"),
    ] {
        let run = tilmash(folder.path(), arguments);
        assert_eq!(run.code, 2, "{arguments:?}: {}{}", run.out, run.err);
        assert!(run.err.contains(word), "{arguments:?}: {}", run.err);
    }
}

#[test]
fn a_missing_site_is_a_problem_and_a_missing_folder_a_failure() {
    let folder = site(&[]);
    let run = tilmash(folder.path(), &["build"]);
    assert_eq!(run.code, 1, "{}", run.err);
    assert!(run.err.contains("no-config") && run.err.contains("tilmash init"), "{}", run.err);
    let run = tilmash(folder.path(), &["check", "--root", "nowhere"]);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("nowhere"), "{}", run.err);
}

#[test]
fn errors_give_exit_code_1_and_publish_nothing() {
    let folder = site(&[CONFIG, HOME, HOME_EN, BROKEN]);
    for command in ["build", "check"] {
        let run = tilmash(folder.path(), &[command]);
        assert_eq!(run.code, 1, "{}", run.err);
        assert!(run.err.contains("error[broken-link]: there is no page with the key `nosuch`"), "{}", run.err);
        assert!(run.err.contains("content/a.kk.md:3:3") && run.err.contains("^^^^^^"), "{}", run.err);
        assert_eq!(run.out, "");
    }
    assert!(!folder.path().join("public").exists());
}

#[test]
fn warnings_do_not_fail() {
    let folder = site(&[CONFIG, HOME, HOME_EN, ("content/a.kk.md", "# A\n")]);
    let run = tilmash(folder.path(), &["build"]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(run.err.contains("warning[missing-translation]") && run.err.contains("0 errors, 1 warning\n"), "{}", run.err);
    assert!(run.err.contains("2 pages in 2 languages"), "{}", run.err);
    assert!(folder.path().join("public/kk/a/index.html").is_file());
    // A count of one is in the singular.
    let folder = site(&[("site.yaml", "title: T\nlanguages: [kk]\n"), HOME]);
    assert!(tilmash(folder.path(), &["build"]).err.contains("1 page in 1 language: "));
}

#[test]
fn paths_are_printed_without_the_current_folder() {
    let folder = site(&[CONFIG, HOME, HOME_EN]);
    for arguments in [&["build"][..], &["build", "--output", "./public"], &["build", "--root", "."]] {
        let run = tilmash(folder.path(), arguments);
        assert!(run.err.contains(" files in `public`, "), "{}", run.err);
    }
    let run = tilmash(folder.path(), &["new", "a", "--title", "kk=А", "--title", "en=A"]);
    assert!(run.err.contains("content/a.kk.md (kk)") && !run.err.contains("./"), "{}", run.err);
    let run = tilmash(folder.path(), &["import", "./a.po"]);
    assert!(run.err.contains("cannot read `a.po`"), "{}", run.err);
}

#[test]
fn quiet_prints_only_problems() {
    let folder = site(&[CONFIG, HOME, HOME_EN]);
    let run = tilmash(folder.path(), &["build", "--quiet"]);
    assert_eq!((run.code, run.out.as_str(), run.err.as_str()), (0, "", ""));
    let folder = site(&[CONFIG, HOME, HOME_EN, BROKEN]);
    let run = tilmash(folder.path(), &["check", "-q"]);
    assert_eq!(run.code, 1);
    assert!(run.err.contains("broken-link") && !run.err.contains("checked"), "{}", run.err);
}

#[test]
fn short_prints_a_line_for_each_problem() {
    let folder = site(&[CONFIG, HOME, HOME_EN, BROKEN, ("content/a.en.md", "# A\n\n[[nosuch]]\n")]);
    let run = tilmash(folder.path(), &["check", "--format", "short", "--quiet"]);
    let lines: Vec<&str> = run.err.lines().collect();
    for (line, file) in lines.iter().zip(["en", "kk"]) {
        let expected = format!("content/a.{file}.md:3:3: error[broken-link]: there is no page with the key `nosuch` (");
        assert!(line.starts_with(&expected), "{}", run.err);
    }
    assert_eq!(lines.len(), 3, "{}", run.err);
    assert_eq!(lines[2], "2 errors, 0 warnings");
}

#[test]
fn json_prints_only_an_object_for_each_problem() {
    let folder = site(&[CONFIG, HOME, HOME_EN, BROKEN]);
    let run = tilmash(folder.path(), &["check", "--format", "json"]);
    assert_eq!(run.code, 1);
    assert_eq!(run.err, "");
    let problems: Vec<serde_json::Value> =
        run.out.lines().map(|line| serde_json::from_str(line).expect("a line is an object")).collect();
    let broken = problems.iter().find(|it| it["code"] == "broken-link").expect("it is among them");
    assert_eq!(broken["severity"], "error");
    assert_eq!(broken["place"]["file"], "content/a.kk.md");
    assert_eq!((&broken["place"]["line"], &broken["place"]["column"]), (&3.into(), &3.into()));
    assert_eq!((&broken["place"]["start"], &broken["place"]["end"]), (&7.into(), &13.into()));
    assert!(broken["hints"][0].is_string());
    let run = tilmash(folder.path(), &["check", "--root", "nowhere", "--format", "json"]);
    assert_eq!(run.code, 2);
    let failure: serde_json::Value = serde_json::from_str(&run.out).expect("one object");
    assert_eq!(failure["severity"], "failure");
}

#[test]
fn colour_is_used_on_terminals_and_can_be_turned_off() {
    let folder = site(&[CONFIG, HOME, HOME_EN, BROKEN]);
    let run = tilmash(folder.path(), &["check"]);
    assert!(!run.err.contains('\u{1b}'), "a pipe gets no colour");
    let run = tilmash_with(folder.path(), &["check"], &[("CLICOLOR_FORCE", "1")], "");
    assert!(run.err.contains('\u{1b}'), "unless it asks for it");
    let run = tilmash_with(folder.path(), &["check"], &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")], "");
    assert!(!run.err.contains('\u{1b}'), "NO_COLOR comes first: {:?}", run.err);
}

#[test]
fn a_site_is_not_published_without_one_of_its_pages() {
    let page = "{% extends \"default/page.html\" %}{% block heading %}{{ page.nosuch.field }}{% endblock heading %}";
    for (severity, template, message) in [
        ("warning", page, "the page `kk/a/index.html` cannot be generated"),
        ("off", page, "the page `kk/a/index.html` cannot be generated"),
        ("warning", "{% block", "no page can be generated"),
        ("off", "{% block", "no page can be generated"),
    ] {
        let config = format!("{}severity: {{template: {severity}}}\n", CONFIG.1);
        let files = [("site.yaml", &*config), HOME, HOME_EN, ("content/a.kk.md", "# A\n"), ("templates/page.html", template)];
        let folder = site(&files);
        for command in ["build", "check"] {
            let run = tilmash(folder.path(), &[command]);
            assert_eq!(run.code, 1, "{}", run.err);
            assert!(run.err.contains(message), "{}", run.err);
        }
        assert!(!folder.path().join("public").exists());
    }
}

#[test]
fn a_new_site_builds_without_messages() {
    let folder = site(&[]);
    let run = tilmash(folder.path(), &["init", "my book"]);
    assert_eq!(run.code, 0, "{}", run.err);
    let book = folder.path().join("my book");
    for command in ["build", "check"] {
        let run = tilmash(&book, &[command, "--format", "json"]);
        assert_eq!(run.code, 0, "{}", run.out);
        let codes: Vec<String> = run
            .out
            .lines()
            .map(|line| serde_json::from_str::<serde_json::Value>(line).expect("an object")["code"].to_string())
            .collect();
        assert_eq!(codes, ["\"no-base-url\""]);
    }
    for page in ["index.html", "kk/index.html", "en/first-chapter/index.html", "en-kk/first-chapter/index.html", "404.html"] {
        assert!(book.join("public").join(page).is_file(), "{page}");
    }
    assert!(book.join(".github/workflows/pages.yml").is_file());
    // A second time would overwrite files.
    let run = tilmash(folder.path(), &["init", "my book"]);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("already contains files of a site"), "{}", run.err);
    // With an address, no warning is left.
    let run = tilmash(&book, &["build", "--base-url", "https://example.org/book/", "--format", "json"]);
    assert_eq!((run.code, run.out.as_str()), (0, ""));
    let page = fs::read_to_string(book.join("public/en/index.html")).expect("it was built");
    assert!(page.contains("<link rel=\"canonical\" href=\"https://example.org/book/en/\">"));
}

#[test]
fn new_makes_all_editions_of_a_page() {
    let folder = site(&[CONFIG, HOME, HOME_EN]);
    let run = tilmash(folder.path(), &["new", "chapters/first-steps"]);
    assert_eq!(run.code, 0, "{}", run.err);
    // The key has English words, so it gives a title in the source language only, and only if the
    // alphabet fits.
    let made =
        |key: &str, lang: &str| fs::read_to_string(folder.path().join(format!("content/{key}.{lang}.md"))).expect("it is there");
    for lang in ["kk", "en"] {
        let wanted = format!("---\ntitle: \"\" # write the title here, in the language `{lang}`\n---\n\n");
        assert_eq!(made("chapters/first-steps", lang), wanted);
        assert!(run.err.contains(&format!("({lang}): write the title into this file")), "{}", run.err);
    }
    let check = tilmash(folder.path(), &["check"]);
    assert_eq!(check.code, 0, "{}", check.err);
    for lang in ["kk", "en"] {
        assert!(check.err.contains(&format!("content/chapters/first-steps.{lang}.md:2:8")), "{}", check.err);
    }
    assert_eq!(tilmash(folder.path(), &["build"]).code, 0);
    let titled = ["new", "second", "--title", "Екінші тарау: \"екі\"", "--title", "en=The second"];
    assert_eq!(tilmash(folder.path(), &titled).code, 0);
    assert_eq!(made("second", "kk"), "---\ntitle: \"Екінші тарау: \\\"екі\\\"\"\n---\n\n");
    assert_eq!(made("second", "en"), "---\ntitle: \"The second\"\n---\n\n");
    assert_eq!(tilmash(folder.path(), &["new", "үшінші-тарау"]).code, 0);
    assert_eq!(made("үшінші-тарау", "kk"), "---\ntitle: \"Үшінші тарау\"\n---\n\n");
    assert!(made("үшінші-тарау", "en").starts_with("---\ntitle: \"\" #"));
    for wrong in [&["--title", "kz=Төрт"][..], &["--title", "ru=Четыре"], &["--title", "Төрт", "--title", "kk=Төрт"]]
    {
        let run = tilmash(folder.path(), &[&["new", "fourth"], wrong].concat());
        assert_eq!(run.code, 2, "{}", run.err);
        assert!(!folder.path().join("content/fourth.kk.md").exists());
    }
    let run = tilmash(folder.path(), &["new", "chapters/first-steps", "--title", "Other"]);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("exists already"), "{}", run.err);
    // A page is also refused if it would be the same file on some systems, or a second form of a
    // section.
    for key in ["Second", "second/index", "chapters/First-Steps", "үшінші-Тарау"] {
        let run = tilmash(folder.path(), &["new", key]);
        assert!(run.code == 2 && run.err.contains("exists already in the file"), "{key}: {}", run.err);
    }
    assert_eq!(tilmash(folder.path(), &["check"]).code, 0);
    // For a work with an edition, only the missing editions are created.
    fs::remove_file(folder.path().join("content/chapters/first-steps.en.md")).expect("it is there");
    let run = tilmash(folder.path(), &["new", "chapters/first-steps"]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(run.err.contains("(en)") && !run.err.contains("(kk)"), "{}", run.err);
    // New editions go beside the existing one: into the folder of a section, and beside a file
    // without a language in its name.
    fs::create_dir(folder.path().join("content/section")).expect("it can be made");
    for (path, text) in [("content/section/index.kk.md", "# Бөлім\n"), ("content/plain.md", "# Бет\n")] {
        fs::write(folder.path().join(path), text).expect("it can be written");
    }
    for (key, made) in [("section", "content/section/index.en.md"), ("plain", "content/plain.en.md")] {
        let check = tilmash(folder.path(), &["check"]);
        assert!(check.err.contains(&format!("run `tilmash new {key}` to create `{made}`")), "{}", check.err);
        let run = tilmash(folder.path(), &["new", key]);
        assert!(run.code == 0 && run.err.lines().count() == 1 && run.err.contains(made), "{}", run.err);
        assert_eq!(tilmash(folder.path(), &["new", key]).code, 2);
    }
    // The home page gets the title of the site.
    fs::remove_file(folder.path().join(HOME_EN.0)).expect("it is there");
    assert_eq!(tilmash(folder.path(), &["new", "index"]).code, 0);
    assert_eq!(fs::read_to_string(folder.path().join(HOME_EN.0)).expect("it is made"), "---\ntitle: \"T\"\n---\n\n");
    for key in ["../out", "a//b", "_hidden", "con:x", "/"] {
        assert_eq!(tilmash(folder.path(), &["new", key]).code, 2, "{key}");
    }
    assert_eq!(tilmash(folder.path(), &["check"]).code, 0);
}

const PLAN: (&str, &str) = (
    "content/_source/plan.yaml",
    "source: text.kk.txt\nlanguage: kk\nchapters:\n  - {key: a, title: Бірінші, paragraphs: [L1.1-L1.2]}\n  - {key: b, title: Екінші, paragraphs: [L2.1]}\n",
);
const SOURCE: (&str, &str) = ("content/_source/text.kk.txt", "Бірінші сөйлем. Тағы бір сөйлем.\nЕкінші жол.\n");
const CONFIG_WITH_PLAN: (&str, &str) = ("site.yaml", "title: T\nlanguages: [kk]\nplans: [content/_source/plan.yaml]\n");

#[test]
fn a_key_that_looks_like_an_option_is_named_so_that_it_can_be_copied() {
    let folder = site(&[CONFIG, HOME, HOME_EN]);
    let tilmash = |arguments: &[&str]| tilmash(folder.path(), arguments);
    assert_eq!(tilmash(&["new", "./-x"]).code, 0);
    for (code, text) in [("kk", "Бір.\n"), ("en", "One.\n")] {
        fs::write(folder.path().join(format!("content/-x.{code}.md")), format!("# X\n\n{text}")).unwrap();
    }
    assert_eq!(tilmash(&["sync", "./-x"]).code, 0);
    fs::write(folder.path().join("content/-x.kk.md"), "# X\n\nБірінші.\n").unwrap();
    let hint = "run `tilmash status ./-x` to see the changes, and edit the translation; if it is still right as it is, run `tilmash sync --accept ./-x#1.1`";
    let check = tilmash(&["check"]);
    assert!(check.err.contains(hint), "{}", check.err);
    assert!(tilmash(&["status", "./-x"]).out.contains("[-Бір.-] {+Бірінші.+}"));
    assert_eq!(
        tilmash(&["sync", "--accept", "./-x#1.1"]).err,
        "content/-x.lock: changed: 1.1; accepted in `en`: 1.1\n1 lock file written\n"
    );
}

#[test]
fn split_writes_chapters_and_never_overwrites_edits() {
    let folder = site(&[CONFIG_WITH_PLAN, HOME, PLAN, SOURCE]);
    let chapter = folder.path().join("content/a.kk.md");
    let run = tilmash(folder.path(), &["split", "--dry-run"]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(run.err.contains("content/a.kk.md") && run.err.contains("would be new"), "{}", run.err);
    assert!(!chapter.exists());

    let run = tilmash(folder.path(), &["split", "--check"]);
    assert_eq!(run.code, 1, "chapters that are not written yet are a problem: {}", run.err);

    assert_eq!(tilmash(folder.path(), &["split"]).code, 0);
    let written = fs::read_to_string(&chapter).expect("it was written");
    assert!(written.contains("Бірінші сөйлем.\nТағы бір сөйлем."), "{written}");
    let run = tilmash(folder.path(), &["split", "--check"]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(run.err.contains("nothing is lost, doubled or out of order"), "{}", run.err);
    assert!(tilmash(folder.path(), &["split"]).err.contains("unchanged"));
    assert_eq!(tilmash(folder.path(), &["build"]).code, 0);

    let edited = written.replace("Тағы бір сөйлем", "Тағы бір өзгерген сөйлем");
    fs::write(&chapter, &edited).expect("it can be written");
    let run = tilmash(folder.path(), &["split"]);
    assert_eq!(run.code, 0, "leaving it alone is what was asked for: {}", run.err);
    assert!(run.err.contains("edited") && run.err.contains("--force"), "{}", run.err);
    assert_eq!(fs::read_to_string(&chapter).expect("it is there"), edited, "never without being asked");
    assert_eq!(tilmash(folder.path(), &["split", "--dry-run", "--force"]).code, 0);
    assert_eq!(fs::read_to_string(&chapter).expect("it is there"), edited, "a dry run writes nothing");
    assert_eq!(tilmash(folder.path(), &["split", "--force"]).code, 0);
    assert_eq!(fs::read_to_string(&chapter).expect("it is there"), written);

    fs::write(&chapter, written.replace("Бірінші сөйлем.\n", "")).expect("it can be written");
    assert_eq!(tilmash(folder.path(), &["split", "--dry-run"]).code, 0, "it was not asked to write");
    assert_eq!(tilmash(folder.path(), &["split"]).code, 1, "a chapter that lacks a sentence was not mended");
    let run = tilmash(folder.path(), &["split", "--check"]);
    assert_eq!(run.code, 1);
    assert!(run.err.contains("chapter-loss"), "{}", run.err);
}

/// A build would refuse such a chapter.
#[test]
fn split_writes_no_chapter_that_is_too_large() {
    let config = ("site.yaml", "title: T\nlanguages: [kk]\nplans: [content/_source/plan.yaml]\nlimits: {text: 1KB}\n");
    let long = format!("{}Бірінші сөйлем. Тағы бір сөйлем.\nЕкінші жол.\n", "Сөйлем. ".repeat(100));
    let plan = PLAN.1.replace("[L1.1-L1.2]", "[L1.1-L1.102]");
    let folder = site(&[config, HOME, (PLAN.0, &plan), (SOURCE.0, &long)]);
    for (arguments, code) in [(&["split", "--dry-run"][..], 0), (&["split"], 1)] {
        let run = tilmash(folder.path(), arguments);
        assert_eq!(run.code, code, "{}", run.err);
        assert!(run.err.contains("`content/a.kk.md` has 1.5 KB; the limit is 1 KB"), "{}", run.err);
        assert!(run.err.contains("divide the chapter into several in the split plan"), "{}", run.err);
    }
    assert!(!folder.path().join("content/a.kk.md").exists());
    assert!(folder.path().join("content/b.kk.md").exists(), "the other chapter is written");
}

#[test]
fn split_leaves_a_chapter_that_cannot_be_read() {
    let folder = site(&[CONFIG_WITH_PLAN, HOME, PLAN, SOURCE]);
    let chapter = folder.path().join("content/a.kk.md");
    fs::write(&chapter, b"\xd0 work of days").expect("it can be written");
    for arguments in [&["split"][..], &["split", "--force"]] {
        let run = tilmash(folder.path(), arguments);
        assert_eq!(run.code, 1, "{}", run.err);
        assert!(run.err.contains("not-utf8") && run.err.contains("move it away"), "{}", run.err);
        assert_eq!(fs::read(&chapter).expect("it is there"), b"\xd0 work of days");
        assert!(folder.path().join("content/b.kk.md").is_file(), "the others are written");
    }
    let run = tilmash(folder.path(), &["split", "--check"]);
    assert!(run.err.contains("not-utf8") && !run.err.contains("chapter-missing"), "{}", run.err);
}

#[test]
fn split_refuses_a_plan_that_loses_text() {
    let plan = PLAN.1.replace("[L2.1]", "[L1.1]");
    let folder = site(&[CONFIG_WITH_PLAN, HOME, (PLAN.0, &plan), SOURCE]);
    let run = tilmash(folder.path(), &["split"]);
    assert_eq!(run.code, 1, "{}", run.err);
    assert!(run.err.contains("plan-coverage") && run.err.contains("no chapter was written"), "{}", run.err);
    assert!(!folder.path().join("content/a.kk.md").exists());
    let folder = site(&[CONFIG, HOME]);
    assert_eq!(tilmash(folder.path(), &["split"]).code, 2, "a site without a plan has nothing to split");
}

#[test]
fn render_prints_a_page_or_bare_html() {
    let folder = site(&[CONFIG, HOME, HOME_EN]);
    for page in ["content/index.en.md", "./content/index.en.md", "en/", "en/index.html", "/en"] {
        let run = tilmash(folder.path(), &["render", page]);
        assert_eq!(run.code, 0, "{page}: {}", run.err);
        assert!(run.out.starts_with("<!DOCTYPE html>") && run.out.contains("<h1>Home</h1>"), "{page}: {}", run.out);
    }
    let run = tilmash(folder.path(), &["render", "content/indx.en.md"]);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("did you mean `content/index.en.md`?"), "{}", run.err);
    let run = tilmash_with(folder.path(), &["render", "--commonmark", "-"], &[], "*hi* <b>x</b>\n");
    assert_eq!((run.code, run.out.as_str()), (0, "<p><em>hi</em> <b>x</b></p>\n"));
}

#[test]
fn render_reports_only_the_problems_of_the_page() {
    let unclosed = ("content/b.kk.md", "---\ntitle: [\n---\n# B\n");
    let folder = site(&[CONFIG, HOME, HOME_EN, BROKEN, unclosed, ("content/c.kk.md", "# C\n")]);
    for page in ["content/a.kk.md", "kk/a/"] {
        let run = tilmash(folder.path(), &["render", page]);
        assert_eq!(run.code, 1, "{page}: {}", run.err);
        assert!(run.out.contains("<h1>A</h1>") && run.err.contains("error[broken-link]"), "{page}: {}", run.err);
        assert!(!run.err.contains("b.kk.md"), "{page}: {}", run.err);
    }
    let run = tilmash(folder.path(), &["render", "content/b.kk.md"]);
    assert_eq!(run.code, 1, "{}", run.err);
    assert!(run.err.contains("content/b.kk.md:2"), "{}", run.err);
    fs::write(folder.path().join("content/c.kk.md"), b"\xff").expect("files can be written");
    let run = tilmash(folder.path(), &["render", "./content/c.kk.md"]);
    assert_eq!(run.code, 1, "{}", run.err);
    assert!(run.err.contains("error[not-utf8]"), "{}", run.err);
    assert_eq!(tilmash(folder.path(), &["render", "content/index.kk.md"]).code, 0);
}

#[test]
fn explain_prints_the_explanation_of_a_code() {
    let folder = site(&[]);
    let run = tilmash(folder.path(), &["check", "--explain", "broken-link"]);
    assert_eq!((run.code, run.out.as_str()), (0, "broken-link (error): The target of a link does not exist.\n"));
    let all = tilmash(folder.path(), &["check", "--explain"]);
    assert_eq!(all.code, 0);
    assert_eq!(all.out.lines().count(), tilmash::base::code::ALL.len());
}

#[test]
fn the_output_folder_can_be_chosen_and_is_protected() {
    let folder = site(&[CONFIG, HOME, HOME_EN, ("mine/keep.txt", "keep")]);
    assert_eq!(tilmash(folder.path(), &["build", "--output", "out/deep"]).code, 0);
    assert!(folder.path().join("out/deep/kk/index.html").is_file());
    for output in ["mine", ".", "content"] {
        let run = tilmash(folder.path(), &["build", "--output", output]);
        assert_eq!(run.code, 2, "{output}: {}", run.err);
    }
    assert_eq!(fs::read_to_string(folder.path().join("mine/keep.txt")).expect("it is there"), "keep");
    // With another root, `public` is below the site's own folder.
    let other = site(&[]);
    let run = tilmash(other.path(), &["build", "--root", folder.path().to_str().expect("a plain path")]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(folder.path().join("public/index.html").is_file());
}

#[test]
fn drafts_are_published_with_the_option() {
    let folder = site(&[CONFIG, HOME, HOME_EN, ("content/d.kk.md", "---\ntitle: D\ndraft: true\n---\n")]);
    let page = folder.path().join("public/kk/d/index.html");
    assert_eq!(tilmash(folder.path(), &["build"]).code, 0);
    assert!(!page.exists());
    assert_eq!(tilmash(folder.path(), &["build", "--drafts"]).code, 0);
    assert!(page.is_file());
    assert_eq!(tilmash(folder.path(), &["build"]).code, 0);
    assert!(!page.exists(), "what is no longer published is removed");
}

#[test]
fn check_checks_all_pages_that_build_publishes() {
    let folder = site(&[CONFIG, HOME, HOME_EN, ("content/d.kk.md", "---\ntitle: D\ndraft: true\n---\n\n[[nosuch]]\n")]);
    for command in ["build", "check"] {
        assert_eq!(tilmash(folder.path(), &[command]).code, 0, "{command}");
        assert_eq!(tilmash(folder.path(), &[command, "--drafts"]).code, 1, "{command}");
    }
}

#[test]
fn a_cname_is_the_address_of_the_site() {
    let config = format!("{}cname: book.example.org\n", CONFIG.1);
    let git = (".git/config", "[remote \"origin\"]\n\turl = git@github.com:a/b.git\n");
    let folder = site(&[("site.yaml", &config), HOME, HOME_EN, git]);
    assert_eq!(tilmash(folder.path(), &["build"]).code, 0);
    let page = fs::read_to_string(folder.path().join("public/en/index.html")).expect("it was built");
    assert!(page.contains("<link rel=\"canonical\" href=\"https://book.example.org/en/\">"));
}

#[test]
fn completions_are_printed() {
    let folder = site(&[]);
    for shell in ["bash", "zsh", "fish"] {
        let run = tilmash(folder.path(), &["completions", shell]);
        assert!(run.code == 0 && run.out.contains("tilmash"), "{shell}");
    }
}

#[cfg(unix)]
#[test]
fn a_closed_pipe_is_no_failure() {
    let folder = site(&[CONFIG, HOME, HOME_EN]);
    let script = format!("'{}' render en/ | head -c 1; echo \" ${{PIPESTATUS[0]}}\"", program::TILMASH);
    let output = Command::new("bash").arg("-c").arg(script).current_dir(folder.path()).output();
    // Not every system has bash.
    let Ok(output) = output else { return };
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "< 0", "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn an_unusable_editor_is_refused_at_the_start() {
    let folder = site(&[CONFIG, HOME, HOME_EN]);
    let by_flag = tilmash(folder.path(), &["serve", "--editor", "vim -R"]);
    let by_environment = tilmash_with(folder.path(), &["serve"], &[("TILMASH_EDITOR", "vim -R")], "");
    for run in [by_flag, by_environment] {
        assert_eq!(run.code, 2);
        assert!(run.err.contains("`vim -R` runs in a terminal") && run.err.contains("VISUAL=\"code -g\""), "{}", run.err);
    }
}

/// With this limit no file may grow, as on a full disk. A command leaves the old file or no file.
#[cfg(unix)]
#[test]
fn a_full_disk_leaves_no_part_of_a_file() {
    let page = ("content/a.kk.md", "# A\n\nБір сөйлем.\n");
    let folder = site(&[CONFIG, HOME, HOME_EN, page, ("book.po", "an earlier export\n")]);
    let look = || {
        let mut files: Vec<(String, Vec<u8>)> = Vec::new();
        for below in ["", "content"] {
            for entry in fs::read_dir(folder.path().join(below)).expect("the folder can be read") {
                let path = entry.expect("the folder can be read").path();
                if path.is_file() {
                    files.push((path.to_string_lossy().into_owned(), fs::read(path).expect("files can be read")));
                }
            }
        }
        files.sort();
        files
    };
    let before = look();
    for arguments in
        ["new b", "sync", "export --to po --language en --output book.po", "export --to csv --language en --output new.csv"]
    {
        // A write beyond the limit fails as soon as its signal is ignored.
        let script = format!("trap '' XFSZ; ulimit -f 0; exec {} {arguments}", program::TILMASH);
        let output = Command::new("sh").arg("-c").arg(script).current_dir(folder.path()).output().expect("a shell runs");
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments}: {told}");
        assert!(told.contains("cannot write"), "{arguments}: {told}");
        assert_eq!(look(), before, "{arguments}");
    }
}

#[test]
fn an_export_replaces_no_source_of_the_site() {
    let folder = site(&[CONFIG, HOME, HOME_EN]);
    for source in ["site.yaml", "content/index.en.md", "./content/../content/index.kk.md"] {
        let run = tilmash(folder.path(), &["export", "--to", "po", "--language", "en", "--output", source]);
        assert_eq!(run.code, 2, "{source}");
        assert!(run.err.contains("is a source file of the site"), "{}", run.err);
    }
    assert_eq!(fs::read_to_string(folder.path().join("site.yaml")).expect("it is there"), CONFIG.1);
}

/// Folders that a repository links to other places are not written into.
#[cfg(unix)]
#[test]
fn sources_are_not_written_through_links_out_of_the_site() {
    use std::os::unix::fs::symlink;
    let around = site(&[
        ("site/site.yaml", CONFIG.1),
        ("site/content/index.kk.md", HOME.1),
        ("site/content/index.en.md", HOME_EN.1),
        ("site/content/real/a.kk.md", "# A\n"),
        ("victim/file", "theirs"),
    ]);
    let folder = around.path().join("site");
    let victim = || {
        let file = fs::read_to_string(around.path().join("victim/file")).expect("it is there");
        (file, fs::read_dir(around.path().join("victim")).expect("it can be read").count())
    };
    symlink("../../victim", folder.join("content/out")).expect("links can be made");
    let run = tilmash(&folder, &["new", "out/page"]);
    assert_eq!(run.code, 2, "{}", run.err);
    assert!(
        run.err.contains("content/out` is a symbolic link that leads out of the site's folder, or whose target does not exist"),
        "{}",
        run.err
    );
    fs::remove_file(folder.join("content/out")).expect("it is still the link");

    symlink("../../victim/file", folder.join("content/index.lock")).expect("links can be made");
    let run = tilmash(&folder, &["sync"]);
    assert_eq!(run.code, 2, "{}", run.err);
    symlink("../victim", folder.join("out")).expect("links can be made");
    symlink("../victim/file", folder.join("book.po")).expect("links can be made");
    for output in ["out/book.po", "out/", "book.po"] {
        let run = tilmash(&folder, &["export", "--to", "po", "--language", "en", "--output", output]);
        assert_eq!(run.code, 2, "{output}: {}", run.err);
    }
    assert_eq!(victim(), ("theirs".to_owned(), 1));

    // A link that stays in the site is only another name of its folder.
    symlink("real", folder.join("content/other")).expect("links can be made");
    let run = tilmash(&folder, &["new", "other/page"]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(folder.join("content/real/page.en.md").is_file());
}

#[test]
fn search_shows_sentences_with_their_partners_and_places() {
    let folder = site(&[
        CONFIG,
        ("content/a.kk.md", "---\ntitle: Өзен\n---\n\nЕртіс өзенінің суы мол.\nЖағасында қала бар.\n"),
        ("content/a.en.md", "---\ntitle: River\n---\n\nThe river Irtysh is full.\nThere are towns on its bank.\n"),
    ]);
    let run = |arguments: &[&str]| {
        let run = tilmash(folder.path(), &[&["search"], arguments].concat());
        assert_eq!(run.code, 0, "{}", run.err);
        run.out
    };
    let sentence = "content/a.kk.md:5  a#1.1\n  Ертіс өзенінің суы мол.\n  en: The river Irtysh is full.\n\n";
    assert_eq!(run(&["өзеннен"]), format!("content/a.kk.md:1  a#title\n  Өзен\n  en: River\n\n{sentence}"));
    assert_eq!(run(&["irtysh", "--language", "kk"]), sentence);
    assert_eq!(run(&["town -bank"]), "nothing found\n");
    assert_eq!(
        run(&["river", "--limit", "1"]),
        "content/a.en.md:1  a#title\n  River\n  kk: Өзен\n\n1 more; use `--limit` to see them\n"
    );
    assert!(run(&["Irtysh town"]).starts_with("no sentence has all words; these have some of them\n\n"));
    let line: serde_json::Value = serde_json::from_str(&run(&["town", "--json"])).expect("a line of JSON");
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    assert_eq!(["work", "id", "language", "file"].map(|key| text(&line[key])), ["a", "1.2", "en", "content/a.en.md"]);
    assert_eq!((text(&line["text"]), line["line"].as_u64()), ("There are towns on its bank.".to_owned(), Some(6)));
    assert_eq!(line["partners"], serde_json::json!([{"language": "kk", "text": "Жағасында қала бар."}]));
    assert!(line["score"].is_number());
    assert_eq!(run(&["nothing", "--json"]), "");
    // One line translates two sentences: its place is its own, not that of its number.
    let english = "---\ntitle: River\n---\n\nOn the banks of the full river Irtysh there are towns. <!-- = 1.1 1.2 -->\n";
    std::fs::write(folder.path().join("content/a.en.md"), english).expect("the file can be written");
    let line: serde_json::Value =
        serde_json::from_str(run(&["towns", "--json"]).lines().last().expect("a result")).expect("JSON");
    assert_eq!((text(&line["file"]), line["line"].as_u64()), ("content/a.en.md".to_owned(), Some(5)));
}

#[test]
fn terms_are_listed_with_their_mentions_and_candidates() {
    let terms = "russia:\n  kind: country\n  names: {kk: Ресей, en: [Russia, RF]}\nmars:\n  kind: place\n  names: {en: Mars}\n";
    let english = "# A\n\nNow *Russia* met Bishkek, and “the old road” in Russia&apos;s north.\nSee [[russia|the north]] or Bishkek.\nIn Bishkek “the old road” and “the old road” ends.\n";
    let kazakh = "# А\n\nКеше Бішкекте болды.\nКеше Ресейдің Бішкегі болды.\nБіз Бішкекке Ресейден келдік.\nБүгін Бішкек.\n";
    let folder =
        site(&[CONFIG, HOME, HOME_EN, ("content/_terms.yaml", terms), ("content/a.kk.md", kazakh), ("content/a.en.md", english)]);
    let tilmash = |arguments: &[&str]| tilmash(folder.path(), arguments);
    let all = tilmash(&["terms"]);
    assert_eq!((all.code, all.err.as_str()), (0, ""));
    assert_eq!(
        all.out,
        "\
term    kind     name (kk)  mentions  name (en)  mentions
russia  country  Ресей             2  Russia            3
mars    place    -                 0  Mars              0

terms that no text mentions: mars

names that could become terms:
kk  Бішкек        4  first in content/a.kk.md, 1.1
en  Bishkek       3  first in content/a.en.md, 1.1
en  the old road  3  first in content/a.en.md, 1.1
"
    );
    let one = tilmash(&["terms", "russia"]);
    assert_eq!(
        one.out,
        "\
content/a.kk.md:4:6   1.2  Ресейдің
content/a.kk.md:5:14  1.3  Ресейден
content/a.en.md:3:6   1.1  Russia
content/a.en.md:3:49  1.1  Russia&apos;s
content/a.en.md:4:5   1.2  [[russia|the north]]  linked by hand
"
    );
    let json = tilmash(&["terms", "russia", "--json", "--language", "en"]);
    let json: serde_json::Value = serde_json::from_str(&json.out).expect("it is JSON");
    let words = |at: usize| (json[at]["words"].as_str().unwrap_or_default(), json[at]["line"].as_u64(), json[at]["id"].as_str());
    assert_eq!(words(2), ("[[russia|the north]]", Some(4), Some("1.2")));
    let json = tilmash(&["terms", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&json.out).expect("it is JSON");
    assert_eq!((json["unused"][0].as_str(), json["terms"][0]["mentions"]["en"].as_u64()), (Some("mars"), Some(3)));
    assert_eq!(json["candidates"][0]["words"].as_str(), Some("Бішкек"));
    let unknown = tilmash(&["terms", "rusia"]);
    assert_eq!(unknown.code, 2);
    assert!(unknown.err.contains("no term has the key `rusia`") && unknown.err.contains("`russia`"), "{}", unknown.err);
}
