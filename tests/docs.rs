//! The documentation in `README.md`, `CONTRIBUTING.md`, `CHANGELOG.md` and `docs/` agrees with the
//! program: nothing is missing, links lead somewhere, and each command line can be run.
//!
//! `UPDATE=1 cargo test --test docs` rewrites the rows of tables that the program itself defines.
//! The row of a new problem code must be added by hand, to the section where it belongs.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::ops::Range;
use std::path::{Component, Path, PathBuf};

use clap::Arg;
use tilmash::base::code;
use tilmash::cli;
use tilmash::load::Inputs;
use tilmash::model::FrontMatter;
use tilmash::parse::marks;
use tilmash::project::{Overrides, Project};
use tilmash::site::{Route, RouteKind, sitemap::PartLimits};

#[test]
fn the_readme_fits_on_a_page() {
    let readme = read("README.md");
    assert!(readme.lines().count() <= 120, "README.md has more than 120 lines");
    let long: Vec<&str> = readme.lines().filter(|line| line.chars().count() > 100).collect();
    assert!(long.is_empty(), "lines of README.md with more than 100 characters:\n{}", long.join("\n"));
}

#[test]
fn every_command_and_option_has_an_entry() {
    let root = cli::command();
    let mut sections = vec![("Options of all commands".to_owned(), root.clone())];
    sections.extend(root.get_subcommands().map(|command| (format!("tilmash {}", command.get_name()), command.clone())));
    let rows = sections.iter().flat_map(|(section, command)| {
        command.get_arguments().map(move |argument| Row::new(section, &signature(argument), &meaning(argument)))
    });
    let text = agrees("docs/commands.md", &rows.collect::<Vec<_>>());
    for (section, command) in &sections {
        let own = self::section(&text, section).unwrap_or_else(|| panic!("docs/commands.md has no section `{section}`"));
        let known: BTreeSet<String> = command.get_arguments().map(signature).collect();
        let gone: Vec<&str> = own.lines().filter_map(first_cell).filter(|cell| !known.contains(*cell)).collect();
        assert!(gone.is_empty(), "`{section}` in docs/commands.md has options that the program lacks: {gone:?}");
    }
}

/// A check that no test shows could be broken, or never run, and nobody would notice.
#[test]
fn every_problem_code_has_a_test() {
    let mut tests = String::new();
    for file in files(&root().join("src")).iter().chain(&files(&root().join("tests"))) {
        let Some("rs" | "md" | "txt") = file.extension().and_then(|it| it.to_str()) else { continue };
        let text = fs::read_to_string(file).expect("the repository can be read");
        let is_source = file.starts_with(root().join("src"));
        // Unit tests are at the end of a file.
        tests.push_str(if is_source { text.split_once("#[cfg(test)]").map_or("", |(_, tests)| tests) } else { &text });
    }
    let has_test = |name: &&str| {
        let ident = format!("code::{}", name.replace('-', "_").to_uppercase());
        [format!("[{name}]"), format!("\"{name}\""), ident].iter().any(|written| tests.contains(written))
    };
    let without: Vec<&str> = code::ALL.iter().map(|code| code.name).filter(|name| !has_test(name)).collect();
    assert!(without.is_empty(), "no test shows these codes; report each, and add a case to tests/cases: {without:?}");
}

#[test]
fn every_problem_code_has_an_entry() {
    let rows = code::ALL.iter().map(|code| {
        Row::new("", &format!("`{}`", code.name), &format!("{} | {}", code.severity.name(), escaped(code.explanation)))
    });
    let text = agrees("docs/codes.md", &rows.collect::<Vec<_>>());
    let known: BTreeSet<String> = code::ALL.iter().map(|code| format!("`{}`", code.name)).collect();
    let gone: Vec<&str> = text.lines().filter_map(first_cell).filter(|cell| !known.contains(*cell)).collect();
    assert!(gone.is_empty(), "docs/codes.md has codes that the program lacks: {gone:?}");
}

#[test]
fn every_value_of_front_matter_is_shown_and_has_an_entry() {
    let folders = ["templates", "themes/default/templates", "themes/book/templates"].map(|folder| root().join(folder));
    let templates = folders.iter().filter(|folder| folder.exists()).flat_map(|folder| files(folder));
    let shown: String = templates.map(|file| fs::read_to_string(file).expect("templates can be read")).collect();
    let themes = read("docs/themes.md");
    for key in FrontMatter::default().keys().iter().filter(|key| key.shown.is_some()) {
        let value = format!("page.{}", key.name);
        // Free keys are for the templates of sites.
        let is_free = key.name == "extra";
        assert!(is_free || shown.contains(&value), "no template in templates/ or themes/ shows `{value}`");
        assert!(themes.contains(&format!("`{value}`")), "docs/themes.md does not name the value `{value}`");
    }
}

