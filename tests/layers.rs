//! The shape of the source code: which layer may use which, where a dependency may be named, which
//! code may touch the world, and the entries at the top of the repository.
//!
//! These tests read the source as text. They know nothing of Rust but `use` and paths, which is
//! enough: a path that they cannot see would have to be made by a macro.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The layers, from the ground up. A layer may use itself and the rows above its own. The modules
/// of `translation` are layers of their own.
const LAYERS: &[&[&str]] = &[
    &["base"],
    &["disk"],
    &["model"],
    &["translation/ids"],
    &["load"],
    &["markdown"],
    &["prose"],
    &["split"],
    &["parse"],
    &["translation/rows"],
    &["translation/status"],
    &["site"],
    &["terms"],
    &["search"],
    &["translation/pending"],
    &["translation/sync"],
    &["link"],
    &["translation/checks", "render"],
    &["check"],
    &["output", "translation/exchange"],
    &["project"],
    &["rename"],
    &["emit", "external", "serve"],
    &["cli"],
];

/// Each dependency and the files and folders of `src/` that may name it.
const DEPENDENCIES: &[(&str, &[&str])] = &[
    ("aho_corasick", &["terms/matcher.rs"]),
    ("annotate_snippets", &["cli/frame.rs"]),
    ("anstream", &["cli/print.rs"]),
    ("bytes", &["serve/"]),
    ("cap_fs_ext", &["disk/"]),
    ("cap_std", &["disk/"]),
    ("clap", &["cli/"]),
    ("clap_complete", &["cli/mod.rs"]),
    ("csv", &["translation/exchange/table.rs"]),
    ("hyper", &["serve/"]),
    ("hyper_util", &["serve/"]),
    ("icu_collator", &["model/language.rs"]),
    ("icu_locale_core", &["model/language.rs"]),
    ("icu_normalizer", &["base/path.rs"]),
    ("icu_properties", &["base/path.rs", "prose/letters.rs"]),
    ("indicatif", &["cli/build.rs"]),
    ("jiff", &["model/", "output/feed.rs", "render/shared.rs", "cli/history.rs", "cli/init.rs"]),
    ("mimalloc", &["main.rs"]),
    ("mime_guess", &["output/mod.rs"]),
    ("notify", &["serve/watch.rs"]),
    ("percent_encoding", &["base/path.rs", "serve/editor.rs"]),
    ("pulldown_cmark", &["markdown/"]),
    // Text becomes HTML with the same escaping everywhere.
    ("pulldown_cmark_escape", &["parse/markdown.rs", "render/", "serve/"]),
    ("quick_xml", &["base/xml.rs", "translation/exchange/xml.rs"]),
    (
        "rayon",
        &[
            "check/mod.rs",
            "cli/",
            "emit/",
            "link/mod.rs",
            "load/mod.rs",
            "output/fingerprints.rs",
            "parse/memo.rs",
            "project/prepare.rs",
            "render/highlight.rs",
            "site/",
            "terms/mod.rs",
        ],
    ),
    ("rustix", &["disk/", "serve/http.rs"]),
    ("serde", &["base/yaml.rs", "render/template.rs", "serve/"]),
    ("serde_json", &["cli/", "render/json_ld.rs", "render/map.rs", "translation/exchange/jsonl.rs", "serve/"]),
    ("serde_yaml", &["base/yaml.rs"]),
    ("sha2", &["split/mod.rs"]),
    ("shlex", &["model/key.rs", "serve/"]),
    ("simdutf8", &["load/text.rs"]),
    ("similar", &["base/diff.rs"]),
    ("strsim", &["base/suggest.rs"]),
    ("syntect", &["render/highlight.rs"]),
    // The temporary folder of a mirror, in which git itself writes.
    ("tempfile", &["cli/history.rs"]),
    ("tera", &["render/"]),
    ("tokio", &["serve/"]),
    ("two_face", &["render/highlight.rs"]),
    ("unicase", &["base/path.rs", "markdown/mod.rs"]),
    ("unicode_segmentation", &["translation/ids/words.rs", "split/"]),
    ("unicode_width", &["cli/frame.rs"]),
    ("ureq", &["external/client.rs"]),
    ("url", &["external/"]),
    ("walkdir", &["load/walk.rs"]),
    ("xxhash_rust", &["base/hash.rs"]),
];

