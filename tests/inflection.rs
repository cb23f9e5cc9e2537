//! Forms of words by the rules in the language files.

use std::path::Path;
use std::sync::Arc;

use tilmash::base::yaml;
use tilmash::model::{Inflection, LanguagePack};

fn rules(language: &str) -> Inflection {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("themes/default/languages/{language}.yaml"));
    let text = std::fs::read_to_string(path).expect("built-in languages are there");
    let mut problems = Vec::new();
    let node = yaml::read(&Arc::from(language), &text, 0..text.len()).expect("built-in languages can be read");
    let pack = LanguagePack::default().overlaid(&node, &mut problems);
    assert_eq!(problems, []);
    pack.endings
}

/// Returns true if a text is a form of a word.
fn is_form(rules: &Inflection, word: &str, text: &str) -> bool {
    rules.surfaces(word, false).iter().filter(|surface| text.starts_with(&surface.text)).any(|surface| {
        let mut ends = Vec::new();
        rules.ends(text, 0, surface.text.len(), surface, &mut ends);
        ends.contains(&text.len())
    })
}

#[test]
fn vectors() {
    let rules = rules("kk");
    let text = std::fs::read_to_string("/work/shared/kazakh/vectors.json").unwrap();
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    let mut wrong = 0;
    for pair in value.as_array().unwrap() {
        let (a, b, same) = (pair[0].as_str().unwrap(), pair[1].as_str().unwrap(), pair[2].as_bool().unwrap());
        let mine = is_form(&rules, a, b);
        if mine != same {
            wrong += 1;
            println!("{a} {b} expected {same}");
        }
    }
    println!("{wrong}");
}
