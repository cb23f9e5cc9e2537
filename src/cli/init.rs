//! `init` and `new`: create the files of a new site or of a new page.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args;

use crate::base::visible::shown_path;
use crate::base::{Diagnostic, Failure, path, suggest, yaml};
use crate::disk::Folder;
use crate::load::{self, Inputs};
use crate::model::key::{self, EditionName};
use crate::model::{Config, config};
use crate::project::{Overrides, Project};

use super::{Code, Global, Outcome, report, say, source};

#[cfg(test)]
mod origin;

#[derive(Debug, Args)]
pub(super) struct InitArgs {
    /// Folder of the new site
    #[arg(value_name = "DIR", default_value = ".")]
    folder: PathBuf,
}

#[derive(Debug, Args)]
pub(super) struct NewArgs {
    /// Key of the page: its path in `content/` without language and extension
    #[arg(value_name = "KEY")]
    key: String,
    /// Title in the source language, or in the language CODE. Without it, the source language gets
    /// a title made from the key
    #[arg(long = "title", value_name = "[CODE=]TITLE")]
    titles: Vec<String>,
}

/// Name of the workflow of a new site.
const WORKFLOW: &str = ".github/workflows/pages.yml";

/// The files of a new site.
const FILES: [(&str, &str); 7] = [
    ("site.yaml", include_str!("init/site.yaml")),
    ("content/index.en.md", include_str!("init/index.en.md")),
    ("content/index.kk.md", include_str!("init/index.kk.md")),
    ("content/first-chapter.en.md", include_str!("init/first-chapter.en.md")),
    ("content/first-chapter.kk.md", include_str!("init/first-chapter.kk.md")),
    (WORKFLOW, include_str!("init/pages.yml")),
    // Besides the output, files that a killed command leaves behind are ignored. The manifest is
    // not.
    (".gitignore", "/public/\n.tilmash-????????????????\n.*.tilmash-*\n"),
];

pub(super) fn init(global: &Global, args: &InitArgs) -> Outcome {
    let folder = &args.folder;
    let taken: Vec<&str> =
        FILES.iter().map(|(name, _)| *name).filter(|name| *name != ".gitignore" && folder.join(name).exists()).collect();
    if !taken.is_empty() {
        return Err(Failure::new(format!(
            "the folder `{}` already contains files of a site: {}",
            shown_path(folder),
            taken.join(", ")
        ))
        .hint("name a new or an empty folder"));
    }
    Folder::open_or_make(folder).map_err(|error| Failure::io("create", folder, &error))?;
    let today = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    for (name, text) in FILES {
        if name == ".gitignore" && folder.join(name).exists() {
            continue;
        }
        source::create(folder, Path::new(name), &filled(text, today))?;
    }
    say(global, &format!("created a site in English and Kazakh in `{}`", shown_path(folder)));
    say(global, "  tilmash serve --open    shows the site in a browser, and updates it when you edit `content/`");
    say(global, "  tilmash build           writes the site into `public/`");
    say(global, "  To publish it on GitHub Pages, push it to GitHub and choose Settings → Pages → Source: GitHub Actions.");
    if let Some(remark) = install_remark(REPOSITORY, REVISION, env!("TILMASH_REVISION_STATE")) {
        say(global, &remark);
    }
    Ok(Code::Fine)
}

/// The address and the commit of the sources that the program was built from, as `build.rs` found
/// them. Both are empty if one is unknown.
const REPOSITORY: &str = env!("TILMASH_REPOSITORY");
const REVISION: &str = env!("TILMASH_REVISION");

/// Fills the date and the installation of the program into a file of a new site.
fn filled(text: &str, day: jiff::civil::Date) -> String {
    text.replace("{install}\n", &install_steps(REPOSITORY, REVISION)).replace("{date}", &day.to_string())
}

/// Returns the steps of a workflow that install the program: the revision it was built from, or, if
/// that is unknown, a step that fails with an explanation.
fn install_steps(repository: &str, revision: &str) -> String {
    match (repository, revision) {
        ("", _) | (_, "") => include_str!("init/install-unknown.yml").to_owned(),
        _ => include_str!("init/install.yml").replace("{repository}", repository).replace("{revision}", revision),
    }
}

/// Returns a warning if the workflow cannot install the program as it is.
fn install_remark(repository: &str, revision: &str, state: &str) -> Option<String> {
    let short = revision.get(..12).unwrap_or(revision);
    match (repository, state) {
        ("", _) => Some(format!(
            "warning: a step of `{WORKFLOW}` fails, because the URL of Tilmash's sources was not known when this program was \
             built: write into this step how to install Tilmash"
        )),
        (_, "changed") => Some(format!(
            "warning: `{WORKFLOW}` installs revision {short} of Tilmash, but this program was built from sources with other changes"
        )),
        (_, "unpushed") => Some(format!(
            "warning: `{WORKFLOW}` installs revision {short} of Tilmash from {repository}, where this revision was missing when \
             this program was built: push it there first"
        )),
        _ => None,
    }
}

