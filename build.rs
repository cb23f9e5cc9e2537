//! Compiles the built-in templates and themes into the program, as a table of `include_bytes!`.
//! Also names the build, for caches.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    identify();
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets CARGO_MANIFEST_DIR"));
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
