//! Templates: this file sets up Tera and turns its errors into diagnostics.
//!
//! Built-in templates have the name `default/NAME`, those of the site's theme `theme/NAME`, the
//! site's own `NAME`. A plain name is searched for among the site's own, then in the theme, then
//! among the built-in ones. A site therefore replaces one block by a `page.html` that extends
//! `default/page.html`.

use std::sync::{Arc, Mutex, PoisonError};

use serde::ser::{Serialize, SerializeStruct as _, Serializer};
use tera::{Context, Error, ErrorKind, Kwargs, State, Tera, Value};

use crate::base::{Diagnostic, Place, code, suggest};
use crate::load::{Inputs, builtin};
use crate::model::Limits;

use super::bounds::{self, Bounded, Recursion};
use super::maths;

/// The templates of a site, parsed.
#[derive(Debug)]
pub struct Templates {
    tera: Tera,
    /// Name, file and text of each template, for the places of errors.
    files: Sources,
    limits: Limits,
}

/// Name in Tera, file and text of each template of a site. Equal lists give equal [`Templates`].
pub type Sources = Vec<(String, Arc<str>, Arc<str>)>;

/// Collects the templates of a site and its theme.
pub fn sources(inputs: &Inputs, theme: &str) -> Sources {
    let mut sources: Sources = Vec::new();
    for (path, bytes) in builtin::below("templates") {
        let text = std::str::from_utf8(bytes).expect("built-in templates are UTF-8");
        sources.push((
            format!("default/{}", &path["templates/".len()..]),
            format!("{}{path}", builtin::PLACE).into(),
            text.into(),
        ));
    }
    let folders = [(format!("themes/{theme}/templates"), "theme/"), ("templates".to_owned(), "")];
    for (folder, prefix) in folders {
        for (path, _) in inputs.below(&folder) {
            if let Some(text) = inputs.text(path) {
                sources.push((format!("{prefix}{}", &path[folder.len() + 1..]), Arc::clone(path), Arc::clone(text)));
            }
        }
    }
    sources
}

/// Number of sets of templates that [`Templates::cached`] keeps.
const CACHED: usize = 4;

impl Templates {
    /// Returns the templates of some sources. Parses them, unless the process did so before: most
    /// edits leave them as they are, and most sites of a test have only the built-in ones.
    pub fn cached(sources: Sources, limits: Limits) -> Result<Arc<Self>, Vec<Diagnostic>> {
        static LATEST: Mutex<Vec<Arc<Templates>>> = Mutex::new(Vec::new());
        let latest = || LATEST.lock().unwrap_or_else(PoisonError::into_inner);
        let known = latest().iter().find(|it| it.files == sources && it.limits == limits).map(Arc::clone);
        if let Some(known) = known {
            return Ok(known);
        }
        let templates = Arc::new(Self::new(sources, limits)?);
        let mut latest = latest();
        latest.truncate(CACHED - 1);
        latest.insert(0, Arc::clone(&templates));
        Ok(templates)
    }

    /// Parses templates; returns all errors if there are any.
    fn new(files: Sources, limits: Limits) -> Result<Self, Vec<Diagnostic>> {
        let mut tera = Tera::new();
        tera.register_function("range", bounds::range(&limits));
        tera.register_filter("fill", fill);
        maths::register(&mut tera);
        tera.set_fallback_prefixes(["theme/", "default/"]).map_err(|error| diagnostics(&error, &files))?;
        // Escape values in every template: every name ends with the empty string. Values that are
        // HTML already are marked safe where they are made.
        tera.autoescape_on(vec![""]);
        if let Some(problem) = too_deep(&files) {
            return Err(vec![problem]);
        }
        tera.add_raw_templates(files.iter().map(|(name, _, text)| (name.as_str(), &**text)))
            .map_err(|error| all_problems(&error, &files))?;
        Ok(Self { tera, files, limits })
    }

    /// Returns true if there is a template with a name.
    pub fn has(&self, name: &str) -> bool {
        self.tera.contains_template(name)
    }

    /// Returns a hint for the name of a template that does not exist.
    pub fn suggestion(&self, name: &str) -> String {
        let site = self.files.iter().rev().map(|(name, _, _)| split_name(name).1);
        suggest::did_you_mean(name, site).unwrap_or_else(|| {
            let file = if name.contains('.') { name.to_owned() } else { format!("{name}.html") };
            format!("create `templates/{file}`, or use a built-in template: `page.html`, `section.html`, `home.html`")
        })
    }

