//! Shared code of the two XML formats: sentences with inline elements, and a reader with positions.
//!
//! Document types are ignored, so the entities that they define are never expanded.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::Range;

use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

use super::markup::{self, Token};
use super::{CUT_OFF, DAMAGED, LONGEST, other_encoding};
use crate::base::SAVE_AS_UTF8;
use crate::base::xml::{self, is_unfit};
use crate::markdown::Role;
use crate::model::limits;

/// The attribute names that a format uses for its inline elements.
pub(super) struct Style {
    /// The attribute with the number of a code. Both ends of one code have the same number.
    pub(super) number: &'static str,
    /// The attribute with the kind of markup.
    pub(super) kind: &'static str,
}

/// The greatest depth of nested elements.
const DEEPEST: usize = 256;

/// The greatest number of attributes of an element. quick-xml compares each attribute with all
/// earlier ones, so the cost is quadratic.
const MOST_ATTRIBUTES: usize = 256;

/// Prefix of the kind of an element that stands for a character which XML cannot hold.
const CHARACTER: &str = "x-char-";

// Writing.

/// Writes text as the content of an element.
pub(super) fn push_text(xml: &mut String, text: &str) {
    xml.push_str(&xml::text(text));
}

/// Writes ` name="value"`.
pub(super) fn push_attribute(xml: &mut String, name: &str, value: &str) {
    write!(xml, " {name}=\"{}\"", xml::attribute(value)).expect("writing to a string");
}

