//! Law 6, nothing lost: the output after builds that fail, are killed or have no work to do.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};

use crate::common::{is_long, program};
use tempfile::TempDir;
use tilmash::base::Failure;
use tilmash::emit::{MANIFEST, PreviousBuild, Record, Report, Target, emit};
use tilmash::output::fingerprints::Fingerprints;
use tilmash::project::{Overrides, Project};

/// Runs a build of this process, again if its lock seems to be taken. A process that another test
/// is just starting holds a copy of every lock until it runs its own program.
fn unlocked(build: impl Fn() -> Result<Report, Failure>) -> Result<Report, Failure> {
    for _ in 0..20 {
        match build() {
            Err(failure) if failure.message.starts_with("another build") => std::thread::sleep(Duration::from_millis(10)),
            result => return result,
        }
    }
    build()
}

/// A site on disk and the folder it is published into.
struct Disk {
    folder: TempDir,
}

impl Disk {
    fn new() -> Self {
        let disk = Self { folder: tempfile::tempdir().expect("a temporary folder") };
        disk.write("site/site.yaml", "title: T\nlanguages: [kk, en]\n");
        for name in ["index", "a", "s/index", "s/b"] {
            disk.write(&format!("site/content/{name}.kk.md"), &format!("# {name}\n\nБір сөйлем.\n"));
            disk.write(&format!("site/content/{name}.en.md"), &format!("# {name}\n\nA sentence.\n"));
        }
        disk
    }

