//! A neutral corpus: N pages in Kazakh and English, about six kilobytes of Markdown each.
//!
//! Headings, lists, tables, five links, one or two footnotes, three of fifty tags, code in every third
//! page, a section for every 32 pages or more. The same numbers give the same bytes everywhere. What the
//! tools want to be told in different words is a [`Dialect`]. The names of terms are in [`crate::names`].

use std::fmt::Write as _;

use super::names;

/// What a corpus is made of; its files come out one by one, so that a large one needs no memory.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Corpus {
    pub(crate) pages: usize,
    /// Whether sentences have addresses and pages stand side by side.
    pub(crate) side_by_side: bool,
    pub(crate) highlight: bool,
    /// The number of terms whose names the sentences contain.
    pub(crate) terms: usize,
}

/// How a tool wants the same thing to be said.
#[derive(Debug)]
pub(crate) struct Dialect {
    /// The name of a section's own page.
    index: &'static str,
    /// The key of the place among the siblings.
    order: &'static str,
    /// What leads from a page up to the top.
    top: &'static str,
}

pub(crate) const TILMASH: Dialect = Dialect { index: "index", order: "order", top: "../" };
pub(crate) const HUGO: Dialect = Dialect { index: "_index", order: "weight", top: "/" };

/// The languages' codes, in the order of the site.
pub(crate) const CODES: [&str; 2] = ["kk", "en"];

const BODY: usize = 6000;
const TAGS: usize = 3;

impl Corpus {
    /// Gives every file of a site of Tilmash, path and text.
    pub(crate) fn files(&self, mut each: impl FnMut(&str, &str)) {
        let Self { side_by_side: full, highlight, .. } = self;
        let [kk, en] = [&LANGUAGES[0], &LANGUAGES[1]];
        each(
            "site.yaml",
            &format!(
                "title: {{kk: {}, en: {}}}\ndescription: {{kk: {}, en: {}}}\nlanguages: [kk, en]\nbase_url: https://bench.example/\n\
                 segments: {full}\nside_by_side: {full}\nmarkdown: {{highlight: {highlight}}}\nseverity: {{alignment: off}}\n",
                kk.site, en.site, kk.about, en.about
            ),
        );
        self.content(&TILMASH, each);
    }

    /// Gives every file of the content, path and text.
    pub(crate) fn content(&self, dialect: &Dialect, mut each: impl FnMut(&str, &str)) {
        let index = dialect.index;
        for language in LANGUAGES {
            let text = format!("---\ntitle: {}\ndescription: {}\n---\n\n{1}\n", language.site, language.about);
            each(&format!("content/{index}.{}.md", language.code), &text);
        }
        for section in 0..self.pages.div_ceil(self.section_length()) {
            for language in LANGUAGES {
                let mut random = Random::of(section * 4 + 1, language);
                let text = format!(
                    "---\ntitle: {}\ndescription: {}\n{}: {}\n---\n\n{}\n",
                    random.title(language),
                    random.sentence(language),
                    dialect.order,
                    section + 1,
                    random.sentences(language, 3)
                );
                each(&format!("content/sec-{section:03}/{index}.{}.md", language.code), &text);
            }
        }
        for page in 0..self.pages {
            for code in CODES {
                each(&format!("content/{}.{code}.md", self.key(page)), &self.page(page, code, dialect));
            }
        }
    }

    /// Where a page stands: `sec-001/ch-00040`.
    pub(crate) fn key(&self, page: usize) -> String {
        format!("sec-{:03}/ch-{page:05}", page / self.section_length())
    }

    /// At 10,000 pages there are a hundred sections, which is what a menu of Tilmash shows at most.
    fn section_length(&self) -> usize {
        self.pages.isqrt().max(32)
    }