    /// Renders a template as a whole page.
    pub fn render(&self, name: &str, context: &Context) -> Result<Vec<u8>, Box<Diagnostic>> {
        let mut page = Bounded::new(&self.limits, 16 << 10);
        let rendered = self.tera.render_to(name, context, &mut page);
        rendered.map_err(|error| self.problem(name, &error, &page))?;
        Ok(page.bytes)
    }

    /// Returns the diagnostic for a template that failed.
    fn problem(&self, name: &str, error: &Error, page: &Bounded) -> Box<Diagnostic> {
        let Some((wrong, hint)) = page.overflow() else { return Box::new(diagnostic(error, &self.files)) };
        let names = ["", "theme/", "default/"].map(|prefix| format!("{prefix}{name}"));
        let file = names.iter().find_map(|name| self.files.iter().find(|(known, ..)| known == name));
        Box::new(match file {
            Some((_, file, _)) => Diagnostic::at(&code::TOO_LARGE, Place::whole(file), wrong).hint(hint),
            None => Diagnostic::nowhere(&code::TOO_LARGE, format!("{wrong}: `{name}`")).hint(hint),
        })
    }

    /// Renders a component.
    pub fn component(&self, name: &str, arguments: &Context) -> Result<String, Box<Diagnostic>> {
        let mut page = Bounded::new(&self.limits, 0);
        let rendered = self.tera.render_component_to(name, arguments, None, true, &mut page);
        rendered.map_err(|error| self.problem("components.html", &error, &page))?;
        Ok(String::from_utf8(page.bytes).expect("templates and their values are UTF-8"))
    }
}

/// Returns the folder of a template (`default/`, `theme/`, or empty for the site's own) and its
/// name there.
fn split_name(name: &str) -> (&str, &str) {
    let folder = ["default/", "theme/"].into_iter().find(|folder| name.starts_with(folder)).unwrap_or("");
    (folder, &name[folder.len()..])
}

/// Reports each template that extends a template of the theme or a built-in one, although a
/// template of that name replaces it.
pub fn bypassed(sources: &Sources) -> Vec<Diagnostic> {
    let source = |name: &str| sources.iter().find(|(known, _, _)| known == name);
    let bypasses = |(name, file, text): &(String, Arc<str>, Arc<str>)| {
        let parent = parent(text)?;
        let (folder, wanted) = split_name(&text[parent.clone()]);
        // Folders whose templates replace those of `folder`.
        let nearer: &[&str] = match folder {
            "default/" => &["", "theme/"],
            "theme/" => &[""],
            _ => &[],
        };
        // A template may extend the one that it replaces.
        let (_, own, own_text) = nearer.iter().find_map(|nearer| source(&format!("{nearer}{wanted}")))?;
        let is_copy = source(&text[parent.clone()]).is_some_and(|(_, _, text)| text == own_text);
        if split_name(name).1 == wanted || is_copy {
            return None;
        }
        let message =
            format!("the template extends `{}`, so it does not use the site's own version `{own}`", &text[parent.clone()]);
        let place = Place::new(file, parent);
        Some(
            Diagnostic::at(&code::BYPASSED_TEMPLATE, place, message)
                .hint(format!("write `{{% extends \"{wanted}\" %}}` to use `{own}`")),
        )
    };
    sources.iter().filter(|(name, _, _)| !name.starts_with("default/")).filter_map(bypasses).collect()
}

/// Returns the bytes of the parent's name if a template begins with `extends`.
fn parent(text: &str) -> Option<std::ops::Range<usize>> {
    let mut at = 0;
    loop {
        at += text[at..].find('{')?;
        if text[at..].starts_with("{#") {
            at += text[at..].find("#}")?;
        } else if let Some(tag) = text[at..].strip_prefix("{%") {
            let tag = tag.trim_start_matches('-').trim_start();
            let name = bounds::quoted(tag, "extends")?;
            let start = text.len() - tag.len();
            return Some(start + name.start..start + name.end);
        } else {
            at += 1;
        }
    }
}

/// Key of a language's group separator among its strings, for [`fill`].
pub(super) const NUMBER_GROUP: &str = "number_group";

/// Replaces `{n}` in a text of the interface by a value: `{{ t.sentences | fill(n=3) }}`.
///
/// Whole numbers are grouped as in the language of `t`.
fn fill(text: &str, values: Kwargs, state: &State<'_>) -> String {
    let strings = state.get::<Value>("t").ok().flatten();
    let group = strings.as_ref().and_then(|strings| strings.get_from_path(NUMBER_GROUP)?.as_str());
    let mut filled = text.to_owned();
    for (name, value) in values.iter() {
        if let Some(name) = name.as_str() {
            let value = match (value.as_str(), value.as_i64()) {
                (Some(text), _) => text.to_owned(),
                (None, Some(number)) => crate::model::language::grouped(number, group.unwrap_or("")),
                (None, None) => value.to_string(),
            };
            filled = filled.replace(&format!("{{{name}}}"), &value);
        }
    }
    filled
}