pub(super) fn new(global: &Global, args: &NewArgs) -> Outcome {
    let root = &global.root;
    let inputs = load::refresh(root, None)?;
    let Some(text) = inputs.text(config::FILE) else {
        let is_of_config = |problem: &&Diagnostic| problem.place.as_ref().is_some_and(|place| &*place.file == config::FILE);
        report::report(global, inputs.problems.iter().filter(is_of_config), &inputs);
        return Err(Failure::new(format!("cannot read `{}`", shown_path(&root.join(config::FILE))))
            .hint("run this command in the folder of a site, or name the folder with `--root DIR`"));
    };
    let (config, problems) = Config::read(&config::FILE.into(), text);
    let Some(config) = config else { return Ok(report::report(global, &problems, &inputs)) };
    let key = typed_key(&args.key, &config)?;
    // A page joins the editions that exist: a section may be a file, or a folder with an `index`.
    let inside = |name: String| root.join(inputs.disk_name(&name));
    let assumed = |stem: &str| inside(format!("content/{stem}.md"));
    let file = |stem: &str, code: &str| inside(format!("content/{stem}.{code}.md"));
    let is_there =
        |stem: &str| assumed(stem).exists() || config.languages.iter().any(|language| file(stem, &language.code).exists());
    let stem = [key.clone(), format!("{key}/index")].into_iter().find(|stem| is_there(stem)).unwrap_or(key);
    refuse_double(&inputs, &config, &stem)?;
    let files = config.lang_ids().map(|lang| match config.code(lang) {
        // A file without a language in its name is in the source language.
        code if lang == config.source && assumed(&stem).exists() => (assumed(&stem), code),
        code => (file(&stem, code), code),
    });
    let files: Vec<(PathBuf, &str)> = files.collect();
    // Existing files stay: the user may want a translation of them.
    let missing: Vec<_> = files.iter().filter(|(file, _)| !file.exists()).collect();
    if missing.is_empty() {
        return Err(Failure::new(format!("the page `{}` exists already", shown_path(&files[0].0)))
            .hint("choose another key, or edit the file"));
    }
    let codes: Vec<&str> = missing.iter().map(|(_, code)| *code).collect();
    let mut titles = titles(&args.titles, &codes, &config)?;
    for &(ref file, code) in missing {
        let (title, remark) = match titles.remove(code).or_else(|| derived_title(&stem, code, &config, text)) {
            Some(title) => (yaml::quoted(&title), ""),
            None => (format!("\"\" # write the title here, in the language `{code}`"), ": write the title into this file"),
        };
        let inside = file.strip_prefix(root).expect("the files of pages are below the root");
        source::create(root, inside, &format!("---\ntitle: {title}\n---\n\n"))?;
        say(global, &format!("{} ({code}){remark}", shown_path(file)));
    }
    Ok(Code::Fine)
}

/// Refuses a page that exists under another name: a section in the other form, or a name in another
/// case.
fn refuse_double(inputs: &Inputs, config: &Config, stem: &str) -> Result<(), Failure> {
    let key =
        |path: &str| EditionName::of(path.strip_prefix("content/")?, |code| config.language(code).is_some()).map(|it| it.key);
    let own = format!("content/{stem}.");
    let wanted = key(&format!("{own}md")).map(|key| key.folded());
    let is_other = |path: &str| !path.starts_with(&own) && key(path).map(|key| key.folded()) == wanted;
    match inputs.below("content").find(|(path, _)| wanted.is_some() && is_other(path)) {
        Some((path, _)) => Err(Failure::new(format!("the page `{stem}` exists already in the file `{path}`"))
            .hint("choose another key, or edit the file")),
        None => Ok(()),
    }
}

/// Reads a key from the command line, and checks that it can be a path.
fn typed_key(typed: &str, config: &Config) -> Result<String, Failure> {
    key::typed(typed, |code| config.language(code).is_some())
        .map_err(|unfit| Failure::new(key::unusable(typed, unfit)).hint("write a key such as `chapters/first-steps`"))
}

/// Reads the titles from the command line, by language. `codes` are the languages in which a page
/// is made.
fn titles(typed: &[String], codes: &[&str], config: &Config) -> Result<BTreeMap<String, String>, Failure> {
    let mut titles = BTreeMap::new();
    for text in typed {
        let named = text.split_once('=').filter(|(code, _)| key::looks_like_language(code) || config.language(code).is_some());
        let source = config.code(config.source);
        let (code, title) = match named {
            Some((code, title)) => (code, title),
            None if codes.contains(&source) => (source, text.as_str()),
            None if codes.len() == 1 => (codes[0], text.as_str()),
            None => {
                return Err(Failure::new(format!("the language of the title `{text}` is not clear"))
                    .hint(format!("name the language, such as `--title {}=TITLE`", codes[0])));
            }
        };
        if !codes.contains(&code) {
            let hint = suggest::did_you_mean(code, codes.iter().copied())
                .unwrap_or_else(|| format!("this command creates pages in: {}", codes.join(", ")));
            return Err(Failure::new(format!(
                "the title `{title}` is not used, because this command creates no page in `{code}`"
            ))
            .hint(hint));
        }
        if titles.insert(code.to_owned(), title.to_owned()).is_some() {
            return Err(
                Failure::new(format!("two titles are given for the language `{code}`")).hint("give one title for each language")
            );
        }
    }
    Ok(titles)
}

