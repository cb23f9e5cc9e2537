//! TMX 1.4, for translation memories.
//!
//! A memory is used for other texts too, so an outdated translation must not be in it. If the
//! source has changed since, the translation is in a property, which only this program reads,
//! instead of a `<tuv>`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use super::markup;
use super::xml::{Element, Node, Problem, Style, Xml, push_attribute, push_sentence, push_text};
use super::{Batch, COPY_CODES, ParsedFile, Unit, UnitState, code_without_markdown};

const STYLE: Style = Style { number: "i", kind: "type" };
/// The attribute names for lone codes: TMX numbers them in `x`.
const LONE: Style = Style { number: "x", kind: "type" };

/// Writes a batch as a TMX file.
pub fn write(batch: &Batch) -> String {
    let mut xml = String::with_capacity(batch.units.len() * 800 + 500);
    let source = batch.source.as_deref().unwrap_or("und");
    xml.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<tmx version=\"1.4\">\n  <header creationtool=\"tilmash\"");
    push_attribute(&mut xml, "creationtoolversion", env!("CARGO_PKG_VERSION"));
    xml.push_str(" segtype=\"sentence\" o-tmf=\"tilmash\" adminlang=\"en\"");
    push_attribute(&mut xml, "srclang", source);
    xml.push_str(" datatype=\"plaintext\">\n");
    push_property(&mut xml, "    ", "x-project", &batch.project);
    // Also in the header, since there may be no translation yet to name the language.
    push_property(&mut xml, "    ", "x-target-language", batch.target.as_deref().unwrap_or(""));
    xml.push_str("  </header>\n  <body>\n");
    for unit in &batch.units {
        xml.push_str("    <tu");
        push_attribute(&mut xml, "tuid", &unit.address());
        xml.push_str(">\n");
        for note in &unit.notes {
            xml.push_str("      <note>");
            push_text(&mut xml, note);
            xml.push_str("</note>\n");
        }
        push_property(&mut xml, "      ", "x-state", unit.state.name());
        push_property(&mut xml, "      ", "x-heading", unit.heading.as_deref().unwrap_or(""));
        push_property(&mut xml, "      ", "x-file", &unit.file);
        if unit.line > 0 {
            push_property(&mut xml, "      ", "x-line", &unit.line.to_string());
        }
        push_property(&mut xml, "      ", "x-base", unit.base.as_deref().unwrap_or(""));
        push_property(&mut xml, "      ", "x-previous", &escaped(unit.previous.as_deref().unwrap_or("")));
        if unit.state == UnitState::Changed {
            push_property(&mut xml, "      ", "x-translation", &escaped(&unit.target));
        }
        let tokens = unit.tokens(&unit.source);
        push_variant(&mut xml, source, &tokens);
        if let Some(language) = &batch.target
            && !unit.target.is_empty()
            && unit.state != UnitState::Changed
        {
            let mut target = unit.tokens(&unit.target);
            markup::pair(&tokens, &mut target);
            push_variant(&mut xml, language, &target);
        }
        xml.push_str("    </tu>\n");
    }
    xml.push_str("  </body>\n</tmx>\n");
    xml
}

/// Writes a `<prop>`, unless its value is empty.
fn push_property(xml: &mut String, indent: &str, kind: &str, value: &str) {
    if !value.is_empty() {
        write!(xml, "{indent}<prop type=\"{kind}\">").expect("writing to a string");
        push_text(xml, value);
        xml.push_str("</prop>\n");
    }
}

/// Writes a `<tuv>`: a sentence in one language.
fn push_variant(xml: &mut String, language: &str, tokens: &[markup::Token<'_>]) {
    xml.push_str("      <tuv");
    push_attribute(xml, "xml:lang", language);
    xml.push_str("><seg>");
    for token in tokens {
        let lone = matches!(token, markup::Token::Code(code) if code.role == crate::markdown::Role::Lone)
            || matches!(token, markup::Token::Text(_));
        push_sentence(xml, std::slice::from_ref(token), if lone { &LONE } else { &STYLE });
    }
    xml.push_str("</seg></tuv>\n");
}

/// Escapes text for a property, where no element can replace a character that XML cannot hold.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' => escaped.push_str("\\\\"),
            '\0'..' ' | '\u{fffe}' | '\u{ffff}' => write!(escaped, "\\u{:04x}", u32::from(c)).expect("writing to a string"),
            c => escaped.push(c),
        }
    }
    escaped
}

/// Reverses [`escaped`].
fn unescaped(text: &str) -> String {
    let mut unescaped = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        unescaped.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let code = rest.strip_prefix('u').and_then(|rest| rest.get(..4)).and_then(|code| u32::from_str_radix(code, 16).ok());
        match code.and_then(char::from_u32) {
            Some(c) => {
                unescaped.push(c);
                rest = &rest["uXXXX".len()..];
            }
            // A backslash of another writer, who does not escape.
            None if !rest.starts_with('\\') => unescaped.push('\\'),
            None => {
                unescaped.push('\\');
                rest = &rest[1..];
            }
        }
    }
    unescaped.push_str(rest);
    unescaped
}

/// Reads a TMX file.
pub fn read(file: &Arc<str>, text: &str) -> ParsedFile {
    let mut found = ParsedFile::default();
    let mut xml = Xml::new(text, "tmx");
    if let Err((range, message, hint)) = read_file(file, &mut xml, &mut found) {
        found.problem(file, range, message).hints.extend(hint.map(str::to_owned));
    }
    found
}

