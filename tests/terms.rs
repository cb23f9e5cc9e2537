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

#[test]
fn show() {
    let (config, glossary) = book();
    for lang in config.lang_ids() {
        let code = config.code(lang);
        let matcher = Matcher::new(&glossary, lang, &pack(code).endings);
        for file in ["independence", "vectors/china", "vectors/russia"] {
            for (n, line) in read(&format!("content/{file}.{code}.md")).lines().enumerate() {
                for hit in matcher.find(line) {
                    println!("{file}.{code} {} {} {}", n + 1, glossary.term(hit.term).key, &line[hit.range]);
                }
            }
        }
    }
    let _ = LangId(0);
}
