//! Mentions of terms: the book's own, measured by a list that was written by reading, and generated
//! forms.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use tilmash::base::yaml;
use tilmash::model::{Config, Glossary, LangId, LanguagePack};
use tilmash::terms::Matcher;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).expect("the file is there")
}

fn book() -> (Config, Glossary) {
    let (config, problems) = Config::read(&"site.yaml".into(), &read("site.yaml"));
    assert_eq!(problems, []);
    let config = config.expect("the book has languages");
    let mut files: BTreeMap<Arc<str>, String> = BTreeMap::new();
    for entry in std::fs::read_dir(root().join("content/_terms")).expect("the book has terms") {
        let path = entry.expect("it can be read").path();
        let name = format!("content/_terms/{}", path.file_name().unwrap().to_string_lossy());
        files.insert(name.as_str().into(), read(&name));
    }
    let (glossary, problems) = Glossary::read(files.iter().map(|(file, text)| (file, text.as_str())), &config);
    assert_eq!(problems, []);
    (config, glossary)
}

fn pack(language: &str) -> LanguagePack {
    let text = read(&format!("themes/default/languages/{language}.yaml"));
    let node = yaml::read(&Arc::from(language), &text, 0..text.len()).expect("built-in languages can be read");
    LanguagePack::default().overlaid(&node, &mut Vec::new())
}

/// The mentions in the book, by file and line, as the list has them.
fn listed() -> Vec<(String, usize, String, String)> {
    let text = read("tests/texts/mentions.tsv");
    let rows = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    rows.map(|row| {
        let columns: Vec<&str> = row.split('\t').collect();
        let [file, line, key, words] = columns[..] else { panic!("`{row}` has four columns") };
        (file.to_owned(), line.parse().expect("a line number"), key.to_owned(), words.to_owned())
    })
    .filter(|(_, _, key, _)| key != "?")
    .collect()
}

#[test]
fn show() {
    let (config, glossary) = book();
    let mut found = Vec::new();
    let files: std::collections::BTreeSet<String> = listed().into_iter().map(|row| row.0).collect();
    for lang in config.lang_ids() {
        let code = config.code(lang);
        let matcher = Matcher::new(&glossary, lang, &pack(code).endings);
        for file in files.iter().filter(|file| file.ends_with(&format!(".{code}.md"))) {
            let mut front = 0;
            for (n, line) in read(file).lines().enumerate() {
                if line == "---" {
                    front += 1;
                }
                if front < 2 {
                    continue;
                }
                for hit in matcher.find(line) {
                    found.push((file.clone(), n + 1, glossary.term(hit.term).key.clone(), line[hit.range].to_owned()));
                }
            }
        }
    }
    let mut missing = listed();
    let total = missing.len();
    let mut wrong = Vec::new();
    for hit in found {
        match missing.iter().position(|row| *row == hit) {
            Some(at) => _ = missing.remove(at),
            None => wrong.push(hit),
        }
    }
    println!("listed {total}, missing {}, wrong {}", missing.len(), wrong.len());
    for row in &missing {
        println!("missing {row:?}");
    }
    for row in &wrong {
        println!("wrong {row:?}");
    }
}
