//! XLIFF 1.2, for `OmegaT`, Poedit, Weblate and most other tools.
//!
//! The version is 1.2 and not 2.1: Weblate (through translate-toolkit) and `OmegaT` read 1.2 best,
//! and support its states, notes and previous sources. Poedit reads both equally well.
//!
//! Markup is in `<bpt>`, `<ept>` and `<ph>`, which contain the Markdown itself. `<g>` and `<x/>`
//! only refer to it. So a tool can show a code. A translation with other markup than its source
//! (`__` for `**`, a link to the page's other edition) comes back unchanged. The reader understands
//! `<g>` and `<x/>` if a tool writes them.
//!
//! `approved="yes"` and the state say the same, since translate-toolkit reads the first and other
//! tools the second. `<alt-trans>` holds the source before it changed, with the translation that
//! was made from it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use super::markup;
use super::xml::{Element, Node, Problem, Style, Xml, push_attribute, push_sentence, push_text};
use super::{Batch, COPY_CODES, ParsedFile, Unit, UnitState, code_without_markdown};

const STYLE: Style = Style { number: "id", kind: "ctype" };

/// Writes a batch as an XLIFF file, with a `<file>` for each source file.
pub fn write(batch: &Batch) -> String {
    let mut xml = String::with_capacity(batch.units.len() * 900 + 500);
    xml.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    xml.push_str("<xliff version=\"1.2\" xmlns=\"urn:oasis:names:tc:xliff:document:1.2\">\n");
    for units in batch.units.chunk_by(|a, b| a.file == b.file) {
        xml.push_str("  <file");
        push_attribute(&mut xml, "original", &units[0].file);
        push_attribute(&mut xml, "source-language", batch.source.as_deref().unwrap_or("und"));
        if let Some(target) = &batch.target {
            push_attribute(&mut xml, "target-language", target);
        }
        push_attribute(&mut xml, "datatype", "x-markdown");
        push_attribute(&mut xml, "tool-id", "tilmash");
        if !batch.project.is_empty() {
            push_attribute(&mut xml, "product-name", &batch.project);
        }
        xml.push_str(">\n    <header><tool tool-id=\"tilmash\" tool-name=\"Tilmash\"");
        push_attribute(&mut xml, "tool-version", env!("CARGO_PKG_VERSION"));
        xml.push_str("/></header>\n    <body>\n");
        for unit in units {
            write_unit(&mut xml, unit);
        }
        xml.push_str("    </body>\n  </file>\n");
    }
    xml.push_str("</xliff>\n");
    xml
}

fn write_unit(xml: &mut String, unit: &Unit) {
    let address = unit.address();
    xml.push_str("      <trans-unit");
    push_attribute(xml, "id", &address);
    push_attribute(xml, "resname", &address);
    let finished = matches!(unit.state, UnitState::Current | UnitState::Accepted);
    push_attribute(xml, "approved", if finished { "yes" } else { "no" });
    push_attribute(xml, "xml:space", "preserve");
    if let Some(base) = &unit.base {
        push_attribute(xml, "extradata", base);
    }
    xml.push_str(">\n");
    let source = unit.tokens(&unit.source);
    let mut target = unit.tokens(&unit.target);
    markup::pair(&source, &mut target);
    xml.push_str("        <source>");
    push_sentence(xml, &source, &STYLE);
    xml.push_str("</source>\n");
    if !unit.target.is_empty() {
        xml.push_str("        <target");
        let state = match unit.state {
            UnitState::Missing => "new",
            UnitState::Changed => "needs-review-translation",
            UnitState::Accepted => "signed-off",
            UnitState::Current => "translated",
        };
        push_attribute(xml, "state", state);
        xml.push('>');
        push_sentence(xml, &target, &STYLE);
        xml.push_str("</target>\n");
    }
    for note in &unit.notes {
        xml.push_str("        <note from=\"developer\">");
        push_text(xml, note);
        xml.push_str("</note>\n");
    }
    if let Some(heading) = &unit.heading {
        xml.push_str("        <context-group purpose=\"information\"><context context-type=\"x-heading\">");
        push_text(xml, heading);
        xml.push_str("</context></context-group>\n");
    }
    if !unit.file.is_empty() {
        xml.push_str("        <context-group purpose=\"location\"><context context-type=\"sourcefile\">");
        push_text(xml, &unit.file);
        writeln!(xml, "</context><context context-type=\"linenumber\">{}</context></context-group>", unit.line)
            .expect("writing to a string");
    }
    if let Some(previous) = &unit.previous {
        let previous = unit.tokens(previous);
        let mut target = unit.tokens(&unit.target);
        markup::pair(&previous, &mut target);
        xml.push_str("        <alt-trans alttranstype=\"previous-version\">\n          <source>");
        push_sentence(xml, &previous, &STYLE);
        xml.push_str("</source>\n          <target>");
        push_sentence(xml, &target, &STYLE);
        xml.push_str("</target>\n        </alt-trans>\n");
    }
    xml.push_str("      </trans-unit>\n");
}

/// Reads an XLIFF 1 file.
pub fn read(file: &Arc<str>, text: &str) -> ParsedFile {
    let mut found = ParsedFile::default();
    let mut xml = Xml::new(text, "xliff");
    if let Err((range, message, hint)) = read_file(file, &mut xml, &mut found) {
        found.problem(file, range, message).hints.extend(hint.map(str::to_owned));
    }
    found
}