/// Returns the title of a new page for which none was given; `None` if a person has to write it.
fn derived_title(stem: &str, code: &str, config: &Config, config_text: &str) -> Option<String> {
    match stem {
        // The home page has the title of the site.
        "index" => config.title.get(code).map(str::to_owned),
        // The words of the key are in the source language.
        _ if code == config.code(config.source) => Some(title_of(stem)).filter(|title| may_be_in(code, title, config_text)),
        _ => None,
    }
}

/// Returns false if a title has letters, but none from the alphabet in the language's file.
fn may_be_in(code: &str, title: &str, config_text: &str) -> bool {
    let inputs = Inputs::from_texts([(config::FILE, config_text)]);
    let state = Project::new(Path::new("."), Overrides::default()).state(inputs.into());
    let languages = state.site().into_iter().flat_map(|site| &site.languages);
    let alphabets = languages.filter(|language| language.code == code).map(|language| language.pack.alphabet.as_str());
    let letters: Vec<char> = title.to_lowercase().chars().filter(|c| c.is_alphabetic()).collect();
    let is_known = |alphabet: &str| alphabet.is_empty() || letters.iter().any(|letter| alphabet.contains(*letter));
    letters.is_empty() || alphabets.into_iter().all(is_known)
}

fn title_of(key: &str) -> String {
    let name = match path::file_name(key) {
        "index" => path::file_name(path::folder(key)),
        name => name,
    };
    let words = name.replace(['-', '_'], " ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_of_a_new_site_have_no_problems() {
        let files = FILES.map(|(name, text)| (name, filled(text, jiff::civil::date(2003, 12, 31))));
        let inputs = Inputs::from_texts(files.iter().map(|(name, text)| (*name, text.as_str())));
        let mut project = Project::new(Path::new("."), Overrides::default());
        let state = project.state(inputs.into());
        let names: Vec<_> = state.problems.iter().map(|problem| (problem.code.name, &problem.message)).collect();
        assert_eq!(names.iter().filter(|(name, _)| *name != "no-base-url").collect::<Vec<_>>(), Vec::<&(&str, &String)>::new());
    }

    #[test]
    fn the_workflow_installs_the_revision_that_the_program_was_built_from() {
        let steps = install_steps("https://example.org/a/b", "0123abcd");
        assert!(steps.contains("cargo install --locked --git https://example.org/a/b --rev 0123abcd tilmash\n"), "{steps}");
        assert!(steps.contains("key: tilmash-${{ runner.os }}-${{ runner.arch }}-0123abcd\n"), "{steps}");
        assert_eq!(install_remark("https://example.org/a/b", "0123abcd", ""), None);
    }

    #[test]
    fn a_workflow_that_cannot_install_the_program_fails_and_says_why() {
        for (repository, revision) in [("", ""), ("https://example.org/a/b", ""), ("", "0123abcd")] {
            let steps = install_steps(repository, revision);
            assert!(steps.contains("::error::") && steps.contains("exit 1"), "{steps}");
            assert!(!steps.contains(env!("CARGO_PKG_VERSION")), "a version that is not published: {steps}");
        }
        assert!(install_remark("", "", "").is_some_and(|remark| remark.contains("how to install Tilmash")));
    }

    #[test]
    fn a_revision_that_is_not_published_causes_a_warning() {
        let remark = |state| install_remark("https://example.org/a/b", "0123456789abcdef", state).unwrap();
        assert!(remark("changed").contains("revision 0123456789ab of Tilmash, but"));
        assert!(remark("unpushed").contains("push it there first"));
    }

    #[test]
    fn every_variant_of_the_workflow_is_valid_yaml() {
        for (repository, revision) in [("", ""), ("https://example.org/a/b", "0123abcd")] {
            let text = include_str!("init/pages.yml").replace("{install}\n", &install_steps(repository, revision));
            let node = yaml::read(&"pages.yml".into(), &text, 0..text.len());
            assert!(node.is_ok() && !text.contains("{install}"), "{node:?}\n{text}");
        }
    }

    #[test]
    fn keys_are_paths_inside_the_content() {
        let (config, _) = Config::read(&"site.yaml".into(), "title: T\nlanguages: [kk, en]\n");
        let config = config.unwrap();
        assert_eq!(typed_key("content/a/b.kk.md", &config).unwrap(), "a/b");
        assert!(typed_key("../x", &config).is_err());
        assert!(typed_key("", &config).is_err());
        assert_eq!(title_of("chapters/first-steps"), "First steps");
    }
}