/// A site that has every kind of route.
const FULL: [(&str, &str); 8] = [
    (
        "site.yaml",
        "title: T\nlanguages: [en, kk]\nbase_url: https://example.org\ncname: example.org\ndate: 2020-01-02\nstatus_page: true\nplans: [content/_source/plan.yaml]\n",
    ),
    ("content/index.en.md", "# Home\n"),
    ("content/index.kk.md", "# Home\n"),
    ("content/a.en.md", "---\ntitle: A\ntags: [b]\naliases: [/old/]\n---\n"),
    ("content/_terms.yaml", "home: {kind: place, names: {en: Home, kk: Home}, date: 2002-12-23, coordinates: [43.2, 76.9]}\n"),
    ("content/file.txt", "text\n"),
    ("content/_source/a.txt", "A.\n"),
    (PLAN, "source: a.txt\nlanguage: en\n"),
];

#[test]
fn every_output_has_a_path_and_an_entry() {
    // So that the sitemap has parts.
    let sitemap_limits = PartLimits { addresses: 5, ..PartLimits::default() };
    let mut project = Project::new(Path::new("site"), Overrides { sitemap_limits, ..Overrides::default() });
    let state = project.state(Inputs::from_texts(FULL).into());
    let routes = &state.site().expect("the site is whole").routes;
    let name = |route: &Route| format!("{:?}", route.kind).split(' ').next().expect("a kind has a name").to_owned();
    let laid: BTreeSet<String> = routes.values().map(name).collect();
    let unlaid: Vec<String> = route_kinds().into_iter().filter(|kind| !laid.contains(kind)).collect();
    assert!(unlaid.is_empty(), "no route is of these kinds; give each a path in src/site/route.rs: {unlaid:?}");

    let text = read("docs/publishing.md");
    let own = section(&text, "Files for machines").expect("docs/publishing.md has the section");
    let cells: BTreeSet<&str> = own.lines().filter_map(first_cell).collect();
    let is_copy = |kind: &RouteKind| matches!(kind, RouteKind::Asset { .. } | RouteKind::ThemeFile { .. });
    let written = routes.values().filter(|route| !route.kind.properties().is_page && !is_copy(&route.kind));
    let paths: BTreeSet<String> = written
        .map(|route| {
            let path = route.path.replace(|c: char| c.is_ascii_digit(), "N").replace("NN", "N");
            let path = ["en/", "kk/"]
                .iter()
                .find_map(|code| path.strip_prefix(code))
                .map_or(path.clone(), |rest| format!("CODE/{rest}"));
            format!("`{path}`")
        })
        .collect();
    let missing: Vec<&String> = paths.iter().filter(|path| !cells.contains(path.as_str())).collect();
    assert!(missing.is_empty(), "`Files for machines` in docs/publishing.md has no rows for: {missing:?}");
    let gone: Vec<&&str> = cells.iter().filter(|cell| !paths.contains(**cell)).collect();
    assert!(gone.is_empty(), "`Files for machines` in docs/publishing.md has files that the program does not write: {gone:?}");
}

/// Returns the names of all kinds of routes, as the source code lists them.
fn route_kinds() -> Vec<String> {
    let sources = files(&root().join("src/site")).into_iter().filter_map(|file| fs::read_to_string(file).ok());
    let kinds = sources.filter_map(|text| {
        let (_, kinds) = text.split_once("pub enum RouteKind {\n")?;
        Some(kinds.split_once("\n}\n")?.0.to_owned())
    });
    let kinds: Vec<String> = kinds.collect();
    let [kinds] = &kinds[..] else { panic!("one file of src/site defines `RouteKind`") };
    let lines = kinds.lines().filter_map(|line| line.strip_prefix("    "));
    let names = lines.filter(|line| line.starts_with(|c: char| c.is_ascii_uppercase()));
    names.map(|line| line.trim_end_matches([',', '{', ' ']).to_owned()).collect()
}

