//! Languages as data. Everything that depends on a language comes from its file
//! (`languages/kk.yaml` of a theme), so that no language is special in code. Only the sort order
//! comes from Unicode's data.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Inflection, Years};

use icu_collator::{Collator, options::CollatorOptions};
use icu_locale_core::Locale;

use crate::base::{
    Diagnostic, Report, code,
    path::{self, is_combining_mark},
    yaml::{self, Fields, Node, Value},
};

/// Index of a language in the configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LangId(pub usize);

/// A language of the site: its code and its data.
#[derive(Debug, Clone, PartialEq)]
pub struct Language {
    /// BCP 47 tag, as in file names, URLs and `lang` attributes.
    pub code: String,
    pub pack: Arc<LanguagePack>,
}

impl Language {
    /// Returns the sort key of a text. Keys compare as the texts do in a dictionary of the
    /// language.
    ///
    /// The order comes from Unicode's data (CLDR). A language that they lack has their root order.
    pub fn sort_key(&self, text: &str) -> Vec<u8> {
        let locale = Locale::try_from_str(&self.code).unwrap_or(Locale::UNKNOWN);
        let collator = Collator::try_new((&locale).into(), CollatorOptions::default());
        let mut key = Vec::new();
        let Ok(()) = collator.expect("the data are part of the program").write_sort_key_to(text, &mut key);
        key
    }
}

/// Data from a language file.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LanguagePack {
    /// The language's own name.
    pub name: String,
    /// `ltr` or `rtl`.
    pub direction: String,
    /// Locale for Open Graph: `kk_KZ`.
    pub og_locale: String,
    /// Quotation marks: outer opening, outer closing, inner opening, inner closing.
    pub quotes: [String; 4],
    /// Words with an apostrophe that looks like a quotation mark, such as `'tis`. A `0` stands for
    /// any digit.
    pub elisions: Vec<String>,
    pub decimal: String,
    pub group: String,
    /// Format of a date with the month's name; `{year}`, `{month}` and `{day}` are placeholders.
    pub date: String,
    /// Names of the twelve months, in their form within a date.
    pub months: Vec<String>,
    /// Other forms of each month's name: cases and abbreviations. A final `*` stands for any
    /// ending.
    pub month_forms: Vec<Vec<String>>,
    /// Words that make a number a year.
    pub years: Years,
    /// Number words by their number; a final `*` stands for any ending.
    pub numerals: BTreeMap<u64, Vec<String>>,
    /// All lower-case letters, in any order. The checks of scripts learn from them the scripts of
    /// the language, and the letter to suggest for a look-alike of another script.
    pub alphabet: String,
    /// Latin spelling of each letter in slugs.
    pub romanise: BTreeMap<char, String>,
    /// Endings of names and nouns.
    pub endings: Inflection,
    /// Interface strings, by name.
    pub strings: BTreeMap<String, String>,
    pub fonts: Fonts,
    pub borrowed: Borrowed,
}

/// Font files of the theme that a browser loads before it reads the style sheet, so that the first
/// paint already uses them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Fonts {
    /// Fonts for upright text.
    pub text: Vec<String>,
    pub bold: Vec<String>,
    pub italic: Vec<String>,
    /// Fonts for menus, buttons and labels.
    pub interface: Vec<String>,
}

impl Fonts {
    /// Drops the fonts that the theme's style sheet does not name; a browser would not use them.
    pub fn retain_named_in(&mut self, style_sheet: &str) {
        for files in [&mut self.text, &mut self.bold, &mut self.italic, &mut self.interface] {
            files.retain(|file| style_sheet.contains(file.as_str()));
        }
    }

    /// Returns the names of all font files.
    pub fn files(&self) -> impl Iterator<Item = &str> {
        [&self.text, &self.bold, &self.italic, &self.interface].into_iter().flatten().map(String::as_str)
    }
}

/// Flags of the data that a pack took from another language's file. Pages use such data; checks of
/// texts do not, since they would report faults that are none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Borrowed {
    pub quotes: bool,
    /// Decimal mark and group separator.
    pub marks: bool,
    pub months: bool,
}

