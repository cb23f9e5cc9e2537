//! Forms of words by the rules in the language files.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use tilmash::base::yaml;
use tilmash::model::{Inflection, LanguagePack};

fn read(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect("the file is there")
}

fn rules(language: &str) -> Inflection {
    let text = read(&format!("themes/default/languages/{language}.yaml"));
    let mut problems = Vec::new();
    let node = yaml::read(&Arc::from(language), &text, 0..text.len()).expect("built-in languages can be read");
    let pack = LanguagePack::default().overlaid(&node, &mut problems);
    assert_eq!(problems, []);
    pack.endings
}

/// Returns true if a text is a form of a word.
fn is_form(rules: &Inflection, word: &str, text: &str, is_acronym: bool) -> bool {
    rules.surfaces(word, is_acronym).iter().filter(|surface| text.starts_with(&surface.text)).any(|surface| {
        let mut ends = Vec::new();
        rules.ends(text, 0, surface.text.len(), surface, &mut ends);
        ends.contains(&text.len())
    })
}

#[test]
fn listed_words_are_forms_or_not() {
    let mut wrong = Vec::new();
    for language in ["en", "kk", "ru", "tr"] {
        let rules = rules(language);
        let text = read(&format!("tests/texts/forms/{language}.tsv"));
        let rows: Vec<&str> = text.lines().filter(|row| !row.starts_with('#')).collect();
        assert!(rows.len() >= 60, "{language}: {} rows", rows.len());
        for row in rows {
            let columns: Vec<&str> = row.split('\t').collect();
            let [word, form, expected] = columns[..] else { panic!("`{row}` has three columns") };
            if is_form(&rules, word, form, false) != (expected == "yes") {
                wrong.push(format!("{language}: {row}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// [`Inflection::forms`] and [`Inflection::ends`] follow the same rules.
#[test]
fn every_generated_form_is_recognised() {
    for language in ["en", "kk", "ru", "tr"] {
        let rules = rules(language);
        let text = read(&format!("tests/texts/forms/{language}.tsv"));
        let words: BTreeSet<&str> =
            text.lines().filter(|row| !row.starts_with('#')).filter_map(|row| row.split('\t').next()).collect();
        for word in words {
            for is_acronym in [false, true] {
                for form in rules.forms(word, is_acronym, 2) {
                    assert!(is_form(&rules, word, &form, is_acronym), "{language}: {form} of {word}");
                }
            }
        }
    }
}