#[test]
fn every_mark_has_an_entry() {
    let text = read("docs/marks.md");
    for mark in marks::beginnings() {
        assert!(text.lines().any(|line| first_cell(line) == Some(&format!("`{mark}`"))), "docs/marks.md has no row for `{mark}`");
        assert!(section(&text, &format!("`{mark}` ")).is_some(), "docs/marks.md has no section for `{mark}`");
    }
}

/// A key that no mapping has. The program answers with the keys that it knows.
const UNKNOWN: &str = "qqqqqqqqqqqqqqqq";

/// Each kind of mapping: its name in the program, its section in `docs/keys.md`, the file that
/// holds it, and the text of such a file with [`UNKNOWN`] in the mapping.
const MAPPINGS: [(&str, &str, &str, &str); 21] = [
    ("site.yaml", "site.yaml", "site.yaml", "title: T\nlanguages: [en]\n?: 1\n"),
    ("a language", "Languages", "site.yaml", "title: T\nlanguages: [{code: en, ?: 1}]\n"),
    ("`markdown`", "Markdown", "site.yaml", "title: T\nlanguages: [en]\nmarkdown: {?: 1}\n"),
    ("`external_links`", "External links", "site.yaml", "title: T\nlanguages: [en]\nexternal_links: {?: 1}\n"),
    ("`limits`", "Limits", "site.yaml", "title: T\nlanguages: [en]\nlimits: {?: 1}\n"),
    ("front matter", "Front matter", "content/index.en.md", "---\ntitle: T\n?: 1\n---\n"),
    ("a split plan", "Plans", PLAN, "source: a.txt\nlanguage: en\n?: 1\n"),
    ("`segmentation`", "Segmentation", PLAN, "source: a.txt\nlanguage: en\nsegmentation: {?: 1}\n"),
    ("a repair", "Repairs", PLAN, "source: a.txt\nlanguage: en\nrepairs: [{?: 1}]\n"),
    ("a chapter", "Chapters", PLAN, "source: a.txt\nlanguage: en\nchapters: [{key: a, title: A, rest: true, ?: 1}]\n"),
    (
        "an entry of `paragraphs`",
        "Paragraphs",
        PLAN,
        "source: a.txt\nlanguage: en\nchapters: [{key: a, title: A, paragraphs: [{?: 1}]}]\n",
    ),
    ("`cut`", "Cut", PLAN, "source: a.txt\nlanguage: en\ncut: {by: headings, starts: [A], ?: 1}\n"),
    ("a language file", "Language files", "themes/default/languages/en.yaml", "?: 1\n"),
    ("`fonts`", "Fonts", "themes/default/languages/en.yaml", "fonts: {?: 1}\n"),
    ("`years`", "Years", "themes/default/languages/en.yaml", "years: {?: 1}\n"),
    ("`endings`", "Endings", "themes/default/languages/en.yaml", "endings: {?: 1}\n"),
    ("a kind of harmony", "Harmony", "themes/default/languages/en.yaml", "endings: {harmony: [{vowels: a, ?: 1}]}\n"),
    ("a change of a stem", "Stems", "themes/default/languages/en.yaml", "endings: {stems: [{ends: a, becomes: b, ?: 1}]}\n"),
    ("`search`", "Forms in searches", "themes/default/languages/en.yaml", "endings: {search: {?: 1}}\n"),
    ("a term", "Terms", "content/_terms.yaml", "a: {kind: place, names: {en: A}, ?: 1}\n"),
    ("a reference", "References", "content/_terms.yaml", "a: {kind: place, names: {en: A}, references: [{title: A, ?: 1}]}\n"),
];

const PLAN: &str = "content/_source/plan.yaml";
/// Kinds of mappings whose keys are free.
const FREE: [&str; 1] = ["a file with terms"];

#[test]
fn every_key_has_an_entry() {
    let text = read("docs/keys.md");
    let mut missing = Vec::new();
    for (name, heading, file, with_unknown) in MAPPINGS {
        let own = section(&text, heading).unwrap_or_else(|| panic!("docs/keys.md has no section `{heading}`"));
        let cells: BTreeSet<&str> = own.lines().filter_map(first_cell).collect();
        let known: BTreeSet<String> = known_keys(file, with_unknown).iter().map(|key| format!("`{key}`")).collect();
        missing.extend(known.iter().filter(|key| !cells.contains(key.as_str())).map(|key| format!("{key} of {name}")));
        let gone: Vec<&&str> = cells.iter().filter(|cell| !known.contains(**cell)).collect();
        assert!(gone.is_empty(), "`{heading}` in docs/keys.md has keys that the program lacks: {gone:?}");
    }
    assert!(missing.is_empty(), "docs/keys.md has no rows for: {}", missing.join(", "));
}