fn read_file(file: &Arc<str>, xml: &mut Xml<'_>, found: &mut ParsedFile) -> Result<(), Problem> {
    let mut original: Arc<str> = "".into();
    loop {
        match xml.next()? {
            _ if found.is_garbage() => return Ok(()),
            Node::Finish => return Ok(()),
            Node::Start(element) => match element.name.as_str() {
                "xliff" => {
                    let version = element.attribute("version").unwrap_or("");
                    if !version.starts_with("1.") {
                        let message = format!("the file is XLIFF `{version}`, but only XLIFF 1.2 can be read");
                        return Err((element.range, message, Some("save the file as XLIFF 1.2")));
                    }
                }
                "file" => {
                    original = element.attribute("original").unwrap_or("").into();
                    if found.batch.project.is_empty() {
                        found.batch.project = element.attribute("product-name").unwrap_or("").to_owned();
                    }
                    let languages = [(&mut found.batch.source, "source-language"), (&mut found.batch.target, "target-language")];
                    let differs = languages.into_iter().find_map(|(language, name)| {
                        let said = element.attribute(name)?;
                        if language.is_none() && said != "und" {
                            *language = Some(said.to_owned());
                        }
                        let differs = language.as_deref().is_some_and(|known| known != said);
                        differs.then(|| format!("the `{name}` is `{said}`, but earlier `<file>` elements have another one"))
                    });
                    if let Some(message) = differs {
                        found.push_problem(super::languages_differ(file, element.range.clone(), message));
                    }
                }
                "trans-unit" => read_unit(file, xml, found, &element, &original)?,
                "group" | "body" => {}
                _ => xml.skip()?,
            },
            Node::End(_) | Node::Text(_) => {}
        }
    }
}

fn read_unit(
    file: &Arc<str>,
    xml: &mut Xml<'_>,
    found: &mut ParsedFile,
    element: &Element,
    original: &Arc<str>,
) -> Result<(), Problem> {
    let mut unit = Unit { file: Arc::clone(original), ..Unit::at("x#x").expect("it is one") };
    unit.base = element.attribute("extradata").map(str::to_owned);
    let mut source = None;
    let mut target = None;
    let (mut state, mut qualifier) = (String::new(), String::new());
    loop {
        match xml.next()? {
            Node::End(name) if name == "trans-unit" => break,
            Node::Start(inner) => match inner.name.as_str() {
                "source" => source = Some(xml.sentence(&STYLE)?),
                "target" => {
                    inner.attribute("state").unwrap_or("").clone_into(&mut state);
                    inner.attribute("state-qualifier").unwrap_or("").clone_into(&mut qualifier);
                    target = Some(xml.sentence(&STYLE)?);
                }
                "note" => unit.notes.push(xml.text()?),
                "alt-trans" if inner.attribute("alttranstype") == Some("previous-version") => {
                    // A code without Markdown makes the source unreadable. That is harmless, since
                    // it is only shown.
                    let previous = xml.sentence_in("alt-trans", "source", &STYLE)?;
                    unit.previous = previous.and_then(|source| source.markdown(&BTreeMap::new()).ok());
                }
                "context-group" => {}
                "context" => {
                    let kind = inner.attribute("context-type").unwrap_or("").to_owned();
                    let text = xml.text()?;
                    match kind.as_str() {
                        "x-heading" => unit.heading = Some(text),
                        // A line number in another form is ignored.
                        "linenumber" => unit.line = text.trim().parse().unwrap_or(0),
                        _ => {}
                    }
                }
                _ => xml.skip()?,
            },
            Node::End(_) | Node::Text(_) => {}
            Node::Finish => unreachable!("an element that does not end is a problem"),
        }
    }
    let address = element.attribute("resname").filter(|name| name.contains('#')).or(element.attribute("id")).unwrap_or("");
    let Some(at) = found.unit_at(file, address, &element.range) else { return Ok(()) };
    (unit.key, unit.id) = (at.key, at.id);
    let Some(source) = source else {
        found.problem(file, element.range.clone(), "the `<trans-unit>` has no `<source>`");
        return Ok(());
    };
    let codes = source.codes();
    let texts = (source.markdown(&BTreeMap::new()), target.as_ref().map(|target| target.markdown(&codes)).transpose());
    let (source, target) = match texts {
        (Ok(source), Ok(target)) => (source, target.unwrap_or_default()),
        (Err(number), _) | (_, Err(number)) => {
            let message = code_without_markdown(&number, address);
            found.problem(file, element.range.clone(), message).push_hint(COPY_CODES);
            return Ok(());
        }
    };
    let state = unit_state(&state, &qualifier, element.attribute("approved"));
    unit.state = if target.is_empty() { UnitState::Missing } else { state };
    (unit.source, unit.target) = (source, target);
    found.push(file, unit, element.range.clone());
    Ok(())
}

/// Returns the state of a translation that is not empty.
///
/// An unfinished state of [XLIFF
/// 1.2](https://docs.oasis-open.org/xliff/v1.2/os/xliff-core.html#state) outweighs
/// `approved="yes"`, since tools update the state with the text but often leave `approved`
/// unchanged.
///
/// ```text
/// approved="yes"  state="needs-review-translation"  unfinished
/// approved="no"   state="translated"                finished
/// approved="no"                                     unfinished
/// ```
fn unit_state(state: &str, qualifier: &str, approved: Option<&str>) -> UnitState {
    match (state, approved) {
        _ if qualifier.starts_with("rejected-") => UnitState::Changed,
        ("new", _) => UnitState::Changed,
        (needs, _) if needs.starts_with("needs-") => UnitState::Changed,
        ("signed-off" | "final", _) => UnitState::Accepted,
        ("translated", _) | (_, Some("yes")) => UnitState::Current,
        // A program inserted a suggestion.
        ("", None) if ["fuzzy-match", "mt-suggestion", "tm-suggestion"].contains(&qualifier) => UnitState::Changed,
        ("", None) => UnitState::Current,
        _ => UnitState::Changed,
    }
}
