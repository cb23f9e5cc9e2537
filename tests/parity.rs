//! Laws of the checks on sentences: they never panic, their places are inside the text, they find
//! no fault between a text and itself, and they find every changed number in the translation of the
//! book.

use std::fs;
use std::path::Path;
use std::sync::{Arc, LazyLock};

use proptest::prelude::*;
use tilmash::base::{code, yaml};
use tilmash::markdown::spans;
use tilmash::model::LanguagePack;
use tilmash::translation::checks::parity::{self, Finding, Hint, Reading, Rules, Side};

const LANGUAGES: [&str; 6] = ["kk", "en", "ru", "de", "fr", "tr"];

static RULES: LazyLock<Vec<Rules>> = LazyLock::new(|| LANGUAGES.iter().map(|language| read(language)).collect());

pub(crate) fn rules(language: &str) -> &'static Rules {
    &RULES[LANGUAGES.iter().position(|known| *known == language).expect("one of the built-in languages")]
}

fn read(language: &str) -> Rules {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("themes/default/languages/{language}.yaml"));
    let text = fs::read_to_string(path).expect("built-in languages are there");
    let mut problems = Vec::new();
    let node = yaml::read(&Arc::from(language), &text, 0..text.len()).expect("built-in languages can be read");
    let pack = LanguagePack::default().overlaid(&node, &mut problems);
    assert_eq!(problems, []);
    Rules::of(language, &pack)
}

pub(crate) fn pair(source: (&Rules, &str), target: (&Rules, &str)) -> Vec<Finding> {
    let (a, b) = (Reading::of(source.1, &spans(source.1)), Reading::of(target.1, &spans(target.1)));
    let side = |rules, reading| Side { rules, reading, file: "content/a.md", notes: &[] };
    parity::pair(&side(source.0, &a), &side(target.0, &b))
}

pub(crate) fn alone(rules: &Rules, text: &str) -> Vec<Finding> {
    parity::alone(rules, &Reading::of(text, &spans(text)))
}

/// Texts with the checks' subjects (numbers, links, names), and any other text.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        prop::sample::select(vec![
            "1991",
            "21",
            "1 234",
            "1,234",
            "3.5",
            "1.234.567",
            "12:30",
            "XXI",
            "ХХІ",
            "21st",
            "6-сында",
            "’90s",
            "1991–95",
            "8",
            "million",
            "миллиард",
            "twenty",
            "einundzwanzig",
            "quatre-vingt-dix",
            "May",
            "желтоқсан",
            "января",
            "21.12.1991",
            "12/31/1999",
            "٣٤",
            "½",
            "жылғы",
            "of",
            "the",
            "Қазақстан",
            "Қaзақстан",
            "Kазакh",
            "Ρeter",
            "й",
            "e\u{301}",
            "\u{301}",
            "words",
            "сөйлем",
            "Names",
        ])
        .prop_map(str::to_owned),
        prop::sample::select(vec![
            " ", "\n", ".", ",", "-", "–", "'", "’", "\u{a0}", "*", "**", "_", "~~", "`", "``", "[", "]", "(", ")", "](", "[[",
            "]]", "|", "[^", "[^a]", "{", "}", "{a}", "{{", "}}", "%s", "%", "$VAR", "$", "${", "<", ">", "<!--", "-->",
            "https://", "www.", "://", "&", "&nbsp;", ";", "\\", "\\\\", "«", "»", "“", "”", "„", "‘", "\"", "…", "!", "#",
            "#3.2", "a.kk.md", "/", "..", "mailto:",
        ])
        .prop_map(str::to_owned),
        "\\PC{0,4}",
    ];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

