//! The languages of the site, read from the language files of the program, the theme and the site.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, LazyLock, OnceLock};

use super::{Project, shared};
use crate::base::yaml::{self, Node};
use crate::base::{Diagnostic, code, listed, suggest};
use crate::load::{File, Inputs, builtin};
use crate::model::config::LanguageConfig;
use crate::model::{Config, Language, LanguagePack};
use crate::render;

/// The language whose file has every string. It is the fallback for strings that another file
/// lacks.
const REFERENCE: &str = "en";

/// The languages of a site and the static files of its theme.
#[derive(Debug)]
pub(super) struct Theme {
    pub(super) languages: Vec<Language>,
    /// Name of each file, and path under which it is published.
    pub(super) files: BTreeMap<String, String>,
    pub(super) problems: Arc<[Diagnostic]>,
}

/// Returns true if the themes of two snapshots are the same under one configuration.
pub(super) fn themes_alike(before: &Inputs, now: &Inputs) -> bool {
    let differences = before.files.differences(&now.files, File::has_same_content);
    !differences.iter().any(|(name, _, _)| name.starts_with("themes/"))
}

impl Project {
    /// Reads the languages and the theme. Reads no file outside `themes/`.
    pub(super) fn theme(&mut self, inputs: &Inputs, config: &Config) -> Theme {
        let mut problems = Vec::new();
        let files = render::theme_files(inputs, &config.theme);
        let languages = self.languages(inputs, config, &files, &mut problems);
        Theme { languages, files, problems: problems.into() }
    }

    /// Returns the site's languages with every string; missing strings come from the fallback
    /// language.
    fn languages(
        &mut self,
        inputs: &Inputs,
        config: &Config,
        theme_files: &BTreeMap<String, String>,
        problems: &mut Vec<Diagnostic>,
    ) -> Vec<Language> {
        let reference = pack(inputs, &config.theme, REFERENCE, &mut Vec::new());
        let mut languages = Vec::new();
        for language in &config.languages {
            let code = &language.code;
            let mut own = pack(inputs, &config.theme, code, problems);
            if let Some(name) = &language.name {
                own.name.clone_from(name);
            }
            if own.name.is_empty() {
                own.name.clone_from(code);
            }
            problems.extend(missing_strings(config, language, &own, &reference));
            own.fill_from(&reference);
            own.fonts.retain_named_in(render::theme_text(inputs, &config.theme, "style.css").unwrap_or_default());
            for font in own.fonts.files().filter(|font| !theme_files.contains_key(*font)) {
                problems.push(
                    Diagnostic::at(&code::BAD_VALUE, language.place.clone(), format!("the theme has no font file `{font}`"))
                        .hint(format!("add the file to the theme, or remove it from `fonts` in the language file `{code}.yaml` and from `style.css`")),
                );
            }
            // An equal pack is shared with the previous one, so that documents parsed with it stay
            // valid.
            let own = shared(self.packs.get(code), own);
            self.packs.insert(code.clone(), Arc::clone(&own));
            languages.push(Language { code: code.clone(), pack: own });
        }
        languages
    }
}

/// Returns the diagnostic for a language that lacks strings of the reference language.
fn missing_strings(
    config: &Config,
    language: &LanguageConfig,
    own: &LanguagePack,
    reference: &LanguagePack,
) -> Option<Diagnostic> {
    let missing: Vec<&str> =
        reference.strings.keys().map(String::as_str).filter(|name| !own.strings.contains_key(*name)).collect();
    if missing.is_empty() {
        return None;
    }
    let code = &language.code;
    let known: BTreeSet<&str> = builtin::below("themes/default/languages")
        .filter_map(|(path, _)| crate::base::path::file_name(path).strip_suffix(".yaml"))
        .collect();
    let list = listed(&missing, 8);
    let message = format!("texts of the interface are missing in the language `{code}`: {list}");
    let problem = Diagnostic::at(&code::MISSING_STRING, language.place.clone(), message)
        .hint(format!("add these keys below `strings:` in `themes/{}/languages/{code}.yaml`", config.theme));
    Some(if known.contains(&**code) { problem } else { problem.maybe_hint(suggest::did_you_mean(code, known)) })
}

/// Reads the file of a language: the built-in file, overlaid with the theme's and the site's own.
fn pack(inputs: &Inputs, theme: &str, code: &str, problems: &mut Vec<Diagnostic>) -> LanguagePack {
    let mut pack = LanguagePack::default();
    let name = format!("languages/{code}.yaml");
    let default = format!("themes/default/{name}");
    match built_in(code) {
        Some(Ok(node)) => pack = pack.overlaid(node, problems),
        Some(Err(problem)) => problems.push(problem.clone()),
        None => {}
    }
    let own = format!("themes/{theme}/{name}");
    let mut files = vec![default];
    if own != files[0] {
        files.push(own);
    }
    for path in files {
        let Some((file, text)) = inputs.name(&path).and_then(|file| Some((file, inputs.text(file)?))) else { continue };
        match yaml::read(file, text, 0..text.len()) {
            Ok(node) => pack = pack.overlaid(&node, problems),
            Err(problem) => problems.push(problem),
        }
    }
    pack
}

/// Returns the built-in file of a language. The process reads each of them once, although the
/// reference language is also a language of most sites, and a test makes many sites.
fn built_in(code: &str) -> Option<&'static Result<Node, Diagnostic>> {
    type Read = OnceLock<Result<Node, Diagnostic>>;
    static FILES: LazyLock<HashMap<&str, Read>> = LazyLock::new(|| {
        let files = builtin::below("themes/default/languages");
        files.map(|(path, _)| (path, Read::new())).collect()
    });
    let (file, node) = FILES.get_key_value(&*format!("themes/default/languages/{code}.yaml"))?;
    Some(node.get_or_init(|| {
        let text = builtin::file(file).and_then(|bytes| std::str::from_utf8(bytes).ok()).expect("built-in files are UTF-8");
        yaml::read(&Arc::from(*file), text, 0..text.len())
    }))
}