impl LanguagePack {
    /// Reads a language file on top of `self`. Keys that the file lacks keep their values.
    #[must_use]
    pub fn overlaid(&self, node: &Node, problems: &mut Vec<Diagnostic>) -> Self {
        let mut pack = self.clone();
        let Some(mut fields) = Fields::of(node, "a language file", problems) else { return pack };
        let set = |target: &mut String, value: Option<String>| {
            if let Some(value) = value {
                *target = value;
            }
        };
        set(&mut pack.name, fields.take_text("name"));
        set(&mut pack.direction, fields.take_text("direction"));
        set(&mut pack.og_locale, fields.take_text("og_locale"));
        set(&mut pack.decimal, fields.take_text("decimal"));
        set(&mut pack.group, fields.take_text("group"));
        set(&mut pack.date, fields.take_text("date"));
        set(&mut pack.alphabet, fields.take_text("alphabet"));
        if let Some(node) = fields.take("quotes") {
            let quotes = texts(node, fields.problems());
            match quotes.try_into() {
                Ok(quotes) => pack.quotes = quotes,
                Err(_) => {
                    fields
                        .report(&code::BAD_VALUE, &node.place, "`quotes` needs a list of four quotation marks")
                        .hint("give the outer opening, outer closing, inner opening and inner closing mark");
                }
            }
        }
        if let Some(node) = fields.take("elisions") {
            pack.elisions = texts(node, fields.problems());
        }
        if let Some(node) = fields.take("months") {
            let months = texts(node, fields.problems());
            if months.len() == 12 {
                pack.months = months;
            } else {
                fields.report(
                    &code::BAD_VALUE,
                    &node.place,
                    format!("`months` needs a list of twelve names, found {}", months.len()),
                );
            }
        }
        if let Some(node) = fields.take("month_forms") {
            match &node.value {
                Value::List(items) if items.len() == 12 => {
                    pack.month_forms = items.iter().map(|item| forms(item, fields.problems())).collect();
                }
                _ => {
                    fields
                        .report(&code::BAD_VALUE, &node.place, "`month_forms` needs a list of twelve items, one for each month")
                        .hint("give for each month a word or a list of words; `мамыр*` stands for all words that begin with `мамыр`");
                }
            }
        }
        if let Some(node) = fields.take("years") {
            pack.years = Years::read(node, fields.problems());
        }
        for entry in fields.take_map("numerals") {
            match entry.key.parse() {
                Ok(number) => {
                    let forms = forms(&entry.node, fields.problems());
                    pack.numerals.insert(number, forms);
                }
                Err(_) => {
                    fields.report(&code::BAD_VALUE, &entry.key_place, format!("`{}` is not a whole number", entry.key));
                }
            }
        }
        for entry in fields.take_map("romanise") {
            let mut letters = entry.key.chars();
            match (letters.next(), letters.next()) {
                (Some(letter), None) => {
                    if let Some(latin) = yaml::text(&entry.node, fields.problems()) {
                        pack.romanise.insert(letter, latin);
                    }
                }
                _ => {
                    fields.report(&code::BAD_VALUE, &entry.key_place, format!("`{}` is not a single letter", entry.key));
                }
            }
        }
        if let Some(node) = fields.take("endings") {
            pack.endings = Inflection::read(node, fields.problems());
        }
        if let Some(mut fonts) = fields.take("fonts").and_then(|node| Fields::of(node, "`fonts`", fields.problems())) {
            pack.fonts = Fonts {
                text: fonts.take_texts("text"),
                bold: fonts.take_texts("bold"),
                italic: fonts.take_texts("italic"),
                interface: fonts.take_texts("interface"),
            };
            fonts.finish();
        }
        for entry in fields.take_map("strings") {
            if let Some(words) = yaml::text(&entry.node, fields.problems()) {
                pack.strings.insert(entry.key.clone(), words);
            }
        }
        fields.finish();
        pack
    }

    /// Copies missing data from another language, so that no page lacks an interface string.
    pub fn fill_from(&mut self, other: &Self) {
        self.borrowed = Borrowed {
            quotes: self.quotes.iter().all(String::is_empty),
            marks: self.decimal.is_empty(),
            months: self.months.is_empty(),
        };
        for (own, others) in [
            (&mut self.direction, &other.direction),
            (&mut self.og_locale, &other.og_locale),
            (&mut self.decimal, &other.decimal),
            (&mut self.group, &other.group),
            (&mut self.date, &other.date),
        ] {
            if own.is_empty() {
                own.clone_from(others);
            }
        }
        if self.quotes.iter().all(String::is_empty) {
            self.quotes.clone_from(&other.quotes);
        }
        if self.months.is_empty() {
            self.months.clone_from(&other.months);
        }
        for (name, words) in &other.strings {
            self.strings.entry(name.clone()).or_insert_with(|| words.clone());
        }
    }

    /// Returns a date in this language's format.
    pub fn date_text(&self, date: jiff::civil::Date) -> String {
        match self.months.get(date.month() as usize - 1) {
            Some(month) => self
                .date
                .replace("{year}", &date.year().to_string())
                .replace("{month}", month)
                .replace("{day}", &date.day().to_string()),
            None => date.to_string(),
        }
    }