/// Names that pure code must not contain.
const WORLD: &[&str] = &[
    "std::fs",
    "fs::read",
    "fs::write",
    "std::net",
    "std::process",
    "std::thread",
    "env::var",
    "env::args",
    "env::current_dir",
    "env::temp_dir",
    "SystemTime",
    "Instant",
];

/// Operations of the standard library that change the disk, or open a file for that.
const WRITES: &[&str] = &[
    "fs::write",
    "fs::copy",
    "fs::rename",
    "fs::hard_link",
    "fs::remove_",
    "fs::create_dir",
    "fs::set_permissions",
    "fs::DirBuilder",
    "fs::soft_link",
    "fs::symlink(",
    "File::create",
    "File::options",
    "OpenOptions",
    ".set_len(",
    ".set_modified(",
    ".set_times(",
];

/// Entries that may be at the top of the repository.
const TOP: &[&str] = &[
    "Cargo.toml",
    "src",
    "content",
    "templates",
    "themes",
    "tests",
    "Cargo.lock",
    "README.md",
    "LICENSE",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "site.yaml",
    "benches",
    "build.rs",
    "clippy.toml",
    "deny.toml",
    "docs",
    "fuzz",
    "rustfmt.toml",
    ".ci",
    ".github",
    ".gitignore",
];

#[test]
fn a_layer_uses_the_rows_above_it_only() {
    let mut broken = Vec::new();
    for source in sources() {
        let Some(own) = row(&source.layer) else {
            // Files beside the layers combine them: the roots of the library and of the program.
            assert!(
                matches!(source.name.as_str(), "lib.rs" | "main.rs" | "translation/mod.rs"),
                "`{}` is in no layer",
                source.name
            );
            continue;
        };
        for used in used_layers(&source.code) {
            let row = row(&used).unwrap_or_else(|| panic!("`{}` uses `crate::{used}`, which is no layer", source.name));
            if row > own || (row == own && used != source.layer) {
                broken.push(format!("`{}` uses `{used}`", source.name));
            }
        }
    }
    assert!(broken.is_empty(), "against the layers:\n{}", broken.join("\n"));
}

/// Two files that need each other can only be read together. A file may use the modules around it
/// without limits: `render/body.rs` uses `render/mod.rs`, which lists it.
#[test]
fn no_two_files_need_each_other() {
    let sources = sources();
    let modules: BTreeMap<Vec<String>, &Source> = sources.iter().map(|source| (source.module(), source)).collect();
    let uses = |module: &Vec<String>| -> BTreeSet<Vec<String>> {
        let paths = used_paths(&modules[module].code, module).into_iter();
        let files =
            paths.filter_map(|path| (1..=path.len()).rev().map(|end| path[..end].to_vec()).find(|it| modules.contains_key(it)));
        files.filter(|used| !module.starts_with(used)).collect()
    };
    let edges: BTreeMap<&Vec<String>, BTreeSet<Vec<String>>> = modules.keys().map(|module| (module, uses(module))).collect();
    let mut broken = Vec::new();
    for (module, used) in &edges {
        let mut reached = BTreeSet::new();
        let mut open: Vec<&Vec<String>> = used.iter().collect();
        while let Some(next) = open.pop() {
            if reached.insert(next) {
                open.extend(&edges[next]);
            }
        }
        if reached.contains(*module) {
            let back = used.iter().filter(|it| edges[it].contains(*module)).map(|it| it.join("::")).collect::<Vec<_>>();
            broken.push(format!("`{}` needs files that need it ({})", modules[*module].name, back.join(", ")));
        }
    }
    assert!(edges.values().map(BTreeSet::len).sum::<usize>() > 300, "the paths of the code are seen");
    assert!(broken.is_empty(), "move the common part into a file of its own:\n{}", broken.join("\n"));
}