/// Returns the problems of templates that cannot be used together. Tera stops at the first template
/// that it cannot parse, so the others are parsed one by one: one run then reports them all.
fn all_problems(error: &Error, files: &Sources) -> Vec<Diagnostic> {
    if !matches!(error.kind(), ErrorKind::SyntaxError(_)) {
        return diagnostics(error, files);
    }
    let unreadable = |(name, _, text): &(String, Arc<str>, Arc<str>)| {
        let error = Tera::new().add_raw_template(name, text).err()?;
        matches!(error.kind(), ErrorKind::SyntaxError(_)).then(|| diagnostic(&error, files))
    };
    let problems: Vec<_> = files.iter().filter(|(name, _, _)| !name.starts_with("default/")).filter_map(unreadable).collect();
    if problems.is_empty() { vec![diagnostic(error, files)] } else { problems }
}

/// Turns Tera's error into diagnostics; if templates do not fit together, one error contains
/// several reports.
fn diagnostics(error: &Error, files: &Sources) -> Vec<Diagnostic> {
    match error.kind() {
        ErrorKind::Msg(text) if text.starts_with("error: ") => {
            text.split("\n\nerror: ").map(|report| reported(report.trim_start_matches("error: "), files)).collect()
        }
        _ => vec![diagnostic(error, files)],
    }
}

/// Turns a report that Tera has formatted as text into a diagnostic. The report has a message, `
/// --> name:line:column` and a frame.
fn reported(report: &str, files: &Sources) -> Diagnostic {
    let mut lines = report.lines();
    let message = sentence(lines.next().unwrap_or(""));
    let locus = lines.next().and_then(|line| line.trim_start().strip_prefix("--> "));
    let found = locus.and_then(|locus| {
        let (rest, column) = locus.rsplit_once(':')?;
        let (name, line) = rest.rsplit_once(':')?;
        let (_, file, text) = files.iter().find(|(known, _, _)| known == name)?;
        let line: usize = line.parse().ok()?;
        let column: usize = column.parse().ok()?;
        let start: usize = text.split_inclusive('\n').take(line.checked_sub(1)?).map(str::len).sum();
        let at = start + text[start..].chars().take(column.checked_sub(1)?).map(char::len_utf8).sum::<usize>();
        let width = report.lines().nth(4).map_or(0, |frame| frame.matches('^').count());
        let end = at + text[at..].chars().take(width).map(char::len_utf8).sum::<usize>();
        Some((name, Place::new(file, at..end)))
    });
    let Some((name, place)) = found else { return Diagnostic::nowhere(&code::TEMPLATE, message) };
    let own = name.strip_prefix("default/").filter(|_| message.contains("not defined in any parent"));
    Diagnostic::at(&code::TEMPLATE, place, message).maybe_hint(own.map(|_| {
        "add the block to the site's own template that replaces the parent, or begin that template with `{% extends \"default/…\" %}`"
            .to_owned()
    }))
}

/// Turns Tera's error into a diagnostic with the place in the template's file.
fn diagnostic(error: &Error, files: &Sources) -> Diagnostic {
    let find = |name: &str| files.iter().find(|(known, _, _)| known == name);
    match error.kind() {
        ErrorKind::SyntaxError(report) | ErrorKind::RenderingError(report) => {
            // "Field `x` is not defined. Available fields: a, b"
            let (message, fields) = match report.message().split_once(". Available fields: ") {
                Some((message, fields)) => (message, Some(fields)),
                None => (report.message(), None),
            };
            // The message about the limit on loops has a hint in its second line.
            let raise = message.lines().nth(1).map(str::to_owned);
            let message = sentence(message);
            let hint = fields.map(|fields| {
                let wanted = message.split('`').nth(1).unwrap_or("");
                suggest::did_you_mean(wanted, fields.split(", ")).unwrap_or_else(|| format!("the fields are: {fields}"))
            });
            let problem = match find(report.filename()) {
                Some((_, file, _)) => {
                    let range = report.span().range.clone();
                    Diagnostic::at(&code::TEMPLATE, Place::new(file, range), message)
                }
                None => Diagnostic::nowhere(&code::TEMPLATE, format!("{}: {message}", report.filename())),
            };
            problem.maybe_hint(hint).maybe_hint(raise)
        }
        ErrorKind::MissingParent { current, parent } => {
            let message = format!("the template `{parent}` that `{current}` extends does not exist");
            let problem = match find(current) {
                Some((_, file, text)) => {
                    let at = text.find(parent.as_str()).map_or(0..0, |at| at..at + parent.len());
                    Diagnostic::at(&code::TEMPLATE, Place::new(file, at), message)
                }
                None => Diagnostic::nowhere(&code::TEMPLATE, message),
            };
            let names = files.iter().map(|(name, _, _)| name.as_str());
            problem.maybe_hint(suggest::did_you_mean(parent, names))
        }
        ErrorKind::CircularExtend { tpl, inheritance_chain } => {
            let chain = inheritance_chain.join("`, `");
            let message = format!("the template `{tpl}` extends itself, through `{chain}`");
            match find(tpl) {
                Some((_, file, _)) => Diagnostic::at(&code::TEMPLATE, Place::whole(file), message),
                None => Diagnostic::nowhere(&code::TEMPLATE, message),
            }
        }
        ErrorKind::Msg(text) if bounds::is_too_deep(text) => endless(text, files),
        ErrorKind::Msg(text) if text.starts_with("error: ") => reported(text.trim_start_matches("error: "), files),
        _ => {
            let text = error.to_string();
            let message = sentence(text.lines().next().unwrap_or("the template has an unknown error"));
            // Tera names templates in quotes; report the problem at the first name that is a known
            // file.
            let named = text.split(['\'', '`', '"']).find_map(find);
            match named {
                Some((_, file, _)) => Diagnostic::at(&code::TEMPLATE, Place::whole(file), message),
                None => Diagnostic::nowhere(&code::TEMPLATE, message),
            }
        }
    }
}