/// Writes a sentence with its codes as elements. Each element contains its Markdown, so that an
/// import restores it exactly.
pub(super) fn push_sentence(xml: &mut String, tokens: &[Token<'_>], style: &Style) {
    for token in tokens {
        match token {
            Token::Text(text) => push_characters(xml, text, style),
            // A code cannot contain the element for an unfit character.
            Token::Code(code) if code.written.contains(is_unfit) => push_characters(xml, code.written, style),
            Token::Code(code) => {
                let element = match code.role {
                    Role::Open => "bpt",
                    Role::Close => "ept",
                    Role::Lone => "ph",
                };
                write!(xml, "<{element} {}=\"{}\"", style.number, code.number).expect("writing to a string");
                // An `ept` has no kind: TMX takes it from its `bpt`.
                if code.role != Role::Close {
                    push_attribute(xml, style.kind, markup::name(code.kind));
                }
                xml.push('>');
                push_text(xml, code.written);
                write!(xml, "</{element}>").expect("writing to a string");
            }
        }
    }
}

/// Writes text; a character that XML cannot hold becomes an element with its code point.
fn push_characters(xml: &mut String, text: &str, style: &Style) {
    let mut rest = text;
    let mut number = 0;
    while let Some(at) = rest.find(is_unfit) {
        push_text(xml, &rest[..at]);
        let c = rest[at..].chars().next().expect("it was found");
        number += 1;
        // Large and dependent on the position, so that it differs from the numbers of codes and of
        // other characters.
        let number = 1000 * (xml.len() % 1_000_000 + 1) + number;
        write!(xml, "<ph {}=\"{number}\"", style.number).expect("writing to a string");
        push_attribute(xml, style.kind, &format!("{CHARACTER}{:04x}", u32::from(c)));
        // A visible symbol of the character, for people.
        let picture = char::from_u32(0x2400 + u32::from(c)).filter(|_| c < ' ').unwrap_or('\u{fffd}');
        write!(xml, ">{picture}</ph>").expect("writing to a string");
        rest = &rest[at + c.len_utf8()..];
    }
    push_text(xml, rest);
}

// Reading.

/// A problem of an XML file: range, message and hint.
pub(super) type Problem = (Range<usize>, String, Option<&'static str>);

/// A node of an XML file.
#[derive(Debug)]
pub(super) enum Node {
    Start(Element),
    /// The end of the element with this name.
    End(String),
    Text(String),
    /// The end of the file.
    Finish,
}

/// The start tag of an element. Names have no prefix.
#[derive(Debug)]
pub(super) struct Element {
    pub(super) name: String,
    attributes: Vec<(String, String)>,
    pub(super) range: Range<usize>,
}

impl Element {
    /// Returns the value of an attribute.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// Returns true if a text has only white space and byte order marks.
fn is_blank(text: &str) -> bool {
    text.trim_start_matches('\u{feff}').trim().is_empty()
}

/// A reader of an XML file.
pub(super) struct Xml<'a> {
    reader: Reader<&'a [u8]>,
    text: &'a str,
    /// The expected name of the root element.
    root: &'static str,
    has_root: bool,
    /// The names of the open elements, and the ranges of their start tags.
    open: Vec<(String, Range<usize>)>,
}

impl<'a> Xml<'a> {
    pub(super) fn new(text: &'a str, root: &'static str) -> Self {
        let mut reader = Reader::from_str(text);
        reader.config_mut().expand_empty_elements = true;
        Self { reader, text, root, has_root: false, open: Vec::new() }
    }

    /// Returns the next node. Reading stops at the first problem.
    pub(super) fn next(&mut self) -> Result<Node, Problem> {
        loop {
            let start = self.position();
            let event = self.reader.read_event();
            let range = self.clip(start..self.position());
            match event {
                Ok(Event::Start(start) | Event::Empty(start)) => {
                    let element = element(&start, range)?;
                    if self.open.is_empty() && element.name != self.root {
                        let message = format!("the file begins with `<{}>` instead of `<{}>`", element.name, self.root);
                        return Err((element.range, message, Some(DAMAGED)));
                    }
                    self.has_root = true;
                    if self.open.len() == DEEPEST {
                        let message = format!("the element `<{}>` is nested in more than {DEEPEST} elements", element.name);
                        return Err((element.range, message, Some(DAMAGED)));
                    }
                    self.open.push((element.name.clone(), element.range.clone()));
                    return Ok(Node::Start(element));
                }
                Ok(Event::End(end)) => {
                    self.open.pop();
                    return Ok(Node::End(end.local_name().as_ref().to_owned()));
                }
                Ok(Event::Text(text)) if self.open.is_empty() && !is_blank(&text.xml10_content()) => {
                    return Err((range, format!("the file has text outside of the element `<{}>`", self.root), Some(DAMAGED)));
                }
                Ok(Event::Text(text)) => return Ok(Node::Text(text.xml10_content().into_owned())),
                Ok(Event::CData(text)) => return Ok(Node::Text(text.xml10_content().into_owned())),
                Ok(Event::GeneralRef(entity)) => {
                    let name = entity.xml10_content();
                    if let Ok(Some(c)) = entity.resolve_char_ref() {
                        return Ok(Node::Text(c.to_string()));
                    }
                    match quick_xml::escape::resolve_xml_entity(&name) {
                        Some(text) => return Ok(Node::Text(text.to_owned())),
                        None => {
                            let message = format!("the entity `&{name};` is not one of the five that XML defines");
                            return Err((range, message, Some("write the character itself instead of the entity")));
                        }
                    }
                }
                Ok(Event::Eof) => {
                    return match self.open.pop() {
                        None if !self.has_root => {
                            Err((range, format!("the file has no element `<{}>`", self.root), Some(DAMAGED)))
                        }
                        None => Ok(Node::Finish),
                        Some((name, began)) => Err((began, format!("the element `<{name}>` is not closed"), Some(CUT_OFF))),
                    };
                }
                Ok(Event::Decl(declaration)) => {
                    // The text was decoded by its first bytes, and the declared encoding must
                    // agree.
                    if let Some(Ok(encoding)) = declaration.encoding()
                        && !encoding.to_ascii_lowercase().starts_with("utf")
                        && !self.text.is_ascii()
                    {
                        let message = other_encoding(&encoding);
                        return Err((range, message, Some(SAVE_AS_UTF8)));
                    }
                }
                Ok(Event::Comment(_) | Event::PI(_) | Event::DocType(_)) => {}
                Err(error) => {
                    let at = self.reader.error_position() as usize;
                    let range = self.clip(at..at);
                    return Err((range, format!("the file is not valid XML: {error}"), Some(CUT_OFF)));
                }
            }
        }
    }

    /// Skips the rest of the element that was just opened.
    pub(super) fn skip(&mut self) -> Result<(), Problem> {
        let depth = self.open.len() - 1;
        while self.open.len() > depth {
            self.next()?;
        }
        Ok(())
    }

    /// Returns all text in the element that was just opened, including nested elements.
    pub(super) fn text(&mut self) -> Result<String, Problem> {
        let (depth, start) = (self.open.len() - 1, self.position());
        let mut all = String::new();
        while self.open.len() > depth {
            if let Node::Text(text) = self.next()? {
                all.push_str(&text);
            }
            self.bounded(start)?;
        }
        Ok(all)
    }

    /// Reads the sentence in the `child` of the element `parent` that was just opened, up to the
    /// end of `parent`. Returns `None` if there is no such child.
    pub(super) fn sentence_in(&mut self, parent: &str, child: &str, style: &Style) -> Result<Option<Sentence>, Problem> {
        let mut sentence = None;
        loop {
            match self.next()? {
                Node::End(name) if name == parent => return Ok(sentence),
                Node::Start(inner) if inner.name == child => sentence = Some(self.sentence(style)?),
                Node::Start(_) => self.skip()?,
                Node::End(_) | Node::Text(_) => {}
                Node::Finish => unreachable!("an element that does not end is a problem"),
            }
        }
    }

    /// Reads the sentence in the element that was just opened.
    pub(super) fn sentence(&mut self, style: &Style) -> Result<Sentence, Problem> {
        let (depth, start) = (self.open.len() - 1, self.position());
        let mut sentence = Sentence::default();
        // The open elements: `Some` number for a code around text, `None` for an annotation.
        let mut around: Vec<Option<String>> = Vec::new();
        loop {
            self.bounded(start)?;
            match self.next()? {
                Node::Text(text) => sentence.parts.push(Part::Text(text)),
                Node::End(_) if self.open.len() == depth => return Ok(sentence),
                Node::End(_) => {
                    if let Some(Some(number)) = around.pop() {
                        sentence.parts.push(Part::Code(number, Role::Close, String::new()));
                    }
                }
                Node::Finish => unreachable!("an element that does not end is a problem"),
                Node::Start(element) => {
                    // Tools may use another attribute for the number: `x` in TMX, `rid` or `id` in
                    // XLIFF.
                    let number = [style.number, "id", "rid", "i", "x"].iter().find_map(|name| element.attribute(name));
                    let number = number.unwrap_or("").to_owned();
                    let role = match element.name.as_str() {
                        "g" | "pc" => {
                            sentence.parts.push(Part::Code(number.clone(), Role::Open, String::new()));
                            around.push(Some(number));
                            continue;
                        }
                        "mrk" | "hi" => {
                            around.push(None);
                            continue;
                        }
                        "bpt" | "bx" | "sc" => Role::Open,
                        "ept" | "ex" | "ec" => Role::Close,
                        "ph" | "x" | "it" | "ut" => Role::Lone,
                        name => {
                            let message = format!("the element `<{name}>` is not allowed in a sentence");
                            return Err((element.range, message, None));
                        }
                    };
                    let kind = element.attribute(style.kind).unwrap_or("").to_owned();
                    let written = self.text()?;
                    let character = kind.strip_prefix(CHARACTER).and_then(|code| u32::from_str_radix(code, 16).ok());
                    match character.and_then(char::from_u32) {
                        Some(c) => sentence.parts.push(Part::Text(c.to_string())),
                        None => sentence.parts.push(Part::Code(number, role, written)),
                    }
                }
            }
        }
    }

    /// Returns the byte position of the reader.
    fn position(&self) -> usize {
        self.reader.buffer_position() as usize
    }

    /// Fails if the text that began at the byte `start` is too long.
    fn bounded(&self, start: usize) -> Result<(), Problem> {
        if self.position() - start <= LONGEST {
            return Ok(());
        }
        let message = format!("the text of an element is longer than {}", limits::shown(LONGEST as u64));
        Err((self.clip(start..start), message, Some(DAMAGED)))
    }

    /// Moves the ends of a range to character boundaries within the text.
    fn clip(&self, range: Range<usize>) -> Range<usize> {
        let clip = |at| crate::base::place::floor_char_boundary(self.text, at);
        clip(range.start)..clip(range.end.max(range.start))
    }
}

/// Reads a start tag with its attributes.
fn element(start: &BytesStart<'_>, range: Range<usize>) -> Result<Element, Problem> {
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        if attributes.len() == MOST_ATTRIBUTES {
            let message = format!("an element has more than {MOST_ATTRIBUTES} attributes");
            return Err((range.start..range.start, message, Some(DAMAGED)));
        }
        let read = attribute.map_err(|error| error.to_string()).and_then(|attribute| {
            let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|error| error.to_string())?;
            Ok((attribute.key.local_name().as_ref().to_owned(), value.into_owned()))
        });
        match read {
            Ok(attribute) => attributes.push(attribute),
            Err(error) => return Err((range, format!("an attribute cannot be read: {error}"), None)),
        }
    }
    Ok(Element { name: start.local_name().as_ref().to_owned(), attributes, range })
}