#[test]
fn a_dependency_is_named_where_it_belongs_only() {
    let rows: BTreeMap<&str, &[&str]> = DEPENDENCIES.iter().copied().collect();
    for dependency in dependencies() {
        assert!(rows.contains_key(dependency.as_str()), "`{dependency}` has no row in the table of dependencies");
    }
    let mut broken = Vec::new();
    for source in sources() {
        for (dependency, files) in DEPENDENCIES {
            if names(&source.code, dependency) && !files.iter().any(|file| source.name.starts_with(file)) {
                broken.push(format!("`{}` names `{dependency}`, which belongs in {}", source.name, files.join(", ")));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn one_module_writes() {
    let mut broken = Vec::new();
    for source in sources().iter().filter(|source| source.layer != "disk") {
        for word in WRITES.iter().filter(|word| source.code.contains(**word)) {
            broken.push(format!("`{}` has `{word}`", source.name));
        }
    }
    assert!(broken.is_empty(), "only `disk` writes, moves and removes files:\n{}", broken.join("\n"));
}

#[test]
fn only_six_layers_touch_the_world() {
    let mut broken = Vec::new();
    for source in sources() {
        if matches!(source.layer.as_str(), "disk" | "load" | "emit" | "external" | "serve" | "cli" | "main") {
            continue;
        }
        for word in WORLD {
            // The project measures its stages for `--timings`; no result depends on the times.
            let timed = source.layer == "project" && *word == "Instant";
            if source.code.contains(word) && !timed {
                broken.push(format!("`{}` has `{word}`", source.name));
            }
        }
    }
    assert!(broken.is_empty(), "a pure layer asks disk, clock or environment:\n{}", broken.join("\n"));
}

/// Only one file handles terminals, closed pipes and full disks.
#[test]
fn one_file_writes_to_standard_output_and_standard_error() {
    const STREAMS: &[&str] = &["println!", "print!(", "io::stdout", "io::stderr", "dbg!("];
    let broken: Vec<String> = sources()
        .iter()
        .filter(|source| source.name != "cli/print.rs")
        .flat_map(|source| {
            STREAMS.iter().filter(|word| source.code.contains(**word)).map(|word| format!("`{}` has `{word}`", source.name))
        })
        .collect();
    assert!(broken.is_empty(), "write with `cli/print.rs`:\n{}", broken.join("\n"));
}

/// Only one function formats paths, so that all messages show them alike.
#[test]
fn one_function_formats_paths() {
    let broken = sources().into_iter().filter(|source| source.name != "base/visible.rs" && source.code.contains(".display()"));
    let names: Vec<String> = broken.map(|source| source.name).collect();
    assert_eq!(names, Vec::<String>::new(), "format paths with `base::visible::shown_path`");
}

#[test]
fn every_file_begins_with_its_purpose() {
    for source in sources() {
        assert!(source.text.starts_with("//! "), "`{}` does not begin with what it is for", source.name);
    }
}

/// A file that nothing names would not be compiled, and its tests would not run.
#[test]
fn every_file_of_tests_is_a_module_or_a_binary() {
    let (modules, manifest) = (include_str!("main.rs"), include_str!("../Cargo.toml"));
    for file in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")).expect("the tests can be read") {
        let name = file.expect("the tests can be read").file_name().to_string_lossy().into_owned();
        let Some(module) = name.strip_suffix(".rs") else { continue };
        let is_named = modules.contains(&format!("\nmod {module};\n")) || manifest.contains(&format!("path = \"tests/{name}\""));
        assert!(is_named, "add `mod {module};` to `tests/main.rs`");
    }
}

#[test]
fn the_top_of_the_repository_has_only_known_entries() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let ignored = fs::read_to_string(root.join(".gitignore")).expect("the repository has a .gitignore");
    let ignored: BTreeSet<&str> = ignored.lines().map(|line| line.trim_matches('/')).chain([".git"]).collect();
    let mut strange: Vec<String> = fs::read_dir(root)
        .expect("the repository can be read")
        .map(|entry| entry.expect("the repository can be read").file_name().to_string_lossy().into_owned())
        .filter(|name| !TOP.contains(&name.as_str()) && !ignored.contains(name.as_str()))
        .collect();
    strange.sort();
    assert!(strange.is_empty(), "at the top of the repository: {strange:?}");
}

/// Text may run from the right, and then the sides of a page are reversed.
#[test]
fn the_style_sheet_has_a_start_and_an_end_and_no_left_and_right() {
    let style = include_str!("../themes/default/static/style.css");
    let mut wrong = Vec::new();
    for declaration in style.split(['{', '}', ';']) {
        let Some((property, value)) = declaration.trim().split_once(':') else { continue };
        let values: Vec<&str> = value.split_whitespace().collect();
        let is_physical = match property {
            // A centred element has no side.
            "left" | "right" => value.trim() != "50%",
            "padding" | "margin" | "inset" => values.len() == 4 && values[1] != values[3],
            "border-radius" => values.len() == 4 && (values[0] != values[1] || values[2] != values[3]),
            _ => {
                let of_box = ["padding", "margin", "border"].iter().any(|it| property.starts_with(it));
                of_box && (property.contains("-left") || property.contains("-right"))
            }
        };
        if is_physical {
            wrong.push(declaration.trim());
        }
    }
    assert!(wrong.is_empty(), "these have no other side where text runs from the right:\n{}", wrong.join("\n"));
}

#[test]
fn no_file_names_a_path_of_somebodys_machine() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    // Written in two parts, so that this file does not name them.
    let machines: Vec<String> = ["home/", "work/", "root/", "Users/", "tmp/"].iter().map(|folder| format!("/{folder}")).collect();
    let mut broken = Vec::new();
    for folder in TOP {
        for file in files(&root.join(folder)) {
            // A file that is not text has no paths to check.
            let Ok(text) = fs::read_to_string(&file) else { continue };
            for (number, line) in text.lines().enumerate() {
                for machine in &machines {
                    let named = line.match_indices(machine.as_str()).any(|(at, _)| {
                        let before = line[..at].chars().next_back();
                        before.is_none_or(|c| c.is_whitespace() || "\"'`(=:".contains(c))
                    });
                    if named {
                        broken.push(format!("{}:{}: {line}", file.display(), number + 1));
                    }
                }
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// A file of `src/`.
struct Source {
    /// Path below `src/`.
    name: String,
    /// The layer, a folder or file: `render`, `translation/ids`.
    layer: String,
    text: String,
    /// The text without comments and without its unit tests, which may use anything.
    code: String,
}

impl Source {
    /// The path of the file's module: `render`, `body` of `render/body.rs`; `render` of
    /// `render/mod.rs`.
    fn module(&self) -> Vec<String> {
        let path = self.name.trim_end_matches(".rs").trim_end_matches("/mod");
        path.split('/').map(str::to_owned).collect()
    }
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut sources = Vec::new();
    for file in files(&root) {
        if file.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let name = file.strip_prefix(&root).expect("it was found there").to_string_lossy().replace('\\', "/");
        let layer = layer(&name.trim_end_matches(".rs").split('/').map(str::to_owned).collect::<Vec<_>>());
        let text = fs::read_to_string(&file).expect("source files can be read");
        let without_tests = text.split("#[cfg(test)]").next().expect("the first part is there");
        let code = without_tests
            .lines()
            .map(|line| if line.trim_start().starts_with("//") { "" } else { line.split(" // ").next().unwrap_or(line) })
            .collect::<Vec<_>>()
            .join("\n");
        sources.push(Source { name, layer, text, code });
    }
    assert!(sources.len() > 40, "the source code is where it is expected");
    sources
}

fn files(path: &Path) -> Vec<PathBuf> {
    if path.is_file() {
        return vec![path.to_owned()];
    }
    // The browser tests install files and fuzzers build files that are not part of the repository.
    if path.ends_with("node_modules") || path.ends_with("fuzz/target") {
        return Vec::new();
    }
    // Entries of the list may be missing from the repository.
    let Ok(entries) = fs::read_dir(path) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("the repository can be read").path()).collect();
    paths.sort();
    paths.iter().flat_map(|path| files(path)).collect()
}

fn row(layer: &str) -> Option<usize> {
    LAYERS.iter().position(|row| row.contains(&layer))
}

/// The layer of a path of modules: `render` of `render::body`, `translation/ids` of
/// `translation::ids::gap`.
fn layer(path: &[String]) -> String {
    match path {
        [first, second, ..] if first == "translation" => format!("{first}/{second}"),
        [first, ..] => first.clone(),
        [] => String::new(),
    }
}

/// The layers that code names: `crate::base::path`, `use crate::{check, link::Answer}`.
fn used_layers(code: &str) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    for (at, start) in code.match_indices("crate::") {
        // `$crate::` and `pub(crate)` are not uses, and neither is a longer name that ends in
        // `crate`.
        if code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_') {
            continue;
        }
        let mut paths = Vec::new();
        use_tree(&code[at + start.len()..], &mut Vec::new(), &mut paths);
        used.extend(paths.iter().map(|path| layer(path)));
    }
    // Types that the library's root exports would not be layers.
    used.retain(|name| name.chars().next().is_some_and(char::is_lowercase));
    used
}

/// The paths from the library's root that the code of a module names: those that begin with
/// `crate::`, `super::` or `self::`.
fn used_paths(code: &str, module: &[String]) -> Vec<Vec<String>> {
    let mut paths = Vec::new();
    for start in ["crate::", "super::", "self::"] {
        for (at, _) in code.match_indices(start) {
            if code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':') {
                continue;
            }
            let mut rest = &code[at..];
            let mut prefix = if start == "crate::" { Vec::new() } else { module.to_vec() };
            while let Some(after) = rest.strip_prefix("super::") {
                prefix.pop();
                rest = after;
            }
            let rest = rest.strip_prefix("crate::").or_else(|| rest.strip_prefix("self::")).unwrap_or(rest);
            use_tree(rest, &mut prefix, &mut paths);
        }
    }
    paths
}

/// Reads a path or a tree of `use`, and returns the rest: `a::{b, c::d}` is `a::b` and `a::c::d`.
fn use_tree<'t>(text: &'t str, prefix: &mut Vec<String>, paths: &mut Vec<Vec<String>>) -> &'t str {
    let text = text.trim_start();
    if let Some(mut rest) = text.strip_prefix('{') {
        loop {
            rest = rest.trim_start();
            match rest.chars().next() {
                Some(',') => rest = &rest[1..],
                Some('}') => return &rest[1..],
                None => return rest,
                Some(_) => {
                    let after = use_tree(rest, prefix, paths);
                    if after.len() == rest.len() {
                        return rest;
                    }
                    rest = after;
                }
            }
        }
    }
    let Some(name) = first_name(text) else { return text };
    let mut rest = &text[name.len()..];
    prefix.push(name);
    match rest.strip_prefix("::") {
        Some(below) => rest = use_tree(below, prefix, paths),
        None => {
            paths.push(prefix.clone());
            // `Parts as SiteParts`
            if let Some(other) = rest.trim_start().strip_prefix("as ") {
                rest = &other[first_name(other).map_or(0, |name| name.len())..];
            }
        }
    }
    prefix.pop();
    rest
}