    /// Makes a slug of a title: lower case, romanised by this language's own table, words joined by
    /// `-`.
    ///
    /// Letters without an entry in the table stay as they are. A generic transliterator could map
    /// two titles with unknown letters to the same slug.
    pub fn slug(&self, text: &str) -> String {
        let mut slug = String::with_capacity(text.len());
        let text = path::nfc(text).to_lowercase();
        // Most tables have no ASCII letters. An ASCII character less than the table's first letter
        // needs no look-up.
        let first = self.romanise.first_key_value().map_or(char::MAX, |(letter, _)| *letter);
        for c in text.chars() {
            if c.is_ascii_alphanumeric() && c < first {
                slug.push(c);
            } else if let Some(latin) = self.romanise.get(&c) {
                slug.push_str(latin);
            } else if c.is_alphanumeric() {
                slug.push(c);
            } else if is_combining_mark(c) {
                // A mark belongs to its letter. The exception is the dot that `İ` leaves on its
                // lower-case `i`.
                let stray = slug.is_empty() || slug.ends_with('-') || (c == '\u{307}' && slug.ends_with('i'));
                slug.extend((!stray).then_some(c));
            } else if c != '\'' && c != '’' && !slug.ends_with('-') && !slug.is_empty() {
                slug.push('-');
            }
        }
        slug.truncate(slug.trim_end_matches('-').len());
        slug
    }
}

/// Writes a whole number in groups of three digits. Four digits stay together, as in years.
pub fn grouped(number: i64, separator: &str) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::from(if number < 0 { "−" } else { "" });
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) && digits.len() > 4 {
            text.push_str(separator);
        }
        text.push(digit);
    }
    text
}

/// Reads the forms of a word: a text, or a list of texts.
fn forms(node: &Node, problems: &mut Vec<Diagnostic>) -> Vec<String> {
    node.items().iter().filter_map(|item| yaml::text(item, problems)).collect()
}

fn texts(node: &Node, problems: &mut Vec<Diagnostic>) -> Vec<String> {
    match &node.value {
        Value::List(_) => forms(node, problems),
        _ => {
            problems.push(node.wrong_type("a list"));
            Vec::new()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_use_the_languages_own_table() {
        let mut pack = LanguagePack::default();
        for (letter, latin) in [('қ', "q"), ('а', "a"), ('з', "z"), ('т', "t"), ('і', "i"), ('л', "l")] {
            pack.romanise.insert(letter, latin.to_owned());
        }
        assert_eq!(pack.slug("Қазақ тілі!"), "qazaq-tili");
        assert_eq!(pack.slug("What’s new?  2.0"), "whats-new-2-0");
        assert_eq!(pack.slug("世界"), "世界");
        assert_eq!(pack.slug("हिन्दी x\u{325}y \u{325}z"), "हिन्दी-x\u{325}y-z");
        assert_eq!(pack.slug("İstanbul"), "istanbul");
        assert_eq!(pack.slug("Qi\u{325} q\u{307}"), "qi\u{325}-q\u{307}");
    }

    #[test]
    fn a_table_may_have_ascii_letters() {
        let romanise = [('c', "k".to_owned()), ('x', "ks".to_owned())].into();
        let pack = LanguagePack { romanise, ..LanguagePack::default() };
        assert_eq!(pack.slug("ACxz 1"), "akksz-1");
    }

    #[test]
    fn numbers_are_grouped() {
        assert_eq!(grouped(1_234_567, " "), "1 234 567");
        assert_eq!(grouped(-12_345, "."), "−12.345");
        assert_eq!(grouped(1234, " "), "1234");
    }

    /// Sorts the words of a text that lists them in the right order.
    fn sorted(code: &str, words: &str) -> String {
        let language = Language { code: code.to_owned(), pack: Arc::default() };
        let mut words: Vec<&str> = words.split(' ').rev().collect();
        words.sort_by_cached_key(|word| language.sort_key(word));
        words.join(" ")
    }

    #[test]
    fn letters_sort_as_in_the_alphabet() {
        for (code, alphabet) in [
            ("kk", "а ә б в г ғ д е ё ж з и й к қ л м н ң о ө п р с т у ұ ү ф х һ ц ч ш щ ъ ы і ь э ю я"),
            ("ru", "а б в г д е ё ж з и й к л м н о п р с т у ф х ц ч ш щ ъ ы ь э ю я"),
            ("tr", "a b c ç d e f g ğ h ı i j k l m n o ö p r s ş t u ü v y z"),
            ("de", "a ä b o ö s t u ü v z"),
            ("fr", "a à b c ç d e é è ê ë f z"),
        ] {
            assert_eq!(sorted(code, alphabet), alphabet, "{code}");
        }
    }

    #[test]
    fn words_sort_as_in_a_dictionary_of_the_language() {
        for (code, words) in [
            ("kk", "Азия ақын аңсар Әлем Баку гүл Ғабит дала еже емен ёлка ине иіс йод кілем қала лақ наурыз"),
            ("kk", "озық ою Өзен ұл Үркер фонтан хат Һауа цирк ыстық Іле іс юрта"),
            ("fr", "cote coté côte côté Éclair Essai œuvre or"),
            ("tr", "Çay ılık İbrahim ibrik"),
            ("de", "Arzt Ärzte Ast Strasse Straße"),
            ("en", "10 a A é z"),
            // The root order is for languages without an order of their own, and unknown ones.
            ("x-own", "a á b z а б"),
            ("no language", "a á b z а б"),
        ] {
            assert_eq!(sorted(code, words), words, "{code}");
        }
    }
}