/// Returns the keys that the program knows in a mapping.
fn known_keys(file: &str, with_unknown: &str) -> Vec<String> {
    let text = with_unknown.replace('?', UNKNOWN);
    let mut files = BTreeMap::from([
        ("site.yaml", "title: T\nlanguages: [en]\nplans: [content/_source/plan.yaml]\n"),
        ("content/_source/a.txt", "A.\n"),
        (PLAN, "source: a.txt\nlanguage: en\n"),
    ]);
    files.insert(file, &text);
    let state = Project::new(Path::new("site"), Overrides::default()).state(Inputs::from_texts(files).into());
    let is_answer = |message: &str| message.contains(UNKNOWN);
    let answers: Vec<_> = state.problems.iter().filter(|problem| is_answer(&problem.message)).collect();
    let [answer] = &answers[..] else { panic!("one problem is expected of an unknown key in\n{text}\n{answers:?}") };
    let hint = answer.hints.last().expect("the hint lists the known keys");
    let (_, keys) = hint.split_once(": ").expect("the hint lists the known keys");
    keys.split(", ").map(|key| key.trim_matches('`').to_owned()).collect()
}

/// A kind of mapping that the table above lacks would have undocumented keys.
#[test]
fn every_kind_of_mapping_is_tested() {
    let listed: BTreeSet<String> = MAPPINGS.iter().map(|(name, ..)| (*name).to_owned()).collect();
    let mut found = BTreeSet::new();
    for file in files(&root().join("src")).iter().filter(|file| file.extension().is_some_and(|it| it == "rs")) {
        let text = fs::read_to_string(file).expect("source files can be read");
        let code = text.split("#[cfg(test)]").next().expect("the first part is there");
        for call in code.split("Fields::of(").skip(1) {
            // The name is the second argument.
            if let Some(name) = call.split_once(", \"").and_then(|(_, rest)| rest.split('"').next()) {
                found.insert(name.to_owned());
            }
        }
    }
    found.retain(|name| !FREE.contains(&name.as_str()));
    assert_eq!(found, listed);
}

#[test]
fn every_built_in_language_is_named() {
    let (readme, themes) = (read("README.md"), read("docs/themes.md").replace('\n', " "));
    for file in files(&root().join("themes/default/languages")) {
        let code = file.file_stem().expect("a file has a name").to_string_lossy().into_owned();
        let named =
            themes.split_once(&format!(" (`{code}`)")).map(|(before, _)| before.split_whitespace().next_back().unwrap_or(""));
        let name = named.unwrap_or_else(|| panic!("docs/themes.md does not name the language `{code}`"));
        assert!(readme.contains(name), "README.md does not name {name}");
    }
}