    fn at(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn write(&self, path: &str, text: &str) {
        program::put(self.folder.path(), path, text);
    }

    /// Builds, and allows an empty site to replace the published one.
    fn build_empty(&self) -> Result<Report, Failure> {
        let state = Project::new(&self.at("site"), Overrides::default()).refresh().expect("the site can be read");
        unlocked(|| emit(&state, Target { output: &self.at("out"), allow_empty: true }, None, &|| {}))
    }

    fn build_into(&self, output: &str) -> Result<Report, Failure> {
        self.build_knowing(output, None)
    }

    /// Builds with the record of an earlier build.
    fn build_knowing(&self, output: &str, known: Option<&Record>) -> Result<Report, Failure> {
        let mut project = Project::new(&self.at("site"), Overrides::default()).for_one_state();
        let state = project.refresh().expect("the site can be read");
        let renderer = state.renderer.as_ref().expect("the site can be rendered");
        let known = || known.map(|record| PreviousBuild { record, fingerprints: Fingerprints::of(renderer) });
        unlocked(|| emit(&state, Target { output: &self.at(output), allow_empty: false }, known(), &|| {}))
    }

    fn build(&self) -> Report {
        self.build_into("out").expect("the site can be built")
    }

    /// Returns every file below a folder with its bytes and its time stamp; folders too, without.
    fn look(&self, folder: &str) -> BTreeMap<String, (Vec<u8>, SystemTime)> {
        let mut found = BTreeMap::new();
        look(&self.at(folder), Path::new(""), &mut found);
        found
    }

    /// Returns the entries beside the output, without the site.
    fn beside(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path()).expect("the folder can be read");
        let mut names: Vec<String> =
            entries.map(|entry| entry.expect("the folder can be read").file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }
}

fn look(root: &Path, below: &Path, found: &mut BTreeMap<String, (Vec<u8>, SystemTime)>) {
    for entry in fs::read_dir(root.join(below)).expect("the folder can be read") {
        let entry = entry.expect("the folder can be read");
        let path = below.join(entry.file_name());
        if entry.file_type().expect("it is there").is_dir() {
            look(root, &path, found);
        } else {
            let metadata = entry.metadata().expect("it is there");
            let bytes = fs::read(entry.path()).expect("files can be read");
            found.insert(path.to_string_lossy().into_owned(), (bytes, metadata.modified().expect("files have times")));
        }
    }
}

fn bytes(files: BTreeMap<String, (Vec<u8>, SystemTime)>) -> BTreeMap<String, Vec<u8>> {
    files.into_iter().map(|(path, (bytes, _))| (path, bytes)).collect()
}

#[test]
fn a_second_build_of_the_same_site_touches_nothing() {
    let disk = Disk::new();
    let first = disk.build();
    assert!(first.published && first.written == first.files && first.files > 12);
    let before = disk.look("out");
    let second = disk.build();
    assert!(second.published);
    assert_eq!((second.written, second.removed), (0, 0));
    assert_eq!(disk.look("out"), before);
    assert_eq!(disk.beside(), ["out", "site"]);
}

#[test]
fn only_changed_files_are_written() {
    let disk = Disk::new();
    disk.build();
    let before = disk.look("out");
    disk.write("site/content/s/b.en.md", "# s/b\n\nAnother sentence.\n");
    let report = disk.build();
    assert_eq!(report.written, 2, "the page and the one side by side");
    let after = disk.look("out");
    let touched: Vec<&String> = after.iter().filter(|(path, it)| before.get(*path) != Some(it)).map(|(path, _)| path).collect();
    assert_eq!(touched, [MANIFEST, "en/s/b/index.html", "kk-en/s/b/index.html"]);
}

/// Files in one folder only, one of which is somebody else's.
#[cfg(any(target_os = "linux", target_vendor = "apple"))]
#[test]
fn changes_in_one_folder_exchange_only_that_folder() {
    use std::os::unix::fs::MetadataExt as _;
    let disk = Disk::new();
    for name in ["x.bin", "y.bin", "z.bin"] {
        disk.write(&format!("site/content/s/{name}"), "one");
    }
    disk.build();
    disk.write("out/s/mine.txt", "mine");
    disk.write("out/s/folder/mine.txt", "mine too");
    let number = |path: &str| fs::metadata(disk.at(path)).expect("it is there").ino();
    // One file, then all files of a folder, then more.
    for (changed, part) in [(&["s/y.bin"][..], "s/y.bin"), (&["s/x.bin", "s/y.bin"], "s"), (&["s/x.bin", "root.bin"], "")] {
        let before = disk.look("out");
        let numbers = [number("out"), number("out/s"), number("out/kk")];
        for path in changed {
            disk.write(&format!("site/content/{path}"), &format!("another: {part}"));
        }
        assert_eq!(disk.build().written, changed.len());
        let after = disk.look("out");
        let touched: Vec<&str> =
            after.iter().filter(|(path, it)| before.get(*path) != Some(it)).map(|(path, _)| path.as_str()).collect();
        let mut wanted = changed.to_vec();
        wanted.extend(part.is_empty().then_some(MANIFEST));
        wanted.sort_unstable();
        assert_eq!(touched, wanted);
        let same = [number("out"), number("out/s"), number("out/kk")].into_iter().zip(numbers).map(|(a, b)| a == b);
        assert_eq!(same.collect::<Vec<_>>(), [!part.is_empty(), part == "s/y.bin", !part.is_empty()], "{part}");
        assert_eq!(disk.beside(), ["out", "site"]);
    }
    let mine = ["out/s/mine.txt", "out/s/folder/mine.txt"].map(|path| fs::read_to_string(disk.at(path)).expect("it stays"));
    assert_eq!(mine, ["mine", "mine too"]);
    // A missing part cannot be exchanged.
    fs::remove_dir_all(disk.at("out/s")).expect("it can be removed");
    assert!(disk.build().written > 0);
    disk.build_into("fresh").expect("the site can be built");
    assert_eq!(bytes(disk.look("out")), bytes(disk.look("fresh")));
}

#[test]
fn the_result_does_not_depend_on_the_previous_output() {
    let disk = Disk::new();
    disk.build();
    fs::remove_dir_all(disk.at("site/content/s")).expect("it can be removed");
    disk.write("site/content/new.kk.md", "# Жаңа\n");
    let report = disk.build();
    assert_eq!(report.removed, 6);
    disk.build_into("fresh").expect("the site can be built");
    assert_eq!(bytes(disk.look("out")), bytes(disk.look("fresh")));
    assert!(!disk.at("out/kk/s").exists(), "folders that are empty now go too");
}

#[test]
fn a_failed_build_changes_nothing() {
    let disk = Disk::new();
    disk.build();
    let before = disk.look("out");
    disk.write("site/content/a.kk.md", "# a\n\nБасқа.\n");
    disk.write(
        "site/templates/section.html",
        "{% extends \"default/section.html\" %}{% block heading %}{{ page.nosuch.field }}{% endblock heading %}",
    );
    let report = disk.build();
    assert!(!report.published && report.problems.iter().any(|problem| problem.code.name == "template"));
    assert_eq!(disk.look("out"), before);
    assert_eq!(disk.beside(), ["out", "site"]);
}

#[test]
fn files_and_folders_of_others_are_kept() {
    let disk = Disk::new();
    disk.build();
    disk.write("out/mine.txt", "mine");
    disk.write("out/kk/s/b/notes/mine.txt", "mine too");
    fs::create_dir_all(disk.at("out/.git/refs/tags")).expect("folders can be made");
    let time = fs::metadata(disk.at("out/mine.txt")).and_then(|it| it.modified()).expect("files have times");
    for edition in ["kk", "en"] {
        fs::remove_file(disk.at(&format!("site/content/s/b.{edition}.md"))).expect("it can be removed");
    }
    let report = disk.build();
    assert_eq!(report.removed, 3);
    assert_eq!(fs::read_to_string(disk.at("out/mine.txt")).expect("it is there"), "mine");
    assert_eq!(fs::metadata(disk.at("out/mine.txt")).and_then(|it| it.modified()).expect("files have times"), time);
    assert_eq!(fs::read_to_string(disk.at("out/kk/s/b/notes/mine.txt")).expect("it is there"), "mine too");
    assert!(!disk.at("out/kk/s/b/index.html").exists());
    assert!(disk.at("out/.git/refs/tags").is_dir(), "an empty folder is someone's too");
    // The same when the build has no work to do.
    let before = disk.look("out");
    disk.build();
    assert_eq!(disk.look("out"), before);
}

#[test]
fn a_missing_file_of_ours_is_written_again() {
    let disk = Disk::new();
    disk.build();
    let before = bytes(disk.look("out"));
    fs::remove_file(disk.at("out/kk/a/index.html")).expect("it can be removed");
    disk.write("out/en/a/index.html", "someone changed this");
    assert_eq!(disk.build().written, 2);
    assert_eq!(bytes(disk.look("out")), before);
}

/// Returns the paths of the routes that a build rendered, whether or not their bytes changed.
fn made(report: &Report) -> Vec<&str> {
    let pages = report.times.iter().filter(|time| time.template.is_some());
    pages.map(|time| &*time.path).collect()
}

#[test]
fn files_in_the_record_are_not_rendered_again() {
    let disk = Disk::new();
    let build = |known: &Record| {
        let report = disk.build_knowing("out", Some(known)).expect("the site can be built");
        let mut written = Vec::new();
        report.record.as_ref().expect("it was published").write(&mut written).expect("memory can be written");
        let record = Record::read(&written);
        disk.build_into("fresh").expect("the site can be built");
        let (found, mut fresh) = (bytes(disk.look("out")), bytes(disk.look("fresh")));
        fresh.extend(found.iter().filter(|(path, _)| path.ends_with("mine.txt")).map(|(path, it)| (path.clone(), it.clone())));
        assert_eq!(found, fresh);
        (report, record)
    };
    let (first, known) = build(&Record::default());
    assert_eq!(made(&first).len(), 14);
    let (second, known) = build(&known);
    assert_eq!((made(&second), second.written), (vec![], 0));
    // A sentence: the pages of its work.
    disk.write("site/content/s/b.en.md", "# s/b\n\nAnother sentence.\n");
    let (report, known) = build(&known);
    assert_eq!((made(&report), report.written), (vec!["en/s/b/index.html", "kk-en/s/b/index.html", "kk/s/b/index.html"], 2));
    // Data that other pages show: all pages.
    disk.write("site/content/s/b.en.md", "# Other title\n\nAnother sentence.\n");
    let (report, known) = build(&known);
    assert_eq!(made(&report).len(), 14);
    // A template, or a new page: all pages.
    disk.write("site/templates/tag.html", "{% extends \"default/tag.html\" %}");
    let (report, known) = build(&known);
    assert_eq!((made(&report).len(), report.written), (14, 0));
    disk.write("site/content/z.kk.md", "# Жаңа\n");
    let (report, known) = build(&known);
    assert!(made(&report).len() > 14);
    // Changes that somebody made in the folder are found, by each sign of them.
    fs::remove_file(disk.at("out/en/a/index.html")).expect("it can be removed");
    disk.write("out/mine.txt", "mine");
    let page = disk.at("out/kk/a/index.html");
    let (text, time) = (fs::read_to_string(&page).expect("it is there"), fs::metadata(&page).and_then(|it| it.modified()));
    fs::write(&page, text.replace("сөйлем", "келмес")).expect("files can be written");
    let file = fs::File::options().write(true).open(&page).expect("it is there");
    file.set_modified(time.expect("files have times")).expect("it can be set");
    let (report, known) = build(&known);
    assert_eq!((made(&report), report.written), (vec!["en/a/index.html", "kk/a/index.html"], 2));
    // With all records that were kept on the way.
    let (report, _) = build(&known);
    assert_eq!((made(&report), report.written), (vec![], 0));
}

#[test]
fn a_page_with_problems_is_rendered_and_reported_again() {
    let disk = Disk::new();
    disk.write("site/content/a.en.md", "# a\n\n```nosuch\ncode\n```\n");
    let first = disk.build_knowing("out", Some(&Record::default())).expect("the site can be built");
    let second = disk.build_knowing("out", first.record.as_ref()).expect("the site can be built");
    assert!(made(&second).contains(&"en/a/index.html") && made(&second).len() == 2, "{:?}", made(&second));
    assert!(!first.problems.is_empty() && first.problems == second.problems);
}

#[test]
fn a_folder_of_someone_else_is_refused() {
    let disk = Disk::new();
    disk.write("out/important.txt", "do not lose");
    let failure = disk.build_into("out").expect_err("it is not ours");
    assert!(failure.message.contains("was not written by Tilmash"), "{}", failure.message);
    assert_eq!(disk.look("out").len(), 1);
    // Somebody else's file at the path of a page, in an output folder.
    let disk = Disk::new();
    disk.build();
    disk.write("out/kk/new/index.html", "mine");
    disk.write("site/content/new.kk.md", "# New\n");
    let failure = disk.build_into("out").expect_err("it stands in the way");
    assert!(failure.message.contains("a file of the site needs its place"), "{}", failure.message);
    assert_eq!(fs::read_to_string(disk.at("out/kk/new/index.html")).expect("it is there"), "mine");
}

#[test]
fn an_empty_site_replaces_no_published_one() {
    let disk = Disk::new();
    let published = disk.build();
    assert!(!published.pages.lost_most());
    let before = disk.look("out");
    let content = disk.at("site/content");
    let kept = disk.at("kept");
    let refused = |what: &str| {
        let failure = disk.build_into("out").expect_err(what);
        assert!(failure.message.contains("has no pages"), "{what}: {failure}");
        assert_eq!(disk.look("out"), before, "{what}");
    };
    fs::rename(&content, &kept).expect("it can be renamed");
    refused("`content/` is gone");
    fs::write(&content, "").expect("it can be written");
    refused("`content` is a file");
    fs::remove_file(&content).expect("it can be removed");
    fs::create_dir(&content).expect("it can be made");
    refused("`content/` is empty");
    disk.write("site/content/picture.png", "not a page");
    refused("`content/` has no page");

    let emptied = disk.build_empty().expect("it was asked for");
    assert!(emptied.published && emptied.pages.lost_most(), "{:?}", emptied.pages);
    fs::remove_dir_all(&content).expect("it can be removed");
    fs::rename(&kept, &content).expect("it can be renamed");
    let back = disk.build();
    assert!(!back.pages.lost_most());
    assert_eq!(bytes(disk.look("out")), bytes(before));
}

/// A repository can contain links and pipes where a build has its own files.
#[cfg(unix)]
#[test]
fn links_and_pipes_beside_and_in_the_output_are_refused() {
    use std::os::unix::fs::symlink;
    let disk = Disk::new();
    disk.build();
    disk.write("victim/index.html", "theirs");
    disk.write(&format!("victim/{MANIFEST}"), "index.html\n");
    disk.write("site/content/a.en.md", "# a\n\nAnother sentence.\n");
    let (victim, out) = (disk.look("victim"), disk.look("out"));
    let pipe = |path: &Path| {
        assert!(Command::new("mkfifo").arg(path).status().expect("`mkfifo` is there").success());
    };
    for name in [".out.tilmash-new", ".out.tilmash-new-old", ".out.tilmash-lock"] {
        let trap = disk.at(name);
        for target in ["victim", "victim/index.html", "nowhere"] {
            symlink(disk.at(target), &trap).expect("links can be made");
            let failure = disk.build_into("out").expect_err(name);
            assert!(failure.message.contains("is a symbolic link"), "{name}: {failure}");
            fs::remove_file(&trap).expect("it is still the link");
        }
        pipe(&trap);
        disk.build_into("out").expect_err(name);
        fs::remove_file(&trap).expect("it is still the pipe");
        assert_eq!((disk.look("victim"), disk.look("out")), (victim.clone(), out.clone()), "{name}");
    }

    let manifest = disk.at("out").join(MANIFEST);
    fs::rename(&manifest, disk.at("manifest")).expect("it can be renamed");
    pipe(&manifest);
    let failure = disk.build_into("out").expect_err("the list of files is a pipe");
    assert!(failure.message.contains("was not written by Tilmash"), "{failure}");
    fs::remove_file(&manifest).expect("it is still the pipe");
    fs::rename(disk.at("manifest"), &manifest).expect("it can be renamed");

    // A link where the site has a folder, with and without an entry in the manifest.
    let folder = disk.at("out/kk/s");
    fs::rename(&folder, disk.at("kept")).expect("it can be renamed");
    for target in ["victim", "out/en"] {
        symlink(disk.at(target), &folder).expect("links can be made");
        let failure = disk.build_into("out").expect_err(target);
        assert!(failure.message.contains("a file of the site needs its place"), "{failure}");
        assert!(folder.is_symlink());
        fs::remove_file(&folder).expect("it is still the link");
    }
    assert_eq!(disk.look("victim"), victim);
    fs::rename(disk.at("kept"), &folder).expect("it can be renamed");
    assert!(disk.build().published);
}

/// The repository may not choose the folder to publish into.
#[cfg(unix)]
#[test]
fn an_output_that_the_site_links_elsewhere_is_refused() {
    let disk = Disk::new();
    disk.write("victim/file", "theirs");
    let victim = disk.look("victim");
    std::os::unix::fs::symlink("../victim", disk.at("site/public")).expect("links can be made");
    for output in ["site/public", "site/public/deep"] {
        let failure = disk.build_into(output).expect_err(output);
        assert!(failure.message.contains("leads out of the site"), "{failure}");
    }
    assert_eq!(disk.look("victim"), victim);
    // The user may.
    std::os::unix::fs::symlink("victim", disk.at("www")).expect("links can be made");
    assert!(disk.build_into("www/book").expect("it is the user's link").published);
    assert!(disk.at("victim/book/index.html").is_file());
}

#[test]
fn a_folder_that_holds_the_sources_or_is_among_them_is_refused() {
    let disk = Disk::new();
    disk.write(&format!("site/{MANIFEST}"), "site.yaml\n");
    disk.write(&format!("site/content/{MANIFEST}"), "index.kk.md\n");
    let before = disk.look("site");
    let mut outputs = vec!["site", "", "site/content", "site/content/new", "site/templates", "site/content/../content/s"];
    outputs.extend(["site/content/deep/new", "no/../site/content/deep/new", "site/themes/x/y"]);
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(disk.at("site"), disk.at("link")).expect("links can be made");
        std::os::unix::fs::symlink(disk.at("site/content"), disk.at("inner")).expect("links can be made");
        outputs.extend(["link", "link/content/new", "inner", "inner/new"]);
    }
    for output in outputs {
        let failure = disk.build_into(output).expect_err(output);
        assert!(failure.message.contains("source files of the site"), "{output}: {}", failure.message);
    }
    assert_eq!(disk.look("site"), before);
    assert!(!disk.at("site/content/deep").exists() && !disk.at("site/themes").exists() && !disk.at("no").exists());
}