    /// The text of a page.
    pub(crate) fn page(&self, page: usize, code: &str, dialect: &Dialect) -> String {
        let language = LANGUAGES.iter().find(|language| language.code == code).expect("a language of the corpus");
        // Both editions have the same shape: what is chosen comes from one source, the words from another.
        let mut shape = Random::of(page * 4 + 2, &LANGUAGES[0]);
        let mut random = Random::of(page * 4 + 3, language);
        let mut names = Names { random: Random::of(page * 4 + 2, &LANGUAGES[1]), terms: self.terms, code: language.code };
        // Fifty words, so fifty tags. A step at least one and less than a third of the way: never the same twice.
        let mut tag = shape.below(language.words.len());
        let tags = [(); TAGS].map(|()| {
            tag = (tag + 1 + shape.below(language.words.len() / TAGS - 1)) % language.words.len();
            language.words[tag]
        });
        let front = format!(
            "---\ntitle: {}\ndescription: {}\ndate: 20{:02}-{:02}-{:02}\n{}: {}\ntags: [{}]\n---\n\n",
            title(page, language),
            random.sentence(language),
            15 + shape.below(11),
            1 + shape.below(12),
            1 + shape.below(28),
            dialect.order,
            page % self.section_length() + 1,
            tags.join(", ")
        );
        // The same length in each dialect, since that decides when the text ends.
        let link_to = |page: usize| format!("[{}](/{}.md)", title(page, language), self.key(page));
        let mut text = String::new();
        let mut links: Vec<usize> = (0..5)
            .map(|_| {
                let near = (page + shape.below(25)).saturating_sub(12).min(self.pages - 1);
                if shape.below(5) < 3 { near } else { shape.below(self.pages) }
            })
            .collect();
        let notes = 1 + shape.below(2);
        let mut noted = 0;
        let mut code = page.is_multiple_of(3);
        let mut blocks = 0;
        while text.len() < BODY * language.weight / 100 {
            if blocks % 4 == 0 {
                writeln!(text, "## {}\n", random.title(language)).expect("writing to a string");
            }
            blocks += 1;
            match shape.below(50) {
                25..31 => writeln!(text, "### {}\n", random.title(language)).expect("writing to a string"),
                31..37 => {
                    for _ in 0..3 + shape.below(5) {
                        writeln!(text, "- **{}** {}", random.words(language, 2), random.words(language, 4)).expect("a string");
                    }
                    text.push('\n');
                }
                37..40 => {
                    for number in 1..4 + shape.below(4) {
                        writeln!(text, "{number}. {}", random.words(language, 5)).expect("writing to a string");
                    }
                    text.push('\n');
                }
                40..45 => {
                    let row = |random: &mut Random| format!("| {} | {} |", random.words(language, 2), random.words(language, 3));
                    writeln!(text, "{} {} |\n|---|---|--:|", row(&mut random), random.words(language, 1)).expect("a string");
                    for _ in 0..3 + shape.below(5) {
                        writeln!(text, "{} {} |", row(&mut random), shape.below(9999)).expect("writing to a string");
                    }
                    text.push('\n');
                }
                45..50 => writeln!(text, "> {}\n", names.put_into(random.sentence(language))).expect("writing to a string"),
                _ => {
                    for _ in 0..2 + shape.below(4) {
                        text.push_str(&names.put_into(random.sentence(language)));
                        text.push(if self.side_by_side { '\n' } else { ' ' });
                    }
                    if let Some(link) = links.pop() {
                        text.push_str(&link_to(link));
                    }
                    if noted < notes {
                        noted += 1;
                        write!(text, "[^{noted}]").expect("writing to a string");
                    }
                    text.push_str("\n\n");
                }
            }
            if code && text.len() > BODY / 3 {
                code = false;
                let (name, sample) = CODE[page / 3 % CODE.len()];
                // No block twice: what is highlighted once must not be what is measured.
                let sample = sample.replace("NAME", &format!("name_{page}_{}", language.code));
                writeln!(text, "```{name}\n{sample}\n```\n").expect("writing to a string");
            }
        }
        for link in links {
            writeln!(text, "{}\n", link_to(link)).expect("writing to a string");
        }
        for note in 1..=noted {
            writeln!(text, "[^{note}]: {}", random.sentence(language)).expect("writing to a string");
        }
        front + &text.replace("](/", &format!("]({}", dialect.top))
    }
}

/// The names in the sentences of a page: the same terms in each language, at the same places.
struct Names {
    random: Random,
    terms: usize,
    code: &'static str,
}

impl Names {
    /// Puts up to two names after the first word of a sentence; on average one, as in the book.
    fn put_into(&mut self, sentence: String) -> String {
        if self.terms == 0 {
            return sentence;
        }
        let count = [0, 0, 1, 1, 1, 1, 1, 1, 2, 2][self.random.below(10)];
        let Some((first, rest)) = sentence.split_once(' ') else { return sentence };
        let mut text = first.to_owned();
        for _ in 0..count {
            // The second term is half as frequent as the first, the third has a third (Zipf's law).
            let part = self.random.below(1 << 24) as f64 / f64::from(1 << 24);
            let term = ((self.terms as f64 + 1.0).powf(part) as usize - 1).min(self.terms - 1);
            write!(text, " {}", names::in_text(term, self.code, self.random.below(6))).expect("writing to a string");
        }
        format!("{text} {rest}")
    }
}