/// Returns the diagnostic for templates that include or extend each other too deep, if any do.
fn too_deep(files: &Sources) -> Option<Diagnostic> {
    let tag = bounds::too_deep(&texts(files))?;
    let message = format!("templates and blocks are nested more than {} levels deep", bounds::DEEPEST);
    Some(
        Diagnostic::at(&code::TEMPLATE, Place::new(&files[tag.template].1, tag.name), message)
            .hint("reduce the number of templates that include or extend each other"),
    )
}

/// Returns the diagnostic for components that are nested too deep.
fn endless(text: &str, files: &Sources) -> Diagnostic {
    let Some(Recursion { component, call }) = bounds::recursion(&texts(files)) else {
        return Diagnostic::nowhere(&code::TEMPLATE, sentence(text));
    };
    let (name, file, _) = &files[call.template];
    let message = format!("the component `{component}` of the template `{name}` calls itself more than 20 levels deep");
    Diagnostic::at(&code::TEMPLATE, Place::new(file, call.name), message)
        .hint("put the call into an `if` that becomes false, so that the recursion ends")
}

/// Returns the names and texts of templates.
fn texts(files: &Sources) -> Vec<(&str, &str)> {
    files.iter().map(|(name, _, text)| (name.as_str(), &**text)).collect()
}

/// Turns Tera's message into the style of this program: one line, lower case, no full stop.
fn sentence(text: &str) -> String {
    let line = text.lines().next().unwrap_or("").trim().trim_end_matches('.');
    let mut chars = line.chars();
    match chars.next() {
        // A name in capitals is kept.
        Some(first) if chars.as_str().chars().next().is_some_and(char::is_lowercase) => {
            first.to_lowercase().chain(chars).collect()
        }
        _ => line.to_owned(),
    }
}

/// Makes a mapping as a template value.
pub(super) fn map<const N: usize>(entries: [(&'static str, Value); N]) -> Value {
    fields(entries.iter())
}

/// Makes a mapping as a template value, in the order of its entries.
///
/// The value is made with serde, since Tera's conversion of an existing map builds the map again.
pub(super) fn fields<'a>(entries: impl Iterator<Item = &'a (&'static str, Value)> + Clone) -> Value {
    Value::from_serializable(&Fields(entries))
}

struct Fields<I>(I);

impl<'a, I: Iterator<Item = &'a (&'static str, Value)> + Clone> Serialize for Fields<I> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (count, _) = self.0.size_hint();
        let mut fields = serializer.serialize_struct("", count)?;
        for (name, value) in self.0.clone() {
            fields.serialize_field(name, value)?;
        }
        fields.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_of_a_built_in_template_is_not_bypassed() {
        let template = |name: &str, text: &str| (name.to_owned(), format!("templates/{name}").into(), text.into());
        let sources = |own: &str| {
            vec![
                template("a.html", "{% extends \"default/b.html\" %}"),
                template("b.html", own),
                ("default/b.html".to_owned(), "<built-in>/b.html".into(), "built-in".into()),
            ]
        };
        assert_eq!(bypassed(&sources("built-in")), []);
        assert_eq!(bypassed(&sources("own")).len(), 1);
    }
}