#[test]
fn a_tree_of_uses_names_each_of_its_layers() {
    let code = "use crate::{base::{code, Place}, translation::{ids::{self, Bead}, rows}, parse::Document};\nlet x = crate::link::Answer::Nothing;";
    let expected = ["base", "link", "parse", "translation/ids", "translation/rows"];
    assert_eq!(used_layers(code).iter().map(String::as_str).collect::<Vec<_>>(), expected);
}

fn first_name(text: &str) -> Option<String> {
    let name: String = text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    (!name.is_empty()).then_some(name)
}

/// Returns true if code names a crate: `tera::Value`, `use tera;`.
fn names(code: &str, dependency: &str) -> bool {
    code.match_indices(dependency).any(|(at, found)| {
        let before = code[..at].chars().next_back();
        let after = &code[at + found.len()..];
        let begins = before.is_none_or(|c| !c.is_alphanumeric() && c != '_' && c != '.' && c != '"');
        // `path::bytes::…` would be a module of this program.
        let of_ours = code[..at].ends_with("::");
        begins && !of_ours && (after.starts_with("::") || (code[..at].ends_with("use ") && after.starts_with(';')))
    })
}

/// Returns the packages that the program depends on, by their names in code.
fn dependencies() -> Vec<String> {
    let manifest = include_str!("../Cargo.toml");
    let mut inside = false;
    let mut names = Vec::new();
    for line in manifest.lines() {
        if line.starts_with('[') {
            inside = line.trim() == "[dependencies]" || (line.starts_with("[target.") && line.ends_with(".dependencies]"));
        } else if inside && let Some((name, _)) = line.split_once('=') {
            names.push(name.trim().replace('-', "_"));
        }
    }
    assert!(names.len() > 10, "the manifest lists its dependencies in `[dependencies]`");
    names
}