/// The text of a page with a paragraph more at its beginning.
pub(crate) fn with_paragraph(page: &str, paragraph: &str) -> String {
    page.replacen("\n---\n", &format!("\n---\n\n{paragraph}\n"), 1)
}

/// The text of a page with a word more at the beginning of its title.
pub(crate) fn with_title(page: &str, word: &str) -> String {
    page.replacen("title: ", &format!("title: {word} "), 1)
}

fn title(page: usize, language: &Language) -> String {
    Random::of(page * 4, language).title(language)
}

#[derive(Debug)]
struct Language {
    code: &'static str,
    /// Title and description of the site.
    site: &'static str,
    about: &'static str,
    words: &'static [&'static str],
    /// How long a text is, in hundredths of the usual.
    weight: usize,
}

const LANGUAGES: &[Language] = &[
    Language {
        code: "kk",
        site: "Дала кітапханасы",
        about: "Кітаптар мен құжаттама",
        words: &[
            "дала",
            "өзен",
            "тау",
            "кітап",
            "тіл",
            "сөз",
            "жол",
            "қала",
            "ауыл",
            "халық",
            "тарих",
            "мәдениет",
            "заман",
            "ғылым",
            "білім",
            "музыка",
            "өнер",
            "сауда",
            "келісім",
            "шекара",
            "саясат",
            "ұлт",
            "мемлекет",
            "байланыс",
            "қатынас",
            "түсінік",
            "жаңа",
            "ескі",
            "үлкен",
            "кіші",
            "биік",
            "терең",
            "алыс",
            "жақын",
            "ортақ",
            "жеке",
            "маңызды",
            "белгілі",
            "болды",
            "келеді",
            "жатыр",
            "дейді",
            "көрсетеді",
            "сипаттайды",
            "өзгертеді",
            "сақтайды",
            "және",
            "бірақ",
            "сондықтан",
            "үшін",
        ],
        weight: 110,
    },
    Language {
        code: "en",
        site: "Steppe Library",
        about: "Books and documentation",
        words: &[
            "river",
            "mountain",
            "archive",
            "caravan",
            "letter",
            "harvest",
            "network",
            "engine",
            "reader",
            "chapter",
            "village",
            "council",
            "market",
            "printer",
            "journal",
            "horizon",
            "winter",
            "signal",
            "teacher",
            "traveller",
            "history",
            "culture",
            "ancient",
            "quiet",
            "careful",
            "modern",
            "early",
            "distant",
            "practical",
            "narrow",
            "broad",
            "steady",
            "formal",
            "describes",
            "follows",
            "reaches",
            "explains",
            "measures",
            "supports",
            "records",
            "connects",
            "protects",
            "and",
            "while",
            "because",
            "although",
            "of the",
            "near the",
            "beyond the",
            "within the",
        ],
        weight: 90,
    },
];