/// A sentence from a file: text and codes, whose Markdown may be missing.
#[derive(Debug, Default)]
pub(super) struct Sentence {
    parts: Vec<Part>,
}

#[derive(Debug)]
enum Part {
    Text(String),
    /// Number, role and Markdown.
    Code(String, Role, String),
}

impl Sentence {
    /// Returns the Markdown of the codes, by number.
    pub(super) fn codes(&self) -> BTreeMap<(&str, Role), &str> {
        let codes = self.parts.iter().filter_map(|part| match part {
            Part::Code(number, role, written) => Some(((number.as_str(), *role), written.as_str())),
            Part::Text(_) => None,
        });
        codes.collect()
    }

    /// Returns the sentence as Markdown. A code without Markdown takes it from the source's code
    /// with the same number.
    ///
    /// The error is the number of a code that has no Markdown and that the source lacks.
    pub(super) fn markdown(&self, source: &BTreeMap<(&str, Role), &str>) -> Result<String, String> {
        let mut text = String::new();
        for part in &self.parts {
            match part {
                Part::Text(part) => text.push_str(part),
                Part::Code(number, role, written) if written.is_empty() => {
                    text.push_str(source.get(&(number.as_str(), *role)).ok_or_else(|| number.clone())?);
                }
                Part::Code(_, _, written) => text.push_str(written),
            }
        }
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_that_xml_cannot_hold_have_great_numbers_of_their_own() {
        let mut xml = " ".repeat(2000);
        push_characters(&mut xml, "a\u{1}b\u{ffff}", &Style { number: "id", kind: "ctype" });
        let first = "a<ph id=\"2002001\" ctype=\"x-char-0001\">␁</ph>b";
        assert_eq!(xml.trim_start(), format!("{first}<ph id=\"2048002\" ctype=\"x-char-ffff\">\u{fffd}</ph>"));
    }
}