fn read_file(file: &Arc<str>, xml: &mut Xml<'_>, found: &mut ParsedFile) -> Result<(), Problem> {
    loop {
        match xml.next()? {
            _ if found.is_garbage() => return Ok(()),
            Node::Finish => return Ok(()),
            Node::Start(element) => match element.name.as_str() {
                "tmx" | "body" => {}
                "header" => {
                    let language = element.attribute("srclang").filter(|it| !["*all*", "und"].contains(it));
                    found.batch.source = language.map(str::to_owned);
                }
                "prop" => {
                    let kind = element.attribute("type").unwrap_or("").to_owned();
                    let text = xml.text()?;
                    match kind.as_str() {
                        "x-project" => found.batch.project = text,
                        "x-target-language" => found.batch.target = Some(text),
                        _ => {}
                    }
                }
                "tu" => read_unit(file, xml, found, &element)?,
                _ => xml.skip()?,
            },
            Node::End(_) | Node::Text(_) => {}
        }
    }
}

fn read_unit(file: &Arc<str>, xml: &mut Xml<'_>, found: &mut ParsedFile, element: &Element) -> Result<(), Problem> {
    let mut unit = Unit::at("x#x").expect("it is one");
    let mut properties: BTreeMap<String, String> = BTreeMap::new();
    let mut variants = Vec::new();
    loop {
        match xml.next()? {
            Node::End(name) if name == "tu" => break,
            Node::Start(inner) => match inner.name.as_str() {
                "note" => unit.notes.push(xml.text()?),
                "prop" => {
                    let kind = inner.attribute("type").unwrap_or("").to_owned();
                    let text = xml.text()?;
                    properties.insert(kind, text);
                }
                "tuv" => {
                    let language = inner.attribute("lang").unwrap_or("").to_owned();
                    variants.extend(xml.sentence_in("tuv", "seg", &STYLE)?.map(|sentence| (language, sentence)));
                }
                _ => xml.skip()?,
            },
            Node::End(_) | Node::Text(_) => {}
            Node::Finish => unreachable!("an element that does not end is a problem"),
        }
    }
    let Some(address) = element.attribute("tuid") else {
        let problem = found.problem(file, element.range.clone(), "the `<tu>` has no `tuid`");
        problem.push_hint(
            "use another format: the tool that wrote this file removed the addresses of the sentences, which `tuid` contains",
        );
        return Ok(());
    };
    let Some(at) = found.unit_at(file, address, &element.range) else { return Ok(()) };
    (unit.key, unit.id) = (at.key, at.id);
    // Tools write languages in different forms: `KK`, `kk-KZ`.
    let same = |a: &str, b: &str| {
        let primary = |language: &str| language.split(['-', '_']).next().unwrap_or("").to_ascii_lowercase();
        a.eq_ignore_ascii_case(b) || primary(a) == primary(b)
    };
    let source_language = element.attribute("srclang").filter(|it| *it != "*all*").or(found.batch.source.as_deref());
    let is_source = |language: &str| source_language.is_none_or(|source| same(language, source));
    let is_target = |language: &str| found.batch.target.as_deref().is_none_or(|target| same(language, target));
    let source = variants.iter().position(|(language, _)| is_source(language));
    let Some(source) = source else {
        found.problem(file, element.range.clone(), format!("`{address}` has no text in the source language"));
        return Ok(());
    };
    let target = variants.iter().enumerate().find(|(at, (language, _))| *at != source && is_target(language));
    let target_language = target.map(|(_, (language, _))| language.clone());
    let codes = variants[source].1.codes();
    let texts =
        (variants[source].1.markdown(&BTreeMap::new()), target.map(|(_, (_, sentence))| sentence.markdown(&codes)).transpose());
    match texts {
        (Ok(source), Ok(target)) => (unit.source, unit.target) = (source, target.unwrap_or_default()),
        (Err(number), _) | (_, Err(number)) => {
            let message = code_without_markdown(&number, address);
            found.problem(file, element.range.clone(), message).push_hint(COPY_CODES);
            return Ok(());
        }
    }
    let state = properties.get("x-state").and_then(|name| UnitState::named(name));
    if let (true, Some(translation)) = (unit.target.is_empty(), properties.get("x-translation")) {
        unit.target = unescaped(translation);
        unit.state = UnitState::Changed;
    } else {
        unit.state = match state {
            _ if unit.target.is_empty() => UnitState::Missing,
            Some(UnitState::Accepted) => UnitState::Accepted,
            // A translation in the memory counts as finished.
            _ => UnitState::Current,
        };
    }
    unit.previous = properties.get("x-previous").map(|previous| unescaped(previous));
    unit.heading = properties.remove("x-heading");
    unit.base = properties.remove("x-base");
    unit.file = properties.get("x-file").map_or("", String::as_str).into();
    // A line number in another form is ignored.
    unit.line = properties.get("x-line").and_then(|line| line.parse().ok()).unwrap_or(0);
    if found.batch.target.is_none() {
        found.batch.target = target_language;
    }
    found.push(file, unit, element.range.clone());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backslashes_of_other_writers_stay() {
        assert_eq!(unescaped("C:\\temp \\u0007 \\\\u0007"), "C:\\temp \u{7} \\u0007");
        assert_eq!(unescaped(&escaped("\\u0007 \u{7} \\\\")), "\\u0007 \u{7} \\\\");
    }
}