const CODE: &[(&str, &str)] = &[
    (
        "rust",
        "use std::collections::HashMap;\n\n/// Counts words.\n#[derive(Debug, Default)]\npub struct NAME<'a> {\n    entries: HashMap<&'a str, usize>,\n    limit: Option<u32>,\n}\n\nimpl<'a> NAME<'a> {\n    pub fn add(&mut self, text: &'a str) -> Result<usize, String> {\n        for word in text.split_whitespace().filter(|w| w.len() > 3) {\n            *self.entries.entry(word).or_insert(0) += 1;\n        }\n        Ok(self.entries.len())\n    }\n}",
    ),
    (
        "python",
        "from dataclasses import dataclass\nimport re\n\n@dataclass\nclass NAME:\n    \"\"\"Keeps the entries sorted.\"\"\"\n    name: str\n    limit: int = 42\n\n    def count(self, text: str) -> dict[str, int]:\n        counts = {}\n        for word in re.findall(r\"\\w+\", text.lower()):\n            counts[word] = counts.get(word, 0) + 1  # total\n        return dict(sorted(counts.items(), key=lambda kv: -kv[1]))",
    ),
    (
        "javascript",
        "import { readFile } from \"node:fs/promises\";\n\nexport async function NAME(path, { limit = 7 } = {}) {\n  const text = await readFile(path, \"utf8\");\n  const counts = new Map();\n  for (const word of text.matchAll(/\\p{L}+/gu)) {\n    const key = word[0].toLowerCase();\n    counts.set(key, (counts.get(key) ?? 0) + 1);\n  }\n  return [...counts].slice(0, limit);\n}",
    ),
    (
        "html",
        "<!doctype html>\n<html lang=\"kk\">\n  <head>\n    <meta charset=\"utf-8\">\n    <title>NAME</title>\n    <link rel=\"stylesheet\" href=\"/style.css\">\n  </head>\n  <body class=\"page\">\n    <!-- list -->\n    <ul><li data-id=\"1\"><a href=\"/a/\">A</a></li></ul>\n  </body>\n</html>",
    ),
    (
        "css",
        ".NAME > .item:not(:last-child) {\n  display: grid;\n  grid-template-columns: repeat(auto-fill, minmax(12ch, 1fr));\n  color: var(--ink, #223344);\n}\n\n@media (prefers-color-scheme: dark) {\n  .NAME::before { content: \"x\"; }\n}",
    ),
    (
        "bash",
        "#!/usr/bin/env bash\nset -euo pipefail\nNAME=\"${1:-/var/lib/x}\"\nfor f in \"${NAME}\"/*.md; do\n  n=$(wc -w < \"$f\")   # words\n  if [[ \"$n\" -gt 10 ]]; then\n    printf '%s\\t%d\\n' \"${f##*/}\" \"$n\"\n  fi\ndone",
    ),
    (
        "json",
        "{\n  \"name\": \"NAME\",\n  \"private\": true,\n  \"languages\": [\"kk\", \"en\"],\n  \"build\": { \"output\": \"public\", \"limits\": { \"pages\": 10, \"ratio\": 0.75 } }\n}",
    ),
    (
        "toml",
        "[site]\ntitle = \"NAME\"\nbase_url = \"https://example.org/\"\n\n[[languages]]\ncode = \"en\"\nweight = 2\nenabled = true",
    ),
    (
        "yaml",
        "name: NAME\non:\n  push:\n    branches: [main]\njobs:\n  build:\n    runs-on: linux\n    steps:\n      - name: Build\n        run: |\n          make build LANG=kk",
    ),
    (
        "sql",
        "CREATE TABLE NAME (\n  id      INTEGER PRIMARY KEY,\n  title   TEXT NOT NULL\n);\n-- the most used\nSELECT t.title, COUNT(*) AS n FROM NAME AS t\nWHERE t.id > 10 GROUP BY t.title ORDER BY n DESC LIMIT 20;",
    ),
    (
        "go",
        "package main\n\nimport \"strings\"\n\n// NAME counts words.\ntype NAME struct {\n\tcounts map[string]int\n}\n\nfunc (c *NAME) Count(text string) (int, error) {\n\tfor _, w := range strings.Fields(text) {\n\t\tc.counts[strings.ToLower(w)]++\n\t}\n\treturn len(c.counts), nil\n}",
    ),
    (
        "c",
        "#include <stdio.h>\n\n#define NAME_MAX 10\n\n/* Counts lines. */\nstatic int NAME(const char *path, size_t *out) {\n    FILE *f = fopen(path, \"rb\");\n    if (!f) return -1;\n    for (int ch; (ch = fgetc(f)) != EOF; ) if (ch == '\\n') ++*out;\n    fclose(f);\n    return 0;\n}",
    ),
];

/// `SplitMix64`: small, and the same on every machine.
struct Random(u64);

impl Random {
    fn of(seed: usize, language: &Language) -> Self {
        let mut random = Self(seed as u64 * 2 + u64::from(language.code == "en"));
        random.next();
        random
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }

    fn words(&mut self, language: &Language, count: usize) -> String {
        let words: Vec<&str> = (0..count).map(|_| language.words[self.below(language.words.len())]).collect();
        words.join(" ")
    }

    fn title(&mut self, language: &Language) -> String {
        let count = 2 + self.below(4);
        capital(&self.words(language, count))
    }

    /// Eight to twenty words, now and then one of them in bold or italics or as code.
    fn sentence(&mut self, language: &Language) -> String {
        let (count, second) = (4 + self.below(7), 3 + self.below(8));
        let mut first = capital(&self.words(language, count));
        let mark = ["**", "*", "`", ""][self.below(16).min(3)];
        write!(first, " {mark}{}{mark}, {}.", self.words(language, 1), self.words(language, second)).expect("a string");
        first
    }

    fn sentences(&mut self, language: &Language, count: usize) -> String {
        (0..count).map(|_| self.sentence(language)).collect::<Vec<_>>().join(" ")
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
