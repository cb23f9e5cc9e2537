//! Exchange with translators' tools: all sentences of a site out of it, back unchanged, and back changed.

use std::fs;
use std::process::Command;

use crate::run::{self, Run};
use crate::sites::Site;

const FORMATS: [&str; 5] = ["po", "xliff", "tmx", "csv", "jsonl"];

/// Measures one size and prints its table; `check` is what reading and indexing the site takes besides.
pub(crate) fn exchange(pages: usize, rounds: usize) {
    let above = run::folder();
    let [root, file, cache] = ["site", "sentences", "cache"].map(|name| above.path().join(name));
    Site::named("full").expect("a known site").write(pages, &root);
    let program = run::tilmash();
    let tilmash = |arguments: &[&str]| {
        let mut command = Command::new(&program);
        run::run(command.args(arguments).arg("--quiet").arg("--root").arg(&root).env("XDG_CACHE_HOME", &cache))
    };
    let median = |arguments: &[&str]| Run::median(&(0..rounds).map(|_| tilmash(arguments)).collect::<Vec<_>>());
    let path = file.to_str().expect("a plain path");
    let export = |format| ["export", "--to", format, "--language", "en", "--output", path];
    tilmash(&export("jsonl"));
    let sentences = fs::read_to_string(&file).expect("it was written").lines().count();
    let check = median(&["check"]);
    println!("## {pages} × 2, {sentences} sentences (`check`: {}, {} MiB)\n", check.seconds(), check.memory >> 10);
    println!(
        "| format | file | export | peak memory | import, nothing changed | peak memory | import, all changed | peak memory |"
    );
    println!("|---|--:|--:|--:|--:|--:|--:|--:|");
    for (number, format) in FORMATS.into_iter().enumerate() {
        let exported = median(&export(format));
        let length = fs::metadata(&file).expect("it was written").len() >> 20;
        let named = file.with_extension(format);
        fs::rename(&file, &named).expect("it can be renamed");
        let import = ["import", named.to_str().expect("a plain path")];
        let same = median(&import);
        let text = fs::read_to_string(&named).expect("it was written");
        fs::write(&named, changed(&text, format, &format!("New{number}"))).expect("it can be written");
        // Once: afterwards it is what the site says.
        let taken = tilmash(&import);
        let cells = [exported, same, taken].map(|run| format!("{} | {} MiB", run.seconds(), run.memory >> 10));
        println!("| {format} | {length} MiB | {} |", cells.join(" | "));
    }
    println!();
}

/// A file in which every translation begins with another word.
fn changed(text: &str, format: &str, word: &str) -> String {
    let (before, after) = match format {
        "po" => ("\nmsgstr \"", ""),
        "xliff" => ("<target state=\"translated\">", ""),
        "tmx" => ("<tuv xml:lang=\"en\"><seg>", ""),
        "jsonl" => ("\",\"target\":\"", ""),
        // The third cell of each row.
        _ => {
            let rows = text.split_inclusive('\n').map(|row| {
                let cells: Vec<&str> = row.splitn(3, "\",\"").collect();
                match cells[..] {
                    [id, source, target] if !id.ends_with("id") => format!("{id}\",\"{source}\",\"{word} {target}"),
                    _ => row.to_owned(),
                }
            });
            return rows.collect();
        }
    };
    // The header of a PO file has an empty text, and is to stay.
    let (head, rest) = if format == "po" { text.split_at(text.find("msgctxt").unwrap_or(0)) } else { ("", text) };
    format!("{head}{}", rest.replace(before, &format!("{before}{word} {after}")))
}
