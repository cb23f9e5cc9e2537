//! Terms for the corpus: names in Kazakh and English, descriptions, dates, positions.
//!
//! As in the book, a third of the terms have a second name, a third have a date, and a quarter have
//! a position. Names stand in the text with the endings of their languages.

use std::fmt::Write as _;

/// The number of terms in a file.
const IN_FILE: usize = 500;

/// The middle of a name and its end in both languages, with the forms of the Kazakh end in a text.
const ENDS: [(&str, [&str; 3], &str); 4] = [
    ("стан", ["станның", "станға", "станда"], "stan"),
    ("көл", ["көлдің", "көлге", "көлде"], "kol"),
    ("тау", ["таудың", "тауға", "тауда"], "tau"),
    ("қала", ["қаланың", "қалаға", "қалада"], "qala"),
];

const SYLLABLES: [(&str, &str); 16] = [
    ("ба", "ba"),
    ("ра", "ra"),
    ("са", "sa"),
    ("то", "to"),
    ("ма", "ma"),
    ("ла", "la"),
    ("на", "na"),
    ("жо", "jo"),
    ("ды", "dy"),
    ("ро", "ro"),
    ("кө", "ko"),
    ("мы", "my"),
    ("лы", "ly"),
    ("шо", "sho"),
    ("та", "ta"),
    ("ғы", "gy"),
];

/// Words before the name of every third term.
const BEFORE: [(&str, &str); 4] = [("Солтүстік", "North"), ("Оңтүстік", "South"), ("Ұлы", "Great"), ("Жаңа", "New")];

const KINDS: [&str; 7] = ["country", "place", "person", "treaty", "organisation", "event", "concept"];

/// The key of a term.
pub(crate) fn key(term: usize) -> String {
    format!("term-{term:05}")
}

/// The first name of a term.
pub(crate) fn name(term: usize, code: &str) -> String {
    let (beginning, end) = parts(term, code);
    beginning + end
}

/// The name of a term as a sentence has it; `form` decides about the ending.
pub(crate) fn in_text(term: usize, code: &str, form: usize) -> String {
    let (beginning, end) = parts(term, code);
    match (code, form) {
        ("kk", 0..3) => beginning + ENDS[term % ENDS.len()].1[form],
        ("en", 0) => format!("{beginning}{end}’s"),
        _ => beginning + end,
    }
}

/// A name without its end, and the end.
fn parts(term: usize, code: &str) -> (String, &'static str) {
    let of = |kk: &'static str, en: &'static str| if code == "kk" { kk } else { en };
    let mut beginning = String::new();
    // The number of the term in base 16, at least two digits: no two terms have one name.
    let mut rest = term / ENDS.len() + 16;
    while rest > 0 {
        let (kk, en) = SYLLABLES[rest % 16];
        beginning.push_str(of(kk, en));
        rest /= 16;
    }
    let mut letters = beginning.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    beginning = first + letters.as_str();
    if term % 3 == 2 {
        let (kk, en) = BEFORE[term / 3 % BEFORE.len()];
        beginning = format!("{} {beginning}", of(kk, en));
    }
    let (kk, _, en) = ENDS[term % ENDS.len()];
    (beginning, of(kk, en))
}

/// Gives every file with terms, path and text.
pub(crate) fn files(terms: usize, mut each: impl FnMut(&str, &str)) {
    for first in (0..terms).step_by(IN_FILE) {
        let mut text = String::new();
        (first..terms.min(first + IN_FILE)).for_each(|term| write_term(&mut text, term, terms));
        each(&path(first), &text);
    }
}

/// The file of a term.
pub(crate) fn path(term: usize) -> String {
    format!("content/_terms/terms-{:03}.yaml", term / IN_FILE)
}

/// The text of a file with a word more in a term, after the first place that reads `before`.
pub(crate) fn with(file: &str, term: usize, before: &str, word: &str) -> String {
    let entry = file.find(&format!("{}:\n", key(term))).expect("the file has the term");
    let at = entry + file[entry..].find(before).expect("the term has the field") + before.len();
    format!("{}{word}{}", &file[..at], &file[at..])
}

fn write_term(text: &mut String, term: usize, terms: usize) {
    let (kk, en) = (name(term, "kk"), name(term, "en"));
    let second = |name: &str, word| if term % 3 == 1 { format!("{name}, {word} {name}") } else { name.to_owned() };
    let other = key(term * 7 % terms);
    write!(
        text,
        "{}:\n  kind: {}\n  names: {{kk: [{}], en: [{}]}}\n  description:\n    kk: >-\n      {kk} туралы қысқаша түсінік, \
         [[{other}]] та осы өңірде орналасқан.\n      Бұл атау мәтінде жиі кездеседі.\n    en: >-\n      A short description of {en}, \
         which lies in the region of [[{other}]].\n      The text uses the name often.\n  see: [{}]\n  references:\n    - {{title: Encyclopaedia \
         of the steppe, url: \"https://example.org/{term}\"}}\n",
        key(term),
        KINDS[term % KINDS.len()],
        second(&kk, "Ескі"),
        second(&en, "Old"),
        key((term + 1) % terms),
    )
    .expect("writing to a string");
    if term.is_multiple_of(3) {
        writeln!(text, "  date: {}-{:02}-{:02}", 1500 + term % 500, 1 + term % 12, 1 + term % 28).expect("writing to a string");
    }
    if term.is_multiple_of(4) {
        let (latitude, longitude) = (term * 37 % 1300, term * 91 % 3500);
        let (latitude, longitude) = (latitude as f64 / 10.0 - 55.0, longitude as f64 / 10.0 - 175.0);
        writeln!(text, "  coordinates: [{latitude:.1}, {longitude:.1}]").expect("writing to a string");
    }
}