#[cfg(unix)]
#[test]
fn a_folder_that_the_sources_are_linked_to_is_refused() {
    let disk = Disk::new();
    fs::rename(disk.at("site/content"), disk.at("site/texts")).expect("it can be renamed");
    std::os::unix::fs::symlink("texts", disk.at("site/content")).expect("links can be made");
    let failure = disk.build_into("site/texts/new").expect_err("it is among the sources");
    assert!(failure.message.contains("source files of the site"), "{}", failure.message);
    assert!(!disk.at("site/texts/new").exists());
}

#[cfg(unix)]
#[test]
fn a_site_is_not_published_into_itself() {
    let disk = Disk::new();
    disk.build_into("site/public").expect("it is no source yet");
    std::os::unix::fs::symlink("../public", disk.at("site/content/again")).expect("links can be made");
    let failure = disk.build_into("site/public").expect_err("it is among the sources");
    assert!(failure.message.contains("source files of the site"), "{}", failure.message);
}

#[test]
fn two_builds_do_not_write_one_folder_at_the_same_time() {
    let disk = Disk::new();
    disk.write(".out.tilmash-lock", "");
    let file = fs::File::open(disk.at(".out.tilmash-lock")).expect("it is there");
    file.try_lock().expect("nobody holds it");
    let failure = disk.build_into("out").expect_err("another build has the lock");
    assert!(failure.message.contains("another build"), "{}", failure.message);
    drop(file);
    disk.build();
    assert_eq!(disk.beside(), ["out", "site"]);
}

