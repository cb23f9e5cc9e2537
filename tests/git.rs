//! The history of a repository that somebody else made: `status` reads it, and runs no program that
//! it names.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::common::program::{command, run};
use tempfile::TempDir;

/// A site in a repository, a program that leaves a trace, and the folder for the trace.
struct Hostile {
    folder: TempDir,
}

/// Settings that make git run `EVIL`, by their names. Commands that begin with `!` are for a shell.
const SETTINGS: &[(&str, &str)] = &[
    ("core.fsmonitor", "EVIL fsmonitor"),
    ("core.hooksPath", "HOOKS"),
    ("core.pager", "EVIL pager"),
    ("core.editor", "EVIL editor"),
    ("core.sshCommand", "EVIL ssh"),
    ("core.askPass", "EVIL"),
    ("core.gitProxy", "EVIL proxy"),
    ("core.alternateRefsCommand", "EVIL alternate"),
    ("core.attributesFile", "ATTRIBUTES"),
    ("pager.blame", "EVIL pager-blame"),
    ("pager.rev-parse", "EVIL pager-rev-parse"),
    ("pager.init", "EVIL pager-init"),
    ("alias.blame", "!EVIL alias-blame"),
    ("alias.rev-parse", "!EVIL alias-rev-parse"),
    ("alias.update-ref", "!EVIL alias-update-ref"),
    ("alias.init", "!EVIL alias-init"),
    ("credential.helper", "!EVIL credential"),
    ("diff.external", "EVIL diff-external"),
    ("diff.x.command", "EVIL diff-command"),
    ("diff.x.textconv", "EVIL textconv"),
    ("filter.x.clean", "EVIL clean"),
    ("filter.x.smudge", "EVIL smudge"),
    ("filter.y.process", "EVIL process"),
    ("filter.y.required", "false"),
    ("merge.x.driver", "EVIL merge"),
    ("gpg.program", "EVIL"),
    ("log.showSignature", "true"),
    ("blame.ignoreRevsFile", "/dev/null"),
    ("interactive.diffFilter", "EVIL diff-filter"),
    ("init.templateDir", "HOOKS"),
    ("uploadpack.packObjectsHook", "EVIL pack-objects"),
    ("protocol.allow", "always"),
    ("protocol.ext.allow", "always"),
    ("remote.origin.url", "ext::EVIL remote"),
    ("remote.origin.uploadpack", "EVIL upload-pack"),
    ("remote.origin.promisor", "true"),
    ("extensions.partialClone", "origin"),
    ("include.path", "INCLUDED"),
];

const SOURCE: &str = "# А\n\nБірінші сөйлем осы.\nЕкінші сөйлем осы.\n";

