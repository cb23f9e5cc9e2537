//! Compiles the built-in templates and themes into the program, as a table of `include_bytes!`.
//! Also names the build, for caches, and finds where its sources are published, for
//! `tilmash init`. No step uses the network.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

#[path = "src/cli/init/origin.rs"]
mod origin;

fn main() {
    identify();
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets CARGO_MANIFEST_DIR"));
    locate(&root);
    let mut files = Vec::new();
    for folder in ["templates", "themes/default"] {
        println!("cargo::rerun-if-changed={folder}");
        collect(&root, folder, &mut files);
    }
    files.sort();
    let mut table = String::from("pub(crate) static FILES: &[(&str, &[u8])] = &[\n");
    for file in files {
        let path = root.join(&file);
        writeln!(table, "    ({file:?}, include_bytes!({path:?})),").expect("writing to a string");
    }
    table.push_str("];\n");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR")).join("builtin.rs");
    fs::write(&out, table).expect("the table of built-in files can be written");
}

/// Sets the two names that invalidate caches: `TILMASH_BUILD` and `TILMASH_PROGRAM`.
///
/// `TILMASH_BUILD` changes with the dependencies, among them the grammars that are compiled in, and
/// with the tables of classes and names.
fn identify() {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for file in ["Cargo.lock", "src/render/highlight.rs", "src/render/highlight/names.txt"] {
        println!("cargo::rerun-if-changed={file}");
        // FNV-1a. A package without a lock file contributes its version alone.
        for byte in fs::read(file).unwrap_or_default() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    let version = env::var("CARGO_PKG_VERSION").expect("cargo sets CARGO_PKG_VERSION");
    println!("cargo::rustc-env=TILMASH_BUILD={version}-{hash:016x}");
    // `TILMASH_PROGRAM` covers the whole program: only the same program reuses the output of an
    // earlier build of a site.
    let mut files = Vec::new();
    for folder in ["src", "templates", "themes"] {
        collect(Path::new("."), folder, &mut files);
    }
    files.sort();
    for file in files {
        for byte in file.bytes().chain(fs::read(&file).unwrap_or_default()) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    println!("cargo::rustc-env=TILMASH_PROGRAM={version}-{hash:016x}");
}

/// Sets `TILMASH_REPOSITORY`, `TILMASH_REVISION` and `TILMASH_REVISION_STATE`, from which
/// `tilmash init` writes a workflow.
///
/// They describe the sources at the time of the build. A later commit of the same sources does not
/// make a debug build again: the recorded commit has these sources too, or was recorded as changed.
fn locate(root: &Path) {
    let text = |path: &Path| fs::read_to_string(path).unwrap_or_default();
    let mut facts = origin::Facts {
        declared: env::var("CARGO_PKG_REPOSITORY").unwrap_or_default(),
        package: text(&root.join(".cargo_vcs_info.json")),
        ..origin::Facts::default()
    };
    // The repository must be that of the package itself. A package may be unpacked in the
    // repository of something else.
    if git(root, &["rev-parse", "--show-prefix"]).as_deref() == Some("") {
        let ask = |arguments: &[&str]| git(root, arguments).unwrap_or_default();
        facts.head = ask(&["rev-parse", "--verify", "HEAD"]);
        // Not `git remote get-url`, which applies the `insteadOf` of one person's settings.
        facts.remote = ask(&["config", "--get", "remote.origin.url"]);
        facts.is_pushed = !ask(&["for-each-ref", "--contains", "HEAD", "--count=1", "refs/remotes/origin"]).is_empty();
        let sources = ["Cargo.toml", "Cargo.lock", "build.rs", "src", "templates", "themes"];
        facts.is_changed = !ask(&[&["status", "--porcelain", "--"][..], &sources].concat()).is_empty();
        // Cargo clones from its own copy, and git notes there where that was fetched from. The
        // line ends with the URL: `COMMIT  branch 'main' of URL`.
        if root.join(".cargo-ok").exists()
            && let Some(copy) = facts.remote.strip_prefix("file://")
        {
            let fetched = text(&Path::new(copy).join("FETCH_HEAD"));
            facts.fetched =
                fetched.lines().next().and_then(|line| line.split_whitespace().next_back()).unwrap_or_default().to_owned();
        }
        // Only programs that are given to others are worth compiling again after a commit.
        if env::var("PROFILE").is_ok_and(|profile| profile == "release") {
            let log = root.join(ask(&["rev-parse", "--git-path", "logs/HEAD"]));
            if log.is_file() {
                println!("cargo::rerun-if-changed={}", log.display());
            }
        }
    }
    let origin::Origin { repository, revision, state } = origin::origin(&facts);
    println!("cargo::rustc-env=TILMASH_REPOSITORY={repository}");
    println!("cargo::rustc-env=TILMASH_REVISION={revision}");
    println!("cargo::rustc-env=TILMASH_REVISION_STATE={state}");
}

/// Returns the output of git in a folder, without the line break at its end; `None` if git is not
/// installed or fails.
fn git(root: &Path, arguments: &[&str]) -> Option<String> {
    // Git's variables, which are set in a hook, would name another repository.
    let mut command = Command::new("git");
    for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"] {
        command.env_remove(name);
    }
    let output = command.env("GIT_OPTIONAL_LOCKS", "0").current_dir(root).args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok().filter(|_| output.status.success())?;
    Some(text.trim_end_matches(['\n', '\r']).to_owned())
}

fn collect(root: &Path, folder: &str, files: &mut Vec<String>) {
    println!("cargo::rerun-if-changed={folder}");
    let Ok(entries) = fs::read_dir(root.join(folder)) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') {
            continue;
        }
        let path = format!("{folder}/{name}");
        if entry.path().is_dir() {
            collect(root, &path, files);
        } else {
            files.push(path);
        }
    }
}