#[test]
fn the_leftovers_of_a_killed_build_are_removed() {
    let disk = Disk::new();
    disk.build();
    let expected = bytes(disk.look("out"));
    // Killed while writing.
    let half = || {
        disk.write(&format!(".out.tilmash-new/{MANIFEST}"), "kk/index.html\nkk/only/index.html\n");
        disk.write(".out.tilmash-new/kk/index.html", "half");
    };
    half();
    disk.build();
    assert_eq!(disk.beside(), ["out", "site"]);
    // Killed before it wrote its first file, the manifest.
    fs::create_dir(disk.at(".out.tilmash-new")).expect("folders can be made");
    disk.build();
    assert_eq!(disk.beside(), ["out", "site"]);
    // Killed between two renames, on a system that cannot exchange folders.
    fs::rename(disk.at("out"), disk.at(".out.tilmash-new-old")).expect("it can be renamed");
    half();
    disk.build();
    assert_eq!(disk.beside(), ["out", "site"]);
    assert_eq!(bytes(disk.look("out")), expected);
}

#[test]
fn files_of_others_are_rescued_from_a_killed_build() {
    for left in [".out.tilmash-new", ".out.tilmash-new-old"] {
        let disk = Disk::new();
        disk.build();
        // Killed after the new folder was in place, before the old one was removed. Only the old
        // one has a file that somebody added late.
        disk.write(&format!("{left}/{MANIFEST}"), "kk/old/index.html\n");
        disk.write(&format!("{left}/kk/old/index.html"), "ours");
        disk.write(&format!("{left}/kk/old/late.txt"), "late");
        let report = disk.build();
        assert_eq!(report.displaced, [] as [PathBuf; 0]);
        assert_eq!(fs::read_to_string(disk.at("out/kk/old/late.txt")).expect("it was moved"), "late");
        assert!(!disk.at("out/kk/old/index.html").exists());
        assert_eq!(disk.beside(), ["out", "site"]);
    }
}