fn points_into(finding: &Finding, here: &str, there: &str) {
    assert!(here.get(finding.here.clone()).is_some(), "{finding:?} in {here:?}");
    if let Some((range, _)) = &finding.there {
        assert!(there.get(range.clone()).is_some(), "{finding:?} in {there:?}");
    }
    assert!(!finding.message.contains('\n') || here.contains('\n') || there.contains('\n'), "{finding:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn any_two_texts_can_be_compared(a in text(), b in text(), languages in (0..6usize, 0..6usize)) {
        let (source, target) = (rules(LANGUAGES[languages.0]), rules(LANGUAGES[languages.1]));
        for finding in pair((source, &a), (target, &b)) {
            points_into(&finding, &b, &a);
        }
        for finding in alone(target, &b) {
            points_into(&finding, &b, &b);
        }
    }

    #[test]
    fn a_text_does_not_differ_from_itself(text in text(), language in 0..6usize) {
        let rules = rules(LANGUAGES[language]);
        let found = pair((rules, &text), (rules, &text));
        prop_assert!(found.iter().all(|finding| *finding.code == code::UNTRANSLATED_TEXT), "{found:?}");
    }

    #[test]
    fn comparing_is_symmetric(a in text(), b in text()) {
        // A difference in one direction is a difference in the other, so no check depends on which
        // side is the source. The exceptions are numbers copied between languages, and untranslated
        // text.
        let (kk, en) = (rules("kk"), rules("en"));
        let codes = |found: Vec<Finding>| {
            let mut codes: Vec<&str> = found.iter().map(|finding| finding.code.name).filter(|name| *name != "untranslated-text").collect();
            codes.dedup();
            codes
        };
        let copied = |found: &[Finding]| found.iter().any(|finding| matches!(&finding.hint, Some(Hint::Correct(words)) if words.starts_with("write ")));
        let one = pair((kk, &a), (en, &b));
        let other = pair((en, &b), (kk, &a));
        prop_assume!(!copied(&one) && !copied(&other) && a.trim() != b.trim());
        prop_assert_eq!(codes(one), codes(other));
    }
}

/// Returns the aligned sentences of the book; its editions have one sentence a line.
fn book() -> Vec<(String, String)> {
    let content = Path::new(env!("CARGO_MANIFEST_DIR")).join("content");
    let mut pairs = Vec::new();
    for folder in [content.clone(), content.join("vectors")] {
        let mut files: Vec<_> =
            fs::read_dir(folder).expect("the book is there").map(|entry| entry.expect("it can be read").path()).collect();
        files.sort();
        for file in files {
            let name = file.to_string_lossy().into_owned();
            let Some(stem) = name.strip_suffix(".kk.md") else { continue };
            let body = |path: &str| {
                let text = fs::read_to_string(path).expect("the book can be read");
                let (_, body) = text[4..].split_once("\n---\n").expect("front matter");
                body.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect::<Vec<_>>()
            };
            let (kk, en) = (body(&name), body(&format!("{stem}.en.md")));
            assert_eq!(kk.len(), en.len(), "{name}");
            pairs.extend(kk.into_iter().zip(en));
        }
    }
    pairs
}

#[test]
fn every_number_that_is_changed_in_the_book_is_found() {
    let (kk, en) = (rules("kk"), rules("en"));
    let mut changed = 0;
    let mut missed = Vec::new();
    for (source, translation) in book() {
        let bytes = translation.as_bytes();
        // Destinations of links and labels of notes are not numbers.
        let markup = spans(&translation);
        let plain = |at: usize| {
            let before = &translation[..at];
            let is_label = before.rfind("[^").is_some_and(|open| !before[open..].contains(']'));
            !is_label && !markup.iter().any(|span| span.range().contains(&at))
        };
        for at in 0..bytes.len() {
            let starts = bytes[at].is_ascii_digit() && (at == 0 || !bytes[at - 1].is_ascii_digit());
            if !starts || !plain(at) {
                continue;
            }
            let end = at + bytes[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
            let number: u64 = translation[at..end].parse().expect("digits");
            for other in [number + 1, number + 10, number * 10 + 3] {
                let text = format!("{}{other}{}", &translation[..at], &translation[end..]);
                changed += 1;
                let found = pair((kk, &source), (en, &text));
                if !found.iter().any(|finding| *finding.code == code::PARITY_NUMBER || *finding.code == code::PARITY_DATE) {
                    missed.push(text);
                }
            }
        }
    }
    assert!(changed > 200, "the book has numbers");
    // If the new number occurs elsewhere in the sentence, it is not missing there.
    assert!(missed.len() * 50 <= changed, "{} of {changed} changed numbers were not found:\n{}", missed.len(), missed.join("\n"));
}

/// No reader takes `𜼢` for a digit, but it can be part of a number.
#[test]
fn a_character_that_looks_like_a_digit_causes_no_panic() {
    for text in ["1.5𜼢 thousand", "1,𜼢 thousand", "5.𜼢5 thousand", "5.5५ thousand", "5.५५ thousand", "1.𝟗𝟗 thousand"]
    {
        pair((rules("en"), text), (rules("kk"), "5 мың"));
        pair((rules("kk"), "5 мың"), (rules("en"), text));
    }
}