#[test]
fn every_link_leads_somewhere() {
    let mut broken = Vec::new();
    for (name, text) in pages() {
        for target in links(&text) {
            if target.contains("://") || target.starts_with("mailto:") {
                continue;
            }
            let (path, anchor) = target.split_once('#').map_or((target, None), |(path, anchor)| (path, Some(anchor)));
            let own = if path.is_empty() { name.clone() } else { normal(&Path::new(&name).with_file_name("").join(path)) };
            if !root().join(&own).exists() {
                broken.push(format!("{name}: `{target}` does not exist"));
            } else if excluded().iter().any(|it| Path::new(&own).starts_with(it)) {
                broken.push(format!("{name}: `{target}` is not in the package"));
            } else if let Some(anchor) = anchor
                && !anchors(&read(&own)).contains(anchor)
            {
                broken.push(format!("{name}: `{own}` has no heading `#{anchor}`"));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn every_command_line_is_understood() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for (name, text) in pages() {
        for line in command_lines(&text) {
            count += 1;
            let words = shlex::split(&line).unwrap_or_else(|| panic!("{name}: `{line}` has an open quotation mark"));
            // The rest of the line belongs to the shell.
            let mut words: Vec<&str> =
                words.iter().map(String::as_str).take_while(|word| !matches!(*word, ">" | "|" | "&&")).collect();
            // A command alone, without arguments, is mentioned and not called.
            if words.len() == 2 {
                words.push("--help");
            }
            if let Err(error) = cli::command().try_get_matches_from(words)
                && error.use_stderr()
            {
                wrong.push(format!("{name}: `{line}`\n{error}"));
            }
        }
    }
    assert!(count > 40, "command lines are found");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A row of a table that the program defines.
struct Row {
    /// The heading above the table; empty if the table may be anywhere.
    section: String,
    first: String,
    line: String,
}

impl Row {
    fn new(section: &str, first: &str, rest: &str) -> Self {
        Self { section: section.to_owned(), first: first.to_owned(), line: format!("| {first} | {rest} |") }
    }
}

/// Compares the rows of a page with the program, or, with `UPDATE=1`, writes them. Returns the text
/// of the page.
fn agrees(page: &str, rows: &[Row]) -> String {
    let mut text = read(page);
    let mut missing = Vec::new();
    for row in rows {
        let Some(range) = section_at(&text, &row.section) else { panic!("{page} has no section `{}`", row.section) };
        let own = &text[range.clone()];
        if own.lines().any(|line| line == row.line) {
            continue;
        }
        missing.push(row.line.as_str());
        let old = own.lines().find(|line| first_cell(line) == Some(&row.first));
        // A new row of a section goes to the end of its table.
        let last = own.lines().rfind(|line| line.starts_with('|')).filter(|_| !row.section.is_empty());
        let new = match (old, last) {
            (Some(old), _) => own.replacen(old, &row.line, 1),
            (None, Some(last)) => own.replacen(last, &format!("{last}\n{}", row.line), 1),
            (None, None) => continue,
        };
        text.replace_range(range, &new);
    }
    if std::env::var_os("UPDATE").is_some() {
        fs::write(root().join(page), &text).expect("the page can be written");
        return text;
    }
    assert!(
        missing.is_empty(),
        "{page} lacks these rows, or has others; `UPDATE=1` rewrites them (add a new code by hand, to its table):\n{}",
        missing.join("\n")
    );
    text
}

/// Returns an option as its entry shows it: `--output DIR`, `-o`.
fn signature(argument: &Arg) -> String {
    let names = argument.get_value_names().unwrap_or_default().iter().map(|name| escaped(name)).collect::<Vec<_>>().join(" ");
    let Some(long) = argument.get_long() else {
        let is_many = argument.get_num_args().is_some_and(|range| range.max_values() > 1)
            || matches!(argument.get_action(), clap::ArgAction::Append);
        return format!("`{names}{}`", if is_many { "…" } else { "" });
    };
    let takes_value = argument.get_action().takes_values();
    let is_optional = argument.get_num_args().is_some_and(|range| range.min_values() == 0);
    let value = match (takes_value, is_optional) {
        (false, _) => String::new(),
        (true, true) => format!(" [{names}]"),
        (true, false) => format!(" {names}"),
    };
    let short = argument.get_short().map_or_else(String::new, |short| format!(", `-{short}`"));
    format!("`--{long}{value}`{short}")
}

/// Returns the help of an option, with its values, its default and its environment variable.
fn meaning(argument: &Arg) -> String {
    let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
    assert!(!help.is_empty(), "`{}` has no help", argument.get_id());
    let mut text = format!("{}.", escaped(&help));
    let is_switch = !argument.get_action().takes_values();
    let values = argument.get_possible_values();
    if !is_switch && !values.is_empty() {
        let value = |value: &clap::builder::PossibleValue| match value.get_help() {
            Some(help) => format!("`{}` ({help})", value.get_name()),
            None => format!("`{}`", value.get_name()),
        };
        text.push_str(&format!(" Values: {}.", values.iter().map(value).collect::<Vec<_>>().join(", ")));
    }
    if let [default] = argument.get_default_values()
        && !is_switch
    {
        text.push_str(&format!(" Default: `{}`.", default.to_string_lossy()));
    }
    if let Some(variable) = argument.get_env() {
        text.push_str(&format!(" Environment variable: `{}`.", variable.to_string_lossy()));
    }
    text
}

/// Writes a text for a cell of a table.
fn escaped(text: &str) -> String {
    text.replace('|', "\\|")
}

/// Returns the first cell of a row of a table that begins with code.
fn first_cell(line: &str) -> Option<&str> {
    let cell = line.strip_prefix("| ")?.split(" | ").next()?;
    cell.starts_with('`').then_some(cell)
}

/// Returns the part of a page under the heading that begins with these words.
fn section<'t>(text: &'t str, words: &str) -> Option<&'t str> {
    section_at(text, words).map(|range| &text[range])
}

/// Returns the byte range of the part of a page under the heading that begins with these words,
/// without the parts under further headings; the whole page if there are no words.
fn section_at(text: &str, words: &str) -> Option<Range<usize>> {
    if words.is_empty() {
        return Some(0..text.len());
    }
    let is_own = |line: &str| line.starts_with('#') && line.trim_start_matches('#').trim().starts_with(words);
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        start += line.len();
        if is_own(line) {
            let length = text[start..].find("\n#").map_or(text.len() - start, |end| end + 1);
            return Some(start..start + length);
        }
    }
    None
}

/// Returns all pages of the documentation, by their paths.
fn pages() -> Vec<(String, String)> {
    let mut names: Vec<String> = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"].map(str::to_owned).to_vec();
    names.extend(
        files(&root().join("docs"))
            .iter()
            .filter(|file| file.extension().is_some_and(|it| it == "md"))
            .map(|file| file.strip_prefix(root()).expect("it was found there").to_string_lossy().replace('\\', "/")),
    );
    assert!(names.len() > 10, "the documentation is where it is expected");
    names.into_iter().map(|name| (name.clone(), read(&name))).collect()
}

/// Returns the lines of text of a page, without blocks of code.
fn prose(text: &str) -> impl Iterator<Item = &str> {
    let mut in_code = false;
    text.lines().filter(move |line| {
        let is_fence = line.trim_start().starts_with("```");
        in_code ^= is_fence;
        !in_code && !is_fence
    })
}

/// Returns the destinations of a page's links and images.
fn links(text: &str) -> Vec<&str> {
    prose(text)
        .flat_map(|line| line.split('`').step_by(2).flat_map(|part| part.split("](").skip(1)).collect::<Vec<_>>())
        .filter_map(|rest| rest.split(')').next())
        .collect()
}

/// Returns the anchors that GitHub gives to the headings of a page.
fn anchors(text: &str) -> BTreeSet<String> {
    let mut anchors = BTreeSet::new();
    for line in prose(text).filter(|line| line.starts_with('#')) {
        let words = line.trim_start_matches('#').trim().to_lowercase();
        let kept = words.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
        anchors.insert(kept.map(|c| if c == ' ' { '-' } else { c }).collect());
    }
    anchors
}

/// Returns the command lines of a page that call the program.
fn command_lines(text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut in_shell = false;
    for line in text.lines() {
        if let Some(language) = line.trim_start().strip_prefix("```") {
            in_shell = language == "sh";
        } else if in_shell {
            lines.push(line.split(" #").next().unwrap_or(line).trim().to_owned());
        }
    }
    lines.extend(prose(text).flat_map(|line| line.split('`').skip(1).step_by(2)).map(str::to_owned));
    // `cargo run` runs the program too.
    let run = |line: &String| match line.strip_prefix("cargo run ").and_then(|rest| rest.split_once("-- ")) {
        Some((_, rest)) => format!("tilmash {rest}"),
        None => line.clone(),
    };
    lines.iter().map(run).filter(|line| line.starts_with("tilmash ")).collect()
}

/// Returns what the package leaves out, by the list `exclude` in `Cargo.toml`.
fn excluded() -> Vec<String> {
    let manifest = read("Cargo.toml");
    let list = manifest.lines().find_map(|line| line.strip_prefix("exclude = ")).unwrap_or_default();
    list.split('"').skip(1).step_by(2).map(|path| path.trim_start_matches('/').to_owned()).collect()
}

/// Removes `.` and `..` from a relative path.
fn normal(path: &Path) -> String {
    let mut parts = Vec::new();
    for part in path.components() {
        match part {
            Component::ParentDir => _ = parts.pop(),
            Component::Normal(name) => parts.push(name.to_string_lossy().into_owned()),
            _ => {}
        }
    }
    parts.join("/")
}

fn files(path: &Path) -> Vec<PathBuf> {
    if path.is_file() {
        return vec![path.to_owned()];
    }
    let mut paths: Vec<PathBuf> =
        fs::read_dir(path).expect("the repository can be read").map(|entry| entry.expect("as above").path()).collect();
    paths.sort();
    paths.iter().flat_map(|path| files(path)).collect()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("cannot read {name}: {error}"))
}