/// Two versions are built in turn, and each build is killed at some moment: the folder always has
/// one whole version.
#[cfg(unix)]
#[test]
fn a_build_that_is_killed_leaves_one_whole_version() {
    // Versions that differ in files everywhere, and in two files of one folder.
    for everywhere in [true, false] {
        builds_that_are_killed(everywhere);
    }
}

#[cfg(unix)]
fn builds_that_are_killed(everywhere: bool) {
    let disk = Disk::new();
    for number in 0..60 {
        disk.write(&format!("site/content/c{number}.kk.md"), "---\ntitle: Тарау\n---\n\nБір сөйлем.\n");
    }
    let version = |name: &str| {
        if !everywhere {
            for file in ["x.bin", "y.bin"] {
                disk.write(&format!("site/content/s/{file}"), name);
            }
            return;
        }
        for number in (0..60).step_by(2) {
            disk.write(&format!("site/content/c{number}.kk.md"), &format!("---\ntitle: Тарау\n---\n\nБұл нұсқа: {name}.\n"));
        }
        // A page that only one version has.
        if name == "one" {
            disk.write("site/content/only.kk.md", "# Тек бірінші\n");
        } else {
            fs::remove_file(disk.at("site/content/only.kk.md")).expect("it was written before");
        }
    };
    version("one");
    disk.build_into("one").expect("the site can be built");
    let one = bytes(disk.look("one"));
    version("two");
    disk.build_into("two").expect("the site can be built");
    let two = bytes(disk.look("two"));
    assert_ne!(one, two);

    let build = |output: &Path| {
        let mut command = program::command(&disk.at("site"), &["build", "--output"]);
        command.arg(output).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command.spawn().expect("the program runs")
    };
    let start = std::time::Instant::now();
    let status = build(&disk.at("out")).wait().expect("it was started");
    assert!(status.success());
    let whole = start.elapsed();

    let (mut finished, rounds) = (0, if is_long() { 24 } else { 8_u32 });
    for round in 0..rounds {
        version(if round % 2 == 0 { "one" } else { "two" });
        let mut child = build(&disk.at("out"));
        // Spread over the duration of a build, most of them near its end, where publishing happens.
        let moment = whole.mul_f64(f64::from((round * 7) % 24) / 24.0 * 1.1);
        std::thread::sleep(moment.max(Duration::from_millis(1)));
        // The build may have ended by itself.
        let _ = child.kill();
        finished += u32::from(child.wait().expect("it was started").success());
        let found = bytes(disk.look("out"));
        assert!(found == one || found == two, "round {round}: half a site: {:?}", found.keys());
    }
    assert!(finished < rounds, "some builds were killed");
    let status = build(&disk.at("out")).wait().expect("it was started");
    assert!(status.success());
    assert_eq!(bytes(disk.look("out")), two);
    assert_eq!(disk.beside(), ["one", "out", "site", "two"]);
}