impl Hostile {
    fn new() -> Self {
        let it = Self { folder: tempfile::tempdir().expect("a temporary folder") };
        fs::create_dir_all(it.site().join("content")).expect("folders can be made");
        fs::create_dir(it.path("hooks")).expect("folders can be made");
        it.put("site/site.yaml", "title: T\nlanguages: [kk, en]\nseverity: {no-base-url: off}\n");
        it.put("site/content/index.kk.md", "# Басты бет\n");
        it.put("site/content/index.en.md", "# Home\n");
        it.put("site/content/a.kk.md", SOURCE);
        it.put("site/content/a.en.md", "# A\n\nThis is the first one.\nThis is the second one.\n");
        it.tilmash(&["sync"]);
        it.git(&["init", "-q", "-b", "main"]);
        it.commit("2001-02-03");
        it.put("site/content/a.kk.md", SOURCE.replace("Екінші", "Келесі"));
        it.tilmash(&["sync"]);
        it.commit("2002-03-04");
        // Settings last: they would run while the history is made.
        it.put_program("evil", &format!("#!/bin/sh\necho \"$@\" >> '{}'\n", it.path("marker").display()));
        for hook in ["post-index-change", "reference-transaction", "post-checkout", "pre-auto-gc", "fsmonitor-watchman"] {
            it.put_program(&format!("hooks/{hook}"), &format!("#!/bin/sh\n'{}' hook-{hook}\n", it.path("evil").display()));
        }
        it.put("attributes", "* filter=x diff=x merge=x\n*.lock diff=x\n*.en.md filter=y\n");
        it.put("included", "[diff \"included\"]\n\ttextconv = evil included\n");
        it
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn site(&self) -> PathBuf {
        self.path("site")
    }

    fn put(&self, name: &str, text: impl AsRef<[u8]>) {
        fs::write(self.path(name), text).expect("files can be written");
    }

    fn put_program(&self, name: &str, text: &str) {
        self.put(name, text);
        fs::set_permissions(self.path(name), fs::Permissions::from_mode(0o755)).expect("modes can be set");
    }

    /// Runs plain git in the site, with no configuration but the repository's.
    fn git_in(&self, folder: &Path, arguments: &[&str]) -> bool {
        let output = Command::new("git")
            .args(arguments)
            .current_dir(folder)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_TERMINAL_PROMPT", "0")
            .stdin(Stdio::null())
            .output();
        output.expect("git is installed").status.success()
    }

    fn git(&self, arguments: &[&str]) -> bool {
        self.git_in(&self.site(), arguments)
    }

    fn commit(&self, day: &str) {
        let date = format!("{day}T12:00:00+0000");
        assert!(self.git(&["add", "-A"]));
        let by = ["-c", "user.name=A", "-c", "user.email=a@example.org"];
        let commit = ["commit", "-qm", day, "--date", &date];
        assert!(self.git(&[&by[..], &commit].concat()));
    }

    /// Puts all settings into the configuration of a repository.
    fn poison(&self, repository: &Path) {
        for (name, value) in SETTINGS {
            let value = value.replace("EVIL", &self.path("evil").display().to_string());
            let value = value.replace("HOOKS", &self.path("hooks").display().to_string());
            let value = value.replace("ATTRIBUTES", &self.path("attributes").display().to_string());
            let value = value.replace("INCLUDED", &self.path("included").display().to_string());
            assert!(self.git(&["config", "--file", &repository.join("config").display().to_string(), name, &value]));
        }
        fs::create_dir_all(repository.join("info")).expect("folders can be made");
        fs::copy(self.path("attributes"), repository.join("info/attributes")).expect("files can be copied");
        self.put("site/.gitattributes", "*.md filter=x diff=x\n");
        self.marks();
    }

    /// Returns the programs that have run since the last call.
    fn marks(&self) -> Vec<String> {
        let marks = fs::read_to_string(self.path("marker")).unwrap_or_default();
        let _ = fs::remove_file(self.path("marker"));
        let mut marks: Vec<String> = marks.lines().map(|line| line.split(' ').next().unwrap_or("").to_owned()).collect();
        marks.sort();
        marks.dedup();
        marks
    }

    fn tilmash(&self, arguments: &[&str]) -> String {
        let path = std::env::var("PATH").expect("there is a path");
        let mut command = command(&self.site(), arguments);
        // A search in the folder of the site would find its programs first.
        command.env("PATH", format!(".::{}:{path}", self.site().display()));
        command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_EXTERNAL_DIFF", self.path("evil"));
        let run = run(command, "");
        assert_eq!(run.code, 0, "{}", run.err);
        run.out
    }

    /// Returns the day since which the work has waited, from the output of `status`.
    fn oldest(&self) -> Option<String> {
        let json = self.tilmash(&["status", "a", "--language", "en", "--json"]);
        let rows: serde_json::Value = serde_json::from_str(&json).expect("JSON");
        rows[0]["oldest"]["since"].as_str().map(str::to_owned)
    }
}

/// Plain git runs the programs that the configuration names, so this test can fail.
#[test]
fn no_setting_of_a_repository_runs_a_program() {
    let hostile = Hostile::new();
    assert_eq!(hostile.oldest().as_deref(), Some("2002-03-04"));
    hostile.poison(&hostile.site().join(".git"));
    for (command, mark) in [
        (&["status"][..], "fsmonitor"),
        (&["log", "-p"], "textconv"),
        (&["blame", "content/a.lock"], "textconv"),
        (&["blame", "content/a.lock"], "clean"),
        (&["blame", "HEAD", "content/a.lock"], "smudge"),
        (&["diff", "HEAD~1", "--", "content/a.lock"], "diff-command"),
        (&["update-ref", "refs/heads/x", "HEAD"], "hook-reference-transaction"),
        (&["fetch"], "remote"),
    ] {
        hostile.git(command);
        let marks = hostile.marks();
        assert!(marks.iter().any(|it| it == mark), "git {}: {marks:?}", command.join(" "));
    }
    assert_eq!(hostile.oldest().as_deref(), Some("2002-03-04"));
    assert_eq!(hostile.marks(), Vec::<String>::new());
}

#[test]
fn missing_objects_of_a_partial_clone_are_not_fetched() {
    let hostile = Hostile::new();
    let output = Command::new("git").args(["rev-parse", "HEAD~1^{tree}"]).current_dir(hostile.site()).output();
    let tree = String::from_utf8(output.expect("git is installed").stdout).expect("an id is text");
    let tree = tree.trim();
    hostile.poison(&hostile.site().join(".git"));
    fs::remove_file(hostile.site().join(".git/objects").join(&tree[..2]).join(&tree[2..])).expect("it is there");
    hostile.git(&["ls-tree", "HEAD~1"]);
    let marks = hostile.marks();
    assert!(marks.contains(&"remote".to_owned()), "plain git fetches: {marks:?}");
    assert_eq!(hostile.oldest(), None);
    assert_eq!(hostile.marks(), Vec::<String>::new());
}

#[test]
fn a_repository_in_another_folder_runs_no_program() {
    let hostile = Hostile::new();
    fs::rename(hostile.site().join(".git"), hostile.path("elsewhere")).expect("folders can be moved");
    hostile.put("site/.git", format!("gitdir: {}\n", hostile.path("elsewhere").display()));
    hostile.poison(&hostile.path("elsewhere"));
    hostile.git(&["status"]);
    assert!(hostile.marks().contains(&"fsmonitor".to_owned()), "plain git follows the file");
    assert_eq!(hostile.oldest().as_deref(), Some("2002-03-04"));
    // The site's own files are read, even if the configuration names another work tree.
    let elsewhere = hostile.path("hooks").display().to_string();
    hostile.git(&["config", "core.worktree", &elsewhere]);
    hostile.marks();
    assert_eq!(hostile.oldest().as_deref(), Some("2002-03-04"));
    assert_eq!(hostile.marks(), Vec::<String>::new());
}

#[test]
fn a_program_in_the_site_is_not_used_as_git() {
    let hostile = Hostile::new();
    hostile.put_program("site/git", &format!("#!/bin/sh\n'{}' git\n", hostile.path("evil").display()));
    let found =
        Command::new("sh").args(["-c", "git --version"]).current_dir(hostile.site()).env("PATH", ".:/bin:/usr/bin").output();
    assert!(found.is_ok() && hostile.marks() == ["git"], "a shell takes it");
    assert_eq!(hostile.oldest().as_deref(), Some("2002-03-04"));
    assert_eq!(hostile.marks(), Vec::<String>::new());
}
